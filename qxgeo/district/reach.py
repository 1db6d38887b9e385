"""Where roads and places can matter to a district."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district.stations import stations_in_force
from qxgeo.errors import Fault, OutputError, Text
from qxgeo.geodesy import draw_discs

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.district.model import District
    from qxgeo.plan import ActionPlan

    Area = shapely.Polygon | shapely.MultiPolygon

# A drawn disc may lie 1e-5 of its radius inside the circle; nobody misses what is fetched too much.
_GENEROUS = 1.001


def longest_radius_m(plan: ActionPlan) -> float:
    """Give the longest distance that any rule of a plan speaks of, ground metres.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    radius_m
        Radii of the document and defaults of open parameters in metres; 0 where there is none.
    """
    radii = [rule.radius_m for rule in plan.rules]
    radii += [rule.station_radius_m for rule in plan.rules]
    radii += [one.default for one in plan.parameters if one.unit == "m"]
    return max((radius for radius in radii if radius is not None), default=0.0)


def surroundings_of(
    boundary: gpd.GeoDataFrame, plan: ActionPlan
) -> tuple[float, float, float, float]:
    """Draw a box that holds all that can matter: stations that reach in, and what they reach.

    Parameters
    ----------
    boundary
        Layer ``boundary``, EPSG:4326.
    plan
        A station matters within its longest radius, and what it reaches lies as far beyond.

    Returns
    -------
    west, south, east, north
        Degrees.
    """
    west, south, east, north = (float(number) for number in boundary.total_bounds)
    corners = np.array([[west, south], [west, north], [east, south], [east, north]])
    around = draw_discs(corners, radius_m=max(2 * longest_radius_m(plan), 1.0) * _GENEROUS)
    bounds = shapely.total_bounds(around)
    return float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])


def reach_area(district: District, plan: ActionPlan) -> Area:
    """Draw the area from which roads are needed: the district and the discs that touch it.

    Parameters
    ----------
    district
        With its boundary; stations may be missing.
    plan
        Its plan; the longest radius counts.

    Returns
    -------
    area
        EPSG:4326. Discs are drawn a thousandth too large.
    """
    boundary = _union(district.layers["boundary"].table.geometry.to_numpy())
    radius_m = longest_radius_m(plan)
    if "stations" not in district.layers or radius_m == 0.0:
        return boundary
    stations = stations_in_force(district.layers["stations"].table, district.as_of).geometry
    lonlat = np.column_stack((stations.x, stations.y))
    discs = draw_discs(lonlat, radius_m=radius_m * _GENEROUS)
    touching = discs[shapely.intersects(discs, boundary)]
    return _union(np.array([boundary, *touching], dtype=object))


def _union(shapes: NDArray[np.object_]) -> Area:
    """Join polygons."""
    joined = shapely.union_all(shapes)
    if isinstance(joined, (shapely.Polygon, shapely.MultiPolygon)):
        return joined
    parts = shapely.get_parts(joined)  # a stray line where two polygons only touch
    return shapely.MultiPolygon([part for part in parts if isinstance(part, shapely.Polygon)])


def save_roads(roads: gpd.GeoDataFrame, file: Path) -> None:
    """Write roads as GeoJSON, whole or not at all.

    Parameters
    ----------
    roads
        Layer ``roads``, EPSG:4326.
    file
        Its folder is made if absent; an older file is replaced at the end.

    Raises
    ------
    OutputError
        If the disk refuses; an older file is untouched.
    """
    text = roads.to_json(drop_id=True, ensure_ascii=False, separators=(",", ":"))
    new = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text + "\n", encoding="utf-8", newline="\n")
        os.replace(new, file)  # noqa: PTH105 - the one call that replaces on every system
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            Fault(
                file=file.name,
                problem=Text(f"写不成：{why}，原有文件未动", f"cannot be written: {why}"),
                mend=Text("腾出空间或换一个文件夹", "free some space or choose another folder"),
            )
        ) from error
    finally:
        new.unlink(missing_ok=True)
