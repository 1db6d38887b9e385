"""Each trigger of the plan: in force, not in force, or unknown, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from qxgeo.district.patrol_entry import default_settings
from qxgeo.district.today_settings import default_today
from qxgeo.errors import InputError
from qxgeo.plan import apply_choices, load_plan
from qxgeo.warning.model import AirNow
from qxgeo.warning.triggers import judge_measures, read_declared

if TYPE_CHECKING:
    from qxgeo.district import District

SETTINGS = default_today()
PLAN = load_plan("qixing-2023")
YES, NO, UNKNOWN = "in_force", "not_in_force", "unknown"
WINTER, SPRING, JUNE = date(2023, 12, 28), date(2023, 3, 10), date(2023, 6, 30)


def air(aqi: float, missing: str = "") -> AirNow:
    row = {"time": [pd.Timestamp("2023-06-30 12:00")], "day_aqi": [aqi], "day_missing": [missing]}
    return AirNow(
        stations=(),
        city=pd.DataFrame(row),
        level=-1,
        highest=-1,
        episodes=(),
        problems=(),
        notes=(),
    )


def states(
    district: District,
    warning: str | None,
    *,
    day: date = JUNE,
    aqi: float = 40.0,
    **more: Any,  # noqa: ANN401
) -> dict[str, str]:
    plan = more.get("plan", PLAN)
    declared = read_declared(district, warning, day)
    measures = judge_measures(
        plan,
        district,
        more.get("settings", SETTINGS),
        day=day,
        declared=declared,
        air=air(aqi, more.get("missing", "")),
    )
    found = {one.measure.measure_id: one.state for one in measures}
    return found | {rule: state for one in measures for rule, _, state, _ in one.rules}


@pytest.fixture(scope="module")
def district(town_today: District) -> District:
    return replace(town_today, patrol=default_settings())


def test_every_trigger_of_the_plan_is_spoken_of(district: District) -> None:
    triggers = {one.trigger for one in PLAN.measures if one.trigger}
    assert triggers == set(SETTINGS.triggers)
    assert {"1.5.1", "2.2.3", "5.2.2", "7.4.3", "7.1.2", "3.2.0"} <= set(states(district, None))


def test_a_declared_warning_is_what_puts_measures_in_force(district: District) -> None:
    found = states(district, "yellow", aqi=np.nan)
    assert [found[one] for one in ("2.2.3", "2.2.3-a", "5.2.2", "7.1.2", "7.4.3")] == [YES] * 5


def test_bad_air_alone_declares_nothing(district: District) -> None:
    found = states(district, "none", aqi=350.0)
    assert found["2.2.3"] == found["2.2.3-a"] == found["7.4.3"] == NO
    assert found["7.1.2"] == YES  # an episode (污染天气过程) is measured, not declared


def test_silence_is_unknown_and_never_no(district: District) -> None:
    found = states(district, None, aqi=40.0)
    assert found["2.2.3"] == found["7.4.3"] == found["7.1.2"] == UNKNOWN
    assert found["2.2.3-b"] == found["2.2.3-c"] == YES  # the sentence stands alone


def test_unknown_air_is_unknown_even_where_no_warning_was_issued(district: District) -> None:
    assert states(district, "none", aqi=np.nan)["7.1.2"] == UNKNOWN
    assert states(district, "none", aqi=60.0, missing="pm10")["7.1.2"] == UNKNOWN
    assert states(district, "none", aqi=60.0)["7.1.2"] == NO


def test_emergency_reductions_come_with_yellow_and_above(district: District) -> None:
    found = {one: states(district, one)["7.4.3"] for one in ("none", "blue", "yellow", "red")}
    assert found == {"none": NO, "blue": NO, "yellow": YES, "red": YES}
    assert states(replace(district, warning_day=True), None)["7.4.3"] == UNKNOWN  # level not said


def test_the_districts_own_days_stand_in_for_the_option(district: District) -> None:
    assert read_declared(replace(district, warning_day=True), None, JUNE).state == YES
    assert district.patrol is not None
    listed = replace(district, patrol=replace(district.patrol, warning_days=(JUNE,)))
    assert read_declared(listed, None, JUNE).state == YES
    assert read_declared(listed, None, WINTER).state == UNKNOWN
    assert read_declared(listed, "none", JUNE).state == NO  # what was said on the day counts


def test_the_ozone_season_is_a_matter_of_the_date(district: District) -> None:
    assert states(district, "none", day=JUNE)["1.5.1"] == YES
    assert states(district, "none", day=WINTER)["1.5.1"] == NO
    over_new_year = replace(SETTINGS, ozone_season=((11, 1), (2, 1)))
    assert states(district, "none", day=WINTER, settings=over_new_year)["1.5.1"] == YES


def test_the_patrol_calendar_and_days_of_bad_weather_count_for_5_2_2(district: District) -> None:
    assert states(district, "none", day=JUNE)["5.2.2"] == NO
    assert states(district, "none", day=SPRING)["5.2.2"] == YES
    assert states(district, "none", day=WINTER)["5.2.2"] == YES  # bacon
    assert district.patrol is not None
    windless = replace(district, patrol=replace(district.patrol, unfavourable_days=(JUNE,)))
    assert states(windless, "none", day=JUNE)["5.2.2"] == YES


def test_a_choice_of_the_district_binds_a_rule_to_warnings(district: District) -> None:
    plan = apply_choices(PLAN, {"2.2.3-c.3": "warning-days"})
    assert states(district, "none", plan=plan)["2.2.3-c"] == NO
    assert states(district, "red", plan=plan)["2.2.3-c"] == YES
    assert states(district, None, plan=plan)["2.2.3-c"] == UNKNOWN


def test_a_trigger_nobody_explained_is_unknown(district: District) -> None:
    bare = replace(SETTINGS, triggers={})
    assert states(district, "red", settings=bare)["2.2.3"] == UNKNOWN


def test_a_level_that_the_district_does_not_have_is_refused(district: District) -> None:
    levels = replace(SETTINGS.levels, levels=SETTINGS.levels.levels[1:])
    own = replace(district, today=replace(SETTINGS, levels=levels))
    with pytest.raises(InputError, match="没有级别“blue”"):
        read_declared(own, "blue", JUNE)
