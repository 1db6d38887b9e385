"""Arc routing: who serves which stretch in which direction, refilling on the way."""

from __future__ import annotations

from qxgeo.watering.routing.model import (
    UNLIMITED,
    ArcProblem,
    ArcSolution,
    Bound,
    CartKind,
    Route,
    Step,
)

__all__ = [
    "UNLIMITED",
    "ArcProblem",
    "ArcSolution",
    "Bound",
    "CartKind",
    "Route",
    "Step",
]
