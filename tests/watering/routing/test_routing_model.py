"""A problem that does not fit together is refused, and all of it is said at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from qxgeo.errors import SchemaError
from qxgeo.watering.routing import ArcProblem, CartKind

KIND = CartKind(capacity=5.0, depot=0)
NO_SITES = np.array([], dtype=int)


def build(**changes: Any) -> ArcProblem:  # noqa: ANN401 - anything may be wrong
    arrays = {
        "mode_task": np.array([0, 0, 1]),
        "mode_from": np.array([0, 1, 1]),
        "mode_to": np.array([1, 0, 2]),
        "mode_cost": np.array([3.0, 3.0, 4.0]),
        "demand": np.array([1.0, 2.0]),
        "travel": np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, math.inf, 0.0]]),
        "kinds": (KIND,),
    }
    return ArcProblem(**{**arrays, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mode_from": np.array([0, 1])}, r"mode_from.*has shape \(2,\), not \(3,\)"),
        ({"travel": np.zeros((3, 2))}, r"travel.*has shape \(3, 2\)"),
        ({"demand": np.zeros((2, 1))}, r"demand.*is not one-dimensional"),
        ({"kinds": ()}, r"kinds.*there is no cart"),
        ({"mode_task": np.array([0, 0, 2])}, r"mode_task.*entry 2 is 2, not from 0 to 1"),
        ({"mode_task": np.array([0, 0, 0])}, r"task 0 has 3 modes, not 1 or 2"),
        ({"mode_to": np.array([1, 0, 3])}, r"mode_to.*entry 2 is 3, not from 0 to 2"),
        ({"mode_cost": np.array([3.0, -3.0, 4.0])}, r"mode_cost.*entry 1 is -3.0"),
        ({"demand": np.array([1.0, math.nan])}, r"demand.*entry 1 is nan"),
        ({"travel": np.full((3, 3), -1.0)}, r"travel.*negative numbers"),
        ({"travel": np.ones((3, 3))}, r"travel.*from a place to itself is not 0"),
        ({"refills": np.array([7]), "refill_cost": np.array([1.0])}, r"refills.*entry 0 is 7"),
        ({"kinds": (CartKind(capacity=0.0, depot=0),)}, r"kind 0: capacity is 0.0"),
        ({"kinds": (KIND, CartKind(capacity=1.0, depot=9))}, r"kind 1: there is no place 9"),
        ({"kinds": (CartKind(capacity=1.0, depot=0, limit=0.0),)}, r"kind 0: limit is 0.0"),
        ({"kinds": (CartKind(capacity=1.0, depot=0, count=-2),)}, r"kind 0: count is -2"),
        (
            {"kinds": (CartKind(capacity=1.0, depot=0, must_refill_before_end=True),)},
            r"kind 0: has to refill, and there is no facility",
        ),
    ],
)
def test_each_fault_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        build(**changes)


def test_faults_come_together() -> None:
    with pytest.raises(SchemaError) as caught:
        build(demand=np.array([1.0, -2.0]), mode_cost=np.array([3.0, 3.0, math.inf]))
    assert [fault.column for fault in caught.value.faults] == ["mode_cost", "demand"]
    assert all(fault.problem.zh and fault.problem.en for fault in caught.value.faults)


def test_whole_numbers_become_the_types_the_loops_need() -> None:
    problem = build(demand=[1, 2], mode_cost=[3, 3, 4])
    assert problem.demand.dtype == np.float64
    assert (problem.task_count, problem.mode_count) == (2, 3)
