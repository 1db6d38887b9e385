"""The office workbook patrol.xlsx: who owns what, who goes when, how fair it is, what is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.patrol.book_about import list_about, list_assumptions, list_gaps, list_inputs
from qxgeo.reports.patrol.book_people import list_fairness, list_townships
from qxgeo.reports.patrol.book_place import (
    list_cells,
    list_changes,
    list_hot_cells,
    list_points,
    list_terms,
)
from qxgeo.reports.patrol.book_sight import list_coverage, list_devices, list_straw
from qxgeo.reports.patrol.book_time import list_months, list_routes, list_undone
from qxgeo.reports.patrol.names import name_all
from qxgeo.reports.pen import LONGEST_SHEET_ROWS, write_book
from qxgeo.reports.summary import banner_lines

if TYPE_CHECKING:
    from qxgeo.patrol.model import Patrol
    from qxgeo.reports.sheets import Sheet


def write_patrol_workbook(
    patrol: Patrol, path: str | Path, *, lang: str, longest: int = LONGEST_SHEET_ROWS
) -> None:
    """Write patrol.xlsx. It holds names and phones: for the office only.

    Parameters
    ----------
    patrol
        The whole plan; nothing is computed from it but sums and the order of rows.
    path
        The file; its folder exists.
    lang
        ``zh`` or ``en``.
    longest
        Rows that a sheet can hold; a longer list goes on in a further sheet.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_book(
        Path(path),
        _list_sheets(patrol, lang=lang),
        banner=banner_lines(patrol, lang=lang),
        name=patrol.district.name.in_language(lang),
        as_of=patrol.district.as_of,
        lang=lang,
        longest=longest,
    )


def _list_sheets(patrol: Patrol, *, lang: str) -> list[Sheet]:
    """Give every sheet in its order."""
    names = name_all(patrol, lang=lang)
    return [
        list_about(patrol, lang=lang),
        list_fairness(patrol, names, lang=lang),
        *list_townships(patrol, names, lang=lang),
        *list_months(patrol, names, lang=lang),
        list_points(patrol, names, lang=lang),
        list_cells(patrol, names, lang=lang),
        list_hot_cells(patrol, names, lang=lang),
        list_terms(patrol, lang=lang),
        list_changes(patrol, names, lang=lang),
        list_routes(patrol, names, lang=lang),
        list_undone(patrol, names, lang=lang),
        list_devices(patrol, lang=lang),
        list_coverage(patrol, names, lang=lang),
        list_straw(patrol, names, lang=lang),
        list_gaps(patrol, lang=lang),
        list_assumptions(patrol, lang=lang),
        list_inputs(patrol, lang=lang),
    ]
