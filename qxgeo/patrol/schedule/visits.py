"""Which point is seen in which shift.

Every point gathers its share of visits day by day and is due whenever the sum passes a whole
number, so that one and a half visits a week are three in two weeks and half a visit is one. Points
of a territory with the same number of visits start evenly apart, which keeps the days balanced;
the running number of the visit chooses the window, which changes the hour; longer windows get more
of them, in proportion to their minutes. A point is seen at most once in a window. A visit that
falls on hours with nobody goes to another window of the day; where there is none it is named
beside the unfilled hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.patrol.schedule.hours import DutyHours

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_BITS = 10  # 1024 places between 0 and 1: finer than a window's minutes
_ROUNDING = 1e-9  # far above what sums of a year leave, far below the distance of two phases


class Slots(NamedTuple):
    """Places of visits: numbers of the point, the day and the window."""

    point: Ints
    day: Ints
    window: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the visits of a span fall.

    Attributes
    ----------
    kept
        In hours that somebody patrols.
    missed
        In hours that nobody can take.
    capped_count
        Points that are due more often than there are windows.
    """

    kept: Slots
    missed: Slots
    capped_count: int


def place_visits(
    points: pd.DataFrame,
    territory: Ints,
    hours: Sequence[DutyHours],
    patrolled_min: Ints,
) -> Placement:
    """Spread the visits of points over the windows of a span.

    Parameters
    ----------
    points
        ``point_id``, ``visits_per_week``; sorted by ``point_id``.
    territory
        Number of the territory of each point, shape (points,).
    hours
        The patrolled days.
    patrolled_min
        Minutes that somebody patrols the territory in the window, shape (territories, days,
        windows); 0 as well beyond the windows of a day.

    Returns
    -------
    placement
        In the order of point, day and window number.
    """
    window_count = np.array([len(one.windows) for one in hours], dtype=np.int64)
    visits = points["visits_per_week"].to_numpy(dtype=np.float64)
    asked = visits[:, None] * np.array([one.visit_share for one in hours])[None, :]
    due = np.minimum(asked, window_count[None, :])
    rank = _count_within(pd.DataFrame({"territory": territory}))
    phase = _start(territory, visits)
    summed = np.floor(phase[:, None] + np.cumsum(due, axis=1) + _ROUNDING).astype(np.int64)
    before = np.concatenate([np.zeros((len(points), 1), dtype=np.int64), summed[:, :-1]], axis=1)
    point, day = np.nonzero(summed > before)
    slots, is_kept = _choose_windows(
        (summed - before)[point, day],
        before[point, day] + rank[point],
        patrolled_min[territory[point], day],
        window_count[day],
    )
    row, window = slots
    found = Slots(point[row], day[row], window)
    order = np.lexsort((found.window, found.day, found.point))
    found, is_kept = Slots(*(part[order] for part in found)), is_kept[order]
    return Placement(
        kept=Slots(*(part[is_kept] for part in found)),
        missed=Slots(*(part[~is_kept] for part in found)),
        capped_count=int((asked > window_count[None, :] + _ROUNDING).any(axis=1).sum()),
    )


def _count_within(groups: pd.DataFrame) -> Ints:
    """Count the rows of each group from 0."""
    return np.asarray(groups.groupby(list(groups.columns)).cumcount(), dtype=np.int64)


def _start(territory: Ints, visits: Floats) -> Floats:
    """Give every point the part of a visit it begins with: evenly apart, above 0 and below 1."""
    table = pd.DataFrame({"territory": territory, "visits": visits})
    rank = _count_within(table)
    size = table.groupby(["territory", "visits"])["visits"].transform("size").to_numpy()
    # Groups of one territory begin apart from each other as well.
    group = table.groupby("territory")["visits"].rank(method="dense").to_numpy() - 1
    groups = table.groupby("territory")["visits"].transform("nunique").to_numpy()
    return np.asarray((rank + (group + 0.5) / groups) / size, dtype=np.float64)


def _choose_windows(
    count: Ints, first: Ints, patrolled_min: Ints, window_count: Ints
) -> tuple[tuple[Ints, Ints], NDArray[np.bool_]]:
    """Choose `count` different windows per row, patrolled ones first, by the number `first`.

    Gives numbers of rows and of windows, and whether somebody patrols then.
    """
    served = (patrolled_min > 0).sum(axis=1)
    patrolled_first = np.argsort(patrolled_min == 0, axis=1, kind="stable")
    begin = _share_out(first, np.take_along_axis(patrolled_min, patrolled_first, axis=1))
    rows: list[Ints] = [np.empty(0, dtype=np.int64)]
    places: list[Ints] = [np.empty(0, dtype=np.int64)]
    for turn in range(int(count.max(initial=0))):
        row = np.flatnonzero(count > turn)
        have = served[row]
        place = np.where(
            turn < have,
            (begin[row] + turn) % np.maximum(have, 1),
            np.where(have == 0, (first[row] + turn) % window_count[row], turn),
        )
        rows.append(row)
        places.append(place)
    row, place = np.concatenate(rows), np.concatenate(places)
    chosen = np.asarray(patrolled_first[row, place], dtype=np.int64)
    return (row, chosen), place < served[row]


def _share_out(number: Ints, minutes: Ints) -> Ints:
    """Choose a window per row so that running numbers fall on windows by their minutes.

    The number is reversed bit by bit (van der Corput's sequence), which spreads any run of numbers
    evenly from 0 to 1; two windows of the same length simply alternate.
    """
    place = np.zeros(len(number))
    for bit in range(_BITS):
        place += ((number >> bit) & 1) / 2.0 ** (bit + 1)
    ends = np.cumsum(minutes, axis=1)
    total = ends[:, -1:] if ends.shape[1] else np.zeros((len(number), 1))
    return np.asarray((place[:, None] * total >= ends).sum(axis=1), dtype=np.int64)
