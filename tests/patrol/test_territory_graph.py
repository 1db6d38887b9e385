"""Neighbours along edges, whatever the corners do; parts, gaps, and paths between locks."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qxgeo.patrol.territories.division import Division, Task
from qxgeo.patrol.territories.graph import (
    find_borders,
    list_neighbours,
    nearest_pair,
    number_parts,
)
from qxgeo.patrol.territories.locks import join_locks


def borders_of(
    *shapes: shapely.Polygon, group: list[int] | None = None
) -> dict[tuple[int, int], float]:
    """Give the shared lengths by pair."""
    groups = np.array(group or [0] * len(shapes))
    found = find_borders(np.array(shapes, dtype=object), groups)
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    return dict(zip(pairs, np.round(found.shared_m, 3).tolist(), strict=True))


def test_squares_share_their_edge_and_not_their_corner() -> None:
    squares = [shapely.box(x, y, x + 500, y + 500) for y in (0, 500) for x in (0, 500)]
    assert borders_of(*squares) == {(0, 1): 500, (0, 2): 500, (1, 3): 500, (2, 3): 500}


def test_a_corner_in_the_middle_of_an_edge_does_no_harm() -> None:
    # The right square is cut where a township line ends on the common edge, a hair off the line.
    left = shapely.box(0, 0, 500, 500)
    low = shapely.Polygon([(500, 0), (1000, 0), (1000, 300), (500.000001, 200)])
    high = shapely.Polygon([(500.000001, 200), (1000, 300), (1000, 500), (500, 500)])
    pairs = borders_of(left, low, high)
    assert pairs[0, 1] == 200
    assert pairs[0, 2] == 300
    assert pairs[1, 2] == pytest.approx(np.hypot(500, 100), abs=1e-3)


def test_edges_that_cross_or_only_come_close_are_no_borders() -> None:
    square = shapely.box(0, 0, 500, 500)
    assert borders_of(square, shapely.box(500.5, 0, 900, 500)) == {}
    assert borders_of(square, shapely.Polygon([(500, 250), (900, 0), (900, 500)])) == {}
    assert borders_of(square, shapely.box(500, 499.95, 900, 900)) == {}  # 5 cm


def test_a_hole_has_a_border_all_around() -> None:
    inner = shapely.box(200, 200, 300, 300)
    assert borders_of(shapely.box(0, 0, 500, 500).difference(inner), inner) == {(0, 1): 400}


def test_townships_are_walls() -> None:
    squares = [shapely.box(x, 0, x + 500, 500) for x in (0, 500, 1000)]
    assert borders_of(*squares, group=[0, 0, 1]) == {(0, 1): 500}
    assert borders_of(*squares, group=[-1, -1, -1]) == {}


@settings(max_examples=60)
@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1))
def test_parts_and_safe_moves_agree_with_networkx(spots: set[tuple[int, int]]) -> None:
    places = sorted(spots)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(places)))
    graph.add_edges_from(
        (a, b)
        for a, (x, y) in enumerate(places)
        for b, (u, v) in enumerate(places)
        if a < b and abs(x - u) + abs(y - v) == 1
    )
    ends = np.array(sorted(graph.edges), dtype=np.int64).reshape(-1, 2)
    part = number_parts(len(places), ends[:, 0], ends[:, 1])
    expected = sorted(sorted(group) for group in nx.connected_components(graph))
    assert [np.flatnonzero(part == n).tolist() for n in range(part.max() + 1)] == expected
    near = list_neighbours(len(places), ends[:, 0], ends[:, 1])
    assert near == [sorted(graph[n]) for n in graph]
    if len(expected) > 1:
        return
    count = len(places)
    task = Task(
        load_min=np.ones(count),
        area_m2=np.ones(count),
        xy=np.array(places, dtype=float),
        neighbours=near,
        capacity_min=np.array([np.inf]),
        base_xy=np.full((1, 2), np.nan),
        lock=np.full(count, -1),
        before=None,
        seed=0,
    )
    division = Division(task, np.zeros(count, dtype=np.int64))
    cuts = set(nx.articulation_points(graph))
    for cell in range(count):
        assert division.can_leave(cell) == (count > 1 and cell not in cuts)


def test_the_nearest_pair_prefers_the_lighter_of_two_at_the_same_distance() -> None:
    shapes = np.array([shapely.box(x, 0, x + 1, 1) for x in (0, 10, 20.5)], dtype=object)
    theirs = np.array([0, 2])
    assert nearest_pair(shapes, np.array([1]), theirs, rank=np.array([5.0, 1.0])) == (1, 2, 9.0)
    assert nearest_pair(shapes, np.array([1]), theirs, rank=np.array([1.0, 5.0])) == (1, 0, 9.0)


def test_locks_are_joined_in_the_order_that_lets_everybody_through() -> None:
    # Nine cells in a square; 0 and 2 of one person, 3 and 5 of the other: the first must go over
    # the top, the second through the middle.
    near = [
        [b for b in range(9) if abs(a % 3 - b % 3) + abs(a // 3 - b // 3) == 1] for a in range(9)
    ]
    lock = np.full(9, -1)
    lock[[0, 2]], lock[[3, 5]] = 0, 1
    held, apart = join_locks(near, lock)
    assert apart == []
    assert held.tolist() == [0, 0, 0, 1, 1, 1, -1, -1, -1]


def test_whoever_is_shut_out_goes_first_the_next_time() -> None:
    # A ladder: the short way of the first person blocks the only way of the second.
    edges = [(0, 1), (1, 2), (3, 1), (1, 4), (0, 5), (5, 6), (6, 2)]
    ends = np.array(edges)
    near = list_neighbours(7, ends[:, 0], ends[:, 1])
    lock = np.array([0, -1, 0, 1, 1, -1, -1])
    held, apart = join_locks(near, lock)
    assert apart == []
    assert held.tolist() == [0, 1, 0, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("before", "way"),
    [([0, 0, 9, 9], 1), ([0, 9, 0, 9], 2), ([0, 9, 9, 9], 1)],
    ids=["by the first", "by the second", "neither was theirs"],
)
def test_locks_are_joined_by_cells_that_their_person_had(before: list[int], way: int) -> None:
    # Cells 0 and 3 touch at a corner: 1 and 2 are as good as each other.
    near = [[1, 2], [0, 3], [0, 3], [1, 2]]
    held, apart = join_locks(near, np.array([0, -1, -1, 0]), np.array(before))
    assert (np.flatnonzero(held == 0).tolist(), apart) == ([0, way, 3], [])


def test_a_way_through_old_ground_is_taken_however_long() -> None:
    # A ring of six: from 0 to 2 it is one cell by way of 1, three by way of 5, 4 and 3.
    near = [sorted(((cell - 1) % 6, (cell + 1) % 6)) for cell in range(6)]
    lock = np.array([0, -1, 0, -1, -1, -1])
    held, _ = join_locks(near, lock, np.array([0, 1, 0, 0, 0, 0]))
    assert held.tolist() == [0, -1, 0, 0, 0, 0]
    held, _ = join_locks(near, lock, np.array([0, 1, 0, 0, 1, 0]))  # one changes hands either way
    assert held.tolist() == [0, 0, 0, -1, -1, -1]


def test_whoever_needs_nothing_new_to_join_their_locks_goes_first() -> None:
    # 0 and 2 are newly the first person's, 4 and 5 joined by 1 have been the second's all along.
    edges = [(0, 1), (1, 2), (4, 1), (1, 5), (0, 3), (3, 6), (6, 2)]
    ends = np.array(edges)
    near = list_neighbours(7, ends[:, 0], ends[:, 1])
    lock = np.array([0, -1, 0, -1, 1, 1, -1])
    held, apart = join_locks(near, lock, np.array([0, 1, 1, 2, 1, 1, 2]))
    assert apart == []
    assert held.tolist() == [0, 1, 0, 0, 1, 1, 0]


def test_locks_that_stay_apart_are_told() -> None:
    near = [[1], [0, 2], [1]]
    assert join_locks(near, np.array([0, 1, 0]))[1] == [0]
    assert join_locks(near, np.full(3, -1))[1] == []
