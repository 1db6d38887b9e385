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

from qxgeo.geodesy import local_plane, move_coordinates
from qxgeo.reports.patrol.sheets.map_labels import (
    MapName,
    MapPin,
    place_names,
    place_pins,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import Transformer
    from shapely.geometry.base import BaseGeometry

    from qxgeo.patrol.model import Patrol
    from qxgeo.reports.patrol.sheets.duty import PersonDuty

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]
    Lines = tuple[Floats, ...]

_LARGE = ("motorway", "trunk", "primary", "secondary", "tertiary")
_FOOTWAYS = ("footway", "steps", "pedestrian", "cycleway", "bridleway")
_MARGIN = 0.07  # of the longer side, around the territory
_LEAST_SPAN_M = 900.0  # one small cell is still shown with its surroundings
_LEAST_HEIGHT = 0.42  # of the width
_SPACING_MM = {"high": 1.2, "medium": 3.2}  # of hatching; low risk is left white
_WATER_SPACING_MM = 1.6
_LEAST_CELL_MM = 1.8  # narrower ones bear no number
_SIMPLIFY_MM = 0.1  # finer than a printed line


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


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the plane lies on the paper."""

    plane: Transformer
    left_m: float
    top_m: float
    mm_per_m: float
    width_mm: float
    height_mm: float

    def lay(self, shapes: Shapes) -> Shapes:
        """Move geometries from degrees onto the paper and cut them at its edge."""
        moved = move_coordinates(shapes, self.plane)
        on_paper = shapely.transform(
            moved,
            lambda xy: np.column_stack(
                ((xy[:, 0] - self.left_m) * self.mm_per_m, (self.top_m - xy[:, 1]) * self.mm_per_m)
            ),
        )
        return np.asarray(shapely.clip_by_rect(on_paper, 0, 0, self.width_mm, self.height_mm))

    def window(self) -> BaseGeometry:
        """Give the paper's extent in degrees, a little wide."""
        x = np.array([0, self.width_mm, self.width_mm, 0]) / self.mm_per_m + self.left_m
        y = self.top_m - np.array([0, 0, self.height_mm, self.height_mm]) / self.mm_per_m
        lon, lat = self.plane.transform(x, y, direction="INVERSE")
        frame: BaseGeometry = shapely.box(lon.min(), lat.min(), lon.max(), lat.max())
        return frame


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
        layer = patrol.district.layers.get("roads")
        table = None if layer is None else layer.table
        empty = np.empty(0, dtype=object)
        self._roads = empty if table is None else shapely.force_2d(table.geometry.to_numpy())
        self._road_class = (
            empty if table is None else table["road_class"].fillna("").to_numpy(dtype=object)
        )
        self._road_name = (
            empty if table is None else table["name"].fillna("").to_numpy(dtype=object)
        )
        self._roads_near = shapely.STRtree(self._roads)

    def road_names(self) -> list[str]:
        """List the names that a map may write, each once."""
        return sorted(set(self._road_name[np.isin(self._road_class, _LARGE)]))

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
        frame = _choose_frame(self._shapes[rows], width_mm, most_height_mm)
        own = frame.lay(self._shapes[rows])
        near = np.sort(self._cells_near.query(frame.window()))
        others = near[self._owner[near] != duty.person_id]
        base = self._base.get(duty.person_id)
        places = ((p.number, _place(frame, (p.lon, p.lat))) for p in duty.points)
        pins = place_pins(
            [(number, *place) for number, place in places if place],
            width_mm=frame.width_mm,
            height_mm=frame.height_mm,
        )
        small, large, names = self._lay_roads(frame, pins)
        bar_m = _round_length(frame.width_mm / 4 / frame.mm_per_m)
        return SmallMap(
            width_mm=frame.width_mm,
            height_mm=frame.height_mm,
            cells=tuple(map(_draw_cell, (cell.number for cell in duty.cells), own)),
            others=_lines(shapely.boundary(frame.lay(self._shapes[others]))),
            hatching=_hatch(own, [cell.risk_class for cell in duty.cells]),
            border=_lines(np.array([shapely.boundary(shapely.union_all(own))])),
            small_roads=small,
            large_roads=large,
            names=names,
            pins=pins,
            base=None if base is None else _place(frame, base),
            bar_mm=bar_m * frame.mm_per_m,
            bar_m=bar_m,
        )

    def _lay_roads(
        self, frame: _Frame, pins: tuple[MapPin, ...]
    ) -> tuple[Lines, Lines, tuple[MapName, ...]]:
        """Lay the roads of the neighbourhood on the paper and name the larger ones."""
        near = np.sort(self._roads_near.query(frame.window()))
        near = near[~np.isin(self._road_class[near], _FOOTWAYS)]
        laid = shapely.simplify(frame.lay(self._roads[near]), _SIMPLIFY_MM)
        is_large = np.isin(self._road_class[near], _LARGE)
        by_name: dict[str, list[BaseGeometry]] = {}
        for rank in _LARGE:
            for row in np.flatnonzero(self._road_class[near] == rank):
                name = str(self._road_name[near[row]]).strip()
                if name and not laid[row].is_empty:
                    by_name.setdefault(name, []).append(laid[row])
        merged: dict[str, BaseGeometry] = {
            name: shapely.line_merge(shapely.MultiLineString(list(_parts(np.array(lines)))))
            for name, lines in by_name.items()
        }
        names = place_names(merged, pins, width_mm=frame.width_mm, height_mm=frame.height_mm)
        return _lines(laid[~is_large]), _lines(laid[is_large]), names


def _choose_frame(shapes: Shapes, width_mm: float, most_height_mm: float) -> _Frame:
    """Choose the scale and the cut that show the territory whole."""
    plane = local_plane(shapes)
    west, south, east, north = shapely.total_bounds(move_coordinates(shapes, plane))
    margin = _MARGIN * max(east - west, north - south)
    across = max(east - west + 2 * margin, _LEAST_SPAN_M)
    up = max(north - south + 2 * margin, _LEAST_SPAN_M * _LEAST_HEIGHT)
    height_mm = min(width_mm * max(up / across, _LEAST_HEIGHT), most_height_mm)
    mm_per_m = min(width_mm / across, height_mm / up)
    return _Frame(
        plane=plane,
        left_m=(west + east) / 2 - width_mm / mm_per_m / 2,
        top_m=(south + north) / 2 + height_mm / mm_per_m / 2,
        mm_per_m=mm_per_m,
        width_mm=width_mm,
        height_mm=height_mm,
    )


def _round_length(most_m: float) -> float:
    """Give the longest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(most_m))
    return max(step * power for step in (1, 2, 5) if step * power <= most_m)


def _place(frame: _Frame, lonlat: tuple[float, float]) -> tuple[float, float] | None:
    """Give the place of a position on the paper, None beyond its edge."""
    point = frame.lay(np.array([shapely.Point(lonlat)], dtype=object))[0]
    return None if point.is_empty else (float(point.x), float(point.y))


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
        rings=_lines(np.array([shapely.boundary(shape)])),
        at=(float(place.x), float(place.y)) if min(width, height) >= _LEAST_CELL_MM else None,
        size_mm=size,
    )


def _hatch(shapes: Shapes, classes: list[str]) -> dict[str, Lines]:
    """Fill each risk class with its own lines, drawn through neighbours without a break."""
    kinds = np.array(classes, dtype=object)
    return {
        kind: _lines(np.array([shapely.intersection(ground, hatch_lines(kind, ground.bounds))]))
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


def _parts(shapes: Shapes) -> Shapes:
    """Take geometries apart into their lines."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING])


def _lines(shapes: Shapes) -> Lines:
    """Give the vertices of every line of some geometries."""
    return tuple(shapely.get_coordinates(line) for line in _parts(shapes) if not line.is_empty)
