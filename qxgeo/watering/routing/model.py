"""What arc routing takes and gives: an `ArcProblem`, an `ArcSolution`, a `Bound`.

A task is a stretch to be served once, in one of its modes. A mode begins at one place and ends at
another; places are rows and columns of the travel matrix and nothing else. Costs are seconds, or
whatever unit the instance has; demands are litres, or whatever the capacities are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from qxgeo.errors import Fault, SchemaError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
UNLIMITED = -1
MODES_PER_TASK = 2  # there and back


@dataclass(frozen=True, slots=True, kw_only=True)
class CartKind:
    """Carts that are alike.

    Attributes
    ----------
    capacity
        What a full tank serves, litres.
    depot
        Place where a route starts and ends.
    count
        How many routes of this kind there may be; -1 for as many as needed.
    limit
        Largest cost of a route, refills included.
    must_refill_before_end
        Whether a facility has to be visited between the last task and the depot, as with waste.
    must_refill_before_start
        Whether a facility has to be visited between the depot and the first task, because the
        tank is empty in the depot.
    """

    capacity: float
    depot: int
    count: int = UNLIMITED
    limit: float = math.inf
    must_refill_before_end: bool = False
    must_refill_before_start: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ArcProblem:
    """Tasks on directed modes, the ways between them, and the carts.

    Attributes
    ----------
    mode_task
        (m,) task of each mode. A task has one mode (one-way, or this carriageway) or two (either
        direction will do).
    mode_from, mode_to
        (m,) places where service in this mode starts and ends.
    mode_cost
        (m,) cost of service.
    demand
        (t,) of each task.
    travel
        (p, p) cost of driving empty from place to place, with everything inside; inf where there
        is no way. Ways are shortest: no detour over a third place is cheaper.
    refills
        (r,) places of facilities; may be empty.
    refill_cost
        (r,) cost of a refill at each.
    kinds
        The carts, at least one kind.

    Raises
    ------
    SchemaError
        If the arrays do not fit together; all faults in one message.
    """

    mode_task: Ints
    mode_from: Ints
    mode_to: Ints
    mode_cost: Floats
    demand: Floats
    travel: Floats
    refills: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    refill_cost: Floats = field(default_factory=lambda: np.empty(0))
    kinds: tuple[CartKind, ...]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together.

        Raises
        ------
        SchemaError
            All faults in one message.
        """
        for name in ("mode_task", "mode_from", "mode_to", "refills"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), np.int64))
        for name in ("mode_cost", "demand", "travel", "refill_cost"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), np.float64))
        faults = tuple(_find_faults(self))
        if faults:
            raise SchemaError(faults)

    @property
    def task_count(self) -> int:
        """Number of tasks."""
        return len(self.demand)

    @property
    def mode_count(self) -> int:
        """Number of modes."""
        return len(self.mode_task)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route of one cart, from its depot and back.

    Attributes
    ----------
    kind
        Row of `ArcProblem.kinds`.
    stops
        Modes that are served (0 and up), and refills: ``-1 - i`` is facility i.
    """

    kind: int
    stops: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A moment at which a better solution was found.

    Attributes
    ----------
    iteration
        After how many iterations; 0 is the start.
    unserved
        Number of tasks without a route.
    routes
        Number of routes.
    cost
        Cost of all routes.
    """

    iteration: int
    unserved: int
    routes: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcSolution:
    """Routes, and what they leave over.

    Attributes
    ----------
    routes
        None of them is empty; sorted by kind and then by stops.
    cost
        Of all routes: service, travel and refills.
    unserved
        Tasks in no route, ascending: nothing can serve them, or the carts are too few.
    trace
        Improvements, the last one being this solution.
    iterations
        How many were done.
    is_braked
        Whether the clock stopped the search before its iterations were done; then another run may
        give other routes.
    """

    routes: tuple[Route, ...]
    cost: float
    unserved: tuple[int, ...]
    trace: tuple[Step, ...]
    iterations: int
    is_braked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What no solution that serves every task can undercut.

    Attributes
    ----------
    cost
        Of all routes.
    routes
        Number of routes.
    how
        Which argument proves it.
    """

    cost: float
    routes: int
    how: Text


def _find_faults(problem: ArcProblem) -> Iterator[Fault]:
    """Yield everything that does not fit together; shapes first, then values."""
    shape_faults = tuple(_find_shape_faults(problem))
    yield from shape_faults
    if not shape_faults:
        yield from _find_mode_faults(problem)
        yield from _find_number_faults(problem)
        for row, kind in enumerate(problem.kinds):
            yield from _find_kind_faults(problem, kind, row)


def _find_shape_faults(problem: ArcProblem) -> Iterator[Fault]:
    """Yield arrays of the wrong shape."""
    modes, refills = problem.mode_task.shape, problem.refills.shape
    shapes = {
        "mode_from": (problem.mode_from.shape, modes),
        "mode_to": (problem.mode_to.shape, modes),
        "mode_cost": (problem.mode_cost.shape, modes),
        "refill_cost": (problem.refill_cost.shape, refills),
        "travel": (problem.travel.shape, problem.travel.shape[:1] * 2),
    }
    for name, (found, wanted) in shapes.items():
        if found != wanted:
            yield _fault(name, f"形状为 {found}，应为 {wanted}", f"has shape {found}, not {wanted}")
    for name in ("mode_task", "demand", "refills"):
        if getattr(problem, name).ndim != 1:
            yield _fault(name, "不是一维数组", "is not one-dimensional")
    if not problem.kinds:
        yield _fault("kinds", "没有任何车辆", "there is no cart")


def _find_mode_faults(problem: ArcProblem) -> Iterator[Fault]:
    """Yield modes and facilities that name what is not there."""
    places, tasks = len(problem.travel), problem.task_count
    named = (("mode_task", tasks), ("mode_from", places), ("mode_to", places), ("refills", places))
    for name, count in named:
        values = getattr(problem, name)
        outside = np.flatnonzero((values < 0) | (values >= count))
        if outside.size:
            at, value = int(outside[0]), int(values[outside[0]])
            yield _fault(
                name,
                f"第 {at} 项为 {value}，应在 0 与 {count - 1} 之间",
                f"entry {at} is {value}, not from 0 to {count - 1}",
            )
            if name == "mode_task":
                return
    modes = np.bincount(problem.mode_task, minlength=tasks)
    wrong = np.flatnonzero((modes < 1) | (modes > MODES_PER_TASK))
    if wrong.size:
        task, count = int(wrong[0]), int(modes[wrong[0]])
        yield _fault(
            "mode_task",
            f"任务 {task} 有 {count} 个方向，应为 1 或 2 个",
            f"task {task} has {count} modes, not 1 or 2",
        )


def _find_number_faults(problem: ArcProblem) -> Iterator[Fault]:
    """Yield costs and demands that are no numbers, or negative."""
    for name in ("mode_cost", "demand", "refill_cost"):
        values = getattr(problem, name)
        wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if wrong.size:
            at, value = int(wrong[0]), float(values[wrong[0]])
            yield _fault(
                name,
                f"第 {at} 项为 {value}，应为不小于 0 的数",
                f"entry {at} is {value}, not a number from 0 up",
            )
    if not (problem.travel >= 0).all():  # NaN fails too; inf is no way
        yield _fault("travel", "含负数或空值", "holds negative numbers or NaN")
    elif (np.diagonal(problem.travel) != 0).any():
        yield _fault(
            "travel", "同一地点之间的费用不为 0", "the way from a place to itself is not 0"
        )


def _find_kind_faults(problem: ArcProblem, kind: CartKind, row: int) -> Iterator[Fault]:
    """Yield what is wrong with one kind of cart."""
    places = len(problem.travel)
    if not (math.isfinite(kind.capacity) and kind.capacity > 0):
        yield _kind_fault(row, f"容量为 {kind.capacity}", f"capacity is {kind.capacity}")
    if not 0 <= kind.depot < places:
        yield _kind_fault(row, f"没有地点 {kind.depot}", f"there is no place {kind.depot}")
    if not kind.limit > 0:
        yield _kind_fault(row, f"上限为 {kind.limit}", f"limit is {kind.limit}")
    if kind.count < UNLIMITED:
        yield _kind_fault(row, f"数量为 {kind.count}", f"count is {kind.count}")
    if (kind.must_refill_before_end or kind.must_refill_before_start) and not problem.refills.size:
        yield _kind_fault(row, "须加水，但没有加水点", "has to refill, and there is no facility")


def _fault(name: str, zh: str, en: str) -> Fault:
    """Say what is wrong with an array."""
    return Fault(problem=Text(zh, en), mend=Text("", ""), file="ArcProblem", column=name)


def _kind_fault(row: int, zh: str, en: str) -> Fault:
    """Say what is wrong with a kind of cart."""
    return _fault("kinds", f"第 {row} 种车辆：{zh}", f"kind {row}: {en}")
