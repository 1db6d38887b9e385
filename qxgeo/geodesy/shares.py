"""Which of many polygons hold which shares of others, each looked at with its neighbours alone.

Cutting the polygons out of a subject one after the other takes as long as there are polygons, times
the corners of what is left; a province has thousands of townships.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    for late, early in _each(*_list_overlaps(tree, polygons)):
        rows = np.flatnonzero(polygon == late)
        share[rows] = shapely.difference(share[rows], shapely.union_all(polygons[early]))
    rest = subjects.copy()
    for number, around in _each(subject, polygon):
        rest[number] = shapely.difference(subjects[number], shapely.union_all(polygons[around]))
    return subject, polygon, share, rest


def _each(keys: Ints, values: Ints) -> Iterator[tuple[int, Ints]]:
    """Give each key once, ascending, with its values."""
    order = np.argsort(keys, kind="stable")
    met, begin = np.unique(keys[order], return_index=True)
    end = np.append(begin, len(order))[1:]
    for key, low, high in zip(met.tolist(), begin.tolist(), end.tolist(), strict=True):
        yield key, values[order[low:high]]


def _list_overlaps(tree: shapely.STRtree, polygons: Shapes) -> tuple[Ints, Ints]:
    """List the pairs of polygons with an area in common, the later of the two first."""
    late, early = tree.query(polygons, predicate="intersects")
    is_pair = early < late
    late, early = late[is_pair], early[is_pair]
    overlap = shapely.relate_pattern(polygons[late], polygons[early], _INTERIORS_MEET)
    return late[overlap], early[overlap]
