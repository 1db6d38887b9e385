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

# The series within a band are of degree 5: the rest is below 1e-14 m.
TWELFTH = 1 / 12  # to multiply with: a division takes longer
HALF_BAND_DEG = BAND_DEG / 2  # a segment begins within it and ends 0.02 degrees farther at most
SURE_DEG = 1e-9  # from the border of a band: farther than the number of a band errs


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
    band = _band_of(lat, middle)
    shape = _shape_of(band, axis, equator, curvature)
    p, z = _meridian(shape, (lat - middle[band]) * RADIAN)
    total = 0.0
    while vertex <= last:
        if vertex < last:
            next_lon, next_lat = lonlat[vertex + 1, 0], lonlat[vertex + 1, 1]
        else:
            next_lon, next_lat = _place(lonlat, end, last)
        if abs(lat - middle[band]) > HALF_BAND_DEG:
            band = _band_of(lat, middle)
            shape = _shape_of(band, axis, equator, curvature)
            p, z = _meridian(shape, (lat - middle[band]) * RADIAN)
        next_p, next_z = _meridian(shape, (next_lat - middle[band]) * RADIAN)
        total += _segment_m(shape, (next_lon - lon) * RADIAN, p, next_p, z, next_z)
        lon, lat, p, z = next_lon, next_lat, next_p, next_z
        vertex += 1
    return total


@bare
def measure_chain(lonlat, count, band, middle, axis, equator, curvature, lon, p, z, length_m):
    """Measure the segments between the first vertices, all in one band, ground metres.

    Fills `length_m` with what `measure_stretch` adds up, to the last bit; `lon`, `p` and `z` are
    room. No step needs the one before, and what is read together stands together: so a processor
    takes eight at a time.
    """
    shape = _shape_of(band, axis, equator, curvature)
    middle_deg = middle[band]
    for k in range(count):
        lon[k], z[k] = lonlat[k, 0], lonlat[k, 1]
    for k in range(count):
        p[k], z[k] = _meridian(shape, (z[k] - middle_deg) * RADIAN)
    for k in range(count - 1):
        u = (lon[k + 1] - lon[k]) * RADIAN
        length_m[k] = _segment_m(shape, u, p[k], p[k + 1], z[k], z[k + 1])


@bare
def copy_stretch(lonlat, start, end, free):
    """Write a stretch from vertex `free` on, and give the next free one."""
    first, last = int(np.floor(start)), int(np.ceil(end)) - 1
    lonlat[free, 0], lonlat[free, 1] = _place(lonlat, start, first)
    for vertex in range(first + 1, last + 1):
        free += 1
        lonlat[free, 0], lonlat[free, 1] = lonlat[vertex, 0], lonlat[vertex, 1]
    free += 1
    lonlat[free, 0], lonlat[free, 1] = _place(lonlat, end, last)
    return free + 1


@bare
def band_of_box(south, north, middle):
    """Find the band that holds all latitudes between two; -1 where none does."""
    band = _band_of(south, middle)
    if abs(south - middle[band]) > HALF_BAND_DEG or abs(north - middle[band]) > HALF_BAND_DEG:
        return -1
    return band


@bare
def stays_in_band(south, north, band, middle):
    """Say whether all latitudes between two lie in a band for sure, as `band_of_box` finds it."""
    reach = HALF_BAND_DEG - SURE_DEG
    return band >= 0 and abs(south - middle[band]) < reach and abs(north - middle[band]) < reach


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
def _shape_of(band, axis, equator, curvature):
    """Give what the meridian of a band is like: p of its middle, both series, curvatures.

    As numbers of their own: out of an array they would be read again after every number written.
    """
    return (
        axis[band, 0],
        (axis[band, 1], axis[band, 2], axis[band, 3], axis[band, 4], axis[band, 5]),
        (equator[band, 1], equator[band, 2], equator[band, 3], equator[band, 4], equator[band, 5]),
        (curvature[band, 0], curvature[band, 1]),
    )


@bare
def _meridian(shape, v):
    """Give p less that of the middle of the band, and z less that, metres."""
    _, (p1, p2, p3, p4, p5), (z1, z2, z3, z4, z5), _ = shape
    p = ((((p5 * v + p4) * v + p3) * v + p2) * v + p1) * v
    z = ((((z5 * v + z4) * v + z3) * v + z2) * v + z1) * v
    return p, z


@bare
def _segment_m(shape, u, p, next_p, z, next_z):
    """Measure a segment, ground metres."""
    middle_m, _, _, (bend_along, bend_across) = shape
    u2 = u * u
    across2 = (middle_m + p) * (middle_m + next_p) * u2 * (1.0 - u2 * TWELFTH)
    rise, climb = next_p - p, next_z - z
    along2 = rise * rise + climb * climb
    bend = bend_along * along2 + bend_across * across2
    return np.sqrt(across2 + along2 + bend * bend * TWELFTH)
