"""The action plan: data/plans/*.toml as frozen, typed values."""

from __future__ import annotations

from qxgeo.plan.action_plan import ActionPlan
from qxgeo.plan.choices import apply_choices
from qxgeo.plan.kinds import Attribute, KindRule, SiteKind
from qxgeo.plan.load import embedded_plans, load_plan
from qxgeo.plan.model import (
    Ambiguity,
    Anomaly,
    Choice,
    Deadline,
    InspectionRound,
    Measure,
    Parameter,
    Rhythm,
    Rule,
    Section,
    Selector,
    Target,
    Unit,
)
from qxgeo.plan.query import covering_units, describe_measure, measures_for
from qxgeo.plan.words import KIND_LABELS, ROLE_LABELS, SPATIAL_LABELS

__all__ = [
    "KIND_LABELS",
    "ROLE_LABELS",
    "SPATIAL_LABELS",
    "ActionPlan",
    "Ambiguity",
    "Anomaly",
    "Attribute",
    "Choice",
    "Deadline",
    "InspectionRound",
    "KindRule",
    "Measure",
    "Parameter",
    "Rhythm",
    "Rule",
    "Section",
    "Selector",
    "SiteKind",
    "Target",
    "Unit",
    "apply_choices",
    "covering_units",
    "describe_measure",
    "embedded_plans",
    "load_plan",
    "measures_for",
]
