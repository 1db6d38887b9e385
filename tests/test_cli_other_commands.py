"""``qxgeo init``, ``plan`` and ``fetch``."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from qxgeo.cli import fetch as fetch_module
from qxgeo.cli.doors import doors
from qxgeo.district.declaration import read_declaration
from qxgeo.errors import Fault, FetchError, Text
from qxgeo.plan import load_plan
from qxgeo.readers import ReadResult

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(doors, [str(word) for word in words])


def test_init_writes_a_district_and_says_what_is_next(tmp_path: Path) -> None:
    result = invoke("init", tmp_path / "区", "--code", "310101", "--as-of", "2024-01-01")
    assert result.exit_code == 0, result.stderr
    assert "boundary.geojson" in result.stdout
    assert f"qxgeo check {tmp_path / '区'}" in result.stdout
    assert invoke("check", tmp_path / "区").exit_code == 0


def test_init_without_a_day_takes_today(tmp_path: Path) -> None:
    before = datetime.now().astimezone().date()
    assert invoke("init", tmp_path, "--lang", "en").exit_code == 0
    declaration, _ = read_declaration(tmp_path / "district.toml")
    assert before <= declaration.as_of <= datetime.now().astimezone().date()


def test_init_refuses_to_overwrite(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text("mine", encoding="utf-8")
    result = invoke("init", tmp_path)
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    assert (tmp_path / "district.toml").read_text(encoding="utf-8") == "mine"
    assert invoke("init", tmp_path, "--overwrite").exit_code == 0


def test_plan_lists_every_measure_once() -> None:
    result = invoke("plan")
    ids = [line.split("\t")[0] for line in result.stdout.splitlines()[:-1]]
    assert ids == [measure.measure_id for measure in load_plan("qixing-2023").measures]
    assert "71" in result.stdout.splitlines()[-1]


def test_plan_filters_by_unit_kind_and_deadline() -> None:
    due = invoke("plan", "--due-before", "2023-05-25", "--lang", "en").stdout.splitlines()
    days = [date.fromisoformat(line.split("\t")[1]) for line in due[:-1]]
    assert days
    assert max(days) <= date(2023, 5, 25)
    both = invoke("plan", "--unit", "区城市管理局", "--kind", "within_distance").stdout
    assert [line.split("\t")[0] for line in both.splitlines()[:-1]] == [
        measure.measure_id
        for measure in load_plan("qixing-2023").measures
        if any(rule.kind == "within_distance" for rule in measure.rules)
        and "区城市管理局"
        in {
            load_plan("qixing-2023").unit(unit).name
            for unit in (*measure.lead, *measure.cooperating, *measure.responsible)
        }
    ]


def test_plan_explains_one_measure_in_either_language() -> None:
    assert "距离：1000 米" in invoke("plan", "1.3.4").stdout
    assert "distance: 1000 m" in invoke("plan", "1.3.4", "--lang", "en").stdout


def test_plan_reads_a_plan_file_too(tmp_path: Path) -> None:
    result = invoke("plan", "--plan", tmp_path / "none.toml")
    assert result.exit_code == 2
    assert "none.toml" in result.stderr


@pytest.fixture
def overpass(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Stand in for the service (its own tests are in tests/readers), noting what it is asked."""
    asked: list[dict[str, Any]] = []

    def answer(area: shapely.Geometry, **options: Any) -> ReadResult:  # noqa: ANN401
        asked.append({"area": area, **options})
        if "progress" in options:
            options["progress"](1, 2)
        table = gpd.GeoDataFrame(
            {"section_id": ["w1"], "name": ["长路"], "road_class": ["primary"]},
            geometry=[shapely.LineString([(110.01, 25.01), (110.02, 25.01)])],
            crs="EPSG:4326",
        )
        return ReadResult(table, (Text("© OpenStreetMap 贡献者", "© OpenStreetMap"),))

    monkeypatch.setattr(fetch_module, "fetch_roads", answer)
    return asked


def test_fetched_roads_and_the_lines_for_them_make_a_district(
    town_folder: Path, overpass: list[dict[str, Any]]
) -> None:
    file = town_folder / "district.toml"
    before, _, _ = file.read_text(encoding="utf-8").partition("[layers.roads]")
    file.write_text(before, encoding="utf-8")
    result = invoke("fetch", "roads", town_folder, "--endpoint", "http://localhost:9/api")
    assert result.exit_code == 0, result.stderr
    assert overpass[0]["service"].endpoints == ("http://localhost:9/api",)
    assert overpass[0]["cache_dir"].is_relative_to(town_folder)
    assert overpass[0]["area"].covers(shapely.box(110, 25, 110.04, 25.02))
    lines = result.stdout[result.stdout.index("[layers.roads]\n") :]
    file.write_text(before + lines, encoding="utf-8")
    check = invoke("check", town_folder)
    assert check.exit_code == 0, check.stdout
    assert "roads 道路" in check.stdout
    assert "© OpenStreetMap" in result.stdout


def test_faults_of_other_layers_do_not_hinder_a_download(
    town_folder: Path, overpass: list[dict[str, Any]]
) -> None:
    (town_folder / "roads.geojson").unlink()
    result = invoke("fetch", "roads", town_folder, "--quiet", "--timeout", "5")
    assert result.exit_code == 0, result.stderr
    assert result.output == ""
    assert overpass[0]["service"].timeout_s == 5
    assert (town_folder / "roads" / "osm_roads.geojson").is_file()


def test_without_a_boundary_nothing_is_downloaded(
    town_folder: Path, overpass: list[dict[str, Any]]
) -> None:
    (town_folder / "boundary.geojson").unlink()
    result = invoke("fetch", "roads", town_folder)
    assert result.exit_code == 2
    assert "boundary.geojson" in result.stderr
    assert overpass == []


def test_a_terminal_sees_the_tiles_come_in(
    town_folder: Path, overpass: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    monkeypatch.setattr(
        fetch_module,
        "open_console",
        lambda **_: Console(file=sys.stderr, force_terminal=True, width=80),
    )
    result = invoke("fetch", "roads", town_folder)
    assert result.exit_code == 0
    assert "50%" in result.stderr
    assert len(overpass) == 1


def test_a_service_that_does_not_answer_is_no_bug(
    town_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> ReadResult:
        fault = Fault(problem=Text("服务没有应答", "no answer"), mend=Text("稍后再试", "retry"))
        raise FetchError(fault)

    monkeypatch.setattr(fetch_module, "fetch_roads", refuse)
    result = invoke("fetch", "roads", town_folder)
    assert result.exit_code == 2
    assert "服务没有应答" in result.stderr
    assert not (town_folder / "roads").exists()


def test_a_wrong_timeout_is_wrong_usage(town_folder: Path) -> None:
    assert invoke("fetch", "roads", town_folder, "--timeout", "0").exit_code == 2
    assert invoke("fetch").exit_code == 2
