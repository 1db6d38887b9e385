"""Neighbours share their search: the edges that may be nearest to any of a block of subjects.

A walk down the tree costs more than looking at fifty edges in a row, so that subjects that follow
one another along the curve of `Gathered.order` walk down it once, together.
"""

from __future__ import annotations

import numpy as np

from qxgeo.geodesy.boxes import LEAF
from qxgeo.geodesy.loops.boxes import DEPTH, box_of, foot, larger, next_leaf, smaller
from qxgeo.geodesy.loops.feet import MOST, reach
from qxgeo.geodesy.loops.room import bare

AT_ONCE = 12  # vertices of a subject that share a box
SUBJECTS = 32  # in a block, at most
ROOM = 128  # edges that a block may look at
CROWDED = 64  # edges of a block, from which on the next one is smaller


def make_room():
    """Give the arrays that one search at a time works in."""
    chord2 = np.empty(ROOM + 1)
    return (
        *(np.empty(DEPTH, dtype=np.int64), np.empty(DEPTH)),
        *(np.empty((MOST, 2)), np.empty((MOST, 3), dtype=np.int64), np.empty(MOST)),
        *(np.empty((7, ROOM)), np.empty(ROOM, dtype=np.int64)),
        *(chord2, chord2.view(np.int64), np.empty(ROOM + 1, dtype=np.int64)),
    )


@bare
def block_of(sides, first, at, stop):
    """Give the end of a block of subjects of few vertices, and the box around them."""
    x0 = y0 = z0 = np.inf
    x1 = y1 = z1 = -np.inf
    end = at
    while end < stop:
        low, high = first[end], first[end + 1]
        if high - low > AT_ONCE:
            break
        box = box_of(sides, low, high)
        x0, y0, z0 = smaller(x0, box[0]), smaller(y0, box[1]), smaller(z0, box[2])
        x1, y1, z1 = larger(x1, box[3]), larger(y1, box[4]), larger(z1, box[5])
        end += 1
    return end, (x0, y0, z0, x1, y1, z1)


@bare
def ball_around(sides, low, high, box):
    """Give the middle of the box of vertices, and how far they reach from it, metres."""
    x, y, z = (box[0] + box[3]) / 2, (box[1] + box[4]) / 2, (box[2] + box[5]) / 2
    most2 = 0.0
    for vertex in range(low, high):
        away_x, away_y, away_z = sides[vertex, 0] - x, sides[vertex, 1] - y, sides[vertex, 2] - z
        most2 = larger(most2, away_x * away_x + away_y * away_y + away_z * away_z)
    return x, y, z, np.sqrt(most2)


@bare
def gather(boxes, edges, owner, box, ball, touching_m, guess, stack, away2, near, which, chord2):
    """Collect the edges that may be nearest to, or touch, anything that lies in a box.

    Gives their number, -1 if there is no room for them, and the edge nearest to the middle. What
    comes nearest to the middle is no farther from a subject than the ball around them reaches.
    """
    x, y, z, half_m = ball
    least2, _ = foot(edges, guess, x, y, z)
    best, count = guess, 0
    limit_m = larger(reach((np.sqrt(least2) + half_m) ** 2), touching_m)
    around2 = (limit_m + half_m) ** 2
    stack[0], away2[0] = 1, 0.0
    edge, depth = next_leaf(boxes, box, limit_m * limit_m, stack, away2, 1)
    while edge >= 0:
        for this in range(edge, min(edge + LEAF, len(owner))):
            this2, _ = foot(edges, this, x, y, z)
            if this2 > around2:
                continue
            if this2 < least2:
                least2, best = this2, this
                limit_m = larger(reach((np.sqrt(least2) + half_m) ** 2), touching_m)
                around2 = (limit_m + half_m) ** 2
            if count == ROOM:
                count = _drop_far(which, chord2, count, around2)
                if count == ROOM:
                    return -1, best
            which[count], chord2[count] = this, this2
            count += 1
        edge, depth = next_leaf(boxes, box, limit_m * limit_m, stack, away2, depth)
    count = _drop_far(which, chord2, count, around2)
    for at in range(count):
        for part in range(7):
            near[part, at] = edges[which[at], part]
    return count, best


@bare
def _drop_far(which, chord2, count, around2):
    """Drop edges that turned out to be too far, and give the number of the others."""
    left = 0
    for at in range(count):
        if chord2[at] <= around2:
            which[left], chord2[left] = which[at], chord2[at]
            left += 1
    return left


@bare
def drop_many(near, gathered, px, py, pz, chord2, bits):
    """Drop perpendiculars from a place to many edges, as `foot` does; give the least squared chord.

    Both loops are such that a compiler does them for several edges at once: numbers that are not
    negative are in the order of their `bits`, the same memory read as integers.
    """
    for at in range(gathered):
        away_x, away_y, away_z = px - near[0, at], py - near[1, at], pz - near[2, at]
        share = (near[3, at] * away_x + near[4, at] * away_y + near[5, at] * away_z) * near[6, at]
        share = smaller(larger(share, 0.0), 1.0)
        away_x -= near[3, at] * share
        away_y -= near[4, at] * share
        away_z -= near[5, at] * share
        chord2[at] = away_x * away_x + away_y * away_y + away_z * away_z
    least = bits[0]
    for at in range(gathered):
        least = smaller(least, bits[at])
    bits[gathered] = least
    return chord2[gathered]


@bare
def list_within(chord2, gathered, limit2, hits):
    """List the edges whose squared chord is within a limit, and give their number."""
    count = 0
    for at in range(gathered):
        hits[count] = at
        count += chord2[at] <= limit2
    return count
