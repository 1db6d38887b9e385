"""The check, the bounds and the thinning on days of one hour's drying, which anyone can count."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from qxgeo.errors import Text
from qxgeo.watering.bounds import LeastWork, bound_carts, bound_work_h, fewest_wettings
from qxgeo.watering.check import check_wetness
from qxgeo.watering.deadlines import Job, last_start_s
from qxgeo.watering.drying import clock_of
from qxgeo.watering.laps import TOUR, TRANSFER, WAIT, Run
from qxgeo.watering.model import DryingDay
from qxgeo.watering.sharing import group_waters, share_sections
from qxgeo.watering.thinning import thin_runs
from qxgeo.watering.tours import Tour

HOUR, DAY = 3_600.0, 86_400.0


def day(interval_h: float = 1.0, rain: tuple[int, ...] = ()) -> DryingDay:
    is_rain = np.isin(np.arange(24), rain)
    return DryingDay(
        interval_h=np.where(is_rain, np.inf, interval_h),
        is_rain=is_rain,
        weather="mild",
        title=Text("", ""),
        source=Text("", ""),
    )


def job(begin: float = 60.0, end: float = 120.0, base: int = 0) -> Job:
    tour = Tour(kind=0, base=base, legs=(), duration_s=600.0, traversals=np.array([0]),
                begins_s=np.array([begin]), ends_s=np.array([end]))  # fmt: skip
    return Job(tour, np.ones(1), ((0.0, DAY),))


def run(task: str, start: float, end: float, **more: int) -> Run:
    facts = {"tour": -1, "origin": -1, "destination": -1} | more
    return Run(cart=0, driver="", task=task, start_s=start, end_s=end, **facts)


def test_a_gap_runs_from_the_begin_of_a_spray_to_the_end_of_the_next() -> None:
    sprays = [(0, hour * HOUR, hour * HOUR + 60) for hour in range(24)]
    found = check_wetness(day(), section_of=[0], factors=[1.0], sprays=sprays)
    assert found.longest_gap[0] == pytest.approx(1 + 60 / HOUR)
    assert found.dry_s[0] == pytest.approx(24 * 60)
    assert found.wettings.tolist() == [24]
    slower = check_wetness(day(), section_of=[0], factors=[1.1], sprays=sprays)
    assert slower.longest_gap[0] == pytest.approx((1 + 60 / HOUR) / 1.1)
    assert slower.dry_s[0] == 0


def test_the_day_is_a_circle_and_a_section_needs_all_its_traversals() -> None:
    once = check_wetness(
        day(30.0), section_of=[0], factors=[1.0], sprays=[(0, 10 * HOUR, 10 * HOUR)]
    )
    assert once.longest_gap[0] == pytest.approx(24 / 30)
    two = check_wetness(
        day(30.0), section_of=[0, 0], factors=[1.0], sprays=[(0, 10 * HOUR, 10 * HOUR)]
    )
    assert np.isinf(two.longest_gap[0])
    assert two.wettings.tolist() == [0]
    assert two.dry_s[0] == DAY
    late = [(0, 25 * HOUR, 25 * HOUR + 60)]  # belongs to one o'clock
    wrapped = check_wetness(day(10.0), section_of=[0], factors=[1.0], sprays=late)
    assert np.ravel(wrapped.spells[0]) == pytest.approx([0.0, HOUR + 60, 11 * HOUR, DAY])


def test_rain_wets_everything_until_it_stops() -> None:
    found = check_wetness(day(6.0, rain=(3, 4)), section_of=[0], factors=[1.0], sprays=[])
    assert found.spells[0] == ((0.0, 3 * HOUR), (11 * HOUR, DAY))
    assert found.longest_gap[0] == pytest.approx(22 / 6)


def test_a_tour_may_wait_as_long_as_its_first_section_is_wet() -> None:
    clock = clock_of(day())
    assert last_start_s(job(), clock, 5 * HOUR, share=1.0) == pytest.approx(6 * HOUR - 60)
    raining = clock_of(day(rain=(6, 7)))
    assert last_start_s(job(), raining, 5.5 * HOUR, share=1.0) == pytest.approx(9 * HOUR - 120)


def test_laps_every_twenty_minutes_are_thinned_to_those_that_an_hour_needs() -> None:
    clock = clock_of(day())
    starts = np.arange(72) * 1_200.0
    runs = [run(TOUR, start, start + 600, tour=0) for start in starts]
    thinned = thin_runs([job()], runs, clock, np.zeros((1, 1, 1)), [0])
    kept = [one.start_s for one in thinned if one.task == TOUR]
    assert len(kept) == 36  # an hour is a minute too long for every third: every second is kept
    assert np.diff(kept) == pytest.approx(2_400.0)
    few = thin_runs([job()], runs[::4], clock, np.zeros((1, 1, 1)), [0])
    assert sum(one.task == TOUR for one in few) == 18  # late as it is: all are kept


def test_a_cart_that_would_only_wait_somewhere_drives_straight_on() -> None:
    clock = clock_of(day(30.0))
    transfer = np.array([[[0.0, 300.0, 300.0], [300.0, 0.0, 300.0], [300.0, 300.0, 0.0]]])
    runs = [
        run(TOUR, 0, 600, tour=0),
        run(TRANSFER, 600, 900, origin=0, destination=1),
        run(TOUR, 900, 1500, tour=1),
        run(TRANSFER, 1500, 1800, origin=1, destination=2),
        run(TOUR, 1800, 2400, tour=2),
        run(TRANSFER, 2400, 2700, origin=2, destination=1),
        run(TOUR, 2700, 3300, tour=1),
    ]
    jobs = [job(base=0), job(base=1), job(base=2)]
    thinned = thin_runs(jobs, runs, clock, transfer, [0])
    ways = [one for one in thinned if one.task == TRANSFER]
    laps = [one.tour for one in thinned if one.task == TOUR]
    assert sorted(laps) == [0, 1, 2]
    if laps == [0, 2, 1]:
        assert [(one.origin, one.destination) for one in ways] == [(0, 2), (2, 1)]
        assert (ways[0].start_s, ways[0].end_s) == (1500, 1800)
    spans = [(one.start_s, one.end_s) for one in thinned]
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    assert {one.task for one in thinned} <= {TOUR, TRANSFER, WAIT}


def test_bounds_worked_out_by_hand() -> None:
    """Two hours of spray with 36,000 l, at 10 l/s from tanks of 6,000 l; an hour's drying."""
    least = LeastWork(spray_s=7_200.0, litres=36_000.0, longest_s=0.0, flow_l_per_s=10.0,
                      tank_l=6_000.0, setup_s=60.0)  # fmt: skip
    clock = clock_of(day())
    # n intervals are n hours: n (7,200 + 3,600) s of work for k (3,600 n + 600) s of carts.
    assert bound_carts(least, clock, factor=1.0) == 3
    assert 24 * 10_800 / (24 * 3_600 + 600) > 2
    assert fewest_wettings(clock, factor=1.0) == 24
    assert bound_work_h(least, clock, factor=1.0) == pytest.approx(24 * (10_800 + 6 * 60) / HOUR)
    wet = clock_of(day(rain=tuple(range(12))))
    assert fewest_wettings(wet, factor=1.0) == 11  # twelve dry hours, the rain begins the first
    assert bound_carts(least, clock_of(day(rain=tuple(range(24)))), factor=1.0) == 0


def test_sections_go_to_the_kind_that_is_near_and_has_room() -> None:
    away = np.array([[1.0, 2.0, 3.0, np.inf], [5.0, 4.0, 3.5, np.inf]])
    kinds = share_sections(away, np.array([100.0, 100.0, 100.0, 100.0]), [2.0, 1.0])
    assert kinds.tolist() == [0, 0, 1, -1]


def test_refill_points_with_little_to_do_join_the_nearest() -> None:
    between = np.array([[0.0, 10.0, 90.0], [10.0, 0.0, 80.0], [90.0, 80.0, 0.0]])
    metres = np.array([100.0, 900.0, 900.0])
    assert group_waters(between, metres, least_m=500.0) == [[1, 0], [2]]
    assert group_waters(between, metres, least_m=50.0) == [[0], [1], [2]]
