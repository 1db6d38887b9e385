"""``[patrol]`` of district.toml over the embedded defaults, every fault with its key."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qxgeo.district.patrol_files import read_elevation, read_fires, read_land_cover, read_wind
from qxgeo.district.patrol_seasons import read_seasons, read_words
from qxgeo.district.patrol_settings import PatrolSettings, Setting
from qxgeo.errors import Text
from qxgeo.plan.entry import Entry, Faults
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULTS_FILE = "defaults.toml"
SCHEMA = "qxgeo-patrol/1"
UNASSIGNED = ("list", "refuse")
GROUPS = ("weights", "effort", "visits_per_week", "speeds_kmh")
# Smallest and largest value that can be meant; a weight or a share may be 0, a speed may not.
_ZERO_ALLOWED = ("weights.", "effort.event_years", "effort.fire_confidence", "effort.high_share",
                 "effort.medium_share", "effort.min_per_point", "visits_per_week.")  # fmt: skip
_MOST = {
    "effort.high_share": 1.0,
    "effort.medium_share": 1.0,
    "effort.fire_confidence": 100.0,
    "effort.upwind_sector_deg": 360.0,
    "day_length_min": 1440.0,
}
_LEAST_CELL_M = 50.0  # below it positions to 10 m say nothing
_LARGEST_CELL_M = 20_000.0
_TINY = 1e-9


def default_settings() -> PatrolSettings:
    """Give the embedded defaults, as for a district without ``[patrol]``.

    Returns
    -------
    settings
        Every number with its source; no file, no lock, no phone.
    """
    faults = Faults(DEFAULTS_FILE)
    return read_patrol(Entry({}, "", faults), data_dir())


def read_patrol(top: Entry, folder: Path) -> PatrolSettings:
    """Read the patrol part of a district.

    Parameters
    ----------
    top
        The district file; its table ``patrol`` may be missing.
    folder
        Of the file: paths are relative to it.

    Returns
    -------
    settings
        Embedded default where the district says nothing, or what it says is at fault.
    """
    entry = top.table("patrol", required=False) or Entry({}, top.at("patrol"), top.faults)
    base = _read_defaults()
    hot = _read_setting(entry, "hot_cell_size_m", base["hot_cell_size_m"])
    cell = _read_setting(entry, "cell_size_m", base["cell_size_m"])
    groups = {name: _read_group(entry, name, base[name]) for name in GROUPS}
    speeds = groups["speeds_kmh"]
    settings = PatrolSettings(
        cell_size_m=cell,
        hot_cell_size_m=hot,
        seed=entry.integer("seed", least=0) if entry.has("seed") else int(base["seed"]),
        unassigned=_read_word(entry, "unassigned", UNASSIGNED, base),
        land_cover=read_land_cover(entry, folder),
        elevation=read_elevation(entry, folder),
        wind=read_wind(entry, folder),
        fires=read_fires(entry, folder),
        weights=groups["weights"],
        effort=groups["effort"],
        visits_per_week=groups["visits_per_week"],
        speeds_kmh=speeds,
        travel_mode=_read_word(entry, "travel_mode", tuple(speeds), base),
        day_length_min=_read_setting(entry, "day_length_min", base["day_length_min"]),
        locks=MappingProxyType(_read_texts(entry, "locks")),
        seasons=_read_seasons(entry, base["seasons"]),
        warning_days=_read_days(entry, "warning_days"),
        unfavourable_days=_read_days(entry, "unfavourable_days"),
        phones=MappingProxyType(_read_texts(entry, "phones")),
        straw_t_per_km2=_read_straw(entry),
    )
    _check_together(entry, settings)
    entry.close()
    return settings


@cache
def _read_defaults() -> dict[str, Any]:
    """Read the embedded defaults as they stand in their file."""
    path = data_dir() / "patrol" / DEFAULTS_FILE
    return tomllib.loads(path.read_text("utf-8"))


def _read_setting(entry: Entry, key: str, base: Mapping[str, Any]) -> Setting:
    """Take ``{ value = 500, source = "..." }``, or the embedded default."""
    default = Setting(
        value=float(base["value"]),
        source=Text(base["source"]["zh"], base["source"]["en"]),
        is_default=True,
    )
    given = entry.table(key, required=False)
    return default if given is None else _read_given(given, key, default)


def _read_given(given: Entry, key: str, default: Setting) -> Setting:
    """Read a setting of the district; the default stands in where it is at fault."""
    before = len(given.faults.found)
    value = given.value("value", "number", required=True)
    source = read_words(given, "source")
    given.close()
    name = given.path.removeprefix("patrol.") or key
    if value is not None:
        _check_range(given, name, value)
    if len(given.faults.found) > before:
        return default
    return Setting(value=float(value), source=source, is_default=False)


def _check_range(given: Entry, name: str, value: float) -> None:
    """Refuse a number that cannot be meant."""
    is_zero_allowed = name.startswith(_ZERO_ALLOWED)
    most = _MOST.get(name, math.inf)
    is_low = value < 0 or (value == 0 and not is_zero_allowed)
    if math.isfinite(value) and not is_low and value <= most:
        return
    least_zh, least_en = ("不小于 0", "not below 0") if is_zero_allowed else ("大于 0", "above 0")
    limit_zh = "" if math.isinf(most) else f"、不大于 {most:g}"
    limit_en = "" if math.isinf(most) else f" and not above {most:g}"
    given.fault(
        "value",
        Text(f"数值不对：{value}", f"not a usable number: {value}"),
        Text(f"应为{least_zh}{limit_zh}的数", f"a number {least_en}{limit_en}"),
    )


def _read_group(
    entry: Entry, name: str, base: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Setting]:
    """Read a table of settings; only the embedded names are known."""
    given = entry.table(name, required=False) or Entry({}, entry.at(name), entry.faults)
    for key in given.raw:
        if key not in base:
            given.unknown(key, key, tuple(base))
    return MappingProxyType({key: _read_setting(given, key, value) for key, value in base.items()})


def _read_word(entry: Entry, key: str, words: tuple[str, ...], base: Mapping[str, Any]) -> str:
    """Take one of some words; the default where it is left out or none of them."""
    word = entry.word(key, words) if entry.has(key) else ""
    return word if word in words else str(base[key])


def _read_texts(entry: Entry, key: str) -> dict[str, str]:
    """Take a table of texts; a phone or an id written as a number is refused with its key."""
    group = entry.table(key, required=False)
    return {} if group is None else {name: group.text(name).strip() for name in group.raw}


def _read_seasons(entry: Entry, base: Mapping[str, object]) -> tuple[Any, ...]:
    """Read the calendar."""
    own = entry.table("seasons", required=False)
    return read_seasons(base, {} if own is None else own.raw, entry.at("seasons"), entry.faults)


def _read_days(entry: Entry, key: str) -> tuple[dt.date, ...]:
    """Take a list of dates, each once, and sort it."""
    days: set[dt.date] = set()
    for number, day in enumerate(entry.value(key, "list", required=False) or ()):
        if isinstance(day, dt.datetime) or not isinstance(day, dt.date):
            entry.fault(
                f"{key}[{number}]",
                Text(f"不是日期：{day!r}", f"no date: {day!r}"),
                Text("写成不带引号的日期，如 2023-12-01", "a date without quotes, 2023-12-01"),
            )
        else:
            days.add(day)
    return tuple(sorted(days))


def _read_straw(entry: Entry) -> Setting | None:
    """Take the straw of a square kilometre, which has no default: nobody has decided it."""
    given = entry.table("straw_t_per_km2", required=False)
    if given is None:
        return None
    none = Setting(value=math.nan, source=Text("", ""), is_default=True)
    setting = _read_given(given, "straw_t_per_km2", none)
    return None if setting is none else setting


def _check_together(entry: Entry, settings: PatrolSettings) -> None:
    """Check what several numbers must fulfil together."""
    cell, hot = settings.cell_size_m.value, settings.hot_cell_size_m.value
    if not _LEAST_CELL_M <= cell <= _LARGEST_CELL_M:
        entry.fault(
            "cell_size_m.value",
            Text(f"网格边长不对：{cell:g} 米", f"not a usable cell size: {cell:g} metres"),
            Text(
                f"应为 {_LEAST_CELL_M:g} 到 {_LARGEST_CELL_M:g} 米",
                f"{_LEAST_CELL_M:g} to {_LARGEST_CELL_M:g} metres",
            ),
        )
    elif abs(hot / cell - round(hot / cell)) > _TINY or hot < cell:
        entry.fault(
            "hot_cell_size_m.value",
            Text(
                f"热点网格边长 {hot:g} 米不是网格边长 {cell:g} 米的整数倍",
                f"a hot cell's edge, {hot:g} metres, is no whole multiple of a cell's, {cell:g}",
            ),
            Text("例如 3000 米配 500 米", "such as 3000 metres with 500"),
        )
    shares = settings.effort["high_share"].value + settings.effort["medium_share"].value
    if shares > 1 + _TINY:
        entry.fault(
            "effort.medium_share",
            Text(
                f"高、中风险的份额合计 {shares:g}，超过 1",
                f"the shares of high and medium add up to {shares:g}, more than 1",
            ),
            Text("调小其中之一", "make one of them smaller"),
        )
    if not any(one.value > 0 for one in settings.weights.values()):
        entry.fault(
            "weights",
            Text("各项权重都是 0", "every weight is 0"),
            Text("至少一项大于 0", "at least one above 0"),
        )
