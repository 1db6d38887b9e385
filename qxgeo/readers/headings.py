"""Headings of a file matched with the columns of a layer, and rows chosen by their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.readers.cells import as_text
from qxgeo.readers.positions import (
    POSITION_COLUMNS,
    POSITION_WORDS,
    find_heading,
    plain_heading,
)
from qxgeo.readers.raw import Raw

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.schemas import LayerSchema


def match_headings(
    raw: Raw, schema: LayerSchema, columns: Mapping[str, str]
) -> tuple[dict[str, str], list[Fault]]:
    """Find the heading of each known column: declared, its own name, then its aliases in order.

    Parameters
    ----------
    raw
        Table as read.
    schema
        Contract of the layer.
    columns
        Declared mapping of column names to headings; may name columns beyond the contract and the
        position columns.

    Returns
    -------
    headings, faults
        Column name to heading, without the position columns; one fault per declared heading that
        is not there and per required column that is missing.
    """
    headings = [str(heading) for heading in raw.cells.columns]
    faults = [
        _no_heading(raw.file, column, heading, headings)
        for column, heading in columns.items()
        if find_heading(heading, headings) is None
    ]
    found = {
        column: find_heading(heading, headings) or heading
        for column, heading in columns.items()
        if column not in POSITION_COLUMNS
    }
    taken = set(found.values())
    for name, column in schema.columns.items():
        if name in found:
            continue
        for alias in (name, *column.aliases):
            heading = find_heading(alias, headings)
            if heading is not None and heading not in taken:
                found[name] = heading
                taken.add(heading)
                break
    faults += [
        _missing_column(raw.file, name, column.aliases, headings)
        for name, column in schema.columns.items()
        if column.required and name not in found
    ]
    return found, faults


def expected_headings(schema: LayerSchema, columns: Mapping[str, str]) -> set[str]:
    """List the headings by which a header row is known.

    Parameters
    ----------
    schema
        Contract of the layer.
    columns
        Declared mapping of column names to headings.

    Returns
    -------
    headings
        Names, aliases and declared headings.
    """
    aliases = {alias for column in schema.columns.values() for alias in column.aliases}
    return {*schema.columns, *aliases, *columns.values()}


def has_positions(raw: Raw, columns: Mapping[str, str]) -> bool:
    """Tell whether any column of a table could hold positions.

    Parameters
    ----------
    raw
        Table without geometry.
    columns
        Declared mapping of column names to headings.

    Returns
    -------
    present
        True also where only one of longitude and latitude is there, which is a fault.
    """
    headings = [plain_heading(str(heading)) for heading in raw.cells.columns]
    parts = ("经度", "纬度")
    is_found = any(one in POSITION_WORDS or any(part in one for part in parts) for one in headings)
    return is_found or any(name in columns for name in POSITION_COLUMNS)


def choose_rows(
    raw: Raw, headings: Mapping[str, str], where: Mapping[str, object], *, is_part: bool = False
) -> Raw:
    """Keep the rows whose cells have the wanted values, compared as text.

    Parameters
    ----------
    raw
        Table as read.
    headings
        Column name to heading.
    where
        Column name or heading to a value or a list of values.
    is_part
        Whether there are other rows elsewhere: then none need be chosen here.

    Returns
    -------
    raw
        Same columns, fewer rows, each with its row number.

    Raises
    ------
    SchemaError
        If a column is not there, or no row is chosen.
    """
    keep = np.ones(len(raw.cells), dtype=bool)
    for column, value in where.items():
        heading = headings.get(column) or find_heading(column, [str(h) for h in raw.cells.columns])
        if heading is None:
            raise SchemaError(_no_heading(raw.file, "where", column, list(raw.cells.columns)))
        values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        wanted = {as_text(one) for one in values}
        texts = [as_text(cell) for cell in raw.cells[heading]]
        keep &= np.fromiter((text in wanted for text in texts), bool, len(texts))
        if not keep.any() and not is_part:
            raise SchemaError(_no_row(raw, column, texts))
    return take(raw, keep)


def take(raw: Raw, keep: NDArray[np.bool_]) -> Raw:
    """Keep some rows.

    Parameters
    ----------
    raw
        Table as read.
    keep
        One flag per row.

    Returns
    -------
    raw
        Fresh range index, row numbers and geometry kept alongside.
    """
    return Raw(
        file=raw.file,
        cells=raw.cells[keep].reset_index(drop=True),
        rows=raw.rows[keep],
        geometry=None if raw.geometry is None else raw.geometry[keep],
        crs=raw.crs,
        stated_datum=raw.stated_datum,
        notes=raw.notes,
    )


def rename_columns(cells: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    """Give known columns their names in the house; others keep their heading.

    Parameters
    ----------
    cells
        Table as read.
    headings
        Column name to heading.

    Returns
    -------
    cells
        An unknown column whose heading is a name in the house gets ``_2`` behind it.
    """
    names = {heading: name for name, heading in headings.items()}
    taken = {*headings, "geometry"}
    renamed = []
    for heading in cells.columns:
        name = names.get(heading)
        if name is None:
            name, number = str(heading), 1
            while name in taken:
                number += 1
                name = f"{heading}_{number}"
            taken.add(name)
        renamed.append(name)
    return cells.set_axis(renamed, axis=1)


def _no_heading(file: str, column: str, heading: str, headings: list[str]) -> Fault:
    """Say that a declared heading is not in the file."""
    listed = "、".join(headings[:20])
    return Fault(
        file=file,
        column=column,
        problem=Text(f"文件里没有“{heading}”列", f'the file has no column "{heading}"'),
        mend=Text(f"文件的列：{listed}", f"its columns: {listed}"),
    )


def _missing_column(file: str, name: str, aliases: tuple[str, ...], headings: list[str]) -> Fault:
    """Say that a required column is missing and how to map it."""
    listed = "、".join(headings[:20])
    usual = aliases[0] if aliases else name
    return Fault(
        file=file,
        column=name,
        problem=Text(
            f"缺少必需的列 {name}（常用列名：{'、'.join(aliases[:4])}）；文件的列：{listed}",
            f"the required column {name} is missing; the file has: {listed}",
        ),
        mend=Text(
            f'加上“{usual}”列，或写 columns = {{ {name} = "您的列名" }}',
            f'add it, or write columns = {{ {name} = "your heading" }}',
        ),
    )


def _no_row(raw: Raw, column: str, texts: list[str | None]) -> Fault:
    """Say that nothing was chosen, and which values there are."""
    listed = "、".join(sorted({text for text in texts if text})[:8])
    return Fault(
        file=raw.file,
        column=column,
        problem=Text("where 没有选中任何一行", "where chooses no row at all"),
        mend=Text(f"该列的值如：{listed}", f"values there: {listed}"),
    )
