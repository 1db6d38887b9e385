"""Another reading of a clause replaces fields of its rule and nothing else."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from qxgeo.errors import PlanError
from qxgeo.plan import ActionPlan, apply_choices, load_plan
from qxgeo.vocabulary import Strength

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def plan(tmp_path: Path, small_plan: str) -> ActionPlan:
    path = tmp_path / "small.toml"
    path.write_text(small_plan, encoding="utf-8")
    return load_plan(path)


def test_no_choice_and_the_default_leave_the_plan_as_it_is(plan: ActionPlan) -> None:
    assert apply_choices(plan, {}) == plan
    assert apply_choices(plan, {"1.1.1-a.1": "two-km"}) == plan


def test_a_chosen_radius_drives_out_the_parameter_and_the_other_way_round(
    plan: ActionPlan,
) -> None:
    near = apply_choices(plan, {"1.1.1-a.1": "near"}).rule("1.1.1-a")
    assert (near.radius_m, near.radius_parameter) == (None, "near_m")
    far = apply_choices(plan, {"1.1.1-a.1": "three-km"}).rule("1.1.1-a")
    assert (far.radius_m, far.radius_parameter) == (3000, None)
    assert far.whole_section


def test_a_reading_changes_only_the_fields_it_names(plan: ActionPlan) -> None:
    before = plan.rule("1.1.1-a")
    after = apply_choices(plan, {"1.1.1-a.2": "whole"})
    expected = dataclasses.replace(
        before,
        whole_section=True,
        strength=Strength.GUIDED,
        subject=plan.selectors["near_ones"],
    )
    assert after.rule("1.1.1-a") == expected
    assert after.rule("1.1.1-b") == plan.rule("1.1.1-b")
    assert plan.rule("1.1.1-a") == before


@pytest.mark.parametrize(
    ("choices", "word"),
    [
        ({"9.9.9-a.1": "near"}, "1.1.1-a.1"),
        ({"1.1.1-a.1": "nearer"}, "three-km"),
        ({"1.1.1-a.1": "by-feel"}, "cannot be computed"),
        ({"1.1.1-a.1": "three-km", "1.1.1-a.2": "whole"}, "conflicts"),
    ],
)
def test_a_choice_that_cannot_be_followed_is_refused(
    plan: ActionPlan, choices: dict[str, str], word: str
) -> None:
    with pytest.raises(PlanError, match=word):
        apply_choices(plan, choices)


def test_all_wrong_choices_come_in_one_error(plan: ActionPlan) -> None:
    with pytest.raises(PlanError) as caught:
        apply_choices(plan, {"9.9.9-a.1": "x", "1.1.1-a.1": "y"})
    assert [fault.column for fault in caught.value.faults] == ["9.9.9-a.1", "1.1.1-a.1"]


def test_every_reading_of_the_embedded_plan_is_computed_or_refused() -> None:
    plan = load_plan("qixing-2023")
    for rule in plan.rules:
        for ambiguity in rule.ambiguities:
            for choice in ambiguity.alternatives:
                choices = {ambiguity.ambiguity_id: choice.choice_id}
                if not choice.override:
                    with pytest.raises(PlanError, match="cannot be computed"):
                        apply_choices(plan, choices)
                    continue
                changed = apply_choices(plan, choices).rule(rule.rule_id)
                assert (changed.radius_m is None) or (changed.radius_parameter is None)
                for name, value in choice.override.items():
                    assert getattr(changed, name) == value
