"""The workbook of a unit and a week: its open tasks and problems, and room for new ones."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.dispatch.board import OPEN_PROBLEMS, roles_in_problem
from qxgeo.ledger.forms.model import Form, FormKind, FormRow, SheetKey
from qxgeo.ledger.rhythm import STATE_LABELS, TaskState, judge_state, list_oddities
from qxgeo.ledger.rows import details_of
from qxgeo.ledger.words import (
    PROBLEM_STATUS_LABELS,
    ROLE_LABELS,
    TASK_STATUS_LABELS,
    ProblemStatus,
    TaskStatus,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qxgeo.ledger.dispatch.board import Board
    from qxgeo.ledger.rhythm import Week

    Row = Mapping[str, Any]

_LAST = "9999-12-31"  # what has no date comes after all that has
_FOLLOWED = Text(
    "牵头单位：表中“已整改待核实”的问题请核实销号，逾期的问题请督办（6.2.2）。",
    "Lead units: verify and close what is rectified, press for what is overdue (6.2.2).",
)


def build_dispatch(
    board: Board, week: Week, *, as_of: dt.date, units: tuple[str, ...] | None = None
) -> Iterator[Form]:
    """Build the forms of a week.

    Parameters
    ----------
    board
        The ledger.
    week
        The week that is dispatched.
    as_of
        Day on which states are judged, such as its Monday.
    units
        Ids of the units that get one; all that have anything to do where none are named.

    Yields
    ------
    form
        One per unit, in the order of the plan. Tasks that begin after the week and tasks and
        problems that are done are left out.
    """
    followed = _list_followed(board, as_of)
    for unit_id in units or tuple(board.unit_names):
        tasks = [
            _tell_task(board, task, as_of)
            for task in sorted(board.tasks_by_unit.get(unit_id, ()), key=_task_order)
            if is_open_task(task, week.last_day)
        ]
        own = [one for one in board.problems_by_unit.get(unit_id, ()) if is_open_problem(one)]
        shown = {one["id"]: one for one in (*own, *followed.get(unit_id, ()))}
        problems = [
            _tell_problem(board, one, unit_id, as_of)
            for one in sorted(shown.values(), key=_problem_order)
        ]
        if tasks or problems or units is not None:
            yield _make_form(board, week, unit_id, as_of, (tasks, problems))


def list_unassigned(board: Board) -> tuple[str, ...]:
    """List the open problems that nobody gets, because neither unit nor measure is known.

    Parameters
    ----------
    board
        The ledger.

    Returns
    -------
    problem_ids
        In order.
    """
    return tuple(
        one["id"]
        for one in board.problems
        if one["status"] != ProblemStatus.CLOSED
        and one["unit_id"] not in board.unit_names
        and not board.measure_roles.get(one["measure_id"] or "", {}).get("lead")
    )


def is_open_task(task: Row, last_day: dt.date) -> bool:
    """Tell whether a task is to be worked on by a day.

    Parameters
    ----------
    task
        Its row.
    last_day
        Of the week.

    Returns
    -------
    open
        False once it is done, and before it begins.
    """
    starts_on = task["starts_on"]
    has_begun = starts_on is None or starts_on <= last_day.isoformat()
    return bool(has_begun and task["status"] != TaskStatus.DONE)


def is_open_problem(problem: Row) -> bool:
    """Tell whether a problem is its unit's to work on.

    Parameters
    ----------
    problem
        Its row.

    Returns
    -------
    open
        Not yet rectified, or found to be falsely so.
    """
    return problem["status"] in OPEN_PROBLEMS


def day_of(text: str | None) -> dt.date | None:
    """Read a day of the ledger.

    Parameters
    ----------
    text
        ``2023-06-30`` or None.

    Returns
    -------
    day
        None for None.
    """
    return None if text is None else dt.date.fromisoformat(text)


def state_of_task(board: Board, task: Row, as_of: dt.date) -> TaskState:
    """Say how a task stands on a day.

    Parameters
    ----------
    board
        The ledger, with its rules.
    task
        Its row.
    as_of
        The day.

    Returns
    -------
    state
        By its due day and the day on which it was done.
    """
    done_on = day_of(task["done_on"]) if task["status"] == TaskStatus.DONE else None
    return judge_state(
        due=day_of(task["due_on"]),
        done_on=done_on,
        as_of=as_of,
        soon_days=board.rules.due_soon_days,
    )


def state_of_problem(board: Board, problem: Row, as_of: dt.date) -> TaskState:
    """Say how the mending of a problem stands on a day.

    Parameters
    ----------
    board
        The ledger, with its rules.
    problem
        Its row.
    as_of
        The day.

    Returns
    -------
    state
        Mended when it was rectified; false rectification counts as not mended.
    """
    done_on = None
    if not is_open_problem(problem):
        done_on = day_of(rectified_on(problem))
    return judge_state(
        due=day_of(problem["due_on"]),
        done_on=done_on,
        as_of=as_of,
        soon_days=board.rules.due_soon_days,
    )


def rectified_on(problem: Row) -> str | None:
    """Give the day on which a problem was said to be mended.

    Parameters
    ----------
    problem
        Its row.

    Returns
    -------
    day
        As the ledger writes it; the day of closing where no other is known.
    """
    day = details_of(problem).get("rectified_on") or problem["closed_on"]
    return None if day is None else str(day)


def _list_followed(board: Board, as_of: dt.date) -> dict[str, list[Row]]:
    """Give lead units what waits for them: to be verified, overdue, or without a unit."""
    found: dict[str, list[Row]] = {}
    today = as_of.isoformat()
    for one in board.problems:
        status = one["status"]
        if status == ProblemStatus.CLOSED:
            continue
        is_late = status in OPEN_PROBLEMS and (one["due_on"] or _LAST) < today
        if status == ProblemStatus.RECTIFIED or is_late or one["unit_id"] is None:
            roles = board.measure_roles.get(one["measure_id"] or "", {})
            for unit_id in roles.get("lead", ()):
                found.setdefault(unit_id, []).append(one)
    return found


def _task_order(task: Row) -> tuple[str, tuple[int, ...], str]:
    """Order tasks by due day, then as the plan does."""
    number = tuple(int(part) for part in task["measure_id"].split(".") if part.isdigit())
    return task["due_on"] or _LAST, number, task["id"]


def _problem_order(problem: Row) -> tuple[str, str]:
    """Order problems by due day."""
    return problem["due_on"] or _LAST, problem["id"]


def _tell_task(board: Board, task: Row, as_of: dt.date) -> FormRow:
    """Make the row of a task."""
    state = state_of_task(board, task, as_of)
    role = ROLE_LABELS[task["role"]].zh if task["role"] in ROLE_LABELS else task["role"]
    return FormRow(
        row_id=task["id"],
        entry=task["entry"],
        tint=state,
        cells={
            "id": task["id"],
            "measure_id": task["measure_id"],
            "role": role,
            "turn": task["turn"] or "",
            "text": task["text"],
            "due_on": task["due_on"] or "",
            "state": STATE_LABELS[state].zh,
            "known": _say_known(TASK_STATUS_LABELS, task, task["done_on"]),
        },
    )


def _tell_problem(board: Board, problem: Row, unit_id: str, as_of: dt.date) -> FormRow:
    """Make the row of a problem."""
    state = state_of_problem(board, problem, as_of)
    roles = roles_in_problem(board, problem, unit_id)
    shown = "、".join(ROLE_LABELS[role].zh for role in ROLE_LABELS if role in roles)
    return FormRow(
        row_id=problem["id"],
        entry=problem["entry"],
        tint=state,
        cells={
            "id": problem["id"],
            "measure_id": problem["measure_id"] or "",
            "role": shown,
            "text": problem["text"],
            "place": problem["place"] or "",
            "found_on": problem["found_on"] or "",
            "due_on": problem["due_on"] or "",
            "state": STATE_LABELS[state].zh,
            "known": _say_known(PROBLEM_STATUS_LABELS, problem, rectified_on(problem)),
        },
    )


def _say_known(labels: Mapping[str, Text], row: Row, day: str | None) -> str:
    """Say what the ledger holds already."""
    label = labels.get(row["status"])
    status = row["status"] if label is None else label.zh
    parts = (status, day, row["note"])
    return " ".join(part for part in parts if part)


def _make_form(
    board: Board,
    week: Week,
    unit_id: str,
    as_of: dt.date,
    rows: tuple[list[FormRow], list[FormRow]],
) -> Form:
    """Put the lists of a unit together."""
    tasks, problems = rows
    return Form(
        kind=FormKind.DISPATCH,
        label=str(week),
        unit_id=unit_id,
        unit_name=board.unit_names.get(unit_id, unit_id),
        author_id=unit_id,
        as_of=as_of,
        head_number=board.head_number,
        notes=tuple(_list_notes(board, week, tasks)),
        sheets=(
            board.sheet(SheetKey.TASKS, tasks),
            board.sheet(SheetKey.PROBLEMS, problems),
            board.sheet(SheetKey.NEW_PROBLEMS, (), empty_rows=board.rules.empty_rows),
        ),
        is_demo=board.is_demo,
    )


def _list_notes(board: Board, week: Week, tasks: list[FormRow]) -> Iterator[Text]:
    """Say the days of the week, what a lead unit does, what is odd and what is assumed."""
    yield Text(
        f"本周：{week.first_day} 至 {week.last_day}，请在周日前交回。",
        f"The week runs from {week.first_day} to {week.last_day}; send this back by Sunday.",
    )
    yield _FOLLOWED
    shown = {row.cells["measure_id"] for row in tasks}
    for oddity in list_oddities(board.plan):
        if oddity.measure_id in shown:
            number, text = oddity.measure_id, oddity.text
            yield Text(f"注意 {number}：{text.zh}", f"note on {number}: {text.en}")
    yield from board.rules.assumptions
