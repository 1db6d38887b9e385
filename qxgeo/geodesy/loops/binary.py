"""Lines out of well-known binary and into it: one look at every byte, no more."""

from __future__ import annotations

import numpy as np
from numba import njit

STRANGE = -1
HEADER = 9  # bytes: order, type, how many vertices
LINE = 2  # the type of a plain line
FEWEST = 2  # vertices of a line


@njit(cache=True, nogil=True)
def unpack(data, word, value, offsets, low, high, grid, longest, lonlat, first, row_of):
    """Take plain lines whose boxes meet one of some boxes.

    `word` and `value` are the bytes of `data` as 32-bit and as floating-point numbers, beginning at
    every byte. Fills vertices, first vertex of each line and its row; gives how many lines that
    are, or STRANGE where a row is no plain line of finite places, and whether a segment is longer
    than `longest` degrees.
    """
    vertex, count, is_long = np.int64(0), 0, False
    for row in range(len(offsets) - 1):
        begin, size = offsets[row], offsets[row + 1] - offsets[row]
        if size < HEADER or data[begin] != 1 or word[begin + 1] != LINE:
            return STRANGE, False
        vertices = np.int64(word[begin + 5])
        if size != HEADER + 16 * vertices:
            return STRANGE, False
        if vertices < FEWEST:
            continue
        at = begin + HEADER
        lon, lat = value[at], value[at + 8]
        west, south, east, north = lon, lat, lon, lat
        longest_here, total = 0.0, 0.0
        for k in range(vertices):
            before_lon, before_lat = lon, lat
            lon, lat = value[at + 16 * k], value[at + 16 * k + 8]
            lonlat[vertex + k, 0], lonlat[vertex + k, 1] = lon, lat
            west, east = min(west, lon), max(east, lon)
            south, north = min(south, lat), max(north, lat)
            longest_here = max(longest_here, abs(lon - before_lon) + abs(lat - before_lat))
            total += lon + lat
        if not np.isfinite(total):
            return STRANGE, False
        if _meets(west, south, east, north, low, high, grid):
            first[count], row_of[count] = vertex, row
            vertex += vertices
            count += 1
            is_long |= longest_here > longest
    first[count] = vertex
    return count, is_long


@njit(cache=True, nogil=True)
def _meets(west, south, east, north, low, high, grid):
    """Say whether a box meets one of those in a grid."""
    origin, scale, cells, first, member = grid
    left, right = (west - origin[0]) * scale[0], (east - origin[0]) * scale[0]
    bottom, top = (south - origin[1]) * scale[1], (north - origin[1]) * scale[1]
    # A box that touches the last line of the grid stands in the last cell, as the others do.
    if right < 0 or top < 0 or left > cells[0] or bottom > cells[1]:
        return False
    i_last, j_last = int(min(right, cells[0] - 1.0)), int(min(top, cells[1] - 1.0))
    i_first, j_first = min(int(max(left, 0.0)), i_last), min(int(max(bottom, 0.0)), j_last)
    for j in range(j_first, j_last + 1):
        for i in range(i_first, i_last + 1):
            cell = j * cells[0] + i
            for entry in range(first[cell], first[cell + 1]):
                one = member[entry]
                across = west <= high[one, 0] and east >= low[one, 0]
                if across and south <= high[one, 1] and north >= low[one, 1]:
                    return True
    return False


@njit(cache=True, nogil=True)
def pack(lonlat, start, end, offsets, data, word, value, bounds):
    """Write stretches of lines as plain lines, and their boxes.

    `word` and `value` are the bytes of `data` as in `unpack`. Fills `data`, where `offsets` say,
    and `bounds`: west, south, east and north of each.
    """
    for row in range(len(start)):
        begin, finish = int(np.floor(start[row])), int(np.ceil(end[row])) - 1
        vertices = max(finish - begin, 0) + 2
        at = offsets[row]
        data[at] = 1
        word[at + 1] = LINE
        word[at + 5] = vertices
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        for k in range(vertices):
            if k == 0:
                lon, lat = _between(lonlat, begin, start[row] - begin)
            elif k == vertices - 1:
                lon, lat = _between(lonlat, finish, end[row] - finish)
            else:
                lon, lat = lonlat[begin + k, 0], lonlat[begin + k, 1]
            value[at + HEADER + 16 * k] = lon
            value[at + HEADER + 16 * k + 8] = lat
            west, east = min(west, lon), max(east, lon)
            south, north = min(south, lat), max(north, lat)
        bounds[row, 0], bounds[row, 1], bounds[row, 2], bounds[row, 3] = west, south, east, north


@njit(cache=True, nogil=True)
def _between(lonlat, before, share):
    """Give the place that lies so far on the way to the next vertex."""
    after = min(before + 1, len(lonlat) - 1)
    lon = lonlat[before, 0] * (1 - share) + lonlat[after, 0] * share
    return lon, lonlat[before, 1] * (1 - share) + lonlat[after, 1] * share
