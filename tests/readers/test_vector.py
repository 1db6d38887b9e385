"""Vector formats, what is wrong with their text, systems, archives and geometries."""

from __future__ import annotations

import json
import os
import warnings
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from qxgeo.errors import DatumError, InputError, ReadError, SchemaError
from qxgeo.readers import ReadResult, read_table

if TYPE_CHECKING:
    from pathlib import Path

LINES = [
    shapely.LineString([(110.30, 25.27), (110.31, 25.28)]),
    shapely.LineString([(110.32, 25.27), (110.33, 25.28)]),
]
BOWTIE = shapely.Polygon([(110.3, 25.2), (110.4, 25.3), (110.4, 25.2), (110.3, 25.3)])
ROADS = gpd.GeoDataFrame(
    {"路段id": ["R2", "R1"], "路名": ["龙隐路", "漓江路"], "等级": ["主干路", "支路"]},
    geometry=LINES,
    crs=4326,
)


def roads(path: Path, **options: object) -> ReadResult:
    return read_table(path, layer="roads", **{"datum": "wgs84"} | options)  # type: ignore[arg-type]


def save(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a Shapefile cuts names, a frame has no CRS: on purpose
        pyogrio.write_dataframe(frame, path, **options)
    return path


def geojson(folder: Path, *features: tuple[dict | None, dict], crs: str = "") -> Path:
    """Write features as they are, however broken."""
    listed = [{"type": "Feature", "properties": p, "geometry": g} for g, p in features]
    whole: dict[str, object] = {"type": "FeatureCollection", "features": listed}
    if crs:
        whole["crs"] = {"type": "name", "properties": {"name": crs}}
    path = folder / "面.geojson"
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return path


def shape(geometry: shapely.Geometry | None) -> dict | None:
    return None if geometry is None else json.loads(shapely.to_geojson(geometry))


def check_roads(result: ReadResult) -> None:
    assert result.table["section_id"].tolist() == ["R1", "R2"]
    assert result.table["name"].tolist() == ["漓江路", "龙隐路"]
    assert result.table["official_grade"].tolist() == ["支路", "主干路"]
    assert result.table.crs.to_epsg() == 4326
    assert result.table.geometry[1].equals(LINES[0])
    assert result.table.index.tolist() == [0, 1]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("has_cpg", [True, False])
def test_a_shapefile_is_read_with_and_without_its_code_page(
    tmp_path: Path,
    encoding: str,
    has_cpg: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    path = save(ROADS, tmp_path / "道路.shp", encoding=encoding)
    if not has_cpg:
        path.with_suffix(".cpg").unlink(missing_ok=True)
    result = roads(path)
    check_roads(result)
    assert any("GB18030" in note.zh for note in result.notes) == (encoding == "GBK")
    check_roads(roads(path, encoding=encoding))
    if not has_cpg:
        wrong = "UTF-8" if encoding == "GBK" else "ascii"
        with pytest.raises(ReadError, match="encoding"):
            roads(path, encoding=wrong)


def test_a_gbk_word_that_is_also_utf8_is_told_by_its_neighbours(tmp_path: Path) -> None:
    """路 is C2 B7 in GBK, which is the middle dot in UTF-8."""
    frame = ROADS.assign(路名=["A路", "B路"])
    path = save(frame, tmp_path / "a.shp", encoding="GBK")
    assert roads(path).table["name"].tolist() == ["B路", "A路"]
    path = save(frame, tmp_path / "b.shp", encoding="UTF-8")
    assert roads(path).table["name"].tolist() == ["B路", "A路"]


def test_a_lying_code_page_does_not_garble(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "道路.shp", encoding="GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    check_roads(roads(path))
    with pytest.raises(ReadError, match="klingon"):
        roads(path, encoding="klingon")


def test_columns_of_different_encodings_are_decoded_one_by_one(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "a.shp", encoding="GBK")
    dbf = path.with_suffix(".dbf")
    data = dbf.read_bytes()
    for name in ("龙隐路", "漓江路"):
        old, new = name.encode("gbk"), name.encode()
        data = data.replace(old + b" " * (len(new) - len(old)), new)
    dbf.write_bytes(data)
    check_roads(roads(path))


def test_a_character_cut_by_the_width_of_its_field_is_left_out(tmp_path: Path) -> None:
    path = save(ROADS.assign(路名=["龙隐路" * 2, "漓江路"]), tmp_path / "a.shp", encoding="GBK")
    dbf = path.with_suffix(".dbf")
    whole = ("龙隐路" * 2).encode("gbk")
    dbf.write_bytes(dbf.read_bytes().replace(whole, whole[:-1] + b" "))
    names = roads(path).table["name"].tolist()
    assert names[0] == "漓江路"
    assert names[1].startswith("龙隐路龙隐")


def test_the_system_of_the_prj_serves_undeclared_and_contradicts_wrong_ones(tmp_path: Path) -> None:
    path = save(ROADS.to_crs(4546), tmp_path / "道路.shp", encoding="UTF-8")
    result = roads(path, datum=None)
    assert result.table.geometry[1].equals_exact(LINES[0], 1e-9)
    assert any("未声明" in note.zh for note in result.notes)
    assert roads(path, datum="EPSG:4546").table.geometry[1].equals_exact(LINES[0], 1e-9)
    for wrong in ("EPSG:4547", "wgs84", "gcj02"):
        with pytest.raises(DatumError, match="文件自带"):
            roads(path, datum=wrong)
    path.with_suffix(".prj").unlink()
    with pytest.raises(DatumError, match="没有声明"):
        roads(path, datum=None)
    assert roads(path, datum="EPSG:4546").table.geometry[1].equals_exact(LINES[0], 1e-9)
    with pytest.raises(DatumError, match="EPSG:4546"):
        roads(path, datum="EPSG:4525")
    with pytest.raises(DatumError, match="4546"):
        roads(path, datum="EPSG:4547", surroundings=(110.2, 25.2, 110.4, 25.4))


def test_missing_parts_of_a_shapefile_are_named(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "a.shp")
    path.with_suffix(".dbf").unlink()
    with pytest.raises(ReadError, match=r"\.dbf"):
        roads(path)


@pytest.mark.parametrize("utf8_names", [True, False])
def test_a_zip_with_chinese_folders_is_read(tmp_path: Path, utf8_names: bool) -> None:  # noqa: FBT001  a parameter of the test
    save(ROADS, tmp_path / "道路.shp", encoding="GBK")
    archive = tmp_path / "数据.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for part in sorted(tmp_path.glob("道路.*")):
            name = f"七星区/{part.name}"
            # Without the flag of UTF-8 the writer's GBK bytes are read as code page 437.
            info = zipfile.ZipInfo(name if utf8_names else name.encode("gbk").decode("cp437"))
            packed.writestr(info, part.read_bytes())
    if not utf8_names:
        data = archive.read_bytes()
        with zipfile.ZipFile(archive) as packed:
            names = packed.namelist()
        for name in names:
            data = data.replace(name.encode(), name.encode("cp437"))
        archive.write_bytes(_without_utf8_flags(tmp_path))
    check_roads(roads(archive))
    check_roads(roads(archive, sublayer="道路"))


def _without_utf8_flags(folder: Path) -> bytes:
    """Write the archive again as old Chinese tools do: GBK names, no flag."""
    parts = sorted(part for part in folder.glob("道路.*"))
    places = {f"m{n}{part.suffix}": part for n, part in enumerate(parts)}
    target = folder / "旧.zip"
    with zipfile.ZipFile(target, "w") as packed:
        for part in parts:
            length = len(f"七星区/{part.name}".encode("gbk"))
            packed.writestr(f"{part.suffix[1:]:_<{length}}", part.read_bytes())
    data = target.read_bytes()
    for part in places.values():
        real = f"七星区/{part.name}".encode("gbk")
        data = data.replace(f"{part.suffix[1:]:_<{len(real)}}".encode(), real)
    return data


def test_archives_with_several_or_no_files_are_asked_about(tmp_path: Path) -> None:
    text = "编号,名称,经度,纬度\n1,甲,110.3,25.3\n"
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("一.csv", text)
        packed.writestr("夹/二.csv", text.replace("甲", "乙"))
    with pytest.raises(ReadError, match="sublayer"):
        read_table(archive, layer="schools", datum="wgs84")
    for member in ("二", "夹/二.csv"):
        table = read_table(archive, layer="schools", datum="wgs84", sublayer=member).table
        assert table["name"].tolist() == ["乙"]
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("说明.docx", "x")
    with pytest.raises(ReadError, match="0 个"):
        roads(archive)


def test_broken_and_locked_archives_are_refused(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ReadError, match="损坏"):
        roads(archive)
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.csv", "编号,名称,经度,纬度\n")
    data = bytearray(archive.read_bytes())
    data[6] |= 1  # the flag of encryption, in the member's and in the directory's header
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(bytes(data))
    with pytest.raises(ReadError, match="密码"):
        roads(archive)


def test_geojson_is_read_in_both_encodings(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "a.geojson")
    check_roads(roads(path))
    check_roads(roads(path, datum=None))
    path.write_bytes(path.read_bytes().decode().encode("gb18030"))
    check_roads(roads(path))


def test_geojson_with_projected_numbers_follows_the_declaration(tmp_path: Path) -> None:
    projected = ROADS.to_crs(4546)
    features = [(shape(g), {"名称": "甲"}) for g in projected.geometry]
    path = geojson(tmp_path, *features)
    assert len(roads(path, datum="EPSG:4546").table) == 2
    stated = geojson(tmp_path, *features, crs="urn:ogc:def:crs:EPSG::4546")
    assert len(roads(stated, datum=None).table) == 2
    with pytest.raises(DatumError, match="文件自带"):
        roads(stated, datum="EPSG:4547")


def test_torn_and_foreign_json_is_refused_with_its_line(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "a.geojson")
    path.write_text(path.read_text("utf-8")[:-40], encoding="utf-8")
    with pytest.raises(ReadError, match="断开"):
        roads(path)
    path.write_text('{"type": "Topic", "a": [1]}', encoding="utf-8")
    with pytest.raises(ReadError, match="Topic"):
        roads(path)
    path.write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(ReadError, match="list"):
        roads(path)


def test_an_empty_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        roads(geojson(tmp_path))


def test_layers_of_a_geopackage_are_asked_for(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "底图.gpkg", layer="道路")
    styles = pd.DataFrame({"f_table_name": ["道路"], "styleQML": ["<qgis/>"]})
    pyogrio.write_dataframe(styles, path, layer="layer_styles")
    check_roads(roads(path))
    check_roads(roads(path, sublayer="道路", datum=None))
    save(ROADS[:1], path, layer="小路")
    with pytest.raises(ReadError, match="道路、小路"):
        roads(path)
    assert len(roads(path, sublayer="小路").table) == 1
    with pytest.raises(ReadError, match="没有图层"):
        roads(path, sublayer="无")


def test_broken_files_are_refused_in_every_format(tmp_path: Path) -> None:
    for ending in (".gpkg", ".parquet", ".shp", ".geojson", ".kml", ".kmz"):
        path = tmp_path / f"坏{ending}"
        path.write_bytes(b"this is nothing of the kind")
        for part in (".shx", ".dbf"):
            path.with_suffix(part).write_bytes(b"nothing")
        with pytest.raises(ReadError):
            roads(path)
    good = save(ROADS, tmp_path / "好.gpkg")
    good.write_bytes(good.read_bytes()[:5000])
    with pytest.raises(ReadError):
        roads(good)


def test_geoparquet_and_plain_parquet_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    ROADS.to_parquet(path)
    check_roads(roads(path))
    check_roads(roads(path, datum=None))
    pd.DataFrame({"编号": [7], "名称": ["甲"], "经度": [110.3], "纬度": [25.3]}).to_parquet(path)
    table = read_table(path, layer="schools", datum="wgs84").table
    assert table["site_id"].tolist() == ["7"]


def test_heights_are_dropped_and_multipart_kept(tmp_path: Path) -> None:
    multi = shapely.MultiLineString(
        [[(110.3, 25.2, 5), (110.4, 25.2, 6)], [(110.3, 25.3, 5), (110.4, 25.3, 5)]]
    )
    path = geojson(tmp_path, (json.loads(shapely.to_geojson(multi)), {"名称": "甲"}))
    result = roads(path)
    assert not result.table.has_z.any()
    assert result.table.geometry[0].geom_type == "MultiLineString"
    assert any("高程" in note.zh for note in result.notes)


def test_measures_are_dropped_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text('编号,wkt\n1,"LINESTRING M (110.3 25.2 1, 110.4 25.2 2)"\n', encoding="utf-8")
    assert roads(path).table.geometry[0].coords[:] == [(110.3, 25.2), (110.4, 25.2)]


def test_a_multipoint_of_one_point_is_a_station(tmp_path: Path) -> None:
    one = shapely.MultiPoint([(110.3, 25.3)])
    two = shapely.MultiPoint([(110.3, 25.3), (110.4, 25.3)])
    path = geojson(tmp_path, (shape(one), {"编码": "A", "站名": "甲"}))
    result = read_table(path, layer="stations", datum="wgs84")
    assert result.table.geometry[0].geom_type == "Point"
    assert any("多点" in note.zh for note in result.notes)
    path = geojson(tmp_path, (shape(two), {"编码": "A", "站名": "甲"}))
    with pytest.raises(SchemaError, match="多点"):
        read_table(path, layer="stations", datum="wgs84")


def test_every_broken_geometry_is_listed_with_its_row(tmp_path: Path) -> None:
    good = shapely.box(110.3, 25.2, 110.4, 25.3)
    path = geojson(
        tmp_path,
        (shape(good), {"名称": "好", "编号": "1"}),
        (shape(BOWTIE), {"名称": "自相交", "编号": "2"}),
        (None, {"名称": "空", "编号": "3"}),
        (shape(LINES[0]), {"名称": "线", "编号": "1"}),
        ({"type": "Polygon", "coordinates": []}, {"名称": "无坐标", "编号": "5"}),
    )
    with pytest.raises(SchemaError) as error:
        read_table(path, layer="main_urban_area", datum="wgs84")
    assert [fault.row for fault in error.value.faults] == [3, 4, 5, 5, 6]
    assert "自相交" in error.value.faults[0].problem.zh


def test_a_polygon_that_crosses_itself_is_repaired_on_request(tmp_path: Path) -> None:
    path = geojson(tmp_path, (shape(BOWTIE), {"名称": "自相交", "编号": "2"}))
    result = read_table(path, layer="main_urban_area", datum="wgs84", repair=True)
    found = result.table.geometry[0]
    assert found.is_valid
    # two triangles of 0.05 x 0.1 degrees and half that: their area by hand is 2 * 0.1 * 0.05 / 2
    assert abs(found.area - 0.005) < 1e-12
    assert "第 2 行" in result.notes[-1].zh
    flat = shapely.Polygon([(110.3, 25.2), (110.4, 25.2), (110.35, 25.2)])
    path = geojson(tmp_path, (shape(flat), {"名称": "一条线"}))
    with pytest.raises(SchemaError, match="无效"):
        read_table(path, layer="main_urban_area", datum="wgs84", repair=True)


def test_a_line_without_length_is_refused(tmp_path: Path) -> None:
    dot = shapely.LineString([(110.3, 25.3), (110.3, 25.3)])
    with pytest.raises(SchemaError, match="没有长度"):
        roads(geojson(tmp_path, (shape(dot), {"名称": "点"})))


def test_a_township_without_territory_is_a_statement(tmp_path: Path) -> None:
    box = shapely.box(110.3, 25.2, 110.4, 25.3)
    path = geojson(
        tmp_path,
        (shape(box), {"乡镇代码": "2", "名称": "甲", "近似": True}),
        (None, {"乡镇代码": "1", "名称": "乙", "近似": None}),
    )
    table = read_table(path, layer="townships", datum="gcj02").table
    assert table.geometry.isna().tolist() == [True, False]
    assert table["is_approximate"].tolist()[1] is True
    assert not table.geometry[1].equals(box)


def test_a_road_layer_in_the_wrong_place_is_refused_or_noted(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "a.geojson")
    with pytest.raises(DatumError, match="km"):
        roads(path, surroundings=(121.4, 31.1, 121.5, 31.3))
    far = pd.concat([ROADS, ROADS.assign(路段id=["F1", "F2"]).translate(5, 3).to_frame("geometry")])
    mixed = gpd.GeoDataFrame(
        far[["geometry"]].reset_index(drop=True), geometry="geometry", crs=4326
    )
    result = roads(save(mixed, tmp_path / "b.geojson"), surroundings=(110.2, 25.2, 110.4, 25.4))
    assert any("2 of 4" in note.en for note in result.notes)


def test_pieces_of_the_same_bytes_give_the_same_table(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "a.gpkg")
    one, two = roads(path), roads(path)
    assert one.table.equals(two.table)
    assert one.notes == two.notes


def test_odd_headings_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('编号,备注,备注,,wkt\n1,a,b,c,"LINESTRING (110.3 25.2, 110.4 25.2)"\n', "utf-8")
    table = roads(path).table
    assert (table["备注"][0], table["备注_2"][0], table["column_4"][0]) == ("a", "b", "c")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = save(ROADS, tmp_path / "a.geojson")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(ReadError, match="权限"):
        roads(path)


def test_real_waterways_are_read(external_data: Path) -> None:
    path = external_data / "water" / "guilin_waterways_osm.geojson"
    result = read_table(path, layer="water", datum="wgs84", surroundings=(110.1, 25.1, 110.5, 25.4))
    raw = json.loads(path.read_text("utf-8"))
    assert len(result.table) == len(raw["features"])
    assert np.isfinite(result.table.total_bounds).all()


def test_a_one_way_road_is_drawn_the_way_its_traffic_runs(tmp_path: Path) -> None:
    path = save(ROADS.assign(oneway=["-1", "yes"]), tmp_path / "路.geojson")
    table = roads(path).table.set_index("section_id")
    assert table["is_oneway"].tolist() == [True, True]
    assert table.geometry["R2"].coords[0] == LINES[0].coords[-1]
    assert table.geometry["R1"].coords[0] == LINES[1].coords[0]
