"""Positions of a list, row by row: a wrong row is named and left out, the others go on."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.datum import CHINA_BOX, check_place, normalise_datum, to_wgs84
from qxgeo.errors import DatumError, Fault, Text
from qxgeo.readers.cells import as_text
from qxgeo.readers.layer import decide_datum
from qxgeo.readers.positions import read_positions
from qxgeo.readers.shapes import check_shapes, find_infinite, flatten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qxgeo.readers.raw import Raw
    from qxgeo.schemas import LayerSchema

    Geometries = NDArray[np.object_]

# How officers call a datum in a cell, beside the names that `normalise_datum` takes.
_WORDS = {
    "wgs84": ("gps", "wgs", "84", "84坐标", "地心坐标", "4326"),
    "cgcs2000": (
        *("2000", "国家2000", "2000国家", "大地2000", "cgcs", "4490"),
        *("国家大地坐标系2000", "2000国家大地坐标系"),
    ),
    "gcj02": (
        *("gcj", "gcj2", "火星", "火星坐标", "火星坐标系", "国测局"),
        *("高德", "高德地图", "高德坐标", "腾讯", "腾讯地图", "腾讯坐标"),
    ),
    "beijing54": ("北京54", "北京1954", "bj54"),
    "xian80": ("西安80", "西安1980"),
    "bd09": ("bd", "bd9", "bd09ll", "百度", "百度地图", "百度坐标", "百度坐标系"),
}
_NAMED = {word: datum for datum, words in _WORDS.items() for word in words}
_ALIKE = {"wgs84", "cgcs2000"}
_IN_BRACKETS = re.compile(r"[(\[【](?P<inside>[^)\]】]*)[)\]】]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Positions of a list.

    Attributes
    ----------
    geometry
        EPSG:4326, 2-D; None where a row has no position or a wrong one.
    faults
        What keeps a row from being placed, each with its row; a blank position is none.
    notes
        What was dropped or unwrapped.
    """

    geometry: Geometries
    faults: tuple[Fault, ...]
    notes: tuple[Text, ...]


def name_datum(word: str) -> str:
    """Bring an officer's word for a datum into its one spelling.

    Parameters
    ----------
    word
        Such as WGS-84, 高德, 火星坐标, 百度, 国家2000, EPSG:4546.

    Returns
    -------
    datum
        As `datum.normalise_datum` gives it.

    Raises
    ------
    DatumError
        If nobody knows it, or it is refused.
    """
    plain = re.sub(r"[\s_\-]", "", unicodedata.normalize("NFKC", word)).casefold()
    return normalise_datum(_NAMED.get(plain, word))


def state_datums(
    raw: Raw,
    *,
    declared: str | None,
    column: str | None,
    headings: Sequence[str],
    schema: LayerSchema,
    otherwise: Sequence[str | None] | None = None,
) -> tuple[list[str | None], list[Fault], tuple[Text, ...]]:
    """Find what is declared as the datum of each row; nothing is guessed from the numbers.

    Parameters
    ----------
    raw
        The list as read.
    declared
        What the caller says of the whole list.
    column
        Heading of a column that says it row by row.
    headings
        Those of the positions; one may say it in brackets, as 经度（GCJ-02）.
    schema
        Contract of the list.
    otherwise
        Datum of each row where the list says nothing at all, as for entrances that follow their
        place; None makes that an error.

    Returns
    -------
    datums, faults, notes
        None for a row that says none or contradicts what is declared; that row is a fault.

    Raises
    ------
    DatumError
        If nothing says anything, or the file itself contradicts what is declared.
    """
    whole = None if declared is None else normalise_datum(declared, file=raw.file)
    inside = _read_brackets(raw, headings)
    if raw.geometry is not None or raw.stated_datum is not None:
        name, notes = decide_datum(raw, declared, schema)
        return [name] * len(raw.cells), [], notes
    if column is None:
        _refuse_contradiction(raw, whole, inside)
        if whole is None and inside is None:
            if otherwise is None:
                raise DatumError(_undeclared(raw.file))
            return list(otherwise), [], ()
        return [whole or inside] * len(raw.cells), [], ()
    faults: list[Fault] = []
    cells = [as_text(cell) for cell in raw.cells[column]]
    if whole is None and inside is None and not any(cells):
        raise DatumError(_undeclared(raw.file))
    _refuse_contradiction(raw, whole, inside)
    known: dict[str | None, str | Fault | None] = {}
    datums: list[str | None] = []
    for row, cell in zip(raw.rows, cells, strict=True):
        if cell not in known:
            known[cell] = _read_cell(cell, whole or inside, file=raw.file)
        found = known[cell]
        if isinstance(found, Fault):
            faults.append(replace(found, row=int(row), column=column))
        datums.append(None if isinstance(found, Fault) else found)
    return datums, faults, ()


def _read_cell(cell: str | None, whole: str | None, *, file: str) -> str | Fault | None:
    """Read one cell of the datum's column; a blank one follows what holds for the whole."""
    if cell is None:
        return whole or _undeclared(file)
    try:
        found = name_datum(cell)
    except DatumError as error:
        return replace(error.faults[0], file=file)
    if whole is not None and found != whole and not {found, whole} <= _ALIKE:
        return _contradiction(file, whole, cell)
    return found


def _read_brackets(raw: Raw, headings: Sequence[str]) -> str | None:
    """Find the datum that headings of positions name in brackets.

    Raises
    ------
    DatumError
        If two headings name different ones.
    """
    found: dict[str, str] = {}
    for heading in headings:
        for match in _IN_BRACKETS.finditer(unicodedata.normalize("NFKC", heading)):
            try:
                found[heading] = name_datum(match["inside"])
            except DatumError:
                continue  # a unit, such as (度)
    names = sorted(set(found.values()))
    if len(names) > 1:
        raise DatumError(_contradiction(raw.file, names[0], names[1]))
    return names[0] if names else None


def _refuse_contradiction(raw: Raw, whole: str | None, inside: str | None) -> None:
    """Stop where the caller and the headings say different things.

    Raises
    ------
    DatumError
        If they do.
    """
    if whole and inside and whole != inside and not {whole, inside} <= _ALIKE:
        raise DatumError(_contradiction(raw.file, whole, inside))


def _contradiction(file: str, declared: str, found: str) -> Fault:
    """Say that two declarations differ."""
    return Fault(
        file=file,
        problem=Text(
            f"声明的坐标基准是 {declared}，表中写的是 {found}",
            f"the declared datum is {declared}, the list says {found}",
        ),
        mend=Text(
            "请核实坐标取自哪里，改正其一", "find out where the positions come from, correct one"
        ),
    )


def _undeclared(file: str) -> Fault:
    """Ask for the datum."""
    return Fault(
        file=file,
        problem=Text("没有声明坐标基准", "no datum is declared"),
        mend=Text(
            "请加 --datum（高德、腾讯 gcj02，百度 bd09，GPS wgs84，国家2000 cgcs2000），"
            "或在表中加“坐标系”列",
            "give --datum (AMap, Tencent gcj02; Baidu bd09; GPS wgs84; CGCS2000 cgcs2000), or a"
            " column 坐标系",
        ),
    )


def place_rows(
    raw: Raw,
    *,
    positions: Mapping[str, str],
    datums: Sequence[str | None],
    schema: LayerSchema,
) -> Placed:
    """Read, convert and check the positions of a list.

    Parameters
    ----------
    raw
        The list as read.
    positions
        Headings as `positions.find_headings` gives them; not asked where the format has geometry.
    datums
        Datum of each row, None for a row that is at fault already.
    schema
        Which shapes are meant.

    Returns
    -------
    placed
        One geometry for each row.
    """
    found, faults = raw.geometry, list[Fault]()
    if found is None:
        found, faults = read_positions(raw, positions)
    column = next(iter(positions.values()), "") if raw.geometry is None else ""
    faults = [fault if fault.column else replace(fault, column=column) for fault in faults]
    flat = flatten(np.asarray(found, dtype=object), raw.file)
    geometry = flat.geometry
    faults += find_infinite(geometry, raw.rows, raw.file)
    wrong = {fault.row for fault in faults}
    is_wrong = np.array([int(row) in wrong for row in raw.rows], dtype=bool)
    geometry[is_wrong | np.array([datum is None for datum in datums], dtype=bool)] = None
    for datum in sorted({one for one in datums if one is not None}):
        rows = np.flatnonzero(np.array([one == datum for one in datums]))
        faults += _convert(geometry, rows, raw, datum, column)
    shapes = check_shapes(geometry, raw.rows, schema=schema, file=raw.file, is_repaired=False)
    faults += [_without_repair(fault) for fault in shapes.faults]
    geometry = shapes.geometry
    wrong = {fault.row for fault in faults}
    geometry[[int(row) in wrong for row in raw.rows]] = None
    faults.sort(key=lambda fault: (fault.row or 0, fault.column))
    return Placed(geometry=geometry, faults=tuple(faults), notes=(*flat.notes, *shapes.notes))


def _convert(
    geometry: Geometries, rows: NDArray[np.intp], raw: Raw, datum: str, column: str
) -> list[Fault]:
    """Convert the rows of one datum in place; rows that land nowhere become faults."""
    numbers = geometry[rows]
    try:
        target = to_wgs84(numbers, datum, file=raw.file)
        doubtful = ~_in_china(target)
    except DatumError:
        target = np.full(len(rows), None, dtype=object)
        doubtful = ~np.asarray(shapely.is_missing(numbers), dtype=bool)
    faults = []
    for at in np.flatnonzero(doubtful):
        row = int(raw.rows[rows[at]])
        try:
            one = to_wgs84(numbers[at : at + 1], datum, file=raw.file)
            check_place(one, rows=[row], file=raw.file)
            target[at] = one[0]
        except DatumError as error:
            target[at] = None
            faults += [replace(fault, row=row, column=column) for fault in error.faults]
    geometry[rows] = target
    return faults


def _in_china(geometry: Geometries) -> NDArray[np.bool_]:
    """Tell which geometries lie in the box around China, or are missing."""
    west, south, east, north = CHINA_BOX
    bounds = np.asarray(shapely.bounds(geometry), dtype=np.float64).reshape(-1, 4)
    with np.errstate(invalid="ignore"):
        low = (bounds[:, 0] >= west) & (bounds[:, 1] >= south)
        inside = low & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)
    return np.asarray(inside | shapely.is_missing(geometry), dtype=bool)


def _without_repair(fault: Fault) -> Fault:
    """Leave out the advice that only a layer of a district can follow."""
    if "repair = true" not in fault.mend.en:
        return fault
    return replace(
        fault, mend=Text("请在 QGIS 中修复该地块", "repair the parcel, for example in QGIS")
    )
