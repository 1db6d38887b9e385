"""The checker finds every kind of broken route."""

from __future__ import annotations

from dataclasses import replace

import pytest
from arc_town import build_town

from qxgeo.watering.routing import ArcProblem, ArcSolution, CartKind, Route, check_routes

# Modes of the town: 0 and 1 are 0-1, 2 and 3 are 1-2, 4 and 5 are 4-5, 6 and 7 are 0-3, 8 and 9
# are 2-5, there and back. The round trip from 3: 3-0, 0-1, 1-2, 2-5, 5-4, and home empty.
ROUND = (7, 0, 2, 8, 5)
COST = 5.0 + 6.0 + 6.0 + 5.0 + 6.0 + 4.0


def drive(*routes: Route, cost: float = COST, unserved: tuple[int, ...] = ()) -> ArcSolution:
    return ArcSolution(
        routes=routes, cost=cost, unserved=unserved, trace=(), iterations=0, is_braked=False
    )


def town(**options: float | bool) -> ArcProblem:
    kind = CartKind(**{"capacity": 11.0, "depot": 3, **options})
    return build_town(kind, refills=(4,), refill_cost=2.0)


def test_a_good_round_trip_has_no_fault() -> None:
    assert check_routes(town(), drive(Route(kind=0, stops=ROUND))) == ()


def test_a_refill_is_paid_and_empties_nothing_else() -> None:
    # 4 is passed on the way home: the refill there costs 2 more and no way.
    full = drive(Route(kind=0, stops=(*ROUND, -1)), cost=COST + 2.0)
    assert check_routes(town(must_refill_before_end=True), full) == ()


BROKEN = {
    "forgotten": (drive(Route(kind=0, stops=ROUND[:-1]), cost=31.0), "task 2 is not served"),
    "twice": (
        drive(Route(kind=0, stops=ROUND), Route(kind=0, stops=(6,)), cost=COST + 8.0),
        "task 3 is served 2 times",
    ),
    "said to be left": (
        drive(Route(kind=0, stops=ROUND), unserved=(1,)),
        "task 1 is served and said not to be",
    ),
    "unknown task": (drive(Route(kind=0, stops=ROUND), unserved=(9,)), "there is no task 9"),
    "wrong cost": (drive(Route(kind=0, stops=ROUND), cost=COST - 1.0), "routes cost 32.0, not"),
    "unknown mode": (drive(Route(kind=0, stops=(99,))), "no mode 99"),
    "unknown facility": (drive(Route(kind=0, stops=(*ROUND, -3))), "no facility 2"),
    "unknown kind": (drive(Route(kind=4, stops=ROUND)), "no kind 4"),
    "empty": (drive(Route(kind=0, stops=())), "serves nothing"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_route_is_named(case: str) -> None:
    solution, said = BROKEN[case]
    found = check_routes(town(), solution)
    assert any(said in violation.en for violation in found), found
    assert all(violation.zh for violation in found)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"capacity": 10.0}, "11.0 between refills, tank 10.0"),
        ({"limit": 31.0}, "costs 32.0, limit 31.0"),
        ({"must_refill_before_end": True}, "no refill before its end"),
        ({"must_refill_before_start": True}, "no refill before its start"),
        ({"count": 0}, "1 routes, 0 carts"),
    ],
)
def test_what_a_cart_cannot_do_is_named(options: dict[str, float], said: str) -> None:
    found = check_routes(town(**options), drive(Route(kind=0, stops=ROUND)))
    assert [violation for violation in found if said in violation.en]


def test_where_there_is_no_way_the_route_is_refused() -> None:
    problem = town()
    travel = problem.travel.copy()
    travel[4, 3] = float("inf")
    found = check_routes(
        replace(problem, travel=travel), drive(Route(kind=0, stops=ROUND), cost=float("inf"))
    )
    assert "there is no way" in found[0].en
