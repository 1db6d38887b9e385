"""Rosters, points, events and devices as planners keep them, and what is refused."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qxgeo.errors import DatumError, InputError
from qxgeo.readers import read_table
from qxgeo.readers.cells import CellError
from qxgeo.readers.lengths import split_unit
from qxgeo.readers.weekdays import NAMES, as_weekdays, read_weekdays, write_weekdays

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.errors import Fault

ROSTER = "姓名,所属乡镇街道,手机,每周工时,休息日,请假"
CAMERAS = "编号,名称,类别,离地高度(米),方位角,视场角,有效距离(米),经度,纬度"
PLACE = "110.3,25.27"


def write(folder: Path, *rows: str, name: str = "表.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8-sig")
    return path


def faults_of(path: Path, layer: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read_table(path, layer=layer, datum="wgs84")
    assert all(one.mend.zh and one.mend.en for one in caught.value.faults)
    return list(caught.value.faults)


def test_a_roster_without_any_coordinates_is_complete(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ROSTER,
        "李四,穿山街道,000-2,40,周六、周日,",
        "张三,朝阳乡,,,,是",
    )
    for datum in ("wgs84", None):
        result = read_table(path, layer="grid_members", datum=datum)
        table = result.table
        assert table["name"].tolist() == ["李四", "张三"]
        assert table["person_id"].tolist() == ["row-0002", "row-0003"]
        assert table["township"].tolist() == ["穿山街道", "朝阳乡"]
        assert table["phone"].fillna("").tolist() == ["000-2", ""]
        assert table["capacity_h"].fillna(-1).tolist() == [40.0, -1.0]
        assert table["days_off"].fillna("").tolist() == ["周六、周日", ""]
        assert table["is_absent"].fillna(value=False).tolist() == [False, True]
        assert table.geometry.isna().all()
        assert table.crs.to_epsg() == 4326
        assert result.rows == (2, 3)


def test_a_workbook_with_a_title_above_the_roster_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["七星区网格员名单"])
    sheet.append(["工号", "姓名", "所属街道", "联系电话"])
    sheet.append([12, "张三", 450305003, 13])
    book.save(tmp_path / "名单.xlsx")
    table = read_table(tmp_path / "名单.xlsx", layer="grid_members", datum=None).table
    assert table.loc[0, ["person_id", "name", "township", "phone"]].tolist() == [
        "12", "张三", "450305003", "13",
    ]  # fmt: skip


def test_bases_are_read_where_some_people_have_one(tmp_path: Path) -> None:
    path = write(
        tmp_path, "姓名,街道,经度,纬度", f"甲,穿山街道,{PLACE}", "乙,穿山街道,,", "丙,东江街道,,"
    )
    result = read_table(path, layer="grid_members", datum="wgs84")
    assert result.table.geometry.notna().tolist() == [True, False, False]
    assert result.table.geometry.iloc[0].coords[0] == (110.3, 25.27)


def test_bases_without_a_datum_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "姓名,街道,经度,纬度", f"甲,穿山街道,{PLACE}")
    with pytest.raises(DatumError):
        read_table(path, layer="grid_members", datum=None)


def test_half_a_position_is_a_fault_and_not_a_person_without_one(tmp_path: Path) -> None:
    (fault,) = faults_of(
        write(tmp_path, "姓名,街道,经度,纬度", "甲,穿山街道,110.3,"), "grid_members"
    )
    assert fault.row == 2
    with pytest.raises(InputError, match="纬度"):
        read_table(
            write(tmp_path, "姓名,街道,经度", "甲,穿山街道,110.3"),
            layer="grid_members",
            datum="wgs84",
        )


def test_other_tables_still_need_a_position(tmp_path: Path) -> None:
    path = write(tmp_path, "编号,名称", "1,点")
    with pytest.raises(InputError, match="没有找到经度"):
        read_table(path, layer="burning_points", datum="wgs84")


def test_a_person_without_township_or_name_is_refused(tmp_path: Path) -> None:
    faults = faults_of(write(tmp_path, ROSTER, ",穿山街道,,,,", "张三,,,,,"), "grid_members")
    assert [(one.row, one.column) for one in faults] == [(2, "姓名"), (3, "所属乡镇街道")]
    (fault,) = faults_of(write(tmp_path, "姓名,电话", "甲,1"), "grid_members")
    assert fault.column == "township"


def test_one_person_twice_is_refused_and_namesakes_with_ids_are_not(tmp_path: Path) -> None:
    rows = ("张三,穿山街道,,,,", "李四,穿山街道,,,,", "张三,穿山街道,,,,", "张三,朝阳乡,,,,")
    (fault,) = faults_of(write(tmp_path, ROSTER, *rows), "grid_members")
    assert (fault.row, fault.column) == (4, "姓名")
    assert "第 2、4 行" in fault.problem.zh
    head = "工号," + ROSTER
    named = [f"{number},{row}" for number, row in enumerate(rows)]
    assert len(read_table(write(tmp_path, head, *named), layer="grid_members", datum=None).table)
    named[2] = named[2].replace("2,", "0,", 1)
    (fault,) = faults_of(write(tmp_path, head, *named), "grid_members")
    assert (fault.row, fault.column) == (4, "工号")


def test_every_fault_of_a_roster_comes_at_once(tmp_path: Path) -> None:
    faults = faults_of(
        write(
            tmp_path,
            ROSTER,
            "甲,穿山街道,,二十,周八,",
            "乙,穿山街道,,200,工作日,也许",
            "丙,穿山街道,,-1,,",
        ),
        "grid_members",
    )
    assert [(one.row, one.column) for one in faults] == [
        (2, "休息日"),
        (2, "每周工时"),
        (3, "休息日"),
        (3, "每周工时"),
        (3, "请假"),
        (4, "每周工时"),
    ]


def test_points_take_the_words_of_the_house(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "点位编号,点位名称,地址,类别,风险等级,停留分钟,经度,纬度",
        f"A,示例,某村,秸秆,高,15,{PLACE}",
        f"B,示例,某村,秸秆, 低风险 ,,{PLACE}",
        f"C,示例,,,,,{PLACE}",
        f"D,示例,,,medium,,{PLACE}",
    )
    table = read_table(path, layer="burning_points", datum="wgs84").table
    assert table["risk_level"].fillna("").tolist() == ["high", "low", "", "medium"]
    assert table["service_min"].fillna(0).tolist() == [15, 0, 0, 0]
    assert table["point_id"].tolist() == ["A", "B", "C", "D"]


def test_an_unknown_risk_level_and_an_endless_stay_are_refused(tmp_path: Path) -> None:
    faults = faults_of(
        write(
            tmp_path,
            "名称,风险等级,停留时间(分钟),经度,纬度",
            f"甲,很高,10,{PLACE}",
            f"乙,高,1441,{PLACE}",
        ),
        "burning_points",
    )
    assert [(one.row, one.column) for one in faults] == [
        (2, "风险等级"),
        (3, "停留时间(分钟)"),
    ]
    assert "高 / 中 / 低" in faults[0].mend.zh


def test_events_need_a_date(tmp_path: Path) -> None:
    head = "事件编号,发现日期,类别,经度,纬度"
    table = read_table(
        write(tmp_path, head, f"1,2022年10月3日,秸秆,{PLACE}", f"2,2022/10/4,,{PLACE}"),
        layer="patrol_events",
        datum="wgs84",
    ).table
    assert table["happened_on"].tolist() == [pd.Timestamp(2022, 10, 3), pd.Timestamp(2022, 10, 4)]
    faults = faults_of(
        write(tmp_path, head, f"1,,秸秆,{PLACE}", f"2,去年秋天,,{PLACE}"), "patrol_events"
    )
    # A cell that is no date is named once for that, and is as good as blank besides.
    assert {(one.row, one.column) for one in faults} == {(2, "发现日期"), (3, "发现日期")}


def test_cameras_and_drones_arrive_in_metres_and_degrees(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        CAMERAS,
        f"C1,路口,视频,6.5,0,60,400,{PLACE}",
        f"C2,山顶,高空瞭望,1000,,360,3000,{PLACE}",
        f"D1,楼顶,无人机,120,360,,,{PLACE}",
    )
    table = read_table(path, layer="cameras", datum="wgs84").table
    assert table["kind"].tolist() == ["camera", "camera", "drone"]
    assert table["height_m"].tolist() == [6.5, 1000, 120]
    assert table["bearing_deg"].fillna(-1).tolist() == [0, -1, 360]
    assert table["field_of_view_deg"].fillna(-1).tolist() == [60, 360, -1]
    assert table["range_m"].fillna(-1).tolist() == [400, 3000, -1]


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ("C1,x,视频,-1,0,60,400", "离地高度(米)", "0 到 1000"),
        ("C1,x,视频,1200,0,60,400", "离地高度(米)", "单位"),
        ("C1,x,视频,6,-10,60,400", "方位角", "0 到 360"),
        ("C1,x,视频,6,361,60,400", "方位角", "0 到 360"),
        ("C1,x,视频,6,0,400,400", "视场角", "0 到 360"),
        ("C1,x,视频,6,0,60,-5", "有效距离(米)", "0 到 30000 米之间"),
        ("C1,x,卫星,6,0,60,400", "类别", "视频 / 无人机"),
        ("C1,x,视频,6米,0,60,400", "离地高度(米)", "不写单位"),
    ],
)
def test_what_no_device_can_have_is_refused(
    tmp_path: Path, row: str, column: str, word: str
) -> None:
    (fault,) = faults_of(write(tmp_path, CAMERAS, f"{row},{PLACE}"), "cameras")
    assert (fault.row, fault.column) == (2, column)
    assert word in fault.in_language("zh")


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("离地高度(厘米)", "厘米"),
        ("离地高度（cm）", "cm"),
        ("离地高度cm", "cm"),
        ("高度 [ft]", "ft"),
        ("安装高度（英尺）", "英尺"),
        ("height_cm", "cm"),
        ("有效距离(公里)", "公里"),
        ("监控距离km", "km"),
    ],
)
def test_a_heading_in_another_unit_is_refused_rather_than_overlooked(
    tmp_path: Path, heading: str, unit: str
) -> None:
    (fault,) = faults_of(write(tmp_path, f"编号,{heading},经度,纬度", f"C1,600,{PLACE}"), "cameras")
    assert fault.column == heading
    assert unit in fault.problem.zh
    assert "米" in fault.mend.zh


def test_a_declared_heading_in_another_unit_is_refused_too(tmp_path: Path) -> None:
    path = write(tmp_path, "编号,杆子（厘米）,经度,纬度", f"C1,600,{PLACE}")
    with pytest.raises(InputError, match="单位是厘米"):
        read_table(path, layer="cameras", datum="wgs84", columns={"height_m": "杆子（厘米）"})
    assert len(read_table(path, layer="cameras", datum="wgs84").table) == 1


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("离地高度(米)", ("离地高度(米)", "")),
        ("离地高度", ("离地高度", "")),
        ("height_m", ("height_m", "")),
        ("height_cm", ("height", "cm")),
        ("有效距离（千米）", ("有效距离", "千米")),
        ("cm", ("cm", "")),
    ],
)
def test_units_are_parted_from_headings(heading: str, parts: tuple[str, str]) -> None:
    assert split_unit(heading) == parts


def test_cells_of_ones_own_are_polygons_with_an_id(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "网格编码,网格名称,wkt",
        '1,甲,"POLYGON((110 25,111 25,111 26,110 25))"',
    )
    table = read_table(path, layer="patrol_cells", datum="wgs84").table
    assert table.loc[0, ["cell_id", "name"]].tolist() == ["1", "甲"]
    (fault,) = faults_of(write(tmp_path, "网格编码,经度,纬度", f"1,{PLACE}"), "patrol_cells")
    assert "面" in fault.problem.zh


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("周六、周日", (5, 6)),
        ("六日", (5, 6)),
        ("周六日", (5, 6)),
        ("星期天", (6,)),
        ("礼拜一 礼拜三", (0, 2)),
        ("周末", (5, 6)),
        ("双休", (5, 6)),
        ("Sat Sun", (5, 6)),
        ("Saturday, Thurs; MON", (0, 3, 5)),
        ("Ｓａｔ", (5,)),
        ("周一/周二，周一", (0, 1)),
        ("无", ()),
        ("", ()),
    ],
)
def test_days_off_in_usual_forms_are_read(text: str, days: tuple[int, ...]) -> None:
    assert read_weekdays(text) == days


@pytest.mark.parametrize("text", ["周八", "1,3", "工作日", "周", "Satan", "隔周六", "Sunmon"])
def test_what_is_no_weekday_is_refused(text: str) -> None:
    assert read_weekdays(text) is None
    with pytest.raises(CellError):
        as_weekdays(text)


@given(
    st.sampled_from([days for count in range(8) for days in combinations(range(7), count)]),
    st.sampled_from(["、", ",", " ", "，", "/", ""]),
)
def test_weekdays_survive_writing_with_any_separator(days: tuple[int, ...], between: str) -> None:
    assert read_weekdays(between.join(NAMES[day] for day in days)) == days
    assert read_weekdays(write_weekdays(days)) == days
    assert as_weekdays(write_weekdays(days)) == (write_weekdays(days) or None)


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("13800001111.0", "13800001111"),
        ("13800001111.", "13800001111"),
        ("138 0000 1111", "138 0000 1111"),
        ("0773-5812345转8", "0773-5812345转8"),
        ("110", "110"),
    ],
)
def test_a_phone_that_a_spreadsheet_took_for_a_number_keeps_its_digits(
    tmp_path: Path, written: str, phone: str
) -> None:
    path = write(tmp_path, ROSTER, f"张三,朝阳乡,{written},,,")
    table = read_table(path, layer="grid_members", datum="wgs84").table
    assert table["phone"].tolist() == [phone]


def test_a_phone_in_a_number_cell_of_a_workbook_keeps_its_digits(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "所属乡镇街道", "手机"])
    book.active.append(["张三", "朝阳乡", 13800001111.0])
    book.save(tmp_path / "名单.xlsx")
    table = read_table(tmp_path / "名单.xlsx", layer="grid_members", datum="wgs84").table
    assert table["phone"].tolist() == ["13800001111"]


@pytest.mark.parametrize("written", ["1.38E+10", "1.38e10", "1E+10"])
def test_a_phone_that_lost_its_last_digits_is_refused(tmp_path: Path, written: str) -> None:
    path = write(tmp_path, ROSTER, "李四,朝阳乡,,,,", f"张三,朝阳乡,{written},,,")
    (fault,) = faults_of(path, "grid_members")
    assert (fault.row, fault.column) == (3, "手机")
    assert "last digits are lost" in fault.problem.en


def test_a_cell_that_cannot_be_read_is_not_called_blank_as_well(tmp_path: Path) -> None:
    path = write(tmp_path, "日期,经度,纬度", f"2023-02-30,{PLACE}", f",{PLACE}")
    no_day, blank = faults_of(path, "patrol_events")
    assert "is no day" in no_day.problem.en
    assert "blank" in blank.problem.en
    assert (no_day.row, blank.row) == (2, 3)


def test_a_merged_cell_is_named_as_what_may_leave_others_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["姓名", "所属乡镇街道"], ["张三", "朝阳乡"], ["李四", None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "名单.xlsx")
    (fault,) = faults_of(tmp_path / "名单.xlsx", "grid_members")
    assert (fault.row, fault.column) == (3, "所属乡镇街道")
    assert "合并的单元格" in fault.mend.zh


def test_a_range_in_another_unit_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, CAMERAS, f"C1,塔,视频,12,0,360,500000,{PLACE}")
    (fault,) = faults_of(path, "cameras")
    assert fault.column == "有效距离(米)"
    assert "check that the unit is metres" in fault.mend.en
