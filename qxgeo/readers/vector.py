"""Shapefile, GeoJSON, GeoPackage and GeoParquet."""

from __future__ import annotations

import codecs
import io
import json
import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError
from pyproj import CRS

from qxgeo.errors import ReadError, Text
from qxgeo.readers.files import decode, read_fault
from qxgeo.readers.raw import Raw, unique_headings

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.errors import Fault

_OGR_ERRORS = (DataSourceError, DataLayerError, FeatureError, GeometryError, UnicodeDecodeError)
_FIRST_OF_THREE_BYTES = "\u0800"
_WITHOUT_FEATURES = frozenset(("layer_styles",))  # where QGIS keeps its styles


def read_shapefile(path: Path, *, file: str, encoding: str | None = None) -> Raw:
    """Read a Shapefile whatever its ``.cpg`` says: bytes first, then UTF-8 or GB18030.

    Parameters
    ----------
    path
        The ``.shp``; ``.shx`` and ``.dbf`` stand beside it.
    file
        Its name for messages.
    encoding
        Declared encoding; then no other is tried.

    Returns
    -------
    raw
        With the system of the ``.prj`` where there is one.

    Raises
    ------
    ReadError
        If a part is missing or broken, or the text fits no encoding.
    """
    beside = {part.suffix.lower() for part in path.parent.glob("*") if part.stem == path.stem}
    missing = [part for part in (".shx", ".dbf") if part not in beside]
    if missing:
        listed = "、".join(missing)
        raise ReadError(
            read_fault(
                file,
                Text(f"旁边缺少同名的 {listed}", f"its {listed} is missing"),
                Text("请把 .shp .shx .dbf .prj 放在一起", "keep .shp .shx .dbf .prj together"),
            )
        )
    frame, notes = _read_ogr(path, file, encoding="ISO-8859-1")
    frame, encoding_notes = decode_frame(frame, file, encoding)
    return _as_raw(frame, file, (*notes, *encoding_notes))


def read_geojson(
    path: Path, *, file: str, encoding: str | None = None, is_datum_declared: bool
) -> Raw:
    """Read GeoJSON; files from Chinese tools may be GBK or carry projected numbers.

    Parameters
    ----------
    path
        File.
    file
        Its name for messages.
    encoding
        Declared encoding.
    is_datum_declared
        Then the file's silence about its system is no statement; else it means WGS 84 (RFC 7946).

    Returns
    -------
    raw
        With the system of the old ``crs`` member where there is one.

    Raises
    ------
    ReadError
        If it is no intact GeoJSON.
    """
    text, notes = decode(path.read_bytes(), file=file, encoding=encoding)
    try:
        frame, more = _read_ogr(io.BytesIO(text.encode()), file, encoding=None)
    except ReadError as error:
        raise ReadError(_explain_json(text, file)) from error
    raw = _as_raw(frame, file, (*notes, *more))
    is_silent = is_datum_declared and '"crs"' not in text
    crs = None if is_silent else raw.crs
    return Raw(
        file=file, cells=raw.cells, rows=raw.rows, geometry=raw.geometry, crs=crs, notes=raw.notes
    )


def read_geopackage(path: Path, *, file: str, layer: str | None = None) -> Raw:
    """Read one layer of a GeoPackage.

    Parameters
    ----------
    path
        File.
    file
        Its name for messages.
    layer
        Name of the layer; not needed where only one has geometry.

    Returns
    -------
    raw
        With the layer's system.

    Raises
    ------
    ReadError
        If the file is broken, or the layer is missing or not named.
    """
    names = list_layers(path, file=file)
    listed = "、".join(names) or "-"
    if layer is not None and layer not in names:
        problem = Text(
            f"没有图层“{layer}”，有：{listed}", f'no layer "{layer}"; there are: {listed}'
        )
        raise ReadError(read_fault(file, problem, Text("请改正 sublayer", "correct sublayer")))
    if layer is None and len(names) != 1:
        problem = Text(
            f"有 {len(names)} 个图层：{listed}", f"there are {len(names)} layers: {listed}"
        )
        mend = Text("请用 sublayer 写明要哪一个", "name the wanted one with sublayer")
        raise ReadError(read_fault(file, problem, mend))
    frame, notes = _read_ogr(path, file, encoding=None, layer=layer or names[0])
    title = f"{file} [{layer or names[0]}]" if len(names) > 1 else file
    return _as_raw(frame, title, notes)


def list_layers(path: Path, *, file: str) -> tuple[str, ...]:
    """List the layers of a GeoPackage that hold features.

    Parameters
    ----------
    path
        File.
    file
        Its name for messages.

    Returns
    -------
    names
        In the order of the file.

    Raises
    ------
    ReadError
        If the file is broken.
    """
    try:
        listing = pyogrio.list_layers(path)
    except _OGR_ERRORS as error:
        raise ReadError(_broken(file)) from error
    names = [str(name) for name, kind in listing if kind is not None]
    return tuple(name for name in names if name not in _WITHOUT_FEATURES)


def read_parquet(path: Path, *, file: str) -> Raw:
    """Read GeoParquet, or plain Parquet whose positions stand in columns.

    Parameters
    ----------
    path
        File.
    file
        Its name for messages.

    Returns
    -------
    raw
        With the file's system; GeoParquet without one means WGS 84 by its specification.

    Raises
    ------
    ReadError
        If the file is broken.
    """
    try:
        plain = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ReadError(_broken(file)) from error
    try:
        frame = gpd.read_parquet(path)
    except ValueError:  # no "geo" metadata
        return _as_raw(plain, file, ())
    return _as_raw(frame, file, ())


def _broken(file: str) -> Fault:
    """Say that a file is not what its ending says."""
    return read_fault(
        file,
        Text("文件损坏，或内容与扩展名不符", "the file is broken or not what its ending says"),
        Text("请重新导出或重新下载", "export or download it again"),
    )


def _read_ogr(
    source: Path | io.BytesIO, file: str, *, encoding: str | None, layer: str | None = None
) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    """Read through GDAL; what it warns of becomes a note.

    Raises
    ------
    ReadError
        If GDAL cannot read it.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = pyogrio.read_dataframe(source, encoding=encoding, layer=layer)
        except _OGR_ERRORS as error:
            raise ReadError(_broken(file)) from error
    messages = sorted({str(one.message) for one in caught})
    notes = tuple(Text(f"{file}：{m}", f"{file}: {m}") for m in messages if "measured" not in m)
    return frame, notes


def _as_raw(frame: pd.DataFrame, file: str, notes: tuple[Text, ...]) -> Raw:
    """Part cells from geometry and number the features as rows under a header."""
    rows = np.arange(2, len(frame) + 2, dtype=np.int64)
    geometry, crs = None, None
    if isinstance(frame, gpd.GeoDataFrame) and frame._geometry_column_name in list(frame.columns):  # noqa: SLF001  the public name raises where there is none
        geometry = np.asarray(frame.geometry, dtype=object)
        crs = CRS(frame.crs) if frame.crs is not None else None
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    cells = frame.reset_index(drop=True)
    cells.columns = pd.Index(unique_headings(list(cells.columns)))
    return Raw(file=file, cells=cells, rows=rows, geometry=geometry, crs=crs, notes=notes)


def decode_frame(
    frame: gpd.GeoDataFrame, file: str, declared: str | None
) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    """Decode headings and text that were read as ISO-8859-1, column by column.

    Parameters
    ----------
    frame
        Table as read.
    file
        Its name for messages.
    declared
        Declared encoding; then no other is tried.

    Returns
    -------
    frame, notes
        Decoded, and what was taken for granted.
    """
    names = [str(name) for name in frame.columns if name != frame.geometry.name]
    texts = {n: [v.encode("latin-1") for v in frame[n] if isinstance(v, str)] for n in names}
    texts = {name: data for name, data in texts.items() if data}
    heads = [name.encode("latin-1") for name in names]
    if declared:
        _check_declared(
            [*heads, *(piece for data in texts.values() for piece in data)], declared, file
        )
    chosen = {name: declared or _encoding_of(data) for name, data in texts.items()}
    of_heads = declared or _encoding_of(heads)
    known = {one for one in (*chosen.values(), of_heads) if one}
    default = "utf-8" if known == {"utf-8"} else "gb18030"
    renames = {name: _decode_bytes(name.encode("latin-1"), of_heads or default) for name in names}
    decoded = {
        name: [
            _decode_bytes(v.encode("latin-1"), one or default) if isinstance(v, str) else v
            for v in frame[name]
        ]
        for name, one in chosen.items()
    }
    out = frame.assign(**decoded).rename(columns=renames)
    note = Text(f"{file}：按 GB18030（GBK）编码读取", f"{file}: read as GB18030 (GBK)")
    return out, (note,) if "gb18030" in known and not declared else ()


def _check_declared(data: list[bytes], encoding: str, file: str) -> None:
    """Refuse a declared encoding that is unknown or in which some piece is no text.

    Raises
    ------
    ReadError
        If so.
    """
    try:
        for piece in data:
            _decode_bytes(piece, encoding)
    except LookupError as error:
        problem = Text(f"没有编码“{encoding}”", f'there is no encoding "{encoding}"')
        mend = Text("常用 utf-8 或 gb18030", "usual ones are utf-8 and gb18030")
        raise ReadError(read_fault(file, problem, mend)) from error
    except UnicodeDecodeError as error:
        problem = Text(
            f"文字编码不是声明的 {encoding}", f"the text is not in the declared encoding {encoding}"
        )
        mend = Text("请删去或改正 encoding", "remove or correct encoding")
        raise ReadError(read_fault(file, problem, mend)) from error


def _encoding_of(data: list[bytes]) -> str | None:
    """Tell UTF-8 from GB18030; None where either will do.

    GBK pairs such as C2 B7 (路) are UTF-8 for a Latin letter too, but no Chinese text in UTF-8 is
    without characters of three bytes.
    """
    try:
        text = "".join(_decode_bytes(piece, "utf-8") for piece in data)
    except UnicodeDecodeError:
        return "gb18030"
    if text.isascii():
        return None
    return "utf-8" if any(char >= _FIRST_OF_THREE_BYTES for char in text) else None


def _decode_bytes(data: bytes, encoding: str) -> str:
    """Decode strictly, but forgive a last character that the field's width has cut."""
    return codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)


def _explain_json(text: str, file: str) -> Fault:
    """Name the line where JSON breaks, or what the file is instead of GeoJSON."""
    try:
        value: Any = json.loads(text)
    except json.JSONDecodeError as error:
        return read_fault(
            file,
            Text(
                f"JSON 在第 {error.lineno} 行第 {error.colno} 个字符处断开",
                f"the JSON breaks at line {error.lineno}, character {error.colno}",
            ),
            Text("文件可能不完整，请重新导出", "the file may be cut off: export it again"),
            row=error.lineno,
        )
    kind = value.get("type") if isinstance(value, dict) else type(value).__name__
    problem = Text(
        f"不是 GeoJSON 要素集（type 为 {kind}）", f"this is no GeoJSON collection (type {kind})"
    )
    mend = Text("请导出为 FeatureCollection", "export a FeatureCollection")
    return read_fault(file, problem, mend)
