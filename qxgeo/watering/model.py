"""What a watering plan holds; writers read it and compute nothing.

Times are seconds since the start of the planned day (00:00 local time unless the settings say
otherwise); they may pass 86,400 where a tour ends on the next day. The tables' columns stand in
`columns`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.district.watering_settings import WateringSettings
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan
    from qxgeo.rules import Assumption


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Carts, where they start, where they refill; as read from the carts' file.

    Attributes
    ----------
    carts
        `CART_COLUMNS`, one row per cart in use, sorted by cart_id.
    sites
        `SITE_COLUMNS` with point geometry, EPSG:4326: depots and refill points.
    shifts
        `SHIFT_COLUMNS`: hours in which a cart has a driver, with the break owed in them.
    is_demo
        Whether the file is of invented demonstration data.
    source
        Where the file came from, to be printed.
    """

    carts: pd.DataFrame
    sites: gpd.GeoDataFrame
    shifts: pd.DataFrame
    is_demo: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DryingDay:
    """How long a road stays wet through the day.

    Attributes
    ----------
    interval_h
        Hours a wetted road stays wet at the conditions of each hour, shape (24,), infinite where
        rain keeps it wet and in frost.
    is_rain
        Whether rain wets the road in each hour, shape (24,).
    is_frost
        Whether spraying is forbidden in each hour because water would freeze, shape (24,). Then a
        road counts neither as wet nor as dry.
    weather
        Key of the row of the table that was used.
    source
        Of the table.
    """

    interval_h: NDArray[np.float64]
    is_rain: NDArray[np.bool_]
    weather: str
    title: Text
    source: Text
    is_frost: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(24, dtype=bool))

    @property
    def required_h(self) -> int:
        """Count the hours of the day in which roads have to be wet."""
        return int((~self.is_frost).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetBound:
    """What is proved about the fleet, beside what was found.

    Attributes
    ----------
    carts, carts_bound
        Carts that work in the day, and the fewest that the busiest time is proved to need, which
        may be more than the file has.
    work_h, work_bound_h
        Hours of work of all carts in the 24 h, and the proved least.
    gap
        ``work_h / work_bound_h - 1``; NaN where nothing is to be watered.
    how
        Which argument proves it, for people.
    """

    carts: int
    carts_bound: int
    work_h: float
    work_bound_h: float
    gap: float
    how: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Whether the fleet keeps everything wet, and if not, what would.

    Attributes
    ----------
    is_kept
        Every required section is wet through the 24 h.
    wet_share
        Share of metre-hours required that are wet, 0 to 1.
    carts_more
        Further carts of the most useful kind with which a full plan was found; 0 where none is
        needed, -1 where no number of carts helps (see `reasons`).
    first_sections
        Sections that fall dry, most urgent first, to be served first: positions in
        `WateringPlan.sections`.
    reasons
        One sentence for each cause: sections no cart reaches, a section longer than a tank, an
        interval shorter than a tour, shifts that leave hours without a driver.
    protected
        Where the fleet is too small for all: sections that it keeps wet without a gap, most urgent
        first; the others get the time that is left. Empty where all are watered alike.
    alike_share
        ``wet_share`` if all were watered alike instead; None where they are.
    """

    is_kept: bool
    wet_share: float
    carts_more: int
    first_sections: tuple[int, ...]
    reasons: tuple[Text, ...]
    protected: tuple[int, ...] = ()
    alike_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTurns:
    """What became of the rows of the layer of turn restrictions.

    Attributes
    ----------
    rows
        Of the layer; the sum of the next three and the unmatched.
    held
        Rows that close at least one movement.
    needless
        Rows that forbid what no road allows: turning into a one-way street against its direction,
        or into or out of a road that is closed to vehicles.
    not_for_carts
        Rows for other vehicles, or from which carts are exempt.
    timed
        Held rows that count at certain hours only; they are held all day.
    several
        Held rows that fit more than one approach, all of which are closed.
    closed_moves
        Movements closed, each once.
    unmatched
        Rows that fit nowhere and are not held: their names and why.
    """

    rows: int
    held: int
    needless: int
    not_for_carts: int
    timed: int
    several: int
    closed_moves: int
    unmatched: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WateringPlan:
    """Who drives which cart where and when, refilling where, and what stays wet by it.

    Attributes
    ----------
    sections
        `SECTION_COLUMNS` with line geometry, one row per required piece of road and direction
        group, range index. ``state`` is ``kept``, ``dry_at_times`` or ``never`` with the reason in
        ``why_zh`` and ``why_en``.
    tours
        `TOUR_COLUMNS`, one row per closed tour or transfer, range index by ``tour``.
    legs
        `LEG_COLUMNS` with geometry: what a tour consists of, in order, with offsets in seconds
        from its start.
    runs
        `RUN_COLUMNS`: tours, transfers, waits and breaks of each cart, in order of time.
    dry_spells
        `DRY_COLUMNS`: when a required section is dry.
    bound
        Best found and proved.
    diagnosis
        Whether it does.
    problems
        Bad or doubtful input that was left out, with the mend; nothing is invented for it.
    assumptions
        Every default that is not in the plan's text or the carts' file.
    parameters
        Everything a rerun needs: seed, iterations, speeds, the table of drying.
    turns
        What became of the layer of turn restrictions; None where there is none, and then nobody
        knows where turning is forbidden.
    """

    district: District
    plan: ActionPlan
    settings: WateringSettings
    fleet: Fleet
    drying: DryingDay
    day: date
    sections: gpd.GeoDataFrame
    tours: pd.DataFrame
    legs: gpd.GeoDataFrame
    runs: pd.DataFrame
    dry_spells: pd.DataFrame
    bound: FleetBound
    diagnosis: Diagnosis
    problems: tuple[Text, ...]
    assumptions: tuple[Assumption, ...]
    parameters: dict[str, object]
    is_demo: bool
    is_approximate: bool
    turns: HeldTurns | None = None
