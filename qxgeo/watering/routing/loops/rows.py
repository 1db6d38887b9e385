"""A route as a row: costs and loads put right, kept before a change, brought back after it."""

from __future__ import annotations

from qxgeo.watering.routing.loops.arrays import ABSENT, ROUTES
from qxgeo.watering.routing.loops.jit import compiled


@compiled
def refresh(case, state, row):
    """Put legs, loads and cost of a row right, after its modes and refills."""
    seq, refill, leg = state.seq[row], state.refill[row], state.leg[row]
    load, trip = state.load[row], state.trip[row]
    count, kind = state.length[row], state.kind[row]
    depot = case.depot[kind]
    refill[0], refill[count] = case.starts_empty[kind], case.ends_empty[kind]
    before, total, held, begin = depot, 0.0, 0.0, 0
    for at in range(count + 1):
        mode = seq[at] if at < count else depot
        leg[at] = case.via[before, mode] if refill[at] else case.link[before, mode]
        total += leg[at] + case.service[mode]
        if at == count or (refill[at] and at > 0):
            for place in range(begin, at):
                trip[place] = held
            begin, held = at, 0.0
        if at < count:
            task = case.task_of[mode]
            held += case.demand[task]
            load[at] = held
            state.route_of[task] = row
        before = mode
    state.cost[row] = total if count else 0.0


@compiled
def drop_refills(case, state, row):
    """Leave out refills between trips that fit into one tank."""
    seq, refill = state.seq[row], state.refill[row]
    capacity, count = case.capacity[state.kind[row]], state.length[row]
    held, last = 0.0, -1  # demand before the last refill, and after it
    after = 0.0
    for at in range(count):
        if at > 0 and refill[at]:
            if last > 0 and held + after <= capacity:
                refill[last] = 0
                held += after
            else:
                held = after
            last, after = at, 0.0
        after += case.demand[case.task_of[seq[at]]]
    if last > 0 and held + after <= capacity:
        refill[last] = 0


@compiled
def touch(state, work, row, now, counts):
    """Keep a row as it is before its first change in this iteration."""
    if work.stamp[row] == now:
        return
    work.stamp[row] = now
    work.touched[counts[0]] = row
    counts[0] += 1
    count = state.length[row]
    work.old_length[row], work.old_kind[row] = count, state.kind[row]
    for at in range(count):
        work.old_seq[row, at] = state.seq[row, at]
        work.old_refill[row, at] = state.refill[row, at]


@compiled
def bring_back(case, state, work, counts, routes, absent):
    """Undo an iteration: rows as they were touched, and the unserved as they were."""
    for task in state.absent[: state.numbers[ABSENT]]:
        state.route_of[task] = -1
    for row in work.touched[: counts[0]]:
        count = work.old_length[row]
        state.length[row], state.kind[row] = count, work.old_kind[row]
        if row >= routes:
            state.length[row] = 0
            continue
        for at in range(count):
            state.seq[row, at] = work.old_seq[row, at]
            state.refill[row, at] = work.old_refill[row, at]
        refresh(case, state, row)
    for at in range(absent):
        task = work.old_absent[at]
        state.absent[at] = task
        state.route_of[task] = -1
    state.numbers[ROUTES], state.numbers[ABSENT] = routes, absent


@compiled
def close_gaps(case, state):
    """Fill rows without a task with the last rows."""
    row = 0
    while row < state.numbers[ROUTES]:
        last = state.numbers[ROUTES] - 1
        if state.length[row] > 0:
            row += 1
            continue
        if row < last:
            count = state.length[last]
            state.length[row], state.kind[row] = count, state.kind[last]
            for at in range(count):
                state.seq[row, at] = state.seq[last, at]
                state.refill[row, at] = state.refill[last, at]
            if count:
                refresh(case, state, row)
            state.length[last] = 0
        state.numbers[ROUTES] = last


@compiled
def copy_state(source, target):
    """Copy modes, refills and the unserved; legs and loads are left to `refresh`."""
    for row in range(source.numbers[ROUTES]):
        count = source.length[row]
        target.length[row], target.kind[row] = count, source.kind[row]
        target.cost[row] = source.cost[row]
        for at in range(count):
            target.seq[row, at] = source.seq[row, at]
            target.refill[row, at] = source.refill[row, at]
        target.refill[row, count] = source.refill[row, count]
    for at in range(source.numbers[ABSENT]):
        target.absent[at] = source.absent[at]
    target.numbers[ROUTES] = source.numbers[ROUTES]
    target.numbers[ABSENT] = source.numbers[ABSENT]


@compiled
def sum_cost(state):
    """Add the costs of all rows in use."""
    total = 0.0
    for row in range(state.numbers[ROUTES]):
        if state.length[row] > 0:
            total += state.cost[row]
    return total
