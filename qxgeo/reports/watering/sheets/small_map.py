"""A cart's tour as lines on paper, over the roads around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.reports.patrol.sheets.ground import (
    Roads,
    choose_frame,
    lines_of,
    place_on,
    round_length,
)
from qxgeo.reports.patrol.sheets.map_labels import place_pins
from qxgeo.reports.patrol.sheets.small_map import SmallMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.reports.watering.sheets.duty import CartTour


class TourMaps:
    """Draws tours; carts that share one share its drawing.

    Parameters
    ----------
    district
        Its roads lie under the tours.
    """

    def __init__(self, district: District) -> None:
        self._roads = Roads(district)
        self._drawn: dict[tuple[int, float, float], SmallMap | None] = {}

    def road_names(self) -> list[str]:
        """List the names that a map may write, each once."""
        return self._roads.names()

    def draw(self, tour: CartTour, *, width_mm: float, most_height_mm: float) -> SmallMap | None:
        """Draw a tour.

        Parameters
        ----------
        tour
            Its lines and pins.
        width_mm
            Of the drawing.
        most_height_mm
            The height follows the tour up to here.

        Returns
        -------
        drawing
            None for a tour without a line.
        """
        key = (tour.tour, width_mm, most_height_mm)
        if key not in self._drawn:
            self._drawn[key] = _draw(tour, self._roads, width_mm, most_height_mm)
        return self._drawn[key]


def _draw(tour: CartTour, roads: Roads, width_mm: float, most_height_mm: float) -> SmallMap | None:
    """Draw a tour over the roads around it."""
    sprayed, driven = _shape(tour.sprayed), _shape(tour.driven)
    both = np.concatenate((sprayed, driven))
    if not len(both):
        return None
    frame = choose_frame(both, width_mm, most_height_mm)
    places = ((number, place_on(frame, (lon, lat))) for number, lon, lat in tour.pins)
    pins = place_pins(
        [(number, *place) for number, place in places if place],
        width_mm=frame.width_mm,
        height_mm=frame.height_mm,
    )
    small, large, names = roads.lay(frame, pins)
    bar_m = round_length(frame.width_mm / 4 / frame.mm_per_m)
    return SmallMap(
        width_mm=frame.width_mm,
        height_mm=frame.height_mm,
        cells=(),
        others=(),
        hatching={},
        border=lines_of(frame.lay(sprayed)),
        small_roads=small,
        large_roads=large,
        names=names,
        pins=pins,
        base=None if tour.depot is None else place_on(frame, tour.depot),
        bar_mm=bar_m * frame.mm_per_m,
        bar_m=bar_m,
        dashes=lines_of(frame.lay(driven)),
    )


def _shape(lines: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """Make lines of corners."""
    shapes = np.empty(len(lines), dtype=object)
    shapes[:] = [shapely.LineString(one) for one in lines]
    return shapes
