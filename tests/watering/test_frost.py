"""In frost nothing is sprayed, and a road counts neither as wet nor as dry."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qxgeo.district.watering_settings import default_watering
from qxgeo.reports.watering.record import watering_record
from qxgeo.resources import data_dir
from qxgeo.watering.check import check_wetness
from qxgeo.watering.drying import DryingTable, Frost, clock_of, cut_out, plan_drying, read_drying
from qxgeo.watering.evaporation import coldest_c
from qxgeo.watering.planning import plan_watering
from qxgeo.watering.wetness import WetClock, list_wettings
from tests.watering.conftest import board, plain_sheets, wet_town, write_sheets

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.watering.model import DryingDay, WateringPlan

HOUR = 3_600.0
DAY = 24 * HOUR


@pytest.fixture(scope="module")
def table() -> DryingTable:
    return read_drying(data_dir() / "watering" / "drying.toml")


def day_of(table: DryingTable, weather: str, **facts: object) -> DryingDay:
    options = {"film_mm": 0.45, "dry_film_mm": 0.02, "traffic_mm_per_h": 0.02, "longest_h": 8.0}
    return plan_drying(table, weather=weather, **(options | facts))  # type: ignore[arg-type]


def hand_temperature(hour: float) -> float:
    """Give the air of the kind frost: -3 at sunrise (7.4 h), 8 at 14, half waves in between."""
    since = (hour - 7.4) % 24
    rise = 14.0 - 7.4
    phase = since / rise if since < rise else 1.0 + (since - rise) / (24 - rise)
    return 2.5 - 5.5 * math.cos(math.pi * phase)


def test_an_hour_in_which_the_air_is_at_the_threshold_or_below_is_frost(
    table: DryingTable,
) -> None:
    cold = [
        hour
        for hour in range(24)
        if min(hand_temperature(hour + minute / 60) for minute in range(61)) <= 0.0
    ]
    assert 3 < len(cold) < 20
    found = day_of(table, "frost", frost=Frost(at_c=0.0, ahead_h=0.0))
    assert np.flatnonzero(found.is_frost).tolist() == cold
    assert coldest_c(table.weathers["frost"]).min() == -3.0
    at_the_lowest = day_of(table, "frost", frost=Frost(at_c=-3.0, ahead_h=0.0))
    assert np.flatnonzero(at_the_lowest.is_frost).tolist() == [7]  # the hour of sunrise
    assert not day_of(table, "frost", frost=Frost(at_c=-3.1, ahead_h=0.0)).is_frost.any()


def test_spraying_ends_ahead_of_frost_also_over_midnight(table: DryingTable) -> None:
    bare = np.flatnonzero(day_of(table, "frost", frost=Frost(at_c=0.0, ahead_h=0.0)).is_frost)
    ahead = np.flatnonzero(day_of(table, "frost", frost=Frost(at_c=0.0, ahead_h=2.0)).is_frost)
    begins = [hour for hour in bare.tolist() if (hour - 1) % 24 not in bare]
    assert len(begins) == 1
    assert set(ahead) - set(bare) == {(begins[0] - 1) % 24, (begins[0] - 2) % 24}


def test_other_kinds_of_weather_have_no_frost_and_keep_their_hours(table: DryingTable) -> None:
    for weather in ("hot", "mild", "overcast", "cold", "rain"):
        with_frost = day_of(table, weather, frost=Frost(at_c=0.0, ahead_h=1.0))
        assert not with_frost.is_frost.any()
        assert with_frost.interval_h.tolist() == day_of(table, weather).interval_h.tolist()
        assert with_frost.required_h == 24


def test_frost_stops_the_clock_and_comes_before_rain(table: DryingTable) -> None:
    day = day_of(table, "frost", frost=Frost(at_c=0.0, ahead_h=0.0), rain=((6.0, 12.0),))
    assert day.is_frost[7]
    assert not day.is_rain[7]
    assert day.is_rain[11]
    clock = clock_of(day)
    assert clock.at(8 * HOUR) == clock.at(7 * HOUR)


def test_hours_of_frost_are_no_dry_hours_and_do_not_age_a_film() -> None:
    is_frost = np.zeros(24, dtype=bool)
    is_frost[2:6] = True
    base = {"weather": "x", "is_rain": np.zeros(24, dtype=bool)}
    from qxgeo.errors import Text
    from qxgeo.watering.model import DryingDay

    drying = DryingDay(
        **base,
        interval_h=np.where(is_frost, np.inf, 2.0),
        is_frost=is_frost,
        title=Text("", ""),
        source=Text("", ""),
    )
    # Sprayed at 1:00, wet for two hours of clock outside frost: dry at 7:00, until 23:00.
    found = check_wetness(
        drying,
        section_of=[0],
        factors=[1.0],
        sprays=[(0, 1 * HOUR, 1 * HOUR), (0, 23 * HOUR, 23 * HOUR)],
    )
    ((start, end),) = found.spells[0]
    assert (start, end) == pytest.approx((7 * HOUR, 23 * HOUR))
    never = check_wetness(drying, section_of=[0], factors=[1.0], sprays=[])
    assert never.spells[0] == ((0.0, 2 * HOUR), (6 * HOUR, DAY))
    assert never.required_s == 20 * HOUR


def test_a_stretch_of_time_is_cut_at_both_sides() -> None:
    assert cut_out((0.0, 10.0), [(2.0, 3.0), (3.0, 5.0)]) == [(0.0, 2.0), (5.0, 10.0)]
    assert cut_out((2.5, 4.0), [(2.0, 5.0)]) == []
    assert cut_out((4.0, 9.0), [(2.0, 5.0), (9.0, 10.0)]) == [(5.0, 9.0)]
    assert cut_out((0.0, 1.0), []) == [(0.0, 1.0)]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> WateringPlan:
    path = tmp_path_factory.mktemp("carts") / "carts.xlsx"
    return plan_watering(
        wet_town(board()), carts=write_sheets(path, plain_sheets()), weather="frost"
    )


def test_no_cart_works_in_frost_and_the_day_outside_it_is_kept(night: WateringPlan) -> None:
    frost = night.drying.is_frost
    assert 5 < frost.sum() < 20
    work = night.runs[night.runs["task"].isin(["tour", "transfer"])]
    assert len(work) > 5
    for run in work.itertuples():
        minutes = np.arange(run.start_s + 1, run.end_s - 1, 60.0)
        assert not frost[(minutes // HOUR).astype(int) % 24].any()
    wettings = list_wettings(night)
    for moment in (*wettings["start_s"], *wettings["end_s"] - 1e-3):
        assert not frost[int(moment // HOUR) % 24]
    assert night.diagnosis.wet_share > 0.9


def test_wet_and_dry_hours_add_up_to_the_hours_outside_frost(night: WateringPlan) -> None:
    """Walk through the day minute by minute with another arithmetic."""
    drying, clock = night.drying, WetClock(night)
    minutes = np.arange(1440) * 60.0 + 30.0
    is_frost = drying.is_frost[(minutes // HOUR).astype(int)]
    for section in (0, len(night.sections) // 2, len(night.sections) - 1):
        shares = np.array([clock.used_share(section, at) for at in minutes])
        assert np.isnan(shares).tolist() == is_frost.tolist()
        asked = shares[~is_frost]
        wet = float((asked <= 1.0).mean())
        assert night.sections["wet_share"].iloc[section] == pytest.approx(wet, abs=0.02)
    spells = night.dry_spells
    for spell in spells.itertuples():
        hours = np.arange(spell.from_s + 1, spell.to_s - 1, 60.0) // HOUR
        assert not drying.is_frost[hours.astype(int)].any()


def test_the_record_and_the_notes_say_when_nothing_is_sprayed(night: WateringPlan) -> None:
    record = watering_record(night)
    assert record["drying"]["is_frost"] == night.drying.is_frost.tolist()
    told = [one for one in night.problems if "不得洒水" in one.zh]
    assert len(told) == 1
    first = int(np.flatnonzero(night.drying.is_frost & ~np.roll(night.drying.is_frost, 1))[0])
    assert f"{first:02d}:00" in told[0].zh
    assert not any("no shift covers" in one.en for one in night.diagnosis.reasons)
    ids = [one.assumption_id for one in night.assumptions]
    assert {"watering.frost_c", "watering.frost_ahead_h"} <= set(ids)


def test_a_day_of_frost_is_a_plan_with_nothing_to_drive_and_the_reason(tmp_path: Path) -> None:
    carts = write_sheets(tmp_path / "carts.xlsx", plain_sheets())
    plan = plan_watering(wet_town(board()), carts=carts, weather="frozen")
    assert plan.drying.is_frost.all()
    assert plan.runs.empty
    assert plan.sections.empty
    (told,) = [one for one in plan.problems if "全天冰冻" in one.zh]
    assert "24 段" in told.zh
    assert watering_record(plan)["counts"]["wettings"] == 0


def test_a_cart_that_works_in_frost_alone_stays_in_and_is_named(tmp_path: Path) -> None:
    sheets = plain_sheets(2)
    sheets["班次"] = [
        ["车辆编号", "驾驶员", "上班", "下班", "休息分钟"],
        ["A1", "甲", "08:00", "20:00", 30],
        ["A2", "乙", "05:00", "06:30", 0],
    ]
    plan = plan_watering(
        wet_town(board()), carts=write_sheets(tmp_path / "c.xlsx", sheets), weather="frost"
    )
    assert set(plan.runs["cart_id"]) == {"A1"}
    assert any("A2" in one.zh and "不出车" in one.zh for one in plan.problems)


def test_a_district_sets_its_own_threshold(tmp_path: Path) -> None:
    base = default_watering()
    warmer = replace(base.numbers["frost_c"], value=4.0, is_default=False)
    settings = {"numbers": {**base.numbers, "frost_c": warmer}}
    carts = write_sheets(tmp_path / "carts.xlsx", plain_sheets())
    plan = plan_watering(wet_town(board(), **settings), carts=carts, weather="cold")
    assert plan.drying.is_frost.any()  # the coldest hour of that kind has 2 degrees
    assert not any(one.assumption_id == "watering.frost_c" for one in plan.assumptions)
