"""The sheet on the phone, opened in a browser without a network."""

from __future__ import annotations

import dataclasses
import io
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from qxgeo.reports.patrol.sheets import write_person_sheets
from qxgeo.reports.patrol.sheets.phone import write_phone_page
from qxgeo.reports.patrol.sheets.register import list_duties

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.patrol.model import Patrol

PHONE = {"width": 390, "height": 844}
HOSTILE = "<img src=x onerror=alert(1)>`${alert(2)}`</script>\"'&<b>王\x00五"


@pytest.fixture(scope="module")
def pages(town_patrol: Patrol, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phone")
    write_person_sheets(dataclasses.replace(town_patrol, is_demo=True), folder, lang="zh")
    return folder / "patrol_sheets"


def visible_text(page: Page) -> str:
    return "".join(page.inner_text("body").split())


@pytest.mark.browser
def test_the_page_fits_a_phone_and_says_the_duty(
    offline_page: Page, pages: Path, town_patrol: Patrol
) -> None:
    offline_page.set_viewport_size(PHONE)
    offline_page.goto((pages / "P12.html").as_uri())
    widths = offline_page.evaluate(
        "[document.documentElement.scrollWidth, document.body.scrollWidth, window.innerWidth]"
    )
    assert max(widths) == PHONE["width"]
    text = visible_text(offline_page)
    for words in ("演示数据", "李喆", "本人电话13800000001", "移出45030500100006，交给张三"):
        assert words in text
    assert town_patrol.plan.measure("5.1.1").text in text
    assert offline_page.get_attribute("text=13800000001", "href") == "tel:13800000001"
    assert offline_page.get_attribute("a[href^='tel:0']", "href") == "tel:07730000000"
    assert offline_page.locator("svg.map").count() == 1
    mine = town_patrol.points[town_patrol.points["person_id"] == "P12"]
    links = offline_page.locator("a[href^='https://uri.amap.com/marker?']")
    assert links.count() == len(mine) == 3
    for number, place in enumerate(mine.geometry):
        href = links.nth(number).get_attribute("href")
        assert href is not None
        assert f"position={place.x:.6f},{place.y:.6f}&" in href
        assert href.endswith("&coordinate=wgs84")


@pytest.mark.browser
def test_what_a_finger_touches_is_large_enough(offline_page: Page, pages: Path) -> None:
    offline_page.set_viewport_size(PHONE)
    offline_page.goto((pages / "P12.html").as_uri())
    heights = offline_page.evaluate(
        "Array.from(document.querySelectorAll('.button, .checks label, summary'),"
        " e => e.getBoundingClientRect().height)"
    )
    assert len(heights) > 10
    assert min(heights) >= 44  # the least that WCAG 2.2, 2.5.5 asks for, CSS pixels


@pytest.mark.browser
def test_the_code_on_the_screen_says_the_same_as_the_link(offline_page: Page, pages: Path) -> None:
    offline_page.set_viewport_size(PHONE)
    offline_page.goto((pages / "P12.html").as_uri())
    offline_page.click("summary >> nth=0")
    picture = offline_page.locator("svg.code").nth(0).screenshot()
    (code,) = zxingcpp.read_barcodes(np.asarray(Image.open(io.BytesIO(picture)).convert("L")))
    link = offline_page.locator("a[href*='uri.amap.com']").nth(0)
    assert code.text == link.get_attribute("href")


@pytest.mark.browser
def test_checks_are_kept_on_the_phone_and_can_be_cleared(offline_page: Page, pages: Path) -> None:
    url = (pages / "P12.html").as_uri()
    offline_page.goto(url)
    box = offline_page.locator("#p1-2")
    box.check()
    offline_page.reload()
    assert offline_page.locator("#p1-2").is_checked()
    assert not offline_page.locator("#p1-1").is_checked()
    assert offline_page.locator("#kept").is_visible()
    offline_page.goto((pages / "P11.html").as_uri())  # another person's page has its own
    assert offline_page.locator("input:checked").count() == 0
    offline_page.goto(url)
    offline_page.click("#clear")
    offline_page.reload()
    assert offline_page.locator("input:checked").count() == 0


@pytest.mark.browser
def test_a_browser_that_stores_nothing_says_so(offline_page: Page, pages: Path) -> None:
    offline_page.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " {get() { throw new DOMException('denied', 'SecurityError'); }});"
    )
    offline_page.goto((pages / "P12.html").as_uri())
    assert offline_page.locator("#not-kept").is_visible()
    assert offline_page.locator("#kept").is_hidden()
    offline_page.locator("#p1-1").check()
    assert offline_page.locator("#p1-1").is_checked()


@pytest.mark.browser
def test_hostile_text_is_shown_as_text(
    offline_page: Page, patrol_of: Callable[..., Patrol], town_patrol: Patrol, tmp_path: Path
) -> None:
    people = town_patrol.people.assign(name=HOSTILE, phone=HOSTILE)
    points = town_patrol.points.assign(name=HOSTILE, address=HOSTILE, kind=HOSTILE)
    patrol = patrol_of(people=people, points=points)
    duty = list_duties(patrol, lang="zh")[1]
    write_phone_page(duty, None, tmp_path / "p.html")
    dialogs: list[str] = []
    offline_page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    offline_page.set_viewport_size(PHONE)
    offline_page.goto((tmp_path / "p.html").as_uri())
    offline_page.wait_for_timeout(100)
    assert dialogs == []
    assert offline_page.locator("img").count() == 0
    assert offline_page.locator("b", has_text="王").count() == 0
    shown = "".join(HOSTILE.replace("\x00", " ").split())
    text = visible_text(offline_page)
    assert text.count(shown) >= 2 + 3 * 3  # name, phone; three of each of three points
    assert offline_page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert "没有分到网格" in text
    source = (tmp_path / "p.html").read_text("utf-8")
    body = source[source.index("<body>") : source.rindex("<script>")]
    assert "`" not in body


def test_the_page_asks_for_nothing_and_lets_nothing_run_but_its_own_script(pages: Path) -> None:
    for path in pages.glob("*.html"):
        text = path.read_text("utf-8")
        assert path.stat().st_size < 300_000
        assert "default-src 'none'" in text
        assert "unsafe-inline" not in text
        assert not re.search(r"<(link|img|iframe|object|embed)\b|\bsrc=|@import|url\(", text)
        assert set(re.findall(r"https?://[^/\"]+", text)) <= {"https://uri.amap.com"}


def test_an_english_page_is_marked_as_english(town_patrol: Patrol, tmp_path: Path) -> None:
    duty = list_duties(town_patrol, lang="en")[0]
    assert duty.routes[0].title == "1 Jul (1 days)"
    write_phone_page(duty, None, tmp_path / "p.html")
    text = (tmp_path / "p.html").read_text("utf-8")
    assert '<html lang="en">' in text
    assert "Gained cell 3 45030500100006, from 李喆: balance of loads" in text
    assert town_patrol.plan.measure("5.1.2").summary_en in text


def test_a_person_without_anything_gets_a_page_that_says_so(
    town_patrol: Patrol, tmp_path: Path
) -> None:
    duty = dataclasses.replace(
        list_duties(town_patrol, lang="zh")[0], points=(), days=(), routes=(), cells=(), phone=""
    )
    write_phone_page(duty, None, tmp_path / "p.html")
    text = (tmp_path / "p.html").read_text("utf-8")
    for words in ("没有登记的敏感点、易发点", "本期没有班次", "没有分到网格", "未提供"):
        assert words in text
    assert 'type="checkbox"' not in text
