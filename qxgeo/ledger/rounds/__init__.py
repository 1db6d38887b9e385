"""Rounds of inspection: checklists, look-backs at closed problems, the month's nine items."""

from __future__ import annotations

from qxgeo.ledger.rounds.checklists import build_round, open_round
from qxgeo.ledger.rounds.sampling import build_look_back, draw_sample, open_look_back
from qxgeo.ledger.rounds.scores import build_scores

__all__ = [
    "build_look_back",
    "build_round",
    "build_scores",
    "draw_sample",
    "open_look_back",
    "open_round",
]
