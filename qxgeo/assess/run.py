"""The corridor: for each rule findings or a gap, then units, reasons and totals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from qxgeo.assess.explain import explain_gaps
from qxgeo.assess.findings import list_findings
from qxgeo.assess.model import Assessment, Gap
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
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qxgeo.district import District
    from qxgeo.plan import Rule
    from qxgeo.rules import Scene


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
    work = sort_rules(scene)
    judged: list[Judgement] = []
    for number, rule in enumerate(plan.rules):
        if progress is not None:
            progress(rule.rule_id, number, len(plan.rules))
        if rule in work.ready:
            judged.append(judge(rule, scene))
    judged += stand_in(work.waiting, scene, judged)
    judged.sort(key=lambda j: j.rule.rule_id)
    drawn = [with_zone_rows(one, scene) for one in judged]
    return put_together(
        scene,
        judged,
        work.gaps,
        findings=list_findings(scene, drawn),
        totals=add_up(scene, drawn),
        rule_counts=count_verdicts(judged),
        reasons=collect_reasons(scene, judged),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be done with each rule of a plan.

    Attributes
    ----------
    ready
        Rules that can be judged, in the plan's order.
    waiting
        Rules whose own layer is missing, for which others stand in.
    gaps
        What cannot be judged, and why.
    """

    ready: tuple[Rule, ...]
    waiting: tuple[Rule, ...]
    gaps: tuple[Gap, ...]


def sort_rules(scene: Scene) -> Work:
    """Say of each rule whether it can be judged.

    Parameters
    ----------
    scene
        The district.

    Returns
    -------
    work
        Every rule of the plan in one of three places.
    """
    ready, waiting, gaps = [], [], []
    for rule in scene.plan.rules:
        missing = _missing(rule, scene)
        if missing:
            gaps.append(explain_gaps(rule, scene.plan, missing))
        elif _has_rows(scene.district, rule.subject.layer):
            ready.append(rule)
        else:
            waiting.append(rule)
    return Work(ready=tuple(ready), waiting=tuple(waiting), gaps=tuple(gaps))


def stand_in(waiting: Sequence[Rule], scene: Scene, judged: Sequence[Judgement]) -> list[Judgement]:
    """Judge the rules whose layer is missing by those that stand in.

    Parameters
    ----------
    waiting
        As `sort_rules` gives them.
    scene
        The district.
    judged
        What was judged before.

    Returns
    -------
    judgements
        One per waiting rule.
    """
    by_id = {one.rule.rule_id: one for one in judged}
    return [
        let_stand_in(rule, scene, [by_id[name] for name in rule.also_when_missing])
        for rule in waiting
    ]


def put_together(
    scene: Scene,
    judged: Sequence[Judgement],
    gaps: Sequence[Gap],
    *,
    findings: gpd.GeoDataFrame,
    totals: pd.DataFrame,
    rule_counts: pd.DataFrame,
    reasons: pd.DataFrame,
) -> Assessment:
    """Put what was found beside what it was found from.

    Parameters
    ----------
    scene
        The district.
    judged
        Judgements with their zones, in the order of their rules.
    gaps
        What was not judged.
    findings, totals, rule_counts, reasons
        See `Assessment`.

    Returns
    -------
    assessment
        Complete.
    """
    district = scene.district
    return Assessment(
        district=district,
        plan=scene.plan,
        findings=findings,
        zones=_zones(scene, judged),
        totals=totals,
        rule_counts=rule_counts,
        reasons=reasons,
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


def _has_rows(district: District, layer: str) -> bool:
    """Whether a layer is there and holds anything."""
    return layer in district.layers and district.layers[layer].size > 0


def with_zone_rows(judgement: Judgement, scene: Scene) -> Judgement:
    """Add the ground of a restricting zone itself, per township.

    Parameters
    ----------
    judgement
        With its zone, if it has one.
    scene
        The district.

    Returns
    -------
    judgement
        The same one where the rule draws none.
    """
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
    several = [table for table in (judgement.rows, in_district) if len(table)]
    both = pd.concat(several or [in_district], ignore_index=True)
    return replace(judgement, rows=gpd.GeoDataFrame(both, geometry="geometry", crs="EPSG:4326"))


def _zones(scene: Scene, judged: Sequence[Judgement]) -> gpd.GeoDataFrame:
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


def count_verdicts(judged: Sequence[Judgement]) -> pd.DataFrame:
    """Count subjects by verdict; the verdicts add up to the subjects.

    Parameters
    ----------
    judged
        Judgements, in the order of their rules.

    Returns
    -------
    rule_counts
        See `Assessment.rule_counts`.
    """
    return tabulate({j.rule.rule_id: j.counts for j in judged})


def tabulate(counts: Mapping[str, Mapping[Verdict, int]]) -> pd.DataFrame:
    """Write counts by rule and verdict as a table.

    Parameters
    ----------
    counts
        Rule id to verdict to number of subjects.

    Returns
    -------
    rule_counts
        See `Assessment.rule_counts`.
    """
    return pd.DataFrame(
        [
            {"rule_id": rule_id, "subjects": sum(row.values())} | {str(v): row[v] for v in Verdict}
            for rule_id, row in counts.items()
        ],
        columns=["rule_id", "subjects", *(str(v) for v in Verdict)],
    )
