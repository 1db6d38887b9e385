"""Trips as tables and lines."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.patrol.columns import ROUTE_COLUMNS, STOP_COLUMNS, UNSERVED_COLUMNS
from qxgeo.patrol.model import Routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from qxgeo.errors import Text
    from qxgeo.patrol.routes.days import Trip
    from qxgeo.patrol.routes.travel import Ground


def write_routes(
    visits: pd.DataFrame,
    trips: list[Trip],
    reasons: Mapping[int, Text],
    ground: Ground | None,
    notes: tuple[Text, ...] = (),
) -> Routes:
    """Write trips and reasons as the tables of the routes.

    Parameters
    ----------
    visits
        `columns.VISIT_COLUMNS`, range index.
    trips
        In the order of the routes.
    reasons
        Why a visit has no route, by row of the visits.
    ground
        Of the trips; None where there are none.
    notes
        Handed on.

    Returns
    -------
    routes
        Routes, stops and unserved visits.
    """
    routes = [_describe_route(visits, trip) for trip in trips]
    shapes = [] if ground is None else _draw_trips(trips, ground)
    frame = pd.DataFrame(routes, columns=[*ROUTE_COLUMNS])
    frame["is_straight_line"] = ground is not None and ground.is_straight_line
    stops = [stop for trip in trips for stop in _describe_stops(visits, trip)]
    unserved = visits.iloc[sorted(reasons)][["visit_id", "point_id", "person_id", "day"]].assign(
        reason_zh=[reasons[row].zh for row in sorted(reasons)],
        reason_en=[reasons[row].en for row in sorted(reasons)],
    )
    return Routes(
        routes=gpd.GeoDataFrame(
            frame.astype(ROUTE_COLUMNS), geometry=gpd.GeoSeries(shapes, crs="EPSG:4326")
        ),
        stops=pd.DataFrame(stops, columns=[*STOP_COLUMNS]).astype(STOP_COLUMNS),
        unserved=unserved.reset_index(drop=True)[[*UNSERVED_COLUMNS]].astype(UNSERVED_COLUMNS),
        notes=notes,
    )


def _name_route(trip: Trip) -> str:
    """Give the id of a route."""
    return f"{trip.person_id}_{trip.day.isoformat()}"


def _describe_route(visits: pd.DataFrame, trip: Trip) -> dict[str, object]:
    """Give a row of `ROUTE_COLUMNS`."""
    service = visits["service_min"].to_numpy(dtype=float)[trip.rows]
    return {
        "route_id": _name_route(trip),
        "person_id": trip.person_id,
        "day": trip.day,
        "stop_count": len(trip.rows),
        "travel_m": trip.leg_m.sum(),
        "travel_min": trip.leg_min.sum(),
        "service_min": service.sum(),
        "start_min": trip.begin_min[0] - trip.leg_min[0],
        "end_min": trip.begin_min[-1] + service[-1] + trip.leg_min[-1],
        "is_optimal": trip.is_optimal,
    }


def _describe_stops(visits: pd.DataFrame, trip: Trip) -> list[dict[str, object]]:
    """Give the rows of `STOP_COLUMNS` of one trip."""
    table = visits.iloc[trip.rows]
    return [
        {
            "route_id": _name_route(trip),
            "person_id": trip.person_id,
            "day": trip.day,
            "order": number + 1,
            "point_id": point,
            "visit_id": visit,
            "arrive_min": trip.begin_min[number],
            "leave_min": trip.begin_min[number] + service,
            "travel_m": trip.leg_m[number],
            "travel_min": trip.leg_min[number],
        }
        for number, (point, visit, service) in enumerate(
            zip(table["point_id"], table["visit_id"], table["service_min"], strict=True)
        )
    ]


def _draw_trips(trips: list[Trip], ground: Ground) -> list[shapely.LineString]:
    """Draw the way of each trip; each leg and each way only once."""
    ways = sorted({tuple(trip.places.tolist()) for trip in trips})
    legs = sorted({leg for way in ways for leg in pairwise(way)})
    ends = np.array(legs, dtype=np.int64).reshape(-1, 2)
    coordinates = [shapely.get_coordinates(path) for path in ground.paths(ends[:, 0], ends[:, 1])]
    drawn = dict(zip(legs, coordinates, strict=True))
    lines = {way: _join([drawn[leg] for leg in pairwise(way)]) for way in ways}
    return [lines[tuple(trip.places.tolist())] for trip in trips]


def _join(legs: list[NDArray[np.float64]]) -> shapely.LineString:
    """Put legs behind one another, without repeating where they meet."""
    vertices = np.concatenate([np.empty((0, 2)), *legs])
    is_new = np.ones(len(vertices), dtype=bool)
    is_new[1:] = (vertices[1:] != vertices[:-1]).any(axis=1)
    return shapely.LineString(vertices[is_new])
