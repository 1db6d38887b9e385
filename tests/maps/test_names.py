"""Names of stations and townships stand on no other name and on no symbol, at every scale."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from qxgeo.maps import write_maps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.assess import Assessment
    from qxgeo.district import District

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("map_assets")]

SHOWN = """[...document.querySelectorAll('.qx-station-name, .qx-town')]
  .filter((name) => getComputedStyle(name).visibility === 'visible')
  .map((name) => {
    const { left, right, top, bottom } = name.getBoundingClientRect();
    return { text: name.textContent, left, right, top, bottom };
  })"""
SYMBOLS = """[...document.querySelectorAll('.qx-station')].map((symbol) => {
  const { left, right, top, bottom } = symbol.getBoundingClientRect();
  return { text: '', left, right, top, bottom };
})"""


def _crowd(town: Assessment) -> District:
    """Give the district stations in three clusters, and a township around each place of a grid."""
    rng = np.random.default_rng(4)
    west, south, east, north = town.district.layers["boundary"].table.total_bounds
    low, high = np.array([west, south]), np.array([east, north])
    hubs = rng.uniform(low, high, (3, 2)).repeat(15, axis=0)
    places = np.clip(hubs + rng.normal(0, 0.0015, hubs.shape), low, high)
    codes = [f"{9000 + number}A" for number in range(len(places))]
    stations = gpd.GeoDataFrame(
        {"station_id": codes, "name": [f"示例站{code}" for code in codes]},
        geometry=shapely.points(places),
        crs="EPSG:4326",
    )
    columns, rows = np.linspace(west, east, 13), np.linspace(south, north, 13)
    cells = [
        shapely.box(columns[i], rows[j], columns[i + 1], rows[j + 1])
        for i in range(12)
        for j in range(12)
    ]
    townships = gpd.GeoDataFrame(
        {
            "township_id": [f"450305{number:03d}" for number in range(144)],
            "name": [f"示例{number}街道" for number in range(144)],
        },
        geometry=cells,
        crs="EPSG:4326",
    )
    layers = dict(town.district.layers)
    layers["stations"] = replace(layers["stations"], table=stations)
    layers["townships"] = replace(layers["townships"], table=townships)
    return replace(town.district, layers=layers)


@pytest.fixture(scope="module")
def crowded_page(
    town_assessment: Assessment,
    town_assessment_of: Callable[..., Assessment],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("names")
    write_maps(town_assessment_of(_crowd(town_assessment)), folder, cache_folder=folder / "cache")
    return folder / "keep_wet.html"


@pytest.fixture
def page(crowded_page: Path, offline_page: Page) -> Page:
    offline_page.goto(crowded_page.as_uri())
    offline_page.wait_for_selector("html[data-qx=ready]", state="attached")
    return offline_page


def _zoom(page: Page, steps: int) -> None:
    page.evaluate(
        "(steps) => { QX.map.setZoom(QX.map.getZoom() + steps, { animate: false }); }", steps
    )


def _overlaps(one: dict[str, Any], other: dict[str, Any]) -> bool:
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    return bool(across > 0 and min(one["bottom"], other["bottom"]) > max(one["top"], other["top"]))


@pytest.mark.parametrize("steps", [0, -1, 1, 2])
def test_no_name_stands_on_another_or_on_a_symbol(page: Page, steps: int) -> None:
    _zoom(page, steps)
    names, symbols = page.evaluate(SHOWN), page.evaluate(SYMBOLS)
    assert len(names) > 5
    for number, name in enumerate(names):
        assert not [other for other in names[:number] if _overlaps(name, other)], name
        # A symbol's own name begins beside it.
        assert not [symbol for symbol in symbols if _overlaps(name, symbol)], name


def test_who_finds_no_room_is_named_on_a_larger_scale(page: Page) -> None:
    before = {name["text"] for name in page.evaluate(SHOWN)}
    _zoom(page, 4)
    after = {name["text"] for name in page.evaluate(SHOWN)}
    assert len(before) < 45 + 144
    assert len(after) > 2 * len(before)


def test_a_name_goes_to_the_left_of_its_symbol_where_the_right_is_taken(page: Page) -> None:
    sides = page.evaluate(
        "QX.groundNames.filter((name) => name.isShown && name.sides === QX.besideStation)"
        ".map((name) => name.tooltip.options.direction)"
    )
    assert {"right", "left"} <= set(sides)


def test_of_two_free_sides_a_name_takes_the_one_on_which_it_stays_on_the_map(page: Page) -> None:
    sides = page.evaluate(
        """() => QX.groundNames.filter((name) => name.sides === QX.besideStation).map((name) => {
          const { tooltip } = name;
          QX.map.setView(tooltip.getLatLng(), 18, { animate: false });
          QX.thinNames();
          const middle = name.isShown && tooltip.options.direction;
          QX.map.panBy([30 - QX.map.getSize().x / 2, 0], { animate: false });
          QX.thinNames();
          return [middle, name.isShown && tooltip.options.direction];
        })"""
    )
    alone = [side for middle, side in sides if middle == "right"]
    assert len(alone) > 20
    # Where the left is taken, a name that leaves the map is better than none.
    assert alone.count("left") > 0.8 * len(alone)


def test_of_two_free_sides_a_name_takes_the_one_that_the_legend_does_not_cover(page: Page) -> None:
    sides = page.evaluate(
        """() => {
          const map = QX.map.getContainer().getBoundingClientRect();
          const legend = document.querySelector('.qx-panel');
          const { left, top } = legend.getBoundingClientRect();
          const head = legend.querySelector('.qx-panel-head');
          const place = L.point(left - map.left - 20, top - map.top + 90);
          const beside = QX.map.getSize().divideBy(2).subtract(place);
          return QX.groundNames.filter((name) => name.sides === QX.besideStation).map((name) => {
            const { tooltip } = name;
            const side = () => name.isShown && tooltip.options.direction;
            QX.map.setView(tooltip.getLatLng(), 18, { animate: false });
            QX.thinNames();
            const middle = side();
            QX.map.panBy(beside, { animate: false });
            QX.thinNames();
            const covered = side();
            head.click(); // now nothing is there
            const bare = side();
            head.click();
            return [middle, covered, bare, side()];
          });
        }"""
    )
    alone = [found for middle, *found in sides if middle == "right"]
    assert len(alone) > 20
    # Where the left is taken, a name under the legend is better than none.
    assert alone.count(["left", "right", "left"]) > 0.8 * len(alone)


def test_a_narrower_window_moves_a_name_from_under_the_legend(page: Page) -> None:
    assert page.evaluate("QX.map.getSize().x") == 1280
    page.evaluate(
        """() => {
          const place = (name, gap) => { // so many pixels from the legend
            const map = QX.map.getContainer().getBoundingClientRect();
            const { left, top } = document.querySelector('.qx-panel').getBoundingClientRect();
            const place = L.point(left - map.left - gap, top - map.top + 90);
            QX.map.setView(name.tooltip.getLatLng(), 18, { animate: false });
            QX.map.panBy(QX.map.getSize().divideBy(2).subtract(place), { animate: false });
            QX.thinNames();
            return name.isShown && name.tooltip.options.direction;
          };
          const stations = QX.groundNames.filter((name) => name.sides === QX.besideStation);
          window.chosen = stations.find(
            (name) => place(name, 20) === 'left' && place(name, 250) === 'right',
          );
          window.resized = new Promise((done) => QX.map.once("resize", () => setTimeout(done)));
        }"""
    )
    assert page.evaluate("chosen.tooltip.options.direction") == "right"
    # The middle of the map stays in the middle, the legend at the edge: it comes by half the loss.
    page.set_viewport_size({"width": 820, "height": 720})
    page.evaluate("resized")
    assert page.evaluate("chosen.isShown && chosen.tooltip.options.direction") == "left"


def test_a_symbol_is_never_hidden(page: Page) -> None:
    assert len(page.evaluate(SYMBOLS)) == 45
