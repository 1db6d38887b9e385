"""Where a ledger lies: an SQLite file or a PostgreSQL database, its tables and its schema."""

from __future__ import annotations

from qxgeo.ledger.store.contract import TABLES, Field, TableContract, table_contract
from qxgeo.ledger.store.ledger import FILE_NAME, Ledger
from qxgeo.ledger.store.opening import open_ledger, upgrade_ledger

__all__ = [
    "FILE_NAME",
    "TABLES",
    "Field",
    "Ledger",
    "TableContract",
    "open_ledger",
    "table_contract",
    "upgrade_ledger",
]
