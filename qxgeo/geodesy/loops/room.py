"""Arrays that grow while a loop writes into them, and loops that hold none of their own."""

from __future__ import annotations

import numpy as np
from numba import njit

# Loops that allocate nothing need not count who holds the arrays they are handed, and stand where
# they are called: with some twenty arrays both would take longer than a distance. Their room is
# their caller's; TOO_SMALL asks for more.
bare = njit(  # type: ignore[call-overload] # Numba's types leave out `_nrt`
    cache=True, nogil=True, error_model="numpy", forceinline=True, _nrt=False
)
TOO_SMALL = -1
# Of a signed number each access to an array asks whether it counts from the end; not of these. One
# with a signed number in the same sum is a floating-point number, and no index any more.
index = np.uint64


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
