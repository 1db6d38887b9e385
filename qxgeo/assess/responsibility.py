"""Who answers for a finding, and the sentence that says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.errors import Text
from qxgeo.vocabulary import (
    NO_TOWNSHIP,
    OUTSIDE_DISTRICT,
    STATUS_LABELS,
    STRENGTH_LABELS,
    Status,
    Strength,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.plan import ActionPlan, Rule

ROLES = ("lead", "cooperating", "responsible")
# What a reason is made of: of hundreds of thousands of rows nothing else is taken apart.
_TOLD = (
    *("rule_id", "measure_id", "strength", "subject_name", "subject_status", "verdict"),
    *("distance_m", "margin_m", "error_m", "radius_m", "reference_id", "reference_name"),
    *("township_id", "lead", "responsible", "spared", "undecided", "remark_zh", "remark_en"),
)


def name_units(
    plan: ActionPlan, unit_ids: Sequence[str], *, township_id: str, township_name: str
) -> str:
    """Name the units of a role on the ground of one township.

    Parameters
    ----------
    plan
        The plan with its units.
    unit_ids
        Units of one role, in the document's order.
    township_id, township_name
        Whose ground it is.

    Returns
    -------
    names
        Joined by 、. A unit that stands for townships (各乡办) is named as the township itself, and
        left out on the ground of others; nobody is named for the neighbour's ground.
    """
    if township_id == OUTSIDE_DISTRICT:
        return ""
    is_foreign = not any(township_id in unit.members for unit in plan.units)
    names = []
    for unit_id in unit_ids:
        unit = plan.unit(unit_id)
        if not unit.members:
            names.append(unit.name)
        elif township_id in unit.members:
            names.append(township_name)
        elif is_foreign and township_id != NO_TOWNSHIP and len(unit.members) > 1:
            names.append(township_name)  # 各乡办 of a plan that another district follows
        elif township_id == NO_TOWNSHIP:
            names.append(f"{unit.name}（待划分）")
    return "、".join(dict.fromkeys(names))


def add_units(rows: pd.DataFrame, plan: ActionPlan) -> pd.DataFrame:
    """Attach the units of each role and the deadline.

    Parameters
    ----------
    rows
        With `measure_id`, `township_id`, `township_name`.
    plan
        The plan.

    Returns
    -------
    rows
        With `lead`, `cooperating`, `responsible`, `deadline`.
    """
    keys = rows[["measure_id", "township_id", "township_name"]].drop_duplicates()
    table = []
    for measure_id, township_id, township_name in keys.itertuples(index=False):
        measure = plan.measure(measure_id)
        entry = {"measure_id": measure_id, "township_id": township_id}
        for role in ROLES:
            entry[role] = name_units(
                plan,
                getattr(measure, role),
                township_id=township_id,
                township_name=township_name,
            )
        entry["deadline"] = measure.deadline.date.isoformat() if measure.deadline else ""
        table.append(entry)
    units = pd.DataFrame(
        table, columns=["measure_id", "township_id", *ROLES, "deadline"], dtype=object
    )
    return rows.merge(units, on=["measure_id", "township_id"], how="left", validate="many_to_one")


@dataclass(frozen=True, slots=True)
class _Line:
    """One finding in the words of both languages."""

    zh: list[str]
    en: list[str]


def add_reasons(rows: pd.DataFrame, plan: ActionPlan) -> pd.DataFrame:
    """Write for each finding the sentence that a tooltip and a list show.

    Parameters
    ----------
    rows
        Findings with units.
    plan
        The plan.

    Returns
    -------
    rows
        With `reason_zh` and `reason_en`.
    """
    rules = {rule.rule_id: rule for rule in plan.rules}
    told = rows[[name for name in _TOLD if name in rows.columns]]
    texts = [_reason(record, rules[record["rule_id"]]) for record in told.to_dict(orient="records")]
    return rows.assign(
        reason_zh=pd.Series([t.zh for t in texts], index=rows.index, dtype=object),
        reason_en=pd.Series([t.en for t in texts], index=rows.index, dtype=object),
    )


def _reason(row: dict[Any, Any], rule: Rule) -> Text:
    """Say what, where, how sure and who."""
    line = _Line([_head_zh(row, rule)], [_head_en(row, rule)])
    _add_place(line, row)
    _add_doubt(line, row, rule)
    if row["township_id"] == OUTSIDE_DISTRICT:
        line.zh.append("位于辖区外，告知邻区，不分派")
        line.en.append("outside the district: reported to the neighbour, not assigned")
    for role, zh, en in (("responsible", "责任", "responsible"), ("lead", "牵头", "lead")):
        if row[role]:
            line.zh.append(f"{zh}：{row[role]}")
            line.en.append(f"{en}: {row[role]}")
    return Text("，".join(line.zh), "; ".join(line.en))


def _head_zh(row: dict[Any, Any], rule: Rule) -> str:
    """Clause number, strength, and what it is about."""
    warning = "（仅预警期间）" if rule.only_on_warning_days else ""
    name = row["subject_name"] or "未命名"
    strength = STRENGTH_LABELS[Strength(row["strength"])].zh
    return f"{row['measure_id']}{warning}：{name}【{strength}】"


def _head_en(row: dict[Any, Any], rule: Rule) -> str:
    """Clause number, strength, and what it is about."""
    warning = " (warning days only)" if rule.only_on_warning_days else ""
    name = row["subject_name"] or "unnamed"
    strength = STRENGTH_LABELS[Strength(row["strength"])].en
    return f"{row['measure_id']}{warning}: {name} [{strength}]"


def _add_place(line: _Line, row: dict[Any, Any]) -> None:
    """Say how far from what, in the rule's own words where it has some."""
    if row.get("remark_zh"):
        line.zh.append(row["remark_zh"])
        line.en.append(row["remark_en"])
        return
    reference = row["reference_name"] or row["reference_id"]
    if not reference or not np.isfinite(row["distance_m"]):
        return
    shown = f"{reference}({row['reference_id']})" if row["reference_name"] else reference
    distance = f"{row['distance_m']:,.0f} m"
    if np.isfinite(row["radius_m"]):
        line.zh.append(f"距{shown} {distance}（限值 {row['radius_m']:,.0f} m）")
        line.en.append(f"{distance} from {shown} (limit {row['radius_m']:,.0f} m)")
    elif row["distance_m"] == 0:
        line.zh.append(f"在{shown}内，距边界 {row['margin_m']:,.0f} m")
        line.en.append(f"in {shown}, {row['margin_m']:,.0f} m from its edge")
    else:
        line.zh.append(f"在{shown}外 {distance}")
        line.en.append(f"{distance} outside {shown}")


def _add_doubt(line: _Line, row: dict[Any, Any], rule: Rule) -> None:
    """Say what keeps the verdict from being a plain yes."""
    verdict = row["verdict"]
    if row["spared"]:
        line.zh.append("现有场所，本条只限新增，不因本条关停")
        line.en.append("existing premises: the clause binds new ones only and closes none")
    elif verdict == Verdict.DOES_NOT_APPLY:
        line.zh.append("不适用")
        line.en.append("does not apply")
    elif verdict == Verdict.TOO_CLOSE_TO_CALL:
        line.zh.append(f"临界：位置误差 ±{row['error_m']:,.0f} m 内无法判定，需实测")
        line.en.append(
            f"too close to call within the position error of {row['error_m']:,.0f} m: survey it"
        )
    elif verdict == Verdict.UNKNOWN:
        status = row["subject_status"]
        if rule.new_only and status in (Status.CHANGE, Status.UNKNOWN):
            label = STATUS_LABELS[Status(status)]
            line.zh.append(f"{label.zh}：是否属于新增待主管单位认定")
            line.en.append(f"{label.en}: the lead unit decides whether it counts as new")
        elif row.get("undecided"):
            line.zh.append("有决定之前不下结论")
            line.en.append("no verdict before the decision")
        elif row.get("remark_zh"):
            line.zh.append("不明，需查实")
            line.en.append("unknown: find out")
        else:
            line.zh.append("判定所需属性缺失，需查实")
            line.en.append("an attribute that the test needs is missing: find out")
