"""The best places for the next k cameras: maximal covering, solved with a proved bound.

Ground is stood for by samples on a square lattice, each with an equal part of its cell's weight:
land area times risk, in square metres that count in full at risk 100. A cell smaller than the
lattice lends its weight to the nearest sample. A sample is worth its weight if no device of today
sees it for certain and one of the new cameras does. Candidates are the points of the cells; of more
than 600 cells the weightiest in each part of the district. What a candidate sees of the samples is
judged along each line of sight; unknown counts as not seen. Among these candidates and samples the
answer is exact if the gap is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from qxgeo.covering import rank_places, solve_cover
from qxgeo.errors import Text
from qxgeo.geodesy import local_plane
from qxgeo.patrol.model import NextCameras
from qxgeo.patrol.sightlines.viewshed import VISIBLE, Eye, look_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.raster.elevation import Elevation

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Candidates times samples in their reach: lines of sight (20 us each), and size of the model.
_MOST_PAIRS = 120_000
_MOST_PLACES = 600  # about; beyond it only the weightiest cell of each square of ground is one
_FINEST_PART = 0.1  # of a cell's edge: samples need not be closer
_STEP = 1.0  # pixels between the heights along a line of sight of a candidate
_M2_PER_KM2 = 1e6
_FULL_RISK = 100.0
_MOST_NODES = 50  # of the solver: the answer must not hang on the machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Mast:
    """What a new camera is taken to be: it turns all round.

    Attributes
    ----------
    height_m
        Above the ground.
    range_m
        Ground metres.
    """

    height_m: float
    range_m: float


def choose_mast(
    devices: gpd.GeoDataFrame, *, camera_range_m: float | None
) -> tuple[Mast | None, Text]:
    """Take the new cameras to be like those of today.

    Parameters
    ----------
    devices
        ``kind``, ``height_m``, ``range_m``.
    camera_range_m
        Range that the district decided, if it did.

    Returns
    -------
    mast
        Median height of the cameras; the range decided, or their median. None where one is open.
    note
        What was taken, or what is missing.
    """
    cameras = devices[devices["kind"].ne("drone").to_numpy(dtype=bool)]
    heights, ranges = cameras["height_m"].dropna(), cameras["range_m"].dropna()
    if heights.empty or (camera_range_m is None and ranges.empty):
        return None, Text(
            "未选新增点位：没有有效距离（camera_range_m）或没有摄像头离地高度可参照",
            "no places for new cameras: no range (camera_range_m), or no camera's height to take",
        )
    height = float(heights.median())
    is_decided = camera_range_m is not None
    reach = camera_range_m if camera_range_m is not None else float(ranges.median())
    return Mast(height_m=height, range_m=reach), Text(
        f"新增点位按离地 {height:,.0f} 米（现有摄像头的中位数）、有效距离 {reach:,.0f} 米"
        f"（{'辖区参数' if is_decided else '现有摄像头的中位数'}）、四周都能看推算",
        f"new cameras are taken {height:,.0f} m above ground (median of today's), with a range of "
        f"{reach:,.0f} m ({'decided by the district' if is_decided else 'median of today'}), "
        "turning all round",
    )


def choose_next_cameras(
    cells: gpd.GeoDataFrame,
    eyes: Sequence[Eye],
    *,
    elevation: Elevation | None,
    mast: Mast,
    count: int,
    seed: int,
) -> NextCameras:
    """Choose the places that together see most of what nobody sees today.

    Parameters
    ----------
    cells
        ``cell_id``, ``lon``, ``lat``, ``area_m2`` and polygons, EPSG:4326; ``risk``,
        ``water_share`` and ``risk_class`` where known.
    eyes
        Devices of today.
    elevation
        The ground; without it the sectors alone decide.
    mast
        Height and range of a new camera.
    count
        How many, at least 1.
    seed
        Of the solver; same input, same answer.

    Returns
    -------
    next_cameras
        At most `count` places, the one that adds most first; fewer where no place adds anything.
        ``new_km2``, ``covered`` and ``bound`` are square kilometres of land times risk / 100.
    """
    places = _list_candidates(cells)
    lon, lat, weight = _spread_samples(cells, mast.range_m, len(places))
    is_open = weight > 0
    for eye in eyes:
        todo = np.flatnonzero(is_open)
        is_seen = look_at(elevation, eye, lon[todo], lat[todo]) == VISIBLE
        is_open[todo[is_seen]] = False
    lon, lat, weight = lon[is_open], lat[is_open], weight[is_open]
    covers = _find_covers(places, lon, lat, elevation, mast)
    chosen, bound = solve_cover(covers, weight, count=count, seed=seed, most_nodes=_MOST_NODES)
    order, gains = rank_places(covers, weight, chosen)
    covered = int(gains.sum())
    return NextCameras(
        places=_list_places(places.iloc[order], gains),
        covered=covered / _M2_PER_KM2,
        bound=bound / _M2_PER_KM2,
        gap=bound / covered - 1 if covered else 0.0,
    )


def explain_next_cameras(
    chosen: NextCameras, cells: gpd.GeoDataFrame, *, count: int
) -> tuple[Text, ...]:
    """Say what the places are worth and how sure that is.

    Parameters
    ----------
    chosen
        The places.
    cells
        Those they were chosen from.
    count
        How many were asked for.

    Returns
    -------
    notes
        For the results.
    """
    counted = "土地面积×风险÷100" if _has_risk(cells) else "土地面积（没有风险得分）"
    counted_en = "land area x risk / 100" if _has_risk(cells) else "land area (no risk is known)"
    is_thin = len(cells) > _MOST_PLACES
    places = "每一小片权重最大的网格的代表点" if is_thin else "各网格的代表点"
    places_en = "the weightiest cell of each part" if is_thin else "the points of cells"
    notes = [
        Text(
            f"新增点位按{counted}计：共新增 {chosen.covered:.2f} 平方公里，"
            f"已证上界 {chosen.bound:.2f}，差距 {chosen.gap:.2%}；候选为{places}",
            f"new places are weighed by {counted_en}: they add {chosen.covered:.2f} km2, proved "
            f"bound {chosen.bound:.2f}, gap {chosen.gap:.2%}; candidates are {places_en}",
        )
    ]
    if len(chosen.places) < count:
        notes.append(
            Text(
                f"要 {count} 处，只有 {len(chosen.places)} 处还能新增视野",
                f"of {count} places asked for only {len(chosen.places)} add anything",
            )
        )
    return tuple(notes)


def _is_water(cells: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Say which cells are all water, where no mast stands."""
    if "risk_class" not in cells:
        return np.zeros(len(cells), dtype=bool)
    return cells["risk_class"].eq("water").to_numpy(dtype=bool)


def _has_risk(cells: gpd.GeoDataFrame) -> bool:
    """Say whether any cell has a risk."""
    return "risk" in cells and bool((cells["risk"].fillna(0.0) > 0).any())


def _weigh(cells: gpd.GeoDataFrame) -> Floats:
    """Weigh cells: land area times risk / 100, or land area alone where no risk is known."""
    land = cells["area_m2"].to_numpy(dtype=float)
    if "water_share" in cells:
        land = land * (1 - cells["water_share"].fillna(0.0).to_numpy(dtype=float))
    if _has_risk(cells):
        land = land * cells["risk"].fillna(0.0).to_numpy(dtype=float) / _FULL_RISK
    return np.where(_is_water(cells), 0.0, land)


def _list_candidates(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List the cells where a mast may stand; of too many the weightiest in each square."""
    land = np.flatnonzero(~_is_water(cells))
    if len(land) <= _MOST_PLACES:
        return gpd.GeoDataFrame(cells.iloc[land])
    edge = np.sqrt(cells["area_m2"].sum() / _MOST_PLACES)
    lon, lat = cells["lon"].to_numpy(dtype=float)[land], cells["lat"].to_numpy(dtype=float)[land]
    x, y = local_plane(cells.geometry.to_numpy()).transform(lon, lat)
    squares = pd.DataFrame(
        {"column": np.floor(x / edge), "row": np.floor(y / edge), "weight": _weigh(cells)[land]}
    )
    best = squares.groupby(["column", "row"], sort=True)["weight"].idxmax().to_numpy()
    return gpd.GeoDataFrame(cells.iloc[land[np.sort(best)]])


def _spread_samples(
    cells: gpd.GeoDataFrame, range_m: float, place_count: int
) -> tuple[Floats, Floats, Ints]:
    """Lay samples over the cells; one that holds none has its own point."""
    area = cells["area_m2"].to_numpy(dtype=float)
    in_reach = min(np.pi * range_m**2, area.sum())
    spacing = float(
        max(np.sqrt(place_count * in_reach / _MOST_PAIRS), _FINEST_PART * np.sqrt(area.mean()))
    )
    shapes = cells.geometry.to_numpy()
    plane = local_plane(shapes)
    corners = shapely.get_coordinates(shapely.box(*shapely.total_bounds(shapes)))
    x, y = plane.transform(corners[:, 0], corners[:, 1])
    across, up = np.meshgrid(
        np.arange(min(x) + spacing / 2, max(x), spacing),
        np.arange(min(y) + spacing / 2, max(y), spacing),
    )
    lon, lat = plane.transform(across.ravel(), up.ravel(), direction="INVERSE")
    point, cell = shapely.STRtree(shapes).query(shapely.points(lon, lat), predicate="intersects")
    point, first = np.unique(point, return_index=True)  # on a shared edge: the first cell's
    cell, lon, lat = cell[first], lon[point], lat[point]
    weight = _weigh(cells)
    share = (weight / np.maximum(1, np.bincount(cell, minlength=len(cells))))[cell]
    bare = np.setdiff1d(np.arange(len(cells)), cell)
    own_lon = cells["lon"].to_numpy(dtype=float)[bare]
    own_lat = cells["lat"].to_numpy(dtype=float)[bare]
    own = np.stack(plane.transform(own_lon, own_lat), axis=1)
    is_alone = np.ones(len(bare), dtype=bool)
    if len(point):
        away, nearest = cKDTree(np.stack(plane.transform(lon, lat), axis=1)).query(own)
        is_alone = away > spacing
        np.add.at(share, nearest[~is_alone], weight[bare[~is_alone]])
    return (
        np.concatenate((lon, own_lon[is_alone])),
        np.concatenate((lat, own_lat[is_alone])),
        np.rint(np.concatenate((share, weight[bare[is_alone]]))).astype(np.int64),
    )


def _find_covers(
    places: gpd.GeoDataFrame,
    lon: Floats,
    lat: Floats,
    elevation: Elevation | None,
    mast: Mast,
) -> list[Ints]:
    """Give the samples that a camera on each place would see for certain."""
    if len(lon) == 0:
        return [np.empty(0, dtype=np.int64) for _ in range(len(places))]
    plane = local_plane(places.geometry.to_numpy())
    samples = cKDTree(np.stack(plane.transform(lon, lat), axis=1))
    place_lon, place_lat = places["lon"].to_numpy(float), places["lat"].to_numpy(float)
    here = np.stack(plane.transform(place_lon, place_lat), axis=1)
    # The plane's scale is right to 1e-3 within 250 km; the sector is judged on the ellipsoid.
    near = samples.query_ball_point(here, mast.range_m * 1.001, return_sorted=True)
    covers = []
    for at_lon, at_lat, found in zip(place_lon.tolist(), place_lat.tolist(), near, strict=True):
        eye = Eye(lon=at_lon, lat=at_lat, height_m=mast.height_m, range_m=mast.range_m)
        those = np.array(found, dtype=np.int64)
        states = look_at(elevation, eye, lon[those], lat[those], step=_STEP)
        covers.append(those[states == VISIBLE])
    return covers


def _list_places(places: gpd.GeoDataFrame, gains: Ints) -> gpd.GeoDataFrame:
    """List the places in their order."""
    lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
    table = pd.DataFrame(
        {
            "rank": np.arange(1, len(places) + 1),
            "lon": lon,
            "lat": lat,
            "new_km2": gains / _M2_PER_KM2,
            "cell_id": places["cell_id"].to_numpy(dtype=object),
        }
    ).astype({"cell_id": "string"})
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")
