"""Lines in discs, against dense inverse geodesics, over China's latitudes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.geodesy import Intervals, Lines, area_m2, draw_discs, reach_of_discs

KARNEY = Geod(ellps="WGS84")
LATITUDES = (18.2, 25.27, 31.2, 39.9, 45.8, 53.5)
NO_STATION = np.empty((0, 2))


def _town(lat: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Three stations whose discs overlap, short crooked streets, one highway, one tangent."""
    rng = np.random.default_rng(seed)
    stations = np.array([[110.0, lat], [110.012, lat + 0.004], [110.1, lat]])
    walks = np.cumsum(rng.normal(0, 0.0015, (1500, 6, 2)), axis=1)
    streets = walks + rng.uniform(-0.08, 0.08, (1500, 1, 2)) + [110.03, lat]
    lines = shapely.linestrings(streets.reshape(-1, 2), indices=np.repeat(np.arange(1500), 6))
    north = lat + np.degrees(1_000 / 6_371_000) * 0.9999
    extra = [
        shapely.LineString([(109.5, lat - 0.2), (110.6, lat + 0.25)]),
        shapely.LineString([(109.95, north), (110.05, north)]),
    ]
    return np.append(lines, extra), stations


def _karney_distance(lonlat: np.ndarray, stations: np.ndarray) -> np.ndarray:
    size = len(lonlat)
    return np.min(
        [
            KARNEY.inv(lonlat[:, 0], lonlat[:, 1], np.full(size, lon), np.full(size, lat))[2]
            for lon, lat in stations
        ],
        axis=0,
    )


def _ends(lines: Lines, inside: Intervals) -> np.ndarray:
    """Where stretches begin or end within a segment, not at the end of a line."""
    place = np.concatenate((inside.start, inside.end))
    before = np.concatenate((np.floor(inside.start), np.ceil(inside.end) - 1)).astype(int)
    within = place != np.round(place)
    return lines.position(place, before)[within]


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("radius_m", [300, 1_000, 5_000, 20_000])
def test_roads_enter_and_leave_within_a_micrometre_of_the_radius(
    lat: float, radius_m: float
) -> None:
    geometries, stations = _town(lat)
    lines = Lines.from_geometries(geometries)
    inside = reach_of_discs(lines, stations, radius_m=radius_m).inside
    ends = _ends(lines, inside)
    assert len(ends) > 1
    assert np.abs(_karney_distance(ends, stations) - radius_m).max() < 1e-6


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("radius_m", [1_000, 5_000, 20_000])
def test_a_place_is_inside_exactly_if_a_station_is_within_the_radius(
    lat: float, radius_m: float
) -> None:
    geometries, stations = _town(lat)
    lines = Lines.from_geometries(geometries)
    inside = reach_of_discs(lines, stations, radius_m=radius_m).inside
    whole = lines.everywhere()
    rng = np.random.default_rng(5)
    part = rng.integers(0, len(whole), 20_000)
    highways = np.repeat(np.flatnonzero(lines.part_line >= 1500), 5_000)
    part = np.concatenate((part, highways))
    place = rng.uniform(whole.start[part], whole.end[part])
    distance_m = _karney_distance(lines.position(place, place.astype(int)), stations)
    at = np.searchsorted(inside.start, place, side="right") - 1
    is_inside = (at >= 0) & (place <= inside.end[at])
    sure = np.abs(distance_m - radius_m) > 1e-6
    assert 0.01 < is_inside.mean() < 0.999 or radius_m > 10_000
    assert np.array_equal(is_inside[sure], distance_m[sure] <= radius_m)


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("radius_m", [1_000, 5_000, 20_000])
def test_a_road_that_passes_a_millimetre_inside_the_circle_is_found_and_one_outside_is_not(
    lat: float, radius_m: float
) -> None:
    """The road goes off at a right angle, so that it comes nearest where it was put.

    It bends away from its geodesic by less than tan(lat) / R, so a chord at depth d has the half
    length sqrt(2 r d) to 0.5 % at 20 km and 54 N.
    """
    azimuth = np.arange(0, 360, 15.0)
    size = len(azimuth)
    for depth_m in (1e-3, -1e-3):
        lon, lat_p, back = KARNEY.fwd(
            [110.0] * size, [lat] * size, azimuth, [radius_m - depth_m] * size
        )
        to = KARNEY.fwd(lon, lat_p, np.asarray(back) + 90, [0.5] * size)
        middle = np.stack((lon, lat_p), axis=1)
        step = (np.stack(to[:2], axis=1) - middle) * 500
        roads = shapely.linestrings(np.stack((middle - step, middle + 1.3 * step), axis=1))
        lines = Lines.from_geometries(roads)
        reach = reach_of_discs(
            lines, np.array([[110.0, lat]]), radius_m=radius_m, search_m=radius_m + 1
        )
        assert np.abs(reach.distance_m - (radius_m - depth_m)).max() < 1e-6
        if depth_m < 0:
            assert len(reach.inside) == 0
        else:
            assert len(reach.inside) == size
            expected = 2 * np.sqrt(2 * radius_m * depth_m)
            assert lines.lengths_m(reach.inside) == pytest.approx(expected, rel=0.01)


@cache  # both forms are held to it
def _dense_length_m(lat: float) -> float:
    """Cut into 0.3 m steps; a step that straddles the circle is cut where the distance is linear.

    Within a step of 0.3 m the distance bends by less than (0.3 m)^2 / (8 * 1 km) = 0.01 mm, which a
    road that crosses at 1 degree stretches to 0.6 mm: below 1 part in 10^7 of the sum.
    """
    geometries, stations = _town_apart(lat)
    dense = shapely.segmentize(geometries, 3e-6)
    lonlat, owner = shapely.get_coordinates(dense, return_index=True)
    step_m = np.asarray(KARNEY.inv(*lonlat[:-1].T, *lonlat[1:].T)[2])
    step_m[owner[1:] != owner[:-1]] = 0
    depth = 1_000 - _karney_distance(lonlat, stations)
    first, last = depth[:-1], depth[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(np.maximum(first, last) / np.abs(first - last), 0, 1)
    share = np.where((first >= 0) & (last >= 0), 1, np.where((first < 0) & (last < 0), 0, share))
    return float((step_m * share).sum())


def _town_apart(lat: float) -> tuple[np.ndarray, np.ndarray]:
    """Give some streets and two stations apart: the nearest station is smooth where it decides."""
    geometries, stations = _town(lat)
    return geometries[:300], stations[[0, 2]]


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("lat", LATITUDES)
def test_the_length_inside_equals_a_dense_sampling(lat: float) -> None:
    geometries, stations = _town_apart(lat)
    lines = Lines.from_geometries(geometries)
    measured = lines.lengths_m(reach_of_discs(lines, stations, radius_m=1_000).inside).sum()
    assert measured == pytest.approx(_dense_length_m(lat), rel=1e-7)


@pytest.mark.usefixtures("form")
def test_overlapping_discs_count_a_metre_once() -> None:
    road = np.array([shapely.LineString([(109.9, 25.0), (110.1, 25.0)])])
    lines = Lines.from_geometries(road)
    both = np.array([[110.0, 25.0], [110.005, 25.0]])
    inside = reach_of_discs(lines, both, radius_m=1_000).inside
    apart_m = KARNEY.inv(110.0, 25.0, 110.005, 25.0)[2]
    assert len(inside) == 1
    # Along the parallel of 25 N the road leaves the geodesic by less than 0.1 mm within 1.5 km.
    assert lines.lengths_m(inside)[0] == pytest.approx(2_000 + apart_m, abs=1e-3)


@pytest.mark.usefixtures("form")
def test_a_line_that_grazes_the_disc_between_its_vertices_is_found() -> None:
    lat = 25.0
    north = KARNEY.fwd(110.0, lat, 0, 999.9)[1]
    road = np.array([shapely.LineString([(109.99, north), (110.01, north)])])
    lines = Lines.from_geometries(road)
    reach = reach_of_discs(lines, np.array([[110.0, lat]]), radius_m=1_000)
    # Chord of a circle at 999.9 m from the middle: 2 sqrt(1000^2 - 999.9^2) = 28.3 m; the road
    # along the parallel bends away from it by 1e-5 m.
    assert lines.lengths_m(reach.inside)[0] == pytest.approx(28.2836, abs=0.01)
    assert reach.distance_m[0] == pytest.approx(999.9, abs=1e-3)


@pytest.mark.usefixtures("form")
def test_the_nearest_station_and_its_distance_are_reported() -> None:
    geometries, stations = _town(31.2)
    lines = Lines.from_geometries(geometries)
    reach = reach_of_discs(lines, stations, radius_m=1_000, search_m=4_000)
    dense, owner = shapely.get_coordinates(shapely.segmentize(geometries, 2e-5), return_index=True)
    truth = np.full(len(geometries), np.inf)
    np.minimum.at(truth, owner, _karney_distance(dense, stations))
    near = truth < 3_999
    # The sample misses the nearest point by at most 1 m along the line: h^2 / 2d, 0.5 mm at 1 km;
    # lines that pass close by a station are left to the other tests.
    far_enough = near & (truth > 500)
    assert far_enough.sum() > 100
    assert np.abs(reach.distance_m - truth)[far_enough].max() < 2e-3
    assert (reach.station[near] >= 0).all()
    assert np.isinf(reach.distance_m[truth > 4_001]).all()


@pytest.mark.usefixtures("form")
def test_without_a_station_nothing_is_inside() -> None:
    lines = Lines.from_geometries(_town(25.0)[0])
    reach = reach_of_discs(lines, NO_STATION, radius_m=1_000)
    assert len(reach.inside) == 0
    assert np.isinf(reach.distance_m).all()


def test_empty_and_missing_lines_have_no_part() -> None:
    lines = Lines.from_geometries(
        np.array([None, shapely.LineString(), shapely.LineString([(110, 25), (110.001, 25)])])
    )
    assert lines.size == 3
    assert lines.part_line.tolist() == [2]
    assert lines.line_lengths_m()[:2].tolist() == [0, 0]


def test_heights_are_left_out_and_parts_of_a_line_stay_together() -> None:
    line = shapely.MultiLineString(
        [[(110, 25, 5), (110.001, 25, 6)], [(110.002, 25, 7), (110.003, 25, 8)]]
    )
    lines = Lines.from_geometries(np.array([line]))
    reach = reach_of_discs(lines, np.array([[110.0015, 25.0]]), radius_m=1_000)
    built = lines.geometries(reach.inside, np.zeros(len(reach.inside), dtype=int), 1)[0]
    assert built.geom_type == "MultiLineString"
    assert not built.has_z
    assert shapely.equals(built, shapely.force_2d(line))


def test_a_drawn_disc_has_the_true_area_and_stays_near_the_circle() -> None:
    for lat in LATITUDES:
        disc = draw_discs(np.array([[116.0, lat]]), radius_m=5_000)
        # Cap of a surface with Gaussian curvature K: pi r^2 (1 - K r^2 / 12).
        expected = np.pi * 5_000**2 * (1 - 5_000**2 / (12 * 6_371_000**2))
        assert area_m2(disc)[0] == pytest.approx(expected, rel=1e-8)
        edge = shapely.get_coordinates(shapely.segmentize(disc, 1e-5))
        off = _karney_distance(edge, np.array([[116.0, lat]])) - 5_000
        assert np.abs(off).max() < 1e-5 * 5_000


@pytest.mark.usefixtures("form")
def test_many_overlapping_discs_give_what_each_alone_gives() -> None:
    """The roads that a later station cannot change are skipped; nobody must notice."""
    geometries, _ = _town(25.27)
    rng = np.random.default_rng(11)
    stations = np.array([110.03, 25.27]) + rng.normal(0, 0.02, (25, 2))
    lines = Lines.from_geometries(geometries)
    together = reach_of_discs(lines, stations, radius_m=2_000, search_m=3_000)
    alone = [
        reach_of_discs(lines, station[None], radius_m=2_000, search_m=3_000) for station in stations
    ]
    united = Intervals.concatenate(one.inside for one in alone).union()
    assert lines.lengths_m(together.inside).sum() == pytest.approx(
        lines.lengths_m(united).sum(), rel=1e-12
    )
    distances = np.stack([one.distance_m for one in alone])
    assert np.array_equal(together.distance_m, distances.min(axis=0))
    found = np.isfinite(together.distance_m)
    assert np.array_equal(together.station[found], distances.argmin(axis=0)[found])


def test_arrays_say_the_same_as_geometries() -> None:
    geometries, stations = _town(25.27)
    twins = np.append(geometries[:-2], [shapely.MultiLineString(list(geometries[-2:]))])
    lines = Lines.from_geometries(twins)
    counts = shapely.get_num_coordinates(geometries)
    arrays = Lines.from_arrays(
        shapely.get_coordinates(geometries),
        np.concatenate(([0], np.cumsum(counts))),
        np.append(np.arange(len(twins)), len(twins) - 1),
    )
    assert arrays.size == lines.size
    one, other = (reach_of_discs(several, stations, radius_m=1_000) for several in (lines, arrays))
    assert np.array_equal(one.inside.start, other.inside.start)
    assert np.array_equal(one.distance_m, other.distance_m)


def test_arrays_keep_the_numbers_of_lines_without_a_segment() -> None:
    lonlat = np.array([[110, 25], [110.001, 25], [110.5, 25], [111, 25], [111.001, 25]])
    lines = Lines.from_arrays(lonlat, np.array([0, 2, 2, 3, 5]), size=6)
    assert lines.part_line.tolist() == [0, 3]
    assert (lines.line_lengths_m() > 0).tolist() == [True, False, False, True, False, False]


@pytest.mark.parametrize(
    ("first", "part_line", "words"),
    [
        ([0, 3], None, "offsets"),
        ([1, 2], None, "offsets"),
        ([0, 2, 1, 2], None, "offsets"),
        ([0, 2], [0, 1], "offsets"),
        ([0, 1, 2], [1, 0], "order"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    first: list[int], part_line: list[int] | None, words: str
) -> None:
    owner = None if part_line is None else np.array(part_line)
    with pytest.raises(ValueError, match=words):
        Lines.from_arrays(np.array([[110.0, 25.0], [110.1, 25.0]]), np.array(first), owner)


def test_a_line_to_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        Lines.from_arrays(np.array([[110.0, 25.0], [np.nan, 25.0]]), np.array([0, 2]))


def test_no_line_at_all_has_no_reach() -> None:
    lines = Lines.from_geometries(np.empty(0, dtype=object))
    reach = reach_of_discs(lines, np.array([[110.0, 25.0]]), radius_m=1_000)
    assert (len(reach.inside), len(reach.distance_m)) == (0, 0)


def _as_wkb(geometries: np.ndarray, **options: int) -> tuple[np.ndarray, np.ndarray]:
    several = shapely.to_wkb(geometries, **options)
    offsets = np.concatenate(([0], np.cumsum([len(one) for one in several])))
    return np.frombuffer(b"".join(several), dtype=np.uint8), offsets


@pytest.mark.parametrize("byte_order", [0, 1])
def test_stored_lines_are_read_as_they_were_built(byte_order: int) -> None:
    geometries, _ = _town(25.27)
    data, offsets = _as_wkb(geometries, byte_order=byte_order)
    lines, built = Lines.from_wkb(data, offsets), Lines.from_geometries(geometries)
    assert np.array_equal(lines.lonlat, built.lonlat)
    assert np.array_equal(lines.first, built.first)
    # A batch begins in the middle of its buffer.
    some = Lines.from_wkb(data, offsets[100:900])
    assert np.array_equal(some.lonlat, Lines.from_geometries(geometries[100:899]).lonlat)


def test_stored_lines_of_any_kind_are_read() -> None:
    flat = shapely.LineString([(110, 25), (110.001, 25)])
    kinds = [flat, shapely.force_3d(flat, 5), shapely.MultiLineString([flat, flat])]
    geometries = np.array([*kinds, shapely.LineString()], dtype=object)
    lines = Lines.from_wkb(*_as_wkb(geometries))
    assert lines.size == 4
    assert lines.part_line.tolist() == [0, 1, 2, 2]
    assert np.array_equal(lines.lonlat, Lines.from_geometries(geometries).lonlat)
    nothing = Lines.from_wkb(*_as_wkb(np.array([flat, shapely.LineString()], dtype=object)))
    assert (nothing.size, nothing.part_line.tolist()) == (2, [0])
