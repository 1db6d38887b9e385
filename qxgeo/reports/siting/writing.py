"""All reports on a list of applications."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.atomic import VERDICTS_RECORD
from qxgeo.reports.siting.geopackage import write_verdicts_geopackage
from qxgeo.reports.siting.record import write_verdicts_record
from qxgeo.reports.siting.workbook import write_verdicts_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.siting.applications import Verdicts

logger = logging.getLogger(__name__)


def write_verdict_reports(
    verdicts: Verdicts,
    folder: str | Path,
    *,
    lang: str,
    progress: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write verdicts.xlsx, verdicts.gpkg and verdicts.json.

    Parameters
    ----------
    verdicts
        What was said of the list.
    folder
        Where to, usually what `replace_outputs` gives; it exists.
    lang
        ``zh`` or ``en``, of headings and labels.
    progress
        Is told each file's name before it is written.

    Returns
    -------
    paths
        The files in the order of their writing; verdicts.json is the last.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    place = Path(folder)
    writers: dict[str, Callable[[Path], None]] = {
        "verdicts.xlsx": lambda path: write_verdicts_workbook(verdicts, path, lang=lang),
        "verdicts.gpkg": lambda path: write_verdicts_geopackage(verdicts, path, lang=lang),
        VERDICTS_RECORD: lambda path: write_verdicts_record(verdicts, path),
    }
    for name, write in writers.items():
        if progress is not None:
            progress(name)
        logger.info("writing %s", name)
        write(place / name)
    return [place / name for name in writers]
