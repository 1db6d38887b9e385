"""The siting page as a reader without a network uses it, and as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pypdf import PdfReader

from qxgeo.datum import wgs84_to_gcj02
from qxgeo.maps import write_siting_map
from qxgeo.maps.siting.page import file_name
from qxgeo.siting import check_site, check_sites, find_kind, site_kinds
from qxgeo.siting.kinds import read_plan_of
from qxgeo.vocabulary import DEMO_BANNER, SITE_VERDICT_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from qxgeo.district import District, Layer
    from qxgeo.siting import SiteChecks

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("map_assets")]
HOSTILE = "</script><img src=x onerror=alert(1)>`${alert(2)}{{ 7*7 }}"
NEAR_S1 = (110.017, 25.0115)  # some 260 m from the station S1


def draw_sites(layer_of: Callable[..., Layer]) -> list[Layer]:
    """Draw a school, a market, dwellings and a no-fuel zone for the small town."""
    box, point = shapely.box, shapely.Point
    rows = {
        "schools": {
            "site_id": "X1",
            "name": HOSTILE,
            "geometry": box(110.03, 25.005, 110.031, 25.006),
        },
        "markets": {"site_id": "M1", "name": "菜市", "geometry": point(110.005, 25.005)},
        "residential_buildings": {
            "site_id": "B1",
            "name": "一号楼",
            "geometry": box(110.025, 25.015, 110.0252, 25.0151),
        },
    }
    layers = [layer_of(name, [row], is_demo=True) for name, row in rows.items()]
    zone = {"zone_id": "Z1", "name": "禁燃区", "geometry": box(110, 25, 110.02, 25.02)}
    return [*layers, layer_of("no_fuel_zone", [zone])]


@pytest.fixture(scope="module")
def district(
    town: dict[str, Layer], district_of: Callable[..., District], layer_of: Callable[..., Layer]
) -> District:
    return district_of(*town.values(), *draw_sites(layer_of))


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QXGEO_CACHE", str(tmp_path_factory.mktemp("cache")))


def apply_for(district: District, kind: str) -> SiteChecks:
    """Hand in three applications: a point, a parcel with two entrances, one with a hostile name."""
    places = gpd.GeoDataFrame(
        {
            "site_id": ["A1", "A2", "A3"],
            "name": ["甲店", "乙店", HOSTILE],
            "status": ["proposed", "existing", "proposed"],
            "location": ["地面", "地下车库", None],
            "level": [1.0, None, None],
        },
        geometry=[
            shapely.Point(NEAR_S1),
            shapely.box(110.0295, 25.0099, 110.0299, 25.0103),
            shapely.Point(110.035, 25.015),
        ],
        crs=4326,
    )
    gates = gpd.GeoDataFrame(
        {"site_id": ["A2", "A2"], "road_name": [None, "远路"]},
        geometry=[shapely.Point(110.0297, 25.01005), shapely.Point(110.03005, 25.0015)],
        crs=4326,
    )
    return check_sites(district, kind, places, entrances=gates)


@pytest.fixture
def page_of(offline_page: Page, district: District, tmp_path: Path) -> Callable[..., Page]:
    def opened(kind: str = "inspection_agency", **options: Any) -> Page:  # noqa: ANN401
        found = find_kind(district, read_plan_of(district), kind)
        file = write_siting_map(tmp_path, district, found, **options)
        offline_page.goto(file.as_uri())
        offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
        return offline_page

    return opened


def spot_of(page: Page, lon: float, lat: float) -> list[float]:
    """Find where on the screen a place is drawn."""
    spot: list[float] = page.evaluate(
        "([lon, lat]) => { const box = QX.map.getContainer().getBoundingClientRect();"
        " const at = QX.map.latLngToContainerPoint([lat, lon]);"
        " return [box.x + at.x, box.y + at.y]; }",
        [lon, lat],
    )
    return spot


def click_at(page: Page, lon: float, lat: float) -> None:
    page.mouse.click(*spot_of(page, lon, lat))


def summary(page: Page) -> str:
    return str(page.locator("#qx-side .qx-summary strong").inner_text())


def verdicts(page: Page) -> dict[str, str]:
    """Give the verdict of each row of the card by its clause."""
    rows = page.locator("#qx-side .qx-row").all()
    heads = [row.locator("h3").inner_text().split(" ")[0] for row in rows]
    return dict(zip(heads, [row.get_attribute("data-verdict") or "" for row in rows], strict=True))


# ---- choosing a place ------------------------------------------------------------------------


def test_a_click_gives_the_card_that_python_gives(
    page_of: Callable[..., Page], district: District
) -> None:
    page = page_of("auto_repair")
    assert page.locator("#qx-side .qx-row").count() == 0
    click_at(page, *NEAR_S1)
    lon, lat = page.evaluate("QX.state.geometry.coordinates")
    assert (lon, lat) == pytest.approx(NEAR_S1, abs=2e-4)  # a pixel
    card = check_site(district, "auto_repair", (lon, lat))
    assert summary(page) == card.reason.zh == "不再新增审批、办理许可证（1.3.4-a）"
    row = page.locator("#qx-side .qx-row[data-line='1']")
    assert row.locator(".qx-reason").inner_text() == card.lines[1].reason.zh
    assert row.locator(".qx-strength").first.inner_text() == "不再新增"
    facts = dict(
        zip(row.locator("dt").all_inner_texts(), row.locator("dd").all_inner_texts(), strict=False)
    )
    assert facts["限值"] == "1,000 m"
    assert facts["位置误差"] == "±20 m"
    assert facts["余量"].startswith("在内 7")
    assert "城内站" in facts["量测"]
    row.locator("summary").click()
    assert row.locator("blockquote").inner_text() == card.lines[1].clause
    assert "申请场所位置误差" in row.locator("details").inner_text()


def test_coordinates_are_read_in_the_datum_that_is_chosen(page_of: Callable[..., Page]) -> None:
    page = page_of("auto_repair")
    assert page.locator("input[name=qx-datum]:checked").get_attribute("value") == "wgs84"
    assert "选错会差几百米" in page.locator(".qx-where").inner_text()
    lon, lat = (float(value) for value in wgs84_to_gcj02(*NEAR_S1))
    page.locator("label:has(input[value=gcj02])").click()
    page.locator(".qx-typed input").fill(f"{lon:.9f}，{lat:.9f}")
    page.locator(".qx-typed button").click()
    assert page.evaluate("QX.state.geometry.coordinates") == pytest.approx(NEAR_S1, abs=1e-8)
    assert "GCJ-02" in page.locator("#qx-side .qx-summary").inner_text()
    assert page.evaluate("QX.map.getBounds().contains(QX.latlng(QX.state.geometry.coordinates))")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("25.01, 110.01", "写反"),
        ("桂林", "看不懂"),
        ("110.1", "看不懂"),
        ("110.1, 25.2, 3", "看不懂"),
    ],
)
def test_coordinates_that_cannot_be_meant_are_refused(
    page_of: Callable[..., Page], typed: str, said: str
) -> None:
    page = page_of("auto_repair")
    page.locator(".qx-typed input").fill(typed)
    page.locator(".qx-typed input").press("Enter")
    assert said in page.locator("#qx-message").inner_text()
    assert page.locator("#qx-side .qx-row").count() == 0


def test_an_application_brings_its_parcel_entrances_and_facts(
    page_of: Callable[..., Page], district: District
) -> None:
    checks = apply_for(district, "inspection_agency")
    page = page_of(checks=checks)
    page.locator(".qx-applications summary").click()
    page.locator(".qx-applications input").fill("乙")
    page.locator(".qx-applications li button").click()
    assert page.evaluate("QX.card.summary") == checks.places["summary"].iloc[1]
    assert page.locator("select").first.input_value() == "existing"
    assert page.evaluate("QX.state.facts.location") == "地下车库"
    assert page.locator(".qx-entrances li").count() == 2
    assert page.locator(".qx-gate").all_inner_texts() == ["1", "2"]
    row = page.locator("#qx-side .qx-row[data-line='5'] .qx-reason").inner_text()
    assert "出入口 A2-2" in row
    assert "现有场所，本条只限新增" in row
    page.locator(".qx-search input").fill("甲店")  # the search of the map knows them as well
    page.locator(".qx-search input").press("Enter")
    assert "甲店" in page.locator("#qx-side .qx-summary").inner_text()
    assert page.locator("select").first.input_value() == "proposed"


# ---- what is known of it ---------------------------------------------------------------------


def test_a_blank_is_unknown_until_it_is_filled_in(page_of: Callable[..., Page]) -> None:
    page = page_of()
    click_at(page, *NEAR_S1)
    assert verdicts(page)["4.1.4-d"] == "unknown"
    assert page.locator(".qx-facts .qx-note").inner_text() == "3 项未填"
    page.get_by_label("设置位置").fill("地下车库")
    assert verdicts(page)["4.1.4-d"] == "prohibited"
    assert summary(page).startswith("禁止在此开办")
    page.get_by_label("设置位置").fill("地面")
    assert verdicts(page)["4.1.4-d"] == "allowed"
    assert verdicts(page)["4.1.4-b"] == "needs_decision"  # nobody has said what 附近 is
    page.locator(".qx-facts select").first.select_option("existing")
    assert verdicts(page)["4.1.4-b"] == "allowed"


def test_entrances_are_clicked_named_and_removed(page_of: Callable[..., Page]) -> None:
    page = page_of()
    page.evaluate("void QX.map.setView([25.0015, 110.03], 17, { animate: false })")
    click_at(page, 110.0305, 25.0018)
    assert verdicts(page)["4.1.4-e"] == "unknown"
    page.locator(".qx-entrances > button").click()
    click_at(page, 110.03008, 25.0015)  # R3, a primary road, is 8 m away
    assert verdicts(page)["4.1.4-e"] == "prohibited"
    assert page.evaluate("QX.state.geometry.coordinates[0]") == pytest.approx(110.0305, abs=1e-5)
    page.locator(".qx-entrances li input").fill("没有的路")
    assert verdicts(page)["4.1.4-e"] == "unknown"
    assert "所填道路“没有的路”不在 30 m 以内" in page.locator("#qx-side").inner_text()
    page.locator(".qx-entrances li button").click()
    assert page.locator(".qx-gate").count() == 0
    assert "没有给出车辆出入口" in page.locator("#qx-side").inner_text()


def test_a_flag_is_asked_with_yes_no_and_blank(page_of: Callable[..., Page]) -> None:
    page = page_of("catering")
    click_at(page, *NEAR_S1)
    assert verdicts(page)["3.3.0-a"] == "unknown"
    page.locator(".qx-grid").get_by_label("大型").select_option("true")
    assert verdicts(page)["3.3.0-a"] == "with_duty"
    page.locator(".qx-grid").get_by_label("大型").select_option("false")
    page.locator(".qx-grid").get_by_label("灶头数").fill("2")
    page.locator(".qx-grid").get_by_label("类别").fill("粉店")
    assert verdicts(page)["3.3.0-a"] == "allowed"


# ---- the map ---------------------------------------------------------------------------------


def test_a_row_points_at_what_it_measured_to(page_of: Callable[..., Page]) -> None:
    page = page_of("auto_repair")
    click_at(page, *NEAR_S1)
    assert page.locator(".qx-link-name").all_inner_texts() == ["1.3.4-a"]
    ends = page.evaluate("QX.lines.get(1).line.to")
    assert ends == pytest.approx([110.015, 25.01])
    assert page.evaluate("QX.lines.get(1).drawn.options.weight") == 2.4
    page.locator("#qx-side .qx-row[data-line='1']").hover()
    assert page.evaluate("QX.lines.get(1).drawn.options.weight") == 4.5
    assert page.evaluate("QX.map.hasLayer(QX.litShape)")


def test_strengths_have_layers_of_their_own_and_open_numbers_are_said(
    page_of: Callable[..., Page],
) -> None:
    page = page_of()
    groups = page.locator(".qx-group[data-group]")
    assert [group.get_attribute("data-group") for group in groups.all()] == [
        *("prohibited", "obliged", "guided", "references"),
    ]
    prohibited = groups.first.inner_text()
    assert "4.1.4-b 学校附近禁止开办检验机构：数值未定，不画" in prohibited
    assert "4.1.4-e 城市主干道" in prohibited
    assert "人流、车流量大" not in prohibited  # the town has no such road
    labels = [label.zh for label in SITE_VERDICT_LABELS.values()]
    assert page.locator(".qx-verdict-list .qx-kind").all_inner_texts() == labels
    hatch = page.locator(".leaflet-qx-zones-pane path").first.get_attribute("fill") or ""
    assert page.locator(f"{hatch[4:-1]} path").count() == 1


def test_every_verdict_has_its_own_colour_pattern_dash_and_sign(
    page_of: Callable[..., Page],
) -> None:
    looks = page_of("auto_repair").evaluate("QX.data.looks")
    assert set(looks) == {str(one) for one in SITE_VERDICT_LABELS}
    for part in ("colour", "pattern", "dash", "sign", "fill"):
        assert len({look[part] for look in looks.values()}) == len(looks)


def test_names_from_data_are_shown_and_not_run(
    page_of: Callable[..., Page], district: District
) -> None:
    page = page_of(checks=apply_for(district, "inspection_agency"))
    page.evaluate("void QX.choose(2)")
    assert HOSTILE in page.locator("#qx-side .qx-summary").inner_text()
    row = page.locator("#qx-side .qx-row[data-line='2']")  # the school's name
    assert HOSTILE in row.inner_text()
    assert page.locator("img[src=x]").count() == 0
    page.evaluate("void QX.map.setView([25.0055, 110.0305], 18, { animate: false })")
    page.mouse.move(*spot_of(page, 110.0305, 25.0055))
    assert HOSTILE in page.locator(".qx-tooltip").first.inner_text()


# ---- phone and paper -------------------------------------------------------------------------


def test_the_page_works_on_a_phone(chromium: Browser, district: District, tmp_path: Path) -> None:
    checks = apply_for(district, "inspection_agency")
    file = write_siting_map(tmp_path, district, checks.kind, checks=checks)
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    context.set_offline(True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-qx=ready]", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    spot = page.locator(".folium-map").bounding_box()
    assert spot is not None
    assert spot["height"] > 200
    page.touchscreen.tap(spot["x"] + 180, spot["y"] + 180)
    page.wait_for_selector("#qx-side .qx-summary")
    shown = page.locator("#qx-side .qx-summary").bounding_box()
    assert shown is not None
    assert spot["y"] + spot["height"] < shown["y"] < 844 - shown["height"]
    page.locator(".qx-size").tap()
    enlarged = page.locator("#qx-side").bounding_box()
    assert enlarged is not None
    assert enlarged["height"] > 600
    context.close()


def test_the_printed_card_says_what_it_rests_on_and_what_it_is_not(
    page_of: Callable[..., Page], district: District, tmp_path: Path
) -> None:
    page = page_of(checks=apply_for(district, "inspection_agency"))
    page.evaluate("void QX.choose(0)")
    file = tmp_path / "card.pdf"
    page.pdf(path=file, prefer_css_page_size=True, print_background=True)
    reader = PdfReader(file)
    width, height = (float(value) for value in reader.pages[0].mediabox.upper_right)
    assert (width, height) == pytest.approx((595, 842), abs=1)
    assert len(reader.pages) <= 2
    assert page.locator("#qx-card-print").is_hidden()  # on screen the other card stands
    page.emulate_media(media="print")
    text = page.locator("#qx-card-print").inner_text()
    for said in (
        *("甲店", "2023-06-30", "本页是辅助决策的工具，不是审批文件", "界线为近似示意，非法定界线"),
        *("禁止在学校、菜市附近以及地下车库等场所开办机动车检验机构", "手绘", "牵头单位", "±10 m"),
    ):
        assert said in text, said
    assert page.locator(".qx-demo").inner_text() == DEMO_BANNER.zh
    assert page.locator("#qx-side").is_hidden()
    assert page.locator("#qx-head nav").is_hidden()


# ---- the file --------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(district: District, tmp_path: Path) -> None:
    checks = apply_for(district, "inspection_agency")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first = write_siting_map(tmp_path / "one", district, checks.kind, checks=checks)
    second = write_siting_map(tmp_path / "two", district, checks.kind, checks=checks)
    assert first.name == second.name == file_name(checks.kind) == "siting_inspection_agency.html"
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_has_a_page_in_both_languages(
    district: District, offline_page: Page, tmp_path: Path, lang: str
) -> None:
    kinds = site_kinds(district, read_plan_of(district))
    said: list[str] = []
    for kind in kinds:
        file = write_siting_map(
            tmp_path, district, kind, lang=lang, siblings=kinds, progress=said.append
        )
        offline_page.goto(file.as_uri())
        offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
        click_at(offline_page, *NEAR_S1)
        card = check_site(
            district, kind.kind_id, tuple(offline_page.evaluate("QX.state.geometry.coordinates"))
        )
        assert summary(offline_page) == card.reason.in_language(lang)
        linked = offline_page.locator(".qx-kinds a").evaluate_all("(all) => all.map((a) => a.href)")
        assert len(linked) == len(kinds) - 1
    assert said == [file_name(kind) for kind in kinds]


def test_ground_by_verdict_is_drawn_where_it_is_given(
    page_of: Callable[..., Page],
) -> None:
    parts = gpd.GeoDataFrame(
        {"verdict": ["prohibited", "allowed", "allowed"]},
        geometry=[shapely.box(110 + at / 100, 25, 110.01 + at / 100, 25.02) for at in range(3)],
        crs=4326,
    )
    page = page_of("auto_repair", eligible=parts)
    ground = page.locator(".qx-group[data-group=ground]")
    assert ground.locator("label .qx-kind").all_inner_texts() == ["禁止", "不限制"]
    ground.locator("button").click()
    fills = page.locator(".leaflet-qx-zones-pane path").evaluate_all(
        "(all) => all.map((path) => path.getAttribute('fill'))"
    )
    assert {"url(#qx-verdict-prohibited)", "url(#qx-verdict-allowed)"} <= set(fills)


def test_a_district_of_5000_references_stays_below_five_megabytes(
    district: District, offline_page: Page, tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    count = 5000
    middle = rng.uniform((110, 25), (110.04, 25.02), (count, 1, 2))
    angle = np.sort(rng.uniform(0, 2 * np.pi, (count, 8)), axis=1)
    reach = rng.uniform(5e-5, 1e-4, (count, 8, 1))
    rings = middle + reach * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    table = gpd.GeoDataFrame(
        {
            "site_id": [f"X{at}" for at in range(count)],
            "name": [f"示例学校{at}" for at in range(count)],
        },
        geometry=shapely.polygons(rings),
        crs=4326,
    )
    schools = replace(district.layers["schools"], table=table)
    crowded = replace(district, layers={**district.layers, "schools": schools})
    kind = find_kind(crowded, read_plan_of(crowded), "inspection_agency")
    file = write_siting_map(tmp_path, crowded, kind)
    assert file.stat().st_size < 5_000_000
    offline_page.goto(file.as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    place = (110.0151, 25.0111)
    line = offline_page.evaluate(
        "(c) => qxgeoSiting.judge({ geometry: { type: 'Point', coordinates: c } }).lines[2]", place
    )
    ours = check_site(crowded, "inspection_agency", place).lines[2]
    assert line["reference_id"] == ours.reference_id
    assert line["distance_m"] == pytest.approx(ours.distance_m, abs=1e-5)
