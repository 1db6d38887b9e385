"""Fixtures that more than one room needs."""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from coverage import Coverage

from qxgeo.district import District, Layer
from qxgeo.district.patrol_settings import PatrolSettings, Season, Setting
from qxgeo.errors import Text
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from playwright.sync_api import Browser, Page

    from qxgeo.patrol.model import Patrol

ROOT = Path(__file__).parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Trace no lines during scripted runs: tracing doubles their time and finds nothing new."""
    tracer = Coverage.current() if item.get_closest_marker("scripted") else None
    if tracer is None:
        return (yield)
    tracer.stop()
    try:
        return (yield)
    finally:
        tracer.start()


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


def make_settings(**facts: Any) -> PatrolSettings:  # noqa: ANN401
    """Decide everything a patrol needs, in round numbers; every one counts as a default."""

    def numbers(**values: float) -> dict[str, Setting]:
        return {name: number(value) for name, value in values.items()}

    def number(value: float) -> Setting:
        return Setting(value=value, source=Text("假设", "assumption"), is_default=True)

    def season(season_id: str, name: Text, factor: float, **more: Any) -> Season:  # noqa: ANN401
        hours = ((480, 600), (1020, 1140))
        return Season(
            season_id=season_id,
            name=name,
            visit_factor=factor,
            source=Text("假设", "assumption"),
            is_default=True,
            **({"first": None, "last": None, "windows": hours, "weekdays": tuple(range(7))} | more),
        )

    defaults: dict[str, Any] = {
        "cell_size_m": number(500.0),
        "hot_cell_size_m": number(3000.0),
        "seed": 1,
        "unassigned": "refuse",
        "land_cover": None,
        "elevation": None,
        "wind": None,
        "fires": (),
        "weights": numbers(points=30, events=25, fires=15, cropland=15, roads=5, upwind=10),
        "effort": numbers(
            min_per_km2=60,
            min_per_point=10,
            event_years=3,
            fire_confidence=30,
            road_reach_m=1000,
            upwind_sector_deg=45,
            upwind_half_m=5000,
            high_share=0.1,
            medium_share=0.3,
        ),
        "visits_per_week": numbers(high=7, medium=3, low=1),
        "speeds_kmh": numbers(drive=30, ride=15, walk=4.5),
        "travel_mode": "ride",
        "day_length_min": number(480),
        "locks": {},
        "seasons": (
            season("ordinary", Text("平时", "ordinary days"), 1.0),
            season("harvest", Text("秋收", "autumn harvest"), 2.0, first=(9, 20), last=(11, 20)),
            season("bacon", Text("熏腊肉高峰期", "bacon season"), 1.5, first=(12, 1), last=(2, 10)),
            season("warning", Text("污染天气预警", "pollution warning"), 2.0),
            season("unfavourable", Text("不利气象条件", "unfavourable weather"), 1.5),
        ),
        "warning_days": (),
        "unfavourable_days": (),
        "phones": {"区城市管理局": "0773-0000000（示例）"},
        "straw_t_per_km2": None,
    }
    return PatrolSettings(**(defaults | facts))


@pytest.fixture(scope="session")
def settings_of() -> Callable[..., PatrolSettings]:
    """Give the function that decides a patrol's numbers."""
    return make_settings


def _fill(columns: dict[str, str], rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Build a table that has every column of a contract; text is "" and numbers NaN where left."""
    table = pd.DataFrame(rows)
    for name, kind in columns.items():
        if name not in table:
            table[name] = {"string": "", "float64": float("nan"), "bool": False}.get(kind)
    table = table[[*columns, *table.columns.difference([*columns], sort=False)]]
    kinds = {name: kind for name, kind in columns.items() if kind != "object"}
    return table.astype(kinds if len(table) else {})


def _draw_cells(town: dict[str, Layer]) -> gpd.GeoDataFrame:
    """Cut the small town into cells; the west is riskier, the first cell is water."""
    from qxgeo.patrol.cells import build_cells

    cells = build_cells(
        town["boundary"].table, town["townships"].table, cell_size_m=500, hot_cell_size_m=3000
    )
    count = len(cells)
    is_water = pd.Series(range(count)) == 0
    order = cells["lon"].rank(method="first").astype(int)
    classes = pd.cut(order, [0, count * 0.1, count * 0.4, count], labels=["high", "medium", "low"])
    visits = classes.astype(str).map({"high": 7.0, "medium": 3.0, "low": 1.0})
    facts = {
        "water_share": is_water.astype(float),
        "cropland_share": 0.25 * ~is_water,
        "unknown_share": 0.0,
        "risk": (100.0 * (1 - (order - 1) / count)).where(~is_water, 0.0),
        "risk_class": classes.astype(str).mask(is_water, "water"),
        "risk_rank": order.astype("Int64").mask(is_water),
        "visits_per_week": visits.where(~is_water, 0.0),
        "load_min": (visits * cells["area_m2"] / 1e6 * 60).where(~is_water, 0.0),
        "term_points": (1 - order / count).where(~is_water, 0.0),
        "term_cropland": 0.25,
        "point_count": 0,
        "event_count": 0,
        "fire_count": 0,
    }
    middle = {"450305001": 110.01, "450305002": 110.03}
    owner = [
        f"P{township[-1]}{1 if lon < middle[township] else 2}"
        for township, lon in zip(cells["township_id"], cells["lon"], strict=True)
    ]
    drawn = cells.assign(**facts, person_id=pd.array(owner, dtype="string"))
    return drawn[[*drawn.columns.drop("geometry"), "geometry"]]


def _draw_people() -> pd.DataFrame:
    """List four people, two in each township; one has a base, one a rest day."""
    from qxgeo.patrol.columns import PEOPLE_COLUMNS

    names = {"P11": "张三", "P12": "李喆", "P21": "<b>王五", "P22": "欧阳晓明"}
    rows: list[dict[str, Any]] = [
        {
            "person_id": key,
            "name": name,
            "township_id": f"45030500{key[1]}",
            "phone": f"1380000{number:04d}",
            "days_off": (6,) if key == "P12" else (),
        }
        for number, (key, name) in enumerate(names.items())
    ]
    rows[0] |= {"base_lon": 110.005, "base_lat": 25.01}
    return _fill(PEOPLE_COLUMNS, rows)


def _draw_points(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put one point into every seventh cell."""
    from qxgeo.patrol.columns import POINT_COLUMNS

    chosen = cells.iloc[3::7]
    rows = [
        {
            "point_id": f"D{number:02d}",
            "name": f"敏感点{number}",
            "address": f"朝阳乡某村{number}号旁",
            "kind": "露天焚烧" if number % 2 else "熏腊肉",
            "risk_level": "high" if number % 3 == 0 else "",
            "service_min": 10.0,
            "visits_per_week": cell["visits_per_week"],
            "cell_id": cell["cell_id"],
            "township_id": cell["township_id"],
            "person_id": cell["person_id"],
        }
        for number, cell in enumerate(chosen.to_dict("records"), start=1)
    ]
    places = gpd.points_from_xy(chosen["lon"], chosen["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(_fill(POINT_COLUMNS, rows), geometry=places)


def make_patrol(**facts: Any) -> Patrol:  # noqa: ANN401
    """Put together a whole patrol of the small town by hand; `facts` replaces its parts."""
    from qxgeo.patrol import columns, model
    from qxgeo.plan import load_plan

    town = draw_town()
    cells, people = _draw_cells(town), _draw_people()
    points = _draw_points(cells)
    score = {"weight": 1.0, "source": Text("假设", "assumption")}
    terms = (
        model.RiskTerm(
            term_id="points",
            name=Text("敏感点、易发点", "sensitive points"),
            formula=Text("1 − exp(−点数)", "1 - exp(-points)"),
            share=2 / 3,
            dropped=None,
            **score,
        ),
        model.RiskTerm(
            term_id="cropland",
            name=Text("耕地占比", "share of crop land"),
            formula=Text("耕地 / 陆地", "crop land / land"),
            share=1 / 3,
            dropped=None,
            **score,
        ),
        model.RiskTerm(
            term_id="fires",
            name=Text("卫星火点", "satellite fires"),
            formula=Text("1 − exp(−火点数)", "1 - exp(-fires)"),
            share=0.0,
            dropped=Text("没有火点数据", "no fire data"),
            **score,
        ),
    )
    hot = cells.dissolve("hot_cell_id", as_index=False)[["hot_cell_id", "geometry"]]
    hot_rows = [
        {
            "hot_cell_id": key,
            "cell_count": len(group),
            "area_m2": group["area_m2"].sum(),
            "risk": group["risk"].mean(),
            "risk_rank": rank,
            "point_count": 1,
            "event_count": 0,
            "fire_count": 0,
            "township_ids": "、".join(sorted(set(group["township_id"]))),
        }
        for rank, (key, group) in enumerate(cells.groupby("hot_cell_id"), start=1)
    ]
    no_fires = gpd.GeoDataFrame(
        {"seen_at": [], "satellite": [], "confidence": [], "cell_id": []},
        geometry=gpd.GeoSeries([], crs="EPSG:4326"),
    )
    loads = cells.groupby("person_id")["load_min"].sum()
    territories = [
        {
            "person_id": key,
            "township_id": group["township_id"].iloc[0],
            "load_min": loads[key],
            "cell_count": len(group),
            "area_m2": group["area_m2"].sum(),
            "part_count": 1,
            "is_connected": True,
            "inertia_km2": 0.5,
            "base_distance_m": 800.0 if key == "P11" else float("nan"),
        }
        for key, group in cells.groupby("person_id")
    ]
    shapes = gpd.GeoSeries(
        [shapely.union_all(group.geometry.to_numpy()) for _, group in cells.groupby("person_id")],
        crs="EPSG:4326",
    )
    balances = tuple(
        model.Balance(
            township_id=township,
            person_count=2,
            cell_count=len(group),
            load_min=group["load_min"].sum(),
            mean_load_min=group["load_min"].sum() / 2,
            max_load_min=loads[loads.index.str.startswith(f"P{township[-1]}")].max(),
            max_over_mean=1.2,
            bound_max_load_min=group["load_min"].sum() / 2,
            bound=Text("平均分配", "equal shares"),
            gap=0.2,
            method="search",
            inertia_km2=0.5,
            base_distance_m=float("nan"),
        )
        for township, group in cells.groupby("township_id")
    )
    changes = [
        {
            "cell_id": cells["cell_id"].iloc[5],
            "from_person_id": "P12",
            "to_person_id": "P11",
            "reason_zh": "均衡负荷",
            "reason_en": "balance of loads",
        }
    ]
    day = date(2023, 7, 1)
    shifts = [
        {
            "shift_id": f"S{person}{number}{start}",
            "day": day + timedelta(days=number),
            "start_min": start,
            "end_min": start + 120,
            "season_id": "ordinary",
            "territory_id": person,
            "person_id": person,
            "is_stand_in": False,
        }
        for number in range(31)
        for start in (480, 1020)
        for person in people["person_id"]
        if not (person == "P12" and (day + timedelta(days=number)).weekday() == 6)
    ]
    mine = points[points["person_id"] == "P11"]
    visits = [
        {
            "visit_id": f"V{number}",
            "shift_id": "SP110480",
            "day": day,
            "person_id": "P11",
            "point_id": point,
            "window_start_min": 480,
            "window_end_min": 600,
            "service_min": 10.0,
        }
        for number, point in enumerate(mine["point_id"])
    ]
    stops = [
        {
            "route_id": "P11/2023-07-01",
            "person_id": "P11",
            "day": day,
            "order": order,
            "point_id": visit["point_id"],
            "visit_id": visit["visit_id"],
            "arrive_min": 480.0 + 15 * order,
            "leave_min": 490.0 + 15 * order,
            "travel_m": 1250.0,
            "travel_min": 5.0,
        }
        for order, visit in enumerate(visits, start=1)
    ]
    way = [(110.005, 25.01), *zip(mine.geometry.x, mine.geometry.y, strict=True), (110.005, 25.01)]
    routes = gpd.GeoDataFrame(
        _fill(
            columns.ROUTE_COLUMNS,
            [
                {
                    "route_id": "P11/2023-07-01",
                    "person_id": "P11",
                    "day": day,
                    "stop_count": len(stops),
                    "travel_m": 1250.0 * (len(stops) + 1),
                    "travel_min": 5.0 * (len(stops) + 1),
                    "service_min": 10.0 * len(stops),
                    "start_min": 480.0,
                    "end_min": 495.0 + 15 * len(stops),
                    "is_straight_line": False,
                    "is_optimal": True,
                }
            ],
        ),
        geometry=gpd.GeoSeries([shapely.LineString(way)], crs="EPSG:4326"),
    )
    device = {
        "device_id": "C1",
        "name": "山顶摄像头",
        "kind": "camera",
        "height_m": 20.0,
        "bearing_deg": 90.0,
        "field_of_view_deg": 120.0,
        "range_m": 1000.0,
        "seen_m2": 800_000.0,
        "unknown_m2": 50_000.0,
        "has_terrain": True,
    }
    words = ["covered", "partly", "blind", "blind", "unknown"]
    parts: dict[str, Any] = {
        "district": make_district(*town.values()),
        "plan": load_plan("qixing-2023"),
        "settings": make_settings(),
        "people": people,
        "cells": cells,
        "points": points,
        "risk": model.Risk(
            cells=cells.drop(columns="person_id"),
            hot_cells=gpd.GeoDataFrame(
                _fill(columns.HOT_CELL_COLUMNS, hot_rows), geometry=hot.geometry
            ),
            points=points.drop(columns="person_id"),
            fires=no_fires,
            terms=terms,
            notes=(Text("没有风向数据", "no wind data"),),
        ),
        "assignment": model.Assignment(
            owners=cells.set_index("cell_id")["person_id"],
            territories=gpd.GeoDataFrame(
                _fill(columns.TERRITORY_COLUMNS, territories), geometry=shapes
            ),
            balances=balances,
            is_first=False,
            changes=_fill(columns.CHANGE_COLUMNS, changes),
            problems=(),
            notes=(),
            seed=1,
        ),
        "schedule": model.Schedule(
            first_day=day,
            last_day=date(2023, 7, 31),
            shifts=_fill(columns.SHIFT_COLUMNS, shifts),
            visits=_fill(columns.VISIT_COLUMNS, visits),
            unfilled=_fill(
                columns.UNFILLED_COLUMNS,
                [
                    {
                        "day": date(2023, 7, 2),
                        "start_min": 480,
                        "end_min": 600,
                        "season_id": "ordinary",
                        "territory_id": "P12",
                        "reason_zh": "休息日，无人替班",
                        "reason_en": "day off, nobody can stand in",
                    }
                ],
            ),
            notes=(),
        ),
        "routes": model.Routes(
            routes=routes,
            stops=_fill(columns.STOP_COLUMNS, stops),
            unserved=_fill(
                columns.UNSERVED_COLUMNS,
                [
                    {
                        "visit_id": "VX",
                        "point_id": points["point_id"].iloc[-1],
                        "person_id": points["person_id"].iloc[-1],
                        "day": day,
                        "reason_zh": "没有道路可达",
                        "reason_en": "no road leads there",
                    }
                ],
            ),
            notes=(),
        ),
        "sight": model.Sight(
            devices=gpd.GeoDataFrame(
                _fill(columns.DEVICE_COLUMNS, [device]),
                geometry=gpd.GeoSeries([shapely.box(110.02, 25.005, 110.03, 25.015)], crs=4326),
            ),
            coverage=_fill(
                columns.COVERAGE_COLUMNS,
                [
                    {
                        "cell_id": cell,
                        "seen_share": {"covered": 1.0, "partly": 0.4}.get(words[row % 5], 0.0),
                        "unknown_share": 1.0 if words[row % 5] == "unknown" else 0.0,
                        "coverage": words[row % 5],
                        "device_ids": "C1" if words[row % 5] in {"covered", "partly"} else "",
                    }
                    for row, cell in enumerate(cells["cell_id"])
                ],
            ),
            next_cameras=model.NextCameras(
                places=gpd.GeoDataFrame(
                    {
                        "rank": [1],
                        "lon": [110.01],
                        "lat": [25.005],
                        "new_km2": [1.5],
                        "cell_id": [cells["cell_id"].iloc[2]],
                    },
                    geometry=gpd.points_from_xy([110.01], [25.005], crs=4326),
                ),
                covered=1.5,
                bound=1.5,
                gap=0.0,
            ),
            notes=(),
        ),
        "straw": pd.DataFrame(
            {
                "unit": ["朝阳乡", "华侨旅游经济区"],
                "township_id": ["450305200", "450305400"],
                "cropland_km2": [0.5, float("nan")],
                "unknown_km2": [0.1, float("nan")],
                "straw_t": [float("nan"), float("nan")],
            }
        ),
        "inputs": {"roads": "0" * 64},
        "assumptions": (
            model.PatrolAssumption(
                name=Text("每平方千米巡查一次所需分钟", "minutes to patrol a square kilometre"),
                value=Text("60", "60"),
                source=Text("假设", "assumption"),
            ),
        ),
        "gaps": (Text("没有高程数据，未作通视分析", "no elevation: no lines of sight"),),
        "is_demo": False,
        "is_approximate": True,
    }
    return model.Patrol(**(parts | facts))


@pytest.fixture(scope="session")
def patrol_of() -> Callable[..., Patrol]:
    """Give the function that puts a patrol together, with parts replaced."""
    return make_patrol


@pytest.fixture(scope="session")
def town_patrol() -> Patrol:
    """Give the patrol of the small town."""
    return make_patrol()
