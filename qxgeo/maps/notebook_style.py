"""Looks in notebooks: verdicts and strengths as everywhere, other words in free colours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.maps.siting.style import (
    VERDICT_LOOKS,
    draw_ground_of,
    draw_zone_of,
    verdict_svg,
    zone_svg,
)
from qxgeo.maps.style import (
    FREE_COLOUR,
    FURTHER_COLOURS,
    NEIGHBOUR_COLOUR,
    STRENGTH_COLOURS,
    TOO_CLOSE_COLOUR,
    UNKNOWN_COLOUR,
    Drawn,
)
from qxgeo.vocabulary import (
    SITE_VERDICT_LABELS,
    STATUS_LABELS,
    STRENGTH_LABELS,
    VERDICT_LABELS,
    SiteVerdict,
    Strength,
    Verdict,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from qxgeo.errors import Text

_DASHES = ("", "12 4", "2 5", "10 4 2 4")
_FREE = "free"  # counts the free colours that are used
_VERDICT_COLOURS = {
    Verdict.TOO_CLOSE_TO_CALL: TOO_CLOSE_COLOUR,
    Verdict.UNKNOWN: UNKNOWN_COLOUR,
    Verdict.DOES_NOT_APPLY: FREE_COLOUR,
}
_LABELS: tuple[Mapping[str, Text], ...] = (
    {str(word): label for word, label in SITE_VERDICT_LABELS.items()},
    {str(word): label for word, label in VERDICT_LABELS.items()},
    {str(word): label for word, label in STRENGTH_LABELS.items()},
    {str(word): label for word, label in STATUS_LABELS.items()},
)
_SHAPES = ("point", "line", "area")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the legend with its shapes.

    Attributes
    ----------
    word
        What the rows have in common, "" where all are alike.
    title
        "" where the layer's own title says it.
    rows
        Of the layer's table.
    shape
        ``point``, ``line`` or ``area``.
    """

    word: str
    title: str
    rows: NDArray[np.intp]
    drawn: Drawn
    shape: str
    group: int = 0
    geojson: str = ""
    count: int = 0
    is_shown: bool = True

    def describe(self) -> dict[str, object]:
        """Give it as the script reads it."""
        return {
            "group": self.group,
            "title": self.title,
            "drawn": {**self.drawn.leaflet(), "radius": self.drawn.radius},
            "shape": self.shape,
            "count": self.count,
            "features": json.loads(self.geojson),
        }


def name_word(word: str, *, lang: str = "zh") -> str:
    """Name a verdict, a strength or a status, as on every map and list.

    Parameters
    ----------
    word
        Of `SiteVerdict`, `Verdict`, `Strength` or `Status`; what several have is taken for the
        first of them.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    name
        The word itself where it is none of them.
    """
    text = next((labels[word] for labels in _LABELS if word in labels), None)
    return word if text is None else text.in_language(lang)


def colour_word(word: str) -> str:
    """Give the colour in which a verdict on a place or a strength is drawn.

    Parameters
    ----------
    word
        Of `SiteVerdict` or `Strength`; what both have is taken for a verdict.

    Returns
    -------
    colour
        As ``#rrggbb``; grey for any other word.
    """
    if word in list(SiteVerdict):
        return VERDICT_LOOKS[SiteVerdict(word)].colour
    return STRENGTH_COLOURS[Strength(word)] if word in list(Strength) else NEIGHBOUR_COLOUR


def list_lines_of(
    shapes: NDArray[np.object_],
    words: NDArray[np.object_] | None,
    *,
    labels: Mapping[str, str],
    lang: str,
    used: Counter[str],
) -> Iterator[Line]:
    """Sort the rows of a layer by their words and choose a look for each.

    Parameters
    ----------
    shapes
        Of the layer.
    words
        One for each row; None for a layer whose rows are all alike.
    labels
        What words are called, in the order in which they stand.
    lang
        ``zh`` or ``en``.
    used
        Counts the free colours that other layers have taken.

    Yields
    ------
    line
        In the order of the words: most binding first for verdicts and strengths.
    """
    if words is None:
        shape = _name_shape(shapes)
        drawn = _draw_free(shape, used)
        yield Line(word="", title="", rows=np.arange(len(shapes)), drawn=drawn, shape=shape)
        return
    order, named = _order(set(words), labels, lang)
    for word in order:
        rows = np.flatnonzero(words == word)
        shape = _name_shape(shapes[rows])
        drawn = _draw_word(word, set(words), shape, used)
        yield Line(word=word, title=named[word], rows=rows, drawn=drawn, shape=shape)


def scale_drawn(drawn: Drawn, shape: str, scale: float) -> Drawn:
    """Draw points and lines larger or smaller; areas are as large as they are.

    Parameters
    ----------
    drawn
        How they are drawn usually.
    shape
        ``point``, ``line`` or ``area``.
    scale
        1 for the usual size.

    Returns
    -------
    drawn
        The same colours.
    """
    if shape == "point":
        return drawn._replace(radius=drawn.radius * scale)
    return drawn._replace(width=drawn.width * scale) if shape == "line" else drawn


def write_patterns(lines: Sequence[Line]) -> list[str]:
    """Write the patterns that some lines are filled with.

    Parameters
    ----------
    lines
        Of all layers.

    Returns
    -------
    patterns
        SVG, each once.
    """
    fills = {line.drawn.fill for line in lines if line.drawn.fill.startswith("url(")}
    verdicts = [one for one in SiteVerdict if draw_ground_of(one).fill in fills]
    strengths = [one for one in Strength if draw_zone_of(one).fill in fills]
    return [*map(verdict_svg, verdicts), *map(zone_svg, strengths)]


def _order(
    words: set[str], labels: Mapping[str, str], lang: str
) -> tuple[list[str], dict[str, str]]:
    """Put words in order and name them."""
    known = next((one for one in _LABELS if words <= {"", *one}), {})
    order = [*labels, *known, *sorted(words)]
    named = {word: labels.get(word, word) for word in words}
    for word, text in known.items():
        if word in words and word not in labels:
            named[word] = text.in_language(lang)
    return [word for word in dict.fromkeys(order) if word in words], named


def _name_shape(shapes: NDArray[np.object_]) -> str:
    """Say what the legend draws for these shapes."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return _SHAPES[int(shapely.get_dimensions(there).max(initial=0))]


def _draw_word(word: str, words: set[str], shape: str, used: Counter[str]) -> Drawn:
    """Choose the look of a word: that of the house where it has one."""
    if words <= {"", *map(str, SiteVerdict)} and word:
        return _draw_verdict(SiteVerdict(word), shape)
    if words <= {"", *map(str, Strength)} and word and shape == "area":
        return draw_zone_of(Strength(word))
    if words <= {"", *map(str, Verdict)} and word in list(map(str, _VERDICT_COLOURS)):
        return _draw_plain(_VERDICT_COLOURS[Verdict(word)], shape, "")
    if words <= {"", *map(str, Verdict)} and word:
        return _draw_plain(STRENGTH_COLOURS[Strength.PROHIBITED], shape, "")
    if not word:
        return _draw_plain(NEIGHBOUR_COLOUR, shape, "6 6")
    return _draw_free(shape, used)


def _draw_verdict(verdict: SiteVerdict, shape: str) -> Drawn:
    """Draw a verdict in its colour, with its pattern where there is room for one."""
    ground, look = draw_ground_of(verdict), VERDICT_LOOKS[verdict]
    if shape == "area":
        return ground
    if shape == "point":
        return Drawn(look.colour, 2.2, "", ground.fill, 1.0, 1.0, 7.5)
    return Drawn(look.colour, 4.0, look.dash)


def _draw_free(shape: str, used: Counter[str]) -> Drawn:
    """Take the next free colour; after a round the dash tells two apart."""
    number = used[_FREE]
    used[_FREE] += 1
    round_, place = divmod(number, len(FURTHER_COLOURS))
    return _draw_plain(FURTHER_COLOURS[place], shape, _DASHES[round_ % len(_DASHES)])


def _draw_plain(colour: str, shape: str, dash: str) -> Drawn:
    """Draw in one colour."""
    if shape == "line":
        return Drawn(colour, 4.0, dash)
    if shape == "point":
        return Drawn("#1d2328", 1.2, dash, colour, 0.95, 1.0, 6.0)
    return Drawn(colour, 1.6, dash, colour, 0.3, 0.95)
