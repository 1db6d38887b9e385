"""Cells of planners' tables as values: text, numbers, flags, days and the status of a site."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.schemas import Column

_BLANKS = frozenset(
    (
        *("", "-", "--", "—", "——", "－", "–", "/", "\\", "空", "缺"),
        *("nan", "none", "null", "<na>", "nat", "n/a", "#n/a", "(null)"),
    )
)
_YES = frozenset(("是", "有", "对", "真", "yes", "y", "true", "t", "1", "√", "✓", "✔"))
_NO = frozenset(("否", "无", "不是", "没有", "假", "no", "n", "false", "f", "0", "×", "✗"))
# Tag values of OpenStreetMap that answer the flag; any other value there leaves it open.
_OSM_YES = {
    "hgv": ("designated", "destination"),
    "oneway": ("-1", "reversible", "alternating"),
    "tunnel": ("building_passage", "culvert", "covered", "avalanche_protector"),
}
AGAINST = frozenset(("-1", "reverse"))  # one way, against the direction of the line
_STATUS_WORDS = {
    Status.EXISTING: ("现有", "已有", "在营", "营业", "存量", "既有", "existing"),
    Status.PROPOSED: ("拟新增", "新增", "拟建", "新建", "新办", "新申请", "拟设", "proposed"),
    Status.CHANGE: ("变更", "延续", "变更、延续", "变更延续", "变更或延续", "换证", "change"),
    Status.UNKNOWN: ("状态不明", "不明", "未知", "unknown"),
}
_STATUS_OF = {word: status for status, words in _STATUS_WORDS.items() for word in words}
_DAY = re.compile(r"(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?(?:[T\s].*)?")
_DAY_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_DECIMAL_PHONE = re.compile(r"(\d{5,})\.0*")  # a number that a spreadsheet wrote as 13800000000.0
_SHORTENED_PHONE = re.compile(r"\d(\.\d*)?[Ee]\+?\d+")  # or as 1.38E+10
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


class CellError(ValueError):
    """A cell cannot be read; holds what is wrong and how to mend it."""

    def __init__(self, problem: Text, mend: Text) -> None:
        self.problem = problem
        self.mend = mend
        super().__init__(problem.en)


def is_blank(value: Any) -> bool:  # noqa: ANN401  a cell may hold anything
    """Tell whether a cell says nothing: empty, a dash, nan and the like.

    Parameters
    ----------
    value
        Cell as the file's reader gives it.

    Returns
    -------
    blank
        True for None, NaN, NaT and the usual signs for nothing.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, (float, np.floating)):
        return math.isnan(value)
    return isinstance(value, str) and value.strip().casefold() in _BLANKS


def as_text(value: Any) -> str | None:  # noqa: ANN401  a cell may hold anything
    """Write a cell as a person would: 450305.0 is 450305, midnight is a day.

    Parameters
    ----------
    value
        Cell as the file's reader gives it.

    Returns
    -------
    text
        Without blanks around it, None where the cell is blank.
    """
    if is_blank(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    if isinstance(value, dt.datetime):
        is_day = value.time() == dt.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    return str(value).strip()


def as_phone(value: Any) -> str | None:  # noqa: ANN401  a cell may hold anything
    """Read a phone number, also where a spreadsheet made a decimal number of it.

    Parameters
    ----------
    value
        Cell as the file's reader gives it.

    Returns
    -------
    phone
        As it is written, None where the cell is blank.

    Raises
    ------
    CellError
        If only its first digits are left.
    """
    text = as_text(value)
    if text is None:
        return None
    word = unicodedata.normalize("NFKC", text)
    if _SHORTENED_PHONE.fullmatch(word):
        raise CellError(
            Text(
                f"“{text}”是表格软件缩写的号码，后几位已丢",
                f'"{text}" is a phone number shortened by a spreadsheet, its last digits are lost',
            ),
            Text(
                "把该列设为文本格式，重新填写号码",
                "format the column as text and write the number again",
            ),
        )
    decimal = _DECIMAL_PHONE.fullmatch(word)
    return decimal[1] if decimal else text


def as_number(value: Any) -> float | None:  # noqa: ANN401  a cell may hold anything
    """Read a number, full-width digits and separators of thousands included.

    Parameters
    ----------
    value
        Cell as the file's reader gives it.

    Returns
    -------
    number
        None where the cell is blank.

    Raises
    ------
    CellError
        If it is no finite number.
    """
    text = as_text(value)
    if text is None:
        return None
    word = unicodedata.normalize("NFKC", text).replace(" ", "")
    if _THOUSANDS.fullmatch(word):
        word = word.replace(",", "")
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        problem = Text(f"“{text}”不是数", f'"{text}" is no number')
        raise CellError(problem, Text("请只写数字，不写单位", "write digits only, without a unit"))
    return number


def number_reader(column: Column) -> Callable[[Any], float | None]:
    """Build the reader of numbers for a column that may have bounds.

    Parameters
    ----------
    column
        Its `least` and `most` belong to the range.

    Returns
    -------
    read
        Cell in, number or None out; raises `CellError` for a number out of the range.
    """

    def read(value: Any) -> float | None:  # noqa: ANN401  a cell may hold anything
        number = as_number(value)
        if number is None:
            return None
        is_low = column.least is not None and number < column.least
        if is_low or (column.most is not None and number > column.most):
            raise CellError(*_word_range(number, column))
        return number

    return read


def _word_range(number: float, column: Column) -> tuple[Text, Text]:
    """Say which numbers can be meant, and that the unit may be another."""
    least = "" if column.least is None else f"{column.least:g}"
    most = "" if column.most is None else f"{column.most:g}"
    unit = {"m": Text(" 米", " metres"), "": Text("", "")}[column.unit]
    if most:
        mend = Text(
            f"应在 {least} 到 {most}{unit.zh or ' '}之间", f"must be {least} to {most}{unit.en}"
        )
    else:
        mend = Text(f"应不小于 {least}{unit.zh}", f"must not be below {least}{unit.en}")
    if column.unit:
        mend = Text(
            f"{mend.zh}；请核对单位是不是{unit.zh.strip()}",
            f"{mend.en}; check that the unit is{unit.en}",
        )
    return Text(f"数值 {number:g} 不合理", f"{number:g} cannot be meant"), mend


def word_reader(column: Column) -> Callable[[Any], str | None]:
    """Build the reader of a column that knows only some words.

    Parameters
    ----------
    column
        Its `words`.

    Returns
    -------
    read
        Cell in, word of the house or None out; raises `CellError` on any other word.
    """
    known = {one: word for word, others in column.words.items() for one in (word, *others)}

    def read(value: Any) -> str | None:  # noqa: ANN401  a cell may hold anything
        text = as_text(value)
        if text is None:
            return None
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()
        if plain in known:
            return known[plain]
        firsts = [others[0] for others in column.words.values()]
        or_blank = (
            Text("", "")
            if column.required
            else Text("，不明请留空", ", leave it blank where unknown")
        )
        raise CellError(
            Text(f"“{text}”无法识别", f'unknown word "{text}"'),
            Text(
                f"请写 {' / '.join(firsts)}{or_blank.zh}",
                f"write {' / '.join(column.words)}{or_blank.en}",
            ),
        )

    return read


def flag_reader(heading: str) -> Callable[[Any], bool | None]:
    """Build the reader of yes-or-no cells for a column.

    Parameters
    ----------
    heading
        Heading in the file; under a key of OpenStreetMap (``hgv``, ``oneway``, ``tunnel``) its
        tag values are understood, and other values leave the flag open.

    Returns
    -------
    read
        Cell in, True, False or None (blank or open) out; raises `CellError` on any other word.
    """
    key = heading.strip().casefold()
    extra = _OSM_YES.get(key)

    def read(value: Any) -> bool | None:  # noqa: ANN401  a cell may hold anything
        text = as_text(value)
        if text is None:
            return None
        word = unicodedata.normalize("NFKC", text).casefold()
        if word in _YES:
            return True
        if word in _NO or word == "×":
            return False
        if extra is not None:
            return True if word in extra else None
        problem = Text(f"“{text}”不是“是”或“否”", f'"{text}" is neither yes nor no')
        mend = Text("请写 是 / 否，不明请留空", "write yes / no, leave it blank where unknown")
        raise CellError(problem, mend)

    return read


def as_day(value: Any) -> dt.date | None:  # noqa: ANN401  a cell may hold anything
    """Read a day in the usual Chinese and ISO forms; a time of day is dropped.

    Parameters
    ----------
    value
        Cell as the file's reader gives it.

    Returns
    -------
    day
        None where the cell is blank.

    Raises
    ------
    CellError
        If it is no day of the calendar.
    """
    text = as_text(value)
    if text is None:
        return None
    if isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    word = re.sub(r"\s*([-/.年月日])\s*", r"\1", unicodedata.normalize("NFKC", text))
    match = _DAY.fullmatch(word) or _DAY_DIGITS.fullmatch(word)
    try:
        if match:
            return dt.date(*(int(part) for part in match.groups()))
    except ValueError:
        pass  # 2023-02-30 has the form of a day and is none
    problem = Text(f"“{text}”不是日期", f'"{text}" is no day')
    mend = Text("请写成 2023-06-30 或 2023年6月30日", "write it as 2023-06-30")
    raise CellError(problem, mend)


def as_status(value: Any) -> str | None:  # noqa: ANN401  a cell may hold anything
    """Read whether a site exists, is proposed, or changes hands or renews.

    Parameters
    ----------
    value
        Cell as the file's reader gives it.

    Returns
    -------
    status
        Word of `vocabulary.Status`, None where the cell is blank.

    Raises
    ------
    CellError
        If the word is unknown.
    """
    text = as_text(value)
    if text is None:
        return None
    status = _STATUS_OF.get(re.sub(r"\s", "", text).casefold())
    if status is None:
        problem = Text(f"状态“{text}”无法识别", f'unknown status "{text}"')
        words = [words[0] for words in _STATUS_WORDS.values()]
        mend = Text(
            f"请写 {' / '.join(words[:2])} / 变更 / 延续，不明请留空",
            "write existing / proposed / change, leave it blank where unknown",
        )
        raise CellError(problem, mend)
    return str(status)
