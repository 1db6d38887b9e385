"""Deadlines as iCalendar, a file per unit: one all-day event per task that has a date.

An event's UID is made of the district and the task, so that a calendar that reads a later file
changes its events and doubles none. Nobody is named in it but the unit.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from icalendar import Alarm, Calendar, Event

from qxgeo.errors import Text
from qxgeo.ledger.rhythm import list_oddities
from qxgeo.ledger.words import ROLE_LABELS, TASK_STATUS_LABELS, TaskStatus
from qxgeo.reports.neutral import clean_text
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qxgeo.ledger.dispatch import Board

    Row = Mapping[str, Any]

_DONE_MARK = "✓ "


def write_deadlines(board: Board, unit_id: str, *, as_of: date, lang: str = "zh") -> bytes:
    """Write the deadlines of a unit.

    Parameters
    ----------
    board
        The ledger.
    unit_id
        The unit.
    as_of
        Stands for the time of writing: same ledger, same bytes.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    content
        Of an .ics file. Tasks without a date are not in it.
    """
    calendar = Calendar()
    name = board.unit_names.get(unit_id, unit_id)
    title = Text("大气攻坚任务期限", "clean-air deadlines").in_language(lang)
    calendar.add("prodid", "-//qxgeo//ledger//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean_text(f"{name} {title}"))
    if board.is_demo:
        calendar.add("x-wr-caldesc", DEMO_BANNER.in_language(lang))
    stamp = datetime.combine(as_of, datetime.min.time(), tzinfo=UTC)
    tasks = (one for one in board.tasks_by_unit.get(unit_id, ()) if one["due_on"] is not None)
    for task in sorted(tasks, key=lambda one: (one["due_on"], one["id"])):
        calendar.add_component(_tell(board, task, stamp, lang))
    return bytes(calendar.to_ical())


def _tell(board: Board, task: Row, stamp: datetime, lang: str) -> Event:
    """Make the event of a task, with an alarm on the day when it begins to be due soon."""
    event = Event()
    key = f"qxgeo/{board.plan.district_code}/{task['id']}"
    due = date.fromisoformat(task["due_on"])
    is_done = task["status"] == TaskStatus.DONE
    role = ROLE_LABELS[task["role"]].in_language(lang) if task["role"] in ROLE_LABELS else ""
    turn = f" {task['turn']}" if task["turn"] else ""
    summary = f"{_DONE_MARK if is_done else ''}{task['measure_id']}{turn} {role} {task['text']}"
    event.add("uid", f"{uuid.uuid5(uuid.NAMESPACE_URL, key)}@qxgeo")
    event.add("dtstamp", stamp)
    event.add("dtstart", due)
    event.add("dtend", due + timedelta(days=1))
    event.add("summary", clean_text(summary)[:60])
    event.add("description", "\n".join(map(clean_text, _describe(board, task, lang))))
    event.add("transp", "TRANSPARENT")
    event.add("categories", [role] if role else [task["measure_id"]])
    if not is_done:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", clean_text(summary)[:60])
        alarm.add("trigger", -timedelta(days=board.rules.due_soon_days))
        event.add_component(alarm)
    return event


def _describe(board: Board, task: Row, lang: str) -> Iterator[str]:
    """Say the task, its words of time, how it stands and what is odd about its date."""
    zh = lang == "zh"
    if board.is_demo:
        yield DEMO_BANNER.in_language(lang)
    yield task["text"]
    if task["deadline_text"]:
        yield ("期限原文：" if zh else "deadline as written: ") + task["deadline_text"]
    label = TASK_STATUS_LABELS.get(task["status"])
    status = task["status"] if label is None else label.in_language(lang)
    yield ("状态：" if zh else "status: ") + " ".join(filter(None, (status, task["done_on"])))
    for oddity in list_oddities(board.plan):
        if oddity.measure_id == task["measure_id"]:
            yield ("注意：" if zh else "note: ") + oddity.text.in_language(lang)
