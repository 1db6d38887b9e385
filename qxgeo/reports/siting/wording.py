"""Words on cards and lists about places, in both languages, and who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.district import title_layer
from qxgeo.errors import Text
from qxgeo.reports.colours import SITE_SIGNS
from qxgeo.vocabulary import (
    DEMO_BANNER,
    NOT_LEGAL_BOUNDARY,
    PLACE_LABELS,
    SITE_VERDICT_LABELS,
    STATUS_LABELS,
    STRENGTH_LABELS,
    SiteVerdict,
    Strength,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qxgeo.plan import ActionPlan
    from qxgeo.siting import SiteChecks, SiteLine
    from qxgeo.siting.applications import Verdicts
    from qxgeo.siting.overview import Overview

DECISION_AID = Text(
    "辅助决策依据，不是审批文件；以主管单位的决定为准。",
    "This aids a decision and approves nothing; the units in charge decide.",
)
NOT_DECIDED = Text("已定各条不限制，另有条款未定", "no decided clause limits it, others are open")
MEANINGS: dict[SiteVerdict, Text] = {
    SiteVerdict.OUT_OF_SCOPE: Text(
        "场所在本辖区外，由所在辖区审批；各条只供参考",
        "outside the district: its neighbour decides, the lines are for information",
    ),
    SiteVerdict.PROHIBITED: Text(
        "条文禁止在此开办，计入位置误差后仍成立",
        "a clause prohibits it here, also when the position error is counted",
    ),
    SiteVerdict.NOT_NEWLY_APPROVED: Text(
        "条文对新设场所不再审批、发证；现有场所不因此关停",
        "a clause gives no new approval or licence; existing premises are not closed by it",
    ),
    SiteVerdict.UNKNOWN: Text(
        "缺少判断所需的资料（属性、出入口、图层），查实后再判",
        "something that decides is missing (attribute, entrance, layer): find it out first",
    ),
    SiteVerdict.TOO_CLOSE_TO_CALL: Text(
        "与界限之差小于位置误差，须实测后再定",
        "nearer to the limit than the position error: survey it first",
    ),
    SiteVerdict.NEEDS_DECISION: Text(
        "条文没有写明数字或情形，须由牵头单位决定",
        "the clause leaves a number or a case open: the lead unit has to decide",
    ),
    SiteVerdict.DISCOURAGED: Text(
        "引导性条款不鼓励在此开办，不是禁止", "a clause of guidance discourages it, no prohibition"
    ),
    SiteVerdict.WITH_DUTY: Text(
        "方案不限制开办，但须履行条款的要求", "not limited, with duties under a clause"
    ),
    SiteVerdict.ALLOWED: Text(
        "本方案各条均不限制；其他法规另行核对",
        "no clause of this plan limits it; other laws are not looked at",
    ),
}


def sign_verdict(word: str, *, lang: str) -> str:
    """Give the label of a verdict behind the sign that a print in black and white shows."""
    verdict = SiteVerdict(word)
    return f"{SITE_SIGNS[verdict]} {SITE_VERDICT_LABELS[verdict].in_language(lang)}"


def label_verdict(word: str) -> Text:
    """Give the label of a verdict."""
    return SITE_VERDICT_LABELS[SiteVerdict(word)]


def label_strength(word: str) -> Text:
    """Give the label of a strength; blank for the line that asks whose ground it is."""
    return STRENGTH_LABELS[Strength(word)] if word else Text("", "")


def label_status(word: str) -> Text:
    """Give the label of a site's status."""
    known = {str(one): label for one, label in STATUS_LABELS.items()}
    return known.get(word, Text(word, word))


def label_township(township_id: str, name: str) -> Text:
    """Give a township's name, or what stands in for one."""
    return PLACE_LABELS.get(township_id, Text(name or township_id, name or township_id))


def label_reference(line: SiteLine) -> Text:
    """Name what a line measures to, blank where it measures nothing."""
    if not line.measured_to:
        return Text("", "")
    layer = Text("辖区", "the district")
    layer = layer if line.measured_to == "boundary" else title_layer(line.measured_to)
    name = line.reference_name or line.reference_id
    return Text(f"{layer.zh}“{name}”", f"{layer.en} {name}") if name else layer


def list_banner(told: SiteChecks | Verdicts | Overview, *, lang: str) -> tuple[str, ...]:
    """Give the warnings that stand on every sheet, the demonstration banner first.

    Parameters
    ----------
    told
        What is written.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    lines
        At least the one that says what the list is good for.
    """
    demo = (DEMO_BANNER.in_language(lang),) if told.is_demo else ()
    aid = NOT_LEGAL_BOUNDARY if told.is_approximate else DECISION_AID
    return (*demo, aid.in_language(lang))


def name_leads(plan: ActionPlan, measure_ids: Iterable[str]) -> tuple[str, ...]:
    """Name the units that lead measures, each once, in the plan's order.

    Parameters
    ----------
    plan
        Knows its units.
    measure_ids
        Of the clauses that are asked; "" stands for none.

    Returns
    -------
    names
        As the plan writes them.
    """
    units = {unit.unit_id: unit.name for unit in plan.units}
    found = [unit for one in measure_ids if one for unit in plan.measure(one).lead]
    return tuple(units.get(unit, unit) for unit in dict.fromkeys(found))
