"""Edges: stretches of road between two junctions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import ground_distance_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.network.lines import RoadLines

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


# Longer segments get vertices in between: then the share of a segment in degrees and that in metres
# differ by less than 4 mm of way, at any latitude of China.
_LONGEST_SEGMENT_DEG = 0.005


@dataclass(frozen=True, slots=True)
class Edges:
    """Stretches of road between junctions and dead ends, as flat arrays.

    Attributes
    ----------
    start, end
        Junctions, in the direction in which the line was drawn, shape (e,).
    length_m
        Ground metres along the line, shape (e,).
    row
        Row of the roads table, shape (e,).
    first
        Where the vertices of each edge begin, then the number of all vertices, shape (e + 1,).
    lonlat
        Vertices of all edges, one after the other, shape (n, 2).
    walked_m
        Metres from the start of the edge to each vertex, shape (n,).
    junction_count
        Junctions are numbered from 0, from west to east.
    """

    start: Ints
    end: Ints
    length_m: Floats
    row: Ints
    first: Ints
    lonlat: Floats
    walked_m: Floats
    junction_count: int

    @classmethod
    def from_lines(cls, lines: RoadLines) -> Edges:
        """Cut joined lines at every place that is an end or is passed more than once.

        Parameters
        ----------
        lines
            Joined lines.

        Returns
        -------
        edges
            In the order of the lines.
        """
        is_junction = lines.is_end() | (lines.passes() > 1)
        at = np.flatnonzero(is_junction)
        begins = lines.line[at[:-1]] == lines.line[at[1:]]
        begin, finish = at[:-1][begins], at[1:][begins]
        sizes = finish - begin + 1
        first = np.concatenate(([0], np.cumsum(sizes)))
        source = np.repeat(begin - first[:-1], sizes) + np.arange(first[-1])
        lonlat, first = _add_vertices(lines.lonlat[source], first)
        junctions = np.unique(lines.vertex[at])
        walked = _walk(lonlat, first)
        return cls(
            start=np.searchsorted(junctions, lines.vertex[begin]),
            end=np.searchsorted(junctions, lines.vertex[finish]),
            length_m=walked[first[1:] - 1],
            row=lines.row[lines.line[begin]],
            first=first,
            lonlat=lonlat,
            walked_m=walked,
            junction_count=len(junctions),
        )

    def __len__(self) -> int:
        """Count the edges."""
        return len(self.start)

    def shapes(self) -> NDArray[np.object_]:
        """Draw the edges, EPSG:4326."""
        if len(self) == 0:
            return np.empty(0, dtype=object)
        edge = np.repeat(np.arange(len(self)), np.diff(self.first))
        return np.asarray(shapely.linestrings(self.lonlat, indices=edge), dtype=object)

    def position(self, edge: Ints, along_m: Floats) -> Floats:
        """Give the longitude and latitude of places on edges, shape (n, 2)."""
        before = self._vertex_before(edge, along_m)
        step = self.walked_m[before + 1] - self.walked_m[before]
        share = np.clip((along_m - self.walked_m[before]) / step, 0.0, 1.0)[:, None]
        start, stop = self.lonlat[before], self.lonlat[before + 1]
        return np.where(share == 1.0, stop, start + share * (stop - start))

    def _vertex_before(self, edge: Ints, along_m: Floats) -> Ints:
        """Find the last vertex before each place that has a segment behind it."""
        # One rising axis for all edges: each begins where the one before it ends.
        base = np.concatenate(([0.0], np.cumsum(self.length_m)))
        axis = self.walked_m + np.repeat(base[:-1], np.diff(self.first))
        found = np.searchsorted(axis, base[edge] + along_m, side="right") - 1
        return np.clip(found, self.first[edge], self.first[edge + 1] - 2)

    def stretch(self, edge: int, from_m: float, to_m: float) -> Floats:
        """Give the vertices from one place on an edge to another, either way, shape (k, 2)."""
        low, high = min(from_m, to_m), max(from_m, to_m)
        one = slice(self.first[edge], self.first[edge + 1])
        walked, lonlat = self.walked_m[one], self.lonlat[one]
        inner = walked[(walked > low) & (walked < high)]
        along = np.concatenate(([low], inner, [high]))
        way = np.stack([np.interp(along, walked, axis) for axis in lonlat.T], axis=1)
        return way if from_m <= to_m else np.flip(way, axis=0)


def _add_vertices(lonlat: Floats, first: Ints) -> tuple[Floats, Ints]:
    """Put vertices into long segments; they are no places where roads could meet."""
    if len(lonlat) == 0:
        return lonlat, first
    edge = np.repeat(np.arange(len(first) - 1), np.diff(first))
    shapes = shapely.segmentize(
        shapely.linestrings(lonlat, indices=edge), max_segment_length=_LONGEST_SEGMENT_DEG
    )
    counts = shapely.get_num_coordinates(shapes)
    return shapely.get_coordinates(shapes), np.concatenate(([0], np.cumsum(counts)))


def _walk(lonlat: Floats, first: Ints) -> Floats:
    """Measure the ground metres from the start of each edge to its vertices."""
    if len(lonlat) == 0:
        return np.empty(0)
    lon, lat = lonlat.T
    step = np.concatenate(([0.0], ground_distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])))
    step[first[:-1]] = 0.0
    total = np.cumsum(step)
    return np.asarray(total - np.repeat(total[first[:-1]], np.diff(first)))
