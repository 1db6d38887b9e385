"""What lies between the places of the routes: roads, or straight lines where they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import shapely

from qxgeo.geodesy import ground_distance_m
from qxgeo.network import Places, RoadNetwork, Travel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


_BATCH = 300  # places measured together: the roads are prepared once for all of them


class Ground(Protocol):
    """Places, numbered, and the ways between them."""

    @property
    def is_straight_line(self) -> bool:
        """Whether ways are straight lines instead of roads."""

    @property
    def snap_m(self) -> NDArray[np.float64]:
        """Ground metres from each place to its road."""

    @property
    def is_reached(self) -> NDArray[np.bool_]:
        """Which places can be reached at all."""

    def travel(self, places: Ints) -> Travel:
        """Measure the ways among some of the places."""

    def paths(self, origins: Ints, destinations: Ints) -> NDArray[np.object_]:
        """Draw the way of each pair, empty where both are one place."""


@dataclass(frozen=True, slots=True)
class RoadGround:
    """Ways along roads.

    Attributes
    ----------
    network
        Whose roads.
    places
        Where the places meet them.
    is_straight_line
        False.
    """

    network: RoadNetwork
    places: Places
    is_straight_line: bool = False

    @property
    def snap_m(self) -> NDArray[np.float64]:
        """Ground metres from each place to its road."""
        return self.places.snap_m

    @property
    def is_reached(self) -> NDArray[np.bool_]:
        """Which places have a road near enough."""
        return self.places.is_reached

    def travel(self, places: Ints) -> Travel:
        """Measure the ways among some of the places.

        Parameters
        ----------
        places
            Their numbers.

        Returns
        -------
        travel
            Shape (k, k).
        """
        return self.network.travel(self.places.take(places))

    def paths(self, origins: Ints, destinations: Ints) -> NDArray[np.object_]:
        """Draw the way of each pair.

        Parameters
        ----------
        origins, destinations
            Numbers of places.

        Returns
        -------
        paths
            Lines, empty where both are one place.
        """
        return self.network.paths(self.places.take(origins), self.places.take(destinations))


@dataclass(frozen=True, slots=True)
class StraightGround:
    """Ways as the crow flies.

    Attributes
    ----------
    lonlat
        The places, shape (n, 2), NaN where unknown.
    metres_per_min
        Speed.
    is_straight_line
        True.
    """

    lonlat: NDArray[np.float64]
    metres_per_min: float
    is_straight_line: bool = True

    @property
    def snap_m(self) -> NDArray[np.float64]:
        """Nothing lies between a place and its way."""
        return np.zeros(len(self.lonlat))

    @property
    def is_reached(self) -> NDArray[np.bool_]:
        """Which places are known."""
        return np.asarray(np.isfinite(self.lonlat).all(axis=1), dtype=bool)

    def travel(self, places: Ints) -> Travel:
        """Measure the ways among some of the places.

        Parameters
        ----------
        places
            Their numbers.

        Returns
        -------
        travel
            Shape (k, k).
        """
        first, second = np.repeat(places, len(places)), np.tile(places, len(places))
        metres = ground_distance_m(*self.lonlat[first].T, *self.lonlat[second].T)
        metres = metres.reshape(len(places), len(places))
        return Travel(metres, metres / self.metres_per_min)

    def paths(self, origins: Ints, destinations: Ints) -> NDArray[np.object_]:
        """Draw the way of each pair.

        Parameters
        ----------
        origins, destinations
            Numbers of places.

        Returns
        -------
        paths
            Lines of two vertices, empty where both are one place.
        """
        ends = np.stack((self.lonlat[origins], self.lonlat[destinations]), axis=1)
        lines = np.asarray(shapely.linestrings(ends), dtype=object).reshape(len(origins))
        lines[(ends[:, 0] == ends[:, 1]).all(axis=1)] = shapely.LineString()
        return lines


def measure_groups(ground: Ground, groups: Sequence[Ints]) -> Iterator[Travel]:
    """Measure the ways within each of several groups of places.

    Parameters
    ----------
    ground
        Of the places.
    groups
        Numbers of places, none twice in a group.

    Yields
    ------
    travel
        One per group, in order, shape (k, k).
    """
    at = 0
    while at < len(groups):
        end, size = at, 0
        while end < len(groups) and (size == 0 or size + len(groups[end]) <= _BATCH):
            size += len(groups[end])
            end += 1
        places = np.unique(np.concatenate(groups[at:end]))
        together = ground.travel(places)
        for group in groups[at:end]:
            own = np.searchsorted(places, group)
            square = np.ix_(own, own)
            yield Travel(together.metres[square], together.minutes[square])
        at = end
