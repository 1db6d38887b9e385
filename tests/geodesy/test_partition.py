"""Partition of lines and polygons: every metre has exactly one owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from qxgeo.geodesy import (
    Intervals,
    Lines,
    area_m2,
    nearest_feature,
    nearest_station,
    partition,
    partition_lines,
    partition_polygons,
    reach_of_discs,
)
from qxgeo.geodesy.territories import Territories

KARNEY = Geod(ellps="WGS84")
WEST, EAST = shapely.box(110.0, 25.0, 110.1, 25.1), shapely.box(110.1, 25.0, 110.2, 25.1)
TWO = np.array([WEST, EAST])
GRID = st.integers(min_value=-2, max_value=22)  # hundredths of a degree: hits corners and edges


def _by_label(lines: Lines, stretches: Intervals) -> dict[int, float]:
    length_m = lines.lengths_m(stretches)
    return {int(k): float(length_m[stretches.label == k].sum()) for k in set(stretches.label)}


def test_a_road_through_both_towns_is_cut_at_their_line() -> None:
    road = shapely.LineString([(109.95, 25.05), (110.25, 25.05)])
    lines = Lines.from_geometries(np.array([road]))
    lengths = _by_label(lines, partition_lines(lines, TWO))
    expected = {
        k: KARNEY.line_length(np.linspace(a, b, 50), np.full(50, 25.05))
        for k, (a, b) in {0: (110.0, 110.1), 1: (110.1, 110.2), -1: (110.2, 110.3)}.items()
    }
    assert lengths[0] == pytest.approx(expected[0], abs=1e-4)
    assert lengths[1] == pytest.approx(expected[1], abs=1e-4)
    assert lengths[-1] == pytest.approx(expected[-1], abs=1e-4)  # half a tenth on either side


def test_a_road_along_the_common_line_belongs_to_the_first_town_only() -> None:
    road = shapely.LineString([(110.1, 24.95), (110.1, 25.15)])
    lines = Lines.from_geometries(np.array([road]))
    lengths = _by_label(lines, partition_lines(lines, TWO))
    assert set(lengths) == {0, -1}


def test_territories_that_are_empty_or_missing_hold_nothing() -> None:
    lines = Lines.from_geometries(
        np.array([shapely.LineString([(110.01, 25.05), (110.02, 25.05)])])
    )
    stretches = partition_lines(lines, np.array([None, shapely.Polygon(), WEST]))
    assert stretches.label.tolist() == [2]


@settings(max_examples=150, deadline=None)
@given(
    points=st.lists(st.tuples(GRID, GRID), min_size=2, max_size=6),
    station=st.tuples(GRID, GRID),
    radius_m=st.floats(min_value=50, max_value=9_000),
)
def test_pieces_add_up_to_the_road_and_inside_and_outside_to_each_piece(
    points: list[tuple[int, int]], station: tuple[int, int], radius_m: float
) -> None:
    road = shapely.LineString([(110 + x / 100, 25 + y / 100) for x, y in points])
    lines = Lines.from_geometries(np.array([road]))
    split = partition_lines(lines, np.array([EAST, WEST]))
    whole_m = lines.line_lengths_m()[0]
    assert lines.lengths_m(split).sum() == pytest.approx(whole_m, rel=1e-9, abs=1e-6)
    assert (split.start[1:] == split.end[:-1]).all()
    place = np.array([[110 + station[0] / 100, 25 + station[1] / 100]])
    inside = reach_of_discs(lines, place, radius_m=radius_m).inside
    pieces = inside.intersection(split)
    assert lines.lengths_m(pieces).sum() == pytest.approx(
        lines.lengths_m(inside).sum(), rel=1e-9, abs=1e-6
    )
    assert lines.lengths_m(inside).sum() <= whole_m * (1 + 1e-9) + 1e-6


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(1, 20)),
        max_size=12,
    )
)
def test_a_union_covers_each_place_once(rows: list[tuple[int, int, int]]) -> None:
    part = np.array([r[0] for r in rows], dtype=np.int64)
    start = np.array([100.0 * r[0] + r[1] for r in rows])
    end = start + np.array([float(r[2]) for r in rows])
    united = Intervals(part, start, end, part).union()
    cells = {(p, c) for p, s, w in rows for c in range(s, s + w)}
    assert sum(united.end - united.start) == len(cells)
    assert (united.start[1:] > united.end[:-1]).all()


def test_polygons_are_shared_out_without_overlap_or_loss() -> None:
    field = shapely.Point(110.1, 25.1).buffer(0.06, quad_segs=32)
    subject, label, piece = partition_polygons(np.array([field]), TWO)
    assert subject.tolist() == [0, 0, 0]
    assert label.tolist() == [0, 1, -1]
    whole = area_m2(np.array([field]))[0]
    assert area_m2(piece).sum() == pytest.approx(whole, rel=1e-12)
    assert area_m2(piece)[0] == pytest.approx(area_m2(piece)[1], rel=1e-9)  # mirror images


def test_polygons_that_only_touch_share_no_area() -> None:
    subject, label, _ = partition_polygons(np.array([EAST]), TWO)
    assert (subject.tolist(), label.tolist()) == ([0], [1])


def test_area_equals_karney_on_edges_made_short() -> None:
    shape = shapely.Polygon(
        [(110, 25), (110.4, 25.3), (110.1, 25.5)],
        [[(110.15, 25.3), (110.2, 25.3), (110.17, 25.35)]],
    )
    dense = shapely.segmentize(shape, 2e-4)
    karney = abs(KARNEY.polygon_area_perimeter(*np.array(dense.exterior.coords).T)[0]) - abs(
        KARNEY.polygon_area_perimeter(*np.array(dense.interiors[0].coords).T)[0]
    )
    assert area_m2(np.array([shape]))[0] == pytest.approx(karney, rel=1e-8)
    assert area_m2(np.array([shapely.Point(1, 1), None])).tolist() == [0, 0]


def test_distance_to_a_polygon_counts_from_its_nearest_edge_and_is_zero_inside() -> None:
    stations = np.array([[110.05, 25.05], [110.25, 25.05]])
    shapes = np.array(
        [
            WEST,
            EAST,
            shapely.Point(110.2, 25.05),
            shapely.MultiPoint([(110.24, 25.05), (111, 26)]),
            shapely.LineString([(110.25, 25.1), (110.3, 25.1)]),
        ]
    )
    distance_m, station = nearest_station(shapes, stations)
    to_edge_m = KARNEY.inv(110.25, 25.05, 110.2, 25.05)[2]
    # The second town lies half a tenth of a degree from both stations: the first counts.
    assert station.tolist() == [0, 0, 1, 1, 1]
    assert distance_m[0] == 0
    # The nearest point of a meridian lies a little off the parallel: 0.6 m less at most 1e-3 m.
    assert distance_m[1] == pytest.approx(to_edge_m, abs=0.01)
    assert distance_m[2] == pytest.approx(to_edge_m, abs=1e-6)
    assert distance_m[3] == pytest.approx(KARNEY.inv(110.25, 25.05, 110.24, 25.05)[2], abs=1e-6)
    assert distance_m[4] == pytest.approx(KARNEY.inv(110.25, 25.05, 110.25, 25.1)[2], abs=1e-3)


def test_the_nearest_feature_is_measured_between_nearest_points() -> None:
    here = np.array([shapely.Point(110.05, 25.05), shapely.box(110.16, 25.05, 110.17, 25.06)])
    there = np.array([EAST, shapely.Point(110.05, 25.06)])
    distance_m, reference = nearest_feature(here, there)
    assert reference.tolist() == [1, 0]
    assert distance_m[0] == pytest.approx(KARNEY.inv(110.05, 25.05, 110.05, 25.06)[2], abs=1e-6)
    assert distance_m[1] == 0
    assert len(nearest_feature(np.empty(0, dtype=object), there)[0]) == 0


@pytest.mark.parametrize("measure", [nearest_feature, nearest_station])
def test_a_distance_to_nothing_is_refused(measure: object) -> None:
    point = np.array([shapely.Point(110, 25)])
    nothing = np.empty((0, 2)) if measure is nearest_station else np.empty(0, dtype=object)
    with pytest.raises(ValueError, match="no "):
        measure(point, nothing)  # type: ignore[operator]
    somewhere = np.array([[110.0, 25.0]]) if measure is nearest_station else point
    with pytest.raises(ValueError, match="empty"):
        measure(np.array([shapely.Point()]), somewhere)  # type: ignore[operator]


def test_threads_that_share_territories_cut_alike() -> None:
    """Asked at once by several threads, the prepared shapes of GEOS end the whole program."""
    angle = np.linspace(0, 2 * np.pi, 2_000, endpoint=False)
    shore = (
        np.stack((np.cos(angle), np.sin(angle)), axis=1)
        * (0.02 + 0.004 * np.sin(37 * angle))[:, None]
    )
    centres = [(110 + 0.05 * east, 25 + 0.05 * north) for east in range(4) for north in range(2)]
    towns = np.array([shapely.Polygon(shore + centre) for centre in centres], dtype=object)
    rng = np.random.default_rng(1)
    start = np.stack((rng.uniform(110, 110.2, 300), rng.uniform(25, 25.1, 300)), axis=1)
    roads = shapely.linestrings(np.stack((start, start + rng.normal(0, 0.002, (300, 2))), axis=1))
    lines = Lines.from_geometries(np.asarray(roads, dtype=object))
    alone = partition_lines(lines, towns)
    everywhere = shapely.box(110.01, 25.01, 110.2, 25.09)
    for _ in range(8):
        fresh, all_at_once = Territories(shapely.from_wkb(shapely.to_wkb(towns))), Barrier(4)

        def cut(_: int, towns: Territories = fresh, gate: Barrier = all_at_once) -> Intervals:
            gate.wait()
            found = partition_lines(lines, towns)
            gate.wait()  # and who only looks which towns are near must not meet a prepared one
            assert shapely.intersects(towns.polygons, everywhere).all()
            return found

        with ThreadPoolExecutor(4) as threads:
            for found in threads.map(cut, range(4)):
                assert np.array_equal(found.label, alone.label)
                assert np.array_equal(found.start, alone.start)
        assert not shapely.is_prepared(fresh.polygons).any()


def test_polygons_are_cut_by_a_province_of_towns_as_by_each_town_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Towns that touch or overlap, one missing; subjects inside, across and outside all."""
    rng = np.random.default_rng(3)
    seeds = shapely.multipoints(rng.uniform(-0.2, 0.2, (150, 2)) + (110.0, 25.0))  # noqa: RUF005
    towns = shapely.get_parts(shapely.voronoi_polygons(seeds))
    wide = [shapely.Point(110.05, 25.0).buffer(0.06), shapely.Point(110.1, 25.0).buffer(0.06)]
    towns = np.concatenate((towns[:40], wide, [None], towns[40:]))
    places = rng.uniform(-0.35, 0.35, (60, 2)) + (110.0, 25.0)  # noqa: RUF005
    subjects = shapely.buffer(shapely.points(places), rng.choice([1e-4, 0.01, 0.15], 60))
    subjects[7] = shapely.multipolygons([subjects[8], shapely.box(109.0, 24.0, 109.1, 24.1)])
    found = partition_polygons(subjects, towns)
    assert partition_polygons(subjects[:0], towns)[0].tolist() == []
    far = np.array([shapely.box(100, 20, 101, 21)])
    assert [one.tolist() for one in partition_polygons(far, towns)[:2]] == [[0], [-1]]
    monkeypatch.setattr(partition, "_MANY_POLYGONS", 10_000)
    expected = partition_polygons(subjects, towns)
    areas = []
    for row, label, piece in (found, expected):
        table = np.zeros((len(subjects), len(towns) + 1))
        np.add.at(table, (row, label), shapely.area(piece))
        areas.append(table)
    np.testing.assert_allclose(areas[0], areas[1], rtol=0, atol=1e-13)
    np.testing.assert_allclose(areas[0].sum(axis=1), shapely.area(subjects), rtol=1e-12)
    assert (areas[0] > 0).sum() > 500
    assert (areas[0][:, 41] > 1e-6).any()  # the later of the two wide ones keeps something
    for row, label, piece in (found, expected):
        held = shapely.area(piece) > 1e-12  # not rounding
        areas.append(np.stack((row[held], label[held])))
    np.testing.assert_array_equal(areas[2], areas[3])  # in the same order
