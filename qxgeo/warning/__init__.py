"""The warning day: what is in force now, where to look first, whom to call.

Sections 1, 2, 5 and 7 of the plan as far as they hang on the air of the day (1.5.1, 2.2.3, 5.2.2,
7.4.3 and what else has a trigger). What is missing, stale or doubtful is unknown, never fine.
"""

from __future__ import annotations

from qxgeo.warning.model import Today
from qxgeo.warning.today import look_at_today

__all__ = ["Today", "look_at_today"]
