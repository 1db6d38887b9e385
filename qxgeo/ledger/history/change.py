"""What goes into the ledger and what comes back, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from qxgeo.ledger.history.canonical import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a change was read: file as the user named it, sheet, row (the header is row 1)."""

    file: str = ""
    sheet: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who changes the ledger, for which unit, and when.

    Attributes
    ----------
    name
        Of a person, or of the program that reads a layer.
    unit
        Unit id of the plan, blank where the office itself writes.
    at
        Moment with a time zone; the ledger never looks at the clock.
    """

    name: str
    unit: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row as it is to be.

    Attributes
    ----------
    table, row_id
        Which row; it is made where there is none. `make_id` gives ids that are the same each time.
    values
        Columns to set; None or blank clears one, a column that is not named stays as it is. None in
        place of the mapping takes the row out of the table; its history stays.
    source
        Where it was read.
    based_on
        The row's ``entry`` that the answer was given on, 0 for no row at all. Where the row has
        moved on since and says otherwise, the change becomes a `Conflict` and is not written.
        None: write whatever the row says now.
    """

    table: str
    row_id: str
    values: Mapping[str, Any] | None
    source: Source = Source()
    based_on: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A change that was not written because its row had moved on.

    Attributes
    ----------
    change
        As it was given.
    entry
        The row's present entry, 0 where the row is gone.
    current, wanted
        What the row says and what the change wanted, in the columns where they differ.
    """

    change: Change
    entry: int
    current: State
    wanted: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a call of `record` did.

    Attributes
    ----------
    entries
        How many entries were written.
    unchanged
        How many changes said what the ledger says already.
    first, last
        Numbers of the first and last entry written; the head's number and the one after it
        where none was.
    head
        Hash of the last entry of the ledger afterwards.
    conflicts
        Changes that were not written, in order.
    """

    entries: int
    unchanged: int
    first: int
    last: int
    head: str
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the history.

    Attributes
    ----------
    number
        Its place in the chain, from 1.
    at
        Moment, as ``2023-06-12T08:30:00Z``.
    before, after
        The columns that changed; None where there was no row, or is none any more.
    previous_hash, hash
        64 hexadecimal digits.
    """

    number: int
    at: str
    person: str
    unit: str
    source: Source
    table: str
    row_id: str
    before: State | None
    after: State | None
    previous_hash: str
    hash: str
