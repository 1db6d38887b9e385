"""How large may a map be? Load time and memory in Chromium, three ways of drawing roads.

Run ``python benchmarks/map_size.py``. For 20,000, 200,000 and 1,000,000 road parts each way writes
one self-contained page; Chromium opens it from the disk without a network and says how long it took
until the first picture stood, how many megabytes of JavaScript heap it holds then, and how long one
step of zoom takes. Each page is opened several times in a process of its own; the median counts.

- *geojson*: the page of `qxgeo run`, each part a feature on a canvas, with its row for the lists;
- *tiles*: the same page without findings over a pyramid of PNG tiles (`qxgeo.maps.tiles`);
- *pmtiles*: vector tiles in one PMTiles archive, carried inside the page and drawn by
  protomaps-leaflet. That script is no part of the project: ``npm install protomaps-leaflet
  pmtiles`` somewhere and give its ``node_modules`` with ``--renderer``, else this way is left out.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from qxgeo.assess import Assessment

HERE = Path(__file__).parent
SIZES = (20_000, 200_000, 1_000_000)
WAYS = ("geojson", "tiles", "pmtiles")
RULE = "2.2.3-c"
SEED = 20230630
OPEN_S = 240
READY = """() => new Promise(done => {
  const wait = () => window.QX_READY === undefined || window.QX_READY
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0))
    : setTimeout(wait, 20);
  wait();
})"""
ZOOM = """() => new Promise(done => {
  const map = typeof QX === "object" ? QX.map : window.MAP, start = performance.now();
  map.setZoom(map.getZoom() + 1, { animate: false });
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0));
})"""


def main() -> int:
    """Draw, open and measure every size in every way; print a table and write a JSON file."""
    options = read_options()
    if options.write:
        write_page(options.write, options.size, options.page, options.renderer)
        return 0
    ways = [way for way in options.ways if way != "pmtiles" or options.renderer]
    records = []
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            for way in ways:
                page = Path(folder) / f"{way}-{size}.html"
                record = {"way": way, "parts": size} | draw_and_open(page, way, size, options)
                records.append(record)
                print(describe(record), flush=True)
                page.unlink(missing_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "map_size.json"
    path.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    print(path)
    return 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--renderer", type=Path, help="a node_modules with both packages")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    parser.add_argument("--write", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--page", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def describe(record: dict[str, Any]) -> str:
    """Say what one page costs."""
    head = f"{record['way']:8} {record['parts']:>9,} parts"
    if "fails" in record:
        return f"{head}: {record['fails']}"
    return (
        f"{head}: {record['page_mb']:7.1f} MB, load {record['load_s']:6.2f} s, "
        f"heap {record['heap_mb']:6.0f} MB, zoom {record['zoom_s']:5.2f} s, "
        f"written in {record['write_s']:5.1f} s"
    )


def draw_and_open(page: Path, way: str, size: int, options: argparse.Namespace) -> dict[str, Any]:
    """Write a page in one process, open it in others."""
    command = [sys.executable, __file__, "--write", way, "--size", str(size), "--page", str(page)]
    command += ["--renderer", str(options.renderer)] if options.renderer else []
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        return {"fails": done.stderr.strip().splitlines()[-1]}
    write_s = time.perf_counter() - start
    result: dict[str, Any] = {"page_mb": page.stat().st_size / 1e6, "write_s": write_s}
    turns = []
    for _ in range(options.turns):
        try:
            turns.append(open_page(page))
        except Exception as error:  # noqa: BLE001 - that it does not open is the result
            return result | {"fails": f"does not open: {str(error).splitlines()[0][:80]}"}
    return result | {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}


def open_page(page: Path) -> dict[str, float]:
    """Open a page in a fresh Chromium without a network and measure."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
            tab = context.new_page()
            tab.set_default_timeout(OPEN_S * 1000)
            tab.goto(page.as_uri(), wait_until="load")
            load_s = tab.evaluate(READY) / 1000
            devtools = context.new_cdp_session(tab)
            devtools.send("HeapProfiler.collectGarbage")
            heap = devtools.send("Runtime.getHeapUsage")
            zoom_s = tab.evaluate(ZOOM) / 1000
        finally:
            browser.close()
    held = heap["usedSize"] + heap.get("backingStorageSize", 0)
    return {"load_s": load_s, "heap_mb": held / 1e6, "zoom_s": zoom_s}


def make_roads(assessment: Assessment, size: int) -> gpd.GeoDataFrame:
    """Lay roads of six vertices and 150 m over a square as large as they need."""
    generator = np.random.default_rng(SEED)
    west, south, *_ = assessment.district.layers["boundary"].table.total_bounds
    side = 0.18 * np.sqrt(size / 20_000)  # as dense as a district of 20,000 sections
    start = generator.random((size, 1, 2)) * side + (west, south)
    turn = generator.uniform(0, 2 * np.pi, (size, 1)) + generator.normal(0, 0.3, (size, 5))
    step = np.stack((np.cos(turn), np.sin(turn)), axis=2) * 30 / 111_320
    corners = np.concatenate((start, start + np.cumsum(step, axis=1)), axis=1)
    words = np.array(["residential", "service", "secondary", "primary"], dtype=object)
    table = {
        "section_id": [f"w{number}" for number in range(size)],
        "name": [f"示例路{number % 4000}" for number in range(size)],
        "road_class": words[generator.integers(0, 4, size)],
    }
    return gpd.GeoDataFrame(table, geometry=shapely.linestrings(corners), crs="EPSG:4326")


def fill(assessment: Assessment, roads: gpd.GeoDataFrame, *, with_findings: bool) -> Assessment:
    """Put the roads, and one finding for each, into an assessment."""
    layer = replace(assessment.district.layers["roads"], table=roads)
    district = replace(assessment.district, layers={**assessment.district.layers, "roads": layer})
    pattern = assessment.findings[assessment.findings["rule_id"] == RULE].iloc[:1]
    many = pattern.iloc[np.zeros(len(roads) if with_findings else 0, dtype=int)]
    if with_findings:
        ids = roads["section_id"].astype("string").to_numpy()
        many = many.assign(
            finding_id=ids, subject_id=ids, subject_name=roads["name"].astype("string").to_numpy()
        )
    rows = gpd.GeoDataFrame(
        many.drop(columns="geometry").reset_index(drop=True),
        geometry=roads.geometry.to_numpy()[: len(many)],
        crs="EPSG:4326",
    )
    return replace(assessment, district=district, findings=rows)


def write_page(way: str, size: int, page: Path, renderer: Path | None) -> None:
    """Write the page of one way."""
    from qxgeo.assess import assess
    from qxgeo.district import load_district
    from qxgeo.maps.base_layer import describe_base
    from qxgeo.maps.page import render_page

    assessment = assess(load_district())
    roads = make_roads(assessment, size)
    if way == "pmtiles":
        page.write_text(write_vector_page(roads, renderer), encoding="utf-8")
        return
    drawn = fill(assessment, roads, with_findings=way == "geojson")
    base: dict[str, object] = {"bounds": bounds_of(roads), "has": []}
    if way == "tiles":
        box = gpd.GeoDataFrame(
            {"district_id": ["x"]}, geometry=[shapely.box(*roads.total_bounds)], crs="EPSG:4326"
        )
        boundary = replace(drawn.district.layers["boundary"], table=box)
        layers = {"boundary": boundary, "roads": drawn.district.layers["roads"]}
        base = describe_base(replace(drawn.district, layers=layers), cache_folder=None)
    html = render_page(drawn, "keep_wet", lang="zh", base=base, places=[], online=[])
    page.write_text(html, encoding="utf-8")


def bounds_of(roads: gpd.GeoDataFrame) -> list[list[float]]:
    """Give the corners of the view, Leaflet's way."""
    west, south, east, north = roads.total_bounds.tolist()
    return [[south, west], [north, east]]


def write_vector_page(roads: gpd.GeoDataFrame, renderer: Path | None) -> str:
    """Write a page that carries an archive of vector tiles and draws it."""
    from qxgeo.resources import assets_dir

    if renderer is None:
        message = "name the renderer with --renderer"
        raise SystemExit(message)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "roads.pmtiles"
        columns = roads[["section_id", "name", "road_class", "geometry"]]
        columns.to_file(archive, driver="PMTiles", layer="roads", MINZOOM=8, MAXZOOM=14)
        content = base64.b64encode(archive.read_bytes()).decode()
    assets = assets_dir()
    scripts = [
        (assets / "leaflet.js").read_text(encoding="utf-8"),
        (renderer / "pmtiles" / "dist" / "pmtiles.js").read_text(encoding="utf-8"),
        (renderer / "protomaps-leaflet" / "dist" / "protomaps-leaflet.js").read_text("utf-8"),
    ]
    style = (assets / "leaflet.css").read_text(encoding="utf-8")
    start = f"""
window.QX_READY = false;
const raw = Uint8Array.from(atob(CONTENT), (c) => c.charCodeAt(0));
const source = {{
  getKey: () => "roads",
  getBytes: async (at, size) => ({{ data: raw.buffer.slice(at, at + size) }}),
}};
window.MAP = L.map("map", {{ zoomAnimation: false }}).fitBounds({json.dumps(bounds_of(roads))});
const paint = [{{ dataLayer: "roads",
  symbolizer: new protomapsL.LineSymbolizer({{ color: "#2a6fdb", width: 1.5 }}) }}];
const layer = protomapsL.leafletLayer({{
  url: new pmtiles.PMTiles(source), paintRules: paint, labelRules: [], lang: "zh" }});
layer.on("load", () => (window.QX_READY = true));
layer.addTo(MAP);
"""
    body = "".join(f"<script>{script}</script>" for script in scripts)
    return (
        f"<!DOCTYPE html><meta charset='utf-8'><style>{style} #map{{height:100vh}}</style>"
        f"<div id='map'></div>{body}<script>const CONTENT='{content}';{start}</script>"
    )


if __name__ == "__main__":
    sys.exit(main())
