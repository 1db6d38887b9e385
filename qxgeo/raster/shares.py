"""How much of each cell of a raster lies in which polygon: partial cells by their exact part."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from pyproj import Transformer
from rasterio.transform import Affine
from rasterio.windows import Window

from qxgeo.errors import Fault, OutputError, Text
from qxgeo.geodesy import area_m2, move_coordinates
from qxgeo.raster.lattice import fill_between, pick_nodes
from qxgeo.raster.reading import open_raster, read_crs, reading, refuse_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_LONGEST_EDGE_DEG = 0.001  # edges are cut before they bend into another projection
_CELLS_AT_ONCE = 4_000_000
_LEAST_SHARE = 1e-9  # exactextract keeps coverage in 32-bit floats
_EDGE_POINTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CellGrid:
    """The cells of a raster over some polygons.

    Attributes
    ----------
    transform
        ``a, b, c, d, e, f``: column and row of a cell's upper left corner give
        ``x = a column + b row + c`` and ``y = d column + e row + f``.
    crs
        Reference system of x and y.
    """

    rows: int
    columns: int
    transform: tuple[float, float, float, float, float, float]
    crs: CRS
    file: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellShares:
    """Parts of cells that lie in polygons.

    Attributes
    ----------
    polygon, row, column
        Which, shape (k,).
    share
        Of the cell, 0 to 1, shape (k,).
    area_m2
        Of the part, on the ellipsoid, shape (k,). The parts of a polygon add up to what the raster
        covers of it.
    value
        Of the cell in the first band, NaN where it has no data, shape (k,).
    uncovered_m2
        Of each polygon beyond the raster, shape (n,).
    largest_correction
        By how much of itself the sum over cells missed the area of a polygon before it was spread
        over them.
    """

    grid: CellGrid
    polygon: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    share: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    value: NDArray[np.float64]
    uncovered_m2: NDArray[np.float64]
    largest_correction: float


def share_cells(path: Path, polygons: NDArray[np.object_]) -> CellShares:
    """Measure which part of each cell of a raster lies in which polygon.

    Parameters
    ----------
    path
        A raster in any reference system, turned or not. Only what lies over the polygons is read.
    polygons
        EPSG:4326, shape (n,), not empty.

    Returns
    -------
    shares
        Sorted by polygon, row and column, rows and columns counted from the grid's own corner.

    Raises
    ------
    ReadError
        If the file is no raster, or damaged.
    DatumError
        If it has no reference system or lies elsewhere.
    """
    with open_raster(path) as raster:
        whole = Affine(*tuple(raster.transform)[:6])
        crs = read_crs(raster, path.name)
        to_crs = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        dense = shapely.segmentize(np.asarray(polygons, dtype=object), _LONGEST_EDGE_DEG)
        pixels = _to_pixels(move_coordinates(dense, to_crs), whole)
        box = _window(raster, pixels, path.name)
        with reading(path.name):
            values = raster.read(1, window=box, masked=True).astype("float64").filled(np.nan)
    corner = whole @ Affine.translation(box.col_off, box.row_off)
    grid = CellGrid(
        rows=int(box.height),
        columns=int(box.width),
        transform=tuple(corner)[:6],
        crs=crs,
        file=path.name,
    )
    here = shapely.transform(pixels, lambda xy: xy - (box.col_off, -box.row_off))
    polygon, cell, share = _cover(here, grid)
    row, column = np.divmod(cell, grid.columns)
    covered_m2, uncovered_m2 = _measure_cover(np.asarray(polygons, dtype=object), grid, to_crs)
    part_m2 = share * _cell_areas_m2(grid, to_crs)[row, column]
    summed = np.bincount(polygon, part_m2, len(polygons))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(summed > 0, covered_m2 / summed, 1.0)
    return CellShares(
        grid=grid,
        polygon=polygon,
        row=row,
        column=column,
        share=share,
        area_m2=part_m2 * ratio[polygon],
        value=values[row, column],
        uncovered_m2=uncovered_m2,
        largest_correction=float(np.abs(ratio[covered_m2 > 1] - 1).max(initial=0.0)),
    )


def write_bands(
    path: Path,
    grid: CellGrid,
    bands: Mapping[str, NDArray[np.float64]],
    *,
    tags: Mapping[str, str],
) -> None:
    """Write values of cells as a GeoTIFF, at once or not at all.

    Parameters
    ----------
    path
        Of the file; what stands there is replaced.
    grid
        The cells.
    bands
        Name of each band to its values, shape (rows, columns); NaN is no data.
    tags
        What the file says of itself.

    Raises
    ------
    OutputError
        If it cannot be written; an old file is untouched.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        with rasterio.open(
            beside,
            "w",
            driver="GTiff",
            width=grid.columns,
            height=grid.rows,
            count=len(bands),
            dtype="float32",
            crs=grid.crs.to_wkt(),
            transform=Affine(*grid.transform),
            nodata=float("nan"),
            compress="deflate",
        ) as raster:
            raster.update_tags(**tags)
            for number, (name, values) in enumerate(bands.items(), start=1):
                raster.write(values.astype("float32"), number)
                raster.set_band_description(number, name)
        os.replace(beside, path)  # noqa: PTH105 - the name says that it is one step
    except (OSError, rasterio.errors.RasterioError) as error:
        beside.unlink(missing_ok=True)
        raise OutputError(
            Fault(
                file=path.name,
                problem=Text("栅格写不出来", "the raster cannot be written"),
                mend=Text(
                    "请检查文件夹是否存在、可写，磁盘是否已满",
                    "check that the folder is there and writable and the disk not full",
                ),
            )
        ) from error


def _cover(pixels: Shapes, grid: CellGrid) -> tuple[Ints, Ints, Floats]:
    """Give polygon, number of the cell and share, some million cells at a time."""
    found: list[tuple[Ints, Ints, Floats]] = []
    table = gpd.GeoDataFrame({"polygon": np.arange(len(pixels))}, geometry=list(pixels), crs=4326)
    for first, last in _blocks(grid):
        source = NumPyRasterSource(
            np.zeros((last - first, grid.columns), dtype="int8"),
            xmin=0,
            xmax=grid.columns,
            ymin=-last,
            ymax=-first,
        )
        rows = exact_extract(
            source, table, ["cell_id", "coverage"], include_cols=["polygon"], output="pandas"
        )
        sizes = [len(cells) for cells in rows["cell_id"]]
        found.append(
            (
                np.repeat(rows["polygon"].to_numpy(dtype=np.int64), sizes),
                np.concatenate([*rows["cell_id"]]).astype(np.int64) + first * grid.columns,
                np.concatenate([*rows["coverage"]]).astype(float),
            )
        )
    polygon, cell, share = (np.concatenate(one) for one in zip(*found, strict=True))
    order = np.lexsort((cell, polygon))
    order = order[share[order] > _LEAST_SHARE]
    return polygon[order], cell[order], share[order]


def _blocks(grid: CellGrid) -> Iterator[tuple[int, int]]:
    """Give first and last rows of blocks that fit into memory."""
    step = max(_CELLS_AT_ONCE // grid.columns, 1)
    for first in range(0, grid.rows, step):
        yield first, min(first + step, grid.rows)


def _to_pixels(moved: Shapes, transform: Affine) -> Shapes:
    """Count in columns to the right and rows upwards from the raster's corner: cells are unit."""
    back = ~transform

    def turn(xy: Floats) -> Floats:
        column = back.a * xy[:, 0] + back.b * xy[:, 1] + back.c
        row = back.d * xy[:, 0] + back.e * xy[:, 1] + back.f
        return np.stack((column, -row), axis=1)

    return np.asarray(shapely.transform(moved, turn), dtype=object)


def _window(raster: rasterio.DatasetReader, pixels: Shapes, file: str) -> Window:
    """Give the cells over the polygons, which have to be some."""
    bounds = shapely.total_bounds(pixels)
    is_there = bool(np.isfinite(bounds).all())
    left, low, right, high = np.floor(bounds) if is_there else (0, 0, 0, 0)
    first_column, last_column = max(int(left), 0), min(int(right) + 1, raster.width)
    first_row, last_row = max(-int(high) - 1, 0), min(-int(low), raster.height)
    if not is_there or first_column >= last_column or first_row >= last_row:
        refuse_elsewhere(file)
    return Window(first_column, first_row, last_column - first_column, last_row - first_row)


def _measure_cover(polygons: Shapes, grid: CellGrid, to_crs: Transformer) -> tuple[Floats, Floats]:
    """Measure of each polygon what the grid covers and what lies beyond it, square metres."""
    steps = [np.linspace(0, size, min(size, 2000) + 1) for size in (grid.columns, grid.rows)]
    right, down = steps
    column = np.concatenate((right, 0 * down + grid.columns, right[::-1], 0 * down))
    row = np.concatenate((0 * right, down, 0 * right + grid.rows, down[::-1]))
    lonlat = _place(grid, to_crs, column, row)
    footprint = shapely.make_valid(shapely.Polygon(lonlat))
    whole_m2 = area_m2(polygons)
    beyond_m2 = area_m2(shapely.difference(polygons, footprint))
    beyond_m2[beyond_m2 < _LEAST_SHARE * whole_m2] = 0.0
    return whole_m2 - beyond_m2, beyond_m2


def _cell_areas_m2(grid: CellGrid, to_crs: Transformer) -> Floats:
    """Measure every cell on the ground, square metres, shape (rows, columns)."""
    rows, columns = pick_nodes(grid.rows), pick_nodes(grid.columns)
    row, column = (one.ravel() for one in np.meshgrid(rows, columns, indexing="ij"))
    step = np.linspace(0, 1, _EDGE_POINTS)[:-1]
    right = np.concatenate((step, 0 * step + 1, 1 - step, 0 * step))
    down = np.concatenate((0 * step, step, 0 * step + 1, 1 - step))
    lonlat = _place(grid, to_crs, (column[:, None] + right).ravel(), (row[:, None] + down).ravel())
    cells = np.asarray(shapely.polygons(lonlat.reshape(len(row), len(right), 2)), dtype=object)
    nodes = area_m2(cells).reshape(len(rows), len(columns))
    return fill_between(nodes, rows, columns, (grid.rows, grid.columns))


def _place(grid: CellGrid, to_crs: Transformer, column: Floats, row: Floats) -> Floats:
    """Give longitude and latitude of columns and rows counted from the corner, shape (n, 2)."""
    a, b, c, d, e, f = grid.transform
    lon, lat = to_crs.transform(
        a * column + b * row + c, d * column + e * row + f, direction="INVERSE"
    )
    return np.stack((np.asarray(lon), np.asarray(lat)), axis=1)
