"""The main job through its door, on the small town as files."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from qxgeo.cli import progress as progress_module
from qxgeo.cli import run as run_module
from qxgeo.cli.doors import doors
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from qxgeo.district import Layer


def _feature(section_id: str, geometry: str) -> str:
    properties = f'"properties":{{"section_id":"{section_id}"}}'
    return f'{{"type":"Feature",{properties},"geometry":{geometry}}}'


def _collection(*features: str) -> str:
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(doors, [str(word) for word in words])


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Replace the writers by ones that note what they are told; the job itself is real."""
    told: list[dict[str, Any]] = []

    def write(assessment: object, folder: Path, **options: Any) -> None:  # noqa: ANN401
        options["progress"]("page")
        told.append({"assessment": assessment, "folder": folder, **options})

    monkeypatch.setattr(run_module, "write_maps", write)
    monkeypatch.setattr(run_module, "write_reports", write)
    return told


def test_the_main_job_writes_all_its_files_and_says_where(
    town_folder: Path, map_assets: Path
) -> None:
    assert map_assets.is_dir()
    out = town_folder / "结果"
    result = invoke("run", town_folder, "--out", out)
    assert result.exit_code == 0, result.stderr
    names = {path.name for path in out.iterdir()}
    pages = {"index.html", "keep_wet.html", "repair.html", "restricted.html", "other.html"}
    assert pages | {"lists.xlsx", "findings.gpkg", "findings.parquet", "run.json"} <= names
    assert f"地图：{out / 'index.html'}" in result.stdout
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    judged = int(result.stdout.split("判定规则 ")[1].split(" ")[0])
    gaps = int(result.stdout.split("缺口 ")[1].split(" ")[0])
    assert judged + gaps == 34
    assert set(record["outputs"]) == names - {"run.json"}
    assert "演示" not in result.stdout
    assert result.stderr == ""


def test_the_totals_on_the_console_are_those_of_the_assessment(
    town_folder: Path, lean: list[dict[str, Any]]
) -> None:
    result = invoke("run", town_folder, "--out", town_folder / "maps")
    assert result.exit_code == 0, result.stderr
    totals = lean[0]["assessment"].totals
    row = totals[
        (totals["scope"] == "page:keep_wet")
        & (totals["verdict"] == "applies")
        & (totals["township_id"] == "all")
    ].iloc[0]
    assert f"适用 {row['count']} 处, {row['length_m'] / 1000:.2f} km" in result.stdout


def test_options_reach_the_writers(town_folder: Path, lean: list[dict[str, Any]]) -> None:
    words = ("run", town_folder, "--out", town_folder / "maps", "--lang", "en", "--quiet")
    result = invoke(*words, "--as-of", "2019-06-30", "--tianditu-key", "k")
    assert result.exit_code == 0, result.stderr
    assert result.output == ""
    maps, reports = lean
    assert (maps["lang"], reports["lang"]) == ("en", "en")
    assert maps["online_base"] == {"tianditu": "k"}
    assert maps["assessment"].as_of.isoformat() == "2019-06-30"


def test_a_demonstration_says_so_first(town_folder: Path, lean: list[dict[str, Any]]) -> None:
    file = town_folder / "district.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[layers.roads]", "[layers.roads]\ndemo = true"), encoding="utf-8")
    result = invoke("run", town_folder, "--out", town_folder / "maps")
    assert lean
    assert result.stdout.startswith(DEMO_BANNER.zh)


def test_without_a_district_the_embedded_one_is_judged(
    tmp_path: Path, lean: list[dict[str, Any]]
) -> None:
    result = invoke("run", "--out", tmp_path / "maps", "--lang", "en")
    assert result.exit_code == 0, result.stderr
    assert lean[0]["assessment"].district.code == "450305"
    assert "Qixing" in result.stdout


def test_a_terminal_shows_a_bar_and_a_pipe_does_not(
    town_folder: Path, lean: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("run", town_folder, "--out", town_folder / "maps")
    assert invoke(*words).stderr == ""
    from rich.console import Console

    monkeypatch.setattr(
        progress_module,
        "open_console",
        lambda **_: Console(file=sys.stderr, force_terminal=True, width=80),
    )
    assert "\x1b[" in invoke(*words).stderr
    assert invoke(*words, "-q").stderr == ""
    assert len(lean) == 6


def _replace(name: str, old: str, new: str, count: int = 1) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, count), encoding="utf-8")

    return change


def _stations(*rows: str, header: str = "站点编码,站点名称,经度,纬度") -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "s.csv").write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        _replace("district.toml", "stations.geojson", "s.csv")(folder)

    return change


def _roads(*features: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "roads.geojson").write_text(_collection(*features), encoding="utf-8")

    return change


def _zone(ring: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        shape = f'{{"type":"Polygon","coordinates":[{ring}]}}'
        text = _collection(_feature("Z", shape))
        (folder / "z.geojson").write_text(text, encoding="utf-8")
        with (folder / "district.toml").open("a", encoding="utf-8") as file:
            file.write(
                '[layers.main_urban_area]\npath = "z.geojson"\ndatum = "wgs84"\n'
                'accuracy_m = 5\nsource = "手绘"\n'
            )

    return change


def _gbk_as_utf8(folder: Path) -> None:
    (folder / "s.csv").write_bytes(
        "站点编码,站点名称,经度,纬度\nA,龙隐路小学,110.01,25.01\n".encode("gbk")
    )
    _replace("district.toml", 'stations.geojson"', 's.csv"\nencoding = "utf-8"')(folder)


def _unknown_unit(folder: Path) -> None:
    from qxgeo.resources import data_dir

    text = (data_dir() / "plans" / "qixing-2023.toml").read_text(encoding="utf-8")
    lead = next(line for line in text.splitlines() if line.startswith("lead = ["))
    (folder / "plan.toml").write_text(
        text.replace(lead, 'lead = ["区不存在局"]', 1), encoding="utf-8"
    )
    _replace("district.toml", '"qixing-2023"', '"plan.toml"')(folder)


def _negative_radius(folder: Path) -> None:
    from qxgeo.resources import data_dir

    text = (data_dir() / "plans" / "qixing-2023.toml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("radius_m = "))
    (folder / "plan.toml").write_text(text.replace(line, "radius_m = -1000", 1), encoding="utf-8")
    _replace("district.toml", '"qixing-2023"', '"plan.toml"')(folder)


LINE = '{"type":"LineString","coordinates":[[110.01,25.01],[110.02,25.01]]}'
BAD_INPUT: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "missing file": (
        lambda folder: (folder / "roads.geojson").unlink(),
        ("roads.geojson", "layers.roads.path", "文件不存在", "there is no file"),
    ),
    "unreadable file": (
        lambda folder: (folder / "roads.geojson").write_bytes(b"\x00\x01PK"),  # type: ignore[arg-type,return-value] # for its effect
        ("roads.geojson",),
    ),
    "wrong encoding": (_gbk_as_utf8, ("s.csv", "gb18030")),
    "no coordinates": (
        _stations("A,甲", header="站点编码,站点名称"),
        ("s.csv", "经度", "longitude"),
    ),
    "coordinates swapped": (
        _stations("A,甲,25.01,110.01", "B,乙,25.02,110.02"),
        ("s.csv", "写反", "interchanged"),
    ),
    "missing datum": (
        _replace("district.toml", 'datum = "wgs84"\n', ""),
        ("district.toml", "layers.boundary.datum", "缺少此项"),
    ),
    "contradicting CRS": (
        _replace("district.toml", 'datum = "wgs84"', 'datum = "EPSG:4546"'),
        ("boundary.geojson", "EPSG:4546"),
    ),
    "self-intersecting polygon": (
        _zone("[[110,25],[110.01,25.01],[110.01,25],[110,25.01],[110,25]]"),
        ("z.geojson", "第 2 行", "row 2", "repair"),
    ),
    "duplicate ids": (
        _stations("A,甲,110.01,25.01", "A,乙,110.02,25.01"),
        ("s.csv", "第 3 行", "row 3", "站点编码"),
    ),
    "empty geometry": (
        _roads(_feature("R", "null"), _feature("S", LINE)),
        ("roads.geojson", "第 2 行", "row 2", "没有位置"),
    ),
    "wrong place of the world": (
        _stations("A,甲,121.47,31.23"),
        ("s.csv", "datum"),
    ),
    "unknown unit": (_unknown_unit, ("plan.toml", "区不存在局")),
    "station without position": (
        _stations("A,甲,110.01,25.01", "B,乙,,", "C,丙,-,-"),
        ("s.csv", "第 3 行", "row 3", "第 4 行", "missing_position"),
    ),
    "negative radius": (_negative_radius, ("plan.toml", "radius_m", "-1000")),
    "no station in force": (
        _stations("A,甲(停运150702),110.01,25.01"),
        ("s.csv", "2023-06-30"),
    ),
    "NaN accuracy": (
        _replace("district.toml", "accuracy_m = 5.0", "accuracy_m = nan"),
        ("district.toml", "accuracy_m", "nan"),
    ),
}


@pytest.mark.parametrize("what", BAD_INPUT)
def test_bad_input_ends_in_one_clear_message_and_changes_nothing(
    town_folder: Path, what: str
) -> None:
    change, words = BAD_INPUT[what]
    change(town_folder)
    out = town_folder / "maps"
    out.mkdir()
    (out / "index.html").write_text("old", encoding="utf-8")
    result = invoke("run", town_folder, "--out", out)
    assert result.exit_code == 2, result.output
    for word in words:
        assert word in result.stderr, (word, result.stderr)
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert [path.name for path in out.iterdir()] == ["index.html"]
    assert (out / "index.html").read_text(encoding="utf-8") == "old"
    assert ("错误：" in result.stderr) or ("处要改：" in result.stderr)
    assert ("error: " in result.stderr) or ("things to mend:" in result.stderr)


def test_multipart_and_three_dimensional_shapes_are_welcome(
    town_folder: Path, lean: list[dict[str, Any]]
) -> None:
    solid = '{"type":"LineString","coordinates":[[110.01,25.01,150],[110.02,25.01,151]]}'
    several = (
        '{"type":"MultiLineString","coordinates":'
        "[[[110.01,25.01],[110.012,25.01]],[[110.013,25.01],[110.014,25.01]]]}"
    )
    _roads(_feature("R", solid), _feature("S", several))(town_folder)
    result = invoke("run", town_folder, "--out", town_folder / "maps")
    assert result.exit_code == 0, result.stderr
    table: Layer = lean[0]["assessment"].district.layers["roads"]
    assert table.table.geom_type.tolist() == ["LineString", "MultiLineString"]
    assert not table.table.has_z.any()
