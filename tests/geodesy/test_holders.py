"""Which area holds a point or a box, on plain arrays and on compiled loops."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qxgeo.geodesy import UNSURE, first_holders, first_holders_of_boxes

MIDDLE = np.array([110, 25])


def _country(seed: int = 4) -> np.ndarray:
    """Towns with gaps, one with a hole, one over others, an empty one and a missing one."""
    rng = np.random.default_rng(seed)
    seeds = shapely.multipoints(rng.uniform(-0.2, 0.2, (25, 2)) + MIDDLE)
    towns = shapely.get_parts(shapely.voronoi_polygons(seeds))
    towns[3] = shapely.difference(towns[3], towns[3].centroid.buffer(0.01))
    large = shapely.box(109.85, 24.85, 110.05, 25.05)
    return np.array([None, shapely.Polygon(), *towns[:20], large], dtype=object)


@pytest.mark.usefixtures("form")
def test_a_point_is_held_by_the_first_area_that_touches_it() -> None:
    towns = _country()
    rng = np.random.default_rng(5)
    corners = shapely.get_coordinates(towns)  # on edges of several
    lonlat = np.concatenate((rng.uniform(-0.3, 0.3, (3_000, 2)) + MIDDLE, corners))
    held = np.stack([shapely.intersects(town, shapely.points(lonlat)) for town in towns])
    expected = np.where(held.any(axis=0), held.argmax(axis=0), -1)
    found = first_holders(lonlat, towns)
    assert np.array_equal(found, expected)
    assert (found == -1).any()
    assert np.array_equal(first_holders(lonlat[:50], towns, among=10**6), expected[:50])
    assert np.array_equal(first_holders(lonlat, towns[:2]), np.full(len(lonlat), -1))


@pytest.mark.usefixtures("form")
def test_a_box_is_held_only_where_every_place_of_it_is(form: str) -> None:
    towns = _country()
    rng = np.random.default_rng(6)
    low = rng.uniform(-0.3, 0.3, (3_000, 2)) + MIDDLE
    high = low + rng.uniform(0, 0.004, (3_000, 2))
    found = first_holders_of_boxes(low, high, towns)
    sure = np.flatnonzero(found != UNSURE)
    assert (len(sure) > 500) == (form == "compiled")  # little work is all unsure
    boxes = shapely.box(*low[sure].T, *high[sure].T)
    assert shapely.covers(towns[found[sure]], boxes).all()
    before = [shapely.intersects(boxes, town) & (found[sure] > k) for k, town in enumerate(towns)]
    assert not np.any(before)
