"""Forbidden turns on the chessboard: which movements a row closes, and what becomes of each row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely

from qxgeo.reports.watering.record import watering_record
from qxgeo.watering.junctions import match_turns
from qxgeo.watering.planning import plan_watering
from qxgeo.watering.signs import concerns_carts
from qxgeo.watering.streets import StreetGraph, TurnCosts, build_streets
from qxgeo.watering.stretches import cut_row
from qxgeo.watering.tracks.duty import build_audit_streets
from qxgeo.watering.turns import close_moves, lay_streets
from tests.conftest import make_layer
from tests.watering.conftest import board, corner, plain_sheets, street, wet_town, write_sheets

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.district import District
    from qxgeo.watering.model import HeldTurns

    Rows = list[dict[str, Any]]

TURNS = TurnCosts(u_turn_s=60.0, left_s=20.0, right_s=5.0)
SPEED = 36.0  # 10 m/s
E00, E10, N10, N00 = ("E00", "E10", "N10", "N00")


def sign(at: tuple[float, float], start: str, goal: str, kind: str, **more: object) -> Any:  # noqa: ANN401
    return {
        "turn_id": f"T{start}{goal}{kind}",
        "from_road": start,
        "to_road": goal,
        "kind": kind,
        **dict.fromkeys(("travel", "times", "vehicles", "except_vehicles")),
        **more,
        "geometry": shapely.Point(at),
    }


def hold(
    rows: Rows, signs: Rows, *, reach_m: float = 10.0
) -> tuple[StreetGraph, StreetGraph, HeldTurns]:
    """Give the streets as they are, the same with the signs held, and what became of these."""
    roads = wet_town(rows).layers["roads"].table
    free = build_streets(roads, speed_kmh=SPEED, turns=TURNS)
    is_closed, held = match_turns(make_layer("turns", signs), roads, free, reach_m=reach_m)
    assert held.rows == len(signs)
    counted = held.held + held.needless + held.not_for_carts + len(held.unmatched)
    assert counted == held.rows
    return free, close_moves(free, is_closed), held


def closed_pairs(rows: Rows, free: StreetGraph, held: StreetGraph) -> set[tuple[str, str]]:
    """Name the movements that are gone; a road driven against its line has a minus before it."""
    names = [row["section_id"] for row in rows]

    def name(arc: int) -> str:
        return ("" if free.is_forward[arc] else "-") + names[free.arc_row[arc]]

    def moves(streets: StreetGraph) -> set[tuple[str, str]]:
        pairs = zip(streets.move_from.tolist(), streets.move_to.tolist(), strict=True)
        return {(name(first), name(second)) for first, second in pairs}

    assert moves(held) <= moves(free)
    return moves(free) - moves(held)


def test_a_row_closes_the_one_movement_between_its_two_sections() -> None:
    rows = board(3)
    free, held, counts = hold(rows, [sign(corner(1, 0), E00, N10, "no_left_turn")])
    assert closed_pairs(rows, free, held) == {(E00, N10)}
    assert (counts.held, counts.closed_moves, counts.several) == (1, 1, 0)


def test_the_way_round_a_closed_turn_is_as_long_as_another_engine_finds() -> None:
    rows = board(3)
    free, held, _ = hold(rows, [sign(corner(1, 0), E00, E10, "no_straight_on")])

    def arc(name: str) -> int:
        row = [one["section_id"] for one in rows].index(name)
        return int(np.flatnonzero((free.arc_row == row) & free.is_forward)[0])

    # Headings by eye: E runs east, N north; the angle between them prices the turn.
    graph = nx.DiGraph()
    ends: dict[str, tuple[tuple[float, float], tuple[float, float], int]] = {}
    for row in rows:
        first, last = row["geometry"].coords
        east = row["section_id"].startswith("E")
        ends[row["section_id"]] = (first, last, 90 if east else 0)
        ends["-" + row["section_id"]] = (last, first, 270 if east else 180)
    lengths = {
        row["section_id"]: float(free.arc_length_m[arc(row["section_id"])]) / 10.0 for row in rows
    }
    price = {0: 0.0, 90: 5.0, 270: 20.0, 180: 60.0}
    for one, (_, end, into) in ends.items():
        for other, (start, _, out) in ends.items():
            if start == end and (one, other) != (E00, E10):
                seconds = price[(out - into) % 360] + lengths[other.removeprefix("-")]
                graph.add_edge(one, other, seconds=seconds)
    expected = nx.dijkstra_path_length(graph, E00, E10, weight="seconds") - lengths[E10]
    here, there = np.array([arc(E00)]), np.array([arc(E10)])
    assert free.travel_s(here, there, speed_kmh=SPEED)[0, 0] == 0.0
    found = held.travel_s(here, there, speed_kmh=SPEED)[0, 0]
    assert found > 60.0
    assert found == pytest.approx(expected)


def test_what_is_prescribed_closes_every_other_way_out_of_the_approach() -> None:
    rows = board(3)
    free, held, _ = hold(rows, [sign(corner(1, 1), "E01", "N10", "only_right_turn")])
    assert closed_pairs(rows, free, held) == {("E01", "E11"), ("E01", "N11"), ("E01", "-E01")}


def crossing() -> Rows:
    """Draw 东西路 and 南北路, each of two sections that meet at (1, 1)."""
    return [
        street("W", (0, 1), (1, 1)) | {"name": "东西路"},
        street("E", (1, 1), (2, 1)) | {"name": "东西路"},
        street("S", (1, 0), (1, 1)) | {"name": "南北路"},
        street("N", (1, 1), (1, 2)) | {"name": "南北路"},
    ]


def test_names_close_every_approach_that_fits_and_say_so() -> None:
    rows = crossing()
    signs = [sign(corner(1, 1), "东西路", "南 北路", "no_left_turn")]
    free, held, counts = hold(rows, signs)
    assert closed_pairs(rows, free, held) == {("W", "N"), ("-E", "-S")}
    assert (counts.held, counts.several) == (1, 1)


def test_names_are_the_same_in_any_hand_and_ids_only_letter_by_letter() -> None:
    rows = [
        street("w7.1", (0, 1), (1, 1)) | {"name": "建干2路"},
        street("w71", (1, 1), (2, 1)) | {"name": "规划1-1路"},
        street("w8", (1, 0), (1, 1)) | {"name": "南环路（西段）"},
    ]
    for start, goal, pair in (
        ("建干二路", "规划1－1路", ("w7.1", "w71")),
        ("建干二路12号", "南环路西段", ("w7.1", "-w8")),
        ("W7.1", "w8", ("w7.1", "-w8")),
        ("w71", "w8", ("-w71", "-w8")),
    ):
        signs = [sign(corner(1, 1), start, goal, "no_turn")]
        free, held, _ = hold(rows, signs)
        assert closed_pairs(rows, free, held) == {pair}
    _, _, counts = hold(rows, [sign(corner(1, 1), "规划11路", "w8", "no_turn")])
    assert len(counts.unmatched) == 1


def test_the_way_of_travel_tells_approaches_of_one_name_apart() -> None:
    rows = crossing()
    signs = [sign(corner(1, 1), "东西路", "南北路", "no_left_turn", travel="east")]
    free, held, counts = hold(rows, signs)
    assert closed_pairs(rows, free, held) == {("W", "N")}
    assert counts.several == 0


def test_turning_back_in_a_road_leaves_going_straight_on_open() -> None:
    rows = crossing()
    free, held, _ = hold(rows, [sign(corner(1, 1), "东西路", "东西路", "no_u_turn")])
    assert closed_pairs(rows, free, held) == {("W", "-W"), ("-E", "E")}


def test_a_way_that_was_cut_is_found_by_its_number_and_its_junction() -> None:
    rows = [
        street("w7.1", (0, 0), (1, 0)),
        street("w7.2", (1, 0), (2, 0)),
        street("w70", (1, 0), (1, 1)),
        street("w8", (2, 0), (2, 1)),
    ]
    free, held, _ = hold(rows, [sign(corner(2, 0), "w7", "w8", "no_left_turn")])
    assert closed_pairs(rows, free, held) == {("w7.2", "w8")}


def test_one_junction_at_the_very_place_leaves_its_neighbours_alone() -> None:
    rows = board(3)
    for reach_m in (10.0, 500.0):
        signs = [sign(corner(1, 1), "N10", "E11", "no_turn")]
        free, held, _ = hold(rows, signs, reach_m=reach_m)
        assert closed_pairs(rows, free, held) == {("N10", "E11")}


@pytest.mark.parametrize(
    ("vehicles", "exempt", "holds"),
    [
        ("", "", True),
        ("hgv", "", True),
        ("货车", "", True),
        ("公交车、出租车", "", False),
        ("bus;taxi", "", False),
        ("公交车、货车", "", True),
        ("what nobody knows", "", True),
        ("", "psv;bicycle", True),
        ("", "除公交车外", True),
        ("", "公交车、环卫车除外", False),
        ("", "hgv", False),
    ],
)
def test_carts_are_heavy_vehicles_and_exempt_only_where_it_is_said(
    vehicles: str, exempt: str, *, holds: bool
) -> None:
    assert concerns_carts(vehicles, exempt) == holds


def test_rows_for_others_close_nothing_and_those_of_some_hours_close_all_day() -> None:
    rows = board(3)
    at = corner(1, 0)
    signs = [
        sign(at, E00, N10, "no_left_turn", vehicles="公交车"),
        sign(at, E00, E10, "no_straight_on", times="7:00-9:00"),
    ]
    free, held, counts = hold(rows, signs)
    assert closed_pairs(rows, free, held) == {(E00, E10)}
    assert (counts.not_for_carts, counts.held, counts.timed) == (1, 1, 1)


@pytest.mark.parametrize("facts", [{"is_oneway": True}, {"road_class": "footway"}])
def test_what_no_road_allows_is_needless_and_not_an_error(facts: dict[str, object]) -> None:
    rows = [*board(2), street("X", (2, 0), (1, 0), **facts)]
    _, _, counts = hold(rows, [sign(corner(1, 0), E00, "X", "no_straight_on")])
    assert (counts.needless, counts.held, counts.unmatched) == (1, 0, ())


def test_a_turn_prescribed_into_a_road_closed_to_vehicles_is_named_and_closes_nothing() -> None:
    rows = [*board(2), street("X", (1, 0), (2, 0), road_class="footway")]
    _, _, counts = hold(rows, [sign(corner(1, 0), E00, "X", "only_straight_on")])
    assert (counts.closed_moves, len(counts.unmatched)) == (0, 1)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (sign(corner(1, 0), "E99", N10, "no_left_turn"), 'no road "E99"'),
        (sign(corner(1, 1), E00, N10, "no_left_turn"), "do not meet within 10 m"),
        (sign(corner(1, 1), "E01路", "E11路", "no_turn", travel="north"), "no such turn"),
    ],
)
def test_a_row_that_fits_nowhere_is_named_with_the_reason(row: dict[str, Any], why: str) -> None:
    rows = board(3)
    free, held, counts = hold(rows, [row])
    assert closed_pairs(rows, free, held) == set()
    ((name, text),) = counts.unmatched
    assert row["turn_id"] in name.zh
    assert row["turn_id"] in name.en
    assert why in text.en


def test_a_place_in_reach_of_a_junction_is_enough_and_one_beyond_it_is_not() -> None:
    rows = board(3)
    lon, lat = corner(1, 0)
    beside = (lon, lat - 12 / 110_800)  # some 12 m south: a degree of latitude has 110.8 km here
    row = [sign(beside, E00, N10, "no_left_turn")]
    assert hold(rows, row, reach_m=13.0)[2].held == 1
    assert len(hold(rows, row, reach_m=11.0)[2].unmatched) == 1


def signed_town(*signs: dict[str, Any]) -> District:
    town = wet_town(board())
    layer = replace(make_layer("turns", list(signs)), rows=tuple(range(2, 2 + len(signs))))
    return replace(town, layers={**town.layers, "turns": layer})


def test_a_stretch_of_one_road_ends_where_going_on_is_forbidden() -> None:
    line = street("L", (0, 0), (2, 0))
    rows = [line, street("N", (1, 0), (1, 1))]
    free, held, _ = hold(rows, [sign(corner(1, 0), "L", "L", "no_straight_on")])
    whole = np.array([line["geometry"]], dtype=object)

    def count(streets: StreetGraph) -> int:
        return len(cut_row(streets, 0, whole, is_clipped=False, longest_m=9_999.0))

    assert (count(free), count(held)) == (1, 2)


def test_no_cart_of_a_plan_makes_a_forbidden_turn_and_the_record_counts_them(
    tmp_path: Path,
) -> None:
    every = [
        sign(corner(1, 1), start, goal, "no_turn")
        for start in ("E01", "N10", "E11", "N11")
        for goal in ("E01", "N10", "E11", "N11")
        if start[0] != goal[0]
    ]  # at this crossing one may only go straight on, or back
    lost = sign(corner(1, 1), "乌有路", "E01", "no_left_turn")
    district = signed_town(*every, lost)
    carts = write_sheets(tmp_path / "carts.xlsx", plain_sheets())
    plan = plan_watering(district, carts=carts)
    assert plan.turns is not None
    assert (plan.turns.held, plan.turns.closed_moves) == (8, 8)
    record = watering_record(plan)["turns"]
    assert (record["rows"], record["held"]) == (9, 8)
    assert "乌有路" in record["unmatched"][0]["row"]["zh"]
    assert any("第 10 行" in one.zh and "乌有路" in one.zh for one in plan.problems)
    assert any("8 held" in one.text.en for one in plan.assumptions)
    middle = corner(1, 1)
    crossed = 0
    for _, legs in plan.legs.groupby("tour"):
        points = np.concatenate([shapely.get_coordinates(one) for one in legs.geometry])
        points = points[np.append(True, np.any(np.diff(points, axis=0) != 0, axis=1))]
        at = np.flatnonzero(np.all(np.isclose(points, middle, rtol=0.0, atol=1e-9), axis=1))
        for place in at[(at > 0) & (at < len(points) - 1)]:
            before, after = points[place] - points[place - 1], points[place + 1] - points[place]
            crossed += 1
            assert abs(np.cross(np.append(before, 0), np.append(after, 0))[2]) < 1e-12
    assert crossed > 0


def test_without_the_layer_it_is_said_that_nobody_knows(tmp_path: Path) -> None:
    carts = write_sheets(tmp_path / "carts.xlsx", plain_sheets())
    plan = plan_watering(wet_town(board()), carts=carts)
    assert plan.turns is None
    assert watering_record(plan)["turns"] is None
    assert any("not known" in one.text.en for one in plan.assumptions)


def test_the_audit_finds_a_forbidden_turn_driven_at_a_higher_price() -> None:
    district = signed_town(sign(corner(1, 0), E00, N10, "no_left_turn"))
    settings = district.watering
    assert settings is not None
    driven, planned = build_audit_streets(district), lay_streets(district, settings)[0]
    free = build_audit_streets(wet_town(board()))
    row = {name: place for place, name in enumerate(district.layers["roads"].table["section_id"])}
    pair = [
        int(np.flatnonzero((free.arc_row == row[name]) & free.is_forward)[0]) for name in (E00, N10)
    ]
    assert np.isinf(planned.turn_s(*pair))
    more = driven.turn_s(*pair) - free.turn_s(*pair)
    assert more == pytest.approx(settings.number("u_turn_s"))
    changed = np.flatnonzero(driven.move_s != free.move_s)
    assert len(changed) == 1


def test_a_layer_without_rows_is_no_knowledge() -> None:
    district = signed_town(sign(corner(1, 0), E00, N10, "no_left_turn"))
    layer = district.layers["turns"]
    empty = replace(layer, table=layer.table.iloc[:0], rows=())
    district = replace(district, layers={**district.layers, "turns": empty})
    settings = district.watering
    assert settings is not None
    streets, held = lay_streets(district, settings)
    assert held is None
    assert len(streets.move_from) == len(build_audit_streets(district).move_from)
