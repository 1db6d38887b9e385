"""Shifts as iCalendar: for the whole office (patrol.ics) and for one person.

One event per shift. Its UID is made of district, day, start and territory, so that a calendar
program that reads the file again changes its events and doubles none. Times are in Asia/Shanghai
with the rules of the zone in the file. No phone number is ever in it; the public edition names
neither people nor points.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from qxgeo.errors import Fault, InputError, Text
from qxgeo.patrol.privacy import Discretion
from qxgeo.reports.neutral import clean_text
from qxgeo.reports.patrol.answerable import MEASURES
from qxgeo.reports.patrol.names import join, name_all
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from qxgeo.patrol.model import Patrol

ZONE_NAME = "Asia/Shanghai"
_ZONE = ZoneInfo(ZONE_NAME)
_TITLE = Text("露天焚烧巡查", "Burning patrol")
_STAND_IN = Text("替班", "stand-in")


def write_office_calendar(
    patrol: Patrol, path: str | Path, *, is_public: bool, lang: str = "zh"
) -> None:
    """Write patrol.ics: every shift of everybody.

    Parameters
    ----------
    patrol
        The whole plan.
    path
        The file; its folder exists.
    is_public
        Ids in place of the names of people and points.
    lang
        ``zh`` or ``en``.
    """
    title = f"{patrol.district.name.in_language(lang)} {_TITLE.in_language(lang)}"
    writer = _Writer(patrol, lang, is_public=is_public)
    Path(path).write_bytes(writer.write(patrol.schedule.shifts, title))


def person_calendar(patrol: Patrol, person_id: str, *, lang: str = "zh") -> bytes:
    """Give the calendar of one person: the own shifts and those stood in for.

    Parameters
    ----------
    patrol
        The whole plan.
    person_id
        On the roster.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    content
        Of an .ics file.

    Raises
    ------
    InputError
        If nobody on the roster has that id.
    """
    people = patrol.people.set_index("person_id")["name"]
    if person_id not in people.index:
        problem = Text(f"花名册中没有 {person_id}", f"{person_id} is not on the roster")
        mend = Text("用花名册中的人员编号", "use an id of the roster")
        raise InputError(Fault(column="person_id", problem=problem, mend=mend))
    shifts = patrol.schedule.shifts
    title = f"{_TITLE.in_language(lang)} {people[person_id]}"
    writer = _Writer(patrol, lang, is_public=False)
    return writer.write(shifts[shifts["person_id"] == person_id], title)


class _Writer:
    """Turns shifts into events, with the names of a patrol."""

    def __init__(self, patrol: Patrol, lang: str, *, is_public: bool) -> None:
        self._patrol = patrol
        self._lang = lang
        self._is_public = is_public
        self._names = name_all(patrol, lang=lang)
        phones = [*patrol.people["phone"], *patrol.settings.phones.values()]
        self._discretion = Discretion(phones, {})
        territories = patrol.assignment.territories
        self._township_of: Mapping[str, str] = dict(
            zip(territories["person_id"], territories["township_id"], strict=True)
        )
        visits = patrol.schedule.visits
        self._points = {
            str(shift_id): list(group) for shift_id, group in visits.groupby("shift_id")["point_id"]
        }
        known = {measure.measure_id for measure in patrol.plan.measures}
        self._measures = [measure for measure in MEASURES if measure in known]
        # The day of the data stands for the time of writing: same input, same bytes.
        self._stamp = datetime.combine(patrol.district.as_of, datetime.min.time(), tzinfo=UTC)

    def write(self, shifts: pd.DataFrame, title: str) -> bytes:
        """Give the calendar of some shifts."""
        schedule = self._patrol.schedule
        calendar = Calendar()
        calendar.add("prodid", "-//qxgeo//patrol//ZH")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", self._clean(title))
        calendar.add("x-wr-timezone", ZONE_NAME)
        if self._patrol.is_demo:
            calendar.add("x-wr-caldesc", DEMO_BANNER.in_language(self._lang))
        zone = Timezone.from_tzid(
            ZONE_NAME,
            first_date=schedule.first_day,
            last_date=schedule.last_day + timedelta(days=2),
        )
        calendar.add_component(zone)
        for shift in shifts.itertuples(index=False):
            calendar.add_component(self._tell_shift(shift))
        return bytes(calendar.to_ical())

    def _tell_shift(self, shift: Any) -> Event:  # noqa: ANN401  a row of the table
        """Make the event of one shift."""
        event = Event()
        key = f"qxgeo/{self._patrol.district.code}/{shift.shift_id}"
        event.add("uid", f"{uuid.uuid5(uuid.NAMESPACE_URL, key)}@qxgeo")
        event.add("dtstamp", self._stamp)
        midnight = datetime.combine(shift.day, datetime.min.time(), tzinfo=_ZONE)
        event.add("dtstart", midnight + timedelta(minutes=int(shift.start_min)))
        event.add("dtend", midnight + timedelta(minutes=int(shift.end_min)))
        township_id = self._township_of.get(shift.territory_id, "")
        township = self._names.townships.get(township_id, township_id)
        place = f"{township} {self._name_person(shift.territory_id)}".strip()
        event.add("summary", self._clean(self._title(shift, township)))
        event.add("location", self._clean(place))
        event.add("description", "\n".join(map(self._clean, self._describe(shift))))
        event.add("categories", [self._clean(self._name_season(shift.season_id))])
        return event

    def _title(self, shift: Any, township: str) -> str:  # noqa: ANN401  a row of the table
        """Say what, who and where on a line."""
        head = _TITLE.in_language(self._lang)
        if shift.is_stand_in:
            head = f"{head} · {_STAND_IN.in_language(self._lang)}"
        return " · ".join(filter(None, (head, self._name_person(shift.person_id), township)))

    def _describe(self, shift: Any) -> Iterable[str]:  # noqa: ANN401  a row of the table
        """Say the season, the stand-in, the points, the duty and what else to know."""
        zh = self._lang == "zh"
        if self._patrol.is_demo:
            yield DEMO_BANNER.in_language(self._lang)
        yield ("时段：" if zh else "Season: ") + self._name_season(shift.season_id)
        if shift.is_stand_in:
            owner = self._name_person(shift.territory_id)
            yield f"替 {owner} 巡查其责任区" if zh else f"Stand-in for {owner}"
        points = self._points.get(shift.shift_id, [])
        if points:
            named = join((self._name_point(point) for point in points), lang=self._lang)
            yield (f"点位（{len(points)}）：" if zh else f"Points ({len(points)}): ") + named
        measures = join(self._measures, lang=self._lang)
        if measures:
            duty = (
                "定点、定时、定人、定责；依据措施 " if zh else "Place, time, person, duty: measure "
            )
            yield duty + measures

    def _name_person(self, person_id: str) -> str:
        """Name a person; the public edition gives the id."""
        return person_id if self._is_public else self._names.people.get(person_id, person_id)

    def _name_point(self, point_id: str) -> str:
        """Name a point; people name points after neighbours, so the public edition does not."""
        name = self._names.points.get(point_id, "")
        return point_id if self._is_public or not name else f"{point_id} {name}"

    def _name_season(self, season_id: str) -> str:
        """Name a season."""
        return self._names.seasons.get(season_id, season_id)

    def _clean(self, text: str) -> str:
        """Take out what a calendar cannot show and what it must not say."""
        return self._discretion.clean(clean_text(text))
