"""The words of the house, each with its Chinese and English label.

The same word stands in code, columns, options, legends and documents.
"""

from __future__ import annotations

from enum import StrEnum

from qxgeo.errors import Text

OUTSIDE_DISTRICT = "outside_district"  # the neighbour's: reported, never assigned
NO_TOWNSHIP = "no_township"  # inside the district, in no township polygon that we were given


class Strength(StrEnum):
    """How strongly the plan's text binds; strengths are never merged into one."""

    PROHIBITED = "prohibited"
    NO_NEW_APPROVAL = "no_new_approval"
    OBLIGED = "obliged"
    GUIDED = "guided"
    PROMOTED = "promoted"


class Verdict(StrEnum):
    """What a rule says about one subject."""

    APPLIES = "applies"
    DOES_NOT_APPLY = "does_not_apply"
    TOO_CLOSE_TO_CALL = "too_close_to_call"
    UNKNOWN = "unknown"


class SiteVerdict(StrEnum):
    """What the plan says of a place for a new site, the most binding first.

    A place is under the first of these that any line about it says; only where every line says
    ``allowed`` is the whole place allowed.
    """

    OUT_OF_SCOPE = "out_of_scope"
    PROHIBITED = "prohibited"
    NOT_NEWLY_APPROVED = "not_newly_approved"
    UNKNOWN = "unknown"
    TOO_CLOSE_TO_CALL = "too_close_to_call"
    NEEDS_DECISION = "needs_decision"
    DISCOURAGED = "discouraged"
    WITH_DUTY = "with_duty"
    ALLOWED = "allowed"


class Why(StrEnum):
    """What a line about a place rests on; each has a sentence of its own."""

    IN_DISTRICT = "in_district"
    OUTSIDE_DISTRICT = "outside_district"
    NEAR_BOUNDARY = "near_boundary"
    ACROSS_BOUNDARY = "across_boundary"
    WITHIN = "within"
    BEYOND = "beyond"
    IN_AREA = "in_area"
    OUT_OF_AREA = "out_of_area"
    HAS_ATTRIBUTE = "has_attribute"
    LACKS_ATTRIBUTE = "lacks_attribute"
    NOT_CONCERNED = "not_concerned"
    SPARED = "spared"
    IS_CHANGE = "is_change"
    TOO_CLOSE = "too_close"
    TOO_CLOSE_TO_EDGE = "too_close_to_edge"
    NO_NUMBER = "no_number"
    NO_ATTRIBUTE = "no_attribute"
    NO_LAYER = "no_layer"
    NO_ENTRANCE = "no_entrance"
    FRONTAGE = "frontage"
    PROMOTES = "promotes"


class Status(StrEnum):
    """Whether a site is there already: 不新增 binds new ones only."""

    EXISTING = "existing"
    PROPOSED = "proposed"
    CHANGE = "change"
    UNKNOWN = "unknown"


STRENGTH_LABELS: dict[Strength, Text] = {
    Strength.PROHIBITED: Text("禁止", "prohibited"),
    Strength.NO_NEW_APPROVAL: Text("不再新增", "no new approval"),
    Strength.OBLIGED: Text("应当", "obliged"),
    Strength.GUIDED: Text("引导", "guided"),
    Strength.PROMOTED: Text("推动", "promoted"),
}

VERDICT_LABELS: dict[Verdict, Text] = {
    Verdict.APPLIES: Text("适用", "applies"),
    Verdict.DOES_NOT_APPLY: Text("不适用", "does not apply"),
    Verdict.TOO_CLOSE_TO_CALL: Text("临界，需实测", "too close to call"),
    Verdict.UNKNOWN: Text("不明，需查实", "unknown"),
}

SITE_VERDICT_LABELS: dict[SiteVerdict, Text] = {
    SiteVerdict.OUT_OF_SCOPE: Text("不属本辖区", "not this district's to decide"),
    SiteVerdict.PROHIBITED: Text("禁止", "prohibited"),
    SiteVerdict.NOT_NEWLY_APPROVED: Text("不再新增审批", "not newly approved"),
    SiteVerdict.UNKNOWN: Text("不明，需查实", "unknown"),
    SiteVerdict.TOO_CLOSE_TO_CALL: Text("临界，需实测", "too close to call"),
    SiteVerdict.NEEDS_DECISION: Text("待决定", "needs a decision"),
    SiteVerdict.DISCOURAGED: Text("不鼓励", "discouraged"),
    SiteVerdict.WITH_DUTY: Text("不限制，另有要求", "allowed with a duty"),
    SiteVerdict.ALLOWED: Text("不限制", "allowed"),
}

STATUS_LABELS: dict[Status, Text] = {
    Status.EXISTING: Text("现有", "existing"),
    Status.PROPOSED: Text("拟新增", "proposed"),
    Status.CHANGE: Text("变更、延续", "change or renewal"),
    Status.UNKNOWN: Text("状态不明", "status unknown"),
}

PLACE_LABELS: dict[str, Text] = {
    OUTSIDE_DISTRICT: Text("辖区外（邻区）", "outside the district (neighbour)"),
    NO_TOWNSHIP: Text("辖区内未划分", "in the district, in no township"),
}

DEMO_BANNER = Text(
    "演示数据，非真实路网：不得用于执法或审批",
    "DEMONSTRATION DATA, not the real road network: not for enforcement or approval",
)
NOT_LEGAL_BOUNDARY = Text(
    "界线为近似示意，非法定界线；结论是辅助决策依据，不是审批文件。",
    "Boundaries are approximate and not legal boundaries; findings aid a decision and approve "
    "nothing.",
)
