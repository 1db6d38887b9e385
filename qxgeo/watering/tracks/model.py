"""What an audit takes and gives; writers read it and compute nothing.

Times are seconds since 00:00 local time of the audited day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan
    from qxgeo.readers.tracks import Tracks
    from qxgeo.watering.model import DryingDay
    from qxgeo.watering.tracks.cleaning import CleanTracks
    from qxgeo.watering.tracks.matching import MatchedTracks
    from qxgeo.watering.tracks.settings import AuditSettings

DAY_S = 86_400.0

DRY = "dry"
NEVER = "never"
TOO_FAST = "too_fast"
OFF_DUTY = "off_duty"
MISSING = "cart_missing"
SILENT = "cart_silent"
STANDING = "cart_standing"
KINDS: dict[str, Text] = {
    DRY: Text("超时变干", "dry beyond its interval"),
    NEVER: Text("全天未洒", "never watered"),
    TOO_FAST: Text("过快洒不湿", "too fast to wet"),
    OFF_DUTY: Text("清单外洒水", "sprayed off the duty list"),
    MISSING: Text("无轨迹", "no track"),
    SILENT: Text("信号中断", "gone silent"),
    STANDING: Text("班次内停驶", "standing within a shift"),
}
VIOLATION_COLUMNS = {
    "violation_id": "string",
    "kind": "string",  # a key of KINDS
    "is_sure": "bool",  # False: too close to call
    "cart_id": "string",  # "" where it is no cart's
    "company": "string",
    "section": "int64",  # position in the sections, -1 where none
    "road_name": "string",
    "township_id": "string",
    "township_name": "string",
    "from_s": "float64",
    "to_s": "float64",
    "length_m": "float64",
    "speed_kmh": "float64",  # NaN where none
    "limit": "float64",  # hours of the interval, or km/h; NaN where none
    "first_fix": "int64",  # records that prove it, rows of the records, both included; -1 none
    "last_fix": "int64",
    "before_fix": "int64",  # for a dry section: record of the last wetting before it, -1 none
    "after_fix": "int64",  # and of the next one
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What had to be kept wet on the day, and by whom.

    Attributes
    ----------
    sections
        Columns of `columns.SECTION_COLUMNS` up to ``interval_factor``, line geometry.
    drying
        How long a road stays wet at each hour.
    wettings
        Planned ones: ``section``, ``cart_id``, ``start_s``, ``end_s``; empty without a plan.
    carts
        ``cart_id``, ``company``, ``spray_speed_kmh`` (NaN where not said); empty where nobody
        gave any.
    shifts
        ``cart_id``, ``start_s``, ``end_s``; empty where nobody gave any.
    day
        Of the plan, None without one.
    source
        Where the duty comes from, to be printed.
    problems
        What could not be placed.
    is_demo
        Whether plan or carts are invented.
    """

    sections: gpd.GeoDataFrame
    drying: DryingDay
    wettings: pd.DataFrame
    carts: pd.DataFrame
    shifts: pd.DataFrame
    day: date | None
    source: Text
    problems: tuple[Text, ...] = ()
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wetness:
    """When each section was wet.

    Attributes
    ----------
    table
        A row per section: ``wettings`` (the most of any of its cells), ``first_wet_s``,
        ``last_wet_s`` (of the cell that was wetted least lately; NaN where some cell never was),
        ``wet_share``, ``dry_share``, ``unknown_share`` (of metre-hours, they add up to 1),
        ``gaps``, ``longest_gap_s``, ``watered_share`` (of the length, wetted at least once).
    hours
        Share of metre-hours of each section and hour that was proved wet, shape (s, 24).
    unknown_hours
        Share that nobody can tell, shape (s, 24).
    steps
        How much of each section is wet, as it changes: ``section``, ``at_s``, ``wet``,
        ``unknown`` (shares of the length from then on).
    gaps
        ``section``, ``from_s``, ``to_s``: when less than the share that counts was wet or unknown.
    events
        ``section``, ``cell``, ``at_s``, ``leg``: every wetting of a cell.
    """

    table: pd.DataFrame
    hours: NDArray[np.float64]
    unknown_hours: NDArray[np.float64]
    steps: pd.DataFrame
    gaps: pd.DataFrame
    events: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the tracks of a day prove.

    Attributes
    ----------
    legs
        Those of `MatchedTracks` with ``use``: ``wetting``, ``too_fast``, ``off_duty``,
        ``dry_pass`` (on a road of duty without spraying) or ``drive``; and ``company``.
    violations
        `VIOLATION_COLUMNS` with line or point geometry (None for a cart without a track).
    carts, companies, townships
        Sums, a row each.
    dropped
        ``cart_id``, ``reason``, ``count``.
    set_aside
        Carts whose clocks are off, with the sentence that says by how much.
    is_by_speed
        Carts of which spraying is not recorded and told by speed.
    """

    district: District
    plan: ActionPlan
    settings: AuditSettings
    duty: Duty
    day: date
    tracks: Tracks
    clean: CleanTracks
    matched: MatchedTracks
    legs: pd.DataFrame
    wetness: Wetness
    violations: gpd.GeoDataFrame
    carts: pd.DataFrame
    companies: pd.DataFrame
    townships: pd.DataFrame
    dropped: pd.DataFrame
    set_aside: Mapping[str, Text]
    is_by_speed: tuple[str, ...]
    notes: tuple[Text, ...]
    is_demo: bool
