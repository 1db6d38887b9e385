"""Which township each person of a roster belongs to, however its name is written."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Fault, Text
from qxgeo.vocabulary import NO_TOWNSHIP

if TYPE_CHECKING:
    from qxgeo.district.model import Layer
    from qxgeo.plan import ActionPlan

_TOWNSHIP_DIGITS = 9
_CODE = re.compile(r"\d{9}(\d{3})?")
_OFFICE = re.compile(r"(人民政府|政府|管理委员会|管委会)$")
_STREET = re.compile(r"(街道办事处|街道办|街办|办事处)$")
_MADE_ID = re.compile(r"row-\d+")  # as readers make it where a row has none


def place_people(
    roster: Layer, townships: Layer | None, plan: ActionPlan | None
) -> tuple[pd.Series[str], list[Fault]]:
    """Find the township of every person.

    Parameters
    ----------
    roster
        Layer ``grid_members``.
    townships
        None where the district has none: everybody belongs to the whole of it.
    plan
        Its units' aliases are understood, too; None where it could not be loaded.

    Returns
    -------
    township_id, faults
        Code or `NO_TOWNSHIP` per row of the roster, blank where it is unknown; one fault per
        unknown township and per person who is listed twice without an id.
    """
    written = roster.table["township"].astype("string").fillna("").str.strip()
    if townships is None:
        return pd.Series(NO_TOWNSHIP, written.index, dtype="string"), []
    names = _Names(townships, plan)
    found = written.map({one: names.find(one) for one in written.unique()}).astype("string")
    unknown = [
        _unknown(roster, place, written.iloc[place], names)
        for place in range(len(found))
        if not found.iloc[place]
    ]
    return found, [*unknown, *_repeated(roster, found)]


class _Names:
    """Every way to write the townships of a district."""

    def __init__(self, townships: Layer, plan: ActionPlan | None) -> None:
        table = townships.table
        codes = table["township_id"].astype("string").fillna("")
        self.titles = [str(name) for name in table["name"]]
        self._codes = set(codes)
        self._exact: dict[str, set[str]] = {}
        self._stem: dict[str, set[str]] = {}
        for code, name in zip(codes, self.titles, strict=True):
            self._add(name, code)
        for unit in plan.units if plan is not None else ():
            if len(unit.members) == 1 and unit.members[0] in self._codes:
                for name in (unit.name, *unit.aliases):
                    self._add(name, unit.members[0])

    def _add(self, name: str, code: str) -> None:
        """Note a name with its plain form and its stem."""
        self._exact.setdefault(_plain(name), set()).add(code)
        self._stem.setdefault(_stem(name), set()).add(code)

    def find(self, text: str) -> str:
        """Give the code that a text can only mean, blank where there is none or several."""
        word = _plain(text)
        if _CODE.fullmatch(word):
            places = [one for one in sorted(self._codes) if _same_township(one, word)]
            return places[0] if len(places) == 1 else ""
        for known, key in ((self._exact, word), (self._stem, _stem(text))):
            if len(known.get(key, ())) == 1:
                return next(iter(known[key]))
        return ""


def _same_township(code: str, other: str) -> bool:
    """Whether two codes of 9 or 12 digits begin with the same township."""
    return code[:_TOWNSHIP_DIGITS] == other[:_TOWNSHIP_DIGITS]


def _plain(name: str) -> str:
    """Write a name without blanks, 穿山街道办事处 as 穿山街道."""
    word = re.sub(r"\s", "", unicodedata.normalize("NFKC", name))
    word = _OFFICE.sub("", word)
    return _STREET.sub("街道", word)


def _stem(name: str) -> str:
    """Give a name without 街道, 乡 or 镇 behind it."""
    word = _plain(name)
    for ending in ("区街道", "街道", "乡", "镇", "办"):
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending)
    return word


def _unknown(roster: Layer, place: int, text: str, names: _Names) -> Fault:
    """Say that a township is not among those of the district, with the nearest one."""
    near = difflib.get_close_matches(text, names.titles, n=1)
    listed = "、".join(names.titles)
    return Fault(
        file=roster.path.name,
        row=_row(roster, place),
        column="township",
        problem=Text(
            f"“{_person(roster, place)}”的乡镇街道“{text}”不在本辖区的乡镇街道图层里",
            f'township "{text}" of "{_person(roster, place)}" is none of the townships layer',
        ),
        mend=Text(f"是否想写“{near[0]}”", f'is it "{near[0]}"')
        if near
        else Text(f"可用：{listed}，或其代码", f"known: {listed}, or their codes"),
    )


def _repeated(roster: Layer, township_id: pd.Series[str]) -> list[Fault]:
    """Find people without an id who are listed twice, the township written in two ways."""
    table = roster.table
    is_made = table["person_id"].astype("string").fillna("").str.fullmatch(_MADE_ID.pattern)
    rows: dict[tuple[str, str], list[int]] = {}
    for place in range(len(table)):
        if bool(is_made.iloc[place]) and township_id.iloc[place]:
            key = (_person(roster, place), str(township_id.iloc[place]))
            rows.setdefault(key, []).append(place)
    return [
        Fault(
            file=roster.path.name,
            row=_row(roster, places[1]),
            column="name",
            problem=Text(
                f"“{name}”在同一乡镇街道列了 {len(places)} 次，又没有编号",
                f'"{name}" is listed {len(places)} times in one township and has no id',
            ),
            mend=Text(
                "同一人只留一行；确是两人，请各写编号",
                "keep one row; where they are two, give each an id",
            ),
        )
        for (name, _), places in rows.items()
        if len(places) > 1
    ]


def _person(roster: Layer, place: int) -> str:
    """Give the name in a row."""
    return str(roster.table["name"].iloc[place])


def _row(roster: Layer, place: int) -> int | None:
    """Give the row of the file, where the reader told it."""
    return roster.rows[place] if roster.rows else None
