"""The monthly red and black list of construction sites, and the credit points that it costs."""

from __future__ import annotations

from qxgeo.ledger.listing.figures import Month, SiteFigures, figure_sites, parse_month
from qxgeo.ledger.listing.judging import LIST_LABELS, ListEntry, ListKind, judge_lists
from qxgeo.ledger.listing.recording import list_changes

__all__ = [
    "LIST_LABELS",
    "ListEntry",
    "ListKind",
    "Month",
    "SiteFigures",
    "figure_sites",
    "judge_lists",
    "list_changes",
    "parse_month",
]
