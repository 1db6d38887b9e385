"""Turns of what comes round: a row of its own for each week, month or round that has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qxgeo.ledger.history import Change, make_id
from qxgeo.ledger.rhythm import list_duties
from qxgeo.ledger.words import TaskStatus

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from qxgeo.ledger.rhythm import Duty, Span
    from qxgeo.plan import ActionPlan

    Row = Mapping[str, Any]


def open_turns(
    plan: ActionPlan, span: Span, *, known: frozenset[str], until: dt.date
) -> Iterator[Change]:
    """Lay down the turns that have begun.

    Parameters
    ----------
    plan
        The plan.
    span
        The days in which recurring duties count.
    known
        Ids of tasks that the ledger has.
    until
        Turns that begin later are left for later.

    Yields
    ------
    change
        One per turn, unit and role; the same each time, so that doing it again adds nothing.
    """
    for duty in list_duties(plan, span):
        if not duty.period or (duty.first_day is not None and duty.first_day > until):
            continue
        row_id = turn_id(duty)
        if row_id not in known:
            yield Change(table="tasks", row_id=row_id, values=_write_turn(plan, duty), based_on=0)


def turn_id(duty: Duty) -> str:
    """Give the id of a turn.

    Parameters
    ----------
    duty
        One turn of a measure for a unit.

    Returns
    -------
    task_id
        The same each time.
    """
    return make_id("T", duty.measure_id, duty.role, duty.unit_id, duty.period)


def comes_round(plan: ActionPlan) -> frozenset[str]:
    """Name the measures that are worked on turn by turn alone.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    measure_ids
        With a rhythm or the words of the inspection rounds, and without a deadline. The row of
        such a measure that bears no turn stands for all of its turns and is itself no work.
    """
    return frozenset(
        measure.measure_id
        for measure in plan.measures
        if measure.deadline is None
        and (measure.rhythm is not None or any(one.text in measure.text for one in plan.rounds))
    )


def _write_turn(plan: ActionPlan, duty: Duty) -> dict[str, Any]:
    """Write the row of a turn."""
    measure = plan.measure(duty.measure_id)
    rhythm = measure.rhythm
    named = plan.unit(duty.named_as).name
    unit = plan.unit(duty.unit_id).name
    return {
        "measure_id": duty.measure_id,
        "turn": duty.period,
        "unit_id": duty.unit_id,
        "unit_name": unit,
        "role": duty.role,
        "as_written": named if named != unit else None,
        "text": measure.text,
        "starts_on": duty.first_day,
        "due_on": duty.due,
        "deadline_text": None if rhythm is None else rhythm.text,
        "every": None if rhythm is None else rhythm.every,
        "period": None if rhythm is None else rhythm.period,
        "status": TaskStatus.NOT_STARTED,
    }
