"""Sums that no order changes: every length is rounded once, to a whole nanometre, and then counted.

A sum of floats depends on the order of its terms, so on the batch size and on who was first. Whole
numbers do not, and 40 million kilometres of road are counted to the nanometre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

NANOMETRES = 1_000_000_000  # to the metre
_HALF = 32  # bits: halves of a length add up without overflow over 2^31 terms
_BITS = 22  # of numbers whose sum over 2^31 terms a double holds exactly
_MOST = 1 << 61  # of these, three are no more than 64 bits hold


def to_nanometres(length_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round lengths in metres to whole nanometres, halves to the even one; below 9e9 m."""
    return np.rint(length_m * NANOMETRES).astype(np.int64)


def sum_exactly(values: NDArray[np.int64]) -> int:
    """Add up integers without overflow."""
    low, high = values & ((1 << _HALF) - 1), values >> _HALF
    return (int(high.sum()) << _HALF) + int(low.sum())


def sum_by_key(
    keys: NDArray[np.int64], values: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]]:
    """Add up integers by key, without overflow.

    Parameters
    ----------
    keys
        Shape (k,).
    values
        Whole numbers from 0 on, shape (k,).

    Returns
    -------
    used, count, sums
        Each key once, ascending; how many values it has, and their sum.
    """
    if len(keys) == 0:
        return keys, keys, []
    used, index = _number_keys(keys)
    return used, np.bincount(index, minlength=len(used)), _add_up(index, values, len(used))


def _add_up(index: NDArray[np.int64], values: NDArray[Any], size: int) -> list[int]:
    """Add up whole numbers from 0 on by place, `_BITS` at a time.

    Sums of numbers below 2^22 are exact in a double, in any order, over 2^31 terms.
    """
    total, shift = np.zeros(size, dtype=np.int64), 0
    while values.any():
        low = (values & ((1 << _BITS) - 1)).astype(np.float64)
        sums = np.bincount(index, weights=low, minlength=size).astype(np.int64)
        if int(sums.max()) << shift > _MOST:  # Python's own numbers have no end
            total, sums = total.astype(object), sums.astype(object)
        total = total + (sums << shift)
        values, shift = values >> _BITS, shift + _BITS
    added: list[int] = total.tolist()
    return added


def _number_keys(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the keys in use, ascending, and the place of each among them."""
    least, most = int(keys.min()), int(keys.max())
    if most - least > 8 * len(keys) + 1024:
        used, index = np.unique(keys, return_inverse=True)
        return used, index.astype(np.int64)
    is_used = np.zeros(most - least + 1, dtype=bool)
    is_used[keys - least] = True
    number = np.cumsum(is_used) - 1
    return np.flatnonzero(is_used) + least, number[keys - least]


def add_columns(tables: Iterable[Sequence[Sequence[int] | NDArray[np.int64]]]) -> list[list[int]]:
    """Add up tables of whole numbers.

    Parameters
    ----------
    tables
        Columns of whole numbers: first the keys, then what is added up, from 0 on. Rows as lists
        would take longer to make than to add up.

    Returns
    -------
    columns
        The same, each key once, ascending; none where there is no row.
    """
    several = [table for table in tables if table and len(table[0])]
    if not several:
        return []
    if len(several) == 1 and len(set(several[0][0])) == len(several[0][0]):
        order = np.argsort(several[0][0], kind="stable").tolist()
        return [[int(column[row]) for row in order] for column in several[0]]
    keys, *columns = (_join(column) for column in zip(*several, strict=True))
    used, index = _number_keys(keys.astype(np.int64))
    return [used.tolist(), *(_add_up(index, column, len(used)) for column in columns)]


def _join(columns: Iterable[Sequence[int] | NDArray[np.int64]]) -> NDArray[Any]:
    """Join columns of whole numbers; above 9e9 m in one of them Python's own have no end."""
    try:
        return np.concatenate([np.asarray(column, dtype=np.int64) for column in columns])
    except OverflowError:
        return np.concatenate([np.asarray(column, dtype=object) for column in columns])
