"""Distances by brute force, sharing nothing with the package but the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from pyproj import Geod

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Closest = Callable[[shapely.Geometry, Sequence[shapely.Geometry]], tuple[float, int]]

KARNEY = Geod(ellps="WGS84")
DEGREE_M = 111_320.0


def _edges(shape: shapely.Geometry) -> np.ndarray:
    """List the straight pieces of an outline as lon, lat, lon, lat; a point is one of no length."""
    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(shape)
        for ring in (shapely.get_rings(part) if part.geom_type == "Polygon" else [part])
    ]
    pieces = [np.hstack((r[:-1], r[1:])) if len(r) > 1 else np.hstack((r, r)) for r in rings]
    return np.concatenate(pieces)


def _crude_m(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Distance to a few per mille, for leaving out what is far."""
    east, north = np.moveaxis(second - first, -1, 0)
    return DEGREE_M * np.hypot(east * np.cos(np.radians(first[..., 1])), north)


def _feet_m(corners: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance from corners to edges: of the pairs that may be the closest, which and how far."""
    away_m = _crude_m(corners[:, None], edges[None, :, :2])
    length_m = _crude_m(edges[:, :2], edges[:, 2:])
    corner, edge = np.nonzero(0.98 * away_m - 1.01 * length_m <= 1.02 * away_m.min())
    low, high = np.zeros(len(edge)), np.ones(len(edge))
    least_m = np.empty(len(edge))
    for _ in range(6):  # each round looks ten times closer: a kilometre ends below a millimetre
        share = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, 21)
        start, step = edges[edge, None, :2], edges[edge, None, 2:] - edges[edge, None, :2]
        lon, lat = np.moveaxis(start + share[:, :, None] * step, -1, 0)
        x, y = (np.broadcast_to(c[:, None], lon.shape) for c in corners[corner].T)
        far_m = np.asarray(KARNEY.inv(x, y, lon, lat)[2])
        row, at = np.arange(len(edge)), far_m.argmin(axis=1)
        least_m = far_m[row, at]
        low, high = share[row, np.maximum(at - 1, 0)], share[row, np.minimum(at + 1, 20)]
    return corner, edge, least_m


@pytest.fixture(scope="session")
def closest_m() -> Closest:
    """Give the function that measures from a place to the closest of references.

    Every corner of either side against every edge of the other, by Karney's inverse geodesics:
    ground metres and the first of the references that are as near; 0 where they touch.
    """

    def measure(
        place: shapely.Geometry, references: Sequence[shapely.Geometry]
    ) -> tuple[float, int]:
        met = np.flatnonzero(shapely.intersects(np.asarray(references, dtype=object), place))
        if len(met):
            return 0.0, int(met[0])
        edges = [_edges(one) for one in references]
        corners, corner_owner = shapely.get_coordinates(references, return_index=True)
        owner = np.repeat(np.arange(len(edges)), [len(one) for one in edges])
        _, edge, there_m = _feet_m(shapely.get_coordinates(place), np.concatenate(edges))
        corner, _, back_m = _feet_m(corners, _edges(place))
        away_m = np.concatenate((there_m, back_m))
        whose = np.concatenate((owner[edge], corner_owner[corner]))
        return float(away_m.min()), int(whose[away_m <= away_m.min() + 1e-6].min())

    return measure
