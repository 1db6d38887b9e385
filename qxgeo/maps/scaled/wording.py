"""Words of the index and the overview, in both languages."""

from __future__ import annotations

from qxgeo.errors import Text

WORDS: dict[str, Text] = {
    "overview": Text("总览图", "Overview map"),
    "overview_hint": Text(
        "各乡镇街道的道路长度；点开一处，进入它的地图和清单",
        "road length by township; open one for its maps and lists",
    ),
    "townships": Text("乡镇街道", "Townships"),
    "hint": Text(
        "每个乡镇街道各有地图和清单；按名称或代码查找，点列名排序",
        "each township has maps and lists of its own; find one by name or code, sort by a heading",
    ),
    "find": Text("查找乡镇街道", "Find a township"),
    "name": Text("乡镇街道", "Township"),
    "findings": Text("结论", "Findings"),
    "wet_km": Text("保持湿润 km", "Keep wet, km"),
    "repair": Text("加快修缮 处", "Repair, places"),
    "area_km2": Text("限制区域 km²", "Restricted, km²"),
    "open": Text("地图与清单", "Maps and lists"),
    "lists": Text("清单", "lists"),
    "data": Text("数据", "data"),
    "none": Text("没有结论", "nothing found"),
    "more": Text("另有 {count} 处，请输入名称查找", "{count} more: type a name"),
    "no_match": Text("没有匹配的名称", "no name matches"),
    "sheet": Text("图幅", "Sheet"),
    "book": Text(
        "目录、总表、规则、缺口与假设；各乡镇街道的结论见其清单",
        "contents, totals, rules, gaps, assumptions; findings are in each township's lists",
    ),
    "parts": Text(
        "全部结论，GeoParquet，每个乡镇街道一个文件",
        "all findings, GeoParquet, a file per township",
    ),
    "record": Text(
        "运行记录：数据、方案、参数、版本", "run record: data, plan, parameters, versions"
    ),
    "marked": Text("适用的道路", "roads to which a rule applies"),
    "class_none": Text("没有", "none"),
    "class_to": Text("至 {most} km", "up to {most} km"),
    "class_over": Text("超过 {least} km", "over {least} km"),
    "wet_by_town": Text("保持湿润：道路长度", "Keep wet: road length"),
}
