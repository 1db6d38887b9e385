"""The audit's page in a browser without a network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from qxgeo.cli.doors import doors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.district import Layer

HOSTILE = "<img src=x onerror=alert(1)>`</script>"
LON_M = 100_900.0


def write_tracks(folder: Path, *, days: int = 1, name: str = "W01") -> list[Path]:
    """Two carts up and down the long road; the second one has a name that would break a page."""
    folder.mkdir(exist_ok=True)
    files = []
    for number, cart in enumerate((name, HOSTILE)):
        x_m = np.concatenate((np.arange(0, 2_000, 40.0), np.arange(2_000, 0, -40.0)))
        x_m = np.tile(x_m, days)
        rows = ["车牌号,时间,经度,纬度,速度,洒水状态"]
        for place, x in enumerate(x_m):
            second = 28_800 + 3_600 * number + 10 * place
            clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            speed = 40 if number else 14.4
            rows.append(f'"{cart}",2023-12-27 {clock},{110.005 + x / LON_M:.6f},25.01,{speed},洒水')
        file = folder / f"{number}.csv"
        file.write_text("\n".join(rows), encoding="utf-8")
        files.append(file)
    return files


def audit(folder: Path, tracks: list[Path], out: Path, *words: str) -> Path:
    call = ["water-audit", folder, *tracks, "--datum", "wgs84", "--out", out, *words]
    result = CliRunner().invoke(doors, [str(one) for one in call])
    assert result.exit_code == 0, result.output
    return out / "watering_audit.html"


@pytest.fixture(scope="module")
def page_file(
    tmp_path_factory: pytest.TempPathFactory,
    town: dict[str, Layer],
    folder_of: Callable[..., Path],
    map_assets: Path,  # noqa: ARG001 - the page needs them
) -> Path:
    home = tmp_path_factory.mktemp("town")
    folder_of(home, *town.values())
    return audit(home, write_tracks(home / "tracks"), home / "out")


def open_page(page: Page, file: Path) -> None:
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-qx=ready]", timeout=30_000)


@pytest.mark.browser
def test_wetness_and_carts_follow_the_time(offline_page: Page, page_file: Path) -> None:
    open_page(offline_page, page_file)
    wet = []
    for minute in (7 * 60 + 50, 8 * 60 + 10, 23 * 60):
        offline_page.evaluate(f"void QX.setTime({minute})")
        wet.append(offline_page.evaluate("QX.wet_now[0]"))
    assert wet[0] == 0
    assert wet[1] > 1_000  # metres, while the first cart waters
    assert wet[2] == 0
    offline_page.evaluate("void QX.setTime(490)")
    assert offline_page.evaluate("QX.doing.map((one) => one.doing)") == ["off", "spray"]


@pytest.mark.browser
def test_the_page_tells_the_same_as_the_record(offline_page: Page, page_file: Path) -> None:
    open_page(offline_page, page_file)
    record = json.loads(page_file.with_suffix(".json").read_text("utf-8"))
    assert offline_page.evaluate("QX.data.violations.length") == len(record["violations"])
    shares = [one["wet_share"] for one in record["sections"]]
    assert offline_page.evaluate("QX.data.sections.wet") == pytest.approx(shares, abs=2e-3)
    # The steps, added up in the browser's data, give the share of the day.
    steps = offline_page.evaluate("QX.data.sections.steps")
    for own, share in zip(steps, shares, strict=True):
        at = np.array([*own[::3], 1440])
        wet = np.array(own[1::3])
        assert (np.diff(at) * wet).sum() / 144_000 == pytest.approx(share, abs=0.01)


@pytest.mark.browser
def test_a_violation_shows_its_track_points(offline_page: Page, page_file: Path) -> None:
    open_page(offline_page, page_file)
    offline_page.click("#qx-open-violations")
    offline_page.locator("#qx-violations button", has_text="40 km/h").first.click()
    popup = offline_page.locator(".leaflet-popup")
    assert "1.csv:" in popup.inner_text()
    points = offline_page.evaluate("QX.overlayOf('proof').layer.getLayers().length")
    assert points == offline_page.evaluate("QX.data.violations[QX.violation].points.length") > 2


@pytest.mark.browser
def test_a_chosen_cart_shows_its_track_and_facts(offline_page: Page, page_file: Path) -> None:
    open_page(offline_page, page_file)
    offline_page.select_option("select.qx-choose-cart", label="W01")
    assert offline_page.evaluate("QX.overlayOf('track').layer.getLayers().length") == 1
    assert "3.9 km" in offline_page.locator(".qx-cart-facts").inner_text()
    offline_page.fill("input[type=search], .qx-search input", "长路")
    offline_page.keyboard.press("Enter")
    assert "长路" in offline_page.locator(".leaflet-popup").inner_text()


@pytest.mark.browser
def test_names_stay_text(offline_page: Page, page_file: Path) -> None:
    open_page(offline_page, page_file)
    offline_page.click("#qx-open-companies")
    assert HOSTILE in offline_page.locator("#qx-companies").inner_text()
    assert offline_page.locator("img[src=x]").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_nothing_hangs_over_the_edge(
    offline_page: Page, page_file: Path, size: tuple[int, int]
) -> None:
    offline_page.set_viewport_size({"width": size[0], "height": size[1]})
    open_page(offline_page, page_file)
    for name in ("violations", "companies", "towns", "notes"):
        offline_page.click(f"#qx-open-{name}")
        assert offline_page.evaluate("document.documentElement.scrollWidth") <= size[0]
        offline_page.locator(f"#qx-{name} .qx-close").click()


@pytest.mark.browser
def test_a_district_with_nothing_to_keep_wet_has_a_page(
    offline_page: Page,
    tmp_path: Path,
    town: dict[str, Layer],
    layer_of: Callable[..., Layer],
    folder_of: Callable[..., Path],
) -> None:
    road = {"road_class": "footway", "is_tunnel": False}
    ways = [
        {
            "section_id": "F",
            "name": "步道",
            **road,
            "geometry": town_line(110.014, 110.016, 25.002),
        },
        {
            "section_id": "G",
            "name": "郊路",
            "road_class": "primary",
            "geometry": town_line(109.90, 109.98, 25.01),
        },
    ]
    home = tmp_path / "town"
    home.mkdir()
    folder_of(home, *(one for key, one in town.items() if key != "roads"), layer_of("roads", ways))
    track = write_tracks(home / "tracks")[0]
    text = track.read_text("utf-8").replace(",110.0", ",109.9")
    track.write_text(text, encoding="utf-8")
    file = audit(home, [track], tmp_path / "out", "--lang", "en")
    open_page(offline_page, file)
    assert "nothing to keep wet" in offline_page.locator("#qx-time").inner_text()


def town_line(west: float, east: float, lat: float) -> shapely.LineString:
    return shapely.LineString([(west, lat), (east, lat)])
