"""Tracks in delimited files and workbooks, one row per position."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.readers.cells import as_text, is_blank
from qxgeo.readers.tabular import list_sheets, read_delimited, read_workbook
from qxgeo.readers.tracks.cells import read_degrees, read_numbers, read_spraying, read_times
from qxgeo.readers.tracks.headings import (
    HEADINGS,
    REQUIRED,
    is_in_metres_per_second,
    known_words,
    match_headings,
)
from qxgeo.readers.tracks.model import FaultList

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from qxgeo.readers.raw import Raw

_TEXT_ENDINGS = (".csv", ".tsv", ".txt")
_MOST_KMH = 200.0
_CLOCK_LENGTH = 12  # of a time of day, with milliseconds
_PER_MS = 3.6
_TITLES = {
    "time": Text("时间", "time"),
    "lon": Text("经度", "longitude"),
    "lat": Text("纬度", "latitude"),
}

Part = tuple[pd.DataFrame, tuple[Fault, ...], int, tuple[Text, ...]]


def read_table_file(path: Path) -> list[Part]:
    """Read a delimited file, or every filled sheet of a workbook.

    Parameters
    ----------
    path
        File.

    Returns
    -------
    parts
        Table, faults, rows refused and notes of each sheet.

    Raises
    ------
    ReadError
        If it cannot be opened or holds nothing.
    SchemaError
        If a column is missing.
    """
    if path.suffix.lower() in _TEXT_ENDINGS:
        return [read_cells(read_delimited(path, file=path.name, known=known_words()), path.stem)]
    sheets = list_sheets(path, file=path.name)
    chosen: tuple[str | None, ...] = sheets if len(sheets) > 1 else (None,)
    raws = [
        read_workbook(path, file=path.name, known=known_words(), sheet=sheet) for sheet in chosen
    ]
    if len(raws) > 1:  # a sheet of remarks beside the tracks is no track
        tracks = [raw for raw in raws if set(REQUIRED) <= set(match_headings(raw.cells.columns))]
        raws = tracks or raws[:1]
    return [read_cells(raw, path.stem) for raw in raws]


def read_cells(raw: Raw, stem: str) -> Part:
    """Turn the cells of a table into positions.

    Parameters
    ----------
    raw
        As read.
    stem
        Name of the cart where the table has no such column.

    Returns
    -------
    part
        Table with `TRACK_COLUMNS`, faults, rows refused, notes.

    Raises
    ------
    SchemaError
        If time or position have no column.
    """
    found = match_headings(raw.cells.columns)
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise SchemaError([_missing(raw, name) for name in missing])
    faults, rows = FaultList(raw.file), raw.rows
    cells = {name: raw.cells[heading] for name, heading in found.items()}
    time_s = read_times(_whole_times(cells), rows, faults)
    lon, is_micro = read_degrees(cells["lon"], rows, faults, most=180.0)
    lat, _ = read_degrees(cells["lat"], rows, faults, most=90.0)
    table = pd.DataFrame(
        {
            "cart_id": _names(cells.get("cart_id"), stem, len(rows)),
            "time_s": time_s,
            "lon": lon,
            "lat": lat,
            "speed_kmh": _speeds(cells.get("speed_kmh"), rows, faults),
            "heading_deg": _headings(cells.get("heading_deg"), rows, faults),
            "is_spraying": pd.array([None] * len(rows), dtype="boolean")
            if "is_spraying" not in cells
            else read_spraying(cells["is_spraying"], rows, faults),
            "file": raw.file,
            "row": rows,
        }
    )
    _refuse_swapped(raw, cells, lat)
    is_read = np.isfinite(time_s) & np.isfinite(lon) & np.isfinite(lat)
    return table[is_read], faults.listed(), int((~is_read).sum()), _notes(raw, found, is_micro)


def _refuse_swapped(raw: Raw, cells: dict[str, pd.Series[Any]], lat: NDArray[np.float64]) -> None:
    """Refuse a table whose longitudes stand under the heading of the latitudes.

    Raises
    ------
    SchemaError
        If all its latitudes are longitudes of China.
    """
    if np.isfinite(lat).any():
        return
    numbers = pd.to_numeric(cells["lat"], errors="coerce")
    if not numbers.between(90.0, 140.0).any():
        return
    fault = Fault(
        file=raw.file,
        column=str(cells["lat"].name),
        problem=Text("纬度列里是经度", "the column of latitudes holds longitudes"),
        mend=Text("经度和纬度两列写反了，请对调", "swap the headings of longitude and latitude"),
    )
    raise SchemaError(fault)


def _notes(raw: Raw, found: dict[str, str], is_micro: bool) -> tuple[Text, ...]:  # noqa: FBT001 - private
    """Say what was taken as given."""
    notes = list(raw.notes)
    if "cart_id" not in found:
        notes.append(
            Text(
                f"{raw.file}：没有车号列，以文件名为车号",
                f"{raw.file}: no column names the cart; the file's name is taken",
            )
        )
    if is_micro:
        notes.append(
            Text(
                f"{raw.file}：坐标为百万分之一度（JT/T 808），已除以 1000000",
                f"{raw.file}: positions in millionths of a degree (JT/T 808) were divided",
            )
        )
    return tuple(notes)


def _missing(raw: Raw, name: str) -> Fault:
    """Say which column is missing, and what there is."""
    title, headings = _TITLES[name], "、".join(map(str, raw.cells.columns[:12]))
    words = " / ".join(HEADINGS[name][:3])
    return Fault(
        file=raw.file,
        column=title.zh,
        problem=Text(
            f"轨迹缺少{title.zh}列，表头有：{headings}",
            f"the track has no column for the {title.en}; there are: {headings}",
        ),
        mend=Text(f"请把该列命名为 {words}", f"name the column one of {words}"),
    )


def _whole_times(cells: dict[str, pd.Series[Any]]) -> pd.Series[Any]:
    """Join a column of days with one of times of day."""
    times = cells["time"]
    if "date" not in cells or cells["date"].name == times.name:
        return times
    if not times.map(
        lambda one: isinstance(one, dt.time) or len(str(one).strip()) <= _CLOCK_LENGTH
    ).all():
        return times  # whole times stand beside the day
    joined = [
        None if is_blank(day) or is_blank(time) else f"{as_text(day)} {str(time).strip()}"
        for day, time in zip(cells["date"], times, strict=True)
    ]
    return pd.Series(joined, index=times.index, name=times.name, dtype=object)


def _names(cells: pd.Series[Any] | None, stem: str, count: int) -> list[str]:
    """Give the cart of each row; a blank one goes by the file's name."""
    if cells is None:
        return [stem] * count
    names = {value: as_text(value) or stem for value in cells.unique()}
    return [names[value] for value in cells]


def _speeds(
    cells: pd.Series[Any] | None, rows: NDArray[np.int64], faults: FaultList
) -> NDArray[np.float64]:
    """Read speeds in km/h."""
    if cells is None:
        return np.full(len(rows), np.nan)
    factor = _PER_MS if is_in_metres_per_second(str(cells.name)) else 1.0
    return factor * read_numbers(cells, rows, faults, least=0.0, most=_MOST_KMH / factor)


def _headings(
    cells: pd.Series[Any] | None, rows: NDArray[np.int64], faults: FaultList
) -> NDArray[np.float64]:
    """Read headings in degrees."""
    if cells is None:
        return np.full(len(rows), np.nan)
    return np.mod(read_numbers(cells, rows, faults, least=-360.0, most=360.0), 360.0)
