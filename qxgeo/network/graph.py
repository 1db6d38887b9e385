"""The directed graph of one way of travel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.network.edges import Edges
    from qxgeo.network.places import Places

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# A part of the roads from which one cannot leave, or to which one cannot come, and that is shorter
# than this share of the longest part is a fault of the map (a lane that misses its road, a one-way
# street cut by the edge of an extract): points meet the roads beside it.
_SMALL_PART = 0.01
_MOST_NUMBERS = 8_000_000  # of one block of distances: 64 MB


@dataclass(frozen=True, slots=True)
class Arcs:
    """One-way pieces of edges between graph nodes.

    Attributes
    ----------
    source, target
        Nodes: junctions, then places.
    edge, from_m, to_m
        The piece of an edge; ``from_m`` is behind ``to_m`` where it is travelled backwards.
    """

    source: Ints
    target: Ints
    edge: Ints
    from_m: Floats
    to_m: Floats

    @property
    def length_m(self) -> Floats:
        """Metres of each piece."""
        return np.abs(self.to_m - self.from_m)

    def shortest(self) -> Arcs:
        """Keep the shortest of arcs that lead from the same node to the same node."""
        order = np.lexsort((self.edge, self.length_m, self.target, self.source))
        source, target = self.source[order], self.target[order]
        is_first = np.ones(len(order), dtype=bool)
        is_first[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
        return self.take(order[is_first])

    def take(self, chosen: Ints | NDArray[np.bool_]) -> Arcs:
        """Give some of the arcs."""
        return Arcs(
            self.source[chosen],
            self.target[chosen],
            self.edge[chosen],
            self.from_m[chosen],
            self.to_m[chosen],
        )

    def followed_by(self, other: Arcs) -> Arcs:
        """Put other arcs behind these."""
        return Arcs(
            np.concatenate((self.source, other.source)),
            np.concatenate((self.target, other.target)),
            np.concatenate((self.edge, other.edge)),
            np.concatenate((self.from_m, other.from_m)),
            np.concatenate((self.to_m, other.to_m)),
        )


@dataclass(frozen=True, slots=True)
class ModeGraph:
    """Roads as one way of travel sees them.

    Attributes
    ----------
    edges
        All edges of the network.
    arcs
        Whole edges, each in the directions allowed, the shortest between two junctions.
    is_forward, is_backward
        Whether an edge may be travelled as drawn, and against it, shape (e,).
    stops
        Edges on which a place may lie: one can come there and leave again.
    tree
        Index of the shapes of `stops` in the plane of the network.
    part_count
        Parts of the network between which no way leads there and back.
    left_out_m
        Metres of usable road on which no place may lie.
    """

    edges: Edges
    arcs: Arcs
    is_forward: NDArray[np.bool_]
    is_backward: NDArray[np.bool_]
    stops: Ints
    tree: shapely.STRtree
    part_count: int
    left_out_m: float

    @classmethod
    def build(
        cls,
        edges: Edges,
        flat: NDArray[np.object_],
        *,
        is_forward: NDArray[np.bool_],
        is_backward: NDArray[np.bool_],
    ) -> ModeGraph:
        """Build the graph.

        Parameters
        ----------
        edges
            All edges of the network.
        flat
            Their shapes in the plane of the network.
        is_forward, is_backward
            Which directions are allowed, one claim per edge.

        Returns
        -------
        graph
            Ready to be asked.
        """
        whole = _whole_edges(edges, is_forward, is_backward)
        arcs = whole.take(whole.source != whole.target).shortest()
        is_usable = is_forward | is_backward
        stops, part_count = _find_stops(edges, arcs, is_usable)
        return cls(
            edges=edges,
            arcs=arcs,
            is_forward=is_forward,
            is_backward=is_backward,
            stops=stops,
            tree=shapely.STRtree(flat[stops]),
            part_count=part_count,
            left_out_m=float(edges.length_m[is_usable].sum() - edges.length_m[stops].sum()),
        )

    def with_places(self, places: Places) -> PlacedGraph:
        """Add places as nodes that split their edges.

        Parameters
        ----------
        places
            On edges of this graph.

        Returns
        -------
        graph
            To be asked about these places.
        """
        edges, count = self.edges, self.edges.junction_count
        reached = places.is_reached
        edge, along = places.edge[reached], places.along_m[reached]
        at_start, at_end = along <= 0, along >= edges.length_m[edge]
        inner = ~(at_start | at_end)
        spots, number = np.unique(
            np.stack((edge[inner].astype(float), along[inner])), axis=1, return_inverse=True
        )
        node = np.where(at_start, edges.start[edge], edges.end[edge])
        node[inner] = count + number.ravel()
        nodes = np.full(len(places), -1, dtype=np.int64)
        nodes[reached] = node
        added = self._split(spots[0].astype(np.int64), spots[1])
        arcs = self.arcs.followed_by(added.shortest())
        return PlacedGraph(edges, arcs, nodes, count + spots.shape[1])

    def _split(self, edge: Ints, along: Floats) -> Arcs:
        """Cut edges at places sorted by edge and metres; give the pieces, each way allowed."""
        is_first = np.append(True, edge[1:] != edge[:-1])[: len(edge)]
        is_last = np.append(edge[1:] != edge[:-1], True)[: len(edge)]
        node = self.edges.junction_count + np.arange(len(edge))
        before = np.where(is_first, 0.0, np.roll(along, 1))
        comes_from = np.where(is_first, self.edges.start[edge], node - 1)
        ends = edge[is_last]
        source = np.concatenate((comes_from, node[is_last]))
        target = np.concatenate((node, self.edges.end[ends]))
        pieces = Arcs(
            source,
            target,
            np.concatenate((edge, ends)),
            np.concatenate((before, along[is_last])),
            np.concatenate((along, self.edges.length_m[ends])),
        )
        return _both_ways(pieces, self.is_forward, self.is_backward)


@dataclass(frozen=True, slots=True)
class PlacedGraph:
    """A graph with places in it.

    Attributes
    ----------
    edges
        All edges of the network.
    arcs
        Between junctions and places.
    nodes
        Node of each place, -1 for one that no road reaches.
    node_count
        Junctions and places together.
    """

    edges: Edges
    arcs: Arcs
    nodes: Ints
    node_count: int

    def distances_m(self, origins: Ints, destinations: Ints) -> Floats:
        """Measure the shortest ways between places, given by their positions.

        Parameters
        ----------
        origins, destinations
            Positions in `nodes`.

        Returns
        -------
        distance_m
            Shape (origins, destinations), infinite where no way leads there.
        """
        if len(destinations) < len(origins):  # fewer searches, against the traffic
            return self._search(destinations, origins, backwards=True).T
        return self._search(origins, destinations, backwards=False)

    def _search(self, origins: Ints, destinations: Ints, *, backwards: bool) -> Floats:
        """Search from each origin, a block at a time."""
        matrix = self._matrix(backwards=backwards)
        result = np.full((len(origins), len(destinations)), np.inf)
        rows = np.flatnonzero(self.nodes[origins] >= 0)
        columns = np.flatnonzero(self.nodes[destinations] >= 0)
        starts, number = np.unique(self.nodes[origins[rows]], return_inverse=True)
        targets = self.nodes[destinations[columns]]
        block = max(1, _MOST_NUMBERS // max(1, self.node_count))
        for at in range(0, len(starts), block):
            found = dijkstra(matrix, indices=starts[at : at + block])[:, targets]
            is_here = (number >= at) & (number < at + block)
            result[np.ix_(rows[is_here], columns)] = found[number[is_here] - at]
        return result

    def _matrix(self, *, backwards: bool = False) -> csr_array:
        """Give the arcs as a sparse matrix of metres."""
        way = (self.arcs.source, self.arcs.target)
        return csr_array(
            (self.arcs.length_m, way[::-1] if backwards else way),
            shape=(self.node_count, self.node_count),
        )

    def ways(self, origins: Ints, destinations: Ints) -> list[Floats]:
        """Give the vertices of the shortest way of each pair, empty where there is none.

        Parameters
        ----------
        origins, destinations
            Positions in `nodes`, pair by pair.

        Returns
        -------
        ways
            Longitude and latitude, shape (k, 2) each.
        """
        first, last = self.nodes[origins], self.nodes[destinations]
        ways = [np.empty((0, 2)) for _ in first]
        matrix = self._matrix()
        order = np.lexsort((self.arcs.target, self.arcs.source))
        keys = (self.arcs.source * self.node_count + self.arcs.target)[order]
        for start in np.unique(first[(first >= 0) & (last >= 0)]):
            before = dijkstra(matrix, indices=start, return_predecessors=True)[1]
            for pair in np.flatnonzero((first == start) & (last >= 0)):
                nodes = _walk_back(before, int(last[pair]))
                steps = np.array([a * self.node_count + b for a, b in nodes], dtype=np.int64)
                ways[pair] = self._draw(order[np.searchsorted(keys, steps)])
        return ways

    def _draw(self, arcs: Ints) -> Floats:
        """Join the pieces of a way, without repeating where they meet."""
        pieces = [
            self.edges.stretch(
                int(self.arcs.edge[arc]), float(self.arcs.from_m[arc]), float(self.arcs.to_m[arc])
            )
            for arc in arcs
        ]
        if not pieces:
            return np.empty((0, 2))
        return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _walk_back(before: NDArray[np.int32], node: int) -> list[tuple[int, int]]:
    """Give the arcs to a node in travelling order; none where nothing leads there."""
    steps = []
    while before[node] >= 0:
        steps.append((int(before[node]), node))
        node = int(before[node])
    return steps[::-1]


def _whole_edges(
    edges: Edges, is_forward: NDArray[np.bool_], is_backward: NDArray[np.bool_]
) -> Arcs:
    """Give each edge as an arc in every direction allowed."""
    whole = Arcs(
        edges.start, edges.end, np.arange(len(edges)), np.zeros(len(edges)), edges.length_m
    )
    return _both_ways(whole, is_forward, is_backward)


def _both_ways(pieces: Arcs, is_forward: NDArray[np.bool_], is_backward: NDArray[np.bool_]) -> Arcs:
    """Give pieces as drawn and turned round, as far as their edges allow."""
    turned = Arcs(pieces.target, pieces.source, pieces.edge, pieces.to_m, pieces.from_m)
    return pieces.take(is_forward[pieces.edge]).followed_by(turned.take(is_backward[pieces.edge]))


def _find_stops(edges: Edges, arcs: Arcs, is_usable: NDArray[np.bool_]) -> tuple[Ints, int]:
    """Find the edges from which one gets through their part and back, and count the parts."""
    matrix = csr_array(
        (np.ones(len(arcs.source)), (arcs.source, arcs.target)),
        shape=(edges.junction_count, edges.junction_count),
    )
    if edges.junction_count == 0:
        return np.empty(0, dtype=np.int64), 0
    count, part = connected_components(matrix, connection="strong")
    is_within = is_usable & (part[edges.start] == part[edges.end])
    length = np.bincount(
        part[edges.start][is_within], weights=edges.length_m[is_within], minlength=count
    )
    is_large = (length > 0) & (length >= _SMALL_PART * length.max())
    stops = np.flatnonzero(is_within & is_large[part[edges.start]])
    return stops, int(is_large.sum())
