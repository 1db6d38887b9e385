"""May 100,000 places open here, and where else: beside GeoPandas and raster exclusion.

Run ``python benchmarks/siting.py``. A synthetic city (`siting_city.py`) has 100,000 places of each
of two kinds and 5,000 references: road sections, dwellings, schools, markets, stations. Every
system (`siting_peers.py`) answers the same questions in a process of its own; systems take turns,
several times, and the medians count. Reading files and importing packages is left out of the time
and is part of the memory. `siting_truth.py` finds out how far the answers are from the truth.
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
from statistics import median
from typing import Any

HERE = Path(__file__).parent
KINDS = ("catering", "inspection_agency")
REPEATS = 5
TASKS = {
    "verdicts": ("qxgeo", "recipe", "joins", "united"),
    "areas": ("qxgeo", "raster", "centres"),
}


def main() -> int:
    """Run everything, print the tables, write a JSON file."""
    options = read_options()
    if options.worker:
        print(json.dumps(WORKERS[options.worker](options)))
        return 0
    if options.small:
        options.places, options.references, options.sample = 2_000, 500, 5
    report: dict[str, Any] = {"machine": describe_machine(), "load": os.getloadavg()[0]}
    print(f"{report['machine']}; load average at the start {report['load']:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        options.data = folder
        start_worker("generate", options)
        for task, systems in TASKS.items():
            for kind in KINDS:
                runs = take_turns(task, kind, systems, options)
                errors = start_worker("compare", options, task=task, kind=kind)
                report[f"{task} {kind}"] = {"runs": runs, "errors": errors}
                print_table(task, kind, runs, errors)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "siting.json"
    path.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"\n{path}")
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--places", type=int, default=100_000)
    parser.add_argument("--references", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--sample", type=int, default=40, help="distances of a rule measured again")
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--small", action="store_true", help="2,000 places: a smoke test")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    for hidden in ("worker", "data", "task", "kind", "system"):
        parser.add_argument(f"--{hidden}", help=argparse.SUPPRESS)
    return parser.parse_args()


def describe_machine() -> str:
    """Say on what the numbers were measured."""
    from importlib.metadata import version

    packages = ("geopandas", "shapely", "numpy", "scipy", "rasterio")
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, " + ", ".join(
        f"{name} {version(name)}" for name in packages
    )


# --- processes ----------------------------------------------------------------------------------


def start_worker(
    worker: str, options: argparse.Namespace, *, task: str = "", kind: str = "", system: str = ""
) -> dict[str, Any]:
    """Run one piece of work in a new process and give what it reports."""
    command = [sys.executable, str(Path(__file__)), "--worker", worker, "--data", options.data]
    command += ["--task", task, "--kind", kind, "--system", system]
    for name in ("places", "references", "sample", "seed"):
        command += [f"--{name}", str(getattr(options, name))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        sys.exit(f"{worker} {task} {kind} {system} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def take_turns(
    task: str, kind: str, systems: tuple[str, ...], options: argparse.Namespace
) -> dict[str, list[dict[str, Any]]]:
    """Let systems take turns, so that a busy machine is busy for all of them."""
    runs: dict[str, list[dict[str, Any]]] = {system: [] for system in systems}
    for _ in range(options.repeats):
        for system in systems:
            runs[system].append(start_worker("run", options, task=task, kind=kind, system=system))
    return runs


def peak_mb() -> float:
    """Give the largest resident memory of this process so far, MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- workers ------------------------------------------------------------------------------------


def generate(options: argparse.Namespace) -> dict[str, Any]:
    """Write the city."""
    from siting_city import build_city

    tables = build_city(options.seed, places=options.places, references=options.references)
    for name, table in tables.items():
        table.to_parquet(Path(options.data) / f"{name}.parquet")
    return {"tables": len(tables)}


def read_city(options: argparse.Namespace) -> dict[str, Any]:
    """Read what `generate` wrote."""
    import geopandas as gpd

    paths = sorted(Path(options.data).glob("*.parquet"))
    return {path.stem: gpd.read_parquet(path) for path in paths}


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Answer with one system; a first run on a few places loads its packages."""
    import numpy as np
    from siting_peers import AREA_SYSTEMS, VERDICT_SYSTEMS, read_checks

    tables = read_city(options)
    systems = VERDICT_SYSTEMS if options.task == "verdicts" else AREA_SYSTEMS
    answer = systems[options.system][1]
    few = {name: table.iloc[:20] for name, table in tables.items()}
    answer(few | {"boundary": tables["boundary"], "townships": tables["townships"]}, options.kind)
    start = time.perf_counter()
    if options.task == "verdicts" and options.system == "qxgeo":
        answer(tables, options.kind)  # from 50,000 places on: loads its compiled loops
    first_seconds = time.perf_counter() - start
    start, cpu = time.perf_counter(), time.process_time()
    answers = answer(tables, options.kind)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    peak = peak_mb()
    if options.task == "verdicts" and options.system == "qxgeo":
        answers = read_checks(answers)
    np.savez(Path(options.data) / f"{options.task}-{options.system}.npz", **answers)
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_mb": peak,
        "first_seconds": first_seconds,
    }


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Compare the answers of the systems that have just run."""
    import numpy as np
    from siting_truth import compare_areas, compare_verdicts

    tables = read_city(options)
    folder = Path(options.data)
    answers = {
        system: dict(np.load(folder / f"{options.task}-{system}.npz"))
        for system in TASKS[options.task]
    }
    if options.task == "areas":
        return compare_areas(answers, tables, options.kind)
    return compare_verdicts(answers, tables, options.kind, sample=options.sample, seed=options.seed)


WORKERS = {"generate": generate, "run": run, "compare": compare}


# --- tables -------------------------------------------------------------------------------------


def print_table(
    task: str, kind: str, runs: dict[str, list[dict[str, Any]]], errors: dict[str, Any]
) -> None:
    """Print medians, ratios of pairs and errors as a Markdown table."""
    from siting_peers import AREA_SYSTEMS, VERDICT_SYSTEMS

    titles = VERDICT_SYSTEMS if task == "verdicts" else AREA_SYSTEMS
    last = ERRORS[task]
    print(f"\n{task}, {kind}\n")
    print("| system | s | CPU, s | CPU / qxgeo | peak, MB | " + " | ".join(last) + " |")
    print("|---|---|---|---|---|" + "---|" * len(last))
    for system, turns in runs.items():
        seconds, cpu, peak = (
            median(turn[key] for turn in turns) for key in ("seconds", "cpu_seconds", "peak_mb")
        )
        ratio = median(
            turn["cpu_seconds"] / ours["cpu_seconds"]
            for turn, ours in zip(turns, runs["qxgeo"], strict=True)
        )
        cells = [write_cell(errors[system][key]) for key in last.values()]
        print(
            f"| {titles[system][0]} | {seconds:.2f} | {cpu:.2f} | {ratio:.2g} | {peak:.0f} | "
            + " | ".join(cells)
            + " |",
            flush=True,
        )


ERRORS = {
    "verdicts": {
        "worst sampled distance, m": "worst_m",
        "from qxgeo at most, m": "moved_m",
        "lines under another verdict": "flipped",
    },
    "areas": {
        "left, km2": "left_km2",
        "worst area of a rule": "worst_share",
        "points on the wrong side": "flipped",
    },
}


def write_cell(value: float | None) -> str:
    """Write a number so that its size can be seen."""
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.3f}" if abs(value) >= 1e-3 or value == 0 else f"{value:.1e}"  # noqa: PLR2004


if __name__ == "__main__":
    sys.exit(main())
