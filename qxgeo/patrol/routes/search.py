"""The order in which a person sees the points of one day.

As many visits as possible, and of all orders with that many the one with the least travel. A visit
lies wholly in its window; who comes early waits. The working day is travel and visits: waiting for
a later shift is time off and does not count.

Few stops are solved exactly, by dynamic programming over the sets of stops already seen (Held and
Karp's), with every pair of travel and time that another does not beat in both. More stops go to
PyVRP, which starts from a feasible tour and stops after a number of iterations, so that the same
seed gives the same tour on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyvrp
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_EXACT_STOPS = 10  # 10 stops: 10 to 60 ms; each one more takes up to three times as long
ITERATIONS = 500  # of PyVRP; the tests compare its tours with exact ones
_UNITS_PER_MIN = 1_000  # PyVRP counts in whole numbers: 0.06 s
_SLACK_MIN = 1e-9  # rounding of sums of minutes


@dataclass(frozen=True, slots=True)
class Day:
    """The stops of one person on one day.

    Attributes
    ----------
    travel_min
        From stop to stop, shape (n, n).
    out_min, back_min
        From the base to each stop and from each stop to the base; zeros for a tour that begins at
        its first stop and ends at its last.
    opens_min, closes_min
        The window that holds the whole visit, minutes after midnight, shape (n,).
    service_min
        Length of each visit, shape (n,).
    longest_min
        Most minutes of travel and visits together.
    """

    travel_min: Floats
    out_min: Floats
    back_min: Floats
    opens_min: Floats
    closes_min: Floats
    service_min: Floats
    longest_min: float

    def __len__(self) -> int:
        """Count the stops."""
        return len(self.service_min)

    def take(self, stops: Sequence[int]) -> Day:
        """Give the day with some of its stops only.

        Parameters
        ----------
        stops
            Positions.

        Returns
        -------
        day
            Its stops are in the order asked for.
        """
        chosen = np.asarray(stops, dtype=np.int64)
        return Day(
            self.travel_min[np.ix_(chosen, chosen)],
            self.out_min[chosen],
            self.back_min[chosen],
            self.opens_min[chosen],
            self.closes_min[chosen],
            self.service_min[chosen],
            self.longest_min,
        )

    def begin_visits(self, order: Sequence[int]) -> list[float] | None:
        """Give the earliest beginning of each visit.

        Parameters
        ----------
        order
            Stops in the order in which they are seen.

        Returns
        -------
        begins
            Minutes after midnight, or None where the order breaks a window or the working day.
        """
        begins: list[float] = []
        clock, work = 0.0, 0.0
        for number, stop in enumerate(order):
            leg = self.travel_min[order[number - 1], stop] if number else self.out_min[stop]
            begin = max(clock + leg, self.opens_min[stop])
            clock = begin + self.service_min[stop]
            work += leg + self.service_min[stop]
            if not clock <= self.closes_min[stop] + _SLACK_MIN:
                return None
            begins.append(float(begin))
        work += self.back_min[order[-1]] if len(order) else 0.0
        return begins if work <= self.longest_min + _SLACK_MIN else None


class Tour(NamedTuple):
    """An order of stops.

    Attributes
    ----------
    order
        Stops that are seen; the others do not fit.
    is_optimal
        Whether it is proved that no order sees more, or as many with less travel.
    """

    order: tuple[int, ...]
    is_optimal: bool


class _Plain(NamedTuple):
    """A day as plain lists, many times faster to read one by one; limits with their slack."""

    travel_min: list[list[float]]
    out_min: list[float]
    back_min: list[float]
    opens_min: list[float]
    closes_min: list[float]
    service_min: list[float]
    longest_min: float


class _Label(NamedTuple):
    """One way to have seen a set of stops."""

    travel_min: float
    clock_min: float  # when the last visit ends
    work_min: float  # travel and visits
    order: tuple[int, ...]


_Layer = dict[tuple[int, int], list[_Label]]  # by the stops seen, as bits, and the last of them


def find_tour(day: Day, *, seed: int) -> Tour:
    """Find the best order of stops.

    Parameters
    ----------
    day
        Finite travel between all stops.
    seed
        Of the search; an exact answer does not depend on it.

    Returns
    -------
    tour
        Feasible; empty where no stop fits.
    """
    fitting = [stop for stop in range(len(day)) if day.begin_visits((stop,)) is not None]
    if len(fitting) <= MOST_EXACT_STOPS:
        order = solve_exactly(day.take(fitting))
        return Tour(tuple(fitting[stop] for stop in order), is_optimal=True)
    order = search_tour(day.take(fitting), seed=seed)
    return Tour(tuple(fitting[stop] for stop in order), is_optimal=False)


def solve_exactly(day: Day) -> tuple[int, ...]:
    """Find the order that sees the most stops with the least travel, and prove it.

    Parameters
    ----------
    day
        Few stops.

    Returns
    -------
    order
        Of equal ones the first in the order of the stops.
    """
    plain = _Plain(
        day.travel_min.tolist(),
        day.out_min.tolist(),
        day.back_min.tolist(),
        day.opens_min.tolist(),
        (day.closes_min + _SLACK_MIN).tolist(),
        day.service_min.tolist(),
        day.longest_min + _SLACK_MIN,
    )
    start = _Label(0.0, 0.0, 0.0, ())
    layer = {
        (1 << stop, stop): [label]
        for stop, out in enumerate(plain.out_min)
        if (label := _extend(plain, start, out, stop)) is not None
    }
    best: tuple[int, ...] = ()
    while layer:
        ended = [
            (label.travel_min + back, label.clock_min, label.order)
            for (_, last), labels in layer.items()
            for back in (plain.back_min[last],)
            for label in labels
            if label.work_min + back <= plain.longest_min
        ]
        best = min(ended)[2] if ended else best
        layer = _see_one_more(plain, layer)
    return best


def _see_one_more(plain: _Plain, layer: _Layer) -> _Layer:
    """Lengthen every label by every stop that it lacks; keep what is not beaten."""
    onward: _Layer = {}
    for (seen, last), labels in layer.items():
        for stop, leg in enumerate(plain.travel_min[last]):
            if not seen >> stop & 1:
                grown = [_extend(plain, label, leg, stop) for label in labels]
                _keep_unbeaten(onward.setdefault((seen | 1 << stop, stop), []), grown)
    return {key: labels for key, labels in onward.items() if labels}


def _extend(plain: _Plain, label: _Label, leg: float, stop: int) -> _Label | None:
    """Go on to a stop; None where it does not fit."""
    service = plain.service_min[stop]
    leave = max(label.clock_min + leg, plain.opens_min[stop]) + service
    work = label.work_min + leg + service
    if leave > plain.closes_min[stop] or work > plain.longest_min:
        return None
    return _Label(label.travel_min + leg, leave, work, (*label.order, stop))


def _keep_unbeaten(kept: list[_Label], grown: Iterable[_Label | None]) -> None:
    """Add labels of the same stops and the same end; drop those beaten in travel and in time."""
    for new in grown:
        if new is None or any(
            old.travel_min <= new.travel_min and old.clock_min <= new.clock_min for old in kept
        ):
            continue
        kept[:] = [
            old for old in kept if old.travel_min < new.travel_min or old.clock_min < new.clock_min
        ]
        kept.append(new)


def search_tour(day: Day, *, seed: int) -> tuple[int, ...]:
    """Search for a good order among many stops.

    Parameters
    ----------
    day
        Stops that each fit into the day alone.
    seed
        Of the search.

    Returns
    -------
    order
        Feasible, and no worse than taking the stops as their windows close.
    """
    # Its solver is loaded here alone: importing it sets up logging to the standard output.
    import pyvrp  # noqa: PLC0415 - only days of many stops need it
    from pyvrp.stop import MaxIterations  # noqa: PLC0415 - as above

    whole = _in_units(day)
    data = _as_problem(whole)
    first = _take_as_they_close(whole)
    result = pyvrp.solve(
        data,
        MaxIterations(ITERATIONS),
        seed=seed,
        collect_stats=False,
        display=False,
        initial_solution=pyvrp.Solution(data, [list(first)] if first else []),
    )
    visits = [visit for route in result.best.routes() for visit in route.schedule()]
    return tuple(visit.idx for visit in visits if visit.is_client())


def _in_units(day: Day) -> Day:
    """Give the day in whole units, rounded so that what fits there fits in minutes too."""

    def up(minutes: Floats) -> Floats:
        return np.asarray(np.ceil(minutes * _UNITS_PER_MIN - _SLACK_MIN))

    return Day(
        up(day.travel_min),
        up(day.out_min),
        up(day.back_min),
        up(day.opens_min),
        np.floor(day.closes_min * _UNITS_PER_MIN + _SLACK_MIN),
        up(day.service_min),
        np.floor(day.longest_min * _UNITS_PER_MIN),
    )


def _as_problem(whole: Day) -> pyvrp.ProblemData:
    """State the day, in whole units, with the base as location 0."""
    import pyvrp  # noqa: PLC0415 - only days of many stops need it

    count, longest = len(whole), int(whole.longest_min)
    legs: Any = np.zeros((count + 1, count + 1), dtype=np.int64)
    legs[0, 1:], legs[1:, 0], legs[1:, 1:] = whole.out_min, whole.back_min, whole.travel_min
    service = whole.service_min.astype(np.int64)
    work = legs + np.append(0, service)  # a visit counts with the way to it
    np.fill_diagonal(work, 0)
    clients = [
        pyvrp.Client(
            number + 1,
            service_duration=int(service[number]),
            tw_early=int(whole.opens_min[number]),
            tw_late=int(whole.closes_min[number]) - int(service[number]),
            prize=longest + 1,  # one more visit is worth any detour of a working day
            required=False,
        )
        for number in range(count)
    ]
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(count + 1)],
        clients,
        [pyvrp.Depot(0)],
        [pyvrp.VehicleType(1, max_distance=longest)],
        [work],
        [legs],
    )


def _take_as_they_close(day: Day) -> tuple[int, ...]:
    """Take each stop that still fits behind the others, the first to close first."""
    order: tuple[int, ...] = ()
    for stop in np.lexsort((day.opens_min, day.closes_min)).tolist():
        if day.begin_visits((*order, stop)) is not None:
            order = (*order, stop)
    return order
