"""A town for tracks: two carriageways beside each other, a side street, a road along."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from qxgeo.errors import Text
from qxgeo.readers.tracks import LOCAL_ZONE
from qxgeo.readers.tracks.model import TRACK_COLUMNS
from qxgeo.watering.model import DryingDay
from qxgeo.watering.streets import TurnCosts, build_streets
from qxgeo.watering.tracks.model import Duty

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.watering.streets import StreetGraph

BENCHMARKS = str(Path(__file__).parents[3] / "benchmarks")
if BENCHMARKS not in sys.path:
    sys.path.append(BENCHMARKS)

SECTIONS = [
    *("section_id", "road_name", "road_class", "township_id", "township_name", "rule_ids"),
    *("from_m", "to_m", "length_m", "directions", "passes", "interval_factor", "geometry"),
]
DAY = date(2023, 12, 27)
MIDNIGHT = pd.Timestamp(DAY, tz=LOCAL_ZONE).timestamp()
ORIGIN = (110.30, 25.25)
EAST_M, NORTH_M = 111_319.49 * np.cos(np.radians(ORIGIN[1])), 110_780.0  # per degree, about


def place(x_m: Any, y_m: Any) -> tuple[Any, Any]:  # noqa: ANN401 - a number or an array
    """Give longitude and latitude of a place, metres east and north of the origin."""
    return ORIGIN[0] + np.asarray(x_m) / EAST_M, ORIGIN[1] + np.asarray(y_m) / NORTH_M


def line(*corners: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([tuple(map(float, place(*corner))) for corner in corners])


@pytest.fixture(scope="session")
def line_of() -> Callable[..., shapely.LineString]:
    return line


ROADS = {
    # id: (name, one way, corners)
    "east": ("大道", True, ((0, 0), (1000, 0), (2000, 0))),
    "west": ("大道", True, ((2000, 18), (1000, 18), (0, 18))),
    "link0": ("", False, ((0, 0), (0, 18))),
    "link1": ("", False, ((2000, 0), (2000, 18))),
    "side": ("小街", False, ((1000, 0), (1000, -600))),
    "back": ("后街", False, ((1000, -600), (2000, -600), (2000, 0))),
}


@pytest.fixture(scope="session")
def town_roads() -> gpd.GeoDataFrame:
    """Two carriageways 18 m apart and what joins them."""
    rows = [
        {
            "section_id": key,
            "name": name,
            "road_class": "secondary",
            "is_oneway": oneway,
            "is_tunnel": False,
            "geometry": line(*corners),
        }
        for key, (name, oneway, corners) in ROADS.items()
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=4326)


@pytest.fixture(scope="session")
def town_streets(town_roads: gpd.GeoDataFrame) -> StreetGraph:
    turns = TurnCosts(u_turn_s=45.0, left_s=15.0, right_s=4.0)
    return build_streets(town_roads, speed_kmh=25.0, turns=turns)


@pytest.fixture(scope="session")
def row_of(town_roads: gpd.GeoDataFrame) -> dict[str, int]:
    return {key: row for row, key in enumerate(town_roads["section_id"])}


def make_table(cart: str, second: Any, x_m: Any, y_m: Any, **more: Any) -> pd.DataFrame:  # noqa: ANN401
    """Make records at seconds of the day; facts that are not given are not recorded."""
    lon, lat = place(x_m, y_m)
    count = len(np.atleast_1d(second))
    facts = {
        "cart_id": cart,
        "time_s": np.asarray(second, float) + MIDNIGHT,
        "lon": lon,
        "lat": lat,
        "speed_kmh": np.nan,
        "heading_deg": np.nan,
        "is_spraying": pd.array([None] * count, dtype="boolean"),
        "file": "a.csv",
        "row": np.arange(2, count + 2),
    }
    return pd.DataFrame({**facts, **more}).astype(TRACK_COLUMNS)


@pytest.fixture(scope="session")
def table_of() -> Callable[..., pd.DataFrame]:
    return make_table


def make_duty(*sections: dict[str, Any], interval_h: Any = 1.0, **more: Any) -> Duty:  # noqa: ANN401
    """Make a duty list; every section is passed once, either way, unless it says otherwise."""
    rows = [
        {
            "section_id": "",
            "road_name": "",
            "road_class": "secondary",
            "township_id": "1",
            "township_name": "一街道",
            "rule_ids": "2.2.3-b",
            "from_m": 0.0,
            "directions": "either",
            "passes": 1,
            "interval_factor": 1.0,
            "geometry": line((0, 0), (1, 0)),
            **one,
            "length_m": abs(one["to_m"] - one.get("from_m", 0.0)),
        }
        for one in sections
    ]
    facts = {
        "sections": gpd.GeoDataFrame(
            pd.DataFrame(rows, columns=SECTIONS), geometry="geometry", crs=4326
        ),
        "drying": DryingDay(
            interval_h=np.broadcast_to(np.asarray(interval_h, float), (24,)).copy(),
            is_rain=np.zeros(24, bool),
            weather="test",
            title=Text("", ""),
            source=Text("", ""),
        ),
        "wettings": pd.DataFrame(
            {"section": pd.Series(dtype="int64"), "cart_id": [], "start_s": [], "end_s": []}
        ),
        "carts": pd.DataFrame({"cart_id": [], "company": [], "spray_speed_kmh": []}),
        "shifts": pd.DataFrame({"cart_id": [], "start_s": [], "end_s": []}),
        "day": DAY,
        "source": Text("测试", "test"),
    }
    return Duty(**{**facts, **more})


@pytest.fixture(scope="session")
def duty_of() -> Callable[..., Duty]:
    return make_duty
