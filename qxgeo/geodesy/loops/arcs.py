"""Ground distance of two places: `qxgeo.geodesy.ellipsoid` as scalars, up to 50 km."""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.ellipsoid import ECCENTRICITY2, SEMI_MAJOR_M
from qxgeo.geodesy.loops.ground import RADIAN


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def earth_centred(lon, lat):
    """Turn degrees into earth-centred metres."""
    lam, phi = lon * RADIAN, lat * RADIAN
    sin_phi, cos_phi = np.sin(phi), np.cos(phi)
    normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY2 * sin_phi * sin_phi)
    across = normal * cos_phi
    return across * np.cos(lam), across * np.sin(lam), normal * (1 - ECCENTRICITY2) * sin_phi


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def arc_m(lon1, lat1, lon2, lat2):
    """Measure the ground distance between two places, metres."""
    x1, y1, z1 = earth_centred(lon1, lat1)
    x2, y2, z2 = earth_centred(lon2, lat2)
    x, y, z = x2 - x1, y2 - y1, z2 - z1
    chord2 = x * x + y * y + z * z
    middle = (lat1 + lat2) / 2 * RADIAN
    sine = np.sin(middle)
    w2 = 1 - ECCENTRICITY2 * sine * sine
    normal = SEMI_MAJOR_M / np.sqrt(w2)
    meridian = normal * (1 - ECCENTRICITY2) / w2
    north = (lat2 - lat1) * RADIAN * meridian
    east = (lon2 - lon1) * RADIAN * normal * np.cos(middle)
    way2 = max(north * north + east * east, 1e-30)
    curvature = (north * north / meridian + east * east / normal) / way2
    return np.sqrt(chord2) * (1 + chord2 * (curvature * curvature) / 24)
