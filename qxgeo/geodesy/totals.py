"""Length within discs by territory, of very many lines as GeoParquet stores them, in one pass.

The compiled form alone: what it answers is what `stretches_in_discs`, `partition_lines` and
`Lines.lengths_m` answer together, and tests hold it to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qxgeo.geodesy.compiled import load_loops
from qxgeo.geodesy.frames import Frames
from qxgeo.geodesy.grid import lay_grid
from qxgeo.geodesy.lengths import latitude_bands

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    from qxgeo.geodesy.partition import Territories

    Ints = NDArray[np.int64]

_VERTEX = 16  # bytes
_HALF = 32  # bits
_MOST = 4_096  # vertices of a line, and cuts: roads have some six, and few more than a hundred


@dataclass(frozen=True, slots=True)
class Tally:
    """What lies within the radius, of the lines of a column.

    Attributes
    ----------
    roads
        How many lines have a part inside.
    label
        Territories, -1 for what lies in none, shape (k,).
    road_count, part_count
        How many lines have a part in each, and how many parts, shape (k,).
    length_nm
        Length in each: each part rounded to whole nanometres, k numbers.
    left
        Rows that are in none of these numbers and are left to others, ascending, shape (m,).
    """

    roads: int
    label: NDArray[np.int64]
    road_count: NDArray[np.int64]
    part_count: NDArray[np.int64]
    length_nm: list[int]
    left: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Meter:
    """Stations and territories made ready to measure columns of lines, again and again."""

    loops: ModuleType
    tables: tuple[Any, ...]
    numbers: Ints

    @classmethod
    def over(
        cls, stations: NDArray[np.float64], territories: Territories, *, radius_m: float
    ) -> Meter | None:
        """Make a meter.

        Parameters
        ----------
        stations
            Longitude and latitude, degrees, shape (s, 2), at least one.
        territories
            Polygons; where they overlap the first one holds.
        radius_m
            Ground metres; a point at exactly this distance is inside.

        Returns
        -------
        meter
            None where there are no compiled loops.
        """
        loops, cells = load_loops("totals"), load_loops("cells")
        if loops is None or cells is None:
            return None
        frames = Frames.around(stations, radius_m=radius_m)
        tables = (frames.lonlat, frames.axis_m, frames.equator_m, frames.curvature)
        bounds = (frames.half_deg, frames.most_m2, frames.least_m2)
        grid = lay_grid(frames.lonlat - frames.half_deg, frames.lonlat + frames.half_deg)
        land = territories.grid(cells)
        ready = (tables, bounds, grid, radius_m**2, land, latitude_bands())
        return cls(loops, ready, territories.numbers)

    def add_up(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Tally:
        """Measure lines in well-known binary.

        Parameters
        ----------
        data
            Well-known binary of all lines behind one another, EPSG:4326, bytes.
        offsets
            Where each begins, and the end of the last, shape (n + 1,).

        Returns
        -------
        tally
            Left are rows that are no plain lines of finite places with short segments, and lines
            along a territory line, of which a double does not know whose they are.
        """
        size = len(offsets) - 1
        if len(data) < _VERTEX:
            none = np.empty(0, dtype=np.int64)
            return Tally(0, none, none, none, [], np.arange(size))
        totals = tuple(np.zeros((4, len(self.numbers) + 1), dtype=np.int64))
        last = np.full(len(self.numbers) + 1, -1, dtype=np.int64)
        left = np.empty(size, dtype=np.int64)
        roads, others = self.loops.add_up(
            data,
            np.ndarray((len(data) - 3,), dtype="<u4", buffer=data, strides=(1,)),
            np.ndarray((len(data) - 7,), dtype="<f8", buffer=data, strides=(1,)),
            offsets,
            *self.tables,
            self._make_room(),
            (*totals, last),
            left,
        )
        used = np.flatnonzero(totals[1])
        road_count, part_count, low, high = (column[used] for column in totals)
        length_nm = [a + (b << _HALF) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
        label = np.append(self.numbers, -1)[used]
        return Tally(roads, label, road_count, part_count, length_nm, left[:others])

    def _make_room(self) -> tuple[NDArray[Any], ...]:
        """Give the loops what they write down of a line."""
        stations = len(self.tables[0][0])
        places = [np.empty(_MOST) for _ in range(5)]
        return (
            np.full(stations, -1, dtype=np.int64),
            np.empty((_MOST, 2)),
            np.empty(stations, dtype=np.int64),
            np.empty(stations),
            np.empty(self.loops.FEW, dtype=np.int64),
            *places,
            np.empty(_MOST, dtype=np.int64),
        )
