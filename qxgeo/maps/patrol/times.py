"""Hours of duty and visits, said in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from qxgeo.maps.patrol.wording import (
    HOURS_LINE,
    STAND_IN_LINE,
    TIMES_LINE,
    UNFILLED_LINE,
    WEEKDAYS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from qxgeo.district.patrol_settings import PatrolSettings


def say_clock(minutes: float) -> str:
    """Write minutes after midnight as a clock shows them.

    Parameters
    ----------
    minutes
        From 0 to 1440.

    Returns
    -------
    clock
        ``HH:MM``.
    """
    whole = round(minutes)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def say_window(start_min: float, end_min: float) -> str:
    """Write a window of a day.

    Parameters
    ----------
    start_min, end_min
        Minutes after midnight.

    Returns
    -------
    window
        ``HH:MM-HH:MM`` with an en dash.
    """
    return f"{say_clock(start_min)}–{say_clock(end_min)}"


def say_hours(
    shifts: pd.DataFrame,
    unfilled: pd.DataFrame,
    settings: PatrolSettings,
    *,
    title_of: Callable[[str], str],
    lang: str,
) -> dict[str, list[str]]:
    """Sum up the hours of duty of every territory.

    Parameters
    ----------
    shifts, unfilled
        Of a `Schedule`.
    settings
        Names the seasons.
    title_of
        Gives what a person is called on this map.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    hours
        Lines by person id of the territory's owner: one per season, then who stands in, then how
        many windows nobody can take.
    """
    names = {season.season_id: season.name.in_language(lang) for season in settings.seasons}
    comma = ", " if lang == "en" else "、"
    hours: dict[str, list[str]] = {}
    for territory, own in shifts.groupby("territory_id", sort=True):
        lines = [
            HOURS_LINE.in_language(lang).format(
                season=names.get(str(season), str(season)),
                windows=comma.join(_windows(part, "start_min", "end_min")),
                days=part["day"].nunique(),
            )
            for season, part in own.groupby("season_id", sort=False)
        ]
        others = own[own["is_stand_in"]]
        if len(others):
            people = comma.join(title_of(str(one)) for one in sorted(set(others["person_id"])))
            lines.append(STAND_IN_LINE.in_language(lang).format(count=len(others), people=people))
        hours[str(territory)] = lines
    for owner, lost in unfilled.groupby("territory_id", sort=True):
        line = UNFILLED_LINE.in_language(lang).format(count=len(lost))
        hours.setdefault(str(owner), []).append(line)
    return hours


def say_visits(visits: pd.DataFrame, *, lang: str) -> dict[str, list[str]]:
    """Sum up when every point is to be seen.

    Parameters
    ----------
    visits
        Of a `Schedule`.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    times
        Lines by point id, one per window of the day.
    """
    times: dict[str, list[str]] = {}
    keys = ["point_id", "window_start_min", "window_end_min"]
    for (point, *_), part in visits.groupby(keys, sort=True):
        days = cast("list[date]", sorted(set(part["day"])))
        first = part.iloc[0]
        line = TIMES_LINE.in_language(lang).format(
            window=say_window(first["window_start_min"], first["window_end_min"]),
            weekdays=_weekdays(days, lang),
            days=len(days),
        )
        times.setdefault(str(point), []).append(line)
    return times


def name_people(people: pd.DataFrame, *, is_public: bool, lang: str) -> Mapping[str, str]:
    """Choose what every person is called on the map.

    Parameters
    ----------
    people
        The roster.
    is_public
        Whether names stay out.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    titles
        By person id: name and id, or the id alone.
    """
    form = "{} ({})" if lang == "en" else "{}（{}）"
    return {
        str(key): str(key) if is_public or not str(name) else form.format(name, key)
        for key, name in zip(people["person_id"], people["name"], strict=True)
    }


def _windows(shifts: pd.DataFrame, start: str, end: str) -> list[str]:
    """List the different windows of some shifts by time of day."""
    pairs = sorted(set(zip(shifts[start].tolist(), shifts[end].tolist(), strict=True)))
    return [say_window(first, last) for first, last in pairs]


def _weekdays(days: Sequence[date], lang: str) -> str:
    """List the days of the week that occur, Monday first."""
    found = sorted({day.weekday() for day in days})
    letters = WEEKDAYS.in_language(lang).split()
    if lang == "en":
        return " ".join(letters[day] for day in found)
    return "周" + "、".join(letters[day] for day in found)
