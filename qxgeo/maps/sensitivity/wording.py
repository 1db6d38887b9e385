"""Words of the difference map that do not come from data."""

from __future__ import annotations

from qxgeo.errors import Text

TITLE = Text("改动一处，结论变多少", "What one change does")

LAYERS: dict[str, Text] = {
    "ground_stricter": Text("用地：收紧", "ground: stricter"),
    "ground_looser": Text("用地：放宽", "ground: looser"),
    "site_same": Text("场所：结论不变", "site: the same verdict"),
    "site_stricter": Text("场所：收紧", "site: stricter"),
    "site_looser": Text("场所：放宽", "site: looser"),
}
CHANGE_WORDS: dict[str, Text] = {
    "choose": Text("选择改动", "Choose a change"),
    "search": Text("按场所名、编号或路名查找", "Find a site or a road"),
    "flipped": Text("改变结论的场所", "sites that flip"),
    "lines": Text("改变结论的单条", "lines that flip"),
    "ground": Text("改变结论的用地", "ground that flips"),
    "eligible": Text("不受限的用地", "ground under no limit"),
    "road": Text("有任务的道路", "duty on roads"),
    "sites_unit": Text("处", ""),
    "of": Text("共", "of"),
    "before": Text("现为", "now"),
    "after": Text("改动后", "then"),
    "stays": Text("结论不变", "the same verdict"),
    "summary": Text("总结论", "summary"),
    "whose": Text("属地", "whose ground"),
    "stricter": Text("收紧", "stricter"),
    "looser": Text("放宽", "looser"),
    "no_change": Text("这项改动不改变任何结论。", "This change flips nothing."),
    "no_ground": Text("此处用地结论不变。", "No verdict changes here."),
    "untried": Text("不能试算的改动", "Changes that could not be tried"),
    "notes": Text("说明", "Notes"),
    "unit_km": Text("km", "km"),
}
