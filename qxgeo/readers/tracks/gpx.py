"""Tracks in GPX files, of any version and with the usual extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, ReadError, Text
from qxgeo.readers.cells import CellError, as_number
from qxgeo.readers.files import read_fault
from qxgeo.readers.tracks.cells import as_time, read_spraying
from qxgeo.readers.tracks.model import FaultList, empty_tracks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Part = tuple[pd.DataFrame, tuple[Fault, ...], int, tuple[Text, ...]]

_PER_MS = 3.6  # GPX states speeds in metres per second
_SPRAYING = ("spraying", "is_spraying", "spray", "pump")
_COURSE = ("course", "heading", "bearing")


def read_gpx_file(path: Path) -> list[Part]:
    """Read the track points of a GPX file.

    Parameters
    ----------
    path
        File.

    Returns
    -------
    parts
        One: table, faults, points refused, notes. Points are numbered from 1. The cart is the
        track's name, the file's where it has none.

    Raises
    ------
    ReadError
        If it is no XML, or declares entities, which no GPX file needs.
    """
    data = path.read_bytes()
    if b"<!ENTITY" in data:
        raise ReadError(_broken(path.name, "entities"))
    try:
        root = ET.fromstring(data)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise ReadError(_broken(path.name, str(error))) from error
    faults, records, refused = FaultList(path.name), [], 0
    for row, (name, point) in enumerate(_points(root, path.stem), start=1):
        record = _read_point(point, name, row, faults)
        refused += record is None
        if record is not None:
            records.append(record)
    if not records and not refused:
        return []
    table = pd.DataFrame(records) if records else empty_tracks()
    if records:
        words = pd.Series([record["is_spraying"] for record in records], name="spraying")
        rows = np.array([record["row"] for record in records], np.int64)
        table["is_spraying"] = read_spraying(words, rows, faults)
        table["file"] = path.name
    return [(table, faults.listed(), refused, ())]


def _broken(file: str, why: str) -> Fault:
    """Say that a file cannot be read."""
    problem = Text(f"不是完好的 GPX 文件（{why}）", f"this is no intact GPX file ({why})")
    return read_fault(file, problem, Text("请重新导出", "export it again"))


def _local(element: ET.Element) -> str:
    """Give a tag without its namespace."""
    return element.tag.rpartition("}")[2].casefold()


def _points(root: ET.Element, stem: str) -> Iterator[tuple[str, ET.Element]]:
    """Give the points of every track with the name of the track."""
    for track in root:
        if _local(track) != "trk":
            continue
        names = [one.text for one in track if _local(one) == "name" and (one.text or "").strip()]
        name = str(names[0]).strip() if names else stem
        for point in track.iter():
            if _local(point) == "trkpt":
                yield name, point


def _read_point(
    point: ET.Element, name: str, row: int, faults: FaultList
) -> dict[str, object] | None:
    """Read a point, None where it has no time or place."""
    inner = {_local(one): (one.text or "").strip() for one in point.iter()}
    try:
        time_s = as_time(inner.get("time"))
        lon, lat = as_number(point.get("lon")), as_number(point.get("lat"))
    except CellError as error:
        faults.add(row, "trkpt", error.problem, error.mend)
        return None
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:  # noqa: PLR2004 - degrees
        problem, mend = (
            Text("没有坐标", "the position is missing"),
            Text("请删去该点", "leave it out"),
        )
        faults.add(row, "trkpt", problem, mend)
        return None
    return {
        "cart_id": name,
        "time_s": time_s,
        "lon": lon,
        "lat": lat,
        "speed_kmh": _number(inner, ("speed",)) * _PER_MS,
        "heading_deg": float(np.mod(_number(inner, _COURSE), 360.0)),
        "is_spraying": next((inner[key] for key in _SPRAYING if inner.get(key)), None),
        "file": faults.file,
        "row": row,
    }


def _number(inner: dict[str, str], keys: tuple[str, ...]) -> float:
    """Give the first number under a key, NaN where there is none."""
    for key in keys:
        try:
            number = as_number(inner.get(key))
        except CellError:
            continue
        if number is not None:
            return number
    return float("nan")
