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

RULE_KINDS: dict[str, Text] = {
    "within_distance": Text("距离", "within a distance"),
    "inside_polygon": Text("位于区域内", "inside a polygon"),
    "attribute": Text("属性", "attribute"),
    "list": Text("清单", "list"),
    "coverage": Text("覆盖", "coverage"),
    "frontage": Text("临街", "frontage"),
    "siting": Text("选址", "siting"),
}

# Several layers share one contract, so each has its own name here.
LAYER_NAMES: dict[str, Text] = {
    "boundary": Text("辖区界线", "district boundary"),
    "townships": Text("乡镇街道", "townships"),
    "stations": Text("空气质量监测站", "air-quality stations"),
    "roads": Text("道路", "roads"),
    "watering_records": Text("洒水保洁记录", "watering records"),
    "damaged_roads": Text("破损道路", "damaged roads"),
    "key_sections": Text("重点路段", "key road sections"),
    "bare_ground": Text("裸露地面", "bare ground"),
    "main_urban_area": Text("主城区", "main urban area"),
    "urban_rural_fringe": Text("城乡结合部", "urban-rural fringe"),
    "rural_area": Text("农村地区", "rural area"),
    "no_fuel_zone": Text("高污染燃料禁燃区", "no-high-pollution-fuel zone"),
    "machine_control_zone": Text("非道路移动机械管控区", "machine control zone"),
    "auto_repair": Text("汽修企业", "auto-repair premises"),
    "inspection_agencies": Text("机动车检验机构", "vehicle inspection agencies"),
    "inspection_entrances": Text("检验机构出入口", "inspection agency entrances"),
    "catering": Text("餐饮服务单位", "catering units"),
    "barbecue": Text("露天烧烤", "open-air barbecue"),
    "residential_buildings": Text("居民楼", "residential buildings"),
    "schools": Text("学校", "schools"),
    "markets": Text("市场", "markets"),
    "petrol_stations": Text("加油站", "petrol stations"),
    "machines": Text("非道路移动机械", "non-road machines"),
    "construction_waste": Text("建筑垃圾处置场所", "construction-waste sites"),
    "heavy_truck_yards": Text("重型货车停放场", "heavy-truck yards"),
    "freight_sites": Text("货运场所", "freight sites"),
    "piers": Text("码头", "piers"),
    "candidates": Text("候选地块", "candidate sites"),
    "demand_points": Text("需求点", "demand points"),
    "burning_points": Text("焚烧点", "burning points"),
    "cameras": Text("监控点", "cameras"),
    "grid_members": Text("网格员", "grid members"),
    "cropland": Text("耕地", "cropland"),
    "hot_grid": Text("热点网格", "hot-spot grid"),
    "water": Text("水系", "water"),
}

YES_NO = (Text("否", "no"), Text("是", "yes"))
ALL = "all"
ALL_LABEL = Text("合计", "Total")


def name_layer(layer: str) -> Text:
    """Give a layer's name for people.

    Parameters
    ----------
    layer
        A key of `schemas.LAYERS`; any other word stands for itself.

    Returns
    -------
    title
        In both languages.
    """
    return LAYER_NAMES.get(layer, Text(layer, layer))


def name_missing(item: str, plan: ActionPlan) -> Text:
    """Say what a gap lacks.

    Parameters
    ----------
    item
        ``layer:<name>``, ``parameter:<id>`` or ``kind:<kind>``; anything else stands for itself.
    plan
        The plan that knows the parameters' titles.

    Returns
    -------
    words
        In both languages.
    """
    what, _, name = item.partition(":")
    if what == "layer":
        title = name_layer(name)
        return Text(f"缺图层：{title.zh}（{name}）", f"layer missing: {title.en} ({name})")
    if what == "parameter":
        titles = {p.parameter_id: p.title for p in plan.parameters}
        title = titles.get(name, Text(name, name))
        return Text(f"缺参数：{title.zh}（{name}）", f"parameter missing: {title.en} ({name})")
    if what == "kind":
        title = RULE_KINDS.get(name, Text(name, name))
        return Text(f"尚不能判定的类型：{title.zh}", f"kind not judged yet: {title.en}")
    return Text(item, item)


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
