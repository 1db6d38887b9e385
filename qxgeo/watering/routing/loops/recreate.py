"""Tasks without a route are put where they cost least, one after the other, with blinks."""

from __future__ import annotations

import math

import numpy as np

from qxgeo.watering.routing.loops.arrays import ABSENT, ROUTES
from qxgeo.watering.routing.loops.chance import draw, draw_below
from qxgeo.watering.routing.loops.jit import compiled
from qxgeo.watering.routing.loops.rows import refresh, touch

BLINK = 0.01  # share of places that are not looked at
BLIND = math.log(1 - BLINK)
KIND_BLINK = 0.2  # share of kinds of cart that are not looked at for a new route
EASE = 1e-9  # of a limit: sums of the same numbers in another order differ by less
AROUND = 60  # tasks around one whose routes are looked through; of others only both ends
SORTS = 11  # 4 at random, 4 by demand, 2 the far ones first, 1 the near ones first
BY_CHANCE, BY_DEMAND, FAR_FIRST = 4, 8, 10


@compiled
def recreate(case, state, work, now, counts, most_routes):
    """Put the tasks taken out, and those that were unserved, into routes, new ones among them."""
    for at in range(state.numbers[ABSENT]):
        work.loose[counts[1]] = state.absent[at]
        counts[1] += 1
    state.numbers[ABSENT] = 0
    _sort_loose(case, work, counts[1])
    skip = _next_blink(work.rng)
    best_at, best_cost = np.zeros(4, dtype=np.int64), np.zeros(1)
    for at in range(counts[1]):
        task = work.loose[at]
        best_at[0], best_cost[0] = -1, np.inf
        work.is_near[: state.numbers[ROUTES]] = 0
        for other in case.near[task, :AROUND]:
            if state.route_of[other] >= 0:
                work.is_near[state.route_of[other]] = 1
        if len(case.via):
            skip = _look_refilling(case, state, work, task, skip, best_at, best_cost)
        else:
            skip = _look(case, state, work, task, skip, best_at, best_cost)
        _look_new(case, state, work, task, most_routes, best_at, best_cost)
        if best_at[0] < 0:
            state.absent[state.numbers[ABSENT]] = task
            state.numbers[ABSENT] += 1
            work.grudge[task] += 1.0
        else:
            _insert(case, state, work, best_at, now, counts)


@compiled
def _next_blink(rng):
    """Draw after how many places one is not looked at."""
    return int(math.log(draw(rng)) / BLIND)


@compiled
def _sort_loose(case, work, count):
    """Sort the tasks taken out by one of four keys."""
    choice = draw_below(work.rng, SORTS)
    for at in range(count):
        task = work.loose[at]
        if choice < BY_CHANCE:
            work.key[at] = draw(work.rng)
        elif choice < BY_DEMAND:
            work.key[at] = -case.demand[task]
        else:
            work.key[at] = -case.far[task] if choice < FAR_FIRST else case.far[task]
    for at in range(1, count):
        key, task, place = work.key[at], work.loose[at], at - 1
        while place >= 0 and work.key[place] > key:
            work.key[place + 1], work.loose[place + 1] = work.key[place], work.loose[place]
            place -= 1
        work.key[place + 1], work.loose[place + 1] = key, task


@compiled
def _look(case, state, work, task, skip, best_at, best_cost):
    """Find the cheapest place for a task in the routes there are; no facilities."""
    asked = case.demand[task]
    one, other = case.modes[task, 0], case.modes[task, 1]
    two = other if other >= 0 else one
    into, out, serve = case.back[one], case.link[one], case.service[one]
    into_two, out_two, serve_two = case.back[two], case.link[two], case.service[two]
    for row in range(state.numbers[ROUTES]):
        count, kind = state.length[row], state.kind[row]
        if count == 0 or state.trip[row, 0] + asked > case.capacity[kind]:
            continue
        room = case.limit[kind] * (1 + EASE) - state.cost[row]
        seq, leg, depot = state.seq[row], state.leg[row], case.depot[kind]
        best = min(best_cost[0], room)
        for at in range(0, count + 1, 1 if work.is_near[row] else count):
            before = seq[at - 1] if at > 0 else depot
            mode = seq[at] if at < count else depot
            if skip == 0:
                skip = _next_blink(work.rng)
            else:
                skip -= 1
                more = into[before] + out[mode] + serve - leg[at]
                if more < best:
                    best, best_cost[0] = more, more
                    best_at[0], best_at[1], best_at[2] = row, at, one
                more = into_two[before] + out_two[mode] + serve_two - leg[at]
                if more < best:
                    best, best_cost[0] = more, more
                    best_at[0], best_at[1], best_at[2] = row, at, two
    best_at[3] = 0
    return skip


@compiled
def _look_refilling(case, state, work, task, skip, best_at, best_cost):
    """Find the cheapest place for a task in the routes there are, with refills around it."""
    asked = case.demand[task]
    for row in range(state.numbers[ROUTES]):
        count, kind = state.length[row], state.kind[row]
        capacity, depot = case.capacity[kind], case.depot[kind]
        if count == 0 or asked > capacity:
            continue
        best = min(best_cost[0], case.limit[kind] * (1 + EASE) - state.cost[row])
        seq, leg, refill = state.seq[row], state.leg[row], state.refill[row]
        load, trip = state.load[row], state.trip[row]
        for at in range(0, count + 1, 1 if work.is_near[row] else count):
            before = seq[at - 1] if at > 0 else depot
            mode = seq[at] if at < count else depot
            if skip == 0:
                skip = _next_blink(work.rng)
                continue
            skip -= 1
            # 0 no refill, 1 before the task, 2 after it, 3 both
            low, high = 3, 3
            if refill[at]:
                if at > 0 and trip[at - 1] + asked <= capacity:
                    low = 2
                if at < count and trip[at] + asked <= capacity:
                    high = 1
            else:
                whole = trip[at] if at < count else trip[at - 1]
                first = load[at - 1] if at > 0 else 0.0
                if whole + asked <= capacity:
                    low, high = 0, 0
                else:
                    if first + asked <= capacity:
                        low = 2
                    if whole - first + asked <= capacity:
                        high = 1
            for slot in range(2):
                own = case.modes[task, slot]
                if own < 0:
                    continue
                base = case.service[own] - leg[at]
                into = case.via_back if low & 1 else case.back
                out = case.via if low & 2 else case.link
                more = base + into[own, before] + out[own, mode]
                if more < best:
                    best, best_cost[0] = more, more
                    best_at[0], best_at[1], best_at[2], best_at[3] = row, at, own, low
                if high != low:
                    into = case.via_back if high & 1 else case.back
                    out = case.via if high & 2 else case.link
                    more = base + into[own, before] + out[own, mode]
                    if more < best:
                        best, best_cost[0] = more, more
                        best_at[0], best_at[1], best_at[2], best_at[3] = row, at, own, high
    return skip


@compiled
def _look_new(case, state, work, task, most_routes, best_at, best_cost):
    """See whether a route for this task alone costs less; its place is -1 - kind."""
    used, total = work.used, 0
    used[:] = 0
    for row in range(state.numbers[ROUTES]):
        if state.length[row] > 0:
            used[state.kind[row]] += 1
            total += 1
    if total >= most_routes:
        return
    kinds = len(case.depot)
    for kind in range(kinds):
        if used[kind] >= case.fleet[kind] or case.demand[task] > case.capacity[kind]:
            continue
        if kinds > 1 and draw(work.rng) < KIND_BLINK:
            continue
        depot = case.depot[kind]
        into = case.via_back if case.starts_empty[kind] else case.back
        out = case.via if case.ends_empty[kind] else case.link
        for slot in range(2):
            mode = case.modes[task, slot]
            if mode < 0:
                continue
            more = into[mode, depot] + out[mode, depot] + case.service[mode]
            if more < best_cost[0] and more <= case.limit[kind] * (1 + EASE):
                best_cost[0] = more
                best_at[0], best_at[1], best_at[2], best_at[3] = kind, -1, mode, 0


@compiled
def _insert(case, state, work, best_at, now, counts):
    """Put a mode where it was found to cost least."""
    row, at, mode, around = best_at[0], best_at[1], best_at[2], best_at[3]
    if at < 0:
        kind, row, at = row, 0, 0
        while row < state.numbers[ROUTES] and state.length[row] > 0:
            row += 1
        touch(state, work, row, now, counts)
        state.kind[row] = kind
        state.numbers[ROUTES] = max(state.numbers[ROUTES], row + 1)
    else:
        touch(state, work, row, now, counts)
    seq, refill = state.seq[row], state.refill[row]
    for place in range(state.length[row], at, -1):
        seq[place], refill[place + 1] = seq[place - 1], refill[place]
    seq[at] = mode
    refill[at], refill[at + 1] = around & 1, (around >> 1) & 1
    state.length[row] += 1
    refresh(case, state, row)
