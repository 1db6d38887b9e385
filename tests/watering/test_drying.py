"""How long a road stays wet: Penman by hand, and a clock that runs as fast as it dries."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qxgeo.errors import InputError
from qxgeo.resources import data_dir
from qxgeo.watering.drying import DryingTable, clock_of, plan_drying, read_drying
from qxgeo.watering.evaporation import evaporation_mm_per_h

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.watering.model import DryingDay

HOUR = 3_600.0


@pytest.fixture(scope="module")
def table() -> DryingTable:
    return read_drying(data_dir() / "watering" / "drying.toml")


def day_of(table: DryingTable, weather: str = "mild", **facts: object) -> DryingDay:
    options = {"film_mm": 0.45, "dry_film_mm": 0.02, "traffic_mm_per_h": 0.02, "longest_h": 8.0}
    return plan_drying(table, weather=weather, **(options | facts))  # type: ignore[arg-type]


def test_two_in_the_afternoon_of_a_hot_day_follows_penman_worked_out_by_hand(
    table: DryingTable,
) -> None:
    """FAO-56 with no surface resistance at 13:30, half an hour before the hottest moment."""
    phase = (13.5 - 6.0) / (14.0 - 6.0)
    air = 30.5 - 4.5 * math.cos(math.pi * phase)

    def saturation(celsius: float) -> float:
        return 0.6108 * math.exp(17.27 * celsius / (celsius + 237.3))

    slope = 4098 * saturation(air) / (air + 237.3) ** 2
    sun = 850 * math.sin(math.pi * (13.5 - 6.0) / (19.5 - 6.0))
    net = (0.9 * sun - 70) * (1 - 0.3)
    wind_resistance = (math.log(2 / 0.003) / 0.41) ** 2 / 2.5
    deficit = saturation(air) - saturation(22.0)
    watts = (slope * net + 1200 * deficit / wind_resistance) / (slope + 0.067)
    expected = watts * 3600 / 2.45e6
    found = evaporation_mm_per_h(table.weathers["hot"], table.road)[13]
    assert found == pytest.approx(expected, rel=1e-9)
    assert 0.5 < found < 1.0  # a pan on a hot day loses 6 to 10 mm in about twelve hours


def test_the_interval_is_the_film_over_what_it_loses(table: DryingTable) -> None:
    loss = evaporation_mm_per_h(table.weathers["mild"], table.road)[12] + 0.02
    assert day_of(table).interval_h[12] == pytest.approx((0.45 - 0.02) / loss)
    assert day_of(table).interval_h[2] == 8.0  # damp night air: no longer than agreed
    assert day_of(table, "hot").interval_h[12] < day_of(table).interval_h[12]
    assert day_of(table, "overcast").interval_h[12] > day_of(table).interval_h[12]


def test_the_clock_is_the_integral_and_its_inverse(table: DryingTable) -> None:
    day = day_of(table)
    clock = clock_of(day)
    seconds = np.arange(0, 86_400, 10) + 5.0
    rates = 1.0 / day.interval_h[(seconds // HOUR).astype(int)] / HOUR
    assert clock.at(86_400.0 - 1e-9) == pytest.approx(float(rates.sum() * 10), rel=1e-9)
    assert clock.at(12.5 * HOUR) - clock.at(12 * HOUR) == pytest.approx(0.5 / day.interval_h[12])
    moments = np.array([-5_000.0, 0.0, 3.3 * HOUR, 17 * HOUR, 100_000.0])
    assert clock.when(clock.at(moments)) == pytest.approx(moments)


def test_rain_stops_the_clock_in_every_hour_that_it_touches(table: DryingTable) -> None:
    day = day_of(table, rain=((9.5, 11.0),))
    assert np.flatnonzero(day.is_rain).tolist() == [9, 10]
    clock = clock_of(day)
    assert clock.at(11 * HOUR) == clock.at(9 * HOUR)
    assert clock.rains_s == ((9 * HOUR, 11 * HOUR),)
    assert np.isinf(clock_of(day_of(table, "rain")).when(1.0))


def test_what_cannot_be_meant_is_refused(table: DryingTable) -> None:
    with pytest.raises(
        InputError, match=r"snow.*可用：hot、mild、overcast、cold、frost、frozen、rain"
    ):
        day_of(table, "snow")
    with pytest.raises(InputError, match="降雨时段不对：12–9 时"):
        day_of(table, rain=((12.0, 9.0),))
    with pytest.raises(InputError, match=r"水膜 0.01 毫米，不高于视为干燥的 0.02 毫米"):
        day_of(table, film_mm=0.01)


def test_a_broken_table_names_its_keys(tmp_path: Path) -> None:
    text = (data_dir() / "watering" / "drying.toml").read_text("utf-8")
    path = tmp_path / "own.toml"
    path.write_text(text.replace("dew_c = 22.0", "").replace("sunset_h = 18.0", "sunset_h = 5.0"))
    with pytest.raises(InputError) as caught:
        read_drying(path)
    said = str(caught.value)
    assert "own.toml" in said
    assert "dew_c" in said
    assert "日出不早于日落" in said
