"""A tree of boxes over edges, searched by chords: boxes in space, so that no plane takes part.

Arrays are handed over one by one, never by the row: each piece of an array costs as much as a foot.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.boxes import LEAF
from qxgeo.geodesy.ellipsoid import SEMI_MAJOR_M
from qxgeo.geodesy.loops.room import bare

SAG = 1.1 / 8 / SEMI_MAJOR_M  # of the ground over a chord, metres per square metre
DEPTH = 64  # of a walk down the tree: it holds 2^63 edges


@bare
def larger(one, other):
    """Give the larger of two numbers in one step: `max` takes more, for what is no number."""
    return one if one > other else other  # noqa: FURB136 - see above


@bare
def smaller(one, other):
    """Give the smaller of two numbers in one step."""
    return one if one < other else other  # noqa: FURB136 - see `larger`


@bare
def gap2(boxes, node, x0, y0, z0, x1, y1, z1):
    """Give the squared distance of two boxes in space, square metres."""
    x = larger(larger(boxes[node, 0] - x1, x0 - boxes[node, 3]), 0.0)
    y = larger(larger(boxes[node, 1] - y1, y0 - boxes[node, 4]), 0.0)
    z = larger(larger(boxes[node, 2] - z1, z0 - boxes[node, 5]), 0.0)
    return x * x + y * y + z * z


@bare
def next_leaf(boxes, box, limit2, stack, away2, depth):
    """Walk on to the next leaf within reach, the nearer child first.

    Gives its first edge, -1 where none is left, and the depth of what is still to be walked.
    """
    x0, y0, z0, x1, y1, z1 = box
    leaves = len(boxes) // 2
    while depth > 0:
        depth -= 1
        node = stack[depth]
        if away2[depth] > limit2:
            continue
        while node < leaves:
            near, far = 2 * node, 2 * node + 1
            near2 = gap2(boxes, near, x0, y0, z0, x1, y1, z1)
            far2 = gap2(boxes, far, x0, y0, z0, x1, y1, z1)
            if far2 < near2:
                near, far, near2, far2 = far, near, far2, near2
            if near2 > limit2:
                node = -1
                break
            if far2 <= limit2:
                stack[depth], away2[depth] = far, far2
                depth += 1
            node = near
        if node >= 0:
            return (node - leaves) * LEAF, depth
    return -1, depth


@bare
def box_of(xyz, begin, end):
    """Give the box of vertices in space, metres."""
    x0 = x1 = xyz[begin, 0]
    y0 = y1 = xyz[begin, 1]
    z0 = z1 = xyz[begin, 2]
    for row in range(begin + 1, end):
        x, y, z = xyz[row, 0], xyz[row, 1], xyz[row, 2]
        x0, x1 = smaller(x0, x), larger(x1, x)
        y0, y1 = smaller(y0, y), larger(y1, y)
        z0, z1 = smaller(z0, z), larger(z1, z)
    return x0, y0, z0, x1, y1, z1


@bare
def widen(box, spare_m):
    """Give a box with room around it."""
    return (
        box[0] - spare_m,
        box[1] - spare_m,
        box[2] - spare_m,
        box[3] + spare_m,
        box[4] + spare_m,
        box[5] + spare_m,
    )


@bare
def extent_of(lonlat, low, high):
    """Give west, south, east and north of vertices."""
    west = east = lonlat[low, 0]
    south = north = lonlat[low, 1]
    for vertex in range(low + 1, high):
        lon, lat = lonlat[vertex, 0], lonlat[vertex, 1]
        west, east = smaller(west, lon), larger(east, lon)
        south, north = smaller(south, lat), larger(north, lat)
    return west, south, east, north


@bare
def sag_of(box):
    """Give how far the ground within an outline stands out of the outline's box, metres."""
    return SAG * ((box[3] - box[0]) ** 2 + (box[4] - box[1]) ** 2 + (box[5] - box[2]) ** 2)


@bare
def foot(edges, edge, px, py, pz):
    """Drop a perpendicular from a place to an edge: squared chord, and the share walked."""
    x, y, z = edges[edge, 3], edges[edge, 4], edges[edge, 5]
    away_x, away_y, away_z = px - edges[edge, 0], py - edges[edge, 1], pz - edges[edge, 2]
    share = (x * away_x + y * away_y + z * away_z) * edges[edge, 6]
    share = smaller(larger(share, 0.0), 1.0)
    away_x -= x * share
    away_y -= y * share
    away_z -= z * share
    return away_x * away_x + away_y * away_y + away_z * away_z, share


@njit(cache=True, nogil=True)
def halve_again(middles, room):
    """Order places so that each half, and half of a half, is cut off across its longest side.

    The first half of each is full, of `room` a power of two.
    """
    order = np.arange(len(middles))
    size = room
    while size > LEAF:
        half = size // 2
        for begin in range(0, len(middles) - half, size):
            end = min(begin + size, len(middles))
            _part(
                middles, order, begin, begin + half, end, _longest_side(middles, order, begin, end)
            )
        size = half
    return order


@njit(cache=True, nogil=True)
def _longest_side(middles, order, begin, end):
    """Say along which of the three axes some places reach farthest."""
    side, most = 0, -1.0
    for axis in range(3):
        low = high = middles[order[begin], axis]
        for row in range(begin + 1, end):
            value = middles[order[row], axis]
            low, high = min(low, value), max(high, value)
        if high - low > most:
            side, most = axis, high - low
    return side


@njit(cache=True, nogil=True)
def _part(middles, order, begin, at, end, axis):
    """Bring the places that come first along an axis before a position (Hoare's selection)."""
    low, high = begin, end - 1
    while low < high:
        pivot = middles[order[(low + high) // 2], axis]
        left, right = low, high
        while left <= right:
            while middles[order[left], axis] < pivot:
                left += 1
            while middles[order[right], axis] > pivot:
                right -= 1
            if left <= right:
                order[left], order[right] = order[right], order[left]
                left, right = left + 1, right - 1
        if at <= right:
            high = right
        elif at >= left:
            low = left
        else:
            return
