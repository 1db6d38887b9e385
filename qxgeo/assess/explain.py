"""What could not be judged and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.assess.model import Gap
from qxgeo.district import describe_missing
from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.plan import ActionPlan, Rule

_MENDS = {
    "layer": Text("请在 district.toml 写入 [layers.{0}]", "add [layers.{0}] to district.toml"),
    "parameter": Text(
        "请由主管单位确定数值，连同依据写入 [parameters]",
        "let the lead unit fix the number and enter it with its source under [parameters]",
    ),
}


def explain_gaps(rule: Rule, plan: ActionPlan, missing: Sequence[str]) -> Gap:
    """Say what a rule lacks and how to supply it.

    Parameters
    ----------
    rule
        The rule that could not be judged.
    plan
        Its plan.
    missing
        Entries such as ``layer:roads``, ``parameter:near_school_m``, ``kind:siting``.

    Returns
    -------
    gap
        With one sentence in both languages.
    """
    zh, en = [], []
    for entry in missing:
        sort, _, name = entry.partition(":")
        text, mend = describe_missing(entry, plan), _MENDS.get(sort)
        zh.append(text.zh + (f"：{mend.zh.format(name)}" if mend else ""))
        en.append(text.en + (f": {mend.en.format(name)}" if mend else ""))
    return Gap(
        rule_id=rule.rule_id,
        measure_id=rule.measure_id,
        missing=tuple(missing),
        reason=Text("；".join(zh), "; ".join(en)),
    )
