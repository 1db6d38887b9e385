"""``qxgeo measure`` as its users call it."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

LON, LAT = 110.3, 25.27
RADIUS_M = 800


def measure(*words: object) -> Result:
    return CliRunner().invoke(doors, ["measure", *map(str, words)])


@pytest.fixture
def layers(tmp_path: Path) -> dict[str, Path]:
    """Draw a road along the meridian through one station, and a township north of it."""
    road = shapely.LineString([(LON, LAT - 0.1), (LON, LAT + 0.1)])
    town = shapely.box(LON - 1, LAT, LON + 1, LAT + 1)
    tables = {
        "roads": {"osm": ["w1"], "geometry": np.array([road])},
        "stations": {
            "station_id": ["S1"],
            "name": ["站"],
            "geometry": np.array([shapely.Point(LON, LAT)]),
        },
        "townships": {"township_id": ["T1"], "name": ["=乡"], "geometry": np.array([town])},
    }
    paths = {}
    for name, columns in tables.items():
        paths[name] = tmp_path / f"{name}.parquet"
        gpd.GeoDataFrame(columns, crs=4326).to_parquet(paths[name])
    return paths


def _words(layers: dict[str, Path], out: Path) -> list[object]:
    return [
        layers["roads"],
        *("--stations", layers["stations"], "--territories", layers["townships"]),
        *("--radius-m", RADIUS_M, "--out", out),
    ]


def test_totals_by_township_and_outside_are_written_and_said(
    layers: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = measure(*_words(layers, out), "--parts", "--road-column", "osm")
    assert result.exit_code == 0, result.output
    assert "800 米以内：道路 1 条，共 1.600 千米，其中 0.800 千米不在任何乡镇街道" in result.output
    with (out / "totals.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["T1", "'=乡", "1", "1", "800.000"]  # one radius, on the meridian
    assert rows[2] == ["", "不在任何乡镇街道", "1", "1", "800.000"]
    record = json.loads((out / "measure.json").read_text(encoding="utf-8"))
    assert record["total_nm"] == pytest.approx(2 * RADIUS_M * 1e9, abs=2_000)
    (parts,) = (out / "parts").glob("*.parquet")
    table = gpd.read_parquet(parts)
    assert list(table["road"]) == ["w1", "w1"]
    assert list(table["station"]) == ["S1", "S1"]
    assert table["distance_m"].max() < 1e-6
    assert not list(tmp_path.glob(".out*"))  # nothing left beside it


def test_english_is_an_option(layers: dict[str, Path], tmp_path: Path) -> None:
    result = measure(*_words(layers, tmp_path / "out"), "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "within 800 m: 1 roads, 1.600 km, of which 0.800 km in no township" in result.output
    assert (
        (tmp_path / "out" / "totals.csv")
        .read_text(encoding="utf-8-sig")
        .startswith("township_id,name,roads,parts,length_m")
    )


def test_what_is_wrong_is_said_in_one_line_and_old_results_stay(
    layers: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert measure(*_words(layers, out), "--quiet").exit_code == 0
    before = (out / "totals.csv").read_bytes()
    for wrong, words in (
        (["--memory", 10], "至少需要 --memory"),
        (["--road-column", "id", "--parts"], "可用的列：osm"),
        (["--work", layers["roads"]], "工作文件夹写不成"),
    ):
        result = measure(*_words(layers, out), *wrong)
        assert result.exit_code == 2
        assert words in result.output
        assert "Traceback" not in result.output
    assert (out / "totals.csv").read_bytes() == before


def test_an_interrupted_run_of_other_data_is_refused_until_restart(
    layers: dict[str, Path], tmp_path: Path
) -> None:
    work = tmp_path / ".out.qxgeo-measure"
    work.mkdir()
    (work / "job.json").write_text('{"fingerprint": "another", "qxgeo": "0"}', encoding="utf-8")
    result = measure(*_words(layers, tmp_path / "out"))
    assert result.exit_code == 2
    assert "--restart" in result.output
    assert measure(*_words(layers, tmp_path / "out"), "--restart").exit_code == 0
    assert not work.exists()
