"""Where the fleet is too small, its most urgent sections are kept wet without a gap.

The sections are walked in the order of their urgency, kind of cart by kind of cart: more and more
of them are put into tours of their own, and the planner is asked whether the fleet keeps all of
these wet. The largest beginning of the order that it keeps is found by halving; a section that does
not fit is passed over a few times. What time the carts then have left goes to the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.watering.drying import clock_of
from qxgeo.watering.filling import fill_idle
from qxgeo.watering.rounds import AHEAD_S, Round, drive_rounds, job_of, judge_runs, thin_round
from qxgeo.watering.tours import cut_problem, find_tours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from qxgeo.watering.demand import Demand
    from qxgeo.watering.laps import Crew
    from qxgeo.watering.rounds import Ground
    from qxgeo.watering.tours import Tour, TourProblem

    Floats = NDArray[np.float64]

SPARE_SHARES = (1.0, 0.6)  # of the longest tour: tours for the time that is left, tried in turn
_WORTH = 0.5  # of an interval used: earlier nothing is watered again in the time that is left
_MOST_MISSES = 3  # sections passed over
_MOST_TESTS = 24  # of each kind of cart
_FINEST = 100  # parts of the order, where it is long


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Protection:
    """A day that keeps the urgent sections wet.

    Attributes
    ----------
    sections
        Kept wet all day, most urgent first.
    best
        The day.
    unserved
        Traversals of the others that fit into no tour.
    """

    sections: tuple[int, ...]
    best: Round
    unserved: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """How tours are searched.

    Attributes
    ----------
    problems
        Of all kinds and refill points.
    limit_s
        Longest tour.
    seed, iterations
        Of one search for all traversals.
    """

    problems: Sequence[TourProblem]
    limit_s: float
    seed: int
    iterations: int

    def tours(
        self, demand: Demand, sections: Sequence[int], *, share: float = 1.0
    ) -> tuple[list[Tour], list[int]]:
        """Put the traversals of some sections into tours; give what fits into none, too."""
        wanted = set(sections)
        cut = [
            cut_problem(
                problem,
                [one for one in problem.traversals if demand.tasks[one].section in wanted],
            )
            for problem in self.problems
        ]
        cut = [problem for problem in cut if problem.traversals]
        part = sum(len(one.traversals) for one in cut) / max(
            1, sum(len(one.traversals) for one in self.problems)
        )
        return find_tours(
            cut,
            demand.tasks,
            limit_s=share * self.limit_s,
            seed=self.seed,
            iterations=round(self.iterations * part),
        )


def protect_urgent(
    search: Search,
    demand: Demand,
    ground: Ground,
    crews: Sequence[Crew],
    order: Sequence[int],
) -> Protection | None:
    """Keep the most urgent sections wet, and water the others with what is left.

    Parameters
    ----------
    search
        For tours.
    demand, ground
        What has to be kept wet and how it dries.
    crews
        The whole fleet in its shifts.
    order
        Sections that carts enough would keep wet, most urgent first.

    Returns
    -------
    protection
        None where not even one of them is kept.
    """
    kind_of = {
        demand.tasks[one].section: problem.kind
        for problem in search.problems
        for one in problem.traversals
    }
    found: list[tuple[list[int], Round]] = []
    for kind in sorted(set(kind_of.values())):
        mine = [crew for crew in crews if crew.kind == kind]
        own = [section for section in order if kind_of.get(section) == kind]
        kept, best = walk_order(own, partial(_keep, search, demand, ground, mine))
        if best is not None:
            found.append((kept, best))
    if not found:
        return None
    chosen = {section for kept, _ in found for section in kept}
    first = thin_round(ground, _join_rounds(ground, [best for _, best in found]), crews)
    rest = [section for section in sorted(kind_of) if section not in chosen]
    best, unserved = _fill(search, demand, ground, crews, first, rest)
    return Protection(
        sections=tuple(section for section in order if section in chosen),
        best=best,
        unserved=tuple(unserved),
    )


def walk_order(
    order: Sequence[int], keep: Callable[[list[int]], Round | None]
) -> tuple[list[int], Round | None]:
    """Find how much of an order is kept, by halving; pass over a few that do not fit.

    Parameters
    ----------
    order
        Sections, most urgent first.
    keep
        Gives a day that keeps some sections, None if none is found.

    Returns
    -------
    kept
        In their order.
    best
        The day that keeps them; None where nothing is kept.
    """
    least = max(1, len(order) // _FINEST)
    kept: list[int] = []
    best: Round | None = None
    place, step, misses, tests = 0, max((len(order) + 1) // 2, least), 0, 0
    does_grow = False
    while place < len(order) and misses < _MOST_MISSES and tests < _MOST_TESTS:
        block = list(order[place : place + step])
        tried, tests = keep([*kept, *block]), tests + 1
        if tried is not None:
            kept, best, place = [*kept, *block], tried, place + len(block)
            step = 2 * step if does_grow else max(step // 2, least)
        elif step > least:
            step, does_grow = max(step // 2, least), False
        else:
            place, misses, does_grow = place + step, misses + 1, True
    return kept, best


def _keep(
    search: Search, demand: Demand, ground: Ground, crews: Sequence[Crew], sections: list[int]
) -> Round | None:
    """Give a day on which the carts keep all of some sections wet, if one is found."""
    tours, unserved = search.tours(demand, sections)
    if unserved:
        return None
    for ahead_s in AHEAD_S:
        tried = drive_rounds(ground, tours, crews, ahead_s=(ahead_s,))
        if tried.wetness.is_kept[sections].all():
            return tried
    return None


def _join_rounds(ground: Ground, rounds: Sequence[Round]) -> Round:
    """Put the days of the kinds of carts into one."""
    tours: list[Tour] = []
    runs = []
    for one in rounds:
        runs += [
            replace(run, tour=run.tour + len(tours)) if run.tour >= 0 else run for run in one.runs
        ]
        tours += one.tours
    runs.sort(key=lambda run: (run.cart, run.start_s))
    return judge_runs(ground, tours, runs, max(one.ahead_s for one in rounds))


def _fill(
    search: Search,
    demand: Demand,
    ground: Ground,
    crews: Sequence[Crew],
    first: Round,
    rest: Sequence[int],
) -> tuple[Round, list[int]]:
    """Water the rest in the time that is left; the least dryness counts, urgent metres most."""
    if not rest:
        return first, []
    clock = clock_of(ground.drying)
    counts = weigh_sections(ground.lengths_m, demand.sections["urgency"].to_numpy())
    per_pass = counts / np.bincount([t.section for t in demand.tasks], minlength=len(counts))
    bases = [tour.base for tour in first.tours]
    tried = []
    for share in SPARE_SHARES:
        spare, unserved = search.tours(demand, rest, share=share)
        weights = [
            per_pass[[demand.tasks[one].section for one in tour.traversals]] for tour in spare
        ]
        jobs = [job_of(ground, tour) for tour in spare]
        runs = fill_idle(
            first.runs, bases, jobs, weights, crews, clock, ground.transfer_s, worth=_WORTH
        )
        day = judge_runs(ground, [*first.tours, *spare], runs, first.ahead_s)
        tried.append(
            (round(float((day.wetness.dry_s * counts).sum()), 3), day.work_h, day, unserved)
        )
    _, _, best, unserved = min(tried, key=lambda one: one[:2])
    return best, unserved


def weigh_sections(lengths_m: Floats, urgency: NDArray[np.int64]) -> Floats:
    """Give what each section counts: its metres, the first of the order whole, the last not.

    Parameters
    ----------
    lengths_m
        Of each section.
    urgency
        Rank of each, 0 first.

    Returns
    -------
    weights
        Metres by one less the share of all metres that come before their middle.
    """
    order = np.argsort(urgency, kind="stable")
    before = np.empty(len(lengths_m))
    before[order] = np.cumsum(lengths_m[order]) - lengths_m[order] / 2.0
    total = float(lengths_m.sum())
    return lengths_m * (1.0 - before / total) if total > 0 else lengths_m
