"""GCJ-02 and BD-09 against a scalar second writing of the formulas, and their inverses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from qxgeo.datum import (
    CHINA_BOX,
    bd09_to_wgs84,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

if TYPE_CHECKING:
    from pathlib import Path

Convert = Callable[..., tuple[np.ndarray, np.ndarray]]
WGS84 = Geod(ellps="WGS84")
WEST, SOUTH, EAST, NORTH = CHINA_BOX
PAIRS = [(wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)]
in_china = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))


def scalar_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Write the shift again, one point at a time, with the loop of sines as a table."""
    x, y = lon - 105, lat - 35
    pi = math.pi

    def sines(*terms: tuple[float, float]) -> float:
        return sum(amplitude * math.sin(angle * pi) for amplitude, angle in terms) * 2 / 3

    ripple = sines((20, 6 * x), (20, 2 * x))
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + ripple
    d_lat += sines((20, y), (40, y / 3)) + sines((160, y / 12), (320, y / 30))
    d_lon = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + ripple
    d_lon += sines((20, x), (40, x / 3)) + sines((150, x / 12), (300, x / 30))
    a, ee = 6378245.0, 0.00669342162296594323
    magic = 1 - ee * math.sin(lat * pi / 180) ** 2
    d_lat = d_lat * 180 / ((a * (1 - ee)) / (magic * math.sqrt(magic)) * pi)
    d_lon = d_lon * 180 / (a / math.sqrt(magic) * math.cos(lat * pi / 180) * pi)
    return lon + d_lon, lat + d_lat


def scalar_bd09(lon: float, lat: float) -> tuple[float, float]:
    """Turn and move a GCJ-02 position once more."""
    z = math.sqrt(lon**2 + lat**2) + 0.00002 * math.sin(lat * math.pi * 3000 / 180)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * math.pi * 3000 / 180)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


@given(in_china)
def test_the_shift_equals_a_scalar_second_writing(place: tuple[float, float]) -> None:
    gcj = scalar_gcj02(*place)
    assert np.allclose(wgs84_to_gcj02(*place), gcj, rtol=0, atol=1e-12)
    assert np.allclose(wgs84_to_bd09(*place), scalar_bd09(*gcj), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("there", "back"), PAIRS)
@given(st.lists(in_china, min_size=1, max_size=20))
def test_a_round_trip_inside_china_stays_under_two_micrometres(
    there: Convert, back: Convert, places: list[tuple[float, float]]
) -> None:
    lon, lat = np.array(places).T
    again_lon, again_lat = back(*there(lon, lat))
    # 1e-11 degrees are 1.1 micrometres; the promise is 1 mm
    assert np.abs(again_lon - lon).max() < 1e-11
    assert np.abs(again_lat - lat).max() < 1e-11


@pytest.mark.parametrize(("there", "back"), PAIRS)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_nothing_moves_far_outside_the_box(
    there: Convert, back: Convert, lon: float, lat: float
) -> None:
    if WEST - 1 < lon < EAST + 1 and SOUTH - 1 < lat < NORTH + 1:
        lon -= 180 if lon > 0 else -180
    for convert in (there, back):
        assert tuple(float(v) for v in convert(lon, lat)) == (lon, lat)


def test_shift_over_qixing_has_the_known_length_and_azimuth() -> None:
    """557-567 m towards 121-125 degrees, and 1,164-1,202 m to BD-09: measured independently."""
    lon, lat = (
        v.ravel()
        for v in np.meshgrid(np.linspace(110.26, 110.39, 60), np.linspace(25.2, 25.33, 60))
    )
    azimuth, _, metres = WGS84.inv(lon, lat, *wgs84_to_gcj02(lon, lat))
    assert 556 < metres.min() < metres.max() < 568
    assert 121 < azimuth.min() < azimuth.max() < 126
    _, _, metres = WGS84.inv(lon, lat, *wgs84_to_bd09(lon, lat))
    assert 1160 < metres.min() < metres.max() < 1205


def test_published_pairs_of_qixing_are_met(external_data: Path) -> None:
    """A township table carries both datums, rounded to 1e-6 degrees by its author."""
    text = (external_data / "boundaries/qixing_town_village_points_adcode2016.csv").read_text(
        "utf-8-sig"
    )
    rows = [line.split(",") for line in text.splitlines()[1:]]
    gcj, wgs = (np.array([row[a : a + 2] for row in rows], float).T for a in (3, 5))
    lon, lat = gcj02_to_wgs84(*gcj)
    assert np.abs(lon - wgs[0]).max() < 1.5e-6
    assert np.abs(lat - wgs[1]).max() < 1.5e-6


@pytest.mark.parametrize("convert", [f for pair in PAIRS for f in pair])
def test_what_is_not_finite_stays_and_shapes_are_kept(convert: Convert) -> None:
    lon, lat = convert([[np.nan, np.inf], [110.3, 110.4]], 25.3)
    assert lon.shape == lat.shape == (2, 2)
    assert np.isnan(lon[0, 0])
    assert np.isinf(lon[0, 1])
    assert np.isfinite(lon[1]).all()
    assert all(part.size == 0 for part in convert([], []))


@settings(max_examples=50)
@given(st.floats(WEST, EAST))
def test_positions_on_the_edge_of_the_box_come_back(lon: float) -> None:
    for lat in (SOUTH, NORTH):
        again_lon, again_lat = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
        assert abs(float(again_lon) - lon) < 1e-11
        assert abs(float(again_lat) - lat) < 1e-11
