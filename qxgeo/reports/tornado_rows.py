"""Rows of the tornado chart: which bars stand where, and names short enough to fit beside them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def choose_bars(scenarios: pd.DataFrame, *, most: int) -> tuple[pd.DataFrame, tuple[int, int]]:
    """Choose what is drawn: the factors that change something, the largest first.

    Parameters
    ----------
    scenarios
        `SCENARIO_COLUMNS`.
    most
        How many factors.

    Returns
    -------
    bars
        Their scenarios with an effect, factor by factor.
    left
        How many scenarios change nothing, and how many factors were left out.
    """
    tried = scenarios.iloc[1:]
    speaking = tried[tried["effect"] > 0]
    factors = list(dict.fromkeys(speaking["factor_id"]))
    drawn = speaking[speaking["factor_id"].isin(factors[:most])]
    places = [factors.index(one) for one in drawn["factor_id"]]
    values = [_number_in(one) for one in drawn["scenario_id"]]
    order = np.lexsort((values, places))
    silent, more = len(tried) - len(speaking), max(len(factors) - most, 0)
    return drawn.iloc[order].reset_index(drop=True), (silent, more)


def _number_in(scenario_id: str) -> float:
    """Give the number that a scenario ends with: 10 m stands above 50 m; 0 where there is none."""
    found = re.search(r"[\d.]+", scenario_id.rpartition(":")[2])
    return float(found[0]) if found else 0.0


def _wide(text: str) -> int:
    """Measure a text in Latin letters: a Chinese character is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


def shorten(text: str, width: int) -> str:
    """Cut a text that would run into its neighbour.

    Parameters
    ----------
    text
        One line.
    width
        In Latin letters; a Chinese character is as wide as two.

    Returns
    -------
    text
        With an ellipsis where it was cut.
    """
    if _wide(text) <= width:
        return text
    while _wide(text) > width - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrap(text: str, width: int, *, most: int) -> list[str]:
    """Break a text into lines: at a blank where the line is not left half empty by it.

    Parameters
    ----------
    text
        Of any length.
    width
        Of a line, in Latin letters.
    most
        How many lines; the last is cut.

    Returns
    -------
    lines
        At least one.
    """
    lines: list[str] = []
    while _wide(text) > width and len(lines) < most - 1:
        cut = len(text)
        while _wide(text[:cut]) > width:
            cut -= 1
        blank = text.rfind(" ", 0, cut + 1)
        cut = blank if blank > cut * 2 // 3 else cut
        lines.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*lines, shorten(text, width)]
