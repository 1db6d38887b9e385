"""A planner's file of any usual kind becomes a checked layer in WGS 84."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from qxgeo.datum import check_place, normalise_datum, reconcile_datum, to_wgs84
from qxgeo.errors import DatumError, Fault, SchemaError, Text
from qxgeo.readers.cells import AGAINST, as_text
from qxgeo.readers.contract import (
    convert_columns,
    fill_ids,
    find_blank_names,
    find_repeated,
    find_same_things,
)
from qxgeo.readers.formats import read_raw
from qxgeo.readers.headings import (
    choose_rows,
    expected_headings,
    has_positions,
    match_headings,
    rename_columns,
    take,
)
from qxgeo.readers.lengths import find_other_units
from qxgeo.readers.positions import find_headings, read_positions
from qxgeo.readers.raw import Raw
from qxgeo.readers.result import ReadResult
from qxgeo.readers.shapes import check_shapes, find_infinite, flatten
from qxgeo.readers.station_names import interpret_station_names
from qxgeo.schemas import LAYERS, STATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.schemas import LayerSchema

Box = tuple[float, float, float, float]


def read_table(  # noqa: PLR0913  one keyword per key of a layer in district.toml
    path: str | Path,
    *,
    layer: str,
    datum: str | None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    sublayer: str | None = None,
    header_row: int | None = None,
    where: Mapping[str, object] | None = None,
    missing_position: str = "refuse",
    repair: bool = False,
    surroundings: Box | None = None,
) -> ReadResult:
    """Read a file into a layer: columns by contract, positions in WGS 84, all faults in one error.

    Parameters
    ----------
    path
        CSV, TSV, workbook, Shapefile, GeoJSON, GeoPackage, GeoParquet, KML, KMZ, OVKML, or a zip
        archive of one of them.
    layer
        Name in `schemas.LAYERS`.
    datum
        Declared datum as `datum.normalise_datum` takes it; None leaves it to the file, and is
        refused where the file does not state one.
    columns
        Column name to heading of the file, also ``lon``, ``lat``, ``position``, ``wkt``.
    encoding
        Encoding of text; found where it is not declared.
    sheet
        Sheet of a workbook by name or by number, 1 for the first.
    sublayer
        Layer of a GeoPackage, folder of a KML, member of an archive.
    header_row
        Row of the header, 1 for the first; found where it is not declared.
    where
        Column name or heading to the value or values of the rows to keep.
    missing_position
        ``refuse`` makes a row without position a fault, ``list`` leaves it out and names it.
    repair
        Whether polygons that cross themselves are mended and noted.
    surroundings
        West, south, east, north in degrees within which the layer is expected.

    Returns
    -------
    result
        Table in EPSG:4326, 2-D, columns of the contract (all of them, nullable types), then the
        file's others, then `geometry`; sorted by id, range index. Notes on what was assumed.

    Raises
    ------
    ReadError
        If the file is missing, unreadable, broken or in another format or encoding.
    SchemaError
        If the table breaks its contract.
    DatumError
        If no datum is declared or the numbers contradict it.
    """
    mapping = dict(columns or {})
    raw = read_raw(
        path,
        known=expected_headings(LAYERS[layer], mapping),
        encoding=encoding,
        sheet=sheet,
        sublayer=sublayer,
        header_row=header_row,
        is_datum_declared=bool(datum),
    )
    return check_raw(
        raw,
        layer=layer,
        datum=datum,
        columns=mapping,
        where=where,
        missing_position=missing_position,
        repair=repair,
        surroundings=surroundings,
    )


def check_raw(
    raw: Raw,
    *,
    layer: str,
    datum: str | None,
    columns: Mapping[str, str],
    where: Mapping[str, object] | None = None,
    missing_position: str = "refuse",
    repair: bool = False,
    surroundings: Box | None = None,
) -> ReadResult:
    """Check a file as it was read, or a part of one, and put it into the layer's columns.

    Parameters
    ----------
    raw
        Cells and geometry.
    layer, datum, columns, where, missing_position, repair, surroundings
        As `read_table` takes them.

    Returns
    -------
    result
        As `read_table` gives it.

    Raises
    ------
    SchemaError
        If the table breaks its contract.
    DatumError
        If no datum is declared or the numbers contradict it.
    """
    schema, mapping = LAYERS[layer], columns
    raw, headings = _match(raw, schema, mapping, where or {})
    raw, faults = _with_geometry(raw, mapping, schema)
    raw, faults, unplaced = _without_position(raw, headings, schema, missing_position, faults)
    table, more, notes = _check_cells(raw, headings, schema)
    faults += more
    name, datum_notes = decide_datum(raw, datum, schema)
    shapes, place_notes = _check_geometry(
        raw, schema, name, faults=faults, is_repaired=repair, surroundings=surroundings
    )
    shapes = _turn_against(shapes, raw, headings)
    out = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index), crs=4326)
    if schema is STATIONS:
        out, name_notes = interpret_station_names(out)
        notes = (*notes, *name_notes)
    order = out[schema.id_column].astype("string").sort_values(kind="stable").index
    remarks = (*raw.notes, *datum_notes, *unplaced, *notes, *place_notes)
    rows = tuple(int(row) for row in raw.rows[order])
    return ReadResult(out.loc[order].reset_index(drop=True), remarks, rows)


def _turn_against(
    shapes: NDArray[np.object_], raw: Raw, headings: Mapping[str, str]
) -> NDArray[np.object_]:
    """Turn round the one-way roads whose traffic runs against their line, as OSM's -1 says."""
    if "is_oneway" not in headings:
        return shapes
    against = raw.cells[headings["is_oneway"]].map(as_text).isin(AGAINST).to_numpy(dtype=bool)
    return np.asarray(np.where(against, shapely.reverse(shapes), shapes), dtype=object)


def _match(
    raw: Raw, schema: LayerSchema, columns: Mapping[str, str], where: Mapping[str, object]
) -> tuple[Raw, dict[str, str]]:
    """Match headings and choose rows; a missing column ends the reading.

    Raises
    ------
    SchemaError
        If a column is missing or there is no row.
    """
    headings, faults = match_headings(raw, schema, columns)
    faults += find_other_units(
        [str(heading) for heading in raw.cells.columns], columns, schema=schema, file=raw.file
    )
    if faults:
        raise SchemaError(faults)
    if not len(raw.cells):
        problem = Text("一行数据也没有", "there is no row in it")
        mend = Text("请检查导出是否完整", "check that the export is complete")
        raise SchemaError(Fault(problem=problem, mend=mend, file=raw.file))
    return choose_rows(raw, headings, where), headings


def _with_geometry(
    raw: Raw, columns: Mapping[str, str], schema: LayerSchema
) -> tuple[Raw, list[Fault]]:
    """Build geometry from cells where the format has none, and flatten it."""
    geometry, faults = raw.geometry, list[Fault]()
    if geometry is None and schema.position_optional and not has_positions(raw, columns):
        geometry = np.full(len(raw.cells), None, dtype=object)
    elif geometry is None:
        geometry, faults = read_positions(raw, find_headings(raw, columns))
    shapes = flatten(geometry, raw.file)
    faults += find_infinite(shapes.geometry, raw.rows, raw.file)
    flat = Raw(
        file=raw.file,
        cells=raw.cells,
        rows=raw.rows,
        geometry=shapes.geometry,
        crs=raw.crs,
        stated_datum=raw.stated_datum,
        notes=(*raw.notes, *shapes.notes),
    )
    return flat, faults


def _without_position(
    raw: Raw,
    headings: Mapping[str, str],
    schema: LayerSchema,
    missing_position: str,
    faults: list[Fault],
) -> tuple[Raw, list[Fault], tuple[Text, ...]]:
    """Refuse or list the rows without position, unless the contract allows them."""
    faulty = {fault.row for fault in faults}
    unnamed = np.array([int(row) not in faulty for row in raw.rows], dtype=bool)
    missing = np.asarray(shapely.is_missing(raw.geometry), dtype=bool) & unnamed
    if schema.empty_geometry_allowed or not missing.any():
        return raw, faults, ()
    if missing_position == "list" and not missing.all():
        return take(raw, ~missing), faults, (_name_unplaced(raw, headings, schema, missing),)
    problem = Text("没有位置（坐标或几何是空的）", "there is no position (blank or empty geometry)")
    mend = Text(
        '请补上位置；确实没有的，写 missing_position = "list" 不计并列名',
        'enter the position; or write missing_position = "list" to leave it out and name it',
    )
    rows = [int(row) for row in raw.rows[missing]]
    more = [Fault(problem=problem, mend=mend, file=raw.file, row=row) for row in rows]
    return raw, [*faults, *more], ()


def _name_unplaced(
    raw: Raw, headings: Mapping[str, str], schema: LayerSchema, missing: NDArray[np.bool_]
) -> Text:
    """Name the rows that were left out for want of a position."""
    keys = [headings[name] for name in (schema.id_column, "name") if name in headings]
    cells = raw.cells.loc[missing, keys].astype("string").fillna("")
    names = [" ".join(row).strip() for row in cells.itertuples(index=False)]
    listed = [f"{row} {name}".strip() for row, name in zip(raw.rows[missing], names, strict=True)]
    return Text(
        f"{raw.file}：{len(listed)} 行没有位置，未计入：第 {'、'.join(listed)}",
        f"{raw.file}: {len(listed)} rows have no position and were left out: "
        f"row {', '.join(listed)}",
    )


def _check_cells(
    raw: Raw, headings: Mapping[str, str], schema: LayerSchema
) -> tuple[pd.DataFrame, list[Fault], tuple[Text, ...]]:
    """Convert the cells and gather their faults."""
    cells = rename_columns(raw.cells, headings)
    table, faults = convert_columns(raw, cells, headings, schema)
    faults += find_same_things(raw, table, headings, schema)
    table, more, notes = fill_ids(raw, table, headings, schema)
    faults += more
    unreadable = {(fault.row, fault.column) for fault in faults}  # no longer blank once mended
    blank = find_blank_names(raw, table, headings, schema)
    faults += [one for one in blank if (one.row, one.column) not in unreadable]
    faults += find_repeated(raw, table, headings, schema)
    return table, faults, notes


def decide_datum(
    raw: Raw, declared: str | None, schema: LayerSchema
) -> tuple[str, tuple[Text, ...]]:
    """Decide the datum; a datum that the file states beside its system must agree.

    A table without a single position, where the contract allows that, needs none.

    Parameters
    ----------
    raw
        The file as read, with geometry.
    declared
        As `datum.normalise_datum` takes it; None leaves it to the file.
    schema
        Contract of the layer.

    Returns
    -------
    name, notes
        As `datum.to_wgs84` takes it, and what was taken as given.

    Raises
    ------
    DatumError
        If the two contradict, or nothing says anything.
    """
    stated = raw.stated_datum
    is_nowhere = bool(np.all(shapely.is_missing(raw.geometry)))
    if schema.position_optional and is_nowhere and not declared:
        return "wgs84", ()
    if stated is None:
        name = reconcile_datum(declared, raw.crs, file=raw.file)
        crs_name = raw.crs.name if raw.crs is not None else name
        note = Text(
            f"{raw.file}：未声明坐标基准，按文件自带的“{crs_name}”",
            f'{raw.file}: no datum was declared, the file\'s own "{crs_name}" was taken',
        )
        return name, () if declared else (note,)
    if declared:
        name = normalise_datum(declared, file=raw.file)
        alike = {"wgs84", "cgcs2000"}
        if name != stated and not {name, stated} <= alike:
            problem = Text(
                f"声明的坐标基准是 {name}，但文件写明 OvCoordType 是 {stated}",
                f"the declared datum is {name}, the file's OvCoordType says {stated}",
            )
            mend = Text(
                f"请改为 datum = {stated}，或重新导出", f"declare {stated}, or export again"
            )
            raise DatumError(Fault(problem=problem, mend=mend, file=raw.file))
    note = Text(
        f"{raw.file}：坐标基准按文件的 OvCoordType：{stated}",
        f"{raw.file}: datum {stated} by the file's OvCoordType",
    )
    return stated, () if declared else (note,)


def _check_geometry(
    raw: Raw,
    schema: LayerSchema,
    datum: str,
    *,
    faults: list[Fault],
    is_repaired: bool,
    surroundings: Box | None,
) -> tuple[NDArray[np.object_], tuple[Text, ...]]:
    """Convert to WGS 84 and judge place and shape; every fault of the table in one error.

    Raises
    ------
    DatumError
        If the positions alone are at fault.
    SchemaError
        If anything else is.
    """
    numbers = np.asarray(raw.geometry, dtype=object)
    usable = numbers.copy()
    infinite = {fault.row for fault in find_infinite(numbers, raw.rows, raw.file)}
    usable[[int(row) in infinite for row in raw.rows]] = None
    try:
        target = to_wgs84(usable, datum, file=raw.file)
        notes = check_place(
            target,
            rows=[int(row) for row in raw.rows],
            file=raw.file,
            surroundings=surroundings,
            numbers=usable,
        )
    except DatumError as error:
        if faults:
            raise SchemaError([*error.faults, *faults]) from error
        raise
    shapes = check_shapes(target, raw.rows, schema=schema, file=raw.file, is_repaired=is_repaired)
    every = sorted([*faults, *shapes.faults], key=lambda fault: (fault.row or 0, fault.column))
    if every:
        raise SchemaError(every)
    return shapes.geometry, (*notes, *shapes.notes)
