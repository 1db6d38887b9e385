"""What lies upwind of each station: places and works by sector and distance.

A place is upwind while the direction in which the station sees it differs from where the wind
comes from by no more than half the sector. Of an area the nearest ground within the sector counts.
The weight orders the list: it falls with distance and, within the sector, away from its middle. It
is no concentration.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from qxgeo.district import title_layer
from qxgeo.errors import Text
from qxgeo.geodesy import bearing_deg, ground_distance_m, nearest_places
from qxgeo.geodesy.ellipsoid import GEOD
from qxgeo.vocabulary import NO_TOWNSHIP, OUTSIDE_DISTRICT
from qxgeo.warning.model import Wind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from qxgeo.district import District, Layer
    from qxgeo.district.today_settings import TodaySettings
    from qxgeo.warning.model import StationNow

    Floats = NDArray[np.float64]

# Sorted by station, then weight, the first to be looked at first.
SOURCE_COLUMNS: dict[str, str] = {
    "station_id": "string",
    "layer": "string",
    "source_id": "string",
    "name": "string",
    "address": "string",
    "owner": "string",  # office version only
    "phone": "string",  # office version only
    "distance_m": "float64",  # of the nearest ground upwind
    "bearing_deg": "float64",  # from the station, NaN where it stands on the place
    "ring_m": "float64",  # smallest radius that holds it
    "is_close": "bool",  # within the position errors of a ring or of the sector's edge
    "weight": "float64",
    "lon": "float64",
    "lat": "float64",
    "township_id": "string",
}
_OWNER = ("负责人", "联系人", "业主", "法人", "法定代表人", "owner", "contact")
_PHONE = ("电话", "联系电话", "手机", "手机号", "phone", "tel", "mobile")
_STEP_DEG = 1.0  # of the drawn sector's arc
_BEYOND = 1.001  # the drawn sector reaches further than the radius, which distances decide
_ID = {"burning_points": "point_id", "bare_ground": "zone_id"}
_CIRCLE_DEG = 360.0


def choose_sector(from_deg: float | None, speed_ms: float | None, settings: TodaySettings) -> Wind:
    """Choose how wide the upwind sector is.

    Parameters
    ----------
    from_deg
        Where the wind comes from, degrees; None where unknown.
    speed_ms
        None where unknown.
    settings
        Spread by speed.

    Returns
    -------
    wind
        Without a sector in a calm or where direction or speed are unknown: then everything within
        the radii counts, and the page says so.
    """
    direction = math.nan if from_deg is None else from_deg % _CIRCLE_DEG
    speed = math.nan if speed_ms is None else speed_ms
    calm = settings.number("calm_ms")
    if speed < calm:
        why = Text(
            f"风速低于 {calm:g} 米/秒（静风）：风向不定，不划扇区，半径内全部列出",
            f"below {calm:g} m/s (calm): no sector, everything within the radii is listed",
        )
    elif math.isnan(direction):
        why = Text(
            "风向不明：不划扇区，半径内全部列出",
            "direction unknown: no sector, everything within the radii is listed",
        )
    elif math.isnan(speed):
        why = Text(
            "风速不明，可能是静风：不划扇区，半径内全部列出",
            "speed unknown, perhaps calm: no sector, everything within the radii is listed",
        )
    else:
        spread = next(one for one in settings.spreads if speed < one.up_to_ms)
        why = Text(
            f"风速 {speed:g} 米/秒，按稳定度 {spread.stability} 取半宽 {spread.half_deg:g}°",
            f"at {speed:g} m/s, stability {spread.stability}, half width {spread.half_deg:g} deg",
        )
        return Wind(
            from_deg=direction,
            speed_ms=speed,
            half_deg=spread.half_deg,
            stability=spread.stability,
            why=why,
        )
    return Wind(from_deg=direction, speed_ms=speed, half_deg=math.nan, stability="", why=why)


def draw_sector(lon: float, lat: float, wind: Wind, *, radius_m: float) -> shapely.Polygon:
    """Draw the upwind sector of a station, or its disc where there is no sector.

    Parameters
    ----------
    lon, lat
        Of the station, degrees.
    wind
        Of the hour.
    radius_m
        Of the arc, ground metres.

    Returns
    -------
    sector
        EPSG:4326, an arc point each degree.
    """
    half = wind.half_deg
    is_disc = not half < _CIRCLE_DEG / 2
    middle = wind.from_deg if not is_disc else 0.0
    reach = _CIRCLE_DEG / 2 if is_disc else half
    steps = max(int(np.ceil(2 * reach / _STEP_DEG)), 1)
    azimuth = np.linspace(middle - reach, middle + reach, steps + 1)
    around = GEOD.fwd(
        np.full(len(azimuth), lon),
        np.full(len(azimuth), lat),
        azimuth,
        np.full(len(azimuth), radius_m),
    )
    ring = np.column_stack(around[:2])
    if not is_disc:
        ring = np.vstack(([[lon, lat]], ring))
    return shapely.Polygon(ring)


def find_sources(
    district: District, stations: Sequence[StationNow], wind: Wind, settings: TodaySettings
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Find the places and works upwind of each station.

    Parameters
    ----------
    district
        Its layers that `settings` names.
    stations
        Wherever they stand.
    wind
        Of the hour.
    settings
        Radii and weights.

    Returns
    -------
    sources, gaps
        `SOURCE_COLUMNS`; layers that are not there and rows without a position.
    """
    tables, gaps, missing = [], [], []
    for name in settings.source_layers:
        layer = district.layers.get(name)
        if layer is None:
            missing.append(title_layer(name))
            continue
        shapes = layer.table.geometry
        is_placed = ~(shapes.isna() | shapes.is_empty).to_numpy(bool)
        if not is_placed.all():
            count = int((~is_placed).sum())
            title = title_layer(name)
            gaps.append(
                Text(
                    f"{title.zh}：{count} 行没有位置", f"{title.en}: {count} rows have no position"
                )
            )
        accuracy = layer.accuracy_m + _accuracy_of(district)
        told = _tell(layer, is_placed)
        measured = [
            told.join(part, how="inner").assign(station_id=one.station_id)
            for one in stations
            for part in [_measure(one, told, wind, settings, accuracy)]
        ]
        tables += [part for part in measured if len(part)]
    if missing:
        zh = "、".join(one.zh for one in missing)
        en = ", ".join(one.en for one in missing)
        gaps.insert(0, Text(f"没有这些图层，不在清单里：{zh}", f"no layer of: {en}"))
    return _finish(tables, district), tuple(gaps)


def _accuracy_of(district: District) -> float:
    """Give the position error of the stations."""
    layer = district.layers.get("stations")
    return 0.0 if layer is None else layer.accuracy_m


def _tell(layer: Layer, is_placed: NDArray[np.bool_]) -> pd.DataFrame:
    """Give what the page says of each placed row."""
    table = layer.table[is_placed]
    plain = {str(name).strip().casefold(): str(name) for name in table.columns}

    def column(*names: str) -> list[str]:
        found = next((plain[name] for name in names if name in plain), None)
        if found is None:
            return [""] * len(table)
        return table[found].astype("string").fillna("").str.strip().tolist()

    return pd.DataFrame(
        {
            "layer": layer.name,
            "source_id": column(_ID.get(layer.name, "site_id")),
            "name": column("name"),
            "address": column("address", "地址"),
            "owner": column(*_OWNER),
            "phone": column(*_PHONE),
            "geometry": table.geometry.to_numpy(),
        },
        index=range(len(table)),
    )


def _measure(
    station: StationNow, told: pd.DataFrame, wind: Wind, settings: TodaySettings, error_m: float
) -> pd.DataFrame:
    """Measure what lies upwind of one station; rows that do not are left out."""
    shapes = told["geometry"].to_numpy(dtype=object)
    largest = settings.radii_m[-1]
    reach = draw_sector(station.lon, station.lat, wind, radius_m=largest * _BEYOND)
    parts = shapes.copy()
    is_area = shapely.get_dimensions(shapes) > 0
    parts[is_area] = shapely.intersection(shapes[is_area], reach)
    rows = np.flatnonzero(~shapely.is_empty(parts))
    columns = ["distance_m", "bearing_deg", "ring_m", "is_close", "weight", "lon", "lat"]
    if len(rows) == 0:
        return pd.DataFrame(columns=columns)
    here = np.array([shapely.Point(station.lon, station.lat)], dtype=object)
    places = nearest_places(parts[rows], here).subject_lonlat
    lon, lat = np.full(len(rows), station.lon), np.full(len(rows), station.lat)
    distance = ground_distance_m(lon, lat, places[:, 0], places[:, 1])
    bearing = np.where(distance > 0, bearing_deg(lon, lat, places[:, 0], places[:, 1]), np.nan)
    off = np.abs((bearing - wind.from_deg + 180) % _CIRCLE_DEG - 180)
    doubt = np.degrees(np.arctan2(error_m, np.maximum(distance, 1e-9)))
    has_sector = not math.isnan(wind.half_deg)
    inside = np.ones(len(rows), dtype=bool)
    is_close = np.zeros(len(rows), dtype=bool)
    aside = np.ones(len(rows))
    if has_sector:
        # Near the edge counts in: it is listed and called too close to call.
        inside = np.isnan(off) | (off <= wind.half_deg + doubt) | is_area[rows]
        is_close = ~is_area[rows] & (np.abs(off - wind.half_deg) <= doubt)
        aside = np.exp(-0.5 * (np.nan_to_num(off) / (wind.half_deg / 2)) ** 2)
    radii = np.asarray(settings.radii_m)
    is_close |= (np.abs(distance[:, None] - radii) <= error_m).any(axis=1)
    ring = np.minimum(np.searchsorted(radii, distance), len(radii) - 1)
    near = settings.number("near_m")
    weight = aside * (near / np.maximum(distance, near)) ** settings.number("decay_power")
    found = pd.DataFrame(
        {
            "distance_m": distance,
            "bearing_deg": bearing,
            "ring_m": radii[ring],
            "is_close": is_close,
            "weight": weight,
            "lon": places[:, 0],
            "lat": places[:, 1],
        },
        index=rows,
    )
    return found[inside & (distance <= largest + error_m)]


def _finish(tables: list[pd.DataFrame], district: District) -> pd.DataFrame:
    """Sort everything and say whose ground it is on."""
    if not tables:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in SOURCE_COLUMNS.items()})
    table = pd.concat(tables, ignore_index=True).drop(columns="geometry")
    table["township_id"] = name_ground(district, table["lon"], table["lat"])
    order = ["station_id", "weight", "layer", "source_id"]
    table = table.sort_values(order, ascending=[True, False, True, True], ignore_index=True)
    return table[list(SOURCE_COLUMNS)].astype(SOURCE_COLUMNS)


def name_ground(district: District, lon: pd.Series[float], lat: pd.Series[float]) -> list[str]:
    """Say in which township points lie.

    Parameters
    ----------
    district
        Its layer ``townships``.
    lon, lat
        Degrees, shape (n,).

    Returns
    -------
    township_ids
        Code, `NO_TOWNSHIP` or `OUTSIDE_DISTRICT` (the neighbour's: reported, never assigned).
    """
    points = shapely.points(lon.to_numpy(np.float64), lat.to_numpy(np.float64))
    ground = district.layers["boundary"].table.geometry.union_all()
    inside = shapely.intersects(ground, points)
    found = np.where(inside, NO_TOWNSHIP, OUTSIDE_DISTRICT).astype(object)
    layer = district.layers.get("townships")
    if layer is not None:
        towns = layer.table[~(layer.table.geometry.isna() | layer.table.geometry.is_empty)]
        towns = towns.sort_values("township_id", ascending=False)  # on a line the first code counts
        tree = shapely.STRtree(towns.geometry.to_numpy())
        point, town = tree.query(points, predicate="intersects")
        order = np.lexsort((town, point))
        codes = towns["township_id"].astype(str).to_numpy(object)
        found[point[order]] = codes[town[order]]
        found[~inside] = OUTSIDE_DISTRICT
    return [str(one) for one in found]
