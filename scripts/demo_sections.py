"""Streets as drawn become road sections: cut at every intersection, tidied, joined up."""

# ruff: noqa: PLR2004 -- lengths in metres below which a piece is no street, said where they act

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANK = ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service",
        "track")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Street:
    """One street as drawn, before it is cut at intersections (local metres)."""

    line: shapely.LineString
    road_class: str
    name: str
    is_oneway: bool = False
    is_tunnel: bool = False


def rank(street: Street) -> int:
    """Give the place of a street's class among the classes, the main road first."""
    return RANK.index(street.road_class)


def cut_at_intersections(
    streets: list[Street], river: shapely.Geometry, hills: shapely.Geometry
) -> list[Street]:
    """Cut all streets at their intersections into sections; tunnels pass beneath.

    Minor streets end at the river and at the hills; loose ends of a few metres are dropped.
    """
    ground = sorted((s for s in streets if not s.is_tunnel), key=rank)
    lines = np.array([street.line for street in ground])
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=0.01))
    pieces = pieces[np.lexsort((shapely.get_y(shapely.centroid(pieces)),
                                shapely.get_x(shapely.centroid(pieces))))]  # fmt: skip
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    tree = shapely.STRtree(lines)
    hit, street_of = tree.query(middle, predicate="dwithin", distance=0.5)
    owner = np.full(len(pieces), len(lines))
    np.minimum.at(owner, hit, street_of)
    kept = []
    for piece, number in zip(pieces, owner.tolist(), strict=True):
        street = ground[number]
        is_main = street.road_class in {"trunk", "primary"}
        if not is_main and (shapely.intersects(piece, river) or shapely.intersects(piece, hills)):
            continue
        kept.append(Street(piece, street.road_class, street.name, is_oneway=street.is_oneway))
    sections = drop_loose_ends(merge_near_nodes(drop_loose_ends(kept)))
    nodes = np.array(sorted({end for section in sections for end in _ends(section.line)}))
    tunnels = [
        replace(street, line=join_to_nodes(street.line, nodes))
        for street in streets
        if street.is_tunnel
    ]
    return sections + tunnels


def join_to_nodes(line: shapely.LineString, nodes: NDArray[np.float64]) -> shapely.LineString:
    """Move both ends of a line to the nearest intersection (m)."""
    ends = [nodes[np.argmin(np.hypot(*(nodes - line.coords[at]).T))] for at in (0, -1)]
    return shapely.LineString([ends[0], *line.coords[2:-2], ends[1]])


def merge_near_nodes(sections: list[Street], near_m: float = 13.0) -> list[Street]:
    """Make one intersection of nodes joined by a very short section; drop doubled sections."""
    parent: dict[tuple[float, float], tuple[float, float]] = {}

    def root(node: tuple[float, float]) -> tuple[float, float]:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for section in sections:  # the best class comes first, so its node stays where it is
        first, last = (root(end) for end in _ends(section.line))
        if section.line.length < near_m and first != last:
            parent[last] = first
    merged: list[Street] = []
    seen: set[tuple[Any, ...]] = set()
    for section in sections:
        first, last = (root(end) for end in _ends(section.line))
        line = shapely.LineString([first, *section.line.coords[1:-1], last])
        key = (min(first, last), max(first, last), round(line.length / 40))
        if (first == last and line.length < 4 * near_m) or key in seen:
            continue
        seen.add(key)
        merged.append(replace(section, line=shapely.simplify(line, 0.8)))
    return merged


def drop_loose_ends(sections: list[Street]) -> list[Street]:
    """Drop dead ends too short to be a street, and pieces that hang on nothing."""
    for shortest in (4.0, 25.0, 25.0):  # metres
        ends = [_ends(section.line) for section in sections]
        uses: dict[tuple[float, float], int] = {}
        for pair in ends:
            for end in pair:
                uses[end] = uses.get(end, 0) + 1
        sections = [
            section
            for section, (first, last) in zip(sections, ends, strict=True)
            if section.line.length > shortest or min(uses[first], uses[last]) > 1
            if max(uses[first], uses[last]) > 1 or section.line.length > 400
        ]
    return sections


def _ends(line: shapely.LineString) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give both ends of a line as keys, to the centimetre."""
    first, last = line.coords[0], line.coords[-1]
    return (round(first[0], 2), round(first[1], 2)), (round(last[0], 2), round(last[1], 2))
