"""Dispatch: what goes out to each unit in a week, a round or a month."""

from __future__ import annotations

from qxgeo.ledger.dispatch.board import Board, ledger_units, roles_in_problem
from qxgeo.ledger.dispatch.weekly import build_dispatch, list_unassigned

__all__ = ["Board", "build_dispatch", "ledger_units", "list_unassigned", "roles_in_problem"]
