"""A4 pages in black, with running heads and feet, paragraphs and tables that lose no text."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.enums import TextMode

from qxgeo.reports.patrol.sheets.line_breaks import break_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from qxgeo.reports.patrol.sheets.fonts import Letters

MARGIN_MM = 14.0
WIDTH_MM = 210.0 - 2 * MARGIN_MM
BODY_PT = 9.5
_TOP_MM = 22.0
_BANNER_MM = 8.0
_BOTTOM_MM = 297.0 - 17.0
_FAMILY = "sheet"
_MM_PER_PT = 25.4 / 72
_LEADING = 1.42
_ASCENT = 1.08  # of the type size, from the top of a line to its baseline
_PADDING_MM = 1.2
# Millimetres per point: the font has no bold face, its letters get an outline of 4 % of their size;
# a heavier one closes the eyes of dense characters such as 喆 and 替.
_BOLD_STROKE = 0.014


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell that is already broken."""

    text: str
    size_pt: float = BODY_PT
    is_bold: bool = False

    @property
    def height_mm(self) -> float:
        """Height of the line with its leading."""
        return self.size_pt * _MM_PER_PT * _LEADING


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningText:
    """What stands on every page of one sheet.

    Attributes
    ----------
    page
        Turns the page number into the foot.
    banner
        Empty where there is nothing to warn of.
    """

    left: str
    right: str
    banner: str
    page: Callable[[int], str]


class Paper(FPDF):
    """An A4 document whose bytes depend on its contents alone.

    Parameters
    ----------
    font
        TrueType file.
    letters
        What it can write.
    day
        Stands for the day of making.
    title
        Of the document.
    """

    def __init__(self, font: Path, letters: Letters, *, day: date, title: str) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.set_auto_page_break(auto=False)
        self.set_margins(MARGIN_MM, _TOP_MM)
        self.set_creation_date(datetime.combine(day, time(), UTC))
        self.set_producer("qxgeo")
        self.set_creator("qxgeo")
        self.set_title(title)
        self.set_display_mode("fullwidth")
        self.add_font(_FAMILY, fname=font)
        self.set_font(_FAMILY, size=BODY_PT)
        self.letters = letters
        self._widths: dict[str, float] = {}
        self._running: RunningText | None = None
        self._first_page = 1

    def begin_sheet(self, running: RunningText) -> None:
        """Start the first page of a sheet."""
        self._running, self._first_page = running, self.page_no() + 1
        self.begin_page()

    def begin_page(self) -> None:
        """Start a page and write what stands on every page."""
        self.add_page()
        running = self._running
        if running is None:
            return
        self.set_draw_color(0)
        self.set_text_color(0)
        self.write_at(MARGIN_MM, 10.0, self.shorten(running.left, 118.0, 8.0), size_pt=8.0)
        right = self.shorten(running.right, 60.0, 8.0)
        self.write_at(MARGIN_MM + WIDTH_MM - self.measure(right, 8.0), 10.0, right, size_pt=8.0)
        self.rule(15.0, 0.3)
        self.rule(_BOTTOM_MM + 3.0, 0.2)
        self.set_font_size(8.0)
        self.set_xy(MARGIN_MM, _BOTTOM_MM + 4.0)
        number = self.page_no() - self._first_page + 1
        self.cell(w=WIDTH_MM, h=4.0, text=running.page(number), align="C")
        top = _TOP_MM - 4.0
        if running.banner:
            self.set_line_width(0.5)
            self.rect(MARGIN_MM, top, WIDTH_MM, _BANNER_MM - 1.5)
            self.write_at(
                MARGIN_MM + (WIDTH_MM - self.measure(running.banner, 10.0)) / 2,
                top + 0.9,
                running.banner,
                size_pt=10.0,
                is_bold=True,
            )
            top += _BANNER_MM
        self.set_xy(MARGIN_MM, top)

    def measure(self, text: str, size_pt: float) -> float:
        """Give the width of a text in millimetres."""
        widths = self._widths
        total = 0.0
        for character in self.letters.fit(text):
            if character not in widths:
                self.set_font_size(10.0)
                widths[character] = self.get_string_width(character) / 10.0
            total += widths[character]
        return total * size_pt

    def break_text(
        self, text: str, width_mm: float, *, size_pt: float = BODY_PT, is_bold: bool = False
    ) -> list[Line]:
        """Cut a text into lines that fit a width."""
        pieces = break_lines(text, width_mm, lambda piece: self.measure(piece, size_pt))
        return [Line(piece, size_pt, is_bold) for piece in pieces]

    def shorten(self, text: str, width_mm: float, size_pt: float) -> str:
        """Cut a running head, whose whole text stands in the body, to a width."""
        if self.measure(text, size_pt) <= width_mm:
            return text
        while text and self.measure(text + "…", size_pt) > width_mm:
            text = text[:-1]
        return text + "…"

    def write_at(
        self, x: float, y: float, text: str, *, size_pt: float = BODY_PT, is_bold: bool = False
    ) -> None:
        """Write one line whose upper left corner lies at a place."""
        self.set_font_size(size_pt)
        place = (x, y + size_pt * _MM_PER_PT * _ASCENT, self.letters.fit(text))
        if not is_bold:
            self.text(*place)
            return
        with self.local_context(
            text_mode=TextMode.FILL_STROKE, line_width=size_pt * _BOLD_STROKE, draw_color=0
        ):
            self.text(*place)

    def write_halo(self, x: float, y: float, text: str, *, size_pt: float) -> None:
        """Write one line centred about a place, with a white rim that keeps it readable."""
        left = x - self.measure(text, size_pt) / 2
        self.set_font_size(size_pt)
        baseline = y + 0.36 * size_pt * _MM_PER_PT
        fitted = self.letters.fit(text)
        with self.local_context(text_mode=TextMode.STROKE, line_width=1.6, draw_color=255):
            self.text(left, baseline, fitted)
        self.text(left, baseline, fitted)

    def rule(self, y: float, width_mm: float) -> None:
        """Draw a line across the text."""
        self.set_line_width(width_mm)
        self.line(MARGIN_MM, y, MARGIN_MM + WIDTH_MM, y)

    def room_mm(self) -> float:
        """Give the height that is left on the page."""
        return _BOTTOM_MM - float(self.get_y())

    def need(self, height_mm: float) -> None:
        """Start a page unless a height is left on this one."""
        if self.room_mm() < height_mm:
            self.begin_page()

    def write_heading(self, text: str, *, keep_mm: float = 20.0) -> None:
        """Write a heading that never stands alone at the foot of a page."""
        self.need(9.5 + keep_mm)
        y = float(self.get_y()) + 3.0
        self.write_at(MARGIN_MM, y, text, size_pt=12.0, is_bold=True)
        self.rule(y + 6.2, 0.5)
        self.set_xy(MARGIN_MM, y + 7.4)

    def write_paragraph(
        self, text: str, *, size_pt: float = BODY_PT, is_bold: bool = False, indent_mm: float = 0.0
    ) -> None:
        """Write a paragraph over as many pages as it takes."""
        width = WIDTH_MM - indent_mm
        for line in self.break_text(text, width, size_pt=size_pt, is_bold=is_bold):
            self.need(line.height_mm)
            y = float(self.get_y())
            self.write_at(MARGIN_MM + indent_mm, y, line.text, size_pt=size_pt, is_bold=is_bold)
            self.set_xy(MARGIN_MM, y + line.height_mm)

    @contextmanager
    def begin_table(self, widths_mm: Sequence[float], headings: Sequence[str]) -> Iterator[Table]:
        """Write a table whose headings stand again on every page."""
        table = Table(self, tuple(widths_mm), tuple(headings))
        table.write_headings()
        yield table
        self.set_y(float(self.get_y()) + 1.5)


class Table:
    """Rows under headings; `Paper.begin_table` makes it.

    Parameters
    ----------
    paper
        What it is written on.
    widths_mm
        Of the columns.
    headings
        Of the columns.
    """

    def __init__(
        self, paper: Paper, widths_mm: tuple[float, ...], headings: tuple[str, ...]
    ) -> None:
        self._paper, self._widths, self._headings = paper, widths_mm, headings

    def inner_mm(self, column: int) -> float:
        """Give the width of a column's text."""
        return self._widths[column] - 2 * _PADDING_MM

    def broken(
        self, column: int, text: str, *, size_pt: float = BODY_PT, is_bold: bool = False
    ) -> list[Line]:
        """Cut a text into lines for a column."""
        return self._paper.break_text(text, self.inner_mm(column), size_pt=size_pt, is_bold=is_bold)

    def write_headings(self) -> None:
        """Write the row of headings on grey."""
        if not any(self._headings):
            return
        cells = [self.broken(n, text, size_pt=8.0) for n, text in enumerate(self._headings)]
        height = max(map(_height, cells))
        paper = self._paper
        paper.need(height + 8.0)
        paper.set_fill_color(225)
        paper.rect(MARGIN_MM, float(paper.get_y()), sum(self._widths), height, style="F")
        self._write_part(cells, height)

    def write_row(
        self,
        cells: Sequence[list[Line]],
        *,
        least_mm: float = 0.0,
        draw: Callable[[float], object] | None = None,
    ) -> None:
        """Write a row, on one page if a page can hold it, else over several.

        Parameters
        ----------
        cells
            Broken lines of each column.
        least_mm
            Least height of the row.
        draw
            Draws into the row; is given the height of its upper edge on the page.
        """
        paper = self._paper
        height = max(least_mm, *map(_height, cells))
        if height > paper.room_mm():
            paper.begin_page()
            self.write_headings()
        rest = [list(cell) for cell in cells]
        while True:
            top = float(paper.get_y())
            room = paper.room_mm()
            part = rest if height <= room else [_take(cell, room) for cell in rest]
            self._write_part(part, max(least_mm, *map(_height, part)))
            if draw is not None:
                draw(top)
                draw = None
            rest = [cell[len(done) :] for cell, done in zip(rest, part, strict=True)]
            if not any(rest):
                return
            height, least_mm = max(map(_height, rest)), 0.0
            paper.begin_page()
            self.write_headings()

    def _write_part(self, cells: Sequence[list[Line]], height: float) -> None:
        """Write lines side by side and frame them."""
        paper = self._paper
        top, x = float(paper.get_y()), MARGIN_MM
        paper.set_line_width(0.2)
        for width, lines in zip(self._widths, cells, strict=True):
            paper.rect(x, top, width, height)
            y = top + _PADDING_MM * 0.7
            for line in lines:
                paper.write_at(
                    x + _PADDING_MM, y, line.text, size_pt=line.size_pt, is_bold=line.is_bold
                )
                y += line.height_mm
            x += width
        paper.set_xy(MARGIN_MM, top + height)


def _height(lines: list[Line]) -> float:
    """Give the height of a cell."""
    return sum(line.height_mm for line in lines) + 2 * _PADDING_MM * 0.7


def _take(lines: list[Line], room_mm: float) -> list[Line]:
    """Take as many lines as a height can hold."""
    taken: list[Line] = []
    while len(taken) < len(lines) and _height([*taken, lines[len(taken)]]) <= room_mm:
        taken.append(lines[len(taken)])
    return taken
