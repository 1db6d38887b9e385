"""Where may it open in the small town: areas by hand, and point by point the answer of the card."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.district import ParameterValue
from qxgeo.errors import InputError
from qxgeo.geodesy import area_m2
from qxgeo.plan import apply_choices, load_plan
from qxgeo.rules import build_scene
from qxgeo.siting.area import eligible_area
from qxgeo.siting.area.ground import lay_ground
from qxgeo.siting.area.model import RULE_COLUMNS
from qxgeo.vocabulary import SiteVerdict, Why

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer
    from qxgeo.siting.area import EligibleArea

GEOD = Geod(ellps="WGS84")
S1 = (110.015, 25.01)
WEST, EAST = "450305001", "450305002"


def draw_circle(centre: tuple[float, float], radius_m: float) -> shapely.Polygon:
    """Walk from the centre in 7,200 directions: the polygon is 1.3e-7 smaller than the circle."""
    azimuth = np.arange(0, 360, 0.05)
    lon, lat = (np.full(len(azimuth), degrees) for degrees in centre)
    ring = GEOD.fwd(lon, lat, azimuth, np.full(len(azimuth), radius_m))
    return shapely.Polygon(np.stack(ring[:2], axis=1))


def circle_km2(
    centre: tuple[float, float], radius_m: float, within: shapely.Geometry | None = None
) -> float:
    """Measure a dense geodesic circle by another engine, cut where it leaves a box."""
    azimuth = np.arange(0, 360, 0.05)
    lon, lat, _ = GEOD.fwd(
        *np.repeat([centre], len(azimuth), axis=0).T, azimuth, 0 * azimuth + radius_m
    )
    shape = shapely.Polygon(np.stack((lon, lat), axis=1))
    shape = shape if within is None else shapely.intersection(shape, within)
    return polygon_km2(shape)


def polygon_km2(shape: shapely.Geometry) -> float:
    """Measure a polygon without holes by Karney's geodesics between dense vertices."""
    lon, lat = shapely.get_coordinates(shapely.segmentize(shape, 0.0005)).T
    return abs(GEOD.polygon_area_perimeter(lon, lat)[0]) / 1e6


def exact(layer: Layer) -> Layer:
    """Take a layer for exact, so that nothing is too close to call."""
    table = layer.table
    if "accuracy_m" in table:
        table = table.assign(accuracy_m=0.0)
    return replace(layer, table=table, accuracy_m=0.0)


def total(area: EligibleArea, verdict: SiteVerdict, township: str | None = None) -> float:
    rows = area.parts[area.parts["verdict"] == verdict]
    rows = rows if township is None else rows[rows["township_id"] == township]
    return float(rows["area_km2"].sum())


def rule_of(area: EligibleArea, rule_id: str) -> dict[str, Any]:
    (row,) = area.rules[area.rules["rule_id"] == rule_id].to_dict("records")
    return row


def with_parameters(district: District, **values: float) -> District:
    return replace(
        district,
        parameters={name: ParameterValue(value=v, source="牵头单位") for name, v in values.items()},
    )


@pytest.fixture(scope="module")
def sites(layer_of: Callable[..., Layer]) -> list[Layer]:
    """Draw a school in the west that the disc of S1 covers in part, and the others around."""
    box, point = shapely.box, shapely.Point
    rows = {
        "schools": [("X1", "小学", box(110.021, 25.009, 110.027, 25.011))],
        "markets": [("M1", "菜市", point(110.005, 25.005))],
        "residential_buildings": [
            ("B1", "一号楼", box(110.025, 25.015, 110.0252, 25.0151)),
            ("B2", "二号楼", box(110.0199, 25.015, 110.0201, 25.0151)),
        ],
    }
    layers = [
        layer_of(name, [dict(zip(("site_id", "name", "geometry"), r, strict=True)) for r in some])
        for name, some in rows.items()
    ]
    zone = {"zone_id": "Z1", "name": "禁燃区", "geometry": box(110.0, 25.0, 110.018, 25.02)}
    return [*layers, layer_of("no_fuel_zone", [zone])]


@pytest.fixture(scope="module")
def district(
    town: dict[str, Layer], sites: list[Layer], district_of: Callable[..., District]
) -> District:
    return district_of(*town.values(), *sites)


@pytest.fixture(scope="module")
def exact_town(
    town: dict[str, Layer], sites: list[Layer], district_of: Callable[..., District]
) -> District:
    return district_of(*(exact(layer) for layer in (*town.values(), *sites)))


def test_a_disc_in_the_district_has_the_area_of_a_geodesic_circle(exact_town: District) -> None:
    area = eligible_area(exact_town, "auto_repair", accuracy_m=0)
    box = shapely.box(110, 25, 110.04, 25.02)
    # S2 stands 500 m beyond the eastern edge: its disc reaches in.
    expected = circle_km2(S1, 1000) + circle_km2((110.045, 25.01), 1000, box)
    assert total(area, SiteVerdict.NOT_NEWLY_APPROVED) == pytest.approx(expected, rel=2e-6)
    assert rule_of(area, "1.3.4-a")["reference_ids"] == "S1, S2"  # S3 is out of service
    assert total(area, SiteVerdict.TOO_CLOSE_TO_CALL) == 0
    assert total(area, SiteVerdict.ALLOWED) == pytest.approx(polygon_km2(box) - expected, rel=1e-6)


def test_townships_add_up_to_the_district(district: District) -> None:
    area = eligible_area(
        with_parameters(district, near_school_m=200.0, near_market_m=300.0), "inspection_agency"
    )
    whole = polygon_km2(shapely.box(110, 25, 110.04, 25.02))
    by_township = area.parts.groupby("township_id")["area_km2"].sum()
    assert by_township[WEST] == pytest.approx(whole / 2, rel=1e-9)
    assert by_township.sum() == pytest.approx(whole, rel=1e-9)
    assert area.faces["area_km2"].sum() == pytest.approx(whole, rel=1e-9)
    for column in ("stated_km2", "caught_km2", "doubtful_km2", "freed_km2"):
        summed = area.contributions.groupby("rule_id")[column].sum()
        told = area.rules.set_index("rule_id")[column].dropna()
        assert told.to_dict() == pytest.approx(summed.to_dict(), rel=1e-12)
    assert list(area.rules) == [*RULE_COLUMNS]
    # Parts do not overlap: what they cover together is the sum of what each covers.
    united = np.array([shapely.union_all(area.parts.geometry.to_numpy())])
    assert area_m2(united)[0] / 1e6 == pytest.approx(whole, rel=1e-9)
    drawn = area_m2(area.parts.geometry.to_numpy(dtype=object)) / 1e6
    assert drawn == pytest.approx(area.parts["area_km2"].to_numpy(), abs=1e-9)


def test_ground_beyond_the_townships_is_in_none(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    half = replace(town["townships"], table=town["townships"].table.iloc[:1])
    area = eligible_area(district_of(*(town | {"townships": half}).values()), "auto_repair")
    by_township = area.parts.groupby("township_id")["area_km2"].sum()
    assert set(by_township.index) == {WEST, "no_township"}
    assert by_township["no_township"] == pytest.approx(by_township[WEST], rel=1e-9)


def test_two_overlapping_discs_are_counted_once(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> None:
    apart_m, radius_m = 400.0, 1000.0
    lon, lat, _ = GEOD.fwd(*S1, 90, apart_m)
    rows = [
        {
            "station_id": code,
            "name": code,
            "control_level": "national",
            "geometry": shapely.Point(x),
        }
        for code, x in (("A", S1), ("B", (lon, lat)))
    ]
    stations = layer_of("stations", rows, accuracy_m=0.0)
    layers = {name: exact(layer) for name, layer in town.items()} | {"stations": stations}
    area = eligible_area(district_of(*layers.values()), "auto_repair", accuracy_m=0)
    # Two circles less their lens, on a sphere of this size flat to 1e-8.
    lens = 2 * radius_m**2 * math.acos(apart_m / 2 / radius_m) - apart_m / 2 * math.sqrt(
        4 * radius_m**2 - apart_m**2
    )
    expected = (2 * math.pi * radius_m**2 - lens) / 1e6
    assert total(area, SiteVerdict.NOT_NEWLY_APPROVED) == pytest.approx(expected, rel=1e-5)


def test_what_one_rule_alone_adds_is_what_its_lifting_frees(exact_town: District) -> None:
    tried = with_parameters(exact_town, near_school_m=1e-9, near_market_m=1e-9)
    area = eligible_area(tried, "inspection_agency", accuracy_m=0)
    school = polygon_km2(shapely.box(110.021, 25.009, 110.027, 25.011))
    disc = circle_km2(S1, 1000)
    # The school lies east of the station: the disc covers its western part.
    ground = shapely.box(110.021, 25.009, 110.027, 25.011)
    both = polygon_km2(shapely.intersection(draw_circle(S1, 1000), ground))
    assert 0.1 < both / school < 0.9
    far = circle_km2((110.045, 25.01), 1000, shapely.box(110, 25, 110.04, 25.02))
    row, guide = rule_of(area, "4.1.4-b"), rule_of(area, "4.1.4-f")
    assert row["caught_km2"] == pytest.approx(school, rel=1e-5)
    assert row["freed_km2"] == pytest.approx(school - both, rel=1e-5)
    assert row["eased_km2"] == pytest.approx(both, rel=1e-4)  # still discouraged
    assert guide["freed_km2"] == pytest.approx(disc + far - both, rel=1e-5)
    assert guide["eased_km2"] == 0  # prohibited before and after
    pair = area.pairs.set_index(["first_rule_id", "second_rule_id"]).loc["4.1.4-b", "4.1.4-f"]
    assert pair["overlap_km2"] == pytest.approx(both, rel=1e-4)
    assert pair["jointly_km2"] == pytest.approx(both, rel=1e-4)
    assert pair["freed_km2"] == pytest.approx(school + disc + far - both, rel=1e-5)
    # Strengths stay apart: prohibited ground is prohibited, the rest of the disc is discouraged.
    assert total(area, SiteVerdict.PROHIBITED) == pytest.approx(school, rel=1e-5)
    assert total(area, SiteVerdict.DISCOURAGED) == pytest.approx(disc + far - both, rel=1e-5)


def test_a_word_without_a_number_is_a_gap_and_not_free_ground(district: District) -> None:
    area = eligible_area(district, "inspection_agency")
    gaps = {gap.rule_id: gap for gap in area.gaps}
    assert gaps["4.1.4-b"].why is Why.NO_NUMBER
    assert gaps["4.1.4-b"].verdict is SiteVerdict.PROHIBITED
    assert "学校“附近”" in gaps["4.1.4-b"].reason.zh
    assert gaps["4.1.4-d"].why is Why.NO_ATTRIBUTE
    assert gaps["4.1.4-e"].why is Why.NO_ENTRANCE
    assert not area.is_complete
    assert rule_of(area, "4.1.4-b")["role"] == "open"
    assert "4.1.4-b" not in set(area.zones["rule_id"])


def test_a_number_that_is_tried_asks_for_a_decision_and_says_so(exact_town: District) -> None:
    area = eligible_area(
        exact_town, "inspection_agency", values={"near_market_m": 300}, accuracy_m=0
    )
    (trial,) = area.trials
    assert (trial.parameter_id, trial.value, trial.decided) == ("near_market_m", 300, None)
    assert trial.rule_ids == ("4.1.4-c",)
    assert trial.if_decided == (SiteVerdict.PROHIBITED,)
    row = rule_of(area, "4.1.4-c")
    assert (row["verdict"], row["is_trial"]) == ("needs_decision", True)
    expected = circle_km2((110.005, 25.005), 300)
    assert row["caught_km2"] == pytest.approx(expected, rel=1e-5)
    # Some of it is discouraged too, by the station: what has to be decided comes first.
    assert total(area, SiteVerdict.NEEDS_DECISION, WEST) == pytest.approx(expected, rel=1e-5)
    assert area.pairs["overlap_km2"].max() > 0.01
    assert total(area, SiteVerdict.PROHIBITED) == 0
    told = {one.assumption_id: one.source.zh for one in area.assumptions}
    assert told["near_market_m"] == "试算，未经决定"
    assert not area.is_complete
    assert "near_market_m" not in exact_town.parameters  # the district is as it was
    decided = eligible_area(
        with_parameters(exact_town, near_market_m=300.0), "inspection_agency", accuracy_m=0
    )
    assert total(decided, SiteVerdict.PROHIBITED) == pytest.approx(expected, rel=1e-5)
    assert not decided.trials


@pytest.mark.parametrize(
    ("kind", "values", "told"),
    [
        ("auto_repair", {"near_school_m": 100}, "near_school_m"),
        ("inspection_agency", {"near_school_m": math.nan}, "nan"),
        ("inspection_agency", {"near_market_m": -1}, "-1"),
        ("inspection_agency", {"frontage_tol_m": 10}, "near_school_m"),
    ],
)
def test_a_number_that_nobody_asks_for_is_refused(
    district: District, kind: str, values: dict[str, float], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        eligible_area(district, kind, values=values)


def test_a_rule_about_some_sites_only_is_conditional(exact_town: District) -> None:
    area = eligible_area(exact_town, "catering", accuracy_m=0)
    coal = area.conditional[area.conditional["rule_id"] == "3.1.0-b"]
    zone = polygon_km2(shapely.box(110.0, 25.0, 110.018, 25.02))
    assert coal["area_km2"].sum() == pytest.approx(zone, rel=1e-9)
    assert set(coal["verdict"]) == {"prohibited"}
    assert "蜂窝煤" in coal["condition_zh"].iloc[0]
    assert rule_of(area, "3.1.0-b")["role"] == "conditional"
    assert rule_of(area, "3.1.0-b")["freed_km2"] == 0
    assert total(area, SiteVerdict.PROHIBITED) == 0
    assert not area.is_complete
    # All of the district depends on something: open-air barbecues are prohibited in all of it.
    assert area.parts["conditional_km2"].sum() == pytest.approx(area.parts["area_km2"].sum())


def test_an_attribute_that_is_known_decides(exact_town: District) -> None:
    zone = polygon_km2(shapely.box(110.0, 25.0, 110.018, 25.02))
    known = {"fuel": "蜂窝煤", "setting": "独立", "is_large": False, "stoves": 2, "kind": "粉店"}
    area = eligible_area(exact_town, "catering", attributes=known, accuracy_m=0)
    assert total(area, SiteVerdict.PROHIBITED) == pytest.approx(zone, rel=1e-9)
    assert len(area.conditional) == 0
    assert area.is_complete
    clean = eligible_area(exact_town, "catering", attributes=known | {"fuel": "电"}, accuracy_m=0)
    assert total(clean, SiteVerdict.PROHIBITED) == 0
    assert rule_of(clean, "3.1.0-b")["role"] == "silent"
    outside = eligible_area(
        exact_town, "catering", attributes=known | {"setting": "露天"}, accuracy_m=0
    )
    assert total(outside, SiteVerdict.PROHIBITED) == pytest.approx(
        polygon_km2(shapely.box(110, 25, 110.04, 25.02)), rel=1e-9
    )
    cellar = eligible_area(
        exact_town, "inspection_agency", attributes={"location": "地下车库"}, accuracy_m=0
    )
    assert total(cellar, SiteVerdict.PROHIBITED) == pytest.approx(zone / 0.018 * 0.04, rel=1e-9)


def test_a_missing_layer_is_a_gap(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    area = eligible_area(
        district_of(*town.values()), "catering", attributes={"setting": "独立", "fuel": "蜂窝煤"}
    )
    missing = {gap.rule_id for gap in area.gaps if gap.why is Why.NO_LAYER}
    assert missing == {"3.1.0-a", "3.1.0-b"}
    assert "居民楼" in {gap.rule_id: gap for gap in area.gaps}["3.1.0-a"].reason.zh


def test_roads_are_measured_by_what_an_entrance_on_them_would_be(district: District) -> None:
    table = eligible_area(district, "inspection_agency").frontages
    lengths = table.set_index(["township_id", "answer"])["length_km"]
    # R1 crosses both townships along a parallel; R2 lies in the west, R3 in the east; R7 too; the
    # footway and the tunnel are no roads to open on, and R4 has no class.
    half = GEOD.line_length(np.linspace(110, 110.02, 201), np.full(201, 25.01)) / 1000
    north = 25.01 + 1_005 / 110_773.0
    other = GEOD.line_length([110.012, 110.018], [north, north]) / 1000
    short = GEOD.line_length([110.014, 110.016], [25.011, 25.011]) / 1000
    open_one = GEOD.line_length([110.014, 110.016], [25.009, 25.009]) / 1000
    east = GEOD.line_length([110.03, 110.03], [25.001, 25.002]) / 1000
    assert lengths[WEST, "prohibited"] == pytest.approx(half + other + short, rel=1e-8)
    assert lengths[WEST, "needs_decision"] == pytest.approx(open_one, rel=1e-8)
    assert lengths[EAST, "prohibited"] == pytest.approx(half + east, rel=1e-8)
    assert len(lengths) == 3


def test_a_promotion_limits_no_ground(district: District) -> None:
    area = eligible_area(district, "straw_store", accuracy_m=0)
    row = rule_of(area, "5.3.2-a")
    assert row["role"] == "silent"
    assert math.isnan(row["caught_km2"])
    # The boundary of the town is off by 5 m: along it nobody knows whose ground it is.
    width, height = (
        GEOD.line_length([110, 110.04], [25.01, 25.01]),
        GEOD.line_length([110, 110], [25, 25.02]),
    )
    band = (2 * (width + height) * 5 - 4 * 25) / 1e6
    assert total(area, SiteVerdict.TOO_CLOSE_TO_CALL) == pytest.approx(band, rel=1e-3)


def test_within_the_position_error_of_a_small_disc_nothing_is_certain(district: District) -> None:
    decided = with_parameters(district, near_station_catering_m=15.0)
    known = {"fuel": "电", "setting": "独立", "is_large": True}
    area = eligible_area(decided, "catering", attributes=known, accuracy_m=10)
    row = rule_of(area, "3.3.0-a")  # 15 m with an error of 20 m
    assert row["caught_km2"] == 0
    assert row["doubtful_km2"] == pytest.approx(circle_km2(S1, 35), rel=1e-4)


def test_a_rule_that_refers_to_nothing_is_a_fault_of_the_loader(district: District) -> None:
    plan = load_plan(district.plan)
    scene = build_scene(district, plan)
    rule = replace(plan.rule("3.1.0-b"), reference=None)
    with pytest.raises(ValueError, match="needs a reference"):
        lay_ground(rule, scene, accuracy_m=0.0)


def test_another_reading_of_the_plan_is_taken(exact_town: District) -> None:
    plan = apply_choices(load_plan(exact_town.plan), {"4.1.4-b.1": "200-m"})
    area = eligible_area(exact_town, "inspection_agency", plan=plan, accuracy_m=0)
    row = rule_of(area, "4.1.4-b")
    assert (row["threshold_m"], row["role"], row["verdict"]) == (200, "drawn", "prohibited")
    # A box of 0.006 x 0.002 degrees with a strip of 200 m around it, rounded at the corners.
    width = GEOD.line_length([110.021, 110.027], [25.01, 25.01])
    height = GEOD.line_length([110.021, 110.021], [25.009, 25.011])
    expected = (width * height + 2 * (width + height) * 200 + math.pi * 200**2) / 1e6
    assert row["caught_km2"] == pytest.approx(expected, rel=1e-4)
