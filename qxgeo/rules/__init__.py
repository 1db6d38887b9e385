"""Rules of the plan judged on the layers of a district, one module per kind of test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qxgeo.rules.assumptions import Assumption, list_assumptions
from qxgeo.rules.attribute import judge_attribute
from qxgeo.rules.distance import draw_zone, judge_distance, rule_radius_m
from qxgeo.rules.frontage import frontages_of, judge_frontage
from qxgeo.rules.judgement import Judgement, build_rows, line_stretches
from qxgeo.rules.polygon import draw_area, judge_polygon
from qxgeo.rules.scene import Scene, build_scene, look_at
from qxgeo.rules.stand_in import let_stand_in

if TYPE_CHECKING:
    from shapely import Geometry

    from qxgeo.plan import Rule

    Box = tuple[float, float, float, float]

__all__ = [
    "JUDGES",
    "Assumption",
    "Judgement",
    "Scene",
    "build_scene",
    "draw_rule",
    "frontages_of",
    "judge",
    "judge_subjects",
    "let_stand_in",
    "list_assumptions",
    "look_at",
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
    zone, names = draw_rule(rule, scene)
    return replace(judge_subjects(rule, scene), zone=zone, zone_reference_ids=names)


def judge_subjects(rule: Rule, scene: Scene) -> Judgement:
    """Judge one rule on all its subjects, without drawing its zone.

    Parameters
    ----------
    rule
        Its kind is in `JUDGES` and its inputs are there.
    scene
        The district, or a part of one: what is said of a subject hangs on no other subject.

    Returns
    -------
    judgement
        As `judge` gives it, but for the zone.
    """
    opinion = JUDGES[rule.kind](rule, scene)
    has_lines = len(scene.lines[rule.subject.layer].part_line) > 0
    return Judgement(
        rule=rule,
        opinion=opinion,
        rows=build_rows(rule, scene, opinion),
        stretches=line_stretches(scene, rule, opinion) if has_lines else {},
    )


def draw_rule(
    rule: Rule, scene: Scene, *, extent: Box | None = None
) -> tuple[Geometry | None, str]:
    """Draw the zone of a rule.

    Parameters
    ----------
    rule
        Judged or about to be.
    scene
        The district.
    extent
        West, south, east, north of the subjects in degrees, where the scene holds none of them.

    Returns
    -------
    zone, reference_ids
        None and "" for a rule without a zone.
    """
    if rule.kind == "within_distance":
        return draw_zone(rule, scene, extent=extent)
    if rule.kind == "inside_polygon" and rule.reference and rule.reference.layer != "boundary":
        return draw_area(rule, scene)
    return None, ""
