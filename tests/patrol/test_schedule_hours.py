"""Which hours a day has, against the calendar read by eye."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from qxgeo.errors import InputError
from qxgeo.patrol.schedule.hours import DutyHours, list_duty_hours

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district.patrol_settings import PatrolSettings


def hours_of(settings: PatrolSettings, day: date) -> DutyHours | None:
    found = list_duty_hours(settings, first_day=day, last_day=day)
    return found[0] if found else None


def change(settings: PatrolSettings, season_id: str, **facts: Any) -> PatrolSettings:  # noqa: ANN401
    seasons = [replace(s, **facts) if s.season_id == season_id else s for s in settings.seasons]
    return replace(settings, seasons=tuple(seasons))


@pytest.mark.parametrize(
    ("day", "season_id"),
    [
        (date(2023, 9, 19), "ordinary"),
        (date(2023, 9, 20), "harvest"),  # 20 September to 20 November, both inclusive
        (date(2023, 11, 20), "harvest"),
        (date(2023, 11, 21), "ordinary"),
        (date(2023, 12, 31), "bacon"),  # 1 December to 10 February, over the end of the year
        (date(2024, 1, 1), "bacon"),
        (date(2024, 2, 10), "bacon"),
        (date(2024, 2, 11), "ordinary"),
    ],
)
def test_a_day_belongs_to_the_season_that_holds_it(
    settings_of: Callable[..., PatrolSettings], day: date, season_id: str
) -> None:
    found = hours_of(settings_of(), day)
    assert found is not None
    assert found.season_id == season_id


def test_of_two_seasons_the_one_with_more_visits_holds_and_the_first_of_equals(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    both = change(settings_of(), "bacon", first=(11, 1), last=(11, 30))
    day = date(2023, 11, 10)  # harvest counts 2, bacon 1.5
    assert hours_of(both, day).season_id == "harvest"
    assert hours_of(change(both, "bacon", visit_factor=2.5), day).season_id == "bacon"
    assert hours_of(change(both, "bacon", visit_factor=2.0), day).season_id == "harvest"


def test_a_season_with_few_visits_still_holds_against_ordinary_days(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    found = hours_of(change(settings_of(), "harvest", visit_factor=0.5), date(2023, 10, 1))
    assert found.season_id == "harvest"
    assert found.visit_share == 0.5 / 7


def test_a_warning_adds_hours_and_takes_none_away(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    day = date(2023, 10, 1)
    told = settings_of(warning_days=(day,))
    told = change(told, "warning", windows=((420, 540), (1080, 1260), (1300, 1310)))
    # 7-9 joins 8-10 to 7-10, 18-21 joins 17-19 to 17-21; 21:40-21:50 stands alone.
    found = hours_of(told, day)
    assert found.windows == ((420, 600), (1020, 1260), (1300, 1310))
    assert found.season_id == "warning"  # both count 2: the declaration names the day
    assert hours_of(told, date(2023, 10, 2)).windows == ((480, 600), (1020, 1140))


def test_hours_that_only_touch_stay_two_windows(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    day = date(2023, 7, 3)
    told = change(settings_of(warning_days=(day,)), "warning", windows=((600, 660),))
    assert hours_of(told, day).windows == ((480, 600), (600, 660), (1020, 1140))


def test_of_season_and_declarations_the_largest_factor_holds(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    day = date(2023, 10, 1)
    told = settings_of(unfavourable_days=(day,))  # 1.5 against the harvest's 2
    assert hours_of(told, day).season_id == "harvest"
    both = settings_of(unfavourable_days=(day,), warning_days=(day,))
    assert hours_of(both, day).season_id == "warning"
    assert hours_of(settings_of(unfavourable_days=(date(2023, 7, 3),)), date(2023, 7, 3)) == (
        DutyHours(
            day=date(2023, 7, 3),
            season_id="unfavourable",
            windows=((480, 600), (1020, 1140)),
            visit_share=1.5 / 7,
        )
    )


def test_a_weekday_that_is_not_patrolled_has_no_hours_but_a_warning_gives_some(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    saturday = date(2023, 7, 8)
    working = change(settings_of(), "ordinary", weekdays=(0, 1, 2, 3, 4))
    assert hours_of(working, saturday) is None
    assert hours_of(working, date(2023, 7, 7)).visit_share == 1 / 5
    warned = replace(working, warning_days=(saturday,))
    warned = change(warned, "warning", windows=((420, 600),))
    assert hours_of(warned, saturday).windows == ((420, 600),)


def test_every_day_of_the_span_is_there_in_order(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    found = list_duty_hours(settings_of(), first_day=date(2024, 2, 27), last_day=date(2024, 3, 1))
    assert [one.day.isoformat() for one in found] == [
        "2024-02-27",
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
    ]


def test_settings_without_ordinary_days_are_refused(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    base = settings_of()
    with pytest.raises(InputError, match="ordinary"):
        hours_of(replace(base, seasons=base.seasons[1:]), date(2023, 7, 3))
