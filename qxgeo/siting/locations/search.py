"""The proof of a p-median: a bound by ascent, a linear relaxation by cuts, then HiGHS.

After each of the first two, sites that no better choice opens are left out, and sites that every
better choice opens count as open: most questions are decided before HiGHS has to branch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from qxgeo.siting.locations.ascent import ascend
from qxgeo.siting.locations.cuts import Cuts, Ways
from qxgeo.siting.locations.exchange import bar_the_way, exchange

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.siting.locations.model import Deadline

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_INFEASIBLE = 2  # status of scipy.optimize
_SUM = 1e4  # about what the solver's objective comes to: its tolerances are absolute
_DONE = 1e-9  # of the cost: less is rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What is left to decide.

    Attributes
    ----------
    away_m
        Demand by sites that may be opened, infinite where no way leads there.
    base_m
        To what is open, infinite where there is none.
    count
        Sites to be opened.
    columns
        The sites' columns in the whole problem.
    opened
        Columns of sites that count as open since every better choice opens them.
    """

    away_m: Floats
    base_m: Floats
    count: int
    columns: Ints
    opened: Ints

    def narrow(self, is_shut: Bools, is_kept: Bools) -> Problem:
        """Leave out some sites and open others.

        Parameters
        ----------
        is_shut, is_kept
            One claim for each site.

        Returns
        -------
        problem
            A smaller one.
        """
        is_left = ~(is_shut | is_kept)
        kept_m = self.away_m[:, is_kept].min(axis=1, initial=np.inf)
        return Problem(
            away_m=self.away_m[:, is_left],
            base_m=np.minimum(self.base_m, kept_m),
            count=self.count - int(is_kept.sum()),
            columns=self.columns[is_left],
            opened=np.concatenate((self.opened, self.columns[is_kept])),
        )


@dataclass(slots=True, eq=False)
class Search:
    """The best choice so far, and what is proved so far.

    Attributes
    ----------
    weights
        Of the demand.
    best, cost
        Columns of the whole problem, and weight times metres.
    deadline, seed
        When to stop, and of the order in which exchanges are tried.
    bound
        No choice costs less.
    reach_m
        Prices of the demand that prove the bound, as distances; None before the ascent.
    """

    weights: Floats
    best: Ints
    cost: float
    deadline: Deadline
    seed: int
    bound: float = 0.0
    reach_m: Floats | None = None

    @property
    def is_done(self) -> bool:
        """Say whether the bound is reached, to rounding, or time is over."""
        return self.cost - self.bound <= _DONE * self.cost or self.deadline.is_over

    def is_small(self, problem: Problem) -> bool:
        """Settle a problem in which there is nothing left to choose.

        Parameters
        ----------
        problem
            What every better choice solves.

        Returns
        -------
        is_small
            Whether it was settled.
        """
        if 0 < problem.count < len(problem.columns):
            return False
        if problem.count in (0, len(problem.columns)):
            near = problem.away_m[:, : problem.count].min(axis=1, initial=np.inf)
            cost = float(self.weights @ np.minimum(problem.base_m, near))
            if cost < self.cost:
                self.best, self.cost = np.concatenate((problem.opened, problem.columns)), cost
                self.best = self.best[: len(problem.opened) + problem.count]
        self.bound = self.cost
        return True

    def ascend(self, problem: Problem) -> Problem:
        """Raise the bound by ascent and narrow the problem."""
        ways = Ways.sort(problem.away_m, problem.base_m, problem.count)
        found = ascend(
            problem.away_m,
            self.weights,
            count=problem.count,
            range_m=(ways.least, ways.cap),
            cost=self.cost,
            improve=lambda chosen: self._try(problem, chosen),
            deadline=self.deadline,
        )
        self._raise_bound(found.bound)
        self.reach_m = found.reach_m
        return problem.narrow(*found.find_fixed(problem.count, self.cost))

    def relax(self, problem: Problem) -> Problem:
        """Solve the linear relaxation, cut by cut, and narrow the problem."""
        model = self._build(problem)
        while not self.is_done:
            rows, most = model.cuts.stack()
            found = linprog(
                model.prices,
                A_ub=rows,
                b_ub=most,
                A_eq=model.once,
                b_eq=[problem.count],
                bounds=np.stack((model.least, model.most), axis=1),
                method="highs",
                options=self.deadline.limit(),
            )
            if found.status == _INFEASIBLE:  # no choice is better than the best known
                self.bound = self.cost
            if found.status != 0:
                break
            self._raise_bound(found.fun * model.worth)
            sites = model.site_count
            is_open = found.x[:sites]
            self._try(problem, np.argsort(-is_open, kind="stable")[: problem.count].tolist())
            if model.cuts.add(is_open, found.x[sites:]) == 0:
                room = (self.cost - found.fun * model.worth) / model.worth * (1 + 1e-6) + 1e-6
                return problem.narrow(
                    found.lower.marginals[:sites] > room, -found.upper.marginals[:sites] > room
                )
        return problem

    def decide(self, problem: Problem) -> None:
        """Let HiGHS choose; add cuts until its bound is reached."""
        model = self._build(problem)
        integrality = np.zeros(len(model.prices))
        integrality[: model.site_count] = 1
        while not self.is_done:
            rows, most = model.cuts.stack()
            found = milp(
                model.prices,
                integrality=integrality,
                bounds=Bounds(model.least, model.most),
                constraints=[
                    LinearConstraint(rows, -np.inf, most),
                    LinearConstraint(model.once, problem.count, problem.count),
                ],
                options={"mip_rel_gap": _DONE} | self.deadline.limit(),
            )
            if found.status == _INFEASIBLE:  # no choice is better than the best known
                self.bound = self.cost
            if found.mip_dual_bound is not None:
                self._raise_bound(found.mip_dual_bound * model.worth)
            if found.x is None:
                return
            opened = np.flatnonzero(found.x[: model.site_count] > 1 / 2).tolist()
            added = model.cut_at(opened)
            self._try(problem, opened)
            if added == 0:
                return

    def _build(self, problem: Problem) -> _Model:
        """Scale a problem and add the lines that are known to matter."""
        model = _Model.build(problem, self.weights)
        model.cut_at(np.flatnonzero(np.isin(problem.columns, self.best)).tolist())
        if self.reach_m is not None:
            cap = model.cuts.ways.cap
            lines = np.minimum(self.reach_m / model.unit, cap)
            model.cuts.add_lines(np.arange(len(cap)), lines)
        return model

    def _raise_bound(self, found: float) -> None:
        """Take a bound of what is better than the best: never above it."""
        self.bound = min(self.cost, max(self.bound, found))

    def _try(self, problem: Problem, chosen: list[int]) -> float:
        """Exchange from a choice, keep it if it is the best; give the least cost known."""
        joined = bar_the_way(np.column_stack((problem.away_m, problem.base_m)), self.weights)
        finite, near = joined[:, :-1], joined[:, -1]
        improved, cost = exchange(finite, self.weights, near, chosen, self.seed)
        if cost < self.cost * (1 - _DONE):
            self.best = np.concatenate((problem.opened, problem.columns[improved]))
            self.cost = cost
        return self.cost


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """A problem in the numbers of the solver: sites first, then ways."""

    cuts: Cuts
    unit: float  # metres of one unit of the ways
    prices: Floats
    worth: float  # weight times metres of one unit of the objective
    least: Floats
    most: Floats
    once: csr_array

    @classmethod
    def build(cls, problem: Problem, weights: Floats) -> _Model:
        """Scale a problem."""
        sites = len(problem.columns)
        ways = Ways.sort(problem.away_m, problem.base_m, problem.count)
        unit = float(ways.cap.max()) or 1.0
        ways = Ways(ways.away / unit, ways.cap / unit, ways.must, ways.order)
        price = _SUM / max(float(weights @ ways.cap), 1e-300)
        return cls(
            cuts=Cuts(ways),
            unit=unit,
            prices=np.concatenate((np.zeros(sites), weights * price)),
            worth=unit / price,
            least=np.concatenate((np.zeros(sites), ways.least)),
            most=np.concatenate((np.ones(sites), ways.cap)),
            once=csr_array(
                (np.ones(sites), np.arange(sites), [0, sites]), (1, sites + len(weights))
            ),
        )

    @property
    def site_count(self) -> int:
        """Count the sites."""
        return int(self.cuts.ways.away.shape[1])

    def cut_at(self, chosen: list[int]) -> int:
        """Add the lines at a choice: to the nearest site of each demand, and to the next."""
        ways = self.cuts.ways
        is_open = np.zeros(self.site_count)
        is_open[chosen] = 1.0
        added = self.cuts.add(is_open)
        second = np.full(len(ways.cap), np.inf)
        if len(chosen) > 1:
            second = np.partition(ways.away[:, chosen], 1, axis=1)[:, 1]
        next_m = np.minimum(second, ways.cap)
        return added + self.cuts.add_lines(np.arange(len(next_m)), next_m)
