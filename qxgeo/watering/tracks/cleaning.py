"""Tracks without what cannot be: repeated records, other days, jumps, drift.

Nothing is lost: what is dropped is kept with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, InputError, Text
from qxgeo.readers.tracks import LOCAL_ZONE
from qxgeo.watering.tracks.standing import find_stands

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from qxgeo.watering.tracks.settings import AuditSettings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DAY_S = 86_400.0
BEFORE_S = 43_200.0  # records of the evening before tell what is wet at midnight
REASONS: dict[str, Text] = {
    "other_day": Text("不在核查日", "of another day"),
    "duplicate": Text("重复记录", "recorded twice"),
    "same_time": Text("同一时刻两个位置", "two positions at one time"),
    "time_jump": Text("时间跳变", "the clock jumped"),
    "drift": Text("漂移（速度不可能）", "drift: an impossible speed"),
    "clock_off": Text(
        "时钟偏差数小时，整车不采用", "the clock is off by hours, the cart is left out"
    ),
}
_M_PER_DEG = 111_195.0
_LOOK_BACK = 60  # runs; a longer drift has become the track
_JUMP_COST = 30.0  # records: a jump is believed only where more would be lost without it


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanTracks:
    """Records of one day that can be believed.

    Attributes
    ----------
    day
        The day, local time.
    fixes
        `TRACK_COLUMNS`, ``second`` since the day's midnight (negative before it) and
        ``is_standing``; sorted by cart and time, range index.
    dropped
        The same columns and ``reason``, a key of `REASONS`.
    stands
        ``cart_id``, ``from_s``, ``to_s``, ``lon``, ``lat``, ``fixes``.
    notes
        What has to be said.
    """

    day: date
    fixes: pd.DataFrame
    dropped: pd.DataFrame
    stands: pd.DataFrame
    notes: tuple[Text, ...]


def clean_tracks(table: pd.DataFrame, *, day: date | None, settings: AuditSettings) -> CleanTracks:
    """Sort records out.

    Parameters
    ----------
    table
        `TRACK_COLUMNS`, WGS 84.
    day
        To be audited, local; None for the day with the most records, which is said.
    settings
        Speeds and times that decide.

    Returns
    -------
    clean
        The day's records and, for what was wet at midnight, those of the evening before.

    Raises
    ------
    InputError
        If there is no record of that day.
    """
    local = pd.to_datetime(table["time_s"], unit="s", utc=True).dt.tz_convert(LOCAL_ZONE)
    days = local.dt.date.value_counts().sort_index()
    notes: tuple[Text, ...] = ()
    if day is None:
        day = max(days.index, key=lambda one: (int(days[one]), one))
        notes = (_say_day(day, days),) if len(days) > 1 else ()
    midnight = pd.Timestamp(day, tz=LOCAL_ZONE).timestamp()
    fixes = table.assign(second=table["time_s"] - midnight)
    if not fixes["second"].between(0.0, DAY_S, inclusive="left").any():
        raise InputError(_no_such_day(table, day, [str(one) for one in days.index]))
    fixes["place"] = np.arange(len(fixes))  # the order of the file
    kept, dropped = _drop(
        fixes, ~fixes["second"].between(-BEFORE_S, DAY_S, inclusive="left"), "other_day"
    )
    kept = kept.sort_values(["cart_id", "second", "place"], kind="stable")
    parts = [dropped]
    for columns, reason in (
        (["cart_id", "second", "lon", "lat"], "duplicate"),
        (["cart_id", "second"], "same_time"),
    ):
        kept, gone = _drop(kept, kept.duplicated(columns), reason)
        parts.append(gone)
    kept, gone = _drop_impossible(kept, settings)
    parts.append(gone)
    kept = kept.reset_index(drop=True)
    is_standing, stands = find_stands(kept, settings)
    lost = pd.concat([one for one in parts if len(one)] or parts[:1], ignore_index=True)
    return CleanTracks(
        day=day,
        fixes=kept.assign(is_standing=is_standing).drop(columns="place"),
        dropped=lost.sort_values("place", ignore_index=True).drop(columns="place"),
        stands=stands,
        notes=notes,
    )


def count_dropped(dropped: pd.DataFrame) -> pd.DataFrame:
    """Count what was dropped by cart and reason.

    Parameters
    ----------
    dropped
        Of `CleanTracks`.

    Returns
    -------
    counts
        ``cart_id``, ``reason``, ``count``, sorted.
    """
    if dropped.empty:
        return pd.DataFrame({"cart_id": [], "reason": [], "count": []})
    groups = dropped.groupby(["cart_id", "reason"], sort=True).size()
    return groups.rename("count").reset_index()


def _say_day(day: date, days: pd.Series[int]) -> Text:
    """Say which day was taken of several."""
    others = ", ".join(f"{one} ({count})" for one, count in days.items() if one != day)
    return Text(
        f"没有指定核查日，取记录最多的一天 {day}；其他日期：{others}",
        f"no day was asked for: {day} has the most records; other days: {others}",
    )


def _no_such_day(table: pd.DataFrame, day: date, days: list[str]) -> Fault:
    """Say that the tracks are of other days."""
    listed = ", ".join(days[:6]) + (" ..." if len(days) > 6 else "")  # noqa: PLR2004 - a few
    return Fault(
        file="、".join(dict.fromkeys(table["file"])),
        problem=Text(
            f"轨迹里没有 {day} 的记录，只有：{listed}",
            f"there is no record of {day} in the tracks, only of: {listed}",
        ),
        mend=Text(
            "请用 --day 写明核查日，并核对终端时钟",
            "name the day with --day, and check the terminals' clocks",
        ),
    )


def _drop(
    fixes: pd.DataFrame, is_dropped: pd.Series[bool], reason: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split off records with a reason."""
    return fixes[~is_dropped], fixes[is_dropped].assign(reason=reason)


def _drop_impossible(
    fixes: pd.DataFrame, settings: AuditSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split off records that no driving leads to and from."""
    keep = np.ones(len(fixes), dtype=bool)
    cart = fixes["cart_id"].to_numpy()
    first = (
        np.flatnonzero(np.append(True, cart[1:] != cart[:-1])) if len(cart) else np.array([], int)
    )
    for begin, end in zip(first, np.append(first[1:], len(cart)), strict=True):
        one = fixes.iloc[begin:end]
        keep[begin:end] = _believable(
            one["lon"].to_numpy(), one["lat"].to_numpy(), one["second"].to_numpy(), settings
        )
    order = fixes["place"].to_numpy()
    is_late = np.zeros(len(fixes), dtype=bool)  # stood elsewhere in the file than its time says
    is_late[1:-1] = (order[1:-1] != order[:-2] + 1) & (order[1:-1] != order[2:] - 1)
    gone = fixes[~keep].assign(reason=np.where(is_late[~keep], "time_jump", "drift"))
    return fixes[keep], gone


def _believable(
    lon: Floats, lat: Floats, second: Floats, settings: AuditSettings
) -> NDArray[np.bool_]:
    """Keep the longest chain of runs between which a cart could drive.

    A run is broken where two neighbours are too far apart for the time between them. A run of drift
    is shorter than the way around it, so the chain with the most records goes past it; a jump
    between two long runs is kept, and the matching breaks there.
    """
    fastest = settings.number("max_speed_kmh") / 3.6
    spare = settings.number("jump_allowance_m")
    x = lon * np.cos(np.radians(lat.mean())) * _M_PER_DEG
    y = lat * _M_PER_DEG
    way = np.hypot(np.diff(x), np.diff(y))
    breaks = np.flatnonzero(way - spare > fastest * np.diff(second))
    if not len(breaks):
        return np.ones(len(lon), dtype=bool)
    begin = np.concatenate(([0], breaks + 1))
    end = np.concatenate((breaks + 1, [len(lon)]))
    best, previous = (end - begin).astype(float), np.full(len(begin), -1)
    for run in range(1, len(begin)):
        earlier = np.arange(max(0, run - _LOOK_BACK), run)
        last, here = end[earlier] - 1, begin[run]
        far = np.hypot(x[last] - x[here], y[last] - y[here]) - spare
        is_driven = far <= fastest * (second[here] - second[last])
        value = best[earlier] - np.where(is_driven, 0.0, _JUMP_COST)
        chosen = int(np.argmax(value))
        if value[chosen] > 0:
            best[run] += value[chosen]
            previous[run] = earlier[chosen]
    keep = np.zeros(len(lon), dtype=bool)
    run = int(np.argmax(best))
    while run >= 0:
        keep[begin[run] : end[run]] = True
        run = int(previous[run])
    return keep
