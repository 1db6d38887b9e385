"""Drawn instances: large rural networks as in winter gritting, and a district of watered streets.

Their optimum is not known; tables show the gap to the proved bound.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay
from watering_instances import Instance, Line, build_problem

DRAWN = ("rural", "district")
# Crossings, edges, tasks, routes that the tanks suffice for, seed.
RURAL = (
    (140, 190, 190, 19, 4),
    (140, 190, 190, 35, 4),
    (255, 375, 347, 20, 1),
    (255, 375, 347, 37, 1),
    (255, 375, 375, 25, 2),
    (255, 375, 375, 42, 2),
)
SLACK = 1.03  # tanks over demand
DISTRICT = 2_000  # tasks
BLOCK_S, SERVICE = 30.0, 3.0  # seconds to drive a block; watering is so many times as slow
ONE_WAY = 0.1  # share of streets
TANK_BLOCKS, SHIFT_S, REFILL_S = 40, 4 * 3600.0, 600.0


def draw_instances(family: str) -> list[Instance]:
    """Draw the instances of a family."""
    if family == "district":
        return [draw_district()]
    return [draw_rural(*case) for case in RURAL]


def draw_rural(nodes: int, edges: int, tasks: int, routes: int, seed: int) -> Instance:
    """Draw a rural network: a tree of roads with some more, a part of it to be served."""
    rng = np.random.default_rng(seed)
    towns = rng.random((12, 2))
    around = towns[rng.integers(0, 12, nodes // 4)] + rng.normal(0, 0.08, (nodes // 4, 2))
    places = np.concatenate([rng.random((nodes - nodes // 4, 2)), around])
    ends = keep_edges(places, edges, rng)
    length = np.hypot(*(places[ends[:, 0]] - places[ends[:, 1]]).T)
    cost = np.maximum(20, np.round(length * 45_000 * rng.uniform(1, 1.4, len(length))))
    is_task = np.zeros(len(ends), dtype=bool)
    is_task[rng.permutation(len(ends))[:tasks]] = True
    widths = rng.choice([1.0, 1.5, 2.0], len(ends))
    demand = np.maximum(1, np.round(cost * rng.uniform(0.8, 1.2, len(ends)) * widths / 10))
    capacity = max(np.ceil(demand[is_task].sum() / routes * SLACK), demand[is_task].max())
    lines = [
        Line(
            int(a) + 1, int(b) + 1, float(c), float(c), float(d), is_arc=False, is_required=bool(r)
        )
        for (a, b), c, d, r in zip(ends, cost, demand, is_task, strict=True)
    ]
    depot = int(np.argmin(np.hypot(*(places - 0.5).T))) + 1
    problem = build_problem(lines, {"CAPACITY": str(capacity), "DEPOT": str(depot)})
    return Instance("rural", f"rural-{tasks}-{routes}", problem, math.nan)


def keep_edges(places: np.ndarray, edges: int, rng: np.random.Generator) -> np.ndarray:
    """Keep a spanning tree of a triangulation and the edges that are short for their place."""
    corners = Delaunay(places).simplices
    every = np.unique(
        np.sort(
            np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1
        ),
        axis=0,
    )
    length = np.hypot(*(places[every[:, 0]] - places[every[:, 1]]).T)
    graph = coo_array((length, (every[:, 0], every[:, 1])), (len(places),) * 2).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    kept = {
        (min(a, b), max(a, b)) for a, b in zip(tree.row.tolist(), tree.col.tolist(), strict=True)
    }
    for row in np.argsort(length * rng.uniform(0.5, 2, len(length)), kind="stable"):
        if len(kept) >= edges:
            break
        kept.add((int(every[row, 0]), int(every[row, 1])))
    return np.array(sorted(kept))


def draw_district(tasks: int = DISTRICT, seed: int = 5) -> Instance:
    """Draw a city of blocks: avenues with two carriageways, one-way streets, hydrants, shifts."""
    rng = np.random.default_rng(seed)
    side = math.ceil(math.sqrt(tasks / 2))
    number = np.arange(side * side).reshape(side, side)
    pairs = [
        (a, b, row % 8 == 0)
        for row in range(side)
        for a, b in zip(number[row], number[row, 1:], strict=False)
    ]
    pairs += [
        (a, b, row % 8 == 0)
        for row in range(side)
        for a, b in zip(number[:, row], number[1:, row], strict=False)
    ]
    lines = draw_streets(pairs, tasks, rng)
    sites = sorted(rng.permutation(side * side)[:12].tolist())
    heads = {
        "CAPACITY": str(float(TANK_BLOCKS)),
        "DEPOT": str(sites[0]),
        "DUMPING_SITES": " ".join(map(str, sites)),
        "DUMPING_COST": str(REFILL_S),
        "MAX_TRIP": str(SHIFT_S),
    }
    return Instance("district", f"district-{tasks}", build_problem(lines, heads), math.nan)


def draw_streets(
    pairs: list[tuple[int, int, bool]], tasks: int, rng: np.random.Generator
) -> list[Line]:
    """Draw streets between crossings in any order; the first ones are to be watered."""
    left, lines = tasks, []
    for row in rng.permutation(len(pairs)):
        a, b, is_avenue = int(pairs[row][0]), int(pairs[row][1]), pairs[row][2]
        drive = float(np.round(BLOCK_S * rng.uniform(0.7, 1.3), 1))
        demand = float(np.round(rng.uniform(0.7, 1.3), 2))
        for one, other in [(a, b), (b, a)] if is_avenue else [(a, b)]:
            is_task = left > 0
            left -= is_task
            is_one_way = not is_avenue and rng.random() < ONE_WAY
            watered = drive * SERVICE
            is_arc = is_avenue or is_one_way
            lines.append(Line(one, other, watered, drive, demand, is_arc, is_task))
            if is_one_way:  # the way back leads round the block
                lines.append(Line(other, one, drive, 4 * drive, 0.0, is_arc, is_required=False))
    return lines
