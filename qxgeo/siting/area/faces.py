"""The district cut by every edge of every drawn rule: each face has one answer from each rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import area_m2, partition_polygons
from qxgeo.siting.area.overlay import cut_by
from qxgeo.siting.model import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NOTHING, DOUBTFUL, CAUGHT = 0, 1, 2
_LEAST_M2 = 1e-5  # where rules have one edge in common, rounding leaves slivers of a square mm


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Faces:
    """Pieces of the district that do not overlap and leave nothing out.

    Attributes
    ----------
    shapes
        EPSG:4326, shape (f,).
    territory
        Which township each lies in, shape (f,).
    marks
        What each rule says of each: 0 nothing, 1 doubtful, 2 caught, shape (f, rules).
    area_km2
        On the ellipsoid, shape (f,).
    """

    shapes: NDArray[np.object_]
    territory: NDArray[np.int64]
    marks: NDArray[np.int8]
    area_km2: NDArray[np.float64]


def cut_faces(
    district: shapely.Geometry,
    territories: NDArray[np.object_],
    grounds: Sequence[tuple[shapely.Geometry, shapely.Geometry]],
) -> Faces:
    """Cut a district by its townships and by the ground of each rule.

    Parameters
    ----------
    district
        EPSG:4326.
    territories
        Townships, then the district itself for what lies in none, shape (t,).
    grounds
        Of each rule where it certainly catches, and where it may.

    Returns
    -------
    faces
        In the order of the townships and marks; every cut keeps both sides, so that no ground is
        lost.
    """
    whole = np.array([district], dtype=object)
    _, territory, shapes = partition_polygons(whole, territories)
    marks = np.zeros((len(shapes), len(grounds)), dtype=np.int8)
    sizes = [shapely.get_num_coordinates(reached) for _, reached in grounds]
    for column in np.argsort(sizes, kind="stable"):  # the simple ones first: it is faster
        source, mark, shapes = _split(shapes, *grounds[column])
        territory, marks = territory[source], marks[source]
        marks[:, column] = mark
    area = area_m2(shapes)
    order = np.lexsort((*marks.T[::-1], territory))
    order = order[area[order] > _LEAST_M2]
    return Faces(
        shapes=shapes[order],
        territory=territory[order],
        marks=marks[order],
        area_km2=area[order] / 1e6,
    )


def _split(
    shapes: NDArray[np.object_], caught: shapely.Geometry, reached: shapely.Geometry
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.object_]]:
    """Cut pieces by what a rule reaches, and these by what it catches; both sides are kept."""
    near, far = cut_by(shapes, reached)
    inner, band = cut_by(near, caught)
    pieces = np.concatenate((far, band, inner))
    mark = np.repeat(np.array([NOTHING, DOUBTFUL, CAUGHT], dtype=np.int8), len(shapes))
    source = np.tile(np.arange(len(shapes)), 3)
    kept = ~shapely.is_empty(pieces)
    return source[kept], mark[kept], pieces[kept]


def find_codes(marks: NDArray[np.int8], codes: NDArray[np.int8]) -> NDArray[np.int8]:
    """Give the verdict of each face: the most binding of what its rules say, else allowed.

    Parameters
    ----------
    marks
        Of faces under some rules, shape (f, rules).
    codes
        Places in `VERDICTS` of what each of these rules says with each mark, shape (rules, 3).

    Returns
    -------
    verdicts
        Places in `VERDICTS`, shape (f,).
    """
    if len(codes) == 0:
        return np.full(len(marks), len(VERDICTS) - 1, dtype=np.int8)
    told = codes[np.arange(len(codes)), marks]
    return np.asarray(told.min(axis=1), dtype=np.int8)
