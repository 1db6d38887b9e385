"""Roads that are left on the disk: declared, checked, refused, and shown by ``qxgeo check``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from qxgeo.assess import assess, assess_streamed, shelve
from qxgeo.assess import streamed as streamed_module
from qxgeo.assess.narrow import narrow
from qxgeo.assess.shelf import file_name
from qxgeo.cli.doors import doors
from qxgeo.district import load_district, survey_district
from qxgeo.errors import DistrictError, InputError, SchemaError
from qxgeo.plan import load_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.assess import Assessment
    from qxgeo.district import Layer

HEADINGS = {"section_id": "osm_id", "name": "路名", "road_class": "highway", "heavy_truck": "hgv"}


@pytest.fixture
def parquet_town(town_folder: Path, town: dict[str, Layer]) -> Callable[..., Path]:
    """Give the function that puts the small town's roads into GeoParquet under other headings."""

    def write(*, drop: tuple[str, ...] = (), line: str = "") -> Path:
        table = town["roads"].table.drop(columns=[*drop]).rename(columns=HEADINGS)
        table = table.assign(is_tunnel=table["is_tunnel"].map({True: "是", False: "否"}))
        folder = town_folder / "roads"
        folder.mkdir(exist_ok=True)
        for number, rows in enumerate((table.iloc[4:], table.iloc[:4])):
            rows.to_parquet(folder / f"{number}.parquet", index=False)
        file = town_folder / "district.toml"
        text = file.read_text(encoding="utf-8")
        text = text.replace('path = "roads.geojson"', f'path = "roads"\n{line}')
        file.write_text(text, encoding="utf-8")
        return town_folder

    return write


def streamed_findings(folder: Path, out: Path) -> pd.DataFrame:
    """Judge piece by piece."""
    district = load_district(folder, stream_from=1)
    streamed = assess_streamed(
        district, out / "findings", work_folder=out / "work", memory_mb=1000.0
    )
    places = streamed.shelf.places
    return pd.concat([streamed.shelf.read(place.township_id) for place in places])


@pytest.mark.parametrize("line", ["", 'where = { highway = ["primary", "footway"] }'])
def test_headings_and_choice_of_rows_are_those_of_a_file_in_memory(
    parquet_town: Callable[..., Path], tmp_path: Path, line: str
) -> None:
    folder = parquet_town(line=line)
    expected = assess(load_district(folder)).findings
    mine = streamed_findings(folder, tmp_path)
    assert len(mine)
    assert sorted(mine["reason_zh"]) == sorted(expected["reason_zh"])


def test_roads_without_ids_are_numbered_through_all_files(
    parquet_town: Callable[..., Path], tmp_path: Path
) -> None:
    folder = parquet_town(drop=("section_id",))
    mine = streamed_findings(folder, tmp_path)
    assert set(mine["subject_id"]) <= {f"row-000{number}" for number in range(2, 9)}
    assert sorted(mine["finding_id"]) == sorted(
        assess(load_district(folder)).findings["finding_id"]
    )


def test_a_district_without_townships_is_one_place(
    parquet_town: Callable[..., Path], tmp_path: Path
) -> None:
    folder = parquet_town()
    file = folder / "district.toml"
    text = file.read_text(encoding="utf-8")
    before, _, after = text.partition("[layers.townships]")
    file.write_text(before + after[after.index("[layers.") :], encoding="utf-8")
    out = tmp_path / "maps"
    result = CliRunner().invoke(
        doors, ["run", str(folder), "--out", str(out), "--stream-from", "1", "-q"]
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in (out / "townships").iterdir()} == {
        "no_township",
        "outside_district",
    }


def test_processes_write_the_same_bytes_as_threads(
    parquet_town: Callable[..., Path], tmp_path: Path
) -> None:
    folder, hashes = parquet_town(), []
    for workers in ("0", "2"):
        out = tmp_path / workers
        words = ["run", str(folder), "--out", str(out), "--stream-from", "1", "-q"]
        words += ["--workers", workers, "--work", str(tmp_path / "kept")]
        result = CliRunner().invoke(doors, words)
        assert result.exit_code == 0, result.output
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
        hashes.append({name: facts["sha256"] for name, facts in record["outputs"].items()})
        assert not (tmp_path / "kept").exists()
    assert hashes[0] == hashes[1]


def test_a_file_below_the_size_is_read_as_it_always_was(
    parquet_town: Callable[..., Path],
) -> None:
    folder = parquet_town()
    layer = load_district(folder, stream_from=8).layers["roads"]
    assert layer.streamed is None
    assert len(layer.table) == layer.size == 7
    assert load_district(folder, stream_from=7).layers["roads"].streamed is not None


def test_check_shows_rows_and_extent_without_reading_the_roads(
    parquet_town: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = parquet_town()
    monkeypatch.setattr("qxgeo.cli.check.STREAM_FROM_ROWS", 1)
    result = CliRunner().invoke(doors, ["check", str(folder)])
    assert result.exit_code == 0, result.output
    assert "分块读取" in result.output
    survey = survey_district(folder, stream_from=1)
    roads = next(one.layer for one in survey.layers if one.name == "roads")
    assert roads is not None
    assert (roads.size, len(roads.table)) == (7, 0)


def test_a_datum_that_would_move_the_roads_is_refused(
    parquet_town: Callable[..., Path],
) -> None:
    folder = parquet_town()
    file = folder / "district.toml"
    text = file.read_text(encoding="utf-8")
    before, mark, after = text.partition("[layers.roads]")
    after = after.replace('datum = "wgs84"', 'datum = "gcj02"', 1)
    file.write_text(before + mark + after, encoding="utf-8")
    with pytest.raises(DistrictError, match="cannot be converted"):
        load_district(folder, stream_from=1)


def test_a_road_at_fault_is_named_with_file_and_row(
    parquet_town: Callable[..., Path], tmp_path: Path
) -> None:
    folder = parquet_town()
    file = folder / "roads" / "0.parquet"
    table = gpd.read_parquet(file)
    table.loc[1, "osm_id"] = table.loc[0, "osm_id"]
    table.to_parquet(file, index=False)
    with pytest.raises(SchemaError, match=r"roads.*3.*osm_id"):
        streamed_findings(folder, tmp_path)


def test_roads_of_another_place_are_refused_by_their_bounds(
    parquet_town: Callable[..., Path],
) -> None:
    folder = parquet_town()
    for file in sorted((folder / "roads").iterdir()):
        table = gpd.read_parquet(file)
        table.geometry = table.geometry.translate(xoff=5.0)
        table.to_parquet(file, index=False, write_covering_bbox=True, schema_version="1.1.0")
    with pytest.raises(InputError, match="more than 50 km from the district"):
        load_district(folder, stream_from=1)


def test_a_rule_of_roads_on_roads_is_refused_by_its_id(
    parquet_town: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = load_plan("qixing-2023")
    rule = plan.rule("2.2.3-c")
    odd = replace(rule, reference=rule.subject)
    monkeypatch.setattr(streamed_module, "load_plan", lambda _: plan)
    monkeypatch.setattr(type(plan), "rules", property(lambda _: (odd,)))
    with pytest.raises(DistrictError, match=r"2\.2\.3-c measures roads to roads"):
        streamed_findings(parquet_town(), tmp_path)


def test_a_township_sees_its_own_numbers_and_ground(whole: Assessment, tmp_path: Path) -> None:
    shelf = shelve(whole, tmp_path)
    place = next(one for one in shelf.places if one.township_id == "450305002")
    mine = narrow(whole, place, shelf.read("450305002"))
    totals = mine.totals.set_index("township_id")
    assert set(totals.index) == {"450305002", "all"}
    assert totals.loc["all", "length_m"].sum() == totals.loc["450305002", "length_m"].sum()
    townships = whole.district.layers["townships"].table.set_index("township_id")
    own = townships.geometry["450305002"]
    assert shapely.covers(own.buffer(1e-9), mine.district.layers["boundary"].table.geometry.iloc[0])
    assert 0 < len(mine.district.layers["roads"].table) < len(whole.district.layers["roads"].table)
    assert set(mine.reasons["township_id"]) <= {"450305002"}


@pytest.mark.parametrize("code", ["450305001", "a/b", "..", "示例", "no_township", ""])
def test_any_code_makes_a_file_name_of_its_own(code: str, tmp_path: Path) -> None:
    name = file_name(code)
    (tmp_path / name).mkdir()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert code.isdigit() <= (name == code)
