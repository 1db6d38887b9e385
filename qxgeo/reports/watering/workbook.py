"""The workbook watering.xlsx: what is kept wet, who does it, what it takes. It names no driver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.pen import write_book
from qxgeo.reports.summary import banner_lines
from qxgeo.reports.watering.book_about import (
    list_about,
    list_assumptions,
    list_drying,
    list_problems,
)
from qxgeo.reports.watering.book_plan import (
    list_dry_spells,
    list_refills,
    list_runs,
    list_sections,
)
from qxgeo.reports.watering.book_sums import list_carts, list_companies, list_townships

if TYPE_CHECKING:
    from qxgeo.watering.model import WateringPlan

_SHEETS = (
    list_about,
    list_carts,
    list_townships,
    list_companies,
    list_sections,
    list_dry_spells,
    list_runs,
    list_refills,
    list_drying,
    list_problems,
    list_assumptions,
)


def write_watering_workbook(plan: WateringPlan, path: str | Path, *, lang: str) -> None:
    """Write watering.xlsx.

    Parameters
    ----------
    plan
        The whole plan; nothing is computed from it but sums and the order of rows.
    path
        The file; its folder exists.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_book(
        Path(path),
        [make(plan, lang=lang) for make in _SHEETS],
        banner=banner_lines(plan, lang=lang),
        name=plan.district.name.in_language(lang),
        as_of=plan.day,
        lang=lang,
    )
