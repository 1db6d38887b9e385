from __future__ import annotations

import dataclasses
import json
import re
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from qxgeo.reports.run_record import run_record, write_run_record

if TYPE_CHECKING:
    import pytest

    from qxgeo.assess import Assessment


def test_the_record_names_every_input_with_its_hash(town: Assessment) -> None:
    layers = run_record(town)["layers"]
    assert set(layers) == {"boundary", "stations", "townships"}
    assert layers["stations"]["sha256"] == town.district.layers["stations"].sha256
    assert layers["townships"]["rows"] == 3
    assert layers["townships"]["is_approximate"] is True


def test_paths_of_this_machine_stay_out(town: Assessment) -> None:
    layers = run_record(town)["layers"]
    assert layers["stations"]["path"] == "data/stations.geojson"
    assert layers["boundary"]["path"] == "boundary.gpkg"
    relative = dataclasses.replace(town.district.layers["stations"], path=Path("data/s.csv"))
    district = dataclasses.replace(town.district, layers={"stations": relative})
    record = run_record(dataclasses.replace(town, district=district))
    assert record["layers"]["stations"]["path"] == "data/s.csv"
    assert "/town/" not in json.dumps(run_record(town))


def test_the_file_is_sorted_readable_and_the_same_each_time(
    town: Assessment, tmp_path: Path
) -> None:
    for name in ("a.json", "b.json"):
        write_run_record(town, tmp_path / name)
    raw = (tmp_path / "a.json").read_bytes()
    assert raw == (tmp_path / "b.json").read_bytes()
    assert b"\r" not in raw
    text = raw.decode("utf-8")
    assert "小镇大气方案" in text
    record = json.loads(text)
    assert list(record) == sorted(record)


def test_the_only_dates_are_those_of_data_and_assessment(town: Assessment) -> None:
    text = json.dumps(run_record(town))
    assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) == {"2023-06-01"}
    assert not re.search(r"\d\d:\d\d:\d\d", text)


def test_assumptions_gaps_choices_and_parameters_are_kept(town: Assessment) -> None:
    record = run_record(town)
    assert [gap["missing"] for gap in record["gaps"]] == [
        ["layer:main_urban_area", "kind:frontage"],
        ["parameter:near_residential_m"],
    ]
    assert record["assumptions"][0]["rule_ids"] == ["1.3.4-a", "2.2.3-c"]
    assert record["choices"] == {"2.2.4-a.1": "clip"}
    assert record["parameters"] == {"near_school_m": {"source": "示例", "value": 200.0}}
    assert record["plan"]["plan_id"] == "town-2023"


def test_counts_agree_with_the_findings(town: Assessment) -> None:
    counts = run_record(town)["counts"]
    assert sum(counts["findings_by_verdict"].values()) == counts["findings"] == 12
    for numbers in counts["subjects_by_rule"].values():
        assert sum(numbers.values()) == 2 * numbers["subjects"]


def test_versions_are_those_installed(town: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = run_record(town)["versions"]
    assert versions["shapely"] == metadata.version("shapely")
    assert {"qxgeo", "python", "PROJ", "GEOS", "GDAL"} <= set(versions)
    found = metadata.version

    def without_us(name: str) -> str:
        if name == "qxgeo":
            raise metadata.PackageNotFoundError(name)
        return found(name)

    monkeypatch.setattr(metadata, "version", without_us)
    assert run_record(town)["versions"]["qxgeo"] == "not installed"
