"""Where a line of mixed Chinese and Latin text may end.

Between two Chinese characters it may; inside a number or a Latin word it may not, unless the word
alone is wider than the line; no line begins with a closing mark or ends with an opening one
(GB/T 15834, 5.1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_WORD = re.compile(r"[0-9A-Za-z\u00c0-\u024f'.,:;/_+@#%&=?()<>\[\]*~$–-]+|\s+|.", re.DOTALL)
_CLOSING = frozenset("，。、；：？！）》〉」』】〕”’…—·%")
_OPENING = frozenset("（《〈「『【〔“‘")


def break_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Cut a text into lines that fit a width, losing nothing but the spaces at their ends.

    Parameters
    ----------
    text
        One paragraph.
    width
        Of a line, above zero, in the unit of `measure`.
    measure
        Width of a string.

    Returns
    -------
    lines
        At least one; a single character wider than the line still has a line of its own.
    """
    lines: list[str] = []
    line, used = "", 0.0
    for piece in _pieces(text, width, measure):
        size = measure(piece)
        if line and used + size > width and not piece.isspace():
            lines.append(line.rstrip())
            line, used = "", 0.0
        if line or not piece.isspace():
            line, used = line + piece, used + size
    return [*lines, line.rstrip()]


def _pieces(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Take a text apart where lines may end; what is too wide for a line, letter by letter."""
    glued: list[str] = []
    for word in _WORD.findall(text):
        if glued and (word in _CLOSING or glued[-1][-1] in _OPENING) and not word.isspace():
            glued[-1] += word
        else:
            glued.append(word)
    return [
        part for piece in glued for part in ([piece] if measure(piece) <= width else list(piece))
    ]
