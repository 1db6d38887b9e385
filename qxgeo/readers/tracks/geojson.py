"""Tracks in GeoJSON: a point per position, or lines with a time per vertex."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, ReadError, Text
from qxgeo.readers.files import decode, read_fault
from qxgeo.readers.raw import Raw
from qxgeo.readers.tracks.headings import match_headings
from qxgeo.readers.tracks.tables import read_cells

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Part = tuple[pd.DataFrame, tuple[Fault, ...], int, tuple[Text, ...]]

_TIMES = ("times", "time", "coordtimes", "coordinatetimes", "timestamps", "时间")


def read_geojson_file(path: Path) -> list[Part]:
    """Read the positions of a GeoJSON file.

    Parameters
    ----------
    path
        Features of points with a time each, or of lines with an array of times (``times``,
        ``coordTimes``; also inside ``coordinateProperties``), one per vertex. Arrays of the same
        length under the usual headings are speeds, headings, spraying.

    Returns
    -------
    parts
        One: table, faults, positions refused, notes. Positions are numbered from 1.

    Raises
    ------
    ReadError
        If it is no GeoJSON, or a line has not a time for every vertex.
    SchemaError
        If points have no time.
    """
    text, notes = decode(path.read_bytes(), file=path.name)
    try:
        document = json.loads(text)
        features = document.get("features", [document])
        records = [one for feature in features for one in _positions(feature, path.name)]
    except ReadError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        problem = Text("不是完好的 GeoJSON 文件", "this is no intact GeoJSON file")
        mend = Text("请重新导出", "export it again")
        raise ReadError(read_fault(path.name, problem, mend)) from error
    if not records:
        return []
    cells = pd.DataFrame(records, dtype=object)
    rows = np.arange(1, len(cells) + 1, dtype=np.int64)
    return [read_cells(Raw(file=path.name, cells=cells, rows=rows, notes=notes), path.stem)]


def _positions(feature: dict[str, Any], file: str) -> Iterator[dict[str, Any]]:
    """Give the cells of each position of a feature.

    Raises
    ------
    ReadError
        If a line has not a time for every vertex.
    """
    shape = feature.get("geometry") or {}
    properties = dict(feature.get("properties") or {})
    properties |= dict(properties.pop("coordinateProperties", None) or {})
    for name in [key for key in properties if key in {"lon", "lat", "经度", "纬度"}]:
        del properties[name]  # the geometry says where
    if shape.get("type") == "Point":
        lon, lat = shape["coordinates"][:2]
        yield {**properties, "lon": lon, "lat": lat}
        return
    if shape.get("type") not in {"LineString", "MultiLineString"}:
        return
    parts = shape["coordinates"] if shape["type"] == "MultiLineString" else [shape["coordinates"]]
    vertices = [vertex for part in parts for vertex in part]
    each = {
        key: _flat(value)
        for key, value in properties.items()
        if isinstance(value, list) and len(_flat(value)) == len(vertices)
    }
    if "time" not in match_headings(["time" if k.casefold() in _TIMES else k for k in each]):
        problem = Text(
            "轨迹线没有与每个折点对应的时间", "a track line has not a time for every vertex"
        )
        mend = Text(
            "请在属性 times 中给出与折点数相同的时间", "give as many times as vertices in times"
        )
        raise ReadError(read_fault(file, problem, mend))
    same = {key: value for key, value in properties.items() if not isinstance(value, (list, dict))}
    for place, vertex in enumerate(vertices):
        own = {
            ("time" if key.casefold() in _TIMES else key): values[place]
            for key, values in each.items()
        }
        yield {**same, **own, "lon": vertex[0], "lat": vertex[1]}


def _flat(value: list[Any]) -> list[Any]:
    """Take one level of nesting away, where there is one."""
    if value and all(isinstance(one, list) for one in value):
        return [inner for one in value for inner in one]
    return value
