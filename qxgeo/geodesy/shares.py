"""Which of many polygons hold which shares of others, each looked at with its neighbours alone.

Cutting the polygons out of a subject one after the other takes as long as there are polygons, times
the corners of what is left; a province has thousands of townships.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_INTERIORS_MEET = "T********"  # DE-9IM: two polygons have an area in common


def cut_shares(subjects: Shapes, polygons: Shapes) -> tuple[Ints, Ints, Shapes, Shapes]:
    """Cut subjects at polygons.

    Parameters
    ----------
    subjects
        Polygons, EPSG:4326, shape (n,).
    polygons
        What they are cut at, neither missing nor empty, shape (m,); where they overlap the first
        one holds.

    Returns
    -------
    subject, polygon, share
        One entry per pair that meets: both indices and what the polygon holds of the subject,
        perhaps without an area.
    rest
        What no polygon holds of each subject, shape (n,), empty or missing where nothing is left.
    """
    tree = shapely.STRtree(polygons)
    subject, polygon = tree.query(subjects, predicate="intersects")
    share = np.asarray(shapely.intersection(subjects[subject], polygons[polygon]), dtype=object)
    late, early = _list_overlaps(tree, polygons)
    for one, other in zip(late.tolist(), early.tolist(), strict=True):
        rows = np.flatnonzero(polygon == one)
        share[rows] = shapely.difference(share[rows], polygons[other])
    rest = subjects.copy()
    order = np.argsort(subject, kind="stable")
    met, begin = np.unique(subject[order], return_index=True)
    end = np.append(begin, len(order))[1:]
    for number, low, high in zip(met.tolist(), begin.tolist(), end.tolist(), strict=True):
        around = shapely.union_all(polygons[polygon[order[low:high]]])
        rest[number] = shapely.difference(subjects[number], around)
    return subject, polygon, share, rest


def _list_overlaps(tree: shapely.STRtree, polygons: Shapes) -> tuple[Ints, Ints]:
    """List the pairs of polygons with an area in common, the later of the two first."""
    late, early = tree.query(polygons, predicate="intersects")
    is_pair = early < late
    late, early = late[is_pair], early[is_pair]
    overlap = shapely.relate_pattern(polygons[late], polygons[early], _INTERIORS_MEET)
    return late[overlap], early[overlap]
