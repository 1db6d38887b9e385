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
        xyz = np.ascontiguousarray(to_earth_centred(lonlat[:, 0], lonlat[:, 1]).T)
        return cls(len(array), lonlat, xyz, owner, goes_on)

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
    return np.argsort(bits[:, 0] << 1 | bits[:, 1], kind="stable")


def _take_apart(array: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    """Give the strings that geometries consist of, and whose each is.

    A string is a point, a line, a ring, or a polygon without holes, which is its ring.
    """
    parts, owner = array, np.arange(len(array), dtype=np.int64)
    while bool((shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any()):
        parts, index = shapely.get_parts(parts, return_index=True)
        owner = owner[index]
    has_holes = shapely.get_num_interior_rings(parts) > 0
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
    start = np.flatnonzero(goes_on)
    step = lonlat[start + 1] - lonlat[start]
    pieces = np.ones(len(lonlat), dtype=np.int64)
    pieces[start] = np.maximum(np.ceil(np.hypot(*step.T) / LONGEST_EDGE_DEG), 1)
    if not bool((pieces > 1).any()):
        return lonlat, string, goes_on
    row = np.repeat(np.arange(len(lonlat)), pieces)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (nth / pieces[row])[:, None]
    behind = np.minimum(row + 1, len(lonlat) - 1)
    # A last vertex has no share of what stands behind it.
    return lonlat[row] * (1 - share) + lonlat[behind] * share, string[row], goes_on[row]
