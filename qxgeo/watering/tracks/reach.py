"""Metres between arcs along the streets, as far as a step of a track can lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.streets import StreetGraph

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_MOST_NUMBERS = 6_000_000  # of one block of distances
_PER_SECOND_M = 3.0  # a turn's second as metres, so that a way with U-turns is a worse one
_NOWHERE = -9999  # scipy's word for no predecessor


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Ways between the arcs that occur in tracks.

    Attributes
    ----------
    streets, matrix
        The streets, and their movements in metres: the turn, then the arc turned into.
    number
        Position of each arc among those that occur, -1 for others, shape (a,).
    keys, metres
        ``source * count + target`` of pairs within the limit, sorted, and the metres from the end
        of the source to the start of the target.
    count
        Arcs that occur.
    limit_m
        How far was looked.
    """

    streets: StreetGraph
    matrix: csr_array
    number: Ints
    keys: Ints
    metres: Floats
    count: int
    limit_m: float

    @classmethod
    def between(cls, streets: StreetGraph, arcs: Ints, *, limit_m: float) -> Reach:
        """Measure from each arc to each other, as far as the limit.

        Parameters
        ----------
        streets
            The streets.
        arcs
            Those that occur, each once, sorted.
        limit_m
            Longest way that is looked for.

        Returns
        -------
        reach
            To be asked.
        """
        weight = streets.arc_length_m[streets.move_to] + _PER_SECOND_M * streets.move_s
        matrix = csr_array(
            (weight, (streets.move_from, streets.move_to)), shape=(len(streets), len(streets))
        )
        number = np.full(len(streets), -1, dtype=np.int64)
        number[arcs] = np.arange(len(arcs))
        length = streets.arc_length_m[arcs]
        longest = float(length.max(initial=0.0))
        keys, metres = [np.empty(0, np.int64)], [np.empty(0)]
        block = max(1, _MOST_NUMBERS // max(1, len(streets)))
        for at in range(0, len(arcs), block):
            found = dijkstra(matrix, indices=arcs[at : at + block], limit=limit_m + longest)
            way = found[:, arcs] - length
            source, target = np.nonzero((way <= limit_m) & np.isfinite(way))
            is_other = source + at != target  # to come round to itself is another way
            source, target = source[is_other], target[is_other]
            keys.append((source + at) * len(arcs) + target)
            metres.append(way[source, target])
        return cls(
            streets,
            matrix,
            number,
            np.concatenate(keys),
            np.concatenate(metres),
            len(arcs),
            limit_m,
        )

    def between_arcs(self, source: Ints, target: Ints) -> Floats:
        """Look the metres between pairs of arcs up; infinite beyond the limit."""
        key = self.number[source] * self.count + self.number[target]
        once, back = np.unique(key, return_inverse=True)
        at = np.minimum(np.searchsorted(self.keys, once), max(len(self.keys) - 1, 0))
        if not len(self.keys):
            return np.full(source.shape, np.inf)
        metres = np.where(self.keys[at] == once, self.metres[at], np.inf)
        return np.asarray(metres[back.reshape(source.shape)])

    def far(self, sources: Ints, targets: Ints, *, limit_m: float) -> Floats:
        """Measure farther than the limit, shape (sources, targets)."""
        found = dijkstra(self.matrix, indices=sources, limit=limit_m + 500.0)
        way = found[:, targets] - self.streets.arc_length_m[targets]
        way[sources[:, None] == targets] = np.inf
        return np.asarray(way)

    def ways(self, pairs: Ints, *, limit_m: float) -> dict[tuple[int, int], tuple[int, ...]]:
        """Give the arcs between pairs of arcs, neither of the two among them.

        Parameters
        ----------
        pairs
            Source and target, each pair once, shape (p, 2).
        limit_m
            Of the longest way.

        Returns
        -------
        ways
            By pair; one for which no way was found is missing.
        """
        key = self.streets.move_from * len(self.streets) + self.streets.move_to
        is_next = np.isin(pairs[:, 0] * len(self.streets) + pairs[:, 1], key)
        ways: dict[tuple[int, int], tuple[int, ...]] = {
            (int(one), int(other)): () for one, other in pairs[is_next]
        }
        rest = pairs[~is_next]
        sources = np.unique(rest[:, 0])
        block = max(1, _MOST_NUMBERS // max(1, len(self.streets)) // 2)
        for at in range(0, len(sources), block):
            some = sources[at : at + block]
            _, before = dijkstra(
                self.matrix, indices=some, limit=limit_m + 500.0, return_predecessors=True
            )
            for one, other in rest[np.isin(rest[:, 0], some)]:
                way = _walk_back(before[np.searchsorted(some, one)], int(one), int(other))
                if way is not None:
                    ways[int(one), int(other)] = way
        return ways


def _walk_back(before: NDArray[np.int32], start: int, goal: int) -> tuple[int, ...] | None:
    """Give the arcs between two, in travelling order."""
    arcs, at = [], int(before[goal])
    while at not in (start, _NOWHERE):
        arcs.append(at)
        at = int(before[at])
    return tuple(arcs[::-1]) if at == start else None
