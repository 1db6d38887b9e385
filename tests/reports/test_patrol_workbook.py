"""The office workbook read back, beside the tables it was written from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from qxgeo.patrol.model import Routes
from qxgeo.patrol.schedule import build_schedule
from qxgeo.reports.patrol.book_people import abbreviate_cells
from qxgeo.reports.patrol.workbook import write_patrol_workbook
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from qxgeo.patrol.model import Patrol

SHEETS = [
    "说明", "目录", "公平性", "七星区街道", "东江街道", "月表 2023-07", "点位", "网格",
    "热点网格", "风险构成", "变更", "路线", "未排、未达", "监控设备", "监控覆盖", "秸秆",
    "缺口", "假设", "数据来源",
]  # fmt: skip


def write(patrol: Patrol, folder: Path, *, lang: str = "zh", **other: Any) -> openpyxl.Workbook:  # noqa: ANN401
    path = folder / "patrol.xlsx"
    write_patrol_workbook(patrol, path, lang=lang, **other)
    return openpyxl.load_workbook(path)


def read_table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Read the rows below the frozen header."""
    header = int(sheet.freeze_panes[1:]) - 1
    table = list(sheet.iter_rows(min_row=header, values_only=True))
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def read_notes(sheet: Worksheet) -> list[str]:
    header = int(sheet.freeze_panes[1:]) - 1
    return [sheet.cell(row, 1).value for row in range(3, header)]


@pytest.fixture(scope="module")
def book(town_patrol: Patrol, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    """Write the Chinese workbook once for the tests that only read it."""
    return write(town_patrol, tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def scheduled(town_patrol: Patrol) -> Patrol:
    """Give the town a schedule of its own, over the beginning of the harvest."""
    schedule = build_schedule(
        town_patrol.assignment.territories,
        town_patrol.points,
        town_patrol.people,
        settings=town_patrol.settings,
        first_day=date(2023, 9, 18),
        last_day=date(2023, 10, 1),
    )
    return replace(town_patrol, schedule=schedule)


@pytest.fixture(scope="module")
def harvest(scheduled: Patrol, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    return write(scheduled, tmp_path_factory.mktemp("harvest"))


def test_every_sheet_is_there_in_order(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == SHEETS


def test_the_same_patrol_gives_the_same_bytes(town_patrol: Patrol, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_patrol_workbook(town_patrol, tmp_path / name, lang="zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_notes_say_what_of_when_and_with_which_seed(book: openpyxl.Workbook) -> None:
    notes = {row["事项"]: row["内容"] for row in read_table(book["说明"])}
    assert notes["辖区"] == "小城（450305）"
    assert notes["数据日期"] == "2023-06-30"
    assert notes["排班期间"] == "2023-07-01 – 2023-07-31"
    assert notes["随机种子"] == "1"
    assert notes["人数"] == "4 人，其中请假 0 人"
    assert notes["均衡"] == "各乡镇街道最大/平均负荷至多 1.200，与理论下界之差至多 20.0%"
    assert notes["风险"] == "没有风向数据"
    assert notes["措施 5.1.2"].startswith("落实网格员管理制度")


def test_loads_of_people_add_up_to_their_township(
    town_patrol: Patrol, book: openpyxl.Workbook
) -> None:
    rows = read_table(book["公平性"])
    assert [row["层级"] for row in rows] == ["乡镇街道", "网格员", "网格员"] * 2
    for township, *people in (rows[:3], rows[3:]):
        total = sum(row["负荷（分钟/周）"] for row in people)
        assert total == pytest.approx(township["负荷（分钟/周）"])
        assert sum(row["占平均"] for row in people) == pytest.approx(2)  # two people, mean 1
        assert (township["最大/平均"], township["与下界之差"]) == (1.2, 0.2)
        area = sum(row["面积（km²）"] for row in people)
        assert area == pytest.approx(township["面积（km²）"])
    loads = {row["人员编号"]: row["负荷（分钟/周）"] for row in rows if row["人员编号"]}
    wanted = town_patrol.assignment.territories.set_index("person_id")["load_min"].to_dict()
    assert loads == pytest.approx(wanted)


def test_hours_of_duty_are_those_of_the_shifts(
    scheduled: Patrol, harvest: openpyxl.Workbook
) -> None:
    rows = {row["人员编号"]: row for row in read_table(harvest["公平性"])}
    # P11 stands in for P12 on 24 September and 1 October: two windows, half of two hours each.
    assert rows["P11"]["其中替班（小时）"] == 4
    assert rows["P11"]["本期当班（小时）"] == 14 * 4
    assert rows["P12"]["本期当班（小时）"] == 12 * 4
    assert len(scheduled.schedule.shifts) == 2 * (14 * 4)


def test_a_township_lists_place_time_person_and_duty(harvest: openpyxl.Workbook) -> None:
    rows = [row for row in read_table(harvest["七星区街道"]) if row["人员编号"] == "P12"]
    area, *points = rows
    assert (area["网格员"], area["电话"], area["类"]) == ("李喆", "13800000001", "责任区")
    assert area["点（网格或点位）"].startswith("15 格：450305001 00003–00005")
    assert area["时"] == ("平时 08:00–10:00、17:00–19:00；秋收 08:00–10:00、17:00–19:00；周日休息")
    assert "5.1.1 针对自治区督导交办问题" in area["责（措施）"]
    assert "5.1.2 落实网格员管理制度" in area["责（措施）"]
    assert [row["点（网格或点位）"].split()[0] for row in points] == ["D01", "D03", "D04"]
    assert {row["责（措施）"] for row in points} == {"5.1.1、5.1.2"}
    assert points[0]["时"].startswith("本期 ")
    notes = read_notes(harvest["七星区街道"])
    assert "牵头：七星区街道（各乡办）" in notes
    assert "责任：区城市管理局 0773-0000000（示例）" in notes


def test_a_point_without_a_visit_says_so(book: openpyxl.Workbook) -> None:
    rows = [row for row in read_table(book["东江街道"]) if row["类"] == "点位"]
    assert {row["时"] for row in rows} == {"本期未排"}


def test_the_month_table_marks_duty_rest_and_stand_ins(harvest: openpyxl.Workbook) -> None:
    assert harvest.sheetnames[5:7] == ["月表 2023-09", "月表 2023-10"]
    september = {row["人员编号"]: row for row in read_table(harvest["月表 2023-09"])}
    assert list(september["P11"])[2:4] == ["18 一", "19 二"]  # 18 September 2023 was a Monday
    assert september["P12"]["24 日"] == "休"
    assert september["P11"]["24 日"] == "班替"
    assert september["P21"]["24 日"] == "班"
    assert september["P11"]["当班小时"] == 13 * 4
    # Each territory is without anybody for half of two windows of two hours.
    assert september["P11"]["责任区无人小时"] == september["P12"]["责任区无人小时"] == 2
    notes = read_notes(harvest["月表 2023-09"])
    assert any(note.startswith("秋收（12 天，自 2023-09-20 起）：08:00") for note in notes)


def test_absence_stand_in_and_days_without_shift_have_marks_of_their_own(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    people = town_patrol.people.assign(is_absent=town_patrol.people["person_id"] == "P22")
    shifts = town_patrol.schedule.shifts
    first = shifts.iloc[[0]].assign(person_id="P12", is_stand_in=True)
    schedule = replace(town_patrol.schedule, shifts=first, last_day=date(2023, 7, 2))
    book = write(replace(town_patrol, people=people, schedule=schedule), tmp_path)
    rows = {row["人员编号"]: row for row in read_table(book["月表 2023-07"])}
    assert (rows["P12"]["1 六"], rows["P12"]["2 日"]) == ("替", "休")
    assert rows["P22"]["1 六"] == "假"
    assert rows["P11"]["1 六"] == "—"


def test_points_and_cells_carry_every_row_of_their_tables(
    town_patrol: Patrol, book: openpyxl.Workbook
) -> None:
    points = read_table(book["点位"])
    assert [row["点位编号"] for row in points] == list(town_patrol.points["point_id"])
    assert points[0]["经度 WGS 84"] == pytest.approx(town_patrol.points.geometry.x.iloc[0])
    assert points[0]["风险等级"] == "中风险"  # of its cell, because nobody said
    assert points[2]["风险等级"] == "高风险"
    cells = read_table(book["网格"])
    assert [row["网格编号"] for row in cells] == list(town_patrol.cells["cell_id"])
    assert sum(row["面积（km²）"] for row in cells) == pytest.approx(
        town_patrol.cells["area_m2"].sum() / 1e6
    )
    assert cells[0]["风险次序"] is None  # all water
    assert cells[0]["风险等级"] == "水面"
    assert {row["监控覆盖"] for row in cells} == {"看得见", "部分看见", "盲区", "不明"}
    assert "敏感点、易发点" in cells[0]
    assert read_notes(book["网格"])[1] == "敏感点、易发点：权重 1，占 66.7%；假设"
    assert read_notes(book["网格"])[3] == "卫星火点：未计入，没有火点数据"


def test_hot_cells_terms_changes_and_straw_stand_as_they_are(book: openpyxl.Workbook) -> None:
    assert [row["风险次序"] for row in read_table(book["热点网格"])] == [1, 2]
    assert read_table(book["热点网格"])[0]["乡镇街道"] == "七星区街道、东江街道"
    terms = {row["代号"]: row for row in read_table(book["风险构成"])}
    assert terms["points"]["占比"] == pytest.approx(2 / 3)
    assert terms["points"]["未计入的原因"] is None
    assert terms["fires"]["未计入的原因"] == "没有火点数据"
    change = read_table(book["变更"])[0]
    assert (change["原网格员"], change["现网格员"], change["原因"]) == ("李喆", "张三", "均衡负荷")
    straw = read_table(book["秸秆"])
    assert (straw[0]["耕地（km²）"], straw[0]["秸秆（吨/年）"]) == (0.5, None)
    assert straw[1]["耕地（km²）"] is None  # unknown is blank, never zero


def test_routes_list_their_stops_with_clock_times(
    town_patrol: Patrol, book: openpyxl.Workbook
) -> None:
    rows = read_table(book["路线"])
    assert len(rows) == len(town_patrol.routes.stops)
    first = rows[0]
    assert (first["到达"], first["离开"], first["距上一站（m）"]) == ("08:15", "08:25", 1250)
    assert (first["走法"], first["求解"], first["全程出发"]) == ("道路", "已证最短", "08:00")
    assert first["全程（km）"] == town_patrol.routes.routes["travel_m"].iloc[0] / 1000


def test_straight_lines_are_labelled(town_patrol: Patrol, tmp_path: Path) -> None:
    table = town_patrol.routes.routes.assign(is_straight_line=True, is_optimal=False)
    book = write(replace(town_patrol, routes=replace(town_patrol.routes, routes=table)), tmp_path)
    first = read_table(book["路线"])[0]
    assert (first["走法"], first["求解"]) == ("直线，非道路", "搜索")


def test_what_nobody_does_is_listed_with_reason(
    book: openpyxl.Workbook, harvest: openpyxl.Workbook
) -> None:
    hours, point = read_table(book["未排、未达"])
    assert (hours["类别"], hours["日期"], hours["时段"]) == (
        "无人时段",
        "2023-07-02",
        "08:00–10:00",
    )
    assert (hours["责任区网格员"], hours["原因"]) == ("李喆", "休息日，无人替班")
    assert (point["类别"], point["原因"]) == ("未达点位", "没有道路可达")
    assert point["点位"].startswith("D07 敏感点7")
    rows = read_table(harvest["未排、未达"])
    assert rows[0]["原因"] == "张三 兼顾两片责任区，各去半个时段"


def test_missed_points_stand_beside_the_hours(town_patrol: Patrol, tmp_path: Path) -> None:
    unfilled = town_patrol.schedule.unfilled.assign(point_ids="D01、D99")
    schedule = replace(town_patrol.schedule, unfilled=unfilled)
    book = write(replace(town_patrol, schedule=schedule), tmp_path)
    assert read_table(book["未排、未达"])[0]["点位"] == "D01 敏感点1、D99"


def test_devices_and_blind_cells_are_listed(town_patrol: Patrol, book: openpyxl.Workbook) -> None:
    camera, place = read_table(book["监控设备"])
    assert (camera["类别"], camera["看得见（km²）"], camera["地形遮挡"]) == (
        "视频监控",
        0.8,
        "已计",
    )
    assert (place["类别"], place["可新增（km²）"], place["编号"]) == ("建议增设", 1.5, "N1")
    rows = read_table(book["监控覆盖"])
    assert len(rows) == len(town_patrol.cells)
    blind = [row for row in rows if row["监控覆盖"] == "盲区"]
    assert rows[: len(blind)] == blind
    assert [row["风险分（0–100）"] for row in blind] == sorted(
        (row["风险分（0–100）"] for row in blind),
        reverse=True,
    )
    assert read_notes(book["监控覆盖"])[-1] == "格数：看得见 10，部分看见 10，盲区 20，不明 10"


def test_gaps_assumptions_and_sources_are_listed(book: openpyxl.Workbook) -> None:
    assert read_table(book["缺口"]) == [{"缺口": "没有高程数据，未作通视分析"}]
    assert read_table(book["假设"])[0]["取值"] == "60"
    source = read_table(book["数据来源"])[0]
    assert (source["图层或文件"], source["校验值 SHA-256"]) == ("roads", "0" * 64)


def test_a_sheet_can_be_filtered_and_printed(book: openpyxl.Workbook) -> None:
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes is not None
    assert book["网格"].auto_filter.ref is not None


def test_banners_say_demonstration_and_approximate_on_every_sheet(
    patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    book = write(patrol_of(is_demo=True), tmp_path)
    assert all(sheet["A3"].value == DEMO_BANNER.zh for sheet in book)
    assert all(sheet["A4"].value == NOT_LEGAL_BOUNDARY.zh for sheet in book)
    plain = write(patrol_of(is_demo=False, is_approximate=False), tmp_path)
    texts = {cell.value for sheet in plain for row in sheet.iter_rows(max_row=5) for cell in row}
    assert not texts & {DEMO_BANNER.zh, NOT_LEGAL_BOUNDARY.zh}


def test_hostile_and_long_text_is_text_and_rows_are_high_enough(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    bad = '=cmd|" /C calc"!A0'
    long_name = "很长的名字" * 30
    people = town_patrol.people.replace(
        {"name": {"张三": bad, "李喆": long_name, "欧阳晓明": "<script>alert(1)</script>"}}
    )
    points = town_patrol.points.assign(name="@SUM(A1)\n二行", address="+86")
    book = write(replace(town_patrol, people=people, points=points), tmp_path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    texts = {cell.value for cell in cells if isinstance(cell.value, str)}
    assert {f"'{bad}", long_name, "<script>alert(1)</script>", "'@SUM(A1) 二行", "'+86"} <= texts
    assert not any(text.startswith(("=", "+", "@")) for text in texts)
    sheet = book["公平性"]
    row = next(r for r in sheet.iter_rows() if any(c.value == long_name for c in r))
    width = sheet.column_dimensions["C"].width
    # 150 Chinese characters are 300 columns wide; a line is 15 points high.
    assert sheet.row_dimensions[row[0].row].height >= 300 / width * 15


def test_an_empty_patrol_still_gives_every_sheet(
    town_patrol: Patrol, patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    schedule, risk, routes = town_patrol.schedule, town_patrol.risk, town_patrol.routes
    empty = patrol_of(
        people=town_patrol.people[:0],
        points=town_patrol.points[:0],
        cells=town_patrol.cells.assign(person_id=""),
        risk=replace(risk, hot_cells=risk.hot_cells[:0], terms=()),
        assignment=replace(
            town_patrol.assignment,
            territories=town_patrol.assignment.territories[:0],
            balances=(),
            changes=town_patrol.assignment.changes[:0],
        ),
        schedule=replace(
            schedule,
            shifts=schedule.shifts[:0],
            visits=schedule.visits[:0],
            unfilled=schedule.unfilled[:0],
        ),
        routes=Routes(
            routes=routes.routes[:0],
            stops=routes.stops[:0],
            unserved=routes.unserved[:0],
            notes=(),
        ),
        sight=None,
        straw=town_patrol.straw[:0],
        gaps=(),
        assumptions=(),
        inputs={},
    )
    for lang in ("zh", "en"):
        book = write(empty, tmp_path, lang=lang)
        assert len(book.sheetnames) == len(SHEETS)
    book = write(empty, tmp_path)
    for name in ("公平性", "七星区街道", "点位", "变更", "路线", "未排、未达", "监控设备", "秸秆"):
        assert next(iter(read_table(book[name])[0].values())) == "（无）"
    assert read_notes(book["监控覆盖"])[-1] == "没有视频监控和无人机数据"
    notes = {row["事项"]: row["内容"] for row in read_table(book["说明"])}
    water = int((town_patrol.cells["risk_class"] == "water").sum())
    assert notes["格数"] == f"50 格，其中无人负责的陆地 {50 - water} 格"


def test_a_sight_without_suggestions_lists_its_devices_and_notes(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    devices = town_patrol.sight.devices.assign(has_terrain=False)
    notes = (town_patrol.gaps[0],)
    sight = replace(town_patrol.sight, devices=devices, next_cameras=None, notes=notes)
    book = write(replace(town_patrol, sight=sight), tmp_path)
    (camera,) = read_table(book["监控设备"])
    assert camera["地形遮挡"] == "未计，只按扇形"
    assert read_notes(book["监控设备"])[-1] == "没有高程数据，未作通视分析"


def test_the_english_workbook_has_english_headings(scheduled: Patrol, tmp_path: Path) -> None:
    book = write(scheduled, tmp_path, lang="en")
    assert book.sheetnames[:3] == ["Read me", "Contents", "Fairness"]
    assert "Month 2023-09" in book.sheetnames
    assert read_table(book["Fairness"])[0]["Level"] == "township"
    month = read_table(book["Month 2023-09"])
    assert month[0]["24 Sun"] == "D S"
    assert month[1]["24 Sun"] == "off"
    undone = read_table(book["Undone"])
    assert undone[0]["Why"] == "张三 serves two territories, half of the hours each"
    area = read_table(book["七星区街道"])[2]
    assert area["Time"].endswith("; rests on Sun")
    assert area["Duty (measure)"].startswith("5.1.1 List every sensitive")
    assert read_notes(book["Cells"])[-1] == "satellite fires: dropped, no fire data"


def test_a_long_list_goes_on_in_a_further_sheet(town_patrol: Patrol, tmp_path: Path) -> None:
    book = write(town_patrol, tmp_path, longest=40)
    assert "网格 (2)" in book.sheetnames
    found = [row["网格编号"] for name in ("网格", "网格 (2)") for row in read_table(book[name])]
    assert found == list(town_patrol.cells["cell_id"])


@pytest.mark.parametrize(
    ("cell_ids", "text"),
    [
        ([], ""),
        (["45030500100007"], "450305001 00007"),
        (
            ["45030500100003", "45030500100004", "45030500100005", "45030500100012"],
            "450305001 00003–00005、00012",
        ),
        (["45030500199999", "45030500200000"], "450305001 99999；450305002 00000"),
        (["12", "13", "甲"], "12–13；甲"),
    ],
)
def test_codes_of_cells_are_abbreviated(cell_ids: list[str], text: str) -> None:
    assert abbreviate_cells(cell_ids) == text


def test_a_word_that_the_model_does_not_know_stands_for_itself(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    cells = town_patrol.cells.assign(risk_class=pd.array(["特高"] * 50, dtype="string"))
    book = write(replace(town_patrol, cells=cells), tmp_path)
    assert {row["风险等级"] for row in read_table(book["网格"])} == {"特高"}
