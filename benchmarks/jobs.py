"""Cold start, the default district, and the benchmarks of siting and patrol, as records.

Run ``python benchmarks/jobs.py``; ``--small`` takes the smoke tests of siting and patrol. Wall
time, CPU time and peak memory are those of the command and of all that it starts, medians of
several runs. Siting and patrol measure themselves (`siting.py`, `patrol.py`), print their own
tables, and what they write is taken over.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import describe_machine
from processes import run_child
from records import keep_records
from tables import write_commands

HERE = Path(__file__).parent
TURNS = 3
STARTS = {
    "python -c pass": ["-c", "pass"],
    "import qxgeo": ["-c", "import qxgeo"],
    "qxgeo --help": ["-m", "qxgeo", "--help"],
    "qxgeo --version": ["-m", "qxgeo", "--version"],
}
COMMANDS = ("run", "patrol", "siting")


def main() -> int:
    """Measure everything and keep the records."""
    options = read_options()
    records = measure_commands(options.turns)
    print("\n".join(write_commands(records)), flush=True)
    records += take_over_siting(options)
    records += take_over_patrol(options)
    keep_records(options.out / "bench.json", records, describe_machine())
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="smoke tests of siting and patrol")
    parser.add_argument("--skip", nargs="+", default=[], choices=["siting", "patrol"])
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--out", type=Path, default=HERE / "out")
    return parser.parse_args()


def measure_commands(turns: int) -> list[dict[str, Any]]:
    """Measure cold starts and the three commands on the embedded district, turn by turn."""
    with tempfile.TemporaryDirectory() as scratch:
        works = {("cold start", name): arguments for name, arguments in STARTS.items()}
        for command in COMMANDS:
            out = str(Path(scratch) / command)
            works["default district", f"qxgeo {command}"] = ["-m", "qxgeo", command, "--out", out]
        runs: dict[tuple[str, str], list[Any]] = {what: [] for what in works}
        for _ in range(turns):
            for what, arguments in works.items():
                ended = run_child([sys.executable, *arguments], cwd=Path(scratch))
                if ended.exit_code:
                    sys.exit(f"{what[1]} failed:\n{ended.stderr}")
                runs[what].append(ended)
    return [
        {
            "work": work,
            "system": name,
            "size": "embedded district" if work == "default district" else "",
            "radius_m": None,
            "rel_error": None,
            "turns": turns,
            **{
                key: statistics.median(getattr(ended, key) for ended in ends)
                for key in ("wall_s", "cpu_s", "peak_mb")
            },
        }
        for (work, name), ends in runs.items()
    ]


def take_over_siting(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Run `siting.py` and make its report records."""
    if "siting" in options.skip:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        report = json.loads(run_script("siting", options, Path(scratch)))
    records = []
    for what, found in report.items():
        if not isinstance(found, dict) or "runs" not in found:
            continue
        task, _, kind = what.partition(" ")
        for system, runs in found["runs"].items():
            errors = found["errors"].get(system, {})
            records.append(
                {
                    "work": f"siting {task}",
                    "system": system,
                    "size": f"{kind}, small" if options.small else kind,
                    "radius_m": None,
                    "wall_s": statistics.median(run["seconds"] for run in runs),
                    "cpu_s": statistics.median(run["cpu_seconds"] for run in runs),
                    "peak_mb": statistics.median(run["peak_mb"] for run in runs),
                    "turns": len(runs),
                    "rel_error": None,
                    "worst_distance_m": errors.get("worst_m"),
                    "from_qxgeo_at_most_m": errors.get("moved_m"),
                }
            )
    return records


def take_over_patrol(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Run `patrol.py` and make its rows records."""
    if "patrol" in options.skip:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        rows = json.loads(run_script("patrol", options, Path(scratch)))
    return [
        {
            "work": "patrol territories",
            "system": row.pop("system"),
            "size": " / ".join(str(row.pop(key)) for key in ("asked", "people", "townships")),
            "radius_m": None,
            "wall_s": None,  # CPU seconds of all threads are measured
            "cpu_s": row.pop("seconds", None),
            "rel_error": None,
            "turns": 1,
            **({"skipped": row.pop("error")} if "error" in row else {}),
            **row,
        }
        for row in rows
    ]


def run_script(name: str, options: argparse.Namespace, folder: Path) -> str:
    """Run one of the other benchmarks, its tables to the terminal, and give what it wrote."""
    print(f"\n{name}.py\n", flush=True)
    command = [sys.executable, str(HERE / f"{name}.py"), "--out", str(folder)]
    command += ["--small"] if options.small else []
    subprocess.run(command, check=True)  # noqa: S603 - ours
    return (folder / f"{name}.json").read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
