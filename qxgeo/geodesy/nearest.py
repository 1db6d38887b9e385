"""How near things are: to stations exactly, to other features through their nearest pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from qxgeo.geodesy.discs import reach_of_discs
from qxgeo.geodesy.ellipsoid import ground_distance_m
from qxgeo.geodesy.lines import Lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_FARTHEST_M = 25_000_000.0  # more than half way round the earth: no limit


def nearest_station(
    geometries: NDArray[np.object_], stations: NDArray[np.float64]
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
    array = shapely.force_2d(np.asarray(geometries, dtype=object))
    if len(stations) == 0:
        message = "no station to measure to"
        raise ValueError(message)
    if bool((shapely.is_missing(array) | shapely.is_empty(array)).any()):
        message = "an empty geometry has no distance"
        raise ValueError(message)
    distance = np.full(len(array), np.inf)
    station = np.full(len(array), -1, dtype=np.int64)
    dimension = shapely.get_dimensions(array)
    _measure_points(array, dimension == 0, stations, distance, station)
    _measure_lines(array, dimension > 0, stations, distance, station)
    inside, holder = shapely.STRtree(array).query(shapely.points(stations), predicate="intersects")
    for number, row in sorted(zip(inside.tolist(), holder.tolist(), strict=True), reverse=True):
        if dimension[row] == 2:  # noqa: PLR2004 - a polygon
            distance[row], station[row] = 0.0, number
    return distance, station


def _measure_points(
    array: NDArray[np.object_],
    chosen: NDArray[np.bool_],
    stations: Floats,
    distance: Floats,
    station: Ints,
) -> None:
    """Fill in the distances of points and multi-points."""
    lonlat, index = shapely.get_coordinates(array[chosen], return_index=True)
    rows = np.flatnonzero(chosen)[index]
    for number, (lon, lat) in enumerate(stations):
        away = np.full(len(array), np.inf)
        np.minimum.at(away, rows, ground_distance_m(lonlat[:, 0], lonlat[:, 1], lon, lat))
        closer = away < distance
        distance[closer], station[closer] = away[closer], number


def _measure_lines(
    array: NDArray[np.object_],
    chosen: NDArray[np.bool_],
    stations: Floats,
    distance: Floats,
    station: Ints,
) -> None:
    """Fill in the distances of lines and of the outlines of polygons."""
    rows = np.flatnonzero(chosen)
    if len(rows) == 0:
        return
    outlines = array[rows].copy()
    is_polygon = shapely.get_dimensions(outlines) == 2  # noqa: PLR2004 - a polygon
    outlines[is_polygon] = shapely.boundary(outlines[is_polygon])
    lines = Lines.from_geometries(outlines)
    reach = reach_of_discs(lines, stations, radius_m=0.0, search_m=_FARTHEST_M)
    distance[rows], station[rows] = reach.distance_m, reach.station


def nearest_feature(
    subjects: NDArray[np.object_], references: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Measure how near each subject comes to the nearest reference feature.

    The pair of nearest points is found in a conformal plane around the subjects and measured as a
    geodesic. The plane's scale changes by less than 2.5e-9 per metre within 100 km of its middle:
    of two pairs a kilometre long, the wrong one could be taken only if they differ by less than
    5 mm. The distance given is that of the pair, to a micrometre.

    Parameters
    ----------
    subjects, references
        Any geometry in EPSG:4326, shapes (n,) and (m,), not empty, m at least 1.

    Returns
    -------
    distance_m, reference
        Ground metres (0 where they touch or overlap) and index of the reference, shape (n,) each.

    Raises
    ------
    ValueError
        If there is no reference or an empty geometry.
    """
    mine = shapely.force_2d(np.asarray(subjects, dtype=object))
    theirs = shapely.force_2d(np.asarray(references, dtype=object))
    if len(theirs) == 0:
        message = "no reference feature to measure to"
        raise ValueError(message)
    for array in (mine, theirs):
        if bool((shapely.is_missing(array) | shapely.is_empty(array)).any()):
            message = "an empty geometry has no distance"
            raise ValueError(message)
    if len(mine) == 0:
        return np.empty(0), np.empty(0, dtype=np.int64)
    plane = local_plane(mine)
    flat_mine, flat_theirs = move_coordinates(mine, plane), move_coordinates(theirs, plane)
    pairs = shapely.STRtree(flat_theirs).query_nearest(flat_mine, all_matches=True)
    which, at = np.unique(pairs[0], return_index=True)
    reference = np.empty(len(mine), dtype=np.int64)
    reference[which] = np.minimum.reduceat(pairs[1], at)
    ends = shapely.get_coordinates(shapely.shortest_line(flat_mine, flat_theirs[reference]))
    lon, lat = plane.transform(ends[:, 0], ends[:, 1], direction="INVERSE")
    return ground_distance_m(lon[::2], lat[::2], lon[1::2], lat[1::2]), reference


def local_plane(geometries: NDArray[np.object_]) -> Transformer:
    """Give a conformal plane around geometries, for finding neighbours and for drawing.

    Parameters
    ----------
    geometries
        EPSG:4326, at least one of them not empty.

    Returns
    -------
    plane
        Transverse Mercator on WGS 84 about the middle of their extent, longitude first.
    """
    west, south, east, north = shapely.total_bounds(geometries)
    return Transformer.from_crs(
        "EPSG:4326",
        f"+proj=tmerc +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +ellps=WGS84",
        always_xy=True,
    )


def move_coordinates(
    geometries: NDArray[np.object_], plane: Transformer, *, back: bool = False
) -> NDArray[np.object_]:
    """Move geometries into a plane, or back from it.

    Parameters
    ----------
    geometries
        EPSG:4326, or in the plane with `back`, shape (n,).
    plane
        As `local_plane` gives it.
    back
        Whether they come from the plane.

    Returns
    -------
    moved
        New geometries, shape (n,).
    """
    x, y = shapely.get_coordinates(geometries).T
    moved = plane.transform(x, y, direction="INVERSE" if back else "FORWARD")
    return np.asarray(shapely.set_coordinates(geometries.copy(), np.stack(moved, axis=1)))
