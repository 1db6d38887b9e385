"""Columns of what siting says of places, which every writer reads."""

from __future__ import annotations

# One row per place and line; line 0 asks whose ground it is, then one line per rule of the kind.
SITE_LINE_COLUMNS: dict[str, str] = {
    "place_id": "string",
    "line": "int64",
    "rule_id": "string",  # "" on line 0
    "measure_id": "string",
    "title_zh": "string",
    "title_en": "string",
    "clause": "string",  # the plan's own words
    "strength": "string",  # vocabulary.Strength, "" on line 0
    "verdict": "string",  # vocabulary.SiteVerdict
    "why": "string",  # vocabulary.Why: which sentence explains it
    "distance_m": "float64",  # nearest ground distance to the reference, NaN where none is asked
    "threshold_m": "float64",  # NaN where none is set or none is asked
    "margin_m": "float64",  # threshold minus distance, or depth in an area: positive inside
    "error_m": "float64",  # position errors of place and reference, added
    "measured_from": "string",  # point, parcel or entrance; "" where nothing is measured
    "measured_to": "string",  # layer of the reference
    "reference_id": "string",
    "reference_name": "string",
    "is_spared": "bool",  # caught by place, but the rule binds new premises only
    "assumption_ids": "string",  # joined by ", "
    "reason_zh": "string",
    "reason_en": "string",
}

# One row per place, then `geometry` (EPSG:4326) and the columns of the application itself.
SITE_PLACE_COLUMNS: dict[str, str] = {
    "place_id": "string",
    "name": "string",
    "kind_id": "string",
    "status": "string",
    "township_id": "string",
    "township_name": "string",
    "summary": "string",  # vocabulary.SiteVerdict, the most binding of its lines
    "decided_by": "string",  # clauses of the lines that say so, joined by ", "
    "accuracy_m": "float64",
    "is_demo": "bool",
}
