"""Borders are straightened within a band of loads, and nothing else gives way."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qxgeo.patrol.territories.division import Division, Task
from qxgeo.patrol.territories.search import measure_form, smooth

ROWS, COLUMNS = 6, 8
FREE = np.inf


def grid(load: list[float], lock: list[int], people: int) -> Task:
    """Lay out squares of 500 m, row by row, that touch along their edges."""
    graph = nx.grid_2d_graph(ROWS, COLUMNS)
    number = {cell: place for place, cell in enumerate(sorted(graph))}
    return Task(
        load_min=np.array(load, dtype=float),
        area_m2=np.full(ROWS * COLUMNS, 250_000.0),
        xy=np.array([(500.0 * column, -500.0 * row) for row, column in sorted(graph)]),
        neighbours=[sorted(number[near] for near in graph[cell]) for cell in sorted(graph)],
        capacity_min=np.full(people, FREE),
        base_xy=np.full((people, 2), np.nan),
        lock=np.array(lock, dtype=np.int64),
        before=None,
        seed=1,
    )


def toothed() -> list[int]:
    """Draw two halves whose common border has a tooth in every other row."""
    return [
        int(column >= COLUMNS // 2 + (row % 2 == 0) - (row % 2 == 1))
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]


def is_connected(task: Task, cells: list[int]) -> bool:
    graph = nx.Graph((a, b) for a in cells for b in task.neighbours[a] if b in set(cells))
    graph.add_nodes_from(cells)
    return nx.is_connected(graph)


def test_teeth_go_and_the_halves_stay_even() -> None:
    task = grid([1.0] * ROWS * COLUMNS, [-1] * ROWS * COLUMNS, 2)
    division = Division(task, np.array(toothed()))
    form = measure_form(division)
    fair = np.full(2, 24.0)
    smooth(division, fair, ceiling_min=fair * 1.05, floor_min=fair * 0.95, seed=1)
    owner = division.owners().reshape(ROWS, COLUMNS)
    # A straight border between two halves: every column has one owner.
    assert all(len(set(column)) == 1 for column in owner.T.tolist())
    assert division.loads == [24.0, 24.0]
    assert measure_form(division) < form


@given(
    load=st.lists(st.integers(0, 9).map(float), min_size=48, max_size=48),
    locked=st.sets(st.integers(0, 47), max_size=5),
    seed=st.integers(0, 100),
)
@settings(max_examples=60, deadline=None)
def test_nothing_is_broken_for_a_straight_border(
    load: list[float], locked: set[int], seed: int
) -> None:
    start = toothed()
    lock = [start[cell] if cell in locked else -1 for cell in range(48)]
    task = grid(load, lock, 2)
    division = Division(task, np.array(start))
    before = np.array(division.loads)
    fair = np.full(2, max(sum(load) / 2, 1.0))
    ceiling, floor = np.maximum(1.04 * fair, before), np.minimum(0.95 * fair, before)
    smooth(division, fair, ceiling_min=ceiling, floor_min=floor, seed=seed)
    after = np.array(division.loads)
    assert (after <= ceiling + 1e-6).all()
    assert (after >= floor - 1e-6).all()
    assert all(division.owner[cell] == start[cell] for cell in locked)
    for person in (0, 1):
        assert is_connected(task, sorted(division.members[person]))
    again = Division(task, np.array(start))
    smooth(again, fair, ceiling_min=ceiling, floor_min=floor, seed=seed)
    assert again.owner == division.owner
