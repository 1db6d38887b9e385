"""All reports of one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.reports.atomic import RECORD
from qxgeo.reports.each_file import write_each
from qxgeo.reports.geopackage import write_geopackage
from qxgeo.reports.geoparquet import write_parquet
from qxgeo.reports.run_record import write_run_record
from qxgeo.reports.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.assess import Assessment


def write_reports(
    assessment: Assessment,
    folder: str | Path,
    *,
    lang: str,
    progress: Callable[[str], object] | None = None,
) -> list[Path]:
    """Write lists.xlsx, findings.gpkg, findings.parquet and run.json.

    Parameters
    ----------
    assessment
        The whole run.
    folder
        Where to, usually what `replace_outputs` gives; it exists.
    lang
        ``zh`` or ``en``, of headings and labels.
    progress
        Is told each file's name before it is written.

    Returns
    -------
    paths
        The files in the order of their writing; run.json is the last.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    writers: dict[str, Callable[[Path], object]] = {
        "lists.xlsx": lambda path: write_workbook(assessment, path, lang=lang),
        "findings.gpkg": lambda path: write_geopackage(assessment, path, lang=lang),
        "findings.parquet": lambda path: write_parquet(assessment, path),
        RECORD: lambda path: write_run_record(assessment, path),
    }
    return write_each(folder, writers, progress=progress)
