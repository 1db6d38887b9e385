"""When carts of a day have nothing to do, from where on and where they have to be afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qxgeo.watering.drying import DAY_S
from qxgeo.watering.laps import BREAK, TOUR, TRANSFER, WAIT, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qxgeo.watering.laps import Crew

_EASE_S = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A stretch of time in which a driver and his cart have nothing to do.

    Attributes
    ----------
    cart, driver, kind
        Whose it is.
    start_s, end_s
        Seconds of the day.
    origin, destination
        Sites where the cart stands when it begins, and has to stand when it ends.
    is_last
        Whether the shift ends with it.
    rest_s
        Break that the driver takes if more is driven in any idle time of the shift: from, to.
    """

    cart: int
    driver: str
    kind: int
    start_s: float
    end_s: float
    origin: int
    destination: int
    is_last: bool
    rest_s: tuple[float, float] | None = None

    def run(
        self,
        task: str,
        start_s: float,
        end_s: float,
        *,
        tour: int = -1,
        origin: int = -1,
        destination: int = -1,
    ) -> Run:
        """Give something that the cart does in this time."""
        return Run(
            cart=self.cart, driver=self.driver, task=task, tour=tour, origin=origin,
            destination=destination, start_s=start_s, end_s=end_s,
        )  # fmt: skip

    @property
    def is_beside_rest(self) -> bool:
        """Tell whether the break owed comes right before it or right behind it."""
        return self.rest_s is not None and (
            self.end_s == self.rest_s[0] or self.start_s == self.rest_s[1]
        )

    def spans(self, run: Run) -> bool:
        """Tell whether a tour or a break lies in this time; whose it is is not asked."""
        is_work = run.task in (TOUR, BREAK)
        return is_work and self.start_s <= run.start_s and run.end_s <= self.end_s

    def holds(self, run: Run) -> bool:
        """Tell whether a wait or a way of the cart begins in this time."""
        is_idle = run.cart == self.cart and run.task in (WAIT, TRANSFER)
        return is_idle and self.start_s - _EASE_S <= run.start_s < self.end_s - _EASE_S


def list_idles(runs: Sequence[Run], bases: Sequence[int], crews: Sequence[Crew]) -> list[Idle]:
    """List the idle times of a day.

    Parameters
    ----------
    runs
        Of a day that is a circle, by cart and time.
    bases
        Sites of the tours.
    crews
        Carts in their shifts.

    Returns
    -------
    idles
        By cart and time. A shift that passes midnight has its end at the start of the day. A
        driver whose break is owed and not taken gets it in the middle of the longest; where none
        is long enough the shift has no idle time.
    """
    found: list[Idle] = []
    for crew, mine in _with_runs(crews, runs):
        parts = _parts(crew)
        free = [idle for part in parts for idle in _free(crew, part, mine, bases)]
        has_rested = any(
            run.task == BREAK and low <= run.start_s < high
            for run in mine
            for low, high, _ in parts
        )
        found += free if has_rested or crew.break_s <= 0 else _rest(free, crew.break_s)
    return sorted(found, key=lambda idle: (idle.cart, idle.start_s))


def cart_windows(runs: Sequence[Run], bases: Sequence[int], crews: Sequence[Crew]) -> list[Idle]:
    """Give the parts of shifts within the day, with all that is done in them.

    Parameters
    ----------
    runs
        Of a day that is a circle, by cart and time.
    bases
        Sites of the tours.
    crews
        Carts in their shifts.

    Returns
    -------
    windows
        By cart and time, without what is under way at midnight.
    """
    found: list[Idle] = []
    for crew, mine in _with_runs(crews, runs):
        busy = _list_busy(mine, (TOUR, TRANSFER, BREAK))
        for low, high, is_end in _parts(crew):
            start, end = low, high
            for begins, ends in busy:
                start = ends if begins < start < ends else start
            for begins, ends in reversed(busy):
                end = begins if begins < end < ends else end
            found += _stretch(crew, (start, end), mine, bases, is_last=is_end and end == high)
    return found


def link_tours(
    idle: Idle,
    tours: Sequence[Run],
    bases: Sequence[int],
    ways_s: Sequence[Sequence[float]],
    *,
    rests: Sequence[tuple[float, float]] = (),
) -> list[Run]:
    """Put waits, ways and breaks between the tours of an idle time.

    Parameters
    ----------
    idle
        Whose it is, and where the cart has to be.
    tours, bases
        By time, and where each starts and ends.
    ways_s
        Shape (sites, sites): driving empty.
    rests
        Breaks taken in it, from and to, by time.

    Returns
    -------
    runs
        The cart waits first, then drives straight on, before a break if it must; when all is done
        and the shift ends, it goes home at once.
    """
    found: list[Run] = []
    now, site = idle.start_s, idle.origin
    left = [idle.run(BREAK, *one) for one in rests]
    stops = [(run.start_s, base, run) for run, base in zip(tours, bases, strict=True)]
    for start, base, run in (*stops, (idle.end_s, idle.destination, None)):
        way = ways_s[site][base]
        is_home = run is None and idle.is_last
        while left and left[0].start_s < start:
            rest = left.pop(0)
            must_go = is_home or start - rest.end_s < way - _EASE_S
            if way > 0 and must_go and rest.start_s - now >= way - _EASE_S:
                leaves = now if is_home else rest.start_s - way
                found += _drive(idle, now, leaves, way, (site, base))
                now, site, way = found[-1].end_s, base, 0.0
            if rest.start_s > now + _EASE_S:
                found.append(idle.run(WAIT, now, rest.start_s))
            found.append(rest)
            now = rest.end_s
        found += _drive(idle, now, now if is_home else start - way, way, (site, base))
        if run is not None:
            found.append(run)
            now, site = run.end_s, base
    return found


def _drive(idle: Idle, now: float, leaves: float, way: float, sites: tuple[int, int]) -> list[Run]:
    """Wait, then drive empty; nothing where neither takes time."""
    found = []
    if leaves > now + _EASE_S:
        found.append(idle.run(WAIT, now, leaves))
    if way > 0:
        start = max(leaves, now)
        site, base = sites
        found.append(idle.run(TRANSFER, start, start + way, origin=site, destination=base))
    return found


def _with_runs(crews: Sequence[Crew], runs: Sequence[Run]) -> Iterator[tuple[Crew, list[Run]]]:
    """Give the crews by cart and time, each with all that its cart does in the day."""
    by_cart: dict[int, list[Run]] = {}
    for run in runs:
        by_cart.setdefault(run.cart, []).append(run)
    for crew in sorted(crews, key=lambda one: (one.cart, one.start_s)):
        yield crew, by_cart.get(crew.cart, [])


def _list_busy(runs: Sequence[Run], tasks: tuple[str, ...]) -> list[tuple[float, float]]:
    """List when some tasks are done, by time; each a day earlier, too, as the day is a circle."""
    return sorted(
        (run.start_s - back, run.end_s - back)
        for run in runs
        for back in (0.0, DAY_S)
        if run.task in tasks
    )


def _stretch(
    crew: Crew,
    times: tuple[float, float],
    runs: Sequence[Run],
    bases: Sequence[int],
    *,
    is_last: bool,
) -> list[Idle]:
    """Give a stretch of time of a crew, none where nothing of it is left."""
    start, end = _between_ways(*times, runs)
    if end - start <= _EASE_S:
        return []
    return [
        Idle(
            cart=crew.cart,
            driver=crew.driver,
            kind=crew.kind,
            start_s=start,
            end_s=end,
            origin=_site_at(crew, start, runs, bases),
            destination=_site_at(crew, end, runs, bases),
            is_last=is_last,
        )
    ]


def _parts(crew: Crew) -> list[tuple[float, float, bool]]:
    """Cut a shift at midnight; tell of each part whether the shift ends with it."""
    start, end = crew.start_s, crew.end_s
    if start >= DAY_S:
        return [(start - DAY_S, end - DAY_S, True)]
    if end <= DAY_S:
        return [(start, end, True)]
    return [(0.0, end - DAY_S, True), (start, DAY_S, False)]


def _free(
    crew: Crew, part: tuple[float, float, bool], runs: Sequence[Run], bases: Sequence[int]
) -> list[Idle]:
    """Give the times between tours and breaks in a part of a shift."""
    low, high, is_end = part
    busy = [one for one in _list_busy(runs, (TOUR, BREAK)) if one[0] < high and one[1] > low]
    stops = [low, *(moment for one in busy for moment in one), high]
    found: list[Idle] = []
    for number in range(0, len(stops), 2):
        times = max(stops[number], low), min(stops[number + 1], high)
        is_last = is_end and number + 2 == len(stops)
        found += _stretch(crew, times, runs, bases, is_last=is_last)
    return found


def _between_ways(start: float, end: float, runs: Sequence[Run]) -> tuple[float, float]:
    """Leave out ways that begin before a time or end behind it."""
    for run in runs:
        if run.task == TRANSFER:
            if run.start_s < start - _EASE_S and run.end_s > start:
                start = run.end_s
            if run.start_s < end and run.end_s > end + _EASE_S:
                end = run.start_s
    return start, end


def _site_at(crew: Crew, moment: float, runs: Sequence[Run], bases: Sequence[int]) -> int:
    """Give where a cart stands: what it has done by then says so, or what it does first."""
    site = None
    for run in runs:
        if run.task in (TOUR, TRANSFER):
            before, behind = (
                (bases[run.tour],) * 2 if run.task == TOUR else (run.origin, run.destination)
            )
            is_done = run.end_s <= moment + _EASE_S
            if not is_done:
                return before if site is None else site
            site = behind
    return crew.depot if site is None else site


def _rest(free: list[Idle], break_s: float) -> list[Idle]:
    """Put a break into the middle of the longest idle time."""
    if not free:
        return []
    longest = max(free, key=lambda idle: (idle.end_s - idle.start_s, -idle.start_s))
    middle = (longest.start_s + longest.end_s - break_s) / 2.0
    if middle < longest.start_s:
        return []
    rest = (middle, middle + break_s)
    halves = [
        replace(longest, end_s=rest[0], destination=longest.origin, is_last=False),
        replace(longest, start_s=rest[1]),
    ]
    others = [idle for idle in free if idle is not longest]
    return [replace(idle, rest_s=rest) for idle in (*others, *halves)]
