"""Feet of perpendiculars between a subject and edges of references, the nearest ones kept."""

from __future__ import annotations

import numpy as np

from qxgeo.geodesy.approach import ARC_SPREAD, SAME_DISTANCE_M
from qxgeo.geodesy.ellipsoid import LONGEST_CHORD_M
from qxgeo.geodesy.loops.arcs import arc_m, earth_centred
from qxgeo.geodesy.loops.boxes import foot, smaller
from qxgeo.geodesy.loops.room import bare
from qxgeo.geodesy.vertices import BEND_M

NONE, HARD = -1, -2
NOT_MET = 2**62
MOST = 64  # candidates kept: more, and the plain form chooses
ON_EDGE, FROM_START, FROM_END = 0, 1, 2  # where the foot is: on a reference, on the subject


@bare
def reach(chord2):
    """Give the chord within which another place may be as near by arc, for a squared chord."""
    chord_m = np.sqrt(chord2)
    return chord_m + BEND_M + ARC_SPREAD * chord_m * chord2


@bare
def drop_feet(
    sides, goes_on, is_twin, low, high, edges, edge, is_last, limit_m, kept, what, count
):  # fmt: skip
    """Drop feet between vertices of a subject and an edge, and keep those within reach.

    The end of an edge is left to the one that begins there, unless none does. Gives the least
    squared chord, the new count, and vertex, side and share of the least.
    """
    ax, ay, az = edges[edge, 0], edges[edge, 1], edges[edge, 2]
    closest2, nearest, nearest_side, nearest_share = np.inf, low, ON_EDGE, 0.0
    limit2 = limit_m * limit_m
    for vertex in range(low, high):
        feet = 1
        if goes_on[vertex] and vertex + 1 < high:
            feet = 3 if is_last else 2
        for side in range(1 if is_twin[vertex] else 0, feet):
            if side == ON_EDGE:
                chord2, share = foot(
                    edges, edge, sides[vertex, 0], sides[vertex, 1], sides[vertex, 2]
                )
            else:
                if side == FROM_START:
                    chord2, share = foot(sides, vertex, ax, ay, az)
                else:
                    chord2, share = foot(
                        sides, vertex, ax + edges[edge, 3], ay + edges[edge, 4], az + edges[edge, 5]
                    )
                if not 0.0 < share < 1.0:  # the foot from that vertex is as near
                    continue
            if chord2 > limit2:
                continue
            if chord2 < closest2:
                closest2, nearest, nearest_side, nearest_share = chord2, vertex, side, share
                limit2 = smaller(limit2, reach(chord2) ** 2)
            count = keep(kept, what, count, limit2, chord2, share, vertex, edge, side)
            if count == HARD:
                return closest2, count, nearest, nearest_side, nearest_share
    return closest2, count, nearest, nearest_side, nearest_share


@bare
def keep(kept, what, count, limit2, chord2, share, vertex, edge, side):
    """Keep a candidate; without room drop those out of reach, and give up if that does not help."""
    if count == MOST:
        count = _compact(kept, what, count, limit2)
        if count == MOST:
            return HARD
    kept[count, 0], kept[count, 1] = chord2, share
    what[count, 0], what[count, 1], what[count, 2] = vertex, edge, side
    return count + 1


@bare
def _compact(kept, what, count, limit2):
    """Drop candidates that are no longer within reach."""
    left = 0
    for row in range(count):
        if kept[row, 0] <= limit2:
            kept[left, 0], kept[left, 1] = kept[row, 0], kept[row, 1]
            what[left, 0], what[left, 1] = what[row, 0], what[row, 1]
            what[left, 2] = what[row, 2]
            left += 1
    return left


@bare
def choose(lonlat, sides, flat, edges, owner, kept, what, arc, count, limit2):
    """Measure candidates as arcs and choose the nearest: of equal ones the first reference.

    Gives its row, HARD where only Karney's geodesics can choose, and ground metres.
    """
    count = _compact(kept, what, count, limit2)
    least_m = np.inf
    lon1 = lat1 = lon2 = lat2 = np.inf
    for row in range(count):
        far = kept[row, 0] > LONGEST_CHORD_M * LONGEST_CHORD_M
        if far and owner[what[row, 1]] != owner[what[0, 1]]:
            return HARD, 0.0
        lon3, lat3, lon4, lat4 = place_of(lonlat, flat, kept, what, row)
        if lon1 == lon3 and lat1 == lat3 and lon2 == lon4 and lat2 == lat4:
            arc[row] = arc[row - 1]  # the next edge begins where this one ends
        else:
            lon1, lat1, lon2, lat2 = lon3, lat3, lon4, lat4
            arc[row] = _measure(
                lon1, lat1, lon2, lat2, sides, what[row, 0], edges, what[row, 1], what[row, 2],
                kept[row, 1],
            )  # fmt: skip
        least_m = smaller(least_m, arc[row])
    chosen = -1
    for row in range(count):
        if arc[row] > least_m + SAME_DISTANCE_M:
            continue
        number = owner[what[row, 1]]
        before = owner[what[chosen, 1]] if chosen >= 0 else NOT_MET
        if number < before or (number == before and arc[row] < arc[chosen]):
            chosen = row
    return chosen, arc[chosen]


@bare
def place_of(lonlat, flat, kept, what, row):
    """Give the places of a candidate, degrees; on a vertex it is that vertex, bit for bit."""
    vertex, edge, side = what[row, 0], what[row, 1], what[row, 2]
    share = kept[row, 1]
    lon1, lat1 = lonlat[vertex, 0], lonlat[vertex, 1]
    lon2, lat2 = flat[edge, 0], flat[edge, 1]
    if side == ON_EDGE:
        lon2 = lon2 * (1 - share) + flat[edge, 2] * share
        lat2 = lat2 * (1 - share) + flat[edge, 3] * share
        return lon1, lat1, lon2, lat2
    if side == FROM_END:
        lon2, lat2 = flat[edge, 2], flat[edge, 3]
    lon1 = lon1 * (1 - share) + lonlat[vertex + 1, 0] * share
    lat1 = lat1 * (1 - share) + lonlat[vertex + 1, 1] * share
    return lon1, lat1, lon2, lat2


@bare
def _measure(lon1, lat1, lon2, lat2, sides, vertex, edges, edge, side, share):
    """Measure a candidate as an arc; only a place within an edge is brought to the ground."""
    x1, y1, z1 = sides[vertex, 0], sides[vertex, 1], sides[vertex, 2]
    x2, y2, z2 = edges[edge, 0], edges[edge, 1], edges[edge, 2]
    if side == FROM_END or (side == ON_EDGE and share == 1.0):
        x2, y2, z2 = x2 + edges[edge, 3], y2 + edges[edge, 4], z2 + edges[edge, 5]
    elif side == ON_EDGE and share > 0.0:
        x2, y2, z2 = earth_centred(lon2, lat2)
    if side != ON_EDGE:
        x1, y1, z1 = earth_centred(lon1, lat1)
    return arc_m(x1, y1, z1, x2, y2, z2)
