"""The day that is driven: all wet with as few carts as do, else the urgent sections first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qxgeo.watering.crews import list_crews, order_carts
from qxgeo.watering.diagnosing import diagnose, tell_protected
from qxgeo.watering.handing import hand_runs
from qxgeo.watering.protecting import Search, protect_urgent
from qxgeo.watering.rounds import drive_rounds, fewest_crews, judge_runs, thin_round
from qxgeo.watering.states import NOT_ROUTED
from qxgeo.watering.tours import find_tours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qxgeo.errors import Text
    from qxgeo.watering.demand import Demand
    from qxgeo.watering.laps import Crew
    from qxgeo.watering.model import Diagnosis, Fleet
    from qxgeo.watering.preparing import Prepared
    from qxgeo.watering.rounds import Ground, Round

LIMIT_SHARES = (1.0, 0.6)  # of the tightest interval: the longest tour, tried in turn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decision:
    """What was decided.

    Attributes
    ----------
    best
        The day.
    limit_s
        Longest tour.
    never
        Why a section is never wetted, by its position.
    diagnosis
        Whether it does.
    left
        Sections that are not kept because the urgent ones are.
    """

    best: Round
    limit_s: float
    never: Mapping[int, Text]
    diagnosis: Diagnosis
    left: frozenset[int]


def decide_day(
    prepared: Prepared,
    demand: Demand,
    ground: Ground,
    fleet: Fleet,
    *,
    tightest_s: float,
    seed: int,
    iterations: int,
    tell: Callable[[str], object],
) -> Decision:
    """Find a day that keeps everything wet, or one that keeps the urgent sections wet.

    Parameters
    ----------
    prepared
        Problems of tours.
    demand, ground
        What has to be kept wet and how it dries.
    fleet
        Carts and shifts.
    tightest_s
        The shortest time in which some section dries.
    seed, iterations
        Of the search.
    tell
        Is told what is being done.

    Returns
    -------
    decision
        Where no section can be kept by itself, all are watered alike.
    """
    crews = list_crews(fleet)
    search = Search(
        problems=prepared.problems,
        limit_s=tightest_s,
        seed=seed,
        iterations=iterations // len(LIMIT_SHARES),
    )
    best, limit_s, unserved = _try_tours(search, demand, ground, crews, tell)
    never = _never(prepared, demand, unserved)
    diagnosis, order = diagnose(demand, ground, best, crews, never)
    left: frozenset[int] = frozenset()
    if order:
        tell("urgent")
        found = protect_urgent(replace(search, limit_s=limit_s), demand, ground, crews, order)
        if found is not None:
            best, never = found.best, _never(prepared, demand, found.unserved)
            diagnosis = tell_protected(diagnosis, demand, ground, best, never, found.sections)
            left = frozenset(order) - frozenset(found.sections)
    bases = [tour.base for tour in best.tours]
    runs = hand_runs(best.runs, bases, crews, ground.transfer_s)
    best = judge_runs(ground, best.tours, runs, best.ahead_s)
    return Decision(best=best, limit_s=limit_s, never=never, diagnosis=diagnosis, left=left)


def _never(prepared: Prepared, demand: Demand, unserved: Sequence[int]) -> dict[int, Text]:
    """Give the sections that no cart gets to, with the reason."""
    return prepared.never | {demand.tasks[one].section: NOT_ROUTED for one in unserved}


def _try_tours(
    search: Search,
    demand: Demand,
    ground: Ground,
    crews: Sequence[Crew],
    tell: Callable[[str], object],
) -> tuple[Round, float, list[int]]:
    """Find tours of several lengths, drive them, keep the best with as few carts as do."""
    tried = []
    for share in LIMIT_SHARES:
        limit_s = share * search.limit_s
        tours, unserved = find_tours(
            search.problems,
            demand.tasks,
            limit_s=limit_s,
            seed=search.seed,
            iterations=search.iterations,
        )
        tell("rounds")
        found = drive_rounds(ground, tours, crews)
        tried.append((found.rank, found, limit_s, unserved))
    _, best, limit_s, unserved = min(tried, key=lambda one: one[0])
    fewest = fewest_crews(ground, best.tours, crews, best, order_carts(crews))
    return thin_round(ground, fewest, crews), limit_s, unserved
