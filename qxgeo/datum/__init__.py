"""GCJ-02, BD-09, CGCS2000 and Gauss-Kruger to WGS 84, and tests that smell a wrong datum.

A datum is declared by a person, never guessed from the numbers; the numbers may only contradict.
"""

from __future__ import annotations

from qxgeo.datum.conversion import NAMED_DATUMS, normalise_datum, reconcile_datum, to_wgs84
from qxgeo.datum.offsets import (
    CHINA_BOX,
    bd09_to_wgs84,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

__all__ = [
    "CHINA_BOX",
    "NAMED_DATUMS",
    "bd09_to_wgs84",
    "gcj02_to_wgs84",
    "normalise_datum",
    "reconcile_datum",
    "to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]
