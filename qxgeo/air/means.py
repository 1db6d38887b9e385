"""Means over hours, given only where enough of the hours are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.air.standard import POLLUTANTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# GB 3095-2012, table 4 (kept by GB 3095-2026): hours that a mean needs at least.
LEAST_OF_24 = 20
LEAST_OF_8 = 6
LEAST_8H_MEANS = 14  # of a day's 8 h means that end from 8:00 to 24:00 (HJ 663)
_FIRST_8H_END = 8
_DAY_H = 24
OZONE_LIMIT = 160.0  # ug/m3, class 2: a maximum above it counts from fewer hours as well


def trailing_mean(values: Floats, hours: NDArray[np.int64], *, window_h: int, least: int) -> Floats:
    """Compute the mean of the last hours, ending with each hour.

    Parameters
    ----------
    values
        Hourly values in order of time, shape (n,); NaN where there is none.
    hours
        Their hours as whole numbers, ascending without repetition, shape (n,); hours may be absent.
    window_h
        Hours of the window.
    least
        How many of them must have a value.

    Returns
    -------
    means
        Shape (n,); NaN where too few are there.
    """
    if len(values) == 0:
        return np.zeros(0)
    known = ~np.isnan(values)
    total = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    count = np.concatenate(([0], np.cumsum(known)))
    first = np.searchsorted(hours, hours - window_h, side="right")
    last = np.arange(1, len(values) + 1)
    there = count[last] - count[first]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (total[last] - total[first]) / there
    return np.where(there >= least, means, np.nan)


def daily_means(hours: pd.DataFrame) -> pd.DataFrame:
    """Compute the day's means of each station.

    Parameters
    ----------
    hours
        Columns ``station_id``, ``time`` (local, the end of the hour: 1:00 to 24:00 make a day,
        24:00 being 0:00 of the next date) and the pollutants; one row per station and hour.

    Returns
    -------
    days
        ``station_id``, ``day``, ``hours`` (rows of the day), ``pm2_5_24h`` ... ``co_24h`` from at
        least 20 hourly values, ``o3_max``, ``o3_8h_max`` from at least 14 means over 8 h, of at
        least 6 hours each, or from fewer if it is above 160 ug/m3 all the same.

    Source
    ------
    GB 3095-2012, table 4; HJ 663-2013, table 1.
    """
    columns = ["station_id", "day", "hours", *(f"{p}_24h" for p in POLLUTANTS if p != "o3")]
    columns += ["o3_max", "o3_8h_max"]
    if len(hours) == 0:
        return pd.DataFrame(columns=columns)
    ended = hours["time"] - pd.Timedelta(1, "h")
    rows = hours.assign(day=ended.dt.normalize().dt.date).sort_values(["station_id", "time"])
    found = [_days_of(station, part) for station, part in rows.groupby("station_id", sort=True)]
    return pd.concat(found, ignore_index=True)[columns]


def _days_of(station: object, part: pd.DataFrame) -> pd.DataFrame:
    """Compute the days of one station."""
    number = _hour_numbers(part["time"])
    ozone = part["o3"].to_numpy(np.float64) if "o3" in part else np.full(len(part), np.nan)
    eight = trailing_mean(ozone, number, window_h=8, least=LEAST_OF_8)
    end_h = (number - 1) % _DAY_H + 1
    counts = end_h >= _FIRST_8H_END
    part = part.assign(eight=np.where(counts, eight, np.nan))
    days = []
    for day, mine in part.groupby("day", sort=True):
        row: dict[str, object] = {"station_id": station, "day": day, "hours": len(mine)}
        for name in POLLUTANTS:
            if name != "o3":
                row[f"{name}_24h"] = _mean_of(mine, name)
        row["o3_max"] = _maximum(mine["o3"]) if "o3" in mine else np.nan
        highest = _maximum(mine["eight"])
        enough = mine["eight"].notna().sum() >= LEAST_8H_MEANS
        row["o3_8h_max"] = highest if enough or highest > OZONE_LIMIT else np.nan
        days.append(row)
    return pd.DataFrame(days)


def _hour_numbers(time: pd.Series[pd.Timestamp]) -> NDArray[np.int64]:
    """Count local hours from a common beginning; midnight is a multiple of 24."""
    start = pd.Timestamp("1970-01-01")
    naive = time.dt.tz_localize(None) if time.dt.tz is not None else time
    return np.asarray((naive - start) // pd.Timedelta(1, "h"), dtype=np.int64)


def _mean_of(rows: pd.DataFrame, name: str) -> float:
    """Average a day where enough of its hours are there."""
    if name not in rows:
        return float("nan")
    values = rows[name].dropna()
    return float(values.mean()) if len(values) >= LEAST_OF_24 else float("nan")


def _maximum(values: pd.Series[float]) -> float:
    """Give the largest value; NaN where there is none."""
    return float(values.max()) if values.notna().any() else float("nan")
