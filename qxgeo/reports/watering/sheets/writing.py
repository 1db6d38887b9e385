"""All sheets of a fleet: one PDF of them all, and a phone page for each cart."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.patrol.sheets.fonts import cut_font
from qxgeo.reports.patrol.sheets.paper import Paper
from qxgeo.reports.watering.sheets.pdf import write_sheet
from qxgeo.reports.watering.sheets.phone import write_phone_page
from qxgeo.reports.watering.sheets.register import list_cart_duties
from qxgeo.reports.watering.sheets.small_map import TourMaps
from qxgeo.reports.watering.sheets.wording import WORDS, say
from qxgeo.resources import font_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.watering.model import WateringPlan

ALL_SHEETS = "watering_sheets.pdf"
_SIGNS = "·–“”…→"  # that the sheets set between words


def write_cart_sheets(
    plan: WateringPlan, folder: Path, names: Mapping[str, str], *, place: Path, lang: str
) -> list[Path]:
    """Write ``watering_sheets.pdf`` with a bookmark per cart, and a phone page for each cart.

    They name drivers and their phones: for the office and the drivers only.

    Parameters
    ----------
    plan
        The whole plan.
    folder
        Where the PDF goes; it exists.
    names
        Cart to the name of its files, without suffix.
    place
        Where the carts' pages go; it exists.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    paths
        The PDF, then the pages in the order of the fleet.

    Raises
    ------
    OutputError
        If the font is missing.
    """
    duties = list_cart_duties(plan, lang=lang)
    maps = TourMaps(plan.district)
    title = f"{plan.district.name.in_language(lang)} {say('title', lang)}"
    paths = [Path(folder) / ALL_SHEETS]
    with tempfile.TemporaryDirectory(prefix="qxgeo-font-") as scratch:
        words = [_SIGNS, *(text for pair in WORDS.values() for text in pair)]
        texts = [text for duty in duties for text in duty.texts()]
        font = Path(scratch) / "sheet.ttf"
        letters = cut_font(font_file(), font, [*words, *texts, *maps.road_names()])
        paper = Paper(font, letters, day=plan.day, title=title)
        for duty in duties:
            write_sheet(paper, duty, maps)
            page = Path(place) / f"{names[duty.cart_id]}.html"
            write_phone_page(duty, maps, page)
            paths.append(page)
        if not duties:
            paper.begin_page()
            paper.write_paragraph(say("nobody", lang))
        paper.output(paths[0])
    return paths
