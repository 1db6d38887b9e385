"""Sheets of the patrol workbook on the plan itself: what it is, misses and assumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qxgeo.errors import Text
from qxgeo.reports.patrol.answerable import quote_measures
from qxgeo.reports.patrol.table import Caption, Head, list_table
from qxgeo.vocabulary import NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qxgeo.patrol.model import Patrol
    from qxgeo.reports.sheets import Sheet

_LONG = 100.0


def list_about(patrol: Patrol, *, lang: str) -> Sheet:
    """Say what the workbook holds, of what day, and how to read it.

    Parameters
    ----------
    patrol
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        Two columns, subject and text.
    """
    lines = [*_tell_plan(patrol), *_tell_results(patrol), *_tell_notes(patrol), *_READING]
    lines += [
        (Text(f"措施 {quote.measure_id}", f"Measure {quote.measure_id}"), Text(quote.text, gist))
        for quote in quote_measures(patrol.plan, lang=lang)
        for gist in (f"{quote.gist} {quote.text}",)
    ]
    rows = [(head.in_language(lang), text.in_language(lang)) for head, text in lines]
    heads = {
        "subject": Head(Text("事项", "Subject")),
        "text": Head(Text("内容", "Text"), width=_LONG),
    }
    caption = Caption(
        Text("说明", "Read me"), Text("焚烧巡查工作簿说明", "About the patrol workbook")
    )
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)


def _tell_plan(patrol: Patrol) -> Iterator[tuple[Text, Text]]:
    """Say of which district, plan and days this is."""
    district, schedule, settings = patrol.district, patrol.schedule, patrol.settings
    span = f"{schedule.first_day} – {schedule.last_day}"
    size, hot = settings.cell_size_m.value, settings.hot_cell_size_m.value
    yield (
        Text("辖区", "District"),
        Text(*(f"{name}（{district.code}）" for name in district.name)),
    )
    yield Text("方案", "Plan"), patrol.plan.title
    yield Text("数据日期", "As of"), Text(*2 * (district.as_of.isoformat(),))
    yield Text("排班期间", "Period"), Text(span, span)
    yield Text("随机种子", "Seed"), Text(*2 * (str(patrol.assignment.seed),))
    yield (
        Text("网格", "Cells"),
        Text(f"{size:g} 米，热点网格 {hot:g} 米", f"{size:g} m in hot cells of {hot:g} m"),
    )
    yield (
        Text("个人信息", "Personal data"),
        Text("含姓名与电话，仅供办公室内部使用", "names and phones: for the office only"),
    )
    if patrol.is_approximate:
        yield Text("界线", "Boundaries"), NOT_LEGAL_BOUNDARY


def _tell_results(patrol: Patrol) -> Iterator[tuple[Text, Text]]:
    """Count what there is."""
    absent = int(patrol.people["is_absent"].astype(bool).sum())
    people, cells, points = len(patrol.people), len(patrol.cells), len(patrol.points)
    is_open = (patrol.cells["person_id"] == "") & (patrol.cells["risk_class"] != "water")
    nobody = int(is_open.sum())
    yield (
        Text("人数", "People"),
        Text(f"{people} 人，其中请假 {absent} 人", f"{people}, {absent} of them absent"),
    )
    yield (
        Text("格数", "Cells"),
        Text(
            f"{cells} 格，其中无人负责的陆地 {nobody} 格",
            f"{cells}, {nobody} without owner",
        ),
    )
    yield Text("点位数", "Points"), Text(*2 * (str(points),))
    schedule, routes = patrol.schedule, patrol.routes
    yield (
        Text("班次", "Shifts"),
        Text(
            f"{len(schedule.shifts)} 个班次，{len(schedule.unfilled)} 段时段无人，"
            f"{len(schedule.visits)} 次点位巡查，{len(routes.unserved)} 次未达",
            f"{len(schedule.shifts)} shifts, {len(schedule.unfilled)} stretches unfilled, "
            f"{len(schedule.visits)} visits to points, {len(routes.unserved)} not reached",
        ),
    )
    if patrol.assignment.balances:
        worst = max(patrol.assignment.balances, key=lambda one: one.max_over_mean)
        gap = max(one.gap for one in patrol.assignment.balances)
        yield (
            Text("均衡", "Balance"),
            Text(
                f"各乡镇街道最大/平均负荷至多 {worst.max_over_mean:.3f}，"
                f"与理论下界之差至多 {gap:.1%}",
                f"max/mean load at most {worst.max_over_mean:.3f} in a township, at most {gap:.1%} "
                "above the proved bound",
            ),
        )
    yield Text("缺口", "Gaps"), Text(*2 * (str(len(patrol.gaps)),))
    yield Text("假设", "Assumptions"), Text(*2 * (str(len(patrol.assumptions)),))


def _tell_notes(patrol: Patrol) -> Iterator[tuple[Text, Text]]:
    """Pass on what every stage had to say."""
    assignment = patrol.assignment
    stages = (
        (Text("风险", "Risk"), patrol.risk.notes),
        (Text("分派问题", "Assignment problem"), assignment.problems),
        (Text("分派", "Assignment"), assignment.notes),
        (Text("排班", "Schedule"), patrol.schedule.notes),
        (Text("路线", "Routes"), patrol.routes.notes),
        (Text("监控", "Devices"), () if patrol.sight is None else patrol.sight.notes),
        (Text("提示", "Notice"), patrol.district.notes),
    )
    for head, notes in stages:
        for note in notes:
            yield head, note


_READING: tuple[tuple[Text, Text], ...] = (
    (
        Text("负荷", "Load"),
        Text(
            "每周分钟数，由面积、点位和风险等级算出；水面为 0",
            "minutes a week from area, points and risk class; 0 for water",
        ),
    ),
    (
        Text("替班", "Stand-ins"),
        Text(
            "负责人休息时由同一乡镇街道在岗人员替班；兼顾两片者各去半个时段，另一半列入未排",
            "on the owner's day off somebody of the township stands in; who serves two territories "
            "gives each half of the hours, the other half is listed as undone",
        ),
    ),
    (
        Text("打印", "Print"),
        Text(
            "打印区只含主要列，其右为明细列",
            "the print area holds the main columns, details stand to the right of it",
        ),
    ),
    (
        Text("文字", "Text"),
        Text(
            "来自数据、以 = + - @ 开头的文字前加了撇号，以免另存后被当作公式执行",
            "text from data that begins with = + - @ has an apostrophe before it: no formula",
        ),
    ),
)


def list_gaps(patrol: Patrol, *, lang: str) -> Sheet:
    """List what could not be done.

    Parameters
    ----------
    patrol
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per gap.
    """
    table = pd.DataFrame({"gap": [gap.in_language(lang) for gap in patrol.gaps]})
    heads = {"gap": Head(Text("缺口", "Gap"), width=_LONG)}
    caption = Caption(
        Text("缺口", "Gaps"),
        Text("未能做到的及所缺材料", "What could not be done, and what is missing for it"),
    )
    return list_table(table, heads, caption, lang=lang)


def list_assumptions(patrol: Patrol, *, lang: str) -> Sheet:
    """List defaults that are in nobody's decision yet.

    Parameters
    ----------
    patrol
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per assumption.
    """
    heads = {
        "name": Head(Text("事项", "What"), width=34.0),
        "value": Head(Text("取值", "Value"), width=30.0),
        "source": Head(Text("依据", "Source"), width=70.0),
    }
    rows = [
        {key: getattr(one, key).in_language(lang) for key in heads} for one in patrol.assumptions
    ]
    caption = Caption(
        Text("假设", "Assumptions"),
        Text("方案文字之外的取值", "Numbers that the plan's text does not give"),
    )
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)


def list_inputs(patrol: Patrol, *, lang: str) -> Sheet:
    """List what was read.

    Parameters
    ----------
    patrol
        The whole plan.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per layer or file.
    """
    layers = patrol.district.layers
    rows = [
        {
            "name": name,
            "source": layers[name].source if name in layers else "",
            "licence": layers[name].licence if name in layers else "",
            "sha256": digest,
        }
        for name, digest in sorted(patrol.inputs.items())
    ]
    heads = {
        "name": Head(Text("图层或文件", "Layer or file")),
        "source": Head(Text("来源", "Source"), width=60.0),
        "licence": Head(Text("许可", "Licence"), width=30.0),
        "sha256": Head(Text("校验值 SHA-256", "SHA-256"), width=68.0),
    }
    caption = Caption(Text("数据来源", "Sources"), Text("读入的数据", "What was read"))
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)
