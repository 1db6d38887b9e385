"""Read one layer of a district: all its rows, or, of very many roads, none yet."""

from __future__ import annotations

import hashlib
from glob import escape
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.district.model import Layer
from qxgeo.district.rows import read_rows
from qxgeo.district.streamed import (
    count_rows,
    empty_table,
    is_whole_wanted,
    may_be_dataset,
    open_rows,
    read_whole,
)
from qxgeo.errors import DistrictError, Fault, Text
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.district.model import LayerDeclaration
    from qxgeo.district.rows import Box
    from qxgeo.district.streamed import StreamedRows
    from qxgeo.readers import ReadResult

_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def read_layer(
    declaration: LayerDeclaration,
    *,
    code: str,
    surroundings: Box | None,
    stream_from: int | None,
) -> Layer:
    """Read one layer and put what was declared beside it.

    Parameters
    ----------
    declaration
        Of the layer.
    code
        Of the district, which picks its row of a boundary file.
    surroundings
        West, south, east, north of the district in degrees; None while it is not known.
    stream_from
        From how many rows on roads in Parquet are left on the disk; None where all are needed.

    Returns
    -------
    layer
        Checked; without rows in memory where they are read piece by piece.

    Raises
    ------
    InputError
        If the file, its table or its positions are at fault.
    """
    path = declaration.path
    if may_be_dataset(declaration):
        is_large = stream_from is not None and count_rows(path) >= stream_from
        if path.is_dir() or is_large:
            rows = open_rows(declaration)
            if not is_whole_wanted(rows, stream_from):
                return _leave_on_disk(rows)
            return _read_whole_layer(declaration, read_whole(rows), code=code)
    result = read_rows(declaration, surroundings=surroundings)
    return _read_whole_layer(declaration, result, code=code)


def _leave_on_disk(rows: StreamedRows) -> Layer:
    """Put what was declared beside roads that are read later."""
    note = Text(
        f"共 {rows.dataset.rows:,} 行，分块读取，不一次读入内存",
        f"{rows.dataset.rows:,} rows, read piece by piece and never all at once",
    )
    return _describe(
        rows.declaration,
        table=empty_table(rows.declaration.name),
        sha256=rows.dataset.fingerprint,
        notes=[note],
        streamed=rows,
    )


def _read_whole_layer(declaration: LayerDeclaration, result: ReadResult, *, code: str) -> Layer:
    """Put what was declared beside the rows of one layer."""
    schema = LAYERS[declaration.name]
    table, notes = result.table, list(result.notes)
    if declaration.name == "boundary":
        table = _pick_boundary(table, declaration, code)
    if declaration.name == "stations":
        table, remarks = _fill_control_level(table, declaration)
        notes += remarks
    order = table[schema.id_column].astype("string").sort_values(kind="stable").index
    return _describe(
        declaration,
        table=table.loc[order].reset_index(drop=True),
        sha256=_hash(declaration.path),
        notes=notes,
        rows=tuple(result.rows[place] for place in order) if result.rows else (),
    )


def _describe(
    declaration: LayerDeclaration,
    *,
    table: gpd.GeoDataFrame,
    sha256: str,
    notes: list[Text],
    rows: tuple[int, ...] = (),
    streamed: StreamedRows | None = None,
) -> Layer:
    """Put what was declared beside what was read."""
    return Layer(
        name=declaration.name,
        table=table,
        path=declaration.path,
        sha256=sha256,
        datum=declaration.datum or "file",
        accuracy_m=declaration.accuracy_m,
        source=declaration.source,
        licence=declaration.licence,
        as_of=declaration.as_of,
        is_demo=declaration.is_demo,
        is_approximate=declaration.is_approximate,
        notes=(*declaration.notes, *notes),
        rows=rows,
        streamed=streamed,
    )


def _pick_boundary(
    table: gpd.GeoDataFrame, declaration: LayerDeclaration, code: str
) -> gpd.GeoDataFrame:
    """Take the district's row of a boundary file that holds several districts.

    Raises
    ------
    DistrictError
        If it is not among them, or more than once.
    """
    if len(table) == 1:
        return table
    mine = table[table["district_id"].astype("string").fillna("") == code]
    if len(mine) == 1:
        return mine
    raise DistrictError(
        Fault(
            file=declaration.path.name,
            column="district_id",
            problem=Text(
                f"界线文件有 {len(table)} 行，其中代码为 {code} 的有 {len(mine)} 行",
                f"the boundary file has {len(table)} rows, {len(mine)} of them with code {code}",
            ),
            mend=Text(
                "只留本辖区一行，或用 where 选出它",
                "keep the row of this district alone, or choose it with where",
            ),
        )
    )


def _fill_control_level(
    table: gpd.GeoDataFrame, declaration: LayerDeclaration
) -> tuple[gpd.GeoDataFrame, list[Text]]:
    """Fill in the control level that a registry leaves blank, and say so."""
    if "control_level" in table.columns:
        level = table["control_level"].astype("string").str.strip()
    else:
        level = pd.Series(data=pd.NA, index=table.index, dtype="string")
    blank = level.isna() | (level == "")
    if not blank.any():
        return table, []
    filled = table.assign(control_level=level.mask(blank, declaration.control_level))
    return filled, [
        Text(
            f"{int(blank.sum())} 个站点未写控制级别，按 {declaration.control_level} 计",
            f"{int(blank.sum())} stations name no control level:"
            f" taken as {declaration.control_level}",
        )
    ]


def _hash(path: Path) -> str:
    """Give the SHA-256 of a file; of a Shapefile that of its parts, in a fixed order."""
    parts = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if path.suffix.lower() == ".shp":
        beside = {one.suffix.lower(): one for one in path.parent.glob(f"{escape(path.stem)}.*")}
        parts = [beside[ending] for ending in _SHAPEFILE_PARTS if ending in beside]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()
