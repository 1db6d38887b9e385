"""What lies in the cells: sensitive points, past events, satellite fires, and what each counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.patrol.cells import find_cells
from qxgeo.patrol.risk.term import Term, list_names, saturate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.district.patrol_settings import PatrolSettings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

LEVELS = ("high", "medium", "low")
UNRATED = "medium"  # what a point without risk level counts as in the score
_YEAR_DAYS = 365.25
# Least per cent of FIRMS's classes of MODIS confidence, which VIIRS gives as words.
_CLASS_PERCENT = {"low": 0.0, "nominal": 30.0, "high": 80.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Records placed into cells.

    Attributes
    ----------
    row
        Row of the cell, -1 outside the district, per record.
    weight
        What the record counts, 0 where it does not.
    is_counted
        False outside the district and for what was left out, which the notes name.
    """

    term: Term
    row: Ints
    weight: Floats
    is_counted: Bools
    cell_count: int
    notes: tuple[Text, ...] = ()

    @property
    def counts(self) -> Ints:
        """Give the number of counted records per cell."""
        return np.bincount(self.row[self.is_counted], minlength=self.cell_count).astype(np.int64)


def tally_points(
    cells: gpd.GeoDataFrame, points: gpd.GeoDataFrame | None, *, settings: PatrolSettings
) -> Tally:
    """Count sensitive and recurrent points by their risk level.

    Parameters
    ----------
    cells
        As `cells.build_cells` gives them.
    points
        Layer ``burning_points``, None where the district has none.
    settings
        A point counts in proportion to the visits per week of its level; the largest counts 1.

    Returns
    -------
    tally
        In the order of the points.
    """
    visits = {level: settings.visits_per_week[level].value for level in LEVELS}
    most = max(visits.values()) or 1.0
    share = {level: visits[level] / most for level in LEVELS}
    formula = Text(
        f"1 − 2^(−点数)；按每周次数折算，高 {share['high']:.2g}、中 {share['medium']:.2g}、"
        f"低 {share['low']:.2g}，未分级按中",
        f"1 - 2^(-points), by visits per week: high {share['high']:.2g}, medium "
        f"{share['medium']:.2g}, low {share['low']:.2g}, not rated as medium",
    )
    term = _blank(
        cells, "points", Text("敏感点、易发点", "sensitive and recurrent points"), formula
    )
    if points is None:
        return _dropped(term, Text("没有点位清单", "there is no list of points"))
    row = find_cells(cells, points.geometry.to_numpy())
    level = _texts(points, "risk_level")
    weight = np.array([share[word] for word in level.where(level != "", UNRATED)], np.float64)
    notes = []
    if (row < 0).any():
        names = list_names(_texts(points, "name")[row < 0].tolist())
        notes.append(
            Text(
                f"{(row < 0).sum()} 处点位在辖区外，未分配：{names}",
                f"{(row < 0).sum()} points lie outside the district and have no owner: {names}",
            )
        )
    return _tally(term, row, weight, row >= 0, notes)


def tally_events(
    cells: gpd.GeoDataFrame,
    events: gpd.GeoDataFrame | None,
    *,
    settings: PatrolSettings,
    as_of: date,
) -> Tally:
    """Count past events, the recent ones more.

    Parameters
    ----------
    cells
        As `cells.build_cells` gives them.
    events
        Layer ``patrol_events``, None where the district has none.
    settings
        ``effort.event_years``: an event of today counts 1, one that old 0, in between in
        proportion.
    as_of
        Today; what happened later is left out.

    Returns
    -------
    tally
        In the order of the events.
    """
    years = settings.effort["event_years"].value
    formula = Text(
        f"1 − 2^(−事件数)；事件当日计 1，按时间线性减到 {years:g} 年前计 0，重复发生累加",
        f"1 - 2^(-events); an event counts 1 on its day, in proportion down to 0 after {years:g} "
        "years; repeated events add up",
    )
    term = _blank(cells, "events", Text("历史焚烧事件", "past events"), formula)
    if events is None:
        return _dropped(term, Text("没有事件记录", "there are no records of events"))
    row = find_cells(cells, events.geometry.to_numpy())
    days = pd.to_datetime(events["happened_on"])
    weight, is_recent = _recency(days, years, as_of)
    inside = row >= 0
    left_out = (
        (~inside, Text("在辖区外", "outside the district")),
        (inside & days.isna().to_numpy(bool), Text("没有日期", "without a date")),
        *_too_old_or_new(days, inside & ~is_recent, years, as_of),
    )
    notes = _notes(Text("事件", "events"), left_out)
    return _tally(term, row, weight, inside & is_recent, notes)


def tally_fires(
    cells: gpd.GeoDataFrame,
    fires: gpd.GeoDataFrame | None,
    *,
    settings: PatrolSettings,
    as_of: date,
) -> Tally:
    """Count satellite fires that are sure enough, the recent ones more.

    MODIS fires count from ``effort.fire_confidence`` per cent on; VIIRS fires when their word is
    the class of that number (low below 30, nominal below 80, high from 80) or a higher one. What
    FIRMS calls a static source is no burning in the open and does not count.

    Parameters
    ----------
    cells
        As `cells.build_cells` gives them.
    fires
        As `readers.firms.read_fires` gives them, None where the district has no file.
    settings
        ``effort.fire_confidence`` and ``effort.event_years``.
    as_of
        Today; what was seen later is left out.

    Returns
    -------
    tally
        In the order of the fires.
    """
    least, years = settings.effort["fire_confidence"].value, settings.effort["event_years"].value
    floor = max(percent for percent in _CLASS_PERCENT.values() if percent <= least)
    words = [word for word, percent in _CLASS_PERCENT.items() if percent >= floor]
    formula = Text(
        f"1 − 2^(−火点数)；MODIS 置信度不低于 {least:g}%，VIIRS 为 {'、'.join(words)}；"
        f"按时间线性减到 {years:g} 年前计 0",
        f"1 - 2^(-fires); MODIS confidence at least {least:g} %, VIIRS {' or '.join(words)}; in "
        f"proportion to time down to 0 after {years:g} years",
    )
    term = _blank(cells, "fires", Text("卫星火点", "satellite fires"), formula)
    if fires is None:
        return _dropped(term, Text("没有卫星火点文件", "there is no file of fires"))
    row = find_cells(cells, fires.geometry.to_numpy())
    inside = row >= 0
    is_sure_word = fires["confidence_word"].isin(words).to_numpy(bool)
    is_sure = is_sure_word | (fires["confidence_percent"] >= least).to_numpy(bool)
    is_static = fires["is_static"].to_numpy(bool)
    days = fires["seen_at"].dt.tz_localize(None).dt.normalize()
    weight, is_recent = _recency(days, years, as_of)
    kept = inside & is_sure
    left_out = (
        (inside & ~is_sure, Text("置信度不足", "not sure enough")),
        (kept & is_static, Text("是固定热源", "static sources")),
        *_too_old_or_new(days, kept & ~is_static & ~is_recent, years, as_of),
    )
    notes = _notes(Text("卫星火点", "satellite fires"), left_out)
    return _tally(term, row, weight, kept & ~is_static & is_recent, notes)


def _texts(table: gpd.GeoDataFrame, column: str) -> pd.Series[str]:
    """Give a column of text, "" where nothing is said."""
    return table[column].astype("string").fillna("")


def _blank(cells: gpd.GeoDataFrame, term_id: str, name: Text, formula: Text) -> Term:
    """Begin a term of which nothing is known yet."""
    return Term(term_id=term_id, name=name, formula=formula, level=np.full(len(cells), np.nan))


def _dropped(term: Term, why: Text) -> Tally:
    """Give the tally of a layer that is not there."""
    return _tally(replace(term, dropped=why), np.empty(0, np.int64), np.empty(0), np.empty(0, bool))


def _tally(
    term: Term, row: Ints, weight: Floats, is_counted: Bools, notes: list[Text] | None = None
) -> Tally:
    """Sum up the records of each cell."""
    weight = np.where(is_counted, weight, 0.0)
    cell_count = len(term.level)
    sums = np.bincount(row[is_counted], weights=weight[is_counted], minlength=cell_count)
    return Tally(
        term=term if term.dropped else replace(term, level=saturate(np.asarray(sums, np.float64))),
        row=row,
        weight=weight,
        is_counted=is_counted,
        cell_count=cell_count,
        notes=tuple(notes or ()),
    )


def _recency(days: pd.Series[Any], years: float, as_of: date) -> tuple[Floats, Bools]:
    """Give 1 for today, in proportion to time down to 0, and whether the day counts at all."""
    age_days = (pd.Timestamp(as_of) - days).dt.days.to_numpy(np.float64, na_value=np.nan)
    is_recent = (age_days >= 0) & (age_days < years * _YEAR_DAYS)
    weight = np.zeros(len(age_days))
    weight[is_recent] = 1 - age_days[is_recent] / (years * _YEAR_DAYS)
    return weight, is_recent


def _too_old_or_new(
    days: pd.Series[Any], chosen: Bools, years: float, as_of: date
) -> tuple[tuple[Bools, Text], ...]:
    """Part the records that are not recent by their reason."""
    is_later = (days > pd.Timestamp(as_of)).to_numpy(bool)
    is_old = chosen & ~is_later & days.notna().to_numpy(bool)
    return (
        (chosen & is_later, Text(f"晚于 {as_of}", f"later than {as_of}")),
        (is_old, Text(f"早于 {years:g} 年前", f"older than {years:g} years")),
    )


def _notes(what: Text, left_out: Iterable[tuple[Bools, Text]]) -> list[Text]:
    """Say how many records were left out, and why."""
    return [
        Text(
            f"{what.zh} {mask.sum()} 条{why.zh}，未计",
            f"{mask.sum()} {what.en} {why.en}: not counted",
        )
        for mask, why in left_out
        if mask.any()
    ]
