"""What each rule of a kind is to a new site: on the ground, conditional, open, or silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.district import title_layer
from qxgeo.errors import Text
from qxgeo.rules.conditions import NO, YES
from qxgeo.rules.evidence import CODES
from qxgeo.siting.combine import BY_ATTRIBUTE, ask_conditions, combine, open_radius_m
from qxgeo.siting.lines import lacking_layers
from qxgeo.siting.model import VERDICTS
from qxgeo.siting.table import columns_of
from qxgeo.siting.words import fill
from qxgeo.vocabulary import SITE_VERDICT_LABELS, SiteVerdict, Status, Verdict, Why

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from qxgeo.plan import KindRule, Rule, SiteKind
    from qxgeo.rules import Scene

_ALLOWED = VERDICTS.index(SiteVerdict.ALLOWED)
_WITHIN = Text("范围内为“{says}”", 'within it: "{says}"')
_SENTENCES: dict[Why, Text] = {
    Why.PROMOTES: Text(
        "方案推动此类建设，本条不限制用地", "the plan promotes this; no ground is limited"
    ),
    Why.NO_LAYER: Text(
        "缺图层：{missing}，没有画出，不等于不限制",
        "layer missing: {missing}; not drawn, which is not free",
    ),
    Why.NOT_CONCERNED: Text(
        "本条只管{subject}，这里考察的不在其列",
        "the rule is about {subject} only, and this is none",
    ),
    Why.SPARED: Text("现有场所，本条只限新增", "existing premises: the clause binds new ones only"),
    Why.NO_ENTRANCE: Text(
        "按出入口所临道路逐个判定（{says}），不按用地；各类道路长度另表列出",
        "judged by the road that each entrance opens on ({says}), not by the ground; road lengths"
        " are listed apart",
    ),
    Why.NO_NUMBER: Text(
        "方案没有写明{parameter}是多少米，由牵头单位确定，没有画出，不等于不限制",
        "the plan gives no number for {parameter}, the lead unit has to set one: not drawn, which"
        " is not free",
    ),
    Why.NO_ATTRIBUTE: Text(
        "只对{subject}为“{says}”；取决于{attributes}",
        'only for {subject}: "{says}"; depends on {attributes}',
    ),
    Why.HAS_ATTRIBUTE: Text("与位置无关，处处为“{says}”", 'wherever it stands: "{says}"'),
    Why.WITHIN: _WITHIN,
    Why.IN_AREA: _WITHIN,
}
_SILENT = (Why.PROMOTES, Why.NOT_CONCERNED, Why.SPARED)
_OPEN = (Why.NO_LAYER, Why.NO_ENTRANCE, Why.NO_NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What one rule is to the site.

    Attributes
    ----------
    role
        ``drawn``, ``conditional``, ``open`` or ``silent``.
    codes
        Places in `VERDICTS` of what it says beyond its reach, in the band of doubt, and where it
        certainly catches.
    if_decided
        What it would say of ground that it catches, were a number that is tried decided.
    why
        What keeps it off the ground, or what holds on it.
    """

    rule: Rule
    kind_rule: KindRule
    role: str
    codes: tuple[int, int, int]
    if_decided: SiteVerdict
    is_trial: bool
    why: Why
    reason: Text

    @property
    def verdict(self) -> SiteVerdict:
        """What it says of ground that it certainly catches."""
        return VERDICTS[self.codes[2]]


def find_role(
    kind_rule: KindRule,
    rule: Rule,
    scene: Scene,
    kind: SiteKind,
    *,
    attributes: Mapping[str, Any],
    tried: frozenset[str],
) -> Role:
    """Find what a rule is to a new site of which some attributes are known.

    Parameters
    ----------
    kind_rule, rule
        How the kind sees the rule, and the rule.
    scene
        The district.
    kind
        Names the attributes.
    attributes
        Known ones; the status is ``proposed`` unless it stands there.
    tried
        Parameters whose number is tried.

    Returns
    -------
    role
        With a sentence that says why.
    """
    facts = pd.DataFrame([{"status": str(Status.PROPOSED), **attributes}])
    truth = float(ask_conditions(kind_rule, rule, facts)[0])  # type: ignore[arg-type] # no geometry
    doubt, caught = _codes(kind_rule, rule, str(facts["status"].iloc[0]))
    is_trial = rule.kind == "within_distance" and rule.radius_parameter in tried
    why = _find_why(rule, scene, truth, caught)
    decided = VERDICTS[caught]
    if is_trial and caught < VERDICTS.index(SiteVerdict.NEEDS_DECISION):
        caught = VERDICTS.index(SiteVerdict.NEEDS_DECISION)  # nobody has decided the number
    return Role(
        rule=rule,
        kind_rule=kind_rule,
        role=_find_role(rule, truth, why),
        codes=(_ALLOWED, doubt, caught),
        if_decided=decided,
        is_trial=is_trial,
        why=why,
        reason=fill(_SENTENCES[why], _gather(kind_rule, rule, scene, kind, attributes, decided)),
    )


def _codes(kind_rule: KindRule, rule: Rule, status: str) -> tuple[int, int]:
    """Ask the engine what a rule says in its band of doubt and where it catches."""
    verdicts, _ = combine(
        kind_rule,
        rule,
        np.array([CODES[Verdict.TOO_CLOSE_TO_CALL], CODES[Verdict.APPLIES]]),
        np.full(2, YES),
        pd.Series([status, status], dtype="string"),
        is_open=np.zeros(2, dtype=bool),
    )
    return int(verdicts[0]), int(verdicts[1])


def _find_why(rule: Rule, scene: Scene, truth: float, caught: int) -> Why:
    """Find what keeps a rule off the ground, in the order in which a card decides a line."""
    is_distance = rule.kind == "within_distance"
    by_kind = {"inside_polygon": Why.IN_AREA, "within_distance": Why.WITHIN}
    cases = [
        (rule.kind == "siting", Why.PROMOTES),
        (bool(lacking_layers(rule, scene)), Why.NO_LAYER),
        (truth == NO, Why.NOT_CONCERNED),
        (caught == _ALLOWED, Why.SPARED),
        (rule.kind == "frontage", Why.NO_ENTRANCE),
        (is_distance and np.isnan(open_radius_m(rule, scene)), Why.NO_NUMBER),
        (truth != YES, Why.NO_ATTRIBUTE),
    ]
    return next((why for holds, why in cases if holds), by_kind.get(rule.kind, Why.HAS_ATTRIBUTE))


def _find_role(rule: Rule, truth: float, why: Why) -> str:
    """Find whether a rule stands on the ground."""
    if why in _SILENT:
        return "silent"
    if why in _OPEN or (rule.kind in BY_ATTRIBUTE and truth != YES):
        return "open"
    return "conditional" if why is Why.NO_ATTRIBUTE else "drawn"


def _gather(
    kind_rule: KindRule,
    rule: Rule,
    scene: Scene,
    kind: SiteKind,
    attributes: Mapping[str, Any],
    verdict: SiteVerdict,
) -> dict[str, Text]:
    """Gather what the sentences name."""
    word = rule.radius_parameter
    asked = columns_of(rule.subject.where) | columns_of(kind_rule.when)
    titles = [
        one.title for one in kind.attributes if one.name in asked and one.name not in attributes
    ]
    return {
        "says": SITE_VERDICT_LABELS[verdict],
        "subject": rule.subject.text,
        "parameter": scene.plan.parameter(word).title if word else Text("", ""),
        "missing": _enumerate([title_layer(one) for one in lacking_layers(rule, scene)]),
        "attributes": _enumerate(titles) if titles else Text("申请内容", "the application"),
    }


def _enumerate(titles: list[Text]) -> Text:
    """Put titles behind one another."""
    return Text("、".join(one.zh for one in titles), ", ".join(one.en for one in titles))
