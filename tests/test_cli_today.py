"""``qxgeo today`` as its users call it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from qxgeo.district import Layer

AT = "2023-12-28 18:20"


def invoke(*words: object) -> Result:
    return CliRunner().invoke(doors, [str(word) for word in words])


@pytest.fixture
def folder(
    tmp_path: Path,
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    folder_of: Callable[..., Path],
) -> Path:
    """Give a folder with the small town and a repair shop."""
    shop = {"site_id": "N1", "name": "北厂", "geometry": shapely.Point(110.015, 25.014)}
    home = tmp_path / "town"
    home.mkdir()
    return folder_of(home, *town.values(), layer_of("auto_repair", [shop]))


@pytest.fixture
def air(tmp_path: Path) -> Path:
    """Give two days of one station."""
    times = pd.date_range(end="2023-12-28 18:00", periods=48, freq="h")
    wave = [n % 5 for n in range(48)]
    table = pd.DataFrame({"时间": times, "站点编码": "S1", "PM2.5": [90 + n for n in wave]})
    file = tmp_path / "hours.csv"
    table.to_csv(file, index=False)
    return file


def test_a_page_a_call_list_and_a_record(folder: Path, air: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("today", folder, "--out", out, "--at", AT, "--air", air, "--wind", 20, "--speed", 3)
    result = invoke(*words, "--warning", "yellow")
    assert result.exit_code == 0, result.output
    assert {one.name for one in out.iterdir()} == {"today.html", "today.xlsx", "today.json"}
    assert "黄色预警" in result.output
    assert "2.2.3" in result.output
    record = json.loads((out / "today.json").read_text("utf-8"))
    assert set(record["outputs"]) == {"today.html", "today.xlsx"}
    assert len(record["log"]) == 1
    before = {one.name: one.read_bytes() for one in out.iterdir()}
    assert invoke(*words, "--warning", "yellow").exit_code == 0
    assert {one.name: one.read_bytes() for one in out.iterdir()} == before
    assert invoke(*words, "--warning", "none").exit_code == 0
    log = json.loads((out / "today.json").read_text("utf-8"))["log"]
    assert [entry["declared"] for entry in log] == ["yellow", "none"]


def test_the_call_list_names_ground_outside_in_words(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert invoke("today", "--out", out, "--at", AT, "-q").exit_code == 0
    sheet = openpyxl.load_workbook(out / "today.xlsx")["上风向场所"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(row for row in rows if "属地代码" in row)
    ground = {row[head.index("属地代码")] for row in rows[rows.index(head) + 1 :]}
    assert "辖区外（邻区）" in ground
    assert "outside_district" not in ground


def test_files_of_others_stay_and_public_takes_the_call_list_away(
    folder: Path, air: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("theirs")
    (out / "run.json").write_text('{"outputs": {"index.html": {}}}')
    words = ("today", folder, "--out", out, "--at", AT, "--air", air, "-q")
    assert invoke(*words).exit_code == 0
    assert (out / "today.xlsx").exists()
    assert invoke(*words, "--public").exit_code == 0
    assert not (out / "today.xlsx").exists()
    assert (out / "index.html").read_text() == "theirs"
    assert len(json.loads((out / "today.json").read_text("utf-8"))["log"]) == 2


def test_without_data_everything_is_said_and_nothing_is_fine(folder: Path, tmp_path: Path) -> None:
    result = invoke("today", folder, "--out", tmp_path / "out", "--at", AT, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "no air quality data" in result.output
    assert "nobody said whether there is one" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "yesterday"), "不是时间"),
        (("--at", "2023-02-30 10:00"), "不是时间"),
        (("--at", "0001-01-01 00:00"), "没有生效"),
        (("--at", "1990-01-01 00:00"), "没有生效"),
        (("--at", "9999-12-31 23:59"), "太远"),
        (("--wind", "400"), "风向"),
        (("--wind", "nan"), "风向"),
        (("--wind", "north"), "north"),
        (("--speed", "-1"), "风速"),
        (("--warning", "violet"), "violet"),
        (("--air", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    folder: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    given = words if "--at" in words else ("--at", AT, *words)
    result = invoke("today", folder, "--out", tmp_path / "out", *given)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_a_broken_cell_is_named_with_its_row_and_column(
    folder: Path, air: Path, tmp_path: Path
) -> None:
    air.write_text(air.read_text("utf-8").replace(",92", ",很高", 1), encoding="utf-8")
    result = invoke("today", folder, "--out", tmp_path / "out", "--at", AT, "--air", air)
    assert result.exit_code == 2
    assert "PM2.5" in result.output
    assert "第 4 行" in result.output


def test_the_clock_is_read_only_where_no_time_is_given(
    folder: Path, air: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert invoke("today", folder, "--out", out, "--air", air, "-q").exit_code == 0
    record = json.loads((out / "today.json").read_text("utf-8"))
    assert record["at"] > "2026"
    assert any(
        "没有数据" in text["zh"] for text in record["problems"]
    )  # years old: too old to matter
