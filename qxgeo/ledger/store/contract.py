"""What may stand in each table of work: its columns, their kinds and their names for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, LedgerError, Text
from qxgeo.ledger.store.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Column, Table

_TITLES = {
    "about": Text("账本说明", "about the ledger"),
    "people": Text("人员", "people"),
    "sites": Text("场所台账", "sites"),
    "tasks": Text("任务", "tasks"),
    "problems": Text("问题清单", "problems"),
    "progress": Text("进展", "progress"),
    "inspections": Text("督导检查", "inspections"),
    "lists": Text("红黑榜", "red and black lists"),
}
_PREFIXES = {
    "people": "R",
    "sites": "S",
    "tasks": "T",
    "problems": "P",
    "progress": "J",
    "inspections": "D",
    "lists": "H",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a table of work.

    Attributes
    ----------
    kind
        ``text``, ``day``, ``whole``, ``decimal`` or ``details`` (JSON).
    places
        Decimal places that are kept.
    of
        Table whose row it points to, blank for none.
    is_personal
        Whether it is left out of the public version.
    """

    name: str
    kind: str
    title: Text
    is_required: bool = False
    is_personal: bool = False
    places: int = 0
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableContract:
    """One table of work.

    Attributes
    ----------
    prefix
        First letter of the ids that `make_id` gives its rows.
    fields
        Every column but ``id`` and ``entry``, by name.
    table
        As SQLAlchemy knows it.
    """

    name: str
    title: Text
    prefix: str
    fields: Mapping[str, Field]
    table: Table


def _field(column: Column[object]) -> Field:
    """Read what the model says of a column."""
    points_to = next(iter(column.foreign_keys), None)
    return Field(
        name=column.name,
        kind=column.info["kind"],
        title=column.info["title"],
        is_required=not column.nullable,
        is_personal=column.info["is_personal"],
        places=column.info.get("places", 0),
        of="" if points_to is None else points_to.target_fullname.partition(".")[0],
    )


def _contract(table: Table) -> TableContract:
    """Read what the models say of a table."""
    fields = [_field(one) for one in table.columns if one.name not in ("id", "entry")]
    return TableContract(
        name=table.name,
        title=_TITLES[table.name],
        prefix=_PREFIXES.get(table.name, ""),
        fields={one.name: one for one in fields},
        table=table,
    )


# Tables that are pointed to come before those that point to them.
TABLES: dict[str, TableContract] = {
    one.name: _contract(one) for one in Base.metadata.sorted_tables if one.name in _TITLES
}


def table_contract(name: str) -> TableContract:
    """Find a table of work.

    Parameters
    ----------
    name
        Such as ``problems``.

    Returns
    -------
    contract
        Its columns.

    Raises
    ------
    LedgerError
        If there is no such table.
    """
    if name not in TABLES:
        raise LedgerError(unknown_word("table", name, TABLES))
    return TABLES[name]


def unknown_word(column: str, word: str, known: Iterable[str], *, file: str = "") -> Fault:
    """Say that a word is not among the known ones.

    Parameters
    ----------
    column
        What the word was given for.
    word
        The word.
    known
        Those that would do.
    file
        File in which it stands, blank for none.

    Returns
    -------
    fault
        The sentence.
    """
    names = list(known)
    zh, en = "、".join(names), ", ".join(names)
    return Fault(
        problem=Text(f"没有“{word}”", f'there is no "{word}"'),
        mend=Text(f"可用：{zh}", f"known: {en}"),
        column=column,
        file=file,
    )
