"""Risk of every patrol cell: a weighted mean of terms from 0 to 1, each with formula and source.

    risk = 100 * sum(weight * term) / sum(weight)

over the terms that the district has data for, and in each cell over those that are known there.
Which data a term takes and how it counts stands in `RiskTerm.formula`, for people to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.patrol.model import Risk, RiskTerm
from qxgeo.patrol.risk.ground import score_cropland, score_roads, score_upwind
from qxgeo.patrol.risk.hot_cells import land_area_m2, rank_hot_cells
from qxgeo.patrol.risk.records import LEVELS, tally_events, tally_fires, tally_points
from qxgeo.patrol.risk.work import (
    WATER,
    load_of_cells,
    place_fires,
    place_points,
    visits_of_cells,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.patrol.risk.term import Term

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_ALL_WATER = 1 - 1e-9
_DIGITS = 9  # of a score; what differs less is equal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Score:
    """Score of each cell, and which part of the weights is unknown there."""

    risk: Floats
    unknown: Floats
    notes: tuple[Text, ...]


def score_cells(  # noqa: PLR0913 - one keyword per kind of input, each of which may be missing
    cells: gpd.GeoDataFrame,
    *,
    settings: PatrolSettings,
    points: gpd.GeoDataFrame | None,
    events: gpd.GeoDataFrame | None,
    fires: gpd.GeoDataFrame | None,
    roads: gpd.GeoDataFrame | None,
    stations: gpd.GeoDataFrame | None,
    wind: pd.DataFrame | None,
    as_of: date,
) -> Risk:
    """Score, rank and class the cells and give each its work of a week.

    Parameters
    ----------
    cells
        `CELL_COLUMNS` up to the land-cover shares, EPSG:4326.
    settings
        Weights, effort and visits.
    points, events, roads, stations
        Layers ``burning_points``, ``patrol_events``, ``roads``, ``stations``; None for a layer the
        district does not have: its term is dropped and the weights of the others make up for it.
    fires
        As `readers.firms.read_fires` gives them; an empty table says that there were none.
    wind
        As `readers.wind.read_wind` gives it.
    as_of
        Today.

    Returns
    -------
    risk
        Beyond its contract, the cells have ``risk_unknown_share`` (part of the weights in use that
        is unknown in the cell; a cell of which everything is unknown has the mean risk) and
        ``upwind_share`` (share of the hours upwind of a station, NaN for a dropped term), the fires
        ``instrument``, ``frp_mw`` and ``is_counted``.
    """
    at_points = tally_points(cells, points, settings=settings)
    at_events = tally_events(cells, events, settings=settings, as_of=as_of)
    at_fires = tally_fires(cells, fires, settings=settings, as_of=as_of)
    upwind, exposure = score_upwind(cells, stations, wind, settings=settings)
    found = (
        *(tally.term for tally in (at_points, at_events, at_fires)),
        score_cropland(cells),
        score_roads(cells, roads, settings=settings),
        upwind,
    )
    terms = _weigh(found, settings)
    score = _combine(found, terms, cells, is_water := _all_water(cells))
    classes, rank = _classify(score.risk, is_water, settings)
    classed = cells.assign(
        risk=score.risk,
        risk_class=pd.array(classes, dtype="string"),
        risk_rank=rank,
        visits_per_week=visits_of_cells(classes, settings=settings),
    )
    placed = place_points(points, at_points.row, classed, settings=settings)
    scored = classed.assign(
        load_min=load_of_cells(classed, placed, at_points.row, settings=settings),
        risk_unknown_share=score.unknown,
        upwind_share=np.nan if exposure is None else exposure.upwind_share,
        **{f"term_{term.term_id}": term.level for term in found},
        point_count=at_points.counts,
        event_count=at_events.counts,
        fire_count=at_fires.counts,
    )
    scored = scored[[*scored.columns.drop("geometry"), "geometry"]]
    notes = (*at_points.notes, *at_events.notes, *at_fires.notes, *score.notes)
    return Risk(
        cells=scored,
        hot_cells=rank_hot_cells(scored),
        points=placed,
        fires=place_fires(fires, at_fires.row, at_fires.is_counted, scored),
        terms=terms,
        notes=notes if exposure is None else (*notes, *exposure.notes),
    )


def _all_water(cells: gpd.GeoDataFrame) -> Bools:
    """Tell which cells are all water; unknown ground is not."""
    return np.asarray(cells["water_share"].fillna(0.0).to_numpy(np.float64) >= _ALL_WATER)


def _weigh(found: Sequence[Term], settings: PatrolSettings) -> tuple[RiskTerm, ...]:
    """Give every term its share of the weights in use."""
    weights = {term.term_id: settings.weights[term.term_id] for term in found}
    used = [term.term_id for term in found if term.dropped is None]
    total = sum(weights[name].value for name in used)
    nothing = Text("权重为 0", "its weight is 0")
    terms = []
    for term in found:
        weight = weights[term.term_id]
        dropped = term.dropped or (nothing if weight.value == 0 else None)
        terms.append(
            RiskTerm(
                term_id=term.term_id,
                name=term.name,
                formula=term.formula,
                weight=weight.value,
                share=0.0 if dropped else weight.value / total,
                source=weight.source,
                dropped=dropped,
            )
        )
    return tuple(terms)


def _combine(
    found: Sequence[Term], terms: Sequence[RiskTerm], cells: gpd.GeoDataFrame, is_water: Bools
) -> _Score:
    """Take the weighted mean of the known terms; water has none."""
    values = np.stack([term.level for term in found], axis=1)
    share = np.array([term.share for term in terms])
    known = ~np.isnan(values)
    weight = known @ share
    has_any = ~is_water & (weight > 0)
    risk = np.zeros(len(cells))
    risk[has_any] = 100 * np.nansum(values * share, axis=1)[has_any] / weight[has_any]
    risk = np.clip(risk, 0.0, 100.0)
    unknown = np.where(is_water, 0.0, np.clip(1 - weight, 0.0, 1.0))
    without = ~is_water & ~has_any
    notes = []
    if not has_any.any() and without.any():
        notes.append(
            Text(
                "没有任何可用于评分的数据：所有网格风险同为 0，不表示没有风险",
                "there is nothing to score by: all cells have risk 0, which says nothing of them",
            )
        )
    elif without.any():
        risk[without] = np.average(risk[has_any], weights=land_area_m2(cells)[has_any])
        notes.append(
            Text(
                f"{without.sum()} 个网格各项均不明，取其余陆地的平均风险",
                f"{without.sum()} cells of which nothing is known have the mean risk of the others",
            )
        )
    return _Score(risk=np.round(risk, _DIGITS), unknown=unknown, notes=tuple(notes))


def _classify(
    risk: Floats, is_water: Bools, settings: PatrolSettings
) -> tuple[NDArray[np.object_], pd.Series[Any]]:
    """Class the land cells by their place in the order, and rank them.

    Cells with equal risk are classed alike, by the middle of their places: with a tenth of the
    cells high, the 15 riskiest of 100 are all high if they are equal (their middle is the 8th
    place), the 25 riskiest none. Ranks differ even then, by the order of the cells.
    """
    land = pd.Series(risk)[~is_water]
    place = (land.rank(ascending=False, method="average") - 0.5) / max(len(land), 1)
    high = settings.effort["high_share"].value
    medium = high + settings.effort["medium_share"].value
    named = np.select([place < high, place < medium], LEVELS[:2], LEVELS[2])
    classes = np.full(len(risk), WATER, dtype=object)
    classes[~is_water] = named
    rank = land.rank(ascending=False, method="first").reindex(range(len(risk))).astype("Int64")
    return classes, rank
