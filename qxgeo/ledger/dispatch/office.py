"""An office at work on a ledger: its plan and rules, and the rows that it lays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.ledger.dispatch.board import OPEN_PROBLEMS, Board
from qxgeo.ledger.dispatch.turns import open_turns
from qxgeo.ledger.history import Author, read_head, read_rows, record
from qxgeo.ledger.words import ProblemStatus, TaskStatus

if TYPE_CHECKING:
    import datetime as dt

    from qxgeo.ledger.rhythm import Span
    from qxgeo.ledger.rulebook import ListRules, WorkRules
    from qxgeo.ledger.store import Ledger
    from qxgeo.plan import ActionPlan

_OPEN_TASKS = (TaskStatus.NOT_STARTED, TaskStatus.IN_PROGRESS)
_UNDONE_PROBLEMS = (*OPEN_PROBLEMS, ProblemStatus.RECTIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What every piece of work needs: the plan and the rules."""

    plan: ActionPlan
    rules: WorkRules
    list_rules: ListRules
    is_demo: bool = False


def read_board(ledger: Ledger, office: Office, *, is_open_only: bool = False) -> Board:
    """Lay the rows of a ledger out.

    Parameters
    ----------
    ledger
        Open.
    office
        The plan and the rules.
    is_open_only
        Leave out what is done or closed, as a weekly dispatch does, and sites and inspections.

    Returns
    -------
    board
        Rows as they are now.
    """
    tasks = {"status": [str(one) for one in _OPEN_TASKS]} if is_open_only else {}
    problems = {"status": [str(one) for one in _UNDONE_PROBLEMS]} if is_open_only else {}
    return Board(
        plan=office.plan,
        rules=office.rules,
        list_rules=office.list_rules,
        tasks=read_rows(ledger, "tasks", where=tasks),
        problems=read_rows(ledger, "problems", where=problems),
        sites=() if is_open_only else read_rows(ledger, "sites"),
        inspections=() if is_open_only else read_rows(ledger, "inspections"),
        head_number=read_head(ledger)[0],
        is_demo=office.is_demo,
    )


def start_week(
    ledger: Ledger, office: Office, span: Span, *, until: dt.date, at: dt.datetime, by: str
) -> int:
    """Lay down the turns of recurring duties that have begun by a day.

    Parameters
    ----------
    ledger
        Open for writing.
    office
        The plan and the rules.
    span
        The days in which recurring duties count.
    until
        Last day of the week that is dispatched.
    at
        Moment of writing, with a time zone.
    by
        Who dispatches.

    Returns
    -------
    count
        Turns that were new.
    """
    known = frozenset(one["id"] for one in read_rows(ledger, "tasks"))
    changes = list(open_turns(office.plan, span, known=known, until=until))
    if not changes:
        return 0
    return record(ledger, changes, author=Author(name=by, at=at)).entries
