"""Winds: roses and hourly tables, words and degrees, calm and missing, and every usual fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest

from qxgeo.errors import ReadError, SchemaError
from qxgeo.readers.wind import read_wind
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW"
CHINESE = "北 北东北 东北 东东北 东 东东南 东南 南东南 南 南西南 西南 西西南 西 西西北 西北 北西北"
OTHER_CHINESE = (
    "正北 北北东 北东 东北偏东 东风 东南东 南东 南偏东 正南风 西南偏南 南西 西偏南 正西 西北西 "
    "北西 北北西"
)


def write(folder: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path = folder / "风.csv"
    path.write_bytes("\n".join((*rows, "")).encode(encoding))
    return path


def faults_of(path: Path) -> list[tuple[int | None, str]]:
    with pytest.raises(SchemaError) as error:
        read_wind(path)
    return [(fault.row, fault.column) for fault in error.value.faults]


@pytest.mark.parametrize("words", [ENGLISH, CHINESE, OTHER_CHINESE])
def test_the_16_points_stand_22_and_a_half_degrees_apart(tmp_path: Path, words: str) -> None:
    rows = [f"{word},6.25%" for word in words.split()]
    wind = read_wind(write(tmp_path, "风向,频率(%)", *rows))
    assert wind["direction_deg"].tolist() == [n * 22.5 for n in range(16)]
    assert wind["hours"].tolist() == [6.25] * 16
    assert wind["speed_ms"].isna().all()
    assert not wind["is_calm"].any()


@pytest.mark.parametrize("word", ["C", "c", "静风", "静", "无风", "calm", "999017"])
def test_calm_has_no_direction_but_keeps_its_hours(tmp_path: Path, word: str) -> None:
    wind = read_wind(write(tmp_path, "风向,小时数", "N,90", f"{word},10"))
    assert wind["is_calm"].tolist() == [False, True]
    assert np.isnan(wind["direction_deg"][1])
    assert wind["hours"].tolist() == [90.0, 10.0]


def test_hourly_rows_in_degrees_weigh_one_hour_each(tmp_path: Path) -> None:
    rows = ["时间,风向（°）,风速(m/s)", "2023-06-30 01:00,360,2.1", "2023-06-30 02:00,45,0.2"]
    rows += ["2023-06-30 03:00,,0", "2023-06-30 04:00,999999,999999", "2023-06-30 05:00,12°,3"]
    wind = read_wind(write(tmp_path, *rows, encoding="gb18030"))
    assert wind["direction_deg"].fillna(-1).tolist() == [0.0, -1, -1, -1, 12.0]  # 360 is north
    assert wind["is_calm"].tolist() == [False, True, True, False, False]  # 0.2 m/s is calm
    assert wind["speed_ms"].fillna(-1).tolist() == [2.1, 0.2, 0.0, -1, 3.0]
    assert wind["hours"].tolist() == [1.0] * 5


def test_words_and_degrees_side_by_side_must_agree(tmp_path: Path) -> None:
    rows = ["风向,角度,频率", "NNE,23,3", "E,90,4", "C,,1"]
    wind = read_wind(write(tmp_path, *rows))
    assert wind["direction_deg"].fillna(-1).tolist() == [22.5, 90.0, -1]
    assert faults_of(write(tmp_path, *rows, "N,20,3")) == [(5, "角度")]
    only = read_wind(write(tmp_path, "角度,频率", "350,1"))
    assert only["direction_deg"].tolist() == [350.0]


def test_a_workbook_under_title_rows_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["桂林站风向频率"], ["风向", "平均风速（m/s）", "时数"], ["北东北", 2.5, 1200]):
        sheet.append(row)
    book.save(tmp_path / "风.xlsx")
    wind = read_wind(tmp_path / "风.xlsx")
    assert wind.to_dict("records") == [
        {"direction_deg": 22.5, "speed_ms": 2.5, "hours": 1200.0, "is_calm": False}
    ]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["风向,频率", "N,1", "361,2"], (3, "风向")),
        (["风向,频率", "N,1", "-1,2"], (3, "风向")),
        (["风向,频率", "N,1", "旋转风,2"], (3, "风向")),
        (["风向,频率", "N,1", ",2"], (3, "风向")),
        (["风向,频率", "N,1", "E,"], (3, "频率")),
        (["风向,频率", "N,1", "E,-2"], (3, "频率")),
        (["风向,频率", "N,1", "E,多"], (3, "频率")),
        (["风向,频率", "N,0", "E,0"], (None, "")),
        (["风向,风速", "N,1", "E,-2"], (3, "风速")),
        (["风向,风速", "N,1", ",快"], (3, "风速")),
        (["风向,风速(km/h)", "N,1", "E,2"], (None, "风速(km/h)")),
    ],
)
def test_a_bad_cell_is_named_with_row_and_column(
    tmp_path: Path, rows: list[str], found: tuple[int | None, str]
) -> None:
    assert found in faults_of(write(tmp_path, *rows))


def test_all_faults_are_in_one_error(tmp_path: Path) -> None:
    found = faults_of(write(tmp_path, "风向,风速,小时数", "上,1,1", "N,-1,1", "N,1,-1"))
    assert sorted(found, key=str) == [(2, "风向"), (3, "风速"), (4, "小时数")]


def test_a_file_without_directions_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no column of directions"):
        read_wind(write(tmp_path, "时间,风速", "1,2"))
    other = tmp_path / "风.pdf"
    other.write_text("x", "utf-8")
    with pytest.raises(ReadError, match="pdf"):
        read_wind(other)
    with pytest.raises(ReadError, match="no such file"):
        read_wind(tmp_path / "none.csv")


def test_the_demonstration_rose_holds_all_the_hours() -> None:
    wind = read_wind(data_dir() / "demo" / "wind_rose.csv")
    assert len(wind) == 17
    assert wind["hours"].sum() == pytest.approx(100.0)
    assert wind["is_calm"].sum() == 1
