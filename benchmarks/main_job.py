"""Time and peak memory of the main job, beside the plain GeoPandas recipe.

Run ``python benchmarks/main_job.py``. Two things are measured, each in a process of its own:

1. the default run, ``python -m qxgeo run``, from start to finished maps and lists;
2. a synthetic district (1,000,000 roads, 200 stations, 2,000 townships): the road length within
   1 km and 5 km of a station, by township, computed with qxgeo's geodesy and with the recipe that
   most scripts use: to_crs (UTM), buffer, union_all, clip, overlay, sum of lengths.

Both answers are compared with each other and, on a sample of roads, with points every 5 cm whose
distances come from pyproj's inverse geodesics.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CENTRE_LON, CENTRE_LAT = 110.30, 25.27  # Guilin
HALF_WIDTH_M = 60_000.0
METRE_LAT = 1 / 110_790.0  # degrees, at 25 N; only shapes the synthetic town
METRE_LON = 1 / 100_750.0
UTM = "EPSG:32649"
SYSTEMS = {"qxgeo": "qxgeo", "recipe": "GeoPandas recipe"}
SAMPLE_STEP_M = 0.05
RADII_M = (1000.0, 5000.0)


def main() -> int:
    """Run everything that was asked for, print a table, write a JSON file."""
    options = read_options()
    if options.worker:
        print(json.dumps(WORKERS[options.worker](options)))
        return 0
    if options.small:
        options.roads, options.stations, options.townships = 20_000, 20, 100
    report: dict[str, Any] = {"machine": describe_machine()}
    with tempfile.TemporaryDirectory() as folder:
        options.data = folder
        if not options.no_default_run:
            report["default_run"] = measure_default_run(Path(folder) / "maps")
            print_default_run(report["default_run"])
        print(
            f"\n{options.roads:,} roads, {options.stations} stations,"
            f" {options.townships:,} townships, seed {options.seed}"
        )
        start_worker("generate", options)
        report["synthetic"] = {
            "roads": options.roads,
            "stations": options.stations,
            "townships": options.townships,
            "seed": options.seed,
            "radii": [compare_systems(radius_m, options) for radius_m in RADII_M],
        }
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "main_job.json"
    path.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"\n{path}")
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--roads", type=int, default=1_000_000)
    parser.add_argument("--stations", type=int, default=200)
    parser.add_argument("--townships", type=int, default=2_000)
    parser.add_argument("--sample", type=int, default=400, help="roads compared with geodesics")
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--small", action="store_true", help="20,000 roads: a smoke test")
    parser.add_argument("--no-default-run", action="store_true")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--data", help=argparse.SUPPRESS)
    parser.add_argument("--radius-m", type=float, default=1000.0, help=argparse.SUPPRESS)
    return parser.parse_args()


def describe_machine() -> dict[str, Any]:
    """Say on what the numbers were measured."""
    from importlib.metadata import version

    packages = ("geopandas", "shapely", "numpy", "pyproj", "pyarrow")
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
    }


# --- processes ----------------------------------------------------------------------------------


def start_worker(
    worker: str, options: argparse.Namespace, *, radius_m: float = RADII_M[0]
) -> dict[str, Any]:
    """Run one piece of work in a new process and give what it reports."""
    command = [sys.executable, str(Path(__file__)), "--worker", worker, "--data", options.data]
    for name in ("roads", "stations", "townships", "sample", "seed"):
        command += [f"--{name}", str(getattr(options, name))]
    command += ["--radius-m", str(radius_m)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        sys.exit(f"{worker} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure_default_run(folder: Path) -> dict[str, Any]:
    """Run the main job on the embedded district; wall time, CPU time and peak memory."""
    command = [sys.executable, "-m", "qxgeo", "run", "--out", str(folder)]
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    complaint = process.stderr.read().decode(errors="replace") if process.stderr else ""
    if process.returncode:
        print(f"the default run failed ({process.returncode}):\n{complaint}", file=sys.stderr)
    return {
        "exit_code": process.returncode,
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "output_mb": sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6,
    }


def peak_mb() -> float:
    """Give the largest resident memory of this process so far, MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(y for y in status.read_text().splitlines() if y.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- the synthetic district ---------------------------------------------------------------------


def generate(options: argparse.Namespace) -> dict[str, Any]:
    """Write roads, stations and townships, all clustered around towns, from the seed."""
    import geopandas as gpd
    import numpy as np
    import shapely

    random = np.random.default_rng(options.seed)
    towns = random.uniform(-0.8 * HALF_WIDTH_M, 0.8 * HALF_WIDTH_M, size=(25, 2))
    spread = random.uniform(2_000, 9_000, size=25)

    def scatter(count: int) -> np.ndarray:
        town = random.integers(0, len(towns), count)
        place = towns[town] + random.normal(size=(count, 2)) * spread[town, None]
        return np.clip(place, -0.98 * HALF_WIDTH_M, 0.98 * HALF_WIDTH_M)

    def to_lonlat(metres: np.ndarray) -> np.ndarray:
        degrees = metres * (METRE_LON, METRE_LAT) + (CENTRE_LON, CENTRE_LAT)
        return np.round(degrees, 7)

    heading = random.uniform(0, 2 * np.pi, (options.roads, 1)) + np.cumsum(
        random.normal(0, 0.3, (options.roads, 5)), axis=1
    )
    steps = np.stack((np.cos(heading), np.sin(heading)), axis=2) * random.gamma(
        6, 5, (options.roads, 5, 1)
    )
    start = scatter(options.roads)[:, None, :]
    vertices = np.concatenate((start, start + np.cumsum(steps, axis=1)), axis=1)
    folder = Path(options.data)
    roads = shapely.linestrings(to_lonlat(vertices))
    gpd.GeoDataFrame(geometry=roads, crs="EPSG:4326").to_parquet(folder / "roads.parquet")
    stations = shapely.points(to_lonlat(scatter(options.stations)))
    gpd.GeoDataFrame(geometry=stations, crs="EPSG:4326").to_parquet(folder / "stations.parquet")
    seeds = np.concatenate(
        (
            scatter(options.townships // 2),
            random.uniform(
                -HALF_WIDTH_M, HALF_WIDTH_M, (options.townships - options.townships // 2, 2)
            ),
        )
    )
    frame = shapely.box(*(to_lonlat(np.array([[-1, -1], [1, 1]]) * HALF_WIDTH_M).ravel()))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(to_lonlat(seeds)), extend_to=frame)
    )
    cells = shapely.intersection(cells, frame)
    table = gpd.GeoDataFrame({"township": np.arange(len(cells))}, geometry=cells, crs="EPSG:4326")
    table.to_parquet(folder / "townships.parquet")
    return {"roads": len(roads)}


def read_layers(options: argparse.Namespace) -> tuple[Any, Any, Any]:
    """Read what `generate` wrote."""
    import geopandas as gpd

    folder = Path(options.data)
    names = ("roads", "stations", "townships")
    roads, stations, townships = (gpd.read_parquet(folder / f"{n}.parquet") for n in names)
    return roads, stations, townships


# --- the two systems ----------------------------------------------------------------------------


def run_qxgeo(options: argparse.Namespace) -> dict[str, Any]:
    """Length inside the discs by township, with qxgeo's geodesy."""
    import numpy as np
    import shapely

    from qxgeo.geodesy import Lines, partition_lines, stretches_in_discs

    begin = time.perf_counter()
    roads, stations, townships = read_layers(options)
    ready = time.perf_counter()
    ready_cpu = time.process_time()
    lines = Lines.from_geometries(roads.geometry.to_numpy())
    points = shapely.get_coordinates(stations.geometry.to_numpy())
    inside = stretches_in_discs(lines, points, radius_m=options.radius_m)
    polygons = townships.geometry.to_numpy()
    pieces = inside.intersection(partition_lines(lines, polygons, among=inside))
    length_m = lines.lengths_m(pieces)
    held = pieces.label >= 0
    by_township = np.bincount(pieces.label[held], weights=length_m[held], minlength=len(townships))
    done = time.perf_counter()
    cpu = time.process_time() - ready_cpu
    by_road = np.bincount(lines.part_line[pieces.part], weights=length_m, minlength=len(roads))
    return save_answer("qxgeo", options, by_township, by_road, (begin, ready, done, cpu))


def run_recipe(options: argparse.Namespace) -> dict[str, Any]:
    """Length inside the discs by township, as most scripts do it."""
    import geopandas as gpd
    import numpy as np

    begin = time.perf_counter()
    roads, stations, townships = read_layers(options)
    ready = time.perf_counter()
    ready_cpu = time.process_time()
    roads["road"] = np.arange(len(roads))
    flat_roads, flat_townships = roads.to_crs(UTM), townships.to_crs(UTM)
    zone = stations.to_crs(UTM).buffer(options.radius_m).union_all()
    clipped = gpd.clip(flat_roads, zone, keep_geom_type=True)
    pieces = gpd.overlay(clipped, flat_townships, how="intersection", keep_geom_type=True)
    length_m = pieces.length.to_numpy()
    by_township = np.bincount(pieces["township"], weights=length_m, minlength=len(townships))
    done = time.perf_counter()
    cpu = time.process_time() - ready_cpu
    by_road = np.bincount(pieces["road"], weights=length_m, minlength=len(roads))
    return save_answer("recipe", options, by_township, by_road, (begin, ready, done, cpu))


def save_answer(
    system: str,
    options: argparse.Namespace,
    by_township: Any,  # noqa: ANN401 - NumPy is imported by the workers alone
    by_road: Any,  # noqa: ANN401 - the same
    times: tuple[float, float, float, float],
) -> dict[str, Any]:
    """Keep the lengths for the comparison and report time and memory."""
    import numpy as np

    peak = peak_mb()
    np.savez(Path(options.data) / f"{system}.npz", by_township=by_township, by_road=by_road)
    begin, ready, done, cpu = times
    return {
        "read_seconds": ready - begin,
        "seconds": done - ready,
        "cpu_seconds": cpu,
        "peak_mb": peak,
        "total_m": float(by_township.sum()),
    }


# --- the comparison -----------------------------------------------------------------------------


def compare_answers(options: argparse.Namespace) -> dict[str, Any]:
    """Compare both answers with each other, and on a sample with points and inverse geodesics."""
    import numpy as np

    answers = {s: np.load(Path(options.data) / f"{s}.npz") for s in SYSTEMS}
    ours, theirs = (answers[s]["by_township"] for s in SYSTEMS)
    roads, stations, _ = read_layers(options)
    sample = choose_sample(answers["qxgeo"]["by_road"], roads, options)
    truth = np.array([sample_road(roads.geometry.iloc[i], stations, options) for i in sample])
    report: dict[str, Any] = {
        "largest_township_difference_m": float(np.abs(ours - theirs).max()),
        "total_difference": float(theirs.sum() / ours.sum() - 1),
        "sample_roads": len(sample),
        "sample_step_m": SAMPLE_STEP_M,
        "sample_truth_m": float(truth.sum()),
    }
    for system, answer in answers.items():
        error = answer["by_road"][sample] - truth
        report[f"{system}_sample_error"] = float(error.sum() / truth.sum())
        report[f"{system}_largest_road_error_m"] = float(np.abs(error).max())
    return report


def choose_sample(by_road: Any, roads: Any, options: argparse.Namespace) -> Any:  # noqa: ANN401
    """Choose roads that a disc's edge cuts (half), and any others that are touched at all."""
    import numpy as np
    from pyproj import Geod

    random = np.random.default_rng(options.seed)
    touched = np.flatnonzero(by_road > 0)
    candidates = random.permutation(touched)[: 40 * options.sample]
    whole = np.array(
        [Geod(ellps="WGS84").geometry_length(roads.geometry.iloc[i]) for i in candidates]
    )
    cut = candidates[by_road[candidates] < whole - 0.01][: options.sample // 2]
    others = candidates[: options.sample - len(cut)]
    return np.unique(np.concatenate((cut, others)))


def sample_road(road: Any, stations: Any, options: argparse.Namespace) -> float:  # noqa: ANN401
    """Measure one road inside the discs by the midpoints of pieces of a few centimetres."""
    import numpy as np
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    lon, lat = np.array(road.coords).T
    total_m = 0.0
    site_lon, site_lat = stations.geometry.x.to_numpy(), stations.geometry.y.to_numpy()
    rough_m = np.hypot((site_lon - lon[0]) / METRE_LON, (site_lat - lat[0]) / METRE_LAT)
    near = np.flatnonzero(rough_m < 1.05 * options.radius_m + 1_000)
    for at in range(len(lon) - 1):
        length_m = geod.line_length(lon[at : at + 2], lat[at : at + 2])
        count = max(int(np.ceil(length_m / SAMPLE_STEP_M)), 1)
        middle = (np.arange(count) + 0.5) / count
        x = lon[at] + (lon[at + 1] - lon[at]) * middle
        y = lat[at] + (lat[at + 1] - lat[at]) * middle
        inside = np.zeros(count, dtype=bool)
        for station in near:
            far_lon, far_lat = np.full(count, site_lon[station]), np.full(count, site_lat[station])
            inside |= geod.inv(x, y, far_lon, far_lat)[2] <= options.radius_m
        total_m += length_m * inside.mean()
    return total_m


WORKERS = {
    "generate": generate,
    "qxgeo": run_qxgeo,
    "recipe": run_recipe,
    "compare": compare_answers,
}


def compare_systems(radius_m: float, options: argparse.Namespace) -> dict[str, Any]:
    """Run both systems at one radius, compare them and print the table."""
    runs = {system: start_worker(system, options, radius_m=radius_m) for system in SYSTEMS}
    compared = start_worker("compare", options, radius_m=radius_m)
    ratio = runs["recipe"]["seconds"] / runs["qxgeo"]["seconds"]
    print(f"\nwithin {radius_m:,.0f} m        read s   compute s     CPU s   peak MB      total km")
    for system, title in SYSTEMS.items():
        run = runs[system]
        print(
            f"{title:18s} {run['read_seconds']:9.2f} {run['seconds']:11.2f}"
            f" {run['cpu_seconds']:9.2f} {run['peak_mb']:9,.0f} {run['total_m'] / 1000:13,.3f}"
        )
    print(
        f"recipe / qxgeo     {'':9s} {ratio:10.1f}x"
        f" {runs['recipe']['cpu_seconds'] / runs['qxgeo']['cpu_seconds']:8.1f}x"
        f" {runs['recipe']['peak_mb'] / runs['qxgeo']['peak_mb']:8.1f}x"
        f" {compared['total_difference']:+13.1e}"
    )
    print(
        f"against {compared['sample_roads']} roads sampled every {SAMPLE_STEP_M * 100:.0f} cm:"
        f" qxgeo {compared['qxgeo_sample_error']:+.1e}"
        f" (worst road {compared['qxgeo_largest_road_error_m']:.3f} m),"
        f" recipe {compared['recipe_sample_error']:+.1e}"
        f" (worst road {compared['recipe_largest_road_error_m']:.3f} m)"
    )
    return {"radius_m": radius_m, "ratio": ratio, "runs": runs, "comparison": compared}


def print_default_run(run: dict[str, Any]) -> None:
    """Print what the default run took."""
    print(
        f"default run: {run['seconds']:.1f} s wall, {run['cpu_seconds']:.1f} s CPU,"
        f" {run['peak_mb']:,.0f} MB peak, {run['output_mb']:.1f} MB written"
    )


if __name__ == "__main__":
    sys.exit(main())
