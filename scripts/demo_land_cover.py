"""An invented land cover around the default district, as a small GeoTIFF.

Codes are those of the usual 30 m products: 10 crop land, 20 forest, 30 grass, 60 water, 80 built
up; 0 is no data. The south-eastern corner has no data on purpose: what is not known must show.
"""

# ruff: noqa: PLR2004 -- an invented town is made of invented numbers; each stands where it acts

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import rasterio
import shapely
import shapely.affinity
from demo_city import HILLS
from pyproj import Transformer

if TYPE_CHECKING:
    from pathlib import Path

    from demo_city import Plane
    from demo_places import Row
    from numpy.typing import NDArray

EPSG = 32649  # UTM 49 N
PIXEL_M = 30.0
MARGIN_M = 300.0
CROPLAND, FOREST, GRASS, WATER, BUILT_UP, NO_DATA = 10, 20, 30, 60, 80, 0
RIVER_M = 150.0  # width inside the district; its line is the district's western edge


def draw_land_cover(
    plane: Plane,
    boundary: shapely.Geometry,
    areas: dict[str, shapely.Geometry],
    roads: list[Row],
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], rasterio.Affine]:
    """Paint the codes, north first, on a grid of whole pixels of the UTM zone.

    `boundary`, `areas` and the geometry of `roads` are in local metres.
    """
    x, y, transform = _grid(plane, boundary)
    fields = _noise(x, y, rng, wave_m=1400.0)
    cover = np.full(x.shape, CROPLAND, np.uint8)
    cover[fields > 0.55] = FOREST
    cover[(fields > 0.40) & (fields <= 0.55)] = GRASS
    for east, north, wide, high in HILLS:
        hill = shapely.affinity.scale(shapely.Point(east, north).buffer(1), wide, high)
        cover[shapely.contains_xy(hill, x, y)] = FOREST
    cover[_built_up(x, y, areas, roads, rng)] = BUILT_UP
    river = _river(boundary)
    shapely.prepare(river)
    cover[shapely.contains_xy(river, x, y) & (x < -1000)] = WATER
    cover[_noise(x, y, rng, wave_m=600.0) > 2.15] = WATER  # ponds
    _, south, east, _ = boundary.bounds
    corner = shapely.Polygon(
        [(east + 900, south - 900), (east + 900, south + 4200), (east - 4800, south - 900)]
    )
    cover[shapely.contains_xy(corner, x, y)] = NO_DATA
    return cover, transform


def write_land_cover(path: Path, cover: NDArray[np.uint8], transform: rasterio.Affine) -> None:
    """Write the codes as a small GeoTIFF without anything that changes from run to run."""
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=cover.shape[0],
        width=cover.shape[1],
        count=1,
        dtype="uint8",
        crs=f"EPSG:{EPSG}",
        transform=transform,
        nodata=NO_DATA,
        compress="deflate",
        zlevel=9,
        tiled=True,
        blockxsize=256,
        blockysize=256,
    ) as stream:
        stream.write(cover, 1)


def _grid(
    plane: Plane, boundary: shapely.Geometry
) -> tuple[NDArray[np.float64], NDArray[np.float64], rasterio.Affine]:
    """Give the middle of every pixel in local metres, and the raster's transform."""
    change = Transformer.from_crs("EPSG:4326", f"EPSG:{EPSG}", always_xy=True)
    around = plane.to_degrees(shapely.buffer(boundary, MARGIN_M), 9)
    eastings, northings = change.transform(*shapely.get_coordinates(around).T)
    west, south = (np.floor(np.min(edge) / PIXEL_M) * PIXEL_M for edge in (eastings, northings))
    east, north = (np.ceil(np.max(edge) / PIXEL_M) * PIXEL_M for edge in (eastings, northings))
    columns = np.arange(west + PIXEL_M / 2, east, PIXEL_M)
    rows = np.arange(north - PIXEL_M / 2, south, -PIXEL_M)
    lon, lat = change.transform(*np.meshgrid(columns, rows), direction="INVERSE")
    flat = shapely.points(lon.ravel(), lat.ravel())
    xy = shapely.get_coordinates(plane.to_metres(shapely.MultiPoint(flat)))
    x, y = (xy[:, axis].reshape(lon.shape) for axis in (0, 1))
    return x, y, rasterio.Affine(PIXEL_M, 0.0, float(west), 0.0, -PIXEL_M, float(north))


def _noise(
    x: NDArray[np.float64], y: NDArray[np.float64], rng: np.random.Generator, *, wave_m: float
) -> NDArray[np.float64]:
    """Give a smooth random surface with standard deviation 1."""
    total = np.zeros_like(x)
    waves = 9
    for _ in range(waves):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        stretch = float(rng.uniform(0.6, 1.6))
        along = x * np.cos(angle) + y * np.sin(angle)
        total += np.cos(2 * np.pi * along / (wave_m * stretch) + phase)
    return total / np.sqrt(waves / 2)


def _built_up(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    areas: dict[str, shapely.Geometry],
    roads: list[Row],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Tell which pixels are streets and houses: the town, half the fringe, villages and lanes."""
    grain = _noise(x, y, rng, wave_m=700.0)
    is_town = shapely.contains_xy(areas["main_urban_area"], x, y) & (grain > -1.6)
    is_fringe = shapely.contains_xy(areas["urban_rural_fringe"], x, y) & (grain > 0.1)
    lanes = [row["geometry"] for row in roads if row["road_class"] == "residential"]
    village = shapely.buffer(shapely.union_all(lanes), 45)
    shapely.prepare(village)
    return np.asarray(is_town | is_fringe | shapely.contains_xy(village, x, y))


def _river(boundary: shapely.Geometry) -> shapely.Geometry:
    """Draw the river along the district's western edge: half of it inside, half beyond."""
    inside = shapely.difference(boundary, shapely.affinity.translate(boundary, RIVER_M, 0.0))
    beyond = shapely.difference(shapely.affinity.translate(boundary, -RIVER_M, 0.0), boundary)
    return shapely.union(inside, beyond)
