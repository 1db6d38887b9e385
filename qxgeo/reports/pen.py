"""How lists become a workbook: formats, lines above a table, a sheet of contents, printing."""

from __future__ import annotations

import math
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.utility import xl_col_to_name

from qxgeo.errors import Fault, OutputError, Text
from qxgeo.reports.colours import SITE_COLOURS, SITE_TINTS, VERDICT_COLOURS, VERDICT_TINTS
from qxgeo.reports.neutral import neutralise, unique_sheet_name
from qxgeo.reports.sheets import Sheet, display_width
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_SHEET_ROWS = 1_048_576  # Excel's specification of limits
_FONT = "Microsoft YaHei"
_NUMBER_FORMATS = {
    "m": "#,##0_ ",
    "m_near": "#,##0.0_ ",
    "km": "#,##0.000_ ",
    "m2": "#,##0_ ",
    "count": "#,##0_ ",
    "decimal": "#,##0.0_ ",
    "ratio": "0.000_ ",
    "share": "0.0%_ ",
    "degree": "0.000000_ ",
}
# By word; the two words that findings and siting share have one colour.
_COLOURS = {str(word): colour for word, colour in (*SITE_COLOURS.items(), *VERDICT_COLOURS.items())}
_TINTS = {str(word): tint for word, tint in (*SITE_TINTS.items(), *VERDICT_TINTS.items())}
_TEXT_FORMS = ("text", "wrap", "verdict")
_LINE_HEIGHT = 15.0  # points, at font size 10
_TALLEST_ROW = 409.0  # points, the same specification
_NEAR_M = 10.0  # a metre-wide cell nearer to a limit than this shows a decimal


def write_book(
    target: Path,
    sheets: Sequence[Sheet],
    *,
    banner: tuple[str, ...],
    name: str,
    as_of: date,
    lang: str,
    longest: int = LONGEST_SHEET_ROWS,
) -> None:
    """Write sheets as one workbook, with a sheet of contents after the first.

    Parameters
    ----------
    target
        The file; its folder exists.
    sheets
        At least one, in their order.
    banner
        Lines on every sheet.
    name
        Of the district, under each title.
    as_of
        Stands for the date of making as well: same input, same bytes.
    lang
        ``zh`` or ``en``.
    longest
        Rows that a sheet can hold; a longer list goes on in a further sheet.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    with _open_book(target) as book:
        created = datetime.combine(as_of, datetime.min.time(), tzinfo=UTC)
        book.set_properties({"title": "qxgeo", "author": "qxgeo", "created": created})
        pen = _Pen(book, banner, f"{name} · {as_of.isoformat()}", lang)
        pen.write(sheets, longest=longest)


@contextmanager
def _open_book(target: Path) -> Iterator[xlsxwriter.Workbook]:
    """Open a workbook that streams its rows to the target's own disk, and close it in any case."""
    # An own folder, because the writer leaves its temporary files behind when it fails.
    with (
        _told_as_output_error(target),
        TemporaryDirectory(dir=target.parent, prefix=".rows-") as rows,
    ):
        options = {
            "constant_memory": True,
            "tmpdir": rows,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        }
        book = xlsxwriter.Workbook(str(target), options)
        try:
            yield book
            book.close()
        finally:
            for tab in book.worksheets():
                tab.row_data_fh.close()


@contextmanager
def _told_as_output_error(target: Path) -> Iterator[None]:
    """Turn the writer's own exceptions into ours; plain OSErrors are told by `atomic`.

    Raises
    ------
    OutputError
        In place of an exception of the writer.
    """
    try:
        yield
    except XlsxWriterException as error:
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from error
        problem = Text(f"工作簿写不成：{error}", f"the workbook cannot be written: {error}")
        mend = Text("检查磁盘空间与文件夹权限", "check disk space and the folder's permissions")
        raise OutputError(Fault(file=target.name, problem=problem, mend=mend)) from error


class _Pen:
    """Writes sheets into one workbook, with its formats."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        banner: tuple[str, ...],
        subtitle: str,
        lang: str,
    ) -> None:
        self._book = book
        self._banner = banner
        self._lang = lang
        self._demo = DEMO_BANNER.in_language(lang)
        self._subtitle = subtitle
        self._formats: dict[tuple[str, str], Format] = {}

    def write(self, sheets: Sequence[Sheet], *, longest: int) -> None:
        """Write all sheets and, before the second, the one that lists them."""
        taken: set[str] = set()
        head = 3 + len(self._banner)  # title, subtitle, header
        pieces: list[tuple[str, Sheet, int, int]] = []
        contents = unique_sheet_name("目录" if self._lang == "zh" else "Contents", taken)
        for sheet in sheets:
            room = longest - head - len(sheet.notes)
            for begin in range(0, max(sheet.row_count, 1), room):
                end = min(begin + room, sheet.row_count)
                pieces.append((unique_sheet_name(sheet.name, taken), sheet, begin, end))
        first, *others = pieces
        self._write_sheet(*first)
        self._write_contents(contents, pieces)
        for piece in others:
            self._write_sheet(*piece)

    def _write_contents(self, name: str, pieces: list[tuple[str, Sheet, int, int]]) -> None:
        """List the sheets with links."""
        zh = self._lang == "zh"
        tab = self._book.add_worksheet(name)
        row = self._write_head(tab, "目录" if zh else "Contents", (), 3)
        for column, heading in enumerate(
            ("工作表", "内容", "行数") if zh else ("Sheet", "What", "Rows")
        ):
            tab.write_string(row, column, heading, self._format("header"))
        for number, (title, sheet, begin, end) in enumerate(pieces, start=row + 1):
            quoted = title.replace("'", "''")
            tab.write_url(number, 0, f"internal:'{quoted}'!A1", self._format("link"), title)
            tab.write_string(number, 1, neutralise(sheet.title), self._format("text"))
            tab.write_number(number, 2, end - begin, self._format("count"))
        tab.set_column(0, 0, 32)
        tab.set_column(1, 1, 44)
        tab.set_column(2, 2, 10)
        self._set_up_print(tab, row, 2, row + len(pieces))

    def _write_sheet(self, name: str, sheet: Sheet, begin: int, end: int) -> None:
        """Write rows `begin` to `end` of one sheet."""
        tab = self._book.add_worksheet(name)
        header = self._write_head(tab, sheet.title, sheet.notes, len(sheet.columns))
        last_printed = 0
        for at, column in enumerate(sheet.columns):
            style = "header" if column.form in _TEXT_FORMS else "header_of_numbers"
            tab.write_string(header, at, neutralise(column.heading), self._format(style))
            tab.set_column(at, at, column.width)
            last_printed = at if column.is_printed else last_printed
        tab.set_row(header, 30)
        columns = [(at, column.form, column.cells) for at, column in enumerate(sheet.columns)]
        has_wrapped = any(form == "wrap" for _, form, _ in columns)
        for number in range(begin, end):
            row = header + 1 + number - begin
            verdict = sheet.verdicts[number] if sheet.verdicts else ""
            lines = _count_lines(sheet, number) if has_wrapped else 1
            if lines > 1:  # said outright, because not every program fits rows to wrapped text
                tab.set_row(row, min(lines * _LINE_HEIGHT, _TALLEST_ROW))
            for at, form, cells in columns:
                self._write_cell(tab, (row, at), form, cells[number], verdict)
        bottom = max(header + end - begin, header)
        tab.autofilter(header, 0, bottom, max(len(sheet.columns) - 1, 0))
        if end == begin:
            nothing = "（无）" if self._lang == "zh" else "(none)"
            tab.write_string(header + 1, 0, nothing, self._format("text"))
        self._set_up_print(tab, header, last_printed, max(bottom, header + 1))

    def _write_head(self, tab: Worksheet, title: str, notes: tuple[str, ...], width: int) -> int:
        """Write the lines above a table and give the row of its header."""
        tab.set_row(0, 22)
        tab.write_string(0, 0, neutralise(title), self._format("title"))
        tab.write_string(1, 0, neutralise(self._subtitle), self._format("note"))
        row = 2
        for line in self._banner:
            style = self._format("banner" if line == self._demo else "note")
            tab.write_string(row, 0, line, style)
            if line == self._demo:
                for column in range(1, max(width, 6)):
                    tab.write_blank(row, column, None, style)
            row += 1
        for line in notes:
            tab.write_string(row, 0, neutralise(line), self._format("note"))
            row += 1
        return row

    def _write_cell(
        self,
        tab: Worksheet,
        place: tuple[int, int],
        form: str,
        value: object,
        verdict: str,
    ) -> None:
        """Write one cell in the form of its column."""
        if isinstance(value, str):
            tab.write_string(*place, neutralise(value), self._format(form, verdict))
            return
        if form == "mixed":
            value, form = cast("tuple[float, str]", value)
        if form == "check" and isinstance(value, int):
            self._write_check(tab, place, value)
        elif isinstance(value, int | float) and math.isfinite(value):
            near = form == "m" and value % 1 and abs(value) < _NEAR_M
            tab.write_number(*place, value, self._format("m_near" if near else form, verdict))
        elif value is None or isinstance(value, float):
            if verdict in _TINTS:  # an empty cell shows nothing but its row's tint
                tab.write_blank(*place, None, self._format("text", verdict))
        else:
            tab.write_string(*place, neutralise(str(value)), self._format(form, verdict))

    def _write_check(self, tab: Worksheet, place: tuple[int, int], places: int) -> None:
        """Write the sum over the places minus the total, to the millimetre."""
        row, column = place
        total = column - 1
        first, last = xl_col_to_name(total - places), xl_col_to_name(total - 1)
        line = row + 1
        summed = f"SUM({first}{line}:{last}{line})" if places else "0"
        formula = f"=ROUND({summed}-{xl_col_to_name(total)}{line},4)"
        tab.write_formula(row, column, formula, self._format("check"), 0)

    def _format(self, form: str, verdict: str = "") -> Format:
        """Give the cell format of a form under a verdict, made once."""
        key = (form, verdict)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(_describe_format(form, verdict))
        return self._formats[key]

    def _set_up_print(self, tab: Worksheet, header: int, last_column: int, bottom: int) -> None:
        """Freeze the header, and make the sheet fit the width of A4 paper, lying."""
        tab.freeze_panes(header + 1, 0)
        tab.set_landscape()
        tab.set_paper(9)  # A4
        tab.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        tab.fit_to_pages(1, 0)
        tab.repeat_rows(0, header)
        tab.print_area(0, 0, bottom, last_column)
        tab.set_footer("&L&A&R&P / &N")


def _count_lines(sheet: Sheet, number: int) -> int:
    """Count the lines that the wrapped cells of a row need."""
    return max(
        (
            math.ceil(display_width(str(column.cells[number])) / (column.width - 1))
            for column in sheet.columns
            if column.form == "wrap" and column.cells[number] is not None
        ),
        default=1,
    )


def _describe_format(form: str, verdict: str) -> dict[str, object]:
    """Say what a cell looks like, in the writer's words."""
    look: dict[str, object] = {"font_name": _FONT, "font_size": 10, "valign": "top"}
    if form in _NUMBER_FORMATS:
        look["num_format"] = _NUMBER_FORMATS[form]
    styles: dict[str, dict[str, object]] = {
        "title": {"bold": True, "font_size": 14},
        "note": {"font_color": "#555555"},
        "banner": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#C00000"},
        "header": {
            "bold": True,
            "text_wrap": True,
            "valign": "vcenter",
            "bg_color": "#DCE6F1",
            "bottom": 1,
        },
        "wrap": {"text_wrap": True},
        "link": {"font_color": "#0563C1", "underline": 1},
        "check": {"num_format": "0.000;-0.000;0", "font_color": "#555555"},
    }
    styles["header_of_numbers"] = styles["header"] | {"align": "right"}
    look.update(styles.get(form, {}))
    if verdict in _TINTS:
        look["bg_color"] = _TINTS[verdict]
    if form == "verdict" and verdict in _COLOURS:
        look.update(bold=True, left=5, left_color=_COLOURS[verdict])
    return look
