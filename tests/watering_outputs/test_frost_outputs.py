"""What the map, the workbook and the record say of hours in which nothing is sprayed."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest

from qxgeo.maps import write_watering_map
from qxgeo.maps.watering.panels import tell_verdict
from qxgeo.reports.watering.duties import read_duties
from qxgeo.reports.watering.record import write_watering_record
from qxgeo.reports.watering.workbook import write_watering_workbook
from qxgeo.watering.wetness import WetClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.watering.model import WateringPlan

FROST = (0, 1, 2, 22, 23)


@pytest.fixture(scope="module")
def plan(planner: Callable[..., WateringPlan]) -> WateringPlan:
    made = planner(rain=(11,))
    is_frost = np.isin(np.arange(24), FROST)
    hours = np.where(is_frost, np.inf, made.drying.interval_h)
    return replace(made, drying=replace(made.drying, is_frost=is_frost, interval_h=hours))


@pytest.mark.browser
@pytest.mark.usefixtures("map_assets")
def test_the_map_calls_hours_of_frost_neither_wet_nor_dry(
    plan: WateringPlan, offline_page: Page, tmp_path: Path
) -> None:
    file = write_watering_map(plan, tmp_path, cache_folder=tmp_path / "cache")
    offline_page.goto(file.as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    pairs = [[row, 613.7 * step] for row in range(len(plan.sections)) for step in range(140)]
    told = offline_page.evaluate(
        "(pairs) => pairs.map(([row, at]) => String(QX.usedShare(row, at)))", pairs
    )
    clock = WetClock(plan)
    frozen = 0
    for pair, one in zip(pairs, told, strict=True):
        share = clock.used_share(*pair)
        if int(pair[1] // 3600) in FROST:
            frozen += 1
            assert one == "NaN"
            assert math.isnan(share)
        else:
            found = math.inf if one == "Infinity" else float(one)
            assert found == pytest.approx(share, abs=1e-5), pair
    assert frozen > 500
    offline_page.evaluate("QX.setTime(60)")
    now = offline_page.inner_text(".qx-now")
    assert "冰冻，不得洒水" in now
    assert "湿润" not in now
    assert "干燥" not in now
    offline_page.evaluate("QX.setTime(720)")
    assert "湿润" in offline_page.inner_text(".qx-now")
    assert offline_page.locator(".qx-profile rect").count() == 1 + 1 + len(FROST)
    assert "冰冻，不得洒水" in offline_page.inner_text(".qx-panel")


@pytest.mark.browser
@pytest.mark.usefixtures("map_assets")
def test_a_map_of_a_day_without_frost_does_not_speak_of_it(
    planner: Callable[..., WateringPlan], offline_page: Page, tmp_path: Path
) -> None:
    file = write_watering_map(planner(), tmp_path, cache_folder=tmp_path / "cache")
    offline_page.goto(file.as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    assert "冰冻" not in offline_page.inner_text("body")


def test_the_verdict_names_the_hours(plan: WateringPlan) -> None:
    kept = replace(plan, diagnosis=replace(plan.diagnosis, is_kept=True, carts_more=0))
    lines = tell_verdict(kept, lang="zh")
    assert "冰冻以外的 19 小时" in lines[0]
    assert "00:00–03:00、22:00–24:00" in lines[1]
    every = replace(plan.drying, is_frost=np.ones(24, dtype=bool))
    empty = replace(plan, drying=every, sections=plan.sections.iloc[:0])
    (line,) = tell_verdict(empty, lang="en")
    assert "frost all day" in line


def test_the_record_is_read_back_with_its_frost(plan: WateringPlan, tmp_path: Path) -> None:
    path = tmp_path / "watering.json"
    write_watering_record(plan, path)
    assert np.flatnonzero(read_duties(path).is_frost).tolist() == list(FROST)
    record = json.loads(path.read_text("utf-8"))
    del record["drying"]["is_frost"]  # as records were before
    path.write_text(json.dumps(record), encoding="utf-8")
    assert not read_duties(path).is_frost.any()


def test_the_workbook_marks_the_hours(plan: WateringPlan, tmp_path: Path) -> None:
    path = tmp_path / "watering.xlsx"
    write_watering_workbook(plan, path, lang="zh")
    sheet = openpyxl.load_workbook(path)["蒸发"]
    marked = [
        row[0] for row in sheet.iter_rows(values_only=True) if "冰冻，不得洒水" in map(str, row)
    ]
    assert marked == [f"{hour:02d}:00–{hour + 1:02d}:00" for hour in FROST]


def test_the_workbook_of_a_day_of_frost_does_not_call_it_wet(
    plan: WateringPlan, planner: Callable[..., WateringPlan], tmp_path: Path
) -> None:
    empty = planner(0, 0, never=0, dry=0)
    every = replace(plan.drying, is_frost=np.ones(24, dtype=bool))
    path = tmp_path / "watering.xlsx"
    write_watering_workbook(replace(empty, drying=every), path, lang="zh")
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    cells = [str(cell) for row in rows for cell in row]
    assert "全天冰冻，不得洒水" in cells
    assert not any("24 小时湿润" in one or one == "100.00%" for one in cells)
