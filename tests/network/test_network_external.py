"""Real and demonstration roads: the same lengths as networkx on a graph of single vertices."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.network import build_network
from qxgeo.readers.osm import read_osm_roads

if TYPE_CHECKING:
    from qxgeo.network import RoadNetwork

KARNEY = Geod(ellps="WGS84")
DEMO = Path(__file__).parents[2] / "data" / "demo" / "roads.geojson"


def vertex_graph(roads: gpd.GeoDataFrame) -> nx.DiGraph:
    """Give every vertex of every road a node of its own; equal places are one node."""
    streets = nx.DiGraph()
    for line, is_oneway in zip(roads.geometry, roads["is_oneway"], strict=True):
        vertices = np.round(shapely.get_coordinates(line), 8)
        lengths = KARNEY.inv(*vertices[:-1].T, *vertices[1:].T)[2]
        nodes = [tuple(vertex) for vertex in vertices.tolist()]
        for (a, b), length_m in zip(pairwise(nodes), lengths, strict=True):
            streets.add_edge(a, b, weight=length_m)
            if not is_oneway:
                streets.add_edge(b, a, weight=length_m)
    return streets


def compare(network: RoadNetwork, roads: gpd.GeoDataFrame, *, seed: int) -> int:
    """Compare lengths and ways between seeded road ends; count the ways."""
    streets = vertex_graph(roads)
    core = max(nx.strongly_connected_components(streets), key=len)
    ends = np.round(shapely.get_coordinates(shapely.get_point(roads.geometry.to_numpy(), 0)), 8)
    ends = np.array([end for end in ends.tolist() if tuple(end) in core])
    lonlat = np.random.default_rng(seed).choice(ends, 24, replace=False)
    places = network.snap(lonlat, mode="drive", limit_m=0.01)
    assert places.is_reached.all()
    metres = network.travel(places).metres
    for row in range(6):
        lengths = nx.single_source_dijkstra_path_length(streets, tuple(lonlat[row]))
        for column, end in enumerate(map(tuple, lonlat.tolist())):
            assert metres[row, column] == pytest.approx(lengths[end], abs=1e-4)

    first, second = places.take(np.arange(12)), places.take(np.arange(12, 24))
    for number, way in enumerate(network.paths(first, second)):
        assert KARNEY.geometry_length(way) == pytest.approx(metres[number, 12 + number], abs=1e-4)
        # Long segments got vertices in between, which are no vertices of the roads.
        vertices = [tuple(v) for v in np.round(way.coords, 8).tolist()]
        passed = [vertex for vertex in vertices if vertex in streets]
        assert passed[0] == tuple(lonlat[number])
        assert passed[-1] == tuple(lonlat[12 + number])
        for a, b in pairwise(passed):
            assert streets.has_edge(a, b), "against a one-way street, or beside the roads"
    return len(first)


def test_ways_through_shanghai(external_data: Path) -> None:
    table = read_osm_roads(external_data / "osm" / "shanghai_center.osm").table
    roads = table[table["access"].fillna("") != "no"].reset_index(drop=True)
    network = build_network(roads, speeds_kmh={"drive": 30.0, "walk": 4.5})
    assert compare(network, roads, seed=7) == 12
    assert network.graphs["drive"].part_count == 1
    # The reader cuts ways where they share a node, so what still crosses is a bridge.
    assert any("taken as bridges" in note.en for note in network.notes)
    # On foot there is no one-way street: the way back is as long as the way there.
    west, south, east, north = roads.total_bounds
    lonlat = np.random.default_rng(7).uniform((west, south), (east, north), (20, 2))
    metres = {
        mode: network.travel(network.snap(lonlat, mode=mode, limit_m=500)).metres
        for mode in ("drive", "walk")
    }
    assert metres["walk"] == pytest.approx(metres["walk"].T, abs=1e-6)
    is_reached = np.isfinite(metres["drive"])
    assert np.array_equal(is_reached, is_reached.T)
    there, back = metres["drive"][is_reached], metres["drive"].T[is_reached]
    assert np.abs(there - back).max() > 100


def test_ways_on_the_demonstration_roads() -> None:
    roads = gpd.read_file(DEMO)
    roads = roads.assign(is_oneway=roads["is_oneway"] == "是")
    network = build_network(roads, speeds_kmh={"drive": 30.0, "ride": 15.0, "walk": 4.5})
    assert compare(network, roads, seed=7) == 12
    # Made in one piece: nearly all of it can be travelled by everyone.
    total_m = network.edges.length_m.sum()
    for mode in ("ride", "walk"):
        assert network.graphs[mode].part_count == 1
        assert network.graphs[mode].left_out_m < 0.05 * total_m
