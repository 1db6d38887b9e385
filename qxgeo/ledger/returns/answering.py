"""Rows of the weekly form: answers to tasks and problems, and problems that are new."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.dispatch import roles_in_problem
from qxgeo.ledger.dispatch.weekly import day_of
from qxgeo.ledger.history import Change, make_id
from qxgeo.ledger.returns.desk import find_row
from qxgeo.ledger.rows import details_of
from qxgeo.ledger.words import (
    CONFLICT,
    PROBLEM_STATUS_LABELS,
    ROLE_LABELS,
    ProblemStatus,
    TaskStatus,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qxgeo.ledger.forms import ReturnedRow, SheetKey
    from qxgeo.ledger.returns.cells import Cells
    from qxgeo.ledger.returns.desk import Desk

    Row = Mapping[str, Any]

_NEED_DAY = Text("请填完成日期", "give the day on which it was done")
_FINISHED = (ProblemStatus.RECTIFIED, ProblemStatus.CLOSED)


def answer_task(desk: Desk, key: SheetKey, row: ReturnedRow, cells: Cells) -> Iterator[Change]:
    """Turn an answer to a task into changes, or note what is wrong with it.

    Parameters
    ----------
    desk
        What is known.
    key
        Of the list.
    row
        The returned row.
    cells
        Its cells; takes the faults.

    Yields
    ------
    change
        The answer, and the task as it is from now on; none where anything is wrong.
    """
    task = find_row(cells, desk.tasks)
    if task is None:
        return
    unit_id = desk.returned.author_id
    if task["unit_id"] != unit_id:
        owner = desk.board.unit_names.get(task["unit_id"], task["unit_id"])
        cells.fault(
            "id",
            Text(f"这是{owner}的任务", f"this is a task of {owner}"),
            Text("只能填报本单位的任务", "report your own tasks only"),
        )
        return
    status = cells.choice("status")
    earliest = day_of(task["starts_on"]) or dt.date(desk.board.plan.year, 1, 1)
    done_on = cells.day("done_on", latest=desk.as_of, earliest=earliest)
    note = cells.text("note")
    _match_day(cells, status, done_on, finished=(TaskStatus.DONE,))
    if cells.faults:
        return
    values = _without_none(status=status, done_on=done_on, note=note)
    if status is not None and status != TaskStatus.DONE:
        values["done_on"] = None
    if _is_known(desk, task["id"], values):
        return
    clashes = desk.find_clash("tasks", task, values, cells)
    yield _answer(desk, row, ("task_id", task["id"]), key, values, clashes=clashes)
    if not clashes:
        yield Change(
            table="tasks",
            row_id=task["id"],
            values=values,
            source=desk.source(key, row),
            based_on=task["entry"],
        )


def answer_problem(desk: Desk, key: SheetKey, row: ReturnedRow, cells: Cells) -> Iterator[Change]:
    """Turn an answer to a problem into changes, or note what is wrong with it.

    Parameters
    ----------
    desk
        What is known.
    key
        Of the list.
    row
        The returned row.
    cells
        Its cells; takes the faults.

    Yields
    ------
    change
        The answer, and the problem as it is from now on; none where anything is wrong.
    """
    problem = find_row(cells, desk.problems)
    if problem is None:
        return
    status = cells.choice("status")
    _check_rights(desk, problem, status, cells)
    done_on = cells.day("done_on", latest=desk.as_of, earliest=day_of(problem["found_on"]))
    note, photo = cells.text("note"), cells.text("photo")
    _match_day(cells, status, done_on, finished=_FINISHED)
    if cells.faults:
        return
    values = _without_none(status=status, note=note, photo=photo)
    values |= _days_of(problem, status, done_on)
    told = _without_none(status=status, done_on=done_on, note=note, evidence=photo)
    if _is_known(desk, problem["id"], told):
        return
    clashes = desk.find_clash("problems", problem, values, cells)
    yield _answer(desk, row, ("problem_id", problem["id"]), key, told, clashes=clashes)
    if not clashes:
        yield Change(
            table="problems",
            row_id=problem["id"],
            values=values,
            source=desk.source(key, row),
            based_on=problem["entry"],
        )


def _check_rights(desk: Desk, problem: Row, status: str | None, cells: Cells) -> None:
    """Note what a unit may not say of a problem."""
    unit_id = desk.returned.author_id
    roles = roles_in_problem(desk.board, problem, unit_id)
    if not roles:
        owner = desk.board.unit_names.get(problem["unit_id"] or "", problem["unit_id"] or "—")
        cells.fault(
            "id",
            Text(f"这是{owner}的问题，与你单位无关", f"this is a problem of {owner}, not yours"),
            Text("只能填报派发给本单位的问题", "answer only what was sent to you"),
        )
        return
    allowed = {one for role in roles for one in desk.board.rules.rights.get(role, ())}
    if status is not None and status not in allowed:
        role = "、".join(ROLE_LABELS[one].zh for one in ROLE_LABELS if one in roles)
        word = PROBLEM_STATUS_LABELS[status]
        cells.fault(
            "status",
            Text(f"{role}单位不能填“{word.zh}”", f'you may not set "{word.en}" in your role'),
            Text(
                "销号由牵头单位核实后填写；配合单位只写情况",
                "a lead unit verifies and closes; a cooperating unit writes remarks only",
            ),
        )


def _match_day(
    cells: Cells, status: str | None, done_on: dt.date | None, *, finished: tuple[str, ...]
) -> None:
    """Note a day without its status, or a status without its day."""
    if "status" in cells.faults or "done_on" in cells.faults:
        return
    if status in finished:
        cells.need("done_on", done_on, _NEED_DAY)
    elif done_on is not None:
        cells.fault(
            "status",
            Text("填了完成日期，状态却不是已完成", "a day is given, but it is not said to be done"),
            Text("改状态，或删去日期", "change the status, or take the day out"),
        )


def _days_of(problem: Row, status: str | None, done_on: dt.date | None) -> dict[str, Any]:
    """Give the days of a problem that come with its status."""
    if status is None:
        return {}
    details = details_of(problem)
    if status == ProblemStatus.RECTIFIED and done_on is not None:
        details["rectified_on"] = done_on.isoformat()
    elif status in (ProblemStatus.OPEN, ProblemStatus.IN_PROGRESS):
        details.pop("rectified_on", None)
    is_closed = status == ProblemStatus.CLOSED
    return {"closed_on": done_on if is_closed else None, "details": details}


def answer_id(desk: Desk, row_id: str) -> str:
    """Give the id of an answer: one per row, week and unit.

    Parameters
    ----------
    desk
        Whose form, and which week.
    row_id
        Of the task or problem.

    Returns
    -------
    answer_id
        Of the row in the table of progress.
    """
    return make_id("J", row_id, desk.returned.label, desk.returned.author_id)


def _answer(
    desk: Desk,
    row: ReturnedRow,
    about: tuple[str, str],
    key: SheetKey,
    told: dict[str, Any],
    *,
    clashes: bool,
) -> Change:
    """Keep an answer as it was given, also where it does not prevail."""
    column, row_id = about
    known = desk.answers.get(answer_id(desk, row_id))
    is_told_again = known is not None and _says_the_same(known, told)
    values = {
        column: row_id,
        "unit_id": desk.returned.author_id,
        "week": desk.returned.label,
        "reported_on": known["reported_on"] if known and is_told_again else desk.as_of,
        "status": told.get("status"),
        "done_on": told.get("done_on"),
        "text": told.get("note"),
        "evidence": told.get("evidence"),
        "details": {CONFLICT: "yes"} if clashes else None,
    }
    return Change(
        table="progress",
        row_id=answer_id(desk, row_id),
        values=values,
        source=desk.source(key, row),
    )


def _is_known(desk: Desk, row_id: str, told: Mapping[str, Any]) -> bool:
    """Tell whether an answer is in the ledger already; one that did not prevail is shown again."""
    known = desk.answers.get(answer_id(desk, row_id))
    if row_id in desk.unsettled:
        return False
    return known is not None and CONFLICT not in details_of(known) and _says_the_same(known, told)


def _says_the_same(known: Row, told: Mapping[str, Any]) -> bool:
    """Tell whether an answer says what another one said."""
    pairs = (("status", "status"), ("done_on", "done_on"), ("text", "note"))
    return all(
        (None if told.get(cell) is None else str(told[cell])) == known[column]
        for column, cell in (*pairs, ("evidence", "evidence"))
    )


def _without_none(**values: object) -> dict[str, Any]:
    """Keep what was filled in: an empty cell changes nothing."""
    return {key: value for key, value in values.items() if value is not None}
