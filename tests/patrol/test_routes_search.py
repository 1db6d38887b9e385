"""The order of a day: against every permutation, and PyVRP against the exact answer."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qxgeo.patrol.routes import search as route_search
from qxgeo.patrol.routes.search import Day, find_tour, search_tour, solve_exactly

EARLY, LATE = (480.0, 600.0), (1020.0, 1140.0)


def make_day(
    seed: int,
    count: int,
    *,
    windows: tuple[tuple[float, float], ...] = (EARLY, LATE),
    longest_min: float = 480.0,
    has_base: bool = True,
    service_min: float = 10.0,
) -> Day:
    """Scatter stops; the way back takes longer than the way there, as with one-way streets."""
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 20, (count + 1, 2))
    legs = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1)) * rng.uniform(
        1.0, 1.2, (count + 1, count + 1)
    )
    for middle in range(count + 1):  # shortest ways only: none is shortened by a detour
        legs = np.minimum(legs, legs[:, middle, None] + legs[None, middle])
    window = np.array(windows)[rng.integers(0, len(windows), count)]
    return Day(
        legs[1:, 1:],
        legs[0, 1:] if has_base else np.zeros(count),
        legs[1:, 0] if has_base else np.zeros(count),
        window[:, 0],
        window[:, 1],
        np.full(count, service_min),
        longest_min,
    )


def check(day: Day, order: tuple[int, ...]) -> float:
    """Walk the order minute by minute; give its travel, infinite where a rule is broken."""
    clock = work = travel = 0.0
    here = None
    for stop in order:
        leg = float(day.out_min[stop] if here is None else day.travel_min[here, stop])
        travel += leg
        clock = max(clock + leg, float(day.opens_min[stop])) + float(day.service_min[stop])
        work += leg + float(day.service_min[stop])
        if clock > day.closes_min[stop] + 1e-6:
            return np.inf
        here = stop
    if here is not None:
        travel += float(day.back_min[here])
        work += float(day.back_min[here])
    return travel if work <= day.longest_min + 1e-6 else np.inf


def best_of_all_orders(day: Day) -> tuple[int, float]:
    """Try every order of every choice of stops: the most stops, then the least travel."""
    for count in range(len(day), 0, -1):
        least = min(check(day, order) for order in permutations(range(len(day)), count))
        if np.isfinite(least):
            return count, least
    return 0, 0.0


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 5),
    width=st.sampled_from([15.0, 40.0, 90.0, 300.0]),
    longest_min=st.sampled_from([40.0, 90.0, 480.0]),
    has_base=st.booleans(),
)
def test_the_exact_order_is_the_best_of_all_permutations(
    seed: int, count: int, width: float, longest_min: float, *, has_base: bool
) -> None:
    # Windows that overlap in part: early ends, late beginnings, and waiting between them.
    windows = ((480.0, 480.0 + width), (500.0, 500.0 + width), (700.0, 700.0 + width))
    day = make_day(seed, count, windows=windows, longest_min=longest_min, has_base=has_base)
    order = solve_exactly(day)
    seen, travel_min = best_of_all_orders(day)
    assert len(order) == len(set(order)) == seen
    assert check(day, order) == pytest.approx(travel_min, abs=1e-9)


def test_waiting_for_a_shorter_way_is_weighed_against_being_early() -> None:
    # On a line: base 0, A at 10 (opens 100), B at 20 (closes 30). B first is in time and lets A
    # wait; the travel is 20 + 10 + 10 = 40 either way round, but A first would miss B.
    x = np.array([10.0, 20.0])
    day = Day(
        np.abs(x[:, None] - x),
        x,
        x,
        np.array([100.0, 0.0]),
        np.array([200.0, 30.0]),
        np.full(2, 5.0),
        480.0,
    )
    assert solve_exactly(day) == (1, 0)
    assert day.begin_visits((1, 0)) == [20.0, 100.0]
    assert day.begin_visits((0, 1)) is None


def test_of_too_many_stops_the_cheapest_largest_set_is_seen() -> None:
    # Three stops in a row at 10, 20 and 90 minutes; a day of 100 minutes holds two of them:
    # 10 and 20 take 40 minutes of travel and 20 of visits.
    x = np.array([10.0, 90.0, 20.0])
    day = Day(
        np.abs(x[:, None] - x), x, x, np.zeros(3), np.full(3, 1440.0), np.full(3, 10.0), 100.0
    )
    tour = find_tour(day, seed=0)
    assert set(tour.order) == {0, 2}
    assert tour.is_optimal


def test_a_stop_that_never_fits_is_left_out_of_the_search() -> None:
    day = make_day(1, 3, windows=((480.0, 485.0),))  # visits take 10 minutes
    assert find_tour(day, seed=0) == ((), True)


def test_a_long_break_between_shifts_is_no_work() -> None:
    # Two stops of 10 minutes, 5 minutes apart, in the morning and in the evening: 11 hours pass,
    # but the work is 5 + 10 + 5 + 10 + 5 = 35 minutes.
    legs = np.array([[0.0, 5.0], [5.0, 0.0]])
    five = np.full(2, 5.0)
    day = Day(legs, five, five, *np.array([EARLY, LATE]).T, np.full(2, 10.0), 35.0)
    assert find_tour(day, seed=0).order == (0, 1)
    assert day.begin_visits((0, 1)) == [480.0, 1020.0]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("has_base", [True, False])
def test_the_search_comes_up_to_the_exact_answer(seed: int, *, has_base: bool) -> None:
    day = make_day(seed, 9, longest_min=110.0 if seed % 2 else 480.0, has_base=has_base)
    fitting = day.take([stop for stop in range(9) if day.begin_visits((stop,)) is not None])
    exact, found = solve_exactly(fitting), search_tour(fitting, seed=3)
    assert check(fitting, found) < np.inf
    assert len(found) <= len(exact)
    if len(found) == len(exact):
        assert check(fitting, found) >= check(fitting, exact) - 1e-9
    # Legs are rounded to a thousandth of a minute; the search misses the optimum in no case here.
    assert len(found) == len(exact)
    assert check(fitting, found) == pytest.approx(check(fitting, exact), abs=0.02)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(11, 16), width=st.sampled_from([60.0, 120.0]))
def test_long_days_are_feasible_and_no_worse_than_taking_stops_as_they_close(
    seed: int, count: int, width: float
) -> None:
    windows = ((480.0, 480.0 + width), (510.0, 510.0 + width), (1020.0, 1020.0 + width))
    day = make_day(seed, count, windows=windows, longest_min=200.0)
    tour = find_tour(day, seed=seed)
    assert not tour.is_optimal
    assert len(set(tour.order)) == len(tour.order)
    assert check(day, tour.order) < np.inf
    assert tour == find_tour(day, seed=seed)
    taken: tuple[int, ...] = ()
    for stop in sorted(range(count), key=lambda s: (day.closes_min[s], day.opens_min[s])):
        if check(day, (*taken, stop)) < np.inf:
            taken = (*taken, stop)
    assert len(tour.order) >= len(taken)


def test_the_search_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    find_tour(make_day(0, route_search.MOST_EXACT_STOPS + 1), seed=1)
    assert capsys.readouterr().out == ""
