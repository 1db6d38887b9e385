"""Stretches along lines, as numbers: united and intersected without touching a geometry.

A place on a line is a number: the index of the vertex before it plus the fraction of the segment
walked. Places grow from part to part, so stretches of all lines lie on one axis, and a metre is
never counted twice and never lost.

The fraction is a whole number of steps, so that it is the same whichever vertices stand before: a
road is cut at the same places, bit for bit, alone or among half a million others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

# To a segment, of 2.2 km at most: a place is off by half a micrometre at most. A double holds it
# exactly among `MOST_VERTICES` vertices; among more of them rounding moves it by as much again.
STEPS = 2.0**31
MOST_VERTICES = 1 << 22


def to_steps(fraction: Any) -> Any:  # noqa: ANN401 - a number or an array, plain or compiled
    """Round fractions of segments to whole steps."""
    return np.floor(fraction * STEPS + 0.5) / STEPS


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

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Intervals:
        """Give some of the stretches, by position, by mask or by range."""
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

    def in_order(self) -> Intervals:
        """Give the stretches sorted by part and start."""
        # Places grow with the part, so one look along the starts says whether there is work to do.
        if len(self) < 2 or bool((self.start[1:] >= self.start[:-1]).all()):  # noqa: PLR2004 - one is sorted
            return self
        return self.take(np.lexsort((self.start, self.part)))

    def union(self) -> Intervals:
        """Unite stretches that overlap or touch on the same part; labels are dropped (0).

        Returns
        -------
        united
            Disjoint stretches, sorted by part and start.
        """
        if len(self) == 0:
            return self
        ordered = self.in_order()
        part, start, end = ordered.part, ordered.start, ordered.end
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
        mine, theirs = self.in_order(), other.in_order()
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
