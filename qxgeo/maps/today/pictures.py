"""Pictures of the page as inline SVG: time series and the wind rose."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.maps.escaping import escape_text

if TYPE_CHECKING:
    import pandas as pd

    from qxgeo.patrol.risk.exposure import WindRose
    from qxgeo.warning.model import Wind

_WIDTH, _HEIGHT = 520, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 8, 8, 22
_LINES = (100.0, 150.0, 200.0, 300.0)
_LEAST_TOP = 150.0
_TOPS = (150.0, 200.0, 300.0, 400.0, 500.0)
_DAY_H = 24
_MOST_LABELS = 8
_ROSE = 260


def draw_series(series: pd.DataFrame, *, title: str) -> str:
    """Draw the hours of one station.

    Parameters
    ----------
    series
        ``time``, ``aqi``, ``day_aqi``, hour after hour.
    title
        For those who cannot see it.

    Returns
    -------
    svg
        Lines break where there is no value.
    """
    aqi, day = (series[name].to_numpy(np.float64) for name in ("aqi", "day_aqi"))
    known = np.concatenate((aqi, day))
    highest = float(np.nanmax(known)) if np.isfinite(known).any() else _LEAST_TOP
    top = next((one for one in _TOPS if highest <= one), _TOPS[-1])
    across = (_WIDTH - _LEFT - _RIGHT) / max(len(series) - 1, 1)
    down = (_HEIGHT - _TOP - _BOTTOM) / top
    floor = _HEIGHT - _BOTTOM
    parts = [
        f'<line x1="{_LEFT}" y1="{floor - one * down:.1f}" x2="{_WIDTH - _RIGHT}" '
        f'y2="{floor - one * down:.1f}" class="grid"/>'
        f'<text x="{_LEFT - 4}" y="{floor - one * down + 4:.1f}" class="axis end">{one:g}</text>'
        for one in (0.0, *_LINES)
        if one <= top
    ]
    parts += _draw_days(series, across, floor)
    parts.append(f'<path d="{_trace(aqi, across, down, floor)}" class="hour"/>')
    parts.append(f'<path d="{_trace(day, across, down, floor)}" class="day"/>')
    if not np.isfinite(known).any():
        parts.append(f'<text x="{_WIDTH / 2:.0f}" y="{_HEIGHT / 2:.0f}" class="none">—</text>')
    return (
        f'<svg class="series" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape_text(title)}">{"".join(parts)}</svg>'
    )


def _draw_days(series: pd.DataFrame, across: float, floor: float) -> list[str]:
    """Draw a line and a date at each midnight."""
    midnights = [(number, time) for number, time in enumerate(series["time"]) if time.hour == 0]
    step = max(math.ceil(len(midnights) / _MOST_LABELS), 1)
    parts = []
    for number, time in midnights[::step]:
        x = _LEFT + number * across
        parts.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{floor}" class="grid"/>')
        if x < _WIDTH - 3 * _LEFT / 2:
            parts.append(
                f'<text x="{x + 2:.1f}" y="{_HEIGHT - 6}" class="axis">{time:%m-%d}</text>'
            )
    return parts


def _trace(values: np.ndarray, across: float, down: float, floor: float) -> str:
    """Write a path with a gap wherever there is no value; a lone value is a dot."""
    path, is_drawing = [], False
    for number, value in enumerate(values):
        if not math.isfinite(value):
            is_drawing = False
            continue
        x, y = _LEFT + number * across, max(floor - value * down, float(_TOP))
        path.append(f"{'L' if is_drawing else 'M'}{x:.1f} {y:.1f}")
        if not is_drawing:
            path.append("h0.1")
        is_drawing = True
    return "".join(path)


def draw_rose(rose: WindRose | None, wind: Wind, *, title: str, north: str) -> str:
    """Draw how often the wind comes from where, and the upwind sector of now.

    Parameters
    ----------
    rose
        Of the district; None draws the sector alone.
    wind
        Of the hour.
    title
        For those who cannot see it.
    north
        The letter at the top.

    Returns
    -------
    svg
        North is up.
    """
    middle, reach = _ROSE / 2, _ROSE / 2 - 22
    parts = [
        f'<circle cx="{middle:g}" cy="{middle:g}" r="{reach * part:.1f}" class="ring"/>'
        for part in (1 / 3, 2 / 3, 1)
    ]
    if not math.isnan(wind.half_deg):
        sector = _wedge(middle, reach, wind.from_deg - wind.half_deg, 2 * wind.half_deg)
        parts.append(f'<path d="{sector}" class="sector"/>')
    if rose is not None:
        largest = float(rose.share.max()) or 1.0
        wide = rose.bin_deg * 0.8
        for direction, share in zip(rose.direction_deg, rose.share, strict=True):
            bar = _wedge(middle, reach * float(share) / largest, float(direction) - wide / 2, wide)
            parts.append(f'<path d="{bar}" class="bar"/>')
    if not math.isnan(wind.from_deg):
        x, y = _place(middle, reach + 6, wind.from_deg)
        parts.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{middle:g}" y2="{middle:g}" class="arrow" '
            'marker-end="url(#qx-head-of-wind)"/>'
        )
    head = (
        '<defs><marker id="qx-head-of-wind" viewBox="0 0 10 10" refX="9" refY="5" '
        'markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>'
    )
    return (
        f'<svg class="rose" viewBox="0 0 {_ROSE} {_ROSE}" role="img" '
        f'aria-label="{escape_text(title)}">{head}{"".join(parts)}'
        f'<text x="{middle:g}" y="14" class="axis mid">{escape_text(north)}</text></svg>'
    )


def _place(middle: float, radius: float, bearing_deg: float) -> tuple[float, float]:
    """Give a point at a bearing, clockwise from up."""
    turn = math.radians(bearing_deg)
    return middle + radius * math.sin(turn), middle - radius * math.cos(turn)


def _wedge(middle: float, radius: float, start_deg: float, width_deg: float) -> str:
    """Write a wedge about the middle."""
    (x1, y1), (x2, y2) = (_place(middle, radius, at) for at in (start_deg, start_deg + width_deg))
    large = 1 if width_deg > 180 else 0  # noqa: PLR2004 - half a circle
    return (
        f"M{middle:g} {middle:g}L{x1:.1f} {y1:.1f}"
        f"A{radius:.1f} {radius:.1f} 0 {large} 1 {x2:.1f} {y2:.1f}Z"
    )
