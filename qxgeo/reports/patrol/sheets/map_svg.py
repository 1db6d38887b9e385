"""A small map inside a phone page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import shapely

from qxgeo.reports.patrol.sheets.map_labels import PIN_RADIUS_MM
from qxgeo.reports.patrol.sheets.map_pdf import HATCH_GREY, OTHERS_GREY, ROAD_GREY
from qxgeo.reports.patrol.sheets.small_map import hatch_lines
from qxgeo.reports.patrol.wording import say_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from qxgeo.reports.patrol.sheets.small_map import SmallMap

_HOUSE = "m-2-.4 2-2 2 2h-.5v2.2h-3v-2.2z"


def draw_svg(drawing: SmallMap, *, title: str) -> str:
    """Write a map as an SVG element.

    Parameters
    ----------
    drawing
        In millimetres, which become units of the view box.
    title
        Read out to those who do not see it.

    Returns
    -------
    svg
        Without scripts, links and style attributes.
    """
    size = f"{drawing.width_mm:.0f} {drawing.height_mm:.1f}"
    return (
        f'<svg class="map" viewBox="0 0 {size}" role="img" aria-label="{escape(title)}" '
        'fill="none" stroke-linejoin="round" font-family="sans-serif" text-anchor="middle">'
        + "".join(_layers(drawing))
        + "</svg>"
    )


def draw_swatch(kind: str) -> str:
    """Write a sample of a risk class's hatching.

    Parameters
    ----------
    kind
        Word of `wording.RISK_CLASSES`.

    Returns
    -------
    svg
        As wide as two of its heights.
    """
    box = shapely.box(0, 0, 9, 4.5)
    ruled = shapely.get_parts(shapely.intersection(hatch_lines(kind, box.bounds), box))
    lines = (shapely.get_coordinates(line) for line in ruled if line.length)
    return (
        '<svg viewBox="0 0 9 4.5" aria-hidden="true" fill="none">'
        f"{_path(lines, 0.2, HATCH_GREY)}"
        '<path d="M.1.1h8.8v4.3h-8.8z" stroke="#000" stroke-width=".2"/></svg>'
    )


def _layers(drawing: SmallMap) -> Iterator[str]:
    """Draw from the ground up."""
    yield _path(drawing.others, 0.2, OTHERS_GREY)
    for lines in drawing.hatching.values():
        yield _path(lines, 0.15, HATCH_GREY)
    yield _path((ring for cell in drawing.cells for ring in cell.rings), 0.2, 0)
    yield _path(drawing.small_roads, 1.0, 255)
    yield _path(drawing.small_roads, 0.3, ROAD_GREY)
    yield _path(drawing.large_roads, 2.0, 255)
    yield _path(drawing.large_roads, 1.0, ROAD_GREY)
    yield _path(drawing.large_roads, 0.5, 255)
    yield _path(drawing.dashes, 0.5, 0, ' stroke-dasharray="1.4 1.1"')
    yield _path(drawing.border, 0.9, 0)
    for cell in drawing.cells:
        if cell.at is not None:
            yield _text(str(cell.number), cell.at, cell.size_mm)
    for name in drawing.names:
        x, y = name.at
        turn = f' transform="rotate({name.angle_deg:.1f} {x:.1f} {y:.1f})"'
        yield _text(name.text, name.at, name.size_mm, turn)
    yield from _pins(drawing)
    yield from _furniture(drawing)


def _path(lines: Iterable[NDArray[np.float64]], width: float, grey: int, more: str = "") -> str:
    """Write lines of one width."""
    data = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) for line in lines)
    colour = f"#{grey:02x}{grey:02x}{grey:02x}"
    return f'<path d="{data}" stroke="{colour}" stroke-width="{width}"{more}/>' if data else ""


def _text(text: str, at: tuple[float, float], size: float, more: str = "") -> str:
    """Write a text about a place, with a white rim."""
    return (
        f'<text x="{at[0]:.1f}" y="{at[1] + 0.36 * size:.1f}" font-size="{size:.1f}" fill="#000" '
        f'stroke="#fff" stroke-width=".6" paint-order="stroke"{more}>{escape(text)}</text>'
    )


def _pins(drawing: SmallMap) -> Iterator[str]:
    """Draw black discs with white numbers, and how they hang on their points."""
    for pin in drawing.pins:
        if pin.at != pin.label_at:
            (x, y), (u, v) = pin.at, pin.label_at
            yield f'<path d="M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}" stroke="#000" stroke-width=".25"/>'
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r=".7" fill="#000"/>'
    for pin in drawing.pins:
        x, y = pin.label_at
        size = 2.6 if pin.number < 100 else 1.9  # noqa: PLR2004  # digits that fit the disc
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{PIN_RADIUS_MM}" fill="#000" stroke="#fff" '
            f'stroke-width=".4"/><text x="{x:.1f}" y="{y + 0.36 * size:.1f}" font-size="{size}" '
            f'font-weight="700" fill="#fff">{pin.number}</text>'
        )


def _furniture(drawing: SmallMap) -> Iterator[str]:
    """Draw the base, the north arrow and the scale bar."""
    if drawing.base is not None:
        x, y = drawing.base
        yield f'<path d="M{x:.1f} {y:.1f}{_HOUSE}" fill="#000" stroke="#fff" stroke-width=".4"/>'
    x, y = drawing.width_mm - 5.0, 2.4
    yield (
        f'<path d="M{x - 3.5:.1f} {y - 1.2:.1f}h7v12h-7z" fill="#fff" stroke="#000" '
        f'stroke-width=".2"/><path d="M{x:.1f} {y:.1f}l1.9 6-1.9-1.4-1.9 1.4z" fill="#000"/>'
        f'<text x="{x:.1f}" y="{y + 9.6:.1f}" font-size="3.4" font-weight="700" fill="#000">N'
        "</text>"
    )
    is_long = drawing.bar_m >= 1000  # noqa: PLR2004  # a kilometre
    text = f"{say_number(drawing.bar_m / 1000)} km" if is_long else f"{drawing.bar_m:.0f} m"
    x, y, bar = 3.0, drawing.height_mm - 3.6, drawing.bar_mm
    reach = bar + 2.0 * len(text) + 3.5
    yield (
        f'<path d="M{x - 1.5:.1f} {y - 2.6:.1f}h{reach:.1f}v5h-{reach:.1f}z" fill="#fff" '
        f'stroke="#000" stroke-width=".2"/><path d="M{x} {y - 0.6:.1f}h{bar:.2f}v1.2h-{bar:.2f}z" '
        f'stroke="#000" stroke-width=".2"/><path d="M{x} {y - 0.6:.1f}h{bar / 2:.2f}v1.2'
        f'h-{bar / 2:.2f}z" fill="#000"/><text x="{x + bar + 1.2:.1f}" y="{y + 1.1:.1f}" '
        f'font-size="3.2" text-anchor="start" fill="#000">{text}</text>'
    )
