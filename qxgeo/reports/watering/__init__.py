"""The watering plan as files: workbook, record, tracks for navigation, a sheet for each cart."""

from __future__ import annotations
