"""The search for routes: path scanning, then ruin and recreate within a budget of iterations."""

from __future__ import annotations

import importlib
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from qxgeo.errors import Fault, InputError, SlowWarning, Text
from qxgeo.watering.routing.cases import (
    build_case,
    build_state,
    build_work,
    fill_state,
    read_solution,
)
from qxgeo.watering.routing.loops.arrays import (
    ABSENT,
    BEST_COST,
    BEST_WEIGHT,
    COOLING,
    COST,
    IMPROVED,
    NOW,
    ROUTES,
    WARMTH,
    WEIGHT,
    Case,
    State,
    Work,
)
from qxgeo.watering.routing.model import Step
from qxgeo.watering.routing.scanning import scan_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from qxgeo.watering.routing.model import ArcProblem, ArcSolution, Floats

HOT, COLD = 2.0, 0.005  # temperatures, in empty driving per task of the first solution
MANY_PER_TASK = 2_000  # iterations for a task, from which on two searches are made
SHORT_SHARE = 0.1  # of them, for the first
HEAT = 0.1  # a search with few iterations for each task begins cooler, by their square root
PIECES = 200  # looks at the clock during a search
FLEET_SHARE = 0.3  # of the iterations, at most, to have fewer routes
SHORTEST, LONGEST = 20, 20_000  # iterations between two looks at the clock
TICK = 1e-6  # seconds
_APART = 1_000_003  # between the seeds of searches side by side
SLOW = Text(
    "无法载入 Numba（{reason}）：洒水路线用 Python 计算，同样的迭代次数结果相同，速度慢约一百倍。"
    "安装：pip install 'qxgeo[fast]'",
    "Numba cannot be loaded ({reason}): routes of carts are searched in Python, the same for the "
    "same number of iterations, about a hundred times slower. To install it: "
    "pip install 'qxgeo[fast]'",
)


class _Search(NamedTuple):
    """A search under way."""

    loops: ModuleType
    case: Case
    state: State
    best: State
    work: Work
    numbers: Floats
    counter: np.ndarray
    clock: Callable[[], float]
    trace: list[Step]
    bound: float = 0.0


def solve(  # noqa: PLR0913 - each of them is a choice of its own
    problem: ArcProblem,
    *,
    seed: int,
    iterations: int | None,
    seconds: float | None = None,
    fewest_routes: bool = False,
    weight: Floats | None = None,
    bound: float = 0.0,
    starts: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> ArcSolution:
    """Find cheap routes that serve the tasks.

    Parameters
    ----------
    problem
        Tasks, ways and carts.
    seed
        The same seed and iterations give the same routes.
    iterations
        Budget; None searches until `seconds` are over, and then routes depend on the machine.
    seconds
        Brake on the clock, for the search itself. None for no brake.
    fewest_routes
        Whether fewer routes are better than cheaper ones.
    weight
        (t,) how bad it is to leave a task unserved where carts are too few; 1 if left out.
    bound
        Proved lower bound of the cost, as of `lower_bound`: a solution that meets it ends the
        search. It says nothing of the number of routes.
    starts
        Searches side by side, each on a thread and with a seed of its own, of which the best
        counts; each has the whole budget.
    clock
        Gives seconds; that of the wall if it is left out.

    Returns
    -------
    solution
        The least weight unserved, then the fewest routes if asked, then the least cost.

    Raises
    ------
    InputError
        If there is no budget at all.
    """
    if iterations is None and seconds is None:
        raise InputError(
            Fault(
                problem=Text("没有给出迭代次数或时间", "neither iterations nor seconds are given"),
                mend=Text("给出其一", "give one of them"),
            )
        )
    load_loops()  # before threads ask for them

    def search_from(start: int) -> ArcSolution:
        return _search_once(
            problem,
            seed=seed + _APART * start,
            iterations=iterations,
            seconds=seconds,
            fewest_routes=fewest_routes,
            weight=np.ones(problem.task_count) if weight is None else weight,
            bound=bound,
            clock=clock,
        )

    if starts == 1:
        return search_from(0)
    with ThreadPoolExecutor(starts) as threads:
        found = list(threads.map(search_from, range(starts)))
    return min(found, key=lambda one: _rank(one, weight, fewest_routes=fewest_routes))


def _rank(
    solution: ArcSolution, weight: Floats | None, *, fewest_routes: bool
) -> tuple[float, int, float]:
    """Give what makes one solution better than another: less of it, in this order."""
    left = np.array(solution.unserved, dtype=np.int64)
    unserved = float(len(left)) if weight is None else float(weight[left].sum())
    return unserved, len(solution.routes) if fewest_routes else 0, solution.cost


def _search_once(
    problem: ArcProblem,
    *,
    seed: int,
    iterations: int | None,
    seconds: float | None,
    fewest_routes: bool,
    weight: Floats,
    bound: float,
    clock: Callable[[], float],
) -> ArcSolution:
    """Search once, on the thread that asks."""
    search = _start(problem, seed, weight, clock)._replace(bound=bound)
    _warm_up(search)
    begun = clock()
    until = None if seconds is None else begun + seconds
    done = 0
    if fewest_routes and problem.task_count:
        done = _drop_routes(search, iterations, seconds, until)
    most = int(search.best.numbers[ROUTES]) if fewest_routes else problem.task_count
    done, is_braked = _improve(search, most, done, iterations, until)
    return read_solution(
        problem, search.best, trace=tuple(search.trace), iterations=done, is_braked=is_braked
    )


@cache
def load_loops() -> ModuleType:
    """Import the loops when they are first needed, and warn once if they are not compiled.

    Returns
    -------
    loops
        `qxgeo.watering.routing.loops.anneal`.
    """
    loops = importlib.import_module("qxgeo.watering.routing.loops.anneal")
    reason = importlib.import_module("qxgeo.watering.routing.loops.jit").WHY_PLAIN
    if reason:
        message = "\n".join(text.format(reason=reason) for text in SLOW)
        warnings.warn(message, SlowWarning, stacklevel=2)
    return loops


def _start(problem: ArcProblem, seed: int, weight: Floats, clock: Callable[[], float]) -> _Search:
    """Begin with the routes of path scanning."""
    case = build_case(problem, np.ascontiguousarray(weight, dtype=np.float64))
    first = scan_paths(problem)
    best, state = build_state(case), build_state(case)
    fill_state(best, first.routes, first.unserved)
    numbers = np.zeros(6)
    loops = load_loops()
    loops.take_over(case, best, state, numbers)
    loops.copy_state(state, best)
    numbers[BEST_COST] = numbers[COST]
    numbers[BEST_WEIGHT] = numbers[WEIGHT]
    counter = np.zeros(2, dtype=np.int64)
    search = _Search(loops, case, state, best, build_work(case, seed), numbers, counter, clock, [])
    _note(search, 0)
    return search


def _warm_up(search: _Search) -> None:
    """Have the loops compiled, so that no clock counts it."""
    _run(search, 0, 0, is_counting=False)
    if search.state.numbers[ROUTES]:
        spare = build_state(search.case)
        search.loops.copy_state(search.best, spare)
        search.loops.dissolve(search.case, spare, search.work, search.numbers.copy())


def _run(search: _Search, iterations: int, most: int, *, is_counting: bool) -> int:
    """Do iterations, and note what was gained."""
    loops, case, state, best, work, numbers, counter, *_ = search
    before = counter[IMPROVED]
    done = loops.anneal(case, state, best, work, numbers, counter, iterations, most, is_counting)
    if counter[IMPROVED] != before:
        _note(search, int(counter[IMPROVED]))
    return int(done)


def _note(search: _Search, iteration: int) -> None:
    """Note the best solution."""
    search.trace.append(
        Step(
            iteration=iteration,
            unserved=int(search.best.numbers[ABSENT]),
            routes=int(search.best.numbers[ROUTES]),
            cost=float(search.numbers[BEST_COST]),
        )
    )


def _warmth(search: _Search) -> float:
    """Give the unit of temperature: empty driving per task of the first solution."""
    case, numbers = search.case, search.numbers
    served = numbers[BEST_COST] - sum(case.service[modes[modes >= 0]].min() for modes in case.modes)
    return float(max(served, 0.01 * numbers[BEST_COST]) / max(1, len(case.demand)))


def _improve(
    search: _Search, most: int, done: int, iterations: int | None, until: float | None
) -> tuple[int, bool]:
    """Search for cheaper routes until the budget is used up; says whether the clock did it."""
    if iterations is None:
        return (done + _improve_by_clock(search, most, until or 0.0), False)
    numbers = search.numbers
    piece = max(1, min(iterations // PIECES, LONGEST))
    for share in _share_out(search, iterations - done):
        left = max(1, int((iterations - done) * share))
        end = done + left
        numbers[WARMTH], ratio = _warm(search, left)
        numbers[COOLING] = ratio ** (1 / left)
        while done < min(end, iterations):
            if _is_proved(search):
                return done, False
            if until is not None and search.clock() >= until:
                return done, True
            done += _run(search, min(piece, end - done), most, is_counting=False)
    return done, False


def _improve_by_clock(search: _Search, most: int, until: float) -> int:
    """Search for cheaper routes until the clock says stop, cooling as time goes by."""
    numbers, begun = search.numbers, search.clock()
    numbers[WARMTH], _ = _warm(search, SHORTEST)
    numbers[COOLING] = 1.0
    done = _run(search, SHORTEST, most, is_counting=False)
    now = search.clock()
    pace = SHORTEST / max(now - begun, TICK)
    for share in _share_out(search, pace * (until - now)):
        begin, whole = now, max((until - now) * share, TICK)
        hottest, ratio = _warm(search, pace * whole)
        while now < begin + whole and not _is_proved(search):
            numbers[WARMTH] = hottest * ratio ** ((now - begin) / whole)
            done += _run(search, max(1, int(pace * whole / PIECES)), most, is_counting=False)
            now = search.clock()
            pace = done / max(now - begun, TICK)
    return done


def _share_out(search: _Search, iterations: float) -> tuple[float, ...]:
    """Give the shares of what is left that searches one after the other have.

    A small problem is often solved by a short one, and then a bound ends the search.
    """
    is_long = iterations >= MANY_PER_TASK * len(search.case.demand)
    return (SHORT_SHARE, 1.0) if is_long else (1.0,)


def _is_proved(search: _Search) -> bool:
    """Say whether no solution can be better."""
    numbers = search.numbers
    return bool(not numbers[BEST_WEIGHT] and numbers[BEST_COST] <= search.bound * (1 + 1e-9))


def _warm(search: _Search, iterations: float) -> tuple[float, float]:
    """Give the temperature to begin with, and what share of it is left in the end."""
    per_task = iterations / max(1, len(search.case.demand))
    hot = min(HOT, max(2 * COLD, HEAT * per_task**0.5))
    return hot * _warmth(search), COLD / hot


def _drop_routes(
    search: _Search, iterations: int | None, seconds: float | None, until: float | None
) -> int:
    """Have fewer routes, as long as a share of the budget lasts; gives the iterations used."""
    _, case, state, best, work, numbers = search[:6]
    least = 1 if len(case.via) else int(np.ceil(case.demand.sum() / case.capacity.max() - 1e-9))
    numbers[WARMTH], numbers[COOLING] = _warmth(search) * (HOT * COLD) ** 0.5, 1.0
    stop = None if until is None or seconds is None else until - seconds * (1 - FLEET_SHARE)
    budget = None if iterations is None else int(iterations * FLEET_SHARE)
    piece = SHORTEST if budget is None else max(1, budget // PIECES)
    done = 0
    while not best.numbers[ABSENT] and best.numbers[ROUTES] > least:
        search.loops.take_over(case, best, state, numbers)
        most = int(state.numbers[ROUTES]) - 1
        search.loops.dissolve(case, state, work, numbers)
        while state.numbers[ABSENT]:
            is_late = stop is not None and search.clock() >= stop
            if is_late or (budget is not None and done >= budget):
                search.loops.take_over(case, best, state, numbers)
                return done
            done += _run(search, piece, most, is_counting=True)
        search.loops.copy_state(state, best)
        numbers[BEST_COST], numbers[BEST_WEIGHT] = numbers[COST], 0.0
        _note(search, int(search.counter[NOW]))
    search.loops.take_over(case, best, state, numbers)
    return done
