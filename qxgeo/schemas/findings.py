"""Columns of the findings table, which every writer reads."""

from __future__ import annotations

# One row of the findings table, in this order, then `geometry` (EPSG:4326, the clipped part).
FINDING_COLUMNS: dict[str, str] = {
    "finding_id": "string",  # sha256 of (rule_id, subject_layer, subject_id, township_id), 16 hex
    "measure_id": "string",
    "rule_id": "string",
    "strength": "string",  # vocabulary.Strength
    "subject_layer": "string",
    "subject_id": "string",
    "subject_name": "string",
    "subject_class": "string",  # road class, damage class or kind of site
    "subject_status": "string",  # vocabulary.Status for sites, else ""
    "verdict": "string",  # vocabulary.Verdict
    "distance_m": "float64",  # nearest ground distance to the reference, NaN where none is asked
    "margin_m": "float64",  # threshold minus distance: positive inside; NaN where none
    "error_m": "float64",  # half-width of the too-close-to-call band
    "radius_m": "float64",
    "reference_id": "string",
    "reference_name": "string",
    "length_m": "float64",  # inside, of lines (0 for others)
    "length_low_m": "float64",  # at radius - error: inside for certain
    "length_high_m": "float64",  # at radius + error: inside at most
    "area_m2": "float64",  # inside, of polygons and zones (0 for others)
    "whole_length_m": "float64",
    "township_id": "string",  # code, OUTSIDE_DISTRICT or NO_TOWNSHIP
    "township_name": "string",
    "lead": "string",  # names joined by 、, empty outside the district
    "cooperating": "string",
    "responsible": "string",
    "deadline": "string",  # ISO date or ""
    "rank": "Int64",  # order of work where the rule ranks (repair), else <NA>
    "is_demo": "bool",
    "reason_zh": "string",
    "reason_en": "string",
}
