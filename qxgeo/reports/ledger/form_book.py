"""A form as a workbook: instructions, lists with drop-downs and checks, nothing that runs.

Cells that are given are locked (no password: a lock against slips), cells to fill in are yellow.
Choices stand on a hidden sheet, what tells the form apart on another. The mark at the end of a
row no longer fits when somebody sorts one column alone; the import says so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import xlsxwriter

from qxgeo.errors import Text
from qxgeo.ledger.forms.columns import ID, MARK, REMARK, with_marks
from qxgeo.ledger.forms.model import SCHEMA, mark_row
from qxgeo.ledger.rhythm import TaskState
from qxgeo.reports.ledger.form_words import (
    BASE,
    FONT,
    HEADER_ROW,
    HOW,
    LEGEND,
    LINE_HEIGHT,
    LONGEST_HINT,
    LONGEST_HINT_TITLE,
    RETURNED,
    STYLES,
    TALLEST_ROW,
    TINTS,
)
from qxgeo.reports.neutral import neutralise, unique_sheet_name
from qxgeo.reports.sheets import display_width
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from qxgeo.ledger.forms import Form, FormColumn, FormRow, FormSheet

META_SHEET = "qxgeo"
CHOICES_SHEET = "qxgeo_choices"


def write_form(form: Form, target: Path, *, lang: str = "zh") -> None:
    """Write a form as a workbook.

    Parameters
    ----------
    form
        What goes out, or comes back with faults.
    target
        The file; its folder exists.
    lang
        ``zh`` or ``en``; headings of both are understood when it is read.
    """
    book = xlsxwriter.Workbook(
        str(target),
        {
            "in_memory": True,  # a form is small
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )
    try:
        day = datetime.combine(form.as_of, datetime.min.time(), tzinfo=UTC)
        book.set_properties({"title": form.label, "author": "qxgeo", "created": day})
        _Clerk(book, form, lang).write()
    finally:
        book.close()


class _Clerk:
    """Writes one form."""

    def __init__(self, book: xlsxwriter.Workbook, form: Form, lang: str) -> None:
        self._book, self._form, self._lang = book, form, lang
        self._formats: dict[tuple[str, str, bool], Format] = {}
        self._choices: dict[tuple[str, ...], str] = {}
        self._taken: set[str] = {META_SHEET, CHOICES_SHEET}
        self._names: dict[str, str] = {}

    def write(self) -> None:
        """Write all sheets, the hidden ones last."""
        cover = self._book.add_worksheet(
            unique_sheet_name("填报说明" if self._lang == "zh" else "How to", self._taken)
        )
        for sheet in self._form.sheets:
            self._write_sheet(sheet)
        self._write_cover(cover)
        self._write_choices()
        self._write_meta()
        first = 1 if self._form.sheets else 0
        self._book.worksheets()[0 if not self._form.is_returned else first].activate()

    def _say(self, text: Text) -> str:
        """Give the sentence of the language."""
        return text.in_language(self._lang)

    def _format(self, style: str, tint: str = "", *, is_day: bool = False) -> Format:
        """Make a cell format once."""
        key = (style, tint, is_day)
        if key not in self._formats:
            parts = BASE | STYLES[style]
            if tint in TINTS:
                parts |= {"bg_color": TINTS[TaskState(tint)]}
            if is_day:
                parts |= {"num_format": "yyyy-mm-dd", "align": "left"}
            self._formats[key] = self._book.add_format(parts)
        return self._formats[key]

    def _write_cover(self, tab: Worksheet) -> None:
        """Write who fills in what, how, and what is odd or assumed."""
        form, zh = self._form, self._lang == "zh"
        tab.set_column(0, 0, 118)
        tab.hide_gridlines(2)
        lines: list[tuple[str, str]] = [("title", f"{form.unit_name} · {self._title()}")]
        if form.is_demo:
            lines.append(("banner", self._say(DEMO_BANNER)))
        if form.is_returned:
            lines.append(("banner", self._say(RETURNED)))
        lines += [("plain", self._say(text)) for text in HOW]
        lines.append(("plain", ""))
        counted = [
            f"{self._say(sheet.title)} {len(sheet.rows)}" for sheet in form.sheets if sheet.rows
        ]
        if counted:
            lines.append(("plain", ("本表共：" if zh else "Rows: ") + "，".join(counted)))
        lines += [("plain", self._say(note)) for note in form.notes]
        seen = f"{form.as_of.isoformat()} · #{form.head_number}"
        lines.append(("plain", ("台账截至 " if zh else "ledger as of ") + seen))
        for row, (style, text) in enumerate(lines):
            tab.write_string(row, 0, neutralise(text), self._format(style))
            height = max(1, -(-display_width(text) // 112)) * LINE_HEIGHT
            tab.set_row(row, 24.0 if style == "title" else height + 3.0)
        tab.protect("", {"format_columns": True})
        tab.set_paper(9)
        tab.fit_to_pages(1, 0)

    def _title(self) -> str:
        """Name the form."""
        names = {
            "dispatch": Text("周调度表", "weekly dispatch"),
            "round": Text("督导检查表", "inspection"),
            "look_back": Text("“回头看”复查表", "look-back"),
            "scores": Text("工地“9个100%”检查表", "nine items"),
        }
        return f"{self._say(names[self._form.kind])} {self._form.label}"

    def _write_sheet(self, sheet: FormSheet) -> None:
        """Write one list."""
        form = self._form
        name = unique_sheet_name(self._say(sheet.title), self._taken)
        self._names[sheet.key] = name
        tab = self._book.add_worksheet(name)
        columns = with_marks(sheet.columns, is_returned=form.is_returned)
        tab.set_row(0, 24)
        title = f"{self._say(sheet.title)} · {form.unit_name} · {self._title()}"
        tab.write_string(0, 0, neutralise(title), self._format("title"))
        remark = RETURNED if form.is_returned else LEGEND
        tab.write_string(1, 0, self._say(remark), self._book.add_format(_bare()))
        if form.is_demo:
            for at in range(len(columns)):
                text = self._say(DEMO_BANNER) if at == 0 else ""
                tab.write_string(2, at, text, self._format("banner"))
        for at, column in enumerate(columns):
            style = "asked" if column.is_input else "header"
            tab.write_string(
                HEADER_ROW, at, neutralise(self._say(column.title)), self._format(style)
            )
            tab.set_column(at, at, column.width)
        tab.set_row(HEADER_ROW, 32)
        for offset, row in enumerate(sheet.rows):
            self._write_row(tab, HEADER_ROW + 1 + offset, sheet, columns, row)
        bottom = self._write_empty(tab, sheet, columns)
        self._add_checks(tab, columns, bottom)
        self._set_up(tab, columns, bottom)

    def _write_row(
        self,
        tab: Worksheet,
        at_row: int,
        sheet: FormSheet,
        columns: tuple[FormColumn, ...],
        row: FormRow,
    ) -> None:
        """Write a row; what was wrong with it in red, with the reason beside it."""
        lines = 1
        for at, column in enumerate(columns):
            text = self._cell(sheet, row, column)
            fault = row.faults.get(column.key)
            style = "fault" if fault is not None else _style_of(column)
            tint = row.tint if style == "given" else ""
            day = _as_day(text) if column.form == "day" else None
            form = self._format(style, tint, is_day=column.form == "day")
            if day is not None:
                tab.write_datetime(at_row, at, day, form)
            elif text:
                tab.write_string(at_row, at, neutralise(text), form)
            else:
                tab.write_blank(at_row, at, None, form)
            if fault is not None:
                options = {"x_scale": 2.2, "y_scale": 1.2, "author": "qxgeo"}
                tab.write_comment(at_row, at, neutralise(self._say(fault)), options)
            if column.form == "wrap":
                lines = max(lines, -(-display_width(text) // max(int(column.width) - 1, 1)))
        tab.set_row(at_row, min(lines * LINE_HEIGHT + 3.0, TALLEST_ROW))

    def _cell(self, sheet: FormSheet, row: FormRow, column: FormColumn) -> str:
        """Give what stands in a cell."""
        if column.key == MARK:
            form = self._form
            address = (str(form.kind), form.label, form.unit_id)
            given = tuple(
                neutralise(row.cells.get(one.key, "")) for one in sheet.columns if not one.is_input
            )
            return row.cells.get(MARK) or mark_row(
                address, sheet.key, (row.row_id, row.entry), given
            )
        if column.key == REMARK:
            titles = {one.key: one.title for one in sheet.columns}
            said = [
                f"{self._say(titles[key])}：{self._say(text)}" if key in titles else self._say(text)
                for key, text in row.faults.items()
            ]
            return "；".join(said)
        text = row.cells.get(column.key, "")
        label = column.choices.get(text)
        return text if label is None else self._say(label)

    def _write_empty(
        self, tab: Worksheet, sheet: FormSheet, columns: tuple[FormColumn, ...]
    ) -> int:
        """Write empty rows to fill in, and give the last row of the list."""
        top = HEADER_ROW + 1 + len(sheet.rows)
        if not sheet.rows and not sheet.empty_rows and columns[0].key == ID:
            nothing = "（本周没有）" if self._lang == "zh" else "(none)"
            tab.write_string(top, 0, nothing, self._format("given"))
        for row in range(top, top + sheet.empty_rows):
            for at, column in enumerate(columns):
                style = _style_of(column)
                tab.write_blank(row, at, None, self._format(style, is_day=column.form == "day"))
        return max(top + sheet.empty_rows - 1, HEADER_ROW + 1)

    def _add_checks(self, tab: Worksheet, columns: tuple[FormColumn, ...], bottom: int) -> None:
        """Add drop-downs, and checks of dates and numbers."""
        first = HEADER_ROW + 1
        for at, column in enumerate(columns):
            if not column.is_input:
                continue
            rule = self._check(column)
            title, hint = self._say(column.title), self._say(column.hint)
            rule |= {"input_title": title[:LONGEST_HINT_TITLE]} if hint else {}
            rule |= {"input_message": hint[:LONGEST_HINT]} if hint else {}
            tab.data_validation(first, at, bottom, at, rule)

    def _check(self, column: FormColumn) -> dict[str, object]:
        """Give the check of a column."""
        zh = self._lang == "zh"
        if column.form == "choice" and column.choices:
            labels = tuple(neutralise(self._say(one)) for one in column.choices.values())
            return {
                "validate": "list",
                "source": self._place_choices(labels),
                "error_title": "请从列表中选" if zh else "Choose from the list",
                "error_message": "不在列表中，整行会被退回" if zh else "not in the list",
            }
        if column.form == "day":
            return {
                "validate": "date",
                "criteria": "between",
                "minimum": date(self._form.as_of.year - 1, 1, 1),
                "maximum": date(self._form.as_of.year + 2, 12, 31),
                "error_title": "日期不对" if zh else "No such day",
                "error_message": "请写成 2023-06-12" if zh else "write it as 2023-06-12",
            }
        if column.form == "number":
            return {
                "validate": "decimal",
                "criteria": "between",
                "minimum": -180,
                "maximum": 180,
                "error_title": "不是数" if zh else "No number",
                "error_message": "请只写数字" if zh else "digits only",
            }
        return {"validate": "length", "criteria": "<=", "value": 2000}

    def _place_choices(self, labels: tuple[str, ...]) -> str:
        """Reserve a column of the hidden sheet and give its range."""
        if labels not in self._choices:
            column = xlsxwriter.utility.xl_col_to_name(len(self._choices))
            end = f"${column}${len(labels)}"
            self._choices[labels] = f"={CHOICES_SHEET}!${column}$1:{end}"
        return self._choices[labels]

    def _set_up(self, tab: Worksheet, columns: tuple[FormColumn, ...], bottom: int) -> None:
        """Lock what is given, freeze the header, fit the page."""
        tab.autofilter(HEADER_ROW, 0, bottom, len(columns) - 1)
        allowed = ("format_columns", "format_rows", "sort", "autofilter", "select_locked_cells")
        tab.protect("", dict.fromkeys(allowed, True))
        is_keyed = bool(columns) and columns[0].key == ID
        tab.freeze_panes(HEADER_ROW + 1, 1 if is_keyed else 0)
        tab.set_landscape()
        tab.set_paper(9)
        tab.fit_to_pages(1, 0)
        tab.repeat_rows(HEADER_ROW)
        tab.set_footer("&L&A&R&P / &N")

    def _write_choices(self) -> None:
        """Write the choices on their hidden sheet."""
        tab = self._book.add_worksheet(CHOICES_SHEET)
        for column, labels in enumerate(self._choices):
            for row, label in enumerate(labels):
                tab.write_string(row, column, label)
        tab.very_hidden()

    def _write_meta(self) -> None:
        """Write what tells the form apart."""
        form = self._form
        tab = self._book.add_worksheet(META_SHEET)
        pairs = {
            "schema": SCHEMA,
            "kind": str(form.kind),
            "label": form.label,
            "unit_id": form.unit_id,
            "author_id": form.author_id,
            "as_of": form.as_of.isoformat(),
            "head_number": str(form.head_number),
            **{f"sheet:{key}": name for key, name in self._names.items()},
        }
        for row, (key, value) in enumerate(pairs.items()):
            tab.write_string(row, 0, key)
            tab.write_string(row, 1, value)
        tab.very_hidden()


def _style_of(column: FormColumn) -> str:
    """Name the style of a column's cells."""
    if column.key in (MARK, REMARK):
        return column.key
    return "input" if column.is_input else "given"


def _as_day(text: str) -> date | None:
    """Read a day that the house wrote, None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _bare() -> dict[str, object]:
    """Describe the remark above a list."""
    return {"font_name": FONT, "font_size": 10, "font_color": "#5B6470"}
