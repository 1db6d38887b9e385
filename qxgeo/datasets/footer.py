"""What the footer of a GeoParquet file says: geometry, encoding, system, bounds of pieces."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qxgeo.errors import DatumError, Fault, ReadError, SchemaError, Text

if TYPE_CHECKING:
    from pathlib import Path

Bounds = tuple[float, float, float, float]
SIDES = ("xmin", "ymin", "xmax", "ymax")
ENCODINGS = ("WKB", "linestring", "multilinestring")
_LINE_TYPES = frozenset({"LineString", "MultiLineString"})
_KEPT = 64  # footers, some ten kilobytes each
_TAIL = 8  # bytes at the end of a file: length of the footer, and the mark
# Longitude and latitude on WGS 84 or CGCS2000, which differ by centimetres.
_LON_LAT = frozenset(
    {"OGC:CRS84", "OGC:CRS84h", "EPSG:4326", "EPSG:4979", "EPSG:4490", "EPSG:4480"}
)
_CONVERT = Text(
    "请先用 qxgeo convert 转成路网数据集", "turn it into a dataset with qxgeo convert first"
)
_BROKEN_MEND = Text("请重新复制或重新导出该文件", "copy or export the file again")


@dataclass(frozen=True, slots=True)
class Footer:
    """One file, as its footer describes it.

    Attributes
    ----------
    geometry_column
        Name of the geometry column.
    encoding
        One of `ENCODINGS`.
    columns
        The other columns, without the bounds of the covering.
    rows
        Rows of each row group.
    bounds
        West, south, east and north of each row group, degrees; None where nothing says it.
    geometry_bytes
        Stored bytes of the geometry of a row, in the row group where that is most.
    digest
        SHA-256 of the footer's bytes.
    """

    geometry_column: str
    encoding: str
    columns: tuple[str, ...]
    rows: tuple[int, ...]
    bounds: tuple[Bounds | None, ...]
    geometry_bytes: int
    digest: str


def read_footer(path: Path) -> Footer:
    """Read the footer of a GeoParquet file of roads.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    footer
        Nothing but the end of the file is read.

    Raises
    ------
    ReadError
        If it is no Parquet file, is broken, or does not say which column is the geometry.
    DatumError
        If its system is not longitude and latitude on WGS 84 or CGCS2000.
    SchemaError
        If its geometry is no lines.
    """
    try:
        metadata = read_metadata(path)
        digest = _digest(path)
    except (pa.ArrowException, OSError) as error:
        raise ReadError(broken(path, error)) from error
    geo = parse_geo(metadata.metadata, path)
    name = geo["primary_column"]
    about = geo["columns"][name]
    encoding = _check_encoding(about, path, name)
    _check_system(about, path, name)
    leaves = [metadata.schema.column(i).path for i in range(metadata.num_columns)]
    covering = about.get("covering", {}).get("bbox", {})
    hidden = {name, *(str(where[0]) for where in covering.values() if len(where) > 1)}
    names = metadata.schema.to_arrow_schema().names
    if name not in names:
        raise SchemaError(missing_columns(path, [name]))
    own = [i for i, leaf in enumerate(leaves) if leaf == name or leaf.startswith(f"{name}.")]
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    return Footer(
        geometry_column=name,
        encoding=encoding,
        columns=tuple(column for column in names if column not in hidden),
        rows=tuple(group.num_rows for group in groups),
        bounds=_read_bounds(groups, _find_sides(leaves, name, covering), own[0]),
        geometry_bytes=max((_bytes_of_row(group, own) for group in groups), default=1),
        digest=digest,
    )


def read_metadata(path: Path) -> pq.FileMetaData:
    """Read the footer of a file, once for all its pieces as long as nobody changes the file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    metadata
        As the library gives it.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    pyarrow.ArrowException
        If it is no whole Parquet file.
    """
    about = path.stat()
    return _read_metadata(path, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=_KEPT)
def _read_metadata(path: Path, _size: int, _changed_ns: int) -> pq.FileMetaData:
    """Read a footer."""
    return pq.read_metadata(path)


def parse_geo(metadata: dict[bytes, bytes] | None, path: Path) -> dict[str, Any]:
    """Read the entry ``geo`` of a file.

    Parameters
    ----------
    metadata
        Keys and values of the footer.
    path
        The file, for messages.

    Returns
    -------
    geo
        With ``primary_column`` and, under ``columns``, what is known of it.

    Raises
    ------
    ReadError
        If there is no such entry, or it is none.
    """
    text = (metadata or {}).get(b"geo")
    if text is None:
        problem = Text(
            "这个 Parquet 文件没有 GeoParquet 的说明（geo），不知道哪一列是几何",
            "this Parquet file lacks GeoParquet's entry (geo): which column is the geometry?",
        )
        mend = Text(
            "请另存为 GeoParquet（如 GeoPandas 的 to_parquet、QGIS、ogr2ogr）",
            "save it as GeoParquet (GeoPandas' to_parquet, QGIS, ogr2ogr)",
        )
        raise ReadError(Fault(file=str(path), problem=problem, mend=mend))
    try:
        geo = json.loads(text)
        about = geo["columns"][geo["primary_column"]]
        about["encoding"]
    except (ValueError, KeyError, TypeError) as error:
        problem = Text(
            f"GeoParquet 的说明（geo）不完整：{error!r}",
            f"GeoParquet's entry (geo) is not complete: {error!r}",
        )
        mend = Text("请重新导出该文件", "export the file again")
        raise ReadError(Fault(file=str(path), problem=problem, mend=mend)) from error
    return dict(geo)


def broken(path: Path, error: Exception) -> Fault:
    """Say that a file is not complete.

    Parameters
    ----------
    path
        The file.
    error
        What the library said.

    Returns
    -------
    fault
        On one line.
    """
    if isinstance(error, FileNotFoundError):
        problem = Text("文件不存在", "there is no such file")
        return Fault(file=str(path), problem=problem, mend=Text("请检查路径", "check the path"))
    said = " ".join(str(error).split())[:200]
    problem = Text(f"不是完整的 Parquet 文件（{said}）", f"not a complete Parquet file ({said})")
    return Fault(file=str(path), problem=problem, mend=_BROKEN_MEND)


def missing_columns(path: Path, names: list[str]) -> Fault:
    """Say which columns a file lacks.

    Parameters
    ----------
    path
        The file.
    names
        What was asked for and is not there.

    Returns
    -------
    fault
        On one line.
    """
    listed = ", ".join(names)
    problem = Text(f"没有这些列：{listed}", f"these columns are not there: {listed}")
    mend = Text("请检查列名，或重新转换", "check the names, or convert again")
    return Fault(file=str(path), problem=problem, mend=mend, column=names[0])


def _digest(path: Path) -> str:
    """Give the SHA-256 of the footer."""
    with path.open("rb") as file:
        size = file.seek(-_TAIL, 2)
        length = int.from_bytes(file.read(4), "little")
        file.seek(max(size - length, 0))
        return hashlib.sha256(file.read(length)).hexdigest()


def _check_encoding(about: dict[str, Any], path: Path, column: str) -> str:
    """Give the encoding as this program names it.

    Raises
    ------
    SchemaError
        If it, or the types that the file lists, are no lines.
    """
    said = str(about["encoding"])
    short = said.removeprefix("geoarrow.")
    encoding = "WKB" if short.upper() == "WKB" else short.lower()
    kinds = {str(kind).split(" ", maxsplit=1)[0] for kind in about.get("geometry_types") or ()}
    others = sorted(kinds - _LINE_TYPES)
    if encoding in ENCODINGS and not others:
        return encoding
    listed = ", ".join(others) or said
    problem = Text(f"几何不是线：{listed}", f"the geometry is not lines: {listed}")
    mend = Text("请只保留线要素", "keep the lines alone")
    raise SchemaError(Fault(file=str(path), column=column, problem=problem, mend=mend))


def _check_system(about: dict[str, Any], path: Path, column: str) -> None:
    """Refuse what is not longitude and latitude on WGS 84 or CGCS2000.

    Raises
    ------
    DatumError
        If the system is another one, or unknown, or edges are arcs on a sphere.
    """
    if about.get("edges", "planar") != "planar":
        problem = Text("线段是球面弧（edges）", 'the edges are arcs on a sphere ("edges")')
        mend = Text("请按平面边导出", "export it with planar edges")
        raise DatumError(Fault(file=str(path), column=column, problem=problem, mend=mend))
    crs = about.get("crs", "OGC:CRS84")
    if crs is None:
        problem = Text("文件写明坐标系未知", "the file says that its system is unknown")
    elif (name := _name_of(crs)) not in _LON_LAT:
        problem = Text(
            f"坐标系是 {name}，不是 WGS 84 或 CGCS2000 经纬度",
            f"the system is {name}, not longitude and latitude on WGS 84 or CGCS2000",
        )
    else:
        return
    raise DatumError(Fault(file=str(path), column=column, problem=problem, mend=_CONVERT))


def _name_of(crs: object) -> str:
    """Give authority and code of a system, else its name, else what it is."""
    if isinstance(crs, str):
        return crs
    if not isinstance(crs, dict):
        return repr(crs)
    known = crs.get("id")
    if isinstance(known, dict) and "authority" in known and "code" in known:
        return f"{known['authority']}:{known['code']}"
    return _find_by_meaning(crs)


def _find_by_meaning(crs: dict[str, Any]) -> str:
    """Look a system without a code up in the registry."""
    from pyproj import CRS  # noqa: PLC0415 - rarely needed
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        system = CRS.from_json_dict(crs)
        code = system.to_authority(min_confidence=70)
    except CRSError:
        return str(crs.get("name", "?"))
    return ":".join(code) if code else str(system.name)


def _find_sides(
    leaves: list[str], geometry: str, covering: dict[str, list[str]]
) -> dict[str, int] | None:
    """Find the columns with the bounds of rows: the covering's, else GeoArrow's own numbers."""
    try:
        return {side: leaves.index(".".join(covering[side])) for side in SIDES}
    except (KeyError, ValueError):
        pass
    own = {
        leaf.rsplit(".", maxsplit=1)[-1]: place
        for place, leaf in enumerate(leaves)
        if leaf.startswith(f"{geometry}.")
    }
    if not {"x", "y"} <= own.keys():
        return None
    return {"xmin": own["x"], "ymin": own["y"], "xmax": own["x"], "ymax": own["y"]}


def _bytes_of_row(group: pq.RowGroupMetaData, own: list[int]) -> int:
    """Give how many bytes some columns of a row take, rounded up."""
    size = sum(group.column(leaf).total_uncompressed_size for leaf in own)
    return int(size / max(group.num_rows, 1)) + 1


def _read_bounds(
    groups: list[pq.RowGroupMetaData], sides: dict[str, int] | None, geometry: int
) -> tuple[Bounds | None, ...]:
    """Read the bounds of each row group from the statistics."""
    if sides is None:
        return tuple(None for _ in groups)
    return tuple(_bounds_of(group, sides, geometry) for group in groups)


def _bounds_of(group: pq.RowGroupMetaData, sides: dict[str, int], geometry: int) -> Bounds | None:
    """Give the bounds of a row group; None where a row may lie outside what is stated."""
    blank = group.column(geometry).statistics
    found = []
    for side in SIDES:
        column = group.column(sides[side])
        known = column.statistics
        if known is None or not known.has_min_max:
            return None
        if sides[side] != geometry and known.null_count:  # a line without bounds is not covered
            is_blank_too = blank is not None and blank.null_count is not None
            if not is_blank_too or known.null_count > blank.null_count:
                return None
        value = float(known.min if side.endswith("min") else known.max)
        if column.physical_type == "FLOAT":  # may have been rounded to the nearest
            value = float(
                np.nextafter(np.float32(value), np.float32(-np.inf if "min" in side else np.inf))
            )
        found.append(value)
    west, south, east, north = found
    is_ordered = bool(np.isfinite(found).all()) and west <= east and south <= north
    return (west, south, east, north) if is_ordered else None
