"""Roads as arrays: ragged coordinates, and intervals along them.

A place on a line is a number: the index of the vertex before it plus the fraction of the segment
walked. Intervals of such numbers are united and intersected without touching a geometry, so a
metre is never counted twice and never lost; geometry is built once, at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import shapely

from qxgeo.geodesy.ellipsoid import ground_distance_m

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Longer segments get vertices in between: then the arc of a segment, straight in degrees, and its
# geodesic differ by less than 0.1 m and their lengths by less than 4e-9 of it, at any latitude of
# China.
LONGEST_SEGMENT_DEG = 0.02


@dataclass(frozen=True, slots=True)
class Intervals:
    """Stretches of lines.

    Attributes
    ----------
    part
        Which part of `Lines`, shape (k,).
    start, end
        Places on it, start < end, shape (k,).
    label
        A number that each stretch carries (a polygon, a station), shape (k,).
    """

    part: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    label: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the stretches."""
        return len(self.part)

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Intervals:
        """Give some of the stretches, by position or by mask."""
        return Intervals(
            self.part[chosen], self.start[chosen], self.end[chosen], self.label[chosen]
        )

    @classmethod
    def concatenate(cls, several: Iterable[Self]) -> Intervals:
        """Put several lists of stretches behind one another."""
        tables = list(several)
        if not tables:
            none = np.empty(0, dtype=np.int64)
            return cls(none, np.empty(0), np.empty(0), none)
        return cls(
            np.concatenate([t.part for t in tables]),
            np.concatenate([t.start for t in tables]),
            np.concatenate([t.end for t in tables]),
            np.concatenate([t.label for t in tables]),
        )

    def union(self) -> Intervals:
        """Unite stretches that overlap or touch on the same part; labels are dropped (0).

        Returns
        -------
        united
            Disjoint stretches, sorted by part and start.
        """
        if len(self) == 0:
            return self
        order = np.lexsort((self.start, self.part))
        part, start, end = self.part[order], self.start[order], self.end[order]
        # Places grow with the part, so a running maximum never reaches into the next part.
        furthest = np.maximum.accumulate(end)
        is_first = np.ones(len(part), dtype=bool)
        is_first[1:] = (part[1:] != part[:-1]) | (start[1:] > furthest[:-1])
        first = np.flatnonzero(is_first)
        last = np.append(first[1:], len(part)) - 1
        return Intervals(
            part[first], start[first], furthest[last], np.zeros(len(first), dtype=np.int64)
        )

    def intersection(self, other: Intervals) -> Intervals:
        """Cut disjoint stretches by other disjoint ones; the other's labels are kept.

        Parameters
        ----------
        other
            Disjoint stretches of the same lines.

        Returns
        -------
        common
            Stretches in both, sorted by part and start.
        """
        mine = self.take(np.lexsort((self.start, self.part)))
        theirs = other.take(np.lexsort((other.start, other.part)))
        # Both are disjoint and sorted along one axis: overlaps of each are a contiguous run.
        low = np.searchsorted(theirs.end, mine.start, side="right")
        high = np.searchsorted(theirs.start, mine.end, side="left")
        count = np.maximum(high - low, 0)
        row = np.repeat(np.arange(len(mine)), count)
        column = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        column += np.repeat(low, count)
        start = np.maximum(mine.start[row], theirs.start[column])
        end = np.minimum(mine.end[row], theirs.end[column])
        keep = (end > start) & (mine.part[row] == theirs.part[column])
        return Intervals(mine.part[row][keep], start[keep], end[keep], theirs.label[column][keep])


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as one coordinate array.

    Attributes
    ----------
    size
        How many lines there are (n).
    parts
        The line strings, shape (p,); a multi-part line has several.
    part_line
        Which line each part belongs to, shape (p,).
    first
        Index of each part's first vertex, and the vertex count at the end, shape (p + 1,).
    lonlat
        Vertices, degrees, shape (v, 2).
    """

    size: int
    parts: NDArray[np.object_]
    part_line: NDArray[np.int64]
    first: NDArray[np.int64]
    lonlat: NDArray[np.float64]

    @classmethod
    def from_geometries(cls, geometries: NDArray[np.object_]) -> Lines:
        """Unpack line strings and multi-part lines.

        Parameters
        ----------
        geometries
            Lines in EPSG:4326, shape (n,); empty ones have no part.

        Returns
        -------
        lines
            Heights are left out; long segments carry vertices in between.
        """
        array = np.asarray(geometries, dtype=object)
        if bool(shapely.has_z(array).any()):
            array = shapely.force_2d(array)
        owner = np.arange(len(array))
        parts = array
        counts = shapely.get_num_coordinates(parts)
        is_plain = shapely.get_type_id(array) == shapely.GeometryType.LINESTRING
        if not bool((is_plain & (counts > 0)).all()):
            parts, owner = shapely.get_parts(array, return_index=True)
            full = ~shapely.is_empty(parts)
            parts, owner = parts[full], owner[full]
            counts = shapely.get_num_coordinates(parts)
        lonlat = shapely.get_coordinates(parts)
        first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        step = np.abs(np.diff(lonlat, axis=0)).sum(axis=1)
        step[first[1:-1] - 1] = 0.0
        if bool((step > LONGEST_SEGMENT_DEG).any()):
            parts = shapely.segmentize(parts, LONGEST_SEGMENT_DEG)
            lonlat = shapely.get_coordinates(parts)
            counts = shapely.get_num_coordinates(parts)
            first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        return cls(len(array), parts, owner.astype(np.int64), first, lonlat)

    def everywhere(self) -> Intervals:
        """Give each part from its first vertex to its last."""
        return Intervals(
            np.arange(len(self.parts)),
            self.first[:-1].astype(float),
            self.first[1:].astype(float) - 1,
            np.zeros(len(self.parts), dtype=np.int64),
        )

    def segment_lengths_m(self) -> NDArray[np.float64]:
        """Give the ground length between each vertex and the next, 0 across parts, shape (v,)."""
        lon, lat = self.lonlat.T
        length = np.zeros(len(lon))
        if len(lon) > 1:
            length[:-1] = ground_distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
        length[self.first[1:] - 1] = 0.0
        return length

    def position(self, place: NDArray[np.float64], before: NDArray[np.int64]) -> Floats:
        """Give longitude and latitude of places, degrees, shape (k, 2).

        Parameters
        ----------
        place
            Places, shape (k,).
        before
            The vertex that begins each place's segment, shape (k,).

        Returns
        -------
        lonlat
            Degrees, shape (k, 2); a place on a vertex is that vertex, bit for bit.
        """
        after = np.minimum(before + 1, len(self.lonlat) - 1)
        fraction = (place - before)[:, None]
        return np.asarray(self.lonlat[before] * (1 - fraction) + self.lonlat[after] * fraction)

    def lengths_m(self, stretches: Intervals) -> NDArray[np.float64]:
        """Measure stretches on the ground.

        Parameters
        ----------
        stretches
            Stretches of these lines, shape (k,).

        Returns
        -------
        length_m
            Ground metres, shape (k,).
        """
        if len(stretches) == 0:
            return np.empty(0)
        travelled, shift = self._travelled_m(stretches.part)
        begin = np.floor(stretches.start).astype(np.int64)
        finish = np.ceil(stretches.end).astype(np.int64) - 1
        enter = self.position(stretches.start, begin)
        leave = self.position(stretches.end, finish)
        within = ground_distance_m(enter[:, 0], enter[:, 1], leave[:, 0], leave[:, 1])
        head = self.lonlat[np.minimum(begin + 1, len(self.lonlat) - 1)]
        tail = self.lonlat[finish]
        across = (
            ground_distance_m(enter[:, 0], enter[:, 1], head[:, 0], head[:, 1])
            + travelled[finish + shift]
            - travelled[np.minimum(begin + 1 + shift, len(travelled) - 1)]
            + ground_distance_m(tail[:, 0], tail[:, 1], leave[:, 0], leave[:, 1])
        )
        return np.where(begin >= finish, within, across)

    def _travelled_m(self, part: Ints) -> tuple[Floats, Ints]:
        """Give the length from the first vertex on, over the parts that are asked for alone.

        The second value takes a vertex of `part` to its place in the first.
        """
        used, which = np.unique(part, return_inverse=True)
        sizes = self.first[used + 1] - self.first[used]
        begin = np.concatenate(([0], np.cumsum(sizes)))[:-1]
        vertex = np.arange(sizes.sum()) + np.repeat(self.first[used] - begin, sizes)
        lon, lat = self.lonlat[vertex].T
        length = ground_distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
        length[(begin + sizes - 1)[:-1]] = 0.0
        return np.concatenate(([0.0], np.cumsum(length))), (begin - self.first[used])[which]

    def line_lengths_m(self) -> NDArray[np.float64]:
        """Measure each line on the ground, metres, shape (n,)."""
        vertex_line = np.repeat(self.part_line, np.diff(self.first))
        weights = self.segment_lengths_m()
        return np.bincount(vertex_line, weights=weights, minlength=self.size).astype(float)

    def geometries(self, stretches: Intervals, groups: Ints, count: int) -> NDArray[np.object_]:
        """Build the geometry of stretches, several to a group.

        Parameters
        ----------
        stretches
            Stretches of these lines, shape (k,).
        groups
            Which group each belongs to, shape (k,).
        count
            How many groups there are (g).

        Returns
        -------
        geometries
            A LineString where a group has one stretch, a MultiLineString where it has several,
            an empty LineString where it has none; EPSG:4326, shape (g,).
        """
        result = np.full(count, shapely.from_wkt("LINESTRING EMPTY"), dtype=object)
        if len(stretches) == 0:
            return result
        order = np.lexsort((stretches.start, groups))
        cut, group = stretches.take(order), groups[order]
        strings = self._line_strings(cut)
        owners, where, sizes = np.unique(group, return_index=True, return_counts=True)
        single = sizes == 1
        result[owners[single]] = strings[where[single]]
        if not single.all():
            in_many = np.repeat(~single, sizes)
            numbering = np.repeat(np.cumsum(~single) - 1, sizes)[in_many]
            result[owners[~single]] = shapely.multilinestrings(strings[in_many], indices=numbering)
        return result

    def _line_strings(self, cut: Intervals) -> NDArray[np.object_]:
        """Build one line string per stretch."""
        begin = np.floor(cut.start).astype(np.int64)
        finish = np.ceil(cut.end).astype(np.int64) - 1
        inner = np.maximum(finish - begin, 0)  # vertices strictly between the ends
        index = np.repeat(np.arange(len(cut)), inner + 2)
        offset = np.concatenate(([0], np.cumsum(inner + 2)))[:-1]
        rank = np.arange(len(index)) - offset[index]
        lonlat = self.lonlat[np.clip(begin[index] + rank, 0, len(self.lonlat) - 1)].copy()
        lonlat[offset] = self.position(cut.start, begin)
        lonlat[offset + inner + 1] = self.position(cut.end, finish)
        return np.asarray(shapely.linestrings(lonlat, indices=index))
