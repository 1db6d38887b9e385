"""The difference map: what Chromium shows of each change is what the tables say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from qxgeo.maps import write_sensitivity_map
from qxgeo.siting.sensitivity import how_sure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from qxgeo.district import District, Layer
    from qxgeo.siting.sensitivity import Sensitivity

pytestmark = pytest.mark.usefixtures("map_assets")
HOSTILE = "</script><img src=x onerror=alert(1)>`店"


@pytest.fixture(scope="module")
def study(town: dict[str, Layer], district_of: Callable[..., District]) -> Sensitivity:
    """Four points west of the station and a parcel, some with names that would break a page."""
    points = [shapely.Point(110.005 + step, 25.01) for step in (0, 0.0006, 0.005, 0.016)]
    places = gpd.GeoDataFrame(
        {"site_id": [*"ABCD", "E"], "name": [HOSTILE, "乙店", "丙店", "丁店", "地块"]},
        geometry=[*points, shapely.box(110.024, 25.005, 110.0252, 25.006)],
        crs=4326,
    )
    return how_sure(district_of(*town.values()), "汽修", places, accuracy_m=5)


@pytest.fixture(scope="module")
def file(study: Sensitivity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sensitivity_map(study, tmp_path_factory.mktemp("page"))


def test_the_page_is_named_by_its_kind_and_equal_for_equal_input(
    study: Sensitivity, file: Path, tmp_path: Path
) -> None:
    assert file.name == "sensitivity_auto_repair.html"
    assert write_sensitivity_map(study, tmp_path).read_bytes() == file.read_bytes()
    assert "<img src=x" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_could_not_be_tried_stands_below_the_map(
    study: Sensitivity, tmp_path: Path, lang: str
) -> None:
    text = write_sensitivity_map(study, tmp_path, lang=lang).read_text(encoding="utf-8")
    assert study.not_tried
    for one in study.not_tried:
        assert one.reason.in_language(lang).replace('"', "&quot;") in text


def open_page(page: Page, file: Path) -> None:
    page.goto(file.as_uri())
    page.wait_for_function("document.documentElement.dataset.qx === 'ready'")


def shown(page: Page) -> dict[str, Any]:
    """Read what each layer of the map holds."""
    return page.evaluate(
        "Object.fromEntries(QX.overlays.map((one) => [one.kind, one.layer.getLayers().length]))"
    )


@pytest.mark.browser
def test_every_change_shows_the_sites_and_the_ground_of_its_row(
    study: Sensitivity, file: Path, offline_page: Page
) -> None:
    open_page(offline_page, file)
    seen = 0
    for number, row in enumerate(study.scenarios.to_dict(orient="records")):
        offline_page.select_option("#qx-scenario", str(number))
        layers = shown(offline_page)
        changes = study.changes[study.changes["scenario_id"] == row["scenario_id"]]
        assert layers == {
            "ground_stricter": int(changes["is_stricter"].sum()),
            "ground_looser": int((~changes["is_stricter"]).sum()),
            "site_same": row["sites"] - row["sites_flipped"],
            "site_stricter": row["sites_stricter"],
            "site_looser": row["sites_looser"],
        }, row["scenario_id"]
        facts = offline_page.inner_text(".qx-facts")
        assert row["factor_zh"] in facts
        assert f"{row['sites_flipped']} / {row['sites']}" in facts
        assert f"{row['ground_changed_km2']:.3f}" in facts
        seen += sum(layers.values()) - layers["site_same"]
    assert seen > 20


@pytest.mark.browser
def test_the_page_opens_on_a_change_that_can_be_seen(
    study: Sensitivity, file: Path, offline_page: Page
) -> None:
    open_page(offline_page, file)
    chosen = offline_page.evaluate("QX.chosen().id")
    visible = (study.scenarios["sites_flipped"] > 0) | (study.scenarios["ground_changed_km2"] > 0)
    assert chosen == study.scenarios.loc[visible, "scenario_id"].iloc[0]


@pytest.mark.browser
def test_a_site_is_found_by_its_id_and_says_before_and_after(
    study: Sensitivity, file: Path, offline_page: Page
) -> None:
    open_page(offline_page, file)
    ids = study.scenarios["scenario_id"].tolist()
    offline_page.select_option("#qx-scenario", str(ids.index("radius:1.3.4-a:x1.1")))
    offline_page.fill(".qx-search input", "a")
    offline_page.keyboard.press("Enter")
    told = offline_page.inner_text(".leaflet-popup-content")
    assert HOSTILE in told  # as text, not as a picture
    before = study.checks.places.set_index("place_id").loc["A", "summary"]
    rows = study.sites[
        (study.sites["scenario_id"] == "radius:1.3.4-a:x1.1") & (study.sites["place_id"] == "A")
    ]
    labels = {
        "allowed": "不限制",
        "too_close_to_call": "临界，需实测",
        "not_newly_approved": "不再新增审批",
    }
    assert labels[str(before)] in told
    assert len(rows) == 2  # the summary and the line
    for _, row in rows.iterrows():
        assert f"{labels[row['verdict_before']]} → {labels[row['verdict_after']]}" in told


@pytest.mark.browser
def test_on_a_phone_the_panel_starts_closed_and_the_change_can_be_chosen(
    file: Path, offline_page: Page
) -> None:
    offline_page.set_viewport_size({"width": 390, "height": 844})
    open_page(offline_page, file)
    assert not offline_page.is_visible("#qx-scenario")
    offline_page.click(".qx-panel-head")
    assert offline_page.is_visible("#qx-scenario")
    wide = offline_page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


@pytest.mark.browser
def test_the_printed_legend_names_the_change(
    study: Sensitivity, file: Path, offline_page: Page
) -> None:
    open_page(offline_page, file)
    offline_page.select_option("#qx-scenario", "3")
    row = study.scenarios.iloc[3]
    legend = offline_page.evaluate("document.getElementById('qx-print-legend').textContent")
    assert f"{row['factor_zh']}：{row['change_zh']}" in legend
