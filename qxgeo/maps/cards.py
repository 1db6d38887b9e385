"""Panels that a title's button opens, and their tables, as `cards.js` and `cards.css` know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.maps.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def write_panel(element_id: str, title: str, body: str, *, close: str) -> str:
    """Write a panel that the page opens on demand.

    Parameters
    ----------
    element_id
        Such as ``qx-notes``; its button is ``qx-open-notes``.
    title
        Words, escaped here.
    body
        HTML.
    close
        What the button that closes it is called.

    Returns
    -------
    panel
        Hidden at first.
    """
    return (
        f'<aside id="{element_id}" class="qx-sheet" aria-label="{escape_text(title)}" hidden>'
        f"<header><h2>{escape_text(title)}</h2>"
        f'<button type="button" class="qx-close" aria-label="{escape_text(close)}">'
        f'×</button></header><div class="qx-sheet-body">{body}</div></aside>'
    )


def write_panel_table(heads: Iterable[str], rows: Iterable[str], *, kind: str) -> str:
    """Write a table of ready rows.

    Parameters
    ----------
    heads
        HTML of the heads.
    rows
        HTML of the rows.
    kind
        Class of the table.

    Returns
    -------
    table
        In a box that scrolls sideways on a phone.
    """
    head = "".join(f"<th scope='col'>{one}</th>" for one in heads)
    return (
        f"<div class='qx-scroll'><table class='{kind}'><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def write_cells(values: Sequence[str]) -> str:
    """Write the cells of a row.

    Parameters
    ----------
    values
        HTML.

    Returns
    -------
    cells
        Without the row around them.
    """
    return "".join(f"<td>{value}</td>" for value in values)
