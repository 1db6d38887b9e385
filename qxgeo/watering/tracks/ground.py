"""Which directed arcs a recorded position may lie on, and how well each fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.watering.streets import StreetGraph

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_M_PER_DEG = 111_195.0  # a plane for neighbours; metres along roads come from the edges
_HEADING_WEIGHT = 4.0
_MOST = 14  # arcs kept for a position
_BLOCK = 20_000
_APART_M = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Segments of the streets in a flat plane.

    Attributes
    ----------
    streets
        Whose edges they are.
    scale
        Plane metres per degree of longitude and latitude.
    start, step
        Segments: first vertex and the way to the second, plane metres, shape (s, 2).
    edge
        Of each segment, shape (s,).
    walked_m, length_m
        Ground metres from the start of the edge to the segment, and along it, shape (s,).
    tree
        Index of the segments.
    arcs
        Arc along each edge as drawn and against it, -1 where there is none, shape (e, 2).
    """

    streets: StreetGraph
    scale: Floats
    start: Floats
    step: Floats
    edge: Ints
    walked_m: Floats
    length_m: Floats
    tree: shapely.STRtree
    arcs: Ints

    @classmethod
    def of(cls, streets: StreetGraph) -> Ground:
        """Lay streets out in a plane.

        Parameters
        ----------
        streets
            With at least one arc.

        Returns
        -------
        ground
            Ready to be asked.
        """
        edges = streets.edges
        lat = float(np.median(edges.lonlat[:, 1]))
        scale = np.array([np.cos(np.radians(lat)), 1.0]) * _M_PER_DEG
        arcs = np.full((len(edges), 2), -1, dtype=np.int64)
        arcs[streets.arc_edge, np.where(streets.is_forward, 0, 1)] = np.arange(len(streets))
        edge = np.repeat(np.arange(len(edges)), np.diff(edges.first))
        inner = np.flatnonzero(edge[1:] == edge[:-1])
        inner = inner[(arcs[edge[inner]] >= 0).any(axis=1)]
        xy = edges.lonlat * scale
        pairs = np.stack((xy[inner], xy[inner + 1]), axis=1)
        return cls(
            streets=streets,
            scale=scale,
            start=xy[inner],
            step=xy[inner + 1] - xy[inner],
            edge=edge[inner],
            walked_m=edges.walked_m[inner],
            length_m=edges.walked_m[inner + 1] - edges.walked_m[inner],
            tree=shapely.STRtree(np.asarray(shapely.linestrings(pairs), dtype=object)),
            arcs=arcs,
        )

    def nearest_m(self, xy: Floats) -> Floats:
        """Give the plane metres from positions to the nearest street."""
        _, metres = self.tree.query_nearest(
            shapely.points(xy), all_matches=False, return_distance=True
        )
        return np.asarray(metres, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Arcs on which positions may lie, the best first.

    Attributes
    ----------
    arc
        Shape (n, k); -1 where there are fewer.
    along_m
        Ground metres from the start of the arc, shape (n, k).
    cost
        Minus the logarithm of how likely the record is there, shape (n, k); infinite where there
        is none.
    distance_m
        From the record to the arc, shape (n, k).
    """

    arc: Ints
    along_m: Floats
    cost: Floats
    distance_m: Floats


def find_candidates(
    ground: Ground,
    xy: Floats,
    *,
    heading_deg: Floats,
    heading_trust: Floats,
    sigma_m: Floats,
) -> Candidates:
    """Find the arcs near positions.

    Parameters
    ----------
    ground
        The streets.
    xy
        Positions in its plane, shape (n, 2).
    heading_deg
        Direction of travel, clockwise from north; NaN where not known.
    heading_trust
        From 0 (none) to 1 (as a moving receiver states it).
    sigma_m
        Error of each position, one standard deviation across the road.

    Returns
    -------
    candidates
        At most fourteen for each position.
    """
    parts = [
        _find_block(ground, xy[at], heading_deg[at], heading_trust[at], sigma_m[at])
        for at in (slice(begin, begin + _BLOCK) for begin in range(0, len(xy), _BLOCK))
    ]
    return Candidates(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def _find_block(
    ground: Ground, xy: Floats, heading_deg: Floats, heading_trust: Floats, sigma_m: Floats
) -> tuple[Ints, Floats, Floats, Floats]:
    """Find the arcs for some positions."""
    radius = np.maximum(35.0, 3.5 * sigma_m)
    point, segment = ground.tree.query(shapely.points(xy), predicate="dwithin", distance=radius)
    away = xy[point] - ground.start[segment]
    step = ground.step[segment]
    size2 = np.maximum((step**2).sum(axis=1), 1e-12)
    share = np.clip((away * step).sum(axis=1) / size2, 0.0, 1.0)
    distance = np.hypot(*(away - share[:, None] * step).T)
    edge = ground.edge[segment]
    along = ground.walked_m[segment] + share * ground.length_m[segment]
    best = _nearest_of_each(point, edge, distance, along, (share > 0) & (share < 1))
    point, segment, along, distance, edge = (
        one[best] for one in (point, segment, along, distance, edge)
    )
    bearing = np.degrees(np.arctan2(*ground.step[segment].T))
    rows = []
    for direction in (0, 1):
        arc = ground.arcs[edge, direction]
        length = ground.streets.arc_length_m[arc]
        turn = np.radians(heading_deg[point] - bearing - 180.0 * direction)
        cost = 0.5 * (distance / sigma_m[point]) ** 2
        cost = cost + np.where(
            np.isfinite(turn), heading_trust[point] * _HEADING_WEIGHT * (1 - np.cos(turn)), 0.0
        )
        is_open = arc >= 0
        rows.append(
            np.stack(
                (point, arc, along if direction == 0 else length - along, cost, distance), axis=1
            )[is_open]
        )
    return _pad(np.concatenate(rows), len(xy))


def _nearest_of_each(
    point: Ints, edge: Ints, distance: Floats, along: Floats, is_foot: NDArray[np.bool_]
) -> Ints:
    """Choose the nearest place on each edge near a position, and a second one far along from it.

    A ramp that winds back beside itself is near twice: at every record either may be meant.
    """
    order = np.lexsort((distance, edge, point))
    point, edge, along, is_foot = point[order], edge[order], along[order], is_foot[order]
    is_first = np.append(True, (np.diff(point) != 0) | (np.diff(edge) != 0))[: len(order)]
    group = np.cumsum(is_first) - 1
    is_other = ~is_first & is_foot & (np.abs(along - along[is_first][group]) > _APART_M)
    others = np.flatnonzero(is_other)
    _, once = np.unique(group[others], return_index=True)
    return order[np.concatenate((np.flatnonzero(is_first), others[once]))]


def _pad(rows: Floats, count: int) -> tuple[Ints, Floats, Floats, Floats]:
    """Sort rows (point, arc, along, cost, distance) into a table, the best of each point first."""
    rows = rows[np.lexsort((rows[:, 1], rows[:, 3], rows[:, 0]))]
    point = rows[:, 0].astype(np.int64)
    rank = np.arange(len(rows)) - np.searchsorted(point, point)
    kept = rank < _MOST
    point, rank, rows = point[kept], rank[kept], rows[kept]
    arc = np.full((count, _MOST), -1, dtype=np.int64)
    along, cost, distance = (np.full((count, _MOST), fill) for fill in (0.0, np.inf, np.inf))
    arc[point, rank] = rows[:, 1].astype(np.int64)
    along[point, rank], cost[point, rank], distance[point, rank] = rows[:, 2:].T
    return arc, along, cost, distance
