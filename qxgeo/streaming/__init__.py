"""One question over roads of any number: piece by piece, on threads, processes or a cluster.

Pieces are done in any order by whoever has the time, written down in a journal, and added up as
whole numbers: so the answer is the same to the last bit whatever the batch size, the order, the
number of workers, and whether somebody was killed on the way. docs/scale.md tells how and at what
cost.
"""

from __future__ import annotations

from qxgeo.streaming.cluster import connect
from qxgeo.streaming.jobs import Job, Numbered, Outcome
from qxgeo.streaming.journal import clear_journal
from qxgeo.streaming.roads import RoadTotals, measure_roads
from qxgeo.streaming.running import run_pieces
from qxgeo.streaming.sums import add_columns, sum_by_key, sum_exactly, to_nanometres

__all__ = [
    "Job",
    "Numbered",
    "Outcome",
    "RoadTotals",
    "add_columns",
    "clear_journal",
    "connect",
    "measure_roads",
    "run_pieces",
    "sum_by_key",
    "sum_exactly",
    "to_nanometres",
]
