"""Due dates, periods, states and roles, held against the calendar and the plan's own text."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools

import pytest

from qxgeo.errors import InputError
from qxgeo.ledger.rhythm import (
    Span,
    TaskState,
    Week,
    find_span,
    judge_state,
    list_duties,
    list_gaps,
    list_oddities,
    list_periods,
    parse_week,
    week_of,
)
from qxgeo.plan import ActionPlan, load_plan
from qxgeo.plan.model import Rhythm

FIVE = {"七星区街道", "东江街道", "穿山街道办事处", "漓东街道", "朝阳乡"}


@pytest.fixture(scope="module")
def plan() -> ActionPlan:
    return load_plan("qixing-2023")


def test_a_week_is_the_one_that_the_calendar_prints() -> None:
    week = parse_week("2023-W24")
    assert (week.first_day, week.last_day) == (dt.date(2023, 6, 12), dt.date(2023, 6, 18))
    assert str(week.before) == "2023-W23"
    # 1 January 2023 was a Sunday: it belongs to the last week of 2022.
    assert week_of(dt.date(2023, 1, 1)) == Week(2022, 52)


@pytest.mark.parametrize("text", ["2023-W53", "2023-W00", "24", "2023-24", "W24", "2023-W24x"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="不是周次"):
        parse_week(text)


def test_weeks_follow_each_other_without_a_gap() -> None:
    span = Span(first_day=dt.date(2023, 1, 2), last_day=dt.date(2023, 12, 31))
    weeks = list_periods(Rhythm(text="每周", every=1, period="week"), span)
    assert len(weeks) == 52
    for one, following in itertools.pairwise(weeks):
        assert (one.last_day - one.first_day).days == 6
        assert following.first_day == one.last_day + dt.timedelta(days=1)


@pytest.mark.parametrize(("every", "count"), [(1, 12), (2, 6), (3, 4), (5, 3)])
def test_turns_of_months_cover_the_year_once(every: int, count: int) -> None:
    span = Span(first_day=dt.date(2024, 1, 1), last_day=dt.date(2024, 12, 31))
    turns = list_periods(Rhythm(text="每月", every=every, period="month"), span)
    days = sum((one.last_day - one.first_day).days + 1 for one in turns)
    assert (len(turns), days) == (count, 366)
    assert turns[0].first_day == span.first_day
    assert turns[-1].last_day == span.last_day


def test_every_two_months_begins_in_odd_months_even_where_the_duty_begins_later() -> None:
    span = Span(first_day=dt.date(2023, 6, 20), last_day=dt.date(2023, 12, 31))
    turns = list_periods(Rhythm(text="每两个月", every=2, period="month"), span)
    assert [one.label for one in turns] == [
        "2023-05..06",
        "2023-07..08",
        "2023-09..10",
        "2023-11..12",
    ]
    assert [one.last_day.day for one in turns] == [
        calendar.monthrange(2023, month)[1] for month in (6, 8, 10, 12)
    ]


def test_the_last_day_is_in_time_and_the_day_after_is_overdue() -> None:
    due = dt.date(2023, 6, 30)

    def state(as_of: dt.date, done_on: dt.date | None = None) -> TaskState:
        return judge_state(due=due, done_on=done_on, as_of=as_of, soon_days=7)

    assert state(dt.date(2023, 6, 22)) == TaskState.OPEN
    assert state(dt.date(2023, 6, 23)) == TaskState.DUE_SOON
    assert state(due) == TaskState.DUE_SOON
    assert state(dt.date(2023, 7, 1)) == TaskState.OVERDUE
    assert state(dt.date(2023, 7, 1), done_on=due) == TaskState.DONE
    assert state(dt.date(2023, 7, 9), done_on=dt.date(2023, 7, 1)) == TaskState.DONE_LATE
    # What was done on Wednesday is not known on Tuesday.
    assert state(dt.date(2023, 7, 8), done_on=dt.date(2023, 7, 9)) == TaskState.OVERDUE


def test_without_a_date_nothing_is_ever_late() -> None:
    day = dt.date(2023, 12, 31)
    assert judge_state(due=None, done_on=None, as_of=day, soon_days=7) == TaskState.STANDING
    assert judge_state(due=None, done_on=day, as_of=day, soon_days=7) == TaskState.DONE


def test_townships_stand_in_for_the_five_and_the_area_stands_beside_them(plan: ActionPlan) -> None:
    duties = [one for one in list_duties(plan, find_span(plan)) if one.measure_id == "1.1.1"]
    answering = {plan.unit(one.unit_id).name for one in duties if one.role == "responsible"}
    assert answering == FIVE | {"华侨旅游经济区"}
    expanded = {plan.unit(one.unit_id).name for one in duties if one.named_as == "qx-xiangban"}
    assert expanded == FIVE


def test_reversed_roles_stay_reversed_and_a_missing_role_stays_empty(plan: ActionPlan) -> None:
    duties = list_duties(plan, find_span(plan))
    leads = {
        plan.unit(d.unit_id).name for d in duties if (d.measure_id, d.role) == ("5.1.1", "lead")
    }
    assert leads == FIVE | {"华侨旅游经济区"}
    assert not [d for d in duties if d.measure_id.startswith("4.2.") and d.role == "responsible"]
    assert any("4.2" in gap.zh and "责任单位" in gap.zh for gap in list_gaps(plan))


def test_every_deadline_of_the_document_is_a_due_day(plan: ActionPlan) -> None:
    due = {(d.measure_id, d.due) for d in list_duties(plan, find_span(plan)) if not d.period}
    written = {
        dt.date(2023, 5, 25): ("1.2.1", "1.2.2"),
        dt.date(2023, 6, 15): ("1.2.3",),
        dt.date(2023, 6, 20): ("1.1.3",),
        dt.date(2023, 8, 31): ("1.1.4", "1.2.4", "1.3.3", "1.4.3"),
    }
    for day, measures in written.items():
        assert {(one, day) for one in measures} <= due


def test_the_three_rounds_run_from_to(plan: ActionPlan) -> None:
    rounds = {
        (one.period, one.first_day, one.due)
        for one in list_duties(plan, find_span(plan))
        if one.measure_id == "8.1.3"
    }
    assert rounds == {
        ("round-1", dt.date(2023, 6, 1), dt.date(2023, 7, 31)),
        ("round-2", dt.date(2023, 8, 1), dt.date(2023, 9, 30)),
        ("round-3", dt.date(2023, 10, 1), dt.date(2023, 12, 31)),
    }


def test_the_list_that_is_due_before_its_survey_is_kept_and_warned_about(plan: ActionPlan) -> None:
    due = {one.measure_id: one for one in list_duties(plan, find_span(plan))}
    assert due["1.1.3"].due < due["1.1.1"].due
    assert due["1.1.3"].earliest == dt.date(2023, 6, 10)
    said = [one.text.zh for one in list_oddities(plan)]
    assert {one.measure_id for one in list_oddities(plan)} == {"1.1.3"}
    assert any("早于" in text for text in said)
    assert any("6月10日" in text for text in said)


def test_recurring_duties_begin_with_the_month_of_the_first_deadline(plan: ActionPlan) -> None:
    span = find_span(plan)
    assert (span.first_day, span.last_day) == (dt.date(2023, 5, 1), dt.date(2023, 12, 31))
    assert span.is_assumed
    said = find_span(plan, first_day=dt.date(2023, 1, 1), last_day=dt.date(2023, 6, 30))
    assert not said.is_assumed
