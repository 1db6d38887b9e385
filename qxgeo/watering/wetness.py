"""When each section is wetted, and how much of its interval is used at any moment.

As in `check`: what a leg sprays is wet from the moment its spray begins until one drying interval
has passed, and is renewed when the spray of the next run has ended. The day repeats: what was
wetted late yesterday is still wet early today. An hour of rain wets everything. In frost nothing is
asked, and a section is neither wet nor dry.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.watering.drying import DAY_S, HOUR_S, clock_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.model import WateringPlan

    Floats = NDArray[np.float64]

DRY_ABOVE = 1.0 + 1e-6  # rounding does not make a road dry


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
        self._rain, self._frost = plan.drying.is_rain, plan.drying.is_frost
        self._clock = clock_of(plan.drying)
        self._factor = plan.sections["interval_factor"].to_numpy(dtype=np.float64)
        wettings = list_wettings(plan)
        # One leg wets one strip of a section (a pass, a direction): the driest strip counts.
        self._strips: dict[int, list[Sprays]] = {}
        for _, rows in wettings.groupby("leg", sort=True):
            begins, ends = (rows[name].to_numpy(dtype=np.float64) for name in ("start_s", "end_s"))
            strip = self._strips.setdefault(int(rows["section"].iloc[0]), [])
            strip.append(_in_day(begins, ends))
        dry = np.setdiff1d(_spraying_legs(plan), wettings["leg"].to_numpy())
        left = plan.legs["section"].to_numpy(dtype=np.intp)[dry]  # of a tour that nobody runs
        never = np.flatnonzero(plan.sections["state"].to_numpy() == "never")
        for section in (*left.tolist(), *never.tolist()):
            nothing = np.empty(0)
            self._strips.setdefault(section, []).append((nothing, nothing))

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
            Infinite where nothing ever wets it; 0 in rain; NaN in frost.
        """
        at = at_s % DAY_S
        if self._frost[int(at // HOUR_S)]:
            return math.nan
        if self._rain[int(at // HOUR_S)]:
            return 0.0
        rain_s = self._last_rain(at)
        last = [max(_last(strip, at), rain_s) for strip in self._strips.get(section, [])]
        first = min(last, default=rain_s)
        if math.isinf(first):
            return math.inf
        now, then = self._clock.at(np.array([at, first]))
        return float(now - then) / float(self._factor[section])

    def _last_rain(self, at: float) -> float:
        """Find when the last rain before a moment ended."""
        hours = np.flatnonzero(self._rain)
        ends = np.sort((hours + 1) * HOUR_S % DAY_S)
        return _last((ends, ends), at)


Sprays = tuple["Floats", "Floats"]  # when they begin and end, in order of their ends


def _in_day(begins: Floats, ends: Floats) -> Sprays:
    """Bring sprays into the day by their ends, and put them in order."""
    back = np.floor(ends / DAY_S) * DAY_S
    order = np.argsort(ends - back, kind="stable")
    return (begins - back)[order], (ends - back)[order]


def _spraying_legs(plan: WateringPlan) -> NDArray[np.intp]:
    """List the rows of the legs that wet a section."""
    is_spray = plan.legs["task"].to_numpy() == "spray"
    return np.flatnonzero(is_spray & (plan.legs["section"].to_numpy() >= 0))


def _last(sprays: Sprays, at: float) -> float:
    """Find when the last spray of a repeating day began that has ended at a moment."""
    begins, ends = sprays
    if not len(ends):
        return -math.inf
    place = int(np.searchsorted(ends, at, side="right"))
    return float(begins[place - 1]) if place else float(begins[-1]) - DAY_S
