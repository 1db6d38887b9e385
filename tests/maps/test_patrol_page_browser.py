"""The patrol map as a reader without a network sees it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from qxgeo.errors import Text
from qxgeo.maps import write_patrol_map

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.patrol.model import Patrol

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("map_assets")]
SEARCH = ".qx-search input"


@pytest.fixture(scope="module")
def full_patrol(town_patrol: Patrol, layer_of: Callable[..., Any]) -> Patrol:
    """Give the town's patrol with a fire and with the place of its camera."""
    cell = town_patrol.cells.iloc[4]
    fires = gpd.GeoDataFrame(
        {
            "seen_at": [pd.Timestamp("2023-07-01 13:22")],
            "satellite": ["N"],
            "confidence": ["nominal"],
            "cell_id": [cell["cell_id"]],
        },
        geometry=gpd.points_from_xy([cell["lon"]], [cell["lat"]], crs="EPSG:4326"),
    )
    camera = {"device_id": "C1", "name": "山顶", "geometry": shapely.Point(110.02, 25.01)}
    district = town_patrol.district
    layers = {**district.layers, "cameras": layer_of("cameras", [camera])}
    return replace(
        town_patrol,
        district=replace(district, layers=layers),
        risk=replace(town_patrol.risk, fires=fires),
    )


@pytest.fixture(scope="module")
def files(full_patrol: Patrol, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    def written(name: str, **options: Any) -> Path:  # noqa: ANN401
        folder = tmp_path_factory.mktemp(name)
        return write_patrol_map(full_patrol, folder, cache_folder=folder / "c", **options)

    return {
        "zh": written("zh"),
        "en": written("en", lang="en"),
        "public": written("public", is_public=True),
    }


@pytest.fixture
def open_file(offline_page: Page) -> Callable[[Path], Page]:
    def opened(file: Path) -> Page:
        offline_page.goto(file.as_uri())
        offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
        return offline_page

    return opened


@pytest.fixture
def page(open_file: Callable[[Path], Page], files: dict[str, Path]) -> Page:
    return open_file(files["zh"])


def find(page: Page, text: str) -> str:
    page.locator(SEARCH).fill(text)
    page.locator(SEARCH).press("Enter")
    return page.locator(".qx-popup").last.inner_text()


def shown(page: Page) -> list[str]:
    return page.evaluate("QX.overlays.filter(QX.isOn).map((overlay) => overlay.kind)")


# ---- layers and legend ----------------------------------------------------------------------


def test_the_map_opens_with_territories_and_points(page: Page) -> None:
    assert page.locator(".leaflet-container canvas").count() >= 1
    assert set(shown(page)) == {"territory", "unowned", "fire", "point", "camera"}
    labels = page.locator(".qx-owner").all_inner_texts()
    assert "1 张三" in labels
    assert len(labels) == 4


def test_legend_counts_are_those_of_the_patrol(page: Page, full_patrol: Patrol) -> None:
    def counted(kind: str) -> str:
        line = page.locator(f".qx-line:has(input[data-kind={kind}]) .qx-amount")
        return line.first.inner_text().replace("\u202f", "")

    words = full_patrol.cells["risk_class"].value_counts()
    for word in ("high", "medium", "low", "water"):
        assert counted(f"risk_{word}") == f"{words[word]} 项"
    seen = full_patrol.sight.coverage["coverage"].value_counts()
    for word in ("covered", "partly", "blind", "unknown"):
        assert counted(word) == f"{seen[word]} 项"
    assert counted("territory") == "2 人"
    assert counted("hot_cell") == f"{len(full_patrol.risk.hot_cells)} 项"
    assert counted("fire") == "1 项"
    assert counted("route") == "1 项"


def test_one_theme_covers_the_ground_at_a_time(page: Page) -> None:
    page.locator("label:has(input[value=risk])").click()
    kinds = set(shown(page))
    assert {"risk_high", "risk_medium", "risk_low", "risk_water", "point"} <= kinds
    assert "territory" not in kinds
    page.locator("input[data-kind=blind]").check()  # a layer of another theme brings its theme
    assert {"blind", "point"} <= set(shown(page))
    assert "risk_high" not in shown(page)
    assert page.locator("input[value=coverage]").is_checked()
    page.locator("label:has(input[value=none])").click()
    assert not {"blind", "risk_high", "territory"} & set(shown(page))


def test_a_group_is_shown_and_hidden_at_once(page: Page) -> None:
    button = page.locator("[data-group=risk] .qx-rule-switch")
    assert button.inner_text() == "显示"
    button.click()
    assert {"risk_high", "risk_low"} <= set(shown(page))
    assert button.inner_text() == "隐藏"
    button.click()
    assert "risk_high" not in shown(page)


def test_high_risk_is_hatched_on_the_canvas_and_in_the_legend(page: Page) -> None:
    page.evaluate("void QX.setTheme('risk')")
    high = "QX.overlays.find((overlay) => overlay.kind === 'risk_high')"
    path = f"Object.values({high}.layer._layers)[0].options.fillColor"
    assert page.evaluate(f"{path} instanceof CanvasPattern")
    swatch = page.locator(".qx-line:has(input[data-kind=risk_high]) rect")
    fill = swatch.get_attribute("fill")
    assert page.locator(f"{fill[4:-1]} path").count() == 1


def test_the_panel_is_searched(page: Page) -> None:
    field = page.get_by_placeholder("筛选图例")
    field.fill("李喆")
    assert page.locator(".qx-person:visible").all_inner_texts()[0].startswith("2")
    assert page.locator(".qx-person:visible").count() == 1
    assert page.locator("[data-group=risk]").is_hidden()
    field.fill("盲区")
    assert page.locator("input[data-kind=blind]").is_visible()
    assert page.locator("input[data-kind=covered]").is_hidden()
    field.fill("")
    assert page.locator("[data-group=risk]").is_visible()


def test_a_person_of_the_panel_is_shown_on_the_map(page: Page) -> None:
    page.locator(".qx-persons-of summary").first.click()
    page.locator(".qx-person", has_text="李喆").click()
    assert "李喆（P12）" in page.locator(".qx-popup h3").last.inner_text()


# ---- search and popups ----------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["张三", "p11"])
def test_a_person_is_found_by_name_or_id_with_duty_and_clause(
    page: Page, full_patrol: Patrol, wanted: str
) -> None:
    text = find(page, wanted)
    owned = full_patrol.assignment.territories.set_index("person_id").loc["P11"]
    assert "张三（P11）" in text
    assert f"{owned['load_min'] / 60:.1f} 小时/周" in text
    assert "平时：08:00–10:00、17:00–19:00，31 天" in text
    assert "5.1.2 “落实网格员管理制度，强化“定点、定时、定人、定责”管控" in text
    assert "逐次登记" in text
    # The territory is in view beside the popup, marked, with the stops of the day.
    west, south, east, north = owned.geometry.bounds
    assert page.evaluate(f"QX.map.getBounds().contains([[{south},{west}],[{north},{east}]])")
    assert page.evaluate("QX.marks.getLayers().length") == 2
    stops = full_patrol.routes.stops["order"].tolist()
    assert page.locator(".qx-stop").all_inner_texts() == [str(order) for order in stops]
    page.evaluate("void QX.map.closePopup()")
    assert page.evaluate("QX.marks.getLayers().length") == 0
    assert page.locator(".qx-stop").count() == 0


def test_a_popup_beside_a_territory_does_not_cover_it(page: Page, full_patrol: Patrol) -> None:
    find(page, "欧阳晓明")
    popup = page.locator(".leaflet-popup-content-wrapper").bounding_box()
    west, _, _, north = full_patrol.assignment.territories.geometry.iloc[3].bounds
    left = page.evaluate(f"QX.map.latLngToContainerPoint([{north},{west}]).x")
    assert popup["x"] >= 0
    assert popup["x"] + popup["width"] <= left + 1


def test_a_point_tells_who_when_and_why(page: Page, full_patrol: Patrol) -> None:
    mine = full_patrol.points[full_patrol.points["person_id"] == "P11"].iloc[0]
    text = find(page, mine["point_id"])
    assert mine["name"] in text
    assert mine["address"] in text
    assert "08:00–10:00（周六）1 次" in text
    assert "2023-07-01 08:15" in text  # 480 + 15 minutes at the first stop
    assert "5.1.1 “针对自治区督导交办问题梳理所有焚烧和熏腊肉行为敏感点、易发点" in text
    page.locator(".qx-popup .qx-link", has_text="张三").last.click()
    # The card of the person comes when the old one has gone: wait for it.
    page.locator(".qx-popup h3", has_text="张三（P11）").wait_for()


def test_an_unserved_point_says_why(page: Page, full_patrol: Patrol) -> None:
    assert "没有道路可达" in find(page, full_patrol.routes.unserved["point_id"].iloc[0])


def test_a_cell_tells_each_term_of_its_risk_and_what_was_left_out(
    page: Page, full_patrol: Patrol
) -> None:
    cell = full_patrol.cells.iloc[7]
    text = find(page, cell["cell_id"])
    assert cell["cell_id"] in text
    assert f"{cell['risk']:.1f}" in text
    assert re.search(rf"敏感点、易发点\s+{cell['term_points']:.2f}\s+67%\s+假设", text)
    assert re.search(r"卫星火点\s+—\s+—\s+未计入：没有火点数据", text)
    assert "5.1.2 “" in text
    land = (full_patrol.cells["risk_class"] != "water").sum()
    assert f"第{cell['risk_rank']}位 / {land}" in text
    page.locator(".qx-popup .qx-link", has_text="第").last.click()
    page.locator(".qx-popup", has_text="7.4.1 “").wait_for()


def test_a_click_on_a_territory_names_the_cell_under_it(page: Page, full_patrol: Patrol) -> None:
    cell = full_patrol.cells.iloc[9]
    x, y = page.evaluate(
        "([lat, lon]) => { const p = QX.map.latLngToContainerPoint([lat, lon]);"
        "const r = QX.map.getContainer().getBoundingClientRect(); return [r.x + p.x, r.y + p.y]; }",
        [cell["lat"], cell["lon"]],
    )
    page.mouse.click(x, y)
    popup = page.locator(".qx-popup").last
    assert cell["person_id"] in popup.locator("h3").inner_text()
    popup.locator(".qx-also .qx-link", has_text=cell["cell_id"]).click()
    page.locator(".qx-popup h3").get_by_text(cell["cell_id"], exact=True).wait_for()


def test_water_has_no_rank_and_a_lone_click_closes(page: Page, full_patrol: Patrol) -> None:
    water = full_patrol.cells[full_patrol.cells["risk_class"] == "water"].iloc[0]
    text = find(page, water["cell_id"])
    assert "水面" in text
    assert "风险名次" not in text
    page.evaluate("void QX.showWhole()")
    page.mouse.click(120, 735)  # the margin below the district
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert page.evaluate("QX.marks.getLayers().length") == 0


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("devices", ["山顶摄像头", "按地形通视", "0.800 km²", "120°", "5.2.2 “充分利用高清视频"]),
        ("next", ["建议新增", "1.50 km²", "5.2.2 “"]),
        ("hot", ["第1位", "涉及属地", "七星区街道", "7.4.1 “"]),
        ("fires", ["2023-07-01 13:22", "nominal", "7.4.1 “"]),
        ("routes", ["张三（P11）", "08:15", "已证最短", "5.1.2 “"]),
    ],
)
def test_everything_else_opens_with_its_clause(page: Page, table: str, words: list[str]) -> None:
    page.evaluate(f"void QX.show('{table}', 0)")
    text = page.locator(".qx-popup").last.inner_text()
    for word in words:
        assert word in text
    own = f"QX.overlays.some((one) => one.table === '{table}' && QX.isOn(one))"
    assert page.evaluate(own)  # its layer was switched on


def test_a_road_is_found_and_a_name_that_nobody_has_is_not(page: Page) -> None:
    assert "临界路" in find(page, "临界")
    page.locator(SEARCH).fill("查无此人")
    assert "没有匹配的名称" in page.locator(".qx-search").inner_text()
    assert "城内站" in find(page, "城内站")


def test_the_pointer_names_what_it_is_over(page: Page) -> None:
    said = "[['people', 0], ['cells', 7], ['points', 0], ['routes', 0], ['devices', 0],"
    said += "['next', 0], ['fires', 0], ['hot', 0]].map(([table, row]) => QX.sentence(table, row))"
    lines = page.evaluate(said)
    assert lines[0].startswith("1 张三（P11）")
    assert all("undefined" not in line for line in lines)


# ---- days and routes ------------------------------------------------------------------------


def test_a_day_is_picked_and_straight_lines_are_labelled(
    full_patrol: Patrol, open_file: Callable[[Path], Page], tmp_path: Path
) -> None:
    one = full_patrol.routes.routes
    later = one.assign(
        route_id="P11/2023-07-03", day=pd.Timestamp("2023-07-03").date(), is_straight_line=True
    )
    routes = replace(full_patrol.routes, routes=pd.concat([one, later], ignore_index=True))
    patrol = replace(full_patrol, routes=routes)
    page = open_file(write_patrol_map(patrol, tmp_path, cache_folder=tmp_path / "c"))
    picker = page.locator(".qx-day select")
    assert picker.locator("option").all_inner_texts() == [
        "2023-07-01（点位最多的一天）",
        "2023-07-03",
    ]
    page.locator("[data-group=routes] .qx-rule-switch").click()
    assert page.locator(".qx-straight").count() == 0
    picker.select_option("1")
    assert page.locator(".qx-straight").inner_text() == "直线，未沿道路"
    assert "直线（未沿道路） · 2023-07-03" in page.locator("#qx-print-legend").text_content()
    drawn = "QX.overlays.filter((o) => o.table === 'routes').map((o) => o.layer.getLayers().length)"
    assert page.evaluate(drawn) == [0, 1]
    assert "直线，未沿道路" in find(page, "张三")


# ---- the two panels -------------------------------------------------------------------------


def test_the_fairness_panel_leads_to_the_person(page: Page, full_patrol: Patrol) -> None:
    page.locator("#qx-open-fairness").click()
    panel = page.locator("#qx-fairness")
    assert panel.is_visible()
    loads = full_patrol.assignment.territories["load_min"]
    rows = panel.locator("tr[data-person] td:nth-child(3)").all_inner_texts()
    assert sorted(float(row) for row in rows) == pytest.approx(sorted(loads / 60), abs=0.051)
    panel.locator("tr[data-person='3']").click()
    assert "欧阳晓明" in page.locator(".qx-popup h3").last.inner_text()
    page.keyboard.press("Escape")
    assert panel.is_hidden()


def test_one_panel_is_open_at_a_time(page: Page) -> None:
    page.locator("#qx-open-fairness").click()
    page.locator("#qx-open-notes").click()
    assert page.locator("#qx-fairness").is_hidden()
    assert "没有高程数据" in page.locator("#qx-notes").inner_text()
    page.locator("#qx-notes .qx-close").click()
    assert page.locator("#qx-notes").is_hidden()


# ---- labels ---------------------------------------------------------------------------------

INK = """[...document.querySelectorAll('.qx-label span, .qx-station-name span')].map((span) => {
  const { left, right, top, bottom } = span.getBoundingClientRect();
  return [span.textContent, left, right, top, bottom];
})"""


def overlapping(page: Page) -> list[tuple[str, str]]:
    """List the pairs of labels whose letters share more than a rim."""
    boxes = page.evaluate(INK)
    return [
        (one, other)
        for place, (one, left, right, top, bottom) in enumerate(boxes)
        for other, west, east, north, south in boxes[:place]
        if min(right, east) - max(left, west) > 3 and min(bottom, south) - max(top, north) > 3
    ]


def test_no_label_stands_on_another_and_a_point_without_room_is_a_dot(
    full_patrol: Patrol, open_file: Callable[[Path], Page], tmp_path: Path
) -> None:
    points, count = full_patrol.points, 400
    west, south, east, north = full_patrol.cells.total_bounds
    order = np.random.default_rng(5)
    crowd = points.iloc[np.zeros(count, dtype=int)].assign(
        point_id=[f"D{number}" for number in range(count)],
        geometry=shapely.points(
            order.uniform(west, east, count), order.uniform(south, north, count)
        ),
    )
    patrol = replace(full_patrol, points=crowd.reset_index(drop=True))
    page = open_file(write_patrol_map(patrol, tmp_path, cache_folder=tmp_path / "c"))
    assert overlapping(page) == []
    numbered = page.locator(".qx-point-number").count()
    assert 0 < numbered < count
    radii = page.evaluate(
        "QX.overlays.filter((one) => one.kind === 'point')"
        ".flatMap((one) => one.layer.getLayers().map((layer) => layer.options.radius))"
    )
    assert len(radii) == count
    assert sum(radius > 4 for radius in radii) == numbered
    page.evaluate("void QX.map.setZoom(16, { animate: false })")
    assert overlapping(page) == []


def test_the_list_of_a_search_lies_over_the_buttons_of_a_phone(
    files: dict[str, Path], offline_page: Page
) -> None:
    offline_page.set_viewport_size({"width": 390, "height": 800})
    offline_page.goto(files["zh"].as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    offline_page.locator(SEARCH).fill("P1")
    for button in offline_page.locator(".qx-search li button").all():
        box = button.bounding_box()
        assert box is not None
        top = offline_page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y).closest('.qx-search li') !== null",
            [box["x"] + 12, box["y"] + box["height"] / 2],
        )
        assert top


def test_the_work_of_a_cell_is_told_in_minutes(page: Page, full_patrol: Patrol) -> None:
    cell = full_patrol.cells[full_patrol.cells["load_min"].between(0.5, 59)].iloc[0]
    assert f"{cell['load_min']:.1f} 分钟/周" in find(page, cell["cell_id"])


# ---- print and phone ------------------------------------------------------------------------


def test_a_print_fits_one_sheet_and_lists_the_people(page: Page) -> None:
    page.locator("#qx-open-notes").click()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    page.emulate_media(media="print")
    people = page.locator(".qx-print-people p").all_inner_texts()
    assert [re.sub(r"\s+", " ", line) for line in people][:2] == ["1 张三（P11）", "2 李喆（P12）"]
    legend = page.locator("#qx-print-legend").inner_text()
    assert "定人：责任区 · 七星区街道" in legend
    assert "网格风险" not in legend
    for control in (".qx-panel", ".qx-search", "#qx-notes", "#qx-open-notes"):
        assert page.locator(control).first.is_hidden()


def test_the_print_button_shows_the_district_without_margins(page: Page) -> None:
    page.evaluate("void (window.print = () => (document.body.dataset.printed = QX.map.getZoom()))")
    before = page.evaluate("QX.map.getZoom()")
    page.locator("#qx-print").click()
    page.wait_for_selector("body[data-printed]")
    bounds = page.evaluate("QX.data.base.bounds")
    assert page.evaluate(f"QX.map.getBounds().contains({bounds})")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("QX.map.getZoom()") == before


def test_on_a_phone_nothing_is_wider_than_the_screen(
    files: dict[str, Path], offline_page: Page
) -> None:
    offline_page.set_viewport_size({"width": 390, "height": 800})
    offline_page.goto(files["zh"].as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    width = "document.documentElement.scrollWidth"
    assert offline_page.evaluate(width) == 390
    assert offline_page.locator(".qx-panel-body").is_hidden()
    assert "5.1.2" in find(offline_page, "张三")
    offline_page.evaluate("void QX.map.closePopup()")
    offline_page.locator("#qx-open-fairness").click()
    assert offline_page.evaluate(width) == 390
    offline_page.locator("tr[data-person='0']").click()
    assert offline_page.locator("#qx-fairness").is_hidden()
    assert "张三" in offline_page.locator(".qx-popup h3").last.inner_text()


# ---- other editions -------------------------------------------------------------------------


def test_the_public_map_finds_people_by_id_alone(
    open_file: Callable[[Path], Page], files: dict[str, Path]
) -> None:
    page = open_file(files["public"])
    assert "P11" in find(page, "P11")
    page.locator(SEARCH).fill("张三")
    assert "没有匹配的名称" in page.locator(".qx-search").inner_text()
    assert "1 P11" in page.locator(".qx-owner").all_inner_texts()
    assert "未提供数据" in page.locator("[data-group=routes]").inner_text()


def test_the_english_map_speaks_english(
    open_file: Callable[[Path], Page], files: dict[str, Path]
) -> None:
    page = open_file(files["en"])
    assert page.locator("h1").inner_text() == "Burning patrol: who looks after what"
    text = find(page, "P12")
    assert "ordinary days: 08:00–10:00, 17:00–19:00, 26 days" in text
    chrome = page.locator(".qx-panel").inner_text() + page.locator("#qx-head nav").inner_text()
    for data in ("七星区街道", "东江街道", "露天焚烧", "熏腊肉"):
        chrome = chrome.replace(data, "")
    assert re.findall(r"[\u4e00-\u9fff]+", chrome) == []


def test_hostile_names_are_shown_as_text_and_run_nothing(
    full_patrol: Patrol, open_file: Callable[[Path], Page], tmp_path: Path, hostile_name: str
) -> None:
    hostile = replace(
        full_patrol,
        people=full_patrol.people.assign(name=hostile_name),
        points=full_patrol.points.assign(
            name=hostile_name, kind=hostile_name, address=hostile_name
        ),
        gaps=(Text(hostile_name, hostile_name),),
    )
    page = open_file(write_patrol_map(hostile, tmp_path, cache_folder=tmp_path / "c"))
    page.on("dialog", lambda _: pytest.fail("a name ran as script"))
    page.locator(SEARCH).fill("onerror")
    page.locator(".qx-search li button").first.click()
    assert hostile_name in page.locator(".qx-popup h3").text_content()
    page.locator("#qx-open-notes").click()
    assert hostile_name in page.locator("#qx-notes").text_content()
    assert page.locator("img[src=x]").count() == 0


def test_an_empty_patrol_opens_and_says_what_it_lacks(
    empty_patrol: Patrol, open_file: Callable[[Path], Page], tmp_path: Path
) -> None:
    page = open_file(write_patrol_map(empty_patrol, tmp_path, cache_folder=tmp_path / "c"))
    for group in ("coverage", "points", "routes", "devices"):
        assert "未提供数据" in page.locator(f"[data-group={group}]").inner_text()
    assert page.locator(".qx-line:has(input[data-kind=fire])").inner_text().endswith("未提供数据")
    land = (empty_patrol.cells["risk_class"] != "water").sum()
    unowned = page.locator(".qx-line:has(input[data-kind=unowned]) .qx-amount")
    assert unowned.inner_text() == f"{land} 项"
    assert "无人负责" in find(page, empty_patrol.cells["cell_id"].iloc[8])
    assert "没有排定的时段" in find(page, "张三")  # without a territory there is nowhere to go
    assert page.locator("input[value=coverage]").count() == 0


def test_three_thousand_cells_and_a_hundred_people_open(
    overfull_patrol: Patrol, open_file: Callable[[Path], Page], tmp_path: Path
) -> None:
    page = open_file(write_patrol_map(overfull_patrol, tmp_path, cache_folder=tmp_path / "c"))
    page.evaluate("void QX.setTheme('risk')")
    assert page.locator(".qx-line:has(input[data-kind=risk_high]) .qx-amount").inner_text() == (
        "1\u202f000 项"
    )
    assert page.locator(".qx-label").count() <= 400
