"""Lines measured as they are stored come to what the plain form says of them, each on its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qxgeo.geodesy import (
    Lines,
    Territories,
    partition_lines,
    stretches_in_discs,
    territories,
)
from qxgeo.geodesy.lengths import latitude_bands
from qxgeo.geodesy.totals import Count, Meter, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qxgeo.datasets.footer import Bounds

pytest.importorskip("numba", reason="compiled loops need Numba")

GRID = st.integers(min_value=0, max_value=8)
NOT_EXACT_NM = (
    1_000  # a micrometre a line: the plain form takes differences of earth-centred metres
)


class Scene(NamedTuple):
    """Roads, stations and towns."""

    roads: np.ndarray
    stations: np.ndarray
    towns: np.ndarray


def _scene(lat: float) -> Scene:
    """Draw streets, stations whose discs overlap, towns, one of them missing, and one over all."""
    rng = np.random.default_rng(5)
    middle = np.array([110.0, lat])
    walks = np.cumsum(rng.normal(0, 0.001, (1500, 7, 2)), axis=1)
    streets = shapely.linestrings(walks + rng.uniform(-0.15, 0.15, (1500, 1, 2)) + middle)
    stations = rng.normal(0, 0.01, (20, 2)) + rng.uniform(-0.1, 0.1, (5, 2)).repeat(4, axis=0)
    seeds = shapely.multipoints(rng.uniform(-0.2, 0.2, (60, 2)) + middle)
    towns = shapely.get_parts(shapely.voronoi_polygons(seeds))
    towns = np.concatenate((towns[:30], [None], towns[40:], [shapely.Point(middle).buffer(0.1)]))
    return Scene(streets, stations + middle, towns)


def _pack(raw: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
    offsets = np.cumsum([0, *(len(one) for one in raw)])
    return np.frombuffer(b"".join(raw), dtype=np.uint8), offsets


class Found(NamedTuple):
    """What was counted, and the rows that were not."""

    tally: Tally
    left: np.ndarray


def _tally(scene: Scene, roads: np.ndarray, radius_m: float, bounds: Bounds | None = None) -> Found:
    meter = Meter.over(scene.stations, Territories(scene.towns), radius_m=radius_m)
    assert meter is not None
    packed = _pack(shapely.to_wkb(roads, byte_order=1).tolist())
    count = Count(meter.land_within(bounds))
    left = meter.add_up(*packed, count)
    return Found(count.tally(), left)


def _table(found: Found) -> dict[int, tuple[int, int, int]]:
    tally = found.tally
    columns = (tally.road_count.tolist(), tally.part_count.tolist(), tally.length_nm)
    return dict(zip(tally.label.tolist(), zip(*columns, strict=True), strict=True))


def _by_arrays(scene: Scene, roads: np.ndarray, radius_m: float) -> dict[int, tuple[int, int, int]]:
    """Ask the forms that work by arrays: roads, parts and nanometres of each town."""
    lines = Lines.from_geometries(roads)
    inside = stretches_in_discs(lines, scene.stations, radius_m=radius_m)
    parts = inside.intersection(partition_lines(lines, scene.towns, among=inside))
    length_nm = np.rint(lines.lengths_m(parts) * 1e9).astype(np.int64)
    line = lines.part_line[parts.part]
    return {
        int(town): (
            len(set(line[parts.label == town])),
            int((parts.label == town).sum()),
            int(length_nm[parts.label == town].sum()),
        )
        for town in np.unique(parts.label)
    }


def _add(
    one: dict[int, tuple[int, int, int]], other: dict[int, tuple[int, int, int]]
) -> dict[int, list[int]]:
    none = (0, 0, 0)
    return {
        key: [a + b for a, b in zip(one.get(key, none), other.get(key, none), strict=True)]
        for key in {*one, *other}
    }


def _agree(one: dict[int, list[int]], other: dict[int, tuple[int, int, int]]) -> None:
    assert one.keys() == other.keys()
    for town, (roads, parts, length_nm) in other.items():
        assert one[town][:2] == [roads, parts]
        assert abs(one[town][2] - length_nm) <= NOT_EXACT_NM * parts


@pytest.mark.parametrize("lat", [18.2, 31.2, 53.5])
@pytest.mark.parametrize("radius_m", [30, 300, 1_000, 5_000, 20_000])
def test_tallies_are_what_the_plain_form_adds_up_to(
    lat: float, radius_m: float, use_form: Callable[[str], None]
) -> None:
    scene = _scene(lat)
    found = _tally(scene, scene.roads, radius_m)
    use_form("plain")
    _agree(_add(_table(found), {}), _by_arrays(scene, scene.roads, radius_m))
    lines = Lines.from_geometries(scene.roads)
    inside = stretches_in_discs(lines, scene.stations, radius_m=radius_m)
    assert found.tally.roads == len(np.unique(inside.part)) > 0
    assert len(found.left) == 0


@pytest.mark.parametrize("radius_m", [1_000, 5_000])
def test_tallies_are_to_the_nanometre_those_of_the_compiled_arrays(
    radius_m: float, use_form: Callable[[str], None]
) -> None:
    """So that totals are the same whether parts are written or not."""
    scene = _scene(25.27)
    use_form("compiled")
    assert _table(_tally(scene, scene.roads, radius_m)) == _by_arrays(scene, scene.roads, radius_m)


def test_a_road_of_many_parts_and_a_batch_of_many_roads_are_to_the_nanometre_those_of_arrays(
    use_form: Callable[[str], None],
) -> None:
    """More parts than wait together, more vertices than are measured together, and two bands."""
    towns = np.array([shapely.box(109.9, 24.9, 110, 25.2), shapely.box(110, 24.9, 110.1, 25.2)])
    lat = 25.03 + np.arange(1_500) * 2e-5  # bands meet at 25.05
    zigzag = shapely.LineString(np.stack((110 + 3e-4 * (-1.0) ** np.arange(1_500), lat), axis=1))
    start = np.stack((np.tile([109.99, 110.01], 900), np.repeat(lat[:900], 2)), axis=1)
    streets = shapely.linestrings(start[:, None] + np.array([[0, 0], [1e-4, 3e-5], [2e-4, 0]]))
    roads = np.concatenate((streets[:700], [zigzag], streets[700:]))
    scene = Scene(roads, np.array([[110.0, 25.045]]), towns)
    use_form("compiled")
    found = _tally(scene, roads, 3_000)
    assert len(found.left) == 0
    assert found.tally.part_count.min() > 700  # the zigzag alone has as many on either side
    assert _table(found) == _by_arrays(scene, roads, 3_000)


def test_columns_of_one_buffer_are_the_same_in_any_order_width_and_thread() -> None:
    """A meter keeps what it writes into: a short column after a long one finds nothing of it."""
    scene = _scene(25.0)
    meter = Meter.over(scene.stations, Territories(scene.towns), radius_m=1_000)
    assert meter is not None
    land = meter.land_within(None)
    data, offsets = _pack(shapely.to_wkb(scene.roads, byte_order=1).tolist())
    places = offsets.astype(np.int32)
    cuts = [slice(700, 1501), slice(0, 301), slice(300, 310), slice(309, 701)]

    def measure(*some: np.ndarray) -> dict[int, tuple[int, int, int]]:
        count = Count(land)
        left = [meter.add_up(data, one, count) for one in some]
        return _table(Found(count.tally(), np.concatenate(left)))

    whole = measure(offsets)
    parts = [places[cut] for cut in cuts]
    assert measure(*parts) == measure(*parts[::-1]) == whole

    for threads in (1, 4):
        with ThreadPoolExecutor(threads) as pool:
            for order in (parts, parts[::-1]):
                found = list(pool.map(measure, order))
                assert reduce(_add, found) == {key: list(value) for key, value in whole.items()}


def test_a_road_is_the_same_alone_and_among_others() -> None:
    scene = _scene(25.27)
    whole = _table(_tally(scene, scene.roads, 1_000))
    each: dict[int, list[int]] = {}
    for road in scene.roads:
        each = _add(_table(_tally(scene, np.array([road]), 1_000)), each)
    assert {key: tuple(values) for key, values in each.items()} == whole
    backwards = _tally(scene, scene.roads[::-1], 1_000)
    assert _table(backwards) == whole


def test_latitudes_that_stay_in_a_band_are_those_for_which_the_band_is_found() -> None:
    lengths = pytest.importorskip("qxgeo.geodesy.loops.lengths")
    middle = latitude_bands()[0]
    half = lengths.HALF_BAND_DEG
    stayed = 0
    for band in (0, 1_900, 2_300, len(middle) - 1):
        # Up to the last bit on either side of both borders, and well within.
        ends = middle[band] + np.array([-half, half])
        near = [ends, np.nextafter(ends, 0), np.nextafter(ends, 90), ends + 1e-13, ends - 1e-13]
        places = np.concatenate((*near, middle[band] + half * np.linspace(-0.999, 0.999, 9)))
        for south in places.tolist():
            for north in places[places >= south].tolist():
                if lengths.stays_in_band(south, north, band, middle):
                    stayed += 1
                    assert lengths.band_of_box(south, north, middle) == band
    assert stayed == 4 * 45  # any two of nine, or one of them twice
    assert not lengths.stays_in_band(25.0, 25.0, -1, middle)


def test_a_grid_over_the_towns_around_labels_as_that_over_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(territories, "FEW", 0)
    scene = _scene(25.27)
    towns = np.delete(scene.towns, -1)  # the last one is everywhere
    scene = scene._replace(towns=towns, stations=scene.stations[:12])
    meter = Meter.over(scene.stations, Territories(towns), radius_m=1_500)
    assert meter is not None
    west = shapely.bounds(scene.roads)[:, 0]
    counts = []
    for some in np.array_split(np.argsort(west, kind="stable"), 8):
        roads = scene.roads[np.sort(some)]
        bounds = tuple(shapely.total_bounds(roads).tolist())
        counts.append(len(meter.land_within(bounds).numbers))
        near = _tally(scene, roads, 1_500, bounds)
        assert _table(near) == _table(_tally(scene, roads, 1_500))
    assert min(counts) < max(counts) < len(towns) / 2


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    road=st.lists(st.tuples(GRID, GRID), min_size=2, max_size=7),
    station=st.tuples(GRID, GRID),
    radius_m=st.sampled_from([90.0, 300.0, 2_000.0]),
    shift=st.sampled_from([0.0, 1 / 3, 1e-9]),
)
def test_what_is_left_and_what_is_tallied_are_the_whole_along_town_lines(
    road: list[tuple[int, int]],
    station: tuple[int, int],
    radius_m: float,
    shift: float,
    use_form: Callable[[str], None],
) -> None:
    """Roads run along the line between towns, through corners and back on themselves."""
    halves = [shapely.box(110, 25, 110.004, 25.009), shapely.box(110.004, 25, 110.007, 25.009)]
    hole = shapely.difference(halves[0], shapely.box(110.001, 25.001, 110.003, 25.003))
    places = [(110 + (x + shift) / 1000, 25 + y / 1000) for x, y in road]
    stations = np.array([(110 + station[0] / 1000, 25 + station[1] / 1000)])
    scene = Scene(
        np.array([shapely.LineString(places)]), stations, np.array([hole, halves[1], halves[0]])
    )
    found = _tally(scene, scene.roads, radius_m)
    use_form("plain")
    left = _by_arrays(scene, scene.roads[found.left], radius_m)
    _agree(_add(_table(found), left), _by_arrays(scene, scene.roads, radius_m))


def test_rows_that_are_no_plain_short_lines_are_left() -> None:
    scene = _scene(25.27)
    street = scene.roads[0]
    far = shapely.LineString([(100, 25), (105, 25)])  # long, but nowhere near
    lon, lat = scene.stations[0]
    many = shapely.LineString([(lon + 1e-7 * k, lat) for k in range(5_000)])
    rows = [
        shapely.to_wkb(street, byte_order=1),
        shapely.to_wkb(street, byte_order=0),
        shapely.to_wkb(shapely.MultiLineString([street])),
        shapely.to_wkb(street)[:-3],
        b"\x01\x02",
        shapely.to_wkb(shapely.Point(lon, lat)),
        shapely.to_wkb(street, byte_order=1)[:-16] + np.array([np.nan, lat]).tobytes(),
        shapely.to_wkb(shapely.LineString([(lon, lat), (lon + 0.03, lat)])),
        shapely.to_wkb(far),
        shapely.to_wkb(shapely.LineString()),
        shapely.to_wkb(many),
        shapely.to_wkb(shapely.LineString([(lon, lat, 5.0), (lon + 0.001, lat, 6.0)])),
    ]
    meter = Meter.over(scene.stations, Territories(scene.towns), radius_m=1_000)
    assert meter is not None
    assert meter.add_up(*_pack(rows), Count(meter.land_within(None))).tolist() == [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        10,
        11,
    ]


@pytest.mark.parametrize("towns", [[], [None, shapely.Polygon()]])
def test_without_towns_everything_is_nobodys(towns: list[shapely.Polygon | None]) -> None:
    scene = _scene(25.27)
    bare = scene._replace(towns=np.array(towns, dtype=object))
    tally, _ = _tally(bare, scene.roads, 1_000)
    assert tally.label.tolist() == [-1]
    assert tally.road_count.tolist() == [tally.roads]
    tally, left = _tally(bare, scene.roads[:0], 1_000)
    assert (tally.roads, tally.length_nm, left.tolist()) == (0, [], [])
