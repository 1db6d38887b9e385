"""Routes checked from the problem alone: nothing of the solver is used, and nothing is believed."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qxgeo.watering.routing.model import ArcProblem, ArcSolution, CartKind, Route

EASE = 1e-6  # of a cost or a tank: sums of the same numbers in another order


def check_routes(problem: ArcProblem, solution: ArcSolution) -> tuple[Text, ...]:
    """Recompute everything that routes promise.

    Parameters
    ----------
    problem
        Tasks, ways and carts.
    solution
        Routes of any origin.

    Returns
    -------
    violations
        One sentence each; empty if the routes can be driven, serve every task once but those named
        as unserved, and cost what is said.
    """
    found: list[Text] = []
    served: Counter[int] = Counter()
    total = 0.0
    for number, route in enumerate(solution.routes):
        known = list(_find_unknown(problem, route, number))
        found += known
        if known:
            continue
        cost = _add_up(problem, route)
        total += cost
        served.update(int(problem.mode_task[stop]) for stop in route.stops if stop >= 0)
        found += _find_overload(problem, route, number)
        found += _find_end_faults(problem.kinds[route.kind], route, number)
        found += _find_cost_faults(problem.kinds[route.kind], cost, number)
    if not found and not math.isclose(total, solution.cost, rel_tol=EASE, abs_tol=EASE):
        found.append(_say(f"费用合计 {total}，却写作 {solution.cost}",
                          f"routes cost {total}, not {solution.cost}"))  # fmt: skip
    found += _find_service_faults(problem, solution, served)
    found += _find_fleet_faults(problem, solution)
    return tuple(found)


def _find_unknown(problem: ArcProblem, route: Route, number: int) -> Iterator[Text]:
    """Yield kinds, modes and facilities that do not exist."""
    if not 0 <= route.kind < len(problem.kinds):
        yield _say(f"路线 {number}：没有车型 {route.kind}", f"route {number}: no kind {route.kind}")
    if not any(stop >= 0 for stop in route.stops):
        yield _say(f"路线 {number}：没有任务", f"route {number}: serves nothing")
    for stop in route.stops:
        if stop >= len(problem.mode_task):
            yield _say(f"路线 {number}：没有方向 {stop}", f"route {number}: no mode {stop}")
        if -1 - stop >= len(problem.refills):
            yield _say(f"路线 {number}：没有加水点 {-1 - stop}",
                       f"route {number}: no facility {-1 - stop}")  # fmt: skip


def _add_up(problem: ArcProblem, route: Route) -> float:
    """Add up the cost of a route."""
    depot = problem.kinds[route.kind].depot
    place, total = depot, 0.0
    for stop in route.stops:
        if stop >= 0:
            begin, end, cost = (
                problem.mode_from[stop],
                problem.mode_to[stop],
                problem.mode_cost[stop],
            )
        else:
            begin = end = problem.refills[-1 - stop]
            cost = problem.refill_cost[-1 - stop]
        total += float(problem.travel[place, begin]) + float(cost)
        place = end
    return total + float(problem.travel[place, depot])


def _find_overload(problem: ArcProblem, route: Route, number: int) -> Iterator[Text]:
    """Yield stretches between refills that ask for more than a tank."""
    capacity, held = problem.kinds[route.kind].capacity, 0.0
    for stop in (*route.stops, None):
        if stop is None or stop < 0:
            if held > capacity * (1 + EASE):
                yield _say(f"路线 {number}：两次加水之间需要 {held}，容量为 {capacity}",
                           f"route {number}: {held} between refills, tank {capacity}")  # fmt: skip
            held = 0.0
        else:
            held += float(problem.demand[problem.mode_task[stop]])


def _find_end_faults(kind: CartKind, route: Route, number: int) -> Iterator[Text]:
    """Yield a refill that is missing at the begin or the end."""
    if kind.must_refill_before_start and route.stops[0] >= 0:
        yield _say(f"路线 {number}：出发后未先加水", f"route {number}: no refill before its start")
    if kind.must_refill_before_end and route.stops[-1] >= 0:
        yield _say(f"路线 {number}：返回前未到加水点", f"route {number}: no refill before its end")


def _find_cost_faults(kind: CartKind, cost: float, number: int) -> Iterator[Text]:
    """Yield a route without a way, or beyond its limit."""
    if not math.isfinite(cost):
        yield _say(f"路线 {number}：有一段无路可走", f"route {number}: there is no way")
    elif cost > kind.limit * (1 + EASE):
        yield _say(f"路线 {number}：费用 {cost}，上限 {kind.limit}",
                   f"route {number}: costs {cost}, limit {kind.limit}")  # fmt: skip


def _find_service_faults(
    problem: ArcProblem, solution: ArcSolution, served: Counter[int]
) -> Iterator[Text]:
    """Yield tasks that are served twice, forgotten, or served and named as unserved."""
    left = Counter(int(task) for task in solution.unserved)
    for task in range(len(problem.demand)):
        if served[task] > 1:
            yield _say(f"任务 {task} 服务了 {served[task]} 次",
                       f"task {task} is served {served[task]} times")  # fmt: skip
        if served[task] and left[task]:
            yield _say(f"任务 {task} 已服务，却列为未服务",
                       f"task {task} is served and said not to be")  # fmt: skip
        if not served[task] and not left[task]:
            yield _say(f"任务 {task} 无人服务", f"task {task} is not served")
    for task in sorted(set(left) - set(range(len(problem.demand)))):
        yield _say(f"没有任务 {task}", f"there is no task {task}")


def _find_fleet_faults(problem: ArcProblem, solution: ArcSolution) -> Iterator[Text]:
    """Yield kinds with more routes than carts."""
    used = Counter(route.kind for route in solution.routes)
    for row, kind in enumerate(problem.kinds):
        if 0 <= kind.count < used[row]:
            yield _say(f"车型 {row}：{used[row]} 条路线，只有 {kind.count} 辆",
                       f"kind {row}: {used[row]} routes, {kind.count} carts")  # fmt: skip


def _say(zh: str, en: str) -> Text:
    """Give a sentence in both languages."""
    return Text(zh, en)
