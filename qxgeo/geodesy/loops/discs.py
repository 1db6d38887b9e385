"""Stretches of lines in discs, part by part: `qxgeo.geodesy.neighbourhoods` as compiled loops."""

from __future__ import annotations

import numpy as np
from numba import njit

from qxgeo.geodesy.intervals import to_steps
from qxgeo.geodesy.loops.ground import RADIAN, square_and_slope, square_m2
from qxgeo.geodesy.loops.room import TOO_SMALL, bare, grow, grow_whole, index
from qxgeo.geodesy.neighbourhoods import FOOT_STEPS, MOST_STEPS, ROOT_TOLERANCE_M

TOLERANCE_M2 = ROOT_TOLERANCE_M**2
on_step = bare(to_steps)


@njit(cache=True, nogil=True, error_model="numpy")
def reach(lonlat, first, begin, end, frames, bounds, grid, radius_m2, limit_m2):
    """Find the reach of parts from `begin` up to `end`.

    Gives part, start and end of disjoint stretches, and squared distance and number of the nearest
    station of each part; those are looked for where `limit_m2` is not negative.
    """
    stations = len(frames[0])
    seen = np.full(stations, -1, dtype=np.int64)
    near, least = np.empty(stations, dtype=np.int64), np.empty(stations)
    starts, ends = np.empty(64), np.empty(64)
    part_out = np.empty(end - begin, dtype=np.int64)
    start_out, end_out = np.empty(end - begin), np.empty(end - begin)
    nearest_m2 = np.full(end - begin, np.inf)
    nearest = np.full(end - begin, -1, dtype=np.int64)
    total, stamp = 0, 0
    for part in range(begin, end):
        low, high = first[part], first[part + 1]
        box, here, pieces = box_of(lonlat, low, high), part - begin, TOO_SMALL
        while pieces == TOO_SMALL:
            stamp += 1
            pieces, nearest_m2[here], nearest[here] = reach_part(
                lonlat, low, high, box, stamp, frames, bounds, grid,
                radius_m2, limit_m2, seen, near, least, starts, ends,
            )  # fmt: skip
            if pieces == TOO_SMALL:
                more = 2 * (len(starts) + high - low)
                starts, ends = np.empty(more), np.empty(more)
        if total + pieces > len(part_out):
            more = 2 * (total + pieces)
            part_out, start_out = grow_whole(part_out, more), grow(start_out, more)
            end_out = grow(end_out, more)
        for row in range(pieces):
            part_out[total], start_out[total], end_out[total] = part, starts[row], ends[row]
            total += 1
    return part_out[:total], start_out[:total], end_out[:total], nearest_m2, nearest


@bare
def reach_part(
    lonlat, begin, end, box, stamp, frames, bounds, grid,
    radius_m2, limit_m2, seen, near, least, starts, ends,
):  # fmt: skip
    """Find the reach of a part, with room for as many stations as there are and a new stamp.

    Fills where disjoint stretches start and end. Gives how many there are, or TOO_SMALL, and
    squared distance and number of the nearest station; where that is not looked for, number of a
    station whose disc holds the part for sure.
    """
    nearest_m2, nearest, pieces = np.inf, np.int64(-1), 0
    count, is_whole, bound_m2 = _list_stations(
        box, stamp, frames[0], bounds, grid, radius_m2, limit_m2, seen, near, least
    )
    bound_m2 = min(bound_m2, limit_m2)
    for row in range(count):
        station = near[row]
        if least[row] > bound_m2 and (is_whole or least[row] > radius_m2):
            continue
        if pieces + end - begin > len(starts):
            return TOO_SMALL, nearest_m2, nearest
        before = pieces
        pieces, square = _look_at_part(
            lonlat, begin, end, frames, station,
            bounds, radius_m2, limit_m2 >= 0, starts, ends, pieces,
        )  # fmt: skip
        is_whole |= pieces > before and starts[before] == begin and ends[before] == end - 1
        if is_whole and limit_m2 < 0:
            break
        closer = square < nearest_m2 or (square == nearest_m2 and station < nearest)
        if square <= limit_m2 and closer:
            nearest_m2, nearest = square, station
            bound_m2 = min(bound_m2, square)
    if is_whole:
        starts[0], ends[0] = begin, end - 1
        if count == 0:
            nearest = near[0]
        return 1, nearest_m2, nearest
    return _unite(starts, ends, pieces), nearest_m2, nearest


@bare
def box_of(lonlat, begin, end):
    """Give west, south, east and north of vertices."""
    west, south = lonlat[begin, 0], lonlat[begin, 1]
    east, north = west, south
    for vertex in range(begin + 1, end):
        lon, lat = lonlat[vertex, 0], lonlat[vertex, 1]
        west, east = min(west, lon), max(east, lon)
        south, north = min(south, lat), max(north, lat)
    return west, south, east, north


@bare
def _list_stations(box, stamp, centre, bounds, grid, radius_m2, limit_m2, seen, near, least):
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
            cell = index(j * cells[0] + i)
            for entry in range(index(first[cell]), index(first[cell + index(1)])):
                station = index(member[entry])
                if seen[station] == stamp:
                    continue
                seen[station] = stamp
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
                        near[0] = np.int64(station)
                        return 0, is_whole, bound_m2
                near[index(count)], least[index(count)] = np.int64(station), least_m2
                count += 1
    return count, is_whole, bound_m2


@bare
def is_held(box, station, centre, bounds, radius_m2):
    """Say whether the disc around a station holds a box for sure."""
    half, most, station = bounds[0], bounds[1], index(station)
    u = max(box[2] - centre[station, 0], centre[station, 0] - box[0])
    v = max(box[3] - centre[station, 1], centre[station, 1] - box[1])
    if u > half[station, 0] or v > half[station, 1]:
        return False
    return most[station, 0] * (u * RADIAN) ** 2 + most[station, 1] * (v * RADIAN) ** 2 <= radius_m2


@bare
def _look_at_part(
    lonlat, begin, end, frames, station, bounds, radius_m2, wants_nearest, starts, ends, pieces
):
    """Add the stretches of a part within the radius, and give its least squared distance.

    Nobody who asks for stretches alone needs the distance of a segment that lies inside or outside
    for sure.
    """
    half, most, small = bounds
    wide, tall = half[station, 0], half[station, 1]
    most_u, most_v = most[station, 0] * RADIAN**2, most[station, 1] * RADIAN**2
    small_u, small_v = small[station, 0] * RADIAN**2, small[station, 1] * RADIAN**2
    centre_lon, centre_lat = frames[0][station, 0], frames[0][station, 1]
    scale_lon = frames[1][station, 0]
    scale_lat = frames[3][station, 0]
    bend = wide * RADIAN
    origin = pieces
    least_m2 = np.inf
    known = False
    last_m2 = 0.0
    for vertex in range(begin, end - 1):
        lon, lat = lonlat[vertex, 0], lonlat[vertex, 1]
        next_lon, next_lat = lonlat[vertex + 1, 0], lonlat[vertex + 1, 1]
        x, y, next_x, next_y = (
            lon - centre_lon, lat - centre_lat, next_lon - centre_lon, next_lat - centre_lat
        )  # fmt: skip
        west, east = min(x, next_x), max(x, next_x)
        south, north = min(y, next_y), max(y, next_y)
        if west > wide or east < -wide or south > tall or north < -tall:
            known = False
            continue
        enter, leave, is_cut = 0.0, 1.0, True
        if not wants_nearest:
            u, v = max(west, -east, 0.0), max(south, -north, 0.0)
            if small_u * (u * u) + small_v * (v * v) > radius_m2:
                known = False
                continue
            u, v = max(-west, east), max(-south, north)
            if u <= wide and v <= tall and most_u * (u * u) + most_v * (v * v) <= radius_m2:
                known = is_cut = False
        if is_cut:
            first_m2 = last_m2 if known else square_m2(frames, station, lon, lat)
            last_m2 = square_m2(frames, station, next_lon, next_lat)
            known = True
            step_lon, step_lat = next_lon - lon, next_lat - lat
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
        starts[pieces], ends[pieces] = enter, leave
        pieces += 1
    return pieces, least_m2


@bare
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


@bare
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


@bare
def _unite(starts, ends, pieces):
    """Unite the stretches of one part in their place, and count what comes of them."""
    for row in range(1, pieces):  # stretches of one station ascend already: few places change
        start, end, place = starts[row], ends[row], row
        while place > 0 and starts[place - 1] > start:
            starts[place], ends[place] = starts[place - 1], ends[place - 1]
            place -= 1
        starts[place], ends[place] = start, end
    last = 0
    for row in range(1, pieces):
        if starts[row] > ends[last]:
            last += 1
            starts[last], ends[last] = starts[row], ends[row]
        else:
            ends[last] = max(ends[last], ends[row])
    return min(pieces, last + 1)
