"""A bound of the p-median that costs no linear programme: Lagrange multipliers by ascent.

With a price for each demand, the sum of all prices less what the sites that gain most would earn is
below every choice. The best prices give the same bound as the linear relaxation, and show at once
which sites no better choice opens or leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from qxgeo.siting.locations.model import Deadline

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_MOST_STEPS = 600
_PATIENCE = 15  # steps without a better bound before they are halved
_SMALLEST_STEP = 0.004  # of the way that the gap suggests


@dataclass(slots=True, eq=False)
class Ascent:
    """The best prices so far.

    Attributes
    ----------
    bound
        Proved, weight times metres.
    reach_m
        Price of each demand as a distance.
    gain
        What each site would earn at these prices.
    """

    bound: float
    reach_m: Floats
    gain: Floats

    def find_fixed(self, count: int, cost: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Say which sites every choice better than a known one shuts or opens.

        Parameters
        ----------
        count
            Sites to be opened, fewer than there are and at least 1.
        cost
            Of the known choice.

        Returns
        -------
        is_shut, is_kept
            One claim for each site.
        """
        falling = np.sort(self.gain)[::-1]
        room = max(cost - self.bound, 0.0) + 1e-9 * cost
        is_top = np.zeros(len(self.gain), dtype=bool)
        is_top[np.argsort(-self.gain, kind="stable")[:count]] = True
        is_shut = ~is_top & (falling[count - 1] - self.gain > room)
        return is_shut, is_top & (self.gain - falling[count] > room)


def ascend(
    away_m: Floats,
    weights: Floats,
    *,
    count: int,
    range_m: tuple[Floats, Floats],
    cost: float,
    improve: Callable[[list[int]], float],
    deadline: Deadline,
) -> Ascent:
    """Raise the bound step by step.

    Parameters
    ----------
    away_m
        Demand by sites, infinite where no way leads there, more sites than `count`.
    weights
        Of the demand.
    count
        Sites to be opened, at least 1.
    range_m
        Least and greatest way that each demand can have.
    cost
        Of a known choice.
    improve
        Given a choice, tells the cost of the best one known.
    deadline
        When to stop.

    Returns
    -------
    ascent
        With the best bound found.

    Notes
    -----
    Source: Narula, Ogbu and Samuelsson (1977), An algorithm for the p-median problem; steps after
    Held, Wolfe and Crowder (1974).
    """
    least, most = weights * range_m[0], weights * range_m[1]
    paid = weights[:, None] * away_m
    price = (least + most) / 2
    best = Ascent(-np.inf, price / weights, np.zeros(away_m.shape[1]))
    size, waited = 1.0, 0
    for _ in range(_MOST_STEPS):
        saved = np.maximum(price[:, None] - paid, 0.0)
        gain = saved.sum(axis=0)
        top = np.argsort(-gain, kind="stable")[:count]
        bound = float(price.sum() - gain[top].sum())
        waited += 1
        if bound > best.bound:
            best, waited = Ascent(bound, price / weights, gain), 0
        if waited >= _PATIENCE:
            size, waited, price = size / 2, 0, best.reach_m * weights
            cost = improve(top.tolist())
            continue
        slope = 1.0 - (saved[:, top] > 0).sum(axis=1)
        if size < _SMALLEST_STEP or cost - best.bound <= 1e-9 * cost or not slope.any():
            break
        if deadline.is_over:
            break
        step = size * (cost - bound) / float(slope @ slope)
        price = np.clip(price + step * slope, least, most)
    return best
