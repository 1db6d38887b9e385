"""The road network and the questions it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import ground_distance_m
from qxgeo.network.places import Places, Travel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import Transformer

    from qxgeo.errors import Text
    from qxgeo.network.edges import Edges
    from qxgeo.network.graph import ModeGraph

_MILLIMETRES = 1_000.0
_AT_JUNCTION_M = 0.01  # nearer to a junction, one stands on it and may take any of its roads


@dataclass(frozen=True, slots=True)
class RoadNetwork:
    """Roads, joined, for each way of travel; made by `build_network`.

    Attributes
    ----------
    edges
        Stretches between junctions.
    graphs
        The directed graph of each way of travel.
    speeds_kmh
        Of each way of travel.
    plane
        In which nearest roads are looked for; None where there is no road.
    notes
        What was joined, what crosses without meeting, what is unknown.
    """

    edges: Edges
    graphs: Mapping[str, ModeGraph]
    speeds_kmh: Mapping[str, float]
    plane: Transformer | None
    notes: tuple[Text, ...]

    def snap(self, lonlat: NDArray[np.float64], *, mode: str, limit_m: float) -> Places:
        """Find where points meet the nearest usable road.

        Parameters
        ----------
        lonlat
            Longitude and latitude, degrees, shape (n, 2); NaN for a point without a place.
        mode
            ``drive``, ``ride`` or ``walk``.
        limit_m
            Ground metres beyond which a point counts as out of reach; at the limit is within.

        Returns
        -------
        places
            One per point. Parts of the map from which nobody gets anywhere do not count as roads.
        """
        graph = self.graphs[mode]
        count = len(lonlat)
        edge = np.full(count, -1, dtype=np.int64)
        along, snap_m = np.zeros(count), np.full(count, np.inf)
        spots = np.full((count, 2), np.nan)
        known = np.flatnonzero(np.isfinite(lonlat).all(axis=1))
        if self.plane is not None and len(graph.stops) and len(known):
            edge[known], along[known] = self._nearest(graph, self.plane, lonlat[known])
            spots[known] = self.edges.position(edge[known], along[known])
            snap_m[known] = ground_distance_m(*lonlat[known].T, *spots[known].T)
        is_far = snap_m > limit_m
        edge[is_far], along[is_far], spots[is_far] = -1, 0.0, np.nan
        return Places(mode, spots, snap_m, edge, along)

    def _nearest(
        self, graph: ModeGraph, plane: Transformer, lonlat: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Find the nearest edge of each point and the metres along it."""
        points = np.asarray(shapely.points(np.stack(plane.transform(*lonlat.T), axis=1)))
        pairs = graph.tree.query_nearest(points, all_matches=True)
        which, at = np.unique(pairs[0], return_index=True)
        stop = np.empty(len(points), dtype=np.int64)
        stop[which] = np.minimum.reduceat(pairs[1], at)
        shapes = graph.tree.geometries[stop]
        share = shapely.line_locate_point(shapes, points, normalized=True)
        edge = graph.stops[stop]
        length = self.edges.length_m[edge]
        along = np.round(share * length * _MILLIMETRES) / _MILLIMETRES
        along[along < _AT_JUNCTION_M] = 0.0
        return edge, np.where(along > length - _AT_JUNCTION_M, length, along)

    def travel(self, origins: Places, destinations: Places | None = None) -> Travel:
        """Measure the shortest ways from many places to many others.

        Parameters
        ----------
        origins
            As `snap` gives them.
        destinations
            Of the same way of travel; None for the origins themselves.

        Returns
        -------
        travel
            Metres along the roads, and minutes at the speed of the way of travel. The stretch
            between a point and its road is in neither: it is ``snap_m`` of the place.
        """
        both, first, last = _put_together(origins, destinations)
        placed = self.graphs[origins.mode].with_places(both)
        metres = placed.distances_m(first, last)
        return Travel(metres, metres / self.metres_per_min(origins.mode))

    def metres_per_min(self, mode: str) -> float:
        """Give the speed of a way of travel.

        Parameters
        ----------
        mode
            ``drive``, ``ride`` or ``walk``.

        Returns
        -------
        metres_per_min
            Metres in one minute.
        """
        return self.speeds_kmh[mode] * 1_000 / 60

    def paths(self, origins: Places, destinations: Places) -> NDArray[np.object_]:
        """Draw the shortest way of each pair.

        Parameters
        ----------
        origins, destinations
            As `snap` gives them, of the same way of travel, the same number of each.

        Returns
        -------
        paths
            LineStrings along the roads, EPSG:4326; empty where no way leads there and where both
            are one place.
        """
        both, first, last = _put_together(origins, destinations)
        ways = self.graphs[origins.mode].with_places(both).ways(first, last)
        return np.array([shapely.LineString(way) for way in ways], dtype=object)

    def path(self, origin: Places, destination: Places) -> shapely.LineString:
        """Draw the shortest way from one place to another.

        Parameters
        ----------
        origin, destination
            One place each.

        Returns
        -------
        path
            As `paths` gives it.
        """
        way = self.paths(origin, destination)[0]
        return shapely.LineString(way)


def _put_together(
    origins: Places, destinations: Places | None
) -> tuple[Places, NDArray[np.int64], NDArray[np.int64]]:
    """Give one list of places and the positions of origins and destinations in it.

    Raises
    ------
    ValueError
        If they are for two ways of travel.
    """
    first = np.arange(len(origins))
    if destinations is None:
        return origins, first, first
    if destinations.mode != origins.mode:
        message = f"from a place to {origins.mode} to one to {destinations.mode}"
        raise ValueError(message)
    both = Places(
        origins.mode,
        np.concatenate((origins.lonlat, destinations.lonlat)),
        np.concatenate((origins.snap_m, destinations.snap_m)),
        np.concatenate((origins.edge, destinations.edge)),
        np.concatenate((origins.along_m, destinations.along_m)),
    )
    return both, first, len(origins) + np.arange(len(destinations))
