"""``qxgeo run`` over a million roads, end to end: what it takes, and what it writes.

Run ``python benchmarks/run_province.py FOLDER``. The district (`province_district.py`) is written
into the folder once; then every way of `--workers` runs the command in processes of their own and
prints CPU and wall seconds, the peak of memory with all child processes, and files and bytes of
what was written. All ways must have written the same bytes, else the exit code is 1.

- ``--kill``: one more run is killed (SIGKILL) when half of its pieces are done, and started again.
- ``--open``: index, overview and the largest page of a township are opened in headless Chromium
  without a network, as `map_size.py` opens pages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import processes
from map_size import READY, open_page
from processes import Ended, run_child
from province_district import write_district

LOOK_EVERY_S = 0.5  # minutes, not seconds: looking at the memory more often would cost


def main() -> int:
    """Write the district, run every way, compare."""
    options = read_options()
    processes.LOOK_EVERY_S = LOOK_EVERY_S
    district = options.folder / "district"
    if not (district / "district.toml").exists():
        write_district(
            district, roads=options.roads, stations=options.stations, townships=options.townships
        )
    records, hashes = [], set()
    for workers in options.workers:
        out = options.folder / f"out-{workers}"
        ended = run_child(command(district, out, workers, options.memory))
        if ended.exit_code:
            print(ended.stderr, file=sys.stderr)
            return 1
        hashes.add(hash_outputs(out))
        records.append({"workers": workers, **describe(ended), **measure(out)})
        print(json.dumps(records[-1]), flush=True)
    if options.kill:
        hashes.add(run_killed(district, options.folder / "out-killed", options.memory))
    if options.open:
        records += open_pages(options.folder / f"out-{options.workers[0]}")
    print(f"same bytes: {'yes' if len(hashes) == 1 else 'NO'}")
    record = options.folder / "run_province.json"
    record.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if len(hashes) == 1 else 1


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--roads", type=int, default=1_000_000)
    parser.add_argument("--stations", type=int, default=200)
    parser.add_argument("--townships", type=int, default=2_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 2])
    parser.add_argument("--memory", type=int, default=1_000, help="MB of each process")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--open", action="store_true")
    return parser.parse_args()


def command(district: Path, out: Path, workers: int, memory_mb: int) -> list[str]:
    """Give the command that is measured."""
    words = [sys.executable, "-m", "qxgeo", "run", str(district), "--out", str(out), "-q"]
    means = ["--workers", str(workers), "--memory", str(memory_mb), "--stream-from", "1"]
    return [*words, *means]


def describe(ended: Ended) -> dict[str, float]:
    """Say what a run took."""
    return {
        "cpu_s": round(ended.cpu_s, 1),
        "wall_s": round(ended.wall_s, 1),
        "peak_mb": round(ended.peak_mb),
    }


def hash_outputs(out: Path) -> str:
    """Give one hash over the names and hashes of all files that a run wrote."""
    outputs = json.loads((out / "run.json").read_text(encoding="utf-8"))["outputs"]
    lines = [f"{name} {facts['sha256']}" for name, facts in sorted(outputs.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def measure(out: Path) -> dict[str, Any]:
    """Count files and bytes by kind, and findings."""
    kinds = {
        "findings": sorted((out / "findings").glob("*.parquet")),
        "pages": sorted((out / "townships").glob("*/*.html")),
        "workbooks": sorted((out / "townships").glob("*/*.xlsx")),
        "index": [out / name for name in ("index.html", "overview.html", "lists.xlsx", "run.json")],
    }
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = {"rows": record["counts"]["findings"]}
    for kind, files in kinds.items():
        sizes = [file.stat().st_size for file in files]
        found[kind] = {
            "files": len(sizes),
            "mb": round(sum(sizes) / 1e6, 1),
            "largest_mb": round(max(sizes) / 1e6, 2),
        }
    return found


def run_killed(district: Path, out: Path, memory_mb: int) -> str:
    """Kill a run in the middle, start it again, and give the hash of what it wrote."""
    words = command(district, out, 0, memory_mb)
    work = out.parent / f".{out.name}.qxgeo-work"
    pieces = max(len(list_pieces(district)) // 2, 1)
    child = subprocess.Popen(words)  # noqa: S603 - ours
    while child.poll() is None and len(list(work.glob("piece-*.json"))) < pieces:
        time.sleep(LOOK_EVERY_S)
    child.kill()
    print(f"killed: {child.wait()}, pieces done: {len(list(work.glob('piece-*.json')))}")
    ended = run_child(words)
    print(f"resumed: {ended.exit_code}, {json.dumps(describe(ended))}", flush=True)
    return hash_outputs(out)


def list_pieces(district: Path) -> list[int]:
    """List the row groups of the roads."""
    from qxgeo.datasets import open_dataset

    return [piece.number for piece in open_dataset(district / "roads").pieces]


def open_pages(out: Path) -> list[dict[str, Any]]:
    """Open the index, the overview and the largest page."""
    pages = sorted((out / "townships").glob("*/*.html"), key=lambda file: file.stat().st_size)
    records = []
    ways = {out / "index.html": open_index, out / "overview.html": open_page, pages[-1]: open_page}
    for page, way in ways.items():
        opened = {key: round(value, 2) for key, value in way(page).items()}
        name = page.relative_to(out).as_posix()
        records.append({"page": name, "mb": round(page.stat().st_size / 1e6, 2), **opened})
        print(json.dumps(records[-1]), flush=True)
    return records


def open_index(page: Path) -> dict[str, float]:
    """Open the index, which has no map, and measure."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_context(offline=True).new_page()
        tab.goto(page.as_uri(), wait_until="load")
        load_s = tab.evaluate(READY) / 1000
        heap = tab.context.new_cdp_session(tab).send("Runtime.getHeapUsage")
        browser.close()
    return {"load_s": load_s, "heap_mb": heap["usedSize"] / 1e6}


if __name__ == "__main__":
    sys.exit(main())
