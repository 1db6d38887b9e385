"""What lies upwind, held against inverse geodesics in plain loops."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from qxgeo.district.today_settings import default_today
from qxgeo.warning.model import StationNow
from qxgeo.warning.upwind import choose_sector, draw_sector, find_sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import District, Layer

GEOD = Geod(ellps="WGS84")
SETTINGS = default_today()


def station(code: str = "S1", lon: float = 110.015, lat: float = 25.01) -> StationNow:
    return StationNow(
        station_id=code, name=code, lon=lon, lat=lat, is_reference=False, last_time=None,
        age_h=math.nan, aqi=math.nan, primary="", missing="", day_aqi=math.nan, day_missing="",
        level=-1, highest=3, problems=(), series=pd.DataFrame(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("from_deg", "speed"), [(0.0, 2.5), (350.0, 6.0), (181.0, 1.0), (90.0, 4.0)]
)
def test_places_upwind_are_those_that_inverse_geodesics_find(
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    district_of: Callable[..., District],
    from_deg: float,
    speed: float,
) -> None:
    rng = np.random.default_rng(7)
    places = np.column_stack((rng.uniform(109.95, 110.08, 400), rng.uniform(24.95, 25.07, 400)))
    rows = [
        {"site_id": f"P{n}", "name": f"P{n}", "geometry": shapely.Point(*place)}
        for n, place in enumerate(places)
    ]
    district = district_of(*town.values(), layer_of("auto_repair", rows, accuracy_m=0.0))
    stations = (station(), station("S2", 110.045))
    wind = choose_sector(from_deg, speed, SETTINGS)
    found, _ = find_sources(district, stations, wind, SETTINGS)
    error_m = town["stations"].accuracy_m
    expected = {}
    for one in stations:
        for n, (lon, lat) in enumerate(places):
            bearing, _, distance = GEOD.inv(one.lon, one.lat, lon, lat)
            off = abs((bearing - from_deg + 180) % 360 - 180)
            doubt = math.degrees(math.atan2(error_m, distance))
            if distance <= 5000 + error_m and off <= wind.half_deg + doubt:
                is_close = abs(off - wind.half_deg) <= doubt or any(
                    abs(distance - radius) <= error_m for radius in (1000, 3000, 5000)
                )
                expected[one.station_id, f"P{n}"] = (distance, bearing % 360, is_close)
    assert len(expected) > 20
    told = {
        (row["station_id"], row["source_id"]): (
            row["distance_m"], row["bearing_deg"], row["is_close"],
        )
        for row in found.to_dict("records")
    }  # fmt: skip
    assert set(told) == set(expected)
    for key, (distance, bearing, is_close) in expected.items():
        assert told[key][0] == pytest.approx(distance, abs=1e-5)
        assert told[key][1] == pytest.approx(bearing, abs=1e-6)
        assert told[key][2] == is_close


def test_a_north_wind_brings_the_north_shops_first(town_today: District) -> None:
    found, gaps = find_sources(town_today, (station(),), choose_sector(0, 4, SETTINGS), SETTINGS)
    shops = found[found["layer"] == "auto_repair"]
    assert shops["source_id"].tolist() == ["N1", "N2"]  # S1 lies south, F1 beyond 5 km
    assert shops["ring_m"].tolist() == [1000.0, 1000.0]
    assert any("没有这些图层" in text.zh for text in gaps)
    assert not found["weight"].is_monotonic_increasing


def test_of_an_area_the_nearest_ground_within_the_sector_counts(town_today: District) -> None:
    """The pit runs past the station in the north: east winds see it from the sector's edge on."""
    due_north, _ = find_sources(town_today, (station(),), choose_sector(0, 9, SETTINGS), SETTINGS)
    pit = due_north[due_north["source_id"] == "B1"].iloc[0]
    assert pit["distance_m"] == pytest.approx(
        GEOD.inv(110.015, 25.01, 110.015, 25.012)[2], abs=0.01
    )
    aside, _ = find_sources(town_today, (station(),), choose_sector(90, 9, SETTINGS), SETTINGS)
    pit = aside[aside["source_id"] == "B1"].iloc[0]
    assert pit["bearing_deg"] == pytest.approx(
        60.0, abs=0.02
    )  # the edge of 90 - 30, drawn as a chord
    away, _ = find_sources(town_today, (station(),), choose_sector(180, 9, SETTINGS), SETTINGS)
    assert "B1" not in away["source_id"].tolist()


@pytest.mark.parametrize(
    ("from_deg", "speed", "word"),
    [
        (0.0, 0.3, "静风"),
        (None, 3.0, "风向不明"),
        (0.0, None, "风速不明"),
        (None, None, "风向不明"),
    ],
)
def test_without_a_wind_to_speak_of_everything_within_the_radius_is_listed(
    town_today: District, from_deg: float | None, speed: float | None, word: str
) -> None:
    wind = choose_sector(from_deg, speed, SETTINGS)
    assert math.isnan(wind.half_deg)
    assert word in wind.why.zh
    found, _ = find_sources(town_today, (station(),), wind, SETTINGS)
    assert set(found["source_id"]) == {"N1", "N2", "S1", "B1"}


def test_the_sector_narrows_as_the_wind_grows() -> None:
    widths = [choose_sector(0, speed, SETTINGS).half_deg for speed in (0.5, 2, 3, 5, 20)]
    assert widths == [50, 45, 40, 30, 30]


def test_the_drawn_sector_reaches_the_radius_on_the_ground() -> None:
    wind = choose_sector(350, 4, SETTINGS)
    ring = shapely.get_coordinates(draw_sector(110.0, 25.0, wind, radius_m=3000).exterior)[1:-1]
    for lon, lat in ring:
        bearing, _, distance = GEOD.inv(110.0, 25.0, lon, lat)
        assert distance == pytest.approx(3000, abs=1e-6)
        assert abs((bearing - 350 + 180) % 360 - 180) <= 40 + 1e-6


def test_ground_beyond_the_boundary_is_the_neighbours(town_today: District) -> None:
    wind = choose_sector(None, None, SETTINGS)
    found, _ = find_sources(town_today, (station("S2", 110.045),), wind, SETTINGS)
    assert set(found["township_id"]) <= {"450305001", "450305002", "outside_district"}
    near, _ = find_sources(town_today, (station(),), wind, SETTINGS)
    assert near.set_index("source_id")["township_id"]["N1"] == "450305001"


def test_a_row_without_a_position_is_told_of(
    town: dict[str, Layer], layer_of: Callable[..., Layer], district_of: Callable[..., District]
) -> None:
    rows = [
        {"site_id": "A", "name": "A", "geometry": shapely.Point(110.015, 25.011)},
        {"site_id": "B", "name": "B", "geometry": None},
    ]
    district = district_of(*town.values(), layer_of("catering", rows))
    wind = choose_sector(None, None, SETTINGS)
    found, gaps = find_sources(district, (station(),), wind, SETTINGS)
    assert found["source_id"].tolist() == ["A"]
    assert any("1 行没有位置" in text.zh for text in gaps)
