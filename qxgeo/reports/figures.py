"""Charts of how sure the answers are: drawn with matplotlib, which only this module knows.

matplotlib comes with the extra ``notebooks`` and is loaded when a chart is asked for. The same
input gives the same bytes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from qxgeo.errors import Fault, InputError, OutputError, Text
from qxgeo.reports.tornado_rows import choose_bars, shorten, wrap
from qxgeo.resources import font_file
from qxgeo.vocabulary import DEMO_BANNER

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from numpy.typing import NDArray

    from qxgeo.siting.sensitivity import Sensitivity

    Floats = NDArray[np.float64]

STRICTER_COLOUR, LOOSER_COLOUR, DOUBT_COLOUR = "#D55E00", "#0072B2", "#D9D9D9"
_LOOSER_HATCH = "////"  # says the same as the colour in a black-and-white print
_FORMATS = ("png", "svg")
_WORDS: dict[str, Text] = {
    "title": Text("结论有多可靠", "How sure the answers are"),
    "sites": Text("改变结论的场所（处，共{}处）", "sites that flip (of {})"),
    "ground": Text("改变结论的用地（km²，共{}）", "ground that flips (km², of {})"),
    "road": Text("有任务的道路增减（km，现{}）", "duty on roads (km, now {})"),
    "stricter": Text("收紧", "stricter"),
    "looser": Text("放宽", "looser"),
    "doubt": Text(
        "道路的黑线：按位置误差，至少和至多多少；灰带：现状的至少和至多",
        "black lines on roads: least and most, by position errors; grey band: those of today",
    ),
    "as_of": Text("数据截至", "as of"),
    "without": Text(
        "另有 {} 项改动不改变任何结论，{} 项不能试算",
        "{} further changes flip nothing, {} could not be tried",
    ),
    "nothing": Text("没有一项改动会改变结论", "no change flips anything"),
    "more": Text("，影响较小的 {} 个因素未画", "; {} factors of less effect are not drawn"),
}
_BAR_IN, _GAP_IN, _HEAD_IN, _FOOT_IN = 0.24, 0.16, 1.25, 0.85
_FACTOR_WIDTH, _CHANGE_WIDTH = 32, 32  # of the two columns of labels, Latin letters


def draw_tornado(study: Sensitivity, *, lang: str = "zh", most: int = 14) -> Figure:
    """Draw what each uncertain thing does to sites, ground and roads, the largest on top.

    To the right is what becomes stricter (a more binding verdict, more road with a duty), to the
    left what becomes looser.

    Parameters
    ----------
    study
        From `siting.sensitivity.how_sure`; nothing is computed here.
    lang
        ``zh`` or ``en``.
    most
        How many factors are drawn; how many are left out is written below.

    Returns
    -------
    figure
        Not known to pyplot: show it in a notebook by naming it, or write it with `write_figure`.

    Raises
    ------
    InputError
        If matplotlib is not installed.
    OutputError
        If the package's font is missing.
    """
    figure_class = _load_matplotlib()
    letters = _load_font()
    bars, left = choose_bars(study.scenarios, most=most)
    height = _HEAD_IN + _FOOT_IN + _stack_height(bars)
    figure: Figure = figure_class(figsize=(13.2, height), dpi=140)
    panels = figure.subplots(1, 3, sharey=True)
    figure.subplots_adjust(
        left=0.315, right=0.985, top=1 - _HEAD_IN / height, bottom=_FOOT_IN / height, wspace=0.07
    )
    middles = _place_bars(bars)
    _draw_sites(panels[0], bars, middles)
    _draw_ground(panels[1], bars, middles)
    _draw_roads(panels[2], bars, middles, study.scenarios.iloc[0])
    base = study.scenarios.iloc[0]
    ground_km2 = float(study.ground.loc[study.ground["scenario_id"] == "base", "area_km2"].sum())
    totals = (str(base["sites"]), f"{ground_km2:.1f}", f"{base['road_km']:.1f}")
    for panel, key, total in zip(panels, ("sites", "ground", "road"), totals, strict=True):
        title = _WORDS[key].in_language(lang).format("—" if total == "nan" else total)
        _finish_panel(panel, title, letters, lang)
    _label_bars(panels[0], bars, middles, letters, lang)
    _write_around(figure, study, left, letters, lang)
    return figure


def write_figure(figure: Figure, file: Path) -> Path:
    """Write a figure as PNG or SVG, by the ending of the file; the same figure, the same bytes.

    Parameters
    ----------
    figure
        From `draw_tornado`.
    file
        Ends in ``.png`` or ``.svg``; letters of an SVG are outlines, so that it needs no font.

    Returns
    -------
    file
        The same path.

    Raises
    ------
    InputError
        If the ending is another.
    OutputError
        If the disk refuses.
    """
    content = render_figure(figure, file.suffix.removeprefix(".").lower())
    try:
        file.write_bytes(content)
    except OSError as error:
        raise OutputError(
            Fault(
                file=file.name,
                problem=Text(
                    f"无法写入：{error.strerror or error}",
                    f"cannot be written: {error.strerror or error}",
                ),
                mend=Text("请检查磁盘空间和写入权限", "check disk space and permissions"),
            )
        ) from error
    return file


def render_figure(figure: Figure, form: str) -> bytes:
    """Render a figure without a date or a random id in it.

    Parameters
    ----------
    figure
        From `draw_tornado`.
    form
        ``png`` or ``svg``.

    Returns
    -------
    content
        Of the file.

    Raises
    ------
    InputError
        If the form is another.
    """
    if form not in _FORMATS:
        raise InputError(
            Fault(
                problem=Text(f"不能写成“{form}”", f'no figure is written as "{form}"'),
                mend=Text("请用 png 或 svg", "use png or svg"),
            )
        )
    from matplotlib import rc_context  # noqa: PLC0415 - an optional extra

    nameless: dict[str, Any] = (
        {"Software": None} if form == "png" else {"Date": None, "Creator": None}
    )
    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "qxgeo", "svg.fonttype": "path"}):
        figure.savefig(buffer, format=form, metadata=nameless)
    return buffer.getvalue()


def _load_matplotlib() -> type[Figure]:
    """Load the figure class; pyplot, which chooses a window system, stays out.

    Raises
    ------
    InputError
        If the extra is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise InputError(
            Fault(
                problem=Text("没有安装 matplotlib，不能绘图", "matplotlib is not installed"),
                mend=Text(
                    "请安装：pip install qxgeo[notebooks]",
                    "install it: pip install qxgeo[notebooks]",
                ),
            )
        ) from error
    return Figure


def _load_font() -> FontProperties:
    """Give the package's own Chinese font: no letter of a chart may be an empty box."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - an optional extra

    return FontProperties(fname=str(font_file()))


def use_chinese_font() -> None:
    """Let every chart of this session be written in the package's own Chinese font.

    For charts of your own, in a notebook: ``matplotlib.pyplot`` then draws no empty boxes.

    Raises
    ------
    InputError
        If matplotlib is not installed.
    OutputError
        If the package's font is missing.
    """
    _load_matplotlib()
    from matplotlib import font_manager, rcParams  # noqa: PLC0415 - an optional extra

    file = str(font_file())
    font_manager.fontManager.addfont(file)
    rcParams["font.family"] = font_manager.FontProperties(fname=file).get_name()


def _stack_height(bars: pd.DataFrame) -> float:
    """Give the height of all bars, inches."""
    return max(len(bars) * _BAR_IN + bars["factor_id"].nunique() * _GAP_IN, 1.0)


def _place_bars(bars: pd.DataFrame) -> Floats:
    """Give the middle of each bar in inches from the top, factors a gap apart."""
    factor = np.array([list(dict.fromkeys(bars["factor_id"])).index(f) for f in bars["factor_id"]])
    return (np.arange(len(bars)) + 0.5) * _BAR_IN + (factor + 0.5) * _GAP_IN


def _draw_bars(
    panel: Axes, middles: Floats, stricter: pd.Series[Any], looser: pd.Series[Any]
) -> None:
    """Draw to the right what becomes stricter, to the left what becomes looser."""
    ink: dict[str, Any] = {
        "height": _BAR_IN * 0.78,
        "edgecolor": "white",
        "linewidth": 0.6,
        "zorder": 3,
    }
    panel.barh(middles, stricter, color=STRICTER_COLOUR, **ink)
    panel.barh(middles, -looser, color=LOOSER_COLOUR, hatch=_LOOSER_HATCH, **ink)


def _draw_sites(panel: Axes, bars: pd.DataFrame, middles: Floats) -> None:
    """Draw how many sites flip."""
    _draw_bars(panel, middles, bars["sites_stricter"], bars["sites_looser"])


def _draw_ground(panel: Axes, bars: pd.DataFrame, middles: Floats) -> None:
    """Draw how much ground flips."""
    _draw_bars(panel, middles, bars["ground_stricter_km2"], bars["ground_looser_km2"])


def _draw_roads(panel: Axes, bars: pd.DataFrame, middles: Floats, base: pd.Series[Any]) -> None:
    """Draw the change of road, with its least and most, and those of the base as a grey band."""
    change = bars["road_change_km"].fillna(0.0)
    _draw_bars(panel, middles, change.clip(lower=0), -change.clip(upper=0))
    if not np.isfinite(base["road_km"]):
        return
    now = float(base["road_km"])
    panel.axvspan(
        float(base["road_low_km"]) - now,
        float(base["road_high_km"]) - now,
        color=DOUBT_COLOUR,
        zorder=1,
        linewidth=0,
    )
    columns = ["road_km", "road_low_km", "road_high_km"]
    speaks = (bars[columns] != base[columns]).any(axis=1).to_numpy()
    panel.hlines(
        middles[speaks],
        bars.loc[speaks, "road_low_km"] - now,
        bars.loc[speaks, "road_high_km"] - now,
        color="black",
        linewidth=1.0,
        zorder=4,
    )


def _finish_panel(panel: Axes, title: str, letters: FontProperties, lang: str) -> None:
    """Write title and sides, draw the middle line, make both sides equally wide."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - an optional extra

    low, high = panel.get_xlim()
    reach = max(abs(low), abs(high), 1e-9)
    panel.set_xlim(-reach, reach)
    panel.axvline(0, color="black", linewidth=0.9, zorder=5)
    panel.grid(axis="x", color="#E3E3E3", linewidth=0.7, zorder=0)
    panel.xaxis.set_major_locator(MaxNLocator(5, symmetric=True))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    panel.tick_params(axis="y", length=0)
    panel.patch.set_visible(False)  # the lines between factors run through all panels
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
    for label in panel.get_xticklabels():
        label.set_fontproperties(letters)
    panel.set_title(title, fontproperties=letters, fontsize=11, pad=22)
    for word, place, turn in (("looser", 0.0, "left"), ("stricter", 1.0, "right")):
        shown = _WORDS[word].in_language(lang)
        arrow = f"← {shown}" if turn == "left" else f"{shown} →"
        colour = LOOSER_COLOUR if turn == "left" else STRICTER_COLOUR
        panel.text(
            place,
            1.0,
            arrow,
            transform=panel.transAxes,
            ha=turn,
            va="bottom",
            color=colour,
            fontproperties=letters,
            fontsize=9.5,
        )


def _label_bars(
    panel: Axes, bars: pd.DataFrame, middles: Floats, letters: FontProperties, lang: str
) -> None:
    """Name every factor once, and beside each bar what it was changed to."""
    panel.set_yticks([])
    panel.set_ylim(_stack_height(bars), 0)
    seat = panel.get_yaxis_transform()
    ink: dict[str, Any] = {"transform": seat, "va": "center", "fontproperties": letters}
    is_reading = bars["group"] == "reading"
    for middle, change, short in zip(middles, bars[f"change_{lang}"], is_reading, strict=True):
        told = f"→ {change.rpartition('→')[2].strip()}" if short else change
        told = shorten(told, _CHANGE_WIDTH)
        panel.text(-0.02, middle, told, ha="right", fontsize=8.5, color="#333333", **ink)
    for _, group in bars.groupby("factor_id", sort=False):
        rows = group.index.to_numpy()
        middle = (middles[rows].min() + middles[rows].max()) / 2
        told = "\n".join(wrap(str(group[f"factor_{lang}"].iloc[0]), _FACTOR_WIDTH, most=2))
        panel.text(-1.42, middle, told, ha="left", fontsize=9, linespacing=1.15, **ink)
        edge = middles[rows].max() + _BAR_IN / 2 + _GAP_IN / 2
        line: dict[str, Any] = {"color": "#CCCCCC", "linewidth": 0.5, "clip_on": False, "zorder": 0}
        panel.axhline(edge, xmin=-1.42, xmax=3.14, **line)


def _write_around(
    figure: Figure, study: Sensitivity, left: tuple[int, int], letters: FontProperties, lang: str
) -> None:
    """Write the title above, and below what is not drawn."""
    checks = study.checks
    height = figure.get_size_inches()[1]
    title = " · ".join(
        (
            _WORDS["title"].in_language(lang),
            checks.kind.title.in_language(lang),
            checks.district.name.in_language(lang),
        )
    )
    figure.text(0.012, 1 - 0.36 / height, title, fontproperties=letters, fontsize=15)
    as_of = f"{_WORDS['as_of'].in_language(lang)} {checks.as_of.isoformat()}"
    figure.text(0.012, 1 - 0.68 / height, as_of, fontproperties=letters, fontsize=9.5)
    if study.is_demo:
        banner, place = DEMO_BANNER.in_language(lang), 1 - 0.68 / height
        ink: dict[str, Any] = {"ha": "right", "color": "#B33A00", "fontproperties": letters}
        figure.text(0.985, place, banner, fontsize=9.5, **ink)
    silent, more = left
    notes = [_WORDS["without"].in_language(lang).format(silent, len(study.not_tried))]
    if more:
        notes[0] += _WORDS["more"].in_language(lang).format(more)
    notes.append(_WORDS["doubt"].in_language(lang))
    for number, note in enumerate(notes):
        place = (0.38 - 0.2 * number) / height
        figure.text(0.012, place, note, fontproperties=letters, fontsize=9)
