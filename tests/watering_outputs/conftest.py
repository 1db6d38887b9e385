"""Watering plans drawn by hand: a grid of streets beside a station, carts that go round it.

Streets run every 200 m east and north of a corner in the embedded district. Every cart has one
closed tour: out of the depot, along its streets with water on, to the hydrant in the middle, along
the rest, home. Nothing here is planned; starts of laps are written down.
"""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from qxgeo.district import load_district
from qxgeo.district.watering_settings import CartsFile
from qxgeo.errors import Text
from qxgeo.plan import load_plan
from qxgeo.rules import Assumption
from qxgeo.watering.columns import DRY_COLUMNS, LEG_COLUMNS, RUN_COLUMNS, TOUR_COLUMNS
from qxgeo.watering.model import Diagnosis, DryingDay, Fleet, FleetBound, WateringPlan
from qxgeo.watering.planning import plan_watering

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import Layer

LON, LAT = 110.300, 25.268
STEP_LON, STEP_LAT = 200 / 100_760, 200 / 110_780  # about 200 m
GEOD = Geod(ellps="WGS84")
HOSTILE = "</script><img src=x onerror=alert(1)>`${7*7}`"
SPRAY_KMH, DRIVE_KMH, LITRES_PER_M, TANK_L, REFILL_S = 12.0, 30.0, 1.2, 8_000.0, 600.0
NIGHT_H, DAY_H = 6.0, 3.0
NAMES = ("龙隐路", HOSTILE, "=示例路", "建干路")


def node(column: int, row: int) -> tuple[float, float]:
    return LON + column * STEP_LON, LAT + row * STEP_LAT


def length_of(line: shapely.LineString) -> float:
    return abs(GEOD.geometry_length(line))


def draw_section(number: int, columns: int) -> shapely.LineString:
    """Draw one street between two corners of the grid, row after row, with a bend in it."""
    row, column = divmod(number, columns)
    (west, south), (east, _) = node(column, row), node(column + 1, row)
    middle = ((west + east) / 2, south + STEP_LAT / 12)
    return shapely.LineString([(west, south), middle, (east, south)])


def make_drying(rain: tuple[int, ...] = ()) -> DryingDay:
    hours = np.where((np.arange(24) >= 8) & (np.arange(24) < 20), DAY_H, NIGHT_H)
    is_rain = np.isin(np.arange(24), rain)
    return DryingDay(
        interval_h=np.where(is_rain, np.inf, hours),
        is_rain=is_rain,
        weather="mild",
        title=Text("多云、气温 15–25°C", "cloudy, 15-25 °C"),
        source=Text("示例表（测试用）", "a table of the tests"),
    )


def make_sections(
    count: int, columns: int, *, never: int, dry: int, names: tuple[str, ...]
) -> gpd.GeoDataFrame:
    lines = [draw_section(number, columns) for number in range(count)]
    lengths = [length_of(one) for one in lines]
    states = [
        "never" if n < never else "dry_at_times" if n < never + dry else "kept"
        for n in range(count)
    ]
    why = {
        "kept": ("", ""),
        "dry_at_times": ("车辆不足：中午间隔超过蒸发时限", "too few carts at midday"),
        "never": ("没有道路可以到达（单行道断开）", "no way leads there (one-way streets end)"),
    }
    rows = {
        "section_id": [f"R{n:04d}" for n in range(count)],
        "road_name": [names[(n // columns) % len(names)] for n in range(count)],
        "road_class": ["secondary"] * count,
        "township_id": ["450305001" if n % 2 else "450305002" for n in range(count)],
        "township_name": ["七星区街道" if n % 2 else "东江街道" for n in range(count)],
        "rule_ids": ["2.2.3-b, 2.2.3-c" if n % 3 == 0 else "2.2.3-c" for n in range(count)],
        "from_m": [0.0] * count,
        "to_m": lengths,
        "length_m": lengths,
        "width_m": [7.0] * count,
        "passes": [2 if n == count - 1 else 1 for n in range(count)],
        "directions": ["both" if n == count - 1 else "either" for n in range(count)],
        "litres": [one * LITRES_PER_M for one in lengths],
        "interval_factor": [1.25 if n % 5 == 0 else 1.0 for n in range(count)],
        "is_long_for_tank": [False] * count,
        "state": states,
        "wet_share": [{"never": 0.0, "dry_at_times": 0.75, "kept": 1.0}[one] for one in states],
        "wettings": [0 if one == "never" else 7 for one in states],
        "longest_gap": [
            math.nan if one == "never" else 1.4 if one == "dry_at_times" else 0.93 for one in states
        ],
        "why_zh": [why[one][0] for one in states],
        "why_en": [why[one][1] for one in states],
    }
    return gpd.GeoDataFrame(rows, geometry=lines, crs="EPSG:4326")


def make_fleet(carts: int, *, is_demo: bool, name: str) -> Fleet:
    ids = [f"桂C{n:05d}" for n in range(1, carts + 1)]
    table = pd.DataFrame(
        {
            "cart_id": ids,
            "company": [name if n % 2 else "示例环卫公司" for n in range(carts)],
            "kind": [0] * carts,
            "tank_l": [TANK_L] * carts,
            "spray_l_per_m": [LITRES_PER_M] * carts,
            "spray_width_m": [3.5] * carts,
            "spray_speed_kmh": [SPRAY_KMH] * carts,
            "drive_speed_kmh": [DRIVE_KMH] * carts,
            "depot": ["D1"] * carts,
            "cost_per_h": [80.0] * carts,
            "cost_per_km": [2.5 if n % 2 == 0 else math.nan for n in range(carts)],
        }
    )
    sites = gpd.GeoDataFrame(
        {
            "site_id": ["D1", "H1"],
            "name": ["示例停车场", "示例消火栓"],
            "is_depot": [True, False],
            "flow_l_per_min": [math.nan, 800.0],
            "opens_s": [0.0, 0.0],
            "closes_s": [86_400.0, 86_400.0],
            "snap_m": [4.0, 6.5],
        },
        geometry=[shapely.Point(node(-1, -1)), shapely.Point(node(2, -1))],
        crs="EPSG:4326",
    )
    shifts = pd.DataFrame(
        [
            {
                "cart_id": cart, "driver": f"驾驶员{n}{part}", "phone": f"139000{n:04d}{k}",
                "start_s": 43_200.0 * k, "end_s": 43_200.0 * (k + 1), "break_s": 1_800.0,
            }
            for n, cart in enumerate(ids)
            for k, part in enumerate("甲乙")
        ],
        columns=["cart_id", "driver", "phone", "start_s", "end_s", "break_s"],
    )  # fmt: skip
    return Fleet(carts=table, sites=sites, shifts=shifts, is_demo=is_demo, source="测试车辆表")


def walk_tour(tour: int, sections: gpd.GeoDataFrame, own: list[int]) -> list[dict[str, Any]]:
    """Go round: out, half of the streets, the hydrant, the other half, home."""
    legs: list[dict[str, Any]] = []
    clock, tank = 0.0, TANK_L
    at = node(-1, -1)

    def add(task: str, line: shapely.Geometry, **more: object) -> None:
        nonlocal clock, tank
        length = length_of(line) if task != "refill" else 0.0
        speed = SPRAY_KMH if task == "spray" else DRIVE_KMH
        seconds = REFILL_S if task == "refill" else length / speed * 3.6
        litres = (
            length * LITRES_PER_M if task == "spray" else TANK_L - tank if task == "refill" else 0.0
        )
        tank = TANK_L if task == "refill" else tank - litres
        legs.append(
            {
                "tour": tour,
                "leg": len(legs),
                "task": task,
                "offset_s": clock,
                "duration_s": seconds,
                "section": -1,
                "road_name": "",
                "is_forward": True,
                "length_m": length,
                "litres": litres,
                "tank_l": tank,
                "site_id": "",
                "geometry": line,
                **more,
            }
        )
        clock += seconds

    def drive(to: tuple[float, float], name: str = "自由路") -> None:
        nonlocal at
        if to != at:
            corner = (to[0], at[1])
            path = [at, corner, to] if corner not in (at, to) else [at, to]
            add("drive", shapely.LineString(path), road_name=name)
            at = to

    for turn, section in enumerate(own):
        if turn == (len(own) + 1) // 2:
            drive(node(2, -1))
            add("refill", shapely.Point(at), site_id="H1")
        line = sections.geometry.iloc[section]
        passes = 2 if sections["directions"].iloc[section] == "both" else 1
        for number in range(passes):
            is_forward = (turn + number) % 2 == 0
            way = line if is_forward else line.reverse()
            drive(way.coords[0])
            add("spray", way, section=section, is_forward=is_forward,
                road_name=sections["road_name"].iloc[section])  # fmt: skip
            at = way.coords[-1]
    drive(node(-1, -1))
    return legs


def run_laps(
    cart: str, number: int, duration_s: float, starts: tuple[float, ...], tour: int
) -> list[dict[str, Any]]:
    """Write a cart's day: laps, a break of half an hour after the second one, waits between."""
    rows: list[dict[str, Any]] = []
    clock = 0.0

    def driver_at(at_s: float) -> str:
        return f"驾驶员{number}{'甲乙'[int(at_s >= 43_200)]}"

    for lap, start_s in enumerate(starts):
        if lap == 2 and start_s - clock > 1_800:
            rows.append({"cart_id": cart, "driver": driver_at(clock), "task": "break", "tour": -1,
                         "start_s": clock, "end_s": clock + 1_800.0})  # fmt: skip
            clock += 1_800.0
        if start_s > clock:
            rows.append({"cart_id": cart, "driver": driver_at(clock), "task": "wait", "tour": -1,
                         "start_s": clock, "end_s": start_s})  # fmt: skip
        clock = start_s + duration_s
        rows.append({"cart_id": cart, "driver": driver_at(start_s), "task": "tour", "tour": tour,
                     "start_s": start_s, "end_s": clock})  # fmt: skip
    return rows


STARTS = tuple(h * 3600.0 for h in (2, 7, 9.5, 12, 14.5, 17, 19.5, 23))


@cache
def load_place() -> tuple[Any, Any]:
    district = load_district(None)
    return district, load_plan(district.plan)


def make_plan(  # noqa: PLR0913 - every knob of a scene
    count: int = 24,
    carts: int = 2,
    *,
    columns: int = 6,
    never: int = 1,
    dry: int = 2,
    rain: tuple[int, ...] = (),
    names: tuple[str, ...] = NAMES,
    is_demo: bool = True,
    company: str = "=1+1 公司",
) -> WateringPlan:
    sections = make_sections(count, columns, never=never, dry=dry, names=names)
    fleet = make_fleet(carts, is_demo=is_demo, name=company)
    served = list(range(never, count))
    legs: list[dict[str, Any]] = []
    tours: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    size = -(-len(served) // carts) if carts else 0
    for number, cart in enumerate(fleet.carts["cart_id"]):
        own = served[number * size : (number + 1) * size]
        if not own:
            continue
        walked = walk_tour(number, sections, own)
        table = pd.DataFrame(walked)
        amount = table.groupby("task")[["length_m", "litres"]].sum()
        duration = float((table["offset_s"] + table["duration_s"]).iloc[-1])
        starts = (
            STARTS
            if duration < 9_000
            else tuple(k * (duration + 600) for k in range(int(86_000 // (duration + 600))))
        )
        legs += walked
        tours.append(
            {
                "tour": number,
                "kind": 0,
                "is_transfer": False,
                "start_site": "D1",
                "end_site": "D1",
                "duration_s": duration,
                "spray_m": amount.loc["spray", "length_m"],
                "empty_m": amount["length_m"].get("drive", 0.0),
                "litres": amount.loc["spray", "litres"],
                "refills": int((table["task"] == "refill").sum()),
                "laps": len(starts),
            }
        )
        runs += run_laps(cart, number, duration, starts, number)
    return _assemble(fleet, sections, tours, legs, runs, rain=rain)


def _assemble(
    fleet: Fleet,
    sections: gpd.GeoDataFrame,
    tours: list[dict[str, Any]],
    legs: list[dict[str, Any]],
    runs: list[dict[str, Any]],
    *,
    rain: tuple[int, ...],
) -> WateringPlan:
    district, plan = load_place()
    leg_table = pd.DataFrame(legs, columns=[*LEG_COLUMNS, "geometry"])
    dry = np.flatnonzero(sections["state"] == "dry_at_times")
    return WateringPlan(
        district=district,
        plan=plan,
        settings=cast("Any", None),
        fleet=fleet,
        drying=make_drying(rain),
        day=date(2023, 6, 30),
        sections=sections,
        tours=pd.DataFrame(tours, columns=[*TOUR_COLUMNS]),
        legs=gpd.GeoDataFrame(leg_table, geometry="geometry", crs="EPSG:4326"),
        runs=pd.DataFrame(runs, columns=[*RUN_COLUMNS]),
        dry_spells=pd.DataFrame(
            [{"section": int(n), "from_s": 39_600.0, "to_s": 61_200.0} for n in dry],
            columns=[*DRY_COLUMNS],
        ),
        bound=_bound(runs),
        diagnosis=_diagnosis(sections),
        problems=(
            Text("消火栓 H2 流量为 0，已略去；请填写实际流量", "hydrant H2 has no flow: left out"),
        ),
        assumptions=(
            Assumption(
                assumption_id="drying",
                rule_ids=("2.2.3-b", "2.2.3-c"),
                text=Text("湿润保持时间取自蒸发参数表", "how long a road stays wet: the table"),
                source=Text("蒸发参数表", "table of drying"),
            ),
        ),
        parameters={"seed": 0, "iterations": 2_000, "weather": "mild"},
        is_demo=fleet.is_demo,
        is_approximate=True,
    )


def _bound(runs: list[dict[str, Any]]) -> FleetBound:
    work_h = sum(one["end_s"] - one["start_s"] for one in runs if one["tour"] >= 0) / 3600
    return FleetBound(
        carts=len({one["cart_id"] for one in runs}),
        carts_bound=min(len(runs), 1),
        work_h=work_h,
        work_bound_h=work_h / 1.08,
        gap=0.08 if runs else math.nan,
        how=Text("每日须洒水里程除以洒水车速", "metres to be sprayed over the spraying speed"),
    )


def _diagnosis(sections: gpd.GeoDataFrame) -> Diagnosis:
    if bool((sections["state"] == "kept").all()):
        return Diagnosis(is_kept=True, wet_share=1.0, carts_more=0, first_sections=(), reasons=())
    lengths = sections["length_m"]
    return Diagnosis(
        is_kept=False,
        wet_share=float((sections["wet_share"] * lengths).sum() / lengths.sum()),
        carts_more=1,
        first_sections=tuple(range(min(5, len(sections)))),
        reasons=(
            Text("有 1 段道路没有车辆可以到达", "no cart can reach 1 section"),
            Text("中午蒸发快，两辆车来不及", "drying is fast at midday: two carts are too few"),
        ),
    )


@pytest.fixture(scope="session")
def planner() -> Callable[..., WateringPlan]:
    return cache(make_plan)


@pytest.fixture(scope="session")
def small_plan(planner: Callable[..., WateringPlan]) -> WateringPlan:
    """Two carts, 24 streets: one never reached, two dry at times, one with two carriageways."""
    return planner()


@pytest.fixture(scope="session")
def kept_plan(planner: Callable[..., WateringPlan]) -> WateringPlan:
    return planner(12, 1, never=0, dry=0, is_demo=False)


@pytest.fixture(scope="session")
def empty_plan(planner: Callable[..., WateringPlan]) -> WateringPlan:
    """Nothing to keep wet, nobody to do it."""
    return planner(0, 0, never=0, dry=0)


@pytest.fixture(scope="session")
def full_plan(planner: Callable[..., WateringPlan]) -> WateringPlan:
    """2,000 sections, 60 carts, long names."""
    names = tuple(f"{'很长的道路名称' * 5}{n}号" for n in range(40))
    return planner(
        2_000, 60, columns=50, never=7, dry=30, names=names, company="某某" * 30 + "公司"
    )


@pytest.fixture(scope="session")
def rainy_plan(planner: Callable[..., WateringPlan]) -> WateringPlan:
    """Rain from 11 to 13 o'clock."""
    return planner(rain=(11, 12))


# ---- a small town that is planned in earnest ----------------------------------------------------

SHEETS = {
    "车辆": [
        ("车辆编号", "单位", "罐容（m³）", "洒水量（L/m²）", "洒水宽度（米）", "作业速度（km/h）",
         "行驶速度（km/h）", "停车场"),
        ("桂C1", "甲公司", 10, 0.5, 12, 12, 30, "P1"),
        ("桂C2", "乙公司", 10, 0.5, 12, 12, 30, "P1"),
    ],
    "停车场": [("编号", "名称", "经度", "纬度"), ("P1", "西场", 110.005, 25.01)],
    "加水点": [
        ("编号", "名称", "流量（L/min）", "经度", "纬度"),
        ("J1", "站前", 1000, 110.012, 25.01),
    ],
    "班次": [
        ("车辆编号", "驾驶员", "电话", "上班", "下班", "休息分钟"),
        *((cart, f"{cart}{name}", "13900001111", start, end, 0)
          for cart in ("桂C1", "桂C2")
          for name, start, end in (("早", "00:00", "08:00"), ("中", "08:00", "16:00"),
                                   ("晚", "16:00", "24:00"))),
    ],
}  # fmt: skip


def _write_carts(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "carts.xlsx"
    book.save(path)
    return path


@pytest.fixture(scope="session")
def write_carts() -> Callable[[Path], Path]:
    """Give the function that writes a workbook of two carts into a folder."""
    return _write_carts


@pytest.fixture(scope="session")
def town_plan(
    town: dict[str, Layer],
    folder_of: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> WateringPlan:
    """Plan the small town with two carts, as the command does."""
    folder = tmp_path_factory.mktemp("planned")
    carts = CartsFile(
        path=_write_carts(folder), datum="wgs84", source="carts.xlsx", as_of=None, is_demo=False
    )
    district = load_district(folder_of(folder, *town.values()))
    return plan_watering(district, carts=carts, seed=1, iterations=50)
