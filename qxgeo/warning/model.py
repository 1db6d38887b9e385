"""What the page of a warning day holds; writers read it and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from qxgeo.air.warning import Episode
    from qxgeo.assess import Assessment
    from qxgeo.district import District
    from qxgeo.district.today_settings import TodaySettings
    from qxgeo.errors import Text
    from qxgeo.patrol.model import Patrol
    from qxgeo.patrol.risk.exposure import WindRose
    from qxgeo.plan import ActionPlan, Measure

YES, NO, UNKNOWN = "in_force", "not_in_force", "unknown"
NONE, SOME = "none", "some"  # no warning; a warning of which nobody said the level


@dataclass(frozen=True, slots=True, kw_only=True)
class Wind:
    """The wind of the hour.

    Attributes
    ----------
    from_deg
        Where it comes from, degrees; NaN where unknown.
    speed_ms
        NaN where unknown.
    half_deg
        Half the width of the upwind sector; NaN where no sector is drawn, and everything within
        the radii counts.
    stability
        Class of the air behind it, "" without a sector.
    why
        How the width was chosen, or why there is no sector.
    """

    from_deg: float
    speed_ms: float
    half_deg: float
    stability: str
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The warning that the government issued.

    Attributes
    ----------
    level_id
        A level, `NONE`, `SOME`, or "" where nobody said whether there is one.
    state
        `YES`, `NO` or `UNKNOWN`: whether one is in force.
    name, source
        For people.
    """

    level_id: str
    state: str
    name: Text
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class StationNow:
    """A station as its last hours show it.

    Attributes
    ----------
    last_time
        End of the last hour with any value; None where there is none.
    age_h
        From then to now, hours; NaN.
    aqi, day_aqi
        Of that hour and of the running day; NaN where unknown.
    primary, missing, day_missing
        Names of pollutants, joined by ", "; with any missing the index is a lower bound.
    level, highest
        Numbers of levels, see `air.warning.Measured`.
    problems
        Why it cannot be trusted; empty for a station that can.
    series
        ``time``, ``aqi``, ``day_aqi`` of the last hours.
    """

    station_id: str
    name: str
    lon: float
    lat: float
    is_reference: bool
    last_time: pd.Timestamp | None
    age_h: float
    aqi: float
    primary: str
    missing: str
    day_aqi: float
    day_missing: str
    level: int
    highest: int
    problems: tuple[Text, ...]
    series: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class AirNow:
    """The air of the city, measured.

    Attributes
    ----------
    stations
        In force on the day, by code.
    city
        ``time``, ``aqi``, ``day_aqi``, ``day_primary``, ``day_missing`` of the mean of the stations
        (reference points apart).
    level, highest
        Of the city at the hour.
    episodes
        With their first and last hour.
    problems
        What stands on top of the page in red.
    notes
        What was dropped while reading.
    """

    stations: tuple[StationNow, ...]
    city: pd.DataFrame
    level: int
    highest: int
    episodes: tuple[tuple[pd.Timestamp, pd.Timestamp, Episode], ...]
    problems: tuple[Text, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureNow:
    """A measure with a trigger, and whether it is in force.

    Attributes
    ----------
    state
        `YES`, `NO` or `UNKNOWN`.
    rules
        Rule id, title, state and reason of each rule of the measure.
    """

    measure: Measure
    state: str
    why: Text
    rules: tuple[tuple[str, Text, str, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WetRoads:
    """Roads to keep wet.

    Attributes
    ----------
    rules
        Rule id and title of the rules in force, in order; then those whose day nobody knows.
    towns
        ``township_id``, ``township_name``, a column of metres per rule, ``union_m`` (rules in
        force, counted once), ``close_m``, ``unknown_m``, ``lead``, ``responsible``.
    sections
        Findings of the rules, with ``state``.
    gaps
        Rules that could not be judged.
    """

    rules: tuple[tuple[str, Text, str], ...]
    towns: pd.DataFrame
    sections: pd.DataFrame
    gaps: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolNow:
    """The patrol of the day.

    Attributes
    ----------
    windows
        Hours of the day, minutes after midnight.
    season
        Whose hours they are.
    cells
        Cells by weight, the first to be seen first: ``cell_id``, ``township_id``, ``risk``,
        ``risk_class``, ``person_id``, ``person``, ``phone``, ``station_id``, ``distance_m``,
        ``bearing_deg``, ``weight``, ``lon``, ``lat``.
    on_duty
        ``person_id``, ``person``, ``phone``, ``township_id``, ``start_min``, ``end_min`` of the
        window that holds the hour, or of the next one of the day.
    is_now
        Whether a window holds the hour.
    gaps
        What could not be said.
    """

    windows: tuple[tuple[int, int], ...]
    season: Text
    cells: pd.DataFrame
    on_duty: pd.DataFrame
    is_now: bool
    gaps: tuple[Text, ...]
    patrol: Patrol | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What to tell a unit.

    Attributes
    ----------
    tasks
        Each with what it rests on.
    doubts
        Tasks of which nobody knows whether they are in force.
    """

    unit: str
    phone: str
    tasks: tuple[Text, ...]
    doubts: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Everything of one page.

    Attributes
    ----------
    at
        Local time, naive.
    sources
        `upwind.SOURCE_COLUMNS`.
    source_gaps
        Layers that were not there, and rows without a position.
    rose
        Winds of the district over the year; None where it has no table of them.
    inputs
        Name of a file or layer to SHA-256.
    is_demo
        Whether anything is invented.
    """

    district: District
    plan: ActionPlan
    settings: TodaySettings
    at: pd.Timestamp
    wind: Wind
    declared: Declared
    air: AirNow
    measures: tuple[MeasureNow, ...]
    wet: WetRoads
    sources: pd.DataFrame
    source_gaps: tuple[Text, ...]
    patrol: PatrolNow
    calls: tuple[Call, ...]
    assessment: Assessment
    rose: WindRose | None
    inputs: Mapping[str, str]
    is_demo: bool
