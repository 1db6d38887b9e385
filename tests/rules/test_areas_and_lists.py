"""Rules by area and by feature, and the readings that change them, on the hand-drawn town."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.assess import assess
from qxgeo.geodesy import area_m2
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from qxgeo.assess import Assessment
    from qxgeo.district import District, Layer

KARNEY = Geod(ellps="WGS84")
FRINGE = shapely.box(110.02, 25.0, 110.03, 25.02)


def _site(code: str, lon: float, lat: float, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"site_id": code, "name": code, "geometry": shapely.Point(lon, lat), **facts}


@pytest.fixture(scope="module")
def layers(town: dict[str, Layer], layer_of: Callable[..., Layer]) -> dict[str, Layer]:
    patches = {
        "across": shapely.box(110.015, 25.005, 110.025, 25.006),
        "outside": shapely.box(110.035, 25.005, 110.036, 25.006),
        "near": shapely.box(110.030_05, 25.005, 110.031, 25.006),  # 5 m east of the fringe
    }
    return town | {
        "urban_rural_fringe": layer_of(
            "urban_rural_fringe", [{"zone_id": "F", "name": "城乡结合部", "geometry": FRINGE}]
        ),
        "rural_area": layer_of(
            "rural_area",
            [
                {
                    "zone_id": "C",
                    "name": "农村",
                    "geometry": shapely.box(110.0, 25.0, 110.05, 25.0095),
                }
            ],
        ),
        "bare_ground": layer_of(
            "bare_ground",
            [{"zone_id": k, "name": k, "geometry": shape} for k, shape in patches.items()],
        ),
        "auto_repair": layer_of(
            "auto_repair",
            [
                _site("old", 110.016, 25.01, status="existing"),
                _site("new", 110.016, 25.01, status="proposed"),
                _site("renewal", 110.016, 25.01, status="change"),
                _site("far", 110.03, 25.002, status="proposed"),
            ],
        ),
        "inspection_agencies": layer_of(
            "inspection_agencies", [_site("agency", 110.017, 25.01, status="proposed")]
        ),
        "schools": layer_of(
            "schools",
            [
                {
                    "site_id": "S",
                    "name": "学校",
                    "geometry": shapely.box(110.018, 25.01, 110.019, 25.011),
                }
            ],
        ),
        "residential_buildings": layer_of(
            "residential_buildings",
            [
                {
                    "site_id": "B",
                    "name": "居民楼",
                    "geometry": shapely.box(110.01, 25.004, 110.011, 25.005),
                }
            ],
            accuracy_m=1.0,
        ),
        "catering": layer_of(
            "catering",
            [_site("same", 110.0105, 25.0045), _site("clear", 110.0125, 25.0045)],
            accuracy_m=1.0,
        ),
    }


@pytest.fixture(scope="module")
def result(layers: dict[str, Layer], district_of: Callable[..., District]) -> Assessment:
    return assess(district_of(*layers.values()))


def _rows(result: Assessment, rule: str) -> pd.DataFrame:
    return result.findings[result.findings["rule_id"] == rule].set_index("subject_id")


def test_bare_ground_counts_with_its_part_in_the_fringe(result: Assessment) -> None:
    rows = _rows(result, "2.2.4-b")
    part = area_m2(np.array([shapely.box(110.02, 25.005, 110.025, 25.006)]))[0]
    assert rows.loc["across", "verdict"] == Verdict.APPLIES
    assert rows.loc["across", "area_m2"] == pytest.approx(part, rel=1e-9)
    assert rows.loc["across", "township_id"] == "450305002"
    assert rows.loc["near", "verdict"] == Verdict.TOO_CLOSE_TO_CALL
    gap_m = KARNEY.inv(110.03, 25.0055, 110.030_05, 25.0055)[2]
    assert rows.loc["near", "margin_m"] == pytest.approx(-gap_m, abs=0.01)
    assert rows.loc["outside", "verdict"] == Verdict.DOES_NOT_APPLY
    assert rows.loc["outside", "area_m2"] == 0


def test_the_reading_also_five_kilometres_limits_the_fringe_to_the_discs(
    layers: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> None:
    alone = layer_of(
        "stations",
        [
            {
                "station_id": "S1",
                "name": "远站",
                "control_level": "national",
                "geometry": shapely.Point(110.0751, 25.0055),
            }
        ],
    )
    distance_m = KARNEY.inv(110.0751, 25.0055, 110.025, 25.0055)[2]
    assert distance_m > 5_020
    district = district_of(
        *(layers | {"stations": alone}).values(),
        choices={"2.2.4-b.1": "within-5-km", "2.2.4-c.1": "within-5-km"},
    )
    rows = _rows(assess(district), "2.2.4-b")
    assert rows.loc["across", "verdict"] == Verdict.DOES_NOT_APPLY


def test_the_road_in_the_country_counts_by_its_surface(
    layers: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> None:
    line = shapely.LineString([(110.001, 25.001), (110.001, 25.0199)])
    roads = layer_of(
        "roads",
        [
            {
                "section_id": code,
                "name": code,
                "road_class": "track",
                "surface": surface,
                "geometry": line,
            }
            for code, surface in (("dirt", "dirt"), ("paved", "asphalt"), ("blank", None))
        ],
    )
    for choices in ({}, {"2.2.4-c.1": "within-5-km"}):  # all of it lies within 5 km of S1
        rows = _rows(
            assess(district_of(*(layers | {"roads": roads}).values(), choices=choices)), "2.2.4-c"
        )
        assert rows["verdict"].to_dict() == {"dirt": Verdict.APPLIES, "blank": Verdict.UNKNOWN}
        inside_m = KARNEY.inv(110.001, 25.001, 110.001, 25.0095)[2]
        assert rows.loc["dirt", "length_m"] == pytest.approx(inside_m, abs=1e-3)


def test_no_new_approval_spares_existing_premises_and_leaves_renewals_open(
    result: Assessment,
) -> None:
    rows = _rows(result, "1.3.4-a")
    assert rows.loc["old", "verdict"] == Verdict.DOES_NOT_APPLY
    assert "只限新增" in rows.loc["old", "reason_zh"]
    assert "new ones only" in rows.loc["old", "reason_en"]
    assert rows.loc["new", "verdict"] == Verdict.APPLIES
    assert rows.loc["renewal", "verdict"] == Verdict.UNKNOWN
    assert "待主管单位认定" in rows.loc["renewal", "reason_zh"]
    assert rows.loc["far", "verdict"] == Verdict.DOES_NOT_APPLY


def test_strengths_are_never_merged(result: Assessment) -> None:
    scopes = set(result.totals["scope"])
    assert {"strength:no_new_approval", "strength:guided", "strength:obliged"} <= scopes
    zones = result.zones.set_index("rule_id")
    assert zones.loc["1.3.4-a", "strength"] == "no_new_approval"
    assert zones.loc["4.1.4-f", "strength"] == "guided"


def test_a_zone_is_shared_out_by_township(result: Assessment) -> None:
    zone = result.findings[result.findings["subject_id"] == "zone:1.3.4-a"]
    town = shapely.box(110, 25, 110.04, 25.02)
    drawn = result.zones.set_index("rule_id").geometry["1.3.4-a"].intersection(town)
    assert set(zone["township_id"]) == {"450305001", "450305002"}
    assert zone["area_m2"].sum() == pytest.approx(area_m2(np.array([drawn]))[0], rel=1e-9)


def test_near_a_school_is_open_until_somebody_sets_the_number(
    layers: dict[str, Layer], district_of: Callable[..., District], result: Assessment
) -> None:
    gap = {g.rule_id: g for g in result.gaps}["4.1.4-b"]
    assert gap.missing == ("parameter:near_school_m",)
    from qxgeo.district import ParameterValue

    value = ParameterValue(value=150.0, source="区政府办〔2023〕1号")
    decided = assess(district_of(*layers.values(), parameters={"near_school_m": value}))
    row = _rows(decided, "4.1.4-b").loc["agency"]
    to_school_m = KARNEY.inv(110.017, 25.01, 110.018, 25.01)[2]
    assert row["verdict"] == Verdict.APPLIES
    assert row["distance_m"] == pytest.approx(to_school_m, abs=0.01)
    assert row["radius_m"] == 150
    told = {a.assumption_id: a for a in decided.assumptions}["near_school_m"]
    assert told.source.zh == "区政府办〔2023〕1号"
    zone = decided.zones.set_index("rule_id").geometry["4.1.4-b"]
    corner = KARNEY.fwd(110.018, 25.01, 225, 149)
    assert zone.contains(shapely.Point(corner[:2]))
    assert not zone.contains(shapely.Point(KARNEY.fwd(110.018, 25.01, 225, 151)[:2]))


def test_a_kitchen_in_the_dwelling_house_is_caught_whatever_the_error(result: Assessment) -> None:
    rows = _rows(result, "3.1.0-a")
    assert rows.loc["same", "verdict"] == Verdict.APPLIES
    assert rows.loc["same", "distance_m"] == 0
    assert rows.loc["clear", "verdict"] == Verdict.DOES_NOT_APPLY


def test_a_road_without_an_official_grade_is_judged_by_its_class(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> None:
    cases = {
        "graded": ("主干路", "residential", Verdict.APPLIES),
        "side": ("支路", "primary", None),
        "by class": (None, "secondary", Verdict.APPLIES),
        "lane": (None, "residential", None),
        "blank": (None, None, Verdict.UNKNOWN),
    }
    line = shapely.LineString([(110.001, 25.001), (110.002, 25.001)])
    roads = layer_of(
        "roads",
        [
            {
                "section_id": code,
                "name": code,
                "official_grade": grade,
                "road_class": kind,
                "geometry": line,
            }
            for code, (grade, kind, _) in cases.items()
        ],
    )
    rows = _rows(assess(district_of(*(town | {"roads": roads}).values())), "2.2.2-a")
    told = {code: verdict for code, (_, _, verdict) in cases.items() if verdict is not None}
    assert rows["verdict"].to_dict() == told
