"""The running day: at midnight it is the calendar day; gaps stay gaps; editions by their day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qxgeo.air import daily_means, standard_on
from qxgeo.air.index import daily_index
from qxgeo.air.running import average_stations, fill_hours, index_running_days

POLLUTANTS = ("pm2_5", "pm10", "so2", "no2", "co", "o3")


def invent(start: str, hours: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = {name: rng.uniform(5, 180, hours).round() for name in POLLUTANTS}
    table["co"] = rng.uniform(0.3, 2, hours).round(1)
    return pd.DataFrame({"time": pd.date_range(start, periods=hours, freq="h"), **table})


def test_at_midnight_the_running_day_is_the_calendar_day() -> None:
    """Of ozone the eight hours of a calendar day end from 8:00 on, so it is left out here."""
    hours = invent("2024-01-01 01:00", 96).assign(o3=np.nan)
    grid = fill_hours(hours, first=hours["time"].iloc[0], last=hours["time"].iloc[-1])
    running = index_running_days(grid).set_index("time")
    days = daily_means(hours.assign(station_id="A"))
    aqi = daily_index(days, standard_on(days["day"].iloc[0])).aqi
    assert len(days) == 4
    for day, expected in zip(days["day"], aqi, strict=True):
        assert running.loc[pd.Timestamp(day) + pd.Timedelta(1, "D"), "day_aqi"] == expected


def test_ozone_of_a_running_day_is_its_highest_eight_hours() -> None:
    """Ozone of 215 ug/m3 for eight hours is 150 by table 1, wherever in the day they lie."""
    hours = invent("2024-07-01 01:00", 60).assign(**dict.fromkeys(POLLUTANTS, 1.0))
    hours.loc[30:37, "o3"] = 215.0
    grid = fill_hours(hours, first=hours["time"].iloc[0], last=hours["time"].iloc[-1])
    found = index_running_days(grid)
    assert (found.loc[37, "day_aqi"], found.loc[37, "day_primary"]) == (150.0, "o3")
    assert found.loc[59, "day_aqi"] == 150.0  # 22 hours later it still lies in the day


def test_a_running_mean_of_constant_hours_has_the_index_of_the_constant() -> None:
    """PM2.5 of 75 ug/m3 is 100 by HJ 633-2012, of 115 is 150."""
    for value, aqi in ((75.0, 100.0), (115.0, 150.0)):
        hours = invent("2024-01-01 01:00", 48).assign(**dict.fromkeys(POLLUTANTS, 1.0))
        hours["pm2_5"] = value
        grid = fill_hours(hours, first=hours["time"].iloc[0], last=hours["time"].iloc[-1])
        last = index_running_days(grid).iloc[-1]
        assert (last["day_aqi"], last["day_primary"], last["day_missing"]) == (aqi, "pm2_5", "")


def test_19_hours_give_no_mean_and_20_do() -> None:
    hours = invent("2024-01-02 01:00", 24)
    first, last = hours["time"].iloc[0], hours["time"].iloc[-1]
    for missing, is_known in ((5, False), (4, True)):
        holed = hours.copy()
        holed.loc[: missing - 1, "pm2_5"] = np.nan
        index = index_running_days(fill_hours(holed, first=first, last=last)).iloc[-1]
        assert ("pm2_5" not in index["day_missing"]) == is_known


def test_hours_without_a_row_are_hours_without_a_value() -> None:
    hours = invent("2024-01-02 01:00", 24).drop(index=[3, 4, 5])
    grid = fill_hours(hours, first=hours["time"].iloc[0], last=hours["time"].iloc[-1])
    assert len(grid) == 24
    assert grid["pm2_5"].isna().sum() == 3


def test_each_hour_is_judged_by_the_edition_of_its_day() -> None:
    """PM2.5 of 60 ug/m3: 82 by the edition of 2012, 100 by that of 2026 from 2026-03-01 on."""
    hours = invent("2026-02-27 01:00", 72).assign(**dict.fromkeys(POLLUTANTS, 1.0))
    hours["pm2_5"] = 60.0
    grid = fill_hours(hours, first=hours["time"].iloc[0], last=hours["time"].iloc[-1])
    found = index_running_days(grid).set_index("time")["aqi"]
    assert found["2026-03-01 00:00"] == 82  # 50 + 50 x 25 / 40, rounded up
    assert found["2026-03-01 01:00"] == 100


def test_a_city_needs_its_share_of_stations() -> None:
    first, last = pd.Timestamp("2024-01-01 01:00"), pd.Timestamp("2024-01-01 03:00")
    invented = [invent("2024-01-01 01:00", 3, seed=seed) for seed in range(4)]
    grids = [fill_hours(one, first=first, last=last) for one in invented]
    grids[0].loc[0, "pm2_5"] = np.nan
    grids[1].loc[1, "pm2_5"] = np.nan
    grids[2].loc[1, "pm2_5"] = np.nan
    mean = average_stations(grids, least_share=0.75)["pm2_5"]
    assert mean[0] == pytest.approx(sum(grid.loc[0, "pm2_5"] for grid in grids[1:]) / 3)
    assert np.isnan(mean[1])
    assert mean[2] == pytest.approx(sum(grid.loc[2, "pm2_5"] for grid in grids) / 4)
