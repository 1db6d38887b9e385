"""district.toml: every way to get it wrong, and what is said then."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qxgeo.district.declaration import (
    check_against_plan,
    find_district_file,
    read_declaration,
)
from qxgeo.district.model import LayerDeclaration
from qxgeo.errors import DistrictError, Text
from qxgeo.plan import load_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district.model import Declaration
    from qxgeo.errors import Fault

TOP = """\
schema = "qxgeo-district/1"
code = "450305"
name = "小城"
plan = "qixing-2023"
as_of = 2023-06-30
"""
BOUNDARY = """\
[layers.boundary]
path = "b.geojson"
datum = "wgs84"
accuracy_m = 50
source = "手绘"
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[Declaration, dict[str, Fault]]]:
    """Give a function that reads a text as district.toml; faults by their key."""
    for name in ("b.geojson", "r.csv", "s.osm.pbf", "p.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")

    def understand(text: str, as_of: date | None = None) -> tuple[Declaration, dict[str, Fault]]:
        file = tmp_path / "district.toml"
        file.write_text(text, encoding="utf-8")
        declaration, faults = read_declaration(file, as_of=as_of)
        assert all(fault.file == "district.toml" for fault in faults)
        assert all(fault.mend.zh and fault.mend.en for fault in faults)
        return declaration, {fault.column: fault for fault in faults}

    return understand


Read = "Callable[..., tuple[Declaration, dict[str, Fault]]]"


def test_the_smallest_file_is_understood(read: Read, tmp_path: Path) -> None:
    declaration, faults = read(TOP + BOUNDARY)
    assert faults == {}
    assert declaration.code == "450305"
    assert declaration.name == Text("小城", "小城")
    assert declaration.as_of == date(2023, 6, 30)
    assert not declaration.is_warning_day
    assert declaration.sha256 == hashlib.sha256((TOP + BOUNDARY).encode()).hexdigest()
    boundary = declaration.layers["boundary"]
    assert boundary.path == (tmp_path / "b.geojson").resolve()
    assert (boundary.datum, boundary.accuracy_m, boundary.missing_position) == (
        "wgs84",
        50.0,
        "refuse",
    )


def test_every_option_arrives(read: Read) -> None:
    declaration, faults = read(
        TOP
        + 'name_en = "Small Town"\nwarning_day = true\n'
        + BOUNDARY
        + """\
[layers.stations]
path = 'r.csv'
datum = "GCJ-02"
accuracy_m = 0
source = "名录"
licence = "公开"
as_of = 2024-02-29
demo = true
approximate = true
encoding = "gbk"
sheet = 2
sublayer = "点"
header_row = 3
columns = { station_id = "编号", lon = "东经" }
where = { "城市" = ["上海", "苏州"], "级别" = 1, "启用" = true }
missing_position = "list"
repair = true
control_level = "provincial"
notes = ["一", { zh = "二", en = "two" }]
[layers.schools]
path = "s.osm.pbf"
datum = "wgs84"
accuracy_m = 10
source = "OSM"
tags = { amenity = ["school", "kindergarten"], landuse = "education", college = true }
notes = "备注"
[layers.markets]
path = "r.csv"
datum = "file"
accuracy_m = 10
source = "OSM"
sheet = "表一"
notes = { zh = "注", en = "note" }
[parameters]
near_school_m = { value = 100, source = "局函" }
[choices]
"2.2.4-b.1" = "within-5-km"
"""
    )
    assert faults == {}
    assert declaration.name == Text("小城", "Small Town")
    assert declaration.is_warning_day
    stations = declaration.layers["stations"]
    assert stations.datum == "gcj02"
    assert stations.accuracy_m == 0
    assert stations.as_of == date(2024, 2, 29)
    assert (stations.is_demo, stations.is_approximate, stations.is_repaired) == (True, True, True)
    assert (stations.encoding, stations.sheet, stations.sublayer, stations.header_row) == (
        "gbk",
        2,
        "点",
        3,
    )
    assert stations.columns == {"station_id": "编号", "lon": "东经"}
    assert stations.where == {"城市": ("上海", "苏州"), "级别": ("1",), "启用": ("true",)}
    assert (stations.missing_position, stations.control_level) == ("list", "provincial")
    assert stations.notes == (Text("一", "一"), Text("二", "two"))
    schools = declaration.layers["schools"]
    assert schools.format == "osm-sites"
    assert schools.tags == {
        "amenity": ("school", "kindergarten"),
        "landuse": ("education",),
        "college": (),
    }
    assert schools.notes == (Text("备注", "备注"),)
    assert declaration.layers["markets"].datum is None
    assert declaration.layers["markets"].sheet == "表一"
    assert declaration.layers["markets"].notes == (Text("注", "note"),)
    assert declaration.parameters["near_school_m"].value == 100
    assert declaration.choices == {"2.2.4-b.1": "within-5-km"}


def test_the_day_asked_for_takes_the_place_of_the_one_in_the_file(read: Read) -> None:
    assert read(TOP + BOUNDARY, date(2025, 1, 1))[0].as_of == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [("roads", "osm-roads"), ("key_sections", "osm-roads"), ("watering_records", "osm-roads")],
)
def test_an_osm_file_of_roads_needs_no_format(read: Read, layer: str, expected: str) -> None:
    block = BOUNDARY.replace("boundary", layer).replace("b.geojson", "s.osm.pbf")
    declaration, faults = read(TOP + BOUNDARY + block)
    assert faults == {}
    assert declaration.layers[layer].format == expected


def test_an_osm_file_of_zones_gives_areas(read: Read) -> None:
    block = BOUNDARY.replace("boundary", "rural_area").replace("b.geojson", "s.osm.pbf")
    declaration, faults = read(TOP + BOUNDARY + block + 'tags = { landuse = ["farmland"] }\n')
    assert faults == {}
    assert declaration.layers["rural_area"].format == "osm-areas"


def test_a_windows_path_and_a_plan_file_are_understood(read: Read, tmp_path: Path) -> None:
    (tmp_path / "图层").mkdir()
    (tmp_path / "图层" / "b.geojson").write_text("", encoding="utf-8")
    text = TOP.replace("qixing-2023", "p.toml") + BOUNDARY.replace(
        '"b.geojson"', "'图层\\b.geojson'"
    )
    declaration, faults = read(text)
    assert faults == {}
    assert declaration.layers["boundary"].path == (tmp_path / "图层" / "b.geojson").resolve()
    assert declaration.plan == str((tmp_path / "p.toml").resolve())


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('schema = "qxgeo-district/1"', 'schema = "other/9"', "schema", "qxgeo-district/1"),
        ('schema = "qxgeo-district/1"\n', "", "schema", "缺少"),
        ('code = "450305"', "code = 450305", "code", "类型不对"),
        ('code = "450305"', 'code = "4503"', "code", "6 位"),
        ('code = "450305"', 'code = "七星"', "code", "不是行政区划代码"),
        ('name = "小城"', 'name = "  "', "name", "空"),
        ('plan = "qixing-2023"', 'plan = "qixin-2023"', "plan", "qixing-2023"),
        ('plan = "qixing-2023"', 'plan = "没有.toml"', "plan", "文件不存在"),
        ("as_of = 2023-06-30", 'as_of = "2023-06-30"', "as_of", "不带引号"),
        ("as_of = 2023-06-30\n", "", "as_of", "缺少"),
        (
            "as_of = 2023-06-30",
            "as_of = 2023-06-30\nwarnin_day = true",
            "warnin_day",
            "warning_day",
        ),
        ("as_of = 2023-06-30", 'as_of = 2023-06-30\nwarning_day = "yes"', "warning_day", "true"),
        ('path = "b.geojson"\n', "", "layers.boundary.path", "缺少"),
        ("b.geojson", "c.geojson", "layers.boundary.path", "c.geojson"),
        ('datum = "wgs84"\n', "", "layers.boundary.datum", "缺少"),
        ('"wgs84"', '"wgs48"', "layers.boundary.datum", "wgs84"),
        ('"wgs84"', '"西安80"', "layers.boundary.datum", "EPSG"),
        ("accuracy_m = 50\n", "", "layers.boundary.accuracy_m", "缺少"),
        ("= 50", "= -1", "layers.boundary.accuracy_m", "不小于 0"),
        ("= 50", "= nan", "layers.boundary.accuracy_m", "nan"),
        ("= 50", "= inf", "layers.boundary.accuracy_m", "inf"),
        ("= 50", '= "50"', "layers.boundary.accuracy_m", "类型不对"),
        ("= 50", "= true", "layers.boundary.accuracy_m", "类型不对"),
        ('source = "手绘"\n', "", "layers.boundary.source", "缺少"),
        (
            'source = "手绘"',
            'source = "手绘"\nacuracy = 1',
            "layers.boundary.acuracy",
            "accuracy_m",
        ),
        ('source = "手绘"', 'source = "手绘"\ndemo = 1', "layers.boundary.demo", "true"),
        ('source = "手绘"', 'source = "手绘"\nheader_row = 0', "layers.boundary.header_row", "1"),
        ('source = "手绘"', 'source = "手绘"\nsheet = 0', "layers.boundary.sheet", "1"),
        ('source = "手绘"', 'source = "手绘"\nformat = "osm"', "layers.boundary.format", "osm-"),
        (
            'source = "手绘"',
            'source = "手绘"\nformat = "osm-areas"',
            "layers.boundary.tags",
            "tags",
        ),
        (
            'source = "手绘"',
            'source = "手绘"\ntags = {a = "b"}',
            "layers.boundary.tags",
            "不起作用",
        ),
        (
            'source = "手绘"',
            'source = "手绘"\ncontrol_level = "national"',
            "layers.boundary.control_level",
            "不起作用",
        ),
        (
            'source = "手绘"',
            'source = "手绘"\nmissing_position = "skip"',
            "layers.boundary.missing_position",
            "list",
        ),
        (
            'source = "手绘"',
            'source = "手绘"\ncolumns = { "名称" = "name" }',
            "layers.boundary.columns.名称",
            "列名",
        ),
        (
            'source = "手绘"',
            'source = "手绘"\nwhere = { a = [] }',
            "layers.boundary.where.a",
            "一列值",
        ),
        (
            'source = "手绘"',
            'source = "手绘"\nwhere = { a = [{ b = 1 }] }',
            "layers.boundary.where.a",
            "类型不对",
        ),
        ('source = "手绘"', 'source = "手绘"\nnotes = [1]', "layers.boundary.notes[0]", "文字"),
        ('source = "手绘"', 'source = "手绘"\nnotes = 3', "layers.boundary.notes", "类型不对"),
        ("[layers.boundary]", "[layers.boundry]", "layers.boundry", "boundary"),
        ("[layers.boundary]", "[layer.boundary]", "layers", "缺少"),
        ("[layers.boundary]", "[layers.townships]", "layers.boundary", "qxgeo init"),
    ],
)
def test_each_mistake_is_named_with_its_key(
    read: Read, old: str, new: str, key: str, words: str
) -> None:
    text = TOP + BOUNDARY
    assert text.count(old) == 1
    _, faults = read(text.replace(old, new))
    assert key in faults
    assert words in faults[key].in_language("zh")
    assert faults[key].in_language("en") != faults[key].in_language("zh")


@pytest.mark.parametrize(
    ("block", "key", "words"),
    [
        ("near_school_m = 100", "parameters.near_school_m", "表"),
        ("near_school_m = { value = 100 }", "parameters.near_school_m.source", "缺少"),
        ('near_school_m = { source = "局函" }', "parameters.near_school_m.value", "缺少"),
        (
            'near_school_m = { value = -5, source = "局函" }',
            "parameters.near_school_m.value",
            "大于零",
        ),
        (
            'near_school_m = { value = nan, source = "局函" }',
            "parameters.near_school_m.value",
            "nan",
        ),
        (
            'near_school_m = { value = 5, source = "局函", unit = "m" }',
            "parameters.near_school_m.unit",
            "不认识",
        ),
    ],
)
def test_a_parameter_needs_a_number_above_zero_and_a_source(
    read: Read, block: str, key: str, words: str
) -> None:
    declaration, faults = read(f"{TOP}{BOUNDARY}[parameters]\n{block}\n")
    assert words in faults[key].in_language("zh")
    assert declaration.parameters == {}


def test_all_faults_come_at_once_and_good_layers_stay(read: Read) -> None:
    text = (
        TOP.replace("450305", "x")
        + BOUNDARY
        + BOUNDARY.replace("boundary", "roads").replace("50", "-50").replace('"手绘"', '""')
    )
    declaration, faults = read(text)
    assert {"code", "layers.roads.accuracy_m", "layers.roads.source"} <= set(faults)
    assert list(declaration.layers) == ["boundary"]


def test_names_that_the_plan_does_not_know_are_refused_with_the_nearest(read: Read) -> None:
    declaration, faults = read(
        TOP
        + BOUNDARY
        + """\
[parameters]
near_scool_m = { value = 100, source = "局函" }
[choices]
"2.2.4-b.9" = "within-5-km"
"2.2.4-b.1" = "limit-5-km"
"2.2.4-c.1" = "within-5-km"
"""
    )
    assert faults == {}
    found = {
        fault.column: fault.mend.zh
        for fault in check_against_plan(declaration, load_plan("qixing-2023"))
    }
    assert set(found) == {"parameters.near_scool_m", "choices.2.2.4-b.9", "choices.2.2.4-b.1"}
    assert "near_school_m" in found["parameters.near_scool_m"]
    assert "2.2.4-b" in found["choices.2.2.4-b.9"]
    assert "within-5-km" in found["choices.2.2.4-b.1"]


def test_a_slip_in_the_toml_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "district.toml"
    file.write_text(TOP.replace('name = "小城"', 'name = "小城'), encoding="utf-8")
    with pytest.raises(DistrictError) as caught:
        read_declaration(file)
    assert caught.value.faults[0].row == 3
    file.write_text(TOP + BOUNDARY + 'path = "c', encoding="utf-8")
    with pytest.raises(DistrictError) as caught:
        read_declaration(file)
    assert caught.value.faults[0].row == 11


def test_a_chinese_key_without_quotes_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "district.toml"
    file.write_text(TOP + BOUNDARY + "where = { 区县 = '黄浦区' }\n", encoding="utf-8")
    with pytest.raises(DistrictError) as caught:
        read_declaration(file)
    assert caught.value.faults[0].row == 11
    assert "中文的键" in caught.value.faults[0].mend.zh


def test_a_file_in_gbk_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "district.toml"
    file.write_bytes(TOP.encode("gbk"))
    with pytest.raises(DistrictError) as caught:
        read_declaration(file)
    assert caught.value.faults[0].row == 3
    assert "UTF-8" in caught.value.faults[0].problem.zh


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "b.geojson").write_text("", encoding="utf-8")
    file = tmp_path / "district.toml"
    file.write_bytes(b"\xef\xbb\xbf" + (TOP + BOUNDARY).replace("\n", "\r\n").encode())
    assert read_declaration(file)[1] == []


def test_a_file_that_cannot_be_read_is_one_clear_fault(tmp_path: Path) -> None:
    with pytest.raises(DistrictError, match="无法读取"):
        read_declaration(tmp_path)


def test_folder_and_file_name_the_same_district(tmp_path: Path) -> None:
    file = tmp_path / "district.toml"
    file.write_text(TOP, encoding="utf-8")
    assert find_district_file(tmp_path) == find_district_file(str(file)) == file.resolve()


def test_the_default_district_travels_with_the_package() -> None:
    declaration, faults = read_declaration(find_district_file(None))
    assert faults == []
    assert declaration.code == "450305"


def test_a_missing_district_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DistrictError, match="qxgeo init"):
        find_district_file(tmp_path / "nowhere")


def test_the_documented_example_and_keys_are_true(read: Read) -> None:
    text = (Path(__file__).parents[2] / "docs" / "district-format.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    _, faults = read(example)
    assert {key.rpartition(".")[2] for key in faults} == {"path"}
    for key in dataclasses.fields(LayerDeclaration):
        name = {
            "is_demo": "demo",
            "is_approximate": "approximate",
            "is_repaired": "repair",
            "name": "[layers.<name>]",
        }.get(key.name, key.name)
        assert f"`{name}`" in text, name
