"""One sheet of a carts' file: its headings, its units and its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from qxgeo.errors import Fault, ReadError, Text
from qxgeo.readers.cart_cells import as_clock, part_heading, plain, unit_factor
from qxgeo.readers.cells import CellError, as_phone, as_text, flag_reader, number_reader
from qxgeo.readers.tabular import list_sheets, read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.readers.raw import Raw
    from qxgeo.schemas.contract import Column
    from qxgeo.schemas.watering import SheetSchema

_LONGEST_SHORT_UNIT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CartSheet:
    """A sheet with its columns under their names in the house.

    Attributes
    ----------
    raw
        As read, for file name and rows.
    table
        Known columns, values or None, and ``row``; an amount with several meanings (``spray``) is
        a pair of the number and what one of its unit is.
    headings
        Column name to heading of the file.
    """

    raw: Raw
    table: pd.DataFrame
    headings: dict[str, str]

    def fault(self, row: int | None, column: str, problem: Text, mend: Text) -> Fault:
        """Say what is wrong in a cell."""
        name = self.headings.get(column, column)
        return Fault(file=self.raw.file, row=row, column=name, problem=problem, mend=mend)


def read_sheet(path: Path, schema: SheetSchema, faults: list[Fault]) -> CartSheet:
    """Read a sheet and find its columns.

    Parameters
    ----------
    path
        Workbook.
    schema
        What the sheet must look like.
    faults
        Those of its cells are put here.

    Returns
    -------
    sheet
        A cell at fault is missing.

    Raises
    ------
    ReadError
        If the sheet is missing.
    """
    file = path.name
    names = {plain(name): name for name in list_sheets(path, file=file)}
    found = next((names[plain(name)] for name in schema.sheets if plain(name) in names), None)
    if found is None:
        listed = "、".join(names.values())
        raise ReadError(
            Fault(
                file=file,
                problem=Text(
                    f"没有工作表“{schema.title.zh}”，有：{listed}",
                    f'there is no sheet "{schema.title.en}" with rows; there are: {listed}',
                ),
                mend=Text(f"请补上工作表“{schema.title.zh}”", f'add the sheet "{schema.title.en}"'),
            )
        )
    known = {alias for column in schema.columns.values() for alias in column.aliases}
    raw = read_workbook(path, file=file, known=known, sheet=found)
    title = f"{file} [{found}]"
    raw = replace(raw, file=title)
    headings = _match(raw, schema, faults)
    return CartSheet(raw=raw, table=_convert(raw, schema, headings, faults), headings=headings)


def _match(raw: Raw, schema: SheetSchema, faults: list[Fault]) -> dict[str, str]:
    """Find the heading of each known column."""
    bases = [(part_heading(str(heading))[0], str(heading)) for heading in raw.cells.columns]
    found: dict[str, str] = {}
    for name, column in schema.columns.items():
        for alias in (name, *column.aliases):
            hits = [head for base, head in bases if base == plain(alias)]
            hits = [head for head in hits if head not in found.values()]
            if hits:
                found[name] = hits[0]
                break
        if column.required and name not in found:
            listed = "、".join(head for _, head in bases)
            wanted = column.aliases[0]
            problem = Text(
                f"缺少“{wanted}”列，有：{listed}", f'no column "{name}"; there are: {listed}'
            )
            mend = Text(f"请补上“{wanted}”列", f'add the column "{name}"')
            faults.append(Fault(file=raw.file, column=wanted, problem=problem, mend=mend))
    return found


def _convert(
    raw: Raw, schema: SheetSchema, headings: dict[str, str], faults: list[Fault]
) -> pd.DataFrame:
    """Read every known column cell by cell; a cell at fault is missing."""
    columns: dict[str, list[Any]] = {}
    for name, column in schema.columns.items():
        if name not in headings:
            columns[name] = [None] * len(raw.cells)
            continue
        read = _reader(column, headings[name])
        factors = _factors(raw, name, schema, headings[name], faults)
        values = []
        for place, cell in enumerate(raw.cells[headings[name]]):
            row = int(raw.rows[place])
            try:
                value = read(cell)
                if factors is not None and value is not None:
                    value = _in_unit(value, factors[place], column, name)
                values.append(value)
            except CellError as error:
                values.append(None)
                faults.append(
                    Fault(
                        file=raw.file, row=row, column=headings[name],
                        problem=error.problem, mend=error.mend,
                    )
                )  # fmt: skip
        columns[name] = values
        faults += _blank_and_repeated(raw, headings[name], column, values)
    return pd.DataFrame(columns, index=raw.cells.index, dtype=object).assign(row=raw.rows)


def _reader(column: Column, heading: str) -> Callable[[Any], Any]:
    """Choose the reader of a column's cells; bounds are held to it after its unit."""
    readers: dict[str, Callable[[Any], Any]] = {
        "text": as_text,
        "phone": as_phone,
        "clock": as_clock,
        "flag": flag_reader(heading),
        "number": number_reader(replace(column, least=None, most=None)),
    }
    return readers[column.kind]


def _factors(
    raw: Raw, name: str, schema: SheetSchema, heading: str, faults: list[Fault]
) -> list[float | None] | None:
    """Give what one of each cell's unit is in the house's; None where there is no unit."""
    column = schema.columns[name]
    if column.kind != "number":
        return None
    units = schema.units.get(name)
    count = len(raw.cells)
    if units is None:
        return [1.0] * count
    base, unit = part_heading(heading)
    if unit:
        factor = unit_factor(unit, units)
        if factor is None:
            faults.append(_unknown_unit(raw.file, None, heading, unit, tuple(units)))
        return [factor] * count
    beside = next(
        (h for h in raw.cells.columns if plain(str(h)) in (f"{base}单位", f"{base}unit")), None
    )
    if beside is not None:
        found: list[float | None] = []
        for place, cell in enumerate(raw.cells[beside]):
            text = as_text(cell) or ""
            found.append(unit_factor(text, units))
            if found[-1] is None and as_text(raw.cells[heading].iloc[place]) is not None:
                row = int(raw.rows[place])
                faults.append(_unknown_unit(raw.file, row, str(beside), text, tuple(units)))
        return found
    if name == "break_min":
        return [1.0] * count
    faults.append(_unknown_unit(raw.file, None, heading, "", tuple(units)))
    return [None] * count


def _unknown_unit(
    file: str, row: int | None, column: str, unit: str, units: tuple[str, ...]
) -> Fault:
    """Say that a unit is missing or not known."""
    listed = "、".join(
        dict.fromkeys(
            one
            for one in units
            if not one.isascii() or "/" in one or len(one) <= _LONGEST_SHORT_UNIT
        )
    )
    problem = Text(f"单位“{unit}”不认得", f'unknown unit "{unit}"')
    if not unit:
        problem = Text("没有写明单位", "the unit is not stated")
    mend = Text(
        f"请在列名的括号里写明单位，可用：{listed}",
        f"state it in brackets in the heading: {listed}",
    )
    return Fault(file=file, row=row, column=column, problem=problem, mend=mend)


def _in_unit(value: float, factor: float | None, column: Column, name: str) -> Any:  # noqa: ANN401 - a number, or a pair for a spray
    """Bring a number into the house's unit and hold the bounds to it.

    Raises
    ------
    CellError
        If nobody can mean it.
    """
    if factor is None:
        return None
    if name == "spray":
        return value, factor
    number = value * factor
    is_low = column.least is not None and number < column.least
    if is_low or (column.most is not None and number > column.most):
        unit = {"tank_l": ("升", "litres"), "flow_l_per_min": ("升/分钟", "litres a minute")}
        zh, en = unit.get(name, ("", ""))
        least = "0" if column.least is None else f"{column.least:g}"
        raise CellError(
            Text(
                f"{value:g} 即 {number:g} {zh}，不合理",
                f"{value:g} is {number:g} {en}: cannot be meant",
            ),
            Text(
                f"应在 {least} 到 {column.most:g} {zh}之间，请核对单位是立方米还是升",
                f"{least} to {column.most:g} {en}; check whether it is m3 or litres",
            ),
        )
    return number


def _blank_and_repeated(raw: Raw, heading: str, column: Column, values: list[Any]) -> list[Fault]:
    """Find blank cells of a required column and values that stand twice in one of keys."""
    faults = []
    first: dict[Any, int] = {}
    for place, value in enumerate(values):
        row = int(raw.rows[place])
        is_blank = as_text(raw.cells[heading].iloc[place]) is None
        if column.required and column.unique and is_blank:
            problem, mend = Text("没有填写", "it is blank"), Text("请填写", "fill it in")
            faults.append(Fault(file=raw.file, row=row, column=heading, problem=problem, mend=mend))
        elif column.unique and value in first:
            problem = Text(
                f"“{value}”重复（第 {first[value]} 行已有）",
                f'"{value}" stands in row {first[value]} already',
            )
            mend = Text("一个编号只用一次", "use an id once")
            faults.append(Fault(file=raw.file, row=row, column=heading, problem=problem, mend=mend))
        elif value is not None:
            first[value] = row
    return faults
