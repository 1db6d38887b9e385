"""The question at any size: how much road lies within a radius of stations, and where."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import shapely

from qxgeo.datasets import near
from qxgeo.datasets.tallying import LEFT_ROWS
from qxgeo.errors import Fault, InputError, SchemaError, Text
from qxgeo.geodesy.frames import disc_half_sizes
from qxgeo.streaming.measuring import OUTSIDE, PLAIN_ROWS, MeasureJob, Names, has_loops
from qxgeo.streaming.running import run_pieces
from qxgeo.streaming.sums import NANOMETRES, add_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.datasets import RoadDataset
    from qxgeo.streaming.jobs import Outcome
    from qxgeo.streaming.running import Progress

DEFAULT_MEMORY_MB = 500.0
FARTHEST_M = 50_000.0  # beyond, the series of `qxgeo.geodesy.frames` are not what they promise
_ROW_BYTES = 800  # of arrays that do not depend on the vertices; docs/scale.md
_TIMES_GEOMETRY = 10  # what a byte of stored geometry takes while a batch is measured
_TALLIED = (100, 4)  # both, of a row that is measured as it is stored
_PART_BYTES = 1_500  # more of a row whose parts are written
_CORNER_BYTES = 500  # of a corner of a territory, in the grid over their edges


@dataclass(frozen=True, slots=True)
class RoadTotals:
    """What lies within the radius.

    Attributes
    ----------
    radius_m
        Ground metres.
    roads
        How many roads have a part inside.
    length_nm
        Length inside by territory, whole nanometres: exact, whatever the order of the work.
    road_counts
        How many roads have a part inside by territory; one in two territories counts in both.
    part_counts
        How many parts, by territory.
    outside_nm, outside_roads, outside_parts
        The same of what lies within the radius and in no territory.
    files
        Where the parts are, if they were asked for: GeoParquet with ``road``, ``row``,
        ``territory``, ``station`` (the nearest of the road), ``distance_m`` (of the road to it),
        ``length_m`` and ``geometry``, in the order of the dataset.
    """

    radius_m: float
    roads: int
    length_nm: tuple[int, ...]
    road_counts: tuple[int, ...]
    part_counts: tuple[int, ...]
    outside_nm: int
    outside_roads: int
    outside_parts: int
    files: tuple[Path, ...]

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Length inside by territory, metres, shape (t,)."""
        return np.array([nm / NANOMETRES for nm in self.length_nm], dtype=float)

    @property
    def total_nm(self) -> int:
        """Length inside, in territories and outside them, whole nanometres."""
        return sum(self.length_nm) + self.outside_nm


def measure_roads(  # noqa: PLR0913 - one argument for each option
    dataset: RoadDataset,
    stations: NDArray[np.float64],
    territories: NDArray[np.object_],
    *,
    radius_m: float,
    out: Path | str | None = None,
    station_ids: Sequence[str] | None = None,
    territory_ids: Sequence[str] | None = None,
    road_column: str = "",
    work_folder: Path | str | None = None,
    memory_mb: float = DEFAULT_MEMORY_MB,
    workers: int = 0,
    client: Any = None,  # noqa: ANN401 - a distributed.Client
    restart: bool = False,
    progress: Progress | None = None,
) -> RoadTotals:
    """Measure what lies within a radius of stations, by territory: of one road or of ten million.

    Parameters
    ----------
    dataset
        As `open_dataset` gives it.
    stations
        Longitude and latitude, degrees, EPSG:4326, shape (s, 2).
    territories
        Polygons, EPSG:4326, shape (t,); where they overlap the first one holds.
    radius_m
        Ground metres, at most 50 km; a point at exactly this distance is inside. A metre of road
        counts once, however many discs hold it.
    out
        A folder for the parts themselves; without it only totals are reckoned.
    station_ids, territory_ids
        What they are called in the parts; their number by default.
    road_column
        Column of the dataset that names a road in the parts; by default its row does.
    work_folder, memory_mb, workers, client, restart, progress
        As `run_pieces` takes them. Without a work folder nothing is kept for a resumption.

    Returns
    -------
    totals
        The same to the last bit for any memory, number and kind of workers.

    Raises
    ------
    InputError
        If a place or the radius is none, the memory is too small, or the work folder holds
        another job.
    SchemaError
        If the dataset has no column of that name.
    ReadError
        If a file is broken.
    OutputError
        If something cannot be written.
    """
    lonlat = np.ascontiguousarray(stations, dtype=float).reshape(-1, 2)
    polygons = np.asarray(territories, dtype=object)
    _refuse_bad_question(lonlat, polygons, radius_m)
    names = None
    if out is not None:
        names = Names(
            _name(station_ids, len(lonlat)), _name(territory_ids, len(polygons)), road_column
        )
        _refuse_missing_column(dataset, road_column)
    job = _make_job(dataset, lonlat, polygons, radius_m, names, is_kept=work_folder is not None)
    boxes = np.concatenate((lonlat - job.half_deg, lonlat + job.half_deg), axis=1)
    pieces = near(dataset, boxes) if len(boxes) else ()
    with nullcontext(work_folder) if work_folder else tempfile.TemporaryDirectory() as work:
        outcomes = run_pieces(
            job,
            pieces,
            work_folder=str(work),
            memory_mb=memory_mb,
            workers=workers,
            client=client,
            restart=restart,
            is_kept=work_folder is not None,
            progress=progress,
        )
        files = () if out is None else _collect(outcomes, Path(out))
    return _add_up(outcomes, len(polygons), radius_m, files)


def _make_job(
    dataset: RoadDataset,
    lonlat: NDArray[np.float64],
    polygons: NDArray[np.object_],
    radius_m: float,
    names: Names | None,
    *,
    is_kept: bool,
) -> MeasureJob:
    """Word the question as a job; one that nobody resumes has a name that no other will have."""
    is_compiled = has_loops(dataset.rows)
    row_bytes = _ROW_BYTES + _TIMES_GEOMETRY * dataset.geometry_bytes
    row_bytes += _PART_BYTES * (names is not None)
    own_bytes = _CORNER_BYTES * int(shapely.get_num_coordinates(polygons).sum())
    own_bytes += 0 if is_compiled else PLAIN_ROWS * row_bytes
    is_tallied = is_compiled and names is None and dataset.encoding == "WKB"
    if is_tallied:
        own_bytes += LEFT_ROWS * row_bytes
        row_bytes = _TALLIED[0] + _TALLIED[1] * dataset.geometry_bytes
    job = MeasureJob(
        dataset=dataset,
        stations=lonlat,
        half_deg=disc_half_sizes(lonlat, radius_m),
        territories=polygons,
        radius_m=float(radius_m),
        names=names,
        is_compiled=is_compiled,
        is_tallied=is_tallied,
        fingerprint=uuid4().hex,
        row_bytes=row_bytes,
        own_bytes=own_bytes,
    )
    return replace(job, fingerprint=_hash(job)) if is_kept else job


def _hash(job: MeasureJob) -> str:
    """Hash everything that the answer follows from."""
    names, polygons = job.names, job.territories
    told = hashlib.sha256(job.dataset.fingerprint.encode())
    told.update(job.stations.tobytes())
    is_missing = shapely.is_missing(polygons)
    told.update(is_missing.tobytes())
    told.update(b"".join(shapely.to_wkb(polygons[~is_missing]).tolist()))
    named = None if names is None else (names.stations.to_pylist(), names.territories.to_pylist())
    road = None if names is None else names.road
    words = ["measure by columns", job.radius_m.hex(), job.is_compiled, named, road]
    told.update(json.dumps(words).encode())
    return told.hexdigest()


def _collect(outcomes: Sequence[Outcome], out: Path) -> tuple[Path, ...]:
    """Put the parts of all pieces into one folder; the journal keeps its own."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for outcome in outcomes:
        for name, path in outcome.files.items():
            target = out / f"piece-{outcome.number:07d}-{name}"
            target.unlink(missing_ok=True)
            try:
                os.link(path, target)
            except OSError:  # another file system, or one without links
                shutil.copyfile(path, target)
            files.append(target)
    return tuple(files)


def _add_up(
    outcomes: Sequence[Outcome], count: int, radius_m: float, files: tuple[Path, ...]
) -> RoadTotals:
    """Add up what came of the pieces."""
    columns = [[0] * (count + 1) for _ in range(3)]  # the last place is OUTSIDE, which is -1
    if found := add_columns(one.values["territories"] for one in outcomes):
        label, *added = found
        for column, values in zip(columns, added, strict=True):
            for place, value in zip(label, values, strict=True):
                column[place] = value
    roads, parts, length_nm = columns
    return RoadTotals(
        radius_m=radius_m,
        roads=sum(one.values["roads"] for one in outcomes),
        length_nm=tuple(length_nm[:count]),
        road_counts=tuple(roads[:count]),
        part_counts=tuple(parts[:count]),
        outside_nm=length_nm[OUTSIDE],
        outside_roads=roads[OUTSIDE],
        outside_parts=parts[OUTSIDE],
        files=files,
    )


def _name(names: Sequence[str] | None, count: int) -> pa.Array:
    """Give names as text, numbers where there are none.

    Raises
    ------
    ValueError
        If there are not as many as things.
    """
    listed = [str(name) for name in (range(count) if names is None else names)]
    if len(listed) != count:
        message = f"{len(listed)} names for {count} things"
        raise ValueError(message)
    return pa.array(listed, pa.string())


def _refuse_missing_column(dataset: RoadDataset, column: str) -> None:
    """Refuse a column that the dataset has not.

    Raises
    ------
    SchemaError
        If it has not.
    """
    if column and column not in dataset.columns:
        listed = ", ".join(dataset.columns)
        problem = Text("数据集里没有这一列", "the dataset has no such column")
        mend = Text(f"可用的列：{listed}", f"it has: {listed}")
        fault = Fault(file=str(dataset.root), column=column, problem=problem, mend=mend)
        raise SchemaError(fault)


def _refuse_bad_question(
    lonlat: NDArray[np.float64], polygons: NDArray[np.object_], radius_m: float
) -> None:
    """Refuse a radius, stations or territories that are none, all at once.

    Raises
    ------
    InputError
        If there is any.
    """
    faults = []
    if not 0 < radius_m <= FARTHEST_M:
        problem = Text(f"半径不可用：{radius_m}", f"this is no radius: {radius_m}")
        mend = Text("写大于 0、不超过 50000 的米数", "give metres above 0, at most 50000")
        faults.append(Fault(column="radius_m", problem=problem, mend=mend))
    is_place = np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat) <= (180, 90)).all(axis=1)
    if not bool(is_place.all()):
        row = int(np.flatnonzero(~is_place)[0])
        problem = Text(f"第 {row + 1} 个站点没有位置", f"station {row + 1} is nowhere on earth")
        mend = Text("位置用经纬度，单位度", "give longitude and latitude in degrees")
        faults.append(Fault(column="stations", problem=problem, mend=mend))
    kinds = shapely.get_type_id(polygons)
    is_area = shapely.is_missing(polygons) | np.isin(kinds, (3, 6)) | shapely.is_empty(polygons)
    if not bool(np.all(is_area)):
        row = int(np.flatnonzero(~is_area)[0])
        problem = Text(f"第 {row + 1} 个区域不是面", f"territory {row + 1} is no polygon")
        mend = Text("区域要用面要素", "territories have to be polygons")
        faults.append(Fault(column="territories", problem=problem, mend=mend))
    if faults:
        raise InputError(faults)
