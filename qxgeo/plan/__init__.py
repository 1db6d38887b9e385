"""The action plan: data/plans/*.toml as frozen, typed values."""

from __future__ import annotations

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
