"""Looks of the siting page: a colour, a pattern, a dash and a sign for each verdict.

Colours follow Okabe and Ito, as on the other pages, darkened where white stands on them. Pattern,
dash and sign say the same again, each on its own, for a print in black and white and for readers
who see fewer colours.
"""

from __future__ import annotations

from typing import NamedTuple

from qxgeo.maps.style import STRENGTH_COLOURS, Drawn, hatch_id, hatch_svg
from qxgeo.vocabulary import SiteVerdict, Strength


class VerdictLook(NamedTuple):
    """How a verdict looks.

    Attributes
    ----------
    colour
        Of lines and signs.
    ground
        Behind the pattern.
    pattern
        Lines in a square of 8 pixels.
    dash
        Of the line to the reference on the map.
    sign
        Path in a square of 16 pixels, drawn as a line 2 pixels wide.
    """

    colour: str
    ground: str
    pattern: str
    dash: str
    sign: str


VERDICT_LOOKS: dict[SiteVerdict, VerdictLook] = {
    SiteVerdict.OUT_OF_SCOPE: VerdictLook(
        "#5F5F5F", "#E4E4E4", "M1,4h1.2M5,0h1.2M5,8h1.2", "1 6", "M4,12L12,4M6,4h6v6"
    ),
    SiteVerdict.PROHIBITED: VerdictLook(
        "#B33A00", "#F5B08A", "M0,0L8,8M0,8L8,0", "", "M4,4L12,12M12,4L4,12"
    ),
    SiteVerdict.NOT_NEWLY_APPROVED: VerdictLook(
        "#9C3D7A",
        "#EBC3DA",
        "M0,8L8,0M-1,1L1,-1M7,9L9,7",
        "14 4",
        "M8,2.5a5.5,5.5 0 1 0 .01,0ZM4.2,11.8L11.8,4.2",
    ),
    SiteVerdict.UNKNOWN: VerdictLook(
        "#4D4D4D",
        "#FFFFFF",
        "M1,2h1.6M5,6h1.6",
        "2 5",
        "M5.4,6a2.6,2.6 0 1 1 3.7,2.3c-.8,.5 -1.1,.9 -1.1,1.8M8,12.6v.5",
    ),
    SiteVerdict.TOO_CLOSE_TO_CALL: VerdictLook(
        "#9A6200",
        "#FFD27A",
        "M2,0V8M6,0V8",
        "9 5",
        "M3,6.3c1.8,-2.2 3.4,-1.2 5,0s3.2,2.2 5,0M3,10.7c1.8,-2.2 3.4,-1.2 5,0s3.2,2.2 5,0",
    ),
    SiteVerdict.NEEDS_DECISION: VerdictLook(
        "#5A3FA0", "#D6CCF0", "M0,6L2,2L4,6L6,2L8,6", "10 4 2 4", "M4,3h8L4,13h8Z"
    ),
    SiteVerdict.DISCOURAGED: VerdictLook(
        "#00618F", "#BFE2F5", "M0,2h4M4,6h4", "5 5", "M3,5h10L8,12.5Z"
    ),
    SiteVerdict.WITH_DUTY: VerdictLook(
        "#00664B", "#C3E5DA", "M0,2H8M0,6H8", "16 3 2 3 2 3", "M8,3v10M3,8h10"
    ),
    SiteVerdict.ALLOWED: VerdictLook("#1E7A58", "#FFFFFF", "", "3 9", "M3,8.6L6.6,12L13,4.6"),
}

ROAD_DOUBTFUL_COLOUR = "#5A3FA0"
REFERENCE_DRAWN = {
    "point": Drawn("#111111", 1.6, "", "#F0E442", 0.95, 1.0, 5.0),
    "line": Drawn("#7A6A00", 2.4, "", "", 0.0, 0.9),
    "area": Drawn("#3B3500", 1.1, "", "#F0E442", 0.5, 0.9),
}
_ZONE_OUTLINES = {
    Strength.PROHIBITED: "",
    Strength.NO_NEW_APPROVAL: "12 4",
    Strength.OBLIGED: "",
    Strength.GUIDED: "2 5",
    Strength.PROMOTED: "10 4 2 4",
}


def verdict_pattern_id(verdict: SiteVerdict) -> str:
    """Name the pattern of a verdict, as an element id."""
    return f"qx-verdict-{str(verdict).replace('_', '-')}"


def verdict_svg(verdict: SiteVerdict) -> str:
    """Write the pattern of a verdict as an SVG pattern."""
    look = VERDICT_LOOKS[verdict]
    return (
        f'<pattern id="{verdict_pattern_id(verdict)}" width="8" height="8" '
        'patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{look.ground}"/>'
        f'<path d="{look.pattern}" stroke="{look.colour}" stroke-width="1.1" fill="none"/>'
        "</pattern>"
    )


def zone_svg(strength: Strength) -> str:
    """Write the hatch of the zones of a strength as an SVG pattern."""
    return hatch_svg(strength, STRENGTH_COLOURS[strength])


def draw_zone_of(strength: Strength) -> Drawn:
    """Choose how the zone of a rule of a strength is drawn.

    Parameters
    ----------
    strength
        Of the rule.

    Returns
    -------
    drawn
        Hatch and outline of the strength.
    """
    colour = STRENGTH_COLOURS[strength]
    hatch = f"url(#{hatch_id(strength, colour)})"
    return Drawn(colour, 1.8, _ZONE_OUTLINES[strength], hatch, 1.0, 0.95)


def draw_roads_of(answer: int) -> Drawn:
    """Choose how roads are drawn by what a frontage rule says of them.

    Parameters
    ----------
    answer
        `Answer`: 0 prohibited, 1 and 2 to be decided.

    Returns
    -------
    drawn
        A line.
    """
    if answer == 0:
        return Drawn(STRENGTH_COLOURS[Strength.PROHIBITED], 4.5, "", "", 0.0, 0.75)
    return Drawn(ROAD_DOUBTFUL_COLOUR, 3.2, "10 4 2 4" if answer == 1 else "2 5", "", 0.0, 0.75)


def draw_ground_of(verdict: SiteVerdict) -> Drawn:
    """Choose how ground under a verdict is drawn.

    Parameters
    ----------
    verdict
        What a new site would be under.

    Returns
    -------
    drawn
        The pattern of the verdict.
    """
    look = VERDICT_LOOKS[verdict]
    return Drawn(look.colour, 1.0, "", f"url(#{verdict_pattern_id(verdict)})", 0.55, 0.8)
