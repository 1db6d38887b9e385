"""Judgements as the table that everybody reads: places, units, reasons, order of work."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.assess.responsibility import add_reasons, add_units
from qxgeo.schemas import FINDING_COLUMNS
from qxgeo.vocabulary import OUTSIDE_DISTRICT, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.rules import Judgement, Scene

_BANDS = 5  # distance bands within the radius: near roads first, then the damage decides
_ORDER = ["rule_id", "township_id", "rank", "subject_layer", "subject_id"]


def list_findings(scene: Scene, judged: Sequence[Judgement]) -> gpd.GeoDataFrame:
    """Put all rows into the table that everybody reads.

    Parameters
    ----------
    scene
        The district.
    judged
        With the rows of zones.

    Returns
    -------
    findings
        See `Assessment.findings`.
    """
    tables = [_rank(j, scene) for j in judged if len(j.rows)]
    if not tables:
        return empty_findings()
    return finish(describe(scene, pd.concat(tables, ignore_index=True)))


def empty_findings() -> gpd.GeoDataFrame:
    """Give the table of findings without a row, EPSG:4326."""
    empty = {c: pd.Series(dtype=t) for c, t in FINDING_COLUMNS.items()}
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs="EPSG:4326"))


def describe(scene: Scene, rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each row whose ground it is, who answers, why, and give it its id.

    Parameters
    ----------
    scene
        The district.
    rows
        Rows of judgements.

    Returns
    -------
    rows
        Every column of `schemas.FINDING_COLUMNS` but `rank`, which is kept where it is there.
    """
    rows = rows.assign(
        township_id=scene.township_ids[rows["territory"]],
        township_name=scene.township_names[rows["territory"]],
    )
    demo = {name: layer.is_demo for name, layer in scene.district.layers.items()}
    rows["is_demo"] = rows["subject_layer"].map(demo).fillna(value=False).astype(bool)
    rows = add_reasons(add_units(rows, scene.plan), scene.plan)
    rows["finding_id"] = [
        hashlib.sha256("\x1f".join(key).encode()).hexdigest()[:16]
        for key in rows[["rule_id", "subject_layer", "subject_id", "township_id"]].itertuples(
            index=False
        )
    ]
    return rows


def finish(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Sort described rows and give them the columns and types of the contract.

    Parameters
    ----------
    rows
        From `describe`, with `rank` and `geometry`.

    Returns
    -------
    findings
        See `Assessment.findings`.
    """
    ordered = rows.sort_values(_ORDER, kind="stable", na_position="last", ignore_index=True)
    table = ordered[[*FINDING_COLUMNS]].astype(FINDING_COLUMNS)
    return gpd.GeoDataFrame(table, geometry=ordered["geometry"].to_numpy(), crs="EPSG:4326")


def order_of_work(judgement: Judgement, scene: Scene) -> pd.DataFrame | None:
    """Give the keys by which a rule orders its work.

    Parameters
    ----------
    judgement
        With `territory` in its rows.
    scene
        The district.

    Returns
    -------
    keys
        `key_0`, `key_1`, ... first the most urgent, then `distance_m` and `subject_id`; one row
        per row that is ordered, on its index. None where the rule orders nothing.
    """
    rows = judgement.rows
    outside = scene.township_ids[rows["territory"]] == OUTSIDE_DISTRICT
    to_do = rows[rows["verdict"].isin([Verdict.APPLIES, Verdict.TOO_CLOSE_TO_CALL]) & ~outside]
    if not judgement.rule.rank_by or len(to_do) == 0:
        return None
    table = scene.layer(judgement.rule.subject.layer).table
    table = table.set_index(table["section_id"].astype(str))
    subject = to_do["subject_id"]
    keys = {
        f"key_{number}": np.floor(to_do["distance_m"] / (to_do["radius_m"] / _BANDS))
        if name == "distance_m"
        else subject.map(_class_order(table[name], scene.plan.classes[name]))
        for number, name in enumerate(judgement.rule.rank_by)
    }
    ordered: pd.DataFrame = to_do[["distance_m", "subject_id"]].assign(**keys)
    return ordered


def number_subjects(keys: pd.DataFrame) -> pd.Series[int]:
    """Count subjects through in order of work, 1 the first.

    Parameters
    ----------
    keys
        As `order_of_work` gives them, of one rule.

    Returns
    -------
    rank
        On the index of the keys; the rows of a subject share its number.
    """
    by = [name for name in keys.columns if name.startswith("key_")]
    first = keys.sort_values([*by, "distance_m", "subject_id"], kind="stable")
    numbers = {s: i + 1 for i, s in enumerate(dict.fromkeys(first["subject_id"]))}
    return keys["subject_id"].map(numbers)


def _rank(judgement: Judgement, scene: Scene) -> pd.DataFrame:
    """Give subjects their number in order of work where the rule asks for it."""
    rows = judgement.rows.assign(rank=pd.Series(pd.NA, index=judgement.rows.index, dtype="Int64"))
    keys = order_of_work(judgement, scene)
    if keys is not None:
        rows.loc[keys.index, "rank"] = number_subjects(keys).astype("Int64")
    return rows


def _class_order(words: pd.Series[str], steps: Sequence[Sequence[str]]) -> pd.Series[int]:
    """Look up the step of a class word, first the most urgent; unknown words come last."""
    step_of = {word: number for number, several in enumerate(steps) for word in several}
    return words.astype("string").fillna("").map(lambda word: step_of.get(word, len(steps)))
