"""The rounds of a day: how early tours start and with how many carts, the best of what is tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.watering.check import Wetness, check_wetness
from qxgeo.watering.deadlines import Job
from qxgeo.watering.drying import DAY_S, clock_of
from qxgeo.watering.laps import TOUR, TRANSFER, Crew, Run, play_days
from qxgeo.watering.thinning import thin_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from qxgeo.watering.demand import Task
    from qxgeo.watering.model import DryingDay
    from qxgeo.watering.tours import Tour

    Floats = NDArray[np.float64]

AHEAD_S = (1_200.0, 2_400.0, 3_600.0, 4_500.0)  # time to spare that carts keep, tried in turn
DAYS = 3  # the first ones wear in


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What all rounds have in common.

    Attributes
    ----------
    tasks
        Of the demand.
    factors
        Of the drying interval of each section.
    lengths_m
        Of each section.
    drying
        Of the day.
    transfer_s
        Shape (kinds, sites, sites).
    open_s
        Opening hours of each site.
    """

    tasks: Sequence[Task]
    factors: Floats
    lengths_m: Floats
    drying: DryingDay
    transfer_s: Floats
    open_s: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Round:
    """A day of runs and what it keeps wet.

    Attributes
    ----------
    tours
        That come round.
    runs
        Of the day, by cart and time.
    wetness
        As `check` found it.
    work_h
        Of tours and transfers.
    dry_mh
        Metre-hours that are dry in the day.
    ahead_s
        How long before its last moment a tour could start.
    """

    tours: tuple[Tour, ...]
    runs: tuple[Run, ...]
    wetness: Wetness
    work_h: float
    dry_mh: float
    ahead_s: float

    @property
    def rank(self) -> tuple[float, float]:
        """Give what is compared: less dryness first, then less work."""
        return (round(self.dry_mh, 3), self.work_h)

    @property
    def carts(self) -> int:
        """Count the carts that work."""
        return len({run.cart for run in self.runs if run.task == TOUR})


def drive_rounds(
    ground: Ground,
    tours: Sequence[Tour],
    crews: Sequence[Crew],
    *,
    ahead_s: Sequence[float] = AHEAD_S,
) -> Round:
    """Drive the tours through a day as far ahead as is best.

    Parameters
    ----------
    ground
        What has to be kept wet and how it dries.
    tours
        That serve all of it.
    crews
        Carts in their shifts.
    ahead_s
        How long before its last moment a tour may start, to be tried.

    Returns
    -------
    best
        The least dry metre-hours, then the least work.
    """
    clock = clock_of(ground.drying)
    jobs = [job_of(ground, tour) for tour in tours]
    found: list[Round] = []
    for share in ahead_s:
        days = play_days(jobs, crews, clock, ground.transfer_s, ahead_s=share, days=DAYS)
        found.append(judge_runs(ground, tours, days[-1], share))
    return min(found, key=lambda one: one.rank)


def thin_round(ground: Ground, best: Round, crews: Sequence[Crew]) -> Round:
    """Leave out the laps that nothing needs.

    Parameters
    ----------
    ground
        What has to be kept wet and how it dries.
    best
        A day of runs.
    crews
        Carts in their shifts.

    Returns
    -------
    thinned
        As wet as before, with less work.
    """
    jobs = [job_of(ground, tour) for tour in best.tours]
    clock = clock_of(ground.drying)
    kind_of = {crew.cart: crew.kind for crew in crews}
    kinds = [kind_of.get(cart, 0) for cart in range(max(kind_of, default=-1) + 1)]
    runs = thin_runs(jobs, best.runs, clock, ground.transfer_s, kinds)
    thinned = judge_runs(ground, best.tours, runs, best.ahead_s)
    return min(best, thinned, key=lambda one: one.rank)


def fewest_crews(
    ground: Ground, tours: Sequence[Tour], crews: Sequence[Crew], best: Round, order: Sequence[int]
) -> Round:
    """Find how few of the carts keep as much wet as all of them.

    Parameters
    ----------
    ground, tours, crews
        As `drive_rounds` takes them.
    best
        What all carts do.
    order
        Carts, those to be kept longest first.

    Returns
    -------
    fewest
        With the fewest carts, as far as halving finds them.
    """
    low, high, chosen = 1, len(order), best
    while low < high:
        middle = (low + high) // 2
        kept = set(order[:middle])
        some = [crew for crew in crews if crew.cart in kept]
        tried = drive_rounds(ground, tours, some)
        if round(tried.dry_mh, 3) <= round(best.dry_mh, 3):
            high, chosen = middle, tried
        else:
            low = middle + 1
    return chosen


def job_of(ground: Ground, tour: Tour) -> Job:
    """Give a tour with the intervals of its sections and when its water may be had.

    Parameters
    ----------
    ground
        How sections dry, and when sites are open.
    tour
        One of them.

    Returns
    -------
    job
        As it comes round.
    """
    sections = [ground.tasks[one].section for one in tour.traversals]
    windows = [(0.0, DAY_S)]
    for leg in tour.legs:
        if leg.site >= 0:
            opens, closes = ground.open_s[leg.site]
            if (opens, closes) != (0.0, DAY_S):
                low, high = opens - leg.offset_s, closes - leg.offset_s - leg.duration_s
                windows = [(max(low, one), min(high, other)) for one, other in windows]
    return Job(tour, ground.factors[sections], tuple(windows))


def judge_runs(ground: Ground, tours: Sequence[Tour], runs: Sequence[Run], ahead_s: float) -> Round:
    """Check a day of runs.

    Parameters
    ----------
    ground
        What has to be kept wet and how it dries.
    tours, runs
        Of the day.
    ahead_s
        How long before its last moment a tour could start.

    Returns
    -------
    round
        With what it keeps wet.
    """
    wetness = check_wetness(
        ground.drying,
        section_of=[task.section for task in ground.tasks],
        factors=ground.factors.tolist(),
        sprays=list_sprays(tours, runs),
    )
    work_s = sum(run.end_s - run.start_s for run in runs if run.task in (TOUR, TRANSFER))
    return Round(
        tours=tuple(tours),
        runs=tuple(runs),
        wetness=wetness,
        work_h=work_s / 3_600.0,
        dry_mh=float((wetness.dry_s * ground.lengths_m).sum() / 3_600.0),
        ahead_s=ahead_s,
    )


def list_sprays(tours: Sequence[Tour], runs: Sequence[Run]) -> list[tuple[int, float, float]]:
    """List when each traversal is sprayed.

    Parameters
    ----------
    tours, runs
        Of a day.

    Returns
    -------
    sprays
        Traversal, begin and end, seconds of the day.
    """
    sprays: list[tuple[int, float, float]] = []
    for run in runs:
        if run.task == TOUR:
            tour = tours[run.tour]
            begins, ends = run.start_s + tour.begins_s, run.start_s + tour.ends_s
            sprays += zip(tour.traversals.tolist(), begins.tolist(), ends.tolist(), strict=True)
    return sprays
