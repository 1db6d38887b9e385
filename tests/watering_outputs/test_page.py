"""The watering map as a reader without a network sees it."""

from __future__ import annotations

import math
import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdf
import pytest
import shapely

from qxgeo.maps import write_watering_map
from qxgeo.maps.watering.pack import ALPHABET, encode_line, thin_lines
from qxgeo.maps.watering.panels import tell_verdict
from qxgeo.vocabulary import DEMO_BANNER
from qxgeo.watering.sums import sum_carts
from qxgeo.watering.wetness import WetClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.watering.model import WateringPlan

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("map_assets")]
SEARCH = ".qx-search input"


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    def written(plan: WateringPlan, **options: Any) -> Path:  # noqa: ANN401
        folder = tmp_path_factory.mktemp("water")
        return write_watering_map(plan, folder, cache_folder=folder / "cache", **options)

    return written


@pytest.fixture(scope="module")
def small_file(small_plan: WateringPlan, write: Callable[..., Path]) -> Path:
    return write(small_plan)


@pytest.fixture(scope="module")
def full_file(full_plan: WateringPlan, write: Callable[..., Path]) -> Path:
    return write(full_plan)


@pytest.fixture
def open_file(offline_page: Page) -> Callable[..., Page]:
    def opened(file: Path, *, width: int = 1280, height: int = 800) -> Page:
        offline_page.set_viewport_size({"width": width, "height": height})
        offline_page.goto(file.as_uri())
        offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
        return offline_page

    return opened


@pytest.fixture
def page(open_file: Callable[..., Page], small_file: Path) -> Page:
    return open_file(small_file)


# ---- the browser and Python say the same ------------------------------------------------------


@pytest.mark.parametrize("rain", [(), (0, 11, 12)])
def test_the_browser_finds_every_section_as_wet_as_python(
    planner: Callable[..., WateringPlan],
    write: Callable[..., Path],
    open_file: Callable[..., Page],
    rain: tuple[int, ...],
) -> None:
    plan = planner(rain=rain)
    page = open_file(write(plan))
    draw = random.Random(20230630)  # noqa: S311 - a choice of moments
    pairs = [[draw.randrange(24), round(draw.uniform(0, 86_400), 1)] for _ in range(400)]
    told = page.evaluate(
        "(pairs) => pairs.map(([row, at]) => String(QX.usedShare(row, at)))", pairs
    )
    clock = WetClock(plan)
    shares = [clock.used_share(*pair) for pair in pairs]
    assert any(map(math.isinf, shares)) == (not rain)  # nobody reaches section 0, but the rain does
    for pair, one, share in zip(pairs, told, shares, strict=True):
        found = math.inf if one == "Infinity" else float(one)
        assert found == pytest.approx(share, abs=1e-5), pair


def test_the_browser_agrees_on_a_day_planned_in_earnest(
    town_plan: WateringPlan, write: Callable[..., Path], open_file: Callable[..., Page]
) -> None:
    page = open_file(write(town_plan))
    count = len(town_plan.sections)
    pairs = [[row, 613.7 * step] for row in range(count) for step in range(140)]
    told = page.evaluate(
        "(pairs) => pairs.map(([row, at]) => String(QX.usedShare(row, at)))", pairs
    )
    clock = WetClock(town_plan)
    for pair, one in zip(pairs, told, strict=True):
        found = math.inf if one == "Infinity" else float(one)
        assert found == pytest.approx(clock.used_share(*pair), abs=1e-5), pair


def test_the_browser_puts_every_cart_where_its_leg_is(page: Page, small_plan: WateringPlan) -> None:
    draw = random.Random(5)  # noqa: S311 - a choice of moments
    moments = [round(draw.uniform(0, 86_400), 1) for _ in range(60)]
    told = page.evaluate(
        "(moments) => moments.map((at) => QX.cartAt(QX.data.carts[0], at))"
        ".map(({ doing, place }) => [doing, place])",
        moments,
    )
    runs = small_plan.runs[small_plan.runs["cart_id"] == "桂C00001"]
    seen = set()
    for at, (doing, place) in zip(moments, told, strict=True):
        run = runs[(runs["start_s"] <= at) & (at < runs["end_s"])]
        if run.empty or run["task"].iloc[0] != "tour":
            assert doing == ("off" if run.empty else run["task"].iloc[0])
            continue
        since = at - run["start_s"].iloc[0]
        legs = small_plan.legs[small_plan.legs["tour"] == run["tour"].iloc[0]]
        leg = legs[legs["offset_s"] + legs["duration_s"] > since].iloc[0]
        assert doing == leg["task"]
        seen.add(doing)
        if leg["task"] != "refill":
            share = (since - leg["offset_s"]) / leg["duration_s"]
            narrow = np.cos(np.radians(leg.geometry.coords[0][1]))
            corners = shapely.get_coordinates(leg.geometry) * [narrow, 1]
            flat = shapely.LineString(corners)
            point = flat.interpolate(share, normalized=True)
            assert place == pytest.approx([point.x / narrow, point.y], abs=3e-6)
    assert {"spray", "drive"} <= seen


def test_lines_come_back_from_their_letters(page: Page) -> None:
    rng = np.random.default_rng(1)
    corners = np.round(rng.uniform([-180, -90], [180, 90], (40, 2)), 6)
    text = encode_line(shapely.LineString(corners))
    assert set(text) <= set(ALPHABET)
    assert np.allclose(page.evaluate("(text) => QX.decodeLine(text)", text), corners, atol=1e-9)


# ---- what is shown ----------------------------------------------------------------------------


def test_the_verdict_stands_on_top_in_plain_words(page: Page, small_plan: WateringPlan) -> None:
    text = page.locator("#qx-verdict").inner_text()
    assert "现有车辆做不到：24 段、4.9 km 中有 3 段、0.6 km 会变干（其中 1 段无车到达）" in text
    assert "再加 1 辆同类车可以做到" in text
    assert "全天共出动 2 辆车，可证至少要 1 辆" in text
    assert "差距 8.0%" in text
    page.locator("#qx-verdict summary").click()
    assert "没有车辆可以到达" in page.locator("#qx-verdict").inner_text()
    assert DEMO_BANNER.zh in page.locator(".qx-demo").inner_text()
    litres = sum_carts(small_plan)["litres"].sum()
    assert f"用水 {litres / 1000:.1f} m³" in text


def test_a_plan_that_keeps_everything_says_so_and_bears_no_banner(
    kept_plan: WateringPlan, write: Callable[..., Path], open_file: Callable[..., Page]
) -> None:
    page = open_file(write(kept_plan))
    assert "做得到：12 段" in page.locator("#qx-verdict").inner_text()
    assert page.locator(".qx-demo").count() == 0
    page.locator("#qx-open-trouble").click()
    assert page.locator("#qx-trouble .qx-empty").inner_text() == "无"


def test_a_section_tells_clause_wettings_gap_and_township(page: Page) -> None:
    page.locator(SEARCH).fill("建干路")
    page.locator(SEARCH).press("Enter")
    text = page.locator(".qx-popup").last.inner_text()
    assert re.search(r"洒水时刻\s+02:\d\d\s*桂C00002", text)
    assert "最长间隔" in text
    assert "93.0% 的时限" in text
    assert "2.2.3-c “" in text
    assert "东江街道" in text
    assert "全天湿润" in text


def test_a_section_that_nobody_reaches_says_why(page: Page) -> None:
    page.locator("#qx-open-trouble").click()
    rows = page.locator("#qx-trouble tr[data-section]")
    assert rows.count() == 3
    assert "没有道路可以到达" in rows.first.inner_text()
    rows.first.click()
    text = page.locator(".qx-popup").last.inner_text()
    assert "无车到达" in text
    assert "没有道路可以到达" in text
    assert page.evaluate("QX.overlayOf('never').layer.getLayers().length") == 1
    dashes = page.evaluate("QX.overlayOf('never').layer.getLayers()[0].options.dashArray")
    assert dashes == "2 7"


def test_sections_change_colour_as_the_time_runs(page: Page) -> None:
    colour = "QX.layerOf.get(3).options.color"
    page.evaluate("void QX.setTime(9 * 60 + 29)")
    late = page.evaluate(colour)
    page.evaluate("void QX.setTime(9 * 60 + 50)")
    fresh = page.evaluate(colour)
    assert fresh == "#08306B"
    assert late != fresh
    shares = page.evaluate("[569, 590].map((minute) => QX.usedShare(3, minute * 60))")
    assert shares[0] > shares[1]
    assert "09:50" in page.locator(".qx-now").inner_text()
    assert "09:50" in page.locator("#qx-print-legend h2").text_content()


def test_the_slider_and_the_play_button_move_the_time(page: Page) -> None:
    page.locator(".qx-track input").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("QX.minute") == 481
    page.locator(".qx-play").click()
    page.locator(".qx-now b", has_text=re.compile("^(09|1|2)")).wait_for()
    page.locator(".qx-play").click()
    assert page.evaluate("QX.playing") is None


def test_the_metres_of_the_classes_add_up_to_what_is_to_be_kept(
    page: Page, small_plan: WateringPlan
) -> None:
    reached = small_plan.sections[small_plan.sections["state"] != "never"]["length_m"].sum()
    for minute in (0, 400, 860, 1439):
        page.evaluate(f"void QX.setTime({minute})")
        assert page.evaluate("QX.metres_in.reduce((a, b) => a + b)") == pytest.approx(
            reached, abs=2
        )


def test_a_cart_is_chosen_with_its_route_and_amounts(page: Page, small_plan: WateringPlan) -> None:
    page.locator("select.qx-choose-cart").select_option("1")
    legs = small_plan.legs[small_plan.legs["tour"] == 1]
    drawn = page.evaluate(
        "['route', 'empty'].map((kind) => QX.overlayOf(kind).layer.getLayers().length)"
    )
    assert drawn == [int((legs["task"] == task).sum()) for task in ("spray", "drive")]
    facts = page.locator(".qx-cart-facts").inner_text()
    row = sum_carts(small_plan).iloc[1]
    assert f"{row['spray_m'] / 1000:.1f} km" in facts
    assert f"{row['empty_m'] / 1000:.1f} km" in facts
    assert page.locator(".qx-arrow").count() > 10
    page.locator("select.qx-choose-cart").select_option("-1")
    assert page.locator(".qx-arrow").count() == 0
    assert not page.evaluate("QX.map.hasLayer(QX.overlayOf('route').layer)")


def test_a_cart_and_a_refill_point_tell_what_happens(page: Page) -> None:
    page.evaluate("void QX.setTime(7 * 60 + 20)")
    page.evaluate("void QX.open('cart', 0, QX.cartMarkers[0].getLatLng())")
    text = page.locator(".qx-popup").last.inner_text()
    assert "桂C00001" in text
    assert "加水 · 示例消火栓" in text
    assert "下次加水" in text
    page.evaluate("void QX.open('refill', 1, L.latLng(25.26, 110.3))")
    page.locator(".qx-popup", has_text="800 L/min").wait_for()
    assert "16 次" in page.locator(".qx-popup").last.inner_text()


def test_no_driver_and_no_phone_enter_the_page(small_file: Path) -> None:
    html = small_file.read_text("utf-8")
    assert "驾驶员0" not in html
    assert "139000" not in html
    assert "watering_sheets.pdf" in html


def test_the_public_page_does_not_link_the_sheets(
    small_plan: WateringPlan, write: Callable[..., Path]
) -> None:
    assert "watering_sheets.pdf" not in write(small_plan, is_public=True).read_text("utf-8")


def test_names_from_data_stay_text(page: Page) -> None:
    page.evaluate("void QX.showSection(7)")
    assert page.locator("img[src=x]").count() == 0


def test_the_same_plan_gives_the_same_bytes(
    small_plan: WateringPlan, small_file: Path, write: Callable[..., Path]
) -> None:
    assert write(small_plan).read_bytes() == small_file.read_bytes()


# ---- sizes and edges --------------------------------------------------------------------------


def test_two_thousand_sections_and_sixty_carts_stay_small_and_swift(
    full_file: Path, open_file: Callable[..., Page]
) -> None:
    assert full_file.stat().st_size < 5_000_000
    page = open_file(full_file)
    assert page.evaluate("QX.layerOf.size") == 2_000
    page.locator("#qx-open-carts").click()
    assert page.locator("#qx-carts tr[data-cart]").count() == 60
    is_cut = "document.querySelector('#qx-carts .qx-scroll').scrollWidth > 790"
    assert not page.evaluate(is_cut)


@pytest.mark.parametrize("name", ["small_file", "full_file"])
def test_nothing_lies_beyond_the_edge_of_a_phone(
    name: str, request: pytest.FixtureRequest, open_file: Callable[..., Page]
) -> None:
    page = open_file(request.getfixturevalue(name), width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    bar = page.locator("#qx-time").bounding_box()
    assert bar["y"] + bar["height"] <= 844
    assert page.evaluate("QX.map.getSize().y") > 250
    page.locator(".qx-panel-head").click()
    panel = page.locator(".qx-panel").bounding_box()
    assert panel["y"] + panel["height"] <= bar["y"]


def test_numbers_of_carts_stay_on_one_line_on_a_phone(
    open_file: Callable[..., Page], full_file: Path
) -> None:
    page = open_file(full_file, width=390, height=844)
    page.click("#qx-open-carts")
    lines = """rows => rows.map(row => {
        const range = document.createRange();
        return [3, 4, 5, 8].map(place => {
            range.selectNodeContents(row.cells[place]);
            return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
        });
    })"""
    found = page.eval_on_selector_all(".qx-carts-table tbody tr[data-cart]", lines)
    assert found
    assert {count for row in found for count in row} <= {0, 1}


def test_a_district_without_roads_to_keep_wet_opens(
    empty_plan: WateringPlan, write: Callable[..., Path], open_file: Callable[..., Page]
) -> None:
    page = open_file(write(empty_plan))
    assert "没有须保持湿润的路段" in page.locator("#qx-verdict").inner_text()
    page.evaluate("void QX.setTime(700)")
    for name in ("carts", "trouble", "notes"):
        page.locator(f"#qx-open-{name}").click()
        assert page.locator(f"#qx-{name}").is_visible()
        page.keyboard.press("Escape")


def test_the_english_page_speaks_english(
    rainy_plan: WateringPlan, write: Callable[..., Path], open_file: Callable[..., Page]
) -> None:
    page = open_file(write(rainy_plan, lang="en"))
    page.evaluate("void QX.setTime(12 * 60)")
    assert "rain keeps roads wet" in page.locator(".qx-now").inner_text()
    assert "These carts cannot do it" in page.locator("#qx-verdict").inner_text()
    page.locator("#qx-open-notes").click()
    hours = page.locator(".qx-hours-table td").all_inner_texts()
    assert hours[10:14] == ["3.0", "rain", "rain", "3.0"]
    panel = page.locator(".qx-panel").inner_text().replace("桂C", "")
    assert not re.search(r"[\u4e00-\u9fff]", panel)


def test_what_no_number_of_carts_mends_is_said(small_plan: WateringPlan) -> None:
    plan = replace(small_plan, diagnosis=replace(small_plan.diagnosis, carts_more=-1))
    assert any("增加车辆也做不到" in line for line in tell_verdict(plan, lang="zh"))
    assert any("No number of carts" in line for line in tell_verdict(plan, lang="en"))


def test_the_print_is_one_sheet_with_time_legend_and_verdict(page: Page, tmp_path: Path) -> None:
    page.evaluate("void (QX.setTime(14 * 60), QX.prepare())")
    page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    sheets = pypdf.PdfReader(tmp_path / "print.pdf").pages
    assert len(sheets) == 1
    assert sheets[0].mediabox.width > sheets[0].mediabox.height
    text = sheets[0].extract_text()
    for words in ("2023-06-30 14:00", "现有车辆做不到", "将干", "演示数据", "无车到达"):
        assert words in text


def test_lines_of_very_many_corners_are_drawn_coarser_and_keep_their_ends() -> None:
    angles = np.linspace(0, np.pi, 100_001)
    arcs = [
        shapely.LineString(
            np.column_stack((110 + size * np.cos(angles), 25 + size * np.sin(angles)))
        )
        for size in (0.01, 0.02)
    ]
    drawn = thin_lines(arcs)
    assert shapely.get_num_coordinates(drawn).sum() <= 150_000
    for before, after in zip(arcs, drawn, strict=True):
        assert after.coords[0] == before.coords[0]
        assert after.coords[-1] == before.coords[-1]
        assert after.hausdorff_distance(before) < 2e-5  # two metres
