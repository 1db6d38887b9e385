"""How the air is: indices by the standard of their day, means that are complete enough, warnings.

Tables of hours come from `qxgeo.readers.air_hours`. A value that is missing, stale or impossible is
never taken for clean air: what cannot be said is said to be unknown.
"""

from __future__ import annotations

from qxgeo.air.index import AirIndex, grade_of, hourly_index, individual_index
from qxgeo.air.means import daily_means, trailing_mean
from qxgeo.air.standard import AirStandard, Scale, load_standards, standard_on

__all__ = [
    "AirIndex",
    "AirStandard",
    "Scale",
    "daily_means",
    "grade_of",
    "hourly_index",
    "individual_index",
    "load_standards",
    "standard_on",
    "trailing_mean",
]
