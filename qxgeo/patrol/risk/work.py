"""Work of a week: visits of cells and points, and the minutes that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.patrol.columns import POINT_COLUMNS
from qxgeo.patrol.risk.hot_cells import land_area_m2
from qxgeo.patrol.risk.records import LEVELS
from qxgeo.readers.firms import FIRE_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.district.patrol_settings import PatrolSettings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

WATER = "water"
_M2_PER_KM2 = 1e6
_POINT_KINDS = {name: kind for name, kind in POINT_COLUMNS.items() if name != "person_id"}
_FIRE_COLUMNS = ("seen_at", "satellite", "instrument", "confidence", "frp_mw")


def visits_of_cells(classes: NDArray[np.object_], *, settings: PatrolSettings) -> Floats:
    """Give the visits per week of each cell.

    Parameters
    ----------
    classes
        Risk class of each cell.
    settings
        ``visits_per_week`` of each class.

    Returns
    -------
    visits
        0 for water, which nobody patrols.
    """
    visits = {name: settings.visits_per_week[name].value for name in LEVELS} | {WATER: 0.0}
    return np.array([visits[name] for name in classes], dtype=np.float64)


def place_points(
    points: gpd.GeoDataFrame | None, row: Ints, cells: gpd.GeoDataFrame, *, settings: PatrolSettings
) -> gpd.GeoDataFrame:
    """Give every point its cell, its visits and its minutes.

    Parameters
    ----------
    points
        Layer ``burning_points``, None where there is none.
    row
        Row of each point's cell, -1 outside the district.
    cells
        With ``risk_class`` and ``visits_per_week``.
    settings
        ``visits_per_week`` for a point with a risk level of its own, ``effort.min_per_point`` for
        one without minutes of its own.

    Returns
    -------
    points
        `POINT_COLUMNS` without ``person_id``, with geometry. A point without level is visited with
        its cell, in a cell of water like a low one; a point outside the district is not visited.
    """
    if points is None:
        empty = pd.DataFrame({name: [] for name in _POINT_KINDS}).astype(_POINT_KINDS)
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
    inside = row >= 0
    texts = {
        name: points[name].astype("string").fillna("").to_numpy(object)
        for name in ("point_id", "name", "address", "kind", "risk_level")
    }
    home = cells.iloc[np.maximum(row, 0)]
    by_level = {name: settings.visits_per_week[name].value for name in LEVELS}
    level = np.where(home["risk_class"] == WATER, LEVELS[-1], home["risk_class"].to_numpy(object))
    level = np.where(texts["risk_level"] == "", level, texts["risk_level"])
    minutes = points["service_min"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    facts = {
        **texts,
        "service_min": np.where(np.isnan(minutes), settings.effort["min_per_point"].value, minutes),
        "visits_per_week": np.where(inside, [by_level[name] for name in level], 0.0),
        "cell_id": np.where(inside, home["cell_id"].to_numpy(object), ""),
        "township_id": np.where(inside, home["township_id"].to_numpy(object), ""),
    }
    table = pd.DataFrame(facts)[[*_POINT_KINDS]].astype(_POINT_KINDS)
    return gpd.GeoDataFrame(table, geometry=points.geometry.reset_index(drop=True))


def load_of_cells(
    cells: gpd.GeoDataFrame, points: gpd.GeoDataFrame, row: Ints, *, settings: PatrolSettings
) -> Floats:
    """Give the minutes of a week that each cell takes.

    Parameters
    ----------
    cells
        With ``visits_per_week``.
    points
        As `place_points` gives them.
    row
        Row of each point's cell, -1 outside the district.
    settings
        ``effort.min_per_km2``, for land and ground of unknown cover.

    Returns
    -------
    load_min
        Visits times minutes for the land of the cell, and for each of its points.
    """
    once_min = land_area_m2(cells) / _M2_PER_KM2 * settings.effort["min_per_km2"].value
    at_points = (points["visits_per_week"] * points["service_min"]).to_numpy(np.float64)
    inside = row >= 0
    extra = np.bincount(row[inside], weights=at_points[inside], minlength=len(cells))
    return np.asarray(cells["visits_per_week"].to_numpy(np.float64) * once_min + extra)


def place_fires(
    fires: gpd.GeoDataFrame | None,
    row: Ints,
    is_counted: NDArray[np.bool_],
    cells: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Give the satellite fires in the district their cell.

    Parameters
    ----------
    fires
        As `readers.firms.read_fires` gives them, None where there is no file.
    row
        Row of each fire's cell, -1 outside the district.
    is_counted
        Whether it counts in the score.
    cells
        With ``cell_id``.

    Returns
    -------
    fires
        ``seen_at``, ``satellite``, ``instrument``, ``confidence``, ``frp_mw``, ``is_counted``,
        ``cell_id``, geometry; those that do not count are kept.
    """
    if fires is None:
        fires, row = _no_fires(), np.empty(0, np.int64)
    inside = row >= 0
    kept = fires.loc[inside, [*_FIRE_COLUMNS, "geometry"]].reset_index(drop=True)
    ids = cells["cell_id"].iloc[row[inside]].to_numpy(object)
    placed = kept.assign(is_counted=is_counted[inside], cell_id=pd.array(ids, dtype="string"))
    return placed[[*placed.columns.drop("geometry"), "geometry"]]


def _no_fires() -> gpd.GeoDataFrame:
    """Give an empty table of fires."""
    table = pd.DataFrame({name: [] for name in FIRE_COLUMNS}).astype(FIRE_COLUMNS)
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
