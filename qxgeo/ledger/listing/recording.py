"""The lists of a month in the ledger: proposed, until somebody confirms or takes them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qxgeo.ledger.history import Change, make_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qxgeo.ledger.listing.judging import ListEntry
    from qxgeo.ledger.rulebook import ListRules

    Row = Mapping[str, Any]

PROPOSED = "proposed"
WITHDRAWN = "withdrawn"
_MEASURE_OF = {"red": 0, "black": 1, "credit": 1}  # of the rules' measures: 2.1.1, 2.1.2


def list_id(entry: ListEntry) -> str:
    """Give the id of an entry of a list.

    Parameters
    ----------
    entry
        Of a month.

    Returns
    -------
    list_id
        One per month, list and site; of deductions one per rule as well.
    """
    rule_id = entry.rule_id if entry.points else ""
    return make_id("H", entry.month, entry.kind, entry.site_id, rule_id)


def list_changes(
    rules: ListRules, entries: Sequence[ListEntry], *, known: Sequence[Row], month: str
) -> Iterator[Change]:
    """Turn the lists of a month into changes.

    Parameters
    ----------
    rules
        Of the lists.
    entries
        As judged now.
    known
        Rows of the month that the ledger has.
    month
        Its label.

    Yields
    ------
    change
        Entries that are new or read otherwise now are proposed; a proposal that the figures no
        longer bear out is withdrawn. What was confirmed or appealed against is left alone: people
        decide on it.
    """
    settled = {
        one["id"]
        for one in known
        if one["appeal_status"] is not None or one["status"] not in (PROPOSED, WITHDRAWN)
    }
    judged = {list_id(one): one for one in entries}
    for row_id, entry in judged.items():
        if row_id not in settled:
            yield Change(table="lists", row_id=row_id, values=_write(rules, entry))
    for row in known:
        is_gone = row["month"] == month and row["id"] not in judged
        if is_gone and row["id"] not in settled and row["status"] == PROPOSED:
            yield Change(table="lists", row_id=row["id"], values={"status": WITHDRAWN})


def _write(rules: ListRules, entry: ListEntry) -> dict[str, Any]:
    """Write the row of an entry."""
    place = min(_MEASURE_OF[entry.kind], len(rules.measures) - 1)
    return {
        "month": entry.month,
        "kind": str(entry.kind),
        "site_id": entry.site_id,
        "name": entry.name,
        "measure_id": rules.measures[place],
        "rule_id": entry.rule_id or None,
        "points": entry.points or None,
        "reason": entry.reason.zh,
        "status": PROPOSED,
    }
