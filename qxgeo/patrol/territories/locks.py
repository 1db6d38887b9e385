"""Locked cells of one person, joined through free cells."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.patrol.territories.division import NOBODY, connected_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def join_locks(neighbours: list[list[int]], lock: Ints) -> tuple[Ints, list[int]]:
    """Find free cells that join the locked cells of each person.

    Paths of different people do not cross. Where the first order of people leaves somebody without
    a path, those are given theirs first, as long as that helps.

    Parameters
    ----------
    neighbours
        Of each cell.
    lock
        Person whom a cell is locked to, or `NOBODY`, shape (n,).

    Returns
    -------
    held, apart
        Person of each locked cell and of each cell of a path, else `NOBODY`; people whose locked
        cells could not be joined.
    """
    people = np.unique(lock[lock >= 0]).tolist()
    best: tuple[Ints, list[int]] | None = None
    for _ in range(len(people) + 1):
        held, apart = _join_in_order(neighbours, lock, people)
        if best is None or len(apart) < len(best[1]):
            best = held, sorted(apart)
        if not apart:
            break
        people = apart + [person for person in people if person not in apart]
    return best if best is not None else (lock.copy(), [])


def _join_in_order(
    neighbours: list[list[int]], lock: Ints, people: list[int]
) -> tuple[Ints, list[int]]:
    """Join the locked cells of one person after the other."""
    held = lock.copy()
    apart = []
    for person in people:
        groups = connected_parts(neighbours, np.flatnonzero(held == person).tolist())
        while len(groups) > 1:
            path = _path(neighbours, held, groups[0], person)
            if path is None:
                apart.append(person)
                break
            held[path] = person
            groups = connected_parts(neighbours, np.flatnonzero(held == person).tolist())
    return held, apart


def _path(
    neighbours: list[list[int]], held: Ints, group: list[int], person: int
) -> list[int] | None:
    """Find a shortest way through free cells from a group to another cell of the same person."""
    came: dict[int, int] = dict.fromkeys(group, NOBODY)
    queue = deque(group)
    while queue:
        here = queue.popleft()
        for near in neighbours[here]:
            if near in came or held[near] not in {NOBODY, person}:
                continue
            if held[near] == person:
                path = []
                while held[here] != person:
                    path.append(here)
                    here = came[here]
                return path
            came[near] = here
            queue.append(near)
    return None
