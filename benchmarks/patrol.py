"""Territories beside their peers: time, peak memory, balance, connectedness, compactness and gap.

Run ``python benchmarks/patrol.py``. Every system divides the same synthetic townships (a wavy
outline cut into 500 m squares, uneven loads with a few dense places, some water), each run in a
process of its own so that peak memory is its own. What a system returns is judged by the same code:

- max/mean: largest load over the mean load of the people;
- gap: largest load over the proved lower bound (that of qxgeo), less 1;
- connected: share of the territories that hang together along shared edges;
- inertia: mean squared distance of the cells to the middle of their territory, by area.

Peers: METIS k-way with contiguity (pymetis), k-means with weighted power cells, scikit-learn Ward
with a connectivity graph, spopt RegionKMeansHeuristic and Skater. A peer that does not end within
the time cap is said to be over it; slow ones are not started at sizes far beyond their cap.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from qxgeo.patrol.territories import assign_territories
from qxgeo.patrol.territories.graph import find_borders, list_neighbours, number_parts

CELL_M = 500.0
WATER_SHARE = 0.03
PLANE = Transformer.from_crs(
    "EPSG:4326", "+proj=tmerc +lat_0=25.3 +lon_0=110.3 +ellps=WGS84", always_xy=True
)
CASES = ((300, 10, 1), (3_000, 100, 1), (3_000, 100, 10), (30_000, 1_000, 1))
NAMES = {
    "qxgeo": "qxgeo",
    "stable": "qxgeo, one leaves",
    "metis": "METIS, contiguous",
    "power": "power-cell k-means",
    "ward": "scikit-learn Ward",
    "regionkmeans": "spopt RegionKMeans",
    "skater": "spopt Skater",
}
LARGEST = {"regionkmeans": 3_000, "skater": 300}  # cells at which it is still started


def main() -> int:
    """Run everything that was asked for and print a Markdown table."""
    options = read_options()
    if options.worker:
        case = (options.cells, options.people, options.townships)
        print(json.dumps(measure(options.worker, case, options.seed)))
        return 0
    print(f"{describe_machine()}; load average at the start {os.getloadavg()[0]:.1f}\n")
    print("| cells / people | system | s | peak, MB | max/mean | gap | connected | inertia, km2 |")
    print("|---|---|---|---|---|---|---|---|")
    for case in CASES[:1] if options.small else CASES:
        for system in NAMES:
            # Peers know no townships.
            if case[2] > 1 and system not in {"qxgeo", "stable"}:
                continue
            if case[0] <= LARGEST.get(system, case[0]):
                print_row(system, case, start_worker(system, case, options), options.cap_s)
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="300 cells only")
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--cap-s", type=float, default=60.0, help="seconds that a peer may take")
    parser.add_argument("--worker", choices=NAMES, help=argparse.SUPPRESS)
    parser.add_argument("--cells", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--people", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--townships", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def describe_machine() -> str:
    """Say on what the numbers were measured."""
    from importlib.metadata import version

    packages = ("numpy", "scipy", "ortools", "pymetis", "scikit-learn", "spopt")
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, " + ", ".join(
        f"{name} {version(name)}" for name in packages
    )


# --- processes ----------------------------------------------------------------------------------


def start_worker(
    system: str, case: tuple[int, int, int], options: argparse.Namespace
) -> dict[str, Any] | None:
    """Run one system in a new process; None if it takes too long."""
    command = [sys.executable, str(Path(__file__)), "--worker", system, "--seed", str(options.seed)]
    for name, number in zip(("cells", "people", "townships"), case, strict=True):
        command += [f"--{name}", str(number)]
    is_ours = system in {"qxgeo", "stable"}
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=None if is_ours else options.cap_s + 15,  # for imports and the township
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["?"])[-1]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def print_row(
    system: str, case: tuple[int, int, int], result: dict[str, Any] | None, cap_s: float
) -> None:
    """Print a line of the table."""
    cells = result.get("cells", case[0]) if result else case[0]
    label = f"{cells:,} / {case[1]:,}"
    if case[2] > 1:
        label += f" in {case[2]} townships"
    if result is None:
        print(f"| {label} | {NAMES[system]} | over {cap_s:g} | | | | | |", flush=True)
    elif "error" in result:
        print(f"| {label} | {NAMES[system]} | failed: {result['error']} | | | | | |", flush=True)
    else:
        name = NAMES[system]
        if "changed" in result:
            name += f" ({result['changed']:.1%} of the cells change hands)"
        print(
            f"| {label} | {name} | {result['seconds']:.2f} | {result['peak_mb']:.0f}"
            f" | {result['max_over_mean']:.3f} | {result['gap']:.2%} | {result['connected']:.1%}"
            f" | {result['inertia_km2']:.3f} |",
            flush=True,
        )


def peak_mb() -> float:
    """Give the largest resident memory of this process so far, MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- synthetic townships ------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """Cells with loads and neighbours, and people."""

    cells: gpd.GeoDataFrame
    people: pd.DataFrame
    neighbours: list[list[int]]
    first: np.ndarray[Any, Any]
    second: np.ndarray[Any, Any]
    xy: np.ndarray[Any, Any]


def build_scene(case: tuple[int, int, int], seed: int) -> Scene:
    """Cut a wavy district into about so many cells."""
    count, people_count, township_count = case
    order = np.random.default_rng(seed)
    shapes = cut_squares(count)
    middle = shapely.centroid(shapes)
    xy = np.stack([shapely.get_x(middle), shapely.get_y(middle)], axis=1)
    area = shapely.area(shapes)
    extent = np.ptp(xy, axis=0).max()
    places = xy[order.choice(len(xy), 8, replace=False)]
    away2 = ((xy[:, None] - places[None]) ** 2).sum(axis=2)
    density = np.exp(-away2 / (2 * (extent / 10) ** 2)).sum(axis=1)
    load = (10 + 60 * density * order.uniform(0.5, 1.5, len(xy))) * area / CELL_M**2
    load[order.random(len(xy)) < WATER_SHARE] = 0.0
    centres = xy[order.choice(len(xy), township_count, replace=False)]
    township = ((xy[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    lon, lat = PLANE.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
    corners = shapely.get_coordinates(shapes)
    ground = np.stack(PLANE.transform(*corners.T, direction="INVERSE"), axis=1)
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [f"c{number:06d}" for number in range(len(xy))],
            "township_id": [f"t{number:02d}" for number in township],
            "area_m2": area,
            "lon": lon,
            "lat": lat,
            "load_min": load,
        },
        geometry=shapely.set_coordinates(shapes.copy(), ground),
        crs="EPSG:4326",
    )
    borders = find_borders(shapes, township)
    near = list_neighbours(len(xy), borders.first, borders.second)
    people = build_people(people_count, np.bincount(township, weights=load))
    return Scene(cells, people, near, borders.first, borders.second, xy)


def cut_squares(count: int) -> np.ndarray[Any, Any]:
    """Cut a wavy outline of so many squares into squares and parts of squares."""
    turn = np.linspace(0, 2 * np.pi, 721)[:-1]
    wave = 1 + 0.18 * np.sin(3 * turn) + 0.08 * np.cos(7 * turn)
    radius = CELL_M * np.sqrt(count / np.pi) * (1 - 0.9 / np.sqrt(count))
    outline = shapely.Polygon(
        np.stack([1.2 * wave * radius * np.cos(turn), wave * radius * np.sin(turn) / 1.2], axis=1)
    )
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(np.arange(west, east, CELL_M), np.arange(south, north, CELL_M))
    squares = shapely.box(x.ravel(), y.ravel(), x.ravel() + CELL_M, y.ravel() + CELL_M)
    shapely.prepare(outline)
    parts = shapely.intersection(squares[shapely.intersects(outline, squares)], outline)
    parts = shapely.get_parts(parts)
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 1)]  # noqa: PLR2004 - areas
    return np.asarray(parts, dtype=object)


def build_people(count: int, load: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Share people out to townships, each next one where a person has most to do."""
    staff = np.ones(len(load), dtype=int)
    for _ in range(count - len(load)):
        staff[np.argmax(load / staff)] += 1
    return pd.DataFrame(
        {
            "person_id": [f"p{number:04d}" for number in range(count)],
            "township_id": np.repeat([f"t{number:02d}" for number in range(len(load))], staff),
            "capacity_min": np.nan,
            "is_absent": False,
            "base_lon": np.nan,
            "base_lat": np.nan,
        }
    )


# --- systems ------------------------------------------------------------------------------------


def measure(system: str, case: tuple[int, int, int], seed: int) -> dict[str, Any]:
    """Run one system and judge what it returns."""
    scene = build_scene(case, seed)
    facts: dict[str, Any] = {}
    people = scene.people
    if system == "stable":
        before = assign_territories(scene.cells, people, locks={}, previous=None, seed=seed)
        previous = before.owners.to_dict()
        people = people.assign(is_absent=people.index == len(people) // 2)
    else:
        previous = None
    import_peer(system)
    start = time.perf_counter()
    if system in {"qxgeo", "stable"}:
        done = assign_territories(scene.cells, people, locks={}, previous=previous, seed=seed)
        facts["seconds"] = time.perf_counter() - start
        owner = np.unique(done.owners.to_numpy(dtype=object).astype(str), return_inverse=True)[1]
        worst = max(done.balances, key=lambda balance: balance.max_over_mean)
        facts |= {"max_over_mean": worst.max_over_mean, "gap": worst.gap}
        if previous is not None:
            facts["changed"] = len(done.changes) / len(owner)
    else:
        owner = PEERS[system](scene, case[1], seed)
        facts["seconds"] = time.perf_counter() - start
        loads = np.bincount(owner, weights=scene.cells["load_min"], minlength=case[1])
        ratio = float(loads.max() / loads.mean())
        # In these townships the bound of qxgeo is the mean load.
        facts |= {"max_over_mean": ratio, "gap": ratio - 1}
    facts |= {"cells": len(owner), "peak_mb": peak_mb()}
    return facts | judge_form(scene, owner)


def judge_form(scene: Scene, owner: np.ndarray[Any, Any]) -> dict[str, float]:
    """Measure connectedness and compactness."""
    same = owner[scene.first] == owner[scene.second]
    part = number_parts(len(owner), scene.first[same], scene.second[same])
    parts = np.bincount(owner[np.unique(part, return_index=True)[1]])
    area = scene.cells["area_m2"].to_numpy()
    sums = np.bincount(owner, weights=area)
    middle = np.stack([np.bincount(owner, weights=area * axis) for axis in scene.xy.T], axis=1)
    with np.errstate(invalid="ignore"):
        away2 = ((scene.xy - (middle / sums[:, None])[owner]) ** 2).sum(axis=1)
    return {
        "connected": float((parts[parts > 0] == 1).mean()),
        "inertia_km2": float(np.average(away2, weights=area) / 1e6),
    }


def import_peer(system: str) -> None:
    """Load the packages of a peer before the clock starts."""
    if system == "metis":
        import pymetis  # noqa: F401 - see above
    elif system == "ward":
        import sklearn.cluster  # noqa: F401 - see above
    elif system in {"regionkmeans", "skater"}:
        import libpysal  # noqa: F401 - see above
        import spopt.region  # noqa: F401 - see above


def run_metis(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Partition the graph with METIS, every part contiguous."""
    import pymetis

    weight = np.rint(scene.cells["load_min"].to_numpy() * 10).astype(int).tolist()
    options = pymetis.Options(contig=True, ufactor=20, seed=seed)
    return np.array(
        pymetis.part_graph(
            count,
            adjacency=scene.neighbours,
            vweights=weight,
            options=options,
            recursive=False,
        )[1]
    )


def run_power(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Move centres and the weights of their power cells in turn until the loads are even."""
    from scipy.spatial import cKDTree

    load, xy = scene.cells["load_min"].to_numpy(), scene.xy
    order = np.random.default_rng(seed)
    centres = xy[order.choice(len(xy), count, replace=False, p=load / load.sum())]
    weight = np.zeros(count)
    best = np.zeros(len(xy), dtype=int), np.inf
    step = np.ptp(xy, axis=0).prod() / count / 4
    for turn in range(150):
        away, candidate = cKDTree(centres).query(xy, k=min(16, count))
        owner = candidate[np.arange(len(xy)), (away**2 - weight[candidate]).argmin(axis=1)]
        loads = np.bincount(owner, weights=load, minlength=count)
        ratio = loads.max() / loads.mean()
        if ratio < best[1]:
            best = owner, ratio
        weight -= step * (loads / loads.mean() - 1) * 0.3
        weight -= weight.mean()
        if turn < 100:  # noqa: PLR2004 - then only the weights move
            sums = np.maximum(np.bincount(owner, minlength=count), 1)
            moved = [np.bincount(owner, weights=axis, minlength=count) / sums for axis in xy.T]
            is_used = np.bincount(owner, minlength=count) > 0
            centres = np.where(is_used[:, None], np.stack(moved, axis=1), centres)
    return np.asarray(best[0])


def run_ward(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Merge neighbours by Ward's rule."""
    from scipy.sparse import coo_array
    from sklearn.cluster import AgglomerativeClustering

    del seed
    number = len(scene.xy)
    graph = coo_array(
        (np.ones(len(scene.first)), (scene.first, scene.second)), shape=(number, number)
    )
    model = AgglomerativeClustering(n_clusters=count, connectivity=(graph + graph.T).tocsr())
    return np.asarray(model.fit_predict(scene.xy))


def weights_of(scene: Scene) -> Any:  # noqa: ANN401 - libpysal has no types
    """Give the neighbours as libpysal weights."""
    import libpysal

    return libpysal.weights.W(dict(enumerate(scene.neighbours)), silence_warnings=True)


def run_regionkmeans(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Run spopt's k-means with contiguity."""
    from spopt.region import RegionKMeansHeuristic

    np.random.seed(seed)  # noqa: NPY002 - spopt draws from the global state
    model = RegionKMeansHeuristic(scene.xy, count, weights_of(scene))
    model.solve()
    return np.unique(model.labels_, return_inverse=True)[1]


def run_skater(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Run spopt's spanning-tree partition."""
    from spopt.region import Skater

    del seed
    table = scene.cells.assign(x=scene.xy[:, 0], y=scene.xy[:, 1])
    model = Skater(table, weights_of(scene), ["x", "y"], n_clusters=count)
    model.solve()
    return np.unique(model.labels_, return_inverse=True)[1]


PEERS = {
    "metis": run_metis,
    "power": run_power,
    "ward": run_ward,
    "regionkmeans": run_regionkmeans,
    "skater": run_skater,
}

if __name__ == "__main__":
    sys.exit(main())
