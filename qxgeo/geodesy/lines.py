"""Roads as arrays of coordinates; geometry is built once, at the end, for what is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy.ellipsoid import ground_distance_m
from qxgeo.geodesy.intervals import Intervals
from qxgeo.geodesy.lengths import stretch_lengths_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Longer segments get vertices in between: then the arc of a segment, straight in degrees, and its
# geodesic differ by less than 0.1 m and their lengths by less than 4e-9 of it, at any latitude of
# China.
LONGEST_SEGMENT_DEG = 0.02
_PLAIN_LINE = (1, 2, 0, 0, 0)  # well-known binary: little-endian, LineString, no height
_HEADER = 9  # bytes: these, and how many vertices
_AT_ONCE = 1 << 14  # lines or vertices that the cache holds


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as one coordinate array.

    Attributes
    ----------
    size
        How many lines there are (n).
    part_line
        Which line each part belongs to, ascending, shape (p,); a multi-part line has several.
    first
        Index of each part's first vertex, and the vertex count at the end, shape (p + 1,).
    lonlat
        Vertices, degrees, shape (v, 2).
    among
        How many parts a larger work has of which these lines are a piece; 0 where they are all.
    """

    size: int
    part_line: NDArray[np.int64]
    first: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    among: int = 0

    @property
    def work_size(self) -> int:
        """How many parts the whole work has: this decides which form of the kernel answers."""
        return max(len(self.part_line), self.among)

    def as_piece_of(self, among: int) -> Lines:
        """Say how many parts the whole work has, so that one form answers for every piece."""
        return replace(self, among=among)

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

        Raises
        ------
        ValueError
            If a coordinate is not finite.
        """
        array = np.asarray(geometries, dtype=object)
        owner = np.arange(len(array))
        parts = array
        counts = shapely.get_num_coordinates(parts)
        is_plain = shapely.get_type_id(array) == shapely.GeometryType.LINESTRING
        if not bool((is_plain & (counts > 0)).all()):
            parts, owner = shapely.get_parts(array, return_index=True)
            full = ~shapely.is_empty(parts)
            parts, owner = parts[full], owner[full]
            counts = shapely.get_num_coordinates(parts)
        first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        lonlat = shapely.get_coordinates(parts)
        return walk_in_short_steps(cls(len(array), owner.astype(np.int64), first, lonlat))

    @classmethod
    def from_arrays(
        cls,
        lonlat: NDArray[np.float64],
        first: NDArray[np.int64],
        part_line: NDArray[np.int64] | None = None,
        *,
        size: int | None = None,
    ) -> Lines:
        """Take ragged coordinate arrays as they are: GeoArrow's, or shapely's `to_ragged_array`.

        Parameters
        ----------
        lonlat
            Vertices, degrees, EPSG:4326, shape (v, 2); not copied where it need not be.
        first
            Offsets: index of each part's first vertex, and v at the end, shape (p + 1,).
        part_line
            Which line each part belongs to, ascending, shape (p,); each a line of its own by
            default.
        size
            How many lines there are; as many as `part_line` names by default.

        Returns
        -------
        lines
            Parts of fewer than two vertices are left out; long segments carry vertices in between.

        Raises
        ------
        ValueError
            If the offsets do not fit the vertices, parts of one line do not stand together, or a
            coordinate is not finite.
        """
        lonlat = np.ascontiguousarray(lonlat, dtype=float)
        first = np.ascontiguousarray(first, dtype=np.int64)
        counts = np.diff(first)
        owner = np.arange(len(counts)) if part_line is None else np.asarray(part_line)
        fits = len(first) > 0 and first[0] == 0 and first[-1] == len(lonlat)
        if not fits or bool((counts < 0).any()) or len(owner) != len(counts):
            message = "offsets have to ascend from 0 to the number of vertices, one line per part"
            raise ValueError(message)
        if bool((np.diff(owner) < 0).any()):
            message = "the parts of lines have to stand in the order of the lines"
            raise ValueError(message)
        if size is None:
            size = int(owner[-1]) + 1 if len(owner) else 0
        full = counts > 1
        if not bool(full.all()):
            lonlat = lonlat[np.repeat(full, counts)]
            owner, counts = owner[full], counts[full]
            first = np.concatenate(([0], np.cumsum(counts)))
        return walk_in_short_steps(
            cls(size, owner.astype(np.int64), first.astype(np.int64), lonlat)
        )

    @classmethod
    def from_wkb(cls, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Lines:
        """Take lines as GeoParquet stores them, without building a geometry.

        Parameters
        ----------
        data
            Well-known binary of all lines behind one another, EPSG:4326, bytes.
        offsets
            Where each begins, and the end of the last, shape (n + 1,).

        Returns
        -------
        lines
            The same as `from_geometries` gives, which is asked where not all of them are plain
            lines of longitude and latitude in little-endian order.

        Raises
        ------
        ValueError
            If a coordinate is not finite.
        """
        begin = offsets[:-1]
        counts = (np.diff(offsets) - _HEADER) // 16
        if bool((counts < 0).any()) or not _are_plain(data, begin):
            raw = data.tobytes()
            several = [raw[a:z] for a, z in pairwise(offsets.tolist())]
            return cls.from_geometries(shapely.from_wkb(np.array(several, dtype=object)))
        first = np.concatenate(([0], np.cumsum(counts)))
        lonlat = np.empty((first[-1], 2), dtype="<f8")
        for row in range(0, len(counts), _AT_ONCE):
            last = min(row + _AT_ONCE, len(counts))
            is_place = np.ones(offsets[last] - offsets[row], dtype=bool)
            is_place[(begin[row:last, None] - begin[row]) + np.arange(_HEADER)] = False
            places = data[offsets[row] : offsets[last]][is_place].view("<f8")
            lonlat[first[row] : first[last]] = places.reshape(-1, 2)
        return cls.from_arrays(lonlat, first, size=len(counts))

    def bounds(self, begin: int, end: int) -> NDArray[np.float64]:
        """Give west, south, east and north of the parts from `begin` up to `end`, shape (4, k)."""
        first = self.first[begin:end]
        lonlat = self.lonlat[first[0] : self.first[end]] if end > begin else self.lonlat[:0]
        if len(lonlat) == 0:
            return np.empty((4, 0))
        low = np.minimum.reduceat(lonlat, first - first[0], axis=0)
        high = np.maximum.reduceat(lonlat, first - first[0], axis=0)
        return np.concatenate((low.T, high.T))

    def strings(self, part: NDArray[np.int64]) -> NDArray[np.object_]:
        """Build the line strings of parts, EPSG:4326, shape (k,)."""
        sizes = self.first[part + 1] - self.first[part]
        index = np.repeat(np.arange(len(part)), sizes)
        begin = np.cumsum(sizes) - sizes
        vertex = np.arange(len(index)) + (self.first[part] - begin)[index]
        return np.asarray(shapely.linestrings(self.lonlat[vertex], indices=index), dtype=object)

    def everywhere(self) -> Intervals:
        """Give each part from its first vertex to its last."""
        return Intervals(
            np.arange(len(self.part_line)),
            self.first[:-1].astype(float),
            self.first[1:].astype(float) - 1,
            np.zeros(len(self.part_line), dtype=np.int64),
        )

    def segment_lengths_m(self) -> NDArray[np.float64]:
        """Give the ground length between each vertex and the next, 0 across parts, shape (v,)."""
        lon, lat = self.lonlat.T
        length = np.zeros(len(lon))
        if len(lon) > 1:
            length[:-1] = ground_distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
        length[self.first[1:] - 1] = 0.0
        return length

    def position(
        self,
        place: NDArray[np.float64],
        before: NDArray[np.int64],
        share: NDArray[np.float64] | None = None,
    ) -> Floats:
        """Give longitude and latitude of places, degrees, shape (k, 2).

        Parameters
        ----------
        place
            Places, shape (k,).
        before
            The vertex that begins each place's segment, shape (k,).
        share
            How much of it is walked, where that is known better than from `place`, shape (k,).

        Returns
        -------
        lonlat
            Degrees, shape (k, 2); a place on a vertex is that vertex, bit for bit.
        """
        after = np.minimum(before + 1, len(self.lonlat) - 1)
        fraction = (place - before if share is None else share)[:, None]
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
        return stretch_lengths_m(self, stretches)

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


def walk_in_short_steps(lines: Lines) -> Lines:
    """Give long segments vertices in between, and refuse places that are none.

    Parameters
    ----------
    lines
        As they were read.

    Returns
    -------
    lines
        No segment longer than `LONGEST_SEGMENT_DEG`.

    Raises
    ------
    ValueError
        If a coordinate is not finite.
    """
    lonlat, first = lines.lonlat, lines.first
    if not bool(np.isfinite(lonlat).all()):
        message = "coordinates of lines have to be finite"
        raise ValueError(message)
    step = np.zeros(len(lonlat))
    for begin in range(0, len(lonlat) - 1, _AT_ONCE):
        here = lonlat[begin : begin + _AT_ONCE + 1]
        way = np.abs(here[1:] - here[:-1])
        step[begin : begin + len(way)] = way[:, 0] + way[:, 1]
    step[first[1:] - 1] = 0.0
    long = np.flatnonzero(step > LONGEST_SEGMENT_DEG)
    if len(long) == 0:
        return lines
    more = np.zeros(len(lonlat), dtype=np.int64)
    more[long] = np.ceil(step[long] / LONGEST_SEGMENT_DEG).astype(np.int64) - 1
    vertex = np.repeat(np.arange(len(more)), more + 1)
    place = np.concatenate(([0], np.cumsum(more + 1)))
    share = (np.arange(len(vertex)) - place[vertex]) / (more[vertex] + 1)
    walked = lines.position(vertex + share, vertex, share)
    return Lines(lines.size, lines.part_line, place[first], walked, lines.among)


def _are_plain(data: NDArray[np.uint8], begin: Ints) -> bool:
    """Say whether all lines in well-known binary are plain."""
    return all(bool((data[begin + at] == byte).all()) for at, byte in enumerate(_PLAIN_LINE))
