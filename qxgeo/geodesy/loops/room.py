"""Arrays that grow while a loop writes into them."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def grow(array, room):
    """Give an array more room at its end."""
    result = np.empty(room)
    result[: len(array)] = array
    return result


@njit(cache=True, nogil=True)
def grow_whole(array, room):
    """Give an array of whole numbers more room at its end."""
    result = np.empty(room, dtype=np.int64)
    result[: len(array)] = array
    return result
