"""From any owners to a whole division: locks kept, strays taken in, newcomers given a start.

The same steps serve a first division by cuts and an earlier assignment after somebody came or left.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.patrol.territories.division import NOBODY, Division, Task, connected_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def settle(task: Task, owner: Ints, held: Ints, fair_min: Floats) -> Division:
    """Make a division of all cells in which every territory hangs together.

    Parameters
    ----------
    task
        A connected part and its people.
    owner
        Whom to begin with, or `NOBODY`, shape (n,).
    held
        Person of locked cells and of the cells that join them, as `join_locks` gives it.
    fair_min
        Load that each person should have, shape (k,).

    Returns
    -------
    division
        Every cell has an owner; somebody has no cell only where no cell could be spared.
    """
    division = Division(task, np.where(held >= 0, held, owner))
    _drop_strays(division, held)
    for person in range(task.person_count):
        if not division.members[person]:
            _found(division, person, fair_min, held)
    _take_in(division, fair_min)
    return division


def _drop_strays(division: Division, held: Ints) -> None:
    """Leave everybody one part: the one with locked cells, else the heaviest."""
    for person in range(division.task.person_count):
        parts = division.parts(person)
        if len(parts) <= 1:
            continue
        kept = max(
            parts,
            key=lambda part: (
                max(held[part]) >= 0,
                sum(division.load[cell] for cell in part),
                len(part),
                -part[0],
            ),
        )
        for part in parts:
            if part is not kept:
                for cell in part:
                    division.move(cell, NOBODY)


def _found(division: Division, person: int, fair_min: Floats, held: Ints) -> None:
    """Give a newcomer a first territory: from ownerless cells, else from a heavy territory."""
    free = [cell for cell, owner in enumerate(division.owner) if owner == NOBODY]
    if free:
        regions = connected_parts(division.task.neighbours, free)
        region = max(regions, key=lambda part: (sum(division.load[c] for c in part), -part[0]))
        _grow(division, person, region, float(fair_min[person]))
        return
    ranked = sorted(
        range(division.task.person_count),
        key=lambda other: (-division.loads[other] / max(float(fair_min[other]), 1e-9), other),
    )
    for donor in ranked:
        spare = [cell for cell in sorted(division.members[donor]) if held[cell] < 0]
        wanted = min(float(fair_min[person]), division.loads[donor] / 2)
        if spare and len(division.members[donor]) > 1 and _grow(division, person, spare, wanted):
            return


def _grow(division: Division, person: int, region: list[int], wanted_min: float) -> bool:
    """Let a newcomer take cells of a region until the load is near; tell whether any was taken."""
    queue: list[tuple[float, int]] = []
    inside = set(region)
    for seed in _seeds(division, person, region):
        heappush(queue, (0.0, seed))
        while queue:
            _, cell = heappop(queue)
            if division.owner[cell] == person:
                continue
            load = division.load[cell]
            if division.members[person] and division.loads[person] + load / 2 > wanted_min:
                continue
            if division.owner[cell] != NOBODY and not division.can_leave(cell):
                continue
            division.move(cell, person)
            for near in division.task.neighbours[cell]:
                if near in inside and division.owner[near] != person:
                    heappush(queue, (_gap2(division, near, seed), near))
        if division.members[person]:
            return True
    return False


def _seeds(division: Division, person: int, region: list[int]) -> list[int]:
    """Order the cells of a region: near the person's base, else far from the region's middle."""
    xy = division.task.xy[region]
    base = division.task.base_xy[person]
    if np.isfinite(base).all():
        rank = ((xy - base) ** 2).sum(axis=1)
    else:
        rank = -((xy - xy.mean(axis=0)) ** 2).sum(axis=1)
    return [region[place] for place in np.lexsort((region, np.round(rank, 3))).tolist()]


def _gap2(division: Division, cell: int, other: int) -> float:
    """Square metres between two cells."""
    dx, dy = division.x[cell] - division.x[other], division.y[cell] - division.y[other]
    return dx * dx + dy * dy


def _take_in(division: Division, fair_min: Floats) -> None:
    """Give ownerless cells to neighbouring territories, the least burdened first."""
    fair = [max(load, 1e-9) for load in fair_min.tolist()]
    queue: list[tuple[float, float, int, int]] = []

    def offer(cell: int) -> None:
        for taker in division.takers(cell):
            after = (division.loads[taker] + division.load[cell]) / fair[taker]
            heappush(queue, (after, division.distance2(cell, taker), cell, taker))

    for cell, owner in enumerate(division.owner):
        if owner == NOBODY:
            offer(cell)
    while queue:
        after, _, cell, taker = heappop(queue)
        if division.owner[cell] != NOBODY:
            continue
        now = (division.loads[taker] + division.load[cell]) / fair[taker]
        if now > after:  # the taker has grown since
            heappush(queue, (now, division.distance2(cell, taker), cell, taker))
            continue
        division.move(cell, taker)
        for near in division.task.neighbours[cell]:
            if division.owner[near] == NOBODY:
                offer(near)


def shed(division: Division) -> list[int]:
    """Take cells from people above their capacity, so that nobody is; hand them on where one can.

    Parameters
    ----------
    division
        Changed in place.

    Returns
    -------
    cells
        Cells that are left without an owner, ascending.
    """
    for person in range(division.task.person_count):
        while division.loads[person] > division.capacity[person]:
            heavy = [cell for cell in sorted(division.members[person]) if division.load[cell] > 0]
            heavy.sort(
                key=lambda cell: (division.is_locked[cell], -division.distance2(cell, person), cell)
            )
            leaving = next((cell for cell in heavy if division.can_leave(cell)), None)
            if leaving is None:  # every cell holds the others together, or it is the only one
                leaving = heavy[0]
            division.move(leaving, NOBODY)
            _keep_largest_part(division, person)
    _hand_on(division)
    return [cell for cell, owner in enumerate(division.owner) if owner == NOBODY]


def _keep_largest_part(division: Division, person: int) -> None:
    """Leave a person the heaviest part."""
    parts = division.parts(person)
    parts.sort(key=lambda part: (-sum(division.load[cell] for cell in part), part[0]))
    for part in parts[1:]:
        for cell in part:
            division.move(cell, NOBODY)


def _hand_on(division: Division) -> None:
    """Give ownerless cells to neighbours who have room, the heaviest cell first."""
    free = [cell for cell, owner in enumerate(division.owner) if owner == NOBODY]
    free.sort(key=lambda cell: (-division.load[cell], cell))
    again = True
    while again:
        again = False
        for cell in free:
            if division.owner[cell] != NOBODY:
                continue
            load, lock = division.load[cell], int(division.task.lock[cell])
            room = [
                taker
                for taker in division.takers(cell)
                if division.loads[taker] + load <= division.capacity[taker] and lock in {-1, taker}
            ]
            if room:
                division.move(cell, min(room, key=lambda person: (division.loads[person], person)))
                again = True
