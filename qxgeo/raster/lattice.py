"""Values that change slowly over a grid, found at a few nodes and filled in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Over 32 intervals on 20 km a length or an area on the ground bends away from a straight line by
# 2e-9 of itself.
_MOST_NODES = 33


def pick_nodes(size: int) -> NDArray[np.float64]:
    """Pick nodes along an axis.

    Parameters
    ----------
    size
        Number of pixels, at least 1.

    Returns
    -------
    nodes
        Pixels at even steps, perhaps fractional, the first and the last among them.
    """
    return np.linspace(0, size - 1, min(size, _MOST_NODES))


def fill_between(
    values: NDArray[np.float64],
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    shape: tuple[int, int],
) -> NDArray[np.float64]:
    """Fill a grid from values at nodes, straight in between.

    Parameters
    ----------
    values
        At the nodes, shape (rows, columns) of the nodes.
    rows, columns
        As `pick_nodes` gives them.
    shape
        Of the grid.

    Returns
    -------
    filled
        One value for each pixel.
    """
    return _fill_axis(_fill_axis(values, rows, shape[0]).T, columns, shape[1]).T


def _fill_axis(values: Floats, nodes: Floats, size: int) -> Floats:
    """Fill along the first axis."""
    if len(nodes) == 1:
        return np.repeat(values, size, axis=0)
    place = np.arange(size) * ((len(nodes) - 1) / (size - 1))
    before = np.minimum(place.astype(np.int64), len(nodes) - 2)
    part = (place - before)[:, None]
    return np.asarray(values[before] * (1 - part) + values[before + 1] * part)
