"""Stretches of lines in discs, part by part: `qxgeo.geodesy.neighbourhoods` as compiled loops."""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.intervals import to_steps
from qxgeo.geodesy.loops.ground import RADIAN, square_and_slope, square_m2
from qxgeo.geodesy.loops.room import grow, grow_whole
from qxgeo.geodesy.neighbourhoods import FOOT_STEPS, MOST_STEPS, ROOT_TOLERANCE_M

TOLERANCE_M2 = ROOT_TOLERANCE_M**2
on_step = njit(cache=True, nogil=True)(to_steps)


@njit(cache=True, nogil=True)
def reach(lonlat, first, begin, end, frames, bounds, grid, radius_m2, limit_m2):
    """Find the reach of parts from `begin` up to `end`.

    Gives part, start and end of disjoint stretches, and squared distance and number of the nearest
    station of each part; those are looked for where `limit_m2` is not negative.
    """
    stations = len(frames[0])
    seen = np.full(stations, -1, dtype=np.int64)
    near = np.empty(stations, dtype=np.int64)
    least = np.empty(stations)
    starts, ends = np.empty(64), np.empty(64)
    part_out = np.empty(end - begin, dtype=np.int64)
    start_out, end_out = np.empty(end - begin), np.empty(end - begin)
    nearest_m2 = np.full(end - begin, np.inf)
    nearest = np.full(end - begin, -1, dtype=np.int64)
    total = 0
    for part in range(begin, end):
        box = _box_of(lonlat, first[part], first[part + 1])
        count, is_whole, bound_m2 = _list_stations(
            box, part, frames[0], bounds, grid, radius_m2, limit_m2, seen, near, least
        )
        if count == 0 and not is_whole:
            continue
        pieces = 0
        bound_m2 = min(bound_m2, limit_m2)
        for row in range(count):
            station = near[row]
            if least[row] > bound_m2 and (is_whole or least[row] > radius_m2):
                continue
            before = pieces
            pieces, square, starts, ends = _look_at_part(
                lonlat, first[part], first[part + 1], frames, station,
                bounds[0], radius_m2, limit_m2 >= 0, starts, ends, pieces,
            )  # fmt: skip
            if pieces > before and _is_all(starts[before], ends[before], first, part):
                is_whole = True
            here = part - begin
            closer = square < nearest_m2[here]
            same = square == nearest_m2[here] and station < nearest[here]
            if square <= limit_m2 and (closer or same):
                nearest_m2[here], nearest[here] = square, station
                bound_m2 = min(bound_m2, square)
        if is_whole:
            starts[0], ends[0] = first[part], first[part + 1] - 1
            pieces = 1
        if total + pieces > len(part_out):
            room = 2 * (total + pieces)
            part_out, start_out = grow_whole(part_out, room), grow(start_out, room)
            end_out = grow(end_out, room)
        total = _unite(starts, ends, pieces, part, part_out, start_out, end_out, total)
    return part_out[:total], start_out[:total], end_out[:total], nearest_m2, nearest


@njit(cache=True, nogil=True)
def _box_of(lonlat, begin, end):
    """Give west, south, east and north of vertices."""
    west, south = lonlat[begin, 0], lonlat[begin, 1]
    east, north = west, south
    for vertex in range(begin + 1, end):
        lon, lat = lonlat[vertex, 0], lonlat[vertex, 1]
        west, east = min(west, lon), max(east, lon)
        south, north = min(south, lat), max(north, lat)
    return west, south, east, north


@njit(cache=True, nogil=True)
def _list_stations(box, part, centre, bounds, grid, radius_m2, limit_m2, seen, near, least):
    """List the stations that may reach a box, and say whether one of them holds all of it.

    The last value bounds the squared distance to the nearest station from above.
    """
    west, south, east, north = box
    half, most, small = bounds
    origin, scale, cells, first, member = grid
    left, right = (west - origin[0]) * scale[0], (east - origin[0]) * scale[0]
    low, high = (south - origin[1]) * scale[1], (north - origin[1]) * scale[1]
    count, is_whole, bound_m2 = 0, False, np.inf
    # A box that touches the last line of the grid stands in the last cell, as the stations do.
    if right < 0 or high < 0 or left > cells[0] or low > cells[1]:
        return count, is_whole, bound_m2
    i_first, i_last = int(max(left, 0.0)), int(min(right, cells[0] - 1.0))
    j_first, j_last = int(max(low, 0.0)), int(min(high, cells[1] - 1.0))
    reach_m2 = max(radius_m2, limit_m2)
    for j in range(min(j_first, j_last), j_last + 1):
        for i in range(min(i_first, i_last), i_last + 1):
            for entry in range(first[j * cells[0] + i], first[j * cells[0] + i + 1]):
                station = member[entry]
                if seen[station] == part:
                    continue
                seen[station] = part
                w, s = west - centre[station, 0], south - centre[station, 1]
                e, n = east - centre[station, 0], north - centre[station, 1]
                gap_u = max(w, -e, 0.0)
                gap_v = max(s, -n, 0.0)
                if gap_u > half[station, 0] or gap_v > half[station, 1]:
                    continue
                u2, v2 = (gap_u * RADIAN) ** 2, (gap_v * RADIAN) ** 2
                least_m2 = small[station, 0] * u2 + small[station, 1] * v2
                if least_m2 > reach_m2:
                    continue
                far_u, far_v = max(abs(w), abs(e)), max(abs(s), abs(n))
                if far_u <= half[station, 0] and far_v <= half[station, 1]:
                    u2, v2 = (far_u * RADIAN) ** 2, (far_v * RADIAN) ** 2
                    most_m2 = most[station, 0] * u2 + most[station, 1] * v2
                    bound_m2 = min(bound_m2, most_m2)
                    is_whole |= most_m2 <= radius_m2
                    if is_whole and limit_m2 < 0:
                        return 0, is_whole, bound_m2
                near[count], least[count] = station, least_m2
                count += 1
    return count, is_whole, bound_m2


@njit(cache=True, nogil=True)
def _look_at_part(
    lonlat, begin, end, frames, station, half, radius_m2, wants_nearest, starts, ends, pieces
):
    """Add the stretches of a part within the radius, and give its least squared distance."""
    wide, tall = half[station]
    centre_lon, centre_lat = frames[0][station]
    scale_lon = frames[1][station, 0]
    scale_lat = frames[3][station, 0]
    bend = wide * RADIAN
    origin = pieces
    least_m2 = np.inf
    known = False
    last_m2 = 0.0
    for vertex in range(begin, end - 1):
        lon, lat = lonlat[vertex, 0], lonlat[vertex, 1]
        step_lon, step_lat = lonlat[vertex + 1, 0] - lon, lonlat[vertex + 1, 1] - lat
        x, y = lon - centre_lon, lat - centre_lat
        if (
            min(x, x + step_lon) > wide
            or max(x, x + step_lon) < -wide
            or min(y, y + step_lat) > tall
            or max(y, y + step_lat) < -tall
        ):
            known = False
            continue
        first_m2 = last_m2 if known else square_m2(frames, station, lon, lat)
        last_m2 = square_m2(frames, station, lonlat[vertex + 1, 0], lonlat[vertex + 1, 1])
        known = True
        across, along = scale_lon * (step_lon * RADIAN), (step_lat * RADIAN) / scale_lat
        length_m2 = across * across + along * along
        spare_m2 = 2.0 * length_m2 * bend
        length_m2 = max(length_m2, 1e-30)
        segment = (lon, lat, step_lon, step_lat)
        quadratic = (first_m2, last_m2, length_m2)
        foot_m2 = _foot_m2(
            frames, station, segment, quadratic, spare_m2, radius_m2, wants_nearest, least_m2
        )
        least_m2 = min(least_m2, first_m2, last_m2, foot_m2)
        if first_m2 > radius_m2 and last_m2 > radius_m2 and foot_m2 > radius_m2:
            continue
        enter, leave = 0.0, 1.0
        if first_m2 > radius_m2:
            enter = on_step(_root(frames, station, segment, quadratic, radius_m2, -1.0))
        if last_m2 > radius_m2:
            leave = on_step(_root(frames, station, segment, quadratic, radius_m2, 1.0))
        if leave <= enter:
            continue
        enter, leave = vertex + enter, vertex + leave
        if pieces > origin and ends[pieces - 1] == enter:
            ends[pieces - 1] = leave
            continue
        if pieces == len(starts):
            starts, ends = grow(starts, 2 * pieces), grow(ends, 2 * pieces)
        starts[pieces], ends[pieces] = enter, leave
        pieces += 1
    return pieces, least_m2, starts, ends


@njit(cache=True, nogil=True)
def _foot_m2(frames, station, segment, quadratic, spare_m2, radius_m2, wants_nearest, least_m2):
    """Give the squared distance where a segment comes nearest, if that matters; else infinity."""
    lon, lat, step_lon, step_lat = segment
    first_m2, last_m2, length_m2 = quadratic
    lean = last_m2 - first_m2 - length_m2
    at = -lean / (2 * length_m2)
    spare = 2 * spare_m2 / length_m2
    if at <= -spare or at >= 1 + spare:
        return np.inf
    guess_m2 = first_m2 - lean * lean / (4 * length_m2) - spare_m2
    ends_m2 = min(first_m2, last_m2)
    matters = ends_m2 > radius_m2 and guess_m2 <= radius_m2
    if not matters and not (wants_nearest and guess_m2 < min(ends_m2, least_m2)):
        return np.inf
    at = min(max(at, 0.0), 1.0)
    for _ in range(FOOT_STEPS):
        _, slope = square_and_slope(
            frames, station, lon + step_lon * at, lat + step_lat * at, step_lon, step_lat
        )
        at = min(max(at - slope / (2 * length_m2), 0.0), 1.0)
    if at <= 0 or at >= 1:
        return np.inf
    return square_m2(frames, station, lon + step_lon * at, lat + step_lat * at)


@njit(cache=True, nogil=True)
def _root(frames, station, segment, quadratic, radius_m2, side):
    """Find where a segment crosses the circle: coming in with `side` -1, going out with 1."""
    lon, lat, step_lon, step_lat = segment
    length_m2 = quadratic[2]
    lean = quadratic[1] - quadratic[0] - length_m2
    root = np.sqrt(max(lean * lean - 4 * length_m2 * (quadratic[0] - radius_m2), 0.0))
    place = min(max((side * root - lean) / (2 * length_m2), 0.0), 1.0)
    outside = max(side, 0.0)
    for _ in range(MOST_STEPS):
        square, slope = square_and_slope(
            frames, station, lon + step_lon * place, lat + step_lat * place, step_lon, step_lat
        )
        if slope * side <= 0:  # past the nearest place the tangent leads away
            if place == outside:
                break
            place = outside
            continue
        step = (square - radius_m2) / slope
        place = min(max(place - step, 0.0), 1.0)
        if step * step * length_m2 <= TOLERANCE_M2:
            break
    return place


@njit(cache=True, nogil=True)
def _is_all(start, end, first, part):
    """Say whether a stretch runs from the first vertex of its part to the last."""
    return start == first[part] and end == first[part + 1] - 1


@njit(cache=True, nogil=True)
def _unite(starts, ends, pieces, part, part_out, start_out, end_out, total):
    """Unite the stretches of one part behind those of the parts before it."""
    if pieces == 0:
        return total
    for row in range(1, pieces):  # stretches of one station ascend already: few places change
        start, end, place = starts[row], ends[row], row
        while place > 0 and starts[place - 1] > start:
            starts[place], ends[place] = starts[place - 1], ends[place - 1]
            place -= 1
        starts[place], ends[place] = start, end
    start, end = starts[0], ends[0]
    for row in range(1, pieces):
        if starts[row] > end:
            part_out[total], start_out[total], end_out[total] = part, start, end
            total += 1
            start, end = starts[row], ends[row]
        else:
            end = max(end, ends[row])
    part_out[total], start_out[total], end_out[total] = part, start, end
    return total + 1
