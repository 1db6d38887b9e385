"""Streets as a driver sees them: directed arcs, turns between them, ways and times.

A way is a row of arcs. What lies between two arcs is asked from the *end* of the one to the *start*
of the other, so that a turn, a U-turn and a forbidden turn have their price at both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from qxgeo.geodesy import bearing_deg
from qxgeo.network import build_network

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.network import RoadNetwork
    from qxgeo.network.edges import Edges

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_MODE = "drive"
_MOST_NUMBERS = 8_000_000  # of one block of times: 64 MB
STRAIGHT_DEG = 45.0  # a turn by less goes straight on


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCosts:
    """Seconds that a turn costs a water cart, beside the way itself.

    Attributes
    ----------
    u_turn_s
        Turning round into the other direction of the same road.
    left_s, right_s
        Turning by more than 45 degrees; traffic keeps to the right.
    """

    u_turn_s: float
    left_s: float
    right_s: float


@dataclass(frozen=True, slots=True, eq=False)
class StreetGraph:
    """Directed arcs over the edges of a road network, and the movements between them.

    Attributes
    ----------
    network
        Of which the streets are made; finds the road near a place (`RoadNetwork.snap`).
    node_lonlat
        Junctions and dead ends, degrees, shape (n, 2).
    arc_from, arc_to
        Nodes, shape (a,).
    arc_edge
        Edge of ``network.edges``, shape (a,); a two-way edge has an arc each way.
    is_forward
        Whether an arc runs as the road's line is drawn, shape (a,).
    arc_length_m
        Ground metres, shape (a,).
    arc_row
        Row of the roads' table, shape (a,).
    arc_start_m
        Metres along the row's line at which the edge of an arc begins, as drawn, shape (a,).
    heading_start_deg, heading_end_deg
        Direction of travel where an arc begins and ends, clockwise from north, shape (a,).
    reverse
        The arc in the other direction of the same edge, -1 on a one-way road, shape (a,).
    part
        Arcs with one number lead to one another, shape (a,); numbered by falling length.
    move_from, move_to
        Arcs that may follow one another, sorted, shape (k,).
    move_s
        Seconds that the turn costs, shape (k,).
    """

    network: RoadNetwork
    node_lonlat: Floats
    arc_from: Ints
    arc_to: Ints
    arc_edge: Ints
    is_forward: Bools
    arc_length_m: Floats
    arc_row: Ints
    arc_start_m: Floats
    heading_start_deg: Floats
    heading_end_deg: Floats
    reverse: Ints
    part: Ints
    move_from: Ints
    move_to: Ints
    move_s: Floats

    def __len__(self) -> int:
        """Count the arcs."""
        return len(self.arc_from)

    @property
    def edges(self) -> Edges:
        """Give the edges of the network."""
        return self.network.edges

    def lonlat(self, arc: int) -> Floats:
        """Give the vertices of an arc in the direction of travel, degrees, shape (k, 2)."""
        edges, edge = self.edges, self.arc_edge[arc]
        vertices = edges.lonlat[edges.first[edge] : edges.first[edge + 1]]
        return vertices if self.is_forward[arc] else vertices[::-1]

    def arcs_of_edge(self, edge: int) -> tuple[int, int]:
        """Give the arc along an edge as drawn and the one against it, -1 where there is none."""
        at = int(np.searchsorted(self.arc_edge, edge))
        found = [-1, -1]
        while at < len(self) and self.arc_edge[at] == edge:
            found[0 if self.is_forward[at] else 1] = at
            at += 1
        return found[0], found[1]

    def travel_s(self, origins: Ints, destinations: Ints, *, speed_kmh: float) -> Floats:
        """Measure the quickest ways from the ends of arcs to the starts of others.

        Parameters
        ----------
        origins, destinations
            Arcs, repeated as one likes.
        speed_kmh
            Of driving, above zero.

        Returns
        -------
        travel_s
            Shape (origins, destinations); infinite where no way leads there. From the end of an
            arc to its own start is a way round.
        """
        seconds = self._arc_s(speed_kmh)
        matrix = self._matrix(seconds)
        first, row = np.unique(origins, return_inverse=True)
        last, column = np.unique(destinations, return_inverse=True)
        times = np.empty((len(first), len(last)))
        block = max(1, _MOST_NUMBERS // max(1, len(self)))
        for at in range(0, len(first), block):
            found = dijkstra(matrix, indices=first[at : at + block])
            times[at : at + block] = found[:, last] - seconds[last]
            for number, arc in enumerate(first[at : at + block]):
                here = np.flatnonzero(last == arc)
                times[at + number, here] = self._way_round_s(int(arc), found[number])
        return times[np.ix_(row.ravel(), column.ravel())]

    def _way_round_s(self, arc: int, reached: Floats) -> float:
        """Give the seconds from the end of an arc to its start, from the times to all arcs."""
        leads_in = self.move_to == arc
        times = reached[self.move_from[leads_in]] + self.move_s[leads_in]
        return float(times.min(initial=np.inf))

    def ways(
        self, origins: Ints, destinations: Ints, *, speed_kmh: float
    ) -> list[tuple[int, ...] | None]:
        """Give the arcs between the ends of arcs and the starts of others, pair by pair.

        Parameters
        ----------
        origins, destinations
            Arcs, the same number of each.
        speed_kmh
            Of driving, above zero.

        Returns
        -------
        ways
            The arcs to be driven in between, none of the two ends among them unless it is passed
            on the way; empty where one follows the other, None where no way leads there.
        """
        seconds = self._arc_s(speed_kmh)
        matrix = self._matrix(seconds)
        ways: list[tuple[int, ...] | None] = [None] * len(origins)
        for start in np.unique(origins):
            reached, before = dijkstra(matrix, indices=start, return_predecessors=True)
            for pair in np.flatnonzero(origins == start):
                goal = int(destinations[pair])
                last = int(before[goal]) if goal != start else self._last_before(goal, reached)
                if last >= 0:
                    ways[pair] = _walk_back(before, int(start), last)
        return ways

    def _last_before(self, arc: int, reached: Floats) -> int:
        """Give the arc from which a way round comes back to an arc's start, -1 for none."""
        leads_in = np.flatnonzero(self.move_to == arc)
        times = reached[self.move_from[leads_in]] + self.move_s[leads_in]
        if len(times) == 0 or not np.isfinite(times.min()):
            return -1
        return int(self.move_from[leads_in[np.argmin(times)]])

    def turn_s(self, first: int, second: int) -> float:
        """Give the seconds that the turn from one arc into the next costs, infinite if closed."""
        low, high = np.searchsorted(self.move_from, (first, first + 1))
        at = low + np.flatnonzero(self.move_to[low:high] == second)
        return float(self.move_s[at[0]]) if len(at) else np.inf

    def _arc_s(self, speed_kmh: float) -> Floats:
        """Give the seconds to drive each arc."""
        return self.arc_length_m / (speed_kmh / 3.6)

    def _matrix(self, seconds: Floats) -> csr_array:
        """Give the movements as a sparse matrix: the turn, then the arc turned into."""
        return csr_array(
            (self.move_s + seconds[self.move_to], (self.move_from, self.move_to)),
            shape=(len(self), len(self)),
        )


def _walk_back(before: NDArray[np.int32], start: int, last: int) -> tuple[int, ...]:
    """Give the arcs behind `start` up to `last`, in travelling order."""
    arcs = []
    while last not in (start, -9999):
        arcs.append(last)
        last = int(before[last])
    return tuple(arcs[::-1])


def build_streets(
    roads: gpd.GeoDataFrame,
    *,
    speed_kmh: float,
    turns: TurnCosts,
) -> StreetGraph:
    """Make the streets of a table of roads.

    Parameters
    ----------
    roads
        Layer ``roads``, EPSG:4326; a one-way road is travelled as it is drawn, carriageways drawn
        apart are streets of their own.
    speed_kmh
        Of driving, for the network.
    turns
        What turns cost.

    Returns
    -------
    streets
        Ready to be asked. No turn is closed yet, see `turns`.
    """
    return graph_streets(build_network(roads, speeds_kmh={_MODE: speed_kmh}), turns=turns)


def graph_streets(network: RoadNetwork, *, turns: TurnCosts) -> StreetGraph:
    """Make the streets of a network for driving.

    Parameters
    ----------
    network
        With the way of travel ``drive``.
    turns
        What turns cost.

    Returns
    -------
    streets
        Ready to be asked.
    """
    edges, graph = network.edges, network.graphs[_MODE]
    edge = np.repeat(np.arange(len(edges)), 2)
    is_forward = np.tile([True, False], len(edges))
    is_open = np.where(is_forward, graph.is_forward[edge], graph.is_backward[edge])
    edge, is_forward = edge[is_open], is_forward[is_open]
    arc_from = np.where(is_forward, edges.start[edge], edges.end[edge])
    arc_to = np.where(is_forward, edges.end[edge], edges.start[edge])
    reverse = np.full(len(edge), -1, dtype=np.int64)
    twin = np.flatnonzero(edge[1:] == edge[:-1])
    reverse[twin], reverse[twin + 1] = twin + 1, twin
    begins, ends = _headings(edges, edge, is_forward)
    first, second, cost = _movements(arc_from, arc_to, reverse, (begins, ends), turns)
    return StreetGraph(
        network=network,
        node_lonlat=_place_nodes(edges),
        arc_from=arc_from,
        arc_to=arc_to,
        arc_edge=edge,
        is_forward=is_forward,
        arc_length_m=edges.length_m[edge],
        arc_row=edges.row[edge],
        arc_start_m=_starts_along_rows(edges)[edge],
        heading_start_deg=begins,
        heading_end_deg=ends,
        reverse=reverse,
        part=number_parts(first, second, edges.length_m[edge]),
        move_from=first,
        move_to=second,
        move_s=cost,
    )


def _place_nodes(edges: Edges) -> Floats:
    """Give the place of each junction."""
    lonlat = np.full((edges.junction_count, 2), np.nan)
    if len(edges):
        lonlat[edges.end] = edges.lonlat[edges.first[1:] - 1]
        lonlat[edges.start] = edges.lonlat[edges.first[:-1]]
    return lonlat


def _starts_along_rows(edges: Edges) -> Floats:
    """Give the metres along its row's line at which each edge begins; edges come in that order."""
    walked = np.concatenate(([0.0], np.cumsum(edges.length_m)))[:-1]
    is_first = np.append(True, edges.row[1:] != edges.row[:-1])[: len(edges)]
    base = walked[is_first][np.cumsum(is_first) - 1] if len(edges) else walked
    return np.asarray(walked - base, dtype=np.float64)


def _headings(edges: Edges, edge: Ints, is_forward: Bools) -> tuple[Floats, Floats]:
    """Give the direction of travel at the start and the end of each arc."""
    if len(edge) == 0:
        return np.empty(0), np.empty(0)
    first, last = edges.first[edge], edges.first[edge + 1] - 1
    points = edges.lonlat
    out = bearing_deg(*points[first].T, *points[first + 1].T)
    into = bearing_deg(*points[last - 1].T, *points[last].T)
    begins = np.where(is_forward, out, (into + 180.0) % 360.0)
    ends = np.where(is_forward, into, (out + 180.0) % 360.0)
    return np.asarray(begins, dtype=np.float64), np.asarray(ends, dtype=np.float64)


def _movements(
    arc_from: Ints, arc_to: Ints, reverse: Ints, headings: tuple[Floats, Floats], turns: TurnCosts
) -> tuple[Ints, Ints, Floats]:
    """List which arcs may follow each other and what the turn costs."""
    order = np.argsort(arc_from, kind="stable")
    low = np.searchsorted(arc_from[order], arc_to)
    high = np.searchsorted(arc_from[order], arc_to, side="right")
    count = high - low
    first = np.repeat(np.arange(len(arc_to)), count)
    within = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
    second = order[np.repeat(low, count) + within]
    begins, ends = headings
    bend = bend_deg(ends[first], begins[second])
    cost = np.where(bend > STRAIGHT_DEG, turns.right_s, 0.0)
    cost = np.where(bend < -STRAIGHT_DEG, turns.left_s, cost)
    cost = np.where(reverse[first] == second, turns.u_turn_s, cost)
    by_pair = np.lexsort((second, first))
    return first[by_pair], second[by_pair], np.asarray(cost[by_pair], dtype=np.float64)


def bend_deg(heading_in_deg: Floats | float, heading_out_deg: Floats) -> Floats:
    """Give by how much a turn changes the direction of travel.

    Parameters
    ----------
    heading_in_deg, heading_out_deg
        Before and after it, clockwise from north.

    Returns
    -------
    bend
        Degrees, -180 to 180, to the right above zero.
    """
    turned = (heading_out_deg - heading_in_deg + 180.0) % 360.0 - 180.0
    return np.asarray(turned, dtype=np.float64)


def number_parts(first: Ints, second: Ints, length_m: Floats) -> Ints:
    """Give numbers to the parts between which one gets there and back, the longest first.

    Parameters
    ----------
    first, second
        Arcs that may follow one another.
    length_m
        Of each arc.

    Returns
    -------
    part
        Of each arc.
    """
    if len(length_m) == 0:
        return np.empty(0, dtype=np.int64)
    matrix = csr_array((np.ones(len(first)), (first, second)), shape=(len(length_m), len(length_m)))
    count, part = connected_components(matrix, connection="strong")
    total = np.bincount(part, weights=length_m, minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.lexsort((np.arange(count), -total))] = np.arange(count)
    return np.asarray(rank[part], dtype=np.int64)
