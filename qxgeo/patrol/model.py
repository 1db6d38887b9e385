"""What a burning patrol holds, room by room; writers read it and compute nothing.

The tables' columns stand in `columns`.
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
        ``exact`` where the largest load is proved to be the smallest possible (it meets the bound,
        or the solver proved it), else ``search``.
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
    is_first
        Whether there was no earlier assignment to start from.
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
    is_first: bool
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
