"""The list of records in ``benchmarks/out/bench.json``, and the tables that are printed of it."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - an argument of functions that open it
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from systems import System

Record = dict[str, Any]


def keep_records(path: Path, records: list[Record], machine: dict[str, Any]) -> None:
    """Put records into the list; what was measured before of the same thing goes."""
    new = [{**record, "machine": machine} for record in records]
    names = {name(record) for record in new}
    kept = [record for record in read_records(path) if name(record) not in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(kept + new, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_records(path: Path) -> list[Record]:
    """Read the list; empty where there is none."""
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def name(record: Record) -> tuple[Any, ...]:
    """Give what a record is of."""
    return tuple(record.get(key) for key in ("work", "size", "system", "radius_m"))


def print_roads(
    records: list[Record], size: str, radius_m: float, systems: dict[str, System]
) -> None:
    """Print one workload at one radius as a Markdown table, with ratios to ours."""
    some = [r for r in records if r["size"] == size and r["radius_m"] == radius_m]
    done = {r["system"]: r for r in some if "skipped" not in r}
    ours = next((done[k] for k in ("qxgeo", "kernel", "plain") if k in done), None)
    what = some[0]
    print(
        f"\n{what['roads']:,} roads, {what['stations']:,} stations, {what['townships']:,}"
        f" townships, within {radius_m:,.0f} m\n"
    )
    print("| system | CPU, s | wall, s | peak, MB | CPU / ours | wall / ours | deviation |")
    print("|---|---|---|---|---|---|---|")
    for record in some:
        if "skipped" in record:
            print(f"| {record['title']} | {record['skipped']} | | | | | |")
            continue
        ratios = [record[k] / ours[k] if ours else float("nan") for k in ("cpu_s", "wall_s")]
        error = record["rel_error"]
        print(
            f"| {record['title']} | {record['cpu_s']:.2f} | {record['wall_s']:.2f}"
            f" | {record['peak_mb']:,.0f} | {ratios[0]:.2g} | {ratios[1]:.2g}"
            f" | {'' if error is None else f'{error:+.1e}'} |"
        )
    print_verdicts(done, systems)


def print_verdicts(done: dict[str, Record], systems: dict[str, System]) -> None:
    """Print how far ours is from the fastest peer, from the recipe and from the bytes."""
    peers = [r for r in done.values() if not systems[r["system"]].is_ours]
    ours = next((done[k] for k in ("qxgeo", "kernel", "plain") if k in done), None)
    if not ours:
        return
    print()
    if peers:
        best = min(peers, key=lambda r: r["cpu_s"])
        fast = min(peers, key=lambda r: r["wall_s"])
        print(
            f"- fastest peer: {best['title']}, {best['cpu_s'] / ours['cpu_s']:.1f} times the CPU;"
            f" {fast['title']}, {fast['wall_s'] / ours['wall_s']:.1f} times the wall clock"
        )
    if "recipe" in done:
        print(f"- GeoPandas recipe: {done['recipe']['cpu_s'] / ours['cpu_s']:.0f} times the CPU")
    if "read" in done:
        print(f"- ours beside reading alone: {ours['cpu_s'] / done['read']['cpu_s']:.1f} times")
    if {"qxgeo", "qxgeo2"} <= set(done):
        ratio = done["qxgeo"]["wall_s"] / done["qxgeo2"]["wall_s"]
        print(f"- two processes: {ratio:.2f} times as fast by the wall clock")
    print(
        f"- the kernel against dense geodesics, {ours.get('truth_roads', 0):,} roads:"
        f" {ours.get('sample_error', float('nan')):+.1e}",
        flush=True,
    )
