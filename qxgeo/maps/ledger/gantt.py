"""Deadlines of tasks as an inline SVG: a line for each measure, bars from start to due day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from qxgeo.ledger.dispatch.weekly import day_of, state_of_task
from qxgeo.ledger.rhythm import STATE_LABELS, TaskState
from qxgeo.maps.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qxgeo.ledger.dispatch import Board

    Row = Mapping[str, Any]

_LEFT, _WIDTH, _RIGHT = 58.0, 820.0, 122.0
_LINE, _TOP = 20, 26
_DECEMBER = 12
# Colour and symbol of a due day, the most urgent first.
_STYLES: dict[TaskState, tuple[str, str]] = {
    TaskState.OVERDUE: ("#c5221f", "M-5-5H5V5H-5Z"),
    TaskState.DUE_SOON: ("#e69f00", "M0-6L6 0L0 6L-6 0Z"),
    TaskState.OPEN: ("#0072b2", "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z"),
    TaskState.DONE_LATE: ("#7a5195", "M-5-3L0 5.5L5-3Z"),
    TaskState.DONE: ("#6b747b", "M-5 0L-1.5 4L5-4L3.5-5.5L-1.5 1L-3.5-1.5Z"),
}


def draw_gantt(board: Board, tasks: Sequence[Row], *, as_of: dt.date, words: Mapping[str, str],
               lang: str) -> str:  # fmt: skip
    """Draw the deadlines of tasks.

    Parameters
    ----------
    board
        The plan's order of measures, and the rules by which states are judged.
    tasks
        Rows of the ledger.
    as_of
        The day.
    words
        Of the page.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    svg
        "" where there are no tasks. Those without a due day are counted at the end of their line.
    """
    if not tasks:
        return ""
    lines: dict[str, list[Row]] = defaultdict(list)
    for task in tasks:
        lines[task["measure_id"]].append(task)
    order = [one.measure_id for one in board.plan.measures if one.measure_id in lines]
    order += sorted(set(lines) - set(order))
    first, last = _span(tasks, as_of)
    height = _TOP + _LINE * len(order) + 6

    def across(day: dt.date) -> float:
        return _LEFT + _WIDTH * (day - first).days / ((last - first).days or 1)

    parts = [_months(first, last, across, height)]
    for number, measure_id in enumerate(order):
        y = _TOP + _LINE * number + _LINE / 2
        parts.append(f'<text x="6" y="{y + 4:g}">{escape_text(measure_id)}</text>')
        parts.append(
            _line(board, lines[measure_id], y, across=across, as_of=as_of, words=words, lang=lang)
        )
    here = across(as_of)
    parts.append(f'<path d="M{here:.1f} {_TOP - 6}V{height}" class="now"/>')
    total = _LEFT + _WIDTH + _RIGHT
    return (
        f'<div class="key">{_key(lang)}</div><div class="gantt"><svg viewBox="0 0 {total:g} '
        f'{height}" role="img" aria-label="{escape_text(words["gantt"])}">{"".join(parts)}'
        "</svg></div>"
    )


def _span(tasks: Sequence[Row], as_of: dt.date) -> tuple[dt.date, dt.date]:
    """Give the first day of the first month and the first day after the last one."""
    days = [day for one in tasks for name in ("starts_on", "due_on") if (day := day_of(one[name]))]
    low, high = min([*days, as_of]), max([*days, as_of])
    return low.replace(day=1), _next_month(high)


def _next_month(day: dt.date) -> dt.date:
    """Give the first of the next month."""
    if day.month == _DECEMBER:
        return dt.date(day.year + 1, 1, 1)
    return dt.date(day.year, day.month + 1, 1)


def _months(first: dt.date, last: dt.date, across: Callable[[dt.date], float], height: int) -> str:
    """Draw a line for each month; names only as dense as they can be read."""
    parts, day, number = [], first, 0
    count = (last.year - first.year) * _DECEMBER + last.month - first.month
    step = -(-count // 14)
    while day < last and number < 600:  # noqa: PLR2004 - fifty years of lines
        x = across(day)
        if number % step == 0:
            parts.append(f'<path d="M{x:.1f} {_TOP - 8}V{height}" class="month"/>')
            parts.append(f'<text x="{x + 3:.1f}" y="14">{day:%Y-%m}</text>')
        day, number = _next_month(day), number + 1
    return "".join(parts)


def _line(
    board: Board,
    tasks: Sequence[Row],
    y: float,
    *,
    across: Callable[[dt.date], float],
    as_of: dt.date,
    words: Mapping[str, str],
    lang: str,
) -> str:
    """Draw one measure: each span of days once, with what is most urgent in it."""
    spans: dict[tuple[str, str], list[TaskState]] = defaultdict(list)
    standing = 0
    for task in tasks:
        if task["due_on"] is None:
            standing += 1
        else:
            key = (task["due_on"], task["starts_on"] or "")
            spans[key].append(state_of_task(board, task, as_of))
    parts = []
    for (due_on, starts_on), states in sorted(spans.items()):
        state = next(one for one in _STYLES if one in states)
        colour, symbol = _STYLES[state]
        x = across(dt.date.fromisoformat(due_on))
        told = "，".join(
            f"{STATE_LABELS[one].in_language(lang)} {states.count(one)}"
            for one in _STYLES
            if one in states
        )
        title = f"{tasks[0]['measure_id']} {starts_on + ' – ' if starts_on else ''}{due_on}: {told}"
        if starts_on:
            start = across(dt.date.fromisoformat(starts_on))
            parts.append(f'<path d="M{start:.1f} {y:g}H{x:.1f}" class="bar" stroke="{colour}"/>')
        parts.append(
            f'<path d="{symbol}" transform="translate({x:.1f} {y:g})" fill="{colour}" class="due">'
            f"<title>{escape_text(title)}</title></path>"
        )
    dated = len(tasks) - standing
    end = [str(dated)] if dated else []
    end += [words["standing"].format(count=standing)] if standing else []
    x = _LEFT + _WIDTH + 8
    parts.append(f'<text x="{x:g}" y="{y + 4:g}">{escape_text(" · ".join(end))}</text>')
    return "".join(parts)


def _key(lang: str) -> str:
    """Explain the symbols."""
    return "".join(
        f'<span><svg viewBox="-8 -8 16 16" width="16" height="16"><path d="{symbol}" '
        f'fill="{colour}"/></svg>{escape_text(STATE_LABELS[state].in_language(lang))}</span>'
        for state, (colour, symbol) in _STYLES.items()
    )
