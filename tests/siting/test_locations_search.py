"""The proof of a p-median from inside: what is settled, what time cuts off, what cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import OptimizeResult

from qxgeo.errors import InputError
from qxgeo.siting.locations import reach, search, solve_p_centre, solve_p_median
from qxgeo.siting.locations.ascent import ascend
from qxgeo.siting.locations.cuts import Ways
from qxgeo.siting.locations.model import Deadline
from qxgeo.siting.locations.search import Problem, Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INF = np.inf


def leave(away_m: Any, *, count: int = 1, base_m: Any = None, opened: Any = ()) -> Problem:  # noqa: ANN401
    """Say what is left to decide."""
    away = np.array(away_m, dtype=float)
    return Problem(
        away_m=away,
        base_m=np.full(len(away), INF) if base_m is None else np.array(base_m, dtype=float),
        count=count,
        columns=np.arange(10, 10 + away.shape[1]),
        opened=np.array(opened, dtype=np.int64),
    )


def begin(rows: int, cost: float) -> Search:
    return Search(np.ones(rows), np.array([99]), cost, Deadline(), seed=0)


def test_a_problem_with_nothing_left_to_choose_is_settled() -> None:
    # Both sites are to be opened, beside site 5: 1 + 2 = 3 is better than the 7 known.
    found = begin(2, 7.0)
    assert found.is_small(leave([[1, 9], [9, 2]], count=2, opened=[5]))
    assert (sorted(found.best.tolist()), found.cost, found.bound) == ([5, 10, 11], 3.0, 3.0)
    # None is: what is open already, 4 + 4, is no better than 7, so 7 is the best there is.
    found = begin(2, 7.0)
    assert found.is_small(leave([[1, 9], [9, 2]], count=0, base_m=[4, 4]))
    assert (found.best.tolist(), found.cost, found.bound) == ([99], 7.0, 7.0)
    # More than there are: no better choice exists.
    found = begin(2, 7.0)
    assert found.is_small(leave([[1, 9], [9, 2]], count=3))
    assert found.bound == 7.0
    assert not begin(2, 7.0).is_small(leave([[1, 9], [9, 2]], count=1))


def test_where_nobody_can_serve_somebody_the_known_choice_is_the_best() -> None:
    # The sites that are left do not reach the first demand: every better choice is impossible.
    problem = leave([[INF, INF, INF], [1, 2, 3]])
    for prove in (Search.relax, Search.decide):
        found = begin(2, 7.0)
        prove(found, problem)
        assert (found.best.tolist(), found.bound) == ([99], 7.0)


def test_the_relaxation_of_a_triangle_is_half_as_good_and_the_decision_exact() -> None:
    # Three places, 1 from each other, 2 sites of 3: one walks 1. Halves of sites do no better here.
    triangle = 1.0 - np.eye(3)
    found = begin(3, 5.0)
    rest = found.relax(leave(triangle, count=2))
    found.decide(rest)
    assert (found.cost, found.bound) == (1.0, pytest.approx(1.0))


def draw(seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    demand, sites = rng.random((60, 2)), rng.random((25, 2))
    distance_m = np.hypot(*(demand[:, None] - sites[None]).transpose(2, 0, 1)) * 10_000
    return distance_m, rng.integers(1, 9, 60).astype(float)


def run_out(*_: Any, **__: Any) -> OptimizeResult:  # noqa: ANN401
    """Answer as HiGHS does at its time limit, with nothing found."""
    return OptimizeResult(status=1, x=None, fun=None, mip_dual_bound=None)


@pytest.mark.parametrize("seed", range(6))
def test_where_the_relaxation_runs_out_of_time_the_bound_still_holds(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    distance_m, weights = draw(seed)
    whole = solve_p_median(distance_m, weights=weights, count=5)
    monkeypatch.setattr(search, "linprog", run_out)
    monkeypatch.setattr(search, "milp", run_out)
    short = solve_p_median(distance_m, weights=weights, count=5)
    assert short.bound <= whole.value * (1 + 1e-9) <= short.value * (1 + 2e-9)
    assert short.bound > 0.9 * whole.value  # the ascent alone comes that near
    assert short.is_proved == (short.gap <= 1e-6)


def test_without_any_choice_in_time_the_question_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    distance_m = np.where(np.eye(4) > 0, 0.0, INF)
    distance_m[:, 0] = [0.0, 1.0, INF, INF]
    monkeypatch.setattr(reach, "milp", run_out)
    for solve in (solve_p_median, solve_p_centre):
        with pytest.raises(InputError, match="within the time limit"):
            solve(distance_m, weights=np.ones(4), count=3)


def test_a_centre_cut_short_keeps_the_radius_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    distance_m, weights = draw(3)
    whole = solve_p_centre(distance_m, weights=weights, count=3)
    monkeypatch.setattr(reach, "milp", run_out)
    short = solve_p_centre(distance_m, weights=weights, count=3)
    assert short.bound <= whole.value <= short.value
    assert not short.is_proved


def test_the_bound_of_the_ascent_is_below_every_choice() -> None:
    distance_m, weights = draw(7)
    ways = Ways.sort(distance_m, np.full(60, INF), 4)
    best = solve_p_median(distance_m, weights=weights, count=4)
    found = ascend(
        distance_m,
        weights,
        count=4,
        range_m=(ways.least, ways.cap),
        cost=best.value * 1.1,
        improve=lambda _: best.value,
        deadline=Deadline(),
    )
    assert 0.95 * best.value < found.bound <= best.value * (1 + 1e-12)
    at_once = ascend(
        distance_m,
        weights,
        count=4,
        range_m=(ways.least, ways.cap),
        cost=best.value,
        improve=lambda _: best.value,
        deadline=Deadline(0.0),
    )
    assert at_once.bound < found.bound
    is_shut, is_kept = found.find_fixed(4, best.value)
    assert not is_shut[best.new_sites].any()
    assert set(np.flatnonzero(is_kept)) <= set(best.new_sites.tolist())
    assert is_shut.any()
