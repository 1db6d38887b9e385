"""The ground of a small map: how it lies on the paper, and its roads.

Between the ground and the paper stands a conformal plane about the middle of what is drawn; north
is up. Everything on paper is in millimetres from the upper left corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.geodesy import local_plane, move_coordinates
from qxgeo.reports.patrol.sheets.map_labels import MapName, MapPin, place_names

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import Transformer
    from shapely.geometry.base import BaseGeometry

    from qxgeo.district import District

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]
    Lines = tuple[Floats, ...]

_LARGE = ("motorway", "trunk", "primary", "secondary", "tertiary")
_FOOTWAYS = ("footway", "steps", "pedestrian", "cycleway", "bridleway")
_MARGIN = 0.07  # of the longer side, around what is drawn
_LEAST_SPAN_M = 900.0  # one small cell is still shown with its surroundings
_LEAST_HEIGHT = 0.42  # of the width
_SIMPLIFY_MM = 0.1  # finer than a printed line


@dataclass(frozen=True, slots=True)
class Frame:
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


def choose_frame(shapes: Shapes, width_mm: float, most_height_mm: float) -> Frame:
    """Choose the scale and the cut that show some shapes whole.

    Parameters
    ----------
    shapes
        EPSG:4326, at least one.
    width_mm
        Of the drawing.
    most_height_mm
        The height follows the shapes up to here.

    Returns
    -------
    frame
        With a margin around the shapes.
    """
    plane = local_plane(shapes)
    west, south, east, north = shapely.total_bounds(move_coordinates(shapes, plane))
    margin = _MARGIN * max(east - west, north - south)
    across = max(east - west + 2 * margin, _LEAST_SPAN_M)
    up = max(north - south + 2 * margin, _LEAST_SPAN_M * _LEAST_HEIGHT)
    height_mm = min(width_mm * max(up / across, _LEAST_HEIGHT), most_height_mm)
    mm_per_m = min(width_mm / across, height_mm / up)
    return Frame(
        plane=plane,
        left_m=(west + east) / 2 - width_mm / mm_per_m / 2,
        top_m=(south + north) / 2 + height_mm / mm_per_m / 2,
        mm_per_m=mm_per_m,
        width_mm=width_mm,
        height_mm=height_mm,
    )


def round_length(most_m: float) -> float:
    """Round a length down to 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    most_m
        Above zero.

    Returns
    -------
    length_m
        The longest one that is not longer.
    """
    power = 10.0 ** math.floor(math.log10(most_m))
    return max(step * power for step in (1, 2, 5) if step * power <= most_m)


def place_on(frame: Frame, lonlat: tuple[float, float]) -> tuple[float, float] | None:
    """Give the place of a position on the paper.

    Parameters
    ----------
    frame
        How the ground lies.
    lonlat
        Degrees.

    Returns
    -------
    place
        Millimetres; None beyond the edge.
    """
    point = frame.lay(np.array([shapely.Point(lonlat)], dtype=object))[0]
    return None if point.is_empty else (float(point.x), float(point.y))


class Roads:
    """The district's roads, indexed once for all maps.

    Parameters
    ----------
    district
        Without the layer nothing is drawn.
    """

    def __init__(self, district: District) -> None:
        layer = district.layers.get("roads")
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

    def names(self) -> list[str]:
        """List the names that a map may write, each once."""
        return sorted(set(self._road_name[np.isin(self._road_class, _LARGE)]))

    def lay(
        self, frame: Frame, pins: tuple[MapPin, ...]
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
            name: shapely.line_merge(shapely.MultiLineString(list(parts_of(np.array(lines)))))
            for name, lines in by_name.items()
        }
        names = place_names(merged, pins, width_mm=frame.width_mm, height_mm=frame.height_mm)
        return lines_of(laid[~is_large]), lines_of(laid[is_large]), names


def parts_of(shapes: Shapes) -> Shapes:
    """Take geometries apart into their lines.

    Parameters
    ----------
    shapes
        Any; other kinds than lines are left out.

    Returns
    -------
    lines
        Single ones.
    """
    parts = shapely.get_parts(shapely.get_parts(shapes))
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING])


def lines_of(shapes: Shapes) -> Lines:
    """Give the vertices of every line of some geometries.

    Parameters
    ----------
    shapes
        Any.

    Returns
    -------
    lines
        Shape (n, 2) each.
    """
    return tuple(shapely.get_coordinates(line) for line in parts_of(shapes) if not line.is_empty)
