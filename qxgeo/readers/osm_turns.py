"""Turn restrictions from OpenStreetMap files: relations of a road, a junction and a road.

What a relation says is handed on as it stands, with its vehicles and times; whether it holds for a
water cart is decided where the cart is routed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import geopandas as gpd
import osmium
import pandas as pd
import shapely

from qxgeo.errors import Text
from qxgeo.readers.osm import BBox, check_bbox, check_file, check_no_history, find_nodes, reading
from qxgeo.readers.osm_sections import ATTRIBUTION, keep_reaching
from qxgeo.readers.result import ReadResult
from qxgeo.schemas import TURNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_TYPE = "restriction"
_WORDS = {word: word for word in TURNS.columns["kind"].words} | {
    "no_entry": "no_turn",
    "no_exit": "no_turn",
}
_CONDITIONAL = re.compile(r"([a-z_]+)\s*@\s*(\([^)]*\)|[^;]*)")
_TIME_KEYS = ("day_on", "day_off", "hour_on", "hour_off")
_SHOWN = 10
_LOSSES = {
    "via": Text(
        "经过一条路（via 为道路）而不是一个路口，未计入",
        "lead over a way instead of a junction (via way) and are not honoured",
    ),
    "members": Text(
        "缺少来路、去路或路口，未计入", "lack the from, the to or the junction and are left out"
    ),
    "position": Text(
        "路口节点不在文件中（多在截取范围边缘），未计入",
        "have their junction outside the file (mostly at the edge of an extract) and are left out",
    ),
    "kind": Text("限制类型无法识别，未计入", "say no known kind of restriction and are left out"),
}


@dataclass(slots=True)
class _Relations:
    """Restrictions as they come from the stream, and those that are of no use."""

    count: int = 0
    rows: list[dict[str, object]] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    lost: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, relation: osmium.osm.Relation) -> None:
        """Append what a relation says, a row for each pair of roads and each kind."""
        self.count += 1
        turn_id = f"r{relation.id}"
        tags = {tag.k: tag.v for tag in relation.tags}
        found = list(_read_kinds(tags))
        roads = {"from": list[int](), "to": list[int]()}
        vias: list[tuple[str, int]] = []
        for member in relation.members:
            if member.role == "via":
                vias.append((member.type, member.ref))
            elif member.role in roads and member.type == "w":
                roads[member.role].append(member.ref)
        if not found:
            self.lost["kind"].append(turn_id)
        elif any(kind == "w" for kind, _ in vias) or len(vias) > 1:
            self.lost["via"].append(turn_id)
        elif not (vias and roads["from"] and roads["to"]):
            self.lost["members"].append(turn_id)
        else:
            self._append(turn_id, vias[0][1], roads, found, tags.get("except"))

    def _append(
        self,
        turn_id: str,
        node: int,
        roads: Mapping[str, Sequence[int]],
        kinds: Sequence[tuple[str, str | None, str | None]],
        exempt: str | None,
    ) -> None:
        """Append the rows of one relation; from the second on the id is numbered."""
        every = product(roads["from"], roads["to"], kinds)
        for number, (start, goal, (kind, vehicles, times)) in enumerate(every):
            self.nodes.append(node)
            self.rows.append(
                {
                    "turn_id": turn_id if number == 0 else f"{turn_id}.{number + 1}",
                    "from_road": f"w{start}",
                    "to_road": f"w{goal}",
                    "kind": kind,
                    "times": times,
                    "vehicles": vehicles,
                    "except_vehicles": exempt,
                }
            )

    def place(self, found: Mapping[int, tuple[float, float]]) -> list[shapely.Point]:
        """Give the junction of each row that has one, and drop the others."""
        is_placed = [node in found for node in self.nodes]
        lost = [
            str(row["turn_id"]).partition(".")[0]
            for row, is_there in zip(self.rows, is_placed, strict=True)
            if not is_there
        ]
        if lost:
            self.lost["position"] += dict.fromkeys(lost)
        self.rows = [row for row, is_there in zip(self.rows, is_placed, strict=True) if is_there]
        return [shapely.Point(found[node]) for node in self.nodes if node in found]

    def notes(self) -> Iterator[Text]:
        """Say which relations are of no use, and why."""
        for reason, text in _LOSSES.items():
            if ids := self.lost[reason]:
                listed = ", ".join(ids[:_SHOWN]) + (" …" if len(ids) > _SHOWN else "")
                yield Text(
                    f"{len(ids)} 个转向限制{text.zh}：{listed}",
                    f"{len(ids)} turn restrictions {text.en}: {listed}",
                )


def read_osm_turns(path: str | Path, *, bbox: BBox | None = None) -> ReadResult:
    """Read turn restrictions, relations of type ``restriction``, from an OpenStreetMap file.

    Parameters
    ----------
    path
        OpenStreetMap file, see `osm.read_osm_roads`.
    bbox
        West, south, east, north in degrees, EPSG:4326; restrictions whose junction lies in it.

    Returns
    -------
    result
        EPSG:4326, points at the junctions, columns of `schemas.TURNS`, ordered by ``turn_id``.
        ``from_road`` and ``to_road`` are ``w<way>``, whatever sections the way was cut into;
        ``no_entry`` and ``no_exit`` become ``no_turn`` for each pair of roads. ``vehicles`` is the
        vehicle of ``restriction:hgv`` and the like, ``times`` any condition as it is tagged. The
        table may be empty. Notes count what is left out: above all restrictions over a way.

    Raises
    ------
    ReadError
        If the file is missing, broken or truncated.
    InputError
        If `bbox` is no box.
    """
    source = check_file(path)
    area = check_bbox(bbox) if bbox is not None else None
    check_no_history(source)
    relations = _Relations()
    with reading(source):
        for relation in osmium.FileProcessor(source, osmium.osm.RELATION):
            if isinstance(relation, osmium.osm.Relation) and _is_restriction(relation):
                relations.add(relation)
        points = relations.place(find_nodes(source, set(relations.nodes)))
    columns = list(TURNS.columns)
    table = pd.DataFrame(relations.rows, columns=columns).astype("string")
    frame = gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")
    frame = frame.sort_values("turn_id", ignore_index=True)
    if area is not None:
        frame = keep_reaching(frame, area)
    summary = Text(
        f"{source.name}：有 {relations.count} 个转向限制关系，范围内读入 {len(frame)} 行",
        f"{source.name}: {relations.count} turn restrictions, {len(frame)} rows read in the area",
    )
    return ReadResult(frame, (ATTRIBUTION, summary, *relations.notes()))


def _is_restriction(relation: osmium.osm.Relation) -> bool:
    """Whether a relation forbids or prescribes a turn; the type may name a vehicle."""
    return (relation.tags.get("type") or "").partition(":")[0] == _TYPE


def _read_kinds(tags: Mapping[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    """Give kind, vehicles and times of everything that the tags of a relation say."""
    whole = tags["type"].partition(":")[2]
    hours = " ".join(f"{key}={tags[key]}" for key in _TIME_KEYS if key in tags)
    for key in sorted(tags):
        head, *parts = key.split(":")
        if head != _TYPE:
            continue
        is_conditional = parts[-1:] == ["conditional"]
        vehicles = ":".join(parts[:-1] if is_conditional else parts) or whole or None
        said = (
            [(word, times.strip("() ")) for word, times in _CONDITIONAL.findall(tags[key])]
            if is_conditional
            else [(word.strip(), hours) for word in tags[key].split(";")]
        )
        for word, times in said:
            if word in _WORDS:
                yield _WORDS[word], vehicles, times or None
