"""Strings of neighbouring tasks are taken out of routes near each other (Christiaens 2020)."""

from __future__ import annotations

from qxgeo.watering.routing.loops.arrays import ABSENT, ROUTES
from qxgeo.watering.routing.loops.chance import draw, draw_below
from qxgeo.watering.routing.loops.jit import compiled
from qxgeo.watering.routing.loops.rows import drop_refills, refresh, touch

REMOVED = 10  # tasks taken out, on average
LONGEST = 10  # tasks of a string
SPLIT = 0.5  # share of strings that leave tasks in their middle
PASSED_BY = 0.25  # share of routes that are left alone though they are the next ones
LONGER = 0.01  # chance that one more is left


@compiled
def ruin(case, state, work, now, counts):
    """Take strings out of the routes around a task; `counts` ends with the number taken out."""
    tasks = len(case.demand)
    routes = state.numbers[ROUTES]
    if routes == 0:
        return
    average = (tasks - state.numbers[ABSENT]) / routes
    longest = min(LONGEST, average)
    most = 4 * REMOVED / (1 + longest) - 1
    wanted, done = draw_below(work.rng, most) + 1, 0
    around = case.near[draw_below(work.rng, tasks)]
    for task in around:
        row = state.route_of[task]
        if row < 0 or work.ruined[row] == now:
            continue
        if done > 0 and draw(work.rng) < PASSED_BY:
            continue
        work.ruined[row] = now
        touch(state, work, row, now, counts)
        _take_string(case, state, work, row, task, longest, counts)
        done += 1
        if done == wanted:
            break


@compiled
def _take_string(case, state, work, row, task, longest, counts):
    """Take a string with `task` out of a row, leaving some in its middle now and then."""
    length = state.length[row]
    size = draw_below(work.rng, min(length, longest)) + 1
    left = 0
    if 1 < size < length and draw(work.rng) < SPLIT:
        left = 1
        while size + left < length and draw(work.rng) < LONGER:
            left += 1
    at = 0
    while case.task_of[state.seq[row, at]] != task:
        at += 1
    window = size + left
    low, high = max(0, at - window + 1), min(at, length - window)
    begin = low + draw_below(work.rng, high - low + 1)
    keep = begin + 1 + draw_below(work.rng, size - 1) if left else begin
    _take_out(case, state, work, row, begin, begin + window, keep, keep + left, counts)


@compiled
def _take_out(case, state, work, row, begin, end, keep, stop, counts):
    """Take places from `begin` to `end` out of a row, but those from `keep` to `stop`."""
    seq, refill = state.seq[row], state.refill[row]
    place, length, is_due = begin, state.length[row], 0
    for at in range(begin, length):
        is_due |= refill[at]
        if at >= end or keep <= at < stop:
            seq[place], refill[place] = seq[at], is_due
            place, is_due = place + 1, 0
        else:
            task = case.task_of[seq[at]]
            state.route_of[task] = -1
            work.loose[counts[1]] = task
            counts[1] += 1
    state.length[row] = place
    if place:
        if len(case.via):
            drop_refills(case, state, row)
        refresh(case, state, row)
