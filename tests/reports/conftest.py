"""A town drawn by hand: every verdict, two townships and one without land, names that bite.

West of 110.30 lies 东江街道, east of it another; the station stands on the border between them.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, MultiLineString, Point, Polygon, box

from qxgeo.assess import Assessment, Assumption, Gap
from qxgeo.district import District, Layer, ParameterValue
from qxgeo.errors import Text
from qxgeo.plan import ActionPlan, Deadline, Measure, Parameter, Rule, Selector, Unit
from qxgeo.schemas import FINDING_COLUMNS
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT, Strength

WEST, EAST, FAR = "450305001", "450305002", "450305400"
NAMES = {
    WEST: "东江街道",
    EAST: "七星[区]/街道",
    FAR: "华侨旅游经济区",
    OUTSIDE_DISTRICT: "辖区外（邻区）",
    NO_TOWNSHIP: "辖区内未划分",
    "all": "合计",
}
FORMULA = '=HYPERLINK("http://example.invalid","点我")'
SCRIPT = "<script>alert(`1`)</script>"
RICH = "<r><t>塞入的标签</t></r>"
CONTROLS = "桂\x00磨\x0b路\u202e1\ufffe号\n二行"


def make_rule(rule_id: str, page: str, strength: Strength, layer: str, **other: object) -> Rule:
    """Make a rule of the town's plan."""
    fields: dict[str, Any] = {
        "rule_id": rule_id,
        "measure_id": rule_id.split("-", maxsplit=1)[0],
        "title": Text(f"规则{rule_id}的名称", f"title of {rule_id}"),
        "clause": f"{rule_id}：国控站点周边一定范围内的要求。",
        "kind": "within_distance",
        "strength": strength,
        "effect": "oblige",
        "page": page,
        "subject": Selector(layer=layer, text=Text("对象", "subject"), where={}),
        "reference": None,
        "radius_m": 1000.0,
        "radius_parameter": None,
        "whole_section": False,
        "new_only": False,
        "only_on_warning_days": False,
        "draws_zone": False,
        "ambiguities": (),
        "notes": (),
    }
    return Rule(**(fields | other))


def make_plan() -> ActionPlan:
    """Make a plan of six rules."""
    rules = (
        make_rule("1.3.4-a", "restricted", Strength.NO_NEW_APPROVAL, "auto_repair", new_only=True),
        make_rule("2.2.3-b", "keep_wet", Strength.OBLIGED, "roads", kind="inside_polygon"),
        make_rule("2.2.3-c", "keep_wet", Strength.OBLIGED, "roads"),
        make_rule("2.2.4-a", "repair", Strength.OBLIGED, "damaged_roads", radius_m=5000.0),
        make_rule("2.3.1-a", "other", Strength.PROHIBITED, "construction_waste"),
        make_rule("3.1.0-a", "restricted", Strength.GUIDED, "catering", radius_m=None),
    )
    measures = tuple(
        Measure(
            measure_id=measure_id,
            target_id=measure_id[:3],
            item=1,
            text=f"{measure_id}的原文。",
            spatial="rule",
            deadline=Deadline(kind="by", text="2023年8月底前", date=date(2023, 8, 31)),
            rhythm=None,
            trigger=None,
            inventory_of=None,
            ledger=None,
            inspection_rounds=(),
            lead=("city_management",),
            cooperating=(),
            responsible=("townships",),
            rules=tuple(rule for rule in rules if rule.measure_id == measure_id),
        )
        for measure_id in sorted({rule.measure_id for rule in rules})
    )
    return ActionPlan(
        plan_id="town-2023",
        title=Text("小镇大气方案", "Clean-air plan of the town"),
        district_code="450305",
        year=2023,
        sha256="0" * 64,
        units=(
            Unit(unit_id="city_management", name="区城市管理局"),
            Unit(unit_id="townships", name="各乡办"),
        ),
        parameters=(
            Parameter(
                parameter_id="near_residential_m",
                title=Text("居民楼“附近”的距离", "how near is near a dwelling"),
                unit="m",
                default=None,
                source=Text("未定", "open"),
            ),
        ),
        sections=(),
        measures=measures,
        rounds=(),
        anomalies=(),
        selectors={},
        classes={},
    )


def make_finding(rule_id: str, subject_id: str, township: str, **other: object) -> dict[str, Any]:
    """Make one row of findings; what is not said is empty."""
    rules = {rule.rule_id: rule for measure in make_plan().measures for rule in measure.rules}
    rule = rules[rule_id]
    key = repr((rule_id, rule.subject.layer, subject_id, township))
    row: dict[str, Any] = {
        name: {"float64": float("nan"), "Int64": pd.NA, "bool": True}.get(kind, "")
        for name, kind in FINDING_COLUMNS.items()
    }
    row |= {
        "finding_id": hashlib.sha256(key.encode()).hexdigest()[:16],
        "measure_id": rule.measure_id,
        "rule_id": rule_id,
        "strength": str(rule.strength),
        "subject_layer": rule.subject.layer,
        "subject_id": subject_id,
        "verdict": "applies",
        "township_id": township,
        "township_name": NAMES[township],
        "length_m": 0.0,
        "area_m2": 0.0,
        "responsible": "" if township == OUTSIDE_DISTRICT else NAMES[township],
        "lead": "" if township == OUTSIDE_DISTRICT else "区城市管理局",
        "reason_zh": f"{rule.measure_id}：{subject_id} 的理由，责任：{NAMES[township]}",
        "reason_en": f"{rule.measure_id}: why {subject_id}",
    }
    return row | other


def make_findings() -> gpd.GeoDataFrame:
    """Make the findings of the town."""
    station = {"reference_id": "1864A", "reference_name": "龙隐路小学"}
    wet = {"subject_class": "primary", "radius_m": 1000.0, "error_m": 10.0, **station}
    far = {"distance_m": 800.4, "margin_m": 199.6, "whole_length_m": 900.0}
    close = {"distance_m": 1004.2, "margin_m": -4.2, "verdict": "too_close_to_call"}
    site = {"radius_m": 1000.0, "error_m": 10.0, "subject_status": "proposed", **station}
    rows = [
        make_finding("1.3.4-a", "A1", WEST, subject_name=FORMULA, distance_m=3.25, margin_m=996.75,
                     geometry=Point(110.29, 25.27), **site),
        make_finding("1.3.4-a", "A2", EAST, subject_name="阳光汽修", geometry=Point(110.31, 25.27),
                     **site | close),
        make_finding("1.3.4-a", "A3", EAST, subject_name="@SUM(A1)", verdict="does_not_apply",
                     geometry=Point(110.35, 25.27), **site | {"distance_m": 5000.0}),
        make_finding("1.3.4-a", "zone:1.3.4-a", EAST, subject_name="管控区", subject_layer="zone",
                     area_m2=50.0, geometry=box(110.3, 25.26, 110.31, 25.27)),
        make_finding("2.2.3-c", "R1", WEST, subject_name=SCRIPT, length_m=600.0,
                     geometry=LineString([(110.294, 25.27), (110.3, 25.27)]), **wet | far),
        make_finding("2.2.3-c", "R1", EAST, subject_name=SCRIPT, length_m=300.0,
                     geometry=MultiLineString([[(110.3, 25.27), (110.301, 25.27)],
                                               [(110.302, 25.27), (110.304, 25.27)]]), **wet | far),
        make_finding("2.2.3-c", "R2", OUTSIDE_DISTRICT, subject_name=RICH, length_m=100.0,
                     geometry=LineString([(110.36, 25.27), (110.361, 25.27)]), **wet | far),
        make_finding("2.2.3-c", "R3", WEST, subject_name=CONTROLS, length_high_m=12.0,
                     geometry=LineString([(110.29, 25.28), (110.291, 25.28)]), **wet | close),
        make_finding("2.2.3-c", "R4", NO_TOWNSHIP, subject_name="", verdict="unknown",
                     geometry=LineString([(110.29, 25.29), (110.291, 25.29)]), **wet),
        make_finding("2.2.4-a", "D1", WEST, subject_name="龙隐路坑槽", rank=2, distance_m=1200.0,
                     geometry=Point(110.295, 25.271), **station),
        make_finding("2.2.4-a", "D2", WEST, subject_name="+穿山路", rank=1, distance_m=300.0,
                     whole_length_m=80.0, length_m=80.0, subject_class="重度",
                     geometry=LineString([(110.295, 25.272), (110.296, 25.272)]), **station),
        make_finding("2.3.1-a", "W1", EAST, subject_name="-中转场", area_m2=1234.5,
                     geometry=Polygon([(110.31, 25.26), (110.311, 25.26), (110.31, 25.261)])),
    ]  # fmt: skip
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    return table.astype(FINDING_COLUMNS)[[*FINDING_COLUMNS, "geometry"]]


def make_totals() -> pd.DataFrame:
    """Make totals whose townships add up to the whole."""
    rows = []
    for scope in ("page:keep_wet", "rule:2.2.3-c", "strength:obliged"):
        rows += [
            (scope, "applies", place, NAMES[place], count, length, 0.0)
            for place, count, length in (
                (WEST, 1, 600.0),
                (EAST, 1, 300.0),
                (OUTSIDE_DISTRICT, 1, 100.0),
                ("all", 2, 1000.0),
            )
        ]
    rows += [
        ("rule:2.3.1-a", "applies", place, NAMES[place], 1, 0.0, 1234.5) for place in (EAST, "all")
    ]
    columns = ["scope", "verdict", "township_id", "township_name", "count", "length_m", "area_m2"]
    return pd.DataFrame(rows, columns=columns)


def make_layer(name: str, table: gpd.GeoDataFrame, **other: object) -> Layer:
    """Make a layer of the town's district."""
    fields: dict[str, Any] = {
        "name": name,
        "table": table,
        "path": Path(f"/town/data/{name}.geojson"),
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "datum": "wgs84",
        "accuracy_m": 10.0,
        "source": "示例来源",
        "licence": "CC0-1.0",
        "as_of": date(2023, 6, 1),
        "is_demo": False,
        "is_approximate": False,
        "notes": (),
    }
    return Layer(**(fields | other))


def make_district() -> District:
    """Make a district of two townships with land and one without."""
    land = [box(110.27, 25.25, 110.30, 25.30), box(110.30, 25.25, 110.34, 25.30), None]
    townships = gpd.GeoDataFrame(
        {
            "township_id": [WEST, EAST, FAR],
            "name": [NAMES[WEST], NAMES[EAST], NAMES[FAR]],
            "is_approximate": [True, True, None],
            "unit_id": ["dongjiang", None, "huaqiao"],
        },
        geometry=land,
        crs="EPSG:4326",
    )
    stations = gpd.GeoDataFrame(
        {
            "station_id": ["1864A"],
            "name": ["龙隐路小学"],
            "valid_from": [date(2015, 1, 1)],
            "accuracy_m": [10.0],
            "read_from": [["not", "a", "column"]],
        },
        geometry=[Point(110.30, 25.27)],
        crs="EPSG:4326",
    )
    boundary = gpd.GeoDataFrame(
        {"district_id": ["450305"], "name": ["小镇"]},
        geometry=[box(110.27, 25.25, 110.34, 25.30)],
        crs="EPSG:4326",
    )
    return District(
        code="450305",
        name=Text("小镇", "Town"),
        folder=Path("/town"),
        path=Path("/town/district.toml"),
        sha256="1" * 64,
        plan="town-2023",
        as_of=date(2023, 6, 1),
        layers={
            "townships": make_layer("townships", townships, is_approximate=True),
            "stations": make_layer("stations", stations),
            "boundary": make_layer("boundary", boundary, path=Path("/elsewhere/boundary.gpkg")),
        },
        parameters={"near_school_m": ParameterValue(value=200.0, source="示例")},
        choices={"2.2.4-a.1": "clip"},
        warning_day=False,
        notes=(Text("华侨旅游经济区没有界线", "Huaqiao has no polygon"),),
    )


def make_town() -> Assessment:
    """Make the whole assessment anew."""
    zones = gpd.GeoDataFrame(
        {
            "rule_id": ["2.2.3-c"],
            "strength": ["obliged"],
            "radius_m": [1000.0],
            "reference_ids": ["1864A"],
            "title_zh": ["一公里"],
            "title_en": ["one kilometre"],
        },
        geometry=[Point(110.30, 25.27).buffer(0.009)],
        crs="EPSG:4326",
    )
    counts = pd.DataFrame(
        {
            "rule_id": ["1.3.4-a", "2.2.3-c", "2.2.4-a", "2.3.1-a"],
            "subjects": [3, 9, 2, 1],
            "applies": [1, 2, 2, 1],
            "does_not_apply": [1, 5, 0, 0],
            "too_close_to_call": [1, 1, 0, 0],
            "unknown": [0, 1, 0, 0],
        }
    )
    return Assessment(
        district=make_district(),
        plan=make_plan(),
        findings=make_findings(),
        zones=zones,
        totals=make_totals(),
        rule_counts=counts,
        reasons=pd.DataFrame(columns=["page", "subject_id", "township_id", "rule_ids", "length_m"]),
        gaps=(
            Gap(
                rule_id="2.2.3-b",
                measure_id="2.2.3",
                missing=("layer:main_urban_area", "kind:frontage"),
                reason=Text("没有主城区范围", "no main urban area"),
            ),
            Gap(
                rule_id="3.1.0-a",
                measure_id="3.1.0",
                missing=("parameter:near_residential_m",),
                reason=Text("“附近”没有数值", "near has no number"),
            ),
        ),
        assumptions=(
            Assumption(
                assumption_id="datum:stations",
                rule_ids=("1.3.4-a", "2.2.3-c"),
                text=Text("站点坐标按 WGS 84 处理", "stations are taken as WGS 84"),
                source=Text("来源未说明", "the source does not say"),
            ),
        ),
        as_of=date(2023, 6, 1),
        is_demo=True,
        is_approximate=True,
    )


@pytest.fixture(scope="session")
def town() -> Assessment:
    """Give the hand-drawn town; nobody may change its tables."""
    return make_town()
