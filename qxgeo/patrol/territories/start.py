"""A first division: halve the people and the load again and again, along the shortest cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.patrol.territories.division import NOBODY, Task, fair_loads
from qxgeo.patrol.territories.graph import number_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_DIRECTIONS = 8  # of a cut that are compared


def bisect(task: Task, *, turn: float = 0.0) -> Ints:
    """Divide the cells by cuts across the map.

    People with locked cells or a base go to the side where these lie. Both sides of a cut hang
    together.

    Parameters
    ----------
    task
        The part and its people.
    turn
        Turns the cuts by this share of the angle between two of them: another first division.

    Returns
    -------
    owner
        Person of each cell; somebody may be left without a cell where loads are very uneven.
    """
    owner = np.full(len(task.load_min), NOBODY, dtype=np.int64)
    fair = fair_loads(float(task.load_min.sum()), task.capacity_min)
    home = _homes(task)
    first, second = _edges(task.neighbours)
    everybody = np.arange(task.person_count)
    stack = [(np.arange(len(owner)), everybody, first, second)]
    while stack:
        cells, people, first, second = stack.pop()
        if len(people) == 1:
            owner[cells] = people[0]
            continue
        if len(cells) <= len(people):
            owner[cells] = people[: len(cells)]
            continue
        low, low_people = _cut(task, cells, people, (first, second), (fair, home, turn))
        for is_side, group in ((low, low_people), (~low, np.setdiff1d(people, low_people))):
            inside = is_side[first] & is_side[second]
            place = np.cumsum(is_side) - 1
            stack.append((cells[is_side], group, place[first[inside]], place[second[inside]]))
    return owner


def _homes(task: Task) -> Floats:
    """Give where each person should be: amid the locked cells, else at the base, else NaN."""
    home = np.array(task.base_xy, dtype=float)
    for person in np.unique(task.lock[task.lock >= 0]).tolist():
        home[person] = task.xy[task.lock == person].mean(axis=0)
    return home


def _edges(neighbours: list[list[int]]) -> tuple[Ints, Ints]:
    """Give each pair of neighbours once."""
    counts = [len(near) for near in neighbours]
    first = np.repeat(np.arange(len(neighbours)), counts)
    second = np.array([other for near in neighbours for other in near], dtype=np.int64)
    return first[first < second], second[first < second]


def _cut(
    task: Task,
    cells: Ints,
    people: Ints,
    edges: tuple[Ints, Ints],
    wishes: tuple[Floats, Floats, float],
) -> tuple[Bools, Ints]:
    """Cut cells in two where fewest neighbours part; give the one side and its people."""
    load = task.load_min[cells]
    # Zero load everywhere is shared by area.
    weight = load if load.sum() > 0 else task.area_m2[cells]
    fair, home, turn = wishes
    cuts: list[tuple[int, Bools, Ints]] = []
    for angle in np.pi * (np.arange(_DIRECTIONS) + turn) / _DIRECTIONS:
        way = np.array([np.cos(angle), np.sin(angle)])
        along = task.xy[cells] @ way
        order = np.lexsort((np.arange(len(cells)), np.round(along, 3)))
        reach = np.cumsum(weight[order])
        low_people = _low_people(people, home[people] @ way, along[order], reach)
        wanted = fair[people].sum()
        share = fair[low_people].sum() / wanted if wanted > 0 else len(low_people) / len(people)
        count = int(np.searchsorted(reach - weight[order] / 2, share * reach[-1]))
        count = min(max(count, len(low_people)), len(cells) - (len(people) - len(low_people)))
        is_low = np.zeros(len(cells), dtype=bool)
        is_low[order[:count]] = True
        severed = int((is_low[edges[0]] != is_low[edges[1]]).sum())
        cuts.append((severed, is_low, low_people))
    _, is_low, low_people = min(cuts, key=lambda cut: cut[0])
    return _mend(is_low, edges, weight), low_people


def _low_people(people: Ints, home: Floats, along: Floats, reach: Floats) -> Ints:
    """Choose the half of the people whose home lies lowest; who has none fills up."""
    half = len(people) // 2
    middle = along[np.searchsorted(reach, reach[-1] / 2)]
    rank = np.select([np.isnan(home), home <= middle], [1, 0], 2)
    return np.sort(people[np.lexsort((people, home, rank))[:half]])


def _mend(is_low: Bools, edges: tuple[Ints, Ints], weight: Floats) -> Bools:
    """Make both sides hang together: each keeps its heaviest part."""
    is_low = _heaviest_part(is_low, edges, weight)
    return ~_heaviest_part(~is_low, edges, weight)


def _heaviest_part(is_in: Bools, edges: tuple[Ints, Ints], weight: Floats) -> Bools:
    """Keep the heaviest part of a side."""
    first, second = edges
    inside = is_in[first] & is_in[second]
    part = number_parts(len(is_in), first[inside], second[inside])
    sums = np.bincount(part[is_in], weights=weight[is_in] + weight.sum() * 1e-9)
    return np.asarray(is_in & (part == int(np.argmax(sums))))
