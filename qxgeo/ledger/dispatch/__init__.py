"""Dispatch: what goes out to each unit in a week, a round or a month."""

from __future__ import annotations

from qxgeo.ledger.dispatch.board import Board, ledger_units, roles_in_problem
from qxgeo.ledger.dispatch.office import Office, read_board, start_week
from qxgeo.ledger.dispatch.turns import open_turns
from qxgeo.ledger.dispatch.weekly import build_dispatch, list_unassigned

__all__ = [
    "Board",
    "Office",
    "build_dispatch",
    "ledger_units",
    "list_unassigned",
    "open_turns",
    "read_board",
    "roles_in_problem",
    "start_week",
]
