"""Roads of a large vector file, checked batch by batch as `layer.read_table` checks a whole one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError
from pyproj import CRS
from pyproj.exceptions import CRSError

from qxgeo.errors import Fault, ReadError, SchemaError, Text
from qxgeo.readers.contract import empty_columns
from qxgeo.readers.files import check_readable, read_fault
from qxgeo.readers.headings import match_headings, rename_columns, take
from qxgeo.readers.layer import check_raw
from qxgeo.readers.raw import Raw, unique_headings
from qxgeo.readers.result import RoadStream
from qxgeo.readers.vector import decode_frame, list_layers
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    Progress = Callable[[str, int, int], None]

ENDINGS = (".gpkg", ".shp", ".fgb", ".geojson", ".json", ".parquet", ".geoparquet")
_PARQUET = (".parquet", ".geoparquet")
_BATCH_ROWS = 20_000
_LAYER = LAYERS["roads"]
_MOST_LISTED = 20
_MOST_NOTES = 30
_BUFFER = 1 << 20
_FAULTS = (
    DataSourceError, DataLayerError, FeatureError, GeometryError, pa.ArrowException, OSError,
    RuntimeError, UnicodeDecodeError, shapely.GEOSException,
)  # fmt: skip
_WHOLE_NUMBERS = {
    pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.UInt8Dtype(), pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(), pa.uint64(): pd.UInt64Dtype(), pa.bool_(): pd.BooleanDtype(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows as a file gives them."""

    cells: pa.Table
    geometry: NDArray[np.object_]
    crs: CRS | None


@dataclass(slots=True)
class _Seen:
    """What is known of the rows that went by."""

    file: str
    total: int
    rows: int = 0
    kept: int = 0
    blank: list[int] = field(default_factory=list)
    ids: list[NDArray[np.uint64]] = field(default_factory=list)
    id_rows: list[NDArray[np.int64]] = field(default_factory=list)
    notes: dict[Text, None] = field(default_factory=dict)

    def all_notes(self) -> tuple[Text, ...]:
        """Say what was read, and which rows were left out."""
        summary = Text(
            f"{self.file}：读入 {self.rows} 行，得 {self.kept} 个路段",
            f"{self.file}: {self.rows} rows read, {self.kept} sections kept",
        )
        notes = [summary]
        if self.blank:
            shown = ", ".join(map(str, self.blank[:_MOST_LISTED]))
            more = "…" if len(self.blank) > _MOST_LISTED else ""
            notes.append(
                Text(
                    f"{len(self.blank)} 行没有几何，未写入：第 {shown}{more} 行",
                    f"{len(self.blank)} rows have no geometry and are left out: row {shown}{more}",
                )
            )
        return (*notes, *list(self.notes)[:_MOST_NOTES])

    def refuse_repeated(self) -> None:
        """Refuse an id that several rows bear.

        Raises
        ------
        SchemaError
            With the first ones by row.
        """
        ids = np.concatenate([*self.ids, np.empty(0, dtype=np.uint64)])
        rows = np.concatenate([*self.id_rows, np.empty(0, dtype=np.int64)])
        order = np.lexsort((rows, ids))
        again = np.flatnonzero(ids[order][1:] == ids[order][:-1])
        faults = [
            Fault(
                file=self.file,
                row=int(rows[order[i + 1]]),
                column=_LAYER.id_column,
                problem=Text(
                    f"编号与第 {rows[order[i]]} 行相同", f"the id is that of row {rows[order[i]]}"
                ),
                mend=Text("请改成各不相同的编号", "give each row an id of its own"),
            )
            for i in again[:_MOST_LISTED]
        ]
        if faults:
            raise SchemaError(faults)


def stream_vector_roads(
    path: str | Path,
    *,
    datum: str | None = None,
    sublayer: str | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> RoadStream:
    """Read the roads of a vector file without holding them in memory.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, FlatGeobuf, GeoJSON or GeoParquet.
    datum, sublayer, columns
        As `layer.read_table` takes them.
    progress
        Told what is being done, rows done and rows in all.

    Returns
    -------
    stream
        The rows that `layer.read_table` gives, in the order of the file; rows without geometry are
        left out and listed.

    Raises
    ------
    ReadError
        If the file is missing or of another format; while it is read also if it is broken.
    SchemaError
        While it is read, if it breaks the contract of roads.
    DatumError
        While it is read, if nobody says the datum or it contradicts the numbers.
    """
    source = check_readable(Path(path))
    ending = source.suffix.lower()
    if ending not in ENDINGS:
        problem = Text(f"不认识扩展名“{ending}”", f'unknown ending "{ending}"')
        listed = " ".join((*ENDINGS, ".osm", ".pbf"))
        mend = Text(f"可转换：{listed}", f"can be converted: {listed}")
        raise ReadError(read_fault(source.name, problem, mend))
    is_parquet = ending in _PARQUET
    total, chunks = (_open_parquet if is_parquet else _open_ogr)(source, sublayer)
    seen = _Seen(source.name, total)
    batches = _check_all(chunks, seen, datum, dict(columns or {}), progress or (lambda *_: None))
    return RoadStream(batches, seen.all_notes)


def _check_all(
    chunks: Iterator[_Chunk],
    seen: _Seen,
    datum: str | None,
    columns: dict[str, str],
    tell: Progress,
) -> Iterator[pa.Table]:
    """Check chunk after chunk; the last word is whether ids are repeated and all rows came.

    Raises
    ------
    ReadError
        If the file breaks off.
    """
    try:
        for chunk in chunks:
            yield _check(chunk, seen, datum, columns)
            tell("rows", seen.rows, seen.total)
    except _FAULTS as error:
        said = " ".join(str(error).split())[:200]
        problem = Text(f"文件读不完整（{said}）", f"the file cannot be read to its end ({said})")
        mend = Text("请重新导出该文件", "export the file again")
        raise ReadError(read_fault(seen.file, problem, mend)) from error
    if seen.total not in {-1, seen.rows}:
        problem = Text(
            f"应有 {seen.total} 行，只读到 {seen.rows} 行",
            f"{seen.total} rows were announced, {seen.rows} came",
        )
        mend = Text("文件可能已损坏，请重新导出", "the file may be damaged: export it again")
        raise ReadError(read_fault(seen.file, problem, mend))
    seen.refuse_repeated()


def _check(chunk: _Chunk, seen: _Seen, datum: str | None, columns: dict[str, str]) -> pa.Table:
    """Check some rows and give them as they are to be stored."""
    cells = chunk.cells.to_pandas(types_mapper=_WHOLE_NUMBERS.get, date_as_object=False)
    cells.columns = pd.Index(unique_headings(list(cells.columns)))
    rows = np.arange(len(cells), dtype=np.int64) + seen.rows + 2
    raw = Raw(file=seen.file, cells=cells, rows=rows, geometry=chunk.geometry, crs=chunk.crs)
    headings, _ = match_headings(raw, _LAYER, columns)
    if _LAYER.id_column not in headings:
        width = max(4, len(str(seen.total + 1)))  # as the readers make ids of rows
        cells.insert(0, _LAYER.id_column, [f"row-{row:0{width}d}" for row in rows])
        headings[_LAYER.id_column] = _LAYER.id_column
    kinds = dict(zip(chunk.cells.column_names, chunk.cells.schema.types, strict=True))
    names = dict(zip(cells.columns, rename_columns(cells[:0], headings).columns, strict=True))
    types = {str(names[h]): kinds.get(str(h), pa.string()) for h in cells.columns}
    blank = np.asarray(
        shapely.is_missing(chunk.geometry) | shapely.is_empty(chunk.geometry), dtype=bool
    )
    seen.rows += len(rows)
    seen.blank += rows[blank].tolist()
    if bool(blank.all()):
        return _as_table(_no_rows(types), types)
    part = take(raw, ~blank)
    result = check_raw(part, layer="roads", datum=datum, columns=columns)
    seen.notes |= dict.fromkeys(result.notes)
    table, numbers = result.table, np.asarray(result.rows, dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    table = table.iloc[order]
    seen.kept += len(table)
    ids = table[_LAYER.id_column].astype(object).to_numpy()
    seen.ids.append(pd.util.hash_array(ids, categorize=False))
    seen.id_rows.append(numbers[order])
    return _as_table(table, types)


def _no_rows(types: Mapping[str, pa.DataType]) -> gpd.GeoDataFrame:
    """Give the columns of a file without a row."""
    others: dict[str, list[str]] = {name: [] for name in types if name not in _LAYER.columns}
    frame = pd.concat([empty_columns(_LAYER), pd.DataFrame(others)], axis=1)
    return gpd.GeoDataFrame(frame, geometry=[], crs=4326)


def _as_table(table: gpd.GeoDataFrame, types: Mapping[str, pa.DataType]) -> pa.Table:
    """Give rows as an Arrow table whose types do not hang on what is in them."""
    known = {"number": pa.float64(), "flag": pa.bool_()}
    columns: dict[str, pa.Array] = {}
    for name in map(str, table.columns.drop("geometry")):
        column = _LAYER.columns.get(name)
        kind = types[name] if column is None else known.get(column.kind, pa.string())
        is_plain = pa.types.is_primitive(kind)
        values = table[name].array if is_plain else table[name].astype("string").array
        columns[name] = pa.array(values, kind if is_plain else pa.string(), from_pandas=True)
    binary = shapely.to_wkb(table.geometry.to_numpy())
    return pa.table({**columns, "geometry": pa.array(binary, pa.binary())})


def _open_ogr(source: Path, sublayer: str | None) -> tuple[int, Iterator[_Chunk]]:
    """Open a file that GDAL reads, and count its rows.

    Raises
    ------
    ReadError
        If it cannot be read, or it is not said which layer.
    """
    names = list_layers(source, file=source.name)
    if (sublayer is None and len(names) != 1) or (sublayer is not None and sublayer not in names):
        listed = "、".join(names) or "-"
        problem = Text(f"要哪个图层？有：{listed}", f"which layer? there are: {listed}")
        mend = Text("请用 --layer 写明", "name it with --layer")
        raise ReadError(read_fault(source.name, problem, mend))
    layer = sublayer or names[0]
    encoding = "ISO-8859-1" if source.suffix.lower() == ".shp" else None
    total = int(pyogrio.read_info(source, layer=layer, force_feature_count=True)["features"])
    return total, _read_ogr(source, layer, encoding)


def _read_ogr(source: Path, layer: str, encoding: str | None) -> Iterator[_Chunk]:
    """Read batches through GDAL."""
    options: dict[str, Any] = {"layer": layer, "encoding": encoding, "batch_size": _BATCH_ROWS}
    with pyogrio.open_arrow(source, use_pyarrow=True, **options) as (about, reader):
        crs = CRS(about["crs"]) if about["crs"] else None
        name = about["geometry_name"] or "wkb_geometry"
        is_empty = True
        for batch in reader:
            is_empty = False
            yield _as_chunk(pa.Table.from_batches([batch]), name, crs, source.name, encoding)
        if is_empty:
            yield _as_chunk(reader.schema.empty_table(), name, crs, source.name, encoding)


def _as_chunk(
    table: pa.Table, name: str, crs: CRS | None, file: str, encoding: str | None
) -> _Chunk:
    """Part geometry from cells, and decode text where GDAL was told not to."""
    shapes = np.asarray(
        shapely.from_wkb(table.column(name).to_numpy(zero_copy_only=False)), dtype=object
    )
    cells = table.drop_columns([name])
    if encoding is not None:
        frame = gpd.GeoDataFrame(cells.to_pandas(types_mapper=_WHOLE_NUMBERS.get), geometry=shapes)
        decoded = pd.DataFrame(decode_frame(frame, file, None)[0].drop(columns="geometry"))
        texts = [
            pa.array(decoded[heading], pa.string(), from_pandas=True)
            if pa.types.is_string(kind) or pa.types.is_large_string(kind)
            else column
            for heading, kind, column in zip(
                decoded.columns, cells.schema.types, cells.columns, strict=True
            )
        ]
        cells = pa.table(texts, names=[str(heading) for heading in decoded.columns])
    return _Chunk(cells, shapes, crs)


def _open_parquet(source: Path, _sublayer: str | None) -> tuple[int, Iterator[_Chunk]]:
    """Open a GeoParquet file in any system.

    Raises
    ------
    ReadError
        If it is broken or no GeoParquet.
    """
    try:
        metadata = pq.read_metadata(source)
        geo = json.loads((metadata.metadata or {})[b"geo"])
        name = geo["primary_column"]
        about = geo["columns"][name]
        crs = about.get("crs", "OGC:CRS84")
        system = None if crs is None else CRS.from_user_input(crs)
        encoding = str(about["encoding"]).removeprefix("geoarrow.").lower()
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError, CRSError) as error:
        problem = Text(
            f"不是完整的 GeoParquet 文件（{error!r}）",
            f"not a complete GeoParquet file ({error!r})",
        )
        mend = Text(
            "请另存为 GeoParquet（如 GeoPandas 的 to_parquet）",
            "save it as GeoParquet (such as GeoPandas' to_parquet)",
        )
        raise ReadError(read_fault(source.name, problem, mend)) from error
    covering = about.get("covering", {}).get("bbox", {})
    hidden = {where[0] for where in covering.values() if len(where) > 1}
    return metadata.num_rows, _read_parquet(source, name, encoding, hidden, system)


def _read_parquet(
    source: Path, name: str, encoding: str, hidden: set[str], crs: CRS | None
) -> Iterator[_Chunk]:
    """Read batches of a GeoParquet file."""
    with pq.ParquetFile(source, buffer_size=_BUFFER) as file:
        wanted = [column for column in file.schema_arrow.names if column not in hidden]
        batches = file.iter_batches(_BATCH_ROWS, columns=wanted, use_threads=False)
        is_empty = True
        for batch in batches:
            is_empty = False
            yield _take_geometry(pa.Table.from_batches([batch]), name, encoding, crs)
        if is_empty:
            table = file.schema_arrow.empty_table().select(wanted)
            yield _take_geometry(table, name, encoding, crs)


def _take_geometry(table: pa.Table, name: str, encoding: str, crs: CRS | None) -> _Chunk:
    """Part geometry from cells, whichever way it is stored."""
    kind = {"ARROW:extension:name": f"geoarrow.{encoding}", "ARROW:extension:metadata": "{}"}
    column = table.column(name)
    stored = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in column.chunks]
    plain = pa.chunked_array(stored, stored[0].type if stored else column.type)
    named = pa.field(name, plain.type, metadata=kind)
    alone = gpd.GeoDataFrame.from_arrow(pa.table([plain], schema=pa.schema([named])))
    return _Chunk(table.drop_columns([name]), np.asarray(alone.geometry, dtype=object), crs)
