"""Road files of OpenStreetMap: a hand-drawn town in XML, whole, broken, and out of order."""

from __future__ import annotations

import bz2
import gzip
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pandas as pd
import pytest

from qxgeo.errors import InputError, ReadError
from qxgeo.readers.osm import read_osm_roads
from qxgeo.schemas import ROADS

if TYPE_CHECKING:
    from pathlib import Path

# The town lies on a grid of 0.001 degrees; node number 10 * column + row.
#
#     13      33            43 .. 44
#      |       |             (no node 44 in the file: the extract ends there)
#  2--12--22--32--42
#      |       |
#     11      31
#
# Long Street 2-12-22-32-42, West Lane 11-12-13, East Lane 31-32-33.


def node(number: int) -> str:
    lon, lat = 110.3 + number // 10 / 1000, 25.2 + number % 10 / 1000
    return f'<node id="{number}" lon="{lon:.7f}" lat="{lat:.7f}"/>'


def way(way_id: int, refs: list[int], **tags: str) -> str:
    tags.setdefault("highway", "residential")
    nds = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    pairs = "".join(
        f"<tag k={quoteattr(key.replace('__', ':'))} v={quoteattr(value)}/>"
        for key, value in tags.items()
    )
    return f'<way id="{way_id}">{nds}{pairs}</way>'


NODES = "".join(node(number) for number in (2, 11, 12, 13, 22, 31, 32, 33, 42, 43))
TOWN = (
    way(100, [2, 12, 22, 32, 42], name="长街")
    + way(101, [11, 12, 13], name="西巷")
    + way(102, [31, 32, 33], name="东巷")
)


def xml(content: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{content}</osm>'


def write(folder: Path, content: str, name: str = "town.osm") -> Path:
    path = folder / name
    path.write_text(xml(content), encoding="utf-8")
    return path


def read_ways(folder: Path, ways: str, **options: object) -> pd.DataFrame:
    return read_osm_roads(write(folder, NODES + ways), **options).table  # type: ignore[arg-type]


def columns_of(table: pd.DataFrame) -> dict[str, list[int]]:
    """Give the grid columns each section passes, to compare with the drawing."""
    return {
        section_id: [round((lon - 110.3) * 1000) for lon, _ in line.coords]
        for section_id, line in zip(table["section_id"], table.geometry, strict=True)
    }


def test_a_way_is_cut_where_another_road_crosses_and_nowhere_else(tmp_path: Path) -> None:
    table = read_ways(tmp_path, TOWN)
    assert columns_of(table) == {
        "w100.1": [0, 1],
        "w100.2": [1, 2, 3],
        "w100.4": [3, 4],
        "w101.1": [1, 1],
        "w101.2": [1, 1],
        "w102.1": [3, 3],
        "w102.2": [3, 3],
    }


def test_a_road_without_intersections_keeps_the_id_of_its_way(tmp_path: Path) -> None:
    assert read_ways(tmp_path, way(100, [2, 12, 22]))["section_id"].tolist() == ["w100"]


def test_a_new_lane_leaves_the_ids_of_other_sections_alone(tmp_path: Path) -> None:
    before = columns_of(read_ways(tmp_path, TOWN))
    after = columns_of(read_ways(tmp_path, TOWN + way(103, [22, 13])))
    changed = {"w100.2"}  # Long Street's middle, which the lane divides
    assert {key: before[key] for key in before.keys() - changed} == {
        key: after[key] for key in before.keys() - changed
    }
    assert after.keys() - before.keys() == {"w100.3", "w103"}


def test_the_table_has_the_columns_of_the_road_contract_first(tmp_path: Path) -> None:
    table = read_ways(tmp_path, TOWN)
    extra = ["osm_id", "ref", "maxspeed", "lanes", "access", "geometry"]
    assert list(table.columns) == [*ROADS.columns, *extra]
    assert table.crs == "EPSG:4326"
    assert table["section_id"].is_unique
    assert table["osm_id"].tolist() == [100, 100, 100, 101, 101, 102, 102]


def test_a_footpath_crossing_does_not_end_a_section(tmp_path: Path) -> None:
    ways = way(100, [2, 12, 22]) + way(105, [11, 12, 13], highway="footway")
    result = read_osm_roads(write(tmp_path, NODES + ways))
    assert result.table["section_id"].tolist() == ["w100"]
    assert any("footway 1" in note.en for note in result.notes)
    with_paths = read_ways(tmp_path, ways, highway=["residential", "footway"])
    assert with_paths["section_id"].tolist() == ["w100", "w105.1", "w105.2"]


def test_sections_are_the_same_whichever_classes_are_asked_for(tmp_path: Path) -> None:
    ways = way(100, [2, 12, 22], highway="primary") + way(101, [11, 12, 13])
    table = read_ways(tmp_path, ways, highway={"primary"})
    assert table["section_id"].tolist() == ["w100.1", "w100.2"]


def test_a_class_nobody_has_heard_of_is_kept_and_a_planned_road_is_not(tmp_path: Path) -> None:
    ways = way(100, [2, 12], highway="hovercraft") + way(101, [12, 22], highway="proposed")
    result = read_osm_roads(write(tmp_path, NODES + ways))
    assert result.table["road_class"].tolist() == ["hovercraft"]
    assert any("proposed 1" in note.en for note in result.notes)


def test_a_loop_that_meets_itself_is_cut_there(tmp_path: Path) -> None:
    table = read_ways(tmp_path, way(100, [2, 12, 22, 13, 12]))
    assert columns_of(table) == {"w100.1": [0, 1], "w100.2": [1, 2, 1, 1]}


def test_a_roundabout_is_cut_where_roads_leave_it(tmp_path: Path) -> None:
    ring = way(100, [12, 22, 32, 31, 12], junction="roundabout")
    table = read_ways(tmp_path, ring + way(101, [32, 42]))
    assert table["section_id"].tolist() == ["w100.1", "w100.3", "w101"]
    assert table["is_oneway"].tolist() == [True, True, False]


def test_a_node_written_twice_makes_no_section_of_no_length(tmp_path: Path) -> None:
    table = read_ways(tmp_path, way(100, [2, 12, 12, 22]))
    assert columns_of(table) == {"w100": [0, 1, 2]}


def test_two_nodes_in_one_place_make_no_section_and_are_counted(tmp_path: Path) -> None:
    twin = node(12).replace('id="12"', 'id="99"')
    result = read_osm_roads(write(tmp_path, NODES + twin + way(100, [12, 99]) + way(101, [2, 11])))
    assert result.table["section_id"].tolist() == ["w101"]
    assert any("no length" in note.en for note in result.notes)


def test_a_square_is_no_road_and_is_counted(tmp_path: Path) -> None:
    square = way(106, [11, 12, 22, 11], highway="pedestrian", area="yes")
    result = read_osm_roads(write(tmp_path, NODES + TOWN + square))
    assert 106 not in result.table["osm_id"].tolist()
    assert any("1 squares" in note.en for note in result.notes)


def test_a_way_beyond_the_extract_keeps_its_known_parts_and_is_counted(tmp_path: Path) -> None:
    result = read_osm_roads(write(tmp_path, NODES + way(100, [2, 12, 44, 32, 42, 43])))
    assert columns_of(result.table) == {"w100.1": [0, 1], "w100.4": [3, 4, 4]}
    assert any("1 ways have 1 nodes without a position" in note.en for note in result.notes)


def test_nodes_that_come_after_their_ways_are_found(tmp_path: Path) -> None:
    sorted_table = read_ways(tmp_path, TOWN)
    unsorted_table = read_osm_roads(write(tmp_path, TOWN + NODES)).table
    pd.testing.assert_frame_equal(sorted_table, unsorted_table)


def test_a_drawing_not_yet_uploaded_has_negative_ids_and_is_read(tmp_path: Path) -> None:
    drawn = (NODES + TOWN).replace('id="', 'id="-').replace('ref="', 'ref="-')
    table = read_osm_roads(write(tmp_path, drawn)).table
    plain = read_ways(tmp_path, TOWN)
    assert sorted(table["section_id"]) == sorted(plain["section_id"].str.replace("w", "w-"))
    assert table.geometry.union_all().equals(plain.geometry.union_all())


def test_of_a_way_that_stands_twice_the_last_one_counts(tmp_path: Path) -> None:
    table = read_ways(tmp_path, way(100, [2, 12], name="旧名") + way(100, [2, 12, 22], name="新名"))
    assert table["name"].tolist() == ["新名"]


@pytest.mark.parametrize(
    ("tags", "column", "expected"),
    [
        ({"hgv": "designated"}, "heavy_truck", True),
        ({"hgv": "yes"}, "heavy_truck", True),
        ({"hgv": "no"}, "heavy_truck", False),
        ({"hgv": "delivery"}, "heavy_truck", None),
        ({}, "heavy_truck", None),
        ({"oneway": "yes"}, "is_oneway", True),
        ({"oneway": "-1"}, "is_oneway", True),
        ({"oneway": "no", "highway": "motorway"}, "is_oneway", False),
        ({"highway": "motorway"}, "is_oneway", True),
        ({}, "is_oneway", False),
        ({"tunnel": "yes"}, "is_tunnel", True),
        ({"tunnel": "no"}, "is_tunnel", False),
        ({"name": "东江路", "name__zh": "别名"}, "name", "东江路"),
        ({"name__zh": "东江路"}, "name", "东江路"),
        ({}, "name", None),
        ({"surface": "gravel"}, "surface", "gravel"),
        ({"smoothness": "bad"}, "smoothness", "bad"),
        ({"ref": "X123;G321"}, "official_grade", "国道"),
        ({"ref": "S22"}, "official_grade", "省道"),
        ({"ref": "C1A"}, "official_grade", None),
        ({"ref": "191"}, "official_grade", None),
        ({"maxspeed": "40"}, "maxspeed", "40"),
    ],
)
def test_tags_become_columns(
    tmp_path: Path, tags: dict[str, str], column: str, expected: object
) -> None:
    value = read_ways(tmp_path, way(100, [2, 12], **tags))[column].iloc[0]
    assert pd.isna(value) if expected is None else value == expected


def test_sections_that_touch_the_box_are_kept_whole(tmp_path: Path) -> None:
    table = read_ways(tmp_path, TOWN, bbox=(110.3002, 25.2015, 110.3005, 25.2025))
    assert columns_of(table) == {"w100.1": [0, 1]}


@pytest.mark.parametrize(
    "bbox",
    [(111, 25, 110, 26), (110, 26, 111, 25), (25, 110, 26, 111), (float("nan"), 25, 111, 26)],
)
def test_a_box_that_is_none_is_refused(tmp_path: Path, bbox: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="box in degrees"):
        read_ways(tmp_path, TOWN, bbox=bbox)


def test_a_box_without_roads_is_an_error_and_not_an_empty_layer(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no road"):
        read_ways(tmp_path, TOWN, bbox=(100, 20, 101, 21))


def test_a_file_without_roads_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no road"):
        read_ways(tmp_path, "")


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress])
def test_compressed_files_are_read(tmp_path: Path, compress: type) -> None:
    ending = {gzip.compress: "gz", bz2.compress: "bz2"}[compress]
    path = tmp_path / f"城区.OSM.{ending}".replace("OSM", "osm")
    path.write_bytes(compress(xml(NODES + TOWN).encode()))
    pd.testing.assert_frame_equal(read_osm_roads(path).table, read_ways(tmp_path, TOWN))


BROKEN = {
    "truncated.osm": xml(NODES + TOWN).encode()[:-40],
    "empty.osm": b"",
    "page.osm": b"<html><body>quota exceeded</body></html>",
    "coordinate.osm": xml('<node id="1" lon="east" lat="25"/>').encode(),
    "truncated.osm.gz": gzip.compress(xml(NODES + TOWN).encode())[:-30],
    "truncated.osm.bz2": bz2.compress(xml(NODES + TOWN).encode())[:-30],
    "page.osm.pbf": b"<html><body>quota exceeded</body></html>",
    "empty.osm.pbf": b"",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_raises_and_hands_over_no_part(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BROKEN[name])
    with pytest.raises(ReadError) as caught:
        read_osm_roads(path)
    assert caught.value.faults[0].file == str(path)
    assert "not a complete OpenStreetMap file" in str(caught.value)


def test_a_pbf_cut_anywhere_inside_a_block_is_refused(tmp_path: Path) -> None:
    osmium = pytest.importorskip("osmium")
    whole = tmp_path / "whole.osm.pbf"
    with osmium.SimpleWriter(str(whole)) as writer:
        for thing in osmium.FileProcessor(write(tmp_path, NODES + TOWN)):
            writer.add(thing)
    content = whole.read_bytes()
    assert len(read_osm_roads(whole).table) == 7
    for size in (len(content) - 1, len(content) // 2, 20):
        part = tmp_path / "part.osm.pbf"
        part.write_bytes(content[:size])
        with pytest.raises(ReadError):
            read_osm_roads(part)


def test_a_history_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "changes.osm"
    path.write_text('<osmChange version="0.6"></osmChange>', encoding="utf-8")
    with pytest.raises(ReadError, match="history"):
        read_osm_roads(path)


def test_a_missing_file_and_an_unknown_ending_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_osm_roads(tmp_path / "none.osm.pbf")
    other = tmp_path / "roads.zip"
    other.write_bytes(b"")
    with pytest.raises(ReadError, match=r"\.pbf"):
        read_osm_roads(other)


def test_the_licence_is_the_first_note(tmp_path: Path) -> None:
    notes = read_osm_roads(write(tmp_path, NODES + TOWN)).notes
    assert "OpenStreetMap contributors, ODbL" in notes[0].en
    assert "3 ways read, 7 sections kept" in notes[1].en


def test_a_street_whose_traffic_runs_against_its_line_is_turned_round(tmp_path: Path) -> None:
    streets = way(100, [2, 12, 22], oneway="-1") + way(101, [31, 32, 33], oneway="yes")
    table = read_ways(tmp_path, streets).set_index("section_id")
    assert [round((lon - 110.3) * 1000) for lon, _ in table.geometry["w100"].coords] == [2, 1, 0]
    assert table.geometry["w101"].coords[0][1] < table.geometry["w101"].coords[-1][1]
    assert table["is_oneway"].tolist() == [True, True]
