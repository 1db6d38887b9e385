"""Workbooks, calendars and the weekly report, opened by programs that did not write them."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader

from qxgeo.ledger.dispatch import Board, build_dispatch
from qxgeo.ledger.listing import figure_sites, judge_lists, parse_month
from qxgeo.ledger.rhythm import Week
from qxgeo.ledger.rounds import draw_sample
from qxgeo.ledger.rulebook import load_list_rules, load_work_rules
from qxgeo.ledger.summary import summarise_week
from qxgeo.plan import load_plan
from qxgeo.reports.ledger.calendar import write_deadlines
from qxgeo.reports.ledger.form_book import write_form
from qxgeo.reports.ledger.list_book import ListContent, write_list_book
from qxgeo.reports.ledger.weekly_paper import PaperContent, write_weekly_paper

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.ledger.forms import Form

WEEK = Week(2023, 24)
TASK = {
    "id": "T-1",
    "measure_id": "1.1.3",
    "turn": None,
    "unit_id": "qx-gx",
    "role": "lead",
    "text": "制定替代计划清单",
    "starts_on": None,
    "due_on": "2023-06-20",
    "done_on": None,
    "deadline_text": "2023年6月中旬前",
    "status": "open",
    "note": None,
    "entry": 1,
}
PROBLEM = {
    "id": "P-1",
    "measure_id": "1.1.1",
    "unit_id": "qx-dj",
    "text": "=cmd|'/c calc'!A1",
    "place": "某路",
    "lon": "110.31",
    "lat": "25.28",
    "township_id": "450305002",
    "found_on": "2023-05-20",
    "due_on": "2023-06-04",
    "status": "open",
    "closed_on": None,
    "note": None,
    "details": None,
    "entry": 2,
}


def board(
    tasks: tuple[dict[str, Any], ...] = (TASK,), problems: tuple[dict[str, Any], ...] = (PROBLEM,)
) -> Board:
    return Board(
        plan=load_plan("qixing-2023"),
        rules=load_work_rules(),
        list_rules=load_list_rules(),
        tasks=tasks,
        problems=problems,
        is_demo=True,
    )


def forms(**more: Any) -> dict[str, Form]:  # noqa: ANN401
    built = build_dispatch(board(**more), WEEK, as_of=WEEK.first_day)
    return {form.unit_id: form for form in built}


def test_the_same_form_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path in (first, second):
        write_form(forms()["qx-gx"], path)
    assert first.read_bytes() == second.read_bytes()


def test_a_form_holds_no_macro_no_formula_and_no_link(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_form(forms()["qx-dj"], path)
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        sheets = [book.read(name).decode() for name in names if "worksheets/sheet" in name]
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]
    assert not any("<f>" in text or "<hyperlink" in text for text in sheets)


def test_cells_to_fill_in_have_a_list_or_a_check_and_the_rest_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_form(forms()["qx-gx"], path)
    book = load_workbook(path)
    tab = book["任务"]
    heads = {str(cell.value): cell.column for cell in tab[4]}
    checks = {str(one.sqref): one for one in tab.data_validations.dataValidation}
    status = tab.cell(5, heads["完成状态"])
    (rule,) = [one for place, one in checks.items() if place.startswith(status.column_letter)]
    sheet, _, cells = str(rule.formula1).partition("!")
    listed = [row[0].value for row in book[sheet][cells]]
    assert listed == ["未开始", "进行中", "已完成"]
    day = tab.cell(5, heads["完成日期"]).column_letter
    assert [one.type for place, one in checks.items() if place.startswith(day)] == ["date"]
    assert tab.protection.sheet
    assert status.protection.locked is False
    assert tab.cell(5, heads["任务编号"]).protection.locked is True
    assert {book[name].sheet_state for name in ("qxgeo", "qxgeo_choices")} == {"veryHidden"}


def test_the_oddity_of_a_date_and_every_assumption_stand_on_the_cover(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_form(forms()["qx-gx"], path)
    cover = "\n".join(str(row[0].value) for row in load_workbook(path).worksheets[0].rows)
    assert "1.1.3" in cover
    assert "6月10日" in cover
    for text in load_work_rules().assumptions:
        assert text.zh in cover


def test_lead_units_get_what_is_overdue_or_waits_for_them() -> None:
    assert forms()["qx-zj"].sheets[1].rows[0].row_id == "P-1"  # 1.1.1 is led by 区住建局, too
    fresh = forms(problems=(PROBLEM | {"due_on": "2023-07-04"},))
    assert "qx-zj" not in fresh
    assert fresh["qx-dj"].sheets[1].rows[0].row_id == "P-1"
    waiting = forms(problems=(PROBLEM | {"due_on": "2023-07-04", "status": "rectified"},))
    assert "qx-dj" not in waiting
    assert waiting["qx-zj"].sheets[1].rows[0].row_id == "P-1"


def test_what_is_done_closed_or_not_begun_is_not_sent() -> None:
    later = TASK | {"id": "T-2", "starts_on": "2023-06-19"}
    done = TASK | {"id": "T-3", "status": "done", "done_on": "2023-06-01"}
    shut = PROBLEM | {"status": "closed"}
    assert not forms(tasks=(later, done), problems=(shut,))


def test_a_deadline_is_a_day_with_a_reminder_and_keeps_its_name() -> None:
    content = write_deadlines(board(), "qx-gx", as_of=dt.date(2023, 6, 1))
    assert content == write_deadlines(board(), "qx-gx", as_of=dt.date(2023, 6, 1))
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["dtstart"].dt == dt.date(2023, 6, 20)
    assert event["dtend"].dt == dt.date(2023, 6, 21)
    assert event.walk("VALARM")[0]["trigger"].dt == dt.timedelta(days=-7)
    assert "6月10日" in event["description"]
    done = (TASK | {"status": "done", "done_on": "2023-06-02"},)
    later = write_deadlines(board(tasks=done), "qx-gx", as_of=dt.date(2023, 6, 8))
    (changed,) = Calendar.from_ical(later).walk("VEVENT")
    assert changed["uid"] == event["uid"]
    assert not changed.walk("VALARM")


def test_a_week_is_counted_beside_the_one_before() -> None:
    mended = PROBLEM | {"id": "P-2", "status": "rectified", "details": None, "closed_on": None}
    mended["details"] = '{"rectified_on":"2023-06-14"}'
    found = PROBLEM | {"id": "P-3", "found_on": "2023-06-15", "due_on": "2023-06-30"}
    summary = summarise_week(board(problems=(PROBLEM, mended, found)), WEEK)
    now, before = summary.total.counts, summary.before.counts
    assert (now["problems"], before["problems"]) == (3, 2)
    assert (now["problem_overdue"], before["problem_overdue"]) == (1, 2)
    assert (now["problem_rectified"], before["problem_rectified"]) == (1, 0)
    assert [(one.row_id, one.late_days) for one in summary.late] == [("P-1", 14)]
    assert sum(line.counts["problems"] for line in summary.units) == 3
    assert sum(line.counts["problems"] for line in summary.townships) == 3


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_says_the_numbers_and_names_what_is_late(tmp_path: Path, lang: str) -> None:
    summary = summarise_week(board(), WEEK)
    outside = PROBLEM | {"is_late": False, "lon": "120.0"}
    content = PaperContent(
        district="示例区",
        summary=summary,
        outlines={"450305002": shapely.box(110.28, 25.26, 110.35, 25.31)},
        problems=[PROBLEM | {"is_late": True}, outside, outside | {"lon": None}],
        is_demo=True,
    )
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for path in (first, second):
        write_weekly_paper(content, path, lang=lang)
    assert first.read_bytes() == second.read_bytes()
    text = "\n".join(page.extract_text() for page in PdfReader(first).pages)
    assert "2023-W24" in text
    assert "东江街道" in text
    assert "〓" not in text  # the font holds every letter that was written
    legend = (
        ("逾期未改 1", "图外 1", "无位置 1") if lang == "zh" else ("overdue 1", "beyond", "without")
    )
    for words in legend:
        assert words in text


def test_without_outlines_the_report_says_so(tmp_path: Path) -> None:
    summary = summarise_week(board(), WEEK)
    content = PaperContent(district="示例区", summary=summary, outlines={}, problems=[])
    write_weekly_paper(content, tmp_path / "a.pdf")
    text = PdfReader(tmp_path / "a.pdf").pages[0].extract_text()
    assert "没有提供乡办边界" in text


def test_the_lists_name_reason_points_source_and_appeal(tmp_path: Path) -> None:
    rules, month = load_list_rules(), parse_month("2023-06")
    events = [
        PROBLEM | {"site_id": "A", "source": "dust_event", "found_on": "2023-06-02"}
        for _ in range(2)
    ]
    sites = [{"id": "A", "kind": "工地", "name": "=恶意"}]
    figures = figure_sites(rules, month, sites=sites, inspections=(), problems=events)
    content = ListContent(
        rules=rules,
        entries=judge_lists(rules, month, figures),
        figures=figures,
        month=month.label,
        district="示例区",
        as_of=month.last_day,
    )
    write_list_book(content, tmp_path / "lists.xlsx")
    book = load_workbook(tmp_path / "lists.xlsx")
    cells = {
        tab.title: [str(cell.value) for row in tab.rows for cell in row if cell.value is not None]
        for tab in book.worksheets
    }
    assert "'=恶意" in cells["黑榜"]
    assert any("扬尘事件 2" in text for text in cells["黑榜"])
    assert any("申诉" in text for text in cells["黑榜"])
    assert any("五个自然日" in text for text in cells["黑榜"])
    assert any("假设" in text for text in cells["规则与假设"])
    assert any("须经主管单位核定" in text for text in cells["红榜"])


def test_a_sample_is_a_fifth_rounded_up_the_same_for_everybody_and_stable() -> None:
    ids = [f"P-{number:03d}" for number in range(101)]
    sample = draw_sample(ids, seed=1, number=3, share=0.2, least=5)
    assert len(sample) == 21
    assert sample == draw_sample(ids[::-1], seed=1, number=3, share=0.2, least=5)
    assert sample != draw_sample(ids, seed=2, number=3, share=0.2, least=5)
    assert len(draw_sample(ids[:7], seed=1, number=3, share=0.2, least=5)) == 5
    assert len(draw_sample(ids[:3], seed=1, number=3, share=0.2, least=5)) == 3
    # One more problem moves at most one other out of the sample.
    more = draw_sample([*ids, "P-999"], seed=1, number=3, share=0.2, least=5)
    assert len(set(sample) - set(more)) <= 1
