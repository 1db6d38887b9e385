"""Parts of the map that carts have to enter, for `qxgeo.watering.routing.bounds`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from qxgeo.watering.routing.model import ArcProblem, Floats, Ints

NEAR = 24  # places around one that may stand for a way over them, where there are many
MANY = 400  # places: above, only near ones are tried
GROWN = 300  # places: above, parts are not grown one by one
LARGEST = 40  # places of a part that is grown
NOTHING = 1e-6
SHORTFALL = 0.02  # carts that have to be missing for a part to be worth a cut
AT_ONCE = 200  # cuts added in a round


class Parts(NamedTuple):
    """The map as columns of the program: modes first, then empty ways between places."""

    place_count: int
    row_of: dict[int, int]  # place of the problem -> row here
    tail: Ints
    head: Ints
    cost: Floats
    is_dry: np.ndarray  # (p,) whether a place has neither depot nor facility
    is_inner: np.ndarray  # (p,) whether a place has no depot
    away: Floats  # (p,) from the nearest depot or facility
    out: Floats  # (p,) from the nearest depot
    home: Floats  # (p,) to the nearest depot, with the refill that has to come before
    limit: float  # largest cost of a route
    work: Floats  # (t,) least cost of service
    first: Ints  # (t, 2) from and to of the first mode of a task
    is_whole_task: np.ndarray  # (t,) whether all modes have the same two ends


class Cut(NamedTuple):
    """At least so much on these columns."""

    key: tuple[bytes, bool]
    columns: Ints
    least: float
    routes: int  # different ones that come here at least


def build_parts(problem: ArcProblem) -> Parts:
    """Give numbers to the places that matter, and keep the ways that no other two make up.

    Parameters
    ----------
    problem
        Tasks, ways and carts.

    Returns
    -------
    parts
        Columns with their ends.
    """
    depots = np.array([kind.depot for kind in problem.kinds])
    places = np.unique(
        np.concatenate([problem.mode_from, problem.mode_to, depots, problem.refills])
    )
    row_of = {int(place): row for row, place in enumerate(places)}
    travel = problem.travel[np.ix_(places, places)]
    tail, head = find_ways(travel)
    start, end = (
        np.searchsorted(places, problem.mode_from),
        np.searchsorted(places, problem.mode_to),
    )
    wet = np.unique(np.searchsorted(places, np.concatenate([depots, problem.refills])))
    is_dry = np.ones(len(places), dtype=np.bool_)
    is_dry[wet] = False
    first = np.zeros((problem.task_count, 2), dtype=np.int64)
    first[problem.mode_task] = np.column_stack([start, end])
    ends = np.sort(np.column_stack([start, end]), axis=1)
    same = (ends == np.sort(first, axis=1)[problem.mode_task]).all(axis=1)
    is_whole_task = np.ones(problem.task_count, dtype=np.bool_)
    is_whole_task[problem.mode_task[~same]] = False
    work = np.full(problem.task_count, np.inf)
    np.minimum.at(work, problem.mode_task, problem.mode_cost)
    return Parts(
        place_count=len(places),
        row_of=row_of,
        tail=np.concatenate([start, tail]),
        head=np.concatenate([end, head]),
        cost=np.concatenate([problem.mode_cost, travel[tail, head]]),
        is_dry=is_dry,
        is_inner=~np.isin(places, depots),
        away=travel[wet].min(axis=0),
        out=problem.travel[np.ix_(depots, places)].min(axis=0),
        home=_measure_home(problem, places),
        limit=max(kind.limit for kind in problem.kinds),
        work=work,
        first=first,
        is_whole_task=is_whole_task,
    )


def _measure_home(problem: ArcProblem, places: Ints) -> Floats:
    """Measure the least cost to a depot, over a facility where every kind has to."""
    home = np.full(len(places), np.inf)
    for kind in problem.kinds:
        way = problem.travel[places, kind.depot]
        if kind.must_refill_before_end:
            last = problem.refill_cost + problem.travel[problem.refills, kind.depot]
            way = (problem.travel[np.ix_(places, problem.refills)] + last).min(axis=1)
        home = np.minimum(home, way)
    return home


def find_ways(travel: Floats) -> tuple[Ints, Ints]:
    """Find the ways that are not as long as two others over a third place.

    Parameters
    ----------
    travel
        (p, p) shortest ways.

    Returns
    -------
    tail, head
        Ends of the ways that are left; every other is made up of them.
    """
    count = len(travel)
    tails, heads = [], []
    for place in range(count):
        way = travel[place]
        between = np.flatnonzero((way > 0) & np.isfinite(way))
        if count > MANY:
            between = between[np.argsort(way[between], kind="stable")[:NEAR]]
        is_kept = np.isfinite(way)
        is_kept[place] = False
        if between.size:
            out = np.where(travel[between] > 0, travel[between], np.inf)
            over = (way[between, None] + out).min(axis=0)
            is_kept &= ~((way > 0) & (over <= way * (1 + 1e-12)))
        kept = np.flatnonzero(is_kept)
        tails.append(np.full(len(kept), place))
        heads.append(kept)
    return np.concatenate(tails), np.concatenate(heads)


def list_first_parts(problem: ArcProblem, parts: Parts) -> list[Cut]:
    """List cuts for single places, and for what lies beyond every distance from the wet places.

    Parameters
    ----------
    problem
        Tasks and carts.
    parts
        The map.

    Returns
    -------
    cuts
        Those that ask for anything.
    """
    masks = []
    for place in np.flatnonzero(parts.is_dry):
        mask = np.zeros(parts.place_count, dtype=np.bool_)
        mask[place] = True
        masks.append(mask)
    for radius in np.unique(parts.away[parts.is_dry]):
        masks += _split(parts, parts.is_dry & (parts.away >= radius))
    if math.isfinite(parts.limit):
        round_trip = parts.out + parts.home
        for radius in np.unique(round_trip[parts.is_inner]):
            masks += _split(parts, parts.is_inner & (round_trip >= radius))
    return _make_cuts(problem, parts, masks, None, set())


def find_parts(
    problem: ArcProblem, parts: Parts, values: Floats, known: set[tuple[bytes, bool]]
) -> list[Cut]:
    """Find parts into which a relaxed solution sends too few carts.

    Parameters
    ----------
    problem
        Tasks and carts.
    parts
        The map.
    values
        The relaxed solution.
    known
        Keys of the cuts there are.

    Returns
    -------
    cuts
        The most violated ones, none if there is none that this search finds.
    """
    flow = values[: len(parts.tail)]
    is_used = flow > NOTHING
    shape = (parts.place_count, parts.place_count)
    graph = coo_array((flow[is_used], (parts.tail[is_used], parts.head[is_used])), shape).tocsr()
    limited = math.isfinite(parts.limit)
    allowed = [parts.is_dry, parts.is_inner] if limited else [parts.is_dry]
    masks = []
    for mask in allowed:
        masks += _split_by(graph, mask)
        if parts.place_count <= GROWN:
            both = np.asarray((graph + graph.T).todense())
            for place in np.flatnonzero(mask):
                masks += _grow(mask, both, int(place))
    return _make_cuts(problem, parts, masks, flow, known)


def _grow(allowed: np.ndarray, both: Floats, place: int) -> list[np.ndarray]:
    """Grow a part from a place, always by the neighbour with the most flow to it."""
    inside = np.zeros(len(allowed), dtype=np.bool_)
    inside[place] = True
    pull = both[place].copy()
    found: list[np.ndarray] = []
    while len(found) < LARGEST:
        pull[inside | ~allowed] = -1.0
        best = int(np.argmax(pull))
        if pull[best] <= NOTHING:
            break
        inside[best] = True
        pull += both[best]
        found.append(inside.copy())
    return found


def _split(parts: Parts, mask: np.ndarray) -> list[np.ndarray]:
    """Split a part where no way or mode joins it."""
    ones = np.ones(len(parts.tail))
    shape = (parts.place_count, parts.place_count)
    return _split_by(coo_array((ones, (parts.tail, parts.head)), shape).tocsr(), mask)


def _split_by(graph: coo_array, mask: np.ndarray) -> list[np.ndarray]:
    """Split the places of a mask into what hangs together in a graph."""
    chosen = np.flatnonzero(mask)
    if not chosen.size:
        return []
    count, label = connected_components(graph[chosen][:, chosen], directed=False)
    found = []
    for part in range(count):
        piece = np.zeros(len(mask), dtype=np.bool_)
        piece[chosen[label == part]] = True
        found.append(piece)
    return found


def _make_cuts(
    problem: ArcProblem,
    parts: Parts,
    masks: list[np.ndarray],
    flow: Floats | None,
    known: set[tuple[bytes, bool]],
) -> list[Cut]:
    """Write cuts for parts: enough carts enter, and an odd border is crossed once more."""
    capacity = max(kind.capacity for kind in problem.kinds)
    found: list[tuple[float, Cut]] = []
    seen = set(known)
    for mask in masks:
        enters = mask[parts.head] & ~mask[parts.tail]
        for is_parity in (False, True):
            key = (np.packbits(mask).tobytes(), is_parity)
            if key in seen:
                continue
            routes = 0
            if is_parity:
                least, chosen = _ask_parity(problem, parts, mask, enters)
            else:
                entries, routes = _count_carts(problem, parts, mask, capacity)
                least, chosen = float(entries), enters
            if least <= 0:
                continue
            columns = np.flatnonzero(chosen)
            short = least - (flow[columns].sum() if flow is not None else 0.0)
            if short > SHORTFALL:
                seen.add(key)
                found.append((-short, Cut(key, columns, least, routes)))
    found.sort(key=lambda pair: (pair[0], pair[1].key))
    kept = found if flow is None else found[:AT_ONCE]
    return [cut for _, cut in kept]


def _count_carts(
    problem: ArcProblem, parts: Parts, mask: np.ndarray, capacity: float
) -> tuple[int, int]:
    """Count how often a part has to be entered, and by how many different routes.

    Tanks: for what tasks in it and on its border ask for, if there is no refill inside. Limits: a
    route has only so much time inside as the way there and home leaves.
    """
    modes = problem.mode_count
    tail, head = mask[parts.tail[:modes]], mask[parts.head[:modes]]
    entries = routes = 0
    if parts.is_dry[mask].all():
        touches = np.ones(problem.task_count, dtype=np.bool_)
        touches[problem.mode_task[~(tail | head)]] = False
        entries = math.ceil(float(problem.demand[touches].sum()) / capacity - NOTHING)
        routes = entries if not problem.refills.size else min(1, entries)
    if math.isfinite(parts.limit):
        lies_in = np.ones(problem.task_count, dtype=np.bool_)
        lies_in[problem.mode_task[~(tail & head)]] = False
        left = parts.limit - parts.out[mask].min() - parts.home[mask].min()
        work = float(parts.work[lies_in].sum())
        if work > 0 and left > 0:
            by_limit = math.ceil(work / left * (1 - NOTHING))
            entries, routes = max(entries, by_limit), max(routes, by_limit)
    return entries, routes


def _ask_parity(
    problem: ArcProblem, parts: Parts, mask: np.ndarray, enters: np.ndarray
) -> tuple[float, np.ndarray]:
    """Ask for an empty way over a border that an odd number of tasks cross."""
    modes = problem.mode_count
    crosses = mask[parts.tail] != mask[parts.head]
    tasks = mask[parts.first[:, 0]] != mask[parts.first[:, 1]]
    if not parts.is_whole_task[np.unique(problem.mode_task[crosses[:modes]])].all():
        return 0.0, enters
    chosen = crosses.copy()
    chosen[:modes] = False
    return float(tasks.sum() % 2), chosen
