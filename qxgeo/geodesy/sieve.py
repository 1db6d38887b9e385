"""Lines of a large work that come near some boxes; the others need not even be decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.geodesy.compiled import find_loops
from qxgeo.geodesy.grid import lay_grid
from qxgeo.geodesy.lines import LONGEST_SEGMENT_DEG, Lines, walk_in_short_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.geodesy.grid import Grid

_VERTEX = 16  # bytes


@dataclass(frozen=True, slots=True)
class Sieve:
    """Lets through what meets one of some boxes.

    Attributes
    ----------
    low, high
        Corners of the boxes, degrees, shape (s, 2), at least one.
    grid
        Which boxes stand where.
    among
        How many lines the whole work has: this decides which form of the kernel answers.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    grid: Grid
    among: int

    @classmethod
    def over(cls, boxes: NDArray[np.float64], *, among: int) -> Sieve:
        """Make a sieve.

        Parameters
        ----------
        boxes
            West, south, east and north, degrees, shape (s, 4), at least one.
        among
            How many lines the whole work has.

        Returns
        -------
        sieve
            For any piece of the work.
        """
        low, high = np.ascontiguousarray(boxes[:, :2]), np.ascontiguousarray(boxes[:, 2:])
        return cls(low, high, lay_grid(low, high), among)

    def sift(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Lines | None:
        """Take from well-known binary the lines that meet a box.

        Parameters
        ----------
        data
            Well-known binary of all lines behind one another, EPSG:4326, bytes.
        offsets
            Where each begins, and the end of the last, shape (n + 1,).

        Returns
        -------
        lines
            As many as there are rows; those that meet no box have no part. None where compiled
            loops do not answer, or a row is no plain line: `Lines.from_wkb` says what it is then.
        """
        loops = find_loops("binary", size=self.among)
        size = len(offsets) - 1
        if loops is None or len(data) < _VERTEX:
            return None
        lonlat = np.empty((len(data) // _VERTEX, 2))
        first, row_of = np.empty(size + 1, dtype=np.int64), np.empty(size, dtype=np.int64)
        count, is_long = loops.unpack(
            data,
            np.ndarray((len(data) - 3,), dtype="<u4", buffer=data, strides=(1,)),
            np.ndarray((len(data) - 7,), dtype="<f8", buffer=data, strides=(1,)),
            *(offsets, self.low, self.high, self.grid, LONGEST_SEGMENT_DEG),
            *(lonlat, first, row_of),
        )
        if count == loops.STRANGE:
            return None
        lines = Lines(size, row_of[:count], first[: count + 1], lonlat[: first[count]], self.among)
        return walk_in_short_steps(lines) if is_long else lines
