"""The watering workbook read back, beside the plan it was written from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from qxgeo.reports.watering.workbook import write_watering_workbook
from qxgeo.vocabulary import DEMO_BANNER
from qxgeo.watering.sums import sum_carts

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from qxgeo.watering.model import WateringPlan

SHEETS = [
    "说明", "目录", "车辆", "乡镇街道", "单位", "路段", "干燥时段", "班次", "加水", "蒸发", "问题",
    "假设",
]  # fmt: skip


def write(plan: WateringPlan, folder: Path, *, lang: str = "zh") -> openpyxl.Workbook:
    path = folder / "watering.xlsx"
    write_watering_workbook(plan, path, lang=lang)
    return openpyxl.load_workbook(path)


def read_table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Read the rows below the frozen header."""
    header = int(sheet.freeze_panes[1:]) - 1
    table = list(sheet.iter_rows(min_row=header, values_only=True))
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


@pytest.fixture(scope="module")
def book(small_plan: WateringPlan, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    return write(small_plan, tmp_path_factory.mktemp("book"))


def test_sheets_stand_in_the_order_of_use_under_the_banner(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book:
        top = [sheet.cell(row, 1).value for row in range(1, 6)]
        assert DEMO_BANNER.zh in top


def test_the_verdict_bound_and_gap_are_on_the_first_sheet(book: openpyxl.Workbook) -> None:
    told = {row["事项"]: row["内容"] for row in read_table(book["说明"])}
    assert told["结论"] == "现有车辆不能使全部路段 24 小时湿润"
    assert told["出动车辆"] == "2"
    assert told["可证最少车辆"] == "1"
    assert told["差距"] == "8.00%"
    assert told["还需同类车辆"] == "1"
    assert told["参数 seed"] == "0"
    assert told["无车到达"].startswith("1 段，0.2")


def test_carts_companies_and_townships_have_one_total(
    book: openpyxl.Workbook, small_plan: WateringPlan
) -> None:
    sums = sum_carts(small_plan)
    for name, key in (("车辆", "车辆"), ("单位", "单位"), ("乡镇街道", "属地")):
        *rows, total = read_table(book[name])
        assert total[key] == "合计"
        for column in (
            "洒水里程（km）",
            "空驶里程（km）",
            "用水（L）",
            "作业时间（h）",
            "费用（元）",
        ):
            assert sum(row[column] for row in rows) == pytest.approx(total[column])
        assert total["洒水里程（km）"] == pytest.approx(sums["spray_m"].sum() / 1000)
        assert total["费用（元）"] == pytest.approx(sums["cost"].sum())
    town = read_table(book["乡镇街道"])[-1]
    assert town["须湿润（km）"] == pytest.approx(small_plan.sections["length_m"].sum() / 1000)
    assert town["湿润比例"] == pytest.approx(small_plan.diagnosis.wet_share)


def test_sections_that_do_not_stay_wet_come_first_with_the_reason(
    book: openpyxl.Workbook,
) -> None:
    rows = read_table(book["路段"])
    assert len(rows) == 24
    assert [row["状态"] for row in rows[:4]] == ["无车到达", "有时干燥", "有时干燥", "全天湿润"]
    assert rows[0]["原因"] == "没有道路可以到达（单行道断开）"
    assert rows[3]["最长间隔（时限=1）"] == pytest.approx(0.93)


def test_runs_and_refills_tell_when(book: openpyxl.Workbook, small_plan: WateringPlan) -> None:
    runs = read_table(book["班次"])
    assert len(runs) == len(small_plan.runs)
    first = next(row for row in runs if row["内容"] == "作业")
    assert first["起"] == "02:00"
    assert {row["内容"] for row in runs} == {"作业", "等待", "休息"}
    refills = read_table(book["加水"])
    assert len(refills) == 16
    assert refills[0]["加水点"] == "示例消火栓"
    dry = read_table(book["干燥时段"])
    assert [(row["起"], row["止"], row["分钟"]) for row in dry] == [("11:00", "17:00", 360)] * 2


def test_text_that_begins_a_formula_is_neutralised_and_no_driver_is_named(
    book: openpyxl.Workbook,
) -> None:
    texts = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value
    ]
    assert "'=1+1 公司" in texts
    assert "'=示例路" in texts
    assert not any(str(text).startswith(("=", "+")) for text in texts)
    assert not any("驾驶员0" in str(text) for text in texts)


def test_rain_and_hours_of_drying_are_listed(rainy_plan: WateringPlan, tmp_path: Path) -> None:
    rows = read_table(write(rainy_plan, tmp_path)["蒸发"])
    assert [row["湿润时限（小时）"] for row in rows[7:13]] == [6, 3, 3, 3, None, None]
    assert rows[11]["降雨、冰冻"] == "降雨，路面自湿"


def test_an_empty_plan_and_english_words(empty_plan: WateringPlan, tmp_path: Path) -> None:
    book = write(empty_plan, tmp_path, lang="en")
    told = {row["Subject"]: row["Text"] for row in read_table(book["Read me"])}
    assert told["Verdict"] == "nothing is to be kept wet"
    assert told["Gap"] == "—"
    assert book["Sections"].cell(int(book["Sections"].freeze_panes[1:]), 1).value == "(none)"


def test_two_thousand_sections_are_written(full_plan: WateringPlan, tmp_path: Path) -> None:
    book = write(full_plan, tmp_path)
    assert len(read_table(book["路段"])) == 2_000
    assert len(read_table(book["车辆"])) == 61


def test_the_same_plan_gives_the_same_bytes(small_plan: WateringPlan, tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(small_plan, tmp_path / name)
        files.append((tmp_path / name / "watering.xlsx").read_bytes())
    assert files[0] == files[1]
