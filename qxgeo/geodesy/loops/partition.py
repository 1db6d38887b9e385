"""Cuts at territory lines, part by part: `qxgeo.geodesy.partition` as compiled loops.

A grid lies over the edges of all polygons (`qxgeo.geodesy.loops.cells`). A cell without an edge
belongs to one owner; in the others a place is labelled by the edges between it and the middle of
its cell. Whatever a double cannot decide for sure, as a place on an edge itself, is handed back to
the plain form, whose predicates are exact.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.intervals import to_steps
from qxgeo.geodesy.loops.cells import (
    CLEAR_DEG,
    MIDDLE_ACROSS,
    MIDDLE_UP,
    NOBODY,
    columns_of,
    rows_of,
    to_cells,
)
from qxgeo.geodesy.loops.discs import box_of
from qxgeo.geodesy.loops.room import TOO_SMALL, bare, grow, grow_whole, index
from qxgeo.geodesy.partition import NOWHERE, PARALLEL, TOUCH, shortest_cut

HARD = -2
FEW = 48  # edges near a part: more, and they are looked up segment by segment
NEAR = 10 * TOUCH  # of a segment
CERTAIN = 4e-16  # of the products of an orientation; Shewchuk 1997: (3 + 16 eps) eps
gap_allowed = bare(shortest_cut)
on_step = bare(to_steps)


@njit(cache=True, nogil=True, error_model="numpy")
def cut(lonlat, first, parts, begin, end, edges, origin, scale, cells, grid):
    """Cut the parts named from `begin` up to `end` in `parts`.

    Gives part, start, end and label of the stretches, and the parts that are too hard to say.
    """
    room = 2 * (end - begin)
    part_out, label_out = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    start_out, end_out = np.empty(room), np.empty(room)
    hard = np.zeros(end - begin, dtype=np.bool_)
    places = np.empty(64)
    near = np.empty(FEW, dtype=np.int64)
    total = 0
    for row in range(begin, end):
        part = parts[row]
        low, high = first[part], first[part + 1]
        box = box_of(lonlat, low, high)
        count = TOO_SMALL
        while count == TOO_SMALL:
            count = find_cuts(
                lonlat, low, high, box, edges, origin, scale, cells, grid, near, places
            )
            if count == TOO_SMALL:
                places = np.empty(2 * len(places))
        if total + count > len(part_out):
            room = 2 * (total + count)
            part_out, label_out = grow_whole(part_out, room), grow_whole(label_out, room)
            start_out, end_out = grow(start_out, room), grow(end_out, room)
        before = total
        for left in range(count - 1):
            start, finish = places[left], places[left + 1]
            label = label_stretch(lonlat, start, finish, edges, origin, scale, cells, grid)
            if label == HARD:
                hard[row - begin] = True
                total = before
                break
            if total > before and label_out[total - 1] == label:
                end_out[total - 1] = finish
                continue
            part_out[total], label_out[total] = part, label
            start_out[total], end_out[total] = start, finish
            total += 1
    return part_out[:total], start_out[:total], end_out[:total], label_out[:total], hard


@bare
def find_cuts(lonlat, begin, end, box, edges, origin, scale, cells, grid, near, places):
    """Find the places where a part meets edges, its ends among them, ascending and apart.

    Gives how many there are, or TOO_SMALL.
    """
    few = _gather(box, edges, origin, scale, cells, grid, near)
    if few == 0:
        places[0], places[1] = begin, end - 1
        return 2
    if few > 0:
        return _find_cuts_among(lonlat, begin, end, edges, grid[6], near, few, places)
    return _find_cuts(lonlat, begin, end, edges, origin, scale, cells, grid, places)


@bare
def label_stretch(lonlat, start, end, edges, origin, scale, cells, grid):
    """Find the first polygon that holds a stretch without a cut; HARD where a double cannot say."""
    lon, lat = middle_of(lonlat, start, end)
    return label_place(lon, lat, edges, origin, scale, cells, grid)


@bare
def middle_of(lonlat, start, end):
    """Give longitude and latitude of the middle of a stretch."""
    middle = (start + end) / 2
    vertex = int(min(np.floor(middle), np.ceil(end) - 1))
    share = middle - vertex
    lon = lonlat[vertex, 0] * (1 - share) + lonlat[vertex + 1, 0] * share
    lat = lonlat[vertex, 1] * (1 - share) + lonlat[vertex + 1, 1] * share
    return lon, lat


@bare
def _gather(box, edges, origin, scale, cells, grid, near):
    """List the edges that a box around a part meets, and count them; -1 if they are many.

    Of two edges that are the same the first one is listed.
    """
    across, up = cells
    first, entry, twin = grid[0], grid[1], grid[6]
    west, south, east, north = box
    row = to_cells((west, south, east, north), origin, scale)
    if row[2] < 0 or row[3] < 0 or row[0] >= across or row[1] >= up:
        return 0
    left, right = int(max(row[0], 0.0)), int(min(row[2], across - 1.0))
    low, high = int(max(row[1], 0.0)), int(min(row[3], up - 1.0))
    lon_middle, lat_middle = (west + east) / 2, (south + north) / 2
    wide, tall = (east - west) / 2 + CLEAR_DEG, (north - south) / 2 + CLEAR_DEG
    count = 0
    for j in range(low, high + 1):
        begin, end = first[index(j * across + left)], first[index(j * across + right + 1)]
        for one in range(index(begin), index(end)):
            edge = index(entry[one])
            if 0 <= twin[edge] < np.int64(edge):  # it stands in the same cells
                continue
            x0, y0, x1, y1 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
            if max(x0, x1) < west or min(x0, x1) > east:
                continue
            if max(y0, y1) < south or min(y0, y1) > north:
                continue
            # The box lies on one side of the edge's line.
            dx, dy = x1 - x0, y1 - y0
            off = (lon_middle - x0) * dy - (lat_middle - y0) * dx
            if abs(off) > 1.000001 * (wide * abs(dy) + tall * abs(dx)):
                continue
            known = False
            for other in range(count):
                known |= near[other] == np.int64(edge)
            if known:
                continue
            if count == FEW:
                return -1
            near[index(count)] = edge
            count += 1
    return count


@bare
def _find_cuts_among(lonlat, begin, end, edges, twin, near, few, places):
    """Find the places where a part meets some edges, its ends among them, ascending and apart.

    Both ends of most segments lie on the same side of an edge's line, farther from it than a double
    errs and than what `_meet` takes for touching.
    """
    places[0], places[1] = begin, end - 1
    count = 2
    for one in range(few):
        edge = index(near[one])
        a_x, a_y = edges[edge, 0], edges[edge, 1]
        edge_dx, edge_dy = edges[edge, 2] - a_x, edges[edge, 3] - a_y
        spare = CLEAR_DEG * (abs(edge_dx) + abs(edge_dy))
        x0, y0 = lonlat[begin, 0], lonlat[begin, 1]
        side = (x0 - a_x) * edge_dy - (y0 - a_y) * edge_dx
        for vertex in range(begin, end - 1):
            before, following = side, index(vertex + 1)
            x1, y1 = lonlat[following, 0], lonlat[following, 1]
            side = (x1 - a_x) * edge_dy - (y1 - a_y) * edge_dx
            off = spare + NEAR * abs(side - before)
            if (before > off and side > off) or (before < -off and side < -off):
                continue
            if count + 6 > len(places):
                return TOO_SMALL
            x0, y0 = lonlat[vertex, 0], lonlat[vertex, 1]
            count = _meet(x0, y0, x1, y1, edges, edge, vertex, places, count)
            if twin[edge] >= 0:  # to the last bit what comes of the other one may differ
                count = _meet(x0, y0, x1, y1, edges, twin[edge], vertex, places, count)
    return _set_apart(places, count, end - 1)


@bare
def _find_cuts(lonlat, begin, end, edges, origin, scale, cells, grid, places):
    """Find the places where a part meets edges, its ends among them, ascending and apart."""
    across, up = cells
    first, entry = grid[0], grid[1]
    places[0], places[1] = begin, end - 1
    count = 2
    for vertex in range(begin, end - 1):
        x0, y0 = lonlat[vertex, 0], lonlat[vertex, 1]
        x1, y1 = lonlat[vertex + 1, 0], lonlat[vertex + 1, 1]
        row = to_cells((x0, y0, x1, y1), origin, scale)
        if max(row[0], row[2]) < 0 or min(row[0], row[2]) > across:
            continue
        if max(row[1], row[3]) < 0 or min(row[1], row[3]) > up:
            continue
        low, high = rows_of(row, up)
        for j in range(low, high + 1):
            left, right = columns_of(row, j, across)
            for one in range(first[j * across + left], first[j * across + right + 1]):
                if count + 3 > len(places):
                    return TOO_SMALL
                count = _meet(x0, y0, x1, y1, edges, entry[one], vertex, places, count)
    return _set_apart(places, count, end - 1)


@bare
def _meet(x0, y0, x1, y1, edges, edge, vertex, places, count):
    """Add the places where a segment meets an edge."""
    a_x, a_y, b_x, b_y = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
    if max(a_x, b_x) < min(x0, x1) or min(a_x, b_x) > max(x0, x1):
        return count
    if max(a_y, b_y) < min(y0, y1) or min(a_y, b_y) > max(y0, y1):
        return count
    dx, dy = x1 - x0, y1 - y0
    edge_dx, edge_dy = b_x - a_x, b_y - a_y
    gap_x, gap_y = a_x - x0, a_y - y0
    turn = dx * edge_dy - dy * edge_dx
    if turn != 0:
        along = (gap_x * edge_dy - gap_y * edge_dx) / turn
        along_edge = (gap_x * dy - gap_y * dx) / turn
        if abs(along - 0.5) <= 0.5 + TOUCH and abs(along_edge - 0.5) <= 0.5 + TOUCH:
            places[count] = vertex + on_step(min(max(along, 0.0), 1.0))
            count += 1
    length2 = max(dx * dx + dy * dy, 1e-300)
    if abs(turn) <= PARALLEL * length2:
        for corner in range(2):
            x, y = gap_x + corner * edge_dx, gap_y + corner * edge_dy
            at = (x * dx + y * dy) / length2
            if 0 < at < 1:
                places[count] = vertex + on_step(at)
                count += 1
    return count


@bare
def _set_apart(places, count, last):
    """Sort places, keep those apart from the one before, and end with the last."""
    for row in range(1, count):
        place, at = places[row], row
        while at > 0 and places[at - 1] > place:
            places[at] = places[at - 1]
            at -= 1
        places[at] = place
    kept, before = 1, places[0]
    for row in range(1, count):
        place = places[row]
        if place - before > gap_allowed(place):
            places[kept] = place
            kept += 1
        before = place
    places[kept - 1] = last
    return kept


@bare
def label_place(lon, lat, edges, origin, scale, cells, grid):
    """Find the first polygon that holds a place; HARD where a double cannot say."""
    across, up = cells
    first, entry, owner, inside, cover, unclear, _ = grid
    x, y = (lon - origin[0]) * scale[0], (lat - origin[1]) * scale[1]
    if x < 0 or y < 0 or x >= across or y >= up:
        return NOWHERE
    i, j = int(x), int(y)
    cell = j * across + i
    if unclear[cell]:
        return HARD
    best = np.int64(cover[cell])
    middle_lon = origin[0] + (i + MIDDLE_ACROSS) / scale[0]
    middle_lat = origin[1] + (j + MIDDLE_UP) / scale[1]
    one, stop = first[cell], first[cell + 1]
    while one < stop and owner[one] < best:
        polygon, is_in = np.int64(owner[one]), inside[one]
        while one < stop and owner[one] == polygon:
            crossed = _is_between(lon, lat, middle_lon, middle_lat, edges, entry[one])
            if crossed == HARD:
                return HARD
            is_in ^= crossed == 1
            one += 1
        if is_in:
            best = polygon
    return NOWHERE if best == NOBODY else best


@bare
def _is_between(lon, lat, middle_lon, middle_lat, edges, edge):
    """Say whether an edge runs between two places: 1, 0 or HARD."""
    a_x, a_y, b_x, b_y = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
    one = _side(lon, lat, middle_lon, middle_lat, a_x, a_y)
    other = _side(lon, lat, middle_lon, middle_lat, b_x, b_y)
    if one * other > 0:
        return 0
    here = _side(a_x, a_y, b_x, b_y, lon, lat)
    there = _side(a_x, a_y, b_x, b_y, middle_lon, middle_lat)
    if here * there > 0:
        return 0
    if one == 0 or other == 0 or here == 0 or there == 0:
        return HARD
    return 1


@bare
def _side(x0, y0, x1, y1, x, y):
    """Say on which side of a line a place lies; 0 where a double is not sure."""
    left, right = (x0 - x) * (y1 - y), (y0 - y) * (x1 - x)
    turn = left - right
    if abs(turn) <= CERTAIN * (abs(left) + abs(right)):
        return 0
    return 1 if turn > 0 else -1
