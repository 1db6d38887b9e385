"""The invented burning patrol: people, points, events, devices, winds and a land cover."""

from __future__ import annotations

import csv
import json
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer

from qxgeo.district import load_district
from qxgeo.patrol.roster import list_people
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.district import District

CROPLAND, FOREST, GRASS, WATER, BUILT_UP, NO_DATA = 10, 20, 30, 60, 80, 0


@pytest.fixture(scope="module")
def district() -> District:
    return load_district()


@pytest.fixture(scope="module")
def boundary() -> shapely.Geometry:
    text = (data_dir() / "boundaries" / "qixing.geojson").read_text("utf-8")
    return shapely.from_geojson(json.dumps(json.loads(text)["features"][0]["geometry"]))


@pytest.fixture(scope="module")
def pixels(boundary: shapely.Geometry) -> NDArray[np.uint8]:
    """Codes of the pixels whose middle lies in the district."""
    with rasterio.open(data_dir() / "demo" / "land_cover.tif") as raster:
        codes = raster.read(1)
        rows, columns = np.indices(codes.shape)
        east, north = raster.transform @ np.stack((columns.ravel() + 0.5, rows.ravel() + 0.5))
        change = Transformer.from_crs(raster.crs, "EPSG:4326", always_xy=True)
    lon, lat = change.transform(east, north)
    shapely.prepare(boundary)
    return np.asarray(codes.ravel()[shapely.contains_xy(boundary, lon, lat)])


def test_all_patrol_inputs_are_declared_as_demonstration(district: District) -> None:
    for name in ("grid_members", "burning_points", "patrol_events", "cameras"):
        assert district.layers[name].is_demo, name
    assert district.patrol is not None
    for file in (district.patrol.land_cover, district.patrol.wind):
        assert file is not None
        assert file.is_demo
        assert file.path.is_file()
    assert district.patrol.elevation is None
    assert district.patrol.fires == ()


def test_every_township_with_a_territory_has_people_and_one_is_away(district: District) -> None:
    people = list_people(district)
    townships = district.layers["townships"].table
    drawn = set(townships.loc[townships.geometry.notna(), "township_id"])
    present = people[~people["is_absent"]]
    assert set(present["township_id"]) == drawn
    assert len(people) == 24
    assert people["is_absent"].sum() == 1
    assert 0 < people["base_lon"].isna().sum() < len(people)
    assert 0 < people["capacity_min"].isna().sum() < len(people)


def test_nobody_is_left_alone_with_a_day_that_all_have_off(district: District) -> None:
    people = list_people(district)
    for _, team in people[~people["is_absent"]].groupby("township_id"):
        for day in range(7):
            assert any(day not in off for off in team["days_off"])


def test_telephone_numbers_cannot_be_dialled(district: District) -> None:
    # No Chinese number, mobile (1...) or with an area code (0 and a digit from 1), begins with 000.
    phones = set(list_people(district)["phone"]) - {""}
    assert phones
    assert all(phone.startswith("000-") for phone in phones)


def test_points_and_events_lie_in_the_district(
    district: District, boundary: shapely.Geometry
) -> None:
    for name, count in (("burning_points", 60), ("patrol_events", 80), ("cameras", 12)):
        places = district.layers[name].table.geometry
        assert len(places) == count
        assert places.within(boundary).all(), name
    assert district.layers["cameras"].table["kind"].value_counts()["drone"] == 2


def test_events_happened_in_the_three_years_before_the_districts_day(district: District) -> None:
    days = district.layers["patrol_events"].table["happened_on"]
    assert days.min().year == 2020
    assert days.max().date() < district.as_of
    # Harvest and bacon months outnumber May, June and July.
    months = Counter(days.dt.month)
    assert sum(months[month] for month in (10, 11, 12)) > sum(months[m] for m in (5, 6, 7))


def test_the_river_side_is_wet_and_one_corner_is_unknown(pixels: NDArray[np.uint8]) -> None:
    share = {code: float(np.mean(pixels == code)) for code in np.unique(pixels).tolist()}
    assert set(share) == {CROPLAND, FOREST, GRASS, WATER, BUILT_UP, NO_DATA}
    assert 0.2 < share[CROPLAND] < 0.7
    assert 0.01 < share[WATER] < 0.08
    assert 0.002 < share[NO_DATA] < 0.05


def test_the_raster_is_small_and_every_pixel_is_thirty_metres() -> None:
    path = data_dir() / "demo" / "land_cover.tif"
    assert path.stat().st_size < 200_000
    with rasterio.open(path) as raster:
        assert raster.res == (30.0, 30.0)
        assert raster.crs.to_epsg() == 32649
        assert raster.nodata == NO_DATA


def test_the_wind_rose_holds_all_hours() -> None:
    with (data_dir() / "demo" / "wind_rose.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    shares = {row["风向"]: float(row["频率%"]) for row in rows}
    assert len(rows) == 17
    assert sum(shares.values()) == pytest.approx(100.0)
    angles = [float(row["角度"]) for row in rows if row["角度"]]
    assert angles == [22.5 * step for step in range(16)]
