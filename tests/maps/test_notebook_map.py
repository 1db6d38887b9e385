"""A map in a notebook: a page in a frame, in the looks of the house, harmless and offline."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import qxgeo
from qxgeo.errors import InputError
from qxgeo.maps.notebook import MapLayer, draw_map
from qxgeo.maps.notebook_style import colour_word, name_word
from qxgeo.maps.siting.style import VERDICT_LOOKS
from qxgeo.maps.style import STRENGTH_COLOURS
from qxgeo.vocabulary import (
    DEMO_BANNER,
    SITE_VERDICT_LABELS,
    STRENGTH_LABELS,
    SiteVerdict,
    Strength,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Frame, Page

    from qxgeo.district import District, Layer

pytestmark = pytest.mark.usefixtures("map_assets")
HOSTILE = "</script>'\"><img src=x onerror=alert(1)>`${alert(2)}{{ 7*7 }}"
WORDS = [SiteVerdict.ALLOWED, SiteVerdict.PROHIBITED, SiteVerdict.ALLOWED, SiteVerdict.UNKNOWN]


@pytest.fixture(scope="module")
def district(town: dict[str, Layer], district_of: Callable[..., District]) -> District:
    return district_of(*town.values())


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    """Four places in a row, the second with a hostile name, and a fifth without a position."""
    shapes = [*(shapely.Point(110.005 + 0.01 * number, 25.005) for number in range(4)), None]
    return gpd.GeoDataFrame(
        {
            "name": ["甲", HOSTILE, "丙", None, "戊"],
            "summary": [*map(str, WORDS), None],
            "metres": [1234.5678, float("nan"), 2.0, 0.1, 5.0],
            "count": [1, 2, 3, 4, 5],
        },
        geometry=shapes,
        crs="EPSG:4326",
    )


def layers_of(places: gpd.GeoDataFrame) -> list[MapLayer]:
    grounds = gpd.GeoDataFrame(
        {"verdict": ["prohibited", "allowed"]},
        geometry=[shapely.box(110, 25, 110.02, 25.02), shapely.box(110.02, 25, 110.04, 25.02)],
        crs="EPSG:4326",
    )
    tell = {"metres": "距离", "count": "数量"}
    return [
        MapLayer("用地", grounds, by="verdict"),
        MapLayer("场所", places, by="summary", tell=tell),
        MapLayer("另一层", places.head(1), is_shown=False),
    ]


class _Frames(HTMLParser):
    """Read frames as a browser does."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "iframe":
            self.frames.append(dict(attrs))


def read_data(html: str) -> dict[str, Any]:
    """Read the JSON that is handed to the page's script."""
    start = html.rindex("], {") + 3
    data: dict[str, Any] = json.JSONDecoder().raw_decode(html[start:])[0]
    return data


def open_in_notebook(page: Page, folder: Path, shown: str) -> Frame:
    """Show what a cell gives in a page around it, and wait until the map stands."""
    file = folder / "notebook.html"
    file.write_text(f"<!doctype html><meta charset='utf-8'>{shown}", encoding="utf-8")
    page.goto(file.as_uri())
    page.frame_locator("iframe").locator("html[data-qx=ready]").wait_for(state="attached")
    return page.frames[1]


def test_the_frame_holds_the_whole_page_and_is_cut_off_from_the_notebook(
    district: District, places: gpd.GeoDataFrame
) -> None:
    drawn = draw_map(district, layers_of(places), title="图 <b>一</b>", height_px=333)
    reader = _Frames()
    reader.feed(drawn._repr_html_())
    (frame,) = reader.frames
    assert frame["srcdoc"] == drawn.html
    assert frame["title"] == "图 <b>一</b>"
    assert "allow-same-origin" not in str(frame["sandbox"])
    assert "height:333px" in str(frame["style"])


def test_the_same_tables_give_the_same_map_with_nothing_to_load(
    district: District, places: gpd.GeoDataFrame
) -> None:
    first, second = (draw_map(district, layers_of(places), title="图") for _ in range(2))
    assert first.html == second.html
    assert "default-src 'none'" in first.html
    assert HOSTILE not in first.html


def test_the_legend_has_a_line_for_each_verdict_the_most_binding_first(
    district: District, places: gpd.GeoDataFrame
) -> None:
    data = read_data(draw_map(district, layers_of(places), title="图").html)
    told = [(one["group"], one["title"], one["count"]) for one in data["overlays"]]
    assert told == [
        (0, "禁止", 1),
        (0, "不限制", 1),
        (1, "禁止", 1),
        (1, "不明，需查实", 1),
        (1, "不限制", 2),
        (2, "另一层", 1),
    ]
    colours = [one["drawn"]["color"] for one in data["overlays"][:5]]
    order = ["PROHIBITED", "ALLOWED", "PROHIBITED", "UNKNOWN", "ALLOWED"]
    assert colours == [VERDICT_LOOKS[SiteVerdict[word]].colour for word in order]


def test_a_card_says_what_was_asked_and_leaves_out_what_is_unknown(
    district: District, places: gpd.GeoDataFrame
) -> None:
    table = read_data(draw_map(district, layers_of(places), title="图").html)["tables"][1]
    assert table["heads"] == ["距离", "数量"]
    assert table["rows"][:3] == [["1,234.57", "1"], ["", "2"], ["2", "3"]]
    assert table["names"] == ["甲", HOSTILE, "丙", "", "戊"]


def test_what_is_missing_is_blank_whatever_it_is_written_as(
    district: District, places: gpd.GeoDataFrame
) -> None:
    table = places.assign(
        words=pd.array(["一", pd.NA, "三", pd.NA, ""], dtype="string"),
        day=pd.to_datetime(["2023-06-30", None, None, None, None]),
        parts=[(1, 2), None, (), None, None],
    )
    layer = MapLayer("场所", table, tell={"words": "字", "day": "日", "parts": "项"})
    (told,) = read_data(draw_map(district, [layer], title="图").html)["tables"]
    assert told["rows"][:3] == [
        ["一", "2023-06-30 00:00:00", "(1, 2)"],
        ["", "", ""],
        ["三", "", "()"],
    ]


def test_other_words_keep_the_order_of_their_labels_and_differ_in_colour(
    district: District, places: gpd.GeoDataFrame
) -> None:
    table = places.head(4).assign(sort=["乙类", "甲类", None, "丙类"])
    layer = MapLayer("类别", table, by="sort", labels={"甲类": "一", "丙类": "三"})
    lines = read_data(draw_map(district, [layer], title="图").html)["overlays"]
    assert [one["title"] for one in lines] == ["一", "三", "类别", "乙类"]
    assert len({one["drawn"]["fillColor"] for one in lines}) == len(lines)


def test_layers_of_one_look_each_take_another_colour(
    district: District, places: gpd.GeoDataFrame
) -> None:
    layers = [MapLayer(f"图层{number}", places) for number in range(9)]
    lines = read_data(draw_map(district, layers, title="图").html)["overlays"]
    looks = {(one["drawn"]["fillColor"], one["drawn"].get("dashArray")) for one in lines}
    assert len(looks) == len(layers)


def test_a_layer_is_drawn_larger_when_asked(district: District, places: gpd.GeoDataFrame) -> None:
    roads = district.layers["roads"].table
    usual, larger = (
        [
            one["drawn"]
            for one in read_data(
                draw_map(
                    district,
                    [
                        MapLayer("点", places, scale=scale),
                        MapLayer("线", roads, scale=scale),
                        MapLayer("面", district.layers["boundary"].table, scale=scale),
                    ],
                    title="图",
                ).html
            )["overlays"]
        ]
        for scale in (1.0, 2.0)
    )
    assert larger[0]["radius"] == 2 * usual[0]["radius"]
    assert larger[1]["weight"] == 2 * usual[1]["weight"]
    assert larger[2] == usual[2]


def test_strengths_are_hatched_apart(district: District) -> None:
    zones = gpd.GeoDataFrame(
        {"strength": ["guided", "prohibited"]},
        geometry=[shapely.box(110, 25, 110.02, 25.02), shapely.box(110.02, 25, 110.04, 25.02)],
        crs="EPSG:4326",
    )
    html = draw_map(district, [MapLayer("管控区", zones, by="strength")], title="图").html
    lines = read_data(html)["overlays"]
    assert [one["title"] for one in lines] == ["禁止", "引导"]
    for line in lines:
        pattern = line["drawn"]["fillColor"].removeprefix("url(#").removesuffix(")")
        assert f'<pattern id="{pattern}"' in html


def test_a_banner_says_that_data_are_invented(
    town: dict[str, Layer],
    district_of: Callable[..., District],
    layer_of: Callable[..., Layer],
    places: gpd.GeoDataFrame,
) -> None:
    market = {"site_id": "M1", "name": "菜市", "geometry": shapely.Point(110.005, 25.005)}
    demo = district_of(*town.values(), layer_of("markets", [market], is_demo=True))
    layers = [MapLayer("场所", places)]
    assert DEMO_BANNER.zh in draw_map(demo, layers, title="图").html
    assert DEMO_BANNER.en in draw_map(demo, layers, title="map", lang="en").html
    assert DEMO_BANNER.zh not in draw_map(district_of(*town.values()), layers, title="图").html


def test_a_table_that_cannot_be_drawn_is_refused_with_every_fault(
    district: District, places: gpd.GeoDataFrame
) -> None:
    layers = [
        MapLayer("平面", places.head(4).to_crs(3857)),
        MapLayer("缺列", places, by="colour", tell={"width": "宽"}),
    ]
    with pytest.raises(InputError) as caught:
        draw_map(district, layers, title="图")
    assert [fault.column for fault in caught.value.faults] == ["", "colour", "width"]


def test_words_of_the_house_have_a_name_and_a_colour() -> None:
    for verdict, label in SITE_VERDICT_LABELS.items():
        assert name_word(verdict) == label.zh
        assert name_word(verdict, lang="en") == label.en
        assert colour_word(verdict) == VERDICT_LOOKS[verdict].colour
    assert name_word("existing") == "现有"
    assert name_word("guided") == STRENGTH_LABELS[Strength.GUIDED].zh
    assert colour_word("guided") == STRENGTH_COLOURS[Strength.GUIDED]
    assert name_word("别的词") == "别的词"
    assert colour_word("别的词").startswith("#")


@pytest.mark.browser
def test_a_reader_sees_every_row_and_opens_its_card(
    district: District, places: gpd.GeoDataFrame, offline_page: Page, tmp_path: Path
) -> None:
    drawn = draw_map(district, layers_of(places), title="图")
    frame = open_in_notebook(offline_page, tmp_path, drawn._repr_html_())
    shapes = frame.locator(".leaflet-qx-notebook-pane path.leaflet-interactive")
    assert shapes.count() == 2 + 4
    assert frame.locator(".qx-panel label.qx-line").count() == 6
    frame.evaluate(
        """() => { const [layer] = QX.overlays[2].layer.getLayers();
                   layer.fire("click", {latlng: layer.getLatLng()}, true); }"""
    )
    card = frame.locator(".leaflet-popup .qx-popup")
    assert card.locator("h3").inner_text() == HOSTILE
    assert card.locator("dd").all_inner_texts() == ["2"]
    frame.locator(".qx-panel label.qx-line input").nth(5).check()
    assert shapes.count() == 2 + 4 + 1


@pytest.mark.browser
def test_a_map_in_a_folded_cell_is_drawn_when_the_cell_is_opened(
    district: District, places: gpd.GeoDataFrame, offline_page: Page, tmp_path: Path
) -> None:
    shown = draw_map(district, layers_of(places), title="图")._repr_html_()
    file = tmp_path / "notebook.html"
    cell = f"<meta charset='utf-8'><div id='cell' style='display:none'>{shown}</div>"
    file.write_text(f"<!doctype html>{cell}", encoding="utf-8")
    offline_page.goto(file.as_uri())
    frame = offline_page.frames[1]
    frame.wait_for_load_state()
    assert frame.evaluate("() => document.documentElement.dataset.qx") is None
    offline_page.evaluate("() => { document.getElementById('cell').style.display = 'block'; }")
    offline_page.frame_locator("iframe").locator("html[data-qx=ready]").wait_for(state="attached")
    assert frame.locator(".leaflet-qx-notebook-pane path.leaflet-interactive").count() == 2 + 4


@pytest.mark.browser
def test_a_row_is_found_by_its_name_and_a_hidden_layer_comes_up(
    district: District, places: gpd.GeoDataFrame, offline_page: Page, tmp_path: Path
) -> None:
    layers = [MapLayer("场所", places, tell={"count": "数量"}, is_shown=False)]
    shown = draw_map(district, layers, title="图")._repr_html_()
    frame = open_in_notebook(offline_page, tmp_path, shown)
    frame.locator(".qx-search input").fill("丙")
    frame.locator(".qx-search li button").first.click()
    assert frame.locator(".leaflet-popup h3").inner_text() == "丙"
    assert frame.locator(".leaflet-popup dd").all_inner_texts() == ["3"]
    frame.locator(".qx-search input").fill("城内站")
    frame.locator(".qx-search li button").first.click()
    centre = frame.evaluate("() => { const {lat, lng} = QX.map.getCenter(); return [lng, lat]; }")
    assert centre == pytest.approx([110.015, 25.01], abs=1e-3)


def test_roads_are_the_ground_of_the_map_whole_and_by_rank(district: District) -> None:
    base = read_data(draw_map(district, [], title="图").html)["base"]
    drawn = [shapely.from_geojson(json.dumps(one)) for one in base["roads"]]
    whole = shapely.length(district.layers["roads"].table.geometry.to_numpy()).sum()
    assert sum(one.length for one in drawn) == pytest.approx(whole, abs=1e-4)
    assert base["has"] == ["roads"]


def test_a_notebook_finds_the_door_among_the_public_names() -> None:
    assert qxgeo.draw_map is draw_map
    assert qxgeo.MapLayer is MapLayer
