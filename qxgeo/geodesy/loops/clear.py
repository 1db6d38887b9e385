"""Whose a line is that meets no territory line: squares without one know their owner.

Each cell of the grid over the edges is divided into squares. Those that an edge passes are marked;
the first line that comes to another asks whose it is, and those that follow read it. Most roads
stand in one to four squares of one owner.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.loops.cells import columns_of, rows_of, to_cells
from qxgeo.geodesy.loops.partition import HARD, label_place, middle_of
from qxgeo.geodesy.loops.room import bare, index
from qxgeo.geodesy.partition import NOWHERE

UNASKED, MIXED = 0, 1  # of a square
OWNED = 3  # and the owner, -1 for nobody
LAST = (1 << 16) - 1  # that 16 bits hold, half the memory of 32: of later owners none is remembered
MOST_SQUARES = 4_096  # under a line: fewer than are counted
RUN = 32  # squares on either side that learn an owner together


@njit(cache=True, nogil=True, error_model="numpy")
def mark_squares(edges, twin, origin, scale, cells, divided, squares):
    """Mark the squares that edges pass, or pass by a hair: MIXED; `divided` a cell each way."""
    across, up = cells[0] * divided, cells[1] * divided
    finer = scale * divided
    for edge in range(len(edges)):
        if 0 <= twin[edge] < edge:  # the same squares
            continue
        row = to_cells(edges[edge], origin, finer)
        low, high = rows_of(row, up)
        for j in range(low, high + 1):
            left, right = columns_of(row, j, across)
            for square in range(j * across + left, j * across + right + 1):
                squares[square] = MIXED


@njit(cache=True, nogil=True, error_model="numpy")
def count_mixed(squares, across, up, counted):
    """Count the marked squares south-west of every corner, modulo 2^16.

    Out of four corners comes how many stand in a box (summed-area table, Crow 1984); a box of fewer
    than 2^16 squares has a right number.
    """
    for j in range(up):
        row = squares[j * across : (j + 1) * across]
        below = counted[j * (across + 1) + 1 : (j + 1) * (across + 1)]
        here = counted[(j + 1) * (across + 1) + 1 : (j + 2) * (across + 1)]
        line = 0
        for i in range(across):
            line += row[i] == MIXED
            here[i] = line
        for i in range(across):  # a loop of its own, as a processor takes many of these at a time
            here[i] += below[i]


@bare
def owner_of_box(box, edges, origin, scale, cells, grid, known):
    """Find the first polygon that holds all of a box; HARD where an edge may be near.

    `known` are the squares, `divided`, and how many marked ones stand south-west of each corner.
    """
    squares, divided, counted = known
    across, up = cells[0] * divided, cells[1] * divided
    wide, tall = scale[0] * divided, scale[1] * divided
    west, south = (box[0] - origin[0]) * wide, (box[1] - origin[1]) * tall
    east, north = (box[2] - origin[0]) * wide, (box[3] - origin[1]) * tall
    if west < 0 or south < 0 or east >= across or north >= up:
        return np.int64(HARD)
    left, right, low, high = int(west), int(east) + 1, int(south), int(north) + 1
    if (right - left) * (high - low) > MOST_SQUARES:
        return np.int64(HARD)
    lower, upper = low * (across + 1), high * (across + 1)
    north_side = np.int64(counted[index(upper + right)]) - np.int64(counted[index(upper + left)])
    south_side = np.int64(counted[index(lower + right)]) - np.int64(counted[index(lower + left)])
    if (north_side - south_side) & LAST:
        return np.int64(HARD)
    state = _state_of(left, low, edges, origin, scale, cells, grid, squares, divided)
    return np.int64(HARD) if state == MIXED else np.int64(state - OWNED)


@bare
def owner_of_stretch(lonlat, start, end, edges, origin, scale, cells, grid, known):
    """Find the first polygon that holds a stretch without a cut; HARD where a double cannot say."""
    lon, lat = middle_of(lonlat, start, end)
    state = _state_at(lon, lat, edges, origin, scale, cells, grid, known)
    vertex = int(np.floor(start)) + 1
    while state == MIXED and vertex < end:
        x, y = lonlat[vertex, 0], lonlat[vertex, 1]
        state = _state_at(x, y, edges, origin, scale, cells, grid, known)
        vertex += 1
    if state != MIXED:
        return np.int64(state - OWNED)
    return label_place(lon, lat, edges, origin, scale, cells, grid)


@bare
def _state_at(lon, lat, edges, origin, scale, cells, grid, known):
    """Read the square of a place."""
    squares, divided, _ = known
    across, up = cells[0] * divided, cells[1] * divided
    x, y = (lon - origin[0]) * (scale[0] * divided), (lat - origin[1]) * (scale[1] * divided)
    if x < 0 or y < 0 or x >= across or y >= up:
        return np.int64(NOWHERE + OWNED)
    return _state_of(int(x), int(y), edges, origin, scale, cells, grid, squares, divided)


@bare
def _state_of(i, j, edges, origin, scale, cells, grid, squares, divided):
    """Read a square; the first who does asks whose it is."""
    state = np.int64(squares[index(j * cells[0] * divided + i)])
    if state == UNASKED:
        state = _ask(i, j, edges, origin, scale, cells, grid, squares, divided)
    return state


@bare
def _ask(i, j, edges, origin, scale, cells, grid, squares, divided):
    """Find whose a square is, and tell those beside it: no edge lies between them."""
    across = cells[0] * divided
    lon = origin[0] + (i + 0.5) / (scale[0] * divided)
    lat = origin[1] + (j + 0.5) / (scale[1] * divided)
    owner = label_place(lon, lat, edges, origin, scale, cells, grid)
    square = j * across + i
    if owner == HARD:
        squares[square] = MIXED
        return np.int64(MIXED)
    state = np.int64(owner + OWNED)
    if state > LAST:
        return state
    for one in range(square, min(square + RUN, (j + 1) * across)):
        if squares[one] != UNASKED:
            break
        squares[one] = state
    for one in range(square - 1, max(square - RUN, j * across) - 1, -1):
        if squares[one] != UNASKED:
            break
        squares[one] = state
    return state
