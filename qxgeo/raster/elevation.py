"""Heights of the ground: a window of an elevation raster around the district, NaN where unknown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import rasterio.features
import shapely
from pyproj import CRS, Transformer
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.windows import Window

from qxgeo.geodesy import area_m2, move_coordinates
from qxgeo.raster.elevation_checks import (
    UNITS_M,
    check_heights,
    check_place,
    check_raster,
    check_unit,
)
from qxgeo.raster.reading import open_raster, reading

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Bounds = tuple[float, float, float, float]
    Grid = tuple[float, float, float, float, float, float]

_MOST_PIXELS = 16_000_000  # a window of more is averaged to fewer: 20 km at 5 m
_METRES_PER_DEGREE = 110_574.0  # least length of a degree of latitude: margins are never too small
_LONGEST_EDGE_DEG = 0.001  # edges are cut before they bend into another projection


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elevation:
    """Heights of the ground on a grid.

    Attributes
    ----------
    heights_m
        Height of each pixel's middle, NaN where unknown, shape (rows, columns).
    transform
        ``a, b, c, d, e, f``: column and row of a pixel's upper left corner give
        ``x = a column + b row + c`` and ``y = d column + e row + f``.
    crs
        Reference system of x and y.
    pixel_m
        Edge of a square that is as large on the ground as the pixel in the middle.
    file
        Name of the file it was read from.
    """

    heights_m: Floats
    transform: Grid
    crs: CRS
    pixel_m: float
    file: str = ""

    def find_pixels(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Give fractional rows and columns of positions.

        Parameters
        ----------
        lon, lat
            Degrees, EPSG:4326, shape (n,).

        Returns
        -------
        row, column
            0 is the middle of the first pixel, shape (n,); may lie outside the grid.
        """
        x, y = _to_crs(self.crs).transform(lon, lat)
        column, row = _unplace(self.transform, np.asarray(x), np.asarray(y))
        return row - 0.5, column - 0.5

    def find_positions(self, row: ArrayLike, column: ArrayLike) -> tuple[Floats, Floats]:
        """Give the positions of fractional rows and columns.

        Parameters
        ----------
        row, column
            0 is the middle of the first pixel, shape (n,).

        Returns
        -------
        lon, lat
            Degrees, EPSG:4326, shape (n,).
        """
        x, y = _place(self.transform, np.asarray(column) + 0.5, np.asarray(row) + 0.5)
        lon, lat = _to_crs(self.crs).transform(x, y, direction="INVERSE")
        return np.asarray(lon), np.asarray(lat)

    def widen(self, bounds: Bounds) -> Elevation:
        """Give a grid that reaches over the bounds, of unknown height where this one ends.

        Parameters
        ----------
        bounds
            West, south, east, north, degrees.

        Returns
        -------
        elevation
            The same pixels and perhaps more around them.
        """
        first_row, end_row, first_column, end_column = _pixel_box(self.transform, self.crs, bounds)
        rows, columns = self.heights_m.shape
        before = max(0, -first_row), max(0, -first_column)
        after = max(0, end_row - rows), max(0, end_column - columns)
        heights = np.pad(
            self.heights_m,
            ((before[0], after[0]), (before[1], after[1])),
            constant_values=np.nan,
        )
        return Elevation(
            heights_m=heights,
            transform=_shift(self.transform, -before[1], -before[0]),
            crs=self.crs,
            pixel_m=self.pixel_m,
            file=self.file,
        )


def read_elevation(path: Path, *, bounds: Bounds, unit: str, margin_m: float) -> Elevation:
    """Read the heights in and around a district.

    Parameters
    ----------
    path
        A GeoTIFF (or another raster that GDAL reads) with one band of heights, in any reference
        system. Only the window is read; one of more than 16 million pixels is averaged.
    bounds
        West, south, east, north of the district, degrees.
    unit
        Of the heights: ``m`` or ``ft``.
    margin_m
        How far beyond the bounds heights matter.

    Returns
    -------
    elevation
        A grid over the bounds and the margin; NaN where the raster has no data or ends.

    Raises
    ------
    ReadError
        If the file is no raster, has no reference system, several bands, another unit or heights
        that no ground has, or lies elsewhere.
    """
    check_unit(unit, path.name)
    with open_raster(path) as raster:
        check_raster(raster, path.name, unit)
        crs = CRS.from_user_input(raster.crs.to_wkt())
        check_place(raster, _find_box(raster, crs, bounds), path.name)
        around = _spread(bounds, margin_m)
        with reading(path.name):
            heights, transform = _read_window(raster, crs, around)
    heights *= UNITS_M[unit]
    check_heights(heights, path.name)
    elevation = Elevation(
        heights_m=heights,
        transform=transform,
        crs=crs,
        pixel_m=_pixel_edge_m(transform, crs, heights.shape),
        file=path.name,
    )
    return elevation.widen(around)


def label_pixels(polygons: NDArray[np.object_], elevation: Elevation) -> NDArray[np.int32]:
    """Say in which polygon the middle of each pixel lies.

    Parameters
    ----------
    polygons
        EPSG:4326, not overlapping, shape (n,).
    elevation
        Gives the grid.

    Returns
    -------
    labels
        Row of the polygon, -1 outside all of them, the shape of the heights.
    """
    moved = _project(polygons, elevation.crs)
    return np.asarray(
        rasterio.features.rasterize(
            [(shape, row) for row, shape in enumerate(moved)],
            out_shape=elevation.heights_m.shape,
            transform=Affine(*elevation.transform),
            fill=-1,
            dtype="int32",
        )
    )


def outline_pixels(
    chosen: NDArray[np.bool_], elevation: Elevation, *, row: int = 0, column: int = 0
) -> shapely.MultiPolygon:
    """Draw around pixels.

    Parameters
    ----------
    chosen
        Which pixels of a part of the grid, shape (rows, columns).
    elevation
        Gives the grid.
    row, column
        Where the part begins in the grid.

    Returns
    -------
    outline
        EPSG:4326, along the edges of the pixels; empty where none is chosen.
    """
    if not chosen.any():  # a part off the grid has no pixels at all
        return shapely.MultiPolygon()
    placed = _shift(elevation.transform, column, row)
    found = rasterio.features.shapes(
        chosen.astype("uint8"), mask=chosen, connectivity=4, transform=Affine(*placed)
    )
    polygons = [
        shapely.Polygon(rings[0], rings[1:])
        for rings in (shape["coordinates"] for shape, _ in found)
    ]
    plane = _to_crs(elevation.crs)
    outline = np.array([shapely.MultiPolygon(polygons)], dtype=object)
    moved: shapely.MultiPolygon = move_coordinates(outline, plane, back=True)[0]
    return moved


@lru_cache(maxsize=8)
def _to_crs(crs: CRS) -> Transformer:
    """Give the way from longitude and latitude into a system; building one takes milliseconds."""
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


def _place(transform: Grid, column: ArrayLike, row: ArrayLike) -> tuple[Floats, Floats]:
    """Give x and y of columns and rows, counted from the corner."""
    a, b, c, d, e, f = transform
    right, down = np.asarray(column, dtype=float), np.asarray(row, dtype=float)
    return a * right + b * down + c, d * right + e * down + f


def _unplace(transform: Grid, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Give columns and rows of x and y, counted from the corner."""
    a, b, c, d, e, f = transform
    turn = a * e - b * d
    right, up = x - c, y - f
    with np.errstate(invalid="ignore"):  # infinite where the system has no coordinates
        return (e * right - b * up) / turn, (a * up - d * right) / turn


def _shift(transform: Grid, column: int, row: int) -> Grid:
    """Begin the grid at another pixel."""
    a, b, c, d, e, f = transform
    return a, b, a * column + b * row + c, d, e, d * column + e * row + f


def _project(polygons: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    """Move polygons into the raster's system; long edges get vertices first."""
    dense = shapely.segmentize(np.asarray(polygons, dtype=object), _LONGEST_EDGE_DEG)
    return move_coordinates(dense, _to_crs(crs))


def _spread(bounds: Bounds, margin_m: float) -> Bounds:
    """Widen bounds by a margin."""
    west, south, east, north = bounds
    up = margin_m / _METRES_PER_DEGREE
    side = up / np.cos(np.radians(max(abs(south), abs(north)) + up))
    return west - side, south - up, east + side, north + up


def _pixel_box(transform: Grid, crs: CRS, bounds: Bounds) -> tuple[int, int, int, int]:
    """Give first row, end row, first column, end column of the pixels over some bounds."""
    west, south, east, north = bounds
    part = np.linspace(0.0, 1.0, 41)  # edges of the box are curves in the raster
    lon = np.concatenate([west + part * (east - west)] * 2 + [np.full(41, west), np.full(41, east)])
    lat = np.concatenate(
        [np.full(41, south), np.full(41, north)] + [south + part * (north - south)] * 2
    )
    x, y = _to_crs(crs).transform(lon, lat)
    column, row = _unplace(transform, np.asarray(x), np.asarray(y))
    return (
        int(np.floor(row.min())),
        int(np.ceil(row.max())),
        int(np.floor(column.min())),
        int(np.ceil(column.max())),
    )


def _find_box(
    raster: rasterio.DatasetReader, crs: CRS, bounds: Bounds
) -> tuple[int, int, int, int] | None:
    """Find the pixels over some bounds; None where the system has no coordinates for them."""
    try:
        return _pixel_box(tuple(raster.transform)[:6], crs, bounds)
    except (OverflowError, ValueError):  # infinite, or not a number
        return None


def _read_window(raster: rasterio.DatasetReader, crs: CRS, bounds: Bounds) -> tuple[Floats, Grid]:
    """Read the part over some bounds, NaN where masked; averaged where it is too fine."""
    first_row, end_row, first_column, end_column = _pixel_box(
        tuple(raster.transform)[:6], crs, bounds
    )
    first_row, end_row = max(0, first_row), min(raster.height, end_row)
    first_column, end_column = max(0, first_column), min(raster.width, end_column)
    rows, columns = end_row - first_row, end_column - first_column
    thin = int(np.ceil(np.sqrt(rows * columns / _MOST_PIXELS)))
    shape = -(-rows // thin), -(-columns // thin)
    read = raster.read(
        1,
        window=Window(first_column, first_row, columns, rows),
        out_shape=shape,
        resampling=Resampling.average if thin > 1 else Resampling.nearest,
        masked=True,
    )
    heights = read.astype("float64").filled(np.nan) * raster.scales[0] + raster.offsets[0]
    wide, high = columns / shape[1], rows / shape[0]
    a, b, c, d, e, f = _shift(tuple(raster.transform)[:6], first_column, first_row)
    return heights, (a * wide, b * high, c, d * wide, e * high, f)


def _pixel_edge_m(transform: Grid, crs: CRS, shape: tuple[int, ...]) -> float:
    """Measure the pixel in the middle of the window on the ground."""
    row, column = shape[0] // 2, shape[1] // 2
    corners = [
        _place(transform, column + right, row + down)
        for right, down in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    pixel = np.array([shapely.Polygon(corners)], dtype=object)
    return float(np.sqrt(area_m2(move_coordinates(pixel, _to_crs(crs), back=True))[0]))
