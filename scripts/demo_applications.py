"""Invented applications for new sites of every kind (local metres), as an office would list them.

Every name begins with 示例. One application lies outside the district and one parcel crosses its
boundary; some do not say everything that the rules ask. No row is wrong.
"""

# ruff: noqa: PLR2004 -- an invented town is made of invented numbers; each stands where it acts

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from demo_places import MAIN, MINOR, Row, Spotter, at_station_m, pick

if TYPE_CHECKING:
    from demo_city import Plane

DECIMALS = 6  # of a degree, about 0.1 m
TOWN = ("secondary", "tertiary", "residential")
STATUS = {"拟新增": 0.72, "变更": 0.16, "现有": 0.12}
HEADS = (
    *("编号", "名称", "场所类别", "申请类型", "地址", "经度", "纬度", "地块"),
    *("出入口经度", "出入口纬度", "出入口2经度", "出入口2纬度", "临路", "位置误差（米）"),
    *("燃料", "设置", "大型", "灶头数", "类别", "设置位置", "楼层", "停车类型", "功能"),
)


class Clerk:
    """Writes applications down, one row each, numbered in their order."""

    def __init__(self, plane: Plane, rng: np.random.Generator) -> None:
        self._plane = plane
        self._rng = rng
        self.rows: list[dict[str, str]] = []

    def write(
        self,
        kind: str,
        title: str,
        place: shapely.Geometry,
        gates: list[shapely.Point] | None = None,
        **facts: object,
    ) -> None:
        """Write one application; what it does not say stays blank."""
        number = len(self.rows) + 1
        row = dict.fromkeys(HEADS, "")
        row |= {
            "编号": f"SQ{number:03d}",
            "名称": f"示例{title}{number}号",
            "场所类别": kind,
            "申请类型": pick(self._rng, STATUS),
            "地址": f"示例申请地址{number}号",
        }
        if place.geom_type == "Point":
            row |= self._write_point(place, "经度", "纬度")
        else:
            row["地块"] = shapely.to_wkt(
                self._plane.to_degrees(place, DECIMALS), rounding_precision=DECIMALS
            )
        for at, gate in enumerate(gates or []):
            head = "出入口" if at == 0 else f"出入口{at + 1}"
            row |= self._write_point(gate, f"{head}经度", f"{head}纬度")
        self.rows.append(row | {head: str(value) for head, value in facts.items()})

    def _write_point(self, place: shapely.Geometry, lon: str, lat: str) -> dict[str, str]:
        """Write longitude and latitude."""
        x, y = shapely.get_coordinates(self._plane.to_degrees(place, DECIMALS))[0]
        return {lon: f"{x:.{DECIMALS}f}", lat: f"{y:.{DECIMALS}f}"}


def applications(
    homes: list[Row],
    spotter: Spotter,
    plane: Plane,
    boundary_m: shapely.Geometry,
    rng: np.random.Generator,
) -> list[dict[str, str]]:
    """List applications of every kind; some near a limit, some inside it, some far from all."""
    clerk = Clerk(plane, rng)
    _repair_shops(clerk, spotter, plane, boundary_m)
    _eating_houses(clerk, homes, spotter, plane, rng)
    _inspection_stations(clerk, spotter, plane, rng)
    for function in ("检验", "维护", "检验与维护", ""):
        place = spotter.beside("tertiary", "secondary", away_m=(25, 45))
        gate = spotter.frontage(place, *MINOR)
        clerk.write("I/M示范站", "检验与维护站", place, [gate], 功能=function, 设置位置="地面")
    for _ in range(4):
        clerk.write("共享钣喷中心", "钣喷中心", _parcel(spotter.beside("secondary"), 40, rng))
    for _ in range(3):
        clerk.write("秸秆收储点", "秸秆收储点", _parcel(spotter.beside("unclassified"), 30, rng))
    edge = shapely.boundary(boundary_m).interpolate(0.4, normalized=True)
    clerk.write("秸秆收储点", "秸秆收储点", _parcel(edge, 45, rng))
    return clerk.rows


def _repair_shops(
    clerk: Clerk, spotter: Spotter, plane: Plane, boundary_m: shapely.Geometry
) -> None:
    """Repair shops inside the disc, at its edge, outside; one beyond the district's boundary."""
    known = [(20.0, 350.0), (110.0, 860.0), (35.0, 994.0), (200.0, 1004.0), (300.0, 1180.0)]
    for azimuth, distance_m in known:
        clerk.write("汽修", "汽修店", at_station_m(plane, azimuth, distance_m))
    for _ in range(8):
        place = spotter.beside(*TOWN)
        clerk.write("汽车维修企业", "汽修店", place, **{"位置误差（米）": 5})
    edge = shapely.boundary(boundary_m)
    middle = boundary_m.centroid
    east = max((shapely.Point(xy) for xy in shapely.get_coordinates(edge)), key=middle.distance)
    beyond = np.array(east.coords[0]) - np.array(middle.coords[0])
    clerk.write("汽修", "汽修店", shapely.Point(np.array(east.coords[0]) + 0.05 * beyond))


def _eating_houses(
    clerk: Clerk, homes: list[Row], spotter: Spotter, plane: Plane, rng: np.random.Generator
) -> None:
    """Eating houses in a residential building, beside one, along streets, around the station."""
    hosts = rng.choice(len(homes), 4, replace=False).tolist()
    places = [(homes[at]["geometry"].representative_point(), "临街一层") for at in hosts[:2]]
    for at in hosts[2:]:
        corner = np.array(homes[at]["geometry"].exterior.coords[0])
        out = corner - np.array(homes[at]["geometry"].centroid.coords[0])
        places.append((shapely.Point(corner + out / np.hypot(*out) * 6.0), "独立"))
    places += [(spotter.beside(*TOWN, away_m=(6, 14)), "独立") for _ in range(9)]
    places += [(at_station_m(plane, 140.0, 998.0), "独立"), (at_station_m(plane, 60.0, 500.0), "")]
    kinds = {"粉店": 0.3, "中餐馆": 0.3, "快餐店": 0.2, "烧烤店": 0.2}
    fuels = {"天然气": 0.45, "液化石油气": 0.25, "电": 0.2, "蜂窝煤": 0.1}
    for number, (place, setting) in enumerate(places):
        is_large = number % 7 == 6
        facts = {
            "类别": pick(rng, kinds),
            "燃料": "" if number == 3 else pick(rng, fuels),
            "设置": setting,
            "大型": "是" if is_large else "否",
            "灶头数": int(rng.integers(6, 12)) if is_large else int(rng.integers(1, 5)),
        }
        clerk.write("餐饮", "餐饮店", place, **facts)


def _inspection_stations(
    clerk: Clerk, spotter: Spotter, plane: Plane, rng: np.random.Generator
) -> None:
    """Inspection stations with entrances on main roads, side streets, both, and none."""
    for number in range(9):
        is_main = number % 3 == 0
        parcel = _parcel(
            spotter.beside(*(MAIN if is_main else MINOR[:2]), away_m=(30, 50)), 22, rng
        )
        side = [spotter.frontage(parcel.centroid, *(MAIN if is_main else MINOR))]
        if number % 4 == 3:
            side.append(spotter.frontage(parcel.centroid, *MINOR))
        is_below = number == 5
        facts: dict[str, object] = {
            "设置位置": "地下车库" if is_below else "地面",
            "楼层": -1 if is_below else 1,
            "停车类型": "地下" if is_below else "地面",
        }
        gates = [] if number == 7 else side
        clerk.write("检验机构", "机动车检验站", parcel, gates, **facts)
    near = at_station_m(plane, 75.0, 700.0)
    clerk.write("检测站", "机动车检验站", near, [spotter.frontage(near, *MINOR)])


def _parcel(middle: shapely.Point, half_m: float, rng: np.random.Generator) -> shapely.Polygon:
    """Give a rectangle around a place, turned at random."""
    wide, deep = half_m * float(rng.uniform(0.8, 1.2)), half_m * float(rng.uniform(0.5, 0.8))
    box = shapely.box(middle.x - wide, middle.y - deep, middle.x + wide, middle.y + deep)
    return shapely.affinity.rotate(box, float(rng.uniform(0, 90)))
