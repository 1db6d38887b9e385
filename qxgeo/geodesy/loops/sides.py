"""Vertices and the edges that leave them, in the order in which a search walks."""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.loops.boxes import larger


@njit(cache=True, nogil=True, error_model="numpy")
def arrange(lonlat, xyz, goes_on, first, order):
    """Set the vertices of subjects, from `first` on each, in the order of their rows.

    Gives degrees, shape (v, 2), sides as `boxes.list_sides` does, shape (v, 7), whether an edge
    leaves, whether a vertex closes a ring, as `Vertices.closing` says, and first vertices.
    """
    degrees, sides = np.empty((len(lonlat), 2)), np.empty((len(lonlat), 7))
    leaves, closes = np.zeros(len(lonlat), dtype=np.bool_), np.zeros(len(lonlat), dtype=np.bool_)
    begins = np.zeros(len(order) + 1, dtype=np.int64)
    to = 0
    for row in range(len(order)):
        string = to
        for vertex in range(first[order[row]], first[order[row] + 1]):
            degrees[to, 0], degrees[to, 1] = lonlat[vertex, 0], lonlat[vertex, 1]
            x, y, z = xyz[vertex, 0], xyz[vertex, 1], xyz[vertex, 2]
            sides[to, 0], sides[to, 1], sides[to, 2] = x, y, z
            if goes_on[vertex]:
                leaves[to] = True
                x, y, z = xyz[vertex + 1, 0] - x, xyz[vertex + 1, 1] - y, xyz[vertex + 1, 2] - z
                square = x * x + y * y + z * z
                sides[to, 3], sides[to, 4], sides[to, 5] = x, y, z
                sides[to, 6] = 1 / larger(square, 1e-30)
            else:
                sides[to, 3] = sides[to, 4] = sides[to, 5] = sides[to, 6] = 0.0
                closes[to] = (
                    to > string
                    and degrees[string, 0] == degrees[to, 0]
                    and degrees[string, 1] == degrees[to, 1]
                )
                string = to + 1
            to += 1
        begins[row + 1] = to
    return degrees, sides, leaves, closes, begins
