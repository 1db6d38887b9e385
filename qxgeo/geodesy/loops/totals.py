"""Length within discs by territory, line by line, out of well-known binary: nothing is kept.

What `discs`, `partition` and `lengths` do to arrays of lines is done here to one line after the
other, while its places are at hand, by the same loops.
"""

from __future__ import annotations

import numpy as np

from qxgeo.geodesy.lines import LONGEST_SEGMENT_DEG
from qxgeo.geodesy.loops.binary import FEWEST, HEADER, LINE
from qxgeo.geodesy.loops.clear import owner_of_box, owner_of_stretch
from qxgeo.geodesy.loops.discs import is_held, reach_part
from qxgeo.geodesy.loops.lengths import (
    band_of_box,
    copy_stretch,
    measure_chain,
    measure_stretch,
    stays_in_band,
)
from qxgeo.geodesy.loops.partition import FEW, HARD, find_cuts
from qxgeo.geodesy.loops.room import TOO_SMALL, bare, index

__all__ = ["FEW", "add_up"]

MOST = 4_096  # vertices of a line: roads have some six, and few more than a hundred
SPARE = 256  # stretches of a line that wait for the others, two vertices more for each
TOGETHER = 1_000  # vertices: what is measured together stays in the nearest cache
ROOM = TOGETHER + 2 * MOST + 2 * SPARE  # vertices
NANOMETRES = 1e9  # to the metre
LOW = (1 << 32) - 1  # of a sum: two halves do not overflow


@bare
def add_up(
    data, word, value, offsets, frames, bounds, grid, radius_m2,
    land, squares, bands, room, waiting, totals, left,
):  # fmt: skip
    """Add up the lines of a column.

    `word` and `value` are the bytes of `data` as 32-bit and as floating-point numbers, beginning at
    every byte; `squares` is as `clear` wants it. `totals` holds by territory, that of nobody last:
    roads, parts, low and high half of nanometres, and the last row counted. Gives how many lines
    have a part inside, and how many rows, written into `left`, have to be asked of others: no plain
    lines, too long segments, too hard to say.
    """
    edges, origin, scale, cells, inner = land
    middle = bands[0]
    seen, lonlat, near, least, few, starts, ends, places, begin, finish, label = room
    roads, others, holder = 0, 0, np.int64(-1)
    fill, band, stretches = 0, -1, 0  # of what waits to be measured together
    for row in range(len(offsets) - 1):
        at, size = offsets[row], offsets[row + 1] - offsets[row]
        is_plain = size >= HEADER and data[index(at)] == 1 and word[index(at + 1)] == LINE
        vertices = np.int64(word[index(at + 5)]) if is_plain else 0
        is_plain = is_plain and size == HEADER + 16 * vertices and vertices <= MOST
        if not is_plain:
            left[others] = row
            others += 1
            continue
        if vertices < FEWEST:
            continue
        if fill > TOGETHER:
            _settle(lonlat, fill, band, bands, stretches, waiting, totals)
            fill, stretches = 0, 0
        box, longest, is_finite = _unpack(value, at + HEADER, vertices, lonlat, fill)
        if is_finite and _is_far(box, grid):
            continue
        its_band = band
        if not stays_in_band(box[1], box[3], band, middle):
            its_band = band_of_box(box[1], box[3], middle)
        if its_band != band and fill > 0:
            _settle(lonlat, fill, band, bands, stretches, waiting, totals)
            for k in range(vertices):
                lonlat[k, 0], lonlat[k, 1] = lonlat[fill + k, 0], lonlat[fill + k, 1]
            fill, stretches = 0, 0
        band = its_band
        found, stop = HARD, fill + vertices
        if is_finite and longest <= LONGEST_SEGMENT_DEG:
            # Neighbours follow one another: whose disc held the last road often holds this one.
            if holder >= 0 and is_held(box, holder, frames[0], bounds, radius_m2):
                starts[0], ends[0], pieces = fill, stop - 1, 1
            else:
                pieces, _, other = reach_part(
                    lonlat, fill, stop, box, row, frames, bounds, grid,
                    radius_m2, -1.0, seen, near, least, starts, ends,
                )  # fmt: skip
                holder = holder if other < 0 else other
            if pieces == 0:
                continue
            owner = owner_of_box(box, edges, origin, scale, cells, inner, squares)
            if owner != HARD:
                found = _keep(starts, ends, pieces, owner, begin, finish, label)
            else:
                count = find_cuts(
                    lonlat, fill, stop, box, edges, origin, scale, cells, inner, few, places
                )
                if min(pieces, count) != TOO_SMALL and pieces + count <= len(begin):
                    found = _divide(
                        lonlat, starts, ends, pieces, places,
                        edges, origin, scale, cells, inner, squares, begin, finish, label,
                    )  # fmt: skip
        if found == HARD:
            left[others] = row
            others += 1
            continue
        roads += 1
        if band < 0 or found > SPARE:
            for part in range(found):
                length_m = measure_stretch(lonlat, begin[part], finish[part], *bands)
                _enter(totals, label[part], row, np.int64(np.rint(length_m * NANOMETRES)))
            continue
        fill = _put_aside(lonlat, begin, finish, label, found, row, fill, stop, waiting, stretches)
        stretches += found
    _settle(lonlat, fill, band, bands, stretches, waiting, totals)
    return roads, others


@bare
def _put_aside(lonlat, begin, finish, label, found, row, fill, stop, waiting, stretches):
    """Let the stretches of the last line wait, whole or copied behind it; give the free vertex."""
    row_of, owner_of, begin_of, stop_of = waiting[:4]
    is_whole = found == 1 and begin[0] == fill and finish[0] == stop - 1
    for part in range(found):
        free = index(stretches + part)
        row_of[free], owner_of[free] = row, label[part]
        begin_of[free] = fill if is_whole else stop
        if not is_whole:
            stop = copy_stretch(lonlat, begin[part], finish[part], stop)
        stop_of[free] = stop
    return stop


@bare
def _settle(lonlat, fill, band, bands, stretches, waiting, totals):
    """Measure the stretches that wait, from vertex to vertex in one band, and enter them."""
    if stretches == 0:
        return
    row_of, owner_of, begin_of, stop_of, lon, p, z, length_m = waiting
    middle, axis, equator, curvature = bands
    measure_chain(lonlat, fill, band, middle, axis, equator, curvature, lon, p, z, length_m)
    for stretch in range(index(stretches)):
        total = 0.0
        for segment in range(index(begin_of[stretch]), index(stop_of[stretch] - 1)):
            total += length_m[segment]
        _enter(totals, owner_of[stretch], row_of[stretch], np.int64(np.rint(total * NANOMETRES)))


@bare
def _keep(starts, ends, pieces, owner, begin, finish, label):
    """Take stretches as they are, all of one owner."""
    for piece in range(pieces):
        begin[piece], finish[piece], label[piece] = starts[piece], ends[piece], owner
    return pieces


@bare
def _unpack(value, at, vertices, lonlat, begin):
    """Take places out of bytes.

    Gives west, south, east and north, the longest segment in degrees, and whether all are finite.
    """
    at, begin, step, half = index(at), index(begin), index(16), index(8)
    lon, lat = value[at], value[at + half]
    lonlat[begin, 0], lonlat[begin, 1] = lon, lat
    west, south, east, north = lon, lat, lon, lat
    longest, total = 0.0, lon + lat
    for k in range(index(1), index(vertices)):
        before_lon, before_lat = lon, lat
        lon, lat = value[at + step * k], value[at + step * k + half]
        lonlat[begin + k, 0], lonlat[begin + k, 1] = lon, lat
        west, east = min(west, lon), max(east, lon)
        south, north = min(south, lat), max(north, lat)
        longest = max(longest, abs(lon - before_lon) + abs(lat - before_lat))
        total += lon + lat
    return (west, south, east, north), longest, np.isfinite(total)


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
        if first[index(j * cells[0] + i_first)] != first[index(j * cells[0] + i_last + 1)]:
            return False
    return True


@bare
def _divide(
    lonlat, starts, ends, pieces, places,
    edges, origin, scale, cells, inner, known, begin, finish, label,
):  # fmt: skip
    """Divide stretches at cuts, join what has one owner, and count; HARD where nobody can say."""
    found, cut = 0, 0
    for piece in range(pieces):
        start, end = starts[piece], ends[piece]
        while places[cut + 1] <= start:
            cut += 1
        while True:
            owner = owner_of_stretch(
                lonlat, places[cut], places[cut + 1], edges, origin, scale, cells, inner, known
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
    owner = index(owner)
    if last[owner] != row:
        last[owner] = row
        roads[owner] += 1
    parts[owner] += 1
    low[owner] += length_nm & LOW
    high[owner] += length_nm >> 32
