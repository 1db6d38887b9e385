"""The main job: a district and its plan become findings, gaps, assumptions and totals."""

from __future__ import annotations

from qxgeo.assess.model import Assessment, Gap
from qxgeo.assess.run import assess
from qxgeo.assess.shelf import Place, Shelf, shelve
from qxgeo.assess.streamed import StreamedAssessment, assess_streamed
from qxgeo.rules import Assumption

__all__ = [
    "Assessment",
    "Assumption",
    "Gap",
    "Place",
    "Shelf",
    "StreamedAssessment",
    "assess",
    "assess_streamed",
    "shelve",
]
