"""When sections are wetted, how dry they are, and what it costs."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from qxgeo.watering.check import check_wetness
from qxgeo.watering.sums import AMOUNTS, sum_carts, sum_companies, sum_townships
from qxgeo.watering.wetness import WetClock, list_wettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.watering.model import WateringPlan


def step_share(plan: WateringPlan, section: int, at_s: int) -> float:
    """Walk back from a moment second by second, past the last end of a spray to its beginning."""
    legs = plan.legs[plan.legs["section"] == section]
    share = 0.0
    for leg in legs.itertuples():
        starts = plan.runs.loc[plan.runs["tour"] == leg.tour, "start_s"]
        ends = {round(s + leg.offset_s + leg.duration_s) % 86_400 for s in starts}
        if not ends:
            return math.inf
        used, clock, left = 0.0, at_s, -1
        while left != 0:
            if plan.drying.is_rain[clock // 3600 % 24]:
                break
            if left < 0 and clock % 86_400 in ends:
                left = round(leg.duration_s)
            clock -= 1
            left -= left > 0
            used += 1 / 3600 / plan.drying.interval_h[clock // 3600 % 24]
        share = max(share, used)
    return share / plan.sections["interval_factor"].iloc[section] if len(legs) else math.inf


def test_the_clock_agrees_with_the_check_on_what_is_dry_and_when(small_plan: WateringPlan) -> None:
    wettings = list_wettings(small_plan)
    legs = sorted(wettings["leg"].unique())
    rows = wettings[["leg", "start_s", "end_s"]].to_numpy().tolist()
    found = check_wetness(
        small_plan.drying,
        section_of=[int(small_plan.legs["section"].iloc[leg]) for leg in legs],
        factors=[0.3] * 24,  # so short an interval that everything is dry at times
        sprays=[(legs.index(int(leg)), start, end) for leg, start, end in rows],
    )
    sections = small_plan.sections.assign(interval_factor=0.3)
    clock = WetClock(replace(small_plan, sections=sections))
    for section in range(1, 24):
        spells = found.spells[section]
        assert spells
        for start, end in spells:
            if 0 < start < 86_399:
                assert clock.used_share(section, start - 1) <= 1
                assert clock.used_share(section, start + 1) > 1
            if 1 < end < 86_399:
                assert clock.used_share(section, end - 1) > 1
                assert clock.used_share(section, end + 1) < 1


@pytest.mark.parametrize("rain", [(), (11, 12)])
def test_the_share_used_is_that_of_walking_back_second_by_second(
    planner: Callable[..., WateringPlan], rain: tuple[int, ...]
) -> None:
    plan = planner(rain=rain)
    clock = WetClock(plan)
    draw = random.Random(7)  # noqa: S311 - a choice of moments
    for _ in range(25):
        section, at_s = draw.randrange(1, 24), draw.randrange(86_400)
        assert clock.used_share(section, at_s) == pytest.approx(
            step_share(plan, section, at_s), abs=3e-4
        )


def test_a_section_of_two_carriageways_is_as_dry_as_the_drier_one(small_plan: WateringPlan) -> None:
    last = len(small_plan.sections) - 1
    legs = small_plan.legs[small_plan.legs["section"] == last]
    assert legs["is_forward"].tolist() in ([True, False], [False, True])
    first, second = (legs["offset_s"] + legs["duration_s"]).tolist()
    start_s = 7 * 3600.0
    clock = WetClock(small_plan)
    before = clock.used_share(last, start_s + second - 1)
    between = clock.used_share(last, start_s + second + 1)
    assert before > 0.3  # the far carriageway waits since the lap before
    begun = legs["offset_s"].min()
    assert between == pytest.approx((second + 1 - begun) / 3600 / 6)
    assert second > first


def test_what_nobody_wets_is_never_wet_but_for_rain(
    small_plan: WateringPlan, planner: Callable[..., WateringPlan]
) -> None:
    assert math.isinf(WetClock(small_plan).used_share(0, 30_000))
    rainy = WetClock(planner(rain=(11, 12)))
    assert rainy.used_share(0, 12.5 * 3600) == 0
    assert rainy.used_share(0, 14 * 3600) == pytest.approx(
        1 / 3 / 1.25
    )  # an hour after, factor 1.25


def test_a_tour_that_nobody_runs_leaves_its_sections_dry(small_plan: WateringPlan) -> None:
    runs = small_plan.runs[small_plan.runs["tour"] != 1]
    plan = replace(small_plan, runs=runs.reset_index(drop=True))
    assert math.isinf(WetClock(plan).used_share(20, 30_000))


def test_wettings_are_legs_times_laps(small_plan: WateringPlan) -> None:
    wettings = list_wettings(small_plan)
    sprays = small_plan.legs[small_plan.legs["task"] == "spray"]
    assert len(wettings) == sum(len(sprays[sprays["tour"] == t]) * 8 for t in (0, 1))
    one = wettings[wettings["section"] == 3].iloc[0]
    leg = small_plan.legs.iloc[one["leg"]]
    assert one["end_s"] - one["start_s"] == pytest.approx(leg["duration_s"])
    assert (one["end_s"] - leg["offset_s"] - leg["duration_s"]) == pytest.approx(2 * 3600)


def test_sums_of_carts_companies_and_townships_are_one(small_plan: WateringPlan) -> None:
    carts, companies, towns = (f(small_plan) for f in (sum_carts, sum_companies, sum_townships))
    sprays = small_plan.legs[small_plan.legs["task"] == "spray"]
    assert carts["spray_m"].sum() == pytest.approx(8 * sprays["length_m"].sum())
    assert carts["litres"].sum() == pytest.approx(8 * 1.2 * sprays["length_m"].sum())
    assert carts["spray_s"].sum() == pytest.approx(carts["spray_m"].sum() / 12 * 3.6)
    for name in AMOUNTS:
        assert companies[name].sum() == pytest.approx(carts[name].sum())
        assert towns[name].sum() == pytest.approx(carts[name].sum())
    first = carts.iloc[0]
    km = (first["spray_m"] + first["empty_m"]) / 1000
    assert first["cost"] == pytest.approx(first["work_s"] / 3600 * 80 + km * 2.5)
    assert carts["break_s"].tolist() == [1_800.0, 1_800.0]
    assert carts["refills"].tolist() == [8, 8]


def test_a_cost_that_nobody_said_is_unknown(small_plan: WateringPlan) -> None:
    carts = small_plan.fleet.carts.assign(cost_per_h=math.nan, cost_per_km=math.nan)
    plan = replace(small_plan, fleet=replace(small_plan.fleet, carts=carts))
    assert sum_carts(plan)["cost"].isna().all()
    assert sum_companies(plan)["cost"].isna().all()
    assert sum_townships(plan)["cost"].isna().all()


def test_an_empty_plan_has_empty_sums(empty_plan: WateringPlan) -> None:
    assert len(list_wettings(empty_plan)) == 0
    assert [len(f(empty_plan)) for f in (sum_carts, sum_companies, sum_townships)] == [0, 0, 0]
    assert isinstance(sum_carts(empty_plan), pd.DataFrame)


def test_the_clock_agrees_with_a_day_that_was_planned_in_earnest(town_plan: WateringPlan) -> None:
    assert len(list_wettings(town_plan)) > 0
    clock = WetClock(town_plan)
    spells = town_plan.dry_spells
    reached = town_plan.sections[town_plan.sections["state"] != "never"]
    assert len(reached)
    draw = random.Random(3)  # noqa: S311 - a choice of moments
    for section in reached.index:
        own = spells[spells["section"] == section]
        for _ in range(200):
            at_s = draw.uniform(0, 86_400)
            if (abs(own[["from_s", "to_s"]] - at_s) < 1).any(axis=None):
                continue
            is_dry = ((own["from_s"] < at_s) & (at_s < own["to_s"])).any()
            assert (clock.used_share(section, at_s) > 1) == is_dry
        shares = [clock.used_share(section, minute * 60) for minute in range(1_440)]
        assert max(shares) <= town_plan.sections["longest_gap"].loc[section] + 1e-9
