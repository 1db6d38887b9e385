"""How steep the ground is, in ground metres whatever the grid, and where that is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Fault, InputError, Text
from qxgeo.geodesy.ellipsoid import curvature_radii
from qxgeo.raster.elevation import outline_pixels
from qxgeo.raster.lattice import fill_between, pick_nodes

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    from qxgeo.raster.elevation import Elevation

    Floats = NDArray[np.float64]

_STEEPEST_DEG = 90.0


def measure_slope(elevation: Elevation) -> NDArray[np.float64]:
    """Measure the slope of the ground at each pixel.

    Parameters
    ----------
    elevation
        Heights on a grid of any reference system, turned or not.

    Returns
    -------
    slope_deg
        Degrees from level, the shape of the heights; NaN where a height among the nine is unknown
        and along the edge of the grid. A plane has its exact slope everywhere.

    Notes
    -----
    Source: Horn (1981), Hill shading and the reflectance map, Proceedings of the IEEE 69(1): the
    difference across the pixel, the middle row or column counted twice. Here per pixel, and turned
    into a gradient in ground metres by the way that one pixel leads east and north.
    """
    along_column, along_row = _differences(elevation.heights_m)
    east_column, north_column, east_row, north_row = _steps_m(elevation)
    turn = east_column * north_row - north_column * east_row
    east = (north_row * along_column - north_column * along_row) / turn
    north = (east_column * along_row - east_row * along_column) / turn
    return np.asarray(np.degrees(np.arctan(np.hypot(east, north))))


def outline_slopes(
    elevation: Elevation, *, most_deg: float
) -> tuple[shapely.MultiPolygon, shapely.MultiPolygon]:
    """Draw around the pixels whose slope is unknown, and those that are no steeper than a limit.

    Parameters
    ----------
    elevation
        Heights on a grid.
    most_deg
        Degrees from level; this slope still counts.

    Returns
    -------
    unknown, gentle
        EPSG:4326, along the edges of the pixels.

    Raises
    ------
    InputError
        If the limit is no slope.
    """
    if not 0 <= most_deg < _STEEPEST_DEG:
        raise InputError(
            Fault(
                problem=Text(f"坡度限值不对：{most_deg}", f"not a limit of slope: {most_deg}"),
                mend=Text("请给 0 到 90 之间的度数", "give degrees, from 0 to below 90"),
            )
        )
    slope_deg = measure_slope(elevation)
    is_unknown = np.isnan(slope_deg)
    with np.errstate(invalid="ignore"):
        is_gentle = slope_deg <= most_deg
    return outline_pixels(is_unknown, elevation), outline_pixels(is_gentle, elevation)


def _differences(heights: Floats) -> tuple[Floats, Floats]:
    """Difference the heights per pixel along columns (to the right) and rows (downwards)."""
    padded = np.pad(heights, 1, constant_values=np.nan)
    above, level, below = padded[:-2], padded[1:-1], padded[2:]
    smooth_rows = above + 2 * level + below
    smooth_columns = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    right = (smooth_rows[:, 2:] - smooth_rows[:, :-2]) / 8
    down = (smooth_columns[2:] - smooth_columns[:-2]) / 8
    is_unknown = np.isnan(heights)  # the height in the middle takes no part in its own slope
    return np.where(is_unknown, np.nan, right), np.where(is_unknown, np.nan, down)


def _steps_m(elevation: Elevation) -> tuple[Floats, Floats, Floats, Floats]:
    """Give how far east and north one column and one row lead at each pixel, ground metres."""
    shape = elevation.heights_m.shape
    rows, columns = pick_nodes(shape[0]), pick_nodes(shape[1])
    row, column = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
    _, lat = elevation.find_positions(row, column)
    meridian, normal = curvature_radii(lat)
    east_m = np.radians(normal * np.cos(np.radians(lat)))
    north_m = np.radians(meridian)
    steps = []
    for down, right in ((0.0, 0.5), (0.5, 0.0)):
        lon0, lat0 = elevation.find_positions(row - down, column - right)
        lon1, lat1 = elevation.find_positions(row + down, column + right)
        steps += [(lon1 - lon0) * east_m, (lat1 - lat0) * north_m]
    nodes = (len(rows), len(columns))
    filled = [
        fill_between(step.reshape(nodes), rows, columns, (shape[0], shape[1])) for step in steps
    ]
    return filled[0], filled[1], filled[2], filled[3]
