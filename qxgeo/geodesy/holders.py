"""Which of several areas hold a point: exactly, and the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import compiled
from qxgeo.geodesy.partition import NOWHERE
from qxgeo.geodesy.territories import Territories

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

UNSURE = -2


def first_holders(
    lonlat: NDArray[np.float64], areas: NDArray[np.object_], *, among: int = 0
) -> NDArray[np.int64]:
    """Find the first area that holds each point, its edge included.

    Parameters
    ----------
    lonlat
        Longitude and latitude, degrees, shape (n, 2).
    areas
        Polygons, shape (m,); empty and missing ones hold nothing.
    among
        How many points there are in all, where these are some of many.

    Returns
    -------
    number
        Index of the area, -1 where there is none, shape (n,).
    """
    size, whole, many = len(lonlat), max(len(lonlat), among), compiled.MANY_PLACES
    cells, loops = (compiled.find_loops(n, size=whole, many=many) for n in ("cells", "holders"))
    territories = Territories(areas)
    if cells is None or loops is None or len(territories.numbers) == 0:
        return _first_met(lonlat, territories)
    grid = territories.grid(cells)
    pieces = compiled.in_threads(size, lambda begin, end: loops.label(lonlat, begin, end, *grid))
    found = np.concatenate(pieces)
    number = np.full(size, NOWHERE, dtype=np.int64)
    is_held = found >= 0
    number[is_held] = territories.numbers[found[is_held]]
    hard = np.flatnonzero(found == loops.HARD)
    number[hard] = _first_met(lonlat[hard], territories)
    return number


def first_holders_of_boxes(
    low: NDArray[np.float64], high: NDArray[np.float64], areas: NDArray[np.object_]
) -> NDArray[np.int64]:
    """Find the first area that holds a box, where no edge of an area comes near the box.

    Parameters
    ----------
    low, high
        South-western and north-eastern corners, degrees, shape (n, 2) each.
    areas
        Polygons, shape (m,).

    Returns
    -------
    number
        Index of the area, `UNSURE` where an edge may run through the box, shape (n,); little work
        is all unsure.
    """
    size, many = len(low), compiled.MANY_PLACES
    cells, loops = (compiled.find_loops(n, size=size, many=many) for n in ("cells", "holders"))
    territories = Territories(areas)
    number = np.full(size, UNSURE, dtype=np.int64)
    if cells is None or loops is None or len(territories.numbers) == 0:
        return number
    _, *grid = territories.grid(cells)
    pieces = compiled.in_threads(
        size, lambda begin, end: loops.label_boxes(low, high, begin, end, *grid)
    )
    found = np.concatenate(pieces)
    is_held = found >= 0
    number[is_held] = territories.numbers[found[is_held]]
    return number


def _first_met(lonlat: Floats, territories: Territories) -> Ints:
    """Ask exact predicates: the few polygons are prepared, the many points need not be."""
    none = np.iinfo(np.int64).max
    points = np.asarray(shapely.points(lonlat), dtype=object)
    number = np.full(len(points), none)
    holder, held = shapely.STRtree(points).query(territories.polygons, predicate="intersects")
    np.minimum.at(number, held, territories.numbers[holder])
    number[number == none] = NOWHERE
    return number
