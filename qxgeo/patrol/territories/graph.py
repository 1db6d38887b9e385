"""Which cells lie side by side: borders of positive length, parts, gaps between parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_APART_M = 0.01  # edges that rounding or a careless drawing parted are still one
_CORNER_M = 0.1  # a shorter border is a corner: nobody passes there


@dataclass(frozen=True, slots=True)
class Borders:
    """Pairs of cells that share an edge, each pair once, `first` below `second`, sorted.

    Attributes
    ----------
    first, second
        Row numbers of cells, shape (m,).
    shared_m
        Length of the shared edge, metres, shape (m,).
    """

    first: Ints
    second: Ints
    shared_m: Floats


def find_borders(shapes: Shapes, group: Ints) -> Borders:
    """Find cells of the same group that share an edge.

    Edges are compared as segments, so that a corner of one cell in the middle of its neighbour's
    edge, where a township line ends there, does no harm.

    Parameters
    ----------
    shapes
        Polygons in a plane in metres, shape (n,).
    group
        Number of the township, shape (n,); below 0 has no neighbours.

    Returns
    -------
    borders
        Borders longer than a corner.
    """
    start, end, owner = _segments(shapes)
    lows, highs = np.minimum(start, end) - _APART_M / 2, np.maximum(start, end) + _APART_M / 2
    boxes: Shapes = np.asarray(shapely.box(*lows.T, *highs.T), dtype=object)
    one, other = shapely.STRtree(boxes).query(boxes)
    met = (owner[one] < owner[other]) & (group[owner[one]] == group[owner[other]])
    met &= group[owner[one]] >= 0
    one, other = one[met], other[met]
    length = _overlap_m(start[one], end[one], start[other], end[other])
    count = len(shapes)
    key, place = np.unique(owner[one] * count + owner[other], return_inverse=True)
    shared = np.bincount(place, weights=length, minlength=len(key)).astype(float)
    key, shared = key[shared > _CORNER_M], shared[shared > _CORNER_M]
    return Borders(first=key // count, second=key % count, shared_m=shared)


def _segments(shapes: Shapes) -> tuple[Floats, Floats, Ints]:
    """Take polygons apart into segments: start, end and row of the polygon."""
    rings, cell = shapely.get_rings(shapes, return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    same &= (places[1:] != places[:-1]).any(axis=1)
    return places[:-1][same], places[1:][same], cell[ring[:-1][same]].astype(np.int64)


def _overlap_m(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """Measure how far the segments c-d run along the segments a-b."""
    way = b - a
    length = np.hypot(way[:, 0], way[:, 1])
    along = way / length[:, None]
    from_c, from_d = (np.einsum("ij,ij->i", p - a, along) for p in (c, d))
    off_c, off_d = (np.abs(_cross(along, p - a)) for p in (c, d))
    overlap = np.minimum(np.maximum(from_c, from_d), length)
    overlap -= np.maximum(np.minimum(from_c, from_d), 0.0)
    # One of them lies on the other's line with both ends, or they only meet at an angle.
    back_a, back_b = (np.abs(_cross(_unit(d - c), p - c)) for p in (a, b))
    near = (np.maximum(off_c, off_d) <= _APART_M) | (np.maximum(back_a, back_b) <= _APART_M)
    return np.where(near, np.maximum(overlap, 0.0), 0.0)


def _unit(way: Floats) -> Floats:
    """Give directions of length one."""
    return np.asarray(way / np.hypot(way[:, 0], way[:, 1])[:, None])


def _cross(way: Floats, place: Floats) -> Floats:
    """Give the distance to the left of a direction."""
    return np.asarray(way[:, 0] * place[:, 1] - way[:, 1] * place[:, 0])


def number_parts(count: int, first: Ints, second: Ints) -> Ints:
    """Give the parts of a graph that hang together numbers.

    Parameters
    ----------
    count
        Number of vertices.
    first, second
        Ends of the edges.

    Returns
    -------
    part
        From 0, in the order of the first vertex of each part, shape (count,).
    """
    edges = coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(count, count))
    raw = connected_components(edges, directed=False)[1]
    _, opener, part = np.unique(raw, return_index=True, return_inverse=True)
    rank = np.empty(len(opener), dtype=np.int64)
    rank[np.argsort(opener)] = np.arange(len(opener))
    return np.asarray(rank[part])


def list_neighbours(count: int, first: Ints, second: Ints) -> list[list[int]]:
    """List the neighbours of every vertex, ascending."""
    rows = np.concatenate([first, second])
    columns = np.concatenate([second, first])
    order = np.lexsort((columns, rows))
    ends = np.cumsum(np.bincount(rows, minlength=count))
    flat = columns[order].tolist()
    starts = [0, *ends.tolist()[:-1]]
    return [flat[a:b] for a, b in zip(starts, ends.tolist(), strict=True)]


def nearest_pair(
    shapes: Shapes, mine: Ints, theirs: Ints, *, rank: Floats
) -> tuple[int, int, float]:
    """Find the two cells, one of each list, with the least gap between them.

    Parameters
    ----------
    shapes
        Polygons in a plane in metres.
    mine, theirs
        Rows of cells, not empty.
    rank
        Of each of `theirs`: where gaps are the same to a metre, the lowest is taken.

    Returns
    -------
    mine, theirs, gap_m
        The pair (of equals the first) and the least gap, metres.
    """
    tree = shapely.STRtree(shapes[theirs])
    gaps = tree.query_nearest(shapes[mine], all_matches=False, return_distance=True)[1]
    gap_m = float(gaps.min())
    pairs = tree.query(shapes[mine], predicate="dwithin", distance=gap_m + 1)
    best = np.lexsort((theirs[pairs[1]], mine[pairs[0]], rank[pairs[1]]))[0]
    return int(mine[pairs[0][best]]), int(theirs[pairs[1][best]]), gap_m
