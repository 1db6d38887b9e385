"""Roads in pieces: lengths by territory, parts with reasons, the same bytes whoever did them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import Geod

from qxgeo.datasets import iter_lines, open_dataset
from qxgeo.errors import InputError, SchemaError
from qxgeo.geodesy import Lines, compiled, partition_lines, stretches_in_discs
from qxgeo.geodesy.sieve import Sieve
from qxgeo.streaming import (
    RoadTotals,
    add_columns,
    measure_roads,
    measuring,
    sum_by_key,
    sum_exactly,
    to_nanometres,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qxgeo.datasets import RoadDataset

KARNEY = Geod(ellps="WGS84")
RADIUS_M = 2_500.0
MIDDLE = np.array([110.30, 25.27])


@pytest.fixture(params=["plain", "compiled"])
def form(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a test once with plain arrays and once with compiled loops."""
    if request.param == "compiled":
        pytest.importorskip("numba", reason="compiled loops need Numba")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "MANY", 0 if request.param == "compiled" else sys.maxsize)
        yield str(request.param)


def _roads(count: int) -> np.ndarray:
    """Streets, some in two parts, some without a place, from west to east."""
    rng = np.random.default_rng(11)
    walks = np.cumsum(rng.normal(0, 0.001, (count, 6, 2)), axis=1)
    starts = rng.uniform(-0.15, 0.15, (count, 1, 2))
    roads = shapely.linestrings(walks + starts + MIDDLE).astype(object)
    roads[::100] = [shapely.MultiLineString([a, b]) for a, b in zip(roads[::100], roads[1::100], strict=True)]  # fmt: skip # noqa: E501
    roads[7] = None
    roads[8] = shapely.LineString()
    return roads[np.argsort(np.where(shapely.is_empty(roads) | shapely.is_missing(roads), 0, shapely.bounds(roads)[:, 0]))]  # fmt: skip # noqa: E501


def _write(folder: Path, roads: np.ndarray, *, rows: int = 300) -> RoadDataset:
    folder.mkdir()
    table = gpd.GeoDataFrame(
        {"section_id": [f"S{n:05d}" for n in range(len(roads))]}, geometry=roads, crs=4326
    )
    half = len(table) // 2
    for name, some in (("a", table[:half]), ("b", table[half:])):
        some.to_parquet(
            folder / f"{name}.parquet", write_covering_bbox=True, row_group_size=rows, index=False
        )
    return open_dataset(folder)


@pytest.fixture
def dataset(tmp_path: Path) -> RoadDataset:
    """Two thousand streets in eight pieces of two files."""
    return _write(tmp_path / "roads", _roads(2_000))


@pytest.fixture
def stations() -> np.ndarray:
    """Stations of which three stand so close that their discs overlap, all in the east."""
    rng = np.random.default_rng(3)
    apart = rng.uniform((0.0, -0.12), (0.12, 0.12), (4, 2))
    return np.concatenate((apart, apart[0] + [[0.01, 0], [0, 0.008]])) + MIDDLE


@pytest.fixture
def towns() -> np.ndarray:
    """Towns that leave the south to nobody; one is missing."""
    rng = np.random.default_rng(4)
    seeds = shapely.multipoints(rng.uniform(-0.15, 0.15, (12, 2)) + MIDDLE)
    frame = shapely.box(*(MIDDLE - (0.2, 0.05)), *(MIDDLE + 0.2))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=frame))
    return np.append(shapely.intersection(cells, frame), [None])


def _measure(*args: Any, **options: Any) -> RoadTotals:  # noqa: ANN401 - as measure_roads takes them
    return measure_roads(*args, **{"radius_m": RADIUS_M, "memory_mb": 1_000, **options})


def _bytes_of(files: tuple[Path, ...]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in files}


@pytest.mark.usefixtures("form")
def test_a_road_through_a_station_is_two_radii_long_and_each_town_has_one(tmp_path: Path) -> None:
    """The road follows the meridian; the line between the towns runs through the station."""
    lon, lat = MIDDLE
    road = shapely.LineString([(lon, lat - 0.1), (lon, lat + 0.1)])
    far = shapely.LineString([(lon + 1, lat), (lon + 1.1, lat)])
    dataset = _write(tmp_path / "roads", np.array([road, far, road, far]), rows=1)
    towns = np.array([shapely.box(lon - 1, lat, lon + 1, lat + 1), shapely.box(0, 0, 1, 1)])
    found = _measure(dataset, MIDDLE[None], towns)
    assert found.roads == 2
    assert found.length_m == pytest.approx([2 * RADIUS_M, 0], abs=2e-6)
    assert found.outside_nm == pytest.approx(2 * RADIUS_M * 1e9, abs=2_000)
    assert (found.road_counts, found.outside_roads) == ((2, 0), 2)
    assert (found.part_counts, found.outside_parts) == ((2, 0), 2)
    assert found.total_nm == sum(found.length_nm) + found.outside_nm


@pytest.mark.usefixtures("form")
def test_pieces_add_up_to_what_the_kernel_says_of_all_roads_at_once(
    dataset: RoadDataset, stations: np.ndarray, towns: np.ndarray, tmp_path: Path
) -> None:
    found = _measure(dataset, stations, towns)
    roads = np.concatenate([gpd.read_parquet(path).geometry.to_numpy() for path in dataset.files])
    lines = Lines.from_geometries(roads)
    inside = stretches_in_discs(lines, stations, radius_m=RADIUS_M)
    parts = inside.intersection(partition_lines(lines, towns, among=inside))
    length_m = lines.lengths_m(parts)
    for town in range(len(towns)):
        mine = parts.label == town
        assert found.part_counts[town] == mine.sum()
        assert found.road_counts[town] == len(set(lines.part_line[parts.part[mine]]))
        assert found.length_m[town] == pytest.approx(length_m[mine].sum(), abs=1e-9 * mine.sum())
    assert found.roads == len(set(lines.part_line[parts.part]))
    assert found.outside_parts == (parts.label < 0).sum() > 0
    assert found.road_counts[-1] == 0  # the missing one
    again = _measure(dataset, stations, towns, out=tmp_path / "parts")
    assert again.length_nm == found.length_nm


@pytest.mark.usefixtures("form")
def test_every_part_names_its_road_town_and_nearest_station(
    dataset: RoadDataset, stations: np.ndarray, towns: np.ndarray, tmp_path: Path
) -> None:
    found = _measure(
        dataset,
        stations,
        towns,
        out=tmp_path / "parts",
        station_ids=list("ABCDEF"),
        territory_ids=[f"T{n}" for n in range(len(towns))],
        road_column="section_id",
    )
    parts = gpd.GeoDataFrame(
        gpd.pd.concat([gpd.read_parquet(path) for path in found.files], ignore_index=True)
    )
    assert len(parts) == sum(found.part_counts) + found.outside_parts > 100
    lengths = parts.groupby("territory", dropna=False)["length_m"].sum()
    for town in np.flatnonzero(found.length_nm):
        assert lengths[f"T{town}"] == pytest.approx(found.length_m[town], abs=1e-6)
    roads = gpd.pd.concat([gpd.read_parquet(path) for path in dataset.files], ignore_index=True)
    assert list(parts["row"]) == sorted(parts["row"])
    assert list(roads.loc[parts["row"], "section_id"]) == list(parts["road"])
    for row in range(0, len(parts), 37):
        part = parts.iloc[row]
        dense = shapely.segmentize(roads.geometry[part["row"]], 2e-6)  # every 0.2 m
        lon, lat = shapely.get_coordinates(dense).T
        away = [
            KARNEY.inv(lon, lat, np.full(len(lon), x), np.full(len(lon), y))[2].min()
            for x, y in stations
        ]
        assert "ABCDEF"[int(np.argmin(away))] == part["station"]
        assert part["distance_m"] == pytest.approx(min(away), abs=0.1)
        assert part["distance_m"] <= min(away) + 1e-6
        assert KARNEY.geometry_length(part.geometry) == pytest.approx(part["length_m"], abs=1e-4)


@pytest.mark.usefixtures("form")
def test_the_bytes_are_the_same_for_any_batch_memory_and_number_of_workers(
    dataset: RoadDataset,
    stations: np.ndarray,
    towns: np.ndarray,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = _measure(dataset, stations, towns, out=tmp_path / "first")
    assert len(first.files) > 1
    ways: list[dict[str, Any]] = [{"workers": 1}, {"workers": 2}, {"memory_mb": 20_000}]
    for number, way in enumerate(ways):
        other = _measure(dataset, stations, towns, out=tmp_path / str(number), **way)
        assert other.length_nm == first.length_nm
        assert other.outside_nm == first.outside_nm
        assert _bytes_of(other.files) == _bytes_of(first.files)
    monkeypatch.setattr(measuring, "MOST_ROWS", 41)
    small = _measure(dataset, stations, towns, out=tmp_path / "small")
    assert small.length_nm == first.length_nm
    assert _bytes_of(small.files) == _bytes_of(first.files)


def test_both_forms_agree_to_a_micrometre(
    dataset: RoadDataset, stations: np.ndarray, towns: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba", reason="compiled loops need Numba")
    answers = []
    for many in (0, sys.maxsize):
        monkeypatch.setattr(compiled, "MANY", many)
        answers.append(_measure(dataset, stations, towns))
    fast, plain = answers
    assert fast.part_counts == plain.part_counts
    assert fast.road_counts == plain.road_counts
    assert np.abs(fast.length_m - plain.length_m).max() < 1e-6


@pytest.mark.usefixtures("form")
def test_an_interrupted_measurement_goes_on_and_another_question_is_refused(
    dataset: RoadDataset, stations: np.ndarray, towns: np.ndarray, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    whole = _measure(dataset, stations, towns, work_folder=work)
    done = sorted(work.glob("piece-*.json"))
    before = done[0].stat().st_mtime_ns
    done[1].unlink()  # as if the run had been killed before it
    assert _measure(dataset, stations, towns, work_folder=work) == whole
    assert done[0].stat().st_mtime_ns == before
    with pytest.raises(InputError, match="--restart"):
        _measure(dataset, stations + 1e-9, towns, work_folder=work)
    with pytest.raises(InputError, match="--restart"):
        _measure(dataset, stations, towns, work_folder=work, radius_m=RADIUS_M + 1e-6)
    moved = _measure(dataset, stations + 1e-3, towns, work_folder=work, restart=True)
    assert moved.length_nm != whole.length_nm


def test_a_sieve_leaves_out_nothing_that_comes_near(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba", reason="compiled loops need Numba")
    monkeypatch.setattr(compiled, "MANY", 0)
    roads = _roads(2_000)
    dataset = _write(tmp_path / "roads", roads[shapely.get_type_id(roads) == 1])
    rng = np.random.default_rng(8)
    low = rng.uniform(-0.15, 0.15, (30, 2)) + MIDDLE
    boxes = np.concatenate((low, low + rng.uniform(0, 0.01, (30, 2))), axis=1)
    some = 0
    for piece in dataset.pieces:
        sieve = Sieve.over(boxes, among=1)
        sifted = next(iter_lines(dataset, piece, batch_rows=1000, sieve=sieve)).lines
        lines = next(iter_lines(dataset, piece, batch_rows=1000)).lines
        west, south, east, north = lines.bounds(0, len(lines.part_line))
        meets = (west[:, None] <= boxes[:, 2]) & (east[:, None] >= boxes[:, 0])
        meets &= (south[:, None] <= boxes[:, 3]) & (north[:, None] >= boxes[:, 1])
        wanted = set(lines.part_line[meets.any(axis=1)])
        assert set(sifted.part_line) == wanted
        assert sifted.size == lines.size
        some += len(wanted)
        for row in sorted(wanted):
            mine, theirs = (
                one.lonlat[one.first[k] : one.first[k + 1]]
                for one in (lines, sifted)
                for k in [int(np.flatnonzero(one.part_line == row)[0])]
            )
            assert np.array_equal(mine, theirs)
    assert 20 < some < 1_000


@pytest.mark.parametrize("spoil", ["cut short", "not finite", "a point", "big endian", "long"])
def test_a_sieve_hands_back_what_is_no_plain_line(
    spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba", reason="compiled loops need Numba")
    monkeypatch.setattr(compiled, "MANY", 0)
    good = shapely.LineString([(110, 25), (110.01, 25)])
    other: Any = {
        "cut short": shapely.to_wkb(good)[:-8],
        "not finite": shapely.to_wkb(shapely.LineString([(110, 25), (np.inf, 25)])),
        "a point": shapely.to_wkb(shapely.Point(110, 25)),
        "big endian": shapely.to_wkb(good, byte_order=0),
        "long": shapely.to_wkb(shapely.LineString([(110, 25), (110.1, 25)])),
    }[spoil]
    raw = [shapely.to_wkb(good), other]
    data = np.frombuffer(b"".join(raw), dtype=np.uint8)
    offsets = np.cumsum([0, *(len(one) for one in raw)])
    sieve = Sieve.over(np.array([[109.0, 24.0, 111.0, 26.0]]), among=1)
    lines = sieve.sift(data, offsets)
    if spoil == "long":  # it gets vertices in between, as every line does
        assert lines is not None
        assert list(np.diff(lines.first)) == [2, 6]
    else:
        assert lines is None


@pytest.mark.usefixtures("form")
def test_a_row_that_is_nowhere_is_named_wherever_it_stands(
    stations: np.ndarray, towns: np.ndarray, tmp_path: Path
) -> None:
    """Row 1,400 of the second file, as a spreadsheet counts, behind a row without geometry."""
    roads = np.full(5_000, shapely.LineString([MIDDLE, MIDDLE + 0.001]), dtype=object)
    roads[2_500 + 20] = None
    roads[2_500 + 1_398] = shapely.LineString([MIDDLE, (np.inf, MIDDLE[1])])
    with pytest.raises(SchemaError, match=r"(?s)b\.parquet.*1400"):
        _measure(_write(tmp_path / "roads", roads, rows=1_000), stations, towns)


def test_what_is_no_question_is_refused_at_once(dataset: RoadDataset, tmp_path: Path) -> None:
    bad = np.array([[110.0, 25.0], [25.0, 110.0]])
    with pytest.raises(InputError) as refused:
        _measure(dataset, bad, np.array([shapely.Point(0, 0)]), radius_m=0)
    assert len(refused.value.faults) == 3
    assert "station 2 is nowhere" in str(refused.value)
    with pytest.raises(SchemaError, match="section_id"):
        _measure(dataset, bad[:1], np.array([]), out=tmp_path / "x", road_column="id")
    with pytest.raises(ValueError, match="2 names for 1 things"):
        _measure(dataset, bad[:1], np.array([]), out=tmp_path / "x", station_ids=["a", "b"])


def test_without_stations_or_near_roads_there_is_nothing(
    dataset: RoadDataset, towns: np.ndarray, tmp_path: Path
) -> None:
    for places in (np.empty((0, 2)), np.array([[80.0, 40.0]])):
        found = _measure(dataset, places, towns, out=tmp_path / "parts")
        assert (found.roads, found.total_nm, found.files) == (0, 0, ())


def test_sums_are_exact_where_floats_are_not() -> None:
    """Python's integers are the other engine."""
    rng = np.random.default_rng(1)
    values = rng.integers(0, 9_000_000_000_000_000_000, 5_000)
    keys = rng.integers(-1, 40, 5_000)
    expected: dict[int, list[int]] = {}
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        expected.setdefault(key, []).append(value)
    used, count, sums = sum_by_key(keys, values)
    found = list(zip(used.tolist(), count.tolist(), sums, strict=True))
    assert found == [(k, len(v), sum(v)) for k, v in sorted(expected.items())]
    far, _, same = sum_by_key(keys * 10**9, values)
    assert (far.tolist(), same) == ((used * 10**9).tolist(), sums)
    assert sum_by_key(keys[:0], values[:0])[2] == []
    assert sum_exactly(values) == sum(values.tolist()) > 2**63
    assert sum(float(v) for v in values) != sum_exactly(values)
    assert list(to_nanometres(np.array([1.25e-9, 150.0]))) == [1, 150_000_000_000]
    assert add_columns([[[2, 1], [5, 3]], [[], []], [[2], [2**70]]]) == [[1, 2], [3, 5 + 2**70]]
    assert add_columns([[[7, 7], np.array([2**62, 2**62]), [1, 0]]]) == [[7], [2**63], [1]]
    assert add_columns([[], [[], []]]) == []


def test_parts_are_geoparquet_with_a_covering(
    dataset: RoadDataset, stations: np.ndarray, towns: np.ndarray, tmp_path: Path
) -> None:
    found = _measure(dataset, stations, towns, out=tmp_path / "parts")
    again = open_dataset(tmp_path / "parts")
    assert again.rows == sum(found.part_counts) + found.outside_parts
    assert all(piece.bounds is not None for piece in again.pieces)
    schema = pq.read_schema(found.files[0])
    assert schema.field("row").type == pa.int64()
    assert schema.names[:6] == ["road", "row", "territory", "station", "distance_m", "length_m"]
