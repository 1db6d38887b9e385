"""The table of criteria: what is measured of each candidate, unknown where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Fault, InputError, Text
from qxgeo.geodesy import draw_discs, nearest_feature
from qxgeo.network import is_usable
from qxgeo.raster.land_cover import read_land_cover
from qxgeo.siting.locations.distances import CANDIDATES, DEMAND, take_points
from qxgeo.vocabulary import SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from qxgeo.siting.locations import DistanceTable

MARGIN = "margin_m_"  # then the rule's id


def collect_criteria(
    candidates: gpd.GeoDataFrame,
    lines: pd.DataFrame | None,
    *,
    measures: Sequence[pd.DataFrame],
) -> pd.DataFrame:
    """Put verdicts, margins and measures of the candidates into one table.

    Parameters
    ----------
    candidates
        Schema ``SITES``, EPSG:4326.
    lines
        Their lines under the plan, as `list_lines` writes them; None where they were not checked.
    measures
        Tables with ``site_id``, as the functions of this module give them, or of your own.

    Returns
    -------
    criteria
        ``site_id``, ``name`` where there is one, with lines ``summary``, ``is_discouraged`` and
        ``margin_m_<rule>`` (positive inside what a rule covers), then the columns of the measures;
        in the order of the candidates, range index. What is unknown is NaN.

    Raises
    ------
    InputError
        If a measure or the lines name a candidate twice, or a column stands in two measures.
    """
    take_points(candidates, CANDIDATES)
    table = pd.DataFrame({"site_id": candidates["site_id"].astype(str).to_numpy()})
    if "name" in candidates:
        table["name"] = candidates["name"].to_numpy()
    for measure in (*(() if lines is None else _read_lines(lines)), *measures):
        key = measure["site_id"].astype(str)
        twice = sorted({*key[key.duplicated()], *(set(measure) & set(table) - {"site_id"})})
        if twice:
            raise InputError(
                Fault(
                    problem=Text(f"指标重复：{twice[0]}", f"measured twice: {twice[0]}"),
                    mend=Text("每个候选点、每列只给一次", "give each candidate and column once"),
                )
            )
        table = table.merge(measure.assign(site_id=key), on="site_id", how="left")
    return table


def collect_margins(lines: pd.DataFrame) -> pd.DataFrame:
    """Give the margin of each candidate to each rule that measures a distance.

    Parameters
    ----------
    lines
        `SITE_LINE_COLUMNS`; ``margin_m`` is the threshold minus the distance, positive inside.

    Returns
    -------
    margins
        ``site_id`` and ``margin_m_<rule>`` for each rule, by rule id; NaN where nothing is
        measured, or the threshold is open.
    """
    measured = lines[["margin_m", "distance_m"]].notna().any(axis="columns")
    rules = sorted(lines.loc[measured & lines["rule_id"].fillna("").ne(""), "rule_id"].unique())
    margins = (
        lines[lines["rule_id"].isin(rules)]
        .pivot_table(
            index="place_id", columns="rule_id", values="margin_m", aggfunc="max", dropna=False
        )
        .reindex(index=lines["place_id"].drop_duplicates(), columns=rules)
    )
    margins.columns = pd.Index([MARGIN + str(rule) for rule in margins.columns])
    return margins.rename_axis("site_id").reset_index()


def measure_demand_distance(
    candidates: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, *, distances: DistanceTable
) -> pd.DataFrame:
    """Measure how far the demand is from each candidate, on the average.

    Parameters
    ----------
    candidates, demand
        Schema ``SITES``, EPSG:4326; the demand with ``weight``, else each counts 1.
    distances
        Between them.

    Returns
    -------
    measure
        ``site_id``, ``demand_km`` (weighted mean over the demand that gets there; NaN where none
        does) and ``demand_reached_share`` (of the weight that does).
    """
    for table, title in ((candidates, CANDIDATES), (demand, DEMAND)):
        take_points(table, title)
    weight = np.ones(len(demand))
    if "weight" in demand:
        weight = demand["weight"].to_numpy(dtype=float)
    is_reached = np.isfinite(distances.metres)
    total = weight @ is_reached
    walked = weight @ np.where(is_reached, distances.metres, 0.0)
    with np.errstate(invalid="ignore"):
        mean_km = np.where(total > 0, walked / total, np.nan) / 1_000
    return pd.DataFrame(
        {
            "site_id": candidates["site_id"].astype(str).to_numpy(),
            "demand_km": mean_km,
            "demand_reached_share": total / weight.sum(),
        }
    )


def measure_road_access(
    candidates: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, *, mode: str
) -> pd.DataFrame:
    """Measure the ground distance to the nearest road that may be used, and name its class.

    Parameters
    ----------
    candidates
        Schema ``SITES``, EPSG:4326; measured from the edge of a polygon.
    roads
        Layer ``roads``, EPSG:4326.
    mode
        ``drive``, ``ride`` or ``walk``.

    Returns
    -------
    measure
        ``site_id``, ``road_m`` and ``road_class`` (blank where unknown); NaN and blank where there
        is no usable road at all.
    """
    take_points(candidates, CANDIDATES)
    shapes = np.asarray(roads.geometry.to_numpy(), dtype=object)
    is_there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    usable = np.flatnonzero(is_usable(roads, mode=mode) & is_there)
    away, road_class = np.full(len(candidates), np.nan), np.full(len(candidates), "", dtype=object)
    if len(usable):
        places = np.asarray(candidates.geometry.to_numpy(), dtype=object)
        away, nearest = nearest_feature(places, shapes[usable])
        road_class = roads["road_class"].fillna("").to_numpy(dtype=object)[usable[nearest]]
    return pd.DataFrame(
        {
            "site_id": candidates["site_id"].astype(str).to_numpy(),
            "road_m": away,
            "road_class": road_class,
        }
    )


def measure_land_cover(
    candidates: gpd.GeoDataFrame,
    path: Path,
    *,
    classes: Mapping[str, Sequence[float]],
    radius_m: float,
) -> pd.DataFrame:
    """Measure the shares of land-cover classes around each candidate.

    Parameters
    ----------
    candidates
        Schema ``SITES``, EPSG:4326. Of a line or polygon a point on it is taken.
    path
        Raster with one band of class codes.
    classes
        Class name to the codes that belong to it.
    radius_m
        Ground metres around the point.

    Returns
    -------
    measure
        ``site_id``, ``<class>_share`` for each class (NaN where nothing is known) and
        ``land_cover_unknown_share``.
    """
    discs = draw_discs(take_points(candidates, CANDIDATES), radius_m=radius_m)
    shares = read_land_cover(path, discs, classes=classes)
    shares = shares.rename(columns={"unknown_share": "land_cover_unknown_share"})
    shares.insert(0, "site_id", candidates["site_id"].astype(str).to_numpy())
    return shares


def _read_lines(lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read summary, whether a line discourages, and the margins."""
    order = {str(word): number for number, word in enumerate(SiteVerdict)}
    codes = lines["verdict"].astype(str).map(order)
    most_binding = codes.groupby(lines["place_id"].astype(str), sort=False).min()
    is_guided = codes.eq(order[SiteVerdict.DISCOURAGED])
    words = list(order)
    verdicts = pd.DataFrame(
        {
            "site_id": most_binding.index.to_numpy(),
            "summary": [words[code] for code in most_binding],
            "is_discouraged": most_binding.index.isin(lines.loc[is_guided, "place_id"].astype(str)),
        }
    )
    return verdicts, collect_margins(lines).astype({"site_id": str})
