"""Divide a part of a township: from an earlier assignment, or anew from several first cuts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from qxgeo.patrol.territories.bounds import bound_largest_load
from qxgeo.patrol.territories.division import Division, Task, fair_loads
from qxgeo.patrol.territories.exact import MOST_CELLS, MOST_PEOPLE, Proof, prove
from qxgeo.patrol.territories.repair import settle, shed
from qxgeo.patrol.territories.search import (
    level_loads,
    lift_loads,
    measure_form,
    round_off,
    shape_and_balance,
    smooth,
)
from qxgeo.patrol.territories.start import bisect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Largest load over the mean that is fair enough: an earlier assignment is touched only beyond it.
KEEP_RATIO = 1.05
_NEW_RATIO = 1.02  # a new one goes on to here: nobody can tell two per cent of a week's minutes
_SMOOTH_RATIO = 1.04  # straight borders may cost so much
_TRY_CELLS = 20_000  # cells tried in all: small parts get more first divisions
_LEAST_TRIES, _MOST_TRIES = 2, 12
_CHAINS = 50  # for each person
_WORTH_IT = 0.01  # of the fair load: for less than that nobody is to change all the ground
_ROUNDING = 1e-12
_PROVED_MIN = 1e-3  # a load so near its bound is at it: the solver counts millionths per cell


@dataclass(frozen=True, slots=True)
class Divided:
    """How a part was divided.

    Attributes
    ----------
    owner
        Person of each cell, or `NOBODY` where nobody has the capacity, shape (n,).
    proof
        What the solver found out; None for a part too large for it, or where no proof is needed.
    """

    owner: Ints
    proof: Proof | None


def divide(task: Task, held: Ints) -> Divided:
    """Divide the cells of a connected part among its people.

    Parameters
    ----------
    task
        The part and its people.
    held
        Person of locked cells and of cells that join them, as `join_locks` gives it.

    Returns
    -------
    divided
        Territories in one piece, nobody above capacity.
    """
    fair = fair_loads(float(task.load_min.sum()), task.capacity_min)
    # Where most cells change hands anyway, a new division is the better one.
    is_kept = task.before is not None and 2 * (task.before >= 0).sum() >= len(task.before)
    division = _repair(task, held, fair) if is_kept else _divide_anew(task, held, fair)
    proof = _prove(task, division)
    if proof is not None and proof.owner is not None:
        if not is_kept:
            division = _better(task, division, proof.owner, fair)
        elif _worst(Division(task, proof.owner), fair) < _worst(division, fair) - _WORTH_IT:
            division = Division(task, proof.owner)
            _keep_names(division, held if task.before is None else task.before)
    if not is_kept:
        _send_home(division)
    shed(division)
    return Divided(division.owners(), proof)


def _repair(task: Task, held: Ints, fair_min: Floats) -> Division:
    """Start from the earlier assignment and change as little as fairness allows."""
    before = task.before if task.before is not None else task.lock
    division = settle(task, before, held, fair_min)
    # Below what is proved nobody can get, so nothing is moved for it.
    bound_min = bound_largest_load(task.load_min, task.capacity_min, task.lock).load_min
    goal = np.minimum(np.maximum(KEEP_RATIO * fair_min, bound_min + _PROVED_MIN), task.capacity_min)
    level_loads(division, goal, chains=_CHAINS * task.person_count)
    _make_up(division, before, (2 - KEEP_RATIO) * fair_min)
    level_loads(division, goal, chains=_CHAINS * task.person_count)
    # Each time somebody comes down to the goal and nobody rises above it.
    for _ in range(task.person_count):
        if not _redivide_around(division, before, held, goal):
            break
    return division


def _redivide_around(division: Division, before: Ints, held: Ints, goal_min: Floats) -> bool:
    """Divide anew the ground of the most burdened person and as few others as will do.

    What small steps cannot move may come right at one stroke; everybody keeps the territory that
    holds most of the old ground. Tells whether a person came down to the goal.
    """
    task = division.task
    above = np.array(division.loads) - goal_min * (1 + _ROUNDING)
    people = {int(above.argmax())}
    if above.max() <= 0:
        return False
    while True:
        chosen = np.array(sorted(people), dtype=np.int64)
        if len(chosen) > 1:
            cells = np.flatnonzero(np.isin(division.owners(), chosen))
            part = _take(task, cells, chosen, before, goal_min)
            fair = fair_loads(float(part.load_min.sum()), part.capacity_min)
            if fair.sum() >= part.load_min.sum() * (1 - _ROUNDING):
                anew = _divide_anew(part, _renumber(held[cells], chosen), fair)
                _keep_names(anew, part.before if part.before is not None else part.lock)
                if (np.array(anew.loads) <= np.array(anew.capacity)).all():
                    for cell, person in zip(cells.tolist(), anew.owners().tolist(), strict=True):
                        division.move(cell, int(chosen[person]))
                    return True
        around = {
            division.owner[near]
            for person in people
            for cell in division.members[person]
            for near in task.neighbours[cell]
        } - {-1}
        if around <= people:
            return False
        people |= around


def _take(task: Task, cells: Ints, people: Ints, before: Ints, goal_min: Floats) -> Task:
    """Take some cells and the people who share them out of a task; nobody is to exceed the goal."""
    number = {cell: place for place, cell in enumerate(cells.tolist())}
    return replace(
        task,
        load_min=task.load_min[cells],
        area_m2=task.area_m2[cells],
        xy=task.xy[cells],
        neighbours=[
            [number[near] for near in task.neighbours[cell] if near in number]
            for cell in cells.tolist()
        ],
        capacity_min=goal_min[people],
        base_xy=task.base_xy[people],
        lock=_renumber(task.lock[cells], people),
        before=_renumber(before[cells], people),
    )


def _renumber(owner: Ints, people: Ints) -> Ints:
    """Give people their place among the chosen; others are nobody."""
    place = np.searchsorted(people, owner).clip(max=len(people) - 1)
    return np.where(people[place] == owner, place, -1)


def _worst(division: Division, fair_min: Floats) -> float:
    """Largest load as a multiple of the fair one, no better than fair enough."""
    shares = np.array(division.loads) / np.maximum(fair_min, 1e-9)
    return max(float(shares.max()), KEEP_RATIO)


def _keep_names(division: Division, before: Ints) -> None:
    """Give the territories of a new division to those people who held most of their ground."""
    task = division.task
    is_free = np.ones(task.person_count, dtype=bool)
    is_free[np.unique(task.lock[task.lock >= 0])] = False
    owner = division.owners()
    for capacity in np.unique(task.capacity_min[is_free]).tolist():
        alike = np.flatnonzero(is_free & (task.capacity_min == capacity))
        kept = np.array(
            [
                [task.area_m2[(owner == here) & (before == there)].sum() for there in alike]
                for here in alike
            ]
        )
        old, new = linear_sum_assignment(kept, maximize=True)
        _rename(division, alike[old], alike[new])


def _make_up(division: Division, before: Ints, floor_min: Floats) -> None:
    """Bring newcomers, and those who made room for them, near the fair load from below too."""
    people = np.arange(division.task.person_count)
    concerned = np.setdiff1d(people, before)
    for _ in people:
        last = len(concerned)
        lost = before[(before >= 0) & (before != division.owners())]
        concerned = np.union1d(concerned, lost)
        lift_loads(division, np.where(np.isin(people, concerned), floor_min, 0.0))
        if len(concerned) == last:
            break


def _divide_anew(task: Task, held: Ints, fair_min: Floats) -> Division:
    """Keep the best of several divisions: within capacities, even to a per cent, round."""
    tries = min(max(_TRY_CELLS // len(task.load_min), _LEAST_TRIES), _MOST_TRIES)
    tries = 1 if task.person_count == 1 else tries
    bound_min = bound_largest_load(task.load_min, task.capacity_min, task.lock).load_min
    found = []
    for number in range(tries):
        seed = task.seed + number
        division = settle(task, bisect(task, turn=number / tries), held, fair_min)
        shape_and_balance(division, fair_min, seed=seed)
        goal = np.minimum(_NEW_RATIO * fair_min, task.capacity_min)
        level_loads(division, goal, chains=_CHAINS * task.person_count, bound_min=bound_min)
        round_off(division, fair_min, ceiling_min=max(division.loads), seed=seed)
        lift_loads(division, (2 - KEEP_RATIO) * fair_min)
        goal = np.minimum(KEEP_RATIO * fair_min, task.capacity_min)
        level_loads(division, goal, chains=_CHAINS * task.person_count, bound_min=bound_min)
        _straighten(division, fair_min, seed=seed)
        found.append((_score(division, fair_min), number, division))
    return min(found)[2]


def _straighten(division: Division, fair_min: Floats, *, seed: int) -> None:
    """Spend what fairness leaves over on straight borders."""
    loads = np.array(division.loads)
    smooth(
        division,
        fair_min,
        ceiling_min=np.maximum(_SMOOTH_RATIO * fair_min, loads),
        floor_min=np.minimum((2 - KEEP_RATIO) * fair_min, loads),
        seed=seed,
    )


def _score(division: Division, fair_min: Floats) -> tuple[float, ...]:
    """Rank divisions: minutes above capacity, largest load in per cent of the fair one, form."""
    over = sum(
        max(load - most, 0.0) for load, most in zip(division.loads, division.capacity, strict=True)
    )
    percent = max(max(division.loads) / max(float(fair_min.max()), 1e-9), _SMOOTH_RATIO)
    return round(over, 3), round(percent, 2), measure_form(division)


def _prove(task: Task, division: Division) -> Proof | None:
    """Ask the solver about a small part that no simpler argument settles."""
    count = task.person_count
    if count < 2 or count > MOST_PEOPLE or not count <= len(task.load_min) <= MOST_CELLS:  # noqa: PLR2004 - one person has all
        return None
    bound_min = bound_largest_load(task.load_min, task.capacity_min, task.lock).load_min
    is_valid = all(map(bool, division.members)) and all(
        load <= most for load, most in zip(division.loads, division.capacity, strict=True)
    )
    if is_valid and max(division.loads) <= bound_min + _PROVED_MIN:
        return None
    return prove(task, division.owners() if is_valid else None, bound_min=bound_min)


def _better(task: Task, division: Division, owner: Ints, fair_min: Floats) -> Division:
    """Take the solver's division where its largest load is smaller, and round it off."""
    other = Division(task, owner)
    if max(map(other.burden, range(task.person_count))) >= max(
        map(division.burden, range(task.person_count))
    ):
        return division
    round_off(other, fair_min, ceiling_min=max(other.loads), seed=task.seed)
    return other


def _send_home(division: Division) -> None:
    """Exchange whole territories between people who are alike, so that bases are near."""
    task = division.task
    has_base = np.asarray(np.isfinite(task.base_xy).all(axis=1))
    has_base[np.unique(task.lock[task.lock >= 0])] = False
    owner = division.owners()
    for capacity in np.unique(task.capacity_min[has_base]).tolist():
        alike = np.flatnonzero(has_base & (task.capacity_min == capacity))
        price = np.zeros((len(alike), len(alike)))
        for place, person in enumerate(alike.tolist()):
            mine = owner == person
            away2 = ((task.xy[mine][:, None] - task.base_xy[alike][None]) ** 2).sum(axis=2)
            price[place] = task.area_m2[mine] @ away2
        old, new = linear_sum_assignment(price)
        _rename(division, alike[old], alike[new])


def _rename(division: Division, old: Ints, new: Ints) -> None:
    """Hand the whole territories of some people to others of them."""
    owner = division.owners()
    renamed = np.arange(division.task.person_count)
    renamed[old] = new
    wanted = np.where(owner >= 0, renamed[owner], owner)
    for cell in np.flatnonzero(wanted != owner).tolist():
        division.move(cell, int(wanted[cell]))
