"""The only way to change a ledger: entries and rows in one transaction, one writer at a time."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from qxgeo.errors import LedgerError, Text
from qxgeo.ledger.history.canonical import entry_hash, write_json, write_moment
from qxgeo.ledger.history.change import Conflict, Recorded
from qxgeo.ledger.history.checking import check_author, check_changes, place_fault
from qxgeo.ledger.store.contract import TABLES
from qxgeo.ledger.store.ledger import PATIENCE_S, Ledger, writing
from qxgeo.ledger.store.tables import Base, Head, HistoryEntry
from qxgeo.ledger.store.trouble import explain, is_contention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Dialect, RowMapping

    from qxgeo.errors import Fault, QxgeoError
    from qxgeo.ledger.history.canonical import State
    from qxgeo.ledger.history.change import Author, Change
    from qxgeo.ledger.history.checking import Checked

Key = tuple[str, str]
Rows = dict[Key, "tuple[int, State | None]"]

# Columns that point to another table, by table.
_POINTERS = {
    table.name: [(one.name, one.of) for one in table.fields.values() if one.of]
    for table in TABLES.values()
}
_ITS_ID = "its_id"  # of the row that is rewritten
_AT_ONCE = 1000  # ids of one question
_REST_S = 0.05  # before the same is tried again


def record(ledger: Ledger, changes: Sequence[Change], *, author: Author) -> Recorded:
    """Write changes into history and tables: all of them, or none where one is faulty.

    Parameters
    ----------
    ledger
        Open for writing.
    changes
        In the order in which they happen; several may touch one row.
    author
        Who, for which unit, and when.

    Returns
    -------
    recorded
        What was written, what the ledger said already, and what ran into a newer answer.

    Raises
    ------
    LedgerError
        With every fault of the changes, or if others hold the ledger for too long.
    OutputError
        If the disk is full or cannot be written.
    """
    check_author(author)
    checked = check_changes(changes)
    patient_until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with writing(ledger) as connection:
                return write_changes(connection, checked, author)
        except IntegrityError as error:
            told: QxgeoError = _still_needed(changes)
            raise told from error
        except DBAPIError as error:
            if not is_contention(error) or time.monotonic() > patient_until:
                told = explain(error, ledger.place)
                raise told from error
            time.sleep(_REST_S)


def write_changes(connection: Connection, checked: Sequence[Checked], author: Author) -> Recorded:
    """Write checked changes in a transaction that is open already.

    Parameters
    ----------
    connection
        Writing.
    checked
        From `check_changes`.
    author
        From `check_author`.

    Returns
    -------
    recorded
        As `record` gives it.

    Raises
    ------
    LedgerError
        If a row lacks a column, or points to a row that is not there.
    """
    start, head = connection.execute(
        select(Head.number, Head.hash).where(Head.id == 1).with_for_update()
    ).one()
    rows = _present_rows(connection, {one.key for one in checked})
    before = dict(rows)
    chain = _Chain(number=start, head=head, author=author)
    unchanged = 0
    conflicts: list[Conflict] = []
    faults: list[Fault] = []
    for one in checked:
        entry, old = rows.get(one.key, (0, None))
        new = _merge(old, one)
        if new == old:
            unchanged += 1
            continue
        if one.change.based_on is not None and one.change.based_on != entry:
            conflicts.append(_conflict(one.change, entry, old, new))
            continue
        faults.extend(_blanks(one.change, new))
        rows[one.key] = (chain.add(one, old, new), new)
    faults.extend(_dangling(connection, checked, rows))
    if faults:
        raise LedgerError(faults)
    if chain.entries:
        _write(connection, chain, before, rows)
    return Recorded(
        entries=len(chain.entries),
        unchanged=unchanged,
        first=start + 1,
        last=chain.number,
        head=chain.head,
        conflicts=tuple(conflicts),
    )


class _Chain:
    """Entries being put one behind the other."""

    def __init__(self, *, number: int, head: str, author: Author) -> None:
        self.number, self.head = number, head
        self.entries: list[dict[str, Any]] = []
        self._who = (write_moment(author.at), author.name.strip(), author.unit.strip())

    def add(self, one: Checked, old: State | None, new: State | None) -> int:
        """Append an entry and give its number."""
        before, after = _difference(old, new)
        source = one.change.source
        self.number += 1
        parts = (
            self.number,
            *self._who,
            source.file,
            source.sheet,
            source.row,
            *one.key,
            before,
            after,
        )
        previous, self.head = self.head, entry_hash(self.head, parts)
        self.entries.append(
            dict(zip(ENTRY_PARTS, parts, strict=True))
            | {"previous_hash": previous, "hash": self.head}
        )
        return self.number


# What is hashed of an entry, in this order.
ENTRY_PARTS = (
    *("number", "at", "person", "unit", "file", "sheet", "row"),
    *("table_name", "row_id", "before", "after"),
)


def _difference(old: State | None, new: State | None) -> tuple[str | None, str | None]:
    """Write what changed as JSON; a whole row where there was none, or is none any more."""
    if old is None or new is None:
        return (old if old is None else write_json(old), new if new is None else write_json(new))
    names = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
    return (
        write_json({name: old[name] for name in names if name in old}),
        write_json({name: new[name] for name in names if name in new}),
    )


def _merge(old: State | None, one: Checked) -> State | None:
    """Lay a change over a row; blank columns are left out."""
    if one.values is None:
        return None
    merged = {**(old or {}), **one.values}
    return {name: value for name, value in merged.items() if value is not None}


def _conflict(change: Change, entry: int, old: State | None, new: State | None) -> Conflict:
    """Set the two answers side by side, where they differ."""
    before, after = _difference(old, new)
    return Conflict(
        change=change,
        entry=entry,
        current=json.loads(before or "{}"),
        wanted=json.loads(after or "{}"),
    )


def _blanks(change: Change, new: State | None) -> Iterator[Fault]:
    """Find required columns that would be blank."""
    if new is None:
        return
    for field in TABLES[change.table].fields.values():
        if field.is_required and field.name not in new:
            problem = Text(f"缺少“{field.title.zh}”", f'"{field.title.en}" is missing')
            yield place_fault(change, field.name, problem, Text("补上", "give it"))


def _present_rows(connection: Connection, keys: Iterable[Key]) -> Rows:
    """Read the rows that changes will touch; those that are not there are left out."""
    rows: Rows = {}
    for name, ids in _by_table(keys).items():
        columns = TABLES[name].table.c
        names = [*TABLES[name].fields]
        question = select(columns.id, columns.entry, *(columns[one] for one in names))
        for some in _portions(ids):
            for row_id, entry, *values in connection.execute(question.where(columns.id.in_(some))):
                pairs = zip(names, values, strict=True)
                rows[name, row_id] = (entry, {key: one for key, one in pairs if one is not None})
    return rows


def state_of(row: RowMapping) -> State:
    """Give what a row says, without its id, its entry and its blanks.

    Parameters
    ----------
    row
        Every column of a table of work.

    Returns
    -------
    state
        Column to value.
    """
    return {
        name: value
        for name, value in row.items()
        if value is not None and name not in ("id", "entry")
    }


def _by_table(keys: Iterable[Key]) -> dict[str, list[str]]:
    """Sort keys by table."""
    ids: dict[str, list[str]] = {}
    for table, row_id in sorted(keys):
        ids.setdefault(table, []).append(row_id)
    return ids


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a list of ids so that a question stays short."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _dangling(connection: Connection, checked: Sequence[Checked], rows: Rows) -> Iterator[Fault]:
    """Find columns that point to a row which is not there, nor made by the same changes."""
    wanted: dict[Key, list[tuple[Change, str]]] = {}
    for one in checked:
        for name, of in _POINTERS[one.key[0]]:
            value = (one.values or {}).get(name)
            if value is not None and rows.get((of, str(value)), (0, None))[1] is None:
                wanted.setdefault((of, str(value)), []).append((one.change, name))
    there = _present_rows(connection, wanted.keys() - rows.keys()) if wanted else {}
    for key, places in wanted.items():
        if key not in there:
            table, row_id = key
            for change, name in places:
                title = TABLES[table].title
                problem = Text(f"“{title.zh}”里没有 {row_id}", f'"{title.en}" holds no {row_id}')
                yield place_fault(change, name, problem, Text("检查编号", "look at the id"))


def _still_needed(changes: Sequence[Change]) -> LedgerError:
    """Say that a row was to be taken out to which others point."""
    removed = next((one for one in changes if one.values is None), changes[0])
    problem = Text("别的行还指向这一行，不能移除", "other rows still point to this row")
    mend = Text("先改那些行", "change those rows first")
    return LedgerError(place_fault(removed, "", problem, mend))


def _write(connection: Connection, chain: _Chain, before: Rows, rows: Rows) -> None:
    """Write entries, the head, and each touched row once."""
    _execute_many(connection, HistoryEntry.__tablename__, chain.entries)
    connection.execute(
        update(Head).where(Head.id == 1).values(number=chain.number, hash=chain.head)
    )
    touched = _by_table(key for key in rows if rows[key] is not before.get(key))
    for name in (one for one in TABLES if one in touched):
        _write_rows(connection, name, touched[name], before, rows)
    for name in (one for one in reversed(TABLES) if one in touched):
        table = TABLES[name].table
        gone = [one for one in touched[name] if rows[name, one][1] is None]
        for some in _portions([one for one in gone if (name, one) in before]):
            connection.execute(table.delete().where(table.c.id.in_(some)))


def _write_rows(
    connection: Connection, name: str, ids: Sequence[str], before: Rows, rows: Rows
) -> None:
    """Put in the new rows of a table and rewrite the changed ones."""
    contract = TABLES[name]
    blank = dict.fromkeys(contract.fields)
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for row_id in ids:
        entry, state = rows[name, row_id]
        if state is not None:
            row = {**blank, **state, "id": row_id, "entry": entry}
            (changed if (name, row_id) in before else added).append(row)
    if added:
        _execute_many(connection, name, added)
    if changed:
        for one in changed:
            one[_ITS_ID] = one["id"]
        _execute_many(connection, name, changed, is_update=True)


def _execute_many(
    connection: Connection, name: str, rows: Sequence[dict[str, Any]], *, is_update: bool = False
) -> None:
    """Put many rows in or rewrite them, without SQLAlchemy's work for each of them."""
    statement, names = _statement(connection.dialect, name, is_update=is_update)
    given = rows if names is None else [*map(itemgetter(*names), rows)]
    connection.exec_driver_sql(statement, given)


@lru_cache(maxsize=64)
def _statement(
    dialect: Dialect, name: str, *, is_update: bool
) -> tuple[str, tuple[str, ...] | None]:
    """Write a statement as a driver takes it, with its columns where it takes them in order."""
    table = Base.metadata.tables[name]
    if is_update:
        setting = {one: bindparam(one.name, type_=one.type) for one in table.c if one.name != "id"}
        of_row = table.c.id == bindparam(_ITS_ID, type_=table.c.id.type)
        compiled = table.update().where(of_row).values(setting).compile(dialect=dialect)
    else:
        compiled = table.insert().compile(dialect=dialect)
    names = getattr(compiled, "positiontup", None)
    return str(compiled), None if names is None else tuple(names)
