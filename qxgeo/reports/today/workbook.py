"""The call list today.xlsx: by unit what to do, and the lists behind it. For the office only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.district import title_layer
from qxgeo.errors import Text
from qxgeo.reports.pen import write_book
from qxgeo.reports.table import Caption, Head, list_table
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, PLACE_LABELS
from qxgeo.warning.wet import list_roads

if TYPE_CHECKING:
    from pathlib import Path

    from qxgeo.reports.sheets import Sheet
    from qxgeo.warning.model import Today

_WIDE = 70.0
_STATES = {
    "in_force": Text("执行", "in force"),
    "unknown": Text("不明", "unknown"),
    "not_in_force": Text("未触发", "not in force"),
}


def write_today_workbook(today: Today, file: Path, *, lang: str) -> None:
    """Write today.xlsx.

    Parameters
    ----------
    today
        Computed.
    file
        Its folder exists.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    problems = tuple(f"! {text.in_language(lang)}" for text in today.air.problems)
    demo = (DEMO_BANNER.in_language(lang),) if today.is_demo else ()
    write_book(
        file,
        [
            _list_calls(today, lang),
            _list_measures(today, lang),
            _list_roads(today, lang),
            _list_sources(today, lang),
            _list_cells(today, lang),
        ],
        banner=(*demo, *problems, NOT_LEGAL_BOUNDARY.in_language(lang)),
        name=f"{today.district.name.in_language(lang)} · {today.at:%Y-%m-%d %H:%M}",
        as_of=today.at.date(),
        lang=lang,
    )


def _list_calls(today: Today, lang: str) -> Sheet:
    """List what to tell each unit, a row per task."""
    sure, open_ = _STATES["in_force"].in_language(lang), _STATES["unknown"].in_language(lang)
    rows = [
        (one.unit, one.phone, state, text.in_language(lang), "", "")
        for one in today.calls
        for state, texts in ((sure, one.tasks), (open_, one.doubts))
        for text in texts
    ]
    heads = {
        "unit": Head(Text("单位", "Unit"), width=24.0),
        "phone": Head(Text("值班电话", "Phone"), width=18.0),
        "state": Head(Text("状态", "State"), width=9.0),
        "task": Head(Text("事项", "Task"), width=_WIDE),
        "time": Head(Text("通知时间", "Called at"), width=12.0),
        "answer": Head(Text("接听人、答复", "Who answered, what"), width=24.0),
    }
    caption = Caption(Text("通知单", "Calls"), Text("按单位的通知单", "Call list by unit"))
    declared = today.declared
    note = f"{declared.name.in_language(lang)} · {declared.source.in_language(lang)}"
    return list_table(
        pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang, notes=(note,)
    )


def _list_measures(today: Today, lang: str) -> Sheet:
    """List the measures with a trigger in full."""
    rows = [
        (
            one.measure.measure_id,
            _STATES[one.state].in_language(lang),
            one.measure.trigger or "",
            one.why.in_language(lang),
            one.measure.text,
        )
        for one in today.measures
    ]
    heads = {
        "measure": Head(Text("措施", "Measure"), width=9.0),
        "state": Head(Text("状态", "State"), width=12.0),
        "trigger": Head(Text("触发条件", "Trigger"), width=24.0),
        "why": Head(Text("理由", "Why"), width=36.0),
        "text": Head(Text("原文", "The plan's words"), width=_WIDE),
    }
    caption = Caption(Text("措施", "Measures"), Text("带触发条件的措施", "Measures with a trigger"))
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)


def _list_roads(today: Today, lang: str) -> Sheet:
    """List the roads to keep wet by township."""
    table = list_roads(today.wet)
    table["state"] = table["state"].map(lambda one: _STATES[one].in_language(lang))
    table["length_km"] = table["length_m"].astype("float64") / 1e3
    heads = {
        "township_name": Head(Text("属地", "Township")),
        "subject_name": Head(Text("道路", "Road")),
        "rule_id": Head(Text("规则", "Rule"), width=10.0),
        "state": Head(Text("状态", "State"), width=12.0),
        "sections": Head(Text("路段", "Sections"), form="count"),
        "length_km": Head(Text("长度 km", "Length km"), form="km"),
        "responsible": Head(Text("责任", "Responsible")),
        "lead": Head(Text("牵头", "Lead")),
    }
    caption = Caption(
        Text("保持湿润", "Wet roads"), Text("现在保持湿润的道路", "Roads to keep wet now")
    )
    note = Text(
        "一条道路可在几条规则下各列一行；合计见网页，重叠只计一次。",
        "A road may stand under several rules; the page counts a metre once.",
    )
    return list_table(table, heads, caption, lang=lang, notes=(note.in_language(lang),))


def _list_sources(today: Today, lang: str) -> Sheet:
    """List all places upwind of each station."""
    names = {one.station_id: f"{one.name}({one.station_id})" for one in today.air.stations}
    yes = Text("临界", "too close").in_language(lang)
    places = {code: label.in_language(lang) for code, label in PLACE_LABELS.items()}
    table = today.sources.assign(
        station=today.sources["station_id"].map(names),
        kind=[title_layer(str(one)).in_language(lang) for one in today.sources["layer"]],
        close=[yes if one else "" for one in today.sources["is_close"]],
        township_id=[places.get(str(one), one) for one in today.sources["township_id"]],
    )
    heads = {
        "station": Head(Text("站点", "Station")),
        "kind": Head(Text("类别", "Kind")),
        "source_id": Head(Text("编号", "Id")),
        "name": Head(Text("名称", "Name")),
        "address": Head(Text("地址", "Address")),
        "owner": Head(Text("负责人", "Owner")),
        "phone": Head(Text("电话", "Phone")),
        "distance_m": Head(Text("距离 m", "Distance m"), form="m"),
        "bearing_deg": Head(Text("方位 °", "Bearing deg"), form="decimal"),
        "ring_m": Head(Text("半径 m", "Within m"), form="m"),
        "close": Head(Text("临界", "Too close"), width=9.0),
        "township_id": Head(Text("属地代码", "Township"), width=14.0),
        "weight": Head(Text("排序权重", "Weight"), form="ratio"),
    }
    caption = Caption(
        Text("上风向场所", "Upwind"), Text("上风向的场所和作业", "Places and works upwind")
    )
    note = today.wind.why.in_language(lang)
    return list_table(table, heads, caption, lang=lang, notes=(note,))


def _list_cells(today: Today, lang: str) -> Sheet:
    """List the cells to see first."""
    heads = {
        "cell_id": Head(Text("网格", "Cell"), width=18.0),
        "risk": Head(Text("风险", "Risk"), form="decimal"),
        "station_id": Head(Text("站点", "Station"), width=10.0),
        "distance_m": Head(Text("距离 m", "Distance m"), form="m"),
        "bearing_deg": Head(Text("方位 °", "Bearing deg"), form="decimal"),
        "person_id": Head(Text("工号", "Id"), width=10.0),
        "person": Head(Text("网格员", "Member")),
        "phone": Head(Text("电话", "Phone"), width=16.0),
    }
    caption = Caption(Text("巡查网格", "Cells"), Text("先看的网格", "Cells first"))
    return list_table(today.patrol.cells, heads, caption, lang=lang)
