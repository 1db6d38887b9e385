"""The corridor: for each rule findings or a gap, then units, reasons and totals."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.assess.explain import explain_gaps
from qxgeo.assess.model import Assessment, Gap
from qxgeo.assess.responsibility import add_reasons, add_units
from qxgeo.assess.totals import add_up, collect_reasons
from qxgeo.district import missing_inputs
from qxgeo.geodesy import area_m2, partition_polygons
from qxgeo.plan import apply_choices, load_plan
from qxgeo.rules import (
    Judgement,
    build_scene,
    judge,
    let_stand_in,
    list_assumptions,
    rule_radius_m,
)
from qxgeo.schemas import FINDING_COLUMNS
from qxgeo.vocabulary import OUTSIDE_DISTRICT, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qxgeo.district import District
    from qxgeo.plan import Rule
    from qxgeo.rules import Scene

_BANDS = 5  # distance bands within the radius: near roads first, then the damage decides


def assess(
    district: District, *, progress: Callable[[str, int, int], None] | None = None
) -> Assessment:
    """Judge every rule of the district's plan.

    Parameters
    ----------
    district
        Read and checked.
    progress
        Called with the id of the rule in hand, how many are done and how many there are.

    Returns
    -------
    assessment
        Findings, gaps, assumptions and totals; the same for the same input.

    Raises
    ------
    PlanError
        If the plan cannot be loaded or a choice of the district names no reading of it.
    """
    plan = apply_choices(load_plan(district.plan), district.choices)
    scene = build_scene(district, plan)
    judged: list[Judgement] = []
    gaps: list[Gap] = []
    waiting: list[Rule] = []
    for number, rule in enumerate(plan.rules):
        if progress is not None:
            progress(rule.rule_id, number, len(plan.rules))
        missing = _missing(rule, scene)
        if not missing and not _has_rows(scene, rule.subject.layer):
            waiting.append(rule)
        elif missing:
            gaps.append(explain_gaps(rule, plan, missing))
        else:
            judged.append(judge(rule, scene))
    for rule in waiting:
        by_id = {j.rule.rule_id: j for j in judged}
        others = [by_id[name] for name in rule.also_when_missing]
        judged.append(let_stand_in(rule, scene, others))
    judged.sort(key=lambda j: j.rule.rule_id)
    return Assessment(
        district=district,
        plan=plan,
        findings=_findings(scene, [_with_zone_rows(j, scene) for j in judged]),
        zones=_zones(scene, judged),
        totals=add_up(scene, [_with_zone_rows(j, scene) for j in judged]),
        rule_counts=_rule_counts(judged),
        reasons=collect_reasons(scene, judged),
        gaps=tuple(sorted(gaps, key=lambda g: g.rule_id)),
        assumptions=list_assumptions(scene, [j.rule for j in judged]),
        as_of=district.as_of,
        is_demo=any(layer.is_demo for layer in district.layers.values()),
        is_approximate=any(layer.is_approximate for layer in district.layers.values()),
    )


def _missing(rule: Rule, scene: Scene) -> tuple[str, ...]:
    """Name what a rule lacks; a layer without a row is lacking, too."""
    missing = list(missing_inputs(rule, scene.district, scene.plan))
    # A district without a main road is judged all the same, if it has roads to open on.
    reference = rule.among or rule.reference
    if reference is not None and reference.layer in scene.district.layers:
        is_station = reference.layer == "stations"
        rows = scene.stations(reference) if is_station else scene.select(reference)[0]
        if len(rows) == 0:
            missing.append(f"layer:{reference.layer}")
    return tuple(dict.fromkeys(missing))


def _has_rows(scene: Scene, layer: str) -> bool:
    """Whether a layer is there and holds anything."""
    return layer in scene.district.layers and len(scene.layer(layer).table) > 0


def _with_zone_rows(judgement: Judgement, scene: Scene) -> Judgement:
    """Add the ground of a restricting zone itself, per township."""
    rule = judgement.rule
    if not rule.draws_zone or judgement.zone is None:
        return judgement
    shapes = np.array([judgement.zone], dtype=object)
    _, territory, piece = partition_polygons(shapes, scene.territories)
    rows = gpd.GeoDataFrame(
        {
            "rule_id": rule.rule_id,
            "measure_id": rule.measure_id,
            "strength": str(rule.strength),
            "subject_layer": "zone",
            "subject_id": f"zone:{rule.rule_id}",
            "subject_name": f"管控区：{rule.title.zh}",
            "subject_class": "",
            "subject_status": "",
            "verdict": str(Verdict.APPLIES),
            "distance_m": np.nan,
            "margin_m": np.nan,
            "error_m": np.nan,
            "radius_m": rule_radius_m(rule, scene),
            "reference_id": judgement.zone_reference_ids,
            "reference_name": "",
            "spared": False,
            "undecided": False,
            "remark_zh": "",
            "remark_en": "",
            "territory": territory,
            "length_m": 0.0,
            "length_low_m": 0.0,
            "length_high_m": 0.0,
            "whole_length_m": 0.0,
            "area_m2": area_m2(piece),
        },
        geometry=piece,
        crs="EPSG:4326",
    )
    in_district = rows[rows["territory"] >= 0]
    both = pd.concat([judgement.rows, in_district], ignore_index=True)
    return replace(judgement, rows=gpd.GeoDataFrame(both, geometry="geometry", crs="EPSG:4326"))


def _findings(scene: Scene, judged: list[Judgement]) -> gpd.GeoDataFrame:
    """Put all rows into the table that everybody reads."""
    tables = [_rank(j, scene) for j in judged if len(j.rows)]
    if not tables:
        empty = {c: pd.Series(dtype=t) for c, t in FINDING_COLUMNS.items()}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
    rows = pd.concat(tables, ignore_index=True)
    rows["township_id"] = scene.township_ids[rows["territory"]]
    rows["township_name"] = scene.township_names[rows["territory"]]
    demo = {name: layer.is_demo for name, layer in scene.district.layers.items()}
    rows["is_demo"] = rows["subject_layer"].map(demo).fillna(value=False).astype(bool)
    rows = add_reasons(add_units(rows, scene.plan), scene.plan)
    rows["finding_id"] = [
        hashlib.sha256("\x1f".join(key).encode()).hexdigest()[:16]
        for key in rows[["rule_id", "subject_layer", "subject_id", "township_id"]].itertuples(
            index=False
        )
    ]
    rows = rows.sort_values(
        ["rule_id", "township_id", "rank", "subject_layer", "subject_id"],
        kind="stable",
        na_position="last",
        ignore_index=True,
    )
    table = rows[[*FINDING_COLUMNS]].astype(FINDING_COLUMNS)
    return gpd.GeoDataFrame(table, geometry=rows["geometry"].to_numpy(), crs="EPSG:4326")


def _rank(judgement: Judgement, scene: Scene) -> pd.DataFrame:
    """Give subjects their number in order of work where the rule asks for it."""
    rows = judgement.rows.assign(rank=pd.Series(pd.NA, index=judgement.rows.index, dtype="Int64"))
    outside = scene.township_ids[rows["territory"]] == OUTSIDE_DISTRICT
    to_do = rows[rows["verdict"].isin([Verdict.APPLIES, Verdict.TOO_CLOSE_TO_CALL]) & ~outside]
    if not judgement.rule.rank_by or len(to_do) == 0:
        return rows
    table = scene.layer(judgement.rule.subject.layer).table
    table = table.set_index(table["section_id"].astype(str))
    subject = to_do["subject_id"]
    keys = {
        name: np.floor(to_do["distance_m"] / (to_do["radius_m"] / _BANDS))
        if name == "distance_m"
        else subject.map(_class_order(table[name], scene.plan.classes[name]))
        for name in judgement.rule.rank_by
    }
    ordered = to_do.assign(**{f"key_{name}": keys[name] for name in judgement.rule.rank_by})
    by = [f"key_{name}" for name in judgement.rule.rank_by]
    first = ordered.sort_values([*by, "distance_m", "subject_id"], kind="stable")
    numbers = {s: i + 1 for i, s in enumerate(dict.fromkeys(first["subject_id"]))}
    rows.loc[to_do.index, "rank"] = subject.map(numbers).astype("Int64")
    return rows


def _class_order(words: pd.Series[str], steps: Sequence[Sequence[str]]) -> pd.Series[int]:
    """Look up the step of a class word, first the most urgent; unknown words come last."""
    step_of = {word: number for number, several in enumerate(steps) for word in several}
    return words.astype("string").fillna("").map(lambda word: step_of.get(word, len(steps)))


def _zones(scene: Scene, judged: list[Judgement]) -> gpd.GeoDataFrame:
    """List the drawn zones."""
    drawn = [j for j in judged if j.zone is not None]
    columns = {
        "rule_id": [j.rule.rule_id for j in drawn],
        "strength": [str(j.rule.strength) for j in drawn],
        "radius_m": [
            rule_radius_m(j.rule, scene) if j.rule.kind == "within_distance" else np.nan
            for j in drawn
        ],
        "reference_ids": [j.zone_reference_ids for j in drawn],
        "title_zh": [j.rule.title.zh for j in drawn],
        "title_en": [j.rule.title.en for j in drawn],
    }
    shapes = np.array([j.zone for j in drawn], dtype=object)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def _rule_counts(judged: list[Judgement]) -> pd.DataFrame:
    """Count subjects by verdict; the verdicts add up to the subjects."""
    return pd.DataFrame(
        [
            {"rule_id": j.rule.rule_id, "subjects": sum(j.counts.values())}
            | {str(v): j.counts[v] for v in Verdict}
            for j in judged
        ],
        columns=["rule_id", "subjects", *(str(v) for v in Verdict)],
    )
