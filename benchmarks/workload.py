"""Roads, stations and townships at three sizes, from one seed, in bounded memory.

A province is 25 towns in a square of 120 km; roads (6 vertices, 150 m on average), stations and
half of the seeds of its Voronoi townships cluster around the towns. The nation is ten such
provinces from Kashgar to Harbin, the district is one town. Roads are drawn province by province and
sorted on the disk, so that the largest size needs no more memory than a province. Every system
reads the same files:

- ``roads/*.parquet``: as `qxgeo convert` writes them: GeoParquet 1.1 (WKB, LZ4), ordered along
  Hilbert's curve, with bbox covering and row groups of 65,536;
- ``stations.parquet`` and ``townships.parquet``: GeoParquet as GeoPandas writes it.

``python benchmarks/workload.py province FOLDER`` writes one of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

SEED = 2023
# Middles of the provinces, degrees; only the first is used below the nation.
PLACES = (
    ("Guilin", 110.30, 25.27),
    ("Kashgar", 75.99, 39.47),
    ("Urumqi", 87.62, 43.83),
    ("Lhasa", 91.12, 29.65),
    ("Chengdu", 104.07, 30.67),
    ("Xi'an", 108.94, 34.34),
    ("Guangzhou", 113.26, 23.13),
    ("Beijing", 116.40, 39.90),
    ("Shanghai", 120.80, 31.23),
    ("Harbin", 126.53, 45.80),
)
METRES_PER_DEGREE = 110_900.0  # shapes the towns; no answer depends on it
EDGE_M = 600.0  # no road starts nearer to the frame, so that none leaves it
VERTICES = 6
SORTING_MB = 400.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything there is."""

    roads: int
    stations: int
    townships: int
    provinces: int
    towns: int  # in a province
    half_width_m: float  # of a province


SIZES = {
    "district": Size(20_000, 5, 6, 1, 1, 8_000.0),
    "province": Size(1_000_000, 200, 2_000, 1, 25, 60_000.0),
    "nation": Size(10_000_000, 2_000, 30_000, 10, 25, 60_000.0),
    # The province's roads again, to see what stations cost.
    "province-20": Size(1_000_000, 20, 2_000, 1, 25, 60_000.0),
    "province-2000": Size(1_000_000, 2_000, 2_000, 1, 25, 60_000.0),
}


@dataclass(frozen=True, slots=True)
class Province:
    """Where things lie in one province."""

    random: np.random.Generator
    middle: tuple[float, float]
    half_width_m: float
    towns: NDArray[np.float64]
    spread_m: NDArray[np.float64]

    def scatter(self, count: int) -> NDArray[np.float64]:
        """Draw places around the towns, metres from the middle."""
        town = self.random.integers(0, len(self.towns), count)
        noise = self.random.normal(size=(count, 2)) * self.spread_m[town, None]
        limit = self.half_width_m - EDGE_M
        return np.clip(self.towns[town] + noise, -limit, limit)

    def to_lonlat(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give degrees to the centimetre."""
        lon, lat = self.middle
        shrink = np.array([np.cos(np.radians(lat)), 1.0]) * METRES_PER_DEGREE
        return np.round(metres / shrink + (lon, lat), 7)


def main() -> int:
    """Write the workload that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("size", choices=list(SIZES))
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    write_workload(options.size, options.folder)
    return 0


def write_workload(size: str, folder: Path) -> None:
    """Write all files of a size; the record comes last and says that they are whole."""
    import geopandas as gpd
    import shapely

    from qxgeo.datasets import write_dataset

    what = SIZES[size]
    folder.mkdir(parents=True, exist_ok=True)
    stations, townships = [], []

    def draw() -> Iterator[pa.Table]:
        for number in range(what.provinces):
            province = open_province(number, what)
            roads = what.roads // what.provinces
            yield build_roads(province, first=number * roads, count=roads)
            places = province.scatter(what.stations // what.provinces)
            stations.append(shapely.points(province.to_lonlat(places)))
            townships.append(build_townships(province, what.townships // what.provinces))

    write_dataset(draw(), folder / "roads", memory_mb=SORTING_MB)
    points, cells = np.concatenate(stations), np.concatenate(townships)
    gpd.GeoDataFrame({"station": np.arange(len(points))}, geometry=points, crs=4326).to_parquet(
        folder / "stations.parquet"
    )
    gpd.GeoDataFrame({"township": np.arange(len(cells))}, geometry=cells, crs=4326).to_parquet(
        folder / "townships.parquet"
    )
    (folder / "workload.json").write_text(describe(size), encoding="utf-8")


def is_written(size: str, folder: Path) -> bool:
    """Say whether the folder holds this workload, whole."""
    record = folder / "workload.json"
    return record.exists() and record.read_text(encoding="utf-8") == describe(size)


def describe(size: str) -> str:
    """Give the record of a workload."""
    return (
        json.dumps({"size": size, "seed": SEED, "roads_as": "dataset", **asdict(SIZES[size])})
        + "\n"
    )


def open_province(number: int, what: Size) -> Province:
    """Place the towns of one province."""
    random = np.random.default_rng([SEED, number])
    reach = 0.8 * what.half_width_m if what.towns > 1 else 0.0
    return Province(
        random,
        PLACES[number][1:],
        what.half_width_m,
        random.uniform(-reach, reach, size=(what.towns, 2)),
        random.uniform(2_000, 9_000 if what.towns > 1 else 3_000, size=what.towns),
    )


def build_townships(province: Province, count: int) -> NDArray[np.object_]:
    """Divide the province's square among seeds, half of them in the towns."""
    import shapely

    edge = province.half_width_m
    wide = province.random.uniform(-edge, edge, (count - count // 2, 2))
    seeds = province.to_lonlat(np.concatenate((province.scatter(count // 2), wide)))
    frame = shapely.box(*province.to_lonlat(np.array([[-edge, -edge], [edge, edge]])).ravel())
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=frame)
    return np.asarray(shapely.intersection(shapely.get_parts(cells), frame))


# --- roads --------------------------------------------------------------------------------------


def build_roads(province: Province, *, first: int, count: int) -> pa.Table:
    """Draw wiggly roads around the towns: numbers and well-known binary."""
    import pyarrow as pa

    random = province.random
    heading = random.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(
        random.normal(0, 0.3, (count, VERTICES - 1)), axis=1
    )
    steps = np.stack((np.cos(heading), np.sin(heading)), axis=2)
    steps *= random.gamma(6, 5, (count, VERTICES - 1, 1))
    metres = np.zeros((count, VERTICES, 2))
    metres[:, 1:] = np.cumsum(steps, axis=1)
    metres += province.scatter(count)[:, None, :]
    number = pa.array(np.arange(first, first + count))
    return pa.table({"road": number, "geometry": to_wkb(province.to_lonlat(metres))})


def to_wkb(lonlat: NDArray[np.float64]) -> Any:  # noqa: ANN401 - an Arrow array, imported late
    """Write lines of equally many vertices as well-known binary, without building them."""
    import pyarrow as pa

    count, vertices, _ = lonlat.shape
    fields = [("order", "u1"), ("kind", "<u4"), ("size", "<u4"), ("xy", "<f8", (vertices, 2))]
    lines = np.empty(count, dtype=np.dtype(fields))
    lines["order"], lines["kind"], lines["size"], lines["xy"] = 1, 2, vertices, lonlat
    ends = np.arange(count + 1, dtype=np.int32) * lines.itemsize
    return pa.BinaryArray.from_buffers(
        pa.binary(), count, [None, pa.py_buffer(ends), pa.py_buffer(lines)]
    )


if __name__ == "__main__":
    sys.exit(main())
