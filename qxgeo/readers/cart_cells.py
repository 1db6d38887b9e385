"""Cells of a carts' file: units in headings or in columns of their own, and times of the day."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.readers.cells import CellError, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_BRACKETS = re.compile(r"(?P<base>.*?)\s*[(\[【](?P<unit>[^)\]】]*)[)\]】]\s*")
_CLOCK = re.compile(
    r"(?P<next>次日|翌日|第二天|\+1\s*)?\s*(?P<hour>\d{1,2})\s*[:点时]\s*(?:(?P<minute>\d{1,2})\s*分?)?"
    r"(?:\s*:\s*(?P<second>\d{1,2}))?"
)
_HOUR_S = 3_600.0
_DAY_H = 24
_MOST_H = 48
_SIXTY = 60


def plain(text: str) -> str:
    """Reduce a heading, a unit or a sheet's name to what it is compared by.

    Parameters
    ----------
    text
        As the file has it.

    Returns
    -------
    text
        Without case, blanks, underscores and hyphens.
    """
    return re.sub(r"[\s_\-]", "", unicodedata.normalize("NFKC", text).casefold())


def part_heading(heading: str) -> tuple[str, str]:
    """Part a heading from the unit in brackets behind it.

    Parameters
    ----------
    heading
        Such as 罐容（m³）.

    Returns
    -------
    base, unit
        Reduced by `plain`; the unit is blank where there is none.
    """
    match = _BRACKETS.fullmatch(unicodedata.normalize("NFKC", heading))
    if match is None:
        return plain(heading), ""
    return plain(match["base"]), plain(match["unit"])


def unit_factor(unit: str, units: Mapping[str, float]) -> float | None:
    """Give what one of a unit is in the house's unit.

    Parameters
    ----------
    unit
        As written.
    units
        Known ones.

    Returns
    -------
    factor
        None where the unit is not known.
    """
    wanted = plain(unit)
    return next((factor for name, factor in units.items() if plain(name) == wanted), None)


def as_clock(value: Any) -> float | None:  # noqa: ANN401  a cell may hold anything
    """Read a time of the day.

    Parameters
    ----------
    value
        ``06:30``, ``6点30分``, ``次日06:00``, ``30:00``, a time or a share of a day as a
        spreadsheet keeps it.

    Returns
    -------
    seconds
        Since midnight; the day after begins at 86,400. None for a blank cell.

    Raises
    ------
    CellError
        If it is no time of the day.
    """
    if isinstance(value, dt.datetime):
        value = value.time()
    if isinstance(value, dt.time):
        return value.hour * _HOUR_S + value.minute * _SIXTY + value.second
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, float) and 0 <= value <= 1:
        return float(round(value * _DAY_H * _SIXTY) * _SIXTY)
    text = as_text(value)
    if text is None:
        return None
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).strip())
    hour = int(match["hour"]) if match else -1
    minute, second = (int((match and match[key]) or 0) for key in ("minute", "second"))
    if match and match["next"]:
        hour += _DAY_H
    if not (0 <= hour <= _MOST_H and minute < _SIXTY and second < _SIXTY):
        raise CellError(
            Text(f"“{text}”不是钟点", f'"{text}" is no time of the day'),
            Text("写作 06:30，第二天写作 次日06:30", "write 06:30, and 30:30 for the next day"),
        )
    return hour * _HOUR_S + minute * _SIXTY + second
