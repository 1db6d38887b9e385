"""What the routes say: why a visit has no route, and what was taken for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_LISTED = 20  # the list of visits without a route has them all
MODE_NAMES = {
    "drive": Text("驾车", "driving"),
    "ride": Text("骑行", "riding"),
    "walk": Text("步行", "walking"),
}
NO_ROADS = Text("没有道路图层，无法规划路线", "there is no roads layer to plan a route on")
NOT_LISTED = Text("点位清单中没有此点位", "the point is not in the list of points")
NO_PLACE = Text("点位没有坐标", "the point has no place")
CUT_OFF = Text(
    "与当天出发地（或其他点位）之间没有道路相通",
    "no road leads there from the start of the day (or the other points) and back",
)
DOES_NOT_FIT = Text(
    "与当天其他点位排在一起，时间窗或工作时长容不下",
    "it does not fit into the windows or the working day with the other points of the day",
)
STRAIGHT_LINES = Text(
    "没有使用道路：按要求以直线距离规划，里程和时间均偏小，仅供参考",
    "no roads were used: planned on straight lines as asked for; distances and times are too short "
    "and for orientation only",
)
WORKING_TIME = Text(
    "工作时长按在途时间与停留时间合计，班次之间的等候不计入",
    "the working day is travel and visits; waiting for a later shift does not count",
)


def off_road(*, limit_m: float, mode: str) -> Text:
    """Say that a point is too far from any road.

    Parameters
    ----------
    limit_m
        Most metres allowed.
    mode
        Way of travel.

    Returns
    -------
    reason
        For `columns.UNSERVED_COLUMNS`, the same for all such points.
    """
    name = MODE_NAMES[mode]
    return Text(
        f"{limit_m:g} 米内没有可{name.zh}的道路",
        f"there is no road for {name.en} within {limit_m:g} m",
    )


def too_long_a_visit(service_min: float, window_min: float) -> Text:
    """Say that a visit is longer than its window.

    Parameters
    ----------
    service_min
        Minutes of the visit.
    window_min
        Minutes of the window.

    Returns
    -------
    reason
        For `columns.UNSERVED_COLUMNS`.
    """
    return Text(
        f"停留 {service_min:g} 分钟，长于时间窗 {window_min:g} 分钟",
        f"a visit of {service_min:g} min is longer than its window of {window_min:g} min",
    )


def too_far_for_a_day(longest_min: float) -> Text:
    """Say that a single visit with its ways is longer than a working day.

    Parameters
    ----------
    longest_min
        Most minutes of a working day.

    Returns
    -------
    reason
        For `columns.UNSERVED_COLUMNS`.
    """
    return Text(
        f"仅此一处，往返与停留就超过每日工作时长 {longest_min:g} 分钟",
        f"alone, the way there and back and the visit are longer than a working day of "
        f"{longest_min:g} min",
    )


def note_on_bases(without: Sequence[str], off_road_bases: Sequence[str]) -> list[Text]:
    """Say whose tours begin at their first point.

    Parameters
    ----------
    without
        Ids of people without a base.
    off_road_bases
        Ids of people whose base no road reaches.

    Returns
    -------
    notes
        None, one or two.
    """
    notes = []
    if without:
        notes.append(
            Text(
                f"{len(without)} 人没有驻地，路线从首个点位起、到末个点位止",
                f"{len(without)} people have no base: their tours begin at the first point and end "
                "at the last",
            )
        )
    if off_road_bases:
        names = "、".join(off_road_bases)
        notes.append(
            Text(
                f"{names} 的驻地附近没有可用道路，路线从首个点位起、到末个点位止",
                f"no usable road is near the base of {', '.join(off_road_bases)}: their tours "
                "begin at the first point and end at the last",
            )
        )
    return notes


def note_on_search(searched: int, total: int) -> list[Text]:
    """Say how many orders are not proved shortest.

    Parameters
    ----------
    searched
        Routes found by search.
    total
        All routes.

    Returns
    -------
    notes
        None or one.
    """
    if not searched:
        return []
    return [
        Text(
            f"{total} 条路线中 {searched} 条点位较多，为搜索所得的较优次序，未证明最短",
            f"{searched} of {total} routes have many stops: the best order that was found, not "
            "proved shortest",
        )
    ]


def note_on_snapping(farthest_m: float) -> list[Text]:
    """Say how far points lie from their roads.

    Parameters
    ----------
    farthest_m
        Largest distance of a point that is visited; NaN where there is none.

    Returns
    -------
    notes
        None or one.
    """
    if not farthest_m >= 1:
        return []
    return [
        Text(
            f"点位到道路的距离（最远 {farthest_m:.0f} 米）不计入里程和时间",
            f"the stretch between a point and its road (at most {farthest_m:.0f} m) is in neither "
            "distance nor time",
        )
    ]


def note_on_unreached(snap_m: Mapping[str, float]) -> list[Text]:
    """Say how far the points lie from a road that none reaches, the farthest first.

    Parameters
    ----------
    snap_m
        Metres by id of the point; infinite where there is no road at all.

    Returns
    -------
    notes
        None or one.
    """
    far = sorted(((m, point) for point, m in snap_m.items() if np.isfinite(m)), reverse=True)
    if not far:
        return []
    listed = far[:_MOST_LISTED]
    more = len(far) - len(listed)
    zh = "、".join(f"{point}（{m:.0f} 米）" for m, point in listed)
    en = ", ".join(f"{point} ({m:.0f} m)" for m, point in listed)
    return [
        Text(
            f"离道路过远的点位及其距离：{zh}" + (f"，另有 {more} 处" if more else ""),
            f"points too far from a road: {en}" + (f", and {more} more" if more else ""),
        )
    ]
