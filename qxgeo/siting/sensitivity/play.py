"""Which rules take part in a question, and which layers each of them looks at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qxgeo.district import parameter_value
from qxgeo.siting.kinds import rules_of
from qxgeo.siting.sensitivity.model import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.district import District
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan, Rule, SiteKind
    from qxgeo.siting.sensitivity.model import Case

_LINES = {"LineString", "MultiLineString"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """The rules in play.

    Attributes
    ----------
    kind
        Of the sites.
    site_rules
        Ids of the rules that look at the kind.
    road_rules
        Ids of the rules on roads near stations, which measure the kilometres.
    """

    kind: SiteKind
    site_rules: tuple[str, ...]
    road_rules: tuple[str, ...]

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """All of them, once."""
        return tuple(dict.fromkeys((*self.site_rules, *self.road_rules)))


def find_play(kind: SiteKind, plan: ActionPlan, district: District) -> Play:
    """Find the rules that a question is about.

    Parameters
    ----------
    kind
        Of the sites.
    plan
        Choices applied.
    district
        Tells which layers hold lines.

    Returns
    -------
    play
        Road rules are those by distance from stations whose subject is a layer of lines.
    """
    return Play(
        kind=kind,
        site_rules=tuple(rule.rule_id for _, rule in rules_of(kind, plan)),
        road_rules=tuple(rule.rule_id for rule in plan.rules if _is_on_roads(rule, district)),
    )


def _is_on_roads(rule: Rule, district: District) -> bool:
    """Whether a rule measures roads near stations."""
    by_stations = rule.reference is not None and rule.reference.layer == "stations"
    if rule.kind != "within_distance" or not by_stations:
        return False
    layer = district.layers.get(rule.subject.layer)
    return layer is not None and bool(set(layer.table.geom_type.dropna()) & _LINES)


def layers_of(rule: Rule) -> tuple[str, ...]:
    """Name the layers that a rule measures to.

    Parameters
    ----------
    rule
        Any rule.

    Returns
    -------
    names
        Each once; none for a rule about attributes.
    """
    if rule.kind not in ("within_distance", "inside_polygon", "frontage"):
        return ()
    selectors = (rule.reference, rule.among, rule.doubtful)
    names = [one.layer for one in selectors if one is not None]
    if rule.station_radius_m is not None:
        names.append("stations")
    return tuple(dict.fromkeys(names))


def layers_in_play(play: Play, case: Case) -> tuple[str, ...]:
    """Name the layers whose positions take part.

    Parameters
    ----------
    play
        Rules.
    case
        Of the district; layers that it lacks are left out.

    Returns
    -------
    names
        The boundary first, each once.
    """
    names = ["boundary"]
    for rule_id in play.rule_ids:
        rule = case.plan.rule(rule_id)
        names += layers_of(rule)
        if rule_id in play.road_rules:
            names.append(rule.subject.layer)
    given = case.district.layers
    return tuple(one for one in dict.fromkeys(names) if one in given and len(given[one].table))


def radius_of(rule: Rule, case: Case) -> float | None:
    """Give the radius of a rule by distance or frontage, None where nobody has set it.

    Parameters
    ----------
    rule
        Any rule.
    case
        Its district and plan set open numbers.

    Returns
    -------
    radius_m
        Ground metres.
    """
    if rule.radius_m is not None:
        return rule.radius_m
    if rule.radius_parameter is None:
        return None
    return parameter_value(rule.radius_parameter, case.district, case.plan)


def with_rules(plan: ActionPlan, rules: Mapping[str, Rule]) -> ActionPlan:
    """Give a plan in which some rules are replaced.

    Parameters
    ----------
    plan
        Any plan.
    rules
        New rules by their id.

    Returns
    -------
    plan
        A new plan.
    """
    measures = tuple(
        replace(one, rules=tuple(rules.get(rule.rule_id, rule) for rule in one.rules))
        for one in plan.measures
    )
    return replace(plan, measures=measures)


def scenario_of(  # the parts of its name
    group: str, factor_id: str, value: str, factor: Text, change: Text, case: Case
) -> Scenario:
    """Name a scenario by its group, what is uncertain, and what that is changed to."""
    return Scenario(
        scenario_id=f"{group}:{factor_id}:{value}",
        group=group,
        factor_id=f"{group}:{factor_id}",
        factor=factor,
        change=change,
        case=case,
    )
