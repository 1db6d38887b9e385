"""Daily routes: in which order a person sees the points of a day, and along which roads.

A route begins and ends at the person's base. Without a base it is an open tour, from the first
point to the last. A person sets out just in time for the first window; who would come too early
for a later shift leaves the point before later, so that every arrival is the beginning of a visit.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.errors import Fault, InputError, Text
from qxgeo.patrol.routes import words as route_words
from qxgeo.patrol.routes.days import Dispatcher, PersonDay, Trip
from qxgeo.patrol.routes.tables import write_routes
from qxgeo.patrol.routes.travel import Ground, RoadGround, StraightGround, measure_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.network import RoadNetwork
    from qxgeo.patrol.model import Routes

    Ints = NDArray[np.int64]

_VISIT_ORDER = ["person_id", "day", "window_start_min", "window_end_min", "point_id", "visit_id"]


def plan_routes(
    visits: pd.DataFrame,
    points: gpd.GeoDataFrame,
    people: pd.DataFrame,
    *,
    network: RoadNetwork | None,
    settings: PatrolSettings,
    seed: int,
    is_straight_line_allowed: bool = False,
) -> Routes:
    """Plan who goes which way on which day.

    Parameters
    ----------
    visits
        `columns.VISIT_COLUMNS`; each visit lies wholly in its window.
    points
        ``point_id`` and geometry, EPSG:4326.
    people
        ``person_id``, ``base_lon``, ``base_lat``.
    network
        With the district's way of travel; None where there is no roads layer.
    settings
        ``travel_mode``, ``day_length_min``, ``effort["road_reach_m"]`` (a point farther from any
        road is out of reach) and, for straight lines, ``speeds_kmh``.
    seed
        Of the search on days with many stops.
    is_straight_line_allowed
        Whether straight lines may stand for roads where there is no network.

    Returns
    -------
    routes
        Sorted by person and day. Every visit is either a stop or, with a reason, unserved. The
        geometry of a route without any way (a single point) is an empty line.

    Raises
    ------
    InputError
        If the network was built without the district's way of travel.
    """
    visits = visits.sort_values(_VISIT_ORDER, kind="stable", ignore_index=True)
    if network is None and not is_straight_line_allowed:
        return write_routes(visits, [], dict.fromkeys(visits.index, route_words.NO_ROADS), None)
    place_of, lonlat = _list_places(points, people)
    ground = _choose_ground(lonlat, network, settings)
    reasons = _find_unreachable(visits, place_of, lonlat, ground, settings)
    days = _list_days(visits, reasons, place_of, people, ground)
    dispatcher = Dispatcher(visits, settings.day_length_min.value, seed, reasons)
    known = [_places_of(several) for several in days]
    trips = [
        trip
        for several, places, travel in zip(days, known, measure_groups(ground, known), strict=True)
        for trip in dispatcher.plan_person(several, places, travel)
    ]
    notes = (
        *([route_words.STRAIGHT_LINES] if ground.is_straight_line else []),
        *([route_words.WORKING_TIME] if trips else []),
        *_note_on_people(days, people),
        *route_words.note_on_search(sum(not trip.is_optimal for trip in trips), len(trips)),
        *_note_on_points(visits, trips, place_of, ground),
        *(network.notes if network is not None else ()),
    )
    return write_routes(visits, trips, reasons, ground, notes)


def _list_places(
    points: gpd.GeoDataFrame, people: pd.DataFrame
) -> tuple[dict[tuple[str, str], int], NDArray[np.float64]]:
    """Give each base, then each point, a number and a position."""
    given = np.array(points.geometry.to_numpy(), dtype=object)
    given[shapely.is_empty(given)] = None
    shapes = shapely.point_on_surface(given)
    at_points = np.stack((shapely.get_x(shapes), shapely.get_y(shapes)), axis=1)
    bases = people[["base_lon", "base_lat"]].to_numpy(dtype=float)
    names = [("base", person) for person in people["person_id"]]
    names += [("point", point) for point in points["point_id"]]
    return {name: number for number, name in enumerate(names)}, np.concatenate((bases, at_points))


def _choose_ground(
    lonlat: NDArray[np.float64], network: RoadNetwork | None, settings: PatrolSettings
) -> Ground:
    """Give the roads, or straight lines where there are none.

    Raises
    ------
    InputError
        If the network was built without the district's way of travel.
    """
    mode = settings.travel_mode
    if network is None:
        return StraightGround(lonlat, settings.speeds_kmh[mode].value * 1_000 / 60)
    if mode not in network.graphs:
        raise InputError(
            Fault(
                problem=Text(f"路网未按“{mode}”建立", f'the network was built without "{mode}"'),
                mend=Text("建立路网时给出该方式的速度", "give its speed when building the network"),
                column="travel_mode",
            )
        )
    limit_m = settings.effort["road_reach_m"].value
    return RoadGround(network, network.snap(lonlat, mode=mode, limit_m=limit_m))


def _find_unreachable(
    visits: pd.DataFrame,
    place_of: Mapping[tuple[str, str], int],
    lonlat: NDArray[np.float64],
    ground: Ground,
    settings: PatrolSettings,
) -> dict[int, Text]:
    """Find the visits to points that are unknown, nowhere, or off the roads."""
    off_road = route_words.off_road(
        limit_m=settings.effort["road_reach_m"].value, mode=settings.travel_mode
    )
    is_reached = ground.is_reached
    is_known = np.asarray(np.isfinite(lonlat).all(axis=1))
    reasons = {}
    for row, point in enumerate(visits["point_id"]):
        place = place_of.get(("point", point), -1)
        if place < 0:
            reasons[row] = route_words.NOT_LISTED
        elif not is_known[place]:
            reasons[row] = route_words.NO_PLACE
        elif not is_reached[place]:
            reasons[row] = off_road
    return reasons


def _list_days(
    visits: pd.DataFrame,
    reasons: Mapping[int, Text],
    place_of: Mapping[tuple[str, str], int],
    people: pd.DataFrame,
    ground: Ground,
) -> list[list[PersonDay]]:
    """Give the days of each person with a visit that can be made."""
    reached = ground.is_reached
    bases = {
        person: place_of["base", person] if reached[place_of["base", person]] else -1
        for person in people["person_id"]
    }
    possible = visits.loc[~visits.index.isin(list(reasons))]
    places = np.array([place_of["point", point] for point in possible["point_id"]], dtype=np.int64)
    days: dict[str, list[PersonDay]] = {}
    rows, person_ids = possible.index.to_numpy(), possible["person_id"].to_list()
    keys = list(zip(person_ids, possible["day"], strict=True))
    begins = [at for at in range(len(keys)) if at == 0 or keys[at] != keys[at - 1]]
    for begin, end in pairwise([*begins, len(keys)]):
        person, day = keys[begin]
        base, own = bases.get(person, -1), slice(begin, end)
        days.setdefault(person, []).append(PersonDay(person, day, base, rows[own], places[own]))
    return list(days.values())


def _places_of(days: list[PersonDay]) -> Ints:
    """Give the places of a person's days, each once."""
    bases = [day.base for day in days if day.base >= 0]
    return np.unique(np.concatenate([np.array(bases, dtype=np.int64), *(d.places for d in days)]))


def _note_on_people(days: list[list[PersonDay]], people: pd.DataFrame) -> list[Text]:
    """Say whose tours have no base."""
    has_base = people.set_index("person_id")[["base_lon", "base_lat"]].notna().all(axis=1)
    open_tours = [several[0].person_id for several in days if several[0].base < 0]
    without = [person for person in open_tours if not has_base.get(person, default=False)]
    return route_words.note_on_bases(
        without, [person for person in open_tours if person not in without]
    )


def _note_on_points(
    visits: pd.DataFrame,
    trips: list[Trip],
    place_of: Mapping[tuple[str, str], int],
    ground: Ground,
) -> list[Text]:
    """Say how far the points lie from the roads."""
    snap_m, reached = ground.snap_m, ground.is_reached
    passed = sorted({place for trip in trips for place in trip.places.tolist()})
    away = {
        point: float(snap_m[place_of["point", point]])
        for point in visits["point_id"].unique()
        if ("point", point) in place_of and not reached[place_of["point", point]]
    }
    return [
        *route_words.note_on_snapping(max((float(snap_m[p]) for p in passed), default=np.nan)),
        *route_words.note_on_unreached(away),
    ]
