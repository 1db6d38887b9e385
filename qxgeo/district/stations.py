"""Which stations count: national ones, with a position, in force on the day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

_NATIONAL_WORDS = re.compile(r"国控|国家|national", re.IGNORECASE)
_STOPPED_WORDS = re.compile(r"停运|停用|撤销|关闭|retired|closed|inactive", re.IGNORECASE)


def is_national(stations: gpd.GeoDataFrame) -> pd.Series[bool]:
    """Say which stations are national-control ones (国控站点).

    Parameters
    ----------
    stations
        Layer ``stations``; its `control_level` was filled in where the file leaves it blank. A
        table without that column holds national stations only.

    Returns
    -------
    national
        On the index of `stations`.
    """
    if "control_level" not in stations.columns:
        return pd.Series(data=True, index=stations.index)
    level = stations["control_level"].astype("string").fillna("")
    return level.str.contains(_NATIONAL_WORDS).astype(bool)


def has_position(stations: gpd.GeoDataFrame) -> pd.Series[bool]:
    """Say which stations have a position.

    Parameters
    ----------
    stations
        Layer ``stations``.

    Returns
    -------
    positioned
        On the index of `stations`.
    """
    return ~(stations.geometry.isna() | stations.geometry.is_empty)


def is_stopped_without_date(stations: gpd.GeoDataFrame) -> pd.Series[bool]:
    """Say which stations are marked as stopped while nobody says since when.

    Parameters
    ----------
    stations
        Layer ``stations``.

    Returns
    -------
    stopped
        On the index of `stations`.
    """
    stopped = pd.Series(data=False, index=stations.index)
    if "status" in stations.columns:
        status = stations["status"].astype("string").fillna("")
        stopped = status.str.contains(_STOPPED_WORDS).astype(bool)
    return stopped & _day(stations, "valid_to").isna()


def stations_in_force(stations: gpd.GeoDataFrame, as_of: date) -> gpd.GeoDataFrame:
    """Give the national-control stations that count on a day.

    A station counts from `valid_from` to `valid_to`, both days included; a blank date leaves that
    side open. One that is marked as stopped without a date does not count on any day, for nobody
    can say on which it did.

    Parameters
    ----------
    stations
        Layer ``stations``, EPSG:4326.
    as_of
        The day.

    Returns
    -------
    stations
        The rows that count, on their index; reference points (对照点) among them.
    """
    day = pd.Timestamp(as_of)
    begun = ~(_day(stations, "valid_from") > day)
    running = ~(_day(stations, "valid_to") < day)
    counts = (
        is_national(stations)
        & has_position(stations)
        & ~is_stopped_without_date(stations)
        & begun
        & running
    )
    return stations[counts]


def _day(stations: gpd.GeoDataFrame, column: str) -> pd.Series[pd.Timestamp]:
    """Give a column of days, blank where the table has none."""
    if column not in stations.columns:
        return pd.Series(data=pd.NaT, index=stations.index, dtype="datetime64[ns]")
    return pd.to_datetime(stations[column])
