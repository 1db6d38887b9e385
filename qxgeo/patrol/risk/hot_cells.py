"""Hot cells: the 3 km squares that the patrol cells nest in, ranked by the risk they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.patrol.columns import HOT_CELL_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_M2_PER_KM2 = 1e6
_DIGITS = 9  # of a score; what differs less is equal


def land_area_m2(cells: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give the land of each cell; ground of unknown cover counts as land.

    Parameters
    ----------
    cells
        With ``area_m2`` and ``water_share``.

    Returns
    -------
    land_m2
        Square metres, in the order of the cells.
    """
    water = cells["water_share"].fillna(0.0).to_numpy(np.float64)
    return np.asarray(cells["area_m2"].to_numpy(np.float64) * (1 - water))


def rank_hot_cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sum up the cells of each hot cell.

    Parameters
    ----------
    cells
        `CELL_COLUMNS` up to ``load_min`` and the three counts.

    Returns
    -------
    hot_cells
        `HOT_CELL_COLUMNS` with geometry, EPSG:4326, sorted by rank: that with the most risk in it
        first (risk times land area, so that a sliver at the edge does not lead), of equal ones
        that with more points, then events, then fires, then by id. A hot cell that is all water
        has risk 0.
    """
    land = np.where(cells["risk_class"] == "water", 0.0, land_area_m2(cells))
    counts = ["point_count", "event_count", "fire_count"]
    facts = pd.DataFrame(cells[["hot_cell_id", "area_m2", *counts]]).assign(
        land=land, weighted=land * cells["risk"].to_numpy(np.float64), cell_count=1
    )
    sums = facts.groupby("hot_cell_id", sort=True).sum().reset_index()
    group = cells.groupby("hot_cell_id", sort=True)
    risk = sums["weighted"] / sums["land"].where(sums["land"] > 0)
    shapes = [shapely.union_all(part.geometry.to_numpy()) for _, part in group]
    hot = gpd.GeoDataFrame(
        sums.assign(
            risk=risk.fillna(0.0),
            township_ids=group["township_id"].agg(_join).to_numpy(),
        ),
        geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"),
    )
    held = (sums["weighted"] / _M2_PER_KM2).round(_DIGITS)
    order = hot.assign(score=-held, **{name: -hot[name] for name in counts})
    order = order.sort_values(["score", *counts, "hot_cell_id"], kind="stable")
    ranked = hot.loc[order.index].reset_index(drop=True)
    ranked = ranked.assign(risk_rank=np.arange(1, len(ranked) + 1))
    return ranked[[*HOT_CELL_COLUMNS, "geometry"]].astype(HOT_CELL_COLUMNS)


def _join(townships: pd.Series[str]) -> str:
    """Join the codes of the townships."""
    return "、".join(sorted(townships.astype(str).unique()))
