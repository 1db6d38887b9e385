"""The main job over roads that do not fit into memory: the same answer, piece by piece."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from qxgeo.assess.findings import empty_findings, list_findings
from qxgeo.assess.near_roads import with_near_roads
from qxgeo.assess.plan_job import FINDINGS_FILE, IDS_FILE, KEY_COLUMNS, REASONS_FILE, build_job
from qxgeo.assess.run import (
    put_together,
    sort_rules,
    stand_in,
    tabulate,
    with_zone_rows,
)
from qxgeo.assess.shelf import name_places, shelve_parts
from qxgeo.assess.totals import collect_reasons, list_entries, sum_entries
from qxgeo.district.streamed import empty_table
from qxgeo.errors import DistrictError, Fault, SchemaError, Text
from qxgeo.plan import apply_choices, load_plan
from qxgeo.rules import JUDGES, Judgement, build_scene, draw_rule, judge
from qxgeo.rules.judgement import Opinion
from qxgeo.streaming import run_pieces
from qxgeo.streaming.sums import NANOMETRES
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qxgeo.assess.model import Assessment
    from qxgeo.assess.run import Work
    from qxgeo.assess.shelf import Shelf
    from qxgeo.district import District, Layer
    from qxgeo.plan import Rule
    from qxgeo.rules import Scene
    from qxgeo.streaming import Outcome

_ROADS = "roads"
_HASH_PARTS = 8  # ids are compared in so many turns, so that 40 million need 40 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedAssessment:
    """What a run over many roads found.

    Attributes
    ----------
    assessment
        Everything but the findings and the reasons: those tables are empty.
    shelf
        The findings, by township.
    reasons
        Files with rows as those of `Assessment.reasons`, in the order of the pieces.
    """

    assessment: Assessment
    shelf: Shelf
    reasons: tuple[Path, ...]


def assess_streamed(
    district: District,
    folder: Path,
    *,
    work_folder: Path,
    memory_mb: float,
    workers: int = 0,
    client: Any = None,  # noqa: ANN401 - a distributed.Client
    restart: bool = False,
    progress: Callable[..., None] | None = None,
) -> StreamedAssessment:
    """Judge every rule of the district's plan; its roads are read piece by piece.

    Parameters
    ----------
    district
        From ``load_district(..., stream_from=...)``; its roads were left on the disk.
    folder
        Where the findings are put, a file per township; made if absent.
    work_folder, memory_mb, workers, client, restart
        As `qxgeo.streaming.run_pieces` takes them. The work folder has to outlive the result: its
        files hold the reasons.
    progress
        Called with what is done, how far it is and how much there is.

    Returns
    -------
    streamed
        What `assess` finds of the same roads in memory: the same findings, counts, ranks and
        reasons; lengths agree to the nanometre or two by which sums of rounded numbers differ.

    Raises
    ------
    DistrictError
        If the plan measures roads to roads.
    InputError
        If a road is at fault, the memory is too small, or the work folder holds another job.
    OutputError
        If a file cannot be written.
    """
    tell = progress or (lambda *_: None)
    plan = apply_choices(load_plan(district.plan), district.choices)
    _refuse_roads_to_roads(plan.rules, district)
    bare = build_scene(district, plan, is_in_parts=True)
    scene = with_near_roads(bare, [rule for rule in plan.rules if rule.subject.layer != _ROADS])
    work = sort_rules(scene)
    on_roads, others = _part(work)
    job = build_job(bare, on_roads.ready, on_roads.waiting)
    streamed = district.layers[_ROADS].streamed
    pieces = streamed.dataset.pieces if streamed is not None else ()
    outcomes = run_pieces(
        job,
        pieces,
        work_folder=work_folder,
        memory_mb=memory_mb,
        workers=workers,
        client=client,
        restart=restart,
        progress=tell,
    )
    _refuse_repeated_ids(outcomes, district.layers[_ROADS])
    judged = _judge_others(others, scene, tell)
    return _gather(scene, work, judged, outcomes, folder)


def _part(work: Work) -> tuple[Work, Work]:
    """Part the rules on roads, and those for which they stand in, from all others."""
    ready = {rule.rule_id for rule in work.ready if rule.subject.layer == _ROADS}
    waiting = {rule.rule_id for rule in work.waiting if ready & set(rule.also_when_missing)}
    roads = replace(
        work,
        ready=tuple(rule for rule in work.ready if rule.rule_id in ready),
        waiting=tuple(rule for rule in work.waiting if rule.rule_id in waiting),
    )
    others = replace(
        work,
        ready=tuple(rule for rule in work.ready if rule.rule_id not in ready),
        waiting=tuple(rule for rule in work.waiting if rule.rule_id not in waiting),
    )
    return roads, others


def _judge_others(work: Work, scene: Scene, tell: Callable[..., None]) -> list[Judgement]:
    """Judge the rules whose subjects are in memory."""
    judged = []
    for number, rule in enumerate(work.ready):
        tell(rule.rule_id, number, len(work.ready))
        judged.append(judge(rule, scene))
    return judged + stand_in(work.waiting, scene, judged)


def _gather(
    scene: Scene,
    work: Work,
    others: Sequence[Judgement],
    outcomes: Sequence[Outcome],
    folder: Path,
) -> StreamedAssessment:
    """Put together what was found in memory and in the pieces."""
    on_roads, _ = _part(work)
    drawn = [_draw(rule, scene, outcomes) for rule in on_roads.ready]
    counts = {one.rule.rule_id: one.counts for one in others} | _add_counts(on_roads, outcomes)
    judged = sorted((*others, *drawn, *_stood_in(on_roads, drawn)), key=lambda j: j.rule.rule_id)
    with_zones = [with_zone_rows(one, scene) for one in judged]
    entries = _road_entries(outcomes)
    entries += list_entries(scene, [one for one in with_zones if len(one.rows)])
    assessment = put_together(
        scene,
        judged,
        work.gaps,
        findings=list_findings(scene, with_zones),
        totals=sum_entries(scene, entries),
        rule_counts=tabulate({rule_id: counts[rule_id] for rule_id in sorted(counts)}),
        reasons=collect_reasons(scene, others),
    )
    files = [one.files[FINDINGS_FILE] for one in outcomes if FINDINGS_FILE in one.files]
    ranked = [rule.rule_id for rule in (*on_roads.ready, *on_roads.waiting) if rule.rank_by]
    shelf = shelve_parts(folder, name_places(assessment), assessment.findings, files, ranked)
    return StreamedAssessment(
        assessment=replace(assessment, findings=empty_findings()),
        shelf=shelf,
        reasons=tuple(one.files[REASONS_FILE] for one in outcomes if REASONS_FILE in one.files),
    )


def _draw(rule: Rule, scene: Scene, outcomes: Sequence[Outcome]) -> Judgement:
    """Draw the zone of a rule that was judged in pieces, as if all its roads were here."""
    boxes = [
        one.values["extents"][rule.rule_id]
        for one in outcomes
        if rule.rule_id in one.values["extents"]
    ]
    extent = None
    if boxes:
        sides = np.array([[float.fromhex(side) for side in box] for box in boxes])
        low, high = sides[:, :2].min(axis=0), sides[:, 2:].max(axis=0)
        extent = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    zone, names = draw_rule(rule, scene, extent=extent)
    return replace(_say_nothing(rule), zone=zone, zone_reference_ids=names)


def _say_nothing(rule: Rule) -> Judgement:
    """Stand for a rule whose subjects are elsewhere: the pieces speak of them."""
    none, words = np.empty(0), np.empty(0, dtype=object)
    opinion = Opinion(
        subjects=empty_table(_ROADS),
        codes=np.empty(0, dtype=np.int8),
        distance_m=none,
        margin_m=none,
        radius_m=none,
        error_m=none,
        reference_ids=words,
        reference_names=words,
        spared=np.empty(0, dtype=bool),
    )
    return Judgement(rule=rule, opinion=opinion, rows=empty_findings())


def _stood_in(on_roads: Work, drawn: Sequence[Judgement]) -> list[Judgement]:
    """Stand for the rules that others stood in for, on the layer of those."""
    subjects = {one.rule.rule_id: one.rule.subject for one in drawn}
    return [
        _say_nothing(replace(rule, subject=subjects[rule.also_when_missing[0]]))
        for rule in on_roads.waiting
    ]


def _add_counts(on_roads: Work, outcomes: Sequence[Outcome]) -> dict[str, dict[Verdict, int]]:
    """Add up the subjects of all pieces by rule and verdict."""
    sums: Counter[tuple[str, str]] = Counter()
    for one in outcomes:
        for rule_id, counts in one.values["counts"].items():
            sums.update({(rule_id, verdict): number for verdict, number in counts.items()})
    rules = [rule.rule_id for rule in (*on_roads.ready, *on_roads.waiting)]
    return {name: {v: sums[name, str(v)] for v in Verdict} for name in rules}


def _road_entries(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Add up the entries of all pieces as whole numbers, and give them in metres."""
    counts: Counter[tuple[str, ...]] = Counter()
    lengths: Counter[tuple[str, ...]] = Counter()
    for one in outcomes:
        for *key, count, length_nm in one.values["entries"]:
            counts[tuple(key)] += count
            lengths[tuple(key)] += length_nm
    return [
        {
            **dict(zip(("scope", "verdict", "township_id"), key, strict=True)),
            "count": counts[key],
            "length_m": lengths[key] / NANOMETRES,
            "area_m2": 0.0,
        }
        for key in sorted(counts)
    ]


def _refuse_roads_to_roads(rules: Sequence[Rule], district: District) -> None:
    """Refuse what a piece cannot answer alone.

    Raises
    ------
    DistrictError
        If a rule on roads measures them to roads, or orders its work by too many criteria.
    """
    faults = []
    for rule in rules:
        if rule.kind not in JUDGES:
            continue
        others = [one for one in (rule.reference, rule.among, rule.doubtful) if one is not None]
        is_apart = all(one.layer != _ROADS for one in others)
        if rule.subject.layer == _ROADS and not (is_apart and len(rule.rank_by) <= KEY_COLUMNS):
            problem = Text(
                f"规则 {rule.rule_id} 以道路对照道路，不能分块判定",
                f"rule {rule.rule_id} measures roads to roads and cannot be judged in pieces",
            )
            mend = Text(
                "请给出裁到本辖区的道路文件", "give a file of roads that is cut to the district"
            )
            faults.append(Fault(file=district.path.name, problem=problem, mend=mend))
    if faults:
        raise DistrictError(faults)


def _refuse_repeated_ids(outcomes: Sequence[Outcome], layer: Layer) -> None:
    """Refuse a dataset in which two roads have the same id: one would be counted for the other.

    Raises
    ------
    SchemaError
        If there are any.
    """
    files = [one.files[IDS_FILE] for one in outcomes]
    repeated = 0
    for turn in range(_HASH_PARTS):
        several = [np.load(file) for file in files]
        mine = np.concatenate([one[one % _HASH_PARTS == turn] for one in several] or [np.empty(0)])
        repeated += len(mine) - len(np.unique(mine))
    if repeated:
        problem = Text(
            f"路段编号有 {repeated} 个重复", f"{repeated} sections have an id that another one has"
        )
        mend = Text(
            "每个路段一个编号；qxgeo convert 会编出互不相同的编号",
            "give every section an id of its own; qxgeo convert does",
        )
        fault = Fault(file=layer.path.name, column="section_id", problem=problem, mend=mend)
        raise SchemaError(fault)
