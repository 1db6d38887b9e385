"""Which road an entrance opens on, in words: the road, its class, its distance, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qxgeo.errors import Text
from qxgeo.rules.frontage_words import join_remarks, write_remark
from qxgeo.rules.remarks import Remarks
from qxgeo.rules.roadside import Answer, roads_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qxgeo.plan import Rule, Selector
    from qxgeo.rules.roadside import Openings, Roads

ROADS_SHOWN = 5


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


def remark_openings(found: Openings, facts: Facts) -> Remarks:
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
        Of n entrances.
    """

    def write(rows: NDArray[np.int64]) -> list[Text]:
        near = _list_near(found, facts, rows)
        return [_remark(found, facts, at, near.get(at, [])) for at in rows.tolist()]

    return Remarks(len(found.road), write)


def _remark(found: Openings, facts: Facts, at: int, near: list[Text]) -> Text:
    """Say of one entrance which road it opens on, or why none could be told."""
    if not found.is_matched[at]:
        return _explain_miss(found, facts, at, near)
    return write_remark(
        "and", {"match": _name_match(found, facts, at), "answer": _explain(found, facts, at)}
    )


def _name_match(found: Openings, facts: Facts, at: int) -> Text:
    """Say how the road was found, which it is and how far."""
    return write_remark(
        "by_name" if found.is_named[at] else "by_distance",
        {
            "road": _name_road(facts.roads, int(found.road[at]), found.distance_m[at]),
            "limit": _name_tolerance(facts.tolerance_m),
        },
    )


def _explain(found: Openings, facts: Facts, at: int) -> Text:
    """Say what follows from the road."""
    if found.rival[at] >= 0:
        return write_remark(
            "rival",
            {
                "rival": _name_road(facts.roads, int(found.rival[at]), found.rival_m[at]),
                "gap": f"{found.rival_m[at] - found.distance_m[at]:,.1f}",
                "error": f"{facts.error_m:,.0f}",
            },
        )
    answer = Answer(int(facts.roads.answers[found.road[at]]))
    meant, doubtful = head_of(facts.rule.reference), head_of(facts.rule.doubtful)
    return write_remark(answer.name.lower(), {"meant": meant, "doubtful": doubtful})


def _explain_miss(found: Openings, facts: Facts, at: int, near: list[Text]) -> Text:
    """Say why no road could be told, and which are near."""
    if found.road[at] < 0:
        return write_remark("no_road")
    asked, limit = str(facts.asked[at]), f"{facts.tolerance_m:g}"
    if near:
        return write_remark(
            "not_near", {"asked": asked, "tolerance": limit, "roads": join_remarks(near)}
        )
    road = _name_road(facts.roads, int(found.road[at]), found.distance_m[at])
    named = write_remark("named", {"asked": asked}) if asked else Text("", "")
    return write_remark("far", {"named": named, "road": road, "tolerance": limit})


def _list_near(found: Openings, facts: Facts, among: NDArray[np.int64]) -> dict[int, list[Text]]:
    """List the roads near entrances whose named road is not, nearest first."""
    is_lost = ~found.is_matched & (found.distance_m <= facts.tolerance_m)
    rows = np.unique(among[is_lost[among]])
    near: dict[int, list[Text]] = {int(row): [] for row in rows}
    if len(rows):
        places, roads, away_m = roads_within(
            facts.shapes[rows], facts.roads, tolerance_m=facts.tolerance_m
        )
        for place, road, distance_m in zip(places, roads, away_m, strict=True):
            listed = near[int(rows[place])]
            if len(listed) < ROADS_SHOWN:
                listed.append(_name_road(facts.roads, int(road), distance_m))
    return near


def _name_road(roads: Roads, road: int, distance_m: float) -> Text:
    """Name a road with its class, its section and how far it is."""
    name, kind = str(roads.names[road]), str(roads.classes[road])
    return write_remark(
        "road",
        {
            "name": name or write_remark("unnamed"),
            "class": kind or write_remark("class_unknown"),
            "section": str(roads.section_ids[road]),
            "distance": f"{distance_m:,.1f}",
        },
    )


def _name_tolerance(tolerance_m: float) -> Text:
    """Say how far a road may be."""
    if np.isnan(tolerance_m):
        return write_remark("limit_open")
    return write_remark("limit", {"tolerance": f"{tolerance_m:g}"})


def head_of(selector: Selector | None) -> Text:
    """Give what a selector is about, without how it is chosen: its words up to the colon.

    Parameters
    ----------
    selector
        Of a rule; None says nothing.

    Returns
    -------
    head
        In both languages.
    """
    if selector is None:
        return Text("", "")
    return Text(selector.text.zh.partition("：")[0], selector.text.en.partition(":")[0])
