"""The p-median: sites from which the weighted ways are shortest in sum, with a proved bound.

Without capacities: a greedy choice, exchanges, then `search` proves it or finds a better one. With
capacities every demand goes whole to one site; that is `capacitated`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.siting.locations.capacitated import assign_all
from qxgeo.siting.locations.exchange import bar_the_way, choose_greedily, exchange
from qxgeo.siting.locations.model import UNTIL_PROVED
from qxgeo.siting.locations.reach import require_service
from qxgeo.siting.locations.search import Problem, Search
from qxgeo.siting.locations.task import read_task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from qxgeo.siting.locations.model import Choice, Effort
    from qxgeo.siting.locations.task import Task

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def solve_p_median(
    distance_m: ArrayLike,
    *,
    weights: ArrayLike,
    count: int,
    capacities: ArrayLike | None = None,
    open_sites: Sequence[int] | Ints = (),
    forbidden: Sequence[int] | Ints = (),
    effort: Effort = UNTIL_PROVED,
) -> Choice:
    """Open sites so that the weighted distances to them are shortest in sum.

    Parameters
    ----------
    distance_m
        Metres from demand (rows) to sites (columns), infinite where no way leads there.
    weights
        Of each row, at least 0.
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
        Everybody who can reach a usable site at all is served.

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
        found = assign_all(task)
        return task.finish("p_median", found.chosen, site_of=found.site_of, bound=found.bound)
    start = require_service(task)
    chosen, bound = place_median(task, task.metres, start)
    return task.finish("p_median", chosen, bound=bound)


def start_median(task: Task, metres: Floats, start: Ints) -> tuple[Ints, float]:
    """Find a good choice without proof.

    Parameters
    ----------
    task
        Weights, what is open, how many to open.
    metres
        Of the task, or less of them: infinite where nobody may be sent.
    start
        Columns of a choice that serves everybody, perhaps fewer than are to be opened.

    Returns
    -------
    opened
        As many columns of the task as are to be opened, ascending.
    cost
        Weight times metres.
    """
    finite = bar_the_way(metres, task.weights)
    base = finite[:, task.is_open].min(axis=1, initial=np.inf)
    columns = task.candidates
    if not task.is_open.any():
        base = np.full(len(finite), finite.max())
    opened = np.searchsorted(columns, start).tolist()
    near = np.minimum(base, finite[:, start].min(axis=1, initial=np.inf))
    for site in choose_greedily(finite[:, columns], task.weights, near, task.count):
        if len(opened) < task.count and site not in opened:
            opened.append(site)
    chosen, cost = exchange(finite[:, columns], task.weights, base, opened, task.seed)
    return columns[chosen], cost


def place_median(task: Task, metres: Floats, start: Ints) -> tuple[Ints, float]:
    """Solve a p-median without capacities.

    Parameters
    ----------
    task
        Weights, what is open, how many to open, until when.
    metres
        Of the task, or less of them: infinite where nobody may be sent.
    start
        Columns of a choice that serves everybody, perhaps fewer than are to be opened.

    Returns
    -------
    opened
        Columns of the task, ascending.
    bound
        Proved: no choice has less weight times metres.
    """
    opened, cost = start_median(task, metres, start)
    search = Search(task.weights, opened, cost, task.deadline, task.seed)
    problem = Problem(
        away_m=metres[:, task.candidates],
        base_m=metres[:, task.is_open].min(axis=1, initial=np.inf),
        count=task.count,
        columns=task.candidates,
        opened=np.empty(0, dtype=np.int64),
    )
    for narrow in (search.ascend, search.relax):
        if search.is_done or search.is_small(problem):
            break
        problem = narrow(problem)
    if not search.is_done and not search.is_small(problem):
        search.decide(problem)
    return np.sort(search.best), search.bound
