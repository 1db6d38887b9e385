"""Sentences of violations and times, the same for workbook, record and page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qxgeo.errors import Text
from qxgeo.watering.tracks.model import (
    DRY,
    KINDS,
    MISSING,
    NEVER,
    OFF_DUTY,
    SILENT,
    STANDING,
    TOO_FAST,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

UNSURE = Text("临界，需核实", "too close to call")
NO_COMPANY = Text("（未填单位）", "(no company given)")
_STATES = ("wet", "dry", "unknown")
ALL = Text("合计", "all")


def say_share(share: float) -> str:
    """Write a share in per cent; a dash where there is nothing to share.

    Parameters
    ----------
    share
        0 to 1, or NaN.

    Returns
    -------
    text
        With one decimal.
    """
    return f"{100 * share:.1f}%" if math.isfinite(share) else "—"


def say_headline(whole: Mapping[Hashable, object]) -> Text:
    """Say how much of the duty was wet.

    Parameters
    ----------
    whole
        The last row of the townships: all of them.

    Returns
    -------
    sentence
        In both languages.
    """
    if not whole["sections"]:
        return Text("没有应洒路段。", "There is nothing to keep wet.")
    wet, dry, unknown = (say_share(_number(whole, f"{one}_share")) for one in _STATES)
    km = f"{_number(whole, 'length_m') / 1e3:,.2f}"
    return Text(
        f"应洒 {km} km：有轨迹证明湿润 {wet}，干燥 {dry}，无法判断 {unknown}（按长度和时间）。",
        f"Duty {km} km: {wet} of metre-hours proved wet, {dry} dry, {unknown} unknown.",
    )


def say_clock(second: float, *, with_seconds: bool = False) -> str:
    """Write a time of the day; one before midnight is of the evening before.

    Parameters
    ----------
    second
        Since midnight; NaN gives a dash.
    with_seconds
        Whether seconds are shown.

    Returns
    -------
    clock
        ``HH:MM`` or ``HH:MM:SS``.
    """
    if not math.isfinite(second):
        return "—"
    whole = round(second) if with_seconds else int(second // 60) * 60
    sign = "-1d " if whole < 0 else ""
    whole %= 86_400 if whole < 0 else 172_800
    hour, rest = divmod(whole, 3_600)
    clock = f"{sign}{hour:02d}:{rest // 60:02d}"
    return f"{clock}:{rest % 60:02d}" if with_seconds else clock


def say_violation(row: Mapping[Hashable, object]) -> Text:
    """Say what was not as it should be.

    Parameters
    ----------
    row
        Of the violations.

    Returns
    -------
    sentence
        In both languages.
    """
    kind, cart, road = str(row["kind"]), str(row["cart_id"]), str(row["road_name"])
    named = Text(road or "无名道路", road or "an unnamed road")
    start, end = say_clock(_number(row, "from_s")), say_clock(_number(row, "to_s"))
    minutes = (_number(row, "to_s") - _number(row, "from_s")) / 60
    metres, speed, limit = (_number(row, key) for key in ("length_m", "speed_kmh", "limit"))
    if kind in {DRY, NEVER}:
        more = Text("，当天没有一次洒水记录", ", never watered that day") if kind == NEVER else None
        more = more or Text("", "")
        return Text(
            f"{named.zh} {start}–{end} 干燥 {minutes:.0f} 分钟"
            f"（当时一次洒水湿润 {limit:.1f} 小时）{more.zh}",
            f"{named.en} dry for {minutes:.0f} min, {start} to {end} "
            f"(a wetting then lasts {limit:.1f} h){more.en}",
        )
    sentences = {
        TOO_FAST: Text(
            f"{cart} 在 {named.zh} 洒水车速 {speed:.0f} km/h，超过 {limit:.0f} km/h，"
            f"长 {metres:.0f} m",
            f"{cart} sprayed {named.en} at {speed:.0f} km/h, above {limit:.0f} km/h, "
            f"over {metres:.0f} m",
        ),
        OFF_DUTY: Text(
            f"{cart} 在清单外的 {named.zh} 洒水 {metres:.0f} m",
            f"{cart} sprayed {metres:.0f} m of {named.en}, which is not on the duty list",
        ),
        MISSING: Text(f"{cart} 当天没有轨迹", f"{cart} has no track that day"),
        SILENT: Text(
            f"{cart} {start}–{end} 没有信号 {minutes:.0f} 分钟，其间位置移动 {metres:.0f} m",
            f"{cart} sent nothing for {minutes:.0f} min, {start} to {end}, "
            f"and moved {metres:.0f} m",
        ),
        STANDING: Text(
            f"{cart} 班次内 {start}–{end} 停驶 {minutes:.0f} 分钟",
            f"{cart} stood for {minutes:.0f} min within its shift, {start} to {end}",
        ),
    }
    return sentences.get(kind, KINDS.get(kind, Text(kind, kind)))


def _number(row: Mapping[Hashable, object], key: str) -> float:
    """Take a number of a row."""
    return float(row[key])  # type: ignore[arg-type]  # a cell of a float column
