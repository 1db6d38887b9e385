"""The workbook verdicts.xlsx: what the plan says of a list of applications."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.pen import LONGEST_SHEET_ROWS, write_book
from qxgeo.reports.siting.book_about import list_about, list_assumptions, list_clauses
from qxgeo.reports.siting.book_list import list_by_rule, list_refused, list_results, list_totals
from qxgeo.reports.siting.wording import list_banner

if TYPE_CHECKING:
    from qxgeo.siting.applications import Verdicts


def write_verdicts_workbook(
    verdicts: Verdicts, path: str | Path, *, lang: str, longest: int = LONGEST_SHEET_ROWS
) -> None:
    """Write verdicts.xlsx.

    Parameters
    ----------
    verdicts
        What was said of the list; nothing is computed from it but counts.
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
        [
            list_totals(verdicts, lang=lang),
            list_results(verdicts, lang=lang),
            list_by_rule(verdicts, lang=lang),
            list_refused(verdicts, lang=lang),
            list_clauses(verdicts.applications.kinds, verdicts.checks[0].plan, lang=lang),
            list_assumptions(verdicts.checks, lang=lang),
            list_about(verdicts, lang=lang),
        ],
        banner=list_banner(verdicts, lang=lang),
        name=verdicts.district.name.in_language(lang),
        as_of=verdicts.district.as_of,
        lang=lang,
        longest=longest,
    )
