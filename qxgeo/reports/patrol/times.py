"""定时: a person's shifts, visits and routes, put into words."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from qxgeo.reports.patrol.wording import say, say_clock, say_day, say_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from qxgeo.patrol.model import Schedule

MOST_ROUTES = 7
_DAYS_NAMED = 4
_ORDINARY = "ordinary"
_HAIR = 1e-9  # 3.0000000001 visits are three


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDay:
    """One day of the calendar.

    Attributes
    ----------
    lines
        Hours, with whom they are taken for or who takes them.
    season
        Empty on ordinary days.
    """

    day: date
    lines: tuple[str, ...]
    season: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRoute:
    """One order of visits, with the days on which it is gone."""

    title: str
    text: str


def say_window(start_min: float, end_min: float) -> str:
    """Give hours as ``08:00–10:00``.

    Parameters
    ----------
    start_min, end_min
        Minutes after midnight.

    Returns
    -------
    text
        Both ends.
    """
    return f"{say_clock(start_min)}–{say_clock(end_min)}"


def list_days(
    shifts: Iterable[Any],
    schedule: Schedule,
    *,
    person_id: str,
    names: Mapping[str, str],
    seasons: Mapping[str, str],
    lang: str,
) -> tuple[DutyDay, ...]:
    """Lay a person's shifts out as a calendar.

    Parameters
    ----------
    shifts
        Rows of the shifts that the person goes, and of those that another goes for the person.
    schedule
        For its first and last day.
    person_id
        Whose calendar.
    names
        Person to name.
    seasons
        Season to name.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    days
        Every day of the period; empty without any shift.
    """
    by_day: dict[date, list[Any]] = defaultdict(list)
    for shift in shifts:
        by_day[shift.day].append(shift)
    if not by_day:
        return ()
    length = (schedule.last_day - schedule.first_day).days + 1
    days = []
    for day in (schedule.first_day + timedelta(days=number) for number in range(length)):
        mine = sorted(by_day[day], key=lambda s: (s.start_min, s.territory_id))
        lines = tuple(_shift_line(shift, person_id, names, lang) for shift in mine)
        special = dict.fromkeys(s.season_id for s in mine if s.season_id != _ORDINARY)
        season = " ".join(seasons.get(key, key) for key in special)
        days.append(DutyDay(day=day, lines=lines, season=season))
    return tuple(days)


def _shift_line(shift: Any, person_id: str, names: Mapping[str, str], lang: str) -> str:  # noqa: ANN401  # a row of the table
    """Say when, and for whom or by whom."""
    window = say_window(shift.start_min, shift.end_min)
    if shift.person_id != person_id:
        name = names.get(shift.person_id, shift.person_id)
        return f"{window} {say('relieved', lang, name=name)}"
    if shift.territory_id != person_id:
        name = names.get(shift.territory_id, shift.territory_id)
        return f"{window} {say('stand_in', lang, name=name)}"
    return window


def list_checks(
    visits: Iterable[Any], *, visits_per_week: float, schedule: Schedule, lang: str
) -> tuple[str, ...]:
    """Label the check boxes of a point.

    Parameters
    ----------
    visits
        Rows of the person's visits to the point.
    visits_per_week
        Counts where nothing is scheduled.
    schedule
        For its period.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    labels
        One per box: the day of each visit, or the week.
    """
    dates = sorted(visit.day for visit in visits)
    if dates:
        return tuple(f"{day.month}/{day.day}" for day in dates)
    weeks = -(-((schedule.last_day - schedule.first_day).days + 1) // 7)
    boxes = max(1, math.ceil(visits_per_week - _HAIR)) if visits_per_week > 0 else 1
    return tuple(say("week", lang, week=w) for w in range(1, weeks + 1) for _ in range(boxes))


def list_routes(
    routes: Iterable[Any],
    stops: Mapping[str, list[Any]],
    labels: Mapping[str, str],
    *,
    lang: str,
) -> tuple[tuple[DutyRoute, ...], int]:
    """Gather a person's routes by their order of visits.

    Parameters
    ----------
    routes
        Rows of the person's routes.
    stops
        Rows of the stops by route, in order.
    labels
        Point to its number and name on the sheet.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    routes, left_out
        At most `MOST_ROUTES` orders, the most frequent first, and how many more there are.
    """
    orders: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for route in sorted(routes, key=lambda r: r.day):
        orders[tuple(stop.point_id for stop in stops.get(route.route_id, ()))].append(route)
    ranked = sorted(orders.values(), key=lambda days: (-len(days), days[0].day))
    shown = [_tell_route(days, stops, labels, lang) for days in ranked[:MOST_ROUTES]]
    return tuple(shown), len(ranked) - len(shown)


def _tell_route(
    days: list[Any], stops: Mapping[str, list[Any]], labels: Mapping[str, str], lang: str
) -> DutyRoute:
    """Tell the first of some days with the same order of visits."""
    first = days[0]
    named = ("、" if lang != "en" else ", ").join(say_day(r.day, lang) for r in days[:_DAYS_NAMED])
    if len(days) > _DAYS_NAMED:
        named += "…"
    way = [say("route_start", lang, time=say_clock(first.start_min))]
    way += [
        f"{say_clock(stop.arrive_min)} {labels.get(stop.point_id, stop.point_id)}"
        for stop in stops.get(first.route_id, ())
    ]
    way.append(say("route_end", lang, time=say_clock(first.end_min)))
    facts = [say("route_way", lang, km=say_number(first.travel_m / 1000))]
    if first.is_straight_line:
        facts.append(say("straight", lang))
    comma = "，" if lang != "en" else ", "
    return DutyRoute(
        title=say("route_days", lang, days=named, count=len(days)),
        text=" → ".join(way) + comma + comma.join(facts),
    )
