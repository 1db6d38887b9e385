"""Web Mercator as the unit square: 0 to 1 from west to east and from north to south."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_MOST_LATITUDE = 85.0


def to_unit(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Project places (spherical Mercator, EPSG:3857).

    Parameters
    ----------
    degrees
        Longitude and latitude, shape (n, 2); latitudes beyond 85 degrees count as 85.

    Returns
    -------
    unit
        Across and down, shape (n, 2).
    """
    lat = np.radians(np.clip(degrees[:, 1], -_MOST_LATITUDE, _MOST_LATITUDE))
    across = degrees[:, 0] / 360 + 0.5
    down = 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)
    return np.column_stack([across, down])


def to_unit_boxes(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Project boxes ``west, south, east, north`` to ``left, top, right, bottom``, shape (n, 4)."""
    lower, upper = to_unit(bounds[:, :2]), to_unit(bounds[:, 2:])
    return np.column_stack([lower[:, 0], upper[:, 1], upper[:, 0], lower[:, 1]])


def to_degrees(unit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give longitude and latitude of places of the unit square, shape (n, 2)."""
    lat = np.degrees(np.arctan(np.sinh((0.5 - unit[:, 1]) * (2 * np.pi))))
    return np.column_stack([(unit[:, 0] - 0.5) * 360, lat])
