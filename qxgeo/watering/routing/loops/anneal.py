"""Ruin and recreate under a falling temperature."""

from __future__ import annotations

import math

from qxgeo.watering.routing.loops.arrays import (
    ABSENT,
    BEST_COST,
    BEST_WEIGHT,
    COOLING,
    COST,
    IMPROVED,
    NOW,
    ROUTES,
    WARMTH,
    WEIGHT,
)
from qxgeo.watering.routing.loops.chance import draw
from qxgeo.watering.routing.loops.jit import compiled
from qxgeo.watering.routing.loops.recreate import recreate
from qxgeo.watering.routing.loops.rows import (
    bring_back,
    close_gaps,
    copy_state,
    refresh,
    sum_cost,
)
from qxgeo.watering.routing.loops.ruin import ruin
from qxgeo.watering.routing.loops.settle import NOTHING, settle_modes, settle_refills

RARELY = 0.05  # share of iterations that gain nothing and have their refills settled all the same


@compiled
def anneal(
    case, state, best, work, numbers, clock, iterations, most_routes, is_counting
):  # fmt: skip
    """Do iterations; stops early when, counting grudges, nothing is unserved any more.

    Returns how many were done. `numbers` holds cost and weight of what is unserved, now and at
    best, the temperature, and what it is multiplied by after an iteration.
    """
    counts = work.counts
    for done in range(iterations):
        clock[NOW] += 1
        now = clock[NOW]
        routes, absent = state.numbers[ROUTES], state.numbers[ABSENT]
        for at in range(absent):
            work.old_absent[at] = state.absent[at]
        counts[0], counts[1] = 0, 0
        ruin(case, state, work, now, counts)
        recreate(case, state, work, now, counts, most_routes)
        for at in range(counts[0]):
            if state.length[work.touched[at]] > 0:
                settle_modes(case, state, work, work.touched[at])
        weight = _weigh(case, state, work, is_counting)
        if is_counting:
            numbers[WEIGHT] = 0.0
            for at in range(absent):
                numbers[WEIGHT] += work.grudge[work.old_absent[at]]
        ceiling = numbers[COST] - numbers[WARMTH] * math.log(draw(work.rng))
        numbers[WARMTH] *= numbers[COOLING]
        cost = sum_cost(state)
        is_close = weight <= numbers[WEIGHT] and len(case.via) > 0
        if is_close and (cost < numbers[COST] or draw(work.rng) < RARELY):
            for at in range(counts[0]):
                if state.length[work.touched[at]] > 0:
                    settle_refills(case, state, work, work.touched[at])
            cost = sum_cost(state)
        is_lighter = weight < numbers[WEIGHT] - NOTHING
        if not (is_lighter or (weight <= numbers[WEIGHT] + NOTHING and cost < ceiling)):
            bring_back(case, state, work, counts, routes, absent)
            continue
        close_gaps(case, state)
        numbers[COST], numbers[WEIGHT] = cost, weight
        true_weight = _weigh(case, state, work, False)
        if true_weight < numbers[BEST_WEIGHT] - NOTHING or (
            true_weight <= numbers[BEST_WEIGHT] + NOTHING and cost < numbers[BEST_COST] - NOTHING
        ):
            numbers[BEST_COST], numbers[BEST_WEIGHT] = cost, true_weight
            copy_state(state, best)
            clock[IMPROVED] = now
        if is_counting and state.numbers[ABSENT] == 0:
            return done + 1
    return iterations


@compiled
def _weigh(case, state, work, is_counting):
    """Weigh what is unserved."""
    total = 0.0
    for at in range(state.numbers[ABSENT]):
        task = state.absent[at]
        total += work.grudge[task] if is_counting else case.weight[task]
    return total


@compiled
def take_over(case, source, state, numbers):
    """Make a state the same as another, and put all its rows right."""
    copy_state(source, state)
    state.route_of[:] = -1
    for row in range(state.numbers[ROUTES]):
        refresh(case, state, row)
    numbers[COST], numbers[WEIGHT] = sum_cost(state), 0.0
    for at in range(state.numbers[ABSENT]):
        numbers[WEIGHT] += case.weight[state.absent[at]]


@compiled
def dissolve(case, state, work, numbers):
    """Take the route apart whose tasks were left least often."""
    chosen, least = -1, math.inf
    for row in range(state.numbers[ROUTES]):
        total = 0.0
        for at in range(state.length[row]):
            total += work.grudge[case.task_of[state.seq[row, at]]]
        if total < least:
            chosen, least = row, total
    for at in range(state.length[chosen]):
        task = case.task_of[state.seq[chosen, at]]
        state.route_of[task] = -1
        state.absent[state.numbers[ABSENT]] = task
        state.numbers[ABSENT] += 1
    state.length[chosen] = 0
    close_gaps(case, state)
    numbers[COST] = sum_cost(state)
