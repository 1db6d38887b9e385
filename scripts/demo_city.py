"""A plausible but invented street network around the real boundary of the default district.

The city is drawn in a local metric plane as a planner would draw it: arterials first, blocks cut
again and again until they are small, smaller near the centre; two ring and radial roads; then
villages, lanes and field tracks. A smooth warp takes the ruler out of it. Nothing here is a real
road: every name begins with 示例.
"""

# ruff: noqa: PLR2004 -- an invented town is made of invented numbers; each stands where it acts

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from demo_sections import Street, cut_at_intersections, rank
from pyproj import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

ORIGIN = (110.335, 25.260)  # lon, lat of the plane's origin
CENTRE = np.array([-2900.0, 900.0])  # m east, north of it: the invented town centre
TURN_DEG = 14.0  # the grid leans with the river
NORTH_SOUTH = (-2350.0, -1500.0, -250.0, 650.0, 1750.0, 2900.0, 4150.0)  # arterials, m
EAST_WEST = (-4350.0, -3150.0, -2050.0, -1000.0, 50.0, 1050.0, 2100.0, 3250.0, 4350.0)
HILLS = ((-350.0, 1500.0, 420.0, 300.0), (900.0, -1150.0, 330.0, 430.0),
         (1850.0, 2150.0, 500.0, 380.0), (-2350.0, -2250.0, 260.0, 320.0),
         (-1500.0, 3000.0, 280.0, 240.0))  # fmt: skip
# (east, north, half-axes) of karst hills in m: no streets on them
RING_HALF_WIDTH_M = 9.0  # from the axis of a dual carriageway to either lane line
RING = ((-2100, 6900), (-250, 5200), (1250, 3500), (1900, 1500), (1750, -500), (1250, -2300),
        (250, -4200), (-900, -6400))  # fmt: skip
SYLLABLES = "松竹梅兰桂榕樟枫柳荷星月云霞泉溪岭峰湖川晨晖和安乐康宁永文育秀清"


class Plane:
    """The local metric plane: azimuthal equidistant about `ORIGIN`."""

    def __init__(self) -> None:
        lon, lat = ORIGIN
        self._change = Transformer.from_crs(
            "EPSG:4326", f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84", always_xy=True
        )

    def to_metres(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Lon/lat degrees to local metres."""
        return shapely.transform(
            geometry, lambda xy: np.column_stack(self._change.transform(*xy.T))
        )

    def to_degrees(self, geometry: shapely.Geometry, decimals: int) -> shapely.Geometry:
        """Local metres to lon/lat degrees, rounded."""
        return shapely.transform(
            geometry,
            lambda xy: np.round(
                np.column_stack(self._change.transform(*xy.T, direction="INVERSE")), decimals
            ),
        )


class NameGiver:
    """Hands out invented names, each once."""

    def __init__(self, rng: np.random.Generator) -> None:
        pairs = [a + b for a in SYLLABLES for b in SYLLABLES if a != b]
        self._pairs: Iterator[str] = iter(rng.permutation(pairs).tolist())

    def name(self, suffix: str) -> str:
        """Give the next name with a suffix such as 路."""
        return f"示例{next(self._pairs)}{suffix}"


def warp(uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bend grid coordinates (m) smoothly and turn them into plane coordinates (m)."""
    u, v = uv[:, 0], uv[:, 1]
    bent_u = u + 120 * np.sin(v / 1450 + 0.6) + 45 * np.sin(v / 520 + u / 1900)
    bent_v = v + 90 * np.sin(u / 1250 - 0.4) + 40 * np.sin(u / 610 + v / 1600)
    turn = np.radians(TURN_DEG)
    east = bent_u * np.cos(turn) + bent_v * np.sin(turn)
    north = -bent_u * np.sin(turn) + bent_v * np.cos(turn)
    return np.column_stack([east, north]) + CENTRE


def bend(start: tuple[float, float], end: tuple[float, float]) -> shapely.LineString:
    """Draw a straight grid line, a little over-long at both ends, as a bent street."""
    a, b = np.array(start), np.array(end)
    length = float(np.hypot(*(b - a)))
    over = 2.0 / length  # metres past the end, so that it surely meets the street it ends at
    steps = np.linspace(-over, 1 + over, max(3, int(length / 40) + 2))[:, None]
    return shapely.LineString(warp(a + steps * (b - a)))


def block_size_m(u: float, v: float) -> float:
    """Give the side below which a block is not cut any more; it grows away from the centre."""
    return 170.0 + 0.068 * float(np.hypot(u * 0.9, v))


def cut_block(
    block: tuple[float, float, float, float], rng: np.random.Generator, names: NameGiver
) -> list[Street]:
    """Cut a block of the grid by streets again and again until it is small enough."""
    west, south, east, north = block
    width, height = east - west, north - south
    limit = block_size_m((west + east) / 2, (south + north) / 2)
    long_side = max(width, height)
    if long_side < 1.35 * limit:
        return _alley(block, rng)
    share = float(rng.uniform(0.4, 0.6))
    if long_side > 800:
        road_class, suffix = "secondary", "路"
    elif long_side > 420:
        road_class, suffix = "tertiary", "路" if width > height else "街"
    else:
        road_class, suffix = "residential", "街" if rng.random() < 0.4 else "巷"
    if width >= height:
        at = west + share * width
        line = bend((at, south), (at, north))
        halves = [(west, south, at, north), (at, south, east, north)]
    else:
        at = south + share * height
        line = bend((west, at), (east, at))
        halves = [(west, south, east, at), (west, at, east, north)]
    streets = [Street(line, road_class, names.name(suffix))]
    for half in halves:
        streets += cut_block(half, rng, names)
    return streets


def _alley(block: tuple[float, float, float, float], rng: np.random.Generator) -> list[Street]:
    """Give a small block a service road into its yard, now and then."""
    west, south, east, north = block
    if rng.random() > 0.3:
        return []
    share, depth = float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.35, 0.7))
    if rng.random() < 0.5:
        at = west + share * (east - west)
        line = bend((at, south), (at, south + depth * (north - south)))
    else:
        at = south + share * (north - south)
        line = bend((west, at), (west + depth * (east - west), at))
    return [Street(line, "service", "")]


def is_urban(u: float, v: float) -> bool:
    """Tell whether a super-block at this grid position is built up."""
    return ((u - 300) / 4300) ** 2 + ((v - 50) / 4600) ** 2 < 1.0


def draw_town(
    ring: shapely.LineString, rng: np.random.Generator, names: NameGiver
) -> tuple[list[Street], list[NDArray[np.float64]]]:
    """Draw arterials and the streets between them; also give where the rows meet the ring (m)."""
    columns = [u + float(rng.uniform(-70, 70)) for u in NORTH_SOUTH]
    rows = [v + float(rng.uniform(-70, 70)) for v in EAST_WEST]
    streets: list[Street] = []
    for at in columns:
        past = rng.uniform(150, 700, 2)
        line = bend((at, rows[0] - past[0]), (at, rows[-1] + past[1]))
        streets.append(Street(line, "primary", names.name("大道" if at > 0 else "路")))
    for number, at in enumerate(rows):
        line = bend((columns[0] - float(rng.uniform(150, 700)), at), (8000.0, at))
        road_class = "primary" if number % 2 == 0 else "secondary"
        streets.append(Street(line, road_class, names.name("路")))
    for west, east in pairwise(columns):
        for south, north in pairwise(rows):
            if is_urban((west + east) / 2, (south + north) / 2):
                streets += cut_block((west, south, east, north), rng, names)
    return cut_at_ring(streets, ring, len(columns), len(rows))


def cut_at_ring(
    streets: list[Street], ring: shapely.LineString, columns: int, rows: int
) -> tuple[list[Street], list[NDArray[np.float64]]]:
    """End every town street at the ring road and give the ends of the rows (m)."""
    west = shapely.Polygon([*ring.coords, (-20_000, -20_000), (-20_000, 20_000)])
    west = shapely.buffer(west, RING_HALF_WIDTH_M + 2.0, join_style="mitre")
    shortened = []
    for street in streets:
        parts = shapely.get_parts(shapely.intersection(street.line, west))
        if len(parts):
            shortened.append(replace(street, line=max(parts, key=shapely.length)))
    gates = [np.array(street.line.coords[-1]) for street in shortened[columns : columns + rows]]
    return shortened, gates


def smooth(points: NDArray[np.float64], step_m: float = 45.0) -> shapely.LineString:
    """Draw a Catmull-Rom curve through points (m)."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        count = max(2, int(np.hypot(*(c - b)) / step_m))
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
                   + (3 * b - a - 3 * c + d) * t**3)
        )  # fmt: skip
    return shapely.LineString(np.vstack([*pieces, points[-1:]]))


def wander(
    start: NDArray[np.float64], end: NDArray[np.float64], rng: np.random.Generator, swing: float
) -> shapely.LineString:
    """Draw a winding way from start to end that leaves the straight by up to `swing` of it."""
    way = end - start
    across = np.array([-way[1], way[0]])
    count = max(3, int(np.hypot(*way) / 420) + 2)
    share = np.linspace(0, 1, count)[:, None]
    offset = rng.uniform(-swing, swing, (count, 1)) * np.sin(np.pi * share) ** 0.5
    return smooth(start + share * way + offset * across)


def draw_trunks(
    ring: shapely.LineString, gates: list[NDArray[np.float64]], names: NameGiver
) -> list[Street]:
    """Draw the dual-carriageway ring, and main roads that go on from the town's rows."""
    east = smooth(np.array([gates[4], [2900, 500], [4200, 350], [5600, 900], [8600, 1500]]))
    name, branch = names.name("快速路"), names.name("大道")
    streets = []
    for line, road_class, given in ((ring, "trunk", name), (east, "primary", branch)):
        for side in (RING_HALF_WIDTH_M, -RING_HALF_WIDTH_M):
            lane = shapely.offset_curve(line, side, quad_segs=4)
            lane = shapely.reverse(lane) if side > 0 else lane  # traffic keeps to the right
            streets.append(Street(lane, road_class, given, is_oneway=True))
    radials = (
        ("primary", gates[2], [[2600, -2600], [4300, -4100], [5600, -6300]]),
        ("primary", gates[6], [[2700, 3900], [4700, 5000], [6900, 7000]]),
        ("secondary", gates[3], [[3300, -900], [5100, -1500], [7300, -1700]]),
        ("secondary", gates[1], [[1700, -4200], [3600, -4900], [5450, -6150]]),
        ("secondary", gates[5], [[3400, 2400], [5000, 2900], [7000, 3300]]),
    )
    for road_class, gate, way in radials:
        line = smooth(np.array([gate, *way], dtype=float))
        streets.append(Street(line, road_class, names.name("公路")))
    return streets


def draw_tunnel(rng: np.random.Generator, names: NameGiver) -> Street:
    """Draw a road through the hill in the east; it crosses no other road at its level."""
    hill = np.array(HILLS[2][:2])
    line = wander(hill - np.array([640.0, 60.0]), hill + np.array([640.0, 40.0]), rng, 0.02)
    return Street(line, "secondary", names.name("隧道"), is_tunnel=True)


def place_villages(rng: np.random.Generator) -> NDArray[np.float64]:
    """Scatter villages over the country, 620 m or more apart, clear of the town (m)."""
    villages: list[NDArray[np.float64]] = []
    for spot in rng.uniform((-2600, -6300), (7900, 6300), (900, 2)):
        east_of_town = spot[0] > 2350 - 0.00008 * (spot[1] + 300) ** 2
        apart = all(np.hypot(*(spot - other)) > 780 for other in villages)
        if east_of_town and apart and len(villages) < 52:
            villages.append(spot)
    return np.array(villages)


def draw_country(rng: np.random.Generator, names: NameGiver) -> list[Street]:
    """Draw roads between neighbouring villages, lanes within them and tracks into the fields."""
    villages = place_villages(rng)
    streets: list[Street] = []
    joined: set[tuple[int, int]] = set()
    for here, spot in enumerate(villages):
        distance = np.hypot(*(villages - spot).T)
        for there in np.argsort(distance, kind="stable")[1:3].tolist():
            pair = (min(here, there), max(here, there))
            if pair in joined:
                continue
            joined.add(pair)
            line = wander(spot, villages[there], rng, 0.11)
            streets.append(Street(line, "unclassified", names.name("村道")))
        streets += _village(spot, rng, names)
    return streets


def _village(spot: NDArray[np.float64], rng: np.random.Generator, names: NameGiver) -> list[Street]:
    """Draw the lanes and tracks of one village."""
    streets = []
    first = float(rng.uniform(0, np.pi))
    for number in range(int(rng.integers(2, 4))):
        angle = first + number * np.pi / 3 + float(rng.uniform(-0.2, 0.2))
        way = np.array([np.cos(angle), np.sin(angle)])
        ahead, behind = rng.uniform(60, 190, 2)
        line = wander(spot - behind * way, spot + ahead * way, rng, 0.05)
        streets.append(Street(line, "residential", names.name("巷") if number == 0 else ""))
    for _ in range(int(rng.integers(1, 4))):
        angle = float(rng.uniform(0, 2 * np.pi))
        way = np.array([np.cos(angle), np.sin(angle)])
        near, far = float(rng.uniform(0, 60)), float(rng.uniform(260, 820))
        streets.append(Street(wander(spot + near * way, spot + far * way, rng, 0.14), "track", ""))
    return streets


def draw_city(seed: int, boundary_m: shapely.Geometry) -> list[Street]:
    """Draw the whole network, cut into sections (local metres), in a fixed order."""
    rng = np.random.default_rng(seed)
    names = NameGiver(rng)
    ring = smooth(np.array(RING, dtype=float))
    town, gates = draw_town(ring, rng, names)
    streets = [*town, *draw_trunks(ring, gates, names), draw_tunnel(rng, names)]
    streets += draw_country(rng, names)
    hills = shapely.union_all(
        [
            shapely.transform(shapely.Point(0, 0).buffer(1, quad_segs=8),
                              lambda xy, h=hill: xy * [h[2], h[3]] + [h[0], h[1]])
            for hill in HILLS
        ]
    )  # fmt: skip
    west_bank = shapely.box(-9000, -9000, -1050, 9000)
    river = shapely.buffer(shapely.intersection(shapely.boundary(boundary_m), west_bank), 45)
    sections = cut_at_intersections(streets, river, hills)
    sections.sort(key=lambda s: (rank(s), s.name, *s.line.coords[0]))
    return sections
