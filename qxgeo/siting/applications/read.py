"""From a file to applications: every wrong row named with its mend, all others ready to judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.datum import check_place, smell_shift
from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.readers.contract import convert_columns, fill_ids
from qxgeo.readers.headings import rename_columns
from qxgeo.readers.places import place_rows, state_datums
from qxgeo.schemas import APPLICATIONS
from qxgeo.siting.applications.columns import Columns, expected_words, sort_columns
from qxgeo.siting.applications.entrances import Gates, read_apart, read_beside
from qxgeo.siting.applications.file import hash_file, open_list
from qxgeo.siting.applications.model import Applications
from qxgeo.siting.applications.rows import (
    ListRows,
    find_repeated_ids,
    find_spoiled,
    find_unplaced,
    list_refused,
    name_kinds,
    table_of_kind,
)
from qxgeo.siting.kinds import find_kind, read_plan_of, site_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.readers.raw import Raw


def read_applications(
    path: str | Path,
    district: District,
    *,
    kind: str | None = None,
    datum: str | None = None,
    part: str | None = None,
    entrances: str | Path | None = None,
) -> Applications:
    """Read a list of applications; a row that is wrong does not keep the others from being judged.

    Parameters
    ----------
    path
        Workbook, CSV, GeoPackage, GeoJSON, Shapefile or another file that the readers know. The
        headings are those of `schemas.APPLICATIONS`, 经度 and 纬度 or 地块 (WKT), 出入口经度,
        出入口纬度, 临路 (numbered where there are several), and those of the kinds' attributes.
    district
        Read and checked.
    kind
        Id, title or another word for the kind of every row; None reads the column 场所类别.
    datum
        Declared datum; None leaves it to a column 坐标系, to a heading such as 经度（GCJ-02）, or
        to a file that states its own. It is never guessed.
    part
        Sheet or layer of the applications, where several hold data.
    entrances
        File of the entrances; None takes the sheet or layer 出入口 where there is one.

    Returns
    -------
    applications
        Places by kind, entrances, and every wrong row with what has to be mended.

    Raises
    ------
    ReadError
        If the file cannot be read.
    SchemaError
        If a column is missing or could mean several things, or no row at all can be judged.
    DatumError
        If no datum is declared, declarations contradict, or all places lie far from the district.
    InputError
        If there is no such kind.
    """
    plan = read_plan_of(district)
    given = None if kind is None else find_kind(district, plan, kind)
    kinds = site_kinds(district, plan)
    raw, apart = open_list(
        Path(path),
        known=expected_words(kinds),
        part=part,
        entrances=None if entrances is None else Path(entrances),
        is_datum_declared=datum is not None,
    )
    if apart is not None and apart.file == raw.file:
        apart = replace(apart, file=f"{apart.file} [出入口]")
    columns = sort_columns(raw, is_kind_given=given is not None)
    one = _read_rows(raw, columns, datum)
    gates = _read_gates(one, apart, datum)
    one = name_kinds(one, district, plan, given)
    faults = [
        *one.faults,
        *find_repeated_ids(one, gates, is_apart=apart is not None),
        *find_unplaced(one),
    ]
    faults += [*gates.faults, *find_spoiled(one, gates, faults)]
    tables, notes = {}, list[Text]()
    wrong = {fault.row for fault in faults if fault.file == raw.file}
    for each in kinds:
        table, more, odd = table_of_kind(one, each, wrong)
        faults += more
        notes += odd
        if len(table):
            tables[each.kind_id] = table
    if not tables:
        raise SchemaError(_in_order(faults, raw))
    geometry = np.concatenate([t.geometry.to_numpy(dtype=object) for t in tables.values()])
    kept = {str(site_id) for table in tables.values() for site_id in table["site_id"]}
    doors = gates.table[gates.table["site_id"].isin(kept)].reset_index(drop=True)
    return Applications(
        file=raw.file,
        sha256=hash_file(Path(path)),
        row_count=len(raw.cells),
        kinds=tuple(each for each in kinds if each.kind_id in tables),
        tables=tables,
        entrances=doors,
        refused=list_refused(one, _in_order(faults, raw)),
        notes=(
            *one.notes,
            *gates.notes,
            *notes,
            *_tell_blank_status(tables, raw),
            *_look_around(district, geometry, raw.file),
        ),
        datums=one.count_datums(kept),
    )


def _read_rows(raw: Raw, columns: Columns, datum: str | None) -> ListRows:
    """Read positions and the columns that every list has."""
    datums, faults, notes = state_datums(
        raw,
        declared=datum,
        column=columns.headings.get("datum"),
        headings=columns.of_positions,
        schema=APPLICATIONS,
    )
    geometry, place_faults, place_notes = _place(raw, columns, datums)
    cells = rename_columns(raw.cells, columns.headings)
    table, cell_faults = convert_columns(raw, cells, columns.headings, APPLICATIONS)
    table, id_faults, id_notes = fill_ids(raw, table, columns.headings, APPLICATIONS)
    table = table[[*APPLICATIONS.columns]]
    return ListRows(
        raw=raw,
        columns=columns,
        table=table,
        geometry=geometry,
        datums=tuple(datums),
        faults=(*faults, *place_faults, *cell_faults, *id_faults),
        notes=(*raw.notes, *notes, *id_notes, *place_notes),
    )


def _place(
    raw: Raw, columns: Columns, datums: list[str | None]
) -> tuple[NDArray[np.object_], list[Fault], list[Text]]:
    """Place rows by their parcel where there is one, else by their point."""
    faults, notes = list[Fault](), list[Text]()
    geometry = np.full(len(raw.cells), None, dtype=object)
    if columns.positions or raw.geometry is not None:
        placed = place_rows(raw, positions=columns.positions, datums=datums, schema=APPLICATIONS)
        geometry, faults, notes = placed.geometry, [*placed.faults], [*placed.notes]
    if not columns.parcel:
        return geometry, faults, notes
    parcels = place_rows(raw, positions={"wkt": columns.parcel}, datums=datums, schema=APPLICATIONS)
    is_parcel = np.array([one is not None for one in parcels.geometry], dtype=bool)
    both = is_parcel & np.array([one is not None for one in geometry], dtype=bool)
    if both.any():
        notes.append(
            Text(
                f"{raw.file}：{int(both.sum())} 行同时给出点和地块，按地块判定",
                f"{raw.file}: {int(both.sum())} rows have a point and a parcel: the parcel counts",
            )
        )
    return (
        np.where(is_parcel, parcels.geometry, geometry),
        [*faults, *parcels.faults],
        [*notes, *parcels.notes],
    )


def _read_gates(one: ListRows, apart: Raw | None, datum: str | None) -> Gates:
    """Read entrances beside the places and in a list of their own."""
    beside = read_beside(one.raw, one.columns, one.site_ids, one.datums)
    if apart is None:
        return beside
    own = read_apart(
        apart,
        site_ids=one.site_ids,
        datums=dict(zip(one.site_ids, one.datums, strict=True)),
        declared=datum,
    )
    if len(beside.table) == 0:
        return replace(own, faults=(*beside.faults, *own.faults), notes=(*beside.notes, *own.notes))
    note = Text(
        f"{one.raw.file}：出入口既有专表又有列，两处都采用",
        f"{one.raw.file}: entrances stand in columns and in a list of their own: both are used",
    )
    return Gates(
        table=gpd.GeoDataFrame(pd.concat([beside.table, own.table], ignore_index=True), crs=4326),
        faults=(*beside.faults, *own.faults),
        spoiled=own.spoiled,
        notes=(*beside.notes, *own.notes, note),
    )


def _tell_blank_status(tables: Mapping[str, gpd.GeoDataFrame], raw: Raw) -> tuple[Text, ...]:
    """Say that an application without a status is taken for a new site."""
    count = sum(int(table["status"].isna().sum()) for table in tables.values())
    if not count:
        return ()
    return (
        Text(
            f"{raw.file}：{count} 行没有写状态，按“拟新增”判定",
            f"{raw.file}: {count} rows have no status and are judged as new ones",
        ),
    )


def _look_around(district: District, geometry: NDArray[np.object_], file: str) -> tuple[Text, ...]:
    """Refuse a list that lies elsewhere; tell what lies far, and what smells of another datum.

    Raises
    ------
    DatumError
        If every place is far from the district.
    """
    west, south, east, north = map(float, district.layers["boundary"].table.total_bounds)
    notes = check_place(geometry, file=file, surroundings=(west, south, east, north))
    if "roads" not in district.layers:
        return notes
    smell = smell_shift(geometry, district.layers["roads"].table.geometry.to_numpy(dtype=object))
    return (
        *notes,
        *(Text(f"{file}：{text.zh}", f"{file}: {text.en}") for text in smell.warnings),
    )


def _in_order(faults: Iterable[Fault], raw: Raw) -> list[Fault]:
    """Put faults into the order of rows, the list of applications first."""
    return sorted(faults, key=lambda fault: (fault.file != raw.file, fault.row or 0))
