"""CSV and workbooks: encodings, headers, coordinates, and every usual fault."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from qxgeo.errors import DatumError, InputError, ReadError, SchemaError
from qxgeo.readers import ReadResult, read_table

HEAD = "站点编码,站点名称,经度,纬度"
ROWS = ["1864A,龙隐路小学,110.3089,25.2708", "1862A,尧山校区,110.4144,25.3167"]


def write(folder: Path, text: str, *, name: str = "站点.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def csv_of(*rows: str, head: str = HEAD) -> str:
    return "\r\n".join((head, *rows)) + "\r\n"


def stations(path: Path, **options: object) -> ReadResult:
    return read_table(path, layer="stations", **{"datum": "wgs84"} | options)  # type: ignore[arg-type]


def faults_of(path: Path, **options: object) -> list[tuple[int | None, str]]:
    with pytest.raises(InputError) as error:
        stations(path, **options)
    return [(fault.row, fault.in_language("zh")) for fault in error.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_usual_encoding_gives_the_same_table(tmp_path: Path, encoding: str) -> None:
    result = stations(write(tmp_path, csv_of(*ROWS), encoding=encoding))
    assert result.table["name"].tolist() == ["尧山校区", "龙隐路小学"]
    assert result.table["station_id"].tolist() == ["1862A", "1864A"]
    assert result.table.geometry.x.tolist() == [110.4144, 110.3089]
    assert result.table.crs.to_epsg() == 4326
    assert [("GB18030" in note.zh) for note in result.notes] == [True] * encoding.startswith("gb")


def test_missing_optional_columns_are_all_blank_and_others_stay(tmp_path: Path) -> None:
    text = csv_of(ROWS[0] + ",桂林", head=HEAD + ",城市")
    table = stations(write(tmp_path, text)).table
    assert table["control_level"].isna().all()
    assert str(table["valid_from"].dtype).startswith("datetime64")
    assert str(table["is_reference_point"].dtype) == "boolean"
    assert str(table["accuracy_m"].dtype) == "Float64"
    assert table["城市"].tolist() == ["桂林"]
    assert table.columns[-1] == "geometry"


@pytest.mark.parametrize(
    ("encoding", "declared", "fitting"),
    [("gbk", "utf-8", "gb18030"), ("utf-8", "gbk", "utf-8"), ("utf-8-sig", "gb2312", "utf-8")],
)
def test_a_wrong_declared_encoding_is_refused_with_the_fitting_one(
    tmp_path: Path, encoding: str, declared: str, fitting: str
) -> None:
    path = write(tmp_path, csv_of(*ROWS), encoding=encoding)
    with pytest.raises(ReadError, match=fitting):
        stations(path, encoding=declared)


def test_right_declared_encodings_are_taken(tmp_path: Path) -> None:
    for encoding in ("gbk", "utf-8-sig", "big5"):
        text = (
            csv_of(ROWS[0]) if encoding != "big5" else "code,name,lon,lat\r\nA,東江,110.3,25.3\r\n"
        )
        path = write(tmp_path, text, encoding=encoding)
        assert len(stations(path, encoding=encoding.removesuffix("-sig")).table) == 1


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"PK\0\0abc")
    with pytest.raises(ReadError, match="xlsx"):
        stations(path)
    path.write_bytes(HEAD.encode() + b"\n\xff\xff\xff\n")
    with pytest.raises(ReadError, match="UTF-8"):
        stations(path)
    with pytest.raises(ReadError, match=r"utf-8|UTF-8"):
        stations(path, encoding="utf-8")
    with pytest.raises(ReadError, match="klingon"):
        stations(path, encoding="klingon")


def test_missing_folder_locked_and_empty_files_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "不存在" in faults_of(tmp_path / "无.csv")[0][1]
    assert "文件夹" in faults_of(tmp_path)[0][1]
    assert "空的" in faults_of(write(tmp_path, ""))[0][1]
    assert "没有数据" in faults_of(write(tmp_path, "\n\n,,\n"))[0][1]
    assert "没有数据行" in faults_of(write(tmp_path, HEAD + "\n"))[0][1]
    assert "扩展名" in faults_of(write(tmp_path, "x", name="a.dwg"))[0][1]
    path = write(tmp_path, csv_of(*ROWS))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "权限" in faults_of(path)[0][1]


@pytest.mark.parametrize(
    "head",
    [
        "code,name,lon,lat",
        "编码,名称,东经,北纬",
        "编码,名称,GPS经度,GPS纬度",
        "编码,名称,X,Y",
        "编码,名称,经度（°）,纬度（°）",
        "编码,名称,坐标经度,坐标纬度",
        "编码,名称,场地经度,场地纬度",
        "code,name,Longitude,Latitude",
        "code,name,lng,lat",
        "编码,名称,point_x,point_y",
    ],
)
def test_position_columns_are_known_by_their_usual_names(tmp_path: Path, head: str) -> None:
    table = stations(write(tmp_path, csv_of(*ROWS, head=head))).table
    assert table.geometry.y.tolist() == [25.3167, 25.2708]


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("编码,名称,坐标", '"110.3089,25.2708"'),
        ("编码,名称,经纬度", "110.3089 25.2708"),
        ("编码,名称,经纬度", "110.3089；25.2708"),
        ("编码,名称,latlon", '"25.2708,110.3089"'),
        ("编码,名称,坐标", "（25.2708N、110.3089E）"),
        ("编码,名称,WKT", "POINT (110.3089 25.2708)"),
        ("编码,名称,wkt", "SRID=4326;POINT Z (110.3089 25.2708 7)"),
    ],
)
def test_one_cell_may_hold_the_position(tmp_path: Path, head: str, cell: str) -> None:
    table = stations(write(tmp_path, csv_of(f"A,甲,{cell}", head=head))).table
    assert (table.geometry.x[0], table.geometry.y[0]) == (110.3089, 25.2708)


def test_cells_that_are_no_position_are_listed_all_at_once(tmp_path: Path) -> None:
    rows = [
        "A,甲,约110,25.3",
        "B,乙,110.3,25°70′",
        "C,丙,25°N,110.3",
        "D,丁,110.3,-",
        "E,戊,110.3,25.3",
    ]
    found = faults_of(write(tmp_path, csv_of(*rows)))
    assert [row for row, _ in found] == [2, 3, 4, 5]
    assert "写反" in found[2][1]
    assert "只填了一个" in found[3][1]
    bad_pairs = csv_of("A,甲,110.3", "B,乙,25N 25N", "C,丙,-", head="编码,名称,坐标")
    assert [row for row, _ in faults_of(write(tmp_path, bad_pairs))] == [2, 3, 4]
    bad_wkt = csv_of("A,甲,POINT(1", "B,乙," + "X" * 90, "C,丙,-", head="编码,名称,wkt")
    assert [row for row, _ in faults_of(write(tmp_path, bad_wkt))] == [2, 3, 4]


def test_infinite_coordinates_are_refused(tmp_path: Path) -> None:
    found = faults_of(write(tmp_path, csv_of("A,甲,POINT (1e999 25)", head="编码,名称,wkt")))
    assert found[0][0] == 2
    found = faults_of(write(tmp_path, csv_of("A,甲,inf,25.3", ROWS[0])))
    assert [row for row, _ in found] == [2]


def test_blank_positions_are_refused_or_listed_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, csv_of("1045A,市政府,-,", *ROWS))
    assert [row for row, _ in faults_of(path)] == [2]
    result = stations(path, missing_position="list")
    assert len(result.table) == 2
    assert "1045A 市政府" in result.notes[0].zh
    only = write(tmp_path, csv_of("1045A,市政府,,"))
    assert [row for row, _ in faults_of(only, missing_position="list")] == [2]


def test_no_or_several_position_columns_are_asked_about(tmp_path: Path) -> None:
    path = write(tmp_path, csv_of("A,甲,1", head="编码,名称,数"))
    assert "没有找到经度" in faults_of(path)[0][1]
    rows = "A,甲,110.3,25.3,110.4,25.4"
    path = write(tmp_path, csv_of(rows, head="编码,名称,高德经度,高德纬度,百度经度,百度纬度"))
    assert "几列" in faults_of(path)[0][1]
    table = stations(path, columns={"lon": "百度经度", "lat": "百度纬度"}).table
    assert table.geometry.x[0] == 110.4
    twice = write(tmp_path, csv_of(rows, head="编码,名称,lon,纬度,Lon,备注"))
    assert "几列" in faults_of(twice)[0][1]


def test_declared_columns_win_and_must_exist(tmp_path: Path) -> None:
    path = write(tmp_path, csv_of("A,甲,乙,110.3,25.3", head="编码,名称,别名,经度,纬度"))
    table = stations(path, columns={"name": "别名", "nickname": "名称"}).table
    assert table["name"].tolist() == ["乙"]
    assert table["nickname"].tolist() == ["甲"]
    found = faults_of(path, columns={"name": "没有", "lon": "无此"})
    assert len(found) == 2
    assert "文件的列" in found[0][1]


def test_a_heading_that_is_a_name_of_the_house_is_kept_aside(tmp_path: Path) -> None:
    path = write(tmp_path, csv_of("A,甲,乙,110.3,25.3", head="编码,名称,name,经度,纬度"))
    table = stations(path, columns={"name": "名称"}).table
    assert table["name"].tolist() == ["甲"]
    assert table["name_2"].tolist() == ["乙"]


def test_a_missing_required_column_says_what_there_is(tmp_path: Path) -> None:
    found = faults_of(write(tmp_path, csv_of("甲,110.3,25.3", head="名称,经度,纬度")))
    assert "station_id" in found[0][1]
    assert "名称、经度、纬度" in found[0][1]


def test_swapped_axes_abroad_and_no_datum_are_refused(tmp_path: Path) -> None:
    swapped = write(tmp_path, csv_of("A,甲,25.27,110.30", "B,乙,25.28,110.31"))
    with pytest.raises(DatumError, match="写反"):
        stations(swapped)
    with pytest.raises(DatumError, match="没有声明"):
        stations(write(tmp_path, csv_of(*ROWS)), datum=None)
    with pytest.raises(DatumError, match="km"):
        stations(write(tmp_path, csv_of(*ROWS)), surroundings=(121.4, 31.1, 121.5, 31.3))
    with pytest.raises(SchemaError, match="0, 0") as error:
        stations(write(tmp_path, csv_of("A,甲,0,0", "B,乙,-,-", ROWS[0])))
    assert len(error.value.faults) == 2


def test_surveying_columns_with_zone_prefix_are_read_as_declared(tmp_path: Path) -> None:
    path = write(tmp_path, csv_of("A,甲,2797000,37431287", head="编码,名称,X,Y"))
    columns = {"lon": "Y", "lat": "X"}
    table = stations(path, datum="EPSG:4525", columns=columns).table
    assert (round(table.geometry.x[0], 3), round(table.geometry.y[0], 3)) == (110.318, 25.278)
    with pytest.raises(DatumError, match="X 是北坐标"):
        stations(path, datum="EPSG:4525")
    east_north = write(
        tmp_path, csv_of("A,甲,431287,2797000", head="编码,名称,东坐标(米),北坐标(米)")
    )
    assert round(stations(east_north, datum="EPSG:4546").table.geometry.x[0], 3) == 110.318


def test_cells_of_the_wrong_kind_are_listed_with_their_rows(tmp_path: Path) -> None:
    head = HEAD + ",对照点,启用日期,定位精度"
    rows = [ROWS[0] + ",也许,昨天,十米", ROWS[1] + ",是,2018年2月20日,１０"]
    found = faults_of(write(tmp_path, csv_of(*rows, head=head)))
    assert [row for row, _ in found] == [2, 2, 2]
    table = stations(write(tmp_path, csv_of(rows[1], head=head))).table
    assert bool(table["is_reference_point"][0])
    assert table["valid_from"][0] == pd.Timestamp("2018-02-20")
    assert table["accuracy_m"][0] == 10


def test_repeated_and_blank_keys_are_faults(tmp_path: Path) -> None:
    rows = [ROWS[0], ROWS[0], "-,无号,110.3,25.3", "9A,-,110.3,25.3"]
    found = faults_of(write(tmp_path, csv_of(*rows)))
    assert [row for row, _ in found] == [3, 4, 5]
    assert "第 2、3 行" in found[0][1]


def test_ids_that_may_be_missing_are_made_from_the_row(tmp_path: Path) -> None:
    path = write(tmp_path, csv_of("甲,110.3,25.3", "乙,110.31,25.3", head="名称,经度,纬度"))
    first = read_table(path, layer="schools", datum="wgs84")
    assert first.table["site_id"].tolist() == ["row-0002", "row-0003"]
    assert first.table["name"].tolist() == ["甲", "乙"]
    assert "行号" in first.notes[0].zh
    again = read_table(path, layer="schools", datum="wgs84")
    pd.testing.assert_frame_equal(first.table, again.table)


def test_where_lets_one_file_serve_several_layers(tmp_path: Path) -> None:
    head = "编号,名称,类别,经度,纬度"
    rows = ["1,甲,学校,110.3,25.3", "2,乙,菜市场,坏,25.3", "3,丙,幼儿园,110.3,25.2"]
    path = write(tmp_path, csv_of(*rows, head=head))
    wanted = {"类别": ("学校", "幼儿园")}
    table = read_table(path, layer="schools", datum="wgs84", where=wanted).table
    assert table["name"].tolist() == ["甲", "丙"]
    one = read_table(path, layer="schools", datum="wgs84", where={"site_id": 3}).table
    assert one["name"].tolist() == ["丙"]
    with pytest.raises(SchemaError, match="学校"):
        read_table(path, layer="schools", datum="wgs84", where={"类别": "网吧"})
    with pytest.raises(SchemaError, match="类别"):
        read_table(path, layer="schools", datum="wgs84", where={"种类": "学校"})


def test_quotes_lines_in_cells_and_separators_are_understood(tmp_path: Path) -> None:
    text = '编码\t名称\t经度\t纬度\r\nA\t"两\n行"\t110.3\t25.3\r\n\r\nB\t乙\tx\t25.3\r\n'
    assert [row for row, _ in faults_of(write(tmp_path, text, name="a.tsv"))] == [4]
    semicolons = write(tmp_path, "编码;名称;经度;纬度\nA;甲;110.3;25.3\n")
    assert len(stations(semicolons).table) == 1
    torn = write(tmp_path, '编码,名称,经度,纬度\nA,"甲,110.3,25.3\n')
    assert "引号" in faults_of(torn)[0][1]


def test_titles_notes_and_footers_around_a_table_are_understood(tmp_path: Path) -> None:
    text = (
        "七星区监测站一览表,,,\n单位：度,,,\n"
        + csv_of(*ROWS)
        + "合计：2 个,,,\n注：坐标为 WGS 84,,,\n"
    )
    result = stations(write(tmp_path, text))
    assert len(result.table) == 2
    assert "6、7" in result.notes[-1].zh
    wrong = write(tmp_path, text.replace("110.3089", "x"))
    assert faults_of(wrong)[0][0] == 4


def test_a_declared_header_row_is_taken(tmp_path: Path) -> None:
    text = "经度,纬度,名称,编码\n" + csv_of(*ROWS)
    assert len(stations(write(tmp_path, text), header_row=2).table) == 2
    assert "header_row" in faults_of(write(tmp_path, text), header_row=99)[0][1]


def book(folder: Path, sheets: dict[str, list[list[object]]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "台账.xlsx"
    workbook.save(path)
    return path


SHEET: list[list[object]] = [
    ["七星区汽修台账"],
    ["编号", "名称", "坐标", None, "登记日期", "状态"],
    [None, None, "经度", "纬度", None, None],
    [1001, "甲", 110.3089, "25°16′14.88″", dt.date(2023, 6, 1), "现有"],
    [None, None, None, None, None, None],
    [1002, "乙", "１１０．３１", 25.28, None, "拟新增"],
]


def test_a_workbook_with_titles_and_merged_headings_is_read(tmp_path: Path) -> None:
    path = book(tmp_path, {"说明": [], "汽修": SHEET, "Sheet3": []})
    table = read_table(path, layer="auto_repair", datum="wgs84").table
    assert table["site_id"].tolist() == ["1001", "1002"]
    assert table["status"].tolist() == ["existing", "proposed"]
    assert table.geometry.x.tolist() == [110.3089, 110.31]
    assert abs(table.geometry.y[0] - 25.2708) < 1e-12
    assert table["登记日期"][0] == "2023-06-01"
    bad = [*SHEET, [1003, "丙", "?", 25.2, None, "待定"]]
    with pytest.raises(SchemaError) as error:
        read_table(book(tmp_path, {"汽修": bad}), layer="auto_repair", datum="wgs84")
    assert [fault.row for fault in error.value.faults] == [7, 7]


def test_sheets_are_chosen_by_name_or_number_and_asked_for_where_several_are_filled(
    tmp_path: Path,
) -> None:
    path = book(tmp_path, {"一": SHEET, "二": SHEET[:4]})
    for sheet, count in (("一", 2), (2, 1), ("二", 1)):
        assert len(read_table(path, layer="auto_repair", datum="wgs84", sheet=sheet).table) == count
    for sheet in (None, "三", 3):
        with pytest.raises(ReadError, match=r"一、二|sheet"):
            read_table(path, layer="auto_repair", datum="wgs84", sheet=sheet)
    with pytest.raises(ReadError, match="没有数据"):
        read_table(book(tmp_path, {"空": []}), layer="auto_repair", datum="wgs84")


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ReadError, match="Excel"):
        stations(path)
    good = book(tmp_path, {"一": SHEET}).read_bytes()
    path.write_bytes(good[: len(good) // 2])
    with pytest.raises(ReadError, match="Excel"):
        stations(path)
    (tmp_path / "坏.xls").write_bytes(b"no workbook at all")
    with pytest.raises(ReadError, match="Excel"):
        stations(tmp_path / "坏.xls")


def test_a_workbook_whose_sheet_is_torn_is_refused(tmp_path: Path) -> None:
    source = book(tmp_path, {"一": SHEET})
    torn = tmp_path / "残.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(torn, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[:200] if name.endswith("sheet1.xml") else data)
    with pytest.raises(InputError):
        stations(torn)


def test_the_national_list_says_the_same_in_both_encodings(external_data: Path) -> None:
    tables = []
    for name in ("national_sites_gbk.csv", "national_sites_utf8.csv"):
        path = external_data / "stations" / name
        with pytest.raises(SchemaError) as error:
            stations(path)
        assert len(error.value.faults) == 10
        result = stations(path, missing_position="list")
        assert any("10 行没有位置" in note.zh for note in result.notes)
        tables.append(result.table.set_index("station_id"))
    plain = [table.drop(columns=["经度", "纬度"]) for table in tables]  # "97" and "97.0" as text
    pd.testing.assert_frame_equal(*plain)
    assert len(tables[0]) == 2016
    assert tables[0].loc["1002A", "name"] == "定陵"
    assert bool(tables[0].loc["1002A", "is_reference_point"])
    assert tables[0].loc["1013A", "valid_to"] == pd.Timestamp("2015-07-02")
    assert tables[0].loc["1436A", "status"] == "停运"
