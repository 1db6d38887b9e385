"""What cameras and drones see, what stays blind, and where the next ones should stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Text
from qxgeo.patrol.columns import COVERAGE_COLUMNS, DEVICE_COLUMNS
from qxgeo.patrol.model import Sight
from qxgeo.patrol.sightlines.coverage import classify_coverage, view_sectors, view_terrain
from qxgeo.patrol.sightlines.devices import list_devices, name_devices
from qxgeo.patrol.sightlines.next_cameras import (
    choose_mast,
    choose_next_cameras,
    explain_next_cameras,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from qxgeo.patrol.model import NextCameras
    from qxgeo.patrol.sightlines.coverage import Views
    from qxgeo.patrol.sightlines.devices import Devices
    from qxgeo.patrol.sightlines.viewshed import Eye
    from qxgeo.raster.elevation import Elevation


def see(
    cameras: gpd.GeoDataFrame | None,
    cells: gpd.GeoDataFrame,
    *,
    elevation: Elevation | None,
    camera_range_m: float | None,
    drone_range_m: float | None,
    next_count: int,
    seed: int,
) -> Sight:
    """Find what devices see of the ground, cell by cell.

    Parameters
    ----------
    cameras
        Layer ``cameras``, EPSG:4326; None where the district has none.
    cells
        `CELL_COLUMNS` with polygons, EPSG:4326.
    elevation
        The ground; without it the plain sectors are taken, and ``has_terrain`` is False.
    camera_range_m, drone_range_m
        Range of a device that has none of its own. None where nobody decided it: such a device is
        not judged, and the notes name it.
    next_count
        How many places for new cameras to look for.
    seed
        Of the solver.

    Returns
    -------
    sight
        Devices in the order of the layer, one that is not judged with an empty geometry and NaN
        areas; where no device is judged, every cell is ``unknown``.
    """
    has_terrain = elevation is not None
    devices = list_devices(
        cameras,
        camera_range_m=camera_range_m,
        drone_range_m=drone_range_m,
        has_terrain=has_terrain,
    )
    eyes = [eye for eye in devices.eyes if eye is not None]
    views = view_terrain(eyes, cells, elevation) if elevation else view_sectors(eyes, cells)
    notes = [*devices.notes, *_explain(devices, views, has_terrain=has_terrain)]
    next_cameras: NextCameras | None = None
    if next_count > 0:
        next_cameras, more = _look_for_next(
            devices, cells, elevation, camera_range_m=camera_range_m, count=next_count, seed=seed
        )
        notes += more
    return Sight(
        devices=_list_views(devices, views, cells, has_terrain=has_terrain),
        coverage=_cover(devices, views, cells),
        next_cameras=next_cameras,
        notes=tuple(notes),
    )


def _look_for_next(
    devices: Devices,
    cells: gpd.GeoDataFrame,
    elevation: Elevation | None,
    *,
    camera_range_m: float | None,
    count: int,
    seed: int,
) -> tuple[NextCameras | None, list[Text]]:
    """Choose places for new cameras and say how; None where a new camera's range is open."""
    mast, taken = choose_mast(devices.table, camera_range_m=camera_range_m)
    if mast is None:
        return None, [taken]
    eyes: list[Eye] = [eye for eye in devices.eyes if eye is not None]
    chosen = choose_next_cameras(
        cells, eyes, elevation=elevation, mast=mast, count=count, seed=seed
    )
    return chosen, [taken, *explain_next_cameras(chosen, cells, count=count)]


def _is_judged(devices: Devices) -> NDArray[np.bool_]:
    """Say which devices were judged."""
    return np.array([eye is not None for eye in devices.eyes], dtype=bool)


def _list_views(
    devices: Devices, views: Views, cells: gpd.GeoDataFrame, *, has_terrain: bool
) -> gpd.GeoDataFrame:
    """List the devices with what they see."""
    is_judged = _is_judged(devices)
    area = cells["area_m2"].to_numpy(dtype=float)
    seen, unknown = np.full(len(is_judged), np.nan), np.full(len(is_judged), np.nan)
    seen[is_judged], unknown[is_judged] = views.seen @ area, views.unknown @ area
    outlines = np.full(len(is_judged), shapely.MultiPolygon(), dtype=object)
    outlines[is_judged] = views.outlines
    table = pd.DataFrame(devices.table.drop(columns="geometry")).assign(
        seen_m2=seen, unknown_m2=unknown, has_terrain=has_terrain
    )
    return gpd.GeoDataFrame(
        table[[*DEVICE_COLUMNS]].astype(DEVICE_COLUMNS), geometry=outlines, crs="EPSG:4326"
    )


def _cover(devices: Devices, views: Views, cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Say of each cell what is seen of it and by whom."""
    is_judged = _is_judged(devices)
    ids = devices.table["device_id"].to_numpy(dtype=object)[is_judged]
    unknown = views.unknown_to_all if is_judged.any() else np.ones(len(cells))
    table = pd.DataFrame(
        {
            "cell_id": cells["cell_id"].to_numpy(dtype=object),
            "seen_share": views.seen_by_any,
            "unknown_share": unknown,
            "coverage": classify_coverage(views.seen_by_any, unknown),
            "device_ids": ["、".join(ids[column > 0]) for column in views.seen.T],
        }
    )
    return table[[*COVERAGE_COLUMNS]].astype(COVERAGE_COLUMNS)


def _explain(devices: Devices, views: Views, *, has_terrain: bool) -> Iterator[Text]:
    """Say what the result rests on."""
    is_judged = _is_judged(devices)
    if not is_judged.any():
        yield Text(
            "没有一台可判读的设备：各网格能否看到都不明",
            "not one device can be judged: whether cells are seen is unknown",
        )
    elif not has_terrain:
        yield Text(
            "没有高程：按扇形计，未考虑山体和建筑遮挡",
            "no elevation: plain sectors, nothing hides behind hills or buildings",
        )
    else:
        yield Text(
            "通视按高程栅格判读，计入地球曲率和大气折光；栅格没有的建筑和树木不计",
            "lines of sight follow the elevation, with earth curvature and refraction; buildings "
            "and trees that it lacks hide nothing",
        )
        is_lost = is_judged.copy()
        is_lost[is_judged] = (views.seen.sum(axis=1) == 0) & (views.unknown.sum(axis=1) > 0)
        if is_lost.any():
            named = name_devices(devices.table, is_lost)
            yield Text(
                f"缺高程，看到什么不明：{named.zh}",
                f"without heights around them, what they see is unknown: {named.en}",
            )
