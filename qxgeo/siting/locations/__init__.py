"""Where sites stand best: p-median, p-centre, maximal covering, exact, with a proved bound.

`best_locations` answers for tables of places, `compare_counts` says what one more site brings. The
solvers work on any table of distances.
"""

from __future__ import annotations

from qxgeo.siting.locations.best import BestLocations, best_locations
from qxgeo.siting.locations.centre import solve_p_centre
from qxgeo.siting.locations.counts import CountComparison, compare_counts
from qxgeo.siting.locations.coverage import solve_maximal_covering
from qxgeo.siting.locations.distances import (
    DistanceTable,
    measure_road_distances,
    measure_straight_distances,
)
from qxgeo.siting.locations.median import solve_p_median
from qxgeo.siting.locations.model import PROVED_GAP, UNTIL_PROVED, Choice, Effort

__all__ = [
    "PROVED_GAP",
    "UNTIL_PROVED",
    "BestLocations",
    "Choice",
    "CountComparison",
    "DistanceTable",
    "Effort",
    "best_locations",
    "compare_counts",
    "measure_road_distances",
    "measure_straight_distances",
    "solve_maximal_covering",
    "solve_p_centre",
    "solve_p_median",
]
