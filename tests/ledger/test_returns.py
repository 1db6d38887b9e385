"""Workbooks filled in with openpyxl, as people do with Excel, and read back."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from qxgeo.errors import ReadError
from qxgeo.ledger.dispatch import Office, build_dispatch, read_board, start_week
from qxgeo.ledger.history import (
    Author,
    Change,
    create_ledger,
    read_entries,
    read_head,
    read_rows,
    record,
    verify_ledger,
)
from qxgeo.ledger.loading import plan_changes, task_id
from qxgeo.ledger.returns import build_sent_back, import_return
from qxgeo.ledger.rhythm import Week, find_span
from qxgeo.ledger.rounds import build_look_back, build_round, open_look_back, open_round
from qxgeo.ledger.rulebook import load_list_rules, load_work_rules
from qxgeo.ledger.summary import list_contradictions
from qxgeo.plan import load_plan
from qxgeo.reports.ledger.form_book import write_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from qxgeo.ledger.forms import Form
    from qxgeo.ledger.returns import Outcome
    from qxgeo.ledger.store import Ledger

WEEK = Week(2023, 24)
ZONE = dt.timezone(dt.timedelta(hours=8))
SUNDAY = dt.datetime(2023, 6, 18, 18, tzinfo=ZONE)
MAY = Author(name="建账", at=dt.datetime(2023, 5, 1, tzinfo=ZONE))
TASKS, PROBLEMS, NEW = "任务", "问题清单", "新增问题"
HEADER = 4
PLACE = {"place": "某路", "found_on": "2023-06-01", "due_on": "2023-06-10", "status": "open"}
PROBLEM_ROWS = {
    # Late: its unit has it, and the lead unit of 2.1.3 as well.
    "P-late": {"measure_id": "2.1.3", "unit_id": "qx-ld", "text": "裸土未盖"} | PLACE,
    "P-open": {"measure_id": "2.3.1", "unit_id": "qx-ld", "text": "=1+1", **PLACE}
    | {"due_on": "2023-07-10"},
    "P-shut": {"measure_id": "2.1.3", "unit_id": "qx-ld", "text": "旧事", **PLACE}
    | {"status": "closed", "closed_on": "2023-06-05"},
}


@dataclass
class Desk:
    """An office with a ledger and a folder for workbooks."""

    ledger: Ledger
    office: Office
    folder: Path

    def send(self, unit_id: str) -> Path:
        """Write the workbook of a unit."""
        board = read_board(self.ledger, self.office, is_open_only=True)
        (form,) = build_dispatch(board, WEEK, as_of=WEEK.first_day, units=(unit_id,))
        return self.write(form)

    def write(self, form: Form) -> Path:
        """Write a form."""
        path = self.folder / form.file_name
        write_form(form, path)
        return path

    def take(self, path: Path, at: dt.datetime = SUNDAY) -> Outcome:
        """Import a workbook."""
        return import_return(self.ledger, path, self.office, at=at)

    def row(self, table: str, row_id: str) -> dict[str, Any]:
        """Read one row."""
        (row,) = read_rows(self.ledger, table, where={"id": row_id})
        return row


@contextmanager
def set_up(place: str, folder: Path) -> Iterator[Desk]:
    plan = load_plan("qixing-2023")
    office = Office(plan=plan, rules=load_work_rules(), list_rules=load_list_rules())
    about = {"district_code": "450305", "district_name": "七星区"}
    about |= {"plan_id": plan.plan_id, "plan_sha256": plan.sha256}
    changes = [*plan_changes(plan)]
    changes += [
        Change(table="problems", row_id=row_id, values=values)
        for row_id, values in PROBLEM_ROWS.items()
    ]
    with create_ledger(place, author=MAY, about=about, changes=changes) as ledger:
        span = find_span(plan)
        start_week(ledger, office, span, until=WEEK.last_day, at=MAY.at, by="派发")
        yield Desk(ledger=ledger, office=office, folder=folder)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with set_up(str(tmp_path / "l.sqlite"), tmp_path) as made:
        yield made


def columns(tab: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in tab[HEADER] if cell.value is not None}


def row_of(tab: Worksheet, row_id: str) -> int:
    return next(row for row in range(5, tab.max_row + 1) if tab.cell(row, 1).value == row_id)


def fill(path: Path, edit: Callable[[Any], None]) -> Path:
    book = load_workbook(path)
    edit(book)
    book.save(path)
    return path


def answer(path: Path, sheet: str, row_id: str, **cells: object) -> Path:
    def edit(book: Any) -> None:  # noqa: ANN401
        tab = book[sheet]
        for heading, value in cells.items():
            tab.cell(row_of(tab, row_id), columns(tab)[heading]).value = value

    return fill(path, edit)


def add_new(path: Path, row: int = 5, **cells: object) -> Path:
    def edit(book: Any) -> None:  # noqa: ANN401
        tab = book[NEW]
        for heading, value in cells.items():
            tab.cell(row, columns(tab)[heading]).value = value

    return fill(path, edit)


def faults_of(outcome: Outcome) -> dict[str, str]:
    return {key: text.zh for one in outcome.refused for key, text in one.faults.items()}


TASK = task_id("1.1.1", "responsible", "qx-ld")


def test_an_answer_reaches_the_task_and_is_kept_with_file_row_and_unit(desk: Desk) -> None:
    path = desk.send("qx-ld")
    answer(path, TASKS, TASK, 完成状态="已完成", 完成日期=dt.date(2023, 6, 14), 进展说明="摸底完成")
    outcome = desk.take(path)
    assert (outcome.merged_rows, outcome.refused) == (1, ())
    task = desk.row("tasks", TASK)
    assert (task["status"], task["done_on"], task["note"]) == ("done", "2023-06-14", "摸底完成")
    entry = read_entries(desk.ledger, table="tasks", row_id=TASK)[-1]
    assert (entry.unit, entry.source.file, entry.source.sheet) == ("qx-ld", path.name, TASKS)
    tab = load_workbook(path)[TASKS]
    assert tab.cell(entry.source.row or 0, 1).value == TASK


def test_importing_twice_changes_nothing(desk: Desk) -> None:
    path = desk.send("qx-ld")
    answer(path, TASKS, TASK, 完成状态="进行中")
    answer(path, PROBLEMS, "P-open", 整改状态="已整改待核实", 整改完成日期="2023年6月13日")
    add_new(path, 问题="新事", 地点="某巷", 发现日期=dt.date(2023, 6, 12))
    assert desk.take(path).merged_rows == 3
    head = read_head(desk.ledger)
    again = desk.take(path, at=SUNDAY + dt.timedelta(days=2))
    assert (again.merged_rows, again.known_rows, again.entries) == (0, 3, 0)
    assert read_head(desk.ledger) == head


def test_a_late_second_copy_does_not_undo_what_came_after(desk: Desk) -> None:
    path = desk.send("qx-ld")
    add_new(path, 问题="新事", 地点="某巷", 发现日期=dt.date(2023, 6, 12))
    desk.take(path)
    (problem,) = read_rows(desk.ledger, "problems", where={"text": "新事"})
    closing = Change(table="problems", row_id=problem["id"], values={"status": "closed"})
    record(desk.ledger, [closing], author=MAY)
    assert desk.take(path).entries == 0
    assert desk.row("problems", problem["id"])["status"] == "closed"


@pytest.mark.parametrize(
    ("cells", "key", "said"),
    [
        ({"完成状态": "已完成"}, "done_on", "没有填写"),
        ({"完成状态": "已完成", "完成日期": dt.date(2023, 6, 19)}, "done_on", "还没有到"),
        ({"完成状态": "已完成", "完成日期": dt.date(1999, 1, 1)}, "done_on", "早于"),
        ({"完成状态": "已完成", "完成日期": "2023-02-30"}, "done_on", "不是日期"),
        ({"完成状态": "差不多"}, "status", "不在列表中"),
        ({"完成状态": "进行中", "完成日期": dt.date(2023, 6, 14)}, "status", "状态却不是"),
        ({"进展说明": "长" * 2001}, "note", "超过"),
    ],
)
def test_a_wrong_cell_is_named_and_its_row_alone_is_refused(
    desk: Desk, cells: dict[str, object], key: str, said: str
) -> None:
    other = task_id("1.3.1", "responsible", "qx-ld")
    path = desk.send("qx-ld")
    answer(path, TASKS, TASK, **cells)
    answer(path, TASKS, other, 完成状态="进行中")
    outcome = desk.take(path)
    assert said in faults_of(outcome)[key]
    assert (outcome.merged_rows, outcome.wrong_rows) == (1, 1)
    assert desk.row("tasks", TASK)["status"] == "open"
    assert desk.row("tasks", other)["status"] == "in_progress"


def test_ids_sorted_away_from_their_rows_are_caught(desk: Desk) -> None:
    def swap(book: Any) -> None:  # noqa: ANN401
        tab = book[TASKS]
        first, second = tab.cell(5, 1).value, tab.cell(6, 1).value
        tab.cell(5, 1).value, tab.cell(6, 1).value = second, first
        for row in (5, 6):
            tab.cell(row, columns(tab)["完成状态"]).value = "进行中"

    outcome = desk.take(fill(desk.send("qx-ld"), swap))
    assert outcome.wrong_rows == 2
    assert "改动" in faults_of(outcome)["id"]


def test_rows_moved_as_a_whole_are_merged(desk: Desk) -> None:
    def move(book: Any) -> None:  # noqa: ANN401
        tab = book[TASKS]
        tab.cell(5, columns(tab)["完成状态"]).value = "进行中"
        width = tab.max_column
        rows = [[tab.cell(row, at).value for at in range(1, width + 1)] for row in (5, 6)]
        for row, values in zip((6, 5), rows, strict=True):
            for at, value in enumerate(values, start=1):
                tab.cell(row, at).value = value
        tab.insert_rows(1, 2)  # and somebody wrote two lines above it

    outcome = desk.take(fill(desk.send("qx-ld"), move))
    assert (outcome.merged_rows, outcome.wrong_rows) == (1, 0)


def test_an_unknown_id_and_one_that_stands_twice_are_refused(desk: Desk) -> None:
    def edit(book: Any) -> None:  # noqa: ANN401
        tab = book[TASKS]
        at = columns(tab)
        tab.cell(5, at["任务编号"]).value = "T-0000"
        tab.cell(5, at["完成状态"]).value = "进行中"
        for one in at.values():
            tab.cell(7, one).value = tab.cell(6, one).value
        for row in (6, 7):
            tab.cell(row, at["完成状态"]).value = "进行中"

    outcome = desk.take(fill(desk.send("qx-ld"), edit))
    said = [text.zh for one in outcome.refused for text in one.faults.values()]
    assert any("台账中没有“T-0000”" in one for one in said)
    assert any("编号重复" in one for one in said)
    assert outcome.merged_rows == 1


def test_a_row_copied_from_another_units_workbook_is_refused(desk: Desk) -> None:
    theirs = load_workbook(desk.send("qx-dj"))[TASKS]
    stolen = [theirs.cell(5, at).value for at in range(1, theirs.max_column + 1)]

    def paste(book: Any) -> None:  # noqa: ANN401
        tab = book[TASKS]
        for at, value in enumerate(stolen, start=1):
            tab.cell(5, at).value = value
        tab.cell(5, columns(tab)["完成状态"]).value = "进行中"

    outcome = desk.take(fill(desk.send("qx-ld"), paste))
    assert (outcome.merged_rows, outcome.wrong_rows) == (0, 1)


def test_only_a_lead_unit_closes(desk: Desk) -> None:
    cells = {"整改状态": "已销号", "整改完成日期": dt.date(2023, 6, 15)}
    own = answer(desk.send("qx-ld"), PROBLEMS, "P-late", **cells)
    refused = desk.take(own)
    assert "责任单位不能填“已销号”" in faults_of(refused)["status"]
    lead = answer(desk.send("qx-zj"), PROBLEMS, "P-late", **cells)
    assert desk.take(lead).merged_rows == 1
    problem = desk.row("problems", "P-late")
    assert (problem["status"], problem["closed_on"]) == ("closed", "2023-06-15")


def test_two_units_that_contradict_each_other_are_shown_and_the_first_stays(desk: Desk) -> None:
    first, second = desk.send("qx-ld"), desk.send("qx-zj")  # both saw the same state
    answer(first, PROBLEMS, "P-late", 整改状态="已整改待核实", 整改完成日期=dt.date(2023, 6, 14))
    answer(second, PROBLEMS, "P-late", 整改状态="未整改", 整改情况="现场仍裸露")
    assert desk.take(first).merged_rows == 1
    outcome = desk.take(second)
    assert (outcome.conflicts, outcome.wrong_rows) == (1, 0)
    assert "漓东街道已于 2023-06-18 填为“已整改待核实”" in faults_of(outcome)["status"]
    assert desk.row("problems", "P-late")["status"] == "rectified"
    kept = {one["unit_id"]: one["status"] for one in read_rows(desk.ledger, "progress")}
    assert kept == {"qx-ld": "rectified", "qx-zj": "open"}  # what both said is on record
    again = desk.take(second)
    assert (again.conflicts, again.entries) == (1, 0)


def test_a_unit_corrects_itself_without_a_conflict(desk: Desk) -> None:
    path = desk.send("qx-ld")
    answer(path, PROBLEMS, "P-late", 整改状态="整改中")
    desk.take(path)
    answer(path, PROBLEMS, "P-late", 整改状态="已整改待核实", 整改完成日期=dt.date(2023, 6, 16))
    assert desk.take(path).merged_rows == 1
    assert desk.row("problems", "P-late")["status"] == "rectified"


@pytest.mark.parametrize(
    ("cells", "key", "said"),
    [
        ({"地点": "某巷", "发现日期": "2023-06-12"}, "text", "没有填写"),
        ({"问题": "甲", "发现日期": "2023-06-12"}, "place", "没有填写"),
        ({"问题": "甲", "地点": "乙", "发现日期": "2023-06-20"}, "found_on", "还没有到"),
        ({"问题": "甲", "地点": "乙", "发现日期": "2023-06-12", "经度": 110.3}, "lat", "都填"),
        (
            {"问题": "甲", "地点": "乙", "发现日期": "2023-06-12", "整改期限": "2023-06-01"},
            "due_on",
            "早于",
        ),
        ({"问题": "甲", "场所编号": "S-9", "发现日期": "2023-06-12"}, "site_id", "没有场所"),
        (
            {"问题": "甲", "地点": "乙", "发现日期": "2023-06-12", "责任单位": "某局"},
            "unit_id",
            "列表",
        ),
    ],
)
def test_what_a_new_problem_lacks_is_named(
    desk: Desk, cells: dict[str, object], key: str, said: str
) -> None:
    outcome = desk.take(add_new(desk.send("qx-ld"), **cells))
    assert said in faults_of(outcome)[key]
    assert not read_rows(desk.ledger, "problems", where={"text": "甲"})


def test_a_new_problem_falls_to_the_township_on_whose_ground_it_is(desk: Desk) -> None:
    cells = {"问题": "甲", "地点": "乙", "发现日期": dt.date(2023, 6, 12), "所在乡办": "东江街道"}
    desk.take(add_new(desk.send("qx-sthj"), **cells))
    (problem,) = read_rows(desk.ledger, "problems", where={"text": "甲"})
    assert (problem["unit_id"], problem["township_id"]) == ("qx-dj", "450305002")
    assert problem["due_on"] == "2023-06-27"  # fifteen days, as the rules assume
    assert problem["details"] == '{"reported_by":"qx-sthj"}'


@pytest.mark.parametrize(
    ("cells", "unit_id", "township_id"),
    [
        ({"责任单位": "区城管局"}, "qx-cgj", None),  # an alias
        ({"责任单位": "各乡办", "所在乡办": "漓东办"}, "qx-ld", "450305004"),
        ({"责任单位": "450305002"}, "qx-dj", None),  # its code
        ({}, "qx-sthj", None),  # who reports answers, where nobody else is named
    ],
)
def test_units_are_known_by_any_of_their_names(
    desk: Desk, cells: dict[str, object], unit_id: str, township_id: str | None
) -> None:
    what = {"问题": "甲", "地点": "乙", "发现日期": dt.date(2023, 6, 12)}
    assert not desk.take(add_new(desk.send("qx-sthj"), **what, **cells)).refused
    (problem,) = read_rows(desk.ledger, "problems", where={"text": "甲"})
    assert (problem["unit_id"], problem["township_id"]) == (unit_id, township_id)


def test_all_townships_together_answer_for_nothing(desk: Desk) -> None:
    what = {"问题": "甲", "地点": "乙", "发现日期": dt.date(2023, 6, 12), "责任单位": "各乡办"}
    outcome = desk.take(add_new(desk.send("qx-sthj"), **what))
    assert "请写明是哪个乡办" in faults_of(outcome)["unit_id"]


def test_what_is_sent_back_is_red_says_why_and_can_be_mended_there(desk: Desk) -> None:
    path = answer(desk.send("qx-ld"), TASKS, TASK, 完成状态="已完成", 完成日期="2023-02-30")
    outcome = desk.take(path)
    form = build_sent_back(outcome.board, outcome.returned, outcome.refused, as_of=SUNDAY.date())
    back = desk.folder / "back.xlsx"
    write_form(form, back)
    tab = load_workbook(back)[TASKS]
    at = columns(tab)
    cell = tab.cell(5, at["完成日期"])
    assert cell.fill.start_color.rgb == "FFE5484D"
    assert "不是日期" in cell.comment.text
    assert "完成日期：“2023-02-30”不是日期" in tab.cell(5, at["退回原因"]).value
    assert tab.cell(5, at["完成状态"]).fill.start_color.rgb != "FFE5484D"
    assert tab.max_row == 5  # the refused row alone
    answer(back, TASKS, TASK, 完成日期=dt.date(2023, 6, 16))
    assert desk.take(back).merged_rows == 1
    assert desk.row("tasks", TASK)["done_on"] == "2023-06-16"


def test_hostile_text_runs_nowhere_and_comes_back_as_it_was(desk: Desk) -> None:
    hostile = '\'=HYPERLINK("http://x","点我")\x00\u202e'
    cells = {"问题": hostile.replace("\x00", ""), "地点": "<script>", "发现日期": "2023-06-12"}
    desk.take(add_new(desk.send("qx-ld"), **cells))
    (problem,) = read_rows(desk.ledger, "problems", where={"place": "<script>"})
    assert problem["text"] == '=HYPERLINK("http://x","点我")'
    tab = load_workbook(desk.send("qx-ld"))[PROBLEMS]
    cell = tab.cell(row_of(tab, problem["id"]), columns(tab)["问题"])
    assert (cell.data_type, cell.value) == ("s", "'" + problem["text"])


def test_what_is_no_form_of_ours_is_refused_with_a_sentence(desk: Desk) -> None:
    foreign = desk.folder / "foreign.xlsx"
    book = load_workbook(desk.send("qx-ld"))
    del book["qxgeo"]
    book.save(foreign)
    with pytest.raises(ReadError, match="不是本程序派发的表"):
        desk.take(foreign)
    broken = desk.folder / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(ReadError, match="不是完好的 Excel 文件"):
        desk.take(broken)
    cut = desk.folder / "cut.xlsx"
    book = load_workbook(desk.send("qx-ld"))
    book[TASKS].delete_cols(1)
    book.save(cut)
    with pytest.raises(ReadError, match="缺少列：任务编号"):
        desk.take(cut)


def test_a_round_turns_findings_into_problems_of_the_unit_inspected(desk: Desk) -> None:
    record(desk.ledger, list(open_round(read_board(desk.ledger, desk.office), 1)), author=MAY)
    board = read_board(desk.ledger, desk.office)
    assert not list(open_round(board, 1))
    forms = {one.unit_id: one for one in build_round(board, 1, as_of=SUNDAY.date())}
    sections = {row.cells["measure_id"][0] for one in forms.values() for row in one.sheets[0].rows}
    assert sections == {"2", "3", "6"}  # 餐饮油烟, 城市扬尘, 督导问题整改: 8.1.3
    path = desk.write(forms["qx-ld"])
    line = forms["qx-ld"].sheets[0].rows[0]
    cells = {"检查日期": dt.date(2023, 6, 17), "检查结果": "存在问题", "问题和说明": "围挡破损"}
    answer(path, "督导检查表", line.row_id, **cells)
    assert desk.take(path).merged_rows == 1
    (problem,) = read_rows(desk.ledger, "problems", where={"text": "围挡破损"})
    assert (problem["unit_id"], problem["round"], problem["source"]) == ("qx-ld", 1, "supervision")
    assert read_entries(desk.ledger, table="problems", row_id=problem["id"])[0].unit == "qx-jw"


def test_false_rectification_is_flagged_and_the_sample_is_drawn_once(desk: Desk) -> None:
    board = read_board(desk.ledger, desk.office)
    record(desk.ledger, list(open_look_back(board, 3)), author=MAY)
    board = read_board(desk.ledger, desk.office)
    assert not list(open_look_back(board, 3))
    (form,) = build_look_back(board, 3, as_of=dt.date(2023, 11, 1))
    assert [row.row_id for row in form.sheets[0].rows] == ["P-shut"]
    path = desk.write(form)
    cells = {"复查日期": dt.date(2023, 10, 30), "复查结果": "虚假整改", "复查情况": "未动"}
    answer(path, "回头看", "P-shut", **cells)
    november = dt.datetime(2023, 11, 1, tzinfo=ZONE)
    assert desk.take(path, at=november).merged_rows == 1
    problem = desk.row("problems", "P-shut")
    assert (problem["status"], problem["closed_on"]) == ("false_rectification", None)
    assert desk.take(path, at=november).entries == 0
    assert not verify_ledger(desk.ledger).flaws


def test_a_look_back_before_its_round_is_refused(desk: Desk) -> None:
    record(desk.ledger, list(open_look_back(read_board(desk.ledger, desk.office), 3)), author=MAY)
    (form,) = build_look_back(read_board(desk.ledger, desk.office), 3, as_of=SUNDAY.date())
    path = desk.write(form)
    answer(path, "回头看", "P-shut", 复查日期=dt.date(2023, 6, 17), 复查结果="整改属实")
    assert "督导从 2023-10-01 开始" in faults_of(desk.take(path))["inspected_on"]


def test_a_writer_who_comes_between_is_met_and_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = answer(desk.send("qx-ld"), PROBLEMS, "P-late", 整改状态="整改中")
    others = Author(name="乙", unit="qx-zj", at=SUNDAY)
    waiting = [Change(table="problems", row_id="P-late", values={"status": "closed"})]

    def record_after_another(*words: Any, **more: Any) -> Any:  # noqa: ANN401
        if waiting:
            record(desk.ledger, [waiting.pop()], author=others)
        return record(*words, **more)

    monkeypatch.setattr("qxgeo.ledger.returns.merging.record", record_after_another)
    outcome = desk.take(path)
    assert (outcome.merged_rows, outcome.conflicts) == (0, 1)
    assert "区住房和城乡建设局" in faults_of(outcome)["status"]
    assert desk.row("problems", "P-late")["status"] == "closed"


def test_the_meeting_reads_who_contradicted_whom(desk: Desk) -> None:
    first, second = desk.send("qx-ld"), desk.send("qx-zj")
    answer(first, PROBLEMS, "P-late", 整改状态="整改中")
    answer(second, PROBLEMS, "P-late", 整改状态="未整改", 整改情况="仍裸露")
    desk.take(first)
    desk.take(second)
    answers = read_rows(desk.ledger, "progress", where={"week": str(WEEK)})
    lines = list_contradictions(read_board(desk.ledger, desk.office), answers)
    assert [(unit, row_id, said.zh) for unit, row_id, said in lines] == [
        ("区住房和城乡建设局", "P-late", "未整改 仍裸露")
    ]


def test_a_server_takes_the_same_week(postgres_url: str, tmp_path: Path) -> None:
    with set_up(postgres_url, tmp_path) as desk:
        first, second = desk.send("qx-ld"), desk.send("qx-zj")
        answer(first, PROBLEMS, "P-late", 整改状态="整改中")
        answer(first, TASKS, TASK, 完成状态="已完成")  # without its day
        answer(second, PROBLEMS, "P-late", 整改状态="未整改")
        outcome = desk.take(first)
        assert (outcome.merged_rows, outcome.wrong_rows) == (1, 1)
        assert desk.take(first).entries == 0
        assert desk.take(second).conflicts == 1
        assert desk.row("problems", "P-late")["status"] == "in_progress"
        assert not verify_ledger(desk.ledger).flaws
