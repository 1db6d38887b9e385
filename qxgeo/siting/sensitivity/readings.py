"""Words changed: each ambiguity of the rules in play, and which roads count as roads."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.errors import PlanError, Text
from qxgeo.plan import Selector, apply_choices, load_plan
from qxgeo.siting.sensitivity.model import NotTried
from qxgeo.siting.sensitivity.play import scenario_of, with_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qxgeo.plan import ActionPlan, Ambiguity, Choice, Rule
    from qxgeo.siting.sensitivity.model import Case, Scenario
    from qxgeo.siting.sensitivity.play import Play
    from qxgeo.siting.sensitivity.trials import Trials

    Found = Iterator[Scenario | NotTried]

_ROADS = "roads"
_CLASS = "road_class"
_SELECTORS = ("subject", "reference", "among", "doubtful")
_ROADS_TITLE = Text("哪些道路算道路", "which roads count")


def try_readings(trials: Trials, play: Play, base: Case) -> Found:
    """Switch each ambiguity of the rules in play to each reading that is not the one taken.

    Parameters
    ----------
    trials, play, base
        What to try, on what.

    Yields
    ------
    scenario
        Or why it could not be tried: no other reading is written down, or it cannot be computed.
    """
    raw = load_plan(base.district.plan)
    for rule_id in play.rule_ids:
        for ambiguity in raw.rule(rule_id).ambiguities:
            if trials.readings == "all" or ambiguity.ambiguity_id in trials.readings:
                yield from _switch(raw, ambiguity, base)


def _switch(raw: ActionPlan, ambiguity: Ambiguity, base: Case) -> Found:
    """Take every other reading of one ambiguity."""
    chosen = base.district.choices.get(ambiguity.ambiguity_id, ambiguity.default.choice_id)
    readings = (ambiguity.default, *ambiguity.alternatives)
    now = next(one for one in readings if one.choice_id == chosen)
    name = ambiguity.ambiguity_id
    factor = Text(f"{name} {ambiguity.question.zh}", f"{name} {ambiguity.question.en}")
    if len(readings) == 1:
        yield NotTried(
            scenario_id=f"reading:{name}",
            group="reading",
            factor=factor,
            change=Text(f"仍为：{now.text.zh}", f"still: {now.text.en}"),
            reason=Text("方案数据只写了这一种读法", "the plan data hold no other reading"),
        )
    for choice in readings:
        if choice is now:
            continue
        change = _describe(now, choice)
        try:
            plan = apply_choices(raw, {**base.district.choices, name: choice.choice_id})
        except PlanError as error:
            yield NotTried(
                scenario_id=f"reading:{name}:{choice.choice_id}",
                group="reading",
                factor=factor,
                change=change,
                reason=error.faults[0].problem,
            )
            continue
        case = replace(base, plan=plan)
        yield scenario_of("reading", name, choice.choice_id, factor, change, case)


def _describe(now: Choice, choice: Choice) -> Text:
    """Say which reading gives way to which."""
    return Text(f"{now.text.zh} → {choice.text.zh}", f"{now.text.en} → {choice.text.en}")


def try_road_classes(trials: Trials, play: Play, base: Case) -> Found:
    """Let other roads count as roads, in every rule that asks for the same roads.

    The plan's own alternatives are those of its readings; one that changes no more than its
    reading does is left to `try_readings`.

    Parameters
    ----------
    trials, play, base
        What to try, on what.

    Yields
    ------
    scenario
        One per list of classes.
    """
    raw = load_plan(base.district.plan)
    for rule_id in play.rule_ids:
        for ambiguity in raw.rule(rule_id).ambiguities:
            for choice in ambiguity.alternatives:
                yield from _spread(rule_id, choice, play, base)
    counted = _counted_as_roads(play, base)
    for title, classes in trials.road_classes.items():
        found = {
            id(one): replace(one, text=Text(title, title), where=_only(one.where, classes))
            for one in counted
        }
        rules = _exchange(play, base, [(one, found[id(one)]) for one in counted])
        listed = "、".join(classes)
        if rules:
            case = replace(base, plan=with_rules(base.plan, rules))
            change = Text(f"{title}：{listed}", f"{title}: {', '.join(classes)}")
            yield scenario_of(_ROADS, "road-classes", title, _ROADS_TITLE, change, case)
        else:
            yield NotTried(
                scenario_id=f"{_ROADS}:road-classes:{title}",
                group=_ROADS,
                factor=_ROADS_TITLE,
                change=Text(f"{title}：{listed}", f"{title}: {', '.join(classes)}"),
                reason=Text("没有规则问到道路", "no rule in play asks for roads"),
            )


def _spread(rule_id: str, choice: Choice, play: Play, base: Case) -> Found:
    """Take a reading's roads for all rules that ask for what it replaces."""
    rule = base.plan.rule(rule_id)
    pairs = [
        (before, after)
        for field in _SELECTORS
        if isinstance(after := choice.override.get(field), Selector)
        and after.layer == _ROADS
        and isinstance(before := getattr(rule, field), Selector)
        and before != after
    ]
    rules = _exchange(play, base, pairs)
    if set(rules) <= {rule_id}:
        return
    case = replace(base, plan=with_rules(base.plan, rules))
    change = Text(
        f"{pairs[0][1].text.zh}（{'、'.join(rules)}）",
        f"{pairs[0][1].text.en} ({', '.join(rules)})",
    )
    yield scenario_of(_ROADS, "road-classes", choice.choice_id, _ROADS_TITLE, change, case)


def _counted_as_roads(play: Play, base: Case) -> list[Selector]:
    """List what the rules in play count as roads: subjects of duties, and roads to open on."""
    rules = [base.plan.rule(one) for one in play.rule_ids]
    found = [one.subject for one in rules if one.rule_id in play.road_rules]
    found += [one.among for one in rules if one.among is not None]
    unique: list[Selector] = []
    for one in found:
        if one.layer == _ROADS and one not in unique:
            unique.append(one)
    return unique


def _exchange(
    play: Play, base: Case, pairs: Sequence[tuple[Selector, Selector]]
) -> dict[str, Rule]:
    """Put selectors in the place of others, in all rules in play; give the rules that change."""
    changed = {}
    for rule_id in play.rule_ids:
        rule = base.plan.rule(rule_id)
        fields = {
            field: after
            for field in _SELECTORS
            for before, after in pairs
            if getattr(rule, field) == before
        }
        if fields:
            changed[rule_id] = replace(rule, **fields)  # type: ignore[arg-type] # selectors all
    return changed


def _only(where: Mapping[str, Any], classes: Sequence[str]) -> Mapping[str, Any]:
    """Ask for the listed classes and for whatever a condition asks besides a class."""
    return MappingProxyType({**_without_class(where), _CLASS: tuple(classes)})


def _without_class(where: Mapping[str, Any]) -> dict[str, Any]:
    """Take every question about the class out of a condition, all levels deep."""
    kept: dict[str, Any] = {}
    for key, value in where.items():
        if key in ("any", "all"):
            parts = [part for one in value if (part := _without_class(one))]
            if parts:
                kept[key] = tuple(parts)
        elif key == "not":
            inner = _without_class(value)
            if inner:
                kept[key] = inner
        elif key != _CLASS:
            kept[key] = value
    return kept
