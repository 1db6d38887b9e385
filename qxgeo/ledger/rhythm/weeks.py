"""ISO weeks: Monday to Sunday, the first one holds the year's first Thursday."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from qxgeo.errors import Fault, InputError, Text

_FORM = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week of ISO 8601."""

    year: int
    number: int

    def __str__(self) -> str:
        """Write it as ``2023-W24``."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def first_day(self) -> dt.date:
        """Its Monday."""
        return dt.date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> dt.date:
        """Its Sunday."""
        return dt.date.fromisocalendar(self.year, self.number, 7)

    @property
    def before(self) -> Week:
        """The week before it."""
        return week_of(self.first_day - dt.timedelta(days=1))


def week_of(day: dt.date) -> Week:
    """Give the week of a day.

    Parameters
    ----------
    day
        Any day.

    Returns
    -------
    week
        Its year can differ from the day's at the turn of the year.
    """
    year, number, _ = day.isocalendar()
    return Week(year, number)


def parse_week(text: str) -> Week:
    """Read a week written as ``2023-W24``.

    Parameters
    ----------
    text
        What somebody wrote.

    Returns
    -------
    week
        One that the calendar has.

    Raises
    ------
    InputError
        If it has another form, or the year has no such week.
    """
    match = _FORM.fullmatch(text.strip())
    week = Week(int(match[1]), int(match[2])) if match else None
    try:
        if week is not None and week.last_day > dt.date.min:
            return week
    except ValueError:
        pass  # 2023-W53 has the form of a week and is none
    raise InputError(
        Fault(
            problem=Text(f"“{text}”不是周次", f'"{text}" is no week'),
            mend=Text(
                "写成 2023-W24（ISO 周，周一至周日）",
                "write it as 2023-W24 (ISO, Monday to Sunday)",
            ),
            column="week",
        )
    )
