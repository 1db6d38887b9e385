"""Looks of the patrol map: colours that neighbours do not share, hatches, sizes.

Colours follow Okabe and Ito, as on the other pages; hatch, dash, number and outline say the same
again for a print in black and white.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from qxgeo.maps.style import Drawn

if TYPE_CHECKING:
    import numpy.typing as npt

# Territories: the first four are enough on most maps and differ most for colour-blind readers.
TERRITORY_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#0072B2", "#D55E00")
ABSENT_COLOUR = "#9A9A9A"
POINT_COLOURS = ("#B2182B", "#0072B2", "#7B3294", "#00664B", "#A65E00", "#4D4D4D")
POINT_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NEAR_DEG = 1e-7  # a centimetre: what rounding may leave between two territories


class Hatch(NamedTuple):
    """Lines that an area is filled with: an SVG path in a square of 10 pixels, ink and ground."""

    path: str
    ink: str
    ground: str


_CROSS = "M0,10L10,0M-1,1L1,-1M9,11L11,9M0,0L10,10M-1,9L1,11M9,-1L11,1"
_SLANT = "M0,10L10,0M-1,1L1,-1M9,11L11,9"
_DOTS = "M2,2.5h2M7,7.5h2"
_LEVEL = "M0,5L10,5"

# The cells' fills by kind of layer; water and low risk are plain.
HATCHES: dict[str, Hatch] = {
    "risk_high": Hatch(_CROSS, "#6B0F1A", "#D9534F"),
    "risk_medium": Hatch(_SLANT, "#9C4A00", "#F6B26B"),
    "risk_unknown": Hatch(_DOTS, "#4D4D4D", "#FFFFFF"),
    "partly": Hatch(_SLANT, "#7A6A00", "#F3E58A"),
    "blind": Hatch(_CROSS, "#4A5157", "#C9CBC9"),
    "unknown": Hatch(_DOTS, "#4D4D4D", "#FFFFFF"),
    "unowned": Hatch(_CROSS, "#B2182B", "#FFFFFF"),
    "seen_part": Hatch(_LEVEL, "#00558A", "#FFFFFF00"),
}
DRAWN: dict[str, Drawn] = {
    "territory": Drawn("#1D2328", 1.8, "", "#888888", 0.42, 0.95),
    "unowned": Drawn("#B2182B", 1.2, "4 3", "#FFFFFF", 0.75, 1.0),
    "risk_high": Drawn("#7A1420", 0.7, "", "#D9534F", 0.72, 0.9),
    "risk_medium": Drawn("#9C4A00", 0.6, "", "#F6B26B", 0.62, 0.8),
    "risk_low": Drawn("#A08A55", 0.5, "", "#FCEFCF", 0.6, 0.7),
    "risk_water": Drawn("#7FA9C0", 0.5, "", "#BFD9E8", 0.7, 0.7),
    "risk_unknown": Drawn("#4D4D4D", 0.6, "2 3", "#FFFFFF", 0.7, 0.8),
    "covered": Drawn("#00664B", 0.5, "", "#66BFA3", 0.6, 0.8),
    "partly": Drawn("#7A6A00", 0.5, "", "#F3E58A", 0.65, 0.8),
    "blind": Drawn("#1D2328", 0.6, "", "#C9CBC9", 0.6, 0.8),
    "unknown": Drawn("#4D4D4D", 0.6, "2 3", "#FFFFFF", 0.7, 0.8),
    "grid": Drawn("#3B4147", 0.5, "", "", 0.0, 0.55),
    "hot_cell": Drawn("#8B0000", 2.4, "10 4", "", 0.0, 0.95),
    "seen": Drawn("#00558A", 1.6, "", "#0072B2", 0.22, 0.95),
    "seen_flat": Drawn("#00558A", 1.6, "7 5", "#0072B2", 0.08, 0.95),
    "route": Drawn("#4B1D7A", 3.6, "", "", 0.0, 0.9),
    "straight": Drawn("#4B1D7A", 2.4, "3 6", "", 0.0, 0.95),
    "fire": Drawn("#5A0000", 1.6, "", "#FF4B1F", 0.95, 1.0, 8.0),
    "camera": Drawn("#111111", 3.2, "", "#FFFFFF", 1.0, 1.0, 6.0),
    "drone": Drawn("#111111", 3.2, "3 3", "#BFE3FF", 1.0, 1.0, 6.0),
    "next_camera": Drawn("#111111", 1.8, "", "#F0E442", 1.0, 1.0, 10.0),
}


def draw_points(number: int) -> Drawn:
    """Choose how the points of one kind are drawn.

    Parameters
    ----------
    number
        Place of the kind, from 0.

    Returns
    -------
    drawn
        A white disc with a coloured ring: its letter and number stand inside.
    """
    colour = POINT_COLOURS[number % len(POINT_COLOURS)]
    return Drawn(colour, 2.4, "", "#FFFFFF", 0.95, 1.0, 10.0)


def colour_territories(shapes: npt.NDArray[np.object_]) -> list[int]:
    """Give every territory a colour that no neighbour has, few colours in all.

    The territory whose neighbours wear most colours comes next (DSATUR, Brelaz 1979), of equals
    the one with more neighbours, then the earlier one.

    Parameters
    ----------
    shapes
        Territories, EPSG:4326; those that touch in one corner count as neighbours.

    Returns
    -------
    colours
        Numbers from 0; -1 where there is no territory. Numbers beyond the palette repeat it.
    """
    count = len(shapes)
    has_shape = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    neighbours: list[set[int]] = [set() for _ in range(count)]
    places = np.flatnonzero(has_shape)
    tree = shapely.STRtree(shapes[places])
    for one, other in tree.query(shapes[places], predicate="dwithin", distance=_NEAR_DEG).T:
        if one != other:
            neighbours[int(places[one])].add(int(places[other]))
    colours = [-1] * count
    seen: list[set[int]] = [set() for _ in range(count)]
    waiting = {int(place) for place in places}
    while waiting:
        chosen = min(waiting, key=lambda n: (-len(seen[n]), -len(neighbours[n]), n))
        waiting.remove(chosen)
        colours[chosen] = next(c for c in range(count) if c not in seen[chosen])
        for neighbour in neighbours[chosen]:
            seen[neighbour].add(colours[chosen])
    return colours
