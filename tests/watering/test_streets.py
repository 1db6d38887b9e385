"""Streets as a driver sees them, on a chessboard that a reader holds in the head."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pyproj import Geod

from qxgeo.watering.streets import StreetGraph, TurnCosts, build_streets
from tests.watering.conftest import board, corner, street, wet_town

GEOD = Geod(ellps="WGS84")
TURNS = TurnCosts(u_turn_s=60.0, left_s=20.0, right_s=5.0)
SPEED = 36.0  # 10 m/s


def metres(*corners: tuple[int, int]) -> float:
    return float(GEOD.line_length(*zip(*(corner(*one) for one in corners), strict=True)))


def streets_of(rows: list[dict[str, object]]) -> StreetGraph:
    roads = wet_town(rows).layers["roads"].table
    return build_streets(roads, speed_kmh=SPEED, turns=TURNS)


def arc(streets: StreetGraph, rows: list[dict[str, object]], name: str, *, forward: bool) -> int:
    row = [one["section_id"] for one in rows].index(name)
    found = np.flatnonzero((streets.arc_row == row) & (streets.is_forward == forward))
    assert len(found) == 1
    return int(found[0])


def test_a_two_way_street_has_an_arc_each_way_and_a_one_way_street_one() -> None:
    rows = [street("A", (0, 0), (1, 0)), street("B", (1, 0), (2, 0), is_oneway=True)]
    streets = streets_of(rows)
    assert len(streets) == 3
    assert sorted(streets.arc_row.tolist()) == [0, 0, 1]
    one_way = arc(streets, rows, "B", forward=True)
    assert streets.reverse[one_way] == -1
    there, back = arc(streets, rows, "A", forward=True), arc(streets, rows, "A", forward=False)
    assert streets.reverse[there] == back
    assert streets.heading_start_deg[there] == pytest.approx(90, abs=0.1)
    assert streets.heading_end_deg[back] == pytest.approx(270, abs=0.1)
    assert streets.arc_length_m[there] == pytest.approx(metres((0, 0), (1, 0)), abs=1e-3)


def test_going_straight_costs_the_way_alone_and_turning_left_or_right_its_price() -> None:
    rows = board(3)
    streets = streets_of(rows)
    east, on = arc(streets, rows, "E00", forward=True), arc(streets, rows, "E10", forward=True)
    north = arc(streets, rows, "N10", forward=True)
    assert streets.turn_s(east, on) == 0.0
    assert streets.turn_s(east, north) == 20.0  # northbound out of eastbound is to the left
    down = arc(streets, rows, "N10", forward=False)
    assert streets.turn_s(down, arc(streets, rows, "E00", forward=False)) == 5.0  # south, then west
    back = arc(streets, rows, "E00", forward=False)
    assert streets.turn_s(east, back) == 60.0
    found = streets.travel_s(np.array([east]), np.array([on, north, back]), speed_kmh=SPEED)
    assert found[0].tolist() == pytest.approx([0.0, 20.0, 60.0])


def test_coming_back_to_the_same_street_goes_round_the_block() -> None:
    # Around the block E00, N10, E01 back, N00 back: three lefts between four sides, then a left in.
    rows = board(2)
    streets = streets_of(rows)
    east = arc(streets, rows, "E00", forward=True)
    time = streets.travel_s(np.array([east]), np.array([east]), speed_kmh=SPEED)[0, 0]
    around = metres((1, 0), (1, 1), (0, 1), (0, 0)) / 10.0 + 4 * 20.0
    turning = metres((1, 0), (0, 0)) / 10.0 + 2 * 60.0  # back along the street, turning twice
    assert time == pytest.approx(min(around, turning))
    way = streets.ways(np.array([east]), np.array([east]), speed_kmh=SPEED)[0]
    assert way is not None
    assert len(way) == (3 if around < turning else 1)


def test_a_way_and_its_turns_add_up_to_the_time_between_every_two_arcs() -> None:
    rows = [*board(3), street("X", (2, 2), (3, 3), is_oneway=True)]
    streets = streets_of(rows)
    every = np.arange(len(streets))
    times = streets.travel_s(every, every, speed_kmh=SPEED)
    pairs = [(one, other) for one in every for other in every]
    ways = streets.ways(*(np.array(side) for side in zip(*pairs, strict=True)), speed_kmh=SPEED)
    for (one, other), way in zip(pairs, ways, strict=True):
        if way is None:
            assert np.isinf(times[one, other])
            continue
        chain = [one, *way, other]
        turns = sum(streets.turn_s(a, b) for a, b in pairwise(chain))
        drive = sum(streets.arc_length_m[arc] for arc in way) / 10.0
        assert times[one, other] == pytest.approx(turns + drive)
    trap = arc(streets, rows, "X", forward=True)
    assert np.isinf(times[trap]).all()  # it ends where nothing leads on


def test_parts_are_numbered_from_the_longest() -> None:
    rows = [*board(2), street("Far", (9, 9), (10, 9))]
    streets = streets_of(rows)
    assert streets.part[arc(streets, rows, "E00", forward=True)] == 0
    assert streets.part[arc(streets, rows, "Far", forward=True)] == 1
