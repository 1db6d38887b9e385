"""Judge a list kind by kind; rows that state their own position error keep it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.siting.applications.model import Verdicts
from qxgeo.siting.kinds import read_plan_of
from qxgeo.siting.table import list_lines
from qxgeo.siting.verdict import check_sites

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan
    from qxgeo.siting.applications.model import Applications
    from qxgeo.siting.model import RuleLines, SiteChecks

_ARRAYS = (
    *("verdicts", "whys", "distance_m", "threshold_m", "margin_m", "error_m"),
    *("reference_ids", "reference_names", "is_spared"),
)


def judge_applications(
    district: District,
    applications: Applications,
    *,
    accuracy_m: float | None = None,
    progress: Callable[[str], object] | None = None,
) -> Verdicts:
    """Say what every rule of the plan says of every application.

    Parameters
    ----------
    district
        Read and checked.
    applications
        As `read_applications` gives them.
    accuracy_m
        Position error of the places whose row does not state it, ground metres; None takes the
        plan's parameter.
    progress
        Is told each kind before it is judged.

    Returns
    -------
    verdicts
        One `SiteChecks` for each kind, its places in the order of the file.

    Raises
    ------
    InputError
        If the accuracy is no number of metres.
    """
    plan = read_plan_of(district)
    checks = []
    for kind in applications.kinds:
        if progress is not None:
            progress(kind.title.zh)
        table = applications.tables[kind.kind_id]
        checks.append(
            _judge_kind(district, plan, kind.kind_id, table, applications.entrances, accuracy_m)
        )
    return Verdicts(
        district=district,
        applications=applications,
        checks=tuple(checks),
        lines=tuple(list_lines(one) for one in checks),
    )


def _judge_kind(
    district: District,
    plan: ActionPlan,
    kind_id: str,
    table: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    accuracy_m: float | None,
) -> SiteChecks:
    """Judge the places of one kind, those of one position error at a time."""
    parts, order = [], []
    for stated, rows in table.groupby("accuracy_m", dropna=False, sort=True).indices.items():
        places = table.iloc[rows].drop(columns="accuracy_m").reset_index(drop=True)
        gates = entrances[entrances["site_id"].isin(places["site_id"])].reset_index(drop=True)
        own_m = float(str(stated))
        error_m = accuracy_m if math.isnan(own_m) else own_m
        parts.append(
            check_sites(
                district,
                kind_id,
                places,
                entrances=gates if len(gates) else None,
                accuracy_m=error_m,
                plan=plan,
            )
        )
        order.append(rows)
    if len(parts) == 1:
        return parts[0]
    return _join(parts, np.argsort(np.concatenate(order), kind="stable"))


def _join(parts: Sequence[SiteChecks], order: NDArray[np.intp]) -> SiteChecks:
    """Put parts of one list together again, in the order of the file."""
    places = pd.concat([one.places for one in parts], ignore_index=True)
    doors = [one.entrances for one in parts if one.entrances is not None]
    assumptions = {one: None for part in parts for one in part.assumptions}
    return replace(
        parts[0],
        places=gpd.GeoDataFrame(places.iloc[order].reset_index(drop=True), crs=4326),
        entrances=gpd.GeoDataFrame(pd.concat(doors, ignore_index=True), crs=4326)
        if doors
        else None,
        by_rule=tuple(
            _join_rule(lines, order) for lines in zip(*(one.by_rule for one in parts), strict=True)
        ),
        assumptions=tuple(assumptions),
        is_demo=any(one.is_demo for one in parts),
        is_approximate=any(one.is_approximate for one in parts),
    )


def _join_rule(lines: Sequence[RuleLines], order: NDArray[np.intp]) -> RuleLines:
    """Put the lines of one rule together."""
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(one, name) for one in lines])[order] for name in _ARRAYS
    }
    remarks = None
    if any(one.remarks is not None for one in lines):
        whole = [Text("", "")] * len(order)
        at = 0
        for one in lines:
            size = len(one.verdicts)
            if one.remarks is not None:
                whole[at : at + size] = list(one.remarks)
            at += size
        remarks = np.empty(len(order), dtype=object)
        remarks[:] = [whole[place] for place in order]
    return replace(lines[0], remarks=remarks, **arrays)
