"""Counts of a day, and of a week beside the one before."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.dispatch.weekly import (
    day_of,
    is_open_problem,
    rectified_on,
    state_of_problem,
    state_of_task,
)
from qxgeo.ledger.rhythm import TaskState
from qxgeo.ledger.rows import details_of
from qxgeo.ledger.words import (
    CONFLICT,
    PROBLEM_STATUS_LABELS,
    TASK_STATUS_LABELS,
    ProblemStatus,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qxgeo.ledger.dispatch import Board
    from qxgeo.ledger.rhythm import Week

    Row = Mapping[str, Any]

NO_UNIT = ""
TASK_STATES = tuple(f"task_{state}" for state in TaskState)
PROBLEM_KEYS = (
    "problems",
    "problem_open",
    "problem_overdue",
    "problem_rectified",
    "problem_closed",
    "problem_false",
)
COUNT_KEYS = ("tasks", *TASK_STATES, *PROBLEM_KEYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """Counts of one unit, one township or all.

    Attributes
    ----------
    counts
        Keys of `COUNT_KEYS`; tasks that have begun, problems that were found by the day.
    """

    key: str
    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLine:
    """A task or problem that is overdue."""

    kind: str
    row_id: str
    measure_id: str
    turn: str
    unit_name: str
    role: str
    text: str
    due_on: str
    late_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A week, beside the one before.

    Attributes
    ----------
    total, before
        Counts of everything on the last day of the week, and a week earlier.
    units, townships
        Problems without a unit or township stand under a line of their own: lines add up.
    late
        The longest overdue first.
    false_rectifications
        Problems that a look-back found to be not mended.
    """

    week: Week
    as_of: dt.date
    total: UnitLine
    before: UnitLine
    units: tuple[UnitLine, ...]
    townships: tuple[UnitLine, ...]
    late: tuple[LateLine, ...]
    false_rectifications: tuple[Row, ...]


def count_day(board: Board, as_of: dt.date) -> dict[tuple[str, str], Counter[str]]:
    """Count tasks and problems as they stood on a day.

    Parameters
    ----------
    board
        The ledger. An earlier day is told from the days that its rows hold.
    as_of
        The day.

    Returns
    -------
    counts
        By ``("unit", id)``, ``("township", code)`` and ``("total", "")``.
    """
    today = as_of.isoformat()
    counts: dict[tuple[str, str], Counter[str]] = {("total", ""): Counter()}

    def add(row: Row, *keys: str, has_place: bool) -> None:
        places = [("total", ""), ("unit", row["unit_id"] or NO_UNIT)]
        if has_place:
            places.append(("township", row["township_id"] or ""))
        for place in places:
            counts.setdefault(place, Counter()).update(keys)

    for task in board.working_tasks:
        if (task["starts_on"] or today) <= today:
            state = state_of_task(board, task, as_of)
            add(task, "tasks", f"task_{state}", has_place=False)
    for problem in board.problems:
        if (problem["found_on"] or today) <= today:
            keys = _keys_of(board, problem, as_of)
            add(problem, "problems", *keys, has_place=True)
    return counts


def _keys_of(board: Board, problem: Row, as_of: dt.date) -> tuple[str, ...]:
    """Say under which heads a problem counted on a day."""
    closed_on = day_of(problem["closed_on"])
    if problem["status"] == ProblemStatus.CLOSED and (closed_on is None or closed_on <= as_of):
        return ("problem_closed",)
    mended_on = day_of(rectified_on(problem))
    if not is_open_problem(problem) and (mended_on is None or mended_on <= as_of):
        return ("problem_rectified",)
    keys = ["problem_open"]
    if state_of_problem(board, problem, as_of) == TaskState.OVERDUE:
        keys.append("problem_overdue")
    if problem["status"] == ProblemStatus.FALSE_RECTIFICATION:
        keys.append("problem_false")
    return tuple(keys)


def summarise_week(board: Board, week: Week, *, as_of: dt.date | None = None) -> Summary:
    """Sum a week up.

    Parameters
    ----------
    board
        The ledger.
    week
        The week.
    as_of
        Day of the report; the week's Sunday where none is given.

    Returns
    -------
    summary
        With the counts of a week earlier.
    """
    day = as_of or week.last_day
    counts = count_day(board, day)
    earlier = count_day(board, day - dt.timedelta(days=7))
    units = [*board.unit_names.items(), (NO_UNIT, "未明确责任单位")]
    towns = [*board.township_names.items(), ("", "未明确乡办")]
    others = sorted(
        key
        for kind, key in counts
        if kind == "township" and key and key not in board.township_names
    )
    towns += [(key, key) for key in others]
    return Summary(
        week=week,
        as_of=day,
        total=_line("", "合计", counts["total", ""]),
        before=_line("", "上周", earlier["total", ""]),
        units=_lines("unit", units, counts),
        townships=_lines("township", towns, counts),
        late=_list_late(board, day),
        false_rectifications=tuple(
            one for one in board.problems if one["status"] == ProblemStatus.FALSE_RECTIFICATION
        ),
    )


def list_contradictions(board: Board, answers: Iterable[Row]) -> tuple[tuple[str, str, Text], ...]:
    """List the answers that did not prevail, because another unit had said otherwise.

    Parameters
    ----------
    board
        Names of units.
    answers
        Rows of the table of progress, of one week.

    Returns
    -------
    lines
        Name of the unit, id of the task or problem, and what it said; by id.
    """
    lines = []
    for one in answers:
        if CONFLICT in details_of(one):
            status = one["status"] or ""
            label = (TASK_STATUS_LABELS | PROBLEM_STATUS_LABELS).get(status, Text(status, status))
            more = " ".join(filter(None, (one["done_on"], one["text"])))
            said = Text(f"{label.zh} {more}".strip(), f"{label.en} {more}".strip())
            name = board.unit_names.get(one["unit_id"], str(one["unit_id"]))
            lines.append((name, one["problem_id"] or one["task_id"] or "", said))
    return tuple(sorted(lines))


def _line(key: str, name: str, counter: Counter[str]) -> UnitLine:
    """Make a line with every count."""
    return UnitLine(key=key, name=name, counts={one: counter[one] for one in COUNT_KEYS})


def _lines(
    kind: str, names: list[tuple[str, str]], counts: Mapping[tuple[str, str], Counter[str]]
) -> tuple[UnitLine, ...]:
    """Make the lines of those that have anything."""
    return tuple(
        _line(key, name, counts[kind, key]) for key, name in names if (kind, key) in counts
    )


def _list_late(board: Board, as_of: dt.date) -> tuple[LateLine, ...]:
    """List what is overdue."""
    found = [
        _tell_late(board, task, "task", as_of)
        for task in board.working_tasks
        if state_of_task(board, task, as_of) == TaskState.OVERDUE
    ]
    found += [
        _tell_late(board, problem, "problem", as_of)
        for problem in board.problems
        if (problem["found_on"] or "") <= as_of.isoformat()
        and state_of_problem(board, problem, as_of) == TaskState.OVERDUE
    ]
    return tuple(sorted(found, key=lambda one: (-one.late_days, one.kind, one.row_id)))


def _tell_late(board: Board, row: Row, kind: str, as_of: dt.date) -> LateLine:
    """Make a line of what is overdue."""
    unit_id = row["unit_id"] or NO_UNIT
    due_on = dt.date.fromisoformat(row["due_on"])
    return LateLine(
        kind=kind,
        row_id=row["id"],
        measure_id=row["measure_id"] or "",
        turn=row.get("turn") or "",
        unit_name=board.unit_names.get(unit_id, unit_id or "—"),
        role=row.get("role") or "",
        text=row["text"],
        due_on=row["due_on"],
        late_days=(as_of - due_on).days,
    )
