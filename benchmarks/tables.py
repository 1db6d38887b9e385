"""The records as Markdown tables: systems side by side, growth, and which targets are met.

Run ``python benchmarks/tables.py benchmarks/out/bench.json``; ``--into docs/performance.md`` puts
them between the two marks of that page instead of printing them.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

from records import read_records
from systems import SYSTEMS
from workload import SIZES

Record = dict[str, Any]

WORK = "roads near stations"
FORMS = ("qxgeo", "kernel", "plain")  # the first that is there stands for us
CPU_BOUND, RECIPE_BOUND, READ_BOUND, PAIR_BOUND, ERROR_BOUND = 10, 100, 3, 1.7, 1e-7
PEAK_MB = {"province": 500, "nation": 1_000}
PAIRS = {
    "qxgeo": ("threads", "processes", "dask_ours"),
    "parts": ("parts_threads", "parts_processes", "parts_dask"),
}
HEAD = 2  # lines of a table without rows
YES = {True: "yes", False: "**no**"}
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")


def main() -> int:
    """Print everything that can be said of the records, or put it into a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("records", type=Path)
    parser.add_argument("--into", type=Path, help="a page with the two marks")
    options = parser.parse_args()
    text = "\n".join(write_page(read_records(options.records)))
    if not options.into:
        print(text)
        return 0
    page = options.into.read_text(encoding="utf-8")
    before, _, rest = page.partition(MARKS[0])
    _, found, after = rest.partition(MARKS[1])
    if not found:
        sys.exit(f"{options.into} has no marks {MARKS[0]} and {MARKS[1]}")
    options.into.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")
    return 0


def write_page(records: list[Record]) -> list[str]:
    """Give all tables."""
    roads = [r for r in records if r["work"] == WORK]
    lines = write_machine(records)
    for size in ("district", "province", "nation"):
        for radius_m in list_radii([r for r in roads if r["size"] == size]):
            lines += write_roads(roads, size, radius_m)
    for title, table in (
        ("Growth", write_growth(roads)),
        ("Targets", write_targets(roads)),
        ("Commands", write_commands(records)),
    ):
        lines += ["", f"### {title}", "", *table] if table else []
    return lines


def write_machine(records: list[Record]) -> list[str]:
    """Say on what was measured, and with which versions."""
    if not records:
        return []
    machine = records[-1]["machine"]
    loads = sorted({record["machine"]["load_average"] for record in records})
    versions = sorted({v for r in records for v in r.get("versions", "").split(", ") if v})
    return [
        (
            f"{machine['date']}, {machine['cores']} cores ({machine['processor']}),"
            f" {machine['memory_gb']:g} GiB, {machine['system']}, Python {machine['python']};"
            f" load average {loads[0]:g} to {loads[-1]:g} when a table was written (the benchmark's"
            f" own work is part of it). {', '.join(versions)}."
        )
    ]


def list_radii(records: list[Record]) -> list[float]:
    """Give the radii measured."""
    return sorted({record["radius_m"] for record in records})


def choose(records: list[Record], size: str, radius_m: float) -> dict[str, Record]:
    """Give who answered at one size and radius."""
    return {
        r["system"]: r
        for r in records
        if (r["size"], r["radius_m"]) == (size, radius_m)
        and r["system"] in SYSTEMS
        and "skipped" not in r
    }


def find_ours(done: dict[str, Record]) -> Record | None:
    """Give the form that stands for us."""
    return next((done[form] for form in FORMS if form in done), None)


def write_roads(records: list[Record], size: str, radius_m: float) -> list[str]:
    """Give one workload at one radius, with ratios to ours."""
    some = [r for r in records if r["size"] == size and r["radius_m"] == radius_m]
    some = [r for r in some if r["system"] in SYSTEMS]  # a list may be older than the systems
    ours = find_ours(choose(records, size, radius_m))
    lines = [
        "",
        (
            f"### {some[0]['roads']:,} roads, {some[0]['stations']:,} stations,"
            f" {some[0]['townships']:,} townships, within {radius_m:,.0f} m"
        ),
        "",
        "| system | runs | CPU, s | wall, s | peak, MB | CPU / ours | wall / ours | deviation |",
        "|---|---|---|---|---|---|---|---|",
    ]
    order = list(SYSTEMS)
    for record in sorted(some, key=lambda r: order.index(r["system"])):
        if "skipped" in record:
            lines.append(f"| {record['title']} | 0 | {record['skipped']} | | | | | |")
            continue
        ratios = [record[k] / ours[k] if ours else math.nan for k in ("cpu_s", "wall_s")]
        error = record["rel_error"]
        lines.append(
            f"| {record['title']} | {record['turns']} | {record['cpu_s']:.2f}"
            f" | {record['wall_s']:.2f} | {record['peak_mb']:,.0f} | {ratios[0]:.2g}"
            f" | {ratios[1]:.2g} | {'' if error is None else f'{error:+.1e}'} |"
        )
    if ours:
        lines += [
            "",
            (
                f"The kernel against dense geodesics, over {ours['truth_roads']:,} roads:"
                f" {ours['sample_error']:+.1e}."
            ),
        ]
    return lines


def write_growth(records: list[Record]) -> list[str]:
    """Give how time and memory grow with roads and with stations."""
    lines = [
        "| roads | stations | radius, m | CPU, s | CPU s a million roads | peak, MB |",
        "|---|---|---|---|---|---|",
    ]
    found: dict[tuple[float, str], Record] = {}
    for radius_m in list_radii(records):
        for size, what in sorted(SIZES.items(), key=lambda one: (one[1].roads, one[1].stations)):
            ours = choose(records, size, radius_m).get("qxgeo")
            if ours:
                found[radius_m, size] = ours
                lines.append(
                    f"| {what.roads:,} | {what.stations:,} | {radius_m:,.0f} | {ours['cpu_s']:.2f}"
                    f" | {ours['cpu_s'] / what.roads * 1e6:.2f} | {ours['peak_mb']:,.0f} |"
                )
    return lines + write_slopes(found) if found else []


def write_slopes(found: dict[tuple[float, str], Record]) -> list[str]:
    """Say as which power of the roads the time grows."""
    lines = []
    for radius_m in sorted({radius_m for radius_m, _ in found}):
        for small, large in (("district", "province"), ("province", "nation")):
            one, other = found.get((radius_m, small)), found.get((radius_m, large))
            if one and other:
                slope = math.log(other["cpu_s"] / one["cpu_s"], other["roads"] / one["roads"])
                span = f"from {one['roads']:,} to {other['roads']:,} roads"
                text = f"Within {radius_m:,.0f} m, {span}: CPU grows as roads^{slope:.2f}."
                lines += ["", text]
    return lines


def write_targets(records: list[Record]) -> list[str]:
    """Give each target, what was measured, and whether it is met."""
    lines = ["| target | size | radius, m | measured | met |", "|---|---|---|---|---|"]
    for size in PEAK_MB:
        for radius_m in list_radii(records):
            done = choose(records, size, radius_m)
            ours = find_ours(done)
            for target, measured, met in judge(done, ours, size) if ours else []:
                lines.append(
                    f"| {target} | {size} | {radius_m:,.0f} | {measured} | {YES[met]} |",
                )
    return lines if len(lines) > HEAD else []


def judge(done: dict[str, Record], ours: Record, size: str) -> list[tuple[str, str, bool]]:
    """Hold one table against the targets."""
    verdicts = []
    peers = [record for name, record in done.items() if not SYSTEMS[name].is_ours]
    sides = [
        ("cpu_s", "CPU: 10x the fastest peer", ours),
        ("wall_s", "wall: 10x the fastest peer", ours),
        # Most peers take every core they find.
        ("wall_s", "wall, all cores for both: 10x", done.get("threads")),
    ]
    for key, target, side in sides:
        if peers and side:
            best = min(peers, key=lambda record: record[key])
            ratio = best[key] / side[key]
            verdicts.append((target, f"{ratio:.1f}x ({best['title']})", ratio >= CPU_BOUND))
    if "recipe" in done:
        ratio = done["recipe"]["cpu_s"] / ours["cpu_s"]
        verdicts.append(("CPU: 100x the GeoPandas recipe", f"{ratio:.0f}x", ratio >= RECIPE_BOUND))
    if "read" in done:
        ratio = ours["cpu_s"] / done["read"]["cpu_s"]
        verdicts.append(("CPU: within 3x of reading", f"{ratio:.1f}x", ratio <= READ_BOUND))
    if {"read", "threads"} <= set(done):
        ratio = done["threads"]["wall_s"] / done["read"]["wall_s"]
        target = "wall, two threads: within 3x of reading with one"
        verdicts.append((target, f"{ratio:.1f}x", ratio <= READ_BOUND))
    peak = ours["peak_mb"]
    bound = PEAK_MB[size]
    verdicts.append((f"peak below {bound:,} MB", f"{peak:,.0f} MB", peak < bound))
    error = abs(ours["rel_error"])
    verdicts.append(("error below 1e-7", f"{error:.0e}", error < ERROR_BOUND))
    for alone, pairs in PAIRS.items():
        for pair in (pair for pair in pairs if {alone, pair} <= set(done)):
            ratio = done[alone]["wall_s"] / done[pair]["wall_s"]
            title = done[pair]["title"].removeprefix("qxgeo").removeprefix(", ").strip()
            verdicts.append((f"{title}: 1.7x, wall", f"{ratio:.2f}x", ratio >= PAIR_BOUND))
    return verdicts


def write_commands(records: list[Record]) -> list[str]:
    """Give cold starts and the commands on the embedded district."""
    lines = [
        f"| `{record['system']}` | {record['cpu_s']:.2f} | {record['wall_s']:.2f}"
        f" | {record['peak_mb']:,.0f} |"
        for record in records
        if record["work"] in {"cold start", "default district"}
    ]
    head = ["| command | CPU, s | wall, s | peak, MB |", "|---|---|---|---|"]
    return head + lines if lines else []


if __name__ == "__main__":
    sys.exit(main())
