"""Rhythm: who has to do what by when, how often it comes round, and how it stands."""

from __future__ import annotations

from qxgeo.ledger.rhythm.duties import Duty, list_duties, list_gaps
from qxgeo.ledger.rhythm.oddities import Oddity, list_oddities
from qxgeo.ledger.rhythm.periods import Period, Span, find_span, list_periods
from qxgeo.ledger.rhythm.states import STATE_LABELS, TaskState, judge_state
from qxgeo.ledger.rhythm.weeks import Week, parse_week, week_of

__all__ = [
    "STATE_LABELS",
    "Duty",
    "Oddity",
    "Period",
    "Span",
    "TaskState",
    "Week",
    "find_span",
    "judge_state",
    "list_duties",
    "list_gaps",
    "list_oddities",
    "list_periods",
    "parse_week",
    "week_of",
]
