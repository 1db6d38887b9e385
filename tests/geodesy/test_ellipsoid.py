"""Ground distance against Karney's geodesics (pyproj.Geod), over all of China."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from qxgeo.geodesy import bearing_deg, ground_distance_m
from qxgeo.geodesy.ellipsoid import LocalFrame

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


@pytest.mark.parametrize(("distance_m", "tolerance_m"), [(1_000, 1e-7), (20_000, 1e-6)])
def test_a_local_frame_sees_the_same_distance(distance_m: float, tolerance_m: float) -> None:
    for lon, lat, lon2, lat2 in zip(*_pairs(distance_m, 200), strict=True):
        frame = LocalFrame(lon, lat)
        seen = frame.distance_m(frame.locate(np.array([lon2]), np.array([lat2])))
        assert abs(seen[0] - distance_m) < tolerance_m


def test_distance_to_itself_is_zero_and_to_nothing_not_a_number() -> None:
    assert ground_distance_m(110.3, 25.27, 110.3, 25.27)[0] == 0
    assert np.isnan(ground_distance_m(110.3, 25.27, np.nan, 25.27)[0])


def test_a_bearing_counts_clockwise_from_north() -> None:
    bearings = bearing_deg([110, 110, 110, 110], [25] * 4, [110, 111, 110, 109], [26, 25, 24, 25])
    # East and west along a parallel: half the convergence of one degree, sin(25 deg)/2, off 90.
    half = np.sin(np.radians(25)) / 2
    assert np.allclose(bearings, [0, 90 - half, 180, 270 + half], atol=1e-3)
