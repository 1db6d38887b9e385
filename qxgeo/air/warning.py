"""How bad it has been: the level of a pollution warning that measured air would give.

Local governments issue warnings, mostly on forecasts. What is measured here is an aid beside what
was declared. A running mean over 24 hours stands for its hours, so "above 150 for 48 hours" is 25
means in a row. Where an hour is unknown the answer is unknown, never fine.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import PlanError, Text
from qxgeo.plan.entry import Entry, Faults

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SCHEMA = "qxgeo-warning/1"
DAY_H = 24
NO, UNKNOWN, YES = 0.0, 0.5, 1.0  # so that all-of is a minimum and any-of a maximum
LEVEL_IDS = ("blue", "yellow", "orange", "red")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One condition: the index of the running day above a number for so many hours."""

    above: float
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningLevel:
    """One level of a warning.

    Attributes
    ----------
    when
        Groups of conditions: any group, all conditions of it. Empty for a level that can only be
        declared.
    """

    level_id: str
    name: Text
    colour: str
    when: tuple[tuple[Spell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningLevels:
    """The levels of a local emergency plan.

    Attributes
    ----------
    levels
        The mildest first.
    end_h
        Hours below every level after which an episode has ended.
    response
        Levels that come with emergency reductions.
    source
        Who says so.
    """

    levels: tuple[WarningLevel, ...]
    end_h: int
    response: tuple[str, ...]
    source: Text
    notes: tuple[Text, ...]

    def find(self, level_id: str) -> WarningLevel | None:
        """Give a level by its id; None where the plan has no such level."""
        return next((one for one in self.levels if one.level_id == level_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What running means say hour by hour.

    Attributes
    ----------
    level
        Number of the highest level that is surely reached, -1 for none, shape (n,).
    highest
        Number of the highest level that may be reached, as far as is known, shape (n,). Where it
        is above `level` the answer is open.
    """

    level: NDArray[np.int64]
    highest: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A spell of bad air.

    Attributes
    ----------
    start, last
        Places in the series: the hour in which a level was first reached, the last hour of the
        spell (the last hour above, or the last of the series while it goes on).
    level
        Number of the highest level that was surely reached.
    is_open
        Whether it had not ended when the series ends.
    has_gaps
        Whether hours in it are unknown.
    """

    start: int
    last: int
    level: int
    is_open: bool
    has_gaps: bool


def read_levels(file: Path) -> WarningLevels:
    """Read the levels of a warning.

    Parameters
    ----------
    file
        TOML as data/air/warning-levels.toml.

    Returns
    -------
    levels
        The mildest first, in the order of the file.

    Raises
    ------
    PlanError
        If it is malformed: every fault with its key.
    """
    faults = Faults(file.name)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        problem = Text(f"读不成：{error}", f"cannot be read: {error}")
        faults.add("", problem, Text("请核对路径和格式", "check its path and form"))
        raise PlanError(faults.found) from error
    top = Entry(raw, "", faults)
    top.word("schema", (SCHEMA,))
    levels = WarningLevels(
        levels=tuple(_read_level(entry) for entry in top.tables("level")),
        end_h=top.integer("end_h", least=1),
        response=top.texts("response"),
        source=top.sentence("source"),
        notes=top.sentences("notes"),
    )
    _check_order(top, levels)
    top.close()
    if faults.found:
        raise PlanError(faults.found)
    return levels


def _read_level(entry: Entry) -> WarningLevel:
    """Read one level."""
    groups = []
    for place, group in enumerate(entry.value("when", "list", required=True) or []):
        holder = Entry({"all": group}, entry.at(f"when[{place}]"), entry.faults)
        spells = []
        for one in holder.tables("all"):
            above = one.value("above", "number", required=True)
            hours = one.integer("hours", least=DAY_H)
            one.close()
            spells.append(Spell(above=float(above or 0), hours=hours))
        groups.append(tuple(spells))
    level = WarningLevel(
        level_id=entry.word("id", LEVEL_IDS),
        name=entry.sentence("name"),
        colour=entry.text("colour"),
        when=tuple(groups),
    )
    entry.close()
    return level


def _check_order(top: Entry, levels: WarningLevels) -> None:
    """Note levels that stand twice or not from mild to grave, and responses to none of them."""
    ids = [one.level_id for one in levels.levels]
    known = [name for name in LEVEL_IDS if name in ids]
    if ids != known:
        order = "、".join(LEVEL_IDS)
        top.fault(
            "level",
            Text("级别重复或次序不对", "levels stand twice or out of order"),
            Text(f"请按 {order} 各写一次", f"write each once: {order}"),
        )
    for name in levels.response:
        if name not in ids:
            top.unknown("response", name, ids)


def measure_levels(levels: WarningLevels, aqi: Floats, *, is_complete: Flags) -> Measured:
    """Find the level that each hour of a series reaches.

    Parameters
    ----------
    levels
        The local plan's.
    aqi
        Index of the running mean over the 24 hours that end with each hour, hour after hour
        without a gap, shape (n,); NaN where it is unknown.
    is_complete
        Whether every pollutant is in it, shape (n,): else it is a lower bound, and being below a
        limit says nothing.

    Returns
    -------
    measured
        One entry per hour.
    """
    level = np.full(len(aqi), -1)
    highest = np.full(len(aqi), -1)
    for number, one in enumerate(levels.levels):
        truth = np.full(len(aqi), NO)
        for group in one.when:
            all_of = np.full(len(aqi), YES)
            for spell in group:
                all_of = np.minimum(all_of, _lasts(spell, aqi, is_complete))
            truth = np.maximum(truth, all_of)
        level[truth == YES] = number
        highest[truth >= UNKNOWN] = number
    return Measured(level=level, highest=np.maximum(level, highest))


def _lasts(spell: Spell, aqi: Floats, is_complete: Flags) -> Floats:
    """Tell for each hour whether a condition has lasted long enough: no, unknown or yes."""
    above = np.where(aqi > spell.above, YES, np.where(is_complete & ~np.isnan(aqi), NO, UNKNOWN))
    means = spell.hours - DAY_H + 1
    before = np.full(means - 1, UNKNOWN)  # nothing is known of the time before the series
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate((before, above)), means)
    return np.asarray(windows.min(axis=1)) if len(aqi) else np.zeros(0)


def find_episodes(levels: WarningLevels, measured: Measured) -> tuple[Episode, ...]:
    """Find when warnings would have begun and ended.

    Parameters
    ----------
    levels
        The local plan's.
    measured
        From `measure_levels`.

    Returns
    -------
    episodes
        In order of time. One ends once every level has surely not been reached for `end_h` hours;
        unknown hours end nothing.
    """
    found: list[Episode] = []
    start, last, fine = -1, -1, 0
    for hour, (level, highest) in enumerate(zip(measured.level, measured.highest, strict=True)):
        if level >= 0:
            start = hour if start < 0 else start
            last, fine = hour, 0
        elif start >= 0:
            fine = fine + 1 if highest < 0 else 0
            if fine >= levels.end_h:
                found.append(_close(measured, start, last, is_open=False))
                start, fine = -1, 0
    if start >= 0:
        found.append(_close(measured, start, len(measured.level) - 1, is_open=True))
    return tuple(found)


def _close(measured: Measured, start: int, last: int, *, is_open: bool) -> Episode:
    """Describe the episode between two hours."""
    part = slice(start, last + 1)
    level = measured.level[part]
    return Episode(
        start=start,
        last=last,
        level=int(level.max()),
        is_open=is_open,
        has_gaps=bool((measured.highest[part] > level).any()),
    )
