"""Road lines as one flat list of vertices, joined where an end lies on another line.

Two roads meet where they have a vertex in common, as in OpenStreetMap. Lines drawn by hand often
miss each other by centimetres; a *loose* end, at which no other line has a vertex, is joined to
another line within `END_SNAP_M`, and any end that lies on another line (within `ON_LINE_M`) is
joined too. Lines that merely cross stay apart: one of them is a bridge or a tunnel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import local_plane, move_coordinates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

END_SNAP_M = 1.0  # a lane's width is 3 m: two roads side by side never come so near
ON_LINE_M = 0.05  # what rounding to seven decimals and drawing tools leave
_KEYS_PER_DEG = 1e8  # vertices within about a millimetre are one


@dataclass(frozen=True, slots=True)
class RoadLines:
    """Lines as flat arrays.

    Attributes
    ----------
    lonlat
        Vertices of all lines, one line after the other, shape (n, 2).
    line
        Line of each vertex, rising, shape (n,).
    row
        Row of the roads table that each line comes from, shape (lines,).
    vertex
        Number of the place of each vertex; equal numbers are the same place, shape (n,).
    """

    lonlat: Floats
    line: Ints
    row: Ints
    vertex: Ints

    @classmethod
    def from_geometries(cls, geometries: Shapes) -> RoadLines:
        """Take lines apart; parts without length are left out."""
        parts, row = shapely.get_parts(shapely.force_2d(geometries), return_index=True)
        is_drawn = shapely.length(parts) > 0
        lonlat, line = shapely.get_coordinates(parts[is_drawn], return_index=True)
        row = row[is_drawn]
        return cls.from_vertices(lonlat, line.astype(np.int64), row.astype(np.int64))

    @classmethod
    def from_vertices(cls, lonlat: Floats, line: Ints, row: Ints) -> RoadLines:
        """Build from vertices without repeated ones and without lines of a single place."""
        vertex = _number_places(lonlat)
        is_new = np.ones(len(line), dtype=bool)
        is_new[1:] = (line[1:] != line[:-1]) | (vertex[1:] != vertex[:-1])
        kept = is_new & (np.bincount(line[is_new], minlength=len(row)) > 1)[line]
        lines, numbers = np.unique(line[kept], return_inverse=True)
        return cls(lonlat[kept], numbers.astype(np.int64), row[lines], vertex[kept])

    def shapes(self) -> Shapes:
        """Draw the lines, EPSG:4326."""
        if len(self.row) == 0:
            return np.empty(0, dtype=object)
        return np.asarray(shapely.linestrings(self.lonlat, indices=self.line), dtype=object)

    def is_end(self) -> NDArray[np.bool_]:
        """Mark the first and the last vertex of each line."""
        changes = self.line[1:] != self.line[:-1]
        ends = np.ones(len(self.line), dtype=bool)
        ends[1:-1] = changes[:-1] | changes[1:]
        return ends

    def passes(self) -> Ints:
        """Count how often the place of each vertex is passed by any line."""
        return np.bincount(self.vertex)[self.vertex] if len(self.vertex) else self.vertex


def _number_places(lonlat: Floats) -> Ints:
    """Give equal numbers to equal places, in the order of longitude and latitude."""
    keys = np.round(lonlat * _KEYS_PER_DEG).astype(np.int64)
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    is_new = np.zeros(len(order), dtype=np.int64)
    is_new[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(is_new)
    return number


@dataclass(frozen=True, slots=True)
class _Joints:
    """Places where an end meets another line, in the order of those lines."""

    end: Ints  # position in the flat vertices
    line: Ints  # the other line
    before: Ints  # its vertex before the place, position in the flat vertices
    share: Floats  # of the segment behind that vertex
    distance_m: Floats


def join_ends(lines: RoadLines) -> tuple[RoadLines, int]:
    """Join ends to the lines they lie on or just miss.

    Parameters
    ----------
    lines
        Any number.

    Returns
    -------
    joined
        The lines, with a new vertex where an end meets them, and behind them the short lines that
        bridge what was missing; those have the row of the line whose end they lengthen.
    count
        How many ends were joined.
    """
    if len(lines.row) == 0:
        return lines, 0
    joints = _find_joints(lines)
    start, stop = lines.lonlat[joints.before], lines.lonlat[joints.before + 1]
    targets = start + joints.share[:, None] * (stop - start)
    is_on_line = joints.distance_m <= ON_LINE_M
    targets[is_on_line] = lines.lonlat[joints.end[is_on_line]]
    links = np.stack((lines.lonlat[joints.end], targets), axis=1).reshape(-1, 2)
    link_lines = len(lines.row) + np.repeat(np.arange(len(joints.end)), 2)
    return (
        RoadLines.from_vertices(
            np.concatenate((np.insert(lines.lonlat, joints.before + 1, targets, axis=0), links)),
            np.concatenate((np.insert(lines.line, joints.before + 1, joints.line), link_lines)),
            np.concatenate((lines.row, lines.row[lines.line[joints.end]])),
        ),
        len(joints.end),
    )


def _find_joints(lines: RoadLines) -> _Joints:
    """Find, for each end to be joined, the nearest line that does not pass it yet."""
    shapes = lines.shapes()
    flat = move_coordinates(shapes, local_plane(shapes))
    xy = shapely.get_coordinates(flat)
    ends = np.flatnonzero(lines.is_end())
    spots = np.asarray(shapely.points(xy[ends]))
    number, line = shapely.STRtree(flat).query(spots, predicate="dwithin", distance=END_SNAP_M)
    key = lines.vertex[ends[number]] * len(lines.row) + line
    is_apart = ~np.isin(key, lines.vertex * len(lines.row) + lines.line)
    number, line = number[is_apart], line[is_apart]
    distance = np.asarray(shapely.distance(spots[number], flat[line]))
    is_loose = lines.passes()[ends[number]] == 1
    is_near = is_loose | (distance <= ON_LINE_M)
    number, line, distance = number[is_near], line[is_near], distance[is_near]
    order = np.lexsort((line, distance, number))
    _, first = np.unique(number[order], return_index=True)
    number, line, distance = (array[order[first]] for array in (number, line, distance))
    along = np.asarray(shapely.line_locate_point(flat[line], spots[number]))
    before, share = _locate(lines, xy, line, along)
    order = np.lexsort((share, before))  # several on one segment follow one another
    return _Joints(ends[number[order]], line[order], before[order], share[order], distance[order])


def _locate(lines: RoadLines, xy: Floats, line: Ints, along: Floats) -> tuple[Ints, Floats]:
    """Give the vertex before each place and the share of the segment behind it."""
    step = np.hypot(*np.diff(xy, axis=0).T)
    step[lines.line[1:] != lines.line[:-1]] = 0.0
    walked = np.concatenate(([0.0], np.cumsum(step)))
    first = np.searchsorted(lines.line, line)
    last = np.searchsorted(lines.line, line, side="right") - 1
    goal = walked[first] + along
    before = np.clip(np.searchsorted(walked, goal, side="right") - 1, first, last - 1)
    share = (goal - walked[before]) / (walked[before + 1] - walked[before])
    return before, np.clip(share, 0.0, 1.0)


def count_crossings(lines: RoadLines) -> int:
    """Count the places where two lines cross without a vertex in common.

    Parameters
    ----------
    lines
        Joined lines.

    Returns
    -------
    count
        Crossings; a line that crosses itself is not looked for.
    """
    shapes = lines.shapes()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    is_once = first < second
    first, second = first[is_once], second[is_once]
    common = shapely.intersection(shapes[first], shapes[second])
    spots, pair = shapely.get_coordinates(common, return_index=True)
    if len(spots) == 0:
        return 0
    number = _number_places(np.concatenate((lines.lonlat, spots)))
    of_vertex, of_spot = number[: len(lines.line)], number[len(lines.line) :]
    taken = of_vertex * len(lines.row) + lines.line
    in_first = np.isin(of_spot * len(lines.row) + first[pair], taken)
    in_second = np.isin(of_spot * len(lines.row) + second[pair], taken)
    is_bridge = ~(in_first & in_second)
    return len(np.unique(np.stack((pair, of_spot))[:, is_bridge], axis=1).T)
