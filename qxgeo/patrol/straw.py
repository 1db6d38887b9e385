"""Crop land and straw of the units that the straw plan names (5.3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from qxgeo.plan import ActionPlan

MEASURE = "5.3.1"


def estimate_straw(
    cells: gpd.GeoDataFrame, plan: ActionPlan, *, straw_t_per_km2: float | None
) -> pd.DataFrame:
    """Add up the crop land of each unit that answers for the straw plan.

    Parameters
    ----------
    cells
        `columns.CELL_COLUMNS` with the land-cover shares.
    plan
        Measure 5.3.1 names the units; a plan without it gives no rows.
    straw_t_per_km2
        Tonnes of straw from a square kilometre in a year; None where nobody has said.

    Returns
    -------
    straw
        ``unit``, ``township_id``, ``cropland_km2`` (NaN where nothing is known, or the unit's
        territory is not), ``unknown_km2`` (ground without land cover) and ``straw_t``.

    Notes
    -----
    Source: measure 5.3.1 of the plan, 桂政办发〔2021〕139号.
    """
    if MEASURE not in {one.measure_id for one in plan.measures}:
        return pd.DataFrame(
            columns=["unit", "township_id", "cropland_km2", "unknown_km2", "straw_t"]
        )
    units = [plan.unit(unit_id) for unit_id in plan.measure(MEASURE).responsible]
    area_km2 = cells["area_m2"] / 1e6
    cropland_km2 = cells["cropland_share"] * area_km2
    unknown_km2 = cells["unknown_share"].fillna(1.0) * area_km2
    rows = []
    for unit in units:
        for township in unit.members:
            mine = (cells["township_id"] == township).to_numpy()
            is_known = bool(cropland_km2[mine].notna().any())
            grown = float(cropland_km2[mine].sum()) if is_known else np.nan
            rows.append(
                {
                    "unit": unit.name,
                    "township_id": township,
                    "cropland_km2": grown,
                    "unknown_km2": float(unknown_km2[mine].sum()) if mine.any() else np.nan,
                    "straw_t": np.nan if straw_t_per_km2 is None else grown * straw_t_per_km2,
                }
            )
    return pd.DataFrame(
        rows, columns=["unit", "township_id", "cropland_km2", "unknown_km2", "straw_t"]
    )
