"""The action plan: data/plans/*.toml as frozen, typed values."""

from __future__ import annotations

from qxgeo.plan.choices import apply_choices
from qxgeo.plan.load import embedded_plans, load_plan
from qxgeo.plan.model import (
    ActionPlan,
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

__all__ = [
    "ActionPlan",
    "Ambiguity",
    "Anomaly",
    "Choice",
    "Deadline",
    "InspectionRound",
    "Measure",
    "Parameter",
    "Rhythm",
    "Rule",
    "Section",
    "Selector",
    "Target",
    "Unit",
    "apply_choices",
    "covering_units",
    "describe_measure",
    "embedded_plans",
    "load_plan",
    "measures_for",
]
