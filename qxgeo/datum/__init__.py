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
from qxgeo.datum.place import check_place
from qxgeo.datum.smell import Shift, smell_shift

__all__ = [
    "CHINA_BOX",
    "NAMED_DATUMS",
    "Shift",
    "bd09_to_wgs84",
    "check_place",
    "gcj02_to_wgs84",
    "normalise_datum",
    "reconcile_datum",
    "smell_shift",
    "to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]
