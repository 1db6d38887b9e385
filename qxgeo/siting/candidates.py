"""Places that people apply for, checked and set beside the layers of the district."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.district import Layer
from qxgeo.errors import Fault, SchemaError, Text
from qxgeo.geodesy import UNSURE, Gathered, first_holders, first_holders_of_boxes
from qxgeo.rules import build_scene
from qxgeo.schemas import ENTRANCES, SITES
from qxgeo.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from qxgeo.district import District
    from qxgeo.plan import ActionPlan
    from qxgeo.rules import Scene

PLACES, ENTRANCES_LAYER = "candidates", "candidate_entrances"
WGS84 = "EPSG:4326"
_SHAPES = (
    shapely.GeometryType.POINT,
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTIPOLYGON,
)


def check_places(places: gpd.GeoDataFrame, *, attributes: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Refuse places that cannot be judged, and fill in what an application leaves out.

    Parameters
    ----------
    places
        Points or parcels, EPSG:4326. `site_id` tells them apart and is made from the row where it
        is missing; `name` and `status` may be missing.
    attributes
        Columns that rules ask for: one that is not there is a blank answer.

    Returns
    -------
    places
        2-D, every column of `schemas.SITES` and every attribute, range index; a blank status is
        ``proposed``, since somebody applies.

    Raises
    ------
    SchemaError
        If the system is not EPSG:4326, a shape is empty or neither point nor parcel, or an id
        stands twice: all faults in one message.
    """
    faults = _find_faults(places)
    if faults:
        raise SchemaError(faults)
    table = _named(places)
    shapes = table.geometry.to_numpy(dtype=object)
    if shapely.has_z(shapes).any():
        table["geometry"] = shapely.force_2d(shapes)
    if "site_id" not in table:
        table["site_id"] = [str(number + 1) for number in range(len(table))]
    table["site_id"] = table["site_id"].astype(str)
    _fill_in_columns(table, (*SITES.columns, *attributes))
    status = table["status"].astype("string").str.strip()
    table["status"] = status.mask(status == "", pd.NA).fillna(str(Status.PROPOSED))
    return gpd.GeoDataFrame(table, geometry="geometry", crs=WGS84)


def _named(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count rows from 0 and call the shapes `geometry`."""
    table = table.reset_index(drop=True)
    is_named = table.geometry.name == "geometry"
    return table if is_named else table.rename_geometry("geometry")


def _fill_in_columns(table: gpd.GeoDataFrame, columns: Iterable[str]) -> None:
    """Write columns that are missing, without a word in any row."""
    nothing = pd.array([pd.NA], dtype="string").take(np.zeros(len(table), dtype=np.int64))
    for column in columns:
        if column not in table:
            table[column] = nothing


def _find_faults(places: gpd.GeoDataFrame) -> list[Fault]:
    """Find what keeps places from being judged."""
    if places.crs is None or places.crs.to_epsg() != 4326:  # noqa: PLR2004 - the one system
        return [
            Fault(
                problem=Text("场所坐标不是 WGS 84", "the places are not in EPSG:4326"),
                mend=Text("请先转换坐标", "convert them first"),
                column="geometry",
            )
        ]
    shapes = places.geometry.to_numpy(dtype=object)
    bad = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    bad |= ~np.isin(shapely.get_type_id(shapes), _SHAPES)
    faults = [
        Fault(
            row=int(row) + 1,
            column="geometry",
            problem=Text("不是点也不是地块", "it is neither a point nor a parcel"),
            mend=Text("请给出一个点或一个多边形", "give a point or a polygon"),
        )
        for row in np.flatnonzero(bad)
    ]
    ids = places["site_id"].astype("string") if "site_id" in places else pd.Series(dtype="string")
    faults += [
        Fault(
            row=int(row) + 1,
            column="site_id",
            problem=Text(f"编号空白或重复：{ids.iloc[row]}", f"blank or repeated: {ids.iloc[row]}"),
            mend=Text("每个场所一个编号", "one id for each place"),
        )
        for row in np.flatnonzero(ids.duplicated() | ids.isna())
    ]
    return faults


def check_entrances(
    entrances: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Refuse entrances that belong to nobody, and give each the status of its place.

    Parameters
    ----------
    entrances
        Points with `site_id`, `road_name` where it is known, EPSG:4326; None where there are none.
    places
        As `check_places` gives them.

    Returns
    -------
    entrances
        Every column of `schemas.ENTRANCES`, range index.

    Raises
    ------
    SchemaError
        If a site is unknown, or the system is not EPSG:4326.
    """
    if entrances is None or len(entrances) == 0:
        empty = {name: pd.Series(dtype="string") for name in ENTRANCES.columns}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=WGS84))
    if entrances.crs is None or entrances.crs.to_epsg() != 4326:  # noqa: PLR2004 - the one system
        raise SchemaError(
            Fault(
                problem=Text("出入口坐标不是 WGS 84", "the entrances are not in EPSG:4326"),
                mend=Text("请先转换坐标", "convert them first"),
                column="geometry",
            )
        )
    table = _named(entrances)
    table["site_id"] = table["site_id"].astype(str)
    owner = owners_of(table, places)
    if (owner < 0).any():
        raise SchemaError(
            Fault(
                row=int(row) + 1,
                column="site_id",
                problem=Text(
                    f"没有编号为“{table['site_id'].iloc[row]}”的场所",
                    f'there is no place with the id "{table["site_id"].iloc[row]}"',
                ),
                mend=Text("出入口的所属编号须与场所编号一致", "use the id of a place"),
            )
            for row in np.flatnonzero(owner < 0)
        )
    _fill_in_columns(table, ENTRANCES.columns)
    ids = table["entrance_id"].astype("string")
    if ids.isna().any():
        number = pd.Series(owner).groupby(owner).cumcount().to_numpy()
        words = pd.array([f"-{one + 1}" for one in range(number.max() + 1)], dtype="string")
        ids = ids.fillna(table["site_id"] + pd.Series(words.take(number), index=table.index))
    table["entrance_id"] = ids
    table["status"] = places["status"].array[owner]
    return gpd.GeoDataFrame(table, geometry="geometry", crs=WGS84)


def owners_of(entrances: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Find the place that each entrance belongs to.

    Parameters
    ----------
    entrances, places
        With `site_id`; that of a place stands once.

    Returns
    -------
    row
        Row of the place, -1 where there is none of that id, shape (k,).
    """
    found = pd.Index(places["site_id"]).get_indexer(pd.Index(entrances["site_id"]))
    return np.asarray(found, dtype=np.int64)


def set_scene(
    district: District,
    plan: ActionPlan,
    places: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    *,
    accuracy_m: float,
) -> Scene:
    """Put places into the district, so that the rules of the main job can judge them.

    Parameters
    ----------
    district, plan
        Where and by what.
    places, entrances
        As `check_places` and `check_entrances` give them.
    accuracy_m
        Position error of both, ground metres.

    Returns
    -------
    scene
        With the layers ``candidates`` and ``candidate_entrances``.
    """
    layers = dict(district.layers)
    layers[PLACES] = _layer(PLACES, places, accuracy_m)
    layers[ENTRANCES_LAYER] = _layer(ENTRANCES_LAYER, entrances, accuracy_m)
    scene = build_scene(replace(district, layers=MappingProxyType(layers)), plan)
    shapes = Gathered(places.geometry.to_numpy(dtype=object))
    return replace(scene, gathered=MappingProxyType({PLACES: shapes}))


def _layer(name: str, table: gpd.GeoDataFrame, accuracy_m: float) -> Layer:
    """Wrap a table that no file holds."""
    return Layer(
        name=name,
        table=table,
        path=Path(name),
        sha256="",
        datum="wgs84",
        accuracy_m=accuracy_m,
        source="申请材料",
        licence="",
        as_of=None,
        is_demo=False,
        is_approximate=False,
        notes=(),
    )


def locate_places(scene: Scene, places: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Find the territory of places: that of the point, or of one inside the parcel.

    Parameters
    ----------
    scene
        As `set_scene` gives it.
    places
        Its places.

    Returns
    -------
    territory
        Index into `scene.territories`, -1 for none, shape (n,).
    """
    gathered = scene.shapes(PLACES, places)
    low, high = np.split(shapely.bounds(gathered.shapes), 2, axis=1)
    territory = first_holders_of_boxes(low, high, scene.territories)
    rows = np.flatnonzero(territory == UNSURE)
    points = gathered.shapes[rows]
    is_area = ~gathered.is_point[rows]
    points[is_area] = shapely.point_on_surface(points[is_area])
    lonlat = np.asarray(shapely.get_coordinates(points))
    territory[rows] = first_holders(lonlat, scene.territories, among=len(places))
    return territory
