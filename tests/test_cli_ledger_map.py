"""``qxgeo ledger map`` at the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = ("--who", "甲", "--at", "2023-05-01T08:00:00+08:00")
AT = ("--at", "2023-06-12")


def call(*words: str) -> Result:
    return CliRunner().invoke(doors, ["ledger", *words])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    made = call("init", "--empty", "--ledger", str(path), *BEFORE)
    assert made.exit_code == 0, made.output
    for row_id, lon in (("P-1", "110.30"), ("P-2", "")):
        words = ["--id", row_id, "--set", "状态=open", "--set", f"问题=问题{row_id}"]
        words += ["--set", f"经度={lon}", "--set", "纬度=25.27"] if lon else []
        added = call("add", "problems", "--ledger", str(path), *words, *BEFORE)
        assert added.exit_code == 0, added.output
    return path


def test_the_pages_are_written_twice_alike_and_files_of_others_stay(
    place: Path, tmp_path: Path
) -> None:
    out = tmp_path / "maps"
    (out / "ledger").mkdir(parents=True)
    (out / "ledger" / "我的.txt").write_text("mine", "utf-8")
    (out / "ledger" / "town-old.html").write_text("mine, too", "utf-8")
    words = ("map", "--ledger", str(place), "--out", str(out), *AT)
    first = call(*words)
    assert first.exit_code == 0, first.output
    assert "演示数据" in first.output  # the embedded district's roads
    assert "演示数据" in (out / "ledger" / "unit-qx-dj.html").read_text("utf-8")
    assert "问题 2，未销号 2；场所 0；无位置 1（已列出）" in first.output
    record = json.loads((out / "ledger_map.json").read_text("utf-8"))["outputs"]
    before = {name: (out / name).read_bytes() for name in record}
    assert "ledger.html" in before
    assert call(*words).exit_code == 0
    assert {name: (out / name).read_bytes() for name in record} == before
    assert (out / "ledger" / "我的.txt").read_text("utf-8") == "mine"
    assert (out / "ledger" / "town-old.html").read_text("utf-8") == "mine, too"
    listed = {one.relative_to(out).as_posix() for one in out.rglob("*.html")}
    assert listed == {*(one for one in record if one.endswith(".html")), "ledger/town-old.html"}


def test_a_page_that_somebody_else_wrote_is_not_overwritten(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "maps"
    out.mkdir()
    (out / "ledger.html").write_text("mine", "utf-8")
    result = call("map", "--ledger", str(place), "--out", str(out), *AT)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert "ledger.html" in result.output
    assert [one.name for one in out.iterdir()] == ["ledger.html"]
    assert (out / "ledger.html").read_text("utf-8") == "mine"


def test_the_ground_of_another_district_is_refused(
    place: Path, tmp_path: Path, town_folder: Path
) -> None:
    text = (town_folder / "district.toml").read_text("utf-8")
    (town_folder / "district.toml").write_text(text.replace("450305", "450399", 1), "utf-8")
    out = tmp_path / "maps"
    result = call("map", str(town_folder), "--ledger", str(place), "--out", str(out), *AT)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert "450305" in result.output
    assert not out.exists()


def test_a_day_that_is_none_and_a_ledger_that_is_not_there_are_one_sentence(
    tmp_path: Path,
) -> None:
    for words in (("--at", "2023-02-30"), ("--ledger", str(tmp_path / "nowhere.sqlite"), *AT)):
        result = call("map", "--out", str(tmp_path / "maps"), *words)
        assert (result.exit_code, type(result.exception)) == (2, SystemExit)
        assert "Traceback" not in result.output
    assert not (tmp_path / "maps").exists()
