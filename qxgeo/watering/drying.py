"""How long a watered road stays wet, and the clock that runs as fast as it dries.

On that clock one unit is one drying interval: ``s(t)`` is the integral of ``dt / interval``. A road
wetted at ``t0`` is wet as long as ``s(t) - s(t0)`` is at most 1. While it rains the clock stands
still, and the rain wets every road. In frost it stands still as well, and nothing is asked of
roads: those hours are as if cut out of the day.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Fault, InputError, Text
from qxgeo.plan.entry import Entry, Faults
from qxgeo.watering.evaporation import (
    HOURS,
    RoadSurface,
    Weather,
    coldest_c,
    evaporation_mm_per_h,
)
from qxgeo.watering.model import DryingDay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SCHEMA = "qxgeo-drying/1"
DRYING_FILE = "drying.toml"
RAIN = "rain"
HOUR_S = 3_600.0
DAY_S = 86_400.0
_ROAD_KEYS = (
    "albedo", "roughness_m", "height_m", "ground_share_day", "ground_share_night", "least_wind_ms",
)  # fmt: skip
_WEATHER_KEYS = (
    "t_min_c", "t_max_c", "dew_c", "wind_day_ms", "wind_night_ms", "sun_w_per_m2", "loss_w_per_m2",
    "sunrise_h", "sunset_h",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DryingTable:
    """The table of kinds of weather.

    Attributes
    ----------
    road
        Its surface.
    weathers
        By key, in the order of the file.
    source
        Of the table.
    """

    road: RoadSurface
    weathers: dict[str, Weather]
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Frost:
    """When water on the road would freeze.

    Attributes
    ----------
    at_c
        At this temperature of the air or below it nothing is sprayed.
    ahead_h
        Nor in these hours before, so that what was sprayed has dried.
    """

    at_c: float
    ahead_h: float

    def hours_of(self, weather: Weather) -> Bools:
        """Mark the hours of a day, which repeats itself, in which nothing is sprayed."""
        is_cold = coldest_c(weather) <= self.at_c
        marked = is_cold.copy()
        for ahead in range(1, int(np.ceil(self.ahead_h)) + 1):
            marked |= np.roll(is_cold, -ahead)
        return marked


def read_drying(path: Path) -> DryingTable:
    """Read a table of drying.

    Parameters
    ----------
    path
        TOML as data/watering/drying.toml.

    Returns
    -------
    table
        Checked.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    faults = Faults(path.name)
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = Text(f"不是可读的 TOML（{error}）", f"no readable TOML ({error})")
        mend = Text("请检查该文件", "check that file")
        raise InputError(Fault(file=path.name, problem=problem, mend=mend)) from error
    top = Entry(raw, "", faults)
    top.word("schema", (SCHEMA,))
    source = top.sentence("source")
    holder = top.table("road")
    numbers = {} if holder is None else {key: _number(holder, key) for key in _ROAD_KEYS}
    if holder is not None:
        holder.close()
    weathers = [_weather(entry) for entry in top.tables("weather")]
    top.close()
    if faults.found:
        raise InputError(faults.found)
    return DryingTable(
        road=RoadSurface(**numbers),
        weathers={one.key: one for one in weathers},
        source=source,
    )


def _number(entry: Entry, key: str) -> float:
    """Take a finite number."""
    value = entry.value(key, "number", required=True)
    if value is not None and not np.isfinite(value):
        entry.fault(key, Text("不是有限的数", "no finite number"), Text("填写数值", "a number"))
    return float(value or 0.0)


def _weather(entry: Entry) -> Weather:
    """Take one kind of weather."""
    key, title = entry.text("key"), entry.sentence("title")
    numbers = {name: _number(entry, name) for name in _WEATHER_KEYS}
    if not 0 <= numbers["sunrise_h"] < numbers["sunset_h"] <= HOURS:
        problem = Text("日出不早于日落", "the sun does not rise before it sets")
        entry.fault("sunrise_h", problem, Text("0 到 24 时", "from 0 to 24 h"))
    entry.close()
    return Weather(key=key, title=title, **numbers)


def plan_drying(
    table: DryingTable,
    *,
    weather: str,
    film_mm: float,
    dry_film_mm: float,
    traffic_mm_per_h: float,
    longest_h: float,
    rain: Sequence[tuple[float, float]] = (),
    frost: Frost | None = None,
) -> DryingDay:
    """Give how long a road stays wet at the conditions of each hour.

    Parameters
    ----------
    table
        Of kinds of weather.
    weather
        Key of one of them, or ``rain``: it rains all day.
    film_mm
        Water left on the road by one wetting, millimetres (litres per square metre).
    dry_film_mm
        What is left when a road counts as dry.
    traffic_mm_per_h
        What wheels carry off.
    longest_h
        No road stays wet longer, however damp the air.
    rain
        Hours of rain, from and to, 0 to 24; an hour touched by rain counts as rain.
    frost
        When spraying is forbidden; None where nobody asks. Frost comes before rain.

    Returns
    -------
    drying
        Infinite intervals in hours of rain and of frost.

    Raises
    ------
    InputError
        If there is no such weather, the film is too thin to wet anything, or the rain ends before
        it begins.
    """
    is_rain, is_frost = _rain_hours(rain), np.zeros(HOURS, dtype=bool)
    if weather == RAIN:
        is_rain[:] = True
        hours, title = np.full(HOURS, float(longest_h)), Text("有雨", "rain")
    else:
        kind = _choose(table, weather)
        usable = film_mm - dry_film_mm
        if usable <= 0:
            raise InputError(_thin(film_mm, dry_film_mm))
        loss = evaporation_mm_per_h(kind, table.road) + traffic_mm_per_h
        hours = np.full(HOURS, float(longest_h))
        np.divide(usable, loss, out=hours, where=loss > 0)
        hours, title = np.minimum(hours, longest_h), kind.title
        is_frost = is_frost if frost is None else frost.hours_of(kind)
    return DryingDay(
        interval_h=np.where(is_rain | is_frost, np.inf, hours),
        is_rain=is_rain & ~is_frost,
        is_frost=is_frost,
        weather=weather,
        title=title,
        source=table.source,
    )


def _rain_hours(rain: Sequence[tuple[float, float]]) -> Bools:
    """Mark the hours touched by rain.

    Raises
    ------
    InputError
        If a time is outside the day, or rain ends before it begins.
    """
    is_rain = np.zeros(HOURS, dtype=bool)
    for start, end in rain:
        if not 0 <= start < end <= HOURS:
            problem = Text(
                f"降雨时段不对：{start:g}–{end:g} 时", f"rain from {start:g} to {end:g} h"
            )
            mend = Text("写作 起–止，均在 0 到 24 时之间", "from before to, both from 0 to 24")
            raise InputError(Fault(problem=problem, mend=mend, column="rain"))
        is_rain[int(np.floor(start)) : int(np.ceil(end))] = True
    return is_rain


def _choose(table: DryingTable, weather: str) -> Weather:
    """Give one kind of weather.

    Raises
    ------
    InputError
        If there is none of that key.
    """
    if weather in table.weathers:
        return table.weathers[weather]
    known = (*table.weathers, RAIN)
    raise InputError(
        Fault(
            column="weather",
            problem=Text(f"没有天气类型“{weather}”", f'no weather "{weather}"'),
            mend=Text(f"可用：{'、'.join(known)}", f"there are: {', '.join(known)}"),
        )
    )


def _thin(film_mm: float, dry_film_mm: float) -> Fault:
    """Say that what the carts spray does not wet the road."""
    return Fault(
        problem=Text(
            f"洒水后留在路面的水膜 {film_mm:.3g} 毫米，不高于视为干燥的 {dry_film_mm:.3g} 毫米",
            f"a wetting leaves {film_mm:.3g} mm, not more than the {dry_film_mm:.3g} mm that count"
            " as dry",
        ),
        mend=Text(
            "核对洒水量与洒水宽度的单位，或加大洒水量",
            "check the units of the spray and its width, or spray more",
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class DryingClock:
    """Drying time of a day that repeats itself.

    Attributes
    ----------
    knots_s
        Seconds of the day at which the rate changes, from 0 to 86,400.
    s_at_knots
        Drying time at them.
    rains_s
        Stretches of rain, from and to, seconds of the day; rain over midnight is two.
    """

    knots_s: Floats
    s_at_knots: Floats
    rains_s: tuple[tuple[float, float], ...]

    @property
    def per_day(self) -> float:
        """Give the drying intervals of a whole day."""
        return float(self.s_at_knots[-1])

    def at(self, time_s: Floats | float) -> Floats:
        """Give the drying time at moments; days follow one another, before and after."""
        times = np.asarray(time_s, dtype=np.float64)
        day = np.floor(times / DAY_S)
        within = np.interp(times - day * DAY_S, self.knots_s, self.s_at_knots)
        return np.asarray(day * self.per_day + within, dtype=np.float64)

    def when(self, s: Floats | float) -> Floats:
        """Give the last moment at which the drying time is `s`; infinite where it never grows."""
        goal = np.asarray(s, dtype=np.float64)
        if self.per_day <= 0:
            return np.full(goal.shape, np.inf)
        day = np.floor(goal / self.per_day)
        left = goal - day * self.per_day
        at = np.searchsorted(self.s_at_knots, left, side="right") - 1
        at = np.clip(at, 0, len(self.knots_s) - 2)
        step = self.s_at_knots[at + 1] - self.s_at_knots[at]
        share = np.divide(left - self.s_at_knots[at], step, out=np.zeros_like(left), where=step > 0)
        time = self.knots_s[at] + share * (self.knots_s[at + 1] - self.knots_s[at])
        return np.asarray(day * DAY_S + time, dtype=np.float64)


def frost_spells(drying: DryingDay) -> list[tuple[float, float]]:
    """Give the stretches of the day in which nothing is sprayed.

    Parameters
    ----------
    drying
        Of the day.

    Returns
    -------
    spells
        From and to, seconds of the day; frost over midnight is two.
    """
    return _list_spells(drying.is_frost)


def cut_out(
    stretch: tuple[float, float], spells: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Give what is left of a stretch of time.

    Parameters
    ----------
    stretch
        From and to.
    spells
        To be cut out of it, in order, apart from each other.

    Returns
    -------
    pieces
        In order, none of no length.
    """
    at, end = stretch
    pieces = []
    for low, high in spells:
        if low > at and low < end:
            pieces.append((at, low))
        at = max(at, high) if low < end else at
    return [*pieces, (at, end)] if at < end else pieces


def _list_spells(is_marked: Bools) -> list[tuple[float, float]]:
    """Give the stretches of marked hours, seconds of the day."""
    marks = np.flatnonzero(np.diff(np.concatenate(([0], is_marked.astype(int), [0]))))
    edges = [float(mark) * HOUR_S for mark in marks]
    return list(zip(edges[::2], edges[1::2], strict=True))


def clock_of(drying: DryingDay) -> DryingClock:
    """Give the clock of a day.

    Parameters
    ----------
    drying
        Intervals and rain of each hour.

    Returns
    -------
    clock
        Its rate is constant within each hour.
    """
    rate = np.where(drying.is_rain, 0.0, 1.0 / drying.interval_h)
    knots = np.arange(HOURS + 1, dtype=np.float64) * HOUR_S
    walked = np.concatenate(([0.0], np.cumsum(rate)))
    rains = tuple(_list_spells(drying.is_rain))
    return DryingClock(knots, np.asarray(walked, dtype=np.float64), rains)
