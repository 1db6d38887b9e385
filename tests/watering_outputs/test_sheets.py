"""The drivers' sheets: turn lists, starts and refills, on paper and on the phone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pypdf
import pytest
import shapely

from qxgeo.reports.watering.headings import (
    arriving_deg,
    leaving_deg,
    name_turn,
    name_wind,
    turn_deg,
)
from qxgeo.reports.watering.sheets.register import list_cart_duties
from qxgeo.reports.watering.writing import write_watering_reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.watering.model import WateringPlan

EAST, NORTH = 0.001, 0.001  # about 100 m


def way(*steps: tuple[float, float]) -> np.ndarray:
    return np.array([(110 + east * EAST, 25 + north * NORTH) for east, north in steps])


@pytest.fixture(scope="module")
def folder(small_plan: WateringPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sheets")
    write_watering_reports(small_plan, folder, lang="zh")
    return folder


@pytest.fixture(scope="module")
def text(folder: Path) -> str:
    pages = pypdf.PdfReader(folder / "watering_sheets.pdf").pages
    return "\n".join(page.extract_text() for page in pages)


# ---- turns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "turn"),
    [
        (way((1, 0), (2, 0)), "straight"),
        (way((1, 0), (2, 0.3)), "straight"),
        (way((1, 0), (1, -1)), "right"),
        (way((1, 0), (1, 1)), "left"),
        (way((1, 0), (0, 0.05)), "back"),
        (way((1, 0), (0.2, 1)), "left"),
    ],
)
def test_turns_of_a_cart_that_comes_from_the_west(after: np.ndarray, turn: str) -> None:
    assert name_turn(turn_deg(way((0, 0), (1, 0)), after)) == turn


def test_headings_look_past_a_hook_of_the_drawing() -> None:
    hooked = way((0, 0), (0.02, 0.02), (1, 0.02))  # two metres to the north-east, then east
    assert leaving_deg(hooked) == pytest.approx(90, abs=3)
    assert arriving_deg(hooked) == pytest.approx(90, abs=3)
    assert leaving_deg(hooked[::-1]) == pytest.approx(270, abs=3)


def test_the_eight_winds() -> None:
    assert [name_wind(angle).zh for angle in (0, 44, 91, 180, 269, 337, 338)] == [
        "北", "东北", "东", "南", "西", "西北", "北",
    ]  # fmt: skip


def test_a_turn_list_drawn_by_hand_is_read_as_a_driver_would(small_plan: WateringPlan) -> None:
    first = list_cart_duties(small_plan, lang="zh")[0].tours[0]
    said = [(step.action, step.task, step.road) for step in first.steps]
    # Out of the depot two blocks east and one north, into the first street with water on.
    assert said[0] == ("出发向东", "drive", "自由路")
    assert said[1] == ("右转", "spray", "龙隐路")
    refill = next(step for step in first.steps if step.task == "refill")
    assert refill.road.startswith("示例消火栓，加 1,4")
    assert said[-1] == ("到达", "end", "示例停车场")
    assert [step.number for step in first.steps] == list(range(1, len(said) + 1))


def test_lengths_of_the_steps_are_those_of_the_tour(small_plan: WateringPlan) -> None:
    for duty, tour in zip(
        list_cart_duties(small_plan, lang="en"), small_plan.tours.itertuples(), strict=True
    ):
        steps = duty.tours[0].steps
        for task, length in (("spray", tour.spray_m), ("drive", tour.empty_m)):
            told = [float(step.length.replace(",", "")) for step in steps if step.task == task]
            assert sum(told) == pytest.approx(length, abs=len(told))
        assert steps[-1].after == f"{tour.duration_s / 60:.0f}"


# ---- paper ------------------------------------------------------------------------------------


def test_the_paper_tells_drivers_starts_and_refills(text: str) -> None:
    for words in ("桂C00001", "桂C00002", "驾驶员0甲", "13900000000", "00:00–12:00", "演示数据"):
        assert words in text
    assert "出发时刻：02:00 07:00 09:30 12:00 14:30 17:00 19:30 23:00" in text
    assert re.search(r"加水时刻：示例消火栓 02:\d\d 07:\d\d", text)
    assert "左转" in text
    assert "右转" in text
    assert "2.2.3-c" in text
    assert "〓" not in text


def test_every_cart_has_a_bookmark(folder: Path) -> None:
    marks = pypdf.PdfReader(folder / "watering_sheets.pdf").outline
    assert [mark.title for mark in marks] == ["桂C00001", "桂C00002"]


def test_the_day_is_told_run_by_run(small_plan: WateringPlan) -> None:
    duty = list_cart_duties(small_plan, lang="zh")[0]
    assert duty.runs[0] == ("00:00", "02:00", "等待", "驾驶员0甲")
    assert duty.runs[1][2:] == ("线路 1 作业", "驾驶员0甲")
    assert any(run[2] == "休息" for run in duty.runs)
    assert duty.runs[-1][3] == "驾驶员0乙"


def test_the_map_holds_the_whole_tour(small_plan: WateringPlan) -> None:
    tour = list_cart_duties(small_plan, lang="zh")[1].tours[0]
    legs = small_plan.legs[(small_plan.legs["tour"] == 1) & (small_plan.legs["task"] == "spray")]
    drawn = shapely.union_all([shapely.LineString(one) for one in tour.sprayed])
    assert drawn.length == pytest.approx(shapely.union_all(legs.geometry.to_numpy()).length)
    assert len(tour.pins) == sum(step.task in {"spray", "refill"} for step in tour.steps)


def test_public_reports_hold_no_sheets(small_plan: WateringPlan, tmp_path: Path) -> None:
    paths = write_watering_reports(small_plan, tmp_path, lang="zh", is_public=True)
    names = {path.name for path in paths}
    assert names == {
        "watering.xlsx", "watering.json", "桂C00001.gpx", "桂C00001.kml", "桂C00002.gpx",
        "桂C00002.kml",
    }  # fmt: skip
    for path in paths:
        assert "驾驶员0".encode() not in path.read_bytes()


def test_the_same_plan_gives_the_same_sheets(
    small_plan: WateringPlan, folder: Path, tmp_path: Path
) -> None:
    again = write_watering_reports(small_plan, tmp_path, lang="zh")
    for path in again:
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes()


def test_nobody_to_drive_still_gives_a_paper(empty_plan: WateringPlan, tmp_path: Path) -> None:
    write_watering_reports(empty_plan, tmp_path, lang="zh")
    pages = pypdf.PdfReader(tmp_path / "watering_sheets.pdf").pages
    assert "没有车辆" in pages[0].extract_text()
    assert not (tmp_path / "watering").exists()


# ---- phone ------------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_phone_page_fits_and_tells_the_same_steps(
    folder: Path, small_plan: WateringPlan, offline_page: Page
) -> None:
    offline_page.set_viewport_size({"width": 390, "height": 844})
    offline_page.goto((folder / "watering" / "桂C00001.html").as_uri())
    assert offline_page.evaluate("document.documentElement.scrollWidth") <= 390
    steps = list_cart_duties(small_plan, lang="zh")[0].tours[0].steps
    assert offline_page.locator(".step").count() == len(steps)
    assert offline_page.locator(".step.spray").count() == sum(s.task == "spray" for s in steps)
    assert offline_page.locator("svg.map").count() == 1
    assert offline_page.locator("a[href='tel:13900000000']").count() == 1
    assert offline_page.locator("img").count() == 0
    assert "02:00" in offline_page.locator(".starts").inner_text()
    background = "getComputedStyle(document.querySelector('.step.spray')).backgroundColor"
    assert offline_page.evaluate(background) == "rgb(231, 241, 248)"  # its style was allowed


def test_the_sheets_of_a_cart_that_stays_in(
    planner: Callable[..., WateringPlan], tmp_path: Path
) -> None:
    plan = planner(2, 3, never=0, dry=0)  # two streets, three carts
    write_watering_reports(plan, tmp_path, lang="en")
    page = (tmp_path / "watering" / "桂C00003.html").read_text("utf-8")
    assert "This cart stays in today." in page
    assert not (tmp_path / "watering" / "桂C00003.gpx").exists()


def test_what_nobody_said_of_a_cart_is_said_to_be_missing(
    small_plan: WateringPlan, tmp_path: Path
) -> None:
    fleet = small_plan.fleet
    shifts = fleet.shifts.assign(driver="", phone="")
    nobody = shifts[shifts["cart_id"] == "桂C00001"].iloc[:0]
    rest = shifts[shifts["cart_id"] == "桂C00002"]
    carts = fleet.carts.assign(company="")
    plan = replace(small_plan, fleet=replace(fleet, carts=carts, shifts=pd.concat([nobody, rest])))
    first, second = list_cart_duties(plan, lang="zh")
    assert first.drivers == ()
    assert {row[:2] for row in second.drivers} == {("未提供", "未提供")}
    assert dict(first.facts)["单位"] == "未提供"
    write_watering_reports(plan, tmp_path, lang="zh")
    page = (tmp_path / "watering" / "桂C00001.html").read_text("utf-8")
    assert "tel:" not in page
    assert "未提供" in page
