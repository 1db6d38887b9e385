"""Columns of a track table as values: times, degrees, speeds, headings, spraying or not."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.readers.cells import CellError, as_number, as_text, is_blank
from qxgeo.readers.tracks.model import LOCAL_ZONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from qxgeo.readers.tracks.model import FaultList

    Floats = NDArray[np.float64]

_ZONE = ZoneInfo(LOCAL_ZONE)
_TIME = re.compile(
    r"(?P<y>\d{4})[-/.年]?(?P<m>\d{1,2})[-/.月]?(?P<d>\d{1,2})日?[T\s]*"
    r"(?P<h>\d{1,2})[:时点]?(?P<min>\d{2})(?:[:分]?(?P<s>\d{2}(?:\.\d+)?))?秒?分?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}(?:\.\d+)?|\d{13}")
_PLAIN_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_ON = frozenset(
    (
        *(
            "开",
            "开启",
            "打开",
            "洒水",
            "洒水中",
            "喷水",
            "喷水中",
            "作业",
            "作业中",
            "喷洒",
            "喷洒中",
        ),
        *("工作", "工作中", "有", "是", "on", "1", "true", "yes", "y", "t", "spraying", "open"),
    )
)
_OFF = frozenset(
    (
        *(
            "关",
            "关闭",
            "停",
            "停止",
            "未洒水",
            "不洒水",
            "停洒",
            "未喷水",
            "停喷",
            "未作业",
            "非作业",
        ),
        *(
            "行驶",
            "空驶",
            "停车",
            "未喷洒",
            "无",
            "否",
            "off",
            "0",
            "false",
            "no",
            "n",
            "f",
            "closed",
        ),
        *("转场", "回场", "加水", "熄火"),
    )
)
_MEND_POSITION = Text("没有定位的记录请删去", "leave out records without a position")
_MICRO = 1e6  # vehicle terminals write degrees times a million (JT/T 808)


def read_times(cells: pd.Series[Any], rows: NDArray[np.int64], faults: FaultList) -> Floats:
    """Read local times, or those that name their zone.

    Parameters
    ----------
    cells
        As read; a series of texts of one plain form is read at once.
    rows
        Row of each cell.
    faults
        Takes what cannot be read.

    Returns
    -------
    time_s
        Seconds since 1970 UTC, NaN where a cell is at fault.
    """
    for form in _PLAIN_FORMATS:
        parsed = pd.to_datetime(cells, format=form, errors="coerce")
        if parsed.notna().all():
            local = parsed.dt.tz_localize(LOCAL_ZONE, ambiguous="NaT", nonexistent="NaT")
            if local.notna().all():
                return _seconds(local)
    return _each(cells, rows, faults, as_time)


def _seconds(times: pd.Series[Any]) -> Floats:
    """Give seconds since 1970 UTC."""
    since = times - pd.Timestamp(0, tz="UTC")
    return np.asarray(since.dt.total_seconds(), np.float64)


def as_time(value: object) -> float:
    """Read one time: a date cell, a text in the usual forms, seconds or milliseconds since 1970.

    Parameters
    ----------
    value
        Cell as the file's reader gives it.

    Returns
    -------
    time_s
        Seconds since 1970 UTC; a time without a zone is taken as Beijing time.

    Raises
    ------
    CellError
        If it is blank, or no time.
    """
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=_ZONE)).timestamp()
    if is_blank(value):
        raise CellError(Text("没有时间", "the time is missing"), _MEND_TIME)
    text = unicodedata.normalize("NFKC", str(as_text(value)))
    if _EPOCH.fullmatch(text):
        number = float(text)
        return number / 1e3 if number >= 1e12 else number  # noqa: PLR2004 - milliseconds
    match = _TIME.fullmatch(text.strip())
    try:
        if match is not None and _FIRST_YEAR <= int(match["y"]) < _LAST_YEAR:
            return _to_seconds(match)
    except ValueError:
        pass  # 2023-02-30 25:00 has the form of a time and is none
    raise CellError(Text(f"“{text}”不是时间", f'"{text}" is no time'), _MEND_TIME)


_MEND_TIME = Text("请写成 2024-01-01 13:20:05", "write it as 2024-01-01 13:20:05")


def _to_seconds(match: re.Match[str]) -> float:
    """Turn the parts of a time into seconds."""
    second = float(match["s"] or 0)
    zone: dt.tzinfo = _ZONE
    if match["zone"]:
        sign = match["zone"].replace(":", "").upper()
        ahead = 0 if sign in {"Z", "UTC"} else int(sign[1:3]) * 60 + int(sign[3:5])
        zone = dt.timezone(dt.timedelta(minutes=-ahead if sign.startswith("-") else ahead))
    year, month, day, hour, minute = (int(match[name]) for name in ("y", "m", "d", "h", "min"))
    moment = dt.datetime(year, month, day, hour, minute, tzinfo=zone)
    return moment.timestamp() + second


def read_degrees(
    cells: pd.Series[Any], rows: NDArray[np.int64], faults: FaultList, *, most: float
) -> tuple[Floats, bool]:
    """Read longitudes or latitudes, also in millionths of a degree.

    Parameters
    ----------
    cells
        As read.
    rows
        Row of each cell.
    faults
        Takes what cannot be read.
    most
        180 or 90.

    Returns
    -------
    degrees, is_micro
        NaN where a cell is at fault; whether the file counts in millionths, as terminals do.
    """
    values = _numbers(cells, rows, faults, is_required=True)
    known = values[np.isfinite(values) & (values != 0)]
    is_micro = bool(len(known)) and float(np.median(np.abs(known))) > 1e3 * most
    values = values / _MICRO if is_micro else values
    bad = np.flatnonzero((np.abs(values) > most) | (values == 0))
    for place in bad:
        problem = Text(f"{values[place]:g} 不是度数", f"{values[place]:g} is no degree")
        mend = _MEND_POSITION
        if values[place] == 0:
            problem = Text("坐标为 0：没有定位", "the position is 0: there was no fix")
        faults.add(int(rows[place]), str(cells.name), problem, mend)
    values[bad] = np.nan
    return values, is_micro


def read_numbers(
    cells: pd.Series[Any],
    rows: NDArray[np.int64],
    faults: FaultList,
    *,
    least: float,
    most: float,
) -> Floats:
    """Read speeds or headings.

    Parameters
    ----------
    cells
        As read.
    rows
        Row of each cell.
    faults
        Takes what cannot be read; the row is kept without the number.
    least, most
        What can be meant.

    Returns
    -------
    values
        NaN where blank or at fault.
    """
    values = _numbers(cells, rows, faults, is_required=False)
    bad = np.flatnonzero((values < least) | (values > most))
    for place in bad:
        problem = Text(f"{values[place]:g} 不合理", f"{values[place]:g} cannot be meant")
        mend = Text(f"应在 {least:g} 到 {most:g} 之间", f"must be {least:g} to {most:g}")
        faults.add(int(rows[place]), str(cells.name), problem, mend)
    values[bad] = np.nan
    return values


def read_spraying(
    cells: pd.Series[Any], rows: NDArray[np.int64], faults: FaultList
) -> pd.array.BooleanArray:  # type: ignore[name-defined]  # pandas-stubs hide it
    """Read whether a cart sprays.

    Parameters
    ----------
    cells
        As read.
    rows
        Row of each cell.
    faults
        Takes words that are not known; the row is kept without an answer.

    Returns
    -------
    is_spraying
        <NA> where blank or unknown.
    """
    words = cells.map(lambda one: None if is_blank(one) else _word(one))
    answers: dict[object, bool] = {**dict.fromkeys(_ON, True), **dict.fromkeys(_OFF, False)}
    for place in np.flatnonzero(words.notna() & ~words.isin(list(answers))):
        problem = Text(f"“{words.iloc[place]}”看不懂", f'"{words.iloc[place]}" is not understood')
        mend = Text("请写 开 / 关", "write on / off")
        faults.add(int(rows[place]), str(cells.name), problem, mend)
    return pd.array([answers.get(word) for word in words], dtype="boolean")


def _word(value: object) -> str:
    """Reduce a cell to the word it is known by."""
    return unicodedata.normalize("NFKC", str(as_text(value))).casefold().replace(" ", "")


def _numbers(
    cells: pd.Series[Any], rows: NDArray[np.int64], faults: FaultList, *, is_required: bool
) -> Floats:
    """Read numbers, the plain ones at once."""
    values = np.array(pd.to_numeric(cells, errors="coerce"), dtype=np.float64)
    for place in np.flatnonzero(~np.isfinite(values)):
        values[place] = np.nan
        if is_required and is_blank(cells.iloc[place]):
            problem = Text("没有坐标", "the position is missing")
            faults.add(int(rows[place]), str(cells.name), problem, _MEND_POSITION)
            continue
        try:
            number = as_number(cells.iloc[place])
        except CellError as error:
            faults.add(int(rows[place]), str(cells.name), error.problem, error.mend)
            continue
        values[place] = np.nan if number is None else number
    return values


def _each(
    cells: pd.Series[Any],
    rows: NDArray[np.int64],
    faults: FaultList,
    convert: Callable[[object], float],
) -> Floats:
    """Convert cell by cell."""
    values = np.full(len(cells), np.nan)
    for place, value in enumerate(cells):
        try:
            values[place] = convert(value)
        except CellError as error:
            faults.add(int(rows[place]), str(cells.name), error.problem, error.mend)
    return values
