"""A small map on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from fpdf.enums import TextMode

from qxgeo.reports.patrol.sheets.map_labels import PIN_RADIUS_MM
from qxgeo.reports.patrol.sheets.small_map import hatch_lines
from qxgeo.reports.patrol.wording import RISK_CLASSES, say, say_number

if TYPE_CHECKING:
    from qxgeo.reports.patrol.sheets.paper import Paper
    from qxgeo.reports.patrol.sheets.small_map import Lines, SmallMap

_PT_PER_MM = 72 / 25.4
_SWATCH_MM = (9.0, 4.2)
HATCH_GREY = 120
OTHERS_GREY = 170
ROAD_GREY = 60


class MapPen:
    """Draws a map with its corner at a place of the page.

    Parameters
    ----------
    paper
        The page.
    left, top
        Millimetres.
    """

    def __init__(self, paper: Paper, left: float, top: float) -> None:
        self._paper, self._left, self._top = paper, left, top

    def draw(self, drawing: SmallMap) -> None:
        """Draw everything, from the ground up."""
        paper = self._paper
        with (
            paper.local_context(),  # or the library misses what the end of the clip undoes
            paper.rect_clip(self._left, self._top, drawing.width_mm, drawing.height_mm),
        ):
            self._draw_ground(drawing)
        self._draw_north(drawing)
        self._draw_bar(drawing)
        paper.set_line_width(0.4)
        paper.set_draw_color(0)
        paper.rect(self._left, self._top, drawing.width_mm, drawing.height_mm)

    def _draw_ground(self, drawing: SmallMap) -> None:
        """Draw cells, roads, names and points."""
        paper = self._paper
        self._stroke(drawing.others, 0.15, OTHERS_GREY)
        for lines in drawing.hatching.values():
            self._stroke(lines, 0.12, HATCH_GREY)
        self._stroke(tuple(ring for cell in drawing.cells for ring in cell.rings), 0.2, 0)
        self._stroke(drawing.small_roads, 1.0, 255)
        self._stroke(drawing.small_roads, 0.3, ROAD_GREY)
        self._stroke(drawing.large_roads, 2.0, 255)
        self._stroke(drawing.large_roads, 1.0, ROAD_GREY)
        self._stroke(drawing.large_roads, 0.5, 255)
        if drawing.dashes:
            paper.set_dash_pattern(dash=1.4, gap=1.1)
            self._stroke(drawing.dashes, 0.5, 0)
            paper.set_dash_pattern()
        self._stroke(drawing.border, 0.9, 0)
        for cell in drawing.cells:
            if cell.at is not None:
                x, y = self._at(cell.at)
                paper.write_halo(x, y, str(cell.number), size_pt=cell.size_mm * _PT_PER_MM)
        self._write_names(drawing)
        self._draw_pins(drawing)
        self._draw_base(drawing)

    def draw_legend(self, drawing: SmallMap, classes: set[str], lang: str) -> None:
        """Explain the hatching under the map."""
        paper, x, y = self._paper, self._left, self._top + drawing.height_mm + 1.5
        width, height = _SWATCH_MM
        for kind in RISK_CLASSES:
            if kind not in classes:
                continue
            box = shapely.box(x, y, x + width, y + height)
            ruled = shapely.get_parts(shapely.intersection(hatch_lines(kind, box.bounds), box))
            paper.set_line_width(0.12)
            paper.set_draw_color(HATCH_GREY)
            for line in ruled:
                paper.polyline([(float(u), float(v)) for u, v in line.coords])
            paper.set_draw_color(0)
            paper.set_line_width(0.2)
            paper.rect(x, y, width, height)
            level = say(kind, lang)
            text = level if kind == "water" else say("risk_legend", lang, level=level)
            paper.write_at(x + width + 1.0, y, text, size_pt=8.0)
            x += width + paper.measure(text, 8.0) + 5.0

    def _at(self, place: tuple[float, float]) -> tuple[float, float]:
        """Move a place of the map onto the page."""
        return self._left + place[0], self._top + place[1]

    def _stroke(self, lines: Lines, width: float, grey: int) -> None:
        """Draw lines of one width."""
        paper = self._paper
        paper.set_line_width(width)
        paper.set_draw_color(grey)
        for line in lines:
            paper.polyline([self._at((float(x), float(y))) for x, y in line])

    def _write_names(self, drawing: SmallMap) -> None:
        """Write the names of roads along them."""
        for name in drawing.names:
            x, y = self._at(name.at)
            # the page's axis points up, so its turns go the other way round
            with self._paper.rotation(-name.angle_deg, x, y):
                self._paper.write_halo(x, y, name.text, size_pt=name.size_mm * _PT_PER_MM)

    def _draw_pins(self, drawing: SmallMap) -> None:
        """Draw black discs with white numbers, and how they hang on their points."""
        paper = self._paper
        paper.set_draw_color(0)
        paper.set_fill_color(0)
        for pin in drawing.pins:
            if pin.at != pin.label_at:
                paper.set_line_width(0.25)
                paper.line(*self._at(pin.at), *self._at(pin.label_at))
                paper.circle(*self._at(pin.at), 0.7, style="F")
        for pin in drawing.pins:
            self.draw_badge(pin.number, *self._at(pin.label_at))

    def draw_badge(self, number: int, x: float, y: float) -> None:
        """Draw a point's number, white on a black disc with a white rim."""
        paper, text = self._paper, str(number)
        size = 7.5 if len(text) < 3 else 5.5  # noqa: PLR2004  # digits that fit the disc
        paper.set_line_width(0.5)
        with paper.local_context(draw_color=255, fill_color=0):
            paper.circle(x, y, PIN_RADIUS_MM, style="DF")
        left = x - paper.measure(text, size) / 2
        paper.set_font_size(size)
        with paper.local_context(
            text_color=255, draw_color=255, text_mode=TextMode.FILL_STROKE, line_width=0.2
        ):
            paper.text(left, y + 0.36 * size / _PT_PER_MM, text)

    def _draw_base(self, drawing: SmallMap) -> None:
        """Draw where the person sets out as a house."""
        if drawing.base is None:
            return
        paper = self._paper
        x, y = self._at(drawing.base)
        house = [(-2, -0.4), (0, -2.4), (2, -0.4), (1.5, -0.4), (1.5, 1.8), (-1.5, 1.8)]
        outline = [(x + u, y + v) for u, v in [*house, (-1.5, -0.4)]]
        paper.set_line_width(0.4)
        with paper.local_context(draw_color=255, fill_color=0):
            paper.polygon(outline, style="DF")

    def _draw_north(self, drawing: SmallMap) -> None:
        """Draw an arrow to the north into the upper right corner."""
        paper = self._paper
        x, y = self._at((drawing.width_mm - 6.0, 3.5))
        paper.set_line_width(0.3)
        with paper.local_context(draw_color=0, fill_color=255):
            paper.rect(x - 4.0, y - 2.0, 8.0, 13.6, style="DF")
        with paper.local_context(draw_color=0, fill_color=0):
            paper.polygon(
                [(x, y - 0.6), (x + 1.9, y + 6), (x, y + 4.6), (x - 1.9, y + 6)], style="F"
            )
        paper.write_at(x - paper.measure("N", 9.0) / 2, y + 6.6, "N", size_pt=9.0, is_bold=True)

    def _draw_bar(self, drawing: SmallMap) -> None:
        """Draw the scale bar into the lower left corner."""
        paper = self._paper
        text = f"{say_number(drawing.bar_m / 1000)} km"
        if drawing.bar_m < 1000:  # noqa: PLR2004  # a kilometre
            text = f"{drawing.bar_m:.0f} m"
        x, y = self._at((4.0, drawing.height_mm - 4.0))
        paper.set_line_width(0.3)
        reach = drawing.bar_mm + paper.measure(text, 8.0) + 4.5
        with paper.local_context(draw_color=0, fill_color=255):
            paper.rect(x - 2.0, y - 3.4, reach + 1.0, 5.4, style="DF")
        half = drawing.bar_mm / 2
        paper.rect(x, y - 1.4, drawing.bar_mm, 1.4)
        with paper.local_context(fill_color=0):
            paper.rect(x, y - 1.4, half, 1.4, style="F")
        paper.write_at(x + drawing.bar_mm + 1.2, y - 2.7, text, size_pt=8.0)
