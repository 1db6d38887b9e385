"""The rows of a form that were not merged, as a form again: what is wrong is marked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from qxgeo.ledger.forms.columns import MARK
from qxgeo.ledger.forms.model import Form, FormRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.ledger.dispatch import Board
    from qxgeo.ledger.forms import FormColumn, ReturnedForm
    from qxgeo.ledger.returns.desk import RefusedRow


def build_sent_back(
    board: Board, returned: ReturnedForm, refused: Sequence[RefusedRow], *, as_of: dt.date
) -> Form:
    """Make a form of the rows that were refused.

    Parameters
    ----------
    board
        Columns and names.
    returned
        The form that came back.
    refused
        Its rows that were not merged.
    as_of
        Day of sending it back.

    Returns
    -------
    form
        With the cells as the unit wrote them; corrected, it can be imported again.
    """
    sheets = []
    for key in dict.fromkeys(one.key for one in refused):
        columns = board.columns(key)
        rows = [_tell(one, columns) for one in refused if one.key == key]
        sheets.append(board.sheet(key, rows))
    return Form(
        kind=returned.kind,
        label=returned.label,
        unit_id=returned.unit_id,
        unit_name=board.unit_names.get(returned.unit_id, returned.unit_id),
        author_id=returned.author_id,
        as_of=as_of,
        head_number=board.head_number,
        notes=(),
        sheets=tuple(sheets),
        is_returned=True,
        is_demo=board.is_demo,
    )


def _tell(refused: RefusedRow, columns: Sequence[FormColumn]) -> FormRow:
    """Make the row, cells as they were written."""
    cells = {one.key: _write(refused.cells.get(one.key)) for one in columns}
    cells[MARK] = _write(refused.cells.get(MARK))
    return FormRow(
        row_id=cells.get("id", ""),
        cells=cells,
        faults=refused.faults,
    )


def _write(value: Any) -> str:  # noqa: ANN401  a cell may hold anything
    """Write a cell as text."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.removeprefix("'")
