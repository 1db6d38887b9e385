"""The map of the page as one inline SVG: sectors, wet roads, places upwind, stations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from qxgeo.air import grade_of
from qxgeo.geodesy import ground_distance_m
from qxgeo.maps.escaping import escape_text
from qxgeo.vocabulary import Verdict
from qxgeo.warning.model import YES
from qxgeo.warning.upwind import draw_sector

if TYPE_CHECKING:
    from qxgeo.warning.model import StationNow, Today

_WIDTH = 1000.0
_MARGIN = 0.06
_UNKNOWN = "#ffffff"
_SIMPLE_PX = 0.4


class _View(NamedTuple):
    """Turns degrees into pixels: a plane about the middle of the district, north up."""

    west: float
    north: float
    lon_px: float
    lat_px: float
    height: float

    def points(self, lonlat: np.ndarray) -> np.ndarray:
        """Give pixels."""
        return np.column_stack(
            ((lonlat[:, 0] - self.west) * self.lon_px, (self.north - lonlat[:, 1]) * self.lat_px)
        )

    def path(self, shape: shapely.Geometry) -> str:
        """Write lines and outlines as a path."""
        drawn = shapely.simplify(shapely.transform(shape, self.points), _SIMPLE_PX)
        parts = []
        for part in shapely.get_parts(drawn):
            is_area = part.geom_type == "Polygon"
            for line in [part.exterior, *part.interiors] if is_area else [part]:
                coordinates = shapely.get_coordinates(line)
                if len(coordinates):
                    text = "L".join(f"{x:.1f} {y:.1f}" for x, y in coordinates)
                    parts.append(f"M{text}{'Z' if is_area else ''}")
        return "".join(parts)


def draw_map(today: Today, *, title: str, north: str, is_public: bool) -> str:
    """Draw the district with what the page speaks of.

    Parameters
    ----------
    today
        Computed; nothing is computed here but pixels.
    title
        For those who cannot see it.
    north
        The letter at the arrow.
    is_public
        Leave out the names of places.

    Returns
    -------
    svg
        Stations far from the district are left out of the view.
    """
    view = _choose_view(today)
    layers = [
        _areas(today, view, "boundary", "land"),
        _areas(today, view, "townships", "town"),
        *(_sectors(today, one, view) for one in today.air.stations),
        _wet_roads(today, view),
        _places(today, view, is_public=is_public),
        *(_station(one, view) for one in today.air.stations),
        _scale(today, view),
        _arrow(north),
    ]
    return (
        f'<svg class="view" viewBox="0 0 {_WIDTH:g} {view.height:.0f}" role="img" '
        f'aria-label="{escape_text(title)}">{"".join(layers)}</svg>'
    )


def _arrow(north: str) -> str:
    """Draw the arrow to the north."""
    return (
        '<g transform="translate(26 20)"><path d="M0 26L7 0L14 26L7 20Z"/>'
        f'<text x="7" y="42" class="mid">{escape_text(north)}</text></g>'
    )


def _choose_view(today: Today) -> _View:
    """Show the district and the stations whose radii reach it."""
    ground = today.district.layers["boundary"].table.geometry.union_all()
    west, south, east, north = ground.bounds
    wide, high = east - west, north - south
    for one in today.air.stations:
        near = west - wide / 2 < one.lon < east + wide / 2
        if near and south - high / 2 < one.lat < north + high / 2:
            west, east = min(west, one.lon), max(east, one.lon)
            south, north = min(south, one.lat), max(north, one.lat)
    wide, high = (east - west) * _MARGIN, (north - south) * _MARGIN
    west, east, south, north = west - wide, east + wide, south - high, north + high
    lon_px = _WIDTH / (east - west)
    lat_px = lon_px / math.cos(math.radians((south + north) / 2))
    return _View(west, north, lon_px, lat_px, (north - south) * lat_px)


def _areas(today: Today, view: _View, name: str, kind: str) -> str:
    """Draw the outlines of a layer."""
    layer = today.district.layers.get(name)
    if layer is None:
        return ""
    shapes = [one for one in layer.table.geometry.dropna() if not one.is_empty]
    return "".join(f'<path d="{view.path(one)}" class="{kind}"/>' for one in shapes)


def _sectors(today: Today, station: StationNow, view: _View) -> str:
    """Draw the sectors of a station, the widest lowest."""
    return "".join(
        f'<path d="{view.path(draw_sector(station.lon, station.lat, today.wind, radius_m=one))}" '
        'class="sector"/>'
        for one in reversed(today.settings.radii_m)
    )


def _wet_roads(today: Today, view: _View) -> str:
    """Draw the roads to keep wet, those in force and sure."""
    table = today.wet.sections
    sure = table[(table["verdict"] == Verdict.APPLIES) & (table["state"] == YES)]
    shapes = [one for one in sure.geometry if one is not None and one.length > 0]
    return f'<path d="{"".join(map(view.path, shapes))}" class="wet"/>' if shapes else ""


def _places(today: Today, view: _View, *, is_public: bool) -> str:
    """Draw each place once."""
    once = today.sources.drop_duplicates(["layer", "source_id", "lon", "lat"])
    pixels = view.points(once[["lon", "lat"]].to_numpy(np.float64))
    titles = (
        once["source_id"]
        if is_public
        else once["name"].where(once["name"] != "", once["source_id"])
    )
    return "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="place"><title>{escape_text(str(name))}'
        "</title></circle>"
        for (x, y), name in zip(pixels, titles, strict=True)
    )


def _station(station: StationNow, view: _View) -> str:
    """Draw a station in the colour of its grade; one that cannot be trusted stays white."""
    x, y = view.points(np.array([[station.lon, station.lat]]))[0]
    if not (0 <= x <= _WIDTH and 0 <= y <= view.height):
        return ""
    grade = None if station.problems else grade_of(station.aqi)
    colour = _UNKNOWN if grade is None else grade.colour
    label = f"{station.name} {'?' if grade is None else f'{station.aqi:.0f}'}"
    side = "end" if x > _WIDTH * 0.8 else ""
    shift = -14 if side else 14
    return (
        f'<path d="M{x:.1f} {y - 11:.1f}L{x + 10:.1f} {y + 7:.1f}L{x - 10:.1f} {y + 7:.1f}Z" '
        f'class="station" fill="{colour}"/>'
        f'<text x="{x + shift:.1f}" y="{y + 5:.1f}" class="name {side}">{escape_text(label)}</text>'
    )


def _scale(today: Today, view: _View) -> str:
    """Draw a bar as long as the smallest radius."""
    metres = today.settings.radii_m[0]
    lat = view.north - view.height / view.lat_px / 2
    degree_m = float(ground_distance_m([view.west], [lat], [view.west + 1e-3], [lat])[0]) * 1e3
    length = metres / degree_m * view.lon_px
    y = view.height - 14
    return (
        f'<path d="M24 {y - 5:.1f}v5h{length:.1f}v-5" class="scale"/>'
        f'<text x="{30 + length:.1f}" y="{y:.1f}">{metres / 1e3:g} km</text>'
    )
