"""Every word of the page of a warning day that does not come from data, in both languages."""

from __future__ import annotations

from qxgeo.errors import Text

TITLE = Text("今日应对：污染天气一页清单", "Today: the warning day on one page")
STATE_LABELS: dict[str, Text] = {
    "in_force": Text("执行", "in force"),
    "unknown": Text("不明", "unknown"),
    "not_in_force": Text("未触发", "not in force"),
}
POLLUTANT_NAMES: dict[str, str] = {
    "pm2_5": "PM2.5", "pm10": "PM10", "so2": "SO₂", "no2": "NO₂", "co": "CO", "o3": "O₃",
}  # fmt: skip
WORDS: dict[str, Text] = {
    "at": Text("时刻", "Time"),
    "wind": Text("风", "Wind"),
    "declared": Text("政府发布的预警", "Warning issued"),
    "measured": Text("按实测推算（仅供参考）", "Measured would give (an aid)"),
    "aid": Text(
        "预警由政府发布并据此执行；实测级别只是参考，须报发布机关核对。",
        "Governments issue warnings and these are in force; the measured level is an aid.",
    ),
    "alarm": Text("数据有问题，先看这里", "Something is wrong with the data: read this first"),
    "alarm_tail": Text(
        "没有可信数据的，一律按“不明”处理。", "Without data to trust all is unknown."
    ),
    "none_measured": Text("未达任何级别", "no level reached"),
    "unknown_level": Text("不明", "unknown"),
    "at_least": Text("至少{level}，可能更高", "{level} at least, perhaps higher"),
    "measures": Text("触发的措施", "Measures with a trigger"),
    "count": Text("正在执行的触发措施", "Triggered measures in force"),
    "measure": Text("措施", "Measure"),
    "state": Text("状态", "State"),
    "trigger": Text("触发条件（原文）", "Trigger (the plan's words)"),
    "why": Text("理由", "Why"),
    "units": Text("单位", "Units"),
    "lead": Text("牵头", "lead"),
    "cooperating": Text("配合", "cooperating"),
    "responsible": Text("责任", "responsible"),
    "rules": Text("其中", "its rules"),
    "no_measures": Text("方案没有带触发条件的措施。", "The plan has no measure with a trigger."),
    "air": Text("站点此刻", "Stations now"),
    "station": Text("站点", "Station"),
    "last_hour": Text("最近一小时", "Last hour"),
    "age": Text("距今", "Age"),
    "grade": Text("级别", "Grade"),
    "primary": Text("首要污染物", "Primary pollutant"),
    "day_aqi": Text("24 小时滑动 AQI", "AQI of the last 24 h"),
    "trust": Text("可信", "To be trusted"),
    "trusted": Text("是", "yes"),
    "lower": Text("缺 {names}，为下限", "without {names}: a lower bound"),
    "reference": Text("对照点", "reference point"),
    "city": Text("全市（不含对照点）", "City (reference points apart)"),
    "no_stations": Text("没有在用站点。", "No station is in force."),
    "hour_line": Text(
        "细线：逐时 AQI；粗线：24 小时滑动 AQI；断开处没有数据",
        "thin: hours; bold: running day; gaps are hours without data",
    ),
    "episodes": Text("实测污染过程", "Measured episodes"),
    "episode": Text("{start} 至 {end}，最高{level}", "{start} to {end}, up to {level}"),
    "episode_open": Text(
        "{start} 起，未结束，最高{level}", "since {start}, going on, up to {level}"
    ),
    "gaps_in": Text("（其间有时段不明）", " (with unknown hours)"),
    "no_episode": Text(
        "没有推算出的过程（不等于没有污染：见上方数据问题）。",
        "None found; that is not clean air where data is missing.",
    ),
    "upwind": Text("上风向的场所和作业", "Places and works upwind"),
    "around": Text(
        "半径内的全部场所和作业（没有扇区）", "All places and works within the radii (no sector)"
    ),
    "within": Text("{km} 公里内", "within {km} km"),
    "place": Text("场所", "Place"),
    "kind": Text("类别", "Kind"),
    "distance": Text("距站点（m）", "Distance (m)"),
    "bearing": Text("方位", "Bearing"),
    "town": Text("属地", "Township"),
    "owner": Text("负责人", "Owner"),
    "phone": Text("电话", "Phone"),
    "close": Text("临界", "too close to call"),
    "more": Text("另有 {count} 处，见 today.xlsx。", "{count} more in today.xlsx."),
    "more_public": Text("另有 {count} 处。", "{count} more."),
    "nothing_upwind": Text(
        "清单所列图层中没有（不等于没有排放源）。",
        "None in the layers listed; other sources may be there.",
    ),
    "order_note": Text(
        "排序权重 = (近距/距离)^{power} × exp(−½(偏角/σ)²)，σ 为半宽之半；"
        "只分先后，不是浓度。数字为各半径累计。",
        "Weight = (near/distance)^{power} × exp(−½(angle off/σ)²), σ half of the half width; "
        "it orders and is no concentration. Counts are cumulative.",
    ),
    "map": Text("示意图", "Map"),
    "map_note": Text(
        "蓝线：现在须保持湿润的道路；红点：上风向场所；扇形：上风向 {radii} 公里",
        "blue: roads to keep wet now; red: places upwind; sectors: {radii} km upwind",
    ),
    "map_note_around": Text(
        "蓝线：现在须保持湿润的道路；红点：半径内的场所；圆：{radii} 公里",
        "blue: roads to keep wet now; red: places within the radii; circles: {radii} km",
    ),
    "rose_calm": Text(
        "风玫瑰（辖区资料）；此刻没有扇区", "wind rose of the district; no sector now"
    ),
    "rose": Text(
        "风玫瑰（辖区资料）与此刻上风扇区", "Wind rose of the district and the sector of now"
    ),
    "rose_none": Text("辖区没有风向资料", "the district has no table of winds"),
    "wet": Text("现在保持湿润的道路", "Roads to keep wet now"),
    "length_km": Text("km", "km"),
    "union": Text("合计（重叠只计一次）", "Union (counted once)"),
    "too_close_km": Text("临界 km", "too close km"),
    "unknown_km": Text("不明 km", "unknown km"),
    "wet_doubt": Text(
        "带“不明”的规则只在预警期间执行，现在无人说明是否有预警，不计入合计。",
        "Rules marked unknown hold during warnings alone, and nobody said whether there is one: "
        "not in the union.",
    ),
    "wet_none": Text("没有判出须保持湿润的道路。", "No road was found to keep wet."),
    "not_judged": Text("未判定", "Not judged"),
    "patrol": Text("焚烧巡查", "Burning patrol"),
    "hours": Text("今天的时段", "Hours of today"),
    "on_duty_now": Text("此刻当班", "On duty now"),
    "on_duty_next": Text("此刻不在时段内，下一班", "Between hours now; next on duty"),
    "nobody": Text("没有人当班。", "Nobody is on duty."),
    "cells": Text("先看的网格（风险 × 上风权重）", "Cells first (risk × upwind weight)"),
    "cell": Text("网格", "Cell"),
    "risk": Text("风险", "Risk"),
    "person": Text("网格员", "Member"),
    "no_cells": Text("没有位于上风向半径内的网格。", "No cell lies upwind within the radii."),
    "calls": Text("通知单（按单位）", "Call list by unit"),
    "unit": Text("单位", "Unit"),
    "tasks": Text("事项", "Tasks"),
    "doubts": Text("待定（先问清是否已发布预警）", "Open: ask first whether there is a warning"),
    "settings": Text("所用的数与依据", "Numbers and who says so"),
    "name": Text("项", "What"),
    "value": Text("取值", "Value"),
    "source": Text("依据", "Source"),
    "default": Text("默认", "default"),
    "inputs": Text("输入文件", "Inputs"),
    "notes": Text("说明", "Notes"),
    "public": Text(
        "公开版：不含场所名称、负责人、网格员姓名和电话。",
        "Public edition: no names of places or people, no phones.",
    ),
    "office": Text(
        "含姓名和电话：仅供办公室内部使用，对外请用 --public。",
        "Names and phones: for the office only; use --public for others.",
    ),
    "in_district": Text("辖区内", "in the district"),
    "h": Text("小时", "h"),
    "links": Text("同一文件夹：", "In the same folder: "),
    "north": Text("北", "N"),
}
SETTING_NAMES: dict[str, Text] = {
    "radii_m": Text("半径（m）", "radii (m)"),
    "calm_ms": Text("静风界限（m/s）", "calm below (m/s)"),
    "near_m": Text("近距（m）", "near (m)"),
    "decay_power": Text("距离衰减指数", "power of the decay"),
    "stale_h": Text("数据过时界限（小时）", "data stale after (h)"),
    "stuck_h": Text("读数卡滞界限（小时）", "value stuck after (h)"),
    "episode_aqi": Text("污染过程的 AQI", "AQI of an episode"),
    "station_share": Text("城市均值所需站点比例", "share of stations for a city"),
    "series_h": Text("时序图小时数", "hours of the pictures"),
    "ozone_season": Text("臭氧高发季节", "ozone season"),
    "source_layers": Text("视作排放源的图层", "layers taken for sources"),
    "spread": Text("上风扇区半宽（度）", "half width of the sector (deg)"),
    "levels": Text("预警分级", "levels of warnings"),
}
LINKS = (
    ("index.html", Text("首页", "portal")),
    ("keep_wet.html", Text("保持湿润地图", "keep-wet map")),
    ("patrol.html", Text("巡查图", "patrol map")),
)
