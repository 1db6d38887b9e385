"""Oddities of a plan's dates: kept as they are written, and said wherever they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan, Measure

_MEASURE = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something odd about when a measure is due.

    Attributes
    ----------
    measure_id
        Whose date it is.
    text
        What is odd, and how it is read.
    """

    measure_id: str
    text: Text


def list_oddities(plan: ActionPlan) -> tuple[Oddity, ...]:
    """List what is odd about the dates of a plan.

    Parameters
    ----------
    plan
        The plan. Its dates are never changed.

    Returns
    -------
    oddities
        In the order of the document: words that allow two days, and what the plan file notes of a
        measure that its own list of oddities names.
    """
    named = {
        measure_id for one in plan.anomalies for measure_id in _measures_between(plan, one.where)
    }
    return tuple(
        Oddity(measure_id=measure.measure_id, text=text)
        for measure in plan.measures
        if measure.deadline is not None
        for text in _texts(measure, is_named=measure.measure_id in named)
    )


def _measures_between(plan: ActionPlan, where: str) -> tuple[str, ...]:
    """Read ``1.1.1-1.1.3`` as the measures from the first to the last."""
    ends = _MEASURE.findall(where)
    known = [one.measure_id for one in plan.measures]
    if not ends or any(one not in known for one in ends):
        return ()
    return tuple(known[known.index(ends[0]) : known.index(ends[-1]) + 1])


def _texts(measure: Measure, *, is_named: bool) -> tuple[Text, ...]:
    """Give the notes of a measure on its date."""
    deadline = measure.deadline
    notes = (deadline.note,) if deadline is not None and deadline.note is not None else ()
    return (*notes, *measure.notes) if is_named else notes
