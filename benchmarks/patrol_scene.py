"""Synthetic townships for the benchmark of territories: uneven loads, some water, one seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from qxgeo.patrol.territories.graph import find_borders, list_neighbours

CELL_M = 500.0
WATER_SHARE = 0.03
PLANE = Transformer.from_crs(
    "EPSG:4326", "+proj=tmerc +lat_0=25.3 +lon_0=110.3 +ellps=WGS84", always_xy=True
)


@dataclass(frozen=True)
class Scene:
    """Cells with loads and neighbours, and people."""

    cells: gpd.GeoDataFrame
    people: pd.DataFrame
    neighbours: list[list[int]]
    first: np.ndarray[Any, Any]
    second: np.ndarray[Any, Any]
    xy: np.ndarray[Any, Any]


def build_scene(case: tuple[int, int, int], seed: int) -> Scene:
    """Cut a wavy district into about so many cells."""
    count, people_count, township_count = case
    order = np.random.default_rng(seed)
    shapes = cut_squares(count)
    middle = shapely.centroid(shapes)
    xy = np.stack([shapely.get_x(middle), shapely.get_y(middle)], axis=1)
    area = shapely.area(shapes)
    extent = np.ptp(xy, axis=0).max()
    places = xy[order.choice(len(xy), 8, replace=False)]
    away2 = ((xy[:, None] - places[None]) ** 2).sum(axis=2)
    density = np.exp(-away2 / (2 * (extent / 10) ** 2)).sum(axis=1)
    load = (10 + 60 * density * order.uniform(0.5, 1.5, len(xy))) * area / CELL_M**2
    load[order.random(len(xy)) < WATER_SHARE] = 0.0
    centres = xy[order.choice(len(xy), township_count, replace=False)]
    township = ((xy[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    lon, lat = PLANE.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
    corners = shapely.get_coordinates(shapes)
    ground = np.stack(PLANE.transform(*corners.T, direction="INVERSE"), axis=1)
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [f"c{number:06d}" for number in range(len(xy))],
            "township_id": [f"t{number:02d}" for number in township],
            "area_m2": area,
            "lon": lon,
            "lat": lat,
            "load_min": load,
        },
        geometry=shapely.set_coordinates(shapes.copy(), ground),
        crs="EPSG:4326",
    )
    borders = find_borders(shapes, township)
    near = list_neighbours(len(xy), borders.first, borders.second)
    people = build_people(people_count, np.bincount(township, weights=load))
    return Scene(cells, people, near, borders.first, borders.second, xy)


def cut_squares(count: int) -> np.ndarray[Any, Any]:
    """Cut a wavy outline of so many squares into squares and parts of squares."""
    turn = np.linspace(0, 2 * np.pi, 721)[:-1]
    wave = 1 + 0.18 * np.sin(3 * turn) + 0.08 * np.cos(7 * turn)
    radius = CELL_M * np.sqrt(count / np.pi) * (1 - 0.9 / np.sqrt(count))
    outline = shapely.Polygon(
        np.stack([1.2 * wave * radius * np.cos(turn), wave * radius * np.sin(turn) / 1.2], axis=1)
    )
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(np.arange(west, east, CELL_M), np.arange(south, north, CELL_M))
    squares = shapely.box(x.ravel(), y.ravel(), x.ravel() + CELL_M, y.ravel() + CELL_M)
    shapely.prepare(outline)
    parts = shapely.intersection(squares[shapely.intersects(outline, squares)], outline)
    parts = shapely.get_parts(parts)
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 1)]  # noqa: PLR2004 - areas
    return np.asarray(parts, dtype=object)


def build_people(count: int, load: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Share people out to townships, each next one where a person has most to do."""
    staff = np.ones(len(load), dtype=int)
    for _ in range(count - len(load)):
        staff[np.argmax(load / staff)] += 1
    return pd.DataFrame(
        {
            "person_id": [f"p{number:04d}" for number in range(count)],
            "township_id": np.repeat([f"t{number:02d}" for number in range(len(load))], staff),
            "capacity_min": np.nan,
            "is_absent": False,
            "base_lon": np.nan,
            "base_lat": np.nan,
        }
    )
