"""Turn restrictions as a layer of a district: from OpenStreetMap by data alone, or as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qxgeo.district import load_district
from qxgeo.errors import InputError
from tests.conftest import write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.district import Layer

OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lon="110.01" lat="25.01"/><node id="2" lon="110.015" lat="25.01"/>
<node id="3" lon="110.02" lat="25.01"/><node id="4" lon="110.015" lat="25.005"/>
<way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>
<way id="8"><nd ref="4"/><nd ref="2"/><tag k="highway" v="primary"/></way>
<relation id="5"><member type="way" ref="8" role="from"/><member type="node" ref="2" role="via"/>
<member type="way" ref="7" role="to"/><tag k="type" v="restriction"/>
<tag k="restriction" v="no_left_turn"/></relation>
<relation id="6"><member type="way" ref="8" role="from"/><member type="way" ref="9" role="via"/>
<member type="way" ref="7" role="to"/><tag k="type" v="restriction"/>
<tag k="restriction" v="no_u_turn"/></relation></osm>"""
LAYER = """
[layers.{name}]
path = "{path}"
datum = "wgs84"
accuracy_m = 5
source = "手绘"
"""


@pytest.fixture
def folder(tmp_path: Path, town: dict[str, Layer]) -> Path:
    file = write_folder(tmp_path, *(town[name] for name in ("boundary", "townships", "stations")))
    (tmp_path / "town.osm").write_text(OSM, encoding="utf-8")
    text = file.read_text("utf-8") + LAYER.format(name="roads", path="town.osm")
    file.write_text(text, encoding="utf-8")
    return tmp_path


def add(folder: Path, path: str) -> None:
    file = folder / "district.toml"
    text = file.read_text("utf-8") + LAYER.format(name="turns", path=path)
    file.write_text(text, encoding="utf-8")


def test_an_extract_gives_roads_and_turns_and_says_what_is_not_honoured(folder: Path) -> None:
    add(folder, "town.osm")
    district = load_district(folder)
    table = district.layers["turns"].table
    assert table["turn_id"].tolist() == ["r5"]
    assert table[["from_road", "to_road"]].iloc[0].tolist() == ["w8", "w7"]
    assert set(district.layers["roads"].table["section_id"]) == {"w7.1", "w7.2", "w8"}
    told = [note.zh for note in district.notes if note.zh.startswith("转向限制")]
    assert any("via" in one and "1 个" in one and "r6" in one for one in told)


def test_a_table_keeps_the_rows_of_its_file(folder: Path) -> None:
    text = "编号,来路,去路,限制,经度,纬度\nB,w8,w7,禁左,110.015,25.01\nA,w7,w8,禁右,110.015,25.01\n"
    (folder / "turns.csv").write_text(text, encoding="utf-8")
    add(folder, "turns.csv")
    layer = load_district(folder).layers["turns"]
    assert layer.table["turn_id"].tolist() == ["A", "B"]
    assert layer.rows == (3, 2)


def test_a_faulty_row_is_refused_with_its_file_and_row(folder: Path) -> None:
    text = "来路,去路,限制,经度,纬度\nw8,w7,左转不行,110.015,25.01\n"
    (folder / "turns.csv").write_text(text, encoding="utf-8")
    add(folder, "turns.csv")
    with pytest.raises(InputError) as caught:
        load_district(folder)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column) == ("turns.csv", 2, "限制")
