"""How risky every cell is, and why."""

from __future__ import annotations

from qxgeo.patrol.risk.score import score_cells

__all__ = ["score_cells"]
