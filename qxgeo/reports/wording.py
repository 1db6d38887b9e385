"""Headings and names as they stand in the lists, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from qxgeo.plan import ActionPlan

PAGES: dict[str, Text] = {
    "keep_wet": Text("湿润保洁", "Keep wet"),
    "repair": Text("破损修缮", "Repair"),
    "restricted": Text("限制区", "Restricted"),
    "other": Text("其他", "Other"),
}

# Columns of `schemas.FINDING_COLUMNS` as headings; `clause` and `rule_title` come from the plan.
HEADINGS: dict[str, Text] = {
    "rank": Text("次序", "Rank"),
    "rule_id": Text("规则", "Rule"),
    "rule_title": Text("规则名称", "Rule title"),
    "subject_name": Text("名称", "Name"),
    "subject_class": Text("类别", "Class"),
    "subject_status": Text("状态", "Status"),
    "verdict": Text("结论", "Verdict"),
    "strength": Text("力度", "Strength"),
    "distance_m": Text("距离（m）", "Distance (m)"),
    "reference_name": Text("参照", "Reference"),
    "length_m": Text("范围内长度（m）", "Length inside (m)"),
    "whole_length_m": Text("整段长度（m）", "Whole section (m)"),
    "area_m2": Text("范围内面积（m²）", "Area inside (m²)"),
    "township_name": Text("乡镇街道", "Township"),
    "responsible": Text("责任单位", "Responsible"),
    "lead": Text("牵头单位", "Lead"),
    "reason": Text("理由", "Reason"),
    "cooperating": Text("配合单位", "Cooperating"),
    "deadline": Text("完成时限", "Deadline"),
    "radius_m": Text("半径（m）", "Radius (m)"),
    "margin_m": Text("余量（m）", "Margin (m)"),
    "error_m": Text("误差（±m）", "Error (±m)"),
    "length_low_m": Text("长度下限（m）", "Least length (m)"),
    "length_high_m": Text("长度上限（m）", "Greatest length (m)"),
    "reference_id": Text("参照编号", "Reference id"),
    "measure_id": Text("措施", "Measure"),
    "clause": Text("条文", "Clause"),
    "subject_layer": Text("图层", "Layer"),
    "subject_id": Text("对象编号", "Subject id"),
    "township_id": Text("乡镇代码", "Township id"),
    "is_demo": Text("演示数据", "Demonstration"),
    "finding_id": Text("结论编号", "Finding id"),
}

# Findings about the ground of a zone itself name this in place of a layer.
ZONE_LABEL = Text("管控区", "zone")
YES_NO = (Text("否", "no"), Text("是", "yes"))
ALL = "all"
ALL_LABEL = Text("合计", "Total")


def name_units(unit_ids: tuple[str, ...], plan: ActionPlan) -> str:
    """Give units' names joined as the plan joins them.

    Parameters
    ----------
    unit_ids
        Ids of the plan's units.
    plan
        The plan that knows their names.

    Returns
    -------
    names
        Joined by 、 and empty for none.
    """
    names = {unit.unit_id: unit.name for unit in plan.units}
    return "、".join(names.get(unit_id, unit_id) for unit_id in unit_ids)
