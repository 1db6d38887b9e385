"""What registries write into station names: reference points, and when a station was stopped."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from qxgeo.errors import Text
from qxgeo.readers.cells import is_blank

if TYPE_CHECKING:
    import geopandas as gpd

CLOSED = "停运"
_REMARK = re.compile(r"\s*[(（]([^()（）]*)[)）]\s*$")
_STOPPED = re.compile(r"停运|停用|撤销|关闭")
_STARTED = re.compile(r"启用|新增|投运")
_DIGITS = re.compile(r"(?<!\d)(?:(\d{4})(\d{2})(\d{2})|(\d{2})(\d{2})(\d{2}))(?!\d)")
_REFERENCE = re.compile(r"对照点|清洁对照|背景点")


def interpret_station_names(
    stations: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    """Move the remarks at the end of station names into columns of their own.

    "定陵(对照点)" is a reference point named 定陵; "天山路(停运150702)" was stopped on 2015-07-02;
    "武警支队(启用161031)" counts from 2016-10-31. Dates of six digits are of this century. Columns
    that the file fills itself are not overwritten; a remark that contradicts them is noted. Other
    remarks in brackets stay in the name.

    Parameters
    ----------
    stations
        Columns of `schemas.STATIONS`.

    Returns
    -------
    stations, notes
        New table on the same index, with `name`, `is_reference_point`, `status`, `valid_from` and
        `valid_to` filled; notes name the stopped stations and what contradicts.
    """
    columns = ("name", "is_reference_point", "status", "valid_from", "valid_to")
    out = {column: stations[column].tolist() for column in columns}
    stopped: list[str] = []
    contradictions: list[str] = []
    for place, (key, name) in enumerate(zip(stations["station_id"], out["name"], strict=True)):
        match = None if is_blank(name) else _REMARK.search(name)
        found = _understand(match[1]) if match else {}
        if match is None or not found:
            continue
        if "status" in found:
            stopped.append(f"{key} {name}")
        out["name"][place] = name[: match.start()] or name
        for column, value in found.items():
            if is_blank(out[column][place]):
                out[column][place] = value
            elif column != "status" and out[column][place] != value:
                contradictions.append(f"{key} {name}")
    filled = {
        column: pd.Series(values, index=stations.index, dtype=stations[column].dtype)
        for column, values in out.items()
    }
    return stations.assign(**filled), _notes(stopped, contradictions)


def _understand(remark: str) -> dict[str, Any]:
    """Read one remark as values of columns; empty where it says something else."""
    day = _day(remark)
    found: dict[str, Any] = {}
    if _REFERENCE.search(remark):
        found["is_reference_point"] = True
    if _STOPPED.search(remark):
        found |= {"status": CLOSED} | ({"valid_to": day} if day is not None else {})
    elif _STARTED.search(remark) and day is not None:
        found["valid_from"] = day
    return found


def _day(remark: str) -> pd.Timestamp | None:
    """Read 20190315 or 150702 out of a remark."""
    match = _DIGITS.search(remark)
    if match is None:
        return None
    long, short = match.groups()[:3], match.groups()[3:]
    year, month, day = (int(part) for part in (long if long[0] else short))
    try:
        return pd.Timestamp(dt.date(year if long[0] else 2000 + year, month, day))
    except ValueError:
        return None


def _notes(stopped: list[str], contradictions: list[str]) -> tuple[Text, ...]:
    """Name what was understood and what contradicts."""
    notes = []
    if stopped:
        notes.append(
            Text(
                f"{len(stopped)} 个站点按名称记为停运：{_listed(stopped, '、')}",
                f"{len(stopped)} stations are stopped by their name: {_listed(stopped, ', ')}",
            )
        )
    if contradictions:
        notes.append(
            Text(
                f"名称中的备注与列不一致，以列为准：{_listed(contradictions, '、')}",
                "remarks in names contradict the columns, which were taken: "
                f"{_listed(contradictions, ', ')}",
            )
        )
    return tuple(notes)


def _listed(labels: list[str], separator: str) -> str:
    """List a few."""
    shown = separator.join(labels[:5])
    return shown if len(labels) <= 5 else f"{shown} …"  # noqa: PLR2004  a line's worth
