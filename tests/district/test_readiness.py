"""What a rule lacks, on the small town, whose layers are known by heart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from qxgeo.district import ParameterValue, describe_missing, missing_inputs, parameter_value
from qxgeo.plan import apply_choices, load_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer
    from qxgeo.plan import ActionPlan


@pytest.fixture(scope="module")
def plan() -> ActionPlan:
    return load_plan("qixing-2023")


@pytest.fixture
def district(town: dict[str, Layer], district_of: Callable[..., District]) -> District:
    return district_of(*town.values())


@pytest.fixture
def with_layers(district: District, town: dict[str, Layer]) -> Callable[..., District]:
    """Give a function that adds layers, each a copy of the roads under another name."""

    def add(*names: str) -> District:
        more = {name: replace(town["roads"], name=name) for name in names}
        return replace(district, layers={**district.layers, **more})

    return add


@pytest.mark.parametrize(
    ("rule_id", "missing"),
    [
        ("2.2.3-c", ()),
        ("2.2.2-a", ()),
        ("2.2.3-b", ("layer:main_urban_area",)),
        ("2.2.4-b", ("layer:bare_ground", "layer:urban_rural_fringe")),
        ("1.3.4-a", ("layer:auto_repair",)),
        ("2.3.1-a", ("layer:construction_waste",)),
        ("4.1.4-b", ("layer:inspection_agencies", "layer:schools", "parameter:near_school_m")),
        ("1.3.5-a", ("siting:siting",)),
        ("2.2.1-a", ("kind:coverage",)),
        ("4.1.1-a", ("kind:inventory",)),
        ("5.1.1-a", ("patrol:assignment",)),
        ("5.1.2-a", ("patrol:assignment",)),
        ("5.2.2-a", ("patrol:sensing",)),
        ("5.3.1-a", ("patrol:inventory",)),
        ("7.4.1-a", ("patrol:sensing",)),
    ],
)
def test_exactly_what_is_missing_is_named(
    plan: ActionPlan, district: District, rule_id: str, missing: tuple[str, ...]
) -> None:
    assert missing_inputs(plan.rule(rule_id), district, plan) == missing


def test_a_default_of_the_plan_is_enough_and_the_district_goes_first(
    plan: ActionPlan, district: District, with_layers: Callable[..., District]
) -> None:
    full = with_layers("catering", "residential_buildings")
    assert missing_inputs(plan.rule("3.1.0-a"), full, plan) == ()
    assert parameter_value("near_residential_m", district, plan) == 9.0
    own = replace(district, parameters={"near_residential_m": ParameterValue(value=20, source="")})
    assert parameter_value("near_residential_m", own, plan) == 20


def test_a_parameter_set_by_the_district_closes_the_gap(
    plan: ActionPlan, with_layers: Callable[..., District]
) -> None:
    full = with_layers("inspection_agencies", "schools")
    rule = plan.rule("4.1.4-b")
    assert missing_inputs(rule, full, plan) == ("parameter:near_school_m",)
    given = replace(full, parameters={"near_school_m": ParameterValue(value=100, source="局函")})
    assert missing_inputs(rule, given, plan) == ()


def test_a_layer_without_rows_is_a_missing_layer(
    plan: ActionPlan, district: District, town: dict[str, Layer]
) -> None:
    empty = replace(town["roads"], table=town["roads"].table.iloc[:0])
    without = replace(district, layers={**district.layers, "roads": empty})
    assert missing_inputs(plan.rule("2.2.3-c"), without, plan) == ("layer:roads",)


def test_a_list_that_is_not_given_is_stood_in_for_when_all_stand_ins_are_ready(
    plan: ActionPlan, district: District, with_layers: Callable[..., District]
) -> None:
    rule = plan.rule("2.2.3-a")
    assert missing_inputs(rule, district, plan) == ("layer:key_sections", "layer:main_urban_area")
    assert missing_inputs(rule, with_layers("main_urban_area"), plan) == ()
    assert missing_inputs(rule, with_layers("key_sections"), plan) == ()


def test_a_reading_that_adds_a_station_radius_needs_stations(
    plan: ActionPlan, town: dict[str, Layer], with_layers: Callable[..., District]
) -> None:
    full = with_layers("bare_ground", "urban_rural_fringe")
    no_stations = replace(
        full, layers={name: one for name, one in full.layers.items() if name != "stations"}
    )
    assert "stations" in town
    assert missing_inputs(plan.rule("2.2.4-b"), no_stations, plan) == ()
    narrow = apply_choices(plan, {"2.2.4-b.1": "within-5-km"})
    assert missing_inputs(narrow.rule("2.2.4-b"), no_stations, narrow) == ("layer:stations",)


def test_every_possible_lack_has_words_in_both_languages(
    plan: ActionPlan, district_of: Callable[..., District]
) -> None:
    nothing = district_of()
    for rule in plan.rules:
        missing = missing_inputs(rule, nothing, plan)
        assert missing, rule.rule_id
        for entry in missing:
            text = describe_missing(entry, plan)
            assert text.zh != text.en
            assert entry.partition(":")[2] in text.en or entry.startswith(
                ("kind:", "patrol:", "siting:")
            )
            assert ("qxgeo patrol" in text.zh) is entry.startswith("patrol:")
            assert ("qxgeo siting" in text.zh) is entry.startswith("siting:")
