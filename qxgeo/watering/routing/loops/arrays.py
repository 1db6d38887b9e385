"""Arrays that the loops read (`Case`) and write (`State`), and what a search needs (`Work`).

A case counts modes and, after them, one more for the depot of each kind, which begins and ends
there and costs nothing; so a leg is a leg, wherever it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Case(NamedTuple):
    """A problem as the loops read it; n counts modes and depots."""

    modes: np.ndarray  # (t, 2) modes of a task, the second -1 if there is none
    task_of: np.ndarray  # (n,) -1 for depots
    service: np.ndarray  # (n,) cost of service
    demand: np.ndarray  # (t,)
    weight: np.ndarray  # (t,) how bad it is to leave a task
    link: np.ndarray  # (n, n) from the end of a mode to the begin of another
    back: np.ndarray  # the same, transposed: a row holds all ways into a mode
    via: np.ndarray  # (n, n) the same with a refill on the way; (0, 0) without facilities
    via_back: np.ndarray
    near: np.ndarray  # (t, k) tasks by distance, itself first
    far: np.ndarray  # (t,) from the nearest depot
    depot: np.ndarray  # (k,) row of the depot of a kind among n
    capacity: np.ndarray  # (k,)
    limit: np.ndarray  # (k,)
    fleet: np.ndarray  # (k,) how many routes there may be
    starts_empty: np.ndarray  # (k,) 1 if it refills before it starts
    ends_empty: np.ndarray  # (k,) 1 if it refills before it ends


class State(NamedTuple):
    """Routes, row by row; the first `numbers[ROUTES]` rows are in use."""

    seq: np.ndarray  # (rows, places) modes in order
    refill: np.ndarray  # (rows, places + 1) 1 if there is a refill before this place
    leg: np.ndarray  # (rows, places + 1) cost of the way to this place
    load: np.ndarray  # (rows, places) demand since the last refill, this place included
    trip: np.ndarray  # (rows, places) demand between refills around this place
    length: np.ndarray  # (rows,)
    kind: np.ndarray  # (rows,)
    cost: np.ndarray  # (rows,)
    route_of: np.ndarray  # (t,) -1 if unserved
    absent: np.ndarray  # (t,) unserved tasks, the first `numbers[ABSENT]`
    numbers: np.ndarray


class Work(NamedTuple):
    """What a search keeps between its iterations."""

    rng: np.ndarray  # (2,)
    stamp: np.ndarray  # (rows,) iteration in which a row was last touched
    ruined: np.ndarray  # (rows,) iteration in which a row was last ruined
    touched: np.ndarray  # (rows,) rows touched in this iteration
    is_near: np.ndarray  # (rows,) 1 for routes around the task at hand
    loose: np.ndarray  # (t,) tasks taken out
    counts: np.ndarray  # (2,) rows touched, tasks taken out
    key: np.ndarray  # (t,) by which they are sorted
    used: np.ndarray  # (k,) routes of each kind
    grudge: np.ndarray  # (t,) how often a task was left
    order: np.ndarray  # (places,) for `settle`
    parent: np.ndarray  # (places, 2)
    reach: np.ndarray  # (places + 1, 2)
    origin: np.ndarray  # (places + 1, 2)
    old_seq: np.ndarray  # rows before they were touched
    old_refill: np.ndarray
    old_length: np.ndarray
    old_kind: np.ndarray
    old_absent: np.ndarray


ROUTES, ABSENT = 0, 1  # of State.numbers
COST, WEIGHT, BEST_COST, BEST_WEIGHT, WARMTH, COOLING = range(6)  # of a search's numbers
NOW, IMPROVED = range(2)  # of its clock
