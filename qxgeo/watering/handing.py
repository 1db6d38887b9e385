"""Tours are handed to carts that drive them already; when they start stays as it is.

The planner gives a tour to whichever cart is free, so that by the evening every cart has been
everywhere. Here carts of one kind exchange runs, or give them away, as long as fewer different
tours or shorter ways come of it. A run fits another cart if that one is there in time, rests when
it did before and ends its shift where it did. So no section is wetted a second later, and no
further cart is used.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.watering.idling import cart_windows, link_tours
from qxgeo.watering.laps import BREAK, TOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from qxgeo.watering.idling import Idle
    from qxgeo.watering.laps import Crew, Run

    Floats = NDArray[np.float64]

_TOUR_S = 900.0  # what one tour less to know is worth in driving empty
_MORE_OF_ONE = 0.1  # of that: a lap more of what is known, for each lap of it
_MOST_PASSES = 12
_EASE_S = 1e-3


@dataclass(slots=True, eq=False)
class _Window:
    """What a driver does in a part of a shift; tours are exchanged, breaks stay."""

    idle: Idle
    rests: list[tuple[float, float]]
    tours: list[Run]
    way_s: float = 0.0  # driven empty between them
    is_changed: bool = False


def hand_runs(
    runs: Sequence[Run], bases: Sequence[int], crews: Sequence[Crew], transfer_s: Floats
) -> list[Run]:
    """Hand the runs of a day to the carts anew.

    Parameters
    ----------
    runs
        Of a day that is a circle, by cart and time.
    bases
        Sites of the tours.
    crews
        Carts in their shifts.
    transfer_s
        Shape (kinds, sites, sites).

    Returns
    -------
    runs
        The same tours at the same seconds, by cart and time; a tour under way at midnight stays
        where it is.
    """
    hands = _Hands(runs, bases, crews, transfer_s)
    for _ in range(_MOST_PASSES):
        if not hands.exchange_runs():
            break
    return hands.runs(runs)


class _Hands:
    """The carts of a day while they exchange tours."""

    def __init__(
        self,
        runs: Sequence[Run],
        bases: Sequence[int],
        crews: Sequence[Crew],
        transfer_s: Floats,
    ) -> None:
        self._bases = list(bases)
        self._ways: list[list[list[float]]] = transfer_s.tolist()
        at_work = {run.cart for run in runs if run.task == TOUR}
        self._windows: list[_Window] = []
        for idle in cart_windows(runs, bases, [crew for crew in crews if crew.cart in at_work]):
            mine = [run for run in runs if run.cart == idle.cart and idle.spans(run)]
            rests = [(run.start_s, run.end_s) for run in mine if run.task == BREAK]
            tours = sorted((run for run in mine if run.task == TOUR), key=lambda run: run.start_s)
            window = _Window(idle, rests, tours)
            window.way_s = self._way_s(window, tours)
            self._windows.append(window)
        self._known: dict[int, Counter[int]] = {}
        for window in self._windows:
            known = self._known.setdefault(window.idle.cart, Counter())
            known.update(run.tour for run in window.tours)

    def exchange_runs(self) -> bool:
        """Give single runs away, or exchange them for one; tell whether any was."""
        has_changed = False
        for window in self._windows:
            for run in tuple(window.tours):
                if run in window.tours and self._exchange_best(window, run):
                    has_changed = True
        return has_changed

    def _exchange_best(self, window: _Window, run: Run) -> bool:
        """Do with a run what saves most, if anything does."""
        best, chosen = -_EASE_S, None
        for other in self._windows:
            if not _may_exchange(window, other) or not other.idle.spans(run):
                continue
            met = [
                one for one in other.tours if one.start_s < run.end_s and one.end_s > run.start_s
            ]
            if len(met) > 1 or (met and met[0].tour == run.tour):
                continue
            saved = self._gain(window, other, [run], met)
            if saved < best:
                best, chosen = saved, (other, met)
        if chosen is None:
            return False
        self._exchange(window, chosen[0], [run], chosen[1])
        return True

    def _gain(
        self, window: _Window, other: _Window, mine: Sequence[Run], yours: Sequence[Run]
    ) -> float:
        """Give what an exchange costs, below zero where it saves; infinite where it may not be."""
        change = _TOUR_S * (
            _news(self._known[window.idle.cart], mine, yours)
            + _news(self._known[other.idle.cart], yours, mine)
        )
        before = window.way_s + other.way_s
        if change >= before:  # ways cannot make up for it
            return float("inf")
        behind = self._way_s(window, _swapped(window.tours, mine, yours))
        behind += self._way_s(other, _swapped(other.tours, yours, mine))
        return change + behind - before

    def _way_s(self, window: _Window, tours: Sequence[Run]) -> float:
        """Add up the ways in a window; infinite where one does not fit."""
        idle = window.idle
        ways = self._ways[idle.kind]
        now, site, total, at = idle.start_s, idle.origin, 0.0, 0
        rests = window.rests
        stops = [(run.start_s, run.end_s, self._bases[run.tour]) for run in tours]
        for start, end, base in (*stops, (idle.end_s, idle.end_s, idle.destination)):
            way = ways[site][base]
            longest = -1.0
            while at < len(rests) and rests[at][0] < start:
                longest = max(longest, rests[at][0] - now)
                if rests[at][0] < now - _EASE_S or rests[at][1] > start + _EASE_S:
                    return float("inf")
                now, at = rests[at][1], at + 1
            if way > max(longest, start - now) + _EASE_S:
                return float("inf")
            now, site, total = end, base, total + way
        return total

    def _exchange(
        self, window: _Window, other: _Window, mine: Sequence[Run], yours: Sequence[Run]
    ) -> None:
        """Do it."""
        for one, gives, takes in ((window, mine, yours), (other, yours, mine)):
            own = _swapped(one.tours, gives, takes)
            one.tours = [one.idle.run(TOUR, run.start_s, run.end_s, tour=run.tour) for run in own]
            one.way_s = self._way_s(one, one.tours)
            one.is_changed = True
            known = self._known[one.idle.cart]
            known.subtract(run.tour for run in gives)
            known.update(run.tour for run in takes)

    def runs(self, before: Sequence[Run]) -> list[Run]:
        """Give the runs of the day; windows in which nothing has changed stay as they were."""
        changed = [window for window in self._windows if window.is_changed]
        left = [
            run
            for run in before
            if not any(
                one.idle.holds(run) or (run.cart == one.idle.cart and one.idle.spans(run))
                for one in changed
            )
        ]
        added = [run for window in changed for run in self._write(window)]
        return sorted([*left, *added], key=lambda run: (run.cart, run.start_s, run.end_s))

    def _write(self, window: _Window) -> list[Run]:
        """Write a window."""
        bases = [self._bases[run.tour] for run in window.tours]
        ways_s = self._ways[window.idle.kind]
        return link_tours(window.idle, window.tours, bases, ways_s, rests=window.rests)


def _may_exchange(one: _Window, other: _Window) -> bool:
    """Tell whether two windows are of different carts of one kind and meet in time."""
    a, b = one.idle, other.idle
    return a.cart != b.cart and a.kind == b.kind and a.start_s < b.end_s and b.start_s < a.end_s


def _swapped(tours: Sequence[Run], gives: Sequence[Run], takes: Sequence[Run]) -> list[Run]:
    """Give the tours of a window after an exchange, by time."""
    gone = set(gives)
    return sorted([*(run for run in tours if run not in gone), *takes], key=lambda run: run.start_s)


def _news(known: Counter[int], gives: Sequence[Run], takes: Sequence[Run]) -> float:
    """Count how many tours more a cart drives after an exchange, less where it drives one more."""
    change = Counter(run.tour for run in takes)
    change.subtract(run.tour for run in gives)
    score = 0.0
    for tour, more in change.items():
        before, behind = known[tour], known[tour] + more
        score += (behind > 0) - (before > 0) - _MORE_OF_ONE * (behind**2 - before**2)
    return score
