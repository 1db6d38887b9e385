"""Answers of the Overpass service: whether one is complete, and many as one road table."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from qxgeo.errors import Text
from qxgeo.readers.osm import notes_on_skipped
from qxgeo.readers.osm_sections import (
    ATTRIBUTION,
    Ways,
    build_sections,
    keep_reaching,
    skip_reason,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import shapely


def answer_problem(text: str) -> Text | None:
    """Say why an answer must not be used.

    Parameters
    ----------
    text
        Body of an answer with status 200.

    Returns
    -------
    problem
        None for a complete answer: JSON with elements, without a ``remark`` (with which the
        server says that it broke off), and with a position for every node of every way.
    """
    try:
        answer = json.loads(text)
    except ValueError:
        return Text("回答被截断，或不是 JSON", "the answer is cut short, or no JSON")
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        return Text("回答不是 Overpass 的格式", "the answer is not in Overpass' format")
    if remark := answer.get("remark"):
        return Text(f"服务器中途放弃，回答不完整（{remark}）", f"the server broke off: {remark}")
    try:
        nodes = {item["id"] for item in _of_type(answer, "node") if _is_place(item)}
        ways = _of_type(answer, "way")
        is_complete = all(
            isinstance(way["id"], int) and nodes.issuperset(way["nodes"]) for way in ways
        )
    except (KeyError, TypeError):
        return Text("回答不是 Overpass 的格式", "the answer is not in Overpass' format")
    if not is_complete:
        return Text("回答缺少道路的节点", "the answer lacks nodes of its ways")
    return None


def merge_answers(
    answers: Sequence[dict[str, Any]], area: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    """Make one road table of the answers of all tiles.

    Parameters
    ----------
    answers
        Complete answers. Of what stands in several, the answer with the newest data counts.
    area
        Lon/lat polygon that a section has to touch.

    Returns
    -------
    sections
        As `osm_sections.build_sections` gives them, whole.
    notes
        Licence, date of the data, and what was left out.
    """
    ordered = sorted(answers, key=_data_date)
    places = {
        item["id"]: (item["lon"], item["lat"])
        for answer in ordered
        for item in _of_type(answer, "node")
    }
    ways: dict[int, dict[str, Any]] = {}
    skipped: Counter[str] = Counter()
    for item in {way["id"]: way for answer in ordered for way in _of_type(answer, "way")}.values():
        tags = item.get("tags", {})
        if "highway" not in tags:
            continue
        if reason := skip_reason(tags, with_paths=False):
            skipped[reason] += 1
        else:
            ways[item["id"]] = item
    node_ids = [node for way in ways.values() for node in way["nodes"]]
    sections, losses = build_sections(
        Ways(
            way_ids=np.array(list(ways), dtype=np.int64),
            sizes=np.array([len(way["nodes"]) for way in ways.values()], dtype=np.int64),
            node_ids=np.array(node_ids, dtype=np.int64),
            lonlat=np.array([places[node] for node in node_ids], dtype=float).reshape(-1, 2),
            tags=[way["tags"] for way in ways.values()],
        )
    )
    notes = (ATTRIBUTION, _note_on_date(ordered), *notes_on_skipped(skipped), *losses)
    return keep_reaching(sections, area), notes


def _of_type(answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """List the elements of one kind."""
    return [item for item in answer["elements"] if item["type"] == kind]


def _is_place(item: dict[str, Any]) -> bool:
    """Whether a node lies on the globe; NaN does not."""
    return bool(-180 <= item["lon"] <= 180 and -90 <= item["lat"] <= 90)  # noqa: PLR2004 the globe


def _data_date(answer: dict[str, Any]) -> str:
    """Give the time up to which the answer's data reach, ISO 8601, or empty."""
    head = answer.get("osm3s")
    return str(head.get("timestamp_osm_base", "")) if isinstance(head, dict) else ""


def _note_on_date(ordered: Sequence[dict[str, Any]]) -> Text:
    """Say how old the data are, from the oldest to the newest tile."""
    oldest, newest = (_data_date(answer) or "?" for answer in (ordered[0], ordered[-1]))
    span = oldest if oldest == newest else f"{oldest} … {newest}"
    return Text(f"OpenStreetMap 数据时间：{span}", f"OpenStreetMap data as of {span}")
