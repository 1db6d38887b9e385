"""A township of very many findings is parted into neighbourhoods."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely

from qxgeo.maps.scaled.sheets import split_sheets


def scatter(size: int) -> gpd.GeoDataFrame:
    """Scatter points over a strip that is ten times as wide as high."""
    generator = np.random.default_rng(4)
    points = shapely.points(generator.random((size, 2)) * (1.0, 0.1) + (110.0, 25.0))
    return gpd.GeoDataFrame(geometry=points, crs="EPSG:4326")


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 1_000])
def test_every_finding_is_on_one_sheet_and_no_sheet_is_too_large(size: int) -> None:
    sheets = split_sheets(scatter(size), most=100)
    assert sorted(np.concatenate(sheets).tolist()) == list(range(size))
    assert all(len(rows) <= 100 for rows in sheets)
    assert all((np.diff(rows) > 0).all() for rows in sheets)


def test_sheets_of_a_long_strip_lie_side_by_side_from_the_west() -> None:
    table = scatter(400)
    boxes = [table.geometry.iloc[rows].total_bounds for rows in split_sheets(table, most=100)]
    assert len(boxes) == 4
    for left, right in pairwise(boxes):
        assert left[2] <= right[0]


def test_findings_without_a_place_are_on_the_first_sheet() -> None:
    table = scatter(200)
    table.loc[150, "geometry"] = None
    sheets = split_sheets(table, most=100)
    assert 150 in sheets[0]


def test_findings_in_one_spot_are_parted_all_the_same() -> None:
    table = gpd.GeoDataFrame(geometry=[shapely.Point(110, 25)] * 250, crs="EPSG:4326")
    assert [len(rows) for rows in split_sheets(table, most=100)] == [62, 63, 62, 63]
