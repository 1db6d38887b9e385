"""Sites with capacities: every demand goes whole to one of them, chosen by HiGHS.

One number for each pair of demand and site within reach; the linear relaxation with a row for each
pair is tight. A demand that could be divided would be two rows of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from qxgeo.errors import InputError, Text
from qxgeo.siting.locations.reach import FARTHEST_M, say_out_of_time
from qxgeo.siting.locations.task import name_rows, word_fault

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult

    from qxgeo.siting.locations.task import Task

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_INFEASIBLE = 2  # status of scipy.optimize.milp
_SUM = 1e4  # what the solver's objective may come to: its tolerances are absolute


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """Who goes where.

    Attributes
    ----------
    chosen
        Columns of the task that are opened.
    site_of
        Column of the task that serves each demand, -1 for none.
    bound
        Proved, in the unit of the objective.
    """

    chosen: Ints
    site_of: Ints
    bound: float


def assign_all(task: Task, *, reach_m: float = FARTHEST_M) -> Assigned:
    """Serve everybody with the least weighted distance.

    Parameters
    ----------
    task
        With capacities.
    reach_m
        Nobody is sent farther.

    Returns
    -------
    assigned
        The bound is weight times metres.

    Raises
    ------
    InputError
        If the capacities do not suffice, or no answer was found in time.
    """
    _check_room(task)
    pairs = _Pairs.within(task, reach_m)
    cost = task.weights[pairs.demand] * task.metres[pairs.demand, pairs.site]
    return _read(task, pairs, cost, pairs.solve(cost, must_serve=True))


def assign_most(task: Task, *, reach_m: float) -> Assigned:
    """Serve as much weight as can be within a distance.

    Parameters
    ----------
    task
        With capacities.
    reach_m
        Nobody is sent farther; at it is within.

    Returns
    -------
    assigned
        The bound is weight.
    """
    pairs = _Pairs.within(task, reach_m)
    if len(pairs.demand) == 0:
        nobody = np.full(len(task.weights), -1, dtype=np.int64)
        return Assigned(np.empty(0, dtype=np.int64), nobody, 0.0)
    cost = -task.weights[pairs.demand]
    found = _read(task, pairs, cost, pairs.solve(cost, must_serve=False))
    used = np.unique(found.site_of[found.site_of >= 0])
    return Assigned(np.intersect1d(found.chosen, used), found.site_of, -found.bound)


def can_serve(task: Task, *, reach_m: float) -> bool | None:
    """Say whether the capacities suffice within a distance.

    Parameters
    ----------
    task
        With capacities.
    reach_m
        Nobody is sent farther; every demand has some site within it.

    Returns
    -------
    answer
        None where time did not suffice to tell.
    """
    pairs = _Pairs.within(task, reach_m)
    found = pairs.solve(np.zeros(len(pairs.demand)), must_serve=True)
    if found.x is not None:
        return True
    return False if found.status == _INFEASIBLE else None


def _check_room(task: Task) -> None:
    """Refuse what cannot fit, with the numbers.

    Raises
    ------
    InputError
        If a demand is larger than every site, or all demand than the largest sites together.
    """
    room = np.zeros(1) if task.capacities is None else task.capacities
    too_large = task.demand[task.weights > room.max()]
    if len(too_large):
        raise InputError(
            word_fault(
                Text(
                    f"需求行 {name_rows(too_large)}（从 0 起数）的权重"
                    f"超过最大站点容量 {room.max():g}",
                    f"demand rows {name_rows(too_large)} weigh more than the largest site,"
                    f" {room.max():g}",
                ),
                Text("请增大容量，或把该需求分成几行", "raise the capacity or divide the demand"),
            )
        )
    most = room[task.is_open].sum() + np.sort(room[~task.is_open])[::-1][: task.count].sum()
    if task.weights.sum() > most:
        raise InputError(
            word_fault(
                Text(
                    f"容量不足：需求合计 {task.weights.sum():g}，"
                    f"现有加新设 {task.count} 处最多 {most:g}",
                    f"too little capacity: demand is {task.weights.sum():g}, what is open and"
                    f" {task.count} new sites hold at most {most:g}",
                ),
                Text("请增加数量或容量", "open more sites or larger ones"),
            )
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of demand and site within reach."""

    task: Task
    demand: Ints
    site: Ints

    @classmethod
    def within(cls, task: Task, reach_m: float) -> _Pairs:
        """List the pairs within a distance."""
        demand, site = np.nonzero(task.metres <= reach_m)
        return cls(task, demand, site)

    def solve(self, cost: Floats, *, must_serve: bool) -> OptimizeResult:
        """Let HiGHS open sites and assign demand at the least cost."""
        task, pairs = self.task, len(self.demand)
        sites = len(task.is_open)
        new = np.concatenate(((~task.is_open).astype(float), np.zeros(pairs)))
        lower = np.concatenate((task.is_open.astype(float), np.zeros(pairs)))
        return milp(
            np.concatenate((np.zeros(sites), cost * _scale(cost))),
            integrality=1,
            bounds=Bounds(lower, 1),
            constraints=[
                LinearConstraint(self._served(), 1.0 if must_serve else 0.0, 1),
                LinearConstraint(self._held(), -np.inf, 0),
                LinearConstraint(self._linked(), -np.inf, 0),
                LinearConstraint(new[None, :], task.count if must_serve else 0, task.count),
            ],
            options={"mip_rel_gap": 1e-9} | task.deadline.limit(),
        )

    def _served(self) -> csr_array:
        """Count the sites that serve each demand."""
        count, sites = self.task.metres.shape
        pairs = len(self.demand)
        columns = sites + np.arange(pairs)
        return csr_array((np.ones(pairs), (self.demand, columns)), (count, sites + pairs))

    def _held(self) -> csr_array:
        """Weigh what each site serves against what it can, which is nothing while it is shut."""
        task, pairs, sites = self.task, len(self.demand), len(self.task.is_open)
        room = np.ones(sites) if task.capacities is None else task.capacities
        room = np.minimum(room, task.weights.sum())  # none has to hold more than all
        values = np.concatenate((task.weights[self.demand], -room)) / task.weights.max()
        rows = np.concatenate((self.site, np.arange(sites)))
        columns = np.concatenate((sites + np.arange(pairs), np.arange(sites)))
        return csr_array((values, (rows, columns)), (sites, sites + pairs))

    def _linked(self) -> csr_array:
        """Say of each pair that nobody goes to a site that is shut."""
        pairs, sites = len(self.demand), len(self.task.is_open)
        number = np.arange(pairs)
        values = np.repeat([1.0, -1.0], pairs)
        columns = np.concatenate((sites + number, self.site))
        return csr_array((values, (np.tile(number, 2), columns)), (pairs, sites + pairs))


def _scale(cost: Floats) -> float:
    """Give the factor that brings the solver's objective to a size that suits its tolerances."""
    return _SUM / max(float(np.abs(cost).sum()), 1e-300)


def _read(task: Task, pairs: _Pairs, cost: Floats, found: OptimizeResult) -> Assigned:
    """Read sites, assignment and bound from the solver's answer.

    Raises
    ------
    InputError
        If there is none.
    """
    if found.x is None:
        if found.status != _INFEASIBLE:
            raise InputError(say_out_of_time(task))
        raise InputError(
            word_fault(
                Text(
                    f"新设 {task.count} 处时，没有办法在容量内让每个需求点整体归一处",
                    f"with {task.count} new sites no assignment of whole demand fits"
                    " the capacities",
                ),
                Text("请增加数量或容量", "open more sites or larger ones"),
            )
        )
    sites = task.metres.shape[1]
    is_sent = found.x[sites:] > 1 / 2
    site_of = np.full(len(task.weights), -1, dtype=np.int64)
    site_of[pairs.demand[is_sent]] = pairs.site[is_sent]
    chosen = np.flatnonzero((found.x[:sites] > 1 / 2) & ~task.is_open)
    bound = -np.inf if found.mip_dual_bound is None else found.mip_dual_bound / _scale(cost)
    return Assigned(chosen, site_of, float(bound))
