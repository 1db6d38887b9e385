"""Every word of the patrol map that does not come from data, in both languages."""

from __future__ import annotations

from qxgeo.errors import Text

TITLE = Text("焚烧巡查责任图", "Burning patrol: who looks after what")
DUTY = Text(
    "在责任区内按规定时段巡查全部网格和点位，发现露天焚烧、熏腊肉及时制止并报告，逐次登记。",
    "Patrol every cell and point of the territory in its hours, stop and report open burning and "
    "meat smoking at once, and record each visit.",
)
PUBLIC_NOTE = Text(
    "公开版：不含姓名和电话，人员以编号表示；不绘巡查路线，因为路线从个人驻点出发。",
    "Public edition: no names or phones, people stand by their ids; routes are left out because "
    "they start at people's bases.",
)

# What each layer holds; the order is the order in the legend and of drawing within a group.
LAYERS: dict[str, Text] = {
    "territory": Text("责任区", "territories"),
    "unowned": Text("无人负责的网格", "cells without an owner"),
    "risk_high": Text("高风险", "high risk"),
    "risk_medium": Text("中风险", "medium risk"),
    "risk_low": Text("低风险", "low risk"),
    "risk_water": Text("水面（不计负荷）", "water (no load)"),
    "risk_unknown": Text("风险不明", "risk unknown"),
    "covered": Text("看得见", "covered"),
    "partly": Text("部分看得见", "partly covered"),
    "blind": Text("盲区", "blind"),
    "unknown": Text("不明（缺高程或设备参数）", "unknown (no elevation or device data)"),
    "grid": Text("网格线", "cell lines"),
    "hot_cell": Text("热点网格（按风险排序）", "hot cells (ranked by risk)"),
    "fire": Text("卫星火点", "satellite fires"),
    "route": Text("沿道路的路线", "routes along roads"),
    "straight": Text("直线（未沿道路）", "straight lines (not along roads)"),
    "seen": Text("可见范围（按地形）", "visible ground (by terrain)"),
    "seen_flat": Text("视场扇区（未计地形）", "sector only (no terrain)"),
    "camera": Text("视频", "cameras"),
    "drone": Text("无人机", "drones"),
    "next_camera": Text("建议新增位置（按次序）", "next places, in order"),
}
GROUPS: dict[str, Text] = {
    "people": Text("定人：责任区", "Who: territories"),
    "risk": Text("网格风险", "Risk of the cells"),
    "coverage": Text("视频、无人机覆盖", "What cameras and drones cover"),
    "hot": Text("热点、火点、网格线", "Hot cells, fires, cell lines"),
    "points": Text("定点：敏感点、易发点", "Where: sensitive points"),
    "routes": Text("定时：巡查路线", "When: routes"),
    "devices": Text("设备", "Devices"),
}
THEMES: dict[str, Text] = {
    "people": Text("责任区", "Territories"),
    "risk": Text("风险", "Risk"),
    "coverage": Text("覆盖", "Coverage"),
    "none": Text("不着色", "Plain"),
}
RISK_LABELS: dict[str, Text] = {
    "high": Text("高", "high"),
    "medium": Text("中", "medium"),
    "low": Text("低", "low"),
    "water": Text("水面", "water"),
}
COVERAGE_LABELS: dict[str, Text] = {
    kind: LAYERS[kind] for kind in ("covered", "partly", "blind", "unknown")
}
DEVICE_LABELS: dict[str, Text] = {kind: LAYERS[kind] for kind in ("camera", "drone")}
WEEKDAYS = Text("一 二 三 四 五 六 日", "Mo Tu We Th Fr Sa Su")

# Words of the page's script, beside `wording.PAGE_WORDS`.
PATROL_WORDS: dict[str, Text] = {
    "search": Text("姓名、编号、点位、网格、路名", "Person, point, cell code or road"),
    "filter": Text("筛选图例", "Filter the legend"),
    "colour_by": Text("着色", "Colour by"),
    "no_data": Text("未提供数据", "not provided"),
    "none_found": Text("没有", "none"),
    "person": Text("责任人", "owner"),
    "nobody": Text("无人负责", "nobody"),
    "outside": Text("辖区外，不分派", "outside the district, not assigned"),
    "cell": Text("网格", "cell"),
    "cell_here": Text("此处网格", "Cell here"),
    "cells": Text("网格数", "cells"),
    "point": Text("点位", "point"),
    "points": Text("点位数", "points"),
    "people_unit": Text("人", "people"),
    "township": Text("属地", "township"),
    "area": Text("面积", "area"),
    "risk": Text("风险", "risk"),
    "risk_rank": Text("风险名次", "rank"),
    "of": Text("共", "of"),
    "visits": Text("巡查频次", "visits"),
    "per_week": Text("次/周", "per week"),
    "load": Text("负荷", "load"),
    "hours_per_week": Text("小时/周", "h per week"),
    "minutes_per_week": Text("分钟/周", "min per week"),
    "share_of_mean": Text("与属地人均之比", "load over the township's mean"),
    "land": Text("地类", "land"),
    "water_share": Text("水面", "water"),
    "cropland_share": Text("耕地", "crop land"),
    "unknown_share": Text("不明", "unknown"),
    "history": Text("点位、事件、火点", "points, events, fires"),
    "terms": Text("风险分项", "Terms of the risk"),
    "term": Text("分项", "term"),
    "term_value": Text("取值", "value"),
    "term_weight": Text("权重", "weight"),
    "term_source": Text("依据", "source"),
    "dropped": Text("未计入", "left out"),
    "coverage": Text("视频覆盖", "coverage"),
    "seen": Text("可见", "seen"),
    "seen_by": Text("可见设备", "seen by"),
    "hot_cell": Text("热点网格", "hot cell"),
    "rank": Text("第", "no."),
    "rank_after": Text("位", ""),
    "townships": Text("涉及属地", "townships"),
    "parts": Text("片数", "parts"),
    "in_parts": Text(
        "不连片：属地本身分片或锁定所致", "in parts, as the township is or a lock asks"
    ),
    "base": Text("到驻点平均距离", "mean distance to the base"),
    "duty": Text("职责", "duty"),
    "hours": Text("定时", "hours"),
    "no_hours": Text("没有排定的时段", "no hours scheduled"),
    "unfilled": Text("无人可排的时段", "hours nobody can take"),
    "open_person": Text("看责任人", "show the owner"),
    "open_cell": Text("看网格", "show the cell"),
    "address": Text("地址", "address"),
    "kind": Text("类别", "kind"),
    "number": Text("图上编号", "number on the map"),
    "risk_level": Text("风险等级", "risk level"),
    "service": Text("现场时间", "time on site"),
    "minutes": Text("分钟", "min"),
    "times": Text("到访时段", "windows"),
    "no_times": Text("计划期内没有排定", "not scheduled in this period"),
    "arrival": Text("路线到达", "arrival"),
    "unserved": Text("路线到不了", "not reached"),
    "day": Text("日期", "Day"),
    "typical": Text("（点位最多的一天）", " (most stops)"),
    "route": Text("路线", "route"),
    "stops": Text("点位", "stops"),
    "travel": Text("路程", "travel"),
    "from_to": Text("起止", "from, to"),
    "straight_label": Text("直线，未沿道路", "straight line, not along roads"),
    "is_optimal": Text("已证最短", "proved shortest"),
    "is_best": Text("所得最好，未证最短", "best found, not proved"),
    "route_of": Text("当日路线", "route of the day"),
    "device": Text("设备", "device"),
    "height": Text("离地高度", "height above ground"),
    "bearing": Text("朝向", "bearing"),
    "view": Text("视场角", "field of view"),
    "range": Text("作用距离", "range"),
    "seen_area": Text("可见面积", "visible area"),
    "unknown_area": Text("缺高程的面积", "area without elevation"),
    "terrain_yes": Text("按地形通视", "line of sight over terrain"),
    "terrain_no": Text("未计地形，只取扇区", "sector alone, terrain not taken"),
    "next": Text("建议新增", "next place"),
    "adds": Text("新增可见（加权）", "adds (weighted)"),
    "fire": Text("卫星火点", "satellite fire"),
    "satellite": Text("卫星", "satellite"),
    "confidence": Text("置信度", "confidence"),
    "seen_at": Text("时间（北京时间）", "time (Asia/Shanghai)"),
    "absent": Text("不在岗", "absent"),
    "people_here": Text("人员名单", "People"),
    "lead": Text("牵头", "lead"),
    "responsible": Text("责任", "responsible"),
    "no_clause": Text("本方案没有对应条款", "the plan has no clause for it"),
    "close": Text("关闭", "Close"),
    "unit_km2": Text("km²", "km²"),
}

# The two panels that open over the map.
PANEL_WORDS: dict[str, Text] = {
    "colon": Text("：", ": "),
    "fairness": Text("公平性", "Fairness"),
    "notes": Text("说明与缺口", "Notes and gaps"),
    "close": Text("关闭", "Close"),
    "workbook": Text("清单", "Lists"),
    "sheets": Text("责任单", "Sheets"),
    "period": Text("计划期", "period"),
    "to": Text("至", "to"),
    "fairness_note": Text(
        "负荷为每周分钟数折合的小时；下界是已证明的：没有任何整格分法能使最大负荷更小。"
        "点一行可在图上看这个人。",
        "Loads are hours per week. The bound is proved: no assignment of whole cells has a smaller "
        "largest load. Click a row to see the person on the map.",
    ),
    "township": Text("属地", "Township"),
    "people": Text("人数", "People"),
    "cells": Text("网格", "Cells"),
    "total": Text("总负荷", "Load"),
    "mean": Text("人均", "Mean"),
    "largest": Text("最大", "Largest"),
    "ratio": Text("最大/人均", "Largest/mean"),
    "bound": Text("下界", "Bound"),
    "gap": Text("差距", "Gap"),
    "method": Text("解法", "Method"),
    "exact": Text("已证最优", "proved optimal"),
    "search": Text("搜索", "search"),
    "hours": Text("小时/周", "h/week"),
    "number": Text("号", "No."),
    "person": Text("网格员", "Person"),
    "share": Text("与人均之比", "Share of the mean"),
    "area": Text("面积 km²", "Area km²"),
    "parts": Text("片", "Parts"),
    "absent": Text("不在岗，不分配", "absent, not assigned"),
    "no_cells": Text("没有网格", "no cells"),
    "no_people": Text("没有分配：没有在岗的网格员", "nothing assigned: nobody is present"),
    "bound_why": Text("下界依据", "why the bound holds"),
    "assumptions": Text("假设（方案和本区都没有写明的取值）", "Assumptions nobody has decided"),
    "gaps": Text("缺口：没有做的和缺的数据", "Gaps: what could not be done, and what is missing"),
    "dropped": Text("未计入风险的分项", "Terms left out of the risk"),
    "unassigned": Text("无人负责的网格", "Cells without an owner"),
    "unfilled": Text("无人可排的时段", "Hours that nobody can take"),
    "unserved": Text("路线到不了的点位", "Points that no route serves"),
    "lost_points": Text("不在辖区内的点位（不分派）", "Points outside the district (not assigned)"),
    "problems": Text("做不到的要求", "Requests that cannot be met"),
    "remarks": Text("数据与计算说明", "Remarks on data and method"),
    "changes": Text("与上次相比易手的网格", "Cells that changed hands since last time"),
    "nothing": Text("没有。", "None."),
    "more": Text("另有 {count} 项，见 patrol.xlsx", "{count} more, see patrol.xlsx"),
    "more_public": Text("另有 {count} 项", "{count} more"),
    "routes_left_out": Text(
        "为控制文件大小，图上只画 {drawn} 天的路线，其余 {left} 天见 patrol.xlsx 和 patrol.gpkg",
        "to keep the file small, routes of {drawn} days are drawn; the other {left} days are in "
        "patrol.xlsx and patrol.gpkg",
    ),
    "no_position": Text(
        "{count} 台设备没有位置，图上只有可见范围",
        "{count} devices have no position; only what they see is drawn",
    ),
    "no_routes": Text("没有路线", "there are no routes"),
    "no_sight": Text(
        "没有视频和无人机数据，看得见与否不明",
        "no cameras or drones are given: what is seen is unknown",
    ),
    "no_fires": Text(
        "没有提供卫星火点文件：没有火点不等于没有焚烧",
        "no file of satellite fires: no fire shown does not mean no burning",
    ),
    "no_points": Text("没有敏感点、易发点清单", "there is no list of sensitive points"),
    "value": Text("取值", "value"),
    "source": Text("依据", "source"),
    "weight": Text("权重", "weight"),
}

HOURS_LINE = Text("{season}：{windows}，{days} 天", "{season}: {windows}, {days} days")
STAND_IN_LINE = Text("其中 {count} 班由 {people} 替班", "{count} of them by {people} as stand-ins")
UNFILLED_LINE = Text("{count} 个时段无人可排", "{count} windows that nobody can take")
TIMES_LINE = Text("{window}（{weekdays}）{days} 次", "{window} ({weekdays}), {days} times")
