"""Territories beside their peers: time, peak memory, balance, connectedness, compactness and gap.

Run ``python benchmarks/patrol.py``. Every system divides the same synthetic townships (a wavy
outline cut into 500 m squares, uneven loads with a few dense places, some water), each run in a
process of its own so that peak memory is its own. Seconds are those of the processor, all threads
together, so that other work on the machine does not count. What a system returns is judged by the
same code:

- max/mean: largest load over the mean load of the people;
- gap: largest load over the proved lower bound (that of qxgeo), less 1;
- connected: share of the territories that hang together along shared edges;
- inertia: mean squared distance of the cells to the middle of their territory, by area.

Peers: METIS k-way with contiguity (pymetis), KaHIP (eco and strong mode), k-means with weighted
power cells, GerryChain's recursive tree, scikit-learn Ward with a connectivity graph, spopt
RegionKMeansHeuristic, Skater, AZP and MaxPHeuristic. A peer that does not end within the time cap
is said to be over it; slow ones are not started at sizes far beyond their cap.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from patrol_peers import PEERS, import_peer
from patrol_scene import Scene, build_scene

from qxgeo.patrol.territories import assign_territories
from qxgeo.patrol.territories.bounds import bound_largest_load
from qxgeo.patrol.territories.graph import number_parts

CASES = (
    *((300, people, 1) for people in (10, 100)),
    *((3_000, people, 1) for people in (10, 100, 1_000)),
    (3_000, 100, 10),
    *((30_000, people, 1) for people in (10, 100, 1_000)),
)
NAMES = {
    "qxgeo": "qxgeo",
    "stable": "qxgeo, one leaves",
    "metis": "METIS, contiguous",
    "kahip": "KaHIP, eco",
    "kahip_strong": "KaHIP, strong",
    "power": "power-cell k-means",
    "tree": "GerryChain recursive tree",
    "ward": "scikit-learn Ward",
    "regionkmeans": "spopt RegionKMeans",
    "skater": "spopt Skater",
    "azp": "spopt AZP",
    "maxp": "spopt MaxP",
}
OURS = {"qxgeo", "stable"}
# Cells at which it is still started.
LARGEST = {
    "kahip_strong": 3_000,
    "tree": 3_000,
    "regionkmeans": 3_000,
    "skater": 300,
    "azp": 300,
    "maxp": 300,
}


def main() -> int:
    """Run everything that was asked for, print a Markdown table, write a JSON file."""
    options = read_options()
    if options.worker:
        case = (options.cells, options.people, options.townships)
        if options.worker not in OURS:
            limit_processor(options.cap_s + 15)  # for imports and the township
        print(json.dumps(measure(options.worker, case, options.seed)))
        return 0
    print(f"{describe_machine()}; load average at the start {os.getloadavg()[0]:.1f}\n")
    print(
        "| cells / people | system | CPU s | peak, MB | max/mean | gap | connected | inertia, km2 |"
    )
    print("|---|---|---|---|---|---|---|---|")
    rows = []
    for case in CASES[:1] if options.small else CASES:
        for system in NAMES:
            # Peers know no townships.
            if case[2] > 1 and system not in OURS:
                continue
            if case[0] <= LARGEST.get(system, case[0]):
                result = start_worker(system, case, options)
                print_row(system, case, result, options.cap_s)
                what = dict(zip(("asked", "people", "townships"), case, strict=True))
                skipped = {"skipped": f"over {options.cap_s:g} s"}
                rows.append({"system": system, **what, **(result or skipped)})
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "patrol.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="300 cells only")
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--cap-s", type=float, default=60.0, help="processor seconds for a peer")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "out")
    parser.add_argument("--worker", choices=NAMES, help=argparse.SUPPRESS)
    parser.add_argument("--cells", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--people", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--townships", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def describe_machine() -> str:
    """Say on what the numbers were measured."""
    from importlib.metadata import version

    packages = (
        *("numpy", "scipy", "ortools", "pymetis", "kahip"),
        *("gerrychain", "scikit-learn", "spopt"),
    )
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, " + ", ".join(
        f"{name} {version(name)}" for name in packages
    )


# --- processes ----------------------------------------------------------------------------------


def start_worker(
    system: str, case: tuple[int, int, int], options: argparse.Namespace
) -> dict[str, Any] | None:
    """Run one system in a new process; None if it takes too long."""
    command = [sys.executable, str(Path(__file__)), "--worker", system, "--seed", str(options.seed)]
    command += ["--cap-s", str(options.cap_s)]
    for name, number in zip(("cells", "people", "townships"), case, strict=True):
        command += [f"--{name}", str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode == -signal.SIGXCPU:
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


def limit_processor(seconds: float) -> None:
    """Let the system end this process when it has used so much of the processor."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))


def peak_mb() -> float:
    """Give the largest resident memory of this process so far, MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- judging ------------------------------------------------------------------------------------


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
    start = time.process_time()
    if system in OURS:
        done = assign_territories(scene.cells, people, locks={}, previous=previous, seed=seed)
        facts["seconds"] = time.process_time() - start
        owner = np.unique(done.owners.to_numpy(dtype=object).astype(str), return_inverse=True)[1]
        worst = max(done.balances, key=lambda balance: balance.max_over_mean)
        facts |= {"max_over_mean": worst.max_over_mean, "gap": worst.gap}
        if previous is not None:
            facts["changed"] = len(done.changes) / len(owner)
    else:
        owner = PEERS[system](scene, case[1], seed)
        facts["seconds"] = time.process_time() - start
        loads = np.bincount(owner, weights=scene.cells["load_min"], minlength=case[1])
        ratio = float(loads.max() / loads.mean())
        bound = bound_ratio(scene, case[1])
        facts |= {"max_over_mean": ratio, "gap": ratio / bound - 1}
    facts |= {"cells": len(owner), "peak_mb": peak_mb()}
    return facts | judge_form(scene, owner)


def bound_ratio(scene: Scene, count: int) -> float:
    """Give the proved bound of qxgeo over the mean load, for a scene of one township."""
    load = scene.cells["load_min"].to_numpy()
    free = np.full(len(load), -1)
    bound = bound_largest_load(load, np.full(count, np.inf), free)
    return float(bound.load_min * count / load.sum())


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


if __name__ == "__main__":
    sys.exit(main())
