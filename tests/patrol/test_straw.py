"""Crop land of the units that the straw plan names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from qxgeo.patrol.straw import estimate_straw
from qxgeo.plan import load_plan

if TYPE_CHECKING:
    import geopandas as gpd

    from qxgeo.patrol.model import Patrol

# Measure 5.3.1 names 朝阳乡 (200), 穿山街道 (003) and 华侨旅游经济区 (400).
NAMED = {"450305200", "450305003", "450305400"}


@pytest.fixture
def cells(town_patrol: Patrol) -> gpd.GeoDataFrame:
    """Give 50 cells: the west belongs to 穿山, the east to a township that the plan leaves out."""
    township = town_patrol.cells["township_id"].replace({"450305001": "450305003"})
    return town_patrol.cells.assign(township_id=township)


def test_crop_land_is_added_up_for_the_named_units_alone(cells: gpd.GeoDataFrame) -> None:
    straw = estimate_straw(cells, load_plan("qixing-2023"), straw_t_per_km2=600).set_index(
        "township_id"
    )
    assert set(straw.index) == NAMED
    west = cells[cells["township_id"] == "450305003"]
    # A quarter of every cell but the first, which is all water.
    expected = 0.25 * west.loc[west["water_share"] == 0, "area_m2"].sum() / 1e6
    assert straw.loc["450305003", "cropland_km2"] == pytest.approx(expected)
    assert straw.loc["450305003", "straw_t"] == pytest.approx(600 * expected)
    assert straw.loc["450305003", "unknown_km2"] == 0


def test_a_unit_without_territory_is_unknown_and_not_zero(cells: gpd.GeoDataFrame) -> None:
    straw = estimate_straw(cells, load_plan("qixing-2023"), straw_t_per_km2=None)
    huaqiao = straw.set_index("township_id").loc["450305400"]
    assert math.isnan(huaqiao["cropland_km2"])
    assert math.isnan(huaqiao["unknown_km2"])
    assert straw["straw_t"].isna().all()


def test_without_land_cover_nothing_is_known(cells: gpd.GeoDataFrame) -> None:
    blank = cells.assign(cropland_share=float("nan"), unknown_share=float("nan"))
    straw = estimate_straw(blank, load_plan("qixing-2023"), straw_t_per_km2=600).set_index(
        "township_id"
    )
    west_km2 = cells.loc[cells["township_id"] == "450305003", "area_m2"].sum() / 1e6
    assert math.isnan(straw.loc["450305003", "cropland_km2"])
    assert straw.loc["450305003", "unknown_km2"] == pytest.approx(west_km2)


def test_the_columns_are_there_without_rows(cells: gpd.GeoDataFrame) -> None:
    class Other:
        measures = ()

    straw = estimate_straw(cells, Other(), straw_t_per_km2=1)  # type: ignore[arg-type]
    assert isinstance(straw, pd.DataFrame)
    assert straw.empty
    assert "cropland_km2" in straw
