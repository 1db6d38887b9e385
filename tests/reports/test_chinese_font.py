"""The font door for charts of one's own: no letter of the maps' words is an empty box."""

from __future__ import annotations

import io
import warnings

import pytest

from qxgeo.reports.figures import use_chinese_font
from qxgeo.vocabulary import SITE_VERDICT_LABELS

matplotlib = pytest.importorskip("matplotlib", reason="the extra notebooks is not installed")
pytestmark = pytest.mark.usefixtures("map_assets")


def _draw_words() -> list[str]:
    """Draw every verdict's name and give the warnings about letters that the font lacks."""
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.set_title("".join(label.zh for label in SITE_VERDICT_LABELS.values()))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.savefig(io.BytesIO(), format="png")
    return [str(one.message) for one in caught if "missing from font" in str(one.message)]


def test_chinese_letters_are_written_once_the_font_is_chosen() -> None:
    with matplotlib.rc_context({"font.family": "DejaVu Sans"}):
        assert _draw_words()
        use_chinese_font()
        assert _draw_words() == []
        assert matplotlib.rcParams["font.family"] == ["Noto Sans SC"]
