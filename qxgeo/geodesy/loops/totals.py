"""Length within discs by territory, line by line, out of well-known binary: nothing is kept.

What `discs`, `partition` and `lengths` do to arrays of lines is done here to one line after the
other, while its places are at hand, by the same loops.
"""

from __future__ import annotations

import numpy as np

from qxgeo.geodesy.lines import LONGEST_SEGMENT_DEG
from qxgeo.geodesy.loops.binary import FEWEST, HEADER, LINE
from qxgeo.geodesy.loops.discs import is_held, reach_part
from qxgeo.geodesy.loops.lengths import measure_stretch
from qxgeo.geodesy.loops.partition import FEW, HARD, find_cuts, label_stretch
from qxgeo.geodesy.loops.room import TOO_SMALL, bare

__all__ = ["FEW", "add_up"]

NANOMETRES = 1e9  # to the metre
LOW = (1 << 32) - 1  # of a sum: two halves do not overflow


@bare
def add_up(
    data, word, value, offsets, frames, bounds, grid, radius_m2, land, bands, room, totals, left
):
    """Add up the lines of a column.

    `word` and `value` are the bytes of `data` as 32-bit and as floating-point numbers, beginning at
    every byte. `totals` holds by territory, that of nobody last: roads, parts, low and high half of
    nanometres, and the last row counted. Gives how many lines have a part inside, and how many
    rows, written into `left`, have to be asked of others: no plain lines, too long segments, too
    hard to say.
    """
    edges, origin, scale, cells, inner = land
    middle, axis, equator, curvature = bands
    seen, lonlat, near, least, few, starts, ends, places, begin, finish, label = room
    roads, others, holder = 0, 0, np.int64(-1)
    for row in range(len(offsets) - 1):
        at, size = offsets[row], offsets[row + 1] - offsets[row]
        is_plain = size >= HEADER and data[at] == 1 and word[at + 1] == LINE
        vertices = np.int64(word[at + 5]) if is_plain else 0
        if not is_plain or size != HEADER + 16 * vertices:
            left[others] = row
            others += 1
            continue
        if vertices < FEWEST:
            continue
        box, is_finite = _box_of(value, at + HEADER, vertices)
        if not is_finite:
            left[others] = row
            others += 1
            continue
        if _is_far(box, grid):
            continue
        found = HARD
        if vertices <= len(lonlat):
            longest = _unpack(value, at + HEADER, vertices, lonlat)
            if longest <= LONGEST_SEGMENT_DEG:
                # Neighbours follow one another: whose disc held the last road often holds this one.
                if holder >= 0 and is_held(box, holder, frames[0], bounds, radius_m2):
                    starts[0], ends[0], pieces = 0, vertices - 1, 1
                else:
                    pieces, _, other = reach_part(
                        lonlat, 0, vertices, box, row, frames, bounds, grid,
                        radius_m2, -1.0, seen, near, least, starts, ends,
                    )  # fmt: skip
                    holder = holder if other < 0 else other
                if pieces == 0:
                    continue
                count = find_cuts(
                    lonlat, 0, vertices, box, edges, origin, scale, cells, inner, few, places
                )
                if min(pieces, count) != TOO_SMALL and pieces + count <= len(begin):
                    found = _divide(
                        lonlat, starts, ends, pieces, places,
                        edges, origin, scale, cells, inner, begin, finish, label,
                    )  # fmt: skip
        if found == HARD:
            left[others] = row
            others += 1
            continue
        roads += 1
        for part in range(found):
            length_m = measure_stretch(
                lonlat, begin[part], finish[part], middle, axis, equator, curvature
            )
            _enter(totals, label[part], row, np.int64(np.rint(length_m * NANOMETRES)))
    return roads, others


@bare
def _box_of(value, at, vertices):
    """Give west, south, east and north of places among bytes, and say whether all are finite."""
    west = east = value[at]
    south = north = value[at + 8]
    total = west + south
    for k in range(1, vertices):
        lon, lat = value[at + 16 * k], value[at + 16 * k + 8]
        west, east = min(west, lon), max(east, lon)
        south, north = min(south, lat), max(north, lat)
        total += lon + lat
    return (west, south, east, north), np.isfinite(total)


@bare
def _is_far(box, grid):
    """Say whether a box stands in cells of a grid in which nothing else does."""
    origin, scale, cells, first = grid[0], grid[1], grid[2], grid[3]
    left, right = (box[0] - origin[0]) * scale[0], (box[2] - origin[0]) * scale[0]
    low, high = (box[1] - origin[1]) * scale[1], (box[3] - origin[1]) * scale[1]
    if right < 0 or high < 0 or left > cells[0] or low > cells[1]:
        return True
    i_last, j_last = int(min(right, cells[0] - 1.0)), int(min(high, cells[1] - 1.0))
    i_first, j_first = min(int(max(left, 0.0)), i_last), min(int(max(low, 0.0)), j_last)
    for j in range(j_first, j_last + 1):
        if first[j * cells[0] + i_first] != first[j * cells[0] + i_last + 1]:
            return False
    return True


@bare
def _unpack(value, at, vertices, lonlat):
    """Take places out of bytes, and give the longest segment between them, degrees."""
    longest = 0.0
    lon, lat = value[at], value[at + 8]
    for k in range(vertices):
        before_lon, before_lat = lon, lat
        lon, lat = value[at + 16 * k], value[at + 16 * k + 8]
        lonlat[k, 0], lonlat[k, 1] = lon, lat
        longest = max(longest, abs(lon - before_lon) + abs(lat - before_lat))
    return longest


@bare
def _divide(
    lonlat, starts, ends, pieces, places, edges, origin, scale, cells, inner, begin, finish, label
):
    """Divide stretches at cuts, join what has one owner, and count; HARD where nobody can say."""
    found, cut = 0, 0
    for piece in range(pieces):
        start, end = starts[piece], ends[piece]
        while places[cut + 1] <= start:
            cut += 1
        while True:
            owner = label_stretch(
                lonlat, places[cut], places[cut + 1], edges, origin, scale, cells, inner
            )
            if owner == HARD:
                return HARD
            here, there = max(start, places[cut]), min(end, places[cut + 1])
            if found > 0 and label[found - 1] == owner and finish[found - 1] == here:
                finish[found - 1] = there
            else:
                begin[found], finish[found], label[found] = here, there, owner
                found += 1
            if places[cut + 1] >= end:
                break
            cut += 1
    return found


@bare
def _enter(totals, owner, row, length_nm):
    """Enter a part of a road; nobody's are the last."""
    roads, parts, low, high, last = totals
    if owner < 0:
        owner = len(roads) - 1
    if last[owner] != row:
        last[owner] = row
        roads[owner] += 1
    parts[owner] += 1
    low[owner] += length_nm & LOW
    high[owner] += length_nm >> 32
