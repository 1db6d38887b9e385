"""A town of six crossings, and the exact answer of its problems by trying everything."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from qxgeo.watering.routing import ArcProblem, CartKind

# 0 - 1 - 2     lengths: across 4, up 3; each stretch below is (from, to, service, demand)
# |   |   |
# 3 - 4 - 5
ACROSS, UP = 4.0, 3.0
TOWN_WAYS = ((0, 1, ACROSS), (1, 2, ACROSS), (3, 4, ACROSS), (4, 5, ACROSS),
             (0, 3, UP), (1, 4, UP), (2, 5, UP))  # fmt: skip
STRETCHES = (
    (0, 1, 6.0, 3.0),
    (1, 2, 6.0, 2.0),
    (4, 5, 6.0, 3.0),
    (0, 3, 5.0, 1.0),
    (2, 5, 5.0, 2.0),
)


def shortest(ways: tuple[tuple[int, int, float], ...], *, count: int) -> np.ndarray:
    """Give shortest ways by Floyd's three loops; every way goes both ways."""
    travel = np.full((count, count), math.inf)
    np.fill_diagonal(travel, 0.0)
    for one, other, length in ways:
        travel[one, other] = travel[other, one] = length
    for over in range(count):
        travel = np.minimum(travel, travel[:, [over]] + travel[[over], :])
    return travel


def build_town(
    *kinds: CartKind,
    one_way: tuple[int, ...] = (),
    refills: tuple[int, ...] = (),
    refill_cost: float = 2.0,
    stretches: tuple[tuple[int, int, float, float], ...] = STRETCHES,
) -> ArcProblem:
    """Build the town's problem; stretches named in `one_way` have one mode."""
    modes = []
    for task, (start, end, cost, _) in enumerate(stretches):
        modes.append((task, start, end, cost))
        if task not in one_way:
            modes.append((task, end, start, cost))
    table = np.array(modes, dtype=float).reshape(-1, 4)
    return ArcProblem(
        mode_task=table[:, 0].astype(int),
        mode_from=table[:, 1].astype(int),
        mode_to=table[:, 2].astype(int),
        mode_cost=table[:, 3],
        demand=np.array([stretch[3] for stretch in stretches]),
        travel=shortest(TOWN_WAYS, count=6),
        refills=np.array(refills, dtype=int),
        refill_cost=np.full(len(refills), refill_cost),
        kinds=kinds,
    )


def solve_by_trying(problem: ArcProblem) -> float:
    """Give the least cost for one kind of cart by trying every next move from every state."""
    (kind,) = problem.kinds
    everything = frozenset(range(len(problem.demand)))
    full = 0.0 if kind.must_refill_before_start else kind.capacity

    @cache
    def go_on(place: int, left: frozenset[int], tank: float, spent: float, last: str) -> float:
        """Give the least cost from here; `last` is the stop before: depot, filled, task, refill."""
        best = math.inf
        home = float(problem.travel[place, kind.depot])
        is_served = last == "refill" or (last == "task" and not kind.must_refill_before_end)
        if is_served and spent + home <= kind.limit:
            best = home
            if left:
                best += go_on(kind.depot, left, full, 0.0, "depot")
        for mode in range(len(problem.mode_task)):
            task = int(problem.mode_task[mode])
            step = float(problem.travel[place, problem.mode_from[mode]] + problem.mode_cost[mode])
            if task in left and problem.demand[task] <= tank and spent + step <= kind.limit:
                end, rest = int(problem.mode_to[mode]), tank - float(problem.demand[task])
                best = min(best, step + go_on(end, left - {task}, rest, spent + step, "task"))
        if last in {"depot", "task"}:
            for site, cost in zip(problem.refills, problem.refill_cost, strict=True):
                step = float(problem.travel[place, site] + cost)
                then = "filled" if last == "depot" else "refill"
                if spent + step <= kind.limit:
                    more = go_on(int(site), left, kind.capacity, spent + step, then)
                    best = min(best, step + more)
        return best

    return go_on(kind.depot, everything, full, 0.0, "depot")


def count_by_packing(demands: list[float], capacity: float) -> int:
    """Count the bins that demands need, by trying every bin for every demand."""

    def place(at: int, bins: tuple[float, ...]) -> int:
        if at == len(demands):
            return len(bins)
        fewest = place(at + 1, (*bins, demands[at]))
        for row, held in enumerate(bins):
            if held + demands[at] <= capacity:
                fewest = min(
                    fewest, place(at + 1, (*bins[:row], held + demands[at], *bins[row + 1 :]))
                )
        return fewest

    return place(0, ())
