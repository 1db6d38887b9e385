"""Better divisions, move by move: rounder territories, then a lower largest load.

Every move keeps every territory in one piece, leaves locked cells where they are, and takes nobody
above capacity.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.patrol.territories.division import Division

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Weight of the squared relative deviation from the fair load against roundness (1 for a disc);
# it rises from sweep to sweep: form first, balance at the end. Chosen, not tuned: only sweeps that
# also accept worse moves (annealing) were compared with it, and did not end rounder.
_STIFFNESS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
_SWEEPS = 4  # at each stiffness, at most
# Weight of borders between territories against roundness: at first, and where they are smoothed.
_BORDER, _SMOOTH_BORDER = 0.5, 4.0
_SMOOTHINGS = 12  # sweeps of `smooth`, at most
_BASE_SHARE = 0.3  # weight of the distance to the base against the distance to the middle
_BREADTHS = ((12, 6, 4, 3), (40, 20, 10, 5, 3))  # moves tried at each link of a chain, then more
_LEAST_GAIN = 1e-5  # of the fair load: smaller gains are not worth a move


def shape_and_balance(division: Division, fair_min: Floats, *, seed: int) -> None:
    """Move cells over the borders until territories are round and their loads even.

    Parameters
    ----------
    division
        Changed in place.
    fair_min
        Load that each person should have, shape (k,).
    seed
        Of the order in which cells are tried.
    """
    order = np.random.default_rng(seed)
    for stiffness in _STIFFNESS:
        for _ in range(_SWEEPS):
            if not _sweep(division, _Price(division, fair_min, stiffness), order):
                break


def round_off(division: Division, fair_min: Floats, *, ceiling_min: float, seed: int) -> None:
    """Make territories rounder while no load rises above a ceiling.

    Parameters
    ----------
    division
        Changed in place.
    fair_min
        Load that each person should have, shape (k,).
    ceiling_min
        Largest load allowed; capacities hold besides.
    seed
        Of the order in which cells are tried.
    """
    order = np.random.default_rng(seed)
    last = division.capacity
    division.capacity = [min(most, ceiling_min) for most in last]
    for _ in range(_SWEEPS):
        if not _sweep(division, _Price(division, fair_min, _STIFFNESS[0]), order):
            break
    division.capacity = last


def smooth(
    division: Division, fair_min: Floats, *, ceiling_min: Floats, floor_min: Floats, seed: int
) -> None:
    """Straighten borders within a band of loads: nobody notices two per cent, everybody a tooth.

    Parameters
    ----------
    division
        Changed in place.
    fair_min
        Load that each person should have, shape (k,).
    ceiling_min, floor_min
        No load rises above the one or falls below the other by a move, shape (k,).
    seed
        Of the order in which cells are tried.
    """
    order = np.random.default_rng(seed)
    last = division.capacity
    division.capacity = np.minimum(last, ceiling_min).tolist()
    price = _Price(division, fair_min, _STIFFNESS[0], border=_SMOOTH_BORDER, floor_min=floor_min)
    for _ in range(_SMOOTHINGS):
        if not _sweep(division, price, order):
            break
    division.capacity = last


def measure_form(division: Division) -> float:
    """Measure how far territories are from being round and straight; less is better.

    Parameters
    ----------
    division
        Any.

    Returns
    -------
    form
        Moments of inertia, a disc of the mean area counting 1, and the number of borders between
        cells of different people, those of a square counting 1.
    """
    area = max(sum(division.areas) / len(division.areas), 1e-9)
    spread = sum(
        part * division.distance2(cell, person)
        for cell, (part, person) in enumerate(zip(division.area, division.owner, strict=True))
        if person >= 0
    )
    borders = sum(
        division.owner[near] != person
        for cell, person in enumerate(division.owner)
        for near in division.task.neighbours[cell]
    )
    side = math.sqrt(max(len(division.owner) / len(division.areas), 1.0))
    return 2 * math.pi * spread / area**2 + borders / (4 * side)


def _sweep(division: Division, price: _Price, order: np.random.Generator) -> int:
    """Try every cell on a border once; give the number of moves."""
    owner = division.owners()
    neighbours = division.task.neighbours
    border = [
        cell
        for cell, near in enumerate(neighbours)
        if owner[cell] >= 0
        and not division.is_locked[cell]
        and any(division.owner[other] != division.owner[cell] for other in near)
    ]
    moves = 0
    for cell in order.permutation(np.array(border, dtype=np.int64)).tolist():
        best, taker = -1e-9, -1
        for person in division.takers(cell):
            change = price.of(cell, person)
            if change < best:
                best, taker = change, person
        if taker >= 0 and division.can_leave(cell):
            division.move(cell, taker)
            moves += 1
    return moves


class _Price:
    """What a move costs: less roundness, longer borders, less balance, longer ways."""

    def __init__(
        self,
        division: Division,
        fair_min: Floats,
        stiffness: float,
        *,
        border: float = _BORDER,
        floor_min: Floats | None = None,
    ) -> None:
        self._division = division
        self._floor = [0.0] * len(fair_min) if floor_min is None else floor_min.tolist()
        # The borders of a square territory of the mean number of cells cost `border`.
        cells = max(len(division.owner) / max(len(fair_min), 1), 1.0)
        self._edge = border / (4 * math.sqrt(cells))
        task = division.task
        area = max(sum(division.areas) / len(division.areas), 1e-9)
        self._roundness = 2 * np.pi / (area * area)  # a disc of the mean area costs 1
        self._fair: list[float] = fair_min.tolist()
        mean = float(fair_min.mean())
        self._stiffness = stiffness / (mean * mean) if mean > 0 else 0.0
        base = task.base_xy - task.xy.mean(axis=0)
        self._has_base = bool(np.isfinite(base).all(axis=1).any())
        self._base: list[list[float]] = base.tolist()

    def of(self, cell: int, taker: int) -> float:
        """Give the change of the cost if `taker` gets the cell; infinite above capacity."""
        division = self._division
        giver = division.owner[cell]
        load, area = division.load[cell], division.area[cell]
        taken = division.loads[taker]
        if load > 0 and (
            taken + load > division.capacity[taker]
            or division.loads[giver] - load < self._floor[giver]
        ):
            return np.inf
        near2, far2 = division.distance2(cell, taker), division.distance2(cell, giver)
        mine, theirs = division.areas[giver], division.areas[taker]
        change = near2 * theirs / (theirs + area)
        if mine > area:
            change -= far2 * mine / (mine - area)
        if self._has_base:
            change += _BASE_SHARE * (
                self._base2(cell, taker, near2) - self._base2(cell, giver, far2)
            )
        change *= area * self._roundness
        if self._edge:
            near = [division.owner[other] for other in division.task.neighbours[cell]]
            change += self._edge * (near.count(giver) - near.count(taker))
        over_taker = taken - self._fair[taker]
        over_giver = division.loads[giver] - self._fair[giver]
        return change + self._stiffness * 2 * load * (over_taker - over_giver + load)

    def _base2(self, cell: int, person: int, middle2: float) -> float:
        """Square metres to the base; to the middle of the territory where there is no base."""
        x, y = self._base[person]
        if x != x:  # noqa: PLR0124 - NaN; the fastest test of a float
            return middle2
        dx, dy = self._division.x[cell] - x, self._division.y[cell] - y
        return dx * dx + dy * dy


def level_loads(
    division: Division, goal_min: Floats, *, chains: int, bound_min: float = 0.0
) -> None:
    """Lower the largest load by chains of moves until everybody is at the goal.

    A chain takes a cell from the most burdened person, and where the taker then has too much a cell
    from the taker, and so on; at its end everybody concerned has less than the first one had.

    Parameters
    ----------
    division
        Changed in place.
    goal_min
        Load at which a person is left alone, shape (k,).
    chains
        At most so many.
    bound_min
        No division has a smaller largest load: whoever is above it is worth the widest search,
        whoever is not, the first one only.
    """
    goal: list[float] = goal_min.tolist()
    people = range(len(goal))
    gain = _LEAST_GAIN * max(sum(division.loads) / len(goal), 1e-9)
    stuck: set[int] = set()  # who finds no chain; the next most burdened may make room
    for _ in range(chains):
        above = [p for p in people if p not in stuck and division.loads[p] > goal[p] + gain]
        if not above:
            return
        worst = max(above, key=lambda person: (division.burden(person), -person))
        ceiling = division.burden(worst) - gain
        breadths = _BREADTHS if division.loads[worst] > bound_min + gain else _BREADTHS[:1]
        if not any(_chain(division, worst, ceiling, (worst,), breadth) for breadth in breadths):
            stuck.add(worst)


def _chain(
    division: Division,
    giver: int,
    ceiling: float,
    passed: tuple[int, ...],
    breadth: tuple[int, ...],
) -> bool:
    """Bring `giver` below the ceiling by one move and what follows from it; else change nothing."""
    tries = []
    for cell, taker in division.frontier(giver):
        load = division.load[cell]
        if load <= 0 or _after(division, giver, -load) > ceiling:
            continue
        after = _after(division, taker, load)
        detour = division.distance2(cell, taker) - division.distance2(cell, giver)
        tries.append((max(after - ceiling, 0.0), detour, cell, taker))
    tries.sort()
    left = breadth[0]
    for excess, _, cell, taker in tries:
        if excess > 0 and (taker in passed[1:] or len(breadth) == 1):
            continue
        if not division.can_leave(cell):
            continue
        division.move(cell, taker)
        if excess <= 0 or _chain(division, taker, ceiling, (*passed, taker), breadth[1:]):
            return True
        division.move(cell, giver)
        left -= 1
        if left == 0:
            break
    return False


def _after(division: Division, person: int, load_min: float) -> float:
    """Burden of a person with so much more load."""
    division.loads[person] += load_min
    burden = division.burden(person)
    division.loads[person] -= load_min
    return burden


def lift_loads(division: Division, floor_min: Floats) -> None:
    """Let people far below their fair load take cells from neighbours who have more.

    Every move brings the two loads closer, so it ends.

    Parameters
    ----------
    division
        Changed in place.
    floor_min
        Load from which on a person is left alone, shape (k,).
    """
    floor: list[float] = floor_min.tolist()
    content: set[int] = set()
    while True:
        wanting = [p for p, load in enumerate(division.loads) if load < floor[p]]
        wanting = [p for p in wanting if p not in content]
        if not wanting:
            return
        poorest = min(wanting, key=lambda person: (division.loads[person], person))
        if _pull(division, poorest):
            content.clear()
        else:
            content.add(poorest)


def _pull(division: Division, taker: int) -> bool:
    """Take the nearest cell that a neighbour with more can spare."""
    mine = division.loads[taker]
    near = {
        cell
        for member in division.members[taker]
        for cell in division.task.neighbours[member]
        if division.owner[cell] >= 0 and division.owner[cell] != taker
    }
    offers = []
    for cell in sorted(near):
        load, giver = division.load[cell], division.owner[cell]
        if division.is_locked[cell] or load <= 0 or mine + load > division.capacity[taker]:
            continue
        if division.loads[giver] - load > mine * (1 + _LEAST_GAIN):
            detour = division.distance2(cell, taker) - division.distance2(cell, giver)
            offers.append((detour, cell))
    for _, cell in sorted(offers):
        if division.can_leave(cell):
            division.move(cell, taker)
            return True
    return False
