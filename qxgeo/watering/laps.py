"""Laps: which cart starts which tour when, so that no section dries.

On the clock of drying a tour has to start again before its first section is dry. Whenever a cart is
free it takes, among the tours that are old enough, the one whose last moment comes first, the way
to it counted in. Shifts begin and end in the cart's depot; the break owed is taken between tours.

The day repeats itself: it is played several times, and the day that is kept has the days before it
behind it. `check` looks at it as a circle afterwards, on its own.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.drying import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.watering.drying import DryingClock
    from qxgeo.watering.tours import Tour

    Floats = NDArray[np.float64]

TOUR, TRANSFER, WAIT, BREAK = "tour", "transfer", "wait", "break"
MARGIN = 0.01  # of an interval: tours that start a little late still keep their sections wet
_EARLIEST_BREAK, _LATEST_BREAK = 0.3, 0.7  # of a shift: carts take turns


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


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A tour as it comes round."""

    tour: Tour
    factors: Floats  # of the drying interval, one per traversal
    windows: tuple[tuple[float, float], ...]  # seconds of the day in which it may start


@dataclass(slots=True, eq=False)
class _Cart:
    """A cart under way."""

    shifts: list[tuple[int, Crew]]  # day and shift, in order of time
    site: int
    at: int = 0
    has_rested: bool = False
    runs: list[tuple[int, Run]] = field(default_factory=list)


def play_days(
    jobs: Sequence[Job],
    crews: Sequence[Crew],
    clock: DryingClock,
    transfer_s: Floats,
    *,
    eagerness: float,
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
    eagerness
        Share of the drying interval after which a tour may start again.
    days
        How many.

    Returns
    -------
    runs
        Of the shifts of each day, times from the start of that day, by cart and time.
    """
    player = _Player(jobs, crews, clock, transfer_s, eagerness, days)
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
        eagerness: float,
        days: int,
    ) -> None:
        self._jobs, self._clock, self._transfer = jobs, clock, transfer_s
        self._eagerness, self._days = eagerness, days
        self._carts = _carts_of(crews, days)
        self._kind = np.array([job.tour.kind for job in jobs])
        self._base = np.array([job.tour.base for job in jobs])
        self._lasts = np.array([job.tour.duration_s for job in jobs])
        self._deadline = np.zeros(len(jobs))
        self._eligible = np.zeros(len(jobs))
        for number in range(len(jobs)):  # spread over the interval before the first day
            self._note(number, -DAY_S * (number + 1) / (len(jobs) + 1) / max(clock.per_day, 1.0))

    def _note(self, number: int, start_s: float) -> None:
        """Note a start: when the tour may, and when it has to start again."""
        job = self._jobs[number]
        self._deadline[number] = last_start_s(job, self._clock, start_s, share=1.0 - MARGIN)
        early = last_start_s(job, self._clock, start_s, share=self._eagerness)
        self._eligible[number] = max(early, start_s + 1.0)

    def play(self) -> None:
        """Take the carts in the order in which they become free."""
        queue = [
            (cart.shifts[0][1].start_s + cart.shifts[0][0] * DAY_S, number)
            for number, cart in self._carts.items()
        ]
        heapq.heapify(queue)
        while queue:
            now, number = heapq.heappop(queue)
            following = self._step(number, now)
            if following is not None:
                heapq.heappush(queue, (following, number))

    def _step(self, number: int, now: float) -> float | None:
        """Let a free cart do the next thing; give when it is free again."""
        cart = self._carts[number]
        day, crew = cart.shifts[cart.at]
        end = crew.end_s + day * DAY_S
        owed = 0.0 if cart.has_rested else crew.break_s
        home = float(self._transfer[crew.kind, cart.site, crew.depot])
        if owed > 0 and now >= _break_from(number, crew) + day * DAY_S and now + owed + home <= end:
            cart.has_rested = True
            self._add(cart, BREAK, now, now + owed)
            return now + owed
        start = now + self._transfer[crew.kind, cart.site, self._base]
        back = self._transfer[crew.kind, self._base, crew.depot]
        latest = end - owed - self._lasts - back
        is_mine = (self._kind == crew.kind) & np.isfinite(start) & np.isfinite(self._eligible)
        is_ready = is_mine & (start <= latest) & (start >= self._eligible)
        for place in np.flatnonzero(is_ready):
            is_ready[place] = _is_open(self._jobs[place], float(start[place]))
        if is_ready.any():
            score = np.where(is_ready, self._deadline + (start - now), np.inf)
            return self._drive(cart, int(np.argmin(score)), now)
        waits = np.where(
            is_mine & (self._eligible <= latest), self._eligible - (start - now), np.inf
        )
        until = max(float(waits.min(initial=np.inf)), now + 60.0)
        if until + home + owed < end:
            self._add(cart, WAIT, now, until)
            return until
        return self._go_home(cart, now)

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
        """End the shift in the depot; give when the next one begins."""
        _, crew = cart.shifts[cart.at]
        home = float(self._transfer[crew.kind, cart.site, crew.depot])
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
        day, crew = cart.shifts[cart.at]
        shift = day * DAY_S
        if task == WAIT and cart.runs:
            last_day, last = cart.runs[-1]
            if last.task == WAIT and last_day == day and last.end_s == start - shift:
                cart.runs.pop()
                start = last.start_s + shift
        cart.runs.append(
            (day, Run(cart=crew.cart, driver=crew.driver, task=task, tour=tour, origin=origin,
                      destination=destination, start_s=start - shift, end_s=end - shift))
        )  # fmt: skip

    def runs_by_day(self) -> list[list[Run]]:
        """Give what was done in the shifts of each day."""
        days: list[list[Run]] = [[] for _ in range(self._days)]
        for number in sorted(self._carts):
            for day, run in self._carts[number].runs:
                days[day].append(run)
        return days


def _carts_of(crews: Sequence[Crew], days: int) -> dict[int, _Cart]:
    """Give each cart its shifts of all days, in order of time."""
    carts: dict[int, _Cart] = {}
    for day in range(days):
        for crew in sorted(crews, key=lambda one: (one.cart, one.start_s)):
            cart = carts.setdefault(crew.cart, _Cart(shifts=[], site=crew.depot))
            cart.shifts.append((day, crew))
    return carts


def _break_from(number: int, crew: Crew) -> float:
    """Give from when a crew may rest; neighbours in the list rest at different times."""
    turn = (number * 5 % 12) / 11.0
    share = _EARLIEST_BREAK + (_LATEST_BREAK - _EARLIEST_BREAK) * turn
    return crew.start_s + share * (crew.end_s - crew.start_s - crew.break_s)


def _is_open(job: Job, start_s: float) -> bool:
    """Tell whether the refill points of a tour are open when it starts then."""
    at = start_s % DAY_S
    return any(low <= at <= high for low, high in job.windows)


def last_start_s(job: Job, clock: DryingClock, start_s: float, *, share: float) -> float:
    """Give the last moment at which a tour may start again.

    Parameters
    ----------
    job
        The tour.
    clock
        Of drying.
    start_s
        When it started last.
    share
        Of the drying interval that may pass.

    Returns
    -------
    moment
        When the spray of every section ends before the section has been dry; rain wets them all.
    """
    tour = job.tour
    dry_at = clock.when(clock.at(start_s + tour.begins_s) + share * job.factors)
    for rain_start, rain_end in _rains_after(clock, start_s):
        is_rained = dry_at >= rain_start
        if not is_rained.any():
            break
        fresh = clock.when(clock.at(rain_end) + share * job.factors)
        dry_at = np.where(is_rained, fresh, dry_at)
    return float((dry_at - tour.ends_s).min())


def _rains_after(clock: DryingClock, moment_s: float) -> list[tuple[float, float]]:
    """Give the rains of the day of a moment and of the two days behind it."""
    day = np.floor(moment_s / DAY_S)
    rains = [
        (start + (day + later) * DAY_S, end + (day + later) * DAY_S)
        for later in range(3)
        for start, end in clock.rains_s
    ]
    return [(start, end) for start, end in rains if end > moment_s]
