"""Where numbers and names stand on a small map so that they can be read."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    Spot = tuple[float, float]

PIN_RADIUS_MM = 2.1
NAME_SIZE_MM = 2.6
_GAP_MM = 0.4
_RINGS = 8  # tried around a place that is taken, each a radius farther
_DIRECTIONS = 12
_MOST_NAMES = 14
_LEAST_LENGTH = 1.8  # of its name: a name on a shorter line would hide it
_ALONG = (0.5, 0.35, 0.65, 0.2, 0.8)  # places tried along a road


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPin:
    """A point: where it is, and where its number stands (the same unless it is crowded)."""

    number: int
    at: tuple[float, float]
    label_at: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapName:
    """The name of a road along it; the angle is clockwise on the paper, in degrees."""

    text: str
    at: tuple[float, float]
    angle_deg: float
    size_mm: float


def place_pins(
    places: Sequence[tuple[int, float, float]], *, width_mm: float, height_mm: float
) -> tuple[MapPin, ...]:
    """Put the points' numbers beside each other where the points crowd.

    Parameters
    ----------
    places
        Number, x and y of each point, millimetres.
    width_mm, height_mm
        Of the paper, which the numbers do not leave.

    Returns
    -------
    pins
        In the order of the places; a number that found no free place stands on its point.
    """
    anchors = np.array([(x, y) for _, x, y in places]).reshape(-1, 2)
    pins: list[MapPin] = []
    for row, (number, x, y) in enumerate(places):
        taken = np.array([pin.label_at for pin in pins]).reshape(-1, 2)
        others = np.delete(anchors, row, axis=0)
        spot = next(
            (
                (u, v)
                for u, v in _spots(x, y)
                if PIN_RADIUS_MM <= u <= width_mm - PIN_RADIUS_MM
                and PIN_RADIUS_MM <= v <= height_mm - PIN_RADIUS_MM
                and _is_clear(taken, u, v, 2 * PIN_RADIUS_MM + _GAP_MM / 2)
                and _is_clear(others, u, v, PIN_RADIUS_MM + _GAP_MM)
            ),
            (x, y),
        )
        pins.append(MapPin(number=number, at=(x, y), label_at=spot))
    return tuple(pins)


def _spots(x: float, y: float) -> Iterator[Spot]:
    """Go outwards from a place."""
    yield x, y
    for ring in range(2, _RINGS + 2):
        for turn in range(_DIRECTIONS):
            angle = 2 * math.pi * turn / _DIRECTIONS - math.pi / 2
            reach = ring * PIN_RADIUS_MM
            yield x + reach * math.cos(angle), y + reach * math.sin(angle)


def _is_clear(spots: np.ndarray, x: float, y: float, distance: float) -> bool:
    """Tell whether no spot is nearer than a distance."""
    return not bool((np.hypot(spots[:, 0] - x, spots[:, 1] - y) < distance).any())


def text_width(text: str, size: float) -> float:
    """Estimate the width of a text, in the unit of its size.

    Parameters
    ----------
    text
        Any.
    size
        Height of the letters' body.

    Returns
    -------
    width
        A Chinese character is as wide as high, a Latin letter 0.6 of it.
    """
    return size * sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.6 for c in text)


def place_names(
    roads: Mapping[str, BaseGeometry],
    pins: Sequence[MapPin],
    *,
    width_mm: float,
    height_mm: float,
) -> tuple[MapName, ...]:
    """Write the names of roads along them, where nothing else stands.

    Parameters
    ----------
    roads
        Name to its lines, the more important first; millimetres.
    pins
        Numbers that stay readable.
    width_mm, height_mm
        Of the paper.

    Returns
    -------
    names
        At most one per road; a road that is too short for its name has none.
    """
    paper = shapely.box(0, 0, width_mm, height_mm)
    taken: list[BaseGeometry] = [shapely.Point(pin.label_at).buffer(PIN_RADIUS_MM) for pin in pins]
    names: list[MapName] = []
    for text, lines in roads.items():
        if len(names) == _MOST_NAMES:
            break
        line = max(shapely.get_parts(lines), key=lambda part: part.length)
        length = text_width(text, NAME_SIZE_MM)
        for share in _ALONG:
            name, ground = _try_name(text, line, share, length)
            if name and ground.within(paper) and not any(ground.intersects(t) for t in taken):
                names.append(name)
                taken.append(ground)
                break
    return tuple(names)


def _try_name(
    text: str, line: shapely.LineString, share: float, length: float
) -> tuple[MapName | None, BaseGeometry]:
    """Lay a name along a line, unless the line is shorter or winds too much there."""
    middle = share * line.length
    if line.length < _LEAST_LENGTH * length:
        return None, shapely.Point()
    if not length / 2 <= middle <= line.length - length / 2:
        return None, shapely.Point()
    start, end = (line.interpolate(middle + side * length / 2) for side in (-1, 1))
    if start.distance(end) < 0.9 * length:  # nearly straight
        return None, shapely.Point()
    if start.x > end.x:
        start, end = end, start
    ground = shapely.LineString([start, end]).buffer(NAME_SIZE_MM * 0.6, cap_style="square")
    angle = math.degrees(math.atan2(end.y - start.y, end.x - start.x))
    at = ((start.x + end.x) / 2, (start.y + end.y) / 2)
    return MapName(text=text, at=at, angle_deg=angle, size_mm=NAME_SIZE_MM), ground
