"""A form as frozen values: sheets of rows with cells that are given and cells to fill in."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from qxgeo.ledger.words import EMPTY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from qxgeo.errors import Text

SCHEMA = "qxgeo-form/1"
_MARK_DIGITS = 10
_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\\/:*?"<>|]+')


class FormKind(StrEnum):
    """What a form is for."""

    DISPATCH = "dispatch"
    ROUND = "round"
    LOOK_BACK = "look_back"
    SCORES = "scores"


class SheetKey(StrEnum):
    """Which list a sheet of a form holds."""

    TASKS = "tasks"
    PROBLEMS = "problems"
    NEW_PROBLEMS = "new_problems"
    CHECKLIST = "checklist"
    LOOK_BACK = "look_back"
    SCORES = "scores"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormColumn:
    """One column.

    Attributes
    ----------
    form
        ``text``, ``wrap``, ``day``, ``number`` or ``choice``.
    is_input
        Whether the unit fills it in.
    choices
        Word of the house to what people read and choose.
    hint
        Shown when the cell is entered; empty for none.
    width
        In characters.
    """

    key: str
    title: Text
    form: str = "text"
    is_input: bool = False
    choices: Mapping[str, Text] = field(default_factory=dict)
    hint: Text = EMPTY
    width: float = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One row.

    Attributes
    ----------
    cells
        Column key to what stands there; cells to fill in go out empty.
    entry
        The row's last entry in the ledger when the form was made: what the unit saw.
    tint
        Word of `STATE_LABELS` by which the row is coloured, or empty.
    faults
        Column key to what was wrong with it: the row was sent back.
    """

    row_id: str
    cells: Mapping[str, str]
    entry: int = 0
    tint: str = ""
    faults: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSheet:
    """One list of a form; `empty_rows` more can be filled in."""

    key: SheetKey
    title: Text
    columns: tuple[FormColumn, ...]
    rows: tuple[FormRow, ...]
    empty_rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What goes out to one unit.

    Attributes
    ----------
    label
        ``2023-W24``, ``round-1`` or ``2023-06``.
    unit_id, unit_name
        Whom it is about.
    author_id
        Unit that fills it in: the unit itself, or who inspects it.
    as_of
        Day of the form.
    head_number
        Last entry of the ledger when it was made.
    notes
        Instructions, oddities of dates, assumptions.
    is_returned
        Whether it comes back with rows that were refused.
    """

    kind: FormKind
    label: str
    unit_id: str
    unit_name: str
    author_id: str
    as_of: dt.date
    head_number: int
    notes: tuple[Text, ...]
    sheets: tuple[FormSheet, ...]
    is_returned: bool = False
    is_demo: bool = False

    @property
    def file_name(self) -> str:
        """Name of its workbook, which every system of files can hold."""
        kind = "" if self.kind == FormKind.DISPATCH else f"{self.kind}_"
        return f"{self.label}_{kind}{plain_file_name(self.unit_name)}.xlsx"


def plain_file_name(name: str) -> str:
    """Make a name that can be part of the name of a file.

    Parameters
    ----------
    name
        Of a unit, as the plan writes it.

    Returns
    -------
    plain
        Without what leads into another folder or what Windows refuses.
    """
    return _NOT_IN_FILE_NAMES.sub("_", name).strip(" .") or "_"


def mark_row(
    address: tuple[str, str, str], sheet: str, row: tuple[str, int], cells: tuple[str, ...]
) -> str:
    """Give the check mark of a row: it no longer fits when ids or given cells have moved.

    Parameters
    ----------
    address
        Kind, label and unit of the form.
    sheet
        Key of the sheet.
    row
        Its id, and its entry when the form was made.
    cells
        Given cells in the order of the columns.

    Returns
    -------
    mark
        The entry and a few digits; it guards against slips such as sorting one column alone, not
        against malice.
    """
    row_id, entry = row
    plain = ["".join(text.split()) for text in cells]
    content = json.dumps([*address, sheet, row_id, entry, plain], ensure_ascii=False)
    return f"{entry}-{hashlib.sha256(content.encode()).hexdigest()[:_MARK_DIGITS]}"
