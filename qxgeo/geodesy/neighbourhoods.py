"""Parts of lines and the stations near them, pair by pair: where each enters and leaves the disc.

Along a segment, straight in degrees, the square of the distance is all but a quadratic: it bends
upwards everywhere (docs/ground-distance.md), so a disc takes one stretch of it at most. Its roots
begin from the quadratic through both ends and are polished by Newton's method, which from outside
the disc never steps over the root.

This is the plain form, by whole arrays. `qxgeo.geodesy.loops.discs` does the same part by part.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy.frames import RADIAN, Frames
from qxgeo.geodesy.intervals import Intervals, to_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.geodesy.lines import Lines

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

ROOT_TOLERANCE_M = 1e-9  # the last step of an iteration
MOST_STEPS = 60  # a road that touches the circle halves the way to it with each step: 2 km to 2 fm
FOOT_STEPS = 3  # each leaves 4 % of the way, and the distance feels the square of what is left
_PARTS_AT_ONCE = 50_000
_VERTICES_AT_ONCE = 200_000  # of pairs: about 100 MB of arrays


@dataclass(frozen=True, slots=True)
class PartReach:
    """What discs reach of parts of lines.

    Attributes
    ----------
    inside
        Disjoint stretches within the radius of a station.
    square_m2
        Squared ground distance of each part to its nearest station; infinite where there is none.
    station
        That station; -1 where there is none.
    """

    inside: Intervals
    square_m2: NDArray[np.float64]
    station: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Segments:
    """Segments of parts, each seen from one station: squares at both ends, and a quadratic."""

    frames: Frames
    pair: Ints
    station: Ints
    vertex: Ints
    begin: Floats
    step: Floats
    first_m2: Floats
    last_m2: Floats
    length_m2: Floats  # as degrees go at the station: the quadratic bends by twice this
    spare_m2: Floats  # how far the quadratic may be from the squared distance

    def look(self, which: Ints, at: Floats) -> tuple[Floats, Floats]:
        """Give squared distance and slope at places on some segments."""
        lonlat = self.begin[which] + self.step[which] * at[:, None]
        return self.frames.square_and_slope(self.station[which], lonlat, self.step[which])


def find_reach(
    lines: Lines, frames: Frames, *, radius_m: float, limit_m: float, wants_nearest: bool
) -> PartReach:
    """Find the stretches within a radius of stations, and the nearest station of each part.

    Parameters
    ----------
    lines
        Roads.
    frames
        Stations, looked round from as far as `limit_m`.
    radius_m
        Ground metres; below 0 nothing is inside.
    limit_m
        Up to where the nearest station is looked for, ground metres.
    wants_nearest
        Whether it is; without, distances stay infinite.

    Returns
    -------
    reach
        One entry per part.
    """
    scene = _Scene(lines, frames, shapely.STRtree(frames.boxes()), radius_m**2)
    limit_m2 = limit_m**2 if wants_nearest else -1.0
    count = len(lines.part_line)
    several = [
        _look_at_parts(scene, begin, min(begin + _PARTS_AT_ONCE, count), limit_m2)
        for begin in range(0, max(count, 1), _PARTS_AT_ONCE)
    ]
    return PartReach(
        Intervals.concatenate(one.inside for one in several),
        np.concatenate([one.square_m2 for one in several]),
        np.concatenate([one.station for one in several]),
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every chunk of parts needs."""

    lines: Lines
    frames: Frames
    tree: shapely.STRtree
    radius_m2: float


def _look_at_parts(scene: _Scene, begin: int, end: int, limit_m2: float) -> PartReach:
    """Find the reach of parts from `begin` up to `end`."""
    lines, frames = scene.lines, scene.frames
    bounds = lines.bounds(begin, end)
    row, station = scene.tree.query(np.asarray(shapely.box(*bounds), dtype=object))
    order = np.lexsort((station, row))
    row, station = row[order], station[order]
    least_m2, most_m2 = _bound_squares(frames, station, bounds[:, row])
    is_whole = np.zeros(end - begin, dtype=bool)
    is_whole[row[most_m2 <= scene.radius_m2]] = True
    bound_m2 = np.full(end - begin, limit_m2)
    np.minimum.at(bound_m2, row, most_m2)
    must_look = (~is_whole[row] & (least_m2 <= scene.radius_m2)) | (least_m2 <= bound_m2[row])
    row, station = row[must_look], station[must_look]
    found = [lines.everywhere().take(np.flatnonzero(is_whole) + begin)]
    square_m2 = np.full(len(row), np.inf)
    for pairs in _share_out(np.diff(lines.first)[begin + row]):
        segments = _unroll(lines, frames, begin + row[pairs], station[pairs])
        foot_m2 = _square_feet(segments, scene.radius_m2, wants_nearest=limit_m2 >= 0)
        found.append(_cut(segments, foot_m2, scene.radius_m2, begin + row[pairs]))
        ends_m2 = np.minimum(segments.first_m2, segments.last_m2)
        np.minimum.at(square_m2[pairs], segments.pair, np.minimum(ends_m2, foot_m2))
    nearest_m2, nearest = _take_nearest(row, station, square_m2, end - begin, limit_m2)
    return PartReach(Intervals.concatenate(found).union(), nearest_m2, nearest)


def _bound_squares(frames: Frames, station: Ints, bounds: Floats) -> tuple[Floats, Floats]:
    """Bound the squared distance of boxes to stations, from below and from above.

    From above it is infinite where a box sticks out of the station's own.
    """
    low, high = bounds[:2].T - frames.lonlat[station], bounds[2:].T - frames.lonlat[station]
    gap = np.maximum(np.maximum(low, -high), 0.0)
    far = np.maximum(np.abs(low), np.abs(high))
    least_m2 = (frames.least_m2[station] * (gap * RADIAN) ** 2).sum(axis=1)
    most_m2 = (frames.most_m2[station] * (far * RADIAN) ** 2).sum(axis=1)
    most_m2[(far > frames.half_deg[station]).any(axis=1)] = np.inf
    return least_m2, most_m2


def _share_out(sizes: Ints) -> list[slice]:
    """Cut a list of pairs where their vertices become too many at once."""
    if len(sizes) == 0:
        return []
    heap = np.cumsum(sizes) // _VERTICES_AT_ONCE
    edges = [0, *(np.flatnonzero(np.diff(heap)) + 1), len(sizes)]
    return [slice(a, z) for a, z in pairwise(edges)]


def _unroll(lines: Lines, frames: Frames, part: Ints, station: Ints) -> _Segments:
    """Lay out the segments of parts beside their stations."""
    sizes = lines.first[part + 1] - lines.first[part]
    pair = np.repeat(np.arange(len(part)), sizes)
    vertex = np.arange(len(pair)) + (lines.first[part] - np.cumsum(sizes) + sizes)[pair]
    lonlat = lines.lonlat[vertex]
    square_m2 = frames.square_m2(station[pair], lonlat)
    segment = np.flatnonzero(pair[1:] == pair[:-1])
    mine = station[pair[segment]]
    step = lonlat[segment + 1] - lonlat[segment]
    du, dv = (step * RADIAN).T
    across, along = frames.axis_m[mine, 0] * du, dv / frames.curvature[mine, 0]
    length_m2 = across * across + along * along
    spare_m2 = 2.0 * length_m2 * (frames.half_deg[mine, 0] * RADIAN)
    return _Segments(
        frames,
        pair[segment],
        mine,
        vertex[segment],
        lonlat[segment],
        step,
        square_m2[segment],
        square_m2[segment + 1],
        np.maximum(length_m2, 1e-30),
        spare_m2,
    )


def _square_feet(segments: _Segments, radius_m2: float, *, wants_nearest: bool) -> Floats:
    """Give the squared distance where segments come nearest between their ends.

    Only where that matters: outside the disc on both ends and perhaps not between them, or perhaps
    nearer than any vertex. Elsewhere it is infinite.
    """
    first_m2, last_m2, length_m2 = segments.first_m2, segments.last_m2, segments.length_m2
    lean = last_m2 - first_m2 - length_m2
    foot = -lean / (2 * length_m2)
    guess_m2 = first_m2 - lean * lean / (4 * length_m2) - segments.spare_m2
    ends_m2 = np.minimum(first_m2, last_m2)
    matters = (ends_m2 > radius_m2) & (guess_m2 <= radius_m2)
    if wants_nearest:
        matters |= guess_m2 < ends_m2
    spare = 2 * segments.spare_m2 / length_m2
    which = np.flatnonzero(matters & (foot > -spare) & (foot < 1 + spare))
    at = np.clip(foot[which], 0.0, 1.0)
    for _ in range(FOOT_STEPS):
        _, slope = segments.look(which, at)
        at = np.clip(at - slope / (2 * length_m2[which]), 0.0, 1.0)
    foot_m2 = np.full(len(foot), np.inf)
    between = (at > 0) & (at < 1)
    foot_m2[which[between]] = segments.look(which[between], at[between])[0]
    return foot_m2


def _cut(segments: _Segments, foot_m2: Floats, radius_m2: float, part: Ints) -> Intervals:
    """Give the stretches of segments within the radius."""
    starts_in, ends_in = segments.first_m2 <= radius_m2, segments.last_m2 <= radius_m2
    which = np.flatnonzero(starts_in | ends_in | (foot_m2 <= radius_m2))
    enter, leave = np.zeros(len(which)), np.ones(len(which))
    comes, goes = ~starts_in[which], ~ends_in[which]
    enter[comes] = to_steps(_solve(segments, which[comes], radius_m2, side=-1.0))
    leave[goes] = to_steps(_solve(segments, which[goes], radius_m2, side=1.0))
    vertex = segments.vertex[which].astype(float)
    keep = leave > enter
    return Intervals(
        part[segments.pair[which]],
        vertex + enter,
        vertex + leave,
        np.zeros(len(which), dtype=np.int64),
    ).take(keep)


def _solve(segments: _Segments, which: Ints, radius_m2: float, *, side: float) -> Floats:
    """Find where segments cross the circle: coming in with `side` -1, going out with 1."""
    length_m2 = segments.length_m2[which]
    first = segments.first_m2[which] - radius_m2
    lean = segments.last_m2[which] - segments.first_m2[which] - length_m2
    root = np.sqrt(np.maximum(lean * lean - 4 * length_m2 * first, 0.0))
    place = np.clip((side * root - lean) / (2 * length_m2), 0.0, 1.0)
    outside = max(side, 0.0)
    active = np.arange(len(which))
    for _ in range(MOST_STEPS):
        if len(active) == 0:
            break
        here = place[active]
        square_m2, slope = segments.look(which[active], here)
        # Past the nearest place the tangent leads away: begin again from the end outside.
        lost = slope * side <= 0
        step = np.where(lost, 0.0, (square_m2 - radius_m2) / np.where(lost, 1.0, slope))
        place[active] = np.clip(np.where(lost, outside, here - step), 0.0, 1.0)
        is_open = step * step * length_m2[active] > ROOT_TOLERANCE_M**2
        active = active[is_open | (lost & (here != outside))]
    return place


def _take_nearest(
    row: Ints, station: Ints, square_m2: Floats, count: int, limit_m2: float
) -> tuple[Floats, Ints]:
    """Give the least distance per row and the first station at it."""
    nearest_m2, nearest = np.full(count, np.inf), np.full(count, -1, dtype=np.int64)
    near = square_m2 <= limit_m2
    row, station, square_m2 = row[near], station[near], square_m2[near]
    np.minimum.at(nearest_m2, row, square_m2)
    first = np.flatnonzero(square_m2 == nearest_m2[row])[::-1]  # stations ascend: the first stays
    nearest[row[first]] = station[first]
    return nearest_m2, nearest
