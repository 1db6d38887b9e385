"""Sentences about the road that an entrance opens on, as templates that a page fills in as well.

A place holder in braces is a word or a number of the match: `road` and `rival` are roads as
``road`` and ``road_unnamed`` name them; `limit` is one of the two sentences of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qxgeo.errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REMARKS: dict[str, Text] = {
    "by_name": Text("按所填路名归属{road}{limit}", "belongs by the name given to {road}{limit}"),
    "by_distance": Text("归属最近的{road}{limit}", "belongs to the nearest road, {road}{limit}"),
    "limit": Text("，归属限距 {tolerance} m", ", within the tolerance of {tolerance} m"),
    "limit_open": Text("，归属限距未设定", ", no tolerance being set"),
    "and": Text("{match}；{answer}", "{match}; {answer}"),
    "road": Text(
        "{name}（{class}，{section}，{distance} m）", "{name} ({class}, {section}, {distance} m)"
    ),
    "unnamed": Text("无名道路", "an unnamed road"),
    "class_unknown": Text("等级不明", "class unknown"),
    "rival": Text(
        "{rival}与之只差 {gap} m，小于位置误差 {error} m，两路结论不同，分不清开在哪条路上",
        "{rival} is only {gap} m farther, less than the position error of {error} m, and its"
        " verdict is another: which of the two it opens on cannot be told",
    ),
    "prohibited": Text("属{meant}", "one of the {meant}"),
    "doubtful": Text(
        "不属{meant}，算不算{doubtful}，待主管单位决定",
        "none of the {meant}; whether it is one of the {doubtful} is for the lead unit to decide",
    ),
    "no_class": Text(
        "道路等级不明，待主管单位决定", "the class of the road is unknown: to be decided"
    ),
    "allowed": Text("不属{meant}", "none of the {meant}"),
    "no_road": Text("没有可开口的道路", "there is no road to open on"),
    "not_near": Text(
        "所填道路“{asked}”不在 {tolerance} m 以内，附近有{roads}：请核对路名和坐标",
        'no road "{asked}" within {tolerance} m; near are {roads}: check name and position',
    ),
    "far": Text(
        "出入口远离道路：{named}最近的是{road}，超过归属限距 {tolerance} m，"
        "分不清开在哪条路上，请核对坐标",
        "the entrance is far from any road{named}: the nearest is {road}, beyond the tolerance of"
        " {tolerance} m; check its position",
    ),
    "named": Text("所填道路是“{asked}”，", ' (the road given is "{asked}")'),
    "comma": Text("、", ", "),
}


def write_remark(name: str, facts: Mapping[str, Text | str] | None = None) -> Text:
    """Put facts into the place holders of a sentence.

    Parameters
    ----------
    name
        A key of `REMARKS`.
    facts
        By name of the place holder; a plain word is the same in both languages.

    Returns
    -------
    remark
        In both languages.
    """
    both = {
        key: fact if isinstance(fact, Text) else Text(fact, fact)
        for key, fact in (facts or {}).items()
    }
    template = REMARKS[name]
    return Text(
        template.zh.format_map({key: fact.zh for key, fact in both.items()}),
        template.en.format_map({key: fact.en for key, fact in both.items()}),
    )


def join_remarks(several: Sequence[Text]) -> Text:
    """List words one after the other.

    Parameters
    ----------
    several
        In both languages.

    Returns
    -------
    joined
        With the comma of each language between them.
    """
    comma = REMARKS["comma"]
    return Text(comma.zh.join(t.zh for t in several), comma.en.join(t.en for t in several))
