"""Stations as their last hours show them: age, index, level, and whether they can be trusted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.air.running import average_stations, fill_hours, index_running_days
from qxgeo.air.standard import POLLUTANTS, load_standards
from qxgeo.air.warning import find_episodes, measure_levels
from qxgeo.errors import Text
from qxgeo.warning.model import AirNow, StationNow

if TYPE_CHECKING:
    import geopandas as gpd

    from qxgeo.air.warning import Measured
    from qxgeo.district.today_settings import TodaySettings
    from qxgeo.readers.air_hours import AirHours

NAMES = {
    "pm2_5": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3",
}  # fmt: skip
_CAN_HANG = ("pm2_5", "pm10", "no2", "o3")  # carbon monoxide and sulphur dioxide stay low for days
_LOOK_BACK_H = 24
_LONGEST = pd.Timedelta(92, "D")  # no episode is older; a file of years would only take time


def look_at_air(
    hours: AirHours, stations: gpd.GeoDataFrame, *, at: pd.Timestamp, settings: TodaySettings
) -> AirNow:
    """Say what the stations measured up to now.

    Parameters
    ----------
    hours
        Bulletins; rows after `at` are left out and told of.
    stations
        Those in force, with positions.
    at
        Local time, naive.
    settings
        Levels and limits.

    Returns
    -------
    air
        One entry per station, whether or not it has a row.
    """
    table = hours.table[hours.table["station_id"].isin(stations["station_id"])]
    later = int((table["time"] > at).sum())
    last = at.floor("h")
    shown = pd.Timedelta(settings.number("series_h") - 1, "h")
    begin = max(last - max(_LONGEST, shown), _begin_of_standards())
    earlier = int((table["time"] < begin).sum())
    table = table[(table["time"] <= at) & (table["time"] >= begin)]
    first = min(table["time"].min(), last - shown) if len(table) else last - shown
    first = min(max(first, begin), last)
    grids = {
        str(row["station_id"]): _Hours(
            fill_hours(table[table["station_id"] == row["station_id"]], first=first, last=last),
            int(settings.number("stuck_h")),
        )
        for row in stations.to_dict("records")
    }
    found = tuple(
        _look_at_station(row, grids[str(row["station_id"])], at=at, settings=settings)
        for row in stations.sort_values("station_id").to_dict("records")
    )
    city, measured = _look_at_city(found, grids, last=last, settings=settings)
    episodes = find_episodes(settings.levels, measured)
    times = city["time"]
    return AirNow(
        stations=found,
        city=city,
        level=int(measured.level[-1]),
        highest=int(measured.highest[-1]),
        episodes=tuple((times[one.start], times[one.last], one) for one in episodes),
        problems=_list_problems(found, hours, city, settings),
        notes=(*hours.notes, *_say_left_out(earlier, later, begin, at)),
    )


class _Hours:
    """The hours of one station: as read, and without what cannot be trusted."""

    def __init__(self, grid: pd.DataFrame, stuck_h: int) -> None:
        self.read = grid
        values = grid[list(POLLUTANTS)]
        self.zeros = values == 0
        self.stuck = pd.DataFrame(
            {name: _find_stuck(values[name], stuck_h, can=name in _CAN_HANG) for name in POLLUTANTS}
        )
        self.trusted = grid[["time"]].join(values.mask(self.zeros | self.stuck))

    def lately(self, flags: pd.DataFrame) -> list[str]:
        """Name the pollutants that are flagged in the last day."""
        part = flags.tail(_LOOK_BACK_H).any()
        return [NAMES[name] for name in POLLUTANTS if part[name]]


def _find_stuck(values: pd.Series[float], stuck_h: int, *, can: bool) -> pd.Series[bool]:
    """Mark runs of one value that last too long."""
    if not can:
        return pd.Series(data=False, index=values.index)
    run = (values != values.shift()).cumsum()  # NaN differs from itself: a gap ends a run
    length = run.map(run.value_counts())
    return (length >= stuck_h) & (values > 0)


def _look_at_station(
    row: dict[Any, Any], hours: _Hours, *, at: pd.Timestamp, settings: TodaySettings
) -> StationNow:
    """Describe one station."""
    has_value = hours.read[list(POLLUTANTS)].notna().any(axis=1)
    there = hours.read.index[has_value]
    indices = index_running_days(hours.trusted)
    measured = _levels(indices, settings)
    indices = _hide_bounds(indices, settings)
    last_time = hours.read["time"][there[-1]] if len(there) else None
    age_h = math.nan if last_time is None else (at - last_time) / pd.Timedelta(1, "h")
    hour = indices.loc[there[-1]] if len(there) else indices.iloc[-1]
    day = indices.iloc[-1]
    shown = int(settings.number("series_h"))
    flag = row.get("is_reference_point")
    return StationNow(
        station_id=str(row["station_id"]),
        name=str(row["name"]),
        lon=float(row["geometry"].x),
        lat=float(row["geometry"].y),
        is_reference=bool(flag) if pd.notna(flag) else False,
        last_time=last_time,
        age_h=age_h,
        aqi=float(hour["aqi"]),
        primary=str(hour["primary"]),
        missing=str(hour["missing"]),
        day_aqi=float(day["day_aqi"]),
        day_missing=str(day["day_missing"]),
        level=int(measured.level[-1]),
        highest=int(measured.highest[-1]),
        problems=_doubt(hours, age_h, hour, settings),
        series=indices[["time", "aqi", "day_aqi"]].tail(shown).reset_index(drop=True),
    )


def _doubt(
    hours: _Hours, age_h: float, hour: pd.Series[Any], settings: TodaySettings
) -> tuple[Text, ...]:
    """Say why a station cannot be trusted."""
    found = []
    limit = settings.number("stale_h")
    if math.isnan(age_h):
        return (Text("没有数据", "no data"),)
    if age_h > limit:
        found.append(
            Text(
                f"数据已过时 {age_h:.1f} 小时（限 {limit:g} 小时）",
                f"data is {age_h:.1f} h old (limit {limit:g} h)",
            )
        )
    zeros, stuck = hours.lately(hours.zeros), hours.lately(hours.stuck)
    if zeros:
        named = "、".join(zeros)
        found.append(Text(f"读数为 0：{named}", f"reports zero: {', '.join(zeros)}"))
    if stuck:
        named, hours_ = "、".join(stuck), f"{settings.number('stuck_h'):g}"
        found.append(
            Text(
                f"读数连续 {hours_} 小时以上不变：{named}",
                f"unchanged for {hours_} h or more: {', '.join(stuck)}",
            )
        )
    aqi, missing = float(hour["aqi"]), str(hour["missing"])
    if missing and aqi <= settings.number("episode_aqi"):
        names = [NAMES[one] for one in missing.split(", ")]
        found.append(
            Text(
                f"缺 {'、'.join(names)}：AQI {aqi:.0f} 只是下限，不能当作良好",
                f"without {', '.join(names)}: AQI {aqi:.0f} is a lower bound, not good air",
            )
        )
    if math.isnan(aqi):
        found.append(Text("最近一小时没有可用读数", "no usable value in the last hour"))
    return tuple(found)


def _hide_bounds(indices: pd.DataFrame, settings: TodaySettings) -> pd.DataFrame:
    """Take away running days of which a low number is only a lower bound: it would look fine."""
    is_bound = (indices["day_missing"] != "") & (
        indices["day_aqi"] <= settings.number("episode_aqi")
    )
    return indices.assign(day_aqi=indices["day_aqi"].mask(is_bound))


def _levels(indices: pd.DataFrame, settings: TodaySettings) -> Measured:
    """Find the level of each hour."""
    return measure_levels(
        settings.levels,
        indices["day_aqi"].to_numpy(np.float64),
        is_complete=(indices["day_missing"] == "").to_numpy(bool),
    )


def _look_at_city(
    stations: tuple[StationNow, ...],
    grids: dict[str, _Hours],
    *,
    last: pd.Timestamp,
    settings: TodaySettings,
) -> tuple[pd.DataFrame, Measured]:
    """Average the stations that stand for the city."""
    chosen = [grids[one.station_id].trusted for one in stations if not one.is_reference]
    if not chosen:  # nothing stands for the city: unknown
        none = pd.DataFrame({"time": [last]}).reindex(columns=["time", *POLLUTANTS])
        chosen = [none.astype(dict.fromkeys(POLLUTANTS, "float64"))]
    mean = average_stations(chosen, least_share=settings.number("station_share"))
    indices = index_running_days(mean)
    return _hide_bounds(indices, settings), _levels(indices, settings)


def _list_problems(
    stations: tuple[StationNow, ...],
    hours: AirHours,
    city: pd.DataFrame,
    settings: TodaySettings,
) -> tuple[Text, ...]:
    """Say what stands on top of the page in red."""
    if not stations:
        return (Text("没有在用的国控站点", "no station is in force"),)
    if len(hours.table) == 0:
        return (
            Text(
                "没有空气质量数据：下面没有一项可以当作空气良好",
                "no air quality data: nothing below may be taken for good air",
            ),
        )
    ids = {one.station_id for one in stations}
    if not ids & set(hours.table["station_id"]):
        codes = "、".join(sorted(set(hours.table["station_id"]))[:8])
        return (
            Text(
                f"数据里没有本辖区的站点（文件中是 {codes}）",
                f"the data holds no station of this district (it has {codes})",
            ),
        )
    found = [
        Text(
            f"{one.name}（{one.station_id}）：{problem.zh}",
            f"{one.name} ({one.station_id}): {problem.en}",
        )
        for one in stations
        for problem in one.problems
    ]
    if math.isnan(float(city["day_aqi"].iloc[-1])):
        found.insert(
            0,
            Text(
                "全市 24 小时滑动均值不明（有效小时或站点不够）：实测级别不明",
                "the city's running day is unknown (too few hours or stations):"
                " so is the measured level",
            ),
        )
    good = sum(not one.problems for one in stations)
    if good == 0:
        limit = f"{settings.number('stale_h'):g}"
        found.insert(
            0,
            Text(
                f"没有一个站点有 {limit} 小时内可信的数据：空气质量不明，不能当作良好",
                f"no station has data of the last {limit} h to be trusted: the air is unknown",
            ),
        )
    return tuple(found)


def _begin_of_standards() -> pd.Timestamp:
    """Give the end of the first hour for which there is an index at all."""
    first = min(one.valid_from for one in load_standards())
    return pd.Timestamp(first) + pd.Timedelta(1, "h")


def _say_left_out(
    earlier: int, later: int, begin: pd.Timestamp, at: pd.Timestamp
) -> tuple[Text, ...]:
    """Tell of rows after the hour, and of those too old to matter for it."""
    notes = []
    if later:
        notes.append(
            Text(
                f"{at:%Y-%m-%d %H:%M} 以后的 {later} 行不用",
                f"{later} rows after {at:%Y-%m-%d %H:%M} are left out",
            )
        )
    if earlier:
        notes.append(
            Text(
                f"{begin:%Y-%m-%d} 以前的 {earlier} 行不用：与当天无关",
                f"{earlier} rows before {begin:%Y-%m-%d} are left out: too old to matter",
            )
        )
    return tuple(notes)
