"""Lengths of stretches, stretch by stretch: `qxgeo.geodesy.lengths` as compiled loops.

Over a band of latitude the meridian is a polynomial, as it is around a station; so a segment costs
a few products and one square root.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.lengths import BAND_DEG
from qxgeo.geodesy.loops.ground import RADIAN
from qxgeo.geodesy.loops.room import bare

DEGREE = 5  # of the series within a band: the rest is below 1e-14 m
HALF_BAND_DEG = BAND_DEG / 2  # a segment begins within it and ends 0.02 degrees farther at most


@njit(cache=True, nogil=True, error_model="numpy")
def measure(lonlat, start, end, begin, finish, middle, axis, equator, curvature):
    """Measure the stretches from `begin` up to `finish`, ground metres."""
    result = np.empty(finish - begin)
    for row in range(begin, finish):
        result[row - begin] = measure_stretch(
            lonlat, start[row], end[row], middle, axis, equator, curvature
        )
    return result


@bare
def measure_stretch(lonlat, start, end, middle, axis, equator, curvature):
    """Measure a stretch, ground metres."""
    vertex = int(np.floor(start))
    last = int(np.ceil(end)) - 1
    lon, lat = _place(lonlat, start, vertex)
    total, band = 0.0, -1
    p, z = 0.0, 0.0
    while vertex <= last:
        if vertex < last:
            next_lon, next_lat = lonlat[vertex + 1, 0], lonlat[vertex + 1, 1]
        else:
            next_lon, next_lat = _place(lonlat, end, last)
        if band < 0 or abs(lat - middle[band]) > HALF_BAND_DEG:
            band = _band_of(lat, middle)
            p, z = _meridian(axis, equator, band, (lat - middle[band]) * RADIAN)
        next_p, next_z = _meridian(axis, equator, band, (next_lat - middle[band]) * RADIAN)
        u = (next_lon - lon) * RADIAN
        u2 = u * u
        middle_m = axis[band, 0]
        across2 = (middle_m + p) * (middle_m + next_p) * u2 * (1.0 - u2 / 12)
        along2 = (next_p - p) ** 2 + (next_z - z) ** 2
        bend = curvature[band, 0] * along2 + curvature[band, 1] * across2
        total += np.sqrt(across2 + along2 + bend * bend / 12)
        lon, lat, p, z = next_lon, next_lat, next_p, next_z
        vertex += 1
    return total


@bare
def _place(lonlat, place, before):
    """Give longitude and latitude of a place; on a vertex that vertex, bit for bit."""
    share = place - before
    if share == 0.0:
        return lonlat[before, 0], lonlat[before, 1]
    return (
        lonlat[before, 0] * (1 - share) + lonlat[before + 1, 0] * share,
        lonlat[before, 1] * (1 - share) + lonlat[before + 1, 1] * share,
    )


@bare
def _band_of(lat, middle):
    """Find the band that holds a latitude."""
    if len(middle) == 1:
        return 0
    band = int((lat - middle[0]) / (middle[1] - middle[0]) + 0.5)
    return min(max(band, 0), len(middle) - 1)


@bare
def _meridian(axis, equator, band, v):
    """Give p less that of the middle of the band, and z less that, metres."""
    p, z = axis[band, DEGREE], equator[band, DEGREE]
    for power in range(DEGREE - 1, 0, -1):
        p = p * v + axis[band, power]
        z = z * v + equator[band, power]
    return p * v, z * v
