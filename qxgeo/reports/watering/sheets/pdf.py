"""A driver's sheet on A4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.reports.patrol.sheets.map_pdf import MapPen
from qxgeo.reports.patrol.sheets.paper import MARGIN_MM, WIDTH_MM, RunningText
from qxgeo.reports.watering.sheets.wording import say, tell_way

if TYPE_CHECKING:
    from qxgeo.reports.patrol.sheets.paper import Paper
    from qxgeo.reports.watering.sheets.duty import CartDuty, CartTour
    from qxgeo.reports.watering.sheets.small_map import TourMaps

_SMALL_PT = 8.0
_DRIVER_COLUMNS_MM = (52.0, 50.0, 48.0, 32.0)
_RUN_COLUMNS_MM = (17.0, 17.0, 37.0, 20.0)
_STEP_COLUMNS_MM = (10.0, 16.0, 26.0, 72.0, 18.0, 20.0, 20.0)
_MOST_MAP_MM = 100.0
_AROUND_MAP_MM = 42.0  # lines above, caption, the first steps
_STEP_PT = 8.5


def write_sheet(paper: Paper, duty: CartDuty, maps: TourMaps) -> None:
    """Write one cart's pages.

    Parameters
    ----------
    paper
        Pages are added to it.
    duty
        What the sheet says.
    maps
        Draws the tours.
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
        _write_tour(paper, tour, maps, lang)
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


def _write_tour(paper: Paper, tour: CartTour, maps: TourMaps, lang: str) -> None:
    """Write one tour: its starts, its map, its steps; a transfer in one paragraph."""
    if tour.is_transfer:
        paper.write_heading(tour.title, keep_mm=18.0)
        for place, line in enumerate(tour.lines):
            paper.write_paragraph(line, is_bold=place == 0)
        paper.write_paragraph(tell_way(tour, lang))
        return
    drawing = maps.draw(tour, width_mm=WIDTH_MM, most_height_mm=_MOST_MAP_MM)
    height = 0.0 if drawing is None else drawing.height_mm
    paper.write_heading(tour.title, keep_mm=height + _AROUND_MAP_MM)
    for place, line in enumerate(tour.lines):
        paper.write_paragraph(line, is_bold=place == 0)
    if drawing is not None:
        paper.need(height + 12.0)
        y = float(paper.get_y()) + 1.5
        MapPen(paper, MARGIN_MM, y).draw(drawing)
        paper.set_xy(MARGIN_MM, y + height + 1.0)
        paper.write_paragraph(say("map_caption", lang), size_pt=7.0)
    _write_steps(paper, tour, lang)


def _write_steps(paper: Paper, tour: CartTour, lang: str) -> None:
    """Write the turn list."""
    words = ("number", "after", "action", "road", "spray", "length", "left")
    paper.set_y(float(paper.get_y()) + 1.0)
    paper.need(30.0)
    with paper.begin_table(_STEP_COLUMNS_MM, [say(word, lang) for word in words]) as table:
        for step in tour.steps:
            is_spray = step.task == "spray"
            spray = "" if step.task in {"refill", "end"} else say("on" if is_spray else "off", lang)
            texts = (str(step.number), step.after, step.action, step.road, spray, step.length,
                     step.tank)  # fmt: skip
            table.write_row(
                [
                    table.broken(n, text, size_pt=_STEP_PT, is_bold=is_spray and n in {3, 4})
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
