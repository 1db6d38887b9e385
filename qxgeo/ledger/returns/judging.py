"""A returned form judged row by row: what is good becomes changes, what is wrong goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.forms.columns import ID, with_marks
from qxgeo.ledger.forms.model import SheetKey
from qxgeo.ledger.returns.answering import answer_problem, answer_task
from qxgeo.ledger.returns.cells import Cells
from qxgeo.ledger.returns.desk import RefusedRow, Verdicts, check_given, find_row
from qxgeo.ledger.returns.inspecting import take_checklist, take_look_back, take_scores
from qxgeo.ledger.returns.reporting import add_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qxgeo.ledger.forms import FormColumn, ReturnedRow
    from qxgeo.ledger.history import Change
    from qxgeo.ledger.returns.desk import Desk

    Take = Callable[[Desk, SheetKey, ReturnedRow, Cells], Iterator[Change]]

TAKERS: dict[SheetKey, Take] = {
    SheetKey.TASKS: answer_task,
    SheetKey.PROBLEMS: answer_problem,
    SheetKey.NEW_PROBLEMS: add_problem,
    SheetKey.CHECKLIST: take_checklist,
    SheetKey.LOOK_BACK: take_look_back,
    SheetKey.SCORES: take_scores,
}
_ONCE = Text("每个编号只填一行", "answer each id once")


def judge_return(desk: Desk) -> Verdicts:
    """Judge every row of a returned form.

    Parameters
    ----------
    desk
        The form, and what it is held against.

    Returns
    -------
    verdicts
        Changes of the good rows; the others with their faults by column.
    """
    verdicts = Verdicts()
    for key, take in TAKERS.items():
        if key not in desk.returned.grids:
            continue
        columns = with_marks(desk.board.columns(key), is_returned=False)
        seen: set[Any] = set()
        for row in desk.returned.rows_of(key, columns):
            _judge_row(desk, key, row, columns, take, (verdicts, seen))
    return verdicts


def _judge_row(
    desk: Desk,
    key: SheetKey,
    row: ReturnedRow,
    columns: tuple[FormColumn, ...],
    take: Take,
    into: tuple[Verdicts, set[Any]],
) -> None:
    """Judge one row."""
    verdicts, seen = into
    cells = Cells(row.cells, columns)
    if cells.is_empty():
        verdicts.empty_rows += 1
        return
    is_keyed = columns[0].key == ID
    changes: list[Change] = []
    # Whether a row is one that went out is asked first: nothing else can be said of another.
    if not is_keyed or _is_one_of_ours(desk, key, cells):
        if is_keyed and cells.given(ID) in seen:
            cells.fault(ID, Text("编号重复", "this id stands twice"), _ONCE)
        seen.add(cells.given(ID) if is_keyed else None)
        changes = list(take(desk, key, row, cells))
    told = cells.faults or cells.clashes
    if told:
        verdicts.refused.append(
            RefusedRow(
                key=key,
                row=row.row,
                cells=row.cells,
                faults=told,
                is_conflict=not cells.faults,
            )
        )
    if not cells.faults:
        verdicts.changes += changes
        if not told:
            verdicts.merged_rows += bool(changes)
            verdicts.known_rows += not changes
            verdicts.rows[desk.returned.sheet_names[key], row.row] = (key, row.cells)


def _is_one_of_ours(desk: Desk, key: SheetKey, cells: Cells) -> bool:
    """Tell whether a row is one that went out; an id that nobody knows is said as such."""
    rows = {
        SheetKey.TASKS: desk.tasks,
        SheetKey.CHECKLIST: desk.inspections,
        SheetKey.SCORES: desk.sites,
    }
    if find_row(cells, rows.get(key, desk.problems)) is None:
        return False
    return check_given(desk, key, cells, desk.board.columns(key))
