"""Very many short lines to be drawn, held as pixels of one raster: eight bytes a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.maps.mercator import to_degrees, to_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

_MOST = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Pixels of one size in degrees, counted from a corner far outside of what is drawn.

    Attributes
    ----------
    step
        Side of a pixel, degrees.
    west, south
        Number of the first column and row, counted from longitude and latitude 0.
    """

    step: float
    west: int
    south: int

    @classmethod
    def around(cls, bounds: npt.NDArray[np.float64], *, pixels: int) -> Raster:
        """Lay it around a box.

        Parameters
        ----------
        bounds
            West, south, east and north, degrees, shape (4,).
        pixels
            How many the longer side has; around it there are three times as many on each side.

        Returns
        -------
        raster
            Its pixels have numbers of 16 bits.
        """
        west, south, east, north = bounds.tolist()
        step = max(east - west, north - south) / pixels
        margin = (_MOST + 1 - pixels) // 2
        return cls(step, round(west / step) - margin, round(south / step) - margin)

    def pack(
        self, places: npt.NDArray[np.float64], line: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.uint64]:
        """Give the segments between places of one line, each once, in no direction of their own.

        Parameters
        ----------
        places
            Longitude and latitude, degrees, shape (n, 2).
        line
            Which line each belongs to, shape (n,).

        Returns
        -------
        packed
            Of each segment that leaves its pixel both ends in one number, ascending, shape (k,).
        """
        at = np.round(places / self.step) - np.array([self.west, self.south])
        across, down = np.clip(at, 0, _MOST).astype(np.uint64).T
        pixel = across << np.uint64(16) | down
        begin, end = pixel[:-1], pixel[1:]
        leaves = (line[1:] == line[:-1]) & (begin != end)
        begin, end = begin[leaves], end[leaves]
        return np.unique(np.minimum(begin, end) << np.uint64(32) | np.maximum(begin, end))

    @property
    def corner(self) -> tuple[float, int, int]:
        """What tells it from other rasters."""
        return (self.step, self.west, self.south)

    def degrees(self, ends: npt.NDArray[np.uint16]) -> npt.NDArray[np.float64]:
        """Give longitude and latitude of pixels, shape (n, 2)."""
        return np.asarray((ends + np.array([self.west, self.south])) * self.step)


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Segments between pixels of a raster.

    Attributes
    ----------
    raster
        Where the pixels are.
    ends
        Column and row of both ends, shape (n, 2, 2).
    """

    raster: Raster
    ends: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, raster: Raster, packed: Iterable[npt.NDArray[np.uint64]]) -> Segments:
        """Put together what `Raster.pack` gave, each segment once."""
        several = np.unique(np.concatenate((np.empty(0, dtype=np.uint64), *packed)))
        # The largest digit first, on any machine.
        digits = several.astype(">u8").view(">u2").astype(np.uint16)
        return cls(raster, digits.reshape(-1, 2, 2))

    def within(self, window: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the segments whose boxes meet a window.

        Parameters
        ----------
        window
            Left, top, right and bottom in the unit square, shape (4,).

        Returns
        -------
        unit
            Both ends in the unit square, shape (k, 2, 2).
        """
        (west, north), (east, south) = to_degrees(window.reshape(2, 2))
        raster, corner = self.raster, np.array([self.raster.west, self.raster.south])
        low, high = self.ends.min(axis=1), self.ends.max(axis=1)
        least = np.floor(np.array([west, south]) / raster.step) - corner
        most = np.ceil(np.array([east, north]) / raster.step) - corner
        meets = ((low <= most) & (high >= least)).all(axis=1)
        return to_unit(raster.degrees(self.ends[meets].reshape(-1, 2))).reshape(-1, 2, 2)
