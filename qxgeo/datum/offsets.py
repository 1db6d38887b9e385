"""The two obfuscated Chinese datums, GCJ-02 and BD-09, to WGS 84 and back, exact to the float.

GCJ-02 moves every position inside a box around China by some hundred metres, by a sum of sines
that was never published officially. The coefficients used everywhere became known around 2010 and
are documented, with the Krasovsky ellipsoid they are scaled on, by the open project *eviltransform*
(https://github.com/googollee/eviltransform) and on the page "Restrictions on geographic data in
China" of Wikipedia. BD-09 is GCJ-02 turned and moved once more, in polar form around 0 N 0 E.

Neither has a closed inverse. The shift changes slowly (its slope stays under 4 %), so repeating
``source = target - shift(source)`` gains more than a digit a round and settles within ten rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]
    LonLat: TypeAlias = tuple[Floats, Floats]

# The box in which map services shift positions: west, south, east, north in degrees of WGS 84.
CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)

_KRASOVSKY_A_M = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_EDGE_DEG = 1e-9  # a solution on the edge of the box may miss it by its last bits
_ROUNDS = 30  # six to eleven are needed
_SETTLED_DEG = 1e-13  # 10 nanometres, a few units in the last place


def _waves(x: Floats, y: Floats) -> LonLat:
    """Sum the sines of GCJ-02 at (lon - 105, lat - 35): metres before scaling, east and north."""
    ripple = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east = east + (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north = north + (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    tail = 160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)
    return east, north + tail * 2.0 / 3.0


def _gcj02_shift(lon: Floats, lat: Floats) -> LonLat:
    """Shift of GCJ-02 in degrees at a WGS 84 position, whether inside the box or not."""
    east, north = _waves(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    w2 = 1.0 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    meridian = _KRASOVSKY_A_M * (1.0 - _KRASOVSKY_E2) / (w2 * np.sqrt(w2))
    parallel = _KRASOVSKY_A_M / np.sqrt(w2) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _bd09_shift(lon: Floats, lat: Floats) -> LonLat:
    """Shift from GCJ-02 to BD-09 in degrees at a GCJ-02 position."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat


def _bd09_total_shift(lon: Floats, lat: Floats) -> LonLat:
    """Shift from WGS 84 to BD-09 in degrees at a WGS 84 position."""
    east, north = _gcj02_shift(lon, lat)
    more_east, more_north = _bd09_shift(lon + east, lat + north)
    return east + more_east, north + more_north


def _in_china_box(lon: Floats, lat: Floats, *, slack: float = 0.0) -> NDArray[np.bool_]:
    """Tell which positions a map service would shift; `slack` widens the box, in degrees."""
    west, south, east, north = CHINA_BOX
    is_lon_in = (lon >= west - slack) & (lon <= east + slack)
    return np.asarray(is_lon_in & (lat >= south - slack) & (lat <= north + slack))


def _degrees(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Take anything array-like as two float arrays of one shape."""
    pair = np.broadcast_arrays(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
    return pair[0], pair[1]


def _largest(change: Floats) -> float:
    """Largest magnitude, zero where there is nothing."""
    return float(np.abs(change).max(initial=0.0))


def _forward(lon: ArrayLike, lat: ArrayLike, shift: Callable[[Floats, Floats], LonLat]) -> LonLat:
    """Add the shift inside the box, leave the rest (and what is not finite) alone."""
    x, y = _degrees(lon, lat)
    inside = _in_china_box(x, y)
    with np.errstate(invalid="ignore", divide="ignore"):
        east, north = shift(x, y)
    return np.where(inside, x + east, x), np.where(inside, y + north, y)


def _inverse(lon: ArrayLike, lat: ArrayLike, shift: Callable[[Floats, Floats], LonLat]) -> LonLat:
    """Solve for the position whose shifted twin is given; the box is asked at the solution."""
    x, y = _degrees(lon, lat)
    west, south, east, north = CHINA_BOX
    near = (x > west - 1) & (x < east + 1) & (y > south - 1) & (y < north + 1)
    goal_x, goal_y = x[near], y[near]
    found_x, found_y = goal_x, goal_y
    for _ in range(_ROUNDS):
        step_x, step_y = shift(found_x, found_y)
        next_x, next_y = goal_x - step_x, goal_y - step_y
        moved = max(_largest(next_x - found_x), _largest(next_y - found_y))
        found_x, found_y = next_x, next_y
        if moved <= _SETTLED_DEG:
            break
    inside = _in_china_box(found_x, found_y, slack=_EDGE_DEG)
    out_x, out_y = x.copy(), y.copy()
    out_x[near] = np.where(inside, found_x, goal_x)
    out_y[near] = np.where(inside, found_y, goal_y)
    return out_x, out_y


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Shift WGS 84 positions to GCJ-02 (AMap, Tencent), the identity outside `CHINA_BOX`.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84, any one shape.

    Returns
    -------
    lon, lat
        Degrees, GCJ-02, same shape; what is not finite stays as it is.
    """
    return _forward(lon, lat, _gcj02_shift)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Solve GCJ-02 positions for WGS 84: shifting the answer gives the input back to the float.

    Parameters
    ----------
    lon, lat
        Degrees, GCJ-02, any one shape.

    Returns
    -------
    lon, lat
        Degrees, WGS 84, same shape. Where the solution lies outside `CHINA_BOX` the position was
        never shifted and comes back unchanged.
    """
    return _inverse(lon, lat, _gcj02_shift)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Shift WGS 84 positions to BD-09 (Baidu), the identity outside `CHINA_BOX`.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84, any one shape.

    Returns
    -------
    lon, lat
        Degrees, BD-09, same shape; what is not finite stays as it is.
    """
    return _forward(lon, lat, _bd09_total_shift)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Solve BD-09 positions for WGS 84: shifting the answer gives the input back to the float.

    Parameters
    ----------
    lon, lat
        Degrees, BD-09, any one shape.

    Returns
    -------
    lon, lat
        Degrees, WGS 84, same shape; unchanged where the solution lies outside `CHINA_BOX`.
    """
    return _inverse(lon, lat, _bd09_total_shift)
