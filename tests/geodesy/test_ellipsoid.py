"""Ground distance against Karney's geodesics (pyproj.Geod), over all of China."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from qxgeo.geodesy import bearing_deg, ground_distance_m
from qxgeo.geodesy.frames import RADIAN, Frames

KARNEY = Geod(ellps="WGS84")


def _pairs(distance_m: float, count: int = 20_000) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(73, 135, count), rng.uniform(18, 54, count)
    there = KARNEY.fwd(lon, lat, rng.uniform(0, 360, count), np.full(count, distance_m))
    return lon, lat, np.asarray(there[0]), np.asarray(there[1])


@pytest.mark.parametrize(
    ("distance_m", "tolerance_m"),
    [(0.5, 1e-7), (1_000, 1e-7), (5_000, 1e-7), (20_000, 1e-6), (49_000, 1e-5), (300_000, 1e-6)],
)
def test_distance_equals_the_inverse_geodesic(distance_m: float, tolerance_m: float) -> None:
    measured = ground_distance_m(*_pairs(distance_m))
    assert np.abs(measured - distance_m).max() < tolerance_m


@pytest.mark.parametrize(
    ("distance_m", "tolerance_m"),
    [(0.5, 1e-8), (1_000, 1e-8), (5_000, 1e-8), (20_000, 5e-7), (49_000, 2e-5)],
)
def test_a_frame_around_a_station_sees_the_same_distance(
    distance_m: float, tolerance_m: float
) -> None:
    lon, lat, there_lon, there_lat = _pairs(distance_m)
    stations, there = np.stack((lon, lat), axis=1), np.stack((there_lon, there_lat), axis=1)
    frames = Frames.around(stations, radius_m=distance_m)
    square_m2 = frames.square_m2(np.arange(len(lon)), there)
    assert np.abs(np.sqrt(square_m2) - distance_m).max() < tolerance_m
    # The boxes hold the disc, and within them the bounds hold the distance.
    assert (np.abs(there - stations) <= frames.half_deg).all()
    step2 = ((there - stations) * RADIAN) ** 2
    assert ((frames.most_m2 * step2).sum(axis=1) >= square_m2).all()
    assert ((frames.least_m2 * step2).sum(axis=1) <= square_m2).all()


def test_the_slope_of_the_square_is_what_a_small_step_changes() -> None:
    lon, lat, there_lon, there_lat = _pairs(20_000)
    frames = Frames.around(np.stack((lon, lat), axis=1), radius_m=21_000)
    there, row = np.stack((there_lon, there_lat), axis=1), np.arange(len(lon))
    step = np.random.default_rng(3).normal(0, 1e-6, there.shape)
    _, slope = frames.square_and_slope(row, there, step)
    change = (frames.square_m2(row, there + step) - frames.square_m2(row, there - step)) / 2
    # Of 20 km times the step; the bend of the arc, which the slope leaves out, is 1.6e-6.
    assert np.abs(change - slope).max() < 3e-6 * np.abs(slope).max()


def test_distance_to_itself_is_zero_and_to_nothing_not_a_number() -> None:
    assert ground_distance_m(110.3, 25.27, 110.3, 25.27)[0] == 0
    assert np.isnan(ground_distance_m(110.3, 25.27, np.nan, 25.27)[0])


def test_a_bearing_counts_clockwise_from_north() -> None:
    bearings = bearing_deg([110, 110, 110, 110], [25] * 4, [110, 111, 110, 109], [26, 25, 24, 25])
    # East and west along a parallel: half the convergence of one degree, sin(25 deg)/2, off 90.
    half = np.sin(np.radians(25)) / 2
    assert np.allclose(bearings, [0, 90 - half, 180, 270 + half], atol=1e-3)
