"""What a burning patrol holds, room by room; writers read it and compute nothing.

All tables have a range index. Geometry is EPSG:4326. Loads are minutes of work per week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd
    import pandas as pd

    from qxgeo.district import District
    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan

# One row per cell, sorted by cell_id; the columns appear stage by stage, in this order.
CELL_COLUMNS: dict[str, str] = {
    # cells.py
    "cell_id": "string",  # township code (9 digits) and 5 digits counted west to east, north first
    "square_id": "string",  # of the ground square it was cut from, wherever the district ends
    "hot_cell_id": "string",
    "township_id": "string",  # code, or NO_TOWNSHIP
    "area_m2": "float64",  # on the ellipsoid
    "lon": "float64",  # a point inside the cell
    "lat": "float64",
    # land cover; NaN where no raster is given
    "water_share": "float64",
    "cropland_share": "float64",
    "unknown_share": "float64",  # outside the raster or without data; never 0 of a class
    # risk.py
    "risk": "float64",  # 0 to 100
    "risk_class": "string",  # high, medium, low; "water" for a cell that is all water
    "risk_rank": "Int64",  # 1 is the first; <NA> for water
    "visits_per_week": "float64",
    "load_min": "float64",  # per week; 0 for water
    # territories.py
    "person_id": "string",  # "" where nobody can own it, which the gaps explain
}
# One row per 3 km cell that touches the district, sorted by rank.
HOT_CELL_COLUMNS: dict[str, str] = {
    "hot_cell_id": "string",
    "cell_count": "int64",
    "area_m2": "float64",  # of the part in the district
    "risk": "float64",  # mean risk of its land, weighted by land area
    "risk_rank": "int64",  # by risk times land area: the most risk in one hot cell first
    "point_count": "int64",
    "event_count": "int64",
    "fire_count": "int64",
    "township_ids": "string",  # joined by "、"
}
# The roster. Phones leave it only for the person's own sheet and the office workbook.
PEOPLE_COLUMNS: dict[str, str] = {
    "person_id": "string",
    "name": "string",
    "township_id": "string",
    "phone": "string",  # "" where not given
    "capacity_min": "float64",  # most minutes per week; NaN where there is no limit
    "days_off": "object",  # tuple of weekdays, 0 is Monday
    "is_absent": "bool",
    "base_lon": "float64",  # NaN where not given
    "base_lat": "float64",
}
# Sensitive and recurrent points with their cell and owner.
POINT_COLUMNS: dict[str, str] = {
    "point_id": "string",
    "name": "string",
    "address": "string",
    "kind": "string",
    "risk_level": "string",  # high, medium, low; "" where not given: its cell's class counts
    "service_min": "float64",  # minutes at the point
    "visits_per_week": "float64",
    "cell_id": "string",  # "" outside the district: reported, never assigned
    "township_id": "string",
    "person_id": "string",
}
TERRITORY_COLUMNS: dict[str, str] = {
    "person_id": "string",
    "township_id": "string",
    "load_min": "float64",
    "cell_count": "int64",
    "area_m2": "float64",
    "part_count": "int64",  # 1 where connected along shared edges
    "is_connected": "bool",  # False only where the township itself is in parts, or a lock forces it
    "inertia_km2": "float64",  # mean squared distance of its cells to their middle, by area
    "base_distance_m": "float64",  # mean ground distance of its cells to the person's base, by area
}
CHANGE_COLUMNS: dict[str, str] = {
    "cell_id": "string",
    "from_person_id": "string",  # "" for a new cell
    "to_person_id": "string",
    "reason_zh": "string",
    "reason_en": "string",
}
# Duty hours: one row per territory, day and window. No two of one person overlap.
SHIFT_COLUMNS: dict[str, str] = {
    "shift_id": "string",
    "day": "object",  # datetime.date
    "start_min": "int64",  # minutes after midnight
    "end_min": "int64",
    "season_id": "string",
    "territory_id": "string",  # person_id of the territory's owner
    "person_id": "string",  # who goes: the owner, or a stand-in on the owner's day off
    "is_stand_in": "bool",
}
UNFILLED_COLUMNS: dict[str, str] = {
    "day": "object",
    "start_min": "int64",
    "end_min": "int64",
    "season_id": "string",
    "territory_id": "string",
    "reason_zh": "string",
    "reason_en": "string",
}
# One row per point to be seen in a shift.
VISIT_COLUMNS: dict[str, str] = {
    "visit_id": "string",
    "shift_id": "string",
    "day": "object",
    "person_id": "string",
    "point_id": "string",
    "window_start_min": "int64",
    "window_end_min": "int64",
    "service_min": "float64",
}
STOP_COLUMNS: dict[str, str] = {
    "route_id": "string",  # person_id and day
    "person_id": "string",
    "day": "object",
    "order": "int64",  # 1 is the first stop
    "point_id": "string",
    "visit_id": "string",
    "arrive_min": "float64",  # minutes after midnight
    "leave_min": "float64",
    "travel_m": "float64",  # road metres from the stop before
    "travel_min": "float64",
}
# Geometry: the way along the roads, from the base through the stops and back.
ROUTE_COLUMNS: dict[str, str] = {
    "route_id": "string",
    "person_id": "string",
    "day": "object",
    "stop_count": "int64",
    "travel_m": "float64",
    "travel_min": "float64",
    "service_min": "float64",
    "start_min": "float64",
    "end_min": "float64",
    "is_straight_line": "bool",  # asked for where there are no roads; labelled everywhere
    "is_optimal": "bool",  # proved shortest (few stops), else the best that was found
}
UNSERVED_COLUMNS: dict[str, str] = {
    "visit_id": "string",
    "point_id": "string",
    "person_id": "string",
    "day": "object",
    "reason_zh": "string",
    "reason_en": "string",
}
DEVICE_COLUMNS: dict[str, str] = {
    "device_id": "string",
    "name": "string",
    "kind": "string",  # camera, drone
    "height_m": "float64",  # above ground
    "bearing_deg": "float64",  # of the middle of the view, clockwise from true north
    "field_of_view_deg": "float64",  # 360 sees all round
    "range_m": "float64",
    "seen_m2": "float64",  # visible ground in the district
    "unknown_m2": "float64",  # within the sector, where the elevation has no data
    "has_terrain": "bool",  # False: the sector alone was taken, no line of sight
}
# One row per cell.
COVERAGE_COLUMNS: dict[str, str] = {
    "cell_id": "string",
    "seen_share": "float64",
    "unknown_share": "float64",
    "coverage": "string",  # covered, partly, blind, unknown
    "device_ids": "string",  # joined by "、"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTerm:
    """One term of the risk score, as it was used or why it was dropped.

    Attributes
    ----------
    term_id
        A key of `PatrolSettings.weights`; column ``term_<term_id>`` of the cells holds its value
        from 0 to 1, NaN where it is unknown.
    share
        Weight over the sum of the weights in use; 0 for a dropped term.
    dropped
        Why it has no part in the score; None for a term in use.
    """

    term_id: str
    name: Text
    formula: Text
    weight: float
    share: float
    source: Text
    dropped: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Cells with their score.

    Attributes
    ----------
    cells
        `CELL_COLUMNS` up to ``load_min``, and ``term_<id>``, ``point_count``, ``event_count``,
        ``fire_count``.
    hot_cells
        `HOT_CELL_COLUMNS` with geometry.
    points
        `POINT_COLUMNS` without ``person_id``, with geometry.
    fires
        Satellite fires in the district: ``seen_at`` (local time, Asia/Shanghai), ``satellite``,
        ``confidence``, ``cell_id``, geometry.
    notes
        What was left out and why.
    """

    cells: gpd.GeoDataFrame
    hot_cells: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    fires: gpd.GeoDataFrame
    terms: tuple[RiskTerm, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How fair a township's assignment is, and how fair any assignment could be.

    Attributes
    ----------
    max_over_mean
        Largest load over the mean load of the people of the township.
    bound_max_load_min
        Proved: no assignment of whole cells has a smaller largest load.
    bound
        Which argument proves it, for people.
    gap
        Largest load over its bound, less 1; 0 is optimal.
    method
        ``exact`` (proved optimal by the solver) or ``search``.
    inertia_km2, base_distance_m
        Means over the territories, weighted by area; NaN where nobody has a base.
    """

    township_id: str
    person_count: int
    cell_count: int
    load_min: float
    mean_load_min: float
    max_load_min: float
    max_over_mean: float
    bound_max_load_min: float
    bound: Text
    gap: float
    method: str
    inertia_km2: float
    base_distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who owns which cell.

    Attributes
    ----------
    owners
        Indexed by ``cell_id`` in the order of the cells: ``person_id``, "" where nobody can.
    territories
        `TERRITORY_COLUMNS` with geometry, one row per present person, sorted by person_id.
    changes
        `CHANGE_COLUMNS`, empty without an earlier assignment.
    problems
        What was asked for and cannot be had; with ``unassigned = "refuse"`` they are faults.
    notes
        Islands, parts cut off by a boundary, people without a cell.
    """

    owners: pd.Series[str]
    territories: gpd.GeoDataFrame
    balances: tuple[Balance, ...]
    changes: pd.DataFrame
    problems: tuple[Text, ...]
    notes: tuple[Text, ...]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Who goes when.

    Attributes
    ----------
    shifts
        `SHIFT_COLUMNS`, sorted by day, start and territory.
    visits
        `VISIT_COLUMNS`.
    unfilled
        `UNFILLED_COLUMNS`: hours that nobody can take, with the reason. Every window of every
        territory is either a shift or here.
    """

    first_day: date
    last_day: date
    shifts: pd.DataFrame
    visits: pd.DataFrame
    unfilled: pd.DataFrame
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """How people go from point to point.

    Attributes
    ----------
    routes
        `ROUTE_COLUMNS` with geometry.
    stops
        `STOP_COLUMNS`.
    unserved
        `UNSERVED_COLUMNS`: points that no road reaches, or that do not fit into the day.
    """

    routes: gpd.GeoDataFrame
    stops: pd.DataFrame
    unserved: pd.DataFrame
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCameras:
    """The best places for the next k cameras.

    Attributes
    ----------
    places
        ``rank``, ``lon``, ``lat``, ``new_km2`` (what it adds, weighted by risk as said in the
        notes), ``cell_id``, geometry.
    covered, bound
        Weight covered by the k new cameras together, and the proved upper bound of it.
    gap
        ``bound / covered - 1``; 0 is optimal.
    """

    places: gpd.GeoDataFrame
    covered: float
    bound: float
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What cameras and drones see.

    Attributes
    ----------
    devices
        `DEVICE_COLUMNS`; geometry is the visible ground as polygons.
    coverage
        `COVERAGE_COLUMNS`, one row per cell in the order of the cells.
    """

    devices: gpd.GeoDataFrame
    coverage: pd.DataFrame
    next_cameras: NextCameras | None
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolAssumption:
    """A default that is in nobody's decision yet."""

    name: Text
    value: Text
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Patrol:
    """Everything of one patrol plan.

    Attributes
    ----------
    cells
        `CELL_COLUMNS` and the term columns, with geometry.
    points
        `POINT_COLUMNS` with geometry.
    sight
        None where there is no camera and no drone.
    straw
        Crop land and straw per responsible unit (5.3.1): ``unit``, ``township_id``,
        ``cropland_km2`` (NaN unknown), ``unknown_km2``, ``straw_t`` (NaN where no coefficient).
    inputs
        Layer or file name to SHA-256.
    gaps
        What could not be done and what is missing for it.
    """

    district: District
    plan: ActionPlan
    settings: PatrolSettings
    people: pd.DataFrame
    cells: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    risk: Risk
    assignment: Assignment
    schedule: Schedule
    routes: Routes
    sight: Sight | None
    straw: pd.DataFrame
    inputs: Mapping[str, str]
    assumptions: tuple[PatrolAssumption, ...]
    gaps: tuple[Text, ...]
    is_demo: bool
    is_approximate: bool
