"""Problems drawn by a seed; the folder and that of the benchmarks join the path of these tests."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qxgeo.watering.routing import ArcProblem, CartKind

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
for folder in (str(HERE), str(HERE.parents[2] / "benchmarks")):
    if folder not in sys.path:
        sys.path.append(folder)


@pytest.fixture(scope="session")
def draw_problem() -> Callable[..., ArcProblem]:
    """Draw a connected town of ten crossings, with one-way stretches among its tasks."""

    def draw(seed: int, **options: float | bool) -> ArcProblem:
        from arc_town import shortest

        rng = np.random.default_rng(seed)
        order = rng.permutation(10)
        ways = [(int(a), int(b), float(rng.integers(1, 9))) for a, b in pairwise(order)]
        ways += [
            (int(a), int(b), float(rng.integers(1, 9)))
            for a, b in rng.integers(0, 10, (6, 2))
            if a != b
        ]
        chosen = rng.permutation(len(ways))[:6]
        modes = []
        for task, row in enumerate(chosen):
            one, other, _ = ways[row]
            modes.append((task, one, other, float(rng.integers(3, 12))))
            if rng.random() < 0.6:
                modes.append((task, other, one, float(rng.integers(3, 12))))
        table = np.array(modes)
        has_sites = bool(options.pop("sites", False))
        return ArcProblem(
            mode_task=table[:, 0].astype(int),
            mode_from=table[:, 1].astype(int),
            mode_to=table[:, 2].astype(int),
            mode_cost=table[:, 3],
            demand=rng.integers(1, 6, 6).astype(float),
            travel=shortest(tuple(ways), count=10),
            refills=np.array([0, 7] if has_sites else [], dtype=int),
            refill_cost=np.full(2 if has_sites else 0, 1.0),
            kinds=(CartKind(depot=3, **{"capacity": 8.0, **options}),),
        )

    return draw
