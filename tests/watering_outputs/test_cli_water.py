"""``qxgeo water`` as its users call it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from click.testing import CliRunner

from qxgeo.cli import water
from qxgeo.cli.doors import doors
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from qxgeo.watering.model import WateringPlan

FILES = {"watering.html", "watering.xlsx", "watering.json", "watering_sheets.pdf"}


def invoke(*words: object) -> Result:
    return CliRunner().invoke(doors, [str(word) for word in words])


@pytest.fixture
def carts(tmp_path: Path, write_carts: Callable[[Path], Path]) -> Path:
    return write_carts(tmp_path)


@pytest.fixture
def asked(
    monkeypatch: pytest.MonkeyPatch, small_plan: WateringPlan, tmp_path: Path
) -> dict[str, Any]:
    """Answer every call with the small plan, and remember what was asked."""
    asked: dict[str, Any] = {}

    def plan(district: object, **options: Any) -> WateringPlan:  # noqa: ANN401
        asked.update(options, district=district)
        return small_plan

    monkeypatch.setattr(water, "plan_watering", plan)
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))
    return asked


@pytest.mark.usefixtures("map_assets")
def test_a_town_is_planned_from_its_roads_and_a_workbook_of_carts(
    town_folder: Path, carts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    result = invoke("water", town_folder, "--carts", carts, "--effort", 50, "--out", out)
    assert result.exit_code == 0, result.output
    assert {one.name for one in out.iterdir()} >= FILES
    record = json.loads((out / "watering.json").read_text("utf-8"))
    assert record["is_demo"] is False
    assert {one["cart_id"] for one in record["carts"]} == {"桂C1", "桂C2"}
    roads = {one["road_name"]: one["state"] for one in record["sections"]}
    assert roads["<b>路"] == "never"  # it meets no other road
    assert roads["长路"] in {"kept", "dry_at_times"}
    assert set(record["wettings"]["cart_id"]) <= {"桂C1", "桂C2"}
    assert "可证至少要" in result.output
    assert "watering.html" in result.output


@pytest.mark.usefixtures("map_assets")
def test_everything_is_written_and_the_headline_says_what_matters(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = invoke("water", "--out", out)
    assert result.exit_code == 0, result.output
    assert {one.name for one in out.iterdir()} == FILES | {"watering"}
    names = {one.name for one in (out / "watering").iterdir()}
    assert names == {f"桂C0000{n}.{kind}" for n in (1, 2) for kind in ("gpx", "kml", "html")}
    record = json.loads((out / "watering.json").read_text("utf-8"))
    assert set(record["outputs"]) == {
        *(FILES - {"watering.json"}),
        *(f"watering/{name}" for name in names),
    }
    assert DEMO_BANNER.zh in result.output
    assert "现有车辆做不到" in result.output
    assert "再加 1 辆同类车" in result.output
    assert "原因：" in result.output
    assert "消火栓 H2 流量为 0" in result.output
    assert asked["carts"] is None
    assert asked["rain"] == []


@pytest.mark.usefixtures("map_assets")
def test_options_reach_the_plan(asked: dict[str, Any], carts: Path, tmp_path: Path) -> None:
    result = invoke(
        "water", "--carts", carts, "--datum", "GCJ-02", "--day", "2023-07-01", "--weather", "hot",
        "--rain", "11:30-13", "--rain", "22-2", "--seed", 7, "--effort", 30, "--out",
        tmp_path / "out", "--as-of", "2023-05-01", "--quiet",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.output == ""
    assert asked["carts"].path == carts
    assert asked["carts"].datum == "gcj02"
    assert asked["day"].isoformat() == "2023-07-01"
    assert asked["weather"] == "hot"
    assert asked["rain"] == [(11.5, 13.0), (22.0, 24.0), (0.0, 2.0)]
    assert (asked["seed"], asked["iterations"]) == (7, 30)
    assert asked["district"].as_of.isoformat() == "2023-05-01"


@pytest.mark.usefixtures("map_assets")
def test_public_output_names_no_driver(asked: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert invoke("water", "--out", out, "--public", "--lang", "en").exit_code == 0
    assert asked
    assert not (out / "watering_sheets.pdf").exists()
    for path in out.rglob("*"):
        if path.is_file():
            assert "驾驶员0".encode() not in path.read_bytes()
            assert path.suffix != ".html" or path.name == "watering.html"


@pytest.mark.usefixtures("map_assets", "asked")
def test_the_files_of_other_commands_stay_and_old_carts_go(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert invoke("water", "--out", out).exit_code == 0
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    assert invoke("water", "--out", out, "--public").exit_code == 0
    assert (out / "mine.txt").read_text("utf-8") == "mine"
    assert not (out / "watering" / "桂C00001.html").exists()
    assert (out / "watering" / "桂C00001.gpx").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--rain", "noon"], "不是一天内的时段"),
        (["--rain", "11-25"], "不是一天内的时段"),
        (["--rain", "11:70-12"], "不是一天内的时段"),
        (["--rain", "5-5"], "不是一天内的时段"),
        (["--carts", "nowhere.xlsx"], "车辆表不存在"),
        (["--effort", "0"], "用法有误"),
        (["--day", "tomorrow"], "用法有误"),
    ],
)
def test_bad_words_are_refused_with_the_mend(words: list[str], told: str, tmp_path: Path) -> None:
    result = invoke("water", *words, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_an_unknown_datum_and_a_workbook_without_carts_are_refused(
    carts: Path, town_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert invoke("water", "--carts", carts, "--datum", "mars", "--out", out).exit_code == 2
    book = openpyxl.load_workbook(carts)
    book.remove(book["车辆"])
    book.save(carts)
    result = invoke("water", town_folder, "--carts", carts, "--out", out)
    assert result.exit_code == 2
    assert "carts.xlsx" in result.output
    assert not out.exists()


def test_a_district_without_carts_asks_for_them(town_folder: Path, tmp_path: Path) -> None:
    result = invoke("water", town_folder, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "--carts" in result.output


def test_help_lists_the_command(planner: Callable[..., WateringPlan]) -> None:
    assert planner
    assert "water" in invoke("--help").output
    assert "--carts" in invoke("water", "--help").output
