"""The rule book: what a page needs to judge, as plain data, and nothing that it could not know."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.district import ParameterValue
from qxgeo.siting import check_site, find_kind
from qxgeo.siting.book import draw_rule_zones, write_rule_book
from qxgeo.siting.book_shapes import AREA, LINE, POINT, pack_shapes, unpack_shapes
from qxgeo.siting.kinds import read_plan_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def district(
    town: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> District:
    """Give the town with a school, two touching no-fuel zones and a dwelling."""
    box = shapely.box
    school = {"site_id": "X1", "name": "小学", "geometry": box(110.03, 25.005, 110.031, 25.006)}
    dwelling = {"site_id": "B1", "name": "", "geometry": box(110.025, 25.015, 110.0252, 25.0151)}
    zones = [
        {
            "zone_id": f"Z{at}",
            "name": f"禁燃区{at}",
            "geometry": box(110 + at / 100, 25, 110.01 + at / 100, 25.02),
        }
        for at in range(2)
    ]
    return district_of(
        *town.values(),
        layer_of("schools", [school]),
        layer_of("residential_buildings", [dwelling]),
        layer_of("no_fuel_zone", zones),
    )


def book_of(district: District, kind: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    return write_rule_book(district, find_kind(district, read_plan_of(district), kind), **options)


def rule_of(book: dict[str, Any], rule_id: str) -> dict[str, Any]:
    (rule,) = (one for one in book["rules"] if one["id"] == rule_id)
    return rule


KINDS = (
    "auto_repair",
    "spray_centre",
    "catering",
    "inspection_agency",
    "im_station",
    "straw_store",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_book_is_json_and_the_same_each_time(district: District, kind: str) -> None:
    book = book_of(district, kind)
    text = json.dumps(book, ensure_ascii=False, allow_nan=False)
    assert json.loads(text) == book
    assert text == json.dumps(book_of(district, kind), ensure_ascii=False)


def test_numbers_come_from_the_plan_and_an_open_one_stays_open(district: District) -> None:
    book = book_of(district, "inspection_agency")
    plan = read_plan_of(district)
    assert rule_of(book, "4.1.4-f")["radius_m"] == plan.rule("4.1.4-f").radius_m
    assert rule_of(book, "4.1.4-b")["radius_m"] is None
    given = {"near_school_m": ParameterValue(value=123.0, source="牵头单位")}
    book = book_of(replace(district, parameters=given), "inspection_agency")
    assert rule_of(book, "4.1.4-b")["radius_m"] == 123
    assert "near_school_m" in rule_of(book, "4.1.4-b")["assumptions"]


def test_errors_of_the_book_and_of_the_place_add_up_to_those_of_a_card(district: District) -> None:
    book = book_of(district, "catering", accuracy_m=7.0)
    card = check_site(district, "catering", (110.01, 25.01), accuracy_m=7.0)
    asked = {line.rule_id: line.error_m for line in card.lines if line.error_m is not None}
    assert asked.pop("") == book["accuracy_m"] + book["ground"]["accuracy_m"]
    assert asked == {
        rule["id"]: book["accuracy_m"] + rule["accuracy_m"]
        for rule in book["rules"]
        if rule["id"] in asked
    }
    assert set(asked) >= {"3.1.0-a", "3.1.0-b", "3.3.0-a"}


def test_only_stations_in_force_are_measured_to(district: District) -> None:
    book = book_of(district, "auto_repair")
    table = book["references"][rule_of(book, "1.3.4-a")["reference"]]
    assert table["ids"] == ["S1", "S2"]
    assert table["names"] == ["城内站", "邻区站"]


def test_a_missing_layer_is_named_and_nothing_is_measured(district: District) -> None:
    rule = rule_of(book_of(district, "inspection_agency"), "4.1.4-c")
    assert rule["missing"] == [["菜市", "food markets"]]
    assert "reference" not in rule


def test_areas_that_touch_are_judged_by_their_union(district: District) -> None:
    book = book_of(district, "catering")
    rule = rule_of(book, "3.1.0-b")
    assert book["references"][rule["reference"]]["ids"] == ["Z0", "Z1"]
    (pieces,) = unpack_shapes(book["references"][rule["area"]])
    assert [sort for sort, _ in pieces] == [AREA]
    ring = shapely.Polygon(pieces[0][1][0])
    assert ring.equals(shapely.box(110, 25, 110.02, 25.02))


def test_roads_carry_what_the_rule_says_of_them(district: District) -> None:
    rule = rule_of(book_of(district, "inspection_agency"), "4.1.4-e")
    answers = dict(zip(rule["section_ids"], rule["answers"], strict=True))
    # R5 is a footway and R6 a tunnel: nobody opens a gate on them. Nobody knows what R4 is.
    assert answers == {"R1": 0, "R2": 0, "R3": 0, "R4": 2, "R7": 0}
    classes = [rule["classes"][one] for one in rule["class"]]
    assert classes == ["primary", "primary", "primary", "", "primary"]


def test_zones_reach_as_far_as_the_number_says(district: District) -> None:
    kind = find_kind(district, read_plan_of(district), "inspection_agency")
    zones = draw_rule_zones(district, kind)
    assert set(zones) == {"4.1.4-a", "4.1.4-f"}  # nobody has said what near a school is
    ring = shapely.get_coordinates(zones["4.1.4-f"])
    away = np.min(
        [
            GEOD.inv(ring[:, 0], ring[:, 1], np.full(len(ring), lon), np.full(len(ring), 25.01))[2]
            for lon in (110.015, 110.045)
        ],
        axis=0,
    )
    assert np.abs(away - 1000).max() < 0.1


# ---- shapes ----------------------------------------------------------------------------------


def test_coordinates_of_nine_decimals_come_back_bit_for_bit() -> None:
    rng = np.random.default_rng(1)
    for decimals in (5, 6, 7, 8, 9):
        lonlat = np.round(rng.uniform((73, 18), (135, 53), (500, 2)), decimals)
        packed = pack_shapes(np.array([shapely.LineString(lonlat)], dtype=object))
        assert packed["decimals"] == decimals
        ((sort, (string,)),) = unpack_shapes(packed)[0]
        assert sort == LINE
        assert (string == lonlat).all()


def test_other_coordinates_move_by_less_than_a_micrometre() -> None:
    lonlat = np.random.default_rng(2).uniform((73, 18), (135, 53), (500, 2))
    packed = pack_shapes(np.array(shapely.points(lonlat), dtype=object))
    got = np.array([pieces[0][1][0][0] for pieces in unpack_shapes(packed)])
    away_m = GEOD.inv(got[:, 0], got[:, 1], lonlat[:, 0], lonlat[:, 1])[2]
    assert np.max(away_m) < 1e-6


def test_parts_holes_and_nothing_at_all_are_kept_apart() -> None:
    ring = shapely.box(0, 0, 4, 4).exterior
    hole = shapely.box(1, 1, 2, 2).exterior
    shapes = [
        shapely.Polygon(ring, [hole]),
        shapely.MultiPolygon([shapely.box(5, 5, 6, 6), shapely.box(7, 7, 8, 8)]),
        shapely.GeometryCollection([shapely.Point(9, 9), shapely.LineString([(0, 0), (1, 1)])]),
        None,
        shapely.Polygon(),
    ]
    read = unpack_shapes(pack_shapes(np.array(shapes, dtype=object)))
    assert [[sort for sort, _ in pieces] for pieces in read] == [
        [AREA],
        [AREA, AREA],
        [POINT, LINE],
        [],
        [],
    ]
    assert (read[0][0][1][1] == shapely.get_coordinates(hole)).all()
