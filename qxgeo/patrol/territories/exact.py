"""The smallest possible largest load of a small part, by OR-Tools CP-SAT.

A territory is a tree: one root, its lowest cell, and one arc into every other cell from a
neighbour of the same person, each deeper than the last. People who are alike are numbered by their
roots, so that no division is looked at twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.patrol.territories.division import Task

    Ints = NDArray[np.int64]

# Of eleven seeded parts tried, all five up to 25 cells and 30 cells with 2 people were proved; five
# of 30 to 42 cells were not, though the solver often found a better division than the search.
MOST_CELLS, MOST_PEOPLE = 36, 5
_EFFORT = 5.0  # deterministic seconds of the solver: the same answer on every machine
_PER_MIN = 1_000_000  # whole numbers for the solver: millionths of a minute


@dataclass(frozen=True, slots=True)
class Proof:
    """What the solver found out.

    Attributes
    ----------
    bound_min
        No division has a smaller largest load; infinite where none exists at all.
    owner
        The best division it found, shape (n,); None where it found none.
    is_optimal
        Whether that division was proved best.
    """

    bound_min: float
    owner: Ints | None
    is_optimal: bool


def prove(task: Task, hint: Ints | None, *, bound_min: float) -> Proof:
    """Find the smallest largest load, or a bound of it.

    Parameters
    ----------
    task
        At most `MOST_CELLS` cells and `MOST_PEOPLE` people.
    hint
        A division within the capacities, from which the solver starts; None where there is none.
    bound_min
        A bound that is proved already.

    Returns
    -------
    proof
        The same on every run.
    """
    model = _Model(task, bound_min)
    if hint is not None:
        model.start_from(hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = task.seed % 2**31
    solver.parameters.max_deterministic_time = _EFFORT
    status = solver.solve(model.model)
    if status == cp_model.INFEASIBLE:
        return Proof(np.inf, None, is_optimal=True)
    proved_min = max(bound_min, solver.best_objective_bound / _PER_MIN)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Proof(proved_min, None, is_optimal=False)
    owner = np.array([[solver.value(x) for x in row] for row in model.has]).argmax(axis=1)
    return Proof(proved_min, owner.astype(np.int64), is_optimal=status == cp_model.OPTIMAL)


class _Model:
    """The division as a constraint model."""

    def __init__(self, task: Task, bound_min: float) -> None:
        self.task = task
        self.model = cp_model.CpModel()
        cells, people = range(len(task.load_min)), range(task.person_count)
        self.has = [[self.model.new_bool_var("") for _ in people] for _ in cells]
        self._root = [[self.model.new_bool_var("") for _ in people] for _ in cells]
        # Rounded down, so that the bound is one of the true loads too.
        self._load = np.floor(task.load_min * _PER_MIN).astype(np.int64).tolist()
        total = sum(self._load)
        self._largest = self.model.new_int_var(
            min(int(bound_min * _PER_MIN) - len(cells), total), total, ""
        )
        self._add_owners()
        self._add_trees()
        self._add_roots()
        self._add_loads()
        self.model.minimize(self._largest)

    def _add_owners(self) -> None:
        """Give every cell one owner, a locked cell its own."""
        for cell, row in enumerate(self.has):
            self.model.add_exactly_one(row)
            if self.task.lock[cell] >= 0:
                self.model.add(row[self.task.lock[cell]] == 1)

    def _add_trees(self) -> None:
        """Let every cell that is no root hang on a neighbour of the same person."""
        count = len(self.has)
        depth = [self.model.new_int_var(0, count - 1, "") for _ in range(count)]
        for cell, near in enumerate(self.task.neighbours):
            arcs = [self.model.new_bool_var("") for _ in near]
            self.model.add_exactly_one([*arcs, *self._root[cell]])
            for arc, other in zip(arcs, near, strict=True):
                self.model.add(depth[cell] >= depth[other] + 1).only_enforce_if(arc)
                for mine, theirs in zip(self.has[cell], self.has[other], strict=True):
                    self.model.add_bool_or([~arc, ~theirs, mine])

    def _add_roots(self) -> None:
        """Give every territory one root, its lowest cell, and alike people ascending roots."""
        for person in range(self.task.person_count):
            roots = [row[person] for row in self._root]
            self.model.add_exactly_one(roots)
            for cell, root in enumerate(roots):
                self.model.add_implication(root, self.has[cell][person])
                for lower in range(cell):
                    self.model.add_implication(root, ~self.has[lower][person])
        for group in self._alike():
            for one, next_one in pairwise(group):
                self.model.add(self._root_number(one) < self._root_number(next_one))

    def _root_number(self, person: int) -> cp_model.LinearExpr:
        """Give the number of a person's root."""
        return cp_model.LinearExpr.weighted_sum(
            [row[person] for row in self._root], list(range(len(self._root)))
        )

    def _add_loads(self) -> None:
        """Keep every load below the largest and below the capacity."""
        for person, most in enumerate(self.task.capacity_min.tolist()):
            load = cp_model.LinearExpr.weighted_sum([row[person] for row in self.has], self._load)
            self.model.add(load <= self._largest)
            if np.isfinite(most):
                self.model.add(load <= int(most * _PER_MIN))

    def _alike(self) -> list[list[int]]:
        """Group people without locks by capacity."""
        locked = set(self.task.lock.tolist())
        groups: dict[float, list[int]] = {}
        for person, most in enumerate(self.task.capacity_min.tolist()):
            if person not in locked:
                groups.setdefault(most, []).append(person)
        return list(groups.values())

    def start_from(self, owner: Ints) -> None:
        """Hint at a division, its people numbered as the model wants them."""
        first = {int(person): int(np.argmax(owner == person)) for person in np.unique(owner)}
        name = {person: person for person in range(self.task.person_count)}
        for group in self._alike():
            by_root = sorted(group, key=lambda person: first.get(person, len(owner)))
            name.update(zip(by_root, group, strict=True))
        for cell, person in enumerate(owner.tolist()):
            for other, has in enumerate(self.has[cell]):
                self.model.add_hint(has, other == name[person])
                self.model.add_hint(
                    self._root[cell][other], other == name[person] and first[person] == cell
                )
