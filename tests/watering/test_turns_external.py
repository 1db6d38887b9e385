"""Real turn restrictions: the shortest lawful way, worked out again segment by segment."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import osmium
import pytest
from pyproj import Geod

from qxgeo.readers.osm import read_osm_roads
from qxgeo.readers.osm_turns import read_osm_turns
from qxgeo.watering.junctions import match_turns
from qxgeo.watering.streets import TurnCosts, build_streets
from qxgeo.watering.turns import close_moves
from tests.conftest import make_layer

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.watering.model import HeldTurns
    from qxgeo.watering.streets import StreetGraph

GEOD = Geod(ellps="WGS84")
MAIN = (
    "primary", "secondary", "tertiary", "unclassified", "residential",
    "primary_link", "secondary_link", "tertiary_link",
)  # fmt: skip
NO_TURNING_BACK_S = 1e7
Segment = tuple[int, int]


def read_segments(path: Path) -> dict[Segment, tuple[int, float]]:
    """Give every directed segment of the main roads: its way and its metres."""
    segments: dict[Segment, tuple[int, float]] = {}
    for way in osmium.FileProcessor(path, osmium.osm.WAY | osmium.osm.NODE).with_locations():
        if not isinstance(way, osmium.osm.Way) or way.tags.get("highway") not in MAIN:
            continue
        if way.tags.get("area", "no") != "no" or way.tags.get("access") in {"no", "private"}:
            continue
        said, ring = way.tags.get("oneway", ""), way.tags.get("junction", "")
        is_oneway = said in {"yes", "1", "-1"} or (not said and ring in {"roundabout", "circular"})
        nodes = [node for node in way.nodes if node.location.valid()]
        if said == "-1":
            nodes.reverse()
        for one, two in pairwise(nodes):
            metres = GEOD.inv(one.lon, one.lat, two.lon, two.lat)[2]
            segments[one.ref, two.ref] = (way.id, metres)
            if not is_oneway:
                segments[two.ref, one.ref] = (way.id, metres)
    return segments


def join_segments(
    segments: dict[Segment, tuple[int, float]], forbidden: set[tuple[int, int, int]]
) -> nx.DiGraph:
    """Join segments end to end, never turning back; from way, node and to way may be forbidden."""
    leaving: dict[int, list[Segment]] = {}
    for segment in segments:
        leaving.setdefault(segment[0], []).append(segment)
    graph = nx.DiGraph()
    for first, (way, _) in segments.items():
        for second in leaving.get(first[1], []):
            is_back = second == first[::-1]
            if not is_back and (way, first[1], segments[second][0]) not in forbidden:
                graph.add_edge(first, second, metres=segments[second][1])
    return graph


def lay(path: Path) -> tuple[StreetGraph, StreetGraph, HeldTurns, list[str]]:
    """Give the streets of a file, the same with its restrictions, and its sections."""
    roads = read_osm_roads(path, highway=MAIN).table
    layer = replace(
        make_layer("turns", read_osm_turns(path).table.to_dict("records")), accuracy_m=0.0
    )
    turns = TurnCosts(u_turn_s=NO_TURNING_BACK_S, left_s=0.0, right_s=0.0)
    free = build_streets(roads, speed_kmh=3.6, turns=turns)  # a metre a second
    is_closed, held = match_turns(layer, roads, free, reach_m=0.0)
    return free, close_moves(free, is_closed), held, roads["section_id"].tolist()


def test_the_way_round_a_real_restriction_is_the_shortest_lawful_one(external_data: Path) -> None:
    path = external_data / "osm" / "liechtenstein.osm.pbf"
    free, lawful, held, names = lay(path)
    # 3 relations; the way from which 3090789 leads is not in the extract.
    assert (held.rows, held.held, held.closed_moves) == (3, 2, 2)
    ((name, why),) = held.unmatched
    assert "r3090789" in name.en
    assert "w226412526" in why.en
    segments = read_segments(path)
    # As the relations are drawn on openstreetmap.org: way, node, way.
    relations = {
        (167992391, 1793113950, 24802724),
        (258306367, 269468749, 258306365),
    }
    everything, without = join_segments(segments, set()), join_segments(segments, relations)
    for start, node, goal in relations:
        into = next(one for one, (way, _) in segments.items() if way == start and one[1] == node)
        out = next(one for one, (way, _) in segments.items() if way == goal and one[0] == node)
        before = nx.dijkstra_path_length(everything, into, out, weight="metres")
        after = nx.dijkstra_path_length(without, into, out, weight="metres")
        assert before == pytest.approx(segments[out][1])
        arcs = [
            [
                arc
                for arc in range(len(free))
                if names[free.arc_row[arc]].partition(".")[0] == f"w{way}"
                and np.allclose(free.lonlat(arc)[place], spot, rtol=0.0, atol=1e-7)
            ]
            for way, place, spot in (
                (start, -1, position(path, node)),
                (goal, 0, position(path, node)),
            )
        ]
        ((one,), (other,)) = arcs
        pair = np.array([one]), np.array([other])
        assert free.travel_s(*pair, speed_kmh=3.6)[0, 0] == 0.0
        found = lawful.travel_s(*pair, speed_kmh=3.6)[0, 0]
        assert found > 100.0
        assert found == pytest.approx(after - segments[out][1], abs=0.01)


def position(path: Path, wanted: int) -> tuple[float, float]:
    """Look a node up."""
    for node in osmium.FileProcessor(path, osmium.osm.NODE):
        if isinstance(node, osmium.osm.Node) and node.id == wanted:
            return node.lon, node.lat
    raise AssertionError(wanted)
