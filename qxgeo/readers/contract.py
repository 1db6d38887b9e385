"""Cells of a layer against its contract: kinds, keys, repeated values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, Text
from qxgeo.readers.cells import (
    CellError,
    as_day,
    as_phone,
    as_status,
    as_text,
    flag_reader,
    is_blank,
    number_reader,
    word_reader,
)
from qxgeo.readers.weekdays import as_weekdays

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qxgeo.readers.raw import Raw
    from qxgeo.schemas import Column, LayerSchema

_DTYPES = {
    "text": "string",
    "status": "string",
    "word": "string",
    "weekdays": "string",
    "phone": "string",
    "number": "Float64",
    "flag": "boolean",
    "date": "datetime64[s]",
}
_FEWEST_DIGITS = 4


def convert_columns(
    raw: Raw, cells: pd.DataFrame, headings: Mapping[str, str], schema: LayerSchema
) -> tuple[pd.DataFrame, list[Fault]]:
    """Convert the known columns to their kinds and tidy the others.

    Parameters
    ----------
    raw
        Table as read, for file name and rows.
    cells
        Its columns under their names in the house.
    headings
        Column name to heading, for faults.
    schema
        Contract of the layer.

    Returns
    -------
    table, faults
        Columns of the contract first, all of them, with nullable types (text ``string``, number
        ``Float64``, flag ``boolean``, date ``datetime64[s]``); then the file's others, text
        stripped and blanks missing.
    """
    faults: list[Fault] = []
    known: dict[str, Any] = {}
    for name, column in schema.columns.items():
        if name not in cells.columns:
            known[name] = pd.Series(pd.NA, index=cells.index, dtype="object")
        else:
            read = _reader_of(column, headings.get(name, name))
            known[name] = _read_column(raw, cells[name], headings.get(name, name), read, faults)
        known[name] = _typed(known[name], column.kind)
    others = {str(name): _tidy(cells[name]) for name in cells.columns if name not in known}
    return pd.DataFrame(known | others, index=cells.index), faults


def empty_columns(schema: LayerSchema) -> pd.DataFrame:
    """Give the columns of a contract, each of its kind, without a row.

    Parameters
    ----------
    schema
        Contract of the layer.

    Returns
    -------
    table
        As `convert_columns` would type it.
    """
    blank = pd.Series(pd.NA, index=pd.RangeIndex(0), dtype="object")
    return pd.DataFrame({name: _typed(blank, c.kind) for name, c in schema.columns.items()})


def fill_ids(
    raw: Raw, table: pd.DataFrame, headings: Mapping[str, str], schema: LayerSchema
) -> tuple[pd.DataFrame, list[Fault], tuple[Text, ...]]:
    """Make ids from the row where the contract lets them be missing.

    Parameters
    ----------
    raw
        Table as read.
    table
        As `convert_columns` gives it.
    headings
        Column name to heading, for faults.
    schema
        Contract of the layer.

    Returns
    -------
    table, faults, notes
        Ids ``row-0002`` stand for row 2; a required id that is blank is a fault.
    """
    name = schema.id_column
    blank = table[name].isna().to_numpy()
    if not blank.any():
        return table, [], ()
    if schema.columns[name].required:
        problem = Text("编号是空的", "the id is blank")
        mend = Text("请填写编号", "fill it in")
        column = headings.get(name, name)
        rows = raw.rows[blank] if name in headings else ()
        faults = [
            Fault(problem=problem, mend=mend, file=raw.file, row=int(row), column=column)
            for row in rows
        ]
        return table, faults, ()
    width = max(_FEWEST_DIGITS, len(str(int(raw.rows.max()))))
    made = pd.Series([f"row-{row:0{width}d}" for row in raw.rows], table.index, dtype="string")
    count = int(blank.sum())
    zh = f"{raw.file}：{count} 行没有编号，按行号编为 row-…；增删行后编号会变"
    en = f"{raw.file}: {count} rows have no id, row numbers were taken; they change with the rows"
    return table.assign(**{name: table[name].fillna(made)}), [], (Text(zh, en),)


def find_blank_names(
    raw: Raw, table: pd.DataFrame, headings: Mapping[str, str], schema: LayerSchema
) -> list[Fault]:
    """Find blank cells in required columns other than the id.

    Parameters
    ----------
    raw
        Table as read.
    table
        As `convert_columns` gives it.
    headings
        Column name to heading.
    schema
        Contract of the layer.

    Returns
    -------
    faults
        One per cell.
    """
    problem, mend = (
        Text("必填的单元格是空的", "a required cell is blank"),
        Text(
            "请填写；合并的单元格请拆开，逐行填写",
            "fill it in; a merged cell counts for its first row alone",
        ),
    )
    return [
        Fault(problem=problem, mend=mend, file=raw.file, row=int(row), column=headings[name])
        for name, column in schema.columns.items()
        if column.required and name != schema.id_column and name in headings
        for row in raw.rows[table[name].isna().to_numpy()]
    ]


def find_repeated(
    raw: Raw, table: pd.DataFrame, headings: Mapping[str, str], schema: LayerSchema
) -> list[Fault]:
    """Find values that stand more than once in a column of keys.

    Parameters
    ----------
    raw
        Table as read.
    table
        As `convert_columns` gives it.
    headings
        Column name to heading, for faults.
    schema
        Contract of the layer.

    Returns
    -------
    faults
        One per repeated value, at its second row, naming all rows.
    """
    faults = []
    for name, column in schema.columns.items():
        if not (column.unique or name == schema.id_column):
            continue
        values = table[name]
        repeated = values[values.notna() & values.duplicated(keep=False)]
        for value, group in repeated.groupby(repeated, sort=True):
            rows = [
                int(raw.rows[place]) for place in np.flatnonzero(values.index.isin(group.index))
            ]
            listed = Text("、".join(map(str, rows)), ", ".join(map(str, rows)))
            faults.append(
                Fault(
                    file=raw.file,
                    row=rows[1],
                    column=headings.get(name, name),
                    problem=Text(
                        f"编号“{value}”重复（第 {listed.zh} 行）",
                        f'"{value}" is repeated (rows {listed.en})',
                    ),
                    mend=Text("每行的编号须不同", "give every row an id of its own"),
                )
            )
    return faults


def find_same_things(
    raw: Raw, table: pd.DataFrame, headings: Mapping[str, str], schema: LayerSchema
) -> list[Fault]:
    """Find rows without an id that say again what another row says, such as a person twice.

    Parameters
    ----------
    raw
        Table as read.
    table
        As `convert_columns` gives it, before ids are made.
    headings
        Column name to heading, for faults.
    schema
        Contract of the layer; its `same_thing` names the columns.

    Returns
    -------
    faults
        One per repeated thing, at its second row, naming all rows.
    """
    names = list(schema.same_thing)
    if not names:
        return []
    words = table[names].astype("string")
    is_unnamed = table[schema.id_column].isna()
    words = words[is_unnamed & words.notna().all(axis=1)]
    repeated = words[words.duplicated(keep=False)]
    faults = []
    for values, group in repeated.groupby(names, sort=True):
        rows = sorted(int(raw.rows[table.index.get_loc(label)]) for label in group.index)
        shown = " ".join(map(str, values))
        listed = Text("、".join(map(str, rows)), ", ".join(map(str, rows)))
        faults.append(
            Fault(
                file=raw.file,
                row=rows[1],
                column=headings.get(names[0], names[0]),
                problem=Text(
                    f"“{shown}”重复（第 {listed.zh} 行），又没有编号",
                    f'"{shown}" is repeated (rows {listed.en}) and has no id',
                ),
                mend=Text(
                    "同一人只留一行；确是两人，请各写编号",
                    "keep one row; where they are two, give each an id",
                ),
            )
        )
    return faults


def _reader_of(column: Column, heading: str) -> Callable[[Any], Any]:
    """Choose the reader of a column's cells."""
    readers: dict[str, Callable[[Any], Any]] = {
        "text": as_text,
        "number": number_reader(column),
        "flag": flag_reader(heading),
        "date": as_day,
        "status": as_status,
        "word": word_reader(column),
        "weekdays": as_weekdays,
        "phone": as_phone,
    }
    return readers[column.kind]


def _read_column(
    raw: Raw, cells: pd.Series[Any], heading: str, read: Callable[[Any], Any], faults: list[Fault]
) -> pd.Series[Any]:
    """Read cell by cell, each distinct cell once; what cannot be read is a fault and missing."""
    seen: dict[tuple[type, Any], Any] = {}
    values = []
    for place, cell in enumerate(cells):
        key = (type(cell), cell)
        try:
            if key not in seen:
                seen[key] = read(cell)
            values.append(seen[key])
        except CellError as error:
            values.append(None)
            faults.append(
                Fault(
                    problem=error.problem,
                    mend=error.mend,
                    file=raw.file,
                    row=int(raw.rows[place]),
                    column=heading,
                )
            )
    return pd.Series(values, index=cells.index, dtype="object")


def _typed(values: pd.Series[Any], kind: str) -> pd.Series[Any]:
    """Give a column its nullable type."""
    if kind == "date":
        stamps = [pd.NaT if is_blank(one) else pd.Timestamp(one) for one in values]
        return pd.Series(stamps, index=values.index, dtype="datetime64[s]")
    return pd.Series(values.tolist(), index=values.index, dtype=_DTYPES[kind])


def _tidy(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Strip text and make blanks missing; typed columns stay as they are."""
    if not (cells.dtype == object or pd.api.types.is_string_dtype(cells.dtype)):
        return cells
    values = [as_text(cell) if isinstance(cell, str) or is_blank(cell) else cell for cell in cells]
    is_text = all(value is None or isinstance(value, str) for value in values)
    if is_text:
        return pd.Series(values, index=cells.index, dtype="string")
    return pd.Series([as_text(cell) for cell in cells], index=cells.index, dtype="string")
