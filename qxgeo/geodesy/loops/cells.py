"""A grid over the edges of polygons: which pass a cell, and in which polygons its middle lies."""

from __future__ import annotations

import numpy as np
from numba import njit

NOBODY = 2**31 - 1  # 32 bits keep the grid in the cache
MIDDLE_ACROSS, MIDDLE_UP = 0.4871, 0.5239  # of a cell, where regular town lines seldom run
MOST_PAIRED = 64  # edges of a cell: among more, nobody looks for those that are there twice
PAD = 1e-6  # of a cell: its edges are also looked at from a hair outside
CLEAR_DEG = 1e-11  # farther than a double errs


@njit(cache=True, nogil=True, error_model="numpy")
def to_cells(edge, origin, scale):
    """Give both ends of an edge as columns and rows of the grid."""
    return (
        (edge[0] - origin[0]) * scale[0],
        (edge[1] - origin[1]) * scale[1],
        (edge[2] - origin[0]) * scale[0],
        (edge[3] - origin[1]) * scale[1],
    )


@njit(cache=True, nogil=True, error_model="numpy")
def rows_of(row, up):
    """Give the first and last row of cells that a piece of line passes."""
    low = int(np.floor(min(row[1], row[3]) - PAD))
    high = int(np.floor(max(row[1], row[3]) + PAD))
    return max(low, 0), min(high, up - 1)


@njit(cache=True, nogil=True, error_model="numpy")
def columns_of(row, j, across):
    """Give the first and last column that a piece of line passes in a row of cells."""
    x0, y0, x1, y1 = row
    if y0 > y1:
        x0, y0, x1, y1 = x1, y1, x0, y0
    begin, end = x0, x1
    if y1 > y0:
        low, high = max(j - PAD, y0), min(j + 1 + PAD, y1)
        begin = x0 + (low - y0) / (y1 - y0) * (x1 - x0)
        end = x0 + (high - y0) / (y1 - y0) * (x1 - x0)
    left, right = int(np.floor(min(begin, end) - PAD)), int(np.floor(max(begin, end) + PAD))
    return min(max(left, 0), across - 1), max(min(right, across - 1), 0)


@njit(cache=True, nogil=True, error_model="numpy")
def list_near(bounds, boxes):
    """List the rows of `bounds`, west, south, east and north, that meet any of some boxes."""
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for box in range(len(boxes)):
        west, east = min(west, boxes[box, 0]), max(east, boxes[box, 2])
        south, north = min(south, boxes[box, 1]), max(north, boxes[box, 3])
    near = np.empty(len(bounds), dtype=np.int64)
    count = 0
    for row in range(len(bounds)):
        left, low, right, high = bounds[row, 0], bounds[row, 1], bounds[row, 2], bounds[row, 3]
        if left > east or right < west or low > north or high < south:
            continue
        for box in range(len(boxes)):
            if (
                left <= boxes[box, 2]
                and right >= boxes[box, 0]
                and low <= boxes[box, 3]
                and high >= boxes[box, 1]
            ):
                near[count] = row
                count += 1
                break
    return near[:count].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def take_edges(edges, first, which):
    """Give the edges of some polygons, and where those of each begin."""
    begin = np.zeros(len(which) + 1, dtype=np.int64)
    for row in range(len(which)):
        begin[row + 1] = begin[row] + first[which[row] + 1] - first[which[row]]
    taken = np.empty((begin[-1], 4))
    for row in range(len(which)):
        taken[begin[row] : begin[row + 1]] = edges[first[which[row]] : first[which[row] + 1]]
    return taken, begin


@njit(cache=True, nogil=True, error_model="numpy")
def lay_edges(edges, edge_first, origin, scale, cells):
    """Lay the grid over edges, shape (e, 4), of polygons that own them from `edge_first` on.

    Gives first entry of each cell, the edge and its polygon of each entry, whether the middle of
    the cell lies in that polygon, the first polygon that covers a cell without an edge of it,
    whether a middle is too near an edge to say, and of each edge the one that is the same, -1 if
    there is none: most town lines part two towns, and stand there twice.
    """
    across, up = cells
    count = np.zeros(across * up + 1, dtype=np.int64)
    nothing = np.empty(0, dtype=np.int32)
    _enter(edges, origin, scale, cells, count[1:], nothing)
    first = np.cumsum(count).astype(np.int32)
    entry = np.empty(first[-1], dtype=np.int32)
    _enter(edges, origin, scale, cells, first[:-1].astype(np.int64), entry)
    owner = np.empty(len(entry), dtype=np.int32)
    polygon_of = np.empty(len(edges), dtype=np.int32)
    for polygon in range(len(edge_first) - 1):
        polygon_of[edge_first[polygon] : edge_first[polygon + 1]] = polygon
    for row in range(len(entry)):
        owner[row] = polygon_of[entry[row]]
    inside, cover, unclear = _fill(edges, edge_first, origin, scale, cells, first, owner)
    return first, entry, owner, inside, cover, unclear, _pair(edges, first, entry)


@njit(cache=True, nogil=True, error_model="numpy")
def _pair(edges, first, entry):
    """Find of each edge the one that is the same, from the one end or from the other."""
    twin = np.full(len(edges), -1, dtype=np.int32)
    for cell in range(len(first) - 1):
        if first[cell + 1] - first[cell] > MOST_PAIRED:
            continue
        for here in range(first[cell], first[cell + 1]):
            if twin[entry[here]] >= 0:
                continue
            for there in range(here + 1, first[cell + 1]):
                if twin[entry[there]] < 0 and _are_same(edges, entry[here], entry[there]):
                    twin[entry[here]], twin[entry[there]] = entry[there], entry[here]
                    break
    return twin


@njit(cache=True, nogil=True, error_model="numpy")
def _are_same(edges, one, other):
    """Say whether two edges join the same places."""
    x0, y0, x1, y1 = edges[one, 0], edges[one, 1], edges[one, 2], edges[one, 3]
    a_x, a_y, b_x, b_y = edges[other, 0], edges[other, 1], edges[other, 2], edges[other, 3]
    turned = x0 == b_x and y0 == b_y and x1 == a_x and y1 == a_y
    return turned or (x0 == a_x and y0 == a_y and x1 == b_x and y1 == b_y)


@njit(cache=True, nogil=True, error_model="numpy")
def _enter(edges, origin, scale, cells, free, entry):
    """Enter each edge at the next free place of each cell it passes; without room, count them."""
    across, up = cells
    for edge in range(len(edges)):
        row = to_cells(edges[edge], origin, scale)
        low, high = rows_of(row, up)
        for j in range(low, high + 1):
            left, right = columns_of(row, j, across)
            for cell in range(j * across + left, j * across + right + 1):
                if len(entry):
                    entry[free[cell]] = edge
                free[cell] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _fill(edges, edge_first, origin, scale, cells, first, owner):
    """Say of the middles of cells in which polygons they lie: even and odd along rows."""
    across, up = cells
    inside = np.zeros(len(owner), dtype=np.bool_)
    cover = np.full(across * up, NOBODY, dtype=np.int32)
    unclear = np.zeros(across * up, dtype=np.bool_)
    turns = np.zeros(across * up, dtype=np.bool_)
    for polygon in range(len(edge_first) - 1):
        left, right, low, high = across, -1, up, -1
        for edge in range(edge_first[polygon], edge_first[polygon + 1]):
            x0, y0, x1, y1 = edges[edge]
            row = to_cells(edges[edge], origin, scale)
            j_first, j_last = rows_of(row, up)
            i_first = min(max(int(np.floor(min(row[0], row[2]))) - 1, 0), across - 1)
            left, low, high = min(left, i_first), min(low, j_first), max(high, j_last)
            right = max(right, min(int(np.floor(max(row[0], row[2]))) + 1, across - 1))
            for j in range(j_first, j_last + 1):
                y = origin[1] + (j + MIDDLE_UP) / scale[1]
                if (y0 <= y) == (y1 <= y):
                    continue
                x = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
                place = (x - origin[0]) * scale[0] - MIDDLE_ACROSS
                column = int(np.floor(place)) + 1  # the first cell whose middle lies behind
                for near in (column - 1, column):
                    middle = origin[0] + (near + MIDDLE_ACROSS) / scale[0]
                    if 0 <= near < across and abs(x - middle) < CLEAR_DEG:
                        unclear[j * across + near] = True
                column = max(column, 0)
                if column < across:
                    turns[j * across + column] ^= True
        for j in range(low, high + 1):
            is_in = False
            for cell in range(j * across + left, j * across + min(right + 2, across)):
                is_in ^= turns[cell]
                turns[cell] = False
                if is_in:
                    has_edge = False
                    for entry in range(first[cell], first[cell + 1]):
                        if owner[entry] == polygon:
                            inside[entry] = has_edge = True
                    if not has_edge:
                        cover[cell] = min(cover[cell], polygon)
    return inside, cover, unclear
