"""Benders cuts of the p-median: what each demand's way must at least be, given what is open.

The way of a demand is the nearest open site, or its cap. For any distance D up to the cap,

    way >= D - sum over sites nearer than D of (D - distance) * open,

and the largest of these is the way. So the problem needs one number for each site and each demand,
and only the few of these lines that matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, identity, vstack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_WHOLE = 1 - 1e-9  # of a site: sums of parts that come to one
_LEAST_CUT = 1e-8  # of the longest way: what is cut off less is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Distances of demand to sites, sorted.

    Attributes
    ----------
    away
        Demand by sites, in any unit; infinite where no way leads there.
    cap
        No demand's way is longer than that, in a choice that serves everybody.
    must
        Demand that is served by some site only if one of those that it can reach is open.
    order
        Sites of each demand, nearest first.
    """

    away: Floats
    cap: Floats
    must: Ints
    order: Ints

    @classmethod
    def sort(cls, away: Floats, base: Floats, count: int) -> Ways:
        """Sort the distances.

        Parameters
        ----------
        away
            Demand by sites, more sites than `count`.
        base
            Way to what is open already, infinite where there is none.
        count
            Sites to be opened.

        Returns
        -------
        ways
            Ready for cuts.
        """
        order = np.argsort(away, axis=1, kind="stable")
        # Of all but count - 1 sites one is open: nobody goes farther than the farthest of them.
        last = np.take_along_axis(away, order[:, [away.shape[1] - count]], axis=1)[:, 0]
        cap = np.minimum(base, last)
        must = np.flatnonzero(np.isinf(cap))
        reached = np.where(np.isfinite(away[must]), away[must], 0.0)
        cap[must] = reached.max(axis=1, initial=0.0)
        return cls(away, cap, must, order)

    @property
    def least(self) -> Floats:
        """The way of each demand if every site were open."""
        return np.asarray(np.minimum(self.away.min(axis=1), self.cap))

    def find_ways(self, is_open: Floats) -> Floats:
        """Give each demand the distance within which its sites come to one whole.

        Parameters
        ----------
        is_open
            Part of each site that is open, 0 to 1.

        Returns
        -------
        reach
            The D whose cut says most.
        """
        total = np.cumsum(is_open[self.order], axis=1)
        at = np.argmax(total >= _WHOLE, axis=1)
        reach = np.take_along_axis(self.away, self.order, axis=1)[np.arange(len(at)), at]
        return np.where(total[:, -1] < _WHOLE, self.cap, np.minimum(reach, self.cap))

    def save(self, reach: Floats, rows: Ints) -> Floats:
        """Say what each site would save a demand against a distance.

        Parameters
        ----------
        reach
            The D of each demand of `rows`.
        rows
            Some of the demand.

        Returns
        -------
        saved
            At least 0, shape (rows, sites).
        """
        return np.asarray(np.maximum(reach[:, None] - self.away[rows], 0.0))


@dataclass(slots=True, eq=False)
class Cuts:
    """The lines found so far, as rows over sites and then demand."""

    ways: Ways
    _blocks: list[csr_array] = field(default_factory=list)
    _most: list[Floats] = field(default_factory=list)
    _known: set[tuple[int, float]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Say that somebody has to be open for those who reach few."""
        count = len(self.ways.cap)
        if len(self.ways.must):
            reached = np.isfinite(self.ways.away[self.ways.must]).astype(float)
            none = csr_array((len(reached), count))
            self._blocks.append(csr_array(hstack([csr_array(-reached), none])))
            self._most.append(np.full(len(reached), -1.0))

    def add(self, is_open: Floats, ways: Floats | None = None) -> int:
        """Add the lines that some openings break.

        Parameters
        ----------
        is_open
            Part of each site that is open.
        ways
            Ways that the solver believes; None to add every line.

        Returns
        -------
        added
            How many were new.
        """
        reach = self.ways.find_ways(is_open)
        rows = np.arange(len(reach))
        if ways is not None:
            least = reach - self.ways.save(reach, rows) @ is_open
            rows = np.flatnonzero(least > ways + _LEAST_CUT * self.ways.cap.max())
        return self.add_lines(rows, reach[rows])

    def add_lines(self, rows: Ints, reach: Floats) -> int:
        """Add lines by demand and distance.

        Parameters
        ----------
        rows
            Demand.
        reach
            The D of each.

        Returns
        -------
        added
            How many were new.
        """
        keys = list(zip(rows.tolist(), reach.tolist(), strict=True))
        is_new = np.array([key not in self._known for key in keys], dtype=bool)
        if not is_new.any():
            return 0
        self._known.update(keys)
        fresh, far = rows[is_new], reach[is_new]
        saved = csr_array(-self.ways.save(far, fresh))
        own = csr_array(-identity(len(self.ways.cap), format="csr"))[fresh]
        self._blocks.append(csr_array(hstack([saved, own])))
        self._most.append(-far)
        return len(fresh)

    def stack(self) -> tuple[csr_array, Floats]:
        """Give all lines.

        Returns
        -------
        rows, most
            ``rows @ (open, ways) <= most``.
        """
        return csr_array(vstack(self._blocks)), np.concatenate(self._most)
