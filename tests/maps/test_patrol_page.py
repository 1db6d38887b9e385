"""The patrol map as a file: what it holds, what it leaves out, the same bytes each time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from qxgeo.errors import OutputError, Text
from qxgeo.maps import write_patrol_map
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District
    from qxgeo.patrol.model import Patrol

pytestmark = pytest.mark.usefixtures("map_assets")


def write(patrol: Patrol, folder: Path, **options: Any) -> str:  # noqa: ANN401
    file = write_patrol_map(patrol, folder, cache_folder=folder / "cache", **options)
    assert file == folder / "patrol.html"
    return file.read_text(encoding="utf-8")


def data_of(html: str) -> dict[str, Any]:
    """Read what the page hands to its script."""
    start = html.rindex("QX.start(")
    return json.JSONDecoder().raw_decode(html, html.index("{", start))[0]


def rows_of(data: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """Read one table as the page's script does."""
    packed = data["tables"][table]
    texts = set(packed["texts"])

    def said(field: str, value: Any) -> Any:  # noqa: ANN401
        if field not in texts:
            return value
        strings = data["strings"]
        return [strings[n] for n in value] if isinstance(value, list) else strings[value]

    return [
        {field: said(field, value) for field, value in zip(packed["fields"], row, strict=True)}
        for row in packed["rows"]
    ]


@pytest.fixture(scope="module")
def data(town_patrol: Patrol, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return data_of(write(town_patrol, tmp_path_factory.mktemp("patrol")))


# ---- one file, by itself --------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"lang": "en"}, {"is_public": True}])
def test_the_same_patrol_gives_the_same_bytes(
    town_patrol: Patrol, tmp_path: Path, options: dict[str, Any]
) -> None:
    assert write(town_patrol, tmp_path, **options) == write(town_patrol, tmp_path, **options)


def test_no_other_host_is_named(town_patrol: Patrol, tmp_path: Path) -> None:
    html = write(town_patrol, tmp_path)
    hosts = set(re.findall(r"https?://([\w.-]+)", html))  # of comments in libraries
    assert hosts <= {
        "www.w3.org",
        "leafletjs.com",
        "bugzilla.mozilla.org",
        "www.sitepoint.com",
        "github.com",
    }
    assert 'src="http' not in html


def test_the_banner_stands_where_data_are_for_demonstration(
    patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    demo = write(patrol_of(is_demo=True), tmp_path)
    real = write(patrol_of(is_demo=False), tmp_path)
    assert DEMO_BANNER.zh in demo
    assert DEMO_BANNER.zh not in real
    assert NOT_LEGAL_BOUNDARY.zh in demo
    assert NOT_LEGAL_BOUNDARY.zh in real
    assert "乡镇街道（近似）" in real


def test_a_full_disk_is_reported_with_the_file(town_patrol: Patrol, tmp_path: Path) -> None:
    (tmp_path / "patrol.html").mkdir()
    with pytest.raises(OutputError, match=r"patrol\.html"):
        write_patrol_map(town_patrol, tmp_path, cache_folder=tmp_path / "cache")


def test_an_online_base_map_opens_the_policy_for_its_host_alone(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    html = write(town_patrol, tmp_path, online_base={"tianditu": "key"})
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert "img-src data: blob: https://*.tianditu.gov.cn;" in policy[1]


def test_hostile_names_never_stand_in_the_page_as_they_are(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path, hostile_name: str
) -> None:
    hostile = patrol_of(
        people=town_patrol.people.assign(name=hostile_name),
        points=town_patrol.points.assign(
            name=hostile_name, kind=hostile_name, address=hostile_name
        ),
        gaps=(Text(hostile_name, hostile_name),),
    )
    html = write(hostile, tmp_path)
    assert hostile_name not in html
    assert "<img src=x" not in html
    assert hostile_name in {row["name"] for row in rows_of(data_of(html), "people")}


# ---- personal data --------------------------------------------------------------------------


@pytest.mark.parametrize("is_public", [False, True])
def test_no_phone_number_enters_the_map_in_whatever_text_it_stands(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path, *, is_public: bool
) -> None:
    phones = town_patrol.people["phone"].tolist()
    assert all(len(phone) == 11 for phone in phones)
    spaced = f"{phones[1][:3]} {phones[1][3:7]}-{phones[1][7:]}"
    talkative = patrol_of(
        gaps=(Text(f"请致电{phones[0]}", f"call {spaced}"),),
        points=town_patrol.points.assign(address=f"电话 {spaced} 或 0773-0000000"),
    )
    for lang in ("zh", "en"):
        html = write(talkative, tmp_path, lang=lang, is_public=is_public)
        digits = re.sub(r"[\s()-]", "", html)
        assert [phone for phone in phones if phone in digits] == []
        assert "07730000000" not in digits  # the unit's, of the settings
        assert "***" in html


def test_the_public_edition_knows_people_by_id_only(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    names = town_patrol.people["name"].tolist()
    telling = replace(
        town_patrol.assignment,
        problems=(Text(f"{names[0]}没有网格", f"{names[0]} has no cell"),),
    )
    patrol = patrol_of(assignment=telling)
    whole = write(patrol, tmp_path)
    public = write(patrol, tmp_path, is_public=True)
    shown = [name for name in names if not name.startswith("<")]
    assert all(name in whole for name in shown)
    assert [name for name in [*names, "王五"] if name in public] == []
    assert "P11没有网格" in public
    data = data_of(public)
    assert {row["id"] for row in rows_of(data, "people")} == {"P11", "P12", "P21", "P22"}
    assert {row["base"] for row in rows_of(data, "people")} == {None}
    # Routes begin at a person's base; files with names are not linked.
    assert rows_of(data, "routes") == []
    assert "公开版" in public
    assert "patrol.xlsx" not in public
    assert 'href="patrol.xlsx"' in whole
    assert 'href="patrol_sheets.pdf"' in whole
    assert 'href="index.html"' in public


# ---- what it tells --------------------------------------------------------------------------


def test_cells_are_sorted_into_risk_and_coverage_without_loss(
    data: dict[str, Any], town_patrol: Patrol
) -> None:
    everything = list(range(len(town_patrol.cells)))
    for theme in ("risk", "coverage"):
        own = [layer for layer in data["overlays"] if layer["theme"] == theme]
        assert sorted(row for layer in own for row in layer["rows"]) == everything
        assert len(own) <= 7  # styles
    words = town_patrol.cells["risk_class"].tolist()
    high = next(layer for layer in data["overlays"] if layer["kind"] == "risk_high")
    assert high["rows"] == [row for row, word in enumerate(words) if word == "high"]


def test_every_cell_names_its_owner_and_the_terms_of_its_risk(
    data: dict[str, Any], town_patrol: Patrol
) -> None:
    people = [row["id"] for row in rows_of(data, "people")]
    cells = rows_of(data, "cells")
    assert [people[cell["owner"]] for cell in cells] == town_patrol.cells["person_id"].tolist()
    told = [cell["term_cropland"] for cell in cells]
    assert told == pytest.approx(town_patrol.cells["term_cropland"].tolist(), abs=5e-4)
    dropped = {term["id"]: term["dropped"] for term in data["terms"]}
    assert dropped == {"points": "", "cropland": "", "fires": "没有火点数据"}


def test_cells_without_owner_are_a_layer_and_a_note(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    cells = town_patrol.cells.copy()
    lost = cells.index[cells["risk_class"] != "water"][:2]
    cells.loc[[*lost, *cells.index[cells["risk_class"] == "water"]], "person_id"] = ""
    html = write(patrol_of(cells=cells), tmp_path)
    layer = next(one for one in data_of(html)["overlays"] if one["kind"] == "unowned")
    assert layer["rows"] == lost.tolist()  # water needs nobody
    for code in cells.loc[lost, "cell_id"]:
        assert code in html[html.index('id="qx-notes"') :]


def test_the_clauses_come_from_the_plan_by_what_their_rules_do(
    data: dict[str, Any], town_patrol: Patrol
) -> None:
    found = {key: clause["measure"] for key, clause in data["clauses"].items()}
    assert found == {"duty": "5.1.2", "points": "5.1.1", "sight": "5.2.2", "hot": "7.4.1"}
    texts = {measure.measure_id: measure.text for measure in town_patrol.plan.measures}
    assert data["clauses"]["duty"]["text"] == texts["5.1.2"]
    assert "七星公安分局" in data["clauses"]["duty"]["responsible"]


def test_a_plan_without_these_measures_gives_no_clause(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    bare = patrol_of(plan=replace(town_patrol.plan, measures=()))
    assert data_of(write(bare, tmp_path))["clauses"] == {}


def test_people_are_told_their_load_and_their_hours(
    data: dict[str, Any], town_patrol: Patrol
) -> None:
    people = {row["id"]: row for row in rows_of(data, "people")}
    owned = town_patrol.assignment.territories.set_index("person_id")
    mean = owned.loc[["P11", "P12"], "load_min"].mean()
    assert people["P11"]["load"] == pytest.approx(owned.loc["P11", "load_min"], abs=0.05)
    assert people["P11"]["share"] == pytest.approx(owned.loc["P11", "load_min"] / mean, abs=5e-4)
    assert people["P11"]["hours"] == ["平时：08:00–10:00、17:00–19:00，31 天"]
    # July 2023 has five Sundays, on which P12 rests; one window is listed as unfilled.
    assert people["P12"]["hours"] == [
        "平时：08:00–10:00、17:00–19:00，26 天",
        "1 个时段无人可排",
    ]


def test_stand_ins_are_named(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    shifts = town_patrol.schedule.shifts.copy()
    chosen = shifts.index[shifts["territory_id"] == "P12"][:3]
    shifts.loc[chosen, ["person_id", "is_stand_in"]] = ["P11", True]
    patrol = patrol_of(schedule=replace(town_patrol.schedule, shifts=shifts))
    people = {row["id"]: row for row in rows_of(data_of(write(patrol, tmp_path)), "people")}
    assert "其中 3 班由 张三（P11） 替班" in people["P12"]["hours"]


def test_points_are_numbered_within_their_kind(data: dict[str, Any], town_patrol: Patrol) -> None:
    points = rows_of(data, "points")
    kinds = town_patrol.points["kind"].tolist()
    common = max(sorted(set(kinds)), key=kinds.count)
    assert [row["number"] for row in points if row["kind"] == common] == [
        f"A{n}" for n in range(1, kinds.count(common) + 1)
    ]
    assert {row["number"][0] for row in points if row["kind"] != common} == {"B"}
    mine = next(row for row in points if row["times"])
    assert mine["times"] == ["08:00–10:00（周六）1 次"]  # 1 July 2023 is a Saturday
    assert next(row for row in points if row["unserved"])["unserved"] == ["没有道路可达"]


def test_many_kinds_of_points_share_the_last_layer(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    points = pd.concat([town_patrol.points] * 5, ignore_index=True)
    points["point_id"] = [f"X{row}" for row in range(len(points))]
    points["kind"] = [f"类{row % 9}" for row in range(len(points))]
    data = data_of(write(patrol_of(points=points), tmp_path))
    own = [layer for layer in data["overlays"] if layer["kind"] == "point"]
    assert len(own) == 6
    assert sorted(row for layer in own for row in layer["rows"]) == list(range(len(points)))
    assert own[-1]["title"] == "类5、类6、类7、类8"


def test_coordinates_have_six_decimals_and_each_geometry_is_written_once(
    data: dict[str, Any], town_patrol: Patrol
) -> None:
    numbers = re.findall(r"\d+\.(\d+)", json.dumps(data["shapes"]))
    assert max(map(len, numbers)) == 6
    drawn = shapely.from_geojson([json.dumps(shape) for shape in data["shapes"]["cells"]])
    whole = town_patrol.cells.geometry.to_numpy()
    assert len(drawn) == len(whole)
    assert shapely.hausdorff_distance(drawn, whole).max() < 1e-6


# ---- routes ---------------------------------------------------------------------------------


def with_routes(patrol: Patrol, days: int, vertices: int) -> Patrol:
    """Give P11 a route on every day; odd days go the same way, even ones each another way."""
    table = patrol.routes.routes
    one = table.iloc[[0]]
    first = one["day"].iloc[0]
    ways = [
        shapely.LineString(
            np.linspace((110.001, 25.001), (110.01, 25.002 + 0.0001 * (n * (n % 2 == 0))), vertices)
        )
        for n in range(days)
    ]
    facts = pd.concat([one.drop(columns="geometry")] * days, ignore_index=True).assign(
        route_id=[f"P11/{n}" for n in range(days)],
        day=[first + timedelta(days=n) for n in range(days)],
        stop_count=[7 if n == 2 else 1 for n in range(days)],
    )
    routes = gpd.GeoDataFrame(facts, geometry=gpd.GeoSeries(ways, crs="EPSG:4326"))
    return replace(patrol, routes=replace(patrol.routes, routes=routes))


def test_the_same_way_on_several_days_is_written_once(town_patrol: Patrol, tmp_path: Path) -> None:
    data = data_of(write(with_routes(town_patrol, days=6, vertices=5), tmp_path))
    assert len(data["days"]) == 6
    assert len(data["shapes"]["routes"]) == 3  # of day 2, of day 4, and of all others
    assert data["days"][data["day"]] == "2023-07-03"  # the day with most stops


def test_routes_beyond_the_room_of_the_page_are_named(town_patrol: Patrol, tmp_path: Path) -> None:
    html = write(with_routes(town_patrol, days=9, vertices=15_000), tmp_path)
    data = data_of(html)
    # The fullest, day 2, takes 15 000 corners and day 0 as many; 1 and 3 go the way of 0; day 4
    # would make it 45 000 of 40 000.
    assert data["days"] == [f"2023-07-0{day}" for day in (1, 2, 3, 4)]
    assert "其余 5 天见" in html
    assert len(html) < 6_000_000


def test_a_straight_route_is_a_layer_of_its_own(town_patrol: Patrol, tmp_path: Path) -> None:
    routes = town_patrol.routes.routes.assign(is_straight_line=True)
    patrol = replace(town_patrol, routes=replace(town_patrol.routes, routes=routes))
    own = [one for one in data_of(write(patrol, tmp_path))["overlays"] if one["group"] == "routes"]
    assert [(one["kind"], one["drawn"]["dashArray"]) for one in own] == [("straight", "3 6")]


# ---- unknown is said ------------------------------------------------------------------------


def test_an_empty_patrol_says_what_is_missing(empty_patrol: Patrol, tmp_path: Path) -> None:
    html = write(empty_patrol, tmp_path)
    notes = html[html.index('id="qx-notes"') :]
    for words in ("没有敏感点", "没有路线", "没有视频和无人机数据", "没有提供卫星火点文件"):
        assert words in notes
    assert "没有分配：没有在岗的网格员" in html
    fires = next(one for one in data_of(html)["overlays"] if one["kind"] == "fire")
    assert fires["given"] is False


def test_no_fire_found_differs_from_no_fire_data(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    given = patrol_of(settings=replace(town_patrol.settings, fires=(object(),)))
    html = write(given, tmp_path)
    fires = next(one for one in data_of(html)["overlays"] if one["kind"] == "fire")
    assert fires["given"] is True
    assert fires["rows"] == []
    assert "没有提供卫星火点文件" not in html[html.index('id="qx-notes"') :]


def test_the_notes_gather_every_room(town_patrol: Patrol, tmp_path: Path) -> None:
    html = write(town_patrol, tmp_path)
    notes = html[html.index('id="qx-notes"') : html.index('id="qx-print-legend"')]
    for words in (
        "没有高程数据，未作通视分析",  # a gap
        "卫星火点：没有火点数据",  # a dropped term
        "李喆（P12）：2023-07-02 08:00–10:00（休息日，无人替班）",
        "没有道路可达",
        "P12",
        "均衡负荷",  # a change of hands
        "每平方千米巡查一次所需分钟：60（依据：假设）",
        "没有风向数据",
        "1 台设备没有位置",
    ):
        assert words in notes


def test_a_long_list_ends_with_how_many_more(
    patrol_of: Callable[..., Patrol], tmp_path: Path
) -> None:
    gaps = tuple(Text(f"缺口{n}", f"gap {n}") for n in range(45))
    html = write(patrol_of(gaps=gaps), tmp_path)
    assert "缺口39<" in html
    assert "缺口40<" not in html
    assert "另有 6 项，见 patrol.xlsx" in html  # 45 and the missing fire file, less 40


def test_the_fairness_panel_shows_bound_and_gap(town_patrol: Patrol, tmp_path: Path) -> None:
    html = write(town_patrol, tmp_path)
    panel = html[html.index('id="qx-fairness"') : html.index('id="qx-notes"')]
    balance = town_patrol.assignment.balances[0]
    for minutes in (balance.load_min, balance.mean_load_min, balance.bound_max_load_min):
        assert f"<td>{minutes / 60:.1f}</td>" in panel
    assert "<td>20.0%</td><td>搜索</td>" in panel
    assert "下界依据：平均分配" in panel
    assert panel.count("data-person=") == len(town_patrol.people)


def test_people_without_a_cell_stand_in_the_fairness_panel_with_the_reason(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    owned = town_patrol.assignment.territories
    less = replace(town_patrol.assignment, territories=owned[owned["person_id"] != "P12"])
    absent = town_patrol.people["person_id"] == "P12"
    for is_absent, words in ((True, "不在岗，不分配"), (False, "没有网格")):
        people = town_patrol.people.assign(is_absent=absent & is_absent)
        html = write(patrol_of(assignment=less, people=people), tmp_path)
        panel = html[html.index('id="qx-fairness"') : html.index('id="qx-notes"')]
        assert words in panel


# ---- an overfull patrol ---------------------------------------------------------------------


def test_three_thousand_cells_and_a_hundred_people_stay_under_six_megabytes(
    overfull_patrol: Patrol, tmp_path: Path
) -> None:
    html = write(overfull_patrol, tmp_path)
    assert 1_000_000 < len(html.encode("utf-8")) < 6_000_000
    data = data_of(html)
    seen = shapely.from_geojson(json.dumps(data["shapes"]["devices"][0]))
    assert shapely.get_num_coordinates(seen) <= 60_000  # 90 000 were given
    given = overfull_patrol.sight.devices.geometry.iloc[0]
    assert seen.area == pytest.approx(given.area, rel=0.02)


def test_device_positions_come_from_their_own_layer(
    patrol_of: Callable[..., Patrol],
    town_patrol: Patrol,
    layer_of: Callable[..., Any],
    tmp_path: Path,
) -> None:
    cameras = layer_of(
        "cameras",
        [{"device_id": "C1", "name": "山顶", "geometry": shapely.Point(110.02, 25.01)}],
    )
    district = town_patrol.district
    placed = replace(district, layers={**district.layers, "cameras": cameras})
    data = data_of(write(patrol_of(district=placed), tmp_path))
    assert data["shapes"]["positions"] == [{"type": "Point", "coordinates": [110.02, 25.01]}]
    camera = next(one for one in data["overlays"] if one["kind"] == "camera")
    assert (camera["shapes"], camera["rows"]) == ("positions", [0])


def test_fires_are_told_in_local_time(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    cell = town_patrol.cells.iloc[4]
    fires = gpd.GeoDataFrame(
        {
            "seen_at": [pd.Timestamp("2023-07-01 13:22:30")],
            "satellite": ["N"],
            "confidence": ["nominal"],
            "cell_id": [cell["cell_id"]],
        },
        geometry=gpd.points_from_xy([cell["lon"]], [cell["lat"]], crs="EPSG:4326"),
    )
    data = data_of(write(patrol_of(risk=replace(town_patrol.risk, fires=fires)), tmp_path))
    assert rows_of(data, "fires") == [
        {
            "time": "2023-07-01 13:22",
            "satellite": "N",
            "confidence": "nominal",
            "cell": cell["cell_id"],
        }
    ]


def test_a_class_that_is_no_word_of_the_house_is_a_layer_of_its_own(
    patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    cells = town_patrol.cells.copy()
    cells.loc[3, "risk_class"] = ""
    data = data_of(write(patrol_of(cells=cells), tmp_path))
    layer = next(one for one in data["overlays"] if one["kind"] == "risk_unknown")
    assert layer["rows"] == [3]


def test_the_period_stands_in_the_title(town_patrol: Patrol, tmp_path: Path) -> None:
    html = write(
        replace(town_patrol, schedule=replace(town_patrol.schedule, first_day=date(2023, 12, 1))),
        tmp_path,
    )
    assert "计划期 2023-12-01 至 2023-07-31" in html


def test_a_crowded_district_brings_its_tiles_within_the_budget(
    patrol_of: Callable[..., Patrol], crowded_district: District, tmp_path: Path
) -> None:
    html = write(patrol_of(district=crowded_district), tmp_path)
    tiles = data_of(html)["base"]["tiles"]["tiles"]
    assert tiles
    assert sum(map(len, tiles.values())) <= 2_800_000
