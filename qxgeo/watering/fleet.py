"""The fleet: what the carts' file says and leaves open, and the roads where sites are served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Fault, InputError, Text
from qxgeo.watering.model import Fleet

if TYPE_CHECKING:
    from qxgeo.district.watering_settings import WateringSettings
    from qxgeo.network import Places
    from qxgeo.readers.carts import CartTables
    from qxgeo.watering.streets import StreetGraph

_SPEEDS = ("spray_speed_kmh", "drive_speed_kmh")
_KIND = ("tank_l", "spray_l_per_m", "spray_width_m", *_SPEEDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFleet:
    """A fleet on its roads.

    Attributes
    ----------
    fleet
        As the plan shows it.
    places
        Where each site is served, in the order of ``fleet.sites``.
    defaults
        Settings that stood in for blanks of the file.
    problems
        What was left out, and why.
    """

    fleet: Fleet
    places: Places
    defaults: tuple[str, ...]
    problems: tuple[Text, ...]


def place_fleet(
    tables: CartTables,
    settings: WateringSettings,
    streets: StreetGraph,
    *,
    is_demo: bool,
    source: str,
) -> PlacedFleet:
    """Fill in what the file leaves open and put the sites on roads.

    Parameters
    ----------
    tables
        As read.
    settings
        Defaults and the farthest that a site may lie from a road.
    streets
        Roads for driving.
    is_demo
        Whether the file is invented.
    source
        To be printed.

    Returns
    -------
    placed
        The fleet; carts without a shift are left out and named.

    Raises
    ------
    InputError
        If a site is too far from any road, there is no water, or no cart has a shift.
    """
    carts, defaults = _fill(tables.carts, settings)
    lonlat = shapely.get_coordinates(tables.sites.geometry.to_numpy())
    limit_m = settings.number("snap_limit_m")
    places = streets.network.snap(lonlat, mode="drive", limit_m=limit_m)
    faults = [
        _far(tables, int(place), float(places.snap_m[place]), limit_m)
        for place in np.flatnonzero(~places.is_reached)
    ]
    has_water = tables.sites["flow_l_per_min"] > 0
    if not has_water.any():
        problem = Text("一处加水点也没有", "there is no refill point")
        mend = Text("请在“加水点”表填写", "fill in the sheet of refill points")
        faults.append(Fault(file=tables.file, problem=problem, mend=mend))
    has_shift = carts["cart_id"].isin(list(tables.shifts["cart_id"]))
    if not has_shift.any():
        problem = Text("没有一辆车排了班次", "no cart has a shift")
        mend = Text("请在“班次”表填写", "fill in the sheet of shifts")
        faults.append(Fault(file=tables.file, problem=problem, mend=mend))
    if faults:
        raise InputError(faults)
    problems = tuple(
        Text(f"{name} 没有班次，未派车", f"{name} has no shift and is not sent out")
        for name in carts.loc[~has_shift, "cart_id"]
    )
    carts = carts[has_shift].reset_index(drop=True)
    columns = ["cart_id", "driver", "phone", "start_s", "end_s", "break_s"]
    shifts = tables.shifts.loc[tables.shifts["cart_id"].isin(list(carts["cart_id"])), columns]
    sites = tables.sites.drop(columns=["sheet", "row"]).assign(snap_m=places.snap_m)
    sites = gpd.GeoDataFrame(
        sites[[*sites.columns.drop("geometry"), "geometry"]], geometry="geometry", crs=4326
    )
    fleet = Fleet(
        carts=carts,
        sites=sites,
        shifts=shifts.reset_index(drop=True),
        is_demo=is_demo,
        source=source,
    )
    return PlacedFleet(fleet=fleet, places=places, defaults=defaults, problems=problems)


def _far(tables: CartTables, place: int, snap_m: float, limit_m: float) -> Fault:
    """Say that a site lies too far from any road on which carts may drive."""
    site = tables.sites.iloc[place]
    return Fault(
        file=str(site["sheet"]),
        row=int(site["row"]),
        column="经度",
        problem=Text(
            f"“{site['name']}”离最近的可行车道路 {snap_m:,.0f} 米，超过 {limit_m:g} 米",
            f'"{site["name"]}" lies {snap_m:,.0f} m from the nearest road, more than {limit_m:g} m',
        ),
        mend=Text(
            "请核对坐标与坐标基准，或补全道路",
            "check the position and its datum, or complete the roads",
        ),
    )


def _fill(carts: pd.DataFrame, settings: WateringSettings) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Fill blanks with the settings and tell carts of one kind."""
    defaults: list[str] = []

    def filled(name: str) -> pd.Series:
        if carts[name].isna().any():
            defaults.append(name)
        return carts[name].fillna(settings.number(name))

    width = filled("spray_width_m")
    is_open = carts["spray_l_per_m"].isna() & carts["spray_l_per_m2"].isna()
    if is_open.any():
        defaults.append("spray_l_per_m2")
    per_m2 = carts["spray_l_per_m2"].fillna(settings.number("spray_l_per_m2"))
    per_m = carts["spray_l_per_m"].fillna(per_m2 * width)
    table = pd.DataFrame(
        {
            "cart_id": carts["cart_id"],
            "company": carts["company"],
            "kind": 0,
            "tank_l": carts["tank_l"],
            "spray_l_per_m": per_m,
            "spray_width_m": width,
            **{name: filled(name) for name in _SPEEDS},
            "depot": carts["depot"],
            "cost_per_h": carts["cost_per_h"],
            "cost_per_km": carts["cost_per_km"],
        }
    )
    kinds = table.groupby(list(_KIND), sort=True).ngroup()
    # The kind with the most metres in a tank is number 0.
    metres = (table["tank_l"] / table["spray_l_per_m"]).groupby(kinds).first()
    order = {kind: rank for rank, kind in enumerate(metres.sort_values(ascending=False).index)}
    return table.assign(kind=kinds.map(order).astype("int64")), tuple(defaults)
