"""Geometries as whole numbers: small enough for a page, exact enough for the same verdicts.

A table of shapes has a number of decimals and an origin; coordinates are whole multiples of
``10**-decimals`` degrees, each the difference to the one before. Data that were written with at
most nine decimals (OpenStreetMap has seven) come back bit for bit, because a whole number divided
by a power of ten is the double that the written decimal stands for. Other data are rounded at the
eleventh decimal, half a micrometre on the ground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT_DECIMALS = (5, 6, 7, 8, 9)
MOST_DECIMALS = 11
POINT, LINE, AREA = 0, 1, 2


def pack_shapes(shapes: NDArray[np.object_], *, decimals: int | None = None) -> dict[str, Any]:
    """Write geometries as whole numbers.

    Parameters
    ----------
    shapes
        EPSG:4326, shape (n,); an empty or missing one has no piece.
    decimals
        Of a degree; None takes the fewest that change nothing, at most eleven.

    Returns
    -------
    packed
        ``decimals``; ``origin``, two whole numbers; ``shapes``, for each geometry its pieces
        ``[sort, strings]`` with sort 0 for a point, 1 for a line and 2 for an area, whose strings
        are its rings. A string is ``[x, y, dx, dy, ...]`` from the origin on.
    """
    array = np.asarray(shapes, dtype=object)
    lonlat = shapely.get_coordinates(array)
    places = _decimals_of(lonlat) if decimals is None else decimals
    scale = 10.0**places
    origin = np.round(lonlat.min(axis=0) * scale) if len(lonlat) else np.zeros(2)
    return {
        "decimals": places,
        "origin": [int(value) for value in origin],
        "shapes": [
            [[sort, [_string(one, scale, origin) for one in strings]] for sort, strings in pieces]
            for pieces in (_take_apart(shape) for shape in array)
        ],
    }


def unpack_shapes(packed: dict[str, Any]) -> list[list[tuple[int, list[NDArray[np.float64]]]]]:
    """Read geometries back, as the page does.

    Parameters
    ----------
    packed
        From `pack_shapes`.

    Returns
    -------
    shapes
        For each geometry its pieces: sort, and longitude and latitude of its strings, degrees.
    """
    scale, origin = 10.0 ** packed["decimals"], np.asarray(packed["origin"], dtype=np.int64)

    def read(string: list[int]) -> NDArray[np.float64]:
        steps = np.asarray(string, dtype=np.int64).reshape(-1, 2)
        return np.asarray((np.cumsum(steps, axis=0) + origin) / scale)

    return [
        [(sort, [read(string) for string in strings]) for sort, strings in pieces]
        for pieces in packed["shapes"]
    ]


def _decimals_of(lonlat: NDArray[np.float64]) -> int:
    """Find the fewest decimals that change nothing."""
    for places in EXACT_DECIMALS:
        scale = 10.0**places
        if bool((np.round(lonlat * scale) / scale == lonlat).all()):
            return places
    return MOST_DECIMALS


def _take_apart(shape: shapely.Geometry | None) -> list[tuple[int, list[NDArray[np.float64]]]]:
    """Give the points, lines and areas of a geometry, each with its strings of coordinates."""
    if shape is None or bool(shapely.is_empty(shape)):
        return []
    if hasattr(shape, "geoms"):
        return [piece for part in shape.geoms for piece in _take_apart(part)]
    if isinstance(shape, shapely.Polygon):
        rings = [shape.exterior, *shape.interiors]
        return [(AREA, [shapely.get_coordinates(ring) for ring in rings])]
    sort = POINT if isinstance(shape, shapely.Point) else LINE
    return [(sort, [shapely.get_coordinates(shape)])]


def _string(lonlat: NDArray[np.float64], scale: float, origin: NDArray[np.float64]) -> list[int]:
    """Write one string of coordinates as steps."""
    whole = np.round(lonlat * scale) - origin
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2)))
    return [int(value) for value in steps.ravel()]
