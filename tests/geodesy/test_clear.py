"""Squares without a town line say whose a road is, or nothing."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qxgeo.geodesy import Territories

clear = pytest.importorskip("qxgeo.geodesy.loops.clear", reason="compiled loops need Numba")
cells = pytest.importorskip("qxgeo.geodesy.loops.cells", reason="compiled loops need Numba")

NOWHERE = -1
MIDDLE = np.array([110.0, 25.0])


def _towns() -> np.ndarray:
    """Draw towns about 110 E, 25 N: with holes, one over others, and land that is nobody's."""
    rng = np.random.default_rng(7)
    seeds = shapely.multipoints(rng.uniform(-0.1, 0.1, (40, 2)) + MIDDLE)
    towns = shapely.get_parts(shapely.voronoi_polygons(seeds))
    towns = shapely.intersection(towns, shapely.Point(110, 25).buffer(0.09))
    towns = towns[~shapely.is_empty(towns)]
    holed = shapely.difference(towns[0], shapely.centroid(towns[0]).buffer(0.004))
    return np.concatenate(([holed], towns[2:], [shapely.Point(110, 25).buffer(0.03)]))


def _first_cover(towns: np.ndarray, box: shapely.Polygon) -> int:
    covering = np.flatnonzero(shapely.covers(towns, box))
    return int(covering[0]) if len(covering) else NOWHERE


def test_who_is_named_covers_the_box_and_nobody_is_named_beside_a_town_line() -> None:
    towns = _towns()
    territories = Territories(towns)
    grid = territories.grid(cells)
    known = territories.squares(clear, grid)
    rng = np.random.default_rng(11)
    walk = (np.cumsum(rng.normal(0, 0.003, (4_000, 2)), axis=0) + 0.1) % 0.2 - 0.1 + MIDDLE
    half = rng.choice([1e-5, 3e-4, 1e-3], (4_000, 1)) * rng.uniform(0, 1, (4_000, 2))
    lines = shapely.boundary(towns)
    named = 0
    for low, high in zip(walk - half, walk + half, strict=True):
        owner = clear.owner_of_box((*low, *high), *grid, known)
        box = shapely.box(*low, *high)
        if owner == clear.HARD:
            continue
        named += 1
        assert not shapely.intersects(lines, box).any()
        assert owner == _first_cover(towns, box)
    assert named > 1_500  # most boxes are far smaller than a town


def test_a_square_that_an_edge_only_touches_is_not_called_clear() -> None:
    """Corners and edges on the lines between squares: 0.25 degrees are exact in a double."""
    towns = np.array([shapely.box(110, 25, 110.25, 25.25), shapely.box(110.25, 25, 110.5, 25.25)])
    territories = Territories(towns)
    grid = territories.grid(cells)
    known = territories.squares(clear, grid)
    for lon in (110.25 - 1e-13, 110.25, 110.25 + 1e-13):
        assert clear.owner_of_box((lon, 25.1, lon, 25.1), *grid, known) == clear.HARD
    assert clear.owner_of_box((110.1, 25.1, 110.1, 25.1), *grid, known) == 0
    assert clear.owner_of_box((110.4, 25.1, 110.4, 25.1), *grid, known) == 1


def test_threads_share_the_squares_of_the_one_grid() -> None:
    territories = Territories(_towns())
    grid = territories.grid(cells)
    assert territories.squares(clear, grid)[0] is territories.squares(clear, grid)[0]


def test_beyond_the_owners_that_a_square_remembers_they_are_asked_anew() -> None:
    """A square has 16 bits; the last of 66,049 towns are named as the first are."""
    side, size = 257, 0.01
    west, south = (part.ravel() for part in np.meshgrid(*[np.arange(side) * size] * 2))
    towns = shapely.box(110 + west, 20 + south, 110 + west + size, 20 + south + size)
    territories = Territories(towns)
    grid = territories.grid(cells)
    known = territories.squares(clear, grid)
    assert len(towns) > clear.LAST
    for town in (0, 1, 40_000, len(towns) - 400, len(towns) - 2, len(towns) - 1):
        lon, lat = shapely.get_coordinates(shapely.centroid(towns[town]))[0]
        for _ in range(2):
            box = (lon - 1e-5, lat - 1e-5, lon + 1e-5, lat + 1e-5)
            assert clear.owner_of_box(box, *grid, known) == town
    assert known[0].max() <= clear.LAST


def test_marked_squares_of_any_box_are_counted_right_beyond_what_16_bits_hold() -> None:
    rng = np.random.default_rng(2)
    across, up = 400, 300
    squares = rng.choice([clear.UNASKED, clear.MIXED, 7], (up, across), p=[0.2, 0.7, 0.1])
    assert np.count_nonzero(squares == clear.MIXED) > clear.LAST
    counted = np.zeros((up + 1) * (across + 1), dtype=np.uint16)
    clear.count_mixed(squares.astype(np.uint16).ravel(), across, up, counted)
    corner = counted.reshape(up + 1, across + 1).astype(np.int64)
    for _ in range(300):
        low, left = rng.integers(0, up), rng.integers(0, across)
        high, right = min(low + rng.integers(1, 64), up), min(left + rng.integers(1, 64), across)
        found = corner[high, right] - corner[high, left] - corner[low, right] + corner[low, left]
        expected = np.count_nonzero(squares[low:high, left:right] == clear.MIXED)
        assert (found & clear.LAST) == expected
