"""Which way a cart heads, and how it turns from one stretch into the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.geodesy import bearing_deg, ground_distance_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STRAIGHT_DEG = 40.0  # a driver who steers less goes straight on
_BACK_DEG = 150.0
_LOOK_M = 12.0  # a heading over a shorter way is that of the drawing, not of the road
TURNS = {
    "straight": Text("直行", "straight on"),
    "left": Text("左转", "turn left"),
    "right": Text("右转", "turn right"),
    "back": Text("掉头", "turn back"),
}
_WINDS = (
    *(Text("北", "north"), Text("东北", "north-east"), Text("东", "east")),
    *(Text("东南", "south-east"), Text("南", "south"), Text("西南", "south-west")),
    *(Text("西", "west"), Text("西北", "north-west")),
)


def leaving_deg(corners: Floats) -> float:
    """Give the heading at the start of a line.

    Parameters
    ----------
    corners
        Lon and lat, shape (n, 2), n at least 2.

    Returns
    -------
    heading
        Degrees clockwise from north, over some metres of the way.
    """
    lon, lat = corners.T
    apart = ground_distance_m(np.full(len(lon) - 1, lon[0]), np.full(len(lat) - 1, lat[0]),
                              lon[1:], lat[1:])  # fmt: skip
    far = np.flatnonzero(apart >= _LOOK_M)
    other = int(far[0]) + 1 if len(far) else int(np.argmax(apart)) + 1
    return float(bearing_deg(lon[:1], lat[:1], lon[other : other + 1], lat[other : other + 1])[0])


def arriving_deg(corners: Floats) -> float:
    """Give the heading at the end of a line.

    Parameters
    ----------
    corners
        As for `leaving_deg`.

    Returns
    -------
    heading
        Degrees clockwise from north.
    """
    return (leaving_deg(corners[::-1]) + 180.0) % 360.0


def turn_deg(before: Floats, after: Floats) -> float:
    """Give the turn from one line into another.

    Parameters
    ----------
    before, after
        Corners in the direction of travel.

    Returns
    -------
    turn
        Degrees, right above zero, from -180 to 180.
    """
    return (leaving_deg(after) - arriving_deg(before) + 180.0) % 360.0 - 180.0


def name_turn(degrees: float) -> str:
    """Say what a driver does.

    Parameters
    ----------
    degrees
        From `turn_deg`.

    Returns
    -------
    turn
        A key of `TURNS`.
    """
    if abs(degrees) <= STRAIGHT_DEG:
        return "straight"
    if abs(degrees) >= _BACK_DEG:
        return "back"
    return "right" if degrees > 0 else "left"


def name_wind(heading_deg: float) -> Text:
    """Give the point of the compass that a heading is nearest to.

    Parameters
    ----------
    heading_deg
        Degrees clockwise from north.

    Returns
    -------
    wind
        One of eight.
    """
    return _WINDS[round(heading_deg / 45.0) % 8]
