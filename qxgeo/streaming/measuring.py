"""Which parts of which roads lie within a radius of stations, by territory: one piece at a time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from qxgeo.datasets import iter_lines
from qxgeo.datasets.parts import write_parts
from qxgeo.datasets.shaping import BOUNDS, lines_of
from qxgeo.datasets.tallying import iter_left
from qxgeo.errors import Fault, InputError, Text
from qxgeo.geodesy import Territories, partition_lines, reach_of_discs, stretches_in_discs
from qxgeo.geodesy.compiled import find_loops
from qxgeo.geodesy.packing import pack_stretches
from qxgeo.geodesy.sieve import Sieve
from qxgeo.geodesy.totals import Count, Meter
from qxgeo.streaming.sums import NANOMETRES, add_columns, sum_by_key, to_nanometres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from qxgeo.datasets import Batch, Piece, RoadDataset
    from qxgeo.geodesy import Intervals, Lines
    from qxgeo.geodesy.totals import Tally

# Rows of a batch. Compiled loops give the same bits for any size, and do not gain beyond this one;
# plain arrays need one size always: the last bit of a sine depends on its place in an array.
MOST_ROWS = 1 << 16
PLAIN_ROWS = 1 << 13
TALLIED_ROWS = 1 << 14  # two megabytes, which are still at hand when they are measured
OUTSIDE = -1  # the label of what lies in no territory
LARGE = 1 << 62  # the size of a work for which compiled loops answer, on any machine
_LOOPS = ("binary", "cells", "clear", "discs", "lengths", "partition", "totals")


class Tools(NamedTuple):
    """What every piece needs, made once in a process.

    Attributes
    ----------
    territories
        Ready to cut lines.
    meter
        Measures lines where nobody asks for their parts, in the compiled form.
    sieve
        Tells which lines come near, in the compiled form, where there is no meter.
    """

    territories: Territories
    meter: Meter | None = None
    sieve: Sieve | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MeasureJob:
    """The question, for `run_pieces`.

    Attributes
    ----------
    dataset
        The roads.
    stations
        Longitude and latitude, degrees, shape (s, 2).
    half_deg
        Half width and half height of boxes that hold the discs, degrees, shape (s, 2).
    territories
        Polygons, EPSG:4326, shape (t,); where they overlap the first one holds.
    radius_m
        Ground metres; what lies at this distance is inside.
    names
        Of stations and territories, and the column that names a road; None where no parts are
        written, and the nearest station is not looked for.
    is_compiled
        Which form of the kernel answers for every piece.
    is_tallied
        Whether lines are measured as they are stored, one by one, and nothing of them is kept:
        by compiled loops, in well-known binary, where no parts are written.
    fingerprint, row_bytes, own_bytes
        See `Job`.
    """

    dataset: RoadDataset
    stations: NDArray[np.float64]
    half_deg: NDArray[np.float64]
    territories: NDArray[np.object_]
    radius_m: float
    names: Names | None
    is_compiled: bool
    is_tallied: bool
    fingerprint: str
    row_bytes: int
    own_bytes: int

    def __reduce__(self) -> tuple[Callable[..., MeasureJob], tuple[Any, ...]]:
        """Pickle the territories all at once: one by one takes ten times as long."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["territories"] = shapely.to_wkb(self.territories)
        return _unpickle, (values,)

    def do(self, piece: Piece, folder: Path, *, batch_rows: int) -> dict[str, Any]:
        """Measure a piece.

        Parameters
        ----------
        piece
            Of the dataset.
        folder
            Made for its parts, if they are wanted.
        batch_rows
            How many rows may be held at a time.

        Returns
        -------
        values
            ``roads``: how many have a part inside. ``territories``: columns of number (-1 outside
            all), how many roads, how many parts, nanometres.
        """
        sums = _Sums()
        tools = _tools_of(self)
        if tools.meter is not None:
            self._tally(piece, sums, batch_rows, tools.meter)
            return sums.values()
        tables = self._measure(piece, sums, batch_rows, tools)
        first = next(tables, None)
        if first is not None:
            folder.mkdir()
            write_parts(_chain(first, tables), folder, schema=first.schema, encoding="WKB")
        return sums.values()

    def _stations_near(self, piece: Piece) -> NDArray[np.int64]:
        """List the stations whose boxes meet that of a piece."""
        if piece.bounds is None:
            return np.arange(len(self.stations))
        west, south, east, north = piece.bounds
        low, high = self.stations - self.half_deg, self.stations + self.half_deg
        meets = (low <= (east, north)) & (high >= (west, south))
        return np.flatnonzero(meets.all(axis=1))

    def _tally(self, piece: Piece, sums: _Sums, batch_rows: int, meter: Meter) -> None:
        """Measure without parts: columns in one pass, and the few lines that it leaves."""
        count = Count(meter.land_within(piece.bounds))
        rows = min(batch_rows, TALLIED_ROWS)
        for some in iter_left(self.dataset, piece, meter, count, batch_rows=rows):
            lines, near = some.as_piece_of(LARGE), self._stations_near(piece)
            parts = self._look(lines, near, meter.territories).parts
            sums.add(lines, parts, to_nanometres(lines.lengths_m(parts)))
        sums.add_tally(count.tally())

    def _measure(
        self, piece: Piece, sums: _Sums, batch_rows: int, tools: Tools
    ) -> Iterator[pa.Table]:
        """Measure batch by batch, and give the parts as tables."""
        near = self._stations_near(piece)
        columns = [self.names.road] if self.names is not None and self.names.road else []
        rows = min(batch_rows, MOST_ROWS) if self.is_compiled else PLAIN_ROWS
        if len(near) == 0:
            return
        for batch in iter_lines(
            self.dataset, piece, batch_rows=rows, columns=columns, sieve=tools.sieve
        ):
            lines = batch.lines.as_piece_of(LARGE) if self.is_compiled else batch.lines
            found = self._look(lines, near, tools.territories)
            length_nm = to_nanometres(lines.lengths_m(found.parts))
            sums.add(lines, found.parts, length_nm)
            if self.names is not None and len(found.parts):
                yield self._tabulate(batch, lines, found, length_nm)

    def _look(self, lines: Lines, near: NDArray[np.int64], territories: Territories) -> _Found:
        """Find the parts of lines, and the nearest station of each line if it is wanted."""
        places = self.stations[near]
        if self.names is None:
            inside = stretches_in_discs(lines, places, radius_m=self.radius_m)
            parts = inside.intersection(partition_lines(lines, territories, among=inside))
            return _Found(parts, np.empty(0), near[:0])
        reach = reach_of_discs(lines, places, radius_m=self.radius_m)
        parts = reach.inside.intersection(partition_lines(lines, territories, among=reach.inside))
        return _Found(parts, reach.distance_m, np.where(reach.station < 0, -1, near[reach.station]))

    def _tabulate(
        self, batch: Batch, lines: Lines, found: _Found, length_nm: NDArray[np.int64]
    ) -> pa.Table:
        """Lay out parts as rows: which road, territory, station, how far, how long, where."""
        names, parts = self.names, found.parts
        if names is None:  # nobody asked
            return pa.table({})
        line = lines.part_line[parts.part]
        geometry, bounds = lines_of(pack_stretches(lines, parts))
        road = (
            batch.table.column(names.road).take(pa.array(line)) if names.road else batch.rows[line]
        )
        station = names.stations.take(pa.array(found.station[line]))
        territory = names.territories.take(
            pa.array(parts.label, mask=parts.label == OUTSIDE, type=pa.int64())
        )
        return pa.table(
            {
                "road": road,
                "row": batch.rows[line],
                "territory": territory,
                "station": station,
                "distance_m": found.distance_m[line],
                "length_m": length_nm / NANOMETRES,
                "geometry": geometry,
                BOUNDS: bounds,
            }
        )


def _unpickle(values: dict[str, Any]) -> MeasureJob:
    """Give back the job that was pickled."""
    return MeasureJob(**{**values, "territories": shapely.from_wkb(values["territories"])})


class Names(NamedTuple):
    """What things are called in the parts.

    Attributes
    ----------
    stations, territories
        One name each.
    road
        Column of the dataset; empty: roads are known by the number of their row.
    """

    stations: pa.Array
    territories: pa.Array
    road: str


class _Found(NamedTuple):
    """What a batch holds."""

    parts: Intervals
    distance_m: NDArray[np.float64]
    station: NDArray[np.int64]


class _Sums:
    """What is added up while parts are written."""

    def __init__(self) -> None:
        self.roads = 0
        self.tables: list[Sequence[Sequence[int] | NDArray[np.int64]]] = []

    def values(self) -> dict[str, Any]:
        """Give what was added up, as JSON holds it."""
        return {"roads": self.roads, "territories": add_columns(self.tables)}

    def add_tally(self, tally: Tally) -> None:
        """Add what is added up already."""
        self.roads += tally.roads
        self.tables.append((tally.label, tally.road_count, tally.part_count, tally.length_nm))

    def add(self, lines: Lines, parts: Intervals, length_nm: NDArray[np.int64]) -> None:
        """Add the parts of a batch."""
        line = lines.part_line[parts.part]
        self.roads += int(np.count_nonzero(np.diff(line))) + bool(len(line))
        span = int(parts.label.max(initial=OUTSIDE)) + 2
        pairs = _list_pairs(line, line * span + (parts.label - OUTSIDE))
        roads = np.bincount(pairs % span, minlength=span)
        label, count, added_nm = sum_by_key(parts.label, length_nm)
        self.tables.append((label, roads[label - OUTSIDE], count, added_nm))


def _list_pairs(line: NDArray[np.int64], pair: NDArray[np.int64]) -> NDArray[np.int64]:
    """List each pair of line and territory once; lines ascend, and few meet two territories."""
    is_new = np.diff(pair, prepend=-1) != 0
    line, pair = line[is_new], pair[is_new]
    goes_on = np.diff(line) == 0
    has_several = np.append(goes_on, False) | np.insert(goes_on, 0, False)
    has_several = has_several[: len(pair)]
    return np.concatenate((pair[~has_several], np.unique(pair[has_several])))


_kept: dict[str, Tools] = {}
_making = threading.Lock()


def _tools_of(job: MeasureJob) -> Tools:
    """Give the tools of a job, made by the first thread that asks."""
    with _making:
        if job.fingerprint not in _kept:
            _kept.clear()
            _kept[job.fingerprint] = _make_tools(job)
        return _kept[job.fingerprint]


def _make_tools(job: MeasureJob) -> Tools:
    """Make the tools of a job.

    Raises
    ------
    InputError
        If this worker has no compiled loops, with which the job began.
    """
    territories = Territories(job.territories)
    if not job.is_compiled:
        return Tools(territories)
    if not has_loops(LARGE):
        problem = Text(
            "这台机器上没有 Numba，而任务是用它开始的", "no Numba here, with which the job began"
        )
        mend = Text(
            "在每台机器上安装：pip install 'qxgeo[fast]'",
            "install it on every machine: pip install 'qxgeo[fast]'",
        )
        raise InputError(Fault(problem=problem, mend=mend))
    if job.is_tallied:
        return Tools(territories, Meter.over(job.stations, territories, radius_m=job.radius_m))
    boxes = np.concatenate((job.stations - job.half_deg, job.stations + job.half_deg), axis=1)
    cells = find_loops("cells", size=LARGE)
    if cells is not None and len(territories.numbers):
        territories.grid(cells)  # now, while nobody else asks for it
    return Tools(territories, sieve=Sieve.over(boxes, among=LARGE))


def has_loops(rows: int) -> bool:
    """Say whether compiled loops answer for a work of so many rows."""
    return all(find_loops(name, size=rows) is not None for name in _LOOPS)


def _chain(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Give one table and then the others."""
    yield first
    yield from rest
