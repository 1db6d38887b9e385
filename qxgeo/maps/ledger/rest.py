"""What a page does not draw: said above the map, with numbers, links and where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.ledger.places import NOT_CLOSED, Mark
from qxgeo.maps.escaping import escape_text
from qxgeo.maps.ledger.sheets import link_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qxgeo.ledger.places import Item
    from qxgeo.maps.ledger.items import Teller
    from qxgeo.maps.ledger.sheets import Sheet


def tell_rest(teller: Teller, sheet: Sheet, sheets: Sequence[Sheet]) -> str:
    """Say what a page leaves out.

    Parameters
    ----------
    teller
        With the words.
    sheet
        The page.
    sheets
        All pages.

    Returns
    -------
    html
        "" where everything is drawn.
    """
    choice, words = sheet.choice, teller.words
    if not choice.left:
        return ""
    facts = words["left_text"].format(
        left=f"{choice.left:,}",
        total=f"{len(sheet.items):,}",
        closed=f"{choice.closed:,}",
        not_closed=f"{choice.not_closed:,}",
        sites=f"{choice.sites:,}",
        drawn=f"{len(choice.drawn):,}",
    )
    command = f"qxgeo ledger show problems --limit {max(len(teller.board.problems), 1)}"
    command += " --public" if teller.is_public else ""
    where = words["left_where"].format(command=command)
    lines = [f'<p class="alarm">{escape_text(facts)}</p>', f"<p>{escape_text(where)}</p>"]
    if not sheet.group:
        lines.append(f"<p>{escape_text(_tell_nowhere(teller, sheets))}</p>")
        tables = "".join(_table(teller, sheet, sheets, group) for group in ("units", "towns"))
        summary = escape_text(words["left_tables"])
        lines.append(f"<details><summary>{summary}</summary>{tables}</details>")
    return f'<section id="rest"><h2>{escape_text(words["left"])}</h2>{"".join(lines)}</section>'


def _tell_nowhere(teller: Teller, sheets: Sequence[Sheet]) -> str:
    """Count what no page at all draws."""
    drawn = {id(one) for sheet in sheets for one in sheet.choice.drawn}
    nowhere = [one for one in teller.places.items if id(one) not in drawn]
    not_closed = sum(one.mark in NOT_CLOSED for one in nowhere)
    return teller.words["left_nowhere"].format(
        count=f"{len(nowhere):,}", not_closed=f"{not_closed:,}"
    )


def _table(teller: Teller, whole: Sheet, sheets: Sequence[Sheet], group: str) -> str:
    """Write a line for each page of a group, and one for what is on none; lines add up."""
    words = teller.words
    names = ("problems", "not_closed", "overdue", "raised", "sites", "left_short")
    heads = "".join(f"<th class=n>{escape_text(words[one])}</th>" for one in names)

    def line(name: str, items: Sequence[Item], left: str, kind: str = "") -> str:
        numbers = "".join(f"<td class=n>{one:,}</td>" for one in _count(items))
        return f"<tr{kind}><td>{name}</td>{numbers}<td class=n>{left}</td></tr>"

    own = [one for one in sheets if one.group == group]
    taken = {id(item) for one in own for item in one.items}
    others = [one for one in whole.items if id(one) not in taken]
    body = "".join(
        line(
            f'<a href="{escape_text(link_sheet(one, on=whole))}">{escape_text(one.name)}</a>',
            one.items,
            f"{one.choice.left:,}",
        )
        for one in own
    )
    body += line(escape_text(words["left_pageless"]), others, "—") if others else ""
    body += line(escape_text(words["total"]), whole.items, "", " class=sum")
    return (
        f'<div class="scroll"><table><thead><tr><th>{escape_text(words[group])}</th>{heads}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _count(items: Sequence[Item]) -> tuple[int, ...]:
    """Count problems, those not closed, overdue and near a station, and sites."""
    return (
        sum(one.kind == "problem" for one in items),
        sum(one.mark in NOT_CLOSED for one in items),
        sum(one.mark == Mark.OVERDUE for one in items),
        sum(one.is_raised for one in items),
        sum(one.kind == "site" for one in items),
    )
