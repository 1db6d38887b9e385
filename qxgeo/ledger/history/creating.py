"""A new ledger: its tables and its first entry in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.ledger.history.change import Change
from qxgeo.ledger.history.checking import check_author, check_changes
from qxgeo.ledger.history.recording import write_changes
from qxgeo.ledger.store.opening import building, open_ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qxgeo.ledger.history.change import Author
    from qxgeo.ledger.store.ledger import Ledger


def create_ledger(
    place: str | Path,
    *,
    author: Author,
    about: Mapping[str, str],
    changes: Sequence[Change] = (),
) -> Ledger:
    """Make a ledger where there is none, with its first entries, or nothing at all.

    Parameters
    ----------
    place
        ``postgresql://user@host/database``, a file, or a folder for ``ledger.sqlite`` in it.
    author
        Who makes it, and when.
    about
        ``district_code``, ``district_name``, ``plan_id``, ``plan_sha256``: the first entry.
    changes
        What it holds from the start.

    Returns
    -------
    ledger
        Open; to be closed, or used in a ``with`` block.

    Raises
    ------
    LedgerError
        If something is there already, or a change is faulty.
    OutputError
        If the folder is missing or cannot be written.
    """
    check_author(author)
    first = Change(table="about", row_id="ledger", values=about)
    checked = check_changes([first, *changes])
    with building(place) as (_, connection):
        write_changes(connection, checked, author)
    return open_ledger(place, is_checked=False)
