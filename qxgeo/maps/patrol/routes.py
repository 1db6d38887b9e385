"""Which routes a patrol map carries, and what it tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.maps.patrol.cast import Cast, pack_table, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from qxgeo.patrol.model import Patrol

_MOST_VERTICES = 40_000  # of all routes drawn: about 0.9 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRoutes:
    """Routes of as many days as the page has room for.

    Attributes
    ----------
    table
        Rows of ``Routes.routes`` that are drawn, new range index.
    shape_rows
        For each of them the row of `shapes`: the same way on several days is written once.
    days
        In order.
    typical
        Place in `days` of the day with most stops, the first of equals.
    days_left
        Days with routes that are not drawn.
    """

    table: pd.DataFrame
    shapes: npt.NDArray[np.object_]
    shape_rows: Sequence[int]
    days: Sequence[date]
    typical: int
    days_left: int

    @property
    def is_straight(self) -> list[bool]:
        """Whether each route is a straight line."""
        return [bool(one) for one in self.table["is_straight_line"]]


def choose_routes(patrol: Patrol, *, is_public: bool) -> DrawnRoutes:
    """Choose the days whose routes are drawn: the fullest one, then from the first on.

    Parameters
    ----------
    patrol
        Holds the routes.
    is_public
        True draws none: they begin at people's bases.

    Returns
    -------
    routes
        In the order of the patrol's table.
    """
    table = patrol.routes.routes.iloc[:0] if is_public else patrol.routes.routes
    stops = table.groupby("day", sort=True)["stop_count"].sum()
    days = sorted(set(table["day"]))
    if not days:
        return DrawnRoutes(
            table=table.drop(columns="geometry"),
            shapes=np.empty(0, dtype=object),
            shape_rows=[],
            days=[],
            typical=-1,
            days_left=0,
        )
    fullest = max(days, key=lambda day: stops[day])  # the first of equals
    kept = _days_that_fit(table, [fullest, *days])
    drawn = table[table["day"].isin(kept)].reset_index(drop=True)
    all_ways = dict(zip(shapely.to_wkb(drawn.geometry.to_numpy()), drawn.geometry, strict=True))
    numbers = {key: place for place, key in enumerate(all_ways)}
    shapes = np.empty(len(all_ways), dtype=object)
    shapes[:] = list(all_ways.values())
    shown_days = [day for day in days if day in kept]
    return DrawnRoutes(
        table=drawn.drop(columns="geometry"),
        shapes=shapes,
        shape_rows=[numbers[key] for key in shapely.to_wkb(drawn.geometry.to_numpy())],
        days=shown_days,
        typical=shown_days.index(fullest),
        days_left=len(days) - len(shown_days),
    )


def _days_that_fit(table: gpd.GeoDataFrame, days: Sequence[date]) -> set[date]:
    """Take days in order until their ways, each counted once, fill the page; at least one."""
    kept: set[date] = set()
    ways: set[bytes] = set()
    vertices = 0
    for day in days:
        shapes = table.geometry.to_numpy()[(table["day"] == day).to_numpy()]
        keys = shapely.to_wkb(shapes).tolist()
        new = {key: shape for key, shape in zip(keys, shapes, strict=True) if key not in ways}
        vertices += int(shapely.get_num_coordinates(list(new.values())).sum())
        if kept and vertices > _MOST_VERTICES:
            break
        kept.add(day)
        ways.update(new)
    return kept


def pack_routes(cast: Cast, routes: DrawnRoutes) -> dict[str, object]:
    """Write the drawn routes for the page's script."""
    table = routes.table
    place = {day: number for number, day in enumerate(routes.days)}
    return pack_table(
        {
            "person": cast.people(table["person_id"]),
            "day": [place[day] for day in table["day"]],
            "shape": list(routes.shape_rows),
            "stops": [int(count) for count in table["stop_count"]],
            "travel": rounded(table["travel_m"].tolist(), 0),
            "service": rounded(table["service_min"].tolist(), 0),
            "start": rounded(table["start_min"].tolist(), 0),
            "end": rounded(table["end_min"].tolist(), 0),
            "straight": [int(one) for one in table["is_straight_line"]],
            "optimal": [int(one) for one in table["is_optimal"]],
        },
        cast.strings,
    )


def pack_stops(cast: Cast, routes: DrawnRoutes) -> dict[str, object]:
    """Write the stops of the drawn routes."""
    rows = {str(key): row for row, key in enumerate(routes.table["route_id"])}
    stops = cast.patrol.routes.stops
    drawn = stops[stops["route_id"].astype(str).isin(rows)]
    return pack_table(
        {
            "route": [rows[str(key)] for key in drawn["route_id"]],
            "order": [int(order) for order in drawn["order"]],
            "point": [cast.point_rows.get(str(key), -1) for key in drawn["point_id"]],
            "arrive": rounded(drawn["arrive_min"].tolist(), 0),
        },
        cast.strings,
    )
