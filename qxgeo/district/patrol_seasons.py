"""``[patrol.seasons.*]``: when people go, by the time of the year."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING

from qxgeo.district.patrol_settings import Season
from qxgeo.errors import Text
from qxgeo.plan.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qxgeo.plan.entry import Faults

# No date begins them: the rest of the year, and days that somebody declares.
WITHOUT_DATES = ("ordinary", "warning", "unfavourable")
_LEAP_YEAR = 2024  # 29 February can begin or end a season
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_DAY_OF_YEAR = re.compile(r"(\d{1,2})-(\d{1,2})")
_WINDOW = re.compile(r"\s*(\S+?)\s*[-–—~～至]\s*(\S+?)\s*")
_DAY_MIN = 24 * 60
_WEEK = range(7)

Window = tuple[int, int]


def read_seasons(
    defaults: Mapping[str, object], own: Mapping[str, object], path: str, faults: Faults
) -> tuple[Season, ...]:
    """Read the seasons: the district's own over the embedded ones, key by key.

    Parameters
    ----------
    defaults
        Seasons of ``data/patrol/defaults.toml``.
    own
        ``[patrol.seasons]`` of district.toml; a season of its own needs every key, one of the
        embedded ones only those that change, and ``drop = true`` leaves one out.
    path
        Of `own` in the file.
    faults
        Where faults are noted.

    Returns
    -------
    seasons
        ``ordinary`` first, then those with dates by their first day, then ``warning`` and
        ``unfavourable``. Seasons at fault are left out.
    """
    holder = Entry(own, path, faults)
    seasons: dict[str, Season] = {}
    for season_id in dict.fromkeys((*defaults, *own)):
        given = holder.table(season_id, required=False)
        basis = defaults.get(season_id)
        if given is not None and given.flag("drop"):
            _check_drop(given, season_id, is_embedded=basis is not None)
            continue
        before = len(faults.found)
        merged = (dict(basis) if isinstance(basis, dict) else {}) | dict(given.raw if given else {})
        merged.pop("drop", None)
        entry = Entry(merged, holder.at(season_id), faults)
        season = _read_season(season_id, entry, is_default=given is None)
        if len(faults.found) == before:
            seasons[season_id] = season
    _refuse_overlaps(seasons, holder)
    return tuple(sorted(seasons.values(), key=_order))


def _check_drop(entry: Entry, season_id: str, *, is_embedded: bool) -> None:
    """Refuse to leave out what has to be there, or was never there."""
    if season_id in WITHOUT_DATES or not is_embedded:
        entry.fault(
            "drop",
            Text("这一时段不能略去", "this season cannot be left out"),
            Text(
                "只能略去默认值里有起止日期的时段",
                "only an embedded season with dates can be left out",
            ),
        )
    entry.close()


def _read_season(season_id: str, entry: Entry, *, is_default: bool) -> Season:
    """Read one season with all its keys."""
    is_dated = season_id not in WITHOUT_DATES
    season = Season(
        season_id=season_id,
        name=read_words(entry, "name"),
        first=_read_day_of_year(entry, "first") if is_dated else None,
        last=_read_day_of_year(entry, "last") if is_dated else None,
        windows=_read_windows(entry),
        weekdays=_read_weekdays(entry),
        visit_factor=_read_factor(entry),
        source=read_words(entry, "source"),
        is_default=is_default,
    )
    entry.close()
    return season


def read_words(entry: Entry, key: str) -> Text:
    """Take a sentence: one text for both languages, or ``{ zh, en }``.

    Parameters
    ----------
    entry
        The table.
    key
        Of the sentence.

    Returns
    -------
    words
        Blank where it is at fault.
    """
    if isinstance(entry.raw.get(key), dict):
        return entry.sentence(key)
    text = entry.text(key)
    return Text(text, text)


def _read_day_of_year(entry: Entry, key: str) -> tuple[int, int]:
    """Take a day of the year, ``"09-20"``."""
    text = entry.text(key)
    match = _DAY_OF_YEAR.fullmatch(text.strip())
    if match:
        month, day = int(match[1]), int(match[2])
        try:
            dt.date(_LEAP_YEAR, month, day)
        except ValueError:
            pass  # 02-30 has the form and is none
        else:
            return month, day
    if text.strip():
        entry.fault(
            key,
            Text(f"不是一年中的某一天：{text}", f"not a day of the year: {text}"),
            Text('写成 月-日，例如 "09-20"', 'write month-day, such as "09-20"'),
        )
    return 1, 1


def _read_windows(entry: Entry) -> tuple[Window, ...]:
    """Take the patrol hours of a day: forwards, apart from each other, within the day."""
    windows: list[Window] = []
    for number, text in enumerate(entry.texts("windows", required=True)):
        window = _read_window(entry, f"windows[{number}]", text)
        if window is None:
            continue
        for other in windows:
            if window[0] < other[1] and other[0] < window[1]:
                entry.fault(
                    f"windows[{number}]",
                    Text(
                        f"时段 {text} 与 {write_window(other)} 重叠",
                        f"{text} overlaps with {write_window(other)}",
                    ),
                    Text("改成互不重叠的时段", "make them apart from each other"),
                )
        windows.append(window)
    if not windows and entry.raw.get("windows") == []:
        entry.fault(
            "windows",
            Text("没有巡查时段", "there is no patrol hour"),
            Text('例如 ["08:00-10:00", "17:00-19:00"]', 'such as ["08:00-10:00", "17:00-19:00"]'),
        )
    return tuple(sorted(windows))


def _read_window(entry: Entry, key: str, text: str) -> Window | None:
    """Read ``"08:00-10:00"`` as minutes after midnight."""
    parts = _WINDOW.fullmatch(text.replace("：", ":"))
    clocks = [_CLOCK.fullmatch(part) for part in parts.groups()] if parts else []
    minutes = [int(clock[1]) * 60 + int(clock[2]) for clock in clocks if clock]
    if len(minutes) != 2 or max(minutes) > _DAY_MIN:  # noqa: PLR2004  a start and an end
        entry.fault(
            key,
            Text(f"时段看不懂：{text}", f"not a patrol hour: {text}"),
            Text('写成 "08:00-10:00"，24 小时制', 'write "08:00-10:00", 24 hours'),
        )
        return None
    start, end = minutes
    if start >= end:
        entry.fault(
            key,
            Text(
                f"时段 {text} 的开始不早于结束",
                f"{text} does not begin before it ends",
            ),
            Text(
                "对调开始与结束；跨零点的拆成两段（20:00-24:00、00:00-02:00）",
                "exchange start and end; split at midnight (20:00-24:00, 00:00-02:00)",
            ),
        )
        return None
    return start, end


def write_window(window: Window) -> str:
    """Write minutes after midnight as ``08:00-10:00``.

    Parameters
    ----------
    window
        Start and end.

    Returns
    -------
    text
        Two clock times.
    """
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in window)


def _read_weekdays(entry: Entry) -> tuple[int, ...]:
    """Take days of the week, 0 is Monday."""
    days: list[int] = []
    for number, day in enumerate(entry.value("weekdays", "list", required=True) or ()):
        if isinstance(day, bool) or not isinstance(day, int) or day not in _WEEK or day in days:
            entry.fault(
                f"weekdays[{number}]",
                Text(f"不是星期几，或重复：{day!r}", f"no day of the week, or twice: {day!r}"),
                Text("写 0（周一）到 6（周日），各一次", "write 0 (Monday) to 6, each once"),
            )
        else:
            days.append(day)
    if not days and entry.raw.get("weekdays") == []:
        entry.fault(
            "weekdays",
            Text("没有一天巡查", "no day is patrolled"),
            Text("例如 [0, 1, 2, 3, 4]", "such as [0, 1, 2, 3, 4]"),
        )
    return tuple(sorted(days))


def _read_factor(entry: Entry) -> float:
    """Take the factor of visits, above zero."""
    value = entry.value("visit_factor", "number", required=True)
    if value is None:
        return 1.0
    if not (math.isfinite(value) and value > 0):
        entry.fault(
            "visit_factor",
            Text(f"不是大于零的数：{value}", f"not a number above zero: {value}"),
            Text("例如 1.5", "such as 1.5"),
        )
        return 1.0
    return float(value)


def _refuse_overlaps(seasons: Mapping[str, Season], holder: Entry) -> None:
    """Refuse two seasons that claim one day: nobody could say which hours hold."""
    owner: dict[int, str] = {}
    said: set[frozenset[str]] = set()
    for season in seasons.values():
        for day in _days(season):
            other = owner.setdefault(day, season.season_id)
            pair = frozenset((other, season.season_id))
            if other != season.season_id and pair not in said:
                said.add(pair)
                when = dt.date.fromordinal(dt.date(_LEAP_YEAR, 1, 1).toordinal() + day)
                holder.fault(
                    season.season_id,
                    Text(
                        f"与“{seasons[other].name.zh}”（{other}）的日期重叠：{when:%m-%d}",
                        f'shares {when:%m-%d} with "{seasons[other].name.en}" ({other})',
                    ),
                    Text(
                        "改起止日期；不用的默认时段写 drop = true",
                        "change the dates; leave an embedded season out with drop = true",
                    ),
                )


def _days(season: Season) -> list[int]:
    """List the days of a season in a leap year, 0 for 1 January."""
    if season.first is None or season.last is None:
        return []
    begin = dt.date(_LEAP_YEAR, 1, 1).toordinal()
    first = dt.date(_LEAP_YEAR, *season.first).toordinal() - begin
    last = dt.date(_LEAP_YEAR, *season.last).toordinal() - begin
    if first <= last:
        return list(range(first, last + 1))
    end = dt.date(_LEAP_YEAR, 12, 31).toordinal() - begin
    return [*range(last + 1), *range(first, end + 1)]


def _order(season: Season) -> tuple[int, tuple[int, int], str]:
    """Put ordinary days first and declared ones last."""
    rank = {"ordinary": 0, "warning": 2, "unfavourable": 3}.get(season.season_id, 1)
    return rank, season.first or (0, 0), season.season_id
