"""A part of a township divided among people: the state that the search changes move by move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NOBODY = -1
_ROUNDING_MIN = 1e-7  # loads are sums of minutes; their rounding is far below


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A connected part of a township and the people who share it.

    Attributes
    ----------
    load_min, area_m2
        Of each cell, shape (n,).
    xy
        Places of the cells, metres, shape (n, 2).
    neighbours
        Of each cell, ascending.
    capacity_min
        Of each person, infinite where there is no limit, shape (k,).
    base_xy
        Metres, NaN where a person has no base, shape (k, 2).
    lock
        Person whom a cell is locked to, or `NOBODY`, shape (n,).
    before
        Person who had the cell before, or `NOBODY`, shape (n,); None without an earlier
        assignment.
    seed
        Of the order in which cells are tried.
    """

    load_min: Floats
    area_m2: Floats
    xy: Floats
    neighbours: list[list[int]]
    capacity_min: Floats
    base_xy: Floats
    lock: Ints
    before: Ints | None
    seed: int

    @property
    def person_count(self) -> int:
        """Number of people."""
        return len(self.capacity_min)


def fair_loads(total_min: float, capacity_min: Floats) -> Floats:
    """Share a load evenly, nobody above capacity (water-filling).

    Parameters
    ----------
    total_min
        Load to share.
    capacity_min
        Of each person, perhaps infinite, shape (k,).

    Returns
    -------
    fair_min
        The same for everybody below capacity, shape (k,); all at capacity if that is not enough.
    """
    order = np.argsort(capacity_min, kind="stable")
    rest, fair = total_min, np.array(capacity_min, dtype=float)
    for place, person in enumerate(order.tolist()):
        level = rest / (len(order) - place)
        if capacity_min[person] >= level:
            fair[order[place:]] = level
            break
        rest -= capacity_min[person]
    return fair


class Division:
    """Who has which cell, with running sums, so that a move costs no pass over the cells.

    Parameters
    ----------
    task
        The part and its people.
    owner
        Person of each cell, or `NOBODY`, shape (n,).
    """

    def __init__(self, task: Task, owner: Ints) -> None:
        self.task = task
        self.owner: list[int] = owner.tolist()
        self.load: list[float] = task.load_min.tolist()
        self.area: list[float] = task.area_m2.tolist()
        self.x: list[float] = (task.xy[:, 0] - task.xy[:, 0].mean()).tolist()
        self.y: list[float] = (task.xy[:, 1] - task.xy[:, 1].mean()).tolist()
        self.is_locked: list[bool] = (task.lock >= 0).tolist()
        self.capacity: list[float] = (task.capacity_min + _ROUNDING_MIN).tolist()
        count = task.person_count
        self.members: list[set[int]] = [set() for _ in range(count)]
        self.loads = [0.0] * count
        self.areas = [0.0] * count
        self.sum_x = [0.0] * count
        self.sum_y = [0.0] * count
        for cell, person in enumerate(self.owner):
            if person >= 0:
                self._enter(cell, person)

    def _enter(self, cell: int, person: int) -> None:
        """Book a cell in."""
        area = self.area[cell]
        self.members[person].add(cell)
        self.loads[person] += self.load[cell]
        self.areas[person] += area
        self.sum_x[person] += area * self.x[cell]
        self.sum_y[person] += area * self.y[cell]

    def move(self, cell: int, person: int) -> None:
        """Give a cell to a person, or to `NOBODY`."""
        last = self.owner[cell]
        if last >= 0:
            area = self.area[cell]
            self.members[last].remove(cell)
            self.loads[last] -= self.load[cell]
            self.areas[last] -= area
            self.sum_x[last] -= area * self.x[cell]
            self.sum_y[last] -= area * self.y[cell]
        self.owner[cell] = person
        if person >= 0:
            self._enter(cell, person)

    def can_leave(self, cell: int) -> bool:
        """Whether the rest of its territory is not empty and still hangs together."""
        owner, neighbours = self.owner, self.task.neighbours
        person = owner[cell]
        mine = [near for near in neighbours[cell] if owner[near] == person]
        if len(mine) <= 1:
            return bool(mine)
        # Mostly the neighbours are joined around the next corner: look near the cell first.
        goal = set(mine[1:])
        seen = {cell, mine[0]}
        queue = [mine[0]]
        for here in queue:  # grows while it is read
            for near in neighbours[here]:
                if owner[near] == person and near not in seen:
                    if near in goal:
                        goal.discard(near)
                        if not goal:
                            return True
                    seen.add(near)
                    queue.append(near)
        return False

    def takers(self, cell: int) -> list[int]:
        """List the other people whose territory touches a cell, ascending."""
        owner = self.owner
        person = owner[cell]
        near = {owner[other] for other in self.task.neighbours[cell]}
        near.discard(person)
        near.discard(NOBODY)
        return sorted(near)

    def frontier(self, person: int) -> list[tuple[int, int]]:
        """List the moves out of a territory: cell (not locked) and who touches it."""
        is_locked = self.is_locked
        return [
            (cell, taker)
            for cell in sorted(self.members[person])
            if not is_locked[cell]
            for taker in self.takers(cell)
        ]

    def distance2(self, cell: int, person: int) -> float:
        """Square metres between a cell and the middle of a territory; 0 of an empty one."""
        area = self.areas[person]
        if area <= 0:
            return 0.0
        dx = self.x[cell] - self.sum_x[person] / area
        dy = self.y[cell] - self.sum_y[person] / area
        return dx * dx + dy * dy

    def burden(self, person: int) -> float:
        """Load by which territories are ranked: above capacity weighs more than any load."""
        load = self.loads[person]
        return load if load <= self.capacity[person] else load + _FORBIDDEN_MIN

    def owners(self) -> Ints:
        """Give the owners as an array."""
        return np.array(self.owner, dtype=np.int64)

    def parts(self, person: int) -> list[list[int]]:
        """List the connected parts of a territory, each ascending, by their first cell."""
        return connected_parts(self.task.neighbours, self.members[person])


_FORBIDDEN_MIN = 1e12


def connected_parts(neighbours: list[list[int]], cells: Iterable[int]) -> list[list[int]]:
    """Split cells into parts that hang together.

    Parameters
    ----------
    neighbours
        Of each cell.
    cells
        Cell numbers.

    Returns
    -------
    parts
        Each ascending, in the order of their first cell.
    """
    left = set(cells)
    parts = []
    for cell in sorted(left):
        if cell not in left:
            continue
        left.discard(cell)
        part = [cell]
        for here in part:  # grows while it is read
            for near in neighbours[here]:
                if near in left:
                    left.discard(near)
                    part.append(near)
        parts.append(sorted(part))
    return parts
