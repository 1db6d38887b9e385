"""Sums that no order changes: every length is rounded once, to a whole nanometre, and then counted.

A sum of floats depends on the order of its terms, so on the batch size and on who was first. Whole
numbers do not, and 40 million kilometres of road are counted to the nanometre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

NANOMETRES = 1_000_000_000  # to the metre
_HALF = 32  # bits: halves of a length add up without overflow over 2^31 terms


def to_nanometres(length_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round lengths in metres to whole nanometres, halves to the even one; below 9e9 m."""
    return np.rint(length_m * NANOMETRES).astype(np.int64)


def sum_exactly(values: NDArray[np.int64]) -> int:
    """Add up integers without overflow."""
    low, high = values & ((1 << _HALF) - 1), values >> _HALF
    return (int(high.sum()) << _HALF) + int(low.sum())


def sum_by_key(keys: NDArray[np.int64], values: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Add up integers by key, without overflow.

    Parameters
    ----------
    keys
        Shape (k,).
    values
        Whole numbers, shape (k,).

    Returns
    -------
    sums
        Key, how many values, their sum; by ascending key.
    """
    if len(keys) == 0:
        return []
    order = np.argsort(keys, kind="stable")
    ordered, sorted_values = keys[order], values[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    low = np.add.reduceat(sorted_values & ((1 << _HALF) - 1), first)
    high = np.add.reduceat(sorted_values >> _HALF, first)
    count = np.diff(np.append(first, len(ordered)))
    columns = (ordered[first].tolist(), count.tolist(), high.tolist(), low.tolist())
    return [(key, n, (h << _HALF) + g) for key, n, h, g in zip(*columns, strict=True)]


def add_rows(tables: Iterable[Iterable[list[Any]]], *, keys: int) -> list[list[int]]:
    """Add up tables of whole numbers.

    Parameters
    ----------
    tables
        Rows of integers: first the keys, then what is added up.
    keys
        How many of the columns are keys.

    Returns
    -------
    rows
        One per combination of keys, ascending.
    """
    total: dict[tuple[int, ...], list[int]] = {}
    for table in tables:
        for row in table:
            key, values = tuple(row[:keys]), row[keys:]
            before = total.get(key)
            total[key] = (
                list(values)
                if before is None
                else [a + b for a, b in zip(before, values, strict=True)]
            )
    return [[*key, *total[key]] for key in sorted(total)]
