"""How near things are: the nearest places of two features, exactly, at any extent."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import compiled
from qxgeo.geodesy.approach import Surroundings, find_approaches, pair_approaches
from qxgeo.geodesy.ellipsoid import LONGEST_CHORD_M
from qxgeo.geodesy.gathered import Gathered
from qxgeo.geodesy.vertices import Vertices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Ints = NDArray[np.int64]

_LONG_LINE = 64  # corners
_MOST_MEETINGS = 1_000_000  # of corners of two sides at once: bounds the memory
_BLOCK_SIZE = 25_000  # subjects: bounds the memory, and keeps several cores busy


@dataclass(frozen=True, slots=True)
class NearestPlaces:
    """Where subjects come nearest to references.

    Attributes
    ----------
    distance_m
        Ground metres, 0 where they touch or overlap, shape (n,).
    reference
        Index of the nearest reference, shape (n,).
    subject_lonlat, reference_lonlat
        The place on each of the two, degrees, shape (n, 2) each; one and the same where they
        touch or overlap.
    """

    distance_m: NDArray[np.float64]
    reference: NDArray[np.int64]
    subject_lonlat: NDArray[np.float64]
    reference_lonlat: NDArray[np.float64]


def nearest_station(
    geometries: NDArray[np.object_] | Gathered, stations: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Measure how near points, lines and polygons come to the nearest station.

    Parameters
    ----------
    geometries
        Points, lines, polygons and their multi-part kinds, EPSG:4326, shape (n,), not empty.
    stations
        Longitude and latitude, degrees, shape (s, 2), at least one.

    Returns
    -------
    distance_m, station
        Ground metres (0 inside a polygon) and index of the station, shape (n,) each. Of stations
        at the same distance the first counts.

    Raises
    ------
    ValueError
        If there is no station or an empty geometry: the distance to nothing is not a number, and
        a comparison with it would read "not within".
    """
    if len(stations) == 0:
        message = "no station to measure to"
        raise ValueError(message)
    return nearest_feature(geometries, np.asarray(shapely.points(stations), dtype=object))


def nearest_feature(
    subjects: NDArray[np.object_] | Gathered, references: NDArray[np.object_] | Gathered
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Measure how near each subject comes to the nearest reference feature.

    Parameters
    ----------
    subjects, references
        Any geometry in EPSG:4326, shapes (n,) and (m,), not empty, m at least 1. What is measured
        several times is gathered once, as `Gathered`.

    Returns
    -------
    distance_m, reference
        Ground metres (0 where they touch or overlap) and index of the reference, shape (n,) each.
        Of references at the same distance, to a micrometre, the first counts.

    Raises
    ------
    ValueError
        If there is no reference or an empty geometry.
    """
    nearest = _measure(*_checked(subjects, references))
    return nearest.distance_m, nearest.reference


def edge_distances_m(subjects: Gathered, area: shapely.Geometry) -> NDArray[np.float64]:
    """Measure how near each subject comes to the edge of an area, from whichever side.

    Parameters
    ----------
    subjects
        Any geometry in EPSG:4326. They remember the answer: a district has one edge, to which
        several rules measure.
    area
        Polygon or several, EPSG:4326, not empty.

    Returns
    -------
    distance_m
        Ground metres, 0 where the edge is touched, shape (n,).
    """
    edge = np.asarray(shapely.get_parts(shapely.boundary(shapely.get_parts(area))), dtype=object)
    key = bytes(shapely.to_wkb(shapely.geometrycollections(edge)))
    if key not in subjects.edge_distances_m:
        subjects.edge_distances_m[key], _ = nearest_feature(subjects, edge)
    return subjects.edge_distances_m[key]


def nearest_places(
    subjects: NDArray[np.object_] | Gathered, references: NDArray[np.object_] | Gathered
) -> NearestPlaces:
    """Find the two places at which each subject and its nearest reference come nearest.

    Parameters
    ----------
    subjects, references
        Any geometry in EPSG:4326, shapes (n,) and (m,), not empty, m at least 1.

    Returns
    -------
    nearest
        Distances and references as `nearest_feature` gives them, and the places between which
        they are measured.

    Raises
    ------
    ValueError
        If there is no reference or an empty geometry.
    """
    mine, theirs = _checked(subjects, references)
    nearest = _measure(mine, theirs, asks_places=True)
    meet = np.flatnonzero(np.isnan(nearest.subject_lonlat[:, 0]))
    common = shapely.shortest_line(mine.shapes[meet], theirs.shapes[nearest.reference[meet]])
    place = shapely.get_coordinates(common)[::2]
    nearest.subject_lonlat[meet] = nearest.reference_lonlat[meet] = place
    return nearest


def pair_distances_m(
    first: NDArray[np.object_], second: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Measure how near the geometries of pairs come to each other.

    Parameters
    ----------
    first, second
        Any geometry in EPSG:4326, shape (n,) each, not empty.

    Returns
    -------
    distance_m
        Ground metres, 0 where they touch or overlap, shape (n,).

    Raises
    ------
    ValueError
        If the two are not as many, or a geometry is empty.
    """
    if len(first) != len(second):
        message = "a pair has two sides"
        raise ValueError(message)
    mine, theirs = Gathered(first).shapes, Gathered(second).shapes
    distance_m = np.zeros(len(mine))
    apart = np.flatnonzero(~shapely.intersects(mine, theirs))
    count = shapely.get_num_coordinates(mine[apart]) * shapely.get_num_coordinates(theirs[apart])
    block = np.cumsum(count) // _MOST_MEETINGS
    for rows in np.split(apart, np.flatnonzero(np.diff(block)) + 1):
        if len(rows):
            sides = (Vertices.from_geometries(side[rows]) for side in (mine, theirs))
            distance_m[rows] = pair_approaches(*sides).nearest(len(rows)).distance_m
    return distance_m


def _checked(
    subjects: Shapes | Gathered, references: Shapes | Gathered
) -> tuple[Gathered, Gathered]:
    """Refuse what has no distance.

    Raises
    ------
    ValueError
        If there is no reference or an empty geometry.
    """
    if len(references) == 0:
        message = "no reference feature to measure to"
        raise ValueError(message)
    mine, theirs = (
        side if isinstance(side, Gathered) else Gathered(side) for side in (subjects, references)
    )
    return mine, theirs


def _measure(mine: Gathered, theirs: Gathered, *, asks_places: bool = False) -> NearestPlaces:
    """Measure to the nearest; the places of those that touch or overlap are left open (NaN).

    The compiled form leaves places out where nobody asks for them.
    """
    size = mine.whole if mine.is_plain and theirs.is_plain else 0
    many = compiled.MANY_PLACES
    loops, cells, boxes = (
        compiled.find_loops(name, size=size, many=many) for name in ("nearest", "cells", "boxes")
    )
    if loops is None or cells is None or boxes is None or len(mine) == 0:
        return _measure_plainly(mine.shapes, theirs.shapes)
    reference, areas = theirs.tree(boxes), theirs.areas(cells)
    distance_m, number = np.empty(len(mine)), np.empty(len(mine), dtype=np.int64)
    places = np.full((len(mine) if asks_places else 0, 4), np.nan)
    subject, order = mine.subject, mine.order
    found = (distance_m, number, places)
    compiled.in_threads(
        len(mine),
        lambda begin, end: loops.search(subject, order, begin, end, reference, areas, *found),
    )
    nearest = NearestPlaces(distance_m, number, places[:, :2], places[:, 2:])
    unsure = (number == loops.HARD) | (distance_m > LONGEST_CHORD_M)
    _measure_again(nearest, np.flatnonzero(unsure), mine.shapes, theirs.shapes)
    return nearest


def _measure_again(nearest: NearestPlaces, rows: Ints, mine: Shapes, theirs: Shapes) -> None:
    """Measure rows plainly: what compiled loops cannot say, and long ways as geodesics."""
    if len(rows) == 0:
        return
    plain = _measure_plainly(mine[rows], theirs)
    nearest.distance_m[rows], nearest.reference[rows] = plain.distance_m, plain.reference
    if len(nearest.subject_lonlat):
        nearest.subject_lonlat[rows] = plain.subject_lonlat
        nearest.reference_lonlat[rows] = plain.reference_lonlat


def _measure_plainly(mine: Shapes, theirs: Shapes) -> NearestPlaces:
    """Measure by whole arrays, block by block."""
    references = _References.of(theirs)
    blocks = [mine[i : i + _BLOCK_SIZE] for i in range(0, len(mine), _BLOCK_SIZE)]
    if len(blocks) > 1:  # NumPy, SciPy and GEOS work beside one another
        with ThreadPoolExecutor(min(len(blocks), os.cpu_count() or 1)) as threads:
            answers = list(threads.map(references.nearest_to, blocks))
    else:
        answers = [references.nearest_to(block) for block in (blocks or [mine])]
    return NearestPlaces(
        np.concatenate([answer.distance_m for answer in answers]),
        np.concatenate([answer.reference for answer in answers]),
        np.concatenate([answer.subject_lonlat for answer in answers]),
        np.concatenate([answer.reference_lonlat for answer in answers]),
    )


@dataclass(frozen=True, slots=True)
class _References:
    """References ready to be searched: what of them can be met, whose it is, where they run."""

    shapes: shapely.STRtree
    owner: Ints
    surroundings: Surroundings

    @classmethod
    def of(cls, theirs: Shapes) -> _References:
        """Sort references into trees."""
        pieces, owner = _cut_long_lines(theirs)
        shapes = shapely.STRtree(pieces)
        shapes.query(pieces[0])  # builds the tree, before threads share it
        return cls(shapes, owner, Surroundings.of(Vertices.from_geometries(theirs)))

    def nearest_to(self, mine: Shapes) -> NearestPlaces:
        """Measure one block of subjects."""
        reference = self._first_met(mine)
        apart = np.flatnonzero(reference < 0)
        distance_m = np.zeros(len(mine))
        from_lonlat, to_lonlat = np.full((2, len(mine), 2), np.nan)
        if len(apart):
            subjects = Vertices.from_geometries(mine[apart])
            nearest = find_approaches(subjects, self.surroundings).nearest(len(apart))
            distance_m[apart], reference[apart] = nearest.distance_m, nearest.reference
            from_lonlat[apart], to_lonlat[apart] = nearest.subject_lonlat, nearest.reference_lonlat
        return NearestPlaces(distance_m, reference, from_lonlat, to_lonlat)

    def _first_met(self, mine: Shapes) -> Ints:
        """Give the first reference that each subject touches or overlaps, -1 where none is."""
        theirs = self.shapes.geometries
        if len(mine) > len(theirs):
            # The side that asks is prepared: the boundary of a district, not each of many points.
            reference, row = shapely.STRtree(mine).query(theirs, predicate="intersects")
        else:
            row, reference = self.shapes.query(mine, predicate="intersects")
        none = np.iinfo(np.int64).max
        first = np.full(len(mine), none)
        np.minimum.at(first, row, self.owner[reference])
        first[first == none] = -1
        return first


def _cut_long_lines(theirs: Shapes) -> tuple[Shapes, Ints]:
    """Cut lines of many corners into edges, in whose boxes there is little else to be asked.

    GEOS compares a point with every edge of a line, prepared or not; areas it sorts by itself.
    """
    is_long = shapely.get_dimensions(theirs) == 1
    is_long[is_long] = shapely.get_num_coordinates(theirs[is_long]) > _LONG_LINE
    parts, whose = shapely.get_parts(theirs[is_long], return_index=True)
    lonlat, part = shapely.get_coordinates(parts, return_index=True)
    ends = np.stack((lonlat[:-1], lonlat[1:]), axis=1)
    is_edge = (part[1:] == part[:-1]) & (ends[:, 0] != ends[:, 1]).any(axis=1)
    return (
        np.concatenate((theirs[~is_long], shapely.linestrings(ends[is_edge]))),
        np.concatenate(
            (np.flatnonzero(~is_long), np.flatnonzero(is_long)[whose[part[:-1][is_edge]]])
        ),
    )
