"""The two keys of a frontage test: which roads an entrance can open on, and which are doubtful."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qxgeo.plan import apply_choices, load_plan
from qxgeo.plan.query import describe_measure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RULE = "measures[0].rules[0]"
SUBJECT_END = "] } }\n"  # the only line of the small plan that closes a subject of several lines


def _frontage(text: str, *lines: str) -> str:
    """Turn the first rule of the small plan into a frontage test on roads."""
    roads = '{ layer = "roads", text = { zh = "路", en = "roads" } }'
    text = text.replace('kind = "within_distance"', 'kind = "frontage"', 1)
    text = text.replace('reference = "near_ones"', f"reference = {roads}", 1)
    assert text.count(SUBJECT_END) == 1
    return text.replace(SUBJECT_END, SUBJECT_END + "".join(f"{line}\n" for line in lines))


def _roads(key: str, layer: str = "roads") -> str:
    return f'{key} = {{ layer = "{layer}", text = {{ zh = "路", en = "roads" }} }}'


def test_a_frontage_test_without_roads_to_open_on_is_refused(
    small_plan: str, refuse: Callable[..., Mapping[str, str]]
) -> None:
    faults = refuse(_frontage(small_plan))
    assert faults.keys() == {f"{RULE}.among"}
    assert "name the roads" in faults[f"{RULE}.among"]


def test_a_frontage_test_without_a_tolerance_is_refused(
    small_plan: str, refuse: Callable[..., Mapping[str, str]]
) -> None:
    faults = refuse(_frontage(small_plan, _roads("among")).replace("radius_m = 2000\n", ""))
    assert "without a distance" in faults[f"{RULE}.radius_m"]


@pytest.mark.parametrize("key", ["among", "doubtful"])
def test_roads_of_another_layer_are_refused(
    small_plan: str, refuse: Callable[..., Mapping[str, str]], key: str
) -> None:
    lines = {"among": _roads("among")} | {key: _roads(key, "damaged_roads")}
    faults = refuse(_frontage(small_plan, *lines.values()))
    assert faults.keys() == {f"{RULE}.{key}"}
    assert "one layer" in faults[f"{RULE}.{key}"]


@pytest.mark.parametrize("key", ["among", "doubtful"])
def test_the_keys_belong_to_frontage_tests_alone(
    small_plan: str, refuse: Callable[..., Mapping[str, str]], key: str
) -> None:
    faults = refuse(small_plan.replace(SUBJECT_END, f"{SUBJECT_END}{_roads(key)}\n"))
    assert faults.keys() == {f"{RULE}.{key}"}
    assert "only a frontage test" in faults[f"{RULE}.{key}"]


def test_another_reading_may_replace_them_within_the_layer(
    small_plan: str, refuse: Callable[..., Mapping[str, str]]
) -> None:
    lines = _frontage(small_plan, _roads("among"))
    other = lines.replace("override = { radius_m = 3000", f"override = {{ {_roads('doubtful')}")
    wrong = other.replace(_roads("doubtful"), _roads("doubtful", "schools"))
    faults = refuse(wrong)
    place = f"{RULE}.ambiguities[0].alternatives[1].override.doubtful"
    assert faults.keys() == {place}
    unknown = other.replace(_roads("doubtful"), 'among = "nowhere"')
    assert "near_ones" in refuse(unknown)[place.replace("doubtful", "among")]


def test_the_plan_of_qixing_decides_secondary_arterials_in_the_other_reading() -> None:
    plan = load_plan("qixing-2023")
    rule = plan.rule("4.1.4-e")
    assert rule.among == plan.selectors["motor_roads"]
    assert rule.doubtful == plan.selectors["busy_roads"]
    assert rule.reference == plan.selectors["main_roads"]
    other = apply_choices(plan, {"4.1.4-e.1": "secondary-too"}).rule("4.1.4-e")
    assert other.reference == plan.selectors["arterial_roads"]
    assert (other.among, other.doubtful) == (rule.among, rule.doubtful)
    assert all(
        (one.among, one.doubtful) == (None, None) for one in plan.rules if one.kind != "frontage"
    )


def test_the_plan_is_shown_with_the_roads_that_count() -> None:
    shown = "\n".join(describe_measure(load_plan("qixing-2023"), "4.1.4", lang="en"))
    assert "opens on one of: every section open to motor vehicles" in shown
    assert "needs a decision on: roads with heavy traffic" in shown
