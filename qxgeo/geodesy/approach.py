"""Where vertices and edges come nearest to one another: found by chords, measured as arcs.

Of two edges that do not cross, the nearest places include a vertex of one of them. If the other
place lies inside an edge of length h at the distance d, then an end of that edge is no farther
away than ``sqrt(d^2 + h^2 / 4)``, because the way meets the edge at a right angle. So it is enough
to look, around every vertex, at the vertices a little farther than the nearest one, and to measure
to the edges that meet there. A k-d tree finds them by chords through the earth: no plane takes
part, and the extent of the data makes no difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.geodesy.ellipsoid import SEMI_MAJOR_M, ground_distance_m
from qxgeo.geodesy.vertices import BEND_M, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.spatial import cKDTree

    from qxgeo.geodesy.vertices import Vertices

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SAME_DISTANCE_M = 1e-6  # rounding of coordinates in degrees moves a distance by 1e-8 m
# Of two chords c the shorter may have the longer arc, by c^3 / 24 times the difference of 1 / R^2
# between directions and latitudes, 0.02 / R^2. Doubled, and divided by the square of the axis.
ARC_SPREAD = 0.04 / 24 / SEMI_MAJOR_M**2
_LEAF_SIZE = 32  # measured: half the time of 8, for places in the order of `walk`
_MOST_ENTRIES = 1_000_000  # of one answer of the tree: 16 MB


@dataclass(frozen=True, slots=True)
class Approaches:
    """Places at which geometries come near one another, nearest ones among them.

    Attributes
    ----------
    subject, reference
        Which geometries, shape (k,) each.
    subject_lonlat, reference_lonlat
        The place on each, degrees, shape (k, 2) each.
    distance_m
        Ground metres between the two, shape (k,).
    """

    subject: NDArray[np.int64]
    reference: NDArray[np.int64]
    subject_lonlat: NDArray[np.float64]
    reference_lonlat: NDArray[np.float64]
    distance_m: NDArray[np.float64]

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Approaches:
        """Give some of them, by position or by mask."""
        return Approaches(
            self.subject[chosen],
            self.reference[chosen],
            self.subject_lonlat[chosen],
            self.reference_lonlat[chosen],
            self.distance_m[chosen],
        )

    def nearest(self, size: int) -> Approaches:
        """Keep one per subject: the nearest, of equal distances the one to the first reference.

        Parameters
        ----------
        size
            How many subjects there are (n); each has an approach.

        Returns
        -------
        nearest
            In the order of the subjects, n of them.
        """
        least_m = _least(self.distance_m, self.subject, size)
        tied = np.flatnonzero(self.distance_m <= least_m[self.subject] + SAME_DISTANCE_M)
        first = np.full(size, np.iinfo(np.int64).max)
        np.minimum.at(first, self.subject[tied], self.reference[tied])
        tied = tied[self.reference[tied] == first[self.subject[tied]]]
        least_m = _least(self.distance_m[tied], self.subject[tied], size)
        tied = tied[self.distance_m[tied] == least_m[self.subject[tied]]]
        chosen = np.empty(size, dtype=np.int64)
        chosen[self.subject[tied][::-1]] = tied[::-1]  # of several the first
        return self.take(chosen)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """References ready to be searched, by several threads at once if need be.

    Attributes
    ----------
    vertices
        Of the references.
    tree
        Finds them by chords.
    """

    vertices: Vertices
    tree: cKDTree

    @classmethod
    def of(cls, references: Vertices) -> Surroundings:
        """Sort the vertices of references, one or more, into a tree."""
        from scipy.spatial import cKDTree  # noqa: PLC0415 - as slow to load as the package itself

        return cls(references, cKDTree(references.xyz, leafsize=_LEAF_SIZE))


def find_approaches(subjects: Vertices, surroundings: Surroundings) -> Approaches:
    """Find where each subject comes nearest to any reference, and all that is nearly as near.

    Parameters
    ----------
    subjects
        A vertex or more of each. They neither touch nor cross a reference.
    surroundings
        References.

    Returns
    -------
    approaches
        One or more per subject, the nearest among them.
    """
    mine, theirs = _near_pairs(subjects, surroundings)
    return _approach(subjects, mine, surroundings.vertices, theirs)


def pair_approaches(first: Vertices, second: Vertices) -> Approaches:
    """Find where geometries come nearest, one of either side at a time.

    Parameters
    ----------
    first, second
        Of n geometries each, a vertex or more of each. Those of a pair neither touch nor cross.

    Returns
    -------
    approaches
        One or more per pair, its number as the subject, the nearest among them.
    """
    count = np.bincount(second.owner, minlength=second.size)
    start = np.cumsum(count) - count
    times = count[first.owner]
    mine = np.repeat(np.arange(len(first.owner)), times)
    nth = np.arange(len(mine)) - np.repeat(np.cumsum(times) - times, times)
    in_order = np.argsort(second.owner, kind="stable")
    return _approach(first, mine, second, in_order[start[first.owner[mine]] + nth])


def _approach(subjects: Vertices, mine: Ints, references: Vertices, theirs: Ints) -> Approaches:
    """Measure between the edges that meet in paired vertices; keep what comes nearest."""
    there = _Feet.drop(subjects, mine, references, theirs)
    on_edge = ~subjects.is_alone(mine)  # points have been measured to and fro
    back = _Feet.drop(references, theirs[on_edge], subjects, mine[on_edge])
    least_m = np.minimum(
        _least(there.chord_m, subjects.owner[there.vertex], subjects.size),
        _least(back.chord_m, subjects.owner[back.start], subjects.size),
    )
    limit_m = _reach(least_m, 0.0)
    there = there.take(
        (there.chord_m <= limit_m[subjects.owner[there.vertex]]) & there.is_first(references)
    )
    back = back.take(
        (back.chord_m <= limit_m[subjects.owner[back.start]]) & back.is_first(subjects)
    )
    from_lonlat = np.concatenate((subjects.lonlat[there.vertex], back.place(subjects)))
    to_lonlat = np.concatenate((there.place(references), references.lonlat[back.vertex]))
    return Approaches(
        np.concatenate((subjects.owner[there.vertex], subjects.owner[back.start])),
        np.concatenate((references.owner[there.start], references.owner[back.vertex])),
        from_lonlat,
        to_lonlat,
        ground_distance_m(*from_lonlat.T, *to_lonlat.T),
    )


def _near_pairs(subjects: Vertices, surroundings: Surroundings) -> tuple[Ints, Ints]:
    """Pair vertices of subjects and references beside which nearest places may lie."""
    references, tree = surroundings.vertices, surroundings.tree
    twin = subjects.closing()
    is_asked = np.ones(len(twin), dtype=bool)
    is_asked[twin[twin >= 0]] = False
    rows = np.flatnonzero(is_asked)
    rows = rows[walk(subjects.lonlat[rows])]
    # Of a point most likely one to three are in reach; of most other vertices none.
    count = 4 if len(rows) == subjects.size else 1
    away_m, other = tree.query(subjects.xyz[rows], k=range(1, count + 1))
    least_m = _least(away_m[:, 0], subjects.owner[rows], subjects.size)
    half_m = max(subjects.longest_edge_m(), references.longest_edge_m()) / 2
    limit_m = _reach(least_m, half_m)
    mine, theirs = [], []
    blocks: list[tuple[Ints, int]] = []
    while True:
        is_near = away_m <= limit_m[subjects.owner[rows], None]
        wants_more = is_near[:, -1]
        row, column = np.nonzero(is_near & ~wants_more[:, None])
        mine.append(rows[row])
        theirs.append(other[row, column])
        blocks += _blocks(rows[wants_more], count * 4)
        if not blocks:
            break
        rows, count = blocks.pop()
        away_m, other = tree.query(subjects.xyz[rows], k=count)
    near, far = np.concatenate(mine), np.concatenate(theirs)
    # The last vertex of a ring is where its first is, and another edge comes there.
    has_twin = twin[near] >= 0
    return np.concatenate((near, twin[near[has_twin]])), np.concatenate((far, far[has_twin]))


def _blocks(rows: Ints, count: int) -> list[tuple[Ints, int]]:
    """Divide rows so that the answer of a tree with `count` columns stays small."""
    size = max(_MOST_ENTRIES // count, 1)
    return [(rows[i : i + size], count) for i in range(0, len(rows), size)]


@dataclass(frozen=True, slots=True)
class _Feet:
    """Vertices of one side and the place on an edge of the other that is nearest to each."""

    vertex: Ints
    start: Ints
    end: Ints
    share: Floats
    chord_m: Floats

    @classmethod
    def drop(cls, side: Vertices, vertex: Ints, other: Vertices, near: Ints) -> _Feet:
        """Drop perpendiculars from vertices to the edges that meet in those paired with them."""
        row, start, end = other.edges_at(near)
        vertex = vertex[row]
        origin = other.xyz[start]
        along, away = other.xyz[end] - origin, side.xyz[vertex] - origin
        length2 = np.maximum(np.einsum("ij,ij->i", along, along), 1e-30)
        share = np.clip(np.einsum("ij,ij->i", along, away) / length2, 0.0, 1.0)
        away -= along * share[:, None]
        return cls(vertex, start, end, share, np.sqrt(np.einsum("ij,ij->i", away, away)))

    def take(self, chosen: NDArray[np.bool_]) -> _Feet:
        """Give some of them."""
        return _Feet(
            self.vertex[chosen],
            self.start[chosen],
            self.end[chosen],
            self.share[chosen],
            self.chord_m[chosen],
        )

    def is_first(self, other: Vertices) -> NDArray[np.bool_]:
        """Say which are not the same foot as on the next edge, which begins where this ends."""
        return np.asarray((self.share < 1) | ~other.goes_on[self.end])

    def place(self, other: Vertices) -> Floats:
        """Give the places on the edges, degrees; on a vertex it is that vertex, bit for bit."""
        share = self.share[:, None]
        return np.asarray(other.lonlat[self.start] * (1 - share) + other.lonlat[self.end] * share)


def _least(values: Floats, owner: Ints, size: int) -> Floats:
    """Give the least value of each owner; infinite where it has none."""
    least = np.full(size, np.inf)
    np.minimum.at(least, owner, values)
    return least


def _reach(chord_m: Floats, half_edge_m: float) -> Floats:
    """Give the chord to the farthest vertex whose edge may hold a place as near as a chord."""
    return np.asarray(
        np.hypot(chord_m, half_edge_m) + BEND_M + ARC_SPREAD * chord_m * chord_m * chord_m
    )
