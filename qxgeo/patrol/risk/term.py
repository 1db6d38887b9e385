"""One term of the risk score: its value in every cell, and how it is said to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.errors import Text

_MOST_NAMES = 8  # in a note


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term before it is weighed.

    Attributes
    ----------
    level
        0 to 1 per cell, NaN where it is unknown; all NaN for a dropped term.
    dropped
        Why there is nothing to count; None for a term in use.
    """

    term_id: str
    name: Text
    formula: Text
    level: NDArray[np.float64]
    dropped: Text | None = None


def saturate(amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn a weighted count into 0 to 1: the first one gives a half, the next half of the rest.

    The value of a cell does not depend on any other cell, so that a new record elsewhere changes
    nothing here.

    Parameters
    ----------
    amount
        Weighted count, not below 0.

    Returns
    -------
    value
        ``1 - 2 ** -amount``, the shape of `amount`.
    """
    return np.asarray(-np.expm1(-np.log(2.0) * amount))


def list_names(names: list[str]) -> str:
    """Join names for a note.

    Parameters
    ----------
    names
        All of them.

    Returns
    -------
    listed
        The first few, with dots where more follow.
    """
    return "、".join(names[:_MOST_NAMES]) + ("……" if len(names) > _MOST_NAMES else "")
