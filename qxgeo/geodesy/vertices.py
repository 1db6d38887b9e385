"""Any geometries as one array of vertices, close enough together that edges count as straight.

An edge is straight in longitude and latitude. Cut to at most 0.001 degrees (112 m) it is also
straight in space to within half a millimetre, sideways and downwards, anywhere in China (a test
holds it to that), and the nearest vertex is never far from the nearest place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy.ellipsoid import to_earth_centred

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LONGEST_EDGE_DEG = 0.001
IN_CACHE = 16_384  # vertices at a time: what is worked out on the way stays near the processor
BEND_M = 1e-3  # edges bend by less than 0.5 mm, on both sides of a comparison


@dataclass(frozen=True, slots=True)
class Vertices:
    """The vertices of points, lines and outlines.

    Attributes
    ----------
    size
        How many geometries there are (n).
    lonlat
        Degrees, shape (v, 2).
    xyz
        Earth-centred metres, shape (v, 3).
    owner
        Which geometry each belongs to, shape (v,).
    goes_on
        Whether an edge runs from it to the next vertex, shape (v,); never true of the last.
    """

    size: int
    lonlat: NDArray[np.float64]
    xyz: NDArray[np.float64]
    owner: NDArray[np.int64]
    goes_on: NDArray[np.bool_]

    @classmethod
    def from_geometries(cls, geometries: NDArray[np.object_]) -> Vertices:
        """Unpack points, lines, polygons, their multi-part kinds and collections.

        Parameters
        ----------
        geometries
            EPSG:4326, shape (n,); empty ones have no vertex.

        Returns
        -------
        vertices
            Heights are left out; long edges carry vertices in between.
        """
        array = np.asarray(geometries, dtype=object)
        if bool((shapely.get_type_id(array) == shapely.GeometryType.POINT).all()):
            lonlat, owner = shapely.get_coordinates(array, return_index=True)
            goes_on = np.zeros(len(lonlat), dtype=bool)
        else:
            strings, string_owner = _take_apart(array)
            lonlat, string, goes_on = _follow(strings)
            lonlat, string, goes_on = _fill_in(lonlat, string, goes_on)
            owner = string_owner[string]
        xyz = np.empty((len(lonlat), 3))
        for begin in range(0, len(lonlat), IN_CACHE):
            piece = slice(begin, begin + IN_CACHE)
            xyz[piece] = to_earth_centred(lonlat[piece, 0], lonlat[piece, 1]).T
        return cls(len(array), lonlat, xyz, owner, goes_on)

    def take(self, order: NDArray[np.int64]) -> Vertices:
        """Give vertices in another order, in which strings stay in one piece."""
        return Vertices(
            self.size, self.lonlat[order], self.xyz[order], self.owner[order], self.goes_on[order]
        )

    def longest_edge_m(self) -> float:
        """Give the length of the longest edge, metres, straight through the earth."""
        start = np.flatnonzero(self.goes_on)
        if len(start) == 0:
            return 0.0
        step = self.xyz[start + 1] - self.xyz[start]
        return float(np.sqrt(np.einsum("ij,ij->i", step, step).max()))

    def is_alone(self, vertex: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of vertices, shape (k,), whether no edge meets in them."""
        # Before the first vertex stands the last (-1), from which no edge runs.
        return np.asarray(~(self.goes_on[vertex] | self.goes_on[vertex - 1]))

    def closing(self) -> NDArray[np.int64]:
        """Give, for the first vertex of a ring, its last, which is the same place; else -1."""
        comes = np.roll(self.goes_on, 1)
        first = np.flatnonzero(self.goes_on & ~comes)
        last = np.flatnonzero(~self.goes_on & comes)
        is_ring = (self.lonlat[first] == self.lonlat[last]).all(axis=1)
        twin = np.full(len(self.owner), -1, dtype=np.int64)
        twin[first[is_ring]] = last[is_ring]
        return twin

    def edges_at(self, vertex: NDArray[np.int64]) -> tuple[Ints, Ints, Ints]:
        """Find the edges that meet in vertices; a vertex alone counts as one.

        Parameters
        ----------
        vertex
            Vertices, shape (k,).

        Returns
        -------
        row, start, end
            Position in `vertex` and the two vertices of the edge, one entry per edge.
        """
        leaves = np.flatnonzero(self.goes_on[vertex])
        comes = np.flatnonzero(self.goes_on[vertex - 1])
        alone = np.flatnonzero(self.is_alone(vertex))
        before, at, behind = vertex[comes], vertex[alone], vertex[leaves]
        return (
            np.concatenate((leaves, comes, alone)),
            np.concatenate((behind, before - 1, at)),
            np.concatenate((behind + 1, before, at)),
        )


def walk(lonlat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Order places so that neighbours follow one another, which halves the time of a search.

    Parameters
    ----------
    lonlat
        Degrees, shape (v, 2), at least one.

    Returns
    -------
    order
        Shape (v,): along a curve that fills the plane, the bits of longitude and latitude taking
        turns (Morton's).
    """
    low = lonlat.min(axis=0)
    widest = max(float((lonlat.max(axis=0) - low).max()), 1e-30)
    bits = ((lonlat - low) * (65_535 / widest)).astype(np.uint32)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << shift)) & mask
    place = bits[:, 0] << 1 | bits[:, 1]
    # By the lower half and then by the upper one: of 16 bits NumPy sorts without comparing.
    order = np.argsort(place.astype(np.uint16), kind="stable")
    upper = (place >> 16).astype(np.uint16)
    return order[np.argsort(upper[order], kind="stable")]


def _take_apart(array: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    """Give the strings that geometries consist of, and whose each is.

    A string is a point, a line, a ring, or a polygon without holes, which is its ring.
    """
    parts, owner = array, np.arange(len(array), dtype=np.int64)
    while bool((shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any()):
        parts, index = shapely.get_parts(parts, return_index=True)
        owner = owner[index]
    has_holes = shapely.get_num_interior_rings(parts) > 0
    if not bool(has_holes.any()):
        return parts, owner
    rings, index = shapely.get_rings(parts[has_holes], return_index=True)
    return (
        np.concatenate((parts[~has_holes], rings)),
        np.concatenate((owner[~has_holes], owner[has_holes][index])),
    )


def _follow(strings: NDArray[np.object_]) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """Give the vertices of strings, whose each is, and whether the string goes on behind it."""
    lonlat, string = shapely.get_coordinates(strings, return_index=True)
    goes_on = np.zeros(len(lonlat), dtype=bool)
    goes_on[:-1] = string[1:] == string[:-1]
    return lonlat, string, goes_on


def _fill_in(
    lonlat: Floats, string: Ints, goes_on: NDArray[np.bool_]
) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """Set vertices into long edges, at equal steps; those that were there stay bit for bit."""
    step = np.diff(lonlat, axis=0)
    square = step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1]
    is_long = (square > (LONGEST_EDGE_DEG * (1 - 1e-9)) ** 2) & goes_on[:-1]
    start = np.flatnonzero(is_long)
    pieces = np.maximum(np.ceil(np.hypot(*step[start].T) / LONGEST_EDGE_DEG), 1).astype(np.int64)
    more = pieces - 1
    behind = np.zeros(len(lonlat), dtype=np.int64)
    behind[start + 1] = more
    to = np.arange(len(lonlat)) + np.cumsum(behind)
    size = len(lonlat) + int(more.sum())
    filled, owner, leaves = np.empty((size, 2)), np.empty(size, dtype=np.int64), np.ones(size, bool)
    filled[to], owner[to], leaves[to] = lonlat, string, goes_on
    row = np.repeat(start, more)
    nth = np.arange(1, len(row) + 1) - np.repeat(np.cumsum(more) - more, more)
    share = (nth / np.repeat(pieces, more))[:, None]
    filled[to[row] + nth] = lonlat[row] * (1 - share) + lonlat[row + 1] * share
    owner[to[row] + nth] = string[row]
    return filled, owner, leaves
