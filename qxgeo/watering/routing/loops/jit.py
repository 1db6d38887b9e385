"""The compiler, or nothing in its place: the same routes, a hundred times slower."""

from __future__ import annotations

__all__ = ["WHY_PLAIN", "compiled"]

try:
    from numba import njit
except (ImportError, RuntimeError) as error:  # no wheel, or a NumPy too new
    WHY_PLAIN = str(error).splitlines()[0]

    def compiled(function):
        """Leave the loop as it stands."""
        return function

else:
    WHY_PLAIN = ""

    def compiled(function):
        """Compile the loop when it is first called, and keep the result if there is a place."""
        try:
            return njit(cache=True, nogil=True, error_model="numpy")(function)
        except RuntimeError:  # no place for a cache
            return njit(nogil=True, error_model="numpy")(function)
