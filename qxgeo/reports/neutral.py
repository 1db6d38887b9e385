"""Text from data made harmless for a spreadsheet.

A cell that begins with ``=``, ``+``, ``-`` or ``@`` (or the full-width twin of one) runs as a
formula when somebody saves the sheet as CSV and opens that. Such text gets an apostrophe in front,
which spreadsheets themselves use to say "this is text". Characters that XML forbids or that hide
what is written (control characters, direction overrides, halves of surrogate pairs) are removed,
line breaks and tabs become one space.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_CELL = 32_767  # characters in a cell, Excel's specification of limits
LONGEST_SHEET_NAME = 31  # UTF-16 units, the same source

_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_UNREADABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BEGINS_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]+")
_CUT = "……"


def clean_text(text: str) -> str:
    """Remove what cannot be shown, and make line breaks spaces.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    cleaned
        One line that XML 1.0 can carry.
    """
    return _UNREADABLE.sub("", _BREAKS.sub(" ", text)).strip()


@lru_cache(maxsize=4_096)  # of the words in a list most stand in many rows
def neutralise(text: str) -> str:
    """Make text harmless in a cell and in a CSV saved from it.

    Parameters
    ----------
    text
        Any text, from data that nobody vouches for.

    Returns
    -------
    harmless
        Cleaned text of at most `LONGEST_CELL` characters that begins no formula. Text in the tags
        that the xlsx writer takes for its own (``<r>…</r>``) is marked in the same way.
    """
    cleaned = clean_text(text)
    if _BEGINS_FORMULA.match(cleaned) or cleaned.startswith("<r>"):
        cleaned = "'" + cleaned
    if len(cleaned) > LONGEST_CELL:
        cleaned = cleaned[: LONGEST_CELL - len(_CUT)] + _CUT
    return cleaned


def unique_sheet_name(wanted: str, taken: set[str]) -> str:
    """Make a name that a spreadsheet accepts and that no other sheet has.

    Parameters
    ----------
    wanted
        Any text.
    taken
        Names in use, casefolded; the new name is added.

    Returns
    -------
    name
        At most `LONGEST_SHEET_NAME` UTF-16 units.
    """
    cleaned = _NOT_IN_SHEET_NAMES.sub(" ", clean_text(wanted)).strip().strip("'").strip()
    cleaned = cleaned or "_"
    number, name = 1, _shorten(cleaned, LONGEST_SHEET_NAME)
    # Excel keeps "History" for itself.
    while name.casefold() in taken or name.casefold() == "history":
        number += 1
        ending = f" ({number})"
        name = _shorten(cleaned, LONGEST_SHEET_NAME - len(ending)) + ending
    taken.add(name.casefold())
    return name


def _shorten(text: str, units: int) -> str:
    """Cut text to so many UTF-16 units without splitting a character."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore").rstrip("' ")
