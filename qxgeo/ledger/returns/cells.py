"""Cells that a unit filled in, read one by one; what is wrong with them is gathered by column."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, TypeVar

from qxgeo.errors import Text
from qxgeo.readers.cells import CellError, as_day, as_number, as_text, is_blank

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from qxgeo.ledger.forms import FormColumn

_T = TypeVar("_T")
LONGEST_TEXT = 2000  # characters that a cell of a form takes


class Cells:
    """The cells of one row.

    Parameters
    ----------
    cells
        Column key to the cell as read.
    columns
        Of the list.
    """

    def __init__(self, cells: Mapping[str, Any], columns: Iterable[FormColumn]) -> None:
        self._cells = cells
        self._columns = {one.key: one for one in columns}
        self.faults: dict[str, Text] = {}
        self.clashes: dict[str, Text] = {}

    def fault(self, key: str, problem: Text, mend: Text) -> None:
        """Note what is wrong with a cell; the first thing said of it stays."""
        self.faults.setdefault(key, _join(problem, mend))

    def clash(self, key: str, problem: Text, mend: Text) -> None:
        """Note that somebody else has said otherwise."""
        self.clashes.setdefault(key, _join(problem, mend))

    def label(self, key: str, word: str) -> Text:
        """Say a word of a list as people read it; other text as it is."""
        column = self._columns.get(key)
        choices = {} if column is None else column.choices
        return choices.get(word, Text(word, word))

    def is_empty(self) -> bool:
        """Tell whether nothing was filled in."""
        return all(
            is_blank(self._cells.get(key)) for key, one in self._columns.items() if one.is_input
        )

    def given(self, key: str) -> str:
        """Give a cell that went out with the form, as it came back."""
        value = self._cells.get(key)
        return "" if value is None else str(value)

    def text(self, key: str) -> str | None:
        """Read text, cleaned of what cannot be shown."""
        text = self._read(key, as_text)
        if text is None:
            return None
        cleaned = _tidy(text)
        if len(cleaned) > LONGEST_TEXT:
            self.fault(
                key,
                Text(f"超过 {LONGEST_TEXT} 字", f"more than {LONGEST_TEXT} characters"),
                Text("请写得简短些", "write less"),
            )
            return None
        return cleaned or None

    def day(self, key: str, *, latest: dt.date, earliest: dt.date | None = None) -> dt.date | None:
        """Read a day between two others."""
        day = self._read(key, as_day)
        if day is None:
            return None
        if day > latest:
            self.fault(
                key,
                Text(
                    f"{day} 还没有到（今天 {latest}）", f"{day} has not come yet (today {latest})"
                ),
                Text("请填已发生的日期", "give a day that has passed"),
            )
            return None
        if earliest is not None and day < earliest:
            self.fault(
                key,
                Text(f"{day} 早于 {earliest}", f"{day} is before {earliest}"),
                Text("请核对日期", "check the date"),
            )
            return None
        return day

    def number(self, key: str, *, least: float, most: float) -> float | None:
        """Read a number within bounds."""
        number = self._read(key, as_number)
        if number is not None and not least <= number <= most:
            self.fault(
                key,
                Text(f"{number:g} 不在 {least:g} 到 {most:g} 之间", f"{number:g} is out of range"),
                Text("请核对数值", "check the number"),
            )
            return None
        return number

    def choice(self, key: str) -> str | None:
        """Read one of the words of a list."""
        text = self._read(key, as_text)
        if text is None:
            return None
        choices = self._columns[key].choices
        plain = "".join(text.split())
        for word, label in choices.items():
            if plain in (word, *("".join(one.split()) for one in label)):
                return word
        known = "、".join(label.zh for label in list(choices.values())[:12])
        self.fault(
            key,
            Text(f"“{_tidy(text)[:40]}”不在列表中", f'"{_tidy(text)[:40]}" is no choice'),
            Text(f"请从列表中选：{known}", "choose from the list"),
        )
        return None

    def need(self, key: str, value: object, why: Text) -> None:
        """Note that a cell is missing, unless something else is wrong with it already."""
        if value is None and key not in self.faults:
            self.fault(key, Text("没有填写", "it is empty"), why)

    def _read(self, key: str, read: Callable[[Any], _T | None]) -> _T | None:
        """Read a cell; what cannot be read is a fault."""
        value = self._cells.get(key)
        if isinstance(value, str) and value.startswith("'"):
            value = value[1:]  # the apostrophe by which we or a spreadsheet mark text
        try:
            return read(value)
        except CellError as error:
            self.fault(key, error.problem, error.mend)
            return None


def _join(problem: Text, mend: Text) -> Text:
    """Say what is wrong and how to mend it."""
    return Text(f"{problem.zh}；{mend.zh}", f"{problem.en}; {mend.en}")


def _tidy(text: str) -> str:
    """Turn breaks into blanks and leave out characters that show nothing or steer others."""
    plain = (" " if one in "\n\r\t" else one for one in text)
    kept = (one for one in plain if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"})
    return " ".join("".join(kept).split())
