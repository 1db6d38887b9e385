"""Sheets of the patrol workbook on time: a table per month, routes, and what nobody does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from qxgeo.errors import Text
from qxgeo.patrol.schedule.hours import list_duty_hours
from qxgeo.reports.patrol.names import say_windows
from qxgeo.reports.patrol.table import (
    PERSON,
    PERSON_ID,
    TOWNSHIP,
    Caption,
    Head,
    list_table,
    name_ids,
)
from qxgeo.reports.patrol.times import say_window
from qxgeo.reports.patrol.wording import WEEKDAYS, say_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from qxgeo.patrol.model import Patrol
    from qxgeo.reports.patrol.names import PatrolNames
    from qxgeo.reports.sheets import Sheet

# What stands in a day of the month table.
MARKS = {
    "duty": Text("班", "D"),
    "stand_in": Text("替", "S"),
    "both": Text("班替", "D S"),
    "off": Text("休", "off"),
    "absent": Text("假", "abs"),
    "none": Text("—", "–"),
}
_DAY_WIDTH = 4.6


def list_months(patrol: Patrol, names: PatrolNames, *, lang: str) -> Iterator[Sheet]:
    """List who is on duty when, a sheet per month, days across and people down.

    Parameters
    ----------
    patrol
        The whole plan.
    names
        Behind ids.
    lang
        ``zh`` or ``en``.

    Yields
    ------
    sheet
        One row per person of the roster.
    """
    schedule = patrol.schedule
    length = (schedule.last_day - schedule.first_day).days + 1
    days = [schedule.first_day + timedelta(days=number) for number in range(length)]
    notes = tuple(_explain_marks(patrol, lang))
    for month in sorted({(day.year, day.month) for day in days}):
        mine = [day for day in days if (day.year, day.month) == month]
        told = f"{month[0]}-{month[1]:02d}"
        caption = Caption(
            Text(f"月表 {told}", f"Month {told}"),
            Text(f"{told} 巡查月表（5.1.2 定时）", f"Who is on duty in {told} (5.1.2)"),
        )
        heads = {
            "township": TOWNSHIP,
            "person": PERSON,
            **{day.isoformat(): _head_day(day) for day in mine},
            "duty_h": Head(Text("当班小时", "Duty h"), "decimal", 8.0),
            "stand_in_h": Head(Text("替班小时", "Stood in h"), "decimal", 8.0),
            "unfilled_h": Head(Text("责任区无人小时", "Own area unfilled h"), "decimal", 9.0),
            "person_id": PERSON_ID._replace(is_printed=False),
        }
        table = pd.DataFrame(_tell_month(patrol, names, mine, lang), columns=[*heads])
        yield list_table(table, heads, caption, lang=lang, notes=notes)


def _head_day(day: date) -> Head:
    """Head the column of a day: number and weekday, one below the other."""
    weekday = WEEKDAYS[day.weekday()]
    return Head(Text(f"{day.day} {weekday.zh[1:]}", f"{day.day} {weekday.en}"), "text", _DAY_WIDTH)


def _explain_marks(patrol: Patrol, lang: str) -> Iterator[str]:
    """Say what the marks mean, and the hours of each season in the period."""
    mark = {key: text.in_language(lang) for key, text in MARKS.items()}
    if lang == "zh":
        yield (
            f"{mark['duty']}：在本人责任区；{mark['stand_in']}：替别人；{mark['both']}：两者都有；"
            f"{mark['off']}：休息日；{mark['absent']}：请假；{mark['none']}：没有班次"
        )
    else:
        yield (
            f"{mark['duty']}: own territory; {mark['stand_in']}: stand-in; {mark['both']}: both; "
            f"{mark['off']}: day of rest; {mark['absent']}: absent; {mark['none']}: no shift"
        )
    schedule, seasons = patrol.schedule, {s.season_id: s for s in patrol.settings.seasons}
    spans: dict[tuple[str, tuple[tuple[int, int], ...]], list[date]] = {}
    for one in list_duty_hours(
        patrol.settings, first_day=schedule.first_day, last_day=schedule.last_day
    ):
        spans.setdefault((one.season_id, one.windows), []).append(one.day)
    for (season_id, windows), days in spans.items():
        season = seasons[season_id]
        hours = say_windows(windows, lang=lang)
        name, source = season.name.in_language(lang), season.source.in_language(lang)
        if lang == "zh":
            yield f"{name}（{len(days)} 天，自 {days[0]} 起）：{hours}；{source}"
        else:
            yield f"{name} ({len(days)} days from {days[0]}): {hours}; {source}"


def _tell_month(
    patrol: Patrol, names: PatrolNames, days: list[date], lang: str
) -> Iterator[dict[str, Any]]:
    """Give the rows of a month."""
    shifts = _within(patrol.schedule.shifts, days)
    unfilled = _within(patrol.schedule.unfilled, days)
    kinds = shifts.groupby(["person_id", "day"])["is_stand_in"].agg(["min", "max"])
    kind_of = {key: (bool(row["min"]), bool(row["max"])) for key, row in kinds.iterrows()}
    duty = shifts.groupby("person_id")["hours"].sum()
    stood_in = shifts[shifts["is_stand_in"]].groupby("person_id")["hours"].sum()
    lost = unfilled.groupby("territory_id")["hours"].sum()
    people = patrol.people.sort_values(["township_id", "person_id"], kind="stable")
    for person in people.itertuples(index=False):
        key = str(person.person_id)
        marks = {day.isoformat(): _mark(kind_of.get((key, day)), person, day) for day in days}
        yield {
            "township": names.townships.get(str(person.township_id), str(person.township_id)),
            "person": person.name,
            "person_id": key,
            **{day: MARKS[mark].in_language(lang) for day, mark in marks.items()},
            "duty_h": float(duty.get(key, 0.0)),
            "stand_in_h": float(stood_in.get(key, 0.0)),
            "unfilled_h": float(lost.get(key, 0.0)),
        }


def _within(table: pd.DataFrame, days: list[date]) -> pd.DataFrame:
    """Choose the rows of some days, with their hours."""
    found = table[table["day"].isin(days)]
    return found.assign(hours=(found["end_min"] - found["start_min"]) / 60)


def _mark(kinds: tuple[bool, bool] | None, person: Any, day: date) -> str:  # noqa: ANN401  a row of the roster
    """Choose the mark of a person's day from least and most of ``is_stand_in``."""
    if kinds is not None:
        return {(False, False): "duty", (True, True): "stand_in"}.get(kinds, "both")
    if person.is_absent:
        return "absent"
    return "off" if day.weekday() in person.days_off else "none"


def list_routes(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List the stops of every route with their times.

    Parameters
    ----------
    patrol
        The whole plan.
    names
        Behind ids.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per stop; what holds for the whole route stands in the row of its first stop.
    """
    routes = pd.DataFrame(patrol.routes.routes.drop(columns="geometry"))
    zh = lang == "zh"
    way = {True: "直线，非道路" if zh else "straight line", False: "道路" if zh else "roads"}
    quality = {True: "已证最短" if zh else "proved", False: "搜索" if zh else "best found"}
    whole = routes.assign(
        whole_km=routes["travel_m"] / 1000,
        whole_min=routes["end_min"] - routes["start_min"],
        way=routes["is_straight_line"].astype(bool).map(way),
        quality=routes["is_optimal"].astype(bool).map(quality),
        begins=[say_clock(value) for value in routes["start_min"]],
        ends=[say_clock(value) for value in routes["end_min"]],
        order=1,
    )
    kept = ["route_id", "order", "begins", "ends", "whole_km", "whole_min", "way", "quality"]
    stops = patrol.routes.stops
    table = stops.merge(whole[kept], on=["route_id", "order"], how="left", validate="one_to_one")
    table = table.assign(
        day=[str(day) for day in table["day"]],
        person=name_ids(table["person_id"], names.people),
        point=name_ids(table["point_id"], names.points),
        arrives=[say_clock(value) for value in table["arrive_min"]],
        leaves=[say_clock(value) for value in table["leave_min"]],
    )
    caption = Caption(Text("路线", "Routes"), Text("每日路线与到达时间", "Routes and their times"))
    notes = tuple(note.in_language(lang) for note in patrol.routes.notes)
    return list_table(table, _STOPS, caption, lang=lang, notes=notes)


_STOPS = {
    "day": Head(Text("日期", "Day"), "text", 11.5),
    "person": PERSON,
    "order": Head(Text("站次", "Stop"), "count", 7.0),
    "point": Head(Text("点位", "Point")),
    "arrives": Head(Text("到达", "Arrives"), "text"),
    "leaves": Head(Text("离开", "Leaves"), "text"),
    "travel_m": Head(Text("距上一站（m）", "From the stop before (m)"), "m"),
    "travel_min": Head(Text("路上（分钟）", "Travel (min)"), "decimal"),
    "begins": Head(Text("全程出发", "Route begins"), "text"),
    "ends": Head(Text("全程结束", "Route ends"), "text"),
    "whole_km": Head(Text("全程（km）", "Route (km)"), "km"),
    "whole_min": Head(Text("全程（分钟）", "Route (min)"), "decimal"),
    "way": Head(Text("走法", "Way"), "text"),
    "quality": Head(Text("求解", "Method"), "text"),
    "point_id": Head(Text("点位编号", "Point id"), "text", is_printed=False),
    "person_id": PERSON_ID._replace(is_printed=False),
}
_UNDONE = {
    "what": Head(Text("类别", "What"), "text"),
    "day": Head(Text("日期", "Day"), "text", 11.5),
    "window": Head(Text("时段", "Hours"), "text"),
    "township": TOWNSHIP,
    "person": Head(Text("责任区网格员", "Territory of")),
    "points": Head(Text("点位", "Points"), width=30.0),
    "reason": Head(Text("原因", "Why"), width=50.0),
    "person_id": PERSON_ID._replace(is_printed=False),
}


def list_undone(patrol: Patrol, names: PatrolNames, *, lang: str) -> Sheet:
    """List hours that nobody can take, and points that no route reaches.

    Parameters
    ----------
    patrol
        The whole plan.
    names
        Behind ids.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        Unfilled hours first.
    """
    zh = lang == "zh"
    unfilled, unserved = patrol.schedule.unfilled, patrol.routes.unserved
    hours = [
        say_window(start, end)
        for start, end in zip(unfilled["start_min"], unfilled["end_min"], strict=True)
    ]
    first = pd.DataFrame(
        {
            "what": "无人时段" if zh else "unfilled hours",
            "day": [str(day) for day in unfilled["day"]],
            "window": hours,
            "person_id": unfilled["territory_id"].astype(object),
            "points": unfilled["point_ids"].astype(object),
            "reason": unfilled[f"reason_{lang}"].astype(object),
        }
    )
    second = pd.DataFrame(
        {
            "what": "未达点位" if zh else "unserved point",
            "day": [str(day) for day in unserved["day"]],
            "window": "",
            "person_id": unserved["person_id"].astype(object),
            "points": unserved["point_id"].astype(object),
            "reason": unserved[f"reason_{lang}"].astype(object),
        }
    )
    table = pd.concat([first, second], ignore_index=True)
    township_of = dict(zip(patrol.people["person_id"], patrol.people["township_id"], strict=True))
    table = table.assign(
        person=name_ids(table["person_id"], names.people),
        township=name_ids(table["person_id"].map(township_of), names.townships),
        points=[_name_points(str(text), names) for text in table["points"]],
        reason=[_name_reason(str(text), names) for text in table["reason"]],
    )
    caption = Caption(
        Text("未排、未达", "Undone"),
        Text("无人的时段与未达的点位", "Hours without anybody, points not reached"),
    )
    notes = tuple(note.in_language(lang) for note in patrol.schedule.notes)
    return list_table(table, _UNDONE, caption, lang=lang, notes=notes)


def _name_reason(text: str, names: PatrolNames) -> str:
    """Put the name for the id of a person with whom a reason begins."""
    head, space, rest = text.partition(" ")
    return names.people.get(head, head) + space + rest


def _name_points(text: str, names: PatrolNames) -> str:
    """Put the name behind the id of each point."""
    ids = [one for one in text.split("、") if one]
    return "、".join(f"{one} {names.points.get(one, '')}".strip() for one in ids)
