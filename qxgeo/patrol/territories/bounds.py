"""Below which load no division can get its most burdened person, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.patrol.territories.division import fair_loads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_UNIT_MIN = 1e-6  # loads are compared as whole multiples of it
_WHOLE = 2**53  # larger floats are not exact whole numbers
_SLACK = 1e-12  # of the total: what summing in another order may change


@dataclass(frozen=True, slots=True)
class Bound:
    """A proved lower bound of the largest load.

    Attributes
    ----------
    load_min
        Minutes.
    reason
        The argument, for people.
    """

    load_min: float
    reason: Text


def bound_largest_load(load_min: Floats, capacity_min: Floats, lock: Ints) -> Bound:
    """Bound the largest load of any division of whole cells, connected or not.

    Parameters
    ----------
    load_min
        Of each cell, shape (n,).
    capacity_min
        Of each person, infinite where there is no limit, shape (k,), at least one person.
    lock
        Person whom a cell is locked to, below 0 for none, shape (n,).

    Returns
    -------
    bound
        The largest of the bounds below; of equal ones the simplest argument.
    """
    arguments: list[Callable[[], Bound]] = [
        lambda: _by_total(load_min, capacity_min),
        lambda: _by_largest_cell(load_min),
        lambda: _by_locks(load_min, lock),
        lambda: _by_pigeonhole(load_min, len(capacity_min)),
        lambda: _by_unit(load_min, capacity_min),
    ]
    best = arguments[0]()
    for argument in arguments[1:]:
        bound = argument()
        if bound.load_min > best.load_min * (1 + 1e-9) + _UNIT_MIN * 1e-3:
            best = bound
    return best


def _by_total(load_min: Floats, capacity_min: Floats) -> Bound:
    """Even the fairest share of the total leaves somebody so much."""
    total, count = float(load_min.sum()), len(capacity_min)
    fair = float(fair_loads(total, capacity_min).max()) * (1 - _SLACK)
    if fair * count <= total * (1 + 1e-9) and bool((capacity_min >= fair).all()):
        return Bound(
            fair,
            Text(
                f"总量均分：{total:.1f} 分钟÷{count} 人", f"total / people: {total:.1f} / {count}"
            ),
        )
    return Bound(
        fair,
        Text(
            "总量均分，已扣除达到能力上限的人员",
            "total shared evenly, people at their capacity set aside",
        ),
    )


def _by_largest_cell(load_min: Floats) -> Bound:
    """Somebody has the largest cell."""
    largest = float(load_min.max(initial=0.0))
    return Bound(
        largest,
        Text(f"最大单个网格 {largest:.1f} 分钟", f"the largest cell has {largest:.1f} min"),
    )


def _by_locks(load_min: Floats, lock: Ints) -> Bound:
    """Locked cells stay together."""
    locked = lock >= 0
    sums = np.bincount(lock[locked], weights=load_min[locked], minlength=1)
    largest = float(sums.max()) * (1 - _SLACK)
    return Bound(
        largest,
        Text(
            f"锁定给同一人的网格合计 {largest:.1f} 分钟",
            f"cells locked to one person add up to {largest:.1f} min",
        ),
    )


def _by_pigeonhole(load_min: Floats, count: int) -> Bound:
    """Of the j k + 1 largest cells somebody has j + 1, at best the smallest of them."""
    falling = np.sort(load_min)[::-1]
    reach = np.concatenate([[0.0], np.cumsum(falling)])
    last = np.arange(count, len(falling), count)  # place of the (j k + 1)-th, from 0
    each = last // count + 1
    sums = reach[last + 1] - reach[last + 1 - each]
    if len(sums) == 0:
        return Bound(0.0, Text("", ""))
    best = int(np.argmax(sums))
    among, together = int(last[best]) + 1, int(each[best])
    return Bound(
        float(sums[best]) * (1 - _SLACK),
        Text(
            f"最大的 {among} 个网格由 {count} 人分担，必有一人至少 {together} 个",
            f"of the {among} largest cells one of {count} people has at least {together}",
        ),
    )


def _by_unit(load_min: Floats, capacity_min: Floats) -> Bound:
    """Round up: loads that are multiples of a unit add up to multiples of it."""
    whole = np.rint(load_min / _UNIT_MIN)
    rest = np.abs(whole * _UNIT_MIN - load_min)
    if whole.max(initial=0.0) >= _WHOLE or rest.max(initial=0.0) > _UNIT_MIN * 1e-3:
        return Bound(0.0, Text("", ""))
    unit = int(np.gcd.reduce(whole.astype(np.int64), initial=0))
    if unit <= 1:
        return Bound(0.0, Text("", ""))
    fair = float(fair_loads(float(whole.sum()), capacity_min / _UNIT_MIN).max())
    load = np.ceil(fair / unit - 1e-9) * unit * _UNIT_MIN
    return Bound(
        float(load) * (1 - _SLACK),
        Text(
            f"总量均分并进到 {unit * _UNIT_MIN:g} 分钟的整数倍（网格工作量都是它的倍数）",
            f"total / people, up to a multiple of {unit * _UNIT_MIN:g} min, as every cell is",
        ),
    )


def bound_parts(
    parts: Sequence[Floats], least_people: Sequence[int], count: int
) -> tuple[Bound, list[int]]:
    """Share people out to parts that nobody may work in two of, and bound the largest load.

    The bound of a part falls with its people, so that giving each next person to the part with the
    largest bound is best.

    Parameters
    ----------
    parts
        Loads of the cells of each part.
    least_people
        People that a part has in any case, at least one each.
    count
        People to share out, at least the sum of those.

    Returns
    -------
    bound, people
        The bound and the people of each part; people beyond the number of cells of a part are not
        shared out.
    """
    people = list(least_people)
    bounds = [_free_bound(load, least) for load, least in zip(parts, people, strict=True)]
    for _ in range(count - sum(people)):
        open_parts = [n for n, load in enumerate(parts) if people[n] < len(load)]
        if not open_parts:
            break
        fullest = max(open_parts, key=lambda n: (bounds[n], float(parts[n].sum()) / people[n], -n))
        people[fullest] += 1
        bounds[fullest] = _free_bound(parts[fullest], people[fullest])
    worst = int(np.argmax(bounds))
    return Bound(
        bounds[worst],
        Text(
            f"辖区被水域或界线分成 {len(parts)} 片，人员只能整数分配到片",
            f"the township is in {len(parts)} parts and people are shared out to them whole",
        ),
    ), people


def _free_bound(load_min: Floats, count: int) -> float:
    """Bound of a part for so many people, whoever they are."""
    nobody = np.full(len(load_min), -1, dtype=np.int64)
    return bound_largest_load(load_min, np.full(count, np.inf), nobody).load_min
