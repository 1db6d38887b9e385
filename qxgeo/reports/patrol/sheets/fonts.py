"""The sheets' typeface: one small subset per run, shared by all its files.

Parsing the whole font costs 150 ms a file and its subset for every letter of a run 10 ms, so the
run's letters are cut out once.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from fontTools import subset
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MISSING = "〓"  # 下駄記号: the typesetter's mark for a character that is not in the case
_IDLE_TABLES = ("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "STAT")


class Letters:
    """What the font can write; everything else becomes `MISSING`.

    Parameters
    ----------
    characters
        Of the font.
    """

    def __init__(self, characters: Iterable[str]) -> None:
        self._known = frozenset(characters)

    def lacking(self, text: str) -> list[str]:
        """List the characters of a text that the font lacks, each once, in order."""
        return [c for c in dict.fromkeys(_printable(text)) if c not in self._known]

    def fit(self, text: str) -> str:
        """Give a text with every character that the font lacks replaced by `MISSING`."""
        return "".join(c if c in self._known else MISSING for c in _printable(text))


def cut_font(source: Path, target: Path, texts: Iterable[str]) -> Letters:
    """Write a font that holds the letters of some texts.

    Parameters
    ----------
    source
        TrueType font.
    target
        The smaller font.
    texts
        Everything that will be written; ASCII, `MISSING` and the box are always in.

    Returns
    -------
    letters
        What the smaller font can write.
    """
    wanted = {
        *map(chr, range(0x20, 0x7F)),
        MISSING,
        "…",
        *(c for t in texts for c in _printable(t)),
    }
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables = [*options.drop_tables, *_IDLE_TABLES]
    with TTFont(source, lazy=True, recalcTimestamp=False) as font:
        there = {c for c in wanted if ord(c) in font.getBestCmap()}
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=sorted(map(ord, there)))
        cutter.subset(font)
        font.save(target)
    return Letters(there)


def _printable(text: str) -> str:
    """Turn control characters into spaces and leave out those that only steer the layout."""
    spaced = (" " if unicodedata.category(c) == "Cc" else c for c in text)
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cf", "Zl", "Zp"})
