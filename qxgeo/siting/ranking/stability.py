"""How firm an order is: bands, weights drawn at random, the smallest change that turns it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.siting.ranking.model import Flip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.siting.ranking.scores import Scores

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_LEVEL = 1e-12  # scores nearer than that are equal
_BEHIND = 2.0  # taken off a score puts it behind all scores from 0 to 1
_PODIUM = 3


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Of the weights drawn, with how many a candidate comes where; shape (n,) each.

    Attributes
    ----------
    first, podium
        Surely first, surely among the first three (level with others counts for the three only).
    first_most, podium_most
        Possibly, whatever is unknown turns out to be.
    """

    first: Floats
    podium: Floats
    first_most: Floats
    podium_most: Floats


def find_bands(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """Give the best and the worst rank that each candidate may have.

    Parameters
    ----------
    low, high
        Scores, shape (n,).

    Returns
    -------
    best, worst
        From 1; candidates with equal scores have the same rank.
    """
    is_above = low[None, :] > high[:, None] + _LEVEL
    may_be_above = high[None, :] > low[:, None] + _LEVEL
    np.fill_diagonal(may_be_above, val=False)
    return 1 + is_above.sum(axis=1), 1 + may_be_above.sum(axis=1)


def draw_shares(scores: Scores, is_behind: Bools, *, seed: int, draws: int) -> Shares:
    """Rank with weights drawn evenly from all there can be.

    Parameters
    ----------
    scores
        Of the candidates.
    is_behind
        Candidates that come behind all others whatever the weights.
    seed, draws
        Of the weights: how they are drawn, and how many.

    Returns
    -------
    shares
        0 to 1.
    """
    count = len(is_behind)
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(scores.names)), size=draws)
    back = _BEHIND * is_behind
    low, high = weights @ scores.low.T - back, weights @ scores.high.T - back
    result = np.empty((4, count))
    for one in range(count):
        above = (low > high[:, [one]] + _LEVEL).sum(axis=1)
        others = np.delete(high, one, axis=1)
        maybe = (others > low[:, [one]] + _LEVEL).sum(axis=1)
        level = (others >= low[:, [one]] - _LEVEL).sum(axis=1)
        result[:, one] = [
            (level == 0).mean(),
            (maybe < _PODIUM).mean(),
            (above == 0).mean(),
            (above < _PODIUM).mean(),
        ]
    return Shares(result[0], result[1], result[2], result[3])


def find_dominators(scores: Scores, is_behind: Bools) -> list[list[int]]:
    """Find for each candidate those that are as good in everything and better in something.

    Parameters
    ----------
    scores
        Of the candidates; what is unknown is never taken to be worse.
    is_behind
        Candidates that come behind all others, which counts as a criterion.

    Returns
    -------
    dominators
        Positions of the others for each candidate.
    """
    low = np.column_stack((scores.low, ~is_behind))
    high = np.column_stack((scores.high, ~is_behind))
    return [
        np.flatnonzero((low >= mine).all(axis=1) & (low > mine).any(axis=1)).tolist()
        for mine in high
    ]


def find_flip(
    scores: Scores, first: int, rivals: Sequence[int], ids: Sequence[str]
) -> tuple[Flip | None, Floats]:
    """Find the smallest move of weight that brings a rival level with the first.

    All weight that moves goes to the criterion in which the rival is best against the first, from
    those in which it is worst: each part moved gains most that way, so that no move is smaller.

    Parameters
    ----------
    scores
        Of the candidates.
    first
        Who is first.
    rivals
        Who may take its place.
    ids
        Of all candidates.

    Returns
    -------
    flip
        Of the rival that needs least; None where no weights do it.
    shares
        What each candidate would need, NaN where no weights do it, shape (n,).
    """
    needs = np.full(len(ids), np.nan)
    best: Flip | None = None
    for rival in rivals:
        lead = scores.high[rival] - scores.low[first]
        to = int(np.argmax(lead))
        missing = -float(scores.shares @ lead)
        if lead[to] <= _LEVEL:
            continue
        moved = np.zeros(len(lead))
        for source in np.argsort(lead, kind="stable"):
            if missing <= _LEVEL or lead[source] >= lead[to]:
                break
            per_part = float(lead[to] - lead[source])
            moved[source] = min(scores.shares[source], missing / per_part)
            missing -= moved[source] * per_part
        needs[rival] = moved.sum()
        if best is None or needs[rival] < best.share - _LEVEL:
            level = scores.shares - moved
            level[to] += moved.sum()
            best = Flip(
                site_id=ids[rival],
                share=float(needs[rival]),
                criterion=scores.names[to],
                weights=dict(zip(scores.names, level.tolist(), strict=True)),
            )
    return best, needs
