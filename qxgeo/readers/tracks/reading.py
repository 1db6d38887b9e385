"""Files and folders of tracks, read together."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Fault, ReadError, Text
from qxgeo.readers.files import check_readable, read_fault, unpacked
from qxgeo.readers.tracks.geojson import read_geojson_file
from qxgeo.readers.tracks.gpx import read_gpx_file
from qxgeo.readers.tracks.model import TRACK_COLUMNS, Tracks
from qxgeo.readers.tracks.tables import read_table_file

if TYPE_CHECKING:
    from collections.abc import Iterable

Part = tuple[pd.DataFrame, tuple[Fault, ...], int, tuple[Text, ...]]

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_JSON = (".geojson", ".json")
TRACK_ENDINGS = (*_TABLES, ".gpx", *_JSON, ".zip")
_HOW = Text(
    "请给出 CSV、Excel、GPX 或 GeoJSON 轨迹文件", "give CSV, Excel, GPX or GeoJSON files of tracks"
)


def read_tracks(paths: Iterable[str | Path]) -> Tracks:
    """Read tracks of vehicles.

    Parameters
    ----------
    paths
        Files, or folders whose files with one of `TRACK_ENDINGS` are taken by name.

    Returns
    -------
    tracks
        Rows that can be read; what cannot is in its `faults`.

    Raises
    ------
    ReadError
        If a file is missing or of no known kind, or there is not one position in all of them.
    SchemaError
        If a table lacks a column.
    """
    files = [file for path in paths for file in _expand(Path(path))]
    if not files:
        raise ReadError(
            Fault(problem=Text("没有轨迹文件", "there is no file of tracks"), mend=_HOW)
        )
    parts = [part for file in files for part in _read_file(file)]
    faults = tuple(fault for part in parts for fault in part[1])
    tables = [part[0] for part in parts if len(part[0])]
    if not tables:
        named = "、".join(file.name for file in files)
        none = Fault(
            file=named,
            problem=Text("没有一个可用的轨迹点", "there is not one position that can be used"),
            mend=_HOW,
        )
        raise ReadError([none, *faults])
    table = pd.concat(tables, ignore_index=True)[list(TRACK_COLUMNS)].astype(TRACK_COLUMNS)
    return Tracks(
        table=table,
        faults=faults,
        refused_rows=sum(part[2] for part in parts),
        notes=tuple(dict.fromkeys(note for part in parts for note in part[3])),
        inputs={file.name: _hash(file) for file in files},
    )


def _expand(path: Path) -> list[Path]:
    """Give the files of a folder, or the file itself.

    Raises
    ------
    ReadError
        If a folder holds no file of tracks.
    """
    if not path.is_dir():
        return [check_readable(path)]
    inside = sorted(one for one in path.iterdir() if one.suffix.lower() in TRACK_ENDINGS)
    if not inside:
        problem = Text("文件夹里没有轨迹文件", "the folder holds no file of tracks")
        raise ReadError(read_fault(path.name, problem, _HOW))
    return [check_readable(one) for one in inside if one.is_file()]


def _read_file(path: Path) -> list[Part]:
    """Read a file by its ending.

    Raises
    ------
    ReadError
        If nobody knows the ending.
    """
    ending = path.suffix.lower()
    if ending == ".zip":
        with unpacked(path, None) as (inner, title):
            parts = _read_file(inner)
        return [(table.assign(file=title), *rest) for table, *rest in parts]  # type: ignore[misc]
    if ending in _TABLES:
        return read_table_file(path)
    if ending == ".gpx":
        return read_gpx_file(path)
    if ending in _JSON:
        return read_geojson_file(path)
    problem = Text(f"不认识的文件类型“{ending}”", f'files ending in "{ending}" are not known')
    raise ReadError(read_fault(path.name, problem, _HOW))


def _hash(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
