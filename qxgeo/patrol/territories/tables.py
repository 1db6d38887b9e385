"""The tables of an assignment: territories with their form, townships with their balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from qxgeo.geodesy import ground_distance_m
from qxgeo.patrol.columns import TERRITORY_COLUMNS
from qxgeo.patrol.model import Balance
from qxgeo.patrol.territories.graph import number_parts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.patrol.territories.bounds import Bound
    from qxgeo.patrol.territories.graph import Borders

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_SNAP_DEG = 1e-10  # a hundredth of a millimetre: heals what rounding leaves where cells meet
_SAME = 1e-9  # relative: loads that differ by less are the same sum in another order


def build_territories(
    cells: gpd.GeoDataFrame, people: pd.DataFrame, owner: Ints, *, xy: Floats, borders: Borders
) -> gpd.GeoDataFrame:
    """Sum up what each present person has.

    Parameters
    ----------
    cells, people
        As for `assign_territories`.
    owner
        Row number in `people` for each cell, below 0 for none.
    xy
        Places of the cells in a plane, metres, shape (n, 2).
    borders
        Cells that share an edge.

    Returns
    -------
    territories
        Table `TERRITORY_COLUMNS`, sorted by ``person_id``; an empty geometry for who has none.
    """
    count = len(people)
    area, load = (cells[name].to_numpy(dtype=float) for name in ("area_m2", "load_min"))
    own = np.flatnonzero(owner >= 0)
    mine = owner[own]
    areas = np.bincount(mine, weights=area[own], minlength=count).astype(float)
    table = gpd.GeoDataFrame(
        {
            "person_id": people["person_id"].astype("string").to_numpy(),
            "township_id": people["township_id"].astype("string").fillna("").to_numpy(),
            "load_min": np.bincount(mine, weights=load[own], minlength=count),
            "cell_count": np.bincount(mine, minlength=count),
            "area_m2": areas,
            "part_count": _count_parts(owner, borders, count),
            "inertia_km2": _inertia_km2(xy[own], area[own], mine, areas),
            "base_distance_m": _base_distance_m(cells, people, own, mine, areas),
        },
        geometry=_unite(cells, own, mine, count),
        crs="EPSG:4326",
    )
    table["is_connected"] = table["part_count"] <= 1
    table = table.loc[~people["is_absent"].to_numpy(dtype=bool)].sort_values("person_id")
    columns = [*TERRITORY_COLUMNS, "geometry"]
    return table[columns].reset_index(drop=True).astype(TERRITORY_COLUMNS)


def _count_parts(owner: Ints, borders: Borders, count: int) -> Ints:
    """Count the connected parts of each territory."""
    same = owner[borders.first] == owner[borders.second]
    part = number_parts(len(owner), borders.first[same], borders.second[same])
    opener = np.unique(part, return_index=True)[1]
    holder = owner[opener]
    return np.bincount(holder[holder >= 0], minlength=count)


def _inertia_km2(xy: Floats, area: Floats, mine: Ints, areas: Floats) -> Floats:
    """Mean squared distance to the middle, by area; NaN without cells."""
    count = len(areas)
    with np.errstate(invalid="ignore"):
        middle = (
            np.stack(
                [np.bincount(mine, weights=area * xy[:, axis], minlength=count) for axis in (0, 1)]
            )
            / areas
        )
        away2 = ((xy - middle.T[mine]) ** 2).sum(axis=1)
        return np.asarray(np.bincount(mine, weights=area * away2, minlength=count) / areas / 1e6)


def _base_distance_m(
    cells: gpd.GeoDataFrame, people: pd.DataFrame, own: Ints, mine: Ints, areas: Floats
) -> Floats:
    """Mean ground distance to the base, by area; NaN without cells or base."""
    base = people[["base_lon", "base_lat"]].to_numpy(dtype=float)[mine]
    place = cells[["lon", "lat"]].to_numpy(dtype=float)[own]
    area = cells["area_m2"].to_numpy(dtype=float)[own]
    has_base = np.isfinite(base).all(axis=1)
    away = np.full(len(own), np.nan)
    away[has_base] = ground_distance_m(*place[has_base].T, *base[has_base].T)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(mine, weights=area * away, minlength=len(areas)) / areas)


def _unite(cells: gpd.GeoDataFrame, own: Ints, mine: Ints, count: int) -> NDArray[np.object_]:
    """Unite the cells of each person."""
    shapes = np.asarray(cells.geometry.to_numpy(), dtype=object)
    united = np.full(count, shapely.Polygon(), dtype=object)
    order = own[np.argsort(mine, kind="stable")]
    person = np.sort(mine)
    for group in np.split(np.arange(len(order)), np.flatnonzero(np.diff(person)) + 1):
        if len(group):
            united[person[group[0]]] = shapely.union_all(shapes[order[group]], grid_size=_SNAP_DEG)
    return united


def measure_balance(
    township_id: str,
    cells: gpd.GeoDataFrame,
    territories: gpd.GeoDataFrame,
    *,
    rows: Ints,
    bound: Bound,
    is_proved: bool,
) -> Balance:
    """Sum up a township.

    Parameters
    ----------
    township_id
        Code of the township.
    cells
        All cells.
    territories
        As `build_territories` gives them.
    rows
        Row numbers of the township's cells.
    bound
        Of the largest load.
    is_proved
        Whether the solver proved that the largest load is the smallest possible.

    Returns
    -------
    balance
        Loads, bound, gap and form.
    """
    mine = territories.loc[territories["township_id"] == township_id]
    loads, area = (mine[name].to_numpy(dtype=float) for name in ("load_min", "area_m2"))
    mean, largest = float(loads.mean()), float(loads.max())
    gap = largest / bound.load_min - 1 if bound.load_min > 0 else 0.0
    is_met = gap < _SAME
    return Balance(
        township_id=township_id,
        person_count=len(mine),
        cell_count=len(rows),
        load_min=float(cells["load_min"].to_numpy(dtype=float)[rows].sum()),
        mean_load_min=mean,
        max_load_min=largest,
        max_over_mean=largest / mean if mean > 0 else 1.0,
        bound_max_load_min=largest if is_met else bound.load_min,
        bound=bound.reason,
        gap=0.0 if is_met else gap,
        method="exact" if is_proved or is_met else "search",
        inertia_km2=_mean_by_area(mine["inertia_km2"].to_numpy(dtype=float), area),
        base_distance_m=_mean_by_area(mine["base_distance_m"].to_numpy(dtype=float), area),
    )


def _mean_by_area(value: Floats, area: Floats) -> float:
    """Mean of the known values, weighted by area; NaN where there is none."""
    known = np.isfinite(value) & (area > 0)
    if not known.any():
        return float("nan")
    return float(np.average(value[known], weights=area[known]))
