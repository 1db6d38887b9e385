"""The patrol on real data: elevation and fires of Guangxi, streets of Shanghai.

Elevation and fires are read a second time by rasterio and pandas, ways are found by networkx.
"""

from __future__ import annotations

import re
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.features
import rasterio.warp
import shapely
from pyproj import Geod

from qxgeo.district import load_district
from qxgeo.patrol.planning import plan_patrol
from qxgeo.readers.osm import read_osm_roads

if TYPE_CHECKING:
    from collections.abc import Callable

    from qxgeo.district import Layer
    from qxgeo.patrol.model import Patrol

KARNEY = Geod(ellps="WGS84")
DATA = Path(__file__).parents[2] / "data"
FIRES = "fires/firms_viirs_se_asia_2019-01-22.csv"
DEM = "terrain/oldcity_alos12m.tif"
EAST_OF_DEM = 110.370
# Four fires seen at 02:30 on the 23rd, which is still the 22nd by UTC, and one by day on the 22nd.
GUANGXI = (109.34, 22.92, 109.60, 23.16)
HUANGPU = (121.465, 31.205, 121.500, 31.245)

ELEVATION_AND_FIRES = """
[patrol.elevation]
path = "{data}/terrain/oldcity_alos12m.tif"
source = "ALOS PALSAR RTC, ASF"

[[patrol.fires]]
path = "{data}/fires/firms_viirs_se_asia_2019-01-22.csv"
source = "NASA FIRMS"
"""
STREETS = """
[layers.roads]
path = "{data}/osm/shanghai_center.osm"
datum = "wgs84"
accuracy_m = 10
source = "© OpenStreetMap contributors"
licence = "ODbL"
format = "osm-roads"
"""
# Where e-bikes may not go, from the traffic signs: fast roads, pavements, stairs, unfinished ones.
CLOSED_TO_RIDERS = re.compile(
    r"(motorway|trunk)(_link)?|footway|pedestrian|steps|corridor|elevator|construction|proposed"
)


def add(folder: Path, text: str, data: Path) -> None:
    with (folder / "district.toml").open("a", encoding="utf-8") as file:
        file.write(text.format(data=data.as_posix()))


# ---- Qixing with an elevation and fires ----


@pytest.fixture(scope="module")
def qixing(external_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Patrol:
    folder = tmp_path_factory.mktemp("qixing") / "district"
    shutil.copytree(DATA, folder)
    add(folder, ELEVATION_AND_FIRES, external_data)
    return plan_patrol(load_district(folder), last_day=date(2023, 7, 3))


def test_no_fire_was_seen_in_qixing_and_the_term_says_so(
    qixing: Patrol, external_data: Path
) -> None:
    fires = pd.read_csv(external_data / FIRES)
    outline = gpd.read_file(DATA / "boundaries" / "qixing.geojson").union_all()
    assert not shapely.contains_xy(outline, fires["longitude"], fires["latitude"]).any()
    assert len(qixing.risk.fires) == 0
    assert qixing.cells["fire_count"].sum() == 0
    term = next(term for term in qixing.risk.terms if term.term_id == "fires")
    assert term.dropped is None
    assert term.share == pytest.approx(15 / (30 + 25 + 15 + 15 + 10 + 5))
    assert (qixing.cells["term_fires"] == 0).all()
    assert not any("卫星火点" in gap.zh for gap in qixing.gaps)


def test_nothing_is_seen_where_the_elevation_ends(qixing: Patrol, external_data: Path) -> None:
    assert qixing.sight is not None
    assert qixing.sight.devices["has_terrain"].all()
    with rasterio.open(external_data / DEM) as dem:
        is_known = dem.read_masks(1) > 0
        outlines = qixing.sight.devices.geometry.to_crs(dem.crs)
        for outline in outlines[~outlines.is_empty]:
            # A view is made of whole pixels; shrunk by a millimetre it touches no neighbours.
            touched = rasterio.features.geometry_mask(
                [outline.buffer(-0.001)], dem.shape, dem.transform, all_touched=True, invert=True
            )
            assert touched.any()
            assert is_known[touched].all()
            left, bottom, right, top = dem.bounds
            assert shapely.box(left, bottom, right, top).buffer(0.01).covers(outline)


def test_cells_beyond_the_elevation_are_unknown_where_a_device_looks(
    qixing: Patrol, external_data: Path
) -> None:
    assert qixing.sight is not None
    coverage = qixing.sight.coverage.merge(
        qixing.cells[["cell_id", "lon", "lat", "geometry"]], on="cell_id", validate="one_to_one"
    )
    west = coverage.geometry.map(lambda shape: shape.bounds[0])
    beyond = coverage[west > EAST_OF_DEM]
    with rasterio.open(external_data / DEM) as dem:
        lon, lat = beyond["lon"].tolist(), beyond["lat"].tolist()
        places = zip(*rasterio.warp.transform("EPSG:4326", dem.crs, lon, lat), strict=True)
        assert all(height.mask.all() for height in dem.sample(places, masked=True))
    assert len(beyond) > 20
    assert set(beyond["coverage"]) == {"unknown", "blind"}
    assert (beyond["seen_share"] == 0).all()
    looked_at = share_in_view(beyond.geometry, qixing.sight.devices, qixing)
    # Pixels of 12.5 m: along the edge of a sector the share of a cell is right to a few per cent.
    assert (beyond["coverage"][looked_at > 0.10] == "unknown").all()
    assert (beyond["coverage"][looked_at == 0] == "blind").all()
    assert (looked_at > 0.10).sum() >= 2
    assert beyond["unknown_share"].to_numpy() == pytest.approx(looked_at, abs=0.05)
    seen = coverage[coverage["seen_share"] > 0]
    assert len(seen) > 20
    assert (seen.geometry.map(lambda shape: shape.bounds[0]) <= EAST_OF_DEM).all()


def share_in_view(
    shapes: gpd.GeoSeries, devices: gpd.GeoDataFrame, patrol: Patrol
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Share of each shape within range and angle of a device, from 400 places in its box."""
    stands = patrol.district.layers["cameras"].table.set_index("device_id").geometry
    shares = []
    for shape in shapes:
        west, south, east, north = shape.bounds
        lon, lat = (
            axis.ravel()
            for axis in np.meshgrid(
                np.linspace(west, east, 41)[1::2], np.linspace(south, north, 41)[1::2]
            )
        )
        inside = shapely.contains_xy(shape, lon, lat)
        in_view = np.zeros(inside.sum(), dtype=bool)
        for device in devices.itertuples():
            eye = stands[device.device_id]
            here = np.full(len(in_view), eye.x), np.full(len(in_view), eye.y)
            azimuth, _, distance_m = KARNEY.inv(*here, lon[inside], lat[inside])
            turn = np.abs((azimuth - np.nan_to_num(device.bearing_deg) + 180) % 360 - 180)
            in_view |= (distance_m <= device.range_m) & (turn <= device.field_of_view_deg / 2)
        shares.append(in_view.mean())
    return np.array(shares)


# ---- a box in Guangxi in which it burned ----


@pytest.fixture
def burning(
    external_data: Path,
    tmp_path: Path,
    layer_of: Callable[..., Layer],
    folder_of: Callable[..., Path],
) -> Path:
    """Give a district of one township and three people around the fires of that night."""
    box = shapely.box(*GUANGXI)
    west, south, east, north = GUANGXI
    bases = [(west + (east - west) * part, (south + north) / 2) for part in (0.2, 0.5, 0.8)]
    folder_of(
        tmp_path,
        layer_of("boundary", [{"district_id": "450802", "name": "方块", "geometry": box}]),
        layer_of("townships", [{"township_id": "450802001", "name": "方块街道", "geometry": box}]),
        layer_of(
            "grid_members",
            [
                {
                    "person_id": f"P{number}",
                    "name": f"网格员{number}",
                    "township": "方块街道",
                    "geometry": shapely.Point(base),
                }
                for number, base in enumerate(bases, start=1)
            ],
        ),
        code='"450802"',
        name='"方块"',
    )
    add(tmp_path, ELEVATION_AND_FIRES.split("\n\n")[1], external_data)
    return tmp_path


def fires_in_the_box(file: Path) -> pd.DataFrame:
    table = pd.read_csv(file, dtype={"acq_time": str})
    west, south, east, north = GUANGXI
    table = table[table["longitude"].between(west, east) & table["latitude"].between(south, north)]
    utc = pd.to_datetime(table["acq_date"] + table["acq_time"].str.zfill(4), format="%Y-%m-%d%H%M")
    return table.assign(local=utc + pd.Timedelta(hours=8))


@pytest.mark.parametrize(("today", "least"), [(date(2019, 1, 22), 1), (date(2019, 1, 23), 4)])
def test_fires_in_guangxi_are_counted_on_their_local_day(
    burning: Path, external_data: Path, today: date, least: int
) -> None:
    expected = fires_in_the_box(external_data / FIRES)
    patrol = plan_patrol(load_district(burning, as_of=today), last_day=date(2019, 2, 3))
    fires = patrol.risk.fires
    assert sorted(fires["seen_at"].dt.tz_localize(None)) == sorted(expected["local"])
    assert str(fires["seen_at"].dt.tz) == "Asia/Shanghai"
    # By UTC all of them are of the 22nd; in China some are of the 23rd.
    assert set(expected["acq_date"]) == {"2019-01-22"}
    assert {day.isoformat() for day in fires["seen_at"].dt.date} == {"2019-01-22", "2019-01-23"}
    is_sure = expected["confidence"] != "low"
    is_past = expected["local"].dt.date <= today
    count = int((is_sure & is_past).sum())
    assert count >= least
    assert patrol.cells["fire_count"].sum() == fires["is_counted"].sum() == count
    where = patrol.cells.set_index("cell_id").geometry[fires["cell_id"]]
    assert shapely.covers(where.to_numpy(), fires.geometry.to_numpy()).all()
    # A fire of today counts 1, one of the day before 1 - 1 / (3 years): 1 - 2 ** -sum.
    age = {day: (today - day).days for day in expected["local"].dt.date}
    kept = fires[fires["is_counted"]]
    weight = 1 - kept["seen_at"].dt.date.map(age) / (3 * 365.25)
    sums = weight.groupby(kept["cell_id"]).sum().reindex(patrol.cells["cell_id"], fill_value=0.0)
    assert patrol.cells["term_fires"].to_numpy() == pytest.approx(1 - 2.0 ** -sums.to_numpy())
    # Fires are all there is to know here, so that the riskiest cells are those that burned.
    burned = patrol.cells[patrol.cells["fire_count"] > 0]
    assert sorted(burned["risk_rank"]) == list(range(1, len(burned) + 1))


# ---- streets of Shanghai ----


@pytest.fixture(scope="module")
def streets(external_data: Path) -> nx.DiGraph:
    """Give every vertex of every street that riders may use a node of its own."""
    table = read_osm_roads(external_data / "osm" / "shanghai_center.osm").table
    closed = table["road_class"].astype(str).str.fullmatch(CLOSED_TO_RIDERS.pattern)
    table = table[~closed & (table["access"].fillna("") != "no")]
    graph = nx.DiGraph()
    for row in table.itertuples():
        vertices = np.round(shapely.get_coordinates(row.geometry), 8)
        nodes = [tuple(vertex) for vertex in vertices.tolist()]
        for a, b in pairwise(nodes):
            length_m = KARNEY.inv(*a, *b)[2]
            graph.add_edge(a, b, weight=length_m)
            if not row.is_oneway:
                graph.add_edge(b, a, weight=length_m)
    return graph


@pytest.fixture(scope="module")
def shanghai(
    external_data: Path,
    streets: nx.DiGraph,
    tmp_path_factory: pytest.TempPathFactory,
    layer_of: Callable[..., Layer],
    folder_of: Callable[..., Path],
) -> Patrol:
    """Plan a week of four people and twelve points on named streets."""
    west, south, east, north = HUANGPU
    halves = [shapely.box(west, south, (west + east) / 2, north)]
    halves.append(shapely.box((west + east) / 2, south, east, north))
    spots = named_corners(external_data, streets)
    folder = tmp_path_factory.mktemp("shanghai")
    folder_of(
        folder,
        layer_of(
            "boundary",
            [{"district_id": "310101", "name": "方块", "geometry": shapely.box(*HUANGPU)}],
        ),
        layer_of(
            "townships",
            [
                {"township_id": f"31010100{n}", "name": name, "geometry": half}
                for n, name, half in zip((1, 2), ("西街道", "东街道"), halves, strict=True)
            ],
        ),
        layer_of(
            "grid_members",
            [
                {
                    "person_id": f"P{number}",
                    "name": f"网格员{number}",
                    "township": "西街道" if spot.x < (west + east) / 2 else "东街道",
                    "geometry": spot,
                }
                for number, spot in enumerate(spots[12:], start=1)
            ],
        ),
        layer_of(
            "burning_points",
            [
                {
                    "point_id": f"D{number:02d}",
                    "name": f"点{number}",
                    "kind": "焚烧",
                    "risk_level": "high",
                    "geometry": spot,
                }
                for number, spot in enumerate(spots[:12], start=1)
            ],
        ),
        code='"310101"',
        name='"方块"',
    )
    add(folder, STREETS, external_data)
    return plan_patrol(load_district(folder), last_day=date(2023, 7, 7))


def named_corners(external_data: Path, streets: nx.DiGraph) -> list[shapely.Point]:
    """Choose 16 corners of named streets, as many in the west as in the east."""
    table = read_osm_roads(external_data / "osm" / "shanghai_center.osm").table
    named = table[table["name"].fillna("").str.endswith("路")]
    ends = np.round(shapely.get_coordinates(shapely.get_point(named.geometry.to_numpy(), 0)), 8)
    core = max(nx.strongly_connected_components(streets), key=len)
    west, south, east, north = HUANGPU
    middle = (west + east) / 2
    inside = sorted(
        {
            tuple(end)
            for end in ends.tolist()
            if tuple(end) in core and west < end[0] < east and south < end[1] < north
        }
    )
    sides = [[end for end in inside if (end[0] < middle) == is_west] for is_west in (True, False)]
    chosen = [np.random.default_rng(3).choice(side, 8, replace=False) for side in sides]
    return [shapely.Point(end) for pair in zip(*chosen, strict=True) for end in pair]


def test_the_routes_of_shanghai_are_the_shortest_ways_of_networkx(
    shanghai: Patrol, streets: nx.DiGraph
) -> None:
    routes, stops = shanghai.routes.routes, shanghai.routes.stops
    assert len(shanghai.routes.unserved) == 0
    assert len(stops) == len(shanghai.schedule.visits) >= 12
    assert set(stops["point_id"]) == set(shanghai.points["point_id"])
    assert not routes["is_straight_line"].any()
    assert set(routes["person_id"]) == set(shanghai.people["person_id"])
    at = {
        point: (round(shape.x, 8), round(shape.y, 8))
        for point, shape in zip(shanghai.points["point_id"], shanghai.points.geometry, strict=True)
    }
    bases = {
        row.person_id: (round(row.base_lon, 8), round(row.base_lat, 8))
        for row in shanghai.people.itertuples()
    }
    longest = 0
    for route in routes.itertuples():
        own = stops[stops["route_id"] == route.route_id].sort_values("order")
        base = bases[route.person_id]
        passed = [base, *(at[point] for point in own["point_id"]), base]
        legs = [nx.dijkstra_path_length(streets, a, b) for a, b in pairwise(passed)]
        assert own["travel_m"].to_numpy() == pytest.approx(legs[:-1], rel=1e-6, abs=1e-6)
        assert route.travel_m == pytest.approx(sum(legs), rel=1e-6)
        assert route.travel_m == pytest.approx(KARNEY.geometry_length(route.geometry), rel=1e-6)
        crow = sum(KARNEY.inv(*a, *b)[2] for a, b in pairwise(passed))
        assert route.travel_m > crow
        longest = max(longest, len(own))
    assert longest >= 3
