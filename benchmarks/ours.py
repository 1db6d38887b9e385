"""qxgeo on the question of the peers, and what cannot be beaten: reading the bytes.

Each is a context manager: what comes before ``yield`` (imports, compiled loops from the disk) is
not timed; what it yields answers the question for a radius: townships and the length inside the
discs in each, metres.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Answer = tuple[NDArray[np.int64], NDArray[np.float64]]


@contextmanager
def open_bytes(folder: Path, *, threads: int = 1) -> Iterator[Callable[[float], Answer]]:
    """Read the geometry column of the roads, row group by row group, and make nothing of it."""
    from concurrent.futures import ThreadPoolExecutor

    import pyarrow.parquet as pq

    def read(turn: int) -> None:
        for path in sorted((folder / "roads").glob("*.parquet")):
            file = pq.ParquetFile(path)
            for group in range(turn, file.num_row_groups, threads):
                file.read_row_group(group, columns=["geometry"], use_threads=False)

    def answer(_: float) -> Answer:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(read, range(threads)))
        return np.array([], dtype=np.int64), np.array([])

    yield answer


open_bytes_threads = partial(open_bytes, threads=2)


@contextmanager
def open_kernel(folder: Path, *, plain: bool = False) -> Iterator[Callable[[float], Answer]]:
    """Answer with the kernel on all roads at once, compiled or in NumPy."""
    import geopandas as gpd
    import pyarrow.parquet as pq
    import shapely

    from qxgeo.geodesy import Lines, compiled, partition_lines, stretches_in_discs

    if plain:
        compiled.MANY = sys.maxsize
    else:
        warm_up()

    def answer(radius_m: float) -> Answer:
        column = pq.read_table(folder / "roads", columns=["geometry"])["geometry"]
        chunk = column.combine_chunks()
        chunk = chunk.chunk(0) if hasattr(chunk, "chunk") else chunk
        _, offsets, data = chunk.buffers()
        first = np.frombuffer(offsets, dtype=np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
        lines = Lines.from_wkb(np.frombuffer(data, dtype=np.uint8), first.astype(np.int64))
        points = shapely.get_coordinates(gpd.read_parquet(folder / "stations.parquet").geometry)
        polygons = gpd.read_parquet(folder / "townships.parquet").geometry.to_numpy()
        inside = stretches_in_discs(lines, points, radius_m=radius_m)
        pieces = inside.intersection(partition_lines(lines, polygons, among=inside))
        length_m, held = lines.lengths_m(pieces), pieces.label >= 0
        sums = np.bincount(pieces.label[held], length_m[held], minlength=len(polygons))
        return np.arange(len(sums)), sums

    yield answer


open_plain = partial(open_kernel, plain=True)


def warm_up() -> None:
    """Load the loops, or compile them the first time, by asking something small of them."""
    import geopandas  # noqa: F401 - reads stations and territories
    import shapely

    import qxgeo.datasets
    import qxgeo.streaming  # noqa: F401
    from qxgeo.geodesy import Lines, Territories, compiled, partition_lines, stretches_in_discs
    from qxgeo.geodesy.totals import Count, Meter

    many, compiled.MANY = compiled.MANY, 0
    road, place = shapely.LineString([(110, 25), (110.01, 25)]), np.array([[110.0, 25.0]])
    lines, town = Lines.from_geometries(np.array([road])), np.array([shapely.box(110, 24, 111, 26)])
    inside = stretches_in_discs(lines, place, radius_m=900)
    lines.lengths_m(inside.intersection(partition_lines(lines, town)))
    raw = np.frombuffer(shapely.to_wkb(road), dtype=np.uint8)
    meter = Meter.over(place, Territories(town), radius_m=900)
    meter.add_up(raw, np.array([0, len(raw)]), Count(meter.land_within(None)))
    compiled.MANY = many


@contextmanager
def open_qxgeo(
    folder: Path, *, workers: int = 1, parts: bool = False
) -> Iterator[Callable[[float], Answer]]:
    """Answer with `measure_roads`, piece by piece, one after the other or as `workers` says."""
    warm_up()
    yield partial(write_parts if parts else measure, folder, workers=workers)


open_threads = partial(open_qxgeo, workers=0)
open_processes = partial(open_qxgeo, workers=2)
open_parts = partial(open_qxgeo, parts=True)
open_parts_threads = partial(open_qxgeo, workers=0, parts=True)
open_parts_processes = partial(open_qxgeo, workers=2, parts=True)


MALLOC = {"MALLOC_TRIM_THRESHOLD_": 1 << 30, "MALLOC_MMAP_THRESHOLD_": 1 << 25}  # bytes


@contextmanager
def open_dask(folder: Path, *, parts: bool = False) -> Iterator[Callable[[float], Answer]]:
    """Answer with `measure_roads` on two Dask workers of one thread that have loaded the loops."""
    import cloudpickle
    import dask
    from distributed import Client, LocalCluster

    dask.config.set(  # as docs/scale.md advises
        {f"distributed.nanny.pre-spawn-environ.{name}": size for name, size in MALLOC.items()}
    )
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    warm_up()
    with (
        LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.run(warm_up)
        yield partial(write_parts if parts else measure, folder, client=client)


open_parts_dask = partial(open_dask, parts=True)


def write_parts(folder: Path, radius_m: float, **how: Any) -> Answer:  # noqa: ANN401 - passed on
    """Ask `measure_roads` for the parts too: geometry, nearest station, distance, length."""
    with tempfile.TemporaryDirectory() as out:
        return measure(folder, radius_m, out=out, memory_mb=1_000.0, **how)


def measure(folder: Path, radius_m: float, **how: Any) -> Answer:  # noqa: ANN401 - passed on
    """Ask `measure_roads`."""
    import pyarrow.parquet as pq
    import shapely

    from qxgeo.datasets import open_dataset
    from qxgeo.streaming import measure_roads

    columns = (  # some kilobytes each: threads would take longer to begin
        pq.ParquetFile(folder / name).read(["geometry"], use_threads=False)["geometry"]
        for name in ("stations.parquet", "townships.parquet")
    )
    places, polygons = (shapely.from_wkb(column.to_numpy()) for column in columns)
    points = shapely.get_coordinates(places)
    totals = measure_roads(
        open_dataset(folder / "roads"), points, polygons, radius_m=radius_m, **how
    )
    return np.arange(len(polygons)), totals.length_m
