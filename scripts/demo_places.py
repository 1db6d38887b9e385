"""Invented premises, buildings, zones and records for the demonstration (local metres).

Every table starts with an id and a name; every name begins with 示例. Some cells are left blank on
purpose, as in any real file, and some sites stand so close to a limit that no map can decide.
"""

# ruff: noqa: PLR2004 -- an invented town is made of invented numbers; each stands where it acts

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.ops
from pyproj import Geod

if TYPE_CHECKING:
    from demo_city import Plane
    from demo_sections import Street

STATION = (110.3089, 25.2708)  # lon, lat of 1864A, the one station inside the district
GEOD = Geod(ellps="WGS84")
Row = dict[str, Any]

CLAIM = {True: "是", False: "否", None: None}
# class -> (chance that surface is known, surfaces and their odds)
PAVED = {"asphalt": 0.8, "concrete": 0.2}
LANE = {"concrete": 0.6, "asphalt": 0.28, "paving_stones": 0.07, "compacted": 0.05}
COUNTRY = {"concrete": 0.55, "asphalt": 0.2, "gravel": 0.12, "compacted": 0.08, "dirt": 0.05}
FIELD = {"dirt": 0.4, "gravel": 0.2, "ground": 0.2, "earth": 0.1, "unpaved": 0.1}
SURFACES = {
    "trunk": (1.0, PAVED), "primary": (1.0, PAVED), "secondary": (0.97, PAVED),
    "tertiary": (0.85, PAVED), "residential": (0.7, LANE), "service": (0.5, LANE),
    "unclassified": (0.8, COUNTRY), "track": (0.75, FIELD),
}  # fmt: skip
GRADES = {"trunk": "快速路", "primary": "主干路", "secondary": "次干路", "tertiary": "支路"}
TRUCKS = {"trunk": 0.95, "primary": 0.6, "secondary": 0.3, "tertiary": 0.1, "unclassified": 0.15}


def pick(rng: np.random.Generator, odds: dict[str, float]) -> str:
    """Draw one word by its odds."""
    weights = np.array(list(odds.values()))
    return str(rng.choice(list(odds), p=weights / weights.sum()))


def road_table(sections: list[Street], rng: np.random.Generator) -> list[Row]:
    """Give every section the columns of a road file; trucks and grades go by street."""
    by_street: dict[tuple[str, str], tuple[str, bool | None]] = {}
    rows = []
    for number, section in enumerate(sections, start=1):
        road_class = section.road_class
        street = (road_class, section.name or str(number))
        if street not in by_street:
            grade = GRADES.get(road_class, "") if rng.random() < 0.8 else ""
            has_trucks = bool(rng.random() < TRUCKS.get(road_class, 0.01))
            by_street[street] = (grade, has_trucks if rng.random() < 0.94 else None)
        grade, heavy_truck = by_street[street]
        chance, surfaces = SURFACES[road_class]
        surface = pick(rng, surfaces) if rng.random() < chance else None
        rough = {"good": 0.45, "intermediate": 0.4, "bad": 0.12, "very_bad": 0.03}
        row = {
            "section_id": f"SL{number:05d}",
            "name": section.name or None,
            "road_class": road_class,
            "official_grade": grade or None,
            "surface": surface,
            "smoothness": pick(rng, rough) if rng.random() < 0.4 else None,
            "heavy_truck": CLAIM[heavy_truck],
            "is_oneway": CLAIM[section.is_oneway],
            "is_tunnel": CLAIM[section.is_tunnel],
            "geometry": section.line,
        }
        rows.append({key: value for key, value in row.items() if value is not None})
    return rows


def damaged_roads(roads: list[Row], near: shapely.Geometry, rng: np.random.Generator) -> list[Row]:
    """Report defects as stretches and as points, on roads in and around the district."""
    usable = [r for r in roads if r["is_tunnel"] == "否" and r["geometry"].intersects(near)]
    chosen = rng.choice(len(usable), 96, replace=False)
    rows = []
    for number, at in enumerate(chosen.tolist(), start=1):
        road = usable[at]
        line = road["geometry"]
        begin = float(rng.uniform(0, 0.6)) * line.length
        stretch = float(rng.uniform(15, 160))
        is_point = rng.random() < 0.4
        place = (
            shapely.line_interpolate_point(line, begin)
            if is_point
            else shapely.ops.substring(line, begin, min(begin + stretch, line.length))
        )
        damage = pick(rng, {"轻": 0.5, "中": 0.33, "重": 0.17})
        rows.append(
            {
                "section_id": f"PS{number:04d}",
                "name": f"{road.get('name', '示例无名路')}{'坑槽' if is_point else '破损段'}",
                "road_class": road["road_class"],
                "damage_class": damage,
                "reported_on": str(date(2023, 3, 1) + timedelta(days=int(rng.integers(0, 118)))),
                "geometry": place,
            }
        )
    return rows


def residential_buildings(
    roads: list[Row], near: shapely.Geometry, rng: np.random.Generator
) -> list[Row]:
    """Line streets with oblong houses; none stands on a road or in another house."""
    streets = [
        r for r in roads
        if r["road_class"] in {"residential", "tertiary", "secondary"}
        and r["geometry"].length > 60
        and r["geometry"].within(near)
    ]  # fmt: skip
    tree = shapely.STRtree([r["geometry"] for r in roads])
    middle = np.array([np.hypot(*np.subtract(r["geometry"].centroid.coords[0], (-2900, 900)))
                       for r in streets])  # fmt: skip
    odds = np.exp(-middle / 2600)
    homes: list[shapely.Polygon] = []
    for at in rng.choice(len(streets), 1500, p=odds / odds.sum()).tolist():
        home = _house(streets[at]["geometry"], rng)
        on_road = len(tree.query(home, predicate="dwithin", distance=4.0)) > 0
        if not on_road and all(home.distance(other) > 6 for other in homes):
            homes.append(home)
        if len(homes) == 420:
            break
    return [
        {
            "site_id": f"JZ{number:04d}",
            "name": f"示例居民楼{number}号",
            "floors": int(rng.integers(2, 12)),
            "geometry": home,
        }
        for number, home in enumerate(homes, start=1)
    ]


def _house(line: shapely.LineString, rng: np.random.Generator) -> shapely.Polygon:
    """Put one house beside a street, square to it."""
    at = float(rng.uniform(25, line.length - 25))
    here = np.array(line.interpolate(at).coords[0])
    ahead = np.array(line.interpolate(at + 1).coords[0]) - here
    ahead /= np.hypot(*ahead)
    across = np.array([-ahead[1], ahead[0]]) * rng.choice([-1.0, 1.0])
    half, deep = float(rng.uniform(9, 24)), float(rng.uniform(10, 14))
    front = here + across * float(rng.uniform(8, 20))
    back = front + deep * across
    along = half * ahead
    return shapely.Polygon([front - along, front + along, back + along, back - along])


class Spotter:
    """Finds places for premises beside the invented roads (local metres)."""

    def __init__(self, roads: list[Row], near: shapely.Geometry, rng: np.random.Generator) -> None:
        self._rng = rng
        self._lines: dict[str, list[shapely.LineString]] = {}
        for road in roads:
            if road["geometry"].intersects(near) and road["is_tunnel"] == "否":
                self._lines.setdefault(road["road_class"], []).append(road["geometry"])

    def beside(self, *classes: str, away_m: tuple[float, float] = (9, 22)) -> shapely.Point:
        """Give a point beside a road of one of the classes."""
        lines = [line for road_class in classes for line in self._lines[road_class]]
        line = lines[int(self._rng.integers(len(lines)))]
        at = float(self._rng.uniform(0.1, 0.85)) * line.length
        here = np.array(line.interpolate(at).coords[0])
        ahead = np.array(line.interpolate(at + 1).coords[0]) - here
        across = np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead)
        return shapely.Point(here + across * self._rng.choice([-1, 1]) * self._rng.uniform(*away_m))

    def frontage(self, place: shapely.Point, *classes: str, kerb_m: float = 7.0) -> shapely.Point:
        """Give the gate of a place: off the nearest road of the classes, at its kerb."""
        lines = [line for road_class in classes for line in self._lines[road_class]]
        road = min(lines, key=place.distance)
        way_in = shapely.shortest_line(road, place)
        return way_in.interpolate(min(kerb_m, way_in.length))


def at_station_m(plane: Plane, azimuth_deg: float, distance_m: float) -> shapely.Point:
    """Give the place at an exact ground distance from station 1864A."""
    lon, lat, _ = GEOD.fwd(*STATION, azimuth_deg, distance_m)
    return plane.to_metres(shapely.Point(lon, lat))


MAIN = ("primary",)
MINOR = ("secondary", "tertiary", "residential")
STATUS = {"现有": 0.7, "拟新增": 0.22, "变更": 0.08}


def auto_repair(spotter: Spotter, plane: Plane, rng: np.random.Generator) -> list[Row]:
    """Repair shops: some inside the 1 km disc, some too close to its edge to call."""
    rows: list[Row] = []
    places = [spotter.beside("secondary", "tertiary", "primary") for _ in range(56)]
    azimuths, distances = rng.uniform(0, 360, 9).tolist(), rng.uniform(200, 930, 9).tolist()
    places += [at_station_m(plane, *where) for where in zip(azimuths, distances, strict=True)]
    edge = [(35.0, 994.0), (120.0, 1003.0), (205.0, 1000.0), (290.0, 1007.0)]  # deg, m
    places += [at_station_m(plane, azimuth, distance) for azimuth, distance in edge]
    for number, place in enumerate(places, start=1):
        is_near_edge = number > len(places) - len(edge)
        rows.append(
            {
                "编号": f"QX{number:03d}",
                "名称": f"示例汽修{number}号店",
                "状态": "拟新增" if is_near_edge else pick(rng, STATUS),
                "类别": pick(rng, {"一类": 0.15, "二类": 0.35, "三类": 0.5}),
                "地址": f"示例地址{number}号",
                "geometry": place,
            }
        )
    return rows


def inspection_agencies(spotter: Spotter, plane: Plane) -> tuple[list[Row], list[Row]]:
    """Inspection agencies with floor and place, and their vehicle entrances."""
    agencies, entrances = [], []
    places = [spotter.beside(*(MAIN if n % 3 == 0 else MINOR[:2]), away_m=(25, 50))
              for n in range(11)]  # fmt: skip
    places += [at_station_m(plane, 70.0, 640.0), at_station_m(plane, 160.0, 996.0),
               at_station_m(plane, 250.0, 1240.0)]  # fmt: skip
    for number, place in enumerate(places, start=1):
        status = "拟新增" if number > 10 or number % 3 == 0 else "现有"
        is_below = {2: True, 6: True, 13: True, 9: None}.get(number, False)
        where = {True: "地下车库", False: "地面", None: ""}[is_below]
        agencies.append(
            {
                "编号": f"JC{number:02d}",
                "名称": f"示例机动车检验站{number}",
                "状态": status,
                "楼层": {True: "-1", False: "1", None: ""}[is_below],
                "设置位置": where,
                "地址": f"示例检验地址{number}号",
                "geometry": place,
            }
        )
        for gate in range(1, 3 if number % 4 == 0 else 2):
            side = spotter.frontage(place, *(MAIN if number % 3 == 1 and gate == 1 else MINOR))
            entrances.append(
                {
                    "编号": f"JC{number:02d}-{gate}",
                    "名称": f"示例机动车检验站{number}{'出入口' if gate == 1 else '侧门'}",
                    "所属机构": f"JC{number:02d}",
                    "状态": status,
                    "geometry": side,
                }
            )
    return agencies, entrances


def catering(
    homes: list[Row], spotter: Spotter, plane: Plane, rng: np.random.Generator
) -> list[Row]:
    """Catering units: in houses, a few metres beside houses, along streets, near the station."""
    polygons = [home["geometry"] for home in homes]
    hosts = rng.choice(len(polygons), 60, replace=False).tolist()
    places = [(polygons[at].representative_point(), "临街一层") for at in hosts]
    for at in rng.choice(len(polygons), 30, replace=False).tolist():
        edge = np.array(polygons[at].exterior.coords)
        out = edge[0] - polygons[at].centroid.coords[0]
        step = float(rng.uniform(2, 16))
        places.append((shapely.Point(edge[0] + out / np.hypot(*out) * step), "独立"))
    places += [(spotter.beside("secondary", "tertiary", "residential", away_m=(6, 14)), "独立")
               for _ in range(120)]  # fmt: skip
    known = [(15.0, 420.0), (95.0, 780.0), (140.0, 998.0), (230.0, 1004.0), (310.0, 1350.0)]
    places += [(at_station_m(plane, azimuth, distance), "独立") for azimuth, distance in known]
    kinds = {"粉店": 0.34, "中餐馆": 0.22, "快餐店": 0.14, "烧烤店": 0.1, "流动摊点": 0.1,
             "大型餐饮店": 0.07, "美食街": 0.03}  # fmt: skip
    fuels = {"天然气": 0.45, "液化石油气": 0.27, "电": 0.14, "蜂窝煤": 0.06, "": 0.08}
    rows = []
    for number, (place, setting) in enumerate(places, start=1):
        kind = "大型餐饮店" if number > len(places) - 5 else pick(rng, kinds)
        is_large = kind in {"大型餐饮店", "美食街"}
        stoves = int(rng.integers(6, 16)) if is_large else int(rng.integers(1, 6))
        rows.append(
            {
                "编号": f"CY{number:03d}",
                "名称": f"示例{kind}{number}号",
                "状态": pick(rng, {"现有": 0.85, "拟新增": 0.15}),
                "类别": kind,
                "灶头数": stoves if rng.random() > 0.1 else "",
                "大型": ("是" if is_large else "否") if rng.random() > 0.08 else "",
                "燃料": pick(rng, fuels),
                "设置": setting,
                "geometry": place,
            }
        )
    return rows


def simple_sites(spotter: Spotter, rng: np.random.Generator) -> dict[str, list[Row]]:
    """Barbecue stalls, markets, petrol stations, machines and construction-waste sites."""
    barbecue = _sites(24, "SK", "示例露天烧烤点", spotter, "residential", "tertiary", "secondary")
    markets = _sites(17, "SC", "示例菜市场", spotter, "tertiary", "secondary")
    petrol = _sites(16, "JY", "示例加油站", spotter, "primary", "secondary")
    sales = [5000, 4999, 7200, "", 6100, "", *rng.integers(900, 6900, 10).tolist()]
    for number, (row, sale) in enumerate(zip(petrol, sales, strict=True)):
        row["年汽油销售量吨"] = sale
        row["重点排污单位"] = {1: "是", 3: "是", 5: "", 8: ""}.get(number, "否")
    machines = _sites(38, "JX", "示例机械", spotter, "secondary", "tertiary", "unclassified")
    kinds = {"挖掘机": 0.35, "装载机": 0.25, "叉车": 0.2, "压路机": 0.1, "推土机": 0.1}
    for row in machines:
        row["类别"] = pick(rng, kinds)
        row["排放阶段"] = pick(rng, {"国一": 0.15, "国二": 0.3, "国三": 0.35, "国四": 0.2})
        row["达到排放要求"] = (
            "" if rng.random() < 0.1 else "否" if row["排放阶段"] in {"国一", "国二"} else "是"
        )
    waste = _sites(21, "ZT", "示例建筑垃圾场点", spotter, "unclassified", "secondary", "tertiary")
    for row in waste:
        row["类别"] = pick(rng, {"倾倒": 0.2, "中转": 0.3, "回填": 0.2, "消纳": 0.2, "利用": 0.1})
        row["运输许可证"] = pick(rng, {"有": 0.7, "无": 0.2, "": 0.1})
    return {
        "barbecue": barbecue,
        "markets": markets,
        "petrol_stations": petrol,
        "machines": machines,
        "construction_waste": waste,
    }


def _sites(count: int, prefix: str, name: str, spotter: Spotter, *classes: str) -> list[Row]:
    """Put numbered sites beside roads of the given classes."""
    return [
        {"编号": f"{prefix}{n:02d}", "名称": f"{name}{n}", "geometry": spotter.beside(*classes)}
        for n in range(1, count + 1)
    ]
