"""A conformal plane around geometries: for finding neighbours and for drawing, never to measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    from numpy.typing import NDArray


def local_plane(geometries: NDArray[np.object_]) -> Transformer:
    """Give a conformal plane around geometries, for finding neighbours and for drawing.

    Parameters
    ----------
    geometries
        EPSG:4326, at least one of them not empty.

    Returns
    -------
    plane
        Transverse Mercator on WGS 84 about the middle of their extent, longitude first.
    """
    west, south, east, north = shapely.total_bounds(geometries)
    return Transformer.from_crs(
        "EPSG:4326",
        f"+proj=tmerc +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +ellps=WGS84",
        always_xy=True,
    )


def move_coordinates(
    geometries: NDArray[np.object_], plane: Transformer, *, back: bool = False
) -> NDArray[np.object_]:
    """Move geometries into a plane, or back from it.

    Parameters
    ----------
    geometries
        EPSG:4326, or in the plane with `back`, shape (n,).
    plane
        As `local_plane` gives it.
    back
        Whether they come from the plane.

    Returns
    -------
    moved
        New geometries, shape (n,).
    """
    x, y = shapely.get_coordinates(geometries).T
    moved = plane.transform(x, y, direction="INVERSE" if back else "FORWARD")
    return np.asarray(shapely.set_coordinates(geometries.copy(), np.stack(moved, axis=1)))
