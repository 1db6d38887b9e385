"""The tornado chart: every bar is a number of the table, and equal input gives equal bytes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from qxgeo.errors import InputError, OutputError
from qxgeo.reports.figures import draw_tornado, render_figure, write_figure
from qxgeo.reports.tornado_rows import choose_bars
from qxgeo.siting.sensitivity import how_sure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qxgeo.district import District, Layer
    from qxgeo.siting.sensitivity import Sensitivity

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def study(town: dict[str, Layer], district_of: Callable[..., District]) -> Sensitivity:
    """Four places at half a kilometre from each other, and roads that are marked as invented."""
    places = gpd.GeoDataFrame(
        {"site_id": ["A", "B", "C", "D"], "name": ["甲店", "乙店", "<b>丙店", "丁店"]},
        geometry=[shapely.Point(110.005 + step, 25.01) for step in (0, 0.0006, 0.005, 0.016)],
        crs=4326,
    )
    return how_sure(district_of(*town.values()), "汽修", places, accuracy_m=5)


def test_every_bar_is_a_number_of_the_table(study: Sensitivity) -> None:
    bars, _ = choose_bars(study.scenarios, most=99)
    figure = draw_tornado(study, most=99)
    sides = ("sites_stricter", "ground_stricter_km2"), ("sites_looser", "ground_looser_km2")
    for panel, (right, left) in zip(figure.axes, zip(*sides, strict=True), strict=False):
        drawn = np.array([one.get_width() for one in panel.patches])
        expected = np.concatenate((bars[right], -bars[left]))
        assert drawn == pytest.approx(expected.astype(float))
        assert np.count_nonzero(drawn) > 3
    widths = np.array([one.get_width() for one in figure.axes[2].patches[: 2 * len(bars)]])
    change = bars["road_change_km"].to_numpy()
    assert widths[: len(bars)] + widths[len(bars) :] == pytest.approx(change)


def test_the_largest_factor_stands_on_top_and_its_values_in_their_order(
    study: Sensitivity,
) -> None:
    bars, left = choose_bars(study.scenarios, most=99)
    factors = list(dict.fromkeys(bars["factor_id"]))
    largest = bars.groupby("factor_id")["effect"].max()
    assert largest[factors].is_monotonic_decreasing
    errors = bars[bars["factor_id"] == "error:stations"]["scenario_id"].tolist()
    assert errors == ["error:stations:50m", "error:stations:100m"]
    silent = int((study.scenarios["effect"].iloc[1:] == 0).sum())
    assert left == (silent, 0)
    few, (_, more) = choose_bars(study.scenarios, most=2)
    assert few["factor_id"].nunique() == 2
    assert more == len(factors) - 2


@pytest.mark.parametrize("form", ["png", "svg"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_chart_has_all_its_letters_and_equal_bytes(
    study: Sensitivity, form: str, lang: str
) -> None:
    # A letter that the font lacks would be a warning of matplotlib, and warnings fail the test.
    first = render_figure(draw_tornado(study, lang=lang), form)
    assert first == render_figure(draw_tornado(study, lang=lang), form)
    assert b"Software" not in first
    assert b"<dc:date>" not in first
    assert len(first) > 20_000


def test_a_chart_says_what_it_leaves_out_and_that_data_are_invented(study: Sensitivity) -> None:
    words = [one.get_text() for one in draw_tornado(study, most=2).texts]
    assert any("不能试算" in one and "未画" in one for one in words)
    assert any("汽车维修" in one and "小城" in one for one in words)
    assert not any("演示数据" in one for one in words)
    words = [one.get_text() for one in draw_tornado(replace(study, is_demo=True), lang="en").texts]
    assert any("DEMONSTRATION" in one for one in words)


def test_a_chart_is_written_by_the_ending_of_its_file(study: Sensitivity, tmp_path: Path) -> None:
    figure = draw_tornado(study)
    file = write_figure(figure, tmp_path / "tornado.png")
    assert file.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match="jpg"):
        write_figure(figure, tmp_path / "tornado.jpg")
    with pytest.raises(OutputError, match=r"tornado\.svg"):
        write_figure(figure, tmp_path / "absent" / "tornado.svg")


def test_without_matplotlib_one_sentence_says_what_to_install(
    study: Sensitivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError, match=r"qxgeo\[notebooks\]"):
        draw_tornado(study)


def test_the_package_loads_no_matplotlib_before_a_chart_is_drawn() -> None:
    code = "import qxgeo.reports.figures, sys; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_roads_the_third_panel_is_empty_and_says_no_number(
    town: dict[str, Layer], district_of: Callable[..., District]
) -> None:
    bare = district_of(*(layer for name, layer in town.items() if name != "roads"))
    places = gpd.GeoDataFrame(geometry=[shapely.Point(110.0056, 25.01)], crs=4326)
    study = how_sure(bare, "汽修", places, accuracy_m=5, readings=())
    panel = draw_tornado(study).axes[2]
    assert {one.get_width() for one in panel.patches} == {0}
    assert "现—" in panel.get_title()
