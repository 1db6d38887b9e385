"""CSV, TSV and workbooks, with the header found under title rows."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import python_calamine as calamine

from qxgeo.errors import ReadError, Text
from qxgeo.readers.cells import is_blank
from qxgeo.readers.files import decode, read_fault
from qxgeo.readers.positions import plain_heading
from qxgeo.readers.raw import Raw, unique_headings

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from qxgeo.errors import Fault

_SEARCHED_ROWS = 30  # titles, units and filling notes stand above the header
_LARGEST_CELL = 2**27  # characters; a boundary as WKT is longer than csv's own limit
_POSITION_WORDS = frozenset(
    (
        *("经度", "纬度", "东经", "北纬", "坐标", "经纬度", "东坐标", "北坐标"),
        *("lon", "lat", "lng", "longitude", "latitude", "x", "y", "wkt"),
    )
)
_FOOTER = re.compile(
    r"(注|备注|说明|合计|总计|小计|共计|制表|填表|审核|资料来源|数据来源|来源|单位)"
)


def read_delimited(
    path: Path,
    *,
    file: str,
    known: Collection[str],
    encoding: str | None = None,
    header_row: int | None = None,
) -> Raw:
    """Read a delimited text file; every cell stays text.

    Parameters
    ----------
    path
        File.
    file
        Its name for messages.
    known
        Headings that are expected, by which the header is found.
    encoding
        Declared encoding.
    header_row
        Row of the header, 1 for the first.

    Returns
    -------
    raw
        Table without geometry.

    Raises
    ------
    ReadError
        If the encoding does not fit, quotes do not close or nothing is in it.
    """
    text, notes = decode(path.read_bytes(), file=file, encoding=encoding)
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    grid: list[list[Any]] = []
    try:
        grid.extend(reader)
    except csv.Error as error:
        raise ReadError(
            read_fault(
                file,
                Text(f"表格格式有误（{error}）", f"the table is malformed ({error})"),
                Text("请检查该行的引号是否成对", "check that its quotes are paired"),
                row=len(grid) + 1,
            )
        ) from error
    return _tabulate(grid, file=file, known=known, header_row=header_row, notes=notes)


def read_workbook(
    path: Path,
    *,
    file: str,
    known: Collection[str],
    sheet: str | int | None = None,
    header_row: int | None = None,
) -> Raw:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path
        File.
    file
        Its name for messages.
    known
        Headings that are expected, by which the header is found.
    sheet
        Name, or number with 1 for the first; not needed where only one sheet holds anything.
    header_row
        Row of the header, 1 for the first.

    Returns
    -------
    raw
        Table without geometry.

    Raises
    ------
    ReadError
        If the workbook is broken or locked, or the sheet is missing or not named.
    """
    book = _open_book(path, file)
    name = _choose_sheet(book, sheet, file)
    grid = _grid(book, name, file)
    title = f"{file} [{name}]" if len(book.sheet_names) > 1 else file
    return _tabulate(grid, file=title, known=known, header_row=header_row, notes=())


def list_sheets(path: Path, *, file: str) -> tuple[str, ...]:
    """List the sheets of a workbook that hold anything.

    Parameters
    ----------
    path
        File.
    file
        Its name for messages.

    Returns
    -------
    names
        In the order of the workbook.

    Raises
    ------
    ReadError
        If the workbook is broken or locked.
    """
    book = _open_book(path, file)
    return tuple(n for n in book.sheet_names if any(map(_is_filled, _grid(book, n, file))))


def read_grids(path: Path, *, file: str) -> dict[str, list[list[Any]]]:
    """Read every sheet of a workbook as it stands, hidden ones too.

    Parameters
    ----------
    path
        File.
    file
        Its name for messages.

    Returns
    -------
    grids
        Name of the sheet to its rows of cells, from A1 on.

    Raises
    ------
    ReadError
        If the workbook is broken or locked.
    """
    book = _open_book(path, file)
    return {name: _grid(book, name, file) for name in book.sheet_names}


def _open_book(path: Path, file: str) -> calamine.CalamineWorkbook:
    """Open a workbook.

    Raises
    ------
    ReadError
        If it is broken or locked.
    """
    try:
        return calamine.CalamineWorkbook.from_path(path)
    except calamine.PasswordError as error:
        problem = Text("工作簿有密码", "the workbook is locked by a password")
        raise ReadError(
            read_fault(file, problem, Text("请去掉密码", "remove the password"))
        ) from error
    except calamine.CalamineError as error:
        raise ReadError(_broken(file)) from error


def _broken(file: str) -> Fault:
    """Say that a workbook cannot be opened."""
    problem = Text("不是完好的 Excel 文件", "this is no intact workbook")
    return read_fault(file, problem, Text("请用 Excel 或 WPS 重新另存", "save it again"))


def _grid(book: calamine.CalamineWorkbook, name: str, file: str) -> list[list[Any]]:
    """Take a sheet's cells from A1 on.

    Raises
    ------
    ReadError
        If the sheet is broken.
    """
    try:
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        raise ReadError(_broken(file)) from error


def _choose_sheet(book: calamine.CalamineWorkbook, sheet: str | int | None, file: str) -> str:
    """Find the sheet that is meant.

    Raises
    ------
    ReadError
        If it is missing, or several could be meant.
    """
    names = list(book.sheet_names)
    listed = "、".join(names)
    if isinstance(sheet, int):
        sheet = names[sheet - 1] if 1 <= sheet <= len(names) else f"#{sheet}"
    if sheet is not None:
        if sheet in names:
            return sheet
        problem = Text(
            f"没有工作表“{sheet}”，有：{listed}", f'no sheet "{sheet}"; there are: {listed}'
        )
        raise ReadError(read_fault(file, problem, Text("请改正 sheet", "correct the sheet")))
    filled = [name for name in names if any(map(_is_filled, _grid(book, name, file)))]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        problem = Text("工作簿里没有数据", "the workbook holds no data")
        raise ReadError(read_fault(file, problem, Text("请重新导出", "export it again")))
    problem = Text(f"有几个工作表有数据：{listed}", f"several sheets hold data: {listed}")
    raise ReadError(
        read_fault(file, problem, Text("请用 sheet 写明要哪一个", "name the wanted one with sheet"))
    )


def _delimiter(text: str) -> str:
    """Take the separator that stands most often in the first lines, a comma where none does."""
    head = "\n".join(text.splitlines()[:_SEARCHED_ROWS])
    return max(",\t;，", key=head.count) if head else ","


def _is_filled(row: list[Any]) -> bool:
    """Tell whether any cell of a row says something."""
    return any(not is_blank(cell) for cell in row)


def _tabulate(
    grid: list[list[Any]],
    *,
    file: str,
    known: Collection[str],
    header_row: int | None,
    notes: tuple[Text, ...],
) -> Raw:
    """Split a grid of cells into header and records, rows numbered as a spreadsheet does.

    Raises
    ------
    ReadError
        If there is no row under the header.
    """
    top = _find_header(grid, file, known, header_row)
    header, top = _merged_header(grid, top)
    width = max(len(header), *(len(row) for row in grid[top:]))
    header = _padded(header, width)
    body = [(n, row) for n, row in enumerate(grid[top + 1 :], start=top + 2) if _is_filled(row)]
    records, remarks = _split_footer(body, file)
    if not records:
        problem = Text("表头下没有数据行", "there is no row under the header")
        mend = Text(
            "请检查文件，或用 header_row 指明表头行", "check it, or name the row by header_row"
        )
        raise ReadError(read_fault(file, problem, mend))
    cells = [_padded(row, width) for _, row in records]
    frame = pd.DataFrame(cells, columns=unique_headings(header), dtype=object)
    is_unnamed = [heading is None or not str(heading).strip() for heading in header]
    is_idle = np.array(is_unnamed) & np.array([all(map(is_blank, frame[c])) for c in frame])
    rows = np.array([number for number, _ in records], np.int64)
    return Raw(file=file, cells=frame.loc[:, ~is_idle], rows=rows, notes=(*notes, *remarks))


def _find_header(
    grid: list[list[Any]], file: str, known: Collection[str], header_row: int | None
) -> int:
    """Find the place of the header: declared, else the row with most known headings.

    Raises
    ------
    ReadError
        If there is none.
    """
    if header_row is not None:
        if 1 <= header_row <= len(grid) and _is_filled(grid[header_row - 1]):
            return header_row - 1
        problem = Text(f"第 {header_row} 行没有表头", f"there is no header in row {header_row}")
        raise ReadError(read_fault(file, problem, Text("请改正 header_row", "correct header_row")))
    expected = {plain_heading(word) for word in known} | _POSITION_WORDS
    filled = [n for n, row in enumerate(grid[:_SEARCHED_ROWS]) if _is_filled(row)]
    if not filled:
        problem = Text("文件里没有数据", "the file holds no data")
        raise ReadError(read_fault(file, problem, Text("请重新导出", "export it again")))

    def score(place: int) -> int:
        words = {plain_heading(cell) for cell in grid[place] if isinstance(cell, str)}
        return len(words & expected)

    return max(filled, key=lambda place: (score(place), -place))


def _merged_header(grid: list[list[Any]], top: int) -> tuple[list[Any], int]:
    """Join a header of two rows: 坐标 over 经度, 纬度, or cells merged downwards; give its end."""
    header = list(grid[top])
    below = grid[top + 1] if top + 1 < len(grid) else []
    words = {plain_heading(str(cell)) for cell in below if not is_blank(cell)}
    if len(words) > 1 and words <= _POSITION_WORDS:
        width = max(len(header), len(below))
        pairs = zip(_padded(header, width), _padded(below, width), strict=True)
        return [upper if is_blank(lower) else lower for upper, lower in pairs], top + 1
    above = grid[top - 1] if top else []
    if sum(not is_blank(cell) for cell in above) > 1:
        pairs = zip(header, _padded(above, len(header))[: len(header)], strict=True)
        header = [upper if is_blank(lower) else lower for lower, upper in pairs]
    return header, top


def _padded(row: list[Any], width: int) -> list[Any]:
    """Fill a row up with nothing."""
    return row + [None] * (width - len(row))


def _split_footer(
    body: list[tuple[int, list[Any]]], file: str
) -> tuple[list[tuple[int, list[Any]]], tuple[Text, ...]]:
    """Leave out closing remarks (one filled cell that begins like a remark), and say which."""
    end = len(body)
    while end:
        filled = [cell for cell in body[end - 1][1] if not is_blank(cell)]
        if len(filled) > 1 or not _FOOTER.match(str(filled[0]).strip()):
            break
        end -= 1
    dropped = "、".join(str(number) for number, _ in body[end:])
    note = Text(
        f"{file}：第 {dropped} 行是表尾备注，未读", f"{file}: row {dropped} is a remark, not read"
    )
    return body[:end], (note,) if dropped else ()
