"""Sheets of verdicts.xlsx about the applications: totals, one row each, one row a rule, refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from qxgeo.district import title_layer
from qxgeo.errors import Text
from qxgeo.reports.siting.wording import (
    label_status,
    label_strength,
    label_township,
    label_verdict,
    name_leads,
    sign_verdict,
)
from qxgeo.reports.table import Caption, Head, list_table
from qxgeo.siting.model import VERDICTS
from qxgeo.siting.words import SUMMARIES
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT, SiteVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qxgeo.reports.sheets import Sheet
    from qxgeo.siting import SiteChecks
    from qxgeo.siting.applications import Verdicts

_ID = Head(Text("编号", "Id"), "text")
_NAME = Head(Text("名称", "Name"), width=22.0)
_KIND = Head(Text("类别", "Kind"), width=16.0)
_VERDICT = Head(Text("结论", "Verdict"), "verdict", 22.0)
_LONG, _COUNT = 58.0, 9.0


def list_totals(verdicts: Verdicts, *, lang: str) -> Sheet:
    """Count the applications by kind, verdict and township.

    Parameters
    ----------
    verdicts
        What was said of the list.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per kind and verdict that occurs, one per kind for all, and the rows not judged;
        the townships of a row add up to its total.
    """
    townships = _list_townships(verdicts)
    rows: list[dict[str, Any]] = []
    words: list[str] = []
    for checks in verdicts.checks:
        kind = checks.kind.title.in_language(lang)
        for verdict in VERDICTS:
            mine = checks.places[checks.places["summary"] == str(verdict)]
            if len(mine):
                rows.append({"kind": kind, "verdict": sign_verdict(verdict, lang=lang)} |
                            _count(mine, townships))  # fmt: skip
                words.append(str(verdict))
        everything = "小计" if lang == "zh" else "all of the kind"
        rows.append({"kind": kind, "verdict": everything} | _count(checks.places, townships))
        words.append("")
    refused = verdicts.applications.refused_row_count
    not_judged = {"kind": "", "verdict": "未判定" if lang == "zh" else "not judged"}
    rows.append(not_judged | {"total": refused})
    words.append("")
    heads = {
        "kind": _KIND,
        "verdict": _VERDICT._replace(label=Text("结论", "Verdict")),
        "total": Head(Text("合计", "Total"), "count", _COUNT),
        **{one: Head(label, "count", 13.0) for one, label in townships.items()},
    }
    caption = Caption(
        Text("汇总", "Totals"), Text("各类别、各乡镇街道结论数", "Verdicts by kind and township")
    )
    table = pd.DataFrame(rows, columns=[*heads])
    return list_table(table, heads, caption, lang=lang, verdicts=tuple(words))


def _list_townships(verdicts: Verdicts) -> dict[str, Text]:
    """Give the townships that have an application, in the order of their codes; others last."""
    found: dict[str, Text] = {}
    for checks in verdicts.checks:
        pairs = zip(checks.places["township_id"], checks.places["township_name"], strict=True)
        found |= {str(one): label_township(str(one), str(name)) for one, name in pairs}
    last = (NO_TOWNSHIP, OUTSIDE_DISTRICT)
    order = sorted(found, key=lambda one: (one in last, one))
    return {one: found[one] for one in order}


def _count(places: pd.DataFrame, townships: dict[str, Text]) -> dict[str, Any]:
    """Count places by township."""
    counts = places["township_id"].value_counts()
    return {"total": len(places)} | {one: int(counts.get(one, 0)) for one in townships}


def list_results(verdicts: Verdicts, *, lang: str) -> Sheet:
    """List every application with its verdict, why, where, and who leads.

    Parameters
    ----------
    verdicts
        What was said of the list.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per application that was judged, by kind, in the order of the file.
    """
    table = pd.DataFrame(
        [row for one, lines in _pairs(verdicts) for row in _results_of(one, lines, lang)]
    )
    heads = {
        "site_id": _ID,
        "name": _NAME,
        "kind": _KIND,
        "status": Head(Text("申请类型", "Status"), "text", 11.0),
        "verdict": _VERDICT,
        "decided_by": Head(Text("决定条款", "Decided by"), width=16.0),
        "reason": Head(Text("理由", "Reason"), width=_LONG),
        "township": Head(Text("乡镇街道", "Township"), width=16.0),
        "lead": Head(Text("牵头单位", "Lead units"), width=26.0),
        "said": Head(Text("所填属性", "Attributes given"), width=24.0, is_printed=False),
        "address": Head(Text("地址", "Address"), "text", 24.0, is_printed=False),
        "lon": Head(Text("经度 WGS 84", "Longitude WGS 84"), "degree", 12.0, is_printed=False),
        "lat": Head(Text("纬度 WGS 84", "Latitude WGS 84"), "degree", 12.0, is_printed=False),
        "shape": Head(Text("点或地块", "Point or parcel"), "text", 12.0, is_printed=False),
        "error_m": Head(Text("位置误差（±m）", "Error (±m)"), "m", 10.5, is_printed=False),
        "source_row": Head(Text("原表行号", "Row in the list"), "count", 10.0, is_printed=False),
    }
    caption = Caption(
        Text("结论", "Results"), Text("每个申请的结论", "Verdict of each application")
    )
    return list_table(table, heads, caption, lang=lang, verdicts=_words(verdicts, "summary"))


def _pairs(verdicts: Verdicts) -> Iterator[tuple[SiteChecks, pd.DataFrame]]:
    """Give each kind with its lines."""
    return zip(verdicts.checks, verdicts.lines, strict=True)


def _words(verdicts: Verdicts, column: str) -> tuple[str, ...]:
    """Give the verdict words of all places, in the order of the sheets."""
    return tuple(str(word) for one in verdicts.checks for word in one.places[column])


def _results_of(checks: SiteChecks, lines: pd.DataFrame, lang: str) -> Iterator[dict[str, Any]]:
    """Write one row per place of a kind."""
    reasons = _explain(checks, lines, lang)
    points = shapely.get_coordinates(
        shapely.point_on_surface(checks.places.geometry.to_numpy(dtype=object))
    )
    is_point = checks.places.geom_type == "Point"
    ids = [one.rule.measure_id for one in checks.by_rule if one.rule is not None]
    rules = {one.rule.rule_id: one.rule for one in checks.by_rule if one.rule is not None}
    records = checks.places.drop(columns="geometry").to_dict("records")
    for at, place in enumerate(records):
        clauses = [one for one in str(place["decided_by"]).split(", ") if one]
        measures = [rules[one].measure_id for one in clauses if one in rules]
        is_free = place["summary"] == SiteVerdict.ALLOWED
        boundary = "属地" if lang == "zh" else "whose ground"
        yield {
            "site_id": place["place_id"],
            "name": place["name"],
            "kind": checks.kind.title.in_language(lang),
            "status": label_status(place["status"]).in_language(lang),
            "verdict": sign_verdict(place["summary"], lang=lang),
            "decided_by": _join([boundary if one == "boundary" else one for one in clauses], lang),
            "reason": reasons[at],
            "township": label_township(place["township_id"], place["township_name"]).in_language(
                lang
            ),
            "lead": _join(name_leads(checks.plan, ids if is_free else measures), lang),
            "said": _join(_list_said(checks, place, lang), lang),
            "address": None if pd.isna(place.get("address")) else place["address"],
            "lon": float(points[at, 0]),
            "lat": float(points[at, 1]),
            "shape": _shape_word(is_point=bool(is_point.iloc[at]), lang=lang),
            "error_m": float(place["accuracy_m"]),
            "source_row": place.get("source_row"),
        }


def _explain(checks: SiteChecks, lines: pd.DataFrame, lang: str) -> list[str]:
    """Join the sentences of the lines that decide; of what is allowed, that of the ground."""
    sentences: dict[str, list[str]] = {str(one): [] for one in checks.places["place_id"]}
    summary = dict(zip(checks.places["place_id"], checks.places["summary"], strict=True))
    columns = ("place_id", "rule_id", "verdict", f"reason_{lang}")
    free = SUMMARIES[SiteVerdict.ALLOWED].in_language(lang)
    for place, rule, verdict, reason in zip(*(lines[one] for one in columns), strict=True):
        is_free = summary[place] == SiteVerdict.ALLOWED
        if verdict == summary[place] and (not is_free or not rule):
            sentences[place] += [free, reason] if is_free else [f"{rule} {reason}".strip()]
    return [
        ("；" if lang == "zh" else "; ").join(sentences[str(one)])
        for one in checks.places["place_id"]
    ]


def _list_said(checks: SiteChecks, place: dict[Any, Any], lang: str) -> list[str]:
    """Give what the application says of the site."""
    found = []
    for attribute in checks.kind.attributes:
        value = place.get(attribute.name)
        if value is None or pd.isna(value):
            continue
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        if isinstance(value, bool | np.bool_):
            shown = ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
        found.append(f"{attribute.title.in_language(lang)}={shown}")
    return found


def _shape_word(*, is_point: bool, lang: str) -> str:
    """Name the shape of a place."""
    return Text(*(("点", "point") if is_point else ("地块", "parcel"))).in_language(lang)


def _join(words: Sequence[str], lang: str) -> str:
    """Join words of a list."""
    return ("、" if lang == "zh" else ", ").join(words)


def list_by_rule(verdicts: Verdicts, *, lang: str) -> Sheet:
    """List what every rule says of every application.

    Parameters
    ----------
    verdicts
        What was said of the list.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row per application and line, columns of `schemas.SITE_LINE_COLUMNS`.
    """
    parts = [_lines_of(one, lines, lang) for one, lines in _pairs(verdicts)]
    table = pd.concat(parts, ignore_index=True)
    heads = {
        "place_id": _ID,
        "name": _NAME._replace(form="text"),
        "kind": _KIND._replace(form="text"),
        "rule_id": Head(Text("条款", "Clause"), "text", 10.0),
        "title": Head(Text("规则名称", "Rule"), "text", 30.0),
        "strength_label": Head(Text("力度", "Strength"), "text", 10.0),
        "signed": _VERDICT,
        "reason": Head(Text("理由", "Reason"), width=_LONG),
        "distance_m": Head(Text("距离（m）", "Distance (m)"), "decimal", 10.5),
        "threshold_m": Head(Text("限值（m）", "Limit (m)"), "decimal", 10.5),
        "margin_m": Head(Text("余量（m）", "Margin (m)"), "decimal", 10.5),
        "error_m": Head(Text("误差（±m）", "Error (±m)"), "decimal", 9.0),
        "from": Head(Text("量自", "Measured from"), "text", 10.0, is_printed=False),
        "to": Head(Text("量至", "Measured to"), "text", 18.0, is_printed=False),
        "reference_name": Head(Text("参照", "Reference"), "text", 20.0, is_printed=False),
        "reference_id": Head(Text("参照编号", "Reference id"), "text", 12.0, is_printed=False),
        "spared": Head(Text("现有，只限新增", "Existing, spared"), "text", 12.0, is_printed=False),
        "assumption_ids": Head(Text("假设编号", "Assumption ids"), "text", 24.0, is_printed=False),
        "measure_id": Head(Text("措施", "Measure"), "text", 9.0, is_printed=False),
    }
    caption = Caption(
        Text("逐条", "By rule"), Text("每个申请逐条的结论", "What every rule says of each place")
    )
    words = tuple(table["verdict"].astype(str))
    return list_table(table, heads, caption, lang=lang, verdicts=words)


def _lines_of(checks: SiteChecks, lines: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Give the lines of one kind with their labels; each word is labelled once."""
    names = dict(zip(checks.places["place_id"], checks.places["name"], strict=True))
    ground = title_layer("boundary").in_language(lang)
    layers = {
        one: ground if one == "boundary" else title_layer(one).in_language(lang)
        for one in lines["measured_to"].unique()
        if one
    }
    measured = {
        "point": Text("场所", "place"),
        "parcel": Text("地块边界", "parcel's boundary"),
        "entrance": Text("出入口", "entrance"),
    }
    own = "属地" if lang == "zh" else "ground"
    yes = "是" if lang == "zh" else "yes"
    signs = {str(one): sign_verdict(one, lang=lang) for one in VERDICTS}
    strengths = {one: label_strength(one).in_language(lang) for one in lines["strength"].unique()}
    return lines.assign(
        name=lines["place_id"].map(names),
        kind=checks.kind.title.in_language(lang),
        rule_id=lines["rule_id"].mask(lines["rule_id"] == "", own),
        title=lines[f"title_{lang}"],
        strength_label=lines["strength"].map(strengths),
        signed=lines["verdict"].map(signs),
        reason=lines[f"reason_{lang}"],
        **{
            "from": lines["measured_from"].map(
                {k: v.in_language(lang) for k, v in measured.items()}
            )
        },
        to=lines["measured_to"].map(layers),
        spared=np.where(lines["is_spared"], yes, ""),
    )


def list_refused(verdicts: Verdicts, *, lang: str) -> Sheet:
    """List the rows that could not be judged, and how to mend each.

    Parameters
    ----------
    verdicts
        What was said of the list.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    sheet
        One row for each thing to mend.
    """
    rows = [
        {
            "file": one.fault.file,
            "row": one.fault.row,
            "site_id": one.place_id,
            "name": one.name,
            "column": one.fault.column,
            "problem": one.fault.problem.in_language(lang),
            "mend": one.fault.mend.in_language(lang),
        }
        for one in verdicts.applications.refused
    ]
    heads = {
        "row": Head(Text("行", "Row"), "count", 7.0),
        "site_id": _ID,
        "name": _NAME,
        "column": Head(Text("列", "Column"), width=14.0),
        "problem": Head(Text("问题", "Problem"), width=46.0),
        "mend": Head(Text("怎样改正", "How to mend it"), width=46.0),
        "file": Head(Text("文件", "File"), width=24.0),
    }
    caption = Caption(
        Text("未判定", "Not judged"),
        Text("有误、没有判定的行：改正后再运行一次", "Wrong rows: mend them and run it again"),
    )
    return list_table(pd.DataFrame(rows, columns=[*heads]), heads, caption, lang=lang)


def count_summaries(checks: SiteChecks) -> dict[str, int]:
    """Count the places of one kind by their verdict, those that do not occur left out.

    Parameters
    ----------
    checks
        What was said of one kind.

    Returns
    -------
    counts
        By word, the most binding first.
    """
    counts = checks.places["summary"].astype(str).value_counts()
    return {str(one): int(counts[str(one)]) for one in VERDICTS if str(one) in counts.index}


def say_counts(checks: SiteChecks, *, lang: str) -> str:
    """Give the counts of one kind as words.

    Parameters
    ----------
    checks
        What was said of one kind.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    words
        Such as 禁止 3、不限制 12.
    """
    counts = count_summaries(checks)
    return _join(
        [f"{label_verdict(word).in_language(lang)} {n}" for word, n in counts.items()], lang
    )
