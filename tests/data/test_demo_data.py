"""The demonstration data: a town in itself consistent, plainly labelled, written twice the same."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod, Transformer

from qxgeo.resources import data_dir
from qxgeo.schemas import LAYERS

ROOT = Path(__file__).parents[2]
GEOD = Geod(ellps="WGS84")
STATION_1864A = (110.3089, 25.2708)
Shapes = TypeVar("Shapes")  # one geometry or an array of them
PLANE = Transformer.from_crs(
    "EPSG:4326", "+proj=aeqd +lon_0=110.33 +lat_0=25.26 +ellps=WGS84", always_xy=True
)


def to_plane(geometries: Shapes) -> Shapes:
    return shapely.transform(geometries, lambda xy: np.column_stack(PLANE.transform(*xy.T)))


def read_geojson(name: str) -> tuple[list[dict[str, Any]], Any]:
    rows = json.loads((data_dir() / "demo" / f"{name}.geojson").read_text("utf-8"))["features"]
    shapes = [shapely.from_geojson(json.dumps(row["geometry"])) for row in rows]
    return [row["properties"] for row in rows], np.array(shapes, dtype=object)


def read_csv(name: str) -> list[dict[str, str]]:
    path = data_dir() / "demo" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def metres_to_1864a(row: dict[str, str]) -> float:
    return float(GEOD.inv(*STATION_1864A, float(row["经度"]), float(row["纬度"]))[2])


@pytest.fixture(scope="module")
def roads() -> tuple[list[dict[str, Any]], Any]:
    return read_geojson("roads")


@pytest.fixture(scope="module")
def boundary() -> shapely.Geometry:
    text = (data_dir() / "boundaries" / "qixing.geojson").read_text("utf-8")
    return shapely.from_geojson(json.dumps(json.loads(text)["features"][0]["geometry"]))


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return tomllib.loads((data_dir() / "district.toml").read_text("utf-8"))


def test_the_same_seed_writes_the_embedded_bytes_again(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "make_demo.py"
    if not script.is_file():
        pytest.skip("scripts do not travel with an installed package")
    subprocess.run(
        [sys.executable, str(script), "--out", str(tmp_path)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    written = sorted(path.name for path in tmp_path.iterdir())
    embedded = {path.name for path in (data_dir() / "demo").iterdir()} - {"SOURCES.toml"}
    assert written == sorted(embedded)
    for name in written:
        if name.endswith(".tif"):  # how a library packs pixels may change, the pixels may not
            assert_same_raster(tmp_path / name, data_dir() / "demo" / name)
            continue
        assert (tmp_path / name).read_bytes() == (data_dir() / "demo" / name).read_bytes(), name


def assert_same_raster(path: Path, other: Path) -> None:
    with rasterio.open(path) as one, rasterio.open(other) as two:
        for fact in ("crs", "transform", "nodata", "dtypes", "shape", "count"):
            assert getattr(one, fact) == getattr(two, fact), fact
        assert np.array_equal(one.read(), two.read())


def test_every_name_says_that_it_is_an_example() -> None:
    for path in sorted((data_dir() / "demo").iterdir()):
        if path.suffix == ".geojson":
            names = [row["name"] for row in read_geojson(path.stem)[0] if "name" in row]
        elif path.suffix == ".csv":
            headings = ("名称", "姓名", "备注")  # of places, of people, of the wind rose
            names = [next(row[h] for h in headings if h in row) for row in read_csv(path.stem)]
        else:
            continue
        assert names
        assert [name for name in names if not name.startswith("示例")] == [], path.name


def test_ids_are_unique_in_every_table() -> None:
    for path in sorted((data_dir() / "demo").iterdir()):
        if path.suffix == ".geojson":
            ids = [next(iter(row.values())) for row in read_geojson(path.stem)[0]]
        elif path.suffix == ".csv":
            headings = ("编号", "工号", "风向")  # of places, of people, of the wind rose
            ids = [next(row[h] for h in headings if h in row) for row in read_csv(path.stem)]
        else:
            continue
        assert len(ids) == len(set(ids)), path.name


def test_roads_are_a_town_of_known_classes(roads: tuple[list[dict[str, Any]], Any]) -> None:
    rows, _ = roads
    assert 1_500 <= len(rows) <= 3_000
    classes = Counter(row["road_class"] for row in rows)
    assert set(classes) == {
        "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service",
        "track",
    }  # fmt: skip
    assert all(row["is_oneway"] == "是" for row in rows if row["road_class"] == "trunk")
    assert sum(row["is_tunnel"] == "是" for row in rows) == 1
    trucks = Counter(row.get("heavy_truck") for row in rows)
    assert set(trucks) == {"是", "否", None}
    assert trucks[None] < 0.1 * len(rows)


def test_some_surfaces_are_unknown_and_some_tracks_unpaved(
    roads: tuple[list[dict[str, Any]], Any],
) -> None:
    rows, _ = roads
    tracks = Counter(row.get("surface") for row in rows if row["road_class"] == "track")
    assert {"dirt", "gravel", None} <= set(tracks)
    assert "asphalt" not in tracks


def test_sections_meet_only_at_their_ends(roads: tuple[list[dict[str, Any]], Any]) -> None:
    rows, lines = roads
    at_grade = to_plane(lines[np.array([row["is_tunnel"] == "否" for row in rows])])
    tree = shapely.STRtree(at_grade)
    left, right = tree.query(at_grade, predicate="crosses")
    crossing = shapely.intersection(at_grade[left], at_grade[right])
    ends = shapely.union_all(shapely.boundary(at_grade))
    away_m = shapely.distance(crossing, ends)
    # Simplifying and rounding may move a line by up to a metre near its end.
    assert (away_m > 2).sum() <= 0.002 * len(at_grade)


def test_no_section_is_a_splinter(roads: tuple[list[dict[str, Any]], Any]) -> None:
    assert shapely.length(to_plane(roads[1])).min() > 10


def test_roads_cross_the_boundary_and_reach_the_neighbours_discs(
    roads: tuple[list[dict[str, Any]], Any], boundary: shapely.Geometry
) -> None:
    _, lines = roads
    assert shapely.crosses(lines, boundary).sum() > 40
    for lon, lat in ((110.2819, 25.2697), (110.2803, 25.2773)):  # 1863A, 4301A, both outside
        station = to_plane(shapely.Point(lon, lat))
        assert (shapely.distance(to_plane(lines), station) < 1000).sum() > 20


def test_the_network_hangs_together(roads: tuple[list[dict[str, Any]], Any]) -> None:
    _, lines = roads
    parent: dict[tuple[float, float], tuple[float, float]] = {}

    def root(node: tuple[float, float]) -> tuple[float, float]:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for line in lines:
        parent[root(line.coords[0])] = root(line.coords[-1])
    sizes = Counter(root(line.coords[0]) for line in lines)
    assert sizes.most_common(1)[0][1] > 0.95 * len(lines)


def test_some_repair_shops_stand_too_close_to_the_one_kilometre_line() -> None:
    rows = read_csv("auto_repair")
    distance_m = np.array([metres_to_1864a(row) for row in rows])
    assert (np.abs(distance_m - 1000) < 10).sum() >= 4
    assert (distance_m < 900).sum() >= 5
    assert {row["状态"] for row in rows} == {"现有", "拟新增", "变更"}


def test_catering_stands_in_beside_and_clear_of_houses() -> None:
    _, houses = read_geojson("residential_buildings")
    places = [shapely.Point(float(r["经度"]), float(r["纬度"])) for r in read_csv("catering")]
    tree = shapely.STRtree(to_plane(houses))
    nearest, distance_m = tree.query_nearest(
        to_plane(np.array(places)), return_distance=True, all_matches=False
    )
    assert nearest.shape[1] == len(places)
    assert (distance_m == 0).sum() >= 50
    assert ((distance_m > 0) & (distance_m < 9)).sum() >= 8
    assert (distance_m > 20).sum() >= 50


def test_some_cells_are_blank_as_in_real_files() -> None:
    for name, heading in (
        ("catering", "燃料"),
        ("catering", "灶头数"),
        ("catering", "大型"),
        ("petrol_stations", "年汽油销售量吨"),
        ("petrol_stations", "重点排污单位"),
        ("machines", "达到排放要求"),
        ("inspection_agencies", "楼层"),
    ):
        cells = [row[heading] for row in read_csv(name)]
        assert "" in cells, (name, heading)
        assert len(set(cells)) > 1, (name, heading)


def test_petrol_sales_include_the_threshold_itself() -> None:
    sales = {row["年汽油销售量吨"] for row in read_csv("petrol_stations")}
    assert {"5000", "4999"} <= sales


def test_every_entrance_belongs_to_an_agency_nearby() -> None:
    agencies = {row["编号"]: row for row in read_csv("inspection_agencies")}
    entrances = read_csv("inspection_entrances")
    assert {row["所属机构"] for row in entrances} == set(agencies)
    for row in entrances:
        agency = agencies[row["所属机构"]]
        place = [float(row[key]) for key in ("经度", "纬度")]
        home = [float(agency[key]) for key in ("经度", "纬度")]
        assert GEOD.inv(*place, *home)[2] < 700, row["编号"]


def test_damage_is_reported_as_lines_and_points_before_the_plans_date() -> None:
    rows, shapes = read_geojson("damaged_roads")
    assert {shape.geom_type for shape in shapes} == {"Point", "LineString"}
    assert {row["damage_class"] for row in rows} == {"轻", "中", "重"}
    assert max(row["reported_on"] for row in rows) <= "2023-06-30"


def test_town_fringe_and_country_make_up_the_district(boundary: shapely.Geometry) -> None:
    areas = [
        read_geojson(name)[1][0] for name in ("main_urban_area", "urban_rural_fringe", "rural_area")
    ]
    assert all(shapely.is_valid(areas))
    whole = shapely.area(to_plane(boundary))
    assert sum(shapely.area(to_plane(areas))) == pytest.approx(whole, rel=1e-5)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        shared = shapely.intersection(areas[first], areas[second])
        assert shapely.area(to_plane(shared)) < 1e-5 * whole


def test_all_polygons_are_valid() -> None:
    for name in ("residential_buildings", "schools", "bare_ground", "no_fuel_zone",
                 "machine_control_zone"):  # fmt: skip
        assert shapely.is_valid(read_geojson(name)[1]).all(), name


def test_houses_and_campuses_stand_on_no_road(roads: tuple[list[dict[str, Any]], Any]) -> None:
    tree = shapely.STRtree(roads[1])
    for name in ("residential_buildings", "schools"):
        assert tree.query(read_geojson(name)[1], predicate="intersects").size == 0, name


def test_the_district_file_names_files_that_are_there(settings: dict[str, Any]) -> None:
    assert settings["schema"] == "qxgeo-district/1"
    assert set(settings["layers"]) <= set(LAYERS)
    for name, layer in settings["layers"].items():
        assert (data_dir() / layer["path"]).is_file(), name
        assert {"datum", "accuracy_m", "source", "licence", "as_of"} <= set(layer), name
        assert layer.get("demo", False) == layer["path"].startswith("demo/"), name


def test_mapped_headings_stand_in_the_files(settings: dict[str, Any]) -> None:
    for layer in settings["layers"].values():
        for heading in layer.get("columns", {}).values():
            assert heading in read_csv(Path(layer["path"]).stem)[0]


def test_key_sections_and_open_parameters_are_left_to_the_user(settings: dict[str, Any]) -> None:
    assert "key_sections" not in settings["layers"]
    assert settings["parameters"] == {}
    assert settings["layers"]["townships"]["approximate"] is True
