"""Changes as they come, checked and written in the ledger's one way, or all their faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.history.canonical import write_value
from qxgeo.ledger.store.contract import TABLES, unknown_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qxgeo.ledger.history.canonical import Value
    from qxgeo.ledger.history.change import Author, Change
    from qxgeo.ledger.store.contract import Field

_MOST_ID = 200  # characters
_EXPECTED = {
    "text": Text("应为文字", "text is wanted"),
    "day": Text("应为日期，如 2023-06-30", "a day is wanted, such as 2023-06-30"),
    "whole": Text("应为整数", "a whole number is wanted"),
    "decimal": Text("应为数字", "a number is wanted"),
    "details": Text("应为键值对（JSON 对象）", "a JSON object is wanted"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A change whose values are as the ledger keeps them; None clears a column."""

    change: Change
    key: tuple[str, str]
    values: dict[str, Value | None] | None


def check_changes(changes: Sequence[Change]) -> list[Checked]:
    """Write every value in the one way.

    Parameters
    ----------
    changes
        As they came.

    Returns
    -------
    checked
        In the same order.

    Raises
    ------
    LedgerError
        With every fault of every change.
    """
    faults: list[Fault] = []
    checked = [_check(one, faults) for one in changes]
    if faults:
        raise LedgerError(faults)
    return checked


def check_author(author: Author) -> None:
    """Refuse a nameless author, and a moment without a time zone.

    Parameters
    ----------
    author
        Who writes.

    Raises
    ------
    LedgerError
        If it cannot be said who it was or when.
    """
    name = author.name.strip()
    if not name or not _is_storable(author.name) or not _is_storable(author.unit):
        problem = Text("没有写明是谁记账", "it is not said who writes")
        mend = Text("写姓名", "give a name")
        raise LedgerError(Fault(problem=problem, mend=mend))
    if author.at.tzinfo is None:
        problem = Text("记账时间没有时区", "the moment has no time zone")
        mend = Text("写成 2023-06-12T08:30:00+08:00", "write 2023-06-12T08:30:00+08:00")
        raise LedgerError(Fault(problem=problem, mend=mend))


def place_fault(change: Change, column: str, problem: Text, mend: Text) -> Fault:
    """Say where a change was read, and what is wrong with it.

    Parameters
    ----------
    change
        Its source names file, sheet and row.
    column
        Column of the ledger, blank for the whole row.
    problem, mend
        As in `Fault`.

    Returns
    -------
    fault
        Naming the row of the ledger where no file is named.
    """
    source = change.source
    file = f"{source.file} [{source.sheet}]" if source.sheet else source.file
    place = file or f"{change.table} {change.row_id}"
    return Fault(file=place, row=source.row, column=column, problem=problem, mend=mend)


def _check(change: Change, faults: list[Fault]) -> Checked:
    """Check one change; what is wrong goes to `faults`."""
    key = (change.table, change.row_id)
    contract = TABLES.get(change.table)
    if contract is None:
        faults.append(unknown_word("table", change.table, TABLES, file=change.source.file))
        return Checked(change, key, None)
    row_id = change.row_id
    if not row_id.strip() or row_id != row_id.strip() or len(row_id) > _MOST_ID:
        problem = Text("编号为空、过长或两端有空格", "the id is blank, too long or padded")
        faults.append(place_fault(change, "id", problem, Text("改编号", "mend the id")))
    source = change.source
    if not all(map(_is_storable, (row_id, source.file, source.sheet))):
        problem = Text("编号或来源里有存不下的字符", "id or source cannot be stored")
        faults.append(place_fault(change, "id", problem, Text("改编号", "mend the id")))
    if change.values is None:
        return Checked(change, key, None)
    values: dict[str, Value | None] = {}
    for name, value in change.values.items():
        field = contract.fields.get(name)
        if field is None:
            fault = unknown_word("column", name, contract.fields, file=change.source.file)
            faults.append(fault)
            continue
        try:
            values[name] = write_value(field, value)
        except (ValueError, OverflowError, RecursionError):
            faults.append(_misfit(change, field, value))
    faults.extend(_out_of_range(change, values))
    return Checked(change, key, values)


def _is_storable(word: str) -> bool:
    """Tell whether both databases can hold a text."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in word


def _misfit(change: Change, field: Field, value: object) -> Fault:
    """Say that a column cannot hold a value."""
    shown = repr(value)[:60]  # enough to find it
    problem = Text(f"“{field.title.zh}”放不下 {shown}", f'"{field.title.en}" cannot hold {shown}')
    return place_fault(change, field.name, problem, _EXPECTED[field.kind])


def _out_of_range(change: Change, values: dict[str, Value | None]) -> Iterator[Fault]:
    """Find positions that are nowhere on earth."""
    for name, most in (("lon", 180), ("lat", 90)):
        value = values.get(name)
        if value is not None and abs(float(value)) > most:
            problem = Text(f"坐标 {value} 超出范围", f"position {value} is off the earth")
            mend = Text("经度在前、纬度在后，单位为度", "lon, lat in degrees")
            yield place_fault(change, name, problem, mend)
