"""Roads to keep wet now, from the assessment of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qxgeo.assess.responsibility import name_units
from qxgeo.plan.words import KIND_LABELS
from qxgeo.vocabulary import Verdict
from qxgeo.warning.model import NO, UNKNOWN, YES, WetRoads

if TYPE_CHECKING:
    from qxgeo.assess import Assessment

PAGE = "keep_wet"
_ALL = "all"


def find_wet_roads(assessment: Assessment, *, warning: str) -> WetRoads:
    """Sum up the roads to keep wet by township and rule.

    Parameters
    ----------
    assessment
        Of the district on the day, judged as a warning day where one is in force.
    warning
        `YES`, `NO` or `UNKNOWN`: whether a warning is in force.

    Returns
    -------
    roads
        Rules for warning days alone are left out where none is in force, and named as unknown where
        nobody said.
    """
    gone = {gap.rule_id for gap in assessment.gaps}
    on_page = [rule for rule in assessment.plan.rules if rule.page == PAGE]
    states = {
        rule.rule_id: warning if rule.only_on_warning_days else YES
        for rule in on_page
        if rule.rule_id not in gone and rule.kind in KIND_LABELS
    }
    states = {name: state for name, state in states.items() if state != NO}
    titles = {rule.rule_id: rule.title for rule in on_page}
    findings = assessment.findings
    held = findings["rule_id"].isin(list(states)) & (findings["verdict"] != Verdict.DOES_NOT_APPLY)
    sections = findings[held].copy()
    sections["state"] = sections["rule_id"].map(states)
    return WetRoads(
        rules=tuple((name, titles[name], state) for name, state in states.items()),
        towns=_sum_towns(assessment, states),
        sections=sections,
        gaps=tuple(gap.reason for gap in assessment.gaps if gap.rule_id in titles),
    )


def _sum_towns(assessment: Assessment, states: dict[str, str]) -> pd.DataFrame:
    """Give a row per township with the metres of each rule and of all in force."""
    totals = assessment.totals
    lengths = totals.set_index(["scope", "verdict", "township_id"])["length_m"]
    names = dict(zip(totals["township_id"], totals["township_name"], strict=True))
    scopes = {f"rule:{name}": name for name in states} | {f"page:{PAGE}": "union_m"}
    here = totals[totals["scope"].isin(list(scopes)) & (totals["length_m"] > 0)]
    towns = sorted(set(here["township_id"]) - {_ALL})
    rows = []
    for town in [*towns, _ALL] if towns else []:
        row: dict[str, object] = {"township_id": town, "township_name": names[town]}
        for scope, column in scopes.items():
            row[column] = float(lengths.get((scope, str(Verdict.APPLIES), town), 0.0))
        page = f"page:{PAGE}"
        row["close_m"] = float(lengths.get((page, str(Verdict.TOO_CLOSE_TO_CALL), town), 0.0))
        row["unknown_m"] = float(lengths.get((page, str(Verdict.UNKNOWN), town), 0.0))
        for role in ("lead", "responsible"):
            row[role] = "" if town == _ALL else _name(assessment, states, role, town, names[town])
        rows.append(row)
    columns = ["township_id", "township_name", *scopes.values(), "close_m", "unknown_m"]
    return pd.DataFrame(rows, columns=[*columns, "lead", "responsible"])


def _name(
    assessment: Assessment, states: dict[str, str], role: str, town: str, town_name: str
) -> str:
    """Name the units of a role on a township's ground."""
    plan = assessment.plan
    measures = dict.fromkeys(plan.rule(name).measure_id for name in states)
    found: list[str] = []
    for measure_id in measures:
        ids = getattr(plan.measure(measure_id), role)
        named = name_units(plan, ids, township_id=town, township_name=town_name)
        found += named.split("、") if named else []
    return "、".join(dict.fromkeys(found))


def list_roads(roads: WetRoads) -> pd.DataFrame:
    """Sum the sections up by road.

    Parameters
    ----------
    roads
        Found.

    Returns
    -------
    table
        ``township_name``, ``name``, ``rule_id``, ``sections``, ``length_m``, ``lead``,
        ``responsible``, ``state``, the longest first within a township; of what surely applies.
    """
    sections = roads.sections
    sure = sections[(sections["verdict"] == Verdict.APPLIES) & (sections["length_m"] > 0)]
    keys = ["township_name", "subject_name", "rule_id", "lead", "responsible", "state"]
    if sure.empty:
        return pd.DataFrame(columns=[*keys, "sections", "length_m"])
    plain = pd.DataFrame(sure.drop(columns="geometry"))
    plain["subject_name"] = plain["subject_name"].astype("string").fillna("")
    table = plain.groupby(keys, as_index=False, dropna=False).agg(
        sections=("subject_id", "nunique"), length_m=("length_m", "sum")
    )
    table["length_m"] = np.round(table["length_m"], 3)
    order = ["township_name", "state", "length_m", "subject_name", "rule_id"]
    ascending = [True, True, False, True, True]
    return table.sort_values(order, ascending=ascending, ignore_index=True)


def is_in_doubt(roads: WetRoads) -> bool:
    """Tell whether some rule waits for somebody to say whether there is a warning.

    Parameters
    ----------
    roads
        Found.

    Returns
    -------
    doubt
        True where one does.
    """
    return any(state == UNKNOWN for _, _, state in roads.rules)
