"""All sheets of a district: one PDF of them all, and a PDF and a phone page for each person."""

from __future__ import annotations

import logging
import tempfile
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.file_names import name_safely
from qxgeo.reports.patrol.calendar import person_calendar
from qxgeo.reports.patrol.sheets.fonts import cut_font
from qxgeo.reports.patrol.sheets.paper import WIDTH_MM, Paper
from qxgeo.reports.patrol.sheets.pdf import write_sheet
from qxgeo.reports.patrol.sheets.phone import MAP_WIDTH_MM, write_phone_page
from qxgeo.reports.patrol.sheets.register import list_duties
from qxgeo.reports.patrol.sheets.small_map import Surveyor
from qxgeo.reports.patrol.wording import WEEKDAYS, WORDS, say, say_day
from qxgeo.resources import font_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from qxgeo.patrol.model import Patrol
    from qxgeo.reports.patrol.sheets.duty import PersonDuty
    from qxgeo.reports.patrol.sheets.small_map import SmallMap

logger = logging.getLogger(__name__)

ALL_SHEETS = "patrol_sheets.pdf"
FOLDER = "patrol_sheets"
_TOTAL = "{nb}"  # the library puts the number of pages here


def write_person_sheets(
    patrol: Patrol,
    folder: Path,
    *,
    lang: str,
    progress: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write a PDF, a phone page and a calendar for every present person, and one PDF of all sheets.

    Parameters
    ----------
    patrol
        The whole plan.
    folder
        Where to; it exists. The people's files come into its ``patrol_sheets``, named by person.
    lang
        ``zh`` or ``en``.
    progress
        Is told each file's name before it is written.

    Returns
    -------
    paths
        ``patrol_sheets.pdf`` with a bookmark per township and person, then each person's files.

    Raises
    ------
    OutputError
        If the font is missing.
    """
    duties = list_duties(patrol, lang=lang)
    surveyor = Surveyor(patrol)
    paths: list[Path] = []

    def begin(name: str) -> Path:
        if progress is not None:
            progress(name)
        logger.info("writing %s", name)
        paths.append(Path(folder) / name)
        return paths[-1]

    whole = begin(ALL_SHEETS)
    (Path(folder) / FOLDER).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="qxgeo-font-") as scratch:
        press = _open_press(Path(scratch) / "sheet.ttf", duties, surveyor, patrol.district.as_of)
        title = say("title", lang)
        together = press(f"{patrol.district.name.in_language(lang)} {title}")
        townships: set[str] = set()
        for duty, name in zip(duties, name_files(duties), strict=True):
            draw_map = cache(partial(_draw_wide, surveyor, duty))
            single = press(f"{title} {duty.name} {duty.person_id}")
            write_sheet(single, duty, draw_map, page_total=_TOTAL)
            single.output(begin(f"{FOLDER}/{name}.pdf"))
            sketch = surveyor.draw(duty, width_mm=MAP_WIDTH_MM, most_height_mm=MAP_WIDTH_MM)
            write_phone_page(duty, sketch, begin(f"{FOLDER}/{name}.html"))
            calendar = person_calendar(patrol, duty.person_id, lang=lang)
            begin(f"{FOLDER}/{name}.ics").write_bytes(calendar)
            bookmarks = [] if duty.township_id in townships else [(duty.township, 0)]
            bookmarks.append((f"{duty.name} {duty.person_id}", 1))
            pages = str(single.pages_count)
            write_sheet(together, duty, draw_map, page_total=pages, bookmarks=bookmarks)
            townships.add(duty.township_id)
        if not duties:
            together.begin_page()
            together.write_paragraph(say("nobody_listed", lang))
        together.output(whole)
    return paths


def _draw_wide(surveyor: Surveyor, duty: PersonDuty, most_height_mm: float) -> SmallMap | None:
    """Draw a person's map as wide as the text."""
    return surveyor.draw(duty, width_mm=WIDTH_MM, most_height_mm=most_height_mm)


def _open_press(
    font: Path, duties: tuple[PersonDuty, ...], surveyor: Surveyor, day: date
) -> Callable[[str], Paper]:
    """Cut the font for all sheets and give what starts a document of a title."""
    words = [text for pair in (*WORDS.values(), *WEEKDAYS) for text in pair]
    words.append(say_day(day, "zh", with_year=True))
    texts = [text for duty in duties for text in duty.texts()]
    letters = cut_font(font_file(), font, [*words, *texts, *surveyor.road_names()])
    return lambda title: Paper(font, letters, day=day, title=title)


def name_files(duties: Iterable[PersonDuty]) -> list[str]:
    """Name each person's files so that Windows, a link and a zip archive can hold them.

    Parameters
    ----------
    duties
        Of distinct people.

    Returns
    -------
    names
        Without suffix, distinct also where case is ignored; the person's id where it is safe.
    """
    return name_safely((duty.person_id for duty in duties), otherwise="person")
