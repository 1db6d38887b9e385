"""The self-contained page: nothing outside, nothing random, nothing that data could break."""

from __future__ import annotations

import json
import re
import shutil
import time
from typing import TYPE_CHECKING

import folium
import pytest
from folium import plugins

from qxgeo.errors import OutputError
from qxgeo.maps.offline import escape_text, json_for_script, make_self_contained

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

HOSTILE = [
    "<script>alert(1)</script>",
    "`",
    "</script>",
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "\"'",
    "\\u003cimg src=x onerror=alert(1)\\u003e",
    "{{ 7 * 7 }}{% raw %}",
    "a\u2028b\u2029c",
    "<!--",
    "]]>",
    "龙隐路 & 建干路",
]
TILES = "https://{s}.tile.openstreetmap.org/{z}/{x}/{y}.png"


def page(head: str = "", body: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def town_map(names: list[str], tiles: str = "") -> str:
    """Draw a map with every control the maps use, and one pop-up per name."""
    chart = folium.Map(location=[25.27, 110.31], zoom_start=13, tiles=None, maxZoom=18)
    group = folium.FeatureGroup(name="监测站").add_to(chart)
    for number, name in enumerate(names):
        folium.Marker(
            [25.27 + number * 1e-3, 110.31],
            popup=folium.Popup(escape_text(name)),
            tooltip=escape_text(name),
        ).add_to(group)
    folium.GeoJson(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": escape_text(name)},
                    "geometry": {
                        "type": "LineString",
                        "coordinates": [[110.3, 25.26 + number * 1e-3], [110.32, 25.27]],
                    },
                }
                for number, name in enumerate(names)
            ],
        },
        tooltip=folium.GeoJsonTooltip(["name"]),
    ).add_to(chart)
    plugins.Fullscreen().add_to(chart)
    plugins.MousePosition().add_to(chart)
    folium.LayerControl().add_to(chart)
    if tiles:
        folium.TileLayer(tiles, attr="OSM", show=False).add_to(chart)
    return str(chart.get_root().render())


@pytest.fixture(scope="module")
def town() -> str:
    return town_map(HOSTILE)


@pytest.fixture(scope="module")
def town_with_tiles() -> str:
    return town_map(["甲"], tiles=TILES)


@pytest.mark.browser
def test_a_map_with_all_controls_opens_without_a_network(
    town: str, map_assets: Path, tmp_path: Path, offline_page: Page
) -> None:
    html = make_self_contained(town, assets=map_assets)
    path = tmp_path / "地图.html"
    path.write_text(html, encoding="utf-8")
    offline_page.goto(path.as_uri())
    assert offline_page.evaluate("L.version") == "1.9.3"
    assert offline_page.locator(".leaflet-marker-icon").count() == len(HOSTILE)
    assert offline_page.locator(".leaflet-control-attribution").inner_text().startswith("Leaflet")
    assert offline_page.locator(".leaflet-control-attribution a").count() == 0
    offline_page.locator(".leaflet-marker-icon").first.click(force=True)
    popup = offline_page.locator(".leaflet-popup-content")
    assert popup.inner_text().strip() == HOSTILE[0]
    offline_page.locator(".leaflet-control-zoom-fullscreen").click()
    offline_page.wait_for_function("document.fullscreenElement !== null")


@pytest.mark.browser
def test_the_plain_marker_shows_its_picture(
    map_assets: Path, tmp_path: Path, offline_page: Page
) -> None:
    chart = folium.Map(location=[25.27, 110.31], tiles=None)
    folium.Marker([25.27, 110.31]).add_to(chart)
    path = tmp_path / "marker.html"
    path.write_text(make_self_contained(chart.get_root().render(), assets=map_assets), "utf-8")
    offline_page.goto(path.as_uri())
    widths = "[...document.querySelectorAll('.leaflet-marker-pane img')].map(i => i.naturalWidth)"
    assert offline_page.evaluate(widths) == [25]  # marker-icon.png is 25 px wide


@pytest.mark.browser
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_written(
    name: str, map_assets: Path, tmp_path: Path, offline_page: Page
) -> None:
    chart = folium.Map(location=[25.27, 110.31], tiles=None)
    folium.CircleMarker(
        [25.27, 110.31], tooltip=folium.Tooltip(escape_text(name), permanent=True)
    ).add_to(chart)
    script = folium.Element(f"window.shown = {json_for_script({'name': name})}.name;")
    chart.get_root().script.add_child(script)
    path = tmp_path / "name.html"
    path.write_text(make_self_contained(chart.get_root().render(), assets=map_assets), "utf-8")
    offline_page.goto(path.as_uri())
    tooltip = offline_page.locator(".leaflet-tooltip > div")
    assert tooltip.evaluate("node => node.textContent.trim()") == name
    assert tooltip.evaluate("node => node.children.length") == 0
    assert offline_page.evaluate("window.shown") == name


def test_the_same_map_gives_the_same_bytes(map_assets: Path) -> None:
    first, second = (
        make_self_contained(town_map(["甲", "乙"]), assets=map_assets) for _ in range(2)
    )
    assert first == second
    assert not re.search(r"_[0-9a-f]{32}", first)


def test_ids_are_numbered_in_order_and_look_alikes_in_data_stay(map_assets: Path) -> None:
    old, new, data = "a" * 32, "b" * 32, "c" * 32
    code = f'var map_{old} = 1; function geo_{new}_styler() {{}} use(map_{old}, "way_{data}");'
    body = f'<div id="map_{old}"></div><script>{code}</script>'
    html = make_self_contained(page(body=body), assets=map_assets)
    assert '<div id="map_1">' in html
    assert f'var map_1 = 1; function geo_2_styler() {{}} use(map_1, "way_{data}");' in html


def test_the_page_asks_for_no_address_and_forbids_it(
    town_with_tiles: str, map_assets: Path
) -> None:
    html = make_self_contained(town_with_tiles, assets=map_assets, tile_urls=[TILES])
    assert not re.search(r"<(?:script|link|img)[^>]*(?:src|href)=", html)
    assert "bootstrap" not in html
    assert "sourceMappingURL" not in html
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert policy[1].startswith("default-src 'none'; script-src 'unsafe-inline';")
    assert "img-src data: blob: https://*.tile.openstreetmap.org;" in policy[1]


def test_a_plain_page_carries_only_what_it_uses(map_assets: Path) -> None:
    html = make_self_contained(folium.Map(tiles=None).get_root().render(), assets=map_assets)
    assert "jQuery" not in html
    assert len(html) < 250_000


@pytest.mark.parametrize(
    ("head", "body", "found"),
    [
        ('<script src="https://cdn.example/x/unknown.js"></script>', "", "unknown.js"),
        ('<link rel="stylesheet" href="https://cdn.example/y.css"/>', "", "y.css"),
        ('<link rel="icon" href="favicon.ico"/>', "", "favicon.ico"),
        ("<link rel='preconnect' href='//cdn.example'>", "", "preconnect"),
        ("<style>@import 'a.css';</style>", "", "@import"),
        ("<style>p{background:url(https://e.example/p.png)}</style>", "", "p.png"),
        ('<style>p{background:url( "p2.png" )}</style>', "", "p2.png"),
        ('<meta http-equiv="Refresh" content="0;url=https://e.example">', "", "Refresh"),
        ("", '<img src="https://e.example/i.png">', "i.png"),
        ("", "<IMG SRC=i2.png>", "i2.png"),
        ("", '<img alt="a > b" srcset="i3.png 2x">', "i3.png"),
        ("", '<iframe srcdoc="x"></iframe>', "iframe"),
        ("", '<p style="background:url(https://e.example/s.png)">x</p>', "s.png"),
        ("", '<a href=" javascript:alert(1)">x</a>', "javascript"),
        ("", '<form action="https://e.example">', "form"),
        ("", "<script>fetch('https://e.example')</script>", "fetch"),
        ("", "<script>import('x')</script>", "import"),
        ("", "<script>var i = L.AwesomeMarkers.icon({});</script>", "AwesomeMarkers"),
        ("", "<script>new  Worker('x')</script>", "Worker"),
        ("", "<script>img.src = 'https://e.example/j.png'</script>", "j.png"),
        ("", '<script>L.tileLayer("https://t.example/{z}/{x}/{y}.png")</script>', "t.example"),
        ("", '<script>L.icon({"iconUrl": "//e.example/k.png"})</script>', "k.png"),
    ],
)
def test_whatever_the_page_would_load_is_refused(
    head: str, body: str, found: str, map_assets: Path
) -> None:
    with pytest.raises(OutputError, match=re.escape(found)) as caught:
        make_self_contained(page(head, body), assets=map_assets)
    assert len(caught.value.faults) == 1


def test_all_leftovers_are_named_in_one_error(map_assets: Path) -> None:
    with pytest.raises(OutputError) as caught:
        make_self_contained(page('<link rel="icon" href="a">', '<img src="b">'), assets=map_assets)
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://example.org/">link</a><a href="keep_wet.html">page</a>',
        '<img src="data:image/png;base64,AAAA">',
        '<svg><use href="#road"></use></svg>',
        "<p style='background:url(\"data:image/png;base64,AAAA\")'>x</p>",
        "<style>p{fill:url(#g);background:url( 'data:image/png;base64,AA')}</style>",
        "<script>var a = [\"fetch('x')\", 'new Worker(1)', `import('y')`];</script>",
        "<script>var b = ['L.AwesomeMarkers.icon', \"https://x.y\"];</script>",
        "<!-- <script src='https://e.example/old.js'></script> -->",
        "<p>5 km &lt; <b>a < b</b></p>",
        "<script>unfinished",
    ],
)
def test_links_data_and_words_in_data_are_no_loads(body: str, map_assets: Path) -> None:
    html = make_self_contained(page(body=body), assets=map_assets)
    assert "<!--" not in html
    assert re.sub("<!--.*-->", "", body) in html


def test_a_tile_address_is_let_through_only_where_it_is_named(map_assets: Path) -> None:
    url = "https://t{s}.tianditu.gov.cn/img_w/wmts?x={x}"
    html = page(body=f"<script>L.tileLayer('{url}')</script>")
    assert "img-src data: blob: https://*.tianditu.gov.cn;" in make_self_contained(
        html, assets=map_assets, tile_urls=[url]
    )
    with pytest.raises(OutputError, match="tianditu"):
        make_self_contained(html, assets=map_assets)


def test_a_script_that_was_let_through_with_an_address_is_refused_without_it(
    map_assets: Path,
) -> None:
    url = "https://tiles.example.org/{z}/{x}/{y}.png"
    html = page(body=f"<script>L.tileLayer('{url}')</script>")
    long = page(body=f"<script>L.tileLayer('{url}');const data='{'x' * 200_000}'</script>")
    for one in (html, long):  # what every page carries is looked over once, its data each time
        for _ in range(2):
            make_self_contained(one, assets=map_assets, tile_urls=[url])
            with pytest.raises(OutputError, match=r"tiles\.example\.org"):
                make_self_contained(one, assets=map_assets)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example.org/{z}",
        "https://{s}.org/{z}",
        "https://a.{s}.example.org/{z}",
        "https://a.example.org'; script-src *",
    ],
)
def test_a_tile_address_that_no_policy_can_hold_is_refused(url: str, map_assets: Path) -> None:
    with pytest.raises(OutputError, match="tile address"):
        make_self_contained(page(), assets=map_assets, tile_urls=[url])


def test_a_page_without_a_head_is_refused(map_assets: Path) -> None:
    with pytest.raises(OutputError, match="no <head>"):
        make_self_contained("<p>fragment</p>", assets=map_assets)


def test_missing_assets_say_how_to_get_them(map_assets: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="pip install"):
        make_self_contained(page(), assets=tmp_path)
    shutil.copy(map_assets / "manifest.json", tmp_path)
    source = folium.Map(tiles=None).get_root().render()
    with pytest.raises(OutputError, match=r"leaflet\.\w+ is missing"):
        make_self_contained(source, assets=tmp_path)
    (tmp_path / "manifest.json").write_text('{"files": {}}', "utf-8")
    with pytest.raises(OutputError, match=r"leaflet\.\w+ is missing"):
        make_self_contained(source, assets=tmp_path)


def test_fifteen_megabytes_take_seconds_at_most(map_assets: Path) -> None:
    feature = '{"name":"\\u003cb\\u003e 龙隐路 it\'s","xy":[110.312345,25.271234]},'
    chart = folium.Map(tiles=None).get_root().render()
    data = "var roads = [" + feature * (15_000_000 // len(feature)) + "];"
    html = chart.replace("</script>\n</html>", data + "</script>\n</html>")
    assert len(html) > 14_900_000
    start = time.process_time()
    result = make_self_contained(html, assets=map_assets)
    assert time.process_time() - start < 8  # about 1 s on an idle machine
    assert result.count("龙隐路") == html.count("龙隐路")


@pytest.mark.parametrize("name", HOSTILE)
def test_escaped_text_holds_nothing_that_html_or_a_template_reads(name: str) -> None:
    escaped = escape_text(name)
    assert not set(escaped) & set("<>\"'`\\${}")
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;|#x27;|#\d+;)", escaped)


def test_control_characters_become_spaces() -> None:
    assert escape_text("a\x00b\nc\x1bd") == "a b c d"


@pytest.mark.parametrize("name", HOSTILE)
def test_json_for_a_script_reads_back_and_cannot_end_it(name: str) -> None:
    text = json_for_script({name: [name, 1.5, None, True]})
    assert json.loads(text) == {name: [name, 1.5, None, True]}
    assert not set(text) & set("<>&'`\u2028\u2029")
    assert not re.search(r"\{[{%#]", text)


def test_json_for_a_script_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not a JSON value"):
        json_for_script([float("nan")])
