"""A tree of boxes around edges in space, for the compiled search of what is nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    from qxgeo.geodesy.vertices import Vertices

    Floats = NDArray[np.float64]
    # Boxes of the nodes (2 m, 6), edges in space as `list_sides` gives them (e, 7) and in degrees
    # (e, 4), whether no edge goes on from their end, owners.
    BoxTree = tuple[Floats, Floats, Floats, NDArray[np.bool_], NDArray[np.int64]]

LEAF = 4  # edges


def list_sides(vertices: Vertices) -> NDArray[np.float64]:
    """Give each vertex with the edge that leaves it.

    Parameters
    ----------
    vertices
        Of any geometries.

    Returns
    -------
    sides
        Earth-centred metres, shape (v, 7): the vertex, the way to the next one, and 1 over the
        square of its length; zeros where no edge leaves.
    """
    sides = np.zeros((len(vertices.owner), 7))
    sides[:, :3] = vertices.xyz
    start = np.flatnonzero(vertices.goes_on)
    if len(start):
        step = vertices.xyz[start + 1] - vertices.xyz[start]
        sides[start, 3:6] = step
        sides[start, 6] = 1 / np.maximum(np.einsum("ij,ij->i", step, step), 1e-30)
    return sides


def grow_tree(vertices: Vertices, loops: ModuleType) -> BoxTree:
    """Sort edges into a complete binary tree of boxes.

    Parameters
    ----------
    vertices
        Of references, one or more; a vertex alone is an edge of no length.
    loops
        The compiled ones of the name ``boxes``.

    Returns
    -------
    tree
        Node 1 is the root, node k has the children 2 k and 2 k + 1; the last half are leaves, of
        `LEAF` edges each.
    """
    every = np.arange(len(vertices.owner))
    start = every[vertices.goes_on | vertices.is_alone(every)]
    end = start + vertices.goes_on[start]
    leaves = _count_leaves(len(start))
    order = loops.halve_again((vertices.xyz[start] + vertices.xyz[end]) / 2, leaves * LEAF)
    start, end = start[order], end[order]
    is_last = ~vertices.goes_on[end] & (end > start)
    twin = vertices.closing()
    is_last &= ~np.isin(end, twin[twin >= 0])
    flat = np.concatenate((vertices.lonlat[start], vertices.lonlat[end]), axis=1)
    boxes = _enclose(vertices.xyz[start], vertices.xyz[end], leaves)
    return boxes, list_sides(vertices)[start], flat, is_last, vertices.owner[start]


def _count_leaves(size: int) -> int:
    """Give the least power of two that holds as many edges."""
    return 1 << (-(-size // LEAF) - 1).bit_length()


def _enclose(start: Floats, end: Floats, leaves: int) -> Floats:
    """Put boxes around edges, leaf by leaf, and around boxes up to the root."""
    low, high = np.full((leaves * LEAF, 3), np.inf), np.full((leaves * LEAF, 3), -np.inf)
    low[: len(start)], high[: len(start)] = np.minimum(start, end), np.maximum(start, end)
    low, high = low.reshape(-1, LEAF, 3).min(axis=1), high.reshape(-1, LEAF, 3).max(axis=1)
    boxes = np.full((2 * leaves, 6), np.nan)
    while True:
        boxes[leaves : 2 * leaves, :3], boxes[leaves : 2 * leaves, 3:] = low, high
        if leaves == 1:
            return boxes
        leaves //= 2
        low, high = low.reshape(-1, 2, 3).min(axis=1), high.reshape(-1, 2, 3).max(axis=1)
