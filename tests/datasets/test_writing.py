"""A dataset is the same bytes however its rows came in, holds every row, and reads as it says."""

from __future__ import annotations

import json
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from qxgeo.datasets import near, open_dataset, parts, read_lines, write_dataset, writing
from qxgeo.datasets.hilbert import number_places
from qxgeo.errors import InputError, OutputError, SchemaError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def batches(roads: gpd.GeoDataFrame, size: int) -> Iterator[pa.Table]:
    for begin in range(0, max(len(roads), 1), size):
        some = roads[begin : begin + size]
        columns = {name: pa.array(some[name]) for name in some.columns if name != "geometry"}
        yield pa.table(
            {**columns, "geometry": pa.array(shapely.to_wkb(some.geometry.to_numpy()), pa.binary())}
        )


def write(roads: gpd.GeoDataFrame, folder: Path, size: int = 500, **options: Any) -> Any:  # noqa: ANN401
    return write_dataset(batches(roads, size), folder, **{"memory_mb": 500, **options})


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups of 100 rows, five to a file."""
    monkeypatch.setattr(parts, "GROUP_ROWS", 100)
    monkeypatch.setattr(parts, "FILE_GROUPS", 5)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_the_bytes_hang_on_neither_batches_nor_memory(
    roads: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    write(roads, tmp_path / "whole", 2000, encoding=encoding)
    whole = contents(tmp_path / "whole")
    assert list(whole) == ["_dataset.json", *(f"part-0000{i}.parquet" for i in range(4))]
    monkeypatch.setattr(writing, "_SHARE", 10_000)  # a run for every twelve kilobytes
    for size in (13, 997):
        write(roads, tmp_path / "again", size, encoding=encoding)
        assert contents(tmp_path / "again") == whole


def test_the_curve_visits_each_cell_once_and_steps_to_a_neighbour() -> None:
    order = 4
    side = 1 << order
    cells = np.array(list(product(range(side), range(side))))
    lonlat = (cells + 0.5) / side * (360, 180) - (180, 90)
    number = number_places(lonlat, order=order)
    assert sorted(number.tolist()) == list(range(side * side))
    path = cells[np.argsort(number)]
    assert all(np.abs(a - b).sum() == 1 for a, b in pairwise(path))
    assert path[0].tolist() == [0, 0]


def test_rows_stand_along_the_curve_and_those_without_geometry_at_the_end(
    roads: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    some = roads.copy()
    some.loc[[3, 700], "geometry"] = None
    some.loc[[5], "geometry"] = shapely.LineString()
    written = write(some, tmp_path / "out")
    assert written.blank == 3
    stored = gpd.read_parquet(tmp_path / "out" / "part-00000.parquet")
    assert stored["section_id"].to_list()[-3:] == ["s3", "s5", "s700"]
    bounds = stored.geometry.bounds.to_numpy()[:-3]
    keys = number_places((bounds[:, :2] + bounds[:, 2:]) / 2).tolist()
    assert keys == sorted(keys)
    assert json.loads((tmp_path / "out" / "_dataset.json").read_text("utf-8"))["blank_rows"] == 3
    (piece,) = written.dataset.pieces
    batch = read_lines(written.dataset, piece)
    assert batch.blank_rows().tolist() == [1997, 1998, 1999]


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
@pytest.mark.parametrize("kind", ["LineString", "MultiLineString", None])
def test_geopandas_reads_back_every_row_as_it_was(
    roads: gpd.GeoDataFrame, tmp_path: Path, encoding: str, kind: str | None
) -> None:
    some = roads if kind is None else roads[roads.geom_type == kind]
    written = write(some, tmp_path / "out", encoding=encoding)
    path = tmp_path / "out" / "part-00000.parquet"
    stored = gpd.read_parquet(path).set_index("section_id").loc[some["section_id"]]
    assert stored.crs.equals("OGC:CRS84")
    expected = some.geometry.to_numpy()
    if encoding == "geoarrow" and kind is None:  # one form for all rows of a column
        expected = np.array([shapely.multilinestrings(shapely.get_parts(s)) for s in expected])
    assert shapely.equals_identical(stored.geometry.to_numpy(), expected).all()
    assert stored["lanes"].to_list() == some["lanes"].to_list()
    about = json.loads(pq.read_metadata(path).metadata[b"geo"])["columns"]["geometry"]
    assert set(about["geometry_types"]) == {shape.geom_type for shape in expected}
    assert len(gpd.read_parquet(tmp_path / "out")) == len(some)  # the folder as a whole too
    assert written.dataset.columns == ("section_id", "lanes")


def test_gdal_reads_what_we_write(roads: gpd.GeoDataFrame, tmp_path: Path) -> None:
    if "Parquet" not in pyogrio.list_drivers():
        pytest.skip("this GDAL was built without Parquet")
    write(roads, tmp_path / "out")
    assert pyogrio.read_info(tmp_path / "out" / "part-00000.parquet")["features"] == 2000


@pytest.mark.usefixtures("small_parts")
def test_pruning_a_dataset_loses_no_road_and_skips_far_pieces(
    roads: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    dataset = write(roads, tmp_path / "out").dataset
    by_id = roads.set_index("section_id")
    assert len(dataset.pieces) == 20
    held = {
        piece.number: read_lines(dataset, piece, columns=["section_id"])
        .table.column("section_id")
        .to_pylist()
        for piece in dataset.pieces
    }
    box = np.array([110.29, 25.29, 110.31, 25.31])
    kept = near(dataset, [box])
    found = {name for piece in kept for name in held[piece.number]}
    wanted = by_id.index[by_id.intersects(shapely.box(*box))]
    assert len(wanted) > 10
    assert set(wanted) <= found
    assert len(kept) < 9
    for piece in dataset.pieces:
        west, south, east, north = piece.bounds or (1, 1, 0, 0)
        low, high = np.split(by_id.loc[held[piece.number]].total_bounds, 2)
        assert west <= low[0] <= high[0] <= east
        assert south <= low[1] <= high[1] <= north
        np.testing.assert_allclose([west, south, east, north], [*low, *high], atol=5e-5)


def test_one_part_of_many_becomes_a_plain_line_and_heights_go(tmp_path: Path) -> None:
    line = shapely.LineString([(110, 25), (110.1, 25)])
    shapes = [shapely.MultiLineString([line]), shapely.force_3d(line, 8.0), line]
    some = gpd.GeoDataFrame({"section_id": list("abc")}, geometry=shapes, crs=4326)
    written = write(some, tmp_path / "out")
    assert written.flattened == 1
    stored = gpd.read_parquet(tmp_path / "out" / "part-00000.parquet")
    assert [shapely.to_wkb(shape) for shape in stored.geometry] == [shapely.to_wkb(line)] * 3


def test_no_rows_make_an_empty_dataset_and_no_batch_none(
    roads: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    for encoding in ("WKB", "geoarrow"):
        assert write(roads[:0], tmp_path / "out", encoding=encoding).dataset.rows == 0
        assert len(gpd.read_parquet(tmp_path / "out" / "part-00000.parquet")) == 0
    with pytest.raises(SchemaError, match="nothing to write"):
        write_dataset([], tmp_path / "none", memory_mb=500)
    assert not (tmp_path / "none").exists()


def test_what_goes_wrong_leaves_the_old_dataset_as_it_was(
    roads: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    write(roads, tmp_path / "out")
    before = contents(tmp_path / "out")

    def torn() -> Iterator[pa.Table]:
        yield from batches(roads, 500)
        message = "the line went dead"
        raise OSError(message)

    with pytest.raises(OutputError, match="line went dead"):
        write_dataset(torn(), tmp_path / "out", memory_mb=500)
    point = roads[:3].set_geometry([*roads.geometry[:2], shapely.Point(110, 25)])
    with pytest.raises(SchemaError) as caught:
        write(point, tmp_path / "out", 2)
    assert [fault.row for fault in caught.value.faults] == [4]
    far = roads[:1].set_geometry([shapely.LineString([(431287, 2786000), (431290, 2786000)])])
    with pytest.raises(SchemaError, match="no longitude and latitude"):
        write(far, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_killed_run_is_cleared_up_by_the_next(roads: gpd.GeoDataFrame, tmp_path: Path) -> None:
    (tmp_path / ".out.qxgeo-new").mkdir()
    (tmp_path / ".out.qxgeo-new" / "0.arrow").write_bytes(b"half")
    write(roads, tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / ".out.qxgeo-old")
    write(roads[:9], tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert open_dataset(tmp_path / "out").rows == 9


def test_files_of_other_people_are_not_replaced(roads: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write(roads, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        write(roads, tmp_path / "out")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file"):
        write(roads, tmp_path / "file")
    (tmp_path / "other").mkdir()
    roads.to_parquet(tmp_path / "other" / "part-00000.parquet")
    with pytest.raises(OutputError, match="did not write"):
        write(roads, tmp_path / "other")


def test_columns_that_change_or_bear_a_taken_name_are_refused(
    roads: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    first, second = next(batches(roads[:3], 3)), next(batches(roads[:3][["geometry"]], 3))
    with pytest.raises(SchemaError, match="section_id"):
        write_dataset([first, second], tmp_path / "out", memory_mb=500)
    with pytest.raises(SchemaError, match="bbox"):
        write(roads.assign(bbox=1), tmp_path / "out")
    with pytest.raises(SchemaError, match="no geometry column"):
        write_dataset([first], tmp_path / "out", memory_mb=500, geometry_column="shape")
    with pytest.raises(InputError, match="too little"):
        write(roads, tmp_path / "out", memory_mb=10)
    with pytest.raises(InputError, match="geojson"):
        write(roads, tmp_path / "out", encoding="geojson")


def test_a_column_has_a_dictionary_where_its_values_come_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    table = pa.table(
        {
            "way": np.arange(1_000),
            "lanes": rng.integers(1, 4, 1_000),
            "width_m": rng.random(1_000),
            "speed": rng.choice([30.0, 60.0], 1_000),
            "tags": [{"oneway": "yes"}] * 1_000,
            "geometry": pa.array([shapely.LineString([(110, 25), (111, 26)]).wkb] * 1_000),
        }
    )
    folder = tmp_path / "roads"
    write_dataset([table], folder, memory_mb=500)
    group = pq.ParquetFile(folder / "part-00000.parquet").metadata.row_group(0)
    encodings = {
        group.column(i).path_in_schema: group.column(i).encodings for i in range(group.num_columns)
    }
    has = {path: any("DICT" in one for one in found) for path, found in encodings.items()}
    assert {path for path in has if has[path]} == {"lanes", "speed", "tags.oneway"}
    assert "BYTE_STREAM_SPLIT" in encodings["width_m"]
    stored = pq.read_table(folder / "part-00000.parquet").sort_by("way")
    assert stored["width_m"].equals(table["width_m"])


def test_strings_may_come_in_every_form_of_arrow(tmp_path: Path) -> None:
    line = shapely.to_wkb(shapely.LineString([(110, 25), (110.1, 25)]))
    words = pa.array(["a", None, "b"])
    forms = [words, words.dictionary_encode(), words.cast(pa.large_string())]
    tables = [pa.table({"name": w, "geometry": pa.array([line] * 3)}) for w in forms]
    notes = (Text("说明", "a note"),)
    written = write_dataset(tables, tmp_path / "out", memory_mb=500, notes=lambda: notes)
    (piece,) = written.dataset.pieces
    batch = read_lines(written.dataset, piece, columns=["name"])
    assert batch.table.column("name").to_pylist() == ["a", None, "b"] * 3
    record = json.loads((tmp_path / "out" / "_dataset.json").read_text("utf-8"))
    assert record["notes"] == {"zh": ["说明"], "en": ["a note"]}
