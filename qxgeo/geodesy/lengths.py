"""How long stretches of lines are on the ground."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.geodesy.compiled import find_loops, in_threads
from qxgeo.geodesy.ellipsoid import curvature_radii, ground_distance_m
from qxgeo.geodesy.frames import RADIAN, meridian_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.geodesy.intervals import Intervals
    from qxgeo.geodesy.lines import Lines

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

BAND_DEG = (
    0.05  # of latitude, in the compiled form: its Taylor series of degree 5 is exact to 1e-14 m
)
_AT_ONCE = 100_000  # stretches that plain arrays hold at a time: 150 MB with six vertices each


def stretch_lengths_m(lines: Lines, stretches: Intervals) -> NDArray[np.float64]:
    """Measure stretches on the ground.

    Parameters
    ----------
    lines
        Roads.
    stretches
        Stretches of them, shape (k,).

    Returns
    -------
    length_m
        Ground metres, shape (k,).
    """
    loops = find_loops("lengths", size=lines.work_size) if len(stretches) else None
    if loops is not None:
        tables = latitude_bands()
        walked = (lines.lonlat, stretches.start, stretches.end)
        return np.concatenate(
            in_threads(len(stretches), lambda a, z: loops.measure(*walked, a, z, *tables))
        )
    chunks = range(0, len(stretches), _AT_ONCE)
    several = [_measure(lines, stretches.take(slice(a, a + _AT_ONCE))) for a in chunks]
    return np.concatenate(several) if several else np.empty(0)


@cache
def latitude_bands() -> tuple[Floats, Floats, Floats, Floats]:
    """Give middles of bands (degrees) and, about each, the shape of the meridian.

    From pole to pole, whatever is asked: the last bit of a sine depends on its place in an array.
    """
    numbers = np.arange(round(-90 / BAND_DEG), round(90 / BAND_DEG)).astype(float)
    middle_deg = np.asarray((numbers + 0.5) * BAND_DEG, dtype=np.float64)
    meridian_m, normal_m = curvature_radii(middle_deg)
    curvature = np.stack((1 / meridian_m, 1 / normal_m), axis=1)
    return middle_deg, *meridian_series(middle_deg * RADIAN), curvature


def _measure(lines: Lines, stretches: Intervals) -> Floats:
    """Measure stretches by whole arrays."""
    begin = np.floor(stretches.start).astype(np.int64)
    finish = np.ceil(stretches.end).astype(np.int64) - 1
    enter = lines.position(stretches.start, begin)
    leave = lines.position(stretches.end, finish)
    within = ground_distance_m(enter[:, 0], enter[:, 1], leave[:, 0], leave[:, 1])
    head = lines.lonlat[np.minimum(begin + 1, len(lines.lonlat) - 1)]
    tail = lines.lonlat[finish]
    across = (
        ground_distance_m(enter[:, 0], enter[:, 1], head[:, 0], head[:, 1])
        + _between_m(lines, begin + 1, finish)
        + ground_distance_m(tail[:, 0], tail[:, 1], leave[:, 0], leave[:, 1])
    )
    return np.where(begin >= finish, within, across)


def _between_m(lines: Lines, begin: Ints, finish: Ints) -> Floats:
    """Give the length from one vertex to another, each sum on its own: no other road rounds it."""
    sizes = np.maximum(finish - begin, 0)
    row = np.repeat(np.arange(len(begin)), sizes)
    vertex = np.arange(len(row)) + (begin - np.cumsum(sizes) + sizes)[row]
    (lon, lat), (next_lon, next_lat) = lines.lonlat[vertex].T, lines.lonlat[vertex + 1].T
    length = ground_distance_m(lon, lat, next_lon, next_lat)
    return np.bincount(row, weights=length, minlength=len(begin)).astype(float)
