"""Returns: what units filled in, judged row by row and merged; what is wrong goes back in red."""

from __future__ import annotations

from qxgeo.ledger.returns.desk import RefusedRow
from qxgeo.ledger.returns.merging import Outcome, import_return
from qxgeo.ledger.returns.sending_back import build_sent_back

__all__ = ["Outcome", "RefusedRow", "build_sent_back", "import_return"]
