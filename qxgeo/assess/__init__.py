"""The main job: a district and its plan become findings, gaps, assumptions and totals."""

from __future__ import annotations

from qxgeo.assess.model import Assessment, Assumption, Gap
from qxgeo.assess.run import assess

__all__ = ["Assessment", "Assumption", "Gap", "assess"]
