"""A person's cells, points and roads as lines on paper.

Everything is in millimetres from the upper left corner of the drawing, so that the PDF and the
phone page draw the same map with two lines of code per thing. Between the ground and the paper
stands a conformal plane about the middle of the territory; north is up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.reports.patrol.sheets.ground import (
    Roads,
    choose_frame,
    lines_of,
    place_on,
    round_length,
)
from qxgeo.reports.patrol.sheets.map_labels import MapName, MapPin, place_pins

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from qxgeo.patrol.model import Patrol
    from qxgeo.reports.patrol.sheets.duty import PersonDuty

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]
    Lines = tuple[Floats, ...]

_SPACING_MM = {"high": 1.2, "medium": 3.2}  # of hatching; low risk is left white
_WATER_SPACING_MM = 1.6
_LEAST_CELL_MM = 1.8  # narrower ones bear no number


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCell:
    """One of the person's cells.

    Attributes
    ----------
    at, size_mm
        Where its number stands and how high it is; None in a sliver too narrow for one.
    """

    number: int
    rings: Lines
    at: tuple[float, float] | None
    size_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallMap:
    """A drawing in millimetres.

    Attributes
    ----------
    others
        Outlines of other people's cells.
    hatching
        Risk class to lines.
    border
        Outline of the territory.
    small_roads, large_roads
        Lines.
    pins
        Points on the paper; one visited for somebody else may lie beyond it.
    base
        Where the person sets out, None where not given or beyond the frame.
    bar_mm, bar_m
        Length of the scale bar on paper and on the ground.
    dashes
        Broken lines over the roads.
    """

    width_mm: float
    height_mm: float
    cells: tuple[MapCell, ...]
    others: Lines
    hatching: dict[str, Lines]
    border: Lines
    small_roads: Lines
    large_roads: Lines
    names: tuple[MapName, ...]
    pins: tuple[MapPin, ...]
    base: tuple[float, float] | None
    bar_mm: float
    bar_m: float
    dashes: Lines = ()


class Surveyor:
    """Draws people's maps; what all of them share is indexed once.

    Parameters
    ----------
    patrol
        The whole plan.
    """

    def __init__(self, patrol: Patrol) -> None:
        cells = patrol.cells
        self._shapes = shapely.force_2d(cells.geometry.to_numpy())
        self._owner = cells["person_id"].to_numpy(dtype=object)
        self._row = {key: row for row, key in enumerate(cells["cell_id"])}
        self._cells_near = shapely.STRtree(self._shapes)
        people = patrol.people
        self._base = {
            key: (lon, lat)
            for key, lon, lat in zip(
                people["person_id"], people["base_lon"], people["base_lat"], strict=True
            )
            if math.isfinite(lon) and math.isfinite(lat)
        }
        self._roads = Roads(patrol.district)

    def road_names(self) -> list[str]:
        """List the names that a map may write, each once."""
        return self._roads.names()

    def draw(self, duty: PersonDuty, *, width_mm: float, most_height_mm: float) -> SmallMap | None:
        """Draw a person's map.

        Parameters
        ----------
        duty
            Whose.
        width_mm
            Of the drawing.
        most_height_mm
            The height follows the territory up to here.

        Returns
        -------
        drawing
            None for somebody without a cell.
        """
        rows = [self._row[cell.cell_id] for cell in duty.cells]
        if not rows:
            return None
        frame = choose_frame(self._shapes[rows], width_mm, most_height_mm)
        own = frame.lay(self._shapes[rows])
        near = np.sort(self._cells_near.query(frame.window()))
        others = near[self._owner[near] != duty.person_id]
        base = self._base.get(duty.person_id)
        places = ((p.number, place_on(frame, (p.lon, p.lat))) for p in duty.points)
        pins = place_pins(
            [(number, *place) for number, place in places if place],
            width_mm=frame.width_mm,
            height_mm=frame.height_mm,
        )
        small, large, names = self._roads.lay(frame, pins)
        bar_m = round_length(frame.width_mm / 4 / frame.mm_per_m)
        return SmallMap(
            width_mm=frame.width_mm,
            height_mm=frame.height_mm,
            cells=tuple(map(_draw_cell, (cell.number for cell in duty.cells), own)),
            others=lines_of(shapely.boundary(frame.lay(self._shapes[others]))),
            hatching=_hatch(own, [cell.risk_class for cell in duty.cells]),
            border=lines_of(np.array([shapely.boundary(shapely.union_all(own))])),
            small_roads=small,
            large_roads=large,
            names=names,
            pins=pins,
            base=None if base is None else place_on(frame, base),
            bar_mm=bar_m * frame.mm_per_m,
            bar_m=bar_m,
        )


def _draw_cell(number: int, shape: BaseGeometry) -> MapCell:
    """Give a cell's outline and put its number into its upper left part, clear of its points."""
    west, top, east, bottom = shape.bounds
    width, height = east - west, bottom - top
    size = min(3.2, max(1.5, 0.22 * math.sqrt(shape.area)))
    corner = shape.intersection(
        shapely.box(west, top, west + max(0.3 * width, 3.0), top + max(0.3 * height, 2.6))
    )
    place = shapely.point_on_surface(corner if corner.area > 0 else shape)
    return MapCell(
        number=number,
        rings=lines_of(np.array([shapely.boundary(shape)])),
        at=(float(place.x), float(place.y)) if min(width, height) >= _LEAST_CELL_MM else None,
        size_mm=size,
    )


def _hatch(shapes: Shapes, classes: list[str]) -> dict[str, Lines]:
    """Fill each risk class with its own lines, drawn through neighbours without a break."""
    kinds = np.array(classes, dtype=object)
    return {
        kind: lines_of(np.array([shapely.intersection(ground, hatch_lines(kind, ground.bounds))]))
        for kind in (*_SPACING_MM, "water")
        if not (ground := shapely.union_all(shapes[kinds == kind])).is_empty
    }


def hatch_lines(kind: str, bounds: tuple[float, float, float, float]) -> shapely.MultiLineString:
    """Rule a box with the lines of a risk class.

    Parameters
    ----------
    kind
        ``high``, ``medium`` (slanting, dense and wide) or ``water`` (level); others have none.
    bounds
        Millimetres: left, top, right, bottom.

    Returns
    -------
    lines
        In step with each other wherever the box lies; slanting ones reach beyond it.
    """
    left, top, right, bottom = bounds
    if kind == "water":
        first, last = (math.floor(edge / _WATER_SPACING_MM) for edge in (top, bottom))
        levels = [number * _WATER_SPACING_MM for number in range(first + 1, last + 1)]
        return shapely.MultiLineString([((left, y), (right, y)) for y in levels])
    if kind not in _SPACING_MM:
        return shapely.MultiLineString()
    step = _SPACING_MM[kind] * math.sqrt(2)  # along the x axis, of lines rising at 45 degrees
    first, last = math.floor((left + top) / step), math.ceil((right + bottom) / step)
    sums = [number * step for number in range(first, last + 1)]
    return shapely.MultiLineString([((s - top, top), (s - bottom, bottom)) for s in sums])
