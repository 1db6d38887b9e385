"""Which kind of cart wets which section, and from which refill point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def share_sections(away_s: Floats, metres: Floats, weights: Sequence[float]) -> Ints:
    """Share sections among the kinds of carts, each near its depots and as much as it can do.

    Parameters
    ----------
    away_s
        Seconds from the depots of each kind to each section, shape (kinds, sections); infinite
        where a kind never gets.
    metres
        To be sprayed of each section, shape (sections,).
    weights
        What all carts of a kind can spray in the same time.

    Returns
    -------
    kinds
        Of each section, -1 where no kind gets there. Who would lose most by the second best
        chooses first; a kind takes no more than its share while another still has room.
    """
    count, sections = away_s.shape
    reached = np.isfinite(away_s)
    kinds = np.full(sections, -1, dtype=np.int64)
    room = np.asarray(weights, dtype=np.float64) / sum(weights) * metres[reached.any(axis=0)].sum()
    ranked = np.sort(away_s, axis=0)
    regret = np.zeros(sections)
    if count > 1:
        second = np.where(np.isfinite(ranked[1]), ranked[1], 1e9)
        regret = second - np.where(np.isfinite(ranked[0]), ranked[0], second)
    for section in np.lexsort((np.arange(sections), -regret)):
        ways = np.flatnonzero(reached[:, section])
        if len(ways) == 0:
            continue
        has_room = ways[room[ways] >= metres[section] / 2.0]
        if len(has_room):
            chosen = has_room[np.argmin(away_s[has_room, section])]
        else:
            chosen = ways[np.argmax(room[ways])]
        kinds[section] = chosen
        room[chosen] -= metres[section]
    return kinds


def group_waters(between_s: Floats, metres: Floats, *, least_m: float) -> list[list[int]]:
    """Put refill points that are near one another into groups with enough to do.

    Parameters
    ----------
    between_s
        Seconds between refill points, shape (w, w).
    metres
        To be sprayed from each, shape (w,); those without anything are left out.
    least_m
        Of a group, as far as there is enough in all.

    Returns
    -------
    groups
        Positions of refill points; the first of each is the middle, from which the ways to the
        metres of the others are shortest. By that first one.
    """
    around = between_s + between_s.T
    groups = [[int(one)] for one in np.flatnonzero(metres > 0)]
    while len(groups) > 1:
        loads = [float(metres[group].sum()) for group in groups]
        least = int(np.argmin(loads))
        if loads[least] >= least_m:
            break
        group = groups.pop(least)
        ways = [float(around[np.ix_(group, other)].mean()) for other in groups]
        if not np.isfinite(min(ways)):
            groups.append(group)
            break
        groups[int(np.argmin(ways))] += group
    middles = []
    for group in groups:
        cost = (around[np.ix_(group, group)] * metres[group]).sum(axis=1)
        middle = group[int(np.argmin(cost))]
        middles.append([middle, *sorted(one for one in group if one != middle)])
    return sorted(middles)


def nearest_waters(travel: Floats, waters: Ints, starts: Ints, ends: Ints, task_of: Ints) -> Ints:
    """Give each traversal the refill point from which the way out and back is shortest.

    Parameters
    ----------
    travel
        Between places, seconds.
    waters
        Places of the refill points.
    starts, ends, task_of
        Of each mode: where it starts and ends, and its traversal; traversals are numbered from 0.

    Returns
    -------
    chosen
        Position in `waters` of each traversal, -1 where no way leads out and back.
    """
    around = travel[np.ix_(waters, starts)] + travel[np.ix_(ends, waters)].T
    count = int(task_of.max(initial=-1)) + 1
    best = np.full((len(waters), count), np.inf)
    for row, ways in zip(best, around, strict=True):
        np.minimum.at(row, task_of, ways)
    chosen = np.asarray(best.argmin(axis=0), dtype=np.int64)
    chosen[~np.isfinite(best).any(axis=0)] = -1
    return chosen
