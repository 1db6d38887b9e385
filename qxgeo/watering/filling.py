"""Time that carts have left goes to the sections that the fleet is too small to keep wet.

The runs that keep the urgent sections wet stay as they are, to the second. Between them, and at the
ends of the shifts, a cart drives tours of the other sections and is back where it has to be in
time. It takes the tour that wets most metres for longest, by the seconds it takes; the more urgent
a metre, the more it counts.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.deadlines import is_open
from qxgeo.watering.drying import DAY_S
from qxgeo.watering.idling import Idle, link_tours, list_idles
from qxgeo.watering.laps import BREAK, TOUR, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.watering.deadlines import Job
    from qxgeo.watering.drying import DryingClock
    from qxgeo.watering.laps import Crew

    Floats = NDArray[np.float64]

_LOOK_S = 300.0  # a cart for which nothing is worth while looks again so much later
_DAYS = 2  # the first wears in


def fill_idle(
    runs: Sequence[Run],
    bases: Sequence[int],
    spare: Sequence[Job],
    weights: Sequence[Floats],
    crews: Sequence[Crew],
    clock: DryingClock,
    transfer_s: Floats,
    *,
    worth: float,
) -> list[Run]:
    """Drive further tours in the time that the runs of a day leave.

    Parameters
    ----------
    runs
        Of a day that is a circle, by cart and time.
    bases
        Sites of the tours that they drive.
    spare
        Tours of the sections that nobody keeps; they are numbered behind the others.
    weights
        What a wet second of each of their traversals counts.
    crews
        Carts in their shifts.
    clock
        Of drying.
    transfer_s
        Shape (kinds, sites, sites).
    worth
        Share of what a tour gains on dry roads, 0 to 1, from which it is driven.

    Returns
    -------
    runs
        All tours and breaks of the day at the same seconds, and more; by cart and time.
    """
    idles = list_idles(runs, bases, crews)
    filler = _Filler(idles, spare, weights, clock, transfer_s, worth, len(bases))
    for _ in range(_DAYS):
        filler.play()
    return _join(runs, idles, filler.filled())


class _Filler:
    """Plays the idle times of a day, in the order in which carts become free."""

    def __init__(
        self,
        idles: Sequence[Idle],
        spare: Sequence[Job],
        weights: Sequence[Floats],
        clock: DryingClock,
        transfer_s: Floats,
        worth: float,
        first: int,
    ) -> None:
        self._idles, self._jobs, self._clock = idles, spare, clock
        self._transfer, self._worth, self._first = transfer_s, worth, first
        self._ways: list[list[list[float]]] = transfer_s.tolist()
        tours = [job.tour for job in spare]
        self._kind = np.array([tour.kind for tour in tours], dtype=np.int64)
        self._base = np.array([tour.base for tour in tours], dtype=np.int64)
        self._lasts = np.array([tour.duration_s for tour in tours], dtype=np.float64)
        sizes = [len(tour.traversals) for tour in tours]
        self._cuts = np.concatenate(([0], np.cumsum(sizes)))[:-1].astype(np.int64)
        self._of = np.repeat(np.arange(len(tours)), sizes)
        self._begins = np.concatenate([tour.begins_s for tour in tours])
        self._ends = np.concatenate([tour.ends_s for tour in tours])
        self._factors = np.concatenate([job.factors for job in spare])
        self._weights = np.concatenate([*weights])
        self._dry_at = np.full(len(self._of), -np.inf)
        self._runs: list[list[Run]] = []

    def play(self) -> None:
        """Play the day once more, after the day before."""
        self._dry_at -= DAY_S
        self._runs = [[] for _ in self._idles]
        sites = [idle.origin for idle in self._idles]
        queue = [(idle.start_s, number) for number, idle in enumerate(self._idles)]
        heapq.heapify(queue)
        while queue:
            now, number = heapq.heappop(queue)
            idle = self._idles[number]
            job = self._choose(idle, sites[number], now)
            if job is None:
                if now + _LOOK_S < idle.end_s:
                    heapq.heappush(queue, (now + _LOOK_S, number))
                continue
            base = int(self._base[job])
            start = now + float(self._transfer[idle.kind, sites[number], base])
            end = start + float(self._lasts[job])
            self._runs[number].append(idle.run(TOUR, start, end, tour=self._first + job))
            self._wet(job, start)
            sites[number] = base
            heapq.heappush(queue, (end, number))

    def _choose(self, idle: Idle, site: int, now: float) -> int | None:
        """Give the tour that gains most for its time, if there is one that is worth while."""
        starts = now + self._transfer[idle.kind, site, self._base]
        back = self._transfer[idle.kind, self._base, idle.destination]
        can = (self._kind == idle.kind) & (starts + self._lasts + back <= idle.end_s)
        for place in np.flatnonzero(can):
            can[place] = is_open(self._jobs[int(place)], float(starts[place]))
        if not can.any():
            return None
        starts = np.where(can, starts, now)
        dry_at = self._dries(starts[self._of])
        ends = starts[self._of] + self._ends
        gains = np.clip(dry_at - np.maximum(self._dry_at, ends), 0.0, None) * self._weights
        most = np.clip(dry_at - ends, 0.0, None) * self._weights
        gain, full = (np.add.reduceat(one, self._cuts) for one in (gains, most))
        can &= (gain > 0) & (gain >= self._worth * full)
        if not can.any():
            return None
        return int(np.argmax(np.where(can, gain / (starts + self._lasts - now), -np.inf)))

    def _dries(self, starts: Floats) -> Floats:
        """Give when each traversal is dry that is sprayed in a tour that starts then."""
        begins = starts + self._begins
        dry_at = self._clock.when(self._clock.at(begins) + self._factors)
        for low, high in self._clock.rains_s:
            for day in range(3):
                is_rained = (dry_at >= low + day * DAY_S) & (high + day * DAY_S > begins)
                fresh = self._clock.when(self._clock.at(high + day * DAY_S) + self._factors)
                dry_at = np.where(is_rained, np.maximum(dry_at, fresh), dry_at)
        return dry_at

    def _wet(self, job: int, start: float) -> None:
        """Note that a tour was driven."""
        mine = self._of == job
        starts = np.full(len(self._of), start)
        self._dry_at[mine] = np.maximum(self._dry_at, self._dries(starts))[mine]

    def filled(self) -> list[list[Run]]:
        """Give what is done in each idle time, empty where nothing more is."""
        rests = {
            (idle.cart, idle.rest_s)
            for idle, runs in zip(self._idles, self._runs, strict=True)
            if runs
        }
        return [
            link_tours(idle, runs, self._bases(runs), self._ways[idle.kind])
            if runs or (idle.is_beside_rest and (idle.cart, idle.rest_s) in rests)
            else []
            for idle, runs in zip(self._idles, self._runs, strict=True)
        ]

    def _bases(self, runs: Sequence[Run]) -> list[int]:
        """Give the sites of tours."""
        return [int(self._base[run.tour - self._first]) for run in runs]


def _join(runs: Sequence[Run], idles: Sequence[Idle], filled: Sequence[list[Run]]) -> list[Run]:
    """Put what is done in idle times into the place of the waits and ways that were there."""
    used = [(idle, mine) for idle, mine in zip(idles, filled, strict=True) if mine]
    left = [run for run in runs if not any(idle.holds(run) for idle, _ in used)]
    added = [run for _, mine in used for run in mine]
    for idle, _ in used:
        if idle.rest_s is not None and idle.end_s == idle.rest_s[0]:
            added.append(idle.run(BREAK, *idle.rest_s))
    return sorted([*left, *added], key=lambda run: (run.cart, run.start_s, run.end_s))
