"""May it open here: lines of the card in the small town, with distances from geodesics."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pandas.testing import assert_frame_equal
from pyproj import Geod

from qxgeo.district import ParameterValue
from qxgeo.errors import InputError, SchemaError, Text
from qxgeo.geodesy import compiled
from qxgeo.plan.kinds import KindRule, SiteKind
from qxgeo.schemas import SITE_LINE_COLUMNS, SITE_PLACE_COLUMNS
from qxgeo.siting import check_site, check_sites, list_lines
from qxgeo.vocabulary import SiteVerdict, Why

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer
    from qxgeo.siting import SiteCheck, SiteLine
    from qxgeo.siting.verdict import Place

GEOD = Geod(ellps="WGS84")
S1 = (110.015, 25.01)  # in the town
S2 = (110.045, 25.01)  # beyond its eastern edge
ACROSS = shapely.box(110.03, 25.019, 110.031, 25.021)  # a parcel on the northern edge


def away(
    distance_m: float, bearing: float = 0.0, start: tuple[float, float] = S1
) -> tuple[float, float]:
    """Walk from a station along the ellipsoid."""
    lon, lat, _ = GEOD.fwd(*start, bearing, distance_m)
    return (lon, lat)


def line_of(check: SiteCheck, rule_id: str) -> SiteLine:
    (line,) = (one for one in check.lines if one.rule_id == rule_id)
    return line


@pytest.fixture(scope="module")
def district(
    town: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> District:
    """Give the town with a school, a market, dwellings and a no-fuel zone; all exact to 5 m."""
    box, point = shapely.box, shapely.Point
    sites = {
        "schools": [
            {"site_id": "X1", "name": "小学", "geometry": box(110.03, 25.005, 110.031, 25.006)}
        ],
        "markets": [{"site_id": "M1", "name": "菜市", "geometry": point(110.005, 25.005)}],
        "residential_buildings": [
            {"site_id": "B1", "name": "一号楼", "geometry": box(110.025, 25.015, 110.0252, 25.0151)}
        ],
    }
    zone = {"zone_id": "Z1", "name": "禁燃区", "geometry": box(110.0, 25.0, 110.02, 25.02)}
    layers = [layer_of(name, rows) for name, rows in sites.items()]
    return district_of(*town.values(), *layers, layer_of("no_fuel_zone", [zone]))


def with_parameters(district: District, **values: float) -> District:
    return replace(
        district,
        parameters={name: ParameterValue(value=v, source="牵头单位") for name, v in values.items()},
    )


@pytest.mark.parametrize(
    ("distance_m", "status", "verdict", "why"),
    [
        (500, "proposed", SiteVerdict.NOT_NEWLY_APPROVED, Why.WITHIN),
        (500, "existing", SiteVerdict.ALLOWED, Why.SPARED),
        (500, "change", SiteVerdict.NEEDS_DECISION, Why.IS_CHANGE),
        # The station is off by 10 m at most and the place by 10 m: 980 to 1 020 m is undecided.
        (979.9, "proposed", SiteVerdict.NOT_NEWLY_APPROVED, Why.WITHIN),
        (980.1, "proposed", SiteVerdict.TOO_CLOSE_TO_CALL, Why.TOO_CLOSE),
        (1019.9, "proposed", SiteVerdict.TOO_CLOSE_TO_CALL, Why.TOO_CLOSE),
        (1020.1, "proposed", SiteVerdict.ALLOWED, Why.BEYOND),
    ],
)
def test_a_repair_shop_is_judged_by_its_ground_distance_and_status(
    district: District, distance_m: float, status: str, verdict: SiteVerdict, why: Why
) -> None:
    check = check_site(
        district, "汽修", away(distance_m, 100), attributes={"status": status}, accuracy_m=10
    )
    line = line_of(check, "1.3.4-a")
    assert (line.verdict, line.why) == (verdict, why)
    assert line.distance_m == pytest.approx(distance_m, abs=1e-3)
    assert line.margin_m == pytest.approx(1000 - distance_m, abs=1e-3)
    assert line.reference_id == "S1"
    assert line.is_spared == (why is Why.SPARED)
    assert line.strength == "no_new_approval"


def test_a_station_outside_the_district_counts(district: District) -> None:
    place = away(600, 270, S2)
    assert place[0] < 110.04  # in the town, 600 m from the neighbour's station
    line = line_of(check_site(district, "auto_repair", place, accuracy_m=10), "1.3.4-a")
    assert (line.reference_id, line.verdict) == ("S2", SiteVerdict.NOT_NEWLY_APPROVED)


def test_a_word_without_a_number_gives_the_distance_and_asks_for_a_decision(
    district: District,
) -> None:
    place = (110.0325, 25.0055)  # east of the school's eastern edge, at a latitude within it
    _, _, to_edge = GEOD.inv(110.0325, 25.0055, 110.031, 25.0055)
    line = line_of(check_site(district, "inspection_agency", place, accuracy_m=10), "4.1.4-b")
    assert (line.verdict, line.why) == (SiteVerdict.NEEDS_DECISION, Why.NO_NUMBER)
    assert line.distance_m == pytest.approx(to_edge, abs=1e-3)
    assert line.threshold_m is None
    assert "附近" in line.reason.zh


@pytest.mark.parametrize(
    ("near_school_m", "verdict"),
    [
        (200, SiteVerdict.PROHIBITED),
        (150, SiteVerdict.TOO_CLOSE_TO_CALL),
        (100, SiteVerdict.ALLOWED),
    ],
)
def test_the_district_sets_the_number_and_then_it_decides(
    district: District, near_school_m: float, verdict: SiteVerdict
) -> None:
    place = (110.0325, 25.0055)  # 151.4 m from the school, both off by at most 15 m together
    decided = with_parameters(district, near_school_m=near_school_m)
    line = line_of(check_site(decided, "inspection_agency", place, accuracy_m=10), "4.1.4-b")
    assert line.verdict == verdict
    assert "near_school_m" in line.assumption_ids


def test_the_soft_rule_discourages_and_does_not_prohibit(district: District) -> None:
    line = line_of(check_site(district, "inspection_agency", away(500), accuracy_m=10), "4.1.4-f")
    assert (line.verdict, line.strength) == (SiteVerdict.DISCOURAGED, "guided")


def test_a_rule_on_existing_agencies_is_silent_about_a_new_one_and_binds_an_old_one(
    district: District,
) -> None:
    new = line_of(check_site(district, "inspection_agency", away(500), accuracy_m=10), "4.1.4-a")
    assert (new.verdict, new.why) == (SiteVerdict.ALLOWED, Why.NOT_CONCERNED)
    old = check_site(
        district, "inspection_agency", away(500), attributes={"status": "existing"}, accuracy_m=10
    )
    assert line_of(old, "4.1.4-a").verdict == SiteVerdict.WITH_DUTY
    # What binds new ones only leaves the old one alone, whatever number 附近 will get.
    for rule_id in ("4.1.4-b", "4.1.4-c", "4.1.4-f"):
        assert line_of(old, rule_id).why == Why.SPARED


@pytest.mark.parametrize(
    ("fuel", "lon", "verdict", "why"),
    [
        ("蜂窝煤", 110.01, SiteVerdict.PROHIBITED, Why.IN_AREA),
        ("电", 110.01, SiteVerdict.ALLOWED, Why.NOT_CONCERNED),
        (None, 110.01, SiteVerdict.UNKNOWN, Why.NO_ATTRIBUTE),
        (None, 110.03, SiteVerdict.ALLOWED, Why.OUT_OF_AREA),  # no coal could be caught there
        ("蜂窝煤", 110.02005, SiteVerdict.TOO_CLOSE_TO_CALL, Why.TOO_CLOSE_TO_EDGE),  # 5 m outside
    ],
)
def test_a_blank_attribute_is_unknown_where_it_would_matter(
    district: District, fuel: str | None, lon: float, verdict: SiteVerdict, why: Why
) -> None:
    check = check_site(
        district, "catering", (lon, 25.008), attributes={"fuel": fuel}, accuracy_m=10
    )
    line = line_of(check, "3.1.0-b")
    assert (line.verdict, line.why) == (verdict, why)
    if why is Why.NO_ATTRIBUTE:
        assert "燃料" in line.reason.zh


def test_a_missing_layer_leaves_the_line_unknown_and_the_whole_place_with_it(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    bare = district_of(*town.values())
    check = check_site(bare, "catering", (110.03, 25.012), attributes={"fuel": "电"}, accuracy_m=10)
    line = line_of(check, "3.1.0-a")
    assert (line.verdict, line.why) == (SiteVerdict.UNKNOWN, Why.NO_LAYER)
    assert "居民楼" in line.reason.zh
    assert check.summary == SiteVerdict.UNKNOWN


def test_near_dwellings_somebody_has_to_decide_and_the_same_building_is_zero_metres(
    district: District,
) -> None:
    inside = check_site(district, "餐饮", (110.0251, 25.01505), accuracy_m=2)
    line = line_of(inside, "3.1.0-a")
    assert (line.distance_m, line.verdict) == (0.0, SiteVerdict.NEEDS_DECISION)


@pytest.mark.parametrize(
    ("place", "verdict", "why"),
    [
        ((110.03, 25.012), SiteVerdict.ALLOWED, Why.IN_DISTRICT),
        ((110.0395, 25.025), SiteVerdict.OUT_OF_SCOPE, Why.OUTSIDE_DISTRICT),
        ((110.03, 25.02009), SiteVerdict.TOO_CLOSE_TO_CALL, Why.NEAR_BOUNDARY),  # 10 m beyond
        (
            shapely.box(110.03, 25.019, 110.031, 25.021),
            SiteVerdict.NEEDS_DECISION,
            Why.ACROSS_BOUNDARY,
        ),
    ],
)
def test_line_0_asks_whose_ground_it_is(
    district: District,
    place: Place,
    verdict: SiteVerdict,
    why: Why,
) -> None:
    check = check_site(district, "straw_store", place, accuracy_m=10)
    assert (check.lines[0].verdict, check.lines[0].why) == (verdict, why)
    assert check.summary == verdict  # the plan promotes straw stores and limits them nowhere


def test_a_parcel_is_measured_from_its_boundary(district: District) -> None:
    west = away(995, 90)[0]  # its western edge runs 995 m east of the station, at its latitude
    parcel = shapely.box(west, 25.009, west + 0.001, 25.011)
    line = line_of(check_site(district, "auto_repair", parcel, accuracy_m=0), "1.3.4-a")
    assert line.distance_m == pytest.approx(995, abs=1e-3)
    assert line.measured_from == "parcel"


def test_a_parcel_on_a_main_road_passes_with_an_entrance_on_a_side_street(
    town: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> None:
    side = {
        "section_id": "R9",
        "name": "小街",
        "road_class": "residential",
        "geometry": shapely.LineString([(110.03, 25.01), (110.03, 25.015)]),
    }
    rows = town["roads"].table.to_dict(orient="records")
    roads = layer_of("roads", [*rows, side])
    district = district_of(*(layer for name, layer in town.items() if name != "roads"), roads)
    parcel = shapely.box(110.03005, 25.01005, 110.031, 25.0115)

    def frontage(entrance: Place | list[Place] | None) -> SiteLine:
        check = check_site(district, "inspection_agency", parcel, entrance=entrance, accuracy_m=1)
        return line_of(check, "4.1.4-e")

    main, street = (110.0308, 25.01005), (110.03005, 25.011)
    assert frontage(main).verdict == SiteVerdict.PROHIBITED
    assert frontage(main).reference_name == "长路"
    assert frontage(street).verdict == SiteVerdict.ALLOWED
    both = frontage([main, street])
    assert (both.verdict, both.reference_name) == (SiteVerdict.ALLOWED, "小街")
    assert "小街" in both.reason.zh
    assert "长路" in both.reason.zh  # the other entrance may not be used, and the card says so
    unknown = frontage(None)
    assert (unknown.verdict, unknown.why) == (SiteVerdict.UNKNOWN, Why.NO_ENTRANCE)
    assert "长路" in unknown.reason.zh
    assert "小街" in unknown.reason.zh


def test_the_summary_is_the_most_binding_line_and_names_its_clauses(district: District) -> None:
    check = check_site(
        district,
        "catering",
        (110.01, 25.008),
        attributes={"fuel": "蜂窝煤", "setting": "独立"},
        accuracy_m=10,
    )
    assert check.summary == SiteVerdict.PROHIBITED
    assert "3.1.0-b" in check.reason.zh
    order = list(SiteVerdict)
    assert order.index(check.summary) == min(order.index(line.verdict) for line in check.lines)


def test_nothing_is_allowed_as_long_as_one_line_is_open(district: District) -> None:
    places = gpd.GeoDataFrame(
        geometry=[shapely.Point(110.001 + 0.0013 * i, 25.001 + 0.0006 * i) for i in range(30)],
        crs=4326,
    )
    for kind in ("auto_repair", "catering", "inspection_agency", "im_station"):
        checks = check_sites(district, kind, places, accuracy_m=10)
        lines = list_lines(checks)
        for place_id, own in lines.groupby("place_id"):
            summary = checks.places.set_index("place_id").loc[place_id, "summary"]
            if (own["verdict"] != "allowed").any():
                assert summary != "allowed"


def test_a_list_gives_each_place_what_it_gets_alone(district: District) -> None:
    spots = [(110.012, 25.012), (110.03, 25.005), (110.0395, 25.0185), (110.05, 25.01)]
    places = gpd.GeoDataFrame(
        {"site_id": ["a", "b", "c", "d"], "fuel": ["电", None, "蜂窝煤", "电"]},
        geometry=[shapely.Point(spot) for spot in spots],
        crs=4326,
    )
    lines = list_lines(check_sites(district, "catering", places, accuracy_m=10))
    assert list(lines.columns) == list(SITE_LINE_COLUMNS)
    for row, spot in enumerate(spots):
        fuel = {"fuel": places["fuel"].iloc[row]}
        alone = check_site(district, "catering", spot, attributes=fuel, accuracy_m=10)
        own = lines[lines["place_id"] == places["site_id"].iloc[row]]
        assert own["verdict"].tolist() == [str(one.verdict) for one in alone.lines]
        assert own["reason_zh"].tolist() == [one.reason.zh for one in alone.lines]


@pytest.mark.parametrize("kind", ["catering", "inspection_agency"])
def test_compiled_loops_judge_a_long_list_as_plain_arrays_do(
    kind: str, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba", reason="compiled loops need Numba")
    rng = np.random.default_rng(8)
    spots = rng.uniform((109.995, 24.995), (110.045, 25.025), (400, 2)).round(3)  # some on edges
    parcels = shapely.box(*spots.T, *(spots + rng.uniform(1e-4, 2e-3, (400, 2))).T)
    shapes = np.where(np.arange(400) % 2 == 0, shapely.points(spots), parcels)
    places = gpd.GeoDataFrame(
        {"site_id": [f"{number}" for number in range(400)]}, geometry=shapes, crs=4326
    )
    gates = gpd.GeoDataFrame(
        {"site_id": places["site_id"]}, geometry=shapely.points(spots), crs=4326
    )
    answers = []
    for many in (sys.maxsize, 0):
        monkeypatch.setattr(compiled, "MANY_PLACES", many)
        answers.append(check_sites(district, kind, places, entrances=gates, accuracy_m=10))
    plain, fast = answers
    assert_frame_equal(plain.places, fast.places)
    assert len(set(plain.places["township_id"])) > 1
    assert_frame_equal(list_lines(plain), list_lines(fast), rtol=0, atol=1e-7)


def test_places_keep_their_order_and_their_own_columns(district: District) -> None:
    places = gpd.GeoDataFrame(
        {"site_id": ["z", "a"], "name": ["甲", "乙"], "fuel": ["电", "电"]},
        geometry=[shapely.Point(110.03, 25.012), shapely.Point(110.01, 25.012)],
        crs=4326,
    )
    checks = check_sites(district, "catering", places, accuracy_m=10)
    assert checks.places["place_id"].tolist() == ["z", "a"]
    assert set(SITE_PLACE_COLUMNS) | {"fuel"} <= set(checks.places.columns)
    assert checks.places["township_name"].tolist() == ["东江街道", "七星区街道"]


def test_a_kind_of_the_district_s_own_is_judged_by_the_plan_s_rules(district: District) -> None:
    kind = SiteKind(
        kind_id="car_wash",
        title=Text("洗车场", "car wash"),
        aliases=(),
        layer="",
        rules=(KindRule(rule_id="1.3.4-a", when={}, caught=SiteVerdict.NEEDS_DECISION),),
        attributes=(),
    )
    own = replace(district, site_kinds=(kind,))
    check = check_site(own, "洗车场", away(400), accuracy_m=10)
    assert check.summary == SiteVerdict.NEEDS_DECISION


def test_the_position_error_that_nobody_stated_is_named_as_an_assumption(
    district: District,
) -> None:
    silent = check_site(district, "auto_repair", away(400))
    stated = check_site(district, "auto_repair", away(400), accuracy_m=10)
    named = {one.assumption_id for one in silent.assumptions}
    assert "site_position_error_m" in named
    assert "site_position_error_m" not in {one.assumption_id for one in stated.assumptions}
    assert "site_position_error_m" in line_of(silent, "1.3.4-a").assumption_ids


def test_a_question_that_nobody_answered_is_blank_whether_or_not_its_column_is_there(
    district: District,
) -> None:
    # 4.1.4-d: where no location is written down, a level below ground decides.
    told = {"level": -1}
    blank = told | {"location": None, "parking": None}
    for attributes in (told, blank):
        check = check_site(district, "inspection_agency", away(400), attributes=attributes)
        assert line_of(check, "4.1.4-d").verdict == SiteVerdict.PROHIBITED


def test_what_is_assumed_depends_on_the_rules_and_not_on_the_list(district: District) -> None:
    alone = check_site(district, "inspection_agency", away(400))
    gated = check_site(district, "inspection_agency", away(400), entrance=away(420))
    assert alone.assumptions == gated.assumptions
    assert "site_position_error_m" in line_of(alone, "4.1.4-e").assumption_ids
    assert "site_position_error_m" not in line_of(alone, "4.1.4-d").assumption_ids


def test_an_unknown_kind_is_refused_with_the_nearest_word(district: District) -> None:
    with pytest.raises(InputError, match="auto_repair"):
        check_site(district, "auto_repairs", away(400))


@pytest.mark.parametrize("accuracy_m", [-1.0, float("nan"), float("inf")])
def test_an_accuracy_that_is_no_length_is_refused(district: District, accuracy_m: float) -> None:
    with pytest.raises(InputError, match="accuracy"):
        check_site(district, "auto_repair", away(400), accuracy_m=accuracy_m)


@pytest.mark.parametrize(
    ("places", "told"),
    [
        (gpd.GeoDataFrame(geometry=[shapely.Point(110.01, 25.01)]), "EPSG:4326"),
        (gpd.GeoDataFrame(geometry=[shapely.Point(4e5, 2.7e6)], crs=4546), "EPSG:4326"),
        (gpd.GeoDataFrame(geometry=[shapely.Point()], crs=4326), "neither a point nor a parcel"),
        (
            gpd.GeoDataFrame(geometry=[shapely.LineString([(110, 25), (110.1, 25)])], crs=4326),
            "neither a point nor a parcel",
        ),
        (
            gpd.GeoDataFrame(
                {"site_id": ["a", "a"]}, geometry=[shapely.Point(110.01, 25.01)] * 2, crs=4326
            ),
            "repeated: a",
        ),
    ],
)
def test_places_that_cannot_be_judged_are_refused_and_never_judged_as_allowed(
    district: District, places: gpd.GeoDataFrame, told: str
) -> None:
    with pytest.raises(SchemaError, match=told):
        check_sites(district, "auto_repair", places)


def test_an_entrance_of_nobody_is_refused(district: District) -> None:
    places = gpd.GeoDataFrame({"site_id": ["a"]}, geometry=[shapely.Point(S1)], crs=4326)
    entrances = gpd.GeoDataFrame({"site_id": ["b"]}, geometry=[shapely.Point(S1)], crs=4326)
    with pytest.raises(SchemaError, match="no place with the id"):
        check_sites(district, "inspection_agency", places, entrances=entrances)
