"""How sure: what each change does to sites, ground and roads of the small town, worked out by hand.

Stations are off by 10 m at most, roads and the boundary by 5 m, places by 5 m: sites are undecided
within 15 m of the limit, roads too. Five places lie due west of station S1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from qxgeo.datum import gcj02_to_wgs84, wgs84_to_gcj02
from qxgeo.errors import InputError
from qxgeo.plan import apply_choices, load_plan
from qxgeo.siting import check_sites
from qxgeo.siting.area import eligible_area
from qxgeo.siting.sensitivity import how_sure
from qxgeo.siting.sensitivity.model import BASE, ROAD_COLUMNS, SCENARIO_COLUMNS, SITE_FLIP_COLUMNS
from qxgeo.siting.sensitivity.play import layers_of
from qxgeo.siting.sensitivity.readings import _only

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer
    from qxgeo.siting.sensitivity import Sensitivity

pytestmark = pytest.mark.scripted

GEOD = Geod(ellps="WGS84")
S1, S2 = (110.015, 25.01), (110.045, 25.01)
DISTANCES_M = {"A": 850, "B": 950, "C": 1005, "D": 1050, "E": 1150}
CAUGHT, CLOSE, FREE = "not_newly_approved", "too_close_to_call", "allowed"


def west_of_s1() -> gpd.GeoDataFrame:
    """Five places due west of the station, each the given distance along the geodesic."""
    lonlat = [GEOD.fwd(*S1, 270, metres)[:2] for metres in DISTANCES_M.values()]
    return gpd.GeoDataFrame(
        {"site_id": list(DISTANCES_M), "name": [f"{one}店" for one in DISTANCES_M]},
        geometry=[shapely.Point(one) for one in lonlat],
        crs=4326,
    )


def metres(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Measure a geodesic."""
    return float(GEOD.inv(*first, *second)[2])


@pytest.fixture(scope="module")
def small(town: dict[str, Layer], district_of: Callable[..., District]) -> District:
    return district_of(*town.values())


@pytest.fixture(scope="module")
def study(small: District) -> Sensitivity:
    return how_sure(small, "汽修", west_of_s1(), accuracy_m=5, radii_m={"1.3.4-a": [500]})


def flips_of(study: Sensitivity, scenario_id: str) -> dict[str, tuple[str, str]]:
    """Give the summaries that flip, by place."""
    rows = study.sites[(study.sites["scenario_id"] == scenario_id) & (study.sites["line"] == -1)]
    pairs = zip(rows["verdict_before"], rows["verdict_after"], strict=True)
    return dict(zip(rows["place_id"], pairs, strict=True))


def row_of(study: Sensitivity, scenario_id: str) -> pd.Series[Any]:
    return study.scenarios.set_index("scenario_id").loc[scenario_id]


@pytest.mark.parametrize(
    ("scenario_id", "expected"),
    [
        # 900 m, undecided from 885 to 915 m: B and C come free, A stays caught.
        ("radius:1.3.4-a:x0.9", {"B": (CAUGHT, FREE), "C": (CLOSE, FREE)}),
        # 1,100 m, undecided from 1,085 to 1,115 m: C and D are caught, E stays free.
        ("radius:1.3.4-a:x1.1", {"C": (CLOSE, CAUGHT), "D": (FREE, CAUGHT)}),
        (
            "radius:1.3.4-a:500m",
            {"A": (CAUGHT, FREE), "B": (CAUGHT, FREE), "C": (CLOSE, FREE)},
        ),
        # Station off by 50 m, place by 5 m: undecided from 945 to 1,055 m.
        ("error:stations:50m", {"B": (CAUGHT, CLOSE), "D": (FREE, CLOSE)}),
        # Off by 105 m together: undecided from 895 to 1,105 m.
        ("error:stations:100m", {"B": (CAUGHT, CLOSE), "D": (FREE, CLOSE)}),
        ("error:places:10m", {}),
        ("error:places:50m", {"B": (CAUGHT, CLOSE), "D": (FREE, CLOSE)}),
        # The boundary is 364 m west of E: an error of 100 m does not make it the neighbour's.
        ("error:boundary:100m", {}),
        ("reading:1.3.4-a.3:leave-out", {}),  # S1 is not known to be a reference point
        ("radius:2.2.3-c:x0.9", {}),  # a rule on roads
    ],
)
def test_a_site_flips_where_the_limit_or_the_band_passes_over_it(
    study: Sensitivity, scenario_id: str, expected: dict[str, tuple[str, str]]
) -> None:
    base = dict(zip("ABCDE", (CAUGHT, CAUGHT, CLOSE, FREE, FREE), strict=True))
    assert dict(
        zip(study.checks.places["place_id"], study.checks.places["summary"], strict=True)
    ) == (base)
    assert flips_of(study, scenario_id) == expected
    row = row_of(study, scenario_id)
    order = (CAUGHT, CLOSE, FREE)
    stricter = [order.index(after) < order.index(before) for before, after in expected.values()]
    assert (row["sites"], row["sites_flipped"]) == (5, len(expected))
    assert (row["sites_stricter"], row["sites_looser"]) == (
        sum(stricter),
        len(expected) - sum(stricter),
    )
    assert row["lines_flipped"] == len(expected)  # one rule looks at repair shops


def test_positions_read_in_the_wrong_datum_are_moved_to_where_they_are(
    study: Sensitivity,
) -> None:
    places = west_of_s1()
    lon, lat = gcj02_to_wgs84(places.geometry.x.to_numpy(), places.geometry.y.to_numpy())
    expected = [_judge_near_the_edge(one) for one in zip(lon, lat, strict=True)]
    assert set(expected) == {FREE, CLOSE, "out_of_scope"}  # half a kilometre to the west
    before = study.checks.places["summary"].tolist()
    flips = flips_of(study, "datum:places:gcj02")
    assert [flips.get(one, (was, was))[1] for one, was in zip("ABCDE", before, strict=True)] == (
        expected
    )
    assert len(flips) >= 2
    true_s1 = tuple(float(one) for one in gcj02_to_wgs84(*S1))
    shapes = zip(places.geometry.x, places.geometry.y, strict=True)
    expected = [_verdict(metres(true_s1, one)) for one in shapes]
    flips = flips_of(study, "datum:stations:gcj02")
    assert [flips.get(one, (was, was))[1] for one, was in zip("ABCDE", before, strict=True)] == (
        expected
    )
    assert len(flips) >= 2


def _judge_near_the_edge(place: tuple[float, float]) -> str:
    """Judge a place that may lie beyond the western edge; place and edge are off by 5 m each."""
    beyond_m = metres(place, (110.0, place[1]))
    if beyond_m < 10:
        return CLOSE
    return "out_of_scope" if place[0] < 110 else _verdict(metres(S1, place))


def _verdict(distance_m: float) -> str:
    """Judge by one station that is off by 10 m and a place that is off by 5 m."""
    assert abs(abs(distance_m - 1000) - 15) > 0.5  # the case is clear
    if abs(distance_m - 1000) < 15:
        return CLOSE
    return CAUGHT if distance_m < 1000 else FREE


def test_a_layer_that_was_converted_may_have_been_converted_wrongly(
    small: District, town: dict[str, Layer]
) -> None:
    converted = replace(town["stations"], datum="gcj02")
    district = replace(small, layers={**small.layers, "stations": converted})
    study = how_sure(
        district, "汽修", west_of_s1(), accuracy_m=5, readings=(), position_errors_m=()
    )
    raw_s1 = tuple(float(one) for one in wgs84_to_gcj02(*S1))  # what the file said
    places = west_of_s1()
    expected = [
        _verdict(metres(raw_s1, one))
        for one in zip(places.geometry.x, places.geometry.y, strict=True)
    ]
    flips = flips_of(study, "datum:stations:gcj02")
    before = study.checks.places["summary"].tolist()
    assert [flips.get(one, (was, was))[1] for one, was in zip("ABCDE", before, strict=True)] == (
        expected
    )
    assert "误作 GCJ-02" in row_of(study, "datum:stations:gcj02")["change_zh"]
    in_metres = replace(town["stations"], datum="EPSG:4546")
    district = replace(small, layers={**small.layers, "stations": in_metres})
    study = how_sure(
        district, "汽修", west_of_s1(), accuracy_m=5, readings=(), position_errors_m=()
    )
    (left,) = (one for one in study.not_tried if one.scenario_id == "datum:stations:gcj02")
    assert "EPSG:4546" in left.reason.zh
    assert "datum:stations:gcj02" not in set(study.scenarios["scenario_id"])


def test_kilometres_of_road_follow_the_radius(study: Sensitivity) -> None:
    # 长路 runs through both stations; the eastern edge is at 110.04, short of S2. The short street
    # north of S1 is wholly inside. The street without a class may count: it is in the most.
    to_edge = metres(S2, (110.04, 25.01))
    street = metres((110.014, 25.011), (110.016, 25.011))
    nameless = metres((110.014, 25.009), (110.016, 25.009))
    roads = study.roads.set_index(["scenario_id", "rule_id"])
    base = roads.loc[(BASE, "2.2.3-c")]
    expected = (2000 + 1000 - to_edge + street) / 1000
    assert base["km"] == pytest.approx(expected, abs=1e-5)
    assert base["low_km"] == pytest.approx(expected - 0.045, abs=1e-5)  # three ends, 15 m each
    north = metres(S1, (110.015, 25.01 + 1005 / 110_773))
    half_m = np.sqrt(1015**2 - north**2)  # of the street that passes within 1,015 m
    assert base["high_km"] == pytest.approx(
        expected + 0.045 + (nameless + 2 * half_m) / 1000, abs=5e-5
    )
    less = roads.loc[("radius:2.2.3-c:x0.9", "2.2.3-c")]
    assert less["change_km"] == pytest.approx(-0.3, abs=1e-5)  # 100 m at each of three ends
    more = roads.loc[("radius:2.2.3-c:x1.1", "2.2.3-c")]
    north_street = metres((110.012, 25.01), (110.018, 25.01)) / 1000  # its whole length is in
    assert more["change_km"] == pytest.approx(0.3 + north_street, abs=1e-4)
    assert row_of(study, "radius:2.2.3-c:x0.9")["road_change_km"] == pytest.approx(-0.3, abs=1e-5)
    assert row_of(study, "radius:1.3.4-a:x0.9")["road_change_km"] == 0


def test_a_wider_band_widens_the_least_and_the_most_and_leaves_the_named_length(
    study: Sensitivity,
) -> None:
    roads = study.roads.set_index("scenario_id")
    base, wide = roads.loc[BASE], roads.loc["error:roads:50m"]
    assert base["low_km"] - wide["low_km"] == pytest.approx(3 * 0.045, abs=1e-5)  # 60 m, not 15
    assert wide["km"] == pytest.approx(base["km"], abs=1e-9)
    assert wide["high_km"] > base["high_km"] + 3 * 0.045


def test_a_duty_of_warning_days_is_none_on_other_days(study: Sensitivity, small: District) -> None:
    name = "reading:2.2.3-c.3:warning-days"
    assert row_of(study, name)["road_km"] == 0
    assert row_of(study, name)["effect"] == 1
    warned = how_sure(
        replace(small, warning_day=True),
        "汽修",
        west_of_s1(),
        readings=("2.2.3-c.3",),
        position_errors_m=(),
        datum_mistakes=(),
    )
    assert row_of(warned, name)["road_change_km"] == 0


def test_roads_that_count_are_a_list_of_classes(small: District) -> None:
    study = how_sure(
        small,
        "汽修",
        west_of_s1(),
        road_classes={"只算人行道": ["footway"]},
        readings=(),
        position_errors_m=(),
        datum_mistakes=(),
        radius_factors=(),
    )
    lane = metres((110.014, 25.008), (110.016, 25.008)) / 1000
    row = row_of(study, "roads:road-classes:只算人行道")
    assert row["road_km"] == pytest.approx(lane, abs=1e-6)
    assert study.scenarios["scenario_id"].tolist() == [BASE, "roads:road-classes:只算人行道"]


def sample_areas(limit: Callable[[np.ndarray], np.ndarray], points: int = 60_000) -> float:
    """Estimate the ground of the district within 1 km or so of a station, by geodesics."""
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(110, 110.04, points), rng.uniform(25, 25.02, points)
    one = np.ones(points)
    away_m = np.minimum(*(GEOD.inv(one * at[0], one * at[1], lon, lat)[2] for at in (S1, S2)))
    whole_km2 = abs(GEOD.geometry_area_perimeter(shapely.box(110, 25, 110.04, 25.02))[0]) / 1e6
    share = float(limit(away_m).mean())
    return share * whole_km2


def test_ground_changes_where_the_limit_passes_over_it(study: Sensitivity) -> None:
    # Inward of the strip of 10 m along the boundary, which is undecided anyway; a sampled area of
    # a share p of 8.9 km2 is good to 4 * 8.9 * sqrt(p / 60,000) km2.
    row = row_of(study, "radius:1.3.4-a:x0.9")
    sampled = sample_areas(lambda away_m: (away_m > 885) & (away_m <= 1015))
    assert row["ground_changed_km2"] == pytest.approx(sampled, abs=0.06)
    assert row["ground_looser_km2"] == pytest.approx(row["ground_changed_km2"], abs=1e-9)
    freed = sample_areas(lambda away_m: (away_m > 915) & (away_m <= 1015))
    assert row["eligible_change_km2"] == pytest.approx(freed, abs=0.06)
    changes = study.changes[study.changes["scenario_id"] == "radius:1.3.4-a:x0.9"]
    pairs = set(zip(changes["verdict_before"], changes["verdict_after"], strict=True))
    assert pairs == {(CAUGHT, FREE), (CAUGHT, CLOSE), (CLOSE, FREE)}
    spot = shapely.Point(GEOD.fwd(*S1, 270, 950)[:2])  # where B stands
    (held,) = np.flatnonzero(changes.contains(spot))
    assert changes.iloc[held][["verdict_before", "verdict_after"]].tolist() == [CAUGHT, FREE]


def test_ground_of_the_base_is_that_of_the_eligible_area(
    study: Sensitivity, small: District
) -> None:
    parts = eligible_area(small, "汽修", accuracy_m=5).parts.groupby("verdict")["area_km2"].sum()
    ground = study.ground[study.ground["scenario_id"] == BASE].set_index("verdict")["area_km2"]
    assert ground.to_dict() == pytest.approx(parts.to_dict(), rel=1e-9)
    sums = study.ground.groupby("scenario_id")["area_km2"].sum()
    assert (sums.drop("datum:boundary:gcj02") / parts.sum() - 1).abs().max() < 1e-9


def test_changes_of_ground_add_up_to_the_changes_of_each_verdict(study: Sensitivity) -> None:
    for name, group in study.ground.groupby("scenario_id"):
        changes = study.changes[study.changes["scenario_id"] == name]
        gained = changes.groupby("verdict_after")["area_km2"].sum()
        lost = changes.groupby("verdict_before")["area_km2"].sum()
        for verdict, change_km2 in zip(group["verdict"], group["change_km2"], strict=True):
            net = gained.get(verdict, 0.0) - lost.get(verdict, 0.0)
            assert net == pytest.approx(change_km2, abs=1e-5)


def test_a_boundary_in_the_wrong_datum_moves_ground_out_of_the_district(
    study: Sensitivity,
) -> None:
    changes = study.changes[study.changes["scenario_id"] == "datum:boundary:gcj02"]
    lost = changes[changes["verdict_after"] == "out_of_scope"]["area_km2"].sum()
    gained = changes[changes["verdict_before"] == "out_of_scope"]["area_km2"].sum()
    lon, lat = gcj02_to_wgs84([110, 110.04, 110.04, 110], [25, 25, 25.02, 25.02])
    moved = shapely.Polygon(list(zip(lon, lat, strict=True)))
    old = shapely.box(110, 25, 110.04, 25.02)
    expected = abs(GEOD.geometry_area_perimeter(shapely.difference(old, moved))[0]) / 1e6
    assert lost == pytest.approx(expected, rel=1e-3)
    expected = abs(GEOD.geometry_area_perimeter(shapely.difference(moved, old))[0]) / 1e6
    assert gained == pytest.approx(expected, rel=1e-3)


def test_what_cannot_be_tried_is_listed_with_its_reason(study: Sensitivity) -> None:
    reasons = {one.scenario_id: one.reason for one in study.not_tried}
    assert "不能计算" in reasons["reading:1.3.4-a.1:all-voc"].zh
    assert "只写了这一种读法" in reasons["reading:2.2.3-c.2"].zh
    tried = set(study.scenarios["scenario_id"])
    assert not tried & set(reasons)


def test_tables_keep_their_columns_and_the_order_of_effect(study: Sensitivity) -> None:
    assert list(study.scenarios) == list(SCENARIO_COLUMNS)
    assert list(study.sites) == list(SITE_FLIP_COLUMNS)
    assert list(study.roads) == list(ROAD_COLUMNS)
    assert study.scenarios["scenario_id"].iloc[0] == BASE
    effects = study.scenarios["effect"].iloc[1:]
    assert effects.is_monotonic_decreasing
    largest = study.scenarios.iloc[1]
    shares = (
        largest["sites_flipped"] / 5,
        largest["ground_changed_km2"]
        / study.ground.loc[study.ground["scenario_id"] == largest["scenario_id"], "area_km2"].sum(),
        abs(largest["road_change_km"]) / study.scenarios["road_km"].iloc[0],
    )
    assert largest["effect"] == pytest.approx(max(shares))
    assert study.sites["scenario_id"].drop_duplicates().tolist() == [
        one for one in study.scenarios["scenario_id"] if one in set(study.sites["scenario_id"])
    ]


def test_the_same_question_has_the_same_answer(small: District, study: Sensitivity) -> None:
    again = how_sure(small, "汽修", west_of_s1(), accuracy_m=5, radii_m={"1.3.4-a": [500]})
    pd.testing.assert_frame_equal(study.scenarios, again.scenarios)
    pd.testing.assert_frame_equal(study.sites, again.sites)
    assert shapely.to_wkb(study.changes.geometry).tolist() == (
        shapely.to_wkb(again.changes.geometry).tolist()
    )


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"radii_m": {"9.9.9-z": [10]}}, "9.9.9-z"),
        ({"parameter_values": {"near_school_m": [10]}}, "near_school_m"),
        ({"readings": ("1.1",)}, "1.1"),
        ({"datum_mistakes": ("xian80",)}, "xian80"),
        ({"radius_factors": (-1,)}, "-1"),
        ({"position_errors_m": (float("nan"),)}, "nan"),
    ],
)
def test_options_that_are_not_in_play_are_refused(
    small: District, options: dict[str, Any], word: str
) -> None:
    with pytest.raises(InputError, match=word):
        how_sure(small, "汽修", west_of_s1(), **options)


def test_all_faults_of_the_options_are_in_one_message(small: District) -> None:
    with pytest.raises(InputError) as caught:
        how_sure(small, "汽修", west_of_s1(), radius_factors=(-1, -2), readings=("x",))
    assert len(caught.value.faults) == 3


def test_progress_names_every_scenario(small: District) -> None:
    seen: list[tuple[str, int, int]] = []
    study = how_sure(
        small,
        "汽修",
        west_of_s1(),
        readings=(),
        datum_mistakes=(),
        position_errors_m=(),
        progress=lambda name, done, total: seen.append((name, done, total)),
    )
    assert {name for name, _, _ in seen} == set(study.scenarios["scenario_id"]) - {BASE}
    assert [done for _, done, _ in seen] == list(range(len(seen)))
    assert {total for _, _, total in seen} == {len(seen)}


def test_without_roads_the_sites_are_judged_and_the_note_says_so(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    bare = district_of(*(layer for name, layer in town.items() if name != "roads"))
    study = how_sure(bare, "汽修", west_of_s1(), accuracy_m=5)
    assert np.isnan(study.scenarios["road_km"]).all()
    assert any("道路" in note.zh for note in study.notes)
    assert flips_of(study, "radius:1.3.4-a:x0.9") == {"B": (CAUGHT, FREE), "C": (CLOSE, FREE)}


def test_every_scenario_is_what_the_engine_says_of_its_case(
    town: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> None:
    from qxgeo.siting.candidates import check_entrances, check_places
    from qxgeo.siting.kinds import find_kind, read_plan_of
    from qxgeo.siting.sensitivity.model import Case
    from qxgeo.siting.sensitivity.outcome import work_out
    from qxgeo.siting.sensitivity.play import find_play
    from qxgeo.siting.sensitivity.study import list_scenarios
    from qxgeo.siting.sensitivity.trials import Trials

    school = {
        "site_id": "X1",
        "name": "小学",
        "geometry": shapely.box(110.03, 25.005, 110.031, 25.006),
    }
    market = {"site_id": "M1", "name": "菜市", "geometry": shapely.Point(110.005, 25.005)}
    district = district_of(
        *town.values(), layer_of("schools", [school]), layer_of("markets", [market])
    )
    rng = np.random.default_rng(9)
    lonlat = rng.uniform((109.999, 24.999), (110.041, 25.021), (60, 2))
    places = check_places(gpd.GeoDataFrame(geometry=gpd.points_from_xy(*lonlat.T), crs=4326))
    doors = gpd.GeoDataFrame(
        {"site_id": places["site_id"]},
        geometry=gpd.points_from_xy(lonlat[:, 0], lonlat[:, 1] * 0 + 25.0101),
        crs=4326,
    )
    plan = read_plan_of(district)
    kind = find_kind(district, plan, "inspection_agency")
    play = find_play(kind, plan, district)
    base = Case(
        district=district,
        plan=plan,
        places=places,
        entrances=check_entrances(doors, places),
        accuracy_m=10.0,
    )
    trials = Trials(
        radius_factors=(1.3,),
        radii_m={"4.1.4-b": (300,)},
        parameter_values={"near_school_m": (150,), "near_market_m": (400,), "frontage_tol_m": (5,)},
        position_errors_m=(80,),
        datum_mistakes=("bd09",),
        road_classes={"主干": ("secondary",)},
        readings="all",
    )
    known = work_out(base, play, attributes={})
    scenarios, _ = list_scenarios(trials, play, base)
    groups = {one.group for one in scenarios}
    assert groups == {"radius", "parameter", "error", "datum", "roads", "reading"}
    flips = 0
    for one in scenarios:
        case = one.case
        quick = work_out(case, play, attributes={}, known=(base, known))
        fresh = work_out(case, play, attributes={})
        checks = check_sites(
            case.district,
            "inspection_agency",
            case.places,
            entrances=case.entrances,
            accuracy_m=case.accuracy_m,
            plan=case.plan,
        )
        said = {"" if o.rule is None else o.rule.rule_id: o.verdicts for o in checks.by_rule}
        assert said.keys() == quick.lines.keys()
        for name, codes in said.items():
            assert codes.tolist() == quick.lines[name].tolist(), (one.scenario_id, name)
        assert quick.roads == fresh.roads, one.scenario_id
        assert quick.ground_km2 == pytest.approx(fresh.ground_km2, rel=1e-12), one.scenario_id
        area = eligible_area(
            case.district, "inspection_agency", accuracy_m=case.accuracy_m, plan=case.plan
        )
        parts = area.parts.groupby("verdict")["area_km2"].sum()
        assert {str(v): km2 for v, km2 in quick.ground_km2.items()} == pytest.approx(
            parts[parts > 1e-9].to_dict(), abs=1e-8
        ), one.scenario_id
        flips += int((quick.summaries != known.summaries).sum())
    assert flips > 100


QUIET: dict[str, Any] = {"readings": (), "position_errors_m": (), "datum_mistakes": ()}


def test_of_many_flips_the_first_are_named_and_the_others_counted(small: District) -> None:
    lonlat = [GEOD.fwd(*S1, 10 * turn, 850)[:2] for turn in range(7)]
    places = gpd.GeoDataFrame(geometry=[shapely.Point(one) for one in lonlat], crs=4326)
    study = how_sure(small, "汽修", places, accuracy_m=5, radius_factors=(0.5,), **QUIET)
    row = row_of(study, "radius:1.3.4-a:x0.5")
    assert row["sites_flipped"] == 7
    assert row["flips_zh"].startswith("1：不再新增审批 → 不限制；2：")
    assert row["flips_zh"].endswith("；另有2处")
    assert row["flips_en"].endswith("; 2 more")


def test_without_stations_nothing_is_measured_and_nothing_is_said_to_flip(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    bare = district_of(*(layer for name, layer in town.items() if name != "stations"))
    study = how_sure(bare, "汽修", west_of_s1(), accuracy_m=5)
    assert study.roads["km"].isna().all()
    assert set(study.checks.places["summary"]) == {"unknown"}
    assert row_of(study, "radius:1.3.4-a:x0.9")[["sites_flipped", "effect"]].tolist() == [0, 0]
    assert any("没有可量的道路图层" in note.zh for note in study.notes)


def test_one_ambiguity_can_be_named_alone(small: District) -> None:
    facts = QUIET | {"readings": "2.2.3-c.1"}
    study = how_sure(small, "汽修", west_of_s1(), radius_factors=(), **facts)
    assert sorted(study.scenarios["scenario_id"]) == [
        BASE,
        "reading:2.2.3-c.1:public-roads",
        "reading:2.2.3-c.1:with-tracks",
    ]


def test_a_list_of_classes_is_not_tried_where_no_rule_asks_for_roads(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    bare = district_of(*(layer for name, layer in town.items() if name != "roads"))
    facts = QUIET | {"road_classes": {"主干": ["primary"]}}
    study = how_sure(bare, "汽修", west_of_s1(), **facts)
    (left,) = study.not_tried
    assert left.scenario_id == "roads:road-classes:主干"
    assert "没有规则问到道路" in left.reason.zh


def test_a_list_of_classes_keeps_what_else_a_condition_asks() -> None:
    where = {
        "any": [{"road_class": ["a"]}, {"surface": "土"}],
        "all": [{"road_class": ["b"]}],
        "not": {"any": [{"is_tunnel": True}, {"road_class": ["c"]}]},
    }
    assert dict(_only(where, ["primary"])) == {
        "any": ({"surface": "土"},),
        "not": {"any": ({"is_tunnel": True},)},
        "road_class": ("primary",),
    }
    assert dict(_only({"not": {"road_class": ["c"]}}, ["x"])) == {"road_class": ("x",)}


def test_a_number_that_nobody_sets_is_not_tried_and_one_that_is_listed_is(
    town: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> None:
    school = {"site_id": "X", "name": "小学", "geometry": shapely.Point(110.005, 25.01)}
    district = district_of(*town.values(), layer_of("schools", [school]))
    study = how_sure(
        district,
        "inspection_agency",
        west_of_s1(),
        accuracy_m=5,
        parameter_values={"near_school_m": [300]},
        **QUIET,
    )
    reasons = {one.scenario_id: one.reason.zh for one in study.not_tried}
    assert "没有给出要试的数字" in reasons["parameter:near_market_m"]
    assert "无从放缩" in reasons["radius:4.1.4-b"]
    assert "parameter:near_school_m" not in reasons
    row = row_of(study, "parameter:near_school_m:300")
    assert row["change_zh"] == "未定 → 300 m"
    line = study.sites[
        (study.sites["scenario_id"] == "parameter:near_school_m:300")
        & (study.sites["rule_id"] == "4.1.4-b")
    ]
    # The school lies 1,009 m west of S1, places and school off by 5 m each: A (850 m), B, C, D
    # and E (1,150 m) are all within 290 m of it.
    assert line["verdict_before"].tolist() == ["needs_decision"] * 5
    assert line["verdict_after"].tolist() == ["prohibited"] * 5
    assert any("4.1.4-e" in note.zh for note in study.notes)


def test_ground_where_an_unknown_attribute_decides_is_left_out_and_said(
    small: District,
) -> None:
    study = how_sure(small, "catering", west_of_s1(), **QUIET)
    assert any("3.3.0-a" in note.zh and "attributes" in note.zh for note in study.notes)
    assert "3.3.0-a" in set(study.rule_ground["rule_id"])
    assert row_of(study, "radius:3.3.0-a:x1.1")["ground_changed_km2"] == 0
    facts = study.rule_ground.set_index(["scenario_id", "rule_id"])
    assert facts.loc[("radius:3.3.0-a:x1.1", "3.3.0-a"), "caught_change_km2"] > 0.3
    known = how_sure(small, "catering", west_of_s1(), attributes={"is_large": True}, **QUIET)
    assert row_of(known, "radius:3.3.0-a:x1.1")["ground_changed_km2"] > 0.3


def test_a_rule_that_is_limited_to_stations_looks_at_them() -> None:
    plan = load_plan("qixing-2023")
    assert layers_of(plan.rule("2.2.4-b")) == ("urban_rural_fringe",)
    near = apply_choices(plan, {"2.2.4-b.1": "within-5-km"})
    assert layers_of(near.rule("2.2.4-b")) == ("urban_rural_fringe", "stations")
