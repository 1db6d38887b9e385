"""Sheets of siting.xlsx: the ground under each verdict, and what every rule contributes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from qxgeo.errors import Text
from qxgeo.reports.siting.wording import (
    NOT_DECIDED,
    label_strength,
    label_township,
    label_verdict,
    sign_verdict,
)
from qxgeo.reports.table import Caption, Head, label_words, list_table
from qxgeo.siting.model import VERDICTS
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qxgeo.reports.sheets import Sheet
    from qxgeo.siting.area import EligibleArea
    from qxgeo.siting.overview import Overview

_ROLES: dict[str, Text] = {
    "drawn": Text("已画出", "drawn"),
    "conditional": Text("取决于属性", "depends on attributes"),
    "open": Text("未画出（缺数字、图层、出入口或属性）", "not drawn (something is missing)"),
    "silent": Text("不限制用地", "limits no ground"),
}
_EXTENTS = {"caught": Text("范围内", "within"), "doubtful": Text("临界带", "in doubt")}
_AREAS: dict[str, Text] = {
    "stated_km2": Text("原文范围（km²）", "As stated (km²)"),
    "caught_km2": Text("确定在内（km²）", "Certainly within (km²)"),
    "doubtful_km2": Text("临界带（km²）", "In doubt (km²)"),
    "only_km2": Text("仅此条限制（km²）", "Under this rule only (km²)"),
    "freed_km2": Text("取消此条可开办（km²）", "Freed without it (km²)"),
    "eased_km2": Text("取消此条减轻（km²）", "Eased without it (km²)"),
}
_KIND = Head(Text("类别", "Kind"), width=20.0)
_RULE = Head(Text("条款", "Clause"), "text", 11.0)
_TOWNSHIP = Head(Text("乡镇街道", "Township"), width=20.0)
_VERDICT = Head(Text("结论", "Verdict"), "verdict", 22.0)
_REASON = Head(Text("说明", "Remark"), width=60.0)
_AREA_HEADS = {name: Head(label, "km", 12.5) for name, label in _AREAS.items()}


def list_areas(overview: Overview, *, lang: str) -> Sheet:
    """List the ground of the district by kind, verdict and township.

    Parameters
    ----------
    overview
        Where sites may open.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind and verdict; the townships of a row add up to its total, the verdicts of a
        kind to the district. Ground is called allowed only where every clause is drawn.
    """
    townships = _list_townships(overview)
    rows: list[dict[str, Any]] = []
    words: list[str] = []
    for area in overview.areas:
        for verdict in VERDICTS:
            mine = area.parts[area.parts["verdict"] == str(verdict)]
            if not len(mine):
                continue
            is_open = bool(mine["is_eligible"].all()) and not area.is_complete
            by_township = mine.set_index("township_id")["area_km2"]
            rows.append(
                {
                    "kind": area.kind.title.in_language(lang),
                    "verdict": NOT_DECIDED.in_language(lang)
                    if is_open
                    else sign_verdict(verdict, lang=lang),
                    "total": float(by_township.sum()),
                    "conditional": float(mine["conditional_km2"].sum()) or None,
                    **{one: float(by_township.get(one, 0.0)) for one in townships},
                }
            )
            words.append("" if is_open else str(verdict))
    heads = {
        "kind": _KIND,
        "verdict": _VERDICT._replace(width=30.0),
        "total": Head(Text("合计（km²）", "Total (km²)"), "km", 12.0),
        **{one: Head(label, "km", 13.0) for one, label in townships.items()},
        "conditional": Head(
            Text("其中取决于未知属性（km²）", "Of it, by unknown attributes (km²)"), "km", 14.0
        ),
    }
    caption = Caption(
        Text("面积", "Areas"), Text("各类场所新设的用地面积", "Ground for new sites of each kind")
    )
    table = pd.DataFrame(rows, columns=[*heads])
    return list_table(table, heads, caption, lang=lang, verdicts=tuple(words))


def _list_townships(overview: Overview) -> dict[str, Text]:
    """Give the townships of all areas by code, what lies in none of them last."""
    found: dict[str, Text] = {}
    for area in overview.areas:
        pairs = zip(area.parts["township_id"], area.parts["township_name"], strict=True)
        found |= {str(one): label_township(str(one), str(name)) for one, name in pairs}
    last = (NO_TOWNSHIP, OUTSIDE_DISTRICT)
    return {one: found[one] for one in sorted(found, key=lambda one: (one in last, one))}


def list_rules(overview: Overview, *, lang: str) -> Sheet:
    """List what every rule does to the ground, alone and beside the others.

    Parameters
    ----------
    overview
        Where sites may open.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind and rule, whose ground it is first.
    """
    table = _join(overview, "rules", lang)
    words = tuple(table["verdict"].astype(str))
    table = table.assign(
        title=table[f"title_{lang}"],
        strength=table["strength"].map(lambda one: label_strength(one).in_language(lang)),
        role=label_words(table["role"], _ROLES, lang),
        verdict=[sign_verdict(one, lang=lang) for one in words],
        reason=table[f"reason_{lang}"],
    )
    heads = {
        "kind": _KIND,
        "rule_id": _RULE,
        "title": Head(Text("规则名称", "Rule"), width=28.0),
        "strength": Head(Text("力度", "Strength"), "text", 10.0),
        "role": Head(Text("画法", "On the ground"), width=18.0),
        "verdict": _VERDICT._replace(label=Text("受限时的结论", "Verdict where caught")),
        "threshold_m": Head(Text("限值（m）", "Limit (m)"), "m", 9.0),
        "error_m": Head(Text("误差（±m）", "Error (±m)"), "decimal", 9.0),
        **_AREA_HEADS,
        "reason": _REASON._replace(is_printed=False),
        "clause": Head(Text("原文", "The plan's words"), width=50.0, is_printed=False),
        "reference_ids": Head(Text("参照", "References"), width=20.0, is_printed=False),
    }
    caption = Caption(
        Text("条款贡献", "By rule"), Text("每条对用地的影响", "What every rule does to the ground")
    )
    return list_table(table, heads, caption, lang=lang, verdicts=words)


def list_rules_by_township(overview: Overview, *, lang: str) -> Sheet:
    """List what every rule does to the ground of each township.

    Parameters
    ----------
    overview
        Where sites may open.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind, rule and township.
    """
    table = _join(overview, "contributions", lang)
    heads = {"kind": _KIND, "rule_id": _RULE, "township": _TOWNSHIP, **_AREA_HEADS}
    caption = Caption(
        Text("分乡镇", "By township"),
        Text("每条对各乡镇街道用地的影响", "What every rule does to each township"),
    )
    return list_table(table, heads, caption, lang=lang)


def list_pairs(overview: Overview, *, lang: str) -> Sheet:
    """List what two rules do together.

    Parameters
    ----------
    overview
        Where sites may open.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind and two rules.
    """
    table = _join(overview, "pairs", lang)
    heads = {
        "kind": _KIND,
        "first_rule_id": _RULE,
        "second_rule_id": _RULE._replace(label=Text("另一条", "Other clause")),
        "overlap_km2": Head(Text("重叠（km²）", "Overlap (km²)"), "km"),
        "freed_km2": Head(Text("两条都取消可开办（km²）", "Freed without both (km²)"), "km"),
        "jointly_km2": Head(Text("须两条都取消的（km²）", "Takes both (km²)"), "km"),
    }
    caption = Caption(
        Text("两条合计", "Two rules"), Text("两条合起来的影响", "What two rules do together")
    )
    return list_table(table, heads, caption, lang=lang)


def list_conditional(overview: Overview, *, lang: str) -> Sheet:
    """List the ground on which an attribute that nobody has said yet decides.

    Parameters
    ----------
    overview
        Where sites may open.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind, rule, extent, township and verdict beside it.
    """
    table = _join(overview, "conditional", lang)
    table = table.assign(
        verdict=[label_verdict(one).in_language(lang) for one in table["verdict"]],
        verdict_now=[label_verdict(one).in_language(lang) for one in table["verdict_now"]],
        extent=label_words(table["extent"], _EXTENTS, lang),
        condition=table[f"condition_{lang}"],
    )
    heads = {
        "kind": _KIND,
        "rule_id": _RULE,
        "condition": Head(Text("条件", "Condition"), width=46.0),
        "verdict": Head(Text("符合条件时", "If it holds"), width=18.0),
        "verdict_now": Head(Text("否则", "Otherwise"), width=18.0),
        "extent": Head(Text("范围", "Extent"), "text", 10.0),
        "township": _TOWNSHIP,
        "area_km2": Head(Text("面积（km²）", "Area (km²)"), "km"),
    }
    caption = Caption(
        Text("取决于属性", "By attribute"),
        Text("由申请的属性决定的用地", "Ground on which an attribute of the site decides"),
    )
    return list_table(table, heads, caption, lang=lang)


def list_frontages(overview: Overview, *, lang: str) -> Sheet:
    """List the roads by what a rule says of an entrance on them.

    Parameters
    ----------
    overview
        Where sites may open.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind, rule, township and answer.
    """
    table = _join(overview, "frontages", lang)
    words = tuple(table["answer"].astype(str))
    table = table.assign(answer=[sign_verdict(one, lang=lang) for one in words])
    heads = {
        "kind": _KIND,
        "rule_id": _RULE,
        "township": _TOWNSHIP,
        "answer": _VERDICT._replace(label=Text("出入口开在此", "An entrance here")),
        "length_km": Head(Text("道路长度（km）", "Roads (km)"), "km"),
    }
    caption = Caption(
        Text("临路", "Frontages"),
        Text("车辆出入口可开在哪些道路上", "On which roads a vehicle entrance may open"),
    )
    return list_table(table, heads, caption, lang=lang, verdicts=words)


def list_gaps(overview: Overview, *, lang: str) -> Sheet:
    """List the rules that could not be put on the ground: what is not drawn is not free.

    Parameters
    ----------
    overview
        Where sites may open.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind and rule.
    """
    rows = [
        {
            "kind": area.kind.title.in_language(lang),
            "rule_id": gap.rule_id,
            "strength": label_strength(gap.strength).in_language(lang),
            "verdict": label_verdict(gap.verdict).in_language(lang),
            "reason": gap.reason.in_language(lang),
        }
        for area in overview.areas
        for gap in area.gaps
    ]
    heads = {
        "kind": _KIND,
        "rule_id": _RULE,
        "strength": Head(Text("力度", "Strength"), "text", 10.0),
        "verdict": Head(Text("受限时的结论", "Verdict where caught"), "text", 18.0),
        "reason": _REASON._replace(width=90.0),
    }
    caption = Caption(
        Text("未画出", "Not drawn"),
        Text("没有画出的条款：不等于不限制", "Clauses that are not drawn, which is not free"),
    )
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)


def _join(overview: Overview, name: str, lang: str) -> pd.DataFrame:
    """Put the tables of all kinds under one another, with the kind and the township's label."""
    return pd.concat([_with_labels(area, name, lang) for area in overview.areas], ignore_index=True)


def _with_labels(area: EligibleArea, name: str, lang: str) -> pd.DataFrame:
    """Give a table of one area as plain columns."""
    table = pd.DataFrame(getattr(area, name)).drop(columns="geometry", errors="ignore")
    table = table.astype({column: object for column in table.columns if column == "area_km2"})
    table = table.assign(kind=area.kind.title.in_language(lang))
    if "rule_id" in table:
        ground = "属地" if lang == "zh" else "ground"
        table["rule_id"] = table["rule_id"].astype(object).replace({"boundary": ground})
    for column in ("first_rule_id", "second_rule_id"):
        if column in table:
            ground = "属地" if lang == "zh" else "ground"
            table[column] = table[column].astype(object).replace({"boundary": ground})
    if "township_id" in table:
        table["township"] = [*_label_townships(table, lang)]
    return table


def _label_townships(table: pd.DataFrame, lang: str) -> Iterator[str]:
    """Give the label of each row's township."""
    for one, name in zip(table["township_id"], table["township_name"], strict=True):
        yield label_township(str(one), str(name)).in_language(lang)
