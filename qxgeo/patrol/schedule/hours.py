"""Which hours of a day are patrolled, by the seasonal calendar of the district.

The rule, in this order:

1. The *base* of a day is the season whose dates hold it; of several the one with the largest
   visit factor, of equal ones the first in the settings. A day in no season is ordinary.
2. A declared day (pollution warning, unfavourable weather) is added to its base and never takes
   hours away: the hours are those of both, joined where they overlap.
3. Of base and declarations only those count that name the day of the week. Where none does, the
   day is not patrolled.
4. The largest visit factor of those holds, and its season gives the day its name; of equal ones
   the declaration, since somebody declared it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, InputError, Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from qxgeo.district.patrol_settings import PatrolSettings, Season

Window = tuple[int, int]

_ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyHours:
    """The patrol hours of one day.

    Attributes
    ----------
    season_id
        Whose visit factor holds.
    windows
        Minutes after midnight, sorted, not overlapping, at least one.
    visit_share
        What a day's visits are of the visits per week: the factor over the season's patrolled days
        of a week.
    """

    day: date
    season_id: str
    windows: tuple[Window, ...]
    visit_share: float


def list_duty_hours(
    settings: PatrolSettings, *, first_day: date, last_day: date
) -> tuple[DutyHours, ...]:
    """Find the patrol hours of every day of a span.

    Parameters
    ----------
    settings
        Seasons and declared days.
    first_day, last_day
        Both belong to the span.

    Returns
    -------
    hours
        One per patrolled day, in order; days without patrol are left out.

    Raises
    ------
    InputError
        If the span runs backwards or a season has no hours to give.
    """
    _check(settings, first_day, last_day)
    length = (last_day - first_day).days + 1
    days = (first_day + timedelta(days=number) for number in range(length))
    found = (_find_hours(settings, day) for day in days)
    return tuple(hours for hours in found if hours is not None)


def _check(settings: PatrolSettings, first_day: date, last_day: date) -> None:
    """Refuse a span that runs backwards, and settings without ordinary days.

    Raises
    ------
    InputError
        With the fault.
    """
    if last_day < first_day:
        raise InputError(
            Fault(
                problem=Text(
                    f"排班的最后一天 {last_day} 早于第一天 {first_day}",
                    f"the last day {last_day} lies before the first day {first_day}",
                ),
                mend=Text("对调两个日期", "exchange the two dates"),
            )
        )
    if all(season.season_id != _ORDINARY for season in settings.seasons):
        raise InputError(
            Fault(
                column="patrol.seasons",
                problem=Text("没有 ordinary（平日）时段", "there is no season 'ordinary'"),
                mend=Text("补上平日的时段", "add the hours of ordinary days"),
            )
        )


def _find_hours(settings: PatrolSettings, day: date) -> DutyHours | None:
    """Find the hours of one day, None where it is not patrolled."""
    base = _find_base(settings.seasons, day)
    declared = {"warning": settings.warning_days, "unfavourable": settings.unfavourable_days}
    # The declarations first: max() keeps the first of equal factors.
    holding = [
        season for season in settings.seasons if day in declared.get(season.season_id, ())
    ] + [base]
    holding = [season for season in holding if day.weekday() in season.weekdays]
    if not holding:
        return None
    chief = max(holding, key=lambda season: season.visit_factor)
    return DutyHours(
        day=day,
        season_id=chief.season_id,
        windows=_join(window for season in holding for window in season.windows),
        visit_share=chief.visit_factor / len(chief.weekdays),
    )


def _find_base(seasons: Iterable[Season], day: date) -> Season:
    """Find the season that holds a day by its dates, else ordinary days."""
    known = tuple(seasons)
    dated = [season for season in known if _holds(season, day)]
    ordinary = [season for season in known if season.season_id == _ORDINARY]
    return max(dated or ordinary, key=lambda season: season.visit_factor)


def _holds(season: Season, day: date) -> bool:
    """Tell whether a season's dates hold a day; the season may run over the end of the year."""
    if season.first is None or season.last is None:
        return False
    today = (day.month, day.day)
    if season.first <= season.last:
        return season.first <= today <= season.last
    return today >= season.first or today <= season.last


def _join(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Join hours that overlap; hours that only touch stay two."""
    joined: list[Window] = []
    for start, end in sorted(set(windows)):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
