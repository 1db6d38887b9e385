"""Means over hours, complete enough or none."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from qxgeo.air import daily_means, trailing_mean

DAY = pd.Timestamp("2024-01-01")


def hours(first: int, last: int, **columns: object) -> pd.DataFrame:
    time = [DAY + pd.Timedelta(h, "h") for h in range(first, last + 1)]
    return pd.DataFrame({"station_id": "1864A", "time": time, **columns})


def test_a_trailing_mean_takes_the_hours_that_are_there() -> None:
    values = np.array([1.0, 2.0, np.nan, 4.0, 5.0])
    number = np.array([0, 1, 2, 3, 9])
    means = trailing_mean(values, number, window_h=3, least=2)
    # {1}: too few; {1, 2}; {1, 2, -}; {2, -, 4}; {5} alone after a gap
    np.testing.assert_allclose(means, [np.nan, 1.5, 1.5, 3.0, np.nan])


def test_a_trailing_mean_is_that_of_pandas_where_no_hour_is_absent() -> None:
    rng = np.random.default_rng(633)
    values = rng.uniform(0, 300, 500)
    values[rng.random(500) < 0.3] = np.nan
    expected = pd.Series(values).rolling(8, min_periods=6).mean().to_numpy()
    found = trailing_mean(values, np.arange(500), window_h=8, least=6)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_no_hours_give_no_means() -> None:
    assert len(trailing_mean(np.zeros(0), np.zeros(0, dtype=np.int64), window_h=8, least=6)) == 0
    assert len(daily_means(hours(1, 0, pm2_5=[]))) == 0


def test_a_day_runs_from_one_to_twenty_four() -> None:
    table = daily_means(hours(1, 48, pm2_5=[10.0] * 24 + [30.0] * 24))
    assert table["day"].tolist() == [date(2024, 1, 1), date(2024, 1, 2)]
    assert table["pm2_5_24h"].tolist() == [10.0, 30.0]
    assert table["hours"].tolist() == [24, 24]


@pytest.mark.parametrize(("there", "is_valid"), [(20, True), (19, False)])
def test_a_day_needs_twenty_hours(there: int, is_valid: bool) -> None:  # noqa: FBT001
    values = [50.0] * there + [np.nan] * (24 - there)
    mean = daily_means(hours(1, 24, pm10=values))["pm10_24h"].iloc[0]
    assert (mean == 50.0) if is_valid else np.isnan(mean)


def test_the_highest_eight_hours_end_between_eight_and_midnight() -> None:
    # Hours 1 to 7 are high, but no 8 h mean of this day ends before 8:00 but the one with hour 8.
    ozone = [200.0] * 7 + [40.0] * 17
    day = daily_means(hours(1, 24, o3=ozone))
    assert day["o3_8h_max"].iloc[0] == (7 * 200 + 40) / 8
    assert day["o3_max"].iloc[0] == 200.0


def test_eight_hours_reach_back_into_the_day_before() -> None:
    ozone = [0.0] * 17 + [160.0] * 7 + [160.0] + [0.0] * 23
    days = daily_means(hours(1, 48, o3=ozone))
    # 160 from 18:00 to 1:00: the mean that ends at 24:00 holds seven of them.
    assert days["o3_8h_max"].tolist() == [140.0, 20.0]


def test_too_few_eight_hour_means_give_no_maximum_unless_it_exceeds_the_limit() -> None:
    some = [np.nan] * 12 + [100.0] * 12  # means with 6 hours end from 18:00 on: seven
    assert np.isnan(daily_means(hours(1, 24, o3=some))["o3_8h_max"].iloc[0])
    high = [np.nan] * 12 + [200.0] * 12
    assert daily_means(hours(1, 24, o3=high))["o3_8h_max"].iloc[0] == 200.0


def test_an_absent_pollutant_is_unknown() -> None:
    day = daily_means(hours(1, 24, pm10=[80.0] * 24)).iloc[0]
    assert np.isnan(day["pm2_5_24h"])
    assert np.isnan(day["o3_max"])
    assert np.isnan(day["o3_8h_max"])
