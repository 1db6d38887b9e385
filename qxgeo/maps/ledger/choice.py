"""Which rows a page draws where the ledger holds more than a browser likes to hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qxgeo.ledger.places import NOT_CLOSED, Mark
from qxgeo.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.ledger.places import Item

MOST_ROWS = 5_000  # docs/ledger.md says what was measured
_LAST = "9999-12-31"  # what has no date comes after all that has
_URGENCY = (Mark.FALSE_RECTIFICATION, Mark.OVERDUE, Mark.DUE_SOON, Mark.OPEN, Mark.RECTIFIED,
            Mark.CLOSED)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a page draws.

    Attributes
    ----------
    drawn
        In the order of the list: by id where all are drawn, else the most urgent first.
    closed, not_closed, sites
        How many closed problems, other problems and sites are not drawn.
    """

    drawn: tuple[Item, ...]
    closed: int = 0
    not_closed: int = 0
    sites: int = 0

    @property
    def left(self) -> int:
        """Count what is not drawn."""
        return self.closed + self.not_closed + self.sites


def choose_rows(items: Sequence[Item], *, most_rows: int = MOST_ROWS) -> Choice:
    """Choose what a page draws.

    Parameters
    ----------
    items
        All of the page.
    most_rows
        As many are drawn at most.

    Returns
    -------
    choice
        All where they are not too many. Else closed problems are left out, and the rest comes near
        stations first, then what is overdue or falsely rectified, then by due date; sites after
        the problems.
    """
    if len(items) <= most_rows:
        return Choice(drawn=tuple(items))
    kept = [one for one in items if one.mark != Mark.CLOSED]
    order = sorted(kept, key=rank_urgency)
    rest = order[most_rows:]
    return Choice(
        drawn=tuple(order[:most_rows]),
        closed=len(items) - len(kept),
        not_closed=sum(one.mark in NOT_CLOSED for one in rest),
        sites=sum(one.kind == "site" for one in rest),
    )


def rank_urgency(item: Item) -> tuple[bool, bool, bool, int, str, str]:
    """Give what items are sorted by, the most urgent first.

    Parameters
    ----------
    item
        A problem or a site.

    Returns
    -------
    key
        Problems before sites; near a station, late or falsely rectified, by status, due date, id.
    """
    is_site = item.kind == "site"
    is_late = item.mark in (Mark.FALSE_RECTIFICATION, Mark.OVERDUE)
    return (
        is_site,
        not item.is_raised,
        item.is_raised and item.verdict != Verdict.APPLIES,
        0 if is_site or is_late else _URGENCY.index(item.mark),
        (None if is_site else item.row["due_on"]) or _LAST,
        item.row["id"],
    )
