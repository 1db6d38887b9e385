"""Rows of the weekly form that report new problems."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from qxgeo.errors import PlanError, Text
from qxgeo.ledger.history import Change, make_id
from qxgeo.ledger.words import ProblemStatus, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qxgeo.ledger.forms import ReturnedRow, SheetKey
    from qxgeo.ledger.returns.cells import Cells
    from qxgeo.ledger.returns.desk import Desk
    from qxgeo.plan import Unit


def add_problem(desk: Desk, key: SheetKey, row: ReturnedRow, cells: Cells) -> Iterator[Change]:
    """Turn a new problem into a change, or note what is wrong with it.

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
        The problem; none where anything is wrong or the ledger has it already.
    """
    values = read_new_problem(desk, cells)
    if cells.faults:
        return
    row_id = problem_id(values)
    if row_id in desk.problems:
        return
    yield Change(
        table="problems", row_id=row_id, values=values, source=desk.source(key, row), based_on=0
    )


def problem_id(values: Mapping[str, Any]) -> str:
    """Give the id of a new problem: what, where and when, whoever reports it.

    Parameters
    ----------
    values
        Its columns.

    Returns
    -------
    problem_id
        The same for the same problem, so that it is in the ledger once.
    """
    parts = ("measure_id", "site_id", "text", "place", "found_on")
    return make_id("P", *(values.get(key) or "" for key in parts))


def read_new_problem(desk: Desk, cells: Cells) -> dict[str, Any]:
    """Read the cells of a new problem, and note what is wrong with them.

    Parameters
    ----------
    desk
        What is known.
    cells
        Of the row.

    Returns
    -------
    values
        Columns of the table; of use only where there is no fault.
    """
    found_on = cells.day(
        "found_on", latest=desk.as_of, earliest=dt.date(desk.board.plan.year - 1, 1, 1)
    )
    values: dict[str, Any] = {
        "measure_id": cells.choice("measure_id"),
        "source": cells.choice("source") or Source.OTHER,
        "text": cells.text("text"),
        "place": cells.text("place"),
        "township_id": _read_township(desk, cells),
        "lon": cells.number("lon", least=-180.0, most=180.0),
        "lat": cells.number("lat", least=-90.0, most=90.0),
        "site_id": cells.text("site_id"),
        "found_on": found_on,
        "due_on": cells.day("due_on", latest=dt.date.max, earliest=found_on),
        "photo": cells.text("photo"),
        "status": ProblemStatus.OPEN,
        "kind": "problem",
        "details": {"reported_by": desk.returned.author_id},
    }
    cells.need("text", values["text"], Text("请写明是什么问题", "say what is wrong"))
    if values["site_id"] is None:
        cells.need("place", values["place"], Text("请写明地点", "say where"))
    cells.need("found_on", found_on, Text("请填发现日期", "say when it was found"))
    if (values["lon"] is None) != (values["lat"] is None):
        missing = "lon" if values["lon"] is None else "lat"
        cells.need(missing, None, Text("经纬度要么都填，要么都不填", "give both or neither"))
    if values["site_id"] is not None and values["site_id"] not in desk.sites:
        name = values["site_id"]
        cells.fault(
            "site_id",
            Text(f"台账中没有场所“{name}”", f'the ledger has no site "{name}"'),
            Text("请核对编号，或留空并写明地点", "check it, or leave it empty and name the place"),
        )
    if values["due_on"] is None and found_on is not None:
        values["due_on"] = found_on + dt.timedelta(days=desk.board.rules.problem_days)
    values["unit_id"] = _read_unit(desk, cells, values["township_id"])
    return values


def _read_township(desk: Desk, cells: Cells) -> str | None:
    """Read a township by any of its names."""
    unit = _find_unit(desk, cells, "township_id")
    if unit is None:
        return None
    if len(unit.members) != 1:
        cells.fault(
            "township_id",
            Text(f"“{unit.name}”不是一个乡办", f'"{unit.name}" is not one township'),
            Text("请写明是哪个乡办", "say which one"),
        )
        return None
    return unit.members[0]


def _read_unit(desk: Desk, cells: Cells, township_id: str | None) -> str | None:
    """Read who answers: the township on its own ground where nobody says, else who reports."""
    unit = _find_unit(desk, cells, "unit_id")
    if "unit_id" in cells.faults:
        return None
    if unit is not None and unit.kind != "townships":
        return unit.unit_id
    for one in desk.board.plan.units:
        if township_id is not None and one.members == (township_id,):
            return one.unit_id
    if unit is not None:
        cells.fault(
            "unit_id",
            Text(f"“{unit.name}”有 {len(unit.members)} 个", f'"{unit.name}" are several units'),
            Text("请写明是哪个乡办，或填“所在乡办”", "name one, or give the township"),
        )
        return None
    return desk.returned.author_id


def _find_unit(desk: Desk, cells: Cells, key: str) -> Unit | None:
    """Find a unit by name, alias or code; one that nobody knows is a fault."""
    name = cells.text(key)
    if name is None:
        return None
    try:
        return desk.board.plan.find_unit("".join(name.split()))
    except PlanError:
        cells.fault(
            key,
            Text(f"“{name[:40]}”不在列表中", f'"{name[:40]}" is no choice'),
            Text("请从列表中选", "choose from the list"),
        )
        return None
