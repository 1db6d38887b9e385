"""Laps: which cart starts which tour when, so that no section dries.

On the clock of drying a tour has to start again before its first section is dry. Whenever a cart is
free it takes, among the tours that are due, the one whose last moment comes first, the way to it
counted in; when none is due it waits. Shifts begin and end in the cart's depot, unless the next
crew takes over at once: it does so where the cart stands. The break owed is taken between tours,
when none is due or, at the latest, when roads dry least.

The day repeats itself: it is played several times, and the last one is closed to a circle: every
tour is driven once more late enough that the same day may follow. `check` looks at it as a circle
afterwards, on its own.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.deadlines import Job, is_open, last_start_s
from qxgeo.watering.drying import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.watering.drying import DryingClock

    Floats = NDArray[np.float64]

TOUR, TRANSFER, WAIT, BREAK = "tour", "transfer", "wait", "break"
MARGIN = 0.01  # of an interval: tours that start a little late still keep their sections wet
WAY = 2.0
_WITH_WAYS = 1.12  # a tour with the way to it
_AT_HAND = 0.85  # of the carts on duty: the others rest or wait to be relieved
_LEAST_WAIT_S = 60.0
_EARLIEST_BREAK, _LATEST_BREAK = 0.15, 0.85  # of a shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A cart in one of its shifts.

    Attributes
    ----------
    cart
        Position in the fleet's carts.
    kind
        Of cart.
    depot
        Site where the shift begins and ends.
    start_s, end_s, break_s
        Of the shift.
    driver
        Name or number.
    """

    cart: int
    kind: int
    depot: int
    start_s: float
    end_s: float
    break_s: float
    driver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Something a cart does in one go.

    Attributes
    ----------
    task
        ``tour``, ``transfer``, ``wait`` or ``break``.
    tour
        Position in the tours, -1 for what is none.
    origin, destination
        Sites of a transfer.
    """

    cart: int
    driver: str
    task: str
    tour: int
    origin: int
    destination: int
    start_s: float
    end_s: float


@dataclass(slots=True, eq=False)
class _Cart:
    """A cart under way."""

    shifts: list[tuple[int, Crew]]  # day and shift, in order of time
    site: int
    rests_s: list[tuple[float, float]] = field(default_factory=list)  # may rest, must rest
    at: int = 0
    has_rested: bool = False
    runs: list[Run] = field(default_factory=list)

    def is_relieved(self) -> bool:
        """Tell whether the next crew takes over where the cart stands when the shift ends."""
        if self.at + 1 >= len(self.shifts):
            return False
        (day, crew), (next_day, following) = self.shifts[self.at : self.at + 2]
        return next_day * DAY_S + following.start_s <= day * DAY_S + crew.end_s


def play_days(
    jobs: Sequence[Job],
    crews: Sequence[Crew],
    clock: DryingClock,
    transfer_s: Floats,
    *,
    ahead_s: float,
    days: int,
) -> list[list[Run]]:
    """Play days one after the other.

    Parameters
    ----------
    jobs
        Tours that come round.
    crews
        Carts in their shifts; the shifts of one cart do not overlap.
    clock
        Of drying.
    transfer_s
        Shape (kinds, sites, sites): driving empty.
    ahead_s
        Time to spare that carts keep before the last moments of the tours.
    days
        How many.

    Returns
    -------
    runs
        What begins on each day, times from its start, by cart and time; the first day is without
        the end of the shifts that began before it.
    """
    player = _Player(jobs, crews, clock, transfer_s, ahead_s, days)
    player.play()
    return player.runs_by_day()


class _Player:
    """Plays the days; events are carts that become free."""

    def __init__(
        self,
        jobs: Sequence[Job],
        crews: Sequence[Crew],
        clock: DryingClock,
        transfer_s: Floats,
        ahead_s: float,
        days: int,
    ) -> None:
        self._jobs, self._clock, self._transfer = jobs, clock, transfer_s
        self._ahead_s, self._days = ahead_s, days
        self._carts = _carts_of(crews, clock, days)
        self._kind = np.array([job.tour.kind for job in jobs], dtype=np.int64)
        self._base = np.array([job.tour.base for job in jobs], dtype=np.int64)
        self._lasts = np.array([job.tour.duration_s for job in jobs], dtype=np.float64)
        self._deadline = np.zeros(len(jobs))
        self._last = np.zeros(len(jobs))
        self._goal = np.full(len(jobs), -np.inf)
        self._not_before = np.full(len(jobs), -np.inf)
        self._close_s = days * DAY_S - _LEAST_WAIT_S
        self._duty = _count_duty(crews, days)
        for number in range(len(jobs)):  # spread over the interval before the first day
            self._note(number, -DAY_S * (number + 1) / (len(jobs) + 1) / max(clock.per_day, 1.0))

    def _note(self, number: int, start_s: float) -> None:
        """Note a start: when the tour has to start again."""
        job = self._jobs[number]
        deadline = last_start_s(job, self._clock, start_s, share=1.0 - MARGIN)
        self._last[number], self._not_before[number] = start_s, -np.inf
        if start_s < self._goal[number] and deadline > self._close_s:
            deadline, self._not_before[number] = self._close_s, self._goal[number]
        self._deadline[number] = deadline

    def play(self) -> None:
        """Take the carts in the order in which they become free."""
        queue = [
            (cart.shifts[0][1].start_s + cart.shifts[0][0] * DAY_S, number)
            for number, cart in self._carts.items()
        ]
        heapq.heapify(queue)
        is_closing = False
        while queue:
            now, number = heapq.heappop(queue)
            if not is_closing and now >= (self._days - 1) * DAY_S:
                is_closing = True
                self._close()
            following = self._step(number, now)
            if following is not None:
                heapq.heappush(queue, (following, number))

    def _close(self) -> None:
        """Make the last day a circle: every tour ends it as fresh as it began it, or fresher."""
        self._goal = self._last + DAY_S
        for number in range(len(self._jobs)):
            self._note(number, float(self._last[number]))

    def _step(self, number: int, now: float) -> float | None:
        """Let a free cart do the next thing; give when it is free again."""
        cart = self._carts[number]
        day, crew = cart.shifts[cart.at]
        end = crew.end_s + day * DAY_S
        owed = 0.0 if cart.has_rested else crew.break_s
        is_relieved = cart.is_relieved()
        ways_home = self._transfer[crew.kind, :, crew.depot]
        ways_home = np.zeros_like(ways_home) if is_relieved else ways_home
        home = float(ways_home[cart.site])
        start = now + self._transfer[crew.kind, cart.site, self._base]
        is_due, spare_s = self._due(crew.kind, now, np.isfinite(start))
        early, late = cart.rests_s[cart.at]
        may_rest = now >= late or (now >= early and not is_due.any())
        if owed > 0 and may_rest and now + owed + home <= end:
            cart.has_rested = True
            self._add(cart, BREAK, now, now + owed)
            return now + owed
        latest = end - owed - self._lasts - ways_home[self._base]
        is_ready = is_due & (start <= latest) & (start >= self._not_before)
        for place in np.flatnonzero(is_ready):
            is_ready[place] = is_open(self._jobs[int(place)], float(start[place]))
        if is_ready.any():
            score = np.where(is_ready, self._deadline + WAY * (start - now), np.inf)
            return self._drive(cart, int(np.argmin(score)), now)
        opens = self._not_before[(self._kind == crew.kind) & (self._not_before > now)]
        spare_s = min(spare_s, float(opens.min(initial=np.inf)) - now) if spare_s > 0 else spare_s
        until = now + max(spare_s, _LEAST_WAIT_S)
        if until + home + owed < end:
            self._add(cart, WAIT, now, until)
            return until
        return self._go_home(cart, now)

    def _due(
        self, kind: int, now: float, is_near: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], float]:
        """Tell which tours are due: those before the last that would come late otherwise.

        All tours that have to start before a moment take their time, shared by the carts on duty.
        As long as every tour has time to spare beyond that and `ahead_s`, carts may wait; the
        seconds that they may wait are given too.
        """
        mine = np.flatnonzero((self._kind == kind) & np.isfinite(self._deadline) & is_near)
        is_due = np.zeros(len(self._jobs), dtype=bool)
        if len(mine) == 0:
            return is_due, np.inf
        order = mine[np.argsort(self._deadline[mine], kind="stable")]
        starts, ends = self._duty[kind]
        carts = np.searchsorted(starts, now, "right") - np.searchsorted(ends, now, "right")
        lasts = self._lasts[order] * _WITH_WAYS
        before = (np.cumsum(lasts) - lasts) / max(int(carts) * _AT_HAND, 1.0)
        spare = self._deadline[order] - now - before - self._ahead_s
        late = np.flatnonzero(spare <= 0)
        if len(late):
            is_due[order[: late[-1] + 1]] = True
        return is_due, float(spare.min())

    def _drive(self, cart: _Cart, job: int, now: float) -> float:
        """Start a tour, with the way to it."""
        _, crew = cart.shifts[cart.at]
        base = int(self._base[job])
        start = now + float(self._transfer[crew.kind, cart.site, base])
        if start > now:
            self._add(cart, TRANSFER, now, start, origin=cart.site, destination=base)
        end = start + float(self._lasts[job])
        self._add(cart, TOUR, start, end, tour=job)
        self._note(job, start)
        cart.site = base
        return end

    def _go_home(self, cart: _Cart, now: float) -> float | None:
        """End the shift, in the depot unless relieved; give when the next one begins."""
        _, crew = cart.shifts[cart.at]
        home = float(self._transfer[crew.kind, cart.site, crew.depot])
        if cart.is_relieved():
            home = 0.0
        if home > 0:
            self._add(cart, TRANSFER, now, now + home, origin=cart.site, destination=crew.depot)
            cart.site = crew.depot
        cart.at, cart.has_rested = cart.at + 1, False
        if cart.at >= len(cart.shifts):
            return None
        day, following = cart.shifts[cart.at]
        return max(following.start_s + day * DAY_S, now + home)

    def _add(
        self,
        cart: _Cart,
        task: str,
        start: float,
        end: float,
        *,
        tour: int = -1,
        origin: int = -1,
        destination: int = -1,
    ) -> None:
        """Note what a cart does; a wait lengthens the wait before it."""
        _, crew = cart.shifts[cart.at]
        if task == WAIT and cart.runs:
            last = cart.runs[-1]
            if last.task == WAIT and last.driver == crew.driver and last.end_s == start:
                cart.runs.pop()
                start = last.start_s
        cart.runs.append(
            Run(cart=crew.cart, driver=crew.driver, task=task, tour=tour, origin=origin,
                destination=destination, start_s=start, end_s=end)
        )  # fmt: skip

    def runs_by_day(self) -> list[list[Run]]:
        """Give what began on each day, in its own time."""
        days: list[list[Run]] = [[] for _ in range(self._days)]
        for number in sorted(self._carts):
            for run in self._carts[number].runs:
                day = int(run.start_s // DAY_S)
                if day < self._days:
                    shift = day * DAY_S
                    days[day].append(
                        replace(run, start_s=run.start_s - shift, end_s=run.end_s - shift)
                    )
        return days


def _carts_of(crews: Sequence[Crew], clock: DryingClock, days: int) -> dict[int, _Cart]:
    """Give each cart its shifts of all days, in order of time."""
    carts: dict[int, _Cart] = {}
    for day in range(days):
        for crew in sorted(crews, key=lambda one: (one.cart, one.start_s)):
            cart = carts.setdefault(crew.cart, _Cart(shifts=[], site=crew.depot))
            cart.shifts.append((day, crew))
            cart.rests_s.append(_break_times(crew, clock, day))
    return carts


def _count_duty(crews: Sequence[Crew], days: int) -> dict[int, tuple[Floats, Floats]]:
    """Give when carts of each kind begin and end their shifts, sorted."""
    duty = {}
    shifts = np.arange(days)[:, None] * DAY_S
    for kind in sorted({crew.kind for crew in crews}):
        mine = [crew for crew in crews if crew.kind == kind]
        starts = np.array([crew.start_s for crew in mine])[None, :] + shifts
        ends = np.array([crew.end_s for crew in mine])[None, :] + shifts
        duty[kind] = (np.sort(starts.ravel()), np.sort(ends.ravel()))
    return duty


def _break_times(crew: Crew, clock: DryingClock, day: int) -> tuple[float, float]:
    """Give from when a crew rests if nothing is due, and when anyhow: as roads dry least."""
    spare = crew.end_s - crew.start_s - crew.break_s
    starts = crew.start_s + np.linspace(_EARLIEST_BREAK, _LATEST_BREAK, 43) * spare
    dries = np.round(clock.at(starts + crew.break_s) - clock.at(starts), 6)
    shift = day * DAY_S
    return float(starts[0]) + shift, float(starts[np.argmin(dries)]) + shift
