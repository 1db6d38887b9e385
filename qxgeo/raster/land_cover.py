"""Shares of land-cover classes in polygons, partial pixels by their exact part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from exactextract import exact_extract
from exactextract.raster import RasterioRasterSource
from pyproj import Transformer

from qxgeo.errors import Fault, ReadError, Text
from qxgeo.geodesy import move_coordinates
from qxgeo.raster.reading import open_raster, read_crs, reading, refuse_elsewhere

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import rasterio
    from numpy.typing import NDArray
    from pyproj import CRS

_ROUNDING = 1e-6  # of a share: exactextract keeps coverage in 32-bit floats
_LONGEST_EDGE_DEG = 0.001  # edges are cut before they bend into another projection


def read_land_cover(
    path: Path, polygons: NDArray[np.object_], *, classes: Mapping[str, Sequence[float]]
) -> pd.DataFrame:
    """Measure how much of each polygon is of which class.

    Parameters
    ----------
    path
        A raster with one band of class codes, in any reference system.
    polygons
        EPSG:4326, shape (n,).
    classes
        Class name to the codes that belong to it; codes of no class are other ground.

    Returns
    -------
    shares
        A column ``<class>_share`` for each class and ``unknown_share`` (outside the raster, or
        without data), of the polygon's whole area, 0 to 1; rows in the order of the polygons. A
        polygon of which nothing is known has NaN for its classes.

    Raises
    ------
    ReadError
        If the file is no raster with one band.
    DatumError
        If it has no reference system or lies elsewhere.
    """
    with open_raster(path) as raster:
        crs = _check(raster, path.name)
        moved = _project(polygons, crs)
        _check_place(raster, moved, path.name)
        with reading(path.name):
            found = exact_extract(
                RasterioRasterSource(raster),
                gpd.GeoDataFrame({"row": np.arange(len(moved))}, geometry=moved, crs=raster.crs),
                ["count", "unique", "frac"],
                include_cols=["row"],
                output="pandas",
            )
        pixel = abs(raster.transform.determinant)
    found = found.sort_values("row", kind="stable").reset_index(drop=True)
    area = shapely.area(moved)
    known = np.clip(found["count"].to_numpy(dtype=float) * pixel / area, 0.0, 1.0)
    known[known > 1 - _ROUNDING] = 1.0
    is_unknown = known <= _ROUNDING
    known[is_unknown] = 0.0
    shares = {
        f"{name}_share": _share_of(found, frozenset(codes), known, is_unknown)
        for name, codes in classes.items()
    }
    return pd.DataFrame({**shares, "unknown_share": 1.0 - known})


def _share_of(
    found: pd.DataFrame,
    codes: frozenset[float],
    known: NDArray[np.float64],
    is_unknown: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Add up the fractions of some codes; NaN where nothing is known."""
    share = np.array(
        [
            sum(part for value, part in zip(values, parts, strict=True) if float(value) in codes)
            for values, parts in zip(found["unique"], found["frac"], strict=True)
        ],
        dtype=float,
    )
    return np.where(is_unknown, np.nan, np.clip(share * known, 0.0, 1.0))


def _project(polygons: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    """Move polygons into the raster's system; long edges get vertices first."""
    dense = shapely.segmentize(np.asarray(polygons, dtype=object), _LONGEST_EDGE_DEG)
    return move_coordinates(dense, Transformer.from_crs("EPSG:4326", crs, always_xy=True))


def _check(raster: rasterio.DatasetReader, file: str) -> CRS:
    """Check bands and reference system; give the system.

    Raises
    ------
    ReadError
        If there are several bands.
    """
    if raster.count != 1:
        raise ReadError(
            Fault(
                file=file,
                problem=Text(f"有 {raster.count} 个波段", f"it has {raster.count} bands"),
                mend=Text("地类栅格应只有一个波段", "a land cover has a single band of classes"),
            )
        )
    return read_crs(raster, file)


def _check_place(raster: rasterio.DatasetReader, polygons: NDArray[np.object_], file: str) -> None:
    """Refuse a raster that no polygon touches."""
    west, south, east, north = shapely.total_bounds(polygons)
    box = raster.bounds
    is_apart = east < box.left or west > box.right or north < box.bottom or south > box.top
    if is_apart or not np.isfinite([west, south, east, north]).all():
        refuse_elsewhere(file)
