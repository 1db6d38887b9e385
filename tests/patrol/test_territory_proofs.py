"""Bounds and exact optima against every connected division there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qxgeo.patrol.territories.bounds import bound_largest_load, bound_parts
from qxgeo.patrol.territories.division import Division, Task, fair_loads
from qxgeo.patrol.territories.exact import prove
from qxgeo.patrol.territories.solve import divide

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def task_of(
    loads: Sequence[float],
    columns: int,
    count: int,
    *,
    lock: dict[int, int] | None = None,
    capacity: Sequence[float] | None = None,
) -> Task:
    """Build a grid of square cells with so many columns, row by row."""
    number = len(loads)
    place = np.arange(number)
    x, y = place % columns, place // columns
    neighbours = [
        [b for b in range(number) if abs(x[a] - x[b]) + abs(y[a] - y[b]) == 1]
        for a in range(number)
    ]
    locked = np.full(number, -1)
    for cell, person in (lock or {}).items():
        locked[cell] = person
    return Task(
        load_min=np.array(loads, dtype=float),
        area_m2=np.full(number, 250_000.0),
        xy=np.stack([x, -y], axis=1) * 500.0,
        neighbours=neighbours,
        capacity_min=np.array(capacity or [np.inf] * count, dtype=float),
        base_xy=np.full((count, 2), np.nan),
        lock=locked,
        before=None,
        seed=1,
    )


def connected_sets(neighbours: list[list[int]], cells: frozenset[int]) -> Iterator[frozenset[int]]:
    """Give every connected set of cells that holds the lowest one, each once."""

    def grow(
        inside: frozenset[int], border: list[int], barred: frozenset[int]
    ) -> Iterator[frozenset[int]]:
        yield inside
        for place, cell in enumerate(border):
            shut = barred | set(border[:place]) | inside
            fresh = [
                n for n in neighbours[cell] if n in cells and n not in shut and n not in border
            ]
            yield from grow(inside | {cell}, border[place + 1 :] + fresh, shut)

    start = min(cells)
    border = [n for n in neighbours[start] if n in cells]
    yield from grow(frozenset({start}), border, frozenset())


def divisions(
    neighbours: list[list[int]], cells: frozenset[int], count: int
) -> Iterator[list[frozenset[int]]]:
    """Give every division of the cells into so many connected territories, each once."""
    if count == 1:
        for whole in connected_sets(neighbours, cells):
            if whole == cells:
                yield [whole]
        return
    for first in connected_sets(neighbours, cells):
        if len(cells) - len(first) >= count - 1:
            for rest in divisions(neighbours, cells - first, count - 1):
                yield [first, *rest]


def optimum(task: Task) -> float:
    """Find the smallest largest load of people without limits and locks."""
    load = task.load_min
    whole = frozenset(range(len(load)))
    return min(
        max(sum(float(load[cell]) for cell in territory) for territory in division)
        for division in divisions(task.neighbours, whole, task.person_count)
    )


def test_the_enumeration_finds_the_known_numbers_of_divisions() -> None:
    # A path of n cells is cut at k - 1 of its n - 1 edges; a ring of 4 in two: 4 single cells
    # against three, 2 pairs of pairs.
    path = task_of([1.0] * 5, 5, 3)
    assert sum(1 for _ in divisions(path.neighbours, frozenset(range(5)), 3)) == 6
    ring = task_of([1.0] * 4, 2, 2)
    assert sum(1 for _ in divisions(ring.neighbours, frozenset(range(4)), 2)) == 6


LOADS = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, 5.0]), st.floats(0.5, 60.0).map(lambda load: round(load, 4))
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_solver_bound_and_answer_agree_with_every_division_there_is(data: Any) -> None:  # noqa: ANN401
    rows, columns, count = data.draw(
        st.sampled_from([(3, 3, 2), (3, 3, 3), (3, 3, 4), (3, 4, 2), (3, 4, 3), (2, 5, 3)])
    )
    loads = data.draw(st.lists(LOADS, min_size=rows * columns, max_size=rows * columns))
    task = task_of(loads, columns, count)
    best = optimum(task)
    bound = bound_largest_load(task.load_min, task.capacity_min, task.lock)
    assert bound.load_min <= best + 1e-9
    proof = prove(task, None, bound_min=bound.load_min)
    assert proof.is_optimal
    assert proof.bound_min == pytest.approx(best, abs=1e-4)
    assert proof.owner is not None
    assert max(Division(task, proof.owner).loads) == pytest.approx(best, abs=1e-4)
    answer = Division(task, divide(task, task.lock).owner)
    assert max(answer.loads) == pytest.approx(best, abs=1e-4)
    assert [len(answer.parts(person)) for person in range(count)] == [1] * count


def test_locks_and_capacities_bind_the_solver() -> None:
    # A row of six cells: without a lock 30 and 30; the first and the fourth cell of one person
    # make 40 of it.
    task = task_of([10.0] * 6, 6, 2, lock={0: 1, 3: 1})
    proof = prove(task, None, bound_min=30.0)
    assert proof.owner is not None
    assert proof.owner.tolist() == [1, 1, 1, 1, 0, 0]
    assert proof.bound_min == pytest.approx(40.0)
    tight = task_of([10.0] * 6, 6, 2, capacity=[20.0, 100.0])
    found = prove(tight, np.array([0, 0, 1, 1, 1, 1]), bound_min=40.0)
    assert (found.bound_min, found.is_optimal) == (pytest.approx(40.0), True)


def test_the_solver_proves_that_there_is_no_division() -> None:
    proof = prove(task_of([30.0] * 3, 3, 2, capacity=[45.0, 45.0]), None, bound_min=45.0)
    assert (proof.bound_min, proof.owner, proof.is_optimal) == (np.inf, None, True)


def test_a_search_that_runs_out_of_effort_keeps_its_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("qxgeo.patrol.territories.exact._EFFORT", 0.0)
    order = np.random.default_rng(4)
    task = task_of(order.uniform(1, 50, 36).tolist(), 6, 5)
    bound_min = float(task.load_min.sum()) / 5
    proof = prove(task, None, bound_min=bound_min)
    assert proof.bound_min >= bound_min
    assert not proof.is_optimal


# --- bounds in closed form ----------------------------------------------------------------------

FREE = np.full(12, -1)  # no cell is locked


def test_bounds_name_their_argument() -> None:
    def told(loads: list[float], capacity: list[float], lock: Any = None) -> tuple[float, str]:  # noqa: ANN401
        load = np.array(loads)
        lock = np.full(len(load), -1) if lock is None else np.array(lock)
        bound = bound_largest_load(load, np.array(capacity), lock)
        return round(bound.load_min, 6), bound.reason.en

    huge = bound_largest_load(np.array([1e10, 1e10]), np.array([np.inf]), FREE[:2])
    assert huge.load_min == pytest.approx(2e10)
    free = [np.inf, np.inf]
    thirds = [1.0, 1.0, 1 / 3, 1 / 3]
    assert told(thirds, free) == (round(4 / 3, 6), "total / people: 2.7 / 2")
    steps = "total / people, up to a multiple of 0.1 min, as every cell is"
    assert told([1.1, 2.2, 3.3, 0.7], free) == (3.7, steps)  # 7.3 / 2 = 3.65
    assert told([9.0, 1.0, 1.0], free) == (9.0, "the largest cell has 9.0 min")


def test_the_pigeonhole_counts_cells() -> None:
    # Five cells of 10 min and two people: one of them has three.
    load = np.array([10.0] * 5 + [0.5])
    bound = bound_largest_load(load, np.full(2, np.inf), np.full(6, -1))
    assert bound.load_min == pytest.approx(30.0)
    assert bound.reason.en == "of the 5 largest cells one of 2 people has at least 3"


def test_locks_bound_what_their_person_has() -> None:
    lock = np.array([0, 0, 0, -1, -1])
    bound = bound_largest_load(np.full(5, 10.0), np.full(3, np.inf), lock)
    assert bound.load_min == pytest.approx(30.0)
    assert "locked to one person" in bound.reason.en


def test_people_at_their_capacity_are_set_aside() -> None:
    # 100 min: one person can do 10, the other two have 45 each.
    bound = bound_largest_load(np.full(100, 1.0), np.array([10.0, np.inf, 60.0]), np.full(100, -1))
    assert bound.load_min == pytest.approx(45.0)
    assert "set aside" in bound.reason.en


def test_parts_get_whole_people() -> None:
    # 30 and 20 cells of 1 min for 3 people: 15, 15 and 20; for 4: 15, 15, 10, 10.
    parts = [np.full(30, 1.0), np.full(20, 1.0)]
    bound, people = bound_parts(parts, [1, 1], 3)
    assert (bound.load_min, people) == (pytest.approx(20.0), [2, 1])
    bound, people = bound_parts(parts, [1, 1], 4)
    assert (bound.load_min, people) == (pytest.approx(15.0), [2, 2])


def test_no_part_gets_more_people_than_cells() -> None:
    assert bound_parts([np.array([5.0]), np.array([1.0])], [1, 1], 4)[1] == [1, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=6),
    st.lists(st.one_of(st.just(np.inf), st.floats(0, 80)), min_size=1, max_size=5),
)
def test_fair_loads_are_even_below_the_capacities(loads: list[float], most: list[float]) -> None:
    total, capacity = sum(loads), np.array(most)
    fair = fair_loads(total, capacity)
    assert (fair <= capacity + 1e-9).all()
    if capacity.sum() >= total:
        assert fair.sum() == pytest.approx(total, abs=1e-6)
        below = fair[fair < capacity - 1e-9]
        assert len(below) == 0 or np.ptp(below) <= 1e-9
        assert len(below) == 0 or fair.max() <= below.max() + 1e-9
    else:
        np.testing.assert_allclose(fair, capacity)
