"""PyVRP and OR-Tools on the node transformation: a node per mode, one of two modes to be visited.

A way between two nodes costs the empty way and the service of the second. Facilities are depots at
which PyVRP may reload; a refill before the end is part of the way to a second depot. OR-Tools has
no such stops and is not asked about facilities.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.routing import ArcSolution, Route, cost_route
from qxgeo.watering.routing.cases import choose_refill, number_modes

if TYPE_CHECKING:
    import pyvrp

    from qxgeo.watering.routing import ArcProblem

FAR = 10**8  # no way
PENALTY = 10**9  # for a task left out


def solve_with_pyvrp(problem: ArcProblem, seconds: float, seed: int) -> ArcSolution | None:
    """Have PyVRP find routes; None if it finds none that can be driven."""
    import pyvrp

    head = 2 + len(problem.refills)
    data = build_pyvrp(problem)
    until = time.thread_time() + seconds
    found = pyvrp.solve(
        data, lambda _: time.thread_time() >= until, seed=seed, collect_stats=False
    ).best
    if not found.is_feasible():
        return None
    routes = []
    for route in found.routes():
        stops = [
            visit.idx if visit.is_client() else 1 - visit.idx
            for visit in route.schedule()
            if visit.is_client() or visit.idx in range(2, head)
        ]
        routes.append(close_route(problem, stops))
    return as_solution(problem, routes)


def build_pyvrp(problem: ArcProblem) -> pyvrp.ProblemData:
    """Write a problem down for PyVRP: begin, end and facilities are its first depots."""
    import pyvrp

    kind, head = problem.kinds[0], 2 + len(problem.refills)
    matrix = build_matrix(problem)
    groups = [[int(mode) for mode in pair if mode >= 0] for pair in number_modes(problem)]
    clients = [
        pyvrp.Client(
            head + mode,
            delivery=[int(problem.demand[task])],
            required=False,
            group=int(task),
        )
        for mode, task in enumerate(problem.mode_task)
    ]
    fleet = pyvrp.VehicleType(
        problem.task_count,
        capacity=[int(kind.capacity)],
        start_depot=0,
        end_depot=1,
        max_distance=int(kind.limit) if np.isfinite(kind.limit) else FAR,
        reload_depots=list(range(2, head)),
    )
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(len(matrix))],
        clients,
        [pyvrp.Depot(place) for place in range(head)],
        [fleet],
        [matrix],
        [np.zeros_like(matrix)],
        [pyvrp.ClientGroup(group) for group in groups],
    )


def solve_with_ortools(problem: ArcProblem, seconds: float) -> ArcSolution | None:
    """Have OR-Tools find routes with guided local search; None where there are facilities."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    if problem.refills.size:
        return None
    matrix, kind = build_matrix(problem), problem.kinds[0]
    carts = min(problem.task_count, int(np.ceil(problem.demand.sum() / kind.capacity * 1.3)) + 2)
    manager = pywrapcp.RoutingIndexManager(len(matrix), carts, [0] * carts, [1] * carts)
    model = pywrapcp.RoutingModel(manager)
    rows = matrix.tolist()
    way = model.RegisterTransitMatrix(rows)
    model.SetArcCostEvaluatorOfAllVehicles(way)
    asked = [0, 0, *(int(problem.demand[task]) for task in problem.mode_task)]
    load = model.RegisterUnaryTransitVector(asked)
    model.AddDimension(load, 0, int(kind.capacity), True, "load")  # noqa: FBT003 - its interface
    for pair in number_modes(problem):
        nodes = [manager.NodeToIndex(2 + int(mode)) for mode in pair if mode >= 0]
        model.AddDisjunction(nodes, PENALTY, 1)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    search.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    until = time.thread_time() + seconds
    limit = model.solver().CustomLimit(lambda: time.thread_time() >= until)
    model.AddSearchMonitor(limit)
    search.time_limit.FromSeconds(int(100 * seconds) + 1)  # it asks for one
    found = model.SolveWithParameters(search)
    if found is None:
        return None
    routes = []
    for cart in range(carts):
        at, stops = model.Start(cart), []
        while not model.IsEnd(at):
            node = manager.IndexToNode(at)
            if node > 1:
                stops.append(node - 2)
            at = found.Value(model.NextVar(at))
        if stops:
            routes.append(close_route(problem, stops))
    return as_solution(problem, routes)


def build_matrix(problem: ArcProblem) -> np.ndarray:
    """Build ways between begin, end, facilities and modes, with the service of where they go."""
    kind = problem.kinds[0]
    depot = np.array([kind.depot])
    out = np.concatenate([depot, depot, problem.refills, problem.mode_to])
    into = np.concatenate([depot, depot, problem.refills, problem.mode_from])
    cost = np.concatenate([[0.0, 0.0], problem.refill_cost, problem.mode_cost])
    matrix = problem.travel[np.ix_(out, into)] + cost
    if kind.must_refill_before_end:
        home = problem.travel[problem.refills, kind.depot] + problem.refill_cost
        matrix[:, 1] = (problem.travel[np.ix_(out, problem.refills)] + home).min(axis=1)
    whole = np.where(np.isfinite(matrix), np.round(matrix), FAR).astype(np.int64)
    np.fill_diagonal(whole, 0)
    return whole


def close_route(problem: ArcProblem, stops: list[int]) -> Route:
    """Add the refill that was part of the way home."""
    kind = problem.kinds[0]
    while stops and stops[-1] < 0:
        stops = stops[:-1]
    if kind.must_refill_before_end:
        place = int(problem.mode_to[stops[-1]])
        stops = [*stops, -1 - choose_refill(problem, place, kind.depot)]
    return Route(kind=0, stops=tuple(stops))


def as_solution(problem: ArcProblem, routes: list[Route]) -> ArcSolution:
    """Cost routes, and see what they leave."""
    routes = [route for route in routes if any(stop >= 0 for stop in route.stops)]
    served = {int(problem.mode_task[stop]) for route in routes for stop in route.stops if stop >= 0}
    return ArcSolution(
        routes=tuple(routes),
        cost=sum(cost_route(problem, route) for route in routes),
        unserved=tuple(sorted(set(range(problem.task_count)) - served)),
        trace=(),
        iterations=0,
        is_braked=False,
    )
