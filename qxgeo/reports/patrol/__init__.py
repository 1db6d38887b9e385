"""The burning patrol as files: workbook, calendar, GeoPackage, record, a sheet for each person."""

from __future__ import annotations
