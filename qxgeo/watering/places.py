"""Starts and ends of traversals, and sites, as places of a travel matrix; ways between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.network import Places
    from qxgeo.watering.streets import StreetGraph

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of an edge that is driven.

    Attributes
    ----------
    arc
        Which way.
    from_m, to_m
        Metres from the start of the arc in the direction of travel.
    turn_s
        What the turn into it costs.
    """

    arc: int
    from_m: float
    to_m: float
    turn_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """Traversals (rows of arcs) and sites between which carts drive.

    Attributes
    ----------
    streets
        On which they lie.
    first, last
        First and last arc of each traversal, shape (m,).
    through_m
        Length of each traversal, shape (m,).
    through_turn_s
        Turns within each traversal, shape (m,).
    site_edge, site_m
        Edge of each site and the metres along it as drawn, shape (r,).
    """

    streets: StreetGraph
    first: Ints
    last: Ints
    through_m: Floats
    through_turn_s: Floats
    site_edge: Ints
    site_m: Floats

    @property
    def mode_count(self) -> int:
        """Count the traversals."""
        return len(self.first)

    def start_of(self, mode: int) -> int:
        """Give the place where a traversal starts."""
        return 2 * mode

    def end_of(self, mode: int) -> int:
        """Give the place where a traversal ends."""
        return 2 * mode + 1

    def site(self, number: int) -> int:
        """Give the place of a site."""
        return 2 * self.mode_count + number

    def travel_s(self, *, speed_kmh: float) -> Floats:
        """Measure the ways between all places.

        Parameters
        ----------
        speed_kmh
            Of driving.

        Returns
        -------
        travel_s
            Shape (p, p). Leaving the start of a traversal leads through it; a cart may turn round
            in a site.
        """
        speed = speed_kmh / 3.6
        arcs = self._site_arcs()
        origins = np.concatenate((self.last, arcs.ravel()))
        targets = np.concatenate((self.first, arcs.ravel()))
        is_open = origins >= 0, targets >= 0
        times = np.full((len(origins), len(targets)), np.inf)
        times[np.ix_(*is_open)] = self.streets.travel_s(
            origins[is_open[0]], targets[is_open[1]], speed_kmh=speed_kmh
        )
        lengths = self.streets.edges.length_m[self.site_edge]
        before = np.stack((self.site_m, lengths - self.site_m), axis=1).ravel() / speed
        after = np.stack((lengths - self.site_m, self.site_m), axis=1).ravel() / speed
        count, sites = self.mode_count, len(self.site_edge)
        times[:, count:] += before[None, :]
        times[count:, :] += after[:, None]
        for axis in (0, 1):  # the better of the two directions of a site's road
            modes = np.take(times, range(count), axis=axis)
            pairs = np.take(times, range(count, count + 2 * sites), axis=axis)
            shape = list(pairs.shape)
            shape[axis : axis + 1] = [sites, 2]
            times = np.concatenate((modes, pairs.reshape(shape).min(axis=axis + 1)), axis=axis)
        times[count:, count:] = np.minimum(times[count:, count:], self._along_s(speed))
        return self._spread(times, self.through_m / speed + self.through_turn_s)

    def _site_arcs(self) -> Ints:
        """Give the arcs of each site's edge, as drawn and against, -1 where closed."""
        pairs = [self.streets.arcs_of_edge(int(edge)) for edge in self.site_edge]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def _along_s(self, speed: float) -> Floats:
        """Give the seconds between sites on one edge, straight along it; infinite for others."""
        step = self.site_m[None, :] - self.site_m[:, None]
        arcs = self._site_arcs()
        is_open = np.where(step >= 0, arcs[:, :1] >= 0, arcs[:, 1:] >= 0)
        is_same = self.site_edge[:, None] == self.site_edge[None, :]
        along = np.where(is_same & is_open, np.abs(step) / speed, np.inf)
        np.fill_diagonal(along, 0.0)
        return along

    def _spread(self, times: Floats, through_s: Floats) -> Floats:
        """Make the matrix of places from times between ends, starts and sites."""
        count = self.mode_count
        sites = times.shape[0] - count
        size = 2 * count + sites
        full = np.empty((size, size))
        starts, ends = np.arange(count) * 2, np.arange(count) * 2 + 1
        rows = (ends, 2 * count + np.arange(sites))
        for row, part in zip(rows, (times[:count], times[count:]), strict=True):
            full[np.ix_(row, starts)] = part[:, :count]
            full[np.ix_(row, ends)] = part[:, :count] + through_s[None, :]
            full[np.ix_(row, rows[1])] = part[:, count:]
        full[starts] = full[ends] + through_s[:, None]
        full[starts, ends] = through_s
        np.fill_diagonal(full, 0.0)
        return full

    def way(self, origin: int, destination: int, *, speed_kmh: float) -> tuple[Step, ...] | None:
        """Give the way between two places, the end of a traversal or a site to a start or a site.

        Parameters
        ----------
        origin, destination
            Places.
        speed_kmh
            Of driving.

        Returns
        -------
        way
            Pieces in travelling order; None where no way leads there.
        """
        if origin == destination:
            return ()
        speed = speed_kmh / 3.6
        best: tuple[float, tuple[Step, ...]] | None = None
        direct = self._direct(origin, destination)
        if direct is not None:
            best = (sum(one.to_m - one.from_m for one in direct) / speed, direct)
        for out, head in self._leaving(origin):
            for into, tail in self._reaching(destination):
                steps = self._join(out, head, into, tail, speed_kmh)
                if steps is None:
                    continue
                seconds = sum((one.to_m - one.from_m) / speed + one.turn_s for one in steps)
                if best is None or seconds < best[0] - 1e-9:
                    best = (seconds, steps)
        return None if best is None else best[1]

    def _direct(self, origin: int, destination: int) -> tuple[Step, ...] | None:
        """Give the way between two sites on one edge, where it is open."""
        base = 2 * self.mode_count
        if origin < base or destination < base:
            return None
        one, other = origin - base, destination - base
        if self.site_edge[one] != self.site_edge[other]:
            return None
        forward, backward = self.streets.arcs_of_edge(int(self.site_edge[one]))
        start, goal = float(self.site_m[one]), float(self.site_m[other])
        length = float(self.streets.edges.length_m[self.site_edge[one]])
        if start <= goal:
            return None if forward < 0 else (Step(forward, start, goal, 0.0),)
        return None if backward < 0 else (Step(backward, length - start, length - goal, 0.0),)

    def _leaving(self, place: int) -> list[tuple[int, tuple[Step, ...]]]:
        """Give the arcs by which a place is left, each with what of it is driven."""
        if place < 2 * self.mode_count:
            return [(int(self.last[place // 2]), ())]
        number = place - 2 * self.mode_count
        length = float(self.streets.edges.length_m[self.site_edge[number]])
        at = float(self.site_m[number])
        arcs = self.streets.arcs_of_edge(int(self.site_edge[number]))
        starts = (at, length - at)
        return [
            (arc, (Step(arc, start, length, 0.0),))
            for arc, start in zip(arcs, starts, strict=True)
            if arc >= 0
        ]

    def _reaching(self, place: int) -> list[tuple[int, tuple[float, float] | None]]:
        """Give the arcs by which a place is reached, each with what of it is driven."""
        if place < 2 * self.mode_count:
            return [(int(self.first[place // 2]), None)]
        number = place - 2 * self.mode_count
        length = float(self.streets.edges.length_m[self.site_edge[number]])
        at = float(self.site_m[number])
        arcs = self.streets.arcs_of_edge(int(self.site_edge[number]))
        ends = (at, length - at)
        return [(arc, (0.0, end)) for arc, end in zip(arcs, ends, strict=True) if arc >= 0]

    def _join(
        self,
        out: int,
        head: tuple[Step, ...],
        into: int,
        tail: tuple[float, float] | None,
        speed_kmh: float,
    ) -> tuple[Step, ...] | None:
        """Put together how a place is left, the way, and how the other is reached."""
        pair = np.array([out]), np.array([into])
        between = self.streets.ways(*pair, speed_kmh=speed_kmh)[0]
        if between is None:
            return None
        steps, last = list(head), out
        for arc in between:
            length = float(self.streets.arc_length_m[arc])
            steps.append(Step(arc, 0.0, length, self.streets.turn_s(last, arc)))
            last = arc
        turn = self.streets.turn_s(last, into)
        start, stop = tail or (0.0, 0.0)  # the turn into a traversal counts before it begins
        steps.append(Step(into, start, stop, turn))
        return tuple(steps)


def place_stops(streets: StreetGraph, modes: Sequence[tuple[int, ...]], sites: Places) -> Stops:
    """Make the places of traversals and sites.

    Parameters
    ----------
    streets
        On which they lie.
    modes
        Arcs of each traversal.
    sites
        Of the fleet, all on roads.

    Returns
    -------
    stops
        Ready to be asked.
    """
    turns = [sum(streets.turn_s(one, other) for one, other in pairwise(mode)) for mode in modes]
    return Stops(
        streets=streets,
        first=np.array([mode[0] for mode in modes], dtype=np.int64),
        last=np.array([mode[-1] for mode in modes], dtype=np.int64),
        through_m=np.array([streets.arc_length_m[list(mode)].sum() for mode in modes]),
        through_turn_s=np.array(turns, dtype=np.float64),
        site_edge=sites.edge,
        site_m=sites.along_m,
    )
