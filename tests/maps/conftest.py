"""A hand-drawn town with an assessment of every kind, drawn without judging anything.

Positions are offsets in metres from a corner, so that a reader can hold the town in the head: the
district is 3 km wide and 2 km high, the west township is 东江街道, the east one is 穿山街道, the
only station stands at (1500, 1000), and numbers are written by hand.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from qxgeo.assess import Assessment, Assumption, Gap
from qxgeo.district import District, Layer
from qxgeo.errors import Text
from qxgeo.plan import (
    ActionPlan,
    Deadline,
    Measure,
    Parameter,
    Rule,
    Section,
    Selector,
    Target,
)
from qxgeo.schemas import FINDING_COLUMNS
from qxgeo.vocabulary import OUTSIDE_DISTRICT, Strength, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.patrol.model import Patrol

LON, LAT = 110.30, 25.27
LON_PER_M, LAT_PER_M = 1 / 100_760, 1 / 110_780  # at latitude 25.28, good enough for a drawing
HOSTILE_NAME = "</script><img src=x onerror=alert(1)>`${alert(2)}{{ 7*7 }}"
UNITS = {"lead": "区城市管理局", "cooperating": "七星交警大队"}
TOWNS = {"450305001": "东江街道", "450305002": "穿山街道", OUTSIDE_DISTRICT: ""}


def place(*metres: tuple[float, float]) -> list[tuple[float, float]]:
    """Turn offsets in metres into lon, lat."""
    return [(LON + x * LON_PER_M, LAT + y * LAT_PER_M) for x, y in metres]


def rectangle(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(*place((west, south))[0], *place((east, north))[0])


def line(*metres: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(place(*metres))


def point(east: float, north: float) -> shapely.Point:
    return shapely.Point(place((east, north))[0])


def disc(radius_m: float) -> shapely.Polygon:
    circle = shapely.Point(1500, 1000).buffer(radius_m, quad_segs=32)
    return shapely.Polygon(place(*circle.exterior.coords))


def _rule(
    rule_id: str, title: str, kind: str, strength: Strength, page: str, **more: object
) -> Rule:
    return Rule(
        rule_id=rule_id,
        measure_id=rule_id.rpartition("-")[0],
        title=Text(title, f"Rule {rule_id}"),
        clause=more.pop("clause", f"{title}。"),
        kind=kind,
        strength=strength,
        effect="oblige",
        page=page,
        subject=Selector(layer=more.pop("layer"), text=Text("对象", "subject"), where={}),
        reference=None,
        radius_m=more.pop("radius_m", None),
        radius_parameter=more.pop("radius_parameter", None),
        whole_section=False,
        new_only=more.pop("new_only", False),
        only_on_warning_days=False,
        draws_zone=more.pop("draws_zone", False),
        ambiguities=(),
        notes=(),
    )


RULES = (
    _rule(
        "1.3.4-a",
        "国控站点1公里内不再新增汽修",
        "within_distance",
        Strength.NO_NEW_APPROVAL,
        "restricted",
        layer="auto_repair",
        radius_m=1000.0,
        new_only=True,
        draws_zone=True,
        clause="国控站点半径1公里范围内不再新增审批、办理相关许可证。",
    ),
    _rule(
        "2.2.2-a",
        "主次干道监督考核清单",
        "attribute",
        Strength.OBLIGED,
        "keep_wet",
        layer="roads",
        clause="加强对主次干道洒水降尘和深度清洗的监督考核。",
    ),
    _rule(
        "2.2.3-b",
        "主城区重型货车通行路段24小时湿润",
        "inside_polygon",
        Strength.OBLIGED,
        "keep_wet",
        layer="roads",
    ),
    _rule(
        "2.2.3-c",
        "国控站点1公里内各路段24小时湿润",
        "within_distance",
        Strength.OBLIGED,
        "keep_wet",
        layer="roads",
        radius_m=1000.0,
        draws_zone=True,
        clause="国控站点半径1公里范围内各路段要24小时保持湿润。",
    ),
    _rule(
        "2.2.4-a",
        "国控站点5公里内破损道路加快修缮",
        "within_distance",
        Strength.OBLIGED,
        "repair",
        layer="damaged_roads",
        radius_m=5000.0,
        clause="对国控站点半径5公里范围内的破损道路需加快修缮。",
    ),
    _rule(
        "3.2.0-a",
        "全面取缔露天烧烤",
        "inside_polygon",
        Strength.PROHIBITED,
        "other",
        layer="barbecue",
    ),
    _rule(
        "3.3.0-a",
        "国控站点周边大型餐饮店安装在线监控",
        "within_distance",
        Strength.PROMOTED,
        "other",
        layer="catering",
        radius_parameter="near_station_catering_m",
    ),
    _rule(
        "4.1.4-b",
        "学校附近禁止开办检验机构",
        "within_distance",
        Strength.PROHIBITED,
        "restricted",
        layer="inspection_agencies",
        radius_parameter="near_school_m",
        draws_zone=True,
        clause="禁止在学校附近开办机动车排放检验机构。",
    ),
    _rule(
        "4.1.4-f",
        "引导国控站点1公里内不新增检验机构",
        "within_distance",
        Strength.GUIDED,
        "restricted",
        layer="inspection_agencies",
        radius_m=1000.0,
        new_only=True,
        draws_zone=True,
        clause="引导国控站点半径1公里范围内不再新增机动车排放检验机构。",
    ),
)


def _plan() -> ActionPlan:
    measures = [
        Measure(
            measure_id=measure_id,
            target_id=measure_id.rpartition(".")[0],
            item=1,
            text="。".join(rule.clause for rule in RULES if rule.measure_id == measure_id),
            spatial="rule",
            deadline=Deadline(kind="by", text="2023年8月底前", date=date(2023, 8, 31)),
            rhythm=None,
            trigger=None,
            inventory_of=None,
            ledger=None,
            inspection_rounds=(),
            lead=("lead",),
            cooperating=(),
            responsible=("towns",),
            rules=tuple(rule for rule in RULES if rule.measure_id == measure_id),
        )
        for measure_id in dict.fromkeys(rule.measure_id for rule in RULES)
    ]
    targets = tuple(
        Target(
            target_id=target_id,
            numeral="（一）",
            title=f"道路扬尘与餐饮整治 {target_id}",
            lead=(),
            cooperating=(),
            responsible=(),
            role_order=(),
            as_written={},
        )
        for target_id in dict.fromkeys(measure.target_id for measure in measures)
    )
    return ActionPlan(
        plan_id="town-2023",
        title=Text("示例城区大气污染防治攻坚行动方案", "Town clean-air action plan"),
        district_code="450305",
        year=2023,
        sha256="0f" * 32,
        units=(),
        parameters=(
            Parameter(
                parameter_id="near_station_catering_m",
                unit="m",
                default=None,
                title=Text("“国控站点周边”的距离", "what near a station means"),
                source=Text("原文没有数字", "the plan gives no number"),
            ),
        ),
        sections=(Section(section_id="2", numeral="二", title="扬尘", targets=targets),),
        measures=tuple(measures),
        rounds=(),
        anomalies=(),
        selectors={},
        classes={},
    )


ROADS = {
    "w01": ("示例龙隐路", "primary", [(-400, 1000), (1500, 1000), (3400, 1000)]),
    "w02": ("示例穿山路", "secondary", [(1600, -200), (1600, 1000), (1650, 2200)]),
    "w03": ("示例江滨路", "tertiary", [(200, 100), (600, 900), (500, 1900)]),
    "w04": ("示例学府巷", "residential", [(900, 1300), (1900, 1350)]),
    "w05": ("示例建干路", "residential", [(900, 600), (1900, 650), (2700, 500)]),
    "w06": (HOSTILE_NAME, "service", [(1200, 200), (1250, 900)]),
    "w07": ("", "track", [(2300, 1500), (2800, 1800)]),
    "w08": ("示例环城北路", "trunk", [(-300, 1850), (3300, 1900)]),
    "w09": ("示例货运路", "tertiary", [(2450, 200), (2500, 1700)]),
    "w10": ("示例临界路", "residential", [(2496, 700), (2498, 1300)]),
}


def _table(rows: dict[str, list], shapes: list) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _layer(name: str, table: gpd.GeoDataFrame, **more: object) -> Layer:
    return Layer(
        name=name, table=table, path=Path(f"{name}.geojson"), sha256="ab" * 32, datum="wgs84",
        accuracy_m=10.0, source="手绘 hand-drawn", licence="CC0", as_of=date(2023, 6, 1),
        is_demo=True, is_approximate=more.get("is_approximate", False), notes=(),
    )  # fmt: skip


def make_town(roads: gpd.GeoDataFrame | None = None) -> District:
    if roads is None:
        roads = _table(
            {
                "section_id": list(ROADS),
                "name": [name for name, _, _ in ROADS.values()],
                "road_class": [road_class for _, road_class, _ in ROADS.values()],
            },
            [line(*corners) for _, _, corners in ROADS.values()],
        )
    layers = (
        _layer("boundary", _table({"district_id": ["450305"], "name": ["示例区"]},
                                  [rectangle(0, 0, 3000, 2000)])),
        _layer("townships", _table(
            {"township_id": ["450305001", "450305002", "450305400"],
             "name": ["东江街道", "穿山街道", "示例旅游区"]},
            [rectangle(0, 0, 1500, 2000), rectangle(1500, 0, 3000, 2000), None],
        ), is_approximate=True),
        _layer("stations", _table({"station_id": ["1864A"], "name": ["龙隐路小学"]},
                                  [point(1500, 1000)])),
        _layer("water", _table({"water_id": ["r1"], "name": ["漓江"]},
                               [line((100, -200), (300, 800), (150, 2200))])),
        _layer("roads", roads),
    )  # fmt: skip
    return District(
        code="450305", name=Text("示例区", "Example district"), folder=Path("town"),
        path=Path("town/district.toml"), sha256="cd" * 32, plan="town-2023",
        as_of=date(2023, 6, 30), layers={layer.name: layer for layer in layers}, parameters={},
        choices={}, warning_day=False,
        notes=(Text("示例旅游区没有界线", "one unit has no territory"),),
    )  # fmt: skip


def finding(
    number: int, rule_id: str, subject: str, shape: shapely.Geometry, **more: object
) -> dict[str, object]:
    rule = next(rule for rule in RULES if rule.rule_id == rule_id)
    town = more.pop("town", "450305001")
    distance = more.get("distance_m", float("nan"))
    is_outside = town == OUTSIDE_DISTRICT
    row = {
        "finding_id": f"{number:016x}",
        "measure_id": rule.measure_id,
        "rule_id": rule_id,
        "strength": rule.strength.value,
        "subject_layer": rule.subject.layer,
        "subject_id": subject,
        "subject_name": ROADS[subject][0] if subject in ROADS else more.pop("name", subject),
        "subject_class": ROADS[subject][1] if subject in ROADS else "汽修",
        "subject_status": "",
        "verdict": Verdict.APPLIES.value,
        "distance_m": distance,
        "margin_m": (rule.radius_m or 200.0) - distance,
        "error_m": 20.0,
        "radius_m": rule.radius_m or float("nan"),
        "reference_id": "1864A" if not math.isnan(distance) else "",
        "reference_name": "龙隐路小学" if not math.isnan(distance) else "",
        "length_m": 0.0,
        "length_low_m": 0.0,
        "length_high_m": 0.0,
        "area_m2": 0.0,
        "whole_length_m": 0.0,
        "township_id": town,
        "township_name": TOWNS[town],
        "lead": "" if is_outside else UNITS["lead"],
        "cooperating": "" if is_outside else UNITS["cooperating"],
        "responsible": TOWNS[town],
        "deadline": "2023-08-31",
        "rank": pd.NA,
        "is_demo": True,
        "reason_zh": f"距龙隐路小学 {distance:.1f} m，在 {rule.radius_m or 200:.0f} m 范围内",
        "reason_en": f"{distance:.1f} m from 龙隐路小学, within {rule.radius_m or 200:.0f} m",
        "geometry": shape,
    }
    return row | more


def make_findings() -> gpd.GeoDataFrame:
    east, close = "450305002", Verdict.TOO_CLOSE_TO_CALL.value
    new, old = {"subject_status": "proposed"}, {"subject_status": "existing"}
    far = Verdict.DOES_NOT_APPLY.value
    rows = [
        ("1.3.4-a", "R1", point(1200, 1100), dict(name="示例快修店", distance_m=316.2, **new)),
        (
            "1.3.4-a",
            "R2",
            point(900, 500),
            dict(name="示例老汽修", distance_m=781.0, **old, verdict=far),
        ),
        (
            "1.3.4-a",
            "R3",
            point(2498, 1020),
            dict(name="示例边界汽修", distance_m=998.2, town=east, verdict=close, **new),
        ),
        (
            "1.3.4-a",
            "R4",
            point(2800, 300),
            dict(name="示例远郊汽修", distance_m=1476.5, town=east, verdict=far, **new),
        ),
        (
            "1.3.4-a",
            "zone",
            disc(1000).intersection(rectangle(0, 0, 1500, 2000)),
            {"name": "1公里管控区", "subject_layer": "zone", "area_m2": 1_570_000.0},
        ),
        ("2.2.2-a", "w01", line((0, 1000), (1500, 1000)), {"length_m": 1500.0}),
        ("2.2.2-a", "w02", line((1600, 0), (1600, 1000)), {"length_m": 1000.0, "town": east}),
        ("2.2.2-a", "w08", line((0, 1858), (3000, 1896)), {"length_m": 3000.2, "town": east}),
        (
            "2.2.3-c",
            "w01",
            line((500, 1000), (1500, 1000)),
            {
                "distance_m": 0.0,
                "length_m": 1000.0,
                "length_low_m": 980.0,
                "length_high_m": 1020.0,
                "whole_length_m": 3800.0,
            },
        ),
        (
            "2.2.3-c",
            "w01",
            line((1500, 1000), (2500, 1000)),
            {
                "distance_m": 0.0,
                "length_m": 1000.0,
                "length_low_m": 980.0,
                "length_high_m": 1020.0,
                "whole_length_m": 3800.0,
                "town": east,
            },
        ),
        (
            "2.2.3-c",
            "w02",
            line((1600, 5), (1600, 1000), (1650, 1988)),
            {
                "distance_m": 100.0,
                "length_m": 1984.0,
                "length_low_m": 1944.0,
                "length_high_m": 2024.0,
                "whole_length_m": 2401.0,
                "town": east,
            },
        ),
        (
            "2.2.3-c",
            "w04",
            line((900, 1300), (1500, 1330)),
            {"distance_m": 326.0, "length_m": 600.7},
        ),
        ("2.2.3-c", "w05", line((900, 600), (1500, 630)), {"distance_m": 372.0, "length_m": 600.7}),
        (
            "2.2.3-c",
            "w06",
            line((1200, 200), (1250, 900)),
            {"distance_m": 269.3, "length_m": 701.8},
        ),
        (
            "2.2.3-c",
            "w10",
            line((2496, 900), (2498, 1100)),
            {"distance_m": 996.0, "town": east, "verdict": close, "length_high_m": 400.0},
        ),
        (
            "2.2.3-c",
            "w03",
            line((500, 1000), (560, 1300)),
            {"distance_m": 940.0, "length_m": 300.0, "town": OUTSIDE_DISTRICT},
        ),
        (
            "2.2.4-a",
            "D1",
            line((700, 1000), (900, 1000)),
            {
                "name": "示例龙隐路",
                "distance_m": 600.0,
                "length_m": 200.0,
                "rank": 1,
                "subject_class": "severe",
            },
        ),
        (
            "2.2.4-a",
            "D2",
            point(2600, 1500),
            {
                "name": "示例货运路坑槽",
                "distance_m": 1208.3,
                "rank": 2,
                "town": east,
                "subject_class": "light",
            },
        ),
        ("3.2.0-a", "B1", point(2000, 400), {"name": "示例夜市烧烤", "town": east}),
        ("3.2.0-a", "B2", point(400, 300), {"name": HOSTILE_NAME, "verdict": "unknown"}),
        (
            "4.1.4-b",
            "I1",
            point(1700, 700),
            dict(name="示例检验站", distance_m=150.0, town=east, **new),
        ),
        (
            "4.1.4-f",
            "I1",
            point(1700, 700),
            dict(name="示例检验站", distance_m=360.6, town=east, **new),
        ),
    ]
    table = [finding(number, *row[:3], **row[3]) for number, row in enumerate(rows)]
    findings = gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")
    return findings.astype(
        {name: kind for name, kind in FINDING_COLUMNS.items() if kind == "Int64"}
    )


def _totals(findings: gpd.GeoDataFrame) -> pd.DataFrame:
    pages = {rule.rule_id: f"page:{rule.page}" for rule in RULES}
    scopes = pd.concat(
        [
            findings.assign(scope="rule:" + findings["rule_id"]),
            findings.assign(scope=findings["rule_id"].map(pages)),
            findings.assign(scope="strength:" + findings["strength"]),
        ]
    )
    keys = ["scope", "verdict", "township_id", "township_name"]
    sums = {"count": ("subject_id", "nunique"), "length_m": ("length_m", "sum"),
            "area_m2": ("area_m2", "sum")}  # fmt: skip
    whole = scopes.assign(township_id="all", township_name="合计")
    return pd.concat([scopes, whole]).groupby(keys, as_index=False).agg(**sums)


def make_assessment(
    district: District | None = None, findings: gpd.GeoDataFrame | None = None
) -> Assessment:
    findings = make_findings() if findings is None else findings
    counts = pd.crosstab(findings["rule_id"], findings["verdict"])
    counts = counts.reindex(columns=[word.value for word in Verdict], fill_value=0)
    counts.insert(0, "subjects", counts.sum(axis=1))
    zones = gpd.GeoDataFrame(
        {
            "rule_id": ["1.3.4-a", "2.2.3-c", "4.1.4-b", "4.1.4-f"],
            "strength": ["no_new_approval", "obliged", "prohibited", "guided"],
            "radius_m": [1000.0, 1000.0, 200.0, 1000.0],
            "reference_ids": ["1864A"] * 4,
            "title_zh": ["国控站点1公里", "国控站点1公里", "学校200米", "国控站点1公里"],
            "title_en": ["1 km", "1 km", "200 m", "1 km"],
        },
        geometry=[disc(1000), disc(1000), rectangle(1600, 600, 2000, 1000), disc(1000)],
        crs="EPSG:4326",
    )
    return Assessment(
        district=district or make_town(),
        plan=_plan(),
        findings=findings,
        zones=zones,
        totals=_totals(findings),
        rule_counts=counts.reset_index(),
        reasons=pd.DataFrame(),
        gaps=(
            Gap(
                rule_id="2.2.3-b",
                measure_id="2.2.3",
                missing=("layer:main_urban_area",),
                reason=Text("缺少图层“主城区”", "the layer main_urban_area is missing"),
            ),
            Gap(
                rule_id="3.3.0-a",
                measure_id="3.3.0",
                missing=("parameter:near_station_catering_m",),
                reason=Text("参数没有取值", "a parameter has no value"),
            ),
        ),
        assumptions=(
            Assumption(
                assumption_id="near_school_m",
                rule_ids=("4.1.4-b",),
                text=Text("“学校附近”按 200 米计", "near a school means 200 m"),
                source=Text("方案没有写明；参照常用退让距离", "not in the plan"),
            ),
            Assumption(
                assumption_id="datum:stations",
                rule_ids=("1.3.4-a", "2.2.3-c"),
                text=Text("站点坐标按 WGS 84 计", "stations are taken as WGS 84"),
                source=Text("来源没有写明坐标系", "the source names no datum"),
            ),
        ),
        as_of=date(2023, 6, 30),
        is_demo=True,
        is_approximate=True,
    )


@pytest.fixture(scope="session")
def town_assessment() -> Assessment:
    """Two townships, a station, ten roads, every verdict, two gaps, hostile names."""
    return make_assessment()


@pytest.fixture(scope="session")
def hostile_name() -> str:
    """Name of road w06 and of site B2."""
    return HOSTILE_NAME


@pytest.fixture(scope="session")
def town_assessment_of() -> Callable[..., Assessment]:
    """Build the town's assessment with another district or other findings."""
    return make_assessment


@pytest.fixture(scope="session")
def crowded_district() -> District:
    """Give the town a grid of 3,100 streets: more than the page draws as vectors."""
    corners = [(50 + 48 * (i % 62), 20 + 39 * (i // 62)) for i in range(3100)]
    roads = _table(
        {
            "section_id": [f"g{i:04d}" for i in range(3100)],
            "name": [f"示例{i % 62:02d}巷" for i in range(3100)],
            "road_class": ["primary" if i % 62 == 31 else "residential" for i in range(3100)],
        },
        [line((x, y), (x, y + 39)) for x, y in corners],
    )
    return make_town(roads)


# ---- patrols --------------------------------------------------------------------------------


def _empty(patrol: Patrol) -> Patrol:
    """Take away everything that a patrol may lack."""
    return replace(
        patrol,
        people=patrol.people.assign(is_absent=True),
        cells=patrol.cells.assign(person_id=""),
        points=patrol.points.iloc[:0],
        risk=replace(patrol.risk, points=patrol.risk.points.iloc[:0], terms=()),
        assignment=replace(
            patrol.assignment,
            territories=patrol.assignment.territories.iloc[:0],
            balances=(),
            changes=patrol.assignment.changes.iloc[:0],
        ),
        schedule=replace(
            patrol.schedule,
            shifts=patrol.schedule.shifts.iloc[:0],
            visits=patrol.schedule.visits.iloc[:0],
            unfilled=patrol.schedule.unfilled.iloc[:0],
        ),
        routes=replace(
            patrol.routes,
            routes=patrol.routes.routes.iloc[:0],
            stops=patrol.routes.stops.iloc[:0],
            unserved=patrol.routes.unserved.iloc[:0],
        ),
        sight=None,
    )


@pytest.fixture(scope="session")
def empty_patrol(town_patrol: Patrol) -> Patrol:
    """Give a patrol without people on duty, points, routes and cameras."""
    return _empty(town_patrol)


def _overfill(patrol: Patrol, *, rows: int, columns: int, people: int) -> Patrol:
    """Draw a chessboard of cells in strips of people, with a device that sees raggedly."""
    size = 0.0008
    corners = [(110 + size * x, 25 + size * y) for y in range(rows) for x in range(columns)]
    count = len(corners)
    shapes = shapely.box(*np.array([(x, y, x + size, y + size) for x, y in corners]).T)
    owner = np.arange(count) * people // count
    one = patrol.cells.iloc[[1]].drop(columns="geometry")
    cells = gpd.GeoDataFrame(
        pd.concat([one] * count, ignore_index=True).assign(
            cell_id=[f"450305001{n:05d}" for n in range(count)],
            person_id=pd.array([f"Q{n:03d}" for n in owner], dtype="string"),
            risk_class=pd.array(
                [("high", "medium", "low")[n % 3] for n in range(count)], dtype="string"
            ),
            lon=[x + size / 2 for x, _ in corners],
            lat=[y + size / 2 for _, y in corners],
        ),
        geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"),
    )
    ids = [f"Q{n:03d}" for n in range(people)]
    roster = pd.concat([patrol.people.iloc[[0]]] * people, ignore_index=True).assign(
        person_id=pd.array(ids, dtype="string"),
        name=pd.array([f"网格员{n}" for n in range(people)], dtype="string"),
    )
    held = patrol.assignment.territories.iloc[[0]].drop(columns="geometry")
    territories = gpd.GeoDataFrame(
        pd.concat([held] * people, ignore_index=True).assign(
            person_id=pd.array(ids, dtype="string")
        ),
        geometry=gpd.GeoSeries(
            [shapely.union_all(shapes[owner == n]) for n in range(people)], crs="EPSG:4326"
        ),
    )
    coverage = pd.concat([patrol.sight.coverage.iloc[[0]]] * count, ignore_index=True).assign(
        cell_id=cells["cell_id"]
    )
    angles = np.linspace(0, 2 * np.pi, 90_000, endpoint=False)
    reach = 0.01 + 0.002 * np.cos(angles * 300)
    ragged = shapely.Polygon(np.c_[110.02 + reach * np.cos(angles), 25.01 + reach * np.sin(angles)])
    devices = patrol.sight.devices.set_geometry(gpd.GeoSeries([ragged], crs="EPSG:4326"))
    nothing = patrol.points.iloc[:0]
    return replace(
        patrol,
        people=roster,
        cells=cells,
        points=nothing,
        risk=replace(patrol.risk, cells=cells, points=nothing),
        assignment=replace(patrol.assignment, territories=territories),
        sight=replace(patrol.sight, coverage=coverage, devices=devices),
    )


@pytest.fixture(scope="session")
def overfull_patrol(town_patrol: Patrol) -> Patrol:
    """Give a patrol of 3 000 cells and 100 people."""
    return _overfill(town_patrol, rows=50, columns=60, people=100)
