"""Small pieces of HTML that every part of the page uses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.maps.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_POINTS = (
    *(Text("北", "N"), Text("东北", "NE"), Text("东", "E"), Text("东南", "SE")),
    *(Text("南", "S"), Text("西南", "SW"), Text("西", "W"), Text("西北", "NW")),
)
_STEP_DEG = 45.0


def write_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int], *, kind: str = ""
) -> str:
    """Write a table.

    Parameters
    ----------
    heads
        Words, escaped here.
    rows
        Cells as HTML: made with the functions of this module.
    numbers
        Places of the columns of numbers.
    kind
        Class of the table; ``stack`` puts the cells of a row below each other on a phone.

    Returns
    -------
    table
        In a box that scrolls sideways on a phone.
    """
    right = set(numbers)
    head = "".join(
        f"<th{' class=n' if at in right else ''}>{escape_text(text)}</th>"
        for at, text in enumerate(heads)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if at in right else ''}>{cell}</td>" for at, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f"<div class='scroll'><table class='{kind}'><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def write_list(lines: Iterable[str], kind: str = "") -> str:
    """Write lines as a list.

    Parameters
    ----------
    lines
        Words, escaped here.
    kind
        Class of the list.

    Returns
    -------
    html
        "" without a line.
    """
    items = "".join(f"<li>{escape_text(line)}</li>" for line in lines)
    named = f" class='{kind}'" if kind else ""
    return f"<ul{named}>{items}</ul>" if items else ""


def write_section(title: str, *parts: str) -> str:
    """Write a part of the page under its title.

    Parameters
    ----------
    title
        Words, escaped here.
    *parts
        HTML.

    Returns
    -------
    html
        A section.
    """
    return f"<section><h2>{escape_text(title)}</h2>{''.join(parts)}</section>"


def write_note(text: str) -> str:
    """Write a remark.

    Parameters
    ----------
    text
        Words, escaped here.

    Returns
    -------
    html
        A paragraph.
    """
    return f"<p class='note'>{escape_text(text)}</p>"


def say_number(value: float, digits: int = 0) -> str:
    """Write a number.

    Parameters
    ----------
    value
        NaN is a dash.
    digits
        Behind the point.

    Returns
    -------
    text
        For a cell.
    """
    return f"{value:,.{digits}f}" if math.isfinite(value) else "—"


def say_bearing(bearing_deg: float, lang: str) -> str:
    """Write a direction in words and degrees.

    Parameters
    ----------
    bearing_deg
        NaN is a dash.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    text
        For a cell.
    """
    if not math.isfinite(bearing_deg):
        return "—"
    point = _POINTS[round(bearing_deg / _STEP_DEG) % len(_POINTS)].in_language(lang)
    return f"{point} {bearing_deg:.0f}°"


def say_clock(minute: int) -> str:
    """Write minutes after midnight as a time.

    Parameters
    ----------
    minute
        0 to 1440.

    Returns
    -------
    text
        ``07:00``.
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"
