"""Days of the week as people write them: 周六、周日, 六日, 星期三, 周末, Sat Sun."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from qxgeo.errors import Text
from qxgeo.readers.cells import CellError, as_text

NAMES = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")  # 0 is Monday
_CHARACTERS = {sign: day for day, signs in enumerate(("一", "二", "三", "四", "五", "六", "日天"))
               for sign in signs}  # fmt: skip
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKEND = (5, 6)
_NONE = frozenset(("无", "不休", "没有", "none", "no"))
_TOKEN = re.compile(
    r"(?P<weekend>周末|双休日?|weekends?)"
    r"|(?:星期|礼拜|周)?(?P<character>[一二三四五六日天])"
    r"|(?P<english>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)(?![a-z])"
    r"|(?P<between>[\s,、;/|.·+&和及与]+)"
)


def read_weekdays(text: str) -> tuple[int, ...] | None:
    """Read days of the week.

    Parameters
    ----------
    text
        Any mixture of the usual forms; blank or 无 for no day.

    Returns
    -------
    days
        0 for Monday, sorted, each once; None where something in it is no day of the week.
    """
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if not word or word in _NONE:
        return ()
    days: set[int] = set()
    place = 0
    while place < len(word):
        token = _TOKEN.match(word, place)
        if token is None:
            return None
        place = token.end()
        if token["weekend"]:
            days.update(_WEEKEND)
        elif token["character"]:
            days.add(_CHARACTERS[token["character"]])
        elif token["english"]:
            days.add(_ENGLISH.index(token["english"][:3]))
    return tuple(sorted(days))


def write_weekdays(days: tuple[int, ...]) -> str:
    """Write days of the week in the form of the house.

    Parameters
    ----------
    days
        0 for Monday.

    Returns
    -------
    text
        Such as 周六、周日; blank for no day.
    """
    return "、".join(NAMES[day] for day in days)


def as_weekdays(value: Any) -> str | None:  # noqa: ANN401  a cell may hold anything
    """Read a cell of days of the week.

    Parameters
    ----------
    value
        Cell as the file's reader gives it.

    Returns
    -------
    text
        Such as 周六、周日; None where the cell names no day.

    Raises
    ------
    CellError
        If something in it is no day of the week.
    """
    text = as_text(value)
    if text is None:
        return None
    days = read_weekdays(text)
    if days is None:
        raise CellError(
            Text(f"“{text}”不是星期几", f'"{text}" names no day of the week'),
            Text(
                "请写成 周六、周日（逐一写出），没有休息日请留空",
                "write each, such as Sat Sun; leave it blank where there is none",
            ),
        )
    return write_weekdays(days) or None
