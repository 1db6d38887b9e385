"""Rows that somebody puts in: by hand, or from a file with headings in Chinese or as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, LedgerError, ReadError, Text
from qxgeo.ledger.history import Change, Source, make_id
from qxgeo.ledger.store import TABLES, TableContract, table_contract
from qxgeo.readers.tabular import read_delimited, read_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ID = ("id", "编号")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def hand_change(table: str, values: Mapping[str, str], *, row_id: str | None) -> Change:
    """Turn values that were written by hand into a change.

    Parameters
    ----------
    table
        Such as ``problems``.
    values
        Column, by its name or its title, to what it is to say; blank clears it.
    row_id
        The row; None makes an id from the values.

    Returns
    -------
    change
        For `record`.

    Raises
    ------
    LedgerError
        If there is no such table or column.
    """
    contract = table_contract(table)
    _require_open(contract)
    names = {heading: _column(contract, heading) for heading in values}
    unknown = [heading for heading, name in names.items() if name is None]
    if unknown:
        known = [f"{one.name}（{one.title.zh}）" for one in contract.fields.values()]
        problem = Text(f"没有“{unknown[0]}”这一列", f'there is no column "{unknown[0]}"')
        mend = Text(f"可用：{'、'.join(known)}", f"known: {', '.join(contract.fields)}")
        raise LedgerError(Fault(file=table, problem=problem, mend=mend))
    row = {str(names[heading]): value for heading, value in values.items()}
    return Change(table=table, row_id=row_id or _made_id(contract, row), values=row)


def file_changes(table: str, path: Path, *, sheet: str | None = None) -> list[Change]:
    """Read the rows of a CSV file or a workbook.

    Parameters
    ----------
    table
        Such as ``sites``.
    path
        The file; its headings are the columns' names or titles, every other one goes to details.
    sheet
        Of a workbook; not needed where only one holds anything.

    Returns
    -------
    changes
        One per row, with its place in the file. A row without an id gets one from its values, so
        that the same row read again is the same row.

    Raises
    ------
    LedgerError
        If there is no such table, or two rows have one id.
    ReadError
        If the file cannot be read, or no heading is known.
    """
    contract = table_contract(table)
    _require_open(contract)
    if not path.is_file():
        problem = Text("没有这个文件", "there is no such file")
        raise ReadError(Fault(file=str(path), problem=problem, mend=Text("检查路径", "look at it")))
    known = [*_ID, *(word for one in contract.fields.values() for word in (one.name, *one.title))]
    if path.suffix.lower() in _WORKBOOKS:
        raw = read_workbook(path, file=path.name, known=known, sheet=sheet)
    else:
        raw = read_delimited(path, file=path.name, known=known)
    columns = {heading: _column(contract, heading) for heading in raw.cells.columns}
    if not any(columns.values()):
        problem = Text("没有认得的表头", "no heading is known")
        listed = "、".join(one.title.zh for one in contract.fields.values())
        mend = Text(f"可用：{listed}", f"known: {', '.join(contract.fields)}")
        raise ReadError(Fault(file=path.name, row=1, problem=problem, mend=mend))
    changes = [
        _row_change(
            contract, cells, columns, Source(file=path.name, sheet=sheet or "", row=int(row))
        )
        for cells, row in zip(raw.cells.to_dict("records"), raw.rows, strict=True)
    ]
    _require_distinct(changes)
    return changes


def _require_open(contract: TableContract) -> None:
    """Refuse the table that is written when the ledger is made, and never again.

    Raises
    ------
    LedgerError
        If it is that one.
    """
    if contract.name == "about":
        problem = Text("账本说明只在新建时写入", "about is written when a ledger is made")
        others = [one for one in TABLES if one != "about"]
        mend = Text(f"可用：{'、'.join(others)}", f"known: {', '.join(others)}")
        raise LedgerError(Fault(problem=problem, mend=mend))


def _column(contract: TableContract, heading: object) -> str | None:
    """Find the column that a heading names, None where there is none."""
    word = str(heading).strip()
    if word in _ID:
        return "id"
    for one in contract.fields.values():
        if word.lower() in (one.name, one.title.zh.lower(), one.title.en.lower()):
            return one.name
    return None


def _row_change(
    contract: TableContract,
    cells: Mapping[Any, Any],
    columns: Mapping[Any, str | None],
    source: Source,
) -> Change:
    """Turn a row of a file into a change; its blank cells leave the ledger's alone."""
    row: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for heading, value in cells.items():
        name = columns[heading]
        if _is_blank(value):
            continue
        if name is None or name == "details":
            rest[str(heading)] = value
        else:
            is_text = name == "id" or contract.fields[name].kind == "text"
            row[name] = _as_text(value) if is_text else value
    if rest:
        row["details"] = rest
    row_id = str(row.pop("id", "")).strip() or _made_id(contract, row)
    return Change(table=contract.name, row_id=row_id, values=row, source=source)


def _is_blank(value: object) -> bool:
    """Tell whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip()) or value != value  # noqa: PLR0124 - NaN


def _as_text(value: object) -> str:
    """Write a cell as text: a number that a workbook holds as 13800000000.0 without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _made_id(contract: TableContract, row: Mapping[str, Any]) -> str:
    """Make an id from all that a row says."""
    said = sorted((name, str(value).strip()) for name, value in row.items())
    return make_id(contract.prefix, *(word for pair in said for word in pair))


def _require_distinct(changes: list[Change]) -> None:
    """Refuse a file that gives one id to two rows.

    Raises
    ------
    LedgerError
        Naming every such row.
    """
    first: dict[str, Change] = {}
    faults = []
    for one in changes:
        other = first.setdefault(one.row_id, one)
        if other is not one:
            where = other.source.row
            problem = Text(f"与第 {where} 行重复", f"the same as row {where}")
            mend = Text("删去一行，或各写编号", "drop one, or give each an id")
            source = one.source
            faults.append(
                Fault(file=source.file, row=source.row, column="编号", problem=problem, mend=mend)
            )
    if faults:
        raise LedgerError(faults)
