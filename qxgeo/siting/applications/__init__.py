"""A list of applications as an office keeps it: read row by row, judged kind by kind."""

from __future__ import annotations

from qxgeo.siting.applications.judge import judge_applications
from qxgeo.siting.applications.model import Applications, Refused, Verdicts
from qxgeo.siting.applications.read import read_applications

__all__ = ["Applications", "Refused", "Verdicts", "judge_applications", "read_applications"]
