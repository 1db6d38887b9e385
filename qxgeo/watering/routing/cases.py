"""A problem as arrays for the loops, and rows for its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.routing.loops.arrays import ABSENT, ROUTES, Case, State, Work
from qxgeo.watering.routing.model import MODES_PER_TASK, ArcSolution, Route

if TYPE_CHECKING:
    from qxgeo.watering.routing.model import ArcProblem, Floats, Ints, Step

NEIGHBOURS = 400  # tasks around a task that a ruin may reach
_PRIMES = (1_000_003, 2_000_003)  # a seed apart from its neighbours


def build_case(problem: ArcProblem, weight: Floats) -> Case:
    """Turn a problem into arrays.

    Parameters
    ----------
    problem
        Tasks, ways and carts.
    weight
        (t,) how bad it is to leave a task unserved.

    Returns
    -------
    case
        With a pseudo mode per kind for its depot.
    """
    kinds = problem.kinds
    depots = np.array([kind.depot for kind in kinds], dtype=np.int64)
    start = np.concatenate([problem.mode_from, depots])
    end = np.concatenate([problem.mode_to, depots])
    link = np.ascontiguousarray(problem.travel[np.ix_(end, start)])
    via = np.empty((0, 0))
    if problem.refills.size:
        via = _join_by_refill(problem, start, end)
    modes = number_modes(problem)
    depot_rows = problem.mode_count + np.arange(len(kinds))
    unlimited = problem.task_count
    return Case(
        modes=modes,
        task_of=np.concatenate([problem.mode_task, np.full(len(kinds), -1)]),
        service=np.concatenate([problem.mode_cost, np.zeros(len(kinds))]),
        demand=problem.demand,
        weight=weight,
        link=link,
        back=np.ascontiguousarray(link.T),
        via=via,
        via_back=np.ascontiguousarray(via.T),
        near=_find_neighbours(link, modes),
        far=_measure_from_depots(link, modes, depot_rows),
        depot=depot_rows,
        capacity=np.array([float(kind.capacity) for kind in kinds]),
        limit=np.array([float(kind.limit) for kind in kinds]),
        fleet=np.array([kind.count if kind.count >= 0 else unlimited for kind in kinds]),
        starts_empty=np.array([int(kind.must_refill_before_start) for kind in kinds]),
        ends_empty=np.array([int(kind.must_refill_before_end) for kind in kinds]),
    )


def number_modes(problem: ArcProblem) -> Ints:
    """Give the modes of every task.

    Parameters
    ----------
    problem
        Tasks and modes.

    Returns
    -------
    modes
        (t, 2) rows of modes, the second -1 where there is one alone.
    """
    modes = np.full((problem.task_count, MODES_PER_TASK), -1, dtype=np.int64)
    for mode in range(problem.mode_count - 1, -1, -1):
        task = problem.mode_task[mode]
        modes[task, 1] = modes[task, 0]
        modes[task, 0] = mode
    return modes


def build_state(case: Case) -> State:
    """Give rows without routes; untouched memory costs nothing.

    Parameters
    ----------
    case
        The problem.

    Returns
    -------
    state
        No route, nobody unserved.
    """
    tasks = len(case.demand)
    rows, places = tasks + 1, tasks + 3
    return State(
        seq=np.empty((rows, places), dtype=np.int64),
        refill=np.empty((rows, places + 1), dtype=np.int64),
        leg=np.empty((rows, places + 1)),
        load=np.empty((rows, places)),
        trip=np.empty((rows, places)),
        length=np.zeros(rows, dtype=np.int64),
        kind=np.zeros(rows, dtype=np.int64),
        cost=np.zeros(rows),
        route_of=np.full(tasks, -1, dtype=np.int64),
        absent=np.zeros(tasks, dtype=np.int64),
        numbers=np.zeros(2, dtype=np.int64),
    )


def build_work(case: Case, seed: int) -> Work:
    """Give what a search needs between its iterations.

    Parameters
    ----------
    case
        The problem.
    seed
        From 0 up; the same seed draws the same numbers.

    Returns
    -------
    work
        Random numbers and room.
    """
    tasks = len(case.demand)
    rows, places = tasks + 1, tasks + 3
    return Work(
        rng=np.array([1 + (seed * 7919 + prime) % 2_147_483_398 for prime in _PRIMES]),
        stamp=np.zeros(rows, dtype=np.int64),
        ruined=np.zeros(rows, dtype=np.int64),
        touched=np.zeros(rows, dtype=np.int64),
        is_near=np.zeros(rows, dtype=np.int64),
        loose=np.zeros(tasks, dtype=np.int64),
        counts=np.zeros(2, dtype=np.int64),
        key=np.zeros(tasks),
        used=np.zeros(len(case.depot), dtype=np.int64),
        grudge=case.weight.copy(),
        order=np.zeros(places, dtype=np.int64),
        parent=np.zeros((places, 2), dtype=np.int64),
        reach=np.zeros((places + 1, 2)),
        origin=np.zeros((places + 1, 2), dtype=np.int64),
        old_seq=np.empty((rows, places), dtype=np.int64),
        old_refill=np.empty((rows, places + 1), dtype=np.int64),
        old_length=np.zeros(rows, dtype=np.int64),
        old_kind=np.zeros(rows, dtype=np.int64),
        old_absent=np.zeros(tasks, dtype=np.int64),
    )


def fill_state(state: State, routes: tuple[Route, ...], unserved: tuple[int, ...]) -> None:
    """Write routes into rows.

    Parameters
    ----------
    state
        Written to.
    routes
        As `read_solution` gives them.
    unserved
        Tasks in no route.
    """
    for row, route in enumerate(routes):
        modes = [stop for stop in route.stops if stop >= 0]
        state.length[row], state.kind[row] = len(modes), route.kind
        state.seq[row, : len(modes)] = modes
        state.refill[row, : len(modes) + 1] = 0
        place = 0
        for stop in route.stops:
            if stop >= 0:
                place += 1
            else:
                state.refill[row, place] = 1
    state.absent[: len(unserved)] = unserved
    state.numbers[ROUTES], state.numbers[ABSENT] = len(routes), len(unserved)


def read_solution(
    problem: ArcProblem,
    state: State,
    *,
    trace: tuple[Step, ...],
    iterations: int,
    is_braked: bool,
) -> ArcSolution:
    """Read rows as routes, with the cheapest facility for every refill.

    Parameters
    ----------
    problem
        Tasks, ways and carts.
    state
        Rows with their routes.
    trace, iterations, is_braked
        What is told about the search.

    Returns
    -------
    solution
        Its cost is added anew from the problem.
    """
    found = []
    for row in range(state.numbers[ROUTES]):
        kind, count = int(state.kind[row]), int(state.length[row])
        place = problem.kinds[kind].depot
        stops: list[int] = []
        for at in range(count + 1):
            mode = int(state.seq[row, at]) if at < count else -1
            begin = problem.mode_from[mode] if at < count else problem.kinds[kind].depot
            if state.refill[row, at]:
                stops.append(-1 - choose_refill(problem, int(place), int(begin)))
            if at < count:
                stops.append(mode)
                place = problem.mode_to[mode]
        found.append(Route(kind=kind, stops=tuple(stops)))
    routes = tuple(sorted(found, key=lambda route: (route.kind, route.stops)))
    return ArcSolution(
        routes=routes,
        cost=sum(cost_route(problem, route) for route in routes),
        unserved=tuple(sorted(int(task) for task in state.absent[: state.numbers[ABSENT]])),
        trace=trace,
        iterations=iterations,
        is_braked=is_braked,
    )


def choose_refill(problem: ArcProblem, place: int, begin: int) -> int:
    """Choose the facility that costs least between two places.

    Parameters
    ----------
    problem
        Ways and facilities.
    place, begin
        Where the cart is, and where it goes.

    Returns
    -------
    facility
        Row of `ArcProblem.refills`, the first of equals.
    """
    refills = problem.refills
    ways = problem.travel[place, refills] + problem.refill_cost + problem.travel[refills, begin]
    return int(np.argmin(ways))


def cost_route(problem: ArcProblem, route: Route) -> float:
    """Add up service, travel and refills of a route.

    Parameters
    ----------
    problem
        Ways and costs.
    route
        Stops between depot and depot.

    Returns
    -------
    cost
        Inf if there is no way.
    """
    depot = problem.kinds[route.kind].depot
    place, total = depot, 0.0
    for stop in route.stops:
        if stop >= 0:
            total += problem.travel[place, problem.mode_from[stop]] + problem.mode_cost[stop]
            place = problem.mode_to[stop]
        else:
            total += problem.travel[place, problem.refills[-1 - stop]]
            total += problem.refill_cost[-1 - stop]
            place = problem.refills[-1 - stop]
    return float(total + problem.travel[place, depot])


def _join_by_refill(problem: ArcProblem, start: Ints, end: Ints) -> Floats:
    """Give the cost from the end of a mode to the begin of another over the best facility."""
    via = np.full((len(end), len(start)), np.inf)
    for place, cost in zip(problem.refills, problem.refill_cost, strict=True):
        into, out = problem.travel[end, place], problem.travel[place, start]
        np.minimum(via, (into + cost)[:, None] + out[None, :], out=via)
    return via


def _find_neighbours(link: Floats, modes: Ints) -> Ints:
    """Sort the tasks around every task by the ways between their ends, itself first.

    The shortest way counts, and the mean of all: where many tasks meet, it tells them apart.
    """
    tasks = len(modes)
    rows = [modes[:, 0], np.where(modes[:, 1] >= 0, modes[:, 1], modes[:, 0])]
    shortest, total = np.full((tasks, tasks), np.inf), np.zeros((tasks, tasks))
    for one in rows:
        for other in rows:
            ways = link[np.ix_(one, other)]
            np.minimum(shortest, ways, out=shortest)
            total += ways
    away = np.minimum(shortest, shortest.T) + (total + total.T) / (2 * len(rows) ** 2)
    np.fill_diagonal(away, -1.0)
    kept = min(tasks, NEIGHBOURS)
    return np.ascontiguousarray(np.argsort(away, axis=1, kind="stable")[:, :kept])


def _measure_from_depots(link: Floats, modes: Ints, depots: Ints) -> Floats:
    """Measure how far tasks are from the nearest depot, there or back."""
    second = np.where(modes[:, 1] >= 0, modes[:, 1], modes[:, 0])
    ways = [link[np.ix_(depots, side)].min(axis=0) for side in (modes[:, 0], second)]
    far = np.minimum(*ways)
    return np.where(np.isfinite(far), far, 0.0)
