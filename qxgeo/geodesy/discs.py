"""Which part of a line lies within a ground distance of a station: solved, not drawn.

No circle polygon takes part in a verdict. `qxgeo.geodesy.neighbourhoods` says how it is solved; for
many lines compiled loops do the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy.compiled import find_loops, in_threads
from qxgeo.geodesy.ellipsoid import GEOD
from qxgeo.geodesy.frames import Frames, disc_half_sizes
from qxgeo.geodesy.grid import lay_grid
from qxgeo.geodesy.intervals import Intervals
from qxgeo.geodesy.neighbourhoods import PartReach, find_reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.geodesy.lines import Lines

DISC_VERTICES = 720  # the drawn edge lies within 1.0e-5 of the radius: 1 cm at 1 km, 5 cm at 5 km


@dataclass(frozen=True, slots=True)
class Reach:
    """What discs around stations reach.

    Attributes
    ----------
    inside
        Stretches within the radius of at least one station, disjoint, boundary included.
    distance_m
        Ground distance of each line to its nearest station, shape (n,); infinite where no station
        is within the search radius.
    station
        Index of that station, shape (n,); -1 where there is none.
    """

    inside: Intervals
    distance_m: NDArray[np.float64]
    station: NDArray[np.int64]


def stretches_in_discs(
    lines: Lines, stations: NDArray[np.float64], *, radius_m: float
) -> Intervals:
    """Find what lies within a ground distance of any station.

    Parameters
    ----------
    lines
        Roads: one or ten million.
    stations
        Longitude and latitude, degrees, shape (s, 2).
    radius_m
        Ground metres; a point at exactly this distance is inside ("范围内" includes it).

    Returns
    -------
    inside
        Disjoint stretches, sorted by part and start.
    """
    frames = Frames.around(stations, radius_m=radius_m)
    return _find_reach(lines, frames, radius_m, radius_m, wants_nearest=False).inside


def reach_of_discs(
    lines: Lines, stations: NDArray[np.float64], *, radius_m: float, search_m: float | None = None
) -> Reach:
    """Find what lies within a ground distance of any station, and how near each line comes.

    Parameters
    ----------
    lines
        Roads: one or ten million. Who does not ask for distances calls `stretches_in_discs`.
    stations
        Longitude and latitude, degrees, shape (s, 2).
    radius_m
        Ground metres; a point at exactly this distance is inside ("范围内" includes it).
    search_m
        Up to where the nearest distance is looked for, ground metres, at least `radius_m`, which
        it is by default.

    Returns
    -------
    reach
        Disjoint stretches, distances and nearest stations. Of stations at the same distance the
        first counts.
    """
    limit_m = radius_m if search_m is None else max(search_m, radius_m)
    frames = Frames.around(stations, radius_m=limit_m)
    parts = _find_reach(lines, frames, radius_m, limit_m, wants_nearest=True)
    square_m2 = np.full(lines.size, np.inf)
    np.minimum.at(square_m2, lines.part_line, parts.square_m2)
    station = np.full(lines.size, len(stations), dtype=np.int64)
    is_nearest = (parts.station >= 0) & (parts.square_m2 == square_m2[lines.part_line])
    np.minimum.at(station, lines.part_line[is_nearest], parts.station[is_nearest])
    station[station == len(stations)] = -1
    return Reach(parts.inside, np.sqrt(square_m2), station)


def draw_discs(stations: NDArray[np.float64], *, radius_m: float) -> NDArray[np.object_]:
    """Draw one disc per station, for maps and areas only, never for a verdict.

    Parameters
    ----------
    stations
        Longitude and latitude, degrees, shape (s, 2).
    radius_m
        Ground metres.

    Returns
    -------
    discs
        Polygons of 720 vertices, EPSG:4326, shape (s,). The vertices stand so little outside the
        circle that the polygon has the area of the disc; its edge is nowhere farther from the
        circle than 1e-5 of the radius.
    """
    azimuth = np.linspace(0, 360, DISC_VERTICES, endpoint=False)
    step = 2 * np.pi / DISC_VERTICES
    drawn_m = radius_m * np.sqrt(step / np.sin(step))
    lon = np.repeat(stations[:, 0], DISC_VERTICES)
    lat = np.repeat(stations[:, 1], DISC_VERTICES)
    edge_lon, edge_lat, _ = GEOD.fwd(
        lon, lat, np.tile(azimuth, len(stations)), np.full(len(lon), drawn_m)
    )
    ring = np.stack((edge_lon, edge_lat), axis=1).reshape(len(stations), DISC_VERTICES, 2)
    return np.asarray(shapely.polygons(ring[:, ::-1]))


def disc_boxes(stations: NDArray[np.float64], radius_m: float) -> NDArray[np.object_]:
    """Give boxes in degrees that hold the discs, a little generous.

    Parameters
    ----------
    stations
        Longitude and latitude, degrees, shape (s, 2).
    radius_m
        Ground metres.

    Returns
    -------
    boxes
        EPSG:4326, shape (s,).
    """
    half = disc_half_sizes(stations, radius_m)
    return np.asarray(shapely.box(*(stations - half).T, *(stations + half).T))


def _find_reach(
    lines: Lines, frames: Frames, radius_m: float, limit_m: float, *, wants_nearest: bool
) -> PartReach:
    """Ask the compiled loops if the work is large enough for them, else plain arrays."""
    loops = find_loops("discs", size=lines.work_size) if len(frames.lonlat) else None
    if loops is None:
        return find_reach(
            lines, frames, radius_m=radius_m, limit_m=limit_m, wants_nearest=wants_nearest
        )
    tables = (frames.lonlat, frames.axis_m, frames.equator_m, frames.curvature)
    bounds = (frames.half_deg, frames.most_m2, frames.least_m2)
    grid = lay_grid(frames.lonlat - frames.half_deg, frames.lonlat + frames.half_deg)
    limit_m2 = limit_m**2 if wants_nearest else -1.0
    pieces = in_threads(
        len(lines.part_line),
        lambda begin, end: loops.reach(
            lines.lonlat, lines.first, begin, end, tables, bounds, grid, radius_m**2, limit_m2
        ),
    )
    part, start, end, square_m2, station = (np.concatenate(c) for c in zip(*pieces, strict=True))
    label = np.zeros(len(part), dtype=np.int64)
    return PartReach(Intervals(part, start, end, label), square_m2, station)
