"""What a solver is allowed, and what it answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# HiGHS reckons in floats with tolerances of 1e-7: what is nearer to its bound counts as proved.
PROVED_GAP = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and from where a solver searches.

    Attributes
    ----------
    seed
        Of the order in which exchanges are tried. Same input, same seed, same answer.
    time_limit_s
        Seconds for the whole question; None for until the optimum is proved. An answer cut short
        says so, and may differ between machines.
    """

    seed: int = 0
    time_limit_s: float | None = None

    def start(self) -> Deadline:
        """Start the clock.

        Returns
        -------
        deadline
            Of this question.
        """
        if self.time_limit_s is None:
            return Deadline()
        return Deadline(ends_at_s=time.monotonic() + self.time_limit_s)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a solver has to stop, by the monotonic clock; None for never."""

    ends_at_s: float | None = None

    @property
    def is_over(self) -> bool:
        """Say whether there is no time left."""
        return self.ends_at_s is not None and time.monotonic() >= self.ends_at_s

    def limit(self) -> dict[str, float]:
        """Give the seconds left as an option of HiGHS."""
        if self.ends_at_s is None:
            return {}
        return {"time_limit": max(0.01, self.ends_at_s - time.monotonic())}


UNTIL_PROVED = Effort()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """Sites that were chosen, and how good that is.

    Attributes
    ----------
    objective
        ``p_median``, ``p_centre`` or ``maximal_covering``.
    sites
        Columns that are open: kept and new ones, ascending.
    new_sites
        Those of them that were chosen, ascending.
    site_of
        Column that serves each row of demand, -1 where none does, shape (n,).
    distance_m
        Metres from each row to its site, NaN where none serves it, shape (n,).
    value
        ``p_median``: weight times metres, to be small. ``p_centre``: metres of the farthest row, to
        be small. ``maximal_covering``: weight within the radius, to be large. Only rows that count
        (weight above 0, some way to a usable site) are in it.
    bound
        Proved: no choice is better than that.
    gap
        Distance between value and bound as a share of the value (of covering: of what is covered).
    is_proved
        Whether the gap is at most `PROVED_GAP`. Where it is not, the time limit cut the search.
    unreachable
        Rows with weight from which no way leads to any usable site; they are in no value.
    """

    objective: str
    sites: NDArray[np.int64]
    new_sites: NDArray[np.int64]
    site_of: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    value: float
    bound: float
    gap: float = field(init=False)
    unreachable: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Work out the gap."""
        apart = abs(self.value - self.bound)
        share = apart / abs(self.value) if self.value else np.inf
        object.__setattr__(self, "gap", float(share) if apart else 0.0)

    @property
    def is_proved(self) -> bool:
        """Say whether the answer is known to be the best."""
        return self.gap <= PROVED_GAP
