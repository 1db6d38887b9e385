"""Tours: rows of traversals that a cart drives again and again, from water to water.

A tour starts at a refill point with a full tank and ends at one with a full tank, so that the next
may follow at once. Its sections keep their place in it: the gap between two wettings of a section
is that between two starts of its tour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.legs import CartWork, Leg, LegWriter, leg_arrays
from qxgeo.watering.routing import UNLIMITED, ArcProblem, CartKind
from qxgeo.watering.routing.scanning import scan_paths
from qxgeo.watering.routing.search import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.watering.demand import Task
    from qxgeo.watering.places import Stops
    from qxgeo.watering.routing import ArcSolution

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


_EASE = 1e-9
_FEWEST = 200  # iterations of a problem, however small


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tour:
    """A tour of one kind of cart.

    Attributes
    ----------
    kind
        Of cart.
    base
        Site where it starts and ends, with a full tank.
    legs
        In order.
    duration_s
        Of all legs.
    traversals, begins_s, ends_s
        What is sprayed and when, since the start.
    """

    kind: int
    base: int
    legs: tuple[Leg, ...]
    duration_s: float
    traversals: Ints
    begins_s: Floats
    ends_s: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TourProblem:
    """The traversals of one kind of cart, ready to be put into tours.

    Attributes
    ----------
    kind
        Of cart.
    base
        Site where the tours start and end.
    traversals
        Positions in the tasks of the demand.
    modes
        Traversal (position in `traversals`) and arcs of each mode.
    stops
        Their places and those of the sites.
    travel
        Between the places, seconds.
    work
        Of the kind.
    waters
        Sites with water.
    """

    kind: int
    base: int
    traversals: tuple[int, ...]
    modes: tuple[tuple[int, tuple[int, ...]], ...]
    stops: Stops
    travel: Floats
    work: CartWork
    waters: tuple[int, ...]

    def arc_problem(self, tasks: Sequence[Task], *, limit_s: float) -> ArcProblem:
        """Give the problem of arc routing; demands are metres, so that a tank is metres too."""
        work, stops = self.work, self.stops
        spray, drive = work.spray_speed_kmh / 3.6, work.drive_speed_kmh / 3.6
        sprayed = np.array([tasks[one].spray_m for one in self.traversals])
        task_of = np.array([number for number, _ in self.modes], dtype=np.int64)
        through = stops.through_m[: len(self.modes)]
        cost = sprayed[task_of] / spray + np.maximum(through - sprayed[task_of], 0.0) / drive
        places = np.array([stops.site(site) for site in self.waters], dtype=np.int64)
        full = np.array([work.refill_s(site, work.tank_l) for site in self.waters])
        modes = np.arange(len(self.modes))
        return ArcProblem(
            mode_task=task_of,
            mode_from=2 * modes,
            mode_to=2 * modes + 1,
            mode_cost=cost + stops.through_turn_s[: len(self.modes)],
            demand=sprayed,
            travel=self.travel,
            refills=places,
            refill_cost=full,
            kinds=(
                CartKind(
                    capacity=work.tank_m * (1.0 + _EASE),
                    depot=stops.site(self.base),
                    count=UNLIMITED,
                    limit=limit_s,
                    must_refill_before_end=True,
                ),
            ),
        )


def cut_problem(problem: TourProblem, traversals: Sequence[int]) -> TourProblem:
    """Cut a problem down to some of its traversals.

    Parameters
    ----------
    problem
        The whole.
    traversals
        Positions in the tasks of the demand, all of them among the problem's.

    Returns
    -------
    problem
        With the same sites.
    """
    number = {one: place for place, one in enumerate(traversals)}
    own = [(number.get(problem.traversals[task], -1), arcs) for task, arcs in problem.modes]
    chosen = np.flatnonzero(np.array([task for task, _ in own], dtype=np.int64) >= 0)
    stops = problem.stops
    sites = np.arange(2 * len(problem.modes), problem.travel.shape[0])
    places = np.concatenate((np.stack((2 * chosen, 2 * chosen + 1), axis=1).ravel(), sites))
    return replace(
        problem,
        traversals=tuple(traversals),
        modes=tuple(own[place] for place in chosen),
        stops=replace(
            stops,
            first=stops.first[chosen],
            last=stops.last[chosen],
            through_m=stops.through_m[chosen],
            through_turn_s=stops.through_turn_s[chosen],
        ),
        travel=problem.travel[np.ix_(places, places)],
    )


def find_tours(
    problems: Sequence[TourProblem],
    tasks: Sequence[Task],
    *,
    limit_s: float,
    seed: int,
    iterations: int,
) -> tuple[list[Tour], list[int]]:
    """Put the traversals of every problem into tours.

    Parameters
    ----------
    problems
        One for each kind of cart and refill point.
    tasks
        Of the demand.
    limit_s
        Longest tour; one that no shorter tour serves gets what it needs.
    seed, iterations
        Of the search; the iterations are shared by the number of traversals.

    Returns
    -------
    tours, unserved
        And the traversals that fit into none.
    """
    total = sum(len(problem.traversals) for problem in problems)
    tours: list[Tour] = []
    unserved: list[int] = []
    for problem in problems:
        count = len(problem.traversals)
        arcs = problem.arc_problem(tasks, limit_s=max(limit_s, _least_limit_s(problem, tasks)))
        budget = max(_FEWEST, round(iterations * count / total)) if iterations else 0
        solution = solve(arcs, seed=seed, iterations=budget) if budget else scan_paths(arcs)
        tours += write_tours(problem, tasks, solution)
        unserved += [problem.traversals[task] for task in solution.unserved]
    return tours, sorted(unserved)


def _least_limit_s(problem: TourProblem, tasks: Sequence[Task]) -> float:
    """Give what the farthest traversal takes alone: out, spray, refill, back."""
    arcs = problem.arc_problem(tasks, limit_s=np.inf)
    base = arcs.kinds[0].depot
    home = (arcs.travel[np.ix_(arcs.mode_to, arcs.refills)] + arcs.refill_cost).T
    home = (home + arcs.travel[arcs.refills, base][:, None]).min(axis=0)
    alone = arcs.travel[base, arcs.mode_from] + arcs.mode_cost + home
    best = np.full(arcs.task_count, np.inf)
    np.minimum.at(best, arcs.mode_task, alone)
    return float(best.max(initial=0.0)) * (1.0 + _EASE)


def write_tours(problem: TourProblem, tasks: Sequence[Task], solution: ArcSolution) -> list[Tour]:
    """Turn routes into tours with their legs.

    Parameters
    ----------
    problem
        That was solved.
    tasks
        Of the demand.
    solution
        Of its arc problem.

    Returns
    -------
    tours
        In the order of the routes.
    """
    return [_write_tour(problem, tasks, problem.base, route.stops) for route in solution.routes]


def _write_tour(
    problem: TourProblem, tasks: Sequence[Task], base: int, stops: tuple[int, ...]
) -> Tour:
    """Write the legs of one route."""
    places = problem.stops
    writer = LegWriter(places, problem.work)
    here = places.site(base)
    for stop in stops:
        if stop < 0:
            site = problem.waters[-1 - stop]
            writer.drive(here, places.site(site))
            writer.refill(site)
            here = places.site(site)
            continue
        number, mode = problem.modes[stop]
        traversal = problem.traversals[number]
        writer.drive(here, places.start_of(stop))
        writer.spray(traversal, tasks[traversal], mode)
        here = places.end_of(stop)
    writer.drive(here, places.site(base))
    legs = writer.finish()
    traversals, begins, ends = leg_arrays(legs)
    last = legs[-1]
    return Tour(
        kind=problem.kind,
        base=base,
        legs=legs,
        duration_s=last.offset_s + last.duration_s,
        traversals=traversals,
        begins_s=begins,
        ends_s=ends,
    )
