"""Rows of inspections: checklists of a round, look-backs at closed problems, the nine items."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from qxgeo.errors import Text
from qxgeo.ledger.dispatch.weekly import day_of
from qxgeo.ledger.forms.columns import ITEM
from qxgeo.ledger.history import Change, make_id
from qxgeo.ledger.listing.figures import SCORE_KIND
from qxgeo.ledger.returns.desk import find_row
from qxgeo.ledger.rows import details_of
from qxgeo.ledger.words import (
    CheckResult,
    ItemResult,
    LookBackResult,
    ProblemStatus,
    Source,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qxgeo.ledger.forms import ReturnedRow, SheetKey
    from qxgeo.ledger.returns.cells import Cells
    from qxgeo.ledger.returns.desk import Desk

    Row = Mapping[str, Any]

_NEED_DAY = Text("请填检查日期", "give the day of the inspection")
_NEED_RESULT = Text("请选检查结果", "choose the result")
_FIRST_DAY = dt.date(2000, 1, 1)


def take_checklist(desk: Desk, key: SheetKey, row: ReturnedRow, cells: Cells) -> Iterator[Change]:
    """Turn a line of a checklist into changes: the inspection, and the problem that it found.

    Parameters
    ----------
    desk
        What is known.
    key
        Of the list.
    row
        The returned row.
    cells
        Its cells; takes the faults.

    Yields
    ------
    change
        None where anything is wrong, or somebody else has said otherwise.
    """
    line = find_row(cells, desk.inspections)
    if line is None:
        return
    values = _read_visit(desk, line, cells)
    place = cells.text("place")
    inspected_on = values["inspected_on"]
    due_on = cells.day("due_on", latest=dt.date.max, earliest=inspected_on)
    if values["result"] == CheckResult.PROBLEM:
        cells.need("note", values["text"], Text("请写明是什么问题", "say what is wrong"))
    if cells.faults or desk.find_clash("inspections", line, values, cells):
        return
    source = desk.source(key, row)
    yield Change(
        table="inspections",
        row_id=line["id"],
        values=values,
        source=source,
        based_on=line["entry"],
    )
    row_id = make_id("P", "inspection", line["id"], values["text"] or "")
    if values["result"] == CheckResult.PROBLEM and row_id not in desk.problems:
        found = _problem_of(line, values, place)
        days = dt.timedelta(days=desk.board.rules.problem_days)
        found["due_on"] = due_on or (inspected_on + days)
        yield Change(table="problems", row_id=row_id, values=found, source=source, based_on=0)


def take_look_back(desk: Desk, key: SheetKey, row: ReturnedRow, cells: Cells) -> Iterator[Change]:
    """Turn a look-back into changes: the inspection, and the problem where it was not mended.

    Parameters
    ----------
    desk
        What is known.
    key
        Of the list.
    row
        The returned row.
    cells
        Its cells; takes the faults.

    Yields
    ------
    change
        None where anything is wrong, or somebody else has said otherwise.
    """
    problem = find_row(cells, desk.problems)
    if problem is None:
        return
    line = _line_of(desk, problem, cells)
    if line is None:
        return
    values = _read_visit(desk, line, cells) | {"photo": cells.text("photo")}
    if values["result"] == LookBackResult.FALSE:
        cells.need("note", values["text"], Text("请写明查到什么", "say what was found"))
    if cells.faults or desk.find_clash("inspections", line, values, cells):
        return
    source = desk.source(key, row)
    yield Change(
        table="inspections",
        row_id=line["id"],
        values=values,
        source=source,
        based_on=line["entry"],
    )
    is_taken = line["result"] == values["result"]
    if values["result"] != LookBackResult.CONFIRMED and not is_taken:
        is_false = values["result"] == LookBackResult.FALSE
        details = details_of(problem)
        details.pop("rectified_on", None)
        days = dt.timedelta(days=desk.board.rules.problem_days)
        yield Change(
            table="problems",
            row_id=problem["id"],
            values={
                "status": ProblemStatus.FALSE_RECTIFICATION if is_false else ProblemStatus.OPEN,
                "closed_on": None,
                "due_on": values["inspected_on"] + days,
                "details": details | {"look_back": line["id"]},
            },
            source=source,
            based_on=problem["entry"],
        )


def take_scores(desk: Desk, key: SheetKey, row: ReturnedRow, cells: Cells) -> Iterator[Change]:
    """Turn a site's nine items into an inspection.

    Parameters
    ----------
    desk
        What is known.
    key
        Of the list.
    row
        The returned row.
    cells
        Its cells; takes the faults.

    Yields
    ------
    change
        None where anything is wrong or the ledger has it already.
    """
    site = find_row(cells, desk.sites)
    if site is None:
        return
    items = {
        one.item_id: result
        for one in desk.board.list_rules.items
        if (result := cells.choice(ITEM + one.item_id)) is not None
    }
    inspected_on = cells.day("inspected_on", latest=desk.as_of, earliest=_FIRST_DAY)
    month = desk.returned.label
    if inspected_on is not None and not inspected_on.isoformat().startswith(month):
        cells.fault(
            "inspected_on",
            Text(f"{inspected_on} 不在 {month}", f"{inspected_on} is not in {month}"),
            Text("请填在当月的表中", "use the form of its month"),
        )
    cells.need("inspected_on", inspected_on, _NEED_DAY)
    judged = [one for one in items.values() if one != ItemResult.NOT_CHECKED]
    if not judged and not any(key.startswith(ITEM) for key in cells.faults):
        first = ITEM + desk.board.list_rules.items[0].item_id
        cells.need(first, None, Text("九项都没有查", "none of the nine was checked"))
    note, inspector = cells.text("note"), cells.text("inspector")
    if cells.faults:
        return
    passed = sum(one == ItemResult.PASSED for one in judged)
    yield Change(
        table="inspections",
        row_id=make_id("D", SCORE_KIND, site["id"], inspected_on, desk.returned.author_id),
        values={
            "kind": SCORE_KIND,
            "site_id": site["id"],
            "measure_id": desk.board.list_rules.measures[-1],
            "inspected_on": inspected_on,
            "inspector": inspector,
            "score": passed / len(judged),
            "text": note,
            "details": {"items": items, "unit": desk.returned.author_id},
        },
        source=desk.source(key, row),
    )


def _read_visit(desk: Desk, line: Row, cells: Cells) -> dict[str, Any]:
    """Read when and by whom something was looked at, and what was found."""
    first_day = _FIRST_DAY
    for one in desk.board.plan.rounds:
        if one.number == line["round"]:
            first_day = one.start
            end = day_of(line["due_on"]) or one.end
            if first_day > desk.as_of:
                cells.fault(
                    "inspected_on",
                    Text(f"督导从 {first_day} 开始", f"the round begins on {first_day}"),
                    Text(f"请在 {first_day} 至 {end} 检查", f"inspect from {first_day} to {end}"),
                )
    inspected_on = cells.day("inspected_on", latest=desk.as_of, earliest=first_day)
    result = cells.choice("result")
    cells.need("inspected_on", inspected_on, _NEED_DAY)
    cells.need("result", result, _NEED_RESULT)
    return {
        "inspected_on": inspected_on,
        "result": result,
        "text": cells.text("note"),
        "inspector": cells.text("inspector"),
    }


def _problem_of(line: Row, values: Mapping[str, Any], place: str | None) -> dict[str, Any]:
    """Make the problem that an inspection found."""
    return {
        "measure_id": line["measure_id"],
        "kind": "problem",
        "text": values["text"],
        "place": place,
        "unit_id": line["unit_id"],
        "source": Source.SUPERVISION,
        "round": line["round"],
        "found_on": values["inspected_on"],
        "status": ProblemStatus.OPEN,
        "details": {"inspection": line["id"]},
    }


def _line_of(desk: Desk, problem: Row, cells: Cells) -> Row | None:
    """Find the look-back of a problem in the round of the form."""
    for line in desk.inspections.values():
        if line["problem_id"] == problem["id"] and f"round-{line['round']}" == desk.returned.label:
            return line
    cells.fault(
        "id",
        Text(f"{problem['id']} 不在本轮抽查名单中", f"{problem['id']} is not in this sample"),
        Text("抽样名单由台账定，不能自选", "the ledger draws the sample"),
    )
    return None
