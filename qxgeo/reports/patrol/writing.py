"""All reports of one patrol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.atomic import PATROL_RECORD
from qxgeo.reports.each_file import write_each
from qxgeo.reports.patrol.calendar import write_office_calendar
from qxgeo.reports.patrol.geopackage import write_patrol_geopackage
from qxgeo.reports.patrol.record import write_patrol_record
from qxgeo.reports.patrol.sheets import write_person_sheets
from qxgeo.reports.patrol.workbook import write_patrol_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.patrol.model import Patrol


def write_patrol_reports(
    patrol: Patrol,
    folder: str | Path,
    *,
    lang: str,
    is_public: bool = False,
    progress: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write workbook, calendar, GeoPackage, sheets and patrol.json.

    Parameters
    ----------
    patrol
        The whole plan.
    folder
        Where to, usually what `replace_outputs` gives; it exists.
    lang
        ``zh`` or ``en``, of headings and labels.
    is_public
        Leave out what names people: the workbook and the sheets are not written.
    progress
        Is told each file's name before it is written.

    Returns
    -------
    paths
        The files in the order of their writing; patrol.json is the last.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    tell = progress or (lambda _: None)
    written: list[Path] = []
    open_to_all: dict[str, Callable[[Path], object]] = {
        "patrol.ics": lambda path: write_office_calendar(
            patrol, path, is_public=is_public, lang=lang
        ),
        "patrol.gpkg": lambda path: write_patrol_geopackage(
            patrol, path, lang=lang, is_public=is_public
        ),
        PATROL_RECORD: lambda path: write_patrol_record(patrol, path),
    }
    of_the_office: dict[str, Callable[[Path], object]] = {
        "patrol.xlsx": lambda path: write_patrol_workbook(patrol, path, lang=lang),
    }
    if not is_public:
        tell("patrol_sheets.pdf")
        written += write_person_sheets(patrol, Path(folder), lang=lang, progress=tell)
    writers = open_to_all if is_public else of_the_office | open_to_all
    return [*written, *write_each(folder, writers, progress=progress)]
