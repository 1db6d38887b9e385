"""Findings as files: workbook, GeoPackage, GeoParquet, run record, all replaced at once."""

from __future__ import annotations

from qxgeo.reports.atomic import (
    MEASURE_RECORD,
    PATROL_RECORD,
    SITING_RECORD,
    TODAY_RECORD,
    VERDICTS_RECORD,
    WATERING_AUDIT_RECORD,
    WATERING_RECORD,
    replace_outputs,
)
from qxgeo.reports.geopackage import write_geopackage
from qxgeo.reports.geoparquet import write_parquet
from qxgeo.reports.run_record import run_record, write_run_record
from qxgeo.reports.scaled import write_contents, write_township_lists
from qxgeo.reports.workbook import write_workbook
from qxgeo.reports.writing import write_reports

__all__ = [
    "MEASURE_RECORD",
    "PATROL_RECORD",
    "SITING_RECORD",
    "TODAY_RECORD",
    "VERDICTS_RECORD",
    "WATERING_AUDIT_RECORD",
    "WATERING_RECORD",
    "replace_outputs",
    "run_record",
    "write_contents",
    "write_geopackage",
    "write_parquet",
    "write_reports",
    "write_run_record",
    "write_township_lists",
    "write_workbook",
]
