"""From where roads are needed, checked with geodesics."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from qxgeo.district import longest_radius_m, reach_area, save_roads
from qxgeo.district.reach import surroundings_of
from qxgeo.errors import OutputError
from qxgeo.plan import load_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District, Layer
    from qxgeo.plan import ActionPlan

KARNEY = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def plan() -> ActionPlan:
    return load_plan("qixing-2023")


def test_the_longest_radius_is_that_of_the_damaged_roads(plan: ActionPlan) -> None:
    assert longest_radius_m(plan) == plan.rule("2.2.4-a").radius_m
    assert longest_radius_m(replace(plan, measures=(), parameters=())) == 0


def test_the_area_holds_the_district_and_every_disc_that_touches_it(
    plan: ActionPlan, town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    area = reach_area(district_of(*town.values()), plan)
    radius_m = longest_radius_m(plan)
    azimuth = np.arange(0.0, 360.0, 1.0)
    # S1 stands inside, S2 outside near the edge; S3 has closed and does not count.
    for lon in (110.015, 110.045):
        ends = KARNEY.fwd(np.full(360, lon), np.full(360, 25.01), azimuth, np.full(360, radius_m))
        assert shapely.contains_xy(area, ends[0], ends[1]).all()
    east = KARNEY.fwd(110.045, 25.01, 90, radius_m * 1.01)
    assert not shapely.contains_xy(area, *east[:2])
    assert area.covers(shapely.box(110, 25, 110.04, 25.02))


def test_a_far_station_adds_nothing(
    plan: ActionPlan, town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    lon, lat, _ = KARNEY.fwd(110.04, 25.01, 90, longest_radius_m(plan) * 1.1)
    table = (
        town["stations"].table.iloc[[0]].set_geometry([shapely.Point(lon, lat)], crs="EPSG:4326")
    )
    layers = town | {"stations": replace(town["stations"], table=table)}
    area = reach_area(district_of(*layers.values()), plan)
    assert area.equals(shapely.box(110, 25, 110.04, 25.02))


def test_without_stations_the_district_itself_is_the_area(
    plan: ActionPlan, town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    area = reach_area(district_of(town["boundary"]), plan)
    assert area.equals(shapely.box(110, 25, 110.04, 25.02))


def test_surroundings_reach_twice_the_longest_radius(
    plan: ActionPlan, town: dict[str, Layer]
) -> None:
    west, south, east, north = surroundings_of(town["boundary"].table, plan)
    twice_m = 2 * longest_radius_m(plan)
    for lon, lat, azimuth in ((110, 25, 270), (110, 25, 180), (110.04, 25.02, 90), (110, 25.02, 0)):
        end_lon, end_lat, _ = KARNEY.fwd(lon, lat, azimuth, twice_m)
        assert west < end_lon < east
        assert south < end_lat < north
        far_lon, far_lat, _ = KARNEY.fwd(lon, lat, azimuth, twice_m * 1.02)
        assert not (west < far_lon < east and south < far_lat < north)


def test_saved_roads_come_back_as_they_were(tmp_path: Path, town: dict[str, Layer]) -> None:
    file = tmp_path / "roads" / "r.geojson"
    save_roads(town["roads"].table, file)
    back = gpd.read_file(file)
    assert back["section_id"].tolist() == town["roads"].table["section_id"].tolist()
    assert shapely.equals_exact(
        back.geometry.to_numpy(), town["roads"].table.geometry.to_numpy()
    ).all()
    assert json.loads(file.read_text(encoding="utf-8"))["features"][1]["properties"]["name"]
    assert [path.name for path in file.parent.iterdir()] == ["r.geojson"]


def test_a_disk_that_refuses_leaves_the_old_roads(
    tmp_path: Path, town: dict[str, Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "r.geojson"
    file.write_text("old", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OutputError, match="No space left"):
        save_roads(town["roads"].table, file)
    assert file.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["r.geojson"]
