"""Routes of carts: against every possible move, on cases a reader can draw, and the same twice."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from arc_town import build_town, count_by_packing, solve_by_trying

from qxgeo.errors import InputError
from qxgeo.watering.routing import (
    ArcProblem,
    CartKind,
    check_routes,
    lower_bound,
    scan_paths,
    solve,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ITERATIONS = 400
OPTIONS = (
    {},
    {"sites": True},
    {"sites": True, "must_refill_before_end": True},
    {"sites": True, "must_refill_before_start": True},
    {"sites": True, "must_refill_before_start": True, "must_refill_before_end": True},
    {"sites": True, "limit": 75.0},
    {"limit": 75.0},
)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "plain")
@pytest.mark.parametrize("seed", range(3))
def test_the_cost_is_that_of_trying_everything_and_no_bound_is_above_it(
    draw_problem: Callable[..., ArcProblem], seed: int, options: dict[str, float]
) -> None:
    problem = draw_problem(seed, **options)
    exact = solve_by_trying(problem)
    assert math.isfinite(exact)
    solution = solve(problem, seed=1, iterations=ITERATIONS)
    assert not check_routes(problem, solution)
    assert solution.unserved == ()
    assert solution.cost == pytest.approx(exact)
    bound = lower_bound(problem)
    assert 0 < bound.cost <= exact
    assert 1 <= bound.routes <= len(solution.routes)


def test_a_round_trip_costs_what_the_drawing_says() -> None:
    # Depot at 3: up 0-3 (5), across 0-1 and 1-2 (12), down 2-5 (5), back 5-4 (6), empty 4-3 (4).
    problem = build_town(CartKind(capacity=11.0, depot=3))
    solution = solve(problem, seed=3, iterations=ITERATIONS)
    assert solution.cost == 32.0
    assert len(solution.routes) == 1
    assert lower_bound(problem).cost == 32.0


def test_one_way_stretches_are_served_their_way() -> None:
    # 4 to 5 is one-way now, so the round trip turns: 3-4 empty 4, 4-5 6, 5-2 5, 2-1-0 12, 0-3 5.
    problem = build_town(CartKind(capacity=11.0, depot=3), one_way=(2,))
    solution = solve(problem, seed=3, iterations=ITERATIONS)
    assert solution.cost == 32.0
    (route,) = solution.routes
    ends = [(int(problem.mode_from[stop]), int(problem.mode_to[stop])) for stop in route.stops]
    assert ends == [(4, 5), (5, 2), (2, 1), (1, 0), (0, 3)]


def test_a_refill_is_taken_where_it_costs_least() -> None:
    # A tank of 6 is filled once on the round trip of 32; 1 lies on the way between 3 + 1 and 2 + 2.
    problem = build_town(CartKind(capacity=8.0, depot=3), refills=(4, 1), refill_cost=2.0)
    solution = solve(problem, seed=3, iterations=ITERATIONS)
    assert solution.cost == 34.0
    (route,) = solution.routes
    assert [stop for stop in route.stops if stop < 0] in ([-1], [-2])
    assert not check_routes(problem, solution)


def test_the_fewest_routes_are_those_of_packing(
    draw_problem: Callable[..., ArcProblem],
) -> None:
    for seed in range(6):
        problem = draw_problem(seed, capacity=7.0)
        solution = solve(problem, seed=1, iterations=ITERATIONS, fewest_routes=True)
        assert not check_routes(problem, solution)
        assert len(solution.routes) == count_by_packing([*problem.demand], 7.0)


def test_too_few_carts_leave_what_weighs_least() -> None:
    # Two carts of 5 hold 10 of 11: without the one at 0-3 (task 3, demand 1) the rest fits.
    weight = np.array([5.0, 5.0, 5.0, 1.0, 5.0])
    kind = CartKind(capacity=5.0, depot=3, count=2)
    solution = solve(build_town(kind), seed=1, iterations=ITERATIONS, weight=weight)
    assert solution.unserved == (3,)
    assert not check_routes(build_town(kind), solution)


def test_a_task_above_every_tank_is_left_and_named() -> None:
    stretches = ((0, 1, 6.0, 3.0), (1, 2, 6.0, 99.0))
    problem = build_town(CartKind(capacity=5.0, depot=3), stretches=stretches)
    assert solve(problem, seed=1, iterations=50).unserved == (1,)


def test_kinds_of_carts_keep_their_numbers_and_tanks() -> None:
    # 3, 2, 3, 1, 2 into one tank of 6 and two of 3: the big one is needed, and both small ones.
    big = CartKind(capacity=6.0, depot=3, count=1)
    small = CartKind(capacity=3.0, depot=5, count=2)
    problem = build_town(small, big)
    solution = solve(problem, seed=2, iterations=ITERATIONS)
    assert not check_routes(problem, solution)
    assert solution.unserved == ()
    assert sorted(route.kind for route in solution.routes) == [0, 0, 1]


def test_the_same_seed_gives_the_same_routes(draw_problem: Callable[..., ArcProblem]) -> None:
    problem = draw_problem(5, sites=True)
    runs = [solve(problem, seed=seed, iterations=300) for seed in (7, 7)]
    assert runs[0] == runs[1]
    assert [step.cost for step in runs[0].trace] == sorted(
        (step.cost for step in runs[0].trace), reverse=True
    )
    assert runs[0].trace[-1].cost == pytest.approx(runs[0].cost)


def test_without_numba_the_routes_are_the_same() -> None:
    pytest.importorskip("numba", reason="compiled loops need Numba")
    program = (
        "import json, sys, warnings\n"
        "sys.modules['numba'] = None\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from arc_town import build_town\n"
        "from qxgeo.watering.routing import CartKind, solve\n"
        "warnings.simplefilter('always')\n"
        "with warnings.catch_warnings(record=True) as said:\n"
        "    for sites in ((), (1, 4)):\n"
        "        town = build_town(CartKind(capacity=6.0, depot=3), refills=sites)\n"
        "        for fewest in (False, True):\n"
        "            found = solve(town, seed=4, iterations=300, fewest_routes=fewest)\n"
        "            print(json.dumps([[r.stops for r in found.routes], found.cost,\n"
        "                              [step.iteration for step in found.trace]]))\n"
        "assert [w.category.__name__ for w in said] == ['SlowWarning'], said\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    plain = [json.loads(line) for line in done.stdout.splitlines()]
    compiled = []
    for sites in ((), (1, 4)):
        town = build_town(CartKind(capacity=6.0, depot=3), refills=sites)
        for fewest in (False, True):
            found = solve(town, seed=4, iterations=300, fewest_routes=fewest)
            steps = [step.iteration for step in found.trace]
            compiled.append([[list(route.stops) for route in found.routes], found.cost, steps])
    assert plain == compiled


def test_the_brake_stops_the_search_and_says_so(draw_problem: Callable[..., ArcProblem]) -> None:
    solution = solve(draw_problem(1), seed=1, iterations=10**9, seconds=0.0)
    assert solution.is_braked
    assert solution.iterations < 10**9


def test_the_clock_alone_is_a_budget_too(draw_problem: Callable[..., ArcProblem]) -> None:
    problem = draw_problem(1)
    ticks = iter(range(10**6))
    solution = solve(
        problem, seed=1, iterations=None, seconds=60.0, clock=lambda: float(next(ticks))
    )
    assert solution.iterations > 0
    assert not solution.is_braked
    assert not check_routes(problem, solution)


def test_a_bound_that_is_met_ends_the_search() -> None:
    town = build_town(CartKind(capacity=11.0, depot=3))  # the round trip of 32
    solution = solve(town, seed=1, iterations=10**9, bound=lower_bound(town).cost)
    assert solution.cost == 32.0
    assert solution.iterations < 10**9
    assert not solution.is_braked


def test_without_a_budget_there_is_one_clear_error(
    draw_problem: Callable[..., ArcProblem],
) -> None:
    with pytest.raises(InputError, match="neither iterations nor seconds"):
        solve(draw_problem(1), seed=1, iterations=None)


def test_nothing_to_serve_is_no_route() -> None:
    problem = build_town(CartKind(capacity=5.0, depot=3), stretches=())
    solution = solve(problem, seed=1, iterations=20)
    assert (solution.routes, solution.cost) == ((), 0.0)
    assert lower_bound(problem).cost == 0.0


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "plain")
def test_path_scanning_can_be_driven(
    draw_problem: Callable[..., ArcProblem], options: dict[str, float]
) -> None:
    for seed in range(8):
        problem = draw_problem(seed, **options)
        assert not check_routes(problem, scan_paths(problem))


def test_of_searches_side_by_side_the_best_counts(draw_problem: Callable[..., ArcProblem]) -> None:
    problem = draw_problem(12)
    alone = [solve(problem, seed=3 + 1_000_003 * start, iterations=1).cost for start in range(6)]
    assert len(set(alone)) > 1
    together = solve(problem, seed=3, iterations=1, starts=6)
    assert together.cost == min(alone)
    assert together == solve(problem, seed=3, iterations=1, starts=6)
