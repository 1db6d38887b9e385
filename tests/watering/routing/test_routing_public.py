"""Public instances: bounds below the best known values, and routes with facilities for all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from qxgeo.watering.routing import check_routes, lower_bound, scan_paths, solve

if TYPE_CHECKING:
    from pathlib import Path

ITERATIONS = 1_500


@pytest.fixture(scope="module")
def instances_dir(external_data: Path) -> Path:
    folder = external_data / "benchmarks" / "arc_routing"
    if not (folder / "best_known.csv").exists():
        pytest.skip(f"arc-routing instances not found at {folder}")
    return folder


@pytest.mark.parametrize("family", ["kshs", "gdb", "val", "mval"])
def test_no_bound_is_above_a_best_known_value(instances_dir: Path, family: str) -> None:
    from watering_instances import list_instances

    instances = list_instances({family}, instances_dir)
    assert instances
    for instance in instances:
        bound = lower_bound(instance.problem, nodes=3)
        assert 0.85 * instance.best_known <= bound.cost <= instance.best_known, instance.name


def test_small_instances_are_solved_to_their_best_known_values(instances_dir: Path) -> None:
    from watering_instances import list_instances

    for instance in list_instances({"kshs"}, instances_dir):
        solution = solve(instance.problem, seed=1, iterations=5_000)
        assert not check_routes(instance.problem, solution)
        assert solution.cost == instance.best_known, instance.name


@pytest.mark.parametrize("family", ["gdb_IF", "bccm_IF", "Act-IF"])
def test_with_facilities_routes_beat_path_scanning(instances_dir: Path, family: str) -> None:
    from watering_instances import list_instances

    instances = list_instances({family}, instances_dir)
    assert instances
    for instance in instances:
        problem = instance.problem
        assert problem.refills.size
        assert math.isfinite(problem.kinds[0].limit)
        solution = solve(problem, seed=1, iterations=ITERATIONS)
        assert not check_routes(problem, solution), instance.name
        assert solution.unserved == ()
        first = scan_paths(problem)
        assert not check_routes(problem, first), instance.name
        assert solution.cost < first.cost, instance.name
