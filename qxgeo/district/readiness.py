"""What a rule still needs before it can be judged in a district."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.district.titles import title_layer
from qxgeo.errors import Text
from qxgeo.plan import KIND_LABELS

if TYPE_CHECKING:
    from qxgeo.district.model import District
    from qxgeo.plan import ActionPlan, Rule

EVALUATED_KINDS = ("within_distance", "inside_polygon", "attribute", "list", "frontage")
# Answered by the burning patrol (qxgeo patrol): who goes where and when, what cameras see, and the
# straw of the responsible units' crop land.
PATROL_KINDS = ("assignment", "sensing")
SITING_KINDS = ("siting",)  # answered by qxgeo siting: where a new site may open, and where best
_PATROL_INVENTORIES = ("cropland",)


def parameter_value(parameter_id: str, district: District, plan: ActionPlan) -> float | None:
    """Give the value of an open parameter: the district's, else the plan's default.

    Parameters
    ----------
    parameter_id
        Of the plan.
    district
        Its `parameters` come first.
    plan
        The district's plan.

    Returns
    -------
    value
        In the parameter's unit; None where nobody has set one.
    """
    if parameter_id in district.parameters:
        return district.parameters[parameter_id].value
    return plan.parameter(parameter_id).default


def missing_inputs(rule: Rule, district: District, plan: ActionPlan) -> tuple[str, ...]:
    """List what a rule lacks.

    A layer without a single row counts as missing: an empty list of places proves nothing. Where
    the subject's layer is missing and other rules may stand in, the rule lacks nothing if all of
    them can be judged; otherwise it lacks its own layer and what they lack.

    Parameters
    ----------
    rule
        Rule of `plan`, with the district's choices applied.
    district
        The layers and parameters at hand.
    plan
        The district's plan.

    Returns
    -------
    missing
        ``layer:<name>``, ``parameter:<id>``, ``kind:<kind>``, or ``patrol:<kind>`` and
        ``siting:<kind>`` (``qxgeo patrol`` and ``qxgeo siting`` answer it, a run does not), each
        once; empty for a rule that is ready.
    """
    if rule.kind not in EVALUATED_KINDS:
        answered_by = "patrol" if is_of_patrol(rule) else "kind"
        return (f"{'siting' if rule.kind in SITING_KINDS else answered_by}:{rule.kind}",)
    missing = []
    if not _is_given(rule.subject.layer, district):
        missing += _lacking_subject(rule, district, plan)
    roads = (rule.reference, rule.among, rule.doubtful)
    layers = [selector.layer for selector in roads if selector is not None]
    if rule.station_radius_m is not None:
        layers.append("stations")
    missing += [f"layer:{name}" for name in layers if not _is_given(name, district)]
    needs_radius = rule.radius_m is None and rule.radius_parameter is not None
    parameters = [rule.radius_parameter] if needs_radius else []
    missing += [
        f"parameter:{name}"
        for name in (*parameters, *rule.other_parameters)
        if name is not None and parameter_value(name, district, plan) is None
    ]
    return tuple(dict.fromkeys(missing))


def is_of_patrol(rule: Rule) -> bool:
    """Tell whether a rule is answered by the burning patrol and not by a run.

    Parameters
    ----------
    rule
        Of any plan.

    Returns
    -------
    answered
        True for assignments, for what cameras and satellites see, and for the crop land that a
        yearly straw plan needs.
    """
    is_inventory = rule.kind == "inventory" and rule.subject.layer in _PATROL_INVENTORIES
    return rule.kind in PATROL_KINDS or is_inventory


def describe_missing(entry: str, plan: ActionPlan) -> Text:
    """Word one entry of `missing_inputs`.

    Parameters
    ----------
    entry
        Such as ``layer:main_urban_area``.
    plan
        The plan that names the parameters.

    Returns
    -------
    text
        What is missing, for people.
    """
    what, _, name = entry.partition(":")
    if what == "layer":
        title = title_layer(name)
        return Text(f"缺图层 {name}（{title.zh}）", f"layer {name} ({title.en}) is missing")
    if what == "parameter":
        title = plan.parameter(name).title
        return Text(f"未设参数 {name}（{title.zh}）", f"parameter {name} ({title.en}) is not set")
    title = KIND_LABELS.get(name, Text(name, name))
    if what == "patrol":
        return Text(
            f"由 qxgeo patrol 排定，这里不判定（{title.zh}）",
            f"worked out by qxgeo patrol, not judged here ({title.en})",
        )
    if what == "siting":
        return Text(
            f"由 qxgeo siting 作答，这里不判定（{title.zh}）",
            f"answered by qxgeo siting, not judged here ({title.en})",
        )
    return Text(
        f"本版不判定这一类（{title.zh}）", f"this version does not judge this kind ({title.en})"
    )


def _is_given(layer: str, district: District) -> bool:
    """Whether the district has the layer, with at least one row."""
    return layer in district.layers and district.layers[layer].size > 0


def _lacking_subject(rule: Rule, district: District, plan: ActionPlan) -> list[str]:
    """List what is missing when the subject's layer is: nothing if other rules stand in."""
    own = f"layer:{rule.subject.layer}"
    if not rule.also_when_missing:
        return [own]
    lacking = [
        entry
        for rule_id in rule.also_when_missing
        for entry in missing_inputs(plan.rule(rule_id), district, plan)
    ]
    return [own, *lacking] if lacking else []
