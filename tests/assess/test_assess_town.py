"""The main job on a town that a reader can hold in the head."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from qxgeo.assess import assess
from qxgeo.schemas import FINDING_COLUMNS
from qxgeo.vocabulary import OUTSIDE_DISTRICT, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from qxgeo.assess import Assessment
    from qxgeo.district import District, Layer

KARNEY = Geod(ellps="WGS84")
KEEP_WET = "2.2.3-c"
BAND_M = 15.0  # station 10 m, roads 5 m


def _east_m(first: float, last: float) -> float:
    """Length of the parallel 25.01 between two longitudes, by short geodesics."""
    return float(KARNEY.line_length(np.linspace(first, last, 200), np.full(200, 25.01)))


@pytest.fixture(scope="module")
def result(town: dict[str, Layer], district_of: Callable[..., District]) -> Assessment:
    return assess(district_of(*town.values()))


def _of(result: Assessment, subject: str, rule: str = KEEP_WET) -> pd.DataFrame:
    rows = result.findings
    return rows[(rows["rule_id"] == rule) & (rows["subject_id"] == subject)].set_index(
        "township_id"
    )


def test_findings_obey_their_contract(result: Assessment) -> None:
    assert list(result.findings.columns) == [*FINDING_COLUMNS, "geometry"]
    assert result.findings.crs == "EPSG:4326"
    assert result.findings["finding_id"].is_unique
    assert {c: str(t) for c, t in result.findings.dtypes.items() if c != "geometry"} == (
        FINDING_COLUMNS
    )


def test_the_long_road_is_shared_out_by_township_and_the_neighbour_named(
    result: Assessment,
) -> None:
    rows = _of(result, "R1")
    # S1 reaches 1 000 m to either side of 110.015, S2 from 110.045 back into the town and on.
    west_m = 1_000 + _east_m(110.015, 110.02)
    east_m = 1_000 - _east_m(110.015, 110.02) + 1_000 - _east_m(110.04, 110.045)
    outside_m = _east_m(110.04, 110.05)
    expected = {"450305001": west_m, "450305002": east_m, OUTSIDE_DISTRICT: outside_m}
    assert rows["length_m"].to_dict() == pytest.approx(expected, abs=2e-3)
    assert (rows["verdict"] == Verdict.APPLIES).all()
    assert rows["whole_length_m"].to_numpy() == pytest.approx(_east_m(109.99, 110.05), abs=1e-3)
    band = rows["length_high_m"].sum() - rows["length_m"].sum()
    assert band == pytest.approx(3 * BAND_M, abs=2e-3)  # S1 twice, S2 once: its east end is whole


def test_responsible_units_are_those_of_the_ground(result: Assessment) -> None:
    rows = _of(result, "R1")
    assert rows.loc["450305001", "responsible"] == "七星区街道"
    assert rows.loc["450305002", "responsible"] == "东江街道"
    assert rows.loc["450305002", "lead"] == "区城市管理局"
    assert rows.loc[OUTSIDE_DISTRICT, ["lead", "cooperating", "responsible"]].tolist() == [""] * 3
    assert "告知邻区" in rows.loc[OUTSIDE_DISTRICT, "reason_zh"]
    assert rows.loc["450305002", "reason_zh"].startswith("2.2.3：长路")
    assert "牵头：区城市管理局" in rows.loc["450305002", "reason_zh"]


def test_a_road_within_the_position_error_is_too_close_to_call(result: Assessment) -> None:
    row = _of(result, "R2").loc["450305001"]
    assert row["verdict"] == Verdict.TOO_CLOSE_TO_CALL
    distance_m = KARNEY.inv(110.015, 25.01, 110.015, row.geometry.coords[0][1])[2]
    assert row["distance_m"] == pytest.approx(distance_m, abs=1e-3)
    assert row["margin_m"] == pytest.approx(1_000 - distance_m, abs=1e-3)
    assert row["length_m"] == 0
    assert row["length_high_m"] > 0


def test_a_road_of_unknown_class_is_unknown_and_other_ways_are_no_subjects(
    result: Assessment,
) -> None:
    assert _of(result, "R4")["verdict"].tolist() == [Verdict.UNKNOWN]
    for subject in ("R5", "R6"):  # a footway and a tunnel
        assert len(_of(result, subject)) == 0


def test_far_roads_are_counted_not_listed(result: Assessment) -> None:
    assert len(_of(result, "R3")) == 0
    counts = result.rule_counts.set_index("rule_id").loc[KEEP_WET]
    assert counts.to_dict() == {
        "subjects": 5,
        "applies": 2,
        "does_not_apply": 1,
        "too_close_to_call": 1,
        "unknown": 1,
    }


def test_a_closed_station_counts_on_its_days_only(
    town: dict[str, Layer], district_of: Callable[..., District], result: Assessment
) -> None:
    then = assess(district_of(*town.values(), as_of=date(2019, 6, 30)))
    assert "S3" not in set(result.findings["reference_id"])
    before = then.findings[then.findings["rule_id"] == KEEP_WET]
    now = result.findings[result.findings["rule_id"] == KEEP_WET]
    assert before["length_m"].sum() > now["length_m"].sum() + 500  # S3 fills the gap in the middle


def test_what_cannot_be_judged_is_a_gap_and_every_rule_is_one_or_the_other(
    result: Assessment,
) -> None:
    judged = set(result.rule_counts["rule_id"])
    gaps = {gap.rule_id: gap for gap in result.gaps}
    assert judged.isdisjoint(gaps)
    assert len(judged) + len(gaps) == len(result.plan.rules) == 34
    assert gaps["2.2.3-b"].missing == ("layer:main_urban_area",)
    assert gaps["4.1.4-b"].missing[0].startswith("layer:")
    assert "main_urban_area" in gaps["2.2.3-b"].reason.zh


@pytest.mark.parametrize("missing", ["stations", "roads"])
def test_without_stations_or_roads_nothing_is_free(
    town: dict[str, Layer], district_of: Callable[..., District], missing: str
) -> None:
    layers = [layer for name, layer in town.items() if name != missing]
    result = assess(district_of(*layers))
    gap = {g.rule_id: g for g in result.gaps}[KEEP_WET]
    assert f"layer:{missing}" in gap.missing


def test_no_station_in_force_is_a_gap(
    town: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> None:
    closed = layer_of(
        "stations",
        [
            {
                "station_id": "S9",
                "name": "旧站",
                "control_level": "national",
                "valid_to": date(2001, 1, 1),
                "geometry": shapely.Point(110.01, 25.01),
            }
        ],
    )
    result = assess(district_of(*(town | {"stations": closed}).values()))
    assert {g.rule_id for g in result.gaps} >= {KEEP_WET, "1.3.4-a", "2.2.4-a"}


def _check_sums(result: Assessment) -> None:
    totals = result.totals
    for keys, group in totals.groupby(["scope", "verdict"]):
        parts, whole = group[group["township_id"] != "all"], group[group["township_id"] == "all"]
        for column, tolerance in (("length_m", 1e-6), ("area_m2", 1e-3)):
            assert parts[column].sum() == pytest.approx(
                whole[column].sum(), rel=1e-9, abs=tolerance
            ), keys
    rules = result.findings.groupby(["rule_id", "verdict"])["length_m"].sum()
    for (rule_id, verdict), length_m in rules.items():
        if verdict != Verdict.APPLIES:
            continue
        total = totals.query(f"scope == 'rule:{rule_id}' and verdict == @verdict")
        whole = total.loc[total["township_id"] == "all", "length_m"].sum()
        assert length_m == pytest.approx(whole, rel=1e-9, abs=1e-6)
    counts = result.rule_counts
    assert (
        counts[["applies", "does_not_apply", "too_close_to_call", "unknown"]].sum(axis=1)
        == counts["subjects"]
    ).all()


def test_totals_add_up(result: Assessment) -> None:
    _check_sums(result)


COORDINATE = st.floats(min_value=-0.03, max_value=0.03).map(lambda v: round(v, 5))
PLACE = st.tuples(COORDINATE, COORDINATE)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    roads=st.lists(st.lists(PLACE, min_size=2, max_size=4, unique=True), min_size=1, max_size=4),
    stations=st.lists(PLACE, min_size=1, max_size=3, unique=True),
    trucks=st.booleans(),
)
def test_totals_add_up_whatever_the_roads_and_stations(
    town: dict[str, Layer],
    district_of: Callable[..., District],
    layer_of: Callable[..., Layer],
    roads: list[list[tuple[float, float]]],
    stations: list[tuple[float, float]],
    trucks: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    def at(place: tuple[float, float]) -> tuple[float, float]:
        return 110.02 + place[0], 25.01 + place[1]

    layers = town | {
        "stations": layer_of(
            "stations",
            [
                {
                    "station_id": f"S{i}",
                    "name": f"站{i}",
                    "control_level": "national",
                    "geometry": shapely.Point(at(place)),
                }
                for i, place in enumerate(stations)
            ],
        ),
        "roads": layer_of(
            "roads",
            [
                {
                    "section_id": f"R{i}",
                    "name": "",
                    "road_class": "primary",
                    "heavy_truck": trucks,
                    "geometry": shapely.LineString([at(p) for p in places]),
                }
                for i, places in enumerate(roads)
            ],
        ),
        "main_urban_area": layer_of(
            "main_urban_area",
            [
                {
                    "zone_id": "Z",
                    "name": "主城区",
                    "geometry": shapely.box(110.01, 25, 110.03, 25.03),
                }
            ],
        ),
    }
    result = assess(district_of(*layers.values()))
    _check_sums(result)
    page = result.totals.query("scope == 'page:keep_wet' and verdict == 'applies'")
    whole = page.loc[page["township_id"] == "all", "length_m"].sum()
    each = [
        result.totals.query(
            f"scope == 'rule:{rule}' and verdict == 'applies' and township_id == 'all'"
        )["length_m"].sum()
        for rule in ("2.2.3-b", "2.2.3-c")
    ]
    assert max(each) - 1e-6 <= whole <= sum(each) + 1e-6
    shared = result.reasons.query("rule_ids.str.contains('2.2.3-b, 2.2.3-c')")["length_m"].sum()
    assert whole + shared == pytest.approx(sum(each), rel=1e-9, abs=1e-6)


def test_the_same_input_gives_the_same_assessment(
    town: dict[str, Layer], district_of: Callable[..., District], result: Assessment
) -> None:
    again = assess(district_of(*town.values()))
    assert again.findings.equals(result.findings)
    assert again.totals.equals(result.totals)
    assert again.gaps == result.gaps
    assert again.assumptions == result.assumptions


def test_a_borrowed_plan_is_said_and_means_the_townships_of_this_district(
    town: dict[str, Layer],
    district_of: Callable[..., District],
    layer_of: Callable[..., Layer],
    result: Assessment,
) -> None:
    elsewhere = layer_of(
        "townships",
        [
            {
                "township_id": "310101002",
                "name": "南京东路街道",
                "geometry": shapely.box(110, 25, 110.03, 25.02),
            }
        ],
    )
    district = district_of(*(town | {"townships": elsewhere}).values())
    lent = assess(dataclasses.replace(district, code="310101"))
    assert lent.assumptions[0].assumption_id == "plan"
    assert "450305" in lent.assumptions[0].text.zh
    assert "plan" not in {a.assumption_id for a in result.assumptions}
    rows = _of(lent, "R1")
    assert rows.loc["310101002", "responsible"] == "南京东路街道"
    assert rows.loc["310101002", "lead"] == "区城市管理局"
    assert "待划分" in rows.loc["no_township", "responsible"]
