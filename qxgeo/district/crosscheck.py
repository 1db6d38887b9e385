"""Do the layers of a district fit each other? Place, townships, boundary, stations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.datum import smell_shift
from qxgeo.district.people import place_people
from qxgeo.district.stations import (
    has_position,
    is_national,
    is_stopped_without_date,
    stations_in_force,
)
from qxgeo.errors import Fault, Text
from qxgeo.geodesy import area_m2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from qxgeo.district.model import Layer
    from qxgeo.plan import ActionPlan

REACH_KM = 50.0  # farther from the boundary than this nothing can matter to a district
_KM_PER_DEGREE = 111.32  # of a great circle; only a fence of 50 km is drawn with it
_NAMES_SHOWN = 5
_SMALLEST_NOTED_M2 = 100.0  # below it a misfit of two boundaries is not worth a line

Box = tuple[float, float, float, float]


class Findings:
    """Faults and notes by the layer they belong to."""

    def __init__(self) -> None:
        self.faults: dict[str, list[Fault]] = {}
        self.notes: dict[str, list[Text]] = {}

    def refuse(self, layer: Layer, problem: Text, mend: Text) -> None:
        """Note a fault of a layer."""
        fault = Fault(file=layer.path.name, problem=problem, mend=mend)
        self.faults.setdefault(layer.name, []).append(fault)

    def note(self, layer: Layer, text: Text) -> None:
        """Note a remark on a layer."""
        self.notes.setdefault(layer.name, []).append(text)


# Lines that follow others where both are right: a boundary its river, a damage list its roads.
FOLLOWS = {
    "boundary": "water",
    "damaged_roads": "roads",
    "key_sections": "roads",
    "watering_records": "roads",
}


def check_together(
    layers: Mapping[str, Layer], *, as_of: date, plan: ActionPlan | None = None
) -> Findings:
    """Check the layers of a district against each other.

    Parameters
    ----------
    layers
        By name, each checked by itself already.
    as_of
        The day on which stations must be in force.
    plan
        Knows other names of the townships in which people work.

    Returns
    -------
    findings
        A fault where an answer would be wrong, a note where a person should know.
    """
    found = Findings()
    boundary = layers.get("boundary")
    if boundary is not None:
        fence = _fence(boundary)
        for layer in layers.values():
            if layer is not boundary:
                _check_place(layer, fence, found)
    for layer in layers.values():
        if layer.size == 0:
            found.note(layer, Text("没有任何行：等于未提供", "no rows at all: as if not given"))
    townships = layers.get("townships")
    if townships is not None:
        _check_overlaps(townships, found)
        if boundary is not None:
            _compare_with_boundary(townships, boundary, found)
    stations = layers.get("stations")
    if stations is not None:
        _check_stations(stations, as_of, found)
    _check_people(layers, plan, found)
    _smell_datums(layers, found)
    return found


def _check_people(layers: Mapping[str, Layer], plan: ActionPlan | None, found: Findings) -> None:
    """Refuse people of a township that is none of the district's, and people listed twice."""
    roster = layers.get("grid_members")
    if roster is None:
        return
    _, faults = place_people(roster, layers.get("townships"), plan)
    if faults:
        found.faults.setdefault(roster.name, []).extend(faults)


def _smell_datums(layers: Mapping[str, Layer], found: Findings) -> None:
    """Note loudly where lines fit known ones only under another datum than the declared."""
    for name, known in FOLLOWS.items():
        is_there = all(one in layers and len(layers[one].table) for one in (name, known))
        if is_there:
            layer, reference = layers[name], layers[known]
            shapes = np.asarray(layer.table.geometry.dropna().array, dtype=object)
            for warning in smell_shift(shapes, reference.table.geometry).warnings:
                found.note(layer, warning)


def _fence(boundary: Layer) -> Box:
    """Draw a box of 50 km around the boundary, in degrees."""
    west, south, east, north = (float(number) for number in boundary.table.total_bounds)
    high = REACH_KM / _KM_PER_DEGREE
    widest = min(max(abs(south), abs(north)) + high, 89.0)
    wide = high / float(np.cos(np.radians(widest)))
    return west - wide, south - high, east + wide, north + high


def _check_place(layer: Layer, fence: Box, found: Findings) -> None:
    """Refuse a layer that lies in another part of the world; note features that do."""
    geometry = np.asarray(layer.table.geometry.array, dtype=object)
    geometry = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    bounds = shapely.bounds(geometry)
    if layer.streamed is not None:  # whole pieces: nearer than any of their rows
        known = [piece.bounds for piece in layer.streamed.dataset.pieces if piece.bounds]
        bounds = np.array(known, dtype=float).reshape(-1, 4)
    if len(bounds) == 0:
        return
    near = _meet(bounds, fence)
    if near.any():
        if layer.name != "stations" and layer.streamed is None and not near.all():
            far = int((~near).sum())
            text = Text(
                f"{far} 个要素距辖区 {REACH_KM:g} 公里以上",
                f"{far} features lie more than {REACH_KM:g} km from the district",
            )
            found.note(layer, text)
        return
    west, south = bounds[:, 0].min(), bounds[:, 1].min()
    east, north = bounds[:, 2].max(), bounds[:, 3].max()
    where = f"{west:.4f}, {south:.4f} – {east:.4f}, {north:.4f}"
    problem = Text(
        f"整个图层都在辖区 {REACH_KM:g} 公里以外（{where}）",
        f"the whole layer lies more than {REACH_KM:g} km from the district ({where})",
    )
    if _meet(bounds[:, [1, 0, 3, 2]], fence).any():
        mend = Text(
            "经纬度颠倒了：请对调经度和纬度两列（columns 中的 lon、lat）",
            "longitude and latitude are swapped: exchange the two columns (lon, lat in columns)",
        )
    else:
        mend = Text(
            "请核对：经纬度是否颠倒、datum 是否正确（高斯-克吕格的中央经线或带号）、是否拿错文件",
            "check for swapped axes, a wrong datum (central meridian or zone of Gauss-Kruger),"
            " or another city's file",
        )
    found.refuse(layer, problem, mend)


def _meet(bounds: NDArray[np.float64], fence: Box) -> NDArray[np.bool_]:
    """Say which boxes meet the fence."""
    west, south, east, north = fence
    return np.asarray(
        (bounds[:, 0] <= east)
        & (bounds[:, 2] >= west)
        & (bounds[:, 1] <= north)
        & (bounds[:, 3] >= south)
    )


def _check_overlaps(townships: Layer, found: Findings) -> None:
    """Refuse townships that overlap by more than their accuracy; note thinner slivers."""
    table = townships.table
    geometry = np.asarray(table.geometry.array, dtype=object)
    names = table["name"].astype(str).to_numpy()
    first, second = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    ordered = first < second
    first, second = first[ordered], second[ordered]
    common = shapely.intersection(geometry[first], geometry[second])
    area = area_m2(common)
    for one, other, shape, size in sorted(
        zip(first, second, common, area, strict=True), key=lambda entry: (entry[0], entry[1])
    ):
        if size < _SMALLEST_NOTED_M2 / 100:
            continue
        pair_zh = f"“{names[one]}”与“{names[other]}”重叠 {size:,.0f} 平方米"
        pair_en = f'"{names[one]}" and "{names[other]}" overlap by {size:,.0f} square metres'
        if _width_m(shape, size) <= townships.accuracy_m:
            text = Text(
                f"{pair_zh}，窄于精度，归排在前的单位",
                f"{pair_en}, narrower than the accuracy: given to the first",
            )
            found.note(townships, text)
            continue
        mend = Text(
            "在 GIS 中修正边界，使每处只属一个乡镇街道",
            "correct the boundaries so that every place belongs to one township",
        )
        found.refuse(townships, Text(pair_zh, pair_en), mend)


def _width_m(shape: shapely.Geometry, size_m2: float) -> float:
    """Mean width of a sliver: twice its area by its outline; a rough measure will do."""
    outline_m = float(shapely.length(shape)) * _KM_PER_DEGREE * 1000
    return 2 * size_m2 / outline_m if outline_m > 0 else 0.0


def _compare_with_boundary(townships: Layer, boundary: Layer, found: Findings) -> None:
    """Note what townships leave uncovered and where they stick out."""
    geometry = np.asarray(townships.table.geometry.array, dtype=object)
    is_drawn = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    for name in townships.table.loc[~is_drawn, "name"].astype(str):
        text = Text(
            f"“{name}”没有界线：其范围内的结论归不到该单位",
            f'"{name}" has no territory: nothing can be assigned to it',
        )
        found.note(townships, text)
    district = shapely.union_all(np.asarray(boundary.table.geometry.array, dtype=object))
    covered = shapely.union_all(geometry[is_drawn])
    rest = shapely.difference(district, covered)
    over = shapely.difference(covered, district)
    whole_m2, rest_m2, over_m2 = area_m2(np.array([district, rest, over], dtype=object))
    if rest_m2 >= _SMALLEST_NOTED_M2:
        share = rest_m2 / whole_m2
        text = Text(
            f"辖区内有 {rest_m2 / 1e6:.4f} 平方公里（{share:.2%}）不属任何乡镇街道",
            f"{rest_m2 / 1e6:.4f} km2 of the district ({share:.2%}) lie in no township",
        )
        found.note(townships, text)
    if over_m2 >= _SMALLEST_NOTED_M2:
        text = Text(
            f"乡镇街道有 {over_m2 / 1e6:.4f} 平方公里伸出辖区界线，伸出部分按辖区外计",
            f"townships stick out of the district by {over_m2 / 1e6:.4f} km2, counted as outside",
        )
        found.note(townships, text)


def _check_stations(stations: Layer, as_of: date, found: Findings) -> None:
    """Refuse a registry in which no station counts; note those that cannot count."""
    table = stations.table
    in_force = stations_in_force(table, as_of)
    if in_force.empty and not table.empty:
        problem = Text(
            f"{as_of.isoformat()} 没有一个在用且有坐标的国控站点",
            f"no national station with a position is in force on {as_of.isoformat()}",
        )
        mend = Text(
            "请核对 as_of、启用与停运日期、控制级别和坐标",
            "check as_of, valid_from and valid_to, the control level and the positions",
        )
        found.refuse(stations, problem, mend)
        return
    found.note(
        stations,
        Text(
            f"{as_of.isoformat()} 在用的国控站点 {len(in_force)} 个，共 {len(table)} 个",
            f"{len(in_force)} of {len(table)} stations are national ones in force on"
            f" {as_of.isoformat()}",
        ),
    )
    left_out = (
        (~has_position(table), Text("没有坐标", "without a position")),
        (is_stopped_without_date(table), Text("已停用但无停运日期", "stopped, nobody says when")),
        (~is_national(table), Text("不是国控站点", "not national-control")),
    )
    for rows, why in left_out:
        names = table.loc[rows, "name"].astype(str).tolist()
        if names:
            shown = "、".join(names[:_NAMES_SHOWN]) + ("…" if len(names) > _NAMES_SHOWN else "")
            text = Text(
                f"{len(names)} 个站点{why.zh}，不计：{shown}",
                f"{len(names)} stations {why.en}, not counted: {shown}",
            )
            found.note(stations, text)
