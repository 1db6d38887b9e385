"""Nearest places of features, against dense inverse geodesics, over China's latitudes."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import affinity

from qxgeo.geodesy import (
    Gathered,
    NearestPlaces,
    draw_discs,
    edge_distances_m,
    nearest_feature,
    nearest_places,
    nearest_station,
    pair_distances_m,
)
from qxgeo.geodesy.ellipsoid import to_earth_centred

if TYPE_CHECKING:
    from collections.abc import Callable

# Every test here runs on plain arrays and on compiled loops.
pytestmark = pytest.mark.usefixtures("form")
# But one that sets the two against each other chooses them itself.
once = pytest.mark.parametrize("form", ["plain"], indirect=True)
BOTH_FORMS = [HealthCheck.function_scoped_fixture]
KARNEY = Geod(ellps="WGS84")
KINDS = ("point", "points", "line", "lines", "parcel", "courtyard", "parcels")


def _shapes(*geometries: shapely.Geometry) -> np.ndarray:
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array


def _draw(kind: str, lon: float, lat: float, size_deg: float, seed: int) -> shapely.Geometry:
    """Draw a feature of some kind about a place, as crooked as the seed makes it."""
    rng = np.random.default_rng(seed)
    spots = rng.uniform(-1, 1, (5, 2)) * size_deg + [lon, lat]
    angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
    round_about = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    ring = round_about * rng.uniform(0.4, 1, (9, 1)) * size_deg + [lon, lat]
    hole = round_about[::-1] * 0.2 * size_deg + [lon, lat]
    parcel = shapely.make_valid(shapely.Polygon(ring))
    return {
        "point": shapely.Point(lon, lat),
        "points": shapely.MultiPoint(spots),
        "line": shapely.LineString(spots),
        "lines": shapely.MultiLineString([spots[:2], spots[2:]]),
        "parcel": parcel,
        "courtyard": shapely.make_valid(shapely.Polygon(ring, [hole])),
        "parcels": shapely.union_all(
            _shapes(parcel, affinity.translate(parcel, 2.5 * size_deg, size_deg))
        ),
    }[kind]


def _paths(geometry: shapely.Geometry) -> list[np.ndarray]:
    """Give the vertices of every part and ring."""
    flat = geometry if geometry.geom_type == "Point" else geometry.boundary
    flat = geometry if shapely.get_dimensions(geometry) < 2 else flat
    return [shapely.get_coordinates(part) for part in shapely.get_parts(flat)]


def _steps(geometry: shapely.Geometry, step_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """Cut outlines into short pieces, straight in degrees: begin and end, shape (k, 2) each."""
    begin, end = [], []
    for path in _paths(geometry):
        pieces = list(pairwise(path)) or [(path[0], path[0])]
        for a, b in pieces:
            share = np.linspace(0, 1, int(np.abs(b - a).max() / step_deg) + 2)[:, None]
            spots = a * (1 - share) + b * share
            begin.append(spots[:-1])
            end.append(spots[1:])
    return np.concatenate(begin), np.concatenate(end)


def _inverse_m(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Karney's distance between each of some places and each of others, shape (n, m)."""
    first = np.repeat(here, len(there), axis=0)
    second = np.tile(there, (len(here), 1))
    return np.reshape(KARNEY.inv(*first.T, *second.T)[2], (len(here), len(there)))


def _dense_distance_m(mine: shapely.Geometry, theirs: shapely.Geometry) -> float:
    """Find the least inverse geodesic: the best dozen pairs of pieces, sampled ever finer.

    Between straight pieces of 500 m the distance is convex, so each zoom, to a quarter of the
    window about the best sample, keeps the minimum; in the last the samples are 1 cm apart. A
    distance so found is one that exists: the true one can only be smaller.
    """
    (a, b), (c, d) = _steps(mine, 0.005), _steps(theirs, 0.005)
    coarse = _inverse_m((a + b) / 2, (c + d) / 2)
    least = np.inf
    for flat in np.argsort(coarse, axis=None)[:12]:
        i, j = np.unravel_index(flat, coarse.shape)
        low, high = np.zeros(2), np.ones(2)
        for _ in range(7):
            share = np.linspace(low, high, 11)
            here = a[i] + (b[i] - a[i]) * share[:, :1]
            there = c[j] + (d[j] - c[j]) * share[:, 1:]
            away = _inverse_m(here, there)
            best = np.array(np.unravel_index(np.argmin(away), away.shape))
            least = min(least, float(away.min()))
            middle, half = share[best, [0, 1]], (high - low) / 8
            low, high = np.maximum(middle - half, 0), np.minimum(middle + half, 1)
    return least


def _check_places(found: NearestPlaces, mine: np.ndarray, theirs: np.ndarray) -> None:
    """See that a distance is that between its two places, and that they lie on the features."""
    karney = KARNEY.inv(*found.subject_lonlat.T, *found.reference_lonlat.T)[2]
    assert np.abs(found.distance_m - karney).max() < 1e-5  # as ground distances up to 50 km
    on_mine = shapely.distance(shapely.points(found.subject_lonlat), mine)
    on_theirs = shapely.distance(shapely.points(found.reference_lonlat), theirs[found.reference])
    assert max(on_mine.max(), on_theirs.max()) < 1e-12  # degrees: 0.1 micrometre


@settings(max_examples=120, deadline=None, suppress_health_check=BOTH_FORMS)
@given(
    kinds=st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)),
    lat=st.floats(18, 54),
    away_m=st.floats(0, 50_000),
    azimuth=st.floats(0, 360),
    sizes=st.tuples(st.floats(1e-4, 0.05), st.floats(1e-4, 0.05)),
    seed=st.integers(0, 10_000),
)
def test_the_distance_of_two_features_is_the_least_inverse_geodesic(
    kinds: tuple[str, str],
    lat: float,
    away_m: float,
    azimuth: float,
    sizes: tuple[float, float],
    seed: int,
) -> None:
    lon2, lat2, _ = KARNEY.fwd(110.0, lat, azimuth, away_m)
    mine = _shapes(_draw(kinds[0], 110.0, lat, sizes[0], seed))
    theirs = _shapes(_draw(kinds[1], lon2, lat2, sizes[1], seed + 1))
    found = nearest_places(mine, theirs)
    _check_places(found, mine, theirs)
    if shapely.intersects(mine[0], theirs[0]):
        assert found.distance_m[0] == 0
    else:
        dense_m = _dense_distance_m(mine[0], theirs[0])
        assert found.distance_m[0] <= dense_m + 1e-3
        # Points a last digit of a degree apart (a nanometre) touch nowhere and are at no distance.
        assert found.distance_m[0] > 0 or dense_m < 1e-6


@pytest.mark.parametrize("lat", [18.2, 31.2, 53.5])
@pytest.mark.parametrize("away_m", [30, 3_000, 49_000])
def test_a_long_edge_is_straight_in_degrees_not_along_the_geodesic(
    lat: float, away_m: float
) -> None:
    """Half a degree along a parallel; the place due south or north of its middle is nearest.

    By symmetry in the meridian of the middle. The geodesic between the ends runs up to 100 m off.
    """
    road = shapely.LineString([(109.75, lat), (110.25, lat)])
    there = KARNEY.fwd(110.0, lat, 180, away_m)[:2]  # south: the parallel bends away from it
    found = nearest_places(_shapes(shapely.Point(there)), _shapes(road))
    assert found.distance_m[0] == pytest.approx(away_m, abs=1e-5)
    assert found.reference_lonlat[0] == pytest.approx([110.0, lat], abs=1e-7)


@cache
def _province(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Subjects from Hainan to Heilongjiang, references about each, in no order."""
    rng = np.random.default_rng(seed)
    middles = np.stack((rng.uniform(75, 134, 60), rng.uniform(18, 53, 60)), axis=1)
    subjects = [
        _draw(KINDS[k % len(KINDS)], lon, lat, 0.003, seed + k)
        for k, (lon, lat) in enumerate(middles)
    ]
    around = np.repeat(middles, 12, axis=0) + rng.normal(0, 0.04, (720, 2))
    references = [
        _draw(KINDS[k % len(KINDS)], lon, lat, 0.002, seed - k)
        for k, (lon, lat) in enumerate(around[rng.permutation(720)])
    ]
    return _shapes(*subjects), _shapes(*references)


@cache
def _true_distances(seed: int) -> list[tuple[float, dict[int, float]]]:
    """For each subject of a province: a bound of its distance, and that of all possible nearest."""
    subjects, references = _province(seed)
    vertices, owner = shapely.get_coordinates(
        shapely.segmentize(references, 5e-4), return_index=True
    )
    found = []
    for subject in subjects:
        here = shapely.get_coordinates(shapely.segmentize(subject, 5e-4))
        # What lies a degree off is at least 64 km away (111.3 km times the cosine of 55 degrees).
        about = np.flatnonzero((np.abs(vertices - here[0]) < 1.1).all(axis=1))
        away = _inverse_m(here, vertices[about]).min(axis=0)
        assert away.min() < 60_000
        # Samples lie up to 56 m apart: any reference not nearer than this cannot be the nearest.
        rivals = np.unique(owner[about[away < away.min() + 56 + 1]])
        dense = {
            k: 0.0
            if shapely.intersects(subject, references[k])
            else _dense_distance_m(subject, references[k])
            for k in (int(rival) for rival in rivals)
        }
        found.append((float(away.min()), dense))
    return found


def test_of_many_references_over_the_country_the_nearest_is_found() -> None:
    subjects, references = _province(5000)
    found = nearest_places(subjects, references)
    _check_places(found, subjects, references)
    for (bound_m, dense), distance_m, nearest in zip(
        _true_distances(5000), found.distance_m, found.reference, strict=True
    ):
        assert distance_m <= bound_m + 1e-6
        assert min(dense.values()) == pytest.approx(distance_m, abs=1e-3)
        assert dense[int(nearest)] == pytest.approx(distance_m, abs=1e-3)


def test_a_distance_does_not_depend_on_the_other_subjects_or_their_order() -> None:
    subjects, references = _province(9000)
    together = nearest_places(subjects, references)
    order = np.random.default_rng(1).permutation(len(subjects))
    mixed = nearest_places(subjects[order], references)
    assert np.abs(mixed.distance_m - together.distance_m[order]).max() < 1e-8
    assert np.array_equal(mixed.reference, together.reference[order])
    for k in range(len(subjects)):
        alone = nearest_places(subjects[k : k + 1], references)
        # Alone or in a row, sines are rounded otherwise: 1e-9 m.
        assert alone.distance_m[0] == pytest.approx(together.distance_m[k], abs=1e-8)
        assert alone.reference[0] == together.reference[k]
        assert alone.reference_lonlat[0] == pytest.approx(together.reference_lonlat[k], abs=1e-12)


def test_blocks_of_subjects_measured_side_by_side_give_what_one_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subjects, references = _province(6000)
    whole = nearest_places(subjects, references)
    monkeypatch.setattr("qxgeo.geodesy.nearest._BLOCK_SIZE", 7)  # nine blocks, the last of four
    parts = nearest_places(subjects, references)
    assert np.array_equal(parts.reference, whole.reference)
    assert np.abs(parts.distance_m - whole.distance_m).max() < 1e-8
    assert np.abs(parts.subject_lonlat - whole.subject_lonlat).max() < 1e-12


def test_it_makes_no_difference_which_of_two_features_is_the_subject() -> None:
    subjects, references = _province(7000)
    for mine, theirs in zip(subjects[:20], references[:20], strict=True):
        there = nearest_feature(_shapes(mine), _shapes(theirs))[0][0]
        back = nearest_feature(_shapes(theirs), _shapes(mine))[0][0]
        assert there == pytest.approx(back, rel=1e-9)


@pytest.mark.parametrize("away_m", [60_000, 300_000, 2_000_000])
def test_beyond_fifty_kilometres_the_distance_is_right_to_a_millionth(away_m: float) -> None:
    """Stations on a circle, one a millionth of the way nearer: the chord knows, the arc decides."""
    azimuth = np.arange(0, 360, 7.0)
    ring = np.full(len(azimuth), away_m)
    ring[17] *= 1 - 2e-6
    lon, lat, _ = KARNEY.fwd(np.full(len(ring), 104.0), np.full(len(ring), 35.0), azimuth, ring)
    references = shapely.points(lon, lat)
    distance_m, nearest = nearest_feature(_shapes(shapely.Point(104, 35)), references)
    assert nearest.tolist() == [17]
    assert distance_m[0] == pytest.approx(ring[17], rel=1e-9)


def test_what_touches_or_overlaps_is_at_no_distance_and_meets_in_a_place_of_both() -> None:
    lot = shapely.box(110.0, 25.0, 110.01, 25.01)
    mine = _shapes(
        shapely.Point(110.005, 25.005),  # inside
        shapely.Point(110.01, 25.003),  # on the edge
        shapely.box(110.01, 25.0, 110.02, 25.01),  # neighbours share an edge
        shapely.box(110.01, 25.01, 110.02, 25.02),  # neighbours share a corner
        shapely.box(109.9, 24.9, 110.1, 25.1),  # around it
        shapely.LineString([(109.99, 25.005), (110.02, 25.006)]),  # across
        shapely.LineString([(110.002, 25.002), (110.003, 25.003)]),  # within
    )
    found = nearest_places(mine, _shapes(lot))
    assert found.distance_m.tolist() == [0] * 7
    assert found.reference.tolist() == [0] * 7
    assert np.array_equal(found.subject_lonlat, found.reference_lonlat)
    meeting = shapely.points(found.subject_lonlat)
    assert shapely.distance(meeting, mine).max() < 1e-12
    assert shapely.distance(meeting, lot).max() < 1e-12


def test_a_place_in_a_courtyard_is_measured_to_the_wall_of_the_courtyard() -> None:
    house = shapely.Polygon(
        shapely.box(110.0, 25.0, 110.01, 25.01).exterior.coords,
        [shapely.box(110.004, 25.004, 110.006, 25.006).exterior.coords],
    )
    distance_m, _ = nearest_feature(_shapes(shapely.Point(110.0045, 25.005)), _shapes(house))
    # The western wall is a meridian: the foot of the perpendicular lies 1e-6 m off the parallel.
    wall_m = KARNEY.inv(110.0045, 25.005, 110.004, 25.005)[2]
    assert distance_m[0] == pytest.approx(wall_m, abs=1e-5)


def test_a_collection_is_as_near_as_the_nearest_of_its_parts() -> None:
    parts = [
        shapely.Point(110.02, 25.0),
        shapely.LineString([(110.03, 25.01), (110.01, 25.02)]),
        shapely.MultiPolygon([shapely.box(109.98, 25.0, 109.99, 25.01)]),
    ]
    nested = shapely.GeometryCollection([parts[0], shapely.GeometryCollection(parts[1:])])
    here = _shapes(shapely.Point(110, 25), shapely.Point(110.02, 25.03))
    apart = np.array([nearest_feature(here, _shapes(part))[0] for part in parts])
    assert nearest_feature(here, _shapes(nested))[0].tolist() == apart.min(axis=0).tolist()
    assert nearest_feature(_shapes(nested), here[:1])[0][0] == apart[:, 0].min()


def test_heights_do_not_count() -> None:
    high = _shapes(shapely.LineString([(110.01, 25, 900), (110.01, 25.1, 900)]))
    flat = shapely.force_2d(high)
    here = _shapes(shapely.Point(110, 25.05, 300))
    assert nearest_feature(here, high)[0] == nearest_feature(here, flat)[0]


def test_of_references_at_the_same_distance_the_first_counts() -> None:
    """Two lots share the wall that faces the place; each in turn is the first."""
    south = shapely.Polygon([(110.01, 25.0), (110.02, 25.0), (110.02, 25.01), (110.01, 25.01)])
    wall = shapely.LineString([(110.01, 25.007), (110.01, 25.002)])
    gate = shapely.Point(110.01, 25.005)
    here = _shapes(shapely.Point(110.0, 25.005))
    foot = nearest_places(here, _shapes(south)).reference_lonlat[0]
    on_wall = shapely.Point(foot)
    for references in (_shapes(south, wall), _shapes(wall, south), _shapes(on_wall, wall, gate)):
        assert nearest_feature(here, references)[1].tolist() == [0]
    assert nearest_feature(here, _shapes(gate, gate, south))[1][0] in (0, 2)
    corner = _shapes(shapely.Point(110.0, 24.99))
    lots = [shapely.box(110.01, 25.0, 110.02, 25.01), shapely.box(110.01, 24.995, 110.02, 25.0)]
    twin = [lots[0], shapely.reverse(lots[0])]
    assert nearest_feature(corner, _shapes(*lots))[1].tolist() == [1]
    assert nearest_feature(corner, _shapes(*twin))[1].tolist() == [0]


@pytest.mark.parametrize("most_entries", [1, 1_000_000])
def test_a_reference_with_more_vertices_in_reach_than_a_first_look_takes_in(
    monkeypatch: pytest.MonkeyPatch, most_entries: int
) -> None:
    """From the middle of a drawn disc all its 720 corners are equally far; edges are nearer.

    The disc of 5 km: an edge of the polygon passes cos(0.25 deg) of the way of its corners.
    """
    monkeypatch.setattr("qxgeo.geodesy.approach._MOST_ENTRIES", most_entries)
    middle = np.array([[104.0, 35.0]])
    disc = shapely.boundary(draw_discs(middle, radius_m=5_000))
    corner_m = KARNEY.inv(*shapely.get_coordinates(disc)[0], 104.0, 35.0)[2]
    distance_m, _ = nearest_feature(shapely.points(middle), disc)
    assert distance_m[0] == pytest.approx(corner_m * np.cos(np.radians(0.25)), abs=2e-3)
    assert distance_m[0] == pytest.approx(
        _dense_distance_m(shapely.Point(middle[0]), disc[0]), abs=1e-3
    )


def test_the_nearest_of_many_stations_is_the_one_with_the_least_inverse_geodesic() -> None:
    rng = np.random.default_rng(3)
    places = np.stack((rng.uniform(109, 112, 400), rng.uniform(24, 26, 400)), axis=1)
    stations = np.stack((rng.uniform(109, 112, 40), rng.uniform(24, 26, 40)), axis=1)
    karney = _inverse_m(places, stations)
    distance_m, station = nearest_station(shapely.points(places), stations)
    assert station.tolist() == karney.argmin(axis=1).tolist()
    assert np.abs(distance_m - karney.min(axis=1)).max() < 1e-5
    twice = np.concatenate((stations, stations))
    assert nearest_station(shapely.points(places), twice)[1].max() < 40


def test_edges_of_a_thousandth_of_a_degree_are_straight_in_space_to_half_a_millimetre() -> None:
    rng = np.random.default_rng(4)
    azimuth = rng.uniform(0, 2 * np.pi, 5_000)
    first = np.stack((rng.uniform(73, 135, 5_000), rng.uniform(18, 54, 5_000)), axis=1)
    last = first + 0.001 * np.stack((np.cos(azimuth), np.sin(azimuth)), axis=1)
    a, b = to_earth_centred(*first.T), to_earth_centred(*last.T)
    for share in (0.25, 0.5, 0.75):
        drawn = to_earth_centred(*(first + (last - first) * share).T)
        assert np.linalg.norm(drawn - (a + (b - a) * share), axis=0).max() < 5e-4


@pytest.mark.parametrize("measure", [nearest_feature, nearest_places])
def test_a_distance_to_or_from_nothing_is_refused(measure: object) -> None:
    point, nothing = _shapes(shapely.Point(110, 25)), np.empty(0, dtype=object)
    with pytest.raises(ValueError, match="no reference"):
        measure(point, nothing)  # type: ignore[operator]
    for empty in (shapely.Polygon(), None):
        with pytest.raises(ValueError, match="empty"):
            measure(point, _shapes(point[0], empty))  # type: ignore[operator]
        with pytest.raises(ValueError, match="empty"):
            measure(_shapes(empty), point)  # type: ignore[operator]


def test_no_subject_has_no_distance() -> None:
    found = nearest_places(np.empty(0, dtype=object), _shapes(shapely.Point(110, 25)))
    assert found.distance_m.shape == found.reference.shape == (0,)
    assert found.subject_lonlat.shape == found.reference_lonlat.shape == (0, 2)


def test_a_long_line_is_met_where_it_runs_and_nowhere_else() -> None:
    turn = np.linspace(0, 2 * np.pi, 200)
    ring = shapely.LineString(np.stack((110 + 0.1 * np.cos(turn), 25 + 0.1 * np.sin(turn)), 1))
    long = shapely.MultiLineString([ring, [(110.3, 25), (110.4, 25)]])
    short = shapely.LineString([(110.2, 24.9), (110.2, 25.1)])
    corners = shapely.points(shapely.get_coordinates(ring))
    middle = shapely.Point(110, 25)
    across = shapely.box(110.09, 24.99, 110.21, 25.01)  # over both: the first of them counts
    subjects = np.array([*corners, middle, across, shapely.Point(110.35, 25)], dtype=object)
    distance_m, reference = nearest_feature(subjects, np.array([short, long], dtype=object))
    met = shapely.intersects(subjects, long) | shapely.intersects(subjects, short)
    assert met.sum() == len(subjects) - 1
    assert (distance_m == 0).tolist() == met.tolist()
    assert reference.tolist() == [1] * len(corners) + [1, 0, 1]


def test_pairs_are_as_far_apart_as_each_alone() -> None:
    rng = np.random.default_rng(11)
    sides = []
    for _ in range(2):
        lon, lat = rng.uniform(109.99, 110.01, 80), rng.uniform(24.99, 25.01, 80)
        drawn = (_draw(rng.choice(KINDS), lon[n], lat[n], 0.004, n) for n in range(80))
        sides.append(_shapes(*drawn))
    told = pair_distances_m(*sides)
    alone = [nearest_feature(sides[0][[at]], sides[1][[at]])[0][0] for at in range(len(sides[0]))]
    assert told == pytest.approx(alone, abs=1e-6)
    assert (told == 0).sum() == shapely.intersects(*sides).sum() > 0
    assert len(pair_distances_m(_shapes(), _shapes())) == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([shapely.Point(110, 25)], []),
        ([shapely.Point(110, 25)], [shapely.Point(110, 25)] * 2),
        ([shapely.Point()], [shapely.Point(110, 25)]),
    ],
)
def test_a_pair_has_two_sides_that_are_somewhere(
    first: list[shapely.Point], second: list[shapely.Point]
) -> None:
    with pytest.raises(ValueError, match=r"pair|empty|no reference"):
        pair_distances_m(_shapes(*first), _shapes(*second))


@cache
def _town(lat: float, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Places, streets and parcels, some on one another, and references of every sort."""
    rng = np.random.default_rng(seed)
    middle = np.array([110, lat])
    spots = rng.normal(0, 0.02, (900, 2)) + middle
    kinds = [KINDS[number % len(KINDS)] for number in range(900)]
    sizes = rng.choice([2e-4, 1e-3, 8e-3], 900)
    drawn = [
        _draw(k, *spot, s, n)
        for n, (k, spot, s) in enumerate(zip(kinds, spots, sizes, strict=True))
    ]
    long = shapely.LineString(np.cumsum(rng.normal(0, 0.002, (80, 2)), axis=0) + middle)
    ring = shapely.Point(110, lat).buffer(0.03, quad_segs=40)
    return _shapes(*drawn[:600], long, ring), _shapes(*drawn[600:], ring, ring.boundary, long)


@once
@pytest.mark.parametrize("lat", [18.2, 53.5])
@pytest.mark.parametrize("kind", ["all", *KINDS])
def test_both_forms_find_the_same_nearest_features(
    lat: float, kind: str, use_form: Callable[[str], None]
) -> None:
    subjects, references = _town(lat)
    if kind != "all":  # few enough that many subjects meet none
        references = references[KINDS.index(kind) : 300 : len(KINDS) * 4]
    answers = []
    for form in ("plain", "compiled"):
        use_form(form)
        answers.append(nearest_places(subjects, references))
    plain, fast = answers
    assert np.array_equal(plain.reference, fast.reference)
    assert np.array_equal(plain.distance_m == 0, fast.distance_m == 0)
    assert np.abs(plain.distance_m - fast.distance_m).max() < 1e-7
    _check_places(fast, subjects, references)


@once
def test_what_is_gathered_once_is_as_near_as_what_is_gathered_anew(
    use_form: Callable[[str], None],
) -> None:
    subjects, references = _town(25.27)
    for form in ("plain", "compiled"):
        use_form(form)
        mine, theirs = Gathered(subjects), Gathered(references)
        for _ in range(2):
            distance_m, number = nearest_feature(mine, theirs)
            expected_m, expected = nearest_feature(subjects, references)
            assert np.array_equal(distance_m, expected_m)
            assert np.array_equal(number, expected)
        some = np.arange(1, len(subjects), 3)
        assert np.array_equal(nearest_feature(mine.take(some), theirs)[0], expected_m[some])
        spots = Gathered(shapely.points(mine.corners))
        from_all_m = nearest_feature(spots, theirs)[0]
        assert np.array_equal(nearest_feature(spots.take(some), theirs)[0], from_all_m[some])
        assert len(nearest_feature(spots.take(some[:0]), theirs)[0]) == 0


@once
@pytest.mark.parametrize("kind", ["point", "parcel", "mixed"])
def test_neighbours_that_search_together_find_what_each_finds_alone(
    kind: str, use_form: Callable[[str], None]
) -> None:
    """Crowds and loners, few references and too many for a block, corners of 500 m and of 5 m."""
    rng = np.random.default_rng(11)
    middles = np.concatenate(
        (rng.normal(0, 0.001, (150, 2)), rng.normal(0, 0.05, (100, 2)), np.zeros((3, 2)))
    )
    kinds = ("point", "parcel", "line", "courtyard") if kind == "mixed" else (kind,)
    subjects = _shapes(
        *(
            _draw(kinds[n % len(kinds)], 110 + x, 25.27 + y, rng.choice([5e-5, 5e-3]), n)
            for n, (x, y) in enumerate(middles)
        )
    )
    spots = np.concatenate((rng.normal(0, 0.0005, (300, 2)), rng.normal(0, 0.2, (40, 2))))
    references = _shapes(
        *(_draw("parcel", 110.01 + x, 25.27 + y, 2e-4, n) for n, (x, y) in enumerate(spots))
    )
    use_form("plain")
    plain_m, plain = nearest_feature(subjects, references)
    use_form("compiled")
    fast_m, fast = nearest_feature(subjects, references)
    assert np.array_equal(plain, fast)
    assert np.abs(plain_m - fast_m).max() < 1e-7
    for row in range(0, len(subjects), 10):
        alone_m, alone = nearest_feature(subjects[row : row + 1], references)
        assert (alone_m[0], alone[0]) == (fast_m[row], fast[row])


def test_the_way_to_an_edge_is_measured_once_and_from_both_sides() -> None:
    area = shapely.Polygon(
        [(110, 25), (110.1, 25), (110.1, 25.1), (110, 25.1)],
        [[(110.04, 25.04), (110.06, 25.04), (110.06, 25.06), (110.04, 25.06)]],
    )
    places = Gathered(shapely.points([(110.02, 25.05), (110.05, 25.05), (110.2, 25.05), (110, 25)]))
    away_m = edge_distances_m(places, area)
    edges = _shapes(area.exterior, *area.interiors)
    assert np.array_equal(away_m, nearest_feature(places, edges)[0])
    assert away_m[0] == pytest.approx(KARNEY.inv(110.02, 25.05, 110, 25.05)[2], abs=0.01)
    assert away_m[3] == 0
    assert edge_distances_m(places, area) is away_m
