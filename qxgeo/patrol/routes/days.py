"""The days of the people: which visits belong together, and the tour of each day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.patrol.routes import words as route_words
from qxgeo.patrol.routes.search import Day, Tour, find_tour

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from qxgeo.errors import Text
    from qxgeo.network import Travel

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One person on one day.

    Attributes
    ----------
    person_id, day
        Who and when.
    base
        Number of the base among the places, -1 for a tour that begins at its first stop.
    rows
        Rows of the visits table.
    places
        Place of each visit.
    """

    person_id: str
    day: date
    base: int
    rows: Ints
    places: Ints


@dataclass(frozen=True, slots=True)
class Trip:
    """The tour of one person on one day.

    Attributes
    ----------
    person_id, day
        Who and when.
    rows
        Rows of the visits table, in the order in which they are seen.
    places
        Places passed, the base at both ends where there is one.
    begin_min
        When each visit begins.
    leg_m, leg_min
        The way to each visit, and at last the way home; zero where there is no base.
    is_optimal
        Whether the order is proved the shortest.
    """

    person_id: str
    day: date
    rows: Ints
    places: Ints
    begin_min: tuple[float, ...]
    leg_m: Floats
    leg_min: Floats
    is_optimal: bool


@dataclass(slots=True)
class Dispatcher:
    """Finds the tour of each day, and of equal days only once.

    Attributes
    ----------
    visits
        `columns.VISIT_COLUMNS`.
    longest_min
        Of a working day.
    seed
        Of the search.
    reasons
        Why a visit has no route, by row of the visits; filled in as days are planned.
    """

    visits: pd.DataFrame
    longest_min: float
    seed: int
    reasons: dict[int, Text]
    _tours: dict[tuple[object, ...], Tour] = field(default_factory=dict)

    def plan_person(self, days: list[PersonDay], known: Ints, travel: Travel) -> Iterator[Trip]:
        """Plan the days of one person.

        Parameters
        ----------
        days
            At least one, all with the same base.
        known
            Places that `travel` is about.
        travel
            Ways among them.

        Yields
        ------
        trip
            For each day on which a visit can be made.
        """
        order = np.argsort(known)
        part = _name_parts(travel.metres)
        for one in days:
            at = order[np.searchsorted(known, one.places, sorter=order)]
            home = -1 if one.base < 0 else int(np.flatnonzero(known == one.base)[0])
            here = part[home] if home >= 0 else _most_common(part[at])
            is_joined = part[at] == here
            self.reasons.update((int(row), route_words.CUT_OFF) for row in one.rows[~is_joined])
            trip = self._plan_day(one, one.rows[is_joined], at[is_joined], home, travel)
            if len(trip.rows):
                yield trip

    def _plan_day(self, one: PersonDay, rows: Ints, at: Ints, home: int, travel: Travel) -> Trip:
        """Find the tour of a day, or remember that of an equal one."""
        table = self.visits.iloc[rows]
        opens = table["window_start_min"].to_numpy(dtype=float)
        closes = table["window_end_min"].to_numpy(dtype=float)
        service = table["service_min"].to_numpy(dtype=float)
        none = np.zeros(len(at))
        day = Day(
            travel.minutes[np.ix_(at, at)],
            none if home < 0 else travel.minutes[home, at],
            none if home < 0 else travel.minutes[at, home],
            opens,
            closes,
            service,
            self.longest_min,
        )
        places = one.places[np.isin(one.rows, rows)]
        key = (one.base, *map(tuple, (places, opens, closes, service)))
        if key not in self._tours:
            self._tours[key] = find_tour(day, seed=self.seed)
        tour = self._tours[key]
        seen = np.array(tour.order, dtype=np.int64)
        self._explain(day, rows, set(tour.order))
        ends = np.array([one.base] if home >= 0 else [], dtype=np.int64)
        passed = np.concatenate(([home], at[seen], [home]))
        return Trip(
            one.person_id,
            one.day,
            rows[seen],
            np.concatenate((ends, places[seen], ends)),
            tuple(day.begin_visits(tour.order) or ()),
            _legs(travel.metres, passed),
            _legs(travel.minutes, passed),
            tour.is_optimal,
        )

    def _explain(self, day: Day, rows: Ints, seen: set[int]) -> None:
        """Say of each visit that is not made why."""
        for stop, row in enumerate(rows.tolist()):
            window = day.closes_min[stop] - day.opens_min[stop]
            alone = day.out_min[stop] + day.service_min[stop] + day.back_min[stop]
            if stop in seen:
                continue
            if day.service_min[stop] > window:
                reason = route_words.too_long_a_visit(day.service_min[stop], window)
            elif alone > day.longest_min:
                reason = route_words.too_far_for_a_day(day.longest_min)
            else:
                reason = route_words.DOES_NOT_FIT
            self.reasons[row] = reason


def _legs(matrix: Floats, passed: Ints) -> Floats:
    """Give the ways between the places passed; zero from and to no base (-1)."""
    legs = matrix[passed[:-1], passed[1:]]
    return np.where((passed[:-1] < 0) | (passed[1:] < 0), 0.0, legs)


def _name_parts(metres: Floats) -> Ints:
    """Give places between which ways lead there and back the number of their first one."""
    return np.asarray(np.argmax(np.isfinite(metres) & np.isfinite(metres.T), axis=1))


def _most_common(parts: Ints) -> int:
    """Give the part with the most visits, of equal ones the first."""
    names, counts = np.unique(parts, return_counts=True)
    return int(names[np.argmax(counts)])
