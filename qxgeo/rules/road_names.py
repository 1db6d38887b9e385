"""Names of roads as people write them, made comparable: 建干2路, 建干二路12号."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIGITS = {one: value for value, one in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = re.compile(f"[{''.join(_DIGITS)}十]+")
# A house number after a road's own ending; 7号路 is a road, and so are 南环路2段 and 规划路2.
_HOUSE_NUMBER = re.compile(r"(?<=[路街巷道弄])-?\d+(?:[-之]\d+)?[号號](?![路街巷道线]).*$")
# Marks without meaning; a dash between digits (1-1路) has one.
_ORNAMENT = re.compile(r"[—–_·•・.,，。、()\[\]【】「」《》\"'“”‘’]+|(?<!\d)-|-(?!\d)")


def plain_road_names(names: NDArray[np.object_]) -> NDArray[np.object_]:
    """Make road names comparable.

    Parameters
    ----------
    names
        As written, blanks allowed, shape (n,).

    Returns
    -------
    plain
        Shape (n,): full-width letters, spaces, brackets, dashes, case and numerals levelled, a
        house number left off; "" where there is no name.
    """
    codes, words = pd.factorize(np.asarray(names, dtype=object))
    plain = [_level(str(word)) for word in words]
    return np.array([*plain, ""], dtype=object)[codes]  # a blank has the code -1


def _level(name: str) -> str:
    """Make one name comparable."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"\s+", "", text)
    text = _NUMERAL.sub(lambda found: _as_number(found[0]), text)
    text = _HOUSE_NUMBER.sub("", text)
    return _ORNAMENT.sub("", text)


def _as_number(numeral: str) -> str:
    """Write a Chinese numeral in digits: 十二 as 12, 二十 as 20, 三二一 as 321."""
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return "".join(str(_DIGITS[one]) for one in numeral)
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return numeral
    return str(10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0))
