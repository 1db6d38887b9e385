"""How a task stands on a day."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    import datetime as dt


class TaskState(StrEnum):
    """How a task, or one turn of it, stands."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    OPEN = "open"
    STANDING = "standing"
    DONE_LATE = "done_late"
    DONE = "done"


STATE_LABELS: dict[TaskState, Text] = {
    TaskState.OVERDUE: Text("逾期", "overdue"),
    TaskState.DUE_SOON: Text("临期", "due soon"),
    TaskState.OPEN: Text("未到期", "not yet due"),
    TaskState.STANDING: Text("长期（无期限）", "standing (no date)"),
    TaskState.DONE_LATE: Text("逾期完成", "done late"),
    TaskState.DONE: Text("按期完成", "done in time"),
}


def judge_state(
    *, due: dt.date | None, done_on: dt.date | None, as_of: dt.date, soon_days: int
) -> TaskState:
    """Say how a task stands.

    Parameters
    ----------
    due
        The last day on which it is in time; None where the plan sets none.
    done_on
        The day on which it was done, None while it is not. A day after `as_of` is not known yet.
    as_of
        The day on which one looks.
    soon_days
        So many days before `due` and on it, a task is due soon.

    Returns
    -------
    state
        Done on its last day is done in time; overdue begins on the day after.
    """
    if done_on is not None and done_on <= as_of:
        is_late = due is not None and done_on > due
        return TaskState.DONE_LATE if is_late else TaskState.DONE
    if due is None:
        return TaskState.STANDING
    if as_of > due:
        return TaskState.OVERDUE
    return TaskState.DUE_SOON if (due - as_of).days <= soon_days else TaskState.OPEN
