"""Rules of the plan judged on the layers of a district, one module per kind of test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.rules.assumptions import Assumption, list_assumptions
from qxgeo.rules.attribute import judge_attribute
from qxgeo.rules.distance import draw_zone, judge_distance, rule_radius_m
from qxgeo.rules.frontage import frontages_of, judge_frontage
from qxgeo.rules.judgement import Judgement, build_rows, line_stretches
from qxgeo.rules.polygon import draw_area, judge_polygon
from qxgeo.rules.scene import Scene, build_scene
from qxgeo.rules.stand_in import let_stand_in

if TYPE_CHECKING:
    from qxgeo.plan import Rule

__all__ = [
    "JUDGES",
    "Assumption",
    "Judgement",
    "Scene",
    "build_scene",
    "frontages_of",
    "judge",
    "let_stand_in",
    "list_assumptions",
    "rule_radius_m",
]

# How each kind of test is judged. Kinds that are not here (siting, patrol, sensing) are gaps.
JUDGES = {
    "within_distance": judge_distance,
    "inside_polygon": judge_polygon,
    "attribute": judge_attribute,
    "list": judge_attribute,
    "frontage": judge_frontage,
}


def judge(rule: Rule, scene: Scene) -> Judgement:
    """Judge one rule on all its subjects.

    Parameters
    ----------
    rule
        Its kind is in `JUDGES` and its inputs are there.
    scene
        The district.

    Returns
    -------
    judgement
        Rows per subject and territory, counts that add up, stretches, and the drawn zone.
    """
    opinion = JUDGES[rule.kind](rule, scene)
    has_lines = len(scene.lines[rule.subject.layer].part_line) > 0
    zone, names = None, ""
    if rule.kind == "within_distance":
        zone, names = draw_zone(rule, scene)
    elif rule.kind == "inside_polygon" and rule.reference and rule.reference.layer != "boundary":
        zone, names = draw_area(rule, scene)
    return Judgement(
        rule=rule,
        opinion=opinion,
        rows=build_rows(rule, scene, opinion),
        stretches=line_stretches(scene, rule, opinion) if has_lines else {},
        zone=zone,
        zone_reference_ids=names,
    )
