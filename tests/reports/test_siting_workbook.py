"""The workbook of verdicts read back, beside the tables it was written from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import shapely

from qxgeo.reports.colours import SITE_COLOURS, SITE_SIGNS, SITE_TINTS
from qxgeo.reports.neutral import neutralise
from qxgeo.reports.siting.workbook import write_verdicts_workbook
from qxgeo.siting.applications import judge_applications, read_applications
from qxgeo.vocabulary import NOT_LEGAL_BOUNDARY, SITE_VERDICT_LABELS, SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from qxgeo.district import District, Layer
    from qxgeo.patrol.model import Patrol
    from qxgeo.siting.applications import Verdicts

SHEETS = ["汇总", "目录", "结论", "逐条", "未判定", "条款", "假设", "说明"]
LIST = """编号,名称,场所类别,申请类型,经度,纬度,燃料,设置,位置误差
B1,@店一,汽修,拟新增,110.016,25.011,,,
B2,店二,汽修,现有,110.016,25.011,,,5
B3,"长名字，带逗号的餐馆",餐饮,拟新增,110.0301,25.0121,电,独立,
B4,店四,餐饮,拟新增,110.032,25.015,蜂窝煤,露天,
B5,店五,汽修,拟新增,110.06,25.01,,,
B6,店六,汽修,拟新增,,,,,
"""


@pytest.fixture(scope="module")
def verdicts(
    town_patrol: Patrol,
    layer_of: Callable[..., Layer],
    district_of: Callable[..., District],
    tmp_path_factory: pytest.TempPathFactory,
) -> Verdicts:
    """Judge six applications of two kinds, one of them wrong."""
    house = shapely.box(110.030, 25.012, 110.0303, 25.0122)
    zone = shapely.box(110, 25, 110.02, 25.02)
    district = district_of(
        *town_patrol.district.layers.values(),  # the small town of all rooms
        layer_of("residential_buildings", [{"name": "居民楼", "geometry": house}]),
        layer_of("no_fuel_zone", [{"zone_id": "J", "geometry": zone}]),
    )
    path = tmp_path_factory.mktemp("list") / "申请.csv"
    path.write_text(LIST, encoding="utf-8")
    return judge_applications(district, read_applications(path, district, datum="wgs84"))


def write(verdicts: Verdicts, folder: Path, **facts: Any) -> openpyxl.Workbook:  # noqa: ANN401
    path = folder / "verdicts.xlsx"
    write_verdicts_workbook(verdicts, path, **({"lang": "zh"} | facts))
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def book(verdicts: Verdicts, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    return write(verdicts, tmp_path_factory.mktemp("book"))


def header_of(sheet: Worksheet) -> int:
    return int(sheet.freeze_panes[1:]) - 1


def read_table(sheet: Worksheet) -> list[dict[str, Any]]:
    table = list(sheet.iter_rows(min_row=header_of(sheet), values_only=True))
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def test_sheets_stand_in_the_order_of_reading(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == SHEETS


def test_every_sheet_prints_on_a4_lying_with_its_header_and_warnings(
    book: openpyxl.Workbook,
) -> None:
    for sheet in book:
        header = header_of(sheet)
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == f"$1:${header}"
        assert NOT_LEGAL_BOUNDARY.zh in [sheet.cell(row, 1).value for row in range(1, header)]
        if sheet.title != "目录":
            assert sheet.auto_filter.ref.startswith(f"A{header}:")


def test_each_verdict_has_its_sign_tint_and_edge(
    verdicts: Verdicts, book: openpyxl.Workbook
) -> None:
    sheet = book["结论"]
    header = header_of(sheet)
    column = [cell.value for cell in sheet[header]].index("结论") + 1
    words = [word for one in verdicts.checks for word in one.places["summary"]]
    assert len(set(words)) >= 4
    for row, word in enumerate(words, start=header + 1):
        cell, verdict = sheet.cell(row, column), SiteVerdict(word)
        assert cell.value == f"{SITE_SIGNS[verdict]} {SITE_VERDICT_LABELS[verdict].zh}"
        tint = SITE_TINTS.get(verdict)
        assert cell.fill.fgColor.rgb == ("FF" + tint.removeprefix("#") if tint else "00000000")
        assert cell.border.left.color.rgb == "FF" + SITE_COLOURS[verdict].removeprefix("#")
        assert sheet.cell(row, 1).fill.fgColor.rgb == cell.fill.fgColor.rgb


def test_signs_differ_and_begin_no_formula() -> None:
    assert len(set(SITE_SIGNS.values())) == len(SiteVerdict)
    for verdict, sign in SITE_SIGNS.items():
        label = f"{sign} {SITE_VERDICT_LABELS[verdict].zh}"
        assert neutralise(label) == label


def test_totals_add_up_by_township_and_kind(verdicts: Verdicts, book: openpyxl.Workbook) -> None:
    rows = read_table(book["汇总"])
    towns = [head for head in rows[0] if head not in {"类别", "结论", "合计"}]
    assert towns == ["七星区街道", "东江街道", "辖区外（邻区）"]
    for row in rows[:-1]:
        assert sum(row[town] for town in towns) == row["合计"]
    sums = {row["类别"]: row["合计"] for row in rows if row["结论"] == "小计"}
    assert sums == {one.kind.title.zh: len(one.places) for one in verdicts.checks}
    assert (rows[-1]["结论"], rows[-1]["合计"]) == ("未判定", 1)


def test_the_list_by_rule_holds_every_line_with_its_numbers(
    verdicts: Verdicts, book: openpyxl.Workbook
) -> None:
    rows = read_table(book["逐条"])
    lines = [line for table in verdicts.lines for line in table.to_dict("records")]
    assert len(rows) == len(lines) == 3 * 2 + 2 * 5
    for row, line in zip(rows, lines, strict=True):
        assert row["编号"] == line["place_id"]
        assert row["理由"] == line["reason_zh"]
        assert row["结论"].endswith(SITE_VERDICT_LABELS[SiteVerdict(line["verdict"])].zh)
        for head, name in (("距离（m）", "distance_m"), ("余量（m）", "margin_m")):
            if line[name] == line[name]:
                assert row[head] == pytest.approx(line[name])
            else:
                assert row[head] is None
    spared = [row for row in rows if row["现有，只限新增"] == "是"]
    assert [row["编号"] for row in spared] == ["B2"]


def test_the_reason_of_an_application_names_what_decides(book: openpyxl.Workbook) -> None:
    rows = {row["编号"]: row for row in read_table(book["结论"])}
    assert rows["B1"]["名称"] == "'@店一"
    assert rows["B1"]["理由"].startswith("1.3.4-a 场所距空气质量监测站“城内站”(S1)")
    assert rows["B2"]["理由"].startswith("方案各条均不限制；在本辖区内")
    assert rows["B2"]["位置误差（±m）"] == 5
    assert rows["B3"]["决定条款"] == "3.1.0-a"
    assert rows["B3"]["所填属性"] == "燃料=电、设置=独立"
    assert rows["B5"]["决定条款"] == "属地"
    assert rows["B5"]["牵头单位"] is None  # the neighbour's


def test_clauses_stand_in_the_plans_own_words(verdicts: Verdicts, book: openpyxl.Workbook) -> None:
    rows = read_table(book["条款"])
    plan = verdicts.checks[0].plan
    assert [row["条款"] for row in rows] == ["1.3.4-a", "3.1.0-a", "3.1.0-b", "3.2.0-a", "3.3.0-a"]
    for row in rows:
        assert row["原文"] == plan.rule(row["条款"]).clause
    # 3.1.0 asks for strict control and does not prohibit: the kind says so, not the strength.
    assert rows[1]["受限时的结论"] == "待决定"


def test_assumptions_of_several_kinds_stand_once(
    verdicts: Verdicts, book: openpyxl.Workbook
) -> None:
    rows = read_table(book["假设"])
    texts = [(row["编号"], row["假设"], row["依据"]) for row in rows]
    assert len(texts) == len(set(texts))
    told = {one.assumption_id for checks in verdicts.checks for one in checks.assumptions}
    assert {row["编号"] for row in rows} == told


def test_a_list_longer_than_a_sheet_goes_on_in_another(verdicts: Verdicts, tmp_path: Path) -> None:
    book = write(verdicts, tmp_path, longest=10)
    parts = [sheet for sheet in book if sheet.title.startswith("逐条")]
    assert len(parts) > 1
    assert sum(len(read_table(sheet)) for sheet in parts) == 16


def test_the_english_workbook_has_no_chinese_headings(verdicts: Verdicts, tmp_path: Path) -> None:
    book = write(verdicts, tmp_path, lang="en")
    for sheet in book:
        heads = [cell.value for cell in sheet[header_of(sheet)] if cell.value]
        # Townships have no English name.
        words = [head.replace("±", "") for head in heads if head not in {"七星区街道", "东江街道"}]
        assert [word for word in words if not word.isascii()] == []
