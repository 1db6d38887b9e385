"""Path scanning: routes built task by task, the nearest next, ties by five rules in turn.

Source: Golden, DeArmon, Baker 1983, Computational experiments with algorithms for a class of
routing problems. Where there are facilities, a cart that can take no more task refills and goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.routing.cases import choose_refill, cost_route
from qxgeo.watering.routing.model import ArcSolution, Route, Step

if TYPE_CHECKING:
    from qxgeo.watering.routing.model import ArcProblem, CartKind, Floats

RULES = 5
NEAR = 1e-9  # two ways that differ by less are as long
EASE = 1e-9  # of a limit, for sums in another order


def scan_paths(problem: ArcProblem) -> ArcSolution:
    """Build routes by every rule, and give the best.

    Parameters
    ----------
    problem
        Tasks, ways and carts.

    Returns
    -------
    solution
        Fewest unserved tasks first, then least cost.
    """
    found = [_scan(problem, rule) for rule in range(RULES)]
    return min(found, key=lambda solution: (len(solution.unserved), solution.cost))


def _scan(problem: ArcProblem, rule: int) -> ArcSolution:
    """Build routes by one rule, kind by kind, largest tanks first."""
    is_open = np.ones(problem.task_count, dtype=np.bool_)
    routes: list[Route] = []
    order = sorted(range(len(problem.kinds)), key=lambda row: -problem.kinds[row].capacity)
    for row in order:
        left = problem.kinds[row].count
        while left != 0 and is_open.any():
            stops = _scan_route(problem, problem.kinds[row], is_open, rule)
            if not stops:
                break
            routes.append(Route(kind=row, stops=stops))
            left -= 1
    routes.sort(key=lambda route: (route.kind, route.stops))
    cost = sum(cost_route(problem, route) for route in routes)
    unserved = tuple(int(task) for task in np.flatnonzero(is_open))
    step = Step(iteration=0, unserved=len(unserved), routes=len(routes), cost=cost)
    return ArcSolution(
        routes=tuple(routes),
        cost=cost,
        unserved=unserved,
        trace=(step,),
        iterations=0,
        is_braked=False,
    )


def _scan_route(
    problem: ArcProblem, kind: CartKind, is_open: np.ndarray, rule: int
) -> tuple[int, ...]:
    """Build one route, and close the tasks it serves."""
    place, load, spent = kind.depot, 0.0, 0.0
    must_refill = kind.must_refill_before_start
    home = _measure_home(problem, kind)
    stops: list[int] = []
    while True:
        choice = None
        if not must_refill:
            choice = _choose(problem, kind, is_open, rule, (place, load, spent), home)
        facility = -1
        if choice is None and problem.refills.size and (must_refill or load > 0):
            choice, facility = _choose_after_refill(
                problem, kind, is_open, rule, (place, spent), home
            )
        if choice is None:
            break
        if facility >= 0:
            stops.append(-1 - facility)
            spent += problem.travel[place, problem.refills[facility]]
            spent += problem.refill_cost[facility]
            place, load, must_refill = int(problem.refills[facility]), 0.0, False
        task = problem.mode_task[choice]
        spent += problem.travel[place, problem.mode_from[choice]] + problem.mode_cost[choice]
        place, load = int(problem.mode_to[choice]), load + problem.demand[task]
        stops.append(choice)
        is_open[task] = False
    if stops and kind.must_refill_before_end:
        stops.append(-1 - choose_refill(problem, place, kind.depot))
    return tuple(stops)


def _measure_home(problem: ArcProblem, kind: CartKind) -> Floats:
    """Measure the cost from every place to the depot, refill included where it is asked for."""
    home = problem.travel[:, kind.depot]
    if not kind.must_refill_before_end:
        return home
    into = problem.travel[:, problem.refills] + problem.refill_cost
    return np.asarray((into + home[problem.refills]).min(axis=1))


def _choose_after_refill(
    problem: ArcProblem,
    kind: CartKind,
    is_open: np.ndarray,
    rule: int,
    cart: tuple[int, float],
    home: Floats,
) -> tuple[int | None, int]:
    """Choose the next mode after a refill at the facility nearest to the cart."""
    place, spent = cart
    ways = problem.travel[place, problem.refills] + problem.refill_cost
    facility = int(np.argmin(ways))
    spent += float(ways[facility])
    begin = int(problem.refills[facility])
    return _choose(problem, kind, is_open, rule, (begin, 0.0, spent), home), facility


def _choose(
    problem: ArcProblem,
    kind: CartKind,
    is_open: np.ndarray,
    rule: int,
    cart: tuple[int, float, float],
    home: Floats,
) -> int | None:
    """Choose the nearest mode that fits, ties by rule; None if none fits."""
    place, load, spent = cart
    task = problem.mode_task
    way = problem.travel[place, problem.mode_from]
    total = spent + way + problem.mode_cost + home[problem.mode_to]
    fits = is_open[task] & (load + problem.demand[task] <= kind.capacity)
    fits &= total <= kind.limit * (1 + EASE)
    fits &= np.isfinite(total)
    if not fits.any():
        return None
    nearest = way[fits].min()
    ties = np.flatnonzero(fits & (way <= nearest + NEAR))
    away, ratio = home[problem.mode_to[ties]], problem.demand[task[ties]]
    ratio = ratio / np.maximum(problem.mode_cost[ties], NEAR)
    is_half_full = load * 2 >= kind.capacity
    keys = (-away, away, -ratio, ratio, away if is_half_full else -away)
    return int(ties[np.argmin(keys[rule])])
