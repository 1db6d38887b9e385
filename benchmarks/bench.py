"""Roads near stations, by township: qxgeo beside its peers at three sizes, on the same files.

Run ``python benchmarks/bench.py`` (the district) or with ``--sizes province nation``. Every system
runs in a process of its own, turn by turn, the short ones more often, and the median counts. What
is measured begins when the packages are imported and ends with the sums by township: reading the
files is part of it. CPU seconds and memory are those of the process and of all that it starts.

The truth is `truth.py`: dense Karney geodesics over as many roads as the last line of a table says,
to which the kernel is held; over all roads the reference is the kernel's sum, put right by that
ratio.

Records go to ``benchmarks/out/bench.json``; records of other works and sizes stay there.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from processes import measure_cpu, run_child
from records import keep_records, read_records
from systems import SYSTEMS, find_versions
from tables import WORK, write_roads, write_targets
from truth import measure_sample
from workload import SIZES, is_written, write_workload

HERE = Path(__file__).parent
RADII_M = (1000.0, 5000.0)
SAMPLES = {"district": 20_000, "province": 100_000, "nation": 50_000}
SAMPLE = 20_000  # at the other sizes
LIMIT_S = 900.0
SHORT_S, SHORT_TURNS = 4.0, 7  # wall; of such a run memory that is touched first is a large part


def main() -> int:
    """Run everything that was asked for, print tables, write the records."""
    options = read_options()
    if options.worker:
        print(json.dumps(work(options)))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what peers keep is removed
    with tempfile.TemporaryDirectory() as scratch:
        options.data = options.data or Path(scratch)
        for size in options.sizes:
            say(f"{size}: {SIZES[size].roads:,} roads")
            try:
                measure_size(size, options)
            finally:
                tidy(options.data / size)
    targets = write_targets(
        [r for r in read_records(options.out / "bench.json") if r["work"] == WORK]
    )
    print("\n".join(["", *targets]))
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=["district"], choices=list(SIZES))
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--skip", nargs="+", default=[], choices=list(SYSTEMS))
    parser.add_argument("--radii-m", nargs="+", type=float, default=list(RADII_M))
    parser.add_argument("--turns", type=int, default=0, help="instead of each system's own")
    parser.add_argument("--truth-roads", type=int, default=0, help="instead of each size's own")
    parser.add_argument("--data", type=Path, help="folder that keeps the workloads")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--size", help=argparse.SUPPRESS)
    parser.add_argument("--radius-m", type=float, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure_size(size: str, options: argparse.Namespace) -> None:
    """Measure every system on one workload."""
    folder = options.data / size
    if not is_written(size, folder):
        start(["workload", size], options)
    kept: list[dict[str, Any]] = []
    names = [name for name in options.systems if name not in options.skip]
    able = [name for name in names if not SYSTEMS[name].why_not(size)]
    for name in able:
        start(
            ["ready", size], options, name
        )  # compiles loops, loads tables, warms the disk's cache
    for radius_m in options.radii_m:
        truth = start(["truth", size], options, radius_m=radius_m)
        runs = take_turns(able, size, radius_m, options)
        answers = {name: [run for run in runs[name] if "total_m" in run] for name in able}
        kept += [
            summarise(name, size, radius_m, runs.get(name, []), truth, answers) for name in names
        ]
        keep_records(options.out / "bench.json", kept, describe_machine())
        print("\n".join(write_roads(kept, size, radius_m)), flush=True)


def take_turns(
    names: list[str], size: str, radius_m: float, options: argparse.Namespace
) -> dict[str, list[dict[str, Any]]]:
    """Run the systems turn by turn, so that a busy machine is busy for all of them."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    turn = 0
    while waiting := [name for name in names if goes_on(name, size, runs[name], options.turns)]:
        turn += 1
        say(f"  within {radius_m:,.0f} m, turn {turn}")
        for name in waiting:
            runs[name].append(start(["answer", size], options, name, radius_m))
    return runs


def goes_on(name: str, size: str, runs: list[dict[str, Any]], turns: int) -> bool:
    """Say whether a system runs once more: a short run is at the mercy of a moment."""
    if any("skipped" in run for run in runs):
        return False
    least = turns or SYSTEMS[name].turns_at(size)
    if turns or len(runs) < least:
        return len(runs) < least
    is_short = size != "district" and statistics.median(run["wall_s"] for run in runs) < SHORT_S
    return is_short and len(runs) < SHORT_TURNS


def start(
    what: list[str], options: argparse.Namespace, name: str = "", radius_m: float = 0.0
) -> dict[str, Any]:
    """Do one thing in a new process; what went wrong with a peer is an answer too."""
    task, size = what
    command = [sys.executable, str(Path(__file__)), "--worker", f"{task}:{name}", "--size", size]
    command += ["--data", str(options.data), "--radius-m", str(radius_m)]
    command += ["--truth-roads", str(options.truth_roads or SAMPLES.get(size, SAMPLE))]
    done = run_child(command, limit_s=LIMIT_S)
    if done.timed_out:
        return {"skipped": f"stopped after {LIMIT_S:,.0f} s"}
    if done.exit_code:
        if not name or SYSTEMS[name].is_ours:
            sys.exit(f"{task} {name} {size} failed:\n{done.stderr}")
        lines = done.stderr.strip().splitlines() or ["?"]
        return {"skipped": f"failed: {lines[-1][:200]}"}
    return {**done.answer(), "peak_mb": done.peak_mb, "process_cpu_s": done.cpu_s}


def say(text: str) -> None:
    """Tell what is going on; not part of the tables."""
    print(text, file=sys.stderr, flush=True)


def summarise(
    name: str,
    size: str,
    radius_m: float,
    runs: list[dict[str, Any]],
    truth: dict[str, Any],
    answers: dict[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    """Make the record of a system: medians and deviation from the truth, or why it has none."""
    system, what = SYSTEMS[name], SIZES[size]
    record: dict[str, Any] = {
        "work": WORK,
        "system": name,
        "title": system.title,
        "size": size,
        "radius_m": radius_m,
        "roads": what.roads,
        "stations": what.stations,
        "townships": what.townships,
        "versions": find_versions(system),
    }
    problem = system.why_not(size) or next((r["skipped"] for r in runs if "skipped" in r), "")
    if problem:
        return record | {"skipped": problem}
    for key in ("wall_s", "cpu_s", "peak_mb", "start_cpu_s"):
        record[key] = statistics.median(run[key] for run in runs)
    record["turns"] = len(runs)
    record["cpu_range_s"] = [f(run["cpu_s"] for run in runs) for f in (min, max)]
    record["rel_error"] = None
    if runs[0]["by_township"]:
        reference_m = truth["kernel_total_m"] * truth["truth_m"] / truth["kernel_m"]
        record |= {"total_m": runs[0]["total_m"], "rel_error": runs[0]["total_m"] / reference_m - 1}
        record |= {
            "truth_roads": truth["roads"],
            "sample_error": truth["kernel_m"] / truth["truth_m"] - 1,
        }
        ours = next((answers[k][0] for k in ("qxgeo", "kernel", "plain") if answers.get(k)), None)
        if ours:
            record["worst_township_m"] = compare(runs[0]["by_township"], ours["by_township"])
    return record


def compare(one: dict[str, float], other: dict[str, float]) -> float:
    """Give the largest difference of a township's length, metres."""
    return max(abs(one.get(key, 0.0) - other.get(key, 0.0)) for key in {*one, *other})


def tidy(folder: Path) -> None:
    """Remove what a peer keeps outside the data folder."""
    from peer_postgis import remove_cluster

    remove_cluster(folder)


def describe_machine() -> dict[str, Any]:
    """Say on what the numbers were measured."""
    model = ""
    cpus = Path("/proc/cpuinfo")
    if cpus.exists():
        names = [y for y in cpus.read_text(encoding="utf-8").splitlines() if "model name" in y]
        model = names[0].partition(":")[2].strip() if names else ""
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average": round(os.getloadavg()[0], 1),
        "date": time.strftime("%Y-%m-%d"),
    }


# --- in a process of its own --------------------------------------------------------------------


def work(options: argparse.Namespace) -> dict[str, Any]:
    """Do what one process is for."""
    task, _, name = options.worker.partition(":")
    folder = options.data / options.size
    if task == "workload":
        write_workload(options.size, folder)
        return {}
    if task == "truth":
        return read_truth(folder, options)
    module, _, function = SYSTEMS[name].opener.partition(":")
    begun = measure_cpu()
    with getattr(importlib.import_module(module), function)(folder) as answer:
        if task == "ready":
            return {"start_cpu_s": measure_cpu() - begun}
        cpu, wall = measure_cpu(), time.perf_counter()
        townships, lengths = answer(options.radius_m)
        wall = time.perf_counter() - wall
        return {
            "wall_s": wall,
            "cpu_s": measure_cpu() - cpu,
            "start_cpu_s": cpu,
            "total_m": float(np.sum(lengths)),
            "by_township": dict(zip(map(str, townships.tolist()), lengths.tolist(), strict=True)),
        }


def read_truth(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure the truth, once for a workload, a radius and a number of roads."""
    path = folder / f"truth-{options.radius_m:g}-{options.truth_roads}.json"
    if not path.exists():
        truth = measure_sample(folder, options.radius_m, options.truth_roads)
        path.write_text(json.dumps(truth) + "\n", encoding="utf-8")
    return dict(json.loads(path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    sys.exit(main())
