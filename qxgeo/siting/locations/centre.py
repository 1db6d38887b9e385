"""The p-centre: sites from which the farthest demand is as near as can be, with a proved bound.

The answer is one of the distances of the table. They are halved: for each tried, HiGHS says whether
so many sites can reach everybody within it. Of the choices that are best so, one with the least
weighted distances is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.siting.locations.capacitated import assign_all, can_serve
from qxgeo.siting.locations.median import place_median, start_median
from qxgeo.siting.locations.model import UNTIL_PROVED
from qxgeo.siting.locations.reach import find_fewest, require_service
from qxgeo.siting.locations.task import read_task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from qxgeo.siting.locations.model import Choice, Effort
    from qxgeo.siting.locations.task import Task

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def solve_p_centre(
    distance_m: ArrayLike,
    *,
    weights: ArrayLike,
    count: int,
    capacities: ArrayLike | None = None,
    open_sites: Sequence[int] | Ints = (),
    forbidden: Sequence[int] | Ints = (),
    effort: Effort = UNTIL_PROVED,
) -> Choice:
    """Open sites so that the farthest demand is as near as can be.

    Parameters
    ----------
    distance_m
        Metres from demand (rows) to sites (columns), infinite where no way leads there.
    weights
        Of each row, at least 0. Rows of weight 0 do not count; else weights only fill capacities
        and break ties.
    count
        Sites to open beside `open_sites`.
    capacities
        Weight that each site can serve, infinite for no limit; then each row goes whole to one
        site. None: every row goes to the nearest.
    open_sites
        Columns that are open already and stay, forbidden or not.
    forbidden
        Columns that must not be opened.
    effort
        Seed and time limit.

    Returns
    -------
    choice
        Everybody who can reach a usable site at all is served. Value and bound are metres.

    Raises
    ------
    InputError
        If the numbers are no question, or so few sites cannot serve everybody.
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
    if task.capacities is not None:
        first = assign_all(task)
        farthest = float(task.metres[np.arange(len(first.site_of)), first.site_of].max())
        reach, bound = _halve(task, farthest, lambda metres: can_serve(task, reach_m=metres))
        found = assign_all(task, reach_m=reach) if reach < farthest else first
        return task.finish("p_centre", found.chosen, site_of=found.site_of, bound=bound)
    start, _ = start_median(task, task.metres, require_service(task))
    open_m = np.minimum(task.base_m, task.metres[:, start].min(axis=1, initial=np.inf))
    reached: dict[float, Ints] = {float(open_m.max()): start}
    reach, bound = _halve(
        task, float(open_m.max()), lambda metres: _try_reach(task, metres, reached)
    )
    within = np.where(task.metres <= reach, task.metres, np.inf)
    chosen, _ = place_median(task, within, reached[reach])
    return task.finish("p_centre", chosen, bound=bound)


def _try_reach(task: Task, reach_m: float, reached: dict[float, Ints]) -> bool | None:
    """Say whether so many sites reach everybody within a distance; keep those that do."""
    fewest = find_fewest(task, reach_m=reach_m)
    if fewest.chosen is not None and len(fewest.chosen) <= task.count:
        reached[reach_m] = fewest.chosen
        return True
    return False if fewest.least > task.count else None


def _halve(
    task: Task, known_m: float, try_reach: Callable[[float], bool | None]
) -> tuple[float, float]:
    """Find the least distance that will do, and the least that is not proved impossible."""
    nearest = task.metres.min(axis=1).max()  # even with every site open
    inner = task.metres[(task.metres >= nearest) & (task.metres <= known_m)]
    radii = np.unique(np.append(inner, known_m))
    low, high = 0, len(radii) - 1  # everything below low is impossible, high will do
    while low < high:
        middle = (low + high) // 2
        answer = try_reach(float(radii[middle]))
        if answer is None:  # out of time
            break
        low, high = (low, middle) if answer else (middle + 1, high)
    return float(radii[high]), float(radii[low])
