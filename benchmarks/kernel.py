"""The kernel beside what people write with shapely and GeoPandas: CPU, memory and error.

Run ``python benchmarks/kernel.py``. The question and the workload are those of `main_job.py`: the
road length within 1 km and 5 km of a station, by township. Every system reads the same files in a
process of its own. CPU seconds are the ones to compare where the machine is shared. Light systems
run several times, turn by turn, and the median counts; heavy ones run once.

- *compiled*, *plain*: qxgeo's two forms, roads straight from the bytes of the file;
- *shapely*: arrays of geometries, prepared, with trees and whole pieces taken uncut;
- *recipe*: `to_crs`, `buffer`, `union_all`, `clip`, `overlay`;
- *read*: nothing but the file's bytes brought into memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import main_job

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
RADII_M = (1000.0, 5000.0)
TURNS = {"read": 5, "compiled": 5, "plain": 3, "shapely": 3, "recipe": 1}


def main() -> int:
    """Run everything that was asked for, print a table, write a JSON file."""
    options = read_options()
    if options.worker:
        print(json.dumps(run_worker(options)))
        return 0
    if options.small:
        options.roads, options.stations, options.townships = 20_000, 20, 100
    systems = [name for name in TURNS if name not in options.skip]
    records: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        options.data = options.data or folder
        if not (Path(options.data) / "roads.parquet").exists():
            main_job.generate(options)
        if "compiled" in systems:
            first = start_worker("compiled", RADII_M[0], options)
            print(f"loops compiled or loaded: {first['start_cpu_s']:.1f} s of CPU")
        for radius_m in RADII_M:
            records += measure(systems, radius_m, options)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "kernel.json"
    report = {"machine": main_job.describe_machine(), "records": records}
    path.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"\n{path}")
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--roads", type=int, default=1_000_000)
    parser.add_argument("--stations", type=int, default=200)
    parser.add_argument("--townships", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--small", action="store_true", help="20,000 roads: a smoke test")
    parser.add_argument("--skip", nargs="*", default=[], choices=list(TURNS))
    parser.add_argument("--once", action="store_true", help="every system once")
    parser.add_argument("--data", default="", help="folder of the workload; made where it is empty")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--radius-m", type=float, default=RADII_M[0], help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(
    systems: list[str], radius_m: float, options: argparse.Namespace
) -> list[dict[str, Any]]:
    """Run the systems turn by turn at one radius and print the medians."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in systems}
    turns = {name: 1 if options.once else TURNS[name] for name in systems}
    for turn in range(max(turns.values())):
        for name in systems:
            if turn < turns[name]:
                runs[name].append(start_worker(name, radius_m, options))
    records = []
    for name in systems:
        middle = {key: statistics.median(run[key] for run in runs[name]) for key in runs[name][0]}
        records.append({"system": name, "radius_m": radius_m, "turns": turns[name], **middle})
    print_table(records, options)
    return records


def print_table(records: list[dict[str, Any]], options: argparse.Namespace) -> None:
    """Print what was measured, and ratios to the first form of ours."""
    ours = next(r for r in records if r["system"] in {"compiled", "plain"})
    print(f"\n{options.roads:,} roads, within {records[0]['radius_m']:,.0f} m (medians)")
    print("system      read CPU   CPU s  wall s   peak MB   CPU ratio  wall ratio   deviation")
    for record in records:
        spent = record["cpu_s"] + record["read_cpu_s"]
        deviation = record["total_m"] / ours["total_m"] - 1 if record["total_m"] else float("nan")
        print(
            f"{record['system']:10s} {record['read_cpu_s']:9.2f} {record['cpu_s']:7.2f}"
            f" {record['wall_s']:7.2f} {record['peak_mb']:9,.0f}"
            f" {spent / (ours['cpu_s'] + ours['read_cpu_s']):11.1f}"
            f" {record['wall_s'] / ours['wall_s']:11.1f} {deviation:+11.1e}"
        )


def start_worker(name: str, radius_m: float, options: argparse.Namespace) -> dict[str, Any]:
    """Run one system in a new process and give what it reports."""
    command = [sys.executable, str(Path(__file__)), "--worker", name, "--data", options.data]
    command += ["--radius-m", str(radius_m)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- in a process of its own --------------------------------------------------------------------


def run_worker(options: argparse.Namespace) -> dict[str, Any]:
    """Prepare, read and compute, each with its CPU seconds."""
    prepare, read, compute = SYSTEMS[options.worker]
    folder = Path(options.data)
    marks = [time.process_time()]
    prepare()
    marks.append(time.process_time())
    layers = read(folder)
    marks.append(time.process_time())
    read_peak_mb, wall = main_job.peak_mb(), time.perf_counter()
    total_m = compute(*layers, options.radius_m)
    wall = time.perf_counter() - wall
    marks.append(time.process_time())
    return {
        "start_cpu_s": marks[1] - marks[0],
        "read_cpu_s": marks[2] - marks[1],
        "cpu_s": marks[3] - marks[2],
        "wall_s": wall,
        "read_peak_mb": read_peak_mb,
        "peak_mb": main_job.peak_mb(),
        "total_m": total_m,
    }


def import_peers() -> None:
    """Import what everybody needs."""
    import geopandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401


def load_loops() -> None:
    """Import Numba and the loops, compiling them the first time."""
    import numpy as np
    import shapely

    from qxgeo.geodesy import Lines, compiled, partition_lines, stretches_in_discs

    import_peers()
    many, compiled.MANY = compiled.MANY, 0
    lines = Lines.from_geometries(np.array([shapely.LineString([(110, 25), (110.01, 25)])]))
    inside = stretches_in_discs(lines, np.array([[110.0, 25.0]]), radius_m=900)
    lines.lengths_m(
        inside.intersection(partition_lines(lines, np.array([shapely.box(110, 24, 111, 26)])))
    )
    compiled.MANY = many


def stay_plain() -> None:
    """Keep to NumPy whatever the size."""
    from qxgeo.geodesy import compiled

    import_peers()
    compiled.MANY = sys.maxsize


def read_bytes(folder: Path) -> tuple[Any, ...]:
    """Read the geometry column of the roads and make nothing of it."""
    import pyarrow.parquet as pq

    return (pq.read_table(folder / "roads.parquet", columns=["geometry"]),)


def read_arrays(folder: Path) -> tuple[Any, Any, Any]:
    """Read roads as coordinate arrays, straight from the bytes."""
    import geopandas as gpd
    import numpy as np
    import pyarrow.parquet as pq
    import shapely

    from qxgeo.geodesy import Lines

    column = pq.read_table(folder / "roads.parquet", columns=["geometry"])["geometry"]
    chunk = column.combine_chunks()
    _, offsets, data = chunk.buffers()
    width = np.int64 if str(chunk.type).startswith("large") else np.int32
    first = np.frombuffer(offsets, dtype=width)[chunk.offset : chunk.offset + len(chunk) + 1]
    lines = Lines.from_wkb(np.frombuffer(data, dtype=np.uint8), first.astype(np.int64))
    stations = gpd.read_parquet(folder / "stations.parquet").geometry.to_numpy()
    townships = gpd.read_parquet(folder / "townships.parquet").geometry.to_numpy()
    return lines, shapely.get_coordinates(stations), townships


def read_tables(folder: Path) -> tuple[Any, Any, Any]:
    """Read all layers as tables."""
    import geopandas as gpd

    names = ("roads", "stations", "townships")
    roads, stations, townships = (gpd.read_parquet(folder / f"{n}.parquet") for n in names)
    return roads, stations, townships


def compute_nothing(*_: object) -> float:
    """Leave it at reading."""
    return 0.0


def compute_qxgeo(lines: Any, stations: Any, townships: Any, radius_m: float) -> float:  # noqa: ANN401
    """Length inside by township, with qxgeo's geodesy."""
    import numpy as np

    from qxgeo.geodesy import partition_lines, stretches_in_discs

    inside = stretches_in_discs(lines, stations, radius_m=radius_m)
    pieces = inside.intersection(partition_lines(lines, townships, among=inside))
    length_m, held = lines.lengths_m(pieces), pieces.label >= 0
    return float(np.bincount(pieces.label[held], weights=length_m[held]).sum())


def compute_shapely(roads: Any, stations: Any, townships: Any, radius_m: float) -> float:  # noqa: ANN401
    """Length inside by township, with shapely's arrays and every trick people know."""
    import numpy as np
    import shapely
    from pyproj import Transformer

    plane = Transformer.from_crs("EPSG:4326", main_job.UTM, always_xy=True)

    def flatten(geometries: Any) -> Any:  # noqa: ANN401
        x, y = plane.transform(*shapely.get_coordinates(geometries).T)
        return shapely.set_coordinates(geometries.copy(), np.stack((x, y), axis=1))

    def clip(lines: Any, polygons: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401
        shapely.prepare(polygons)
        row, owner = shapely.STRtree(lines).query(polygons, predicate="intersects")[::-1]
        pieces = lines[row]
        cut = ~shapely.covers(polygons[owner], pieces)
        pieces[cut] = shapely.intersection(pieces[cut], polygons[owner[cut]])
        return pieces, owner, row

    flat = flatten(roads.geometry.to_numpy())
    discs = shapely.buffer(flatten(stations.geometry.to_numpy()), radius_m, quad_segs=16)
    inside, _, _ = clip(flat, shapely.get_parts(shapely.union_all(discs)))
    pieces, owner, _ = clip(inside, flatten(townships.geometry.to_numpy()))
    return float(np.bincount(owner, weights=shapely.length(pieces)).sum())


def compute_recipe(roads: Any, stations: Any, townships: Any, radius_m: float) -> float:  # noqa: ANN401
    """Length inside by township, as most scripts do it."""
    import geopandas as gpd

    flat_roads, flat_townships = roads.to_crs(main_job.UTM), townships.to_crs(main_job.UTM)
    zone = stations.to_crs(main_job.UTM).buffer(radius_m).union_all()
    clipped = gpd.clip(flat_roads, zone, keep_geom_type=True)
    pieces = gpd.overlay(clipped, flat_townships, how="intersection", keep_geom_type=True)
    return float(pieces.length.groupby(pieces["township"]).sum().sum())


SYSTEMS: dict[str, tuple[Callable[[], None], Callable[..., Any], Callable[..., float]]] = {
    "read": (import_peers, read_bytes, compute_nothing),
    "compiled": (load_loops, read_arrays, compute_qxgeo),
    "plain": (stay_plain, read_arrays, compute_qxgeo),
    "shapely": (import_peers, read_tables, compute_shapely),
    "recipe": (import_peers, read_tables, compute_recipe),
}

if __name__ == "__main__":
    sys.exit(main())
