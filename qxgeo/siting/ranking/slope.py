"""How steep the ground is around a place, from heights on a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.geodesy import bearing_deg, ground_distance_m
from qxgeo.siting.locations.distances import CANDIDATES, take_points

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.raster.elevation import Elevation

    Floats = NDArray[np.float64]

_PER_CENT = 100.0


def measure_slope(
    candidates: gpd.GeoDataFrame, elevation: Elevation, *, radius_m: float
) -> pd.DataFrame:
    """Measure the mean slope of the ground around each candidate.

    Parameters
    ----------
    candidates
        Schema ``SITES``, EPSG:4326. Of a line or polygon a point on it is taken.
    elevation
        Heights around them.
    radius_m
        Ground metres around the point; where no pixel's middle lies within, the pixel of the point.

    Returns
    -------
    slopes
        ``site_id``, ``slope_pct`` (mean of the pixels that are known, rise in a hundred; NaN where
        none is) and ``slope_unknown_share`` (of the pixels within the radius).

    Raises
    ------
    SchemaError
        If the candidates break their contract.
    """
    lonlat = take_points(candidates, CANDIDATES)
    found = [_slope_at(elevation, lon, lat, radius_m) for lon, lat in lonlat.tolist()]
    return pd.DataFrame(
        {
            "site_id": candidates["site_id"].astype(str).to_numpy(),
            "slope_pct": [slope for slope, _ in found],
            "slope_unknown_share": [share for _, share in found],
        }
    )


def _slope_at(elevation: Elevation, lon: float, lat: float, radius_m: float) -> tuple[float, float]:
    """Give the mean slope in per cent around a point, and the share of pixels without one."""
    middle_row, middle_column = (
        float(one[0]) for one in elevation.find_pixels(np.array([lon]), np.array([lat]))
    )
    if not np.isfinite([middle_row, middle_column]).all():
        return np.nan, 1.0
    row, column = round(middle_row), round(middle_column)
    across, down = _steps_m(elevation, row, column)
    shortest = float(np.sqrt(abs(np.linalg.det(np.stack((across, down))))))
    reach = int(np.ceil(2 * radius_m / shortest)) + 1
    heights = _cut(elevation.heights_m, row - reach - 1, column - reach - 1, 2 * reach + 3)
    per_column = (heights[1:-1, 2:] - heights[1:-1, :-2]) / 2
    per_row = (heights[2:, 1:-1] - heights[:-2, 1:-1]) / 2
    # Rise per pixel is the step's length times the rise along it: two lines for two unknowns.
    east, north = np.linalg.inv(np.stack((across, down))) @ np.stack(
        (per_column.ravel(), per_row.ravel())
    )
    rise = np.hypot(east, north)
    offset = np.arange(-reach, reach + 1)
    rows, columns = np.meshgrid(row + offset, column + offset, indexing="ij")
    away = ground_distance_m(*elevation.find_positions(rows.ravel(), columns.ravel()), lon, lat)
    is_near = away <= radius_m
    if not is_near.any():
        is_near = (rows.ravel() == row) & (columns.ravel() == column)
    near = rise[is_near]
    is_known = np.isfinite(near)
    mean = float(near[is_known].mean()) * _PER_CENT if is_known.any() else np.nan
    return mean, float(1 - is_known.mean())


def _steps_m(elevation: Elevation, row: int, column: int) -> tuple[Floats, Floats]:
    """Give one pixel to the right and one down as metres east and north."""
    lon, lat = elevation.find_positions(
        np.array([row, row, row + 1]), np.array([column, column + 1, column])
    )
    length = ground_distance_m(lon[[0, 0]], lat[[0, 0]], lon[1:], lat[1:])
    bearing = np.radians(bearing_deg(lon[[0, 0]], lat[[0, 0]], lon[1:], lat[1:]))
    steps = np.stack((length * np.sin(bearing), length * np.cos(bearing)), axis=1)
    return steps[0], steps[1]


def _cut(heights: Floats, row: int, column: int, size: int) -> Floats:
    """Cut a square out of a grid, NaN beyond its edges."""
    square = np.full((size, size), np.nan)
    rows, columns = heights.shape
    top, left = max(0, row), max(0, column)
    bottom, right = min(rows, row + size), min(columns, column + size)
    if top < bottom and left < right:
        part = heights[top:bottom, left:right]
        square[top - row : bottom - row, left - column : right - column] = part
    return square
