"""What a district decides about its burning patrol, as frozen values, each with who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from qxgeo.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One number that the plan leaves open.

    Attributes
    ----------
    source
        Who says so.
    is_default
        True for the embedded default: an assumption, printed beside the results.
    """

    value: float
    source: Text
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A part of the year with patrol hours of its own (秋收、春耕、熏腊肉高峰期……).

    Attributes
    ----------
    season_id
        ``ordinary`` for the rest of the year, ``warning`` for days of a pollution warning,
        ``unfavourable`` for days of unfavourable weather; any other word for a season.
    first, last
        Month and day, both inclusive; a season may run over the end of the year. None for the
        three above, which no date begins.
    windows
        Patrol hours of a day, minutes after midnight, start before end, sorted, not overlapping.
    weekdays
        Days of the week that are patrolled, 0 is Monday.
    visit_factor
        What the visits per week are multiplied by.
    """

    season_id: str
    name: Text
    first: tuple[int, int] | None
    last: tuple[int, int] | None
    windows: tuple[tuple[int, int], ...]
    weekdays: tuple[int, ...]
    visit_factor: float
    source: Text
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A file that is no layer: a raster, a list of satellite fires, a table of winds.

    Attributes
    ----------
    path
        Absolute.
    source
        Who made it.
    as_of
        Day of the data, None where nobody said.
    options
        Keys of its own, checked: ``classes`` of a land cover (``water``, ``cropland``: class codes
        as numbers), ``unit`` of an elevation (``m`` or ``ft``).
    """

    path: Path
    source: str
    as_of: date | None
    is_demo: bool
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolSettings:
    """The ``[patrol]`` part of district.toml over the embedded defaults.

    Attributes
    ----------
    cell_size_m
        Edge of a patrol cell; a whole number of them makes the edge of a hot cell.
    hot_cell_size_m
        Edge of a hot cell (3 km, practice of the Ministry of Ecology and Environment).
    seed
        Same seed, same assignment.
    unassigned
        ``refuse`` or ``list``: what happens to a township whose cells nobody can own.
    land_cover, elevation, wind
        None where the district has none: the terms that need it are dropped and named.
    fires
        FIRMS files, perhaps none.
    weights
        Weight of each risk term: ``points``, ``events``, ``fires``, ``cropland``, ``roads``,
        ``upwind``.
    effort
        ``min_per_km2`` (minutes to patrol a square kilometre of land once), ``min_per_point``
        (minutes at a point), ``event_years`` (how far back events count), ``fire_confidence``
        (least confidence of MODIS, per cent), ``road_reach_m`` (beyond it nearness counts 0),
        ``upwind_sector_deg`` (how wide smoke spreads), ``upwind_half_m`` (the way that halves what
        reaches a station), ``high_share`` and ``medium_share`` (shares of the land cells in class
        high, medium).
    visits_per_week
        Visits to a cell of class ``high``, ``medium``, ``low``.
    speeds_kmh
        ``drive``, ``ride``, ``walk``.
    travel_mode
        One of the keys of `speeds_kmh`.
    day_length_min
        Longest working day of one person.
    locks
        Cell id to person id.
    seasons
        ``ordinary`` first.
    warning_days, unfavourable_days
        Days declared so far.
    phones
        Unit name to duty phone, for the sheets.
    straw_t_per_km2
        Straw that a square kilometre of crop land gives in a year, None where not set (5.3.1).
    """

    cell_size_m: Setting
    hot_cell_size_m: Setting
    seed: int
    unassigned: str
    land_cover: DataFile | None
    elevation: DataFile | None
    wind: DataFile | None
    fires: tuple[DataFile, ...]
    weights: Mapping[str, Setting]
    effort: Mapping[str, Setting]
    visits_per_week: Mapping[str, Setting]
    speeds_kmh: Mapping[str, Setting]
    travel_mode: str
    day_length_min: Setting
    locks: Mapping[str, str]
    seasons: tuple[Season, ...]
    warning_days: tuple[date, ...]
    unfavourable_days: tuple[date, ...]
    phones: Mapping[str, str]
    straw_t_per_km2: Setting | None
