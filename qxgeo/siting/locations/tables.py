"""Who goes where, and what each site serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Text

if TYPE_CHECKING:
    from qxgeo.siting.locations.distances import DistanceTable
    from qxgeo.siting.locations.model import Choice

_M_PER_KM = 1_000.0


def list_catchments(
    demand: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    distances: DistanceTable,
    choice: Choice,
    *,
    radius_m: float | None,
) -> gpd.GeoDataFrame:
    """List the demand with the site that serves it, or why none does.

    Parameters
    ----------
    demand, candidates
        Schema ``SITES``, EPSG:4326.
    distances
        Between them.
    choice
        The solver's answer.
    radius_m
        Of maximal covering; None without.

    Returns
    -------
    catchments
        ``demand_id``, ``name`` where there is one, ``weight``, ``site_id``, ``distance_km``,
        ``reason_zh``, ``reason_en``, geometry; range index.
    """
    is_served = choice.site_of >= 0
    ids = candidates["site_id"].astype(str).to_numpy(dtype=object)
    weight = demand["weight"] if "weight" in demand else pd.Series(1.0, index=demand.index)
    reasons = [
        Text("", "") if served else _say_why(distances, choice, row, radius_m)
        for row, served in enumerate(is_served.tolist())
    ]
    columns = {
        "demand_id": demand["site_id"].astype(str).to_numpy(),
        **({"name": demand["name"].to_numpy()} if "name" in demand else {}),
        "weight": weight.to_numpy(dtype=float),
        "site_id": np.where(is_served, ids[choice.site_of], ""),
        "distance_km": choice.distance_m / _M_PER_KM,
        "reason_zh": [reason.zh for reason in reasons],
        "reason_en": [reason.en for reason in reasons],
    }
    return gpd.GeoDataFrame(columns, geometry=demand.geometry.to_numpy(), crs="EPSG:4326")


def list_sites(
    candidates: gpd.GeoDataFrame, catchments: gpd.GeoDataFrame, choice: Choice
) -> gpd.GeoDataFrame:
    """List the open sites with what they serve.

    Parameters
    ----------
    candidates
        Schema ``SITES``, EPSG:4326.
    catchments
        As `list_catchments` gives them.
    choice
        The solver's answer.

    Returns
    -------
    sites
        ``rank``, ``site_id``, ``name`` and ``capacity`` where there are such, ``is_new``,
        ``served_count``, ``served_weight``, ``mean_km``, ``max_km``, ``lon``, ``lat``, geometry; by
        rank (most served weight first, then id), range index.
    """
    opened = candidates.iloc[choice.sites]
    ids = opened["site_id"].astype(str).to_numpy()
    counted = catchments[catchments["weight"] > 0]
    walked = counted["weight"] * counted["distance_km"]
    groups = counted.assign(walked=walked).groupby("site_id")
    totals = groups.agg(
        served_count=("weight", "size"),
        served_weight=("weight", "sum"),
        walked=("walked", "sum"),
        max_km=("distance_km", "max"),
    ).reindex(ids)
    points = shapely.point_on_surface(np.asarray(opened.geometry.to_numpy(), dtype=object))
    extra = {key: opened[key].to_numpy() for key in ("name", "capacity") if key in opened}
    table = pd.DataFrame(
        {
            "site_id": ids,
            **extra,
            "is_new": np.isin(choice.sites, choice.new_sites),
            "served_count": totals["served_count"].fillna(0).to_numpy(dtype=int),
            "served_weight": totals["served_weight"].fillna(0.0).to_numpy(),
            "mean_km": (totals["walked"] / totals["served_weight"]).to_numpy(),
            "max_km": totals["max_km"].to_numpy(),
            "lon": shapely.get_x(points),
            "lat": shapely.get_y(points),
            "geometry": opened.geometry.to_numpy(),
        }
    ).sort_values(["served_weight", "site_id"], ascending=[False, True], ignore_index=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


def _say_why(distances: DistanceTable, choice: Choice, row: int, radius_m: float | None) -> Text:
    """Say why nobody serves a row of demand."""
    if not np.isfinite(distances.demand_road_m[row]):
        return Text("接路距离上限内没有道路", "no road is near enough")
    nearest_m = float(distances.metres[row, choice.sites].min(initial=np.inf))
    if not np.isfinite(nearest_m):
        return Text("没有道路通往任何可用站点", "no road leads to any site in use")
    km = nearest_m / _M_PER_KM
    if radius_m is not None and nearest_m <= radius_m:
        return Text(
            f"半径内的站点容量已满（最近 {km:.2f} 公里）",
            f"sites within the radius are full (nearest {km:.2f} km)",
        )
    return Text(
        f"在服务半径之外（最近站点 {km:.2f} 公里）", f"beyond the radius (nearest site {km:.2f} km)"
    )
