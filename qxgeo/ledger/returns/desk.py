"""What a returned row is held against, and what every row must meet before its cells are read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.forms.columns import ID, MARK
from qxgeo.ledger.forms.model import mark_row
from qxgeo.ledger.history import Source

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from qxgeo.ledger.dispatch import Board
    from qxgeo.ledger.forms import FormColumn, ReturnedForm, ReturnedRow, SheetKey
    from qxgeo.ledger.history import Change
    from qxgeo.ledger.returns.cells import Cells

    Row = Mapping[str, Any]

MOVED = Text(
    "编号或灰色格被改动，或某一列被单独排序",
    "the id or a grey cell was changed, or one column was sorted alone",
)
_USE_ORIGINAL = Text(
    "请在派发的原表中重填这一行", "fill this row in again in the workbook sent out"
)


_CELL_OF = {  # column of the ledger to the cell that says it
    "status": "status",
    "done_on": "done_on",
    "note": "note",
    "photo": "photo",
    "result": "result",
    "text": "note",
    "inspected_on": "inspected_on",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """Somebody who changed a row."""

    number: int
    unit_id: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is known when a form comes back.

    Attributes
    ----------
    board
        Only the rows that the form names need be in it.
    as_of
        Day on which it is read.
    answers
        Id to row of the answers to this form that are in the ledger already.
    movers
        Table and id of a row to those who changed it since the form went out, in order. Where that
        was the form's author alone, a later answer is a correction; else it is a conflict.
    unsettled
        Ids of rows that somebody else changed while this form was being recorded: the answer is in
        the ledger, and whether it prevails is asked again.
    """

    board: Board
    returned: ReturnedForm
    as_of: dt.date
    tasks: Mapping[str, Row]
    problems: Mapping[str, Row]
    inspections: Mapping[str, Row]
    sites: Mapping[str, Row]
    answers: Mapping[str, Row]
    movers: Mapping[tuple[str, str], Sequence[Mover]]
    unsettled: frozenset[str] = frozenset()

    def source(self, key: SheetKey, row: ReturnedRow) -> Source:
        """Say where a row stands."""
        sheet = self.returned.sheet_names[key]
        return Source(file=self.returned.file, sheet=sheet, row=row.row)

    def find_clash(self, table: str, current: Row, values: Mapping[str, Any], cells: Cells) -> bool:
        """Note where a row says otherwise by now because somebody else changed it."""
        movers = self.movers.get((table, current["id"]), ())
        others = [one for one in movers if one.unit_id != self.returned.author_id]
        if not others:
            return False
        for column, value in values.items():
            key = _CELL_OF.get(column)
            wanted = None if value is None else str(value)
            if key is not None and wanted != current[column]:
                cells.clash(key, *self._tell_clash(key, others[-1], current[column], cells))
        return bool(cells.clashes)

    def _tell_clash(
        self, key: str, other: Mover, current: str | None, cells: Cells
    ) -> tuple[Text, Text]:
        """Say who said what in the meantime."""
        name = self.board.unit_names.get(other.unit_id, other.unit_id or "—")
        label = cells.label(key, current or "")
        said = Text(
            f"{name}已于 {other.at[:10]} 填为“{label.zh or '空'}”，与本次不同，没有覆盖",
            f'{name} wrote "{label.en or "nothing"}" on {other.at[:10]}; not overwritten',
        )
        mend = Text(
            "请与对方核对，一致后填在下次的派发表中",
            "settle it with them, then answer on the next form",
        )
        return said, mend


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that was not merged.

    Attributes
    ----------
    faults
        Column key to what is wrong and how to mend it.
    is_conflict
        Whether another unit has answered otherwise in the meantime.
    """

    key: SheetKey
    row: int
    cells: Mapping[str, Any]
    faults: Mapping[str, Text]
    is_conflict: bool = False


@dataclass(slots=True, kw_only=True)
class Verdicts:
    """What came of the rows of a form.

    Attributes
    ----------
    changes
        To be recorded.
    merged_rows, known_rows, empty_rows
        How many rows are good, were merged before, or say nothing new.
    """

    changes: list[Change] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    rows: dict[tuple[str, int], tuple[SheetKey, Mapping[str, Any]]] = field(default_factory=dict)
    merged_rows: int = 0
    known_rows: int = 0
    empty_rows: int = 0


def check_given(desk: Desk, key: SheetKey, cells: Cells, columns: Sequence[FormColumn]) -> bool:
    """Check that a row's id and given cells are those that went out.

    Parameters
    ----------
    desk
        What is known.
    key
        Which list.
    cells
        Of a row as it came back; takes the fault.
    columns
        Of the list.

    Returns
    -------
    fits
        Whether they are.
    """
    mark = cells.given(MARK)
    entry = mark.partition("-")[0]
    row_id = cells.given(ID)
    if entry.isascii() and entry.isdigit():
        given = tuple(cells.given(one.key) for one in columns if not one.is_input)
        wanted = mark_row(desk.returned.address, key, (row_id, int(entry)), given)
        if wanted == mark.strip():
            return True
    cells.fault(ID, MOVED, _USE_ORIGINAL)
    return False


def find_row(cells: Cells, rows: Mapping[str, Row]) -> Row | None:
    """Find the row of the ledger that a returned row answers; an unknown id is a fault.

    Parameters
    ----------
    cells
        Of the returned row; takes the fault.
    rows
        Id to row.

    Returns
    -------
    row
        None where the ledger has none.
    """
    row_id = cells.given(ID)
    if row_id in rows:
        return rows[row_id]
    near = difflib.get_close_matches(row_id, list(rows)[:5000], n=1)
    mend = (
        Text(f"是否为 {near[0]}", f"is it {near[0]}")
        if near
        else Text("请核对编号，不要自行编号", "check the id; ids are not made up")
    )
    cells.fault(ID, Text(f"台账中没有“{row_id}”", f'the ledger has no "{row_id}"'), mend)
    return None
