"""When sections are wet: held against a day walked through minute by minute."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from qxgeo.watering.tracks.passes import (
    DRY_PASS,
    FAST,
    OFF,
    WETTING,
    cut_cells,
    name_passes,
    pass_cells,
)
from qxgeo.watering.tracks.settings import default_audit_settings
from qxgeo.watering.tracks.wet_time import measure_wetness

if TYPE_CHECKING:
    from qxgeo.watering.tracks.model import Duty, Wetness

SETTINGS = default_audit_settings()
Duties = "Callable[..., Duty]"
HOUR = 3_600.0


def legs_of(*legs: tuple[float, float, float], row: int = 0, **more: object) -> pd.DataFrame:
    """Make stretches: start second, from, to; at 4 m/s."""
    return pd.DataFrame(
        [
            {
                "cart_id": "W01",
                "row_of_road": row,
                "from_m": low,
                "to_m": high,
                "is_forward": low < high,
                "length_m": abs(high - low),
                "start_s": start,
                "end_s": start + abs(high - low) / 4,
                "speed_kmh": more.get("speed_kmh", 14.4),
                "least_kmh": more.get("speed_kmh", 14.4),
                "spraying": 1,
                "is_sure": True,
                "fix": 0,
                "to_fix": 1,
                **more,
            }
            for start, low, high in legs
        ]
    )


def measure(
    legs: pd.DataFrame, duty: Duty, *, first_record_s: float = -1e6, cell_m: float = 25.0
) -> Wetness:
    cells = cut_cells(duty, np.zeros(len(duty.sections), dtype=np.int64), cell_m)
    return measure_wetness(
        pass_cells(legs, cells), cells, duty, first_record_s=first_record_s, settings=SETTINGS
    )


def walk_through(moments: list[float], interval_h: np.ndarray, rain: np.ndarray) -> np.ndarray:
    """Tell for every minute of the day whether one place is wet: the film shrinks step by step."""
    film, wet = 0.0, np.zeros(1440, dtype=bool)
    for minute in range(-720, 1440):
        hour = (minute // 60) % 24
        if rain[hour] and minute >= 0:
            film = 1.0
        elif np.isfinite(interval_h[hour]):
            film -= 1.0 / (60.0 * interval_h[hour])
        if any(minute * 60 <= one < (minute + 1) * 60 for one in moments):
            film = 1.0
        if minute >= 0:
            wet[minute] = film > 0
    return wet


def test_the_wet_share_is_that_of_a_day_walked_through_by_minutes(duty_of: Duties) -> None:
    rng = np.random.default_rng(7)
    interval = np.where(np.arange(24) < 8, 6.0, np.where(np.arange(24) < 18, 1.25, 3.0))
    moments = sorted(rng.uniform(-5 * HOUR, 24 * HOUR, 14).tolist())
    duty = duty_of({"to_m": 20.0}, interval_h=interval)
    found = measure(legs_of(*((one, 0.0, 20.0) for one in moments)), duty)
    middle = [one + 2.5 for one in moments]  # the cell's middle is passed after 10 m
    wet = walk_through(middle, interval, np.zeros(24, bool))
    assert found.table["wet_share"].iloc[0] == pytest.approx(wet.mean(), abs=14 / 1440)
    for hour in range(24):
        true = wet[60 * hour : 60 * hour + 60].mean()
        assert found.hours[0, hour] == pytest.approx(true, abs=0.05)


def test_rain_keeps_a_road_wet_and_wets_it(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 20.0}, interval_h=2.0)
    rain = np.isin(np.arange(24), (10, 11))
    drying = replace(
        duty.drying, is_rain=rain, interval_h=np.where(rain, np.inf, duty.drying.interval_h)
    )
    found = measure(legs_of((9.5 * HOUR, 0.0, 20.0)), replace(duty, drying=drying))
    # Wet from 9:30, through the rain until 12:00, and an interval of two hours after it.
    assert found.table["wet_share"].iloc[0] == pytest.approx(4.5 / 24, abs=1e-3)


def test_what_was_wetted_before_the_records_nobody_can_tell(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 20.0}, interval_h=3.0)
    found = measure(legs_of((8 * HOUR, 0.0, 20.0)), duty, first_record_s=7 * HOUR)
    row = found.table.iloc[0]
    assert row["unknown_share"] == pytest.approx(3 / 24, abs=1e-4)  # a wetting just before midnight
    assert row["wet_share"] == pytest.approx(3 / 24, abs=1e-3)
    assert row["wet_share"] + row["dry_share"] + row["unknown_share"] == pytest.approx(1)
    gaps = found.gaps[["from_s", "to_s"]].to_numpy() / HOUR
    assert gaps == pytest.approx(np.array([[3, 8], [11, 24]]), abs=0.01)


def test_records_of_the_evening_before_leave_nothing_unknown(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 20.0}, interval_h=3.0)
    found = measure(legs_of((-HOUR, 0.0, 20.0)), duty, first_record_s=-10 * HOUR)
    row = found.table.iloc[0]
    assert row["unknown_share"] == 0
    assert row["wet_share"] == pytest.approx(2 / 24, abs=1e-3)
    assert row["wettings"] == 0  # of the day


def test_half_a_section_watered_is_half_wet_and_a_gap(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 200.0}, interval_h=2.0)
    found = measure(legs_of((8 * HOUR, 0.0, 100.0)), duty)
    row = found.table.iloc[0]
    assert row["wet_share"] == pytest.approx(0.5 * 2 / 24, abs=1e-3)
    assert row["watered_share"] == 0.5
    assert np.isnan(row["last_wet_s"])  # some cell never was
    assert found.gaps[["from_s", "to_s"]].to_numpy().tolist() == [[0.0, 86_400.0]]


def test_each_direction_of_a_wide_road_needs_its_own_pass(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 100.0, "directions": "both", "passes": 2}, interval_h=2.0)
    one_way = measure(legs_of((8 * HOUR, 0.0, 100.0)), duty)
    assert one_way.table["wet_share"].iloc[0] == pytest.approx(0.5 * 2 / 24, abs=1e-3)
    both = measure(legs_of((8 * HOUR, 0.0, 100.0), (8.5 * HOUR, 100.0, 0.0)), duty)
    assert both.table["wet_share"].iloc[0] == pytest.approx(2 / 24, abs=1e-3)


def test_a_road_that_needs_two_passes_is_wet_with_the_second(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 20.0, "passes": 2}, interval_h=2.0)
    found = measure(legs_of((8 * HOUR, 0.0, 20.0), (9 * HOUR, 0.0, 20.0)), duty)
    assert found.table["first_wet_s"].iloc[0] == pytest.approx(9 * HOUR, abs=10)
    late = measure(legs_of((8 * HOUR, 0.0, 20.0), (11 * HOUR, 0.0, 20.0)), duty)
    assert late.table["wettings"].iloc[0] == 0  # the first had dried


def test_steps_add_up_to_the_share(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 200.0}, {"to_m": 400.0, "from_m": 200.0}, interval_h=2.0)
    legs = legs_of((8 * HOUR, 0.0, 320.0), (9 * HOUR, 400.0, 150.0))
    found = measure(legs, duty)
    for section in (0, 1):
        own = found.steps[found.steps["section"] == section]
        took = np.diff(np.append(own["at_s"], 86_400.0))
        share = float((took * own["wet"]).sum() / 86_400.0)
        assert share == pytest.approx(found.table["wet_share"].iloc[section], abs=1e-5)


def test_uses_are_told_from_speed_road_and_valve(duty_of: Duties) -> None:
    duty = duty_of(
        {"to_m": 100.0},
        carts=pd.DataFrame({"cart_id": ["W01"], "company": [""], "spray_speed_kmh": [12.0]}),
    )
    rows = np.array([0])
    cases = [
        ({"spraying": 1, "speed_kmh": 14.9}, WETTING),
        ({"spraying": 1, "speed_kmh": 15.1}, FAST),  # a quarter above 12
        ({"spraying": 1, "row": 5}, OFF),
        ({"spraying": 0}, DRY_PASS),
        ({"spraying": -1, "speed_kmh": 14.0}, WETTING),
        ({"spraying": -1, "speed_kmh": 40.0}, DRY_PASS),
        ({"spraying": -1, "row": 5}, "drive"),
    ]
    for facts, use in cases:
        named = name_passes(legs_of((0.0, 0.0, 50.0), **facts), duty, rows, SETTINGS)
        assert named["use"].tolist() == [use], facts


def test_a_cell_crossed_by_several_stretches_of_one_pass_is_wetted_once(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 100.0})
    cells = cut_cells(duty, np.array([0]), 25.0)
    parts = legs_of((0.0, 0.0, 40.0), (10.0, 40.0, 60.0), (15.0, 55.0, 100.0))
    events = pass_cells(parts, cells)
    assert events["cell"].tolist() == [0, 1, 2, 3]
    assert events["at_s"].tolist() == pytest.approx([3.125, 9.375, 15.625, 23.125], abs=2)


def test_in_frost_a_road_is_neither_wet_nor_dry(duty_of: Duties) -> None:
    duty = duty_of({"to_m": 20.0}, interval_h=2.0)
    is_frost = np.isin(np.arange(24), (0, 1, 10, 11))
    drying = replace(duty.drying, is_frost=is_frost, interval_h=np.where(is_frost, np.inf, 2.0))
    found = measure(legs_of((9 * HOUR, 0.0, 20.0)), replace(duty, drying=drying))
    # Wet from 9:00 to 10:00 and, the frost of two hours cut out, from 12:00 to 13:00.
    table = found.table.iloc[0]
    assert table["wet_share"] == pytest.approx(2 / 24, abs=1e-3)
    assert table["unknown_share"] == pytest.approx(4 / 24)
    assert table["dry_share"] == pytest.approx(18 / 24, abs=1e-3)
    spells = found.gaps[["from_s", "to_s"]].to_numpy() / HOUR
    assert spells.round(2).tolist() == [[2.0, 9.0], [13.0, 24.0]]
