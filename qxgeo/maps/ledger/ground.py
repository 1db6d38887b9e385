"""The ground under the ledger's items as SVG, and where on it a position falls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qxgeo.district import stations_in_force
from qxgeo.geodesy import draw_discs, ground_distance_m
from qxgeo.maps.base_layer import rank_roads
from qxgeo.maps.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qxgeo.district import District
    from qxgeo.ledger.places import Ring

    Box = tuple[float, float, float, float]  # left, top, right, bottom

WIDTH = 1000.0
DRAWN = ("boundary", "townships", "stations", "roads", "water")  # layers of a district
_MARGIN = 0.05
_SIMPLE_PX = 0.5
_LEAST_RANK = 2  # tertiary roads and larger: more would bury the symbols
_LEAST_SPAN = 1e-3  # degrees
_SCALE_SHARE = 0.25
_LETTER_PX = 17.0  # of a name, where the whole map is some 800 pixels wide on a screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The drawn district and the way from degrees to pixels, north up.

    Attributes
    ----------
    svg
        Elements below the items.
    width, height
        Of the picture in pixels; it is `WIDTH` wide.
    boxes
        Township to the box of its territory: left, top, width, height.
    """

    svg: str
    west: float
    north: float
    lon_px: float
    lat_px: float
    width: float
    height: float
    boxes: dict[str, tuple[float, float, float, float]]

    def locate(self, lon: float, lat: float) -> tuple[float, float, bool]:
        """Give pixels of a position, and whether it had to be moved to the edge.

        Parameters
        ----------
        lon, lat
            EPSG:4326.

        Returns
        -------
        x, y, is_beyond
            From the upper left corner.
        """
        x, y = (lon - self.west) * self.lon_px, (self.north - lat) * self.lat_px
        edge = 6.0
        inside_x = min(max(x, edge), self.width - edge)
        inside_y = min(max(y, edge), self.height - edge)
        is_beyond = not (0 <= x <= self.width and 0 <= y <= self.height)
        return round(inside_x, 1), round(inside_y, 1), is_beyond

    def path(self, shape: shapely.Geometry) -> str:
        """Write lines and outlines as a path.

        Parameters
        ----------
        shape
            EPSG:4326.

        Returns
        -------
        path
            Of an SVG element.
        """
        drawn = shapely.simplify(shapely.transform(shape, self._pixels), _SIMPLE_PX)
        return "".join(_write_part(part) for part in shapely.get_parts(drawn))

    def _pixels(self, lonlat: np.ndarray) -> np.ndarray:
        """Turn degrees into pixels."""
        x = (lonlat[:, 0] - self.west) * self.lon_px
        return np.column_stack((x, (self.north - lonlat[:, 1]) * self.lat_px))


def _write_part(part: shapely.Geometry) -> str:
    """Write a line, or the rings of a polygon."""
    if isinstance(part, shapely.Polygon):
        lines, end = [part.exterior, *part.interiors], "Z"
    else:
        lines, end = [part], ""
    text = ""
    for line in lines:
        points = "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(line))
        text += f"M{points}{end}" if points else ""
    return text


def draw_ground(district: District, ring: Ring | None) -> Ground:
    """Draw the district.

    Parameters
    ----------
    district
        Layers that it lacks are left out.
    ring
        Drawn around the stations.

    Returns
    -------
    ground
        The same for the same district.
    """
    bare = _choose_view(district)
    parts = [
        _areas(bare, district, "boundary", "land"),
        _areas(bare, district, "water", "water"),
        _roads(bare, district),
        _areas(bare, district, "townships", "town"),
        *_stations(bare, district, ring),
        _town_names(bare, district),
        _scale(bare),
    ]
    return Ground(
        svg="".join(parts),
        west=bare.west,
        north=bare.north,
        lon_px=bare.lon_px,
        lat_px=bare.lat_px,
        width=bare.width,
        height=bare.height,
        boxes=_boxes(bare, district),
    )


def _choose_view(district: District) -> Ground:
    """Show the whole district."""
    west, south, east, north = district.layers["boundary"].table.total_bounds.tolist()
    wide = max(east - west, _LEAST_SPAN) * _MARGIN
    high = max(north - south, _LEAST_SPAN) * _MARGIN
    west, east, south, north = west - wide, east + wide, south - high, north + high
    lon_px = WIDTH / (east - west)
    lat_px = lon_px / math.cos(math.radians((south + north) / 2))
    return Ground(
        svg="",
        west=west,
        north=north,
        lon_px=lon_px,
        lat_px=lat_px,
        width=WIDTH,
        height=round((north - south) * lat_px, 1),
        boxes={},
    )


def _shapes(district: District, name: str) -> Iterable[shapely.Geometry]:
    """Give the geometries of a layer that can be drawn."""
    layer = district.layers.get(name)
    if layer is None:
        return ()
    return [one for one in layer.table.geometry.dropna() if not one.is_empty]


def _areas(ground: Ground, district: District, name: str, kind: str) -> str:
    """Draw the outlines of a layer."""
    paths = [ground.path(one) for one in _shapes(district, name)]
    return "".join(f'<path d="{path}" class="{kind}"/>' for path in paths if path)


def _roads(ground: Ground, district: District) -> str:
    """Draw the larger roads as one path."""
    layer = district.layers.get("roads")
    if layer is None:
        return ""
    shapes = layer.table.geometry.to_numpy(dtype=object)[rank_roads(layer.table) >= _LEAST_RANK]
    lines = shapely.line_merge(shapely.union_all(shapes)) if len(shapes) else None
    path = "" if lines is None else ground.path(lines)
    return f'<path d="{path}" class="road"/>' if path else ""


def _stations(ground: Ground, district: District, ring: Ring | None) -> Iterable[str]:
    """Draw the stations in the view, and every ring that reaches into it."""
    layer = district.layers.get("stations")
    if layer is None:
        return
    table = stations_in_force(layer.table, district.as_of)
    east = ground.west + ground.width / ground.lon_px
    south = ground.north - ground.height / ground.lat_px
    view = shapely.box(ground.west, south, east, ground.north)
    for name, shape in zip(table["name"].astype(str), table.geometry, strict=True):
        lon, lat = shapely.get_coordinates(shape)[0].tolist()
        if ring is not None:
            disc = draw_discs(np.array([[lon, lat]]), radius_m=ring.radius_m)[0]
            if shapely.intersects(disc, view):
                yield f'<path d="{ground.path(disc)}" class="ring"/>'
        x, y, is_beyond = ground.locate(lon, lat)
        if not is_beyond:
            yield (
                f'<g class="fixed" data-at="{x} {y}" transform="translate({x} {y})">'
                '<path d="M0-9L8 5H-8Z" class="station"/>'
                f'<text y="20" class="mid name">{escape_text(name)}</text></g>'
            )


def _town_names(ground: Ground, district: District) -> str:
    """Write the names of the townships into them."""
    layer = district.layers.get("townships")
    if layer is None:
        return ""
    taken = _station_boxes(ground, district)
    texts = []
    for name, shape in zip(layer.table["name"].astype(str), layer.table.geometry, strict=True):
        if shape and not shape.is_empty:
            x, y, _ = ground.locate(*shapely.get_coordinates(shapely.point_on_surface(shape))[0])
            y = _step_aside(x, y, name, taken)
            texts.append(f'<text x="{x}" y="{y}" class="mid place">{escape_text(name)}</text>')
    return "".join(texts)


def _station_boxes(ground: Ground, district: District) -> list[Box]:
    """Give the box of the symbol and name of each station, as large as the whole map shows it."""
    layer = district.layers.get("stations")
    if layer is None:
        return []
    table = stations_in_force(layer.table, district.as_of)
    boxes = []
    for name, shape in zip(table["name"].astype(str), table.geometry, strict=True):
        x, y, is_beyond = ground.locate(*shapely.get_coordinates(shape)[0].tolist())
        half = _LETTER_PX * len(name) / 2
        if not is_beyond:
            boxes.append((x - half, y - _LETTER_PX, x + half, y + 2 * _LETTER_PX))
    return boxes


def _step_aside(x: float, y: float, name: str, taken: Iterable[Box]) -> float:
    """Move the name of a township up or down, off the names of stations."""
    half = _LETTER_PX * len(name) / 2
    hit = [
        (top, bottom)
        for left, top, right, bottom in taken
        if left < x + half and x - half < right and top < y + 2 and y - _LETTER_PX < bottom
    ]
    if not hit:
        return y
    over = min(top for top, _ in hit) - 2
    under = max(bottom for _, bottom in hit) + _LETTER_PX
    return round(over if y - over < under - y else under, 1)


def _boxes(ground: Ground, district: District) -> dict[str, tuple[float, float, float, float]]:
    """Give the box of each township in pixels."""
    layer = district.layers.get("townships")
    if layer is None:
        return {}
    boxes = {}
    for code, shape in zip(
        layer.table["township_id"].astype(str), layer.table.geometry, strict=True
    ):
        if shape and not shape.is_empty:
            west, south, east, north = shape.bounds
            x, y, _ = ground.locate(west, north)
            wide = (east - west) * ground.lon_px
            boxes[code] = (x, y, round(wide, 1), round((north - south) * ground.lat_px, 1))
    return boxes


def _scale(ground: Ground) -> str:
    """Draw a bar of a round length."""
    lat = ground.north - ground.height / ground.lat_px / 2
    degree_m = float(ground_distance_m([ground.west], [lat], [ground.west + 1e-3], [lat])[0]) * 1e3
    most_m = WIDTH * _SCALE_SHARE / ground.lon_px * degree_m
    power = 10.0 ** math.floor(math.log10(most_m))
    metres = max(head * power for head in (1, 2, 5) if head * power <= most_m)
    length = metres / degree_m * ground.lon_px
    y = ground.height - 12
    return (
        f'<path d="M20 {y - 6:.1f}v6h{length:.1f}v-6" class="scale"/>'
        f'<text x="{26 + length:.1f}" y="{y:.1f}">{metres / 1e3:g} km</text>'
    )
