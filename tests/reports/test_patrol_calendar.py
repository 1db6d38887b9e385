"""Calendars read back with the icalendar parser and, where bytes matter, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from qxgeo.errors import InputError
from qxgeo.reports.patrol.calendar import person_calendar, write_office_calendar
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from icalendar import Event

    from qxgeo.patrol.model import Patrol


def read_office(
    patrol: Patrol, folder: Path, *, is_public: bool = False, lang: str = "zh"
) -> Calendar:
    path = folder / "patrol.ics"
    write_office_calendar(patrol, path, is_public=is_public, lang=lang)
    return Calendar.from_ical(path.read_bytes())


def events_of(calendar: Calendar) -> list[Event]:
    return calendar.walk("VEVENT")


def test_every_shift_is_an_event_at_its_time_in_shanghai(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    events = events_of(read_office(town_patrol, tmp_path))
    shifts = town_patrol.schedule.shifts
    # Shanghai is eight hours ahead of UTC and has had no summer time since 1991.
    wanted = sorted(
        datetime(s.day.year, s.day.month, s.day.day, tzinfo=UTC)
        + timedelta(minutes=s.start_min - 8 * 60)
        for s in shifts.itertuples()
    )
    assert sorted(event["dtstart"].dt.astimezone(UTC) for event in events) == wanted
    assert {event["dtend"].dt - event["dtstart"].dt for event in events} == {timedelta(hours=2)}
    assert events[0]["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert len({event["uid"] for event in events}) == len(shifts)


def test_the_file_carries_the_rules_of_its_time_zone(town_patrol: Patrol, tmp_path: Path) -> None:
    zones = read_office(town_patrol, tmp_path).walk("VTIMEZONE")
    assert [str(zone["tzid"]) for zone in zones] == ["Asia/Shanghai"]
    offsets = {rule["tzoffsetto"].td for rule in zones[0].subcomponents}
    assert offsets == {timedelta(hours=8)}


def test_the_same_patrol_gives_the_same_bytes(town_patrol: Patrol, tmp_path: Path) -> None:
    for name in ("a.ics", "b.ics"):
        write_office_calendar(town_patrol, tmp_path / name, is_public=False)
    content = (tmp_path / "a.ics").read_bytes()
    assert content == (tmp_path / "b.ics").read_bytes()
    stamps = {line for line in content.split(b"\r\n") if line.startswith(b"DTSTAMP")}
    assert stamps == {b"DTSTAMP:20230630T000000Z"}  # the day of the data


def test_a_shift_keeps_its_uid_when_another_goes(town_patrol: Patrol) -> None:
    before = events_of(Calendar.from_ical(person_calendar(town_patrol, "P11")))[0]
    shifts = town_patrol.schedule.shifts.replace({"person_id": {"P11": "P12"}})
    moved = replace(town_patrol, schedule=replace(town_patrol.schedule, shifts=shifts))
    after = {
        event["dtstart"].dt: event["uid"]
        for event in events_of(Calendar.from_ical(person_calendar(moved, "P12")))
        if "小城" not in event["summary"] and "张三" in event["location"]
    }
    assert after[before["dtstart"].dt] == before["uid"]


def test_lines_are_folded_within_75_bytes_and_chinese_text_survives(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    long_name = "欧阳晓明喆𠮷" * 20 + "，其一;其二\\其三\n其四"
    people = town_patrol.people.replace({"name": {"张三": long_name}})
    patrol = patrol_of(people=people)
    path = tmp_path / "patrol.ics"
    write_office_calendar(patrol, path, is_public=False)
    content = path.read_bytes()
    assert max(map(len, content.split(b"\r\n"))) <= 75  # RFC 5545, 3.1
    for line in content.split(b"\r\n"):
        line.decode("utf-8")  # no character is cut in two
    summaries = {str(event["summary"]) for event in events_of(Calendar.from_ical(content))}
    one_line = long_name.replace("\n", " ")
    assert any(one_line in summary for summary in summaries)


def test_text_from_data_begins_no_property_of_its_own(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    name = "张三\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nATTACH:http://example.invalid/"
    patrol = patrol_of(people=town_patrol.people.replace({"name": {"张三": name}}))
    calendar = read_office(patrol, tmp_path)
    assert len(events_of(calendar)) == len(patrol.schedule.shifts)
    assert not calendar.walk("VALARM")
    assert not any("attach" in event for event in events_of(calendar))


def test_an_event_says_who_where_which_points_and_which_measures(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    shift = town_patrol.schedule.shifts.iloc[0]
    visits = town_patrol.schedule.visits.assign(shift_id=shift["shift_id"])
    patrol = patrol_of(schedule=replace(town_patrol.schedule, visits=visits))
    event = events_of(read_office(patrol, tmp_path))[0]
    townships = town_patrol.district.layers["townships"].table.set_index("township_id")["name"]
    place = townships["450305001"]
    assert str(event["summary"]) == f"露天焚烧巡查 · 张三 · {place}"
    assert str(event["location"]) == f"{place} 张三"
    lines = str(event["description"]).split("\n")
    assert lines[0] == "时段：平时"
    assert lines[1].startswith(f"点位（{len(visits)}）：D")
    assert "敏感点" in lines[1]
    assert lines[2] == "定点、定时、定人、定责；依据措施 5.1.1、5.1.2"
    english = events_of(read_office(patrol, tmp_path, lang="en"))[0]
    assert str(english["summary"]).startswith("Burning patrol · 张三")
    assert "Season: ordinary days" in str(english["description"])


def test_a_stand_in_is_told_whom_to_stand_in_for(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol]
) -> None:
    shifts = town_patrol.schedule.shifts
    is_first = shifts.index == 0
    shifts = shifts.assign(
        person_id=shifts["person_id"].mask(is_first, "P12"), is_stand_in=is_first
    )
    patrol = patrol_of(schedule=replace(town_patrol.schedule, shifts=shifts))
    told = [
        event
        for event in events_of(Calendar.from_ical(person_calendar(patrol, "P12")))
        if "替班" in event["summary"]
    ]
    assert len(told) == 1
    assert "替 张三 巡查其责任区" in told[0]["description"]
    english = person_calendar(patrol, "P12", lang="en").decode()
    assert "Stand-in for 张三" in english


def test_the_public_edition_names_nobody_and_no_edition_has_a_phone(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    points = town_patrol.points.assign(name="张三家院坝 138-0000 0000 / 0773-0000000")
    visits = town_patrol.schedule.visits.assign(
        shift_id=town_patrol.schedule.shifts["shift_id"].iloc[0]
    )
    patrol = patrol_of(points=points, schedule=replace(town_patrol.schedule, visits=visits))
    open_text, office_text = (
        read_office(patrol, tmp_path, is_public=flag).to_ical().decode().replace("\r\n ", "")
        for flag in (True, False)
    )
    names = set(patrol.people["name"])
    assert not any(name in open_text for name in names)
    assert all(name in office_text for name in names)
    assert "P11" in open_text
    own = person_calendar(patrol, "P11").decode().replace("\r\n ", "")
    for text in (open_text, office_text, own):
        words = [line for line in text.split("\r\n") if not line.startswith("UID")]
        assert not any("138" in line or "0773" in line for line in words)
    assert "张三家院坝 *** / ***" in office_text


def test_a_person_gets_the_own_shifts_only(town_patrol: Patrol) -> None:
    shifts = town_patrol.schedule.shifts
    events = events_of(Calendar.from_ical(person_calendar(town_patrol, "P12")))
    assert len(events) == (shifts["person_id"] == "P12").sum()
    assert {"李喆" in event["summary"] for event in events} == {True}


def test_a_person_who_is_not_on_the_roster_is_refused(town_patrol: Patrol) -> None:
    with pytest.raises(InputError, match="花名册中没有 P99"):
        person_calendar(town_patrol, "P99")


def test_a_window_until_midnight_ends_the_next_day(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    shifts = town_patrol.schedule.shifts.iloc[[-1]].assign(start_min=1200, end_min=1440)
    patrol = patrol_of(schedule=replace(town_patrol.schedule, shifts=shifts))
    event = events_of(read_office(patrol, tmp_path))[0]
    assert event["dtend"].dt.replace(tzinfo=None) == datetime(2023, 8, 1)  # noqa: DTZ001  Shanghai
    assert shifts["day"].iloc[0] == date(2023, 7, 31)


def test_demonstration_data_are_labelled(patrol_of: Callable[..., Patrol], tmp_path: Path) -> None:
    calendar = read_office(patrol_of(is_demo=True), tmp_path)
    assert str(calendar["x-wr-caldesc"]) == DEMO_BANNER.zh
    assert all(DEMO_BANNER.zh in event["description"] for event in events_of(calendar))


def test_a_patrol_without_shifts_gives_an_empty_calendar(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    schedule = replace(town_patrol.schedule, shifts=town_patrol.schedule.shifts[:0])
    assert events_of(read_office(patrol_of(schedule=schedule), tmp_path)) == []


def test_a_plan_without_the_measures_and_a_district_without_townships_still_make_a_calendar(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    patrol = patrol_of(
        plan=replace(town_patrol.plan, measures=(), units=()),
        district=replace(town_patrol.district, layers={}),
    )
    event = events_of(read_office(patrol, tmp_path))[0]
    assert str(event["summary"]) == "露天焚烧巡查 · 张三 · 450305001"  # the code for want of a name
    assert "措施" not in event["description"]
