"""Columns of what siting says of places, which every writer reads."""

from __future__ import annotations

from qxgeo.errors import Text
from qxgeo.schemas.contract import POINT, POLYGON, Column, LayerSchema

# A list of applications as an office keeps it. What the rules ask of a kind stands in the plan.
APPLICATIONS = LayerSchema(
    title=Text("申请清单", "applications"),
    id_column="site_id",
    geometry=(*POINT, *POLYGON),
    columns={
        "site_id": Column(
            aliases=(
                *("编号", "申请编号", "受理编号", "受理号", "场所编号", "项目编号", "许可证号"),
                *("序号", "id", "no"),
            ),
            unique=True,
        ),
        "name": Column(
            aliases=(
                *("名称", "场所名称", "单位名称", "企业名称", "项目名称", "申请单位", "申请人"),
                *("字号", "name"),
            )
        ),
        "kind_word": Column(
            aliases=("场所类别", "场所类型", "申请类别", "申请场所类别", "site_kind", "kind_id")
        ),
        "status": Column(kind="status", aliases=("状态", "申请类型", "现有或新增", "新增或现有")),
        "address": Column(aliases=("地址", "场所地址", "经营地址", "住址", "address")),
        "datum": Column(aliases=("坐标系", "坐标基准", "坐标系统", "基准", "datum")),
        "accuracy_m": Column(
            kind="number",
            aliases=(
                *("位置误差", "位置误差（米）", "位置误差m", "定位误差", "定位精度", "位置精度"),
                "accuracy",
            ),
            least=0.0,
            most=10_000.0,
            unit="m",
        ),
    },
)

# One row per place and line; line 0 asks whose ground it is, then one line per rule of the kind.
SITE_LINE_COLUMNS: dict[str, str] = {
    "place_id": "string",
    "line": "int64",
    "rule_id": "string",  # "" on line 0
    "measure_id": "string",
    "title_zh": "string",
    "title_en": "string",
    "clause": "string",  # the plan's own words
    "strength": "string",  # vocabulary.Strength, "" on line 0
    "verdict": "string",  # vocabulary.SiteVerdict
    "why": "string",  # vocabulary.Why: which sentence explains it
    "distance_m": "float64",  # nearest ground distance to the reference, NaN where none is asked
    "threshold_m": "float64",  # NaN where none is set or none is asked
    "margin_m": "float64",  # threshold minus distance, or depth in an area: positive inside
    "error_m": "float64",  # position errors of place and reference, added
    "measured_from": "string",  # point, parcel or entrance; "" where nothing is measured
    "measured_to": "string",  # layer of the reference
    "reference_id": "string",
    "reference_name": "string",
    "is_spared": "bool",  # caught by place, but the rule binds new premises only
    "assumption_ids": "string",  # joined by ", "
    "reason_zh": "string",
    "reason_en": "string",
}

# One row per place, then `geometry` (EPSG:4326) and the columns of the application itself.
SITE_PLACE_COLUMNS: dict[str, str] = {
    "place_id": "string",
    "name": "string",
    "kind_id": "string",
    "status": "string",
    "township_id": "string",
    "township_name": "string",
    "summary": "string",  # vocabulary.SiteVerdict, the most binding of its lines
    "decided_by": "string",  # clauses of the lines that say so, joined by ", "
    "accuracy_m": "float64",
    "is_demo": "bool",
}
