"""Who owns which cell: connected, balanced, and how fair it could be at best."""

from __future__ import annotations

from qxgeo.patrol.territories.assign import assign_territories

__all__ = ["assign_territories"]
