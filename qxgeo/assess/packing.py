"""Districts and plans for other processes: pickled once, unpacked once in each of them."""

from __future__ import annotations

import copyreg
import functools
import io
import pickle
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def pack(value: object) -> bytes:
    """Pickle a value that holds read-only mappings.

    Parameters
    ----------
    value
        Anything that pickles but for them.

    Returns
    -------
    content
        For `unpack`.
    """
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, protocol=5)
    table: dict[Any, Callable[[Any], Any]] = dict(copyreg.dispatch_table)
    table[MappingProxyType] = lambda one: (freeze, (dict(one),))
    pickler.dispatch_table = table
    pickler.dump(value)
    return stream.getvalue()


@functools.lru_cache(maxsize=1)
def unpack(content: bytes) -> Any:  # noqa: ANN401 - what was packed
    """Give back what was packed; the last one is kept.

    Parameters
    ----------
    content
        From `pack`: our own bytes, never a file's.

    Returns
    -------
    value
        Equal to what was packed.
    """
    return pickle.loads(content)  # noqa: S301 - our own bytes


def freeze(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """Make a mapping read-only: the type itself has no name to pickle it by."""
    return MappingProxyType(mapping)
