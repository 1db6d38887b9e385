"""What a ledger says: rows as they are, as they once were, and the entries behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import func, select

from qxgeo.errors import LedgerError
from qxgeo.ledger.history.canonical import write_moment
from qxgeo.ledger.history.change import Entry, Source
from qxgeo.ledger.store.contract import TableContract, table_contract, unknown_word
from qxgeo.ledger.store.ledger import Ledger, reading
from qxgeo.ledger.store.tables import Head, HistoryEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, RowMapping

    from qxgeo.ledger.history.canonical import State

_NO_CONDITION: Mapping[str, Any] = {}


def read_head(ledger: Ledger) -> tuple[int, str]:
    """Give the last entry's number and hash; the hash of the whole history hangs on it.

    Parameters
    ----------
    ledger
        Open.

    Returns
    -------
    number, hash
        Zero and 64 zeros before the first entry.
    """
    with reading(ledger) as connection:
        number, digits = connection.execute(select(Head.number, Head.hash)).one()
        return int(number), str(digits)


def count_rows(ledger: Ledger, table: str, *, where: Mapping[str, Any] = _NO_CONDITION) -> int:
    """Count rows without reading them.

    Parameters
    ----------
    ledger
        Open.
    table
        Such as ``problems``.
    where
        As for `read_rows`.

    Returns
    -------
    count
        How many there are.

    Raises
    ------
    LedgerError
        If there is no such table or column.
    """
    contract = table_contract(table)
    counted = select(func.count()).select_from(contract.table)
    with reading(ledger) as connection:
        return int(connection.execute(counted.where(*_conditions(contract, where))).scalar_one())


def read_rows(
    ledger: Ledger,
    table: str,
    *,
    where: Mapping[str, Any] = _NO_CONDITION,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Read rows as they are now.

    Parameters
    ----------
    ledger
        Open.
    table
        Such as ``problems``.
    where
        Column to the value that it must have, to a list of values, or to None for blank.
    limit
        At most so many.

    Returns
    -------
    rows
        Sorted by id: ``id``, every column, ``entry``. Values as they are stored: text, whole
        numbers, None; days as ``2023-06-30``, decimal numbers as digits, details as JSON.

    Raises
    ------
    LedgerError
        If there is no such table or column.
    """
    contract = table_contract(table)
    question = select(contract.table).where(*_conditions(contract, where))
    with reading(ledger) as connection:
        found = connection.execute(question.order_by(contract.table.c.id).limit(limit)).mappings()
        return [dict(one) for one in found]


def _conditions(contract: TableContract, where: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Turn conditions into SQLAlchemy's.

    Raises
    ------
    LedgerError
        If there is no such column.
    """
    conditions = []
    for name, value in where.items():
        if name not in contract.table.c:
            known = [one.name for one in contract.table.columns]
            raise LedgerError(unknown_word(contract.name, name, known))
        column = contract.table.c[name]
        is_list = isinstance(value, list | tuple | set | frozenset)
        conditions.append(column.in_(list(value)) if is_list else column == value)
    return conditions


def read_table(
    ledger: Ledger,
    table: str,
    *,
    where: Mapping[str, Any] = _NO_CONDITION,
    is_public: bool = False,
) -> pd.DataFrame:
    """Read rows as a table with days, numbers and mappings in it.

    Parameters
    ----------
    ledger
        Open.
    table
        Such as ``problems``.
    where
        As for `read_rows`.
    is_public
        Leave out every column that may hold personal data.

    Returns
    -------
    rows
        Sorted by id; days as timestamps, decimal numbers as floats (degrees, metres, as the column
        says), whole numbers as ``Int64``, details as mappings.
    """
    contract = table_contract(table)
    names = [one.name for one in contract.table.columns]
    frame = pd.DataFrame(read_rows(ledger, table, where=where), columns=names)
    for name, field in contract.fields.items():
        if field.kind == "day":
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d")
        elif field.kind == "decimal":
            frame[name] = pd.to_numeric(frame[name]).astype("float64")
        elif field.kind == "whole":
            frame[name] = frame[name].astype("Int64")
        elif field.kind == "details":
            frame[name] = [json.loads(one) if isinstance(one, str) else {} for one in frame[name]]
        else:
            frame[name] = frame[name].astype("string")
    personal = [one.name for one in contract.fields.values() if one.is_personal]
    return frame.drop(columns=personal) if is_public else frame


def read_rows_at(
    ledger: Ledger, table: str, *, number: int | None = None, at: datetime | None = None
) -> list[dict[str, Any]]:
    """Read rows as they once were, by going through the history again.

    Parameters
    ----------
    ledger
        Open.
    table
        Such as ``problems``.
    number
        After this entry.
    at
        At this moment, with a time zone; entries of the moment itself count.

    Returns
    -------
    rows
        As of `read_rows`.
    """
    contract = table_contract(table)
    question = select(HistoryEntry).where(HistoryEntry.table_name == table)
    if number is not None:
        question = question.where(HistoryEntry.number <= number)
    moment = None if at is None else _comparable(write_moment(at))
    rows: dict[str, dict[str, Any]] = {}
    with reading(ledger) as connection:
        for one in connection.execute(question.order_by(HistoryEntry.number)).mappings():
            if moment is not None and _comparable(one["at"]) > moment:
                continue
            state = replay(rows.get(one["row_id"]), one["before"], one["after"])
            if state is None:
                rows.pop(one["row_id"], None)
            else:
                rows[one["row_id"]] = {**state, "entry": one["number"]}
    blank = dict.fromkeys(contract.fields)
    return [
        {"id": row_id, **blank, **rows[row_id]}
        for row_id in sorted(rows, key=lambda word: word.encode())
    ]


def _comparable(moment: str) -> str:
    """Write a moment so that the order of text is that of time."""
    whole, _, part = moment.removesuffix("Z").partition(".")
    return f"{whole}.{part:0<6}"


def replay(state: dict[str, Any] | None, before: str | None, after: str | None) -> State | None:
    """Lay an entry over a row.

    Parameters
    ----------
    state
        What the row said, None where there was none.
    before, after
        Of the entry, as JSON.

    Returns
    -------
    state
        What it says then; None where it is gone.
    """
    if after is None:
        return None
    new = dict(state or {})
    for name in json.loads(before or "{}"):
        new.pop(name, None)
    return {**new, **json.loads(after)}


def read_entries(
    ledger: Ledger,
    *,
    table: str | None = None,
    row_id: str | Collection[str] | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Entry]:
    """Read entries of the history in their order.

    Parameters
    ----------
    ledger
        Open.
    table, row_id
        Only of this table, of this row or of these rows.
    after
        Only those behind this number.
    limit
        At most so many.

    Returns
    -------
    entries
        By number.
    """
    question = select(HistoryEntry).where(HistoryEntry.number > after)
    if table is not None:
        question = question.where(HistoryEntry.table_name == table_contract(table).name)
    if row_id is not None:
        ids = [row_id] if isinstance(row_id, str) else list(row_id)
        question = question.where(HistoryEntry.row_id.in_(ids))
    with reading(ledger) as connection:
        found = connection.execute(question.order_by(HistoryEntry.number).limit(limit))
        return [_entry(one) for one in found.mappings()]


def _entry(row: RowMapping) -> Entry:
    """Turn a row of the history into an entry."""
    return Entry(
        number=row["number"],
        at=row["at"],
        person=row["person"],
        unit=row["unit"],
        source=Source(file=row["file"], sheet=row["sheet"], row=row["row"]),
        table=row["table_name"],
        row_id=row["row_id"],
        before=None if row["before"] is None else json.loads(row["before"]),
        after=None if row["after"] is None else json.loads(row["after"]),
        previous_hash=row["previous_hash"],
        hash=row["hash"],
    )
