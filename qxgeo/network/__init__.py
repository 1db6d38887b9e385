"""The road network: ways between places for people who drive, ride or walk.

`build_network` makes it from the layer ``roads``; a `RoadNetwork` then answers three questions:
where a point meets a road (`RoadNetwork.snap`), how far it is from many places to many others
(`RoadNetwork.travel`), and which way leads there (`RoadNetwork.paths`).
"""

from __future__ import annotations

from qxgeo.network.build import END_SNAP_M, build_network
from qxgeo.network.modes import MODES, is_usable
from qxgeo.network.places import Places, Travel
from qxgeo.network.roads import RoadNetwork

__all__ = [
    "END_SNAP_M",
    "MODES",
    "Places",
    "RoadNetwork",
    "Travel",
    "build_network",
    "is_usable",
]
