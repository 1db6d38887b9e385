"""Labels of points, point by point: `qxgeo.geodesy.holders` as compiled loops."""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.loops.cells import NOBODY
from qxgeo.geodesy.loops.partition import HARD, label_place

__all__ = ["HARD", "label", "label_boxes"]


@njit(cache=True, nogil=True)
def label(lonlat, begin, end, edges, origin, scale, cells, grid):
    """Label the points from `begin` up to `end`; HARD where a double cannot say."""
    result = np.empty(end - begin, dtype=np.int64)
    for row in range(begin, end):
        result[row - begin] = label_place(
            lonlat[row, 0], lonlat[row, 1], edges, origin, scale, cells, grid
        )
    return result


@njit(cache=True, nogil=True)
def label_boxes(low, high, begin, end, origin, scale, cells, grid):
    """Label the boxes from `begin` up to `end` in whose cells is no edge; the others are HARD."""
    across, up = cells
    first, cover = grid[0], grid[4]
    result = np.full(end - begin, HARD, dtype=np.int64)
    for row in range(begin, end):
        left, south = (low[row, 0] - origin[0]) * scale[0], (low[row, 1] - origin[1]) * scale[1]
        right, north = (high[row, 0] - origin[0]) * scale[0], (high[row, 1] - origin[1]) * scale[1]
        if left < 0 or south < 0 or right >= across or north >= up:
            continue
        label = cover[int(south) * across + int(left)]
        is_one = label != NOBODY
        for j in range(int(south), int(north) + 1):
            for cell in range(j * across + int(left), j * across + int(right) + 1):
                is_one &= cover[cell] == label and first[cell] == first[cell + 1]
        if is_one:
            result[row - begin] = label
    return result
