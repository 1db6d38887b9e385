"""All reports on a list of applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.reports.atomic import VERDICTS_RECORD
from qxgeo.reports.each_file import write_each
from qxgeo.reports.siting.geopackage import write_verdicts_geopackage
from qxgeo.reports.siting.record import write_verdicts_record
from qxgeo.reports.siting.workbook import write_verdicts_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.siting.applications import Verdicts


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
    writers: dict[str, Callable[[Path], object]] = {
        "verdicts.xlsx": lambda path: write_verdicts_workbook(verdicts, path, lang=lang),
        "verdicts.gpkg": lambda path: write_verdicts_geopackage(verdicts, path, lang=lang),
        VERDICTS_RECORD: lambda path: write_verdicts_record(verdicts, path),
    }
    return write_each(folder, writers, progress=progress)
