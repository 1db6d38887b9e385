"""Cameras and drones as eyes: which of them can be judged, and what the others lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from qxgeo.errors import Text
from qxgeo.patrol.sightlines.viewshed import Eye

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_ALL_ROUND_DEG = 360.0
_HIGHEST_CAMERA_M = 300.0  # masts and roofs are lower: it may be centimetres
_NUMBERS = ("height_m", "bearing_deg", "field_of_view_deg", "range_m")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Devices:
    """The devices of a district.

    Attributes
    ----------
    table
        ``device_id``, ``name``, ``kind``, ``height_m``, ``bearing_deg``, ``field_of_view_deg``,
        ``range_m`` as they are used, geometry where they stand, EPSG:4326.
    eyes
        One per row; None for a device that cannot be judged.
    notes
        What was taken as what, and what is missing.
    """

    table: gpd.GeoDataFrame
    eyes: tuple[Eye | None, ...]
    notes: tuple[Text, ...]


def list_devices(
    cameras: gpd.GeoDataFrame | None,
    *,
    camera_range_m: float | None,
    drone_range_m: float | None,
    has_terrain: bool,
) -> Devices:
    """Read devices as eyes; nothing that decides what is seen is made up.

    Parameters
    ----------
    cameras
        Layer ``cameras``, EPSG:4326; None where there is none.
    camera_range_m, drone_range_m
        Range of a device that has none of its own; None where nobody decided it.
    has_terrain
        Whether lines of sight are judged, which need a height.

    Returns
    -------
    devices
        In the order of the layer.
    """
    table = _tidy(cameras)
    is_drone = table["kind"].eq("drone").to_numpy(dtype=bool)
    shared = np.where(
        is_drone,
        np.nan if drone_range_m is None else drone_range_m,
        np.nan if camera_range_m is None else camera_range_m,
    )
    own = table["range_m"].to_numpy(dtype=float)
    table = table.assign(
        range_m=np.where(np.isnan(own), shared, own),
        field_of_view_deg=table["field_of_view_deg"].mask(is_drone, _ALL_ROUND_DEG),
    )
    lacks = [_name_lack(row, has_terrain) for row in table.itertuples(index=False)]
    eyes = tuple(
        None if lack else _to_eye(row)
        for row, lack in zip(table.itertuples(index=False), lacks, strict=True)
    )
    is_shared = np.isnan(own) & np.isfinite(shared)
    return Devices(table=table, eyes=eyes, notes=tuple(_explain(table, lacks, is_drone, is_shared)))


def _tidy(cameras: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Give the columns their kinds; without a layer there are no rows."""
    if cameras is None:
        empty = {"device_id": "string", "name": "string", "kind": "string"}
        columns = {name: pd.Series(dtype=kind) for name, kind in empty.items()}
        columns |= {name: pd.Series(dtype="float64") for name in _NUMBERS}
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
    numbers = {name: pd.to_numeric(cameras[name]).astype("float64").to_numpy() for name in _NUMBERS}
    words = {
        name: cameras[name].astype("string").fillna(blank).to_numpy(dtype=object)
        for name, blank in (("device_id", ""), ("name", ""), ("kind", "camera"))
    }
    table = gpd.GeoDataFrame(
        {**words, **numbers}, geometry=cameras.geometry.to_numpy(), crs=cameras.crs
    )
    return table.astype(dict.fromkeys(words, "string"))


def _name_lack(row: object, has_terrain: bool) -> Text | None:  # noqa: FBT001 - private
    """Say what keeps a device from being judged; None for nothing."""
    facts = {name: float(getattr(row, name)) for name in _NUMBERS}
    place = getattr(row, "geometry")  # noqa: B009 - a row of a table has no declared fields
    if place is None or shapely.is_empty(place):
        return Text("没有位置", "no position")
    if not facts["range_m"] > 0:
        return Text("没有有效距离", "no range")
    if not facts["field_of_view_deg"] > 0:
        return Text("没有视场角", "no field of view")
    if facts["field_of_view_deg"] < _ALL_ROUND_DEG and np.isnan(facts["bearing_deg"]):
        return Text("没有方位角", "no bearing")
    if has_terrain and np.isnan(facts["height_m"]):
        return Text("没有离地高度", "no height above ground")
    return None


def _to_eye(row: object) -> Eye:
    """Turn a row into an eye."""
    facts = {name: float(getattr(row, name)) for name in _NUMBERS}
    place = getattr(row, "geometry")  # noqa: B009 - a row of a table has no declared fields
    return Eye(
        lon=place.x,
        lat=place.y,
        height_m=float(np.nan_to_num(facts["height_m"])),  # without terrain it is not used
        bearing_deg=float(np.nan_to_num(facts["bearing_deg"])),  # all round it is not used
        field_of_view_deg=facts["field_of_view_deg"],
        range_m=facts["range_m"],
    )


def _explain(
    table: gpd.GeoDataFrame,
    lacks: list[Text | None],
    is_drone: NDArray[np.bool_],
    is_shared: NDArray[np.bool_],
) -> Iterator[Text]:
    """Say what was taken as what, and which devices were left out."""
    for lack in sorted({lack for lack in lacks if lack is not None}):
        named = name_devices(table, np.array([one == lack for one in lacks]))
        yield Text(f"{lack.zh}，未判读：{named.zh}", f"not judged for having {lack.en}: {named.en}")
    for mask, zh, en in ((~is_drone, "视频", "cameras"), (is_drone, "无人机", "drones")):
        if (mask & is_shared).any():
            named, reach = (
                name_devices(table, mask & is_shared),
                table["range_m"][mask & is_shared].iloc[0],
            )
            yield Text(
                f"清单未写有效距离，按{zh}的参数 {reach:,.0f} 米：{named.zh}",
                f"range not listed, taken as the {reach:,.0f} m decided for {en}: {named.en}",
            )
    is_high = ~is_drone & (table["height_m"].to_numpy(dtype=float) > _HIGHEST_CAMERA_M)
    if is_high.any():
        named = name_devices(table, is_high)
        yield Text(
            f"离地超过 {_HIGHEST_CAMERA_M:g} 米，不像摄像头的高度，请核对单位是不是米：{named.zh}",
            f"more than {_HIGHEST_CAMERA_M:g} m above ground, which cameras hardly are; check that "
            f"the unit is metres: {named.en}",
        )
    if is_drone.any():
        named = name_devices(table, is_drone)
        yield Text(
            f"无人机按悬停在起降点上方所列高度、四周都能看判读：{named.zh}",
            f"drones are judged as hovering at their height above take-off, all round: {named.en}",
        )


def name_devices(table: gpd.GeoDataFrame, mask: NDArray[np.bool_]) -> Text:
    """Name some devices.

    Parameters
    ----------
    table
        ``device_id`` and ``name``.
    mask
        Which rows, shape (n,).

    Returns
    -------
    names
        Separated as each language does.
    """
    chosen = table[mask]
    names = [
        " ".join(filter(None, pair))
        for pair in zip(chosen["device_id"], chosen["name"], strict=True)
    ]
    return Text("、".join(names), ", ".join(names))
