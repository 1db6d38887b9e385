"""Length within discs by territory, of very many lines as GeoParquet stores them, in one pass.

The compiled form alone: what it answers is what `stretches_in_discs`, `partition_lines` and
`Lines.lengths_m` answer together, and tests hold it to them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from qxgeo.geodesy.compiled import load_loops
from qxgeo.geodesy.frames import Frames
from qxgeo.geodesy.grid import lay_grid
from qxgeo.geodesy.lengths import latitude_bands

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    from qxgeo.geodesy.territories import Squares, Territories

    Ints = NDArray[np.int64]
    Places = NDArray[np.int32] | Ints

_VERTEX = 16  # bytes
_HALF = 32  # bits


@dataclass(frozen=True, slots=True)
class Tally:
    """What lies within the radius, of the lines of some columns.

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
    """

    roads: int
    label: NDArray[np.int64]
    road_count: NDArray[np.int64]
    part_count: NDArray[np.int64]
    length_nm: list[int]


class Land(NamedTuple):
    """Territories as the loops know them.

    Attributes
    ----------
    numbers
        Which territory each label of the grid means.
    grid
        As `Territories.grid` gives it.
    squares
        Whose squares of its cells are, as far as somebody asked, how many a cell has across and
        up, and how many on a town line stand south-west of each corner.
    """

    numbers: Ints
    grid: tuple[Any, ...]
    squares: Squares


class Count:
    """What has been counted so far, of one column after the other, by one thread.

    Parameters
    ----------
    land
        The territories, as `Meter.land_within` gives them.
    """

    def __init__(self, land: Land) -> None:
        size = len(land.numbers) + 1  # the last is nobody's
        self.land = land
        self.roads = 0
        self.totals = tuple(np.zeros((4, size), dtype=np.int64))  # as the loops want them
        self.last = np.empty(size, dtype=np.int64)

    def tally(self) -> Tally:
        """Give what was counted."""
        used = np.flatnonzero(self.totals[1])
        road_count, part_count, low, high = (column[used] for column in self.totals)
        length_nm = [a + (b << _HALF) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
        label = np.append(self.land.numbers, -1)[used]
        return Tally(self.roads, label, road_count, part_count, length_nm)


@dataclass(frozen=True, slots=True, eq=False)
class Meter:
    """Stations and territories made ready to measure columns of lines, again and again."""

    loops: ModuleType
    cells: ModuleType
    clear: ModuleType
    discs: tuple[Any, ...]
    boxes: NDArray[np.float64]  # around the discs, degrees
    territories: Territories
    own: threading.local = field(default_factory=threading.local)  # each thread's scratch

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
        loops, cells, clear = (load_loops(name) for name in ("totals", "cells", "clear"))
        if loops is None or cells is None or clear is None:
            return None
        frames = Frames.around(stations, radius_m=radius_m)
        tables = (frames.lonlat, frames.axis_m, frames.equator_m, frames.curvature)
        bounds = (frames.half_deg, frames.most_m2, frames.least_m2)
        low, high = frames.lonlat - frames.half_deg, frames.lonlat + frames.half_deg
        discs = (tables, bounds, lay_grid(low, high), float(radius_m) ** 2)
        boxes = np.concatenate((low, high), axis=1)
        territories.prepare(cells, clear)
        return cls(loops, cells, clear, discs, boxes, territories)

    def land_within(self, bounds: tuple[float, float, float, float] | None) -> Land:
        """Give the territories of lines that all lie within some bounds.

        Parameters
        ----------
        bounds
            West, south, east, north, degrees; None where nobody knows them.

        Returns
        -------
        land
            Whatever the bounds, it labels what lies within them and a disc the same.
        """
        numbers, grid = self.territories.grid_near(self.cells, self.boxes, bounds)
        return Land(numbers, grid, self.territories.squares(self.clear, grid))

    def add_up(self, data: NDArray[np.uint8], offsets: Places, count: Count) -> Ints:
        """Measure lines in well-known binary.

        Parameters
        ----------
        data
            Well-known binary of all lines behind one another, EPSG:4326, bytes.
        offsets
            Where each begins, and the end of the last, shape (n + 1,); the first need not be 0.
        count
            What they are added to, over land for bounds that hold the lines.

        Returns
        -------
        left
            Rows that are not counted, ascending, shape (m,): no plain lines of finite places with
            short segments, and lines along a territory line, of which a double does not know whose
            they are.
        """
        size = len(offsets) - 1
        if len(data) < _VERTEX:
            return np.arange(size)
        data = data.view()
        data.flags.writeable = False  # bytes of whatever origin are one type to the compiler
        scratch = self._find_scratch(size)
        scratch.offsets[: size + 1] = offsets
        scratch.room[0].fill(-1)
        count.last.fill(-1)
        roads, others = self.loops.add_up(
            data,
            np.ndarray((len(data) - 3,), dtype="<u4", buffer=data, strides=(1,)),
            np.ndarray((len(data) - 7,), dtype="<f8", buffer=data, strides=(1,)),
            scratch.offsets[: size + 1],
            *self.discs,
            count.land.grid,
            count.land.squares,
            latitude_bands(),
            scratch.room,
            scratch.waiting,
            (*count.totals, count.last),
            scratch.left,
        )
        count.roads += roads
        return scratch.left[:others].copy()

    def _find_scratch(self, size: int) -> _Scratch:
        """Give this thread's own arrays, with room for so many lines.

        Arrays made anew for each column would lie in memory that was never touched, and touching it
        takes longer than what is written into them.
        """
        scratch: _Scratch | None = getattr(self.own, "scratch", None)
        if scratch is None or len(scratch.left) < size:
            scratch = _make_scratch(self.loops, len(self.discs[0][0]), size)
            self.own.scratch = scratch
        return scratch


class _Scratch(NamedTuple):
    """What the loops write into."""

    offsets: Ints
    left: Ints
    room: tuple[NDArray[Any], ...]
    waiting: tuple[NDArray[Any], ...]


def _make_scratch(loops: ModuleType, stations: int, size: int) -> _Scratch:
    """Make room for a line, and for those that are measured together."""
    most, room = loops.MOST, loops.ROOM
    places = [np.empty(most) for _ in range(5)]
    of_line = (
        np.empty(stations, dtype=np.int64),
        np.empty((room, 2)),
        np.empty(stations, dtype=np.int64),
        np.empty(stations),
        np.empty(loops.FEW, dtype=np.int64),
        *places,
        np.empty(most, dtype=np.int64),
    )
    whole = [np.empty(room, dtype=np.int64) for _ in range(4)]
    waiting = (*whole, *(np.empty(room) for _ in range(4)))
    return _Scratch(
        np.empty(size + 1, dtype=np.int64), np.empty(size, dtype=np.int64), of_line, waiting
    )
