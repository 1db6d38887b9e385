"""Which candidate is better: criteria, weights with their source, and how firm the order is."""

from __future__ import annotations

from qxgeo.siting.ranking.criteria import (
    collect_criteria,
    collect_margins,
    measure_demand_distance,
    measure_land_cover,
    measure_road_access,
)
from qxgeo.siting.ranking.model import Flip, Ranking, Weight, weigh_equally
from qxgeo.siting.ranking.rank import rank_candidates
from qxgeo.siting.ranking.slope import measure_slope

__all__ = [
    "Flip",
    "Ranking",
    "Weight",
    "collect_criteria",
    "collect_margins",
    "measure_demand_distance",
    "measure_land_cover",
    "measure_road_access",
    "measure_slope",
    "rank_candidates",
    "weigh_equally",
]
