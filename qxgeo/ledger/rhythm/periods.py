"""How often a measure comes round: weeks, months, every two months, and spans of the plan."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.ledger.rhythm.weeks import week_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qxgeo.plan import ActionPlan, Rhythm

_MONTHS = 12
_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One turn of a rhythm; it is due on its last day.

    Attributes
    ----------
    label
        ``2023-W24``, ``2023-06`` or ``2023-05..06``.
    first_day, last_day
        Both included.
    """

    label: str
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days in which a plan's recurring duties count, both included.

    Attributes
    ----------
    is_assumed
        Whether it was derived, because nobody said.
    """

    first_day: dt.date
    last_day: dt.date
    is_assumed: bool = True


def find_span(
    plan: ActionPlan, *, first_day: dt.date | None = None, last_day: dt.date | None = None
) -> Span:
    """Find the days in which a plan's recurring duties count.

    Parameters
    ----------
    plan
        The plan; it does not say from when on a weekly duty counts.
    first_day
        Of the duties. Assumed, where nobody says: the first of the month of the earliest deadline,
        so that no week counts as missed in which the plan may not yet have been in force.
    last_day
        Assumed, where nobody says: the last day of the plan's year.

    Returns
    -------
    span
        What was said or assumed.
    """
    deadlines = [one.deadline.date for one in plan.measures if one.deadline is not None]
    earliest = min(deadlines, default=dt.date(plan.year, 1, 1))
    return Span(
        first_day=first_day or earliest.replace(day=1),
        last_day=last_day or dt.date(plan.year, _MONTHS, 31),
        is_assumed=first_day is None or last_day is None,
    )


def list_periods(rhythm: Rhythm, span: Span) -> tuple[Period, ...]:
    """List the turns of a rhythm that touch a span.

    Parameters
    ----------
    rhythm
        Every so many weeks or months. Several months are counted from January, several weeks from
        the week of the span's first day (assumptions, see ``data/ledger/defaults.toml``).
    span
        The days that count.

    Returns
    -------
    periods
        In order, whole even where the span begins inside the first one.
    """
    turns = _weeks(rhythm.every, span) if rhythm.period == "week" else _months(rhythm.every, span)
    return tuple(turns)


def _weeks(every: int, span: Span) -> Iterator[Period]:
    """Step by so many weeks."""
    monday = week_of(span.first_day).first_day
    while monday <= span.last_day:
        end = monday + every * _WEEK - dt.timedelta(days=1)
        label = str(week_of(monday))
        if every > 1:
            label += f"..{week_of(end)}"
        yield Period(label=label, first_day=monday, last_day=end)
        monday += every * _WEEK


def _months(every: int, span: Span) -> Iterator[Period]:
    """Step by so many months, the first turn of a year beginning in January."""
    year, month = span.first_day.year, (span.first_day.month - 1) // every * every + 1
    while dt.date(year, month, 1) <= span.last_day:
        last = min(month + every - 1, _MONTHS)
        label = f"{year}-{month:02d}" + (f"..{last:02d}" if last > month else "")
        yield Period(
            label=label,
            first_day=dt.date(year, month, 1),
            last_day=dt.date(year, last, calendar.monthrange(year, last)[1]),
        )
        year, month = (year, last + 1) if last < _MONTHS else (year + 1, 1)
