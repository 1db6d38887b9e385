"""The grid over town lines: which towns are near, and which lines stand there twice."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qxgeo.geodesy import Lines, Territories, partition_lines

cells = pytest.importorskip("qxgeo.geodesy.loops.cells", reason="compiled loops need Numba")

TWIN = 6  # place in what the cells of a grid hold


def _squares(side: int) -> np.ndarray:
    """Draw towns side by side, south-west to north-east, 0.01 degrees wide."""
    west, south = (part.ravel() for part in np.meshgrid(*[np.arange(side) / 100] * 2))
    return np.asarray(shapely.box(110 + west, 25 + south, 110.01 + west, 25.01 + south))


def _key(edge: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(sorted(tuple(end) for end in edge.reshape(2, 2).round(9).tolist()))


def test_a_line_between_two_towns_stands_there_twice_and_each_knows_the_other() -> None:
    towns = np.append(_squares(4), shapely.box(110.005, 25.005, 110.015, 25.015))
    corner = np.round(shapely.get_coordinates(towns), 9)  # neighbours write one line alike
    towns = shapely.set_coordinates(towns, corner)
    edges, _, _, _, inner = Territories(towns).grid(cells)
    twin = inner[TWIN]
    keys = [_key(edge) for edge in edges]
    for edge, other in enumerate(twin):
        if other < 0:
            assert keys.count(keys[edge]) == 1
        else:
            assert other != edge
            assert twin[other] == edge
            assert keys[other] == keys[edge]
    assert np.count_nonzero(twin >= 0) == 2 * 2 * 4 * 3  # lines between 4 by 4 towns


def test_a_line_that_is_there_three_times_is_a_pair_and_one_alone() -> None:
    town = shapely.box(110, 25, 110.01, 25.01)
    edges, _, _, _, inner = Territories(np.array([town] * 3)).grid(cells)
    twin = inner[TWIN]
    assert np.count_nonzero(twin < 0) == len(edges) / 3
    paired = np.flatnonzero(twin >= 0)
    assert np.array_equal(twin[twin[paired]], paired)


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_a_road_is_cut_the_same_however_often_a_line_stands_there(copies: int) -> None:
    """What comes first holds: copies behind it change nothing."""
    rng = np.random.default_rng(3)
    towns = _squares(5)
    walks = np.array([110.025, 25.025]) + np.cumsum(rng.normal(0, 0.003, (400, 6, 2)), axis=1)
    lines = Lines.from_geometries(shapely.linestrings(walks)).as_piece_of(1 << 62)
    once = partition_lines(lines, towns)
    found = partition_lines(lines, np.tile(towns, copies))
    for name in ("part", "start", "end", "label"):
        assert np.array_equal(getattr(found, name), getattr(once, name))
    assert len(found) > 800


def test_towns_near_boxes_are_those_that_a_tree_finds() -> None:
    rng = np.random.default_rng(8)
    low = rng.uniform(0, 1, (300, 2))
    bounds = np.concatenate((low, low + rng.uniform(0, 0.05, (300, 2))), axis=1)
    low = rng.uniform(0.2, 0.6, (7, 2))
    boxes = np.concatenate((low, low + rng.uniform(0, 0.1, (7, 2))), axis=1)
    tree = shapely.STRtree(shapely.box(*bounds.T))
    expected = np.unique(tree.query(shapely.box(*boxes.T))[1])
    assert 10 < len(expected) < 290
    assert np.array_equal(cells.list_near(bounds, boxes), expected)
    assert len(cells.list_near(bounds, boxes[:0])) == 0
    touching = np.array([[bounds[0, 2], bounds[0, 1], 2.0, bounds[0, 3]]])
    assert 0 in cells.list_near(bounds, touching)


def test_edges_of_some_towns_are_taken_out_of_those_of_all() -> None:
    towns = _squares(3)
    holed = shapely.difference(towns[4], shapely.box(110.012, 25.012, 110.018, 25.018))
    towns = np.array([*towns[:4], holed, None, *towns[5:]])
    territories = Territories(towns)
    which = np.array([7, 4, 0])
    expected, begin = territories.edges(which)
    every, first = territories.edges()
    taken, starts = cells.take_edges(every, first, which)
    assert np.array_equal(taken, expected)
    assert np.array_equal(starts, begin)
    assert np.diff(begin).tolist() == [4, 8, 4]
