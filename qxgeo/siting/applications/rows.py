"""Rows of a list between file and verdict: their kind, attributes, what is wrong with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from qxgeo.errors import Fault, InputError, Text
from qxgeo.readers.cells import CellError, as_number, as_text, flag_reader
from qxgeo.siting.applications.columns import match_attributes
from qxgeo.siting.applications.model import Refused
from qxgeo.siting.kinds import find_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan, Attribute, SiteKind
    from qxgeo.readers.raw import Raw
    from qxgeo.siting.applications.columns import Columns
    from qxgeo.siting.applications.entrances import Gates

_SHOWN = 5  # odd answers named in a note


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRows:
    """A list as far as it was understood.

    Attributes
    ----------
    table
        `schemas.APPLICATIONS`, one row for each row of the file.
    geometry
        EPSG:4326, None where a row is not placed.
    datums
        Datum of each row, None where it is not known.
    kinds
        Kind of each row, None where it is not known; empty before it was asked.
    faults
        What is wrong so far.
    """

    raw: Raw
    columns: Columns
    table: pd.DataFrame
    geometry: NDArray[np.object_]
    datums: tuple[str | None, ...]
    faults: tuple[Fault, ...]
    notes: tuple[Text, ...]
    kinds: tuple[SiteKind | None, ...] = ()

    @property
    def site_ids(self) -> list[str]:
        """Give the id of each row."""
        return [str(one) for one in self.table["site_id"]]

    def count_datums(self, kept: set[str]) -> dict[str, int]:
        """Count the places that are judged by the datum that they were given in."""
        pairs = zip(self.site_ids, self.datums, strict=True)
        counts = Counter(datum for site_id, datum in pairs if datum and site_id in kept)
        return dict(sorted(counts.items()))


def name_kinds(
    one: ListRows, district: District, plan: ActionPlan, given: SiteKind | None
) -> ListRows:
    """Find the kind of every row.

    Parameters
    ----------
    one
        As read.
    district, plan
        Which kinds there are.
    given
        The kind of all rows, where the caller says it.

    Returns
    -------
    rows
        With `kinds`; a word that is no kind, a blank, or one that contradicts is a fault.
    """
    found: dict[str | None, SiteKind | Fault | None] = {}
    kinds: list[SiteKind | None] = []
    faults: list[Fault] = []
    heading = one.columns.headings.get("kind_word", "")
    for row, cell in zip(one.raw.rows, one.table["kind_word"], strict=True):
        word = as_text(cell)
        if word not in found:
            found[word] = _name_kind(word, district, plan, given)
        answer = found[word]
        if isinstance(answer, Fault):
            faults.append(replace(answer, file=one.raw.file, row=int(row), column=heading))
        kinds.append(None if isinstance(answer, Fault) else answer)
    return replace(one, kinds=tuple(kinds), faults=(*one.faults, *faults))


def _name_kind(
    word: str | None, district: District, plan: ActionPlan, given: SiteKind | None
) -> SiteKind | Fault:
    """Find the kind of one word, or say why not."""
    if word is None:
        return given or Fault(
            problem=Text("没有写场所类别", "the kind of site is blank"),
            mend=Text(
                "请在“场所类别”列写明（如 汽修、餐饮、检验机构），全表同类时可用 --kind",
                "write it into a column 场所类别, or give --kind for the whole list",
            ),
        )
    try:
        kind = find_kind(district, plan, word)
    except InputError as error:
        return given or error.faults[0]  # where all are of one kind, a word may be a sort of it
    if given is not None and kind.kind_id != given.kind_id:
        return Fault(
            problem=Text(
                f"本行写的是“{word}”（{kind.kind_id}），与 --kind {given.kind_id} 不符",
                f'this row says "{word}" ({kind.kind_id}), --kind says {given.kind_id}',
            ),
            mend=Text("请改正其一，或不用 --kind", "correct one of them, or leave out --kind"),
        )
    return kind


def find_repeated_ids(one: ListRows, gates: Gates, *, is_apart: bool) -> list[Fault]:
    """Find applications whose id an earlier row has already.

    The first of them is judged, unless entrances refer to the id from elsewhere: then nobody knows
    whose they are.

    Parameters
    ----------
    one
        As read.
    gates
        Entrances that were read.
    is_apart
        Whether some of them stand in a list of their own.

    Returns
    -------
    faults
        One for each row that cannot be judged, naming all of them.
    """
    rows: dict[str, list[int]] = {}
    for site_id, row in zip(one.site_ids, one.raw.rows, strict=True):
        rows.setdefault(site_id, []).append(int(row))
    referred = set(gates.table["site_id"].astype(str)) | set(gates.spoiled) if is_apart else set()
    heading = one.columns.headings.get("site_id", "")
    faults = []
    for site_id, several in rows.items():
        listed = Text("、".join(map(str, several)), ", ".join(map(str, several)))
        first = 0 if site_id in referred else 1
        for row in several[first:] if len(several) > 1 else ():
            mend = Text(
                f"每个申请一个编号；第 {several[0]} 行已判定",
                f"give every application its own id; row {several[0]} is judged",
            )
            if site_id in referred:
                mend = Text(
                    "每个申请一个编号，出入口表随之改正",
                    "give every application its own id, and correct the list of entrances",
                )
            faults.append(
                Fault(
                    file=one.raw.file,
                    row=row,
                    column=heading,
                    problem=Text(
                        f"编号“{site_id}”重复（第 {listed.zh} 行）",
                        f'"{site_id}" is repeated (rows {listed.en})',
                    ),
                    mend=mend,
                )
            )
    return faults


def find_unplaced(one: ListRows) -> list[Fault]:
    """Find rows without any position.

    Parameters
    ----------
    one
        As read; a row whose position is wrong is named already.

    Returns
    -------
    faults
        One for each row.
    """
    named = {fault.row for fault in one.faults}
    of_positions = one.columns.of_positions
    heading = of_positions[0] if of_positions else ""
    return [
        Fault(
            file=one.raw.file,
            row=int(row),
            column=heading,
            problem=Text("没有坐标，也没有地块", "there is neither a position nor a parcel"),
            mend=Text("请补上经度、纬度或地块", "enter longitude and latitude, or the parcel"),
        )
        for row, shape in zip(one.raw.rows, one.geometry, strict=True)
        if shape is None and int(row) not in named
    ]


def find_spoiled(one: ListRows, gates: Gates, faults: Iterable[Fault]) -> list[Fault]:
    """Find applications whose entrance in another list is wrong.

    Parameters
    ----------
    one
        As read.
    gates
        Entrances that were read.
    faults
        What is named already.

    Returns
    -------
    faults
        One for each row that is not named yet: without that entrance its verdict could be wrong.
    """
    named = {fault.row for fault in faults if fault.file == one.raw.file}
    return [
        Fault(
            file=one.raw.file,
            row=int(row),
            problem=Text(
                f"它的出入口有误（出入口表第 {gates.spoiled[site_id]} 行）",
                f"its entrance is wrong (row {gates.spoiled[site_id]} of the entrances)",
            ),
            mend=Text("请先改正出入口", "correct the entrance first"),
        )
        for site_id, row in zip(one.site_ids, one.raw.rows, strict=True)
        if site_id in gates.spoiled and int(row) not in named
    ]


def table_of_kind(
    one: ListRows, kind: SiteKind, wrong: set[int | None]
) -> tuple[gpd.GeoDataFrame, list[Fault], list[Text]]:
    """Put together the places of one kind with what the rules ask of it.

    Parameters
    ----------
    one
        With `kinds`.
    kind
        Whose places are wanted.
    wrong
        Rows that cannot be judged.

    Returns
    -------
    table, faults, notes
        As `model.Applications.tables` describes it; attributes that cannot be read; answers that
        are none of the usual ones.
    """
    mine = [each is not None and each.kind_id == kind.kind_id for each in one.kinds]
    at = [number for number, is_mine in enumerate(mine) if is_mine]
    rows = [int(row) for row in one.raw.rows[at]]
    faults: list[Fault] = []
    notes: list[Text] = []
    attributes: dict[str, Any] = {}
    headings = match_attributes(kind, one.columns.free)
    for attribute in kind.attributes:
        heading = headings.get(attribute.name)
        if heading is None:
            continue
        cells = one.raw.cells[heading].iloc[at].tolist()
        values, more = _read_cells(cells, rows, attribute, heading, one.raw.file)
        faults += more
        notes += _tell_unusual(values, attribute, heading, one.raw.file)
        attributes[attribute.name] = pd.array(values, dtype="object")
    unread = {fault.row for fault in faults}
    kept = [n for n, row in enumerate(rows) if row not in wrong and row not in unread]
    chosen = [at[n] for n in kept]
    table = one.table.iloc[chosen].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            **{name: table[name] for name in ("site_id", "name", "status", "address")},
            "source_row": [rows[n] for n in kept],
            "accuracy_m": table["accuracy_m"].astype("float64"),
            **{name: values[kept] for name, values in attributes.items()},
        }
    )
    shapes = gpd.GeoSeries(list(one.geometry[chosen]), crs=4326)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4326), faults, notes


def _read_cells(
    cells: Sequence[object], rows: Sequence[int], attribute: Attribute, heading: str, file: str
) -> tuple[list[object], list[Fault]]:
    """Read the cells of an attribute by its kind."""
    readers: Mapping[str, Callable[[Any], object]] = {
        "text": as_text,
        "number": as_number,
        "flag": flag_reader(heading),
    }
    read = readers[attribute.kind]
    values: list[object] = []
    faults = []
    for cell, row in zip(cells, rows, strict=True):
        try:
            values.append(read(cell))
        except CellError as error:
            values.append(None)
            faults.append(
                Fault(file=file, row=row, column=heading, problem=error.problem, mend=error.mend)
            )
    return values, faults


def _tell_unusual(
    values: Iterable[object], attribute: Attribute, heading: str, file: str
) -> list[Text]:
    """Say which answers are none of the usual ones: a slip of the pen would pass for a no."""
    usual = set(attribute.options)
    counts = Counter(str(one) for one in values if one is not None and str(one) not in usual)
    if not usual or not counts:
        return []
    shown = list(counts)[:_SHOWN]
    more = "……" if len(counts) > _SHOWN else ""
    return [
        Text(
            f"{file}：“{heading}”有 {counts.total()} 行写的不是常用词（{'、'.join(shown)}{more}），"
            f"按所写判定；常用：{'、'.join(attribute.options)}",
            f'{file}: "{heading}" has unusual words in {counts.total()} rows'
            f" ({', '.join(shown)}{more}), judged as written; usual:"
            f" {', '.join(attribute.options)}",
        )
    ]


def list_refused(one: ListRows, faults: Iterable[Fault]) -> tuple[Refused, ...]:
    """Put the name of its application beside each fault.

    Parameters
    ----------
    one
        As read.
    faults
        In their order.

    Returns
    -------
    refused
        One for each.
    """
    names = [as_text(name) or "" for name in one.table["name"]]
    known = dict(zip(map(int, one.raw.rows), zip(one.site_ids, names, strict=True), strict=True))
    nobody = ("", "")
    return tuple(
        Refused(place_id=of_row[0], name=of_row[1], fault=fault)
        for fault in faults
        for of_row in (known.get(fault.row or 0, nobody) if fault.file == one.raw.file else nobody,)
    )
