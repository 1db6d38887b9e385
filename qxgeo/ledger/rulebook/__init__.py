"""Rules of work and of the red and black list, as data with the source of every number."""

from __future__ import annotations

from qxgeo.ledger.rulebook.load import load_list_rules, load_work_rules
from qxgeo.ledger.rulebook.model import (
    BlackRule,
    CheckItem,
    Condition,
    ListRules,
    Sourced,
    WorkRules,
)

__all__ = [
    "BlackRule",
    "CheckItem",
    "Condition",
    "ListRules",
    "Sourced",
    "WorkRules",
    "load_list_rules",
    "load_work_rules",
]
