"""Which road an entrance opens on, in words: the road, its class, its distance, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.rules.roadside import Answer, roads_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.plan import Rule, Selector
    from qxgeo.rules.roadside import Openings, Roads

_ROADS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What remarks are about.

    Attributes
    ----------
    shapes
        The entrances, EPSG:4326, shape (n,).
    asked
        The road that each is said to open on, as written, "" where nobody says, shape (n,).
    tolerance_m
        How far a road may lie from its entrance, ground metres; NaN where nobody has set it.
    error_m
        Half-width of the undecided band, ground metres.
    """

    rule: Rule
    roads: Roads
    shapes: NDArray[np.object_]
    asked: NDArray[np.object_]
    tolerance_m: float
    error_m: float


def remark_openings(found: Openings, facts: Facts) -> NDArray[np.object_]:
    """Say of each entrance which road it opens on and what follows from that.

    Parameters
    ----------
    found
        The matches.
    facts
        The entrances, the roads and the rule.

    Returns
    -------
    remarks
        `Text`, shape (n,).
    """
    near = _list_near(found, facts)
    remarks = [
        _join(_name_match(found, facts, at), _explain(found, facts, at))
        if found.is_matched[at]
        else _explain_miss(found, facts, at, near.get(at, []))
        for at in range(len(found.road))
    ]
    result = np.empty(len(remarks), dtype=object)
    result[:] = remarks
    return result


def _join(first: Text, second: Text) -> Text:
    """Set one clause behind another."""
    return Text(f"{first.zh}；{second.zh}", f"{first.en}; {second.en}")


def _name_match(found: Openings, facts: Facts, at: int) -> Text:
    """Say how the road was found, which it is and how far."""
    road = _name_road(facts.roads, int(found.road[at]), found.distance_m[at])
    limit = _name_tolerance(facts.tolerance_m)
    if found.is_named[at]:
        zh, en = f"按所填路名归属{road.zh}", f"belongs by the name given to {road.en}"
    else:
        zh, en = f"归属最近的{road.zh}", f"belongs to the nearest road, {road.en}"
    return Text(zh + limit.zh, en + limit.en)


def _explain(found: Openings, facts: Facts, at: int) -> Text:
    """Say what follows from the road."""
    if found.rival[at] >= 0:
        rival = _name_road(facts.roads, int(found.rival[at]), found.rival_m[at])
        gap_m = found.rival_m[at] - found.distance_m[at]
        return Text(
            f"{rival.zh}与之只差 {gap_m:,.1f} m，小于位置误差 {facts.error_m:,.0f} m，"
            "两路结论不同，分不清开在哪条路上",
            f"{rival.en} is only {gap_m:,.1f} m farther, less than the position error of "
            f"{facts.error_m:,.0f} m, and its verdict is another: which of the two it opens on "
            "cannot be told",
        )
    meant, doubtful = _head(facts.rule.reference), _head(facts.rule.doubtful)
    return {
        Answer.PROHIBITED: Text(f"属{meant.zh}", f"one of the {meant.en}"),
        Answer.DOUBTFUL: Text(
            f"不属{meant.zh}，算不算{doubtful.zh}，待主管单位决定",
            f"none of the {meant.en}; whether it is one of the {doubtful.en} is for the lead unit "
            "to decide",
        ),
        Answer.NO_CLASS: Text(
            "道路等级不明，待主管单位决定", "the class of the road is unknown: to be decided"
        ),
        Answer.ALLOWED: Text(f"不属{meant.zh}", f"none of the {meant.en}"),
    }[Answer(int(facts.roads.answers[found.road[at]]))]


def _explain_miss(found: Openings, facts: Facts, at: int, near: list[Text]) -> Text:
    """Say why no road could be told, and which are near."""
    if found.road[at] < 0:
        return Text("没有可开口的道路", "there is no road to open on")
    asked, limit_m = facts.asked[at], f"{facts.tolerance_m:g} m"
    if near:
        return Text(
            f"所填道路“{asked}”不在 {limit_m} 以内，附近有{'、'.join(one.zh for one in near)}："
            "请核对路名和坐标",
            f'no road "{asked}" within {limit_m}; near are {", ".join(one.en for one in near)}: '
            "check name and position",
        )
    road = _name_road(facts.roads, int(found.road[at]), found.distance_m[at])
    named = (
        Text(f"所填道路是“{asked}”，", f' (the road given is "{asked}")') if asked else Text("", "")
    )
    return Text(
        f"出入口远离道路：{named.zh}最近的是{road.zh}，超过归属限距 {limit_m}，"
        "分不清开在哪条路上，请核对坐标",
        f"the entrance is far from any road{named.en}: the nearest is {road.en}, beyond the "
        f"tolerance of {limit_m}; check its position",
    )


def _list_near(found: Openings, facts: Facts) -> dict[int, list[Text]]:
    """List the roads near entrances whose named road is not, nearest first."""
    is_lost = ~found.is_matched & (found.distance_m <= facts.tolerance_m)
    rows = np.flatnonzero(is_lost)
    near: dict[int, list[Text]] = {int(row): [] for row in rows}
    if len(rows):
        places, roads, away_m = roads_within(
            facts.shapes[rows], facts.roads, tolerance_m=facts.tolerance_m
        )
        for place, road, distance_m in zip(places, roads, away_m, strict=True):
            listed = near[int(rows[place])]
            if len(listed) < _ROADS_SHOWN:
                listed.append(_name_road(facts.roads, int(road), distance_m))
    return near


def _name_road(roads: Roads, road: int, distance_m: float) -> Text:
    """Name a road with its class, its section and how far it is."""
    name, kind, section = roads.names[road], roads.classes[road], roads.section_ids[road]
    zh = f"{name or '无名道路'}（{kind or '等级不明'}，{section}，{distance_m:,.1f} m）"
    return Text(
        zh,
        f"{name or 'an unnamed road'} ({kind or 'class unknown'}, {section}, {distance_m:,.1f} m)",
    )


def _name_tolerance(tolerance_m: float) -> Text:
    """Say how far a road may be."""
    if np.isnan(tolerance_m):
        return Text("，归属限距未设定", ", no tolerance being set")
    return Text(f"，归属限距 {tolerance_m:g} m", f", within the tolerance of {tolerance_m:g} m")


def _head(selector: Selector | None) -> Text:
    """Give what a selector is about, without how it is chosen: its words up to the colon."""
    if selector is None:
        return Text("", "")
    return Text(selector.text.zh.partition("：")[0], selector.text.en.partition(":")[0])
