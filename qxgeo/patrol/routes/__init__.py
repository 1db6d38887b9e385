"""How people go from point to point along the roads."""

from __future__ import annotations

from qxgeo.patrol.routes.plan import plan_routes

__all__ = ["plan_routes"]
