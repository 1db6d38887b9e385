"""A synthetic city for `siting.py`: references, places that people apply for, and their entrances.

Everything comes from one seed. Towns are scattered over the district; schools, markets, dwellings,
roads, stations and the places stand around them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from qxgeo.district import District

CENTRE = np.array([110.30, 25.27])  # Guilin
HALF_WIDTH_M = 20_000.0
METRE = np.array([1 / 100_750.0, 1 / 110_790.0])  # degrees, at 25 N; only shapes the city
CODE = "450305"
SHARES = {
    "roads": 0.4,
    "residential_buildings": 0.3,
    "schools": 0.18,
    "markets": 0.1,
}  # rest: stations
ACCURACY_M = {"boundary": 20.0, "stations": 10.0}
OTHERS_ACCURACY_M = 5.0
NEAR_M = {"near_school_m": 100.0, "near_market_m": 100.0}  # the plan leaves both open
# As many as in OpenStreetMap: 723 in Liechtenstein's boundary, 86 on average and up to 333 in its
# residential land, 16 in a school's grounds, 8 in a market's, 7 in a dwelling's.
BOUNDARY_CORNERS, ZONE_CORNERS = 720, 200
BY_ROAD = 0.8  # share of the parcels that lie beside a road
CLASSES = ("primary", "secondary", "tertiary", "residential", "service")


def build_city(seed: int, *, places: int, references: int) -> dict[str, gpd.GeoDataFrame]:
    """Build every table: layers of the district, two lists of places, entrances.

    Parameters
    ----------
    seed
        The same number, the same city.
    places
        How many places of each kind.
    references
        How many schools, markets, dwellings, road sections and stations together.

    Returns
    -------
    tables
        By name, EPSG:4326: layers as `schemas.LAYERS` has them, `catering` (points),
        `inspection_agency` (parcels) and `entrances`, one for each parcel.
    """
    random = np.random.default_rng(seed)
    towns = random.uniform(-0.75 * HALF_WIDTH_M, 0.75 * HALF_WIDTH_M, size=(12, 2))
    spread_m = random.uniform(800, 4_000, size=12)

    def scatter(count: int) -> np.ndarray[Any, Any]:
        town = random.integers(0, len(towns), count)
        at = towns[town] + random.normal(size=(count, 2)) * spread_m[town, None]
        return np.clip(at, -0.99 * HALF_WIDTH_M, 0.99 * HALF_WIDTH_M)

    count = {name: round(share * references) for name, share in SHARES.items()}
    count["stations"] = references - sum(count.values())
    tables = {
        "boundary": _table(_outline(), district_id=[CODE], name=["试验区"]),
        "townships": _townships(random, scatter(30)),
        "no_fuel_zone": _zones(random, towns[:5]),
        "roads": _roads(random, scatter(count["roads"])),
        "stations": _stations(scatter(count["stations"])),
    }
    for name, small_m, large_m, corners in (
        ("schools", 40.0, 150.0, 16),
        ("markets", 20.0, 60.0, 8),
        ("residential_buildings", 12.0, 60.0, 7),
    ):
        _, outline = _parcels(random, scatter(count[name]), small_m, large_m)
        shapes = _with_corners(random, outline, corners)
        tables[name] = _table(shapes, site_id=_ids(name, len(shapes)), name=_ids("名", len(shapes)))
    by_road = _beside(random, tables["roads"], places)
    middles = np.where(random.random((places, 1)) < BY_ROAD, by_road, scatter(places))
    return tables | _places(random, scatter(places), middles)


def as_district(tables: dict[str, gpd.GeoDataFrame], *, is_exact: bool = False) -> District:
    """Give the city as a district that was read and checked.

    Parameters
    ----------
    tables
        As `build_city` gives them.
    is_exact
        Take every position as exact, as a raster does.

    Returns
    -------
    district
        With the numbers of `NEAR_M` set.
    """
    from qxgeo.district import District, Layer, ParameterValue
    from qxgeo.errors import Text
    from qxgeo.schemas import LAYERS

    layers = {}
    for name in ("boundary", "townships", "stations", "no_fuel_zone", *list(SHARES)):
        blank = {column: None for column in LAYERS[name].columns if column not in tables[name]}
        layers[name] = Layer(
            name=name,
            table=tables[name].assign(**blank),
            path=Path(name),
            sha256="0" * 64,
            datum="wgs84",
            accuracy_m=0.0 if is_exact else ACCURACY_M.get(name, OTHERS_ACCURACY_M),
            source="synthetic",
            licence="",
            as_of=None,
            is_demo=True,
            is_approximate=False,
            notes=(),
        )
    return District(
        code=CODE,
        name=Text("试验区", "Test District"),
        folder=Path(),
        path=Path("district.toml"),
        sha256="0" * 64,
        plan="qixing-2023",
        as_of=date(2023, 6, 30),
        layers=layers,
        parameters={k: ParameterValue(value=v, source="benchmark") for k, v in NEAR_M.items()},
        choices={},
        warning_day=False,
        notes=(),
    )


def _lonlat(metres: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Turn metres around the centre into degrees, as files hold them."""
    return np.asarray(np.round(metres * METRE + CENTRE, 7))


def _table(shapes: object, **columns: object) -> gpd.GeoDataFrame:
    """Make a table of columns and shapes."""
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=np.atleast_1d(shapes), crs="EPSG:4326")


def _ids(letter: str, count: int) -> list[str]:
    """Give each of several things an id."""
    return [f"{letter}{number:06d}" for number in range(count)]


def _ring(middle: np.ndarray[Any, Any], radius_m: float, corners: int) -> shapely.Polygon:
    """Draw a wavy outline, such as a river makes of a boundary."""
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    wave = 1 + 0.06 * np.sin(5 * turn) + 0.02 * np.sin(41 * turn) + 0.004 * np.sin(211 * turn)
    away = radius_m * wave
    return shapely.Polygon(
        _lonlat(middle + np.stack((away * np.cos(turn), away * np.sin(turn)), 1))
    )


def _outline() -> shapely.Polygon:
    """Draw the district."""
    return _ring(np.zeros(2), 0.95 * HALF_WIDTH_M, BOUNDARY_CORNERS)


def _townships(random: np.random.Generator, seeds: np.ndarray[Any, Any]) -> gpd.GeoDataFrame:
    """Divide the district among towns."""
    outline = _outline()
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(_lonlat(seeds)), extend_to=outline)
    )
    cells = shapely.intersection(cells, outline)
    order = random.permutation(len(cells))
    codes = [f"{CODE}{number + 1:03d}" for number in range(len(cells))]
    return _table(cells[order], township_id=codes, name=_ids("乡", len(cells)))


def _zones(random: np.random.Generator, towns: np.ndarray[Any, Any]) -> gpd.GeoDataFrame:
    """Close the middle of some towns to bad fuels."""
    shapes = [_ring(town, random.uniform(1_000, 3_000), ZONE_CORNERS) for town in towns]
    return _table(shapes, zone_id=_ids("z", len(shapes)), name=_ids("区", len(shapes)))


def _roads(random: np.random.Generator, start: np.ndarray[Any, Any]) -> gpd.GeoDataFrame:
    """Let sections of eight corners, about 350 m long, wind through the towns."""
    count = len(start)
    heading = random.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(
        random.normal(0, 0.3, (count, 7)), axis=1
    )
    steps = np.stack((np.cos(heading), np.sin(heading)), axis=2) * random.gamma(8, 6, (count, 7, 1))
    corners = np.concatenate((start[:, None], start[:, None] + np.cumsum(steps, axis=1)), axis=1)
    return _table(
        shapely.linestrings(_lonlat(corners)),
        section_id=_ids("r", count),
        name=[f"路{number // 4}" for number in range(count)],
        road_class=random.choice(CLASSES, count, p=[0.1, 0.1, 0.2, 0.4, 0.2]),
        is_tunnel=False,
    )


def _stations(at: np.ndarray[Any, Any]) -> gpd.GeoDataFrame:
    """Set up stations."""
    ids = _ids("s", len(at))
    return _table(shapely.points(_lonlat(at)), station_id=ids, name=ids, control_level="national")


def _parcels(
    random: np.random.Generator, middle: np.ndarray[Any, Any], small_m: float, large_m: float
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Lay out turned rectangles; give them and their corners in metres, shape (n, 4, 2)."""
    half = random.uniform(small_m, large_m, (len(middle), 2)) / 2
    turn = random.uniform(0, np.pi, len(middle))
    along = np.stack((np.cos(turn), np.sin(turn)), axis=1) * half[:, :1]
    across = np.stack((-np.sin(turn), np.cos(turn)), axis=1) * half[:, 1:]
    corners = np.stack(
        [middle + one for one in (along + across, across - along, -along - across, along - across)],
        axis=1,
    )
    return shapely.polygons(_lonlat(corners)), corners


def _with_corners(
    random: np.random.Generator, outline: np.ndarray[Any, Any], count: int
) -> np.ndarray[Any, Any]:
    """Walk around rectangles and set corners about a metre beside them."""
    turn = np.arange(count) * 4 / count
    side, share = turn.astype(int), (turn % 1)[:, None]
    corners = outline[:, side] * (1 - share) + outline[:, (side + 1) % 4] * share
    return shapely.polygons(_lonlat(corners + random.uniform(-1, 1, corners.shape)))


def _beside(
    random: np.random.Generator, roads: gpd.GeoDataFrame, count: int
) -> np.ndarray[Any, Any]:
    """Choose places some tens of metres from roads, metres from the centre."""
    road = roads.geometry.to_numpy()[random.integers(0, len(roads), count)]
    at = shapely.line_interpolate_point(road, random.random(count), normalized=True)
    away = random.normal(size=(count, 2))
    away *= random.uniform(15, 60, (count, 1)) / np.hypot(*away.T)[:, None]
    return (shapely.get_coordinates(at) - CENTRE) / METRE + away


def _places(
    random: np.random.Generator, dots: np.ndarray[Any, Any], middles: np.ndarray[Any, Any]
) -> dict[str, gpd.GeoDataFrame]:
    """Invent applications: restaurants as points, agencies as parcels with an entrance each."""
    count = len(dots)
    facts = {
        "status": random.choice(["proposed", "existing", "change"], count, p=[0.8, 0.15, 0.05])
    }
    catering = _table(
        shapely.points(_lonlat(dots)),
        site_id=_ids("c", count),
        **facts,
        fuel=random.choice(["天然气", "电", "蜂窝煤", ""], count, p=[0.5, 0.3, 0.1, 0.1]),
        setting=random.choice(["独立", "临街一层", "露天"], count, p=[0.45, 0.45, 0.1]),
        is_large=random.choice(["是", "否"], count, p=[0.1, 0.9]),
        stoves=random.integers(1, 9, count),
        kind="中餐馆",
    )
    shapes, corners = _parcels(random, middles, 40.0, 120.0)
    agencies = _table(
        shapes,
        site_id=_ids("a", count),
        **facts,
        location=random.choice(["地面", "地下车库"], count, p=[0.95, 0.05]),
    )
    side = random.integers(0, 4, count)
    row = np.arange(count)
    gate = (corners[row, side] + corners[row, (side + 1) % 4]) / 2
    entrances = _table(shapely.points(_lonlat(gate)), site_id=_ids("a", count))
    return {"catering": catering, "inspection_agency": agencies, "entrances": entrances}
