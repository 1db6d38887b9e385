"""What no routes can undercut: a flow with parity, and enough carts into every part.

Every solution drives a flow: what enters a place leaves it. The bound is the cheapest flow that
serves every task in one of its modes, lets enough routes leave the depots and enough refills reach
the facilities, keeps to the limits of routes altogether, and enters every chosen part without
depots and facilities as often as the demand in it and on its border asks for. Only which mode
serves, how many routes there are and how many refills are whole numbers; so it is a bound.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from qxgeo.errors import Text
from qxgeo.watering.routing.model import Bound
from qxgeo.watering.routing.parts import Parts, build_parts, find_parts, list_first_parts

if TYPE_CHECKING:
    from qxgeo.watering.routing.model import ArcProblem, Floats

ROUNDS = 25  # of cuts, at most
NODES = 100  # of branching, at most
MANY = 1_500  # tasks: above, no branching and few rounds
FEW_ROUNDS = 4
GAIN = 1e-5  # of a bound: a round of cuts that gives less is the last
EASE = 1e-6  # that a solver may be off, of a cost
HOW = Text(
    "流量下界：每项任务选一个方向服务，每个地点进出平衡；出车次数、加水次数、路线上限总量，"
    "以及进入 {cuts} 个区域的最少车次均须满足（方向、车次、加水次数取整，其余松弛；{state}）",
    "flow bound: every task served in one mode, every place left as often as entered, enough "
    "routes and refills, limits of routes altogether, and enough carts into {cuts} parts (modes, "
    "routes and refills whole, the rest relaxed; {state})",
)
STATES = {
    0: Text("整数解已证最优", "solved to the end"),
    1: Text("分支达到上限，取已证下界", "branching cut short, its proved bound"),
    3: Text("未分支，取线性松弛", "not branched, its linear relaxation"),
}


class _Program(NamedTuple):
    """A linear program over modes, empty ways, routes by kind and refills by facility."""

    cost: Floats
    matrix: csr_array
    low: Floats
    high: Floats
    ceiling: Floats
    is_whole: np.ndarray
    is_route: Floats  # 1 for columns that count routes


def lower_bound(problem: ArcProblem, *, nodes: int = NODES, seconds: float | None = 30.0) -> Bound:
    """Prove what routes that serve every task cost at least, and how many there are.

    Parameters
    ----------
    problem
        Tasks, ways and carts.
    nodes
        How far the modes are branched on, at most.
    seconds
        Brake on that, wall clock; None for no brake.

    Returns
    -------
    bound
        Costs that are whole numbers are rounded up. Inf if nothing can serve all tasks.
    """
    if not problem.task_count:
        return Bound(cost=0.0, routes=0, how=Text("没有任务", "there is no task"))
    parts = build_parts(problem)
    program = _build_program(problem, parts)
    rows = list_first_parts(problem, parts)
    is_large = problem.task_count > MANY
    relaxed, worth = 0.0, 0.0
    for _ in range(FEW_ROUNDS if is_large else ROUNDS):
        found = _solve(program, rows)
        if found.x is None:
            return _refuse(int(found.status), len(rows))
        relaxed = float(found.fun)
        if relaxed < worth:
            break
        worth = relaxed * (1 + GAIN)
        more = find_parts(problem, parts, found.x, {row.key for row in rows})
        if not more:
            break
        rows += more
    cost, state = relaxed, 3
    if not is_large and nodes > 0:
        cost, state = _branch(program, rows, nodes, seconds, relaxed)
    cost = _round_up(problem, cost)
    routes = max([_count_routes(problem, cost), *(row.routes for row in rows)])
    how = Text(*(text.format(cuts=len(rows), state=STATES[state][i]) for i, text in enumerate(HOW)))
    return Bound(cost=cost, routes=routes, how=how)


def _refuse(status: int, cuts: int) -> Bound:
    """Say that there is no such flow, or that the solver has no answer."""
    if status == 2:  # noqa: PLR2004 - infeasible, by SciPy's numbering
        how = Text("任何路线都不能完成全部任务", "no routes can serve every task")
        return Bound(cost=math.inf, routes=0, how=how)
    how = Text(f"求解器无结果（{cuts}）", f"the solver gives no answer ({cuts} cuts)")
    return Bound(cost=0.0, routes=0, how=how)


def _branch(
    program: _Program, rows: list[Any], nodes: int, seconds: float | None, relaxed: float
) -> tuple[float, int]:
    """Branch on what is whole, and give the proved bound."""
    options: dict[str, Any] = {"node_limit": nodes}
    if seconds is not None:
        options["time_limit"] = seconds
    found = _solve(program, rows, options)
    proved = getattr(found, "mip_dual_bound", None)
    if proved is None or not math.isfinite(proved) or found.status not in STATES:
        return relaxed, 3
    return max(relaxed, float(proved)), int(found.status)


def _solve(program: _Program, rows: list[Any], options: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - SciPy's own result
    """Solve the program with cuts, relaxed unless there are options of branching."""
    matrix, low = program.matrix, program.low
    if rows:
        cuts = _stack_cuts(rows, len(program.cost))
        fleet = csr_array(program.is_route[None, :])
        matrix = vstack([matrix, cuts, fleet], format="csr")
        most = max(row.routes for row in rows)
        low = np.concatenate([low, [row.least for row in rows], [most]])
    high = np.concatenate([program.high, np.full(matrix.shape[0] - len(program.high), np.inf)])
    return milp(
        program.cost,
        constraints=LinearConstraint(matrix, low, high),
        bounds=Bounds(np.zeros(len(program.cost)), program.ceiling),
        integrality=program.is_whole if options else np.zeros(len(program.cost)),
        options=options or {},
    )


def _stack_cuts(rows: list[Any], width: int) -> csr_array:
    """Write the cuts as rows of a matrix."""
    at = np.repeat(np.arange(len(rows)), [len(row.columns) for row in rows])
    columns = np.concatenate([row.columns for row in rows])
    return coo_array((np.ones(len(at)), (at, columns)), (len(rows), width)).tocsr()


def _build_program(problem: ArcProblem, parts: Parts) -> _Program:
    """Write down everything but the cuts."""
    kinds, refills = len(problem.kinds), len(problem.refills)
    flows = len(parts.tail)
    has_duty = any(k.must_refill_before_start or k.must_refill_before_end for k in problem.kinds)
    width = flows + kinds + refills + (flows if has_duty else 0)
    cost = np.zeros(width)
    cost[:flows], cost[flows + kinds : flows + kinds + refills] = parts.cost, problem.refill_cost
    rows: list[tuple[Floats, float, float]] = []
    _add_carts(problem, parts, rows, width)
    _add_tanks(problem, rows, flows, width)
    limits = np.array([kind.limit for kind in problem.kinds])
    if np.isfinite(limits).all():
        row = -cost.copy()
        row[flows : flows + kinds] = limits
        rows.append((row, -EASE * float(limits.max()), np.inf))
    modes, balance = problem.mode_count, _balance_places(parts, width)
    serve = coo_array(
        (np.ones(modes), (problem.mode_task, np.arange(modes))), (problem.task_count, width)
    )
    dense = csr_array(np.array([row for row, _, _ in rows]))
    blocks = [balance, serve.tocsr(), dense]
    low_more, high_more = [np.zeros(0)], [np.zeros(0)]
    if has_duty:
        duty, least, most = _send_to_refills(problem, parts, width)
        blocks, low_more, high_more = [*blocks, duty], [least], [most]
    zeros, served = np.zeros(parts.place_count), np.ones(problem.task_count)
    counts = [kind.count if kind.count >= 0 else np.inf for kind in problem.kinds]
    ceiling = np.concatenate([np.ones(modes), np.full(flows - modes, np.inf), counts])
    is_whole, is_route = np.zeros(width), np.zeros(width)
    is_whole[:modes], is_whole[flows : flows + kinds + refills] = 1, 1
    is_route[flows : flows + kinds] = 1
    return _Program(
        cost=cost,
        matrix=vstack(blocks, format="csr"),
        low=np.concatenate([zeros, served, [low for _, low, _ in rows], *low_more]),
        high=np.concatenate([zeros, served, [high for _, _, high in rows], *high_more]),
        ceiling=np.concatenate([ceiling, np.full(width - flows - kinds, np.inf)]),
        is_whole=is_whole,
        is_route=is_route,
    )


def _balance_places(parts: Parts, width: int) -> csr_array:
    """Write what leaves every place less what enters it."""
    every = np.arange(len(parts.tail))
    ones, shape = np.ones(len(every)), (parts.place_count, width)
    out = coo_array((ones, (parts.tail, every)), shape).tocsr()
    return out - coo_array((ones, (parts.head, every)), shape).tocsr()


def _add_carts(
    problem: ArcProblem, parts: Parts, rows: list[tuple[Floats, float, float]], width: int
) -> None:
    """Let every route leave its depot, and every refill reach its facility."""
    flows, kinds = len(parts.tail), len(problem.kinds)
    depots = np.array([parts.row_of[kind.depot] for kind in problem.kinds])
    starts = np.array([kind.must_refill_before_start for kind in problem.kinds])
    for depot in np.unique(depots):
        row = np.zeros(width)
        row[:flows] = parts.tail == depot
        row[flows : flows + kinds] = -1.0 * (depots == depot)
        rows.append((row, 0.0, np.inf))
    sites = np.array([parts.row_of[place] for place in problem.refills], dtype=np.int64)
    for site in np.unique(sites):
        row = np.zeros(width)
        row[:flows] = parts.head == site
        row[flows : flows + kinds] = 1.0 * ((depots == site) & starts)  # it is there already
        row[flows + kinds : flows + kinds + len(sites)] = -1.0 * (sites == site)
        rows.append((row, 0.0, np.inf))


def _add_tanks(
    problem: ArcProblem, rows: list[tuple[Floats, float, float]], flows: int, width: int
) -> None:
    """Let tanks hold what all tasks ask for, and carts refill where they must."""
    kinds, refills = len(problem.kinds), len(problem.refills)
    tanks = slice(flows + kinds, flows + kinds + refills)
    capacity = np.array([kind.capacity for kind in problem.kinds])
    duty = np.array(
        [int(kind.must_refill_before_start) + kind.must_refill_before_end for kind in problem.kinds]
    )
    total = float(problem.demand.sum())
    row = np.zeros(width)
    if refills:
        row[flows : flows + kinds], row[tanks] = 1 - duty, 1
        rows.append((row, float(math.ceil(total / capacity.max() - EASE)), np.inf))
        row = np.zeros(width)
        row[flows : flows + kinds], row[tanks] = -duty, 1
        rows.append((row, 0.0, np.inf))
    else:
        row[flows : flows + kinds] = capacity
        rows.append((row, total * (1 - EASE), np.inf))
    row = np.zeros(width)
    row[flows : flows + kinds] = 1
    rows.append((row, 1.0, np.inf))


def _send_to_refills(
    problem: ArcProblem, parts: Parts, width: int
) -> tuple[csr_array, Floats, Floats]:
    """Let a part of the flow lead from the depots to facilities, as many routes have to go there.

    The last columns are that part; it ends at facilities and nowhere else.
    """
    flows, count = len(parts.tail), parts.place_count
    every = np.arange(flows)
    last = width - flows + every
    has_duty = [k.must_refill_before_start or k.must_refill_before_end for k in problem.kinds]
    within = coo_array(
        (np.repeat([1.0, -1.0], flows), (np.tile(every, 2), np.concatenate([every, last]))),
        (flows, width),
    )
    depots = np.array([parts.row_of[kind.depot] for kind in problem.kinds])
    bound = np.flatnonzero(has_duty)
    rows = np.concatenate([parts.tail, parts.head, depots[bound]])
    columns = np.concatenate([last, last, flows + bound])
    signs = np.concatenate([np.ones(flows), -np.ones(flows), -np.ones(len(bound))])
    keep = coo_array((signs, (rows, columns)), (count, width))
    is_site = np.zeros(count, dtype=np.bool_)
    is_site[[parts.row_of[int(place)] for place in problem.refills]] = True
    least = np.concatenate([np.zeros(flows), np.where(is_site, -np.inf, 0.0)])
    most = np.concatenate([np.full(flows, np.inf), np.where(is_site, np.inf, 0.0)])
    return vstack([within.tocsr(), keep.tocsr()], format="csr"), least, most


def _round_up(problem: ArcProblem, cost: float) -> float:
    """Round a bound up where all costs are whole, else leave room for the solver's error."""
    travel = problem.travel[np.isfinite(problem.travel)]
    if all((values == np.round(values)).all() for values in
           (travel, problem.mode_cost, problem.refill_cost)):  # fmt: skip
        return float(math.ceil(cost - max(EASE, EASE * cost)))
    return cost * (1 - EASE)


def _count_routes(problem: ArcProblem, cost: float) -> int:
    """Count the routes that limits and tanks ask for at least."""
    limit = max(kind.limit for kind in problem.kinds)
    capacity = max(kind.capacity for kind in problem.kinds)
    least = max(1, math.ceil(cost / limit - EASE) if math.isfinite(limit) else 1)
    if not problem.refills.size:
        least = max(least, math.ceil(float(problem.demand.sum()) / capacity - EASE))
        least = max(least, int((problem.demand * 2 > capacity * (1 + EASE)).sum()))
    return least
