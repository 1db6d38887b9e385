"""The tables of a watering plan, from tours and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.watering.columns import (
    DRY_COLUMNS,
    LEG_COLUMNS,
    RUN_COLUMNS,
    SECTION_COLUMNS,
    TOUR_COLUMNS,
)
from qxgeo.watering.laps import TOUR, TRANSFER
from qxgeo.watering.legs import DRIVE, REFILL, SPRAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qxgeo.network import Places
    from qxgeo.watering.laps import Run
    from qxgeo.watering.legs import Leg
    from qxgeo.watering.model import Fleet
    from qxgeo.watering.streets import StreetGraph
    from qxgeo.watering.tours import Tour

Transfer = tuple[int, int, int]  # kind, from site, to site


def typed(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Give the columns of a contract with their types.

    Parameters
    ----------
    table
        With all of them.
    columns
        Name to type.

    Returns
    -------
    table
        Those columns in that order, range index.
    """
    kinds = {"str": "string"}
    parts = {name: table[name].astype(kinds.get(kind, kind)) for name, kind in columns.items()}  # type: ignore[call-overload] # names of types
    return pd.DataFrame(parts).reset_index(drop=True)


def list_transfers(runs: Sequence[Run], kinds: Sequence[int]) -> list[Transfer]:
    """List the ways between sites that are driven empty, each once.

    Parameters
    ----------
    runs
        Of the day.
    kinds
        Of each cart.

    Returns
    -------
    transfers
        Sorted.
    """
    return sorted(
        {(kinds[run.cart], run.origin, run.destination) for run in runs if run.task == TRANSFER}
    )


def tour_table(
    tours: Sequence[Tour],
    transfers: Sequence[Transfer],
    transfer_legs: Sequence[tuple[Leg, ...]],
    runs: Sequence[Run],
    kinds: Sequence[int],
    sites: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Give a row per tour, then one per transfer.

    Parameters
    ----------
    tours, transfers, transfer_legs
        What is driven.
    runs
        Of the day.
    kinds
        Of each cart.
    sites
        Of the fleet.

    Returns
    -------
    table
        `TOUR_COLUMNS`.
    """
    ids = sites["site_id"].tolist()
    laps = np.zeros(len(tours) + len(transfers), dtype=np.int64)
    number = {one: len(tours) + place for place, one in enumerate(transfers)}
    for run in runs:
        if run.task == TOUR:
            laps[run.tour] += 1
        elif run.task == TRANSFER:
            laps[number[kinds[run.cart], run.origin, run.destination]] += 1
    rows = [
        _tour_row(tour.kind, tour.legs, ids[tour.base], ids[tour.base], is_transfer=False)
        for tour in tours
    ]
    rows += [
        _tour_row(kind, legs, ids[origin], ids[destination], is_transfer=True)
        for (kind, origin, destination), legs in zip(transfers, transfer_legs, strict=True)
    ]
    columns = [name for name in TOUR_COLUMNS if name not in ("tour", "laps")]
    table = pd.DataFrame(rows, columns=columns)
    return typed(table.assign(tour=np.arange(len(table)), laps=laps), TOUR_COLUMNS)


def _tour_row(
    kind: int, legs: tuple[Leg, ...], start: str, end: str, *, is_transfer: bool
) -> dict[str, object]:
    """Sum up the legs of a tour."""
    return {
        "kind": kind,
        "is_transfer": is_transfer,
        "start_site": start,
        "end_site": end,
        "duration_s": sum(leg.duration_s for leg in legs),
        "spray_m": sum(leg.length_m for leg in legs if leg.task == SPRAY),
        "empty_m": sum(leg.length_m for leg in legs if leg.task == DRIVE),
        "litres": sum(leg.litres for leg in legs if leg.task == SPRAY),
        "refills": sum(leg.task == REFILL for leg in legs),
    }


def list_spare_tours(legs: pd.DataFrame, protected: Sequence[int]) -> frozenset[int]:
    """List the tours that are driven in time that is left.

    Parameters
    ----------
    legs
        Of a plan.
    protected
        Sections that the plan keeps wet before all others; none where all are watered alike.

    Returns
    -------
    tours
        That wet none of those; empty where there are none.
    """
    if not protected:
        return frozenset()
    sprays = legs.loc[legs["task"].to_numpy() == SPRAY, ["tour", "section"]]
    first = set(sprays.loc[sprays["section"].isin(list(protected)), "tour"])
    return frozenset(int(one) for one in sprays["tour"].unique() if one not in first)


def leg_table(
    legs_of_tours: Sequence[tuple[Leg, ...]],
    streets: StreetGraph,
    roads: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    places: Places,
) -> gpd.GeoDataFrame:
    """Give the legs of all tours and transfers.

    Parameters
    ----------
    legs_of_tours
        In the order of the tours' table.
    streets, roads
        On which they are driven.
    sites, places
        Of the fleet, and where each is served.

    Returns
    -------
    table
        `LEG_COLUMNS`; a refill is a point, everything else a line.
    """
    names = roads["name"].astype("string").fillna("") if "name" in roads else None
    ids = sites["site_id"].tolist()
    rows, shapes = [], []
    for tour, legs in enumerate(legs_of_tours):
        for place, leg in enumerate(legs):
            name = "" if names is None or leg.row < 0 else str(names.iloc[leg.row])
            rows.append(
                {
                    "tour": tour,
                    "leg": place,
                    "task": leg.task,
                    "offset_s": leg.offset_s,
                    "duration_s": leg.duration_s,
                    "section": leg.section,
                    "road_name": name,
                    "is_forward": leg.is_forward,
                    "length_m": leg.length_m,
                    "litres": leg.litres,
                    "tank_l": leg.tank_l,
                    "site_id": ids[leg.site] if leg.site >= 0 else "",
                }
            )
            is_site = leg.site >= 0
            shapes.append(
                shapely.Point(places.lonlat[leg.site]) if is_site else _draw(streets, leg)
            )
    table = typed(pd.DataFrame(rows, columns=list(LEG_COLUMNS)), LEG_COLUMNS)
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index), crs=4326)


def _draw(streets: StreetGraph, leg: Leg) -> shapely.LineString:
    """Draw what a leg drives."""
    parts: list[NDArray[np.float64]] = []
    for step in leg.steps:
        edge = int(streets.arc_edge[step.arc])
        start, stop = step.from_m, step.to_m
        if not streets.is_forward[step.arc]:
            length = float(streets.edges.length_m[edge])
            start, stop = length - start, length - stop
        part = streets.edges.stretch(edge, start, stop)
        parts.append(part if not parts else part[1:])
    return shapely.LineString(np.concatenate(parts))


def run_table(
    runs: Sequence[Run], tours: int, transfers: Sequence[Transfer], fleet: Fleet
) -> pd.DataFrame:
    """Give what each cart does in the day.

    Parameters
    ----------
    runs
        By cart and time.
    tours
        How many tours there are; transfers are numbered behind them.
    transfers
        As `list_transfers` gives them.
    fleet
        With the carts.

    Returns
    -------
    table
        `RUN_COLUMNS`, sorted by cart and start.
    """
    number = {one: tours + place for place, one in enumerate(transfers)}
    ids, kinds = fleet.carts["cart_id"].tolist(), fleet.carts["kind"].tolist()
    rows = [
        {
            "cart_id": ids[run.cart],
            "driver": run.driver,
            "task": run.task,
            "tour": number[kinds[run.cart], run.origin, run.destination]
            if run.task == TRANSFER
            else run.tour,
            "start_s": run.start_s,
            "end_s": run.end_s,
        }
        for run in runs
    ]
    table = pd.DataFrame(rows, columns=list(RUN_COLUMNS))
    return typed(table.sort_values(["cart_id", "start_s"], kind="stable"), RUN_COLUMNS)


def dry_table(spells: Sequence[Sequence[tuple[float, float]]]) -> pd.DataFrame:
    """Give when each section is dry.

    Parameters
    ----------
    spells
        Of each section, seconds of the day.

    Returns
    -------
    table
        `DRY_COLUMNS`.
    """
    rows = [
        {"section": section, "from_s": start, "to_s": end}
        for section, one in enumerate(spells)
        for start, end in one
    ]
    return typed(pd.DataFrame(rows, columns=list(DRY_COLUMNS)), DRY_COLUMNS)


def section_table(sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the sections with the columns of the contract.

    Parameters
    ----------
    sections
        With all columns of `SECTION_COLUMNS`.

    Returns
    -------
    table
        In their order, range index.
    """
    table = typed(pd.DataFrame(sections.drop(columns="geometry")), SECTION_COLUMNS)
    shapes = gpd.GeoSeries(sections.geometry.to_numpy(), index=table.index)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326)
