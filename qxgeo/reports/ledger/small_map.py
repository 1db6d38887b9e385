"""A small picture of where problems are: township outlines, a square or a dot for each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import shapely

from qxgeo.errors import Text
from qxgeo.reports.patrol.sheets.paper import MARGIN_MM, WIDTH_MM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from qxgeo.reports.patrol.sheets.paper import Paper

_HEIGHT_MM = 80.0
_LATE = (179, 38, 30)
_OPEN = (214, 140, 0)
_TOLERANCE_MM = 0.15  # of the outlines on paper
_DOT_MM = 1.5
MAP_TEXTS: dict[str, Text] = {
    "late": Text("逾期未改", "overdue"),
    "open": Text("未整改", "open"),
    "beyond": Text("图外", "beyond the picture"),
    "lost": Text("无位置", "without position"),
}


def draw_problems(
    paper: Paper,
    outlines: Mapping[str, BaseGeometry],
    problems: Sequence[Mapping[str, Any]],
    *,
    lang: str,
) -> None:
    """Draw problems on the outlines of the townships, at the place of the page.

    Parameters
    ----------
    paper
        The page.
    outlines
        Township code to its polygon, EPSG:4326.
    problems
        With ``lon``, ``lat`` (text or None) and ``is_late``.
    lang
        ``zh`` or ``en``.
    """
    top = float(paper.get_y()) + 1.0
    west, south, east, north = shapely.union_all(list(outlines.values())).bounds
    # A picture of a few kilometres: a degree of longitude shrinks by the cosine of the latitude.
    shrink = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH_MM / ((east - west) * shrink), _HEIGHT_MM / (north - south))
    left = MARGIN_MM + (WIDTH_MM - (east - west) * shrink * scale) / 2

    def place(lon: float, lat: float) -> tuple[float, float]:
        return left + (lon - west) * shrink * scale, top + (north - lat) * scale

    paper.set_line_width(0.25)
    paper.set_draw_color(110)
    paper.set_fill_color(244)
    for outline in outlines.values():
        for ring in _rings(outline, _TOLERANCE_MM / scale):
            paper.polygon([place(lon, lat) for lon, lat in ring], style="DF")
    paper.set_draw_color(255)
    paper.set_line_width(0.15)
    counts = dict.fromkeys(MAP_TEXTS, 0)
    for one in sorted(problems, key=lambda row: bool(row["is_late"])):
        if one["lon"] is None or one["lat"] is None:
            counts["lost"] += 1
            continue
        x, y = place(float(one["lon"]), float(one["lat"]))
        if not (MARGIN_MM <= x <= MARGIN_MM + WIDTH_MM and top <= y <= top + _HEIGHT_MM):
            counts["beyond"] += 1
            continue
        counts["late" if one["is_late"] else "open"] += 1
        _draw_mark(paper, x, y, is_late=bool(one["is_late"]))
    paper.set_draw_color(0)
    paper.set_xy(MARGIN_MM, top + _HEIGHT_MM + 1.0)
    _write_legend(paper, counts, lang)


def _draw_mark(paper: Paper, x: float, y: float, *, is_late: bool) -> None:
    """Draw a square for what is late, a dot for the rest: told apart without colour."""
    paper.set_fill_color(*(_LATE if is_late else _OPEN))
    if is_late:
        paper.rect(x - _DOT_MM / 2, y - _DOT_MM / 2, _DOT_MM, _DOT_MM, style="DF")
    else:
        paper.ellipse(x - _DOT_MM / 2, y - _DOT_MM / 2, _DOT_MM, _DOT_MM, style="DF")


def _rings(outline: BaseGeometry, tolerance_deg: float) -> Iterator[list[tuple[float, float]]]:
    """Give the outer rings of polygons, as coarse as the paper can show."""
    for part in shapely.get_parts(shapely.simplify(outline, tolerance_deg)):
        if part.geom_type == "Polygon":
            yield [(float(x), float(y)) for x, y in part.exterior.coords]


def _write_legend(paper: Paper, counts: Mapping[str, int], lang: str) -> None:
    """Say what the marks mean and how many are not drawn."""
    y = float(paper.get_y())
    x = MARGIN_MM
    for key, count in counts.items():
        is_drawn = key in ("late", "open")
        if is_drawn:
            _draw_mark(paper, x + 1.5, y + 2.0, is_late=key == "late")
        text = f"{MAP_TEXTS[key].in_language(lang)} {count}"
        paper.write_at(x + 4.0, y, text, size_pt=8.0)
        x += 8.0 + paper.measure(text, 8.0)
    paper.set_xy(MARGIN_MM, y + 5.0)
