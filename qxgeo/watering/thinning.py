"""Laps that nothing needs are left out: the carts wait instead, and drive less."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.deadlines import Job, last_start_s
from qxgeo.watering.drying import DAY_S
from qxgeo.watering.laps import TOUR, TRANSFER, WAIT, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.watering.drying import DryingClock

    Floats = NDArray[np.float64]

_EASE_S = 1e-3


def thin_runs(
    jobs: Sequence[Job],
    runs: Sequence[Run],
    clock: DryingClock,
    transfer_s: Floats,
    kinds: Sequence[int],
) -> list[Run]:
    """Leave out the laps without which every tour still comes round in time.

    Parameters
    ----------
    jobs
        Tours that come round.
    runs
        Of a day that is a circle, by cart and time.
    clock
        Of drying.
    transfer_s
        Shape (kinds, sites, sites).
    kinds
        Of each cart.

    Returns
    -------
    runs
        A tour that comes late anyhow keeps all its laps.
    """
    idle: set[int] = set()
    for number, job in enumerate(jobs):
        mine = [place for place, run in enumerate(runs) if run.task == TOUR and run.tour == number]
        starts = np.array([runs[place].start_s for place in mine])
        order = np.argsort(starts)
        kept = _fewest(job, starts[order], clock)
        idle |= {mine[order[one]] for one in range(len(mine)) if one not in kept}
    by_cart: dict[int, list[Run]] = {}
    for place, run in enumerate(runs):
        one = replace(run, task=WAIT, tour=-1) if place in idle else run
        by_cart.setdefault(run.cart, []).append(one)
    return [
        run for cart in sorted(by_cart) for run in _shorten(by_cart[cart], transfer_s[kinds[cart]])
    ]


def _fewest(job: Job, starts: Floats, clock: DryingClock) -> set[int]:
    """Give the fewest laps of which each begins before the one before it has dried."""
    count = len(starts)
    every = set(range(count))
    if count < 2:  # noqa: PLR2004 - one lap cannot be left out
        return every
    circle = np.concatenate((starts, starts + DAY_S))
    latest = np.array([last_start_s(job, clock, float(start), share=1.0) for start in starts])
    ends = np.searchsorted(circle, latest, side="right") - 1
    best = every
    for first in range(count):
        chain, now = [first], first
        while True:
            following = int(ends[now % count]) + (now // count) * count
            if following <= now:
                return every  # late whatever is left out
            now = following
            if now >= first + count:
                break
            chain.append(now)
        if len(chain) < len(best):
            best = {one % count for one in chain}
    return best


def _shorten(runs: list[Run], transfer_s: Floats) -> list[Run]:
    """Join waits, and drive straight on where a cart would only wait in between."""
    found: list[Run] = []
    for run in runs:
        found.append(run)
        while _joins(found) or _cuts(found, transfer_s):
            pass
    return found


def _joins(found: list[Run]) -> bool:
    """Join two waits of one driver at the end of a list."""
    if len(found) < 2:  # noqa: PLR2004 - two are joined
        return False
    last, now = found[-2:]
    if not (last.task == now.task == WAIT and last.driver == now.driver):
        return False
    found[-2:] = [replace(last, end_s=now.end_s)]
    return True


def _cuts(found: list[Run], transfer_s: Floats) -> bool:
    """Cut a wait between two ways at the end of a list: wait first, then drive straight on."""
    if len(found) < 3:  # noqa: PLR2004 - way, wait, way
        return False
    first, wait, second = found[-3:]
    is_pattern = (first.task, wait.task, second.task) == (TRANSFER, WAIT, TRANSFER)
    if not is_pattern or len({one.driver for one in (first, wait, second)}) > 1:
        return False
    lasts = float(transfer_s[first.origin, second.destination])
    start = second.end_s - lasts
    if start < first.start_s - _EASE_S:
        return False
    waiting = replace(wait, start_s=first.start_s, end_s=max(start, first.start_s))
    if first.origin == second.destination:
        found[-3:] = [replace(waiting, end_s=second.end_s)]
        return True
    found[-3:] = [waiting, replace(second, origin=first.origin, start_s=waiting.end_s)]
    return True
