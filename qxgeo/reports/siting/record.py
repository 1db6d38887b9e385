"""The record verdicts.json: what went in, what was wrong, and every verdict for a program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from qxgeo.reports.run_record import format_record, list_versions
from qxgeo.reports.siting.book_list import count_summaries
from qxgeo.siting.kinds import rules_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.district import District
    from qxgeo.errors import Text
    from qxgeo.plan import ActionPlan, SiteKind
    from qxgeo.siting import SiteChecks
    from qxgeo.siting.applications import Applications, Refused, Verdicts
    from qxgeo.siting.area import EligibleArea

SCHEMA_VERSION = 1
_DECIMALS = 7  # of a degree, a centimetre
_MILLIMETRES = 3
_LINE_COLUMNS = (
    *("rule_id", "verdict", "why", "distance_m", "threshold_m", "margin_m", "error_m"),
    *("measured_from", "measured_to", "reference_id", "reference_name", "is_spared"),
)


def verdicts_record(verdicts: Verdicts) -> dict[str, Any]:
    """Say what a list was judged from and what came out.

    Parameters
    ----------
    verdicts
        What was said of the list.

    Returns
    -------
    record
        Plain values, no time of day and no path of this machine.
    """
    district, read = verdicts.district, verdicts.applications
    return {
        "record_version": SCHEMA_VERSION,
        "as_of": district.as_of.isoformat(),
        "is_demo": verdicts.is_demo,
        "is_approximate": verdicts.is_approximate,
        **describe_basis(district, verdicts.checks),
        "list": describe_list(read),
        "counts": {one.kind.kind_id: count_summaries(one) for one in verdicts.checks},
        "rules": describe_rules(read.kinds, verdicts.checks[0].plan),
        "applications": list_applications(verdicts),
        "versions": list_versions(),
    }


def write_verdicts_record(verdicts: Verdicts, path: str | Path) -> None:
    """Write verdicts.json.

    Parameters
    ----------
    verdicts
        What was said of the list.
    path
        The file; its folder exists.
    """
    text = format_record(verdicts_record(verdicts))
    Path(path).write_text(text, encoding="utf-8", newline="\n")


def list_applications(verdicts: Verdicts) -> list[dict[str, Any]]:
    """Give every application that was judged, with what each rule says of it.

    Parameters
    ----------
    verdicts
        What was said of the list.

    Returns
    -------
    rows
        By kind, in the order of the file; metres to a millimetre.
    """
    pairs = zip(verdicts.checks, verdicts.lines, strict=True)
    return [row for one, lines in pairs for row in _describe_places(one, lines)]


def describe_basis(district: District, told: Sequence[SiteChecks | EligibleArea]) -> dict[str, Any]:
    """Say of which district and plan, on which layers, under which assumptions.

    Parameters
    ----------
    district
        Read and checked.
    told
        One for each kind.

    Returns
    -------
    record
        Keys ``district``, ``plan``, ``layers``, ``parameters``, ``choices``, ``assumptions``.
    """
    assumptions = {one: None for each in told for one in each.assumptions}
    plans = {each.plan.plan_id: each.plan for each in told}
    return {
        "district": {
            "code": district.code,
            "name": _both(district.name),
            "sha256": district.sha256,
        },
        "plan": [
            {"plan_id": one.plan_id, "title": _both(one.title), "sha256": one.sha256}
            for one in plans.values()
        ],
        "layers": {
            name: {
                "sha256": layer.sha256,
                "datum": layer.datum,
                "accuracy_m": layer.accuracy_m,
                "source": layer.source,
                "rows": len(layer.table),
                "is_demo": layer.is_demo,
                "is_approximate": layer.is_approximate,
            }
            for name, layer in district.layers.items()
        },
        "parameters": {
            name: {"value": one.value, "source": one.source}
            for name, one in district.parameters.items()
        },
        "choices": dict(district.choices),
        "assumptions": [
            {
                "assumption_id": one.assumption_id,
                "rule_ids": list(one.rule_ids),
                "text": _both(one.text),
                "source": _both(one.source),
            }
            for one in assumptions
        ],
    }


def describe_rules(kinds: Sequence[SiteKind], plan: ActionPlan) -> dict[str, Any]:
    """Give every rule that was asked: clause, strength, and the kinds that it looks at.

    Parameters
    ----------
    kinds
        In their order.
    plan
        Choices applied.

    Returns
    -------
    rules
        By rule id.
    """
    rules: dict[str, Any] = {}
    for kind in kinds:
        for _, rule in rules_of(kind, plan):
            described = {
                "measure_id": rule.measure_id,
                "title": _both(rule.title),
                "clause": rule.clause,
                "strength": str(rule.strength),
                "kinds": [],
            }
            rules.setdefault(rule.rule_id, described)["kinds"].append(kind.kind_id)
    return rules


def describe_list(read: Applications) -> dict[str, Any]:
    """Say what a list is, and what is wrong with it.

    Parameters
    ----------
    read
        The list.

    Returns
    -------
    record
        Plain values.
    """
    return {
        "file": read.file,
        "sha256": read.sha256,
        "rows": read.row_count,
        "judged": read.row_count - read.refused_row_count,
        "not_judged": read.refused_row_count,
        "datums": dict(read.datums),
        "wrong": [_describe_refused(one) for one in read.refused],
        "notes": [_both(note) for note in read.notes],
    }


def _describe_refused(one: Refused) -> dict[str, Any]:
    """Give one thing to mend."""
    return {
        "file": one.fault.file,
        "row": one.fault.row,
        "column": one.fault.column,
        "place_id": one.place_id,
        "name": one.name,
        "problem": _both(one.fault.problem),
        "mend": _both(one.fault.mend),
    }


def _describe_places(checks: SiteChecks, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give every place of a kind with its lines."""
    lines = table[[*_LINE_COLUMNS]]
    numbers = lines.select_dtypes("float64").columns
    rounded = lines.assign(**{name: lines[name].round(_MILLIMETRES) for name in numbers})
    listed = rounded.astype(object).where(rounded.notna(), None).to_dict("records")
    count = len(checks.by_rule)
    shapes = checks.places.geometry.to_numpy(dtype=object)
    points = np.round(shapely.get_coordinates(shapely.point_on_surface(shapes)), _DECIMALS)
    names = {attribute.name for attribute in checks.kind.attributes}
    attributes = [name for name in checks.places.columns if name in names]
    return [
        {
            "place_id": str(place["place_id"]),
            "name": str(place["name"]),
            "kind_id": str(place["kind_id"]),
            "status": str(place["status"]),
            "source_row": int(place["source_row"]),
            "lon": float(points[at, 0]),
            "lat": float(points[at, 1]),
            "accuracy_m": float(place["accuracy_m"]),
            "township_id": str(place["township_id"]),
            "verdict": str(place["summary"]),
            "decided_by": [one for one in str(place["decided_by"]).split(", ") if one],
            "attributes": {name: _plain(place[name]) for name in attributes},
            "lines": listed[at * count : (at + 1) * count],
        }
        for at, place in enumerate(checks.places.drop(columns="geometry").to_dict("records"))
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell may hold anything
    """Give a value that JSON has, None where there is none."""
    if value is None or pd.isna(value):
        return None
    return value if isinstance(value, bool | int | float) else str(value)


def _both(text: Text) -> dict[str, str]:
    """Give a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}
