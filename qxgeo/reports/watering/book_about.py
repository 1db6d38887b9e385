"""Sheets of the watering workbook on the plan itself: verdict, drying, problems, assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.reports.table import Caption, Head, list_table
from qxgeo.reports.watering.record import plain
from qxgeo.vocabulary import NOT_LEGAL_BOUNDARY
from qxgeo.watering.frost import say_frost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qxgeo.reports.sheets import Sheet
    from qxgeo.watering.model import WateringPlan

_LONG = 100.0


def list_about(plan: WateringPlan, *, lang: str) -> Sheet:
    """Say whether everything stays wet, how good the plan is, and how to read the rest.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        Two columns, subject and text.
    """
    lines = [*_tell_plan(plan), *_tell_verdict(plan), *_tell_parameters(plan), *_READING]
    rows = [(head.in_language(lang), text.in_language(lang)) for head, text in lines]
    heads = {
        "subject": Head(Text("事项", "Subject")),
        "text": Head(Text("内容", "Text"), width=_LONG),
    }
    caption = Caption(
        Text("说明", "Read me"), Text("洒水计划台账说明", "About the watering workbook")
    )
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)


def _tell_plan(plan: WateringPlan) -> Iterator[tuple[Text, Text]]:
    """Say of which district, plan and day this is."""
    district = plan.district
    day = plan.day.isoformat()
    yield (
        Text("辖区", "District"),
        Text(*(f"{name}（{district.code}）" for name in district.name)),
    )
    yield Text("方案", "Plan"), plan.plan.title
    yield Text("作业日", "Day"), Text(day, day)
    yield Text("天气", "Weather"), plan.drying.title
    if plan.drying.is_frost.any():
        yield Text("冰冻", "Frost"), say_frost(plan.drying)
    yield Text("车辆表", "Carts' file"), Text(plan.fleet.source, plan.fleet.source)
    yield Text("说明", "Note"), NOT_LEGAL_BOUNDARY


def _tell_verdict(plan: WateringPlan) -> Iterator[tuple[Text, Text]]:
    """Give the diagnosis, the bound and the gap."""
    diagnosis, bound, states = plan.diagnosis, plan.bound, plan.sections["state"]
    lengths = plan.sections["length_m"]
    asked_h, is_frozen = plan.drying.required_h, bool(plan.drying.is_frost.all())
    verdict = Text(f"全部路段 {asked_h} 小时湿润", f"every section stays wet for {asked_h} hours")
    if is_frozen:
        verdict = Text("全天冰冻，不得洒水", "frost all day, no spraying")
    elif plan.sections.empty:
        verdict = Text("没有须保持湿润的路段", "nothing is to be kept wet")
    elif not diagnosis.is_kept:
        zh = f"现有车辆不能使全部路段 {asked_h} 小时湿润"
        verdict = Text(zh, "these carts cannot keep all wet")
    yield Text("结论", "Verdict"), verdict
    for word, label in _STATES.items():
        count, km = int((states == word).sum()), float(lengths[states == word].sum()) / 1e3
        yield label, Text(f"{count} 段，{km:.3f} km", f"{count} sections, {km:.3f} km")
    share = "—" if is_frozen else f"{diagnosis.wet_share:.2%}"
    yield Text("湿润里程·小时占比", "Share of kilometre-hours wet"), Text(share, share)
    if diagnosis.protected:
        safe, alike = diagnosis.protected, f"{diagnosis.alike_share:.2%}"
        length = f"{float(lengths.iloc[[*safe]].sum()) / 1e3:.3f} km"
        yield _PROTECTED, Text(f"{len(safe)} 段，{length}", f"{len(safe)} sections, {length}")
        yield _ALIKE, Text(alike, alike)
    if diagnosis.carts_more:
        more = str(diagnosis.carts_more)
        text = Text(more, more) if diagnosis.carts_more > 0 else _NO_NUMBER
        yield Text("还需同类车辆", "Carts more"), text
    for reason in diagnosis.reasons:
        yield Text("原因", "Reason"), reason
    carts, least = str(bound.carts), str(bound.carts_bound)
    yield Text("出动车辆", "Carts at work"), Text(carts, carts)
    yield Text("可证最少车辆", "Carts proved to be needed"), Text(least, least)
    hours = f"{bound.work_h:.2f} h"
    yield Text("作业时间", "Work"), Text(hours, hours)
    hours = f"{bound.work_bound_h:.2f} h"
    yield Text("可证最少作业时间", "Work proved to be needed"), Text(hours, hours)
    gap = "—" if np.isnan(bound.gap) else f"{bound.gap:.2%}"
    yield Text("差距", "Gap"), Text(gap, gap)
    yield Text("下限的依据", "What proves the bound"), bound.how


_STATES = {
    "kept": Text("全天湿润", "Wet all day"),
    "dry_at_times": Text("有时干燥", "Dry at times"),
    "never": Text("无车到达", "Never reached"),
}
_PROTECTED = Text("优先保证不断湿", "Urgent, kept without a gap")
_ALIKE = Text("若平均分配，湿润占比", "Share wet if all were watered alike")
_NO_NUMBER = Text("增加车辆也做不到", "no number of carts helps")


def _tell_parameters(plan: WateringPlan) -> Iterator[tuple[Text, Text]]:
    """List what a rerun needs."""
    for key, value in sorted(plan.parameters.items()):
        told = str(plain(value))
        yield Text(f"参数 {key}", f"Parameter {key}"), Text(told, told)


_READING: tuple[tuple[Text, Text], ...] = (
    (
        Text("间隔", "Gap between wettings"),
        Text(
            "以湿润时限为 1：大于 1 即变干；时限随钟点和天气变化，见“蒸发”表",
            "in drying intervals: above 1 a section is dry; the interval changes with hour and "
            "weather, see the sheet on drying",
        ),
    ),
    (
        Text("分摊", "Shared amounts"),
        Text(
            "各属地的空驶、作业时间和费用，按同一辆车在各属地的洒水时间分摊，合计等于各车之和",
            "empty kilometres, hours and cost of a township are the cart's, shared by the time it "
            "sprays there; they add up to the carts",
        ),
    ),
    (
        Text("费用", "Cost"),
        Text(
            "作业小时 × 小时单价 + 里程 × 公里单价；车辆表未给的单价不计，两项都没有则空白",
            "hours of work and kilometres at the rates of the carts' file; a rate not given counts "
            "nothing, without both the cell is empty",
        ),
    ),
    (
        Text("时刻", "Times"),
        Text("+1 指次日", "+1 is the next day"),
    ),
    (
        Text("文字", "Text"),
        Text(
            "来自数据、以 = + - @ 开头的文字前加了撇号，以免另存后被当作公式执行",
            "text from data that begins with = + - @ has an apostrophe before it: no formula",
        ),
    ),
)


def list_drying(plan: WateringPlan, *, lang: str) -> Sheet:
    """List how long a wetted road stays wet at each hour.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per hour of the day.
    """
    drying = plan.drying
    rain = Text("降雨，路面自湿", "rain keeps the road wet").in_language(lang)
    frost = Text("冰冻，不得洒水", "frost, no spraying").in_language(lang)
    table = pd.DataFrame(
        {
            "hour": [f"{hour:02d}:00–{hour + 1:02d}:00" for hour in range(24)],
            "interval": np.where(np.isfinite(drying.interval_h), drying.interval_h, np.nan),
            "rain": np.where(drying.is_frost, frost, np.where(drying.is_rain, rain, "")),
        }
    )
    heads = {
        "hour": Head(Text("时段", "Hour"), "text", 16.0),
        "interval": Head(Text("湿润时限（小时）", "Stays wet (hours)"), "decimal", 18.0),
        "rain": Head(Text("降雨、冰冻", "Rain, frost"), width=30.0),
    }
    caption = Caption(
        Text("蒸发", "Drying"), Text("洒一次水能保持湿润多久", "How long one wetting lasts")
    )
    notes = (drying.title.in_language(lang), drying.source.in_language(lang))
    return list_table(table, heads, caption, lang=lang, notes=notes)


def list_problems(plan: WateringPlan, *, lang: str) -> Sheet:
    """List what was left out of the input, with the mend.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per problem.
    """
    table = pd.DataFrame({"problem": [one.in_language(lang) for one in plan.problems]})
    heads = {"problem": Head(Text("问题与改法", "Problem and mend"), width=_LONG)}
    caption = Caption(
        Text("问题", "Problems"),
        Text("输入中略去或存疑的内容", "Input that was left out or doubtful"),
    )
    return list_table(table, heads, caption, lang=lang)


def list_assumptions(plan: WateringPlan, *, lang: str) -> Sheet:
    """List defaults that neither the plan's text nor the carts' file gives.

    Parameters
    ----------
    plan
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per assumption.
    """
    heads = {
        "text": Head(Text("假设", "Assumption"), width=70.0),
        "source": Head(Text("依据", "Source"), width=50.0),
        "rules": Head(Text("规则", "Rules"), width=24.0),
    }
    rows = [
        {
            "text": one.text.in_language(lang),
            "source": one.source.in_language(lang),
            "rules": ", ".join(one.rule_ids),
        }
        for one in plan.assumptions
    ]
    caption = Caption(
        Text("假设", "Assumptions"),
        Text("方案文字和车辆表之外的取值", "Numbers that neither plan nor carts' file gives"),
    )
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)
