"""Lines written out: the long table of a list, the lines of one card, and their sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qxgeo.district import title_layer
from qxgeo.errors import Text
from qxgeo.schemas import SITE_LINE_COLUMNS
from qxgeo.siting.model import VERDICTS, WHYS, RuleLines, SiteChecks, SiteLine
from qxgeo.siting.words import FROM_LABELS, SUMMARIES, TEMPLATES, fill, write_metres
from qxgeo.vocabulary import Why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qxgeo.plan import SiteKind

GROUND = Text("属地", "whose ground")
_NOT_OF_A_LINE = ("layer:", "kind:", "band", "plan")


def list_lines(checks: SiteChecks, *, rows: Sequence[int] | None = None) -> pd.DataFrame:
    """Write every line of places into one long table.

    Parameters
    ----------
    checks
        As `check_sites` gives them.
    rows
        Which places, counted from 0; None for all.

    Returns
    -------
    lines
        `schemas.SITE_LINE_COLUMNS`, by place in the order of `checks.places`, then by line; range
        index.
    """
    wanted = np.arange(len(checks.places)) if rows is None else np.asarray(rows, dtype=np.int64)
    tables = [_one_rule(checks, one, wanted) for one in checks.by_rule]
    whole = pd.concat(tables, ignore_index=True)
    order = np.arange(len(whole)).reshape(len(tables), -1).T.ravel()
    table = whole.iloc[order].reset_index(drop=True)
    return table[[*SITE_LINE_COLUMNS]].astype(SITE_LINE_COLUMNS)


def write_card_lines(checks: SiteChecks, row: int) -> tuple[SiteLine, ...]:
    """Write the lines of one place's card.

    Parameters
    ----------
    checks
        As `check_sites` gives them.
    row
        Which place, counted from 0.

    Returns
    -------
    lines
        Line 0, then one for each rule.
    """
    return tuple(_line(one) for one in list_lines(checks, rows=[row]).to_dict(orient="records"))


def summarise_place(checks: SiteChecks, row: int) -> Text:
    """Put the summary of one place into a sentence with the clauses that decide it.

    Parameters
    ----------
    checks
        As `check_sites` gives them.
    row
        Which place, counted from 0.

    Returns
    -------
    sentence
        Such as 禁止在此开办（4.1.4-d）.
    """
    code = min(int(one.verdicts[row]) for one in checks.by_rule)
    sentence = SUMMARIES[VERDICTS[code]]
    clauses = [
        one.rule.rule_id
        for one in checks.by_rule
        if one.rule is not None and int(one.verdicts[row]) == code
    ]
    if not clauses or code == len(VERDICTS) - 1:
        return sentence
    return Text(f"{sentence.zh}（{'、'.join(clauses)}）", f"{sentence.en} ({', '.join(clauses)})")


def blank_attributes(kind: SiteKind, one: RuleLines, facts: Mapping[str, Any]) -> tuple[Text, ...]:
    """Name what a rule asks for and an application leaves blank.

    Parameters
    ----------
    kind
        Names the attributes.
    one
        The rule's lines.
    facts
        The application by column.

    Returns
    -------
    titles
        In the order of the kind's attributes.
    """
    asked = set()
    if one.rule is not None and one.kind_rule is not None:
        asked = columns_of(one.rule.subject.where) | columns_of(one.kind_rule.when)
    return tuple(
        attribute.title
        for attribute in kind.attributes
        if attribute.name in asked and _is_blank(facts.get(attribute.name))
    )


def columns_of(where: Mapping[str, Any]) -> set[str]:
    """Name the columns that a condition asks, all levels deep."""
    found: set[str] = set()
    for key, value in where.items():
        parts = value if key in ("any", "all") else [value] if key == "not" else []
        found |= set() if key in ("any", "all", "not") else {key}
        for part in parts:
            found |= columns_of(part)
    return found


def title_reference(layer: str) -> Text:
    """Name the sort of thing that is measured to.

    Parameters
    ----------
    layer
        Of the reference.

    Returns
    -------
    title
        In both languages.
    """
    return Text("辖区", "the district") if layer == "boundary" else title_layer(layer)


def label_reference(layer: str, name: str, reference_id: str) -> Text:
    """Name what was measured to: sort, name, and the code of a station."""
    title = title_reference(layer)
    if not name:
        return Text(f"{title.zh}（{reference_id}）", f"{title.en} {reference_id}")
    code = f"({reference_id})" if layer == "stations" else ""
    return Text(f"{title.zh}“{name}”{code}", f"{title.en} {name}{code}")


def _one_rule(checks: SiteChecks, one: RuleLines, rows: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Write the lines of one rule."""
    places = checks.places.iloc[rows]
    rule = one.rule
    title = GROUND if rule is None else rule.title
    facts = _facts(checks, one, rows)
    sentences = [
        fill(TEMPLATES[WHYS[one.whys[row]]], fact)
        for row, fact in zip(rows.tolist(), facts, strict=True)
    ]
    is_point = places.geom_type.to_numpy(dtype=object) == "Point"
    measured = np.where(is_point, "point", "parcel")
    asked = np.isfinite(one.distance_m[rows])
    source = np.full(len(rows), "entrance") if one.measured_from == "entrance" else measured
    return pd.DataFrame(
        {
            "place_id": places["place_id"].to_numpy(dtype=object),
            "line": one.line,
            "rule_id": "" if rule is None else rule.rule_id,
            "measure_id": "" if rule is None else rule.measure_id,
            "title_zh": title.zh,
            "title_en": title.en,
            "clause": "" if rule is None else rule.clause,
            "strength": "" if rule is None else str(rule.strength),
            "verdict": [str(VERDICTS[code]) for code in one.verdicts[rows]],
            "why": [str(WHYS[code]) for code in one.whys[rows]],
            "distance_m": one.distance_m[rows],
            "threshold_m": one.threshold_m[rows],
            "margin_m": one.margin_m[rows],
            "error_m": one.error_m[rows],
            "measured_from": np.where(asked, source, ""),
            "measured_to": np.where(asked, one.reference_layer, ""),
            "reference_id": one.reference_ids[rows],
            "reference_name": one.reference_names[rows],
            "is_spared": one.is_spared[rows],
            "assumption_ids": ", ".join(line_assumptions(checks, one)),
            "reason_zh": [sentence.zh for sentence in sentences],
            "reason_en": [sentence.en for sentence in sentences],
        }
    )


def _facts(checks: SiteChecks, one: RuleLines, rows: np.ndarray[Any, Any]) -> list[dict[str, Text]]:
    """Gather what the sentences of one rule ask for, place by place."""
    fixed = _fixed_facts(checks, one)
    is_point = checks.places.geom_type.to_numpy(dtype=object) == "Point"
    columns = [attribute.name for attribute in checks.kind.attributes]
    known = checks.places[[name for name in columns if name in checks.places.columns]]
    nothing = [Text("", "")] * len(rows)
    remarks = nothing if one.remarks is None else one.remarks.take(rows)
    facts = []
    for row, remark in zip(rows.tolist(), remarks, strict=True):
        source = one.measured_from
        source = ("point" if is_point[row] else "parcel") if source == "place" else source
        fact = fixed | {
            name: _metres(float(values[row]))
            for name, values in (
                ("distance", one.distance_m),
                ("threshold", one.threshold_m),
                ("margin", one.margin_m),
                ("error", one.error_m),
            )
        }
        fact["from"] = FROM_LABELS[source]
        fact["reference"] = label_reference(
            one.reference_layer, str(one.reference_names[row]), str(one.reference_ids[row])
        )
        fact["remark"] = remark
        if WHYS[one.whys[row]] is Why.NO_ATTRIBUTE:
            blank = blank_attributes(checks.kind, one, known.iloc[row].to_dict())
            fact["attributes"] = Text(
                "、".join(f"“{title.zh}”" for title in blank),
                ", ".join(title.en for title in blank),
            )
        fact["place"] = _place_sentence(one, row, fact)
        facts.append(fact)
    return facts


def _fixed_facts(checks: SiteChecks, one: RuleLines) -> dict[str, Text]:
    """Gather what is the same for all places."""
    nothing = Text("", "")
    rule = one.rule
    if rule is None:
        return {"subject": nothing, "parameter": nothing, "missing": nothing, "attributes": nothing}
    parameter = nothing
    if rule.radius_parameter:
        parameter = checks.plan.parameter(rule.radius_parameter).title
    layers = [title_layer(name) for name in one.missing]
    return {
        "subject": rule.subject.text,
        "parameter": parameter,
        "missing": Text("、".join(t.zh for t in layers), ", ".join(t.en for t in layers)),
        "attributes": nothing,
    }


def _place_sentence(one: RuleLines, row: int, fact: Mapping[str, Text]) -> Text:
    """Say where a place lies, before its attributes or its status are spoken of."""
    if one.rule is None or one.rule.kind in ("attribute", "list"):
        return fill(TEMPLATES["asks"], fact)
    if one.rule.kind == "frontage":
        return fact["remark"]
    if one.rule.kind == "inside_polygon":
        return fill(TEMPLATES["in_the_area"], fact)
    return fill(TEMPLATES["near_open" if np.isnan(one.threshold_m[row]) else "near"], fact)


def _metres(value: float) -> Text:
    """Write metres in both languages; nothing where none is asked."""
    shown = write_metres(value) if np.isfinite(value) else ""
    return Text(shown, shown)


def line_assumptions(checks: SiteChecks, one: RuleLines) -> list[str]:
    """Name the numbers and readings that a rule rests on.

    Parameters
    ----------
    checks
        As `check_sites` gives them.
    one
        The rule's lines.

    Returns
    -------
    assumption_ids
        In the order of the assumptions.
    """
    if one.rule is None:
        return []
    return [
        assumption.assumption_id
        for assumption in checks.assumptions
        if one.rule.rule_id in assumption.rule_ids
        and not assumption.assumption_id.startswith(_NOT_OF_A_LINE)
    ]


def _is_blank(value: object) -> bool:
    """Whether an application leaves something out."""
    return value is None or value is pd.NA or str(value).strip() in ("", "nan", "<NA>")


def _number(value: float) -> float | None:
    """Give a number, None where none is asked."""
    return float(value) if np.isfinite(value) else None


def _line(record: Mapping[Any, Any]) -> SiteLine:
    """Turn a row of the long table into a value."""
    return SiteLine(
        line=int(record["line"]),
        rule_id=str(record["rule_id"]),
        measure_id=str(record["measure_id"]),
        title=Text(str(record["title_zh"]), str(record["title_en"])),
        clause=str(record["clause"]),
        strength=str(record["strength"]),
        verdict=VERDICTS[[str(v) for v in VERDICTS].index(record["verdict"])],
        why=Why(record["why"]),
        distance_m=_number(record["distance_m"]),
        threshold_m=_number(record["threshold_m"]),
        margin_m=_number(record["margin_m"]),
        error_m=_number(record["error_m"]),
        measured_from=str(record["measured_from"]),
        measured_to=str(record["measured_to"]),
        reference_id=str(record["reference_id"]),
        reference_name=str(record["reference_name"]),
        is_spared=bool(record["is_spared"]),
        assumption_ids=tuple(filter(None, str(record["assumption_ids"]).split(", "))),
        reason=Text(str(record["reason_zh"]), str(record["reason_en"])),
    )
