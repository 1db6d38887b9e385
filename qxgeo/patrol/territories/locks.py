"""Locked cells of one person, joined through free cells."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.patrol.territories.division import NOBODY, connected_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def join_locks(
    neighbours: list[list[int]], lock: Ints, before: Ints | None = None
) -> tuple[Ints, list[int]]:
    """Find free cells that join the locked cells of each person.

    Paths of different people do not cross. Where the first order of people leaves somebody without
    a path, those are given theirs first, as long as that helps. A path takes as few cells as it can
    from others than their person, and those whose old territory joins their locked cells come
    first: so nothing changes hands where nothing has changed.

    Parameters
    ----------
    neighbours
        Of each cell.
    lock
        Person whom a cell is locked to, or `NOBODY`, shape (n,).
    before
        Person who had the cell before, or `NOBODY`, shape (n,); None without an earlier
        assignment.

    Returns
    -------
    held, apart
        Person of each locked cell and of each cell of a path, else `NOBODY`; people whose locked
        cells could not be joined.
    """
    old = np.full_like(lock, NOBODY) if before is None else before
    people = np.unique(lock[lock >= 0]).tolist()
    people.sort(key=lambda person: not _is_joined(neighbours, lock, old, person))
    best: tuple[Ints, list[int]] | None = None
    for _ in range(len(people) + 1):
        held, apart = _join_in_order(neighbours, lock, old, people)
        if best is None or len(apart) < len(best[1]):
            best = held, sorted(apart)
        if not apart:
            break
        people = apart + [person for person in people if person not in apart]
    return best if best is not None else (lock.copy(), [])


def _is_joined(neighbours: list[list[int]], lock: Ints, before: Ints, person: int) -> bool:
    """Tell whether the old territory, with the locked cells, joins all cells locked to a person."""
    locked = lock == person
    theirs = locked | ((before == person) & (lock == NOBODY))
    parts = connected_parts(neighbours, np.flatnonzero(theirs).tolist())
    return sum(bool(locked[part].any()) for part in parts) <= 1


def _join_in_order(
    neighbours: list[list[int]], lock: Ints, before: Ints, people: list[int]
) -> tuple[Ints, list[int]]:
    """Join the locked cells of one person after the other."""
    held = lock.copy()
    apart = []
    for person in people:
        groups = connected_parts(neighbours, np.flatnonzero(held == person).tolist())
        while len(groups) > 1:
            path = _path(neighbours, held, before, groups[0], person)
            if path is None:
                apart.append(person)
                break
            held[path] = person
            groups = connected_parts(neighbours, np.flatnonzero(held == person).tolist())
    return held, apart


def _path(
    neighbours: list[list[int]], held: Ints, before: Ints, group: list[int], person: int
) -> list[int] | None:
    """Find a way through free cells from a group to another cell of the same person.

    The one with the fewest cells that somebody else had; of these a shortest.
    """
    came: dict[int, int] = dict.fromkeys(group, NOBODY)
    price: dict[int, tuple[int, int]] = dict.fromkeys(group, (0, 0))
    found = count()  # of ways that cost the same, the one found first
    queue = [(0, 0, next(found), cell) for cell in group]
    while queue:
        changed, steps, _, here = heappop(queue)
        if (changed, steps) > price[here]:
            continue  # a cheaper way was found since
        for near in neighbours[here]:
            if held[near] == person and near not in price:
                path = []
                while held[here] != person:
                    path.append(here)
                    here = came[here]
                return path
            if held[near] != NOBODY:
                continue
            cost = changed + int(before[near] != person), steps + 1
            if near not in price or cost < price[near]:
                came[near], price[near] = here, cost
                heappush(queue, (*cost, next(found), near))
    return None
