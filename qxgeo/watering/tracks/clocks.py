"""Clocks that are off by hours, told by when carts drive and should; never mended unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.watering.tracks.model import DAY_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.watering.tracks.cleaning import CleanTracks
    from qxgeo.watering.tracks.model import Duty
    from qxgeo.watering.tracks.settings import AuditSettings

    Floats = NDArray[np.float64]

_SHIFTS_H = tuple(hour for hour in range(-14, 15) if hour)
_ZONE_H = 8  # Greenwich time taken for Beijing time, or the other way round
_FEWEST = 20
_SPARE_S = 1_800.0  # carts leave a little early and come back a little late
_PLAIN = 0.5  # driving mostly at the right time is no wrong clock, whatever else would fit


def move_clocks(table: pd.DataFrame, hours: Mapping[str, float]) -> pd.DataFrame:
    """Add hours to the times of carts, as somebody asked for.

    Parameters
    ----------
    table
        `TRACK_COLUMNS`.
    hours
        By cart.

    Returns
    -------
    table
        With other times.
    """
    added = table["cart_id"].astype(object).map(dict(hours)).astype("float64").fillna(0.0)
    return table.assign(time_s=table["time_s"] + 3_600.0 * added.to_numpy())


def find_wrong_clocks(clean: CleanTracks, duty: Duty, settings: AuditSettings) -> dict[str, Text]:
    """Find the carts that drive at the wrong hours, and would not if their clock were shifted.

    Parameters
    ----------
    clean
        Records of the day.
    duty
        Shifts, or planned wettings; without both nothing is found.
    settings
        How much better the shifted time has to be.

    Returns
    -------
    wrong
        By cart, the sentence that says by how many hours.
    """
    wrong = {}
    fixes = clean.fixes[~clean.fixes["is_standing"]]
    for cart, own in fixes.groupby("cart_id", sort=True):
        spans = _expected(duty, str(cart))
        moving = own["second"].to_numpy(dtype=np.float64)
        if len(moving) < _FEWEST or not len(spans):
            continue
        now = _share_inside(moving, spans)
        shares = {hour: _share_inside(moving + 3_600.0 * hour, spans) for hour in _SHIFTS_H}
        best = max(
            shares, key=lambda hour: (round(shares[hour], 3), abs(hour) == _ZONE_H, -abs(hour))
        )
        if now < _PLAIN and shares[best] - now >= settings.number("clock_agreement"):
            wrong[str(cart)] = _say(str(cart), best, now, shares[best])
    return wrong


def _expected(duty: Duty, cart: str) -> Floats:
    """Give the spans in which a cart should be out, shape (k, 2)."""
    own = duty.shifts[duty.shifts["cart_id"] == cart]
    if own.empty:
        own = duty.wettings[duty.wettings["cart_id"] == cart]
    return own[["start_s", "end_s"]].to_numpy(dtype=np.float64)


def _share_inside(moments: Floats, spans: Floats) -> float:
    """Give the share of moments within some spans of a day that repeats."""
    inside = np.zeros(len(moments), dtype=bool)
    for start, end in spans:
        since = np.mod(moments - start + _SPARE_S, DAY_S)
        inside |= since <= end - start + 2 * _SPARE_S
    return float(inside.mean())


def _say(cart: str, hours: int, now: float, then: float) -> Text:
    """Say by how much a clock is off."""
    late, early = ("慢", "behind") if hours > 0 else ("快", "ahead")
    return Text(
        f"{cart} 的时钟约{late} {abs(hours)} 小时：照记录只有 {now:.0%} 的行驶时间在班次或计划内，"
        f"改正后有 {then:.0%}；该车轨迹未采用，核实后可用 --clock {cart}={hours:+d} 改正",
        f"the clock of {cart} is about {abs(hours)} h {early}: as recorded {now:.0%} of its "
        f"driving is within its shifts or the plan, {then:.0%} if mended; its track was left out, "
        f"mend it with --clock {cart}={hours:+d} when that is confirmed",
    )
