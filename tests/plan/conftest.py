"""A plan small enough to hold in the head: one target, two measures, two rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qxgeo.errors import PlanError
from qxgeo.plan import load_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SMALL_PLAN = """\
plan_id = "small"
district_code = "123456"
year = 2023
title = { zh = "小方案", en = "Small plan" }

[classes]
damage_class = [["重", "严重"], ["轻"]]

[selectors.near_ones]
layer = "stations"
text = { zh = "站点", en = "stations" }
where = { control_level = ["国控"], is_reference_point = false }

[[parameters]]
id = "near_m"
title = { zh = "附近", en = "near" }
unit = "m"
default = 9
source = { zh = "假设", en = "assumed" }

[[units]]
id = "u-city"
name = "区城管局"
kind = "department"

[[units]]
id = "u-all"
name = "各乡办"
kind = "townships"
members = ["123456001", "123456002"]

[[units]]
id = "u-east"
name = "东街道"
aliases = ["东办"]
kind = "township"
members = ["123456001"]

[[rounds]]
number = 1
text = "第一次"
start = 2023-06-01
end = 2023-07-31
focus = "道路"
sections = ["1"]

[[sections]]
id = "1"
numeral = "一"
title = "道路"

[[targets]]
id = "1.1"
numeral = "（一）"
title = "洒水"
lead = ["区城管局"]
responsible = ["各乡办"]

[[measures]]
id = "1.1.1"
text = "6月底前，每月对站点半径2公里范围内道路洒水，学校附近从严。"
summary_en = "Water the roads."
spatial = "rule"
deadline = { kind = "by", text = "6月底前", date = 2023-06-30, earliest = 2023-06-20 }
rhythm = { text = "每月", every = 1, period = "month" }
trigger = "道路洒水"
inspection_rounds = [1]

[[measures.rules]]
id = "1.1.1-a"
title = { zh = "站点附近洒水", en = "Water near stations" }
clause = "站点半径2公里范围内道路洒水"
kind = "within_distance"
strength = "obliged"
effect = "oblige"
page = "keep_wet"
subject = { layer = "roads", text = { zh = "道路", en = "roads" }, where = { any = [
  { road_class = "trunk" }, { not = { width_m = { min = 3, max = 9 } } },
  { surface = { present = true } },
] } }
reference = "near_ones"
radius_m = 2000
rank_by = ["distance_m"]

[[measures.rules.ambiguities]]
id = "1.1.1-a.1"
question = { zh = "多远", en = "how far" }
default = { choice = "two-km", zh = "两公里", en = "two km" }
alternatives = [
  { choice = "near", zh = "附近", en = "near", override = { radius_parameter = "near_m" } },
  { choice = "three-km", zh = "三", en = "3", override = { radius_m = 3000, whole_section = true }},
  { choice = "by-feel", zh = "凭感觉", en = "by feel", override = {} },
]

[[measures.rules.ambiguities]]
id = "1.1.1-a.2"
question = { zh = "整段", en = "whole" }
default = { choice = "clip", zh = "否", en = "no" }

[[measures.rules.ambiguities.alternatives]]
choice = "whole"
zh = "是"
en = "yes"
override = { whole_section = true, strength = "guided", subject = "near_ones" }

[[measures.rules]]
id = "1.1.1-b"
title = { zh = "学校附近从严", en = "Stricter near schools" }
clause = "学校附近从严"
kind = "within_distance"
strength = "guided"
effect = "oblige"
page = "other"
subject = { layer = "roads", text = { zh = "道路", en = "roads" } }
reference = { layer = "schools", text = { zh = "学校", en = "schools" } }
radius_parameter = "near_m"
also_when_missing = ["1.1.1-a"]

[[measures]]
id = "1.1.2"
text = "加强宣传。"
spatial = "none"
ledger = { zh = "宣传", en = "publicity" }

[[anomalies]]
where = "1.1"
what = { zh = "错字", en = "slip" }
handling = { zh = "照录", en = "kept" }
"""


@pytest.fixture
def small_plan() -> str:
    return SMALL_PLAN


@pytest.fixture
def refuse(tmp_path: Path) -> Callable[..., Mapping[str, str]]:
    """Load a text that must be refused; give what the one error says, by key path."""

    def load(text: str) -> dict[str, str]:
        path = tmp_path / "broken.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(PlanError) as caught:
            load_plan(path)
        assert all(fault.file == "broken.toml" for fault in caught.value.faults)
        return {fault.column: fault.in_language("en") for fault in caught.value.faults}

    return load
