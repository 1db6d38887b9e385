"""What is changed, what that does, and what could not be tried; every writer reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.vocabulary import SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    import shapely
    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan
    from qxgeo.siting.model import SiteChecks

BASE = "base"  # the scenario in which nothing is changed
GROUPS: dict[str, Text] = {
    "radius": Text("半径", "radius"),
    "parameter": Text("未定参数", "open number"),
    "error": Text("位置误差", "position error"),
    "datum": Text("坐标基准弄错", "datum mistaken"),
    "roads": Text("道路类别", "road classes"),
    "reading": Text("条文读法", "reading of the plan"),
}
ELIGIBLE = (SiteVerdict.WITH_DUTY, SiteVerdict.ALLOWED)

# One row per scenario, nothing changed first, then by the size of what changes.
SCENARIO_COLUMNS: dict[str, str] = {
    "rank": "int64",  # 0 for the base
    "scenario_id": "string",
    "group": "string",  # a key of GROUPS, "" for the base
    "factor_id": "string",  # scenarios of one factor are alternatives of each other
    "factor_zh": "string",
    "factor_en": "string",
    "change_zh": "string",
    "change_en": "string",
    "effect": "float64",  # the largest of the three shares that change: sites, ground, road
    "sites": "int64",  # how many are judged
    "sites_flipped": "int64",  # whose summary is another verdict
    "sites_stricter": "int64",  # a more binding one
    "sites_looser": "int64",
    "lines_flipped": "int64",  # single lines that say something else, whatever the summary says
    "flips_zh": "string",  # the first few; all of them are in `Sensitivity.sites`
    "flips_en": "string",
    "ground_changed_km2": "float64",  # ground under another verdict
    "ground_stricter_km2": "float64",
    "ground_looser_km2": "float64",
    "eligible_km2": "float64",  # ground under no limit: allowed, or with a duty
    "eligible_change_km2": "float64",
    "road_km": "float64",  # duty on roads: kilometres under a rule, summed over the rules
    "road_low_km": "float64",  # whatever the position errors are
    "road_high_km": "float64",  # everything that may be under it
    "road_change_km": "float64",
}
# One row per site and line that flips; the summary is line -1.
SITE_FLIP_COLUMNS: dict[str, str] = {
    "scenario_id": "string",
    "place_id": "string",
    "name": "string",
    "line": "int64",  # -1 the summary, 0 whose ground, then the rules of the kind
    "rule_id": "string",  # "" for the summary and for line 0
    "verdict_before": "string",  # vocabulary.SiteVerdict
    "verdict_after": "string",
}
# One row per scenario and pair of verdicts, then `geometry`.
GROUND_CHANGE_COLUMNS: dict[str, str] = {
    "scenario_id": "string",
    "verdict_before": "string",
    "verdict_after": "string",
    "is_stricter": "bool",
    "area_km2": "float64",
}
GROUND_COLUMNS: dict[str, str] = {
    "scenario_id": "string",
    "verdict": "string",
    "area_km2": "float64",
    "change_km2": "float64",
}
# The ground of each rule by itself, which a more binding verdict may hide.
RULE_GROUND_COLUMNS: dict[str, str] = {
    "scenario_id": "string",
    "rule_id": "string",  # "boundary" for line 0
    "caught_km2": "float64",
    "doubtful_km2": "float64",
    "caught_change_km2": "float64",
    "doubtful_change_km2": "float64",
}
ROAD_COLUMNS: dict[str, str] = {
    "scenario_id": "string",
    "rule_id": "string",
    "km": "float64",
    "low_km": "float64",
    "high_km": "float64",
    "change_km": "float64",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """All that verdicts follow from.

    Attributes
    ----------
    places, entrances
        As `check_places` and `check_entrances` give them.
    accuracy_m
        Position error of both, ground metres.
    """

    district: District
    plan: ActionPlan
    places: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    accuracy_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """One thing changed.

    Attributes
    ----------
    scenario_id
        Such as ``radius:1.3.4-a:x0.9``.
    factor_id, factor
        What is uncertain; its scenarios are alternatives of each other.
    change
        What it is changed to.
    """

    scenario_id: str
    group: str
    factor_id: str
    factor: Text
    change: Text
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTried:
    """Something uncertain that could not be changed, and why."""

    scenario_id: str
    group: str
    factor: Text
    change: Text
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What a case comes to.

    Attributes
    ----------
    lines
        Codes into `VERDICTS` by rule, "" for line 0, each of shape (n,).
    marks
        Ground that each rule certainly catches and that it may reach, and what it says of the
        second and the first, codes into `VERDICTS`; by rule, "boundary" for line 0.
    district
        All of its ground, EPSG:4326.
    ground, ground_km2
        The district by verdict; verdicts without ground are left out.
    roads
        Kilometres under each rule on roads in the district: named, least, most. NaN where the
        rule lacks a layer.
    """

    lines: Mapping[str, NDArray[np.int8]]
    marks: Mapping[str, Mark]
    district: shapely.Geometry
    ground: Mapping[SiteVerdict, shapely.Geometry]
    ground_km2: Mapping[SiteVerdict, float]
    roads: Mapping[str, tuple[float, float, float]]

    @property
    def summaries(self) -> NDArray[np.int8]:
        """The most binding line of each place, codes into `VERDICTS`, shape (n,)."""
        return np.asarray(np.min(np.stack(list(self.lines.values())), axis=0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mark:
    """What a rule does on the ground.

    Attributes
    ----------
    caught, reached
        EPSG:4326, within the district.
    caught_km2, reached_km2
        Their areas.
    codes
        Of what it says in the band between them, and of what it catches.
    is_drawn
        Part of the verdict; else an attribute that nobody has given decides.
    """

    caught: shapely.Geometry
    reached: shapely.Geometry
    caught_km2: float
    reached_km2: float
    codes: tuple[int, int]
    is_drawn: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """What every change does to sites, ground and roads.

    Attributes
    ----------
    checks
        The sites with nothing changed.
    scenarios
        `SCENARIO_COLUMNS`, the base first, then by effect.
    sites
        `SITE_FLIP_COLUMNS`, in the order of `scenarios`.
    changes
        `GROUND_CHANGE_COLUMNS` and geometry, EPSG:4326: ground under another verdict.
    ground
        `GROUND_COLUMNS`: the ground under each verdict, the base first.
    rule_ground
        `RULE_GROUND_COLUMNS`: the ground of each rule by itself.
    roads
        `ROAD_COLUMNS`: kilometres under each rule on roads.
    not_tried
        What could not be changed.
    notes
        What the numbers leave out.
    is_demo
        Whether any layer in play is invented, the roads among them.
    """

    checks: SiteChecks
    scenarios: pd.DataFrame
    sites: pd.DataFrame
    changes: gpd.GeoDataFrame
    ground: pd.DataFrame
    rule_ground: pd.DataFrame
    roads: pd.DataFrame
    not_tried: tuple[NotTried, ...]
    notes: tuple[Text, ...]
    is_demo: bool
