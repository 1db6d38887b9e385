"""Take another reading of an ambiguous clause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qxgeo.errors import Fault, PlanError, Text
from qxgeo.plan.action_plan import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.plan.action_plan import ActionPlan
    from qxgeo.plan.model import Ambiguity, Choice, Rule


def apply_choices(plan: ActionPlan, choices: Mapping[str, str]) -> ActionPlan:
    """Give a plan whose rules follow the chosen readings.

    Parameters
    ----------
    plan
        The plan as loaded.
    choices
        Choice id by ambiguity id, such as ``{"2.2.4-b.1": "within-5-km"}``. Ambiguities that it
        does not name keep their default.

    Returns
    -------
    plan
        A new plan; the ambiguities themselves stay in it, so that both readings can be shown.

    Raises
    ------
    PlanError
        If an ambiguity or a choice is unknown, a reading cannot be computed, or two readings of
        one rule replace the same field. All faults in one error.
    """
    known = {one.ambiguity_id: one for rule in plan.rules for one in rule.ambiguities}
    faults: list[Fault] = []
    taken: dict[str, Choice] = {}
    for ambiguity_id, choice_id in choices.items():
        if ambiguity_id not in known:
            faults.append(unknown(ambiguity_id, ambiguity_id, known, file=plan.plan_id))
            continue
        choice = _choose(known[ambiguity_id], choice_id, plan.plan_id, faults)
        if choice is not None:
            taken[ambiguity_id] = choice
    measures = tuple(
        replace(measure, rules=tuple(_read_as(rule, taken, plan, faults) for rule in measure.rules))
        for measure in plan.measures
    )
    if faults:
        raise PlanError(faults)
    return replace(plan, measures=measures)


def _choose(ambiguity: Ambiguity, choice_id: str, file: str, faults: list[Fault]) -> Choice | None:
    """Find a reading; None for the default, and for one that is noted as a fault."""
    if choice_id == ambiguity.default.choice_id:
        return None
    for choice in ambiguity.alternatives:
        if choice.choice_id == choice_id and choice.override:
            return choice
        if choice.choice_id == choice_id:
            faults.append(
                Fault(
                    problem=Text(
                        f"“{choice.text.zh}”这一读法还不能计算",
                        f'the reading "{choice.text.en}" cannot be computed',
                    ),
                    mend=Text(
                        "请改选其他读法；说明由巡查参数设定的，在 district.toml 的 [patrol] 里写",
                        "choose another reading; one that patrol settings decide is written under"
                        " [patrol] of district.toml",
                    ),
                    file=file,
                    column=ambiguity.ambiguity_id,
                )
            )
            return None
    words = [one.choice_id for one in (ambiguity.default, *ambiguity.alternatives)]
    faults.append(unknown(ambiguity.ambiguity_id, choice_id, words, file=file))
    return None


def _read_as(
    rule: Rule, taken: Mapping[str, Choice], plan: ActionPlan, faults: list[Fault]
) -> Rule:
    """Replace the fields of a rule by those of its chosen readings."""
    override: dict[str, object] = {}
    for ambiguity in rule.ambiguities:
        fields = taken[ambiguity.ambiguity_id].override if ambiguity.ambiguity_id in taken else {}
        if override.keys() & fields.keys():
            faults.append(
                Fault(
                    problem=Text(
                        "与同一规则的另一读法相冲突", "conflicts with another reading of this rule"
                    ),
                    mend=Text("两者只选其一", "choose one of the two"),
                    file=plan.plan_id,
                    column=ambiguity.ambiguity_id,
                )
            )
        override.update(fields)
    return replace(rule, **override) if override else rule  # type: ignore[arg-type] # checked on load
