"""The ground around features, drawn: for maps and areas only, never for a verdict."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy.discs import disc_boxes
from qxgeo.geodesy.plane import local_plane, move_coordinates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

# A plane of its own for every tenth of a degree of longitude: at 16 km from its middle (5 km of it
# the radius) lengths are too long by 3.2e-6. Chords of arcs lie inside by 6e-6 of the radius at
# most. Together the drawn edge is within 1e-5 of the radius, or within a millimetre of it.
_PLANE_WIDTH_DEG = 0.1
_CHORD_SHARE = 6e-6
_CHORD_M = 6e-4
_LONGEST_EDGE_DEG = 0.001  # an edge straight in degrees bends by 0.4 mm in the plane


def draw_strips(features: NDArray[np.object_], *, radius_m: float) -> shapely.Geometry:
    """Draw the ground within a distance of any of some features.

    Parameters
    ----------
    features
        Points, lines, polygons and their multi-part kinds, EPSG:4326, shape (n,), not empty.
    radius_m
        Ground metres, zero or more.

    Returns
    -------
    ground
        EPSG:4326, the features' own areas included; empty where there is none. Its edge lies within
        1 cm per kilometre of the stated distance, or within a millimetre where that is more. The
        disc around a point has the area of the circle.
    """
    array = np.asarray(features, dtype=object)
    areas = array[shapely.get_dimensions(array) == 2]  # noqa: PLR2004 - polygons
    if len(array) == 0 or radius_m <= 0:
        return shapely.disjoint_subset_union_all(areas)
    pieces, column, insides = _cut_into_columns(array)
    grown = [_grow(pieces[column == one], radius_m) for one in np.unique(column)]
    return shapely.disjoint_subset_union_all(np.array([*grown, *insides], dtype=object))


def reaching(
    features: NDArray[np.object_], ground: shapely.Geometry, *, radius_m: float
) -> NDArray[np.bool_]:
    """Say which features may come within a distance of some ground.

    Parameters
    ----------
    features
        EPSG:4326, shape (n,).
    ground
        Any geometry, EPSG:4326, not empty.
    radius_m
        Ground metres.

    Returns
    -------
    reaches
        By boxes and a little generous, so that none is missed, shape (n,).
    """
    west, south, east, north = shapely.bounds(ground)
    corners = np.array([(west, south), (west, north), (east, south), (east, north)])
    low_lon, low_lat, high_lon, high_lat = shapely.total_bounds(disc_boxes(corners, radius_m))
    left, bottom, right, top = shapely.bounds(features).T
    return np.asarray(
        (right >= low_lon) & (left <= high_lon) & (top >= low_lat) & (bottom <= high_lat)
    )


def _cut_into_columns(array: Shapes) -> tuple[Shapes, NDArray[np.int64], Shapes]:
    """Give pieces no wider than a plane, the column of longitude of each, and what they bound.

    Of a polygon wider than a plane the outline is cut, and the polygon itself is its inside.
    """
    west, _, east, _ = shapely.bounds(array).T
    is_wide = east - west > _PLANE_WIDTH_DEG
    pieces = [array[~is_wide]]
    outlines = array[is_wide].copy()
    is_area = shapely.get_dimensions(outlines) == 2  # noqa: PLR2004 - polygons
    insides = outlines[is_area]
    outlines[is_area] = shapely.boundary(insides)
    if len(outlines):
        first, last = np.floor(np.array([west.min(), east.max()]) / _PLANE_WIDTH_DEG)
        for left, right in pairwise(np.arange(first, last + 2) * _PLANE_WIDTH_DEG):
            cut = shapely.intersection(outlines, shapely.box(left, -90, right, 90))
            pieces.append(cut[~shapely.is_empty(cut)])
    found = np.concatenate(pieces)
    left, _, right, _ = shapely.bounds(found).T
    return found, np.floor((left + right) / 2 / _PLANE_WIDTH_DEG).astype(np.int64), insides


def _grow(pieces: Shapes, radius_m: float) -> shapely.Geometry:
    """Draw around pieces that one plane can hold."""
    plane = local_plane(pieces)
    flat = move_coordinates(shapely.segmentize(pieces, _LONGEST_EDGE_DEG), plane)
    allowed = max(_CHORD_SHARE, _CHORD_M / radius_m)
    segments = max(int(np.ceil(np.pi / np.sqrt(32 * allowed))), 8)  # 1 - cos(pi / 4q) of the radius
    step = np.pi / 2 / segments
    is_point = shapely.get_dimensions(flat) == 0
    drawn_m = np.where(is_point, radius_m * np.sqrt(step / np.sin(step)), radius_m)
    grown = shapely.buffer(flat, drawn_m, quad_segs=segments)
    united = np.array([shapely.disjoint_subset_union_all(grown)])  # few of many thousand overlap
    drawn: shapely.Geometry = move_coordinates(united, plane, back=True)[0]
    return drawn
