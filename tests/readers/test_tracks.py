"""Tracks in every format that platforms export, and what is wrong with some."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
import xlsxwriter

from qxgeo.errors import ReadError, SchemaError
from qxgeo.readers.tracks import TRACK_COLUMNS, read_tracks

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

# 08:00 in Shanghai is midnight in Greenwich.
EIGHT = datetime(2023, 12, 27, 0, 0, 0, tzinfo=UTC).timestamp()
CSV = (
    "车牌号,定位时间,经度,纬度,速度(km/h),方向,洒水状态\n"
    "桂C12345,2023-12-27 08:00:00,110.300000,25.250000,12.5,90,洒水\n"
    "桂C12345,2023-12-27 08:00:10,110.300300,25.250000,0,365,关\n"
)


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def check_the_two(table: pd.DataFrame, *, cart: str = "桂C12345") -> None:
    assert list(table.columns) == list(TRACK_COLUMNS)
    assert table["cart_id"].tolist() == [cart, cart]
    assert table["time_s"].tolist() == [EIGHT, EIGHT + 10]
    assert table["lon"].tolist() == [110.3, 110.3003]
    assert table["lat"].tolist() == [25.25, 25.25]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_with_chinese_headings_is_read(tmp_path: Path, encoding: str) -> None:
    text = CSV.replace(",365,", ",270,")
    tracks = read_tracks([write(tmp_path, "a.csv", text, encoding)])
    check_the_two(tracks.table)
    assert tracks.table["speed_kmh"].tolist() == [12.5, 0.0]
    assert tracks.table["heading_deg"].tolist() == [90.0, 270.0]
    assert tracks.table["is_spraying"].tolist() == [True, False]
    assert tracks.table["row"].tolist() == [2, 3]
    assert not tracks.faults


def test_a_heading_that_cannot_be_meant_is_named_and_the_row_is_kept(tmp_path: Path) -> None:
    tracks = read_tracks([write(tmp_path, "a.csv", CSV)])
    check_the_two(tracks.table)
    (fault,) = tracks.faults
    assert (fault.file, fault.row, fault.column) == ("a.csv", 3, "方向")
    assert np.isnan(tracks.table["heading_deg"].iloc[1])
    assert tracks.refused_rows == 0


def test_rows_without_time_or_place_are_named_and_the_rest_is_used(tmp_path: Path) -> None:
    bad = "桂C12345,昨天,110.3,25.25,1,1,关\n桂C12345,2023-12-27 08:01:00,,25.25,1,1,关\n"
    bad += "桂C12345,2023-12-27 08:01:10,0,0,1,1,关\n"
    tracks = read_tracks([write(tmp_path, "a.csv", CSV.replace(",365,", ",1,") + bad)])
    check_the_two(tracks.table)
    assert tracks.refused_rows == 3
    assert {(one.row, one.column) for one in tracks.faults} == {
        (4, "定位时间"),
        (5, "经度"),
        (6, "经度"),
        (6, "纬度"),
    }


def test_cells_with_the_same_fault_are_named_once_with_their_number(tmp_path: Path) -> None:
    rows = "".join(f"桂C1,2023-12-27 08:02:{n:02d},110.3,25.25,1,1,慢洒\n" for n in range(30))
    tracks = read_tracks([write(tmp_path, "a.csv", CSV.replace(",365,", ",1,") + rows)])
    (fault,) = tracks.faults
    assert fault.row == 4
    assert "30" in fault.problem.en
    assert tracks.table["is_spraying"].isna().sum() == 30


def test_a_workbook_with_dates_in_cells_and_title_rows_is_read(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    form = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_row(0, 0, ["轨迹明细"])
    sheet.write_row(1, 0, ["车号", "时间", "经度", "纬度", "车速"])
    for place, second in enumerate((0, 10)):
        sheet.write(2 + place, 0, "桂C12345")
        sheet.write_datetime(2 + place, 1, datetime(2023, 12, 27, 8, 0, second), form)  # noqa: DTZ001
        sheet.write_row(2 + place, 2, [110.3 + 0.0003 * place, 25.25, 12])
    book.close()
    table = read_tracks([tmp_path / "a.xlsx"]).table
    check_the_two(table)
    assert table["row"].tolist() == [3, 4]
    assert table["is_spraying"].isna().all()


def test_millionths_of_a_degree_are_understood_and_said(tmp_path: Path) -> None:
    text = CSV.replace("110.300000", "110300000").replace("110.300300", "110300300")
    text = text.replace("25.250000", "25250000").replace(",365,", ",1,")
    tracks = read_tracks([write(tmp_path, "a.csv", text)])
    check_the_two(tracks.table)
    assert any("JT/T 808" in note.en for note in tracks.notes)


def test_metres_per_second_in_the_heading_become_kilometres_per_hour(tmp_path: Path) -> None:
    text = CSV.replace("速度(km/h)", "速度(m/s)").replace(",365,", ",1,")
    assert read_tracks([write(tmp_path, "a.csv", text)]).table["speed_kmh"].iloc[0] == 45.0


@pytest.mark.parametrize(
    "time",
    [
        "2023/12/27 8:00:00",
        "2023年12月27日 08时00分00秒",
        "20231227080000",
        "2023-12-27T00:00:00Z",
        "2023-12-27 08:00:00+08:00",
        str(int(EIGHT)),
        str(int(EIGHT) * 1000),
    ],
)
def test_a_time_is_read_in_every_usual_form(tmp_path: Path, time: str) -> None:
    file = write(tmp_path, "W01.csv", f"时间,经度,纬度\n{time},110.3,25.25\n")
    table = read_tracks([file]).table
    assert table["time_s"].tolist() == [EIGHT]
    assert table["cart_id"].tolist() == ["W01"]


def test_a_day_and_a_time_of_day_in_two_columns_are_joined(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "日期,时间,经度,纬度\n2023-12-27,08:00:00,110.3,25.25\n")
    assert read_tracks([file]).table["time_s"].tolist() == [EIGHT]


def test_gpx_is_read_with_its_extensions(tmp_path: Path) -> None:
    points = "".join(
        f'<trkpt lat="25.25" lon="{lon}"><time>2023-12-27T00:00:{second:02d}Z</time>'
        f"<extensions><speed>5</speed><course>90</course><spraying>{wet}</spraying></extensions>"
        "</trkpt>"
        for lon, second, wet in ((110.3, 0, "true"), (110.3003, 10, "false"))
    )
    text = (
        '<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><name>W01</name>'
        f'<trkseg>{points}<trkpt lat="25.25" lon="110.3"/></trkseg></trk></gpx>'
    )
    tracks = read_tracks([write(tmp_path, "a.gpx", text)])
    check_the_two(tracks.table, cart="W01")
    assert tracks.table["speed_kmh"].tolist() == [18.0, 18.0]
    assert tracks.table["is_spraying"].tolist() == [True, False]
    assert tracks.refused_rows == 1


def test_a_line_with_a_time_for_every_vertex_is_read(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[110.3, 25.25], [110.3003, 25.25]]},
        "properties": {
            "车号": "W01",
            "coordTimes": ["2023-12-27T08:00:00+08:00", "2023-12-27T08:00:10+08:00"],
            "洒水": ["是", "否"],
        },
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    table = read_tracks([write(tmp_path, "a.geojson", text)]).table
    check_the_two(table, cart="W01")
    assert table["is_spraying"].tolist() == [True, False]


def test_points_with_a_time_each_are_read(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [110.3 + 0.0003 * n, 25.25]},
            "properties": {"plate": "W01", "time": f"2023-12-27 08:00:{10 * n:02d}", "经度": 0},
        }
        for n in range(2)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    check_the_two(read_tracks([write(tmp_path, "a.json", text)]).table, cart="W01")


def test_a_line_with_too_few_times_is_refused(tmp_path: Path) -> None:
    shape = {"type": "LineString", "coordinates": [[110.3, 25.25], [110.3003, 25.25]]}
    text = json.dumps({"type": "Feature", "geometry": shape, "properties": {"times": ["x"]}})
    with pytest.raises(ReadError, match="vertex"):
        read_tracks([write(tmp_path, "a.geojson", text)])


def test_swapped_columns_are_told(tmp_path: Path) -> None:
    text = "时间,经度,纬度\n2023-12-27 08:00:00,25.25,110.3\n"
    with pytest.raises(SchemaError, match="swap"):
        read_tracks([write(tmp_path, "a.csv", text)])


def test_a_missing_column_is_named_with_what_is_there(tmp_path: Path) -> None:
    text = "时间,经度,速度\n2023-12-27 08:00:00,110.3,1\n"
    with pytest.raises(SchemaError, match="速度") as caught:
        read_tracks([write(tmp_path, "a.csv", text)])
    assert caught.value.faults[0].column == "纬度"


def test_a_folder_is_read_by_name_and_an_empty_one_refused(tmp_path: Path) -> None:
    folder = tmp_path / "day"
    folder.mkdir()
    with pytest.raises(ReadError, match="no file of tracks"):
        read_tracks([folder])
    for name in ("b.csv", "a.csv", "readme.md"):
        write(folder, name, CSV.replace(",365,", ",1,"))
    tracks = read_tracks([folder])
    assert tracks.table["file"].tolist() == ["a.csv", "a.csv", "b.csv", "b.csv"]
    assert set(tracks.inputs) == {"a.csv", "b.csv"}


def test_an_archive_with_one_file_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("day/a.csv", CSV.replace(",365,", ",1,"))
    table = read_tracks([tmp_path / "a.zip"]).table
    check_the_two(table)
    assert set(table["file"]) == {"a.zip/day/a.csv"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.gpx", "<gpx><trk>"),
        ("a.gpx", '<!DOCTYPE x [<!ENTITY a "b">]><gpx/>'),
        ("a.geojson", "{"),
        ("a.pdf", "x"),
        ("a.csv", "时间,经度,纬度\n昨天,1,1\n"),
        ("a.gpx", "<gpx/>"),
    ],
)
def test_what_holds_no_track_is_refused_by_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_tracks([write(tmp_path, name, text)])
    assert caught.value.faults[0].file == name
