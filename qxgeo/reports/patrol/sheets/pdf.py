"""A person's sheet on A4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.reports.patrol.sheets.map_pdf import MapPen
from qxgeo.reports.patrol.sheets.paper import MARGIN_MM, WIDTH_MM, Line, RunningText
from qxgeo.reports.patrol.sheets.qr import dark_runs, make_code, module_count
from qxgeo.reports.patrol.wording import WEEKDAYS, say, say_day, say_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qxgeo.reports.patrol.sheets.duty import DutyPoint, PersonDuty
    from qxgeo.reports.patrol.sheets.paper import Paper, Table
    from qxgeo.reports.patrol.sheets.small_map import SmallMap
    from qxgeo.reports.patrol.times import DutyDay

QR_MM = 24.0  # without the quiet zone; 20 is the least that a 150 dpi scan reads
MOST_CHECKS = 60  # two months of daily visits; more boxes would fill pages
_SEAM_MM = 0.02  # rows of modules overlap by it, or a renderer leaves white lines between them
_POINT_COLUMNS_MM = (9.0, 58.0, 39.0, 43.0, 33.0)
_CHECK_MM = (10.0, 4.7)  # step of the boxes
_BOX_MM = 3.1
_CELL_COLUMNS_MM = (9.0, 42.0, 13.0, 13.0, 14.0)
_UNIT_COLUMNS_MM = (100.0, 27.0, 55.0)
_SMALL_PT = 8.0
_MOST_MAP_MM = 120.0
_LEAST_MAP_MM = 80.0  # a lower one would rather stand on the next page
_AROUND_MAP_MM = 32.0  # heading, legend and caption


def write_sheet(
    paper: Paper,
    duty: PersonDuty,
    draw_map: Callable[[float], SmallMap | None],
    *,
    page_total: str,
    bookmarks: Sequence[tuple[str, int]] = (),
) -> None:
    """Write one person's pages.

    Parameters
    ----------
    paper
        Pages are added to it.
    duty
        What the sheet says.
    draw_map
        Draws the person's map `WIDTH_MM` wide and at most so high; None without a cell.
    page_total
        Number of pages of this sheet, or the library's stand-in for it.
    bookmarks
        Names and levels that lead to the first page.
    """
    paper.begin_sheet(
        RunningText(
            left=f"{duty.district} · {duty.township} · {duty.name} {duty.person_id}",
            right=say("private", duty.lang),
            banner=duty.banner,
            page=lambda page: say("page", duty.lang, page=page, total=page_total),
        )
    )
    for name, level in bookmarks:
        paper.start_section(name, level)
    _write_title(paper, duty)
    _write_person(paper, duty)
    _write_duty(paper, duty)
    _write_map(paper, duty, draw_map)
    _write_points(paper, duty)
    _write_calendar(paper, duty)
    _write_lists(paper, duty)
    _write_cells(paper, duty)


def _write_title(paper: Paper, duty: PersonDuty) -> None:
    """Write what this is."""
    y = float(paper.get_y())
    paper.write_at(MARGIN_MM, y, say("title", duty.lang), size_pt=20.0, is_bold=True)
    aside = say("subtitle", duty.lang)
    paper.write_at(
        MARGIN_MM + WIDTH_MM - paper.measure(aside, _SMALL_PT), y + 5.2, aside, size_pt=_SMALL_PT
    )
    paper.set_xy(MARGIN_MM, y + 11.5)


def _write_person(paper: Paper, duty: PersonDuty) -> None:
    """Write who, where and how much, in a frame."""
    lang = duty.lang
    first, last = (say_day(d, lang, with_year=True) for d in (duty.first_day, duty.last_day))
    facts = (
        ((say("name", lang), duty.name), (say("person_id", lang), duty.person_id)),
        (
            (say("township", lang), duty.township),
            (say("phone", lang), duty.phone or say("not_given", lang)),
        ),
        (
            (say("period", lang), say("span", lang, first=first, last=last)),
            (say("as_of", lang), say_day(duty.as_of, lang, with_year=True)),
        ),
    )
    label, value = 24.0, WIDTH_MM / 2 - 24.0
    with paper.begin_table((label, value, label, value), ("",) * 4) as table:
        for pair in facts:
            cells = []
            for column, (name, text) in zip((0, 2), pair, strict=True):
                is_name = text is duty.name
                size = 14.0 if is_name else 10.0
                cells.append(table.broken(column, name, size_pt=_SMALL_PT))
                cells.append(table.broken(column + 1, text, size_pt=size, is_bold=is_name))
            table.write_row(cells)
    paper.set_y(float(paper.get_y()) - 1.5)
    with paper.begin_table((label, WIDTH_MM - label), ("", "")) as table:
        scope = table.broken(1, duty.scope, size_pt=10.0)
        table.write_row([table.broken(0, say("scope", lang), size_pt=_SMALL_PT), scope])


def _write_duty(paper: Paper, duty: PersonDuty) -> None:
    """Quote the plan and name the units behind it."""
    lang = duty.lang
    paper.write_heading(say("duty", lang))
    for quote in duty.quotes:
        paper.write_paragraph(say("measure", lang, measure=quote.measure_id), is_bold=True)
        paper.write_paragraph(quote.text, indent_mm=4.0, size_pt=10.0)
        if quote.gist:
            paper.write_paragraph(quote.gist, indent_mm=4.0, size_pt=_SMALL_PT)
    paper.write_paragraph(duty.plan_title, size_pt=7.0)
    paper.set_y(float(paper.get_y()) + 1.0)
    headings = [say(word, lang) for word in ("unit", "role", "unit_phone")]
    with paper.begin_table(_UNIT_COLUMNS_MM, headings) as table:
        for unit in duty.units:
            texts = (unit.name, unit.role, unit.phone or say("not_given", lang))
            table.write_row([table.broken(n, text) for n, text in enumerate(texts)])


def _write_map(
    paper: Paper, duty: PersonDuty, draw_map: Callable[[float], SmallMap | None]
) -> None:
    """Draw the territory into what is left of the page, unless that is too little."""
    lang = duty.lang
    room = paper.room_mm() - _AROUND_MAP_MM
    drawing = draw_map(min(room, _MOST_MAP_MM) if room >= _LEAST_MAP_MM else _MOST_MAP_MM)
    if drawing is None:
        paper.write_heading(say("place", lang))
        paper.write_paragraph(say("no_cells", lang))
        return
    paper.write_heading(say("place", lang), keep_mm=drawing.height_mm + _AROUND_MAP_MM - 9.5)
    y = float(paper.get_y()) + 0.5
    pen = MapPen(paper, MARGIN_MM, y)
    pen.draw(drawing)
    pen.draw_legend(drawing, {cell.risk_class for cell in duty.cells}, lang)
    paper.set_xy(MARGIN_MM, y + drawing.height_mm + 7.0)
    paper.write_paragraph(say("map_caption", lang), size_pt=7.0)
    if duty.caveat:
        paper.write_paragraph(duty.caveat, size_pt=7.0)


def _write_points(paper: Paper, duty: PersonDuty) -> None:
    """Write a row per point, with boxes to check and a code to scan."""
    lang = duty.lang
    paper.write_heading(say("points", lang), keep_mm=45.0 if duty.points else 8.0)
    if not duty.points:
        paper.write_paragraph(say("no_points", lang))
        return
    paper.write_paragraph(say("datum", lang), size_pt=_SMALL_PT)
    headings = [say(word, lang) for word in ("number", "point", "kind_time", "checks", "qr")]
    with paper.begin_table(_POINT_COLUMNS_MM, headings) as table:
        for point in duty.points:
            _write_point(paper, table, point, lang)


def _write_point(paper: Paper, table: Table, point: DutyPoint, lang: str) -> None:
    """Write one point's row."""
    what = table.broken(1, point.name, size_pt=11.0, is_bold=True)
    if point.address:
        what += table.broken(1, point.address)
    lonlat = say("lonlat", lang, lon=f"{point.lon:.6f}", lat=f"{point.lat:.6f}")
    what += table.broken(1, lonlat, size_pt=7.0)
    when = []
    if point.stand_in_for:
        text = say("stand_in_point", lang, name=point.stand_in_for)
        when += table.broken(2, text, is_bold=True)
    for text in (*point.facts, point.windows):
        when += table.broken(2, text) if text else []
    checks = point.checks[:MOST_CHECKS]
    per_row = int(table.inner_mm(3) // _CHECK_MM[0])
    boxes_mm = -(-len(checks) // per_row) * _CHECK_MM[1] + 2.0
    rest = len(point.checks) - len(checks)
    if rest:
        boxes_mm += 4.0

    def draw(top: float) -> None:
        left = MARGIN_MM + sum(_POINT_COLUMNS_MM[:3]) + 1.2
        _draw_boxes(paper, checks, left, top + 1.2, per_row)
        if rest:
            paper.write_at(left, top + boxes_mm - 4.5, f"… +{rest}", size_pt=7.0)
        _draw_code(paper, point.uri, MARGIN_MM + sum(_POINT_COLUMNS_MM[:4]), top)

    table.write_row(
        [[Line(str(point.number), 13.0, is_bold=True)], what, when, [], []],
        least_mm=max(_POINT_COLUMNS_MM[4], boxes_mm),
        draw=draw,
    )


def _draw_boxes(paper: Paper, labels: Sequence[str], left: float, top: float, per_row: int) -> None:
    """Draw boxes with what each stands for."""
    paper.set_line_width(0.25)
    for number, label in enumerate(labels):
        x = left + number % per_row * _CHECK_MM[0]
        y = top + number // per_row * _CHECK_MM[1]
        paper.rect(x, y, _BOX_MM, _BOX_MM)
        paper.write_at(x + _BOX_MM + 0.5, y + 0.2, label, size_pt=6.0)


def _draw_code(paper: Paper, uri: str, left: float, top: float) -> None:
    """Draw a code in the middle of its cell, and make the place a link."""
    code = make_code(uri)
    module = QR_MM / module_count(code)
    shift = (_POINT_COLUMNS_MM[4] - QR_MM) / 2
    x, y = left + shift, top + shift
    paper.set_fill_color(0)
    for column, row, length in dark_runs(code):
        paper.rect(
            x + column * module, y + row * module, length * module, module + _SEAM_MM, style="F"
        )
    paper.link(x, y, QR_MM, QR_MM, uri)


def _write_calendar(paper: Paper, duty: PersonDuty) -> None:
    """Write the shifts, a week per row."""
    lang = duty.lang
    paper.write_heading(say("time", lang), keep_mm=40.0 if duty.days else 8.0)
    if not duty.days:
        paper.write_paragraph(say("no_shifts", lang))
        return
    headings = [day.in_language(lang) for day in WEEKDAYS]
    weeks: list[list[DutyDay | None]] = []
    for day in duty.days:
        if not weeks or day.day.weekday() == 0:
            weeks.append([None] * 7)
        weeks[-1][day.day.weekday()] = day
    with paper.begin_table((WIDTH_MM / 7,) * 7, headings) as table:
        for week in weeks:
            table.write_row([_day_lines(table, n, day) for n, day in enumerate(week)])


def _day_lines(table: Table, column: int, day: DutyDay | None) -> list[Line]:
    """Break a day's lines for its column."""
    if day is None:
        return []
    lines = table.broken(column, f"{day.day.month}/{day.day.day}", size_pt=9.0, is_bold=True)
    for text in (day.season, *day.lines):
        lines += table.broken(column, text, size_pt=7.5) if text else []
    return lines


def _write_lists(paper: Paper, duty: PersonDuty) -> None:
    """Write routes, changes and notes."""
    lang = duty.lang
    if duty.routes:
        paper.write_heading(say("routes", lang))
        for route in duty.routes:
            paper.need(2 * Line("").height_mm)  # a title never stands alone at the foot of a page
            paper.write_paragraph(route.title, is_bold=True)
            paper.write_paragraph(route.text, indent_mm=4.0)
    notes = list(duty.notes)
    lacking = dict.fromkeys(c for text in duty.texts() for c in paper.letters.lacking(text))
    if lacking:
        notes.append(say("missing", lang, codes=" ".join(f"U+{ord(c):04X}" for c in lacking)))
    for word, lines in (("changes", duty.changes), ("notes", notes)):
        if lines:
            paper.write_heading(say(word, lang), keep_mm=10.0)
            for line in lines:
                paper.write_paragraph(f"· {line}")


def _write_cells(paper: Paper, duty: PersonDuty) -> None:
    """List the cells by their number on the map, in two columns."""
    if not duty.cells:
        return
    lang = duty.lang
    paper.write_heading(say("cell_list", lang), keep_mm=16.0)
    words = ("number", "cell_id", "risk", "visits", "area")
    headings = [say(word, lang) for word in words] * 2
    rows = [
        (
            str(cell.number),
            cell.cell_id,
            say(cell.risk_class, lang),
            say_number(cell.visits_per_week),
            say_number(cell.area_m2 / 1e4),
        )
        for cell in duty.cells
    ]
    half = -(-len(rows) // 2)
    with paper.begin_table(_CELL_COLUMNS_MM * 2, headings) as table:
        for number in range(half):
            right = rows[half + number] if half + number < len(rows) else ("",) * 5
            texts = (*rows[number], *right)
            table.write_row([table.broken(n, t, size_pt=_SMALL_PT) for n, t in enumerate(texts)])
