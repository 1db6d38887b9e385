"""Whoever wrote the file, the same lines come out of it, and no row goes missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from qxgeo.datasets import iter_lines, near, open_dataset, read_lines
from qxgeo.errors import DatumError, ReadError, SchemaError
from qxgeo.geodesy import Lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    Writer = Callable[..., Path]


def assert_same_lines(found: Lines, expected: Lines) -> None:
    assert found.size == expected.size
    for name in ("part_line", "first", "lonlat"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def read_all(path: Path, **options: Any) -> list[Any]:  # noqa: ANN401
    dataset = open_dataset(path)
    return [read_lines(dataset, piece, **options) for piece in dataset.pieces]


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
@pytest.mark.parametrize("with_covering", [True, False])
def test_files_of_geopandas_hold_the_same_lines_in_every_form(
    roads: gpd.GeoDataFrame, tmp_path: Path, encoding: str, *, with_covering: bool
) -> None:
    lines = roads if encoding == "WKB" else roads[roads.geom_type == "LineString"]
    path = tmp_path / "roads.parquet"
    lines.to_parquet(
        path,
        geometry_encoding=encoding,
        write_covering_bbox=with_covering,
        schema_version="1.1.0",
        row_group_size=300,
        index=False,
    )
    dataset = open_dataset(path)
    assert dataset.columns == ("section_id", "lanes")
    assert dataset.rows == len(lines)
    # GeoArrow's own numbers have statistics, so that those files need no covering.
    assert all(
        (p.bounds is None) == (encoding == "WKB" and not with_covering) for p in dataset.pieces
    )
    for piece in dataset.pieces:
        batch = read_lines(dataset, piece, columns=["lanes"])
        held = lines.iloc[batch.rows]
        assert_same_lines(batch.lines, Lines.from_geometries(held.geometry.to_numpy()))
        assert batch.table.column("lanes").to_pylist() == held["lanes"].to_list()


@pytest.mark.parametrize("interleaved", [True, False])
@pytest.mark.parametrize("kind", ["LineString", "MultiLineString"])
def test_coordinates_of_geoarrow_may_stand_apart_or_together(
    roads: gpd.GeoDataFrame, write_geo: Writer, kind: str, *, interleaved: bool
) -> None:
    shapes = roads[roads.geom_type == kind].geometry
    column = pa.array(shapes.to_arrow(geometry_encoding="geoarrow", interleaved=interleaved))
    storage = column.storage if isinstance(column, pa.ExtensionArray) else column
    path = write_geo(storage, encoding=kind.lower())
    (batch,) = read_all(path)
    assert_same_lines(batch.lines, Lines.from_geometries(shapes.to_numpy()))


def test_rows_without_geometry_are_counted_and_never_lost(write_geo: Writer) -> None:
    line = shapely.LineString([(110, 25), (110.001, 25)])
    shapes = [None, line, shapely.LineString(), line, shapely.MultiLineString(), None]
    (batch,) = read_all(write_geo(pa.array(shapely.to_wkb(shapes))))
    assert batch.lines.size == 6
    assert batch.lines.part_line.tolist() == [1, 3]
    assert batch.blank_rows().tolist() == [0, 2, 4, 5]
    coordinates = pa.array(
        [None, [{"x": 110.0, "y": 25.0}, {"x": 110.001, "y": 25.0}], [], None],
        pa.list_(pa.struct({"x": pa.float64(), "y": pa.float64()})),
    )
    (batch,) = read_all(write_geo(coordinates, encoding="linestring"))
    assert batch.blank_rows().tolist() == [0, 2, 3]


def test_heights_byte_orders_and_forms_of_binary_make_no_difference(write_geo: Writer) -> None:
    flat = [shapely.LineString([(110 + i / 100, 25), (110.001, 25), (110, 25.1)]) for i in range(9)]
    high = [shapely.force_3d(line, 99.0) for line in flat]
    raw = [
        shapely.to_wkb(flat[0]),
        shapely.to_wkb(high[1], output_dimension=3),
        shapely.to_wkb(high[2], output_dimension=3, flavor="iso"),
        shapely.to_wkb(flat[3], byte_order=0),
        shapely.to_wkb(high[4], byte_order=0, flavor="iso"),
        shapely.to_wkb(shapely.set_srid(flat[5], 4326), include_srid=True),
        shapely.to_wkb(shapely.MultiLineString([flat[6]])),
        shapely.to_wkb(flat[7]),
        shapely.to_wkb(flat[8]),
    ]
    expected = Lines.from_geometries(np.array(flat, dtype=object))
    for kind in (pa.binary(), pa.large_binary()):
        (batch,) = read_all(write_geo(pa.array(raw, kind)))
        assert_same_lines(batch.lines, expected)


@pytest.mark.parametrize("batch_rows", [1, 7, 250, 2000, 9999])
def test_a_piece_comes_the_same_in_batches_of_any_size(
    roads: gpd.GeoDataFrame, tmp_path: Path, batch_rows: int
) -> None:
    path = tmp_path / "roads.parquet"
    roads.to_parquet(path, index=False)
    dataset = open_dataset(path)
    (piece,) = dataset.pieces
    place = 0
    for batch in iter_lines(dataset, piece, batch_rows=batch_rows, columns=["section_id"]):
        assert len(batch.rows) == min(batch_rows, 2000 - place)
        held = roads.iloc[place : place + len(batch.rows)]
        assert batch.rows.tolist() == held.index.tolist()
        assert batch.table.column("section_id").to_pylist() == held["section_id"].to_list()
        assert_same_lines(batch.lines, Lines.from_geometries(held.geometry.to_numpy()))
        place += len(batch.rows)
    assert place == 2000
    some = read_lines(dataset, piece, rows=slice(700, 800))
    assert some.rows.tolist() == list(range(700, 800))
    assert_same_lines(some.lines, Lines.from_geometries(roads.geometry.to_numpy()[700:800]))
    assert read_lines(dataset, piece, rows=slice(5, 5)).lines.size == 0


def test_pruning_leaves_out_only_what_no_box_touches(
    roads: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "roads.parquet"
    ordered = roads.loc[roads.hilbert_distance().sort_values(kind="stable").index]
    ordered.to_parquet(
        path, write_covering_bbox=True, schema_version="1.1.0", row_group_size=50, index=False
    )
    dataset = open_dataset(path)
    random = np.random.default_rng(3)
    corner = ordered.bounds.to_numpy()[random.integers(0, 2000, 6), :2]
    for size in (0.0, 0.002, 0.05):
        boxes = np.column_stack((corner, corner + size))
        kept = near(dataset, boxes)
        rows = {row for p in kept for row in range(p.first_row, p.first_row + p.rows)}
        touched = shapely.STRtree(shapely.box(*ordered.bounds.to_numpy().T)).query(
            shapely.box(*boxes.T)
        )[1]
        assert set(touched.tolist()) <= rows
        assert len(kept) < len(dataset.pieces)
    assert near(dataset, np.empty((0, 4))) == ()


def test_bounds_of_half_precision_are_never_too_narrow(write_geo: Writer) -> None:
    # The bounds below are rounded to the nearest float32, that is inwards on some sides.
    line = shapely.LineString([(110.30000001, 25.3), (110.30000002, 25.30000001)])
    path = write_geo(
        pa.array(shapely.to_wkb([line])),
        covering={"bbox": {s: ["bbox", s] for s in ("xmin", "ymin", "xmax", "ymax")}},
    )
    table = pq.read_table(path)
    sides = dict(zip(("xmin", "ymin", "xmax", "ymax"), line.bounds, strict=True))
    kind = pa.struct({side: pa.float32() for side in sides})
    pq.write_table(table.append_column("bbox", pa.array([sides], kind)), path)
    dataset = open_dataset(path)
    west, south, east, north = dataset.pieces[0].bounds or (0, 0, 0, 0)
    assert west <= line.bounds[0] <= line.bounds[2] <= east
    assert south <= line.bounds[1] <= line.bounds[3] <= north
    assert dataset.columns == ("number",)


def test_a_row_whose_bounds_are_missing_is_never_pruned(write_geo: Writer) -> None:
    shapes = [shapely.LineString([(x, 25), (x + 0.01, 25)]) for x in (100, 120)]
    covering = {"bbox": {s: ["bbox", s] for s in ("xmin", "ymin", "xmax", "ymax")}}
    path = write_geo(pa.array(shapely.to_wkb(shapes)), covering=covering)
    kind = pa.struct(dict.fromkeys(("xmin", "ymin", "xmax", "ymax"), pa.float64()))
    bounds = {"xmin": 100.0, "ymin": 25.0, "xmax": 100.01, "ymax": 25.0}
    table = pq.read_table(path).append_column("bbox", pa.array([bounds, None], kind))
    pq.write_table(table, path)
    dataset = open_dataset(path)
    assert dataset.pieces[0].bounds is None
    assert near(dataset, [[119, 24, 121, 26]]) == dataset.pieces


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "OGC:CRS84", "EPSG:4979"])
def test_longitude_and_latitude_on_wgs84_and_cgcs2000_are_taken(
    roads: gpd.GeoDataFrame, tmp_path: Path, crs: str
) -> None:
    path = tmp_path / "roads.parquet"
    roads.set_crs(crs, allow_override=True).to_parquet(path)
    assert open_dataset(path).rows == 2000


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4549", "EPSG:4610", "EPSG:4214", "EPSG:32649"])
def test_other_systems_are_refused_with_the_mend(
    roads: gpd.GeoDataFrame, tmp_path: Path, crs: str
) -> None:
    path = tmp_path / "roads.parquet"
    roads.set_crs(crs, allow_override=True).to_parquet(path)
    with pytest.raises(DatumError, match=f"{crs}.*qxgeo convert"):
        open_dataset(path)


def test_an_unknown_system_and_arcs_on_a_sphere_are_refused(write_geo: Writer) -> None:
    column = pa.array(shapely.to_wkb([shapely.LineString([(110, 25), (110.1, 25)])]))
    with pytest.raises(DatumError, match="unknown"):
        open_dataset(write_geo(column, crs=None))
    with pytest.raises(DatumError, match="edges"):
        open_dataset(write_geo(column, edges="spherical"))


def test_what_is_no_line_is_named_by_its_row(write_geo: Writer) -> None:
    line = shapely.LineString([(110, 25), (110.1, 25)])
    column = pa.array(shapely.to_wkb([line, None, shapely.Point(110, 25), line.buffer(1)]))
    with pytest.raises(SchemaError) as caught:
        read_all(write_geo(column))
    assert [fault.row for fault in caught.value.faults] == [4, 5]
    assert "Point" in caught.value.faults[0].problem.en
    with pytest.raises(SchemaError, match="Polygon"):
        open_dataset(write_geo(column, geometry_types=["LineString", "Polygon"]))
    with pytest.raises(SchemaError, match="point"):
        open_dataset(write_geo(column, encoding="point"))


def test_coordinates_that_are_no_numbers_are_named_by_their_row(write_geo: Writer) -> None:
    line = shapely.LineString([(110, 25), (110.1, 25)])
    odd = shapely.LineString([(110, 25), (np.inf, 25)])
    for shapes in ([line, None, odd], [shapely.MultiLineString([line]), line, odd]):
        with pytest.raises(SchemaError) as caught:
            read_all(write_geo(pa.array(shapely.to_wkb(shapes))))
        assert [fault.row for fault in caught.value.faults] == [4]


def test_broken_files_are_one_sentence(
    roads: gpd.GeoDataFrame, write_geo: Writer, tmp_path: Path
) -> None:
    path = tmp_path / "roads.parquet"
    roads.to_parquet(path)
    whole = path.read_bytes()
    for content in (b"", b"PAR1", whole[:1000], whole[:-9] + b"x" + whole[-8:], b"a,b\n1,2\n" * 99):
        path.write_bytes(content)
        with pytest.raises((ReadError, SchemaError)) as caught:
            read_all(path)
        assert len(caught.value.faults) == 1
        assert "\n" not in caught.value.in_language("zh")
    cut = [shapely.to_wkb(roads.geometry.iloc[1])[:-3], shapely.to_wkb(roads.geometry.iloc[0])[:-3]]
    for raw in cut:
        with pytest.raises((ReadError, SchemaError), match="row 2"):
            read_all(write_geo(pa.array([raw])))


def test_damage_in_the_middle_is_one_sentence_too(roads: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "roads.parquet"
    roads.to_parquet(path, compression="zstd")
    content = bytearray(path.read_bytes())
    content[2000:9000] = bytes(7000)
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        read_all(path)
    assert str(path) in str(caught.value)


def test_a_plain_parquet_file_and_an_empty_folder_say_the_mend(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "plain.parquet")
    with pytest.raises(ReadError, match="GeoParquet"):
        open_dataset(tmp_path / "plain.parquet")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReadError, match="qxgeo convert"):
        open_dataset(tmp_path / "empty")
    with pytest.raises(ReadError, match="no such file"):
        open_dataset(tmp_path / "nowhere.parquet")


def test_a_folder_is_one_dataset_and_its_rows_are_numbered_through(
    roads: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    (tmp_path / "south").mkdir()
    (tmp_path / ".hidden").mkdir()
    options: dict[str, Any] = {"index": False, "row_group_size": 400}
    roads[:900].to_parquet(tmp_path / "north.parquet", **options)
    roads[900:].to_parquet(tmp_path / "south" / "a.parquet", **options)
    roads.to_parquet(tmp_path / ".hidden" / "old.parquet", **options)
    dataset = open_dataset(tmp_path)
    assert [piece.first_row for piece in dataset.pieces] == [0, 400, 800, 900, 1300, 1700]
    found = np.concatenate(
        [
            read_lines(dataset, piece, columns=["section_id"]).table.column("section_id").to_numpy()
            for piece in dataset.pieces
        ]
    )
    assert found.tolist() == roads["section_id"].to_list()
    before = dataset.fingerprint
    assert open_dataset(tmp_path).fingerprint == before
    roads[901:].to_parquet(tmp_path / "south" / "a.parquet", **options)
    assert open_dataset(tmp_path).fingerprint != before


def test_what_a_geometry_takes_is_that_of_the_piece_where_it_takes_most(
    write_geo: Writer, tmp_path: Path
) -> None:
    # A line of v vertices takes 9 + 16 v bytes of well-known binary, and 4 before them in a page;
    # pages and dictionaries have heads of their own.
    random = np.random.default_rng(3)
    for count, name in ((2, "a.parquet"), (200, "b.parquet")):
        lines = shapely.linestrings(random.uniform(20, 40, (1_000, count, 2)))
        path = write_geo(pa.array(shapely.to_wkb(lines)), name=name)
        stored = 4 + 9 + 16 * count
        assert stored < open_dataset(path).geometry_bytes < 1.1 * stored + 4
    assert open_dataset(tmp_path).geometry_bytes == open_dataset(path).geometry_bytes


def test_files_that_do_not_belong_together_are_refused(
    roads: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    roads.to_parquet(tmp_path / "a.parquet", index=False)
    roads.drop(columns="lanes").to_parquet(tmp_path / "b.parquet", index=False)
    with pytest.raises(SchemaError, match=r"b\.parquet.*lanes"):
        open_dataset(tmp_path)


def test_a_column_that_is_not_there_is_named(roads: gpd.GeoDataFrame, tmp_path: Path) -> None:
    roads.to_parquet(tmp_path / "a.parquet", index=False)
    with pytest.raises(SchemaError, match="surface"):
        read_all(tmp_path / "a.parquet", columns=["lanes", "surface"])


def test_a_file_without_rows_has_no_lines(roads: gpd.GeoDataFrame, tmp_path: Path) -> None:
    roads[:0].to_parquet(tmp_path / "a.parquet", index=False)
    dataset = open_dataset(tmp_path / "a.parquet")
    assert dataset.rows == 0
    for piece in dataset.pieces:
        assert read_lines(dataset, piece).lines.size == 0


def test_a_system_without_a_code_is_known_by_its_meaning(write_geo: Writer) -> None:
    column = pa.array(shapely.to_wkb([shapely.LineString([(110, 25), (110.1, 25)])]))
    for code, is_taken in (("EPSG:4490", True), ("EPSG:4549", False)):
        crs = {key: value for key, value in CRS(code).to_json_dict().items() if key != "id"}
        path = write_geo(column, crs=crs)
        if is_taken:
            assert open_dataset(path).rows == 1
        else:
            with pytest.raises(DatumError, match="4549"):
                open_dataset(path)


def test_an_entry_that_is_no_entry_is_one_sentence(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"primary_column": "geometry", "columns": {}}'):
        table = pa.table({"geometry": [b""]}).replace_schema_metadata({"geo": text})
        pq.write_table(table, tmp_path / "odd.parquet")
        with pytest.raises(ReadError, match="not complete"):
            open_dataset(tmp_path / "odd.parquet")


def test_a_geometry_column_that_is_not_there_or_stored_otherwise_is_named(
    write_geo: Writer, tmp_path: Path
) -> None:
    path = write_geo(pa.array([1.5, 2.5]), encoding="linestring")
    with pytest.raises(SchemaError, match="not stored as linestring"):
        read_all(path)
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["geometry"]), tmp_path / "lost.parquet")
    with pytest.raises(SchemaError, match="geometry"):
        open_dataset(tmp_path / "lost.parquet")


def test_an_endless_coordinate_of_geoarrow_is_named_by_its_row(write_geo: Writer) -> None:
    kind = pa.list_(pa.struct({"x": pa.float64(), "y": pa.float64()}))
    line = [{"x": 110.0, "y": 25.0}, {"x": 110.1, "y": 25.0}]
    odd = [{"x": 110.0, "y": 25.0}, {"x": float("nan"), "y": 25.0}]
    with pytest.raises(SchemaError) as caught:
        read_all(write_geo(pa.array([line, None, odd], kind), encoding="linestring"))
    assert [fault.row for fault in caught.value.faults] == [4]
