"""When each section is wetted, and how much of its interval is used at any moment.

Time in which a road dries is counted in intervals: ``s(t)`` is the integral of dt over the interval
of the hour, so that a section is dry when more than one passes between two wettings. The day
repeats: what was wetted late yesterday is still wet early today. An hour of rain wets everything.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.model import DryingDay, WateringPlan

    Floats = NDArray[np.float64]

DAY_S = 86_400.0
HOUR_S = 3_600.0
DRY_ABOVE = 1.0 + 1e-6  # rounding does not make a road dry


def count_intervals(drying: DryingDay) -> Floats:
    """Count the drying intervals that pass from the start of the day to each full hour.

    Parameters
    ----------
    drying
        Of the day.

    Returns
    -------
    passed
        Shape (25,), from 0.
    """
    with np.errstate(divide="ignore"):
        per_hour = np.where(np.isfinite(drying.interval_h), 1.0 / drying.interval_h, 0.0)
    return np.concatenate(([0.0], np.cumsum(per_hour)))


def intervals_at(passed: Floats, at_s: Floats) -> Floats:
    """Count the drying intervals from the start of the day to some moments.

    Parameters
    ----------
    passed
        From `count_intervals`.
    at_s
        Seconds; the day before and the day after are alike.

    Returns
    -------
    intervals
        Of the same shape; below 0 before the day.
    """
    day = np.floor(np.asarray(at_s, dtype=np.float64) / DAY_S)
    rest = np.asarray(at_s, dtype=np.float64) - day * DAY_S
    return np.asarray(day * passed[-1] + np.interp(rest, np.arange(25) * HOUR_S, passed))


def list_wettings(plan: WateringPlan) -> pd.DataFrame:
    """List every spraying of every section.

    Parameters
    ----------
    plan
        Its legs and runs.

    Returns
    -------
    wettings
        One row per spraying leg and run of its tour: ``section``, ``leg`` (row of the legs),
        ``run`` (row of the runs), ``cart_id``, ``start_s``, ``end_s``, ``is_forward``,
        ``length_m``, ``litres``; in order of section, leg and time.
    """
    legs = pd.DataFrame(
        {
            **{name: plan.legs[name].to_numpy() for name in (
                "tour", "section", "offset_s", "duration_s", "is_forward", "length_m", "litres")},
            "leg": np.arange(len(plan.legs)),
        }
    )  # fmt: skip
    legs = legs[(plan.legs["task"].to_numpy() == "spray") & (legs["section"].to_numpy() >= 0)]
    runs = plan.runs[["cart_id", "tour", "start_s"]].rename(columns={"start_s": "begins_s"})
    runs = runs.assign(run=np.arange(len(runs)))[runs["tour"].to_numpy() >= 0]
    found = legs.merge(runs, on="tour", how="inner", validate="many_to_many")
    found["start_s"] = found["begins_s"] + found["offset_s"]
    found["end_s"] = found["start_s"] + found["duration_s"]
    columns = ("section", "leg", "run", "cart_id", "start_s", "end_s", "is_forward", "length_m",
               "litres")  # fmt: skip
    ordered = found.sort_values(["section", "leg", "end_s"], kind="stable")
    listed: pd.DataFrame = ordered[[*columns]].reset_index(drop=True)
    return listed


class WetClock:
    """Tells how dry a section is at a moment.

    Parameters
    ----------
    plan
        Whose wettings count.
    """

    def __init__(self, plan: WateringPlan) -> None:
        self._rain = plan.drying.is_rain
        self._passed = count_intervals(plan.drying)
        self._factor = plan.sections["interval_factor"].to_numpy(dtype=np.float64)
        wettings = list_wettings(plan)
        # One leg wets one strip of a section (a pass, a direction): the driest strip counts.
        self._strips: dict[int, list[Floats]] = {}
        for _, rows in wettings.groupby("leg", sort=True):
            ends = np.sort(rows["end_s"].to_numpy(dtype=np.float64) % DAY_S)
            self._strips.setdefault(int(rows["section"].iloc[0]), []).append(ends)
        dry = np.setdiff1d(_spraying_legs(plan), wettings["leg"].to_numpy())
        for leg in dry.tolist():  # of a tour that nobody runs
            section = int(plan.legs["section"].iloc[leg])
            self._strips.setdefault(section, []).append(np.empty(0))

    def used_share(self, section: int, at_s: float) -> float:
        """Tell how much of its interval a section has used; above 1 it is dry.

        Parameters
        ----------
        section
            Row of the plan's sections.
        at_s
            Seconds since the start of the day.

        Returns
        -------
        share
            Infinite where nothing ever wets it; 0 in rain.
        """
        at = at_s % DAY_S
        if self._rain[int(at // HOUR_S)]:
            return 0.0
        rain_s = self._last_rain(at)
        last = [max(_last(ends, at), rain_s) for ends in self._strips.get(section, [])]
        first = min(last, default=rain_s)
        if math.isinf(first):
            return math.inf
        now, then = intervals_at(self._passed, np.array([at, first]))
        return float(now - then) / float(self._factor[section])

    def _last_rain(self, at: float) -> float:
        """Find when the last rain before a moment ended."""
        if not self._rain.any():
            return -math.inf
        hours = np.flatnonzero(self._rain)
        ends = (hours + 1) * HOUR_S
        return _last(np.sort(ends % DAY_S), at)


def _spraying_legs(plan: WateringPlan) -> NDArray[np.intp]:
    """List the rows of the legs that wet a section."""
    is_spray = plan.legs["task"].to_numpy() == "spray"
    return np.flatnonzero(is_spray & (plan.legs["section"].to_numpy() >= 0))


def _last(moments: Floats, at: float) -> float:
    """Find the last of some moments of a repeating day that is not later than a moment."""
    if not len(moments):
        return -math.inf
    place = int(np.searchsorted(moments, at, side="right"))
    return float(moments[place - 1]) if place else float(moments[-1]) - DAY_S
