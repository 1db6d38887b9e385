"""A round of inspection: what is looked at in each unit, by the sections that it stresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qxgeo.errors import Fault, InputError, Text
from qxgeo.ledger.dispatch.weekly import state_of_task
from qxgeo.ledger.forms.model import Form, FormKind, FormRow, SheetKey
from qxgeo.ledger.history import Change, make_id
from qxgeo.ledger.rhythm import STATE_LABELS, TaskState
from qxgeo.ledger.words import CHECK_LABELS, ROLE_LABELS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from qxgeo.ledger.dispatch import Board
    from qxgeo.plan import ActionPlan, InspectionRound

    Row = Mapping[str, Any]

CHECKLIST = "checklist"
_ROLE_ORDER = ("lead", "responsible", "cooperating")
_WORST = (
    TaskState.OVERDUE,
    TaskState.DUE_SOON,
    TaskState.OPEN,
    TaskState.STANDING,
    TaskState.DONE_LATE,
    TaskState.DONE,
)


def find_round(plan: ActionPlan, number: int) -> InspectionRound:
    """Find a round of a plan.

    Parameters
    ----------
    plan
        The plan.
    number
        From 1.

    Returns
    -------
    round
        Of that number.

    Raises
    ------
    InputError
        If the plan has none.
    """
    for one in plan.rounds:
        if one.number == number:
            return one
    known = "、".join(str(one.number) for one in plan.rounds) or "—"
    raise InputError(
        Fault(
            problem=Text(f"方案没有第 {number} 次督导", f"the plan has no round {number}"),
            mend=Text(f"可用：{known}", f"known: {known}"),
            column="round",
        )
    )


def inspectors_of(plan: ActionPlan) -> tuple[str, ...]:
    """Name the units that inspect: those that lead the measure with the words of the rounds.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    unit_ids
        In the order of the document.
    """
    for measure in plan.measures:
        if any(one.text in measure.text for one in plan.rounds):
            return measure.lead
    return ()


def open_round(board: Board, number: int) -> Iterator[Change]:
    """Lay down the lines of a round's checklists.

    Parameters
    ----------
    board
        The ledger.
    number
        Of the round.

    Yields
    ------
    change
        One per unit, measure in the sections of the round, and role; the same each time, so that
        opening a round again adds nothing.
    """
    one = find_round(board.plan, number)
    known = {row["id"] for row in board.inspections}
    for unit_id, measure_id, role in _lines(board, one):
        row_id = make_id("D", CHECKLIST, number, unit_id, measure_id, role)
        if row_id not in known:
            yield Change(
                table="inspections",
                row_id=row_id,
                values={
                    "round": number,
                    "kind": CHECKLIST,
                    "measure_id": measure_id,
                    "unit_id": unit_id,
                    "item": role,
                    "due_on": one.end,
                },
                based_on=0,
            )


def build_round(board: Board, number: int, *, as_of: dt.date) -> Iterator[Form]:
    """Build the checklist of each unit.

    Parameters
    ----------
    board
        The ledger, with the lines of the round.
    number
        Of the round.
    as_of
        Day of the form.

    Yields
    ------
    form
        One per unit with lines, filled in by those who inspect.
    """
    one = find_round(board.plan, number)
    author = (*inspectors_of(board.plan), "")[0]
    lines: dict[str, list[Row]] = {}
    for row in board.inspections:
        if row["kind"] == CHECKLIST and row["round"] == number:
            lines.setdefault(row["unit_id"], []).append(row)
    for unit_id in board.unit_names:
        if unit_id in lines:
            rows = sorted(lines[unit_id], key=_line_order)
            yield Form(
                kind=FormKind.ROUND,
                label=f"round-{number}",
                unit_id=unit_id,
                unit_name=board.unit_names[unit_id],
                author_id=author,
                as_of=as_of,
                head_number=board.head_number,
                notes=tuple(_list_notes(board, one, author)),
                sheets=(
                    board.sheet(
                        SheetKey.CHECKLIST, [_tell_line(board, row, as_of) for row in rows]
                    ),
                ),
                is_demo=board.is_demo,
            )


def _lines(board: Board, one: InspectionRound) -> Iterator[tuple[str, str, str]]:
    """Give unit, measure and role of each line, a unit once for each measure."""
    section_of = {
        target.target_id: section.section_id
        for section in board.plan.sections
        for target in section.targets
    }
    for measure in board.plan.measures:
        if section_of[measure.target_id] not in one.sections:
            continue
        seen: set[str] = set()
        for role in _ROLE_ORDER:
            units = board.measure_roles[measure.measure_id][role]
            for unit_id in board.unit_names:
                if unit_id in units and unit_id not in seen:
                    seen.add(unit_id)
                    yield unit_id, measure.measure_id, role


def _line_order(row: Row) -> tuple[tuple[int, ...], str]:
    """Order lines as the plan does."""
    number = tuple(int(part) for part in row["measure_id"].split(".") if part.isdigit())
    return number, row["id"]


def _tell_line(board: Board, row: Row, as_of: dt.date) -> FormRow:
    """Make a line of a checklist, with how the unit's tasks of the measure stand."""
    measure = board.plan.measure(row["measure_id"])
    states = {
        state_of_task(board, task, as_of)
        for task in board.tasks_by_unit.get(row["unit_id"], ())
        if task["measure_id"] == row["measure_id"]
    }
    state = next((one for one in _WORST if one in states), None)
    label = CHECK_LABELS.get(row["result"] or "")
    known = f"（{label.zh} {row['inspected_on']}）" if label else ""
    return FormRow(
        row_id=row["id"],
        entry=row["entry"],
        tint=state or "",
        cells={
            "id": row["id"],
            "measure_id": row["measure_id"],
            "role": ROLE_LABELS[row["item"]].zh if row["item"] in ROLE_LABELS else "",
            "text": measure.text,
            "state": ("—" if state is None else STATE_LABELS[state].zh) + known,
        },
    )


def _list_notes(board: Board, one: InspectionRound, author: str) -> Iterator[Text]:
    """Say when the round is, what it stresses and who fills the form in."""
    name = board.unit_names.get(author, author)
    yield Text(
        f"第 {one.number} 次督导：{one.start} 至 {one.end}，重点：{one.focus}。"
        f"由{name}等检查组填写。",
        f"Round {one.number}: {one.start} to {one.end}, focus: {one.focus}. Filled in by {name}.",
    )
    if one.note is not None:
        yield one.note
    yield Text(
        "“存在问题”的行会成为问题清单中的一件，责任单位为被查单位。",
        "A line with a problem becomes a problem of the unit inspected.",
    )
