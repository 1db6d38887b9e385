"""Parts of a township that water or boundaries cut off, and who works in which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from qxgeo.patrol.territories.bounds import Bound, bound_largest_load, bound_parts
from qxgeo.patrol.territories.division import NOBODY, Task
from qxgeo.patrol.territories.graph import list_neighbours, nearest_pair, number_parts
from qxgeo.patrol.territories.locks import join_locks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_OF_ITS_OWN = (
    0.5  # of a fair load: a part with less gets nobody of its own (rounding to the nearest)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Township:
    """Cells and people of a township, both numbered from 0.

    Attributes
    ----------
    shapes
        Polygons in a plane in metres, shape (n,).
    first, second
        Cells that share an edge, shape (m,) each.
    load_min, area_m2, xy, capacity_min, base_xy, lock, before, seed
        As in `Task`.
    is_nobodys
        Cells that cannot have an owner, shape (n,).
    """

    shapes: NDArray[np.object_]
    first: Ints
    second: Ints
    load_min: Floats
    area_m2: Floats
    xy: Floats
    capacity_min: Floats
    base_xy: Floats
    lock: Ints
    before: Ints | None
    is_nobodys: NDArray[np.bool_]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A township as tasks that are solved one by one.

    Attributes
    ----------
    tasks
        A task for each part that has people of its own.
    cells, people
        Cells and people of each task, numbers of the township.
    held
        As `join_locks` gives it, for each task.
    bound
        Of the largest load of the township.
    gaps_m
        Metres of water or foreign ground that are bridged where a part has nobody of its own.
    left_out
        Locked cells that cannot be joined to their person's others: they get no owner.
    apart
        People whom these are locked to.
    """

    tasks: list[Task]
    cells: list[Ints]
    people: list[Ints]
    held: list[Ints]
    bound: Bound
    gaps_m: list[float]
    left_out: Ints
    apart: list[int]


def split_township(township: Township) -> Split:
    """Split a township into connected parts with people.

    A part with less than half a fair load, or one too many, is joined to the nearest part; so are
    parts that one person has locked cells in.

    Parameters
    ----------
    township
        At least one cell and one person.

    Returns
    -------
    split
        Tasks, bound and what had to be joined or left out.
    """
    left_out = township.is_nobodys.copy()
    apart: set[int] = set()
    while True:
        lock = np.where(left_out, NOBODY, township.lock)
        groups, links = _group(township, lock, left_out)
        near = list_neighbours(len(lock), *_with_links(township, links, left_out))
        held, torn = join_locks(near, lock, township.before)
        if not torn:
            break
        for person in torn:
            apart.add(person)
            left_out |= _lighter_groups(township, near, lock, person)
    loads = [township.load_min[cells] for cells in groups]
    locked = [np.unique(lock[cells][lock[cells] >= 0]) for cells in groups]
    least = [max(1, len(people)) for people in locked]
    bound, counts = bound_parts(loads, least, len(township.capacity_min))
    kept = ~left_out
    whole = bound_largest_load(township.load_min[kept], township.capacity_min, lock[kept])
    people = _send_people(township, groups, locked, counts)
    return Split(
        tasks=[
            _task(township, near, lock, cells, staff)
            for cells, staff in zip(groups, people, strict=True)
        ],
        cells=groups,
        people=people,
        held=[
            _renumber(held[cells], staff, len(township.capacity_min))
            for cells, staff in zip(groups, people, strict=True)
        ],
        bound=bound if bound.load_min > whole.load_min * (1 + 1e-9) else whole,
        gaps_m=[gap_m for _, _, gap_m in links],
        left_out=np.flatnonzero(left_out & ~township.is_nobodys),
        apart=sorted(apart),
    )


Link = tuple[int, int, float]  # two cells and the metres between them


def _with_links(township: Township, links: list[Link], left_out: NDArray[np.bool_]) -> list[Ints]:
    """Give the pairs of neighbours, joined parts included, cells that are left out apart."""
    kept = ~(left_out[township.first] | left_out[township.second])
    ends = np.array([link[:2] for link in links], dtype=np.int64).reshape(-1, 2)
    return [
        np.concatenate([pairs[kept], ends[:, side]])
        for side, pairs in enumerate((township.first, township.second))
    ]


def _group(
    township: Township, lock: Ints, left_out: NDArray[np.bool_]
) -> tuple[list[Ints], list[Link]]:
    """Join parts until each deserves people of its own; give their cells and the links."""
    part = number_parts(len(lock), *_with_links(township, [], left_out))
    rows = np.flatnonzero(~left_out)
    order = rows[np.argsort(part[rows], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(part[order])) + 1)
    links: list[Link] = []
    count = len(township.capacity_min)
    fair_min = float(township.load_min[rows].sum()) / count
    while len(groups) > 1:
        pair = _to_join(township, groups, lock, fair_min, count)
        if pair is None:
            break
        one, other = pair
        others = [number for number in range(len(groups)) if number != one]
        if other is None:
            theirs = np.concatenate([groups[number] for number in others])
        else:
            theirs = groups[other]
        weight = np.zeros(len(lock))
        for cells in groups:
            weight[cells] = township.load_min[cells].sum()
        link = nearest_pair(township.shapes, groups[one], theirs, rank=weight[theirs])
        links.append(link)
        other = next(n for n in others if (groups[n] == link[1]).any())
        groups[min(one, other)] = np.sort(np.concatenate([groups[one], groups[other]]))
        del groups[max(one, other)]
    return groups, links


def _to_join(
    township: Township, groups: list[Ints], lock: Ints, fair_min: float, count: int
) -> tuple[int, int | None] | None:
    """Choose a part to join, and with which (None: the nearest); None if all may stand alone."""
    where: dict[int, int] = {}
    staff = []
    for number, cells in enumerate(groups):
        people = np.unique(lock[cells][lock[cells] >= 0]).tolist()
        staff.append(len(people))
        for person in people:
            if where.setdefault(person, number) != number:
                return number, where[person]
    loads = [float(township.load_min[cells].sum()) for cells in groups]
    free = [number for number in range(len(groups)) if staff[number] == 0]
    if not free:
        return None
    lightest = min(free, key=lambda number: (loads[number], int(groups[number][0])))
    needed = sum(max(1, people) for people in staff)
    if loads[lightest] < _OF_ITS_OWN * fair_min or needed > count:
        return lightest, None
    return None


def _lighter_groups(
    township: Township, near: list[list[int]], lock: Ints, person: int
) -> NDArray[np.bool_]:
    """Mark the locked cells of a person beside the heaviest group that can be joined."""
    alone = np.where(lock == person, person, np.where(lock >= 0, person + 1, NOBODY))
    free = np.flatnonzero(alone != person + 1)
    is_free = np.zeros(len(lock), dtype=bool)
    is_free[free] = True
    pairs = [(a, b) for a in free.tolist() for b in near[a] if a < b and is_free[b]]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    reach = number_parts(len(lock), ends[:, 0], ends[:, 1])
    mine = np.flatnonzero(lock == person)
    if len(np.unique(reach[mine])) == 1:  # only the paths of others are in the way
        inner = [(a, b) for a, b in pairs if lock[a] == person and lock[b] == person]
        ends = np.array(inner, dtype=np.int64).reshape(-1, 2)
        reach = number_parts(len(lock), ends[:, 0], ends[:, 1])
    sums = np.bincount(reach[mine], weights=township.load_min[mine] + 1e-9)
    drop = np.zeros(len(lock), dtype=bool)
    drop[mine[reach[mine] != int(np.argmax(sums))]] = True
    return drop


def _send_people(
    township: Township, groups: list[Ints], locked: list[Ints], counts: list[int]
) -> list[Ints]:
    """Send people to parts: where their locks are, where they were, near their base."""
    staff = [people.tolist() for people in locked]
    tied = {person for people in staff for person in people}
    free = [person for person in range(len(township.capacity_min)) if person not in tied]
    slots = [
        number for number, count in enumerate(counts) for _ in range(count - len(staff[number]))
    ]
    if slots and len(groups) > 1:
        price = np.array([[_price(township, p, cells) for cells in groups] for p in free])
        chosen, slot = linear_sum_assignment(price[:, slots])
        for place, number in zip(chosen.tolist(), slot.tolist(), strict=True):
            staff[slots[number]].append(free[place])
    else:
        staff[0].extend(free[: len(slots)])
    people = [np.array(sorted(group), dtype=np.int64) for group in staff]
    return _trade(township, groups, people, tied)


def _price(township: Township, person: int, cells: Ints) -> float:
    """Kilometres from the base to a part, far less for who had cells there before."""
    price = 0.0
    if np.isfinite(township.base_xy[person]).all():
        away = np.hypot(*(township.xy[cells] - township.base_xy[person]).T)
        price += float(away.min()) / 1000
    if township.before is not None:
        mine = township.before == person
        if mine.any():
            price -= 1e3 * float(mine[cells].sum() / mine.sum())
    return price


def _trade(
    township: Township, groups: list[Ints], people: list[Ints], tied: set[int]
) -> list[Ints]:
    """Exchange people between parts while one lacks capacity that another has to spare."""
    capacity = township.capacity_min
    loads = [float(township.load_min[cells].sum()) for cells in groups]
    for _ in range(len(capacity)):
        room = [float(capacity[p].sum()) - load for p, load in zip(people, loads, strict=True)]
        short = int(np.argmin(room))
        if room[short] >= 0:
            break
        trades = [
            (gain, number, int(mine), int(theirs))
            for number, staff in enumerate(people)
            if number != short
            for mine in people[short]
            for theirs in staff
            if mine not in tied
            and theirs not in tied
            and 0 < (gain := float(capacity[theirs] - capacity[mine])) <= room[number]
        ]
        if not trades:
            break
        enough = [trade for trade in trades if trade[0] >= -room[short]]
        _, number, mine, theirs = min(enough) if enough else max(trades)
        people[short] = np.sort(np.append(people[short][people[short] != mine], theirs))
        people[number] = np.sort(np.append(people[number][people[number] != theirs], mine))
    return people


def _task(township: Township, near: list[list[int]], lock: Ints, cells: Ints, people: Ints) -> Task:
    """Cut a task out of a township."""
    place = np.full(len(lock), -1, dtype=np.int64)
    place[cells] = np.arange(len(cells))
    count = len(township.capacity_min)
    before = township.before
    return Task(
        load_min=township.load_min[cells],
        area_m2=township.area_m2[cells],
        xy=township.xy[cells],
        neighbours=[place[near[cell]].tolist() for cell in cells.tolist()],
        capacity_min=township.capacity_min[people],
        base_xy=township.base_xy[people],
        lock=_renumber(lock[cells], people, count),
        before=None if before is None else _renumber(before[cells], people, count),
        seed=township.seed,
    )


def _renumber(person: Ints, people: Ints, count: int) -> Ints:
    """Renumber people of the township by their place in the task; others are `NOBODY`."""
    place = np.full(count + 1, NOBODY, dtype=np.int64)
    place[people] = np.arange(len(people))
    return np.asarray(place[person])
