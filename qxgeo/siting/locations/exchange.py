"""A good choice to start from: greedy, then one site for another as long as it helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LEAST_GAIN = 1e-12  # of the cost: less is rounding


def bar_the_way(metres: Floats, weights: Floats) -> Floats:
    """Put a distance so great where no way leads that serving one more always comes first.

    Parameters
    ----------
    metres
        Demand by sites, infinite where no way leads there.
    weights
        Of the demand, above 0.

    Returns
    -------
    metres
        All finite.
    """
    known = np.where(np.isfinite(metres), metres, 0.0)
    far = 1.0 + 2.0 * float(weights @ known.max(axis=1)) / float(weights.min())
    return np.where(np.isfinite(metres), metres, far)


def choose_greedily(metres: Floats, weights: Floats, base_m: Floats, count: int) -> list[int]:
    """Open the site that saves most until enough are open.

    Parameters
    ----------
    metres
        Demand by sites, finite.
    weights
        Of the demand.
    base_m
        Metres to what is open already, finite.
    count
        How many to open, at most the sites there are.

    Returns
    -------
    chosen
        Sites in the order of opening.
    """
    near, chosen = base_m.copy(), list[int]()
    for _ in range(count):
        cost = weights @ np.minimum(near[:, None], metres)
        cost[chosen] = np.inf
        chosen.append(int(np.argmin(cost)))
        near = np.minimum(near, metres[:, chosen[-1]])
    return chosen


def exchange(
    metres: Floats, weights: Floats, base_m: Floats, start: Sequence[int], seed: int
) -> tuple[list[int], float]:
    """Replace one site by another as long as the cost falls.

    Parameters
    ----------
    metres
        Demand by sites, finite.
    weights
        Of the demand.
    base_m
        Metres to what is open already, finite.
    start
        Sites chosen so far.
    seed
        Of the order in which sites are tried.

    Returns
    -------
    chosen
        Ascending.
    cost
        Weight times metres.

    Notes
    -----
    Source: Teitz and Bart (1968), Heuristic methods for estimating the generalized vertex median.
    """
    chosen = list(start)
    order = np.random.default_rng(seed).permutation(len(chosen)).tolist()
    least = float(weights @ np.minimum(base_m, metres[:, chosen].min(axis=1, initial=np.inf)))
    is_better = True
    while is_better:
        is_better = False
        for slot in order:
            others = chosen[:slot] + chosen[slot + 1 :]
            rest = np.minimum(base_m, metres[:, others].min(axis=1, initial=np.inf))
            cost = weights @ np.minimum(rest[:, None], metres)
            best = int(np.argmin(cost))
            if cost[best] < least * (1 - _LEAST_GAIN):
                chosen[slot], least, is_better = best, float(cost[best]), True
    return sorted(chosen), least
