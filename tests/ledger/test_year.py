"""A scripted year: 52 weeks, 12 units that answer in turn, three rounds, twelve lists, crashes.

What comes out is held against a second reckoning, made from the raw rows as they were written and
by nothing that the package computes.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from qxgeo.ledger.dispatch import Office, build_dispatch, read_board, start_week
from qxgeo.ledger.history import (
    Author,
    Change,
    create_ledger,
    read_rows,
    record,
    verify_ledger,
)
from qxgeo.ledger.listing import figure_sites, judge_lists, list_changes, parse_month
from qxgeo.ledger.loading import plan_changes
from qxgeo.ledger.returns import import_return
from qxgeo.ledger.rhythm import Week, find_span
from qxgeo.ledger.rounds import (
    build_look_back,
    build_round,
    build_scores,
    open_look_back,
    open_round,
)
from qxgeo.ledger.rulebook import load_list_rules, load_work_rules
from qxgeo.ledger.store import open_ledger
from qxgeo.ledger.summary import count_day
from qxgeo.plan import load_plan
from qxgeo.reports.ledger.form_book import write_form

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from qxgeo.ledger.forms import Form, FormRow, FormSheet
    from qxgeo.ledger.returns import Outcome
    from qxgeo.ledger.store import Ledger

# The whole year is made by the first test that asks.
pytestmark = [pytest.mark.timeout(900), pytest.mark.scripted]

YEAR = 2023
SEED = 6
UNITS = (
    *("qx-qx", "qx-dj", "qx-cs", "qx-ld", "qx-cyx", "qx-hq"),
    *("qx-zj", "qx-cgj", "qx-sthj", "qx-yj", "qx-jj", "qx-ga"),
)
TOWNSHIPS = ("450305001", "450305002", "450305003", "450305004", "450305200", "450305400")
SITES = tuple(f"G{number:02d}" for number in range(12))
ITEMS = ("fence", "cover", "wash", "hard", "wet", "sealed", "spray", "camera", "sensor")
WRONG_SHARE = 0.05
ANSWERED_TASKS = 8  # of a form
NOON = dt.time(12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
CRASHES = {7: "before", 19: "inside", 31: "after"}  # week to the moment of the kill


@dataclass
class Reckoning:
    """The second way: what must be in the ledger, from the rows that were written."""

    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: Counter[str] = field(default_factory=Counter)
    scores: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    wrong: int = 0
    conflicts: int = 0
    answers: int = 0


@dataclass
class Year:
    """The office, the hand that fills forms in, and both reckonings."""

    folder: Path
    office: Office
    dice: random.Random
    second: Reckoning = field(default_factory=Reckoning)
    seen_wrong: int = 0
    seen_conflicts: int = 0
    moved: dict[str, str] = field(default_factory=dict)  # problem to who changed it this week

    @property
    def place(self) -> Path:
        """Where the ledger lies."""
        return self.folder / "ledger.sqlite"


def moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, NOON)


# ---- the hand that fills in, wrongly now and then ----


def spoil(year: Year, row: FormRow, wanted: dict[str, str]) -> tuple[dict[str, str], bool]:
    """Spoil an answer in one of the ways that people have, or leave it."""
    if year.dice.random() >= WRONG_SHARE:
        return wanted, False
    way = year.dice.randrange(5)
    if way == 0:
        return wanted | {"id": row.cells["id"] + "x"}, True
    if way == 1:
        return wanted | {"status": "done", "done_on": "2031-01-01"}, True
    if way == 2:
        return wanted | {"status": "办完", "done_on": ""}, True
    if way == 3:
        return wanted | {"status": "in_progress", "done_on": "2023-02-30"}, True
    return wanted | {"text": "别的内容", "status": "in_progress", "done_on": ""}, True


def fill_tasks(year: Year, sheet: FormSheet, day: dt.date) -> list[FormRow]:
    rows = []
    for row in year.dice.sample(sheet.rows, min(ANSWERED_TASKS, len(sheet.rows))):
        is_done = year.dice.random() < 0.6 and bool(row.cells["due_on"])
        wanted = {"status": "done", "done_on": day.isoformat()} if is_done else {}
        wanted = wanted or {"status": "in_progress", "done_on": ""}
        cells, is_wrong = spoil(year, row, wanted | {"note": f"第 {day.isocalendar().week} 周"})
        rows.append(filled(sheet, row, cells))
        year.second.wrong += is_wrong
        if not is_wrong:
            year.second.answers += 1
            year.second.tasks[row.row_id] = {
                "status": cells["status"],
                "done_on": cells["done_on"] or None,
            }
    return rows


def fill_problems(year: Year, form: Form, sheet: FormSheet, day: dt.date) -> list[FormRow]:
    rows = []
    for row in sheet.rows:
        if year.dice.random() < 0.3:
            continue
        roles = row.cells["role"]
        can_close = "牵头" in roles and "已整改" in row.cells["known"]
        status = "closed" if can_close else year.dice.choice(("in_progress", "rectified"))
        dated = status in ("closed", "rectified")
        wanted = {"status": status, "done_on": day.isoformat() if dated else ""}
        note = f"{form.unit_id} {day}"
        cells, is_wrong = spoil(year, row, wanted | {"note": note})
        if "牵头" not in roles and not is_wrong and year.dice.random() < 0.03:
            cells, is_wrong = wanted | {"status": "closed", "done_on": day.isoformat()}, True
        rows.append(filled(sheet, row, cells))
        year.second.wrong += is_wrong
        if is_wrong:
            continue
        year.second.answers += 1
        if year.moved.get(row.row_id, form.unit_id) != form.unit_id:
            year.second.conflicts += 1  # notes differ, so that two units never agree
            continue
        year.moved[row.row_id] = form.unit_id
        problem = year.second.problems[row.row_id]
        problem["status"] = status
        problem["closed_on"] = day.isoformat() if status == "closed" else None
    return rows


def fill_new(year: Year, form: Form, sheet: FormSheet, day: dt.date) -> list[FormRow]:
    rows = []
    for number in range(year.dice.choice((0, 0, 1, 2))):
        site = year.dice.choice(("", "", *SITES))
        source = year.dice.choice(("complaint", "dust_event", "patrol")) if site else "patrol"
        unit = year.dice.choice(UNITS)
        cells = {
            "measure_id": year.dice.choice(("2.1.3", "6.1.0", "1.2.4")),
            "source": source,
            "text": f"{form.unit_id} 第 {day.isocalendar().week} 周问题 {number}",
            "place": "某处",
            "township_id": year.dice.choice(TOWNSHIPS),
            "site_id": site,
            "found_on": (day - dt.timedelta(days=2)).isoformat(),
            "due_on": (day + dt.timedelta(days=year.dice.choice((5, 12, 40)))).isoformat(),
            "unit_id": unit,
        }
        is_wrong = year.dice.random() < WRONG_SHARE
        if is_wrong:
            bad = year.dice.choice(({"text": ""}, {"found_on": "2031-05-05"}, {"lon": "110.3"}))
            cells |= bad
        year.second.wrong += is_wrong
        rows.append(filled(sheet, None, cells))
        if not is_wrong:
            kept = dict(cells) | {"status": "open", "closed_on": None}
            year.second.problems[problem_key(cells)] = kept
    return rows


def problem_key(cells: dict[str, Any]) -> str:
    return f"{cells['text']}|{cells['found_on']}"


def filled(sheet: FormSheet, row: FormRow | None, cells: dict[str, str]) -> FormRow:
    from qxgeo.ledger.forms import FormRow as Row
    from qxgeo.ledger.forms import mark_row

    if row is None:
        return Row(row_id="", cells=cells)
    given = tuple(row.cells.get(one.key, "") for one in sheet.columns if not one.is_input)
    mark = mark_row(ADDRESS[0], sheet.key, (row.row_id, row.entry), given)
    return replace(row, cells=dict(row.cells) | cells | {"mark": mark})


ADDRESS: list[tuple[str, str, str]] = [("", "", "")]


def fill_week(year: Year, form: Form, day: dt.date) -> Form:
    ADDRESS[0] = (str(form.kind), form.label, form.unit_id)
    tasks, problems, new = form.sheets
    sheets = (
        replace(tasks, rows=tuple(fill_tasks(year, tasks, day))),
        replace(problems, rows=tuple(fill_problems(year, form, problems, day))),
        replace(new, rows=tuple(fill_new(year, form, new, day)), empty_rows=0),
    )
    return replace(form, sheets=sheets, notes=())


# ---- the office ----


def bring_in(year: Year, form: Form, day: dt.date, *, crash: str = "") -> Outcome:
    """Import a filled form; before it, if asked for, an import that is killed."""
    path = year.folder / form.file_name
    write_form(form, path)
    if crash:
        import_and_die(year, path, day, crash)
    with open_ledger(year.place, is_checked=bool(crash)) as ledger:
        outcome = import_return(ledger, path, year.office, at=moment(day))
        if year.dice.random() < 0.1 or crash:
            again = import_return(ledger, path, year.office, at=moment(day))
            assert again.entries == 0
            assert len(again.refused) == len(outcome.refused)
    year.seen_wrong += outcome.wrong_rows
    year.seen_conflicts += outcome.conflicts
    path.unlink()
    return outcome


def import_and_die(year: Year, path: Path, day: dt.date, when: str) -> None:
    """Import in a child that is killed before, inside or after its transaction."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)
        assert os.WTERMSIG(status) == signal.SIGKILL
        return
    try:  # pragma: no cover - the child is killed and reports nothing
        from qxgeo.ledger.history import recording

        written = recording.write_changes

        def write_and_die(*args: object) -> object:
            if when == "inside":
                written(*args)
            if when in ("before", "inside"):
                os.kill(os.getpid(), signal.SIGKILL)
            return written(*args)

        recording.write_changes = write_and_die
        with open_ledger(year.place) as ledger:
            import_return(ledger, path, year.office, at=moment(day))
        os.kill(os.getpid(), signal.SIGKILL)
    finally:
        os._exit(1)


def begin(folder: Path) -> Year:
    plan = load_plan("qixing-2023")
    office = Office(plan=plan, rules=load_work_rules(), list_rules=load_list_rules())
    about = {
        "district_code": plan.district_code,
        "district_name": "七星区",
        "plan_id": plan.plan_id,
        "plan_sha256": plan.sha256,
    }
    sites = [
        Change(
            table="sites",
            row_id=one,
            values={
                "kind": "construction_site",
                "name": f"工地 {one}",
                "township_id": TOWNSHIPS[0],
            },
        )
        for one in SITES
    ]
    author = Author(name="建账", at=moment(dt.date(YEAR, 1, 1)))
    changes = [*plan_changes(plan), *sites]
    year = Year(folder=folder, office=office, dice=random.Random(SEED))  # noqa: S311
    create_ledger(year.place, author=author, about=about, changes=changes).close()
    return year


def run_week(year: Year, week: Week) -> None:
    """Dispatch a week, and take in the returns of half the units: the others answer next week."""
    span = find_span(
        year.office.plan, first_day=dt.date(YEAR, 1, 2), last_day=dt.date(YEAR, 12, 31)
    )
    monday, sunday = week.first_day, week.last_day
    with open_ledger(year.place, is_checked=False) as ledger:
        start_week(ledger, year.office, span, until=sunday, at=moment(monday), by="派发")
        board = read_board(ledger, year.office, is_open_only=True)
    rename_new_problems(year, board.problems)
    year.moved.clear()
    forms = build_dispatch(board, week, as_of=monday, units=UNITS)
    for place, form in enumerate(forms):
        if (place + week.number) % 2:
            continue
        crash = CRASHES.get(week.number, "") if place == week.number % len(UNITS) else ""
        bring_in(year, fill_week(year, form, sunday), sunday, crash=crash)


def rename_new_problems(year: Year, rows: Iterable[Any]) -> None:
    """Put the ledger's ids in the place of our own keys; a problem that is lost keeps its key."""
    for row in rows:
        key = f"{row['text']}|{row['found_on']}"
        if key in year.second.problems:
            year.second.problems[row["id"]] = year.second.problems.pop(key)


def run_round(year: Year, number: int, day: dt.date, *, look_back: bool) -> None:
    """Open a round, fill a part of its checklists in, take them back."""
    opening, building = (
        (open_look_back, build_look_back) if look_back else (open_round, build_round)
    )
    with open_ledger(year.place, is_checked=False) as ledger:
        author = Author(name="督导组", at=moment(day))
        record(ledger, list(opening(read_board(ledger, year.office), number)), author=author)
        assert not list(opening(read_board(ledger, year.office), number))  # nothing is drawn twice
        board = read_board(ledger, year.office)
    rename_new_problems(year, board.problems)
    forms = [one for one in building(board, number, as_of=day) if one.unit_id in UNITS]
    for form in forms:
        ADDRESS[0] = (str(form.kind), form.label, form.unit_id)
        (sheet,) = form.sheets
        some = year.dice.sample(sheet.rows, min(6, len(sheet.rows)))
        results = ("confirmed", "false", "relapsed") if look_back else ("passed", "problem")
        rows = [inspected(year, form, sheet, row, (year.dice.choice(results), day)) for row in some]
        bring_in(year, replace(form, sheets=(replace(sheet, rows=tuple(rows)),), notes=()), day)


def inspected(
    year: Year, form: Form, sheet: FormSheet, row: FormRow, found: tuple[str, dt.date]
) -> FormRow:
    result, day = found
    is_wrong = year.dice.random() < WRONG_SHARE
    note = f"第 {form.label} 次查到 {row.cells['measure_id']} {form.unit_id}"
    cells = {"result": result, "inspected_on": day.isoformat(), "note": note}
    if is_wrong:
        cells["inspected_on"] = "2031-01-01"
        year.second.wrong += 1
        return filled(sheet, row, cells)
    year.second.checks[f"{form.kind}/{result}"] += 1
    if result == "problem":
        year.second.problems[f"{note}|{day}"] = {
            "status": "open",
            "closed_on": None,
            "unit_id": form.unit_id,
            "township_id": None,
            "site_id": "",
            "source": "supervision",
            "found_on": day.isoformat(),
            "due_on": (day + dt.timedelta(days=15)).isoformat(),
        }
    elif result in ("false", "relapsed"):
        problem = year.second.problems[row.row_id]
        problem["status"] = "false_rectification" if result == "false" else "open"
        problem["closed_on"] = None
        problem["due_on"] = (day + dt.timedelta(days=15)).isoformat()
    return filled(sheet, row, cells)


def run_month(year: Year, number: int) -> None:
    """Score the sites, judge the month, and judge it a second way."""
    month = parse_month(f"{YEAR}-{number:02d}")
    day = month.last_day
    with open_ledger(year.place, is_checked=False) as ledger:
        board = read_board(ledger, year.office)
    (form,) = build_scores(board, month, as_of=day)
    ADDRESS[0] = (str(form.kind), form.label, form.unit_id)
    (sheet,) = form.sheets
    rows = []
    for row in sheet.rows:
        good = year.dice.choice((1.0, 0.97, 0.5))
        results = {one: "passed" if year.dice.random() < good else "failed" for one in ITEMS}
        cells = {f"item:{key}": value for key, value in results.items()}
        is_wrong = year.dice.random() < WRONG_SHARE
        cells["inspected_on"] = "2022-01-01" if is_wrong else day.isoformat()
        year.second.wrong += is_wrong
        if not is_wrong:
            year.second.scores.append((month.label, row.row_id, results))
        rows.append(filled(sheet, row, cells))
    bring_in(year, replace(form, sheets=(replace(sheet, rows=tuple(rows)),), notes=()), day)
    with open_ledger(year.place, is_checked=False) as ledger:
        board = read_board(ledger, year.office)
        rename_new_problems(year, board.problems)
        rules = year.office.list_rules
        figures = figure_sites(
            rules,
            month,
            sites=board.sites,
            inspections=board.inspections,
            problems=board.problems,
        )
        entries = judge_lists(rules, month, figures)
        author = Author(name="红黑榜", at=moment(day))
        changes = list(list_changes(rules, entries, known=(), month=month.label))
        record(ledger, changes, author=author)
    found = {
        kind: {one.site_id for one in entries if one.kind == kind} for kind in ("red", "black")
    }
    red, black = judge_again(year.second, month.label, day.isoformat())
    assert found["black"] == black
    assert found["red"] == red
    assert sum(one.points for one in entries) == points_again(year.second, month.label, day)


# ---- the second way of the lists: counted from the rows as they were written ----


def reasons_again(second: Reckoning, month: str, end: str, site: str) -> set[str]:
    scores = [items for label, one, items in second.scores if (label, one) == (month, site)]
    mine = [one for one in second.problems.values() if one["site_id"] == site]
    of_month = [one for one in mine if one["found_on"][:7] == month]
    late = [
        one for one in mine if one["due_on"] < end and one["status"] not in ("rectified", "closed")
    ]
    found = set()
    if any(list(items.values()).count("failed") > 3 for items in scores):  # 4 of 9 leave 0.56
        found.add("low_score")
    if any(items["spray"] == "failed" for items in scores):
        found.add("stopped_equipment")
    if sum(one["source"] == "dust_event" for one in of_month) >= 2:
        found.add("dust_events")
    if sum(one["source"] == "complaint" for one in of_month) >= 3:
        found.add("complaints")
    if late:
        found.add("overdue")
    return found


def judge_again(second: Reckoning, month: str, end: str) -> tuple[set[str], set[str]]:
    black = {site for site in SITES if reasons_again(second, month, end, site)}
    red = {
        site
        for label, site, items in second.scores
        if label == month
        and site not in black
        and set(items.values()) == {"passed"}
        and not any(
            one["site_id"] == site
            and one["found_on"][:7] == month
            and one["source"] in ("complaint", "dust_event")
            for one in second.problems.values()
        )
    }
    return set(sorted(red)[:10]), black


def points_again(second: Reckoning, month: str, day: dt.date) -> float:
    costs = {
        "low_score": 2,
        "stopped_equipment": 3,
        "dust_events": 3,
        "complaints": 1,
        "overdue": 2,
    }
    return sum(
        costs[reason]
        for site in SITES
        for reason in reasons_again(second, month, day.isoformat(), site)
    )


# ---- the year ----


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    one = begin(tmp_path_factory.mktemp("year"))
    for number in range(1, 53):
        week = Week(YEAR, number)
        run_week(one, week)
        if number in (24, 33, 45):
            round_number = {24: 1, 33: 2, 45: 3}[number]
            run_round(one, round_number, week.last_day, look_back=False)
        if number == 46:
            run_round(one, 3, week.last_day, look_back=True)
        following = week.last_day + dt.timedelta(days=7)
        if following.month != week.last_day.month or number == 52:
            run_month(one, week.last_day.month)
    return one


@pytest.fixture(scope="module")
def ledger(year: Year) -> Iterable[Ledger]:
    with open_ledger(year.place) as opened:
        rename_new_problems(year, read_rows(opened, "problems"))
        yield opened


def test_the_history_proves_itself_after_a_year_with_crashes(ledger: Ledger) -> None:
    assert not verify_ledger(ledger).flaws


def test_every_task_stands_as_its_last_good_answer_said(year: Year, ledger: Ledger) -> None:
    rows = {one["id"]: one for one in read_rows(ledger, "tasks")}
    for task_id, said in year.second.tasks.items():
        assert rows[task_id]["status"] == said["status"]
        assert rows[task_id]["done_on"] == said["done_on"]
    untouched = [one for key, one in rows.items() if key not in year.second.tasks]
    assert {one["status"] for one in untouched} == {"open"}
    assert sum(one["status"] == "done" for one in rows.values()) > 500


def test_every_problem_stands_as_the_raw_rows_say(year: Year, ledger: Ledger) -> None:
    rows = {one["id"]: one for one in read_rows(ledger, "problems")}
    assert set(rows) == set(year.second.problems)
    for key, said in year.second.problems.items():
        assert rows[key]["status"] == said["status"], key
        assert rows[key]["closed_on"] == said["closed_on"], key
        assert rows[key]["unit_id"] == said["unit_id"], key
    assert len(rows) > 200


def test_what_was_refused_and_what_contradicted_is_what_was_spoilt(year: Year) -> None:
    assert year.seen_wrong == year.second.wrong
    assert year.seen_conflicts == year.second.conflicts
    assert year.second.conflicts > 20
    assert 0.03 < year.second.wrong / (year.second.wrong + year.second.answers) < 0.09


def test_answers_are_kept_also_where_they_did_not_prevail(year: Year, ledger: Ledger) -> None:
    assert len(read_rows(ledger, "progress")) == year.second.answers


def test_three_rounds_and_a_look_back_found_what_was_written(year: Year, ledger: Ledger) -> None:
    found = Counter(
        f"{'look_back' if one['kind'] == 'look_back' else 'round'}/{one['result']}"
        for one in read_rows(ledger, "inspections")
        if one["kind"] in ("checklist", "look_back") and one["result"] is not None
    )
    assert found == year.second.checks
    assert {one["round"] for one in read_rows(ledger, "inspections") if one["result"]} == {1, 2, 3}


def test_twelve_lists_are_in_the_ledger(ledger: Ledger) -> None:
    rows = read_rows(ledger, "lists")
    assert {one["month"] for one in rows} == {f"{YEAR}-{month:02d}" for month in range(1, 13)}
    assert {one["kind"] for one in rows} == {"red", "black", "credit"}


def test_counts_of_units_and_townships_add_up_and_agree(year: Year, ledger: Ledger) -> None:
    day = dt.date(YEAR, 12, 31)
    counts = count_day(read_board(ledger, year.office), day)
    problems = year.second.problems.values()
    units = Counter(one["unit_id"] for one in problems)
    towns = Counter(one["township_id"] or "" for one in problems)
    assert {
        key: n["problems"] for (kind, key), n in counts.items() if kind == "unit" and n["problems"]
    } == units
    assert {key: n["problems"] for (kind, key), n in counts.items() if kind == "township"} == towns
    total = counts["total", ""]
    assert total["problems"] == len(problems)
    assert total["problem_closed"] == sum(one["status"] == "closed" for one in problems)
    late = [
        one
        for one in problems
        if one["status"] not in ("closed", "rectified") and one["due_on"] < day.isoformat()
    ]
    assert total["problem_overdue"] == len(late)
    done = Counter(one["status"] for one in year.second.tasks.values())["done"]
    assert total["task_done"] + total["task_done_late"] == done
