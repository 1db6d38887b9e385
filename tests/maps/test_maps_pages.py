"""Map pages and portal as files, and as a reader without a network sees them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pyproj import Geod

from qxgeo.errors import OutputError
from qxgeo.maps import write_maps
from qxgeo.maps.write import find_cache_folder
from qxgeo.vocabulary import DEMO_BANNER, NOT_LEGAL_BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.assess import Assessment
    from qxgeo.district import District

NAMES = ["index.html", "keep_wet.html", "repair.html", "restricted.html", "other.html"]
MAPS = NAMES[1:]
pytestmark = pytest.mark.usefixtures("map_assets")


@pytest.fixture(scope="module")
def pages(town_assessment: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps")
    write_maps(town_assessment, folder, cache_folder=folder / "cache")
    return folder


@pytest.fixture
def open_page(pages: Path, offline_page: Page) -> Callable[[str], Page]:
    def opened(name: str) -> Page:
        offline_page.goto((pages / name).as_uri())
        if name != "index.html":
            offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
        return offline_page

    return opened


# ---- as files ------------------------------------------------------------------------------


def test_every_page_of_the_plan_is_written_and_reported(
    town_assessment: Assessment, tmp_path: Path
) -> None:
    reported: list[str] = []
    files = write_maps(
        town_assessment, tmp_path, cache_folder=tmp_path / "c", progress=reported.append
    )
    assert [file.name for file in files] == NAMES == reported


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_assessment_gives_the_same_bytes(
    town_assessment: Assessment, tmp_path: Path, lang: str
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_maps(town_assessment, tmp_path / name, lang=lang, cache_folder=tmp_path / "cache")
    for name in NAMES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_no_page_names_another_host(pages: Path, name: str) -> None:
    html = (pages / name).read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([\w.-]+)", html))  # of comments in libraries
    assert hosts <= {
        "www.w3.org",
        "leafletjs.com",
        "bugzilla.mozilla.org",
        "www.sitepoint.com",
        "github.com",
    }
    assert 'src="http' not in html


@pytest.mark.parametrize("name", NAMES)
def test_every_page_of_demonstration_data_says_so(pages: Path, name: str) -> None:
    html = (pages / name).read_text(encoding="utf-8")
    assert DEMO_BANNER.zh in html
    assert NOT_LEGAL_BOUNDARY.zh in html


def test_real_data_carry_no_banner(town_assessment: Assessment, tmp_path: Path) -> None:
    write_maps(replace(town_assessment, is_demo=False), tmp_path, cache_folder=tmp_path / "c")
    for name in NAMES:
        html = (tmp_path / name).read_text(encoding="utf-8")
        assert DEMO_BANNER.zh not in html
        assert NOT_LEGAL_BOUNDARY.zh in html


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_never_stands_in_the_page_as_it_is(
    pages: Path, name: str, hostile_name: str
) -> None:
    html = (pages / name).read_text(encoding="utf-8")
    assert hostile_name not in html
    assert "<img src=x" not in html


def test_a_crowded_district_of_twenty_thousand_findings_stays_under_15_mb(
    town_assessment: Assessment,
    town_assessment_of: Callable[..., Assessment],
    crowded_district: District,
    tmp_path: Path,
) -> None:
    import pandas as pd

    wet = town_assessment.findings.query("rule_id == '2.2.3-c' and verdict == 'applies'")
    many = pd.concat([wet] * 2900, ignore_index=True).head(20_000)
    names = [f"示例路{number}" for number in range(len(many))]
    many = many.assign(subject_id=names, subject_name=names)
    write_maps(
        town_assessment_of(crowded_district, many), tmp_path, cache_folder=tmp_path / "cache"
    )
    size = (tmp_path / "keep_wet.html").stat().st_size
    assert 1_000_000 < size < 15_000_000


def test_a_full_disk_is_reported_with_the_file(town_assessment: Assessment, tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(OutputError, match=r"index\.html"):
        write_maps(town_assessment, tmp_path, cache_folder=tmp_path / "cache")


@pytest.mark.parametrize(
    ("platform", "variable", "tail"),
    [
        ("linux", "XDG_CACHE_HOME", "qxgeo"),
        ("win32", "LOCALAPPDATA", "qxgeo/cache"),
        ("linux", "QXGEO_CACHE", ""),
    ],
)
def test_the_cache_folder_follows_the_system(
    platform: str, variable: str, tail: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QXGEO_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert find_cache_folder() == tmp_path / tail


def test_on_a_mac_the_cache_is_in_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QXGEO_CACHE", raising=False)
    monkeypatch.setattr("sys.platform", "darwin")
    assert find_cache_folder().parts[-3:] == ("Library", "Caches", "qxgeo")


def test_an_online_base_map_opens_the_policy_for_its_host_alone(
    town_assessment: Assessment, tmp_path: Path
) -> None:
    write_maps(
        town_assessment,
        tmp_path,
        online_base={"tianditu": "key"},
        cache_folder=tmp_path / "cache",
    )
    html = (tmp_path / "repair.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert "img-src data: blob: https://*.tianditu.gov.cn;" in policy[1]


# ---- the portal ----------------------------------------------------------------------------


def _cells(page: Page, section: str) -> list[list[str]]:
    rows = f"#{section} tbody tr"
    return page.eval_on_selector_all(
        rows, "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )


@pytest.mark.browser
def test_the_portals_road_table_adds_up(open_page: Callable[[str], Page]) -> None:
    rows = _cells(open_page("index.html"), "keep_wet")
    assert [row[0] for row in rows] == ["东江街道", "穿山街道", "辖区外（邻区）", "合计"]
    for column in (2, 4):  # lengths of the two rules; a road shared by townships counts in each
        parts = [float(row[column]) for row in rows]
        assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=0.0015)


@pytest.mark.browser
def test_the_portal_headlines_the_length_inside_the_district(
    open_page: Callable[[str], Page],
) -> None:
    card = open_page("index.html").locator(".card.main").first.inner_text()
    # the page's 11,687.2 m less the neighbour's 300 m
    assert "11.39 km" in card
    assert "2.2.2-a、2.2.3-c" in card


@pytest.mark.browser
def test_a_provinces_headline_stays_in_its_card(open_page: Callable[[str], Page]) -> None:
    """27,587.86 km: a million roads have a number that is wider than a sixth of the page."""
    page = open_page("index.html")
    spills = """() => {
        const numbers = [...document.querySelectorAll('.card b')];
        numbers.forEach((b) => { b.textContent = '27,587.86 km'; });
        return numbers.map((b) => b.scrollWidth - b.clientWidth);
    }"""
    for width in (1280, 800, 390):
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate(spills)
        assert len(found) > 4
        assert max(found) <= 0


@pytest.mark.browser
def test_the_portal_says_what_is_missing_and_how_to_supply_it(
    open_page: Callable[[str], Page],
) -> None:
    rows = _cells(open_page("index.html"), "gaps")
    assert "主城区" in rows[0][1]
    assert "[layers.main_urban_area]" in rows[0][2]
    assert "[parameters.near_station_catering_m]" in rows[1][2]


@pytest.mark.browser
def test_every_link_of_the_portal_leads_to_a_file_of_the_run(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("index.html")
    address = "links => links.map(link => link.getAttribute('href'))"
    links = page.eval_on_selector_all("section:not(:has(.others)) a", address)
    assert links == [*MAPS, "lists.xlsx", "findings.gpkg", "findings.parquet", "run.json"]
    # What other commands write is set apart, each with its command, and said to open once it ran.
    written = ["patrol.html", "today.html", "watering.html", "watering_audit.html"]
    assert page.eval_on_selector_all(".others a", address) == written
    assert "qxgeo patrol" in page.locator(".others").inner_text()
    assert "打不开" in page.locator("section:has(.others) .note").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_a_phone(name: str, pages: Path, offline_page: Page) -> None:
    offline_page.set_viewport_size({"width": 390, "height": 844})
    offline_page.goto((pages / name).as_uri())
    assert offline_page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_run_without_gaps_and_assumptions_says_so(
    town_assessment: Assessment, tmp_path: Path
) -> None:
    clean = replace(
        town_assessment,
        gaps=(),
        assumptions=(),
        district=replace(town_assessment.district, notes=()),
    )
    write_maps(clean, tmp_path, cache_folder=tmp_path / "cache")
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "没有缺口。" in html
    assert "没有使用假设。" in html
    assert "数据说明" not in html


def test_pages_without_a_judged_rule_are_still_written(
    town_assessment: Assessment, tmp_path: Path
) -> None:
    counts = town_assessment.rule_counts
    bare = replace(town_assessment, rule_counts=counts[counts["rule_id"] == "2.2.2-a"])
    write_maps(bare, tmp_path, cache_folder=tmp_path / "cache")
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert html.count("本页规则均为缺口") == 3
    assert "须加快修缮" not in html  # no headline without a judged rule


# ---- a map in the browser ------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("name", MAPS)
def test_a_map_opens_without_a_network_and_without_a_complaint(
    name: str, open_page: Callable[[str], Page]
) -> None:
    page = open_page(name)
    assert page.locator(".leaflet-container canvas").count() >= 1
    assert page.locator("#qx-head a[aria-current=page]").get_attribute("href") == name


@pytest.mark.browser
def test_a_layer_is_switched_and_the_printed_legend_follows(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("keep_wet.html")
    lines = page.locator("#qx-print-legend .qx-line", has_text="2.2.3")
    before = lines.count()
    switch = page.locator("input[data-rule='2.2.3-c'][data-kind=applies]")
    switch.uncheck()
    assert lines.count() == before - 1
    is_on = "QX.map.hasLayer(QX.overlays.find(o => o.kind == 'applies' && o.rule == 1).layer)"
    assert page.evaluate(is_on) is False
    switch.check()
    assert lines.count() == before
    assert page.evaluate(is_on) is True


@pytest.mark.browser
def test_the_search_finds_a_road_by_part_of_its_name_and_opens_its_popup(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("keep_wet.html")
    page.get_by_placeholder("按路名、场所名查找").fill("龙隐")
    page.locator(".qx-search li button", has_text="示例龙隐路").click()
    text = page.locator(".qx-popup").inner_text()
    assert "2.2.3：示例龙隐路 距龙隐路小学(1864A) 0 m，责任：东江街道，牵头：区城市管理局" in text
    assert "国控站点半径1公里范围内各路段要24小时保持湿润。" in text
    assert "1 000 m（980–1 020 m）" in text.replace("\u202f", " ")
    assert "2023-08-31" in text
    assert "2.2.2-a" in text  # the same road under the other rule


@pytest.mark.browser
def test_enter_takes_the_first_match_and_a_road_without_finding_is_shown_too(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("repair.html")
    field = page.get_by_placeholder("按路名、场所名查找")
    field.fill("江滨")
    field.press("Enter")
    assert "没有结论" in page.locator(".qx-popup").inner_text()
    field.fill("不存在的路")
    assert "没有匹配的名称" in page.locator(".qx-search").inner_text()


@pytest.mark.browser
def test_a_click_on_a_finding_opens_it_and_a_click_beside_names_the_zones(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("restricted.html")
    at = "([lat, lon]) => { const p = QX.map.latLngToContainerPoint([lat, lon]);"
    at += (
        "const r = QX.map.getContainer().getBoundingClientRect(); return [r.x + p.x, r.y + p.y]; }"
    )
    shop = [25.27 + 1100 / 110_780, 110.30 + 1200 / 100_760]
    page.mouse.click(*page.evaluate(at, shop))
    assert "示例快修店" in page.locator(".qx-popup").inner_text()
    page.keyboard.press("Escape")
    page.evaluate("QX.map.closePopup()")
    page.locator("input[data-kind=zone_part]").uncheck()
    beside = [25.27 + 1500 / 110_780, 110.30 + 1200 / 100_760]
    page.mouse.click(*page.evaluate(at, beside))
    text = page.locator(".leaflet-popup").last.inner_text()
    assert "所在管控区（示意）" in text
    assert "1.3.4-a" in text
    assert "4.1.4-f" in text
    assert "4.1.4-b" not in text  # its rectangle lies elsewhere


@pytest.mark.browser
def test_a_hostile_name_is_shown_as_text_and_runs_nothing(
    open_page: Callable[[str], Page], hostile_name: str
) -> None:
    page = open_page("other.html")
    page.on("dialog", lambda _: pytest.fail("a name ran as script"))
    page.get_by_placeholder("按路名、场所名查找").fill("onerror")
    page.locator(".qx-search li button").click()
    assert page.locator(".qx-popup h3").text_content() == hostile_name
    assert page.locator(".leaflet-popup img").count() == 0


@pytest.mark.browser
def test_the_measuring_tool_agrees_with_geodesics(open_page: Callable[[str], Page]) -> None:
    page = open_page("keep_wet.html")
    west, south, east, north = 110.30, 25.27, 110.33, 25.29
    length_m = page.evaluate(f"QX.lengthOf([L.latLng({south}, {west}), L.latLng({north}, {east})])")
    area_m2 = page.evaluate(
        f"QX.areaOf([[{south},{west}],[{south},{east}],[{north},{east}],[{north},{west}]]"
        ".map(corner => L.latLng(corner)))"
    )
    geod = Geod(ellps="WGS84")
    assert length_m == pytest.approx(geod.inv(west, south, east, north)[2], rel=2e-6)
    ring = [west, east, east, west], [south, south, north, north]
    assert area_m2 == pytest.approx(abs(geod.polygon_area_perimeter(*ring)[0]), rel=1e-5)


@pytest.mark.browser
def test_while_measuring_a_click_sets_a_corner_and_opens_nothing(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("keep_wet.html")
    button = page.locator(".qx-measure button")
    button.click()
    for x, y in ((500, 500), (700, 500), (700, 600)):
        page.mouse.click(x, y)
    assert "长度" in page.locator(".qx-measure-result").inner_text()
    assert page.locator(".leaflet-popup").count() == 0
    page.keyboard.press("Escape")
    assert page.locator(".qx-measure-result").is_hidden()


@pytest.mark.browser
def test_a_print_has_legend_banner_and_no_controls(open_page: Callable[[str], Page]) -> None:
    page = open_page("keep_wet.html")
    assert page.locator("#qx-print-legend").is_hidden()
    page.emulate_media(media="print")
    assert page.locator("#qx-print-legend").is_visible()
    assert page.locator(".qx-demo").is_visible()
    assert page.locator("#qx-foot").is_visible()
    for control in (".qx-panel", ".qx-search", "#qx-print", ".leaflet-control-zoom"):
        assert page.locator(control).is_hidden()


@pytest.mark.browser
def test_a_print_fits_one_sheet(open_page: Callable[[str], Page]) -> None:
    pdf = open_page("restricted.html").pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


@pytest.mark.browser
def test_the_print_button_prepares_the_sheet_and_the_view_comes_back(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("keep_wet.html")
    page.evaluate(
        "void (window.print = () => (document.body.dataset.printed = QX.map.getSize().x))"
    )
    before = page.evaluate("[QX.map.getZoom(), QX.map.getSize().x]")
    page.locator("#qx-print").click()
    page.wait_for_selector("body[data-printed]")
    assert float(page.locator("body").get_attribute("data-printed")) == pytest.approx(
        277 / 25.4 * 96, abs=3
    )
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("[QX.map.getZoom(), QX.map.getSize().x]") == before


@pytest.mark.browser
def test_on_a_phone_the_legend_opens_on_demand(pages: Path, offline_page: Page) -> None:
    offline_page.set_viewport_size({"width": 390, "height": 844})
    offline_page.goto((pages / "keep_wet.html").as_uri())
    body = offline_page.locator(".qx-panel-body")
    assert body.is_hidden()
    offline_page.locator(".qx-panel-head").click()
    assert body.is_visible()


@pytest.mark.browser
def test_crowded_pages_show_their_tiles(
    town_assessment_of: Callable[..., Assessment],
    crowded_district: District,
    tmp_path: Path,
    offline_page: Page,
) -> None:
    write_maps(town_assessment_of(crowded_district), tmp_path, cache_folder=tmp_path / "cache")
    offline_page.goto((tmp_path / "keep_wet.html").as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    offline_page.wait_for_selector("img.leaflet-tile-loaded[src]")
    widths = "[...document.querySelectorAll('img.leaflet-tile-loaded')].map(t => t.naturalWidth)"
    assert 256 in offline_page.evaluate(widths)


@pytest.mark.browser
def test_an_online_base_map_that_fails_steps_back_for_the_local_one(
    town_assessment: Assessment, tmp_path: Path, chromium: object
) -> None:
    write_maps(
        town_assessment,
        tmp_path,
        online_base={"市局底图": "https://tiles.invalid.example/{z}/{x}/{y}.png"},
        cache_folder=tmp_path / "cache",
    )
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto((tmp_path / "repair.html").as_uri())
    page.get_by_label("市局底图").click()  # it may have failed before a check could look
    page.wait_for_selector("#qx-message:not([hidden])")
    assert "已改回本地底图" in page.locator("#qx-message").inner_text()
    assert page.get_by_label("本地底图").is_checked()
    assert page.evaluate("QX.map.hasLayer(QX.ground)")
    context.close()


@pytest.mark.browser
def test_the_english_page_speaks_english(
    town_assessment: Assessment, tmp_path: Path, offline_page: Page
) -> None:
    write_maps(town_assessment, tmp_path, lang="en", cache_folder=tmp_path / "cache")
    offline_page.goto((tmp_path / "keep_wet.html").as_uri())
    assert offline_page.locator("h1").inner_text() == "Roads to keep wet"
    assert offline_page.locator(".qx-panel-head").inner_text() == "Layers and legend"
    assert offline_page.locator("html").get_attribute("lang") == "en"
