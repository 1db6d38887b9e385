"""Headings of the audit's workbook."""

from __future__ import annotations

from qxgeo.errors import Text
from qxgeo.reports.table import Head

_ROAD = Head(Text("道路", "Road"))
_TOWN = Head(Text("乡镇街道", "Township"))
_CART = Head(Text("车号", "Cart"), width=12.0)
_COMPANY = Head(Text("单位", "Company"))
_WET = Head(Text("湿润", "Wet"), form="share")
_DRY = Head(Text("干燥", "Dry"), form="share")
_UNKNOWN = Head(Text("无法判断", "Unknown"), form="share")
_HOURS = {
    f"h{hour:02d}": Head(
        Text(f"{hour}–{hour + 1} 时", f"{hour}-{hour + 1} h"), form="share", width=9.0
    )
    for hour in range(24)
}
_SUMS = {
    "driven_km": Head(Text("行驶 km", "Driven km"), form="km"),
    "wetting_km": Head(Text("清单内洒水 km", "Watered on duty km"), form="km"),
    "too_fast_km": Head(Text("过快洒水 km", "Too fast km"), form="km"),
    "off_duty_km": Head(Text("清单外洒水 km", "Off duty km"), form="km"),
    "dry_pass_km": Head(Text("清单内未洒驶过 km", "Passed without water km"), form="km"),
    "standing_h": Head(Text("停车 小时", "Standing h"), form="decimal"),
    "planned": Head(Text("计划洒水", "Planned"), form="count"),
    "done": Head(Text("按计划完成", "Done by plan"), form="count"),
    "violations": Head(Text("问题", "Violations"), form="count"),
}
COMPANY_HEADS = {
    "company": _COMPANY,
    "carts": Head(Text("车辆", "Carts"), form="count"),
    "carts_seen": Head(Text("有轨迹", "With a track"), form="count"),
    **_SUMS,
}
TOWNSHIP_HEADS = {
    "township_name": _TOWN,
    "sections": Head(Text("路段", "Sections"), form="count"),
    "length_km": Head(Text("应洒 km", "Duty km"), form="km"),
    "wet_share": _WET,
    "dry_share": _DRY,
    "unknown_share": _UNKNOWN,
    "never_km": Head(Text("全天未洒 km", "Never watered km"), form="km"),
    "gaps": Head(Text("变干次数", "Dry spells"), form="count"),
    "longest_gap_h": Head(Text("最长干燥 小时", "Longest h"), form="decimal"),
    **_HOURS,
}
VIOLATION_HEADS = {
    "violation_id": Head(Text("编号", "Id"), width=13.0),
    "kind": Head(Text("类型", "Kind"), width=15.0),
    "sure": Head(Text("把握", "Certainty"), width=12.0),
    "text": Head(Text("说明", "What"), width=60.0),
    "cart_id": _CART,
    "company": _COMPANY,
    "road_name": _ROAD,
    "township_name": _TOWN,
    "start": Head(Text("起", "From"), width=9.0),
    "end": Head(Text("止", "To"), width=9.0),
    "minutes": Head(Text("分钟", "Minutes"), form="count"),
    "length_m": Head(Text("长度 m", "Length m"), form="m"),
    "speed_kmh": Head(Text("车速 km/h", "Speed km/h"), form="decimal"),
    "limit": Head(Text("界限", "Limit"), form="decimal"),
    "first": Head(Text("首条记录", "First record"), width=18.0),
    "last": Head(Text("末条记录", "Last record"), width=18.0),
    "before": Head(Text("变干前洒水记录", "Watered before"), width=18.0),
    "after": Head(Text("变干后洒水记录", "Watered after"), width=18.0),
}
SECTION_HEADS = {
    "section_id": Head(Text("路段编号", "Section"), width=14.0),
    "road_name": _ROAD,
    "township_name": _TOWN,
    "rule_ids": Head(Text("规则", "Rules"), width=14.0),
    "from_m": Head(Text("起 m", "From m"), form="m"),
    "to_m": Head(Text("止 m", "To m"), form="m"),
    "length_m": Head(Text("长度 m", "Length m"), form="m"),
    "wettings": Head(Text("洒水次数", "Wettings"), form="count"),
    "first": Head(Text("首次洒水", "First"), width=9.0),
    "last": Head(Text("末次全段洒湿", "Last whole"), width=12.0),
    "watered_share": Head(Text("洒到的长度", "Length watered"), form="share"),
    "wet_share": _WET,
    "dry_share": _DRY,
    "unknown_share": _UNKNOWN,
    "gaps": Head(Text("变干次数", "Dry spells"), form="count"),
    "longest_gap_h": Head(Text("最长干燥 小时", "Longest h"), form="decimal"),
    **_HOURS,
}
CART_HEADS = {
    "cart_id": _CART,
    "company": _COMPANY,
    "first": Head(Text("首条", "First"), width=9.0),
    "last": Head(Text("末条", "Last"), width=9.0),
    "records": Head(Text("记录", "Records"), form="count"),
    "dropped": Head(Text("未用", "Not used"), form="count"),
    "error_m": Head(Text("定位误差 m", "Error m"), form="decimal"),
    **_SUMS,
    "note": Head(Text("说明", "Note"), width=40.0),
}
DROPPED_HEADS = {
    "cart_id": _CART,
    "time": Head(Text("时刻", "Time"), width=11.0),
    "reason": Head(Text("原因", "Reason"), width=24.0),
    "lon": Head(Text("经度", "Longitude"), form="degree"),
    "lat": Head(Text("纬度", "Latitude"), form="degree"),
    "file": Head(Text("文件", "File"), width=24.0),
    "row": Head(Text("行", "Row"), form="count"),
}
NUMBER_HEADS = {
    "name": Head(Text("参数", "Number"), width=22.0),
    "value": Head(Text("值", "Value"), form="decimal"),
    "source": Head(Text("依据", "Source"), width=70.0),
}
