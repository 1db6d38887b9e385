"""Where may it open: the ground of a district under every verdict for a new site of a kind."""

from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.district import ParameterValue
from qxgeo.errors import Fault, InputError, Text
from qxgeo.rules import build_scene
from qxgeo.siting.area.faces import cut_faces
from qxgeo.siting.area.frontages import measure_frontages
from qxgeo.siting.area.ground import Ground, lay_boundary, lay_everywhere, lay_ground
from qxgeo.siting.area.model import AreaGap, EligibleArea, Trial
from qxgeo.siting.area.roles import Role, find_role
from qxgeo.siting.area.tables import (
    Laid,
    list_conditional,
    list_contributions,
    list_faces,
    list_pairs,
    list_parts,
    list_rules,
    list_zones,
)
from qxgeo.siting.combine import BY_ATTRIBUTE
from qxgeo.siting.kinds import find_kind, read_plan_of, rules_of
from qxgeo.siting.verdict import list_kind_assumptions, place_accuracy_m

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan, SiteKind
    from qxgeo.rules import Scene

_TRIAL = "试算，未经决定"


def eligible_area(
    district: District,
    kind: str,
    *,
    attributes: Mapping[str, Any] | None = None,
    values: Mapping[str, float] | None = None,
    accuracy_m: float | None = None,
    plan: ActionPlan | None = None,
) -> EligibleArea:
    """Say what every rule of the plan says of the ground of a district, for a new site of a kind.

    Parameters
    ----------
    district
        Read and checked. Stations and other references outside it count.
    kind
        Id, title or another word for a kind of the plan or of the district.
    attributes
        What is known of the site, such as ``{"fuel": "电"}``. What is left out is unknown: a rule
        that asks it is `conditional`, never part of the verdict and never dropped.
    values
        Numbers to try for words without one, such as ``{"near_school_m": 100}``, metres. Ground
        within them needs a decision, whatever the rule would say were the number decided.
    accuracy_m
        Position error of a place, ground metres, part of every band of doubt; None takes the
        plan's parameter, which is then among the assumptions, and 0 looks at the ground alone.
    plan
        Another reading of the district's plan, as sensitivity asks for; None takes the district's.

    Returns
    -------
    area
        Polygons that add up to the district, and what each rule contributes to them.

    Raises
    ------
    InputError
        If there is no such kind, the accuracy or a tried number is no number of metres, or no rule
        of the kind asks for a number that is tried.
    """
    plan = read_plan_of(district) if plan is None else plan
    found = find_kind(district, plan, kind)
    tried = dict(values or {})
    _check_values(tried, found, plan)
    error_m = place_accuracy_m(district, plan, accuracy_m)
    known = {name: one for name, one in (attributes or {}).items() if one is not None}
    scene = build_scene(_try_values(district, tried), plan)
    roles = [
        find_role(kind_rule, rule, scene, found, attributes=known, tried=frozenset(tried))
        for kind_rule, rule in rules_of(found, plan)
    ]
    return _assemble(
        district,
        scene,
        found,
        roles,
        known,
        error_m,
        trials=_list_trials(roles, tried, district, plan),
        stated_m=accuracy_m,
    )


def _assemble(
    district: District,
    scene: Scene,
    kind: SiteKind,
    roles: Sequence[Role],
    attributes: Mapping[str, Any],
    accuracy_m: float,
    *,
    trials: tuple[Trial, ...],
    stated_m: float | None,
) -> EligibleArea:
    """Lay the rules on the ground, cut it, and tell what each contributes."""
    laid = [Laid(role=None, ground=lay_boundary(scene, accuracy_m=accuracy_m))]
    laid += [
        Laid(role=role, ground=_lay(role, scene, accuracy_m))
        for role in roles
        if role.role in ("drawn", "conditional")
    ]
    grounds = [(one.ground.caught, one.ground.reached) for one in laid]
    cut = cut_faces(scene.territories[-1], scene.territories, grounds)
    faces = list_faces(scene, cut, laid)
    parts = list_parts(scene, faces, laid)
    contributions = list_contributions(scene, cut, laid)
    used = [one for one in roles if one.role != "silent"]
    layers = {one.ground_layer for one in laid} & set(scene.district.layers)
    return EligibleArea(
        district=district,
        plan=scene.plan,
        kind=kind,
        attributes=MappingProxyType(dict(attributes)),
        accuracy_m=accuracy_m,
        parts=parts,
        faces=faces,
        zones=list_zones(laid),
        rules=list_rules(roles, laid, contributions),
        contributions=contributions,
        pairs=list_pairs(cut, laid),
        conditional=list_conditional(cut, faces, parts, laid),
        frontages=measure_frontages(scene, [one for one in used if one.rule.kind == "frontage"]),
        gaps=tuple(_list_gaps(used)),
        trials=trials,
        assumptions=list_kind_assumptions(
            scene,
            kind,
            [one.rule for one in used],
            measured=[one.rule_id for one in laid if np.isfinite(one.ground.error_m)],
            accuracy_m=stated_m,
        ),
        as_of=district.as_of,
        is_demo=any(scene.layer(name).is_demo for name in layers),
        is_approximate=any(layer.is_approximate for layer in district.layers.values()),
    )


def _lay(role: Role, scene: Scene, accuracy_m: float) -> Ground:
    """Lay one rule on the ground."""
    if role.rule.kind in BY_ATTRIBUTE:
        return lay_everywhere(scene)
    return lay_ground(role.rule, scene, accuracy_m=accuracy_m)


def _list_gaps(roles: Sequence[Role]) -> list[AreaGap]:
    """List the rules that could not be put on the ground."""
    return [
        AreaGap(
            rule_id=one.rule.rule_id,
            measure_id=one.rule.measure_id,
            strength=str(one.rule.strength),
            verdict=one.verdict,
            why=one.why,
            reason=one.reason,
        )
        for one in roles
        if one.role == "open"
    ]


def _try_values(district: District, tried: Mapping[str, float]) -> District:
    """Set numbers that are tried, and say of each that nobody has decided it."""
    if not tried:
        return district
    ours = {
        name: ParameterValue(value=float(value), source=_TRIAL) for name, value in tried.items()
    }
    return replace(district, parameters=MappingProxyType({**district.parameters, **ours}))


def _list_trials(
    roles: Sequence[Role], tried: Mapping[str, float], district: District, plan: ActionPlan
) -> tuple[Trial, ...]:
    """List the numbers that were tried, each with the rules that ask for it."""
    listed = []
    for name in sorted(tried):
        rules = [one for one in roles if one.rule.radius_parameter == name and one.is_trial]
        parameter, ours = plan.parameter(name), district.parameters.get(name)
        listed.append(
            Trial(
                parameter_id=name,
                value=float(tried[name]),
                unit=parameter.unit,
                decided=parameter.default if ours is None else ours.value,
                rule_ids=tuple(one.rule.rule_id for one in rules),
                if_decided=tuple(one.if_decided for one in rules),
            )
        )
    return tuple(listed)


def _check_values(tried: Mapping[str, float], kind: SiteKind, plan: ActionPlan) -> None:
    """Refuse numbers that nobody asks for, and what is no number.

    Raises
    ------
    InputError
        All of them in one message.
    """
    asked = sorted(
        {
            rule.radius_parameter
            for _, rule in rules_of(kind, plan)
            if rule.kind == "within_distance" and rule.radius_parameter is not None
        }
    )
    faults = []
    for name, value in tried.items():
        if name not in asked:
            faults.append(
                Fault(
                    column=name,
                    problem=Text(
                        f"{kind.title.zh}的规则不用此参数",
                        f"no rule about {kind.title.en} measures by it",
                    ),
                    mend=Text(
                        f"可试算：{'、'.join(asked) or '无'}",
                        f"can be tried: {', '.join(asked) or 'none'}",
                    ),
                )
            )
        elif not math.isfinite(value) or value < 0:
            faults.append(
                Fault(
                    column=name,
                    problem=Text(f"不是米数：{value}", f"no number of metres: {value}"),
                    mend=Text("请给出不小于零的米数", "give metres, zero or more"),
                )
            )
    if faults:
        raise InputError(faults)
