"""The sentence behind each line of a card, as templates that a page fills in the same way.

A place holder in braces is a number or a name of the line: `distance`, `threshold`, `margin`,
`error` in metres; `from`, what was measured from; `reference`, what to; `subject`, whom the rule is
about; `parameter`, the word without a number; `attributes`, what is blank; `missing`, layers;
`place`, the sentence about the place alone; `remark`, what the entrance's road says; `entrance`,
its id; `verdict`, a label; `road`, `roads`, what a parcel fronts on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.vocabulary import SiteVerdict, Why

if TYPE_CHECKING:
    from collections.abc import Mapping

_TENTHS_BELOW_M = 99.95  # nearer than this a tenth of a metre can decide (9 m to a dwelling)

TEMPLATES: dict[str, Text] = {
    "near": Text(
        "{from}距{reference} {distance} m（限值 {threshold} m）",
        "{distance} m from {reference}, measured from the {from} (limit {threshold} m)",
    ),
    "near_open": Text(
        "{from}距{reference} {distance} m",
        "{distance} m from {reference}, measured from the {from}",
    ),
    "asks": Text("本条限制{subject}", "the clause limits: {subject}"),
    "in_the_area": Text("在{reference}内", "in {reference}"),
    "entrance": Text("出入口 {entrance}：{remark}", "entrance {entrance}: {remark}"),
    "other_entrance": Text(
        "出入口 {entrance}：{verdict}（{remark}）", "entrance {entrance}: {verdict} ({remark})"
    ),
    "next_entrance": Text("；", "; "),
    "fronts_on": Text("临：{roads}", "fronts on {roads}"),
    "fronts_on_none": Text("附近没有可开口的道路", "no road to open on is near"),
    "one_frontage": Text("{road}（{distance} m，{verdict}）", "{road} ({distance} m, {verdict})"),
    "next_frontage": Text("、", ", "),
    "unnamed_road": Text("无名道路", "unnamed road"),
    Why.IN_DISTRICT: Text(
        "在本辖区内，距辖区界线 {distance} m", "in the district, {distance} m from its boundary"
    ),
    Why.OUTSIDE_DISTRICT: Text(
        "在本辖区外 {distance} m，由所在辖区审批，以下各条只供参考",
        "{distance} m outside the district, whose neighbour decides: the lines below are for"
        " information",
    ),
    Why.NEAR_BOUNDARY: Text(
        "距辖区界线 {distance} m，在位置误差 ±{error} m 以内，先核实属地",
        "{distance} m from the boundary, within the position error of {error} m: find out whose"
        " ground it is",
    ),
    Why.ACROSS_BOUNDARY: Text(
        "地块跨越辖区界线，须与邻区会商",
        "the parcel crosses the boundary: ask the neighbour too",
    ),
    Why.WITHIN: Text(
        "{from}距{reference} {distance} m，在 {threshold} m 范围内",
        "{distance} m from {reference}, measured from the {from}: within {threshold} m",
    ),
    Why.BEYOND: Text(
        "{from}距{reference} {distance} m，在 {threshold} m 范围外",
        "{distance} m from {reference}, measured from the {from}: beyond {threshold} m",
    ),
    Why.IN_AREA: Text(
        "在{reference}内，距区域边界 {margin} m", "in {reference}, {margin} m from its edge"
    ),
    Why.OUT_OF_AREA: Text("在{reference}外 {distance} m", "{distance} m outside {reference}"),
    Why.HAS_ATTRIBUTE: Text("属于{subject}", "it is one of: {subject}"),
    Why.LACKS_ATTRIBUTE: Text("不属于{subject}", "it is none of: {subject}"),
    Why.NOT_CONCERNED: Text(
        "本条只管{subject}，所申请的不在其列", "the rule is about {subject} only, and this is none"
    ),
    Why.SPARED: Text(
        "{place}；现有场所，本条只限新增，不因本条关停",
        "{place}; existing premises: the clause binds new ones only and closes none",
    ),
    Why.IS_CHANGE: Text(
        "{place}；变更、延续或状态不明，是否算新增由主管单位认定",
        "{place}; a change, a renewal or status unknown: the lead unit decides whether it is new",
    ),
    Why.TOO_CLOSE: Text(
        "{from}距{reference} {distance} m，与限值 {threshold} m 之差小于位置误差 ±{error} m，"
        "需实测",
        "{distance} m from {reference}, measured from the {from}: nearer to the limit of"
        " {threshold} m than the position error of {error} m, survey it",
    ),
    Why.TOO_CLOSE_TO_EDGE: Text(
        "距{reference}边界 {margin} m，小于位置误差 ±{error} m，需实测",
        "{margin} m from the edge of {reference}, less than the position error of {error} m:"
        " survey it",
    ),
    Why.NO_NUMBER: Text(
        "{from}距{reference} {distance} m；方案没有写明{parameter}是多少米，"
        "由牵头单位确定后才能下结论",
        "{distance} m from {reference}, measured from the {from}; the plan gives no number for"
        " {parameter}: the lead unit has to set one",
    ),
    Why.NO_ATTRIBUTE: Text(
        "{place}；没有填写{attributes}，填写后才能下结论",
        "{place}; blank: {attributes}; no verdict before it is filled in",
    ),
    Why.NO_LAYER: Text("缺图层：{missing}，不能判定", "layer missing: {missing}; cannot be judged"),
    Why.NO_ENTRANCE: Text(
        "没有给出车辆出入口，不能判定。{remark}", "no vehicle entrance is given. {remark}"
    ),
    Why.FRONTAGE: Text("{remark}", "{remark}"),
    Why.PROMOTES: Text(
        "方案推动此类建设，本条不设限制", "the plan promotes this; the clause limits nothing"
    ),
}

FROM_LABELS: dict[str, Text] = {
    "point": Text("场所", "place"),
    "parcel": Text("地块边界", "parcel's boundary"),
    "entrance": Text("出入口", "entrance"),
}

SUMMARIES: dict[SiteVerdict, Text] = {
    SiteVerdict.OUT_OF_SCOPE: Text(
        "不在本辖区内，由所在辖区审批", "outside the district: its neighbour decides"
    ),
    SiteVerdict.PROHIBITED: Text("禁止在此开办", "prohibited here"),
    SiteVerdict.NOT_NEWLY_APPROVED: Text(
        "不再新增审批、办理许可证", "no new approval or licence here"
    ),
    SiteVerdict.UNKNOWN: Text(
        "资料不全，不能下结论，请先查实", "not enough is known for a verdict: find out first"
    ),
    SiteVerdict.TOO_CLOSE_TO_CALL: Text(
        "临界，须实测后再定", "too close to call: survey it before deciding"
    ),
    SiteVerdict.NEEDS_DECISION: Text("须由牵头单位决定", "the lead units have to decide"),
    SiteVerdict.DISCOURAGED: Text(
        "不鼓励在此开办（引导性条款，不是禁止）", "discouraged here (guidance, no prohibition)"
    ),
    SiteVerdict.WITH_DUTY: Text(
        "方案不限制，但须按条款履行要求", "not limited by the plan, with duties under its clauses"
    ),
    SiteVerdict.ALLOWED: Text("方案各条均不限制", "no clause of the plan limits it"),
}


def write_metres(value: float) -> str:
    """Write metres as a card shows them: tenths below a hundred metres, whole metres above."""
    shown = abs(value)
    near = f"{shown:.1f}".removesuffix(".0")
    return near if shown < _TENTHS_BELOW_M else f"{shown:,.0f}"


def fill(template: Text, facts: Mapping[str, Text]) -> Text:
    """Put facts into the place holders of a template.

    Parameters
    ----------
    template
        One of `TEMPLATES`.
    facts
        By name of the place holder; one that the template does not ask for is left out.

    Returns
    -------
    sentence
        In both languages, without a full stop.
    """
    return Text(
        template.zh.format_map({name: fact.zh for name, fact in facts.items()}),
        template.en.format_map({name: fact.en for name, fact in facts.items()}),
    )
