"""Arc routing: who serves which stretch in which direction, refilling on the way."""

from __future__ import annotations

from qxgeo.watering.routing.bounds import lower_bound
from qxgeo.watering.routing.cases import cost_route
from qxgeo.watering.routing.checking import check_routes
from qxgeo.watering.routing.model import (
    UNLIMITED,
    ArcProblem,
    ArcSolution,
    Bound,
    CartKind,
    Route,
    Step,
)
from qxgeo.watering.routing.scanning import scan_paths
from qxgeo.watering.routing.search import solve

__all__ = [
    "UNLIMITED",
    "ArcProblem",
    "ArcSolution",
    "Bound",
    "CartKind",
    "Route",
    "Step",
    "check_routes",
    "cost_route",
    "lower_bound",
    "scan_paths",
    "solve",
]
