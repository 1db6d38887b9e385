"""``[today]`` of district.toml over data/air/today.toml: the numbers of a warning day."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.air.warning import WarningLevels, read_levels
from qxgeo.district.patrol_settings import Setting
from qxgeo.errors import PlanError, Text
from qxgeo.plan.entry import Entry, Faults
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULTS_FILE = "today.toml"
SCHEMA = "qxgeo-today/1"
CONDITIONS = ("warning", "response", "episode", "ozone", "patrol")
NUMBERS = (
    *("calm_ms", "near_m", "decay_power", "stale_h", "stuck_h", "episode_aqi"),
    *("station_share", "series_h"),
)
_WHOLE = ("stale_h", "stuck_h", "series_h")
_DAY_OF_YEAR = re.compile(r"(\d{2})-(\d{2})")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HALF_CIRCLE_DEG = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How wide the wind spreads.

    Attributes
    ----------
    up_to_ms
        Below this speed; infinite for the last.
    half_deg
        Half the width of the sector.
    stability
        Class of the air that was taken.
    """

    up_to_ms: float
    half_deg: float
    stability: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaySettings:
    """What a district decides about its page for a warning day.

    Attributes
    ----------
    levels
        Of its emergency plan.
    levels_file
        Name of the file they come from.
    radii_m
        About each station, ascending.
    numbers
        ``calm_ms`` (below it no sector), ``near_m`` and ``decay_power`` (weight by distance),
        ``stale_h`` (older data says nothing of now), ``stuck_h`` (a value unchanged for so long is
        an instrument that hangs), ``episode_aqi`` (running day above it is an episode),
        ``station_share`` (stations that a city's mean needs), ``series_h`` (hours of the pictures).
    ozone_season
        First and last month and day, both inclusive; it may run over the end of the year.
    source_layers
        Layers of places and works that may emit.
    spreads
        The slowest first.
    triggers
        Words of a measure's trigger to one of `CONDITIONS`.
    sources
        Who says so, by name: ``radii_m``, ``ozone_season``, ``source_layers``, ``spread``.
    """

    levels: WarningLevels
    levels_file: str
    radii_m: tuple[float, ...]
    numbers: Mapping[str, Setting]
    ozone_season: tuple[tuple[int, int], tuple[int, int]]
    source_layers: tuple[str, ...]
    spreads: tuple[Spread, ...]
    triggers: Mapping[str, str]
    sources: Mapping[str, Text]

    def number(self, name: str) -> float:
        """Give the value of a number."""
        return self.numbers[name].value


def default_today() -> TodaySettings:
    """Give the embedded settings.

    Returns
    -------
    settings
        Of data/air/today.toml.
    """
    return read_today(Entry({}, "", Faults(DEFAULTS_FILE)), data_dir())


def read_today(top: Entry, folder: Path) -> TodaySettings:
    """Read what a district says of its warning days.

    Parameters
    ----------
    top
        The district file; its table ``today`` may be missing, and so may each of its keys.
    folder
        Of the file: the path of its own levels is relative to it.

    Returns
    -------
    settings
        The embedded setting where the district says nothing, or what it says is at fault.
    """
    own = top.table("today", required=False) or Entry({}, top.at("today"), top.faults)
    base = Entry(_read_defaults(), "", Faults(DEFAULTS_FILE))

    def one_of(key: str) -> Entry:
        return own if own.has(key) else base

    levels_file, levels = _levels(own, base, folder)
    radii, radii_source = _radii(one_of("radii_m"))
    season, season_source = _season(one_of("ozone_season"))
    layers, layers_source = _layers(one_of("source_layers"))
    with_spread = own if own.has("spread") else base
    spreads = tuple(_spread(entry) for entry in with_spread.tables("spread"))
    settings = TodaySettings(
        levels=levels,
        levels_file=levels_file,
        radii_m=radii,
        numbers=MappingProxyType({name: _number(own, base, name) for name in NUMBERS}),
        ozone_season=season,
        source_layers=layers,
        spreads=tuple(sorted(spreads, key=lambda one: one.up_to_ms)),
        triggers=MappingProxyType(dict(map(_trigger, _triggers(own, base)))),
        sources=MappingProxyType(
            {
                "radii_m": radii_source,
                "ozone_season": season_source,
                "source_layers": layers_source,
                "spread": _source(with_spread, "spread_source"),
            }
        ),
    )
    if not settings.spreads or math.isfinite(settings.spreads[-1].up_to_ms):
        problem = Text("没有管最大风速的一行", "no row holds for the strongest wind")
        with_spread.fault("spread", problem, Text("末行不写 up_to_ms", "no up_to_ms in the last"))
    own.close()
    return settings


@cache
def _read_defaults() -> dict[str, Any]:
    """Read the embedded file."""
    return tomllib.loads((data_dir() / "air" / DEFAULTS_FILE).read_text("utf-8"))


def _levels(own: Entry, base: Entry, folder: Path) -> tuple[str, WarningLevels]:
    """Read the levels of warnings: the district's own file, else the embedded one."""
    embedded = data_dir() / "air" / base.text("levels")
    name = own.text("levels") if own.has("levels") else ""
    if name:
        file = folder / name
        try:
            return file.name, read_levels(file)
        except PlanError as error:
            for fault in error.faults:
                problem = Text(fault.in_language("zh"), fault.in_language("en"))
                own.fault("levels", problem, Text("请改该文件", "mend that file"))
    return embedded.name, read_levels(embedded)


def _source(entry: Entry, key: str) -> Text:
    """Take who says so out of a table."""
    holder = entry.table(key)
    return Text("", "") if holder is None else _words(holder)


def _words(entry: Entry) -> Text:
    """Take a source, in one language or in two."""
    if isinstance(entry.raw.get("source"), dict):
        return entry.sentence("source")
    text = entry.text("source")
    return Text(text, text)


def _radii(entry: Entry) -> tuple[tuple[float, ...], Text]:
    """Take the radii, ascending, in metres."""
    holder = entry.table("radii_m")
    if holder is None:
        return (), Text("", "")
    values = holder.value("values", "list", required=True) or []
    is_right = values and all(_is_number(one) and one > 0 for one in values)
    if not is_right or sorted(set(values)) != values:
        holder.fault(
            "values",
            Text("不是递增的正数", "no ascending numbers above zero"),
            Text("以米计，从小到大", "metres, the smallest first"),
        )
        values = []
    source = _words(holder)
    holder.close()
    return tuple(float(one) for one in values), source


def _is_number(value: object) -> bool:
    """Tell whether a TOML value is a finite number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(float(value))  # type: ignore[arg-type] # it is a number


def _number(own: Entry, base: Entry, name: str) -> Setting:
    """Take a number above zero with its source."""
    is_default = not own.has(name)
    holder = (base if is_default else own).table(name)
    if holder is None:
        return Setting(value=1.0, source=Text("", ""), is_default=is_default)
    value = holder.value("value", "number", required=True)
    is_whole = name not in _WHOLE or (value is not None and value == math.floor(value))
    if value is not None and not (math.isfinite(value) and value > 0 and is_whole):
        problem = Text(f"数值不对：{value}", f"not a usable number: {value}")
        kind = Text("大于零的整数", "a whole number above zero")
        mend = kind if name in _WHOLE else Text("大于零的数", "a number above zero")
        holder.fault("value", problem, mend)
        value = None
    setting = Setting(value=float(value or 1), source=_words(holder), is_default=is_default)
    holder.close()
    return setting


def _season(entry: Entry) -> tuple[tuple[tuple[int, int], tuple[int, int]], Text]:
    """Take the first and the last day of the ozone season."""
    holder = entry.table("ozone_season")
    if holder is None:
        return ((1, 1), (12, 31)), Text("", "")
    days = []
    for key in ("first", "last"):
        match = _DAY_OF_YEAR.fullmatch(holder.text(key))
        month, day = (int(match[1]), int(match[2])) if match else (0, 0)
        if not (1 <= month <= len(_LONGEST_MONTHS) and 1 <= day <= _LONGEST_MONTHS[month - 1]):
            problem = Text("不是 月-日", "no month and day")
            holder.fault(key, problem, Text("写作 04-01", "write 04-01"))
            month, day = 1, 1
        days.append((month, day))
    source = _words(holder)
    holder.close()
    return (days[0], days[1]), source


def _layers(entry: Entry) -> tuple[tuple[str, ...], Text]:
    """Take the names of layers."""
    holder = entry.table("source_layers")
    if holder is None:
        return (), Text("", "")
    names = holder.texts("names", required=True)
    source = _words(holder)
    holder.close()
    return names, source


def _spread(entry: Entry) -> Spread:
    """Take one row of the spread."""
    up_to = entry.value("up_to_ms", "number", required=False)
    half = entry.value("half_deg", "number", required=True)
    stability = entry.text("class")
    if half is not None and not 0 < half <= _HALF_CIRCLE_DEG:
        problem = Text(f"半宽不对：{half}", f"no usable half width: {half}")
        entry.fault("half_deg", problem, Text("0 到 180 度", "0 to 180 degrees"))
    entry.close()
    return Spread(
        up_to_ms=math.inf if up_to is None else float(up_to),
        half_deg=float(half or _HALF_CIRCLE_DEG),
        stability=stability,
    )


def _triggers(own: Entry, base: Entry) -> tuple[Entry, ...]:
    """Give the embedded triggers, then the district's own, which count where both speak."""
    return (*base.tables("trigger"), *own.tables("trigger", required=False))


def _trigger(entry: Entry) -> tuple[str, str]:
    """Take words of a trigger with what decides it."""
    pair = entry.text("words"), entry.word("condition", CONDITIONS)
    entry.close()
    return pair
