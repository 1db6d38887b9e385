"""A grid over boxes: which of them stand in a cell. It only decides what is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    # Origin (2,), cells per degree (2,), cells across and up (2,), first entry of each cell, boxes.
    Grid = tuple[Floats, Floats, Ints, NDArray[np.int32], Ints]

_MOST_ACROSS = 2048  # cells; more would leave the cache


def lay_grid(low: NDArray[np.float64], high: NDArray[np.float64]) -> Grid:
    """Lay a grid over boxes.

    Parameters
    ----------
    low, high
        Corners in degrees, shape (s, 2), at least one.

    Returns
    -------
    grid
        Cells of about the size of a box. The boxes in cell (i, j) are ``boxes[first[c] : first[c +
        1]]`` with ``c = j * across + i``, ascending.
    """
    origin = low.min(axis=0)
    extent = np.maximum(high.max(axis=0) - origin, 1e-9)
    wanted = np.median(high - low, axis=0)
    cells = np.clip(np.ceil(extent / np.maximum(wanted, 1e-9)), 1, _MOST_ACROSS).astype(np.int64)
    scale = cells / extent
    begin = np.clip(np.floor((low - origin) * scale).astype(np.int64), 0, cells - 1)
    end = np.clip(np.floor((high - origin) * scale).astype(np.int64), 0, cells - 1)
    across, up = (end - begin + 1).T
    box = np.repeat(np.arange(len(low)), across * up)
    rank = np.arange(len(box)) - np.repeat(np.cumsum(across * up) - across * up, across * up)
    cell = (begin[box, 1] + rank // across[box]) * cells[0] + begin[box, 0] + rank % across[box]
    order = np.argsort(cell, kind="stable")
    # 32 bits, counted in their place: over a country most of its cells are empty, and there are
    # millions of them.
    used, count = np.unique(cell, return_counts=True)
    first = np.zeros(cells.prod() + 1, dtype=np.int32)
    first[used + 1] = count
    np.cumsum(first, dtype=np.int32, out=first)
    return origin, scale, cells, first, box[order]
