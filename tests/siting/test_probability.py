"""The chance of being inside: against Rice's law, quadrature and geodesics, drawn independently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.legendre import leggauss
from pyproj import Geod
from scipy.special import ndtr

from qxgeo.errors import InputError, SchemaError
from qxgeo.geodesy import nearest_station
from qxgeo.siting.probability import (
    PROBABILITY_COLUMNS,
    _locate,
    closed_form,
    inside_probability,
    sigma_of_error,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

GEOD = Geod(ellps="WGS84")
LON, LAT = 110.30, 25.27
NODES = leggauss(400)
ONE_SIGMA = 1 - np.exp(-0.5)  # the share of an isotropic normal error within one sigma


def points(*lonlat: tuple[float, float]) -> gpd.GeoDataFrame:
    """Put points on the earth."""
    return gpd.GeoDataFrame(geometry=[shapely.Point(one) for one in lonlat], crs=4326)


def place_at(distance_m: float, bearing: float = 70.0) -> tuple[float, float]:
    """Go from the middle along a geodesic."""
    lon, lat, _ = GEOD.fwd(LON, LAT, bearing, distance_m)
    return lon, lat


def ask(places: gpd.GeoDataFrame, stations: gpd.GeoDataFrame, **facts: Any) -> Any:  # noqa: ANN401
    """Ask with one sigma as the stated error."""
    usual = {
        "radius_m": 1000.0,
        "station_error_m": 0.0,
        "place_error_m": 0.0,
        "share_within": ONE_SIGMA,
        "draws": 40_000,
        "seed": 7,
    }
    return inside_probability(places, stations, **(usual | facts))


def strip_sum(distance_m: float, radius_m: float, sigma_m: float) -> float:
    """Integrate the normal law over the disc, strip by strip: no Bessel function takes part."""
    low, high = max(-radius_m, distance_m - 12 * sigma_m), min(radius_m, distance_m + 12 * sigma_m)
    if low >= high:
        return 0.0
    start, end = np.arcsin(low / radius_m), np.arcsin(high / radius_m)
    node, weight = NODES
    turn = (start + end) / 2 + (end - start) / 2 * node
    along, half = radius_m * np.sin(turn), radius_m * np.cos(turn)
    density = np.exp(-0.5 * ((along - distance_m) / sigma_m) ** 2) / (sigma_m * np.sqrt(2 * np.pi))
    inside = 2 * ndtr(half / sigma_m) - 1
    return float((weight * (end - start) / 2 * half * density * inside).sum())


@pytest.mark.parametrize("sigma_m", [0.5, 10.0, 141.0, 700.0])
@pytest.mark.parametrize("distance_m", [0.0, 300.0, 990.0, 1000.0, 1004.0, 1250.0])
def test_the_closed_form_is_the_integral_over_the_disc(distance_m: float, sigma_m: float) -> None:
    expected = strip_sum(distance_m, 1000.0, sigma_m)
    found = closed_form(distance_m, radius_m=1000.0, sigma_m=sigma_m)
    assert float(found) == pytest.approx(expected, abs=1e-9)


def test_the_closed_form_keeps_its_digits_where_the_circle_is_as_good_as_straight() -> None:
    sigma_m = 0.001  # a million sigmas to the edge: P is that of a normal error across a line
    distance_m = 1000.0 + sigma_m * np.array([-2.0, 0.0, 1.0])
    found = closed_form(distance_m, radius_m=1000.0, sigma_m=sigma_m)
    assert found == pytest.approx(ndtr([2.0, 0.0, -1.0]), abs=1e-6)


def test_without_an_error_the_closed_form_is_the_verdict_and_the_radius_is_inside() -> None:
    found = closed_form([999.999, 1000.0, 1000.001], radius_m=1000.0, sigma_m=0.0)
    assert found.tolist() == [1.0, 1.0, 0.0]


def test_draws_agree_with_rice_at_every_distance() -> None:
    distances = np.linspace(0.0, 1600.0, 33)
    places = points(*(place_at(d, 40 + 9 * i) for i, d in enumerate(distances)))
    table = ask(places, points((LON, LAT)), station_error_m=120.0, place_error_m=160.0)
    rice = np.array([strip_sum(d, 1000.0, 200.0) for d in distances])  # 120 and 160 make 200
    assert table["distance_m"].to_numpy() == pytest.approx(distances, abs=1e-4)
    taking_part = table["stations"] == 1
    assert table.loc[taking_part, "closed_form"].to_numpy() == pytest.approx(
        rice[taking_part], abs=1e-7
    )
    away = np.abs(table["probability"] - rice) / table["standard_error"]
    assert away.max() < 4
    assert away.mean() > 0.2  # draws, not the closed form itself


def test_each_station_brings_the_error_that_is_stated_for_it() -> None:
    stations = points((LON, LAT), place_at(9000.0, 250.0))
    places = points(place_at(1010.0))
    table = ask(places, stations, station_error_m=[30.0, 500.0], place_error_m=40.0)
    assert table["closed_form"].iloc[0] == pytest.approx(strip_sum(1010.0, 1000.0, 50.0), abs=1e-7)


def union_by_quadrature(
    place: tuple[float, float],
    stations: NDArray[np.float64],
    *,
    radius_m: float,
    place_sigma_m: float,
    station_sigma_m: float,
) -> float:
    """Integrate over the place's error: given that, stations are independent of each other."""
    node, weight = hermegauss(32)
    east, north = np.meshgrid(node * place_sigma_m, node * place_sigma_m)
    weights = np.outer(weight, weight) / weight.sum() ** 2
    missed = np.ones_like(east)
    for lon, lat in stations:
        bearing, _, away_m = GEOD.inv(*place, lon, lat)
        there = away_m * np.array([np.sin(np.radians(bearing)), np.cos(np.radians(bearing))])
        distance_m = np.hypot(there[0] - east, there[1] - north)
        missed *= 1 - np.vectorize(strip_sum)(distance_m, radius_m, station_sigma_m)
    return float((weights * (1 - missed)).sum())


@pytest.mark.parametrize("bearing", [0.0, 60.0, 180.0])
def test_draws_for_several_stations_agree_with_quadrature_and_keep_the_bounds(
    bearing: float,
) -> None:
    place = (LON, LAT)
    lonlat = [place_at(1050.0, 0.0), place_at(980.0, bearing + 20.0), place_at(1130.0, 300.0)]
    stations = points(*lonlat)
    table = ask(points(place), stations, station_error_m=80.0, place_error_m=60.0, draws=200_000)
    expected = union_by_quadrature(
        place, np.array(lonlat), radius_m=1000.0, place_sigma_m=60.0, station_sigma_m=80.0
    )
    row = table.iloc[0]
    assert abs(row["probability"] - expected) < 4 * row["standard_error"]
    each = [strip_sum(d, 1000.0, 100.0) for d in (1050.0, 980.0, 1130.0)]
    assert (row["least"], row["most"]) == pytest.approx((max(each), min(sum(each), 1)), abs=1e-7)
    assert row["least"] < expected < row["most"]
    assert np.isnan(row["closed_form"])
    assert row["stations"] == 3


def test_as_errors_vanish_the_probability_becomes_the_verdict() -> None:
    rng = np.random.default_rng(3)
    places = points(
        *zip(rng.uniform(110.28, 110.32, 80), rng.uniform(25.25, 25.29, 80), strict=True)
    )
    stations = points((LON, LAT), (110.31, 25.28))
    lonlat = shapely.get_coordinates(stations.geometry.to_numpy())
    distance_m, _ = nearest_station(places.geometry.to_numpy(), lonlat)
    verdict = (distance_m <= 1000.0).astype(float)
    assert 0.1 < verdict.mean() < 0.9
    assert np.abs(distance_m - 1000.0).min() > 0.01
    exact = ask(places, stations, draws=1)
    assert exact["probability"].tolist() == verdict.tolist()
    assert exact["standard_error"].eq(0).all()
    assert exact["closed_form"].tolist() == verdict.tolist()
    nearly = ask(places, stations, station_error_m=1e-4, place_error_m=1e-4, draws=50)
    assert nearly["probability"].tolist() == verdict.tolist()
    assert nearly["standard_error"].gt(0).tolist() == nearly["stations"].gt(0).tolist()


def test_positions_are_moved_along_geodesics() -> None:
    place, station = (100.0, 47.0), GEOD.fwd(100.0, 47.0, 33.0, 5020.0)[:2]
    rng = np.random.default_rng(11)
    east_north = rng.normal(0, 150.0, (2, 20_000, 2))
    turn = np.degrees(np.arctan2(east_north[..., 0], east_north[..., 1]))
    step_m = np.hypot(east_north[..., 0], east_north[..., 1])
    one = np.full(20_000, 1.0)
    first = GEOD.fwd(one * place[0], one * place[1], turn[0], step_m[0])
    second = GEOD.fwd(one * station[0], one * station[1], turn[1], step_m[1])
    away_m = GEOD.inv(first[0], first[1], second[0], second[1])[2]
    share = float((away_m <= 5000.0).mean())
    table = ask(
        points(place), points(station), radius_m=5000.0, station_error_m=150.0, place_error_m=150.0
    )
    row = table.iloc[0]
    spread = np.hypot(row["standard_error"], np.sqrt(share * (1 - share) / 20_000))
    assert abs(row["probability"] - share) < 4 * spread
    assert abs(row["closed_form"] - share) < 4 * np.sqrt(share * (1 - share) / 20_000)


def test_a_parcel_moves_as_a_whole_and_counts_from_its_nearest_edge() -> None:
    lon, lat = place_at(1100.0, 90.0)
    parcel = shapely.box(lon - 0.001, lat - 0.002, lon + 0.001, lat + 0.002)
    parcels = gpd.GeoDataFrame({"site_id": ["A"]}, geometry=[parcel], crs=4326)
    table = ask(parcels, points((LON, LAT)), place_error_m=60.0)
    corners = shapely.get_coordinates(parcel)
    rng, hits, tries = np.random.default_rng(5), 0, 1500
    for east, north in rng.normal(0, 60.0, (tries, 2)):
        turn, step = np.degrees(np.arctan2(east, north)), np.hypot(east, north)
        moved = [GEOD.fwd(*corner, turn, step)[:2] for corner in corners]
        hits += (
            nearest_station(np.array([shapely.Polygon(moved)]), np.array([[LON, LAT]]))[0][0]
            <= 1000.0
        )
    share = hits / tries
    assert 0.3 < share < 0.9
    row = table.iloc[0]
    assert abs(row["probability"] - share) < 4 * np.sqrt(share * (1 - share) / tries)
    assert np.isnan(row[["closed_form", "least", "most"]].to_numpy(dtype=float)).all()
    dot = gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat).buffer(1e-9)], crs=4326)
    point = ask(points((lon, lat)), points((LON, LAT)), place_error_m=60.0)
    assert ask(dot, points((LON, LAT)), place_error_m=60.0)["probability"].iloc[0] == pytest.approx(
        point["probability"].iloc[0], abs=1e-4
    )


def test_an_answer_depends_on_its_seed_and_on_no_other_place() -> None:
    places = points(place_at(950.0), place_at(1020.0), place_at(4000.0))
    stations = points((LON, LAT))
    facts = {"station_error_m": 40.0, "place_error_m": 50.0, "draws": 5000}
    table = ask(places, stations, **facts)
    assert list(table) == list(PROBABILITY_COLUMNS)
    assert table.equals(ask(places, stations, **facts))
    alone = ask(places.iloc[[1]], stations, **facts)
    assert alone.index.tolist() == [1]
    assert alone["probability"].iloc[0] == table["probability"].iloc[1]
    assert (
        ask(places, stations, **facts, seed=8)["probability"].iloc[0]
        != (table["probability"].iloc[0])
    )


def test_a_place_never_drawn_inside_does_not_claim_to_be_certain() -> None:
    table = ask(points(place_at(1300.0)), points((LON, LAT)), place_error_m=60.0, draws=100)
    row = table.iloc[0]
    assert row["probability"] == 0
    assert row["standard_error"] == pytest.approx(np.sqrt(1 / 102 * 101 / 102 / 100))
    assert 0 < row["closed_form"] < 1e-5


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_a_stated_error_holds_for_the_share_that_is_stated(share: float) -> None:
    sigma_m = float(sigma_of_error(100.0, share_within=share))
    assert strip_sum(0.0, 100.0, sigma_m) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"share_within": 1.0}, "比例"),
        ({"place_error_m": -1.0}, "位置误差"),
        ({"station_error_m": float("nan")}, "位置误差"),
        ({"radius_m": float("inf")}, "半径"),
        ({"draws": 0}, "抽样"),
    ],
)
def test_numbers_that_are_none_are_refused(facts: dict[str, float], word: str) -> None:
    with pytest.raises(InputError, match=word):
        ask(points((LON, LAT)), points((LON, LAT)), **facts)


def test_stations_without_a_position_or_in_metres_are_refused() -> None:
    places = points((LON, LAT))
    nowhere = gpd.GeoDataFrame(geometry=[shapely.Point()], crs=4326)
    for stations in (nowhere, places.iloc[:0], places.to_crs(32649)):
        with pytest.raises(SchemaError, match="站点"):
            ask(places, stations)


@pytest.mark.parametrize("latitude", [20.0, 35.0, 53.0])
def test_the_plane_keeps_distances_between_moved_positions_to_a_millimetre(latitude: float) -> None:
    # Places and stations up to 20 km apart, each moved by up to 1 km: along geodesics, and in the
    # plane. North at the station is not north at the place: its moves are turned with the geodesic.
    rng, n = np.random.default_rng(4), 4000
    place = np.full((n, 2), (100.0, latitude))
    bearing, away_m = rng.uniform(0, 360, n), rng.uniform(500, 20_000, n)
    lon, lat, back = GEOD.fwd(*place.T, bearing, away_m)
    turn, step_m = rng.uniform(0, 360, (2, n)), rng.uniform(0, 1000, (2, n))
    first = GEOD.fwd(*place.T, turn[0], step_m[0])
    second = GEOD.fwd(lon, lat, turn[1] + (back + 180 - bearing), step_m[1])
    on_earth = GEOD.inv(first[0], first[1], second[0], second[1])[2]
    steps = step_m * np.exp(1j * np.radians(90 - turn))
    located = _locate(np.column_stack((lon, lat)), place[0])
    in_plane = np.abs(located[:, 0] + 1j * located[:, 1] + steps[1] - steps[0])
    assert np.abs(in_plane - on_earth).max() < 1e-3
