"""Indices against hand calculation and against what the national centre published."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, isnan
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qxgeo.air import (
    AirStandard,
    grade_of,
    hourly_index,
    individual_index,
    load_standards,
    standard_on,
)
from qxgeo.air.index import daily_index
from qxgeo.air.standard import POLLUTANTS
from qxgeo.readers.air_hours import read_air_hours

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = load_standards()


def one(standard: AirStandard, pollutant: str, average: str, value: float) -> float:
    return float(individual_index(standard, pollutant, average, np.array([value]))[0])


@pytest.mark.parametrize(
    ("pollutant", "average", "value", "old", "new"),
    [  # by hand, from formula (1): (I_hi - I_lo) / (C_hi - C_lo) (C - C_lo) + I_lo, rounded up
        ("pm2_5", "24h", 35, 50, 50),
        ("pm2_5", "24h", 36, 52, 52),  # 51.25; 52
        ("pm2_5", "24h", 60, 82, 100),  # 81.25; 100
        ("pm2_5", "24h", 75, 100, 114),  # 100; 113.6
        ("pm2_5", "24h", 93, 123, 130),  # 122.5; 130
        ("pm2_5", "24h", 115, 150, 150),
        ("pm2_5", "24h", 500, 500, 500),
        ("pm2_5", "24h", 800, 500, 500),
        ("pm10", "24h", 120, 85, 100),
        ("pm10", "24h", 56, 53, 55),  # 53; 54.3
        ("so2", "1h", 800, 200, 200),
        ("so2", "1h", 801, float("nan"), 200),
        ("o3", "8h", 800, 300, 300),
        ("o3", "8h", 801, float("nan"), 300),
        ("o3", "1h", 801, 301, 301),  # 300.5
        ("co", "1h", 0.9, 9, 9),
        ("no2", "1h", 14, 7, 7),
        ("no2", "24h", 0, 0, 0),
    ],
)
def test_an_index_is_that_of_the_formula(
    pollutant: str, average: str, value: float, old: float, new: float
) -> None:
    assert one(OLD, pollutant, average, value) == pytest.approx(old, nan_ok=True)
    assert one(NEW, pollutant, average, value) == pytest.approx(new, nan_ok=True)


@given(st.integers(0, 5_000), st.sampled_from(sorted(OLD.scales)))
def test_an_index_is_the_exact_rational_rounded_up(tenths: int, key: tuple[str, str]) -> None:
    value, scale = Fraction(tenths, 10), OLD.scales[key]
    bounds = list(zip(scale.limits, scale.limits[1:], OLD.index, OLD.index[1:], strict=False))
    inside = [b for b in bounds if b[0] <= value <= b[1]]
    if not inside:
        expected = float("nan") if scale.beyond == "other" else 500.0
    else:
        low, high, i_low, i_high = (Fraction(v) for v in inside[0])
        expected = ceil((i_high - i_low) / (high - low) * (value - low) + i_low)
    assert one(OLD, *key, float(value)) == pytest.approx(expected, nan_ok=True)


def test_no_value_and_negative_values_have_no_index() -> None:
    found = individual_index(OLD, "co", "24h", np.array([np.nan, -1.0]))
    assert np.isnan(found).all()


def test_published_indices_of_guilin_are_met(external_data: Path) -> None:
    file = external_data / "stations" / "guilin_hourly_20240101T12_20251001T12.csv"
    table = read_air_hours(file).table
    for day, rows in table.groupby(table["time"].dt.date):
        assert isinstance(day, date)
        index = hourly_index(rows, standard_on(day))
        np.testing.assert_array_equal(index.aqi, rows["aqi"].to_numpy(float))
        is_named = (rows["primary"] != "").to_numpy(bool)
        np.testing.assert_array_equal(index.primary != "", is_named)
    assert table["aqi"].notna().sum() == 11  # the twelfth row is a station without a reading


def test_an_hour_without_any_value_has_no_index_and_names_what_is_missing() -> None:
    rows = pd.DataFrame({"pm2_5": [np.nan, 80.0], "pm10": [np.nan, np.nan]})
    index = hourly_index(rows, OLD)
    assert isnan(index.aqi[0])
    assert index.primary[0] == ""
    assert index.missing[0] == "pm2_5, pm10, so2, no2, co, o3"
    assert index.aqi[1] == 107  # 106.25
    assert index.primary[1] == "pm2_5"
    assert index.missing[1] == "pm10, so2, no2, co, o3"


def test_zeros_are_no_clean_air() -> None:
    rows = pd.DataFrame({name: [0.0] for name in POLLUTANTS})
    index = hourly_index(rows, OLD)
    assert isnan(index.aqi[0])
    assert index.missing[0].count(",") == 5


def test_above_800_the_other_average_decides_in_the_old_edition() -> None:
    hour = pd.DataFrame({"so2": [900.0], "so2_24h": [475.0]})
    assert hourly_index(hour, OLD).aqi[0] == 150
    assert hourly_index(hour, NEW).aqi[0] == 200
    day = pd.DataFrame({"o3_8h_max": [900.0], "o3_max": [1000.0]})
    assert daily_index(day, OLD).aqi[0] == 400
    assert daily_index(day, NEW).aqi[0] == 300


def test_equal_indices_share_the_first_place() -> None:
    rows = pd.DataFrame({"pm2_5": [75.0], "pm10": [150.0], "o3": [10.0]})
    assert hourly_index(rows, OLD).primary[0] == "pm2_5, pm10"


@pytest.mark.parametrize(
    ("aqi", "number"),
    [
        (0, 1),
        (50, 1),
        (51, 2),
        (100, 2),
        (101, 3),
        (150, 3),
        (200, 4),
        (201, 5),
        (300, 5),
        (301, 6),
    ],
)
def test_grades_begin_and_end_where_the_table_says(aqi: float, number: int) -> None:
    grade = grade_of(aqi)
    assert grade is not None
    assert grade.number == number


def test_no_index_has_no_grade() -> None:
    assert grade_of(float("nan")) is None
