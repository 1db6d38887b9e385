"""What becomes of each section, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from qxgeo.watering.check import Wetness

KEPT, DRY, NEVER = "kept", "dry_at_times", "never"

NO_WAY = Text(
    "与加水点所在的路网不相通，洒水车到不了",
    "its roads do not meet those of any refill point: no cart gets there",
)
NO_RETURN = Text(
    "单行道有进无出，洒水车进去后回不到加水点",
    "a one-way trap: a cart that drives in does not get back to water",
)
NO_ENTRY = Text(
    "单行道只出不进，洒水车无法从路网驶入",
    "one-way roads lead out of it alone: a cart cannot get in",
)
NOT_ROUTED = Text(
    "未能编入任何一趟作业（超出每趟时长或水量）",
    "it fits into no tour (too long, or too much water)",
)

_LEFT = Text("未保：没有余车", "not kept, no cart left")


def why_never(can_enter: bool, can_leave: bool) -> Text:  # noqa: FBT001 - two plain claims
    """Say why no cart wets a section.

    Parameters
    ----------
    can_enter, can_leave
        Whether a way leads there from water, and back to it.

    Returns
    -------
    reason
        One sentence.
    """
    if can_enter and can_leave:
        return NOT_ROUTED
    if can_enter:
        return NO_RETURN
    return NO_ENTRY if can_leave else NO_WAY


def describe_sections(
    sections: gpd.GeoDataFrame,
    wetness: Wetness,
    never: Mapping[int, Text],
    *,
    left: frozenset[int] = frozenset(),
) -> gpd.GeoDataFrame:
    """Add the state of each section.

    Parameters
    ----------
    sections
        Of the demand.
    wetness
        As `check` found it.
    never
        Why a section is never wetted, by its position.
    left
        Sections for which no cart is left, as more urgent ones are kept wet.

    Returns
    -------
    sections
        With ``state``, ``wet_share``, ``wettings``, ``longest_gap``, ``why_zh``, ``why_en``.
    """
    is_kept, dry_s = wetness.is_kept, wetness.dry_s
    states, reasons = [], []
    for place in range(len(sections)):
        if place in never:
            states.append(NEVER)
            reasons.append(never[place])
        elif is_kept[place]:
            states.append(KEPT)
            reasons.append(Text("", ""))
        else:
            states.append(DRY if wetness.wettings[place] else NEVER)
            reasons.append(_why_dry(wetness, place, is_left=place in left))
    return sections.assign(
        state=states,
        wet_share=np.clip(1.0 - dry_s / wetness.required_s, 0.0, 1.0),
        wettings=wetness.wettings,
        longest_gap=wetness.longest_gap,
        why_zh=[one.zh for one in reasons],
        why_en=[one.en for one in reasons],
    )


def _why_dry(wetness: Wetness, place: int, *, is_left: bool) -> Text:
    """Say how long and when a section is dry."""
    spells = wetness.spells[place]
    dry_s = sum(end - start for start, end in spells)
    if not wetness.wettings[place]:
        why = Text("全天没有车排到", "no cart gets to it all day")
        return Text(f"{_LEFT.zh}，{why.zh}", f"{_LEFT.en}: {why.en}") if is_left else why
    start, end = max(spells, key=lambda one: one[1] - one[0])
    times = f"{_clock(start)}–{_clock(end)}"
    why = Text(
        f"全天共干 {dry_s / 60.0:.0f} 分钟，最长一段 {times}",
        f"dry for {dry_s / 60.0:.0f} minutes in the day, longest {times}",
    )
    if not is_left:
        return Text(f"车辆或班次不够，{why.zh}", f"carts or shifts do not do: {why.en}")
    share = np.floor(1_000.0 * (1.0 - dry_s / wetness.required_s)) / 10.0
    return Text(
        f"{_LEFT.zh}，只在余暇洒，湿润 {share:.1f}%；{why.zh}",
        f"{_LEFT.en}: sprayed when one is free, wet {share:.1f} %; {why.en}",
    )


def _clock(seconds: float) -> str:
    """Write seconds of the day as a clock does."""
    minutes = int(seconds // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
