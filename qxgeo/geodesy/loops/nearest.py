"""Nearest features, subject by subject: `qxgeo.geodesy.approach` as compiled loops.

A tree of boxes finds the edges of references by chords; what a double cannot decide, such as an
edge within a millimetre, is handed back to the plain form and its exact predicates.
"""

from __future__ import annotations

import numpy as np

from qxgeo.geodesy.boxes import LEAF
from qxgeo.geodesy.loops.blocks import (
    AT_ONCE,
    CROWDED,
    SUBJECTS,
    ball_around,
    block_of,
    drop_many,
    gather,
    list_within,
    make_room,
)
from qxgeo.geodesy.loops.boxes import (
    box_of,
    extent_of,
    foot,
    larger,
    next_leaf,
    sag_of,
    smaller,
    widen,
)
from qxgeo.geodesy.loops.feet import (
    FROM_END,
    HARD,
    NONE,
    NOT_MET,
    ON_EDGE,
    choose,
    drop_feet,
    keep,
    place_of,
    reach,
)
from qxgeo.geodesy.loops.partition import label_place
from qxgeo.geodesy.loops.room import bare
from qxgeo.geodesy.vertices import BEND_M

__all__ = ["HARD", "make_room", "search"]

TOUCHING_M = 2 * BEND_M  # what crosses in degrees comes as near as this in space
BESIDE_M2 = BEND_M**2  # nearer, and only exact predicates say whether they touch
LINE_DEG = 1e-11  # a micrometre: nearer to a line, and no side is sure


@bare
def search(subject, begin, end, reference, areas, room, order, distance_m, nearest, places):
    """Find the nearest reference of the subjects from `begin` up to `end`.

    Writes distance and reference of each into the row that `order` names, and both its places if
    there are rows for them. A reference that is met has no distance and no places; HARD stands for
    what the plain form has to say.
    """
    lonlat, sides, goes_on, is_twin, first, is_area = subject
    boxes, edges, flat, ends_here, owner = reference
    stack, away2, kept, what, arc, near, which, chord2, bits, hits = room
    guess, at, size = 0, begin, SUBJECTS
    while at < end:
        stop, box = block_of(sides, first, at, min(at + size, end))
        gathered = -1
        if stop > at:
            sag_m = sag_of(box)
            x, y, z, half_m = ball_around(sides, first[at], first[stop], box)
            gathered, guess = gather(
                boxes, edges, owner, widen(box, sag_m), (x, y, z, half_m + sag_m), TOUCHING_M,
                guess, stack, away2, near, which, chord2,
            )  # fmt: skip
            if gathered < 0 and stop - at > 1:
                size = (stop - at) // 2
                continue
        stop = max(stop, at + 1)
        for this in range(at, stop):
            low, high, row = first[this], first[this + 1], order[this]
            met = _first_holder(lonlat, goes_on, low, high, areas)
            count, limit_m = 0, 0.0
            if met == HARD:
                pass
            elif gathered >= 0 and high - low == 1:
                met, count, limit_m = _look_from_place(
                    sides[low, 0], sides[low, 1], sides[low, 2], low, edges, near, which, gathered,
                    chord2, bits, hits, kept, what, met,
                )  # fmt: skip
            elif gathered >= 0:
                met, count, limit_m = _look_at_block(
                    lonlat, sides, goes_on, is_twin, low, high, is_area[this], edges, flat,
                    ends_here, owner, near, which, gathered, chord2, bits, hits, kept, what, met,
                )  # fmt: skip
            else:
                met, count, limit_m, guess = _look_round(
                    lonlat, sides, goes_on, is_twin, low, high, is_area[this], boxes, edges, flat,
                    ends_here, owner, stack, away2, kept, what, guess, met,
                )  # fmt: skip
            if met < NOT_MET:
                nearest[row], distance_m[row] = met, 0.0
                continue
            chosen, distance_m[row] = choose(
                lonlat, sides, flat, edges, owner, kept, what, arc, count, limit_m * limit_m
            )
            if chosen == HARD:
                nearest[row] = HARD
                continue
            nearest[row] = owner[what[chosen, 1]]
            if len(places) == 0:
                continue
            lon1, lat1, lon2, lat2 = place_of(lonlat, flat, kept, what, chosen)
            places[row, 0], places[row, 1], places[row, 2], places[row, 3] = lon1, lat1, lon2, lat2
        at = stop
        if gathered > CROWDED:
            size = max(size // 2, 1)
        elif gathered * 2 < CROWDED:
            size = min(size * 2, SUBJECTS)


@bare
def _first_holder(lonlat, goes_on, low, high, areas):
    """Find the first area that holds a string's first vertex: its number, NOT_MET or HARD."""
    numbers, outlines, origin, scale, cells, grid = areas
    met = NOT_MET
    if len(outlines) > 0:
        for vertex in range(low, high):
            if vertex > low and goes_on[vertex - 1]:
                continue
            label = label_place(
                lonlat[vertex, 0], lonlat[vertex, 1], outlines, origin, scale, cells, grid
            )
            if label == HARD:
                return HARD
            if label != NONE:
                met = min(met, numbers[label])
    return met


@bare
def _look_from_place(
    x, y, z, vertex, edges, near, which, gathered, chord2, bits, hits, kept, what, met
):  # fmt: skip
    """Collect what comes nearest to a place; see `_look_round`."""
    least2 = drop_many(near, gathered, x, y, z, chord2, bits)
    if least2 < BESIDE_M2:
        return HARD, 0, 0.0
    if met < NOT_MET:
        return met, 0, 0.0
    limit_m = reach(least2)
    limit2, count = limit_m * limit_m, 0
    for hit in hits[: list_within(chord2, gathered, limit2, hits)]:
        this = which[hit]
        dropped2, share = foot(edges, this, x, y, z)
        count = keep(kept, what, count, limit2, dropped2, share, vertex, this, ON_EDGE)
        if count == HARD:
            return HARD, 0, 0.0
    return met, count, limit_m


@bare
def _look_at_block(
    lonlat, sides, goes_on, is_twin, begin, end, is_area, edges, flat, ends_here, owner,
    near, which, gathered, chord2, bits, hits, kept, what, met,
):  # fmt: skip
    """Collect what comes nearest to a subject among the edges of its block; see `_look_round`."""
    box = box_of(sides, begin, end)
    west, south, east, north = extent_of(lonlat, begin, end)
    sag_m = sag_of(box) if is_area else 0.0
    x, y, z, half_m = ball_around(sides, begin, end, box)
    half_m += sag_m
    middle2 = drop_many(near, gathered, x, y, z, chord2, bits)
    limit_m = TOUCHING_M
    if met == NOT_MET:
        limit_m = reach((np.sqrt(middle2) + half_m) ** 2)
    around2 = (limit_m + half_m) ** 2
    listed = list_within(chord2, gathered, around2, hits)
    for at in range(1, listed):  # the most promising first
        if chord2[hits[at]] == middle2:
            hits[0], hits[at] = hits[at], hits[0]
            break
    least2, count = np.inf, 0
    ux = uy = uz = most = 0.0
    for hit in hits[:listed]:
        if chord2[hit] > around2:
            continue
        this = which[hit]
        ahead = edges[this, 0] * ux + edges[this, 1] * uy + edges[this, 2] * uz
        along = edges[this, 3] * ux + edges[this, 4] * uy + edges[this, 5] * uz
        if ahead + smaller(along, 0.0) - most > limit_m:
            continue
        closest2, count, nearest, side, share = drop_feet(
            sides, goes_on, is_twin, begin, end, edges, this, ends_here[this],
            limit_m, kept, what, count,
        )  # fmt: skip
        if count == HARD or closest2 < BESIDE_M2:
            return HARD, 0, 0.0
        if (
            larger(flat[this, 0], flat[this, 2]) >= west
            and smaller(flat[this, 0], flat[this, 2]) <= east
            and larger(flat[this, 1], flat[this, 3]) >= south
            and smaller(flat[this, 1], flat[this, 3]) <= north
        ):
            touch = _crosses_any(lonlat, goes_on, begin, end, flat, this)
            if touch == HARD:
                return HARD, 0, 0.0
            if touch == 0 and is_area:
                touch = _holds(lonlat, goes_on, begin, end, flat[this, 0], flat[this, 1])
            if touch == 1:
                met = min(met, owner[this])
                limit_m = TOUCHING_M
        if closest2 < least2:
            least2 = closest2
            if met == NOT_MET:
                limit_m = reach(least2)
            ux, uy, uz = _way(sides, nearest, edges, this, side, share)
            most = _farthest(sides, begin, end, ux, uy, uz) + sag_m
        around2 = (limit_m + half_m) ** 2
    return met, count, limit_m


@bare
def _look_round(
    lonlat, sides, goes_on, is_twin, begin, end, is_area, boxes, edges, flat, ends_here, owner,
    stack, away2, kept, what, guess, met,
):  # fmt: skip
    """Collect what comes nearest to a subject, or find the first reference that is met.

    Gives the reference that is met, NOT_MET or HARD, how many candidates are kept, the chord within
    which they count, and the edge that came nearest.
    """
    least2, limit_m = np.inf, np.inf
    if met < NOT_MET:
        limit_m = TOUCHING_M
    count, best, low = 0, guess, begin
    alone = end - begin <= AT_ONCE
    while True:
        high = min(low + AT_ONCE, end)
        box = box_of(sides, low, high)
        west, south, east, north = extent_of(lonlat, low, high)
        sag_m = sag_of(box) if is_area else 0.0
        box = widen(box, sag_m)
        stack[0], away2[0], depth = 1, 0.0, 1
        ux = uy = uz = most = 0.0
        edge, last, is_guess = guess, guess + 1, True
        while edge >= 0:
            for this in range(edge, last):
                if this == guess and not is_guess:
                    continue
                ahead = edges[this, 0] * ux + edges[this, 1] * uy + edges[this, 2] * uz
                along = edges[this, 3] * ux + edges[this, 4] * uy + edges[this, 5] * uz
                if ahead + smaller(along, 0.0) - most > limit_m:
                    continue
                closest2, count, nearest, side, share = drop_feet(
                    sides, goes_on, is_twin, low, high, edges, this, ends_here[this],
                    limit_m, kept, what, count,
                )  # fmt: skip
                if count == HARD or closest2 < BESIDE_M2:
                    return HARD, 0, 0.0, best
                if (
                    larger(flat[this, 0], flat[this, 2]) >= west
                    and smaller(flat[this, 0], flat[this, 2]) <= east
                    and larger(flat[this, 1], flat[this, 3]) >= south
                    and smaller(flat[this, 1], flat[this, 3]) <= north
                ):
                    touch = _crosses_any(lonlat, goes_on, low, high, flat, this)
                    if touch == HARD:
                        return HARD, 0, 0.0, best
                    if touch == 0 and alone and is_area:
                        touch = _holds(lonlat, goes_on, begin, end, flat[this, 0], flat[this, 1])
                    if touch == 1:
                        met = min(met, owner[this])
                        limit_m = TOUCHING_M
                if closest2 < least2:
                    least2, best = closest2, this
                    if met == NOT_MET:
                        limit_m = reach(least2)
                    ux, uy, uz = _way(sides, nearest, edges, this, side, share)
                    most = _farthest(sides, low, high, ux, uy, uz) + sag_m
            is_guess = False
            edge, depth = next_leaf(boxes, box, limit_m * limit_m, stack, away2, depth)
            last = min(edge + LEAF, len(owner))
        if high == end:
            break
        low = high - 1 if goes_on[high - 1] else high
        guess = best
    if is_area and not alone:
        met = _first_held(lonlat, sides, goes_on, begin, end, boxes, flat, owner, stack, away2, met)
    return met, count, limit_m, best


@bare
def _farthest(sides, low, high, ux, uy, uz):
    """Give how far vertices reach in a direction, metres."""
    most = -np.inf
    for vertex in range(low, high):
        reached = sides[vertex, 0] * ux + sides[vertex, 1] * uy + sides[vertex, 2] * uz
        most = larger(most, reached)
    return most


@bare
def _way(sides, vertex, edges, edge, side, share):
    """Give the direction from the place on a subject to that on an edge, of length 1 or 0."""
    x = edges[edge, 0] - sides[vertex, 0]
    y = edges[edge, 1] - sides[vertex, 1]
    z = edges[edge, 2] - sides[vertex, 2]
    if side == ON_EDGE:
        x += edges[edge, 3] * share
        y += edges[edge, 4] * share
        z += edges[edge, 5] * share
    else:
        if side == FROM_END:
            x, y, z = x + edges[edge, 3], y + edges[edge, 4], z + edges[edge, 5]
        x -= sides[vertex, 3] * share
        y -= sides[vertex, 4] * share
        z -= sides[vertex, 5] * share
    length = np.sqrt(x * x + y * y + z * z)
    if length == 0.0:
        return 0.0, 0.0, 0.0
    return x / length, y / length, z / length


@bare
def _crosses_any(lonlat, goes_on, low, high, flat, edge):
    """Say whether an edge crosses those of a subject: 1, 0 or HARD.

    No end of either comes within a millimetre of the other, which has been seen to.
    """
    x0, y0, x1, y1 = flat[edge, 0], flat[edge, 1], flat[edge, 2], flat[edge, 3]
    if x0 == x1 and y0 == y1:
        return 0
    for vertex in range(low, high - 1):
        if not goes_on[vertex]:
            continue
        x2, y2 = lonlat[vertex, 0], lonlat[vertex, 1]
        x3, y3 = lonlat[vertex + 1, 0], lonlat[vertex + 1, 1]
        one, other = _turn(x0, y0, x1, y1, x2, y2), _turn(x0, y0, x1, y1, x3, y3)
        if one * other > 0:
            continue
        here, there = _turn(x2, y2, x3, y3, x0, y0), _turn(x2, y2, x3, y3, x1, y1)
        if here * there > 0:
            continue
        return HARD if one * other * here * there == 0 else 1
    return 0


@bare
def _turn(x0, y0, x1, y1, x, y):
    """Say on which side of a line a place lies; 0 within a micrometre of it."""
    dx, dy = x1 - x0, y1 - y0
    turn = dx * (y - y0) - dy * (x - x0)
    if abs(turn) <= LINE_DEG * (abs(dx) + abs(dy)):
        return 0
    return 1 if turn > 0 else -1


@bare
def _holds(lonlat, goes_on, begin, end, x, y):
    """Say whether an area holds a place that is not near its edge, 1 or 0: even and odd."""
    count = 0
    for vertex in range(begin, end - 1):
        if not goes_on[vertex]:
            continue
        x0, y0 = lonlat[vertex, 0], lonlat[vertex, 1]
        x1, y1 = lonlat[vertex + 1, 0], lonlat[vertex + 1, 1]
        if (y0 <= y) != (y1 <= y) and x0 + (y - y0) / (y1 - y0) * (x1 - x0) > x:
            count += 1
    return count % 2


@bare
def _first_held(lonlat, sides, goes_on, begin, end, boxes, flat, owner, stack, away2, met):
    """Find the first reference within an area of many vertices, or the one met before."""
    box = box_of(sides, begin, end)
    box = widen(box, sag_of(box))
    stack[0], away2[0], depth = 1, 0.0, 1
    edge, depth = next_leaf(boxes, box, TOUCHING_M**2, stack, away2, depth)
    while edge >= 0:
        for this in range(edge, min(edge + LEAF, len(owner))):
            if owner[this] < met and _holds(
                lonlat, goes_on, begin, end, flat[this, 0], flat[this, 1]
            ):
                met = owner[this]
        edge, depth = next_leaf(boxes, box, TOUCHING_M**2, stack, away2, depth)
    return met
