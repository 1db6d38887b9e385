"""Stretches of lines as well-known binary, for files, without an object for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from qxgeo.geodesy.compiled import find_loops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.geodesy.intervals import Intervals
    from qxgeo.geodesy.lines import Lines

_HEADER = 9  # bytes of a plain line: byte order, type, how many vertices
_VERTEX = 16


class Packed(NamedTuple):
    """Plain lines behind one another.

    Attributes
    ----------
    data
        Well-known binary, little-endian, bytes, shape (b,).
    offsets
        Where each begins, and the end of the last, shape (n + 1,).
    bounds
        West, south, east and north of each, degrees, shape (n, 4).
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    bounds: NDArray[np.float64]


def pack_stretches(lines: Lines, stretches: Intervals) -> Packed:
    """Cut stretches out of lines, each one a line of its own.

    Parameters
    ----------
    lines
        Roads.
    stretches
        Stretches of them, shape (n,).

    Returns
    -------
    packed
        In the order of the stretches, EPSG:4326; the same bytes in either form of the kernel.
    """
    loops = find_loops("binary", size=lines.work_size) if len(stretches) else None
    if loops is None:
        shapes = lines.geometries(stretches, np.arange(len(stretches)), len(stretches))
        raw = shapely.to_wkb(shapes, byte_order=1).tolist()
        data = np.frombuffer(b"".join(raw), dtype=np.uint8)
        return Packed(data, _add_up([len(one) for one in raw]), shapely.bounds(shapes))
    inner = np.ceil(stretches.end).astype(np.int64) - 1 - np.floor(stretches.start).astype(np.int64)
    offsets = _add_up(_HEADER + _VERTEX * (np.maximum(inner, 0) + 2))
    data, bounds = np.empty(offsets[-1], dtype=np.uint8), np.empty((len(stretches), 4))
    loops.pack(
        *(lines.lonlat, stretches.start, stretches.end, offsets, data),
        np.ndarray((len(data) - 3,), dtype="<u4", buffer=data, strides=(1,)),
        np.ndarray((len(data) - 7,), dtype="<f8", buffer=data, strides=(1,)),
        bounds,
    )
    return Packed(data, offsets, bounds)


def _add_up(sizes: NDArray[np.int64] | list[int]) -> NDArray[np.int64]:
    """Give where each begins, and the end of the last."""
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
