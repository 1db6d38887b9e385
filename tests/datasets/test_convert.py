"""Roads streamed from a file are the roads that the readers give in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from pyproj import Transformer

from qxgeo.cli import doors
from qxgeo.datasets import write_dataset
from qxgeo.datum import wgs84_to_gcj02
from qxgeo.errors import DatumError, ReadError, SchemaError
from qxgeo.readers import osm_stream, read_table, vector_stream
from qxgeo.readers.osm import read_osm_roads
from qxgeo.readers.osm_stream import stream_osm_roads
from qxgeo.readers.osm_turns import read_osm_turns
from qxgeo.readers.vector_stream import stream_vector_roads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OSM = """<?xml version="1.0"?><osm version="0.6" generator="a test">
{nodes}
<way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>
<way id="8"><nd ref="4"/><nd ref="2"/><nd ref="5"/><tag k="highway" v="service"/></way>
<way id="9"><nd ref="5"/><nd ref="6"/><tag k="highway" v="footway"/></way>
{more}</osm>"""
NODES = "\n".join(
    f'<node id="{i}" lon="{110 + x / 1000}" lat="{25 + y / 1000}"/>'
    for i, (x, y) in enumerate([(0, 0), (1, 0), (2, 0), (1, 1), (1, -1), (1, -2)], start=1)
)


def collect(batches: Iterator[Any]) -> gpd.GeoDataFrame:
    frame = pd.concat([batch.to_pandas() for batch in batches], ignore_index=True)
    return gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=shapely.from_wkb(frame["geometry"]), crs=4326
    )


def assert_same_roads(found: gpd.GeoDataFrame, expected: gpd.GeoDataFrame) -> None:
    found = found.sort_values("section_id", ignore_index=True)
    expected = expected.sort_values("section_id", ignore_index=True)
    assert list(found.columns) == list(expected.columns)
    assert shapely.equals_identical(found.geometry, expected.geometry).all()
    for name in expected.columns.drop("geometry"):
        one, other = (
            frame[name].astype(object).where(frame[name].notna(), None).to_list()
            for frame in (found, expected)
        )
        assert one == other, name


@pytest.fixture
def many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a chunk of every few ways, nodes on the disk, ranges of a few hundred ids."""
    monkeypatch.setattr(osm_stream, "_CHUNK_NODES", 500)
    monkeypatch.setattr(osm_stream, "_SMALL_BYTES", 0)
    monkeypatch.setattr(osm_stream, "_EVERY", 16)
    monkeypatch.setattr(osm_stream, "_RANGE_NODES", 256)


@pytest.mark.usefixtures("many_chunks")
@pytest.mark.parametrize("name", ["liechtenstein.osm.pbf", "shanghai_center.osm"])
def test_a_real_extract_converts_to_what_the_reader_gives_in_memory(
    external_data: Path, tmp_path: Path, name: str
) -> None:
    path = external_data / "osm" / name
    (tmp_path / "work").mkdir()
    stream = stream_osm_roads(path, work_folder=tmp_path / "work")
    write_dataset(stream.batches, tmp_path / "out", memory_mb=500, notes=stream.notes)
    whole = read_osm_roads(path)
    stored = gpd.read_parquet(tmp_path / "out").set_crs(4326, allow_override=True)
    assert len(stored) > 4000
    assert_same_roads(stored, whole.table)
    assert stream.notes() == whole.notes
    record = json.loads((tmp_path / "out" / "_dataset.json").read_text("utf-8"))
    assert "OpenStreetMap" in record["notes"]["en"][0]


@pytest.mark.parametrize("chunk_nodes", [1, 4, 1000])
def test_roads_are_cut_at_roads_of_other_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_nodes: int
) -> None:
    monkeypatch.setattr(osm_stream, "_CHUNK_NODES", chunk_nodes)
    path = tmp_path / "cross.osm"
    path.write_text(OSM.format(nodes=NODES, more=""), encoding="utf-8")
    stream = stream_osm_roads(path, work_folder=tmp_path)
    found = collect(stream.batches)
    assert found["section_id"].to_list() == ["w7.1", "w7.2", "w8.1", "w8.2"]
    assert "footway 1" in stream.notes()[-1].en


def test_nodes_behind_their_ways_and_repeated_ways_are_read_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osm_stream, "_CHUNK_NODES", 1)
    path = tmp_path / "odd.osm"
    again = (
        '<way id="8"><nd ref="4"/><nd ref="2"/><nd ref="99"/><tag k="highway" v="service"/></way>'
    )
    path.write_text(OSM.format(nodes="", more=again + NODES), encoding="utf-8")
    stream = stream_osm_roads(path, work_folder=tmp_path)
    found, whole = collect(stream.batches), read_osm_roads(path)
    assert_same_roads(found, whole.table)
    assert stream.notes()[2:] == whole.notes[2:]
    assert any("without a position" in note.en for note in stream.notes())


def test_a_truncated_extract_leaves_no_dataset(external_data: Path, tmp_path: Path) -> None:
    whole = (external_data / "osm" / "liechtenstein.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    result = CliRunner().invoke(doors.doors, ["convert", str(path), str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "OpenStreetMap" in result.output
    assert "Traceback" not in result.output
    assert [entry.name for entry in tmp_path.iterdir()] == ["cut.osm.pbf"]


def test_an_extract_without_roads_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.osm"
    path.write_text(f'<osm version="0.6">{NODES}</osm>', encoding="utf-8")
    with pytest.raises(ReadError, match="no road"):
        collect(stream_osm_roads(path, work_folder=tmp_path).batches)


@pytest.fixture
def survey(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Roads under a planner's headings, in flat WGS 84."""
    headings = {
        "路段编号": roads["section_id"],
        "路名": [f"和平路{i}" for i in range(len(roads))],
        "单行": np.where(roads["lanes"] == 1, "是", "否"),
        "车道": roads["lanes"],
    }
    shapes = [shapely.get_geometry(s, 0) for s in roads.geometry]
    return gpd.GeoDataFrame(headings, geometry=shapes, crs=4326)


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "parquet", "arrow.parquet"])
@pytest.mark.parametrize("crs", [4326, 4490, 4546])
def test_a_vector_file_converts_to_what_the_reader_gives_in_memory(
    survey: gpd.GeoDataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
    crs: int,
) -> None:
    monkeypatch.setattr(vector_stream, "_BATCH_ROWS", 300)
    path = tmp_path / f"roads.{ending}"
    near = survey[survey.within(shapely.box(109, 24, 112, 27))].reset_index(drop=True)
    near = near.to_crs(crs)
    if ending == "arrow.parquet":
        near.to_parquet(
            path, geometry_encoding="geoarrow", write_covering_bbox=True, schema_version="1.1.0"
        )
    elif ending == "parquet":
        near.to_parquet(path)
    elif ending == "shp":
        near.to_file(path, encoding="gb18030")
        path.with_suffix(".cpg").unlink()
    elif ending == "geojson" and crs != 4326:
        pytest.skip("GeoJSON is WGS 84")
    else:
        near.to_file(path)
    stream = stream_vector_roads(path)
    found = collect(stream.batches)
    assert_same_roads(found, read_table(path, layer="roads", datum=None).table)
    assert found["name"].str.startswith("和平路").all()
    written = write_dataset(stream_vector_roads(path).batches, tmp_path / "out", memory_mb=500)
    assert written.dataset.rows == len(near) > 500


def test_gcj02_is_undone_on_the_way_when_it_is_declared(
    survey: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    shifted = survey.set_geometry(
        shapely.transform(
            survey.geometry.to_numpy(), lambda a: np.column_stack(wgs84_to_gcj02(*a.T))
        ),
        crs=4326,
    )
    shifted.to_file(tmp_path / "roads.gpkg")
    found = collect(stream_vector_roads(tmp_path / "roads.gpkg", datum="gcj02").batches)
    expected = survey.set_index("路段编号").loc[found["section_id"]]
    difference = shapely.get_coordinates(found.geometry) - shapely.get_coordinates(
        expected.geometry
    )
    assert np.abs(difference).max() < 1e-9


def test_rows_without_geometry_are_listed(survey: gpd.GeoDataFrame, tmp_path: Path) -> None:
    survey.loc[[4, 9], "geometry"] = None
    survey.to_file(tmp_path / "roads.gpkg")
    stream = stream_vector_roads(tmp_path / "roads.gpkg")
    assert len(collect(stream.batches)) == 1998
    assert any("2 rows have no geometry" in n.en and "row 6, 11" in n.en for n in stream.notes())


def test_an_id_that_comes_again_in_a_later_batch_is_named(
    survey: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_stream, "_BATCH_ROWS", 100)
    survey.loc[1500, "路段编号"] = "s7"
    survey.to_file(tmp_path / "roads.gpkg")
    with pytest.raises(SchemaError, match="that of row 9") as caught:
        collect(stream_vector_roads(tmp_path / "roads.gpkg").batches)
    assert [fault.row for fault in caught.value.faults] == [1502]


def test_roads_without_ids_are_numbered_by_their_rows(
    survey: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "roads.gpkg"
    survey.drop(columns="路段编号").to_file(path)
    whole = read_table(path, layer="roads", datum=None).table
    monkeypatch.setattr(vector_stream, "_BATCH_ROWS", 300)
    assert_same_roads(collect(stream_vector_roads(path).batches), whole)


def test_what_cannot_be_converted_is_one_sentence(survey: gpd.GeoDataFrame, tmp_path: Path) -> None:
    points = survey.set_geometry(shapely.get_point(survey.geometry.to_numpy(), 0), crs=4326)
    points[:9].to_file(tmp_path / "points.gpkg")
    with pytest.raises(SchemaError, match="Point"):
        collect(stream_vector_roads(tmp_path / "points.gpkg").batches)
    survey.set_crs(None, allow_override=True).to_parquet(tmp_path / "nowhere.parquet")
    with pytest.raises(DatumError, match="no datum"):
        collect(stream_vector_roads(tmp_path / "nowhere.parquet").batches)
    (tmp_path / "roads.docx").write_bytes(b"PK")
    with pytest.raises(ReadError, match="docx"):
        stream_vector_roads(tmp_path / "roads.docx")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(ReadError, match="GeoParquet"):
        stream_vector_roads(tmp_path / "broken.parquet")
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\0 and no more")
    with pytest.raises(ReadError, match="broken"):
        stream_vector_roads(tmp_path / "broken.gpkg")
    survey.to_file(tmp_path / "two.gpkg", layer="north")
    survey.to_file(tmp_path / "two.gpkg", layer="south")
    with pytest.raises(ReadError, match="--layer"):
        stream_vector_roads(tmp_path / "two.gpkg")
    assert (
        len(collect(stream_vector_roads(tmp_path / "two.gpkg", sublayer="south").batches)) == 2000
    )


def test_the_command_writes_a_dataset_and_says_so(survey: gpd.GeoDataFrame, tmp_path: Path) -> None:
    plane = Transformer.from_crs(4326, 4546, always_xy=True)
    near = survey[survey.within(shapely.box(109, 24, 112, 27))]
    flat = shapely.transform(
        near.geometry.to_numpy(), lambda a: np.column_stack(plane.transform(*a.T))
    )
    near.set_geometry(flat, crs=4546).to_file(tmp_path / "roads.gpkg")
    runner = CliRunner()
    arguments = ["convert", str(tmp_path / "roads.gpkg"), str(tmp_path / "out"), "--lang", "en"]
    for encoding in ("wkb", "geoarrow"):
        result = runner.invoke(doors.doors, [*arguments, "--encoding", encoding])
        assert result.exit_code == 0, result.output
        assert f"{len(near)} sections written" in result.output
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names == ["out", "roads.gpkg"]
    quiet = runner.invoke(doors.doors, [*arguments, "--quiet"])
    assert quiet.output == ""
    shown = runner.invoke(doors.doors, ["convert", "--help"])
    assert "路网数据集" in shown.output


def test_batches_without_any_geometry_and_files_without_rows_are_no_fault(
    survey: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_stream, "_BATCH_ROWS", 10)
    survey.loc[10:19, "geometry"] = None
    survey[:35].to_parquet(tmp_path / "roads.parquet")
    stream = stream_vector_roads(tmp_path / "roads.parquet")
    written = write_dataset(stream.batches, tmp_path / "out", memory_mb=500)
    assert written.dataset.rows == 25
    assert any("10 rows have no geometry" in note.en for note in stream.notes())
    for name in ("none.parquet", "none.gpkg"):
        path = tmp_path / name
        survey[:0].to_parquet(path) if name.endswith("parquet") else survey[:0].to_file(path)
        assert (
            write_dataset(
                stream_vector_roads(path).batches, tmp_path / "out", memory_mb=500
            ).dataset.rows
            == 0
        )


def test_a_file_that_breaks_off_early_is_refused(
    survey: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey.to_file(tmp_path / "roads.gpkg")
    whole = vector_stream._read_ogr  # noqa: SLF001 what GDAL swallowed once, made by hand

    def half(*arguments: Any) -> Iterator[Any]:  # noqa: ANN401
        for chunk in whole(*arguments):
            yield type(chunk)(chunk.cells[:900], chunk.geometry[:900], chunk.crs)

    monkeypatch.setattr(vector_stream, "_read_ogr", half)
    with pytest.raises(ReadError, match="2000 rows were announced, 900 came"):
        collect(stream_vector_roads(tmp_path / "roads.gpkg").batches)


def test_heights_that_go_are_said(survey: gpd.GeoDataFrame, tmp_path: Path) -> None:
    high = survey.set_geometry(shapely.force_3d(survey.geometry.to_numpy(), 8.0), crs=4326)
    high[:20].to_file(tmp_path / "roads.gpkg")
    arguments = ["convert", str(tmp_path / "roads.gpkg"), str(tmp_path / "out"), "--lang", "en"]
    (tmp_path / ".out.qxgeo-work").mkdir()  # of a run that was killed
    result = CliRunner().invoke(doors.doors, arguments)
    assert result.exit_code == 0
    assert "height" in result.output.lower()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "roads.gpkg"]


RESTRICTION = (
    '<relation id="5"><member type="way" ref="7" role="from"/>'
    '<member type="node" ref="2" role="via"/><member type="way" ref="8" role="to"/>'
    '<tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/>'
    '<tag k="restriction:conditional" v="no_right_turn @ (=1+1)"/></relation>'
)


def test_turn_restrictions_are_written_as_a_table_that_the_layer_reads_back(
    tmp_path: Path,
) -> None:
    path, table = tmp_path / "cross.osm", tmp_path / "转向.csv"
    path.write_text(OSM.format(nodes=NODES, more=RESTRICTION), encoding="utf-8")
    arguments = ["convert", str(path), str(tmp_path / "out"), "--turns", str(table)]
    result = CliRunner().invoke(doors.doors, arguments)
    assert result.exit_code == 0, result.output
    assert "1 个转向限制" in result.output
    back = read_table(table, layer="turns", datum="wgs84").table
    direct = read_osm_turns(path).table
    assert back["turn_id"].tolist() == ["r5", "r5.2"]
    for column in ("from_road", "to_road", "kind"):
        assert back[column].tolist() == direct[column].tolist()
    assert back.geometry.geom_equals_exact(direct.geometry, 1e-7).all()
    assert ",=1+1" not in table.read_text("utf-8-sig")  # no spreadsheet takes it for a formula
    again = CliRunner().invoke(
        doors.doors, [*arguments[:2], str(tmp_path / "out2"), *arguments[3:]]
    )
    assert again.exit_code == 2
    assert "已存在" in again.output
    assert not (tmp_path / "out2").exists()


def test_turn_restrictions_of_a_vector_file_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "roads.gpkg"
    source.write_bytes(b"")
    arguments = ["convert", str(source), str(tmp_path / "out"), "--turns", str(tmp_path / "t.csv")]
    result = CliRunner().invoke(doors.doors, arguments)
    assert result.exit_code == 2
    assert "OpenStreetMap" in result.output
    assert not (tmp_path / "t.csv").exists()


@pytest.mark.parametrize("place", ["nowhere/t.csv", "cross.osm/t.csv"])
def test_a_table_of_turns_that_cannot_be_written_is_told_before_the_roads(
    tmp_path: Path, place: str
) -> None:
    path = tmp_path / "cross.osm"
    path.write_text(OSM.format(nodes=NODES, more=RESTRICTION), encoding="utf-8")
    arguments = ["convert", str(path), str(tmp_path / "out"), "--turns", str(tmp_path / place)]
    result = CliRunner().invoke(doors.doors, arguments)
    assert result.exit_code == 2
    assert "写不成" in result.output
    assert [one.name for one in tmp_path.iterdir()] == ["cross.osm"]


def test_where_the_roads_fail_no_table_of_turns_is_left(tmp_path: Path) -> None:
    path, out = tmp_path / "cross.osm", tmp_path / "out"
    path.write_text(OSM.format(nodes=NODES, more=RESTRICTION), encoding="utf-8")
    out.mkdir()
    (out / "notes.txt").write_text("ours", encoding="utf-8")
    for table in (tmp_path / "t.csv", out / "t.csv"):
        arguments = ["convert", str(path), str(out), "--turns", str(table)]
        result = CliRunner().invoke(doors.doors, arguments)
        assert result.exit_code == 2
        assert "notes.txt" in result.output
        names = sorted(one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*"))
        assert names == ["cross.osm", "out", "out/notes.txt"]
