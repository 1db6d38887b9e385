"""Ground distance of two places: `qxgeo.geodesy.ellipsoid` as scalars, up to 50 km."""

from __future__ import annotations

import numpy as np

from qxgeo.geodesy.ellipsoid import ECCENTRICITY2, SEMI_MAJOR_M
from qxgeo.geodesy.loops.ground import RADIAN
from qxgeo.geodesy.loops.room import bare

POLE = 1 / (1 - ECCENTRICITY2)  # of the ellipsoid x^2 + y^2 + POLE z^2 = a^2


@bare
def earth_centred(lon, lat):
    """Turn degrees into earth-centred metres."""
    lam, phi = lon * RADIAN, lat * RADIAN
    sin_phi, cos_phi = np.sin(phi), np.cos(phi)
    normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY2 * sin_phi * sin_phi)
    across = normal * cos_phi
    return across * np.cos(lam), across * np.sin(lam), normal * (1 - ECCENTRICITY2) * sin_phi


@bare
def arc_m(x1, y1, z1, x2, y2, z2):
    """Measure the ground distance between two earth-centred places, metres.

    The curvature in the direction of the chord is that of the ellipsoid's normal section through
    the middle of the chord, which lies below the ground by an eighth of its own square.
    """
    x, y, z = x2 - x1, y2 - y1, z2 - z1
    chord2 = x * x + y * y + z * z
    across, up = (x1 + x2) ** 2 + (y1 + y2) ** 2, (z1 + z2) * POLE
    flat2 = (x * x + y * y + z * z * POLE) / max(chord2, 1e-30)
    curvature = 2.0 * flat2 / np.sqrt(across + up * up)
    curvature *= 1 - chord2 * (curvature * curvature) / 8
    return np.sqrt(chord2) * (1 + chord2 * (curvature * curvature) / 24)
