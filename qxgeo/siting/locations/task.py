"""A question about locations, checked and cut down to what matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Fault, InputError, Text
from qxgeo.siting.locations.model import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from qxgeo.siting.locations.model import Deadline, Effort

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_NAMED = 10  # rows named in a message


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """A question with only the demand that counts and only the sites that may be open.

    Attributes
    ----------
    metres
        Demand by sites, infinite where no way leads there.
    weights
        Of the demand, above 0.
    capacities
        Weight that a site can serve, infinite for no limit; None where none has a limit.
    is_open
        Sites that are there already and stay.
    count
        How many of the others are to be opened.
    demand, sites
        Rows and columns of the whole table.
    table_m
        The whole table.
    unreachable
        Rows with weight from which no way leads to any of the sites.
    deadline, seed
        When to stop, and of the order in which exchanges are tried.
    """

    metres: Floats
    weights: Floats
    capacities: Floats | None
    is_open: Bools
    count: int
    demand: Ints
    sites: Ints
    table_m: Floats
    unreachable: Ints
    deadline: Deadline
    seed: int

    @property
    def base_m(self) -> Floats:
        """Metres to the nearest site that is open already, infinite where there is none."""
        nearest: Floats = self.metres[:, self.is_open].min(axis=1, initial=np.inf)
        return nearest

    @property
    def candidates(self) -> Ints:
        """Columns of `metres` that may be opened."""
        return np.flatnonzero(~self.is_open)

    def finish(
        self,
        objective: str,
        opened: Sequence[int] | Ints,
        *,
        bound: float,
        site_of: Ints | None = None,
        reach_m: float = np.inf,
    ) -> Choice:
        """Say what a choice means for every row of the table.

        Parameters
        ----------
        objective
            Of the three.
        opened
            Columns of `metres` that were chosen, beside those open already.
        bound
            Proved by the solver.
        site_of
            Column of `metres` that serves each row of `metres`, -1 for none; None where everybody
            goes to the nearest.
        reach_m
            Nobody is served beyond.

        Returns
        -------
        choice
            Its value is reckoned anew from the table.
        """
        new = np.sort(self.sites[np.asarray(opened, dtype=np.int64)])
        sites = np.sort(np.concatenate((self.sites[self.is_open], new)))
        away = self.table_m[:, sites]
        is_near = away.min(axis=1, initial=np.inf) <= min(reach_m, np.finfo(float).max)
        serves = np.full(len(away), -1, dtype=np.int64)
        if is_near.any():
            serves[is_near] = sites[np.argmin(away[is_near], axis=1)]
        if site_of is not None:
            serves[self.demand] = np.where(site_of < 0, -1, self.sites[site_of])
        metres = self.table_m[np.arange(len(serves)), serves]
        distance_m = np.where(serves < 0, np.nan, metres)
        value = self._value(objective, distance_m[self.demand])
        is_over = objective == "maximal_covering"
        return Choice(
            objective=objective,
            sites=sites,
            new_sites=new,
            site_of=serves,
            distance_m=distance_m,
            value=value,
            bound=max(value, bound) if is_over else min(value, max(0.0, bound)),
            unreachable=self.unreachable,
        )

    def _value(self, objective: str, distance_m: Floats) -> float:
        """Reckon the value of a choice from the distances of the demand that counts."""
        if objective == "maximal_covering":
            return float(self.weights[np.isfinite(distance_m)].sum())
        if objective == "p_centre":
            return float(distance_m.max())
        return float(self.weights @ distance_m)


def read_task(
    distance_m: ArrayLike,
    *,
    weights: ArrayLike,
    count: int,
    capacities: ArrayLike | None,
    open_sites: Sequence[int] | Ints,
    forbidden: Sequence[int] | Ints,
    effort: Effort,
) -> Task:
    """Check a question and cut it down.

    Parameters
    ----------
    distance_m
        Metres from demand (rows) to sites (columns), infinite where no way leads there.
    weights
        Of each row, at least 0; rows of weight 0 do not count.
    count
        Sites to open beside `open_sites`.
    capacities
        Weight that each site can serve, infinite for no limit; None for no limits.
    open_sites
        Columns that are open already and stay, forbidden or not.
    forbidden
        Columns that must not be opened.
    effort
        Seed and time limit.

    Returns
    -------
    task
        Ready for a solver.

    Raises
    ------
    InputError
        If a number is missing or negative, a column does not exist, nothing can be served, or fewer
        sites may be opened than are asked for.
    """
    table = _read_table(distance_m)
    weight = _read_vector(weights, len(table), Text("需求权重", "weights of demand"))
    room = None
    if capacities is not None:
        name = Text("站点容量", "capacities of sites")
        room = _read_vector(capacities, table.shape[1], name, is_limit=True)
    is_open = _mark(open_sites, table.shape[1])
    is_usable = is_open | ~_mark(forbidden, table.shape[1])
    _check_count(count, is_open, is_usable)
    sites = np.flatnonzero(is_usable)
    is_reached = np.isfinite(table[:, sites]).any(axis=1)
    demand = np.flatnonzero(is_reached & (weight > 0))
    if len(demand) == 0:
        raise InputError(
            word_fault(
                Text("没有任何需求点能到达可用的站点", "no demand can reach a usable site"),
                Text(
                    "请核对权重、路网和接路距离上限", "check weights, roads and the limit to a road"
                ),
            )
        )
    return Task(
        metres=table[np.ix_(demand, sites)],
        weights=weight[demand],
        capacities=None if room is None or np.isinf(room).all() else room[sites],
        is_open=is_open[sites],
        count=int(count),
        demand=demand,
        sites=sites,
        table_m=table,
        unreachable=np.flatnonzero(~is_reached & (weight > 0)),
        deadline=effort.start(),
        seed=effort.seed,
    )


def word_fault(problem: Text, mend: Text) -> Fault:
    """Word a fault of a question.

    Parameters
    ----------
    problem
        What is wrong.
    mend
        What can be done about it.

    Returns
    -------
    fault
        Without a file: the question came as numbers.
    """
    return Fault(problem=problem, mend=mend)


def name_rows(rows: Ints) -> str:
    """Name rows of a table, the first few of many.

    Parameters
    ----------
    rows
        Counted from 0.

    Returns
    -------
    names
        Joined by commas, with the number of those left out.
    """
    more = f" (+{len(rows) - _NAMED})" if len(rows) > _NAMED else ""
    return ", ".join(str(row) for row in rows[:_NAMED].tolist()) + more


def _read_table(distance_m: ArrayLike) -> Floats:
    """Read the distances.

    Raises
    ------
    InputError
        If they are no table of numbers from 0 up.
    """
    table = np.asarray(distance_m, dtype=float)
    is_table = table.ndim == 2 and table.size > 0  # noqa: PLR2004 - rows and columns
    if not is_table or np.isnan(table).any() or (table < 0).any():
        raise InputError(
            word_fault(
                Text(
                    "距离表须为二维、非空、不含空值和负数",
                    "distances must be a table without gaps, >= 0",
                ),
                Text("走不到的写为无穷大", "write infinity where no way leads there"),
            )
        )
    return table


def _read_vector(values: ArrayLike, length: int, name: Text, *, is_limit: bool = False) -> Floats:
    """Read one number for each row or column.

    Raises
    ------
    InputError
        If their number is wrong, or one is missing or negative.
    """
    read = np.asarray(values, dtype=float)
    if read.shape != (length,):
        raise InputError(
            word_fault(
                Text(f"{name.zh}应有 {length} 个数", f"{name.en}: {length} numbers are needed"),
                Text(f"现在的形状是 {read.shape}", f"their shape is {read.shape}"),
            )
        )
    is_wrong = np.isnan(read) | (read < 0) | (np.isinf(read) & (not is_limit))
    if is_wrong.any():
        rows = name_rows(np.flatnonzero(is_wrong))
        raise InputError(
            word_fault(
                Text(f"{name.zh}不能缺失或为负：第 {rows} 个（从 0 起数）", f"{name.en} at {rows}"),
                Text("请补上这些数", "must be numbers from 0 up"),
            )
        )
    return read


def _mark(columns: Sequence[int] | Ints, length: int) -> Bools:
    """Mark some columns.

    Raises
    ------
    InputError
        If one does not exist.
    """
    chosen = np.asarray(columns, dtype=np.int64)
    if ((chosen < 0) | (chosen >= length)).any():
        raise InputError(
            word_fault(
                Text(f"站点编号超出 0 到 {length - 1}", f"a site is not among 0 to {length - 1}"),
                Text("请核对现有站点和禁设站点", "check the open and the forbidden sites"),
            )
        )
    marks = np.zeros(length, dtype=bool)
    marks[chosen] = True
    return marks


def _check_count(count: int, is_open: Bools, is_usable: Bools) -> None:
    """Refuse to open more than there are.

    Raises
    ------
    InputError
        If fewer sites may be opened, or none would be open.
    """
    free, kept, barred = (
        int((is_usable & ~is_open).sum()),
        int(is_open.sum()),
        int((~is_usable).sum()),
    )
    if count < 0 or count + kept == 0:
        raise InputError(
            word_fault(
                Text("至少要有一处站点", "at least one site has to be open"),
                Text("请给出要新设的数量", "say how many are to be opened"),
            )
        )
    if count > free:
        raise InputError(
            word_fault(
                Text(
                    f"要新设 {count} 处，可选的只有 {free} 处"
                    f"（候选共 {len(is_open)}，现有 {kept}，禁设 {barred}）",
                    f"{count} sites are to be opened, only {free} may be"
                    f" (of {len(is_open)}: {kept} open already, {barred} forbidden)",
                ),
                Text("请减少数量或增加候选点", "ask for fewer or add candidates"),
            )
        )
