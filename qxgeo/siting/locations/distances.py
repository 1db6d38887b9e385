"""How far it is from demand to candidate sites: along the roads, or as the crow flies if asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.errors import Fault, InputError, SchemaError, Text
from qxgeo.geodesy import ground_distance_m

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from qxgeo.network import Places, RoadNetwork

    Floats = NDArray[np.float64]

CANDIDATES = Text("候选站点", "candidates")
DEMAND = Text("需求点", "demand")
DIRECTIONS = {
    "to_site": Text("需求点到站点", "from demand to site"),
    "from_site": Text("站点到需求点", "from site to demand"),
    "round_trip": Text("往返的一半", "half of the way there and back"),
}
_MODE_LABELS = {
    "drive": Text("驾车", "driving"),
    "ride": Text("骑行", "riding"),
    "walk": Text("步行", "walking"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DistanceTable:
    """Distances from demand to candidate sites.

    Attributes
    ----------
    metres
        Demand (rows) by candidates (columns), infinite where no way leads there.
    label
        What kind of distance that is; printed beside every result.
    is_road
        Whether it is along the roads.
    demand_road_m, site_road_m
        Ground metres from each place to its road, infinite where none is near enough; 0 without
        roads.
    notes
        What could not be measured, and what the roads leave in doubt.
    """

    metres: Floats
    label: Text
    is_road: bool
    demand_road_m: Floats
    site_road_m: Floats
    notes: tuple[Text, ...]


def measure_road_distances(
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    network: RoadNetwork,
    mode: str,
    snap_limit_m: float,
    direction: str = "to_site",
) -> DistanceTable:
    """Measure the shortest ways along the roads.

    Parameters
    ----------
    candidates, demand
        Tables of schema ``SITES``, EPSG:4326. Of a line or polygon a point on it is taken.
    network
        As `network.build_network` gives it.
    mode
        ``drive``, ``ride`` or ``walk``; one that the network was built for.
    snap_limit_m
        Ground metres between a place and its road beyond which it has none.
    direction
        ``to_site`` (the default: demand comes to the site), ``from_site`` or ``round_trip``. They
        differ where there are one-way streets.

    Returns
    -------
    distances
        The straight stretches between the places and their roads are part of the metres.

    Raises
    ------
    InputError
        If the network does not know the way of travel, or the direction is another.
    SchemaError
        If a table breaks its contract.
    """
    if mode not in network.graphs or direction not in DIRECTIONS:
        raise InputError(
            Fault(
                problem=Text(
                    f"路网没有出行方式“{mode}”，或方向“{direction}”不可用",
                    f'the network has no mode "{mode}", or direction "{direction}" is unknown',
                ),
                mend=Text(
                    f"出行方式：{'、'.join(network.graphs)}；方向：{'、'.join(DIRECTIONS)}",
                    f"modes: {', '.join(network.graphs)}; directions: {', '.join(DIRECTIONS)}",
                ),
            )
        )
    to, at = (
        network.snap(take_points(table, title), mode=mode, limit_m=snap_limit_m)
        for table, title in ((candidates, CANDIDATES), (demand, DEMAND))
    )
    there, back = (
        network.travel(at, to).metres if direction != "from_site" else None,
        network.travel(to, at).metres.T if direction != "to_site" else None,
    )
    road_m = there if back is None else back if there is None else (there + back) / 2
    at_m, to_m = (np.where(one.is_reached, one.snap_m, np.inf) for one in (at, to))
    name, way = _MODE_LABELS[mode], DIRECTIONS[direction]
    return DistanceTable(
        metres=np.asarray(road_m) + at_m[:, None] + to_m[None, :],
        label=Text(
            f"路网距离（{name.zh}，{way.zh}，含两端到道路的直线段）",
            f"along the roads ({name.en}, {way.en}, with the straight stretches to the roads)",
        ),
        is_road=True,
        demand_road_m=at_m,
        site_road_m=to_m,
        notes=(
            *_name_lost(demand, at, DEMAND, snap_limit_m),
            *_name_lost(candidates, to, CANDIDATES, snap_limit_m),
            *network.notes,
        ),
    )


def measure_straight_distances(
    candidates: gpd.GeoDataFrame, demand: gpd.GeoDataFrame
) -> DistanceTable:
    """Measure as the crow flies: for want of roads, and labelled so.

    Parameters
    ----------
    candidates, demand
        Tables of schema ``SITES``, EPSG:4326. Of a line or polygon a point on it is taken.

    Returns
    -------
    distances
        Ground metres on the ellipsoid.

    Raises
    ------
    SchemaError
        If a table breaks its contract.
    """
    to, at = take_points(candidates, CANDIDATES), take_points(demand, DEMAND)
    rows, columns = np.repeat(np.arange(len(at)), len(to)), np.tile(np.arange(len(to)), len(at))
    metres = ground_distance_m(*at[rows].T, *to[columns].T).reshape(len(at), len(to))
    return DistanceTable(
        metres=metres,
        label=Text(
            "直线距离（非路网距离，会低估路程）", "straight lines, not roads: ways are longer"
        ),
        is_road=False,
        demand_road_m=np.zeros(len(at)),
        site_road_m=np.zeros(len(to)),
        notes=(),
    )


def take_points(table: gpd.GeoDataFrame, title: Text) -> Floats:
    """Take a point of each place, after a look at the table.

    Parameters
    ----------
    table
        Schema ``SITES``, EPSG:4326.
    title
        What it holds.

    Returns
    -------
    lonlat
        Degrees, shape (n, 2).

    Raises
    ------
    SchemaError
        If it is empty, in another system, without `site_id`, or an id stands twice.
    """
    faults: list[Text] = []
    if len(table) == 0:
        faults.append(Text("没有记录", "it has no row"))
    if table.crs is None or table.crs.to_epsg() != 4326:  # noqa: PLR2004 - EPSG code
        faults.append(Text(f"坐标系是 {table.crs}", f"it is in {table.crs}, not EPSG:4326"))
    if "site_id" not in table:
        faults.append(Text("缺少 site_id 列", "it has no column site_id"))
    else:
        twice = table.loc[table["site_id"].duplicated() | table["site_id"].isna(), "site_id"]
        ids = ", ".join(sorted({str(one) for one in twice}))
        if ids:
            faults.append(Text(f"site_id 重复或缺失：{ids}", f"site_id repeated or missing: {ids}"))
    shapes = np.asarray(table.geometry.to_numpy(), dtype=object)
    bare = np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if len(bare):
        rows = ", ".join(str(row + 1) for row in bare[:10].tolist())
        faults.append(Text(f"第 {rows} 条没有位置", f"records {rows} have no place"))
    if faults:
        mend = Text("用本软件的读取程序读入", "read it with this package's readers")
        raise SchemaError(
            Fault(
                problem=Text(f"{title.zh}：{one.zh}", f"{title.en}: {one.en}"),
                mend=mend,
            )
            for one in faults
        )
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(shapes)))


def _name_lost(
    table: gpd.GeoDataFrame, places: Places, title: Text, limit_m: float
) -> tuple[Text, ...]:
    """Name places that no road reaches."""
    lost = table["site_id"].to_numpy()[~places.is_reached]
    if len(lost) == 0:
        return ()
    ids = ", ".join(map(str, lost[:10])) + (f" (+{len(lost) - 10})" if len(lost) > 10 else "")  # noqa: PLR2004 - enough names
    return (
        Text(
            f"{title.zh} {len(lost)} 处在 {limit_m:g} 米内没有道路：{ids}",
            f"{len(lost)} of the {title.en} have no road within {limit_m:g} m: {ids}",
        ),
    )
