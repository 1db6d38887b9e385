"""Columns of each list of a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.ledger.forms.model import FormColumn, SheetKey
from qxgeo.ledger.words import (
    CHECK_LABELS,
    EMPTY,
    ITEM_LABELS,
    LOOK_BACK_LABELS,
    PROBLEM_STATUS_LABELS,
    SOURCE_LABELS,
    TASK_STATUS_LABELS,
    ProblemStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qxgeo.ledger.rulebook import CheckItem

ID = "id"
MARK = "mark"
REMARK = "remark"
ITEM = "item:"
_DAY_HINT = Text("填日期，如 2023-06-12，不晚于今天", "a date such as 2023-06-12, not after today")
_SETTABLE = {
    key: label
    for key, label in PROBLEM_STATUS_LABELS.items()
    if key != ProblemStatus.FALSE_RECTIFICATION  # said by a look-back alone
}
TITLES: dict[SheetKey, Text] = {
    SheetKey.TASKS: Text("任务", "Tasks"),
    SheetKey.PROBLEMS: Text("问题清单", "Problems"),
    SheetKey.NEW_PROBLEMS: Text("新增问题", "New problems"),
    SheetKey.CHECKLIST: Text("督导检查表", "Checklist"),
    SheetKey.LOOK_BACK: Text("回头看", "Look-back"),
    SheetKey.SCORES: Text("9个100%", "Nine items"),
}
_MARK_COLUMN = FormColumn(key=MARK, title=Text("校验码", "mark"), width=11.0)
_REMARK_COLUMN = FormColumn(
    key=REMARK, title=Text("退回原因", "why sent back"), form="wrap", width=46.0
)


def _given(key: str, zh: str, en: str, width: float = 14.0, form: str = "text") -> FormColumn:
    """Make a column of given cells."""
    return FormColumn(key=key, title=Text(zh, en), form=form, width=width)


def _asked(
    key: str,
    title: Text,
    *,
    form: str = "wrap",
    choices: Mapping[str, Text] | None = None,
    hint: Text = EMPTY,
    width: float = 16.0,
) -> FormColumn:
    """Make a column to fill in."""
    return FormColumn(
        key=key,
        title=title,
        form=form,
        is_input=True,
        choices=choices or {},
        hint=hint,
        width=width,
    )


_TASKS = (
    _given(ID, "任务编号", "task", 22.0),
    _given("measure_id", "措施", "measure", 7.0),
    _given("role", "角色", "role", 6.0),
    _given("turn", "期次", "turn", 11.0),
    _given("text", "任务内容", "task text", 52.0, "wrap"),
    _given("due_on", "期限", "due", 11.0),
    _given("state", "到期情况", "state", 10.0),
    _given("known", "台账所记", "in the ledger", 16.0, "wrap"),
    _asked(
        "status", Text("完成状态", "status"), form="choice", choices=TASK_STATUS_LABELS, width=11.0
    ),
    _asked("done_on", Text("完成日期", "done on"), form="day", hint=_DAY_HINT, width=12.0),
    _asked("note", Text("进展说明", "what was done"), width=36.0),
)
_PROBLEMS = (
    _given(ID, "问题编号", "problem id", 18.0),
    _given("measure_id", "措施", "measure", 7.0),
    _given("role", "角色", "role", 6.0),
    _given("text", "问题", "problem", 40.0, "wrap"),
    _given("place", "地点", "place", 22.0, "wrap"),
    _given("found_on", "发现日期", "found on", 11.0),
    _given("due_on", "整改期限", "due", 11.0),
    _given("state", "到期情况", "state", 10.0),
    _given("known", "台账所记", "in the ledger", 16.0, "wrap"),
    _asked("status", Text("整改状态", "status"), form="choice", choices=_SETTABLE, width=14.0),
    _asked("done_on", Text("整改完成日期", "rectified on"), form="day", hint=_DAY_HINT, width=13.0),
    _asked("note", Text("整改情况", "what was done"), width=36.0),
    _asked("photo", Text("照片", "photo"), hint=Text("照片文件名", "file name"), width=16.0),
)
_CHECKLIST = (
    _given(ID, "检查编号", "inspection", 24.0),
    _given("measure_id", "措施", "measure", 7.0),
    _given("role", "角色", "role", 6.0),
    _given("text", "检查内容", "what to check", 52.0, "wrap"),
    _given("state", "台账所记", "state in the ledger", 12.0),
    _asked(
        "inspected_on", Text("检查日期", "inspected on"), form="day", hint=_DAY_HINT, width=12.0
    ),
    _asked("result", Text("检查结果", "result"), form="choice", choices=CHECK_LABELS, width=11.0),
    _asked("note", Text("问题和说明", "problem, remarks"), width=40.0),
    _asked("place", Text("问题地点", "place"), width=22.0),
    _asked("due_on", Text("整改期限", "due"), form="day", width=12.0),
    _asked("inspector", Text("检查人", "inspector"), width=12.0),
)
_LOOK_BACK = (
    _given(ID, "问题编号", "problem id", 18.0),
    _given("measure_id", "措施", "measure", 7.0),
    _given("text", "问题", "problem", 40.0, "wrap"),
    _given("place", "地点", "place", 22.0, "wrap"),
    _given("closed_on", "销号日期", "closed on", 11.0),
    _given("told", "整改情况", "what was reported", 36.0, "wrap"),
    _asked(
        "inspected_on", Text("复查日期", "inspected on"), form="day", hint=_DAY_HINT, width=12.0
    ),
    _asked(
        "result", Text("复查结果", "result"), form="choice", choices=LOOK_BACK_LABELS, width=11.0
    ),
    _asked("note", Text("复查情况", "remarks"), width=36.0),
    _asked("photo", Text("照片", "photo"), width=16.0),
    _asked("inspector", Text("检查人", "inspector"), width=12.0),
)


def _new_problems(
    measures: Mapping[str, Text], units: Mapping[str, Text], townships: Mapping[str, Text]
) -> tuple[FormColumn, ...]:
    """Give the columns of new problems with the choices of a plan."""
    return (
        _asked("measure_id", Text("措施", "measure"), form="choice", choices=measures, width=9.0),
        _asked("source", Text("来源", "source"), form="choice", choices=SOURCE_LABELS, width=10.0),
        _asked("text", Text("问题", "problem"), width=40.0),
        _asked("place", Text("地点", "place"), width=24.0),
        _asked("township_id", Text("所在乡办", "township"), form="choice", choices=townships),
        _asked(
            "lon", Text("经度", "lon"), form="number", hint=Text("WGS 84", "WGS 84"), width=11.0
        ),
        _asked(
            "lat", Text("纬度", "lat"), form="number", hint=Text("WGS 84", "WGS 84"), width=11.0
        ),
        _asked("site_id", Text("场所编号", "site"), form="text", width=14.0),
        _asked("found_on", Text("发现日期", "found on"), form="day", hint=_DAY_HINT, width=12.0),
        _asked("due_on", Text("整改期限", "due"), form="day", width=12.0),
        _asked("unit_id", Text("责任单位", "unit"), form="choice", choices=units, width=22.0),
        _asked("photo", Text("照片", "photo"), width=16.0),
    )


def _scores(items: Sequence[CheckItem]) -> tuple[FormColumn, ...]:
    """Give the columns of the nine items."""
    return (
        _given(ID, "工地编号", "site", 16.0),
        _given("name", "工地", "name", 28.0, "wrap"),
        _given("township", "乡办", "township", 12.0),
        _asked(
            "inspected_on", Text("检查日期", "inspected on"), form="day", hint=_DAY_HINT, width=12.0
        ),
        *(
            _asked(ITEM + one.item_id, one.title, form="choice", choices=ITEM_LABELS, width=11.0)
            for one in items
        ),
        _asked("note", Text("说明", "remarks"), width=30.0),
        _asked("inspector", Text("检查人", "inspector"), width=12.0),
    )


def columns_of(
    key: SheetKey,
    *,
    measures: Mapping[str, Text],
    units: Mapping[str, Text],
    townships: Mapping[str, Text],
    items: Sequence[CheckItem],
) -> tuple[FormColumn, ...]:
    """Give the columns of a list.

    Parameters
    ----------
    key
        Which list.
    measures, units, townships
        Id to name, to choose from.
    items
        Of the 9个100%.

    Returns
    -------
    columns
        In their order, without mark and remark.
    """
    fixed = {
        SheetKey.TASKS: _TASKS,
        SheetKey.PROBLEMS: _PROBLEMS,
        SheetKey.CHECKLIST: _CHECKLIST,
        SheetKey.LOOK_BACK: _LOOK_BACK,
    }
    if key in fixed:
        return fixed[key]
    if key == SheetKey.SCORES:
        return _scores(items)
    return _new_problems(measures, units, townships)


def with_marks(columns: tuple[FormColumn, ...], *, is_returned: bool) -> tuple[FormColumn, ...]:
    """Add the mark, where rows are given, and the reason, where they are sent back.

    Parameters
    ----------
    columns
        Of a list.
    is_returned
        Whether the form is sent back.

    Returns
    -------
    columns
        With the further ones at the end.
    """
    more = (_MARK_COLUMN,) if any(one.key == ID for one in columns) else ()
    return (*columns, *more, *((_REMARK_COLUMN,) if is_returned else ()))
