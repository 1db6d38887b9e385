"""Invented areas of the demonstration: campuses, notice zones, patches of bare soil (metres)."""

# ruff: noqa: PLR2004 -- an invented town is made of invented numbers; each stands where it acts

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.affinity
from demo_places import Row, pick

if TYPE_CHECKING:
    from numpy.typing import NDArray


def schools(roads: list[Row], near: shapely.Geometry, rng: np.random.Generator) -> list[Row]:
    """Campuses between streets, clear of every road."""
    tree = shapely.STRtree([road["geometry"] for road in roads])
    kinds = {"幼儿园": 0.34, "小学": 0.34, "中学": 0.24, "大学": 0.08}
    side = {"幼儿园": 24, "小学": 48, "中学": 60, "大学": 110}
    west, south, east, north = near.bounds
    rows: list[Row] = []
    while len(rows) < 26:
        kind = pick(rng, kinds)
        spot = rng.uniform((west, south), (min(east, 1900.0), north))
        half = side[kind] * float(rng.uniform(0.8, 1.1))
        reach = np.array([half, 0.7 * half])
        campus = shapely.affinity.rotate(shapely.box(*(spot - reach), *(spot + reach)), -14)
        is_clear = len(tree.query(campus, predicate="dwithin", distance=6.0)) == 0
        is_apart = all(campus.distance(row["geometry"]) > 120 for row in rows)
        if is_clear and is_apart and campus.within(near):
            number = len(rows) + 1
            rows.append(
                {
                    "site_id": f"XX{number:02d}",
                    "name": f"示例{kind}{number}",
                    "kind": kind,
                    "geometry": campus,
                }
            )
    return rows


def zones(boundary: shapely.Geometry, ring: shapely.LineString) -> dict[str, shapely.Geometry]:
    """Draw the areas that notices would draw: town, fringe, country, fuel and machine zones.

    Town, fringe and country lie one behind the other from the ring road eastwards and share
    their edges; together they are the district.
    """
    town_side = shapely.Polygon([*ring.coords, (-20_000, -20_000), (-20_000, 20_000)])

    def west_of(offset_m: float) -> shapely.Geometry:
        return shapely.intersection(boundary, shapely.buffer(town_side, offset_m))

    town, town_and_fringe = west_of(-750), west_of(420)
    return {
        "main_urban_area": town,
        "urban_rural_fringe": shapely.difference(town_and_fringe, town),
        "rural_area": shapely.difference(boundary, town_and_fringe),
        "no_fuel_zone": west_of(-380),
        "machine_control_zone": west_of(650),
    }


def bare_ground(
    roads: list[Row], areas: dict[str, shapely.Geometry], rng: np.random.Generator
) -> list[Row]:
    """Patches of bare soil, most of them in the fringe, none on a road."""
    tree = shapely.STRtree([road["geometry"] for road in roads])
    haunt = shapely.union(areas["urban_rural_fringe"], shapely.buffer(areas["rural_area"], 350))
    rows: list[Row] = []
    while len(rows) < 44:
        spot = rng.uniform(haunt.bounds[:2], haunt.bounds[2:])
        patch = shapely.Polygon(_blob(spot, rng))
        on_road = len(tree.query(patch, predicate="intersects")) > 0
        if on_road or not haunt.intersects(patch):
            continue
        if any(patch.distance(row["geometry"]) < 20 for row in rows):
            continue
        number = len(rows) + 1
        rows.append(
            {
                "zone_id": f"LD{number:02d}",
                "name": f"示例裸露地{number}",
                "legal_source": "示例（演示）",
                "geometry": patch,
            }
        )
    return rows


def _blob(spot: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw the outline of a patch of ground."""
    corners = int(rng.integers(7, 11))
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = float(rng.uniform(18, 62)) * rng.uniform(0.7, 1.25, corners)
    return spot + np.column_stack([np.cos(angle) * 1.4, np.sin(angle)]) * radius[:, None]
