"""Files and services become checked tables in WGS 84."""

from __future__ import annotations

from qxgeo.readers.layer import read_table
from qxgeo.readers.result import ReadResult
from qxgeo.readers.station_names import interpret_station_names

__all__ = ["ReadResult", "interpret_station_names", "read_table"]
