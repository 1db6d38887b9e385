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

    from qxgeo.district.model import District
    from qxgeo.plan import ActionPlan

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


def reach_area(district: District, plan: ActionPlan) -> shapely.Polygon | shapely.MultiPolygon:
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
    boundary = shapely.union_all(district.layers["boundary"].table.geometry.to_numpy())
    radius_m = longest_radius_m(plan)
    if "stations" not in district.layers or radius_m == 0.0:
        return boundary
    stations = stations_in_force(district.layers["stations"].table, district.as_of).geometry
    lonlat = np.column_stack((stations.x, stations.y))
    discs = draw_discs(lonlat, radius_m=radius_m * _GENEROUS)
    touching = discs[shapely.intersects(discs, boundary)]
    return shapely.union_all([boundary, *touching])


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
