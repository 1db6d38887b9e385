"""Lists of applications as offices keep them: wrong rows named, all others judged."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from qxgeo.datum import bd09_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from qxgeo.errors import DatumError, InputError, ReadError, SchemaError
from qxgeo.readers.formats import read_raw
from qxgeo.siting import check_site
from qxgeo.siting.applications import judge_applications, read_applications
from qxgeo.siting.applications.columns import sort_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qxgeo.district import District, Layer
    from qxgeo.siting.applications import Applications

HEADS = ("编号", "名称", "场所类别", "申请类型", "经度", "纬度")
NEAR = (110.016, 25.011)  # some 150 m from station S1
FREE = (110.032, 25.015)  # 1.4 km from the nearest station


@pytest.fixture(scope="module")
def district(
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    district_of: Callable[..., District],
) -> District:
    """Give the small town with what the rules about inspection and eating houses look at."""
    more = (
        layer_of("schools", [{"name": "小学", "geometry": shapely.Point(110.031, 25.004)}]),
        layer_of("markets", [{"name": "菜市", "geometry": shapely.Point(110.036, 25.004)}]),
        layer_of(
            "residential_buildings",
            [{"name": "居民楼", "geometry": shapely.box(110.030, 25.012, 110.0303, 25.0122)}],
        ),
        layer_of(
            "no_fuel_zone", [{"zone_id": "J", "geometry": shapely.box(110, 25, 110.02, 25.02)}]
        ),
    )
    return district_of(*town.values(), *more)


@pytest.fixture
def list_of(tmp_path: Path) -> Callable[..., Path]:
    """Give the function that writes rows as CSV."""

    def write(rows: Sequence[Sequence[object]], heads: Sequence[str] = HEADS) -> Path:
        path = tmp_path / "申请.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(heads)
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def book_of(tmp_path: Path) -> Callable[..., Path]:
    """Give the function that writes sheets as a workbook."""

    def write(**sheets: Sequence[Sequence[object]]) -> Path:
        path = tmp_path / "申请.xlsx"
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(path)
        return path

    return write


def good(
    number: object = 1, kind: str = "汽修", place: tuple[object, object] = FREE
) -> list[object]:
    return [f"A{number}", f"店{number}", kind, "拟新增", *place]


def told(read: Applications) -> str:
    return "\n".join(note.zh for note in read.notes)


def wrongs(read: Applications) -> list[tuple[int | None, str, str]]:
    return [
        (one.fault.row, one.fault.column, f"{one.fault.problem.zh}；{one.fault.mend.zh}")
        for one in read.refused
    ]


def test_of_two_thousand_rows_three_wrong_ones_are_named_and_all_others_judged(
    list_of: Callable[..., Path], district: District
) -> None:
    rng = np.random.default_rng(1)
    rows = [
        good(number, place=(rng.uniform(110.001, 110.039), rng.uniform(25.001, 25.019)))
        for number in range(2, 2002)
    ]
    rows[10][4] = ""  # row 12
    rows[500][4:] = rows[500][5], rows[500][4]  # row 502
    rows[1999][2] = "火锅城"  # row 2001
    read = read_applications(list_of(rows), district, datum="wgs84")
    assert [(row, column) for row, column, _ in wrongs(read)] == [
        (12, "经度"),
        (502, "经度"),
        (2001, "场所类别"),
    ]
    assert read.row_count == 2000
    assert read.refused_row_count == 3
    verdicts = judge_applications(district, read)
    (checks,) = verdicts.checks
    rest = [str(row[0]) for at, row in enumerate(rows) if at not in {10, 500, 1999}]
    assert checks.places["place_id"].tolist() == rest
    assert checks.places["source_row"].tolist() == [
        row for row in range(2, 2002) if row not in {12, 502, 2001}
    ]


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({4: "", 5: ""}, "经度", "没有坐标，也没有地块"),
        ({4: "110.03", 5: ""}, "经度", "经度、纬度只填了一个"),
        ({4: "一百一"}, "经度", "看不懂"),
        ({4: "25.01", 5: "110.03"}, "经度", "像是写反了"),
        ({4: "2.35", 5: "48.85"}, "经度", "在中国以外"),
        ({4: "0", 5: "0"}, "经度", "不是位置"),
        ({4: "37431287.5", 5: "2795123.4"}, "经度", "EPSG:4525"),
        ({4: "nan", 5: "25.01"}, "经度", "只填了一个"),
        ({2: "火锅城"}, "场所类别", "方案中没有场所类别“火锅城”"),
        ({2: "汽修场"}, "场所类别", "是否想写 auto_repair"),
        ({2: ""}, "场所类别", "没有写场所类别"),
        ({3: "随便"}, "申请类型", "状态“随便”无法识别"),
        ({0: "A0"}, "编号", "编号“A0”重复（第 2、3 行）"),
    ],
)
def test_a_wrong_cell_costs_its_own_row_alone(
    list_of: Callable[..., Path],
    district: District,
    change: dict[int, str],
    column: str,
    words: str,
) -> None:
    wrong = good(1)
    for place, cell in change.items():
        wrong[place] = cell
    read = read_applications(list_of([good(0), wrong, good(2)]), district, datum="wgs84")
    ((row, found, said),) = wrongs(read)
    assert (row, found) == (3, column)
    assert words in said
    assert read.tables["auto_repair"]["site_id"].tolist() == ["A0", "A2"]
    english = read.refused[0].fault
    assert english.problem.en != english.problem.zh
    assert english.mend.en


def test_where_no_row_can_be_judged_all_faults_come_in_one_error(
    list_of: Callable[..., Path], district: District
) -> None:
    rows = [good(1, kind="火锅城"), good(2, place=("", ""))]
    with pytest.raises(SchemaError) as caught:
        read_applications(list_of(rows), district, datum="wgs84")
    assert [fault.row for fault in caught.value.faults] == [2, 3]


def test_a_datum_is_never_guessed(list_of: Callable[..., Path], district: District) -> None:
    with pytest.raises(DatumError, match="没有声明坐标基准") as caught:
        read_applications(list_of([good()]), district)
    assert "--datum" in caught.value.in_language("zh")
    blank = list_of([[*good(), ""]], [*HEADS, "坐标系"])
    with pytest.raises(DatumError, match="没有声明坐标基准"):
        read_applications(blank, district)


@pytest.mark.parametrize(
    ("word", "shift"),
    [
        ("GCJ-02", wgs84_to_gcj02),
        ("高德", wgs84_to_gcj02),
        ("火星坐标", wgs84_to_gcj02),
        ("百度", wgs84_to_bd09),
        ("国家2000", lambda lon, lat: (lon, lat)),
        ("WGS-84", lambda lon, lat: (lon, lat)),
    ],
)
def test_each_row_may_say_its_datum_in_the_words_of_the_office(
    list_of: Callable[..., Path],
    district: District,
    word: str,
    shift: Callable[..., tuple[Any, Any]],
) -> None:
    lon, lat = shift(np.array([FREE[0]]), np.array([FREE[1]]))
    rows = [
        [*good(1, place=(f"{lon[0]:.9f}", f"{lat[0]:.9f}")), word],
        [*good(2), "wgs84"],
    ]
    read = read_applications(list_of(rows, [*HEADS, "坐标系"]), district)
    points = read.tables["auto_repair"].geometry
    assert points.x.to_numpy() == pytest.approx([FREE[0]] * 2, abs=2e-8)
    assert points.y.to_numpy() == pytest.approx([FREE[1]] * 2, abs=2e-8)
    assert sum(read.datums.values()) == 2


def test_a_heading_may_say_the_datum_in_brackets(
    list_of: Callable[..., Path], district: District
) -> None:
    lon, lat = (float(one[0]) for one in wgs84_to_gcj02(*(np.array([one]) for one in FREE)))
    heads = [*HEADS[:4], "经度（GCJ-02）", "纬度（GCJ-02）"]
    path = list_of([good(place=(lon, lat))], heads)
    read = read_applications(path, district)
    assert read.datums == {"gcj02": 1}
    assert read.tables["auto_repair"].geometry.x[0] == pytest.approx(FREE[0], abs=1e-8)
    with pytest.raises(DatumError, match="声明的坐标基准是 bd09，表中写的是 gcj02"):
        read_applications(path, district, datum="bd09")


def test_a_row_that_contradicts_the_declared_datum_is_not_judged(
    list_of: Callable[..., Path], district: District
) -> None:
    rows = [[*good(1), "百度"], [*good(2), ""], [*good(3), "cgcs2000"], [*good(4), "北京54"]]
    read = read_applications(list_of(rows, [*HEADS, "坐标系"]), district, datum="wgs84")
    assert [(row, column) for row, column, _ in wrongs(read)] == [(2, "坐标系"), (5, "坐标系")]
    assert read.datums == {"cgcs2000": 1, "wgs84": 1}


def test_a_list_that_lies_elsewhere_is_refused_and_one_far_row_is_told(
    list_of: Callable[..., Path], district: District
) -> None:
    far = good(2, place=(121.47, 31.23))
    with pytest.raises(DatumError, match="公里"):
        read_applications(list_of([far]), district, datum="wgs84")
    read = read_applications(list_of([good(1), far]), district, datum="wgs84")
    assert "2 行中有 1 行离辖区 50 公里以上" in told(read)
    (checks,) = judge_applications(district, read).checks
    assert checks.places["summary"].tolist() == ["allowed", "out_of_scope"]


def test_positions_that_fit_the_roads_only_under_another_datum_are_told(
    list_of: Callable[..., Path], district: District
) -> None:
    # Thirty shops 10 m beside the long road, written down in BD-09 and declared as WGS 84.
    lon = np.linspace(110.002, 110.038, 30)
    shifted = wgs84_to_bd09(lon, np.full(30, 25.0101))
    back = bd09_to_wgs84(*shifted)
    assert back[1] == pytest.approx(25.0101)
    rows = [good(n, place=place) for n, place in enumerate(zip(*shifted, strict=True))]
    read = read_applications(list_of(rows), district, datum="wgs84")
    assert "坐标像是 BD-09（百度）" in told(read)
    assert "坐标像是" not in told(read_applications(list_of(rows), district, datum="bd09"))


def test_the_kind_may_be_said_for_all_and_a_column_then_says_something_else(
    list_of: Callable[..., Path], district: District
) -> None:
    heads = ["编号", "类别", "经度", "纬度", "燃料", "设置"]
    rows = [["A1", "烧烤店", *FREE, "电", "独立"], ["A2", "粉店", *FREE, "", ""]]
    read = read_applications(list_of(rows, heads), district, kind="餐饮", datum="wgs84")
    table = read.tables["catering"]
    assert table["kind"].tolist() == ["烧烤店", "粉店"]
    assert table["fuel"].isna().tolist() == [False, True]
    # Without it the same column names the kind, and a noodle shop is a word for catering.
    read = read_applications(list_of(rows, heads), district, datum="wgs84")
    assert read.tables["catering"]["site_id"].tolist() == ["A2"]
    assert wrongs(read)[0][:2] == (2, "类别")


def test_a_kind_that_contradicts_the_one_for_all_is_not_judged(
    list_of: Callable[..., Path], district: District
) -> None:
    rows = [good(1), good(2, kind="餐饮"), good(3, kind="三类")]
    read = read_applications(list_of(rows), district, kind="auto_repair", datum="wgs84")
    ((row, column, words),) = wrongs(read)
    assert (row, column) == (3, "场所类别")
    assert "与 --kind auto_repair 不符" in words
    with pytest.raises(InputError, match="方案中没有场所类别“火锅城”"):
        read_applications(list_of(rows), district, kind="火锅城", datum="wgs84")


def test_an_attribute_that_cannot_be_read_keeps_its_row_from_being_judged(
    list_of: Callable[..., Path], district: District
) -> None:
    heads = [*HEADS, "楼层", "设置位置"]
    rows = [[*good(1, kind="检测站"), "三楼", "地面"], [*good(2, kind="检测站"), "-1", "车库下"]]
    read = read_applications(list_of(rows, heads), district, datum="wgs84")
    ((row, column, words),) = wrongs(read)
    assert (row, column) == (2, "楼层")
    assert "“三楼”不是数" in words
    # An answer that is none of the usual ones is judged as it stands, and told.
    assert read.tables["inspection_agency"]["location"].tolist() == ["车库下"]
    assert "“设置位置”有 1 行写的不是常用词（车库下），按所写判定" in told(read)


def test_entrances_stand_in_numbered_columns(
    list_of: Callable[..., Path], district: District
) -> None:
    heads = [
        *HEADS,
        *("出入口经度", "出入口纬度", "临路", "出入口2经度", "出入口2纬度", "临路2"),
    ]
    rows = [
        [*good(1, kind="检测站"), 110.0321, 25.0151, "长路", 110.0322, 25.0152, "小街"],
        [*good(2, kind="检测站"), "", "", "", "", "", ""],
        [*good(3, kind="检测站"), 110.0321, "", "", "", "", ""],
        [*good(4, kind="检测站"), "", "", "长路", "", "", ""],
    ]
    read = read_applications(list_of(rows, heads), district, datum="wgs84")
    assert read.entrances[["site_id", "entrance_id", "road_name"]].to_numpy().tolist() == [
        ["A1", "A1-1", "长路"],
        ["A1", "A1-2", "小街"],
    ]
    assert read.entrances.geometry.x.tolist() == [110.0321, 110.0322]
    assert [(row, column) for row, column, _ in wrongs(read)] == [(4, "出入口经度")]
    assert "写了“临路”但没有出入口坐标" in told(read)


def test_half_a_pair_of_entrance_columns_is_refused(
    list_of: Callable[..., Path], district: District
) -> None:
    path = list_of([[*good(), 110.03]], [*HEADS, "出入口经度"])
    with pytest.raises(SchemaError, match="出入口的经度、纬度只有一列"):
        read_applications(path, district, datum="wgs84")


def test_entrances_stand_on_a_sheet_of_their_own(
    book_of: Callable[..., Path], district: District
) -> None:
    path = book_of(
        申请=[HEADS, *(good(number, kind="检测站") for number in range(1, 6))],
        出入口=[
            ("申请编号", "经度", "纬度", "临路"),
            ("A1", 110.0321, 25.0151, "长路"),
            ("A2", 110.0322, None, None),
            (None, 110.0321, 25.0151, None),
            ("A9", 110.0321, 25.0151, None),
            ("A1", 110.0323, 25.0153, None),
            ("A3", None, None, None),
        ],
        填表说明=[("经度和纬度",), ("按小数填写",)],
    )
    read = read_applications(path, district, datum="wgs84")
    assert read.entrances["entrance_id"].tolist() == ["A1-1", "A1-2"]
    listed = [(one.fault.file, one.fault.row) for one in read.refused]
    assert listed == [
        (
            "申请.xlsx [申请]",
            3,
        ),  # whose entrance has half a position: without it the verdict is open
        ("申请.xlsx [申请]", 4),
        ("申请.xlsx [出入口]", 3),
        ("申请.xlsx [出入口]", 4),
        ("申请.xlsx [出入口]", 5),
        ("申请.xlsx [出入口]", 7),
    ]
    words = "\n".join(one.fault.problem.zh for one in read.refused)
    assert "出入口没有写所属申请的编号" in words
    assert "没有编号为“A9”的申请" in words
    assert read.tables["inspection_agency"]["site_id"].tolist() == ["A1", "A4", "A5"]


def test_several_sheets_that_could_be_meant_are_a_question(
    book_of: Callable[..., Path], district: District
) -> None:
    path = book_of(一月=[HEADS, good(1)], 二月=[HEADS, good(2)])
    with pytest.raises(ReadError, match="有几个工作表有数据"):
        read_applications(path, district, datum="wgs84")
    read = read_applications(path, district, datum="wgs84", part="二月")
    assert read.tables["auto_repair"]["site_id"].tolist() == ["A2"]


def test_of_a_repeated_id_the_first_is_judged_unless_entrances_refer_to_it(
    book_of: Callable[..., Path], district: District
) -> None:
    rows = [HEADS, *(good(1, kind="检测站"), good(1, kind="检测站"), good(2, kind="检测站"))]
    read = read_applications(book_of(申请=rows), district, datum="wgs84")
    assert [row for row, _, _ in wrongs(read)] == [3]
    assert "第 2 行已判定" in wrongs(read)[0][2]
    gates = [("申请编号", "经度", "纬度"), ("A1", 110.0321, 25.0151)]
    read = read_applications(book_of(申请=rows, 出入口=gates), district, datum="wgs84")
    assert [row for row, _, _ in wrongs(read)] == [2, 3]
    assert read.tables["inspection_agency"]["site_id"].tolist() == ["A2"]
    assert len(read.entrances) == 0


def test_rows_without_an_id_are_numbered_and_told(
    list_of: Callable[..., Path], district: District
) -> None:
    rows = [["", *good(1)[1:]], ["", *good(2)[1:]]]
    read = read_applications(list_of(rows), district, datum="wgs84")
    assert read.tables["auto_repair"]["site_id"].tolist() == ["row-0002", "row-0003"]
    assert "2 行没有编号" in told(read)


def test_parcels_come_as_text_or_as_a_layer_with_entrances(
    list_of: Callable[..., Path], tmp_path: Path, district: District
) -> None:
    parcel = shapely.box(110.0315, 25.0145, 110.0325, 25.0155)
    rows = [
        [*good(1), parcel.wkt],
        [*good(2, place=("", "")), parcel.wkt],
        [*good(3), ""],
        [*good(4), "甲-12"],
        [
            *good(5),
            "POLYGON ((110.03 25.01, 110.04 25.02, 110.04 25.01, 110.03 25.02, 110.03 25.01))",
        ],
    ]
    read = read_applications(list_of(rows, [*HEADS, "地块"]), district, datum="wgs84")
    assert read.tables["auto_repair"].geom_type.tolist() == ["Polygon", "Polygon", "Point"]
    assert "1 行同时给出点和地块，按地块判定" in told(read)
    assert wrongs(read)[0][:2] == (5, "地块")
    assert wrongs(read)[1][0] == 6
    assert "自相交" in wrongs(read)[1][2]
    assert "repair = true" not in wrongs(read)[1][2]
    path = tmp_path / "地块.gpkg"
    sites = gpd.GeoDataFrame(
        {"编号": ["A1"], "场所类别": ["检测站"]}, geometry=[parcel], crs="EPSG:4326"
    )
    sites.to_crs("EPSG:4546").to_file(path, layer="申请", engine="pyogrio")
    gates = gpd.GeoDataFrame(
        {"申请编号": ["A1"]}, geometry=[shapely.Point(110.0315, 25.015)], crs="EPSG:4326"
    )
    gates.to_file(path, layer="出入口", engine="pyogrio")
    read = read_applications(path, district)
    moved = read.tables["inspection_agency"].geometry[0]
    assert shapely.hausdorff_distance(moved, parcel) < 1e-7
    assert read.entrances["site_id"].tolist() == ["A1"]
    assert read.datums == {"EPSG:4546": 1}


def test_a_file_of_entrances_is_read_beside_the_list(
    list_of: Callable[..., Path], tmp_path: Path, district: District
) -> None:
    gates = tmp_path / "出入口.csv"
    gates.write_text("编号,经度,纬度\nA1,110.0321,25.0151\n", encoding="utf-8")
    path = list_of([good(1, kind="检测站")])
    read = read_applications(path, district, datum="wgs84", entrances=gates)
    assert read.entrances["site_id"].tolist() == ["A1"]
    gates.write_text("经度,纬度\n110.0321,25.0151\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="出入口表没有写明属于哪个申请的列"):
        read_applications(path, district, datum="wgs84", entrances=gates)


def test_rows_with_their_own_position_error_are_judged_by_it(
    list_of: Callable[..., Path], district: District
) -> None:
    # S1 is known to 10 m; 25 m beyond its kilometre is clear with 10 m of error, not with 20.
    edge = (110.015, 25.01 + 1_025 / 110_773.0)
    heads = [*HEADS, "位置误差（米）"]
    rows = [
        [*good(1, place=edge), ""],
        [*good(2, place=edge), "20"],
        [*good(3, place=FREE), "3"],
        [*good(4, place=edge), "10"],
        [*good(5, place=edge), "-3"],
    ]
    read = read_applications(list_of(rows, heads), district, datum="wgs84")
    assert wrongs(read)[0][:2] == (6, "位置误差（米）")
    (checks,) = judge_applications(district, read, accuracy_m=5.0).checks
    assert checks.places["place_id"].tolist() == ["A1", "A2", "A3", "A4"]
    assert checks.places["accuracy_m"].tolist() == [5.0, 20.0, 3.0, 10.0]
    assert checks.places["summary"].tolist() == [
        "allowed",
        "too_close_to_call",
        "allowed",
        "allowed",
    ]
    with pytest.raises(SchemaError, match="km"):
        read_applications(
            list_of([[*good(1), "1"]], [*HEADS, "位置误差（km）"]), district, datum="wgs84"
        )


def test_parts_of_a_list_say_the_same_as_each_place_alone(
    list_of: Callable[..., Path], district: District
) -> None:
    rng = np.random.default_rng(7)
    heads = [*HEADS, "位置误差", "出入口经度", "出入口纬度", "设置位置"]
    rows = []
    for number in range(18):
        lon, lat = rng.uniform(109.995, 110.045), rng.uniform(24.998, 25.022)
        gate = ("", "") if number % 4 == 0 else (lon + 1e-4, lat)
        error = ("", "5", "20")[number % 3]
        where = ("地面", "地下车库", "")[number % 3]
        rows.append([*good(number, kind="检测站", place=(lon, lat)), error, *gate, where])
    read = read_applications(list_of(rows, heads), district, datum="wgs84")
    verdicts = judge_applications(district, read)
    (checks,), (lines,) = verdicts.checks, verdicts.lines
    for at, row in enumerate(rows):
        alone = check_site(
            district,
            "inspection_agency",
            (float(str(row[4])), float(str(row[5]))),
            entrance=None if row[7] == "" else (float(str(row[7])), float(str(row[8]))),
            attributes={"location": row[9]} if row[9] else None,
            accuracy_m=float(str(row[6])) if row[6] else None,
        )
        mine = lines[lines["place_id"] == row[0]]
        assert mine["verdict"].tolist() == [str(line.verdict) for line in alone.lines]
        assert mine["reason_zh"].tolist() == [line.reason.zh for line in alone.lines]
        assert checks.places["summary"].iloc[at] == alone.summary


def test_what_is_not_wrong_is_judged_and_told(
    list_of: Callable[..., Path], district: District
) -> None:
    across = shapely.box(109.9995, 25.004, 110.0005, 25.005).wkt
    heads = [*HEADS, "地块", "出入口经度", "出入口纬度"]
    rows = [
        [*good(1, place=(110.06, 25.01)), "", "", ""],
        [*good(2, place=("", "")), across, "", ""],
        [*good(3, kind="检测站"), "", *FREE],
    ]
    read = read_applications(list_of(rows, heads), district, datum="wgs84")
    assert read.refused == ()
    repair, inspection = judge_applications(district, read).checks
    assert repair.places["summary"].tolist() == ["out_of_scope", "needs_decision"]
    assert inspection.places["summary"].tolist() == ["unknown"]
    frontage = next(one for one in inspection.by_rule if one.rule and one.rule.kind == "frontage")
    assert frontage.remarks is not None
    assert "30 m" in frontage.remarks[0].zh


def test_kinds_of_the_district_are_judged_too(
    town: dict[str, Layer],
    folder_of: Callable[..., Path],
    list_of: Callable[..., Path],
    tmp_path: Path,
) -> None:
    from qxgeo.district import load_district

    place = tmp_path / "town"
    place.mkdir()
    file = folder_of(place, *town.values())
    with file.open("a", encoding="utf-8") as stream:
        stream.write(
            '\n[site_kinds.car_wash]\ntitle = { zh = "洗车场", en = "car wash" }\n'
            'rules = [{ rule = "1.3.4-a" }]\n'
        )
    own = load_district(place)
    read = read_applications(list_of([good(1, kind="洗车场", place=NEAR)]), own, datum="wgs84")
    (checks,) = judge_applications(own, read).checks
    assert checks.kind.kind_id == "car_wash"
    assert checks.places["summary"].tolist() == ["not_newly_approved"]


def test_a_column_means_one_thing_only(list_of: Callable[..., Path]) -> None:
    heads = [*HEADS, "地址", "第二出入口经度", "第二出入口纬度", "出入口道路", "x", "y"]
    raw = read_raw(
        list_of([[*good(), "某路", 1, 2, "长路", 5, 6]], heads), known=HEADS, is_datum_declared=True
    )
    columns = sort_columns(raw, is_kind_given=False)
    assert columns.positions == {"lon": "经度", "lat": "纬度"}
    assert [(gate.number, dict(gate.positions), gate.road) for gate in columns.entrances] == [
        (1, {}, "出入口道路"),
        (2, {"lon": "第二出入口经度", "lat": "第二出入口纬度"}, ""),
    ]
    assert columns.free == ("x", "y")


def test_entrances_on_their_own_sheet_have_the_datum_of_their_place(
    book_of: Callable[..., Path], district: District
) -> None:
    gcj = [float(one[0]) for one in wgs84_to_gcj02(*(np.array([one]) for one in FREE))]
    path = book_of(
        申请=[
            [*HEADS, "坐标系"],
            [*good(1, kind="检测站", place=(gcj[0], gcj[1])), "高德"],
            [*good(2, kind="检测站"), "GPS"],
            [*good(3, kind="检测站"), ""],
        ],
        出入口=[("申请编号", "经度", "纬度"), ("A1", *gcj), ("A2", *FREE)],
    )
    read = read_applications(path, district)
    assert read.entrances.geometry.x.to_numpy() == pytest.approx([FREE[0]] * 2, abs=1e-8)
    ((row, column, words),) = wrongs(read)
    assert (row, column) == (4, "坐标系")
    assert "没有声明坐标基准" in words


def test_entrances_in_columns_and_on_a_sheet_are_both_used(
    book_of: Callable[..., Path], district: District
) -> None:
    heads = [*HEADS, "出入口经度", "出入口纬度"]
    path = book_of(
        申请=[heads, [*good(1, kind="检测站"), 110.0321, 25.0151]],
        出入口=[("申请编号", "经度", "纬度"), ("A1", 110.0322, 25.0152)],
    )
    read = read_applications(path, district, datum="wgs84")
    assert read.entrances.geometry.x.tolist() == [110.0321, 110.0322]
    assert "出入口既有专表又有列，两处都采用" in told(read)


def test_a_road_without_any_entrance_column_is_told_to_be_idle(
    list_of: Callable[..., Path], district: District
) -> None:
    path = list_of([[*good(1, kind="检测站"), "长路"]], [*HEADS, "临路"])
    read = read_applications(path, district, datum="wgs84")
    assert len(read.entrances) == 0
    assert "1 行写了“临路”但没有出入口坐标，临路不起作用（第 2 行）" in told(read)


def test_a_file_of_entrances_with_the_name_of_the_list_is_told_apart(
    list_of: Callable[..., Path], tmp_path: Path, district: District
) -> None:
    path = list_of([good(1, kind="检测站"), good(2, kind="检测站")])
    (tmp_path / "出入口").mkdir()
    gates = tmp_path / "出入口" / path.name
    gates.write_text("申请编号,经度,纬度\nA9,110.0321,25.0151\n", encoding="utf-8")
    read = read_applications(path, district, datum="wgs84", entrances=gates)
    # Row 2 of the entrances is wrong; row 2 of the list is not.
    assert [(one.fault.file, one.fault.row) for one in read.refused] == [("申请.csv [出入口]", 2)]
    assert read.refused_row_count == 0


def test_a_district_without_roads_has_nothing_to_smell_a_datum_by(
    list_of: Callable[..., Path],
    town: dict[str, Layer],
    district_of: Callable[..., District],
) -> None:
    bare = district_of(*(layer for name, layer in town.items() if name != "roads"))
    read = read_applications(list_of([good(1)]), bare, datum="wgs84")
    assert read.notes == ()


def test_positions_in_the_metres_of_a_zone_are_converted_row_by_row(
    list_of: Callable[..., Path], district: District
) -> None:
    from pyproj import Transformer

    to_metres = Transformer.from_crs("EPSG:4490", "EPSG:4546", always_xy=True)
    x, y = to_metres.transform(*FREE)
    rows = [good(1, place=(x, y)), good(2, place=(1e30, y)), good(3, place=(x, y))]
    read = read_applications(list_of(rows), district, datum="EPSG:4546")
    assert [row for row, _, _ in wrongs(read)] == [3]
    points = read.tables["auto_repair"].geometry
    assert points.x.to_numpy() == pytest.approx([FREE[0]] * 2, abs=1e-7)


def test_headings_that_name_two_datums_are_refused(
    list_of: Callable[..., Path], tmp_path: Path, district: District
) -> None:
    path = list_of([good()], [*HEADS[:4], "经度（GCJ-02）", "纬度（百度）"])
    with pytest.raises(DatumError, match="声明的坐标基准是 bd09，表中写的是 gcj02"):
        read_applications(path, district)
    path = list_of([[*good(1, kind="检测站"), "wgs84"]], [*HEADS, "坐标系"])
    gates = tmp_path / "出入口.csv"
    gates.write_text("编号,经度（GCJ-02）,纬度（百度）\nA1,110.03,25.01\n", encoding="utf-8")
    with pytest.raises(DatumError, match="表中写的是 gcj02"):
        read_applications(path, district, entrances=gates)


def test_a_unit_in_brackets_is_no_datum(list_of: Callable[..., Path], district: District) -> None:
    path = list_of([good()], [*HEADS[:4], "经度（度）", "纬度（度）"])
    with pytest.raises(DatumError, match="没有声明坐标基准"):
        read_applications(path, district)
    assert read_applications(path, district, datum="wgs84").datums == {"wgs84": 1}
