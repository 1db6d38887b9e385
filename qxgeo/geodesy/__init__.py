"""Where metres meet degrees: ground distance, discs, line-in-disc intervals, lengths, areas.

Everything outside this room speaks longitude and latitude in degrees (EPSG:4326) and ground metres
on the WGS 84 ellipsoid. A segment between two vertices is straight in longitude and latitude, as
GeoJSON (RFC 7946, 3.1.1) defines it and as every map draws it.
"""

from __future__ import annotations

from qxgeo.geodesy.approach import SAME_DISTANCE_M
from qxgeo.geodesy.areas import area_m2
from qxgeo.geodesy.discs import disc_boxes, draw_discs, reach_of_discs, stretches_in_discs
from qxgeo.geodesy.ellipsoid import bearing_deg, ground_distance_m
from qxgeo.geodesy.gathered import Gathered
from qxgeo.geodesy.holders import UNSURE, first_holders, first_holders_of_boxes
from qxgeo.geodesy.intervals import Intervals
from qxgeo.geodesy.lines import Lines
from qxgeo.geodesy.nearest import (
    NearestPlaces,
    edge_distances_m,
    nearest_feature,
    nearest_places,
    nearest_station,
    pair_distances_m,
)
from qxgeo.geodesy.partition import partition_lines, partition_polygons
from qxgeo.geodesy.plane import local_plane, move_coordinates
from qxgeo.geodesy.territories import Territories

__all__ = [
    "SAME_DISTANCE_M",
    "UNSURE",
    "Gathered",
    "Intervals",
    "Lines",
    "NearestPlaces",
    "Territories",
    "area_m2",
    "bearing_deg",
    "disc_boxes",
    "draw_discs",
    "edge_distances_m",
    "first_holders",
    "first_holders_of_boxes",
    "ground_distance_m",
    "local_plane",
    "move_coordinates",
    "nearest_feature",
    "nearest_places",
    "nearest_station",
    "pair_distances_m",
    "partition_lines",
    "partition_polygons",
    "reach_of_discs",
    "stretches_in_discs",
]
