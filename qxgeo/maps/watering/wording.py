"""Every word of the watering map that does not come from data, in both languages."""

from __future__ import annotations

from qxgeo.errors import Text

TITLE = Text("道路湿润保障：洒水车作业图", "Keeping roads wet: water carts")
GROUPS = {
    "carts": Text("洒水车", "Water carts"),
    "wet": Text("路段湿润程度（此刻）", "How wet sections are (now)"),
    "sites": Text("停车场与加水点", "Depots and refill points"),
}
# The overlays in drawing order, lowest first.
LAYERS = {
    "wet": Text("须保持湿润的路段", "sections to keep wet"),
    "never": Text("无车到达的路段", "sections that no cart reaches"),
    "route": Text("所选车辆：洒水", "chosen cart: spraying"),
    "empty": Text("所选车辆：空驶", "chosen cart: driving empty"),
    "depot": Text("停车场", "depots"),
    "refill": Text("加水点", "refill points"),
    "cart": Text("车辆此刻位置", "where carts are now"),
}
BINS = (
    Text("湿润，已用时限不足 1/4", "wet, under 1/4 of the interval used"),
    Text("湿润，1/4–1/2", "wet, 1/4 to 1/2"),
    Text("湿润，1/2–3/4", "wet, 1/2 to 3/4"),
    Text("将干，3/4 以上", "soon dry, over 3/4"),
    Text("干燥，超过时限", "dry, beyond the interval"),
)

FROST_BIN = Text("冰冻，不得洒水：不计湿也不计干", "frost, no spraying: neither wet nor dry")

PAGE_WORDS_OF_WATER = {
    "cart": Text("车辆", "cart"),
    "carts_unit": Text("辆", ""),
    "all_carts": Text("全部车辆", "all carts"),
    "choose_cart": Text("先选车辆", "choose a cart"),
    "play": Text("播放 24 小时", "play the 24 hours"),
    "pause": Text("暂停", "pause"),
    "moment": Text("时刻", "time of day"),
    "now": Text("此刻", "now"),
    "is_wet": Text("湿润", "wet"),
    "is_dry": Text("干燥", "dry"),
    "never_wet": Text("无车洒水", "nobody waters it"),
    "used": Text("时限已用", "interval used:"),
    "of_interval": Text("的时限", "of the interval"),
    "nothing_to_wet": Text("没有须保持湿润的路段", "nothing to keep wet"),
    "rain": Text("降雨，路面自湿", "rain keeps roads wet"),
    "frost": Text("冰冻，不得洒水", "frost, no spraying"),
    "kept": Text("全天湿润", "wet all day"),
    "dry_at_times": Text("有时干燥", "dry at times"),
    "never": Text("无车到达", "never reached"),
    "wettings": Text("洒水时刻", "wetted at"),
    "none": Text("无", "none"),
    "longest_gap": Text("最长间隔", "longest gap"),
    "dry_spells": Text("干燥时段", "dry from–to"),
    "wet_share": Text("全天湿润比例", "share of the day wet"),
    "width": Text("洒水宽度", "width to wet"),
    "passes": Text("趟", "passes"),
    "ways_forward": Text("顺道路方向", "along the line"),
    "ways_backward": Text("逆道路方向", "against the line"),
    "ways_both": Text("两个方向各洒", "each direction by itself"),
    "ways_either": Text("任一方向", "either direction"),
    "litres_once": Text("每次用水", "water for one wetting"),
    "long_for_tank": Text("一罐水不够，分段洒", "more than a tank: in pieces"),
    "factor": Text("时限系数", "factor of the interval"),
    "section": Text("路段", "section"),
    "length": Text("长度", "length"),
    "company": Text("单位", "company"),
    "sprayed": Text("洒水里程", "sprayed"),
    "driven_empty": Text("空驶里程", "driven empty"),
    "litres": Text("用水", "water"),
    "work": Text("作业时间", "work"),
    "laps": Text("作业趟数", "laps"),
    "refills": Text("加水", "refills"),
    "times_unit": Text("次", "times"),
    "cost": Text("费用", "cost"),
    "money": Text("元", "yuan"),
    "tank_left": Text("罐内余水", "left in the tank"),
    "next_refill": Text("下次加水", "next refill"),
    "until": Text("持续到", "until"),
    "runs": Text("全天班次", "its day"),
    "on_route": Text("图上路线", "route shown"),
    "run_tour": Text("作业", "tour"),
    "run_transfer": Text("转场", "transfer"),
    "show_route": Text("显示这辆车的路线", "show its route"),
    "flow": Text("出水流量", "flow"),
    "open_hours": Text("可用时间", "open"),
    "all_day": Text("全天", "all day"),
    "visits": Text("今日加水", "refills today"),
    "snap": Text("离道路", "from the road"),
    "passes_at": Text("经过时刻", "passes at"),
    "depot": Text("停车场", "depot"),
    "refill": Text("加水点", "refill point"),
    "do_spray": Text("洒水", "spraying"),
    "do_drive": Text("空驶", "driving empty"),
    "do_refill": Text("加水", "refilling"),
    "do_wait": Text("等待", "waiting"),
    "do_break": Text("休息", "break"),
    "do_off": Text("未出车", "off"),
    "not_required": Text(
        "这条路不在须保持湿润的范围。", "This road is not among those to keep wet."
    ),
}

PANEL_WORDS = {
    "carts": Text("车辆用水与里程", "Carts: water and kilometres"),
    "trouble": Text("未能保持湿润的路段", "Sections not kept wet"),
    "notes": Text("说明与假设", "Notes and assumptions"),
    "close": Text("关闭", "close"),
    "workbook": Text("Excel 台账", "Workbook"),
    "sheets": Text("驾驶员作业单", "Drivers' sheets"),
    "day": Text("作业日", "day"),
    "why": Text("原因与先后", "Reasons, and what comes first"),
    "nothing": Text("无", "none"),
    "number": Text("序号", "No."),
    "cart": Text("车辆", "Cart"),
    "company": Text("单位", "Company"),
    "sprayed": Text("洒水 km", "Sprayed km"),
    "empty": Text("空驶 km", "Empty km"),
    "litres": Text("用水 m³", "Water m³"),
    "hours": Text("作业 h", "Work h"),
    "laps": Text("趟", "Laps"),
    "refills": Text("加水", "Refills"),
    "cost": Text("费用 元", "Cost, yuan"),
    "total": Text("合计", "Total"),
    "road": Text("路段", "Section"),
    "length": Text("长度 m", "Length m"),
    "share": Text("湿润比例", "Wet share"),
    "gap": Text("最长间隔", "Longest gap"),
    "reason": Text("原因", "Why"),
    "carts_hint": Text(
        "点一行，在图上看这辆车的路线。费用按作业小时和里程计，车辆表未给单价的不计。",
        "Click a row to see the cart's route. Cost counts hours of work and kilometres; a rate that"
        " the carts' file does not give counts nothing.",
    ),
    "trouble_hint": Text(
        "点一行，在图上看这个路段。间隔以湿润时限为 1，大于 1 即变干。",
        "Click a row to see the section. Gaps are in drying intervals: above 1 it dries.",
    ),
    "first": Text("车辆不足时先保这些路段", "With what there is, serve these first"),
    "next": Text("增车后接着保这些路段", "With more carts, serve these next"),
    "drying": Text("洒一次水能保持湿润多久（小时）", "How long one wetting lasts (hours)"),
    "rain_hour": Text("雨", "rain"),
    "frost_hour": Text("冻", "frost"),
    "problems": Text("输入中的问题", "Problems of the input"),
    "assumptions": Text("假设", "Assumptions"),
    "bound": Text("下限的依据", "What proves the bound"),
    "more": Text("另有 {count} 条，见 watering.xlsx", "{count} more in watering.xlsx"),
    "unnamed": Text("未命名", "unnamed"),
}

VERDICT = {
    "nothing": Text("本辖区没有须保持湿润的路段。", "There are no roads to keep wet here."),
    "kept": Text(
        "做得到：{sections} 段、{km} km 道路 24 小时保持湿润。",
        "It can be done: {sections} sections, {km} km, stay wet for 24 hours.",
    ),
    "kept_but_frost": Text(
        "做得到：{sections} 段、{km} km 道路在冰冻以外的 {hours} 小时保持湿润。",
        "It can be done: {sections} sections, {km} km, stay wet for the {hours} hours without "
        "frost.",
    ),
    "not_kept": Text(
        "现有车辆做不到：{sections} 段、{km} km 中有 {bad} 段、{bad_km} km 会变干{never}，"
        "湿润里程·小时占 {share}。",
        "These carts cannot do it: of {sections} sections, {km} km, {bad} sections, {bad_km} km, "
        "fall dry{never}; {share} of the kilometre-hours are wet.",
    ),
    "never": Text("（其中 {count} 段无车到达）", " ({count} never reached)"),
    "protected": Text(
        "最紧要的 {count} 段、{km} km 保证全天不断湿，其余路段用剩余车时洒；"
        "若不分先后，湿润占 {alike}。",
        "The {count} most urgent sections, {km} km, are kept wet without a gap, and the others get "
        "the time that is left; watered alike, {alike} would be wet, in no order.",
    ),
    "more": Text(
        "再加 {count} 辆同类车可以做到。", "Carts more with which it can be done: {count}."
    ),
    "no_number": Text(
        "增加车辆也做不到，须先消除下列原因。",
        "No number of carts helps: the causes below come first.",
    ),
    "bound": Text(
        "全天共出动 {carts} 辆车，可证至少要 {least} 辆；作业 {work} 小时，"
        "可证至少 {least_work} 小时，差距 {gap}。",
        "{carts} carts work in the day, at least {least} are proved to be needed; {work} "
        "hours of work, at least {least_work} proved, gap {gap}.",
    ),
    "water": Text(
        "洒水 {spray} km，空驶 {empty} km，用水 {litres} m³。",
        "{spray} km sprayed, {empty} km driven empty, {litres} m³ of water.",
    ),
}
