"""Fixtures that more than one room needs."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from qxgeo.district import District, Layer
from qxgeo.errors import Text
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def external_data() -> Path:
    """Real data that does not travel with the project; tests skip where it is absent."""
    folder = Path(os.environ.get("QXGEO_EXTERNAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"external data not found at {folder}; set QXGEO_EXTERNAL_DATA")
    return folder


@pytest.fixture(scope="session")
def map_assets() -> Path:
    """Give the maps' collected scripts and styles; an uninstalled checkout has none."""
    from qxgeo.resources import assets_dir

    folder = assets_dir()
    if not (folder / "manifest.json").is_file():
        pytest.fail("qxgeo/_assets is missing: install the project first (pip install -e .)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start one headless Chromium for the session."""
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    executable = os.environ.get("QXGEO_CHROMIUM") or next(
        filter(None, map(shutil.which, names)), None
    )
    if executable is None:
        pytest.skip("no Chromium found: install one or name it in QXGEO_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def offline_page(chromium: Browser) -> Iterator[Page]:
    """Open a page without a network; a failed request or console error fails the test."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    context.set_offline(True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url[:200]}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"console: {message.text}")
            if message.type in {"error", "warning"}
            else None
        ),
    )
    yield page
    context.close()
    assert complaints == []


def make_layer(name: str, rows: list[dict[str, Any]], **facts: Any) -> Layer:  # noqa: ANN401
    """Build a layer from rows, as the readers would: every column of its contract is there."""
    schema = LAYERS[name]
    frame = pd.DataFrame(rows, columns=[*rows[0]] if rows else ["geometry"])
    for column in schema.columns:
        if column not in frame:
            frame[column] = None
    geometry = gpd.GeoSeries(frame.pop("geometry").to_list(), crs="EPSG:4326")
    defaults: dict[str, Any] = {
        "accuracy_m": 5.0,
        "is_demo": False,
        "is_approximate": False,
        "notes": (),
    }
    return Layer(
        name=name,
        table=gpd.GeoDataFrame(frame, geometry=geometry),
        path=Path(f"{name}.csv"),
        sha256="0" * 64,
        datum="wgs84",
        source="手绘",
        licence="MIT",
        as_of=None,
        **(defaults | facts),
    )


def make_district(*layers: Layer, **facts: Any) -> District:  # noqa: ANN401
    """Build a district of layers under the plan of Qixing."""
    defaults: dict[str, Any] = {
        "parameters": {},
        "choices": {},
        "warning_day": False,
        "as_of": date(2023, 6, 30),
    }
    return District(
        code="450305",
        name=Text("小城", "Small Town"),
        folder=Path(),
        path=Path("district.toml"),
        sha256="0" * 64,
        plan="qixing-2023",
        layers={layer.name: layer for layer in layers},
        notes=(),
        **(defaults | facts),
    )


def draw_town() -> dict[str, Layer]:
    """Draw a town to hold in the head.

    A district of 0.04 x 0.02 degrees, cut at 110.02 into a western and an eastern township; 华侨
    has no territory. Station S1 stands in the west at 110.015, S2 beyond the eastern edge at
    110.045. One long road runs through everything along 25.01.
    """
    line, point, box = shapely.LineString, shapely.Point, shapely.box
    north = 25.01 + 1_005 / 110_773.0  # 1 005 m north of S1 (a degree of the meridian at 25 N)
    road = {"road_class": "primary", "is_tunnel": False, "surface": "asphalt", "heavy_truck": True}
    streets = [
        ("R1", "长路", road, line([(109.99, 25.01), (110.05, 25.01)])),
        ("R2", "临界路", road, line([(110.012, north), (110.018, north)])),
        ("R3", "远路", road, line([(110.03, 25.001), (110.03, 25.002)])),
        (
            "R4",
            "等级不明路",
            road | {"road_class": None},
            line([(110.014, 25.009), (110.016, 25.009)]),
        ),
        (
            "R5",
            "步道",
            road | {"road_class": "footway"},
            line([(110.014, 25.008), (110.016, 25.008)]),
        ),
        ("R6", "隧道", road | {"is_tunnel": True}, line([(110.014, 25.007), (110.016, 25.007)])),
        ("R7", "<b>路", road | {"heavy_truck": None}, line([(110.014, 25.011), (110.016, 25.011)])),
    ]
    return {
        layer.name: layer
        for layer in (
            make_layer(
                "boundary",
                [
                    {
                        "district_id": "450305",
                        "name": "小城",
                        "geometry": box(110, 25, 110.04, 25.02),
                    }
                ],
            ),
            make_layer(
                "townships",
                [
                    {"township_id": code, "name": name, "geometry": shape}
                    for code, name, shape in (
                        ("450305001", "七星区街道", box(110, 25, 110.02, 25.02)),
                        ("450305002", "东江街道", box(110.02, 25, 110.04, 25.02)),
                        ("450305400", "桂林华侨旅游经济区管理委员会", None),
                    )
                ],
                is_approximate=True,
            ),
            make_layer(
                "stations",
                [
                    {
                        "station_id": code,
                        "name": name,
                        "control_level": "national",
                        "valid_to": until,
                        "geometry": point(lon, 25.01),
                    }
                    for code, name, lon, until in (
                        ("S1", "城内站", 110.015, None),
                        ("S2", "邻区站", 110.045, None),
                        ("S3", "停运站", 110.03, date(2020, 1, 1)),
                    )
                ],
                accuracy_m=10.0,
            ),
            make_layer(
                "roads",
                [
                    {"section_id": code, "name": name, **facts, "geometry": shape}
                    for code, name, facts, shape in streets
                ],
            ),
        )
    }


@pytest.fixture(scope="session")
def town() -> dict[str, Layer]:
    """Give the layers of the small town, by name."""
    return draw_town()


@pytest.fixture(scope="session")
def layer_of() -> Callable[..., Layer]:
    """Give the function that builds a layer from rows."""
    return make_layer


@pytest.fixture(scope="session")
def district_of() -> Callable[..., District]:
    """Give the function that builds a district of layers."""
    return make_district


def write_folder(folder: Path, *layers: Layer, **lines: str) -> Path:
    """Write layers as GeoJSON and a district.toml that names them; `lines` adds to its top."""
    top = {"code": '"450305"', "name": '"小城"', "plan": '"qixing-2023"', "as_of": "2023-06-30"}
    text = ['schema = "qxgeo-district/1"']
    text += [f"{key} = {value}" for key, value in (top | lines).items() if value]
    for layer in layers:
        table = layer.table.copy()
        for column in table.columns.drop("geometry"):
            table[column] = table[column].map(
                lambda cell: cell.isoformat() if isinstance(cell, date) else cell
            )
        (folder / f"{layer.name}.geojson").write_text(
            table.to_json(drop_id=True, ensure_ascii=False), encoding="utf-8"
        )
        text += [
            "",
            f"[layers.{layer.name}]",
            f'path = "{layer.name}.geojson"',
            'datum = "wgs84"',
            f"accuracy_m = {layer.accuracy_m}",
            'source = "手绘"',
        ]
    file = folder / "district.toml"
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def town_folder(tmp_path: Path, town: dict[str, Layer]) -> Path:
    """Give a folder that holds the small town as files."""
    folder = tmp_path / "town"
    folder.mkdir()
    write_folder(folder, *town.values())
    return folder


@pytest.fixture(scope="session")
def folder_of() -> Callable[..., Path]:
    """Give the function that writes layers and their district.toml into a folder."""
    return write_folder
