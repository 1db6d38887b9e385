"""Stations that cannot be trusted are said to be unknown, never fine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from qxgeo.district import stations_in_force
from qxgeo.district.today_settings import default_today
from qxgeo.warning.stations import look_at_air

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District
    from qxgeo.readers.air_hours import AirHours
    from qxgeo.warning.model import AirNow, StationNow

NOW = pd.Timestamp("2023-12-28 18:20")
SETTINGS = default_today()
BAD = 2  # number of the orange level


@pytest.fixture(scope="module")
def look(town_today: District) -> Callable[..., AirNow]:
    stations = stations_in_force(town_today.layers["stations"].table, town_today.as_of)

    def looked(hours: AirHours, **options: Any) -> AirNow:  # noqa: ANN401
        return look_at_air(hours, stations, **({"at": NOW, "settings": SETTINGS} | options))

    return looked


def find(air: AirNow, code: str) -> StationNow:
    return next(one for one in air.stations if one.station_id == code)


def said(air: AirNow) -> str:
    return "\n".join(text.zh for text in air.problems)


def test_good_data_is_said_with_its_age_index_and_level(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    """PM2.5 of 160 to 160.4 for four days: index 211 (150 to 250 is 200 to 300), orange."""
    air = look(hours_of({"S1": 160.0, "S2": 160.0}))
    one = find(air, "S1")
    assert air.problems == ()
    assert one.age_h == pytest.approx(20 / 60)
    assert one.last_time == pd.Timestamp("2023-12-28 18:00")
    assert one.aqi == np.ceil(200 + 100 * (160 + (95 % 5) * 0.1 - 150) / 100)
    assert (one.primary, one.missing) == ("pm2_5", "")
    assert one.level == one.highest == BAD
    assert air.level == air.highest == BAD
    ((start, last, episode),) = air.episodes
    assert episode.is_open
    assert start < last == pd.Timestamp("2023-12-28 18:00")


def test_clean_air_is_no_level_only_when_it_is_known(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    air = look(hours_of({"S1": 20.0, "S2": 20.0}))
    assert air.level == air.highest == -1
    assert air.problems == ()


def test_no_data_stands_on_top(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    empty = hours_of({"S1": 20.0})
    air = look(replace(empty, table=empty.table.iloc[:0]))
    assert "没有空气质量数据" in said(air)
    assert air.level == -1
    assert air.highest > -1  # unknown, not "no level"
    assert [one.problems[0].zh for one in air.stations] == ["没有数据", "没有数据"]


def test_data_of_another_city_is_no_data(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    air = look(hours_of({"9999A": 20.0}))
    assert "没有本辖区的站点" in said(air)
    assert "9999A" in said(air)
    assert air.highest > -1


def test_a_station_without_a_row_is_named(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    air = look(hours_of({"S1": 20.0}))
    assert "邻区站（S2）：没有数据" in said(air)
    assert "全市 24 小时滑动均值不明" in said(air)  # one of two stations is less than 75 %


def test_old_data_is_stale(look: Callable[..., AirNow], hours_of: Callable[..., AirHours]) -> None:
    """14:00 is 4 h 20 min before 18:20, 16:00 is 2 h 20 min: the limit is 3 h."""
    late = look(hours_of({"S1": 20.0, "S2": 20.0}, last="2023-12-28 14:00"))
    assert "数据已过时 4.3 小时" in said(late)
    assert "没有一个站点有 3 小时内可信的数据" in said(late)
    assert said(look(hours_of({"S1": 20.0, "S2": 20.0}, last="2023-12-28 16:00"))) == ""


def test_zeros_are_a_fault_and_no_clean_air(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    hours = hours_of({"S1": 20.0, "S2": 20.0})
    is_last = (hours.table["station_id"] == "S1") & (hours.table["time"] == "2023-12-28 18:00")
    hours.table.loc[is_last, ["pm2_5", "pm10", "so2", "no2", "co", "o3"]] = 0.0
    one = find(look(hours), "S1")
    assert any("读数为 0" in text.zh for text in one.problems)
    assert np.isnan(one.aqi)


def test_a_value_that_hangs_is_named_and_not_used(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    hours = hours_of({"S1": 20.0, "S2": 20.0})
    mine = hours.table["station_id"] == "S1"
    hours.table.loc[hours.table[mine].index[-6:], "pm2_5"] = 33.0
    one = find(look(hours), "S1")
    assert any("连续 6 小时以上不变：PM2.5" in text.zh for text in one.problems)
    assert "pm2_5" in one.missing
    hours.table.loc[hours.table[mine].index[-6:-5], "pm2_5"] = 34.0  # five hours alike are no fault
    assert find(look(hours), "S1").problems == ()


def test_a_low_index_without_fine_dust_is_no_good_air(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    hours = hours_of({"S1": 20.0, "S2": 20.0})
    hours.table.loc[hours.table["station_id"] == "S1", "pm2_5"] = np.nan
    air = look(hours)
    one = find(air, "S1")
    assert any("缺 PM2.5" in text.zh and "不能当作良好" in text.zh for text in one.problems)
    assert np.isnan(one.day_aqi)
    assert one.level == -1
    assert one.highest > -1


def test_rows_after_the_hour_are_left_out_and_told_of(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    air = look(hours_of({"S1": 20.0, "S2": 20.0}), at=pd.Timestamp("2023-12-28 12:30"))
    assert any("以后的 12 行不用" in text.zh for text in air.notes)  # 13:00 to 18:00, two stations
    assert find(air, "S1").last_time == pd.Timestamp("2023-12-28 12:00")


def test_rows_of_years_ago_are_left_out_and_told_of(
    look: Callable[..., AirNow], hours_of: Callable[..., AirHours]
) -> None:
    now, old = hours_of({"S1": 20.0, "S2": 20.0}), hours_of({"S1": 400.0}, last="2019-01-05 00:00")
    table = pd.concat([old.table, now.table], ignore_index=True)
    air = look(replace(now, table=table))
    assert any("以前的 96 行不用" in text.zh for text in air.notes)
    assert air.episodes == ()


def test_reference_points_do_not_stand_for_the_city(
    town_today: District, hours_of: Callable[..., AirHours]
) -> None:
    stations = stations_in_force(town_today.layers["stations"].table, town_today.as_of).copy()
    stations["is_reference_point"] = stations["station_id"] == "S2"
    air = look_at_air(hours_of({"S1": 20.0, "S2": 400.0}), stations, at=NOW, settings=SETTINGS)
    assert find(air, "S2").level == 3
    assert air.level == air.highest == -1


def test_a_district_without_a_station_says_so(
    town_today: District, hours_of: Callable[..., AirHours]
) -> None:
    none = town_today.layers["stations"].table.iloc[:0]
    air = look_at_air(hours_of({"S1": 20.0}), none, at=NOW, settings=SETTINGS)
    assert "没有在用的国控站点" in said(air)
    assert air.highest > -1
