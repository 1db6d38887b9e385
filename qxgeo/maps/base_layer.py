"""The district under the findings: boundary, townships, stations, water and roads.

A small district is drawn from its vectors; a crowded one from a pyramid of tiles, see `tiles`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district import stations_in_force
from qxgeo.maps.layers import write_geojson
from qxgeo.maps.style import ROAD_RANKS, ROAD_STYLES
from qxgeo.maps.tiles import build_pyramid, trim_pyramid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    import numpy.typing as npt

    from qxgeo.district import District

MOST_VECTORS = 3_000
AROUND = 0.2  # degrees, about 20 km: a list of stations may hold the whole country
_ROAD_DECIMALS = 5
_NAME_DECIMALS = 5  # about a metre: enough to bring a named road into view


def rank_roads(roads: gpd.GeoDataFrame) -> npt.NDArray[np.intp]:
    """Say how prominent each road is on the base map.

    Parameters
    ----------
    roads
        Column `road_class`, words of OpenStreetMap; other words count as ordinary streets.

    Returns
    -------
    ranks
        Rows of `style.ROAD_STYLES`.
    """
    if "road_class" not in roads:
        return np.ones(len(roads), dtype=np.intp)
    small = {"service", "track", "footway", "path", "cycleway", "steps", "pedestrian", "bridleway"}
    return np.array(
        [ROAD_RANKS.get(str(word), 0 if word in small else 1) for word in roads["road_class"]],
        dtype=np.intp,
    )


def join_roads(
    roads: gpd.GeoDataFrame, *, tolerance_deg: float, least_rank: int = 0
) -> list[object]:
    """Join the roads of each rank into one shape: a third of the text, and one layer to draw.

    Parameters
    ----------
    roads
        As `rank_roads` takes them, EPSG:4326.
    tolerance_deg
        Of simplification, for drawing only.
    least_rank
        Lesser roads are left out.

    Returns
    -------
    joined
        A GeoJSON geometry for each row of `style.ROAD_STYLES`, rounded to about a metre.
    """
    shapes = np.asarray(roads.geometry.to_numpy(), dtype=object)
    ranks = rank_roads(roads)
    joined: list[object] = []
    for rank in range(len(ROAD_STYLES)):
        parts = shapely.get_parts(shapes[ranks == rank] if rank >= least_rank else shapes[:0])
        parts = parts[shapely.get_dimensions(parts) == 1]
        merged = shapely.line_merge(shapely.multilinestrings(parts))
        drawn = shapely.transform(
            shapely.simplify(merged, tolerance_deg),
            lambda degrees: np.round(degrees, _ROAD_DECIMALS),
        )
        joined.append(drawn.__geo_interface__)
    return joined


def describe_base(
    district: District,
    *,
    cache_folder: Path | None,
    most_tile_bytes: int | None = None,
    roads_tolerance_deg: float | None = None,
) -> dict[str, object]:
    """Gather what the page's script draws under the findings.

    Parameters
    ----------
    district
        Layers that it lacks are left out.
    cache_folder
        Where rendered tiles are kept between runs; None keeps none.
    most_tile_bytes
        Of all tiles together: the deepest levels that do not fit are left out. None for no limit.
    roads_tolerance_deg
        Roads that are drawn from their vectors are joined and simplified by so much. None gives
        each of them as it is.

    Returns
    -------
    base
        JSON values: GeoJSON objects `boundary`, `townships`, and either `water` and `roads` or
        `tiles`; `towns`, `stations` (name, lat, lon) and the `bounds` of the view.
    """
    base: dict[str, object] = {
        "bounds": _bounds(district),
        "townships_approximate": _is_approximate(district),
        "towns": _town_labels(district),
        "stations": _stations(district),
        "roads_style": [list(style) for style in ROAD_STYLES],
    }
    for name in ("boundary", "townships"):
        if name in district.layers:
            base[name] = _geojson(district.layers[name].table)
    drawn = [name for name in ("water", "roads") if name in district.layers]
    base["has"] = [name for name in drawn if len(district.layers[name].table)]
    if sum(len(district.layers[name].table) for name in drawn) > MOST_VECTORS:
        base["tiles"] = _tiles(district, cache_folder, most_tile_bytes)
        return base
    for name in drawn:
        table = district.layers[name].table
        if name == "roads" and roads_tolerance_deg is not None:
            base["roads"] = join_roads(table, tolerance_deg=roads_tolerance_deg)
        elif name == "roads":
            ranks = rank_roads(table)
            base["roads"] = [_geojson(table[ranks == rank]) for rank in range(len(ROAD_STYLES))]
        else:
            base[name] = _geojson(table)
    return base


def name_places(district: District) -> list[list[object]]:
    """List every named road with the box it lies in, for the search.

    Parameters
    ----------
    district
        Its roads, if it has any.

    Returns
    -------
    places
        ``[name, west, south, east, north]``, degrees, by name.
    """
    if "roads" not in district.layers:
        return []
    roads = district.layers["roads"].table
    if "name" not in roads:
        return []
    named = roads[roads["name"].notna() & (roads["name"] != "")]
    if named.empty:
        return []
    boxes = named.geometry.bounds.groupby(named["name"].astype(str), sort=True).agg(
        {"minx": "min", "miny": "min", "maxx": "max", "maxy": "max"}
    )
    boxes = boxes.dropna().round(_NAME_DECIMALS)
    return [
        [str(name), *row] for name, row in zip(boxes.index, boxes.to_numpy().tolist(), strict=True)
    ]


def _tiles(
    district: District, cache_folder: Path | None, most_bytes: int | None
) -> dict[str, object]:
    """Render the pyramid of water, boundary and roads."""
    roads = district.layers["roads"].table if "roads" in district.layers else None
    # What is kept serves pages of every budget; without a cache nothing is drawn in vain.
    pyramid = build_pyramid(
        land=_shapes(district, "boundary"),
        water=_shapes(district, "water"),
        roads=_shapes(district, "roads"),
        ranks=np.zeros(0, dtype=np.intp) if roads is None else rank_roads(roads),
        cache_folder=cache_folder,
        most_bytes=most_bytes if cache_folder is None else None,
    )
    return pyramid if most_bytes is None else trim_pyramid(pyramid, most_bytes)


def _shapes(district: District, name: str) -> npt.NDArray[np.object_]:
    """Give a layer's geometries; none where the district has no such layer."""
    if name not in district.layers:
        return np.empty(0, dtype=object)
    return np.asarray(district.layers[name].table.geometry.to_numpy(), dtype=object)


def _geojson(table: gpd.GeoDataFrame) -> object:
    """Write a base layer without its columns."""
    text, _ = write_geojson(table.geometry.to_numpy(), range(len(table)))
    return json.loads(text)


def _is_approximate(district: District) -> bool:
    """Tell whether township lines must be called approximate."""
    layer = district.layers.get("townships")
    return layer is not None and layer.is_approximate


def _town_labels(district: District) -> list[list[object]]:
    """Give each township's name and a point inside it; units without territory have none."""
    layer = district.layers.get("townships")
    if layer is None:
        return []
    table = layer.table
    shapes = table.geometry.to_numpy()
    has_shape = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    points = shapely.point_on_surface(shapes[has_shape])
    return _points(table.loc[has_shape, "name"].astype(str).tolist(), points)


def _stations(district: District) -> list[list[object]]:
    """Give name with code, and position, of the stations in force in and around the district."""
    layer = district.layers.get("stations")
    if layer is None:
        return []
    table = stations_in_force(layer.table, district.as_of)
    shapes = np.asarray(table.geometry.to_numpy(), dtype=object)
    bounds = _bounds(district)
    has_shape = ~shapely.is_missing(shapes)
    if bounds is not None:
        (south, west), (north, east) = bounds
        around = shapely.box(west - AROUND, south - AROUND, east + AROUND, north + AROUND)
        has_shape &= shapely.intersects(shapes, around)
    names = [
        f"{name}({code})"
        for name, code in zip(
            table.loc[has_shape, "name"], table.loc[has_shape, "station_id"], strict=True
        )
    ]
    return _points(names, shapes[has_shape])


def _points(names: Sequence[str], points: npt.NDArray[np.object_]) -> list[list[object]]:
    """Write names with ``lat, lon``, Leaflet's order."""
    return [
        [name, round(float(lat), 6), round(float(lon), 6)]
        for name, lat, lon in zip(names, shapely.get_y(points), shapely.get_x(points), strict=True)
    ]


def _bounds(district: District) -> list[list[float]] | None:
    """Give the box to show first as ``[[south, west], [north, east]]``: the first layer's."""
    for name in ("boundary", "townships", "roads", "stations"):
        if name in district.layers:
            west, south, east, north = district.layers[name].table.total_bounds.tolist()
            if np.isfinite([west, south, east, north]).all():
                return [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]]
    return None
