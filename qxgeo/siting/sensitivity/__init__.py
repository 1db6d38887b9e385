"""How sure are we: every number, position and reading changed, one at a time, and what it does."""

from __future__ import annotations

from qxgeo.siting.sensitivity.model import NotTried, Scenario, Sensitivity
from qxgeo.siting.sensitivity.study import how_sure

__all__ = ["NotTried", "Scenario", "Sensitivity", "how_sure"]
