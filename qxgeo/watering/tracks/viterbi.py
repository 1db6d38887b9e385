"""The likeliest sequence of arcs under the records of one cart (hidden Markov model).

A state is a place on a directed arc. A record is the likelier the nearer the arc and the better
its direction; a step is the likelier the less its way along the streets differs from the straight
line between the records. After P. Newson and J. Krumm, Hidden Markov Map Matching Through Noise and
Sparseness, ACM GIS 2009, with directed arcs and turns in place of nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.tracks.ground import Candidates
    from qxgeo.watering.tracks.reach import Reach

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_BLOCK = 1_500  # steps whose transitions are held at once
_FASTEST_MS = 34.0
_SPARE_M = 80.0


@dataclass(frozen=True, slots=True, eq=False)
class Likeliest:
    """Choice for each record.

    Attributes
    ----------
    choice
        Column of the candidates, -1 for a record that is on no street, shape (n,).
    is_start
        Whether a record begins a new chain: no way leads there from the one before, shape (n,).
    """

    choice: Ints
    is_start: NDArray[np.bool_]


def find_likeliest(
    candidates: Candidates,
    reach: Reach,
    *,
    xy: Floats,
    second: Floats,
    sigma_m: Floats,
    silent_s: float,
) -> Likeliest:
    """Find the likeliest sequence of the records of one cart.

    Parameters
    ----------
    candidates
        Of each record.
    reach
        Ways between the candidates' arcs.
    xy, second
        Places in the plane of the candidates and times, rising.
    sigma_m
        Error of each position.
    silent_s
        Longest time between two records of one chain.

    Returns
    -------
    likeliest
        Same length as the records.
    """
    used = np.flatnonzero(np.isfinite(candidates.cost[:, 0]))
    choice = np.full(len(second), -1, dtype=np.int64)
    is_start = np.zeros(len(second), dtype=bool)
    if not len(used):
        return Likeliest(choice, is_start)
    cost, back = candidates.cost[used[0]], np.full((len(used), candidates.arc.shape[1]), -1)
    chain_end: list[tuple[int, Floats]] = []
    for at in range(0, len(used) - 1, _BLOCK):
        rows = used[at : at + _BLOCK + 1]
        steps = _weigh_steps(candidates, reach, rows, xy, second, sigma_m, silent_s)
        for number in range(len(rows) - 1):
            total = cost[:, None] + steps[number]
            best = total.argmin(axis=0)
            through = total[best, np.arange(len(best))]
            here, own = at + number + 1, candidates.cost[rows[number + 1]]
            if np.isfinite(through + own).any():
                cost, back[here] = through + own, best
            else:
                chain_end.append((here - 1, cost))
                cost = own
            cost = cost - cost.min()
    chain_end.append((len(used) - 1, cost))
    begin = 0
    for end, last in chain_end:
        is_start[used[begin]] = True
        at_column = int(np.argmin(last))
        for place in range(end, begin - 1, -1):
            choice[used[place]] = at_column
            at_column = int(back[place, at_column]) if place > begin else at_column
        begin = end + 1
    return Likeliest(choice, is_start)


def _weigh_steps(
    candidates: Candidates,
    reach: Reach,
    rows: Ints,
    xy: Floats,
    second: Floats,
    sigma_m: Floats,
    silent_s: float,
) -> Floats:
    """Give the cost of every step between candidates, shape (steps, k, k)."""
    arc, along = candidates.arc[rows], candidates.along_m[rows]
    straight = np.hypot(*np.diff(xy[rows], axis=0).T)
    waited = np.diff(second[rows])
    source = np.broadcast_to(arc[:-1, :, None], (len(rows) - 1, arc.shape[1], arc.shape[1]))
    target = np.broadcast_to(arc[1:, None, :], source.shape)
    from_m, to_m = along[:-1, :, None], along[1:, None, :]
    is_both = (source >= 0) & (target >= 0)
    between = np.full(source.shape, np.inf)
    between[is_both] = reach.between_arcs(source[is_both], target[is_both])
    for step in np.flatnonzero((straight > 0.6 * reach.limit_m) & (waited <= silent_s)):
        between[step] = _look_far(reach, source[step], target[step], straight[step])
    rest = reach.streets.arc_length_m[np.maximum(source, 0)] - from_m
    way = rest + between + to_m
    sigma = sigma_m[rows][:-1]
    slack = (3.0 * sigma)[:, None, None]
    ahead = to_m - from_m
    is_along = (source == target) & is_both & (ahead >= -slack)
    way = np.where(is_along, np.abs(ahead), way)
    longest = np.minimum(
        _FASTEST_MS * waited + _SPARE_M + 2 * sigma, 6.0 * straight + 400.0 + 4.0 * sigma
    )
    is_open = (way <= longest[:, None, None]) & (waited <= silent_s)[:, None, None]
    beta = 5.0 + 0.6 * sigma + 0.04 * straight
    cost = np.abs(way - straight[:, None, None]) / beta[:, None, None]
    cost = cost + np.where(is_along & (ahead < 0), -2.0 * ahead / beta[:, None, None], 0.0)
    return np.asarray(np.where(is_open, cost, np.inf))


def _look_far(reach: Reach, source: Ints, target: Ints, straight: float) -> Floats:
    """Measure a long step's ways one by one."""
    between = np.full(source.shape, np.inf)
    rows, columns = np.flatnonzero(source[:, 0] >= 0), np.flatnonzero(target[0] >= 0)
    if len(rows) and len(columns):
        found = reach.far(source[rows, 0], target[0, columns], limit_m=3.0 * straight + 500.0)
        between[np.ix_(rows, columns)] = found
    return between
