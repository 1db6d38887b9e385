"""The list of the ledger's pages: the whole, each unit, each township."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qxgeo.maps.ledger.choice import choose_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qxgeo.ledger.places import Item
    from qxgeo.maps.ledger.choice import Choice
    from qxgeo.maps.ledger.items import Teller

    Row = Mapping[str, Any]

FOLDER = "ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page.

    Attributes
    ----------
    file, name
        Below the folder of the pages; for people.
    group
        ``units``, ``towns`` or "" for the whole.
    items
        All that belong to it: what is counted.
    choice
        Those that are drawn.
    tasks
        Whose deadlines are drawn.
    town
        Code of the township that is shown, or "".
    """

    file: str
    name: str
    group: str
    items: Sequence[Item]
    choice: Choice
    tasks: Sequence[Row]
    town: str = ""


def list_sheets(teller: Teller, *, most_rows: int) -> list[Sheet]:
    """List the pages.

    Parameters
    ----------
    teller
        With the ledger and its places.
    most_rows
        As many does a page draw at most.

    Returns
    -------
    sheets
        The whole first.
    """
    board, items = teller.board, teller.places.items
    tasks = board.working_tasks
    by_unit: dict[str | None, list[Item]] = defaultdict(list)
    by_town: dict[str, list[Item]] = defaultdict(list)
    for one in items:
        by_unit[one.row["unit_id"]].append(one)
        by_town[one.township].append(one)

    def sheet(file: str, name: str, group: str, own: Sequence[Item], due: Sequence[Row],
              town: str = "") -> Sheet:  # fmt: skip
        choice = choose_rows(own, most_rows=most_rows)
        return Sheet(
            file=file, name=name, group=group, items=own, choice=choice, tasks=due, town=town
        )

    def tasks_of(unit_id: str | None) -> list[Row]:
        return [one for one in tasks if one["unit_id"] == unit_id]

    unit_of = {one.members[0]: one.unit_id for one in board.plan.units if len(one.members) == 1}
    sheets = [sheet("ledger.html", teller.words["whole"], "", items, tasks)]
    for unit_id, name in board.unit_names.items():
        file = f"{FOLDER}/unit-{_file_part(unit_id)}.html"
        sheets.append(sheet(file, name, "units", by_unit[unit_id], tasks_of(unit_id)))
    for code, name in teller.township_names.items():
        file = f"{FOLDER}/town-{_file_part(code)}.html"
        own, due = by_town[code], tasks_of(unit_of.get(code))
        sheets.append(sheet(file, name, "towns", own, due, code))
    return sheets


def _file_part(text: str) -> str:
    """Make a code part of a file's name."""
    return quote(text, safe="").replace(".", "%2E")


def link_sheet(sheet: Sheet, *, on: Sheet) -> str:
    """Give the address of a page.

    Parameters
    ----------
    sheet
        The page.
    on
        The one that the link stands on.

    Returns
    -------
    address
        Relative and quoted.
    """
    return quote(f"../{sheet.file}" if "/" in on.file else sheet.file)
