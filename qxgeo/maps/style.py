"""Colours, widths, dashes and hatches: tables, and nothing that looks at data.

Colours follow Okabe and Ito (Color Universal Design, 2008), so that colour-blind readers can tell
them apart; dash, width and hatch say the same again for a black-and-white print.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qxgeo.vocabulary import Strength

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.plan import Rule

STRENGTH_COLOURS: dict[Strength, str] = {
    Strength.PROHIBITED: "#D55E00",
    Strength.NO_NEW_APPROVAL: "#CC79A7",
    Strength.OBLIGED: "#0072B2",
    Strength.GUIDED: "#56B4E9",
    Strength.PROMOTED: "#009E73",
}
# For the second and later rules of one strength on a page.
FURTHER_COLOURS = ("#009E73", "#D55E00", "#7B3294", "#56B4E9", "#8C510A", "#CC79A7", "#B2182B")
TOO_CLOSE_COLOUR = "#E69F00"
UNKNOWN_COLOUR = "#4D4D4D"
NEIGHBOUR_COLOUR = "#8F8F8F"
FREE_COLOUR = "#6FB79B"

# Lines that a zone of this strength is hatched with, in a square of 10 pixels, and its outline.
HATCHES: dict[Strength, str] = {
    Strength.PROHIBITED: "M0,10L10,0M-1,1L1,-1M9,11L11,9M0,0L10,10M-1,9L1,11M9,-1L11,1",
    Strength.NO_NEW_APPROVAL: "M0,10L10,0M-1,1L1,-1M9,11L11,9",
    Strength.OBLIGED: "M0,5L10,5",
    Strength.GUIDED: "M1.5,2.5h2M6.5,7.5h2",
    Strength.PROMOTED: "M5,0L5,10",
}
OUTLINES: dict[Strength, str] = {
    Strength.PROHIBITED: "",
    Strength.NO_NEW_APPROVAL: "12 4",
    Strength.OBLIGED: "",
    Strength.GUIDED: "2 5",
    Strength.PROMOTED: "10 4 2 4",
}

# Of several rules on one kind of subject the first is drawn widest and lowest: all of them show.
WIDTHS = (8.0, 5.6, 3.8, 2.6, 2.0)
RADII = (8.0, 6.0, 4.2, 3.0, 2.2)

MARK_COLOUR, MARK_WIDTH = "#0072B2", 2  # findings on the overview of a province

ROAD_RANKS: dict[str, int] = {
    "motorway": 3,
    "trunk": 3,
    "primary": 3,
    "secondary": 2,
    "tertiary": 2,
    "motorway_link": 2,
    "trunk_link": 2,
    "primary_link": 2,
    "secondary_link": 1,
    "tertiary_link": 1,
    "unclassified": 1,
    "residential": 1,
    "living_street": 1,
}
# Grey and width of a base road by its rank, from footways (0) to trunk roads (3).
ROAD_STYLES: tuple[tuple[str, float], ...] = (
    ("#DAD7CF", 0.8),
    ("#C9C5BB", 1.2),
    ("#B5B0A4", 1.9),
    ("#A09A8C", 2.7),
)
LAND_COLOUR = "#FBFAF7"
AROUND_COLOUR = "#EFEDE7"
WATER_COLOUR = "#BFD9E8"
BOUNDARY_COLOUR = "#222222"
TOWNSHIP_COLOUR = "#6D6A63"


class Drawn(NamedTuple):
    """How one layer of the map is drawn; lengths in CSS pixels."""

    colour: str
    width: float
    dash: str = ""
    fill: str = ""
    fill_opacity: float = 0.0
    opacity: float = 1.0
    radius: float = 6.0

    def leaflet(self) -> dict[str, object]:
        """Give the options of a Leaflet path."""
        options: dict[str, object] = {
            "color": self.colour,
            "weight": self.width,
            "opacity": self.opacity,
            "fillColor": self.fill or self.colour,
            "fillOpacity": self.fill_opacity,
        }
        if self.dash:
            options |= {"dashArray": self.dash, "lineCap": "butt"}
        return options


def assign_colours(rules: Sequence[Rule]) -> dict[str, str]:
    """Choose a colour for each rule of a page.

    The first rule of a strength wears the strength's colour, later ones the next that is free.

    Parameters
    ----------
    rules
        In the order of the page.

    Returns
    -------
    colours
        By rule id.
    """
    colours: dict[str, str] = {}
    spare = list(FURTHER_COLOURS)
    first: dict[Strength, str] = {}
    for rule in rules:
        first.setdefault(rule.strength, rule.rule_id)
    kept = {STRENGTH_COLOURS[strength] for strength in first}
    spare = [colour for colour in FURTHER_COLOURS if colour not in kept] or list(FURTHER_COLOURS)
    taken = 0
    for rule in rules:
        if first[rule.strength] == rule.rule_id:
            colours[rule.rule_id] = STRENGTH_COLOURS[rule.strength]
        else:
            colours[rule.rule_id] = spare[taken % len(spare)]
            taken += 1
    return colours


def hatch_id(strength: Strength, colour: str) -> str:
    """Name the hatch of a strength in a colour, as an element id."""
    return f"qx-hatch-{strength.value.replace('_', '-')}-{colour[1:].lower()}"


def hatch_svg(strength: Strength, colour: str) -> str:
    """Write one hatch as an SVG pattern."""
    return (
        f'<pattern id="{hatch_id(strength, colour)}" width="10" height="10" '
        'patternUnits="userSpaceOnUse">'
        f'<path d="{HATCHES[strength]}" stroke="{colour}" stroke-width="1.3" '
        'stroke-opacity="0.55" fill="none"/></pattern>'
    )


def draw_kind(kind: str, rule: Rule, colour: str, order: int) -> Drawn:
    """Choose how a layer of a rule is drawn.

    Parameters
    ----------
    kind
        A key of `wording.KINDS`.
    rule
        The rule; its strength decides a zone's hatch and outline.
    colour
        The rule's colour on this page.
    order
        Place among the page's rules on the same kind of subject, from 0.

    Returns
    -------
    drawn
        Line, fill and size.
    """
    width = WIDTHS[min(order, len(WIDTHS) - 1)]
    radius = RADII[min(order, len(RADII) - 1)]
    drawn = {
        "zone": Drawn(
            colour,
            2.0,
            OUTLINES[rule.strength],
            f"url(#{hatch_id(rule.strength, colour)})",
            1.0,
            0.95,
        ),
        "zone_part": Drawn(colour, 0.6, "", colour, 0.06, 0.5),
        "applies": Drawn(colour, width, "", colour, 0.85, 1.0, radius),
        "too_close_to_call": Drawn(
            TOO_CLOSE_COLOUR, width + 1, "9 5", TOO_CLOSE_COLOUR, 0.55, 1.0, radius + 0.5
        ),
        "unknown": Drawn(UNKNOWN_COLOUR, width, "1 7", UNKNOWN_COLOUR, 0.25, 1.0, radius),
        "existing": Drawn(colour, 2.0, "", "#FFFFFF", 0.9, 1.0, radius),
        "neighbour": Drawn(NEIGHBOUR_COLOUR, width, "6 6", NEIGHBOUR_COLOUR, 0.3, 0.95, radius),
        "does_not_apply": Drawn(FREE_COLOUR, 1.5, "", "#FFFFFF", 0.6, 0.9, 4.0),
    }
    return drawn[kind]
