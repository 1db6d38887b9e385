"""What devices see of each cell: pixel by pixel over an elevation, or by plain sectors without one.

Over an elevation a pixel belongs to the cell that its middle lies in, and counts as a whole. The
share of a cell is therefore right to about the pixels along the edges of what is seen: with 12.5 m
pixels a straight edge through a cell of 500 m puts 40 of its 1,600 pixels in question, half of them
each way at random. A cell too small to hold the middle of a pixel takes the pixel at its point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import area_m2
from qxgeo.geodesy.ellipsoid import GEOD
from qxgeo.patrol.sightlines.viewshed import UNKNOWN, VISIBLE, find_viewshed
from qxgeo.raster.elevation import label_pixels, outline_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.patrol.sightlines.viewshed import Eye
    from qxgeo.raster.elevation import Elevation

    Floats = NDArray[np.float64]

# Edges of what is seen are uncertain by a pixel or so: of a cell wholly in view a few per cent may
# seem hidden, and of a hidden one a few per cent seen. Neither should change the cell's class.
COVERED_SHARE = 0.95
BLIND_SHARE = 0.05
UNKNOWN_SHARE = 0.5  # more unknown ground than that, and nothing is said of the cell
_ALL_ROUND_DEG = 360.0
_ARC_STEP_DEG = 0.5  # the chord runs at most 1e-5 of the range inside the rim: 3 cm at 3 km


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Views:
    """What some eyes see, one by one and together.

    Attributes
    ----------
    outlines
        Visible ground of each eye, EPSG:4326, shape (eyes,).
    seen, unknown
        Shares of each cell, shape (eyes, cells).
    seen_by_any, unknown_to_all
        Shares of each cell, shape (cells,): seen by at least one; seen by none for certain, but
        perhaps by one.
    """

    outlines: NDArray[np.object_]
    seen: Floats
    unknown: Floats
    seen_by_any: Floats
    unknown_to_all: Floats


def view_terrain(eyes: Sequence[Eye], cells: gpd.GeoDataFrame, elevation: Elevation) -> Views:
    """Find what eyes see of the cells over an elevation.

    Parameters
    ----------
    eyes
        Who looks.
    cells
        ``lon``, ``lat`` and polygons, EPSG:4326.
    elevation
        The ground; beyond it the ground is unknown.

    Returns
    -------
    views
        In the order of eyes and cells.
    """
    west, south, east, north = cells.total_bounds.tolist()
    wide = elevation.widen((west, south, east, north))
    labels = label_pixels(cells.geometry.to_numpy(), wide)
    count = np.bincount(labels[labels >= 0], minlength=len(cells))
    small = np.flatnonzero(count == 0)
    point = _pixels_at(cells.iloc[small], wide)

    def measure(is_so: NDArray[np.bool_], row: int = 0, column: int = 0) -> Floats:
        part = labels[row : row + is_so.shape[0], column : column + is_so.shape[1]]
        found = part[is_so]
        share = np.bincount(found[found >= 0], minlength=len(cells)) / np.maximum(count, 1)
        whole = np.zeros(labels.shape, dtype=bool) if len(small) else is_so
        if len(small):
            whole[row : row + is_so.shape[0], column : column + is_so.shape[1]] = is_so
            share[small] = whole[point]
        return share

    seen, unknown = np.zeros((len(eyes), len(cells))), np.zeros((len(eyes), len(cells)))
    is_seen, is_unknown = np.zeros(labels.shape, dtype=bool), np.zeros(labels.shape, dtype=bool)
    outlines = np.empty(len(eyes), dtype=object)
    for number, eye in enumerate(eyes):
        view = find_viewshed(wide, eye)
        place = {"row": view.row, "column": view.column}
        window = np.s_[
            view.row : view.row + view.states.shape[0],
            view.column : view.column + view.states.shape[1],
        ]
        visible, doubtful = view.states == VISIBLE, view.states == UNKNOWN
        is_seen[window] |= visible
        is_unknown[window] |= doubtful
        seen[number], unknown[number] = measure(visible, **place), measure(doubtful, **place)
        outlines[number] = outline_pixels(visible, wide, **place)
    return Views(
        outlines=outlines,
        seen=seen,
        unknown=unknown,
        seen_by_any=measure(is_seen),
        unknown_to_all=measure(is_unknown & ~is_seen),
    )


def view_sectors(eyes: Sequence[Eye], cells: gpd.GeoDataFrame) -> Views:
    """Find what the plain sectors of eyes cover of the cells: no line of sight.

    Parameters
    ----------
    eyes
        Who looks.
    cells
        Polygons, EPSG:4326.

    Returns
    -------
    views
        In the order of eyes and cells; nothing is unknown.
    """
    outlines = np.empty(len(eyes), dtype=object)
    outlines[:] = [draw_sector(eye) for eye in eyes]
    shapes = cells.geometry.to_numpy()
    area = area_m2(shapes)
    seen = np.zeros((len(eyes), len(cells)))
    for number, outline in enumerate(outlines):
        seen[number] = _share_inside(shapes, area, outline)
    together = shapely.union_all(outlines) if len(outlines) else shapely.Polygon()
    nothing = np.zeros((len(eyes), len(cells)))
    return Views(
        outlines=outlines,
        seen=seen,
        unknown=nothing,
        seen_by_any=_share_inside(shapes, area, together),
        unknown_to_all=np.zeros(len(cells)),
    )


def draw_sector(eye: Eye) -> shapely.Polygon:
    """Draw the sector of an eye.

    Parameters
    ----------
    eye
        Who looks.

    Returns
    -------
    sector
        EPSG:4326, its rim on geodesics of the range.
    """
    is_all_round = eye.field_of_view_deg >= _ALL_ROUND_DEG
    width = min(eye.field_of_view_deg, _ALL_ROUND_DEG)
    steps = max(2, int(np.ceil(width / _ARC_STEP_DEG)))
    turn = np.linspace(-width / 2, width / 2, steps + 1)
    azimuth = eye.bearing_deg + (turn[:-1] if is_all_round else turn)
    count = len(azimuth)
    here = np.full(count, eye.lon), np.full(count, eye.lat)
    lon, lat, _ = GEOD.fwd(*here, azimuth, np.full(count, eye.range_m))
    rim = list(zip(lon.tolist(), lat.tolist(), strict=True))
    return shapely.Polygon(rim if is_all_round else [(eye.lon, eye.lat), *rim])


def classify_coverage(seen: Floats, unknown: Floats) -> NDArray[np.object_]:
    """Say of each cell whether it is covered.

    Parameters
    ----------
    seen, unknown
        Shares of each cell, shape (n,).

    Returns
    -------
    coverage
        ``covered``; ``unknown`` where most of the cell is unknown, or where the unknown ground
        decides whether the cell is blind; ``blind``; ``partly``.
    """
    is_open = (seen < BLIND_SHARE) & (seen + unknown >= BLIND_SHARE)
    words = np.select(
        [seen >= COVERED_SHARE, (unknown > UNKNOWN_SHARE) | is_open, seen < BLIND_SHARE],
        ["covered", "unknown", "blind"],
        "partly",
    )
    return words.astype(object)


def _pixels_at(
    cells: gpd.GeoDataFrame, elevation: Elevation
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the pixels at the points of cells, which the grid reaches over."""
    row, column = elevation.find_pixels(
        cells["lon"].to_numpy(dtype=float), cells["lat"].to_numpy(dtype=float)
    )
    rows, columns = elevation.heights_m.shape
    return (
        np.clip(np.rint(row), 0, rows - 1).astype(np.int64),
        np.clip(np.rint(column), 0, columns - 1).astype(np.int64),
    )


def _share_inside(shapes: NDArray[np.object_], area: Floats, outline: shapely.Geometry) -> Floats:
    """Measure the share of each shape inside an outline."""
    shapely.prepare(outline)
    touched = np.flatnonzero(shapely.intersects(outline, shapes))
    share = np.zeros(len(shapes))
    inside = area_m2(shapely.intersection(shapes[touched], outline))
    share[touched] = np.clip(inside / area[touched], 0.0, 1.0)
    return share
