"""A driver's sheet on A4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.reports.patrol.sheets.map_pdf import MapPen
from qxgeo.reports.patrol.sheets.paper import MARGIN_MM, WIDTH_MM, RunningText
from qxgeo.reports.watering.sheets.small_map import draw_tour
from qxgeo.reports.watering.sheets.wording import say

if TYPE_CHECKING:
    from qxgeo.reports.patrol.sheets.ground import Roads
    from qxgeo.reports.patrol.sheets.paper import Paper
    from qxgeo.reports.watering.sheets.duty import CartDuty, CartTour

_SMALL_PT = 8.0
_DRIVER_COLUMNS_MM = (52.0, 50.0, 48.0, 32.0)
_RUN_COLUMNS_MM = (17.0, 17.0, 37.0, 20.0)
_STEP_COLUMNS_MM = (10.0, 16.0, 26.0, 72.0, 18.0, 20.0, 20.0)
_MOST_MAP_MM = 115.0
_LEAST_MAP_MM = 75.0
_AROUND_MAP_MM = 28.0  # heading and caption


def write_sheet(paper: Paper, duty: CartDuty, roads: Roads) -> None:
    """Write one cart's pages.

    Parameters
    ----------
    paper
        Pages are added to it.
    duty
        What the sheet says.
    roads
        Of the district, for the maps.
    """
    lang = duty.lang
    paper.begin_sheet(
        RunningText(
            left=f"{duty.district} · {duty.cart_id} · {duty.day.isoformat()}",
            right=say("private", lang),
            banner=duty.banner,
            page=lambda page: say("page", lang, page=page),
        )
    )
    paper.start_section(duty.cart_id, 0)
    _write_title(paper, duty)
    _write_facts(paper, duty)
    _write_drivers(paper, duty)
    _write_runs(paper, duty)
    for tour in duty.tours:
        _write_tour(paper, tour, roads, lang)
    _write_notes(paper, duty)


def _write_title(paper: Paper, duty: CartDuty) -> None:
    """Write what this is, and the cart's number large."""
    y = float(paper.get_y())
    paper.write_at(MARGIN_MM, y, say("title", duty.lang), size_pt=18.0, is_bold=True)
    name = paper.shorten(duty.cart_id, WIDTH_MM / 2, 18.0)
    left = MARGIN_MM + WIDTH_MM - paper.measure(name, 18.0)
    paper.write_at(left, y, name, size_pt=18.0, is_bold=True)
    paper.set_xy(MARGIN_MM, y + 10.5)


def _write_facts(paper: Paper, duty: CartDuty) -> None:
    """Write what is to be known, two facts in a row, and the clauses."""
    lang = duty.lang
    label, value = 22.0, WIDTH_MM / 2 - 22.0
    facts = [*duty.facts]
    if len(facts) % 2:
        facts.append(("", ""))
    with paper.begin_table((label, value, label, value), ("",) * 4) as table:
        for first, second in zip(facts[::2], facts[1::2], strict=True):
            cells = []
            for column, (name, text) in zip((0, 2), (first, second), strict=True):
                cells.append(table.broken(column, name, size_pt=_SMALL_PT))
                cells.append(table.broken(column + 1, text))
            table.write_row(cells)
    for rule, clause in duty.quotes:
        paper.write_paragraph(f"{say('duty', lang)} {rule} “{clause}”", size_pt=_SMALL_PT)


def _write_drivers(paper: Paper, duty: CartDuty) -> None:
    """Name the drivers with their shifts."""
    lang = duty.lang
    paper.write_heading(say("drivers", lang), keep_mm=16.0)
    headings = [say(word, lang) for word in ("driver", "phone", "shift", "break")]
    if not duty.drivers:
        paper.write_paragraph(say("not_given", lang))
        return
    with paper.begin_table(_DRIVER_COLUMNS_MM, headings) as table:
        for row in duty.drivers:
            name, *others = row
            cells = [table.broken(0, name, size_pt=11.0, is_bold=True)]
            table.write_row(cells + [table.broken(n, t) for n, t in enumerate(others, start=1)])


def _write_runs(paper: Paper, duty: CartDuty) -> None:
    """Write the timetable in two columns."""
    lang = duty.lang
    paper.write_heading(say("timetable", lang), keep_mm=16.0)
    if not duty.runs:
        paper.write_paragraph(say("no_runs", lang))
        return
    headings = [say(word, lang) for word in ("from", "to", "what", "driver")] * 2
    half = -(-len(duty.runs) // 2)
    with paper.begin_table(_RUN_COLUMNS_MM * 2, headings) as table:
        for number in range(half):
            right = duty.runs[half + number] if half + number < len(duty.runs) else ("",) * 4
            texts = (*duty.runs[number], *right)
            table.write_row(
                [
                    table.broken(n, text, size_pt=_SMALL_PT, is_bold=n % 4 == 0)
                    for n, text in enumerate(texts)
                ]
            )


def _write_tour(paper: Paper, tour: CartTour, roads: Roads, lang: str) -> None:
    """Write one tour: its starts, its map, its steps."""
    paper.write_heading(tour.title, keep_mm=_LEAST_MAP_MM + _AROUND_MAP_MM + 12.0)
    for place, line in enumerate(tour.lines):
        paper.write_paragraph(line, is_bold=place == 0)
    room = paper.room_mm() - _AROUND_MAP_MM
    most = min(room, _MOST_MAP_MM) if room >= _LEAST_MAP_MM else _MOST_MAP_MM
    drawing = draw_tour(tour, roads, width_mm=WIDTH_MM, most_height_mm=most)
    if drawing is not None:
        paper.need(drawing.height_mm + 12.0)
        y = float(paper.get_y()) + 1.5
        MapPen(paper, MARGIN_MM, y).draw(drawing)
        paper.set_xy(MARGIN_MM, y + drawing.height_mm + 1.0)
        paper.write_paragraph(say("map_caption", lang), size_pt=7.0)
    words = ("number", "after", "action", "road", "spray", "length", "left")
    paper.write_heading(say("steps", lang), keep_mm=20.0)
    with paper.begin_table(_STEP_COLUMNS_MM, [say(word, lang) for word in words]) as table:
        for step in tour.steps:
            is_spray = step.task == "spray"
            spray = "" if step.task in {"refill", "end"} else say("on" if is_spray else "off", lang)
            texts = (str(step.number), step.after, step.action, step.road, spray, step.length,
                     step.tank)  # fmt: skip
            table.write_row(
                [
                    table.broken(n, text, is_bold=is_spray and n in {3, 4})
                    for n, text in enumerate(texts)
                ]
            )


def _write_notes(paper: Paper, duty: CartDuty) -> None:
    """Write notes, and which characters the font lacks."""
    lang = duty.lang
    notes = [*duty.notes, *([duty.caveat] if duty.caveat else [])]
    lacking = dict.fromkeys(c for text in duty.texts() for c in paper.letters.lacking(text))
    if lacking:
        notes.append(say("missing", lang, codes=" ".join(f"U+{ord(c):04X}" for c in lacking)))
    paper.write_heading(say("notes", lang), keep_mm=10.0)
    for line in notes:
        paper.write_paragraph(f"· {line}", size_pt=_SMALL_PT)
