"""Forms: what goes out to a unit to be filled in, and how it comes back."""

from __future__ import annotations

from qxgeo.ledger.forms.model import (
    Form,
    FormColumn,
    FormKind,
    FormRow,
    FormSheet,
    SheetKey,
    mark_row,
)
from qxgeo.ledger.forms.reading import ReturnedForm, ReturnedRow, read_return

__all__ = [
    "Form",
    "FormColumn",
    "FormKind",
    "FormRow",
    "FormSheet",
    "ReturnedForm",
    "ReturnedRow",
    "SheetKey",
    "mark_row",
    "read_return",
]
