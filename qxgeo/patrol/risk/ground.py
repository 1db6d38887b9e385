"""Terms of the risk score that the ground gives: crop land, roads, winds towards stations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.geodesy import nearest_feature
from qxgeo.patrol.risk.exposure import (
    Exposure,
    build_rose,
    measure_exposure,
)
from qxgeo.patrol.risk.term import Term

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.district.patrol_settings import PatrolSettings

_LEAST_SHARE = 1e-9  # of a cell; less known land than that is none


def score_cropland(cells: gpd.GeoDataFrame) -> Term:
    """Give the share of crop land in the land of each cell.

    Parameters
    ----------
    cells
        With ``cropland_share``, ``water_share`` and ``unknown_share``.

    Returns
    -------
    term
        NaN where nothing is known of the cell's land: unknown ground is left out of both parts of
        the fraction and never counts as free of crops. 0 for a cell that is all water.
    """
    crop = cells["cropland_share"].to_numpy(np.float64)
    known = 1 - cells["water_share"].fillna(0.0) - cells["unknown_share"].fillna(0.0)
    land = known.to_numpy(np.float64)
    values = np.full(len(cells), np.nan)
    is_known = (land > _LEAST_SHARE) & ~np.isnan(crop)
    values[is_known] = np.clip(crop[is_known] / land[is_known], 0.0, 1.0)
    values[cells["water_share"].to_numpy(np.float64) >= 1 - _LEAST_SHARE] = 0.0
    why = Text("没有地类数据", "there is no land cover")
    return Term(
        term_id="cropland",
        name=Text("耕地占比", "share of crop land"),
        formula=Text(
            "耕地面积 ÷ 陆地面积，只计地类已知的部分；全部未知的网格不取值，其余各项按权重补足",
            "crop land over land, of the part with known cover; a cell of unknown cover has no "
            "value, and the other terms make up for it by their weights",
        ),
        level=values,
        dropped=None if is_known.any() else why,
    )


def score_roads(
    cells: gpd.GeoDataFrame, roads: gpd.GeoDataFrame | None, *, settings: PatrolSettings
) -> Term:
    """Give the nearness of each cell to a road.

    Parameters
    ----------
    cells
        As `cells.build_cells` gives them.
    roads
        Layer ``roads``; tunnels do not count. None where the district has none.
    settings
        ``effort.road_reach_m``.

    Returns
    -------
    term
        1 where a road touches the cell, down to 0 at the reach, by ground distance.
    """
    reach_m = settings.effort["road_reach_m"].value
    values, why = np.full(len(cells), np.nan), Text("没有道路数据", "there are no roads")
    lines = np.empty(0, dtype=object) if roads is None else _open_roads(roads)
    if len(lines):
        distance_m, _ = nearest_feature(cells.geometry.to_numpy(), lines)
        values = np.clip(1 - distance_m / reach_m, 0.0, 1.0)
    return Term(
        term_id="roads",
        name=Text("临近道路", "nearness of roads"),
        formula=Text(
            f"1 − 网格到最近道路的地面距离 ÷ {reach_m:g} 米，不小于 0；隧道不计",
            f"1 - ground distance from the cell to the nearest road over {reach_m:g} m, at least "
            "0; without tunnels",
        ),
        level=values,
        dropped=None if len(lines) else why,
    )


def _open_roads(roads: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Give the roads on which one can stop."""
    usable = ~(roads.geometry.isna() | roads.geometry.is_empty)
    if "is_tunnel" in roads.columns:
        usable &= ~roads["is_tunnel"].astype("boolean").fillna(value=False).astype(bool)
    return np.asarray(roads.loc[usable].geometry.to_numpy(), dtype=np.object_)


def score_upwind(
    cells: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame | None,
    wind: pd.DataFrame | None,
    *,
    settings: PatrolSettings,
) -> tuple[Term, Exposure | None]:
    """Give how often and how much of what burns in a cell drifts to a station.

    Parameters
    ----------
    cells
        As `cells.build_cells` gives them.
    stations
        Layer ``stations``, those outside the district included; None where there is none.
    wind
        As `readers.wind.read_wind` gives it; None where there is none.
    settings
        ``effort.upwind_sector_deg`` and ``effort.upwind_half_m``.

    Returns
    -------
    term, exposure
        No exposure for a dropped term.
    """
    sector_deg = settings.effort["upwind_sector_deg"].value
    half_m = settings.effort["upwind_half_m"].value
    rose = None if wind is None else build_rose(wind)
    exposure, why = None, None
    if stations is None or stations.empty:
        why = Text("没有监测站点", "there are no stations")
    elif rose is None:
        why = Text("没有风向表", "there is no wind table")
    elif rose.unobserved_share >= 1:
        why = Text("风向表没有一小时观测到风向", "the wind table has no direction in any hour")
    else:
        exposure = measure_exposure(cells, stations, rose, sector_deg=sector_deg, half_m=half_m)
    term = Term(
        term_id="upwind",
        name=Text("站点上风向", "upwind of stations"),
        formula=Text(
            f"网格位于站点上风向 {sector_deg:g}° 扇区的小时占比 ÷ 最多风扇区的占比 × "
            f"2^(−距离 ÷ {half_m:g} 米)；取各站最大值，站点所在网格计 1，静风计入总小时",
            f"share of the hours with the cell in the {sector_deg:g} degree sector upwind of a "
            f"station, over that of the windiest sector, times 2^(-distance / {half_m:g} m); the "
            "largest of all stations, 1 for a station's own cell; calms are part of the hours",
        ),
        level=np.full(len(cells), np.nan) if exposure is None else exposure.level,
        dropped=why,
    )
    return term, exposure
