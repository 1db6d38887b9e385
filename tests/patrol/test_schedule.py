"""Shifts and visits, on rosters small enough to reckon by hand and on any roster."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qxgeo.errors import InputError
from qxgeo.patrol.columns import SHIFT_COLUMNS, UNFILLED_COLUMNS, VISIT_COLUMNS
from qxgeo.patrol.schedule import build_schedule
from qxgeo.patrol.schedule.hours import list_duty_hours

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district.patrol_settings import PatrolSettings
    from qxgeo.patrol.model import Schedule

pytestmark = pytest.mark.scripted

MONDAY = date(2023, 7, 3)  # in no season of the test settings: hours 8-10 and 17-19
SUNDAY = date(2023, 7, 9)


def roster(*people: tuple[str, str, tuple[int, ...]], **facts: Any) -> pd.DataFrame:  # noqa: ANN401
    """List people as (id, township, days off)."""
    return pd.DataFrame(
        {
            "person_id": [one[0] for one in people],
            "name": "张三",
            "township_id": [one[1] for one in people],
            "phone": "",
            "capacity_min": float("nan"),
            "days_off": [one[2] for one in people],
            "is_absent": False,
            "base_lon": float("nan"),
            "base_lat": float("nan"),
        }
        | facts
    )


def territories_of(people: pd.DataFrame, *without: str) -> pd.DataFrame:
    """Give everybody a territory, but no cells to those named in `without`."""
    table = people[["person_id", "township_id"]]
    return table.assign(cell_count=[0 if p in without else 3 for p in table["person_id"]])


def points_of(*points: tuple[str, str, float]) -> pd.DataFrame:
    """List points as (id, owner, visits per week)."""
    return pd.DataFrame(
        {
            "point_id": [one[0] for one in points],
            "person_id": [one[1] for one in points],
            "visits_per_week": [float(one[2]) for one in points],
            "service_min": 10.0,
        }
    )


@pytest.fixture(scope="session")
def plan(settings_of: Callable[..., PatrolSettings]) -> Callable[..., Schedule]:
    """Schedule a roster, from a Monday on."""

    def build(
        people: pd.DataFrame,
        *points: tuple[str, str, float],
        days: int = 7,
        without: tuple[str, ...] = (),
        first: date = MONDAY,
        **facts: Any,  # noqa: ANN401
    ) -> Schedule:
        return build_schedule(
            territories_of(people, *without),
            points_of(*points),
            people,
            settings=settings_of(**facts),
            first_day=first,
            last_day=first + timedelta(days=days - 1),
        )

    return build


def rows(table: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return list(table[[*columns]].itertuples(index=False, name=None))


def test_every_owner_has_a_shift_in_every_window(plan: Callable[..., Schedule]) -> None:
    made = plan(roster(("A", "T", ()), ("B", "U", ())), days=3)
    assert rows(made.shifts, "day", "start_min", "end_min", "territory_id", "person_id") == [
        (MONDAY + timedelta(days=day), start, start + 120, who, who)
        for day in range(3)
        for start in (480, 1020)
        for who in ("A", "B")
    ]
    assert not made.shifts["is_stand_in"].any()
    assert set(made.shifts["season_id"]) == {"ordinary"}
    assert made.shifts["shift_id"].iloc[0] == "2023-07-03/0800/A"
    assert made.unfilled.empty
    assert made.notes == ()


def test_tables_keep_their_contracts_even_when_empty(plan: Callable[..., Schedule]) -> None:
    full = plan(roster(("A", "T", ()), ("B", "T", (0,))), ("D", "A", 7))
    none = plan(roster(("A", "T", ())), without=("A",))
    for made in (full, none):
        assert {k: str(v) for k, v in made.shifts.dtypes.items()} == SHIFT_COLUMNS
        assert {k: str(v) for k, v in made.visits.dtypes.items()} == VISIT_COLUMNS
        wanted = UNFILLED_COLUMNS | {"point_ids": "string"}
        assert {k: str(v) for k, v in made.unfilled.dtypes.items()} == wanted
    assert len(none.shifts) == len(none.visits) == len(none.unfilled) == 0


def test_somebody_without_territory_takes_the_whole_window(plan: Callable[..., Schedule]) -> None:
    people = roster(("A", "T", (6,)), ("B", "T", ()), ("R", "T", ()))
    made = plan(people, days=1, first=SUNDAY, without=("R",))
    assert rows(
        made.shifts, "start_min", "end_min", "territory_id", "person_id", "is_stand_in"
    ) == [
        (480, 600, "A", "R", True),
        (480, 600, "B", "B", False),
        (1020, 1140, "A", "R", True),
        (1020, 1140, "B", "B", False),
    ]
    assert made.unfilled.empty


def test_a_neighbour_serves_both_territories_half_the_window(
    plan: Callable[..., Schedule],
) -> None:
    made = plan(roster(("A", "T", (6,)), ("B", "T", ())), days=1, first=SUNDAY)
    morning = made.shifts[made.shifts["start_min"] < 720]
    # The number of the day (738 710) is even: the own territory comes first.
    assert rows(morning, "start_min", "end_min", "territory_id", "person_id") == [
        (480, 540, "B", "B"),
        (540, 600, "A", "B"),
    ]
    lost = made.unfilled[made.unfilled["start_min"] < 720]
    assert rows(lost, "start_min", "end_min", "territory_id") == [(480, 540, "A"), (540, 600, "B")]
    assert set(made.unfilled["reason_zh"]) == {"B 兼顾两片责任区，各去半个时段"}


def test_the_half_that_comes_first_changes_from_day_to_day(plan: Callable[..., Schedule]) -> None:
    made = plan(roster(("A", "T", tuple(range(7))), ("B", "T", ())), days=4)
    morning = made.shifts[made.shifts["start_min"] == 480]
    firsts = list(morning["territory_id"])
    assert firsts in (["A", "B", "A", "B"], ["B", "A", "B", "A"])


def test_nobody_of_another_township_stands_in(plan: Callable[..., Schedule]) -> None:
    made = plan(roster(("A", "T", (6,)), ("B", "U", ())), days=1, first=SUNDAY)
    assert set(made.shifts["person_id"]) == {"B"}
    assert set(made.unfilled["reason_zh"]) == {"负责人休息，本乡镇街道当日无人在岗"}
    assert rows(made.unfilled, "start_min", "end_min", "territory_id") == [
        (480, 600, "A"),
        (1020, 1140, "A"),
    ]


def test_more_off_than_stand_ins_take_turns_at_being_served(plan: Callable[..., Schedule]) -> None:
    people = roster(("A", "T", (6,)), ("B", "T", (6,)), ("R", "T", ()))
    made = plan(people, days=1, first=SUNDAY, without=("R",))
    assert rows(made.shifts, "start_min", "territory_id", "person_id") == [
        (480, "A", "R"),
        (1020, "B", "R"),
    ]
    assert set(made.unfilled["reason_en"]) == {
        "the owner is off; everybody on duty stands in elsewhere or has worked a full day"
    }


def test_stand_ins_take_turns(plan: Callable[..., Schedule]) -> None:
    people = roster(("A", "T", (6,)), *((f"B{n}", "T", ()) for n in range(3)))
    made = plan(people, days=21, first=SUNDAY)  # three Sundays, two windows each
    turns = made.shifts[made.shifts["is_stand_in"]]
    assert Counter(turns["person_id"]) == {"B0": 2, "B1": 2, "B2": 2}
    assert list(turns["person_id"][:3]) == ["B0", "B1", "B2"]  # those next to A in the roster first


def test_an_absent_owner_is_stood_in_for_every_day_and_stands_in_for_nobody(
    plan: Callable[..., Schedule],
) -> None:
    people = roster(("A", "T", ()), ("B", "T", (6,)), is_absent=[True, False])
    made = plan(people)
    assert set(made.shifts["person_id"]) == {"B"}
    assert set(made.shifts["territory_id"]) == {"A", "B"}
    sunday = made.unfilled[made.unfilled["day"] == SUNDAY]
    assert rows(sunday, "territory_id", "reason_en")[:2] == [
        ("A", "the owner is absent; nobody of the township is on duty that day"),
        ("B", "the owner is off; nobody of the township is on duty that day"),
    ]


def test_an_owner_who_is_not_on_the_roster_is_named(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    people = roster(("A", "T", ()), ("B", "T", ()))
    made = build_schedule(
        territories_of(people),
        points_of(),
        people[:0],
        settings=settings_of(),
        first_day=MONDAY,
        last_day=MONDAY,
    )
    assert made.shifts.empty
    assert set(made.unfilled["reason_zh"]) == {"负责人不在花名册中，本乡镇街道当日无人在岗"}


def test_hours_beyond_the_longest_working_day_stay_unfilled(
    plan: Callable[..., Schedule], settings_of: Callable[..., PatrolSettings]
) -> None:
    short = settings_of().day_length_min
    short = type(short)(value=200.0, source=short.source, is_default=True)
    made = plan(roster(("A", "T", ())), days=1, day_length_min=short)
    assert rows(made.shifts, "start_min", "end_min") == [(480, 600), (1020, 1100)]
    assert rows(made.unfilled, "start_min", "end_min", "reason_zh") == [
        (1100, 1140, "超过每日工作时间上限（200 分钟）")
    ]


def test_a_stand_in_works_no_longer_than_the_working_day(
    plan: Callable[..., Schedule], settings_of: Callable[..., PatrolSettings]
) -> None:
    limit = settings_of().day_length_min
    limit = type(limit)(value=200.0, source=limit.source, is_default=True)
    people = roster(("A", "T", (6,)), ("B", "T", ()))
    made = plan(people, days=1, first=SUNDAY, day_length_min=limit)
    minutes = made.shifts["end_min"] - made.shifts["start_min"]
    assert minutes.groupby(made.shifts["person_id"]).sum().to_dict() == {"B": 200}
    evening = made.shifts[made.shifts["start_min"] >= 1020]  # 80 minutes left: 40 for each
    assert rows(evening, "start_min", "end_min") == [(1020, 1060), (1060, 1100)]


@pytest.mark.parametrize(
    ("visits_per_week", "weeks", "expected"),
    [(7, 2, 14), (3, 2, 6), (1.5, 2, 3), (0.5, 2, 1), (0.5, 8, 4), (0.25, 4, 1), (14, 2, 28)],
)
def test_fractions_of_a_visit_add_up_over_the_weeks(
    plan: Callable[..., Schedule], visits_per_week: float, weeks: int, expected: int
) -> None:
    made = plan(roster(("A", "T", ())), ("D", "A", visits_per_week), days=7 * weeks)
    # visits per week times weeks, whatever part of a visit the point begins with
    assert len(made.visits) == expected


@given(
    visits_per_week=st.integers(1, 28).map(lambda n: n / 2),
    count=st.integers(1, 9),
    fortnights=st.integers(1, 6),
)
@settings(max_examples=40, deadline=None)
def test_any_frequency_is_met_exactly_and_evenly(
    plan: Callable[..., Schedule], visits_per_week: float, count: int, fortnights: int
) -> None:
    points = [(f"D{n}", "A", visits_per_week) for n in range(count)]
    spring = date(2023, 2, 13)  # twelve ordinary weeks follow
    made = plan(roster(("A", "T", ())), *points, days=14 * fortnights, first=spring)
    for _, group in made.visits.groupby("point_id"):
        # halves of a visit are whole after two weeks
        assert len(group) == visits_per_week * 2 * fortnights
        per_day = group.groupby("day").size().reindex(days_of(made), fill_value=0)
        rate = visits_per_week / 7
        for start in range(0, len(per_day), 3):  # any run of days has its share, within one visit
            run = per_day.iloc[start : start + 5]
            assert abs(run.sum() - rate * len(run)) < 1 + 1e-9
    per_day = made.visits.groupby("day").size().reindex(days_of(made), fill_value=0)
    assert per_day.max() - per_day.min() <= 1


def days_of(made: Schedule) -> list[date]:
    length = (made.last_day - made.first_day).days + 1
    return [made.first_day + timedelta(days=n) for n in range(length)]


def test_a_point_changes_its_window_from_visit_to_visit(plan: Callable[..., Schedule]) -> None:
    made = plan(roster(("A", "T", ())), ("D", "A", 7))
    assert list(made.visits["window_start_min"]) == [480, 1020, 480, 1020, 480, 1020, 480]


def test_longer_windows_see_more_points(
    plan: Callable[..., Schedule], settings_of: Callable[..., PatrolSettings]
) -> None:
    hours = ((480, 600), (960, 1200))  # two hours and four
    points = [(f"D{n:02d}", "A", 7) for n in range(12)]
    seasons = replace_season(settings_of(), windows=hours)
    made = plan(roster(("A", "T", ())), *points, days=32, seasons=seasons)
    per_day = made.visits[made.visits["window_start_min"] == 480].groupby("day").size()
    # A third of twelve every day; the sequence strays from it by less than log2(12).
    assert len(per_day) == 32
    assert per_day.between(4 - 2, 4 + 2).all()
    assert per_day.sum() == pytest.approx(32 * 4, abs=12)
    one = made.visits[made.visits["point_id"] == "D00"]
    assert 32 / 3 - 1 <= (one["window_start_min"] == 480).sum() <= 32 / 3 + 1


def test_a_point_is_seen_once_in_a_window_at_most_and_the_reader_is_told(
    plan: Callable[..., Schedule],
) -> None:
    made = plan(roster(("A", "T", ())), ("D", "A", 30))
    assert len(made.visits) == 14  # seven days of two windows
    assert not made.visits["shift_id"].duplicated().any()
    assert made.notes[0].zh == "1 处点位的次数多于时段数：每个时段至多一次"


def test_a_season_multiplies_the_visits(plan: Callable[..., Schedule]) -> None:
    made = plan(roster(("A", "T", ())), ("D", "A", 3), first=date(2023, 10, 2))
    assert set(made.shifts["season_id"]) == {"harvest"}
    assert len(made.visits) == 6  # three a week, twice as many at harvest


def test_visits_move_to_a_window_that_somebody_patrols(
    plan: Callable[..., Schedule], settings_of: Callable[..., PatrolSettings]
) -> None:
    limit = settings_of().day_length_min
    limit = type(limit)(value=120.0, source=limit.source, is_default=True)
    made = plan(roster(("A", "T", ())), ("D", "A", 7), day_length_min=limit)
    assert list(made.visits["window_start_min"]) == [480] * 7  # nobody has minutes for evenings
    assert set(made.unfilled["point_ids"]) == {""}


def test_points_of_hours_without_anybody_are_named_beside_them(
    plan: Callable[..., Schedule],
) -> None:
    people = roster(("A", "T", (6,)))
    made = plan(people, ("D1", "A", 14), ("D2", "A", 14), ("D3", "A", 7))
    sunday = made.unfilled[made.unfilled["day"] == SUNDAY]
    # Two visits a day fill both windows; D3's seventh visit is its number 6 and its rank is 2.
    assert list(sunday["point_ids"]) == ["D1、D2、D3", "D1、D2"]
    assert len(made.visits) == 12 + 12 + 6
    assert [note.en for note in made.notes] == [
        "1 territories have 4.0 hours that nobody can take; each is listed",
        "5 visits fall on hours that nobody can take; listed with the hours",
    ]


def test_a_halved_day_keeps_one_visit_and_names_the_other(
    plan: Callable[..., Schedule], settings_of: Callable[..., PatrolSettings]
) -> None:
    limit = settings_of().day_length_min
    limit = type(limit)(value=120.0, source=limit.source, is_default=True)
    made = plan(roster(("A", "T", ())), ("D", "A", 14), days=1, day_length_min=limit)
    assert list(made.visits["window_start_min"]) == [480]
    assert rows(made.unfilled, "start_min", "point_ids") == [(1020, "D")]


def test_points_without_owner_or_frequency_are_counted(plan: Callable[..., Schedule]) -> None:
    points = [("D1", "", 7), ("D2", "A", float("nan")), ("D3", "A", 0), ("D4", "A", 1)]
    made = plan(roster(("A", "T", ())), *points)
    assert set(made.visits["point_id"]) == {"D4"}
    assert made.notes[0].en == "3 points have no owner or no visits per week and are not scheduled"


def test_a_shift_too_short_for_its_points_is_counted(plan: Callable[..., Schedule]) -> None:
    points = [(f"D{n:02d}", "A", 14) for n in range(13)]  # 13 x 10 min in windows of 120 min
    made = plan(roster(("A", "T", ())), *points, days=1)
    assert made.notes[0].en == "2 shifts are shorter than the time at their points"


def test_people_with_more_hours_than_their_capacity_are_named(
    plan: Callable[..., Schedule],
) -> None:
    people = roster(("A", "T", ()), ("B", "T", ()), capacity_min=[28 * 60.0, 28 * 60.0 - 1])
    # 4 hours a day are 28 in a week: just A's capacity, a minute above B's.
    assert plan(people).notes[0].zh == "1 人的当班时数超过其每周工时：B"
    assert plan(people, days=6).notes == ()
    many = roster(*((f"P{n:02d}", "T", ()) for n in range(12)), capacity_min=1.0)
    assert plan(many).notes[0].zh.endswith("P09……")


def test_the_order_of_the_input_does_not_matter(
    settings_of: Callable[..., PatrolSettings],
) -> None:
    people = roster(*((f"P{n}", f"T{n % 3}", (n % 7,)) for n in range(9)))
    points = points_of(*((f"D{n}", f"P{n % 9}", 1 + n % 4) for n in range(30)))
    made = [
        build_schedule(
            territories_of(people)[::step],
            points[::step],
            people[::step],
            settings=settings_of(),
            first_day=MONDAY,
            last_day=MONDAY + timedelta(days=20),
        )
        for step in (1, -1)
    ]
    for name in ("shifts", "visits", "unfilled"):
        pd.testing.assert_frame_equal(getattr(made[0], name), getattr(made[1], name))


@st.composite
def rosters(draw: st.DrawFn) -> tuple[pd.DataFrame, tuple[str, ...]]:
    count = draw(st.integers(1, 9))
    weekdays = st.lists(st.integers(0, 6), max_size=7, unique=True).map(tuple)
    people = roster(
        *((f"P{n}", f"T{draw(st.integers(0, 2))}", draw(weekdays)) for n in range(count)),
        is_absent=[draw(st.booleans()) and draw(st.booleans()) for _ in range(count)],
    )
    without = [name for name in people["person_id"] if draw(st.integers(0, 3)) == 0]
    return people, tuple(without)


HOURS = [(480, 600), (481, 500, 700, 701), (0, 300, 301, 1000, 1000, 1440), (60, 61)]


@given(
    made_of=rosters(),
    hours=st.sampled_from(HOURS),
    day_length_min=st.sampled_from([1.0, 75.0, 480.0, 1440.0]),
    weekdays=st.lists(st.integers(0, 6), min_size=1, unique=True).map(sorted),
    visits_per_week=st.floats(0.1, 40),
)
@settings(max_examples=120, deadline=None)
def test_whatever_the_roster_windows_are_covered_or_listed_and_nobody_is_in_two_places(
    settings_of: Callable[..., PatrolSettings],
    made_of: tuple[pd.DataFrame, tuple[str, ...]],
    hours: tuple[int, ...],
    day_length_min: float,
    weekdays: list[int],
    visits_per_week: float,
) -> None:
    people, without = made_of
    base = settings_of()
    windows = tuple(zip(hours[::2], hours[1::2], strict=True))
    ordinary = replace_season(base, windows=windows, weekdays=tuple(weekdays))
    length = type(base.day_length_min)(
        value=day_length_min, source=base.day_length_min.source, is_default=True
    )
    facts = settings_of(
        seasons=ordinary, day_length_min=length, warning_days=(MONDAY + timedelta(days=2),)
    )
    points = points_of(*((f"D{n}", f"P{n % 4}", visits_per_week) for n in range(6)))
    made = build_schedule(
        territories_of(people, *without),
        points,
        people,
        settings=facts,
        first_day=MONDAY,
        last_day=MONDAY + timedelta(days=9),
    )
    duty = list_duty_hours(facts, first_day=made.first_day, last_day=made.last_day)
    owners = [name for name in people["person_id"] if name not in without]
    check_cover(made, {(one.day, owner): one.windows for one in duty for owner in owners})
    check_people(made, people, day_length_min)
    check_visits(made, duty, points[points["person_id"].isin(owners)])


def replace_season(base: PatrolSettings, **facts: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return (replace(base.seasons[0], **facts), *base.seasons[1:])


def check_cover(made: Schedule, wanted: dict[Any, Any]) -> None:
    """Every minute of every window stands once in the shifts or in the unfilled hours."""
    told: dict[Any, Counter[int]] = {}
    for table in (made.shifts, made.unfilled):
        for day, owner, start, end in rows(table, "day", "territory_id", "start_min", "end_min"):
            told.setdefault((day, owner), Counter()).update(range(start, end))
    assert told == {
        key: Counter(minute for window in windows for minute in range(*window))
        for key, windows in wanted.items()
    }
    assert made.shifts["shift_id"].is_unique
    assert (made.unfilled["reason_zh"] != "").all()
    assert (made.unfilled["reason_en"] != "").all()


def check_people(made: Schedule, people: pd.DataFrame, day_length_min: float) -> None:
    """Nobody overlaps, works on a day off or while absent, elsewhere, or too long."""
    known = people.set_index("person_id")
    busy: dict[Any, list[tuple[int, int]]] = {}
    columns = ("day", "person_id", "territory_id", "start_min", "end_min")
    for day, person, territory, start, end in rows(made.shifts, *columns):
        busy.setdefault((day, person), []).append((start, end))
        assert day.weekday() not in known.loc[person, "days_off"]
        assert not known.loc[person, "is_absent"]
        assert known.loc[person, "township_id"] == known.loc[territory, "township_id"]
    for spans in busy.values():
        spans.sort()
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
        assert sum(end - start for start, end in spans) <= day_length_min


def check_visits(made: Schedule, duty: tuple[Any, ...], points: pd.DataFrame) -> None:
    """Visits stand in shifts of their territory, once per window; with the missed ones all."""
    shift = made.shifts.set_index("shift_id")
    owner = points.set_index("point_id")["person_id"]
    for visit in made.visits.itertuples():
        found = shift.loc[visit.shift_id]
        assert found["territory_id"] == owner[visit.point_id]
        assert (found["day"], found["person_id"]) == (visit.day, visit.person_id)
        assert visit.window_start_min == found["start_min"]
        assert visit.window_end_min == found["end_min"]
    assert not made.visits.duplicated(["shift_id", "point_id"]).any()
    assert made.visits["visit_id"].is_unique
    missed = Counter(name for text in made.unfilled["point_ids"] for name in text.split("、"))
    seen = Counter(made.visits["point_id"])
    for point in points.itertuples():
        due = sum(min(point.visits_per_week * d.visit_share, len(d.windows)) for d in duty)
        assert abs(seen[point.point_id] + missed[point.point_id] - due) < 1 + 1e-6


def test_a_span_that_runs_backwards_is_refused(plan: Callable[..., Schedule]) -> None:
    with pytest.raises(InputError, match="早于第一天"):
        plan(roster(("A", "T", ())), days=0)
