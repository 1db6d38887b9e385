"""What registries write into station names: reference points, and when a station was stopped."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Text

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
    out = {column: stations[column].copy() for column in columns}
    stopped: list[str] = []
    contradictions: list[str] = []
    for key, name in stations["name"].dropna().items():
        match = _REMARK.search(str(name))
        if match is None:
            continue
        label = f"{stations.at[key, 'station_id']} {name}"
        remark = match[1]
        day = _day(remark)
        found: dict[str, object] = {}
        if _REFERENCE.search(remark):
            found["is_reference_point"] = True
        if _STOPPED.search(remark):
            found["status"] = CLOSED
            stopped.append(label)
            if day is not None:
                found["valid_to"] = day
        elif _STARTED.search(remark) and day is not None:
            found["valid_from"] = day
        if not found:
            continue
        out["name"].at[key] = _REMARK.sub("", str(name)) or str(name)
        for column, value in found.items():
            if pd.isna(out[column].at[key]):
                out[column].at[key] = value
            elif column != "status" and out[column].at[key] != value:
                contradictions.append(label)
    return stations.assign(**out), _notes(stopped, contradictions)


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
