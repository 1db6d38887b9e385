"""Prove that nothing was altered or removed, or name the entry where it was.

The chain is hashed again from the first entry on; every row is rebuilt from its entries and held
against the table. The last entries can be cut off together with the head without a trace inside
the ledger: only a head that was written down elsewhere shows that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qxgeo.errors import Text
from qxgeo.ledger.history.canonical import GENESIS, entry_hash, write_json
from qxgeo.ledger.history.reading import replay
from qxgeo.ledger.history.recording import ENTRY_PARTS, state_of
from qxgeo.ledger.store.contract import TABLES
from qxgeo.ledger.store.ledger import Ledger, reading
from qxgeo.ledger.store.tables import Head, HistoryEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping, Table

_AT_ONCE = 10_000  # rows fetched together
_MOST_FLAWS = 1000  # kept; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is not as it was written.

    Attributes
    ----------
    entry
        Number of the entry concerned, None where a row has none.
    table, row_id
        The row concerned, blank for the chain itself.
    """

    text: Text
    entry: int | None = None
    table: str = ""
    row_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a look at a whole ledger found.

    Attributes
    ----------
    entries, rows
        How many were looked at.
    number, head
        Last entry's number and hash: to be written down elsewhere.
    flaws
        In the order of the chain, then of the tables; at most a thousand.
    flaw_count
        How many there are.
    """

    entries: int
    rows: int
    number: int
    head: str
    flaws: tuple[Flaw, ...]
    flaw_count: int

    @property
    def is_sound(self) -> bool:
        """Whether nothing was altered or removed."""
        return self.flaw_count == 0


@dataclass(slots=True)
class _Search:
    """Where the look has got to.

    Attributes
    ----------
    rows
        What each row says so far, as JSON, with the number of its last entry.
    """

    number: int = 0
    count: int = 0
    hashes: tuple[str, str] = (GENESIS, GENESIS)  # as stored and as computed
    rows: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    flaw_count: int = 0
    pinned: str = ""
    is_pinned_seen: bool = False

    def add(self, zh: str, en: str, **where: Any) -> None:  # noqa: ANN401 - attributes of Flaw
        """Note a flaw."""
        self.flaw_count += 1
        if len(self.flaws) < _MOST_FLAWS:
            self.flaws.append(Flaw(text=Text(zh, en), **where))


def verify_ledger(ledger: Ledger, *, head: str = "") -> Verification:
    """Hash the chain again, rebuild every row, and compare.

    Parameters
    ----------
    ledger
        Open; others may go on writing.
    head
        A hash that was written down earlier: it must still be in the chain.

    Returns
    -------
    verification
        Every flaw with its entry.
    """
    search = _Search(pinned=head.strip().lower())
    with reading(ledger) as connection:
        streaming = connection.execution_options(yield_per=_AT_ONCE)
        for row in streaming.execute(select(HistoryEntry).order_by(HistoryEntry.number)).mappings():
            _follow(search, row)
        number, digits = _check_head(connection, search)
        rows = sum(_compare(streaming, search, one.table) for one in TABLES.values())
    _missing_rows(search)
    if search.pinned and not search.is_pinned_seen:
        search.add(
            f"链上没有您记下的哈希 {search.pinned}：其后的账目被删去或改写",
            f"the hash {search.pinned} that you wrote down is not in the chain: entries were cut"
            " off or rewritten",
        )
    return Verification(
        entries=search.count,
        rows=rows,
        number=number,
        head=digits,
        flaws=tuple(search.flaws),
        flaw_count=search.flaw_count,
    )


def _follow(search: _Search, row: RowMapping) -> None:
    """Check one entry's place, its link, its hash and what it says of the row before it."""
    number, search.count = row["number"], search.count + 1
    key = (row["table_name"], row["row_id"])
    where = {"entry": number, "table": key[0], "row_id": key[1]}
    if number > search.number + 1:
        for gone in _range_words(search.number + 1, number - 1):
            search.add(f"账目 {gone} 被删去", f"entry {gone} was removed", entry=number - 1)
    elif number != search.number + 1:
        search.add(f"账目号 {number} 不对", f"entry number {number} is wrong", **where)
    # Where the entry before was altered, its hash as stored is what this one was linked to; where
    # that hash itself was altered, it is the computed one: one altered entry is one flaw.
    if row["previous_hash"] not in search.hashes and number == search.number + 1:
        search.add(
            f"账目 {number} 与前一条的链接被改",
            f"the link of entry {number} to the one before was altered",
            **where,
        )
    computed = entry_hash(row["previous_hash"], [row[one] for one in ENTRY_PARTS])
    if computed != row["hash"]:
        search.add(f"账目 {number} 被改动", f"entry {number} was altered", **where)
    search.is_pinned_seen |= search.pinned == row["hash"] == computed
    search.number, search.hashes = number, (row["hash"], computed)
    _rebuild(search, key, row, where)


def _range_words(first: int, last: int) -> list[str]:
    """Name the numbers that are missing: one by itself, several by the first and last."""
    return [str(first) if first == last else f"{first}–{last}"]


def _rebuild(search: _Search, key: tuple[str, str], row: RowMapping, where: dict[str, Any]) -> None:
    """Lay the entry over the row that the entries before it made."""
    number, before, after = row["number"], row["before"], row["after"]
    _, said = search.rows.get(key, (0, ""))
    if before is None and after is not None and not said:
        search.rows[key] = (number, after)
        return
    try:
        old = json.loads(said) if said else None
        is_fitting = _is_fitting(old, before)
        new = replay(old, before, after)
    except ValueError:
        is_fitting, new = False, None
    if not is_fitting:
        search.add(
            f"账目 {number} 的“改前”与此前的账目不符",
            f"what entry {number} says of before is not what the entries before it say",
            **where,
        )
    if new is None:
        search.rows.pop(key, None)
    else:
        search.rows[key] = (number, write_json(new))


def _is_fitting(old: dict[str, Any] | None, before: str | None) -> bool:
    """Tell whether an entry's `before` is what the row said."""
    if old is None or before is None:
        return old is None and before is None
    said = json.loads(before)
    return all(name in old and old[name] == value for name, value in said.items())


def _check_head(connection: Connection, search: _Search) -> tuple[int, str]:
    """Hold the head against the end of the chain."""
    found = connection.execute(select(Head.number, Head.hash)).all()
    if len(found) != 1:
        search.add("链头不见了", "the head is missing")
        return search.number, search.hashes[0]
    number, digits = int(found[0][0]), str(found[0][1])
    if number > search.number:
        gone = _range_words(search.number + 1, number)[0]
        search.add(
            f"末尾的账目 {gone} 被删去", f"entries {gone} at the end were removed", entry=number
        )
    elif number != search.number or digits not in search.hashes:
        search.add(
            f"链头被改：与末条账目 {search.number} 不符",
            f"the head was altered: it is not that of the last entry {search.number}",
            entry=search.number,
        )
    return number, digits


def _compare(connection: Connection, search: _Search, table: Table) -> int:
    """Hold every row of a table against its history."""
    count = 0
    for row in connection.execute(select(table)).mappings():
        count += 1
        where = {"table": table.name, "row_id": row["id"]}
        entry, said = search.rows.pop((table.name, row["id"]), (0, ""))
        if not said:
            search.add(
                f"{table.name} {row['id']} 没有账目：绕过账本写入，或编号被改",
                f"{table.name} {row['id']} has no entry: put in behind the ledger's back,"
                " or its id was altered",
                **where,
            )
            continue
        state = state_of(row)
        if write_json(state) != said:
            names = _differing(state, json.loads(said))
            search.add(
                f"{table.name} {row['id']} 的 {names} 被改动：与账目 {entry} 不符",
                f"{names} of {table.name} {row['id']} was altered: entry {entry} says otherwise",
                entry=entry,
                **where,
            )
        elif row["entry"] != entry:
            search.add(
                f"{table.name} {row['id']} 的账目号被改：应为 {entry}",
                f"the entry number of {table.name} {row['id']} was altered: it is {entry}",
                entry=entry,
                **where,
            )
    return count


def _differing(state: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """Name the columns in which a row and its history differ."""
    names = sorted(state.keys() | said.keys())
    return "、".join(one for one in names if state.get(one) != said.get(one))


def _missing_rows(search: _Search) -> None:
    """Name the rows that the history knows and the tables do not."""
    for (table, row_id), (entry, _) in search.rows.items():
        search.add(
            f"{table} 缺少 {row_id}：账目 {entry} 写入的行被移除",
            f"{table} lacks {row_id}: the row that entry {entry} wrote was removed",
            entry=entry,
            table=table,
            row_id=row_id,
        )
