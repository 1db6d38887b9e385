"""Ways through the network: against networkx, by hand, and where none leads."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.network import RoadNetwork, build_network, graph

KARNEY = Geod(ellps="WGS84")
SPEEDS = {"drive": 30.0, "walk": 4.5}
# A block of four one-way streets, driven anticlockwise from A; a lane leads south from A.
A, B, C, D = (110.0, 25.0), (110.01, 25.0), (110.01, 25.01), (110.0, 25.01)
LANE_END = (110.0, 24.99)


def geodesic_m(*lonlat: tuple[float, float]) -> float:
    return float(KARNEY.line_length(*zip(*lonlat, strict=True)))


def town(*more: Any, oneway: bool = True) -> RoadNetwork:  # noqa: ANN401
    streets = [(A, B), (B, C), (C, D), (D, A), (A, LANE_END), *more]
    roads = gpd.GeoDataFrame(
        {"road_class": "residential", "is_oneway": [oneway] * 4 + [False] * (1 + len(more))},
        geometry=[shapely.LineString(street) for street in streets],
        crs="EPSG:4326",
    )
    return build_network(roads, speeds_kmh=SPEEDS)


def test_a_one_way_block_is_driven_round_and_walked_either_way() -> None:
    network = town()
    drive = network.snap(np.array([A, B]), mode="drive", limit_m=1)
    there, back = network.travel(drive).metres[[0, 1], [1, 0]]
    assert there == pytest.approx(geodesic_m(A, B), abs=1e-6)
    assert back == pytest.approx(geodesic_m(B, C, D, A), abs=1e-6)
    walk = network.snap(np.array([A, B]), mode="walk", limit_m=1)
    travel = network.travel(walk)
    assert travel.metres[1, 0] == pytest.approx(geodesic_m(A, B), abs=1e-6)
    assert travel.minutes[1, 0] == pytest.approx(geodesic_m(A, B) / 75, abs=1e-6)  # 4.5 km/h
    assert network.travel(drive).minutes[0, 1] == pytest.approx(there / 500)  # 30 km/h


def test_places_on_one_street_follow_its_direction() -> None:
    network = town()
    near, far = (110.003, 25.0), (110.007, 25.0)
    places = network.snap(np.array([near, far, near]), mode="drive", limit_m=1)
    metres = network.travel(places).metres
    assert metres[0, 1] == pytest.approx(geodesic_m(near, far), abs=2e-3)
    assert metres[1, 0] == pytest.approx(geodesic_m(far, B, C, D, A, near), abs=4e-3)
    assert metres[0, 2] == metres[0, 0] == 0.0
    way = network.path(places.take(np.array([1])), places.take(np.array([0])))
    passed = [tuple(p) for p in np.round(way.coords, 6).tolist()]
    assert [p for p in passed if p in {near, far, A, B, C, D}] == [far, B, C, D, A, near]


def test_who_stands_at_a_junction_may_take_any_of_its_roads() -> None:
    # The nearest edge at A is the one-way street to B, yet the lane begins there too.
    network = town()
    places = network.snap(np.array([A, LANE_END]), mode="drive", limit_m=1)
    assert network.travel(places).metres[0, 1] == pytest.approx(geodesic_m(A, LANE_END), abs=1e-6)


def test_points_meet_the_nearest_road_within_the_limit() -> None:
    network = town()
    north_of_lane = (110.0005, 24.995)  # 50 m east of the lane
    away_m = geodesic_m(north_of_lane, (110.0, 24.995))
    lonlat = np.array([north_of_lane, (np.nan, 25.0)])
    within = network.snap(lonlat, mode="drive", limit_m=away_m + 0.001)
    assert within.is_reached.tolist() == [True, False]
    assert within.snap_m[0] == pytest.approx(away_m, abs=1e-3)
    assert within.lonlat[0] == pytest.approx((110.0, 24.995), abs=2e-8)
    beyond = network.snap(lonlat, mode="drive", limit_m=away_m - 0.001)
    assert not beyond.is_reached.any()
    assert beyond.snap_m[0] == within.snap_m[0]  # said although it is too far
    assert beyond.snap_m[1] == np.inf
    assert np.isnan(beyond.lonlat).all()
    both = network.travel(within.take(np.array([0])), beyond)
    assert np.isinf(both.metres).all()


def test_a_lane_that_leads_nowhere_is_passed_over_and_reported() -> None:
    stray = [(110.004, 25.004), (110.00402, 25.004)]  # 2 m of road inside the block
    network = town(stray)
    places = network.snap(np.array([stray[0]]), mode="drive", limit_m=1000)
    assert places.snap_m[0] == pytest.approx(geodesic_m(stray[0], (110.0, 25.004)), rel=1e-3)
    assert any("cut off" in note.en for note in network.notes)


def test_two_large_parts_stay_apart() -> None:
    island = [(110.05, 25.0), (110.06, 25.0)]
    network = town(island)
    places = network.snap(np.array([A, island[0], island[1]]), mode="drive", limit_m=1)
    metres = network.travel(places).metres
    assert np.isinf(metres[0, 1:]).all()
    assert np.isinf(metres[1:, 0]).all()
    assert metres[1, 2] == pytest.approx(geodesic_m(*island), abs=1e-6)
    assert network.path(places.take(np.array([0])), places.take(np.array([1]))).is_empty
    assert any("2 parts" in note.en for note in network.notes)


def test_places_of_two_ways_of_travel_do_not_mix() -> None:
    network = town()
    drive, walk = (network.snap(np.array([A]), mode=mode, limit_m=1) for mode in SPEEDS)
    with pytest.raises(ValueError, match="from a place to drive to one to walk"):
        network.travel(drive, walk)


def random_town(seed: int) -> tuple[gpd.GeoDataFrame, nx.MultiDiGraph]:
    """Draw streets between random corners; many cross, which are bridges, a third is one-way."""
    rng = np.random.default_rng(seed)
    corners = np.round(rng.uniform((110.0, 25.0), (110.02, 25.02), (40, 2)), 6)
    more = rng.choice(40, (50, 2))
    ring = rng.permutation(40)  # no corner is a loose end that would be joined to what it misses
    pairs = np.concatenate((np.stack((ring, np.roll(ring, 1)), axis=1), more))
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    pairs = rng.permuted(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    is_oneway = rng.random(len(pairs)) < 0.33
    streets = nx.MultiDiGraph()
    for number, ((a, b), oneway) in enumerate(zip(pairs.tolist(), is_oneway, strict=True)):
        length_m = geodesic_m(tuple(corners[a]), tuple(corners[b]))
        streets.add_edge(a, b, weight=length_m, street=number)
        if not oneway:
            streets.add_edge(b, a, weight=length_m, street=number)
    roads = gpd.GeoDataFrame(
        {"road_class": "residential", "is_oneway": is_oneway},
        geometry=[shapely.LineString(corners[pair]) for pair in pairs],
        crs="EPSG:4326",
    )
    nx.set_node_attributes(streets, dict(enumerate(map(tuple, corners.tolist()))), "lonlat")
    return roads, streets


@pytest.mark.parametrize("seed", range(6))
def test_shortest_ways_agree_with_networkx(seed: int) -> None:
    roads, streets = random_town(seed)
    network = build_network(roads, speeds_kmh=SPEEDS)
    core = max(nx.strongly_connected_components(streets), key=len)
    nodes = sorted(core)
    lonlat = np.array([streets.nodes[node]["lonlat"] for node in nodes])
    places = network.snap(lonlat, mode="drive", limit_m=0.01)
    assert places.is_reached.all()
    metres = network.travel(places).metres
    expected = dict(nx.all_pairs_dijkstra_path_length(streets))
    for row, start in enumerate(nodes):
        for column, end in enumerate(nodes):
            assert metres[row, column] == pytest.approx(expected[start][end], abs=1e-5)
    few = places.take(np.arange(3))
    assert network.travel(places, few).metres == pytest.approx(metres[:, :3], abs=1e-9)
    assert network.travel(few, places).metres == pytest.approx(metres[:3], abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_ways_between_places_in_the_middle_agree_with_networkx(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    roads, streets = random_town(seed)
    network = build_network(roads, speeds_kmh=SPEEDS)
    core = max(nx.strongly_connected_components(streets), key=len)
    rng = np.random.default_rng(seed)
    inner = [(a, b, f) for a, b, f in streets.edges(data=True) if a in core and b in core]
    chosen = {inner[i][2]["street"]: inner[i] for i in rng.choice(len(inner), 12)}
    split = streets.copy()
    lonlat = []
    for number, (a, b, facts) in enumerate(chosen.values()):
        start, end = (np.array(streets.nodes[node]["lonlat"]) for node in (a, b))
        lonlat.append(start + rng.uniform(0.1, 0.9) * (end - start))
        first, second = (geodesic_m(tuple(one), tuple(lonlat[-1])) for one in (start, end))
        split.add_edge(a, -number - 1, weight=first)
        split.add_edge(-number - 1, b, weight=second)
        if any(
            f["street"] == facts["street"] for f in (streets.get_edge_data(b, a) or {}).values()
        ):
            split.add_edge(-number - 1, a, weight=first)
            split.add_edge(b, -number - 1, weight=second)
    places = network.snap(np.array(lonlat), mode="drive", limit_m=0.01)
    assert places.is_reached.all()
    metres = network.travel(places).metres
    for row in range(len(lonlat)):
        lengths = nx.single_source_dijkstra_path_length(split, -row - 1)
        for column in range(len(lonlat)):
            # Each place is rounded to a millimetre along its street.
            assert metres[row, column] == pytest.approx(lengths[-column - 1], abs=5e-3)
    monkeypatch.setattr(graph, "_MOST_NUMBERS", 200)  # a few origins at a time: the same answer
    assert network.travel(places).metres == pytest.approx(metres, abs=0)

    pairs = list(pairwise(range(len(lonlat))))
    first, second = (places.take(np.array(side)) for side in zip(*pairs, strict=True))
    for (a, b), way in zip(pairs, network.paths(first, second), strict=True):
        assert KARNEY.geometry_length(way) == pytest.approx(metres[a, b], abs=5e-3)
        assert way.coords[0] == pytest.approx(places.lonlat[a], abs=1e-8)
        assert way.coords[-1] == pytest.approx(places.lonlat[b], abs=1e-8)
