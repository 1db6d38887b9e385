"""A returned form merged into the ledger: good rows recorded, the others handed back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qxgeo.errors import Fault, InputError, Text
from qxgeo.ledger.dispatch import Board, ledger_units
from qxgeo.ledger.forms import FormKind, SheetKey, read_return
from qxgeo.ledger.forms.columns import ID, MARK, with_marks
from qxgeo.ledger.history import Author, read_entries, read_head, read_rows, record
from qxgeo.ledger.returns.desk import Desk, Mover, RefusedRow
from qxgeo.ledger.returns.judging import judge_return
from qxgeo.ledger.rounds.sampling import LOOK_BACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from qxgeo.ledger.dispatch import Office
    from qxgeo.ledger.forms import ReturnedForm
    from qxgeo.ledger.history import Conflict
    from qxgeo.ledger.returns.desk import Verdicts
    from qxgeo.ledger.store import Ledger
    from qxgeo.plan import ActionPlan

    Row = Mapping[str, Any]

_ZONE = ZoneInfo("Asia/Shanghai")
_AT_ONCE = 1000  # ids of one question
_TRIES = 4  # others may write between our look and our entry
_TABLES = {
    SheetKey.TASKS: "tasks",
    SheetKey.PROBLEMS: "problems",
    SheetKey.CHECKLIST: "inspections",
    SheetKey.LOOK_BACK: "problems",
    SheetKey.SCORES: "sites",
}
_MOVED_ON = Text(
    "填报期间他人也改了这一行，没有覆盖；请再导入一次",
    "somebody else changed the row meanwhile; not overwritten; import it again",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one workbook.

    Attributes
    ----------
    merged_rows, known_rows
        Rows that say something new, and rows that the ledger had already.
    entries
        Written into the history.
    refused
        Rows that were not merged, conflicts among them.
    """

    returned: ReturnedForm
    board: Board
    merged_rows: int
    known_rows: int
    entries: int
    refused: tuple[RefusedRow, ...]

    @property
    def wrong_rows(self) -> int:
        """How many rows are at fault."""
        return sum(not one.is_conflict for one in self.refused)

    @property
    def conflicts(self) -> int:
        """How many rows met another unit's answer."""
        return sum(one.is_conflict for one in self.refused)


def import_return(
    ledger: Ledger, path: str | Path, office: Office, *, at: datetime, by: str = ""
) -> Outcome:
    """Merge a returned workbook.

    Parameters
    ----------
    ledger
        Open for writing.
    path
        The workbook.
    office
        The plan and the rules.
    at
        Moment of the import, with a time zone; no day in the workbook may be after it.
    by
        Who imports; the unit's name where nobody says.

    Returns
    -------
    outcome
        All good rows are in the ledger, in one transaction; the same workbook again changes
        nothing.

    Raises
    ------
    InputError
        If the workbook is not one that we sent out, or not for this plan.
    """
    returned = read_return(path)
    _check_sender(returned, office.plan)
    name = by or office.plan.unit(returned.author_id).name
    author = Author(name=name, unit=returned.author_id, at=at)
    tries, unsettled = _TRIES, frozenset[str]()
    while True:
        desk = replace(_lay_out(ledger, returned, office, at), unsettled=unsettled)
        verdicts = judge_return(desk)
        recorded = record(ledger, verdicts.changes, author=author)
        # What is new by our reckoning and there all the same was told before: no conflict.
        met = [one for one in recorded.conflicts if one.change.based_on != 0]
        unsettled |= {one.change.row_id for one in met}
        tries -= 1
        if not met or not tries:
            break
    refused = [*verdicts.refused, *(_tell(one, verdicts) for one in met)]
    # A row whose changes wrote nothing was in the ledger already.
    silent = max(verdicts.merged_rows - recorded.entries, 0) if not recorded.entries else 0
    return Outcome(
        returned=returned,
        board=desk.board,
        merged_rows=verdicts.merged_rows - silent,
        known_rows=verdicts.known_rows + silent,
        entries=recorded.entries,
        refused=tuple(refused),
    )


def _check_sender(returned: ReturnedForm, plan: ActionPlan) -> None:
    """Refuse a form of a unit that is not in the plan, or filled in by another one.

    Raises
    ------
    InputError
        With the unit.
    """
    known = ledger_units(plan)
    is_own = returned.kind != FormKind.DISPATCH or returned.unit_id == returned.author_id
    if returned.author_id in known and is_own:
        return
    raise InputError(
        Fault(
            file=returned.file,
            problem=Text(
                f"方案中没有单位“{returned.author_id}”", f'no unit "{returned.author_id}"'
            ),
            mend=Text("请核对方案和派发的原表", "check the plan and the workbook sent out"),
        )
    )


def _lay_out(ledger: Ledger, returned: ReturnedForm, office: Office, at: datetime) -> Desk:
    """Read the rows that a form names."""
    board = Board(
        plan=office.plan,
        rules=office.rules,
        list_rules=office.list_rules,
        tasks=(),
        problems=(),
        head_number=read_head(ledger)[0],
        is_demo=office.is_demo,
    )
    asked, seen = _list_ids(returned, board)
    tasks = _read(ledger, "tasks", asked["tasks"])
    problems = _read(ledger, "problems", asked["problems"])
    inspections = _read(ledger, "inspections", asked["inspections"])
    if SheetKey.LOOK_BACK in returned.grids:
        where = {"kind": LOOK_BACK, "problem_id": asked["problems"]}
        inspections |= {one["id"]: one for one in read_rows(ledger, "inspections", where=where)}
    answers = read_rows(
        ledger, "progress", where={"week": returned.label, "unit_id": returned.author_id}
    )
    sought = {"tasks": tasks, "problems": problems, "inspections": inspections}
    return Desk(
        board=replace(board, tasks=tuple(tasks.values()), problems=tuple(problems.values())),
        returned=returned,
        as_of=at.astimezone(_ZONE).date(),
        tasks=tasks,
        problems=problems,
        inspections=inspections,
        sites=_read(ledger, "sites", asked["sites"]),
        answers={one["id"]: one for one in answers},
        movers=_list_movers(ledger, sought, seen),
    )


def _list_ids(
    returned: ReturnedForm, board: Board
) -> tuple[dict[str, list[str]], dict[tuple[str, str], int]]:
    """List the ids that a form names by table, and the entries that their marks name."""
    asked: dict[str, set[str]] = {
        name: set() for name in ("tasks", "problems", "inspections", "sites")
    }
    seen: dict[tuple[str, str], int] = {}
    for key, table in _TABLES.items():
        for row in returned.rows_of(key, with_marks(board.columns(key), is_returned=False)):
            row_id = str(row.cells[ID] or "")
            asked[table].add(row_id)
            entry = str(row.cells[MARK] or "").partition("-")[0]
            if entry.isascii() and entry.isdigit() and key != SheetKey.LOOK_BACK:
                seen[table, row_id] = int(entry)
    new = SheetKey.NEW_PROBLEMS
    for row in returned.rows_of(new, board.columns(new)):
        if row.cells["site_id"] is not None:
            asked["sites"].add(str(row.cells["site_id"]).strip())
    return {name: sorted(ids) for name, ids in asked.items()}, seen


def _read(ledger: Ledger, table: str, ids: Sequence[str]) -> dict[str, Row]:
    """Read rows by their ids."""
    return {one["id"]: one for one in read_rows(ledger, table, where={"id": ids})} if ids else {}


def _list_movers(
    ledger: Ledger,
    sought: Mapping[str, Mapping[str, Row]],
    seen: Mapping[tuple[str, str], int],
) -> dict[tuple[str, str], list[Mover]]:
    """Find who changed rows since the form went out."""
    moved = {
        (table, row_id): entry
        for (table, row_id), entry in seen.items()
        if row_id in sought.get(table, {}) and sought[table][row_id]["entry"] != entry
    }
    found: dict[tuple[str, str], list[Mover]] = {key: [] for key in moved}
    for table in sought:
        ids = sorted(row_id for name, row_id in moved if name == table)
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            after = min(moved[table, row_id] for row_id in some)
            for one in read_entries(ledger, table=table, row_id=some, after=after):
                if one.number > moved[table, one.row_id]:
                    mover = Mover(number=one.number, unit_id=one.unit, at=one.at)
                    found[table, one.row_id].append(mover)
    return found


def _tell(conflict: Conflict, verdicts: Verdicts) -> RefusedRow:
    """Hand a row back that met another writer in the very moment."""
    source = conflict.change.source
    key, cells = verdicts.rows[source.sheet, source.row or 0]
    return RefusedRow(
        key=key, row=source.row or 0, cells=cells, faults={"status": _MOVED_ON}, is_conflict=True
    )
