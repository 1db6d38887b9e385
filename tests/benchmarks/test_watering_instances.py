"""The reader of arc-routing instances, on files a reader can draw; and how gaps are told."""

from __future__ import annotations

import math

import numpy as np
import pytest
import watering
from watering_instances import read_problem
from watering_peers import build_matrix, close_route

UNDIRECTED = """
 NOMBRE : small
 VERTICES : 3
 ARISTAS_REQ : 2
 ARISTAS_NOREQ : 1
 VEHICULOS : 1
 CAPACIDAD : 7
 LISTA_ARISTAS_REQ :
 ( 1, 2)  coste 4 demanda 3
 ( 2, 3)  coste 5 demanda 2
 LISTA_ARISTAS_NOREQ :
 ( 1, 3)  coste 2
 DEPOSITO :   3
"""
MIXED = """
NAME : small_IF.txt
CAPACITY : 6
DUMPING_COST : 8
MAX_TRIP : 60
LIST_REQ_EDGES :
(10,20)   serv_cost 9   trave_cost 4   demand 1
LIST_NOREQ_EDGES :
(20,30)  cost 3
LIST_REQ_ARCS :
( 30, 10)   serv_cost 5   trav_cost 2   demand 6
LIST_NOREQ_ARCS :
(10,30)  cost 20
DEPOT : 10
DUMPING_SITES : 20,30NAME : another.txt
"""


def test_an_undirected_file_has_two_modes_for_each_edge() -> None:
    problem = read_problem(UNDIRECTED)
    assert problem.mode_task.tolist() == [0, 0, 1, 1]
    assert list(zip(problem.mode_from.tolist(), problem.mode_to.tolist(), strict=True)) == [
        (0, 1), (1, 0), (1, 2), (2, 1),
    ]  # fmt: skip
    assert problem.demand.tolist() == [3.0, 2.0]
    # From 1 to 2 directly 4, from 2 to 3 directly 5, from 1 to 3 over the edge that asks nothing 2.
    assert problem.travel.tolist() == [[0, 4, 2], [4, 0, 5], [2, 5, 0]]
    (kind,) = problem.kinds
    assert (kind.capacity, kind.depot, kind.limit) == (7.0, 2, math.inf)
    assert not kind.must_refill_before_end


def test_a_mixed_file_knows_arcs_facilities_and_the_limit() -> None:
    problem = read_problem(MIXED)
    assert problem.mode_cost.tolist() == [9.0, 9.0, 5.0]
    assert problem.mode_from.tolist() == [0, 1, 2]
    assert problem.refills.tolist() == [1, 2]
    assert problem.refill_cost.tolist() == [8.0, 8.0]
    # 10 to 30: 4 + 3 over 20, not the arc of 20; 30 to 10: the arc of 2.
    assert problem.travel[0].tolist() == [0, 4, 7]
    assert problem.travel[2].tolist() == [2, 3, 0]
    (kind,) = problem.kinds
    assert (kind.capacity, kind.depot, kind.limit) == (6.0, 0, 60.0)
    assert kind.must_refill_before_end


def test_the_node_transformation_pays_service_on_arrival_and_the_refill_on_the_way_home() -> None:
    problem = read_problem(MIXED)
    matrix = build_matrix(problem)  # begin, end, facilities 20 and 30, modes
    assert matrix[0, 4] == 9  # at 10 already, service 9
    assert matrix[4, 6] == 3 + 5  # 20 to 30, service 5
    assert matrix[4, 2] == 8  # served to 20, refill there
    assert matrix[4, 1] == min(8 + 4, 3 + 8 + 2)
    assert np.diagonal(matrix).tolist() == [0] * 7
    assert close_route(problem, [0]).stops == (0, -1)


def test_gaps_are_means_over_what_was_solved() -> None:
    rows = [
        {"family": "a", "best_known": 100.0, "qxgeo": 101.0, "pyvrp": None},
        {"family": "a", "best_known": 200.0, "qxgeo": 200.0, "pyvrp": 210.0},
        {"family": "b", "best_known": None, "bound": 50.0, "qxgeo": 60.0, "pyvrp": None},
    ]
    lines = watering.tabulate(rows, ["qxgeo", "pyvrp"], 10.0)
    assert lines[2] == "| a (2) | 0.50% | 5.00% (1 solved) |"
    assert lines[3] == "| b (1, to the bound) | 20.00% |  |"
    assert watering.gap_of(rows[2], "pyvrp") is None
    assert watering.gap_of(rows[0], "qxgeo") == pytest.approx(0.01)
