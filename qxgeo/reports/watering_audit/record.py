"""The record watering_audit.json: what was read, what it proves, and by which numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from qxgeo.reports.run_record import format_record, list_versions
from qxgeo.reports.watering.record import plain
from qxgeo.watering.tracks.model import VIOLATION_COLUMNS
from qxgeo.watering.tracks.words import say_violation

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from qxgeo.errors import Text
    from qxgeo.watering.tracks.model import Audit

SCHEMA_VERSION = 1
_DIGITS = 6
_FIXES = ("first_fix", "last_fix", "before_fix", "after_fix")


def audit_record(audit: Audit) -> dict[str, Any]:
    """Say what was read, what it proves, and by which numbers.

    Parameters
    ----------
    audit
        The whole audit.

    Returns
    -------
    record
        Plain values; the same audit gives the same record. It names carts, and no driver.
    """
    district, tracks = audit.district, audit.tracks
    return {
        "record_version": SCHEMA_VERSION,
        "day": audit.day.isoformat(),
        "is_demo": audit.is_demo,
        "district": {
            "code": district.code,
            "name": _both(district.name),
            "sha256": district.sha256,
        },
        "plan": {"plan_id": audit.plan.plan_id, "sha256": audit.plan.sha256},
        "duty": {
            "source": _both(audit.duty.source),
            "sections": len(audit.duty.sections),
            "planned_wettings": len(audit.duty.wettings),
            "problems": [_both(one) for one in audit.duty.problems],
        },
        "drying": {
            "weather": audit.duty.drying.weather,
            "title": _both(audit.duty.drying.title),
            "interval_h": plain(audit.duty.drying.interval_h),
            "is_rain": plain(audit.duty.drying.is_rain),
        },
        "inputs": dict(tracks.inputs),
        "tracks": {
            "records": len(tracks.table),
            "refused_rows": tracks.refused_rows,
            "used": len(audit.clean.fixes),
            "dropped": _rows(audit.dropped),
            "datum": tracks.datum,
            "error_m": {cart: round(m, 1) for cart, m in sorted(audit.matched.sigma_m.items())},
            "set_aside": {cart: _both(why) for cart, why in sorted(audit.set_aside.items())},
            "spraying_by_speed": list(audit.is_by_speed),
        },
        "faults": [
            {"zh": one.in_language("zh"), "en": one.in_language("en")} for one in tracks.faults
        ],
        "notes": [_both(one) for one in audit.notes],
        "parameters": {name: one.value for name, one in sorted(audit.settings.numbers.items())},
        "carts": _rows(audit.carts),
        "companies": _rows(audit.companies),
        "townships": _rows(audit.townships),
        "sections": _sections(audit),
        "violations": _violations(audit),
        "versions": list_versions(("scipy",)),
    }


def write_audit_record(audit: Audit, path: Path) -> None:
    """Write watering_audit.json.

    Parameters
    ----------
    audit
        The whole audit.
    path
        The file; its folder exists.
    """
    path.write_text(format_record(audit_record(audit)), encoding="utf-8", newline="\n")


def _both(text: Text) -> dict[str, str]:
    """Give a sentence in both languages."""
    return {"zh": text.zh, "en": text.en}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table."""
    return [
        {str(name): _value(value) for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def _value(value: object) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Give a cell as JSON knows it; shares need more digits than metres."""
    if isinstance(value, float) and math.isfinite(value):
        return round(value, _DIGITS)
    return plain(value)


def _sections(audit: Audit) -> list[dict[str, Any]]:
    """Give every section with its day."""
    columns = ("section_id", "road_name", "township_id", "from_m", "to_m", "length_m", "rule_ids")
    facts = _rows(audit.duty.sections[list(columns)])
    days = _rows(audit.wetness.table)
    return [
        {**fact, **day, "hours": np.round(hours, 4).tolist()}
        for fact, day, hours in zip(facts, days, audit.wetness.hours, strict=True)
    ]


def _violations(audit: Audit) -> list[dict[str, Any]]:
    """Give every violation with the file and row of the records that prove it."""
    fixes = audit.clean.fixes
    files, rows = fixes["file"].tolist(), fixes["row"].tolist()
    listed = []
    for row in audit.violations[list(VIOLATION_COLUMNS)].to_dict("records"):
        proof = {
            key.removesuffix("_fix"): {"file": files[int(row[key])], "row": rows[int(row[key])]}
            for key in _FIXES
            if int(row[key]) >= 0
        }
        facts = {str(key): plain(value) for key, value in row.items() if key not in _FIXES}
        listed.append({**facts, "text": _both(say_violation(row)), "proof": proof})
    return listed
