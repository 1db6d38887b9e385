"""Arc routing beside its peers: average gap to best known values, family by family.

Run ``python benchmarks/watering.py``. Public instances are looked for in ``--data``; a folder with
``best_known.csv`` and the files it names. Every system gets the same seconds of the processor for
every instance, so that other work on the machine does not count, and has one thread and one run;
compiling and reading are not counted. Whatever a system returns goes through
the route checker, and what the checker refuses is said to be refused.

qxgeo stops early where its routes meet the bound that was proved before; that takes 0.1 to 2 s, at
most half a minute, and is not counted.

The gap is that to the least of the best values listed. Some lists are old: a gap may be below 0.
Where no value is listed, as with facilities, the table shows the gap to the proved lower bound.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watering_drawn import DRAWN, draw_instances
from watering_instances import DATA, Instance, list_instances
from watering_peers import solve_with_ortools, solve_with_pyvrp

from qxgeo.watering.routing import ArcSolution, check_routes, lower_bound, scan_paths, solve

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEMS = ("scanning", "ortools", "pyvrp", "qxgeo")
NAMES = {
    "scanning": "path scanning",
    "ortools": "OR-Tools, node transformation",
    "pyvrp": "PyVRP, node transformation",
    "qxgeo": "qxgeo",
}


def main() -> int:
    """Run what was asked for, print tables, write a JSON file."""
    options = read_options()
    instances = list(choose_instances(options))
    if not instances:
        print(f"no instance found in {options.data}")
        return 2
    print(f"{describe_machine()}; load average at the start {os.getloadavg()[0]:.1f}\n")
    rows = []
    for instance in instances:
        row = measure(instance, options)
        rows.append(row)
        print(describe_row(row, options.systems), flush=True)
        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / f"watering-{options.label or int(options.seconds)}.json"
        path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print()
    print("\n".join(tabulate(rows, options.systems, options.seconds)))
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--families", nargs="*", help="all if left out; or " + " ".join(DRAWN))
    parser.add_argument("--instances", nargs="*", help="names; all of the families if left out")
    parser.add_argument("--every", type=int, default=1, help="take every n-th instance only")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each system and instance")
    parser.add_argument("--systems", nargs="*", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--starts", type=int, default=1, help="searches of qxgeo side by side")
    parser.add_argument("--no-bound", action="store_true", help="do not prove lower bounds")
    parser.add_argument("--label", default="", help="of the JSON file")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "out")
    return parser.parse_args()


def choose_instances(options: argparse.Namespace) -> Iterator[Instance]:
    """Give the instances that were asked for."""
    families = set(options.families) if options.families else None
    found = list_instances(families, options.data)
    if families:
        found += [
            instance for name in DRAWN if name in families for instance in draw_instances(name)
        ]
    for row, instance in enumerate(found):
        if options.instances and instance.name not in options.instances:
            continue
        if row % options.every == 0:
            yield instance


def describe_machine() -> str:
    """Say on what the numbers were measured."""
    from importlib.metadata import version

    packages = ("numpy", "scipy", "numba", "ortools", "pyvrp")
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, " + ", ".join(
        f"{name} {version(name)}" for name in packages
    )


def measure(instance: Instance, options: argparse.Namespace) -> dict[str, Any]:
    """Have every system solve an instance, and check what it returns."""
    problem, row = instance.problem, dict[str, Any]()
    row["family"], row["instance"], row["tasks"] = (
        instance.family,
        instance.name,
        problem.task_count,
    )
    row["best_known"] = None if math.isnan(instance.best_known) else instance.best_known
    if not options.no_bound:
        bound = lower_bound(problem)
        row["bound"], row["bound_routes"] = bound.cost, bound.routes
    for system in options.systems:
        begun, used = time.perf_counter(), time.process_time()
        found = run(system, instance, options, row.get("bound", 0.0))
        row[f"{system}_s"] = time.perf_counter() - begun
        row[f"{system}_cpu_s"] = time.process_time() - used
        if found is None:
            row[system] = None
            continue
        said = check_routes(problem, found)
        row[system] = None if said or found.unserved else found.cost
        row[f"{system}_routes"] = len(found.routes)
        row[f"{system}_iterations"] = found.iterations
        if said or found.unserved:
            row[f"{system}_refused"] = said[0].en if said else f"{len(found.unserved)} left"
    return row


def run(
    system: str, instance: Instance, options: argparse.Namespace, bound: float
) -> ArcSolution | None:
    """Run one system."""
    problem, seconds, seed = instance.problem, options.seconds, options.seed
    if system == "scanning":
        return scan_paths(problem)
    if system == "pyvrp":
        return solve_with_pyvrp(problem, seconds, seed)
    if system == "ortools":
        return solve_with_ortools(problem, seconds)
    return solve(
        problem,
        seed=seed,
        iterations=None,
        seconds=seconds,
        bound=bound,
        starts=options.starts,
        clock=time.thread_time,
    )


# --- telling ------------------------------------------------------------------------------------


def gap_of(row: dict[str, Any], system: str) -> float | None:
    """Give the gap to the best known value, or to the bound where none is known."""
    base = row["best_known"] or row.get("bound")
    if not base or row.get(system) is None:
        return None
    return float(row[system] / base - 1)


def describe_row(row: dict[str, Any], systems: list[str]) -> str:
    """Say in a line how an instance went."""
    known = "?" if row["best_known"] is None else f"{row['best_known']:.0f}"
    parts = [f"{row['instance']}: best known {known}, bound {row.get('bound', math.nan):.0f}"]
    for system in systems:
        gap = gap_of(row, system)
        cost = "none" if row.get(system) is None else f"{row[system]:.0f}"
        refused = row.get(f"{system}_refused", "")
        parts.append(f"{system} {cost}" + ("" if gap is None else f" ({gap:.2%})") + refused)
    return ", ".join(parts)


def tabulate(rows: list[dict[str, Any]], systems: list[str], seconds: float) -> list[str]:
    """Give a Markdown table: a row per family."""
    lines = [
        f"| family ({seconds:g} s) | " + " | ".join(NAMES[system] for system in systems) + " |",
        "|---" * (len(systems) + 1) + "|",
    ]
    for family in dict.fromkeys(row["family"] for row in rows):
        some = [row for row in rows if row["family"] == family]
        to_bound = "" if some[0]["best_known"] else ", to the bound"
        cells = [mean_gap(some, system) for system in systems]
        lines.append(f"| {family} ({len(some)}{to_bound}) | " + " | ".join(cells) + " |")
    return lines


def mean_gap(rows: list[dict[str, Any]], system: str) -> str:
    """Give the mean gap, and how many instances it is of if not of all."""
    gaps = [gap for row in rows if (gap := gap_of(row, system)) is not None]
    if not gaps:
        return ""
    part = "" if len(gaps) == len(rows) else f" ({len(gaps)} solved)"
    return f"{sum(gaps) / len(gaps):.2%}{part}"


if __name__ == "__main__":
    raise SystemExit(main())
