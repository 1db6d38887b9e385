"""The page of a warning day as a reader without a network sees it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from qxgeo.district.patrol_entry import default_settings
from qxgeo.maps import write_today_page
from qxgeo.maps.today.pictures import draw_rose, draw_series
from qxgeo.reports.today.workbook import write_today_workbook
from qxgeo.warning import look_at_today
from qxgeo.warning.model import Wind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.district import District, Layer
    from qxgeo.warning import Today

AT = dt.datetime(2023, 12, 28, 18, 20)  # noqa: DTZ001 - local by contract
HOSTILE = "<img src=x onerror=alert(1)>`${7*7}`{{7*7}}</script>"
SECRETS = ("张三丰", "13800001111", "李四光", "13900002222", "000-11", "北厂")


def bulletin(folder: Path, last: str = "2023-12-28 18:00") -> Path:
    """Write four days of two stations, PM2.5 about 160."""
    times = pd.date_range(end=last, periods=96, freq="h")
    wobble = np.arange(96) % 7
    tables = [
        pd.DataFrame(
            {"time": times, "stationcode": code, "pm2_5": 160 + wobble, "pm10": 180 + wobble,
             "so2": 9, "no2": 30 + wobble, "co": 0.8, "o3": 50 + wobble}
        )
        for code in ("S1", "S2")
    ]  # fmt: skip
    file = folder / "hours.csv"
    pd.concat(tables).to_csv(file, index=False)
    return file


@pytest.fixture(scope="module")
def district(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> District:
    shops = [
        {"site_id": "N1", "name": "北厂", "owner": "张三丰", "phone": "13800001111",
         "geometry": shapely.Point(110.015, 25.014)},
        {"site_id": HOSTILE, "name": HOSTILE, "owner": HOSTILE, "phone": HOSTILE,
         "address": HOSTILE, "geometry": shapely.Point(110.0155, 25.018)},
    ]  # fmt: skip
    members = [
        {"name": name, "township": place, "phone": phone, "geometry": shapely.Point(lon, 25.01)}
        for name, place, phone, lon in (
            ("李四光", "七星区街道", "13900002222", 110.01),
            (HOSTILE, "东江街道", "", 110.03),
        )
    ]
    found = district_of(
        *town.values(),
        layer_of("auto_repair", shops),
        layer_of("grid_members", members),
        as_of=date(2023, 12, 28),
    )
    settings = replace(default_settings(), phones={"区城市管理局": "000-11"})
    return replace(found, patrol=settings)


@pytest.fixture(scope="module")
def today(district: District, tmp_path_factory: pytest.TempPathFactory) -> Today:
    from qxgeo.district.people import place_people

    roster = district.layers["grid_members"]
    ids = pd.Series([f"WG{n}" for n in range(len(roster.table))], dtype="string")
    code, _ = place_people(roster, district.layers["townships"], None)
    table = roster.table.assign(person_id=ids, township_id=code, capacity_h=None, is_absent=False)
    layers = {**district.layers, "grid_members": replace(roster, table=table)}
    file = bulletin(tmp_path_factory.mktemp("air"))
    return look_at_today(
        replace(district, layers=layers),
        at=AT, air_files=[file], wind_from_deg=0.0, wind_speed_ms=4.0, warning="yellow",
    )  # fmt: skip


@pytest.fixture(scope="module")
def bad(district: District) -> Today:
    return look_at_today(district, at=AT)


def written(today: Today, folder: Path, **options: Any) -> str:  # noqa: ANN401
    return write_today_page(today, folder, **options).read_text("utf-8")


def test_the_same_day_gives_the_same_bytes(today: Today, tmp_path: Path) -> None:
    assert written(today, tmp_path) == written(today, tmp_path)


def test_a_hostile_name_stays_text(today: Today, tmp_path: Path) -> None:
    page = written(today, tmp_path)
    assert "<img" not in page
    assert "<script" not in page
    assert "onerror=alert(1)&gt;" in page
    assert "default-src &#x27;none&#x27;" not in page
    assert "script-src" not in page  # no script is allowed at all


def test_the_office_page_has_names_and_the_public_one_none(today: Today, tmp_path: Path) -> None:
    office, public = written(today, tmp_path), written(today, tmp_path, is_public=True)
    for secret in SECRETS:
        assert secret in office, secret
        assert secret not in public, secret
    assert "公开版" in public
    assert "N1" in public


def test_what_is_wrong_stands_before_everything_else(bad: Today, tmp_path: Path) -> None:
    page = written(bad, tmp_path)
    alarm = page.index('class="alarm"')
    assert alarm < page.index("<h1>") < page.index("<main>")
    assert "没有空气质量数据" in page[alarm : page.index("<h1>")]
    assert "state unknown" in page
    assert "不划扇区" in page
    for fine in ("优", "良"):
        assert f"</span>{fine}<" not in page  # nothing is judged as fine


def test_the_english_page_has_english_words(today: Today, bad: Today, tmp_path: Path) -> None:
    for one in (today, bad):
        page = written(one, tmp_path, lang="en")
        heads = re.findall(r"<h2>(.*?)</h2>", page)
        assert heads
        assert not [head for head in heads if re.search(r"[\u4e00-\u9fff]", head)]
        assert '<html lang="en">' in page


def test_every_number_stands_with_its_source(today: Today, tmp_path: Path) -> None:
    page = written(today, tmp_path)
    for name, one in today.settings.numbers.items():
        assert one.source.zh[:12] in page, name
    assert "环大气〔2024〕6号" in page


def test_a_series_breaks_where_hours_are_missing() -> None:
    times = pd.date_range("2023-12-27 01:00", periods=6, freq="h")
    table = pd.DataFrame({"time": times, "aqi": [50, 60, np.nan, 70, 80, 90.0], "day_aqi": np.nan})
    svg = draw_series(table, title="x")
    trace = re.search(r'<path d="([^"]*)" class="hour"/>', svg)
    assert trace is not None
    assert trace[1].count("M") == 2
    assert '<path d="" class="day"/>' in svg
    empty = draw_series(table.assign(aqi=np.nan), title="x")
    assert "—" in empty


def test_the_rose_draws_the_sector_only_where_there_is_one() -> None:
    wind = Wind(from_deg=90.0, speed_ms=3.0, half_deg=40.0, stability="B", why=("", ""))  # type: ignore[arg-type]
    assert 'class="sector"' in draw_rose(None, wind, title="x", north="N")
    calm = replace(wind, half_deg=float("nan"))
    assert 'class="sector"' not in draw_rose(None, calm, title="x", north="N")


def test_the_call_list_is_neutralised_and_complete(today: Today, tmp_path: Path) -> None:
    file = tmp_path / "today.xlsx"
    write_today_workbook(today, file, lang="zh")
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["通知单", "目录", "措施", "保持湿润", "上风向场所", "巡查网格"]
    cells = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value
    ]
    assert not [one for one in cells if isinstance(one, str) and one.startswith(("=", "+", "@"))]
    units = {row[0].value for row in book["通知单"].iter_rows()}
    assert {one.unit for one in today.calls} <= units
    first = file.read_bytes()
    write_today_workbook(today, file, lang="zh")
    assert file.read_bytes() == first


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_offline_and_fits(
    today: Today, offline_page: Page, tmp_path: Path, width: int
) -> None:
    write_today_page(today, tmp_path)
    offline_page.set_viewport_size({"width": width, "height": 844})
    offline_page.goto((tmp_path / "today.html").as_uri())
    assert offline_page.evaluate("document.documentElement.scrollWidth") <= width
    assert offline_page.locator(".view .station").count() == 2
    assert offline_page.locator(".view .place").count() == 2
    assert offline_page.locator("img").count() == 0
    assert offline_page.locator(".series").count() == 3  # the city and two stations
    assert offline_page.locator(".state.in_force").first.is_visible()
    assert offline_page.locator("td", has_text=HOSTILE).first.is_visible()


@pytest.mark.browser
def test_the_alarm_is_seen_first_and_red(bad: Today, offline_page: Page, tmp_path: Path) -> None:
    write_today_page(bad, tmp_path)
    offline_page.goto((tmp_path / "today.html").as_uri())
    alarm = offline_page.locator(".alarm")
    box = alarm.bounding_box()
    assert box is not None
    assert box["y"] < 120
    colour = alarm.evaluate("node => getComputedStyle(node).borderTopColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
    assert red > 150
    assert max(green, blue) < 90
