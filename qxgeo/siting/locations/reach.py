"""The fewest sites that reach everybody within a distance: a set cover, solved by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from qxgeo.errors import InputError, Text
from qxgeo.siting.locations.task import name_rows, word_fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.errors import Fault
    from qxgeo.siting.locations.task import Task

    Ints = NDArray[np.int64]

FARTHEST_M = float(np.finfo(float).max)  # anywhere a way leads


@dataclass(frozen=True, slots=True, eq=False)
class Fewest:
    """Sites that reach everybody.

    Attributes
    ----------
    chosen
        Columns of the task beside what is open; None where none were found.
    least
        Proved: with fewer it cannot be done.
    """

    chosen: Ints | None
    least: float


def find_fewest(task: Task, *, reach_m: float) -> Fewest:
    """Find the fewest new sites that reach all demand.

    Parameters
    ----------
    task
        Demand, sites, what is open, until when.
    reach_m
        Metres within which every demand has some site; at it counts as reached.

    Returns
    -------
    fewest
        Of the new sites.
    """
    is_left = ~(task.base_m <= reach_m)
    covers = task.metres[np.ix_(is_left, task.candidates)] <= reach_m
    covers = np.unique(covers, axis=0)
    if len(covers) == 0:
        return Fewest(np.empty(0, dtype=np.int64), 0.0)
    found = milp(
        np.ones(covers.shape[1]),
        integrality=1,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(csr_array(covers.astype(float)), 1, np.inf),
        options=task.deadline.limit(),
    )
    bound = found.mip_dual_bound if found.mip_dual_bound is not None else 1.0
    least = float(np.ceil(bound - 1e-6))
    if found.x is None:  # out of time
        return Fewest(None, least)
    return Fewest(task.candidates[found.x > 1 / 2], least)


def require_service(task: Task) -> Ints:
    """Find a choice that leaves nobody without a way, or say that there is none.

    Parameters
    ----------
    task
        Demand, sites, what is open, how many to open.

    Returns
    -------
    start
        Columns of the task, at most as many as are to be opened.

    Raises
    ------
    InputError
        If so few sites cannot reach everybody, or none such were found in time.
    """
    if np.isfinite(task.metres).all() and task.count:
        return np.empty(0, dtype=np.int64)
    fewest = find_fewest(task, reach_m=FARTHEST_M)
    if fewest.chosen is not None and len(fewest.chosen) <= task.count:
        return fewest.chosen
    if fewest.least > task.count:
        rows = task.demand[~np.isfinite(task.base_m)]
        raise InputError(
            word_fault(
                Text(
                    f"新设 {task.count} 处不能让所有需求点都有路可到，至少要 {fewest.least:g} 处"
                    f"（现有站点到不了的需求行：{name_rows(rows)}，从 0 起数）",
                    f"{task.count} new sites cannot be reached by all demand, at least"
                    f" {fewest.least:g} are needed (rows without a site today: {name_rows(rows)})",
                ),
                Text(
                    "请增加数量，或先去掉到不了的需求点",
                    "open more, or leave out what cannot get there",
                ),
            )
        )
    raise InputError(say_out_of_time(task))


def say_out_of_time(task: Task) -> Fault:
    """Word that the time limit came before any answer.

    Parameters
    ----------
    task
        Of which nothing can be said.

    Returns
    -------
    fault
        Of an `InputError`.
    """
    return word_fault(
        Text(
            f"时限内没有找到任何可行的选址方案（新设 {task.count} 处）",
            f"no choice of {task.count} sites was found within the time limit",
        ),
        Text("请放宽时限（time_limit_s）", "allow more time (time_limit_s)"),
    )
