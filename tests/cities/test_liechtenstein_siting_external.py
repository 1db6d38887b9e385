"""Every kind of rule about a place on the real geometry of a whole country, by data alone.

Liechtenstein's schools, shops, fuel stations, repair shops, restaurants, dwellings and roads are
OpenStreetMap's. Three things stand in for what the country does not have: two invented monitoring
stations, residential land for the zone closed to bad fuels, and marketplaces and supermarkets for
food markets (菜市). Fuel stations, repair shops and restaurants are the places applied for.
Distances are derived again from Karney's inverse geodesics between every corner and every edge, and
verdicts from those distances by a few lines of plain Python.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from qxgeo.district import ParameterValue, load_district
from qxgeo.readers.osm_sites import read_osm_sites
from qxgeo.siting import check_sites, list_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District, Layer
    from qxgeo.siting import SiteChecks

# Invented. A file of positions outside China is refused, so they join the district once it is read.
STATIONS = [
    {"station_id": code, "name": name, "control_level": "national", "geometry": shapely.Point(at)}
    for code, name, at in (
        ("T001", "虚构瓦杜兹站", (9.5215, 47.1410)),
        ("T002", "虚构沙恩站", (9.5088, 47.1655)),
    )
]
HEAD = """schema = "qxgeo-district/1"
code = "438000"
name = "列支敦士登（试验）"
plan = "qixing-2023"
as_of = 2023-06-30
"""
LAYER = """
[layers.{name}]
path = "{data}/osm/liechtenstein.osm.pbf"
datum = "wgs84"
accuracy_m = {accuracy_m}
source = "© OpenStreetMap contributors"
licence = "ODbL"
{more}
"""
TAGS = {
    "boundary": 'tags = { boundary = ["administrative"] }\nwhere = { name = ["Liechtenstein"] }',
    "roads": "",
    "schools": 'tags = { amenity = ["school", "kindergarten"] }',
    "markets": 'tags = { amenity = ["marketplace"], shop = ["supermarket"] }',
    "residential_buildings": 'tags = { building = ["apartments", "residential", "house", "yes"] }',
    "no_fuel_zone": 'tags = { landuse = ["residential"] }',
}
ACCURACY_M = {"boundary": 20.0, "stations": 10.0}
OSM_ACCURACY_M = 5.0
PLACE_M = 10.0
RADIUS_M = {"1.3.4-a": 1_000, "4.1.4-f": 1_000, "4.1.4-a": 1_000, "3.3.0-a": 1_000, "3.1.0-a": 9}
REFERENCE = {
    **dict.fromkeys(RADIUS_M, "stations"),
    "3.1.0-a": "residential_buildings",
    "4.1.4-b": "schools",
    "4.1.4-c": "markets",
}
CAUGHT = {
    "1.3.4-a": "not_newly_approved",
    "3.1.0-a": "needs_decision",
    "3.1.0-b": "prohibited",
    "3.2.0-a": "prohibited",
    "3.3.0-a": "with_duty",
    "4.1.4-a": "with_duty",
    "4.1.4-b": "prohibited",
    "4.1.4-c": "prohibited",
    "4.1.4-d": "prohibited",
    "4.1.4-f": "discouraged",
}
BINDS_NEW_ONLY = {"1.3.4-a", "4.1.4-b", "4.1.4-c", "4.1.4-d", "4.1.4-f"}
ORDER = (
    *("out_of_scope", "prohibited", "not_newly_approved", "unknown", "too_close_to_call"),
    *("needs_decision", "discouraged", "with_duty", "allowed"),
)
KINDS = {
    "auto_repair": {"1.3.4-a"},
    "spray_centre": {"1.3.4-a", "1.3.5-a"},
    "catering": {"3.1.0-a", "3.1.0-b", "3.2.0-a", "3.3.0-a"},
    "inspection_agency": {f"4.1.4-{letter}" for letter in "abcdef"},
    "im_station": {"1.3.4-a", "4.1.5-a", *(f"4.1.4-{letter}" for letter in "bcdef")},
    "straw_store": {"5.3.2-a"},
}
MAIN = {"trunk", "trunk_link", "primary", "primary_link"}
BUSY = {"motorway", "motorway_link", "secondary", "secondary_link", "road"}
NO_ROADS = {"track", "pedestrian", "construction", "rest_area", "services", "raceway"}


@pytest.fixture(scope="module")
def district(
    external_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    layer_of: Callable[..., Layer],
) -> District:
    folder = tmp_path_factory.mktemp("liechtenstein")
    layers = [
        LAYER.format(
            name=name,
            data=external_data.as_posix(),
            accuracy_m=ACCURACY_M.get(name, OSM_ACCURACY_M),
            more=more,
        )
        for name, more in TAGS.items()
    ]
    (folder / "district.toml").write_text(HEAD + "".join(layers), encoding="utf-8")
    read = load_district(folder)
    invented = layer_of("stations", STATIONS, accuracy_m=ACCURACY_M["stations"], is_demo=True)
    return replace(read, layers={**read.layers, "stations": invented})


@pytest.fixture(scope="module")
def decided(district: District) -> District:
    """Set the numbers that the plan leaves open."""
    numbers = {"near_school_m": 200.0, "near_market_m": 150.0}
    values = {k: ParameterValue(value=v, source="for this test") for k, v in numbers.items()}
    return replace(district, parameters=values)


@pytest.fixture(scope="module")
def places(external_data: Path) -> gpd.GeoDataFrame:
    """Premises of the map as applications, with attributes and status in turn."""
    tags = {"amenity": ["fuel", "restaurant", "cafe"], "shop": ["car_repair"]}
    found = read_osm_sites(external_data / "osm" / "liechtenstein.osm.pbf", tags=tags).table
    turn = np.arange(len(found))

    def in_turn(*values: object, step: int = 1) -> list[object]:
        return [values[number // step % len(values)] for number in turn]

    return found.assign(
        status=in_turn("proposed", "proposed", "existing", "change"),
        fuel=in_turn("电", "蜂窝煤", None),
        setting=in_turn("独立", "露天", None, step=3),
        is_large=in_turn("否", "是", None, "否", step=2),
        stoves=in_turn(2, 8, 3, None, 1),
        kind=in_turn("快餐店", "美食街", "中餐馆", "粉店", None, step=2),
        location=in_turn("地面", "地下车库", None),
        function=in_turn("检验与维护", "检验", "维护", None, step=2),
    )


@pytest.fixture(scope="module")
def entrances(places: gpd.GeoDataFrame, district: District) -> gpd.GeoDataFrame:
    """Let people drive in at the point, or at the first and the third corner of a parcel.

    Every other entrance says which road it opens on: that of a neighbour, near or not.
    """
    rows = []
    named = district.layers["roads"].table.dropna(subset="name")
    for number, (site_id, shape) in enumerate(zip(places["site_id"], places.geometry, strict=True)):
        corners = shapely.get_coordinates(shape)
        for corner in corners[[0]] if shape.geom_type == "Point" else corners[[0, 2]]:
            point = shapely.Point(corner)
            called = named["name"].iloc[int(named.sindex.nearest(point)[1][0])]
            rows.append((site_id, called if number % 2 else None, point))
    table = pd.DataFrame(rows, columns=["site_id", "road_name", "geometry"])
    return gpd.GeoDataFrame(table, crs="EPSG:4326").iloc[:-3]  # the last places have none


@pytest.fixture(scope="module")
def checks(
    decided: District, places: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame
) -> dict[str, SiteChecks]:
    return {
        kind: check_sites(decided, kind, places, entrances=entrances, accuracy_m=PLACE_M)
        for kind in KINDS
    }


@pytest.fixture(scope="module")
def lines(checks: dict[str, SiteChecks]) -> pd.DataFrame:
    """Write all lines of all kinds into one table."""
    tables = [list_lines(one).assign(kind_id=kind) for kind, one in checks.items()]
    return pd.concat(tables, ignore_index=True)


def _shapes(district: District, layer: str) -> np.ndarray:
    shapes = district.layers[layer].table.geometry.to_numpy()
    return shapely.get_parts(shapely.boundary(shapes)) if layer == "boundary" else shapes


def _is(value: object, word: str) -> bool | None:
    """Compare with a word; a blank leaves it open."""
    return None if pd.isna(value) else value == word  # type: ignore[call-overload]


def _is_large(place: pd.Series[Any]) -> bool | None:
    if place["is_large"] == "是" or place["stoves"] >= 6 or place["kind"] == "美食街":
        return True
    return None if place[["is_large", "stoves", "kind"]].isna().any() else False


ABOUT: dict[str, Callable[[pd.Series[Any]], bool | None]] = {
    "3.1.0-b": lambda place: _is(place["fuel"], "蜂窝煤"),
    "3.2.0-a": lambda place: _is(place["setting"], "露天"),
    "3.3.0-a": _is_large,
    "4.1.4-a": lambda place: place["status"] != "proposed",
    "4.1.4-d": lambda place: _is(place["location"], "地下车库"),
}


def _is_about(rule_id: str, kind: str, place: pd.Series[Any]) -> bool | None:
    """Say whether a rule is about such a place, None where a blank leaves it open."""
    answers = [ABOUT[rule_id](place)] if rule_id in ABOUT else [True]
    if kind == "im_station":
        wanted = "维护" if rule_id == "1.3.4-a" else "检验"
        answers.append(None if pd.isna(place["function"]) else wanted in place["function"])
    return False if False in answers else None if None in answers else True


def _derive(line: pd.Series[Any], place: pd.Series[Any], *, open_numbers: bool = False) -> str:
    """Derive a verdict from a distance, a margin and what is written about a place."""
    rule_id, margin_m, error_m = line["rule_id"], line["margin_m"], line["error_m"]
    is_about = _is_about(rule_id, line["kind_id"], place)
    binds_new, status = rule_id in BINDS_NEW_ONLY, place["status"]
    is_open = open_numbers and rule_id in ("4.1.4-b", "4.1.4-c")
    is_in_the_building = rule_id in REFERENCE and line["distance_m"] == 0
    cases = [
        (rule_id in ("1.3.5-a", "4.1.5-a", "5.3.2-a"), "allowed"),  # these promote
        (is_about is False or margin_m < -error_m, "allowed"),
        (binds_new and status == "existing", "allowed"),
        (is_about is None, "unknown"),
        (binds_new and status != "proposed", "needs_decision"),
        (is_open, "needs_decision"),
        (margin_m < error_m and not is_in_the_building, "too_close_to_call"),
    ]
    return next((verdict for holds, verdict in cases if holds), CAUGHT.get(rule_id, ""))


def test_every_kind_of_rule_meets_real_places(lines: pd.DataFrame, district: District) -> None:
    assert set(district.layers) == {"stations", *TAGS}
    for kind, rules in KINDS.items():
        mine = lines[lines["kind_id"] == kind]
        assert set(mine["rule_id"]) == {"", *rules}
    found = {rule_id: set(told) for rule_id, told in lines.groupby("rule_id")["verdict"]}
    # Each rule that can catch a place does so, and lets others go.
    for rule_id, caught in CAUGHT.items():
        assert {caught, "allowed"} <= found[rule_id], rule_id
    assert {"prohibited", "needs_decision", "too_close_to_call", "allowed"} <= found["4.1.4-e"]
    assert found["1.3.5-a"] == found["4.1.5-a"] == found["5.3.2-a"] == {"allowed"}
    assert "too_close_to_call" in found["3.1.0-a"]
    assert "too_close_to_call" in found["3.1.0-b"]


def test_distances_are_those_of_inverse_geodesics(
    lines: pd.DataFrame,
    places: gpd.GeoDataFrame,
    decided: District,
    closest_m: Callable[..., tuple[float, int]],
) -> None:
    rules = {"": "boundary", **REFERENCE}
    measured = lines[lines["rule_id"].isin(rules) & lines["distance_m"].notna()]
    drawn = measured.groupby("rule_id").sample(30, random_state=4)
    assert len(drawn) >= 200
    shape = places.set_index("site_id").geometry
    for line in drawn.to_dict(orient="records"):
        layer = rules[line["rule_id"]]
        assert line["measured_to"] == layer
        shapes = _shapes(decided, layer)
        away_m, at = closest_m(shape[line["place_id"]], shapes)
        assert line["distance_m"] == pytest.approx(away_m, abs=1e-3)
        if layer != "boundary":
            table = decided.layers[layer].table
            column = "station_id" if layer == "stations" else "site_id"
            assert line["reference_id"] == table[column].iloc[at]
        radius_m = {"4.1.4-b": 200, "4.1.4-c": 150, **RADIUS_M}.get(line["rule_id"], 0)
        if layer != "boundary":
            assert line["threshold_m"] == radius_m
            assert line["margin_m"] == pytest.approx(radius_m - away_m, abs=1e-3)
        error_m = PLACE_M + ACCURACY_M.get(layer, OSM_ACCURACY_M)
        assert line["error_m"] == error_m


def test_depth_in_an_area_is_that_of_inverse_geodesics(
    lines: pd.DataFrame,
    places: gpd.GeoDataFrame,
    decided: District,
    closest_m: Callable[..., tuple[float, int]],
) -> None:
    shape = places.set_index("site_id").geometry
    for rule_id, layer in (("3.1.0-b", "no_fuel_zone"), ("3.2.0-a", "boundary")):
        area = shapely.union_all(decided.layers[layer].table.geometry.to_numpy())
        outline = shapely.get_parts(shapely.get_parts(area))
        edge = shapely.get_parts(shapely.boundary(outline))
        for line in lines[lines["rule_id"] == rule_id].iloc[::3].to_dict(orient="records"):
            inside = shapely.intersection(shape[line["place_id"]], area)
            if inside.is_empty:
                away_m = closest_m(shape[line["place_id"]], edge)[0]
                assert line["margin_m"] == pytest.approx(-away_m, abs=1e-3)
                continue
            corners = shapely.points(shapely.get_coordinates(inside))
            depth_m = max(closest_m(corner, edge)[0] for corner in corners)
            assert line["margin_m"] == pytest.approx(depth_m, abs=1e-3)
            assert line["distance_m"] == 0


def test_verdicts_follow_from_distances_attributes_and_status(
    lines: pd.DataFrame, places: gpd.GeoDataFrame, checks: dict[str, SiteChecks]
) -> None:
    facts = places.set_index("site_id")
    told = lines[(lines["line"] > 0) & (lines["rule_id"] != "4.1.4-e")]
    assert len(told) > 1_000
    wrong = [
        (line["kind_id"], line["rule_id"], line["place_id"], line["verdict"])
        for _, line in told.iterrows()
        if line["verdict"] != _derive(line, facts.loc[line["place_id"]])
    ]
    assert wrong == []
    worst = lines["verdict"].map(ORDER.index).groupby([lines["kind_id"], lines["place_id"]]).min()
    for kind, one in checks.items():
        summary = one.places["summary"].map(ORDER.index).set_axis(one.places["place_id"])
        assert (summary == worst[kind].reindex(summary.index)).all()


def test_without_numbers_for_near_the_distance_stays_and_nothing_is_decided(
    district: District, places: gpd.GeoDataFrame, lines: pd.DataFrame
) -> None:
    bare = check_sites(district, "inspection_agency", places, accuracy_m=PLACE_M)
    told = list_lines(bare).assign(kind_id="inspection_agency")
    set_ = lines[lines["kind_id"] == "inspection_agency"].reset_index(drop=True)
    is_open = told["rule_id"].isin(["4.1.4-b", "4.1.4-c"])
    assert (told["distance_m"] == set_["distance_m"])[is_open].all()
    assert told.loc[is_open, ["threshold_m", "margin_m"]].isna().all(axis=None)
    facts = places.set_index("site_id")
    for _, line in told[is_open].iterrows():
        assert line["verdict"] == _derive(line, facts.loc[line["place_id"]], open_numbers=True)
    assert "allowed" not in set(bare.places.loc[bare.places["status"] == "proposed", "summary"])


def _front(
    point: shapely.Point,
    called: str | None,
    roads: gpd.GeoDataFrame,
    error_m: float,
    closest_m: Callable[..., tuple[float, int]],
) -> str:
    """Say what an entrance opens on, from the distance to every road of each class."""
    is_named = roads["name"].eq(called).fillna(value=False)
    for among in (roads[is_named], roads):
        sort = np.select(
            [among["road_class"].isin(MAIN), among["road_class"].isin(BUSY)],
            ["prohibited", "needs_decision"],
            default="allowed",
        )
        away_m = {
            one: closest_m(point, among.geometry.to_numpy()[sort == one])[0]
            for one in np.unique(sort)
        }
        best = min(away_m, key=lambda one: away_m[one], default="")
        if not best or away_m[best] > 30:  # no such road, or none near: all roads are asked
            continue
        if among is roads and isinstance(called, str):
            return "unknown"
        others = [away_m[one] - away_m[best] for one in away_m if one != best]
        return "too_close_to_call" if min(others, default=np.inf) < error_m else best
    return "unknown"


def test_frontages_are_those_of_a_search_through_every_road(
    checks: dict[str, SiteChecks],
    entrances: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    decided: District,
    closest_m: Callable[..., tuple[float, int]],
) -> None:
    table = decided.layers["roads"].table
    is_tunnel = table["is_tunnel"].fillna(value=False).astype(bool)
    roads = table[~table["road_class"].isin(NO_ROADS) & ~is_tunnel]
    status = places.set_index("site_id")["status"]
    least: dict[str, str] = {}
    for site_id, called, point in entrances[["site_id", "road_name", "geometry"]].itertuples(
        index=False
    ):
        said = _front(point, called, roads, PLACE_M + OSM_ACCURACY_M, closest_m)
        least[site_id] = max(least.get(site_id, said), said, key=ORDER.index)
    told = list_lines(checks["inspection_agency"])
    told = told[told["rule_id"] == "4.1.4-e"].set_index("place_id")["verdict"]
    for site_id, verdict in told.items():
        expected = least.get(site_id, "unknown")
        if expected != "allowed" and status[site_id] != "proposed":
            expected = "allowed" if status[site_id] == "existing" else "needs_decision"
        assert verdict == expected, site_id
    assert set(least.values()) >= {"prohibited", "needs_decision", "allowed", "too_close_to_call"}
