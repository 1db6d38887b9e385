"""The door to the compiled loops: when they are worth their start, and what to do without them.

Numba takes 0.4 s to import, and twenty to compile the first time on a machine, so a district never
sees it; a province does. Where Numba cannot be imported the plain NumPy forms answer, the
same to rounding and several times slower, and say so once.
"""

from __future__ import annotations

import importlib
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from qxgeo.errors import SlowWarning, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

MANY = 200_000  # parts of lines: below, plain arrays take two or three seconds
MANY_PLACES = 50_000  # points or parcels, of which each is searched for under several rules
_is_alone: ContextVar[bool] = ContextVar("is_alone", default=False)
_CHUNK = 1 << 15  # parts or stretches a thread takes at a time
SLOW = Text(
    "道路超过 {parts:,} 段或场所超过 {places:,} 处，但无法载入 Numba（{reason}）：改用 NumPy 计算，"
    "结果相同，速度慢数倍。安装：pip install 'qxgeo[fast]'",
    "more than {parts:,} road parts or {places:,} places and Numba cannot be loaded ({reason}): "
    "computed with NumPy, the same answer several times slower. To install it: "
    "pip install 'qxgeo[fast]'",
)


def find_loops(name: str, *, size: int, many: int | None = None) -> ModuleType | None:
    """Load compiled loops if the work is large enough for them.

    Parameters
    ----------
    name
        Module of `qxgeo.geodesy.loops`.
    size
        How many parts the lines have, whatever is asked of them: then the form that answers depends
        on the input alone, to the last bit.
    many
        From how many on loops are worth while; `MANY` if it is left out.

    Returns
    -------
    loops
        The module; None for little work, or where there is no Numba.
    """
    if size < (MANY if many is None else many):
        return None
    return load_loops(name)


def in_threads(size: int, work: Callable[[int, int], Any]) -> list[Any]:
    """Work through a range in pieces, on all cores that this process may use.

    Parameters
    ----------
    size
        Length of the range.
    work
        Called with begin and end of a piece; it lets go of the interpreter's lock.

    Returns
    -------
    results
        One per piece, in order, whichever came first.
    """
    begins = range(0, max(size, 1), _CHUNK)
    if len(begins) == 1 or _is_alone.get():
        return [work(begin, min(begin + _CHUNK, size)) for begin in begins]
    with ThreadPoolExecutor(max_workers=count_cores()) as pool:
        return list(pool.map(work, begins, (min(b + _CHUNK, size) for b in begins)))


@contextmanager
def in_this_thread() -> Iterator[None]:
    """Let `in_threads` do its work where it is called: others are at work on other cores."""
    token = _is_alone.set(True)
    try:
        yield
    finally:
        _is_alone.reset(token)


def count_cores() -> int:
    """Count the cores that this process may use.

    Returns
    -------
    count
        At least 1.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def load_loops(name: str) -> ModuleType | None:
    """Import loops, or warn once that there are none.

    Parameters
    ----------
    name
        Module of `qxgeo.geodesy.loops`.

    Returns
    -------
    loops
        The module, or None.
    """
    try:
        return importlib.import_module(f"qxgeo.geodesy.loops.{name}")
    except (ImportError, RuntimeError, KeyError) as error:
        # No wheel, a NumPy too new, no place for a cache, an option that Numba has no longer.
        reason = str(error).splitlines()[0]
        numbers = {"parts": MANY, "places": MANY_PLACES}
        message = "\n".join(text.format(reason=reason, **numbers) for text in SLOW)
        warnings.warn(message, SlowWarning, stacklevel=3)
        return None
