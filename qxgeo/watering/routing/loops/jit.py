"""The compiler, or nothing in its place: the same loops, the same routes, a hundred times slower."""

from __future__ import annotations

import warnings

from qxgeo.errors import SlowWarning, Text

__all__ = ["SLOW", "compiled"]

SLOW = Text(
    "无法载入 Numba（{reason}）：洒水路线用 Python 计算，同样的迭代次数结果相同，速度慢约一百倍。"
    "安装：pip install 'qxgeo[fast]'",
    "Numba cannot be loaded ({reason}): routes of carts are searched in Python, the same for the "
    "same number of iterations, about a hundred times slower. To install it: "
    "pip install 'qxgeo[fast]'",
)

try:
    from numba import njit
except (ImportError, RuntimeError) as error:  # no wheel, or a NumPy too new
    warnings.warn(
        "\n".join(text.format(reason=str(error).splitlines()[0]) for text in SLOW),
        SlowWarning,
        stacklevel=2,
    )

    def compiled(function):
        """Leave the loop as it stands."""
        return function

else:

    def compiled(function):
        """Compile the loop when it is first called, and keep the result if there is a place."""
        try:
            return njit(cache=True, nogil=True, error_model="numpy")(function)
        except RuntimeError:  # no place for a cache
            return njit(nogil=True, error_model="numpy")(function)
