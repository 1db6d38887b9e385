"""The running day: hours on a grid without gaps, and the index of the last 24 of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.air.index import daily_index, hourly_index
from qxgeo.air.means import LEAST_8H_MEANS, LEAST_OF_8, LEAST_OF_24
from qxgeo.air.standard import POLLUTANTS, standard_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.air.index import AirIndex
    from qxgeo.air.standard import AirStandard

_DAY_H, _EIGHT_H = 24, 8


def fill_hours(hours: pd.DataFrame, *, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Put the hours of one station on a grid, NaN where there is no row.

    Parameters
    ----------
    hours
        ``time`` (full local hours, none twice) and pollutants.
    first, last
        Both belong to the grid.

    Returns
    -------
    grid
        One row per hour: ``time`` and `standard.POLLUTANTS`; range index.
    """
    times = pd.date_range(first, last, freq="h")
    there = [name for name in POLLUTANTS if name in hours]
    grid = hours.set_index("time")[there].reindex(times).reindex(columns=list(POLLUTANTS))
    return grid.astype("float64").rename_axis("time").reset_index()


def average_stations(grids: list[pd.DataFrame], *, least_share: float) -> pd.DataFrame:
    """Average stations hour by hour.

    Parameters
    ----------
    grids
        From `fill_hours`, all of the same hours; at least one.
    least_share
        Share of the stations that must have a value.

    Returns
    -------
    grid
        The same columns; NaN where too few stations have a value.
    """
    stack = np.stack([grid[list(POLLUTANTS)].to_numpy(np.float64) for grid in grids])
    count = (~np.isnan(stack)).sum(axis=0)
    total = np.nansum(stack, axis=0)
    enough = (count > 0) & (count >= least_share * len(grids) - 1e-9)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(enough, total / count, np.nan)
    return grids[0][["time"]].join(pd.DataFrame(means, columns=list(POLLUTANTS)))


def index_running_days(grid: pd.DataFrame) -> pd.DataFrame:
    """Compute the index of the 24 hours that end with each hour, and of the hour itself.

    Parameters
    ----------
    grid
        From `fill_hours`.

    Returns
    -------
    indices
        ``time``; ``aqi``, ``primary`` and ``missing`` of the hour; ``day_aqi``, ``day_primary``
        and ``day_missing`` of the running day, by the completeness of a calendar day (20 of 24
        hours; ozone 14 means over 8 h). The edition is that of each hour's own date.
    """
    values = grid[list(POLLUTANTS)].where(grid[list(POLLUTANTS)] > 0)
    day = pd.DataFrame(index=grid.index)
    for name in POLLUTANTS:
        if name != "o3":
            day[f"{name}_24h"] = values[name].rolling(_DAY_H, min_periods=LEAST_OF_24).mean()
    eight = values["o3"].rolling(_EIGHT_H, min_periods=LEAST_OF_8).mean()
    day["o3_8h_max"] = eight.rolling(_DAY_H, min_periods=LEAST_8H_MEANS).max()
    day["o3_max"] = values["o3"].rolling(_DAY_H, min_periods=LEAST_OF_24).max()
    hour_columns = _by_edition(grid, values, hourly_index)
    day_columns = _by_edition(grid, day, daily_index)
    return pd.DataFrame(
        {
            "time": grid["time"],
            **hour_columns,
            **{f"day_{name}": column for name, column in day_columns.items()},
        }
    )


def _by_edition(
    grid: pd.DataFrame,
    table: pd.DataFrame,
    compute: Callable[[pd.DataFrame, AirStandard], AirIndex],
) -> dict[str, pd.Series]:
    """Compute indices by the edition in force on each row's day."""
    ended = grid["time"] - pd.Timedelta(1, "h")  # 0:00 closes the day before
    editions = ended.dt.date.map(lambda day: standard_on(day).standard_id)
    columns: dict[str, pd.Series] = {
        "aqi": pd.Series(float("nan"), index=grid.index),
        "primary": pd.Series("", index=grid.index, dtype=object),
        "missing": pd.Series("", index=grid.index, dtype=object),
    }
    for edition in editions.unique():
        rows = editions == edition
        index = compute(table[rows], standard_on(ended[rows].iloc[0].date()))
        for name, column in columns.items():
            column[rows] = getattr(index, name)
    return columns
