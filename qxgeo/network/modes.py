"""Who may use which road: the classes of OpenStreetMap that are closed to each way of travel.

======================================  =====  ====  ====
class                                   drive  ride  walk
======================================  =====  ====  ====
motorway, trunk and their links         yes    no    no
primary to residential, service, track  yes    yes   yes
living_street                           yes    yes   yes
path, bridleway                         no     yes   yes
cycleway                                no     yes   yes
footway, pedestrian                     no     no    yes
steps, corridor, elevator, via_ferrata  no     no    yes
bus_guideway, busway, raceway, escape   no     no    no
a road not in use (construction...)     no     no    no
not said, or another word               yes    yes   yes
======================================  =====  ====  ====

Riding (electric bicycles included) follows the one-way rule, walking does not. An unknown class is
open to all, so that planners' own files work; the network counts such roads in its notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

MODES = ("drive", "ride", "walk")
IGNORES_ONEWAY = frozenset({"walk"})

_FAST = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})
_FOR_ALL = frozenset(
    {
        "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
        "unclassified", "residential", "living_street", "service", "track", "road",
    }
)  # fmt: skip
_CYCLING = frozenset({"path", "bridleway", "cycleway"})
_ON_FOOT = frozenset({"footway", "pedestrian", "steps", "corridor", "elevator", "via_ferrata"})
_FOR_NOBODY = frozenset(
    {
        "abandoned", "bus_guideway", "busway", "construction", "dismantled", "escape", "no",
        "planned", "proposed", "raceway", "razed",
    }
)  # fmt: skip

CLOSED_TO: Mapping[str, frozenset[str]] = {
    "drive": _CYCLING | _ON_FOOT | _FOR_NOBODY,
    "ride": _FAST | _ON_FOOT | _FOR_NOBODY,
    "walk": _FAST | _FOR_NOBODY,
}
KNOWN_CLASSES = _FAST | _FOR_ALL | _CYCLING | _ON_FOOT | _FOR_NOBODY
# Values of the optional column ``access`` that close a road to everyone. A private road stays
# open: those who inspect what stands behind the gate are let in.
_CLOSED_ACCESS = frozenset({"no"})


def is_usable(roads: pd.DataFrame, *, mode: str) -> NDArray[np.bool_]:
    """Tell which roads a way of travel may use.

    Parameters
    ----------
    roads
        Column ``road_class``, and ``access`` where there is one.
    mode
        One of `MODES`.

    Returns
    -------
    usable
        One claim per road.
    """
    usable = ~roads["road_class"].isin(list(CLOSED_TO[mode])).to_numpy(dtype=bool)
    if "access" in roads:
        usable = usable & ~roads["access"].isin(list(_CLOSED_ACCESS)).to_numpy(dtype=bool)
    return np.asarray(usable, dtype=bool)
