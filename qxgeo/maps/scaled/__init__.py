"""Maps of a province: an overview, and pages of each township, under one index."""

from __future__ import annotations

from qxgeo.maps.scaled.townships import MOST_PARTS, TownshipFiles, write_township_maps
from qxgeo.maps.scaled.write import write_index

__all__ = ["MOST_PARTS", "TownshipFiles", "write_index", "write_township_maps"]
