"""Runs change hands on days that anyone can draw: two carts, two tours, ten minutes each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.handing import hand_runs
from qxgeo.watering.laps import BREAK, TOUR, TRANSFER, WAIT, Crew, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR = 3_600.0


def crew(cart: int, end_h: float = 8.0, kind: int = 0) -> Crew:
    return Crew(cart=cart, kind=kind, depot=0, start_s=0.0, end_s=end_h * HOUR, break_s=0.0,
                driver=f"D{cart}")  # fmt: skip


def lap(cart: int, start_s: float, tour: int) -> Run:
    return Run(cart=cart, driver=f"D{cart}", task=TOUR, tour=tour, origin=-1, destination=-1,
               start_s=start_s, end_s=start_s + 600.0)  # fmt: skip


def rest(cart: int, start_s: float, end_s: float) -> Run:
    return Run(cart=cart, driver=f"D{cart}", task=BREAK, tour=-1, origin=-1, destination=-1,
               start_s=start_s, end_s=end_s)  # fmt: skip


def crossed(laps: int = 6) -> list[Run]:
    """Both carts change between the tours every time."""
    return [
        lap(cart, 1_800.0 * number + 600.0, (cart + number) % 2)
        for cart in (0, 1)
        for number in range(laps)
    ]


def tours_of(runs: Sequence[Run]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for run in runs:
        if run.task == TOUR:
            found.setdefault(run.cart, set()).add(run.tour)
    return found


def starts(runs: Sequence[Run]) -> list[tuple[int, float]]:
    return sorted((run.tour, run.start_s) for run in runs if run.task == TOUR)


def hand(
    runs: list[Run], crews: list[Crew], *, way_s: float = 0.0, bases: Sequence[int] = (0, 1)
) -> list[Run]:
    kinds = 1 + max(one.kind for one in crews)
    return hand_runs(runs, bases, crews, np.array([[[0.0, way_s], [way_s, 0.0]]] * kinds))


def test_two_carts_that_take_turns_keep_to_one_tour_each() -> None:
    handed = hand(crossed(), [crew(0), crew(1)])
    assert sorted(map(sorted, tours_of(handed).values())) == [[0], [1]]
    assert starts(handed) == starts(crossed())


def test_ways_are_driven_once_out_and_once_home() -> None:
    """Both depots are site 0: who drives the tour of site 1 goes there and comes back."""
    handed = hand(crossed(), [crew(0), crew(1)], way_s=600.0)
    ways = [(one.origin, one.destination) for one in handed if one.task == TRANSFER]
    assert ways == [(0, 1), (1, 0)]
    assert starts(handed) == starts(crossed())
    for cart in (0, 1):
        mine = [one for one in handed if one.cart == cart]
        assert all(later.start_s >= one.end_s for one, later in pairwise(mine))
        assert {one.driver for one in mine} == {f"D{cart}"}
        waits = [one.end_s - one.start_s for one in mine if one.task == WAIT]
        assert max(waits, default=0.0) <= 1_200.0


def test_nobody_drives_in_his_break_or_after_his_shift() -> None:
    pause = rest(1, 4_200.0, 4_800.0)  # while cart 0 drives its third lap
    runs = [one for one in crossed() if (one.cart, one.start_s) != (1, 4_200.0)] + [pause]
    handed = hand(runs, [crew(0), crew(1)])
    assert pause in handed
    third = [one for one in handed if one.task == TOUR and one.start_s == 4_200.0]
    assert [one.cart for one in third] == [0]
    early = [one for one in crossed() if one.cart == 0 or one.start_s < 2 * HOUR]
    short = hand(early, [crew(0), crew(1, end_h=2.0)])
    assert all(one.end_s <= 2 * HOUR for one in short if one.cart == 1)
    assert starts(short) == starts(early)


def test_carts_of_two_kinds_exchange_nothing() -> None:
    runs = crossed()
    assert hand(runs, [crew(0), crew(1, kind=1)]) == runs


def test_a_cart_without_work_stays_in() -> None:
    handed = hand(crossed(), [crew(0), crew(1), crew(2)])
    assert set(tours_of(handed)) == {0, 1}


def test_a_tour_under_way_at_midnight_stays_where_it_is() -> None:
    late = [lap(cart, 24 * HOUR - 300.0, cart) for cart in (0, 1)]
    night = [Crew(cart=cart, kind=0, depot=0, start_s=20 * HOUR, end_s=28 * HOUR, break_s=0.0,
                  driver=f"D{cart}") for cart in (0, 1)]  # fmt: skip
    early = [lap(cart, 1_800.0 * number + 600.0, (cart + number) % 2)
             for cart in (0, 1) for number in range(4)]  # fmt: skip
    handed = hand([*early, *late], night, bases=(0, 0))
    assert [one for one in handed if one.start_s > 20 * HOUR and one.task == TOUR] == late
    assert sorted(
        map(len, tours_of([one for one in handed if one.start_s < HOUR * 4]).values())
    ) == [
        1,
        1,
    ]
