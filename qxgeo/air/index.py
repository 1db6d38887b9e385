"""Individual indices, the air quality index of an hour or a day, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.air.standard import POLLUTANTS
from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.air.standard import AirStandard

    Floats = NDArray[np.float64]

NO_PRIMARY = 50.0  # up to it the air has no primary pollutant (HJ 633, 3.5 of both editions)
_ROUNDING = 1e-9  # an exact 100 that floats make 100.00000000000001 is no 101
# What an hour's and a day's index take, first choice first. Particles have no hourly limits: hours
# are published against those of 24 h (notes of data/air).
HOURLY: dict[str, tuple[tuple[str, str], ...]] = {
    "pm2_5": (("pm2_5", "24h"),),
    "pm10": (("pm10", "24h"),),
    "so2": (("so2", "1h"), ("so2_24h", "24h")),
    "no2": (("no2", "1h"),),
    "co": (("co", "1h"),),
    "o3": (("o3", "1h"),),
}
DAILY: dict[str, tuple[tuple[str, str], ...]] = {
    "pm2_5": (("pm2_5_24h", "24h"),),
    "pm10": (("pm10_24h", "24h"),),
    "so2": (("so2_24h", "24h"),),
    "no2": (("no2_24h", "24h"),),
    "co": (("co_24h", "24h"),),
    "o3": (("o3_8h_max", "8h"), ("o3_max", "1h")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AirIndex:
    """Indices of n hours or days.

    Attributes
    ----------
    individual
        By pollutant, shape (n,); NaN where there is no value.
    aqi
        The largest of them, shape (n,); NaN where there is none at all.
    primary
        Pollutants at the largest index, joined by ", "; "" up to 50 and where there is no index.
    missing
        Pollutants without an index, joined by ", ": with any of them the index is a lower bound. A
        concentration of 0 gives none: an instrument that works reports at least its last digit.
    """

    individual: Mapping[str, Floats]
    aqi: Floats
    primary: NDArray[np.object_]
    missing: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Grade:
    """One of the six grades."""

    number: int
    name: Text
    colour: str


# HJ 633, table 2 and its colours (RGB).
GRADES = (
    Grade(1, Text("优", "excellent"), "#00e400"),
    Grade(2, Text("良", "good"), "#ffff00"),
    Grade(3, Text("轻度污染", "light pollution"), "#ff7e00"),
    Grade(4, Text("中度污染", "moderate pollution"), "#ff0000"),
    Grade(5, Text("重度污染", "heavy pollution"), "#99004c"),
    Grade(6, Text("严重污染", "severe pollution"), "#7e0023"),
)
_GRADE_ENDS = (50.0, 100.0, 150.0, 200.0, 300.0)


def individual_index(
    standard: AirStandard, pollutant: str, average: str, concentration: Floats
) -> Floats:
    """Compute individual indices.

    Parameters
    ----------
    standard
        The edition in force.
    pollutant
        One of `standard.POLLUTANTS`.
    average
        ``1h``, ``8h`` or ``24h``.
    concentration
        ug/m3, carbon monoxide mg/m3, shape (n,); NaN where there is none.

    Returns
    -------
    index
        Whole numbers, rounded up, shape (n,). NaN where the concentration is NaN or below 0, and
        above the last limit where the standard lets another averaging time decide.

    Source
    ------
    HJ 633, formula (1) and table 1.
    """
    scale = standard.scales[pollutant, average]
    index = np.asarray(standard.index[: len(scale.limits)])
    value = np.asarray(concentration, dtype=np.float64)
    found = np.ceil(np.interp(value, scale.limits, index) - _ROUNDING)
    above = value > scale.limits[-1]
    if scale.beyond == "top":
        found[above] = standard.index[-1]
    elif scale.beyond == "other":
        found[above] = np.nan
    found[~(value >= 0)] = np.nan
    return np.asarray(np.abs(found))  # the ceiling of -1e-9 is -0


def hourly_index(table: pd.DataFrame, standard: AirStandard) -> AirIndex:
    """Compute the indices of hours as the national centre publishes them.

    Parameters
    ----------
    table
        Columns of `readers.air_hours`; those that are absent count as missing.
    standard
        The edition in force.

    Returns
    -------
    index
        One entry per row.
    """
    return _combine(table, standard, HOURLY)


def daily_index(table: pd.DataFrame, standard: AirStandard) -> AirIndex:
    """Compute the indices of days.

    Parameters
    ----------
    table
        Columns of `means.daily_means`.
    standard
        The edition in force.

    Returns
    -------
    index
        One entry per row.
    """
    return _combine(table, standard, DAILY)


def grade_of(aqi: float) -> Grade | None:
    """Give the grade of an index; None where it is NaN.

    Parameters
    ----------
    aqi
        Air quality index.

    Returns
    -------
    grade
        1 to 6 with name and colour.

    Source
    ------
    HJ 633, table 2.
    """
    if np.isnan(aqi):
        return None
    return GRADES[int(np.searchsorted(_GRADE_ENDS, aqi))]


def _combine(
    table: pd.DataFrame,
    standard: AirStandard,
    choices: Mapping[str, tuple[tuple[str, str], ...]],
) -> AirIndex:
    """Take the first choice that gives an index, then the largest over the pollutants."""
    individual = {}
    for pollutant in POLLUTANTS:
        found = np.full(len(table), np.nan)
        for column, average in choices[pollutant]:
            if column not in table:
                continue
            value = table[column].to_numpy(dtype=np.float64)
            value = np.where(value > 0, value, np.nan)
            mine = individual_index(standard, pollutant, average, value)
            found = np.where(np.isnan(found), mine, found)
        individual[pollutant] = found
    stack = np.column_stack([individual[name] for name in POLLUTANTS])
    has_any = ~np.isnan(stack).all(axis=1)
    aqi = np.full(len(table), np.nan)
    aqi[has_any] = np.nanmax(stack[has_any], axis=1)
    is_primary = (stack == aqi[:, None]) & (aqi[:, None] > NO_PRIMARY)
    return AirIndex(
        individual=individual,
        aqi=aqi,
        primary=_names(is_primary),
        missing=_names(np.isnan(stack)),
    )


def _names(chosen: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Join the names of the chosen pollutants, row by row."""
    names = [", ".join(np.asarray(POLLUTANTS)[row]) for row in chosen]
    return np.asarray(names, dtype=object).reshape(len(chosen))
