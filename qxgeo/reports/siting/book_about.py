"""Sheets of verdicts.xlsx around the lists: clauses, assumptions, how to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from qxgeo.errors import Text
from qxgeo.reports.colours import SITE_SIGNS
from qxgeo.reports.siting.wording import MEANINGS, label_strength, label_verdict, name_leads
from qxgeo.reports.table import Caption, Head, list_table
from qxgeo.siting.combine import caught_verdict
from qxgeo.siting.kinds import rules_of
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY, SITE_VERDICT_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qxgeo.plan import ActionPlan, SiteKind
    from qxgeo.reports.sheets import Sheet
    from qxgeo.siting import SiteChecks
    from qxgeo.siting.applications import Verdicts
    from qxgeo.siting.area import EligibleArea

_LONG = 100.0


def list_clauses(kinds: Sequence[SiteKind], plan: ActionPlan, *, lang: str) -> Sheet:
    """List the rules that look at each kind, in the plan's own words.

    Parameters
    ----------
    kinds
        In their order.
    plan
        Choices applied.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind and rule.
    """
    rows: list[dict[str, Any]] = []
    units = {unit.unit_id: unit.name for unit in plan.units}
    for kind in kinds:
        for kind_rule, rule in rules_of(kind, plan):
            measure = plan.measure(rule.measure_id)
            caught = label_verdict(caught_verdict(kind_rule, rule))
            rows.append(
                {
                    "kind": kind.title.in_language(lang),
                    "rule_id": rule.rule_id,
                    "title": rule.title.in_language(lang),
                    "strength": label_strength(rule.strength).in_language(lang),
                    "clause": rule.clause,
                    "caught": caught.in_language(lang),
                    "lead": "、".join(name_leads(plan, [rule.measure_id])),
                    "cooperating": "、".join(units.get(unit, unit) for unit in measure.cooperating),
                }
            )
    heads = {
        "kind": Head(Text("类别", "Kind"), width=18.0),
        "rule_id": Head(Text("条款", "Clause"), "text", 10.0),
        "title": Head(Text("规则名称", "Rule"), width=28.0),
        "strength": Head(Text("力度", "Strength"), "text", 10.0),
        "clause": Head(Text("原文", "The plan's words"), width=50.0),
        "caught": Head(Text("受限时的结论", "Verdict where caught"), width=16.0),
        "lead": Head(Text("牵头单位", "Lead units"), width=26.0),
        "cooperating": Head(Text("配合单位", "Cooperating"), width=26.0),
    }
    caption = Caption(
        Text("条款", "Clauses"), Text("各类场所所依条款原文", "The clauses that look at each kind")
    )
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)


def list_assumptions(told: Sequence[SiteChecks | EligibleArea], *, lang: str) -> Sheet:
    """List what was assumed beyond the plan's text.

    Parameters
    ----------
    told
        One for each kind.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per assumption of a kind; what several kinds share stands once.
    """
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for each in told:
        for one in each.assumptions:
            key = (one.assumption_id, one.text.zh, one.source.zh)
            row = rows.setdefault(
                key,
                {
                    "id": one.assumption_id,
                    "text": one.text.in_language(lang),
                    "source": one.source.in_language(lang),
                    "rules": [],
                },
            )
            row["rules"] += [rule for rule in one.rule_ids if rule not in row["rules"]]
    table = [row | {"rules": "、".join(row["rules"])} for row in rows.values()]
    heads = {
        "id": Head(Text("编号", "Id"), width=24.0),
        "text": Head(Text("假设", "Assumption"), width=64.0),
        "source": Head(Text("依据", "Source"), width=56.0),
        "rules": Head(Text("条款", "Clauses"), width=22.0),
    }
    caption = Caption(
        Text("假设", "Assumptions"),
        Text("方案原文之外的取值和读法", "Numbers and readings beyond the plan's text"),
    )
    return list_table(pd.DataFrame(table, columns=[*heads]), heads, caption, lang=lang)


def list_about(verdicts: Verdicts, *, lang: str) -> Sheet:
    """Say what the workbook holds, of what, and how to read it.

    Parameters
    ----------
    verdicts
        What was said of the list.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        Two columns, subject and text.
    """
    lines = [*_tell_list(verdicts), *tell_words(), *READING]
    lines += [(Text("提示", "Notice"), note) for note in verdicts.applications.notes]
    lines += [(Text("图层", "Layers"), note) for note in verdicts.district.notes]
    return list_texts(
        lines, Text("申请判定工作簿说明", "About the workbook of verdicts"), lang=lang
    )


def list_texts(lines: Sequence[tuple[Text, Text]], title: Text, *, lang: str) -> Sheet:
    """Make a sheet of explanations.

    Parameters
    ----------
    lines
        Subject and text.
    title
        Of the sheet.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        Two columns.
    """
    rows = [(head.in_language(lang), text.in_language(lang)) for head, text in lines]
    heads = {
        "subject": Head(Text("事项", "Subject"), width=22.0),
        "text": Head(Text("内容", "Text"), width=_LONG),
    }
    caption = Caption(Text("说明", "Read me"), title)
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)


def _tell_list(verdicts: Verdicts) -> Iterator[tuple[Text, Text]]:
    """Say of which district, plan, day and list this is."""
    district, read = verdicts.district, verdicts.applications
    if verdicts.is_demo:
        yield Text("演示", "Demonstration"), DEMO_BANNER
    yield Text("辖区", "District"), Text(*(f"{name}（{district.code}）" for name in district.name))
    yield Text("方案", "Plan"), verdicts.checks[0].plan.title
    yield Text("判定时点", "As of"), _same(district.as_of.isoformat())
    yield Text("申请清单", "List"), _same(read.file)
    yield Text("校验值 SHA-256", "SHA-256"), _same(read.sha256)
    judged = read.row_count - read.refused_row_count
    yield (
        Text("申请数", "Applications"),
        Text(
            f"共 {read.row_count} 行：已判定 {judged}，有误未判定 {read.refused_row_count}",
            f"{read.row_count} rows: {judged} judged, {read.refused_row_count} wrong, not judged",
        ),
    )
    datums = [f"{datum} {count}" for datum, count in read.datums.items()]
    yield (
        Text("坐标基准", "Datums"),
        Text(
            "按声明换算为 WGS 84：" + "、".join(datums),
            "converted to WGS 84 as declared: " + ", ".join(datums),
        ),
    )
    yield Text("界线", "Boundaries"), NOT_LEGAL_BOUNDARY


def tell_words() -> Iterator[tuple[Text, Text]]:
    """Explain each verdict, the most binding first.

    Yields
    ------
    line
        Sign with label, and meaning.
    """
    for verdict, label in SITE_VERDICT_LABELS.items():
        sign = SITE_SIGNS[verdict]
        yield Text(f"{sign} {label.zh}", f"{sign} {label.en}"), MEANINGS[verdict]


def _same(text: str) -> Text:
    """Give a text that is the same in both languages."""
    return Text(text, text)


READING: tuple[tuple[Text, Text], ...] = (
    (
        Text("结论怎么来", "How a verdict comes"),
        Text(
            "每个申请的结论取各条中约束最强的一条，次序如上；有一条不明、临界或待决定，就不会写“不限制”",
            "the most binding line is the verdict, in the order above; while one line is open it is"
            " never called allowed",
        ),
    ),
    (
        Text("距离", "Distance"),
        Text(
            "WGS 84 椭球面上的地面距离，地块从边界量起；等于限值算在范围内；"
            "余量为限值减距离，正数在内",
            "on the WGS 84 ellipsoid, of a parcel from its boundary; the limit itself is within;"
            " margin = limit - distance",
        ),
    ),
    (
        Text("误差", "Error"),
        Text(
            "申请位置与参照位置的误差之和；与限值之差小于它即为临界",
            "position errors of place and reference, added; nearer to the limit is too close to"
            " call",
        ),
    ),
    (
        Text("打印", "Print"),
        Text(
            "打印区只含主要列，其右为明细列；黑白打印看结论前的符号",
            "the print area holds the main columns, details stand to the right; the signs before"
            " the verdicts show in black and white",
        ),
    ),
    (
        Text("文字", "Text"),
        Text(
            "来自申请表、以 = + - @ 开头的文字前加了撇号，以免另存后被当作公式执行",
            "text from the list that begins with = + - @ has an apostrophe before it: no formula",
        ),
    ),
)
