"""Maximal covering: sites within whose radius lies the greatest weight, with a proved bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.covering import solve_cover
from qxgeo.errors import InputError, Text
from qxgeo.siting.locations.capacitated import assign_most
from qxgeo.siting.locations.model import UNTIL_PROVED
from qxgeo.siting.locations.task import read_task, word_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from qxgeo.siting.locations.model import Choice, Effort
    from qxgeo.siting.locations.task import Task

    Ints = NDArray[np.int64]

_PARTS = 2.0**40  # weights are counted in parts of their sum, unless they are whole


def solve_maximal_covering(
    distance_m: ArrayLike,
    *,
    weights: ArrayLike,
    count: int,
    radius_m: float,
    capacities: ArrayLike | None = None,
    open_sites: Sequence[int] | Ints = (),
    forbidden: Sequence[int] | Ints = (),
    effort: Effort = UNTIL_PROVED,
) -> Choice:
    """Open sites so that the greatest weight lies within a radius of one of them.

    Parameters
    ----------
    distance_m
        Metres from demand (rows) to sites (columns), infinite where no way leads there.
    weights
        Of each row, at least 0.
    count
        Most sites to open beside `open_sites`; one that adds nothing is not opened.
    radius_m
        Metres; at the radius counts as within.
    capacities
        Weight that each site can serve, infinite for no limit; then each row goes whole to one
        site or to none. None: every row goes to the nearest.
    open_sites
        Columns that are open already and stay, forbidden or not.
    forbidden
        Columns that must not be opened.
    effort
        Seed and time limit.

    Returns
    -------
    choice
        Rows that nobody serves have site -1. Value and bound are weights.

    Raises
    ------
    InputError
        If the numbers are no question.
    """
    task = read_task(
        distance_m,
        weights=weights,
        count=count,
        capacities=capacities,
        open_sites=open_sites,
        forbidden=forbidden,
        effort=effort,
    )
    if not 0 <= radius_m < np.inf:
        raise InputError(
            word_fault(
                Text(f"服务半径 {radius_m} 米不可用", f"a radius of {radius_m} m is of no use"),
                Text("请给出 0 以上的米数", "give metres from 0 up"),
            )
        )
    if task.capacities is not None:
        found = assign_most(task, reach_m=radius_m)
        chosen, site_of, bound = (
            found.chosen,
            found.site_of,
            min(found.bound, float(task.weights.sum())),
        )
        return task.finish(
            "maximal_covering", chosen, bound=bound, site_of=site_of, reach_m=radius_m
        )
    opened, bound = _cover(task, radius_m)
    return task.finish("maximal_covering", opened, bound=bound, reach_m=radius_m)


def _cover(task: Task, radius_m: float) -> tuple[Ints, float]:
    """Choose the sites that cover most of what the open ones do not."""
    is_left = ~(task.base_m <= radius_m)
    within = task.metres[np.ix_(is_left, task.candidates)] <= radius_m
    weights = task.weights[is_left]
    is_whole = bool((weights == np.rint(weights)).all()) and weights.sum() < _PARTS
    part = 1.0 if is_whole else float(task.weights.sum()) / _PARTS
    chosen, bound = solve_cover(
        [np.flatnonzero(column) for column in within.T],
        np.rint(weights / part).astype(np.int64),
        count=task.count,
        seed=task.seed,
        time_limit_s=task.deadline.limit().get("time_limit"),
    )
    kept = float(task.weights[~is_left].sum())
    adds = [site for site in chosen if within[:, site].any()]
    return task.candidates[np.array(adds, dtype=np.int64)], kept + bound * part
