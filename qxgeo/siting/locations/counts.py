"""What one more site would bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, InputError, Text
from qxgeo.siting.locations.best import best_locations, find_existing
from qxgeo.siting.locations.model import UNTIL_PROVED
from qxgeo.siting.locations.wording import OBJECTIVES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import geopandas as gpd

    from qxgeo.siting.locations.best import BestLocations
    from qxgeo.siting.locations.distances import DistanceTable
    from qxgeo.siting.locations.model import Effort

_NO_COUNT = Fault(
    problem=Text("没有给出新设数量", "no number of new sites was given"),
    mend=Text("例如 1、2、3", "for example 1, 2, 3"),
)
_COLUMNS = [
    "count", "value", "unit", "gain", "gain_share", "mean_km", "max_km", "served_count",
    "served_weight", "bound", "gap", "is_proved", "site_ids", "note_zh", "note_en",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountComparison:
    """What each further site brings.

    Attributes
    ----------
    gains
        One row for each count: ``count`` (new sites), ``value`` and ``unit``, ``gain`` (how much
        better than the row before, 0 or more; NaN where there is none), ``gain_share`` (of the
        value before), ``mean_km``, ``max_km``, ``served_count``, ``served_weight``, ``bound``,
        ``gap``, ``is_proved``, ``site_ids`` (new ones), ``note_zh``, ``note_en`` (why there is no
        answer).
    answers
        The answer of each count that has one.
    """

    gains: pd.DataFrame
    answers: Mapping[int, BestLocations]


def compare_counts(
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    distances: DistanceTable,
    objective: str,
    counts: Sequence[int],
    radius_m: float | None = None,
    forbidden: Collection[str] = (),
    effort: Effort = UNTIL_PROVED,
) -> CountComparison:
    """Say what each further site brings.

    Parameters
    ----------
    candidates, demand, distances, objective, radius_m, forbidden, effort
        As `best_locations` takes them; the time limit is of each count.
    counts
        Numbers of new sites. With existing sites, 0 is added to start from.

    Returns
    -------
    comparison
        A count without an answer (too little capacity, somebody without a way) says why.

    Raises
    ------
    InputError
        If no count has an answer: the first reason.
    """
    is_started = bool(find_existing(candidates).any())
    answers: dict[int, BestLocations] = {}
    refused: dict[int, InputError] = {}
    for count in sorted({*counts, 0} if is_started else set(counts)):
        try:
            answers[count] = best_locations(
                candidates,
                demand,
                distances=distances,
                objective=objective,
                count=count,
                radius_m=radius_m,
                forbidden=forbidden,
                effort=effort,
            )
        except InputError as error:
            refused[count] = error
    if not answers:
        raise InputError(next((error.faults for error in refused.values()), (_NO_COUNT,)))
    return CountComparison(gains=_tabulate(answers, refused), answers=answers)


def _tabulate(
    answers: Mapping[int, BestLocations], refused: Mapping[int, InputError]
) -> pd.DataFrame:
    """List the answers by count, each beside the one before."""
    rows: list[dict[str, object]] = []
    before = np.nan
    for count in sorted({*answers, *refused}):
        if count in refused:
            problem = refused[count].faults[0].problem
            rows.append({"count": count, "note_zh": problem.zh, "note_en": problem.en})
            continue
        best = answers[count]
        gain = abs(best.choice.value - before)
        rows.append(
            {
                "count": count,
                "value": best.choice.value,
                "unit": OBJECTIVES[best.choice.objective].unit.en,
                "gain": gain,
                "gain_share": gain / before if before else np.nan,
                **_summarise(best),
                "site_ids": "、".join(best.sites.loc[best.sites["is_new"], "site_id"]),
                "note_zh": "",
                "note_en": "",
            }
        )
        before = best.choice.value
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"is_proved": "boolean"})


def _summarise(best: BestLocations) -> dict[str, object]:
    """Sum up an answer."""
    served = best.catchments[best.catchments["distance_km"].notna()]
    counted = served[served["weight"] > 0]
    total = float(counted["weight"].sum())
    walked = float((counted["weight"] * counted["distance_km"]).sum())
    return {
        "mean_km": walked / total if total else np.nan,
        "max_km": counted["distance_km"].max(),
        "served_count": len(counted),
        "served_weight": total,
        "bound": best.choice.bound,
        "gap": best.choice.gap,
        "is_proved": best.choice.is_proved,
    }
