"""Winds: hourly observations or a wind rose, in degrees or in words of 8 or 16 points.

A rose gives the share or the hours of each direction; an hourly table has a row per hour. Words and
signs are those of Chinese tables: 北东北 or NNE, C or 静风 for calm, 999017 (calm) and 999999
(missing) in files of the meteorological service.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Fault, ReadError, SchemaError, Text
from qxgeo.readers.cells import CellError, as_number, as_text, is_blank
from qxgeo.readers.files import TABLE_ENDINGS, check_readable, read_fault
from qxgeo.readers.positions import plain_heading
from qxgeo.readers.tabular import read_delimited, read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from qxgeo.readers.raw import Raw

    Floats = NDArray[np.float64]

WIND_COLUMNS: dict[str, str] = {
    "direction_deg": "float64",
    "speed_ms": "float64",
    "hours": "float64",
    "is_calm": "bool",
}
_DIRECTION = ("风向", "风向度", "方位", "winddirection", "winddir", "direction", "dir", "wd")
_DEGREES = ("角度", "风向角", "风向角度", "风向度数", "方位角", "度数", "degrees")
_SPEED = ("风速", "平均风速", "windspeed", "speed", "ws")
_WEIGHT = (
    *("小时数", "小时", "时数", "频率", "风向频率", "频次", "次数", "占比", "比例"),
    *("hours", "share", "frequency", "freq", "count"),
)
_SPEED_UNITS = ("", "m/s", "m·s-1", "ms-1", "米/秒", "米每秒")
_UNIT = re.compile(r"[(\[](.*)[)\]]$|(%)$")
_CALM_WORDS = frozenset(("c", "静", "无", "calm"))
# The 16 points clockwise from north; Chinese tables name the half points in three ways.
_POINTS = (
    ("n", "北", "正北"),
    ("nne", "北东北", "北北东", "东北偏北", "北偏东"),
    ("ne", "东北", "北东"),
    ("ene", "东东北", "东北东", "东北偏东", "东偏北"),
    ("e", "东", "正东"),
    ("ese", "东东南", "东南东", "东南偏东", "东偏南"),
    ("se", "东南", "南东"),
    ("sse", "南东南", "南南东", "东南偏南", "南偏东"),
    ("s", "南", "正南"),
    ("ssw", "南西南", "南南西", "西南偏南", "南偏西"),
    ("sw", "西南", "南西"),
    ("wsw", "西西南", "西南西", "西南偏西", "西偏南"),
    ("w", "西", "正西"),
    ("wnw", "西西北", "西北西", "西北偏西", "西偏北"),
    ("nw", "西北", "北西"),
    ("nnw", "北西北", "北北西", "西北偏北", "北偏西"),
)
_POINT_DEG = 22.5
_BEARINGS = {word: n * _POINT_DEG for n, words in enumerate(_POINTS) for word in words}
_CALM_CODE = 999017.0
_MISSING_CODES = frozenset((999999.0, 99999.0, 9999.0, 999.0, 999.9, 999990.0))
_CALM_MS = 0.2  # GB/T 35227: up to it the direction is noted as C
_CIRCLE_DEG = 360.0
_MISSING = "missing"
_CALM = "calm"


@dataclass(slots=True)
class _Table:
    """A table, its headings and what is wrong with it."""

    raw: Raw
    faults: list[Fault] = field(default_factory=list)

    def fault(self, place: int | None, column: str, problem: Text, mend: Text) -> None:
        """Note a fault; `place` counts the records from 0."""
        row = None if place is None else int(self.raw.rows[place])
        self.faults.append(
            Fault(file=self.raw.file, row=row, column=column, problem=problem, mend=mend)
        )

    def column(self, names: tuple[str, ...]) -> str | None:
        """Find the heading of a column, the first name first; units do not count."""
        plain = {_without_unit(heading)[0]: heading for heading in reversed(self.headings)}
        return next((plain[name] for name in names if name in plain), None)

    def is_blank(self, place: int, *headings: str | None) -> bool:
        """Tell whether a record says nothing in these columns."""
        cells = self.raw.cells
        return all(is_blank(cells[name].iloc[place]) for name in headings if name is not None)

    @property
    def headings(self) -> list[str]:
        """Give the headings of the file."""
        return [str(heading) for heading in self.raw.cells.columns]

    def read(self, heading: str | None, convert: Callable[[Any], object]) -> list[object]:
        """Convert a column; None where there is none, or a cell is blank or at fault."""
        if heading is None:
            return [None] * len(self.raw.cells)
        values = []
        for place, cell in enumerate(self.raw.cells[heading]):
            try:
                values.append(convert(cell))
            except CellError as error:
                self.fault(place, heading, error.problem, error.mend)
                values.append(None)
        return values


def read_wind(path: str | Path) -> pd.DataFrame:
    """Read winds.

    Parameters
    ----------
    path
        CSV or workbook. Needs a column of directions (风向: degrees, words or both in two columns);
        风速 in m/s and 小时数 or 频率 are taken where they stand.

    Returns
    -------
    wind
        `WIND_COLUMNS`, a row per row of the file. ``direction_deg`` is where the wind comes from,
        from 0 to below 360, NaN where ``is_calm`` (up to 0.2 m/s counts as calm) or where the
        direction was not observed. ``speed_ms`` is NaN where not given. ``hours`` is the weight of
        the row: its hours, or its share of them, or 1 where the table has neither.

    Raises
    ------
    ReadError
        If the file is missing or no table.
    SchemaError
        If there is no direction, or cells cannot be read, with row and column.
    """
    table = _Table(_read_file(check_readable(Path(path))))
    speed = _numbers(table.read(_speed_heading(table), _as_speed))
    direction = _directions(table)
    hours = _hours(table)
    if not table.faults and not hours.sum() > 0:
        problem = Text("小时数或频率合计为 0", "hours or shares add up to 0")
        table.fault(None, "", problem, Text("请填写", "fill them in"))
    if table.faults:
        raise SchemaError(table.faults)
    is_calm = np.array([one == _CALM for one in direction]) | (speed <= _CALM_MS)
    degrees = _numbers([None if isinstance(one, str) else one for one in direction])
    return pd.DataFrame(
        {
            "direction_deg": np.where(is_calm, np.nan, degrees),
            "speed_ms": speed,
            "hours": hours,
            "is_calm": is_calm,
        }
    ).astype(WIND_COLUMNS)


def _read_file(path: Path) -> Raw:
    """Read the cells of a table.

    Raises
    ------
    ReadError
        If it is of no known kind.
    """
    ending = path.suffix.lower()
    known = (*_DIRECTION, *_DEGREES, *_SPEED, *_WEIGHT)
    if ending not in TABLE_ENDINGS:
        problem = Text(f"不认识的文件类型“{ending}”", f'unknown kind of file "{ending}"')
        mend = Text("请提供 CSV 或 Excel 表", "give a CSV or a workbook")
        raise ReadError(read_fault(path.name, problem, mend))
    if ending in {".csv", ".tsv", ".txt"}:
        return read_delimited(path, file=path.name, known=known)
    return read_workbook(path, file=path.name, known=known)


def _without_unit(heading: str) -> tuple[str, str]:
    """Part a heading into its name and its unit, for comparison only."""
    plain = plain_heading(heading)
    match = _UNIT.search(plain)
    if match is None:
        return plain, ""
    return plain[: match.start()], match[1] or match[2] or ""


def _speed_heading(table: _Table) -> str | None:
    """Find the speeds; another unit than m/s is a fault."""
    heading = table.column(_SPEED)
    if heading is None:
        return None
    unit = _without_unit(heading)[1]
    if unit in _SPEED_UNITS:
        return heading
    table.fault(
        None,
        heading,
        Text(f"风速单位是“{unit}”", f'the speed is in "{unit}"'),
        Text("请换算成米/秒（m/s）", "convert it to metres per second (m/s)"),
    )
    return None


def _directions(table: _Table) -> list[object]:
    """Give degrees, `_CALM` or `_MISSING` for each row; words and degrees may stand side by side.

    Raises
    ------
    SchemaError
        If there is no column of directions.
    """
    word, degrees = table.column(_DIRECTION), table.column(_DEGREES)
    if word is None and degrees is None:
        listed = "、".join(table.headings[:20])
        problem = Text(
            f"没有风向列；文件的列：{listed}", f"no column of directions; the file has: {listed}"
        )
        mend = Text("请把该列命名为“风向”", 'name the column "风向" or "direction"')
        raise SchemaError(Fault(file=table.raw.file, problem=problem, mend=mend))
    first, second = table.read(word, _as_direction), table.read(degrees, _as_direction)
    directions = [other if one is None else one for one, other in zip(first, second, strict=True)]
    for place, (one, other) in enumerate(zip(first, second, strict=True)):
        if isinstance(one, float) and isinstance(other, float) and _apart(one, other):
            problem = Text(
                f"风向与角度不一致：{one:g}° 与 {other:g}°",
                f"direction and degrees disagree: {one:g} and {other:g}",
            )
            table.fault(place, degrees or "", problem, Text("请核对", "check them"))
        elif table.is_blank(place, word, degrees) and not _is_calm_speed(table, place):
            problem = Text("没有风向", "the direction is missing")
            mend = Text("静风请写 C，缺测请写 999999", "write C for calm, 999999 for not observed")
            table.fault(place, word or degrees or "", problem, mend)
    return directions


def _apart(one: float, other: float) -> bool:
    """Tell whether two directions lie further apart than a word of 16 points leaves open."""
    return abs((one - other + 180) % _CIRCLE_DEG - 180) > _POINT_DEG / 2 + 1e-9


def _is_calm_speed(table: _Table, place: int) -> bool:
    """Tell whether the speed of a row without direction says that it was calm."""
    heading = table.column(_SPEED)
    if heading is None:
        return False
    try:
        speed = _as_speed(table.raw.cells[heading].iloc[place])
    except CellError:  # a fault of its own
        return False
    return speed is not None and speed <= _CALM_MS


def _hours(table: _Table) -> Floats:
    """Give the weight of each row."""
    heading = table.column(_WEIGHT)
    if heading is None:
        return np.ones(len(table.raw.cells))
    before = len(table.faults)
    values = table.read(heading, _as_weight)
    if len(table.faults) == before:
        for place in [n for n, value in enumerate(values) if value is None]:
            problem = Text("没有小时数或频率", "hours or share are missing")
            table.fault(
                place, heading, problem, Text("没有的请写 0", "write 0 where there is none")
            )
    return _numbers(values)


def _numbers(values: list[Any]) -> Floats:
    """Turn numbers and None into an array with NaN."""
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)


def _as_direction(cell: Any) -> object:  # noqa: ANN401  a cell may hold anything
    """Read degrees or a word: a number, `_CALM`, `_MISSING`, or None where the cell is blank.

    Raises
    ------
    CellError
        If it is none of these.
    """
    text = as_text(cell)
    if text is None:
        return None
    word = re.sub(r"[\s风]", "", unicodedata.normalize("NFKC", text).casefold())
    if word in _CALM_WORDS:
        return _CALM
    if word in _BEARINGS:
        return _BEARINGS[word]
    try:
        degrees = as_number(word.rstrip("°度"))
    except CellError:
        degrees = None
    if degrees in _MISSING_CODES:
        return _MISSING
    if degrees == _CALM_CODE:
        return _CALM
    if degrees is not None and 0 <= degrees <= _CIRCLE_DEG:
        return degrees % _CIRCLE_DEG
    raise CellError(
        Text(f"风向“{text}”看不懂", f'direction "{text}" is not understood'),
        Text(
            "请写 0–360 度、16 方位（如 北东北、NNE）或 C（静风）",
            "write degrees from 0 to 360, one of 16 points (NNE) or C for calm",
        ),
    )


def _as_speed(cell: Any) -> float | None:  # noqa: ANN401  a cell may hold anything
    """Read m/s, None where blank or not observed.

    Raises
    ------
    CellError
        If it is no number or below 0.
    """
    number = as_number(cell)
    if number is None or number in _MISSING_CODES:
        return None
    if number < 0:
        raise CellError(
            Text(f"风速 {number:g} 小于 0", f"speed {number:g} is below 0"),
            Text("缺测请留空", "leave it blank where it was not observed"),
        )
    return number


def _as_weight(cell: Any) -> float | None:  # noqa: ANN401  a cell may hold anything
    """Read hours or a share, with or without a per cent sign.

    Raises
    ------
    CellError
        If it is no number or below 0.
    """
    text = as_text(cell)
    number = None if text is None else as_number(text.rstrip("%％"))
    if number is not None and number < 0:
        raise CellError(
            Text(f"{number:g} 小于 0", f"{number:g} is below 0"),
            Text("小时数或频率不能为负", "hours and shares cannot be negative"),
        )
    return number
