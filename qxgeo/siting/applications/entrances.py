"""Entrances of applications: columns beside the place, or a list of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.readers.cells import as_text
from qxgeo.readers.headings import match_headings
from qxgeo.readers.places import Placed, place_rows, state_datums
from qxgeo.readers.positions import find_heading, find_headings
from qxgeo.schemas import ENTRANCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qxgeo.readers.raw import Raw
    from qxgeo.siting.applications.columns import Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """Entrances of a list.

    Attributes
    ----------
    table
        `site_id`, `entrance_id`, `road_name`, geometry in EPSG:4326; range index.
    faults
        What is wrong with an entrance, each with its row.
    spoiled
        Places one of whose entrances is wrong, with the row of it: they cannot be judged.
    """

    table: gpd.GeoDataFrame
    faults: tuple[Fault, ...]
    spoiled: Mapping[str, int]
    notes: tuple[Text, ...]


def read_beside(
    raw: Raw, columns: Columns, site_ids: Sequence[str], datums: Sequence[str | None]
) -> Gates:
    """Read the entrances that stand in columns beside their place.

    Parameters
    ----------
    raw
        The list as read.
    columns
        What its columns say.
    site_ids
        Id of each row.
    datums
        Datum of each row.

    Returns
    -------
    gates
        In the order of the rows; a fault has the row of its place, so nothing is spoiled apart.
    """
    faults, notes, parts = list[Fault](), list[Text](), []
    for gate in columns.entrances:
        roads = _texts(raw, gate.road)
        if not gate.positions:
            notes += _tell_idle_roads(raw, roads, gate.road)
            continue
        placed = _place(raw, gate.positions, datums)
        faults += placed.faults
        notes += placed.notes
        wrong = {fault.row for fault in placed.faults}
        known = np.array([one is not None for one in placed.geometry], dtype=bool)
        unplaced = [
            None if at or int(row) in wrong else road
            for at, road, row in zip(known, roads, raw.rows, strict=True)
        ]
        notes += _tell_idle_roads(raw, unplaced, gate.road)
        ids = [f"{site_id}-{gate.number}" for site_id in site_ids]
        table = _table(site_ids, ids, roads, placed.geometry)
        parts.append(table[known].assign(place=np.flatnonzero(known), number=gate.number))
    if not parts:
        return Gates(table=_table([], [], [], []), faults=(), spoiled={}, notes=tuple(notes))
    whole = pd.concat(parts).sort_values(["place", "number"], kind="stable")
    table = whole.drop(columns=["place", "number"]).reset_index(drop=True)
    return Gates(table=table, faults=tuple(faults), spoiled={}, notes=tuple(notes))


def read_apart(
    raw: Raw, *, site_ids: Sequence[str], datums: Mapping[str, str | None], declared: str | None
) -> Gates:
    """Read the entrances that stand in a list of their own.

    Parameters
    ----------
    raw
        That list as read.
    site_ids
        Every id of the applications.
    datums
        Datum of each application, which its entrances have where nothing says another.
    declared
        Datum that the caller says.

    Returns
    -------
    gates
        In the order of that list.

    Raises
    ------
    SchemaError
        If no column says whose the entrances are, or where.
    DatumError
        If declarations contradict.
    """
    headings, _ = match_headings(raw, ENTRANCES, {})
    owner = _find_owner(raw, headings, site_ids)
    positions = {} if raw.geometry is not None else find_headings(raw, {})
    owners = _texts(raw, owner)
    known = set(site_ids)
    faults = _find_nobodys(raw, owner, owners, known)
    stated, more, notes = _state_datums(raw, positions, owners, datums, declared)
    placed = _place(raw, positions, stated)
    faulty = {fault.row for fault in (*faults, *more, *placed.faults)}
    missing = [
        _no_position(raw.file, int(row))
        for row, shape in zip(raw.rows, placed.geometry, strict=True)
        if shape is None and int(row) not in faulty
    ]
    wrong = [*faults, *more, *placed.faults, *missing]
    rows = {fault.row for fault in wrong}
    spoiled = {
        str(site_id): int(row)
        for site_id, row in zip(owners, raw.rows, strict=True)
        if site_id in known and int(row) in rows
    }
    kept = np.array([int(row) not in rows for row in raw.rows], dtype=bool)
    ids = _name_entrances(raw, headings, owner, owners)
    table = _table(owners, ids, _texts(raw, headings.get("road_name", "")), placed.geometry)
    return Gates(
        table=table[kept].reset_index(drop=True),
        faults=tuple(sorted(wrong, key=lambda fault: fault.row or 0)),
        spoiled=spoiled,
        notes=(*raw.notes, *notes, *placed.notes),
    )


def _state_datums(
    raw: Raw,
    positions: Mapping[str, str],
    owners: Sequence[str | None],
    datums: Mapping[str, str | None],
    declared: str | None,
) -> tuple[list[str | None], list[Fault], tuple[Text, ...]]:
    """Find the datum of each entrance: as it is declared, else that of its place.

    Raises
    ------
    DatumError
        If declarations contradict.
    """
    words = ("坐标系", "坐标基准", "坐标系统", "datum")
    names = [str(heading) for heading in raw.cells.columns]
    column = next((found for word in words if (found := find_heading(word, names))), None)
    return state_datums(
        raw,
        declared=declared,
        column=column,
        headings=[*positions.values()],
        schema=ENTRANCES,
        otherwise=[datums.get(one or "") for one in owners],
    )


def _find_owner(raw: Raw, headings: Mapping[str, str], site_ids: Sequence[str]) -> str:
    """Find the column that says whose an entrance is.

    Raises
    ------
    SchemaError
        If none does.
    """
    known = set(site_ids)
    words = ("所属申请", "所属", "所属编号", "所属单位编号", "受理编号")
    names = [str(heading) for heading in raw.cells.columns]
    candidates = [headings.get("site_id"), headings.get("agency_id")]
    candidates += [find_heading(word, names) for word in words] + [headings.get("entrance_id")]
    for number, heading in enumerate(candidates):
        if heading is None:
            continue
        is_own_id = number == len(candidates) - 1  # 编号 may be the entrance's own
        if not is_own_id or any(one in known for one in _texts(raw, heading)):
            return heading
    raise SchemaError(
        Fault(
            file=raw.file,
            problem=Text(
                "出入口表没有写明属于哪个申请的列",
                "no column says which application an entrance belongs to",
            ),
            mend=Text("请加“申请编号”列", "add a column 申请编号 with the application's id"),
        )
    )


def _find_nobodys(
    raw: Raw, heading: str, owners: Sequence[str | None], known: set[str]
) -> list[Fault]:
    """Find entrances whose application is not named or not there."""
    faults = []
    for row, owner in zip(raw.rows, owners, strict=True):
        if owner in known:
            continue
        problem = Text(
            f"没有编号为“{owner}”的申请", f'there is no application with the id "{owner}"'
        )
        if owner is None:
            problem = Text("出入口没有写所属申请的编号", "an entrance does not say whose it is")
        faults.append(
            Fault(
                file=raw.file,
                row=int(row),
                column=heading,
                problem=problem,
                mend=Text("请填写申请的编号", "write the id of its application"),
            )
        )
    return faults


def _name_entrances(
    raw: Raw, headings: Mapping[str, str], owner: str, owners: Sequence[str | None]
) -> list[str]:
    """Take the entrances' own ids, or count them within their application."""
    own = headings.get("entrance_id", "")
    given = _texts(raw, own) if own and own != owner else [None] * len(owners)
    counts: dict[str | None, int] = {}
    names = []
    for one, site_id in zip(given, owners, strict=True):
        counts[site_id] = counts.get(site_id, 0) + 1
        names.append(one or f"{site_id}-{counts[site_id]}")
    return names


def _place(raw: Raw, positions: Mapping[str, str], datums: Sequence[str | None]) -> Placed:
    """Read positions as those of entrances."""
    return place_rows(raw, positions=positions, datums=datums, schema=ENTRANCES)


def _texts(raw: Raw, heading: str) -> list[str | None]:
    """Read a column as text; blanks where there is none."""
    if not heading:
        return [None] * len(raw.cells)
    return [as_text(cell) for cell in raw.cells[heading]]


def _table(
    site_ids: Sequence[str | None],
    ids: Sequence[str],
    roads: Sequence[str | None],
    geometry: Sequence[object] | NDArray[Any],
) -> gpd.GeoDataFrame:
    """Put entrances together."""
    columns = {"site_id": site_ids, "entrance_id": ids, "road_name": roads}
    frame = pd.DataFrame({name: pd.array(c, dtype="string") for name, c in columns.items()})
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(list(geometry), crs=4326), crs=4326)


def _no_position(file: str, row: int) -> Fault:
    """Ask for the position of an entrance."""
    return Fault(
        file=file,
        row=row,
        problem=Text("出入口没有坐标", "an entrance has no position"),
        mend=Text("请补上坐标，没有的删去该行", "enter it, or remove the row"),
    )


def _tell_idle_roads(raw: Raw, roads: Sequence[str | None], heading: str) -> list[Text]:
    """Say that a road without the entrance's position decides nothing."""
    rows = [str(row) for row, road in zip(raw.rows, roads, strict=True) if road]
    if not rows or not heading:
        return []
    listed = "、".join(rows[:20]) + ("……" if len(rows) > 20 else "")  # noqa: PLR2004 - fits a line
    return [
        Text(
            f"{raw.file}：{len(rows)} 行写了“{heading}”但没有出入口坐标，临路不起作用"
            f"（第 {listed} 行）",
            f'{raw.file}: {len(rows)} rows have "{heading}" without the position of an entrance:'
            f" the road is not used (row {listed})",
        )
    ]
