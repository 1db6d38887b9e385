"""``qxgeo check``: everything is read, nothing stops it, and every lack is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from qxgeo.cli.doors import doors
from qxgeo.plan import load_plan

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(doors, [str(word) for word in words])


def _line(text: str, beginning: str) -> str:
    (found,) = (line for line in text.splitlines() if line.strip().startswith(beginning))
    return found


def test_a_good_district_is_listed_layer_by_layer_and_rule_by_rule(town_folder: Path) -> None:
    result = invoke("check", town_folder)
    assert result.exit_code == 0, result.stderr
    stations = _line(result.stdout, "stations 空气质量监测站 ")
    assert "110.0150, 25.0100 – 110.0450, 25.0100" in stations
    for cell in ("3", "wgs84", "10", "手绘", "0"):
        assert f" {cell} " in stations
    for rule in load_plan("qixing-2023").rules:
        assert ("可判定" in _line(result.stdout, f"{rule.rule_id} ")) is (
            rule.rule_id in {"2.2.2-a", "2.2.3-c"}
        )
    assert "main_urban_area" in _line(result.stdout, "2.2.3-b ")
    assert "图层 4 个，错误 0 处；规则 34 条：可判定 2，缺口 32" in result.stdout


def test_faults_of_several_layers_are_shown_beside_the_layers_that_are_right(
    town_folder: Path,
) -> None:
    (town_folder / "s.csv").write_text(
        "站点编码,站点名称,经度,纬度\nA,甲,110.01,25.01\nA,乙,x,25.01\n", encoding="utf-8"
    )
    file = town_folder / "district.toml"
    text = file.read_text(encoding="utf-8").replace("stations.geojson", "s.csv")
    file.write_text(
        text.replace("roads.geojson", "gone.geojson").replace("as_of = 2023-06-30", "as_of = 2023"),
        encoding="utf-8",
    )
    result = invoke("check", town_folder, "--as-of", "2023-06-30")
    assert result.exit_code == 2
    assert "行 “站点编码”" in result.stdout.replace("第 3 ", "")
    assert "row 3" in result.stdout
    assert "gone.geojson" in result.stdout
    assert "townships 乡镇街道" in result.stdout
    assert "整体" in result.stdout
    assert "as_of" in result.stdout
    assert "缺图层 stations" in _line(result.stdout, "2.2.3-c ")
    assert "缺图层 roads" in result.stdout


def test_a_layer_in_the_wrong_place_is_read_listed_and_refused(town_folder: Path) -> None:
    file = town_folder / "roads.geojson"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[110.", "[111.").replace("[109.", "[111."), encoding="utf-8")
    result = invoke("check", town_folder)
    assert result.exit_code == 2
    assert "roads.geojson" in result.stdout
    assert "缺图层 roads" in _line(result.stdout, "2.2.3-c ")


def test_a_broken_plan_is_a_fault_of_the_whole(town_folder: Path) -> None:
    (town_folder / "p.toml").write_text("plan_id = 1", encoding="utf-8")
    file = town_folder / "district.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"qixing-2023"', '"p.toml"'), encoding="utf-8"
    )
    result = invoke("check", town_folder)
    assert result.exit_code == 2
    assert "p.toml" in result.stdout
    assert "规则 0 条" in result.stdout


def test_faults_of_the_patrol_part_are_listed_and_layers_still_read(town_folder: Path) -> None:
    with (town_folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write('[patrol.seasons.ordinary]\nwindows = ["10:00-08:00"]\nsource = "x"\n')
    result = invoke("check", town_folder, "--lang", "en")
    assert result.exit_code == 2
    assert "patrol.seasons.ordinary.windows[0]" in result.stdout
    assert "does not begin before it ends" in result.stdout
    assert "1 faults" in result.stdout


def test_a_list_of_people_without_positions_has_no_extent(town_folder: Path) -> None:
    (town_folder / "名单.csv").write_text("姓名,街道\n张三,东江街道\n", encoding="utf-8")
    with (town_folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write('[layers.grid_members]\npath = "名单.csv"\nsource = "局"\n')
    result = invoke("check", town_folder)
    assert result.exit_code == 0, result.stdout
    assert "nan" not in result.stdout
    assert "由 qxgeo patrol" in result.stdout


def test_an_impossible_reading_is_a_fault_of_the_whole(town_folder: Path) -> None:
    with (town_folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write('[choices]\n"1.3.4-a.1" = "all-voc"\n')
    result = invoke("check", town_folder, "--lang", "en")
    assert result.exit_code == 2
    assert "cannot be computed" in result.stdout


def test_the_embedded_district_is_in_order_and_says_that_it_is_a_demonstration() -> None:
    result = invoke("check", "--lang", "en")
    assert result.exit_code == 0, result.stdout
    assert "DEMONSTRATION" in result.stdout
    assert "0 faults" in result.stdout
    assert "(near_school_m)" not in result.stdout
    assert "parameter near_school_m" in result.stdout.replace("\n", " ")


def test_names_in_the_data_are_printed_as_they_are(town_folder: Path) -> None:
    file = town_folder / "district.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"手绘"', '"[bold]=HYPERLINK(1)"'), encoding="utf-8")
    result = invoke("check", town_folder)
    assert result.exit_code == 0
    assert "[bold]=HYPERLINK(1)" in result.stdout


@pytest.mark.parametrize("words", [["check"], ["run"]])
def test_a_folder_without_a_district_says_how_to_make_one(tmp_path: Path, words: list[str]) -> None:
    result = invoke(*words, tmp_path)
    assert result.exit_code == 2
    assert "qxgeo init" in result.stderr
