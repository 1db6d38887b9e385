"""Whether a day of tours keeps every section wet: an exact check that trusts no planner.

It knows the legs of the tours, the runs of the carts and the drying of each hour. The day is a
circle: what is sprayed at its end is what the next day, which is like it, begins with.

A traversal is wet from the moment its spray begins until one drying interval has passed; it counts
as renewed when the spray of the next run has ended. So what is called kept is kept to the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.drying import cut_out, frost_spells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.watering.model import DryingDay

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_DAY_S = 86_400.0
_HOUR_S = 3_600.0
_EASE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Wetness:
    """What the check found.

    Attributes
    ----------
    longest_gap
        In drying intervals of the section, shape (sections,); infinite where it is never wetted.
    wettings
        How often all traversals of a section are driven in the day, shape (sections,).
    spells
        For each section the times at which some traversal of it is dry, seconds of the day, joined;
        hours of frost are not among them.
    required_s
        Seconds of the day in which roads have to be wet: those without frost.
    """

    longest_gap: Floats
    wettings: Ints
    spells: tuple[tuple[tuple[float, float], ...], ...]
    required_s: float = _DAY_S

    @property
    def is_kept(self) -> Bools:
        """Tell of each section whether it is wet all day."""
        return self.longest_gap <= 1.0 + _EASE

    @property
    def dry_s(self) -> Floats:
        """Give the dry seconds of each section."""
        return np.array([sum(end - start for start, end in one) for one in self.spells])


def check_wetness(
    drying: DryingDay,
    *,
    section_of: Sequence[int],
    factors: Sequence[float],
    sprays: Sequence[tuple[int, float, float]],
) -> Wetness:
    """Find the gaps and the dry times of every section.

    Parameters
    ----------
    drying
        Of the day.
    section_of
        Section of each traversal.
    factors
        Of the drying interval of each section.
    sprays
        Traversal, and when its spray begins and ends, seconds from the start of the day; what
        passes its end belongs to the beginning of the next.

    Returns
    -------
    wetness
        Of the sections.
    """
    days: list[list[tuple[float, float]]] = [[] for _ in section_of]
    for traversal, begin, end in sprays:
        back = np.floor(begin / _DAY_S) * _DAY_S
        days[traversal].append((float(begin - back), float(end - back)))
    count = len(factors)
    gaps, wettings = np.zeros(count), np.full(count, np.iinfo(np.int64).max)
    spells: list[list[tuple[float, float]]] = [[] for _ in range(count)]
    for traversal, section in enumerate(section_of):
        times = sorted(days[traversal])
        gap, dry = _follow(drying, times, factors[section])
        gaps[section] = max(gaps[section], gap)
        wettings[section] = min(wettings[section], len(times))
        spells[section] += dry
    frost = frost_spells(drying)
    return Wetness(
        longest_gap=gaps,
        wettings=np.where(wettings == np.iinfo(np.int64).max, 0, wettings),
        spells=tuple(
            tuple(piece for spell in _joined(one) for piece in cut_out(spell, frost))
            for one in spells
        ),
        required_s=drying.required_h * _HOUR_S,
    )


def _follow(
    drying: DryingDay, times: list[tuple[float, float]], factor: float
) -> tuple[float, list[tuple[float, float]]]:
    """Give the longest gap of one traversal and when it is dry."""
    wet = [(begin, end, 0) for begin, end in times]
    wet += [
        (float(hour) * _HOUR_S, float(hour + 1) * _HOUR_S, 1)
        for hour in np.flatnonzero(drying.is_rain)
    ]
    if not wet:
        return np.inf, [(0.0, _DAY_S)]
    wet.sort()
    longest, dry = 0.0, list[tuple[float, float]]()
    for place, (begin, end, is_rain) in enumerate(wet):
        later = place + 1 < len(wet)
        following = wet[place + 1] if later else wet[0]
        shift = 0.0 if later else _DAY_S
        since = end if is_rain else begin  # rain wets until it stops
        until = following[0 if following[2] else 1] + shift
        passed, dry_from = _dry_after(drying, since, until, factor)
        longest = max(longest, passed)
        if passed > 1.0 + _EASE:
            dry += _within_day(dry_from, until)
    return longest, dry


def _dry_after(drying: DryingDay, since: float, until: float, factor: float) -> tuple[float, float]:
    """Add up drying hour by hour; give the intervals passed and when the first was over."""
    passed, now, dry_from = 0.0, since, until
    while now < until:
        hour = int(now // _HOUR_S)
        stop = min((hour + 1) * _HOUR_S, until)
        rate = 1.0 / (drying.interval_h[hour % 24] * _HOUR_S * factor)
        step = (stop - now) * rate
        if passed <= 1.0 < passed + step:
            dry_from = now + (1.0 - passed) / rate
        passed, now = passed + step, stop
    return passed, dry_from


def _within_day(start: float, end: float) -> list[tuple[float, float]]:
    """Bring a stretch of time that may pass midnight into the day."""
    if end - start >= _DAY_S:
        return [(0.0, _DAY_S)]
    back = np.floor(start / _DAY_S) * _DAY_S
    start, end = float(start - back), float(end - back)
    return [(start, end)] if end <= _DAY_S else [(start, _DAY_S), (0.0, end - _DAY_S)]


def _joined(spells: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join stretches of time that overlap."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spells):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
