"""How likely a place is within a radius of a station when no position is exact.

Every position is taken to be off by an isotropic normal error. Of one station and a point the
distance then follows Rice's law, so there is a closed form; of several stations, and of parcels,
there is none, and seeded draws answer. Positions are moved in the plane that keeps distances and
directions from the place: up to 20 km apart and for errors up to 1 km, distances in it and on the
ellipsoid differ by less than a millimetre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.special import chndtr, ndtr

from qxgeo.errors import Fault, InputError, SchemaError, Text
from qxgeo.geodesy import bearing_deg, ground_distance_m, nearest_feature
from qxgeo.siting.candidates import check_places

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

PROBABILITY_COLUMNS: dict[str, str] = {
    "place_id": "string",
    "distance_m": "float64",  # to the nearest station, as the positions are given
    "probability": "float64",  # share of the draws in which some station is within the radius
    "standard_error": "float64",  # of the share; never 0, see `inside_probability`
    "closed_form": "float64",  # exact; NaN for parcels and where several stations take part
    "least": "float64",  # exact bounds: the likeliest station alone, and the sum of all;
    "most": "float64",  # NaN for parcels
    "stations": "int64",  # how many take part
}
# Beyond so many sigmas a station's own probability is below 1e-22: it takes no part.
_NEVER_SIGMAS = 10.0
# Where distances are so many sigmas long, scipy's law runs out of digits. The circle is
# straight there: the normal law with its mean moved by half a sigma^2 / d is right to 1e-10.
_STRAIGHT_SIGMAS = 1e5


def sigma_of_error(error_m: ArrayLike, *, share_within: float) -> Floats:
    """Turn a stated position error into the sigma of each of the two axes.

    Parameters
    ----------
    error_m
        Stated error, ground metres, zero or more.
    share_within
        Which share of all positions is within the stated error of the truth, above 0 and below 1:
        0.5 for a circular error probable, 0.95 or 0.99 for what data sheets call the greatest. A
        normal error has no greatest value, so 1 is refused.

    Returns
    -------
    sigma_m
        ``error / sqrt(-2 ln(1 - share))``, ground metres: a circle of k sigmas holds
        ``1 - exp(-k^2 / 2)`` of an isotropic normal error.

    Raises
    ------
    InputError
        If an error is no number of metres, or the share is no share.
    """
    errors = np.asarray(error_m, dtype=np.float64)
    if not (np.isfinite(errors).all() and (errors >= 0).all()):
        raise InputError(_fault("位置误差须是不小于零的米数", "an error is metres, zero or more"))
    if not 0 < share_within < 1:
        raise InputError(
            _fault(
                f"误差范围内的比例须大于0、小于1：{share_within}",
                f"the share within the error lies between 0 and 1: {share_within}",
            )
        )
    return np.asarray(errors / np.sqrt(-2 * np.log1p(-share_within)))


def closed_form(distance_m: ArrayLike, *, radius_m: float, sigma_m: ArrayLike) -> Floats:
    """Give the probability that a point is within a radius of one station.

    Parameters
    ----------
    distance_m
        Between the positions as given, ground metres, any shape.
    radius_m
        Ground metres; reaching it counts as within.
    sigma_m
        Of each axis, of both positions together: the root of the sum of their squares.

    Returns
    -------
    probability
        ``1 - Q1(d / s, r / s)`` with Marcum's function, in the shape of `distance_m`; with a sigma
        of 0 the verdict itself, 1 or 0.

    Source
    ------
    Rice, S. O. (1945): Mathematical Analysis of Random Noise. Bell System Technical Journal 24.
    """
    distance, sigma = np.broadcast_arrays(
        np.asarray(distance_m, dtype=np.float64), np.asarray(sigma_m, dtype=np.float64)
    )
    result = (distance <= radius_m).astype(np.float64)
    is_moved = sigma > 0
    safe = np.where(is_moved, sigma, 1.0)
    is_straight = is_moved & (distance > _STRAIGHT_SIGMAS * safe)
    is_round = is_moved & ~is_straight
    bend = safe / np.maximum(distance, safe) / 2
    straight = ndtr((radius_m - distance) / safe - bend)
    result = np.where(is_straight, straight, result)
    reach, away = radius_m / safe[is_round], distance[is_round] / safe[is_round]
    result[is_round] = chndtr(reach * reach, 2, away * away)  # the square of Rice's distance
    return result


def inside_probability(
    places: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    *,
    radius_m: float,
    station_error_m: ArrayLike,
    place_error_m: float,
    share_within: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Draw position errors and count how often a place is within a radius of any station.

    The error of a place moves it against all stations at once; each station has an error of its
    own. The same numbers are drawn for every place, so that an answer does not depend on which
    other places are asked about, and two places compare fairly.

    Parameters
    ----------
    places
        Points or parcels, EPSG:4326, `site_id` where it is known; a parcel moves as a whole.
    stations
        Points, EPSG:4326: those that count, see `stations_in_force`.
    radius_m
        Ground metres; reaching it counts as within.
    station_error_m
        Stated position error, ground metres: one number, or one for each station.
    place_error_m
        The same of the places.
    share_within
        What the stated errors mean, see `sigma_of_error`.
    draws
        How many; the standard error falls with its root.
    seed
        Of the draws: the same seed gives the same numbers.

    Returns
    -------
    table
        `PROBABILITY_COLUMNS`, one row per place, on the index of `places`. The standard error is
        that of ``(k + 1) / (n + 2)``, so that a place that was never inside in n draws does not
        claim to be certain.

    Raises
    ------
    InputError
        If a number is none, or there is no draw.
    SchemaError
        If a table is not in EPSG:4326, has an empty shape, or there is no station.
    """
    table = check_places(places)
    points = _check_stations(stations)
    sigma = sigma_of_error(station_error_m, share_within=share_within)
    station_sigma = np.broadcast_to(sigma, (len(points),))
    place_sigma = float(sigma_of_error(place_error_m, share_within=share_within))
    if not (np.isfinite(radius_m) and radius_m >= 0):
        raise InputError(_fault("半径须是不小于零的米数", "a radius is metres, zero or more"))
    if draws < 1:
        raise InputError(_fault("至少抽样一次", "draw at least once"))
    errors = _Errors(place_sigma, station_sigma, draws=draws, seed=seed)
    rows = [
        _ask(shape, points, errors, radius_m) for shape in table.geometry.to_numpy(dtype=object)
    ]
    result = pd.DataFrame(rows, columns=[*PROBABILITY_COLUMNS][1:], index=places.index)
    result.insert(0, "place_id", table["site_id"].to_numpy(dtype=object))
    return result.astype(PROBABILITY_COLUMNS)


class _Errors:
    """Draws of the errors: one series for places, one for each station by its row.

    Parameters
    ----------
    place_sigma, station_sigma
        Of each axis, ground metres; the latter of shape (s,).
    draws, seed
        How many and which.
    """

    def __init__(self, place_sigma: float, station_sigma: Floats, *, draws: int, seed: int) -> None:
        self.total = np.hypot(place_sigma, station_sigma)
        self.draws, self._seed, self._station_sigma = draws, seed, station_sigma
        self._place = self._draw(0) * place_sigma
        self._steps: dict[int, Floats] = {}

    def step(self, station: int) -> Floats:
        """Give how far a station moves against a place, metres east and north, shape (draws, 2)."""
        if station not in self._steps:
            moved = self._draw(station + 1) * self._station_sigma[station]
            self._steps[station] = moved - self._place
        return self._steps[station]

    def _draw(self, series: int) -> Floats:
        """Draw one series of pairs."""
        return np.random.default_rng([self._seed, series]).standard_normal((self.draws, 2))


def _ask(
    shape: shapely.Geometry, points: Floats, errors: _Errors, radius_m: float
) -> tuple[float, ...]:
    """Answer for one place, in the order of `PROBABILITY_COLUMNS`."""
    is_point = shapely.get_type_id(shape) == shapely.GeometryType.POINT
    middle = shapely.get_coordinates(shapely.centroid(shape))[0]
    there = _locate(points, middle)
    target = _flatten(shape, middle)
    distance_m = _distances(shape, points)
    takes_part = np.flatnonzero(distance_m <= radius_m + _NEVER_SIGMAS * errors.total)
    is_inside = np.zeros(errors.draws, dtype=bool)
    for station in takes_part:
        if errors.total[station] == 0:
            is_inside |= bool(distance_m[station] <= radius_m)
            continue
        moved = there[station] + errors.step(int(station))
        away_m = np.hypot(*moved.T) if is_point else shapely.distance(shapely.points(moved), target)
        is_inside |= away_m <= radius_m
    count = int(is_inside.sum())
    smooth = (count + 1) / (errors.draws + 2)
    certain = bool((errors.total[takes_part] == 0).all())
    error = 0.0 if certain else float(np.sqrt(smooth * (1 - smooth) / errors.draws))
    exact, least, most = _bound(distance_m, errors.total, takes_part, radius_m)
    if not is_point and not certain:
        exact = least = most = float("nan")
    nearest_m = float(distance_m.min())
    return nearest_m, count / errors.draws, error, exact, least, most, len(takes_part)


def _bound(
    distance_m: Floats, sigma_m: Floats, takes_part: NDArray[np.int64], radius_m: float
) -> tuple[float, float, float]:
    """Give the closed form of one station, and the bounds of the union of several."""
    each = closed_form(distance_m[takes_part], radius_m=radius_m, sigma_m=sigma_m[takes_part])
    least = float(each.max(initial=0.0))
    most = float(min(each.sum(), 1.0))
    return (least if len(each) <= 1 or least == most else float("nan")), least, most


def _distances(shape: shapely.Geometry, points: Floats) -> Floats:
    """Measure from a place to every station, ground metres, shape (s,)."""
    ends = np.asarray(shapely.points(points), dtype=object)
    return nearest_feature(ends, np.array([shape], dtype=object))[0]


def _locate(lonlat: Floats, middle: Floats) -> Floats:
    """Put positions into the plane that keeps distance and direction from a place, shape (n, 2)."""
    lon, lat = lonlat.T
    away_m = ground_distance_m(middle[0], middle[1], lon, lat)
    turn = np.radians(
        bearing_deg(np.full(len(lon), middle[0]), np.full(len(lon), middle[1]), lon, lat)
    )
    return np.column_stack((away_m * np.sin(turn), away_m * np.cos(turn)))


def _flatten(shape: shapely.Geometry, middle: Floats) -> shapely.Geometry:
    """Put a place into the plane around its own middle."""
    flat = shapely.transform(shape, lambda lonlat: _locate(lonlat, middle))
    shapely.prepare(flat)
    return flat


def _check_stations(stations: gpd.GeoDataFrame) -> Floats:
    """Refuse stations that are nowhere, and give longitude and latitude, shape (s, 2).

    Raises
    ------
    SchemaError
        If there is none, or one is no point in EPSG:4326.
    """
    shapes = stations.geometry.to_numpy(dtype=object)
    is_wgs84 = stations.crs is not None and stations.crs.to_epsg() == 4326  # noqa: PLR2004 - the one system
    is_point = (shapely.get_type_id(shapes) == shapely.GeometryType.POINT) & ~shapely.is_empty(
        shapes
    )
    if not len(shapes) or not is_wgs84 or not is_point.all():
        raise SchemaError(
            _fault(
                "站点须是 WGS 84 的点，至少一个",
                "the stations have to be points in EPSG:4326, at least one",
                Text("请先转换坐标，去掉没有位置的站点", "convert them, drop what has no position"),
            )
        )
    return np.asarray(shapely.get_coordinates(shapes))


def _fault(zh: str, en: str, mend: Text | None = None) -> Fault:
    """Say what is wrong with a number or a table."""
    return Fault(problem=Text(zh, en), mend=mend or Text("请改正该数值", "correct the number"))
