"""What differs between two outcomes, and all of it in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Text
from qxgeo.geodesy import area_m2
from qxgeo.siting.model import VERDICTS
from qxgeo.siting.sensitivity.model import (
    BASE,
    ELIGIBLE,
    GROUND_CHANGE_COLUMNS,
    GROUND_COLUMNS,
    ROAD_COLUMNS,
    RULE_GROUND_COLUMNS,
    SCENARIO_COLUMNS,
    SITE_FLIP_COLUMNS,
)
from qxgeo.siting.sensitivity.outcome import only_areas, unite_parts
from qxgeo.vocabulary import SITE_VERDICT_LABELS, SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from qxgeo.siting.sensitivity.model import Case, Outcome, Scenario

_LEAST_M2 = 1.0  # where edges are drawn twice, rounding leaves slivers of square centimetres
_SHOWN = 5  # flips that the table of scenarios names; the others are counted


def list_flips(
    scenario_id: str, places: gpd.GeoDataFrame, before: Outcome, after: Outcome
) -> pd.DataFrame:
    """List the sites and lines that say something else.

    Parameters
    ----------
    scenario_id
        Of the change.
    places
        As judged.
    before, after
        What was said, and what is said then.

    Returns
    -------
    flips
        `SITE_FLIP_COLUMNS`, summaries first, then line by line, in the order of the places.
    """
    tables = []
    lines: list[tuple[int, str, NDArray[np.int8], NDArray[np.int8]]] = [
        (-1, "", before.summaries, after.summaries)
    ]
    lines += [
        (number, rule_id, codes, after.lines[rule_id])
        for number, (rule_id, codes) in enumerate(before.lines.items())
    ]
    words = np.array([str(one) for one in VERDICTS], dtype=object)
    for number, rule_id, first, second in lines:
        rows = np.flatnonzero(first != second)
        tables.append(
            pd.DataFrame(
                {
                    "scenario_id": scenario_id,
                    "place_id": places["site_id"].to_numpy(dtype=object)[rows],
                    "name": places["name"].astype("string").fillna("").to_numpy()[rows],
                    "line": number,
                    "rule_id": rule_id,
                    "verdict_before": words[first[rows]],
                    "verdict_after": words[second[rows]],
                }
            )
        )
    return pd.concat(tables, ignore_index=True).astype(SITE_FLIP_COLUMNS)


def list_changes(scenario_id: str, before: Outcome, after: Outcome) -> gpd.GeoDataFrame:
    """Find the ground that is under another verdict.

    Parameters
    ----------
    scenario_id
        Of the change.
    before, after
        Ground that only one of them has is out of scope in the other.

    Returns
    -------
    changes
        `GROUND_CHANGE_COLUMNS` and geometry, one row per pair of verdicts; pieces below a square
        metre are left out.
    """
    rows = []
    if before.ground is not after.ground:
        first, second = _with_outside(before, after), _with_outside(after, before)
        for was, old in first.items():
            for becomes, new in second.items():
                if was == becomes:
                    continue
                shape, km2 = _without_slivers(shapely.intersection(old, new))
                if km2:
                    rows.append(
                        {
                            "scenario_id": scenario_id,
                            "verdict_before": str(was),
                            "verdict_after": str(becomes),
                            "is_stricter": VERDICTS.index(becomes) < VERDICTS.index(was),
                            "area_km2": km2,
                            "geometry": shape,
                        }
                    )
    columns = [*GROUND_CHANGE_COLUMNS, "geometry"]
    table = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs="EPSG:4326")
    return table.astype(GROUND_CHANGE_COLUMNS)


def _with_outside(mine: Outcome, other: Outcome) -> dict[SiteVerdict, shapely.Geometry]:
    """Add what lies in the other district alone."""
    ground = dict(mine.ground)
    if not shapely.equals_identical(mine.district, other.district):
        alone = shapely.difference(other.district, mine.district)
        ground[SiteVerdict.OUT_OF_SCOPE] = only_areas(alone)
    return ground


def _without_slivers(shape: shapely.Geometry) -> tuple[shapely.Geometry, float]:
    """Keep the polygons that are not the rounding of a common edge; with their area in km2."""
    parts = shapely.get_parts(only_areas(shape))
    sizes_m2 = area_m2(parts)
    kept = sizes_m2 >= _LEAST_M2
    return unite_parts(parts[kept]), float(sizes_m2[kept].sum()) / 1e6


def list_ground(scenario_id: str, base: Outcome, outcome: Outcome) -> pd.DataFrame:
    """Measure the ground under each verdict.

    Parameters
    ----------
    scenario_id
        Of the change.
    base, outcome
        Before and after.

    Returns
    -------
    ground
        `GROUND_COLUMNS`, the most binding verdict first; a verdict without ground in both is left
        out.
    """
    rows = [
        (scenario_id, str(one), after := outcome.ground_km2.get(one, 0.0), after - before)
        for one in VERDICTS
        if (before := base.ground_km2.get(one, 0.0)) or one in outcome.ground_km2
    ]
    return pd.DataFrame(rows, columns=[*GROUND_COLUMNS]).astype(GROUND_COLUMNS)


def list_rule_ground(scenario_id: str, base: Outcome, outcome: Outcome) -> pd.DataFrame:
    """Measure the ground of each rule by itself.

    Parameters
    ----------
    scenario_id
        Of the change.
    base, outcome
        Before and after.

    Returns
    -------
    ground
        `RULE_GROUND_COLUMNS`; a rule that has no ground in one of the two counts as 0 there.
    """
    rows = []
    for rule_id in dict.fromkeys((*base.marks, *outcome.marks)):
        before, after = base.marks.get(rule_id), outcome.marks.get(rule_id)
        now = (0.0, 0.0) if after is None else (after.caught_km2, after.reached_km2)
        was = (0.0, 0.0) if before is None else (before.caught_km2, before.reached_km2)
        caught, doubtful = now[0], now[1] - now[0]
        rows.append(
            (scenario_id, rule_id, caught, doubtful, caught - was[0], doubtful - (was[1] - was[0]))
        )
    return pd.DataFrame(rows, columns=[*RULE_GROUND_COLUMNS]).astype(RULE_GROUND_COLUMNS)


def list_roads(scenario_id: str, base: Outcome, outcome: Outcome) -> pd.DataFrame:
    """List the kilometres under each rule on roads.

    Parameters
    ----------
    scenario_id
        Of the change.
    base, outcome
        Before and after.

    Returns
    -------
    roads
        `ROAD_COLUMNS`.
    """
    rows = [
        (scenario_id, rule_id, *after, after[0] - base.roads[rule_id][0])
        for rule_id, after in outcome.roads.items()
    ]
    return pd.DataFrame(rows, columns=[*ROAD_COLUMNS]).astype(ROAD_COLUMNS)


def describe_base(case: Case, outcome: Outcome) -> dict[str, Any]:
    """Write the row of what nothing was changed in: absolute numbers."""
    ground = list_ground(BASE, outcome, outcome)
    named, low, high = _sum_roads(outcome)
    return {
        "scenario_id": BASE,
        "group": "",
        "factor_id": BASE,
        "factor_zh": "现状",
        "factor_en": "as it is",
        "change_zh": "不作改动",
        "change_en": "nothing changed",
        "effect": 0.0,
        "sites": len(case.places),
        **dict.fromkeys(("sites_flipped", "sites_stricter", "sites_looser", "lines_flipped"), 0),
        "flips_zh": "",
        "flips_en": "",
        **dict.fromkeys(("ground_changed_km2", "ground_stricter_km2", "ground_looser_km2"), 0.0),
        "eligible_km2": _eligible_km2(ground),
        "eligible_change_km2": 0.0,
        "road_km": named,
        "road_low_km": low,
        "road_high_km": high,
        "road_change_km": 0.0,
    }


def describe_scenario(  # what its row is made of
    scenario: Scenario,
    flips: pd.DataFrame,
    changes: gpd.GeoDataFrame,
    ground: pd.DataFrame,
    outcome: Outcome,
    base: Mapping[str, Any],
) -> dict[str, Any]:
    """Write the row of one scenario; its effect is the largest share that changes.

    Parameters
    ----------
    scenario
        What was changed.
    flips, changes, ground, outcome
        What that does.
    base
        Row of the base, see `describe_base`.

    Returns
    -------
    row
        `SCENARIO_COLUMNS` but the rank.
    """
    summary = flips[flips["line"] == -1]
    is_stricter = [
        VERDICTS.index(SiteVerdict(after)) < VERDICTS.index(SiteVerdict(before))
        for before, after in zip(summary["verdict_before"], summary["verdict_after"], strict=True)
    ]
    stricter_km2 = float(changes.loc[changes["is_stricter"], "area_km2"].sum())
    changed_km2 = float(changes["area_km2"].sum())
    eligible_km2 = _eligible_km2(ground)
    named, low, high = _sum_roads(outcome)
    told = _tell_flips(summary)
    shares = (
        _share(len(summary), base["sites"]),
        _share(changed_km2, float(ground["area_km2"].sum())),
        _road_share((named, low, high), base),
    )
    return {
        "scenario_id": scenario.scenario_id,
        "group": scenario.group,
        "factor_id": scenario.factor_id,
        "factor_zh": scenario.factor.zh,
        "factor_en": scenario.factor.en,
        "change_zh": scenario.change.zh,
        "change_en": scenario.change.en,
        "effect": max(shares),
        "sites": base["sites"],
        "sites_flipped": len(summary),
        "sites_stricter": sum(is_stricter),
        "sites_looser": len(summary) - sum(is_stricter),
        "lines_flipped": len(flips) - len(summary),
        "flips_zh": told.zh,
        "flips_en": told.en,
        "ground_changed_km2": changed_km2,
        "ground_stricter_km2": stricter_km2,
        "ground_looser_km2": changed_km2 - stricter_km2,
        "eligible_km2": eligible_km2,
        "eligible_change_km2": eligible_km2 - base["eligible_km2"],
        "road_km": named,
        "road_low_km": low,
        "road_high_km": high,
        "road_change_km": named - base["road_km"],
    }


def _share(part: float, whole: float) -> float:
    """Give a part of a whole, 0 of nothing."""
    return part / whole if whole > 0 else 0.0


def _road_share(now: tuple[float, float, float], base: Mapping[str, Any]) -> float:
    """Give the largest change of the named, least and most kilometres as a share of the base."""
    was = (base["road_km"], base["road_low_km"], base["road_high_km"])
    change = np.abs(np.subtract(now, was))
    if np.isnan(change).any():
        return 0.0
    most = float(max(change.max(), was[0]))
    return _share(float(change.max()), most)


def _eligible_km2(ground: pd.DataFrame) -> float:
    """Add up the ground under no limit."""
    is_eligible = ground["verdict"].isin([str(one) for one in ELIGIBLE])
    return float(ground.loc[is_eligible, "area_km2"].sum())


def _sum_roads(outcome: Outcome) -> tuple[float, float, float]:
    """Add up duties on roads; NaN where no rule on roads could be judged."""
    rows = [one for one in outcome.roads.values() if not np.isnan(one[0])]
    if not rows:
        return (float("nan"),) * 3
    named, low, high = (float(sum(column)) for column in zip(*rows, strict=True))
    return named, low, high


def _tell_flips(summary: pd.DataFrame) -> Text:
    """Name the first few sites that flip, and count the others."""
    shown = summary.head(_SHOWN)
    zh, en = [], []
    for place_id, was, becomes in zip(
        shown["place_id"], shown["verdict_before"], shown["verdict_after"], strict=True
    ):
        first, second = (SITE_VERDICT_LABELS[SiteVerdict(one)] for one in (was, becomes))
        zh.append(f"{place_id}：{first.zh} → {second.zh}")
        en.append(f"{place_id}: {first.en} → {second.en}")
    more = len(summary) - len(shown)
    if more:
        zh.append(f"另有{more}处")
        en.append(f"{more} more")
    return Text("；".join(zh), "; ".join(en))


def rank_scenarios(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Put the scenarios in the order of what they change.

    Parameters
    ----------
    rows
        The base first.

    Returns
    -------
    scenarios
        `SCENARIO_COLUMNS`, range index: by effect, then sites, ground and road; what changes
        nothing comes last, in the order in which it was tried.
    """
    first, *others = rows
    ordered = sorted(
        others,
        key=lambda row: (
            -row["effect"],
            -row["sites_flipped"],
            -row["ground_changed_km2"],
            -np.nan_to_num(abs(row["road_change_km"])),
            -row["lines_flipped"],
        ),
    )
    table = pd.DataFrame([first, *ordered])
    table.insert(0, "rank", range(len(table)))
    return table[[*SCENARIO_COLUMNS]].astype(SCENARIO_COLUMNS)
