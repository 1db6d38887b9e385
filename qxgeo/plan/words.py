"""The words that a plan file may use, with their labels."""

from __future__ import annotations

from qxgeo.errors import Text

ROLES = ("lead", "cooperating", "responsible")
PAGES = ("keep_wet", "repair", "restricted", "other")

ROLE_LABELS: dict[str, Text] = {
    "lead": Text("牵头", "lead"),
    "cooperating": Text("配合", "cooperating"),
    "responsible": Text("责任", "responsible"),
}
SPATIAL_LABELS: dict[str, Text] = {
    "rule": Text("空间或属性判定", "exact rule"),
    "siting": Text("选址", "siting"),
    "assignment": Text("责任划分", "assignment of territory"),
    "sensing": Text("遥感与监控覆盖", "sensing and coverage"),
    "inventory": Text("点位清单", "located inventory"),
    "none": Text("只记台账", "ledger only"),
}
KIND_LABELS: dict[str, Text] = {
    "within_distance": Text("距离判定", "within a distance"),
    "inside_polygon": Text("区域判定", "inside an area"),
    "attribute": Text("属性判定", "attribute test"),
    "list": Text("清单判定", "membership in a list"),
    "coverage": Text("覆盖判定", "coverage"),
    "frontage": Text("临街判定", "frontage"),
    "siting": Text("选址", "siting"),
    "zone_design": Text("区域划定", "zone design"),
    "inventory": Text("点位清单", "located inventory"),
    "assignment": Text("责任划分", "assignment of territory"),
    "sensing": Text("遥感与监控覆盖", "sensing and coverage"),
}
PERIOD_LABELS: dict[str, Text] = {"week": Text("周", "week"), "month": Text("个月", "month")}
UNIT_KINDS = ("department", "office", "township", "townships", "area", "group")
