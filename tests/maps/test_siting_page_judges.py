"""The page and Python say the same of random places: every line, every sentence, every metre.

Python's answers are tested on their own against geodesics and drawings (tests/siting); here each of
500 places per kind is put to both, a good part of them where a centimetre could decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from qxgeo.datum import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from qxgeo.district import ParameterValue, load_district
from qxgeo.maps import write_siting_map
from qxgeo.rules.road_names import plain_road_names
from qxgeo.siting import check_sites, find_kind, list_lines
from qxgeo.siting.kinds import read_plan_of
from qxgeo.siting.table import summarise_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.district import District
    from qxgeo.plan import SiteKind
    from qxgeo.siting import SiteChecks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.scripted,
    pytest.mark.usefixtures("map_assets"),
]
GEOD = Geod(ellps="WGS84")
PLACES, PARCELS = 500, 50
STATUSES = ["proposed", "existing", "change", "unknown", ""]
FAR_AWAY = [(116.4, 39.9), (110.29, 25.9), (9.53, 47.14), (110.9, 25.3), (109.0, 25.27)]
WORDS = ("verdict", "why", "measured_from", "measured_to", "reference_id", "reference_name")
METRES = ("distance_m", "threshold_m", "margin_m", "error_m")
LAYERS = ("stations", "schools", "markets", "residential_buildings")


@dataclass(frozen=True)
class Case:
    """One kind in one district: what to ask, and what Python answers."""

    district: District
    kind: SiteKind
    places: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame | None


@pytest.fixture(scope="module")
def embedded() -> District:
    return load_district()


def with_parameters(district: District, **values: float) -> District:
    given = {name: ParameterValue(value=v, source="牵头单位") for name, v in values.items()}
    return replace(district, parameters={**district.parameters, **given})


def walk(
    rng: np.random.Generator, starts: np.ndarray, metres: list[float], count: int
) -> np.ndarray:
    """Walk from places along the ellipsoid in any direction, for one of the distances."""
    start = starts[rng.integers(len(starts), size=count)]
    away_m = rng.choice(metres, count) + rng.choice([-0.02, -0.005, 0.005, 0.02, 0.5], count)
    lon, lat, _ = GEOD.fwd(start[:, 0], start[:, 1], rng.uniform(0, 360, count), away_m)
    return np.column_stack([lon, lat])


def scatter(district: District, rng: np.random.Generator) -> np.ndarray:
    """Choose places inside and outside, at thresholds and their bands, at edges, and far away."""
    west, south, east, north = district.layers["boundary"].table.total_bounds
    wide, high = (east - west) * 0.2, (north - south) * 0.2
    around = rng.uniform((west - wide, south - high), (east + wide, north + high), (195, 2))
    starts = np.concatenate(
        [shapely.get_coordinates(district.layers[name].table.geometry) for name in LAYERS]
    )
    limits = [0, 5, 9, 12, 21, 80, 95, 150, 165, 135, 980, 1000, 1020, 30, 45]
    edges = np.concatenate(
        [
            shapely.get_coordinates(shapely.segmentize(district.layers[name].table.boundary, 1e-3))
            for name in ("boundary", "no_fuel_zone", "townships")
        ]
    )
    roads = shapely.get_coordinates(district.layers["roads"].table.geometry)
    return np.concatenate(
        [
            around,
            walk(rng, starts, limits, 150),
            walk(rng, edges, [0, 8, 20, 60, 61, 300], 100),
            walk(rng, roads, [5, 15, 30, 31], 50),
            FAR_AWAY,
        ]
    )


def draw_parcel(rng: np.random.Generator, lonlat: np.ndarray) -> shapely.Geometry:
    """Draw a crooked parcel of some hundred metres, now and then of two parts."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, 7))
    reach = rng.uniform(1e-4, 2e-3, (7, 1))
    drawn = shapely.Polygon(
        lonlat + reach * np.column_stack([np.cos(angle), np.sin(angle)])
    ).convex_hull
    if rng.random() < 0.2:
        return shapely.MultiPolygon([drawn, shapely.affinity.translate(drawn, 0.006, 0.001)])
    return drawn


def draw_entrances(
    district: District, rng: np.random.Generator, places: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Put none to three entrances beside roads, some with a road's name, right or wrong."""
    roads = district.layers["roads"].table
    names = roads["name"].dropna().unique()
    rows = []
    for site_id in places["site_id"]:
        for _ in range(rng.integers(0, 4)):
            road = roads.iloc[rng.integers(len(roads))]
            on_road = road.geometry.interpolate(rng.random(), normalized=True)
            lon, lat = rng.normal((on_road.x, on_road.y), 1.5e-4)
            name = rng.choice(
                [None, road["name"], rng.choice(names), "没有的路"], p=[0.5, 0.2, 0.2, 0.1]
            )
            rows.append(
                {"site_id": site_id, "road_name": name, "geometry": shapely.Point(lon, lat)}
            )
    return gpd.GeoDataFrame(rows, crs=4326)


def make_case(district: District, kind_id: str, seed: int) -> Case:
    rng = np.random.default_rng(seed)
    kind = find_kind(district, read_plan_of(district), kind_id)
    points = scatter(district, rng)
    parcels = [draw_parcel(rng, lonlat) for lonlat in points[rng.integers(495, size=PARCELS)]]
    size = len(points) + len(parcels)
    columns: dict[str, Any] = {
        "site_id": [str(number) for number in range(size)],
        "status": rng.choice(STATUSES, size, p=[0.6, 0.15, 0.1, 0.1, 0.05]),
    }
    for one in kind.attributes:
        known = {"flag": ["1", "否"], "number": ["-1", "0", "2", "6", "7.5"]}
        options = [*(one.options or known[one.kind]), "", "其他"]
        columns[one.name] = rng.choice(options, size)
    places = gpd.GeoDataFrame(columns, geometry=[*shapely.points(points), *parcels], crs=4326)
    fronts = any(read_plan_of(district).rule(one.rule_id).kind == "frontage" for one in kind.rules)
    entrances = draw_entrances(district, rng, places) if fronts else None
    return Case(district, kind, places, entrances)


def as_the_page_asks(case: Case, checks: SiteChecks) -> list[dict[str, Any]]:
    """Write places as the page takes them."""
    entrances: dict[str, list[dict[str, Any]]] = {}
    for one in [] if checks.entrances is None else checks.entrances.to_dict("records"):
        name = one["road_name"]
        entrances.setdefault(one["site_id"], []).append(
            {
                "id": one["entrance_id"],
                "lon": one["geometry"].x,
                "lat": one["geometry"].y,
                "road_name": None if pd.isna(name) else name,
            }
        )
    return [
        {
            "geometry": shapely.geometry.mapping(place.geometry),
            "attributes": {one.name: place[one.name] for one in case.kind.attributes},
            "status": place["status"],
            "entrances": entrances.get(place["site_id"], []),
        }
        for _, place in case.places.iterrows()
    ]


@pytest.fixture(scope="module")
def judged_of(embedded: District) -> Callable[[str], tuple[Case, SiteChecks]]:
    """Give the function that draws a case of `CASES` and lets Python judge it, once for each."""

    @cache
    def judge(name: str) -> tuple[Case, SiteChecks]:
        kind_id, parameters = CASES[name]
        case = make_case(with_parameters(embedded, **parameters), kind_id, seed=len(name))
        return case, check_sites(case.district, kind_id, case.places, entrances=case.entrances)

    return judge


@pytest.fixture
def open_page(
    offline_page: Page,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Page]:
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path / "cache"))

    def opened(district: District, kind: SiteKind, **options: Any) -> Page:  # noqa: ANN401
        file = write_siting_map(tmp_path, district, kind, **options)
        offline_page.goto(file.as_uri())
        offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
        return offline_page

    return opened


CASES = {
    "auto_repair": ("auto_repair", {}),
    "catering": ("catering", {}),
    "inspection_agency, 附近 open": ("inspection_agency", {}),
    "inspection_agency, 附近 set": (
        "inspection_agency",
        {"near_school_m": 150.0, "near_market_m": 87.25, "site_position_error_m": 12.25},
    ),
    "im_station": ("im_station", {"near_school_m": 150.0}),
    "straw_store": ("straw_store", {}),
}


@pytest.mark.parametrize("name", list(CASES))
def test_the_page_says_what_python_says_of_550_places(
    judged_of: Callable[[str], tuple[Case, SiteChecks]], open_page: Callable[..., Page], name: str
) -> None:
    case, checks = judged_of(name)
    cards = open_page(case.district, case.kind).evaluate(
        "(places) => qxgeoSiting.judgeAll(places)", as_the_page_asks(case, checks)
    )
    assert len(cards) == PLACES + PARCELS
    for row, card in enumerate(cards):
        place = checks.places.iloc[row]
        asked = (place["summary"], place["township_id"], [*summarise_place(checks, row)])
        assert (card["summary"], card["township_id"], card["reason"]) == asked
        assert card["township_name"] == place["township_name"]
    ours = list_lines(checks)
    theirs = pd.DataFrame([line for card in cards for line in card["lines"]])
    for word in ("line", "rule_id", "is_spared", *WORDS):
        assert theirs[word].tolist() == ours[word].tolist(), word
    for place, lang in enumerate(("zh", "en")):
        assert [reason[place] for reason in theirs["reason"]] == ours[f"reason_{lang}"].tolist()
    for name_of_metres in METRES:
        got = theirs[name_of_metres].astype(float).to_numpy()
        np.testing.assert_allclose(got, ours[name_of_metres], rtol=0, atol=1e-4)


def test_the_random_places_meet_every_reason_that_these_kinds_can_give(
    judged_of: Callable[[str], tuple[Case, SiteChecks]],
) -> None:
    met = set()
    for name in CASES:
        _, checks = judged_of(name)
        met |= set(list_lines(checks)["why"])
    every = {
        *("in_district", "outside_district", "near_boundary", "across_boundary", "within"),
        *("beyond", "in_area", "out_of_area", "has_attribute", "lacks_attribute", "spared"),
        *("not_concerned", "is_change", "too_close", "too_close_to_edge", "no_number", "promotes"),
        *("no_attribute", "no_entrance", "frontage"),
    }
    assert met == every


def test_lines_measure_between_the_places_that_the_page_draws(
    embedded: District, open_page: Callable[..., Page]
) -> None:
    case = make_case(embedded, "catering", seed=3)
    checks = check_sites(case.district, "catering", case.places)
    cards = open_page(embedded, case.kind).evaluate(
        "(places) => qxgeoSiting.judgeAll(places)", as_the_page_asks(case, checks)[:200]
    )
    drawn = [one for card in cards for one in card["lines"] if one["from"] and one["margin_m"] < 0]
    assert len(drawn) > 200
    away_m = [GEOD.inv(*line["from"], *line["to"])[2] for line in drawn]
    np.testing.assert_allclose(away_m, [line["distance_m"] for line in drawn], rtol=0, atol=1e-3)


def test_a_stated_position_error_replaces_the_assumed_one(
    embedded: District, open_page: Callable[..., Page]
) -> None:
    kind = find_kind(embedded, read_plan_of(embedded), "auto_repair")
    station = embedded.layers["stations"].table.geometry.iloc[0]
    lon, lat, _ = GEOD.fwd(station.x, station.y, 45.0, 970.0)
    place = {"geometry": {"type": "Point", "coordinates": [lon, lat]}}
    page = open_page(embedded, kind)
    judge = "(place) => qxgeoSiting.judge(place).lines[1]"
    assumed = page.evaluate(judge, place)
    stated = page.evaluate(judge, {**place, "accuracy_m": 25})
    assert (assumed["verdict"], assumed["error_m"]) == ("not_newly_approved", 20)
    assert (stated["verdict"], stated["error_m"]) == ("too_close_to_call", 35)
    assert "site_position_error_m" in assumed["assumption_ids"]
    assert "site_position_error_m" not in stated["assumption_ids"]


def test_layers_that_are_missing_leave_their_lines_unknown(
    embedded: District, open_page: Callable[..., Page]
) -> None:
    bare = replace(
        embedded, layers={name: embedded.layers[name] for name in ("boundary", "stations")}
    )
    case = make_case(embedded, "inspection_agency", seed=5)
    checks = check_sites(bare, "inspection_agency", case.places, entrances=case.entrances)
    cards = open_page(bare, case.kind).evaluate(
        "(places) => qxgeoSiting.judgeAll(places)", as_the_page_asks(case, checks)
    )
    ours = list_lines(checks)
    theirs = [line for card in cards for line in card["lines"]]
    assert [one["why"] for one in theirs] == ours["why"].tolist()
    assert [one["reason"][0] for one in theirs] == ours["reason_zh"].tolist()
    assert "no_layer" in set(ours["why"])


# ---- what the card rests on ------------------------------------------------------------------


def test_coordinates_of_either_obfuscated_datum_come_back_to_wgs84(
    embedded: District, open_page: Callable[..., Page]
) -> None:
    kind = find_kind(embedded, read_plan_of(embedded), "auto_repair")
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(75, 134, 200), rng.uniform(5, 53, 200)
    page = open_page(embedded, kind)
    for datum, shift, back in (
        ("gcj02", wgs84_to_gcj02, gcj02_to_wgs84),
        ("bd09", wgs84_to_bd09, bd09_to_wgs84),
    ):
        x, y = shift(lon, lat)
        got = page.evaluate(
            "([places, datum]) => places.map(([x, y]) => QS.toWgs84(x, y, datum))",
            [np.column_stack([x, y]).tolist(), datum],
        )
        np.testing.assert_allclose(got, np.column_stack(back(x, y)), rtol=0, atol=1e-11)
        np.testing.assert_allclose(got, np.column_stack([lon, lat]), rtol=0, atol=1e-9)
    abroad = page.evaluate("[QS.toWgs84(9.5, 47.1, 'gcj02'), QS.toWgs84(9.5, 47.1, 'bd09')]")
    assert abroad == [[9.5, 47.1], [9.5, 47.1]]


def test_road_names_become_comparable_as_in_python(
    embedded: District, open_page: Callable[..., Page]
) -> None:
    kind = find_kind(embedded, read_plan_of(embedded), "inspection_agency")
    names = [
        *("建干2路", "建干二路12号", "建干二路 12-3号", "南环路2段", "规划路2", "7号路", "十二路"),
        *(
            "二十路",
            "三二一国道",
            "Ｇ３２１",
            "（东）环路",
            "1-1路",
            "北—路",
            "两江路",
            "十十路",
            "",
        ),
        *("中山路3号路", "七星路９８之２号院", "A·B 街", "“星”街"),
    ]
    page = open_page(embedded, kind)
    got = page.evaluate("(names) => names.map(QS.plainRoadName)", names)
    assert got == plain_road_names(np.array(names, dtype=object)).tolist()


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(0.25, 1, "0.2"), (0.75, 1, "0.8"), (0.35, 1, "0.3"), (2.5, 0, "2"), (1234.5, 0, "1,234")],
)
def test_numbers_are_rounded_as_python_rounds_them(
    embedded: District, open_page: Callable[..., Page], value: float, digits: int, written: str
) -> None:
    kind = find_kind(embedded, read_plan_of(embedded), "straw_store")
    assert f"{value:,.{digits}f}" == written
    page = open_page(embedded, kind)
    assert page.evaluate("([value, digits]) => QS.fixed(value, digits)", [value, digits]) == written
