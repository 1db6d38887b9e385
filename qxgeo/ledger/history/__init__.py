"""The history: every change as an entry, each hashed together with the one before it."""

from __future__ import annotations

from qxgeo.ledger.history.canonical import make_id
from qxgeo.ledger.history.change import Author, Change, Conflict, Entry, Recorded, Source
from qxgeo.ledger.history.creating import create_ledger
from qxgeo.ledger.history.reading import (
    count_rows,
    read_entries,
    read_head,
    read_rows,
    read_rows_at,
    read_table,
)
from qxgeo.ledger.history.recording import record
from qxgeo.ledger.history.verifying import Flaw, Verification, verify_ledger

__all__ = [
    "Author",
    "Change",
    "Conflict",
    "Entry",
    "Flaw",
    "Recorded",
    "Source",
    "Verification",
    "count_rows",
    "create_ledger",
    "make_id",
    "read_entries",
    "read_head",
    "read_rows",
    "read_rows_at",
    "read_table",
    "record",
    "verify_ledger",
]
