"""Compiled loops and the plain form give the same answer; what is small waits for neither."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qxgeo.errors import SlowWarning
from qxgeo.geodesy import (
    Intervals,
    Lines,
    Territories,
    compiled,
    neighbourhoods,
    partition,
    partition_lines,
    reach_of_discs,
    stretches_in_discs,
)

if TYPE_CHECKING:
    from collections.abc import Callable

GRID = st.integers(
    min_value=0, max_value=8
)  # few places: roads run along edges and through corners
FORMS = ("plain", "compiled")


def _province(lat: float, seed: int = 3) -> tuple[Lines, np.ndarray, np.ndarray]:
    """3,000 streets, 12 highways, 40 stations in clusters, 60 towns and a district over them."""
    rng = np.random.default_rng(seed)
    middle, begin = np.array([110.0, lat]), np.array([109.8, lat - 0.2])
    walks = np.cumsum(rng.normal(0, 0.0012, (3000, 7, 2)), axis=1)
    streets = list(shapely.linestrings(walks + rng.uniform(-0.3, 0.3, (3000, 1, 2)) + middle))
    bends = np.cumsum(rng.normal(0.004, 0.012, (12, 90, 2)), axis=1)
    highways = list(shapely.linestrings(bends + begin))
    twins = [shapely.MultiLineString(streets[k : k + 2]) for k in range(50)]
    stations = rng.normal(0, 0.02, (40, 2)) + rng.uniform(-0.25, 0.25, (8, 2)).repeat(5, axis=0)
    seeds = shapely.multipoints(rng.uniform(-0.35, 0.35, (60, 2)) + middle)
    towns = shapely.get_parts(shapely.voronoi_polygons(seeds))
    towns = np.append(towns, [None, shapely.Point(110, lat).buffer(0.25)])
    lines = Lines.from_geometries(np.array([*streets, *highways, *twins], dtype=object))
    return lines, stations + middle, towns


def _same(first: Intervals, second: Intervals) -> None:
    assert np.array_equal(first.part, second.part)
    assert np.array_equal(first.label, second.label)
    assert np.abs(first.start - second.start).max(initial=0) < 1e-9
    assert np.abs(first.end - second.end).max(initial=0) < 1e-9


@pytest.mark.parametrize("lat", [18.2, 31.2, 53.5])
@pytest.mark.parametrize("radius_m", [300, 1_000, 5_000, 20_000])
def test_both_forms_find_the_same_stretches_and_stations(
    lat: float, radius_m: float, use_form: Callable[[str], None]
) -> None:
    lines, stations, _ = _province(lat)
    answers, lengths_m = [], []
    for form in FORMS:
        use_form(form)
        reach = reach_of_discs(lines, stations, radius_m=radius_m, search_m=2 * radius_m)
        _same(reach.inside, stretches_in_discs(lines, stations, radius_m=radius_m))
        answers.append(reach)
        lengths_m.append(lines.lengths_m(reach.inside))
    plain, fast = answers
    assert len(plain.inside) > 10
    _same(plain.inside, fast.inside)
    assert np.array_equal(plain.station, fast.station)
    near = plain.station >= 0
    assert np.array_equal(np.isfinite(fast.distance_m), near)
    assert np.abs(plain.distance_m[near] - fast.distance_m[near]).max() < 1e-8
    assert lengths_m[1].sum() == pytest.approx(lengths_m[0].sum(), rel=1e-12)
    # Earth-centred metres, of which the plain form takes differences, end at a nanometre.
    assert np.abs(lengths_m[1] - lengths_m[0]).max() < 1e-6


@pytest.mark.parametrize("lat", [18.2, 53.5])
def test_both_forms_cut_at_the_same_places(lat: float, use_form: Callable[[str], None]) -> None:
    lines, _, towns = _province(lat)
    use_form("plain")
    plain = partition_lines(lines, towns)
    use_form("compiled")
    ready = Territories(towns)
    _same(plain, partition_lines(lines, ready))
    some = plain.take(plain.label % 2 == 0)
    use_form("plain")
    fewer = partition_lines(lines, towns, among=some)
    assert set(fewer.part) == set(some.part)
    use_form("compiled")
    _same(fewer, partition_lines(lines, ready, among=some))


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    road=st.lists(st.tuples(GRID, GRID), min_size=2, max_size=7),
    corners=st.lists(st.tuples(GRID, GRID), min_size=3, max_size=3, unique=True),
    shift=st.sampled_from([0.0, 1 / 3, 1e-9]),
)
def test_both_forms_agree_where_roads_run_along_edges_and_through_corners(
    road: list[tuple[int, int]],
    corners: list[tuple[int, int]],
    shift: float,
    use_form: Callable[[str], None],
) -> None:
    triangle = shapely.Polygon([(110 + x / 70, 25 + y / 70) for x, y in corners])
    halves = shapely.box(110, 25, 110 + 4 / 70, 25.2), shapely.box(110 + 4 / 70, 25, 110.2, 25.2)
    hole = shapely.difference(halves[0], shapely.box(110.01, 25.01, 110.03, 25.03))
    towns = np.array([triangle if triangle.area else None, hole, halves[1], halves[0]])
    line = shapely.LineString([(110 + (x + shift) / 70, 25 + y / 70) for x, y in road])
    lines = Lines.from_geometries(np.array([line]))
    use_form("plain")
    plain = partition_lines(lines, towns)
    use_form("compiled")
    _same(plain, partition_lines(lines, towns))


@pytest.mark.parametrize("form", FORMS)
def test_the_answer_does_not_depend_on_how_much_is_done_at_once(
    form: str, use_form: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, stations, towns = _province(25.27)
    use_form(form)

    def answer() -> tuple[Intervals, np.ndarray, Intervals, np.ndarray]:
        reach = reach_of_discs(lines, stations, radius_m=3_000)
        split = reach.inside.intersection(partition_lines(lines, towns, among=reach.inside))
        return reach.inside, reach.distance_m, split, lines.lengths_m(split)

    whole = answer()
    monkeypatch.setattr(compiled, "_CHUNK", 97)
    monkeypatch.setattr(neighbourhoods, "_PARTS_AT_ONCE", 101)
    monkeypatch.setattr(neighbourhoods, "_VERTICES_AT_ONCE", 500)
    monkeypatch.setattr(partition, "_PARTS_AT_ONCE", 103)
    pieces = answer()
    for one, other in zip(whole[::2], pieces[::2], strict=True):
        assert np.array_equal(one.start, other.start)
        assert np.array_equal(one.end, other.end)
        assert np.array_equal(one.label, other.label)
    assert np.array_equal(whole[1], pieces[1])
    assert np.array_equal(whole[3], pieces[3])


@pytest.mark.parametrize("form", FORMS)
def test_a_road_is_cut_and_measured_to_the_same_bit_alone_and_among_others(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million vertices stand before the same roads: their places are another number, no more."""
    lines, stations, towns = _province(31.2)
    size, ahead = 10_000_000, 200_000
    monkeypatch.setattr(compiled, "MANY", size if form == "compiled" else sys.maxsize)
    far = np.tile([[70.0, 10.0], [70.01, 10.0], [70.02, 10.0], [70.03, 10.0], [70.04, 10.0]],
                  (ahead, 1))  # fmt: skip
    first = np.concatenate((np.arange(ahead) * 5, lines.first + len(far)))
    owner = np.concatenate((np.arange(ahead), lines.part_line + ahead))
    late = Lines(lines.size + ahead, owner, first, np.concatenate((far, lines.lonlat)), among=size)
    assert len(far) == 1_000_000
    assert lines.as_piece_of(size).work_size == size
    answers = []
    for some in (lines.as_piece_of(size), late):
        reach = reach_of_discs(some, stations, radius_m=5_000)
        split = reach.inside.intersection(partition_lines(some, towns, among=reach.inside))
        length_m = some.lengths_m(split)
        answers.append((split, length_m, reach.distance_m, reach.station))
    (alone, alone_m, *nearest), (among, among_m, *also) = answers
    assert len(alone) > 1_000
    assert np.array_equal(alone.part + ahead, among.part)
    assert np.array_equal(alone.label, among.label)
    assert np.array_equal(alone.start, among.start - len(far))
    assert np.array_equal(alone.end, among.end - len(far))
    assert np.array_equal(alone_m, among_m)
    for mine, theirs in zip(nearest, also, strict=True):
        assert np.array_equal(mine, theirs[ahead:])


def test_without_numba_much_work_is_done_by_plain_arrays_and_one_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(name: str) -> None:
        message = f"Numba needs NumPy 2.4 or less\nasked for {name}"
        raise ImportError(message)

    lines, stations, _ = _province(25.27)
    expected = stretches_in_discs(lines, stations, radius_m=1_000)
    monkeypatch.setattr(compiled, "MANY", 0)
    monkeypatch.setattr(importlib, "import_module", refuse)
    compiled.load_loops.cache_clear()
    try:
        with pytest.warns(
            SlowWarning, match=r"(?s)Numba needs NumPy 2\.4 or less.*qxgeo\[fast\]"
        ) as told:
            found = stretches_in_discs(lines, stations, radius_m=1_000)
        assert len(told) == 1
        assert "道路" in str(told[0].message)
        assert "50,000 places" in str(told[0].message)
        _same(expected, found)
        _same(expected, stretches_in_discs(lines, stations, radius_m=1_000))  # said once
    finally:
        compiled.load_loops.cache_clear()


def test_a_district_never_imports_numba() -> None:
    code = (
        "import sys, numpy as np, shapely\n"
        "from qxgeo.geodesy import Lines, nearest_feature, partition_lines, reach_of_discs\n"
        "roads = shapely.linestrings(np.random.default_rng(1).normal(110, 0.1, (20_000, 3, 2)))\n"
        "roads = shapely.transform(roads, lambda x: x - [0, 85])\n"
        "lines = Lines.from_geometries(roads)\n"
        "inside = reach_of_discs(lines, np.array([[110.0, 25.0]]), radius_m=1000).inside\n"
        "lines.lengths_m(partition_lines(lines, np.array([shapely.box(110, 25, 111, 26)])))\n"
        "assert len(inside)\n"
        "assert (nearest_feature(roads, roads[:9])[0][:9] == 0).all()\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_work_that_is_one_of_many_pieces_stays_in_its_thread() -> None:
    def who(begin: int, end: int) -> tuple[int, int, int]:
        return begin, end, threading.get_ident()

    shared, size = compiled.in_threads(100_000, who), 100_000
    with compiled.in_this_thread():
        alone = compiled.in_threads(size, who)
    assert [one[:2] for one in alone] == [one[:2] for one in shared]
    assert {one[2] for one in alone} == {threading.get_ident()}
    assert threading.get_ident() not in {one[2] for one in compiled.in_threads(size, who)}
