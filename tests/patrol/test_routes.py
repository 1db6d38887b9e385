"""Daily routes on a small town, on straight lines, and through Shanghai."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from qxgeo.district.patrol_entry import default_settings
from qxgeo.errors import InputError
from qxgeo.network import RoadNetwork, build_network
from qxgeo.patrol.columns import ROUTE_COLUMNS, STOP_COLUMNS, UNSERVED_COLUMNS, VISIT_COLUMNS
from qxgeo.patrol.routes import days as route_days
from qxgeo.patrol.routes import plan_routes
from qxgeo.patrol.routes import travel as route_travel
from qxgeo.readers.osm import read_osm_roads

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.patrol.model import Routes

KARNEY = Geod(ellps="WGS84")
MONDAY, TUESDAY = dt.date(2025, 11, 3), dt.date(2025, 11, 4)
METRES_PER_MIN = 250.0  # 15 km/h
# A road from west to east and a lane to the north from its middle: every way is the only one.
PLACES = {
    "base": (110.0, 25.0),
    "P1": (110.01, 25.0),
    "P2": (110.03, 25.0),
    "P3": (110.02, 25.01),
    "P4": (110.02, 25.004),
    "FAR": (110.02, 25.03),  # 2.2 km north of the lane's end
    "ISLAND": (110.2, 25.0),
}
MIDDLE = (110.02, 25.0)
SETTINGS = replace(default_settings(), travel_mode="ride")
LIMIT_M = SETTINGS.effort["road_reach_m"].value


def geodesic_m(*lonlat: tuple[float, float]) -> float:
    return float(KARNEY.line_length(*zip(*lonlat, strict=True)))


def town() -> RoadNetwork:
    streets = [
        [PLACES["base"], PLACES["P1"], MIDDLE, PLACES["P2"], (110.04, 25.0)],
        [MIDDLE, PLACES["P4"], PLACES["P3"]],
        [(110.19, 25.0), PLACES["ISLAND"]],
    ]
    roads = gpd.GeoDataFrame(
        {"road_class": "residential", "is_oneway": False},
        index=range(3),
        geometry=[shapely.LineString(street) for street in streets],
        crs="EPSG:4326",
    )
    return build_network(roads, speeds_kmh={"ride": METRES_PER_MIN * 60 / 1000})


NETWORK = town()


def visit(point: str, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "shift_id": "S",
        "day": MONDAY,
        "person_id": "W1",
        "point_id": point,
        "window_start_min": 480,
        "window_end_min": 600,
        "service_min": 10.0,
    } | facts


def visits_of(*rows: dict[str, Any]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[*VISIT_COLUMNS])
    table["visit_id"] = [f"V{number:03}" for number in range(len(table))]
    return table.astype(VISIT_COLUMNS)


def plan(visits: pd.DataFrame, **facts: Any) -> Routes:  # noqa: ANN401
    """Plan for person W1 with a base and person W2 without."""
    points = gpd.GeoDataFrame(
        {"point_id": list(PLACES)},
        geometry=gpd.points_from_xy(*zip(*PLACES.values(), strict=True)),
        crs="EPSG:4326",
    )
    people = pd.DataFrame(
        {"person_id": ["W1", "W2"], "base_lon": [110.0, np.nan], "base_lat": [25.0, np.nan]}
    )
    defaults = {"network": NETWORK, "settings": SETTINGS, "seed": 1}
    given_points, given_people = facts.pop("points", points), facts.pop("people", people)
    return plan_routes(visits, given_points, given_people, **(defaults | facts))


def check(routes: Routes, visits: pd.DataFrame) -> None:
    """Check every rule of the tables without the code that made them."""
    assert [*routes.routes.columns] == [*ROUTE_COLUMNS, "geometry"]
    assert [*routes.stops.columns] == [*STOP_COLUMNS]
    assert [*routes.unserved.columns] == [*UNSERVED_COLUMNS]
    served, unserved = routes.stops["visit_id"], routes.unserved["visit_id"]
    assert sorted([*served, *unserved]) == sorted(visits["visit_id"])  # each exactly once
    asked = visits.set_index("visit_id")
    for _, route in routes.routes.iterrows():
        stops = routes.stops[routes.stops["route_id"] == route["route_id"]]
        wanted = asked.loc[stops["visit_id"]]
        assert (wanted["person_id"] == route["person_id"]).all()
        assert (wanted["day"] == route["day"]).all()
        assert stops["order"].tolist() == list(range(1, route["stop_count"] + 1))
        arrive, leave = stops["arrive_min"].to_numpy(), stops["leave_min"].to_numpy()
        travel = stops["travel_min"].to_numpy()
        assert (arrive >= wanted["window_start_min"].to_numpy() - 1e-6).all()
        assert (leave <= wanted["window_end_min"].to_numpy() + 1e-6).all()
        assert leave - arrive == pytest.approx(wanted["service_min"].to_numpy())
        assert (arrive[1:] >= leave[:-1] + travel[1:] - 1e-6).all()
        assert arrive[0] == pytest.approx(route["start_min"] + travel[0])
        way_home = route["travel_min"] - travel.sum()
        assert route["end_min"] == pytest.approx(leave[-1] + way_home)
        assert way_home >= -1e-9
        assert route["travel_min"] + route["service_min"] <= SETTINGS.day_length_min.value + 1e-6
        assert route["travel_m"] == pytest.approx(route["travel_min"] * METRES_PER_MIN)
        assert KARNEY.geometry_length(route["geometry"]) == pytest.approx(
            route["travel_m"], rel=1e-6, abs=0.02
        )


def test_a_day_from_the_base_and_back_covers_each_road_twice() -> None:
    visits = visits_of(*(visit(point) for point in ("P1", "P2", "P3")))
    routes = plan(visits)
    check(routes, visits)
    (route,) = routes.routes.itertuples()
    # The roads are a tree: there and back along the main road to P2 and along the lane to P3.
    expected_m = 2 * (geodesic_m(PLACES["base"], PLACES["P1"], MIDDLE, PLACES["P2"])
                      + geodesic_m(MIDDLE, PLACES["P3"]))  # fmt: skip
    assert route.travel_m == pytest.approx(expected_m, abs=4e-3)  # places are kept to 1 mm
    assert route.route_id == "W1_2025-11-03"
    assert (route.is_optimal, route.is_straight_line, route.stop_count) == (True, False, 3)
    assert route.geometry.coords[0] == route.geometry.coords[-1] == PLACES["base"]
    assert shapely.distance(route.geometry, shapely.Point(PLACES["P3"])) < 1e-9
    assert routes.stops["arrive_min"].iloc[0] == 480.0  # sets out just in time
    assert routes.unserved.empty


def test_without_a_base_the_tour_is_open() -> None:
    visits = visits_of(*(visit(point, person_id="W2") for point in ("P1", "P2", "P3")))
    routes = plan(visits)
    check(routes, visits)
    lane_m = geodesic_m(MIDDLE, PLACES["P3"])
    west_m, east_m = geodesic_m(PLACES["P1"], MIDDLE), geodesic_m(MIDDLE, PLACES["P2"])
    # From one tip of the tree to another: the arm in between is gone twice.
    total_m = west_m + east_m + lane_m
    assert routes.routes["travel_m"].item() == pytest.approx(
        total_m + min(west_m, east_m, lane_m), rel=1e-7
    )
    assert routes.stops["travel_m"].iloc[0] == 0.0
    assert any("1 people have no base" in note.en for note in routes.notes)


def test_a_single_point_without_a_base_has_no_way() -> None:
    visits = visits_of(visit("P1", person_id="W2"))
    routes = plan(visits)
    assert routes.routes.geometry.is_empty.all()
    assert routes.routes["travel_m"].tolist() == [0.0]
    assert routes.stops["arrive_min"].tolist() == [480.0]


def test_the_morning_comes_before_the_evening_whatever_the_way() -> None:
    evening = {"window_start_min": 1020, "window_end_min": 1140}
    visits = visits_of(visit("P1", **evening), visit("P2"), visit("P3", **evening), visit("P4"))
    routes = plan(visits)
    check(routes, visits)
    assert set(routes.stops["point_id"].iloc[:2]) == {"P2", "P4"}
    # The second shift begins when its window opens; the hours between are not work.
    assert routes.stops["arrive_min"].iloc[2] == 1020.0
    assert routes.routes["end_min"].item() > 1020


def test_the_same_point_may_be_seen_twice_a_day() -> None:
    visits = visits_of(visit("P1"), visit("P1", window_start_min=1020, window_end_min=1140))
    routes = plan(visits)
    check(routes, visits)
    assert routes.stops["travel_m"].iloc[1] == 0.0


def test_everything_that_cannot_be_seen_says_why() -> None:
    points = gpd.GeoDataFrame(
        {"point_id": [*PLACES, "NOWHERE", "EMPTY"]},
        geometry=[*map(shapely.Point, PLACES.values()), None, shapely.Point()],
        crs="EPSG:4326",
    )
    narrow = {"window_start_min": 480, "window_end_min": 500}
    rows = {
        "the point is not in the list": [visit("P9")],
        "the point has no place": [visit("NOWHERE"), visit("EMPTY")],
        f"no road for riding within {LIMIT_M:g} m": [visit("FAR")],
        "no road leads there": [visit("ISLAND")],
        "10 min is longer than its window of 5 min": [visit("P1", window_end_min=485)],
        "longer than a working day": [
            visit("P2", service_min=479.0, window_end_min=1200, day=TUESDAY)
        ],
        # One visit fills a window of 20 minutes; the way to the other end of town takes 8.
        "does not fit": [visit("P2", **narrow, day=dt.date(2025, 11, 5)) for _ in range(1)],
    }
    visits = visits_of(
        *(row for several in rows.values() for row in several),
        visit("P1", **narrow, day=dt.date(2025, 11, 5)),
        visit("P3"),
    )
    routes = plan(visits, points=points)
    check(routes, visits)
    assert set(routes.stops["point_id"]) == {"P3", "P1"}
    reasons = routes.unserved.set_index("visit_id")["reason_en"]
    numbers = iter(range(len(visits)))
    for words, several in rows.items():
        for _ in several:
            assert words in reasons[f"V{next(numbers):03}"]
    assert (routes.unserved["reason_zh"] != "").all()
    # The way to the road of the point that is out of reach is said: 2.2 km.
    (note,) = [note.en for note in routes.notes if "too far from a road" in note.en]
    assert f"FAR ({geodesic_m(PLACES['P3'], PLACES['FAR']):.0f} m)" in note


def test_a_base_off_the_roads_makes_an_open_tour_and_is_named() -> None:
    people = pd.DataFrame({"person_id": ["W1"], "base_lon": [110.0], "base_lat": [25.2]})
    visits = visits_of(visit("P1"), visit("ISLAND"), visit("P2"))
    routes = plan(visits, people=people)
    check(routes, visits)
    assert routes.routes["travel_m"].item() == pytest.approx(
        geodesic_m(PLACES["P1"], MIDDLE, PLACES["P2"]), rel=1e-8
    )
    assert routes.unserved["point_id"].tolist() == ["ISLAND"]  # the part with most visits counts
    assert any("near the base of W1" in note.en for note in routes.notes)


def test_points_beside_the_road_are_reached_and_their_distance_is_said() -> None:
    points = gpd.GeoDataFrame(
        {"point_id": ["P"]}, geometry=[shapely.Point(110.01, 25.002)], crs="EPSG:4326"
    )
    routes = plan(visits_of(visit("P")), points=points)
    away_m = geodesic_m((110.01, 25.0), (110.01, 25.002))
    assert routes.stops["travel_m"].item() == pytest.approx(
        geodesic_m(PLACES["base"], PLACES["P1"]), abs=0.01
    )
    assert any(f"at most {away_m:.0f} m" in note.en for note in routes.notes)


def test_without_roads_nothing_is_planned_unless_straight_lines_are_asked_for() -> None:
    visits = visits_of(visit("P1"), visit("P3"), visit("P1", day=TUESDAY))
    nothing = plan(visits, network=None)
    assert nothing.routes.empty
    assert nothing.stops.empty
    assert nothing.unserved["visit_id"].tolist() == ["V000", "V001", "V002"]
    assert set(nothing.unserved["reason_en"]) == {"there is no roads layer to plan a route on"}

    routes = plan(visits, network=None, is_straight_line_allowed=True)
    check(routes, visits)
    assert routes.routes["is_straight_line"].all()
    assert routes.notes[0].zh.startswith("没有使用道路")
    base, first, third = (PLACES[name] for name in ("base", "P1", "P3"))
    assert routes.routes["travel_m"].tolist() == pytest.approx(
        [geodesic_m(base, first, third, base), geodesic_m(base, first, base)], abs=1e-3
    )
    with_roads = plan(visits, is_straight_line_allowed=True)
    assert not with_roads.routes["is_straight_line"].any()  # roads are there: they are used
    straight = plan(
        visits_of(visit("P1"), visit("P1", window_start_min=700, window_end_min=800)),
        network=None,
        is_straight_line_allowed=True,
    )
    assert straight.stops["travel_m"].tolist() == pytest.approx([geodesic_m(base, first), 0.0])


def test_no_visits_make_no_routes() -> None:
    routes = plan(visits_of())
    assert routes.routes.empty
    assert routes.routes.crs.to_epsg() == 4326
    assert routes.unserved.empty


def test_a_network_for_another_way_of_travel_is_refused() -> None:
    with pytest.raises(InputError, match='built without "walk"'):
        plan(visits_of(visit("P1")), settings=replace(SETTINGS, travel_mode="walk"))


def test_equal_days_are_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(day: route_days.Day, *, seed: int) -> route_days.Tour:
        calls.append(len(day))
        return find_tour(day, seed=seed)

    find_tour = route_days.find_tour
    monkeypatch.setattr(route_days, "find_tour", counted)
    month = [MONDAY + dt.timedelta(days=number) for number in range(30)]
    visits = visits_of(*(visit(point, day=day) for day in month for point in ("P1", "P2", "P3")))
    routes = plan(visits)
    check(routes, visits)
    assert calls == [3]
    assert len(routes.routes) == 30
    assert routes.routes["day"].tolist() == month
    assert len(set(routes.routes["travel_m"])) == 1


def test_neither_the_order_of_the_rows_nor_the_batches_change_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ["P1", "P2", "P3", "P4"]
    rows = [visit(name, person_id=person) for person in ("W1", "W2") for name in names]
    visits = visits_of(*rows)
    first = plan(visits)
    monkeypatch.setattr(route_travel, "_BATCH", 1)
    second = plan(visits.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(first.stops, second.stops)
    pd.testing.assert_frame_equal(pd.DataFrame(first.routes), pd.DataFrame(second.routes))
    assert first.notes == second.notes


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["P1", "P2", "P3", "P4", "FAR", "ISLAND", "?"]),
            st.sampled_from(["W1", "W2", "W3"]),
            st.sampled_from([MONDAY, TUESDAY]),
            st.integers(0, 1400),
            st.integers(1, 300),
            st.sampled_from([0.0, 7.5, 20.0, 90.0]),
        ),
        max_size=30,
    )
)
def test_every_visit_is_seen_in_its_window_or_explained(rows: list[tuple[Any, ...]]) -> None:
    visits = visits_of(
        *(
            visit(
                point,
                person_id=person,
                day=day,
                window_start_min=start,
                window_end_min=start + width,
                service_min=service,
            )
            for point, person, day, start, width, service in rows
        )
    )
    check(plan(visits), visits)


def test_routes_through_shanghai(external_data: Path) -> None:
    roads = read_osm_roads(external_data / "osm" / "shanghai_center.osm").table
    network = build_network(roads, speeds_kmh={"ride": 15.0})
    rng = np.random.default_rng(11)
    lonlat = rng.uniform((121.43, 31.20), (121.53, 31.26), (40, 2))
    points = gpd.GeoDataFrame(
        {"point_id": [f"P{number:02}" for number in range(40)]},
        geometry=gpd.points_from_xy(*lonlat.T),
        crs="EPSG:4326",
    )
    people = pd.DataFrame(
        {"person_id": ["W1", "W2", "W3"], "base_lon": 121.47, "base_lat": [31.22, 31.23, 31.24]}
    )
    days = [MONDAY, TUESDAY]
    visits = visits_of(
        *(
            visit(f"P{number:02}", person_id=f"W{1 + number % 3}", day=day, window_end_min=720)
            for day in days
            for number in range(0, 40, 1 if day == MONDAY else 2)
        )
    )
    routes = plan_routes(visits, points, people, network=network, settings=SETTINGS, seed=5)
    check(routes, visits)
    assert len(routes.stops) > 40
    # Each leg is the shortest way of the network, asked for again one by one.
    places = network.snap(lonlat, mode="ride", limit_m=LIMIT_M)
    metres = network.travel(places).metres
    number_of = {point: number for number, point in enumerate(points["point_id"])}
    for _, stops in routes.stops.groupby("route_id"):
        for (_, a), (_, b) in pairwise(stops.iterrows()):
            there = metres[number_of[a["point_id"]], number_of[b["point_id"]]]
            assert b["travel_m"] == pytest.approx(there, abs=1e-6)
    again = plan_routes(visits, points, people, network=network, settings=SETTINGS, seed=5)
    pd.testing.assert_frame_equal(routes.stops, again.stops)
