"""The best refills and directions for the order of tasks in a route, by dynamic programming."""

from __future__ import annotations

import numpy as np

from qxgeo.watering.routing.loops.jit import compiled
from qxgeo.watering.routing.loops.rows import refresh

NOTHING = 1e-9  # of a cost: below, nothing is gained


@compiled
def settle_modes(case, state, work, row):
    """Serve every task of a row in the better direction; refills stay where they are."""
    seq, refill, parent = state.seq[row], state.refill[row], work.parent
    count, depot = state.length[row], case.depot[state.kind[row]]
    tasks = work.order
    for at in range(count):
        tasks[at] = case.task_of[seq[at]]
    ways = case.via if refill[0] else case.link
    one, other = case.modes[tasks[0], 0], case.modes[tasks[0], 1]
    reach_one = ways[depot, one] + case.service[one]
    reach_other = ways[depot, other] + case.service[other] if other >= 0 else np.inf
    for at in range(1, count):
        ways = case.via if refill[at] else case.link
        first, second = case.modes[tasks[at], 0], case.modes[tasks[at], 1]
        into = reach_one + ways[one, first]
        parent[at, 0] = 0
        if other >= 0 and reach_other + ways[other, first] < into:
            into = reach_other + ways[other, first]
            parent[at, 0] = 1
        next_one = into + case.service[first]
        next_other = np.inf
        if second >= 0:
            into = reach_one + ways[one, second]
            parent[at, 1] = 0
            if other >= 0 and reach_other + ways[other, second] < into:
                into = reach_other + ways[other, second]
                parent[at, 1] = 1
            next_other = into + case.service[second]
        one, other, reach_one, reach_other = first, second, next_one, next_other
    ways = case.via if refill[count] else case.link
    best, slot = reach_one + ways[one, depot], 0
    if other >= 0 and reach_other + ways[other, depot] < best:
        best, slot = reach_other + ways[other, depot], 1
    if not best < state.cost[row] - NOTHING:
        return
    for at in range(count - 1, -1, -1):
        seq[at] = case.modes[tasks[at], slot]
        slot = parent[at, slot]
    refresh(case, state, row)


@compiled
def settle_refills(case, state, work, row):
    """Place refills and choose directions of a row as cheaply as its order of tasks allows."""
    count, kind = state.length[row], state.kind[row]
    depot, capacity = case.depot[kind], case.capacity[kind]
    seq, refill, reach, origin = state.seq[row], state.refill[row], work.reach, work.origin
    for at in range(count + 1):
        reach[at, 0], reach[at, 1] = np.inf, np.inf
    best, best_origin = np.inf, 0
    for begin in range(count):
        task = case.task_of[seq[begin]]
        one, other = case.modes[task, 0], case.modes[task, 1]
        from_one, from_other = 0, 0  # mode of the task before this trip, as a slot
        if begin == 0:
            ways = case.via if case.starts_empty[kind] else case.link
            cost_one = ways[depot, one]
            cost_other = ways[depot, other] if other >= 0 else np.inf
        else:
            last = case.task_of[seq[begin - 1]]
            a, b = case.modes[last, 0], case.modes[last, 1]
            cost_one = reach[begin, 0] + case.via[a, one]
            cost_other = reach[begin, 0] + case.via[a, other] if other >= 0 else np.inf
            if b >= 0:
                if reach[begin, 1] + case.via[b, one] < cost_one:
                    cost_one, from_one = reach[begin, 1] + case.via[b, one], 1
                if other >= 0 and reach[begin, 1] + case.via[b, other] < cost_other:
                    cost_other, from_other = reach[begin, 1] + case.via[b, other], 1
        cost_one += case.service[one]
        cost_other += case.service[other]
        held, at = case.demand[task], begin
        while held <= capacity:
            if at + 1 == count:
                ways = case.via if case.ends_empty[kind] else case.link
                if cost_one + ways[one, depot] < best:
                    best, best_origin = cost_one + ways[one, depot], 2 * begin + from_one
                if other >= 0 and cost_other + ways[other, depot] < best:
                    best, best_origin = cost_other + ways[other, depot], 2 * begin + from_other
                break
            if cost_one < reach[at + 1, 0]:
                reach[at + 1, 0], origin[at + 1, 0] = cost_one, 2 * begin + from_one
            if cost_other < reach[at + 1, 1]:
                reach[at + 1, 1], origin[at + 1, 1] = cost_other, 2 * begin + from_other
            at += 1
            task = case.task_of[seq[at]]
            first, second = case.modes[task, 0], case.modes[task, 1]
            into, from_into = cost_one + case.link[one, first], from_one
            if other >= 0 and cost_other + case.link[other, first] < into:
                into, from_into = cost_other + case.link[other, first], from_other
            across, from_across = np.inf, from_one
            if second >= 0:
                across = cost_one + case.link[one, second]
                if other >= 0 and cost_other + case.link[other, second] < across:
                    across, from_across = cost_other + case.link[other, second], from_other
            one, other, from_one, from_other = first, second, from_into, from_across
            cost_one, cost_other = into + case.service[one], across + case.service[other]
            held += case.demand[task]
    if not best < state.cost[row] - NOTHING:
        return
    for at in range(1, count):
        refill[at] = 0
    place = best_origin
    while place // 2 > 0:
        refill[place // 2] = 1
        place = origin[place // 2, place % 2]
    refresh(case, state, row)
    settle_modes(case, state, work, row)
