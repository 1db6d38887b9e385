"""What the weekly meeting reads: numbers by unit and township, what is late, what has changed."""

from __future__ import annotations

from qxgeo.ledger.summary.counting import (
    LateLine,
    Summary,
    UnitLine,
    count_day,
    list_contradictions,
    summarise_week,
)

__all__ = ["LateLine", "Summary", "UnitLine", "count_day", "list_contradictions", "summarise_week"]
