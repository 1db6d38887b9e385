"""Places become numbers along a curve that fills the globe, so that neighbours stand together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDER = 26  # halvings of each side: steps of 5.4e-6 degrees of longitude, 0.6 m at the equator


def number_places(lonlat: NDArray[np.float64], *, order: int = ORDER) -> NDArray[np.uint64]:
    """Count places along Hilbert's curve over the whole globe.

    The curve does not hang on the data, so that the number of a road is the same in every file.

    Parameters
    ----------
    lonlat
        Degrees, EPSG:4326, shape (n, 2).
    order
        How often each side of the globe is halved, at most 31.

    Returns
    -------
    numbers
        Below 4 to the power of `order`, shape (n,); places beyond the globe count as on its edge.
    """
    side = 1 << order
    share = (lonlat + np.array([180.0, 90.0])) / (360.0, 180.0)
    cell = np.clip(np.floor(share * side), 0, side - 1).astype(np.int64)
    x, y = cell[:, 0].copy(), cell[:, 1].copy()
    number = np.zeros(len(x), dtype=np.int64)
    for bit in range(order - 1, -1, -1):
        half = 1 << bit
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        number += ((3 * right) ^ upper) << (2 * bit)
        x &= half - 1
        y &= half - 1
        # The lower quarters are turned, the right one of them the other way round.
        is_lower = upper == 0
        is_flipped = is_lower & (right == 1)
        x = np.where(is_flipped, half - 1 - x, x)
        y = np.where(is_flipped, half - 1 - y, y)
        x, y = np.where(is_lower, y, x), np.where(is_lower, x, y)
    return number.astype(np.uint64)
