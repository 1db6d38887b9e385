"""Cut polygons part by part: a thousand dwellings touch few of each other's edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Ints = NDArray[np.int64]

NOTHING = shapely.Polygon()


def cut_by(
    shapes: NDArray[np.object_], ground: shapely.Geometry
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Cut polygons by ground, and keep both sides.

    Parameters
    ----------
    shapes
        Polygons and multi-polygons, EPSG:4326, shape (n,).
    ground
        A polygon or multi-polygon, perhaps empty.

    Returns
    -------
    inner, outer
        What lies in the ground and what does not, shape (n,) each; empty where there is nothing.
    """
    outer = shapes.copy()
    for one, touched, _ in _pair(shapes, ground):
        rest = shapely.difference(shapes[one], gather(touched))
        outer[one] = gather(np.array([rest], dtype=object))
    return keep_inside(shapes, ground), outer


def keep_inside(shapes: NDArray[np.object_], ground: shapely.Geometry) -> NDArray[np.object_]:
    """Give of each polygon what lies in ground.

    Parameters
    ----------
    shapes
        Polygons and multi-polygons, EPSG:4326, shape (n,).
    ground
        A polygon or multi-polygon, perhaps empty.

    Returns
    -------
    inner
        Empty where there is nothing, shape (n,).
    """
    inner = np.full(len(shapes), NOTHING, dtype=object)
    for one, touched, is_held in _pair(shapes, ground):
        crossing = shapely.intersection(shapes[one], gather(touched[~is_held]))
        inner[one] = gather(np.append(touched[is_held], crossing))
    return inner


def _pair(
    shapes: Shapes, ground: shapely.Geometry
) -> Iterator[tuple[int, Shapes, NDArray[np.bool_]]]:
    """Give each polygon that ground touches, the parts that do, and which lie in it altogether."""
    parts = np.asarray(shapely.get_parts(ground), dtype=object)
    if len(parts) == 0 or len(shapes) == 0:
        return
    shapely.prepare(shapes)
    row, part = shapely.STRtree(parts).query(shapes, predicate="intersects")
    is_held = shapely.contains_properly(shapes[row], parts[part])
    edges = np.searchsorted(row, np.arange(len(shapes) + 1))
    for one in np.flatnonzero(np.diff(edges)).tolist():
        mine = slice(edges[one], edges[one + 1])
        yield one, parts[part[mine]], is_held[mine]


def cut_away(shape: shapely.Geometry, ground: shapely.Geometry) -> shapely.Geometry:
    """Leave ground out of a polygon, part by part.

    Parameters
    ----------
    shape, ground
        Polygons or multi-polygons, EPSG:4326.

    Returns
    -------
    rest
        Empty where nothing is left.
    """
    _, outer = cut_by(np.asarray(shapely.get_parts(shape), dtype=object), ground)
    return gather(outer)


def keep_within(shape: shapely.Geometry, ground: shapely.Geometry) -> shapely.Geometry:
    """Keep what of a polygon lies in ground, part by part.

    Parameters
    ----------
    shape, ground
        Polygons or multi-polygons, EPSG:4326.

    Returns
    -------
    kept
        Empty where nothing is.
    """
    kept: shapely.Geometry = keep_inside(np.array([ground], dtype=object), shape)[0]
    return kept


def gather(shapes: NDArray[np.object_]) -> shapely.Geometry:
    """Put the polygons of several geometries into one; lines and points of touch are left out.

    Parameters
    ----------
    shapes
        Not overlapping, shape (n,).

    Returns
    -------
    gathered
        A polygon, a multi-polygon, or nothing.
    """
    parts = shapely.get_parts(shapes)
    parts = parts[(shapely.get_dimensions(parts) == 2) & ~shapely.is_empty(parts)]  # noqa: PLR2004
    if len(parts) == 1:
        single: shapely.Geometry = parts[0]
        return single
    return shapely.multipolygons(parts) if len(parts) else NOTHING
