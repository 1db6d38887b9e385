"""Roads too many to hold: a layer that is opened now and read piece by piece later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from qxgeo.datasets import open_dataset, read_lines
from qxgeo.errors import DistrictError, Fault, Text
from qxgeo.readers import ReadResult
from qxgeo.readers.cells import is_blank
from qxgeo.readers.contract import empty_columns
from qxgeo.readers.headings import choose_rows, match_headings
from qxgeo.readers.layer import check_raw
from qxgeo.readers.raw import Raw
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from qxgeo.datasets import Batch, RoadDataset
    from qxgeo.district.model import LayerDeclaration

STREAM_FROM_ROWS = 200_000  # docs/scale.md: from here on pieces cost less than one table
MOST_IN_MEMORY_ROWS = 2_000_000  # of a folder, for a command that needs all of them
STREAMED_LAYER = "roads"
_ENDINGS = (".parquet", ".geoparquet")
_PLAIN_DATUMS = (None, "wgs84", "cgcs2000")
_FEWEST_DIGITS = 4  # of a made id, as the readers make it


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedRows:
    """Where the rows of a layer come from, and how each batch of them is checked."""

    dataset: RoadDataset
    declaration: LayerDeclaration

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees; None where a piece does not say."""
        boxes = [piece.bounds for piece in self.dataset.pieces]
        known = [box for box in boxes if box is not None]
        if not known or len(known) < len(boxes):
            return None
        table = np.array(known)
        low, high = table[:, :2].min(axis=0), table[:, 2:].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def may_be_dataset(declaration: LayerDeclaration) -> bool:
    """Tell whether a layer could be read piece by piece: roads in a folder or a Parquet file.

    Parameters
    ----------
    declaration
        Of the layer.

    Returns
    -------
    may
        False for every other layer and file.
    """
    path = declaration.path
    is_parquet = path.is_dir() or path.suffix.lower() in _ENDINGS
    return declaration.name == STREAMED_LAYER and not declaration.format and is_parquet


def count_rows(path: Path) -> int:
    """Count the rows of a Parquet file by its footer; 0 where it has none that can be read."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return 0


def open_rows(declaration: LayerDeclaration) -> StreamedRows:
    """Open roads without reading them.

    Parameters
    ----------
    declaration
        Of a layer that `may_be_dataset`.

    Returns
    -------
    rows
        Known by the footers alone.

    Raises
    ------
    DistrictError
        If the declared datum would move what the files' bounds say.
    """
    if declaration.datum not in _PLAIN_DATUMS:
        problem = Text(
            f"分块读取的道路不能再换算坐标（datum = {declaration.datum}）",
            f"roads read piece by piece cannot be converted (datum = {declaration.datum})",
        )
        mend = Text(
            "请先换算为 WGS 84 再生成数据集", "convert them to WGS 84, then make the dataset"
        )
        raise DistrictError(
            Fault(file=declaration.path.name, column="datum", problem=problem, mend=mend)
        )
    return StreamedRows(dataset=open_dataset(declaration.path), declaration=declaration)


def is_whole_wanted(rows: StreamedRows, stream_from: int | None) -> bool:
    """Tell whether roads are few enough to be held in memory.

    Parameters
    ----------
    rows
        As `open_rows` gives them.
    stream_from
        From how many rows on they are read piece by piece; None where the caller cannot.

    Returns
    -------
    is_wanted
        True where they are read at once.

    Raises
    ------
    DistrictError
        If they are too many and the caller needs them all.
    """
    count = rows.dataset.rows
    if stream_from is not None:
        return count < stream_from
    if count < MOST_IN_MEMORY_ROWS:
        return True
    problem = Text(
        f"道路有 {count:,} 条，此命令要一次读入内存",
        f"there are {count:,} roads, and this command would hold them all in memory",
    )
    mend = Text(
        "qxgeo run 会分块读取；其他命令请给出裁到本辖区的道路文件",
        "qxgeo run reads them piece by piece; give other commands a file cut to the district",
    )
    raise DistrictError(Fault(file=rows.declaration.path.name, problem=problem, mend=mend))


def read_whole(rows: StreamedRows) -> ReadResult:
    """Read a folder of few roads into memory.

    Parameters
    ----------
    rows
        As `open_rows` gives them.

    Returns
    -------
    result
        As `readers.read_table` gives it of one file.
    """
    columns = rows.dataset.columns
    batches = [read_lines(rows.dataset, piece, columns=columns) for piece in rows.dataset.pieces]
    raws = [_as_raw(rows, batch) for batch in batches]
    whole = Raw(
        file=rows.declaration.path.name,
        cells=pd.concat([raw.cells for raw in raws], ignore_index=True),
        rows=np.concatenate([raw.rows for raw in raws]),
        geometry=np.concatenate([raw.geometry for raw in raws if raw.geometry is not None]),
        crs=raws[0].crs,
    )
    return _check(rows, whole)


def read_batch(rows: StreamedRows, batch: Batch) -> gpd.GeoDataFrame:
    """Check a batch of roads as the whole file would be, and give it the layer's columns.

    Parameters
    ----------
    rows
        Where it comes from.
    batch
        With all columns of the dataset.

    Returns
    -------
    table
        Columns as `Layer.table` has them, EPSG:4326, sorted by id, range index; without the rows
        that ``where`` does not want.

    Raises
    ------
    SchemaError
        If a row breaks the contract.
    """
    raw = _as_raw(rows, batch)
    if not len(raw.cells):
        return empty_table(STREAMED_LAYER)
    return _check(rows, raw, is_part=True).table


def empty_table(layer: str) -> gpd.GeoDataFrame:
    """Give a layer's table without a row.

    Parameters
    ----------
    layer
        Name in `schemas.LAYERS`.

    Returns
    -------
    table
        EPSG:4326.
    """
    columns = empty_columns(LAYERS[layer])
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs="EPSG:4326"))


def _as_raw(rows: StreamedRows, batch: Batch) -> Raw:
    """Give a batch as a reader gives a file; rows are counted through the whole dataset."""
    lines = batch.lines
    whole = lines.everywhere()
    shapes = lines.geometries(whole, lines.part_line[whole.part], lines.size)
    shapes[shapely.is_empty(shapes)] = None
    cells = batch.table.to_pandas()
    return Raw(
        file=rows.declaration.path.name,
        cells=_with_ids(rows, cells, batch.rows + 2),
        rows=batch.rows + 2,
        geometry=shapes,
        crs=CRS.from_epsg(4326),
    )


def _with_ids(rows: StreamedRows, cells: pd.DataFrame, number: NDArray[np.int64]) -> pd.DataFrame:
    """Give numbers to roads without an id: their row in the whole dataset."""
    schema = LAYERS[STREAMED_LAYER]
    raw = Raw(file="", cells=cells, rows=number)
    headings, _ = match_headings(raw, schema, rows.declaration.columns)
    name = headings.get(schema.id_column, schema.id_column)
    width = max(_FEWEST_DIGITS, len(str(rows.dataset.rows + 1)))
    made = pd.Series([f"row-{row:0{width}d}" for row in number], index=cells.index, dtype="string")
    if name not in cells.columns:
        return cells.assign(**{name: made})
    is_missing = cells[name].map(is_blank).to_numpy(dtype=bool)
    return cells.assign(**{name: cells[name].astype(object).mask(is_missing, made)})


def _check(rows: StreamedRows, raw: Raw, *, is_part: bool = False) -> ReadResult:
    """Put rows into the layer's columns; a part need not hold a row that is wanted."""
    declared, schema = rows.declaration, LAYERS[STREAMED_LAYER]
    if is_part and declared.where:
        headings, _ = match_headings(raw, schema, declared.columns)
        raw = choose_rows(raw, headings, declared.where, is_part=True)
        if not len(raw.cells):
            return ReadResult(empty_table(STREAMED_LAYER), ())
    return check_raw(
        raw,
        layer=STREAMED_LAYER,
        datum=declared.datum,
        columns=declared.columns,
        where=None if is_part else declared.where,
        missing_position=declared.missing_position,
        repair=declared.is_repaired,
    )
