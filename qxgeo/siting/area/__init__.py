"""Where may it open: eligible ground by verdict, by rule, by cell, and how two answers differ."""

from __future__ import annotations

from qxgeo.siting.area.build import eligible_area
from qxgeo.siting.area.cells import AreaShares, eligible_share, write_shares
from qxgeo.siting.area.difference import difference_area
from qxgeo.siting.area.model import AreaGap, EligibleArea, Trial

__all__ = [
    "AreaGap",
    "AreaShares",
    "EligibleArea",
    "Trial",
    "difference_area",
    "eligible_area",
    "eligible_share",
    "write_shares",
]
