"""A tour as it comes round: when it has to start again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.drying import DAY_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.drying import DryingClock
    from qxgeo.watering.tours import Tour

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A tour as it comes round.

    Attributes
    ----------
    tour
        What is driven.
    factors
        Of the drying interval, one per traversal.
    windows
        Seconds of the day in which it may start, for the opening hours of its water.
    """

    tour: Tour
    factors: Floats
    windows: tuple[tuple[float, float], ...]


def is_open(job: Job, start_s: float) -> bool:
    """Tell whether the refill points of a tour are open when it starts then.

    Parameters
    ----------
    job
        The tour.
    start_s
        When it would start.

    Returns
    -------
    open
        True where it gets its water.
    """
    at = start_s % DAY_S
    return any(low <= at <= high for low, high in job.windows)


def last_start_s(job: Job, clock: DryingClock, start_s: float, *, share: float) -> float:
    """Give the last moment at which a tour may start again.

    Parameters
    ----------
    job
        The tour.
    clock
        Of drying.
    start_s
        When it started last.
    share
        Of the drying interval that may pass.

    Returns
    -------
    moment
        When the spray of every section ends before the section has been dry; rain wets them all.
    """
    tour = job.tour
    dry_at = clock.when(clock.at(start_s + tour.begins_s) + share * job.factors)
    for rain_start, rain_end in _rains_after(clock, start_s):
        is_rained = dry_at >= rain_start
        if not is_rained.any():
            break
        fresh = clock.when(clock.at(rain_end) + share * job.factors)
        dry_at = np.where(is_rained, fresh, dry_at)
    return float((dry_at - tour.ends_s).min())


def _rains_after(clock: DryingClock, moment_s: float) -> list[tuple[float, float]]:
    """Give the rains of the day of a moment and of the two days behind it."""
    day = np.floor(moment_s / DAY_S)
    rains = [
        (start + (day + later) * DAY_S, end + (day + later) * DAY_S)
        for later in range(3)
        for start, end in clock.rains_s
    ]
    return [(start, end) for start, end in rains if end > moment_s]
