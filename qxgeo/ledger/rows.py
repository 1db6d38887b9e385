"""Rows of the ledger as mappings: what lies in their details."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def details_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a row holds beyond its columns.

    Parameters
    ----------
    row
        Of any table of work; its ``details`` are JSON, or None.

    Returns
    -------
    details
        A new mapping.
    """
    text = row.get("details")
    return dict(json.loads(text)) if text else {}
