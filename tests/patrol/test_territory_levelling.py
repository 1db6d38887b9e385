"""Loads are levelled by chains of moves, the widest search only where it can lower the largest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.patrol.territories import search
from qxgeo.patrol.territories.division import Division, Task

if TYPE_CHECKING:
    import pytest

# Cells in a row with one owner each: nobody can give a cell away and keep one.
LOADS = [9.0, 5.0, 1.0, 5.0]
GOAL_MIN = np.full(len(LOADS), 4.0)


def row_of_four() -> Division:
    count = len(LOADS)
    task = Task(
        load_min=np.array(LOADS),
        area_m2=np.full(count, 250_000.0),
        xy=np.array([(500.0 * place, 0.0) for place in range(count)]),
        neighbours=[
            [near for near in (at - 1, at + 1) if 0 <= near < count] for at in range(count)
        ],
        capacity_min=np.full(count, np.inf),
        base_xy=np.full((count, 2), np.nan),
        lock=np.full(count, -1),
        before=None,
        seed=1,
    )
    return Division(task, np.arange(count))


def count_searches(monkeypatch: pytest.MonkeyPatch, bound_min: float) -> dict[int, int]:
    """Level the row and count the searches that begin at each person."""
    begun: dict[int, int] = {}
    real = search._chain  # noqa: SLF001 - counted, not changed

    def counting(
        division: Division,
        giver: int,
        ceiling: float,
        passed: tuple[int, ...],
        breadth: tuple[int, ...],
    ) -> bool:
        if passed == (giver,):
            begun[giver] = begun.get(giver, 0) + 1
        return real(division, giver, ceiling, passed, breadth)

    with monkeypatch.context() as patch:
        patch.setattr(search, "_chain", counting)
        search.level_loads(row_of_four(), GOAL_MIN, chains=50, bound_min=bound_min)
    return begun


def test_whoever_is_at_the_proved_bound_is_not_searched_for_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The largest cell proves that nobody can get below 9.
    assert count_searches(monkeypatch, 9.0) == {0: 1, 1: 1, 3: 1}
    assert count_searches(monkeypatch, 4.75) == {0: 2, 1: 2, 3: 2}
